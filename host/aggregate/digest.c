/* digest.c - one hash over a run's numbers: equal digests mean bit-equal results.
 *
 * The order is fixed: counts, scenarios, entities, lines, contributions, baselines, kept scenarios. Names of hosts, backends,
 * files, times, chunk sizes and counts of sweeps do not enter. -0 counts as 0 and every NaN as one NaN. Each array is preceded by its length.
 */
#define XXH_STATIC_LINKING_ONLY /* for a hash state on the stack: a digest cannot fail for want of memory */
#include <math.h>
#include <string.h>
#include <xxhash.h>

#include "aggregate/accumulator_fields.h"
#include "aggregate/results.h"

enum { BLOCK = 256 };

static void add_integers(XXH3_state_t *state, const int64_t *value, int64_t count) {
  int64_t length = value == NULL ? 0 : count;
  (void)XXH3_128bits_update(state, &length, sizeof length);
  if (length > 0) (void)XXH3_128bits_update(state, value, (size_t)length * sizeof *value);
}

static void add_integer(XXH3_state_t *state, int64_t value) { (void)XXH3_128bits_update(state, &value, sizeof value); }

static uint64_t canonical_bits(double value) {
  if (value == 0) return 0;
  return value != value ? UINT64_C(0x7FF8000000000000) : double_bits(value);
}

static void add_numbers(XXH3_state_t *state, const double *value, int64_t count) {
  uint64_t block[BLOCK];
  int64_t length = value == NULL ? 0 : count;
  add_integer(state, length);
  for (int64_t from = 0; from < length; from += BLOCK) {
    int64_t taken = length - from < BLOCK ? length - from : BLOCK;
    for (int64_t k = 0; k < taken; k++) block[k] = canonical_bits(value[from + k]);
    (void)XXH3_128bits_update(state, block, (size_t)taken * sizeof *block);
  }
}

static void add_sums(XXH3_state_t *state, const fixed *value, int64_t count) {
  int64_t length = value == NULL ? 0 : count;
  add_integer(state, length);
  if (length > 0) (void)XXH3_128bits_update(state, value, (size_t)length * sizeof *value);
}

static void add_scenarios(XXH3_state_t *state, const struct accumulator *a) {
  int64_t count = a->shape.scenario_count;
  add_integer(state, a->shape.first_scenario);
  add_integer(state, count);
  add_numbers(state, a->loss_gross, count);
  add_numbers(state, a->loss_net, count);
  (void)XXH3_128bits_update(state, a->scenario_defaults, (size_t)count * sizeof *a->scenario_defaults);
  (void)XXH3_128bits_update(state, a->state, (size_t)count * sizeof *a->state);
}

static void add_entities(XXH3_state_t *state, const struct accumulator *a) {
  int64_t n = a->shape.entity_count, quarters = a->shape.quarter_count;
  add_integer(state, a->bound_exponent);
  add_integer(state, a->clip_count);
  add_sums(state, a->loss_sum, n);
  for (int64_t i = 0; i < n; i++)
    (void)XXH3_128bits_update(state, a->loss_squares[i].limb, sizeof a->loss_squares[i].limb);
  add_sums(state, a->peak_sum, n);
  add_integers(state, a->default_count, n);
  add_integers(state, a->forced_count, n);
  add_integers(state, a->distress_count, n);
  add_integers(state, a->refused_count, n);
  add_integers(state, a->default_by_quarter, n * quarters);
  add_integers(state, a->distress_by_quarter, n * quarters);
  add_integers(state, a->bin_count, n * BIN_COUNT);
  add_sums(state, a->bin_sum, n * BIN_COUNT);
  add_integers(state, a->joint, joint_size(a->shape.entity_count));
  add_sums(state, a->line_sum, n * a->shape.line_count);
  if (a->shape.figure_count > 0) {
    add_sums(state, a->figure_sum, a->shape.figure_count);
    add_sums(state, a->figure_squares, a->shape.figure_count);
  }
  if (a->draw_loss_sum == NULL) return;
  add_integers(state, a->draw_default_count, draw_size(&a->shape));
  add_sums(state, a->draw_loss_sum, draw_size(&a->shape));
}

/* What was drawn and what it makes of the baseline; nothing in runs on central values. */
static void add_draws(XXH3_state_t *state, const struct draw_record *draws, int64_t n) {
  if (draws->count == 0) return;
  add_integer(state, draws->count);
  add_integer(state, draws->redrawn);
  add_numbers(state, draws->value, (int64_t)draws->count * draws->row_count);
  for (int f = 0; f < DRAW_FIELD_COUNT; f++) add_numbers(state, draws->field[f], draws->count * n);
}

static void add_kept(XXH3_state_t *state, const ls_results *results, const struct kept_scenario *kept) {
  int64_t n = results->accumulator->shape.entity_count, quarters = results->accumulator->shape.quarter_count;
  double number[] = {kept->loss_gross, kept->loss_net, kept->audit};
  add_integer(state, kept->number);
  add_integer(state, kept->default_count);
  add_integer(state, kept->converged);
  add_numbers(state, number, 3);
  add_numbers(state, kept->loss, n);
  add_numbers(state, kept->detail, n * results->names.detail_count);
  if (!isnan(kept->margin)) add_numbers(state, (const double[]){kept->margin, kept->margin_entity}, 2);
  if (kept->asset != NULL)
    add_numbers(state, kept->asset, (int64_t)results->network->asset_count * results->names.asset_output_count);
  add_numbers(state, kept->line, n * results->names.line_count);
  add_numbers(state, kept->trace, n * quarters * results->names.trace_count);
}

void digest_compute(ls_results *results) {
  static const char hexadecimal[] = "0123456789abcdef";
  XXH3_state_t state;
  XXH128_canonical_t canonical;
  int64_t n = results->accumulator->shape.entity_count, quarters = results->accumulator->shape.quarter_count;
  XXH3_INITSTATE(&state);
  (void)XXH3_128bits_reset(&state);
  add_integer(&state, results->identity.scenario_count);
  add_scenarios(&state, results->accumulator);
  add_entities(&state, results->accumulator);
  for (int64_t i = 0; i < n; i++) {
    double contribution = results->statistics.entity == NULL ? 0 : results->statistics.entity[i].es_contribution;
    add_numbers(&state, &contribution, 1);
  }
  add_numbers(&state, results->loss_at_zero, n);
  add_numbers(&state, results->baseline_value, n);
  add_numbers(&state, results->baseline_path, n * quarters);
  add_draws(&state, &results->draws, n);
  add_integer(&state, results->kept_count);
  for (int32_t k = 0; k < results->kept_count; k++) add_kept(&state, results, &results->kept[k]);
  XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(&state));
  for (size_t k = 0; k < sizeof canonical.digest; k++) {
    results->digest[2 * k] = hexadecimal[canonical.digest[k] >> 4];
    results->digest[2 * k + 1] = hexadecimal[canonical.digest[k] & 15];
  }
  results->digest[32] = '\0';
}

/* dependence.c - see dependence.h. Nothing here is summed twice: all comes from counts and sums that merge adds. */
#include "aggregate/dependence.h"

#include <math.h>
#include <string.h>

#include "aggregate/accumulator_fields.h"
#include "aggregate/quantile.h"

enum { SHORTFALL_LEVEL = 1 }; /* of QUANTILE_LEVEL: 0.99 */

const double DISTRESS_SHARE_TOLD = 0.25;
static const char DISTRESS_LINE[] = "distress cost";

bool dependence_pair(const ls_results *results, int32_t i, int32_t j, struct default_pair *pair) {
  const int64_t both = results_joint_defaults(results, i, j), total = accumulator_count(results->accumulator);
  if (both < 0) return false;
  const int64_t alone = results_joint_defaults(results, i, i);
  *pair = (struct default_pair){.both = both, .joint = NAN, .given = NAN};
  if (total > 0) pair->joint = (double)both / (double)total;
  if (alone > 0) pair->given = (double)both / (double)alone;
  wilson_interval(both, total, &pair->joint_low, &pair->joint_high);
  wilson_interval(both, alone, &pair->given_low, &pair->given_high);
  return true;
}

bool dependence_lists(const ls_results *results, int32_t i, int32_t j) {
  const int64_t both = results_joint_defaults(results, i, j);
  return i != j && (both > 0 || (both == 0 && results->accumulator->shape.entity_count <= PAIR_ENTITY_LIMIT));
}

double dependence_value(const ls_results *results) {
  double sum = 0;
  if (results->baseline_value == NULL) return NAN;
  for (int32_t i = 0; i < results->accumulator->shape.entity_count; i++) sum += results->baseline_value[i];
  return sum;
}

struct dependence dependence_on(const ls_results *results, double value, int32_t k) {
  const struct accumulator *a = results->accumulator;
  const double shortfall = results->statistics.gross.tail[SHORTFALL_LEVEL].shortfall;
  struct dependence on = {a->default_count[k], NAN, NAN, NAN, NAN};
  if (shortfall > 0) on.shortfall_share = results->statistics.entity[k].es_contribution / shortfall;
  if (a->others_sum == NULL || on.default_count == 0) return on;
  const double others = value - (results->baseline_value == NULL ? 0 : results->baseline_value[k]);
  on.others_mean = fixed_mean(a->others_sum[k], on.default_count, a->bound_exponent);
  on.others_se = fixed_deviation(a->others_sum[k], a->others_squares[k], on.default_count, a->bound_exponent) /
                 sqrt((double)on.default_count);
  if (others > 0) on.others_share = on.others_mean / others;
  return on;
}

double dependence_loss_given(const ls_results *results, int32_t k, int32_t i) {
  const struct accumulator *a = results->accumulator;
  if (a->given_sum == NULL) return NAN;
  return fixed_mean(a->given_sum[(int64_t)k * a->shape.entity_count + i], a->default_count[k], a->bound_exponent);
}

double dependence_line_contribution(const ls_results *results, int32_t line) {
  const int64_t n = results->accumulator->shape.entity_count;
  double sum = 0;
  for (int64_t i = 0; i < n; i++) sum += results->statistics.line_contribution[line * n + i];
  return sum;
}

double dependence_distress_share(const ls_results *results) {
  const double shortfall = results->statistics.gross.tail[SHORTFALL_LEVEL].shortfall;
  for (int32_t line = 0; line < results->names.line_count && shortfall > 0; line++)
    if (strcmp(results->names.line[line], DISTRESS_LINE) == 0)
      return dependence_line_contribution(results, line) / shortfall;
  return NAN;
}

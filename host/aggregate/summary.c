/* summary.c - a run told to people: how much is lost, who fails and when, through which line, how sure that is. */
#include <math.h>
#include <string.h>

#include "aggregate/results_causes.h"
#include "aggregate/accumulator_fields.h"
#include "aggregate/dependence.h"
#include "aggregate/results_dependence.h"
#include "aggregate/results_draws.h"
#include "aggregate/results_text.h"

enum { TOP = 10 };

/* Five significant digits of the system's loss, at least none behind the point and at most ten. */
static int choose_decimals(const ls_results *results) {
  double scale = fabs(results_system(results)->mean), largest = fabs(results_system(results)->maximum);
  int decimals = 2;
  if (!(scale > 0)) scale = largest;
  if (!(scale > 0)) return decimals;
  while (decimals < 10 && scale < 100) {
    scale *= 10;
    decimals++;
  }
  while (decimals > 0 && scale >= 10000) {
    scale /= 10;
    decimals--;
  }
  return decimals;
}

void summary_amount(const struct summary *summary, double value) {
  if (isnan(value)) {
    buffer_text(summary->out, "n/a");
  } else {
    buffer_fixed(summary->out, value, summary->decimals);
  }
}

int summary_cut(struct buffer *out, const char *text, int width) {
  int shown = 0;
  const char *at = text;
  while (*at != '\0' && shown < width) {
    at++;
    while ((*at & 0xC0) == 0x80) at++;
    shown++;
  }
  buffer_add(out, text, (size_t)(at - text));
  return shown;
}

void summary_padded(struct buffer *out, const char *text, int width) {
  for (int shown = summary_cut(out, text, width); shown < width; shown++) buffer_text(out, " ");
}

/* An amount, right-aligned. */
void summary_padded_amount(const struct summary *summary, double value, int width) {
  struct buffer text = buffer_start(summary->context);
  struct summary inner = *summary;
  inner.out = &text;
  summary_amount(&inner, value);
  if (text.failed) summary->out->failed = true;
  if (!text.failed) buffer_print(summary->out, "%*s", width, text.data);
  buffer_release(&text);
}

void summary_percent(const struct summary *summary, double share) {
  if (isnan(share)) {
    buffer_text(summary->out, "n/a");
    return;
  }
  buffer_fixed(summary->out, share * 100, share > 0 && share < 0.0001 ? 4 : 2);
  buffer_text(summary->out, "%");
}

/* ---- parts ------------------------------------------------------------------------------------------------------------------------------ */

static void write_heading(const struct summary *summary) {
  const ls_results *results = summary->results;
  const ls_network *network = results->network;
  struct buffer *out = summary->out;
  (void)summary_cut(out, ls_network_name(network), 50);
  buffer_print(out, ": model %s, %lld scenario%s, on %s\n", results->identity.model,
               (long long)results->identity.scenario_count, results->identity.scenario_count == 1 ? "" : "s",
               results->identity.backend);
  if (network->currency[0] == '\0' && network->unit[0] == '\0') return;
  buffer_text(out, "amounts in ");
  (void)summary_cut(out, network->currency, 40);
  if (network->currency[0] != '\0' && network->unit[0] != '\0') buffer_text(out, " ");
  (void)summary_cut(out, network->unit, 40);
  buffer_text(out, "\n");
}

static void write_tails(const struct summary *summary, const struct loss_statistics *loss) {
  struct buffer *out = summary->out;
  for (int k = 0; k < QUANTILE_LEVEL_COUNT; k++) {
    buffer_print(out, "  VaR %-5s ", QUANTILE_NAME[k]);
    summary_amount(summary, loss->tail[k].value);
    buffer_text(out, " [");
    summary_amount(summary, loss->tail[k].low);
    buffer_text(out, ", ");
    summary_amount(summary, loss->tail[k].high);
    buffer_text(out, "]   ES ");
    summary_amount(summary, loss->tail[k].shortfall);
    buffer_text(out, " +- ");
    summary_amount(summary, loss->tail[k].shortfall_se);
    buffer_text(out, "\n");
  }
}

static void write_system(const struct summary *summary) {
  const struct loss_statistics *loss = results_system(summary->results);
  struct buffer *out = summary->out;
  buffer_print(out, "\nSystem loss (%s)\n", summary->results->identity.loss_is_net ? "net" : "gross");
  buffer_text(out, "  mean ");
  summary_amount(summary, loss->mean);
  buffer_text(out, " +- ");
  summary_amount(summary, loss->mean_se);
  buffer_text(out, ", sd ");
  summary_amount(summary, loss->sd);
  buffer_text(out, ", from ");
  summary_amount(summary, loss->minimum);
  buffer_text(out, " to ");
  summary_amount(summary, loss->maximum);
  buffer_text(out, "\n");
  write_tails(summary, loss);
  distress_summary(summary);
  bool net = summary->results->identity.loss_is_net;
  const struct loss_statistics *other = net ? &summary->results->statistics.gross : &summary->results->statistics.net;
  buffer_print(out, "  %s mean ", net ? "gross" : "net (holders outside the network)");
  summary_amount(summary, other->mean);
  buffer_text(out, " +- ");
  summary_amount(summary, other->mean_se);
  buffer_text(out, "\n");
}

/* P(at least k defaults) for k = 1, 2, 3, 5, 10, 20, ... as far as any scenario went. */
static void write_default_counts(const struct summary *summary) {
  static const int32_t step[] = {1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000};
  const struct accumulator *a = summary->results->accumulator;
  struct buffer *out = summary->out;
  buffer_text(out, "\nDefaults: mean ");
  buffer_fixed(out, summary->results->statistics.default_count_mean, 4);
  buffer_text(out, ", at most ");
  buffer_fixed(out, summary->results->statistics.default_count_max, 0);
  for (size_t k = 0; k < sizeof step / sizeof *step; k++) {
    int64_t events = 0;
    for (int64_t s = 0; s < a->shape.scenario_count; s++) events += a->scenario_defaults[s] >= step[k];
    if (events == 0 && k > 0) break;
    buffer_print(out, "%s P(>= %d) ", k == 0 ? "\n " : ",", (int)step[k]);
    summary_percent(summary, (double)events / (double)accumulator_count(a));
  }
  buffer_text(out, "\n");
}

/* The quarter in which most of an entity's defaults fall; -1: none, or a static model. */
static int32_t likely_quarter(const ls_results *results, int32_t entity) {
  const struct accumulator *a = results->accumulator;
  int32_t best = -1;
  int64_t most = 0;
  if (a->shape.quarter_count == 1) return -1;
  for (int32_t t = 0; t < a->shape.quarter_count; t++) {
    int64_t count = a->default_by_quarter[(int64_t)t * a->shape.entity_count + entity];
    if (count <= most) continue;
    most = count;
    best = t;
  }
  return best;
}

/* Entities by a number, descending, those at 0 left out; fills `top` and returns how many. */
static int32_t top_entities(const ls_results *results, bool by_loss, int32_t *top) {
  int32_t found = 0;
  for (int32_t i = 0; i < results->accumulator->shape.entity_count; i++) {
    const struct entity_statistics *entity = &results->statistics.entity[i];
    double value = by_loss ? entity->loss_mean : entity->default_probability;
    if (!(value > 0)) continue;
    int32_t at = found < TOP ? found++ : TOP;
    for (; at > 0; at--) {
      const struct entity_statistics *above = &results->statistics.entity[top[at - 1]];
      if (value <= (by_loss ? above->loss_mean : above->default_probability)) break;
      if (at < TOP) top[at] = top[at - 1];
    }
    if (at < TOP) top[at] = i;
  }
  return found;
}

static void write_likely_defaults(const struct summary *summary) {
  const ls_results *results = summary->results;
  struct buffer *out = summary->out;
  int32_t top[TOP], count = top_entities(results, false, top);
  buffer_text(out, count == 0 ? "\nNo entity defaulted.\n" : "\nMost likely to default (95 % interval)\n");
  for (int32_t k = 0; k < count; k++) {
    const struct entity_statistics *entity = &results->statistics.entity[top[k]];
    int32_t quarter = likely_quarter(results, top[k]);
    buffer_text(out, "  ");
    summary_padded(out, ls_network_entity_id(results->network, top[k]), 28);
    buffer_text(out, " ");
    summary_percent(summary, entity->default_probability);
    buffer_text(out, " [");
    summary_percent(summary, entity->default_low);
    buffer_text(out, ", ");
    summary_percent(summary, entity->default_high);
    buffer_text(out, "]");
    if (quarter >= 0) buffer_print(out, ", most often in quarter %d", (int)quarter);
    buffer_text(out, "\n");
  }
}

static void write_largest_losses(const struct summary *summary) {
  const ls_results *results = summary->results;
  struct buffer *out = summary->out;
  int32_t top[TOP], count = top_entities(results, true, top);
  if (count == 0) return;
  buffer_text(out, "\nLargest expected losses\n");
  for (int32_t k = 0; k < count; k++) {
    const struct entity_statistics *entity = &results->statistics.entity[top[k]];
    buffer_text(out, "  ");
    summary_padded(out, ls_network_entity_id(results->network, top[k]), 28);
    summary_padded_amount(summary, entity->loss_mean, 16);
    buffer_text(out, " +- ");
    summary_amount(summary, entity->loss_mean_se);
    if (!isnan(entity->es_contribution)) {
      buffer_text(out, ", of ES 0.99: ");
      summary_amount(summary, entity->es_contribution);
    }
    buffer_text(out, "\n");
  }
}

/* ---- lines, printed so that what is read adds up ------------------------------------------------------------------------------------------- */

static double line_mean(const struct accumulator *a, int32_t line) {
  fixed sum = 0;
  for (int32_t i = 0; i < a->shape.entity_count; i++) sum += a->line_sum[(int64_t)line * a->shape.entity_count + i];
  return fixed_mean(sum, accumulator_count(a), a->bound_exponent);
}

static double loss_mean_of_all(const struct accumulator *a) {
  fixed sum = 0;
  for (int32_t i = 0; i < a->shape.entity_count; i++) sum += a->loss_sum[i];
  return fixed_mean(sum, accumulator_count(a), a->bound_exponent);
}

/* Rounds each line to the decimals shown, and lets the largest take what rounding leaves. */
static void round_lines(const struct summary *summary, double total, double *line, int32_t count) {
  double scale = 1, rest = 0;
  int32_t largest = 0;
  for (int k = 0; k < summary->decimals; k++) scale *= 10;
  rest = rint(total * scale);
  for (int32_t k = 0; k < count; k++) {
    if (fabs(line[k]) > fabs(line[largest])) largest = k;
    line[k] = rint(line[k] * scale);
    rest -= line[k];
  }
  line[largest] += rest;
  for (int32_t k = 0; k < count; k++) line[k] /= scale;
}

/* A line, or their sum; its part of the expected shortfall where that is known. */
static void write_line(const struct summary *summary, const char *name, double mean, double contribution) {
  buffer_text(summary->out, "  ");
  summary_padded(summary->out, name, 28);
  summary_padded_amount(summary, mean, 16);
  if (!isnan(contribution)) {
    buffer_text(summary->out, ", of ES 0.99: ");
    summary_amount(summary, contribution);
  }
  buffer_text(summary->out, "\n");
}

/* The parts of the expected shortfall that follow `line`, rounded like the lines; their sum. */
static double fill_contributions(const struct summary *summary, double *part, int32_t count) {
  double sum = 0;
  for (int32_t k = 0; k < count; k++) sum += part[k] = dependence_line_contribution(summary->results, k);
  if (!isnan(sum)) round_lines(summary, sum, part, count);
  return sum;
}

static ls_status write_lines(const struct summary *summary) {
  const ls_results *results = summary->results;
  const struct accumulator *a = results->accumulator;
  int32_t count = a->shape.line_count;
  double total = loss_mean_of_all(a), sum = 0;
  if (count == 0) return LS_STATUS_OK;
  double *line = context_allocate(summary->context, 2 * (size_t)count, sizeof *line);
  if (line == NULL) return LS_STATUS_OUT_OF_MEMORY;
  double *part = line + count;
  for (int32_t k = 0; k < count; k++) sum += line[k] = line_mean(a, k);
  buffer_text(summary->out, "\nExpected loss of all entities by balance-sheet line (gains are negative)\n");
  round_lines(summary, sum, line, count);
  double shortfall = fill_contributions(summary, part, count);
  for (int32_t k = 0; k < count; k++) write_line(summary, results->names.line[k], line[k], part[k]);
  write_line(summary, "total, gains netted", sum, shortfall);
  if (fabs(total - sum) > 1e-9 * (fabs(total) + fabs(sum))) {
    buffer_text(summary->out, "  the losses themselves add up to ");
    summary_amount(summary, total);
    buffer_text(summary->out, "\n");
  }
  context_release(summary->context, line);
  return LS_STATUS_OK;
}

/* ---- the draws of the assumptions ----------------------------------------------------------------------------------------- */

static void mean_count(const struct summary *summary, double value) { buffer_fixed(summary->out, value, 4); }

static void write_band(const struct summary *summary, const char *name, const struct band *band,
                       void (*print)(const struct summary *, double)) {
  buffer_text(summary->out, "  ");
  summary_padded(summary->out, name, 28);
  buffer_text(summary->out, " ");
  print(summary, band->median);
  buffer_text(summary->out, " [");
  print(summary, band->low);
  buffer_text(summary->out, ", ");
  print(summary, band->high);
  buffer_text(summary->out, "]\n");
}

/* The assumptions with the largest shares, none of them 0 or unknown; fills `top` and returns how many. */
static int32_t top_shares(const ls_results *results, int32_t *top) {
  const double *share = results->statistics.draws.share_of_mean;
  int32_t found = 0;
  for (int32_t j = 0; j < results->draws.row_count; j++) {
    if (!(share[j] > 0)) continue;
    int32_t at = found < TOP ? found++ : TOP;
    for (; at > 0 && share[j] > share[top[at - 1]]; at--)
      if (at < TOP) top[at] = top[at - 1];
    if (at < TOP) top[at] = j;
  }
  return found;
}

static void write_shares(const struct summary *summary) {
  const ls_results *results = summary->results;
  const struct draw_statistics *draws = &results->statistics.draws;
  int32_t top[TOP], count = top_shares(results, top);
  if (count == 0) return;
  buffer_text(summary->out, "\nAssumptions that explain most of the variance over draws: of the mean, of ES 0.99\n");
  for (int32_t k = 0; k < count; k++) {
    buffer_text(summary->out, "  ");
    summary_padded(summary->out, draws_text(results, top[k], "id"), 44);
    buffer_text(summary->out, " ");
    summary_percent(summary, draws->share_of_mean[top[k]]);
    buffer_text(summary->out, ", ");
    summary_percent(summary, draws->share_of_shortfall[top[k]]);
    buffer_text(summary->out, "\n");
  }
  buffer_print(summary->out, "  the largest of %d unrelated ones passes ", (int)results->draws.row_count);
  summary_percent(summary, draws->chance_of_mean);
  buffer_text(summary->out, ", ");
  summary_percent(summary, draws->chance_of_shortfall);
  buffer_text(summary->out, " in 5 % of runs by chance\n");
}

/* Does the plan itself hold? By entity, the share of draws in which it does not. */
static void write_gate(const struct summary *summary) {
  const ls_results *results = summary->results;
  const struct draw_entity *entity = results->statistics.draws.entity;
  int32_t shown = 0;
  for (int32_t i = 0; i < results->accumulator->shape.entity_count; i++) {
    if (!(entity[i].baseline_either > 0)) continue;
    if (shown++ == 0)
      buffer_text(summary->out, "\nDraws in which an entity fails or is flagged without any shock (fails, flagged)\n");
    buffer_text(summary->out, "  ");
    summary_padded(summary->out, ls_network_entity_id(results->network, i), 28);
    buffer_text(summary->out, " ");
    summary_percent(summary, entity[i].baseline_either);
    buffer_text(summary->out, " (");
    summary_percent(summary, entity[i].baseline_default);
    buffer_text(summary->out, ", ");
    summary_percent(summary, entity[i].baseline_distress);
    buffer_text(summary->out, ")\n");
  }
  if (shown == 0) buffer_text(summary->out, "\nIn no draw does an entity fail, or is it flagged, without shock.\n");
}

static void write_draws(const struct summary *summary) {
  const ls_results *results = summary->results;
  const struct draw_statistics *draws = &results->statistics.draws;
  int32_t top[TOP], count = top_entities(results, false, top);
  if (draws->system == NULL) return;
  if (results_are_of_ensemble(results))
    buffer_print(summary->out, "\nOver %d networks of the ensemble: median [%s of networks]", (int)results->draws.count,
                 draws_band_name(results));
  else
    buffer_print(summary->out, "\nOver %d draws of %d assumptions: median [%s of draws]", (int)results->draws.count,
                 (int)results->draws.row_count, draws_band_name(results));
  if (results->draws.redrawn > 0)
    buffer_print(summary->out, "; %d sets of values refused and drawn again", (int)results->draws.redrawn);
  buffer_text(summary->out, "\n");
  write_band(summary, "mean loss", &draws->mean, summary_amount);
  write_band(summary, "VaR 0.99", &draws->value[1], summary_amount);
  write_band(summary, "ES 0.99", &draws->shortfall[1], summary_amount);
  write_band(summary, "defaults in a scenario", &draws->default_count_mean, mean_count);
  for (int32_t k = 0; k < count; k++)
    write_band(summary, ls_network_entity_id(results->network, top[k]), &draws->entity[top[k]].default_probability,
               summary_percent);
  if (results_are_of_ensemble(results)) return;
  write_shares(summary);
  write_gate(summary);
}

/* ---- how far to trust it ---------------------------------------------------------------------------------------------------------------------- */

static void write_quality(const struct summary *summary) {
  const ls_results *results = summary->results;
  const struct accumulator *a = results->accumulator;
  struct buffer *out = summary->out;
  double at_zero = 0;
  buffer_print(out, "\nNot converged: %lld, not finite: %lld, shock values clipped: %lld\n",
               (long long)(accumulator_count(a) - a->converged_count), (long long)a->nonfinite_count,
               (long long)a->clip_count);
  if (results->loss_at_zero != NULL) {
    for (int32_t i = 0; i < a->shape.entity_count; i++) at_zero += results->loss_at_zero[i];
    buffer_text(out, "Loss of the baseline itself against book: ");
    summary_amount(summary, at_zero);
    buffer_text(out, "\n");
  }
  buffer_print(out, "Digest %s\n", results->digest);
}

/* ---- listed scenarios are cases, not draws: each is told by itself, and nothing is averaged --------------------------------- */

ls_status results_summary(ls_context *context, struct buffer *buffer, const ls_results *results) {
  struct summary summary = {.context = context, .out = buffer, .results = results};
  write_heading(&summary);
  if (results->statistics.entity == NULL) {
    buffer_print(buffer, "part %d of %d: %lld scenarios done; merge the parts for statistics\n",
                 (int)results->identity.shard_index, (int)results->identity.shard_count,
                 (long long)results_done_count(results));
    buffer_print(buffer, "Digest %s\n", results->digest);
    return LS_STATUS_OK;
  }
  summary.decimals = choose_decimals(results);
  ls_status status = LS_STATUS_OK;
  if (results->explicit_scenarios) {
    scenarios_summary(&summary);
    causes_summary(&summary);
  } else {
    write_system(&summary);
    write_default_counts(&summary);
    write_likely_defaults(&summary);
    write_largest_losses(&summary);
    status = write_lines(&summary);
    dependence_summary(&summary);
    causes_summary(&summary);
    write_draws(&summary);
  }
  write_quality(&summary);
  return status;
}

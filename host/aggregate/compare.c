/* compare.c - the arithmetic of comparing two runs; see compare.h. The report is in results_compare.c. */
#include "aggregate/compare.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "aggregate/accumulator_fields.h"
#include "aggregate/quantile.h"

static double gap(double a, double b) {
  if (a == b || (isnan(a) && isnan(b))) return 0;
  return isnan(a) || isnan(b) ? INFINITY : fabs(a - b);
}

/* Takes (name, index, a, b) if it differs by more than what was found so far. */
static void take(struct difference *largest, const char *name, int64_t index, double a, double b) {
  double found = largest->name[0] == '\0' ? 0 : gap(largest->a, largest->b);
  if (!(gap(a, b) > found)) return;
  (void)snprintf(largest->name, sizeof largest->name, "%s", name);
  largest->index = index;
  largest->a = a;
  largest->b = b;
}

static void take_numbers(struct difference *largest, const char *name, const double *a, int64_t count_a,
                         const double *b, int64_t count_b) {
  if (a == NULL || b == NULL) return;
  for (int64_t k = 0; k < count_a && k < count_b; k++) take(largest, name, k, a[k], b[k]);
}

static void take_scenarios(struct difference *largest, const struct accumulator *a, const struct accumulator *b) {
  int64_t count_a = a->shape.scenario_count, count_b = b->shape.scenario_count;
  take_numbers(largest, "per_scenario/loss_gross", a->loss_gross, count_a, b->loss_gross, count_b);
  take_numbers(largest, "per_scenario/loss_net", a->loss_net, count_a, b->loss_net, count_b);
  for (int64_t k = 0; k < count_a && k < count_b; k++) {
    take(largest, "per_scenario/default_count", k, a->scenario_defaults[k], b->scenario_defaults[k]);
    take(largest, "per_scenario/status", k, a->state[k], b->state[k]);
  }
}

static void take_entities(struct difference *largest, const ls_results *a, const ls_results *b) {
  int64_t n = a->accumulator->shape.entity_count, m = b->accumulator->shape.entity_count;
  const struct entity_statistics *of_a = a->statistics.entity, *of_b = b->statistics.entity;
  if (of_a == NULL || of_b == NULL) return;
  for (int64_t i = 0; i < n && i < m; i++) {
    take(largest, "default_probability", i, of_a[i].default_probability, of_b[i].default_probability);
    take(largest, "distress_probability", i, of_a[i].distress_probability, of_b[i].distress_probability);
    take(largest, "loss_mean", i, of_a[i].loss_mean, of_b[i].loss_mean);
    take(largest, "loss_std", i, of_a[i].loss_sd, of_b[i].loss_sd);
    take(largest, "loss_peak_mean", i, of_a[i].loss_peak_mean, of_b[i].loss_peak_mean);
    take(largest, "es_contribution", i, of_a[i].es_contribution, of_b[i].es_contribution);
  }
  take_numbers(largest, "loss_at_zero", a->loss_at_zero, n, b->loss_at_zero, m);
  take_numbers(largest, "baseline_value", a->baseline_value, n, b->baseline_value, m);
  take_numbers(largest, "loss_mean_by_line", a->statistics.line_mean, n * a->accumulator->shape.line_count,
               b->statistics.line_mean, m * b->accumulator->shape.line_count);
}

static void take_kept(struct difference *largest, const ls_results *a, const ls_results *b) {
  int64_t n = a->accumulator->shape.entity_count, m = b->accumulator->shape.entity_count;
  for (int32_t k = 0; k < a->kept_count && k < b->kept_count; k++) {
    const struct kept_scenario *of_a = &a->kept[k], *of_b = &b->kept[k];
    take(largest, "kept/scenario", k, (double)of_a->number, (double)of_b->number);
    take_numbers(largest, "kept/loss", of_a->loss, n, of_b->loss, m);
    take_numbers(largest, "kept/detail", of_a->detail, n * a->names.detail_count, of_b->detail,
                 m * b->names.detail_count);
    if (of_a->asset != NULL && of_b->asset != NULL)
      take_numbers(largest, "kept/asset", of_a->asset, (int64_t)a->names.asset_output_count * a->network->asset_count,
                   of_b->asset, (int64_t)b->names.asset_output_count * b->network->asset_count);
  }
}

void results_largest_difference(const ls_results *a, const ls_results *b, struct difference *largest) {
  const struct accumulator_shape *of_a = &a->accumulator->shape, *of_b = &b->accumulator->shape;
  *largest = (struct difference){.name = ""};
  take_scenarios(largest, a->accumulator, b->accumulator);
  take_entities(largest, a, b);
  take_kept(largest, a, b);
  if (largest->name[0] != '\0') return;
  take(largest, "scenario_count", -1, (double)of_a->scenario_count, (double)of_b->scenario_count);
  take(largest, "entity_count", -1, of_a->entity_count, of_b->entity_count);
}

bool results_are_paired(const ls_results *a, const ls_results *b) {
  return !a->explicit_scenarios && !b->explicit_scenarios && a->identity.seed == b->identity.seed &&
         a->identity.scenario_count == b->identity.scenario_count &&
         a->accumulator->shape.first_scenario == b->accumulator->shape.first_scenario &&
         a->accumulator->shape.scenario_count == b->accumulator->shape.scenario_count &&
         strcmp(a->identity.scenario_sha256, b->identity.scenario_sha256) == 0;
}

static bool in_sums(const struct accumulator *a, int64_t k) {
  return a->state[k] == SCENARIO_CONVERGED || a->state[k] == SCENARIO_NOT_CONVERGED;
}

/* Mean and error of b - a over pairs, in two passes: exact enough, and in an order that is fixed. */
static struct paired paired_of(const ls_results *a, const ls_results *b, double (*at)(const void *, int64_t),
                               const void *of_a, const void *of_b) {
  struct paired result = {NAN, NAN};
  double sum = 0, squares = 0;
  int64_t count = 0, total = a->accumulator->shape.scenario_count;
  for (int64_t k = 0; k < total; k++) {
    if (!in_sums(a->accumulator, k) || !in_sums(b->accumulator, k)) continue;
    sum += at(of_b, k) - at(of_a, k);
    count++;
  }
  if (count == 0) return result;
  result.mean = sum / (double)count;
  if (count < 2) return result;
  for (int64_t k = 0; k < total; k++) {
    if (!in_sums(a->accumulator, k) || !in_sums(b->accumulator, k)) continue;
    double rest = at(of_b, k) - at(of_a, k) - result.mean;
    squares += rest * rest;
  }
  result.se = sqrt(squares / (double)(count - 1) / (double)count);
  return result;
}

static double number_at(const void *value, int64_t k) { return ((const double *)value)[k]; }
static double count_at(const void *value, int64_t k) { return ((const int32_t *)value)[k]; }

struct paired paired_numbers(const ls_results *a, const ls_results *b, const double *of_a, const double *of_b) {
  return paired_of(a, b, number_at, of_a, of_b);
}

struct paired paired_counts(const ls_results *a, const ls_results *b) {
  return paired_of(a, b, count_at, a->accumulator->scenario_defaults, b->accumulator->scenario_defaults);
}

static double any_at(const void *value, int64_t k) { return ((const int32_t *)value)[k] > 0; }

struct paired paired_any_default(const ls_results *a, const ls_results *b) {
  return paired_of(a, b, any_at, a->accumulator->scenario_defaults, b->accumulator->scenario_defaults);
}

struct tail {
  const double *loss;
  double value; /* VaR */
};

static double excess_at(const void *value, int64_t k) {
  const struct tail *tail = value;
  return excess_over(tail->loss[k], tail->value);
}

struct paired paired_shortfall(const ls_results *a, const ls_results *b, int level) {
  bool net = a->identity.loss_is_net;
  const struct loss_statistics *of_a = net ? &a->statistics.net : &a->statistics.gross,
                               *of_b = net ? &b->statistics.net : &b->statistics.gross;
  struct tail tail_a = {net ? a->accumulator->loss_net : a->accumulator->loss_gross, of_a->tail[level].value},
              tail_b = {net ? b->accumulator->loss_net : b->accumulator->loss_gross, of_b->tail[level].value};
  struct paired excess = paired_of(a, b, excess_at, &tail_a, &tail_b);
  struct paired result = {of_b->tail[level].shortfall - of_a->tail[level].shortfall, NAN};
  if (!isnan(of_a->tail[level].shortfall_se) && !isnan(of_b->tail[level].shortfall_se))
    result.se = excess.se / (1 - QUANTILE_LEVEL[level]);
  return result;
}

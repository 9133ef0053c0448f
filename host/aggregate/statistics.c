/* statistics.c - means, errors, quantiles and probabilities from an accumulator; see results.h. */
#include <math.h>
#include <string.h>

#include "aggregate/accumulator_fields.h"
#include "aggregate/quantile.h"
#include "aggregate/results.h"
#include "aggregate/top.h"

const double QUANTILE_LEVEL[QUANTILE_LEVEL_COUNT] = {0.95, 0.99, 0.999};

/* ---- system losses ------------------------------------------------------------------------------------------------------------- */

static void set_tail(struct loss_statistics *loss, int level, const struct top *top) {
  int64_t low, high, count = top->count;
  double q = QUANTILE_LEVEL[level], value = top_at(top, quantile_rank(count, q));
  quantile_interval(count, q, &low, &high);
  bool has_interval = low >= 1 && high <= count;
  loss->tail[level].value = value;
  loss->tail[level].low = has_interval ? top_at(top, low) : NAN;
  loss->tail[level].high = has_interval ? top_at(top, high) : NAN;
  shortfall_beyond(top->ascending, top->held, count, q, value, &loss->tail[level].shortfall,
                   &loss->tail[level].shortfall_se);
}

/* The least rank that any level needs. */
static int64_t least_rank(int64_t count) {
  int64_t least = quantile_rank(count, QUANTILE_LEVEL[0]);
  for (int level = 0; level < QUANTILE_LEVEL_COUNT; level++) {
    int64_t low, high, rank = quantile_rank(count, QUANTILE_LEVEL[level]);
    quantile_interval(count, QUANTILE_LEVEL[level], &low, &high);
    if (rank < least) least = rank;
    if (low >= 1 && low < least) least = low;
  }
  return least;
}

static void set_nothing(struct loss_statistics *loss) {
  loss->mean = loss->mean_se = loss->sd = loss->minimum = loss->maximum = NAN;
  for (int k = 0; k < QUANTILE_LEVEL_COUNT; k++) {
    loss->tail[k].value = loss->tail[k].low = loss->tail[k].high = loss->tail[k].shortfall =
        loss->tail[k].shortfall_se = NAN;
  }
}

/* Exact sums over the losses that count, and the least and the largest of them. */
struct moments {
  int64_t count;
  fixed sum;
  struct wide squares;
  uint64_t least, largest; /* keys of order */
};

static struct moments system_moments(const struct accumulator *a, const double *loss) {
  struct moments moments = {.least = UINT64_MAX};
  double taken[PART_SCENARIOS];
  for (int64_t k = 0; k < a->shape.scenario_count;) {
    int32_t count = 0;
    for (; count < PART_SCENARIOS && k < a->shape.scenario_count; k++) {
      if (a->state[k] != SCENARIO_CONVERGED && a->state[k] != SCENARIO_NOT_CONVERGED) continue;
      const uint64_t key = order_key(loss[k]);
      if (key < moments.least) moments.least = key;
      if (key > moments.largest) moments.largest = key;
      taken[count++] = loss[k];
    }
    moments.count += count;
    moments.sum += a->exact->losses(taken, count, a->bound_exponent, &moments.squares, (struct loss_bins){NULL, NULL});
  }
  return moments;
}

/* Sums are exact, so that the order of scenarios does not matter. */
static ls_status system_statistics(ls_context *context, const struct accumulator *a, const double *loss,
                                   struct loss_statistics *result) {
  const struct moments moments = system_moments(a, loss);
  const int64_t count = moments.count;
  struct top top = {0};
  set_nothing(result);
  if (count == 0) return LS_STATUS_OK;
  ls_status status = top_create(context, loss, a->state, a->shape.scenario_count, count, least_rank(count), &top);
  if (status != LS_STATUS_OK) return status;
  result->minimum = order_value(moments.least);
  result->maximum = order_value(moments.largest);
  result->mean = count == 1 ? result->minimum : fixed_mean(moments.sum, count, a->bound_exponent);
  result->sd = fixed_deviation(moments.sum, moments.squares, count, a->bound_exponent);
  result->mean_se = result->sd / sqrt((double)count);
  for (int level = 0; level < QUANTILE_LEVEL_COUNT; level++) set_tail(result, level, &top);
  top_release(context, &top);
  return LS_STATUS_OK;
}

/* ---- entities ------------------------------------------------------------------------------------------------------------------- */

/* The mean of the bin that holds the quantile: exact where an atom (a total loss) fills it, else within the bin. */
static double bin_quantile(const struct accumulator *a, int32_t entity, double level) {
  int64_t count = accumulator_count(a), below = 0;
  if (a->bin_count == NULL || count == 0) return NAN;
  int64_t rank = quantile_rank(count, level);
  const int64_t *bin_count = a->bin_count + (int64_t)entity * BIN_COUNT;
  for (int bin = 0; bin < BIN_COUNT; bin++) {
    below += bin_count[bin];
    if (below < rank) continue;
    return fixed_mean(a->bin_sum[(int64_t)entity * BIN_COUNT + bin], bin_count[bin], a->bound_exponent);
  }
  return NAN;
}

static double share(int64_t events, int64_t count) { return count == 0 ? NAN : (double)events / (double)count; }

static void entity_statistics(const struct accumulator *a, int32_t i, struct entity_statistics *entity) {
  int64_t count = accumulator_count(a);
  int b = a->bound_exponent;
  entity->default_probability = share(a->default_count[i], count);
  wilson_interval(a->default_count[i], count, &entity->default_low, &entity->default_high);
  entity->distress_probability = share(a->distress_count[i], count);
  entity->forced_probability = share(a->forced_count[i], count);
  entity->loss_mean = fixed_mean(a->loss_sum[i], count, b);
  entity->loss_sd = fixed_deviation(a->loss_sum[i], a->loss_squares[i], count, b);
  entity->loss_mean_se = entity->loss_sd / sqrt((double)count);
  entity->loss_peak_mean = fixed_mean(a->peak_sum[i], count, b);
  entity->es_contribution = NAN;
  for (int k = 0; k < QUANTILE_LEVEL_COUNT; k++) entity->loss_quantile[k] = bin_quantile(a, i, QUANTILE_LEVEL[k]);
}

/* ---- the whole ------------------------------------------------------------------------------------------------------------------ */

static void fill_by_entity(const struct accumulator *a, struct statistics *result) {
  int64_t n = a->shape.entity_count, count = accumulator_count(a);
  for (int32_t i = 0; i < a->shape.entity_count; i++) entity_statistics(a, i, &result->entity[i]);
  for (int64_t k = 0; k < n * a->shape.line_count; k++) {
    result->line_mean[k] = fixed_mean(a->line_sum[k], count, a->bound_exponent);
    result->line_contribution[k] = NAN;
  }
  for (int64_t k = 0; k < a->shape.figure_count; k++) {
    double mean = fixed_mean(a->figure_sum[k], count, a->bound_exponent);
    double square = (double)a->figure_squares[k] * power_of_two(figure_square_unit(a)) / (double)count;
    double variance = (square - mean * mean) / (double)(count - 1);
    result->figure_mean[k] = mean;
    result->figure_se[k] = count < 2 ? NAN : sqrt(variance > 0 ? variance : 0);
  }
  for (int64_t k = 0; result->default_by_quarter != NULL && k < n * a->shape.quarter_count; k++) {
    result->default_by_quarter[k] = share(a->default_by_quarter[k], count);
  }
}

static void fill_counts(const struct accumulator *a, struct statistics *result) {
  int64_t sum = 0;
  int32_t most = 0;
  for (int64_t k = 0; k < a->shape.scenario_count; k++) {
    sum += a->scenario_defaults[k];
    if (a->scenario_defaults[k] > most) most = a->scenario_defaults[k];
  }
  result->converged_count = a->converged_count;
  result->nonfinite_count = a->nonfinite_count;
  result->clip_count = a->clip_count;
  result->default_count_mean = share(sum, accumulator_count(a));
  result->default_count_max = accumulator_count(a) == 0 ? NAN : (double)most;
}

ls_status statistics_compute(ls_context *context, const struct accumulator *accumulator, bool loss_is_net,
                             struct statistics *statistics) {
  (void)loss_is_net; /* both are always there; which of them is the system's loss is a matter of the reports */
  const struct accumulator_shape *shape = &accumulator->shape;
  size_t n = (size_t)shape->entity_count;
  struct statistics fresh = {.entity = context_allocate(context, n, sizeof *fresh.entity),
                             .line_mean = context_allocate(context, n * (size_t)shape->line_count, sizeof(double)),
                             .line_contribution =
                                 context_allocate(context, n * (size_t)shape->line_count, sizeof(double)),
                             .figure_mean = context_allocate(context, (size_t)shape->figure_count, sizeof(double)),
                             .figure_se = context_allocate(context, (size_t)shape->figure_count, sizeof(double))};
  if (shape->quarter_count > 1) {
    fresh.default_by_quarter = context_allocate(context, n * (size_t)shape->quarter_count, sizeof(double));
  }
  bool good = fresh.entity != NULL && fresh.line_mean != NULL && fresh.line_contribution != NULL &&
              fresh.figure_mean != NULL && fresh.figure_se != NULL &&
              (shape->quarter_count == 1 || fresh.default_by_quarter != NULL);
  ls_status status = good ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
  if (status == LS_STATUS_OK) status = system_statistics(context, accumulator, accumulator->loss_gross, &fresh.gross);
  if (status == LS_STATUS_OK) status = system_statistics(context, accumulator, accumulator->loss_net, &fresh.net);
  if (status == LS_STATUS_OK) {
    fill_by_entity(accumulator, &fresh);
    fill_counts(accumulator, &fresh);
    *statistics = fresh;
  } else {
    const struct allocator allocator = context_allocator(context);
    statistics_release(&allocator, &fresh);
  }
  return status;
}

void statistics_release(const struct allocator *allocator, struct statistics *statistics) {
  allocator_release(allocator, statistics->entity);
  allocator_release(allocator, statistics->default_by_quarter);
  allocator_release(allocator, statistics->line_mean);
  allocator_release(allocator, statistics->line_contribution);
  allocator_release(allocator, statistics->figure_mean);
  allocator_release(allocator, statistics->figure_se);
  draw_statistics_release(allocator, &statistics->draws);
  *statistics = (struct statistics){0};
}

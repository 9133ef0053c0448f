/* draw_statistics.c - what the draws of the assumptions say: each draw's own statistics, how far they spread, and which
 * assumption the spread follows.
 *
 * Share of variance of an assumption: the squared correlation R2 of its values with the draws' means, which is the first-
 * order index where the dependence is linear (Saltelli et al., Global Sensitivity Analysis, 2008, ch. 1). By chance alone R2
 * is 1/(A - 1) on average; and the variance of the means holds their sampling error too, which no assumption can explain:
 *     share = (R2 - 1/(A - 1)) / (1 - 1/(A - 1)) * V / (V - mean of the squared standard errors), held within 0..1.
 * Among many assumptions one or another agrees with few draws by accident. The share that the largest of J unrelated ones
 * passes with a probability of 5 % at most is given beside: R2 from |t| of A - 2 degrees of freedom at 5 % / J.
 */
#include <math.h>
#include <string.h>

#include "aggregate/accumulator_fields.h"
#include "aggregate/quantile.h"
#include "aggregate/results.h"
#include "math/student.h" /* kernels/, for its largest number of degrees of freedom */
#include "core/scalar_math.h"

enum { SHORTFALL_LEVEL = 1 }; /* of QUANTILE_LEVEL: 0.99 */

struct room {
  double *value, *scratch; /* as many as scenarios of a draw, and as many as draws */
};

/* ---- one draw --------------------------------------------------------------------------------------------------------- */

/* The losses of a draw's scenarios that count; returns how many, and the sum of their defaults. */
static int64_t collect(const struct accumulator *a, const double *loss, int32_t draw, double *value,
                       int64_t *defaults) {
  const int32_t draws = a->shape.draw_count;
  int64_t count = 0;
  *defaults = 0;
  for (int64_t block = (int64_t)draw * BLOCK_SCENARIOS; block < a->shape.scenario_count;
       block += (int64_t)draws * BLOCK_SCENARIOS)
    for (int64_t k = block; k < block + BLOCK_SCENARIOS && k < a->shape.scenario_count; k++) {
      if (a->state[k] != SCENARIO_CONVERGED && a->state[k] != SCENARIO_NOT_CONVERGED) continue;
      value[count++] = loss[k];
      *defaults += a->scenario_defaults[k];
    }
  return count;
}

static struct draw_system system_of_nothing(void) {
  struct draw_system system = {.mean = NAN, .mean_se = NAN, .default_count_mean = NAN};
  for (int q = 0; q < QUANTILE_LEVEL_COUNT; q++) system.value[q] = system.shortfall[q] = system.shortfall_se[q] = NAN;
  return system;
}

static struct draw_system system_of(const struct accumulator *a, const double *loss, int32_t draw,
                                    const struct room *room) {
  struct draw_system system = system_of_nothing();
  int64_t defaults = 0, count = collect(a, loss, draw, room->value, &defaults);
  fixed sum = 0;
  struct wide squares = {{0, 0, 0}};
  if (count == 0) return system;
  for (int64_t k = 0; k < count; k += PART_SCENARIOS) {
    const int32_t taken = (int32_t)(count - k < PART_SCENARIOS ? count - k : PART_SCENARIOS);
    sum += a->exact->losses(room->value + k, taken, a->bound_exponent, &squares, (struct loss_bins){NULL, NULL});
  }
  system.mean = fixed_mean(sum, count, a->bound_exponent);
  system.mean_se = fixed_deviation(sum, squares, count, a->bound_exponent) / sqrt((double)count);
  system.default_count_mean = (double)defaults / (double)count;
  sort_numbers(room->value, room->scratch, count);
  for (int q = 0; q < QUANTILE_LEVEL_COUNT; q++) {
    system.value[q] = room->value[quantile_rank(count, QUANTILE_LEVEL[q]) - 1];
    expected_shortfall(room->value, count, QUANTILE_LEVEL[q], &system.shortfall[q], &system.shortfall_se[q]);
  }
  return system;
}

/* Scenarios of a draw that are in the sums. */
static int64_t count_of(const struct accumulator *a, int32_t draw, const struct room *room) {
  int64_t defaults;
  return collect(a, a->loss_gross, draw, room->value, &defaults);
}

static void fill_draws(const ls_results *results, const struct room *room, struct draw_statistics *s) {
  const struct accumulator *a = results->accumulator;
  const int32_t n = a->shape.entity_count;
  for (int32_t d = 0; d < a->shape.draw_count; d++) {
    const int64_t count = count_of(a, d, room);
    s->system[d] = system_of(a, results_system_losses(results), d, room);
    for (int64_t k = (int64_t)d * n; k < (int64_t)(d + 1) * n; k++) {
      s->default_probability[k] = count == 0 ? NAN : (double)a->draw_default_count[k] / (double)count;
      s->loss_mean[k] = fixed_mean(a->draw_loss_sum[k], count, a->bound_exponent);
    }
    const int64_t figures = s->figure_mean != NULL ? a->shape.figure_count : 0;
    for (int64_t k = d * figures; k < (d + 1) * figures; k++)
      s->figure_mean[k] = fixed_mean(a->draw_figure_sum[k], count, a->bound_exponent);
  }
}

/* ---- over the draws --------------------------------------------------------------------------------------------------- */

/* The linear rule: the point at share q lies at place q (count - 1) of the sorted numbers, the first being place 0. */
static double point_at(const double *ascending, int64_t count, double q) {
  const double place = q * (double)(count - 1);
  const int64_t below = (int64_t)place < count - 1 ? (int64_t)place : count - 1;
  const int64_t above = below + 1 < count ? below + 1 : below;
  return ascending[below] + (place - (double)below) * (ascending[above] - ascending[below]);
}

struct band band_of_sorted(const double *ascending, int64_t count, int32_t draws) {
  if (count == 0) return (struct band){NAN, NAN, NAN};
  const bool few = draws < BAND_DRAWS;
  return (struct band){point_at(ascending, count, 0.5), few ? ascending[0] : point_at(ascending, count, 0.05),
                       few ? ascending[count - 1] : point_at(ascending, count, 0.95)};
}

/* `value` are numbers of the draws, `stride` bytes apart; draws without one are left out. */
static struct band band_of(const double *value, size_t stride, int32_t draws, const struct room *room) {
  int64_t count = 0;
  for (int32_t d = 0; d < draws; d++) {
    double number;
    memcpy(&number, (const char *)value + (size_t)d * stride, sizeof number);
    if (!isnan(number)) room->value[count++] = number;
  }
  sort_numbers(room->value, room->scratch, count);
  return band_of_sorted(room->value, count, draws);
}

static void fill_bands(const ls_results *results, const struct room *room, struct draw_statistics *s) {
  const int32_t draws = results->draws.count, n = results->accumulator->shape.entity_count;
  const size_t step = sizeof *s->system, row = (size_t)n * sizeof(double);
  s->mean = band_of(&s->system->mean, step, draws, room);
  s->default_count_mean = band_of(&s->system->default_count_mean, step, draws, room);
  for (int q = 0; q < QUANTILE_LEVEL_COUNT; q++) {
    s->value[q] = band_of(&s->system->value[q], step, draws, room);
    s->shortfall[q] = band_of(&s->system->shortfall[q], step, draws, room);
  }
  const int64_t figures = s->figure_mean != NULL ? results->accumulator->shape.figure_count : 0;
  for (int64_t k = 0; k < figures; k++)
    s->figure[k] = band_of(s->figure_mean + k, (size_t)figures * sizeof(double), draws, room);
  for (int32_t i = 0; i < n; i++) {
    struct draw_entity *entity = &s->entity[i];
    int32_t defaults = 0, distress = 0, either = 0;
    entity->default_probability = band_of(s->default_probability + i, row, draws, room);
    entity->loss_mean = band_of(s->loss_mean + i, row, draws, room);
    for (int32_t d = 0; d < draws; d++) {
      const bool fails = results->draws.field[DRAW_DEFAULT_QUARTER][(int64_t)d * n + i] >= 0;
      const bool flagged = results->draws.field[DRAW_DISTRESS_QUARTER][(int64_t)d * n + i] >= 0;
      defaults += fails;
      distress += flagged;
      either += fails || flagged;
    }
    entity->baseline_default = (double)defaults / draws;
    entity->baseline_distress = (double)distress / draws;
    entity->baseline_either = (double)either / draws;
  }
}

/* ---- shares of the variance ------------------------------------------------------------------------------------------- */

static double mean_of(const double *value, size_t stride, int32_t count) {
  double sum = 0;
  for (int32_t d = 0; d < count; d++) sum += value[(size_t)d * stride];
  return sum / count;
}

/* Sum of the products of deviations from the means. */
static double product_sum(const double *a, size_t a_stride, const double *b, size_t b_stride, int32_t count) {
  const double a_mean = mean_of(a, a_stride, count), b_mean = mean_of(b, b_stride, count);
  double sum = 0;
  for (int32_t d = 0; d < count; d++) sum += (a[(size_t)d * a_stride] - a_mean) * (b[(size_t)d * b_stride] - b_mean);
  return sum;
}

static double within_one(double share) { return share < 0 ? 0 : share > 1 ? 1 : share; }

/* R2 that the largest of `rows` unrelated assumptions passes with a probability of 5 %, or a little less. */
static double accidental_square(int32_t draws, int32_t rows) {
  const double probability = 0.05 / (2.0 * rows);
  const int32_t degrees = draws - 2 < LS_STUDENT_DEGREES_MAX ? draws - 2 : LS_STUDENT_DEGREES_MAX;
  double low = 0, high = 1e6;
  for (int step = 0; step < 100; step++) {
    const double middle = 0.5 * (low + high);
    *(scalar_student_tail(middle, degrees) > probability ? &low : &high) = middle;
  }
  return high * high / (draws - 2 + high * high);
}

/* Returns the accidental share. */
static double fill_shares(const struct draw_record *draws, const double *result, const double *error, double *share) {
  const size_t step = sizeof(struct draw_system) / sizeof(double), rows = (size_t)draws->row_count;
  const int32_t count = draws->count;
  double noise = 0, chance = 1.0 / (count - 1);
  for (int32_t j = 0; j < draws->row_count; j++) share[j] = NAN;
  if (count < SHARE_DRAWS || rows == 0) return NAN;
  for (int32_t d = 0; d < count; d++) noise += error[(size_t)d * step] * error[(size_t)d * step] / count;
  const double all = product_sum(result, step, result, step, count), variance = all / (count - 1);
  if (!(variance > noise)) return NAN; /* the draws do not differ by more than their errors, or one has none */
  const double true_part = variance / (variance - noise);
  for (size_t j = 0; j < rows; j++) {
    const double own = product_sum(draws->value + j, rows, draws->value + j, rows, count);
    const double common = product_sum(draws->value + j, rows, result, step, count);
    const double square = own > 0 ? common / own * (common / all) : 0;
    share[j] = within_one((square - chance) / (1 - chance) * true_part);
  }
  return within_one((accidental_square(count, draws->row_count) - chance) / (1 - chance) * true_part);
}

/* ---- the whole -------------------------------------------------------------------------------------------------------- */

void draw_statistics_release(const struct allocator *allocator, struct draw_statistics *s) {
  allocator_release(allocator, s->system);
  allocator_release(allocator, s->entity);
  allocator_release(allocator, s->default_probability);
  allocator_release(allocator, s->loss_mean);
  allocator_release(allocator, s->figure_mean);
  allocator_release(allocator, s->figure);
  allocator_release(allocator, s->share_of_mean);
  allocator_release(allocator, s->share_of_shortfall);
  *s = (struct draw_statistics){0};
}

static ls_status allocate(ls_context *context, const ls_results *results, struct draw_statistics *s,
                          struct room *room) {
  const struct accumulator_shape *shape = &results->accumulator->shape;
  const size_t draws = (size_t)shape->draw_count, n = (size_t)shape->entity_count;
  const size_t rows = (size_t)results->draws.row_count, scenarios = (size_t)shape->scenario_count / draws;
  const size_t most = scenarios + BLOCK_SCENARIOS + draws;
  s->system = context_allocate(context, draws, sizeof *s->system);
  s->entity = context_allocate(context, n, sizeof *s->entity);
  s->default_probability = context_allocate(context, draws * n, sizeof *s->default_probability);
  s->loss_mean = context_allocate(context, draws * n, sizeof *s->loss_mean);
  const size_t figures = (size_t)shape->figure_count;
  if (results->accumulator->draw_figure_sum != NULL) {
    s->figure_mean = context_allocate(context, draws * figures, sizeof *s->figure_mean);
    s->figure = context_allocate(context, figures, sizeof *s->figure);
    if (s->figure_mean == NULL || s->figure == NULL) return LS_STATUS_OUT_OF_MEMORY;
  }
  s->share_of_mean = context_allocate(context, rows, sizeof *s->share_of_mean);
  s->share_of_shortfall = context_allocate(context, rows, sizeof *s->share_of_shortfall);
  room->value = context_allocate(context, most, sizeof *room->value);
  room->scratch = context_allocate(context, most, sizeof *room->scratch);
  const bool good = s->system != NULL && s->entity != NULL && s->default_probability != NULL && s->loss_mean != NULL &&
                    s->share_of_mean != NULL && s->share_of_shortfall != NULL && room->value != NULL &&
                    room->scratch != NULL;
  return good ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
}

ls_status draw_statistics_compute(ls_context *context, ls_results *results) {
  struct draw_statistics fresh = {0};
  struct room room = {0};
  if (results->accumulator->draw_loss_sum == NULL) return LS_STATUS_OK;
  ls_status status = allocate(context, results, &fresh, &room);
  if (status == LS_STATUS_OK) {
    const struct draw_system *first = fresh.system;
    fill_draws(results, &room, &fresh);
    fill_bands(results, &room, &fresh);
    fresh.chance_of_mean = fill_shares(&results->draws, &first->mean, &first->mean_se, fresh.share_of_mean);
    fresh.chance_of_shortfall = fill_shares(&results->draws, &first->shortfall[SHORTFALL_LEVEL],
                                            &first->shortfall_se[SHORTFALL_LEVEL], fresh.share_of_shortfall);
    results->statistics.draws = fresh;
  } else {
    const struct allocator allocator = context_allocator(context);
    draw_statistics_release(&allocator, &fresh);
  }
  context_release(context, room.scratch);
  context_release(context, room.value);
  return status;
}

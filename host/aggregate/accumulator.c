/* accumulator.c - adding chunks of scenarios, and accumulators, exactly; see accumulator.h. Statistics are drawn elsewhere. */
#include <math.h>
#include <string.h>

#include "aggregate/accumulator_fields.h"
#include "scenario/scenario.h"

/* ---- life --------------------------------------------------------------------------------------------------------------------- */

double accumulator_bound(double sum_of_amounts) {
  double bound = 1;
  if (!(sum_of_amounts > 0) || !(sum_of_amounts <= 1e280)) return bound;
  while (bound < sum_of_amounts) bound *= 2;
  while (bound * 0.5 >= sum_of_amounts && bound > 1e-200) bound *= 0.5;
  return bound;
}

static int exponent_of(double power) {
  int exponent;
  (void)frexp(power, &exponent);
  return exponent - 1;
}

int64_t joint_size(int32_t entity_count) { return (int64_t)entity_count * (entity_count + 1) / 2; }

struct array {
  void **place;
  size_t count, size;
  const char *name; /* of exact sums and counts; NULL: by scenario, or room to work in */
};

enum { ARRAYS_BY_SCENARIO = 4, ARRAYS_ALWAYS = 18, ARRAYS_MOST = 28 };

/* All arrays, those by scenario first, those that stay NULL where there is nothing to keep last. Returns how many. */
static size_t list_arrays(struct accumulator *a, struct array *list) {
  size_t n = (size_t)a->shape.entity_count, quarters = (size_t)a->shape.quarter_count;
  size_t lines = (size_t)a->shape.line_count, scenarios = (size_t)a->shape.scenario_count;
  size_t figures = (size_t)a->shape.figure_count, members = n <= JOINT_ENTITY_LIMIT ? n : 0;
  size_t bins = n <= BIN_ENTITY_LIMIT ? n * BIN_COUNT : 0, draws = (size_t)draw_size(&a->shape);
  const struct array all[] = {
      {(void **)&a->loss_gross, scenarios, sizeof(double), NULL},
      {(void **)&a->loss_net, scenarios, sizeof(double), NULL},
      {(void **)&a->scenario_defaults, scenarios, sizeof(int32_t), NULL},
      {(void **)&a->state, scenarios, sizeof(int8_t), NULL},
      {(void **)&a->loss_sum, n, sizeof *a->loss_sum, "loss_sum"},
      {(void **)&a->loss_squares, n, sizeof *a->loss_squares, "loss_squares"},
      {(void **)&a->peak_sum, n, sizeof *a->peak_sum, "peak_sum"},
      {(void **)&a->default_count, n, sizeof(int64_t), "default_count"},
      {(void **)&a->forced_count, n, sizeof(int64_t), "forced_count"},
      {(void **)&a->distress_count, n, sizeof(int64_t), "distress_count"},
      {(void **)&a->refused_count, n, sizeof(int64_t), "refused_count"},
      {(void **)&a->default_by_quarter, n * quarters, sizeof(int64_t), "default_by_quarter"},
      {(void **)&a->distress_by_quarter, n * quarters, sizeof(int64_t), "distress_by_quarter"},
      {(void **)&a->line_sum, n * lines, sizeof *a->line_sum, "line_sum"},
      {(void **)&a->figure_sum, figures, sizeof *a->figure_sum, "figure_sum"},
      {(void **)&a->figure_squares, figures, sizeof *a->figure_squares, "figure_squares"},
      {(void **)&a->others_sum, n, sizeof *a->others_sum, "others_sum"},
      {(void **)&a->others_squares, n, sizeof *a->others_squares, "others_squares"},
      {(void **)&a->given_sum, (size_t)given_size(&a->shape), sizeof *a->given_sum, "given_sum"},
      {(void **)&a->draw_figure_sum, (size_t)draw_figure_size(&a->shape), sizeof *a->draw_figure_sum,
       "draw_figure_sum"},
      {(void **)&a->draw_default_count, draws, sizeof(int64_t), "draw_default_count"},
      {(void **)&a->draw_loss_sum, draws, sizeof *a->draw_loss_sum, "draw_loss_sum"},
      {(void **)&a->bin_count, bins, sizeof(int64_t), "bin_count"},
      {(void **)&a->bin_sum, bins, sizeof *a->bin_sum, "bin_sum"},
      {(void **)&a->joint, members > 0 ? (size_t)joint_size(a->shape.entity_count) : 0, sizeof(int64_t), "joint"},
      {(void **)&a->room.mask, members, sizeof *a->room.mask, NULL},
      {(void **)&a->room.member, members, sizeof *a->room.member, NULL},
      {(void **)&a->room.list, WORD * members, sizeof *a->room.list, NULL},
  };
  _Static_assert(sizeof all / sizeof *all == ARRAYS_MOST, "the list has room for all");
  memcpy(list, all, sizeof all);
  return ARRAYS_MOST;
}

static bool allocate_arrays(ls_context *context, struct accumulator *a) {
  struct array list[ARRAYS_MOST];
  size_t count = list_arrays(a, list);
  for (size_t k = a->is_share ? ARRAYS_BY_SCENARIO : 0; k < count; k++) {
    if (list[k].count == 0 && k >= ARRAYS_ALWAYS) continue; /* no draws, or over a limit: stays NULL */
    *list[k].place = context_allocate(context, list[k].count, list[k].size);
    if (*list[k].place == NULL) return false;
  }
  return true;
}

int64_t accumulator_share_bytes(const struct accumulator *accumulator) {
  struct accumulator a = *accumulator;
  struct array list[ARRAYS_MOST];
  size_t count = list_arrays(&a, list), bytes = sizeof a;
  for (size_t k = ARRAYS_BY_SCENARIO; k < count; k++) bytes += list[k].count * list[k].size;
  return (int64_t)bytes;
}

ls_status accumulator_create(ls_context *context, const struct accumulator_shape *shape,
                             struct accumulator **accumulator) {
  if (shape->entity_count < 1 || shape->scenario_count < 0 || shape->line_count < 0 || shape->quarter_count < 1 ||
      !(shape->amount_bound > 0) || !isfinite(shape->amount_bound)) {
    return context_fail(context, LS_STATUS_INTERNAL, "an accumulator needs entities, quarters and a positive bound");
  }
  struct accumulator *fresh = context_allocate(context, 1, sizeof *fresh);
  if (fresh == NULL) return LS_STATUS_OUT_OF_MEMORY;
  fresh->allocator = context_allocator(context);
  fresh->shape = *shape;
  fresh->shape.amount_bound = accumulator_bound(shape->amount_bound);
  fresh->bound_exponent = exponent_of(fresh->shape.amount_bound);
  fresh->exact = exact_sums_best();
  if (!allocate_arrays(context, fresh)) {
    accumulator_destroy(&fresh);
    return LS_STATUS_OUT_OF_MEMORY;
  }
  *accumulator = fresh;
  return LS_STATUS_OK;
}

ls_status accumulator_create_share(ls_context *context, struct accumulator *whole, struct accumulator **share) {
  struct accumulator *fresh = context_allocate(context, 1, sizeof *fresh);
  if (fresh == NULL) return LS_STATUS_OUT_OF_MEMORY;
  fresh->allocator = context_allocator(context);
  fresh->shape = whole->shape;
  fresh->bound_exponent = whole->bound_exponent;
  fresh->exact = whole->exact;
  fresh->loss_gross = whole->loss_gross;
  fresh->loss_net = whole->loss_net;
  fresh->scenario_defaults = whole->scenario_defaults;
  fresh->state = whole->state;
  fresh->is_share = true;
  if (!allocate_arrays(context, fresh)) {
    accumulator_destroy(&fresh);
    return LS_STATUS_OUT_OF_MEMORY;
  }
  *share = fresh;
  return LS_STATUS_OK;
}

int accumulator_sums(struct accumulator *a, struct sum_array sums[SUM_ARRAYS_MOST]) {
  struct array list[ARRAYS_MOST];
  size_t count = list_arrays(a, list);
  int found = 0;
  for (size_t k = 0; k < count; k++) {
    if (list[k].name == NULL || *list[k].place == NULL || list[k].count == 0) continue;
    sums[found++] = (struct sum_array){list[k].name, *list[k].place, (int64_t)(list[k].count * list[k].size / 8)};
  }
  return found;
}

void accumulator_scalars(struct accumulator *a, struct sum_scalar scalars[ACCUMULATOR_SCALARS]) {
  const struct sum_scalar all[ACCUMULATOR_SCALARS] = {{"done_count", &a->done_count},
                                                      {"converged_count", &a->converged_count},
                                                      {"nonfinite_count", &a->nonfinite_count},
                                                      {"clip_count", &a->clip_count},
                                                      {"iteration_count", &a->iteration_count}};
  memcpy(scalars, all, sizeof all);
}

void accumulator_clear_sums(struct accumulator *a) {
  struct sum_array sums[SUM_ARRAYS_MOST];
  struct sum_scalar scalars[ACCUMULATOR_SCALARS];
  const int count = accumulator_sums(a, sums);
  accumulator_scalars(a, scalars);
  for (int k = 0; k < count; k++) memset(sums[k].word, 0, (size_t)sums[k].count * sizeof *sums[k].word);
  for (int k = 0; k < ACCUMULATOR_SCALARS; k++) *scalars[k].value = 0;
}

int64_t accumulator_done_count(const struct accumulator *accumulator) { return accumulator->done_count; }

bool accumulator_next_missing(const struct accumulator *a, int64_t *first, int64_t *count) {
  const int64_t total = a->shape.scenario_count;
  int64_t k = *first + *count, begin;
  while (k < total && a->state[k] != SCENARIO_NOT_RUN) k++;
  for (begin = k; k < total && a->state[k] == SCENARIO_NOT_RUN;) k++;
  *first = begin;
  *count = k - begin;
  return *count > 0;
}

void accumulator_destroy(struct accumulator **handle) {
  if (handle == NULL || *handle == NULL) return;
  struct accumulator *a = *handle;
  const struct allocator allocator = a->allocator;
  struct array list[ARRAYS_MOST];
  size_t count = list_arrays(a, list);
  for (size_t k = a->is_share ? ARRAYS_BY_SCENARIO : 0; k < count; k++) allocator_release(&allocator, *list[k].place);
  allocator_release(&allocator, a);
  *handle = NULL;
}

/* ---- bins --------------------------------------------------------------------------------------------------------------------- */

double bin_edge(int bin, int bound_exponent) {
  bool gain = bin < BIN_ZERO;
  int octaves = gain ? GAIN_OCTAVES : LOSS_OCTAVES, bins = gain ? GAIN_OCTAVE_BINS : LOSS_OCTAVE_BINS;
  int position = gain ? BIN_ZERO - 1 - bin : bin - BIN_ZERO - 1;
  if (bin == BIN_ZERO) return 0;
  double start = power_of_two(bound_exponent + TOP_OCTAVE - octaves + position / bins);
  double edge = start + start * (position % bins) / bins;
  return gain ? -edge : edge;
}

/* ---- adding a chunk ------------------------------------------------------------------------------------------------------------ */

static int64_t scenario_at(const struct accumulator *a, const struct chunk *chunk, int32_t s) {
  return (chunk->index == NULL ? chunk->first + s : chunk->index[s]) - a->shape.first_scenario;
}

/* The first scenario of the chunk that belongs elsewhere or is here already; its count where there is none. */
static int32_t first_foreign(const struct accumulator *a, const struct chunk *chunk) {
  int32_t s = 0;
  for (; s < chunk->count; s++) {
    int64_t k = scenario_at(a, chunk, s);
    if (k < 0 || k >= a->shape.scenario_count || a->state[k] != SCENARIO_NOT_RUN) break;
  }
  return s;
}

/* A scenario named twice within the chunk shows only here. */
static bool repeats(const struct accumulator *a, const struct chunk *chunk) {
  if (chunk->index == NULL) return false;
  bool repeated = false;
  int32_t s = 0;
  for (; s < chunk->count && !repeated; s++) {
    int8_t *state = &a->state[scenario_at(a, chunk, s)];
    repeated = *state != SCENARIO_NOT_RUN;
    if (!repeated) *state = SCENARIO_CONVERGED;
  }
  for (int32_t k = 0; k < s; k++) a->state[scenario_at(a, chunk, k)] = SCENARIO_NOT_RUN;
  return repeated;
}

/* Scenarios from..from + count - 1 of a chunk. */
static struct chunk part_of(const struct chunk *chunk, int32_t from, int32_t count) {
  struct chunk part = *chunk;
  part.first += from;
  if (part.index != NULL) part.index += from;
  part.value += from;
  part.count = count;
  return part;
}

bool accumulator_try_add(struct accumulator *a, const struct chunk *chunk) {
  uint8_t unfit[PART_SCENARIOS];
  if (first_foreign(a, chunk) < chunk->count || repeats(a, chunk)) return false;
  for (int32_t from = 0; from < chunk->count; from += PART_SCENARIOS) {
    struct chunk part =
        part_of(chunk, from, chunk->count - from < PART_SCENARIOS ? chunk->count - from : PART_SCENARIOS);
    accumulator_add_part(a, &part, unfit);
  }
  return true;
}

ls_status accumulator_add(ls_context *context, struct accumulator *a, const struct chunk *chunk) {
  if (accumulator_try_add(a, chunk)) return LS_STATUS_OK;
  int32_t s = first_foreign(a, chunk);
  if (s == chunk->count) return context_fail(context, LS_STATUS_INTERNAL, "a chunk names a scenario twice");
  return context_fail(context, LS_STATUS_INTERNAL, "scenario %lld was added twice or does not belong here",
                      (long long)(scenario_at(a, chunk, s) + a->shape.first_scenario));
}

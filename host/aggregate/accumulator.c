/* accumulator.c - adding chunks of scenarios, and accumulators, exactly; see accumulator.h. Statistics are drawn elsewhere. */
#include <math.h>
#include <string.h>

#include "aggregate/accumulator_fields.h"
#include "scenario/scenario.h"

enum { WORD = 64, GAIN_OCTAVE_BINS = 4, LOSS_OCTAVE_BINS = 8, TOP_OCTAVE = 4, LOSS_OCTAVES = 24, GAIN_OCTAVES = 15 };

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
};

enum { ARRAYS_BY_SCENARIO = 4, ARRAYS_ALWAYS = 18, ARRAYS_MOST = 28 };

/* All arrays, those by scenario first, those that stay NULL where there is nothing to keep last. Returns how many. */
static size_t list_arrays(struct accumulator *a, struct array *list) {
  size_t n = (size_t)a->shape.entity_count, quarters = (size_t)a->shape.quarter_count;
  size_t lines = (size_t)a->shape.line_count, scenarios = (size_t)a->shape.scenario_count;
  size_t figures = (size_t)a->shape.figure_count, members = n <= JOINT_ENTITY_LIMIT ? n : 0;
  size_t bins = n <= BIN_ENTITY_LIMIT ? n * BIN_COUNT : 0, draws = (size_t)draw_size(&a->shape);
  const struct array all[] = {
      {(void **)&a->loss_gross, scenarios, sizeof(double)},
      {(void **)&a->loss_net, scenarios, sizeof(double)},
      {(void **)&a->scenario_defaults, scenarios, sizeof(int32_t)},
      {(void **)&a->state, scenarios, sizeof(int8_t)},
      {(void **)&a->loss_sum, n, sizeof *a->loss_sum},
      {(void **)&a->loss_squares, n, sizeof *a->loss_squares},
      {(void **)&a->peak_sum, n, sizeof *a->peak_sum},
      {(void **)&a->default_count, n, sizeof(int64_t)},
      {(void **)&a->forced_count, n, sizeof(int64_t)},
      {(void **)&a->distress_count, n, sizeof(int64_t)},
      {(void **)&a->refused_count, n, sizeof(int64_t)},
      {(void **)&a->default_by_quarter, n * quarters, sizeof(int64_t)},
      {(void **)&a->distress_by_quarter, n * quarters, sizeof(int64_t)},
      {(void **)&a->line_sum, n * lines, sizeof *a->line_sum},
      {(void **)&a->figure_sum, figures, sizeof *a->figure_sum},
      {(void **)&a->figure_squares, figures, sizeof *a->figure_squares},
      {(void **)&a->others_sum, n, sizeof *a->others_sum},
      {(void **)&a->others_squares, n, sizeof *a->others_squares},
      {(void **)&a->given_sum, (size_t)given_size(&a->shape), sizeof *a->given_sum},
      {(void **)&a->draw_figure_sum, (size_t)draw_figure_size(&a->shape), sizeof *a->draw_figure_sum},
      {(void **)&a->draw_default_count, draws, sizeof(int64_t)},
      {(void **)&a->draw_loss_sum, draws, sizeof *a->draw_loss_sum},
      {(void **)&a->bin_count, bins, sizeof(int64_t)},
      {(void **)&a->bin_sum, bins, sizeof *a->bin_sum},
      {(void **)&a->joint, members > 0 ? (size_t)joint_size(a->shape.entity_count) : 0, sizeof(int64_t)},
      {(void **)&a->room.mask, members, sizeof *a->room.mask},
      {(void **)&a->room.member, members, sizeof *a->room.member},
      {(void **)&a->room.in_default, members, sizeof *a->room.in_default},
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

int bin_of(double loss, int bound_exponent) {
  uint64_t bits = double_bits(loss);
  bool gain = bits >> 63 != 0;
  int octaves = gain ? GAIN_OCTAVES : LOSS_OCTAVES, bins = gain ? GAIN_OCTAVE_BINS : LOSS_OCTAVE_BINS;
  int octave = (int)(bits >> 52 & 0x7FF) - 1023 - (bound_exponent + TOP_OCTAVE - octaves);
  if (octave < 0) return BIN_ZERO;
  int within = (int)(bits >> (gain ? 50 : 49)) & (bins - 1);
  int bin = octave >= octaves ? octaves * bins - 1 : octave * bins + within;
  return gain ? BIN_ZERO - 1 - bin : BIN_ZERO + 1 + bin;
}

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

static const double *slot(const struct chunk *chunk, int32_t number) { return chunk->value + number * chunk->stride; }

static int64_t scenario_at(const struct accumulator *a, const struct chunk *chunk, int32_t s) {
  return (chunk->index == NULL ? chunk->first + s : chunk->index[s]) - a->shape.first_scenario;
}

/* Marks the scenarios of which one of `rows` slots from `first` is beyond the range of the sums, or no number. */
static void mark_unfit(const struct accumulator *a, const struct chunk *chunk, int32_t first, int64_t rows,
                       uint8_t *unfit) {
  double limit = a->shape.amount_bound * power_of_two(FIXED_HEAD_ROOM);
  if (first < 0) return;
  for (int64_t row = 0; row < rows; row++) {
    const double *value = slot(chunk, first) + row * chunk->stride;
    for (int32_t s = 0; s < chunk->count; s++) unfit[s] |= (uint8_t) !(fabs(value[s]) < limit);
  }
}

static void mark_all_unfit(const struct accumulator *a, const struct chunk *chunk, uint8_t *unfit) {
  const struct ls_output_layout *at = &a->shape.layout;
  int64_t n = a->shape.entity_count;
  mark_unfit(a, chunk, at->loss, n, unfit);
  mark_unfit(a, chunk, at->loss_peak, n, unfit);
  mark_unfit(a, chunk, at->line, n * a->shape.line_count, unfit);
  if (a->shape.figure_count > 0) mark_unfit(a, chunk, at->measure, a->shape.figure_count, unfit);
  mark_unfit(a, chunk, at->loss_gross, 1, unfit);
  mark_unfit(a, chunk, at->loss_net, 1, unfit);
}

/* Returns the sum that it adds. */
static fixed add_losses(struct accumulator *a, int32_t entity, const double *loss, int32_t count) {
  int b = a->bound_exponent;
  fixed sum = 0;
  struct wide squares = {{0, 0, 0}};
  for (int32_t s = 0; s < count; s++) {
    fixed term = fixed_from(loss[s], b);
    sum += term;
    wide_add(&squares, wide_square(loss[s], b));
    if (a->bin_count == NULL) continue;
    int64_t bin = (int64_t)entity * BIN_COUNT + bin_of(loss[s], b);
    a->bin_count[bin]++;
    a->bin_sum[bin] += term;
  }
  a->loss_sum[entity] += sum;
  wide_add(&a->loss_squares[entity], squares);
  return sum;
}

/* Four at a time: each value is cut into three whole numbers of at most 2^31, h 2^64 + m 2^32 + l units, whose sums over a
 * part of a chunk are exact in doubles. What is below the unit is rounded, not cut off: the same for every order all the same. */
typedef double four __attribute__((vector_size(32)));

static fixed whole_sum(const four *part) {
  return (fixed)(*part)[0] + (fixed)(*part)[1] + (fixed)(*part)[2] + (fixed)(*part)[3];
}

static fixed block_sum(const double *value, int32_t count, double units) {
  enum { LANES = 4 };
  const double round = 0x1.8p52; /* adding and taking it away leaves the nearest whole number */
  four high = {0}, middle = {0}, low = {0};
  for (int32_t s = 0; s < count; s += LANES) {
    four x = {0};
    int32_t taken = count - s < LANES ? count - s : LANES;
    if (taken == LANES) {
      memcpy(&x, value + s, sizeof x);
    } else {
      for (int32_t k = 0; k < taken; k++) x[k] = value[s + k];
    }
    x *= units;
    four h = (x * 0x1p-64 + round) - round;
    x -= h * 0x1p64;
    four m = (x * 0x1p-32 + round) - round;
    x -= m * 0x1p32;
    high += h;
    middle += m;
    low += (x + round) - round;
  }
  return whole_sum(&high) * ((fixed)1 << 64) + whole_sum(&middle) * ((fixed)1 << 32) + whole_sum(&low);
}

static void add_sum(const struct accumulator *a, fixed *target, const double *value, int32_t count) {
  *target += block_sum(value, count, power_of_two(-(a->bound_exponent + FIXED_SUM_UNIT)));
}

/* Events with a quarter: -1 never. Returns how many. */
static int64_t add_events(const struct accumulator *a, int64_t *count, int64_t *by_quarter, int32_t entity,
                          const double *quarter, int32_t scenarios) {
  int64_t found = 0;
  for (int32_t s = 0; s < scenarios; s++) {
    if (!(quarter[s] >= 0)) continue;
    int64_t at = (int64_t)quarter[s];
    if (at >= a->shape.quarter_count) at = a->shape.quarter_count - 1;
    by_quarter[at * a->shape.entity_count + entity]++;
    found++;
  }
  count[entity] += found;
  return found;
}

static int64_t add_whole(const double *value, int32_t count) {
  int64_t sum = 0;
  for (int32_t s = 0; s < count; s++) sum += (int64_t)value[s];
  return sum;
}

/* The draw of the assumptions that a scenario of the chunk is of; 0 without draws. */
static int32_t draw_of(const struct accumulator *a, const struct chunk *chunk, int32_t s) {
  if (a->draw_loss_sum == NULL) return 0;
  return scenario_draw(chunk->index == NULL ? chunk->first + s : chunk->index[s], a->shape.draw_count);
}

/* A figure and its square; the square is rounded to a double first, alike for every order. */
static void add_figure(struct accumulator *a, int64_t figure, const double *value, int32_t count, fixed *of_draw) {
  double square[PART_SCENARIOS];
  fixed sum = 0;
  for (int32_t s = 0; s < count; s++) square[s] = value[s] * value[s];
  add_sum(a, &sum, value, count);
  a->figure_sum[figure] += sum;
  if (of_draw != NULL) of_draw[figure] += sum;
  a->figure_squares[figure] += block_sum(square, count, power_of_two(-figure_square_unit(a)));
}

/* Everything but what concerns several entities of `count` scenarios from `from` on, all of them fit and of one
 * draw. */
static void add_run(struct accumulator *a, const struct chunk *chunk, int32_t from, int32_t count) {
  const struct ls_output_layout *at = &a->shape.layout;
  int32_t n = a->shape.entity_count;
  int64_t draw = draw_of(a, chunk, from), of_draw = draw * n;
  fixed *figures_of_draw = a->draw_figure_sum == NULL ? NULL : a->draw_figure_sum + draw * a->shape.figure_count;
  for (int32_t i = 0; i < n; i++) {
    fixed sum = add_losses(a, i, slot(chunk, at->loss + i) + from, count);
    int64_t defaults = 0;
    /* without a path the one loss there is is also the largest */
    int32_t peak = at->loss_peak >= 0 ? at->loss_peak : at->loss;
    add_sum(a, &a->peak_sum[i], slot(chunk, peak + i) + from, count);
    if (at->forced >= 0) a->forced_count[i] += add_whole(slot(chunk, at->forced + i) + from, count);
    if (at->funding_refused >= 0) a->refused_count[i] += add_whole(slot(chunk, at->funding_refused + i) + from, count);
    if (at->default_quarter >= 0) {
      defaults =
          add_events(a, a->default_count, a->default_by_quarter, i, slot(chunk, at->default_quarter + i) + from, count);
    }
    if (a->draw_loss_sum != NULL) {
      a->draw_loss_sum[of_draw + i] += sum;
      a->draw_default_count[of_draw + i] += defaults;
    }
    if (at->distress_quarter >= 0) {
      add_events(a, a->distress_count, a->distress_by_quarter, i, slot(chunk, at->distress_quarter + i) + from, count);
    }
  }
  for (int32_t k = 0; at->line >= 0 && k < n * a->shape.line_count; k++) {
    add_sum(a, &a->line_sum[k], slot(chunk, at->line + k) + from, count);
  }
  for (int64_t k = 0; k < a->shape.figure_count; k++)
    add_figure(a, k, slot(chunk, at->measure) + k * chunk->stride + from, count, figures_of_draw);
  if (at->clip_count >= 0) a->clip_count += add_whole(slot(chunk, at->clip_count) + from, count);
  if (at->iterations >= 0) a->iteration_count += add_whole(slot(chunk, at->iterations) + from, count);
}

/* Joint defaults of up to 64 scenarios: bit s of mask[k] says that entity member[k] defaults in scenario s. Counting common
 * bits of every pair is cheap for few entities, walking each scenario's defaults where many entities default now and then. */
static void add_joint_masks(int64_t *joint, const int32_t *member, const uint64_t *mask, int32_t members) {
  for (int32_t i = 0; i < members; i++) {
    for (int32_t j = 0; j <= i; j++)
      joint[joint_index(member[i], member[j])] += __builtin_popcountll(mask[i] & mask[j]);
  }
}

static void add_joint_walk(int64_t *joint, const int32_t *member, const uint64_t *mask, int32_t members,
                           int32_t *in_default) {
  for (int bit = 0; bit < WORD; bit++) {
    int32_t count = 0;
    for (int32_t k = 0; k < members; k++) {
      if (mask[k] >> bit & 1) in_default[count++] = member[k];
    }
    for (int32_t i = 0; i < count; i++) {
      for (int32_t j = 0; j <= i; j++) joint[joint_index(in_default[i], in_default[j])]++;
    }
  }
}

static void add_joint(struct accumulator *a, const struct chunk *chunk, const uint8_t *unfit) {
  const struct joint_room *room = &a->room;
  for (int32_t from = 0; from < chunk->count; from += WORD) {
    int32_t count = chunk->count - from < WORD ? chunk->count - from : WORD;
    int32_t members = 0;
    int64_t events = 0, pairs = 0;
    for (int32_t i = 0; i < a->shape.entity_count; i++) {
      const double *quarter = slot(chunk, a->shape.layout.default_quarter + i) + from;
      uint64_t mask = 0;
      for (int32_t s = 0; s < count; s++) mask |= (uint64_t)(quarter[s] >= 0 && !unfit[from + s]) << s;
      if (mask == 0) continue;
      room->mask[members] = mask;
      room->member[members++] = i;
      events += __builtin_popcountll(mask);
    }
    pairs = (int64_t)members * members;
    if (pairs <= events * 16) {
      add_joint_masks(a->joint, room->member, room->mask, members);
    } else {
      add_joint_walk(a->joint, room->member, room->mask, members, room->in_default);
    }
  }
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

static void add_by_scenario(struct accumulator *a, const struct chunk *chunk, const uint8_t *unfit) {
  const struct ls_output_layout *at = &a->shape.layout;
  const double *gross = slot(chunk, at->loss_gross), *net = slot(chunk, at->loss_net);
  const double *defaults = slot(chunk, at->default_count), *converged = slot(chunk, at->converged);
  for (int32_t s = 0; s < chunk->count; s++) {
    int64_t k = scenario_at(a, chunk, s);
    a->done_count++;
    if (unfit[s]) {
      a->state[k] = SCENARIO_NOT_FINITE;
      a->nonfinite_count++;
      continue;
    }
    a->loss_gross[k] = gross[s];
    a->loss_net[k] = net[s];
    a->scenario_defaults[k] = (int32_t)defaults[s];
    a->state[k] = converged[s] > 0 ? SCENARIO_CONVERGED : SCENARIO_NOT_CONVERGED;
    a->converged_count += converged[s] > 0;
  }
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

static void add_part(struct accumulator *a, const struct chunk *part, uint8_t *unfit) {
  memset(unfit, 0, (size_t)part->count);
  mark_all_unfit(a, part, unfit);
  for (int32_t from = 0; from < part->count;) {
    int32_t to = from;
    while (to < part->count && unfit[to] == unfit[from] && draw_of(a, part, to) == draw_of(a, part, from)) to++;
    if (!unfit[from]) add_run(a, part, from, to - from);
    from = to;
  }
  if (a->joint != NULL && a->shape.layout.default_quarter >= 0) add_joint(a, part, unfit);
  accumulator_add_given(a, part, unfit);
  add_by_scenario(a, part, unfit);
}

bool accumulator_try_add(struct accumulator *a, const struct chunk *chunk) {
  uint8_t unfit[PART_SCENARIOS];
  if (first_foreign(a, chunk) < chunk->count || repeats(a, chunk)) return false;
  for (int32_t from = 0; from < chunk->count; from += PART_SCENARIOS) {
    struct chunk part =
        part_of(chunk, from, chunk->count - from < PART_SCENARIOS ? chunk->count - from : PART_SCENARIOS);
    add_part(a, &part, unfit);
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

/* accumulator_part.c - a part of a chunk into an accumulator's exact sums.
 *
 * All sums are of whole numbers: neither the order of scenarios nor the instruction set changes a bit of them.
 */
#include <math.h>
#include <string.h>

#include "aggregate/accumulator_fields.h"
#include "scenario/scenario.h"

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
    if (a->exact->largest(value, chunk->count) < limit) continue;
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
  struct loss_bins bins = {NULL, NULL};
  if (a->bin_count != NULL)
    bins = (struct loss_bins){a->bin_count + (int64_t)entity * BIN_COUNT, a->bin_sum + (int64_t)entity * BIN_COUNT};
  fixed sum = a->exact->losses(loss, count, a->bound_exponent, &a->loss_squares[entity], bins);
  a->loss_sum[entity] += sum;
  return sum;
}

/* What is below the unit is rounded, not cut off: the same for every order all the same. */
static void add_sum(const struct accumulator *a, fixed *target, const double *value, int32_t count) {
  *target += a->exact->rounded(value, count, power_of_two(-(a->bound_exponent + FIXED_SUM_UNIT)));
}

static uint64_t marks_at(const struct accumulator *a, const double *value, int32_t from, int32_t count) {
  return a->exact->marks(value + from, count - from < WORD ? count - from : WORD);
}

/* Events with a quarter: -1 never. Returns how many. */
static int64_t add_events(const struct accumulator *a, int64_t *count, int64_t *by_quarter, int32_t entity,
                          const double *quarter, int32_t scenarios) {
  int64_t found = 0;
  const int64_t last = a->shape.quarter_count - 1;
  for (int32_t from = 0; from < scenarios; from += WORD) {
    uint64_t mask = marks_at(a, quarter, from, scenarios);
    found += __builtin_popcountll(mask);
    for (; last > 0 && mask != 0; mask &= mask - 1) {
      int64_t at = (int64_t)quarter[from + __builtin_ctzll(mask)];
      by_quarter[(at < last ? at : last) * a->shape.entity_count + entity]++;
    }
  }
  if (last == 0) by_quarter[entity] += found;
  count[entity] += found;
  return found;
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
  a->figure_squares[figure] += a->exact->rounded(square, count, power_of_two(-figure_square_unit(a)));
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
    if (at->forced >= 0) a->forced_count[i] += a->exact->whole(slot(chunk, at->forced + i) + from, count);
    if (at->funding_refused >= 0)
      a->refused_count[i] += a->exact->whole(slot(chunk, at->funding_refused + i) + from, count);
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
  if (at->clip_count >= 0) a->clip_count += a->exact->whole(slot(chunk, at->clip_count) + from, count);
  if (at->iterations >= 0) a->iteration_count += a->exact->whole(slot(chunk, at->iterations) + from, count);
}

/* Joint defaults of up to 64 scenarios: bit s of mask[i] says that entity i defaults in scenario s. Counting common bits of every pair
 * is cheap where many default at once, walking each scenario's defaults where entities default now and then. */
static void add_joint_masks(const struct accumulator *a, int32_t first, int32_t last) {
  for (int32_t i = first; i <= last; i++)
    if (a->room.mask[i] != 0)
      a->exact->common(a->joint + joint_index(i, first), a->room.mask[i], a->room.mask + first, i - first + 1);
}

/* Entity by entity, so that its counts stay near: with each scenario of its own it pairs with those listed there before. */
static void add_joint_walk(const struct accumulator *a, int32_t members) {
  const struct joint_room *room = &a->room;
  const int64_t n = a->shape.entity_count;
  int32_t length[WORD] = {0};
  for (int32_t k = 0; k < members; k++) {
    const int32_t i = room->member[k];
    int64_t *count = a->joint + joint_index(i, 0);
    for (uint64_t left = room->mask[i]; left != 0; left &= left - 1) {
      const int bit = __builtin_ctzll(left);
      uint16_t *list = room->list + bit * n;
      list[length[bit]++] = (uint16_t)i;
      for (int32_t j = 0; j < length[bit]; j++) count[list[j]]++;
    }
  }
}

static void add_joint_word(const struct accumulator *a, const struct chunk *chunk, int32_t from, uint64_t fit) {
  const struct joint_room *room = &a->room;
  uint64_t any = 0;
  int64_t events = 0;
  int32_t members = 0;
  for (int32_t i = 0; i < a->shape.entity_count; i++) {
    uint64_t mask = marks_at(a, slot(chunk, a->shape.layout.default_quarter + i), from, chunk->count) & fit;
    room->mask[i] = mask;
    if (mask == 0) continue;
    any |= mask;
    events += __builtin_popcountll(mask);
    room->member[members++] = i;
  }
  if (members == 0) return;
  /* pairs with common bits to count, against pairs to walk by if each scenario has as many defaults */
  int64_t span = room->member[members - 1] - room->member[0] + 1;
  if (members * span <= 2 * (events * events / __builtin_popcountll(any)))
    add_joint_masks(a, room->member[0], room->member[members - 1]);
  else
    add_joint_walk(a, members);
}

static void add_joint(struct accumulator *a, const struct chunk *chunk, const uint8_t *unfit) {
  for (int32_t from = 0; from < chunk->count; from += WORD) {
    uint64_t fit = 0;
    for (int32_t s = from; s < chunk->count && s < from + WORD; s++) fit |= (uint64_t)!unfit[s] << (s - from);
    add_joint_word(a, chunk, from, fit);
  }
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

void accumulator_add_part(struct accumulator *a, const struct chunk *part, uint8_t *unfit) {
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

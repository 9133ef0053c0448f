/* accumulator_part.c - a part of a chunk into an accumulator's exact sums, once per instruction set, with LS_ISA its name.
 *
 * All sums are of whole numbers: neither the order of scenarios nor the instruction set changes a bit of them.
 */
#include <math.h>
#include <string.h>

#include "aggregate/bins.h"
#include "scenario/scenario.h"

#define LS_ISA_IS_baseline accumulator_part_baseline
#define LS_ISA_IS_avx2 accumulator_part_avx2
#define LS_ISA_IS_avx512 accumulator_part_avx512
#define LS_JOIN(a, b) a##b
#define LS_PART_OF(isa) LS_JOIN(LS_ISA_IS_, isa)

enum { WORD = 64 };

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

/* What the losses of one bin add up to: mantissas, as whole numbers, and their squares in the unit of squares or a finer one. */
struct tally {
  fixed_bits squares;
  uint64_t mantissas;
  int64_t count;
};

/* So many mantissas of 53 bits fit 64. */
enum { TALLIED_MOST = 1024, OUTERMOST_GAIN = BIN_ZERO - GAIN_OCTAVES * GAIN_OCTAVE_BINS };

/* All losses of a bin have one exponent, but for those that are too small to matter and those beyond the outermost bins. */
static bool has_one_exponent(int bin) { return bin != BIN_ZERO && bin < BIN_COUNT - 1 && bin > OUTERMOST_GAIN; }

/* The exponent of the last bit of a bin's losses, less the bound's. */
static int exponent_of_bin(int bin) {
  enum { MANTISSA_BITS = 52 };
  const int from_top = bin > BIN_ZERO ? (bin - BIN_ZERO - 1) / LOSS_OCTAVE_BINS - LOSS_OCTAVES
                                      : (BIN_ZERO - 1 - bin) / GAIN_OCTAVE_BINS - GAIN_OCTAVES;
  return from_top + TOP_OCTAVE - MANTISSA_BITS;
}

static void tally_loss(struct tally *tally, double loss, int bound_exponent) {
  int exponent;
  const uint64_t mantissa = double_parts(double_bits(loss), &exponent);
  const int shift = 2 * (exponent - bound_exponent) - FIXED_SQUARE_UNIT;
  const fixed_bits square = (fixed_bits)mantissa * mantissa;
  tally->squares += shift < 0 ? square >> -shift : square;
  tally->mantissas += mantissa;
  tally->count++;
}

/* The sums of the losses that were looked at. */
struct loss_sums {
  fixed sum;
  struct wide squares;
};

static void note_in_bin(struct accumulator *a, int32_t entity, int bin, int64_t count, fixed sum) {
  if (a->bin_count == NULL) return;
  a->bin_count[(int64_t)entity * BIN_COUNT + bin] += count;
  a->bin_sum[(int64_t)entity * BIN_COUNT + bin] += sum;
}

static void take_tally(struct accumulator *a, int32_t entity, int bin, const struct tally *tally,
                       struct loss_sums *sums) {
  const int exponent = exponent_of_bin(bin), shift = 2 * exponent - FIXED_SQUARE_UNIT;
  const fixed magnitude = (fixed)tally->mantissas << (exponent - FIXED_SUM_UNIT),
              sum = bin < BIN_ZERO ? -magnitude : magnitude;
  sums->sum += sum;
  wide_add(&sums->squares, wide_shifted(tally->squares, shift > 0 ? shift : 0));
  note_in_bin(a, entity, bin, tally->count, sum);
}

/* Any loss, by itself. */
static void take_loss(struct accumulator *a, int32_t entity, int bin, double loss, struct loss_sums *sums) {
  const fixed term = fixed_from(loss, a->bound_exponent);
  sums->sum += term;
  wide_add(&sums->squares, wide_square(loss, a->bound_exponent));
  note_in_bin(a, entity, bin, 1, term);
}

static void add_few_losses(struct accumulator *a, int32_t entity, const double *loss, int32_t count,
                           struct loss_sums *sums) {
  struct tally tally[BIN_COUNT];
  memset(tally, 0, sizeof tally);
  for (int32_t s = 0; s < count; s++) {
    const int bin = bin_of(loss[s], a->bound_exponent);
    if (has_one_exponent(bin))
      tally_loss(&tally[bin], loss[s], a->bound_exponent);
    else
      take_loss(a, entity, bin, loss[s], sums);
  }
  for (int bin = 0; bin < BIN_COUNT; bin++)
    if (tally[bin].count > 0) take_tally(a, entity, bin, &tally[bin], sums);
}

/* Returns the sum that it adds. */
static fixed add_losses(struct accumulator *a, int32_t entity, const double *loss, int32_t count) {
  struct loss_sums sums = {0, {{0, 0, 0}}};
  for (int32_t from = 0; from < count; from += TALLIED_MOST)
    add_few_losses(a, entity, loss + from, count - from < TALLIED_MOST ? count - from : TALLIED_MOST, &sums);
  a->loss_sum[entity] += sums.sum;
  wide_add(&a->loss_squares[entity], sums.squares);
  return sums.sum;
}

/* Eight at a time: each value is cut into three whole numbers of at most 2^31, h 2^64 + m 2^32 + l units, whose sums over a
 * part of a chunk are exact in doubles. What is below the unit is rounded, not cut off: the same for every order all the same. */
typedef double eight __attribute__((vector_size(64)));

static fixed whole_sum(const eight *part) {
  fixed sum = 0;
  for (int k = 0; k < (int)(sizeof *part / sizeof(double)); k++) sum += (int64_t)(*part)[k]; /* far below 2^63 */
  return sum;
}

static fixed block_sum(const double *value, int32_t count, double units) {
  enum { LANES = 8 };
  const double round = 0x1.8p52; /* adding and taking it away leaves the nearest whole number */
  eight high = {0}, middle = {0}, low = {0};
  for (int32_t s = 0; s < count; s += LANES) {
    eight x = {0};
    int32_t taken = count - s < LANES ? count - s : LANES;
    if (taken == LANES) {
      memcpy(&x, value + s, sizeof x);
    } else {
      for (int32_t k = 0; k < taken; k++) x[k] = value[s + k];
    }
    x *= units;
    eight h = (x * 0x1p-64 + round) - round;
    x -= h * 0x1p64;
    eight m = (x * 0x1p-32 + round) - round;
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

/* Whether there is an event at all: most entities have none, and looking is quick. */
static bool any_event(const double *quarter, int32_t count) {
  int64_t any = 0;
  for (int32_t s = 0; s < count; s++) any |= quarter[s] >= 0;
  return any != 0;
}

/* Events with a quarter: -1 never. Returns how many. */
static int64_t add_events(const struct accumulator *a, int64_t *count, int64_t *by_quarter, int32_t entity,
                          const double *quarter, int32_t scenarios) {
  int64_t found = 0;
  if (!any_event(quarter, scenarios)) return 0;
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
      if (!any_event(quarter, count)) continue;
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

void LS_PART_OF(LS_ISA)(struct accumulator *a, const struct chunk *part, uint8_t *unfit) {
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

/* accumulator_given.c - what the others lose in the scenarios in which one entity defaults: exact sums, by who
 * defaults.
 *
 * The loss of the others is added up in doubles within a scenario, entity by entity in file order, and enters the
 * sums as one number, so that its square can be summed too; nothing in it hangs on how scenarios are cut into chunks
 * and parts.
 */
#include <stddef.h>

#include "aggregate/accumulator_fields.h"

static const double *losses_of(const struct accumulator *a, const struct chunk *part, int32_t entity) {
  return part->value + (int64_t)(a->shape.layout.loss + entity) * part->stride;
}

enum { PART_WORDS = PART_SCENARIOS / WORD };

/* Bits of the part's scenarios in which an entity defaults. */
struct marks {
  uint64_t word[PART_WORDS];
};

/* Returns how many there are. */
static int32_t mark_defaults(const struct accumulator *a, const struct chunk *part, const struct marks *fit,
                             int32_t entity, struct marks *marks) {
  const double *quarter = part->value + (int64_t)(a->shape.layout.default_quarter + entity) * part->stride;
  int32_t count = 0;
  for (int32_t from = 0, w = 0; from < part->count; from += WORD, w++) {
    marks->word[w] =
        a->exact->marks(quarter + from, part->count - from < WORD ? part->count - from : WORD) & fit->word[w];
    count += __builtin_popcountll(marks->word[w]);
  }
  return count;
}

static void mark_fit(const struct chunk *part, const uint8_t *unfit, struct marks *fit) {
  *fit = (struct marks){{0}};
  for (int32_t s = 0; s < part->count; s++) fit->word[s / WORD] |= (uint64_t)!unfit[s] << s % WORD;
}

/* Each loss is within the range of the sums; a sum of many gains need not be, and then counts as the end of the
 * range. */
static double within(double value, double limit) { return value > limit ? limit : value < -limit ? -limit : value; }

static void add_others(struct accumulator *a, const struct chunk *part, int32_t entity, const double *total,
                       const struct marks *marks) {
  const double *own = losses_of(a, part, entity);
  const double limit = a->shape.amount_bound * power_of_two(FIXED_HEAD_ROOM);
  double others[PART_SCENARIOS];
  int32_t count = 0;
  for (int32_t from = 0, w = 0; from < part->count; from += WORD, w++)
    for (uint64_t left = marks->word[w]; left != 0; left &= left - 1) {
      const int32_t s = from + __builtin_ctzll(left);
      others[count++] = within(total[s] - own[s], limit);
    }
  a->others_sum[entity] +=
      a->exact->losses(others, count, a->bound_exponent, &a->others_squares[entity], (struct loss_bins){NULL, NULL});
}

/* Few set bits are visited one by one. */
static struct term_sum sum_marked(const struct accumulator *a, const int64_t *high, const int64_t *low,
                                  const struct marks *marks, int32_t defaults, int32_t scenarios) {
  struct term_sum sum = {0, 0};
  if (defaults * 8 > scenarios) return a->exact->marked(high, low, marks->word, scenarios);
  for (int32_t from = 0, w = 0; from < scenarios; from += WORD, w++)
    for (uint64_t left = marks->word[w]; left != 0; left &= left - 1) {
      const int32_t s = from + __builtin_ctzll(left);
      sum.high += high[s];
      sum.low += low[s];
    }
  return sum;
}

/* What entity i loses where others default, and itself. */
static void add_each(struct accumulator *a, const struct chunk *part, int32_t i, const struct marks *marks,
                     const int32_t *defaults) {
  const int32_t n = a->shape.entity_count;
  int64_t high[PART_SCENARIOS], low[PART_SCENARIOS];
  a->exact->terms(losses_of(a, part, i), part->count, a->bound_exponent, high, low);
  for (int32_t k = 0; k < n; k++)
    if (defaults[k] > 0)
      a->given_sum[(int64_t)k * n + i] += term_value(sum_marked(a, high, low, &marks[k], defaults[k], part->count));
}

void accumulator_add_given(struct accumulator *a, const struct chunk *part, const uint8_t *unfit) {
  const int32_t n = a->shape.entity_count;
  double total[PART_SCENARIOS] = {0};
  struct marks fit, marks[GIVEN_ENTITY_LIMIT];
  int32_t defaults[GIVEN_ENTITY_LIMIT];
  int64_t any = 0;
  if (a->others_sum == NULL || a->shape.layout.default_quarter < 0) return;
  mark_fit(part, unfit, &fit);
  for (int32_t i = 0; i < n; i++) a->exact->add(total, losses_of(a, part, i), part->count);
  for (int32_t k = 0; k < n; k++) {
    const int32_t at = a->given_sum != NULL ? k : 0;
    defaults[at] = mark_defaults(a, part, &fit, k, &marks[at]);
    if (defaults[at] > 0) add_others(a, part, k, total, &marks[at]);
    any += defaults[at];
  }
  for (int32_t i = 0; a->given_sum != NULL && any > 0 && i < n; i++) add_each(a, part, i, marks, defaults);
}

void accumulator_drop_given(struct accumulator *a) {
  allocator_release(&a->allocator, a->others_sum);
  allocator_release(&a->allocator, a->others_squares);
  allocator_release(&a->allocator, a->given_sum);
  a->others_sum = a->given_sum = NULL;
  a->others_squares = NULL;
}

void accumulator_drop_draw_figures(struct accumulator *a) {
  allocator_release(&a->allocator, a->draw_figure_sum);
  a->draw_figure_sum = NULL;
}

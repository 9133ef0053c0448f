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

/* Scenarios of the part in which the entity defaults; returns how many. */
static int32_t list_defaults(const struct accumulator *a, const struct chunk *part, const uint8_t *unfit,
                             int32_t entity, int32_t *list) {
  const double *quarter = part->value + (int64_t)(a->shape.layout.default_quarter + entity) * part->stride;
  int32_t count = 0;
  for (int32_t s = 0; s < part->count; s++)
    list[count] = s, count += quarter[s] >= 0 && !unfit[s]; /* no branch to guess */
  return count;
}

/* Each loss is within the range of the sums; a sum of many gains need not be, and then counts as the end of the
 * range. */
static double within(double value, double limit) { return value > limit ? limit : value < -limit ? -limit : value; }

static void add_others(struct accumulator *a, const struct chunk *part, int32_t entity, const double *total,
                       const int32_t *list, int32_t count) {
  const double *own = losses_of(a, part, entity);
  const double limit = a->shape.amount_bound * power_of_two(FIXED_HEAD_ROOM);
  for (int32_t k = 0; k < count; k++) {
    double others = within(total[list[k]] - own[list[k]], limit);
    a->others_sum[entity] += fixed_from(others, a->bound_exponent);
    wide_add(&a->others_squares[entity], wide_square(others, a->bound_exponent));
  }
}

static void add_each(struct accumulator *a, const struct chunk *part, int32_t entity, const int32_t *list,
                     int32_t count) {
  const int32_t n = a->shape.entity_count;
  for (int32_t i = 0; i < n; i++) {
    const double *loss = losses_of(a, part, i);
    fixed sum = 0;
    for (int32_t k = 0; k < count; k++) sum += fixed_from(loss[list[k]], a->bound_exponent);
    a->given_sum[(int64_t)entity * n + i] += sum;
  }
}

void accumulator_add_given(struct accumulator *a, const struct chunk *part, const uint8_t *unfit) {
  double total[PART_SCENARIOS] = {0};
  int32_t list[PART_SCENARIOS];
  if (a->others_sum == NULL || a->shape.layout.default_quarter < 0) return;
  for (int32_t i = 0; i < a->shape.entity_count; i++) {
    const double *loss = losses_of(a, part, i);
    for (int32_t s = 0; s < part->count; s++) total[s] += loss[s];
  }
  for (int32_t k = 0; k < a->shape.entity_count; k++) {
    int32_t count = list_defaults(a, part, unfit, k, list);
    if (count == 0) continue;
    add_others(a, part, k, total, list, count);
    if (a->given_sum != NULL) add_each(a, part, k, list, count);
  }
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

/* accumulator_merge.c - one accumulator added to another: integers all, so that no order of merges can change a bit. */
#include <string.h>

#include "aggregate/accumulator_fields.h"

static bool same_shape(const struct accumulator *a, const struct accumulator *b) {
  return a->shape.entity_count == b->shape.entity_count && a->shape.line_count == b->shape.line_count &&
         a->shape.figure_count == b->shape.figure_count && a->shape.quarter_count == b->shape.quarter_count &&
         draw_size(&a->shape) == draw_size(&b->shape) && a->bound_exponent == b->bound_exponent;
}

static bool same_double(double a, double b) { return double_bits(a) == double_bits(b); }

/* How many of source's scenarios target holds already; -1 where one of them came out differently. */
static int64_t count_common(const struct accumulator *target, const struct accumulator *source) {
  int64_t offset = source->shape.first_scenario - target->shape.first_scenario, common = 0;
  for (int64_t k = 0; k < source->shape.scenario_count; k++) {
    int64_t t = k + offset;
    if (source->state[k] == SCENARIO_NOT_RUN || target->state[t] == SCENARIO_NOT_RUN) continue;
    if (source->state[k] != target->state[t] || source->scenario_defaults[k] != target->scenario_defaults[t] ||
        !same_double(source->loss_gross[k], target->loss_gross[t]) ||
        !same_double(source->loss_net[k], target->loss_net[t])) {
      return -1;
    }
    common++;
  }
  return common;
}

static void add_integers(int64_t *target, const int64_t *source, int64_t count) {
  for (int64_t k = 0; target != NULL && k < count; k++) target[k] += source[k];
}

static void add_sums(fixed *target, const fixed *source, int64_t count) {
  for (int64_t k = 0; target != NULL && k < count; k++) target[k] += source[k];
}

static void add_by_entity(struct accumulator *target, const struct accumulator *source) {
  int64_t n = target->shape.entity_count, quarters = target->shape.quarter_count;
  add_sums(target->loss_sum, source->loss_sum, n);
  add_sums(target->peak_sum, source->peak_sum, n);
  add_sums(target->line_sum, source->line_sum, n * target->shape.line_count);
  add_sums(target->figure_sum, source->figure_sum, target->shape.figure_count);
  add_sums(target->figure_squares, source->figure_squares, target->shape.figure_count);
  add_sums(target->bin_sum, source->bin_sum, n * BIN_COUNT);
  for (int64_t i = 0; i < n; i++) wide_add(&target->loss_squares[i], source->loss_squares[i]);
  add_integers(target->default_count, source->default_count, n);
  add_integers(target->forced_count, source->forced_count, n);
  add_integers(target->distress_count, source->distress_count, n);
  add_integers(target->refused_count, source->refused_count, n);
  add_integers(target->default_by_quarter, source->default_by_quarter, n * quarters);
  add_integers(target->distress_by_quarter, source->distress_by_quarter, n * quarters);
  add_integers(target->bin_count, source->bin_count, n * BIN_COUNT);
  add_integers(target->draw_default_count, source->draw_default_count, draw_size(&target->shape));
  add_sums(target->draw_loss_sum, source->draw_loss_sum, draw_size(&target->shape));
  add_integers(target->joint, source->joint, joint_size(target->shape.entity_count));
}

/* What the source does not know, the whole cannot. */
static void add_given(struct accumulator *target, const struct accumulator *source) {
  if (source->others_sum == NULL) accumulator_drop_given(target);
  if (source->draw_figure_sum == NULL) accumulator_drop_draw_figures(target);
  add_sums(target->given_sum, source->given_sum, given_size(&target->shape));
  add_sums(target->draw_figure_sum, source->draw_figure_sum, draw_figure_size(&target->shape));
  add_sums(target->others_sum, source->others_sum, target->shape.entity_count);
  for (int32_t i = 0; target->others_squares != NULL && i < target->shape.entity_count; i++)
    wide_add(&target->others_squares[i], source->others_squares[i]);
}

static void add_by_scenario(struct accumulator *target, const struct accumulator *source) {
  int64_t offset = source->shape.first_scenario - target->shape.first_scenario;
  for (int64_t k = 0; k < source->shape.scenario_count; k++) {
    if (source->state[k] == SCENARIO_NOT_RUN) continue;
    target->loss_gross[k + offset] = source->loss_gross[k];
    target->loss_net[k + offset] = source->loss_net[k];
    target->scenario_defaults[k + offset] = source->scenario_defaults[k];
    target->state[k + offset] = source->state[k];
  }
}

static void add_counts(struct accumulator *target, const struct accumulator *source) {
  target->done_count += source->done_count;
  target->converged_count += source->converged_count;
  target->nonfinite_count += source->nonfinite_count;
  target->clip_count += source->clip_count;
  target->iteration_count += source->iteration_count;
}

void accumulator_gather(struct accumulator *whole, const struct accumulator *share) {
  add_by_entity(whole, share);
  add_given(whole, share);
  add_counts(whole, share);
}

ls_status accumulator_merge(ls_context *context, struct accumulator *target, const struct accumulator *source) {
  const struct accumulator_shape *outer = &target->shape, *inner = &source->shape;
  if (!same_shape(target, source)) {
    return context_fail(context, LS_STATUS_INVALID_INPUT,
                        "parts do not belong together: their entities, lines, quarters or scales differ");
  }
  if (inner->first_scenario < outer->first_scenario ||
      inner->first_scenario + inner->scenario_count > outer->first_scenario + outer->scenario_count) {
    return context_fail(context, LS_STATUS_INVALID_INPUT, "a part holds scenarios that do not belong to the whole");
  }
  int64_t common = count_common(target, source);
  if (common > 0 && common == source->done_count) return LS_STATUS_OK; /* held twice, and equal */
  if (common != 0) {
    return context_fail(
        context, LS_STATUS_INVALID_INPUT, "parts are in conflict: scenarios %lld to %lld are held twice and %s",
        (long long)inner->first_scenario, (long long)(inner->first_scenario + inner->scenario_count - 1),
        common < 0 ? "differ" : "only in part");
  }
  add_by_entity(target, source);
  add_given(target, source);
  add_by_scenario(target, source);
  add_counts(target, source);
  return LS_STATUS_OK;
}

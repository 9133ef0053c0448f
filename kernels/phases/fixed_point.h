/* fixed_point.h - the one iteration of all static models: x <- c(a) + s(a) a with a = A x, a tile of scenarios at a time.
 *
 * Every sweep reads only the one before (Jacobi), rows are summed in link order, and a scenario that has stopped is frozen.
 * A model is its piece (c, s); each piece is affine, so a stubborn scenario can be finished by one exact solve
 * (host/engine/exact_finish.c), which the `converged` output asks for. State slots: given[N], x[N], next[N], and for models
 * that report waves wave[N]: the sweep in which x_i reached 1, counted from 0; -1 never.
 */
#ifndef LS_PHASES_FIXED_POINT_H
#define LS_PHASES_FIXED_POINT_H

#include "phases/stop_rule.h"
#include "phases/view.h"

struct ls_static_model {
  ls_lane (*given)(const struct ls_view *, int32_t);
  double (*start)(const struct ls_view *, int32_t);
  void (*piece)(const struct ls_view *, int32_t, struct ls_reach, ls_lane *, ls_lane *);
  void (*result)(const struct ls_view *, int32_t, ls_lane, ls_lane, ls_lane, struct ls_entity_result *);
};

/* The slots of one scenario's iteration. */
struct fixed_point_state {
  ls_slots given, x, next, wave;
};

LS_FN bool fixed_point_has_waves(const struct ls_view *view) { return view->plan->output.wave >= 0; }

/* a_i = sum of weight x over the links of row i, in link order. */
LS_FN ls_lane fixed_point_row(const struct ls_static_plan *fixed, int32_t i, ls_slots x) {
  ls_lane sum = lane_set(0);
  for (int64_t k = fixed->row_start[i]; k < fixed->row_start[i + 1]; k++)
    sum = sum + lane_set(fixed->weight[k]) * slot_get(x, fixed->column[k]);
  return sum;
}

/* One sweep from `x` into `next`; lanes that are not active keep their value. */
LS_FN void fixed_point_sweep(const struct ls_view *view, struct ls_static_model model,
                             const struct fixed_point_state *s, double slack, struct ls_stop_rule *rule) {
  const struct ls_static_plan *fixed = &view->plan->fixed;
  for (int32_t i = 0; i < view->plan->entity_count; i++) {
    ls_lane constant, slope, before = slot_get(s->x, i);
    ls_lane a = fixed_point_row(fixed, i, s->x);
    struct ls_reach reach = {slot_get(s->given, i), a + lane_set(slack * fixed->bound[i]), before};
    model.piece(view, i, reach, &constant, &slope);
    ls_lane after = lane_select(rule->active, constant + slope * a, before);
    stop_rule_note(rule, lane_ratio(lane_absolute(after - before), lane_set(fixed->bound[i]), 0));
    if (fixed->reach_counts)
      stop_rule_note(rule, lane_from_mask(mask_and(lane_equal(before, lane_set(0)), lane_less(lane_set(0), after))));
    slot_set(s->next, i, after);
  }
}

/* Whoever stands at 1 and has no wave yet belongs to the wave of this sweep. */
LS_FN void fixed_point_note_wave(const struct ls_view *view, const struct fixed_point_state *s, int32_t i, ls_lane x,
                                 int32_t sweep) {
  if (!fixed_point_has_waves(view)) return;
  ls_mask rises = mask_and(lane_less(slot_get(s->wave, i), lane_set(0)), lane_less_equal(lane_set(1), x));
  slot_set(s->wave, i, lane_select(rises, lane_set(sweep), slot_get(s->wave, i)));
}

/* The sweep's result becomes x. */
LS_FN void fixed_point_take(const struct ls_view *view, const struct fixed_point_state *s, int32_t sweep) {
  for (int32_t i = 0; i < view->plan->entity_count; i++) {
    ls_lane after = slot_get(s->next, i);
    fixed_point_note_wave(view, s, i, after, sweep);
    slot_set(s->x, i, after);
  }
}

/* Iterates until every lane has stopped or the limit of sweeps is reached. Returns with the solution in x. */
LS_FN void fixed_point_iterate(const struct ls_view *view, struct ls_static_model model,
                               const struct fixed_point_state *s, struct ls_stop_rule *rule) {
  for (int32_t sweep = 0; sweep < view->plan->max_iterations && mask_any(rule->active); sweep++) {
    fixed_point_sweep(view, model, s, 0, rule);
    fixed_point_take(view, s, sweep);
    stop_rule_end_sweep(rule, view->plan->tolerance);
  }
}

/* The relative distance within which the limit of a rising iteration counts as having reached a threshold: the iteration
 * towards the least solution approaches a threshold from below and may never touch it. */
#define LS_LEAST_SLACK 1e-9
/* A jump larger than this share of the bound means that a threshold was passed. */
#define LS_LEAST_JUMP 1e-6

/* Towards the least solution: where the limit stands at a threshold, step over it and go on. At most one step an entity. */
LS_FN void fixed_point_restart(const struct ls_view *view, struct ls_static_model model,
                               const struct fixed_point_state *s, struct ls_stop_rule *rule, ls_mask converged) {
  for (int32_t round = 0; round < view->plan->entity_count; round++) {
    struct ls_stop_rule probe = stop_rule_begin(converged);
    fixed_point_sweep(view, model, s, LS_LEAST_SLACK, &probe);
    ls_mask jumped = mask_and(converged, lane_less(lane_set(LS_LEAST_JUMP), probe.change));
    if (!mask_any(jumped)) return;
    for (int32_t i = 0; i < view->plan->entity_count; i++)
      slot_set(s->x, i, lane_select(jumped, slot_get(s->next, i), slot_get(s->x, i)));
    ls_lane sweeps = rule->sweeps;
    *rule = stop_rule_begin(jumped);
    rule->sweeps = sweeps;
    fixed_point_iterate(view, model, s, rule);
  }
}

/* Losses against the baseline, defaults and details of every entity, and the system's totals. */
LS_FN void fixed_point_output(const struct ls_view *view, struct ls_static_model model,
                              const struct fixed_point_state *s, ls_slots output) {
  const struct ls_plan *plan = view->plan;
  const struct ls_output_layout *at = &plan->output;
  int32_t n = plan->entity_count;
  ls_lane gross = lane_set(0), outside = lane_set(0), defaults = lane_set(0);
  for (int32_t i = 0; i < n; i++) {
    struct ls_entity_result result;
    model.result(view, i, slot_get(s->given, i), fixed_point_row(&plan->fixed, i, s->x), slot_get(s->x, i), &result);
    ls_lane loss = lane_set(plan->baseline_value[i]) - result.value;
    ls_mask forced = lane_to_mask(view_shock(view, LS_VARIABLE_DEFAULT, i, 0));
    ls_mask failed = mask_or(result.defaulted, forced);
    gross = gross + lane_positive_part(loss);
    outside = outside + result.outside;
    defaults = defaults + lane_from_mask(failed);
    slot_set(output, at->loss + i, loss);
    slot_set(output, at->default_quarter + i, lane_select(failed, lane_set(0), lane_set(-1)));
    slot_set(output, at->forced + i, lane_from_mask(forced));
    LS_UNROLL
    for (int32_t k = 0; k < LS_STATIC_LINES; k++)
      if (k < at->line_count)
        slot_set(output, at->line + k * n + i, lane_set(plan->baseline_line[k * n + i]) - result.line[k]);
    LS_UNROLL
    for (int32_t k = 0; k < LS_STATIC_DETAILS; k++)
      if (k < at->detail_count)
        slot_set(output, at->detail + k * n + i, k == at->wave ? slot_get(s->wave, i) : result.detail[k]);
  }
  slot_set(output, at->loss_gross, gross);
  slot_set(output, at->loss_net, lane_set(plan->baseline_outside) - outside);
  slot_set(output, at->default_count, defaults);
}

LS_FN void fixed_point_tile(const struct ls_view *view, struct ls_static_model model, ls_slots state, ls_slots output) {
  int64_t n = view->plan->entity_count;
  const struct fixed_point_state s = {state, slots_from(state, n), slots_from(state, 2 * n), slots_from(state, 3 * n)};
  for (int32_t i = 0; i < n; i++) {
    slot_set(s.given, i, model.given(view, i));
    slot_set(s.x, i, lane_set(model.start(view, i)));
    if (fixed_point_has_waves(view)) slot_set(s.wave, i, lane_set(-1));
  }
  struct ls_stop_rule rule = stop_rule_begin(lane_equal(lane_set(0), lane_set(0)));
  fixed_point_iterate(view, model, &s, &rule);
  if (view->plan->solution == LS_SOLUTION_LEAST && !view->plan->fixed.least_is_limit)
    fixed_point_restart(view, model, &s, &rule, mask_not(rule.active));
  slot_set(output, view->plan->output.iterations, rule.sweeps);
  slot_set(output, view->plan->output.converged, lane_from_mask(mask_not(rule.active)));
  fixed_point_output(view, model, &s, output);
}

#endif

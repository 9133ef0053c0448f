/* fixed_point.h - the one iteration of all static models: x <- c(a) + s(a) a with a = A x, a tile of scenarios at a time.
 *
 * Every sweep reads only the one before (Jacobi), rows are summed in link order, and a scenario that has stopped is frozen.
 * A model is its piece (c, s); each piece is affine, so a stubborn scenario can be finished by one exact solve
 * (host/engine/exact_finish.c), which the `converged` output asks for. State slots: given[N], x[N], next[N], and for models
 * that report waves wave[N]: the sweep in which x_i reached 1, counted from 0; -1 never.
 */
#ifndef LS_PHASES_FIXED_POINT_H
#define LS_PHASES_FIXED_POINT_H

#include "phases/output.h"
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
  const struct ls_static_plan *links; /* the operator A */
  bool has_waves;
  ls_slots given, x, next, wave;
};

/* Slots `from` on: given, x, next and, where the model reports them, waves. */
LS_FN struct fixed_point_state fixed_point_state_of(const struct ls_view *view, const struct ls_static_plan *links,
                                                    bool has_waves, ls_slots from) {
  int64_t n = view->plan->entity_count;
  struct fixed_point_state s = {
      links, has_waves, from, slots_from(from, n), slots_from(from, 2 * n), slots_from(from, 3 * n)};
  return s;
}

LS_FN struct fixed_point_state fixed_point_state_of_plan(const struct ls_view *view, ls_slots from) {
  return fixed_point_state_of(view, &view->plan->fixed, view->plan->output.wave >= 0, from);
}

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
  const struct ls_static_plan *fixed = s->links;
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
LS_FN void fixed_point_note_wave(const struct fixed_point_state *s, int32_t i, ls_lane x, ls_lane sweep) {
  if (!s->has_waves) return;
  ls_mask rises = mask_and(lane_less(slot_get(s->wave, i), lane_set(0)), lane_less_equal(lane_set(1), x));
  slot_set(s->wave, i, lane_select(rises, sweep, slot_get(s->wave, i)));
}

/* The sweep's result becomes x. */
LS_FN void fixed_point_take(const struct ls_view *view, const struct fixed_point_state *s, ls_lane sweep) {
  for (int32_t i = 0; i < view->plan->entity_count; i++) {
    ls_lane after = slot_get(s->next, i);
    fixed_point_note_wave(s, i, after, sweep);
    slot_set(s->x, i, after);
  }
}

/* Iterates until every lane has stopped or the limit of sweeps is reached. Returns with the solution in x. */
LS_FN void fixed_point_iterate(const struct ls_view *view, struct ls_static_model model,
                               const struct fixed_point_state *s, struct ls_stop_rule *rule) {
  for (int32_t sweep = 0; sweep < view->plan->max_iterations && mask_any(rule->active); sweep++) {
    fixed_point_sweep(view, model, s, 0, rule);
    fixed_point_take(view, s, rule->sweeps);
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
                              const struct fixed_point_state *s, ls_lane sweeps, ls_mask unsettled, ls_slots output) {
  const struct ls_plan *plan = view->plan;
  const struct ls_output_layout *at = &plan->output;
  struct ls_output_sums sums = output_sums_begin();
  for (int32_t i = 0; i < plan->entity_count; i++) {
    struct ls_entity_result result = output_result_begin();
    model.result(view, i, slot_get(s->given, i), fixed_point_row(s->links, i, s->x), slot_get(s->x, i), &result);
    output_write_entity(view, i, &result, lane_to_mask(view_shock(view, LS_VARIABLE_DEFAULT, i, 0)), output, &sums);
    if (s->has_waves && at->wave < at->detail_count)
      slot_set(output, at->detail + at->wave * plan->entity_count + i, slot_get(s->wave, i));
  }
  output_write_sums(view, &sums, sweeps, unsettled, output);
}

LS_FN void fixed_point_tile(const struct ls_view *view, struct ls_static_model model, ls_slots state, ls_slots output) {
  const struct fixed_point_state s = fixed_point_state_of_plan(view, state);
  for (int32_t i = 0; i < view->plan->entity_count; i++) {
    slot_set(s.given, i, model.given(view, i));
    slot_set(s.x, i, lane_set(model.start(view, i)));
    if (s.has_waves) slot_set(s.wave, i, lane_set(-1));
  }
  struct ls_stop_rule rule = stop_rule_begin(lane_equal(lane_set(0), lane_set(0)));
  fixed_point_iterate(view, model, &s, &rule);
  if (view->plan->solution == LS_SOLUTION_LEAST && !view->plan->fixed.least_is_limit)
    fixed_point_restart(view, model, &s, &rule, mask_not(rule.active));
  fixed_point_output(view, model, &s, rule.sweeps, rule.active, output);
}

#endif

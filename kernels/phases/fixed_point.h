/* fixed_point.h - the one iteration of all static models: x <- c(a) + s(a) a with a = A x, a tile of scenarios at a time.
 *
 * Every sweep reads only the one before (Jacobi), and a scenario that has stopped is frozen. A row is summed in link order, each
 * product and sum rounded once together, from what it is at the start: a_i = base_i + sum of weight (x - start). Who has not
 * moved adds an exact 0, so that leaving it out (phases/push.h) changes no bit. A model is its piece (c, s); each piece is
 * affine, so a stubborn scenario can be finished by one exact solve (host/engine/exact_finish.c), which the `converged` output
 * asks for. State slots: given, x, moved, next, each [N], and for models that report waves wave[N]: the sweep in which x_i
 * reached 1, counted from 0; -1 never.
 */
#ifndef LS_PHASES_FIXED_POINT_H
#define LS_PHASES_FIXED_POINT_H

#include "phases/output.h"
#include "phases/stop_rule.h"
#include "phases/view.h"

struct ls_static_model {
  ls_lane (*given)(const struct ls_view *, int32_t);
  void (*piece)(const struct ls_view *, int32_t, struct ls_reach, ls_lane *, ls_lane *);
  void (*result)(const struct ls_view *, int32_t, ls_lane, ls_lane, ls_lane, struct ls_entity_result *);
};

enum { FIXED_POINT_SLOTS = 4, FIXED_POINT_SLOTS_WITH_WAVES = 5 }; /* for each entity */

/* The slots of one scenario's iteration. */
struct fixed_point_state {
  const struct ls_static_plan *links; /* the operator A */
  bool has_waves;
  ls_slots given, x;
  ls_slots moved; /* x less where it started: what others see of it */
  ls_slots next;  /* the same of the sweep under way; at the end what reaches everyone */
  ls_slots wave;
};

/* Slots `from` on. */
LS_FN struct fixed_point_state fixed_point_state_of(const struct ls_view *view, const struct ls_static_plan *links,
                                                    bool has_waves, ls_slots from) {
  int64_t n = view->plan->entity_count;
  struct fixed_point_state s = {links,
                                has_waves,
                                from,
                                slots_from(from, n),
                                slots_from(from, 2 * n),
                                slots_from(from, 3 * n),
                                slots_from(from, 4 * n)};
  return s;
}

LS_FN struct fixed_point_state fixed_point_state_of_plan(const struct ls_view *view, ls_slots from) {
  return fixed_point_state_of(view, &view->plan->fixed, view->plan->output.wave >= 0, from);
}

/* x_i is what it is from now on. */
LS_FN void fixed_point_put(const struct fixed_point_state *s, int32_t i, ls_lane x) {
  slot_set(s->x, i, x);
  slot_set(s->moved, i, x - lane_set(s->links->start[i]));
}

/* sum + weight v over the links of row i. */
LS_FN ls_lane fixed_point_row(const struct ls_static_plan *links, int32_t i, ls_lane sum, ls_slots v) {
  for (int64_t k = links->row_start[i]; k < links->row_start[i + 1]; k++)
    sum = lane_fma(lane_set(links->weight[k]), slot_get(v, links->column[k]), sum);
  return sum;
}

/* a_i, as x stands. */
LS_FN ls_lane fixed_point_reach(const struct fixed_point_state *s, int32_t i) {
  return fixed_point_row(s->links, i, lane_set(s->links->base[i]), s->moved);
}

/* All that the equation of entity i starts from. */
LS_FN struct ls_reach fixed_point_reach_of(const struct ls_view *view, const struct fixed_point_state *s, int32_t i,
                                           ls_lane a) {
  struct ls_reach reach = {slot_get(s->given, i), a, slot_get(s->x, i),
                           lane_to_mask(view_shock(view, LS_VARIABLE_DEFAULT, i, 0))};
  return reach;
}

/* How much of its bound an entity has moved in a sweep. */
LS_FN void fixed_point_note_change(const struct ls_static_plan *links, ls_lane inverse_bound, ls_lane before,
                                   ls_lane after, struct ls_stop_rule *rule) {
  stop_rule_note(rule, lane_absolute(after - before) * inverse_bound);
  if (links->reach_counts)
    stop_rule_note(rule, lane_from_mask(mask_and(lane_equal(before, lane_set(0)), lane_less(lane_set(0), after))));
}

/* What x_i becomes in a sweep that finds that a_i reaches it; lanes that are not active keep their value. `slack`: how much nearer
 * to a threshold it counts, as a share of its bound. */
LS_FN ls_lane fixed_point_step(const struct ls_view *view, struct ls_static_model model,
                               const struct fixed_point_state *s, int32_t i, ls_lane a, double slack,
                               struct ls_stop_rule *rule) {
  const struct ls_static_plan *links = s->links;
  ls_lane constant, slope, before = slot_get(s->x, i);
  ls_lane nearer = slack > 0 ? a + lane_set(slack * links->bound[i]) : a;
  model.piece(view, i, fixed_point_reach_of(view, s, i, nearer), &constant, &slope);
  ls_lane after = lane_select(rule->active, constant + slope * a, before);
  fixed_point_note_change(links, lane_set(links->inverse_bound[i]), before, after, rule);
  return after;
}

/* What a sweep would make of x, into `next`: a probe. */
LS_FN void fixed_point_sweep(const struct ls_view *view, struct ls_static_model model,
                             const struct fixed_point_state *s, double slack, struct ls_stop_rule *rule) {
  for (int32_t row = 0; row < view->plan->entity_count; row++) {
    int32_t i = s->links->row_order[row];
    slot_set(s->next, i, fixed_point_step(view, model, s, i, fixed_point_reach(s, i), slack, rule));
  }
}

/* Whoever stands at 1 and has no wave yet belongs to the wave of this sweep. */
LS_FN void fixed_point_note_wave(const struct fixed_point_state *s, int32_t i, ls_lane x, ls_lane sweep) {
  if (!s->has_waves) return;
  ls_mask rises = mask_and(lane_less(slot_get(s->wave, i), lane_set(0)), lane_less_equal(lane_set(1), x));
  slot_set(s->wave, i, lane_select(rises, sweep, slot_get(s->wave, i)));
}

/* x_i of the sweep under way, which nobody looks at before the next one: others see `moved`. */
LS_FN void fixed_point_advance(const struct ls_view *view, struct ls_static_model model,
                               const struct fixed_point_state *s, int32_t i, ls_lane a, struct ls_stop_rule *rule) {
  ls_lane after = fixed_point_step(view, model, s, i, a, 0, rule);
  fixed_point_note_wave(s, i, after, rule->sweeps);
  slot_set(s->x, i, after);
  slot_set(s->next, i, after - lane_set(s->links->start[i]));
}

LS_FN void fixed_point_end_sweep(const struct ls_view *view, struct fixed_point_state *s, struct ls_stop_rule *rule) {
  ls_slots moved = s->moved;
  s->moved = s->next;
  s->next = moved;
  stop_rule_end_sweep(rule, view->plan->tolerance);
}

/* a of the LS_PANEL_ROWS entities from i on, out of the panel: as many sums side by side as keep the processor busy. */
LS_FN void fixed_point_panel_rows(const struct ls_view *view, const struct fixed_point_state *s, int32_t i,
                                  ls_lane sum[LS_PANEL_ROWS]) {
  const double *weight = s->links->panel + (int64_t)i * view->plan->entity_count;
  LS_UNROLL
  for (int r = 0; r < LS_PANEL_ROWS; r++) sum[r] = lane_set(s->links->base[i + r]);
  for (int32_t j = 0; j < view->plan->entity_count; j++, weight += LS_PANEL_ROWS) {
    ls_lane moved = slot_get(s->moved, j);
    LS_UNROLL
    for (int r = 0; r < LS_PANEL_ROWS; r++) sum[r] = lane_fma(lane_set(weight[r]), moved, sum[r]);
  }
}

/* One sweep of everyone. */
LS_FN void fixed_point_sweep_panel(const struct ls_view *view, struct ls_static_model model,
                                   const struct fixed_point_state *s, struct ls_stop_rule *rule) {
  ls_lane sum[LS_PANEL_ROWS];
  for (int32_t i = 0; i < view->plan->entity_count; i += LS_PANEL_ROWS) {
    fixed_point_panel_rows(view, s, i, sum);
    for (int32_t r = 0; r < LS_PANEL_ROWS && i + r < view->plan->entity_count; r++)
      fixed_point_advance(view, model, s, i + r, sum[r], rule);
  }
}

LS_FN void fixed_point_sweep_links(const struct ls_view *view, struct ls_static_model model,
                                   const struct fixed_point_state *s, struct ls_stop_rule *rule) {
  for (int32_t row = 0; row < view->plan->entity_count; row++) {
    int32_t i = s->links->row_order[row];
    fixed_point_advance(view, model, s, i, fixed_point_reach(s, i), rule);
  }
}

/* The first sweep, in which nobody has moved. */
LS_FN void fixed_point_first_sweep(const struct ls_view *view, struct ls_static_model model,
                                   struct fixed_point_state *s, struct ls_stop_rule *rule) {
  if (view->plan->max_iterations < 1) return;
  for (int32_t i = 0; i < view->plan->entity_count; i++)
    fixed_point_advance(view, model, s, i, lane_set(s->links->base[i]), rule);
  fixed_point_end_sweep(view, s, rule);
}

/* Iterates until every lane has stopped or the limit of sweeps, of which `done` are done, is reached. Returns with the solution
 * in x. */
LS_FN void fixed_point_iterate(const struct ls_view *view, struct ls_static_model model, struct fixed_point_state *s,
                               int32_t done, struct ls_stop_rule *rule) {
  for (int32_t sweep = done; sweep < view->plan->max_iterations && mask_any(rule->active); sweep++) {
    if (s->links->panel_sweeps)
      fixed_point_sweep_panel(view, model, s, rule);
    else
      fixed_point_sweep_links(view, model, s, rule);
    fixed_point_end_sweep(view, s, rule);
  }
}

/* The relative distance within which the limit of a rising iteration counts as having reached a threshold: the iteration
 * towards the least solution approaches a threshold from below and may never touch it. */
#define LS_LEAST_SLACK 1e-9
/* A jump larger than this share of the bound means that a threshold was passed. */
#define LS_LEAST_JUMP 1e-6

/* Towards the least solution: where the limit stands at a threshold, step over it and go on. At most one step an entity. */
LS_FN void fixed_point_restart(const struct ls_view *view, struct ls_static_model model, struct fixed_point_state *s,
                               struct ls_stop_rule *rule, ls_mask converged) {
  for (int32_t round = 0; round < view->plan->entity_count; round++) {
    struct ls_stop_rule probe = stop_rule_begin(converged);
    fixed_point_sweep(view, model, s, LS_LEAST_SLACK, &probe);
    ls_mask jumped = mask_and(converged, lane_less(lane_set(LS_LEAST_JUMP), probe.change));
    if (!mask_any(jumped)) return;
    for (int32_t i = 0; i < view->plan->entity_count; i++)
      fixed_point_put(s, i, lane_select(jumped, slot_get(s->next, i), slot_get(s->x, i)));
    ls_lane sweeps = rule->sweeps;
    *rule = stop_rule_begin(jumped);
    rule->sweeps = sweeps;
    fixed_point_iterate(view, model, s, 0, rule);
  }
}

/* Losses against the baseline, defaults and details of every entity, and the system's totals, from x and what reaches everyone
 * then, which is in `next`. */
LS_FN void fixed_point_output(const struct ls_view *view, struct ls_static_model model,
                              const struct fixed_point_state *s, ls_lane sweeps, ls_mask unsettled, ls_slots output) {
  const struct ls_plan *plan = view->plan;
  const struct ls_output_layout *at = &plan->output;
  struct ls_output_sums sums = output_sums_begin();
  for (int32_t i = 0; i < plan->entity_count; i++) {
    struct ls_entity_result result = output_result_begin();
    model.result(view, i, slot_get(s->given, i), slot_get(s->next, i), slot_get(s->x, i), &result);
    output_write_entity(view, i, &result, lane_to_mask(view_shock(view, LS_VARIABLE_DEFAULT, i, 0)), output, &sums);
    if (s->has_waves && at->wave < at->detail_count)
      slot_set(output, at->detail + at->wave * plan->entity_count + i, slot_get(s->wave, i));
  }
  output_write_sums(view, &sums, sweeps, unsettled, output);
}

/* What reaches everyone as x stands, into `next`. */
LS_FN void fixed_point_reach_all(const struct ls_view *view, const struct fixed_point_state *s) {
  for (int32_t row = 0; row < view->plan->entity_count; row++) {
    int32_t i = s->links->row_order[row];
    slot_set(s->next, i, fixed_point_reach(s, i));
  }
}

/* Everyone at the start, and what the shock alone makes of them. */
LS_FN void fixed_point_begin(const struct ls_view *view, struct ls_static_model model,
                             const struct fixed_point_state *s) {
  for (int32_t i = 0; i < view->plan->entity_count; i++) {
    slot_set(s->given, i, model.given(view, i));
    fixed_point_put(s, i, lane_set(s->links->start[i]));
    if (s->has_waves) slot_set(s->wave, i, lane_set(-1));
  }
}

/* From the shock to the solution, in x, and what reaches everyone then, in `next`. */
LS_FN struct ls_stop_rule fixed_point_solve(const struct ls_view *view, struct ls_static_model model,
                                            struct fixed_point_state *s) {
  struct ls_stop_rule rule = stop_rule_begin(lane_equal(lane_set(0), lane_set(0)));
  fixed_point_begin(view, model, s);
  fixed_point_first_sweep(view, model, s, &rule);
  fixed_point_iterate(view, model, s, 1, &rule);
  if (view->plan->solution == LS_SOLUTION_LEAST && !view->plan->fixed.least_is_limit)
    fixed_point_restart(view, model, s, &rule, mask_not(rule.active));
  fixed_point_reach_all(view, s);
  return rule;
}

LS_FN void fixed_point_tile(const struct ls_view *view, struct ls_static_model model, ls_slots state, ls_slots output) {
  struct fixed_point_state s = fixed_point_state_of_plan(view, state);
  struct ls_stop_rule rule = fixed_point_solve(view, model, &s);
  fixed_point_output(view, model, &s, rule.sweeps, rule.active, output);
}

#endif

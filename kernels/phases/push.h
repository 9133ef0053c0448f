/* push.h - the iteration of fixed_point.h one scenario at a time, neighbouring entities in the lanes: only who has moved from the
 * start is looked at by others.
 *
 * Sums are those of fixed_point.h to the bit: who has moved adds to its targets in the order of the entities, which is the link
 * order of every row, and who has not adds an exact 0 there. So the choice between the two is one of speed alone: it is made
 * tile by tile, by how many have moved after the first sweep.
 *
 * A scenario's numbers stand in rows of entities: given, x, a, wave, whether a default is forced. Where there are links enough, a
 * sweep goes over the entities once and adds up the columns of a dense matrix in registers (the panel); else every mover's links
 * are walked.
 */
#ifndef LS_PHASES_PUSH_H
#define LS_PHASES_PUSH_H

#include <stddef.h>

#include "phases/fixed_point.h"

enum { PUSH_ROWS = 5, PUSH_PANEL_BLOCKS = 4, PUSH_AHEAD = 4 };

/* Who has moved, by how much; ascending. */
struct push_movers {
  int32_t *who;
  double *by;
  int32_t count;
};

/* One tile's rows, and the scenario at work. */
struct push {
  const struct ls_static_plan *links;
  struct ls_view view; /* across the entities */
  int32_t entity_count;
  int64_t length; /* of a row, in doubles: whole lane values, and one more */
  bool has_waves, has_forced;
  bool changed;                          /* some x, in the last sweep */
  double *given, *x, *a, *wave, *forced; /* rows of all scenarios, one after the other */
  struct push_movers movers, next;       /* of this sweep, of the one to come */
};

/* Doubles in a row. */
LS_FN int64_t push_length(int32_t entity_count) {
  return ((int64_t)entity_count + LS_LANES - 1) / LS_LANES * LS_LANES + LS_LANES;
}

/* host/engine/plan.c counts the room: plan->row_slots. */
LS_FN struct push push_of(const struct ls_view *view, const struct fixed_point_state *s, ls_slots rows_at) {
  const int64_t length = push_length(view->plan->entity_count), rows = length * LS_LANES;
  double *room = rows_at.base;
  struct push p = {.links = s->links,
                   .view = *view,
                   .entity_count = view->plan->entity_count,
                   .length = length,
                   .has_waves = s->has_waves,
                   .has_forced = view->plan->fixed.has_forced != 0,
                   .given = room,
                   .x = room + rows,
                   .a = room + 2 * rows,
                   .wave = room + 3 * rows,
                   .forced = room + 4 * rows};
  double *list = room + PUSH_ROWS * rows;
  p.view.across = true;
  p.movers = (struct push_movers){(int32_t *)(list + 2 * length), list, 0};
  p.next = (struct push_movers){(int32_t *)(list + 3 * length), list + length, 0};
  return p;
}

/* ---- between slots and rows ----------------------------------------------------------------------------------------- */

/* A lane value of scenarios into place i of their rows. */
LS_FN void push_spread(const struct push *p, double *rows, int32_t i, ls_lane value) {
  for (int k = 0; k < LS_LANES; k++) rows[k * p->length + i] = lane_get(value, k);
}

LS_FN ls_lane push_gather(const struct push *p, const double *rows, int32_t i) {
  double each[LS_LANES];
  for (int k = 0; k < LS_LANES; k++) each[k] = rows[k * p->length + i];
  return lane_load(each);
}

/* Rows of the tile as it stands after the first sweep. */
LS_FN void push_fill(const struct push *p, const struct ls_view *view, const struct fixed_point_state *s) {
  for (int32_t i = 0; i < p->entity_count; i++) {
    push_spread(p, p->given, i, slot_get(s->given, i));
    push_spread(p, p->x, i, slot_get(s->x, i));
    if (p->has_waves) push_spread(p, p->wave, i, slot_get(s->wave, i));
    if (p->has_forced) push_spread(p, p->forced, i, view_shock(view, LS_VARIABLE_DEFAULT, i, 0));
  }
  for (int64_t row = 0; row < LS_LANES; row++) /* whoever is beyond the last entity stays where it is */
    for (int64_t i = p->entity_count; i < p->length; i++)
      p->given[row * p->length + i] = p->x[row * p->length + i] = p->wave[row * p->length + i] =
          p->forced[row * p->length + i] = 0;
}

/* The solution back into the slots: x, and what reaches everyone into `next`. */
LS_FN void push_return(const struct push *p, const struct fixed_point_state *s) {
  for (int32_t i = 0; i < p->entity_count; i++) {
    slot_set(s->x, i, push_gather(p, p->x, i));
    slot_set(s->next, i, push_gather(p, p->a, i));
    if (p->has_waves) slot_set(s->wave, i, push_gather(p, p->wave, i));
  }
}

/* ---- one scenario --------------------------------------------------------------------------------------------------- */

/* Notes which of the LS_LANES entities from i on have moved. */
LS_FN void push_note_movers(const struct push *p, int32_t i, ls_lane x, struct push_movers *movers) {
  ls_lane by = x - lane_load(p->links->start + i);
  movers->count +=
      lane_list(mask_not(lane_equal(by, lane_set(0))), by, i, movers->by + movers->count, movers->who + movers->count);
}

/* The entities i and on in a sweep that finds that `a` reaches them. */
LS_FN void push_step(struct push *p, struct ls_static_model model, int64_t row, int32_t i, ls_lane a, ls_lane sweep,
                     struct ls_stop_rule *rule) {
  ls_lane constant, slope, before = lane_load(p->x + row + i);
  ls_mask forced = p->has_forced ? lane_to_mask(lane_load(p->forced + row + i)) : mask_none();
  struct ls_reach reach = {lane_load(p->given + row + i), a, before, forced};
  model.piece(&p->view, i, reach, &constant, &slope);
  ls_lane after = constant + slope * a;
  if (i + LS_LANES > p->entity_count) after = lane_select(lane_first(p->entity_count - i), after, before);
  fixed_point_note_change(p->links, lane_load(p->links->inverse_bound + i), before, after, rule);
  lane_store(p->x + row + i, after);
  if (p->has_waves) {
    ls_lane wave = lane_load(p->wave + row + i);
    ls_mask rises = mask_and(lane_less(wave, lane_set(0)), lane_less_equal(lane_set(1), after));
    lane_store(p->wave + row + i, lane_select(rises, sweep, wave));
  }
  push_note_movers(p, i, after, &p->next);
}

/* base + the columns of those who have moved, for `blocks` lane values of entities from i on. */
LS_FN void push_panel_sum(const struct push *p, int32_t i, int blocks, ls_lane sum[PUSH_PANEL_BLOCKS]) {
  const double *block[PUSH_PANEL_BLOCKS];
  for (int b = 0; b < blocks; b++) {
    const int32_t first = i + b * LS_LANES, within = first % LS_PANEL_ROWS;
    sum[b] = lane_load(p->links->base + first);
    block[b] = p->links->panel + (int64_t)(first - within) * p->entity_count + within;
  }
  for (int32_t m = 0; m < p->movers.count; m++) {
    const int64_t column = (int64_t)p->movers.who[m] * LS_PANEL_ROWS;
    const ls_lane by = lane_set(p->movers.by[m]);
    for (int b = 0; b < blocks; b++) sum[b] = lane_fma(lane_load(block[b] + column), by, sum[b]);
  }
}

LS_FN void push_panel_step(struct push *p, struct ls_static_model model, int64_t row, int32_t i, int blocks,
                           ls_lane sweep, struct ls_stop_rule *rule) {
  ls_lane sum[PUSH_PANEL_BLOCKS];
  push_panel_sum(p, i, blocks, sum);
  for (int b = 0; b < blocks; b++) push_step(p, model, row, i + b * LS_LANES, sum[b], sweep, rule);
}

LS_FN void push_panel_sweep(struct push *p, struct ls_static_model model, int64_t row, ls_lane sweep,
                            struct ls_stop_rule *rule) {
  const int32_t whole = PUSH_PANEL_BLOCKS * LS_LANES;
  int32_t i = 0;
  for (; i + whole <= p->entity_count + LS_LANES - 1; i += whole)
    push_panel_step(p, model, row, i, PUSH_PANEL_BLOCKS, sweep, rule);
  for (; i < p->entity_count; i += LS_LANES) push_panel_step(p, model, row, i, 1, sweep, rule);
}

/* Has the links of mover m fetched: they stand anywhere in memory, and a row is too short for the processor to see that it is one. */
LS_FN void push_fetch_links(const struct push *p, int32_t m) {
  enum { MOST = 64, LINE = 64, WEIGHTS = LINE / sizeof(double), TARGETS = LINE / sizeof(int32_t) };
  const struct ls_static_plan *links = p->links;
  if (m >= p->movers.count) return;
  const int64_t from = links->column_start[p->movers.who[m]], end = links->column_start[p->movers.who[m] + 1],
                to = end < from + MOST ? end : from + MOST;
  for (int64_t k = from; k < to; k += WEIGHTS) memory_fetch(links->target_weight + k);
  for (int64_t k = from; k < to; k += TARGETS) memory_fetch(links->target + k);
}

/* What reaches everyone, into the row: base, and the links of those who have moved. */
LS_FN void push_links(const struct push *p, int64_t row) {
  double *a = p->a + row;
  const struct ls_static_plan *links = p->links;
  for (int32_t i = 0; i < p->entity_count; i += LS_LANES) lane_store(a + i, lane_load(links->base + i));
  for (int32_t m = 0; m < PUSH_AHEAD; m++) push_fetch_links(p, m);
  for (int32_t m = 0; m < p->movers.count; m++) {
    const int32_t j = p->movers.who[m];
    const double by = p->movers.by[m];
    push_fetch_links(p, m + PUSH_AHEAD);
    for (int64_t k = links->column_start[j]; k < links->column_start[j + 1]; k++)
      a[links->target[k]] = number_fma(links->target_weight[k], by, a[links->target[k]]);
  }
}

LS_FN void push_links_sweep(struct push *p, struct ls_static_model model, int64_t row, ls_lane sweep,
                            struct ls_stop_rule *rule) {
  push_links(p, row);
  for (int32_t i = 0; i < p->entity_count; i += LS_LANES) {
    const ls_lane before = lane_load(p->x + row + i);
    push_step(p, model, row, i, lane_load(p->a + row + i), sweep, rule);
    p->changed |= mask_any(mask_not(lane_equal(lane_load(p->x + row + i), before)));
  }
}

LS_FN void push_begin(struct push *p, int64_t row) {
  p->movers.count = 0;
  for (int32_t i = 0; i < p->entity_count; i += LS_LANES) push_note_movers(p, i, lane_load(p->x + row + i), &p->movers);
}

LS_FN void push_take(struct push *p) {
  struct push_movers movers = p->movers;
  p->movers = p->next;
  p->next = movers;
  p->next.count = 0;
}

/* What reaches everyone at the end. Along links the row has it, where the last sweep changed nothing. */
LS_FN void push_reach_all(const struct push *p, int64_t row) {
  ls_lane sum[PUSH_PANEL_BLOCKS];
  if (p->links->panel == NULL) {
    if (p->changed) push_links(p, row);
    return;
  }
  for (int32_t i = 0; i < p->entity_count; i += LS_LANES) {
    push_panel_sum(p, i, 1, sum);
    lane_store(p->a + row + i, sum[0]);
  }
}

/* The scenario of lane k from its first sweep on. All lanes of `rule` are this scenario's. */
LS_FN void push_scenario(struct push *p, struct ls_static_model model, int k, struct ls_stop_rule *rule) {
  const struct ls_plan *plan = p->view.plan;
  const int64_t row = k * p->length;
  push_begin(p, row);
  p->changed = true; /* by the first sweep, which is done */
  for (int32_t sweep = 1; sweep < plan->max_iterations && mask_any(rule->active); sweep++) {
    p->changed = false;
    if (p->links->panel != NULL)
      push_panel_sweep(p, model, row, rule->sweeps, rule);
    else
      push_links_sweep(p, model, row, rule->sweeps, rule);
    push_take(p);
    rule->change = lane_set(lane_largest(rule->change));
    stop_rule_end_sweep(rule, plan->tolerance);
  }
  push_reach_all(p, row);
}

/* ---- a tile --------------------------------------------------------------------------------------------------------- */

/* From the first sweep, which is done, to the end; x and `next` hold the solution and what reaches everyone then. */
LS_FN void push_solve(const struct ls_view *view, struct ls_static_model model, const struct fixed_point_state *s,
                      ls_slots rows, struct ls_stop_rule *rule) {
  struct push p = push_of(view, s, rows);
  ls_lane active = lane_from_mask(rule->active);
  push_fill(&p, view, s);
  for (int k = 0; k < LS_LANES; k++) {
    struct ls_stop_rule own = {lane_less(lane_set(0), lane_set(lane_get(active, k))), lane_set(0),
                               lane_set(lane_get(rule->before, k)), lane_set(lane_get(rule->sweeps, k))};
    push_scenario(&p, model, k, &own);
    rule->sweeps = lane_put(rule->sweeps, k, lane_get(own.sweeps, 0));
    active = lane_put(active, k, lane_get(lane_from_mask(own.active), 0));
  }
  rule->active = lane_to_mask(active);
  push_return(&p, s);
}

/* How many entities have moved, all scenarios of the tile together. */
LS_FN int64_t push_count(const struct ls_view *view, const struct fixed_point_state *s) {
  ls_lane count = lane_set(0);
  for (int32_t i = 0; i < view->plan->entity_count; i++)
    count = count + lane_from_mask(mask_not(lane_equal(slot_get(s->moved, i), lane_set(0))));
  double all = 0;
  for (int k = 0; k < LS_LANES; k++) all += lane_get(count, k);
  return (int64_t)all;
}

/* Whether pushing is quicker than sweeping all rows: a mover's links cost what those of LS_LANES scenarios cost in a sweep, and
 * contagion adds movers; those of a panel about as much as in a sweep. */
LS_FN bool push_pays(const struct ls_view *view, const struct fixed_point_state *s) {
  const struct ls_plan *plan = view->plan;
  if (plan->engine != LS_ENGINE_AUTO) return plan->engine == LS_ENGINE_PUSH;
  const int64_t share = plan->fixed.panel != NULL ? 2 : 2 * LS_LANES;
  return push_count(view, s) * share <= (int64_t)plan->entity_count * LS_LANES;
}

/* A tile of scenarios, pushing or not. */
LS_FN void push_tile(const struct ls_view *view, struct ls_static_model model, ls_slots state, ls_slots rows,
                     ls_slots output) {
  struct fixed_point_state s = fixed_point_state_of_plan(view, state);
  struct ls_stop_rule rule = stop_rule_begin(lane_equal(lane_set(0), lane_set(0)));
  fixed_point_begin(view, model, &s);
  fixed_point_first_sweep(view, model, &s, &rule);
  if (push_pays(view, &s)) {
    push_solve(view, model, &s, rows, &rule);
  } else {
    fixed_point_iterate(view, model, &s, 1, &rule);
    fixed_point_reach_all(view, &s);
  }
  fixed_point_output(view, model, &s, rule.sweeps, rule.active, output);
}

#endif

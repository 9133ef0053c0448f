/* push_group.h - push.h for a GPU: a group of threads solves the scenarios of its threads one after the other, an entity a thread.
 *
 * A thread draws the shocks of its own scenario, takes its first sweep and writes its outputs, as in every other kernel. In
 * between all threads of the group look at one scenario: who has moved is listed in the order of the entities, so that sums
 * are those of fixed_point.h to the bit. Nobody adds to the same number at the same time: with a panel every entity sums for
 * itself; by links the group walks one mover's after the other's, and those end at different entities.
 *
 * Room of a group, n = entities: given, x, a, wave, each [n], and two lists of who has moved: by [n], who [n].
 */
#ifndef LS_PHASES_PUSH_GROUP_H
#define LS_PHASES_PUSH_GROUP_H

#include <stddef.h>

#include "phases/fixed_point.h"
#include "phases/group.h"
#include "phases/push.h"

#if LS_LANES == 1 /* there is nothing here for vectors */

/* Entities that a thread sums side by side. */
enum { PUSH_GROUP_BLOCKS = 4, PUSH_GROUP_ROWS = 7 /* two of them hold the halves of the lists that are integers */ };

/* One group's work on one scenario. */
struct push_group {
  const struct ls_group *group;
  const struct ls_static_plan *links;
  struct ls_view view; /* of the scenario */
  int32_t entity_count;
  bool has_waves;
  double *given, *x, *a, *wave;
  struct push_movers movers, next;
};

/* Doubles that a group needs. */
LS_ANYWHERE int64_t push_group_room(int32_t entity_count) { return (int64_t)PUSH_GROUP_ROWS * entity_count; }

LS_FN struct push_group push_group_of(const struct ls_group *group, const struct ls_view *view, bool has_waves,
                                      double *room) {
  const int64_t n = view->plan->entity_count;
  int32_t *who = (int32_t *)(room + 6 * n);
  struct push_group p = {group,
                         &view->plan->fixed,
                         *view,
                         (int32_t)n,
                         has_waves,
                         room,
                         room + n,
                         room + 2 * n,
                         room + 3 * n,
                         {who, room + 4 * n, 0},
                         {who + n, room + 5 * n, 0}};
  return p;
}

/* This thread's slots as those of the scenario of another thread. */
LS_FN ls_slots push_group_beside(const struct ls_group *group, ls_slots slots, int32_t k) {
  slots.base += k - group->thread;
  return slots;
}

/* Lists entity i with the others that this call is made for, if it has moved. */
LS_FN void push_group_note(const struct push_group *p, int32_t i, double x, struct push_movers *movers) {
  const double by = i < p->entity_count ? x - p->links->start[i] : 0;
  int32_t all, place = movers->count + group_place(p->group, by != 0, &all);
  if (by != 0) {
    movers->who[place] = i;
    movers->by[place] = by;
  }
  movers->count += all;
}

/* Entity i in a sweep that finds that `a` reaches it. */
LS_FN double push_group_step(const struct push_group *p, struct ls_static_model model, int32_t i, double a,
                             double sweep, struct ls_stop_rule *rule) {
  double constant, slope, before = p->x[i];
  struct ls_reach reach = {p->given[i], a, before, lane_to_mask(view_shock(&p->view, LS_VARIABLE_DEFAULT, i, 0))};
  model.piece(&p->view, i, reach, &constant, &slope);
  double after = constant + slope * a;
  fixed_point_note_change(p->links, p->links->inverse_bound[i], before, after, rule);
  p->x[i] = after;
  if (p->has_waves && p->wave[i] < 0 && 1 <= after) p->wave[i] = sweep;
  return after;
}

/* base + the columns of those who have moved, for this thread's entities from `first` on, a group apart. */
LS_FN void push_group_panel(const struct push_group *p, int32_t first, double sum[PUSH_GROUP_BLOCKS]) {
  const double *row[PUSH_GROUP_BLOCKS];
  LS_UNROLL
  for (int32_t b = 0; b < PUSH_GROUP_BLOCKS; b++) {
    int32_t i = first + b * p->group->width;
    if (i >= p->entity_count) i = first; /* summed in vain */
    row[b] = p->links->panel + (int64_t)(i / LS_PANEL_ROWS) * LS_PANEL_ROWS * p->entity_count + i % LS_PANEL_ROWS;
    sum[b] = p->links->base[i];
  }
  for (int32_t m = 0; m < p->movers.count; m++) {
    const int64_t column = (int64_t)p->movers.who[m] * LS_PANEL_ROWS;
    const double by = p->movers.by[m];
    LS_UNROLL
    for (int32_t b = 0; b < PUSH_GROUP_BLOCKS; b++) sum[b] = lane_fma(row[b][column], by, sum[b]);
  }
}

/* What reaches everyone: base, and the links of those who have moved, into `a`. */
LS_FN void push_group_links(const struct push_group *p) {
  const struct ls_static_plan *links = p->links;
  const int32_t thread = p->group->thread, width = p->group->width;
  for (int32_t i = thread; i < p->entity_count; i += width) p->a[i] = links->base[i];
  for (int32_t m = 0; m < p->movers.count; m++) {
    group_wait(p->group); /* a target may be another mover's too */
    const int32_t j = p->movers.who[m];
    const double by = p->movers.by[m];
    for (int64_t k = links->column_start[j] + thread; k < links->column_start[j + 1]; k += width)
      p->a[links->target[k]] = lane_fma(links->target_weight[k], by, p->a[links->target[k]]);
  }
  group_wait(p->group);
}

/* The same by whichever is there. */
LS_FN void push_group_reach(const struct push_group *p) {
  double sum[PUSH_GROUP_BLOCKS];
  if (p->links->panel == NULL) {
    push_group_links(p);
    return;
  }
  for (int32_t i = p->group->thread; i < p->entity_count; i += PUSH_GROUP_BLOCKS * p->group->width) {
    push_group_panel(p, i, sum);
    LS_UNROLL
    for (int32_t b = 0; b < PUSH_GROUP_BLOCKS; b++)
      if (i + b * p->group->width < p->entity_count) p->a[i + b * p->group->width] = sum[b];
  }
}

/* One sweep; who has moved after it stands in `next`. */
LS_FN void push_group_sweep(struct push_group *p, struct ls_static_model model, double sweep,
                            struct ls_stop_rule *rule) {
  push_group_reach(p); /* each thread reads of `a` what it wrote, or what all have waited for */
  for (int32_t first = 0; first < p->entity_count; first += p->group->width) {
    const int32_t i = first + p->group->thread;
    double after = 0;
    if (i < p->entity_count) after = push_group_step(p, model, i, p->a[i], sweep, rule);
    push_group_note(p, i, after, &p->next);
  }
  struct push_movers movers = p->movers;
  p->movers = p->next;
  p->next = movers;
  p->next.count = 0;
  rule->change = group_largest(p->group, rule->change);
  group_wait(p->group); /* the list is whole */
}

/* The scenario of thread k after its first sweep: from slots into the room. */
LS_FN void push_group_begin(struct push_group *p, const struct fixed_point_state *s, int32_t k) {
  const ls_slots given = push_group_beside(p->group, s->given, k), x = push_group_beside(p->group, s->x, k),
                 wave = push_group_beside(p->group, s->wave, k);
  p->movers.count = p->next.count = 0;
  for (int32_t first = 0; first < p->entity_count; first += p->group->width) {
    const int32_t i = first + p->group->thread;
    if (i < p->entity_count) {
      p->given[i] = slot_get(given, i);
      p->x[i] = slot_get(x, i);
      if (p->has_waves) p->wave[i] = slot_get(wave, i);
    }
    push_group_note(p, i, i < p->entity_count ? p->x[i] : 0, &p->movers);
  }
  group_wait(p->group);
}

/* The solution, and what reaches everyone then, into the slots of thread k. */
LS_FN void push_group_end(struct push_group *p, const struct fixed_point_state *s, int32_t k) {
  const ls_slots x = push_group_beside(p->group, s->x, k), a = push_group_beside(p->group, s->next, k),
                 wave = push_group_beside(p->group, s->wave, k);
  push_group_reach(p);
  for (int32_t i = p->group->thread; i < p->entity_count; i += p->group->width) {
    slot_set(x, i, p->x[i]);
    slot_set(a, i, p->a[i]);
    if (p->has_waves) slot_set(wave, i, p->wave[i]);
  }
  group_wait(p->group); /* the room is free, and thread k may read */
}

/* The scenario of thread k, whose rule stands in the group's arrays. */
LS_FN void push_group_scenario(struct push_group *p, struct ls_static_model model, const struct fixed_point_state *s,
                               int32_t k) {
  const struct ls_group *group = p->group;
  const struct ls_plan *plan = p->view.plan;
  struct ls_stop_rule rule = {group->count[k] != 0, 0, group->number[k], group->other[k]};
  push_group_begin(p, s, k);
  for (int32_t sweep = 1; sweep < plan->max_iterations && rule.active; sweep++) {
    push_group_sweep(p, model, rule.sweeps, &rule);
    stop_rule_end_sweep(&rule, plan->tolerance);
  }
  push_group_end(p, s, k);
  if (group->thread == k) { /* read again by this thread alone */
    group->count[k] = rule.active;
    group->other[k] = rule.sweeps;
  }
}

/* How many entities have moved in all scenarios of the group. */
LS_FN int64_t push_group_count(const struct ls_group *group, const struct ls_view *view,
                               const struct fixed_point_state *s, bool has_scenario) {
  int32_t own = 0;
  int64_t all = 0;
  for (int32_t i = 0; has_scenario && i < view->plan->entity_count; i++) own += slot_get(s->moved, i) != 0;
  group->count[group->thread] = own;
  group_wait(group);
  for (int32_t k = 0; k < group->width; k++) all += group->count[k];
  group_wait(group);
  return all;
}

/* Whether the group pushes; the same in all its threads. */
LS_FN bool push_group_pays(const struct ls_group *group, const struct ls_view *view, const struct fixed_point_state *s,
                           bool has_scenario) {
  const struct ls_plan *plan = view->plan;
  if (plan->engine != LS_ENGINE_AUTO) return plan->engine == LS_ENGINE_PUSH;
  return 2 * push_group_count(group, view, s, has_scenario) <= (int64_t)plan->entity_count * group->width;
}

/* The first `scenario_count` threads of the group have a scenario each; the others only help. */
LS_FN void push_group_tile(const struct ls_group *group, const struct ls_view *view, struct ls_static_model model,
                           ls_slots state, double *room, int32_t scenario_count, ls_slots output) {
  struct fixed_point_state s = fixed_point_state_of_plan(view, state);
  const bool own = group->thread < scenario_count;
  struct ls_stop_rule rule = stop_rule_begin(own);
  if (own) {
    fixed_point_begin(view, model, &s);
    fixed_point_first_sweep(view, model, &s, &rule);
  } else if (view->plan->max_iterations >= 1) {
    fixed_point_end_sweep(view, &s, &rule); /* so that slots have the same names in all threads */
  }
  if (push_group_pays(group, view, &s, own)) {
    group->number[group->thread] = rule.before;
    group->other[group->thread] = rule.sweeps;
    group->count[group->thread] = rule.active;
    group_wait(group);
    struct push_group p = push_group_of(group, view, s.has_waves, room);
    for (int32_t k = 0; k < scenario_count; k++) {
      p.view.column = push_group_beside(group, view->column, k);
      push_group_scenario(&p, model, &s, k);
    }
    rule.active = group->count[group->thread] != 0;
    rule.sweeps = group->other[group->thread];
  } else if (own) {
    fixed_point_iterate(view, model, &s, 1, &rule);
    fixed_point_reach_all(view, &s);
  }
  if (own) fixed_point_output(view, model, &s, rule.sweeps, rule.active, output);
}

#endif

#endif

/* loop_view.h - what the steps of the loop model share: the plan, the state slots, the paths and their shocks.
 *
 * Symbols as in docs/models/loop.md. Entities are 0..n-1, the rest of the world W is node n: it never defaults, pays
 * everything, and has no state but what it holds of others. */
#ifndef LS_MODEL_LOOP_VIEW_H
#define LS_MODEL_LOOP_VIEW_H

#include "phases/columns.h"
#include "phases/stop_rule.h"
#include "phases/view.h"

#if defined(__CUDACC__)
#define LS_STEP static __device__
#else
#define LS_STEP static __attribute__((unused))
#endif

struct loop_view {
  const struct ls_view *view;
  const struct ls_plan *plan;
  const struct ls_loop_plan *loop;
  const struct ls_loop_slots *at; /* the plan's by place (loop_places); -1 is below 0 still */
  ls_slots s;                     /* the model's own */
  ls_slots column;                /* the view's */
  int32_t n;                      /* entities */
  int32_t t;                      /* quarter */
  const struct ls_loop_rows
      *debts; /* those that may not be 0: which, decides how long sums take and not what they give */
#if defined(LS_LOOP_CHANNELS)
  ls_mask open[LOOP_CHANNEL_COUNT], some_closed; /* lanes; loop_channels.h */
#endif
};

/* State of entity, link or entry i: loop_get(v, v->at->cash, i). */
LS_FN int64_t loop_place(int32_t where, int32_t i) { return where + (int64_t)i * LS_LANES; }
LS_FN ls_lane loop_get(const struct loop_view *v, int32_t where, int32_t i) {
  return slot_get(slots_by_place(v->s), loop_place(where, i));
}
LS_FN void loop_set(const struct loop_view *v, int32_t where, int32_t i, ls_lane x) {
  slot_set(slots_by_place(v->s), loop_place(where, i), x);
}
LS_FN void loop_add(const struct loop_view *v, int32_t where, int32_t i, ls_lane x) {
  slot_add(slots_by_place(v->s), loop_place(where, i), x);
}

/* What lies `count` slots behind. */
LS_FN int32_t loop_behind(int32_t where, int32_t count) { return where + count * LS_LANES; }

/* One value in every slot of a mechanism; slots that the run has no use for are -1 and left alone. */
LS_FN void loop_fill(const struct loop_view *v, int32_t where, int32_t count, double value) {
  for (int32_t k = 0; where >= 0 && k < count; k++) loop_set(v, where, k, lane_set(value));
}

LS_FN double loop_entity(const struct loop_view *v, enum ls_loop_field field, int32_t i) {
  return v->loop->entity[(int64_t)i * LOOP_FIELD_COUNT + (int32_t)field];
}

LS_FN bool loop_has(const struct loop_view *v, enum ls_loop_feature feature) {
  return (v->loop->features & (uint32_t)feature) != 0;
}

/* Is there any contract by which node i buys, or entity j sells? */
LS_FN bool loop_buys(const struct loop_view *v, int32_t i) {
  return v->loop->purchase.first_from[i] < v->loop->purchase.first_from[i + 1];
}
LS_FN bool loop_has_customers(const struct loop_view *v, int32_t j) {
  return v->loop->purchase.first_to[j] < v->loop->purchase.first_to[j + 1];
}

/* A term of contract k. */
LS_FN double loop_term(const struct loop_view *v, enum ls_loop_contract_field field, int32_t k) {
  return v->loop->contract[(int64_t)k * LOOP_CONTRACT_FIELD_COUNT + (int32_t)field];
}

LS_FN bool loop_trait(const struct loop_view *v, int32_t k, enum ls_loop_trait trait) {
  return (v->loop->trait[k] & (uint32_t)trait) != 0;
}

/* Of slots numbered from 0 their places. */
LS_FN struct ls_loop_slots loop_places(const struct ls_loop_slots *number) {
  struct ls_loop_slots place = *number;
#if LS_LANES > 1
  enum { COUNT = sizeof place / sizeof(int32_t) };
  int32_t each[COUNT]; /* the slots, of which the structure is made */
  __builtin_memcpy(each, &place, sizeof each);
  for (int k = 0; k < COUNT; k++) each[k] *= LS_LANES;
  __builtin_memcpy(&place, each, sizeof each);
#endif
  return place;
}

/* The shock in force in a column. */
LS_FN ls_lane loop_column(const struct loop_view *v, int32_t column) {
  return slot_get(slots_by_place(v->column), loop_place(0, column));
}

/* The value of a shock, or `neutral` where no scenario of the run ever shocks this target. */
LS_FN ls_lane loop_shock(const struct loop_view *v, enum ls_variable variable, int32_t target, double neutral) {
  const struct ls_shock_plan *shock = &v->plan->shock;
  int32_t column = shock->column_of[(int32_t)variable * shock->target_count + target];
  return column < 0 ? lane_set(neutral) : loop_column(v, column);
}

/* The plan's path of node i (W = n) in this quarter. */
LS_FN double loop_planned_path(const struct loop_view *v, enum ls_loop_path path, int32_t i) {
  return v->loop->path[((int64_t)v->t * (v->n + 1) + i) * LOOP_PATH_COUNT + (int32_t)path];
}

/* A path of node i (W = n) in this quarter, times the shock in force. */
LS_FN ls_lane loop_path_value(const struct loop_view *v, enum ls_loop_path path, enum ls_variable variable, int32_t i) {
  double planned = loop_planned_path(v, path, i);
  const struct ls_shock_plan *shock = &v->plan->shock;
  int32_t column = shock->column_of[(int32_t)variable * shock->target_count + i];
  return column < 0 ? lane_set(planned) : lane_set(planned) * loop_column(v, column);
}

LS_FN ls_lane loop_gate(const struct loop_view *v, int32_t pledge) {
  int64_t k = (int64_t)v->t * v->loop->pledge.count + pledge;
  return lane_set(v->loop->pledge_gate[k]) * loop_shock(v, LS_VARIABLE_GATE, v->loop->pledge_row[pledge], 1);
}

/* 1 where the scenario forces a default of i in this very quarter. */
LS_FN ls_lane loop_forced(const struct loop_view *v, int32_t i) {
  const struct ls_shock_plan *shock = &v->plan->shock;
  int32_t column = shock->column_of[LS_VARIABLE_DEFAULT * shock->target_count + i];
  ls_lane forced = lane_set(0);
  if (column < 0) return forced;
  for (int32_t k = shock->quarter_first_key[v->t]; k < shock->quarter_first_key[v->t + 1]; k++)
    if (shock->key_column[k] == column) forced = loop_column(v, column);
  return forced;
}

/* a / b for a b that is 1 in most tiles, which saves the division; `where_zero` where b is 0. */
LS_FN ls_lane loop_over(ls_lane a, ls_lane b, double where_zero) {
  return mask_any(mask_not(lane_equal(b, lane_set(1)))) ? lane_ratio(a, b, where_zero) : a;
}

/* Value against its reference, clipped to 0..1; 1 where there is no reference. Kept, because every link to a node asks for it:
 * whoever changes a value notes it again. */
LS_FN void loop_note_standing(const struct loop_view *v, int32_t i) {
  ls_lane ratio = lane_ratio(loop_get(v, v->at->value, i), loop_get(v, v->at->reference, i), 1);
  loop_set(v, v->at->standing, i, lane_clip(ratio, 0, 1));
}

/* conf_j: how much of the money meant for j still comes, given its last valuation. */
LS_FN ls_lane loop_confidence(const struct loop_view *v, int32_t j) {
  double sensitivity = loop_entity(v, LOOP_FUNDING_SENSITIVITY, j);
  if (sensitivity == 0) return lane_set(1);
  return lane_set(1) - lane_set(sensitivity) * (lane_set(1) - loop_get(v, v->at->standing, j));
}

/* Money that holders of shares outside got for them, less what they put in; part of outside_flow, kept apart where measured. */
LS_FN void loop_note_equity_flow(const struct loop_view *v, ls_lane amount) {
  if (v->at->outside_equity_flow >= 0) loop_add(v, v->at->outside_equity_flow, 0, amount);
}

/* Value that is lost in a sale, to nobody. */
LS_FN void loop_note_deadweight(const struct loop_view *v, ls_lane amount) {
  if (v->at->deadweight >= 0) loop_add(v, v->at->deadweight, 0, amount);
}

/* Under audit: what the book equity of i must have changed by. */
LS_FN void loop_expect(const struct loop_view *v, int32_t i, ls_lane change) {
  if (v->at->book_equity >= 0) loop_add(v, v->at->book_equity, i, change);
}

/* Sum of what i owes. */
LS_FN ls_lane loop_debt(const struct loop_view *v, int32_t i) {
  const struct ls_loop_rows *debts = v->debts;
  ls_lane sum = lane_set(0);
  for (int32_t p = debts->first_from[i]; p < debts->first_from[i + 1]; p++)
    sum = sum + loop_get(v, v->at->owed, debts->by_from[p]);
  return sum;
}

#endif

/* loop_measures.h - what a risk committee asks beside losses: runway, gaps, refinancing, falls from the peak, capacity that
 * stands idle, backlog at risk, write-downs. Kept only where a run uses LOOP-2 (the slots are -1 otherwise). */
#ifndef LS_MODEL_LOOP_MEASURES_H
#define LS_MODEL_LOOP_MEASURES_H

#include "models/loop/loop_value.h"

/* In the order of loop_info.measure. */
enum loop_measure {
  LOOP_MEASURE_RUNWAY,
  LOOP_MEASURE_FUNDING_GAP,
  LOOP_MEASURE_REFINANCING,
  LOOP_MEASURE_DRAWDOWN,
  LOOP_MEASURE_DRAWDOWN_QUARTER,
  LOOP_MEASURE_IDLE,
  LOOP_MEASURE_DARK,
  LOOP_MEASURE_BACKLOG_AT_RISK,
  LOOP_MEASURE_BACKLOG_AT_RISK_CAUSED,
  LOOP_MEASURE_WRITE_DOWNS,
  LOOP_MEASURE_WRITE_DOWNS_CAUSED,
  LOOP_MEASURE_LEAST_STANDING
};

LS_FN bool loop_measured(const struct loop_view *v) { return v->at->runway >= 0; }

LS_STEP void loop_begin_measures(const struct loop_view *v) {
  if (!loop_measured(v)) return;
  for (int32_t i = 0; i < v->n; i++) {
    loop_set(v, v->at->runway, i, lane_set(v->plan->quarter_count));
    loop_set(v, v->at->funding_gap, i, lane_set(0));
    loop_set(v, v->at->refinancing, i, lane_set(0));
    loop_set(v, v->at->highest_value, i, loop_get(v, v->at->value, i));
    loop_set(v, v->at->deepest_fall, i, lane_set(0));
    loop_set(v, v->at->deepest_fall_quarter, i, lane_set(-1));
    loop_set(v, v->at->idle_sum, i, lane_set(0));
    loop_set(v, v->at->least_standing, i, lane_set(1));
  }
}

/* After step 5: what i needs for classes 0 and 1 and its cash floor beyond its own money and what others owe it, before any outside
 * equity or credit; and the principal that lenders would have to renew. */
LS_STEP void loop_measure_needs(const struct loop_view *v, ls_slots output) {
  if (!loop_measured(v)) return;
  ls_lane refinanced = lane_set(0);
  for (int32_t i = 0; i < v->n; i++) {
    ls_lane own = loop_get(v, v->at->resources, i) - loop_get(v, v->at->outside_equity, i) -
                  loop_get(v, v->at->draw, i) - loop_borrowed(v, i) + loop_get(v, v->at->planned_receipts, i);
    ls_lane need = loop_get(v, v->at->due0, i) + loop_get(v, v->at->due1, i) +
                   lane_set(loop_entity(v, LOOP_CASH_FLOOR, i)) * loop_get(v, v->at->live, i);
    loop_add(v, v->at->funding_gap, i, lane_positive_part(need - own));
    ls_lane due = loop_principal_rate(v, i) * loop_get(v, v->at->debt, i) * loop_get(v, v->at->live, i);
    loop_add(v, v->at->refinancing, i, due);
    refinanced = refinanced + due;
  }
  if (v->plan->output.system_by_quarter >= 0) slot_set(output, v->plan->output.system_by_quarter + v->t, refinanced);
}

/* Capacity of j that serves nobody: what its deliveries leave of it. */
LS_FN ls_lane loop_idle(const struct loop_view *v, int32_t j, ls_lane capacity) {
  ls_lane sold = lane_set(0);
  if (!loop_has_customers(v, j)) return lane_positive_part(capacity);
  for (int32_t p = v->loop->purchase.first_to[j]; p < v->loop->purchase.first_to[j + 1]; p++) {
    int32_t k = v->loop->purchase.by_to[p];
    sold = sold + loop_get(v, v->at->delivered, k);
    if (loop_trait(v, k, LOOP_TRAIT_MAY_SUBSTITUTE)) sold = sold + loop_get(v, v->at->extra, k);
  }
  return lane_positive_part(capacity - sold / lane_set(loop_entity(v, LOOP_PRICE, j)));
}

/* Before step 7 changes capacity. */
LS_STEP void loop_measure_capacity(const struct loop_view *v) {
  if (!loop_measured(v)) return;
  for (int32_t j = 0; j < v->n; j++) {
    ls_lane idle = loop_idle(v, j, loop_get(v, v->at->capacity, j)) * loop_get(v, v->at->live, j);
    loop_add(v, v->at->idle_sum, j, idle / lane_set(v->plan->quarter_count));
  }
}

/* After step 10: falls from the peak, the least value against the reference, and whether cash is gone. */
LS_STEP void loop_measure_values(const struct loop_view *v) {
  if (!loop_measured(v)) return;
  for (int32_t i = 0; i < v->n; i++) {
    ls_lane value = loop_get(v, v->at->value, i), highest = lane_max(loop_get(v, v->at->highest_value, i), value);
    ls_lane fall = lane_set(1) - lane_ratio(value, highest, 1), deepest = loop_get(v, v->at->deepest_fall, i);
    ls_mask deeper = lane_less(deepest, fall);
    ls_lane quarter = loop_get(v, v->at->deepest_fall_quarter, i);
    loop_set(v, v->at->highest_value, i, highest);
    loop_set(v, v->at->deepest_fall, i, lane_max(deepest, fall));
    loop_set(v, v->at->deepest_fall_quarter, i, lane_select(deeper, lane_set(v->t), quarter));
    ls_lane standing = lane_ratio(value, loop_get(v, v->at->distress_reference, i), 1);
    loop_set(v, v->at->least_standing, i, lane_min(loop_get(v, v->at->least_standing, i), standing));
    ls_mask out = lane_less(loop_get(v, v->at->cash, i), lane_set(loop_entity(v, LOOP_CASH_FLOOR, i)));
    out = mask_or(out, mask_not(lane_to_mask(loop_get(v, v->at->live, i))));
    if (!mask_any(out)) continue;
    ls_lane until = lane_select(out, lane_set(v->t), lane_set(v->plan->quarter_count));
    loop_set(v, v->at->runway, i, lane_min(loop_get(v, v->at->runway, i), until));
  }
}

/* Backlog whose buyer may not be good for it, by volume: what clipping its value takes off. */
LS_FN ls_lane loop_backlog_at_risk(const struct loop_view *v, int32_t i) {
  ls_lane sum = lane_set(0);
  for (int32_t p = v->loop->purchase.first_to[i]; p < v->loop->purchase.first_to[i + 1]; p++) {
    int32_t k = v->loop->purchase.by_to[p];
    sum =
        sum + loop_get(v, v->at->backlog, k) * (lane_set(1) - loop_get(v, v->at->standing, v->loop->purchase.from[k]));
  }
  return sum;
}

/* The same by buyer: what its sellers may not be paid for of what it has on order. */
LS_FN ls_lane loop_backlog_at_risk_caused(const struct loop_view *v, int32_t i) {
  ls_lane sum = lane_set(0);
  for (int32_t k = v->loop->purchase.first_from[i]; k < v->loop->purchase.first_from[i + 1]; k++)
    sum = sum + loop_get(v, v->at->backlog, k);
  return sum * (lane_set(1) - loop_get(v, v->at->standing, i));
}

LS_FN void loop_write_measure(const struct loop_view *v, ls_slots output, enum loop_measure measure, int32_t i,
                              ls_lane x) {
  slot_set(output, v->plan->output.measure + (int32_t)measure * v->n + i, x);
}

LS_FN void loop_write_measures(const struct loop_view *v, ls_slots output, int32_t i) {
  const struct ls_loop_slots *at = v->at;
  bool carried = loop_has(v, LOOP_HAS_IMPAIRMENT);
  loop_write_measure(v, output, LOOP_MEASURE_RUNWAY, i, loop_get(v, at->runway, i));
  loop_write_measure(v, output, LOOP_MEASURE_FUNDING_GAP, i, loop_get(v, at->funding_gap, i));
  loop_write_measure(v, output, LOOP_MEASURE_REFINANCING, i, loop_get(v, at->refinancing, i));
  loop_write_measure(v, output, LOOP_MEASURE_DRAWDOWN, i, loop_get(v, at->deepest_fall, i));
  loop_write_measure(v, output, LOOP_MEASURE_DRAWDOWN_QUARTER, i, loop_get(v, at->deepest_fall_quarter, i));
  loop_write_measure(v, output, LOOP_MEASURE_IDLE, i, loop_get(v, at->idle_sum, i));
  loop_write_measure(v, output, LOOP_MEASURE_DARK, i, loop_get(v, at->dark, i));
  loop_write_measure(v, output, LOOP_MEASURE_BACKLOG_AT_RISK, i, loop_backlog_at_risk(v, i));
  loop_write_measure(v, output, LOOP_MEASURE_BACKLOG_AT_RISK_CAUSED, i, loop_backlog_at_risk_caused(v, i));
  loop_write_measure(v, output, LOOP_MEASURE_WRITE_DOWNS, i, carried ? loop_get(v, at->written_down, i) : lane_set(0));
  loop_write_measure(v, output, LOOP_MEASURE_WRITE_DOWNS_CAUSED, i,
                     carried ? loop_get(v, at->written_down_on, i) : lane_set(0));
  loop_write_measure(v, output, LOOP_MEASURE_LEAST_STANDING, i, loop_get(v, at->least_standing, i));
}

/* What holders of shares outside the network have: their stakes, and the equity money that they got back less what they put in. */
LS_FN ls_lane loop_outside_shares(const struct loop_view *v) {
  ls_lane wealth = loop_get(v, v->at->outside_equity_flow, 0);
  for (int32_t j = 0; j < v->n; j++)
    wealth = wealth + loop_get(v, v->at->world_share, j) * loop_get(v, v->at->value, j);
  return wealth;
}

/* Value that nobody gets: discounts in estates' sales, and the cost of the distress that stands at the horizon. */
LS_FN ls_lane loop_deadweight(const struct loop_view *v) {
  ls_lane sum = loop_get(v, v->at->deadweight, 0);
  for (int32_t i = 0; i < v->n; i++)
    sum = sum + loop_distress_cost(v, i, v->at->flag_in_value) * loop_get(v, v->at->live, i);
  return sum;
}

/* Losses of holders outside, by kind, and the deadweight; `net` is what they lose together. */
LS_STEP void loop_write_system(const struct loop_view *v, ls_slots output, ls_lane net) {
  int32_t to = v->plan->output.system;
  if (to < 0) return;
  ls_lane shares = lane_set(v->plan->baseline_outside_shares) - loop_outside_shares(v);
  slot_set(output, to, shares);
  slot_set(output, to + 1, net - shares);
  slot_set(output, to + 2, loop_deadweight(v) - lane_set(v->plan->baseline_deadweight));
}

#endif

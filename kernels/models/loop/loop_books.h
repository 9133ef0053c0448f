/* loop_books.h - steps 6 and 7: new shares, debt and arrears, real assets, and capacity on its way. */
#ifndef LS_MODEL_LOOP_BOOKS_H
#define LS_MODEL_LOOP_BOOKS_H

#include "models/loop/loop_payments.h"

/* Money for new shares in j, paid by pledge k. */
LS_FN ls_lane loop_pledge_paid(const struct loop_view *v, int32_t k) {
  return loop_get(v, v->at->pledge_due, k) * loop_paid(v, v->at->paid2, v->loop->pledge.from[k]);
}

/* Step 6 for one issuer: new money n buys n / (V + n) of it, everyone else is diluted by V / (V + n). */
LS_FN void loop_issue(const struct loop_view *v, int32_t j) {
  const struct ls_loop_links *pledge = &v->loop->pledge, *stake = &v->loop->stake;
  ls_lane raised = loop_get(v, v->at->outside_equity, j), from_outside = raised;
  for (int32_t p = pledge->first_to[j]; p < pledge->first_to[j + 1]; p++) {
    int32_t k = pledge->by_to[p];
    ls_lane paid = loop_pledge_paid(v, k);
    raised = raised + paid;
    if (pledge->from[k] == v->n) from_outside = from_outside + paid;
  }
  ls_mask issues = lane_less(lane_set(0), raised);
  if (!mask_any(issues)) return;
  ls_lane value = loop_get(v, v->at->value, j), after = value + raised;
  ls_lane kept = lane_select(issues, lane_ratio(value, after, 1), lane_set(1));
  ls_lane per_money = lane_select(issues, lane_ratio(lane_set(1), after, 0), lane_set(0));
  for (int32_t p = stake->first_to[j]; p < stake->first_to[j + 1]; p++) {
    int32_t k = stake->by_to[p];
    loop_set(v, v->at->share, k, loop_get(v, v->at->share, k) * kept);
  }
  loop_set(v, v->at->world_share, j, loop_get(v, v->at->world_share, j) * kept + from_outside * per_money);
  for (int32_t p = pledge->first_to[j]; p < pledge->first_to[j + 1]; p++) {
    int32_t k = pledge->by_to[p];
    if (pledge->from[k] != v->n)
      loop_add(v, v->at->share, v->loop->pledge_stake[k], loop_pledge_paid(v, k) * per_money);
  }
}

/* Step 6: shares, and what remains of pledges and backlog (which falls by the delivery, paid or not). */
LS_STEP void loop_equity(const struct loop_view *v) {
  for (int32_t j = 0; j < v->n; j++) loop_issue(v, j);
  for (int32_t k = 0; k < v->loop->pledge.count; k++) loop_add(v, v->at->pledged, k, -loop_pledge_paid(v, k));
  for (int32_t k = 0; k < v->loop->purchase.count; k++)
    loop_add(v, v->at->backlog, k, -loop_get(v, v->at->delivered, k));
}

/* Step 7, debt: D' = D - a D fr + r D (1 - fr), then arrears and the draw. fr = share of class 0 paid. */
LS_STEP void loop_debts(const struct loop_view *v) {
  const struct ls_loop_plan *loop = v->loop;
  for (int32_t k = 0; k < loop->debt.count; k++) {
    ls_lane paid = loop_paid(v, v->at->paid0, loop->debt.from[k]), owed = loop_get(v, v->at->owed, k);
    ls_lane grown = lane_set(loop->interest) * (lane_set(1) - paid) - lane_set(loop->amortisation) * paid;
    loop_set(v, v->at->owed, k, owed + owed * grown);
  }
  for (int32_t k = 0; k < loop->purchase.count; k++)
    if (loop->purchase.from[k] != v->n) {
      ls_lane unpaid = lane_set(1) - loop_get(v, v->at->paid1, loop->purchase.from[k]);
      loop_add(v, v->at->owed, loop->purchase_debt[k], loop_get(v, v->at->delivered, k) * unpaid);
    }
  for (int32_t i = 0; i < v->n; i++) {
    ls_lane live = loop_get(v, v->at->live, i);
    ls_lane opex = lane_set(loop_entity(v, LOOP_OPEX, i)) * live * (lane_set(1) - loop_get(v, v->at->paid0, i));
    ls_lane cost = lane_set(loop_entity(v, LOOP_COGS, i)) * loop_get(v, v->at->sales, i) *
                   (lane_set(1) - loop_get(v, v->at->paid1, i));
    loop_add(v, v->at->owed, loop->world_debt[i], opex + cost + loop_get(v, v->at->draw, i));
  }
}

/* Gmax; a power shock has no effect where there is no cap. */
LS_FN ls_lane loop_power_cap(const struct loop_view *v, int32_t i) {
  int64_t quarter = (int64_t)LOOP_PATH_POWER_CAP * v->plan->quarter_count + v->t;
  if (v->loop->path[quarter * (v->n + 1) + i] >= LS_NO_POWER_CAP) return lane_set(LS_NO_POWER_CAP);
  return loop_path_value(v, LOOP_PATH_POWER_CAP, LS_VARIABLE_POWER, i);
}

/* Step 7, capacity: an order of quarter t is built build_lag quarters later, then waits for power. */
LS_FN void loop_build(const struct loop_view *v, int32_t i, ls_lane ordered) {
  int32_t lag = v->loop->build_lag;
  ls_lane done = ordered;
  if (lag > 0) {
    int32_t slot = v->at->queue + (v->t % lag) * v->n;
    done = loop_get(v, slot, i);
    loop_set(v, slot, i, ordered);
  }
  ls_lane dark = loop_get(v, v->at->dark, i) + done, capacity = loop_get(v, v->at->capacity, i);
  ls_lane cap = loop_power_cap(v, i);
  ls_lane powered = lane_min(dark, lane_positive_part(cap - capacity));
  loop_set(v, v->at->dark, i, dark - powered);
  loop_set(v, v->at->capacity, i, capacity + powered);
}

/* Step 7, real assets: K' = (1 - delta) K + capital purchases. */
LS_STEP void loop_assets(const struct loop_view *v) {
  const struct ls_loop_links *purchase = &v->loop->purchase;
  for (int32_t i = 0; i < v->n; i++) {
    ls_lane bought = lane_set(0);
    for (int32_t k = purchase->first_from[i]; k < purchase->first_from[i + 1]; k++)
      bought = bought + loop_get(v, v->at->delivered, k) * lane_set(v->loop->capex_share[k]);
    ls_lane kept = lane_set(1 - loop_entity(v, LOOP_DEPRECIATION, i)) * loop_get(v, v->at->real_assets, i);
    loop_set(v, v->at->real_assets, i, kept + bought);
    ls_lane ordered = bought / lane_set(loop_entity(v, LOOP_COST, i));
    if (v->at->ordered_capacity >= 0) loop_add(v, v->at->ordered_capacity, i, ordered);
    loop_build(v, i, ordered);
  }
}

#endif

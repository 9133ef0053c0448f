/* loop_books.h - steps 6 and 7: new shares, debt and arrears, real assets, and capacity on its way. */
#ifndef LS_MODEL_LOOP_BOOKS_H
#define LS_MODEL_LOOP_BOOKS_H

#include "models/loop/loop_payments.h"

/* Every share of j, W's too, becomes `kept` of what it was. */
LS_FN void loop_shrink_shares(const struct loop_view *v, int32_t j, ls_lane kept) {
  const struct ls_loop_links *stake = &v->loop->stake;
  for (int32_t p = stake->first_to[j]; p < stake->first_to[j + 1]; p++) {
    int32_t k = stake->by_to[p];
    loop_set(v, v->at->share, k, loop_get(v, v->at->share, k) * kept);
  }
  loop_set(v, v->at->world_share, j, loop_get(v, v->at->world_share, j) * kept);
}

/* The history of j's value per first share goes on at `kept` of it; new money at value 0 begins another. */
LS_FN void loop_dilute(const struct loop_view *v, int32_t j, ls_lane kept, ls_mask issues, ls_lane raised) {
  ls_lane value = loop_get(v, v->at->value, j);
  if (v->loop->reference == LOOP_REFERENCE_IS_LAST_ROUND)
    loop_set(v, v->at->last_round, j, lane_select(issues, value, loop_get(v, v->at->last_round, j)));
  if (v->loop->reference != LOOP_REFERENCE_IS_PEAK) return;
  ls_mask anew = mask_and(issues, lane_less_equal(value, lane_set(0)));
  ls_lane dilution = loop_get(v, v->at->dilution, j) * kept;
  loop_set(v, v->at->dilution, j, lane_select(anew, lane_set(1), dilution));
  loop_set(v, v->at->peak_share, j, lane_select(anew, raised, loop_get(v, v->at->peak_share, j)));
}

/* Step 6 for one issuer: new money n buys n / (V + n) of it, everyone else is diluted by V / (V + n). */
LS_FN void loop_issue(const struct loop_view *v, int32_t j) {
  const struct ls_loop_links *pledge = &v->loop->pledge;
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
  loop_shrink_shares(v, j, kept);
  loop_add(v, v->at->world_share, j, from_outside * per_money);
  if (loop_has(v, LOOP_HAS_REFERENCE)) loop_dilute(v, j, kept, issues, raised);
  for (int32_t p = pledge->first_to[j]; p < pledge->first_to[j + 1]; p++) {
    int32_t k = pledge->by_to[p];
    if (pledge->from[k] != v->n)
      loop_add(v, v->at->share, v->loop->pledge_stake[k], loop_pledge_paid(v, k) * per_money);
  }
}

/* Warrant r, once, when its time has come and its test passes: all shares give way for the holder's, without money. */
LS_FN void loop_exercise(const struct loop_view *v, int32_t r) {
  const struct ls_loop_warrants *w = &v->loop->warrant;
  int32_t j = w->issuer[r], i = w->holder[r];
  if (v->t < w->start[r]) return;
  ls_mask may = mask_and(lane_to_mask(loop_get(v, v->at->live, i)), lane_to_mask(loop_get(v, v->at->live, j)));
  if (w->test[r] != LOOP_TEST_NONE) may = mask_and(may, loop_passes(v, w->test[r], w->level[r], i, j));
  may = mask_and(may, mask_not(lane_to_mask(loop_get(v, v->at->exercised, r))));
  if (!mask_any(may)) return;
  ls_lane taken = lane_select(may, lane_set(w->share[r]), lane_set(0)), kept = lane_set(1) - taken;
  loop_shrink_shares(v, j, kept);
  loop_add(v, v->at->share, w->stake[r], taken);
  loop_set(v, v->at->exercised, r, lane_max(loop_get(v, v->at->exercised, r), lane_from_mask(may)));
  if (v->loop->reference == LOOP_REFERENCE_IS_PEAK)
    loop_set(v, v->at->dilution, j, loop_get(v, v->at->dilution, j) * kept);
}

/* Step 6: shares, and what remains of pledges and backlog (which falls by the delivery, paid or not). */
LS_STEP void loop_equity(const struct loop_view *v) {
  for (int32_t j = 0; j < v->n; j++) loop_issue(v, j);
  for (int32_t r = 0; r < v->loop->warrant.count; r++) loop_exercise(v, r);
  for (int32_t k = 0; k < v->loop->pledge.count; k++) loop_add(v, v->at->pledged, k, -loop_pledge_paid(v, k));
  for (int32_t k = 0; k < v->loop->purchase.count; k++) {
    ls_lane left = loop_get(v, v->at->backlog, k) - loop_received(v, k);
    loop_set(v, v->at->backlog, k, loop_trait(v, k, LOOP_TRAIT_RENEWED) ? lane_positive_part(left) : left);
  }
}

/* Unpaid backstops become debt of the guarantor, and what was paid is gone from the backstop. */
LS_FN void loop_settle_backstops(const struct loop_view *v) {
  const struct ls_loop_backstops *b = &v->loop->backstop;
  for (int32_t r = 0; r < b->count; r++) {
    ls_lane due = loop_get(v, v->at->backstop_due, r), paid = loop_get(v, v->at->paid1, b->guarantor[r]);
    loop_add(v, v->at->backstop_left, r, -(due * loop_seen(v, LOOP_CHANNEL_CREDIT, paid)));
    due = loop_seen(v, LOOP_CHANNEL_ORDERS, due);
    if (b->debt[r] >= 0) loop_add(v, v->at->owed, b->debt[r], due * (lane_set(1) - paid));
  }
}

/* What i comes to owe W: unpaid running costs, and what it has drawn and borrowed. */
LS_FN ls_lane loop_new_world_debt(const struct loop_view *v, int32_t i) {
  ls_lane live = loop_get(v, v->at->live, i);
  ls_lane opex = lane_set(loop_entity(v, LOOP_OPEX, i)) * live * (lane_set(1) - loop_get(v, v->at->paid0, i));
  ls_lane cost = lane_set(loop_entity(v, LOOP_COGS, i)) * loop_get(v, v->at->sales, i) *
                 (lane_set(1) - loop_get(v, v->at->paid1, i));
  ls_lane sum = opex + cost + loop_get(v, v->at->draw, i);
  return loop_has(v, LOOP_HAS_BORROWING) ? sum + loop_borrowed(v, i) : sum;
}

/* D' = D - a D fr + r D (1 - fr), fr = share of class 0 paid. */
LS_FN void loop_service_debts(const struct loop_view *v) {
  const struct ls_loop_rows *debts = v->debts;
  for (int32_t i = 0; i <= v->n; i++) {
    if (debts->first_from[i] == debts->first_from[i + 1]) continue;
    ls_lane paid = loop_get(v, v->at->paid0, i);
    ls_lane grown = loop_interest_rate(v, i) * (lane_set(1) - paid) - loop_principal_rate(v, i) * paid;
    for (int32_t p = debts->first_from[i]; p < debts->first_from[i + 1]; p++) {
      ls_lane owed = loop_get(v, v->at->owed, debts->by_from[p]);
      loop_set(v, v->at->owed, debts->by_from[p], owed + owed * grown);
    }
  }
}

/* What stays unpaid of class 1 is owed to whom it was due. */
LS_FN void loop_book_arrears(const struct loop_view *v) {
  const struct ls_loop_links *purchase = &v->loop->purchase;
  for (int32_t i = 0; i < v->n; i++) {
    ls_lane unpaid = lane_set(1) - loop_get(v, v->at->paid1, i);
    if (!mask_any(mask_not(lane_equal(unpaid, lane_set(0))))) continue;
    for (int32_t k = purchase->first_from[i]; k < purchase->first_from[i + 1]; k++)
      loop_add(v, v->at->owed, v->loop->purchase_debt[k], loop_bill_due(v, k) * unpaid);
  }
}

/* Step 7, debt: service, then arrears where anybody is behind, and the draw. */
LS_STEP void loop_debts(const struct loop_view *v) {
  const struct ls_loop_plan *loop = v->loop;
  loop_service_debts(v);
  if (v->debts == &loop->every_debt) loop_book_arrears(v);
  if (loop_has(v, LOOP_HAS_BACKSTOPS)) loop_settle_backstops(v);
  for (int32_t i = 0; i < v->n; i++) {
    loop_add(v, v->at->owed, loop->world_debt[i], loop_new_world_debt(v, i));
    if (loop_has(v, LOOP_HAS_COLLATERAL))
      loop_add(v, v->at->owed, loop->world_debt[i], -(loop_called(v, i) * loop_get(v, v->at->paid0, i)));
  }
}

/* Gmax; a power shock has no effect where there is no cap. */
LS_FN ls_lane loop_power_cap(const struct loop_view *v, int32_t i) {
  if (loop_planned_path(v, LOOP_PATH_POWER_CAP, i) >= LS_NO_POWER_CAP) return lane_set(LS_NO_POWER_CAP);
  return loop_path_value(v, LOOP_PATH_POWER_CAP, LS_VARIABLE_POWER, i);
}

/* Step 7, capacity: an order of quarter t is built build_lag quarters later, then waits for power. */
LS_FN void loop_build(const struct loop_view *v, int32_t i, ls_lane ordered) {
  int32_t lag = v->loop->build_lag;
  ls_lane done = ordered;
  if (lag > 0) {
    int32_t slot = loop_behind(v->at->queue, (v->t % lag) * v->n);
    done = loop_get(v, slot, i);
    loop_set(v, slot, i, ordered);
  }
  ls_lane dark = loop_get(v, v->at->dark, i) + done, capacity = loop_get(v, v->at->capacity, i);
  ls_lane cap = loop_power_cap(v, i);
  ls_lane powered = lane_min(dark, lane_positive_part(cap - capacity));
  loop_set(v, v->at->dark, i, dark - powered);
  loop_set(v, v->at->capacity, i, capacity + powered);
}

/* delta(t): hardware may wear out faster than planned. */
LS_FN ls_lane loop_depreciation(const struct loop_view *v, int32_t i) {
  double planned = loop_entity(v, LOOP_DEPRECIATION, i);
  if (!loop_has(v, LOOP_HAS_HARDWARE)) return lane_set(planned);
  ls_lane scale = loop_path_value(v, LOOP_PATH_DEPRECIATION_SCALE, LS_VARIABLE_DEPRECIATION_SCALE, i);
  return lane_min(lane_set(1), lane_set(planned) * scale);
}

/* Step 7, real assets: K' = (1 - delta) K + capital purchases at what they cost; capacity grows by their volume. */
LS_STEP void loop_assets(const struct loop_view *v) {
  const struct ls_loop_links *purchase = &v->loop->purchase;
  bool priced = loop_has(v, LOOP_HAS_PRICES);
  for (int32_t i = 0; i < v->n; i++) {
    ls_lane volume = lane_set(0), cost = lane_set(0), ordered = lane_set(0);
    bool any_capital = false;
    for (int32_t k = purchase->first_from[i]; k < purchase->first_from[i + 1]; k++) {
      if (!loop_trait(v, k, LOOP_TRAIT_CAPITAL)) continue;
      any_capital = true;
      volume = volume + loop_received(v, k) * lane_set(v->loop->capex_share[k]);
      if (priced) cost = cost + loop_capital_bill(v, k);
    }
    ls_lane kept = (lane_set(1) - loop_depreciation(v, i)) * loop_get(v, v->at->real_assets, i);
    loop_set(v, v->at->real_assets, i, kept + (priced ? cost : volume));
    if (any_capital) ordered = volume / lane_set(loop_entity(v, LOOP_COST, i));
    if (v->at->ordered_capacity >= 0) loop_add(v, v->at->ordered_capacity, i, ordered);
    loop_build(v, i, ordered);
  }
}

#endif

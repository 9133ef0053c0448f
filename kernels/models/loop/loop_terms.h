/* loop_terms.h - step 4, what LOOP-2 adds to obligations: collateral calls, earmarked cash, backstops, tests behind gates, and
 * borrowing for the build-out. */
#ifndef LS_MODEL_LOOP_TERMS_H
#define LS_MODEL_LOOP_TERMS_H

#include "models/loop/loop_sales.h"

/* ---- rates of debt ------------------------------------------------------------------------------------------------ */

LS_FN ls_lane loop_interest_rate(const struct loop_view *v, int32_t debtor) {
  if (!loop_has(v, LOOP_HAS_RATES)) return lane_set(v->loop->interest);
  return loop_get(v, v->at->interest, debtor);
}

LS_FN ls_lane loop_principal_rate(const struct loop_view *v, int32_t debtor) {
  if (!loop_has(v, LOOP_HAS_RATES)) return lane_set(v->loop->amortisation);
  return loop_get(v, v->at->principal, debtor);
}

/* Interest and principal due per debt. */
LS_FN ls_lane loop_service_rate(const struct loop_view *v, int32_t debtor) {
  if (!loop_has(v, LOOP_HAS_RATES)) return lane_set(v->loop->interest + v->loop->amortisation);
  return loop_get(v, v->at->service, debtor);
}

/* ---- collateral ---------------------------------------------------------------------------------------------------- */

LS_FN ls_lane loop_hardware_price(const struct loop_view *v, int32_t i) {
  if (!loop_has(v, LOOP_HAS_HARDWARE)) return lane_set(1);
  return loop_path_value(v, LOOP_PATH_HARDWARE_PRICE, LS_VARIABLE_HARDWARE_PRICE, i);
}

/* What lenders call back because the assets behind their loans no longer carry them. */
LS_FN ls_lane loop_collateral_call(const struct loop_view *v, int32_t i) {
  double secured = loop_entity(v, LOOP_SECURED_SHARE, i);
  if (secured == 0) return lane_set(0);
  ls_lane owed = loop_get(v, v->at->owed, v->loop->world_debt[i]);
  ls_lane carried =
      lane_set(loop_entity(v, LOOP_LOAN_TO_VALUE, i)) * loop_hardware_price(v, i) * loop_get(v, v->at->real_assets, i);
  ls_lane most = owed * (lane_set(1) - loop_principal_rate(v, i));
  return lane_min(lane_positive_part(lane_set(secured) * owed - carried), most) * loop_get(v, v->at->live, i);
}

/* ---- tests behind gates --------------------------------------------------------------------------------------------- */

/* Volume that `seller` has delivered to `buyer` in the quarters before. */
LS_FN ls_lane loop_delivered_so_far(const struct loop_view *v, int32_t buyer, int32_t seller) {
  ls_lane sum = lane_set(0);
  for (int32_t k = v->loop->purchase.first_from[buyer]; k < v->loop->purchase.first_from[buyer + 1]; k++)
    if (v->loop->purchase.to[k] == seller) sum = sum + loop_get(v, v->at->delivered_sum, k);
  return sum;
}

/* Lanes in which `who` (a recipient or holder) reaches the level with `other` (the investor or issuer) looking on. */
LS_FN ls_mask loop_passes(const struct loop_view *v, int32_t test, double level, int32_t who, int32_t other) {
  ls_lane reached = lane_set(level);
  if (test == LOOP_TEST_REVENUE || test == LOOP_TEST_REVENUE_TO_PLAN) reached = loop_get(v, v->at->revenue_before, who);
  if (test == LOOP_TEST_CAPACITY) reached = loop_get(v, v->at->capacity, who);
  if (test == LOOP_TEST_PURCHASES) reached = loop_delivered_so_far(v, who, other);
  ls_lane bar = lane_set(level);
  if (test == LOOP_TEST_REVENUE_TO_PLAN) bar = bar * loop_get(v, v->at->planned_before, who);
  return lane_less_equal(bar, reached);
}

LS_FN ls_lane loop_test(const struct loop_view *v, int32_t pledge) {
  int32_t test = loop_has(v, LOOP_HAS_TESTS) ? v->loop->pledge_test[pledge] : LOOP_TEST_NONE;
  if (test == LOOP_TEST_NONE) return lane_set(1);
  return lane_from_mask(
      loop_passes(v, test, v->loop->pledge_level[pledge], v->loop->pledge.to[pledge], v->loop->pledge.from[pledge]));
}

/* What tests look back to in the next quarter. */
LS_STEP void loop_note_for_tests(const struct loop_view *v) {
  if (!loop_has(v, LOOP_HAS_TESTS)) return;
  for (int32_t i = 0; i < v->n; i++) {
    loop_set(v, v->at->revenue_before, i, loop_get(v, v->at->external_revenue, i));
    loop_set(v, v->at->planned_before, i, loop_get(v, v->at->planned_demand, i));
  }
  for (int32_t k = 0; v->at->delivered_sum >= 0 && k < v->loop->purchase.count; k++)
    loop_add(v, v->at->delivered_sum, k, loop_get(v, v->at->delivered, k));
}

/* ---- earmarked cash -------------------------------------------------------------------------------------------------- */

LS_FN double loop_earmark(const struct loop_view *v, int32_t pledge) {
  return loop_has(v, LOOP_HAS_EARMARKS) ? v->loop->earmark[pledge] : 0;
}

/* Cash of i that may be spent with one seller only. */
LS_FN ls_lane loop_earmarked(const struct loop_view *v, int32_t i) {
  ls_lane sum = lane_set(0);
  if (!loop_has(v, LOOP_HAS_EARMARKS)) return sum;
  for (int32_t p = v->loop->pledge.first_to[i]; p < v->loop->pledge.first_to[i + 1]; p++)
    sum = sum + loop_get(v, v->at->earmarked, v->loop->pledge.by_to[p]);
  return sum;
}

/* Earmarked cash pays its seller's invoices first, each contract of the pair in proportion. */
LS_FN void loop_prepay(const struct loop_view *v) {
  const struct ls_loop_links *purchase = &v->loop->purchase;
  for (int32_t k = 0; k < purchase->count; k++) {
    if (!loop_trait(v, k, LOOP_TRAIT_PREPAID)) continue;
    int32_t pledge = v->loop->purchase_pledge[k];
    ls_lane invoices = lane_set(0), own = loop_bill(v, k);
    for (int32_t o = purchase->first_from[purchase->from[k]]; o < purchase->first_from[purchase->from[k] + 1]; o++)
      if (purchase->to[o] == purchase->to[k]) invoices = invoices + loop_bill(v, o);
    ls_lane used = lane_min(loop_get(v, v->at->earmarked, pledge), invoices);
    loop_set(v, v->at->prepaid, k, lane_ratio(own * used, invoices, 0));
  }
}

/* What j receives out of earmarked cash. */
LS_FN ls_lane loop_prepaid_to(const struct loop_view *v, int32_t j) {
  ls_lane sum = lane_set(0);
  if (!loop_has(v, LOOP_HAS_EARMARKS) || v->loop->pledge.first_from[j] == v->loop->pledge.first_from[j + 1]) return sum;
  for (int32_t p = v->loop->purchase.first_to[j]; p < v->loop->purchase.first_to[j + 1]; p++) {
    int32_t k = v->loop->purchase.by_to[p];
    if (loop_trait(v, k, LOOP_TRAIT_PREPAID))
      sum = sum + loop_seen(v, LOOP_CHANNEL_ORDERS, loop_get(v, v->at->prepaid, k));
  }
  return sum;
}

/* What is due of an invoice or a bill: less what is prepaid, plus the fee of a contract that is left. */
LS_FN ls_lane loop_net_of(const struct loop_view *v, int32_t k, ls_lane due, ls_lane prepaid, ls_lane fee) {
  if (loop_trait(v, k, LOOP_TRAIT_PREPAID)) due = lane_positive_part(due - prepaid);
  return loop_trait(v, k, LOOP_TRAIT_MAY_EXIT) ? due + fee : due;
}

/* Class 1 by contract, as the seller and as the buyer sees it; the slots of invoices and bills where nothing is prepaid and
 * nobody leaves. */
LS_FN void loop_write_payables(const struct loop_view *v) {
  if (loop_has(v, LOOP_HAS_EARMARKS)) loop_prepay(v);
  bool as_billed = v->at->payable == v->at->invoice, apart = loop_bill_due_slot(v) != v->at->payable;
  for (int32_t k = 0; (!as_billed || apart) && k < v->loop->purchase.count; k++) {
    ls_lane prepaid = loop_trait(v, k, LOOP_TRAIT_PREPAID) ? loop_get(v, v->at->prepaid, k) : lane_set(0);
    ls_lane fee = loop_trait(v, k, LOOP_TRAIT_MAY_EXIT) ? loop_get(v, v->at->fee, k) : lane_set(0);
    if (apart) loop_set(v, loop_bill_due_slot(v), k, loop_net_of(v, k, loop_bill(v, k), prepaid, fee));
    prepaid = loop_seen(v, LOOP_CHANNEL_ORDERS, prepaid);
    fee = loop_seen_from(v, LOOP_CHANNEL_ORDERS, v->loop->purchase.from[k], fee);
    if (!as_billed) loop_set(v, v->at->payable, k, loop_net_of(v, k, loop_get(v, v->at->invoice, k), prepaid, fee));
  }
}

/* ---- backstops ------------------------------------------------------------------------------------------------------- */

/* Unsold capacity of j, in money: what its contracts plan and nobody ordered, as far as it stands idle. */
LS_FN ls_lane loop_unsold(const struct loop_view *v, int32_t j) {
  const struct ls_loop_links *purchase = &v->loop->purchase;
  ls_lane missing = lane_set(0), sold_on = lane_set(0);
  for (int32_t p = purchase->first_to[j]; p < purchase->first_to[j + 1]; p++) {
    int32_t k = purchase->by_to[p];
    missing =
        missing + loop_seen_from(v, LOOP_CHANNEL_ORDERS, purchase->from[k], loop_rate(v, k)) - loop_order_seen(v, k);
    if (loop_trait(v, k, LOOP_TRAIT_MAY_SUBSTITUTE)) sold_on = sold_on + loop_get(v, v->at->extra, k);
  }
  ls_lane idle = lane_positive_part(loop_get(v, v->at->spare, j) - sold_on);
  return lane_min(lane_positive_part(missing), idle);
}

/* Earlier rows of one provider come first; both limits, unsold and idle, shrink by what they take. */
LS_FN void loop_call_backstops(const struct loop_view *v) {
  const struct ls_loop_backstops *b = &v->loop->backstop;
  for (int32_t r = 0; r < b->count; r++) {
    ls_lane unsold = loop_unsold(v, b->provider[r]);
    for (int32_t earlier = 0; earlier < r; earlier++)
      if (b->provider[earlier] == b->provider[r]) unsold = unsold - loop_get(v, v->at->backstop_due, earlier);
    ls_lane guarantor = loop_seen(v, LOOP_CHANNEL_CREDIT, loop_get(v, v->at->live, b->guarantor[r]));
    ls_lane live = guarantor * loop_get(v, v->at->live, b->provider[r]);
    ls_lane due = lane_min(loop_get(v, v->at->backstop_left, r), lane_positive_part(unsold));
    loop_set(v, v->at->backstop_due, r, due * live);
  }
}

/* What falls due this quarter on backstops in which i stands on one side: `side` is the plan's guarantors or providers. A
 * guarantor is called for the orders that its provider lacks. */
LS_FN ls_lane loop_backstops(const struct loop_view *v, const int32_t *side, int32_t i) {
  ls_lane sum = lane_set(0);
  for (int32_t r = 0; r < v->loop->backstop.count; r++) {
    if (side[r] != i) continue;
    ls_lane due = loop_get(v, v->at->backstop_due, r);
    sum = sum + (side == v->loop->backstop.guarantor
                     ? loop_seen(v, LOOP_CHANNEL_ORDERS, due) * loop_get(v, v->at->live, i)
                     : due);
  }
  return sum;
}

/* ---- borrowing for the build-out -------------------------------------------------------------------------------------- */

/* The capital part of the bill for contract k: spot purchases are running cost. */
LS_FN ls_lane loop_capital_bill(const struct loop_view *v, int32_t k) {
  if (!loop_trait(v, k, LOOP_TRAIT_CAPITAL)) return lane_set(0);
  return loop_contract_bill(v, k) * lane_set(v->loop->capex_share[k]);
}

LS_FN ls_lane loop_borrowing(const struct loop_view *v, int32_t i) {
  double share = loop_entity(v, LOOP_CAPEX_BORROWING, i);
  ls_lane bought = lane_set(0);
  if (share == 0) return bought;
  for (int32_t k = v->loop->purchase.first_from[i]; k < v->loop->purchase.first_from[i + 1]; k++)
    bought = bought + loop_capital_bill(v, k);
  ls_lane open = loop_path_value(v, LOOP_PATH_CREDIT, LS_VARIABLE_CREDIT, i);
  ls_lane allowed = loop_get(v, v->at->live, i) * (lane_set(1) - loop_get(v, v->at->flag, i));
  return lane_set(share) * bought * open * allowed;
}

LS_FN ls_lane loop_borrowed(const struct loop_view *v, int32_t i) {
  return loop_has(v, LOOP_HAS_BORROWING) ? loop_get(v, v->at->borrowed, i) : lane_set(0);
}

LS_FN ls_lane loop_called(const struct loop_view *v, int32_t i) {
  return loop_has(v, LOOP_HAS_COLLATERAL) ? loop_get(v, v->at->call, i) : lane_set(0);
}

/* All of it, before classes are added up. */
LS_STEP void loop_agree_terms(const struct loop_view *v) {
  loop_write_payables(v);
  if (loop_has(v, LOOP_HAS_BACKSTOPS)) loop_call_backstops(v);
  for (int32_t i = 0; i < v->n; i++) {
    if (loop_has(v, LOOP_HAS_COLLATERAL)) loop_set(v, v->at->call, i, loop_collateral_call(v, i));
    if (loop_has(v, LOOP_HAS_BORROWING)) loop_set(v, v->at->borrowed, i, loop_borrowing(v, i));
  }
}

#endif

/* loop_payments.h - steps 4 and 5: what falls due by class, the revolving credit drawn for it, and who can pay.
 *
 * Class 0: debt service and running costs; class 1: purchases and cost of sales; class 2: equity pledged to others. */
#ifndef LS_MODEL_LOOP_PAYMENTS_H
#define LS_MODEL_LOOP_PAYMENTS_H

#include "models/loop/loop_terms.h"

/* Equity due on a pledge: min(C, y) times its gate and the confidence in the recipient, both living, no flag. */
LS_FN ls_lane loop_pledge_due(const struct loop_view *v, int32_t k) {
  const struct ls_loop_links *pledge = &v->loop->pledge;
  int32_t j = pledge->to[k];
  ls_lane rate = lane_set(v->loop->pledge_rate[(int64_t)v->t * pledge->count + k]);
  ls_lane open = (lane_set(1) - loop_get(v, v->at->flag, j)) * loop_get(v, v->at->live, pledge->from[k]) *
                 loop_get(v, v->at->live, j);
  return lane_min(loop_get(v, v->at->pledged, k), rate) * loop_gate(v, k) * open * loop_confidence(v, j) *
         loop_test(v, k);
}

/* Outside equity that a fall from the peak leaves of what was to come. */
LS_FN ls_lane loop_mood(const struct loop_view *v, int32_t i) {
  if (!loop_has(v, LOOP_HAS_HERDING)) return lane_set(1);
  return lane_positive_part(lane_set(1) - lane_set(v->loop->herding_funding) * loop_get(v, v->at->drawdown, i));
}

/* Step 4, without the draw: obligations of the three classes and the outside equity that arrives. */
LS_STEP void loop_obligations(const struct loop_view *v) {
  const struct ls_loop_plan *loop = v->loop;
  loop_agree_terms(v);
  for (int32_t k = 0; k < loop->pledge.count; k++) loop_set(v, v->at->pledge_due, k, loop_pledge_due(v, k));
  for (int32_t i = 0; i < v->n; i++) {
    ls_lane live = loop_get(v, v->at->live, i), debt = loop_debt(v, i);
    ls_lane bought = lane_set(0), pledged = lane_set(0);
    for (int32_t k = loop->purchase.first_from[i]; k < loop->purchase.first_from[i + 1]; k++)
      bought = bought + loop_bill_due(v, k);
    if (loop_has(v, LOOP_HAS_BACKSTOPS)) bought = bought + loop_backstops(v, loop->backstop.guarantor, i);
    for (int32_t k = loop->pledge.first_from[i]; k < loop->pledge.first_from[i + 1]; k++)
      pledged = pledged + loop_seen(v, LOOP_CHANNEL_FUNDING, loop_get(v, v->at->pledge_due, k));
    ls_lane raised = loop_path_value(v, LOOP_PATH_OUTSIDE_EQUITY, LS_VARIABLE_FUNDING, i);
    ls_lane open = live * (lane_set(1) - loop_get(v, v->at->flag, i));
    ls_mask refused = mask_and(lane_less(lane_set(0), raised), lane_less(open, live));
    if (mask_any(refused)) loop_add(v, v->at->refused, i, lane_from_mask(refused));
    loop_set(v, v->at->outside_equity, i, raised * open * loop_confidence(v, i) * loop_mood(v, i));
    loop_set(v, v->at->debt, i, debt);
    loop_set(v, v->at->due0, i,
             (loop_service_rate(v, i) * debt + lane_set(loop_entity(v, LOOP_OPEX, i))) * live + loop_called(v, i));
    loop_set(v, v->at->due1, i, bought + lane_set(loop_entity(v, LOOP_COGS, i)) * loop_get(v, v->at->sales, i));
    loop_set(v, v->at->due2, i, pledged);
  }
}

/* Debt service that reaches i; see loop_receipts. */
LS_FN ls_lane loop_service_received(const struct loop_view *v, int32_t i, bool in_full) {
  const struct ls_loop_rows *debts = v->debts;
  ls_lane sum = lane_set(0);
  for (int32_t p = debts->first_to[i]; p < debts->first_to[i + 1]; p++) {
    int32_t k = debts->by_to[p], debtor = v->loop->debt.from[k];
    ls_lane paid = loop_get(v, v->at->owed, k);
    if (!in_full) paid = paid * loop_get(v, v->at->paid0, debtor);
    if (loop_has(v, LOOP_HAS_RATES)) paid = loop_service_rate(v, debtor) * paid;
    sum = sum + loop_seen_from(v, LOOP_CHANNEL_CREDIT, debtor, paid);
  }
  return loop_has(v, LOOP_HAS_RATES) ? sum : loop_service_rate(v, v->n) * sum; /* one rate for all: multiply once */
}

LS_FN ls_lane loop_backstops_received(const struct loop_view *v, int32_t i) {
  const struct ls_loop_backstops *b = &v->loop->backstop;
  ls_lane sum = lane_set(0);
  for (int32_t r = 0; r < b->count; r++)
    if (b->provider[r] == i)
      sum = sum + loop_get(v, v->at->backstop_due, r) *
                      loop_seen(v, LOOP_CHANNEL_CREDIT, loop_get(v, v->at->paid1, b->guarantor[r]));
  return sum;
}

/* What reaches i, and may be spent, when every node pays the shares that stand in paid0, paid1, paid2. `in_full`: all of them
 * are 1, and need not be looked up. */
LS_FN ls_lane loop_receipts(const struct loop_view *v, int32_t i, bool in_full) {
  const struct ls_loop_links *purchase = &v->loop->purchase, *pledge = &v->loop->pledge;
  ls_lane service = loop_service_received(v, i, in_full), trade = lane_set(0), equity = lane_set(0);
  for (int32_t p = purchase->first_to[i]; p < purchase->first_to[i + 1]; p++) {
    int32_t k = purchase->by_to[p];
    ls_lane due = loop_get(v, v->at->payable, k);
    if (!in_full) due = due * loop_seen(v, LOOP_CHANNEL_CREDIT, loop_get(v, v->at->paid1, purchase->from[k]));
    trade = trade + due;
  }
  if (loop_has(v, LOOP_HAS_BACKSTOPS)) trade = trade + loop_backstops_received(v, i);
  for (int32_t p = pledge->first_to[i]; p < pledge->first_to[i + 1]; p++) {
    int32_t k = pledge->by_to[p];
    ls_lane paid = loop_get(v, v->at->pledge_due, k) * lane_set(1 - loop_earmark(v, k)); /* the part that is free */
    if (!in_full) paid = paid * loop_get(v, v->at->paid2, pledge->from[k]);
    equity = equity + loop_seen_from(v, LOOP_CHANNEL_FUNDING, pledge->from[k], paid);
  }
  return service + trade + equity;
}

/* Money in hand before clearing: free cash, outside revenue and equity, loans for the build-out, prepayments. */
LS_FN ls_lane loop_money_in_hand(const struct loop_view *v, int32_t i) {
  ls_lane sum =
      loop_get(v, v->at->cash, i) + loop_get(v, v->at->external_revenue, i) + loop_get(v, v->at->outside_equity, i);
  if (loop_has(v, LOOP_HAS_EARMARKS)) sum = sum - loop_earmarked(v, i) + loop_prepaid_to(v, i);
  return loop_has(v, LOOP_HAS_BORROWING) ? sum + loop_borrowed(v, i) : sum;
}

/* The draw on the revolving credit: what classes 0 and 1 and the cash floor lack, up to the room under the limit. */
LS_FN ls_lane loop_draw(const struct loop_view *v, int32_t i) {
  double limit = loop_entity(v, LOOP_CREDIT_LIMIT, i);
  if (limit == 0) return lane_set(0);
  ls_lane in = loop_money_in_hand(v, i) + loop_get(v, v->at->planned_receipts, i);
  ls_lane out =
      loop_get(v, v->at->due0, i) + loop_get(v, v->at->due1, i) + lane_set(loop_entity(v, LOOP_CASH_FLOOR, i));
  ls_lane open = loop_path_value(v, LOOP_PATH_CREDIT, LS_VARIABLE_CREDIT, i) * lane_set(limit);
  ls_lane owed = loop_get(v, v->at->debt, i);
  if (loop_has(v, LOOP_HAS_BORROWING)) owed = owed + loop_borrowed(v, i);
  ls_lane room = lane_positive_part(open * loop_get(v, v->at->value, i) - owed);
  ls_lane allowed = loop_get(v, v->at->live, i) * (lane_set(1) - loop_get(v, v->at->flag, i));
  return lane_min(lane_positive_part(out - in), room) * allowed;
}

/* Step 4, the draw: needs the receipts that are planned when everyone pays in full. */
LS_STEP void loop_draws(const struct loop_view *v) {
  for (int32_t i = 0; i < v->n; i++) {
    loop_set(v, v->at->paid0, i, lane_set(1));
    loop_set(v, v->at->paid1, i, lane_set(1));
    loop_set(v, v->at->paid2, i, lane_set(1));
  }
  for (int32_t i = 0; i < v->n; i++) {
    ls_lane planned = loop_receipts(v, i, true);
    loop_set(v, v->at->planned_receipts, i, planned);
    loop_set(v, v->at->receipts, i, planned);
    ls_lane draw = loop_draw(v, i);
    loop_set(v, v->at->draw, i, draw);
    loop_set(v, v->at->resources, i, loop_money_in_hand(v, i) + draw);
  }
}

/* The share of an obligation that `left` pays; 1 where nothing is due. */
LS_FN ls_lane loop_share_paid(ls_lane left, ls_lane due) { return lane_clip(lane_ratio(left, due, 1), 0, 1); }

/* Sets the paid share of one class where the lane is still iterating, and notes the change. */
LS_FN void loop_pay_class(const struct loop_view *v, int32_t where, int32_t i, ls_lane left, ls_lane due,
                          struct ls_stop_rule *rule) {
  ls_lane before = loop_get(v, where, i);
  ls_lane after = lane_select(rule->active, loop_share_paid(left, due), before);
  stop_rule_note(rule, lane_absolute(after - before));
  loop_set(v, where, i, after);
}

/* Lanes in which `left` covers `due`, and `paid` says so already. */
LS_FN ls_mask loop_covers(ls_lane left, ls_lane due, ls_lane paid) {
  ls_mask covered = mask_and(lane_less_equal(lane_set(0), due), lane_less_equal(due, left));
  return mask_and(covered, lane_equal(paid, lane_set(1)));
}

/* Does i pay everything in every lane, as before? Then shares need not be divided out: they stay 1. */
LS_FN bool loop_pays_all(const struct loop_view *v, int32_t i, ls_lane have, ls_lane due0, ls_lane due1, ls_lane due2) {
  ls_mask pays = loop_covers(have, due0, loop_get(v, v->at->paid0, i));
  pays = mask_and(pays, loop_covers(have - due0, due1, loop_get(v, v->at->paid1, i)));
  pays = mask_and(pays, loop_covers(have - due0 - due1, due2, loop_get(v, v->at->paid2, i)));
  return !mask_any(mask_not(pays));
}

LS_FN void loop_pay(const struct loop_view *v, int32_t i, struct ls_stop_rule *rule) {
  ls_lane due0 = loop_get(v, v->at->due0, i), due1 = loop_get(v, v->at->due1, i), due2 = loop_get(v, v->at->due2, i);
  ls_lane have = loop_get(v, v->at->resources, i) + loop_get(v, v->at->receipts, i);
  if (loop_pays_all(v, i, have, due0, due1, due2)) return;
  loop_pay_class(v, v->at->paid0, i, have, due0, rule);
  loop_pay_class(v, v->at->paid1, i, have - due0, due1, rule);
  loop_pay_class(v, v->at->paid2, i, have - due0 - due1, due2, rule);
}

/* Lanes in which somebody cannot pay everything out of the receipts at hand. */
LS_FN ls_mask loop_anyone_short(const struct loop_view *v) {
  ls_mask any_short = mask_none();
  for (int32_t i = 0; i < v->n; i++) {
    ls_lane due = loop_get(v, v->at->due0, i) + loop_get(v, v->at->due1, i) + loop_get(v, v->at->due2, i);
    ls_lane have = loop_get(v, v->at->resources, i) + loop_get(v, v->at->receipts, i);
    any_short = mask_or(any_short, lane_less(have, due));
  }
  return any_short;
}

/* Adds a finished iteration to the scenario's count of sweeps; a lane still active has not converged. */
LS_FN void loop_count(const struct loop_view *v, const struct ls_stop_rule *rule) {
  loop_add(v, v->at->iterations, 0, rule->sweeps);
  loop_set(v, v->at->unconverged, 0, lane_max(loop_get(v, v->at->unconverged, 0), lane_from_mask(rule->active)));
}

/* Step 5: the greatest clearing of the three classes, from full payment down; every sweep reads only the one before. Returns
 * the lanes in which somebody may stay behind. */
LS_STEP ls_mask loop_clear(const struct loop_view *v) {
  ls_mask any_short = loop_unsettled(v, loop_anyone_short(v));
  struct ls_stop_rule rule = stop_rule_begin(any_short);
  for (int32_t sweep = 0; sweep < v->plan->max_iterations && mask_any(rule.active); sweep++) {
    ls_mask active = rule.active;
    for (int32_t i = 0; i < v->n; i++) loop_pay(v, i, &rule);
    for (int32_t i = 0; i < v->n; i++)
      loop_set(v, v->at->receipts, i, lane_select(active, loop_receipts(v, i, false), loop_get(v, v->at->receipts, i)));
    stop_rule_end_sweep(&rule, v->plan->tolerance);
    rule.active = loop_unsettled(v, rule.active);
  }
  loop_count(v, &rule);
  return any_short;
}

/* Money for new shares, paid by pledge k. */
LS_FN ls_lane loop_pledge_paid(const struct loop_view *v, int32_t k) {
  int32_t investor = v->loop->pledge.from[k];
  ls_lane paid = loop_get(v, v->at->pledge_due, k) * loop_get(v, v->at->paid2, investor);
  return loop_seen_from(v, LOOP_CHANNEL_FUNDING, investor, paid);
}

/* Earmarked cash after the quarter: less what was prepaid out of it, plus its part of what was paid in; returns the sum of
 * i's. Each contract of a pair took its part of the prepayment. */
LS_FN ls_lane loop_settle_earmarks(const struct loop_view *v, int32_t i) {
  const struct ls_loop_links *pledge = &v->loop->pledge, *purchase = &v->loop->purchase;
  ls_lane sum = lane_set(0);
  for (int32_t p = pledge->first_to[i]; p < pledge->first_to[i + 1]; p++) {
    int32_t k = pledge->by_to[p];
    if (loop_earmark(v, k) == 0) continue;
    ls_lane kept = loop_get(v, v->at->earmarked, k);
    for (int32_t o = purchase->first_from[i]; o < purchase->first_from[i + 1]; o++)
      if (v->loop->purchase_pledge[o] == k) kept = kept - loop_get(v, v->at->prepaid, o);
    kept = lane_positive_part(kept) + lane_set(loop_earmark(v, k)) * loop_pledge_paid(v, k);
    loop_set(v, v->at->earmarked, k, kept);
    sum = sum + kept;
  }
  return sum;
}

/* m' = resources + receipts - payments, earmarked cash included. */
LS_FN void loop_settle_entity(const struct loop_view *v, int32_t i) {
  ls_lane out = loop_get(v, v->at->due0, i) * loop_get(v, v->at->paid0, i) +
                loop_get(v, v->at->due1, i) * loop_get(v, v->at->paid1, i) +
                loop_get(v, v->at->due2, i) * loop_get(v, v->at->paid2, i);
  ls_lane left = loop_get(v, v->at->resources, i) + loop_get(v, v->at->receipts, i) - out;
  left = lane_positive_part(left); /* below 0 only by rounding: payments stop at what there is */
  if (loop_has(v, LOOP_HAS_EARMARKS)) left = left + loop_settle_earmarks(v, i);
  loop_set(v, v->at->cash, i, left);
}

/* What holders outside put into i: new shares, the draw and loans for the build-out. */
LS_FN ls_lane loop_put_in(const struct loop_view *v, int32_t i) {
  ls_lane sum = loop_get(v, v->at->outside_equity, i) + loop_get(v, v->at->draw, i);
  return loop_has(v, LOOP_HAS_BORROWING) ? sum + loop_borrowed(v, i) : sum;
}

/* Money that crosses the border as investment or debt service: `flow` goes on to what holders outside have got. */
LS_FN ls_lane loop_outside_service(const struct loop_view *v, ls_lane flow) {
  const struct ls_loop_rows *debts = v->debts;
  for (int32_t i = 0; i < v->n; i++) {
    ls_lane paid = loop_get(v, v->at->paid0, i);
    flow = flow + loop_service_rate(v, i) * (loop_get(v, v->at->owed, v->loop->world_debt[i]) * paid);
    if (loop_has(v, LOOP_HAS_COLLATERAL)) flow = flow + loop_called(v, i) * paid;
  }
  for (int32_t p = debts->first_from[v->n]; p < debts->first_from[v->n + 1]; p++)
    flow = flow - loop_service_rate(v, v->n) * loop_get(v, v->at->owed, debts->by_from[p]);
  return flow;
}

/* Cash after clearing, and what crosses the border. */
LS_STEP void loop_settle_cash(const struct loop_view *v) {
  const struct ls_loop_links *pledge = &v->loop->pledge;
  ls_lane flow = loop_get(v, v->at->outside_flow, 0);
  for (int32_t i = 0; i < v->n; i++) {
    loop_settle_entity(v, i);
    flow = flow - loop_put_in(v, i);
    loop_note_equity_flow(v, -loop_get(v, v->at->outside_equity, i));
  }
  flow = loop_outside_service(v, flow);
  for (int32_t k = pledge->first_from[v->n]; k < pledge->first_from[v->n + 1]; k++) {
    flow = flow - loop_get(v, v->at->pledge_due, k);
    loop_note_equity_flow(v, -loop_get(v, v->at->pledge_due, k));
  }
  loop_set(v, v->at->outside_flow, 0, flow);
}

#endif

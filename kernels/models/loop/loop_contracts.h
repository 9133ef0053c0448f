/* loop_contracts.h - what becomes of contracts: their end, concessions under strain, notice and exit, prices in invoices. */
#ifndef LS_MODEL_LOOP_CONTRACTS_H
#define LS_MODEL_LOOP_CONTRACTS_H

#include "models/loop/loop_sentiment.h"

/* 1 from the quarter on in which contract k is left. */
LS_FN ls_lane loop_left(const struct loop_view *v, int32_t k) {
  ls_lane quarter = loop_get(v, v->at->leaves, k);
  return lane_from_mask(mask_and(lane_less_equal(lane_set(0), quarter), lane_less_equal(quarter, lane_set(v->t))));
}

/* o_k: the factor on the orders between the two. A scenario that moves them has made another plan, like one that scales all that
 * a buyer purchases: what is moved away is neither an input that the buyer misses nor a sale that falls short of the seller's plan. */
LS_FN ls_lane loop_moved(const struct loop_view *v, int32_t k, ls_lane rate) {
  if (!loop_trait(v, k, LOOP_TRAIT_MOVED)) return rate;
  return rate * loop_shock(v, LS_VARIABLE_ORDERS, v->loop->purchase_target[k], 1);
}

/* qs_i of this quarter. */
LS_FN ls_lane loop_purchase_scale(const struct loop_view *v, int32_t i) {
  return loop_path_value(v, LOOP_PATH_PURCHASE_SCALE, LS_VARIABLE_PURCHASE_SCALE, i);
}

/* q_k(t) qs_i o_k of this quarter: the plan, whatever becomes of the contract. */
LS_FN void loop_schedule(const struct loop_view *v, int32_t k, ls_lane scale) {
  double rate = v->loop->purchase_rate[(int64_t)v->t * v->loop->purchase.count + k];
  loop_set(v, v->at->scheduled, k, loop_moved(v, k, lane_set(rate) * scale));
}

/* The same, whoever lives, but nothing once the contract is left. */
LS_FN ls_lane loop_rate(const struct loop_view *v, int32_t k) {
  ls_lane rate = loop_get(v, v->at->scheduled, k);
  return loop_trait(v, k, LOOP_TRAIT_MAY_EXIT) ? rate * (lane_set(1) - loop_left(v, k)) : rate;
}

/* phi(t) */
LS_FN ls_lane loop_firm(const struct loop_view *v, int32_t k) {
  return loop_trait(v, k, LOOP_TRAIT_MAY_CONCEDE) ? loop_get(v, v->at->firm, k) : lane_set(v->loop->take_or_pay[k]);
}

/* What a unit of backlog counts for: its firm part in full, the rest at s, over the time in which it is delivered. */
LS_FN ls_lane loop_backlog_worth(const struct loop_view *v, int32_t k) {
  ls_lane backlog = loop_get(v, v->at->backlog, k);
  if (!loop_has(v, LOOP_HAS_BACKLOG_WORTH)) return backlog;
  double firm = v->loop->take_or_pay[k], full = loop_term(v, LOOP_CONTRACT_RATE, k), r = v->loop->backlog_discount;
  ls_lane worth = backlog * lane_set(firm + v->loop->backlog_uncommitted * (1 - firm));
  if (r == 0 || full == 0) return worth;
  ls_lane quarters = lane_max(lane_set(1), backlog / lane_set(full));
  ls_lane last = lane_exp(-quarters * lane_set(v->loop->backlog_log_rate)); /* (1 + r)^-n */
  return worth * ((lane_set(1) - last) / (lane_set(r) * quarters));
}

LS_STEP void loop_weigh_backlog(const struct loop_view *v) {
  if (!loop_has(v, LOOP_HAS_BACKLOG_WORTH)) return;
  for (int32_t k = 0; k < v->loop->purchase.count; k++)
    if (loop_trait(v, k, LOOP_TRAIT_IN_VALUE)) loop_set(v, v->at->backlog_worth, k, loop_backlog_worth(v, k));
}

/* Contracts whose last quarter is over owe nothing more, in fact and in plan. */
LS_FN void loop_end_contracts(const struct loop_view *v) {
  for (int32_t k = 0; k < v->loop->purchase.count; k++) {
    if (!loop_trait(v, k, LOOP_TRAIT_ENDS) || loop_term(v, LOOP_CONTRACT_END, k) > v->t) continue;
    loop_set(v, v->at->backlog, k, lane_set(0));
    loop_set(v, v->at->planned_backlog, k, lane_set(0));
  }
}

/* Lanes in which the buyer is under strain as contract k sees it: flagged, or ordering too little. */
LS_FN ls_mask loop_strained(const struct loop_view *v, int32_t k) {
  int32_t i = v->loop->purchase.from[k];
  ls_mask flagged = lane_to_mask(loop_get(v, v->at->flag, i));
  return mask_or(flagged,
                 lane_less(loop_get(v, v->at->order_ratio, i), lane_set(loop_term(v, LOOP_CONTRACT_TRIGGER, k))));
}

/* phi(t): less by the concession while the buyer is under strain or the scenario says so. */
LS_FN void loop_concede(const struct loop_view *v, int32_t k) {
  double firm = v->loop->take_or_pay[k], left = 1 - loop_term(v, LOOP_CONTRACT_CONCESSION, k);
  ls_lane now = lane_set(firm);
  if (v->loop->purchase.from[k] != v->n) {
    ls_lane imposed = loop_shock(v, LS_VARIABLE_RENEGOTIATION, v->loop->purchase.from[k], 0);
    ls_mask conceded = mask_or(loop_strained(v, k), lane_less(lane_set(0), imposed));
    now = lane_select(conceded, lane_set(firm * left), now);
  }
  loop_set(v, v->at->firm, k, now);
}

/* Notice is given once; in the quarter in which it runs out the fee falls due and the backlog is written off. */
LS_FN void loop_give_notice(const struct loop_view *v, int32_t k) {
  double notice = loop_term(v, LOOP_CONTRACT_NOTICE, k);
  int32_t i = v->loop->purchase.from[k], j = v->loop->purchase.to[k];
  if (i == v->n) return;
  ls_lane leaves = loop_get(v, v->at->leaves, k), backlog = loop_get(v, v->at->backlog, k);
  ls_lane imposed = loop_shock(v, LS_VARIABLE_EXIT, i, 0);
  ls_mask gives = mask_or(loop_strained(v, k), lane_less(lane_set(0), imposed));
  ls_lane both = loop_get(v, v->at->live, i) * loop_seen(v, LOOP_CHANNEL_SUPPLY, loop_get(v, v->at->live, j));
  ls_lane running = loop_trait(v, k, LOOP_TRAIT_RENEWED) ? both : backlog; /* the backlog of the dead is 0 */
  gives = mask_and(gives, mask_and(lane_less(lane_set(0), running), lane_less(leaves, lane_set(0))));
  leaves = lane_select(gives, lane_set(v->t + notice), leaves);
  loop_set(v, v->at->leaves, k, leaves);
  ls_lane goes = lane_from_mask(lane_equal(leaves, lane_set(v->t)));
  loop_set(v, v->at->fee, k, lane_set(loop_term(v, LOOP_CONTRACT_FEE, k)) * backlog * goes * both);
  if (loop_trait(v, k, LOOP_TRAIT_IN_VALUE)) loop_add(v, v->at->written_off, j, loop_backlog_worth(v, k) * goes);
  loop_set(v, v->at->backlog, k, backlog * (lane_set(1) - goes));
}

/* Step 1, before the order: needs u. */
LS_FN void loop_review_contract(const struct loop_view *v, int32_t k) {
  if (loop_trait(v, k, LOOP_TRAIT_MAY_CONCEDE)) loop_concede(v, k);
  if (loop_trait(v, k, LOOP_TRAIT_MAY_EXIT)) loop_give_notice(v, k);
}

/* p_j where there are prices, else 1. */
LS_FN ls_lane loop_price(const struct loop_view *v, int32_t j) {
  return loop_has(v, LOOP_HAS_PRICES) ? loop_get(v, v->at->price, j) : lane_set(1);
}

/* w_k xd_k: the committed part at the contract's price, the rest as far as it is repriced at the price of the day; so written
 * that w is exactly 1 where nothing is repriced. */
LS_FN ls_lane loop_priced(const struct loop_view *v, int32_t k, ls_lane volume, ls_lane firm, ls_lane price) {
  if (!loop_trait(v, k, LOOP_TRAIT_REPRICED)) return volume;
  ls_lane moves = (lane_set(1) - firm) * lane_set(loop_term(v, LOOP_CONTRACT_REPRICING, k));
  return (lane_set(1) + moves * (price - lane_set(1))) * volume;
}

/* The seller's invoice: by contract, and beside it at the spot price. */
LS_FN ls_lane loop_make_invoice(const struct loop_view *v, int32_t k) {
  ls_lane price = loop_price(v, v->loop->purchase.to[k]);
  ls_lane firm = loop_seen_from(v, LOOP_CHANNEL_ORDERS, v->loop->purchase.from[k], loop_firm(v, k));
  ls_lane due = loop_priced(v, k, loop_get(v, v->at->delivered, k), firm, price);
  return loop_trait(v, k, LOOP_TRAIT_MAY_SUBSTITUTE) ? due + price * loop_get(v, v->at->extra, k) : due;
}

/* The part of the buyer's bill that is by contract. */
LS_FN ls_lane loop_contract_bill(const struct loop_view *v, int32_t k) {
  ls_lane price = loop_seen(v, LOOP_CHANNEL_PRICES, loop_price(v, v->loop->purchase.to[k]));
  return loop_priced(v, k, loop_received(v, k), loop_firm(v, k), price);
}

/* What the buyer takes its bill to be. */
LS_FN ls_lane loop_make_bill(const struct loop_view *v, int32_t k) {
  ls_lane due = loop_contract_bill(v, k);
  if (!loop_trait(v, k, LOOP_TRAIT_MAY_SUBSTITUTE)) return due;
  ls_lane price = loop_seen(v, LOOP_CHANNEL_PRICES, loop_price(v, v->loop->purchase.to[k]));
  return due + price * loop_extra_received(v, k);
}

/* Invoices of the quarter; where there are neither prices nor spot purchases the slot is that of the deliveries. */
LS_STEP void loop_write_invoices(const struct loop_view *v) {
  for (int32_t k = 0; v->at->invoice != v->at->delivered && k < v->loop->purchase.count; k++)
    loop_set(v, v->at->invoice, k, loop_make_invoice(v, k));
  for (int32_t k = 0; loop_bill_slot(v) != v->at->invoice && k < v->loop->purchase.count; k++)
    loop_set(v, loop_bill_slot(v), k, loop_make_bill(v, k));
}

#endif

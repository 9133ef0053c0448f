/* loop_trade.h - steps 1 and 2: orders, and how a seller that is short of capacity shares it out. */
#ifndef LS_MODEL_LOOP_TRADE_H
#define LS_MODEL_LOOP_TRADE_H

#include "models/loop/loop_contracts.h"

/* 1, or as much more as the entity's upside allows: the most that ratios to plan may be. */
LS_FN ls_lane loop_ratio_limit(const struct loop_view *v, int32_t i) {
  return lane_set(1 + loop_entity(v, LOOP_UPSIDE, i));
}

LS_FN ls_lane loop_demand_ratio(const struct loop_view *v, int32_t i) {
  ls_lane planned = loop_get(v, v->at->planned_demand, i);
  return lane_min(loop_ratio_limit(v, i), lane_ratio(loop_get(v, v->at->demand, i), planned, 1));
}

/* u_i: the share of its uncommitted orders that a buyer places: it follows demand now and its own sales of last quarter. */
LS_FN ls_lane loop_order_ratio(const struct loop_view *v, int32_t i) {
  ls_lane now = loop_demand_ratio(v, i);
  double response = loop_entity(v, LOOP_ORDER_RESPONSE, i);
  if (response == 0 || v->t == 0) return lane_set(1 - response) * now + lane_set(response);
  ls_lane last = lane_min(loop_ratio_limit(v, i),
                          lane_ratio(loop_get(v, v->at->sales, i), loop_get(v, v->at->planned_sales, i), 1));
  return lane_set(1 - response) * now + lane_set(response) * last;
}

/* u of the buyer of contract k; herding holds capital purchases back. */
LS_FN ls_lane loop_contract_ratio(const struct loop_view *v, int32_t k) {
  int32_t i = v->loop->purchase.from[k];
  ls_lane ratio = loop_get(v, v->at->order_ratio, i);
  return loop_trait(v, k, LOOP_TRAIT_HERDED) ? ratio * loop_get(v, v->at->capex_factor, i) : ratio;
}

/* x_k = min(B, q qs) [phi + (1 - phi) u], not limited by the backlog where the contract is rolled. */
LS_FN void loop_order(const struct loop_view *v, int32_t k) {
  int32_t i = v->loop->purchase.from[k];
  bool renewed = loop_trait(v, k, LOOP_TRAIT_RENEWED);
  ls_lane seller = loop_seen(v, LOOP_CHANNEL_SUPPLY, loop_get(v, v->at->live, v->loop->purchase.to[k]));
  ls_lane rate = loop_rate(v, k), backlog = loop_get(v, v->at->backlog, k), firm = loop_firm(v, k);
  ls_lane taken = firm + (lane_set(1) - firm) * loop_contract_ratio(v, k);
  ls_lane placed = (renewed ? rate : lane_min(backlog, rate)) * taken;
  if (loop_has(v, LOOP_HAS_UPSIDE) && !renewed) placed = lane_min(placed, backlog);
  loop_set(v, v->at->ordered, k, placed * (loop_get(v, v->at->live, i) * seller));
  if (loop_trait(v, k, LOOP_TRAIT_MAY_SUBSTITUTE))
    loop_set(v, v->at->wanted, k, rate * taken * loop_get(v, v->at->live, i));
}

/* Step 1. */
LS_STEP void loop_orders(const struct loop_view *v) {
  if (loop_has(v, LOOP_HAS_ENDS)) loop_end_contracts(v);
  for (int32_t i = 0; i <= v->n; i++) {
    if (!loop_buys(v, i)) continue;
    ls_lane scale = loop_purchase_scale(v, i);
    loop_set(v, v->at->order_ratio, i, i == v->n ? lane_set(1) : loop_order_ratio(v, i));
    for (int32_t k = v->loop->purchase.first_from[i]; k < v->loop->purchase.first_from[i + 1]; k++) {
      loop_review_contract(v, k);
      loop_schedule(v, k, scale);
      loop_order(v, k);
    }
  }
}

/* s0_i(t), against which next quarter's orders compare; Bplan runs down by the plan, whatever happens. */
LS_STEP void loop_planned_sales(const struct loop_view *v) {
  const struct ls_loop_links *purchase = &v->loop->purchase;
  for (int32_t j = 0; j < v->n; j++) {
    ls_lane planned = loop_get(v, v->at->planned_demand, j);
    for (int32_t p = purchase->first_to[j]; p < purchase->first_to[j + 1]; p++) {
      int32_t k = purchase->by_to[p];
      ls_lane rate = loop_seen_from(v, LOOP_CHANNEL_ORDERS, purchase->from[k], loop_get(v, v->at->scheduled, k));
      ls_lane left = loop_get(v, v->at->planned_backlog, k), due = lane_min(left, rate);
      planned = planned + (loop_trait(v, k, LOOP_TRAIT_RENEWED) ? rate : due);
      loop_set(v, v->at->planned_backlog, k, left - due);
    }
    loop_set(v, v->at->planned_sales, j, planned);
  }
}

/* zs_j G_j: what j could deliver. */
LS_FN ls_lane loop_able(const struct loop_view *v, int32_t j) {
  return loop_path_value(v, LOOP_PATH_SUPPLY, LS_VARIABLE_SUPPLY, j) * loop_get(v, v->at->capacity, j);
}

/* x_k as its seller sees it. */
LS_FN ls_lane loop_order_seen(const struct loop_view *v, int32_t k) {
  return loop_seen_from(v, LOOP_CHANNEL_ORDERS, v->loop->purchase.from[k], loop_get(v, v->at->ordered, k));
}

/* xd_k: the seller delivers its share of what it sees ordered, the buyer gets the share that it sees of its order. */
LS_FN void loop_hand_over(const struct loop_view *v, int32_t k, ls_lane share) {
  loop_set(v, v->at->delivered, k, loop_order_seen(v, k) * share);
  if (loop_received_slot(v) != v->at->delivered)
    loop_set(v, loop_received_slot(v), k, loop_get(v, v->at->ordered, k) * loop_seen(v, LOOP_CHANNEL_SUPPLY, share));
}

/* Step 2: z_j = min(1, zs_j G_j / need_j), 1 where nothing is needed; every buyer gets the same share. */
LS_FN void loop_deliver_alike(const struct loop_view *v, int32_t j) {
  const struct ls_loop_links *purchase = &v->loop->purchase;
  if (!loop_has_customers(v, j)) return;
  ls_lane ordered = lane_set(0);
  for (int32_t p = purchase->first_to[j]; p < purchase->first_to[j + 1]; p++)
    ordered = ordered + loop_order_seen(v, purchase->by_to[p]);
  ls_lane need = ordered / lane_set(loop_entity(v, LOOP_PRICE, j));
  ls_lane share = lane_min(lane_set(1), lane_ratio(loop_able(v, j), need, 1));
  for (int32_t p = purchase->first_to[j]; p < purchase->first_to[j + 1]; p++)
    loop_hand_over(v, purchase->by_to[p], share);
}

/* Step 2 with outside sales that need capacity and customers who come first; leaves what is spare, and how scarce it is. */
LS_FN void loop_deliver_ranked(const struct loop_view *v, int32_t j) {
  const struct ls_loop_links *purchase = &v->loop->purchase;
  ls_lane demand = loop_get(v, v->at->demand, j), live = loop_get(v, v->at->live, j);
  ls_lane unit = lane_set(loop_entity(v, LOOP_PRICE, j)), able = loop_able(v, j);
  double use = loop_entity(v, LOOP_EXTERNAL_USE, j);
  ls_lane outside = use == 0 ? lane_set(0) : lane_set(use) * demand * live / unit;
  ls_lane first = lane_set(0), second = lane_set(0); /* orders by priority */
  bool any_second = false;
  for (int32_t p = purchase->first_to[j]; p < purchase->first_to[j + 1]; p++) {
    int32_t k = purchase->by_to[p];
    if (loop_trait(v, k, LOOP_TRAIT_SECOND)) {
      second = second + loop_order_seen(v, k);
      any_second = true;
    } else {
      first = first + loop_order_seen(v, k);
    }
  }
  bool any_first = use != 0 || loop_has_customers(v, j); /* without them nothing is needed, and all of it is there */
  ls_lane need1 = any_first ? first / unit + outside : lane_set(0), need2 = lane_set(0);
  ls_lane share1 = lane_set(1), share2 = lane_set(1);
  if (any_first) share1 = lane_min(share1, lane_ratio(able, need1, 1));
  if (any_second) {
    need2 = second / unit;
    share2 = lane_min(share2, lane_ratio(lane_positive_part(able - need1), need2, 1));
  }
  for (int32_t p = purchase->first_to[j]; p < purchase->first_to[j + 1]; p++) {
    int32_t k = purchase->by_to[p];
    loop_hand_over(v, k, loop_trait(v, k, LOOP_TRAIT_SECOND) ? share2 : share1);
  }
  ls_lane used = need1 * share1 + need2 * share2;
  loop_set(v, v->at->first_share, j, share1);
  loop_set(v, v->at->spare, j, unit * lane_positive_part(able - used) * live);
  loop_set(v, v->at->requested, j, need1 + need2); /* the need, until spot purchases are asked for */
}

/* U of each input type: need over ability of its living sellers, for next quarter's prices. */
LS_FN void loop_note_scarcity(const struct loop_view *v) {
  for (int32_t type = 0; type < v->loop->type_count; type++) {
    ls_lane need = lane_set(0), able = lane_set(0);
    for (int32_t j = 0; j < v->n; j++) {
      if (v->loop->input_type[j] != type) continue;
      ls_lane live = loop_get(v, v->at->live, j);
      need = need + loop_get(v, v->at->requested, j) * live;
      able = able + loop_able(v, j) * live;
    }
    loop_set(v, v->at->scarcity, type, lane_clip(lane_ratio(need, able, 1), 1e-6, 1e6));
  }
}

/* What i asks of its other sellers of one type for what it did not get: a share sigma, where capacity is spare. */
LS_FN void loop_ask(const struct loop_view *v, int32_t i, int32_t type) {
  const struct ls_loop_links *purchase = &v->loop->purchase;
  ls_lane unmet = lane_set(0), spare = lane_set(0);
  for (int32_t k = purchase->first_from[i]; k < purchase->first_from[i + 1]; k++) {
    if (v->loop->input_type[purchase->to[k]] != type) continue;
    ls_lane missing = lane_positive_part(loop_get(v, v->at->wanted, k) - loop_received(v, k));
    unmet = unmet + lane_set(1 - v->loop->capex_share[k]) * missing;
    spare = spare + loop_seen(v, LOOP_CHANNEL_SUPPLY, loop_get(v, v->at->spare, purchase->to[k]));
  }
  ls_lane per_spare = lane_ratio(lane_set(loop_entity(v, LOOP_SUBSTITUTION, i)) * unmet, spare, 0);
  for (int32_t k = purchase->first_from[i]; k < purchase->first_from[i + 1]; k++) {
    int32_t j = purchase->to[k];
    if (v->loop->input_type[j] != type) continue;
    ls_lane asked = per_spare * loop_seen(v, LOOP_CHANNEL_SUPPLY, loop_get(v, v->at->spare, j));
    ls_lane asked_of = loop_seen(v, LOOP_CHANNEL_ORDERS, asked);
    loop_set(v, loop_extra_received_slot(v), k, asked);
    loop_set(v, v->at->extra, k, asked_of);
    loop_add(v, v->at->requested, j, asked_of);
  }
}

/* Spot purchases in place of inputs that did not come; a seller asked for more than it has spare serves all alike. */
LS_FN void loop_substitute(const struct loop_view *v) {
  const struct ls_loop_links *purchase = &v->loop->purchase;
  for (int32_t j = 0; j < v->n; j++) loop_set(v, v->at->requested, j, lane_set(0));
  for (int32_t i = 0; i < v->n; i++)
    for (int32_t type = 0; loop_entity(v, LOOP_SUBSTITUTION, i) > 0 && type < v->loop->type_count; type++)
      loop_ask(v, i, type);
  for (int32_t j = 0; j < v->n; j++) { /* from here on the share that is granted */
    if (!loop_has_customers(v, j)) continue;
    ls_lane granted = lane_ratio(loop_get(v, v->at->spare, j), loop_get(v, v->at->requested, j), 1);
    loop_set(v, v->at->requested, j, lane_min(lane_set(1), granted));
  }
  for (int32_t k = 0; k < purchase->count; k++) {
    if (!loop_trait(v, k, LOOP_TRAIT_MAY_SUBSTITUTE)) continue;
    ls_lane granted = loop_get(v, v->at->requested, purchase->to[k]);
    loop_set(v, v->at->extra, k, loop_get(v, v->at->extra, k) * granted);
    if (loop_extra_received_slot(v) != v->at->extra)
      loop_set(v, loop_extra_received_slot(v), k,
               loop_extra_received(v, k) * loop_seen(v, LOOP_CHANNEL_SUPPLY, granted));
  }
}

/* Step 2, and what is to be paid for it. */
LS_STEP void loop_deliver(const struct loop_view *v) {
  bool ranked = loop_has(v, LOOP_HAS_RATIONING);
  for (int32_t j = 0; j < v->n; j++) {
    if (ranked)
      loop_deliver_ranked(v, j);
    else
      loop_deliver_alike(v, j);
  }
  if (loop_has(v, LOOP_HAS_SCARCITY)) loop_note_scarcity(v);
  if (loop_has(v, LOOP_HAS_SUBSTITUTION)) loop_substitute(v);
  loop_write_invoices(v);
}

#endif

/* loop_trade.h - steps 1 to 3: orders, rationed deliveries, and what they leave to sell. */
#ifndef LS_MODEL_LOOP_TRADE_H
#define LS_MODEL_LOOP_TRADE_H

#include "models/loop/loop_view.h"

LS_FN ls_lane loop_demand_ratio(const struct loop_view *v, int32_t i) {
  ls_lane planned = loop_path_value(v, LOOP_PATH_DEMAND_PLANNED, LS_VARIABLE_DEMAND_PLANNED, i);
  ls_lane actual = loop_path_value(v, LOOP_PATH_DEMAND, LS_VARIABLE_DEMAND, i);
  return lane_min(lane_set(1), lane_ratio(actual, planned, 1));
}

/* u_i: the share of its uncommitted orders that a buyer places: it follows demand now and its own sales of last quarter. */
LS_FN ls_lane loop_order_ratio(const struct loop_view *v, int32_t i) {
  ls_lane now = loop_demand_ratio(v, i);
  double response = loop_entity(v, LOOP_ORDER_RESPONSE, i);
  if (response == 0 || v->t == 0) return lane_set(1 - response) * now + lane_set(response);
  ls_lane last =
      lane_min(lane_set(1), lane_ratio(loop_get(v, v->at->sales, i), loop_get(v, v->at->planned_sales, i), 1));
  return lane_set(1 - response) * now + lane_set(response) * last;
}

/* Step 1: x_ij = min(B_ij, q_ij(t) qs_i) [phi + (1 - phi) u_i]; the plan runs on whatever happens. */
LS_STEP void loop_orders(const struct loop_view *v) {
  const struct ls_loop_links *purchase = &v->loop->purchase;
  for (int32_t i = 0; i <= v->n; i++) {
    if (purchase->first_from[i] == purchase->first_from[i + 1]) continue;
    ls_lane ratio = i == v->n ? lane_set(1) : loop_order_ratio(v, i);
    ls_lane scale = loop_path_value(v, LOOP_PATH_PURCHASE_SCALE, LS_VARIABLE_PURCHASE_SCALE, i);
    for (int32_t k = purchase->first_from[i]; k < purchase->first_from[i + 1]; k++) {
      double firm = v->loop->take_or_pay[k];
      ls_lane rate = lane_set(v->loop->purchase_rate[(int64_t)v->t * purchase->count + k]) * scale;
      ls_lane live = loop_live(v, i) * loop_live(v, purchase->to[k]);
      ls_lane placed = lane_min(loop_get(v, v->at->backlog, k), rate) * (lane_set(firm) + lane_set(1 - firm) * ratio);
      loop_set(v, v->at->ordered, k, placed * live);
    }
  }
}

/* s0_i(t), against which next quarter's orders compare; Bplan runs down by the plan. */
LS_STEP void loop_planned_sales(const struct loop_view *v) {
  const struct ls_loop_links *purchase = &v->loop->purchase;
  for (int32_t j = 0; j < v->n; j++) {
    ls_lane planned = loop_path_value(v, LOOP_PATH_DEMAND_PLANNED, LS_VARIABLE_DEMAND_PLANNED, j);
    for (int32_t p = purchase->first_to[j]; p < purchase->first_to[j + 1]; p++) {
      int32_t k = purchase->by_to[p];
      ls_lane scale = loop_path_value(v, LOOP_PATH_PURCHASE_SCALE, LS_VARIABLE_PURCHASE_SCALE, purchase->from[k]);
      ls_lane rate = lane_set(v->loop->purchase_rate[(int64_t)v->t * purchase->count + k]) * scale;
      ls_lane due = lane_min(loop_get(v, v->at->planned_backlog, k), rate);
      planned = planned + due;
      loop_add(v, v->at->planned_backlog, k, -due);
    }
    loop_set(v, v->at->planned_sales, j, planned);
  }
}

/* Step 2: z_j = min(1, zs_j G_j / need_j), 1 where nothing is needed; every buyer gets the same share. */
LS_STEP void loop_deliver(const struct loop_view *v) {
  const struct ls_loop_links *purchase = &v->loop->purchase;
  for (int32_t j = 0; j < v->n; j++) {
    if (purchase->first_to[j] == purchase->first_to[j + 1]) continue;
    ls_lane ordered = lane_set(0);
    for (int32_t p = purchase->first_to[j]; p < purchase->first_to[j + 1]; p++)
      ordered = ordered + loop_get(v, v->at->ordered, purchase->by_to[p]);
    ls_lane need = ordered / lane_set(loop_entity(v, LOOP_PRICE, j));
    ls_lane able = loop_path_value(v, LOOP_PATH_SUPPLY, LS_VARIABLE_SUPPLY, j) * loop_get(v, v->at->capacity, j);
    ls_lane share = lane_min(lane_set(1), lane_ratio(able, need, 1));
    for (int32_t p = purchase->first_to[j]; p < purchase->first_to[j + 1]; p++) {
      int32_t k = purchase->by_to[p];
      loop_set(v, v->at->delivered, k, loop_get(v, v->at->ordered, k) * share);
    }
  }
}

/* Sum over a buyer's running-cost purchases of one type; `where` holds them as ordered or as delivered. */
LS_FN ls_lane loop_inputs(const struct loop_view *v, int32_t where, int32_t buyer, int32_t type) {
  const struct ls_loop_links *purchase = &v->loop->purchase;
  ls_lane sum = lane_set(0);
  for (int32_t k = purchase->first_from[buyer]; k < purchase->first_from[buyer + 1]; k++)
    if (v->loop->input_type[purchase->to[k]] == type)
      sum = sum + loop_get(v, where, k) * lane_set(1 - v->loop->capex_share[k]);
  return sum;
}

/* h_i: the share of its planned sales that i can make with the essential inputs it got. */
LS_FN ls_lane loop_output_ratio(const struct loop_view *v, int32_t i) {
  ls_lane ratio = lane_set(1);
  if (v->loop->purchase.first_from[i] == v->loop->purchase.first_from[i + 1]) return ratio;
  for (int32_t type = 0; type < v->loop->type_count; type++) {
    if (!v->loop->essential[type]) continue;
    ls_lane ordered = loop_inputs(v, v->at->ordered, i, type);
    ratio = lane_min(ratio, lane_ratio(loop_inputs(v, v->at->delivered, i, type), ordered, 1));
  }
  return ratio;
}

/* Step 3: R_i = min(d_i, d0_i h_i) for the living, and sales_i = R_i + what the other entities bought. */
LS_STEP void loop_sell(const struct loop_view *v) {
  const struct ls_loop_links *purchase = &v->loop->purchase;
  for (int32_t i = 0; i < v->n; i++) {
    ls_lane planned = loop_path_value(v, LOOP_PATH_DEMAND_PLANNED, LS_VARIABLE_DEMAND_PLANNED, i);
    ls_lane demand = loop_path_value(v, LOOP_PATH_DEMAND, LS_VARIABLE_DEMAND, i);
    ls_lane revenue = lane_min(demand, planned * loop_output_ratio(v, i)) * loop_get(v, v->at->live, i);
    ls_lane sales = revenue;
    for (int32_t p = purchase->first_to[i]; p < purchase->first_to[i + 1]; p++)
      sales = sales + loop_get(v, v->at->delivered, purchase->by_to[p]);
    loop_set(v, v->at->external_revenue, i, revenue);
    loop_set(v, v->at->sales, i, sales);
  }
}

#endif

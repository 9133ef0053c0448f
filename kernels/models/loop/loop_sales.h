/* loop_sales.h - step 3: what the inputs that came leave to sell. */
#ifndef LS_MODEL_LOOP_SALES_H
#define LS_MODEL_LOOP_SALES_H

#include "models/loop/loop_trade.h"

/* Running-cost inputs of one type: those that came, and those that were ordered or planned. */
struct loop_inputs {
  ls_lane came, base;
};

LS_FN struct loop_inputs loop_inputs_of(const struct loop_view *v, int32_t buyer, int32_t type, bool planned) {
  const struct ls_loop_links *purchase = &v->loop->purchase;
  struct loop_inputs sum = {lane_set(0), lane_set(0)};
  for (int32_t k = purchase->first_from[buyer]; k < purchase->first_from[buyer + 1]; k++) {
    if (v->loop->input_type[purchase->to[k]] != type) continue;
    if (loop_trait(v, k, LOOP_TRAIT_MAY_SUBSTITUTE)) sum.came = sum.came + loop_extra_received(v, k);
    if (loop_trait(v, k, LOOP_TRAIT_ALL_CAPITAL)) continue;
    ls_lane running = lane_set(1 - v->loop->capex_share[k]);
    sum.came = sum.came + loop_received(v, k) * running;
    sum.base = sum.base + (planned ? loop_rate(v, k) : loop_get(v, v->at->ordered, k)) * running;
  }
  return sum;
}

/* h_i: the share of its planned sales that i can make with the essential inputs it got. */
LS_FN ls_lane loop_output_ratio(const struct loop_view *v, int32_t i) {
  double upside = loop_entity(v, LOOP_UPSIDE, i);
  ls_lane ratio = lane_set(1 + upside);
  if (!loop_buys(v, i)) return ratio;
  bool planned = loop_has(v, LOOP_HAS_PLANNED_INPUTS) || upside > 0;
  for (int32_t type = 0; type < v->loop->type_count; type++) {
    if (!v->loop->essential[type]) continue;
    struct loop_inputs inputs = loop_inputs_of(v, i, type, planned);
    ratio = lane_min(ratio, lane_ratio(inputs.came, inputs.base, 1 + upside));
  }
  return ratio;
}

/* d_i, of which the part that takes capacity comes only as far as capacity goes. */
LS_FN ls_lane loop_reachable_demand(const struct loop_view *v, int32_t i) {
  ls_lane demand = loop_get(v, v->at->demand, i);
  double use = loop_has(v, LOOP_HAS_RATIONING) ? loop_entity(v, LOOP_EXTERNAL_USE, i) : 0;
  if (use == 0) return demand;
  return demand * (lane_set(1 - use) + lane_set(use) * loop_get(v, v->at->first_share, i));
}

/* Step 3: R_i = min(d_i, d0_i h_i) for the living, and sales_i = R_i + what the other entities bought. */
LS_STEP void loop_sell(const struct loop_view *v) {
  const struct ls_loop_links *purchase = &v->loop->purchase;
  for (int32_t i = 0; i < v->n; i++) {
    ls_lane planned = loop_get(v, v->at->planned_demand, i);
    ls_lane demand = loop_reachable_demand(v, i);
    ls_lane revenue = lane_min(demand, planned * loop_output_ratio(v, i)) * loop_get(v, v->at->live, i);
    ls_lane sales = revenue;
    for (int32_t p = purchase->first_to[i]; p < purchase->first_to[i + 1]; p++)
      sales = sales + loop_get(v, v->at->invoice, purchase->by_to[p]);
    loop_set(v, v->at->external_revenue, i, revenue);
    loop_set(v, v->at->sales, i, sales);
  }
  loop_smooth_sales(v);
}

#endif

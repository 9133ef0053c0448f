/* loop_sentiment.h - what a quarter takes over from the last one before anything is ordered: falls from the peak, prices of
 * compute, and rates of interest. Step 0 of docs/models/loop-finance.md. */
#ifndef LS_MODEL_LOOP_SENTIMENT_H
#define LS_MODEL_LOOP_SENTIMENT_H

#include "math/exp.h"
#include "math/log.h"
#include "models/loop/loop_channels.h"

/* base^exponent for base >= 0; 0 where base is 0. */
LS_FN ls_lane loop_power(ls_lane base, double exponent) {
  ls_mask positive = lane_less(lane_set(0), base);
  ls_lane safe = lane_select(positive, base, lane_set(1));
  return lane_select(positive, lane_exp(lane_set(exponent) * lane_log(safe)), lane_set(0));
}

/* 1 - V / its largest value so far, of each entity and of all together. */
LS_FN void loop_drawdowns(const struct loop_view *v) {
  ls_lane sum = lane_set(0);
  for (int32_t k = 0; k < v->loop->sector_count; k++) loop_set(v, v->at->sector_drawdown, k, lane_set(0));
  for (int32_t i = 0; i < v->n; i++) {
    ls_lane value = loop_get(v, v->at->value, i), peak = lane_max(loop_get(v, v->at->peak_value, i), value);
    ls_lane fallen =
        lane_set(1) - lane_ratio(value, peak, 1) * loop_get(v, v->at->live, i); /* the dead have lost all */
    loop_set(v, v->at->peak_value, i, peak);
    loop_set(v, v->at->drawdown, i, fallen);
    if (v->loop->sector[i] >= 0) loop_add(v, v->at->sector_drawdown, v->loop->sector[i], fallen);
    sum = sum + value;
  }
  ls_lane peak = lane_max(loop_get(v, v->at->market_peak, 0), sum);
  loop_set(v, v->at->market_peak, 0, peak);
  loop_set(v, v->at->market_factor, 0, loop_power(lane_ratio(sum, peak, 1), v->loop->herding_multiple));
}

/* c_i: how much of its uncommitted capital purchases i still makes, given its own fall and that of its peers. */
LS_FN void loop_capex_factors(const struct loop_view *v) {
  for (int32_t i = 0; i < v->n; i++) {
    if (!loop_buys(v, i)) continue;
    int32_t sector = v->loop->sector[i], others = sector < 0 ? 0 : v->loop->sector_size[sector] - 1;
    ls_lane own = loop_get(v, v->at->drawdown, i), peers = lane_set(0);
    if (others > 0) peers = (loop_get(v, v->at->sector_drawdown, sector) - own) / lane_set(others);
    peers = loop_seen(v, LOOP_CHANNEL_PRICES, peers);
    ls_lane factor = lane_set(1) - lane_set(v->loop->herding_capex) * own - lane_set(v->loop->herding_peers) * peers;
    loop_set(v, v->at->capex_factor, i, lane_positive_part(factor));
  }
}

/* p_j: the path of the price, times what last quarter's scarcity of the seller's type makes of it. */
LS_FN void loop_prices(const struct loop_view *v) {
  for (int32_t j = 0; j < v->n; j++) {
    ls_lane price = loop_path_value(v, LOOP_PATH_PRICE, LS_VARIABLE_PRICE, j);
    int32_t type = v->loop->input_type[j];
    if (loop_has(v, LOOP_HAS_SCARCITY) && type >= 0) {
      ls_lane scarcity = loop_seen(v, LOOP_CHANNEL_PRICES, loop_get(v, v->at->scarcity, type));
      ls_lane scarce = loop_power(scarcity, v->loop->price_elasticity);
      price = price * lane_clip(scarce, v->loop->price_low, v->loop->price_high);
    }
    loop_set(v, v->at->price, j, price);
  }
}

/* Interest, and the share of principal that falls due and is not rolled over. */
LS_FN void loop_rates(const struct loop_view *v) {
  for (int32_t i = 0; i < v->n; i++) {
    ls_lane flag = loop_get(v, v->at->flag, i);
    ls_lane due = loop_path_value(v, LOOP_PATH_AMORTISATION, LS_VARIABLE_AMORTISATION, i);
    ls_lane rolled = lane_clip(loop_path_value(v, LOOP_PATH_ROLLOVER, LS_VARIABLE_ROLLOVER, i), 0, 1);
    double base = v->loop->interest + loop_entity(v, LOOP_SPREAD, i);
    ls_lane interest = lane_set(base) + lane_set(v->loop->distress_spread) * flag;
    ls_lane principal = lane_min(due, lane_set(1)) * (lane_set(1) - rolled * (lane_set(1) - flag));
    loop_set(v, v->at->interest, i, interest);
    loop_set(v, v->at->principal, i, principal);
    loop_set(v, v->at->service, i, interest + principal);
  }
}

LS_STEP void loop_open_quarter(const struct loop_view *v) {
  for (int32_t i = 0; i < v->n; i++) {
    ls_lane planned = loop_path_value(v, LOOP_PATH_DEMAND_PLANNED, LS_VARIABLE_DEMAND_PLANNED, i);
    loop_set(v, v->at->planned_demand, i, planned);
    loop_set(v, v->at->demand, i, loop_path_value(v, LOOP_PATH_DEMAND, LS_VARIABLE_DEMAND, i));
  }
  if (loop_has(v, LOOP_HAS_HERDING)) {
    loop_drawdowns(v);
    loop_capex_factors(v);
  }
  if (loop_has(v, LOOP_HAS_PRICES)) loop_prices(v);
  if (loop_has(v, LOOP_HAS_RATES)) loop_rates(v);
}

/* Step 9, lagged parts: sales that value is made of. Rbar = (1 - lambda) Rbar + lambda R, and the same within the loop. */
LS_STEP void loop_smooth_sales(const struct loop_view *v) {
  ls_lane last = lane_set(v->loop->revenue_smoothing), kept = lane_set(1 - v->loop->revenue_smoothing);
  for (int32_t i = 0; i < v->n; i++) {
    ls_lane revenue = loop_get(v, v->at->external_revenue, i);
    if (loop_has(v, LOOP_HAS_SMOOTHING))
      loop_set(v, v->at->valued_revenue, i, kept * loop_get(v, v->at->valued_revenue, i) + last * revenue);
    if (loop_has(v, LOOP_HAS_SALES_IN_VALUE) && loop_entity(v, LOOP_SALES_WEIGHT, i) != 0) {
      ls_lane within = loop_get(v, v->at->sales, i) - revenue;
      loop_set(v, v->at->loop_sales, i, kept * loop_get(v, v->at->loop_sales, i) + last * within);
    }
  }
}

#endif

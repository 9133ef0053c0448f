/* sales.h - what sales of common assets do to their prices, and settings that models of fire sales share. */
#ifndef LS_MODEL_SALES_H
#define LS_MODEL_SALES_H

#include "math/exp.h"
#include "phases/view.h"

/* Settings of models in which leverage forces sales, in their order. */
enum { SALES_LEVERAGE_MAX, SALES_LEVERAGE_TARGET, SALES_IMPACT, SALES_SHORTFALL_COST };
#define SALES_SETTINGS                                                                                         \
  {"leverage_max", 33, 1, 1e6, 0, {0}, "assets over equity beyond which a bank must sell"},                    \
      {"leverage_target", 25, 1, 1e6, 0, {0}, "assets over equity down to which it sells"},                    \
      {"impact", 0, 0, 1, 0, {"linear", "exponential", 0}, "how sales move a price: linear or exponential"}, { \
    "shortfall_cost", 0.5, 0, 1, 0, {0}, "share of the price's fall that the seller bears on what it sells"    \
  }

/* The share of its price, `price` of the book's, that an asset loses when `sold` of it, in money, is sold; never below the floor:
 *   linear       min(q / D, 1 - B / S)
 *   exponential  (1 - B / S) (1 - exp(-q / ((1 - B) D))) */
LS_FN ls_lane sales_drop(const struct ls_holdings_plan *p, int32_t m, ls_lane price, ls_lane sold, bool exponential) {
  double depth = p->depth[m], floor = p->floor[m];
  ls_lane room = lane_positive_part(lane_set(1) - lane_ratio(lane_set(floor), price, 1));
  if (!exponential) return lane_min(sold / lane_set(depth), room);
  if (!(floor < 1)) return lane_set(0);
  return room * (lane_set(1) - lane_exp(-(sold / lane_set((1 - floor) * depth))));
}

/* The share of its price that an asset loses by the shock alone. */
LS_FN ls_lane sales_first_drop(const struct ls_view *view, int32_t m) {
  return view_shock(view, LS_VARIABLE_PRICE_LOSS, m, 0);
}

#endif

/* distress.h - what the models of the DebtRank family share: the shock, when equity is gone, and what is reported.
 *
 * h_i: distress of i, the share of its equity that is lost, 0-1. Without equity at the start: E < 0 is in full distress
 * from the start, E = 0 as soon as any loss reaches it. */
#ifndef LS_MODEL_DISTRESS_H
#define LS_MODEL_DISTRESS_H

#include "phases/output.h"

/* h_i(1); for E_i = 0 the loss in money, of which any amount is ruin. */
LS_FN ls_lane distress_of_shock(const struct ls_view *view, int32_t i) {
  double equity = view_parameter(view, LS_PARAMETER_EQUITY, i);
  ls_lane forced = view_shock(view, LS_VARIABLE_DEFAULT, i, 0);
  ls_lane lost = view_assets_lost(view, i);
  ls_lane direct = lost;
  if (equity > 0)
    direct = lane_min(view_shock(view, LS_VARIABLE_EQUITY_LOSS, i, 0) + lost / lane_set(equity), lane_set(1));
  if (equity < 0) direct = lane_set(1);
  return lane_select(lane_to_mask(forced), lane_set(1), direct);
}

/* Where `sum`, the losses that reach i as a share of its equity, uses it up. */
LS_FN ls_mask distress_is_ruin(const struct ls_view *view, int32_t i, ls_lane sum) {
  ls_mask without = lane_equal(view_number(view, LS_PARAMETER_EQUITY, i), lane_set(0));
  return lane_less_equal(lane_select(without, lane_set(LS_LEAST_POSITIVE), lane_set(1)), sum);
}

/* h_i = min(1, sum) */
LS_FN ls_lane distress_of_losses(const struct ls_view *view, int32_t i, ls_lane sum) {
  return lane_select(distress_is_ruin(view, i, sum), lane_set(1), sum);
}

/* Outputs 0 and 1 are h and whether it is 1, which it is where `sum` reaches 1; the lines add up to the equity that is left. */
LS_FN void distress_result(const struct ls_view *view, int32_t i, ls_lane direct, ls_lane sum, ls_lane h,
                           struct ls_entity_result *result) {
  double equity = view_parameter(view, LS_PARAMETER_EQUITY, i);
  ls_lane first = equity == 0 ? lane_set(0) : lane_min(direct, h);
  result->value = lane_set(equity) - lane_set(equity) * h;
  if (equity > 0) result->margin = output_margin(sum, lane_set(1), lane_set(1));
  result->outside = result->value; /* all equity is held outside; creditors are paid in full until equity is gone */
  result->defaulted = lane_less_equal(lane_set(1 - LS_UNPAID_TOLERANCE), h);
  result->line[0] = lane_set(equity) - lane_set(equity) * first;
  result->line[1] = result->value - result->line[0];
  result->detail[0] = h;
  result->detail[1] = lane_from_mask(result->defaulted);
}

#endif

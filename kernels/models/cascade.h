/* cascade.h - what the models of default cascades share: the direct loss, when losses use up equity, and what is reported. Equity is
 * LS_PARAMETER_EQUITY: by the book, or a share of assets where the run says so. */
#ifndef LS_MODEL_CASCADE_H
#define LS_MODEL_CASCADE_H

#include "phases/output.h"

/* What the shock alone costs, in money. */
LS_FN ls_lane cascade_direct_loss(const struct ls_view *view, int32_t i) {
  double equity = view_parameter(view, LS_PARAMETER_EQUITY, i);
  return view_assets_lost(view, i) +
         view_shock(view, LS_VARIABLE_EQUITY_LOSS, i, 0) * lane_set(equity > 0 ? equity : 0);
}

/* 1 where the loss uses up the equity (a tie does, up to LS_TIE_TOLERANCE; of none any loss), or the default is forced; else 0. */
LS_FN ls_lane cascade_fails(const struct ls_view *view, int32_t i, ls_lane loss, ls_mask forced) {
  ls_lane equity = view_number(view, LS_PARAMETER_EQUITY, i);
  ls_lane limit = lane_select(lane_equal(equity, lane_set(0)), lane_set(LS_LEAST_POSITIVE),
                              equity * lane_set(1 - LS_TIE_TOLERANCE));
  ls_mask fails = mask_or(lane_less(equity, lane_set(0)), lane_less_equal(limit, loss));
  return lane_from_mask(mask_or(fails, forced));
}

/* Outputs 0 and 1 are what others cost it and whether it failed; the lines add up to what is left of its equity. A firm that fails
 * is worth nothing to its owners. */
LS_FN void cascade_result(const struct ls_view *view, int32_t i, ls_lane direct, ls_lane from_others, ls_lane x,
                          struct ls_entity_result *result) {
  ls_lane equity = lane_set(view_parameter(view, LS_PARAMETER_EQUITY, i));
  ls_mask failed = lane_less(lane_set(0), x);
  ls_lane left = lane_positive_part(equity - direct - from_others);
  result->value = lane_select(failed, lane_set(0), left);
  result->outside = result->value;
  result->margin = output_margin(direct + from_others, equity, lane_positive_part(equity));
  result->defaulted = failed;
  result->line[0] = equity - direct;
  result->line[1] = -from_others;
  result->line[2] = result->value - (result->line[0] + result->line[1]);
  result->detail[0] = from_others;
  result->detail[1] = lane_from_mask(failed);
}

#endif

/* debtrank_linear.h - distress propagation through relative losses of equity.
 *
 * Source: Bardoscia, Battiston, Caccioli, Caldarelli (2015), DebtRank: a microscopic foundation for shock propagation,
 * PLoS ONE 10(6):e0130406, eq. (5). h_i: distress of i, the share of its equity that is lost, 0-1; E_i book equity;
 * Lambda_ij = (claim of i on j) / E_i; a_i = sum_j Lambda_ij h_j; h_i(1) the direct shock.
 *   h_i(t+1) = min(1, h_i(t) + sum_j Lambda_ij (h_j(t) - h_j(t-1)))  which, h being monotone, is  min(1, h_i(1) + a_i).
 * Without equity at the start: E < 0 is in full distress from the start; E = 0 as soon as any loss reaches it. */
#ifndef LS_MODEL_DEBTRANK_LINEAR_H
#define LS_MODEL_DEBTRANK_LINEAR_H

#include "model.h"
#include "phases/view.h"

static const struct ls_model_info debtrank_linear_info __attribute__((unused)) = {
    .name = "debtrank-linear",
    .title = "distress propagation, linear DebtRank",
    .source = "Bardoscia et al. (2015), PLoS ONE 10(6):e0130406, eq. 5",
    .operator_kind = LS_OPERATOR_RELATIVE_EXPOSURES,
    .variables = 1u << LS_VARIABLE_EXTERNAL_ASSETS_LOSS | 1u << LS_VARIABLE_EQUITY_LOSS | 1u << LS_VARIABLE_DEFAULT,
    .has_least = 0,
    .tolerance = 1e-10,
    .setting = {{0, 0, 0, 0, 0, {0, 0, 0}, 0}},
    .output = {"distress", "default", 0},
    .output_flags = 1u << 1,
    .line = {"direct", "credit", 0},
};

/* h_i(1); for E_i = 0 the loss in money, of which any amount is ruin. */
LS_FN ls_lane debtrank_linear_given(const struct ls_view *view, int32_t i) {
  double equity = view_parameter(view, LS_PARAMETER_EQUITY, i);
  ls_lane forced = view_shock(view, LS_VARIABLE_DEFAULT, i, 0);
  ls_lane lost = view_shock(view, LS_VARIABLE_EXTERNAL_ASSETS_LOSS, i, 0) *
                 lane_set(view_parameter(view, LS_PARAMETER_EXTERNAL_ASSETS, i));
  ls_lane direct = lost;
  if (equity > 0)
    direct = lane_min(view_shock(view, LS_VARIABLE_EQUITY_LOSS, i, 0) + lost / lane_set(equity), lane_set(1));
  if (equity < 0) direct = lane_set(1);
  return lane_select(lane_to_mask(forced), lane_set(1), direct);
}

LS_FN double debtrank_linear_start(const struct ls_view *view, int32_t i) {
  (void)view;
  (void)i;
  return 0;
}

LS_FN void debtrank_linear_piece(const struct ls_view *view, int32_t i, struct ls_reach now, ls_lane *constant,
                                 ls_lane *slope) {
  ls_lane direct = now.given, a = now.a;
  ls_mask ruined = lane_less_equal(lane_set(1), direct + a);
  ls_mask straight = mask_not(ruined);
  if (view_parameter(view, LS_PARAMETER_EQUITY, i) == 0) {
    ruined = lane_less(lane_set(0), direct + a);
    straight = mask_none();
  }
  *constant = lane_select(ruined, lane_set(1), lane_select(straight, direct, lane_set(0)));
  *slope = lane_select(straight, lane_set(1), lane_set(0));
}

LS_FN void debtrank_linear_result(const struct ls_view *view, int32_t i, ls_lane direct, ls_lane a, ls_lane h,
                                  struct ls_entity_result *result) {
  double equity = view_parameter(view, LS_PARAMETER_EQUITY, i);
  ls_lane first = equity == 0 ? lane_set(0) : lane_min(direct, h);
  (void)a;
  result->value = lane_set(equity) - lane_set(equity) * h;
  result->outside = result->value; /* all equity is held outside; creditors are paid in full until equity is gone */
  result->defaulted = lane_less_equal(lane_set(1 - LS_UNPAID_TOLERANCE), h);
  result->line[0] = lane_set(equity) - lane_set(equity) * first;
  result->line[1] = result->value - result->line[0];
  result->line[2] = lane_set(0);
  result->detail[0] = h;
  result->detail[1] = lane_from_mask(result->defaulted);
  result->detail[2] = lane_set(0);
  result->detail[3] = lane_set(0);
}

#endif
LS_STATIC_MODEL(debtrank_linear)

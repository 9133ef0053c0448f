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
#include "models/distress.h"

static const struct ls_model_info debtrank_linear_info __attribute__((unused)) = {
    .name = "debtrank-linear",
    .title = "distress propagation, linear DebtRank",
    .source = "Bardoscia et al. (2015), PLoS ONE 10(6):e0130406, eq. 5",
    .operator_kind = LS_OPERATOR_RELATIVE_EXPOSURES,
    .variables = LS_EQUITY_SHOCKS,
    .has_least = 0,
    .pushes = 1,
    .tolerance = 1e-10,
    .setting = {{0, 0, 0, 0, 0, {0, 0, 0}, 0}},
    .output = {"distress", "default", 0},
    .output_flags = 1u << 1,
    .line = {"direct", "credit", 0},
    .convex = 1,
};

LS_FN ls_lane debtrank_linear_given(const struct ls_view *view, int32_t i) { return distress_of_shock(view, i); }

LS_FN void debtrank_linear_piece(const struct ls_view *view, int32_t i, struct ls_reach now, ls_lane *constant,
                                 ls_lane *slope) {
  ls_lane direct = now.given, a = now.a;
  ls_mask ruined = distress_is_ruin(view, i, direct + a);
  ls_mask without = lane_equal(view_number(view, LS_PARAMETER_EQUITY, i), lane_set(0));
  ls_mask straight = mask_not(mask_or(ruined, without));
  *constant = lane_select(ruined, lane_set(1), lane_select(straight, direct, lane_set(0)));
  *slope = lane_select(straight, lane_set(1), lane_set(0));
}

LS_FN void debtrank_linear_result(const struct ls_view *view, int32_t i, ls_lane direct, ls_lane a, ls_lane h,
                                  struct ls_entity_result *result) {
  distress_result(view, i, direct, direct + a, h, result);
}

#endif
LS_STATIC_MODEL(debtrank_linear)

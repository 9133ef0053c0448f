/* debtrank.h - distress propagation in which everyone passes distress on once.
 *
 * Source: Battiston, Puliga, Kaushik, Tasca, Caldarelli (2012), DebtRank: too central to fail?, Scientific Reports
 * 2:541, Methods. h_i: distress of i, 0-1; W_ij = min(1, (claims of i on j) / E_i), the impact of j on i; everyone is
 * undistressed, distressed (in the one step after its h first exceeds 0) or inactive, and inactive ones still take
 * losses.
 *   h_i(t+1) = min(1, h_i(t) + sum of W_ij h_j(t) over the j distressed at t)
 * x_j is what j has passed on: 0, then its h of the step in which that first exceeded 0, for ever. a_i = sum_j W_ij x_j
 * adds up all steps, so h_i = min(1, h_i(1) + a_i). Ends after N steps at most, exactly. */
#ifndef LS_MODEL_DEBTRANK_H
#define LS_MODEL_DEBTRANK_H

#include "model.h"
#include "models/distress.h"

static const struct ls_model_info debtrank_info __attribute__((unused)) = {
    .name = "debtrank",
    .title = "distress propagation, everyone passes it on once",
    .source = "Battiston et al. (2012), Scientific Reports 2:541",
    .operator_kind = LS_OPERATOR_CAPPED_EXPOSURES,
    .variables = LS_EQUITY_SHOCKS,
    .has_least = 0,
    .pushes = 1,
    .tolerance = 1e-10,
    .setting = {{0, 0, 0, 0, 0, {0, 0, 0}, 0}},
    .output = {"distress", "default", 0},
    .output_flags = 1u << 1,
    .line = {"direct", "credit", 0},
    .reach_counts = 1,
};

LS_FN ls_lane debtrank_given(const struct ls_view *view, int32_t i) { return distress_of_shock(view, i); }

LS_FN void debtrank_piece(const struct ls_view *view, int32_t i, struct ls_reach now, ls_lane *constant,
                          ls_lane *slope) {
  ls_mask passed_on = lane_less(lane_set(0), now.x);
  *constant = lane_select(passed_on, now.x, distress_of_losses(view, i, now.given + now.a));
  *slope = lane_set(0);
}

LS_FN void debtrank_result(const struct ls_view *view, int32_t i, ls_lane direct, ls_lane a, ls_lane x,
                           struct ls_entity_result *result) {
  (void)x;
  distress_result(view, i, direct, direct + a, distress_of_losses(view, i, direct + a), result);
}

#endif
LS_STATIC_MODEL(debtrank)

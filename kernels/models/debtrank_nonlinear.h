/* debtrank_nonlinear.h - distress propagation where claims lose little until their debtor is close to default.
 *
 * Source: Bardoscia, Caccioli, Perotti, Vivaldo, Caldarelli (2016), Distress propagation in complex networks: the case
 * of non-linear DebtRank, PLoS ONE 11(10):e0163825. h_i: distress of i, the share of its equity that is lost, 0-1; E_i
 * book equity; Lambda_ij = (claim of i on j) / E_i; p(h) = h exp(alpha (h - 1)): the share of a claim lost at distress
 * h of the debtor.
 *   h_i(t+1) = min(1, h_i(t) + sum_j Lambda_ij (p(h_j(t)) - p(h_j(t-1)))) which, p rising from p(0) = 0, is
 *   h_i = min(1, h_i(1) + a_i) with a_i = sum_j Lambda_ij x_j, x_j = p(h_j)          the least solution
 * p is convex. Its tangent in h = g + a is  e (g (1 + alpha h) - alpha h^2) + e (1 + alpha h) a,  e = exp(alpha (h -
 * 1)): the piece, in a form in which nothing cancels at alpha = 0, where it is that of linear DebtRank. */
#ifndef LS_MODEL_DEBTRANK_NONLINEAR_H
#define LS_MODEL_DEBTRANK_NONLINEAR_H

#include "math/exp.h"
#include "model.h"
#include "models/distress.h"

static const struct ls_model_info debtrank_nonlinear_info __attribute__((unused)) = {
    .name = "debtrank-nonlinear",
    .title = "distress propagation, claims lose little until their debtor is close to default",
    .source = "Bardoscia et al. (2016), PLoS ONE 11(10):e0163825",
    .operator_kind = LS_OPERATOR_RELATIVE_EXPOSURES,
    .variables = LS_EQUITY_SHOCKS,
    .has_least = 0,
    .pushes = 1,
    .tolerance = 1e-10,
    .setting = {{"alpha", 1, 0, 1000, 0, {0, 0, 0}, "0: linear; the larger, the closer to default claims lose value"}},
    .output = {"distress", "default", 0},
    .output_flags = 1u << 1,
    .line = {"direct", "credit", 0},
    .convex = 1,
};

LS_FN ls_lane debtrank_nonlinear_given(const struct ls_view *view, int32_t i) { return distress_of_shock(view, i); }

LS_FN void debtrank_nonlinear_piece(const struct ls_view *view, int32_t i, struct ls_reach now, ls_lane *constant,
                                    ls_lane *slope) {
  ls_lane alpha = lane_set(view->plan->fixed.setting[0]), h = now.given + now.a;
  ls_mask ruined = distress_is_ruin(view, i, h);
  h = lane_select(ruined, lane_set(1), h);
  ls_lane steep = lane_set(1) + alpha * h, scale = lane_exp(alpha * (h - lane_set(1)));
  *constant = lane_select(ruined, lane_set(1), scale * (now.given * steep - alpha * h * h));
  *slope = lane_select(ruined, lane_set(0), scale * steep);
}

LS_FN void debtrank_nonlinear_result(const struct ls_view *view, int32_t i, ls_lane direct, ls_lane a, ls_lane x,
                                     struct ls_entity_result *result) {
  (void)x;
  distress_result(view, i, direct, direct + a, distress_of_losses(view, i, direct + a), result);
}

#endif
LS_STATIC_MODEL(debtrank_nonlinear)

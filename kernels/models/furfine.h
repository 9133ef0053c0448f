/* furfine.h - who fails because others failed, with a given loss on claims on those who have.
 *
 * Source: Furfine (2003), Interbank exposures: quantifying the risk of contagion, Journal of Money, Credit and Banking
 * 35(1):111-128. x_i = 1 where i has failed, else 0; E_i book equity; a_i = sum_j L_ji x_j its claims on those who have; d_i the
 * direct loss, in money.
 *   x_i = 1 where d_i + lgd a_i >= E_i, else 0        the least solution, from nobody failed: losses add up, whatever the order
 * A tie fails. Without equity at the start: E < 0 has failed, E = 0 fails as soon as anything is lost. */
#ifndef LS_MODEL_FURFINE_H
#define LS_MODEL_FURFINE_H

#include "model.h"
#include "models/cascade.h"

static const struct ls_model_info furfine_info __attribute__((unused)) = {
    .name = "furfine",
    .title = "defaults that follow from defaults, loss given default fixed",
    .source = "Furfine (2003), Journal of Money, Credit and Banking 35(1)",
    .operator_kind = LS_OPERATOR_EXPOSURES,
    .variables = LS_EQUITY_SHOCKS,
    .has_least = 0,
    .pushes = 1,
    .tolerance = 1e-10,
    .setting = {{"lgd", 1, 0, 1, 0, {0, 0, 0}, "share of a claim that is lost when the debtor fails"}},
    .output = {"credit_loss", "default", "wave", 0},
    .output_flags = 1u << 1,
    .output_integers = 1u << 2,
    .line = {"direct", "credit", "limited liability", 0},
};

LS_FN ls_lane furfine_given(const struct ls_view *view, int32_t i) { return cascade_direct_loss(view, i); }

LS_FN void furfine_piece(const struct ls_view *view, int32_t i, struct ls_reach now, ls_lane *constant,
                         ls_lane *slope) {
  ls_lane credit = lane_set(view->plan->fixed.setting[0]) * now.a;
  *constant = cascade_fails(view, i, now.given + credit, now.forced);
  *slope = lane_set(0);
}

LS_FN void furfine_result(const struct ls_view *view, int32_t i, ls_lane direct, ls_lane a, ls_lane x,
                          struct ls_entity_result *result) {
  cascade_result(view, i, direct, lane_set(view->plan->fixed.setting[0]) * a, x, result);
}

#endif
LS_STATIC_MODEL(furfine)

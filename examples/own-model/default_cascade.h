/* default_cascade.h - who fails because others failed, with a given loss on claims on failed banks.
 *
 * Source: Furfine (2003), Interbank exposures: quantifying the risk of contagion, Journal of Money, Credit and Banking
 * 35(1):111-128. x_i = 1 where bank i has failed, else 0; E_i book equity; Lambda_ij = (claim of i on j) / E_i;
 * a_i = sum_j Lambda_ij x_j; d_i the direct loss as a share of equity.
 *   x_i = 1 where d_i + lgd a_i >= 1 (losses use up equity), else 0       the least solution, from nobody failed */
#ifndef LS_MODEL_DEFAULT_CASCADE_H
#define LS_MODEL_DEFAULT_CASCADE_H

#include "model.h"
#include "phases/view.h"

static const struct ls_model_info default_cascade_info __attribute__((unused)) = {
    .name = "default-cascade",
    .title = "defaults that follow from defaults, loss given default fixed",
    .source = "Furfine (2003), Journal of Money, Credit and Banking 35(1)",
    .operator_kind = LS_OPERATOR_RELATIVE_EXPOSURES,
    .variables = 1u << LS_VARIABLE_EXTERNAL_ASSETS_LOSS | 1u << LS_VARIABLE_DEFAULT,
    .tolerance = 1e-10,
    .setting = {{"lgd", 1, 0, 1, 0, {0, 0, 0}, "share of a claim that is lost when the debtor fails"}},
    .output = {"credit_loss", "default", 0},
    .output_flags = 1u << 1,
    .line = {"direct", "credit", 0},
};

/* What the shock alone does: the loss of outside assets as a share of equity; a forced default is 1. */
LS_FN ls_lane default_cascade_given(const struct ls_view *view, int32_t i) {
  double equity = view_parameter(view, LS_PARAMETER_EQUITY, i);
  ls_lane lost = view_shock(view, LS_VARIABLE_EXTERNAL_ASSETS_LOSS, i, 0) *
                 lane_set(view_parameter(view, LS_PARAMETER_EXTERNAL_ASSETS, i));
  ls_lane direct = equity > 0 ? lost / lane_set(equity) : lane_set(1);
  return lane_select(lane_to_mask(view_shock(view, LS_VARIABLE_DEFAULT, i, 0)), lane_set(1), direct);
}

/* x = constant + slope a: flat in both pieces. */
LS_FN void default_cascade_piece(const struct ls_view *view, int32_t i, struct ls_reach now, ls_lane *constant,
                                 ls_lane *slope) {
  double lgd = view->plan->fixed.setting[0];
  (void)i;
  *constant = lane_from_mask(lane_less_equal(lane_set(1), now.given + lane_set(lgd) * now.a));
  *slope = lane_set(0);
}

LS_FN void default_cascade_result(const struct ls_view *view, int32_t i, ls_lane direct, ls_lane a, ls_lane x,
                                  struct ls_entity_result *result) {
  double equity = view_parameter(view, LS_PARAMETER_EQUITY, i);
  ls_lane credit = lane_set(view->plan->fixed.setting[0] * equity) * a;
  ls_lane first = lane_set(equity) - lane_set(equity) * lane_min(direct, lane_set(1));
  result->value = lane_positive_part(lane_set(equity) - lane_set(equity) * direct - credit);
  result->outside = result->value;
  result->defaulted = lane_less(lane_set(0), x);
  result->line[0] = first;
  result->line[1] = result->value - first;
  result->detail[0] = credit;
  result->detail[1] = lane_from_mask(result->defaulted);
}

#endif
LS_STATIC_MODEL(default_cascade)

/* rogers_veraart.h - clearing payments with bankruptcy costs.
 *
 * Source: Rogers, Veraart (2013), Failure and rescue in an interbank network, Management Science 59(4):882-898, section 3.
 * e_i external assets and cash after the shock; pbar_i obligation; a_i = sum_j Pi_ji p_j what i receives;
 * alpha, beta the shares of external assets and of receipts that survive bankruptcy.
 *   p_i = pbar_i                  where e_i + a_i >= pbar_i (a tie is solvent, up to LS_TIE_TOLERANCE of pbar_i)
 *         alpha e_i + beta a_i    elsewhere
 * Several solutions are generic: the greatest is the limit from pbar, the least that from 0 with restarts where the limit
 * itself reaches a threshold. External debt senior: it is paid first out of what survives. */
#ifndef LS_MODEL_ROGERS_VERAART_H
#define LS_MODEL_ROGERS_VERAART_H

#include "model.h"
#include "models/clearing.h"

static const struct ls_model_info rogers_veraart_info __attribute__((unused)) = {
    .name = "rogers-veraart",
    .title = "clearing payments with bankruptcy costs",
    .source = "Rogers and Veraart (2013), Management Science 59(4), section 3",
    .operator_kind = LS_OPERATOR_LIABILITY_SHARES,
    .variables = 1u << LS_VARIABLE_EXTERNAL_ASSETS_LOSS | 1u << LS_VARIABLE_DEFAULT,
    .has_least = 1,
    .from_bound = 1,
    .pushes = 1,
    .tolerance = 1e-10,
    .setting = {CLEARING_EXTERNAL_SETTING,
                {"alpha", 1, 0, 1, 1, {0, 0, 0}, "share of external assets that survives bankruptcy"},
                {"beta", 1, 0, 1, 1, {0, 0, 0}, "share of receipts from entities that survives bankruptcy"}},
    .output = {"payment", "equity", "shortfall", "default", 0},
    .output_flags = 1u << 3,
    .line = {"external assets", "claims on entities", "limited liability", 0},
};

LS_FN ls_lane rogers_veraart_given(const struct ls_view *view, int32_t i) { return view_assets(view, i); }

LS_FN ls_mask rogers_veraart_solvent(const struct ls_view *view, int32_t i, ls_lane assets) {
  return lane_less_equal(clearing_due(view, i) * lane_set(1 - LS_TIE_TOLERANCE), assets);
}

LS_FN void rogers_veraart_piece(const struct ls_view *view, int32_t i, struct ls_reach now, ls_lane *constant,
                                ls_lane *slope) {
  ls_lane e = now.given, a = now.a;
  double alpha = view->plan->fixed.setting[1], beta = view->plan->fixed.setting[2];
  ls_mask solvent = rogers_veraart_solvent(view, i, e + a);
  ls_lane net = lane_set(alpha) * e - clearing_senior(view, i);
  ls_mask nothing = lane_less_equal(net + lane_set(beta) * a, lane_set(0));
  ls_lane obligation = view_number(view, LS_PARAMETER_OBLIGATION, i);
  *constant = lane_select(solvent, obligation, lane_select(nothing, lane_set(0), net));
  *slope = lane_select(mask_or(solvent, nothing), lane_set(0), lane_set(beta));
}

LS_FN void rogers_veraart_result(const struct ls_view *view, int32_t i, ls_lane e, ls_lane a, ls_lane p,
                                 struct ls_entity_result *result) {
  double alpha = view->plan->fixed.setting[1], beta = view->plan->fixed.setting[2];
  ls_mask solvent = rogers_veraart_solvent(view, i, e + a);
  ls_lane survives = lane_select(solvent, e + a, lane_set(alpha) * e + lane_set(beta) * a);
  ls_lane left = lane_positive_part(e + a - clearing_due(view, i));
  clearing_result(view, i, e, a, survives, lane_select(solvent, left, lane_set(0)), p, result);
}

#endif
LS_STATIC_MODEL(rogers_veraart)

/* eisenberg_noe.h - clearing payments under limited liability, absolute priority and pro rata division.
 *
 * Source: Eisenberg, Noe (2001), Systemic risk in financial systems, Management Science 47(2):236-249, definition 1.
 * e_i external assets and cash after the shock; pbar_i obligation; a_i = sum_j Pi_ji p_j what i receives.
 *   p_i = min(pbar_i, max(0, e_i + a_i))       greatest (default) or least solution
 * External debt ranks with liabilities to entities (pari passu), or before them: then e_i is net of it. */
#ifndef LS_MODEL_EISENBERG_NOE_H
#define LS_MODEL_EISENBERG_NOE_H

#include "model.h"
#include "models/clearing.h"

static const struct ls_model_info eisenberg_noe_info __attribute__((unused)) = {
    .name = "eisenberg-noe",
    .title = "clearing payments without bankruptcy costs",
    .source = "Eisenberg and Noe (2001), Management Science 47(2), definition 1",
    .operator_kind = LS_OPERATOR_LIABILITY_SHARES,
    .variables = 1u << LS_VARIABLE_EXTERNAL_ASSETS_LOSS | 1u << LS_VARIABLE_DEFAULT,
    .has_least = 1,
    .from_bound = 1,
    .pushes = 1,
    .tolerance = 1e-10,
    .setting = {CLEARING_EXTERNAL_SETTING},
    .output = {"payment", "equity", "shortfall", "default", 0},
    .output_flags = 1u << 3,
    .line = {"external assets", "claims on entities", "limited liability", 0},
};

LS_FN ls_lane eisenberg_noe_given(const struct ls_view *view, int32_t i) { return view_assets(view, i); }

LS_FN void eisenberg_noe_piece(const struct ls_view *view, int32_t i, struct ls_reach now, ls_lane *constant,
                               ls_lane *slope) {
  ls_lane e = now.given, a = now.a;
  ls_lane obligation = view_number(view, LS_PARAMETER_OBLIGATION, i);
  ls_lane net = e - clearing_senior(view, i);
  ls_mask in_full = lane_less_equal(obligation, net + a);
  ls_mask nothing = lane_less_equal(net + a, lane_set(0));
  *constant = lane_select(in_full, obligation, lane_select(nothing, lane_set(0), net));
  *slope = lane_select(mask_or(in_full, nothing), lane_set(0), lane_set(1));
}

LS_FN void eisenberg_noe_result(const struct ls_view *view, int32_t i, ls_lane e, ls_lane a, ls_lane p,
                                struct ls_entity_result *result) {
  ls_lane assets = e + a, equity = lane_positive_part(assets - clearing_due(view, i));
  clearing_result(view, i, e, a, assets, equity, p, result);
}

#endif
LS_STATIC_MODEL(eisenberg_noe)

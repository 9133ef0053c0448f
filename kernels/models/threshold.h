/* threshold.h - contagion by thresholds: a bank fails once claims on failed banks exceed its capital.
 *
 * Source: Gai and Kapadia (2010), Contagion in financial networks, Proceedings of the Royal Society A 466(2120):2401-2423, section
 * 2(b), without recovery. x_i = 1 where i has failed, else 0; K_i capital: book equity, or capital_ratio times total assets; a_i =
 * sum_j L_ji x_j its claims on those who have failed; d_i the direct loss, in money.
 *   x_i = 1 where d_i >= K_i, or d_i + a_i >= K_i (tie=fails; tie=survives: >), else 0        the least solution, from nobody failed
 * The paper's bank is solvent while what is left of its capital is above 0, so that a tie fails. */
#ifndef LS_MODEL_THRESHOLD_H
#define LS_MODEL_THRESHOLD_H

#include "model.h"
#include "models/cascade.h"

static const struct ls_model_info threshold_info __attribute__((unused)) = {
    .name = "threshold",
    .title = "contagion by thresholds: capital against claims on failed banks, nothing recovered",
    .source = "Gai and Kapadia (2010), Proceedings of the Royal Society A 466(2120), section 2",
    .operator_kind = LS_OPERATOR_EXPOSURES,
    .variables = LS_EQUITY_SHOCKS,
    .has_least = 0,
    .pushes = 1,
    .tolerance = 1e-10,
    .setting =
        {{"capital_ratio", -1, 0, 1, 0, {"equity", 0, 0}, "capital as a share of total assets, or the entity's equity"},
         {"tie", 0, 0, 1, 0, {"fails", "survives", 0}, "a bank whose losses just equal its capital"}},
    .output = {"default", "wave", 0},
    .output_flags = 1u << 0,
    .output_integers = 1u << 1,
    .line = {"direct", "credit", "limited liability", 0},
};

LS_FN ls_lane threshold_given(const struct ls_view *view, int32_t i) { return cascade_direct_loss(view, i); }

LS_FN void threshold_piece(const struct ls_view *view, int32_t i, struct ls_reach now, ls_lane *constant,
                           ls_lane *slope) {
  ls_lane capital = view_number(view, LS_PARAMETER_EQUITY, i);
  ls_lane loss = now.given + now.a;
  bool tie_survives = view->plan->fixed.setting[1] > 0;
  ls_lane fails = cascade_fails(view, i, tie_survives ? now.given : loss, now.forced);
  ls_lane exceeds = lane_from_mask(lane_less(capital * lane_set(1 + LS_TIE_TOLERANCE), loss));
  *constant = tie_survives ? lane_max(fails, exceeds) : fails;
  *slope = lane_set(0);
}

LS_FN void threshold_result(const struct ls_view *view, int32_t i, ls_lane direct, ls_lane a, ls_lane x,
                            struct ls_entity_result *result) {
  cascade_result(view, i, direct, a, x, result);
  result->detail[0] = result->detail[1];
  result->detail[1] = lane_set(0); /* the wave, which the engine fills */
}

#endif
LS_STATIC_MODEL(threshold)

/* liquidity.h - who hoards cash because others hoard: lenders that run short call loans in, and their debtors run short.
 *
 * Source: Gai, Haldane, Kapadia (2011), Complexity, concentration and contagion, Journal of Monetary Economics 58(5):453-470, section
 * 2. x_i = 1 where i hoards, else 0; a_i = sum_j L_ij x_j what i has borrowed, unsecured, from those who do (mu_i times its
 * interbank debt); h, h_i the haircuts on all banks and on this one; all in money:
 *   cash AL_i, collateral AC_i, reverse repo AR_i, new funding LN_i, repo LR_i, first outflow e_i
 *   x_i = 1 where AL_i + (1 - h - h_i) AC_i + (1 - h - h_i) / (1 - h) AR_i + LN_i - LR_i - e_i - lambda a_i < 0, else 0
 * The least solution, from nobody hoarding. At 0 a bank does not hoard. Equity stays what it was: `loss` is cash drained. */
#ifndef LS_MODEL_LIQUIDITY_H
#define LS_MODEL_LIQUIDITY_H

#include "model.h"
#include "phases/view.h"

enum { LIQUIDITY_COLLATERAL = 0, LIQUIDITY_REVERSE_REPO = 1, LIQUIDITY_REPO = 2, LIQUIDITY_NEW_FUNDING = 3 };
enum { LIQUIDITY_LAMBDA = 0, LIQUIDITY_HAIRCUT = 1, LIQUIDITY_REPO_HAIRCUT = 2 };

static const struct ls_model_info liquidity_info __attribute__((unused)) = {
    .name = "liquidity",
    .title = "liquidity hoarding: lenders that run short withdraw loans",
    .source = "Gai, Haldane and Kapadia (2011), Journal of Monetary Economics 58(5), section 2",
    .operator_kind = LS_OPERATOR_FUNDING,
    .variables = 1u << LS_VARIABLE_EXTERNAL_ASSETS_LOSS | 1u << LS_VARIABLE_FUNDING | 1u << LS_VARIABLE_DEFAULT,
    .has_least = 0,
    .tolerance = 1e-10,
    .setting = {{"lambda", 0.5, 0, 1, 0, {0, 0, 0}, "share of its unsecured loans that a hoarding bank withdraws"},
                {"haircut", 0.1, 0, 1, 0, {0, 0, 0}, "haircut on collateral, h"},
                {"repo_haircut", 0, 0, 1, 0, {0, 0, 0}, "haircut on top that banks of the network face, h_i"}},
    .column = {"collateral", "reverse_repo", "repo", "new_funding", 0},
    .output = {"liquidity", "hoarding", "wave", 0},
    .output_flags = 1u << 1,
    .output_integers = 1u << 2,
    .line = {"outflow", "withdrawn", 0},
};

/* e_i: what has to be replaced of external assets, and what creditors outside the network take out. */
LS_FN ls_lane liquidity_given(const struct ls_view *view, int32_t i) {
  ls_lane withdrawn = lane_positive_part(lane_set(1) - view_shock(view, LS_VARIABLE_FUNDING, i, 1));
  return view_assets_lost(view, i) + withdrawn * lane_set(view_parameter(view, LS_PARAMETER_EXTERNAL, i));
}

LS_FN double liquidity_start(const struct ls_view *view, int32_t i) {
  (void)view;
  (void)i;
  return 0;
}

/* All that the bank can turn into cash. Haircuts of more than everything leave nothing. */
LS_FN double liquidity_sources(const struct ls_view *view, int32_t i) {
  double haircut = view->plan->fixed.setting[LIQUIDITY_HAIRCUT],
         own = view->plan->fixed.setting[LIQUIDITY_REPO_HAIRCUT];
  double left = 1 - haircut - own > 0 ? 1 - haircut - own : 0;
  double again = own > 0 ? (left > 0 ? left / (1 - haircut) : 0) : 1; /* lent against collateral less h to begin with */
  return view_parameter(view, LS_PARAMETER_CASH, i) + left * view_own(view, LIQUIDITY_COLLATERAL, i) +
         again * view_own(view, LIQUIDITY_REVERSE_REPO, i) + view_own(view, LIQUIDITY_NEW_FUNDING, i);
}

LS_FN void liquidity_piece(const struct ls_view *view, int32_t i, struct ls_reach now, ls_lane *constant,
                           ls_lane *slope) {
  ls_lane withdrawn = lane_set(view->plan->fixed.setting[LIQUIDITY_LAMBDA]) * now.a;
  ls_lane uses = lane_set(view_own(view, LIQUIDITY_REPO, i)) + now.given + withdrawn;
  ls_mask hoards = lane_less(lane_set(liquidity_sources(view, i) * (1 + LS_TIE_TOLERANCE)), uses);
  *constant = lane_from_mask(mask_or(hoards, lane_to_mask(view_shock(view, LS_VARIABLE_DEFAULT, i, 0))));
  *slope = lane_set(0);
}

/* The value is book equity less the cash drained, so that the loss against the baseline is that cash alone; nothing is lost by holders
 * outside the network. */
LS_FN void liquidity_result(const struct ls_view *view, int32_t i, ls_lane outflow, ls_lane a, ls_lane x,
                            struct ls_entity_result *result) {
  ls_lane withdrawn = lane_set(view->plan->fixed.setting[LIQUIDITY_LAMBDA]) * a;
  ls_lane equity = lane_set(view_parameter(view, LS_PARAMETER_EQUITY, i));
  ls_lane repo = lane_set(view_own(view, LIQUIDITY_REPO, i));
  result->line[0] = equity - outflow;
  result->line[1] = -withdrawn;
  result->line[2] = lane_set(0);
  result->value = result->line[0] + result->line[1];
  result->outside = lane_set(0);
  result->defaulted = lane_less(lane_set(0), x);
  result->detail[0] = lane_set(liquidity_sources(view, i)) - repo - outflow - withdrawn;
  result->detail[1] = lane_from_mask(result->defaulted);
  result->detail[2] = result->detail[3] = lane_set(0);
}

#endif
LS_STATIC_MODEL(liquidity)

/* liquidity_entity.h - the equations of liquidity hoarding for one bank (liquidity.h). They stand apart from the model because multi
 * uses them too. */
#ifndef LS_MODEL_LIQUIDITY_ENTITY_H
#define LS_MODEL_LIQUIDITY_ENTITY_H

#include "phases/output.h"

enum { LIQUIDITY_COLLATERAL = 0, LIQUIDITY_REVERSE_REPO = 1, LIQUIDITY_REPO = 2, LIQUIDITY_NEW_FUNDING = 3 };
enum { LIQUIDITY_LAMBDA = 0, LIQUIDITY_HAIRCUT = 1, LIQUIDITY_REPO_HAIRCUT = 2 };

#define LIQUIDITY_SETTINGS                                                                            \
  {"lambda", 0.5, 0, 1, 0, {0, 0, 0}, "share of its unsecured loans that a hoarding bank withdraws"}, \
      {"haircut", 0.1, 0, 1, 0, {0, 0, 0}, "haircut on collateral, h"}, {                             \
    "repo_haircut", 0, 0, 1, 0, {0, 0, 0}, "haircut on top that banks of the network face, h_i"       \
  }
#define LIQUIDITY_COLUMNS "collateral", "reverse_repo", "repo", "new_funding"

/* e_i: what has to be replaced of external assets, and what creditors outside the network take out. */
LS_FN ls_lane liquidity_given(const struct ls_view *view, int32_t i) {
  ls_lane withdrawn = lane_positive_part(lane_set(1) - view_shock(view, LS_VARIABLE_FUNDING, i, 1));
  return view_assets_lost(view, i) + withdrawn * lane_set(view_parameter(view, LS_PARAMETER_EXTERNAL, i));
}

/* All that the bank can turn into cash. Haircuts of more than everything leave nothing. */
LS_FN ls_lane liquidity_sources(const struct ls_view *view, int32_t i) {
  double haircut = view_setting(view, LIQUIDITY_HAIRCUT), own = view_setting(view, LIQUIDITY_REPO_HAIRCUT);
  double left = 1 - haircut - own > 0 ? 1 - haircut - own : 0;
  double again = own > 0 ? (left > 0 ? left / (1 - haircut) : 0) : 1; /* lent against collateral less h to begin with */
  return view_number(view, LS_PARAMETER_CASH, i) + lane_set(left) * view_own(view, LIQUIDITY_COLLATERAL, i) +
         lane_set(again) * view_own(view, LIQUIDITY_REVERSE_REPO, i) + view_own(view, LIQUIDITY_NEW_FUNDING, i);
}

/* What it has to find cash for; `withdrawn`: loans that others run in. */
LS_FN ls_lane liquidity_uses(const struct ls_view *view, int32_t i, ls_lane outflow, ls_lane withdrawn) {
  return view_own(view, LIQUIDITY_REPO, i) + outflow + withdrawn;
}

LS_FN void liquidity_piece(const struct ls_view *view, int32_t i, struct ls_reach now, ls_lane *constant,
                           ls_lane *slope) {
  ls_lane withdrawn = lane_set(view_setting(view, LIQUIDITY_LAMBDA)) * now.a;
  ls_lane uses = liquidity_uses(view, i, now.given, withdrawn);
  ls_mask hoards = lane_less(liquidity_sources(view, i) * lane_set(1 + LS_TIE_TOLERANCE), uses);
  *constant = lane_from_mask(mask_or(hoards, now.forced));
  *slope = lane_set(0);
}

/* The value is book equity less the cash drained, so that the loss against the baseline is that cash alone; nothing is lost by holders
 * outside the network. */
LS_FN void liquidity_result(const struct ls_view *view, int32_t i, ls_lane outflow, ls_lane a, ls_lane x,
                            struct ls_entity_result *result) {
  ls_lane withdrawn = lane_set(view_setting(view, LIQUIDITY_LAMBDA)) * a;
  ls_lane equity = lane_set(view_parameter(view, LS_PARAMETER_EQUITY, i));
  result->line[0] = equity - outflow;
  result->line[1] = -withdrawn;
  result->value = result->line[0] + result->line[1];
  result->outside = lane_set(0);
  result->defaulted = lane_less(lane_set(0), x);
  ls_lane sources = liquidity_sources(view, i), uses = liquidity_uses(view, i, outflow, withdrawn);
  result->margin = output_margin(sources, uses, lane_max(sources, uses));
  result->detail[0] = sources - uses;
  result->detail[1] = lane_from_mask(result->defaulted);
}

#endif

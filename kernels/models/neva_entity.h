/* neva_entity.h - NEVA's equations for one entity (neva.h): its equity, what claims on it are worth, and what is reported. They stand
 * apart from the model because multi uses them too. */
#ifndef LS_MODEL_NEVA_ENTITY_H
#define LS_MODEL_NEVA_ENTITY_H

#include "models/neva_valuation.h"
#include "phases/output.h"

/* Settings, in their order; valuations, in the order of the words. */
enum { NEVA_VALUATION, NEVA_EQUITY_VOLATILITY, NEVA_MATURITY, NEVA_RECOVERY, NEVA_ALPHA, NEVA_BETA };
enum { NEVA_EISENBERG_NOE, NEVA_ROGERS_VERAART, NEVA_FURFINE, NEVA_LINEAR, NEVA_MERTON, NEVA_BLACK_COX };

#define NEVA_SETTINGS                                                                                          \
  {"valuation",                                                                                                \
   0,                                                                                                          \
   0,                                                                                                          \
   5,                                                                                                          \
   0,                                                                                                          \
   {"eisenberg-noe", "rogers-veraart", "furfine", "linear", "merton", "black-cox", 0},                         \
   "valuation of claims: eisenberg-noe, rogers-veraart, furfine, linear, merton or black-cox"},                \
      {"equity_volatility", 0.2, 0, 100, 0, {0}, "volatility of equity, where asset_volatility is not given"}, \
      {"maturity", 1, 0, 1000, 0, {0}, "years to maturity (merton, black-cox)"},                               \
      {"recovery", 1, 0, 1, 0, {0}, "share recovered in default (furfine, merton, black-cox)"},                \
      {"alpha", 1, 0, 1, 1, {0}, "share of external assets that survives (rogers-veraart)"}, {                 \
    "beta", 1, 0, 1, 1, {0}, "share of claims on entities that survives (rogers-veraart)"                      \
  }

/* All that i owes, less what the column `equity` adds to the balance sheet. */
LS_FN double neva_net_due(const struct ls_view *view, int32_t i) {
  return view_parameter(view, LS_PARAMETER_OBLIGATION, i) - view_parameter(view, LS_PARAMETER_UNNAMED, i);
}

/* By how much E must exceed 0 not to be a tie. `share` of the larger side of i's balance sheet inside the network. */
LS_FN double neva_tie(const struct ls_view *view, int32_t i, double share) {
  double due = view_parameter(view, LS_PARAMETER_OBLIGATION, i), claims = view_parameter(view, LS_PARAMETER_CLAIMS, i);
  return share * (due < claims ? claims : due);
}

/* External assets after the shock, without cash, which does not move; `given` is both. */
LS_FN ls_lane neva_external(const struct ls_view *view, int32_t i, ls_lane given) {
  return lane_positive_part(given - lane_set(view_parameter(view, LS_PARAMETER_CASH, i)));
}

/* s = sigma sqrt(T), by the book before the shock: the column, else equity's volatility times E(0) / A(0). */
LS_FN double neva_deviation(const struct ls_view *view, int32_t i) {
  double sigma = view_parameter(view, LS_PARAMETER_ASSET_VOLATILITY, i);
  double assets =
      view_parameter(view, LS_PARAMETER_EXTERNAL_ASSETS, i) + view_parameter(view, LS_PARAMETER_HOLDINGS, i);
  double book = view_parameter(view, LS_PARAMETER_EQUITY, i);
  if (sigma < 0) sigma = book > 0 && assets > 0 ? view_setting(view, NEVA_EQUITY_VOLATILITY) * book / assets : 0;
  double deviation = sigma * lane_get(lane_sqrt(lane_set(view_setting(view, NEVA_MATURITY))), 0);
  return deviation < NEVA_DEVIATION_MOST ? deviation : NEVA_DEVIATION_MOST;
}

/* The factors of e and a: 1, but for who fails in rogers-veraart. In the greatest solution nobody fails because of the
 * costs of failing, in the least everybody whom they would ruin. */
LS_FN void neva_factors(const struct ls_view *view, int32_t i, ls_lane e, ls_lane a, ls_lane *alpha, ls_lane *beta) {
  double due = neva_net_due(view, i);
  *alpha = *beta = lane_set(1);
  if ((int)view_setting(view, NEVA_VALUATION) != NEVA_ROGERS_VERAART) return;
  ls_lane keeps_alpha = lane_set(view_setting(view, NEVA_ALPHA)), keeps_beta = lane_set(view_setting(view, NEVA_BETA));
  ls_lane equity = e + a;
  if (view->plan->solution == LS_SOLUTION_LEAST) equity = keeps_alpha * e + keeps_beta * a;
  ls_mask fails = lane_less_equal(equity - lane_set(due), lane_set(neva_tie(view, i, LS_TIE_TOLERANCE)));
  *alpha = lane_select(fails, keeps_alpha, *alpha);
  *beta = lane_select(fails, keeps_beta, *beta);
}

/* The straight valuations, V = constant + slope (e + a) with both after costs. */
LS_FN void neva_straight(const struct ls_view *view, int32_t i, ls_lane equity, ls_lane *constant, ls_lane *slope) {
  double due = view_parameter(view, LS_PARAMETER_OBLIGATION, i), book = view_parameter(view, LS_PARAMETER_EQUITY, i);
  double tie = neva_tie(view, i, LS_TIE_TOLERANCE);
  ls_mask whole = lane_less_equal(lane_set(0), equity), none;
  double span = due, zero = neva_net_due(view, i) - due;
  switch ((int)view_setting(view, NEVA_VALUATION)) {
    case NEVA_FURFINE:
      whole = lane_less(lane_set(tie), equity);
      *constant = lane_select(whole, lane_set(1), lane_set(view_setting(view, NEVA_RECOVERY)));
      *slope = lane_set(0);
      return;
    case NEVA_LINEAR:
      span = book > tie ? book : 0;
      zero = neva_net_due(view, i);
      whole = lane_less_equal(lane_set(span - tie), equity);
      none = lane_less_equal(equity, lane_set(0));
      if (book < -tie) whole = mask_none();
      break;
    default:
      none = lane_less_equal(equity + lane_set(due), lane_set(0));
      if (due == 0) whole = mask_not(mask_none()); /* nothing is owed: nothing is left unpaid */
  }
  ls_mask flat = span > 0 ? mask_or(whole, none) : mask_not(mask_none());
  *slope = lane_select(flat, lane_set(0), lane_set(span > 0 ? 1 / span : 0));
  *constant = lane_select(flat, lane_from_mask(whole), lane_set(span > 0 ? -zero / span : 0));
}

/* The ex-ante valuations, curved in E. */
LS_FN ls_lane neva_curved(const struct ls_view *view, int32_t i, ls_lane given, ls_lane equity) {
  struct neva_debtor j = {equity, neva_external(view, i, given),
                          lane_set(view_parameter(view, LS_PARAMETER_OBLIGATION, i)),
                          lane_less_equal(equity, lane_set(neva_tie(view, i, LS_TIE_TOLERANCE)))};
  double deviation = neva_deviation(view, i), recovery = view_setting(view, NEVA_RECOVERY);
  bool merton = (int)view_setting(view, NEVA_VALUATION) == NEVA_MERTON;
  if (!(deviation > 0)) {
    ls_lane at_once = lane_select(j.fails, lane_set(recovery), lane_set(1));
    return merton ? neva_certain(j, recovery) : at_once;
  }
  return merton ? neva_merton(j, lane_set(deviation), recovery) : neva_black_cox(j, lane_set(deviation), recovery);
}

/* E_i, from what i has outside the network and its claims. */
LS_FN ls_lane neva_equity(const struct ls_view *view, int32_t i, ls_lane e, ls_lane a) {
  ls_lane alpha, beta;
  neva_factors(view, i, e, a, &alpha, &beta);
  return alpha * e + beta * a - lane_set(neva_net_due(view, i));
}

LS_FN ls_lane neva_given(const struct ls_view *view, int32_t i) { return view_assets(view, i); }

/* A curved valuation is a flat piece at its value, which the exact finish cannot improve on. */
LS_FN void neva_piece(const struct ls_view *view, int32_t i, struct ls_reach now, ls_lane *constant, ls_lane *slope) {
  ls_lane alpha, beta;
  neva_factors(view, i, now.given, now.a, &alpha, &beta);
  ls_lane e = alpha * now.given, equity = e + beta * now.a - lane_set(neva_net_due(view, i));
  if ((int)view_setting(view, NEVA_VALUATION) >= NEVA_MERTON) {
    *constant = neva_curved(view, i, now.given, equity);
    *slope = lane_set(0);
    return;
  }
  neva_straight(view, i, equity, constant, slope);
  *constant = *constant + *slope * e;
  *slope = *slope * beta;
}

/* Equity is signed, its value to owners is not: no loss of theirs exceeds what they had. Outside creditors hold claims
 * like any other. */
LS_FN void neva_result(const struct ls_view *view, int32_t i, ls_lane e, ls_lane a, ls_lane x,
                       struct ls_entity_result *result) {
  ls_lane equity = neva_equity(view, i, e, a);
  result->value = lane_positive_part(equity);
  result->outside = result->value + lane_set(view_parameter(view, LS_PARAMETER_EXTERNAL, i)) * x;
  result->margin = output_margin(equity, lane_set(0), lane_set(neva_tie(view, i, 1)));
  result->defaulted = lane_less_equal(equity, lane_set(neva_tie(view, i, LS_UNPAID_TOLERANCE)));
  result->line[0] = e;
  result->line[1] = a;
  result->line[2] = result->value - (e + a);
  result->detail[0] = equity;
  result->detail[1] = lane_clip(x, 0, 1);
  ls_mask forced = lane_to_mask(view_shock(view, LS_VARIABLE_DEFAULT, i, 0));
  result->detail[2] = lane_from_mask(mask_or(result->defaulted, forced));
}

#endif

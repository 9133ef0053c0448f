/* channels.h - one balance sheet and the ways in which losses spread around it: claims that lose worth, assets that are sold, loans
 * that are run in. The models fire-sale and multi are runs of this with some of the ways open.
 *
 * Rounds: claims settle (neva_entity.h), then who hoards (liquidity_entity.h), then everybody who must sells once and prices fall; until nobody
 * sells. On the way worth of claims and prices only fall and hoarding only spreads, so that it ends; where it ends depends on who
 * sells first, at better prices. i sells the share Gamma_i of its holdings, A_i all its assets, E_i equity, P_i its holdings:
 *   Gamma_i = 1 where E_i <= 0;  min(1, (A_i - target E_i) / P_i) where A_i > max E_i;  else 0         (Cont and Schaanning)
 *             at least min(1, what it lacks in cash / P_i)
 *   psi_m   what sales do to the price (sales.h), P_im <- (1 - Gamma_i) (1 - psi_m) P_im
 *   loss_i  = sum_m P_im psi_m ((1 - Gamma_i) + c Gamma_i), c the shortfall cost */
#ifndef LS_MODEL_CHANNELS_H
#define LS_MODEL_CHANNELS_H

#include "models/liquidity_entity.h"
#include "models/neva_entity.h"
#include "models/sales.h"
#include "phases/columns.h"
#include "phases/fixed_point.h"

/* Where the settings of each part begin. */
struct channels_settings {
  int32_t credit, funding, sales;
};

/* One tile at work. Slots: see channels_of. */
struct channels {
  struct ls_view credit_view, funding_view, sales_view;
  struct fixed_point_state credit, funding;      /* x: what claims on i are worth; whether i hoards */
  ls_slots worth;                                /* [N] holdings as they stand, and what sales brought in */
  ls_slots raised;                               /* [N] what sales brought in */
  ls_slots called_loss;                          /* [N] of the losses on holdings, by sales for want of cash */
  ls_slots share, called_share;                  /* [N] Gamma of this round; the part of it that is for cash alone */
  ls_slots price, sold, called, drop;            /* [M] of the book's price; q of this round, its part for cash; psi */
  ls_slots left;                                 /* [holdings] */
  ls_lane credit_sweeps, funding_sweeps, rounds; /* done */
  ls_mask unsettled;
};

LS_FN bool channels_has(const struct channels *c, enum ls_channel channel) {
  return (c->credit_view.plan->holdings.channels & (uint32_t)channel) != 0;
}

LS_FN struct channels channels_of(const struct ls_view *view, struct channels_settings at, ls_slots state) {
  const struct ls_plan *plan = view->plan;
  int64_t n = plan->entity_count, m = plan->holdings.asset_count;
  struct channels c = {.credit_view = *view, .funding_view = *view, .sales_view = *view};
  c.credit_view.first_setting = at.credit;
  c.funding_view.first_setting = at.funding;
  c.sales_view.first_setting = at.sales;
  c.credit = fixed_point_state_of(view, &plan->fixed, false, state);
  c.funding = fixed_point_state_of(view, &plan->funding, true, slots_from(state, FIXED_POINT_SLOTS * n));
  ls_slots own = slots_from(state, (FIXED_POINT_SLOTS + FIXED_POINT_SLOTS_WITH_WAVES) * n);
  c.worth = own;
  c.raised = slots_from(own, n);
  c.called_loss = slots_from(own, 2 * n);
  c.share = slots_from(own, 3 * n);
  c.called_share = slots_from(own, 4 * n);
  c.price = slots_from(own, 5 * n);
  c.sold = slots_from(own, 5 * n + m);
  c.called = slots_from(own, 5 * n + 2 * m);
  c.drop = slots_from(own, 5 * n + 3 * m);
  c.left = slots_from(own, 5 * n + 4 * m);
  c.credit_sweeps = c.funding_sweeps = c.rounds = lane_set(0);
  c.unsettled = mask_none();
  return c;
}

/* ---- the balance sheet ------------------------------------------------------------------------------------------------- */

LS_FN ls_mask channels_forced(const struct channels *c, int32_t i) {
  return lane_to_mask(view_shock(&c->credit_view, LS_VARIABLE_DEFAULT, i, 0));
}

/* What i has outside the network, holdings and the proceeds of sales among it; nothing where the scenario forces a default. */
LS_FN ls_lane channels_assets(const struct channels *c, int32_t i) {
  return view_assets_with(&c->credit_view, i, slot_get(c->worth, i));
}

LS_FN ls_lane channels_claims(const struct channels *c, int32_t i) { return fixed_point_reach(&c->credit, i); }

LS_FN ls_lane channels_equity(const struct channels *c, int32_t i, ls_lane claims) {
  ls_lane assets = channels_assets(c, i);
  if (channels_has(c, LS_CHANNEL_CREDIT)) return neva_equity(&c->credit_view, i, assets, claims);
  return assets + claims - lane_set(neva_net_due(&c->credit_view, i));
}

LS_FN ls_mask channels_fails(const struct channels *c, int32_t i, ls_lane equity, double share) {
  return lane_less_equal(equity, lane_set(neva_tie(&c->credit_view, i, share)));
}

LS_FN ls_lane channels_holdings(const struct channels *c, int32_t i) {
  const struct ls_holdings_plan *p = &c->credit_view.plan->holdings;
  ls_lane sum = lane_set(0);
  for (int32_t k = p->holding_first[i]; k < p->holding_first[i + 1]; k++) sum = sum + slot_get(c->left, k);
  return sum;
}

/* What i's holdings are worth after the shock alone. */
LS_FN ls_lane channels_first_worth(const struct channels *c, int32_t i) {
  const struct ls_holdings_plan *p = &c->credit_view.plan->holdings;
  ls_lane worth = lane_set(0);
  bool holds = p->asset_count > 0;
  for (int32_t k = holds ? p->holding_first[i] : 0; holds && k < p->holding_first[i + 1]; k++)
    worth = worth + lane_set(p->amount[k]) * (lane_set(1) - sales_first_drop(&c->sales_view, p->asset[k]));
  return worth;
}

/* What sales have made of them since; nothing where none is left to lose. */
LS_FN ls_lane channels_sale_losses(const struct channels *c, int32_t i) {
  if (!channels_has(c, LS_CHANNEL_FIRE_SALE)) return lane_set(0);
  ls_lane lost = channels_first_worth(c, i) - slot_get(c->worth, i);
  return lane_select(channels_forced(c, i), lane_set(0), lost);
}

/* After the shock, before anything spreads. */
LS_FN void channels_begin(const struct channels *c) {
  const struct ls_plan *plan = c->credit_view.plan;
  const struct ls_holdings_plan *p = &plan->holdings;
  bool holds = p->asset_count > 0;
  for (int32_t m = 0; m < p->asset_count; m++) slot_set(c->price, m, lane_set(1) - sales_first_drop(&c->sales_view, m));
  for (int32_t i = 0; i < plan->entity_count; i++) {
    for (int32_t k = holds ? p->holding_first[i] : 0; holds && k < p->holding_first[i + 1]; k++)
      slot_set(c->left, k, lane_set(p->amount[k]) * slot_get(c->price, p->asset[k]));
    slot_set(c->worth, i, channels_first_worth(c, i));
    slot_set(c->raised, i, lane_set(0));
    slot_set(c->called_loss, i, lane_set(0));
    fixed_point_put(&c->credit, i, lane_set(1));
    if (channels_has(c, LS_CHANNEL_FUNDING)) fixed_point_put(&c->funding, i, lane_set(0));
    slot_set(c->funding.wave, i, lane_set(-1));
  }
}

/* ---- claims and loans ---------------------------------------------------------------------------------------------------- */

/* Goes on from where x stands, in the lanes given. */
LS_FN void channels_settle(struct channels *c, const struct ls_view *view, struct ls_static_model model,
                           struct fixed_point_state *s, ls_mask lanes, ls_lane *sweeps) {
  struct ls_stop_rule rule = stop_rule_begin(lanes);
  rule.sweeps = *sweeps; /* waves count on from round to round */
  fixed_point_iterate(view, model, s, 0, &rule);
  *sweeps = rule.sweeps;
  c->unsettled = mask_or(c->unsettled, rule.active);
}

LS_FN void channels_value_claims(struct channels *c, ls_mask lanes) {
  const struct ls_static_model model = {neva_given, neva_piece, neva_result};
  if (!channels_has(c, LS_CHANNEL_CREDIT)) return;
  for (int32_t i = 0; i < c->credit_view.plan->entity_count; i++) slot_set(c->credit.given, i, channels_assets(c, i));
  channels_settle(c, &c->credit_view, model, &c->credit, lanes, &c->credit_sweeps);
}

/* More cash than any bank has: who fails calls in what it can. */
#define CHANNELS_RUN 0x1p1000

LS_FN void channels_call_loans(struct channels *c, ls_mask lanes) {
  const struct ls_static_model model = {liquidity_given, liquidity_piece, liquidity_result};
  const struct ls_plan *plan = c->credit_view.plan;
  if (!channels_has(c, LS_CHANNEL_FUNDING)) return;
  for (int32_t i = 0; i < plan->entity_count; i++) {
    ls_lane outflow = liquidity_given(&c->funding_view, i);
    ls_mask fails = channels_fails(c, i, channels_equity(c, i, channels_claims(c, i)), LS_TIE_TOLERANCE);
    if (plan->holdings.channels == LS_CHANNEL_FUNDING) fails = mask_none(); /* nothing loses value */
    slot_set(c->funding.given, i, lane_select(fails, lane_set(CHANNELS_RUN), outflow));
  }
  channels_settle(c, &c->funding_view, model, &c->funding, lanes, &c->funding_sweeps);
}

/* Loans to i that have been run in. */
LS_FN ls_lane channels_withdrawn(const struct channels *c, int32_t i) {
  ls_lane hoarders = fixed_point_reach(&c->funding, i);
  return lane_set(view_setting(&c->funding_view, LIQUIDITY_LAMBDA)) * hoarders;
}

/* What i has left in cash when all that it needs is paid; below 0: what it lacks. */
LS_FN ls_lane channels_liquidity(const struct channels *c, int32_t i) {
  ls_lane outflow = liquidity_given(&c->funding_view, i);
  return liquidity_sources(&c->funding_view, i) -
         liquidity_uses(&c->funding_view, i, outflow, channels_withdrawn(c, i)) + slot_get(c->raised, i);
}

/* ---- sales ------------------------------------------------------------------------------------------------------------------ */

/* What i sells, as a share of what it still holds; where it holds nothing, nothing. */
LS_FN void channels_choose_share(const struct channels *c, int32_t i, ls_mask lanes, struct ls_stop_rule *rule) {
  const struct ls_view *view = &c->sales_view;
  ls_lane holdings = channels_holdings(c, i), claims = channels_claims(c, i), equity = channels_equity(c, i, claims);
  ls_lane assets = view_assets_with(view, i, lane_set(0)) + claims + holdings;
  double most = view_setting(view, SALES_LEVERAGE_MAX), target = view_setting(view, SALES_LEVERAGE_TARGET);
  ls_mask fails = mask_or(channels_fails(c, i, equity, LS_TIE_TOLERANCE), channels_forced(c, i));
  ls_mask over = lane_less(lane_set(most * (1 + LS_TIE_TOLERANCE)) * equity, assets);
  ls_lane share = lane_clip(lane_ratio(assets - lane_set(target) * equity, holdings, 0), 0, 1);
  share = lane_select(fails, lane_set(1), lane_select(over, share, lane_set(0)));
  ls_lane called = share;
  if (channels_has(c, LS_CHANNEL_FUNDING)) {
    ls_lane lacks = lane_positive_part(-channels_liquidity(c, i));
    called = lane_max(share, lane_min(lane_ratio(lacks, holdings, 0), lane_set(1)));
  }
  ls_mask sells = mask_and(lanes, lane_less(lane_set(0), holdings));
  slot_set(c->share, i, lane_select(sells, called, lane_set(0)));
  slot_set(c->called_share, i, lane_select(sells, called - share, lane_set(0)));
  stop_rule_note(rule,
                 lane_select(sells,
                             lane_ratio(called * holdings, lane_set(view_parameter(view, LS_PARAMETER_HOLDINGS, i)), 0),
                             lane_set(0)));
}

LS_FN void channels_move_prices(const struct channels *c) {
  const struct ls_holdings_plan *p = &c->sales_view.plan->holdings;
  bool exponential = view_setting(&c->sales_view, SALES_IMPACT) > 0;
  for (int32_t m = 0; m < p->asset_count; m++) {
    slot_set(c->sold, m, lane_set(0));
    slot_set(c->called, m, lane_set(0));
  }
  for (int32_t i = 0; i < c->sales_view.plan->entity_count; i++)
    for (int32_t k = p->holding_first[i]; k < p->holding_first[i + 1]; k++) {
      slot_add(c->sold, p->asset[k], slot_get(c->share, i) * slot_get(c->left, k));
      slot_add(c->called, p->asset[k], slot_get(c->called_share, i) * slot_get(c->left, k));
    }
  for (int32_t m = 0; m < p->asset_count; m++) {
    ls_lane price = slot_get(c->price, m), drop = sales_drop(p, m, price, slot_get(c->sold, m), exponential);
    slot_set(c->drop, m, drop);
    slot_set(c->price, m, price * (lane_set(1) - drop));
  }
}

/* What the sales and the fall of prices leave of i's holdings. */
LS_FN void channels_mark(const struct channels *c, int32_t i) {
  const struct ls_holdings_plan *p = &c->sales_view.plan->holdings;
  ls_lane cost = lane_set(view_setting(&c->sales_view, SALES_SHORTFALL_COST)), share = slot_get(c->share, i);
  ls_lane kept = lane_set(1) - share, lost = lane_set(0), called = lane_set(0), raised = lane_set(0);
  for (int32_t k = p->holding_first[i]; k < p->holding_first[i + 1]; k++) {
    ls_lane drop = slot_get(c->drop, p->asset[k]), left = slot_get(c->left, k);
    ls_lane loss = left * drop * (kept + cost * share);
    lost = lost + loss;
    called = called + loss * lane_ratio(slot_get(c->called, p->asset[k]), slot_get(c->sold, p->asset[k]), 0);
    raised = raised + share * left * (lane_set(1) - cost * drop);
    slot_set(c->left, k, kept * (lane_set(1) - drop) * left);
  }
  slot_set(c->worth, i, slot_get(c->worth, i) - lost);
  slot_set(c->called_loss, i, slot_get(c->called_loss, i) + called);
  slot_set(c->raised, i, slot_get(c->raised, i) + raised);
}

/* Everybody who must sells once; notes how much, of what was held by the book. */
LS_FN void channels_sell(const struct channels *c, ls_mask lanes, struct ls_stop_rule *rule) {
  for (int32_t i = 0; i < c->sales_view.plan->entity_count; i++) channels_choose_share(c, i, lanes, rule);
  channels_move_prices(c);
  for (int32_t i = 0; i < c->sales_view.plan->entity_count; i++) channels_mark(c, i);
}

/* Rounds until nobody sells. Without sales there is one. */
LS_FN void channels_run(struct channels *c) {
  const struct ls_plan *plan = c->credit_view.plan;
  struct ls_stop_rule rule = stop_rule_begin(lane_equal(lane_set(0), lane_set(0)));
  bool sells = channels_has(c, LS_CHANNEL_FIRE_SALE);
  channels_begin(c);
  for (int32_t round = 0; round < plan->max_iterations && mask_any(rule.active); round++) {
    channels_value_claims(c, rule.active);
    channels_call_loans(c, rule.active);
    if (!sells) return;
    channels_sell(c, rule.active, &rule);
    stop_rule_end_sweep(&rule, plan->tolerance);
  }
  c->rounds = rule.sweeps;
  c->unsettled = mask_or(c->unsettled, rule.active);
}

LS_FN ls_lane channels_sweeps(const struct channels *c) { return c->credit_sweeps + c->funding_sweeps + c->rounds; }

/* How far i is from failing, from having to sell, and from hoarding: the least of what the run looks at. */
LS_FN ls_lane channels_margin(const struct channels *c, int32_t i, ls_lane equity) {
  const struct ls_view *view = &c->sales_view;
  double book = view_parameter(view, LS_PARAMETER_EXTERNAL_ASSETS, i) + view_parameter(view, LS_PARAMETER_CASH, i) +
                view_parameter(view, LS_PARAMETER_CLAIMS, i) + view_parameter(view, LS_PARAMETER_HOLDINGS, i);
  double scale = channels_has(c, LS_CHANNEL_CREDIT) ? neva_tie(&c->credit_view, i, 1) : book;
  ls_lane margin = output_margin(equity, lane_set(0), lane_set(scale));
  if (channels_has(c, LS_CHANNEL_FIRE_SALE)) {
    ls_lane holdings = channels_holdings(c, i), other = view_assets_with(view, i, lane_set(0)) + channels_claims(c, i);
    ls_lane limit = lane_set(view_setting(view, SALES_LEVERAGE_MAX)) * equity;
    ls_lane to_limit = output_margin(other + holdings, limit, other + holdings);
    margin = lane_select(lane_less(lane_set(0), holdings), lane_min(margin, to_limit), margin);
  }
  if (channels_has(c, LS_CHANNEL_FUNDING)) {
    ls_lane sources = liquidity_sources(&c->funding_view, i);
    ls_lane uses = liquidity_uses(&c->funding_view, i, liquidity_given(&c->funding_view, i), channels_withdrawn(c, i));
    margin = lane_min(margin, output_margin(sources, uses, lane_max(sources, uses)));
  }
  return margin;
}

/* Prices, where detail is asked for. */
LS_FN void channels_write_prices(const struct channels *c, ls_slots output) {
  const struct ls_holdings_plan *p = &c->sales_view.plan->holdings;
  for (int32_t m = 0; m < p->asset_count; m++)
    output_write_asset(&c->sales_view, m, 0, lane_set(p->price[m]) * slot_get(c->price, m), output);
}

#endif

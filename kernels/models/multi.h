/* multi.h - several channels of contagion at once, around one balance sheet: claims lose worth, assets are sold, loans are run in.
 *
 * Source of the channels: Barucca et al. (2020) for claims (neva.h), Cont and Schaanning (2017) for fire sales (channels.h), Gai,
 * Haldane and Kapadia (2011) for loans (liquidity.h); of running them together: Aymanns, Farmer, Kleinnijenhuis, Wetzer (2018),
 * Models of financial stability and their application in stress tests, Handbook of Computational Economics 4, chapter 6. What ties
 * them: losses of either kind raise leverage; who fails runs its loans in and sells all it has; who lacks cash sells for it.
 *
 * A run with one channel is the single model to the bit. Losses are of value where claims or sales are looked at; with loans alone
 * they are cash drained, as in the model liquidity. */
#ifndef LS_MODEL_MULTI_H
#define LS_MODEL_MULTI_H

#include "model.h"
#include "models/channels.h"

/* Settings, in their order: those of neva, of the sales, of liquidity, and which channels are open. */
enum { MULTI_CREDIT = 0, MULTI_SALES = 6, MULTI_FUNDING = 10, MULTI_CHANNELS = 13 };

static const struct ls_model_info multi_info __attribute__((unused)) = {
    .name = "multi",
    .title = "claims, fire sales and funding at once",
    .source = "channels of neva, fire-sale and liquidity; Aymanns et al. (2018), Handbook of Computational Economics 4",
    .operator_kind = LS_OPERATOR_EXPOSURES,
    .tables = LS_TABLES_HOLDINGS,
    .variables = 1u << LS_VARIABLE_EXTERNAL_ASSETS_LOSS | 1u << LS_VARIABLE_PRICE_LOSS | 1u << LS_VARIABLE_FUNDING |
                 1u << LS_VARIABLE_DEFAULT,
    .has_least = 0,
    .from_bound = 1, /* claims are worth all that they are due */
    .tolerance = 1e-10,
    .setting = {NEVA_SETTINGS,
                SALES_SETTINGS,
                LIQUIDITY_SETTINGS,
                {"channels",
                 7,
                 1,
                 7,
                 0,
                 {"credit", "fire-sale", "funding", 0},
                 "which losses spread: credit, fire-sale, funding, joined by commas"}},
    .settings_joined = 1u << MULTI_CHANNELS,
    .column = {LIQUIDITY_COLUMNS, 0},
    .output = {"equity", "valuation", "default", "liquidity", "hoarding", "wave", 0},
    .output_flags = 1u << 2 | 1u << 4,
    .output_integers = 1u << 5,
    .asset_output = {"price", 0},
    .line = {"direct", "credit", "fire sale", "funding", "limited liability", 0},
};

/* Value, default and lines with loans alone: the model liquidity. */
LS_FN void multi_drained(const struct channels *c, int32_t i, struct ls_entity_result *result) {
  ls_lane hoarders = fixed_point_reach(&c->funding, i);
  liquidity_result(&c->funding_view, i, slot_get(c->funding.given, i), hoarders, slot_get(c->funding.x, i), result);
  ls_lane withdrawn = result->line[1];
  result->line[1] = lane_set(0);
  result->line[3] = withdrawn;
}

/* The same where value is lost. What creditors lose beyond the owners' equity is told with the claims on i. */
LS_FN void multi_lost(const struct channels *c, int32_t i, struct ls_entity_result *result) {
  const struct ls_view *view = &c->credit_view;
  ls_lane assets = channels_assets(c, i), claims = channels_claims(c, i), equity = channels_equity(c, i, claims);
  bool limited = channels_has(c, LS_CHANNEL_CREDIT);
  result->value = result->outside = equity;
  if (limited) neva_result(view, i, assets, claims, slot_get(c->credit.x, i), result);
  result->defaulted = channels_fails(c, i, equity, LS_UNPAID_TOLERANCE);
  result->margin = channels_margin(c, i, equity);
  ls_lane whole = lane_set(view_parameter(view, LS_PARAMETER_CLAIMS, i)), due = lane_set(neva_net_due(view, i));
  result->line[1] = limited ? equity - (assets + whole - due) : lane_set(0);
  ls_lane of_sales = channels_sale_losses(c, i), called = lane_min(slot_get(c->called_loss, i), of_sales);
  result->line[2] = called - of_sales;
  result->line[3] = -called;
  result->line[4] = limited ? result->value - equity : lane_set(0);
  result->line[0] = equity - result->line[1] + of_sales;
}

LS_FN void multi_write(const struct channels *c, int32_t i, ls_slots output, struct ls_output_sums *sums) {
  bool funded = channels_has(c, LS_CHANNEL_FUNDING);
  struct ls_entity_result result = output_result_begin();
  if (c->credit_view.plan->holdings.channels == LS_CHANNEL_FUNDING)
    multi_drained(c, i, &result);
  else
    multi_lost(c, i, &result);
  result.detail[0] = channels_equity(c, i, channels_claims(c, i));
  result.detail[1] = lane_clip(slot_get(c->credit.x, i), 0, 1);
  result.detail[2] = lane_from_mask(mask_or(result.defaulted, channels_forced(c, i)));
  result.detail[3] = funded ? channels_liquidity(c, i) : lane_set(0);
  result.detail[4] = funded ? slot_get(c->funding.x, i) : lane_set(0);
  result.detail[5] = slot_get(c->funding.wave, i);
  output_write_entity(&c->credit_view, i, &result, channels_forced(c, i), output, sums);
}

LS_FN void multi_path(const struct ls_view *view, ls_slots value, ls_slots state, ls_slots output) {
  const struct channels_settings at = {MULTI_CREDIT, MULTI_FUNDING, MULTI_SALES};
  struct channels c = channels_of(view, at, state);
  struct ls_output_sums sums = output_sums_begin();
  columns_apply(&view->plan->shock, value, view->column, 0);
  channels_run(&c);
  for (int32_t i = 0; i < view->plan->entity_count; i++) multi_write(&c, i, output, &sums);
  channels_write_prices(&c, output);
  output_write_sums(view, &sums, channels_sweeps(&c), c.unsettled, output);
}

#endif
LS_TIME_MODEL(multi)

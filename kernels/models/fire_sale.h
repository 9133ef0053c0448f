/* fire_sale.h - banks that must sell when losses push their leverage beyond a limit, round after round.
 *
 * Source: Cont, Schaanning (2017), Fire sales, indirect contagion and systemic stress testing, Norges Bank working paper 2/2017,
 * sections 2 and 3; the equations stand in channels.h. Claims on entities keep their amount here: what they lose when debtors fail
 * is the model multi. Equity is signed. */
#ifndef LS_MODEL_FIRE_SALE_H
#define LS_MODEL_FIRE_SALE_H

#include "model.h"
#include "models/channels.h"

static const struct ls_model_info fire_sale_info __attribute__((unused)) = {
    .name = "fire-sale",
    .title = "fire sales of banks under a leverage limit, until nobody sells",
    .source = "Cont and Schaanning (2017), Norges Bank working paper 2/2017",
    .operator_kind = LS_OPERATOR_EXPOSURES,
    .tables = LS_TABLES_HOLDINGS,
    .channels = LS_CHANNEL_FIRE_SALE,
    .variables = 1u << LS_VARIABLE_EXTERNAL_ASSETS_LOSS | 1u << LS_VARIABLE_PRICE_LOSS | 1u << LS_VARIABLE_DEFAULT,
    .has_least = 0,
    .from_bound = 1, /* claims are worth all that they are due */
    .tolerance = 1e-10,
    .setting = {SALES_SETTINGS},
    .output = {"equity", "default", 0},
    .output_flags = 1u << 1,
    .asset_output = {"price", 0},
    .line = {"direct", "fire sale", 0},
};

LS_FN void fire_sale_path(const struct ls_view *view, ls_slots value, ls_slots state, ls_slots output) {
  const struct channels_settings at = {0, 0, 0};
  struct channels c = channels_of(view, at, state);
  struct ls_output_sums sums = output_sums_begin();
  columns_apply(&view->plan->shock, value, view->column, 0);
  channels_run(&c);
  for (int32_t i = 0; i < view->plan->entity_count; i++) {
    ls_lane equity = channels_equity(&c, i, channels_claims(&c, i));
    struct ls_entity_result result = output_result_begin();
    result.value = result.outside = equity;
    result.margin = channels_margin(&c, i, equity);
    result.defaulted = channels_fails(&c, i, equity, LS_UNPAID_TOLERANCE);
    result.line[1] = -channels_sale_losses(&c, i);
    result.line[0] = equity - result.line[1];
    result.detail[0] = equity;
    result.detail[1] = lane_from_mask(mask_or(result.defaulted, channels_forced(&c, i)));
    output_write_entity(view, i, &result, channels_forced(&c, i), output, &sums);
  }
  channels_write_prices(&c, output);
  output_write_sums(view, &sums, channels_sweeps(&c), c.unsettled, output);
}

#endif
LS_TIME_MODEL(fire_sale)

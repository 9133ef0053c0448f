/* fire_sale_target.h - banks that sell to keep their leverage, once, and what that costs all who hold the same assets.
 *
 * Source: Greenwood, Landier, Thesmar (2015), Vulnerable banks, Journal of Financial Economics 115(3):471-485, section 2. H_im
 * holdings, f_m the shock to prices, d_i the loss on other assets, E_i equity, B_i debt over equity, D_m market depth:
 *   l_i    = d_i + sum_m H_im f_m                              first loss
 *   q_im   = min( B_i l_i H_im / sum_m H_im, H_im (1 - f_m) )  sales that restore leverage, of what there is
 *   psi_m  = min( sum_i q_im / D_m, 1 - f_m - floor_m )        further fall of the price, as a share of the first one
 *   loss_i = l_i + sum_m H_im psi_m
 * Without equity at the start a bank sells all it has as soon as it loses anything. */
#ifndef LS_MODEL_FIRE_SALE_TARGET_H
#define LS_MODEL_FIRE_SALE_TARGET_H

#include "model.h"
#include "models/sales.h"
#include "phases/columns.h"
#include "phases/output.h"

static const struct ls_model_info fire_sale_target_info __attribute__((unused)) = {
    .name = "fire-sale-target",
    .title = "fire sales of banks that target their leverage, one round",
    .source = "Greenwood, Landier and Thesmar (2015), Journal of Financial Economics 115(3), section 2",
    .operator_kind = LS_OPERATOR_EXPOSURES,
    .tables = LS_TABLES_HOLDINGS,
    .channels = LS_CHANNEL_FIRE_SALE,
    .variables = 1u << LS_VARIABLE_EXTERNAL_ASSETS_LOSS | 1u << LS_VARIABLE_PRICE_LOSS,
    .has_least = 0,
    .from_bound = 1, /* claims are worth all that they are due */
    .tolerance = 1e-10,
    .setting = {{0, 0, 0, 0, 0, {0}, 0}},
    .output = {"sales", "default", 0},
    .output_flags = 1u << 1,
    .asset_output = {"return", "return_from_sales", 0},
    .line = {"direct", "fire sale", 0},
};

/* Slots of one scenario: sold[M], drop[M], first loss[N]. */
struct target_state {
  ls_slots sold, drop, first;
};

/* What i would have to sell to have the leverage of before, in money. */
LS_FN ls_lane target_wanted(const struct ls_view *view, int32_t i, ls_lane lost) {
  double equity = view_parameter(view, LS_PARAMETER_EQUITY, i),
         holdings = view_parameter(view, LS_PARAMETER_HOLDINGS, i);
  double assets = view_parameter(view, LS_PARAMETER_EXTERNAL_ASSETS, i) + view_parameter(view, LS_PARAMETER_CASH, i) +
                  view_parameter(view, LS_PARAMETER_CLAIMS, i) + holdings;
  if (!(equity > 0)) return lane_select(lane_less(lane_set(0), lost), lane_set(holdings), lane_set(0));
  return lane_set((assets - equity) / equity) * lost;
}

/* What it sells of the asset behind holding k. A bank that owes nothing has no leverage to keep. */
LS_FN ls_lane target_sale(const struct ls_view *view, int32_t i, int32_t k, ls_lane wanted) {
  const struct ls_holdings_plan *p = &view->plan->holdings;
  double holdings = view_parameter(view, LS_PARAMETER_HOLDINGS, i);
  ls_lane left = lane_set(p->amount[k]) * (lane_set(1) - sales_first_drop(view, p->asset[k]));
  return lane_min(lane_positive_part(wanted) * lane_set(p->amount[k] / holdings), left);
}

LS_FN ls_lane target_first_loss(const struct ls_view *view, int32_t i) {
  const struct ls_holdings_plan *p = &view->plan->holdings;
  ls_lane lost = view_assets_lost(view, i);
  for (int32_t k = p->holding_first[i]; k < p->holding_first[i + 1]; k++)
    lost = lost + lane_set(p->amount[k]) * sales_first_drop(view, p->asset[k]);
  return lost;
}

/* Everybody's sales, and the fall of prices that they make. */
LS_FN void target_sell(const struct ls_view *view, const struct target_state *s) {
  const struct ls_holdings_plan *p = &view->plan->holdings;
  for (int32_t m = 0; m < p->asset_count; m++) slot_set(s->sold, m, lane_set(0));
  for (int32_t i = 0; i < view->plan->entity_count; i++) {
    ls_lane lost = target_first_loss(view, i), wanted = target_wanted(view, i, lost);
    slot_set(s->first, i, lost);
    for (int32_t k = p->holding_first[i]; k < p->holding_first[i + 1]; k++)
      slot_add(s->sold, p->asset[k], target_sale(view, i, k, wanted));
  }
  for (int32_t m = 0; m < p->asset_count; m++) {
    ls_lane room = lane_positive_part(lane_set(1) - sales_first_drop(view, m) - lane_set(p->floor[m]));
    slot_set(s->drop, m, lane_min(slot_get(s->sold, m) / lane_set(p->depth[m]), room));
  }
}

/* Returns the loss of i against the book. */
LS_FN void target_write(const struct ls_view *view, const struct target_state *s, int32_t i, ls_slots output,
                        struct ls_output_sums *sums) {
  const struct ls_holdings_plan *p = &view->plan->holdings;
  ls_lane equity = lane_set(view_parameter(view, LS_PARAMETER_EQUITY, i)), first = slot_get(s->first, i);
  ls_lane wanted = target_wanted(view, i, first), sales = lane_set(0), second = lane_set(0);
  for (int32_t k = p->holding_first[i]; k < p->holding_first[i + 1]; k++) {
    sales = sales + target_sale(view, i, k, wanted);
    second = second + lane_set(p->amount[k]) * slot_get(s->drop, p->asset[k]);
  }
  struct ls_entity_result result = output_result_begin();
  result.value = equity - first - second;
  result.margin = output_margin(result.value, lane_set(0), lane_positive_part(equity));
  result.outside = result.value;
  result.defaulted = lane_less_equal(result.value, equity * lane_set(LS_TIE_TOLERANCE));
  result.line[0] = equity - first;
  result.line[1] = -second;
  result.detail[0] = sales;
  result.detail[1] = lane_from_mask(result.defaulted);
  output_write_entity(view, i, &result, mask_none(), output, sums);
}

LS_FN void fire_sale_target_path(const struct ls_view *view, ls_slots value, ls_slots state, ls_slots output) {
  int64_t assets = view->plan->holdings.asset_count;
  const struct target_state s = {state, slots_from(state, assets), slots_from(state, 2 * assets)};
  struct ls_output_sums sums = output_sums_begin();
  columns_apply(&view->plan->shock, value, view->column, 0);
  target_sell(view, &s);
  for (int32_t i = 0; i < view->plan->entity_count; i++) target_write(view, &s, i, output, &sums);
  for (int32_t m = 0; m < assets; m++) {
    ls_lane drop = slot_get(s.drop, m);
    output_write_asset(view, m, 0, -(sales_first_drop(view, m) + drop), output);
    output_write_asset(view, m, 1, -drop, output);
  }
  output_write_sums(view, &sums, lane_set(1), mask_none(), output);
}

#endif
LS_TIME_MODEL(fire_sale_target)

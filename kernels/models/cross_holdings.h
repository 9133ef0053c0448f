/* cross_holdings.h - organisations that hold each other's equity, whose values drop once they fall below a threshold.
 *
 * Source: Elliott, Golub, Jackson (2014), Financial networks and contagion, American Economic Review 104(10):3115-3153, sections I
 * and II. C_ij share of j that organisation i holds, Chat_j the share that nobody in the network holds; y_i what i has outside it:
 *   V_i = y_i - b_i 1{V_i < theta V_i(0)} + sum_j C_ij V_j      equity, counted once for every holder
 *   v_i = Chat_i V_i                                            market value, which adds up to what there is outside
 * V_i(0) before any shock, b_i = cost_share theta v_i(0). v_i < theta v_i(0) is the same test. Best case (default): nobody has failed
 * at first, and those below their thresholds fail wave by wave, everything else being valued anew in between. Worst case
 * (solution=least): all have failed at first, and those who would not fail recover. A tie does not fail. */
#ifndef LS_MODEL_CROSS_HOLDINGS_H
#define LS_MODEL_CROSS_HOLDINGS_H

#include "model.h"
#include "models/sales.h"
#include "phases/columns.h"
#include "phases/output.h"

static const struct ls_model_info cross_holdings_info __attribute__((unused)) = {
    .name = "cross-holdings",
    .title = "cross-holdings of equity with costs of failure",
    .source = "Elliott, Golub and Jackson (2014), American Economic Review 104(10), sections I and II",
    .operator_kind = LS_OPERATOR_NONE,
    .tables = LS_TABLES_CROSS_HOLDINGS,
    .variables = 1u << LS_VARIABLE_EXTERNAL_ASSETS_LOSS | 1u << LS_VARIABLE_PRICE_LOSS | 1u << LS_VARIABLE_DEFAULT,
    .has_least = 1,
    .tolerance = 1e-10,
    .setting = {{"theta", 0.9, 0, 10, 0, {0}, "share of its first value below which an organisation fails"},
                {"cost_share", 0.5, 0, 10, 0, {0}, "cost of failing, as a share of that threshold"}},
    .output = {"value", "failed", "wave", 0},
    .output_flags = 1u << 1,
    .output_integers = 1u << 2,
    .line = {"assets", "failure costs", 0},
};

/* Slots of one scenario, [N] each. */
struct holdings_state {
  ls_slots assets, value, sound, failed, wave; /* y; V; V without costs of failure; 1 where failed; wave of failing */
};

LS_FN struct holdings_state holdings_state_of(const struct ls_plan *plan, ls_slots state) {
  int64_t n = plan->entity_count;
  struct holdings_state s = {state, slots_from(state, n), slots_from(state, 2 * n), slots_from(state, 3 * n),
                             slots_from(state, 4 * n)};
  return s;
}

/* y_i */
LS_FN ls_lane cross_holdings_assets(const struct ls_view *view, int32_t i) {
  const struct ls_cross_holdings_plan *p = &view->plan->cross_holdings;
  const struct ls_holdings_plan *h = &view->plan->holdings;
  ls_lane kept = lane_set(1) - view_shock(view, LS_VARIABLE_EXTERNAL_ASSETS_LOSS, i, 0);
  ls_lane sum = lane_set(p->external_assets[i]) * kept + lane_set(p->cash[i]);
  for (int32_t k = h->holding_first[i]; k < h->holding_first[i + 1]; k++)
    sum = sum + lane_set(h->amount[k]) * (lane_set(1) - sales_first_drop(view, h->asset[k]));
  return sum;
}

/* (I - C) V = y - b failed, by the factors that the plan holds. */
LS_FN void cross_holdings_solve(const struct ls_view *view, const struct holdings_state *s, ls_slots value) {
  const struct ls_cross_holdings_plan *p = &view->plan->cross_holdings;
  int32_t n = view->plan->entity_count;
  for (int32_t i = 0; i < n; i++)
    slot_set(value, i, slot_get(s->assets, i) - lane_set(p->cost[i]) * slot_get(s->failed, i));
  for (int32_t step = 0; step < n; step++)
    for (int32_t k = p->lower_first[step]; k < p->lower_first[step + 1]; k++)
      slot_add(value, p->lower_row[k], -(lane_set(p->lower[k]) * slot_get(value, p->order[step])));
  for (int32_t step = n - 1; step >= 0; step--) {
    int32_t i = p->order[step];
    ls_lane x = slot_get(value, i);
    for (int32_t k = p->upper_first[step]; k < p->upper_first[step + 1]; k++)
      x = x - lane_set(p->upper[k]) * slot_get(value, p->upper_column[k]);
    slot_set(value, i, x / lane_set(p->pivot[i]));
  }
}

/* Whoever is below its threshold, or is made to fail. */
LS_FN ls_mask cross_holdings_fails(const struct ls_view *view, const struct holdings_state *s, int32_t i) {
  double threshold = view->plan->cross_holdings.threshold[i];
  ls_mask below = lane_less(slot_get(s->value, i), lane_set(threshold * (1 - LS_TIE_TOLERANCE)));
  return mask_or(below, lane_to_mask(view_shock(view, LS_VARIABLE_DEFAULT, i, 0)));
}

/* One wave; true where anything has changed in any lane. In the best case who has failed stays so; in the worst, who stands. */
LS_FN bool cross_holdings_wave(const struct ls_view *view, const struct holdings_state *s, int32_t wave, bool least,
                               ls_lane *waves) {
  ls_mask changed = mask_none();
  for (int32_t i = 0; i < view->plan->entity_count; i++) {
    ls_mask failed = lane_to_mask(slot_get(s->failed, i)), fails = cross_holdings_fails(view, s, i);
    ls_mask turns = least ? mask_and(failed, mask_not(fails)) : mask_and(fails, mask_not(failed));
    slot_set(s->failed, i, lane_select(turns, lane_set(least ? 0 : 1), slot_get(s->failed, i)));
    slot_set(s->wave, i, lane_select(turns, lane_set(least ? -1 : wave), slot_get(s->wave, i)));
    changed = mask_or(changed, turns);
  }
  *waves = *waves + lane_from_mask(changed);
  return mask_any(changed);
}

LS_FN void cross_holdings_write(const struct ls_view *view, const struct holdings_state *s, int32_t i, ls_slots output,
                                struct ls_output_sums *sums) {
  ls_lane free_share = lane_set(view->plan->cross_holdings.free_share[i]), failed = slot_get(s->failed, i);
  ls_mask forced = lane_to_mask(view_shock(view, LS_VARIABLE_DEFAULT, i, 0));
  struct ls_entity_result result = output_result_begin();
  ls_lane threshold = lane_set(view->plan->cross_holdings.threshold[i]);
  result.value = free_share * slot_get(s->value, i);
  result.margin = output_margin(slot_get(s->value, i), threshold, threshold);
  result.outside = result.value;
  result.defaulted = lane_to_mask(failed);
  result.line[0] = free_share * slot_get(s->sound, i);
  result.line[1] = result.value - result.line[0];
  result.detail[0] = result.value;
  result.detail[1] = failed;
  result.detail[2] = slot_get(s->wave, i);
  output_write_entity(view, i, &result, forced, output, sums);
}

LS_FN void cross_holdings_path(const struct ls_view *view, ls_slots value, ls_slots state, ls_slots output) {
  const struct holdings_state s = holdings_state_of(view->plan, state);
  int32_t n = view->plan->entity_count;
  bool least = view->plan->solution == LS_SOLUTION_LEAST, goes_on = true;
  struct ls_output_sums sums = output_sums_begin();
  ls_lane waves = lane_set(1);
  columns_apply(&view->plan->shock, value, view->column, 0);
  for (int32_t i = 0; i < n; i++) {
    slot_set(s.assets, i, cross_holdings_assets(view, i));
    slot_set(s.failed, i, lane_set(0));
  }
  cross_holdings_solve(view, &s, s.sound);
  for (int32_t i = 0; i < n; i++) {
    slot_set(s.failed, i, lane_set(least ? 1 : 0));
    slot_set(s.wave, i, lane_set(least ? 0 : -1));
  }
  for (int32_t wave = 0; wave <= n && goes_on; wave++) { /* every wave but the last turns somebody, for good */
    cross_holdings_solve(view, &s, s.value);
    goes_on = cross_holdings_wave(view, &s, wave, least, &waves);
  }
  for (int32_t i = 0; i < n; i++) cross_holdings_write(view, &s, i, output, &sums);
  output_write_sums(view, &sums, waves, mask_none(), output);
}

#endif
LS_TIME_MODEL(cross_holdings)

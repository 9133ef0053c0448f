/* loop.h - the investment-compute loop: investors fund developers who buy the investors' chips and clouds. LOOP-1, and the
 * mechanisms of LOOP-2 that a run switches on.
 *
 * Source: this project's own model (docs/models/loop.md); its parts are Elsinger (2009) clearing by class, Suzuki (2002)
 * cross-ownership, Elliott-Golub-Jackson (2014) distress costs and linear DebtRank on backlog, to which it reduces exactly.
 * Quarterly, deterministic given the scenario. One file per group of steps under models/loop/. */
#ifndef LS_MODEL_LOOP_H
#define LS_MODEL_LOOP_H

#include "model.h"
#include "models/loop/loop_audit.h"
#include "models/loop/loop_books.h"
#include "models/loop/loop_carrying.h"
#include "models/loop/loop_default.h"
#include "models/loop/loop_measures.h"
#include "models/loop/loop_output.h"
#include "models/loop/loop_payments.h"
#include "models/loop/loop_trade.h"
#include "models/loop/loop_value.h"

static const struct ls_model_info loop_info __attribute__((unused)) = {
    .name = "loop",
    .title = "the investment-compute loop, quarter by quarter",
    .source = "LOOP-1, docs/models/loop.md (Elsinger 2009; Suzuki 2002; Elliott, Golub and Jackson 2014)",
    .operator_kind = LS_OPERATOR_NONE,
    .tables = LS_TABLES_LOOP,
    .variables = 1u << LS_VARIABLE_DEFAULT | 1u << LS_VARIABLE_MULTIPLE | 1u << LS_VARIABLE_DEMAND |
                 1u << LS_VARIABLE_DEMAND_PLANNED | 1u << LS_VARIABLE_PURCHASE_SCALE | 1u << LS_VARIABLE_SUPPLY |
                 1u << LS_VARIABLE_POWER | 1u << LS_VARIABLE_FUNDING | 1u << LS_VARIABLE_CREDIT |
                 1u << LS_VARIABLE_GATE | 1u << LS_VARIABLE_PRICE | 1u << LS_VARIABLE_HARDWARE_PRICE |
                 1u << LS_VARIABLE_DEPRECIATION_SCALE | 1u << LS_VARIABLE_AMORTISATION | 1u << LS_VARIABLE_ROLLOVER |
                 1u << LS_VARIABLE_RENEGOTIATION | 1u << LS_VARIABLE_EXIT | 1u << LS_VARIABLE_ORDERS,
    .has_least = 1, /* of steps 9 and 10 */
    .tolerance = 1e-13,
    .setting = {{0, 0, 0, 0, 0, {0, 0, 0}, 0}},
    .output = {"value", "cash", "default_quarter", "distress_quarter", 0},
    .output_integers = 1u << 2 | 1u << 3,
    .line = {"cash", "real assets", "external revenue", "backlog", "stakes", "claims", "debt", "distress cost",
             "limited liability", "sales within the loop", "backlog written off", 0},
    .line_first = 9,
    .measure = {"cash_runway", "funding_gap", "refinancing", "peak_drawdown", "peak_drawdown_quarter", "idle_capacity",
                "dark_capacity", "backlog_at_risk", "backlog_at_risk_caused", "write_downs", "write_downs_caused",
                "least_value_to_reference", 0},
    .system = {"outside_shareholders_loss", "outside_creditors_loss", "deadweight_loss", 0},
    .by_quarter = "refinancing_by_quarter",
    .measure_unit = {"quarter", 0, 0, "1", "quarter", "capacity", "capacity", 0, 0, 0, 0, "1", 0},
    .cause = {"own shock", "orders", "supply", "credit", "funding", "prices", "stakes", 0}, /* enum ls_loop_channel */
    .trace = {"cash", "value", "real_assets", "capacity", "revenue", "debt", "live", "distress", "sales", 0},
    .trace_flags = 1u << 6 | 1u << 7,
};

/* Copies what the plan says of every link or row into its slots. */
LS_FN void loop_copy(const struct loop_view *v, int32_t where, int32_t count, const double *from) {
  for (int32_t k = 0; where >= 0 && k < count; k++) loop_set(v, where, k, lane_set(from[k]));
}

/* What LOOP-2 keeps, before quarter 0. */
LS_STEP void loop_begin_finance(const struct loop_view *v) {
  const struct ls_loop_plan *loop = v->loop;
  const struct ls_loop_slots *at = v->at;
  loop_fill(v, at->leaves, loop->purchase.count, -1);
  loop_fill(v, at->fee, loop->purchase.count, 0); /* of those who may leave; the others' are not read */
  loop_fill(v, at->delivered_sum, loop->purchase.count, 0);
  loop_fill(v, at->earmarked, loop->pledge.count, 0);
  loop_fill(v, at->scarcity, loop->type_count, 1);
  loop_copy(v, at->backstop_left, loop->backstop.count, loop->backstop.amount);
  loop_fill(v, at->exercised, loop->warrant.count, 0);
  loop_fill(v, at->dilution, v->n, 1);
  loop_fill(v, at->quarters_above, v->n, 0);
  loop_fill(v, at->flag_in_value, v->n, 0);
  loop_fill(v, at->peak_value, v->n, 0);
  loop_fill(v, at->market_peak, 1, 0);
  loop_fill(v, at->market_factor, 1, 1);
  loop_copy(v, at->carrying, loop->stake.count, loop->stake_cost);
  loop_fill(v, at->written_down, v->n, 0);
  loop_fill(v, at->written_down_on, v->n, 0);
  loop_fill(v, at->written_off, v->n, 0);
  loop_fill(v, at->outside_equity_flow, 1, 0);
  loop_fill(v, at->deadweight, 1, 0);
}

/* What customers plan to buy from i in quarter 0. */
LS_FN ls_lane loop_first_loop_sales(const struct loop_view *v, int32_t i) {
  ls_lane sum = lane_set(0);
  for (int32_t p = v->loop->purchase.first_to[i]; p < v->loop->purchase.first_to[i + 1]; p++) {
    int32_t k = v->loop->purchase.by_to[p];
    ls_lane rate = loop_get(v, v->at->scheduled, k);
    rate = loop_seen_from(v, LOOP_CHANNEL_ORDERS, v->loop->purchase.from[k], rate);
    sum = sum + (loop_trait(v, k, LOOP_TRAIT_RENEWED) ? rate : lane_min(loop_get(v, v->at->backlog, k), rate));
  }
  return sum;
}

/* Sales as planned, before there are any: what V(0) counts, and what smoothing and tests start from. */
LS_STEP void loop_plan_sales(const struct loop_view *v) {
  for (int32_t i = 0; i <= v->n; i++) {
    ls_lane scale = loop_purchase_scale(v, i);
    for (int32_t k = v->loop->purchase.first_from[i]; k < v->loop->purchase.first_from[i + 1]; k++)
      loop_schedule(v, k, scale);
  }
  for (int32_t i = 0; i < v->n; i++) {
    ls_lane planned = loop_path_value(v, LOOP_PATH_DEMAND_PLANNED, LS_VARIABLE_DEMAND_PLANNED, i);
    loop_set(v, v->at->external_revenue, i, planned);
    loop_set(v, v->at->valued_revenue, i, planned);
    if (loop_has(v, LOOP_HAS_SALES_IN_VALUE)) loop_set(v, v->at->loop_sales, i, loop_first_loop_sales(v, i));
    if (!loop_has(v, LOOP_HAS_TESTS)) continue;
    loop_set(v, v->at->revenue_before, i, planned);
    loop_set(v, v->at->planned_before, i, planned);
  }
}

/* W lives, stands and pays in full, always. */
LS_FN void loop_begin_world(const struct loop_view *v) {
  loop_set(v, v->at->paid0, v->n, lane_set(1));
  loop_set(v, v->at->paid1, v->n, lane_set(1));
  loop_set(v, v->at->paid2, v->n, lane_set(1));
  loop_set(v, v->at->standing, v->n, lane_set(1));
  loop_set(v, v->at->defaulted, v->n, lane_set(0));
  if (!loop_has(v, LOOP_HAS_RATES)) return;
  loop_set(v, v->at->interest, v->n, lane_set(v->loop->interest));
  loop_set(v, v->at->principal, v->n, lane_set(v->loop->amortisation));
  loop_set(v, v->at->service, v->n, lane_set(v->loop->interest + v->loop->amortisation));
}

/* The state before quarter 0. */
LS_STEP void loop_begin(const struct loop_view *v) {
  for (int32_t i = 0; i < v->n; i++) {
    loop_set(v, v->at->cash, i, lane_set(loop_entity(v, LOOP_CASH, i)));
    loop_set(v, v->at->real_assets, i, lane_set(loop_entity(v, LOOP_REAL_ASSETS, i)));
    loop_set(v, v->at->capacity, i, lane_set(loop_entity(v, LOOP_CAPACITY, i)));
    loop_set(v, v->at->dark, i, lane_set(loop_entity(v, LOOP_DARK, i)));
    loop_set(v, v->at->world_share, i, lane_set(loop_entity(v, LOOP_WORLD_SHARE, i)));
    loop_set(v, v->at->default_quarter, i, lane_set(-1));
    loop_set(v, v->at->distress_quarter, i, lane_set(-1));
    loop_set(v, v->at->flag, i, lane_set(0));
    loop_set(v, v->at->forced, i, lane_set(0));
    loop_set(v, v->at->refused, i, lane_set(0));
    loop_set(v, v->at->reference, i, lane_set(0));
    for (int32_t k = 0; k < v->loop->build_lag; k++) loop_set(v, loop_behind(v->at->queue, k * v->n), i, lane_set(0));
  }
  const struct ls_loop_plan *loop = v->loop;
  loop_fill(v, v->at->live, v->n + 1, 1);
  loop_begin_world(v);
  for (int32_t k = 0; k < loop->purchase.count; k++) loop_set(v, v->at->backlog, k, lane_set(loop->purchase.amount[k]));
  for (int32_t k = 0; k < loop->purchase.count; k++)
    loop_set(v, v->at->planned_backlog, k, lane_set(loop->purchase.amount[k]));
  for (int32_t k = 0; k < loop->pledge.count; k++) loop_set(v, v->at->pledged, k, lane_set(loop->pledge.amount[k]));
  for (int32_t k = 0; k < loop->stake.count; k++) loop_set(v, v->at->share, k, lane_set(loop->stake.amount[k]));
  for (int32_t k = 0; k < loop->debt.count; k++) loop_set(v, v->at->owed, k, lane_set(loop->debt.amount[k]));
  loop_fill(v, v->at->claim_weight, v->n + 1, 1);
  loop_begin_finance(v);
  loop_set(v, v->at->outside_flow, 0, lane_set(0));
  loop_set(v, v->at->iterations, 0, lane_set(0));
  loop_set(v, v->at->unconverged, 0, lane_set(0));
}

/* V(0): external revenue at plan, no flags, the backlog in full; it is the reference for distress and confidence. */
LS_STEP void loop_reference(const struct loop_view *v) {
  for (int32_t i = 0; i < v->n; i++) loop_set(v, v->at->value, i, lane_set(0));
  loop_plan_sales(v);
  loop_factor_stakes(v);
  loop_weigh_backlog(v);
  loop_hold_values(v);
  loop_settle_values(v, lane_equal(lane_set(0), lane_set(0)), true);
  for (int32_t i = 0; i < v->n; i++) {
    ls_lane value = loop_get(v, v->at->value, i);
    loop_set(v, v->at->reference, i, value);
    if (v->at->peak_share >= 0) loop_set(v, v->at->peak_share, i, value);
    if (v->at->last_round >= 0) loop_set(v, v->at->last_round, i, value);
    loop_note_standing(v, i);
  }
}

/* One quarter, steps 0 to 11. */
LS_STEP void loop_quarter(struct loop_view *v, ls_slots output) {
  loop_open_quarter(v);
  loop_orders(v);
  loop_planned_sales(v);
  loop_deliver(v);
  loop_sell(v);
  loop_obligations(v);
  loop_draws(v);
  if (mask_any(loop_clear(v))) v->debts = &v->loop->every_debt; /* what stays unpaid becomes debt */
  loop_measure_needs(v, output);
  loop_note_profits(v);
  loop_audit_payments(v);
  loop_settle_cash(v);
  loop_equity(v);
  loop_carry_stakes(v);
  loop_debts(v);
  loop_measure_capacity(v);
  loop_assets(v);
  loop_audit_books(v);
  loop_defaults(v);
  loop_narrow_debts(v);
  loop_value(v);
  loop_impair(v);
  loop_measure_values(v);
  loop_audit_quarter(v);
  loop_note_for_tests(v);
}

/* Where one tile of scenarios stands before quarter 0. */
LS_FN struct loop_view loop_view_of(const struct ls_view *view, ls_slots state) {
  const struct ls_plan *plan = view->plan;
  struct loop_view v = {
      .view = view, .plan = plan, .loop = &plan->loop, .at = &plan->loop.slot, .s = state, .column = view->column};
  v.n = plan->entity_count;
  v.debts = &plan->loop.lasting_debt;
  return v;
}

/* All quarters of one tile. */
LS_STEP void loop_simulate(struct loop_view v, ls_slots value, ls_slots output) {
  const struct ls_view *view = v.view;
#if LS_LANES > 1
  const struct ls_loop_slots places = loop_places(v.at);
  v.at = &places;
#endif
  columns_apply(&view->plan->shock, value, view->column, 0);
  loop_begin(&v);
  loop_reference(&v);
  loop_audit_begin(&v);
  loop_begin_measures(&v);
  for (v.t = 0; v.t < view->plan->quarter_count; v.t++) {
    if (v.t > 0) columns_apply(&view->plan->shock, value, view->column, v.t);
    loop_quarter(&v, output);
    loop_note_quarter(&v, output);
  }
  v.t = view->plan->quarter_count - 1;
  loop_write(&v, output);
}

LS_STEP void loop_path(const struct ls_view *view, ls_slots value, ls_slots state, ls_slots output) {
  loop_simulate(loop_view_of(view, state), value, output);
}

#endif
LS_TIME_MODEL(loop)

/* loop.h - the investment-compute loop (LOOP-1): investors fund developers who buy the investors' chips and clouds.
 *
 * Source: this project's own model (docs/models/loop.md); its parts are Elsinger (2009) clearing by class, Suzuki (2002)
 * cross-ownership, Elliott-Golub-Jackson (2014) distress costs and linear DebtRank on backlog, to which it reduces exactly.
 * Quarterly, deterministic given the scenario. One file per group of steps under models/loop/. */
#ifndef LS_MODEL_LOOP_H
#define LS_MODEL_LOOP_H

#include "model.h"
#include "models/loop/loop_audit.h"
#include "models/loop/loop_books.h"
#include "models/loop/loop_default.h"
#include "models/loop/loop_output.h"
#include "models/loop/loop_payments.h"
#include "models/loop/loop_trade.h"
#include "models/loop/loop_value.h"

static const struct ls_model_info loop_info __attribute__((unused)) = {
    .name = "loop",
    .title = "the investment-compute loop, quarter by quarter",
    .source = "LOOP-1, docs/models/loop.md (Elsinger 2009; Suzuki 2002; Elliott, Golub and Jackson 2014)",
    .operator_kind = LS_OPERATOR_NONE,
    .variables = 1u << LS_VARIABLE_DEFAULT | 1u << LS_VARIABLE_MULTIPLE | 1u << LS_VARIABLE_DEMAND |
                 1u << LS_VARIABLE_DEMAND_PLANNED | 1u << LS_VARIABLE_PURCHASE_SCALE | 1u << LS_VARIABLE_SUPPLY |
                 1u << LS_VARIABLE_POWER | 1u << LS_VARIABLE_FUNDING | 1u << LS_VARIABLE_CREDIT |
                 1u << LS_VARIABLE_GATE,
    .has_least = 0,
    .tolerance = 1e-13,
    .setting = {{0, 0, 0, 0, 0, {0, 0, 0}, 0}},
    .output = {"value", "cash", "default_quarter", "distress_quarter", 0},
    .output_integers = 1u << 2 | 1u << 3,
    .line = {"cash", "real assets", "external revenue", "backlog", "stakes", "claims", "debt", "distress cost",
             "limited liability", 0},
    .trace = {"cash", "value", "real_assets", "capacity", "revenue", "debt", "live", "distress", "sales", 0},
    .trace_flags = 1u << 6 | 1u << 7,
};

/* The state before quarter 0. */
LS_STEP void loop_begin(const struct loop_view *v) {
  for (int32_t i = 0; i < v->n; i++) {
    loop_set(v, v->at->cash, i, lane_set(loop_entity(v, LOOP_CASH, i)));
    loop_set(v, v->at->real_assets, i, lane_set(loop_entity(v, LOOP_REAL_ASSETS, i)));
    loop_set(v, v->at->capacity, i, lane_set(loop_entity(v, LOOP_CAPACITY, i)));
    loop_set(v, v->at->dark, i, lane_set(loop_entity(v, LOOP_DARK, i)));
    loop_set(v, v->at->world_share, i, lane_set(loop_entity(v, LOOP_WORLD_SHARE, i)));
    loop_set(v, v->at->live, i, lane_set(1));
    loop_set(v, v->at->default_quarter, i, lane_set(-1));
    loop_set(v, v->at->distress_quarter, i, lane_set(-1));
    loop_set(v, v->at->flag, i, lane_set(0));
    loop_set(v, v->at->forced, i, lane_set(0));
    loop_set(v, v->at->refused, i, lane_set(0));
    loop_set(v, v->at->reference, i, lane_set(0));
    for (int32_t k = 0; k < v->loop->build_lag; k++) loop_set(v, v->at->queue + k * v->n, i, lane_set(0));
  }
  const struct ls_loop_plan *loop = v->loop;
  for (int32_t k = 0; k < loop->purchase.count; k++) loop_set(v, v->at->backlog, k, lane_set(loop->purchase.amount[k]));
  for (int32_t k = 0; k < loop->purchase.count; k++)
    loop_set(v, v->at->planned_backlog, k, lane_set(loop->purchase.amount[k]));
  for (int32_t k = 0; k < loop->pledge.count; k++) loop_set(v, v->at->pledged, k, lane_set(loop->pledge.amount[k]));
  for (int32_t k = 0; k < loop->stake.count; k++) loop_set(v, v->at->share, k, lane_set(loop->stake.amount[k]));
  for (int32_t k = 0; k < loop->debt.count; k++) loop_set(v, v->at->owed, k, lane_set(loop->debt.amount[k]));
  loop_set(v, v->at->outside_flow, 0, lane_set(0));
  loop_set(v, v->at->iterations, 0, lane_set(0));
  loop_set(v, v->at->unconverged, 0, lane_set(0));
}

/* V(0): external revenue at plan, no flags, the backlog in full; it is the reference for distress and confidence. */
LS_STEP void loop_reference(const struct loop_view *v) {
  for (int32_t i = 0; i < v->n; i++) {
    ls_lane planned = loop_path_value(v, LOOP_PATH_DEMAND_PLANNED, LS_VARIABLE_DEMAND_PLANNED, i);
    loop_set(v, v->at->external_revenue, i, planned);
    loop_set(v, v->at->value, i, lane_set(0));
  }
  loop_factor_stakes(v);
  loop_settle_values(v, lane_equal(lane_set(0), lane_set(0)), true);
  for (int32_t i = 0; i < v->n; i++) {
    loop_set(v, v->at->reference, i, loop_get(v, v->at->value, i));
    loop_note_standing(v, i);
  }
}

/* One quarter, steps 1 to 10. */
LS_STEP void loop_quarter(const struct loop_view *v) {
  loop_orders(v);
  loop_planned_sales(v);
  loop_deliver(v);
  loop_sell(v);
  loop_obligations(v);
  loop_draws(v);
  loop_clear(v);
  loop_audit_payments(v);
  loop_settle_cash(v);
  loop_equity(v);
  loop_debts(v);
  loop_assets(v);
  loop_audit_books(v);
  loop_defaults(v);
  loop_value(v);
  loop_audit_quarter(v);
}

LS_STEP void loop_path(const struct ls_view *view, ls_slots value, ls_slots state, ls_slots output) {
  struct loop_view v = {view, view->plan, &view->plan->loop, &view->plan->loop.slot, state, view->plan->entity_count,
                        0};
  columns_apply(&view->plan->shock, value, view->column, 0);
  loop_begin(&v);
  loop_reference(&v);
  loop_audit_begin(&v);
  for (v.t = 0; v.t < view->plan->quarter_count; v.t++) {
    if (v.t > 0) columns_apply(&view->plan->shock, value, view->column, v.t);
    loop_quarter(&v);
    loop_note_quarter(&v, output);
  }
  v.t = view->plan->quarter_count - 1;
  loop_write(&v, output);
}

#endif
LS_TIME_MODEL(loop)

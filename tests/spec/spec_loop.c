/* spec_loop.c - the textbook loop quarter by quarter, straight from the text: no sparsity, no reuse, no order chosen
 * for speed. The steps are in spec_loop_trade.c, _money.c, _default.c and _value.c, the identities in _audit.c. */
#include "spec/spec_loop.h"

#include <string.h>

#include "spec/spec_loop_parts.h"

/* ---- planned sales, outside wealth, lines ------------------------------------------------------------------------ */

/* s0_i(t), and the plan's backlog runs down by it whatever happens: the seller's plan knows no exit. */
static void planned_sales(const struct spec_loop *model, struct spec_state *state, int t) {
  int n = model->n;
  for (int i = 0; i < n; i++) {
    state->sales_before[i] = state->sales[i], state->revenue_before[i] = state->revenue[i];
    state->planned_sales_before[i] = model->demand_planned[t * n + i];
  }
  for (int k = 0; k < state->row_count; k++) {
    struct spec_row *row = &state->row[k];
    double planned = row->terms.renewed ? row->scheduled : smaller(row->planned_backlog, row->scheduled);
    state->planned_sales_before[row->terms.seller] += planned;
    row->planned_backlog = positive(row->planned_backlog - planned);
  }
}

/* What the next quarter measures falls and peaks against. */
static void remember_values(const struct spec_loop *model, struct spec_state *state) {
  double total = 0;
  for (int i = 0; i < model->n; i++) {
    total += state->value[i];
    state->highest[i] = larger(state->highest[i], state->value[i]);
    state->peak[i] = larger(state->peak[i], state->value[i] * state->dilution[i]);
  }
  state->market_highest = larger(state->market_highest, total);
}

/* Income and outlays of holders outside, all but those of step 8. */
static void outside_cash_flows(const struct spec_loop *model, struct spec_state *state) {
  int n = model->n, pairs = n * n;
  for (int i = 0; i < n; i++) {
    double rate = state->interest_rate[i] + state->principal_rate[i];
    state->outside_flows += state->full_ratio[i] * rate * state->debt_before[i * n + SPEC_WORLD];
    state->outside_flows += state->full_ratio[i] * state->call[i];
    state->outside_flows -= state->outside_paid[i] + state->draw[i] + state->borrowed[i];
    state->outside_flows -= state->paid[2 * pairs + SPEC_WORLD * n + i] + state->other_owed[SPEC_WORLD * n + i];
    state->outside_flows -= (model->interest + model->amortisation) * state->debt_before[SPEC_WORLD * n + i];
  }
}

static double outside_wealth(const struct spec_loop *model, const struct spec_state *state) {
  int n = model->n;
  double sum = state->outside_flows;
  for (int j = 0; j < n; j++)
    sum += state->stake[SPEC_WORLD * n + j] * state->value[j] + state->debt[j * n + SPEC_WORLD] -
           state->debt[SPEC_WORLD * n + j];
  return sum;
}

static void value_lines(const struct spec_loop *model, const struct spec_state *state, int t, struct spec_run *run) {
  int n = model->n;
  for (int i = 0; i < n; i++) {
    if (i == SPEC_WORLD || !state->live[i]) continue;
    double line[SPEC_LINE_COUNT] = {0}, sum = 0;
    line[SPEC_LINE_CASH] = state->cash[i];
    line[SPEC_LINE_REAL_ASSETS] = spec_hardware_value(model, state, t, i);
    line[SPEC_LINE_REVENUE] = spec_sales_value(model, state, t, i);
    line[SPEC_LINE_DISTRESS] = state->flagged_in_value[i] ? -model->distress_cost[i] * state->reference[i] : 0;
    line[SPEC_LINE_DEBT] = -row_sum(n, state->debt, i);
    for (int j = 0; j < n; j++) {
      double debt = row_sum(n, state->debt, j);
      bool marked = model->claims_en && j != SPEC_WORLD && debt > 0;
      line[SPEC_LINE_STAKES] += state->stake[i * n + j] * state->value[j];
      line[SPEC_LINE_CLAIMS] += state->debt[j * n + i] * (marked ? clip(state->price_value[j] / debt) : 1);
    }
    for (int k = 0; k < state->row_count; k++) {
      const struct spec_row *row = &state->row[k];
      if (row->terms.seller == i)
        line[SPEC_LINE_BACKLOG] +=
            model->backlog_margin[i] * spec_backlog_value(model, row) * standing(state, row->terms.buyer);
    }
    for (int k = 0; k < SPEC_LINE_FLOOR; k++) sum += line[k];
    line[SPEC_LINE_FLOOR] = positive(-sum);
    for (int k = 0; k < SPEC_LINE_COUNT; k++) run->line[k * n + i] = line[k];
  }
}

/* ---- the run ----------------------------------------------------------------------------------------------------- */

static void record(const struct spec_loop *model, const struct spec_state *state, int t, struct spec_run *run) {
  int n = model->n;
  for (int i = 0; i < n; i++) {
    int at = t * n + i;
    run->cash[at] = state->cash[i], run->real_assets[at] = state->real_assets[i], run->value[at] = state->value[i];
    run->capacity[at] = state->capacity[i], run->revenue[at] = state->revenue[i], run->sales[at] = state->sales[i];
    run->draw[at] = state->draw[i], run->confidence[at] = state->confidence[i], run->orders[at] = state->orders[i];
    run->debt[at] = row_sum(n, state->debt, i), run->written_down[at] = state->written_down[i];
    run->input_ratio[at] = state->input_ratio[i], run->delivery_ratio[at] = state->delivery_ratio[i];
    run->live[at] = state->live[i], run->flagged[at] = state->flagged[i], run->defaulted[at] = state->defaulted[i];
    if (state->defaulted[i]) run->default_quarter[i] = t;
    if (run->wave[at] >= 0 && run->distress_quarter[i] < 0) run->distress_quarter[i] = t;
  }
  for (int k = 0; k < state->row_count; k++) run->backlog[t * n + state->row[k].terms.buyer] += state->row[k].backlog;
  memcpy(run->stake + t * n * n, state->stake, sizeof(double) * (size_t)n * (size_t)n);
  run->outside[t] = outside_wealth(model, state);
}

static void quarter(const struct spec_loop *model, struct spec_state *state, int t, struct spec_run *run) {
  double *audit = run->audit + t * SPEC_IDENTITIES;
  struct books books = spec_books_take(model, state);
  memset(state->defaulted, 0, sizeof(bool) * (size_t)model->n);
  spec_step_0_sentiment(model, state);
  spec_step_0_price(model, state, t);
  spec_step_1_orders(model, state, t);
  spec_step_2_rationing(model, state, t);
  spec_step_2_substitution(model, state);
  spec_step_3_sales(model, state, t);
  spec_step_4_obligations(model, state, t);
  spec_step_4_draws(model, state, t);
  spec_step_5_clearing(model, state);
  outside_cash_flows(model, state);
  spec_step_6_equity(model, state, t);
  spec_step_7_debt(model, state);
  spec_step_7_capacity(model, state, t);
  spec_profits(model, state, &books, t);
  spec_step_11_equity_method(model, state);
  spec_audit_flows(model, state, &books, audit);
  spec_step_8_default(model, state, t);
  spec_smooth_sales(model, state);
  spec_step_9_valuation(model, state, t, false);
  spec_step_10_distress(model, state, t, run->wave + t * model->n);
  spec_step_10_lift_flags(model, state);
  spec_step_11_carrying_values(model, state);
  spec_audit_survivors(model, state, &books, audit);
  spec_audit_stocks(model, state, &books, audit);
  planned_sales(model, state, t);
  remember_values(model, state);
  record(model, state, t, run);
  spec_books_free(&books);
}

struct spec_run *spec_loop_run(const struct spec_loop *model) {
  size_t bytes = sizeof(double) * (size_t)model->n;
  struct spec_run *run = spec_run_create(model);
  struct spec_state *state = spec_state_create(model);
  spec_step_9_valuation(model, state, 0, true);
  memcpy(state->reference, state->value, bytes), memcpy(state->round_value, state->value, bytes);
  memcpy(run->start_value, state->value, bytes);
  remember_values(model, state);
  for (int t = 0; t < model->quarters; t++) quarter(model, state, t, run);
  value_lines(model, state, model->quarters - 1, run);
  memcpy(run->event, state->event, sizeof run->event);
  run->margin = state->margin;
  spec_state_free(state);
  return run;
}

double spec_run_worst_breach(const struct spec_loop *model, const struct spec_run *run) {
  double worst = 0;
  for (int k = 0; k < model->quarters * SPEC_IDENTITIES; k++)
    worst = isfinite(run->audit[k]) ? larger(worst, run->audit[k]) : INFINITY;
  return worst;
}

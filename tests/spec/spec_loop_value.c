/* spec_loop_value.c - steps 9 to 11 of the textbook loop: values, distress, what stakes are carried at. */
#include <string.h>

#include "spec/spec_clearing.h"
#include "spec/spec_loop_parts.h"

/* ---- step 9 ------------------------------------------------------------------------------------------------------ */

void spec_smooth_sales(const struct spec_loop *model, struct spec_state *state) {
  double new = model->revenue_smoothing, old = 1 - new;
  double *invoiced = numbers((size_t)model->n);
  for (int k = 0; k < state->row_count; k++) invoiced[state->row[k].terms.seller] += state->row[k].invoice;
  for (int i = 0; i < model->n; i++) {
    state->smooth_revenue[i] = old * state->smooth_revenue[i] + new * state->revenue[i];
    state->smooth_loop_sales[i] = old * state->smooth_loop_sales[i] + new *invoiced[i];
    note(state, SPEC_EVENT_LOOP_SALES, state->live[i] && model->loop_sales_weight[i] * state->smooth_loop_sales[i] > 0);
  }
  note(state, SPEC_EVENT_HERDING_MULTIPLE, model->herding_multiple > 0 && state->market_drawdown > 0);
  free(invoiced);
}

/* 4 mult' (Rbar + nu Lbar). */
double spec_sales_value(const struct spec_loop *model, const struct spec_state *state, int t, int i) {
  double multiple = model->multiple[t * model->n + i];
  double sales = state->smooth_revenue[i] + model->loop_sales_weight[i] * state->smooth_loop_sales[i];
  if (model->herding_multiple > 0)
    multiple *= state->market_drawdown >= 1 ? 0 : pow(1 - state->market_drawdown, model->herding_multiple);
  return 4 * multiple * sales;
}

/* K (1 - mu + mu pK). */
double spec_hardware_value(const struct spec_loop *model, const struct spec_state *state, int t, int i) {
  return state->real_assets[i] * (1 + model->hardware_share[i] * (model->hardware_price[t * model->n + i] - 1));
}

/* Bv of a contract: what is committed in full, the rest in part, all of it discounted over the time it takes. */
double spec_backlog_value(const struct spec_loop *model, const struct spec_row *row) {
  double firm = row->terms.take_or_pay, rate = model->backlog_discount;
  double certain = 1 - (1 - model->backlog_uncommitted) * (1 - firm), factor = 1;
  if (rate > 0 && row->terms.rate > 0) {
    double quarters = larger(1, row->backlog / row->terms.rate);
    factor = (1 - pow(1 + rate, -quarters)) / (rate * quarters);
  }
  return row->backlog * certain * factor;
}

/* What does not depend on other values: m + K + 4 mult R - flag b Vref. */
static double own_assets(const struct spec_loop *model, const struct spec_state *state, int t, int i) {
  double flag = state->flagged[i] ? model->distress_cost[i] * state->reference[i] : 0;
  return state->cash[i] + spec_hardware_value(model, state, t, i) + spec_sales_value(model, state, t, i) - flag;
}

/* (I - S without row W) V = (all assets at their highest - debts)+ . */
static void highest_values(const struct spec_loop *model, const struct spec_state *state, int t, double *value) {
  int n = model->n;
  double *matrix = numbers((size_t)n * (size_t)n), *backlog = numbers((size_t)n);
  for (int k = 0; k < state->row_count; k++)
    backlog[state->row[k].terms.seller] += spec_backlog_value(model, &state->row[k]);
  for (int i = 0; i < n; i++) {
    double most = own_assets(model, state, t, i) + model->backlog_margin[i] * backlog[i] +
                  column_sum(n, state->debt, i) - row_sum(n, state->debt, i);
    bool counts = i != SPEC_WORLD && state->live[i];
    value[i] = counts ? positive(most) : 0;
    for (int j = 0; j < n; j++) matrix[i * n + j] = (i == j) - (counts ? state->stake[i * n + j] : 0);
  }
  if (!spec_solve(n, matrix, value)) abort(); /* a group owned by nobody outside itself has no value */
  free(matrix), free(backlog);
}

/* A_i at given values and debt prices. */
static double assets_of(const struct spec_loop *model, const struct spec_state *state, int t, int i,
                        const double *value, const double *debt_price, bool full_backlog) {
  int n = model->n;
  double assets = own_assets(model, state, t, i);
  for (int j = 0; j < n; j++) {
    double ratio = state->reference[j] == 0 || full_backlog ? 1 : clip(value[j] / state->reference[j]);
    assets += state->stake[i * n + j] * value[j] + state->debt[j * n + i] * debt_price[j];
    for (int k = 0; k < state->row_count; k++)
      if (state->row[k].terms.seller == i && state->row[k].terms.buyer == j)
        assets += model->backlog_margin[i] * spec_backlog_value(model, &state->row[k]) * ratio;
  }
  return assets;
}

void spec_step_9_valuation(const struct spec_loop *model, struct spec_state *state, int quarter, bool full_backlog) {
  int n = model->n;
  double *next = numbers((size_t)n), *price = numbers((size_t)n), *next_price = numbers((size_t)n);
  highest_values(model, state, quarter, state->value);
  fill(price, (size_t)n, 1);
  for (int sweep = 0; sweep < 200000; sweep++) {
    bool still = true;
    for (int i = 0; i < n; i++) {
      double assets = assets_of(model, state, quarter, i, state->value, price, full_backlog);
      double debt = row_sum(n, state->debt, i);
      state->price_value[i] = assets;
      next[i] = i != SPEC_WORLD && state->live[i] ? positive(assets - debt) : 0;
      next_price[i] = i != SPEC_WORLD && model->claims_en && debt > 0 ? clip(assets / debt) : 1;
      still = still && fabs(next[i] - state->value[i]) <= 2e-15 * (fabs(assets) + debt) &&
              fabs(next_price[i] - price[i]) <= 2e-15;
    }
    memcpy(state->value, next, sizeof(double) * (size_t)n), memcpy(price, next_price, sizeof(double) * (size_t)n);
    if (still) break;
  }
  free(next), free(price), free(next_price);
}

/* ---- step 10 ----------------------------------------------------------------------------------------------------- */

/* theta ref of everyone. */
void spec_step_10_references(const struct spec_loop *model, struct spec_state *state) {
  for (int i = 0; i < model->n; i++) {
    double reference = state->reference[i];
    if (model->distress_reference == SPEC_REFERENCE_PEAK) reference = state->peak[i] / state->dilution[i];
    if (model->distress_reference == SPEC_REFERENCE_LAST_ROUND) reference = state->round_value[i];
    state->threshold_value[i] = model->threshold[i] * reference;
    bool peak = model->distress_reference == SPEC_REFERENCE_PEAK && state->live[i] && i != SPEC_WORLD;
    note(state, SPEC_EVENT_PEAK, peak && reference > state->reference[i] * (1 + 1e-6));
    note(state, SPEC_EVENT_LAST_ROUND,
         model->distress_reference == SPEC_REFERENCE_LAST_ROUND && state->live[i] &&
             fabs(reference - state->reference[i]) > 1e-6 * state->reference[i]);
  }
}

int spec_step_10_distress(const struct spec_loop *model, struct spec_state *state, int quarter, int *wave) {
  int n = model->n, waves = 0;
  bool *new_flag = zeros((size_t)n, sizeof(bool));
  spec_step_10_references(model, state);
  for (int i = 0; i < n; i++) wave[i] = -1;
  for (bool any = true; any; waves += any) {
    any = false;
    for (int i = 0; i < n; i++) {
      bool may = i != SPEC_WORLD && state->live[i] && !state->flagged[i];
      new_flag[i] = may && state->value[i] < state->threshold_value[i];
      any = any || new_flag[i];
      if (may) decide(state, state->value[i], state->threshold_value[i], 0);
    }
    for (int i = 0; i < n; i++)
      if (new_flag[i]) state->flagged[i] = true, wave[i] = waves;
    if (any) spec_step_9_valuation(model, state, quarter, false);
  }
  free(new_flag);
  return waves;
}

/* A flag goes after enough quarters in a row that end above the threshold; what it cost this quarter is spent. */
void spec_step_10_lift_flags(const struct spec_loop *model, struct spec_state *state) {
  memcpy(state->flagged_in_value, state->flagged, sizeof(bool) * (size_t)model->n);
  for (int i = 1; i < model->n && model->flag_exit > 0; i++) {
    if (!state->live[i] || !state->flagged[i]) continue;
    decide(state, state->value[i], state->threshold_value[i], 0);
    state->calm[i] = state->value[i] >= state->threshold_value[i] ? state->calm[i] + 1 : 0;
    if (state->calm[i] < model->flag_exit) continue;
    state->flagged[i] = false, state->calm[i] = 0;
    note(state, SPEC_EVENT_FLAG_LIFTED, true);
  }
}

/* ---- step 11 ----------------------------------------------------------------------------------------------------- */

/* sales - expensed invoices - cogs - opex - depreciation + interest + fees and backstops, received less owed. Real
 * assets and debts are those at the start of the quarter; wear is found from the state after step 7 by the caller. */
static double profit_of(const struct spec_loop *model, const struct spec_state *state, const struct books *books, int t,
                        int i) {
  int n = model->n;
  double profit = state->sales[i] - state->cogs_owed[i] - state->opex_owed[i];
  for (int k = 0; k < state->row_count; k++) {
    const struct spec_row *row = &state->row[k];
    if (row->terms.buyer == i) profit -= row->invoice - row->terms.capex_share * row->weight * row->delivered;
  }
  for (int j = 0; j < n; j++)
    profit += state->interest_rate[j] * state->debt_before[j * n + i] -
              state->interest_rate[i] * state->debt_before[i * n + j];
  profit += column_sum(n, state->other_owed, i) - row_sum(n, state->other_owed, i);
  return profit - spec_wear_rate(model, t, i) * books->real_assets[i];
}

void spec_profits(const struct spec_loop *model, struct spec_state *state, const struct books *books, int t) {
  for (int i = 0; i < model->n; i++) state->profit[i] = profit_of(model, state, books, t, i);
}

/* The share of an issuer's loss, before default takes the issuer away. */
void spec_step_11_equity_method(const struct spec_loop *model, struct spec_state *state) {
  int n = model->n;
  fill(state->written_down, (size_t)n, 0);
  for (int i = 1; i < n && model->impairment > 0; i++)
    for (int j = 1; j < n; j++) {
      int pair = i * n + j;
      if (!model->equity_method[pair]) continue;
      double loss = smaller(state->invested[pair], state->stake[pair] * positive(-state->profit[j]));
      state->invested[pair] -= loss, state->written_down[i] += loss;
      note(state, SPEC_EVENT_EQUITY_METHOD, loss > 0);
    }
}

void spec_step_11_carrying_values(const struct spec_loop *model, struct spec_state *state) {
  int n = model->n;
  for (int i = 1; i < n && model->impairment > 0; i++)
    for (int j = 1; j < n; j++) {
      int pair = i * n + j;
      double most = state->live[j] ? model->impairment * state->stake[pair] * state->value[j] : 0;
      double loss = positive(state->invested[pair] - most);
      if (!state->live[i]) loss = 0, state->invested[pair] = 0;
      state->invested[pair] -= loss, state->written_down[i] += loss;
      note(state, SPEC_EVENT_WRITE_DOWN, loss > 1e-9);
    }
}

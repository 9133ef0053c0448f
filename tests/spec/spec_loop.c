/* spec_loop.c - LOOP-1 quarter by quarter, straight from the text: no sparsity, no reuse, no order chosen for speed. */
#include "spec/spec_loop.h"

#include "spec/spec_clearing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- memory: the fields of each struct by shape ------------------------------------------------------------------ */

/* Lists of fields, as many to a line as fit. */
/* clang-format off */
#define MODEL_NODES(X)                                                                                      \
  X(price)                                                                                                  \
  X(cost) X(opex) X(cogs) X(depreciation) X(backlog_margin) X(threshold) X(distress_cost) X(order_response) \
      X(funding_sensitivity) X(credit_limit) X(cash_floor) X(cash) X(real_assets) X(capacity) X(dark)
#define MODEL_PAIRS(X) X(rate) X(take_or_pay) X(capex_share) X(pledge_rate) X(stake) X(debt) X(backlog) X(pledge)
#define MODEL_PATHS(X) \
  X(demand_planned) X(demand) X(purchase_scale) X(outside_equity) X(multiple) X(supply) X(power_cap) X(credit_open)
#define STATE_NODES(X)                                                                                                \
  X(cash)                                                                                                             \
  X(real_assets) X(capacity) X(dark) X(value) X(reference) X(sales_before) X(planned_sales_before) X(capacity_start)  \
      X(ordered) X(orders) X(delivery_ratio) X(input_ratio) X(revenue) X(sales) X(confidence) X(outside_paid) X(draw) \
          X(opex_owed) X(cogs_owed) X(full_ratio) X(issued) X(price_value)
#define STATE_PAIRS(X) \
  X(stake) X(debt) X(backlog) X(pledge) X(invested) X(planned_backlog) X(ordered_now) X(delivered) X(debt_before)
#define RUN_PATHS(X)                                                                                         \
  X(cash)                                                                                                    \
  X(real_assets) X(value) X(capacity) X(revenue) X(sales) X(draw) X(confidence) X(orders) X(debt) X(backlog) \
      X(input_ratio) X(delivery_ratio)
/* clang-format on */

static void *zeros(size_t count, size_t size) { return calloc(count ? count : 1, size); }
static double *numbers(size_t count) { return zeros(count, sizeof(double)); }

static void fill(double *target, size_t count, double value) {
  for (size_t k = 0; k < count; k++) target[k] = value;
}

static void defaults(struct spec_loop *model) {
  size_t n = (size_t)model->n, path = n * (size_t)model->quarters;
  fill(model->price, n, 1), fill(model->cost, n, 1);
  fill(model->purchase_scale, path, 1), fill(model->supply, path, 1), fill(model->credit_open, path, 1);
  fill(model->power_cap, path, 1e300), fill(model->gate, path * n, 1);
  for (size_t i = 0; i < n; i++) model->input_type[i] = -1;
  model->recovery_assets = 0, model->recovery_claims = 1, model->recovery_stakes = 1;
}

struct spec_loop *spec_loop_create(int n, int quarters, int build_lag, int type_count) {
  struct spec_loop *model = zeros(1, sizeof *model);
  size_t nodes = (size_t)n, pairs = nodes * nodes, path = nodes * (size_t)quarters;
  model->n = n, model->quarters = quarters, model->build_lag = build_lag, model->type_count = type_count;
#define MAKE_NODES(field) model->field = numbers(nodes);
#define MAKE_PAIRS(field) model->field = numbers(pairs);
#define MAKE_PATHS(field) model->field = numbers(path);
  MODEL_NODES(MAKE_NODES)
  MODEL_PAIRS(MAKE_PAIRS)
  MODEL_PATHS(MAKE_PATHS)
  model->input_type = zeros(nodes, sizeof(int)), model->essential = zeros((size_t)type_count, sizeof(bool));
  model->start = zeros(pairs, sizeof(int)), model->ramp = zeros(pairs, sizeof(int));
  model->pledge_start = zeros(pairs, sizeof(int)), model->forced = zeros(path, sizeof(bool));
  model->gate = numbers(path * nodes);
  defaults(model);
  return model;
}

void spec_loop_free(struct spec_loop *model) {
  if (!model) return;
#define FREE_FIELD(field) free(model->field);
  MODEL_NODES(FREE_FIELD)
  MODEL_PAIRS(FREE_FIELD)
  MODEL_PATHS(FREE_FIELD)
  free(model->input_type), free(model->essential), free(model->start), free(model->ramp), free(model->pledge_start);
  free(model->forced), free(model->gate), free(model);
}

struct spec_loop *spec_loop_copy(const struct spec_loop *model) {
  struct spec_loop *copy = spec_loop_create(model->n, model->quarters, model->build_lag, model->type_count);
  struct spec_loop fields = *copy;
  size_t nodes = (size_t)model->n, pairs = nodes * nodes, path = nodes * (size_t)model->quarters;
  *copy = *model;
#define COPY_FIELD(field, count) copy->field = memcpy(fields.field, model->field, (count) * sizeof *model->field);
#define COPY_NODES(field) COPY_FIELD(field, nodes)
#define COPY_PAIRS(field) COPY_FIELD(field, pairs)
#define COPY_PATHS(field) COPY_FIELD(field, path)
  MODEL_NODES(COPY_NODES)
  MODEL_PAIRS(COPY_PAIRS)
  MODEL_PATHS(COPY_PATHS)
  /* clang-format off */
  COPY_FIELD(input_type, nodes)
  COPY_FIELD(essential, (size_t)model->type_count)
  COPY_FIELD(start, pairs)
  COPY_FIELD(ramp, pairs)
  COPY_FIELD(pledge_start, pairs)
  COPY_FIELD(forced, path)
  COPY_FIELD(gate, path * nodes)
  /* clang-format on */
  return copy;
}

static void start_of_state(const struct spec_loop *model, struct spec_state *state) {
  size_t n = (size_t)model->n;
  memcpy(state->cash, model->cash, n * sizeof(double)),
      memcpy(state->real_assets, model->real_assets, n * sizeof(double));
  memcpy(state->capacity, model->capacity, n * sizeof(double)), memcpy(state->dark, model->dark, n * sizeof(double));
  memcpy(state->stake, model->stake, n * n * sizeof(double)), memcpy(state->debt, model->debt, n * n * sizeof(double));
  memcpy(state->backlog, model->backlog, n * n * sizeof(double));
  memcpy(state->planned_backlog, model->backlog, n * n * sizeof(double));
  memcpy(state->pledge, model->pledge, n * n * sizeof(double));
  for (size_t i = 0; i < n; i++) {
    state->live[i] = true;
    state->capacity_start[i] = model->capacity[i] + model->dark[i];
    state->revenue[i] = i == SPEC_WORLD ? 0 : model->demand_planned[i];
  }
}

struct spec_state *spec_state_create(const struct spec_loop *model) {
  struct spec_state *state = zeros(1, sizeof *state);
  size_t nodes = (size_t)model->n, pairs = nodes * nodes;
#define MAKE_STATE_NODES(field) state->field = numbers(nodes);
#define MAKE_STATE_PAIRS(field) state->field = numbers(pairs);
  STATE_NODES(MAKE_STATE_NODES)
  STATE_PAIRS(MAKE_STATE_PAIRS) state->owed = numbers(3 * pairs), state->paid = numbers(3 * pairs);
  state->queue = numbers(nodes * (size_t)model->build_lag);
  state->live = zeros(nodes, sizeof(bool)), state->flagged = zeros(nodes, sizeof(bool));
  state->defaulted = zeros(nodes, sizeof(bool));
  start_of_state(model, state);
  return state;
}

void spec_state_free(struct spec_state *state) {
  if (!state) return;
#define FREE_STATE(field) free(state->field);
  STATE_NODES(FREE_STATE)
  STATE_PAIRS(FREE_STATE)
  free(state->owed), free(state->paid), free(state->queue), free(state->live), free(state->flagged);
  free(state->defaulted), free(state);
}

static struct spec_run *run_create(const struct spec_loop *model) {
  struct spec_run *run = zeros(1, sizeof *run);
  size_t nodes = (size_t)model->n, path = nodes * (size_t)model->quarters;
#define MAKE_RUN(field) run->field = numbers(path);
  RUN_PATHS(MAKE_RUN)
  run->live = zeros(path, sizeof(bool)), run->flagged = zeros(path, sizeof(bool));
  run->defaulted = zeros(path, sizeof(bool)), run->wave = zeros(path, sizeof(int));
  run->stake = numbers(path * nodes), run->start_value = numbers(nodes), run->line = numbers(SPEC_LINE_COUNT * nodes);
  run->default_quarter = zeros(nodes, sizeof(int)), run->distress_quarter = zeros(nodes, sizeof(int));
  run->outside = numbers((size_t)model->quarters), run->audit = numbers((size_t)model->quarters * SPEC_IDENTITIES);
  for (size_t i = 0; i < nodes; i++) run->default_quarter[i] = run->distress_quarter[i] = -1;
  return run;
}

void spec_run_free(struct spec_run *run) {
  if (!run) return;
#define FREE_RUN(field) free(run->field);
  RUN_PATHS(FREE_RUN)
  free(run->live), free(run->flagged), free(run->defaulted), free(run->wave), free(run->stake), free(run->start_value);
  free(run->line), free(run->default_quarter), free(run->distress_quarter), free(run->outside), free(run->audit);
  free(run);
}

/* ---- small words ------------------------------------------------------------------------------------------------- */

static double smaller(double a, double b) { return a < b ? a : b; }
static double larger(double a, double b) { return a > b ? a : b; }
static double positive(double a) { return a > 0 ? a : 0; }
static double clip(double a) { return a < 0 ? 0 : a > 1 ? 1 : a; }

static double row_sum(int n, const double *matrix, int i) {
  double sum = 0;
  for (int j = 0; j < n; j++) sum += matrix[i * n + j];
  return sum;
}

static double column_sum(int n, const double *matrix, int j) {
  double sum = 0;
  for (int i = 0; i < n; i++) sum += matrix[i * n + j];
  return sum;
}

/* clip(V/Vref, 0, 1), 1 where there is no reference, hence for W. */
static double standing(const struct spec_state *state, int i) {
  return state->reference[i] == 0 ? 1 : clip(state->value[i] / state->reference[i]);
}

/* q_ij(t): nothing before the start, then a linear ramp. */
static double scheduled_rate(const struct spec_loop *model, int pair, int t) {
  if (t < model->start[pair]) return 0;
  return model->rate[pair] * smaller(1, (t - model->start[pair] + 1) / (model->ramp[pair] + 1.0));
}

/* ---- steps 1 to 5 ------------------------------------------------------------------------------------------------ */

static void step_1_orders(const struct spec_loop *model, struct spec_state *state, int t) {
  int n = model->n;
  const double *planned = model->demand_planned + t * n, *demand = model->demand + t * n;
  for (int i = 0; i < n; i++) {
    double by_demand = planned[i] == 0 ? 1 : smaller(1, demand[i] / planned[i]);
    double by_sales = t == 0 || state->planned_sales_before[i] == 0
                          ? 1
                          : smaller(1, state->sales_before[i] / state->planned_sales_before[i]);
    state->orders[i] = (1 - model->order_response[i]) * by_demand + model->order_response[i] * by_sales;
    for (int j = 0; j < n; j++) {
      int pair = i * n + j;
      double most = smaller(state->backlog[pair], scheduled_rate(model, pair, t) * model->purchase_scale[t * n + i]);
      double firm = model->take_or_pay[pair];
      state->ordered_now[pair] = state->live[i] && state->live[j] ? most * (firm + (1 - firm) * state->orders[i]) : 0;
    }
  }
}

static void step_2_rationing(const struct spec_loop *model, struct spec_state *state, int t) {
  int n = model->n;
  for (int j = 0; j < n; j++) {
    double need = column_sum(n, state->ordered_now, j) / model->price[j];
    state->delivery_ratio[j] = need == 0 ? 1 : smaller(1, model->supply[t * n + j] * state->capacity[j] / need);
    for (int i = 0; i < n; i++) state->delivered[i * n + j] = state->ordered_now[i * n + j] * state->delivery_ratio[j];
  }
}

static double input_ratio(const struct spec_loop *model, const struct spec_state *state, int i) {
  int n = model->n;
  double least = 1;
  for (int type = 0; type < model->type_count; type++) {
    double got = 0, wanted = 0;
    for (int j = 0; model->essential[type] && j < n; j++) {
      if (model->input_type[j] != type) continue;
      got += state->delivered[i * n + j] * (1 - model->capex_share[i * n + j]);
      wanted += state->ordered_now[i * n + j] * (1 - model->capex_share[i * n + j]);
    }
    if (wanted != 0) least = smaller(least, got / wanted);
  }
  return least;
}

static void step_3_sales(const struct spec_loop *model, struct spec_state *state, int t) {
  int n = model->n;
  for (int i = 0; i < n; i++) {
    state->input_ratio[i] = input_ratio(model, state, i);
    bool sells = state->live[i] && i != SPEC_WORLD;
    state->revenue[i] =
        sells ? smaller(model->demand[t * n + i], model->demand_planned[t * n + i] * state->input_ratio[i]) : 0;
    state->sales[i] = state->revenue[i] + column_sum(n, state->delivered, i);
  }
}

static void step_4_obligations(const struct spec_loop *model, struct spec_state *state, int t) {
  int n = model->n, pairs = n * n;
  memcpy(state->debt_before, state->debt, sizeof(double) * (size_t)pairs);
  memset(state->owed, 0, sizeof(double) * 3 * (size_t)pairs);
  for (int i = 0; i < n; i++) {
    state->confidence[i] = 1 - model->funding_sensitivity[i] * (1 - standing(state, i));
    state->opex_owed[i] = state->live[i] ? model->opex[i] : 0;
    state->cogs_owed[i] = model->cogs[i] * state->sales[i];
  }
  for (int i = 0; i < n; i++) {
    for (int j = 0; j < n; j++) {
      int pair = i * n + j;
      state->owed[pair] = state->live[i] ? (model->interest + model->amortisation) * state->debt[pair] : 0;
      state->owed[pairs + pair] = state->delivered[pair];
      if (state->live[i] && state->live[j] && !state->flagged[j] && t >= model->pledge_start[pair])
        state->owed[2 * pairs + pair] = smaller(state->pledge[pair], model->pledge_rate[pair]) *
                                        model->gate[t * pairs + pair] * state->confidence[j];
    }
    state->owed[i * n + SPEC_WORLD] += state->opex_owed[i];
    state->owed[pairs + i * n + SPEC_WORLD] += state->cogs_owed[i];
    bool funded = i != SPEC_WORLD && state->live[i] && !state->flagged[i];
    state->outside_paid[i] = funded ? model->outside_equity[t * n + i] * state->confidence[i] : 0;
  }
}

static void step_4_draws(const struct spec_loop *model, struct spec_state *state, int t) {
  int n = model->n, pairs = n * n;
  for (int i = 0; i < n; i++) {
    state->draw[i] = 0;
    if (i == SPEC_WORLD || !state->live[i] || state->flagged[i]) continue;
    double due = row_sum(n, state->owed, i) + row_sum(n, state->owed + pairs, i), expected = 0;
    for (int k = 0; k < 3; k++) expected += column_sum(n, state->owed + k * pairs, i);
    double need = due + model->cash_floor[i] - state->cash[i] - state->revenue[i] - state->outside_paid[i] - expected;
    double room = model->credit_open[t * n + i] * model->credit_limit[i] * state->value[i] - row_sum(n, state->debt, i);
    state->draw[i] = smaller(positive(need), positive(room));
  }
}

static void step_5_clearing(const struct spec_loop *model, struct spec_state *state) {
  int n = model->n, pairs = n * n;
  double *resources = numbers((size_t)n), given = 0;
  bool *pays_all = zeros((size_t)n, sizeof(bool));
  pays_all[SPEC_WORLD] = true;
  for (int i = 0; i < n; i++) {
    double inflow = state->revenue[i] + state->outside_paid[i] + state->draw[i];
    resources[i] = state->cash[i] + inflow;
    given += inflow;
  }
  spec_clearing_classes(n, 3, resources, pays_all, state->owed, state->paid);
  for (int i = 0; i < n; i++) {
    double owed = row_sum(n, state->owed, i), paid = row_sum(n, state->paid, i);
    state->full_ratio[i] = owed == 0 ? 1 : paid / owed;
    double out = 0, in = 0;
    for (int k = 0; k < 3; k++)
      out += row_sum(n, state->paid + k * pairs, i), in += column_sum(n, state->paid + k * pairs, i);
    state->cash[i] = i == SPEC_WORLD ? resources[i] + in - out - given : positive(resources[i] + in - out);
  }
  free(resources), free(pays_all);
}

/* ---- steps 6 and 7 ----------------------------------------------------------------------------------------------- */

static void step_6_equity(const struct spec_loop *model, struct spec_state *state) {
  int n = model->n, pairs = n * n;
  const double *pledged = state->paid + 2 * pairs;
  for (int j = 0; j < n; j++) {
    state->issued[j] = column_sum(n, pledged, j) + state->outside_paid[j];
    if (!(state->issued[j] > 0)) continue;
    double after = state->value[j] + state->issued[j];
    for (int i = 0; i < n; i++)
      state->stake[i * n + j] = state->stake[i * n + j] * (state->value[j] / after) + pledged[i * n + j] / after;
    state->stake[SPEC_WORLD * n + j] += state->outside_paid[j] / after;
  }
  for (int pair = 0; pair < pairs; pair++) {
    state->pledge[pair] = positive(state->pledge[pair] - pledged[pair]);
    state->backlog[pair] = positive(state->backlog[pair] - state->delivered[pair]);
    state->invested[pair] += pledged[pair];
  }
}

static void step_7_debt(const struct spec_loop *model, struct spec_state *state) {
  int n = model->n, pairs = n * n;
  for (int i = 0; i < n; i++) {
    double fr = state->full_ratio[i];
    for (int j = 0; j < n; j++) {
      int pair = i * n + j;
      state->debt[pair] +=
          -model->amortisation * state->debt[pair] * fr + model->interest * state->debt[pair] * (1 - fr);
      state->debt[pair] += positive(state->owed[pairs + pair] - state->paid[pairs + pair]);
    }
    state->debt[i * n + SPEC_WORLD] += state->opex_owed[i] * (1 - fr) + state->draw[i];
  }
}

static void step_7_capacity(const struct spec_loop *model, struct spec_state *state, int t) {
  int n = model->n, lag = model->build_lag;
  for (int i = 0; i < n; i++) {
    double capital = 0;
    for (int j = 0; j < n; j++) capital += model->capex_share[i * n + j] * state->delivered[i * n + j];
    state->real_assets[i] = (1 - model->depreciation[i]) * state->real_assets[i] + capital;
    double order = capital / model->cost[i], done = order;
    double *queue = state->queue + i * lag;
    if (lag > 0) {
      done = queue[0];
      for (int slot = 0; slot + 1 < lag; slot++) queue[slot] = queue[slot + 1];
      queue[lag - 1] = order;
    }
    state->ordered[i] += order;
    state->dark[i] += done;
    double lit = smaller(state->dark[i], positive(model->power_cap[t * n + i] - state->capacity[i]));
    state->capacity[i] += lit, state->dark[i] -= lit;
  }
}

/* ---- step 8 ------------------------------------------------------------------------------------------------------ */

/* More than 1e-9 of classes 0 and 1 unpaid, or forced. */
static bool find_defaults(const struct spec_loop *model, struct spec_state *state, int t) {
  int n = model->n, pairs = n * n;
  bool any = false;
  for (int i = 0; i < n; i++) {
    double owed = row_sum(n, state->owed, i) + row_sum(n, state->owed + pairs, i);
    double paid = row_sum(n, state->paid, i) + row_sum(n, state->paid + pairs, i);
    bool fails = owed - paid > 1e-9 * owed || model->forced[t * n + i];
    state->defaulted[i] = i != SPEC_WORLD && state->live[i] && fails;
    any = any || state->defaulted[i];
  }
  return any;
}

static void terminate_contracts(const struct spec_loop *model, struct spec_state *state) {
  int n = model->n;
  for (int i = 0; i < n; i++)
    for (int j = 0; state->defaulted[i] && j < n; j++)
      state->debt[i * n + j] += model->termination_share * model->take_or_pay[i * n + j] * state->backlog[i * n + j];
  for (int i = 0; i < n; i++)
    for (int j = 0; state->defaulted[i] && j < n; j++) {
      state->backlog[i * n + j] = state->backlog[j * n + i] = 0;
      state->pledge[i * n + j] = state->pledge[j * n + i] = 0;
    }
}

/* W buys what estate i holds; assets go to W, cash to the estate. */
static void sell_estate(const struct spec_loop *model, struct spec_state *state, int i) {
  int n = model->n;
  double price = model->recovery_assets * state->real_assets[i];
  state->real_assets[SPEC_WORLD] += state->real_assets[i], state->real_assets[i] = 0;
  for (int j = 0; j < n; j++) {
    if (state->defaulted[j]) continue;
    price += model->recovery_stakes * state->stake[i * n + j] * state->value[j];
    state->stake[SPEC_WORLD * n + j] += state->stake[i * n + j], state->stake[i * n + j] = 0;
    price += model->recovery_claims * state->debt[j * n + i];
    if (j != SPEC_WORLD) state->debt[j * n + SPEC_WORLD] += state->debt[j * n + i];
    state->debt[j * n + i] = 0;
  }
  state->cash[SPEC_WORLD] -= price, state->cash[i] += price;
  state->outside_flows -= price;
}

/* What is left of estate i goes to the holders that are not defaulting, by their shares; to W if there are none. */
static void pay_residual(const struct spec_loop *model, struct spec_state *state, int i, double residual) {
  int n = model->n;
  double held = 0;
  for (int k = 0; k < n; k++) held += state->defaulted[k] ? 0 : state->stake[k * n + i];
  for (int k = 0; k < n; k++) {
    if (state->defaulted[k]) continue;
    double part = held > 0 ? residual * (state->stake[k * n + i] / held) : k == SPEC_WORLD ? residual : 0;
    state->cash[k] += part;
    if (k == SPEC_WORLD) state->outside_flows += part;
  }
}

/* Eisenberg-Noe among the estates: creditors that are not defaulting stand outside. */
static void clear_estates(const struct spec_loop *model, struct spec_state *state) {
  int n = model->n, pairs = n * n;
  double *owed = numbers((size_t)pairs), *paid = numbers((size_t)pairs), *resources = numbers((size_t)n);
  bool *pays_all = zeros((size_t)n, sizeof(bool));
  for (int i = 0; i < n; i++) {
    resources[i] = state->defaulted[i] ? state->cash[i] : 0;
    for (int j = 0; state->defaulted[i] && j < n; j++) owed[i * n + j] = state->debt[i * n + j];
  }
  spec_clearing_classes(n, 1, resources, pays_all, owed, paid);
  for (int i = 0; i < n; i++) {
    if (!state->defaulted[i]) continue;
    double out = row_sum(n, paid, i), residual = positive(resources[i] + column_sum(n, paid, i) - out);
    state->estate_owed += row_sum(n, owed, i), state->estate_paid += out;
    for (int j = 0; j < n; j++) {
      state->creditor_loss += owed[i * n + j] - paid[i * n + j];
      if (!state->defaulted[j]) state->cash[j] += paid[i * n + j];
      if (j == SPEC_WORLD) state->outside_flows += paid[i * n + j];
    }
    state->cash[i] = 0;
    pay_residual(model, state, i, residual);
  }
  free(owed), free(paid), free(resources), free(pays_all);
}

static void strike_out(const struct spec_loop *model, struct spec_state *state, int i) {
  int n = model->n;
  state->live[i] = false;
  for (int j = 0; j < n; j++) {
    state->stake[i * n + j] = state->stake[j * n + i] = 0;
    state->debt[i * n + j] = state->debt[j * n + i] = 0;
    state->backlog[i * n + j] = state->backlog[j * n + i] = 0;
    state->pledge[i * n + j] = state->pledge[j * n + i] = 0;
  }
}

static void step_8_default(const struct spec_loop *model, struct spec_state *state, int t) {
  state->estate_owed = state->estate_paid = state->creditor_loss = 0;
  if (!find_defaults(model, state, t)) return;
  terminate_contracts(model, state);
  for (int i = 0; i < model->n; i++)
    if (state->defaulted[i]) sell_estate(model, state, i);
  clear_estates(model, state);
  for (int i = 0; i < model->n; i++)
    if (state->defaulted[i]) strike_out(model, state, i);
}

/* ---- steps 9 and 10 ---------------------------------------------------------------------------------------------- */

/* What does not depend on other values: m + K + 4 mult R - flag b Vref. */
static double own_assets(const struct spec_loop *model, const struct spec_state *state, int t, int i) {
  double flag = state->flagged[i] ? model->distress_cost[i] * state->reference[i] : 0;
  return state->cash[i] + state->real_assets[i] + 4 * model->multiple[t * model->n + i] * state->revenue[i] - flag;
}

/* (I - S without row W) V = (all assets at their highest - debts)+ . */
static void highest_values(const struct spec_loop *model, const struct spec_state *state, int t, double *value) {
  int n = model->n;
  double *matrix = numbers((size_t)n * (size_t)n);
  for (int i = 0; i < n; i++) {
    double most = own_assets(model, state, t, i) + model->backlog_margin[i] * column_sum(n, state->backlog, i) +
                  column_sum(n, state->debt, i) - row_sum(n, state->debt, i);
    bool counts = i != SPEC_WORLD && state->live[i];
    value[i] = counts ? positive(most) : 0;
    for (int j = 0; j < n; j++) matrix[i * n + j] = (i == j) - (counts ? state->stake[i * n + j] : 0);
  }
  if (!spec_solve(n, matrix, value)) abort(); /* a group owned by nobody outside itself has no value */
  free(matrix);
}

/* A_i at given values and debt prices. */
static double assets_of(const struct spec_loop *model, const struct spec_state *state, int t, int i,
                        const double *value, const double *debt_price, bool full_backlog) {
  int n = model->n;
  double assets = own_assets(model, state, t, i);
  for (int j = 0; j < n; j++) {
    double ratio = state->reference[j] == 0 || full_backlog ? 1 : clip(value[j] / state->reference[j]);
    assets += state->stake[i * n + j] * value[j] + state->debt[j * n + i] * debt_price[j];
    assets += model->backlog_margin[i] * state->backlog[j * n + i] * ratio;
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

int spec_step_10_distress(const struct spec_loop *model, struct spec_state *state, int quarter, int *wave) {
  int n = model->n, waves = 0;
  bool *new_flag = zeros((size_t)n, sizeof(bool));
  for (int i = 0; i < n; i++) wave[i] = -1;
  for (bool any = true; any; waves += any) {
    any = false;
    for (int i = 0; i < n; i++) {
      new_flag[i] = i != SPEC_WORLD && state->live[i] && !state->flagged[i] &&
                    state->value[i] < model->threshold[i] * state->reference[i];
      any = any || new_flag[i];
    }
    for (int i = 0; i < n; i++)
      if (new_flag[i]) state->flagged[i] = true, wave[i] = waves;
    if (any) spec_step_9_valuation(model, state, quarter, false);
  }
  free(new_flag);
  return waves;
}

/* ---- planned sales, outside wealth, lines ------------------------------------------------------------------------ */

/* s0_i(t), and the plan's backlog runs down by it whatever happens. */
static void planned_sales(const struct spec_loop *model, struct spec_state *state, int t) {
  int n = model->n;
  for (int i = 0; i < n; i++) {
    state->sales_before[i] = state->sales[i];
    state->planned_sales_before[i] = model->demand_planned[t * n + i];
    for (int k = 0; k < n; k++) {
      int pair = k * n + i;
      double planned =
          smaller(state->planned_backlog[pair], scheduled_rate(model, pair, t) * model->purchase_scale[t * n + k]);
      state->planned_sales_before[i] += planned;
      state->planned_backlog[pair] -= planned;
    }
  }
}

/* Income and outlays of holders outside, all but those of step 8. */
static void outside_cash_flows(const struct spec_loop *model, struct spec_state *state) {
  int n = model->n, pairs = n * n;
  double rate = model->interest + model->amortisation;
  for (int i = 0; i < n; i++) {
    state->outside_flows += state->full_ratio[i] * rate * state->debt_before[i * n + SPEC_WORLD];
    state->outside_flows -= state->outside_paid[i] + state->draw[i];
    state->outside_flows -= state->paid[2 * pairs + SPEC_WORLD * n + i];
    state->outside_flows -= rate * state->debt_before[SPEC_WORLD * n + i];
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
    line[SPEC_LINE_REAL_ASSETS] = state->real_assets[i];
    line[SPEC_LINE_REVENUE] = 4 * model->multiple[t * n + i] * state->revenue[i];
    line[SPEC_LINE_DISTRESS] = state->flagged[i] ? -model->distress_cost[i] * state->reference[i] : 0;
    line[SPEC_LINE_DEBT] = -row_sum(n, state->debt, i);
    for (int j = 0; j < n; j++) {
      double debt = row_sum(n, state->debt, j);
      bool marked = model->claims_en && j != SPEC_WORLD && debt > 0;
      line[SPEC_LINE_STAKES] += state->stake[i * n + j] * state->value[j];
      line[SPEC_LINE_BACKLOG] += model->backlog_margin[i] * state->backlog[j * n + i] * standing(state, j);
      line[SPEC_LINE_CLAIMS] += state->debt[j * n + i] * (marked ? clip(state->price_value[j] / debt) : 1);
    }
    for (int k = 0; k < SPEC_LINE_FLOOR; k++) sum += line[k];
    line[SPEC_LINE_FLOOR] = positive(-sum);
    for (int k = 0; k < SPEC_LINE_COUNT; k++) run->line[k * n + i] = line[k];
  }
}

/* ---- identities -------------------------------------------------------------------------------------------------- */

/* Book figures before a quarter, against which the identities are measured. */
struct books {
  double *cash, *book_equity, *real_assets, total_cash;
};

static double book_equity(const struct spec_loop *model, const struct spec_state *state, int i) {
  int n = model->n;
  return state->cash[i] + state->real_assets[i] + row_sum(n, state->invested, i) + column_sum(n, state->debt, i) -
         row_sum(n, state->debt, i);
}

static struct books take_books(const struct spec_loop *model, const struct spec_state *state) {
  size_t n = (size_t)model->n;
  struct books books = {numbers(n), numbers(n), numbers(n), 0};
  memcpy(books.real_assets, state->real_assets, n * sizeof(double));
  for (int i = 0; i < model->n; i++) {
    books.cash[i] = state->cash[i], books.book_equity[i] = book_equity(model, state, i);
    books.total_cash += state->cash[i];
  }
  return books;
}

static double relative(double difference, double scale) {
  return scale > 0 ? fabs(difference) / scale : fabs(difference);
}
static void raise_to(double *worst, double value) { *worst = isfinite(value) ? larger(*worst, value) : INFINITY; }

/* (ii) before step 8 touches cash: change = receipts + R + f + draw - payments. (v) likewise, in every quarter. */
static void audit_flows(const struct spec_loop *model, const struct spec_state *state, const struct books *books,
                        double *audit) {
  int n = model->n, pairs = n * n;
  for (int i = 1; i < n; i++) {
    double in = 0, out = 0, expensed = 0;
    for (int k = 0; k < 3; k++)
      in += column_sum(n, state->paid + k * pairs, i), out += row_sum(n, state->paid + k * pairs, i);
    double gain = state->revenue[i] + state->outside_paid[i] + state->draw[i];
    raise_to(&audit[1],
             relative(state->cash[i] - books->cash[i] - (in + gain - out), books->cash[i] + in + gain + out));
    for (int j = 0; j < n; j++) expensed += (1 - model->capex_share[i * n + j]) * state->delivered[i * n + j];
    double wear = model->depreciation[i] * books->real_assets[i];
    double profit = state->sales[i] - expensed - state->cogs_owed[i] - state->opex_owed[i] - wear +
                    model->interest * (column_sum(n, state->debt_before, i) - row_sum(n, state->debt_before, i)) +
                    state->issued[i];
    double after = book_equity(model, state, i);
    raise_to(&audit[4],
             relative(after - books->book_equity[i] - profit,
                      fabs(after) + fabs(books->book_equity[i]) + fabs(profit) + state->sales[i] + in + out));
  }
}

static double lowest(size_t count, const double *values) {
  double least = 0;
  for (size_t k = 0; k < count; k++) least = smaller(least, values[k]);
  return -least;
}

static void audit_stocks(const struct spec_loop *model, struct spec_state *state, const struct books *books,
                         double *audit) {
  int n = model->n;
  size_t pairs = (size_t)n * (size_t)n;
  double total = 0, gross = 0;
  for (int i = 0; i < n; i++) total += state->cash[i], gross += fabs(state->cash[i]) + fabs(books->cash[i]);
  for (size_t k = 0; k < 3 * pairs; k++) gross += state->paid[k]; /* what moved, of which little may be left */
  state->turned_over += gross; /* a total over all quarters rounds on the scale of all that moved */
  raise_to(&audit[0], relative(total - books->total_cash, state->turned_over));
  raise_to(&audit[3], relative(lowest((size_t)n - 1, state->cash + 1), state->turned_over));
  raise_to(&audit[3], lowest(pairs, state->backlog)), raise_to(&audit[3], lowest(pairs, state->pledge));
  raise_to(&audit[3], lowest(pairs, state->stake));
  for (int i = 1; i < n; i++) {
    double queued = 0, debt = row_sum(n, state->debt, i);
    if (state->live[i]) raise_to(&audit[2], fabs(column_sum(n, state->stake, i) - 1));
    for (int slot = 0; slot < model->build_lag; slot++) queued += state->queue[i * model->build_lag + slot];
    double built = state->capacity_start[i] + state->ordered[i];
    raise_to(&audit[5], relative(state->capacity[i] + state->dark[i] + queued - built, built));
    if (state->live[i] && state->value[i] > 0)
      raise_to(&audit[6], relative(state->price_value[i] - debt - state->value[i],
                                   fabs(state->price_value[i]) + debt + books->cash[i]));
  }
  raise_to(&audit[7], relative(state->estate_owed - state->estate_paid - state->creditor_loss, state->estate_owed));
}

/* ---- the run ----------------------------------------------------------------------------------------------------- */

static void record(const struct spec_loop *model, const struct spec_state *state, int t, struct spec_run *run) {
  int n = model->n;
  for (int i = 0; i < n; i++) {
    int at = t * n + i;
    run->cash[at] = state->cash[i], run->real_assets[at] = state->real_assets[i], run->value[at] = state->value[i];
    run->capacity[at] = state->capacity[i], run->revenue[at] = state->revenue[i], run->sales[at] = state->sales[i];
    run->draw[at] = state->draw[i], run->confidence[at] = state->confidence[i], run->orders[at] = state->orders[i];
    run->debt[at] = row_sum(n, state->debt, i), run->backlog[at] = row_sum(n, state->backlog, i);
    run->input_ratio[at] = state->input_ratio[i], run->delivery_ratio[at] = state->delivery_ratio[i];
    run->live[at] = state->live[i], run->flagged[at] = state->flagged[i], run->defaulted[at] = state->defaulted[i];
    if (state->defaulted[i]) run->default_quarter[i] = t;
    if (run->wave[at] >= 0) run->distress_quarter[i] = t;
  }
  memcpy(run->stake + t * n * n, state->stake, sizeof(double) * (size_t)n * (size_t)n);
  run->outside[t] = outside_wealth(model, state);
}

static void quarter(const struct spec_loop *model, struct spec_state *state, int t, struct spec_run *run) {
  double *audit = run->audit + t * SPEC_IDENTITIES;
  struct books books = take_books(model, state);
  memset(state->defaulted, 0, sizeof(bool) * (size_t)model->n);
  step_1_orders(model, state, t);
  step_2_rationing(model, state, t);
  step_3_sales(model, state, t);
  step_4_obligations(model, state, t);
  step_4_draws(model, state, t);
  step_5_clearing(model, state);
  outside_cash_flows(model, state);
  step_6_equity(model, state);
  step_7_debt(model, state);
  step_7_capacity(model, state, t);
  audit_flows(model, state, &books, audit);
  step_8_default(model, state, t);
  spec_step_9_valuation(model, state, t, false);
  spec_step_10_distress(model, state, t, run->wave + t * model->n);
  audit_stocks(model, state, &books, audit);
  planned_sales(model, state, t);
  record(model, state, t, run);
  free(books.cash), free(books.book_equity), free(books.real_assets);
}

struct spec_run *spec_loop_run(const struct spec_loop *model) {
  size_t bytes = sizeof(double) * (size_t)model->n;
  struct spec_run *run = run_create(model);
  struct spec_state *state = spec_state_create(model);
  spec_step_9_valuation(model, state, 0, true);
  memcpy(state->reference, state->value, bytes);
  memcpy(run->start_value, state->value, bytes);
  for (int t = 0; t < model->quarters; t++) quarter(model, state, t, run);
  value_lines(model, state, model->quarters - 1, run);
  spec_state_free(state);
  return run;
}

double spec_run_worst_breach(const struct spec_loop *model, const struct spec_run *run) {
  double worst = 0;
  for (int k = 0; k < model->quarters * SPEC_IDENTITIES; k++) raise_to(&worst, run->audit[k]);
  return worst;
}

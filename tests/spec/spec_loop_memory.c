/* spec_loop_memory.c - the fields of the textbook loop by shape: made, copied, given back. */
#include <string.h>

#include "spec/spec_loop_parts.h"

/* Lists of fields, as many to a line as fit. */
/* clang-format off */
#define MODEL_NODES(X)                                                                                      \
  X(price)                                                                                                  \
  X(cost) X(opex) X(cogs) X(depreciation) X(backlog_margin) X(threshold) X(distress_cost) X(order_response) \
      X(funding_sensitivity) X(credit_limit) X(cash_floor) X(cash) X(real_assets) X(capacity) X(dark)       \
      X(upside) X(external_use) X(hardware_share) X(substitution) X(capex_borrowing) X(spread)              \
      X(secured_share) X(loan_to_value) X(loop_sales_weight)
#define MODEL_PAIRS(X) X(rate) X(take_or_pay) X(capex_share) X(pledge_rate) X(stake) X(debt) X(backlog) X(pledge) \
  X(earmark) X(test_level) X(stake_cost)
#define MODEL_PATHS(X) \
  X(demand_planned) X(demand) X(purchase_scale) X(outside_equity) X(multiple) X(supply) X(power_cap) X(credit_open) \
  X(price_path) X(hardware_price) X(depreciation_scale) X(amortisation_path) X(rollover)
/* Fields of other types: kind, count. */
#define MODEL_OTHERS(X) \
  X(input_type, int, nodes) X(sector, int, nodes) X(essential, bool, types) X(start, int, pairs) X(ramp, int, pairs) \
  X(pledge_start, int, pairs) X(test, int, pairs) X(equity_method, bool, pairs) X(forced, bool, path) \
  X(renegotiate, bool, path) X(leave, bool, path) X(gate, double, path * nodes) \
  X(orders_moved, double, path * nodes)
#define MODEL_LISTS(X) X(contract) X(backstop) X(warrant) X(cross_default)
#define STATE_NODES(X)                                                                                                \
  X(cash)                                                                                                             \
  X(real_assets) X(capacity) X(dark) X(value) X(reference) X(sales_before) X(planned_sales_before) X(capacity_start)  \
      X(ordered) X(orders) X(delivery_ratio) X(input_ratio) X(revenue) X(sales) X(confidence) X(outside_paid) X(draw) \
          X(opex_owed) X(cogs_owed) X(full_ratio) X(issued) X(price_value) X(smooth_revenue) X(smooth_loop_sales) \
  X(highest) X(dilution) X(peak) X(round_value) X(revenue_before) X(drawdown) X(peers) X(heart) X(price_now) X(able) \
  X(used) X(served) X(interest_rate) X(principal_rate) X(call) X(borrowed) X(threshold_value) X(profit) \
  X(written_down) X(estate_income) X(claims_lost)
#define STATE_PAIRS(X) \
  X(stake) X(debt) X(pledge) X(invested) X(debt_before) X(earmarked) X(volume) X(prepaid) X(other_owed)
#define RUN_PATHS(X)                                                                                         \
  X(cash)                                                                                                    \
  X(real_assets) X(value) X(capacity) X(revenue) X(sales) X(draw) X(confidence) X(orders) X(debt) X(backlog) \
      X(input_ratio) X(delivery_ratio) X(written_down)
/* clang-format on */

/* ---- the model --------------------------------------------------------------------------------------------------- */

static void defaults(struct spec_loop *model) {
  size_t n = (size_t)model->n, path = n * (size_t)model->quarters;
  fill(model->price, n, 1), fill(model->cost, n, 1);
  fill(model->purchase_scale, path, 1), fill(model->supply, path, 1), fill(model->credit_open, path, 1);
  fill(model->power_cap, path, 1e300), fill(model->gate, path * n, 1), fill(model->orders_moved, path * n, 1);
  fill(model->price_path, path, 1), fill(model->hardware_price, path, 1), fill(model->depreciation_scale, path, 1);
  fill(model->amortisation_path, path, NAN);
  for (size_t i = 0; i < n; i++) model->input_type[i] = model->sector[i] = -1;
  model->recovery_assets = 0, model->recovery_claims = 1, model->recovery_stakes = 1;
  model->price_low = 0.25, model->price_high = 4, model->backlog_uncommitted = 1, model->revenue_smoothing = 1;
}

struct spec_loop *spec_loop_create(int n, int quarters, int build_lag, int type_count) {
  struct spec_loop *model = zeros(1, sizeof *model);
  size_t nodes = (size_t)n, pairs = nodes * nodes, path = nodes * (size_t)quarters, types = (size_t)type_count;
  model->n = n, model->quarters = quarters, model->build_lag = build_lag, model->type_count = type_count;
#define MAKE_NODES(field) model->field = numbers(nodes);
#define MAKE_PAIRS(field) model->field = numbers(pairs);
#define MAKE_PATHS(field) model->field = numbers(path);
#define MAKE_OTHER(field, kind, count) model->field = zeros(count, sizeof(kind));
  MODEL_NODES(MAKE_NODES)
  MODEL_PAIRS(MAKE_PAIRS)
  MODEL_PATHS(MAKE_PATHS)
  MODEL_OTHERS(MAKE_OTHER)
  defaults(model);
  return model;
}

void spec_loop_free(struct spec_loop *model) {
  if (!model) return;
#define FREE_FIELD(field) free(model->field);
#define FREE_OTHER(field, kind, count) free(model->field);
  MODEL_NODES(FREE_FIELD)
  MODEL_PAIRS(FREE_FIELD)
  MODEL_PATHS(FREE_FIELD)
  MODEL_LISTS(FREE_FIELD)
  MODEL_OTHERS(FREE_OTHER)
  free(model);
}

static void *copy_of(const void *source, size_t bytes) {
  void *copy = zeros(bytes, 1);
  return bytes ? memcpy(copy, source, bytes) : copy;
}

struct spec_loop *spec_loop_copy(const struct spec_loop *model) {
  struct spec_loop *copy = copy_of(model, sizeof *model);
  size_t nodes = (size_t)model->n, pairs = nodes * nodes, path = nodes * (size_t)model->quarters;
  size_t types = (size_t)model->type_count;
#define COPY_NODES(field) copy->field = copy_of(model->field, nodes * sizeof(double));
#define COPY_PAIRS(field) copy->field = copy_of(model->field, pairs * sizeof(double));
#define COPY_PATHS(field) copy->field = copy_of(model->field, path * sizeof(double));
#define COPY_OTHER(field, kind, count) copy->field = copy_of(model->field, (count) * sizeof(kind));
#define COPY_LIST(field) copy->field = copy_of(model->field, (size_t)model->field##_count * sizeof *model->field);
  MODEL_NODES(COPY_NODES)
  MODEL_PAIRS(COPY_PAIRS)
  MODEL_PATHS(COPY_PATHS)
  MODEL_OTHERS(COPY_OTHER)
  MODEL_LISTS(COPY_LIST)
  return copy;
}

/* ---- lists ------------------------------------------------------------------------------------------------------- */

static void *grow(void *list, int count, size_t size) {
  void *grown = realloc(list, (size_t)(count + 1) * size);
  if (!grown) abort();
  return grown;
}

struct spec_contract spec_contract_of(int buyer, int seller, double rate, double backlog) {
  return (struct spec_contract){.buyer = buyer,
                                .seller = seller,
                                .rate = rate,
                                .backlog = backlog,
                                .priority = 1,
                                .end = SPEC_NEVER,
                                .exit_notice = SPEC_NEVER};
}

struct spec_contract *spec_loop_add_contract(struct spec_loop *model, struct spec_contract contract) {
  model->contract = grow(model->contract, model->contract_count, sizeof contract);
  model->contract[model->contract_count] = contract;
  return &model->contract[model->contract_count++];
}

void spec_loop_add_backstop(struct spec_loop *model, struct spec_backstop backstop) {
  model->backstop = grow(model->backstop, model->backstop_count, sizeof backstop);
  model->backstop[model->backstop_count++] = backstop;
}

void spec_loop_add_warrant(struct spec_loop *model, struct spec_warrant warrant) {
  model->warrant = grow(model->warrant, model->warrant_count, sizeof warrant);
  model->warrant[model->warrant_count++] = warrant;
}

void spec_loop_add_cross_default(struct spec_loop *model, struct spec_cross_default row) {
  model->cross_default = grow(model->cross_default, model->cross_default_count, sizeof row);
  model->cross_default[model->cross_default_count++] = row;
}

/* ---- the state --------------------------------------------------------------------------------------------------- */

static void add_row(struct spec_state *state, struct spec_contract terms) {
  state->row = grow(state->row, state->row_count, sizeof *state->row);
  state->row[state->row_count++] = (struct spec_row){
      .terms = terms, .backlog = terms.backlog, .planned_backlog = terms.backlog, .leaves = SPEC_NEVER};
}

/* The pairs of the matrices, then the list. */
static void start_of_contracts(const struct spec_loop *model, struct spec_state *state) {
  int n = model->n;
  for (int pair = 0; pair < n * n; pair++) {
    if (!(model->rate[pair] > 0 || model->backlog[pair] > 0)) continue;
    struct spec_contract terms = spec_contract_of(pair / n, pair % n, model->rate[pair], model->backlog[pair]);
    terms.take_or_pay = model->take_or_pay[pair], terms.capex_share = model->capex_share[pair];
    terms.start = model->start[pair], terms.ramp = model->ramp[pair];
    add_row(state, terms);
  }
  for (int k = 0; k < model->contract_count; k++) add_row(state, model->contract[k]);
}

static void start_of_state(const struct spec_loop *model, struct spec_state *state) {
  size_t n = (size_t)model->n, pairs = n * n;
  memcpy(state->cash, model->cash, n * sizeof(double));
  memcpy(state->real_assets, model->real_assets, n * sizeof(double));
  memcpy(state->capacity, model->capacity, n * sizeof(double)), memcpy(state->dark, model->dark, n * sizeof(double));
  memcpy(state->stake, model->stake, pairs * sizeof(double)), memcpy(state->debt, model->debt, pairs * sizeof(double));
  memcpy(state->pledge, model->pledge, pairs * sizeof(double));
  for (size_t k = n; k < pairs; k++) state->invested[k] = model->impairment > 0 ? model->stake_cost[k] : 0;
  for (size_t i = 0; i < n; i++) {
    state->live[i] = true, state->dilution[i] = 1;
    state->capacity_start[i] = model->capacity[i] + model->dark[i];
    state->revenue[i] = i == SPEC_WORLD ? 0 : model->demand_planned[i];
    state->smooth_revenue[i] = state->revenue_before[i] = state->revenue[i];
  }
  for (int k = 0; k < state->row_count; k++) {
    const struct spec_row *row = &state->row[k];
    double planned = spec_scheduled(model, &row->terms, 0);
    state->smooth_loop_sales[row->terms.seller] += row->terms.renewed ? planned : smaller(row->backlog, planned);
  }
  for (int k = 0; k < model->backstop_count; k++) state->backstop_left[k] = model->backstop[k].amount;
  fill(state->utilisation, (size_t)model->type_count, 1);
  state->margin = INFINITY;
}

struct spec_state *spec_state_create(const struct spec_loop *model) {
  struct spec_state *state = zeros(1, sizeof *state);
  size_t nodes = (size_t)model->n, pairs = nodes * nodes;
#define MAKE_STATE_NODES(field) state->field = numbers(nodes);
#define MAKE_STATE_PAIRS(field) state->field = numbers(pairs);
  STATE_NODES(MAKE_STATE_NODES)
  STATE_PAIRS(MAKE_STATE_PAIRS)
  state->owed = numbers(3 * pairs), state->paid = numbers(3 * pairs);
  state->queue = numbers(nodes * (size_t)model->build_lag);
  state->live = zeros(nodes, sizeof(bool)), state->flagged = zeros(nodes, sizeof(bool));
  state->defaulted = zeros(nodes, sizeof(bool)), state->flagged_in_value = zeros(nodes, sizeof(bool));
  state->calm = zeros(nodes, sizeof(int)), state->utilisation = numbers((size_t)model->type_count);
  state->backstop_left = numbers((size_t)model->backstop_count);
  state->backstop_due = numbers((size_t)model->backstop_count);
  state->exercised = zeros((size_t)model->warrant_count, sizeof(bool));
  start_of_contracts(model, state);
  start_of_state(model, state);
  return state;
}

void spec_state_free(struct spec_state *state) {
  if (!state) return;
#define FREE_STATE(field) free(state->field);
  STATE_NODES(FREE_STATE)
  STATE_PAIRS(FREE_STATE)
  free(state->owed), free(state->paid), free(state->queue), free(state->live), free(state->flagged);
  free(state->defaulted), free(state->flagged_in_value), free(state->calm), free(state->utilisation);
  free(state->backstop_left), free(state->backstop_due), free(state->exercised), free(state->row), free(state);
}

/* ---- what a run leaves ------------------------------------------------------------------------------------------- */

struct spec_run *spec_run_create(const struct spec_loop *model) {
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

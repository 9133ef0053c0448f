/* static_plan.c - the linear operator and the balance sheets of the static models. */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "engine/plan.h"

/* Vectors of neighbouring entities may be read from any entity on. */
enum { LANES_MOST = 8 };

enum { PANEL_ENTITIES_MOST = 16384 /* 2 GiB */ };

static ls_status make_operator(ls_context *context, int32_t n, int64_t links, struct ls_static_plan *fixed) {
  const size_t entities = (size_t)n + LANES_MOST;
  fixed->row_start = context_allocate(context, (size_t)n + 1, sizeof *fixed->row_start);
  fixed->column = context_allocate(context, (size_t)links, sizeof *fixed->column);
  fixed->weight = context_allocate(context, (size_t)links, sizeof *fixed->weight);
  fixed->row_order = context_allocate(context, (size_t)n, sizeof *fixed->row_order);
  fixed->bound = context_allocate(context, entities, sizeof *fixed->bound);
  fixed->inverse_bound = context_allocate(context, entities, sizeof *fixed->inverse_bound);
  fixed->start = context_allocate(context, entities, sizeof *fixed->start);
  fixed->base = context_allocate(context, entities, sizeof *fixed->base);
  bool rows = fixed->row_start != NULL && fixed->column != NULL && fixed->weight != NULL && fixed->row_order != NULL;
  bool whole =
      rows && fixed->bound != NULL && fixed->inverse_bound != NULL && fixed->start != NULL && fixed->base != NULL;
  return whole ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
}

static double *parameter(struct ls_plan *plan, enum ls_parameter which) {
  return (double *)plan->fixed.parameter + (int64_t)which * plan->entity_count;
}

/* Amounts that the rest of the world owes count as cash, amounts owed to it as external liabilities. */
static void fill_parameters(const ls_network *network, bool senior, struct ls_plan *plan) {
  const struct table *owed = &network->table[TABLE_LIABILITIES];
  double *cash = parameter(plan, LS_PARAMETER_CASH), *external = parameter(plan, LS_PARAMETER_EXTERNAL);
  double *obligation = parameter(plan, LS_PARAMETER_OBLIGATION), *claims = parameter(plan, LS_PARAMETER_CLAIMS);
  for (int32_t i = 0; i < plan->entity_count; i++) {
    parameter(plan, LS_PARAMETER_EXTERNAL_ASSETS)[i] = network_number(network, TABLE_ENTITIES, "external_assets", i, 0);
    cash[i] = network_number(network, TABLE_ENTITIES, "cash", i, 0);
    external[i] = network_number(network, TABLE_ENTITIES, "external_liabilities", i, 0);
  }
  const double *amount = network_numbers(network, TABLE_LIABILITIES, "amount");
  for (int64_t k = 0; k < owed->row_count; k++) {
    int32_t from = owed->from[k], to = owed->to[k];
    if (from == ENTITY_WORLD && to != ENTITY_WORLD)
      cash[to] += amount[k];
    else if (to == ENTITY_WORLD)
      external[from] += amount[k];
    else
      obligation[from] += amount[k], claims[to] += amount[k];
  }
  for (int32_t i = 0; i < plan->entity_count && !senior; i++) obligation[i] += external[i];
  network_add_holdings(network, parameter(plan, LS_PARAMETER_HOLDINGS));
  network_book_equity(network, parameter(plan, LS_PARAMETER_EQUITY));
}

static void fill_own_columns(const ls_network *network, const struct ls_model_info *info, struct ls_plan *plan) {
  for (int k = 0; k < LS_MODEL_COLUMNS && info->column[k] != NULL; k++)
    for (int32_t i = 0; i < plan->entity_count; i++)
      parameter(plan, (enum ls_parameter)(LS_PARAMETER_OWN + k))[i] =
          network_number(network, TABLE_ENTITIES, info->column[k], i, 0);
}

/* A model with a setting `capital_ratio` may be run with capital as that share of total assets in place of book equity. */
static void fill_capital(double ratio, struct ls_plan *plan) {
  for (int32_t i = 0; i < plan->entity_count && ratio >= 0; i++)
    parameter(plan, LS_PARAMETER_EQUITY)[i] =
        ratio * (parameter(plan, LS_PARAMETER_EXTERNAL_ASSETS)[i] + parameter(plan, LS_PARAMETER_CASH)[i] +
                 parameter(plan, LS_PARAMETER_CLAIMS)[i]);
}

/* What an entity's columns say beside its balance sheet. */
static void fill_columns(const ls_network *network, bool senior, struct ls_plan *plan) {
  double *unnamed = parameter(plan, LS_PARAMETER_UNNAMED), *moves = parameter(plan, LS_PARAMETER_ASSET_VOLATILITY);
  for (int32_t i = 0; i < plan->entity_count; i++) {
    double owned = parameter(plan, LS_PARAMETER_EXTERNAL_ASSETS)[i] + parameter(plan, LS_PARAMETER_CASH)[i] +
                   parameter(plan, LS_PARAMETER_HOLDINGS)[i];
    double owes = parameter(plan, LS_PARAMETER_OBLIGATION)[i];
    if (senior) owes += parameter(plan, LS_PARAMETER_EXTERNAL)[i];
    double book = owned + parameter(plan, LS_PARAMETER_CLAIMS)[i] - owes;
    unnamed[i] = network_number(network, TABLE_ENTITIES, "equity", i, book) - book;
    moves[i] = network_number(network, TABLE_ENTITIES, "asset_volatility", i, -1);
  }
}

/* L_ji / pbar_j, or L_ji / E_i (the amount itself where E_i = 0: any loss is ruin; nothing where E_i < 0: ruined already),
 * not capped yet, or the amount. */
static double weight_of(const struct ls_plan *plan, enum ls_operator kind, int32_t debtor, int32_t creditor,
                        double amount) {
  const double *of = plan->fixed.parameter;
  if (kind == LS_OPERATOR_EXPOSURES || kind == LS_OPERATOR_FUNDING) return amount;
  if (kind == LS_OPERATOR_LIABILITY_SHARES)
    return amount / of[(int64_t)LS_PARAMETER_OBLIGATION * plan->entity_count + debtor];
  double equity = of[(int64_t)LS_PARAMETER_EQUITY * plan->entity_count + creditor];
  if (equity < 0) return 0;
  return equity > 0 ? amount / equity : amount;
}

/* What a pair's liabilities of all seniorities, which stand in rows from `row` on, come to; returns the first row of the next. */
static int64_t sum_pair(const struct table *owed, const double *amount, int64_t row, double *sum) {
  const int32_t from = owed->from[row], to = owed->to[row];
  for (*sum = 0; row < owed->row_count && owed->from[row] == from && owed->to[row] == to; row++)
    if (from >= 0 && to >= 0 && amount[row] > 0) *sum += amount[row];
  return row;
}

/* Rows = creditors (for funding: debtors), columns = the others ascending. The table is sorted by debtor, then creditor, so that
 * walking it fills every row in ascending order. */
static void fill_links(const ls_network *network, enum ls_operator kind, const struct ls_plan *plan,
                       struct ls_static_plan *fixed) {
  const struct table *owed = &network->table[TABLE_LIABILITIES];
  const double *amount = network_numbers(network, TABLE_LIABILITIES, "amount");
  int64_t *row_start = (int64_t *)fixed->row_start;
  int32_t *column = (int32_t *)fixed->column;
  double *weight = (double *)fixed->weight, sum;
  int32_t n = plan->entity_count;
  const int32_t *row = kind == LS_OPERATOR_FUNDING ? owed->from : owed->to;
  const int32_t *other = kind == LS_OPERATOR_FUNDING ? owed->to : owed->from;
  for (int64_t k = 0, next; k < owed->row_count; k = next) {
    next = sum_pair(owed, amount, k, &sum);
    if (sum > 0) row_start[row[k] + 1]++;
  }
  for (int32_t i = 0; i < n; i++) row_start[i + 1] += row_start[i];
  for (int64_t k = 0, next; k < owed->row_count; k = next) { /* row_start[i] runs on to the end of row i */
    next = sum_pair(owed, amount, k, &sum);
    if (!(sum > 0)) continue;
    column[row_start[row[k]]] = other[k];
    weight[row_start[row[k]]++] = weight_of(plan, kind, owed->from[k], owed->to[k], sum);
  }
  for (int32_t i = n; i > 0; i--) row_start[i] = row_start[i - 1];
  row_start[0] = 0;
}

/* Claims of i on j count for 1 at most. */
static void cap_claims(const struct ls_plan *plan) {
  double *weight = (double *)plan->fixed.weight;
  for (int64_t k = 0; k < plan->fixed.row_start[plan->entity_count]; k++)
    if (weight[k] > 1) weight[k] = 1;
}

/* Rows by number of links, ascending; of equal ones the first first. */
static ls_status order_rows(ls_context *context, int32_t n, struct ls_static_plan *fixed) {
  int64_t *place = context_allocate(context, (size_t)n + 2, sizeof *place);
  if (place == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int32_t i = 0; i < n; i++) place[fixed->row_start[i + 1] - fixed->row_start[i] + 1]++;
  for (int32_t length = 0; length <= n; length++) place[length + 1] += place[length];
  for (int32_t i = 0; i < n; i++)
    ((int32_t *)fixed->row_order)[place[fixed->row_start[i + 1] - fixed->row_start[i]]++] = i;
  context_release(context, place);
  return LS_STATUS_OK;
}

/* The same links by column. */
static ls_status fill_columns_of_links(ls_context *context, int32_t n, struct ls_static_plan *fixed) {
  const int64_t links = fixed->row_start[n];
  int64_t *start = context_allocate(context, (size_t)n + 1, sizeof *start);
  int32_t *target = context_allocate(context, (size_t)links, sizeof *target);
  double *weight = context_allocate(context, (size_t)links, sizeof *weight);
  fixed->column_start = start;
  fixed->target = target;
  fixed->target_weight = weight;
  if (start == NULL || target == NULL || weight == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int64_t k = 0; k < links; k++) start[fixed->column[k] + 1]++;
  for (int32_t j = 0; j < n; j++) start[j + 1] += start[j];
  for (int32_t i = 0; i < n; i++)
    for (int64_t k = fixed->row_start[i]; k < fixed->row_start[i + 1]; k++) {
      const int64_t to = start[fixed->column[k]]++; /* start[j] runs on to the end of column j */
      target[to] = i;
      weight[to] = fixed->weight[k];
    }
  for (int32_t j = n; j > 0; j--) start[j] = start[j - 1];
  start[0] = 0;
  return LS_STATUS_OK;
}

/* The same as a dense matrix in blocks of rows, where that pays. Pushing: a block of entities of a column costs about as much as
 * 1.5 links one by one. Sweeping: a column of a row costs a third of a link. */
static ls_status fill_panel(ls_context *context, int32_t n, int32_t engine, struct ls_static_plan *fixed) {
  const int64_t blocks = (n + LS_PANEL_ROWS - 1) / LS_PANEL_ROWS, links = fixed->row_start[n];
  const bool whole = engine == LS_ENGINE_SWEEP && n <= PANEL_ENTITIES_MOST;
  fixed->panel_sweeps = whole || (3 * links >= (int64_t)n * n && engine != LS_ENGINE_TILE);
  if (!fixed->panel_sweeps && 2 * blocks * n > 3 * links) return LS_STATUS_OK;
  double *panel = context_allocate(context, (size_t)(blocks * LS_PANEL_ROWS) * (size_t)n, sizeof *panel);
  if (panel == NULL) return LS_STATUS_OUT_OF_MEMORY;
  fixed->panel = panel;
  for (int32_t i = 0; i < n; i++)
    for (int64_t k = fixed->row_start[i]; k < fixed->row_start[i + 1]; k++)
      panel[((int64_t)(i / LS_PANEL_ROWS) * n + fixed->column[k]) * LS_PANEL_ROWS + i % LS_PANEL_ROWS] =
          fixed->weight[k];
  return LS_STATUS_OK;
}

/* Bounds, and the start: the bounds, or 0. base = A start, in the arithmetic of the engines. */
static void fill_start(const double *bound, bool from_bound, int32_t n, struct ls_static_plan *fixed) {
  for (int32_t i = 0; i < n; i++) {
    const double own = bound != NULL ? bound[i] : 1;
    ((double *)fixed->bound)[i] = own;
    ((double *)fixed->inverse_bound)[i] = own > 0 ? 1 / own : 0;
    ((double *)fixed->start)[i] = from_bound ? own : 0;
  }
  for (int32_t i = 0; i < n; i++) {
    double sum = 0;
    for (int64_t k = fixed->row_start[i]; k < fixed->row_start[i + 1]; k++)
      sum = fma(fixed->weight[k], fixed->start[fixed->column[k]], sum);
    ((double *)fixed->base)[i] = sum;
  }
}

/* The operator, with everything that follows from it. */
static ls_status fill_operator(ls_context *context, const ls_network *network, enum ls_operator kind, bool from_bound,
                               const struct ls_plan *plan, struct ls_static_plan *fixed) {
  const int32_t n = plan->entity_count;
  const bool clearing = kind == LS_OPERATOR_LIABILITY_SHARES;
  const double *obligation = plan->fixed.parameter + (int64_t)LS_PARAMETER_OBLIGATION * n;
  fill_links(network, kind, plan, fixed);
  if (kind == LS_OPERATOR_CAPPED_EXPOSURES) cap_claims(plan);
  fill_start(clearing ? obligation : NULL, from_bound && plan->solution == LS_SOLUTION_GREATEST, n, fixed);
  return order_rows(context, n, fixed);
}

/* Numbers by entity and the operator. Without liabilities.csv nobody owes anybody. */
static ls_status fill_balance_sheets(ls_context *context, const ls_network *network,
                                     const struct run_settings *settings, struct ls_plan *plan) {
  const struct ls_model_info *info = settings->info;
  int32_t n = plan->entity_count;
  ls_status status = make_operator(context, n, network->table[TABLE_LIABILITIES].row_count, &plan->fixed);
  if (status != LS_STATUS_OK) return status;
  for (int k = 0; k < LS_SETTING_COUNT; k++) plan->fixed.setting[k] = settings->model_setting[k];
  bool senior = settings_number(settings, "external", 0) > 0;
  plan->fixed.least_is_limit = info->least_is_limit;
  fill_parameters(network, senior, plan);
  fill_columns(network, senior, plan);
  fill_own_columns(network, info, plan);
  fill_capital(settings_number(settings, "capital_ratio", -1), plan);
  plan->fixed.reach_counts = info->reach_counts;
  for (int32_t i = 0; i < n && info->convex; i++)
    if (parameter(plan, LS_PARAMETER_EQUITY)[i] == 0) plan->fixed.reach_counts = 1;
  status = fill_operator(context, network, info->operator_kind, info->from_bound, plan, &plan->fixed);
  if (status == LS_STATUS_OK && info->pushes) status = fill_columns_of_links(context, n, &plan->fixed);
  if (status == LS_STATUS_OK) status = fill_panel(context, n, settings->engine, &plan->fixed);
  return status;
}

static ls_status make_parameters(ls_context *context, struct ls_plan *plan) {
  plan->fixed.parameter = context_allocate(context, (size_t)plan->entity_count * LS_PARAMETER_COUNT + LANES_MOST,
                                           sizeof *plan->fixed.parameter);
  return plan->fixed.parameter != NULL ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
}

static ls_status lacks_liabilities(ls_context *context, const ls_network *network,
                                   const struct run_settings *settings) {
  return context_fail(context, LS_STATUS_UNUSABLE, "model '%s' needs liabilities.csv, which network '%s' does not have",
                      settings->info->name, network->name);
}

ls_status plan_fill_static(ls_context *context, const ls_network *network, const struct run_settings *settings,
                           struct ls_plan *plan) {
  if (!network->table[TABLE_LIABILITIES].present) return lacks_liabilities(context, network, settings);
  ls_status status = make_parameters(context, plan);
  return status == LS_STATUS_OK ? fill_balance_sheets(context, network, settings, plan) : status;
}

/* The channels that a run looks at. */
static uint32_t channels_of(const struct run_settings *settings) {
  return settings->info->channels != 0 ? settings->info->channels : (uint32_t)settings_number(settings, "channels", 0);
}

ls_status plan_fill_channels(ls_context *context, const ls_network *network, const struct run_settings *settings,
                             struct ls_plan *plan) {
  const uint32_t channels = channels_of(settings);
  const int32_t n = plan->entity_count;
  const bool sells = (channels & LS_CHANNEL_FIRE_SALE) != 0;
  const bool lends = (channels & (LS_CHANNEL_CREDIT | LS_CHANNEL_FUNDING)) != 0;
  if (lends && !network->table[TABLE_LIABILITIES].present) return lacks_liabilities(context, network, settings);
  plan->holdings.channels = channels;
  ls_status status = make_parameters(context, plan);
  if (status == LS_STATUS_OK) status = fill_balance_sheets(context, network, settings, plan);
  if (status == LS_STATUS_OK && (sells || network->table[TABLE_HOLDINGS].present))
    status = plan_fill_holdings(context, network, settings, sells, plan);
  if (status == LS_STATUS_OK && (channels & LS_CHANNEL_FUNDING) != 0) {
    status = make_operator(context, n, network->table[TABLE_LIABILITIES].row_count, &plan->funding);
    if (status == LS_STATUS_OK)
      status = fill_operator(context, network, LS_OPERATOR_FUNDING, false, plan, &plan->funding);
  }
  return status;
}

void plan_book_equity(const ls_network *network, const struct ls_plan *plan, double *equity) {
  const int64_t n = plan->entity_count;
  if (plan->fixed.parameter == NULL)
    network_book_equity(network, equity);
  else
    memcpy(equity, plan->fixed.parameter + LS_PARAMETER_EQUITY * n, (size_t)n * sizeof *equity);
}

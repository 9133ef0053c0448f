/* loop_tables.c - the network's tables as the loop model's plan: entities, links, and paths by quarter. */
#include <stdlib.h>
#include <string.h>

#include "engine/loop_finance.h"
#include "engine/loop_links.h"
#include "engine/plan.h"

static const struct {
  enum ls_loop_field field;
  const char *column;
  double absent;
} FIELDS[] = {
    {LOOP_CASH, "cash", 0},
    {LOOP_REAL_ASSETS, "real_assets", 0},
    {LOOP_CAPACITY, "capacity", 0},
    {LOOP_DARK, "dark_capacity", 0},
    {LOOP_PRICE, "price_per_capacity", 1},
    {LOOP_COST, "cost_per_capacity", 1},
    {LOOP_OPEX, "opex", 0},
    {LOOP_COGS, "cogs_share", 0},
    {LOOP_DEPRECIATION, "depreciation", 0},
    {LOOP_BACKLOG_MARGIN, "backlog_margin", 0},
    {LOOP_DISTRESS_THRESHOLD, "distress_threshold", 0},
    {LOOP_DISTRESS_COST, "distress_cost", 0},
    {LOOP_ORDER_RESPONSE, "order_response", 0},
    {LOOP_FUNDING_SENSITIVITY, "funding_sensitivity", 0},
    {LOOP_CREDIT_LIMIT, "credit_limit", 0},
    {LOOP_CASH_FLOOR, "cash_floor", 0},
    {LOOP_UPSIDE, "upside", 0},
    {LOOP_EXTERNAL_USE, "external_use", 0},
    {LOOP_SUBSTITUTION, "substitution", 0},
    {LOOP_HARDWARE_SHARE, "hardware_share", 0},
    {LOOP_SPREAD, "spread", 0},
    {LOOP_CAPEX_BORROWING, "capex_borrowing", 0},
    {LOOP_SECURED_SHARE, "secured_share", 0},
    {LOOP_LOAN_TO_VALUE, "loan_to_value", 0},
    {LOOP_SALES_WEIGHT, "loop_sales_weight", 0},
};

static const struct {
  const char *variable;
  double absent;
} PATHS[LOOP_PATH_COUNT] = {
    [LOOP_PATH_DEMAND_PLANNED] = {"demand_planned", 0},
    [LOOP_PATH_DEMAND] = {"demand", 0},
    [LOOP_PATH_PURCHASE_SCALE] = {"purchase_scale", 1},
    [LOOP_PATH_OUTSIDE_EQUITY] = {"outside_equity", 0},
    [LOOP_PATH_MULTIPLE] = {"multiple", 0},
    [LOOP_PATH_SUPPLY] = {"supply", 1},
    [LOOP_PATH_POWER_CAP] = {"power_cap", LS_NO_POWER_CAP},
    [LOOP_PATH_CREDIT] = {"credit", 1},
    [LOOP_PATH_PRICE] = {"price", 1},
    [LOOP_PATH_HARDWARE_PRICE] = {"hardware_price", 1},
    [LOOP_PATH_DEPRECIATION_SCALE] = {"depreciation_scale", 1},
    [LOOP_PATH_AMORTISATION] = {"amortisation", 0}, /* that of loop.yaml: set below */
    [LOOP_PATH_ROLLOVER] = {"rollover", 0},
};

/* ---- entities ------------------------------------------------------------------------------------------------------ */

static ls_status fill_entities(ls_context *context, const ls_network *network, struct ls_loop_plan *loop) {
  int32_t n = network->entity_count;
  double *entity = context_allocate(context, (size_t)n * LOOP_FIELD_COUNT, sizeof *entity);
  loop->entity = entity;
  if (entity == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (size_t f = 0; f < sizeof FIELDS / sizeof FIELDS[0]; f++)
    for (int32_t i = 0; i < n; i++)
      entity[(int64_t)i * LOOP_FIELD_COUNT + FIELDS[f].field] =
          network_number(network, TABLE_ENTITIES, FIELDS[f].column, i, FIELDS[f].absent);
  for (int32_t i = 0; i < n; i++)
    for (int f = LOOP_PRICE; f <= LOOP_COST; f++)
      if (!(entity[(int64_t)i * LOOP_FIELD_COUNT + f] > 0))
        return context_fail(context, LS_STATUS_UNUSABLE, "entity '%s': %s is %.17g, must be > 0 for model 'loop'",
                            network_entity_id(network, i), f == LOOP_PRICE ? "price_per_capacity" : "cost_per_capacity",
                            entity[(int64_t)i * LOOP_FIELD_COUNT + f]);
  return LS_STATUS_OK;
}

/* What no row names of an issuer is the world's. */
static void fill_world_shares(const ls_network *network, struct ls_loop_plan *loop) {
  int32_t n = network->entity_count;
  double *world = (double *)loop->entity + LOOP_WORLD_SHARE; /* of i at i * LOOP_FIELD_COUNT */
  for (int64_t i = 0; i < n; i++) world[i * LOOP_FIELD_COUNT] = 1;
  for (int32_t k = 0; k < loop->stake.count; k++)
    world[(int64_t)loop->stake.to[k] * LOOP_FIELD_COUNT] -= loop->stake.amount[k];
  for (int64_t i = 0; i < n; i++) /* shares that add up to 1 but for rounding */
    if (world[i * LOOP_FIELD_COUNT] < 0) world[i * LOOP_FIELD_COUNT] = 0;
}

static int32_t find_type(const ls_network *network, const char *type) {
  for (int64_t k = 0; k < network->table[TABLE_INPUTS].row_count; k++)
    if (strcmp(network_text(network, TABLE_INPUTS, "input_type", k), type) == 0) return (int32_t)k;
  return -1;
}

static ls_status fill_types(ls_context *context, const ls_network *network, struct ls_loop_plan *loop) {
  int32_t n = network->entity_count;
  loop->type_count = (int32_t)network->table[TABLE_INPUTS].row_count;
  int32_t *type = context_allocate(context, (size_t)n, sizeof *type);
  int32_t *essential = context_allocate(context, (size_t)loop->type_count, sizeof *essential);
  loop->input_type = type;
  loop->essential = essential;
  if (type == NULL || essential == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int32_t k = 0; k < loop->type_count; k++)
    essential[k] = network_number(network, TABLE_INPUTS, "essential", k, 0) > 0;
  bool has_types = network_column(network, TABLE_ENTITIES, "input_type") != NULL;
  for (int32_t i = 0; i < n; i++)
    type[i] = has_types ? find_type(network, network_text(network, TABLE_ENTITIES, "input_type", i)) : -1;
  return LS_STATUS_OK;
}

/* ---- links --------------------------------------------------------------------------------------------------------- */

/* Rows of a pair table as links; stakes of the world are left out (they are what is left). Contracts stay apart, everything else
 * is one link a pair. Returns how many. */
static int32_t gather(const ls_network *network, enum table_id id, const char *column, bool without_world,
                      struct link *link) {
  const struct table *table = &network->table[id];
  const double *amount = network_numbers(network, id, column);
  int32_t count = 0;
  for (int64_t k = 0; k < table->row_count; k++) {
    if (without_world && table->from[k] == ENTITY_WORLD) continue;
    double value = amount == NULL ? 0 : amount[k];
    link[count++] = (struct link){loop_node_of(network, table->from[k]), loop_node_of(network, table->to[k]), value,
                                  id == TABLE_PURCHASES ? k : -1};
  }
  return count;
}

/* Links that may come to be used stand from the start, empty. */
static void set_to_zero(struct link *link, int32_t count) {
  for (int32_t k = 0; k < count; k++) link[k].amount = 0, link[k].row = -1;
}

/* Pledges and warrants make stakes; purchases and backstops make trade debt, either way where a dead supplier is liable; and
 * everybody may come to owe the world: those links exist from the start. */
static ls_status fill_links(ls_context *context, const ls_network *network, const struct run_settings *settings,
                            struct ls_loop_plan *loop) {
  const struct table *t = network->table;
  int32_t n = network->entity_count;
  size_t most =
      (size_t)(t[TABLE_LIABILITIES].row_count + 2 * t[TABLE_PURCHASES].row_count + t[TABLE_SHAREHOLDINGS].row_count +
               t[TABLE_PLEDGES].row_count + t[TABLE_WARRANTS].row_count + t[TABLE_BACKSTOPS].row_count + n);
  struct link *link = context_allocate(context, most, sizeof *link);
  int32_t *purchase_row = context_allocate(context, (size_t)t[TABLE_PURCHASES].row_count, sizeof *purchase_row);
  loop->purchase_row = purchase_row;
  if (link == NULL || purchase_row == NULL) {
    context_release(context, link);
    return LS_STATUS_OUT_OF_MEMORY;
  }
  int32_t count = gather(network, TABLE_PURCHASES, "backlog", false, link);
  ls_status status = links_build(context, link, count, n, &loop->purchase);
  for (int32_t k = 0; k < count; k++) purchase_row[k] = (int32_t)link[k].row;
  if (status != LS_STATUS_OK) goto cleanup;
  count = gather(network, TABLE_PLEDGES, "amount", false, link);
  status = links_build(context, link, count, n, &loop->pledge);
  if (status != LS_STATUS_OK) goto cleanup;
  int32_t more = gather(network, TABLE_PLEDGES, "amount", true, link);
  more += finance_stake_links(network, link + more);
  set_to_zero(link, more);
  count = more + gather(network, TABLE_SHAREHOLDINGS, "share", true, link + more);
  status = links_build(context, link, count, n, &loop->stake);
  if (status != LS_STATUS_OK) goto cleanup;
  more = gather(network, TABLE_PURCHASES, "backlog", true, link);
  more += finance_debt_links(network, settings, link + more);
  for (int32_t i = 0; i < n; i++) link[more++] = (struct link){i, n, 0, -1};
  set_to_zero(link, more);
  count = more + gather(network, TABLE_LIABILITIES, "amount", false, link + more);
  status = links_build(context, link, count, n, &loop->debt);
cleanup:
  context_release(context, link);
  return status;
}

/* Which debt link takes a purchase's arrears, which stake a pledge buys, where everybody's debt to the world stands. */
static ls_status connect_links(ls_context *context, int32_t n, struct ls_loop_plan *loop) {
  int32_t *purchase_debt = context_allocate(context, (size_t)loop->purchase.count, sizeof *purchase_debt);
  int32_t *pledge_stake = context_allocate(context, (size_t)loop->pledge.count, sizeof *pledge_stake);
  int32_t *world_debt = context_allocate(context, (size_t)n, sizeof *world_debt);
  loop->purchase_debt = purchase_debt;
  loop->pledge_stake = pledge_stake;
  loop->world_debt = world_debt;
  if (purchase_debt == NULL || pledge_stake == NULL || world_debt == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int32_t k = 0; k < loop->purchase.count; k++)
    purchase_debt[k] =
        loop->purchase.from[k] == n ? -1 : links_find(&loop->debt, loop->purchase.from[k], loop->purchase.to[k]);
  for (int32_t k = 0; k < loop->pledge.count; k++)
    pledge_stake[k] =
        loop->pledge.from[k] == n ? -1 : links_find(&loop->stake, loop->pledge.from[k], loop->pledge.to[k]);
  for (int32_t i = 0; i < n; i++) world_debt[i] = links_find(&loop->debt, i, n);
  return LS_STATUS_OK;
}

/* ---- contracts by quarter ------------------------------------------------------------------------------------------- */

/* The row of a pair table that a link stands for, the first where its pair has several. */
static int64_t row_of(const ls_network *network, enum table_id id, const struct ls_loop_links *links, int32_t k) {
  int32_t n = network->entity_count;
  int32_t from = links->from[k] == n ? ENTITY_WORLD : links->from[k],
          to = links->to[k] == n ? ENTITY_WORLD : links->to[k];
  return network_find_pair(network, id, from, to);
}

/* q_ij(t) = q_ij times 0 before the start and after the end, else min(1, (t - start + 1) / (ramp + 1)). */
static double ramped(double rate, double start, double ramp, double end, int32_t t) {
  if (t < start || t >= end) return 0;
  double share = (t - start + 1) / (ramp + 1);
  return rate * (share < 1 ? share : 1);
}

static ls_status fill_purchases(ls_context *context, const ls_network *network, int32_t quarters,
                                struct ls_loop_plan *loop) {
  int32_t count = loop->purchase.count;
  double *rate = context_allocate(context, (size_t)count * (size_t)quarters, sizeof *rate);
  double *firm = context_allocate(context, (size_t)count, sizeof *firm);
  double *capex = context_allocate(context, (size_t)count, sizeof *capex);
  int32_t *target = context_allocate(context, (size_t)count, sizeof *target);
  loop->purchase_rate = rate;
  loop->take_or_pay = firm;
  loop->capex_share = capex;
  loop->purchase_target = target;
  if (rate == NULL || firm == NULL || capex == NULL || target == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int32_t k = 0; k < count; k++) {
    int64_t row = loop->purchase_row[k];
    target[k] = (int32_t)row_of(network, TABLE_PURCHASES, &loop->purchase, k);
    double full = network_number(network, TABLE_PURCHASES, "per_quarter", row, 0);
    double start = network_number(network, TABLE_PURCHASES, "start", row, 0);
    double ramp = network_number(network, TABLE_PURCHASES, "ramp_quarters", row, 0);
    double end = network_number(network, TABLE_PURCHASES, "end", row, LS_NO_END);
    firm[k] = network_number(network, TABLE_PURCHASES, "take_or_pay", row, 0);
    capex[k] = network_number(network, TABLE_PURCHASES, "capex_share", row, 0);
    for (int32_t t = 0; t < quarters; t++) rate[(int64_t)t * count + k] = ramped(full, start, ramp, end, t);
  }
  return LS_STATUS_OK;
}

static ls_status fill_pledges(ls_context *context, const ls_network *network, int32_t quarters,
                              struct ls_loop_plan *loop) {
  int32_t count = loop->pledge.count;
  double *rate = context_allocate(context, (size_t)count * (size_t)quarters, sizeof *rate);
  double *gate = context_allocate(context, (size_t)count * (size_t)quarters, sizeof *gate);
  int32_t *table_row = context_allocate(context, (size_t)count, sizeof *table_row);
  loop->pledge_rate = rate;
  loop->pledge_gate = gate;
  loop->pledge_row = table_row;
  if (rate == NULL || gate == NULL || table_row == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int32_t k = 0; k < count; k++) {
    int64_t row = row_of(network, TABLE_PLEDGES, &loop->pledge, k);
    table_row[k] = (int32_t)row;
    double full = network_number(network, TABLE_PLEDGES, "per_quarter", row, 0);
    double start = network_number(network, TABLE_PLEDGES, "start", row, 0);
    for (int32_t t = 0; t < quarters; t++) {
      rate[(int64_t)t * count + k] = t < start ? 0 : full;
      gate[(int64_t)t * count + k] = 1;
    }
  }
  return LS_STATUS_OK;
}

/* ---- paths ----------------------------------------------------------------------------------------------------------- */

struct path_row {
  int64_t row;
  double quarter;
};

static int compare_path_rows(const void *a, const void *b) {
  const struct path_row *x = a, *y = b;
  if (x->quarter != y->quarter) return x->quarter < y->quarter ? -1 : 1;
  return x->row < y->row ? -1 : x->row > y->row;
}

/* Sets value[t * stride] from the row's quarter on; later rows overwrite what earlier ones held. */
static void hold(double *value, int64_t stride, int32_t quarters, double from, double amount) {
  for (int32_t t = 0; t < quarters; t++)
    if (t >= from) value[t * stride] = amount;
}

static void apply_gate(const ls_network *network, const char *target, double from, double amount, int32_t quarters,
                       struct ls_loop_plan *loop) {
  const char *arrow = strchr(target, '>');
  if (arrow == NULL) return;
  for (int32_t k = 0; k < loop->pledge.count; k++) {
    int32_t n = network->entity_count;
    int32_t investor = loop->pledge.from[k] == n ? ENTITY_WORLD : loop->pledge.from[k];
    const char *from_id = network_entity_id(network, investor);
    size_t length = (size_t)(arrow - target);
    if (strlen(from_id) != length || memcmp(from_id, target, length) != 0) continue;
    if (strcmp(network_entity_id(network, loop->pledge.to[k]), arrow + 1) != 0) continue;
    hold((double *)loop->pledge_gate + k, loop->pledge.count, quarters, from, amount);
  }
}

static void apply_row(const ls_network *network, int64_t row, int32_t quarters, struct ls_loop_plan *loop) {
  const char *target = network_text(network, TABLE_PATHS, "target", row);
  const char *variable = network_text(network, TABLE_PATHS, "variable", row);
  double from = network_number(network, TABLE_PATHS, "quarter", row, 0);
  double amount = network_number(network, TABLE_PATHS, "value", row, 0);
  if (strcmp(variable, "gate") == 0) apply_gate(network, target, from, amount, quarters, loop);
  int64_t width = network->entity_count + 1;
  int32_t entity = network_find_entity(network, target);
  if (entity == ENTITY_NONE) return;
  for (int p = 0; p < LOOP_PATH_COUNT; p++)
    if (strcmp(PATHS[p].variable, variable) == 0)
      hold((double *)loop->path + loop_node_of(network, entity) * LOOP_PATH_COUNT + p, width * LOOP_PATH_COUNT,
           quarters, from, amount);
}

/* Demand is as planned where no row says otherwise; UNSET marks that until the rows are in. */
#define UNSET (-1.0)

static ls_status fill_paths(ls_context *context, const ls_network *network, int32_t quarters,
                            struct ls_loop_plan *loop) {
  int64_t width = network->entity_count + 1, rows = network->table[TABLE_PATHS].row_count;
  double *path = context_allocate(context, (size_t)(quarters * width * LOOP_PATH_COUNT), sizeof *path);
  struct path_row *order = context_allocate(context, (size_t)rows, sizeof *order);
  loop->path = path;
  if (path == NULL || order == NULL) {
    context_release(context, order);
    return LS_STATUS_OUT_OF_MEMORY;
  }
  for (int p = 0; p < LOOP_PATH_COUNT; p++) {
    double absent = p == LOOP_PATH_DEMAND ? UNSET : PATHS[p].absent;
    if (p == LOOP_PATH_AMORTISATION) absent = loop->amortisation;
    for (int64_t k = 0; k < quarters * width; k++) path[k * LOOP_PATH_COUNT + p] = absent;
  }
  for (int64_t k = 0; k < rows; k++)
    order[k] = (struct path_row){k, network_number(network, TABLE_PATHS, "quarter", k, 0)};
  if (rows > 1) qsort(order, (size_t)rows, sizeof *order, compare_path_rows);
  for (int64_t k = 0; k < rows; k++) apply_row(network, order[k].row, quarters, loop);
  for (int64_t k = 0; k < quarters * width; k++) {
    double *of = path + k * LOOP_PATH_COUNT;
    if (of[LOOP_PATH_DEMAND] == UNSET) of[LOOP_PATH_DEMAND] = of[LOOP_PATH_DEMAND_PLANNED];
  }
  context_release(context, order);
  return LS_STATUS_OK;
}

ls_status plan_fill_loop(ls_context *context, const ls_network *network, const struct run_settings *settings,
                         struct ls_plan *plan) {
  struct ls_loop_plan *loop = &plan->loop;
  const struct loop_settings *from = &settings->loop;
  if (!network_has_loop_tables(network))
    return context_fail(
        context, LS_STATUS_UNUSABLE,
        "model 'loop' needs the loop tables (paths.csv, purchases.csv, pledges.csv, loop.yaml), of which network "
        "'%s' has none",
        network->name);
  int32_t n = network->entity_count, quarters = plan->quarter_count;
  loop->build_lag = from->build_lag;
  loop->claims_en = from->claims_valuation;
  loop->interest = from->interest;
  loop->amortisation = from->amortisation;
  loop->termination_share = from->termination_share;
  loop->recovery_assets = from->recovery_assets;
  loop->recovery_claims = from->recovery_claims;
  loop->recovery_stakes = from->recovery_stakes;
  ls_status status = fill_entities(context, network, loop);
  if (status == LS_STATUS_OK) status = fill_types(context, network, loop);
  if (status == LS_STATUS_OK) status = fill_links(context, network, settings, loop);
  if (status == LS_STATUS_OK) status = connect_links(context, n, loop);
  if (status == LS_STATUS_OK) status = fill_purchases(context, network, quarters, loop);
  if (status == LS_STATUS_OK) status = fill_pledges(context, network, quarters, loop);
  if (status == LS_STATUS_OK) status = fill_paths(context, network, quarters, loop);
  if (status == LS_STATUS_OK) status = plan_fill_finance(context, network, settings, plan);
  if (status == LS_STATUS_OK) status = plan_fill_elimination(context, &loop->stake, n, &loop->elimination);
  if (status == LS_STATUS_OK) fill_world_shares(network, loop);
  return status;
}

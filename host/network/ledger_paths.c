/* ledger_paths.c - paths over the quarters from levels and growth, and the price of revenue that gives the market
 * value. */
#include "network/ledger_rules.h"

#include "core/scalar_math.h"
#include "network/table.h"

#include <math.h>
#include <string.h>

static const char ASSUMPTIONS_FILE[] = "assumptions.csv";

/* Variables of paths.csv that entities have, and what holds before any row (INTERFACE, paths.csv). A path that
 * starts at a positive default may be given by growth alone. */
static const struct path_variable {
  const char *name, *growth;
  double otherwise;
} VARIABLES[] = {{"demand_planned", "demand_planned_growth", 0.0},
                 {"demand", "demand_growth", 0.0},
                 {"purchase_scale", "purchase_scale_growth", 1.0},
                 {"outside_equity", "outside_equity_growth", 0.0},
                 {"multiple", "multiple_growth", 0.0},
                 {"supply", "supply_growth", 1.0},
                 {"power_cap", "power_cap_growth", 0.0},
                 {"credit", "credit_growth", 1.0},
                 {"price", "price_growth", 1.0},
                 {"hardware_price", "hardware_price_growth", 1.0},
                 {"depreciation_scale", "depreciation_scale_growth", 1.0},
                 {"amortisation", "amortisation_growth", 0.0}, /* loop.yaml's, filled in when read */
                 {"rollover", "rollover_growth", 0.0}};
enum {
  VARIABLE_DEMAND_PLANNED = 0,
  VARIABLE_PURCHASE_SCALE = 2,
  VARIABLE_MULTIPLE = 4,
  VARIABLE_HARDWARE_PRICE = 9,
  VARIABLE_AMORTISATION = 11,
  VARIABLE_COUNT = sizeof VARIABLES / sizeof *VARIABLES
};

struct path_row {
  const char *target, *variable;
  int32_t quarter;
  double value;
};
struct path_list {
  struct path_row *row;
  int64_t count, room;
};

static ls_status add_row(struct ledger *ledger, struct path_list *list, struct path_row row) {
  if (list->count == list->room) {
    const int64_t room = list->room == 0 ? 512 : 2 * list->room;
    struct path_row *grown = context_grow(ledger->context, list->row, (size_t)list->count, (size_t)room, sizeof *grown);
    if (grown == NULL) return LS_STATUS_OUT_OF_MEMORY;
    list->row = grown;
    list->room = room;
  }
  list->row[list->count++] = row;
  return LS_STATUS_OK;
}

/* ---- one path --------------------------------------------------------------------------------------------------- */

struct knots {
  const struct assumption *level, *growth;
  int64_t level_count, growth_count;
  double first; /* value of quarter 0 that is not among the levels: solved, or the default */
};

static struct knots find_knots(struct ledger *ledger, const struct assumption_scope *scope,
                               const struct path_variable *variable) {
  const bool amortisation = variable == &VARIABLES[VARIABLE_AMORTISATION];
  struct knots knots = {.first = amortisation ? ledger->network->loop.amortisation : variable->otherwise};
  int64_t first = 0;
  knots.level_count = assumption_rows_in(&ledger->book, scope, variable->name, &first);
  knots.level = ledger->book.row + first;
  knots.growth_count = assumption_rows_in(&ledger->book, scope, variable->growth, &first);
  knots.growth = ledger->book.row + first;
  return knots;
}

static bool has_path(const struct knots *knots) {
  return knots->level_count > 0 || (knots->growth_count > 0 && knots->first > 0.0);
}

static double value_after(const struct knots *knots, int32_t quarter, double before) {
  double growth = 1.0;
  for (int64_t i = 0; i < knots->growth_count && knots->growth[i].quarter <= quarter; i++)
    growth = knots->growth[i].value;
  for (int64_t i = 0; i < knots->level_count; i++)
    if (knots->level[i].quarter == quarter) return knots->level[i].value;
  return quarter == 0 ? knots->first : before * growth;
}

static ls_status add_path(struct ledger *ledger, struct path_list *list, const char *target, const char *variable,
                          const struct knots *knots) {
  ls_status status = LS_STATUS_OK;
  double value = 0.0;
  for (int32_t quarter = 0; quarter < ledger->network->loop.quarters && status == LS_STATUS_OK; quarter++) {
    const double next = value_after(knots, quarter, value);
    if (quarter == 0 || next < value || next > value)
      status = add_row(ledger, list, (struct path_row){target, variable, quarter, next});
    value = next;
  }
  return status;
}

/* ---- the multiple that gives the market value ------------------------------------------------------------------- */

static double market_value(struct ledger *ledger, int32_t entity, const struct assumption_scope *scope) {
  const double fact = attribute_number(ledger->network, TABLE_ENTITIES, "market_value", entity);
  return isnan(fact) ? assumption_value(&ledger->book, scope, "market_value", NAN) : fact;
}

static bool scope_of(struct ledger *ledger, int32_t entity, struct assumption_scope *scope) {
  const bool made = assumption_scope_of_entity(ledger->context, ledger->network, entity, scope);
  ledger->without_memory = ledger->without_memory || !made;
  return made;
}

static double market_value_of(struct ledger *ledger, int32_t entity) {
  struct assumption_scope scope;
  if (!scope_of(ledger, entity, &scope)) return NAN;
  const double value = market_value(ledger, entity, &scope);
  assumption_scope_release(ledger->context, &scope);
  return value;
}

static double sum_of_column(const ls_network *network, enum table_id id, const char *column, const int32_t *key,
                            int32_t entity) {
  const double *number = network_numbers(network, id, column);
  double sum = 0.0;
  for (int64_t i = 0; number != NULL && i < network->table[id].row_count; i++)
    if (key[i] == entity) sum += number[i];
  return sum;
}

/* A path's value in quarter 0. */
static double path_start(struct ledger *ledger, int32_t entity, int variable) {
  struct assumption_scope scope;
  if (!scope_of(ledger, entity, &scope)) return NAN;
  const struct knots knots = find_knots(ledger, &scope, &VARIABLES[variable]);
  assumption_scope_release(ledger->context, &scope);
  return value_after(&knots, 0, 0.0);
}

static double contract_number(const ls_network *network, const char *column, int64_t row) {
  return network_number(network, TABLE_PURCHASES, column, row, 0.0);
}

/* What a contract's backlog counts for in value: the share not committed at its weight, all of it discounted over the
 * quarters that it takes (step 9 of the model). */
static double backlog_worth(const ls_network *network, int64_t row) {
  const double backlog = contract_number(network, "backlog", row), rate = contract_number(network, "per_quarter", row);
  const double committed = contract_number(network, "take_or_pay", row), r = network->loop.backlog_discount;
  const double worth = backlog * (committed + network->loop.backlog_uncommitted * (1.0 - committed));
  if (!(r > 0.0) || !(rate > 0.0)) return worth;
  const double quarters = backlog / rate > 1.0 ? backlog / rate : 1.0;
  return worth * ((1.0 - scalar_exp(-quarters * scalar_log(1.0 + r))) / (r * quarters));
}

/* What is ordered under a contract in quarter 0 where all goes to plan. */
static double first_order(struct ledger *ledger, int64_t row) {
  const ls_network *network = ledger->network;
  if (contract_number(network, "start", row) > 0.0) return 0.0;
  const int32_t buyer = network->table[TABLE_PURCHASES].from[row];
  const double backlog = contract_number(network, "backlog", row);
  const double order = contract_number(network, "per_quarter", row) /
                       (contract_number(network, "ramp_quarters", row) + 1.0) *
                       path_start(ledger, buyer, VARIABLE_PURCHASE_SCALE);
  return contract_number(network, "renewed", row) > 0.0 || order < backlog ? order : backlog;
}

/* What an entity is worth without its revenue: step 9 of the model at the start, all values as in the market. */
static double value_without_revenue(struct ledger *ledger, int32_t entity) {
  const ls_network *network = ledger->network;
  const struct table *stakes = &network->table[TABLE_SHAREHOLDINGS], *debts = &network->table[TABLE_LIABILITIES];
  const struct table *purchases = &network->table[TABLE_PURCHASES];
  const double *share = network_numbers(network, TABLE_SHAREHOLDINGS, "share");
  const double hardware = network_number(network, TABLE_ENTITIES, "hardware_share", entity, 0.0);
  const double margin = network_number(network, TABLE_ENTITIES, "backlog_margin", entity, 0.0);
  double value = network_number(network, TABLE_ENTITIES, "cash", entity, 0.0) +
                 network_number(network, TABLE_ENTITIES, "real_assets", entity, 0.0) *
                     (1.0 - hardware + hardware * path_start(ledger, entity, VARIABLE_HARDWARE_PRICE));
  for (int64_t i = 0; i < stakes->row_count; i++)
    if (stakes->from[i] == entity) value += share[i] * market_value_of(ledger, stakes->to[i]);
  for (int64_t i = 0; i < purchases->row_count; i++)
    if (purchases->to[i] == entity) value += margin * backlog_worth(network, i);
  value += sum_of_column(network, TABLE_LIABILITIES, "amount", debts->to, entity);
  return value - sum_of_column(network, TABLE_LIABILITIES, "amount", debts->from, entity);
}

/* Sales of quarter 0 that the market is taken to price: outside the network, and within it as far as they count. */
static double priced_sales(struct ledger *ledger, int32_t entity, double demand) {
  const struct table *purchases = &ledger->network->table[TABLE_PURCHASES];
  const double weight = network_number(ledger->network, TABLE_ENTITIES, "loop_sales_weight", entity, 0.0);
  double within = 0.0;
  for (int64_t i = 0; weight > 0.0 && i < purchases->row_count; i++)
    if (purchases->to[i] == entity) within += first_order(ledger, i);
  return demand + weight * within;
}

/* Beyond 100 the revenue given is not what the market values. */
static ls_status solve_multiple(struct ledger *ledger, int32_t entity, double value, double demand,
                                struct knots *knots) {
  const char *id = network_entity_id(ledger->network, entity);
  if (knots->level_count > 0)
    return context_fault(ledger->context, ASSUMPTIONS_FILE, knots->level[0].line,
                         "multiple of '%s' is given beside its market_value, which determines it", id);
  if (!(demand > 0.0))
    return context_fault(ledger->context, ASSUMPTIONS_FILE, 0,
                         "demand_planned of '%s' is %.17g, must be > 0 for its market_value", id, demand);
  knots->first = (value - value_without_revenue(ledger, entity)) / (4.0 * priced_sales(ledger, entity, demand));
  if (ledger->without_memory) return LS_STATUS_OUT_OF_MEMORY;
  if (knots->first >= 0.0 && knots->first <= 100.0) return LS_STATUS_OK;
  return context_fault(
      ledger->context, ASSUMPTIONS_FILE, 0,
      "market_value %.17g of '%s' needs %.17g times its revenue, must be from 0 to 100 (and the market_value "
      "of all that it holds must be known)",
      value, id, knots->first);
}

/* ---- all paths -------------------------------------------------------------------------------------------------- */

static ls_status add_entity_paths(struct ledger *ledger, struct path_list *list, int32_t entity,
                                  const struct assumption_scope *scope) {
  const char *id = network_entity_id(ledger->network, entity);
  const double value = market_value(ledger, entity, scope);
  ls_status status = LS_STATUS_OK;
  double demand = 0.0;
  for (int v = 0; v < VARIABLE_COUNT && status == LS_STATUS_OK; v++) {
    struct knots knots = find_knots(ledger, scope, &VARIABLES[v]);
    if (v == VARIABLE_DEMAND_PLANNED) demand = value_after(&knots, 0, 0.0);
    if (v == VARIABLE_MULTIPLE && !isnan(value)) {
      status = solve_multiple(ledger, entity, value, demand, &knots);
      if (status == LS_STATUS_OK) status = add_path(ledger, list, id, VARIABLES[v].name, &knots);
    } else if (has_path(&knots)) {
      status = add_path(ledger, list, id, VARIABLES[v].name, &knots);
    }
  }
  return status;
}

/* Gates of pledges, under the pair's own target. */
static ls_status add_gates(struct ledger *ledger, struct path_list *list) {
  const struct table *pledges = &ledger->network->table[TABLE_PLEDGES];
  ls_status status = LS_STATUS_OK;
  for (int64_t i = 0; i < pledges->row_count && status == LS_STATUS_OK; i++) {
    struct assumption_scope scope;
    if (!assumption_scope_of_pair(ledger->context, ledger->network, NULL, pledges->from[i], pledges->to[i], &scope))
      return LS_STATUS_OUT_OF_MEMORY;
    int64_t first = 0;
    const int64_t count = assumption_rows(&ledger->book, scope.target[0], "gate", &first);
    const struct knots knots = {.level = ledger->book.row + first, .level_count = count, .first = 1.0};
    if (count > 0) status = add_path(ledger, list, knots.level[0].target, "gate", &knots);
    assumption_scope_release(ledger->context, &scope);
  }
  return status;
}

/* A conditional pledge without a gate would be money that no milestone can stop. */
static void check_gates(struct ledger *ledger, const struct path_list *list) {
  for (int64_t row = 0; row < ledger->network->table[TABLE_DEALS].row_count; row++) {
    struct deal deal;
    ledger_deal(ledger, row, &deal);
    if (!ledger_deal_counts(ledger, &deal) || strcmp(deal.kind, "equity") != 0 ||
        strcmp(deal.status, "conditional") != 0)
      continue;
    bool found = false;
    for (int64_t i = 0; i < list->count && !found; i++) {
      int32_t from = ENTITY_NONE, to = ENTITY_NONE;
      found = strcmp(list->row[i].variable, "gate") == 0 &&
              assumption_split_pair(ledger->network, list->row[i].target, &from, &to) && from == deal.from &&
              to == deal.to;
    }
    if (!found)
      context_fault(ledger->context, "deals.csv", deal.line,
                    "deal '%s' is conditional, needs the assumption gate of '%s>%s'", deal.id,
                    network_entity_id(ledger->network, deal.from), network_entity_id(ledger->network, deal.to));
  }
}

static ls_status write_paths(struct ledger *ledger, const struct path_list *list) {
  struct table *table = &ledger->target->table[TABLE_PATHS];
  static const char *const TEXTS[] = {"target", "variable"};
  static const char *const NUMBERS[] = {"quarter", "value"};
  ls_status status = table_begin(ledger->context, table, list->count);
  for (int k = 0; k < 2 && status == LS_STATUS_OK; k++) {
    struct table_column *column = table_column_add(ledger->context, table, TEXTS[k], true);
    if (column == NULL) return LS_STATUS_OUT_OF_MEMORY;
    for (int64_t i = 0; i < list->count && status == LS_STATUS_OK; i++)
      status = table_text_set(ledger->context, column, i, k == 0 ? list->row[i].target : list->row[i].variable);
  }
  for (int k = 0; k < 2 && status == LS_STATUS_OK; k++) {
    struct table_column *column = table_column_add(ledger->context, table, NUMBERS[k], false);
    if (column == NULL) return LS_STATUS_OUT_OF_MEMORY;
    for (int64_t i = 0; i < list->count; i++) column->number[i] = k == 0 ? list->row[i].quarter : list->row[i].value;
  }
  return status;
}

ls_status ledger_fill_paths(struct ledger *ledger) {
  struct path_list list = {0};
  ls_status status = LS_STATUS_OK;
  /* After a fault in the tables before, their keys may be missing and nothing can be solved. */
  if (ledger->network->table[TABLE_PURCHASES].from == NULL ||
      ledger->network->table[TABLE_SHAREHOLDINGS].from == NULL ||
      ledger->network->table[TABLE_LIABILITIES].from == NULL || ledger->network->table[TABLE_PLEDGES].from == NULL)
    return LS_STATUS_INVALID_INPUT;
  for (int32_t entity = 0; entity < ledger->network->entity_count; entity++) {
    struct assumption_scope scope;
    if (!assumption_scope_of_entity(ledger->context, ledger->network, entity, &scope)) {
      status = LS_STATUS_OUT_OF_MEMORY;
      goto cleanup;
    }
    status = add_entity_paths(ledger, &list, entity, &scope);
    assumption_scope_release(ledger->context, &scope);
    if (status != LS_STATUS_OK && status != LS_STATUS_INVALID_INPUT) goto cleanup;
  }
  status = add_gates(ledger, &list);
  if (status != LS_STATUS_OK) goto cleanup;
  check_gates(ledger, &list);
  status = write_paths(ledger, &list);
cleanup:
  context_release(ledger->context, list.row);
  return status;
}

/* assumptions.c - the rows of assumptions.csv: checked, sorted, found. Reasons and ranges stay in the table. */
#include "network/assumptions.h"

#include "io/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char FILE_NAME[] = "assumptions.csv";

/* What is asked of a parameter's value: 0 <= value <= maximum, and > 0 where positive. */
struct parameter_rule {
  const char *name;
  double maximum;
  bool positive;
};

static const struct parameter_rule PARAMETER_RULES[] = {
    /* entities */
    {"cash", INFINITY, false},
    {"real_assets", INFINITY, false},
    {"capacity", INFINITY, false},
    {"dark_capacity", INFINITY, false},
    {"price_per_capacity", INFINITY, true},
    {"cost_per_capacity", INFINITY, true},
    {"opex", INFINITY, false},
    {"cogs_share", 1.0, false},
    {"depreciation", 1.0, false},
    {"backlog_margin", 1.0, false},
    {"distress_threshold", INFINITY, false},
    {"distress_cost", INFINITY, false},
    {"order_response", 1.0, false},
    {"funding_sensitivity", 1.0, false},
    {"credit_limit", INFINITY, false},
    {"cash_floor", INFINITY, false},
    {"debt", INFINITY, false},
    {"market_value", INFINITY, true},
    {"essential", 1.0, false},
    /* paths: a level, and growth per quarter */
    {"demand_planned", INFINITY, false},
    {"demand_planned_growth", INFINITY, true},
    {"demand", INFINITY, false},
    {"demand_growth", INFINITY, true},
    {"purchase_scale", INFINITY, false},
    {"purchase_scale_growth", INFINITY, true},
    {"outside_equity", INFINITY, false},
    {"outside_equity_growth", INFINITY, true},
    {"multiple", INFINITY, false},
    {"multiple_growth", INFINITY, true},
    {"supply", INFINITY, false},
    {"supply_growth", INFINITY, true},
    {"power_cap", INFINITY, false},
    {"power_cap_growth", INFINITY, true},
    {"credit", INFINITY, false},
    {"credit_growth", INFINITY, true},
    {"gate", INFINITY, false},
    /* deals and pairs */
    {"amount", INFINITY, false},
    {"price_per_gw", INFINITY, false},
    {"term_years", INFINITY, true},
    {"start", INFINITY, false},
    {"ramp_quarters", INFINITY, false},
    {"delivered", 1.0, false},
    {"realised", 1.0, false},
    {"realised_firm", 1.0, false},
    {"realised_announced", 1.0, false},
    {"realised_conditional", 1.0, false},
    {"realised_reported", 1.0, false},
    {"realised_cancelable", 1.0, false},
    {"realised_funded", 1.0, false},
    {"take_or_pay", 1.0, false},
    {"take_or_pay_firm", 1.0, false},
    {"take_or_pay_announced", 1.0, false},
    {"take_or_pay_conditional", 1.0, false},
    {"take_or_pay_reported", 1.0, false},
    {"take_or_pay_cancelable", 1.0, false},
    {"take_or_pay_funded", 1.0, false},
    {"take_or_pay_assumed", 1.0, false},
    {"capex_share", 1.0, false},
    {"pledge_quarters", INFINITY, true},
    {"share", 1.0, false},
    {"per_quarter", INFINITY, true},
    {"equity_window_years", INFINITY, true},
    /* settings of the model */
    {"quarters", INFINITY, true},
    {"interest", INFINITY, false},
    {"amortisation", 1.0, false},
    {"termination_share", 1.0, false},
    {"recovery_assets", 1.0, false},
    {"recovery_claims", 1.0, false},
    {"recovery_stakes", 1.0, false},
    {"build_lag", INFINITY, false},
};

static const char *const DISTRIBUTIONS[] = {"", "fixed", "uniform", "triangular", "normal", "lognormal", "beta", NULL};

double attribute_number(const ls_network *network, enum table_id table, const char *column, int64_t row) {
  const struct table_column *found = network_column(network, table, column);
  if (found == NULL) return NAN;
  if (found->number != NULL) return found->number[row];
  double value = NAN;
  return number_parse(found->text[row], &value) == NUMBER_FINE ? value : NAN;
}

/* ---- order and search ------------------------------------------------------------------------------------------- */

static int compare_names(const char *target, const char *parameter, const struct assumption *row) {
  const int order = strcmp(target, row->target);
  return order != 0 ? order : strcmp(parameter, row->parameter);
}

static int compare_rows(const void *left, const void *right) {
  const struct assumption *a = left, *b = right;
  const int order = compare_names(a->target, a->parameter, b);
  if (order != 0) return order;
  if (a->quarter != b->quarter) return a->quarter < b->quarter ? -1 : 1;
  return (a->line > b->line) - (a->line < b->line);
}

int64_t assumption_rows(struct assumption_book *book, const char *target, const char *parameter, int64_t *first) {
  int64_t low = 0, high = book->count;
  while (low < high) {
    const int64_t middle = low + (high - low) / 2;
    if (compare_names(target, parameter, &book->row[middle]) > 0)
      low = middle + 1;
    else
      high = middle;
  }
  *first = low;
  while (high < book->count && compare_names(target, parameter, &book->row[high]) == 0) book->row[high++].used = true;
  return high - low;
}

int64_t assumption_rows_in(struct assumption_book *book, const struct assumption_scope *scope, const char *parameter,
                           int64_t *first) {
  for (int32_t i = 0; i < scope->count; i++) {
    const int64_t count = assumption_rows(book, scope->target[i], parameter, first);
    if (count > 0) return count;
  }
  return 0;
}

double assumption_value(struct assumption_book *book, const struct assumption_scope *scope, const char *parameter,
                        double otherwise) {
  for (int32_t i = 0; i < scope->count; i++) {
    int64_t first = 0;
    const int64_t count = assumption_rows(book, scope->target[i], parameter, &first);
    if (count > 0 && book->row[first].quarter == 0) return book->row[first].value;
  }
  return otherwise;
}

/* ---- scopes ----------------------------------------------------------------------------------------------------- */

static bool add_sector(ls_context *context, const ls_network *network, int32_t entity, struct assumption_scope *scope) {
  if (entity >= 0) {
    const char *sector = network_text(network, TABLE_ENTITIES, "sector", entity);
    scope->owned[0] = context_print(context, "sector:%s", sector);
    if (scope->owned[0] == NULL) return false;
    scope->target[scope->count++] = network_entity_id(network, entity);
    scope->target[scope->count++] = scope->owned[0];
  }
  scope->target[scope->count++] = "*";
  return true;
}

bool assumption_scope_of_entity(ls_context *context, const ls_network *network, int32_t entity,
                                struct assumption_scope *scope) {
  *scope = (struct assumption_scope){0};
  return add_sector(context, network, entity, scope);
}

bool assumption_scope_of_pair(ls_context *context, const ls_network *network, const char *row_id, int32_t from,
                              int32_t to, struct assumption_scope *scope) {
  *scope = (struct assumption_scope){0};
  scope->owned[1] = context_print(context, "%s>%s", network_entity_id(network, from), network_entity_id(network, to));
  if (scope->owned[1] == NULL) return false;
  if (row_id != NULL) scope->target[scope->count++] = row_id;
  scope->target[scope->count++] = scope->owned[1];
  if (add_sector(context, network, to, scope)) return true;
  assumption_scope_release(context, scope);
  return false;
}

void assumption_scope_release(ls_context *context, struct assumption_scope *scope) {
  for (int i = 0; i < 2; i++) context_release(context, scope->owned[i]);
  *scope = (struct assumption_scope){0};
}

bool assumption_split_pair(const ls_network *network, const char *target, int32_t *from, int32_t *to) {
  const char *arrow = strchr(target, '>');
  if (arrow == NULL) return false;
  *from = *to = ENTITY_NONE;
  const size_t length = (size_t)(arrow - target);
  for (int32_t i = 0; i < network->entity_count; i++) {
    const char *id = network_entity_id(network, i);
    if (strlen(id) == length && strncmp(id, target, length) == 0) *from = i;
  }
  if (length == strlen("world") && strncmp(target, "world", length) == 0) *from = ENTITY_WORLD;
  *to = network_find_entity(network, arrow + 1);
  return true;
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

static bool sector_is_known(const ls_network *network, const char *sector) {
  for (int32_t i = 0; i < network->entity_count; i++)
    if (strcmp(network_text(network, TABLE_ENTITIES, "sector", i), sector) == 0) return true;
  return false;
}

static bool deal_is_known(const ls_network *network, const char *id) {
  for (int64_t row = 0; row < network->table[TABLE_DEALS].row_count; row++)
    if (strcmp(network_text(network, TABLE_DEALS, "id", row), id) == 0) return true;
  return false;
}

static bool target_is_known(const ls_network *network, const char *target) {
  int32_t from = ENTITY_NONE, to = ENTITY_NONE;
  if (strcmp(target, "*") == 0) return true;
  if (strncmp(target, "sector:", 7) == 0) return sector_is_known(network, target + 7);
  if (assumption_split_pair(network, target, &from, &to)) return from != ENTITY_NONE && to != ENTITY_NONE;
  return network_find_entity(network, target) >= 0 || deal_is_known(network, target);
}

static const struct parameter_rule *find_rule(const char *parameter) {
  for (size_t i = 0; i < sizeof PARAMETER_RULES / sizeof *PARAMETER_RULES; i++)
    if (strcmp(PARAMETER_RULES[i].name, parameter) == 0) return &PARAMETER_RULES[i];
  return NULL;
}

static bool distribution_is_known(const char *name) {
  for (int i = 0; DISTRIBUTIONS[i] != NULL; i++)
    if (strcmp(DISTRIBUTIONS[i], name) == 0) return true;
  return false;
}

static void check_value(ls_context *context, const ls_network *network, int64_t table_row, const struct assumption *row,
                        const struct parameter_rule *rule) {
  const char *distribution = network_text(network, TABLE_ASSUMPTIONS, "distribution", table_row);
  if (!(row->value >= 0.0) || !(row->value <= rule->maximum) || (rule->positive && !(row->value > 0.0)))
    context_fault(context, FILE_NAME, row->line, "%s of '%s' is %.17g, must be %s 0%s", row->parameter, row->target,
                  row->value, rule->positive ? ">" : ">=", isfinite(rule->maximum) ? " and <= 1" : "");
  if (!distribution_is_known(distribution))
    context_fault(context, FILE_NAME, row->line,
                  "distribution is '%s', must be fixed, uniform, triangular, normal, lognormal or beta", distribution);
}

static void read_row(ls_context *context, const ls_network *network, int64_t table_row, struct assumption *row) {
  const struct table *table = &network->table[TABLE_ASSUMPTIONS];
  const char *quarter_text = network_text(network, TABLE_ASSUMPTIONS, "quarter", table_row);
  const double quarter = attribute_number(network, TABLE_ASSUMPTIONS, "quarter", table_row);
  *row = (struct assumption){.target = network_text(network, TABLE_ASSUMPTIONS, "target", table_row),
                             .parameter = network_text(network, TABLE_ASSUMPTIONS, "parameter", table_row),
                             .value = attribute_number(network, TABLE_ASSUMPTIONS, "value", table_row),
                             .line = table->line[table_row]};
  const bool whole = quarter >= 0.0 && quarter <= 1e6 && floor(quarter) == quarter;
  if (whole)
    row->quarter = (int32_t)quarter;
  else if (!isnan(quarter) || *quarter_text != '\0')
    context_fault(context, FILE_NAME, row->line, "quarter is '%s', must be a whole number from 0 on or blank",
                  quarter_text);
  const struct parameter_rule *rule = find_rule(row->parameter);
  if (rule == NULL)
    context_fault(context, FILE_NAME, row->line, "parameter '%s' of '%s' is not known", row->parameter, row->target);
  else
    check_value(context, network, table_row, row, rule);
  if (!target_is_known(network, row->target))
    context_fault(context, FILE_NAME, row->line,
                  "target '%s' is unknown, must be an entity, a deal, from>to of two entities, sector:NAME or *",
                  row->target);
}

static void check_repeated(ls_context *context, const struct assumption_book *book) {
  for (int64_t i = 1; i < book->count; i++) {
    const struct assumption *row = &book->row[i];
    if (compare_names(row->target, row->parameter, row - 1) == 0 && row->quarter == row[-1].quarter)
      context_fault(context, FILE_NAME, row->line,
                    "%s of '%s' for quarter %d stands in line %lld already, must be given once", row->parameter,
                    row->target, row->quarter, (long long)row[-1].line);
  }
}

ls_status assumption_book_open(ls_context *context, const ls_network *network, struct assumption_book *book) {
  const int64_t count = network->table[TABLE_ASSUMPTIONS].row_count;
  const int64_t faults = context_fault_count(context);
  *book = (struct assumption_book){.context = context};
  const char *needed[] = {"target", "parameter"};
  for (int i = 0; i < 2 && count > 0; i++) {
    const struct table_column *column = network_column(network, TABLE_ASSUMPTIONS, needed[i]);
    if (column == NULL || column->text == NULL)
      return context_fault(context, FILE_NAME, 1, "column '%s' is missing, must name what the value is for", needed[i]);
  }
  book->row = context_allocate(context, (size_t)count, sizeof *book->row);
  if (book->row == NULL) return LS_STATUS_OUT_OF_MEMORY;
  book->count = count;
  for (int64_t i = 0; i < count; i++) read_row(context, network, i, &book->row[i]);
  qsort(book->row, (size_t)count, sizeof *book->row, compare_rows);
  check_repeated(context, book);
  return context_fault_count(context) > faults ? LS_STATUS_INVALID_INPUT : LS_STATUS_OK;
}

void assumption_book_close(struct assumption_book *book) {
  if (book->context != NULL) context_release(book->context, book->row);
  *book = (struct assumption_book){0};
}

void assumption_warn_unused(const struct assumption_book *book) {
  for (int64_t i = 0; i < book->count; i++) {
    const struct assumption *row = &book->row[i];
    /* Only the comparison of yearly flows asks for the window, not the tables of the model. */
    if (row->used || strcmp(row->parameter, "equity_window_years") == 0) continue;
    context_warn(book->context, FILE_NAME, row->line, "%s of '%s' is used nowhere", row->parameter, row->target);
  }
}

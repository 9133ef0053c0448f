/* assumptions.c - the rows of assumptions.csv: checked, sorted, found. Reasons and ranges stay in the table. */
#include "network/assumptions.h"

#include "io/number.h"
#include "network/loop_settings.h"

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
    {"upside", INFINITY, false},
    {"external_use", 1.0, false},
    {"substitution", 1.0, false},
    {"hardware_share", 1.0, false},
    {"spread", INFINITY, false},
    {"capex_borrowing", 1.0, false},
    {"secured_share", 1.0, false},
    {"loan_to_value", INFINITY, false},
    {"loop_sales_weight", INFINITY, false},
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
    {"price", INFINITY, false},
    {"price_growth", INFINITY, true},
    {"hardware_price", INFINITY, false},
    {"hardware_price_growth", INFINITY, true},
    {"depreciation_scale", INFINITY, false},
    {"depreciation_scale_growth", INFINITY, true},
    {"amortisation_growth", INFINITY, true},
    {"rollover", 1.0, false},
    {"rollover_growth", INFINITY, true},
    /* deals and pairs */
    {"amount", INFINITY, false},
    {"price_per_gw", INFINITY, false},
    {"term_years", INFINITY, true},
    {"start", INFINITY, false},
    {"ramp_quarters", INFINITY, false},
    {"delivered", 1.0, false},
    {"realised", 1.0, false},
    {"take_or_pay", 1.0, false},
    {"capex_share", 1.0, false},
    {"pledge_quarters", INFINITY, true},
    {"end", INFINITY, false},
    {"renewed", 1.0, false},
    {"priority", INFINITY, true},
    {"repricing", 1.0, false},
    {"renegotiation", 1.0, false},
    {"trigger", INFINITY, false},
    {"exit_notice", INFINITY, false},
    {"exit_fee", 1.0, false},
    {"earmark", 1.0, false},
    {"test_revenue", INFINITY, false},
    {"test_revenue_to_plan", INFINITY, false},
    {"test_capacity", INFINITY, false},
    {"test_purchases", INFINITY, false},
    {"share", 1.0, false},
    {"cost", INFINITY, false},
    {"equity_method", 1.0, false},
    {"cross_default", 1.0, false},
    {"per_quarter", INFINITY, true},
    {"equity_window_years", INFINITY, true},
};

/* These may be given by status too: take_or_pay_firm; `assumed` is running business without a deal. */
static const char *const BY_STATUS[] = {"realised",  "take_or_pay",   "end",     "renewed",     "priority",
                                        "repricing", "renegotiation", "trigger", "exit_notice", "exit_fee",
                                        NULL};
static const char *const STATUSES[] = {"firm",       "announced", "conditional", "reported",
                                       "cancelable", "funded",    "assumed",     NULL};

/* Settings of the model: their ranges are checked where they are taken over. */
static const struct parameter_rule SETTING_RULE = {"a setting", INFINITY, false};

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

static bool is_among(const char *const *list, const char *word, size_t length) {
  for (; *list != NULL; list++)
    if (strlen(*list) == length && strncmp(*list, word, length) == 0) return true;
  return false;
}

/* The length of NAME where the parameter is NAME_STATUS, else its own. */
static size_t base_length(const char *parameter) {
  for (const char *mark = strchr(parameter, '_'); mark != NULL; mark = strchr(mark + 1, '_'))
    if (is_among(STATUSES, mark + 1, strlen(mark + 1)) && is_among(BY_STATUS, parameter, (size_t)(mark - parameter)))
      return (size_t)(mark - parameter);
  return strlen(parameter);
}

static const struct parameter_rule *find_rule(const char *parameter) {
  const size_t length = base_length(parameter);
  for (size_t i = 0; i < sizeof PARAMETER_RULES / sizeof *PARAMETER_RULES; i++)
    if (strlen(PARAMETER_RULES[i].name) == length && strncmp(PARAMETER_RULES[i].name, parameter, length) == 0)
      return &PARAMETER_RULES[i];
  for (int k = 0; k < LOOP_KEY_COUNT; k++)
    if (LOOP_KEYS[k].kind != LOOP_KEY_WORD && strcmp(LOOP_KEYS[k].name, parameter) == 0) return &SETTING_RULE;
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

bool assumptions_name(const ls_network *network, const char *parameter) {
  if (network_column(network, TABLE_ASSUMPTIONS, "parameter") == NULL) return false;
  for (int64_t row = 0; row < network->table[TABLE_ASSUMPTIONS].row_count; row++)
    if (strcmp(network_text(network, TABLE_ASSUMPTIONS, "parameter", row), parameter) == 0) return true;
  return false;
}

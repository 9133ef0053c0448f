/* circularity_input.c - payments and investments: from flows.csv, from a ledger, or from the loop model's tables. */
#include "analysis/circularity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/schedule.h"
#include "io/csv.h"
#include "io/number.h"
#include "io/read_file.h"

static const char WORLD[] = "world";

static ls_status flows_create(ls_context *context, int32_t entity_count, struct flows *flows) {
  size_t n = (size_t)entity_count;
  *flows = (struct flows){.entity_count = entity_count};
  flows->id = context_allocate(context, n, sizeof(char *));
  flows->flow = context_allocate(context, (n + 1) * (n + 1), sizeof(double));
  flows->investment = context_allocate(context, (n + 1) * (n + 1), sizeof(double));
  if (flows->id && flows->flow && flows->investment) return LS_STATUS_OK;
  flows_release(context, flows);
  return LS_STATUS_OUT_OF_MEMORY;
}

void flows_release(ls_context *context, struct flows *flows) {
  for (int32_t i = 0; flows->id && i < flows->entity_count; i++) context_release(context, flows->id[i]);
  context_release(context, flows->id);
  context_release(context, flows->flow);
  context_release(context, flows->investment);
  *flows = (struct flows){0};
}

/* ---- flows.csv, investments.csv ---------------------------------------------------------------------------------- */

ls_status flows_folder(ls_context *context, const char *path, bool *is_one) {
  char *file = path_join(context, path, "flows.csv");
  if (file == NULL) return LS_STATUS_OUT_OF_MEMORY;
  *is_one = access(file, F_OK) == 0;
  context_release(context, file);
  return LS_STATUS_OK;
}

/* One of the two files: three columns, rows in file order. */
struct pair_file {
  const char *name, *from_column, *to_column;
  struct csv *csv;
  int32_t from, to, amount; /* columns */
  double *value;            /* [rows] */
};

static void pair_file_release(ls_context *context, struct pair_file *file) {
  csv_destroy(&file->csv);
  context_release(context, file->value);
}

static int32_t required_column(ls_context *context, const struct pair_file *file, const char *column) {
  int32_t found = csv_find(file->csv, column);
  if (found < 0) context_fault(context, file->name, 1, "column '%s' is missing", column);
  return found;
}

static void check_row(ls_context *context, const struct pair_file *file, int64_t row) {
  const struct csv_cell *from = csv_at(file->csv, row, file->from), *to = csv_at(file->csv, row, file->to);
  const struct csv_cell *amount = csv_at(file->csv, row, file->amount);
  enum number_fault fault = number_parse(amount->text, &file->value[row]);
  if (!*from->text) context_fault(context, file->name, from->line, "%s is empty", file->from_column);
  if (!*to->text) context_fault(context, file->name, to->line, "%s is empty", file->to_column);
  if (*from->text && strcmp(from->text, to->text) == 0)
    context_fault(context, file->name, from->line, "'%s' is both %s and %s", from->text, file->from_column,
                  file->to_column);
  if (fault != NUMBER_FINE)
    context_fault(context, file->name, amount->line, "amount from '%s' to '%s' is '%s', %s", from->text, to->text,
                  amount->text, number_rule(fault));
  else if (file->value[row] < 0)
    context_fault(context, file->name, amount->line, "amount from '%s' to '%s' is %s, must be >= 0", from->text,
                  to->text, amount->text);
}

static ls_status pair_file_read(ls_context *context, const char *folder, struct pair_file *file) {
  char *path = path_join(context, folder, file->name), *data = NULL;
  size_t length = 0;
  ls_status status = path ? read_file(context, path, &data, &length) : LS_STATUS_OUT_OF_MEMORY;
  if (status == LS_STATUS_OK) status = csv_read(context, file->name, data, length, &file->csv);
  context_release(context, data);
  context_release(context, path);
  if (status != LS_STATUS_OK) return status;
  file->from = required_column(context, file, file->from_column);
  file->to = required_column(context, file, file->to_column);
  file->amount = required_column(context, file, "amount");
  if (file->from < 0 || file->to < 0 || file->amount < 0) return LS_STATUS_INVALID_INPUT;
  file->value = context_allocate(context, (size_t)file->csv->row_count, sizeof(double));
  if (!file->value) return LS_STATUS_OUT_OF_MEMORY;
  for (int64_t row = 0; row < file->csv->row_count; row++) check_row(context, file, row);
  return LS_STATUS_OK;
}

/* Ids in order of first appearance: a sorted copy to look them up, and the order. */
struct id_list {
  const char **id; /* [count] in order of first appearance, the world left out */
  int32_t count;
};

/* Number of an id, the world being `count`; -1 for a new one. Networks of flows are small, a plain search does. */
static int32_t id_number(const struct id_list *list, const char *id) {
  if (strcmp(id, WORLD) == 0) return list->count;
  for (int32_t i = 0; i < list->count; i++)
    if (strcmp(list->id[i], id) == 0) return i;
  return -1;
}

static void collect(struct id_list *list, const struct pair_file *file) {
  for (int64_t row = 0; file->csv && row < file->csv->row_count; row++) {
    const char *from = csv_at(file->csv, row, file->from)->text, *to = csv_at(file->csv, row, file->to)->text;
    if (id_number(list, from) < 0) list->id[list->count++] = from;
    if (id_number(list, to) < 0) list->id[list->count++] = to;
  }
}

/* Fills a matrix; a pair that stands twice is a fault at the later line. `seen` marks pairs. */
static ls_status fill(ls_context *context, const struct pair_file *file, const struct id_list *list, double *matrix) {
  size_t width = (size_t)list->count + 1;
  bool *seen = context_allocate(context, width * width, sizeof(bool));
  if (!seen) return LS_STATUS_OUT_OF_MEMORY;
  for (int64_t row = 0; file->csv && row < file->csv->row_count; row++) {
    const struct csv_cell *from = csv_at(file->csv, row, file->from), *to = csv_at(file->csv, row, file->to);
    size_t at = (size_t)id_number(list, from->text) * width + (size_t)id_number(list, to->text);
    if (seen[at])
      context_fault(context, file->name, from->line, "the pair '%s' to '%s' stands twice, must stand once", from->text,
                    to->text);
    seen[at] = true;
    matrix[at] = file->value[row];
  }
  context_release(context, seen);
  return LS_STATUS_OK;
}

static ls_status flows_from_files(ls_context *context, const struct pair_file *payments,
                                  const struct pair_file *investments, struct flows *flows) {
  size_t rows = (size_t)payments->csv->row_count + (size_t)(investments->csv ? investments->csv->row_count : 0);
  struct id_list list = {context_allocate(context, 2 * rows, sizeof(char *)), 0};
  ls_status status = list.id ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
  if (status == LS_STATUS_OK) {
    collect(&list, payments), collect(&list, investments);
    status = flows_create(context, list.count, flows);
  }
  for (int32_t i = 0; status == LS_STATUS_OK && i < list.count; i++) {
    flows->id[i] = context_copy_text(context, list.id[i]);
    if (!flows->id[i]) status = LS_STATUS_OUT_OF_MEMORY;
  }
  if (status == LS_STATUS_OK) status = fill(context, payments, &list, flows->flow);
  if (status == LS_STATUS_OK) status = fill(context, investments, &list, flows->investment);
  context_release(context, list.id);
  return status;
}

ls_status flows_read(ls_context *context, const char *folder, struct flows *flows) {
  struct pair_file payments = {.name = "flows.csv", .from_column = "payer", .to_column = "receiver"};
  struct pair_file investments = {.name = "investments.csv", .from_column = "investor", .to_column = "recipient"};
  int64_t faults = context_fault_count(context);
  struct flows fresh = {0};
  char *path = path_join(context, folder, investments.name);
  bool invests = path && access(path, F_OK) == 0;
  ls_status status = path ? pair_file_read(context, folder, &payments) : LS_STATUS_OUT_OF_MEMORY;
  ls_status second = invests ? pair_file_read(context, folder, &investments) : LS_STATUS_OK;
  if (status == LS_STATUS_OK) status = second;
  if (status == LS_STATUS_OK) status = flows_from_files(context, &payments, &investments, &fresh);
  if (status == LS_STATUS_OK && context_fault_count(context) > faults) status = LS_STATUS_INVALID_INPUT;
  if (status == LS_STATUS_OK)
    *flows = fresh;
  else
    flows_release(context, &fresh);
  pair_file_release(context, &payments);
  pair_file_release(context, &investments);
  context_release(context, path);
  return status;
}

/* ---- networks ---------------------------------------------------------------------------------------------------- */

static ls_status flows_for(ls_context *context, const ls_network *network, struct flows *flows) {
  ls_status status = flows_create(context, network->entity_count, flows);
  flows->investment_is_paid = true;
  for (int32_t i = 0; status == LS_STATUS_OK && i < network->entity_count; i++) {
    flows->id[i] = context_copy_text(context, network_entity_id(network, i));
    if (!flows->id[i]) status = LS_STATUS_OUT_OF_MEMORY;
  }
  if (status != LS_STATUS_OK) flows_release(context, flows);
  return status;
}

ls_status flows_of_ledger(ls_context *context, const ls_network *network, enum ledger_basis basis,
                          struct flows *flows) {
  ls_status status = flows_for(context, network, flows);
  if (status != LS_STATUS_OK) return status;
  status = ledger_yearly_flows(context, network, basis, flows->flow, flows->investment);
  if (status != LS_STATUS_OK) flows_release(context, flows);
  return status;
}

/* Payments of the window's quarters, node numbers as in the plan and in the flows: the world is last in both. */
struct window {
  const struct ls_plan *plan;
  struct flows *flows;
  double yearly; /* what makes the window's sums amounts of a year */
};

static void pay(const struct window *window, double *matrix, int32_t payer, int32_t receiver, double amount) {
  int64_t width = window->plan->entity_count + 1;
  matrix[payer * width + receiver] += amount * window->yearly;
}

/* Contracts and what delivering them costs the seller; pledges. */
static void pay_contracts(const struct window *window) {
  const struct ls_plan *plan = window->plan;
  const struct ls_loop_links *purchase = &plan->loop.purchase, *pledge = &plan->loop.pledge;
  for (int32_t k = 0; k < purchase->count; k++) {
    double left = purchase->amount[k], due = 0;
    for (int32_t t = 0; t < plan->quarter_count; t++) due += schedule_purchase(plan, k, t, &left);
    pay(window, window->flows->flow, purchase->from[k], purchase->to[k], due);
    pay(window, window->flows->flow, purchase->to[k], plan->entity_count,
        due * schedule_entity(plan, LOOP_COGS, purchase->to[k]));
  }
  for (int32_t k = 0; k < pledge->count; k++) {
    double left = pledge->amount[k], due = 0;
    for (int32_t t = 0; t < plan->quarter_count; t++) due += schedule_pledge(plan, k, t, &left);
    pay(window, window->flows->flow, pledge->from[k], pledge->to[k], due);
    pay(window, window->flows->investment, pledge->from[k], pledge->to[k], due);
  }
}

/* An entity's outside revenue and equity, its costs, and its debt service, which creditors share by what they lent. */
static void pay_outside(const struct window *window, int32_t i) {
  const struct ls_plan *plan = window->plan;
  const struct ls_loop_links *debts = &plan->loop.debt;
  const double owed = schedule_debt(plan, i), cost = schedule_entity(plan, LOOP_COGS, i);
  const int32_t world = plan->entity_count;
  double *flow = window->flows->flow, debt = owed, service = 0;
  for (int32_t t = 0; t < plan->quarter_count; t++) {
    const double demand = schedule_path(plan, LOOP_PATH_DEMAND_PLANNED, i, t);
    const struct debt_service now = schedule_debt_service(plan, i, t, &debt);
    service += now.interest + now.principal;
    pay(window, flow, world, i, demand + schedule_path(plan, LOOP_PATH_OUTSIDE_EQUITY, i, t));
    pay(window, flow, i, world, schedule_entity(plan, LOOP_OPEX, i) + cost * demand);
  }
  for (int32_t k = debts->first_from[i]; k < debts->first_from[i + 1] && owed > 0; k++)
    pay(window, flow, i, debts->to[k], service * (debts->amount[k] / owed));
}

ls_status flows_of_tables(ls_context *context, const ls_network *network, int32_t window, struct flows *flows) {
  struct schedule_plan schedule = {0};
  if (!network->table[TABLE_PURCHASES].present)
    return context_fail(
        context, LS_STATUS_UNUSABLE,
        "network '%s' has neither deals.csv nor purchases.csv: circularity needs one of them, or flows.csv",
        network->name);
  ls_status status = schedule_plan_create(context, network, window, &schedule);
  if (status == LS_STATUS_OK) status = flows_for(context, network, flows);
  if (status == LS_STATUS_OK) {
    const struct window filled = {schedule.plan, flows, 4.0 / window};
    pay_contracts(&filled);
    for (int32_t i = 0; i < network->entity_count; i++) pay_outside(&filled, i);
  }
  schedule_plan_release(context, &schedule);
  return status;
}

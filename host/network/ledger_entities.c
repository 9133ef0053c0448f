/* ledger_entities.c - entities' loop columns, debts, inputs and the settings of the model, from facts and
 * assumptions. */
#include "network/ledger_rules.h"
#include "network/table.h"

#include <math.h>
#include <string.h>

static const char ASSUMPTIONS_FILE[] = "assumptions.csv";

/* Loop columns of entities.csv, what stands where no assumption speaks, and the fact of the entity that comes before
 * an assumption. */
static const struct {
  const char *name;
  double otherwise;
  const char *fact;
} COLUMNS[] = {{"cash", 0.0, "liquid_assets"},
               {"real_assets", 0.0, "property_and_equipment"},
               {"capacity", 0.0, NULL},
               {"dark_capacity", 0.0, NULL},
               {"price_per_capacity", 1.0, NULL},
               {"cost_per_capacity", 1.0, NULL},
               {"opex", 0.0, NULL},
               {"cogs_share", 0.0, NULL},
               {"depreciation", 0.0, NULL},
               {"backlog_margin", 0.0, NULL},
               {"distress_threshold", 0.0, NULL},
               {"distress_cost", 0.0, NULL},
               {"order_response", 0.0, NULL},
               {"funding_sensitivity", 0.0, NULL},
               {"credit_limit", 0.0, NULL},
               {"cash_floor", 0.0, NULL},
               {"upside", 0.0, NULL},
               {"external_use", 0.0, NULL},
               {"substitution", 0.0, NULL},
               {"hardware_share", 0.0, NULL},
               {"spread", 0.0, NULL},
               {"capex_borrowing", 0.0, NULL},
               {"secured_share", 0.0, NULL},
               {"loan_to_value", 0.0, NULL},
               {"loop_sales_weight", 0.0, NULL}};

/* A column that the folder gives is a fact; assumptions for it would mix the two. */
static ls_status check_not_mixed(struct ledger *ledger, const char *column) {
  for (int64_t i = 0; i < ledger->book.count; i++) {
    struct assumption *row = &ledger->book.row[i];
    if (strcmp(row->parameter, column) != 0) continue;
    row->used = true;
    return context_fault(ledger->context, ASSUMPTIONS_FILE, row->line,
                         "%s of '%s' is an assumption, but entities.csv gives %s as a fact: one of them must go",
                         column, row->target, column);
  }
  return LS_STATUS_OK;
}

static ls_status fill_column(struct ledger *ledger, const char *name, double otherwise, const char *fact) {
  struct table *entities = &ledger->target->table[TABLE_ENTITIES];
  if (network_column(ledger->network, TABLE_ENTITIES, name) != NULL) return check_not_mixed(ledger, name);
  struct table_column *column = table_column_add(ledger->context, entities, name, false);
  if (column == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int32_t entity = 0; entity < ledger->network->entity_count; entity++) {
    struct assumption_scope scope;
    if (!assumption_scope_of_entity(ledger->context, ledger->network, entity, &scope)) return LS_STATUS_OUT_OF_MEMORY;
    const double known = fact == NULL ? NAN : attribute_number(ledger->network, TABLE_ENTITIES, fact, entity);
    column->number[entity] = isnan(known) ? assumption_value(&ledger->book, &scope, name, otherwise) : known;
    assumption_scope_release(ledger->context, &scope);
  }
  return LS_STATUS_OK;
}

ls_status ledger_fill_entities(struct ledger *ledger) {
  ls_status status = LS_STATUS_OK;
  for (size_t i = 0; i < sizeof COLUMNS / sizeof *COLUMNS && status != LS_STATUS_OUT_OF_MEMORY; i++)
    status = fill_column(ledger, COLUMNS[i].name, COLUMNS[i].otherwise, COLUMNS[i].fact);
  return status;
}

bool ledger_fills_column(const char *name) {
  for (size_t i = 0; i < sizeof COLUMNS / sizeof *COLUMNS; i++)
    if (strcmp(COLUMNS[i].name, name) == 0) return true;
  return false;
}

/* ---- debts ------------------------------------------------------------------------------------------------------ */

static ls_status add_debt(struct ledger *ledger, struct pair_list *debts, int32_t debtor, int32_t creditor,
                          double amount) {
  struct pair_row *known = pair_list_find(debts, debtor, creditor);
  if (known != NULL) {
    known->number[0] += amount;
    return LS_STATUS_OK;
  }
  const struct pair_row row = {.from = debtor, .to = creditor, .number = {amount}};
  return pair_list_add(ledger->context, debts, &row);
}

/* What an entity owes the rest of the world: its fact (column `debt` of entities.csv), else the assumption. */
static ls_status add_entity_debts(struct ledger *ledger, struct pair_list *debts) {
  ls_status status = LS_STATUS_OK;
  for (int32_t entity = 0; entity < ledger->network->entity_count && status == LS_STATUS_OK; entity++) {
    struct assumption_scope scope;
    double debt = attribute_number(ledger->network, TABLE_ENTITIES, "debt", entity);
    if (isnan(debt)) {
      if (!assumption_scope_of_entity(ledger->context, ledger->network, entity, &scope)) return LS_STATUS_OUT_OF_MEMORY;
      debt = assumption_value(&ledger->book, &scope, "debt", 0.0);
      assumption_scope_release(ledger->context, &scope);
    }
    if (debt > 0.0) status = add_debt(ledger, debts, entity, ENTITY_WORLD, debt);
  }
  return status;
}

/* Debts between entities: assumptions of a pair debtor>creditor, and deals of kind debt, which run from lender to
 * debtor. */
static ls_status add_pair_debts(struct ledger *ledger, struct pair_list *debts) {
  ls_status status = LS_STATUS_OK;
  for (int64_t i = 0; i < ledger->book.count && status == LS_STATUS_OK; i++) {
    struct assumption *row = &ledger->book.row[i];
    int32_t debtor = ENTITY_NONE, creditor = ENTITY_NONE;
    if (strcmp(row->parameter, "debt") != 0) continue;
    if (!assumption_split_pair(ledger->network, row->target, &debtor, &creditor)) continue;
    row->used = true;
    status = add_debt(ledger, debts, debtor, creditor, row->value);
  }
  for (int64_t i = 0; i < ledger->network->table[TABLE_DEALS].row_count && status == LS_STATUS_OK; i++) {
    struct deal deal;
    double amount = 0.0;
    ledger_deal(ledger, i, &deal);
    if (!ledger_deal_counts(ledger, &deal) || strcmp(deal.kind, "debt") != 0) continue;
    if (strcmp(deal.status, "funded") != 0)
      context_fault(ledger->context, "deals.csv", deal.line,
                    "debt '%s' is %s, must be funded or be listed as unmodelled in network.yaml", deal.id, deal.status);
    else if (ledger_deal_amount(ledger, &deal, &amount))
      status = add_debt(ledger, debts, deal.to, deal.from, amount);
  }
  return status;
}

ls_status ledger_fill_debts(struct ledger *ledger) {
  static const char *const NAMES[] = {"debtor", "creditor", "amount", NULL};
  struct pair_list debts = {0};
  ls_status status = add_entity_debts(ledger, &debts);
  if (status == LS_STATUS_OK) status = add_pair_debts(ledger, &debts);
  if (status == LS_STATUS_OK) status = ledger_write_pairs(ledger, TABLE_LIABILITIES, NAMES, &debts);
  context_release(ledger->context, debts.row);
  return status;
}

/* ---- inputs ----------------------------------------------------------------------------------------------------- */

static int64_t find_type(const struct table_column *type, int64_t count, const char *name) {
  for (int64_t i = 0; i < count; i++)
    if (strcmp(type->text[i], name) == 0) return i;
  return -1;
}

/* A type is essential where it is so for any seller of it. Rows: one per type, in the order of the entities. */
static ls_status fill_types(struct ledger *ledger, const int32_t *seller, int64_t count) {
  struct table *inputs = &ledger->target->table[TABLE_INPUTS];
  ls_status status = table_begin(ledger->context, inputs, count);
  if (status != LS_STATUS_OK) return status;
  struct table_column *type = table_column_add(ledger->context, inputs, "input_type", true);
  if (type == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int64_t i = 0; i < count && status == LS_STATUS_OK; i++)
    status = table_text_set(ledger->context, type, i,
                            network_text(ledger->network, TABLE_ENTITIES, "input_type", seller[i]));
  struct table_column *essential = table_column_add(ledger->context, inputs, "essential", false);
  if (status != LS_STATUS_OK || essential == NULL) return LS_STATUS_OUT_OF_MEMORY;
  type = &inputs->column[0];
  for (int64_t i = 0; i < count; i++) essential->number[i] = 0.0;
  for (int32_t entity = 0; entity < ledger->network->entity_count; entity++) {
    const int64_t row = find_type(type, count, network_text(ledger->network, TABLE_ENTITIES, "input_type", entity));
    struct assumption_scope scope;
    if (row < 0) continue;
    if (!assumption_scope_of_entity(ledger->context, ledger->network, entity, &scope)) return LS_STATUS_OUT_OF_MEMORY;
    if (assumption_value(&ledger->book, &scope, "essential", 0.0) > 0.0) essential->number[row] = 1.0;
    assumption_scope_release(ledger->context, &scope);
  }
  return LS_STATUS_OK;
}

ls_status ledger_fill_inputs(struct ledger *ledger) {
  const ls_network *network = ledger->network;
  int32_t *seller = context_allocate(ledger->context, (size_t)network->entity_count, sizeof *seller);
  int64_t count = 0;
  if (seller == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int32_t entity = 0; entity < network->entity_count; entity++) {
    const char *name = network_text(network, TABLE_ENTITIES, "input_type", entity);
    bool known = *name == '\0';
    for (int64_t i = 0; i < count && !known; i++)
      known = strcmp(network_text(network, TABLE_ENTITIES, "input_type", seller[i]), name) == 0;
    if (!known) seller[count++] = entity;
  }
  const ls_status status = fill_types(ledger, seller, count);
  context_release(ledger->context, seller);
  return status;
}

/* ---- settings --------------------------------------------------------------------------------------------------- */

static double setting(struct ledger *ledger, const char *name, double otherwise) {
  const struct assumption_scope all = {.target = {"*"}, .count = 1};
  return assumption_value(&ledger->book, &all, name, otherwise);
}

/* A number may stand in loop.yaml or in assumptions.csv; words stand in loop.yaml alone. */
ls_status ledger_fill_settings(struct ledger *ledger) {
  struct loop_settings *loop = &ledger->target->loop;
  ledger->target->has_loop_settings = true;
  for (int k = 0; k < LOOP_KEY_COUNT; k++) {
    const struct loop_key *key = &LOOP_KEYS[k];
    if (key->kind == LOOP_KEY_WORD) continue;
    const double before = loop_settings_get(loop, k), value = setting(ledger, key->name, before);
    if ((loop->given >> k & 1u) != 0 && value != before)
      return context_fault(ledger->context, "loop.yaml", 0,
                           "%s is %.17g, and %.17g in assumptions.csv: it must be given in one of the two", key->name,
                           before, value);
    if (!(value >= key->low && value <= key->high))
      return context_fault(ledger->context, "assumptions.csv", 0, "%s of '*' is %.17g, must be between %.17g and %.17g",
                           key->name, value, key->low, key->high);
    loop_settings_set(loop, k, value);
  }
  return LS_STATUS_OK;
}

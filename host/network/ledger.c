/* ledger.c - checks the deal ledger and, where deals and assumptions stand in for the loop tables, has these filled.
 * The rules themselves are in ledger_deals.c, ledger_entities.c and ledger_paths.c. */
#include "network/ledger.h"

#include "network/ledger_rules.h"
#include "network/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char DEALS_FILE[] = "deals.csv";

/* ---- reading a row ---------------------------------------------------------------------------------------------- */

/* Quarters since the year 0 of an ISO date (2026, 2026-04 or 2026-04-30); INT32_MIN where it is blank. */
static int32_t quarter_of_date(const char *date) {
  if (strlen(date) < 4) return INT32_MIN;
  const long year = strtol(date, NULL, 10);
  const long month = strlen(date) >= 7 ? strtol(date + 5, NULL, 10) : 1;
  return (int32_t)(4 * year + (month - 1) / 3);
}

/* Quarter 0 is the quarter that holds the network's date. */
static int32_t quarters_after_start(const ls_network *network, const char *date) {
  const int32_t quarter = quarter_of_date(date), zero = quarter_of_date(network->as_of);
  return quarter == INT32_MIN || zero == INT32_MIN ? INT32_MIN : quarter - zero;
}

static double first_known(double a, double b) { return isnan(a) ? b : a; }

void ledger_deal(const struct ledger *ledger, int64_t row, struct deal *deal) {
  const ls_network *network = ledger->network;
  *deal = (struct deal){
      .id = network_text(network, TABLE_DEALS, "id", row),
      .kind = network_text(network, TABLE_DEALS, "kind", row),
      .status = network_text(network, TABLE_DEALS, "status", row),
      .from = network_find_entity(network, network_text(network, TABLE_DEALS, "from", row)),
      .to = network_find_entity(network, network_text(network, TABLE_DEALS, "to", row)),
      .preferred = network_number(network, TABLE_DEALS, "preferred", row, 1.0) > 0.0,
      .low = attribute_number(network, TABLE_DEALS, "amount_low", row),
      .high = attribute_number(network, TABLE_DEALS, "amount_high", row),
      .firm = attribute_number(network, TABLE_DEALS, "firm_amount", row),
      .gigawatt = first_known(attribute_number(network, TABLE_DEALS, "gw", row),
                              attribute_number(network, TABLE_DEALS, "gw_high", row)),
      .term_years = attribute_number(network, TABLE_DEALS, "term_years", row),
      .share = attribute_number(network, TABLE_DEALS, "share", row),
      .start = quarters_after_start(network, network_text(network, TABLE_DEALS, "start", row)),
      .line = network->table[TABLE_DEALS].line[row],
  };
}

bool ledger_is_unmodelled(const ls_network *network, const char *id) {
  for (int32_t i = 0; i < network->unmodelled_count; i++)
    if (strcmp(network->unmodelled[i], id) == 0) return true;
  return false;
}

bool ledger_deal_counts(const struct ledger *ledger, const struct deal *deal) {
  return deal->preferred && strcmp(deal->status, "lapsed") != 0 && strcmp(deal->kind, "target") != 0 &&
         !ledger_is_unmodelled(ledger->network, deal->id);
}

bool ledger_is_purchase(const struct deal *deal) {
  return strcmp(deal->kind, "purchase") == 0 || strcmp(deal->kind, "supply") == 0 || strcmp(deal->kind, "capex") == 0;
}

/* ---- checks ----------------------------------------------------------------------------------------------------- */

static bool is_group(const ls_network *network, int64_t row) {
  return strncmp(network_text(network, TABLE_DEALS, "from", row), "group:", 6) == 0 ||
         strncmp(network_text(network, TABLE_DEALS, "to", row), "group:", 6) == 0;
}

/* A claim all of whose rows speak of groups is a total of other claims: none of its rows can be preferred. */
struct claim {
  const char *id;
  int64_t row;
  int64_t line;
  bool preferred, group;
};

static int compare_claims(const void *left, const void *right) {
  const struct claim *a = left, *b = right;
  const int order = strcmp(a->id, b->id);
  return order != 0 ? order : (a->row > b->row) - (a->row < b->row);
}

static void check_claim(struct ledger *ledger, const struct claim *claim, int64_t count) {
  const struct claim *preferred = NULL;
  bool only_groups = true;
  for (int64_t i = 0; i < count; i++) {
    only_groups = only_groups && claim[i].group;
    if (!claim[i].preferred) continue;
    if (preferred != NULL)
      context_fault(ledger->context, DEALS_FILE, claim[i].line,
                    "claim '%s' has a second preferred row (the first is line %lld), must have exactly one", claim->id,
                    (long long)preferred->line);
    else
      preferred = &claim[i];
  }
  if (preferred == NULL && !only_groups)
    context_fault(ledger->context, DEALS_FILE, claim[count - 1].line,
                  "claim '%s' has no preferred row, must have exactly one", claim->id);
}

static ls_status check_claims(struct ledger *ledger) {
  const ls_network *network = ledger->network;
  const int64_t count = network->table[TABLE_DEALS].row_count;
  struct claim *claim = context_allocate(ledger->context, (size_t)count, sizeof *claim);
  if (claim == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int64_t row = 0; row < count; row++)
    claim[row] = (struct claim){.id = network_text(network, TABLE_DEALS, "claim_id", row),
                                .row = row,
                                .line = network->table[TABLE_DEALS].line[row],
                                .preferred = network_number(network, TABLE_DEALS, "preferred", row, 1.0) > 0.0,
                                .group = is_group(network, row)};
  qsort(claim, (size_t)count, sizeof *claim, compare_claims);
  for (int64_t first = 0, next; first < count; first = next) {
    for (next = first + 1; next < count && strcmp(claim[first].id, claim[next].id) == 0;) next++;
    if (claim[first].id[0] != '\0') check_claim(ledger, &claim[first], next - first);
  }
  context_release(ledger->context, claim);
  return LS_STATUS_OK;
}

static void check_row(struct ledger *ledger, int64_t row) {
  struct deal deal;
  ledger_deal(ledger, row, &deal);
  if (deal.preferred && is_group(ledger->network, row))
    context_fault(ledger->context, DEALS_FILE, deal.line,
                  "deal '%s' names a group and is preferred, must name one entity", deal.id);
  static const char *const MODELLED[] = {"equity", "debt", "backstop", "warrant"};
  bool modelled = ledger_is_purchase(&deal);
  for (size_t i = 0; i < sizeof MODELLED / sizeof *MODELLED; i++)
    modelled = modelled || strcmp(deal.kind, MODELLED[i]) == 0;
  if (ledger_deal_counts(ledger, &deal) && !modelled)
    context_fault(
        ledger->context, DEALS_FILE, deal.line,
        "deal '%s' of kind %s maps to no mechanism of the loop model, must be listed as unmodelled in network.yaml",
        deal.id, deal.kind);
}

static void check_unmodelled(struct ledger *ledger) {
  const ls_network *network = ledger->network;
  for (int32_t i = 0; i < network->unmodelled_count; i++) {
    bool found = false;
    for (int64_t row = 0; row < network->table[TABLE_DEALS].row_count && !found; row++)
      found = strcmp(network_text(network, TABLE_DEALS, "id", row), network->unmodelled[i]) == 0;
    if (!found)
      context_fault(ledger->context, "network.yaml", 0, "unmodelled deal '%s' is not in deals.csv",
                    network->unmodelled[i]);
  }
}

static ls_status check_deals(struct ledger *ledger) {
  const int64_t faults = context_fault_count(ledger->context);
  const ls_status status = check_claims(ledger);
  if (status != LS_STATUS_OK) return status;
  for (int64_t row = 0; row < ledger->network->table[TABLE_DEALS].row_count; row++) check_row(ledger, row);
  check_unmodelled(ledger);
  return context_fault_count(ledger->context) > faults ? LS_STATUS_INVALID_INPUT : LS_STATUS_OK;
}

/* The loop tables come from the ledger or from the folder, never from both: no number would be traceable otherwise. */
static ls_status check_sole_source(struct ledger *ledger) {
  static const struct {
    enum table_id id;
    const char *file;
  } TABLES[] = {{TABLE_PLEDGES, "pledges.csv"},         {TABLE_SHAREHOLDINGS, "shareholdings.csv"},
                {TABLE_LIABILITIES, "liabilities.csv"}, {TABLE_BACKSTOPS, "backstops.csv"},
                {TABLE_WARRANTS, "warrants.csv"},       {TABLE_CROSS_DEFAULTS, "cross_defaults.csv"},
                {TABLE_INPUTS, "inputs.csv"},           {TABLE_PATHS, "paths.csv"}};
  ls_status status = LS_STATUS_OK;
  for (size_t i = 0; i < sizeof TABLES / sizeof *TABLES; i++)
    if (ledger->network->table[TABLES[i].id].present)
      status =
          context_fault(ledger->context, TABLES[i].file, 0,
                        "stands beside deals.csv and assumptions.csv without purchases.csv: the loop tables must come "
                        "all from the ledger or all from the folder");
  return status;
}

/* ---- applying --------------------------------------------------------------------------------------------------- */

static ls_status fill_tables(struct ledger *ledger) {
  static ls_status (*const FILL[])(struct ledger *) = {ledger_fill_settings, ledger_fill_purchases, ledger_fill_equity,
                                                       ledger_fill_support,  ledger_fill_debts,     ledger_fill_inputs,
                                                       ledger_fill_entities, ledger_fill_paths};
  const int64_t faults = context_fault_count(ledger->context);
  for (size_t i = 0; i < sizeof FILL / sizeof *FILL; i++) {
    const ls_status status = FILL[i](ledger);
    if (status != LS_STATUS_OK && status != LS_STATUS_INVALID_INPUT) return status;
  }
  if (context_fault_count(ledger->context) > faults) return LS_STATUS_INVALID_INPUT;
  assumption_warn_unused(&ledger->book);
  return LS_STATUS_OK;
}

ls_status ledger_apply(ls_context *context, ls_network *network) {
  if (!network->table[TABLE_DEALS].present) return LS_STATUS_OK;
  struct ledger ledger = {.context = context, .network = network, .target = network};
  ls_status status = check_deals(&ledger);
  if (status != LS_STATUS_OK) return status;
  if (!network->table[TABLE_ASSUMPTIONS].present || network->table[TABLE_PURCHASES].present) return LS_STATUS_OK;
  status = check_sole_source(&ledger);
  if (status == LS_STATUS_OK) status = assumption_book_open(context, network, &ledger.book);
  if (status == LS_STATUS_OK) status = fill_tables(&ledger);
  assumption_book_close(&ledger.book);
  return status;
}

/* ---- pairs on their way to a table ------------------------------------------------------------------------------ */

ls_status pair_list_add(ls_context *context, struct pair_list *list, const struct pair_row *row) {
  if (list->count == list->room) {
    const int64_t room = list->room == 0 ? 64 : 2 * list->room;
    struct pair_row *grown = context_grow(context, list->row, (size_t)list->count, (size_t)room, sizeof *grown);
    if (grown == NULL) return LS_STATUS_OUT_OF_MEMORY;
    list->row = grown;
    list->room = room;
  }
  list->row[list->count++] = *row;
  return LS_STATUS_OK;
}

struct pair_row *pair_list_find(const struct pair_list *list, int32_t from, int32_t to) {
  for (int64_t i = 0; i < list->count; i++)
    if (list->row[i].from == from && list->row[i].to == to) return &list->row[i];
  return NULL;
}

static ls_status write_keys(struct ledger *ledger, struct table *table, const char *const *name,
                            const struct pair_list *list) {
  for (int key = 0; key < 2; key++) {
    struct table_column *column = table_column_add(ledger->context, table, name[key], true);
    if (column == NULL) return LS_STATUS_OUT_OF_MEMORY;
    for (int64_t i = 0; i < list->count; i++) {
      const int32_t entity = key == 0 ? list->row[i].from : list->row[i].to;
      const ls_status status = table_text_set(ledger->context, column, i, network_entity_id(ledger->network, entity));
      if (status != LS_STATUS_OK) return status;
    }
  }
  return LS_STATUS_OK;
}

static ls_status write_texts(struct ledger *ledger, struct table *table, const struct pair_list *list) {
  struct table_column *column = table_column_add(ledger->context, table, list->text_column, true);
  if (column == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int64_t i = 0; i < list->count; i++) {
    const char *text = list->row[i].text == NULL ? "" : list->row[i].text;
    const ls_status status = table_text_set(ledger->context, column, i, text);
    if (status != LS_STATUS_OK) return status;
  }
  return LS_STATUS_OK;
}

ls_status ledger_write_pairs(struct ledger *ledger, enum table_id id, const char *const *name,
                             const struct pair_list *list) {
  struct table *table = &ledger->target->table[id];
  ls_status status = table_begin(ledger->context, table, list->count);
  if (status == LS_STATUS_OK) status = write_keys(ledger, table, name, list);
  if (status == LS_STATUS_OK && list->text_column != NULL) status = write_texts(ledger, table, list);
  if (status != LS_STATUS_OK) return status;
  for (int k = 0; k < PAIR_NUMBERS && name[2 + k] != NULL; k++) {
    struct table_column *column = table_column_add(ledger->context, table, name[2 + k], false);
    if (column == NULL) return LS_STATUS_OUT_OF_MEMORY;
    for (int64_t i = 0; i < list->count; i++) column->number[i] = list->row[i].number[k];
  }
  return table_resolve_pairs(ledger->context, ledger->target, id);
}

/* ledger_support.c - the rules that turn deals and assumptions into what stands behind others: guarantees of unsold
 * capacity (backstops), warrants, and defaults that bring others down. */
#include "network/ledger_rules.h"

#include <math.h>
#include <string.h>

const char *ledger_test(struct ledger *ledger, const char *target, double *level) {
  static const struct {
    const char *parameter, *name;
  } TESTS[] = {{"test_revenue", "revenue"},
               {"test_revenue_to_plan", "revenue_to_plan"},
               {"test_capacity", "capacity"},
               {"test_purchases", "purchases"}};
  const char *found = NULL;
  *level = 0.0;
  for (size_t i = 0; i < sizeof TESTS / sizeof *TESTS; i++) {
    const double value = ledger_own_value(ledger, target, TESTS[i].parameter, NAN);
    if (isnan(value)) continue;
    if (found != NULL)
      context_fault(ledger->context, "assumptions.csv", 0, "'%s' has the tests %s and %s, must have at most one",
                    target, found, TESTS[i].name);
    found = TESTS[i].name;
    *level = value;
  }
  return found;
}

static ls_status add_backstop(struct ledger *ledger, const struct deal *deal, struct pair_list *backstops) {
  struct pair_row row = {.from = deal->from, .to = deal->to};
  if (!ledger_deal_amount(ledger, deal, &row.number[0])) return LS_STATUS_INVALID_INPUT;
  return pair_list_add(ledger->context, backstops, &row);
}

/* A deal runs from the issuer, which gives, to the holder. */
static ls_status add_warrant(struct ledger *ledger, const struct deal *deal, struct pair_list *warrants) {
  enum { SHARE, START, TEST_LEVEL };
  struct pair_row row = {.from = deal->from, .to = deal->to};
  row.number[SHARE] = isnan(deal->share) ? ledger_own_value(ledger, deal->id, "share", NAN) : deal->share;
  const double start = ledger_first_quarter(ledger, deal);
  row.number[START] = ledger_whole(ledger_larger(0.0, start));
  row.text = ledger_test(ledger, deal->id, &row.number[TEST_LEVEL]);
  if (!(row.number[SHARE] <= 1.0))
    return context_fault(ledger->context, "deals.csv", deal->line,
                         "deal '%s' is a warrant, must have a share of at most 1 or the assumption share", deal->id);
  return pair_list_add(ledger->context, warrants, &row);
}

static ls_status add_deals(struct ledger *ledger, struct pair_list *backstops, struct pair_list *warrants) {
  ls_status status = LS_STATUS_OK;
  for (int64_t i = 0; i < ledger->network->table[TABLE_DEALS].row_count && status != LS_STATUS_OUT_OF_MEMORY; i++) {
    struct deal deal;
    ledger_deal(ledger, i, &deal);
    if (!ledger_deal_counts(ledger, &deal)) continue;
    if (strcmp(deal.kind, "backstop") == 0) status = add_backstop(ledger, &deal, backstops);
    if (strcmp(deal.kind, "warrant") == 0) status = add_warrant(ledger, &deal, warrants);
  }
  return status == LS_STATUS_INVALID_INPUT ? LS_STATUS_OK : status;
}

/* cross_default of trigger>obligor: any value above 0. */
static ls_status add_cross_defaults(struct ledger *ledger, struct pair_list *list) {
  ls_status status = LS_STATUS_OK;
  for (int64_t i = 0; i < ledger->book.count && status == LS_STATUS_OK; i++) {
    struct assumption *assumed = &ledger->book.row[i];
    struct pair_row row = {0};
    if (strcmp(assumed->parameter, "cross_default") != 0) continue;
    if (!assumption_split_pair(ledger->network, assumed->target, &row.from, &row.to)) continue;
    assumed->used = true;
    if (assumed->value > 0.0) status = pair_list_add(ledger->context, list, &row);
  }
  return status;
}

/* A table is begun only where it has rows. */
static ls_status write_some(struct ledger *ledger, enum table_id id, const char *const *name,
                            const struct pair_list *list) {
  return list->count == 0 ? LS_STATUS_OK : ledger_write_pairs(ledger, id, name, list);
}

ls_status ledger_fill_support(struct ledger *ledger) {
  static const char *const BACKSTOPS[] = {"guarantor", "provider", "amount", NULL};
  static const char *const WARRANTS[] = {"issuer", "holder", "share", "start", "test_level", NULL};
  static const char *const CROSS_DEFAULTS[] = {"trigger", "obligor", NULL};
  struct pair_list backstops = {0}, warrants = {.text_column = "test"}, cross_defaults = {0};
  ls_status status = add_deals(ledger, &backstops, &warrants);
  if (status == LS_STATUS_OK) status = add_cross_defaults(ledger, &cross_defaults);
  if (status == LS_STATUS_OK) status = write_some(ledger, TABLE_BACKSTOPS, BACKSTOPS, &backstops);
  if (status == LS_STATUS_OK) status = write_some(ledger, TABLE_WARRANTS, WARRANTS, &warrants);
  if (status == LS_STATUS_OK) status = write_some(ledger, TABLE_CROSS_DEFAULTS, CROSS_DEFAULTS, &cross_defaults);
  context_release(ledger->context, backstops.row);
  context_release(ledger->context, warrants.row);
  context_release(ledger->context, cross_defaults.row);
  return status;
}

/* ledger_contracts.c - the rules that turn purchases and running business into contracts, one row each. Their reasons:
 * datasets/ai-loop/README.md. */
#include "network/ledger_rules.h"

#include <math.h>
#include <string.h>

/* Columns of purchases.csv behind its two keys, in the order of pair_row.number. */
enum { BACKLOG, PER_QUARTER, TAKE_OR_PAY, CAPEX_SHARE, START, RAMP, END, RENEWED, FIRST_TERM = END };
static const char *const COLUMNS[] = {"buyer",       "seller",    "backlog",       "per_quarter", "take_or_pay",
                                      "capex_share", "start",     "ramp_quarters", "end",         "renewed",
                                      "priority",    "repricing", "renegotiation", "trigger",     "exit_notice",
                                      "exit_fee",    NULL};

/* Terms that few contracts have, and what holds without them. NaN is a blank cell: never. */
static const struct {
  const char *name;
  double otherwise;
  bool whole;
} TERMS[] = {{"end", NAN, true},         {"renewed", 0.0, true},        {"priority", 1.0, true},
             {"repricing", 0.0, false},  {"renegotiation", 0.0, false}, {"trigger", 0.0, false},
             {"exit_notice", NAN, true}, {"exit_fee", 0.0, false}};
enum { TERM_COUNT = sizeof TERMS / sizeof *TERMS };
_Static_assert((int)FIRST_TERM + (int)TERM_COUNT <= (int)PAIR_NUMBERS, "a row holds every term");

/* Under the contract's own id, else by status, else under the pair, the seller, its sector or all. */
static void fill_terms(struct ledger *ledger, const char *own, const char *status, const struct assumption_scope *scope,
                       struct pair_row *row) {
  for (int k = 0; k < TERM_COUNT; k++) {
    double value = ledger_own_value(ledger, own, TERMS[k].name, NAN);
    if (isnan(value)) value = ledger_status_value(ledger, scope, TERMS[k].name, status, NAN);
    if (isnan(value)) value = assumption_value(&ledger->book, scope, TERMS[k].name, TERMS[k].otherwise);
    row->number[FIRST_TERM + k] = TERMS[k].whole ? ledger_whole(value) : value;
  }
}

/* A contract that is not renewed ends when its backlog has run out where all goes to plan: `end`, unless it is given.
 * Without it the inputs that a buyer has planned would go on for ever. */
static void fill_end(struct pair_row *row) {
  enum { QUARTERS_MOST = 4000 };
  double backlog = row->number[BACKLOG], quarter = row->number[START];
  if (row->number[RENEWED] > 0.0 || !isnan(row->number[END])) return;
  for (int i = 1; i < QUARTERS_MOST && backlog > 1e-9 * row->number[BACKLOG]; i++, quarter += 1.0) {
    const double reached = i / (row->number[RAMP] + 1.0);
    backlog -= row->number[PER_QUARTER] * (reached < 1.0 ? reached : 1.0);
  }
  row->number[END] = quarter;
}

/* The part of a contract that is still ahead, spread evenly over the rest of its term. A ramp lowers the first
 * quarters and moves what it leaves out behind the term, so that no quarter exceeds amount over term. */
static bool contract(struct ledger *ledger, const struct deal *deal, const struct assumption_scope *scope,
                     struct pair_row *row) {
  double amount = 0.0, years = 0.0;
  if (!ledger_deal_amount(ledger, deal, &amount) || !ledger_deal_term(ledger, deal, scope, &years)) return false;
  const double begin = ledger_first_quarter(ledger, deal), elapsed = ledger_larger(0.0, -begin), term = 4.0 * years,
               left = term - elapsed;
  if (!(left > 0.0)) return false;
  const double delivered = ledger_own_value(ledger, deal->id, "delivered", NAN);
  const double ahead = isnan(delivered) ? left / term : 1.0 - delivered;
  const double ramp =
      ledger_own_value(ledger, deal->id, "ramp_quarters", assumption_value(&ledger->book, scope, "ramp_quarters", 0.0));
  const bool capital = strcmp(deal->kind, "capex") == 0;
  *row = (struct pair_row){.from = deal->from, .to = deal->to, .text = deal->id};
  row->number[BACKLOG] = amount * ledger_needed_value(ledger, deal, scope, "realised") * ahead;
  row->number[PER_QUARTER] = row->number[BACKLOG] / left;
  row->number[TAKE_OR_PAY] = ledger_needed_value(ledger, deal, scope, "take_or_pay");
  row->number[CAPEX_SHARE] = assumption_value(&ledger->book, scope, "capex_share", capital ? 1.0 : 0.0);
  row->number[START] = ledger_whole(ledger_larger(0.0, begin));
  row->number[RAMP] = ledger_whole(ledger_larger(0.0, ramp - elapsed));
  fill_terms(ledger, deal->id, deal->status, scope, row);
  fill_end(row);
  return row->number[BACKLOG] > 0.0;
}

static ls_status add_deals(struct ledger *ledger, struct pair_list *list) {
  ls_status status = LS_STATUS_OK;
  for (int64_t i = 0; i < ledger->network->table[TABLE_DEALS].row_count && status == LS_STATUS_OK; i++) {
    struct deal deal;
    struct assumption_scope scope;
    struct pair_row row;
    ledger_deal(ledger, i, &deal);
    if (!ledger_deal_counts(ledger, &deal) || !ledger_is_purchase(&deal)) continue;
    if (!assumption_scope_of_pair(ledger->context, ledger->network, deal.id, deal.from, deal.to, &scope))
      return LS_STATUS_OUT_OF_MEMORY;
    if (contract(ledger, &deal, &scope, &row)) status = pair_list_add(ledger->context, list, &row);
    assumption_scope_release(ledger->context, &scope);
  }
  return status;
}

/* Running business that no deal row names: a rate per quarter under buyer>seller, which is also the row's id. */
static ls_status add_running(struct ledger *ledger, const struct assumption *assumed, struct pair_list *list) {
  struct pair_row row = {.text = assumed->target};
  struct assumption_scope scope;
  if (!assumption_split_pair(ledger->network, assumed->target, &row.from, &row.to))
    return context_fault(ledger->context, "assumptions.csv", assumed->line,
                         "per_quarter of '%s' must be of a pair buyer>seller", assumed->target);
  if (!assumption_scope_of_pair(ledger->context, ledger->network, NULL, row.from, row.to, &scope))
    return LS_STATUS_OUT_OF_MEMORY;
  const double years = assumption_value(&ledger->book, &scope, "term_years", NAN);
  const double take_or_pay = ledger_status_value(ledger, &scope, "take_or_pay", "assumed", NAN);
  row.number[BACKLOG] = assumed->value * 4.0 * years;
  row.number[PER_QUARTER] = assumed->value;
  row.number[TAKE_OR_PAY] = take_or_pay;
  row.number[CAPEX_SHARE] = assumption_value(&ledger->book, &scope, "capex_share", 0.0);
  row.number[START] = ledger_whole(ledger_own_value(ledger, assumed->target, "start", 0.0));
  row.number[RAMP] = ledger_whole(ledger_own_value(ledger, assumed->target, "ramp_quarters", 0.0));
  fill_terms(ledger, assumed->target, "assumed", &scope, &row);
  if (!isnan(years)) fill_end(&row);
  assumption_scope_release(ledger->context, &scope);
  if (isnan(years) || isnan(take_or_pay))
    return context_fault(ledger->context, "assumptions.csv", assumed->line,
                         "per_quarter of '%s' needs the assumptions term_years and take_or_pay_assumed",
                         assumed->target);
  return pair_list_add(ledger->context, list, &row);
}

static ls_status add_all_running(struct ledger *ledger, struct pair_list *list) {
  for (int64_t i = 0; i < ledger->book.count; i++) {
    struct assumption *row = &ledger->book.row[i];
    if (strcmp(row->parameter, "per_quarter") != 0) continue;
    row->used = true;
    const ls_status status = add_running(ledger, row, list);
    if (status != LS_STATUS_OK && status != LS_STATUS_INVALID_INPUT) return status;
  }
  return LS_STATUS_OK;
}

ls_status ledger_fill_purchases(struct ledger *ledger) {
  struct pair_list list = {.text_column = "id"};
  ls_status status = add_deals(ledger, &list);
  if (status == LS_STATUS_OK) status = add_all_running(ledger, &list);
  if (status == LS_STATUS_OK) status = ledger_write_pairs(ledger, TABLE_PURCHASES, COLUMNS, &list);
  context_release(ledger->context, list.row);
  return status;
}

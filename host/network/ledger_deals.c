/* ledger_deals.c - what a deal is worth, and the rules that turn equity into stakes and pledges. Their reasons:
 * datasets/ai-loop/README.md. */
#include "network/ledger_rules.h"
#include "network/table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char DEALS_FILE[] = "deals.csv";

/* ---- what a deal is worth and for how long ---------------------------------------------------------------------- */

double ledger_own_value(struct ledger *ledger, const char *target, const char *parameter, double otherwise) {
  const struct assumption_scope own = {.target = {target}, .count = 1};
  return assumption_value(&ledger->book, &own, parameter, otherwise);
}

/* An "up to" of equity counts with its upper end, because the gate decides; a range of a purchase with its middle. */
bool ledger_deal_amount(struct ledger *ledger, const struct deal *deal, double *amount) {
  *amount = ledger_own_value(ledger, deal->id, "amount", NAN);
  if (!isnan(*amount)) return true;
  if (!isnan(deal->high)) {
    const bool upper = strcmp(deal->kind, "equity") == 0 || isnan(deal->low);
    *amount = upper ? deal->high : (deal->low + deal->high) / 2.0;
    return true;
  }
  *amount = deal->gigawatt * ledger_own_value(ledger, deal->id, "price_per_gw", NAN);
  if (!isnan(*amount)) return true;
  context_fault(
      ledger->context, DEALS_FILE, deal->line,
      "deal '%s' has no amount, must have one, an assumption (amount, or price_per_gw with gw), or be listed as "
      "unmodelled in network.yaml",
      deal->id);
  return false;
}

bool ledger_deal_term(struct ledger *ledger, const struct deal *deal, const struct assumption_scope *scope,
                      double *years) {
  *years = isnan(deal->term_years) ? assumption_value(&ledger->book, scope, "term_years", NAN) : deal->term_years;
  if (*years > 0.0) return true;
  context_fault(ledger->context, DEALS_FILE, deal->line, "deal '%s' has no term, must have term_years or an assumption",
                deal->id);
  return false;
}

double ledger_status_value(struct ledger *ledger, const struct assumption_scope *scope, const char *what,
                           const char *status, double otherwise) {
  char parameter[64]; /* two words of this program */
  snprintf(parameter, sizeof parameter, "%s_%s", what, status);
  return assumption_value(&ledger->book, scope, parameter, otherwise);
}

double ledger_needed_value(struct ledger *ledger, const struct deal *deal, const struct assumption_scope *scope,
                           const char *what) {
  double value = ledger_own_value(ledger, deal->id, what, NAN);
  if (isnan(value)) value = ledger_status_value(ledger, scope, what, deal->status, NAN);
  if (!isnan(value)) return value;
  context_fault(ledger->context, DEALS_FILE, deal->line, "deal '%s' needs the assumption %s_%s", deal->id, what,
                deal->status);
  return 0.0;
}

double ledger_first_quarter(struct ledger *ledger, const struct deal *deal) {
  const double dated = deal->start == INT32_MIN ? 0.0 : (double)deal->start;
  return ledger_own_value(ledger, deal->id, "start", dated);
}

/* ---- equity: stakes for what is funded, pledges for the rest ---------------------------------------------------- */

enum { SHARE, COST, EQUITY_METHOD };
enum { PLEDGE_AMOUNT, PLEDGE_RATE, PLEDGE_START, EARMARK, TEST_LEVEL };

/* What it cost is what its rows paid, unless an assumption knows better. */
static ls_status new_stake(struct ledger *ledger, const struct deal *deal, double share, double paid,
                           struct pair_list *stakes) {
  struct assumption_scope scope;
  if (!assumption_scope_of_pair(ledger->context, ledger->network, NULL, deal->from, deal->to, &scope))
    return LS_STATUS_OUT_OF_MEMORY;
  struct pair_row row = {.from = deal->from, .to = deal->to};
  row.number[SHARE] = isnan(share) ? assumption_value(&ledger->book, &scope, "share", NAN) : share;
  row.number[COST] = paid;
  row.number[EQUITY_METHOD] = assumption_value(&ledger->book, &scope, "equity_method", 0.0);
  assumption_scope_release(ledger->context, &scope);
  if (isnan(row.number[SHARE]))
    return context_fault(
        ledger->context, DEALS_FILE, deal->line,
        "deal '%s' is funded equity, must have a share of at most 1 or the assumption share of its pair", deal->id);
  return pair_list_add(ledger->context, stakes, &row);
}

static ls_status add_stake(struct ledger *ledger, const struct deal *deal, double paid, struct pair_list *stakes) {
  struct pair_row *known = pair_list_find(stakes, deal->from, deal->to);
  if (!isnan(deal->share) && deal->share > 1.0)
    return context_fault(ledger->context, DEALS_FILE, deal->line, "share of deal '%s' is %.17g, must be at most 1",
                         deal->id, deal->share);
  if (known == NULL) return new_stake(ledger, deal, deal->share, paid, stakes);
  known->number[COST] += paid;
  if (!isnan(deal->share)) known->number[SHARE] = deal->share;
  return LS_STATUS_OK;
}

/* An assumption `cost` of a pair replaces what the rows add up to. */
static ls_status replace_costs(struct ledger *ledger, struct pair_list *stakes) {
  for (int64_t i = 0; i < stakes->count; i++) {
    struct pair_row *row = &stakes->row[i];
    struct assumption_scope scope;
    if (!assumption_scope_of_pair(ledger->context, ledger->network, NULL, row->from, row->to, &scope))
      return LS_STATUS_OUT_OF_MEMORY;
    row->number[COST] = ledger_own_value(ledger, scope.target[0], "cost", row->number[COST]);
    assumption_scope_release(ledger->context, &scope);
  }
  return LS_STATUS_OK;
}

/* Promises of one pair add up; what is asked of the money is then a mean by amount. The test is the pair's. */
static ls_status merge_pledge(struct ledger *ledger, struct pair_list *pledges, const struct pair_row *row) {
  struct pair_row *known = pair_list_find(pledges, row->from, row->to);
  if (known == NULL) return pair_list_add(ledger->context, pledges, row);
  const double amount = known->number[PLEDGE_AMOUNT] + row->number[PLEDGE_AMOUNT];
  if (amount > 0.0)
    known->number[EARMARK] =
        (known->number[EARMARK] * known->number[PLEDGE_AMOUNT] + row->number[EARMARK] * row->number[PLEDGE_AMOUNT]) /
        amount;
  known->number[PLEDGE_AMOUNT] = amount;
  known->number[PLEDGE_RATE] += row->number[PLEDGE_RATE];
  if (row->number[PLEDGE_START] < known->number[PLEDGE_START]) known->number[PLEDGE_START] = row->number[PLEDGE_START];
  return LS_STATUS_OK;
}

static ls_status add_pledge(struct ledger *ledger, const struct deal *deal, double promised,
                            struct pair_list *pledges) {
  struct assumption_scope scope;
  struct pair_row row = {.from = deal->from, .to = deal->to};
  if (!assumption_scope_of_pair(ledger->context, ledger->network, deal->id, deal->from, deal->to, &scope))
    return LS_STATUS_OUT_OF_MEMORY;
  const double quarters = assumption_value(&ledger->book, &scope, "pledge_quarters", NAN);
  row.number[PLEDGE_AMOUNT] = promised * ledger_needed_value(ledger, deal, &scope, "realised");
  row.number[PLEDGE_RATE] = row.number[PLEDGE_AMOUNT] / quarters;
  row.number[PLEDGE_START] = ledger_larger(0.0, ledger_first_quarter(ledger, deal));
  row.number[EARMARK] = assumption_value(&ledger->book, &scope, "earmark", 0.0);
  row.text = ledger_test(ledger, scope.target[1], &row.number[TEST_LEVEL]);
  assumption_scope_release(ledger->context, &scope);
  if (isnan(quarters))
    return context_fault(ledger->context, DEALS_FILE, deal->line,
                         "deal '%s' is a pledge, needs the assumption pledge_quarters", deal->id);
  return merge_pledge(ledger, pledges, &row);
}

static ls_status add_equity(struct ledger *ledger, const struct deal *deal, struct pair_list *stakes,
                            struct pair_list *pledges) {
  double amount = 0.0;
  if (!ledger_deal_amount(ledger, deal, &amount)) return LS_STATUS_INVALID_INPUT;
  const bool all_funded = strcmp(deal->status, "funded") == 0;
  const double funded = all_funded ? amount : isnan(deal->firm) ? 0.0 : deal->firm;
  ls_status status = LS_STATUS_OK;
  if (funded > 0.0) status = add_stake(ledger, deal, funded, stakes);
  if (status == LS_STATUS_OK && amount > funded) status = add_pledge(ledger, deal, amount - funded, pledges);
  return status;
}

static void check_shares(struct ledger *ledger, const struct pair_list *stakes) {
  for (int32_t issuer = 0; issuer < ledger->network->entity_count; issuer++) {
    double sum = 0.0;
    for (int64_t i = 0; i < stakes->count; i++)
      if (stakes->row[i].to == issuer) sum += stakes->row[i].number[0];
    if (sum > 1.0)
      context_fault(ledger->context, DEALS_FILE, 0, "shares of '%s' sum to %.17g, must be <= 1",
                    network_entity_id(ledger->network, issuer), sum);
  }
}

ls_status ledger_fill_equity(struct ledger *ledger) {
  static const char *const STAKES[] = {"holder", "issuer", "share", "cost", "equity_method", NULL};
  static const char *const PLEDGES[] = {"investor", "recipient", "amount",     "per_quarter",
                                        "start",    "earmark",   "test_level", NULL};
  struct pair_list stakes = {0}, pledges = {.text_column = "test"};
  ls_status status = LS_STATUS_OK;
  for (int64_t row = 0; row < ledger->network->table[TABLE_DEALS].row_count; row++) {
    struct deal deal;
    ledger_deal(ledger, row, &deal);
    if (!ledger_deal_counts(ledger, &deal) || strcmp(deal.kind, "equity") != 0) continue;
    status = add_equity(ledger, &deal, &stakes, &pledges);
    if (status != LS_STATUS_OK && status != LS_STATUS_INVALID_INPUT) goto cleanup;
  }
  check_shares(ledger, &stakes);
  status = replace_costs(ledger, &stakes);
  if (status == LS_STATUS_OK) status = ledger_write_pairs(ledger, TABLE_SHAREHOLDINGS, STAKES, &stakes);
  if (status == LS_STATUS_OK) status = ledger_write_pairs(ledger, TABLE_PLEDGES, PLEDGES, &pledges);
cleanup:
  context_release(ledger->context, stakes.row);
  context_release(ledger->context, pledges.row);
  return status;
}

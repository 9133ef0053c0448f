/* ledger_deals.c - the rules that turn deals into purchases, pledges and stakes. Their reasons: datasets/ai-
 * loop/README.md. */
#include "network/ledger_rules.h"
#include "network/table.h"

#include <math.h>
#include <string.h>

static const char DEALS_FILE[] = "deals.csv";

/* ---- what a deal is worth and for how long ---------------------------------------------------------------------- */

double ledger_own_value(struct ledger *ledger, const struct deal *deal, const char *parameter, double otherwise) {
  const struct assumption_scope own = {.target = {deal->id}, .count = 1};
  return assumption_value(&ledger->book, &own, parameter, otherwise);
}

/* An "up to" of equity counts with its upper end, because the gate decides; a range of a purchase with its middle. */
bool ledger_deal_amount(struct ledger *ledger, const struct deal *deal, double *amount) {
  *amount = ledger_own_value(ledger, deal, "amount", NAN);
  if (!isnan(*amount)) return true;
  if (!isnan(deal->high)) {
    const bool upper = strcmp(deal->kind, "equity") == 0 || isnan(deal->low);
    *amount = upper ? deal->high : (deal->low + deal->high) / 2.0;
    return true;
  }
  *amount = deal->gigawatt * ledger_own_value(ledger, deal, "price_per_gw", NAN);
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

/* realised and take_or_pay: under the deal's own id, else by status ("assumed" for rows without a deal). */
static double by_status(struct ledger *ledger, const struct deal *deal, const struct assumption_scope *scope,
                        const char *what) {
  double value = ledger_own_value(ledger, deal, what, NAN);
  if (!isnan(value)) return value;
  char *parameter = context_print(ledger->context, "%s_%s", what, deal->status);
  if (parameter == NULL) return 0.0;
  value = assumption_value(&ledger->book, scope, parameter, NAN);
  if (isnan(value)) {
    context_fault(ledger->context, DEALS_FILE, deal->line, "deal '%s' needs the assumption %s", deal->id, parameter);
    value = 0.0;
  }
  context_release(ledger->context, parameter);
  return value;
}

static double first_quarter(struct ledger *ledger, const struct deal *deal) {
  const double dated = deal->start == INT32_MIN ? 0.0 : (double)deal->start;
  return ledger_own_value(ledger, deal, "start", dated);
}

/* ---- purchases -------------------------------------------------------------------------------------------------- */

enum { BACKLOG, PER_QUARTER, TAKE_OR_PAY, CAPEX_SHARE, START, RAMP };
static const char *const PURCHASE_COLUMNS[] = {"buyer",       "seller", "backlog",       "per_quarter", "take_or_pay",
                                               "capex_share", "start",  "ramp_quarters", NULL};

static double larger(double a, double b) { return a > b ? a : b; }

/* The part of a contract that is still ahead, spread evenly over the rest of its term. A ramp lowers the first
 * quarters and moves what it leaves out behind the term, so that no quarter exceeds amount over term. */
static bool purchase_part(struct ledger *ledger, const struct deal *deal, const struct assumption_scope *scope,
                          struct pair_row *part) {
  double amount = 0.0, years = 0.0;
  if (!ledger_deal_amount(ledger, deal, &amount) || !ledger_deal_term(ledger, deal, scope, &years)) return false;
  const double begin = first_quarter(ledger, deal), elapsed = larger(0.0, -begin), term = 4.0 * years,
               left = term - elapsed;
  if (!(left > 0.0)) return false;
  const double delivered = ledger_own_value(ledger, deal, "delivered", NAN);
  const double ahead = isnan(delivered) ? left / term : 1.0 - delivered;
  const double ramp =
      ledger_own_value(ledger, deal, "ramp_quarters", assumption_value(&ledger->book, scope, "ramp_quarters", 0.0));
  const bool capital = strcmp(deal->kind, "capex") == 0;
  *part = (struct pair_row){.from = deal->from, .to = deal->to};
  part->number[BACKLOG] = amount * by_status(ledger, deal, scope, "realised") * ahead;
  part->number[PER_QUARTER] = part->number[BACKLOG] / left;
  part->number[TAKE_OR_PAY] = by_status(ledger, deal, scope, "take_or_pay");
  part->number[CAPEX_SHARE] = assumption_value(&ledger->book, scope, "capex_share", capital ? 1.0 : 0.0);
  part->number[START] = larger(0.0, begin);
  part->number[RAMP] = larger(0.0, ramp - elapsed);
  return part->number[BACKLOG] > 0.0;
}

static ls_status add_deals(struct ledger *ledger, struct pair_list *parts) {
  ls_status status = LS_STATUS_OK;
  for (int64_t row = 0; row < ledger->network->table[TABLE_DEALS].row_count && status == LS_STATUS_OK; row++) {
    struct deal deal;
    struct assumption_scope scope;
    struct pair_row part;
    ledger_deal(ledger, row, &deal);
    if (!ledger_deal_counts(ledger, &deal) || !ledger_is_purchase(&deal)) continue;
    if (!assumption_scope_of_pair(ledger->context, ledger->network, deal.id, deal.from, deal.to, &scope))
      return LS_STATUS_OUT_OF_MEMORY;
    if (purchase_part(ledger, &deal, &scope, &part)) status = pair_list_add(ledger->context, parts, &part);
    assumption_scope_release(ledger->context, &scope);
  }
  return status;
}

/* Running business that no deal row names: a rate per quarter under from>to. */
static ls_status add_running(struct ledger *ledger, const struct assumption *row, struct pair_list *parts) {
  struct pair_row part = {0};
  struct assumption_scope scope;
  if (!assumption_split_pair(ledger->network, row->target, &part.from, &part.to))
    return context_fault(ledger->context, "assumptions.csv", row->line,
                         "per_quarter of '%s' must be of a pair buyer>seller", row->target);
  if (!assumption_scope_of_pair(ledger->context, ledger->network, NULL, part.from, part.to, &scope))
    return LS_STATUS_OUT_OF_MEMORY;
  const struct assumption_scope pair = {.target = {row->target}, .count = 1};
  const double years = assumption_value(&ledger->book, &scope, "term_years", NAN);
  const double take_or_pay = assumption_value(&ledger->book, &scope, "take_or_pay_assumed", NAN);
  part.number[BACKLOG] = row->value * 4.0 * years;
  part.number[PER_QUARTER] = row->value;
  part.number[TAKE_OR_PAY] = take_or_pay;
  part.number[CAPEX_SHARE] = assumption_value(&ledger->book, &scope, "capex_share", 0.0);
  part.number[START] = assumption_value(&ledger->book, &pair, "start", 0.0);
  part.number[RAMP] = assumption_value(&ledger->book, &pair, "ramp_quarters", 0.0);
  assumption_scope_release(ledger->context, &scope);
  if (isnan(years) || isnan(take_or_pay))
    return context_fault(ledger->context, "assumptions.csv", row->line,
                         "per_quarter of '%s' needs the assumptions term_years and take_or_pay_assumed", row->target);
  return pair_list_add(ledger->context, parts, &part);
}

static ls_status add_all_running(struct ledger *ledger, struct pair_list *parts) {
  for (int64_t i = 0; i < ledger->book.count; i++) {
    struct assumption *row = &ledger->book.row[i];
    if (strcmp(row->parameter, "per_quarter") != 0) continue;
    row->used = true;
    const ls_status status = add_running(ledger, row, parts);
    if (status != LS_STATUS_OK && status != LS_STATUS_INVALID_INPUT) return status;
  }
  return LS_STATUS_OK;
}

/* One row for all parts of a pair: amounts and rates add, shares are means by amount, the first start holds, and the
 * ramp leaves out as much as the parts' own starts and ramps together. */
static struct pair_row merge_parts(const struct pair_list *parts, const struct pair_row *first) {
  struct pair_row sum = {.from = first->from, .to = first->to};
  sum.number[START] = first->number[START];
  double left_out = 0.0;
  const struct pair_row *end = parts->row + parts->count;
  for (const struct pair_row *part = first; part < end; part++)
    if (part->from == sum.from && part->to == sum.to && part->number[START] < sum.number[START])
      sum.number[START] = part->number[START];
  for (const struct pair_row *part = first; part < end; part++) {
    if (part->from != sum.from || part->to != sum.to) continue;
    sum.number[BACKLOG] += part->number[BACKLOG];
    sum.number[PER_QUARTER] += part->number[PER_QUARTER];
    sum.number[TAKE_OR_PAY] += part->number[BACKLOG] * part->number[TAKE_OR_PAY];
    sum.number[CAPEX_SHARE] += part->number[BACKLOG] * part->number[CAPEX_SHARE];
    left_out += part->number[PER_QUARTER] * (part->number[START] - sum.number[START] + part->number[RAMP] / 2.0);
  }
  sum.number[TAKE_OR_PAY] /= sum.number[BACKLOG];
  sum.number[CAPEX_SHARE] /= sum.number[BACKLOG];
  sum.number[START] = floor(sum.number[START] + 0.5);
  sum.number[RAMP] = floor(2.0 * left_out / sum.number[PER_QUARTER] + 0.5);
  return sum;
}

ls_status ledger_fill_purchases(struct ledger *ledger) {
  struct pair_list parts = {0}, merged = {0};
  ls_status status = add_deals(ledger, &parts);
  if (status == LS_STATUS_OK) status = add_all_running(ledger, &parts);
  for (int64_t i = 0; i < parts.count && status == LS_STATUS_OK; i++) {
    if (pair_list_find(&merged, parts.row[i].from, parts.row[i].to) != NULL) continue;
    const struct pair_row row = merge_parts(&parts, &parts.row[i]);
    status = pair_list_add(ledger->context, &merged, &row);
  }
  if (status == LS_STATUS_OK) status = ledger_write_pairs(ledger, TABLE_PURCHASES, PURCHASE_COLUMNS, &merged);
  context_release(ledger->context, parts.row);
  context_release(ledger->context, merged.row);
  return status;
}

/* ---- equity: stakes for what is funded, pledges for the rest ---------------------------------------------------- */

enum { PLEDGE_AMOUNT, PLEDGE_RATE, PLEDGE_START };

static ls_status add_stake(struct ledger *ledger, const struct deal *deal, struct pair_list *stakes) {
  struct assumption_scope scope;
  if (pair_list_find(stakes, deal->from, deal->to) != NULL && isnan(deal->share)) return LS_STATUS_OK;
  if (!assumption_scope_of_pair(ledger->context, ledger->network, NULL, deal->from, deal->to, &scope))
    return LS_STATUS_OUT_OF_MEMORY;
  const double share = isnan(deal->share) ? assumption_value(&ledger->book, &scope, "share", NAN) : deal->share;
  assumption_scope_release(ledger->context, &scope);
  if (isnan(share) || share > 1.0)
    return context_fault(
        ledger->context, DEALS_FILE, deal->line,
        "deal '%s' is funded equity, must have a share of at most 1 or the assumption share of its pair", deal->id);
  struct pair_row *known = pair_list_find(stakes, deal->from, deal->to);
  if (known != NULL) {
    known->number[0] = share;
    return LS_STATUS_OK;
  }
  const struct pair_row row = {.from = deal->from, .to = deal->to, .number = {share}};
  return pair_list_add(ledger->context, stakes, &row);
}

static ls_status add_pledge(struct ledger *ledger, const struct deal *deal, double promised,
                            struct pair_list *pledges) {
  struct assumption_scope scope;
  if (!assumption_scope_of_pair(ledger->context, ledger->network, deal->id, deal->from, deal->to, &scope))
    return LS_STATUS_OUT_OF_MEMORY;
  const double amount = promised * by_status(ledger, deal, &scope, "realised");
  const double quarters = assumption_value(&ledger->book, &scope, "pledge_quarters", NAN);
  const double start = larger(0.0, first_quarter(ledger, deal));
  assumption_scope_release(ledger->context, &scope);
  if (isnan(quarters))
    return context_fault(ledger->context, DEALS_FILE, deal->line,
                         "deal '%s' is a pledge, needs the assumption pledge_quarters", deal->id);
  struct pair_row *known = pair_list_find(pledges, deal->from, deal->to);
  if (known == NULL) {
    const struct pair_row row = {.from = deal->from, .to = deal->to, .number = {amount, amount / quarters, start}};
    return pair_list_add(ledger->context, pledges, &row);
  }
  known->number[PLEDGE_AMOUNT] += amount;
  known->number[PLEDGE_RATE] += amount / quarters;
  if (start < known->number[PLEDGE_START]) known->number[PLEDGE_START] = start;
  return LS_STATUS_OK;
}

static ls_status add_equity(struct ledger *ledger, const struct deal *deal, struct pair_list *stakes,
                            struct pair_list *pledges) {
  double amount = 0.0;
  if (!ledger_deal_amount(ledger, deal, &amount)) return LS_STATUS_INVALID_INPUT;
  const bool all_funded = strcmp(deal->status, "funded") == 0;
  const double funded = all_funded ? amount : isnan(deal->firm) ? 0.0 : deal->firm;
  ls_status status = LS_STATUS_OK;
  if (funded > 0.0) status = add_stake(ledger, deal, stakes);
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
  static const char *const STAKES[] = {"holder", "issuer", "share", NULL};
  static const char *const PLEDGES[] = {"investor", "recipient", "amount", "per_quarter", "start", NULL};
  struct pair_list stakes = {0}, pledges = {0};
  ls_status status = LS_STATUS_OK;
  for (int64_t row = 0; row < ledger->network->table[TABLE_DEALS].row_count; row++) {
    struct deal deal;
    ledger_deal(ledger, row, &deal);
    if (!ledger_deal_counts(ledger, &deal) || strcmp(deal.kind, "equity") != 0) continue;
    status = add_equity(ledger, &deal, &stakes, &pledges);
    if (status != LS_STATUS_OK && status != LS_STATUS_INVALID_INPUT) goto cleanup;
  }
  check_shares(ledger, &stakes);
  status = ledger_write_pairs(ledger, TABLE_SHAREHOLDINGS, STAKES, &stakes);
  if (status == LS_STATUS_OK) status = ledger_write_pairs(ledger, TABLE_PLEDGES, PLEDGES, &pledges);
cleanup:
  context_release(ledger->context, stakes.row);
  context_release(ledger->context, pledges.row);
  return status;
}

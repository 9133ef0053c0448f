/* ledger_rules.h - what the parts of the ledger share: the deals as they are read, and lists of pairs on their way
 * to tables.
 *
 * ledger.c checks the rows and puts the tables in order; ledger_contracts.c turns purchases into contracts;
 * ledger_deals.c equity into stakes and pledges; ledger_support.c finds guarantees, warrants and cross-defaults;
 * ledger_entities.c gives entities their columns and debts; ledger_paths.c their paths; ledger_flows.c counts yearly
 * flows.
 */
#ifndef LS_HOST_NETWORK_LEDGER_RULES_H
#define LS_HOST_NETWORK_LEDGER_RULES_H

#include "network/assumptions.h"

#include <math.h>

struct ledger {
  ls_context *context;
  const ls_network *network; /* what is read */
  ls_network *target;        /* what is filled; NULL where flows are only counted */
  struct assumption_book book;
  bool without_memory; /* for a number that was asked for and is now NaN */
};

/* A deal row, its known parts as numbers (NaN: unknown). Texts belong to the network. */
struct deal {
  const char *id, *kind, *status;
  int32_t from, to; /* ENTITY_NONE where the party is a group */
  bool preferred;
  double low, high, firm, gigawatt, term_years, share;
  int32_t start; /* quarters after quarter 0, negative where it began before; INT32_MIN: no date */
  int64_t line;
};

enum { PAIR_NUMBERS = 14 };
struct pair_row {
  int32_t from, to;
  const char *text; /* borrowed; NULL is blank */
  double number[PAIR_NUMBERS];
};
struct pair_list {
  const char *text_column; /* name of the column that `text` goes to, NULL for none */
  struct pair_row *row;
  int64_t count, room;
};

static inline double ledger_larger(double a, double b) { return a > b ? a : b; }
/* The nearest whole number; half a quarter counts as one. */
static inline double ledger_whole(double value) { return floor(value + 0.5); }

void ledger_deal(const struct ledger *ledger, int64_t row, struct deal *deal);

/* Does a row count: preferred, not lapsed, not a target, not listed as unmodelled? */
bool ledger_deal_counts(const struct ledger *ledger, const struct deal *deal);
bool ledger_is_unmodelled(const ls_network *network, const char *id);

/* Is it a contract to buy (purchase, supply, capex)? */
bool ledger_is_purchase(const struct deal *deal);

/* The amount and the term that the rules give a deal; false, with a message, where nothing gives them. */
bool ledger_deal_amount(struct ledger *ledger, const struct deal *deal, double *amount);
bool ledger_deal_term(struct ledger *ledger, const struct deal *deal, const struct assumption_scope *scope,
                      double *years);

/* Under that one target (a deal's id, a pair buyer>seller) only. */
double ledger_own_value(struct ledger *ledger, const char *target, const char *parameter, double otherwise);

/* WHAT_STATUS (take_or_pay_firm) under the scope; status is `assumed` for rows without a deal. */
double ledger_status_value(struct ledger *ledger, const struct assumption_scope *scope, const char *what,
                           const char *status, double otherwise);

/* Under the deal's own id, else by its status; 0 with a message where there is neither. */
double ledger_needed_value(struct ledger *ledger, const struct deal *deal, const struct assumption_scope *scope,
                           const char *what);

/* Quarter in which a deal begins, negative where it runs already: its assumption `start`, else its date, else 0. */
double ledger_first_quarter(struct ledger *ledger, const struct deal *deal);

/* The test that a target's assumptions put behind money (test_revenue, ...): its name and level, NULL where none. */
const char *ledger_test(struct ledger *ledger, const char *target, double *level);

ls_status pair_list_add(ls_context *context, struct pair_list *list, const struct pair_row *row);
struct pair_row *pair_list_find(const struct pair_list *list, int32_t from, int32_t to);

/* Writes a list as a pair table: names of the two key columns, then of the numbers, NULL-ended. */
ls_status ledger_write_pairs(struct ledger *ledger, enum table_id id, const char *const *name,
                             const struct pair_list *list);

ls_status ledger_fill_purchases(struct ledger *ledger);
ls_status ledger_fill_equity(struct ledger *ledger);
ls_status ledger_fill_support(struct ledger *ledger);
ls_status ledger_fill_entities(struct ledger *ledger);
bool ledger_fills_column(const char *name); /* of entities.csv */
ls_status ledger_fill_debts(struct ledger *ledger);
ls_status ledger_fill_inputs(struct ledger *ledger);
ls_status ledger_fill_settings(struct ledger *ledger);
ls_status ledger_fill_paths(struct ledger *ledger);

#endif

/* assumptions.h - looking up the rows of assumptions.csv by target, parameter and quarter.
 *
 * What a parameter means is said by the rules that ask for it (host/network/ledger_*.c) and, for people, in
 * datasets/ai-loop/README.md. Here a row is only checked: known parameter, known target, value within its range.
 */
#ifndef LS_HOST_NETWORK_ASSUMPTIONS_H
#define LS_HOST_NETWORK_ASSUMPTIONS_H

#include "network/network.h"

struct assumption {
  const char *target, *parameter;
  int32_t quarter;
  double value;
  int64_t line;
  bool used;
};

struct assumption_book {
  ls_context *context;
  struct assumption *row; /* [count] sorted by target, parameter, quarter */
  int64_t count;
};

/* The targets that a value is looked for under, the most specific first. */
enum { SCOPE_TARGETS = 5 };
struct assumption_scope {
  const char *target[SCOPE_TARGETS];
  int32_t count;
  char *owned[2];
};

/* Reads and checks the table; texts are borrowed from the network. Every fault is a message of its own. */
ls_status assumption_book_open(ls_context *context, const ls_network *network, struct assumption_book *book);
void assumption_book_close(struct assumption_book *book);

/* Rows of one target and parameter, by quarter: *first .. *first + result - 1. They count as used. */
int64_t assumption_rows(struct assumption_book *book, const char *target, const char *parameter, int64_t *first);

/* Rows of the first target of the scope that has any. */
int64_t assumption_rows_in(struct assumption_book *book, const struct assumption_scope *scope, const char *parameter,
                           int64_t *first);

/* The value for quarter 0 under the first target that has one; `otherwise` where none has. */
double assumption_value(struct assumption_book *book, const struct assumption_scope *scope, const char *parameter,
                        double otherwise);

/* id, sector:..., * . Without memory: false. */
bool assumption_scope_of_entity(ls_context *context, const ls_network *network, int32_t entity,
                                struct assumption_scope *scope);
/* [row_id], from>to, to, sector of `to`, * ; row_id may be NULL. */
bool assumption_scope_of_pair(ls_context *context, const ls_network *network, const char *row_id, int32_t from,
                              int32_t to, struct assumption_scope *scope);
void assumption_scope_release(ls_context *context, struct assumption_scope *scope);

/* Splits "from>to" into entity numbers (ENTITY_NONE where a side is unknown); false where there is no '>'. */
bool assumption_split_pair(const ls_network *network, const char *target, int32_t *from, int32_t *to);

/* A warning for each row that no rule asked for. */
void assumption_warn_unused(const struct assumption_book *book);

/* Has any row of assumptions.csv that parameter? */
bool assumptions_name(const ls_network *network, const char *parameter);

/* A cell as a number, whether its column was read as numbers or as texts; NaN where blank, absent or no number. */
double attribute_number(const ls_network *network, enum table_id table, const char *column, int64_t row);

#endif

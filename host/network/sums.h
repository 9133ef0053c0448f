/* sums.h - what each entity lends to and owes to the others in all, read from one CSV file: what a network is made
 * from.
 *
 * Rows of the network that is sought are lenders (their claims on entities), columns borrowers (their debts to
 * entities).
 */
#ifndef LS_HOST_NETWORK_SUMS_H
#define LS_HOST_NETWORK_SUMS_H

#include "io/csv.h"
#include "network/folder_writer.h"

struct sums {
  ls_context *context;
  char *file; /* name for messages */
  struct csv *csv;
  int32_t id, assets_column, liabilities_column;
  int32_t count;
  double *claims, *debts; /* [count] sums by lender and by borrower; debts are scaled to the total of the claims */
  double total;
  int32_t lender_count, borrower_count; /* with a sum above 0 */
  int64_t pair_count;                   /* links that there can be: a lender, a borrower, not the same */
  int32_t
      star; /* the one entity through which all goes, claims + debts = total: the network is then unique; -1: none */
};

/* Totals agree within this share of the larger, which is what figures of six digits leave: debts are then scaled, and a
 * warning says so beyond SUMS_ROUNDING. Otherwise, and for an entity with claims + debts above the total,
 * LS_STATUS_INVALID_INPUT. */
#define SUMS_TOLERANCE 1e-6
#define SUMS_ROUNDING 1e-12

ls_status sums_read(ls_context *context, const char *path, struct sums *sums);
void sums_release(struct sums *sums);

/* Sums given directly, for tests and other callers; no ids. The arrays are copied. */
ls_status sums_from(ls_context *context, int32_t count, const double *claims, const double *debts, struct sums *sums);

const char *sums_id(const struct sums *sums, int32_t entity);

/* entities.csv: every other column as it stands. Where no column says what an entity has outside the network,
 * external_assets that cover what its debts exceed its claims by, and the equity that is then left, are added, and a
 * warning says so. */
ls_status sums_write_entities(const struct sums *sums, struct folder_writer *writer);

#endif

/* concentration.h - on how few customers a backlog rests: of each seller, and of the network as a whole.
 *
 * Shares are of the contracts that a basis of coverage counts (analysis/coverage.h), by what is to be bought under
 * them at quarter 0. With a ledger that is what its deals name: running business is bought, but nobody has promised to
 * go on with it. The rest of the world is no single customer: it counts in the totals alone. The index is Herfindahl's
 * (Concentration in the U.S. Steel Industry, 1950), the sum of squared shares: 1 for one customer, 1 / m for m alike,
 * and a lower bound where the world buys too.
 */
#ifndef LS_HOST_ANALYSIS_CONCENTRATION_H
#define LS_HOST_ANALYSIS_CONCENTRATION_H

#include "analysis/coverage.h"

struct concentration {
  int32_t entity_count;
  double *backlog;   /* [n * (n + 1)] backlog[seller * (n + 1) + buyer], the world last */
  double *by_seller; /* [n] */
  double *by_buyer;  /* [n + 1] */
  double total;
};

/* The largest customer of one seller, or of all (`seller` = entity_count); buyer -1 where no entity buys. */
struct main_customer {
  int32_t buyer;
  double share, herfindahl; /* NaN without backlog */
};

ls_status concentration_measure(ls_context *context, const ls_network *network, const struct ls_plan *plan,
                                enum coverage_basis basis, struct concentration *concentration);
void concentration_release(ls_context *context, struct concentration *concentration);
struct main_customer concentration_of(const struct concentration *concentration, int32_t seller);

#endif

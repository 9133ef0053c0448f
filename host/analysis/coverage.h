/* coverage.h - do the means of each entity cover what it has committed itself to? Year by year, on two bases.
 *
 * Cumulated from quarter 0 to the end of each year, on the schedule of the network's tables and without any shock:
 *   means = cash + outside revenue as planned + outside equity + pledges to it + room for credit,
 *   needs = purchases + operating costs + cost of outside sales + interest and principal not rolled over,
 * and beside them what is to be bought from it under contract, less its cost. Headline: everything that the tables schedule. Firm: of contracts and
 * pledges that deals.csv knows, those that are funded or firm; running business on both. Room for credit: the limit times the
 * value at the end of quarter 0 of the baseline, less debt. Source: docs/coverage.md.
 */
#ifndef LS_HOST_ANALYSIS_COVERAGE_H
#define LS_HOST_ANALYSIS_COVERAGE_H

#include "network/network.h"
#include "plan.h" /* kernels/ */

enum coverage_basis { COVERAGE_HEADLINE, COVERAGE_FIRM, COVERAGE_BASIS_COUNT };

/* [entity_count * year_count] each, cumulated, in the network's unit. */
struct coverage {
  int32_t entity_count, year_count;
  double *means, *needs, *sold; /* sold: to entities and to W under contract, less its cost */
};

/* The row of deals.csv that contract k of the plan has its id from; -1 for running business, which no deal names. */
int64_t coverage_deal(const ls_network *network, const struct ls_plan *plan, int32_t k);

/* Does a basis count contract k of the plan? */
bool coverage_counts(const ls_network *network, const struct ls_plan *plan, enum coverage_basis basis, int32_t k);

/* `plan`: that of the loop model on the network, its baseline set. */
ls_status coverage_measure(ls_context *context, const ls_network *network, const struct ls_plan *plan,
                           enum coverage_basis basis, struct coverage *coverage);
void coverage_release(ls_context *context, struct coverage *coverage);

#endif

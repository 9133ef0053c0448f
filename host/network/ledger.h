/* ledger.h - from facts and assumptions (deals.csv, assumptions.csv) to the tables of the loop model.
 *
 * The rules are stated in datasets/ai-loop/README.md; every number of the tables comes from a deal row, an entity's fact,
 * or a named assumption, and nothing else.
 */
#ifndef LS_HOST_NETWORK_LEDGER_H
#define LS_HOST_NETWORK_LEDGER_H

#include "network/network.h"

/* Checks the ledger (claims, bases, unmodelled rows) and, where the folder gives deals and assumptions but no purchases.csv,
 * fills purchases, pledges, shareholdings, liabilities, inputs, paths, the loop columns of entities and the loop settings.
 * Faults are messages naming deals.csv or assumptions.csv and the line. Called once by the folder reader, last. */
ls_status ledger_apply(ls_context *context, ls_network *network);

/* The three bases on which commitments are counted. */
enum ledger_basis { LEDGER_HEADLINE, LEDGER_FIRM, LEDGER_FUNDED, LEDGER_BASIS_COUNT };

/* Yearly payments and investments between entities on one basis: dense, flow[payer * (N + 1) + receiver], the world = N,
 * investment[investor * (N + 1) + recipient] likewise. Amounts are annualised as the data set's README states. */
ls_status ledger_yearly_flows(ls_context *context, const ls_network *network, enum ledger_basis basis, double *flow,
                              double *investment);

#endif

/* exposures.h - claims per equity as a matrix: what a loss of equity does to the equity of others, as long as no
 * cap binds.
 *
 * Lambda_ij = (claim of i on j) / E_i, the operator of linear DebtRank (docs/models/debtrank-linear.md). Entities
 * without positive equity have no relative exposure: they are left out, as creditors and as debtors.
 */
#ifndef LS_HOST_ANALYSIS_EXPOSURES_H
#define LS_HOST_ANALYSIS_EXPOSURES_H

#include "network/network.h"
#include "plan.h" /* kernels/ */

struct exposures {
  ls_context *context;
  struct ls_plan *plan; /* of linear DebtRank: its operator and its balance sheets */
  struct scenario_set *none;
  int32_t n;
  int64_t *row_start; /* [n + 1] claims of creditor i */
  int32_t *column;    /* [row_start[n]] debtors */
  double *weight;     /* [row_start[n]] above 0 */
  bool *left_out;     /* [n] equity is not above 0 */
};

/* NULL where it can be done; else why not, in words. */
const char *exposures_missing(const ls_network *network);

ls_status exposures_create(ls_context *context, const ls_network *network, struct exposures *exposures);
void exposures_release(struct exposures *exposures);

/* A number of the balance sheets, [n]. */
const double *exposures_sheet(const struct exposures *exposures, enum ls_parameter which);

/* lower <= spectral radius <= upper, up to the rounding of a row's sum. */
struct spectral_radius {
  double lower, upper;
  int64_t rounds;
  bool converged; /* the bounds are as near as SPECTRAL_PRECISION of the upper one */
};
#define SPECTRAL_PRECISION 1e-12

ls_status exposures_spectral_radius(const struct exposures *exposures, struct spectral_radius *radius);

/* Row sums (vulnerability) and column sums (impact) of (I - Lambda)^-1 - I, NaN for who is left out: what
 * spreading adds to a distress of 1. With the 1 each is good to RESOLVENT_PRECISION of itself. *converged is false
 * where the rounds did not suffice; then all are NaN. The spectral radius must be below 1. */
#define RESOLVENT_PRECISION 1e-12
ls_status exposures_resolvent_sums(const struct exposures *exposures, double *row, double *column, bool *converged);

#endif

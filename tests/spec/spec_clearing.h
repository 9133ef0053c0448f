/* spec_clearing.h - clearing of debts as the textbooks write it: dense, slow, independent of the engines it checks.
 *
 * Eisenberg-Noe is Rogers-Veraart with alpha = beta = 1. The caller owns every array. Matrices are dense and row-major,
 * liability[i * n + j] = what i owes j.
 */
#ifndef LS_TESTS_SPEC_CLEARING_H
#define LS_TESTS_SPEC_CLEARING_H

#include <stdbool.h>

struct spec_clearing {
  int n;
  const double *external_assets;      /* [n] */
  const double *liability;            /* [n * n] */
  const double *external_liabilities; /* [n] */
  double alpha, beta;                 /* recovered shares of external assets and of claims on entities */
  bool external_is_senior;            /* external creditors come before entities, otherwise they rank equally */
};

struct spec_clearing_result {
  double *payment; /* [n] all that i pays, external creditors included */
  double *equity;  /* [n] floored at 0 */
  bool *defaulted; /* [n] */
  int *wave;       /* [n] round of fictitious default in which i fell, -1 never */
  int wave_count;  /* rounds that added a default (greatest solution only) */
};

/* Greatest clearing vector by fictitious default: one dense elimination a round. */
void spec_clearing_greatest(const struct spec_clearing *problem, struct spec_clearing_result *result);

/* Least clearing vector: Picard from 0, solved exactly for the default set it ends with, restarted from there while the
 * map still moves (it jumps upwards where a bank becomes solvent). */
void spec_clearing_least(const struct spec_clearing *problem, struct spec_clearing_result *result);

/* One application of the clearing map to total payments. */
void spec_clearing_map(const struct spec_clearing *problem, const double *payment, double *image);

void spec_clearing_result_create(int n, struct spec_clearing_result *result);
void spec_clearing_result_free(struct spec_clearing_result *result);

/* Greatest clearing with `classes` layers of seniority (0 first): owed[k * n * n + i * n + j]. `pays_all` marks
 * nodes that never default. payment has the shape of owed. resources are what a node has before receipts. */
void spec_clearing_classes(int n, int classes, const double *resources, const bool *pays_all, const double *owed,
                           double *payment);

/* x with matrix x = right, by Gaussian elimination with partial pivoting; both are overwritten, x is in `right`.
 * false: singular to working precision. */
bool spec_solve(int n, double *matrix, double *right);

#endif

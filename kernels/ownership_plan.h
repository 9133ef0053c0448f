/* ownership_plan.h - debts by seniority and shares of equity laid out for the kernels. Symbols as in
 * docs/models/cross-ownership.md. */
#ifndef LS_KERNELS_OWNERSHIP_PLAN_H
#define LS_KERNELS_OWNERSHIP_PLAN_H

#include <stdint.h>

struct ls_ownership_plan {
  int32_t class_count;           /* of seniority, the most senior first */
  const double *external_assets; /* [N] */
  const double *cash;            /* [N], what the world owes and holdings of common assets included */
  const double *due;             /* [classes * N] what i owes in the class, outside creditors included */
  const double *debt;            /* [N] all of it */
  const double *outside;         /* [classes * N] the part of `due` that is owed outside */
  const double *outside_share;   /* [N] of i's equity */
  const int32_t *claim_first;    /* [N + 1] claims of creditor i */
  const int32_t *claim_on;       /* [claims] class * N + debtor */
  const double *claim_share;     /* [claims] of what the debtor pays in that class */
  const int32_t *stake_first;    /* [N + 1] stakes of holder i */
  const int32_t *issuer;         /* [stakes] */
  const double *stake_share;     /* [stakes] */
};

#endif

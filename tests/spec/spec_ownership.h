/* spec_ownership.h - firms that hold each other's equity and debt by seniority, the textbook way: dense matrices and plain
 * iteration, straight from Suzuki (2002) and Elsinger (2009). */
#ifndef LS_TESTS_SPEC_OWNERSHIP_H
#define LS_TESTS_SPEC_OWNERSHIP_H

#include <stdbool.h>

struct spec_firms {
  int n, classes;
  const double *assets;  /* [n] */
  const double *owed;    /* [classes * n * n] of class k, firm i owes firm j */
  const double *outside; /* [classes * n] owed to others */
  const double *share;   /* [n * n] share of j's equity that i holds */
};

/* Equity and payments (all classes together) in the greatest or the least solution. False where nothing settles. */
bool spec_ownership(const struct spec_firms *firms, bool least, double *equity, double *payment);

#endif

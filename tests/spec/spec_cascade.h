/* spec_cascade.h - cascades of defaults (Furfine 2003; Gai and Kapadia 2010) and of hoarding (Gai, Haldane and Kapadia 2011) as
 * their equations stand; dense and slow. liability[i * n + j] = what i owes j. */
#ifndef LS_TESTS_SPEC_CASCADE_H
#define LS_TESTS_SPEC_CASCADE_H

#include <stdbool.h>

struct spec_cascade {
  int n;
  const double *liability, *capital; /* capital below 0: failed from the start; of 0: fails with its first loss */
  const double *direct;              /* the shock's own loss, in money */
  const bool *forced;
  double lgd;        /* share of a claim on a failed bank that is lost */
  bool tie_survives; /* losses from others that leave a capital of just 0 are survived */
};

/* wave[n]: the round in which each bank fails, the seeds in round 0; -1: never. */
void spec_cascade_waves(const struct spec_cascade *problem, int *wave);

/* The same set found one bank at a time: of the banks that must fail, the first in `order` does. failed[n]. */
void spec_cascade_one_by_one(const struct spec_cascade *problem, const int *order, bool *failed);

/* lgd times the claims of i on those who have failed (wave[j] >= 0). */
double spec_cascade_credit_loss(const struct spec_cascade *problem, const int *wave, int i);

struct spec_hoarding {
  int n;
  const double *liability; /* unsecured */
  const double *cash, *collateral, *reverse_repo, *new_funding, *repo, *outflow;
  const bool *forced;
  double lambda, haircut, own_haircut;
};

/* wave[n] as above, liquidity[n] once all is done. */
void spec_hoarding_waves(const struct spec_hoarding *problem, int *wave, double *liquidity);

#endif

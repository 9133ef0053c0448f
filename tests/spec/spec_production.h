/* spec_production.h - losses of output along supply chains, the textbook way: dense matrices, straight from the equations of
 * Diem et al. (2022), Scientific Reports 12:7719, as ../shared/MODELS.md 10a states them. */
#ifndef LS_TESTS_SPEC_PRODUCTION_H
#define LS_TESTS_SPEC_PRODUCTION_H

#include <stdbool.h>

struct spec_supply {
  int n, sectors;
  const double *trade;     /* [n * n] sales of i to j */
  const int *sector;       /* [n] */
  const int *essentiality; /* [sectors * sectors] of inputs of sector k for users of sector l: 2, 1, 0 */
  const double *weight;    /* [n] any scale; NULL: sales */
  bool replaceable;
};

/* What is left of each output given inputs and given customers, after the shares `lost` are gone; returns the index. */
double spec_production(const struct spec_supply *supply, const double *lost, double *down, double *up);

#endif

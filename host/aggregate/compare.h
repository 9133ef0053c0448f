/* compare.h - two runs side by side: where they differ most, and by how much with what error. */
#ifndef LS_HOST_AGGREGATE_COMPARE_H
#define LS_HOST_AGGREGATE_COMPARE_H

#include "aggregate/results.h"

struct difference {
  char name[64];
  int64_t index; /* scenario or entity number; -1: the arrays have different lengths */
  double a, b;
};

/* The largest absolute difference over the scenarios' losses and counts, then entities' and lines' means; name "" where
 * there is none. A difference of what is no number counts as infinite. */
void results_largest_difference(const ls_results *a, const ls_results *b, struct difference *largest);

/* A mean of b - a and its standard error; NaN error for fewer than two pairs. */
struct paired {
  double mean, se;
};

/* Are scenario k of a and scenario k of b the same draw? Then differences are paired: common noise cancels. */
bool results_are_paired(const ls_results *a, const ls_results *b);

struct paired paired_numbers(const ls_results *a, const ls_results *b, const double *of_a, const double *of_b);
/* ES of the system's loss (gross, or net where a says so) at QUANTILE_LEVEL[level], b less a. ES is the least of
 * v + E[(X - v)+] / (1 - level) over v, reached at v = VaR (Rockafellar and Uryasev, J. Banking & Finance 26 (2002),
 * theorem 10), so that an error of VaR does not count to first order, and the difference has the error of the paired means
 * of (X - VaR)+ / (1 - level), each X with its own VaR. NaN error where a's or b's ES has none. */
struct paired paired_shortfall(const ls_results *a, const ls_results *b, int level);
struct paired paired_counts(const ls_results *a, const ls_results *b);
/* Of the indicator of at least one default. */
struct paired paired_any_default(const ls_results *a, const ls_results *b);

#endif

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
struct paired paired_counts(const ls_results *a, const ls_results *b);

#endif

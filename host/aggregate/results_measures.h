/* results_measures.h - what a model measures beside losses, one figure after the other; for files that write
 * results. */
#ifndef LS_HOST_AGGREGATE_RESULTS_MEASURES_H
#define LS_HOST_AGGREGATE_RESULTS_MEASURES_H

#include "aggregate/results.h"

enum figure_kind { FIGURE_BY_ENTITY, FIGURE_OF_SYSTEM, FIGURE_BY_QUARTER };

/* Numbers at .. at + count - 1 of statistics.figure_mean, figure_se and draws.figure. */
struct figure {
  enum figure_kind kind;
  const char *name;
  const char *unit; /* as the model says it; NULL: money, also where this build does not know the model */
  int64_t at, count;
};

/* Figure number k in the order in which they lie: by entity, of the system, by quarter. False beyond the last, and
 * where the results have no statistics. */
bool results_figure(const ls_results *results, int32_t k, struct figure *figure);

#endif

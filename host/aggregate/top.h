/* top.h - the largest losses of a run in order, without sorting or copying the others. */
#ifndef LS_HOST_AGGREGATE_TOP_H
#define LS_HOST_AGGREGATE_TOP_H

#include "core/context.h"

/* Of `count` numbers those of rank `count - held + 1` and above, ascending; those below, down to the rank asked for, are all
 * `below`. Ranks run from 1. */
struct top {
  double *ascending; /* [held] */
  int64_t held, count;
  double below;
};

/* Of value[0 .. length - 1] those count whose state says that they are in the sums (enum scenario_state), or all where state is
 * NULL; there are `count` of them, and 1 <= rank <= count. Memory for those beyond the rank alone, but for few numbers. */
ls_status top_create(ls_context *context, const double *value, const int8_t *state, int64_t length, int64_t count,
                     int64_t rank, struct top *top);
void top_release(ls_context *context, struct top *top);

/* The number of that rank, which must not be less than the one asked for. */
double top_at(const struct top *top, int64_t rank);

#endif

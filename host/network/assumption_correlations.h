/* assumption_correlations.h - assumption_correlations.csv: how the draws of two parameters move together. */
#ifndef LS_HOST_NETWORK_ASSUMPTION_CORRELATIONS_H
#define LS_HOST_NETWORK_ASSUMPTION_CORRELATIONS_H

#include "network/place.h"

/* The parameters that the table names, in the order in which they first stand, and their correlations: ones on the diagonal,
 * 0 for pairs that no row names. */
struct assumption_correlations {
  int32_t count;
  const char **parameter; /* [count] texts of the network */
  double *matrix;         /* [count * count] */
};

/* An absent table gives count 0. LS_STATUS_OUT_OF_MEMORY is the only failure; faults are for the check. */
ls_status assumption_correlations_read(ls_context *context, const ls_network *network,
                                       struct assumption_correlations *correlations);
void assumption_correlations_release(ls_context *context, struct assumption_correlations *correlations);

/* A rule across tables: parameters are those of assumptions.csv, two different ones to a row, each pair once, and the
 * correlations do not contradict each other. Faults are messages. */
ls_status assumption_correlations_check(const struct place *place);

#endif

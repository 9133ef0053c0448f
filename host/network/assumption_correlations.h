/* assumption_correlations.h - assumption_correlations.csv: how the draws of two parameters move together. */
#ifndef LS_HOST_NETWORK_ASSUMPTION_CORRELATIONS_H
#define LS_HOST_NETWORK_ASSUMPTION_CORRELATIONS_H

#include "network/place.h"

/* A row of scope `entity`: the draw of the follower's rows correlates by `value` with that of the leader's row of the same
 * entity. The two may be one parameter: its later rows follow its first. */
struct assumption_following {
  const char *follower, *leader; /* parameters: texts of the network */
  double value;
};

/* Rows without scope: the parameters that they name, in the order in which they first stand, and their correlations: ones on
 * the diagonal, 0 for pairs that no row names. And those of scope `entity`. */
struct assumption_correlations {
  int32_t count;
  const char **parameter; /* [count] texts of the network */
  double *matrix;         /* [count * count] */
  int32_t following_count;
  struct assumption_following *following; /* [following_count] */
};

/* An absent table gives count 0. LS_STATUS_OUT_OF_MEMORY is the only failure; faults are for the check. */
ls_status assumption_correlations_read(ls_context *context, const ls_network *network,
                                       struct assumption_correlations *correlations);
void assumption_correlations_release(ls_context *context, struct assumption_correlations *correlations);

/* What a parameter follows within an entity; NULL where it follows nothing. */
const struct assumption_following *assumption_following_of(const struct assumption_correlations *correlations,
                                                           const char *parameter);

/* Does a row belong to the same entity as another? Targets count up to their '>': what a pair buys is its buyer's. */
bool assumption_targets_share_entity(const char *target, const char *other);

/* A rule across tables: parameters are those of assumptions.csv, each pair once. Without scope: two different ones to a row,
 * and the correlations do not contradict each other. Of scope `entity`: a parameter follows one alone, not in a ring, and
 * stands in no row without scope. Faults are messages. */
ls_status assumption_correlations_check(const struct place *place);

#endif

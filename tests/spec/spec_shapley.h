/* spec_shapley.h - Shapley's value as he told it: the players enter a room one by one, in all orders. */
#ifndef LS_TESTS_SPEC_SHAPLEY_H
#define LS_TESTS_SPEC_SHAPLEY_H

/* worth[S] of every set S of players (bit i: player i is in it), [2^count]; value[count] is filled with the mean
 * over all orders of what a player adds to those before it. count is 8 at most. */
void spec_shapley(int count, const double *worth, double *value);

#endif

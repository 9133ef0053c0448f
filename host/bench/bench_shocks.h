/* bench_shocks.h - the shocks of a benchmark: one factor and lognormal assets, e_i = a_i exp(s (sqrt(r) z + sqrt(1 - r) u_i) - s^2/2).
 *
 * A run's shocks are losses, shares from 0 to 1 of what the network says. So that assets can rise too, a network may hold `room`
 * times their mean, the most they come to: the loss is then 1 - exp(s x - s^2/2) / room.
 */
#ifndef LS_HOST_BENCH_BENCH_SHOCKS_H
#define LS_HOST_BENCH_BENCH_SHOCKS_H

#include "core/context.h"
#include "plan.h" /* kernels/ */

struct bench_law {
  double sigma, correlation, room;
  const char *variable; /* the shocked one, of every entity: "external_assets_loss" or "output_loss" */
  int64_t count;
  uint64_t seed;
};

/* A scenario file that lays the draws out: *text is the caller's, for context_release. */
ls_status bench_shocks_describe(ls_context *context, const struct bench_law *law, char **text);

/* Puts the law's quantiles in the place of those that the file could state. */
void bench_shocks_apply(const struct bench_law *law, const struct ls_shock_plan *shock);

/* Scenarios 0 .. count - 1 as *value[count][key_count], drawn with the best instructions there are; for context_release. */
ls_status bench_shocks_draw(ls_context *context, const struct ls_shock_plan *shock, int64_t count, double **value);

/* A plan's shocks with a table of given ones in the place of the draws. */
void bench_shocks_give(const double *value, int64_t count, struct ls_shock_plan *shock);

#endif

/* accumulator.h - exact, mergeable sums over scenarios.
 *
 * Sums are signed 128-bit fixed-point integers, counts are integers, so that the order of scenarios, threads, chunks,
 * shards and merges cannot change a bit. Per-scenario system losses are kept whole (16 bytes a scenario, plus counts).
 */
#ifndef LS_HOST_AGGREGATE_ACCUMULATOR_H
#define LS_HOST_AGGREGATE_ACCUMULATOR_H

#include "core/context.h"
#include "plan.h" /* kernels/: struct ls_output_layout */

/* Finished scenarios as a backend hands them over: value[slot * stride + s], s = 0..count-1, slots of ls_output_layout.
 * Scenario s of the chunk has the number first + s, or index[s] where index is not NULL. */
struct chunk {
  int64_t first;
  const int64_t *index;
  int32_t count;
  int64_t stride;
  const double *value;
};

struct accumulator_shape {
  int32_t entity_count;
  int32_t line_count;
  int32_t quarter_count;
  int64_t first_scenario; /* numbers first_scenario .. first_scenario + scenario_count - 1 belong here */
  int64_t scenario_count;
  double amount_bound; /* > 0: scale of the network's amounts (see accumulator_bound); fixes the fixed-point scale */
  struct ls_output_layout layout;
  int64_t
      figure_count; /* what a model measures beside losses: per entity, of the system, by quarter, one after the other */
  int32_t draw_count; /* sums by draw of the assumptions as well; 0 or 1: none */
};

struct accumulator; /* fields in accumulator_fields.h, for the statistics, digest and file code of this folder only */

/* The fixed-point scale's bound for a network: the smallest power of two that is not below the sum of all its amounts. */
double accumulator_bound(double sum_of_amounts);

ls_status accumulator_create(ls_context *context, const struct accumulator_shape *shape,
                             struct accumulator **accumulator);
void accumulator_destroy(struct accumulator **accumulator);

/* Adds one chunk. One thread at a time. A scenario added twice, or out of range, is LS_STATUS_INTERNAL. A value that is
 * not finite or beyond the fixed-point range is counted in n_nonfinite, and its scenario is left out of every sum. */
ls_status accumulator_add(ls_context *context, struct accumulator *accumulator, const struct chunk *chunk);

/* The same without a message: false, and nothing added, where accumulator_add fails. */
bool accumulator_try_add(struct accumulator *accumulator, const struct chunk *chunk);

/* Sums of their own for another thread. What is kept by scenario goes straight to `whole`, which must outlive the share;
 * several shares and the whole may be added to at the same time, scenarios of one's own each. */
ls_status accumulator_create_share(ls_context *context, struct accumulator *whole, struct accumulator **share);

/* Adds a share's sums to its whole; the share is to be cleared or destroyed then. */
void accumulator_gather(struct accumulator *whole, const struct accumulator *share);

/* Sets all sums and counts to 0; what is kept by scenario stays. */
void accumulator_clear_sums(struct accumulator *accumulator);

/* Scenarios added so far, not finite ones included. */
int64_t accumulator_done_count(const struct accumulator *accumulator);

/* The next scenarios that were not added: from *first + *count on (0, 0: from the start), counted from the accumulator's first.
 * False: none is missing. */
bool accumulator_next_missing(const struct accumulator *accumulator, int64_t *first, int64_t *count);

/* Memory that a share of such an accumulator takes. */
int64_t accumulator_share_bytes(const struct accumulator *accumulator);

/* target += source. They must have equal entity, line and quarter counts and bounds (else LS_STATUS_INVALID_INPUT), and
 * disjoint or identical scenarios; target's range must contain source's. */
ls_status accumulator_merge(ls_context *context, struct accumulator *target, const struct accumulator *source);

#endif

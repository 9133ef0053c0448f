/* bench_check.h - are the answers right: some scenarios solved again by other means, in plain double, from the network's tables. */
#ifndef LS_HOST_BENCH_BENCH_CHECK_H
#define LS_HOST_BENCH_BENCH_CHECK_H

#include "bench/bench_problem.h"

/* What is asked of every contestant, as a share of the largest obligation (clearing) or of 1 (distress, output). */
#define BENCH_TOLERANCE 1e-9

struct bench_check {
  int32_t scenarios; /* compared; 0: this model has no other way of solving here */
  int64_t flips;     /* entities in default in one answer alone */
  double difference; /* the largest |x - x'|, as BENCH_TOLERANCE says */
  bool passed;
};

/* Given scenarios, evenly spaced, fewer of larger networks. */
ls_status bench_check_run(ls_context *context, const struct bench_entry *entry, struct bench_check *check);

/* What the engine itself finds, with detail: x[index_count][N] and, as 0 or 1, failed[index_count][N]. */
ls_status bench_check_solve(ls_context *context, const struct bench_entry *entry, const int64_t *index, int64_t count,
                            double *x, double *failed);

#endif

/* bench_rounds.c - see bench_rounds.h. */
#include "bench/bench_rounds.h"

#include <stdlib.h>
#include <string.h>

#include "core/clock.h"

static ls_status run_one(ls_context *context, struct bench_contestant *contestant, bool timed) {
  const double begun = clock_seconds();
  ls_status status = contestant->run(context, contestant->user);
  if (status == LS_STATUS_OK && timed) contestant->times.seconds[contestant->times.count++] = clock_seconds() - begun;
  return status;
}

ls_status bench_rounds_run(ls_context *context, struct bench_contestant *contestant, int count, int rounds, bool warm) {
  ls_status status = LS_STATUS_OK;
  for (int round = warm ? -1 : 0; round < rounds && status == LS_STATUS_OK; round++)
    for (int k = 0; k < count && status == LS_STATUS_OK; k++) {
      status = run_one(context, &contestant[k], round >= 0);
      if (status == LS_STATUS_OK && context_stop_requested(context))
        status = context_fail(context, LS_STATUS_INTERRUPTED, "interrupted");
    }
  return status;
}

static int compare_numbers(const void *left, const void *right) {
  const double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

struct bench_spread bench_times_spread(const struct bench_times *times) {
  double sorted[BENCH_ROUNDS_MOST];
  const int n = times->count;
  if (n == 0) return (struct bench_spread){0, 0, 0};
  memcpy(sorted, times->seconds, (size_t)n * sizeof *sorted);
  qsort(sorted, (size_t)n, sizeof *sorted, compare_numbers);
  return (struct bench_spread){(sorted[(n - 1) / 2] + sorted[n / 2]) / 2, sorted[0], sorted[n - 1]};
}

/* bench_measure.h - one case run on every backend and engine that was asked for. */
#ifndef LS_HOST_BENCH_BENCH_MEASURE_H
#define LS_HOST_BENCH_BENCH_MEASURE_H

#include "bench/bench_check.h"
#include "bench/bench_problem.h"
#include "bench/bench_rounds.h"

enum { BENCH_ENTRIES_MOST = BENCH_NAMES_MOST * BENCH_NAMES_MOST, BENCH_DIGEST_SIZE = 33 };

/* What one backend and engine did. */
struct bench_score {
  const char *backend;
  char engine[16];
  int64_t count, given_count;
  int32_t entities;
  int64_t links;
  double sigma, correlation;   /* 0: the shocks are those of a scenario file */
  double default_share;        /* of entities, 0-1, over the given scenarios; without any over all */
  double mean_sweeps;          /* of a scenario */
  double flops, bytes;         /* counted of one pass over the given scenarios (docs/bench.md) */
  struct bench_spread solving; /* given shocks; losses and defaults of every entity written, nothing added up */
  struct bench_spread whole;   /* drawing, solving, adding up, the statistics of the whole */
  struct bench_spread plain;   /* BENCH_AGGREGATION: with plain sums in the place of exact ones */
  struct bench_check check;
  char digest[BENCH_DIGEST_SIZE];
};

struct bench_result {
  const struct bench_case *what;
  const char *model;
  char *skipped; /* why nothing was measured; NULL: it was. For context_release */
  struct bench_score score[BENCH_ENTRIES_MOST];
  int score_count;
  bool agrees; /* all digests are one */
};

/* LS_STATUS_OK also where the case is skipped. */
ls_status bench_measure(ls_context *context, const struct bench_wish *wish, const struct bench_case *what,
                        struct bench_result *result);

#endif

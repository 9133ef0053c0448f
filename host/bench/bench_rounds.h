/* bench_rounds.h - contestants timed in turns: A B C, A B C, ..., so that what disturbs the machine disturbs them all alike. */
#ifndef LS_HOST_BENCH_BENCH_ROUNDS_H
#define LS_HOST_BENCH_BENCH_ROUNDS_H

#include "core/context.h"

enum { BENCH_ROUNDS_MOST = 101 };

struct bench_times {
  int count;
  double seconds[BENCH_ROUNDS_MOST];
};

struct bench_spread {
  double median, least, most; /* seconds; 0 where nothing was timed */
};

struct bench_contestant {
  ls_status (*run)(ls_context *context, void *user); /* once; the clock is read around it */
  void *user;
  struct bench_times times;
};

/* Every contestant once untimed where `warm`, then `rounds` times each in turns. */
ls_status bench_rounds_run(ls_context *context, struct bench_contestant *contestant, int count, int rounds, bool warm);

struct bench_spread bench_times_spread(const struct bench_times *times);

#endif

/* replay.h - scenarios of a run computed again, by other means where there are, and compared bit for bit. */
#ifndef LS_HOST_ENGINE_REPLAY_H
#define LS_HOST_ENGINE_REPLAY_H

#include "engine/engine.h"

enum { DIFFERENCES_TOLD = 20 };

/* A scenario, and which of its numbers came out otherwise. */
struct difference {
  int64_t scenario;
  const char *name;
};

struct replay {
  uint64_t seed;             /* which blocks: set by the caller */
  int64_t blocks, scenarios; /* computed again */
  int64_t difference_count;
  struct difference difference[DIFFERENCES_TOLD]; /* the first ones */
  bool has_sums, sums_equal;                      /* of all scenarios, where all were computed */
};

/* A seed for struct replay: the one that is given, or one of the system's entropy. */
ls_status replay_seed(ls_context *context, bool given, uint64_t wanted, uint64_t *seed);

/* Computes `wanted` random blocks of 4,096 scenarios, or all where there are no more, and compares them with what the results hold. */
ls_status job_replay(ls_context *context, const struct job *job, const ls_results *results, int64_t wanted,
                     struct replay *replay);

bool replay_is_equal(const struct replay *replay);

#endif

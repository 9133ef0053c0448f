/* work.h - the scenarios that are still to be computed, handed out span by span: to this process, and where it leads a team, to the
 * others, whose sums are taken in. */
#ifndef LS_HOST_ENGINE_WORK_H
#define LS_HOST_ENGINE_WORK_H

#include <pthread.h>

#include "aggregate/accumulator.h"
#include "engine/team.h"

struct work;

/* All that `whole` does not hold yet. `identity` is the run's (SHA-256); `lock` guards the whole's sums, which the others' are added
 * to. All three, and the team (NULL: none), must outlive the work. */
ls_status work_begin(ls_context *context, struct accumulator *whole, pthread_mutex_t *lock, ls_team *team,
                     const char *identity, struct work **work);

/* A span for this process, counted from the accumulator's first; false: all is handed out. Without a team all that lies together,
 * within one as much as takes about a second. The span before has been computed. */
bool work_next(struct work *work, int64_t *first, int64_t *count);

/* Hears what the others have to say, waiting at most `seconds` for the first of it; adds what they have computed (*scenarios) and
 * hands them more. Their failure is returned as this one's own. */
ls_status work_serve(ls_context *context, struct work *work, double seconds, int64_t *scenarios);

/* Does another process have a span that it has not reported of? */
bool work_is_out(const struct work *work);

/* Nothing more is handed out, and the others are to report at once; work_serve hears them. */
void work_recall(ls_context *context, struct work *work);

void work_end(ls_context *context, struct work **work);

#endif

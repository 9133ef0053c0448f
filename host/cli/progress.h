/* progress.h - how far a run has come, on standard error: a moving line on a terminal, else a plain line now and
 * then, or with --progress=json an object a line, at most one a second and always the last. */
#ifndef LS_HOST_CLI_PROGRESS_H
#define LS_HOST_CLI_PROGRESS_H

#include "loopstress.h"
#include "options.h"

struct progress;

/* Begins to watch the context's runs; NULL where no progress is wanted. */
struct progress *progress_begin(ls_context *context, const struct options *options);

/* Clears the moving line and stops watching; accepts NULL. */
void progress_end(ls_context *context, struct progress *progress);

/* Seconds on a clock that only goes forward. */
double progress_seconds(void);

#endif

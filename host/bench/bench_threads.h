/* bench_threads.h - the same work on several threads at once, and the clock. */
#ifndef LS_HOST_BENCH_BENCH_THREADS_H
#define LS_HOST_BENCH_BENCH_THREADS_H

#include "core/context.h"

enum { BENCH_THREADS_MOST = 1024 };

/* Threads of a run that asked for `asked` (0: one per processor). */
int bench_thread_count(int asked);

/* Seconds of a clock that only rises. */
double bench_clock(void);

/* Calls work(user, 0) .. work(user, threads - 1), each in a thread of its own that all begin together; the seconds until the last
 * has ended. LS_STATUS_SYSTEM where threads cannot be had. */
ls_status bench_threads_run(ls_context *context, int threads, void (*work)(void *user, int thread), void *user,
                            double *seconds);

#endif

/* bench_threads.h - the same work on several threads at once. */
#ifndef LS_HOST_BENCH_BENCH_THREADS_H
#define LS_HOST_BENCH_BENCH_THREADS_H

#include "core/context.h"

/* Calls work(user, 0) .. work(user, threads - 1), each in a thread of its own that all begin together; the seconds until the last
 * has ended. LS_STATUS_SYSTEM where threads cannot be had. */
ls_status bench_threads_run(ls_context *context, int threads, void (*work)(void *user, int thread), void *user,
                            double *seconds);

#endif

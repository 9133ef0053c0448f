/* bench_drawing.h - drawing shocks and nothing else, on all threads. */
#ifndef LS_HOST_BENCH_BENCH_DRAWING_H
#define LS_HOST_BENCH_BENCH_DRAWING_H

#include "bench/bench_problem.h"

/* Draws every scenario of the problem once and throws it away. */
ls_status bench_drawing_run(ls_context *context, const struct bench_entry *entry);

#endif

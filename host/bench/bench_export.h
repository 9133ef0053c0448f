/* bench_export.h - a case as a file that other programs can read: what is solved, and the answers. */
#ifndef LS_HOST_BENCH_BENCH_EXPORT_H
#define LS_HOST_BENCH_BENCH_EXPORT_H

#include "bench/bench_problem.h"

/* Writes folder/<id>.h5; *written tells whether: cases without given shocks have nothing to hand over. */
ls_status bench_export(ls_context *context, const struct bench_wish *wish, const struct bench_case *what,
                       bool *written);

#endif

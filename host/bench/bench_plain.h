/* bench_plain.h - sums over scenarios as any program would keep them, in plain double: what exact sums are compared with. */
#ifndef LS_HOST_BENCH_BENCH_PLAIN_H
#define LS_HOST_BENCH_BENCH_PLAIN_H

#include "aggregate/accumulator.h"

/* Of every entity and of the system: sum, sum of squares, least and greatest loss, number of defaults; sums of every line. */
struct bench_plain;

ls_status bench_plain_create(ls_context *context, const struct ls_output_layout *layout, int32_t entities,
                             struct bench_plain **plain);
void bench_plain_destroy(ls_context *context, struct bench_plain **plain);
void bench_plain_add(struct bench_plain *plain, const struct chunk *chunk);

#endif

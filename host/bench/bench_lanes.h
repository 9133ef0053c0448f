/* bench_lanes.h - what a processor's lanes can do at best, and its draws of shocks: compiled once per instruction set. */
#ifndef LS_HOST_BENCH_BENCH_LANES_H
#define LS_HOST_BENCH_BENCH_LANES_H

#include <stddef.h>

#include "engine/tile_cpu.h"

struct bench_lanes {
  const struct cpu_tile *tile; /* whose instruction set it is */
  int chains;                  /* independent multiply-adds of every lane in a round */
  /* `rounds` rounds; returns what they come to. */
  double (*multiply_add)(int64_t rounds);
  double (*read)(const double *from, size_t count);           /* the sum; count is a multiple of 64 */
  void (*copy)(double *to, const double *from, size_t count); /* past the cache where the processor can */
  /* Standard normals of scenarios first .. first + count - 1, a multiple of the lanes, one target each; returns their sum. */
  double (*normals)(int64_t first, int64_t count);
  /* Shocks of as many scenarios into value[count][key_count]. scratch: slots of 8 doubles, key_count + draw_scratch_slots. */
  void (*shocks)(const struct ls_shock_plan *shock, int64_t first, int64_t count, double *value, double *scratch);
};

enum { BENCH_SCRATCH_LANES = CPU_LANES_MOST };

extern const struct bench_lanes BENCH_LANES_BASELINE, BENCH_LANES_AVX2, BENCH_LANES_AVX512;

/* Of an instruction set, NULL for the best that this processor has; NULL where it lacks it. */
const struct bench_lanes *bench_lanes_choose(const char *isa);

#endif

/* tile_cpu.h - the phases compiled for the CPU, once per instruction set. */
#ifndef LS_HOST_ENGINE_TILE_CPU_H
#define LS_HOST_ENGINE_TILE_CPU_H

#include <stdbool.h>

#include "plan.h" /* kernels/ */

enum { CPU_LANES_MOST = 8 };

struct cpu_tile {
  const char *isa;
  int lanes;
  /* Runs scenarios scenario[lanes]. State holds slots of `lanes` doubles; an output slot's `lanes` doubles begin `stride` after those
   * of the slot before it, a multiple of `lanes`. Both are aligned to 64 bytes. */
  void (*run)(const struct ls_plan *plan, const int64_t *scenario, double *state, double *output, int64_t stride);
};

/* Does this processor have the tile's instructions? */
bool cpu_runs(const struct cpu_tile *tile);

extern const struct cpu_tile CPU_TILE_BASELINE, CPU_TILE_AVX2, CPU_TILE_AVX512;

#endif

/* loop_causes_tile.h - one tile of a scenario of the loop model under several sets of open channels, per instruction set. */
#ifndef LS_HOST_ENGINE_LOOP_CAUSES_TILE_H
#define LS_HOST_ENGINE_LOOP_CAUSES_TILE_H

#include "engine/tile_cpu.h"

/* What buyers see of each contract: slots of state that a tile needs beyond the plan's. */
enum { LOOP_CAUSES_SLOTS_PER_CONTRACT = 4 };

struct loop_causes_tile {
  int lanes;
  /* set[lane]: bit c where channel c is open; all are in lane 0, the baseline path, which looks at itself. State and output
   * hold slots of `lanes` doubles, aligned to 64 bytes. */
  void (*run)(const struct ls_plan *plan, int64_t scenario, const uint32_t *set, double *state, double *output);
};

extern const struct loop_causes_tile LOOP_CAUSES_BASELINE, LOOP_CAUSES_AVX2, LOOP_CAUSES_AVX512;

#endif

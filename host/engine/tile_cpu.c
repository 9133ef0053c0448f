/* tile_cpu.c - the CPU shell around a tile: compiled once per instruction set, with LS_ISA its name. */
#include "engine/tile_cpu.h"

#include <stddef.h>

#include "phases/tile.h"

#define LS_ISA_IS_baseline CPU_TILE_BASELINE
#define LS_ISA_IS_avx2 CPU_TILE_AVX2
#define LS_ISA_IS_avx512 CPU_TILE_AVX512
#define LS_JOIN(a, b) a##b
#define LS_TILE_OF(isa) LS_JOIN(LS_ISA_IS_, isa)
#define LS_TEXT(isa) #isa
#define LS_TEXT_OF(isa) LS_TEXT(isa)

/* One function a model, so that each is compiled on its own. */
#define LS_RUN_MODEL(name)                                                                                       \
  static void run_##name(const struct ls_plan *plan, const int64_t *scenario, double *memory, ls_slots output) { \
    const ls_slots state = {memory, LS_LANES}; /* here, so that the compiler knows the stride */                 \
    name##_tile(tile_begin(plan, scenario, state, output), state, output);                                       \
  }
#define LS_STATIC_MODEL(name)                                                                                    \
  static void run_##name(const struct ls_plan *plan, const int64_t *scenario, double *memory, ls_slots output) { \
    const ls_slots state = {memory, LS_LANES};                                                                   \
    const struct ls_view view = tile_begin(plan, scenario, state, output);                                       \
    if (name##_info.pushes && plan->row_slots > 0)                                                               \
      name##_push_tile(view, state, output);                                                                     \
    else                                                                                                         \
      name##_tile(view, state, output);                                                                          \
  }
#define LS_TIME_MODEL(name) LS_RUN_MODEL(name)
#include "models.def"
#undef LS_STATIC_MODEL
#undef LS_TIME_MODEL

#define LS_STATIC_MODEL(name) run_##name,
#define LS_TIME_MODEL(name) run_##name,
static void (*const RUN_MODEL[])(const struct ls_plan *, const int64_t *, double *, ls_slots) = {
#include "models.def"
};

static void run(const struct ls_plan *plan, const int64_t *scenario, double *state, double *output, int64_t stride) {
  RUN_MODEL[plan->model](plan, scenario, state, (ls_slots){output, stride});
}

_Static_assert(LS_LANES <= CPU_LANES_MOST, "the backend sizes its buffers by CPU_LANES_MOST");

const struct cpu_tile LS_TILE_OF(LS_ISA) = {LS_TEXT_OF(LS_ISA), LS_LANES, run};

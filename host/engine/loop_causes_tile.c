/* loop_causes_tile.c - the loop model with channels that can be closed, once per instruction set, with LS_ISA its name.
 *
 * Lane 0 of each tile is the baseline path, the other lanes are the scenario under as many sets of open channels
 * (kernels/models/loop/loop_channels.h). With every channel open a lane has the scenario's own bits. */
#define LS_LOOP_CHANNELS

#include "engine/loop_causes_tile.h"

#include "phases/tile.h"

_Static_assert(LS_LANES > 1, "lane 0 is the baseline");
_Static_assert(LS_LANES <= CPU_LANES_MOST, "sets are passed by lane");

#define LS_ISA_IS_baseline LOOP_CAUSES_BASELINE
#define LS_ISA_IS_avx2 LOOP_CAUSES_AVX2
#define LS_ISA_IS_avx512 LOOP_CAUSES_AVX512
#define LS_JOIN(a, b) a##b
#define LS_TILE_OF(isa) LS_JOIN(LS_ISA_IS_, isa)

/* The scenario's shocks in every lane but the first, which has none. */
static struct ls_view begin_tile(const struct ls_plan *plan, int64_t scenario, ls_slots state, ls_slots output) {
  int64_t number[LS_LANES];
  for (int lane = 0; lane < LS_LANES; lane++) number[lane] = scenario;
  struct ls_view view = tile_begin(plan, number, state, output);
  for (int32_t k = 0; k < plan->shock.key_count; k++) {
    double neutral = lane_get(column_neutral(&plan->shock, plan->shock.key_column[k]), 0);
    slot_set(state, k, lane_put(slot_get(state, k), 0, neutral));
  }
  return view;
}

static void run(const struct ls_plan *plan, int64_t scenario, const uint32_t *set, double *of_state,
                double *of_output) {
  ls_slots state = {of_state, LS_LANES}, output = {of_output, LS_LANES};
  struct ls_view view = begin_tile(plan, scenario, state, output);
  struct loop_view v = loop_view_of(&view, tile_own(plan, state));
  ls_lane closed = lane_set(0);
  for (int c = 0; c < LOOP_CHANNEL_COUNT; c++) {
    ls_lane open = lane_set(0);
    for (int lane = 0; lane < LS_LANES; lane++) open = lane_put(open, lane, set[lane] >> c & 1u);
    v.open[c] = lane_to_mask(open);
    closed = closed + (lane_set(1) - open);
  }
  v.some_closed = lane_to_mask(closed);
  loop_simulate(v, state, output);
}

const struct loop_causes_tile LS_TILE_OF(LS_ISA) = {LS_LANES, run};

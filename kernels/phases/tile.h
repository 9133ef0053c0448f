/* tile.h - one tile of scenarios from its numbers to its outputs: what the CPU and the CUDA shell both call.
 *
 * State slots: the values of the shock keys, the values in force (columns), then the model's own, which share their place
 * with the scratch of the draw.
 */
#ifndef LS_PHASES_TILE_H
#define LS_PHASES_TILE_H

#include "lane.h"
#include "plan.h"

#include "phases/columns.h"
#include "phases/draw.h"
#include "phases/fixed_point.h"
#include "phases/push.h"
#include "phases/view.h"

#define LS_STATIC_MODEL(name)
#define LS_TIME_MODEL(name)
#include "models.def"
#undef LS_STATIC_MODEL
#undef LS_TIME_MODEL

/* Draws the shocks of the scenarios with the given numbers; returns the view that the model works with. */
LS_FN struct ls_view tile_begin(const struct ls_plan *plan, const int64_t scenario[LS_LANES], ls_slots state,
                                ls_slots output) {
  struct ls_view view = {plan, slots_from(state, plan->shock.key_count), 0, false};
  ls_lane clip_count = lane_set(0);
  draw_shocks(&plan->shock, scenario, state, slots_from(view.column, plan->shock.column_count), &clip_count);
  slot_set(output, plan->output.clip_count, clip_count);
  columns_begin(&plan->shock, view.column);
  return view;
}

/* The model's own slots. */
LS_FN ls_slots tile_own(const struct ls_plan *plan, ls_slots state) {
  return slots_from(state, plan->shock.key_count + plan->shock.column_count);
}

/* name_tile(view, state, output) for every model, and for those that push name_push_tile, with plan->row_slots behind the state. */
#define LS_STATIC_MODEL(name)                                                         \
  LS_FN void name##_tile(struct ls_view view, ls_slots state, ls_slots output) {      \
    const struct ls_static_model model = {name##_given, name##_piece, name##_result}; \
    columns_apply(&view.plan->shock, state, view.column, 0);                          \
    fixed_point_tile(&view, model, tile_own(view.plan, state), output);               \
  }                                                                                   \
  LS_FN void name##_push_tile(struct ls_view view, ls_slots state, ls_slots output) { \
    const struct ls_static_model model = {name##_given, name##_piece, name##_result}; \
    columns_apply(&view.plan->shock, state, view.column, 0);                          \
    ls_slots rows = slots_from(state, view.plan->state_slots);                        \
    push_tile(&view, model, tile_own(view.plan, state), rows, output);                \
  }
#define LS_TIME_MODEL(name)                                                      \
  LS_FN void name##_tile(struct ls_view view, ls_slots state, ls_slots output) { \
    name##_path(&view, state, tile_own(view.plan, state), output);               \
  }
#include "models.def"
#undef LS_STATIC_MODEL
#undef LS_TIME_MODEL

#endif

/* columns.h - shocks coming into force: the value that every shocked (variable, target) has in the quarter at hand. */
#ifndef LS_PHASES_COLUMNS_H
#define LS_PHASES_COLUMNS_H

#include "lane.h"
#include "plan.h"

LS_FN ls_lane column_neutral(const struct ls_shock_plan *shock, int32_t column) {
  return lane_set(shock->column_combine[column] == LS_COMBINE_LOSS ? 0 : 1);
}

/* The columns as they stand before the first shock. */
LS_FN void columns_begin(const struct ls_shock_plan *shock, ls_slots column) {
  for (int32_t c = 0; c < shock->column_count; c++) slot_set(column, c, column_neutral(shock, c));
}

/* The shocks of quarter t come into force. */
LS_FN void columns_apply(const struct ls_shock_plan *shock, ls_slots value, ls_slots column, int32_t t) {
  for (int32_t k = shock->quarter_first_key[t]; k < shock->quarter_first_key[t + 1]; k++)
    slot_set(column, shock->key_column[k], slot_get(value, k));
}

#endif

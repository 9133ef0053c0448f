/* loop_reference.h - step 10: the value that distress is measured by, and how a flag is lifted again. */
#ifndef LS_MODEL_LOOP_REFERENCE_H
#define LS_MODEL_LOOP_REFERENCE_H

#include "models/loop/loop_view.h"

/* V(0); or the largest value so far of as many shares as there are now to a first one; or the value that the last new money saw. */
LS_FN ls_lane loop_distress_reference(const struct loop_view *v, int32_t i) {
  if (v->loop->reference == LOOP_REFERENCE_IS_PEAK)
    return loop_over(loop_get(v, v->at->peak_share, i), loop_get(v, v->at->dilution, i), 0);
  if (v->loop->reference == LOOP_REFERENCE_IS_LAST_ROUND) return loop_get(v, v->at->last_round, i);
  return loop_get(v, v->at->reference, i);
}

/* The reference of the quarter: dilution and earlier peaks stand once new shares are out. */
LS_STEP void loop_note_references(const struct loop_view *v) {
  if (!loop_has(v, LOOP_HAS_REFERENCE)) return;
  for (int32_t i = 0; i < v->n; i++) loop_set(v, v->at->distress_reference, i, loop_distress_reference(v, i));
}

/* Lanes in which i lives and is worth less than theta of its reference. */
LS_FN ls_mask loop_below_threshold(const struct loop_view *v, int32_t i) {
  ls_lane bar = lane_set(loop_entity(v, LOOP_DISTRESS_THRESHOLD, i)) * loop_get(v, v->at->distress_reference, i);
  return mask_and(lane_less(loop_get(v, v->at->value, i), bar), lane_to_mask(loop_get(v, v->at->live, i)));
}

/* A flag falls at the end of the flag_exit-th quarter in a row that ends above the threshold. */
LS_FN void loop_lift_flag(const struct loop_view *v, int32_t i) {
  ls_lane flag = loop_get(v, v->at->flag, i);
  if (!mask_any(lane_to_mask(flag))) return; /* and no quarters are counted */
  ls_mask above = mask_and(lane_to_mask(flag), mask_not(loop_below_threshold(v, i)));
  above = mask_and(above, lane_to_mask(loop_get(v, v->at->live, i)));
  ls_lane quarters = lane_select(above, loop_get(v, v->at->quarters_above, i) + lane_set(1), lane_set(0));
  ls_mask falls = lane_less_equal(lane_set(v->loop->flag_exit), quarters);
  loop_set(v, v->at->quarters_above, i, lane_select(falls, lane_set(0), quarters));
  loop_set(v, v->at->flag, i, lane_select(falls, lane_set(0), flag));
}

/* After the last wave: flags that are lifted (their cost stays in this quarter's value), and the peak as it stands for the quarters
 * to come. */
LS_STEP void loop_close_history(const struct loop_view *v) {
  for (int32_t i = 0; loop_has(v, LOOP_HAS_FLAG_EXIT) && i < v->n; i++) {
    loop_set(v, v->at->flag_in_value, i, loop_get(v, v->at->flag, i));
    loop_lift_flag(v, i);
  }
  if (v->loop->reference != LOOP_REFERENCE_IS_PEAK) return;
  for (int32_t i = 0; i < v->n; i++) {
    ls_lane per_share = loop_get(v, v->at->value, i) * loop_get(v, v->at->dilution, i);
    loop_set(v, v->at->peak_share, i, lane_max(loop_get(v, v->at->peak_share, i), per_share));
  }
}

#endif

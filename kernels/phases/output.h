/* output.h - the output slots that every static model fills: one entity, one asset, the system. */
#ifndef LS_PHASES_OUTPUT_H
#define LS_PHASES_OUTPUT_H

#include "phases/view.h"

/* The system's totals as they add up, in the order of the entities. */
struct ls_output_sums {
  ls_lane gross, outside, defaults;
  ls_lane margin, nearest; /* the smallest, and the number of its entity; -1: nobody has any */
};

LS_FN struct ls_output_sums output_sums_begin(void) {
  struct ls_output_sums sums = {lane_set(0), lane_set(0), lane_set(0), lane_set(LS_NO_MARGIN), lane_set(-1)};
  return sums;
}

/* Nothing yet, and no threshold. */
LS_FN struct ls_entity_result output_result_begin(void) {
  struct ls_entity_result result = {.value = lane_set(0), .margin = lane_set(LS_NO_MARGIN)};
  return result;
}

/* `from` against `threshold`, both in money or shares, as a share of `scale`. */
LS_FN ls_lane output_margin(ls_lane from, ls_lane threshold, ls_lane scale) {
  return lane_ratio(lane_absolute(from - threshold), scale, LS_NO_MARGIN);
}

/* Losses against the baseline, default and details of entity i. */
LS_FN void output_write_entity(const struct ls_view *view, int32_t i, const struct ls_entity_result *result,
                               ls_mask forced, ls_slots output, struct ls_output_sums *sums) {
  const struct ls_plan *plan = view->plan;
  const struct ls_output_layout *at = &plan->output;
  int32_t n = plan->entity_count;
  ls_lane loss = lane_set(plan->baseline_value[i]) - result->value;
  ls_mask failed = mask_or(result->defaulted, forced);
  sums->gross = sums->gross + lane_positive_part(loss);
  sums->outside = sums->outside + result->outside;
  sums->defaults = sums->defaults + lane_from_mask(failed);
  sums->nearest = lane_select(lane_less(result->margin, sums->margin), lane_set(i), sums->nearest);
  sums->margin = lane_min(result->margin, sums->margin);
  slot_set(output, at->loss + i, loss);
  slot_set(output, at->default_quarter + i, lane_select(failed, lane_set(0), lane_set(-1)));
  slot_set(output, at->forced + i, lane_from_mask(forced));
  LS_UNROLL
  for (int32_t k = 0; k < LS_STATIC_LINES; k++)
    if (k < at->line_count)
      slot_set(output, at->line + k * n + i, lane_set(plan->baseline_line[k * n + i]) - result->line[k]);
  LS_UNROLL
  for (int32_t k = 0; k < LS_STATIC_DETAILS; k++)
    if (k < at->detail_count) slot_set(output, at->detail + k * n + i, result->detail[k]);
}

/* The model's own output k of common asset m, where detail is asked for. */
LS_FN void output_write_asset(const struct ls_view *view, int32_t m, int32_t k, ls_lane value, ls_slots output) {
  const struct ls_output_layout *at = &view->plan->output;
  if (k < at->asset_output_count) slot_set(output, at->asset_output + k * at->asset_count + m, value);
}

LS_FN void output_write_sums(const struct ls_view *view, const struct ls_output_sums *sums, ls_lane sweeps,
                             ls_mask unsettled, ls_slots output) {
  const struct ls_output_layout *at = &view->plan->output;
  slot_set(output, at->loss_gross, sums->gross);
  slot_set(output, at->loss_net, lane_set(view->plan->baseline_outside) - sums->outside);
  slot_set(output, at->default_count, sums->defaults);
  slot_set(output, at->iterations, sweeps);
  if (at->margin >= 0) {
    slot_set(output, at->margin, sums->margin);
    slot_set(output, at->margin + 1, sums->nearest);
  }
  slot_set(output, at->converged, lane_from_mask(mask_not(unsettled)));
}

#endif

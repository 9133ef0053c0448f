/* stop_rule.h - when a fixed-point iteration may stop: one rule for every model and engine.
 *
 * A sweep's change is the largest |dx_i| relative to the entity's own bound. A scenario stops when its change is within the
 * tolerance AND the error estimate change * r / (1 - r), r being the ratio of successive changes, is within a sixteenth of
 * it (so that what is made of several x, as a shortfall is, keeps the tolerance too); or when the change is rounding noise. A
 * scenario that has stopped is frozen, so its bits do not depend on the lanes beside it.
 */
#ifndef LS_PHASES_STOP_RULE_H
#define LS_PHASES_STOP_RULE_H

#include "lane.h"

/* 16 units in the last place: below this a change says nothing about the rate of convergence any more. */
#define LS_ROUNDING_FLOOR 0x1p-48
#define LS_ERROR_MARGIN 0x1p-4

struct ls_stop_rule {
  ls_mask active; /* lanes still iterating */
  ls_lane change; /* of the sweep under way */
  ls_lane before; /* of the sweep before; 0: there was none */
  ls_lane sweeps; /* done while active */
};

LS_FN struct ls_stop_rule stop_rule_begin(ls_mask active) {
  struct ls_stop_rule rule = {active, lane_set(0), lane_set(0), lane_set(0)};
  return rule;
}

/* Notes one entity's relative change, in lanes still active. What is no number is passed over, so that the order of entities does
 * not matter. */
LS_FN void stop_rule_note(struct ls_stop_rule *rule, ls_lane relative_change) {
  rule->change = lane_max(relative_change, rule->change);
}

/* Ends a sweep; afterwards `active` holds the lanes that need another. */
LS_FN void stop_rule_end_sweep(struct ls_stop_rule *rule, double tolerance) {
  ls_lane ratio = lane_ratio(rule->change, rule->before, 2); /* no sweep before: rate unknown, go on */
  ls_mask small = lane_less_equal(rule->change, lane_set(tolerance));
  ls_mask sure =
      mask_and(lane_less(ratio, lane_set(1)),
               lane_less_equal(rule->change * ratio, lane_set(tolerance * LS_ERROR_MARGIN) * (lane_set(1) - ratio)));
  ls_mask noise = lane_less_equal(rule->change, lane_set(LS_ROUNDING_FLOOR));
  rule->sweeps = rule->sweeps + lane_from_mask(rule->active);
  rule->active = mask_and(rule->active, mask_not(mask_or(noise, mask_and(small, sure))));
  rule->before = rule->change;
  rule->change = lane_set(0);
}

#endif

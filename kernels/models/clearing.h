/* clearing.h - what the clearing models share: the rank of outside creditors, and what is reported of an entity.
 *
 * e external assets and cash after the shock, a receipts from entities, p payments in the class that is cleared. Outside
 * creditors rank with the entities (their part of p), or before them (setting `external`, the first of both models). */
#ifndef LS_MODEL_CLEARING_H
#define LS_MODEL_CLEARING_H

#include "phases/output.h"

#define CLEARING_EXTERNAL_SETTING \
  { "external", 0, 0, 1, 0, {"pari-passu", "senior", 0}, "rank of external liabilities" }

/* What is owed to outside creditors who are paid first; 0 where they are not. */
LS_FN ls_lane clearing_senior(const struct ls_view *view, int32_t i) {
  return view->plan->fixed.setting[0] > 0 ? view_number(view, LS_PARAMETER_EXTERNAL, i) : lane_set(0);
}

/* All that falls due. */
LS_FN ls_lane clearing_due(const struct ls_view *view, int32_t i) {
  return view_number(view, LS_PARAMETER_OBLIGATION, i) + clearing_senior(view, i);
}

/* `survives` is what there is to pay with: e + a, less what bankruptcy costs. */
LS_FN void clearing_result(const struct ls_view *view, int32_t i, ls_lane e, ls_lane a, ls_lane survives,
                           ls_lane equity, ls_lane p, struct ls_entity_result *result) {
  double external = view_parameter(view, LS_PARAMETER_EXTERNAL, i);
  ls_lane senior = clearing_senior(view, i), due = clearing_due(view, i);
  double obligation = view_parameter(view, LS_PARAMETER_OBLIGATION, i);
  ls_lane paid_first = lane_min(senior, survives), payment = p + paid_first;
  ls_lane share = lane_set(obligation > 0 ? external / obligation : 0) * p;
  ls_lane outside = lane_select(lane_less(lane_set(0), senior), paid_first, share);
  ls_lane shortfall = due - payment;
  result->value = equity;
  result->margin = output_margin(e + a, due, due);
  result->outside = equity + outside;
  result->defaulted = lane_less(lane_set(LS_UNPAID_TOLERANCE) * due, shortfall);
  result->line[0] = e;
  result->line[1] = a;
  result->line[2] = equity - (e + a);
  result->detail[0] = payment;
  result->detail[1] = equity;
  result->detail[2] = lane_positive_part(shortfall);
  ls_mask forced = lane_to_mask(view_shock(view, LS_VARIABLE_DEFAULT, i, 0));
  result->detail[3] = lane_from_mask(mask_or(result->defaulted, forced));
}

#endif

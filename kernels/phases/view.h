/* view.h - what a model may look at while it computes one entity: the plan, and this tile's shocks. */
#ifndef LS_PHASES_VIEW_H
#define LS_PHASES_VIEW_H

#include "lane.h"
#include "plan.h"

struct ls_view {
  const struct ls_plan *plan;
  ls_slots column;       /* the value now in force of every shocked (variable, target) */
  int32_t first_setting; /* where the settings of the part that looks begin; 0 but in models made of others */
  bool across;           /* lanes hold neighbouring entities of one scenario, not one entity of several scenarios */
};

/* A setting of the model, or of the part of it that looks. */
LS_FN double view_setting(const struct ls_view *view, int key) {
  return view->plan->fixed.setting[view->first_setting + key];
}

/* The value of a shock, or `neutral` where no scenario of the run ever shocks this target. */
LS_FN ls_lane view_shock(const struct ls_view *view, enum ls_variable variable, int32_t target, double neutral) {
  const struct ls_shock_plan *shock = &view->plan->shock;
  int32_t column = shock->column_of[(int32_t)variable * shock->target_count + target];
  return column < 0 ? lane_set(neutral) : slot_get(view->column, column);
}

/* A number of an entity (static models). */
LS_FN double view_parameter(const struct ls_view *view, enum ls_parameter parameter, int32_t entity) {
  return view->plan->fixed.parameter[(int64_t)parameter * view->plan->entity_count + entity];
}

/* The same as a lane value: entity's in every lane or, across entities, those of `entity` and the ones that follow it. */
LS_FN ls_lane view_number(const struct ls_view *view, int32_t parameter, int32_t entity) {
  const double *number = view->plan->fixed.parameter + (int64_t)parameter * view->plan->entity_count + entity;
  return view->across ? lane_load(number) : lane_set(*number);
}

/* The entity's number in the model's own column k (ls_model_info.column). */
LS_FN ls_lane view_own(const struct ls_view *view, int32_t k, int32_t entity) {
  return view_number(view, LS_PARAMETER_OWN + k, entity);
}

/* The shocks that a model of losses of equity takes. */
#define LS_EQUITY_SHOCKS \
  (1u << LS_VARIABLE_EXTERNAL_ASSETS_LOSS | 1u << LS_VARIABLE_EQUITY_LOSS | 1u << LS_VARIABLE_DEFAULT)

/* The external assets that the shock destroys, in money. */
LS_FN ls_lane view_assets_lost(const struct ls_view *view, int32_t entity) {
  return view_shock(view, LS_VARIABLE_EXTERNAL_ASSETS_LOSS, entity, 0) *
         lane_set(view_parameter(view, LS_PARAMETER_EXTERNAL_ASSETS, entity));
}

/* External assets and cash after the shock, and holdings of common assets worth `holdings`; nothing where the scenario forces a
 * default. */
LS_FN ls_lane view_assets_with(const struct ls_view *view, int32_t entity, ls_lane holdings) {
  ls_lane loss = view_shock(view, LS_VARIABLE_EXTERNAL_ASSETS_LOSS, entity, 0);
  ls_lane forced = view_shock(view, LS_VARIABLE_DEFAULT, entity, 0);
  ls_lane assets = lane_set(view_parameter(view, LS_PARAMETER_EXTERNAL_ASSETS, entity)) * (lane_set(1) - loss) +
                   lane_set(view_parameter(view, LS_PARAMETER_CASH, entity));
  return lane_select(lane_to_mask(forced), lane_set(0), assets + holdings);
}

/* The same with holdings at the book's prices. */
LS_FN ls_lane view_assets(const struct ls_view *view, int32_t entity) {
  return view_assets_with(view, entity, lane_set(view_parameter(view, LS_PARAMETER_HOLDINGS, entity)));
}

/* What a static model's equation for an entity starts from: what the shock made of it, what reaches it from others (a = A x), x
 * as it stood before, and whether the scenario forces its default. An equation that is looked up again with the same `given` and
 * `a`, at the x that it gave, gives that x again. */
struct ls_reach {
  ls_lane given, a, x;
  ls_mask forced;
};

/* What a static model reports of an entity at the fixed point: `value` is its equity value, the lines add up to it. */
#define LS_NO_MARGIN 0x1p1000
enum { LS_STATIC_LINES = 5, LS_STATIC_DETAILS = 6 };
struct ls_entity_result {
  ls_lane value;
  ls_lane outside; /* what holders outside the network get from it: equity and payments */
  ls_mask defaulted;
  ls_lane
      margin; /* how far it is from the threshold at which it fails or stands, as a share of that; LS_NO_MARGIN: none */
  ls_lane line[LS_STATIC_LINES];
  ls_lane detail[LS_STATIC_DETAILS];
};

/* What differs from a threshold by less than this share of it is a tie: sums of a few decimals must not decide a knife edge. */
#define LS_TIE_TOLERANCE 1e-12

/* The smallest number above 0: what is not below it is above 0. */
#define LS_LEAST_POSITIVE 0x1p-1074

/* Obligations unpaid by less than this share of them are rounding, not default. */
#define LS_UNPAID_TOLERANCE 1e-9

#endif

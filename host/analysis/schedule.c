/* schedule.c - see schedule.h. */
#include "analysis/schedule.h"

#include "engine/plan.h"

ls_status schedule_plan_create(ls_context *context, const ls_network *network, int32_t quarters,
                               struct schedule_plan *schedule) {
  ls_run_options options = ls_run_options_default();
  struct run_settings settings;
  struct schedule_plan fresh = {0};
  options.model = "loop";
  ls_status status = settings_resolve(context, network, &options, &settings);
  if (status != LS_STATUS_OK) return status;
  settings.loop.quarters = quarters;
  const struct scenario_options none = {
      .keep_worst = -1, .variables = settings.info->variables, .model = settings.info->name, .quarter_count = quarters};
  status = scenario_read(context, network, &none, &fresh.none);
  if (status == LS_STATUS_OK) status = plan_create(context, network, &settings, fresh.none, false, &fresh.plan);
  if (status == LS_STATUS_OK)
    *schedule = fresh;
  else
    schedule_plan_release(context, &fresh);
  return status;
}

void schedule_plan_release(ls_context *context, struct schedule_plan *schedule) {
  plan_destroy(context, &schedule->plan);
  scenario_destroy(&schedule->none);
}

double schedule_entity(const struct ls_plan *plan, enum ls_loop_field field, int32_t entity) {
  return plan->loop.entity[(int64_t)entity * LOOP_FIELD_COUNT + field];
}

double schedule_path(const struct ls_plan *plan, enum ls_loop_path path, int32_t node, int32_t quarter) {
  int64_t width = plan->entity_count + 1;
  return plan->loop.path[(quarter * width + node) * LOOP_PATH_COUNT + path];
}

double schedule_purchase(const struct ls_plan *plan, int32_t k, int32_t quarter, double *left) {
  const struct ls_loop_plan *loop = &plan->loop;
  const int64_t count = loop->purchase.count;
  bool renewed = loop->contract[(int64_t)k * LOOP_CONTRACT_FIELD_COUNT + LOOP_CONTRACT_RENEWED] > 0;
  double due = loop->purchase_rate[(int64_t)quarter * count + k] *
               schedule_path(plan, LOOP_PATH_PURCHASE_SCALE, loop->purchase.from[k], quarter);
  if (!renewed && due > *left) due = *left;
  *left -= due;
  return due;
}

double schedule_pledge(const struct ls_plan *plan, int32_t k, int32_t quarter, double *left) {
  double rate = plan->loop.pledge_rate[(int64_t)quarter * plan->loop.pledge.count + k];
  double due = rate < *left ? rate : *left;
  *left -= due;
  return due;
}

double schedule_debt(const struct ls_plan *plan, int32_t entity) {
  const struct ls_loop_links *debts = &plan->loop.debt;
  double debt = 0;
  for (int32_t k = debts->first_from[entity]; k < debts->first_from[entity + 1]; k++) debt += debts->amount[k];
  return debt;
}

struct debt_service schedule_debt_service(const struct ls_plan *plan, int32_t entity, int32_t quarter, double *debt) {
  double rate = plan->loop.interest + schedule_entity(plan, LOOP_SPREAD, entity);
  double rolled = schedule_path(plan, LOOP_PATH_ROLLOVER, entity, quarter);
  double due = *debt * schedule_path(plan, LOOP_PATH_AMORTISATION, entity, quarter);
  struct debt_service service = {*debt * rate, due * (1 - (rolled < 1 ? rolled : 1))};
  *debt -= service.principal;
  return service;
}

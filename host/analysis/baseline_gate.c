/* baseline_gate.c - see baseline_gate.h. */
#include "analysis/baseline_gate.h"

#include <math.h>
#include <string.h>

#include "analysis/schedule.h"
#include "core/arithmetic.h"
#include "engine/engine.h"
#include "io/date.h"
#include "network/assumptions.h"
#include "network/redraw.h"

const char *const GATE_FIGURE[GATE_FIGURE_COUNT] = {"revenue", "cash_change", "capex", "value"};
const double GATE_LIMIT[GATE_FIGURE_COUNT] = {0.05, 0.10, 0.10, 0.10};

/* Columns of entities.csv that say what was reported. */
static const char *const COLUMN[GATE_FIGURE_COUNT] = {"quarter_revenue", "quarter_cash_change", "quarter_capex",
                                                      "market_value"};

/* ---- the network without shock, on central values ---------------------------------------------------------------- */

struct central {
  struct job job;
  double *value; /* [slot_count] of job.detail's output */
};

static ls_status keep_only(ls_context *context, void *user, const struct chunk *chunk) {
  struct central *central = user;
  (void)context;
  for (int32_t k = 0; k < central->job.detail->output.slot_count; k++)
    central->value[k] = chunk->value[k * chunk->stride];
  return LS_STATUS_OK;
}

static ls_status solve(ls_context *context, const ls_network *network, const ls_run_options *options,
                       struct central *central) {
  const struct scenario_options none = {.keep_worst = -1};
  ls_status status = job_prepare(context, network, options, &none, &central->job);
  if (status != LS_STATUS_OK) return status;
  central->value = context_allocate(context, (size_t)central->job.detail->output.slot_count, sizeof *central->value);
  if (central->value == NULL) return LS_STATUS_OUT_OF_MEMORY;
  return job_compute(context, &central->job, true, NULL, 0, 1,
                     &(struct receiver){.consume = keep_only, .user = central});
}

/* A field of the trace at the end of quarter 0. */
static double traced(const struct central *central, const char *name, int32_t i) {
  const struct ls_plan *plan = central->job.detail;
  const char *const *trace = central->job.settings.info->trace;
  int32_t field = 0;
  while (strcmp(trace[field], name) != 0) field++;
  return central->value[plan->output.trace + field * plan->entity_count + i];
}

/* What it orders in quarter 0 that becomes plant. */
static double ordered_capex(const struct ls_plan *plan, int32_t buyer) {
  const struct ls_loop_links *purchase = &plan->loop.purchase;
  double sum = 0;
  for (int32_t k = purchase->first_from[buyer]; k < purchase->first_from[buyer + 1]; k++) {
    double left = purchase->amount[k];
    sum += plan->loop.capex_share[k] * schedule_purchase(plan, k, 0, &left);
  }
  return sum;
}

/* ---- what was reported ------------------------------------------------------------------------------------------- */

/* A quarter whose end is not known is taken as recent: somebody put it there for this date. */
static bool is_recent(const ls_network *network, int32_t i) {
  int32_t days;
  if (network_column(network, TABLE_ENTITIES, "quarter_end") == NULL) return true;
  return !date_days_between(network_text(network, TABLE_ENTITIES, "quarter_end", i), network->as_of, &days) ||
         days <= GATE_RECENT_DAYS;
}

/* An assumption of the value, by the rules of the ledger; NaN where there is none. */
static ls_status assumed_value(ls_context *context, const ls_network *network, int32_t i, double *value) {
  struct assumption_book book = {0};
  struct assumption_scope scope;
  *value = NAN;
  if (!network->table[TABLE_ASSUMPTIONS].present) return LS_STATUS_OK;
  ls_status status = assumption_book_open(context, network, &book);
  if (status == LS_STATUS_OK && assumption_scope_of_entity(context, network, i, &scope)) {
    *value = assumption_value(&book, &scope, COLUMN[GATE_VALUE], NAN);
    assumption_scope_release(context, &scope);
  } else if (status == LS_STATUS_OK) {
    status = LS_STATUS_OUT_OF_MEMORY;
  }
  assumption_book_close(&book);
  return status;
}

static void compare(struct gate_figure *figure, double limit) {
  const double off = figure->model - figure->reported;
  figure->deviation = off == 0 ? 0 : off / fabs(figure->reported);
  figure->within = !figure->is_compared || fabs(figure->deviation) <= limit;
}

static ls_status fill_figures(ls_context *context, const struct central *central, int32_t i,
                              struct gate_figure figure[GATE_FIGURE_COUNT]) {
  const ls_network *network = central->job.network;
  const struct ls_plan *plan = central->job.detail;
  ls_status status = LS_STATUS_OK;
  figure[GATE_REVENUE].model = traced(central, "sales", i);
  figure[GATE_CASH_CHANGE].model = traced(central, "cash", i) - schedule_entity(plan, LOOP_CASH, i);
  figure[GATE_CAPEX].model = ordered_capex(plan, i);
  figure[GATE_VALUE].model = traced(central, "value", i);
  for (int k = 0; k < GATE_FIGURE_COUNT; k++)
    figure[k].reported = attribute_number(network, TABLE_ENTITIES, COLUMN[k], i);
  if (isnan(figure[GATE_VALUE].reported)) {
    status = assumed_value(context, network, i, &figure[GATE_VALUE].reported);
    figure[GATE_VALUE].is_assumed = !isnan(figure[GATE_VALUE].reported);
  }
  for (int k = 0; k < GATE_FIGURE_COUNT; k++) {
    figure[k].is_compared = !isnan(figure[k].reported) && (k == GATE_VALUE || is_recent(network, i));
    compare(&figure[k], GATE_LIMIT[k]);
  }
  return status;
}

/* ---- the gate ---------------------------------------------------------------------------------------------------- */

static ls_status fill_entities(ls_context *context, const struct central *central, struct baseline_gate *gate) {
  const struct ls_plan *plan = central->job.detail;
  ls_status status = LS_STATUS_OK;
  gate->quarter_count = plan->quarter_count;
  gate->entity_count = plan->entity_count;
  gate->converged = gate->passes = central->value[plan->output.converged] > 0;
  gate->entity = context_allocate(context, (size_t)plan->entity_count, sizeof *gate->entity);
  if (gate->entity == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int32_t i = 0; i < plan->entity_count && status == LS_STATUS_OK; i++) {
    struct gate_entity *entity = &gate->entity[i];
    entity->default_quarter = (int32_t)central->value[plan->output.default_quarter + i];
    entity->distress_quarter = (int32_t)central->value[plan->output.distress_quarter + i];
    entity->fail_share = NAN;
    status = fill_figures(context, central, i, entity->figure);
    gate->passes = gate->passes && entity->default_quarter < 0 && entity->distress_quarter < 0;
    for (int k = 0; k < GATE_FIGURE_COUNT; k++) gate->passes = gate->passes && entity->figure[k].within;
  }
  return status;
}

/* Central values are done with: the job becomes one of draws. */
static ls_status fill_shares(ls_context *context, const ls_run_options *options, struct job *job, int32_t draws,
                             uint64_t seed, struct baseline_gate *gate) {
  job->scenarios->assumption_draws = draws;
  job->scenarios->seed = seed;
  const ls_status status = draws_prepare(context, options, job);
  if (status != LS_STATUS_OK) return status;
  const struct draw_record *record = &job->record;
  const int32_t n = gate->entity_count;
  int32_t fail_any = 0;
  for (int32_t i = 0; i < n; i++) gate->entity[i].fail_share = 0;
  for (int32_t draw = 0; draw < draws; draw++) {
    bool any = false;
    for (int32_t i = 0; i < n; i++) {
      const int64_t at = (int64_t)draw * n + i;
      bool fails = record->field[DRAW_DEFAULT_QUARTER][at] >= 0 || record->field[DRAW_DISTRESS_QUARTER][at] >= 0;
      gate->entity[i].fail_share += fails;
      any = any || fails;
    }
    fail_any += any;
  }
  for (int32_t i = 0; i < n; i++) gate->entity[i].fail_share /= draws;
  gate->draws = draws;
  gate->redrawn = record->redrawn;
  gate->fail_share = (double)fail_any / draws;
  return LS_STATUS_OK;
}

static ls_status measure(ls_context *context, const ls_network *network, int32_t draws, uint64_t seed,
                         struct baseline_gate *gate) {
  static const char *const TRACE[] = {"trace=1"};
  ls_run_options options = ls_run_options_default();
  struct central central = {0};
  options.model = "loop";
  options.backend = "cpu";
  options.threads = 1;
  options.settings = TRACE;
  options.setting_count = 1;
  ls_status status = solve(context, network, &options, &central);
  if (status == LS_STATUS_OK) status = fill_entities(context, &central, gate);
  if (status == LS_STATUS_OK && draws > 1) status = fill_shares(context, &options, &central.job, draws, seed, gate);
  context_release(context, central.value);
  job_release(context, &central.job);
  return status;
}

void baseline_gate_release(ls_context *context, struct baseline_gate *gate) {
  context_release(context, gate->entity);
  *gate = (struct baseline_gate){0};
}

ls_status baseline_gate_measure(ls_context *context, const ls_network *network, int32_t draws, uint64_t seed,
                                struct baseline_gate *gate) {
  fenv_t before;
  *gate = (struct baseline_gate){.applies = network_has_loop_tables(network), .fail_share = NAN};
  if (draws < 0 || draws > SCENARIO_DRAWS_MOST)
    return context_fail(context, LS_STATUS_USAGE, "draws of the assumptions are %d, must be within 0 and %d", draws,
                        SCENARIO_DRAWS_MOST);
  if (draws > 1 && !network_is_of_ledger(network))
    return context_fail(context, LS_STATUS_UNUSABLE,
                        "network '%s': its tables are not made of deals.csv and assumptions.csv, draws must be 0 or 1",
                        network->name);
  if (!gate->applies) return LS_STATUS_OK;
  arithmetic_begin(&before);
  ls_status status = measure(context, network, draws, seed, gate);
  arithmetic_restore(&before);
  if (status != LS_STATUS_OK) baseline_gate_release(context, gate);
  return status;
}

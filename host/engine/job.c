/* job.c - a run made ready: settings, scenarios, plans, baseline; and computing any part of it. */
#include <stddef.h>

#include "engine/engine.h"

/* The network without any shock, under the plan's settings. */
static ls_status read_no_shock(ls_context *context, const ls_network *network, const struct run_settings *settings,
                               struct scenario_set **none) {
  struct scenario_options options = {.keep_worst = -1,
                                     .variables = settings->info->variables,
                                     .model = settings->info->name,
                                     .quarter_count = settings_quarter_count(settings)};
  return scenario_read(context, network, &options, none);
}

struct single {
  double *value; /* [slot_count] */
  int32_t slot_count;
};

static ls_status keep_single(ls_context *context, void *user, const struct chunk *chunk) {
  struct single *single = user;
  (void)context;
  for (int32_t k = 0; k < single->slot_count; k++) single->value[k] = chunk->value[k * chunk->stride];
  return LS_STATUS_OK;
}

/* With a baseline of 0 every loss is minus the value; the path is the trace's field "value", or for static models the value. */
static void read_baseline(const struct ls_plan *plan, const double *value, double *path, double *line) {
  enum { TRACE_VALUE = 1 };
  const struct ls_output_layout *at = &plan->output;
  int32_t n = plan->entity_count;
  for (int32_t i = 0; i < n; i++) path[i] = 0 - value[at->loss + i];
  for (int32_t t = 0; t < plan->quarter_count && at->trace_count > 0; t++)
    for (int32_t i = 0; i < n; i++) path[t * n + i] = value[at->trace + (t * at->trace_count + TRACE_VALUE) * n + i];
  for (int32_t k = 0; k < at->line_count * n; k++) line[k] = 0 - value[at->line + k];
}

/* Solves the unshocked network with a plan of its own. */
static ls_status solve_baseline(ls_context *context, const struct job *job, struct ls_plan *plan, double *value) {
  struct single single = {value, plan->output.slot_count};
  struct compute_request request = {.plan = plan, .count = 1, .threads = 1};
  ls_status status = LS_CPU_BACKEND.compute(context, &request, keep_single, &single);
  if (status == LS_STATUS_OK && !(value[plan->output.converged] > 0) && job->settings.info->trace[0] == NULL)
    status = exact_finish(context, plan, 0, value, 1);
  return status;
}

ls_status job_set_baseline(ls_context *context, struct job *job) {
  struct run_settings settings = job->settings;
  struct scenario_set *none = NULL;
  struct ls_plan *plan = NULL;
  double *value = NULL, *path = NULL, *line = NULL;
  settings.trace = settings.info->trace[0] != NULL;
  ls_status status = read_no_shock(context, job->network, &settings, &none);
  if (status == LS_STATUS_OK) status = plan_create(context, job->network, &settings, none, true, &plan);
  if (status != LS_STATUS_OK) goto cleanup;
  size_t n = (size_t)plan->entity_count;
  value = context_allocate(context, (size_t)plan->output.slot_count, sizeof *value);
  path = context_allocate(context, n * (size_t)plan->quarter_count, sizeof *path);
  line = context_allocate(context, n * (size_t)plan->output.line_count, sizeof *line);
  status = value == NULL || path == NULL || line == NULL ? LS_STATUS_OUT_OF_MEMORY
                                                         : solve_baseline(context, job, plan, value);
  if (status != LS_STATUS_OK) goto cleanup;
  read_baseline(plan, value, path, line);
  double outside[3] = {0 - value[plan->output.loss_net], 0, 0};
  if (plan->output.system_count > 0) {
    outside[1] = 0 - value[plan->output.system];
    outside[2] = value[plan->output.system + 2];
  }
  job->baseline_converged = value[plan->output.converged] > 0;
  plan_set_baseline(job->plan, path, line, outside);
  plan_set_baseline(job->detail, path, line, outside);
cleanup:
  context_release(context, line);
  context_release(context, path);
  context_release(context, value);
  plan_destroy(context, &plan);
  scenario_destroy(&none);
  return status;
}

/* The baseline has no shocks, but must go through the same arithmetic as the run: what is shocked is part of the settings. */
static uint32_t shocked_variables(const struct ls_shock_plan *shock) {
  uint32_t bits = 0;
  for (int32_t k = 0; k < LS_VARIABLE_COUNT * shock->target_count; k++)
    if (shock->column_of[k] >= 0) bits |= 1u << (k / shock->target_count);
  return bits;
}

ls_status job_prepare(ls_context *context, const ls_network *network, const ls_run_options *options,
                      const struct scenario_options *scenario, struct job *out) {
  struct job job = {.network = network, .threads = options->threads, .chunk = options->chunk, .isa = options->isa};
  ls_status status = settings_resolve(context, network, options, &job.settings);
  if (status == LS_STATUS_OK) status = backend_choose(context, options->backend, &job.backend);
  if (status != LS_STATUS_OK) return status;
  struct scenario_options reading = *scenario;
  reading.variables = job.settings.info->variables;
  reading.model = job.settings.info->name;
  reading.quarter_count = settings_quarter_count(&job.settings);
  status = scenario_read(context, network, &reading, &job.scenarios);
  if (status == LS_STATUS_OK) job.settings.shocked = shocked_variables(&job.scenarios->shock);
  if (status == LS_STATUS_OK) status = plan_create(context, network, &job.settings, job.scenarios, false, &job.plan);
  if (status == LS_STATUS_OK) status = plan_create(context, network, &job.settings, job.scenarios, true, &job.detail);
  if (status == LS_STATUS_OK) status = job_set_baseline(context, &job);
  if (status == LS_STATUS_OK)
    *out = job;
  else
    job_release(context, &job);
  return status;
}

void job_release(ls_context *context, struct job *job) {
  plan_destroy(context, &job->plan);
  plan_destroy(context, &job->detail);
  scenario_destroy(&job->scenarios);
}

/* ---- computing --------------------------------------------------------------------------------------------------------- */

struct finisher {
  const struct job *job;
  const struct ls_plan *plan;
  chunk_consumer consume;
  void *user;
};

/* Finishes stubborn scenarios, then hands the chunk on. */
static ls_status finish_and_consume(ls_context *context, void *user, const struct chunk *chunk) {
  const struct finisher *finisher = user;
  const struct ls_plan *plan = finisher->plan;
  const double *converged = chunk->value + plan->output.converged * chunk->stride;
  ls_status status = LS_STATUS_OK;
  bool is_static = finisher->job->settings.info->trace[0] == NULL;
  for (int32_t s = 0; s < chunk->count && is_static && status == LS_STATUS_OK; s++)
    if (!(converged[s] > 0)) {
      int64_t number = chunk->index != NULL ? chunk->index[s] : chunk->first + s;
      status = exact_finish(context, plan, number, (double *)chunk->value + s, chunk->stride);
    }
  return status == LS_STATUS_OK ? finisher->consume(context, finisher->user, chunk) : status;
}

ls_status job_compute(ls_context *context, const struct job *job, bool detail, const int64_t *index, int64_t first,
                      int64_t count, chunk_consumer consume, void *user) {
  struct finisher finisher = {job, detail ? job->detail : job->plan, consume, user};
  struct compute_request request = {finisher.plan, first, index, count, job->threads, job->chunk, job->isa};
  return job->backend->compute(context, &request, finish_and_consume, &finisher);
}

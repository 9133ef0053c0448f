/* job.c - a run made ready: settings, scenarios, plans, baseline; and computing any part of it. */
#include <stddef.h>

#include "engine/engine.h"
#include "engine/team.h"

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

typedef ls_status (*finish_function)(ls_context *, const struct ls_plan *, int64_t, double *, int64_t);

/* How the model's stubborn scenarios are finished; NULL: not at all. */
static finish_function finish_of(const struct run_settings *settings) {
  switch (settings->info->tables) {
    case LS_TABLES_LIABILITIES:
      return exact_finish;
    case LS_TABLES_TRADE:
      return production_finish;
    case LS_TABLES_OWNERSHIP:
      return ownership_finish;
    default:
      return NULL;
  }
}

/* Solves the unshocked network with a plan of its own. */
static ls_status solve_baseline(ls_context *context, const struct run_settings *settings, struct ls_plan *plan,
                                double *value) {
  struct single single = {value, plan->output.slot_count};
  struct compute_request request = {.plan = plan, .count = 1, .threads = 1};
  ls_status status = LS_CPU_BACKEND.compute(context, &request, keep_single, &single);
  if (status == LS_STATUS_OK && !(value[plan->output.converged] > 0) && finish_of(settings) != NULL)
    status = finish_of(settings)(context, plan, 0, value, 1);
  return status;
}

static void read_events(const struct ls_plan *plan, const double *value, const struct baseline_events *events) {
  const struct ls_output_layout *at = &plan->output;
  for (int32_t i = 0; i < plan->entity_count; i++) {
    if (events->default_quarter != NULL)
      events->default_quarter[i] = at->default_quarter >= 0 ? value[at->default_quarter + i] : -1;
    if (events->distress_quarter != NULL)
      events->distress_quarter[i] = at->distress_quarter >= 0 ? value[at->distress_quarter + i] : -1;
  }
}

ls_status job_set_baseline(ls_context *context, const ls_network *network, const struct run_settings *given,
                           const struct job_draw *plans, const struct baseline_events *events, bool *converged) {
  struct run_settings settings = *given;
  struct scenario_set *none = NULL;
  struct ls_plan *plan = NULL;
  double *value = NULL, *path = NULL, *line = NULL;
  settings.trace = settings.info->trace[0] != NULL;
  ls_status status = read_no_shock(context, network, &settings, &none);
  if (status == LS_STATUS_OK) status = plan_create(context, network, &settings, none, true, &plan);
  if (status != LS_STATUS_OK) goto cleanup;
  size_t n = (size_t)plan->entity_count;
  value = context_allocate(context, (size_t)plan->output.slot_count, sizeof *value);
  path = context_allocate(context, n * (size_t)plan->quarter_count, sizeof *path);
  line = context_allocate(context, n * (size_t)plan->output.line_count, sizeof *line);
  status = value == NULL || path == NULL || line == NULL ? LS_STATUS_OUT_OF_MEMORY
                                                         : solve_baseline(context, &settings, plan, value);
  if (status != LS_STATUS_OK) goto cleanup;
  read_baseline(plan, value, path, line);
  read_events(plan, value, events);
  double outside[3] = {0 - value[plan->output.loss_net], 0, 0};
  if (plan->output.system_count > 0) {
    outside[1] = 0 - value[plan->output.system];
    outside[2] = value[plan->output.system + 2];
  }
  *converged = value[plan->output.converged] > 0;
  plan_set_baseline(plans->plan, path, line, outside);
  plan_set_baseline(plans->detail, path, line, outside);
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

/* The plans on central values, and those of the draws. */
static ls_status make_plans(ls_context *context, const ls_run_options *options, struct job *job) {
  ls_status status = plan_create(context, job->network, &job->settings, job->scenarios, false, &job->plan);
  if (status == LS_STATUS_OK)
    status = plan_create(context, job->network, &job->settings, job->scenarios, true, &job->detail);
  if (status == LS_STATUS_OK)
    status = job_set_baseline(context, job->network, &job->settings, &(struct job_draw){job->plan, job->detail},
                              &(struct baseline_events){0}, &job->baseline_converged);
  if (status == LS_STATUS_OK) status = draws_prepare(context, options, job);
  return status;
}

static void release_plans(ls_context *context, struct job *job) {
  draws_release(context, job);
  plan_destroy(context, &job->plan);
  plan_destroy(context, &job->detail);
}

/* Mechanisms that central values or any draw use. All plans must have the same, because outputs are laid out by them. */
static uint32_t features_of_all(const struct job *job) {
  uint32_t features = job->plan->loop.features;
  for (int32_t draw = 0; draw < job->draw_count; draw++) features |= job->draw[draw].plan->loop.features;
  return features;
}

static bool features_differ(const struct job *job, uint32_t features) {
  bool differ = job->plan->loop.features != features;
  for (int32_t draw = 0; draw < job->draw_count; draw++)
    differ = differ || job->draw[draw].plan->loop.features != features;
  return differ;
}

struct scenario_options scenario_options_of(const ls_run_options *options) {
  return (struct scenario_options){.path = options->scenarios,
                                   .has_seed = options->has_seed,
                                   .seed = options->seed,
                                   .count = options->count,
                                   .keep_worst = options->keep_worst,
                                   .assumption_draws = options->assumption_draws,
                                   .ensemble = options->ensemble,
                                   .allow_missing_targets = options->allow_missing_targets};
}

ls_status job_prepare(ls_context *context, const ls_network *network, const ls_run_options *options,
                      const struct scenario_options *scenario, struct job *out) {
  struct job job = {.network = network, .threads = options->threads, .chunk = options->chunk, .isa = options->isa};
  ls_status status = settings_resolve(context, network, options, &job.settings);
  if (status == LS_STATUS_OK) status = backend_choose(context, options->backend, &job.backend);
  if (status == LS_STATUS_OK) status = backend_choose_device(context, job.backend, team_local_rank(options->team));
  if (status != LS_STATUS_OK) return status;
  struct scenario_options reading = *scenario;
  reading.variables = job.settings.info->variables;
  reading.model = job.settings.info->name;
  reading.quarter_count = settings_quarter_count(&job.settings);
  status = scenario_read(context, network, &reading, &job.scenarios);
  if (status == LS_STATUS_OK) job.settings.shocked = shocked_variables(&job.scenarios->shock);
  if (status == LS_STATUS_OK) status = make_plans(context, options, &job);
  if (status == LS_STATUS_OK && job.draw_count > 0 && features_differ(&job, features_of_all(&job))) {
    job.settings.features = features_of_all(&job);
    release_plans(context, &job);
    status = make_plans(context, options, &job);
  }
  if (status == LS_STATUS_OK)
    *out = job;
  else
    job_release(context, &job);
  return status;
}

void job_release(ls_context *context, struct job *job) {
  release_plans(context, job);
  scenario_destroy(&job->scenarios);
}

ls_status job_vary(ls_context *context, const struct job *job, const ls_network *network,
                   const struct run_settings *settings, struct job *variant) {
  *variant = *job;
  variant->network = network;
  variant->settings = *settings;
  variant->settings.shocked = job->settings.shocked;
  variant->plan = variant->detail = NULL;
  ls_status status = plan_create(context, network, &variant->settings, variant->scenarios, false, &variant->plan);
  if (status != LS_STATUS_OK) return status;
  return job_set_baseline(context, network, &variant->settings, &(struct job_draw){variant->plan, variant->plan},
                          &(struct baseline_events){0}, &variant->baseline_converged);
}

void job_release_variant(ls_context *context, struct job *variant) { plan_destroy(context, &variant->plan); }

/* ---- computing --------------------------------------------------------------------------------------------------------- */

struct finisher {
  const struct job *job;
  const struct ls_plan *plan;
  const struct receiver *receiver;
  const struct selection *selection; /* NULL: chunks go on as they come */
};

/* The scenarios of one draw among those asked for: their numbers, and their places in what was asked for. */
struct selection {
  const int64_t *index; /* what was asked for: this list, or first, first + 1, ... */
  int64_t first;
  int64_t *number, *place;
  int64_t count;
};

/* The piece of a chunk from `from` on that lies together in what was asked for, as a piece of that: who receives it does not see
 * that the draws were computed one after the other. */
static struct chunk piece_of(const struct selection *selection, const struct chunk *chunk, int32_t from) {
  if (selection == NULL) return *chunk;
  const int64_t *place = selection->place + (chunk->index - selection->number);
  int32_t to = from + 1;
  while (to < chunk->count && place[to] == place[to - 1] + 1) to++;
  return (struct chunk){.first = selection->first + place[from],
                        .index = selection->index != NULL ? selection->index + place[from] : NULL,
                        .count = to - from,
                        .stride = chunk->stride,
                        .value = chunk->value + from};
}

/* Finishes stubborn scenarios, then hands the chunk on. */
static ls_status finish_and_consume(ls_context *context, void *user, const struct chunk *chunk) {
  const struct finisher *finisher = user;
  const struct ls_plan *plan = finisher->plan;
  const double *converged = chunk->value + plan->output.converged * chunk->stride;
  ls_status status = LS_STATUS_OK;
  const finish_function finish = finish_of(&finisher->job->settings);
  for (int32_t s = 0; s < chunk->count && finish != NULL && status == LS_STATUS_OK; s++)
    if (!(converged[s] > 0)) {
      int64_t number = chunk->index != NULL ? chunk->index[s] : chunk->first + s;
      status = finish(context, plan, number, (double *)chunk->value + s, chunk->stride);
    }
  for (int32_t from = 0; from < chunk->count && status == LS_STATUS_OK;) {
    const struct chunk piece = piece_of(finisher->selection, chunk, from);
    status = finisher->receiver->consume(context, finisher->receiver->user, &piece);
    from += piece.count;
  }
  return status;
}

/* Solves need memory and may fail: chunks with a scenario to finish are left to the thread that can tell. */
static bool absorb_finished(void *user, int worker, const struct chunk *chunk) {
  const struct finisher *finisher = user;
  const double *converged = chunk->value + finisher->plan->output.converged * chunk->stride;
  bool finished = true;
  for (int32_t s = 0; s < chunk->count && finish_of(&finisher->job->settings) != NULL; s++)
    finished = finished && converged[s] > 0;
  for (int32_t from = 0; from < chunk->count && finished;) {
    const struct chunk piece = piece_of(finisher->selection, chunk, from);
    finished = finisher->receiver->absorber.absorb(finisher->receiver->user, worker, &piece);
    from += piece.count;
  }
  return finished;
}

static ls_status report_absorbed(ls_context *context, void *user, int64_t scenarios) {
  const struct finisher *finisher = user;
  return finisher->receiver->absorber.report(context, finisher->receiver->user, scenarios);
}

static ls_status compute_finished(ls_context *context, struct finisher *finisher, const int64_t *index, int64_t first,
                                  int64_t count) {
  const struct job *job = finisher->job;
  struct compute_request request = {.plan = finisher->plan,
                                    .first = first,
                                    .index = index,
                                    .count = count,
                                    .threads = job->threads,
                                    .chunk = job->chunk,
                                    .isa = job->isa};
  if (finisher->receiver->absorber.absorb != NULL)
    request.absorber = (struct chunk_absorber){absorb_finished, report_absorbed, finisher};
  return job->backend->compute(context, &request, finish_and_consume, finisher);
}

/* Fills number and place where they are given; returns how many scenarios are of the draw. */
static int64_t select_scenarios(struct selection *selection, int64_t asked, int32_t draw, int32_t draws) {
  int64_t found = 0;
  for (int64_t k = 0; k < asked;) {
    int64_t number = selection->index != NULL ? selection->index[k] : selection->first + k;
    bool fits = scenario_draw(number, draws) == draw;
    if (!fits && selection->index == NULL) { /* on to the next block */
      k += BLOCK_SCENARIOS - number % BLOCK_SCENARIOS;
      continue;
    }
    if (fits && selection->number != NULL) {
      selection->number[found] = number;
      selection->place[found] = k;
    }
    found += fits;
    k++;
  }
  return found;
}

/* The scenarios of one draw, under its plan. */
static ls_status compute_draw(ls_context *context, const struct job *job, bool detail, const int64_t *index,
                              int64_t first, int64_t count, int32_t draw, const struct receiver *receiver) {
  struct selection selection = {.index = index, .first = first};
  selection.count = select_scenarios(&selection, count, draw, job->draw_count);
  if (selection.count == 0) return LS_STATUS_OK;
  selection.number = context_allocate(context, (size_t)selection.count, sizeof *selection.number);
  selection.place = context_allocate(context, (size_t)selection.count, sizeof *selection.place);
  ls_status status = LS_STATUS_OUT_OF_MEMORY;
  if (selection.number != NULL && selection.place != NULL) {
    (void)select_scenarios(&selection, count, draw, job->draw_count);
    const struct ls_plan *plan = detail ? job->draw[draw].detail : job->draw[draw].plan;
    struct finisher finisher = {job, plan, receiver, &selection};
    status = compute_finished(context, &finisher, selection.number, 0, selection.count);
  }
  context_release(context, selection.place);
  context_release(context, selection.number);
  return status;
}

ls_status job_compute(ls_context *context, const struct job *job, bool detail, const int64_t *index, int64_t first,
                      int64_t count, const struct receiver *receiver) {
  ls_status status = LS_STATUS_OK;
  for (int32_t draw = 0; draw < job->draw_count && status == LS_STATUS_OK; draw++)
    status = compute_draw(context, job, detail, index, first, count, draw, receiver);
  if (job->draw_count > 0) return status;
  struct finisher finisher = {job, detail ? job->detail : job->plan, receiver, NULL};
  return compute_finished(context, &finisher, index, first, count);
}

/* ---- to no purpose but its time --------------------------------------------------------------------------------------- */

static ls_status discard(ls_context *context, void *user, const struct chunk *chunk) {
  (void)context, (void)user, (void)chunk;
  return LS_STATUS_OK;
}

/* Chunks are dropped where they were computed. */
static bool drop(void *user, int worker, const struct chunk *chunk) {
  (void)user, (void)worker, (void)chunk;
  return true;
}

static ls_status report_nothing(ls_context *context, void *user, int64_t scenarios) {
  (void)context, (void)user, (void)scenarios;
  return LS_STATUS_OK;
}

const struct receiver RECEIVER_NOWHERE = {.consume = discard, .absorber = {.absorb = drop, .report = report_nothing}};

/* bench_problem.c - see bench_problem.h. */
#include "bench/bench_problem.h"

#include <string.h>

#include "bench/bench_network.h"
#include "core/scalar_math.h"
#include "engine/settings.h"

/* Given shocks beyond this are not kept: solving alone is then timed on fewer scenarios. */
static const int64_t GIVEN_BYTES = INT64_C(1) << 28;
enum { GIVEN_LEAST = 8, NETWORK_COUNT = 10000, SEED = 1 };
static const double SIGMA = 0.2, CORRELATION = 0.25;

static const char LOOP_FOLDER[] = "datasets/ai-loop/2026-08";
static const char LOOP_SCENARIOS[] = "datasets/ai-loop/scenarios/monte-carlo.yaml";

/* ---- the network -------------------------------------------------------------------------------------------------------- */

static bool is_made(const struct bench_case *what) { return what->kind != BENCH_LOOP && what->kind != BENCH_NETWORK; }

/* Payments hang on assets themselves, which may rise; in the other models nothing comes of a gain. */
static bool assets_may_rise(const struct ls_model_info *info) {
  return info->operator_kind == LS_OPERATOR_LIABILITY_SHARES;
}

static ls_status read_network(ls_context *context, const struct bench_wish *wish, struct bench_problem *p) {
  const bool is_loop = p->what->kind == BENCH_LOOP;
  const char *path = wish->options->network != NULL ? wish->options->network : LOOP_FOLDER;
  ls_status status = ls_network_read(context, path, NULL, &p->network);
  if (wish->options->scenarios != NULL)
    p->scenarios = wish->options->scenarios;
  else if (is_loop)
    p->scenarios = LOOP_SCENARIOS;
  return status;
}

static ls_status enlarge(ls_context *context, struct bench_problem *p) {
  ls_network *larger = NULL;
  p->law.room = scalar_exp(LS_TABLE_REACH * p->law.sigma);
  ls_status status = bench_network_enlarge(context, p->network, p->law.room, &larger);
  if (status != LS_STATUS_OK) return status;
  network_destroy(&p->network);
  p->network = larger;
  return LS_STATUS_OK;
}

int32_t bench_shocked_variable(const struct ls_model_info *info) {
  if (info->variables & 1u << LS_VARIABLE_EXTERNAL_ASSETS_LOSS) return LS_VARIABLE_EXTERNAL_ASSETS_LOSS;
  if (info->variables & 1u << LS_VARIABLE_OUTPUT_LOSS) return LS_VARIABLE_OUTPUT_LOSS;
  return LS_VARIABLE_COUNT;
}

static const char *variable_text(int32_t variable) {
  return variable == LS_VARIABLE_OUTPUT_LOSS ? "output_loss" : "external_assets_loss";
}

/* ---- shocks --------------------------------------------------------------------------------------------------------------- */

static const struct ls_model_info *find_model(const char *name) {
  for (int k = 0; k < LS_MODEL_TOTAL; k++)
    if (strcmp(LS_MODELS[k]->name, name) == 0) return LS_MODELS[k];
  return NULL;
}

static ls_status set_law(ls_context *context, const struct bench_wish *wish, const struct ls_model_info *info,
                         struct bench_problem *p) {
  const int32_t variable = bench_shocked_variable(info);
  if (variable == LS_VARIABLE_COUNT)
    return context_fail(context, LS_STATUS_UNUSABLE,
                        "model '%s' takes no shocks that bench draws itself: it needs --scenarios", info->name);
  p->law.sigma = wish->sigma >= 0 ? wish->sigma : is_made(p->what) ? p->what->sigma : SIGMA;
  p->law.correlation = wish->correlation >= 0 ? wish->correlation : CORRELATION;
  p->law.room = scalar_exp(p->what->reach * p->law.sigma);
  p->law.variable = variable_text(variable);
  p->law.count = p->count;
  p->law.seed = SEED;
  return bench_shocks_describe(context, &p->law, &p->description);
}

static ls_status fill_problem(ls_context *context, const struct bench_wish *wish, struct bench_problem *p) {
  const struct ls_model_info *info = find_model(p->model);
  if (info == NULL)
    return context_fail(context, LS_STATUS_USAGE, "unknown model '%s' (see: loopstress models)", p->model);
  ls_status status = is_made(p->what) ? LS_STATUS_OK : read_network(context, wish, p);
  if (status == LS_STATUS_OK && p->scenarios == NULL) status = set_law(context, wish, info, p);
  if (status != LS_STATUS_OK) return status;
  if (is_made(p->what)) return bench_network_create(context, p->what, p->law.sigma, &p->network);
  return p->scenarios == NULL && assets_may_rise(info) ? enlarge(context, p) : LS_STATUS_OK;
}

ls_status bench_problem_create(ls_context *context, const struct bench_wish *wish, const struct bench_case *what,
                               struct bench_problem *problem) {
  struct bench_problem p = {.what = what, .model = what->model != NULL ? what->model : wish->options->model};
  p.count = wish->options->count > 0 ? wish->options->count : what->count > 0 ? what->count : NETWORK_COUNT;
  ls_status status = fill_problem(context, wish, &p);
  if (status == LS_STATUS_OK)
    *problem = p;
  else
    bench_problem_release(context, &p);
  return status;
}

void bench_problem_release(ls_context *context, struct bench_problem *p) {
  context_release(context, p->given);
  context_release(context, p->description);
  network_destroy(&p->network);
  *p = (struct bench_problem){0};
}

/* ---- entries ------------------------------------------------------------------------------------------------------------- */

static int64_t given_count(const struct bench_problem *p, int32_t keys) {
  const int64_t most = keys > 0 ? GIVEN_BYTES / ((int64_t)sizeof(double) * keys) : 0;
  const int64_t fit = most > GIVEN_LEAST ? most : GIVEN_LEAST;
  return p->count < fit ? p->count : fit;
}

/* Plans that share everything with the job's but the shocks. */
static void give_shocks(struct bench_entry *entry) {
  const struct bench_problem *p = entry->problem;
  entry->plan = *entry->job.plan;
  entry->detail = *entry->job.detail;
  bench_shocks_give(p->given, p->given_count, &entry->plan.shock);
  bench_shocks_give(p->given, p->given_count, &entry->detail.shock);
  entry->solving = entry->job;
  entry->solving.plan = &entry->plan;
  entry->solving.detail = &entry->detail;
}

static ls_run_options run_options(const struct bench_wish *wish, const struct bench_problem *p, const char *backend,
                                  const char *engine) {
  ls_run_options run = ls_run_options_default();
  run.model = p->model;
  run.settings = wish->setting;
  run.setting_count = wish->setting_count;
  run.scenarios = p->scenarios;
  run.backend = backend;
  run.engine = engine;
  run.isa = wish->options->isa;
  run.threads = wish->options->threads;
  run.chunk = wish->options->chunk;
  run.count = p->scenarios == NULL ? p->count : wish->options->count; /* a file may say itself how many */
  return run;
}

ls_status bench_entry_create(ls_context *context, const struct bench_wish *wish, struct bench_problem *problem,
                             const char *backend, const char *engine, struct bench_entry *out) {
  struct bench_entry entry = {.backend = backend, .engine = engine, .problem = problem};
  entry.run = run_options(wish, problem, backend, engine);
  struct scenario_options reading = scenario_options_of(&entry.run);
  if (problem->description != NULL) reading.path = "bench.yaml"; /* as messages would name it */
  reading.text = problem->description;
  reading.text_length = problem->description != NULL ? strlen(problem->description) : 0;
  ls_status status = job_prepare(context, problem->network, &entry.run, &reading, &entry.job);
  if (status == LS_STATUS_OK && problem->scenarios != NULL)
    problem->count =
        entry.job.scenarios->replay != NULL ? entry.job.scenarios->replay_count : entry.job.scenarios->count;
  if (status == LS_STATUS_OK && problem->description != NULL) {
    struct ls_shock_plan *shock = &entry.job.scenarios->shock;
    bench_shocks_apply(&problem->law, shock);
    if (problem->given == NULL) {
      problem->given_count = given_count(problem, shock->key_count);
      status = bench_shocks_draw(context, shock, problem->given_count, &problem->given);
    }
  }
  *out = entry;
  if (status != LS_STATUS_OK)
    bench_entry_release(context, out);
  else if (problem->given != NULL)
    give_shocks(out); /* its plans are members of *out, which stays where it is */
  return status;
}

void bench_entry_release(ls_context *context, struct bench_entry *entry) {
  if (entry->problem != NULL) job_release(context, &entry->job);
  *entry = (struct bench_entry){0};
}

int32_t bench_shock_key(const struct ls_shock_plan *shock, int32_t variable, int32_t entity) {
  const int32_t column = shock->column_of[(int64_t)variable * shock->target_count + entity];
  if (column >= 0 && column < shock->key_count && shock->key_column[column] == column) return column;
  for (int32_t key = 0; key < shock->key_count && column >= 0; key++)
    if (shock->key_column[key] == column) return key;
  return -1;
}

const char *bench_engine_of(const struct ls_backend *backend, const struct ls_plan *plan) {
  if (LS_MODELS[plan->model]->operator_kind == LS_OPERATOR_NONE) return "tile";
  if (backend == &LS_CPU_BACKEND && plan->row_slots > 0) return "push"; /* kernels/cuda has no pushing shell */
  return plan->fixed.panel_sweeps ? "sweep" : "tile";
}

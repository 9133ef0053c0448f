/* bench_measure.c - see bench_measure.h. */
#include "bench/bench_measure.h"

#include <stdio.h>
#include <string.h>

#include "bench/bench_drawing.h"
#include "bench/bench_plain.h"
#include "bench/bench_threads.h"

enum { PARTS = 3 };

struct field {
  struct bench_entry entry[BENCH_ENTRIES_MOST];
  int count;
};

/* ---- what is timed --------------------------------------------------------------------------------------------------------- */

static ls_status report_nothing(ls_context *context, void *user, int64_t scenarios) {
  (void)context, (void)user, (void)scenarios;
  return LS_STATUS_OK;
}

static ls_status solve(ls_context *context, void *user) {
  const struct bench_entry *entry = user;
  return job_compute(context, &entry->solving, false, NULL, 0, entry->problem->given_count, &RECEIVER_NOWHERE);
}

static ls_status run_whole(ls_context *context, void *user) {
  const struct bench_entry *entry = user;
  ls_results *results = results_create(context);
  ls_status status = results != NULL ? job_run(context, &entry->job, &entry->run, results) : LS_STATUS_OUT_OF_MEMORY;
  results_destroy(&results);
  return status;
}

/* Plain sums of each thread; the last are those of the thread that consumes. */
struct plain_sums {
  struct bench_plain **plain;
  int count;
};

static ls_status add_plainly(ls_context *context, void *user, const struct chunk *chunk) {
  const struct plain_sums *sums = user;
  (void)context;
  bench_plain_add(sums->plain[sums->count - 1], chunk);
  return LS_STATUS_OK;
}

static bool absorb_plainly(void *user, int worker, const struct chunk *chunk) {
  const struct plain_sums *sums = user;
  bench_plain_add(sums->plain[worker], chunk);
  return true;
}

static ls_status make_plain_sums(ls_context *context, const struct job *job, struct plain_sums *sums) {
  const int count = cpu_thread_count(job->threads) + 1;
  sums->plain = context_allocate(context, (size_t)count, sizeof(void *));
  ls_status status = sums->plain != NULL ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
  for (int k = 0; k < count && status == LS_STATUS_OK; k++, sums->count++)
    status = bench_plain_create(context, &job->plan->output, job->plan->entity_count, &sums->plain[k]);
  return status;
}

static ls_status run_plain(ls_context *context, void *user) {
  const struct bench_entry *entry = user;
  struct plain_sums sums = {0};
  const struct receiver receiver = {add_plainly, {absorb_plainly, report_nothing, &sums}, &sums};
  ls_status status = make_plain_sums(context, &entry->job, &sums);
  if (status == LS_STATUS_OK)
    status = job_compute(context, &entry->job, false, NULL, 0, entry->problem->count, &receiver);
  for (int k = 0; k < sums.count; k++) bench_plain_destroy(context, &sums.plain[k]);
  context_release(context, sums.plain);
  return status;
}

static ls_status draw(ls_context *context, void *user) {
  const struct bench_entry *entry = user;
  return bench_drawing_run(context, entry);
}

/* ---- what is counted, in a pass that is not timed -------------------------------------------------------------------------- */

struct census {
  const struct ls_output_layout *layout;
  double defaults, sweeps;
  int64_t scenarios;
};

static ls_status count_chunk(ls_context *context, void *user, const struct chunk *chunk) {
  struct census *census = user;
  (void)context;
  for (int32_t s = 0; s < chunk->count; s++) {
    census->defaults += chunk->value[census->layout->default_count * chunk->stride + s];
    census->sweeps += chunk->value[census->layout->iterations * chunk->stride + s];
  }
  census->scenarios += chunk->count;
  return LS_STATUS_OK;
}

/* Multiplications and additions of one scenario on average: two for every link looked at. The first sweep looks at none, those
 * after it at the links of whoever may have moved; the panel's zeros count as links. */
static double flops_of(const struct ls_plan *plan, int64_t links, const char *engine, double share, double sweeps) {
  const struct ls_model_info *info = LS_MODELS[plan->model];
  const double n = plan->entity_count;
  if (info->operator_kind == LS_OPERATOR_NONE) return info->tables == LS_TABLES_TRADE ? 2 * (double)links * sweeps : 0;
  const double moved = info->from_bound && strcmp(engine, "push") == 0 ? share : 1;
  return 2 * (strcmp(engine, "sweep") == 0 ? n * n : (double)links) * moved * (sweeps > 1 ? sweeps - 1 : 0);
}

static ls_status take_census(ls_context *context, const struct bench_entry *entry, struct bench_score *score) {
  const struct bench_problem *p = entry->problem;
  const struct ls_plan *plan = entry->job.plan;
  const bool given = p->given != NULL;
  struct census census = {.layout = &plan->output};
  const int64_t wanted = given ? p->given_count : p->count < BLOCK_SCENARIOS ? p->count : BLOCK_SCENARIOS;
  ls_status status = job_compute(context, given ? &entry->solving : &entry->job, false, NULL, 0, wanted,
                                 &(struct receiver){.consume = count_chunk, .user = &census});
  if (status != LS_STATUS_OK || census.scenarios == 0) return status;
  const double scenarios = (double)census.scenarios;
  score->default_share = census.defaults / scenarios / plan->entity_count;
  score->mean_sweeps = census.sweeps / scenarios;
  score->flops = scenarios * flops_of(plan, score->links, score->engine, score->default_share, score->mean_sweeps);
  score->bytes = scenarios * (double)sizeof(double) * (plan->shock.key_count + plan->output.slot_count);
  return status;
}

static ls_status keep_digest(ls_context *context, const struct bench_entry *entry, struct bench_score *score) {
  ls_results *results = results_create(context);
  ls_status status = results != NULL ? job_run(context, &entry->job, &entry->run, results) : LS_STATUS_OUT_OF_MEMORY;
  if (status == LS_STATUS_OK) (void)snprintf(score->digest, sizeof score->digest, "%s", ls_results_digest(results));
  results_destroy(&results);
  return status;
}

static ls_status describe(ls_context *context, const struct bench_wish *wish, const struct bench_entry *entry,
                          struct bench_score *score) {
  const struct bench_problem *p = entry->problem;
  *score = (struct bench_score){.backend = entry->job.backend->name,
                                .count = p->count,
                                .given_count = p->given_count,
                                .entities = p->network->entity_count,
                                .links = network_link_count(p->network),
                                .sigma = p->law.sigma,
                                .correlation = p->description != NULL ? p->law.correlation : 0,
                                .check = {.passed = true}};
  (void)snprintf(score->engine, sizeof score->engine, "%s", bench_engine_of(entry->job.backend, entry->job.plan));
  if (p->what->kind == BENCH_DRAWING) return LS_STATUS_OK;
  ls_status status = take_census(context, entry, score);
  if (status == LS_STATUS_OK && !wish->options->times_only) status = bench_check_run(context, entry, &score->check);
  if (status == LS_STATUS_OK) status = keep_digest(context, entry, score);
  return status;
}

/* ---- rounds ------------------------------------------------------------------------------------------------------------------ */

static int add(struct bench_contestant *list, int count, ls_status (*run)(ls_context *, void *),
               const struct bench_entry *entry) {
  list[count] = (struct bench_contestant){.run = run, .user = (void *)entry};
  return count + 1;
}

/* The contestants of one entry, in the order of `spread` below; NULL where it has no such part. */
static int list_parts(const struct bench_entry *entry, ls_status (*part[PARTS])(ls_context *, void *)) {
  const enum bench_kind kind = entry->problem->what->kind;
  const bool draws = kind == BENCH_DRAWING;
  part[0] = draws ? draw : entry->problem->given != NULL ? solve : NULL;
  part[1] = draws ? NULL : run_whole;
  part[2] = kind == BENCH_AGGREGATION ? run_plain : NULL;
  return PARTS;
}

static ls_status time_all(ls_context *context, const struct bench_wish *wish, struct field *field,
                          struct bench_score *score) {
  struct bench_contestant *list = context_allocate(context, (size_t)field->count * PARTS, sizeof *list);
  ls_status (*part[PARTS])(ls_context *, void *);
  int count = 0, at = 0;
  if (list == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int e = 0; e < field->count; e++)
    for (int k = 0; k < list_parts(&field->entry[e], part); k++)
      if (part[k] != NULL) count = add(list, count, part[k], &field->entry[e]);
  const enum bench_kind kind = field->entry[0].problem->what->kind; /* the others ran once in `describe` */
  const bool cold = kind == BENCH_DRAWING || kind == BENCH_AGGREGATION;
  ls_status status = bench_rounds_run(context, list, count, wish->options->rounds, cold);
  for (int e = 0; e < field->count; e++) {
    struct bench_spread *spread[PARTS] = {&score[e].solving, &score[e].whole, &score[e].plain};
    for (int k = 0; k < list_parts(&field->entry[e], part); k++)
      if (part[k] != NULL) *spread[k] = bench_times_spread(&list[at++].times);
  }
  context_release(context, list);
  return status;
}

static ls_status make_field(ls_context *context, const struct bench_wish *wish, struct bench_problem *problem,
                            struct field *field) {
  ls_status status = LS_STATUS_OK;
  const bool draws = problem->what->kind == BENCH_DRAWING, one = draws || problem->what->kind == BENCH_LOOP;
  for (int b = 0; b < wish->backend_count; b++)
    for (int e = 0; e < (one ? 1 : wish->engine_count) && status == LS_STATUS_OK; e++) {
      if (draws && strcmp(wish->backend[b], "cpu") != 0) continue; /* loops over lanes, which are the CPU's */
      status =
          bench_entry_create(context, wish, problem, wish->backend[b], wish->engine[e], &field->entry[field->count]);
      field->count += status == LS_STATUS_OK;
    }
  return status;
}

static ls_status measure_problem(ls_context *context, const struct bench_wish *wish, struct bench_problem *problem,
                                 struct bench_result *result) {
  struct field *field = context_allocate(context, 1, sizeof *field);
  if (field == NULL) return LS_STATUS_OUT_OF_MEMORY;
  ls_status status = make_field(context, wish, problem, field);
  for (int e = 0; e < field->count && status == LS_STATUS_OK; e++)
    status = describe(context, wish, &field->entry[e], &result->score[e]);
  if (status == LS_STATUS_OK && field->count > 0) status = time_all(context, wish, field, result->score);
  if (status == LS_STATUS_OK && field->count == 0)
    result->skipped = context_print(context, "drawing alone is timed on the CPU");
  result->score_count = field->count;
  result->agrees = true;
  for (int e = 1; e < field->count; e++)
    if (strcmp(result->score[e].digest, result->score[0].digest) != 0) result->agrees = false;
  for (int e = 0; e < field->count; e++) bench_entry_release(context, &field->entry[e]);
  context_release(context, field);
  return status;
}

/* A case whose folder is not there is passed over, unless it was the caller who named the folder. */
static bool is_absent(ls_status status, const struct bench_wish *wish, const struct bench_case *what) {
  return status == LS_STATUS_INPUT_MISSING && what->kind == BENCH_LOOP && wish->options->network == NULL;
}

ls_status bench_measure(ls_context *context, const struct bench_wish *wish, const struct bench_case *what,
                        struct bench_result *result) {
  struct bench_problem problem = {0};
  *result = (struct bench_result){.what = what, .agrees = true};
  ls_status status = bench_problem_create(context, wish, what, &problem);
  if (is_absent(status, wish, what)) {
    result->skipped = context_print(context, "%s", ls_context_message(context, 0));
    ls_context_clear_messages(context);
    return result->skipped != NULL ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
  }
  result->model = problem.model;
  if (status == LS_STATUS_OK) status = measure_problem(context, wish, &problem, result);
  bench_problem_release(context, &problem);
  return status;
}

/* run.c - ls_run: from a network and options to results. */
#include <stddef.h>
#include <string.h>

#include "core/arithmetic.h"
#include "engine/device_watch.h"
#include "engine/engine.h"
#include "engine/replay.h"
#include "engine/team.h"

ls_run_options ls_run_options_default(void) {
  return (ls_run_options){.backend = "auto", .shard_count = 1, .keep_worst = -1};
}

#define CHECKPOINT_SECONDS 5.0 /* between checkpoints, unless asked otherwise */

/* The scenarios of one shard: whole blocks, as even as they go. */
static void shard_range(int64_t count, int index, int shards, int64_t *first, int64_t *length) {
  int64_t blocks = (count + BLOCK_SCENARIOS - 1) / BLOCK_SCENARIOS;
  int64_t begin = blocks / shards * index + blocks % shards * index / shards;
  int64_t end = blocks / shards * (index + 1) + blocks % shards * (index + 1) / shards;
  *first = begin * BLOCK_SCENARIOS;
  int64_t last = end * BLOCK_SCENARIOS;
  *length = (last < count ? last : count) - *first;
}

/* sum + |value[0]| + |value[1]| + ..., added in that order. */
static double add_magnitudes(double sum, const double *value, int64_t count) {
  for (int64_t k = 0; k < count; k++) sum += value[k] < 0 ? -value[k] : value[k];
  return sum;
}

/* Everything that a network and its baseline put at stake: the scale of the fixed-point sums. */
static double amounts_of(const struct ls_plan *plan) {
  int64_t n = plan->entity_count;
  double sum = add_magnitudes(0, plan->baseline_value, n * plan->quarter_count);
  sum = add_magnitudes(sum, plan->baseline_line, n * plan->output.line_count);
  if (plan->fixed.parameter != NULL) sum = add_magnitudes(sum, plan->fixed.parameter, n * LS_PARAMETER_COUNT);
  return sum > 0 ? sum : 1;
}

/* One scale for all draws of the assumptions: that of the largest. */
static double amounts_of_job(const struct job *job) {
  double most = job->draw_count > 0 ? 0 : amounts_of(job->plan);
  for (int32_t draw = 0; draw < job->draw_count; draw++) {
    double amounts = amounts_of(job->draw[draw].plan);
    if (amounts > most) most = amounts;
  }
  return most;
}

static ls_status make_accumulator(ls_context *context, const struct job *job, int64_t first, int64_t count,
                                  ls_results *results) {
  const struct ls_plan *plan = job->plan;
  const struct ls_output_layout *at = &plan->output;
  bool replayed = job->scenarios->replay != NULL;
  struct accumulator_shape shape = {
      .entity_count = plan->entity_count,
      .line_count = at->line_count,
      .quarter_count = plan->quarter_count,
      .first_scenario = first,
      .scenario_count = count,
      .amount_bound = accumulator_bound(amounts_of_job(job)),
      .layout = *at,
      .figure_count = results_figure_count(&results->names, plan->entity_count, plan->quarter_count),
      .draw_count = replayed ? 0 : job->draw_count,
  };
  return accumulator_create(context, &shape, &results->accumulator);
}

/* Means over the draws of the assumptions. */
static void average_draws(const struct job *job, ls_results *results) {
  int64_t n = job->plan->entity_count, path = n * job->plan->quarter_count;
  const struct draw_record *draws = &results->draws;
  for (int64_t k = 0; k < path; k++) {
    double sum = 0;
    for (int32_t d = 0; d < job->draw_count; d++) sum += job->draw[d].plan->baseline_value[k];
    results->baseline_path[k] = sum / job->draw_count;
  }
  for (int64_t i = 0; i < n; i++) {
    double value = 0, loss = 0;
    for (int32_t d = 0; d < draws->count; d++) {
      value += draws->field[DRAW_BASELINE_VALUE][d * n + i];
      loss += draws->field[DRAW_LOSS_AT_ZERO][d * n + i];
    }
    results->baseline_value[i] = value / draws->count;
    results->loss_at_zero[i] = loss / draws->count;
  }
}

/* Book equity less the baseline's value: what the unshocked network loses by itself. */
static ls_status fill_baseline(ls_context *context, const struct job *job, ls_results *results) {
  const struct ls_plan *plan = job->plan;
  size_t n = (size_t)plan->entity_count, quarters = (size_t)plan->quarter_count;
  results->loss_at_zero = context_allocate(context, n, sizeof(double));
  results->baseline_value = context_allocate(context, n, sizeof(double));
  results->baseline_path = context_allocate(context, n * quarters, sizeof(double));
  if (results->loss_at_zero == NULL || results->baseline_value == NULL || results->baseline_path == NULL)
    return LS_STATUS_OUT_OF_MEMORY;
  if (job->draw_count > 0) {
    ls_status status = draw_record_copy(context, &job->record, plan->entity_count, &results->draws);
    if (status == LS_STATUS_OK) average_draws(job, results);
    return status;
  }
  memcpy(results->baseline_path, plan->baseline_value, n * quarters * sizeof(double));
  memcpy(results->baseline_value, plan->baseline_value + (quarters - 1) * n, n * sizeof(double));
  /* Shares of output and market values are in no book: nothing is lost at zero. */
  bool booked = job->settings.info->tables != LS_TABLES_TRADE && job->settings.info->tables != LS_TABLES_CROSS_HOLDINGS;
  if (booked) plan_book_equity(job->network, plan, results->loss_at_zero);
  for (size_t i = 0; booked && i < n; i++) results->loss_at_zero[i] -= results->baseline_value[i];
  return LS_STATUS_OK;
}

/* Adds up what is missing, beside a checkpoint that begins with what an earlier attempt left. */
static ls_status compute_kept(ls_context *context, const struct job *job, const ls_run_options *options, int64_t first,
                              int64_t count, const struct sharing *sharing, ls_results *results) {
  struct checkpoint *checkpoint = NULL;
  const double interval = options->checkpoint_seconds > 0 ? options->checkpoint_seconds : CHECKPOINT_SECONDS;
  ls_status status =
      checkpoint_open(context, options->checkpoint, options->replace_checkpoint, interval, results, &checkpoint);
  if (status == LS_STATUS_OK)
    status = job_accumulate(context, job, first, count, sharing, results->accumulator, checkpoint);
  if (status == LS_STATUS_OK) status = checkpoint_tell_attempts(context, checkpoint, results);
  checkpoint_close(&checkpoint);
  return status;
}

/* A device that lies is found out before its numbers are. */
static ls_status verify_sample(ls_context *context, const struct job *given, const ls_run_options *options,
                               ls_results *results) {
  struct job job = *given;
  struct replay replay = {0};
  if (options->verify_sample == 0) return LS_STATUS_OK;
  job.backend = &LS_CPU_BACKEND;
  job.isa = "baseline";
  ls_status status = replay_seed(context, false, 0, &replay.seed);
  if (status == LS_STATUS_OK) status = job_replay(context, &job, results, options->verify_sample, &replay);
  if (status != LS_STATUS_OK) return status;
  results->sample_seed = replay.seed;
  results->sample_blocks = replay.blocks;
  results->sample_scenarios = replay.scenarios;
  if (replay_is_equal(&replay)) return LS_STATUS_OK;
  return context_fail(
      context, LS_STATUS_SYSTEM,
      "backend '%s' computed scenario %lld otherwise than the plain CPU does: its numbers cannot be trusted",
      given->backend->name, (long long)replay.difference[0].scenario);
}

static ls_status compute_part(ls_context *context, const struct job *job, const ls_run_options *options, int64_t first,
                              int64_t count, ls_results *results) {
  ls_status status = make_accumulator(context, job, first, count, results);
  if (status != LS_STATUS_OK) return status;
  const struct sharing sharing = {options->team, results->identity.sha256};
  if (team_follows(options->team)) return job_follow(context, job, first, count, &sharing, results->accumulator);
  if (options->checkpoint != NULL) return compute_kept(context, job, options, first, count, &sharing, results);
  return job_accumulate(context, job, first, count, &sharing, results->accumulator, NULL);
}

ls_status run_check_options(ls_context *context, const ls_run_options *options) {
  if (options->shard_count < 1 || options->shard_index < 0 || options->shard_index >= options->shard_count)
    return context_fail(context, LS_STATUS_USAGE, "shard %d/%d: must be I/N with 0 <= I < N", options->shard_index,
                        options->shard_count);
  if (options->chunk < 0 || options->threads < 0 || options->count < 0 || options->checkpoint_seconds < 0 ||
      options->verify_sample < 0)
    return context_fail(context, LS_STATUS_USAGE,
                        "chunk, threads, count, checkpoint_seconds and verify_sample must be >= 0");
  if (options->assumption_draws < 0 || options->assumption_draws > SCENARIO_DRAWS_MOST)
    return context_fail(context, LS_STATUS_USAGE, "draws of the assumptions are %d, must be within 0 and %d",
                        options->assumption_draws, SCENARIO_DRAWS_MOST);
  if (options->ensemble < 0 || options->ensemble == 1 || options->ensemble > SCENARIO_DRAWS_MOST)
    return context_fail(context, LS_STATUS_USAGE, "members of the ensemble are %d, must be within 2 and %d",
                        options->ensemble, SCENARIO_DRAWS_MOST);
  if (options->ensemble > 0 && options->scenarios == NULL)
    return context_fail(context, LS_STATUS_UNUSABLE, "a run over an ensemble needs random scenarios (YAML)");
  return LS_STATUS_OK;
}

void run_warn_unused(ls_context *context, const ls_run_options *options) {
  if (options->scenarios == NULL &&
      (options->count > 0 || options->has_seed || options->keep_worst >= 0 || options->assumption_draws > 0))
    context_warn(context, NULL, 0, "count, seed, keep and draws have no effect without a scenario file");
}

ls_status run_refuse_warnings(ls_context *context, const ls_run_options *options, int first) {
  if (!options->strict || ls_context_warning_count(context) <= first) return LS_STATUS_OK;
  return context_fail(context, LS_STATUS_INVALID_INPUT, "warnings are errors under --strict: %s",
                      ls_context_warning(context, first));
}

ls_status job_run(ls_context *context, const struct job *job, const ls_run_options *options, ls_results *results) {
  int64_t total = job->scenarios->replay != NULL ? job->scenarios->replay_count : job->scenarios->count;
  int64_t first = 0, count = 0;
  shard_range(total, options->shard_index, options->shard_count, &first, &count);
  if (job->scenarios->replay != NULL && options->shard_count > 1)
    return context_fail(context, LS_STATUS_USAGE, "a replay of single scenarios cannot be sharded");
  results->process_count = team_size(options->team);
  results->explicit_scenarios = !job->scenarios->drawn || job->scenarios->replay != NULL;
  ls_status status = identity_fill(context, job, options, results);
  if (status == LS_STATUS_OK && options->dry_run) {
    status = make_accumulator(context, job, first, count, results);
    return status == LS_STATUS_OK ? job_foresee(context, job, first, count, results->accumulator) : status;
  }
  if (status == LS_STATUS_OK && team_follows(options->team))
    return compute_part(context, job, options, first, count, results);
  if (status == LS_STATUS_OK) status = fill_baseline(context, job, results);
  if (status == LS_STATUS_OK) device_watch_begin(job->backend, &results->device);
  if (status == LS_STATUS_OK) status = compute_part(context, job, options, first, count, results);
  if (status == LS_STATUS_OK) device_watch_end(context, &results->device);
  if (status == LS_STATUS_OK) status = verify_sample(context, job, options, results);
  if (status == LS_STATUS_OK && options->shard_count == 1) return results_finish(context, job, results);
  if (status == LS_STATUS_OK) digest_compute(results); /* a part's own: statistics are for the whole */
  return status;
}

/* For the audit record: which warnings these results were taken with. */
static ls_status keep_warnings(ls_context *context, ls_results *results) {
  const int count = ls_context_warning_count(context);
  results->warning = context_allocate(context, (size_t)count, sizeof *results->warning);
  if (results->warning == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (; results->warning_count < count; results->warning_count++) {
    char *copy = context_copy_text(context, ls_context_warning(context, results->warning_count));
    if (copy == NULL) return LS_STATUS_OUT_OF_MEMORY;
    results->warning[results->warning_count] = copy;
  }
  return LS_STATUS_OK;
}

/* Under --strict: the baseline and every scenario of a whole run must have converged. */
static ls_status check_convergence(ls_context *context, const struct job *job, const ls_results *results) {
  int64_t all = results->identity.scenario_count,
          converged = results->complete ? results->statistics.converged_count : all;
  if (!job->baseline_converged) return context_fail(context, LS_STATUS_NOT_CONVERGED, "the baseline did not converge");
  if (converged == all) return LS_STATUS_OK;
  return context_fail(context, LS_STATUS_NOT_CONVERGED, "%lld of %lld scenarios did not converge",
                      (long long)(all - converged), (long long)all);
}

static ls_status run_network(ls_context *context, const ls_network *network, const ls_run_options *options,
                             uint32_t muted, ls_results **out) {
  ls_status status = run_check_options(context, options);
  if (status != LS_STATUS_OK) return status;
  struct scenario_options scenario = scenario_options_of(options);
  scenario.muted = muted;
  struct job job = {0};
  ls_results *results = NULL;
  int warnings = ls_context_warning_count(context);
  run_warn_unused(context, options);
  status = job_prepare(context, network, options, &scenario, &job);
  if (status != LS_STATUS_OK) return status;
  status = run_refuse_warnings(context, options, warnings);
  if (status != LS_STATUS_OK) goto cleanup;
  if (!job.baseline_converged)
    context_warn(context, NULL, 0, "the baseline did not converge within %d iterations", job.plan->max_iterations);
  results = results_create(context);
  status = results != NULL ? job_run(context, &job, options, results) : LS_STATUS_OUT_OF_MEMORY;
  if (status == LS_STATUS_OK) status = keep_warnings(context, results);
  if (status != LS_STATUS_OK || options->dry_run || team_follows(options->team)) goto cleanup;
  if (options->strict) status = check_convergence(context, &job, results);
  *out = results;
  results = NULL;
cleanup:
  results_destroy(&results);
  job_release(context, &job);
  return status;
}

ls_status run_with_muted(ls_context *context, const ls_network *network, const ls_run_options *options, uint32_t muted,
                         ls_results **results) {
  fenv_t before;
  arithmetic_begin(&before);
  ls_status status = run_network(context, network, options, muted, results);
  arithmetic_restore(&before);
  return status;
}

static ls_status run_identity(ls_context *context, const ls_network *network, const ls_run_options *options,
                              ls_results *fresh) {
  struct scenario_options scenario = scenario_options_of(options);
  struct job job = {0};
  ls_status status = run_check_options(context, options);
  if (status == LS_STATUS_OK) status = job_prepare(context, network, options, &scenario, &job);
  if (status == LS_STATUS_OK) status = identity_fill(context, &job, options, fresh);
  job_release(context, &job);
  return status;
}

ls_status ls_run_matches(ls_context *context, const ls_network *network, const ls_run_options *options,
                         const ls_results *results, bool *matches) {
  fenv_t before;
  ls_results *fresh = results_create(context);
  if (fresh == NULL) return LS_STATUS_OUT_OF_MEMORY;
  arithmetic_begin(&before);
  ls_status status = run_identity(context, network, options, fresh);
  arithmetic_restore(&before);
  if (status == LS_STATUS_OK) *matches = results_is_same_run(&fresh->identity, &results->identity);
  results_destroy(&fresh);
  return status;
}

ls_status ls_run(ls_context *context, const ls_network *network, const ls_run_options *options, ls_results **results) {
  return run_with_muted(context, network, options, 0, results);
}

/* rerun.c - see rerun.h. */
#include "analysis/rerun.h"

#include <string.h>

static ls_status check_scenarios(ls_context *context, const struct scenario_set *set, const char *what) {
  if (set->replay != NULL)
    return context_fail(context, LS_STATUS_UNUSABLE, "%s: %s need all scenarios, without 'replay'", set->file, what);
  if (set->assumption_draws > 1)
    return context_fail(context, LS_STATUS_UNUSABLE,
                        "%s: assumption_draws is %d, must be 1: %s are computed at central values", set->file,
                        set->assumption_draws, what);
  return LS_STATUS_OK;
}

static ls_status open_job(const ls_network *network, const ls_run_options *options, const struct rerun_purpose *purpose,
                          struct rerun *rerun) {
  ls_context *context = rerun->context;
  struct scenario_options reading = scenario_options_of(options);
  const int warnings = ls_context_warning_count(context);
  reading.forces_default = purpose->forces_default;
  reading.addresses = purpose->addresses;
  if (purpose->scenarios != NULL) {
    reading.path = "scenarios.csv";
    reading.text = purpose->scenarios;
    reading.text_length = purpose->scenarios_length;
  }
  reading.allow_missing_targets = reading.allow_missing_targets || purpose->addresses != NULL;
  run_warn_unused(context, options);
  ls_status status = job_prepare(context, network, options, &reading, &rerun->job);
  if (status != LS_STATUS_OK) return status;
  rerun->scenario_count = rerun->job.scenarios->count;
  status = check_scenarios(context, rerun->job.scenarios, purpose->what);
  if (status == LS_STATUS_OK) status = run_refuse_warnings(context, options, warnings);
  if (status == LS_STATUS_OK) status = acting_create(context, rerun->job.scenarios, &rerun->acting);
  if (status == LS_STATUS_OK && !rerun->job.baseline_converged)
    context_warn(context, NULL, 0, "the baseline did not converge within %d iterations",
                 rerun->job.plan->max_iterations);
  return status;
}

ls_status rerun_open(ls_context *context, const ls_network *network, const ls_run_options *options,
                     const struct rerun_purpose *purpose, struct rerun *out) {
  struct rerun rerun = {.context = context};
  ls_status status = run_check_options(context, options);
  if (status == LS_STATUS_OK && (options->shard_count != 1 || options->dry_run))
    status = context_fail(context, LS_STATUS_USAGE, "%s need whole runs: no shard, no dry run", purpose->what);
  if (status == LS_STATUS_OK) status = open_job(network, options, purpose, &rerun);
  if (status == LS_STATUS_OK)
    *out = rerun;
  else
    rerun_close(&rerun);
  return status;
}

void rerun_close(struct rerun *rerun) {
  if (rerun->context == NULL) return;
  acting_release(rerun->context, &rerun->acting);
  job_release(rerun->context, &rerun->job);
  *rerun = (struct rerun){0};
}

/* ---- computing ------------------------------------------------------------------------------------------------- */

struct collector {
  struct rerun *rerun;
  const struct slot_range *range;
  int ranges;
  int64_t first, stride;
  double *value;
};

static ls_status collect(ls_context *context, void *user, const struct chunk *chunk) {
  struct collector *collector = user;
  struct rerun *rerun = collector->rerun;
  const double *converged = chunk->value + (int64_t)rerun->job.plan->output.converged * chunk->stride;
  double *to = collector->value + (chunk->first - collector->first);
  for (int r = 0; r < collector->ranges; r++)
    for (int32_t k = 0; k < collector->range[r].count; k++, to += collector->stride)
      memcpy(to, chunk->value + (int64_t)(collector->range[r].first + k) * chunk->stride,
             (size_t)chunk->count * sizeof *to);
  for (int32_t s = 0; s < chunk->count; s++) rerun->not_converged += !(converged[s] > 0);
  rerun->done += chunk->count;
  context_report_progress(context, rerun->done, rerun->total);
  return LS_STATUS_OK;
}

ls_status rerun_compute(struct rerun *rerun, int64_t first, int64_t count, const struct slot_range *range, int ranges,
                        double *value, int64_t stride) {
  struct collector collector = {rerun, range, ranges, first, stride, value};
  return job_compute(rerun->context, &rerun->job, false, NULL, first, count,
                     &(struct receiver){.consume = collect, .user = &collector});
}

ls_status rerun_vary(struct rerun *rerun, const ls_network *network, const struct run_settings *settings,
                     const int64_t *index, int64_t count, const struct slot_range *range, int ranges, double *value,
                     int64_t stride) {
  struct collector collector = {rerun, range, ranges, 0, stride, value};
  struct job variant = {0};
  ls_status status = job_vary(rerun->context, &rerun->job, network, settings, &variant);
  if (status == LS_STATUS_OK)
    status = job_compute(rerun->context, &variant, false, index, 0, count,
                         &(struct receiver){.consume = collect, .user = &collector});
  job_release_variant(rerun->context, &variant);
  return status;
}

ls_status rerun_check_convergence(const struct rerun *rerun, const ls_run_options *options) {
  if (!options->strict) return LS_STATUS_OK;
  if (!rerun->job.baseline_converged)
    return context_fail(rerun->context, LS_STATUS_NOT_CONVERGED, "the baseline did not converge");
  if (rerun->not_converged == 0) return LS_STATUS_OK;
  return context_fail(rerun->context, LS_STATUS_NOT_CONVERGED, "%lld of %lld scenarios did not converge",
                      (long long)rerun->not_converged, (long long)rerun->done);
}

/* ---- telling --------------------------------------------------------------------------------------------------- */

void rerun_json(struct json *json, const ls_network *network, const struct rerun *rerun) {
  const struct job *job = &rerun->job;
  json_text(json, "model", job->settings.info->name);
  json_text(json, "backend", job->backend->name);
  json_text(json, "network", network->name);
  json_text(json, "currency", network->currency);
  json_text(json, "unit", network->unit);
  json_whole(json, "scenario_count", rerun->scenario_count);
  json_seed(json, "seed", job->scenarios->seed);
  json_whole(json, "scenarios_run", rerun->done);
  json_whole(json, "not_converged", rerun->not_converged);
}

void rerun_text(struct buffer *buffer, const char *title, const ls_network *network, const struct rerun *rerun) {
  buffer_print(buffer, "%s by model %s on %.60s\n%lld scenario%s, the same in every row", title,
               rerun->job.settings.info->name, network->name, (long long)rerun->scenario_count,
               rerun->scenario_count == 1 ? "" : "s");
  if (network->currency[0] != '\0') buffer_print(buffer, "; amounts in %.20s %.20s", network->currency, network->unit);
  buffer_text(buffer, "\n");
  if (rerun->not_converged > 0)
    buffer_print(buffer, "%lld of %lld scenarios run did not converge\n", (long long)rerun->not_converged,
                 (long long)rerun->done);
  buffer_text(buffer, "\n");
}

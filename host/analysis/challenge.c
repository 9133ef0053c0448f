/* challenge.c - runs a network as it is and once for each challenger, each against the first in pairs of scenarios. */
#include "analysis/challenge.h"

#include <math.h>
#include <string.h>

#include "aggregate/accumulator_fields.h"
#include "aggregate/results_text.h"
#include "core/arithmetic.h"
#include "engine/engine.h"

/* ---- what can be challenged -------------------------------------------------------------------------------------- */

static ls_status check_scenarios(ls_context *context, const struct scenario_set *set) {
  if (!set->drawn || set->replay != NULL)
    return context_fail(context, LS_STATUS_UNUSABLE,
                        "%s%schallengers are compared over random scenarios: a YAML file without 'replay'", set->file,
                        set->file[0] != '\0' ? ": " : "");
  if (set->of_ensemble)
    return context_fail(context, LS_STATUS_UNUSABLE, "challengers are compared on one network, not over an ensemble");
  if (set->assumption_draws > 1)
    return context_fail(context, LS_STATUS_UNUSABLE,
                        "%s: assumption_draws is %d, must be 1: challengers are compared at central values", set->file,
                        set->assumption_draws);
  return LS_STATUS_OK;
}

/* Reads the scenarios once for their kind, before anything is computed. */
static ls_status check_run(ls_context *context, const ls_network *network, const ls_run_options *options) {
  struct run_settings settings;
  struct scenario_set *set = NULL;
  ls_status status = settings_resolve(context, network, options, &settings);
  int count = 0;
  if (status != LS_STATUS_OK) return status;
  if (challengers_of(settings.info->name, &count) == NULL)
    return context_fail(context, LS_STATUS_UNUSABLE, "there are no challengers for model '%s'; there are for 'loop'",
                        settings.info->name);
  if (options->shard_count != 1 || options->dry_run)
    return context_fail(context, LS_STATUS_USAGE, "challengers need whole runs: no shard, no dry run");
  struct scenario_options reading = scenario_options_of(options);
  reading.variables = settings.info->variables;
  reading.model = settings.info->name;
  reading.quarter_count = settings_quarter_count(&settings);
  int warnings = ls_context_warning_count(context);
  status = scenario_read(context, network, &reading, &set);
  if (status == LS_STATUS_OK) status = check_scenarios(context, set);
  scenario_destroy(&set);
  context_drop_warnings(context, warnings, false); /* the runs give them again */
  return status;
}

/* ---- one row ----------------------------------------------------------------------------------------------------- */

static double any_default(const struct accumulator *a) {
  int64_t events = 0;
  for (int64_t k = 0; k < a->shape.scenario_count; k++)
    if (a->state[k] == SCENARIO_CONVERGED || a->state[k] == SCENARIO_NOT_CONVERGED)
      events += a->scenario_defaults[k] > 0;
  return accumulator_count(a) > 0 ? (double)events / (double)accumulator_count(a) : NAN;
}

static void fill_row(const ls_results *base, const ls_results *run, struct challenge_row *row) {
  const struct accumulator *a = run->accumulator;
  memcpy(row->digest, run->digest, sizeof row->digest);
  row->not_converged = accumulator_count(a) - a->converged_count;
  row->not_finite = a->nonfinite_count;
  for (int32_t i = 0; i < a->shape.entity_count; i++) row->value += run->baseline_value[i];
  row->loss = *results_system(run);
  row->any_default = any_default(a);
  row->default_count = run->statistics.default_count_mean;
  row->loss_difference = paired_numbers(base, run, results_system_losses(base), results_system_losses(run));
  row->any_default_difference = paired_any_default(base, run);
  row->default_count_difference = paired_counts(base, run);
  for (int k = 0; k < QUANTILE_LEVEL_COUNT; k++) row->shortfall_difference[k] = paired_shortfall(base, run, k);
}

/* Both are of one model: the same keys in the same order. */
static int64_t settings_changed(const struct run_identity *a, const struct run_identity *b) {
  int64_t count = 0;
  for (int32_t k = 0; k < a->setting_count; k++) count += strcmp(a->setting[k].value, b->setting[k].value) != 0;
  return count;
}

/* ---- a challenger ------------------------------------------------------------------------------------------------ */

static ls_status join_settings(ls_context *context, const struct challenger *challenger, struct challenged *made) {
  int own = 0;
  while (challenger->settings != NULL && challenger->settings[own] != NULL) own++;
  return settings_join(context, &made->options, challenger->settings, own, &made->settings);
}

ls_status challenger_apply(ls_context *context, const ls_network *network, const ls_run_options *options,
                           const struct challenger *challenger, struct challenged *out) {
  struct challenged made = {.options = *options, .muted = challenger->muted};
  ls_status status = network_copy(context, network, &made.network);
  if (status == LS_STATUS_OK) status = join_settings(context, challenger, &made);
  if (status == LS_STATUS_OK && challenger->alter != NULL)
    status = challenger->alter(context, challenger, made.network, &made.changes);
  if (status == LS_STATUS_OK)
    *out = made;
  else
    challenged_release(context, &made);
  return status;
}

void challenged_release(ls_context *context, struct challenged *challenged) {
  network_destroy(&challenged->network);
  context_release(context, challenged->settings);
  *challenged = (struct challenged){0};
}

/* ---- without shock ----------------------------------------------------------------------------------------------- */

static int64_t count_events(const double *quarter, int32_t count) {
  int64_t events = 0;
  for (int32_t i = 0; i < count; i++) events += quarter[i] >= 0;
  return events;
}

/* Who defaults and is in distress in the baseline from which the run's losses are counted. */
static ls_status fill_baseline(ls_context *context, const struct challenged *run, struct challenge_row *row,
                               uint32_t *shocked) {
  struct scenario_options reading = scenario_options_of(&run->options);
  struct job job = {0};
  bool converged = false;
  size_t n = (size_t)run->network->entity_count;
  double *quarter = context_allocate(context, 2 * n, sizeof *quarter);
  if (quarter == NULL) return LS_STATUS_OUT_OF_MEMORY;
  struct baseline_events events = {quarter, quarter + n};
  fenv_t before;
  reading.muted = run->muted;
  arithmetic_begin(&before);
  ls_status status = job_prepare(context, run->network, &run->options, &reading, &job);
  if (status == LS_STATUS_OK)
    status = job_set_baseline(context, run->network, &job.settings, &(struct job_draw){job.plan, job.detail}, &events,
                              &converged);
  arithmetic_restore(&before);
  *shocked = job.settings.shocked;
  job_release(context, &job);
  if (status == LS_STATUS_OK) {
    row->baseline_defaults = count_events(events.default_quarter, (int32_t)n);
    row->baseline_distress = count_events(events.distress_quarter, (int32_t)n);
  }
  context_release(context, quarter);
  return status;
}

/* ---- runs -------------------------------------------------------------------------------------------------------- */

/* A run that did not converge under --strict has results all the same; the whole then ends with that status. */
static ls_status run_once(ls_context *context, const struct challenged *run, struct challenge *challenge,
                          ls_results **results) {
  ls_status status = run_with_muted(context, run->network, &run->options, run->muted, results);
  if (status != LS_STATUS_NOT_CONVERGED) return status;
  challenge->converged = false;
  return LS_STATUS_OK;
}

/* Runs a challenger, or without one the network as it is, which becomes the base. */
static ls_status run_row(ls_context *context, const ls_network *network, const ls_run_options *options,
                         struct challenge *challenge, struct challenge_row *row) {
  static const struct challenger NOTHING = {.name = ""};
  struct challenged run = {0};
  ls_results *results = NULL;
  uint32_t shocked = 0;
  int warnings = ls_context_warning_count(context);
  ls_status status =
      challenger_apply(context, network, options, row->challenger != NULL ? row->challenger : &NOTHING, &run);
  if (status == LS_STATUS_OK) status = run_once(context, &run, challenge, &results);
  if (status == LS_STATUS_OK) status = fill_baseline(context, &run, row, &shocked);
  context_drop_warnings(context, warnings, true);
  if (status == LS_STATUS_OK) {
    const ls_results *base = row->challenger != NULL ? challenge->base : results;
    if (row->challenger == NULL) challenge->shocked = shocked;
    row->changes = run.changes + settings_changed(&base->identity, &results->identity) +
                   __builtin_popcount(challenge->shocked & run.muted);
    fill_row(base, results, row);
  }
  if (status == LS_STATUS_OK && row->challenger == NULL) {
    challenge->base = results;
    results = NULL;
  }
  results_destroy(&results);
  challenged_release(context, &run);
  return status;
}

/* ---- all of them ------------------------------------------------------------------------------------------------- */

static bool has_setting(const struct run_identity *identity, const char *key) {
  for (int32_t k = 0; k < identity->setting_count; k++)
    if (strcmp(identity->setting[k].key, key) == 0) return true;
  return false;
}

/* Those that the model can answer. */
static ls_status list_rows(ls_context *context, struct challenge *challenge) {
  int count = 0;
  const struct challenger *list = challengers_of(challenge->base->identity.model, &count);
  challenge->row = context_allocate(context, (size_t)count, sizeof *challenge->row);
  if (challenge->row == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int k = 0; k < count; k++)
    if (list[k].needs == NULL || has_setting(&challenge->base->identity, list[k].needs))
      challenge->row[challenge->count++].challenger = &list[k];
  return LS_STATUS_OK;
}

ls_status challenge_run(ls_context *context, const ls_network *network, const ls_run_options *options,
                        struct challenge *out) {
  struct challenge challenge = {.converged = true};
  int most = 0;
  ls_status status = check_run(context, network, options);
  if (status != LS_STATUS_OK) return status;
  (void)challengers_of(options->model, &most);
  context_progress_part(context, 0, most + 1);
  status = run_row(context, network, options, &challenge, &challenge.of_base);
  if (status == LS_STATUS_OK) status = list_rows(context, &challenge);
  for (int k = 0; k < challenge.count && status == LS_STATUS_OK; k++) {
    context_progress_part(context, k + 1, challenge.count + 1);
    status = run_row(context, network, options, &challenge, &challenge.row[k]);
  }
  context_progress_part(context, 0, 0);
  if (status == LS_STATUS_OK)
    *out = challenge;
  else
    challenge_release(context, &challenge);
  return status;
}

void challenge_release(ls_context *context, struct challenge *challenge) {
  results_destroy(&challenge->base);
  context_release(context, challenge->row);
  *challenge = (struct challenge){0};
}

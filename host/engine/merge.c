/* merge.c - ls_results_merge: parts of a run become the whole, and what needs the whole is computed. */
#include <stddef.h>
#include <stdlib.h>

#include "core/arithmetic.h"
#include "engine/engine.h"

/* The options under which the parts ran, from what they recorded; with draws of the assumptions only the settings that were
 * given, for the others are drawn. The texts of the settings are freed by the caller. */
static ls_status options_of(ls_context *context, const ls_results *whole, char ***settings, ls_run_options *options) {
  const struct run_identity *identity = &whole->identity;
  *options = ls_run_options_default();
  options->model = identity->model;
  options->keep_worst = identity->keep_worst;
  options->allow_missing_targets = identity->allow_missing_targets;
  *settings = context_allocate(context, (size_t)identity->setting_count, sizeof **settings);
  if (*settings == NULL) return LS_STATUS_OUT_OF_MEMORY;
  int count = 0;
  for (int32_t k = 0; k < identity->setting_count; k++) {
    const struct setting *setting = &identity->setting[k];
    if (whole->draws.count > 0 && !setting->is_given) continue;
    (*settings)[count] = context_print(context, "%s=%s", setting->key, setting->value);
    if ((*settings)[count++] == NULL) return LS_STATUS_OUT_OF_MEMORY;
  }
  options->settings = (const char *const *)*settings;
  options->setting_count = count;
  return LS_STATUS_OK;
}

static ls_status finish_whole(ls_context *context, ls_results *whole) {
  const struct run_identity *identity = &whole->identity;
  ls_run_options options;
  char **settings = NULL;
  const bool of_ensemble = results_are_of_ensemble(whole);
  struct job job = {0};
  ls_status status = options_of(context, whole, &settings, &options);
  struct scenario_options scenario = {.path = identity->scenario_text_length > 0 ? identity->scenario_file : NULL,
                                      .text = identity->scenario_text_length > 0 ? identity->scenario_text : NULL,
                                      .text_length = identity->scenario_text_length,
                                      .has_seed = true,
                                      .seed = identity->seed,
                                      .count = whole->explicit_scenarios ? 0 : identity->scenario_count,
                                      .keep_worst = identity->keep_worst,
                                      .assumption_draws =
                                          whole->draws.count > 0 && !of_ensemble ? whole->draws.count : 1,
                                      .ensemble = of_ensemble ? whole->draws.count : 0,
                                      .allow_missing_targets = identity->allow_missing_targets};
  if (status == LS_STATUS_OK) status = job_prepare(context, whole->network, &options, &scenario, &job);
  if (status == LS_STATUS_OK) status = results_finish(context, &job, whole);
  job_release(context, &job);
  for (int32_t k = 0; settings != NULL && k < identity->setting_count; k++) context_release(context, settings[k]);
  context_release(context, settings);
  return status;
}

static ls_status merge_parts(ls_context *context, const ls_results *const *parts, int part_count,
                             ls_results **results) {
  ls_results *whole = NULL;
  ls_status status = results_gather(context, parts, part_count, &whole);
  if (status == LS_STATUS_OK) status = finish_whole(context, whole);
  if (status != LS_STATUS_OK) {
    results_destroy(&whole);
    return status;
  }
  *results = whole;
  return LS_STATUS_OK;
}

ls_status ls_results_merge(ls_context *context, const ls_results *const *parts, int part_count, ls_results **results) {
  fenv_t before;
  arithmetic_begin(&before);
  ls_status status = merge_parts(context, parts, part_count, results);
  arithmetic_restore(&before);
  return status;
}

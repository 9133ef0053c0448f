/* again.c - a run made ready once more from its results alone: they carry network, settings and scenarios. */
#include <stddef.h>

#include "engine/engine.h"

/* With draws of the assumptions only the settings that were given, for the others are drawn. */
static ls_status list_settings(ls_context *context, const ls_results *results, struct job_again *again) {
  const struct run_identity *identity = &results->identity;
  again->setting = context_allocate(context, (size_t)identity->setting_count, sizeof *again->setting);
  if (again->setting == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int32_t k = 0; k < identity->setting_count; k++) {
    const struct setting *setting = &identity->setting[k];
    if (results->draws.count > 0 && !setting->is_given) continue;
    again->setting[again->setting_count] = context_print(context, "%s=%s", setting->key, setting->value);
    if (again->setting[again->setting_count++] == NULL) return LS_STATUS_OUT_OF_MEMORY;
  }
  return LS_STATUS_OK;
}

ls_status job_prepare_again(ls_context *context, const ls_results *results, const ls_run_options *machine,
                            struct job_again *again) {
  const struct run_identity *identity = &results->identity;
  const bool has_text = identity->scenario_text_length > 0, of_ensemble = results_are_of_ensemble(results);
  const int32_t draws = results->draws.count;
  const struct scenario_options scenario = {.path = has_text ? identity->scenario_file : NULL,
                                            .text = has_text ? identity->scenario_text : NULL,
                                            .text_length = identity->scenario_text_length,
                                            .has_seed = true,
                                            .seed = identity->seed,
                                            .count = results->explicit_scenarios ? 0 : identity->scenario_count,
                                            .keep_worst = identity->keep_worst,
                                            .assumption_draws = draws > 0 && !of_ensemble ? draws : 1,
                                            .ensemble = of_ensemble ? draws : 0,
                                            .allow_missing_targets = identity->allow_missing_targets};
  ls_run_options options = *machine;
  ls_status status = list_settings(context, results, again);
  if (status != LS_STATUS_OK) return status;
  options.model = identity->model;
  options.keep_worst = identity->keep_worst;
  options.allow_missing_targets = identity->allow_missing_targets;
  options.settings = (const char *const *)again->setting;
  options.setting_count = again->setting_count;
  return job_prepare(context, results->network, &options, &scenario, &again->job);
}

void job_release_again(ls_context *context, struct job_again *again) {
  job_release(context, &again->job);
  for (int k = 0; k < again->setting_count; k++) context_release(context, again->setting[k]);
  context_release(context, again->setting);
}

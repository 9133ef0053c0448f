/* spec_engine.c - see spec_engine.h. */
#include "spec/spec_engine.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

/* ---- folders ----------------------------------------------------------------------------------------------------- */

bool engine_folder_open(struct engine_folder *folder) { return support_make_folder(folder->path); }
void engine_folder_close(struct engine_folder *folder) { support_remove_folder(folder->path); }

/* A file being written; NULL on failure. */
static FILE *begin(const struct engine_folder *folder, const char *name, const char *header) {
  char path[4200];
  snprintf(path, sizeof path, "%s/%s", folder->path, name);
  FILE *file = fopen(path, "w");
  if (file) fprintf(file, "%s\n", header);
  return file;
}

static bool write_entities(const struct engine_folder *folder, const struct engine_banks *banks) {
  FILE *file = begin(folder, "entities.csv",
                     banks->equity ? "id,external_assets,external_liabilities,equity"
                                   : "id,external_assets,external_liabilities");
  if (!file) return false;
  for (int k = 0; k < banks->n; k++) {
    int i = banks->order ? banks->order[k] : k;
    fprintf(file, "b%d,%.17g,%.17g", i, banks->external_assets ? banks->external_assets[i] : 0,
            banks->external_liabilities ? banks->external_liabilities[i] : 0);
    if (banks->equity) fprintf(file, ",%.17g", banks->equity[i]);
    fputc('\n', file);
  }
  return fclose(file) == 0;
}

bool engine_write_banks(const struct engine_folder *folder, const struct engine_banks *banks) {
  FILE *file = begin(folder, "liabilities.csv", "debtor,creditor,amount");
  if (!file) return false;
  for (int i = 0; i < banks->n; i++)
    for (int j = 0; j < banks->n; j++)
      if (banks->liability[i * banks->n + j] > 0)
        fprintf(file, "b%d,b%d,%.17g\n", i, j, banks->liability[i * banks->n + j]);
  return fclose(file) == 0 && write_entities(folder, banks);
}

/* ---- runs -------------------------------------------------------------------------------------------------------- */

static ls_status run_and_describe(ls_context *context, const struct engine_folder *folder,
                                  const ls_run_options *options, ls_text **report) {
  ls_network *network = NULL;
  ls_results *results = NULL;
  ls_status status = ls_network_read(context, folder->path, NULL, &network);
  if (status == LS_STATUS_OK) status = ls_run(context, network, options, &results);
  if (results) {
    ls_status told = ls_results_describe(context, results, LS_FORMAT_JSON, report);
    if (status == LS_STATUS_OK) status = told;
  }
  ls_results_destroy(&results);
  ls_network_destroy(&network);
  return status;
}

struct engine_result engine_run(const struct engine_folder *folder, const char *model, const char *const *settings,
                                const char *scenarios) {
  struct engine_result result = {LS_STATUS_INTERNAL, "no context", NULL};
  ls_context *context = NULL;
  ls_text *report = NULL;
  ls_run_options options = ls_run_options_default();
  char path[4200];
  options.model = model, options.backend = "cpu", options.threads = 1;
  options.settings = settings;
  while (settings && settings[options.setting_count]) options.setting_count++;
  if (scenarios) {
    snprintf(path, sizeof path, "%s/scenarios_of_test.csv", folder->path);
    if (!support_write_file(folder->path, "scenarios_of_test.csv", scenarios)) return result;
    options.scenarios = path;
  }
  if (ls_context_create(&context) != LS_STATUS_OK) return result;
  result.status = run_and_describe(context, folder, &options, &report);
  if (report) result.root = json_loads(ls_text_data(report), 0, NULL);
  snprintf(result.message, sizeof result.message, "%s", ls_context_message(context, 0));
  ls_text_destroy(&report);
  ls_context_destroy(&context);
  return result;
}

void engine_result_release(struct engine_result *result) {
  json_decref(result->root);
  result->root = NULL;
}

static double number_in(const json_t *object, const char *key) {
  const json_t *value = json_object_get(object, key);
  if (json_is_boolean(value)) return json_is_true(value);
  return json_is_number(value) ? json_number_value(value) : NAN;
}

static const json_t *scenario_of(const struct engine_result *result, int scenario) {
  return json_array_get(json_object_get(result->root, "scenarios"), (size_t)scenario);
}

double engine_output(const struct engine_result *result, int scenario, int entity, const char *output) {
  const json_t *entities = json_object_get(scenario_of(result, scenario), "entities");
  return number_in(json_array_get(entities, (size_t)entity), output);
}

double engine_scenario_number(const struct engine_result *result, int scenario, const char *key) {
  return number_in(scenario_of(result, scenario), key);
}

double engine_system_number(const struct engine_result *result, const char *key) {
  return number_in(json_object_get(result->root, "system"), key);
}

double engine_trace(const struct engine_result *result, int scenario, int quarter, int entity, const char *field) {
  const json_t *quarters = json_object_get(scenario_of(result, scenario), "quarters");
  const json_t *entities = json_object_get(json_array_get(quarters, (size_t)quarter), "entities");
  return number_in(json_array_get(entities, (size_t)entity), field);
}

/* ---- random numbers ---------------------------------------------------------------------------------------------- */

double random_unit(struct engine_random *random) {
  random->state += 0x9E3779B97F4A7C15u;
  uint64_t x = random->state;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return (double)((x ^ (x >> 31)) >> 11) / 9007199254740992.0;
}

double random_between(struct engine_random *random, double low, double high) {
  return low + (high - low) * random_unit(random);
}

int random_below(struct engine_random *random, int count) { return (int)(random_unit(random) * count); }
bool random_chance(struct engine_random *random, double probability) { return random_unit(random) < probability; }

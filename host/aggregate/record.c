/* record.c - the audit record "<output>.run.json": what varies between identical runs, and so stays out of the results file. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "aggregate/accumulator_fields.h"
#include "aggregate/record_host.h"
#include "aggregate/results_text.h"
#include "io/file.h"
#include "io/json.h"
#include "io/read_file.h"

static void put_run(struct json *json, const ls_results *results, double seconds) {
  const struct run_identity *identity = &results->identity;
  json_text(json, "command", identity->command);
  json_text(json, "model", identity->model);
  json_text(json, "backend", identity->backend);
  results_settings_json(json, identity);
  char seed[32];
  (void)snprintf(seed, sizeof seed, "%llu", (unsigned long long)identity->seed);
  json_text(json, "seed", seed);
  json_whole(json, "scenario_count", identity->scenario_count);
  json_whole(json, "scenarios_done", results_done_count(results));
  json_whole(json, "shard_index", identity->shard_index);
  json_whole(json, "shard_count", identity->shard_count);
  json_whole(json, "processes", results->process_count);
  json_text(json, "run_identity", identity->sha256);
  json_text(json, "network", ls_network_name(results->network));
  json_number(json, "seconds", seconds);
  json_number(json, "scenarios_per_second", seconds > 0 ? (double)results_done_count(results) / seconds : -1);
}

/* An interrupted run's attempts, the one that ended it last; a run without a checkpoint does not know of any. */
static void put_attempts(struct json *json, const ls_results *results) {
  json_list_begin(json, "attempts");
  for (int32_t k = 0; k < results->attempt_count; k++) {
    const struct attempt *attempt = &results->attempt[k];
    json_object_begin(json, NULL);
    record_put_time(json, "began", attempt->began);
    json_text(json, "host", attempt->host);
    json_number(json, "seconds", attempt->seconds);
    json_whole(json, "scenarios_done", attempt->scenarios_done);
    json_object_end(json);
  }
  json_list_end(json);
}

/* What the numbers rest on beside the inputs. */
static void put_numerics(struct json *json, const ls_results *results) {
  const struct ls_model_info *info = results_model(results);
  json_object_begin(json, "numerics");
  json_text(json, "equations", info != NULL ? info->source : "");
  json_text(json, "precision", "f64");
  json_text(json, "fused_multiply_add", "explicit, everywhere the same");
  json_text(json, "random_numbers", "philox4x32-10, addressed by seed, scenario, target and variable");
  json_whole(json, "block_size", BLOCK_SCENARIOS);
  json_whole(json, "sum_unit_exponent", results->accumulator->bound_exponent + FIXED_SUM_UNIT);
  json_text(json, "schema_version", "1.0.0");
  json_object_end(json);
}

/* What was counted, said and computed twice. */
static void put_checks(struct json *json, const ls_results *results) {
  const struct accumulator *a = results->accumulator;
  json_object_begin(json, "checks");
  json_whole(json, "converged", a->converged_count);
  json_whole(json, "not_converged", accumulator_count(a) - a->converged_count);
  json_whole(json, "not_finite", a->nonfinite_count);
  json_whole(json, "shocks_clipped", a->clip_count);
  json_list_begin(json, "warnings");
  for (int32_t k = 0; k < results->warning_count; k++) json_text(json, NULL, results->warning[k]);
  json_list_end(json);
  json_object_begin(json, "sample_verified_on_cpu");
  json_whole(json, "blocks", results->sample_blocks);
  json_whole(json, "scenarios", results->sample_scenarios);
  json_seed(json, "seed", results->sample_seed);
  json_object_end(json);
  json_object_end(json);
}

static ls_status write_record(ls_context *context, const ls_results *results, const char *path, double seconds_elapsed,
                              bool replace) {
  char sha256[SHA256_TEXT_SIZE];
  size_t length = 0;
  ls_text *text = NULL;
  ls_status status = read_file_hash(context, path, sha256, &length);
  if (status != LS_STATUS_OK) return status;
  struct json json = json_start(context);
  json_object_begin(&json, NULL);
  json_text(&json, "program", "loopstress");
  record_put_build(&json);
  record_put_time(&json, "written", (int64_t)time(NULL));
  put_run(&json, results, seconds_elapsed);
  put_attempts(&json, results);
  results_inputs_json(&json, results->network, &results->identity);
  put_numerics(&json, results);
  put_checks(&json, results);
  record_put_host(&json);
  record_put_environment(&json);
  record_put_device(&json, &results->device);
  json_text(&json, "digest", results->digest);
  json_object_begin(&json, "output");
  json_text(&json, "file", path);
  json_whole(&json, "bytes", (int64_t)length);
  json_text(&json, "sha256", sha256);
  json_object_end(&json);
  json_object_end(&json);
  status = json_finish(&json, &text);
  char *record = context_print(context, "%s.run.json", path);
  if (status == LS_STATUS_OK && record == NULL) status = LS_STATUS_OUT_OF_MEMORY;
  if (status == LS_STATUS_OK) status = file_write(context, record, ls_text_data(text), ls_text_length(text), replace);
  context_release(context, record);
  ls_text_destroy(&text);
  return status;
}

ls_status ls_results_write_record(ls_context *context, const ls_results *results, const char *path,
                                  double seconds_elapsed, bool replace) {
  context_hold_stop(context, true);
  ls_status status = write_record(context, results, path, seconds_elapsed, replace);
  context_hold_stop(context, false);
  return status;
}

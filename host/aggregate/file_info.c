/* file_info.c - ls_file_info: what a network, results or checkpoint file holds and where it came from. */
#include <stdio.h>
#include <string.h>

#include "aggregate/accumulator_fields.h"
#include "aggregate/checkpoint.h"
#include "aggregate/results_hdf5.h"
#include "aggregate/results_text.h"
#include "network/network_hdf5.h"
#include "network/schema.h"

/* An open file's contents: a network, or results with their own copy of one. */
struct contents {
  char *kind;
  ls_network *network; /* of a network file */
  ls_results *results; /* of a results or shard file */
};

static const ls_network *network_of(const struct contents *contents) {
  return contents->results != NULL ? contents->results->network : contents->network;
}

/* ---- for programs ------------------------------------------------------------------------------------------------------------------- */

static void put_network(struct json *json, const ls_network *network) {
  json_text(json, "network", network->name);
  json_text(json, "currency", network->currency);
  json_text(json, "unit", network->unit);
  json_text(json, "as_of", network->as_of);
  json_text(json, "description", network->description);
  json_whole(json, "entities", network->entity_count);
  json_whole(json, "links", network_link_count(network));
  json_object_begin(json, "tables");
  for (int id = 0; id < TABLE_COUNT; id++) {
    if (network->table[id].present)
      json_whole(json, schema_table((enum table_id)id)->name, network->table[id].row_count);
  }
  json_object_end(json);
}

static void put_run(struct json *json, const ls_results *results) {
  const struct run_identity *identity = &results->identity;
  json_text(json, "model", identity->model);
  json_text(json, "backend", identity->backend);
  json_whole(json, "scenario_count", identity->scenario_count);
  json_whole(json, "scenarios_done", results_done_count(results));
  json_seed(json, "seed", identity->seed);
  json_whole(json, "shard_index", identity->shard_index);
  json_whole(json, "shard_count", identity->shard_count);
  json_flag(json, "complete", results->complete);
  json_text(json, "digest", results->digest);
  json_text(json, "run_identity", identity->sha256);
  json_text(json, "command", identity->command);
  results_settings_json(json, identity);
}

static ls_status write_json(ls_context *context, const struct contents *contents, ls_text **report) {
  struct json json = json_start(context);
  json_object_begin(&json, NULL);
  json_text(&json, "kind", contents->kind);
  if (contents->results != NULL) put_run(&json, contents->results);
  put_network(&json, network_of(contents));
  results_inputs_json(&json, network_of(contents), contents->results != NULL ? &contents->results->identity : NULL);
  json_object_end(&json);
  return json_finish(&json, report);
}

/* ---- for people ------------------------------------------------------------------------------------------------------------------------ */

static void say_run(struct buffer *out, const ls_results *results) {
  const struct run_identity *identity = &results->identity;
  buffer_print(out, "model %s, %lld of %lld scenarios, seed %llu, on %s\n", identity->model,
               (long long)results_done_count(results), (long long)identity->scenario_count,
               (unsigned long long)identity->seed, identity->backend);
  if (identity->shard_count > 1) buffer_print(out, "part %d of %d\n", identity->shard_index, identity->shard_count);
  buffer_print(out, "digest %s\n", results->digest);
  buffer_print(out, "to repeat: %s\n", identity->command);
}

static ls_status write_text(ls_context *context, const char *path, const struct contents *contents, ls_text **report) {
  const ls_network *network = network_of(contents);
  struct buffer out = buffer_start(context);
  buffer_print(&out, "%s: %s file\n", path, contents->kind);
  if (contents->results != NULL) say_run(&out, contents->results);
  buffer_print(&out, "network '%s': %d entities, %lld links", network->name, (int)network->entity_count,
               (long long)network_link_count(network));
  if (network->currency[0] != '\0') buffer_print(&out, ", in %s %s", network->currency, network->unit);
  if (network->as_of[0] != '\0') buffer_print(&out, ", as of %s", network->as_of);
  buffer_text(&out, "\n");
  for (int id = 0; id < TABLE_COUNT; id++) {
    if (!network->table[id].present) continue;
    buffer_print(&out, "  %-14s %lld rows\n", schema_table((enum table_id)id)->name,
                 (long long)network->table[id].row_count);
  }
  for (int32_t k = 0; k < network->file_count; k++)
    buffer_print(&out, "  %s  %s\n", network->file[k].sha256, network->file[k].file);
  if (contents->results != NULL && contents->results->identity.scenario_file[0] != '\0') {
    buffer_print(&out, "  %s  %s\n", contents->results->identity.scenario_sha256,
                 contents->results->identity.scenario_file);
  }
  return buffer_finish(&out, report);
}

/* ---- reading ----------------------------------------------------------------------------------------------------------------------------- */

static ls_status describe_open(ls_context *context, const char *path, struct hdf5_file *file, ls_format format,
                               struct contents *contents, ls_text **report) {
  ls_status status = hdf5_get_kind(context, file, path, &contents->kind);
  if (status != LS_STATUS_OK) return status;
  if (strcmp(contents->kind, "checkpoint") == 0) return checkpoint_describe(context, file, path, format, report);
  if (strcmp(contents->kind, "network") == 0)
    status = network_hdf5_get(context, file, path, hdf5_root(file), &contents->network);
  else
    status = results_hdf5_get(context, file, path, &contents->results);
  if (status != LS_STATUS_OK) return status;
  return format == LS_FORMAT_JSON ? write_json(context, contents, report) : write_text(context, path, contents, report);
}

ls_status ls_file_info(ls_context *context, const char *path, ls_format format, ls_text **report) {
  struct contents contents = {0};
  struct hdf5_file *file = NULL;
  ls_status status = hdf5_open(context, path, &file);
  if (status != LS_STATUS_OK) return status;
  status = describe_open(context, path, file, format, &contents, report);
  hdf5_close(&file);
  results_destroy(&contents.results);
  network_destroy(&contents.network);
  context_release(context, contents.kind);
  return status;
}

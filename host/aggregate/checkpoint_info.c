/* checkpoint_info.c - what a checkpoint file holds, told. */
#include <string.h>

#include "aggregate/checkpoint.h"
#include "aggregate/provenance_hdf5.h"
#include "aggregate/results_text.h"
#include "io/buffer.h"
#include "io/date.h"

/* What is told of the sums, the attempts and the inputs. */
struct checkpoint_facts {
  const ls_results *results; /* identity only */
  char *network;
  int64_t first, count, done; /* of this part */
  int64_t attempts, *began;
  char **host;
  char **file, **sha256;
  int32_t files;
};

static void put_lists(struct json *json, const struct checkpoint_facts *facts) {
  char began[DATE_MOMENT_SIZE];
  json_list_begin(json, "attempts");
  for (int64_t k = 0; k < facts->attempts; k++) {
    date_print_moment(facts->began[k], began);
    json_object_begin(json, NULL);
    json_text(json, "began", began);
    json_text(json, "host", facts->host[k]);
    json_object_end(json);
  }
  json_list_end(json);
  json_list_begin(json, "inputs");
  for (int32_t k = 0; k < facts->files; k++) json_hashed_file(json, facts->file[k], facts->sha256[k]);
  const struct run_identity *identity = &facts->results->identity;
  if (identity->scenario_file[0] != '\0') json_hashed_file(json, identity->scenario_file, identity->scenario_sha256);
  json_list_end(json);
}

static ls_status tell_json(ls_context *context, const struct checkpoint_facts *facts, ls_text **report) {
  const struct run_identity *identity = &facts->results->identity;
  struct json json = json_start(context);
  json_object_begin(&json, NULL);
  json_text(&json, "kind", "checkpoint");
  json_text(&json, "model", identity->model);
  json_text(&json, "backend", identity->backend);
  json_whole(&json, "scenario_count", identity->scenario_count);
  json_whole(&json, "scenarios_of_part", facts->count);
  json_whole(&json, "scenarios_done", facts->done);
  json_seed(&json, "seed", identity->seed);
  json_whole(&json, "shard_index", identity->shard_index);
  json_whole(&json, "shard_count", identity->shard_count);
  json_flag(&json, "complete", false);
  json_text(&json, "digest", "");
  json_text(&json, "run_identity", identity->sha256);
  json_text(&json, "network", facts->network);
  results_settings_json(&json, identity);
  put_lists(&json, facts);
  json_object_end(&json);
  return json_finish(&json, report);
}

static ls_status tell_text(ls_context *context, const char *path, const struct checkpoint_facts *facts,
                           ls_text **report) {
  const struct run_identity *identity = &facts->results->identity;
  struct buffer out = buffer_start(context);
  char began[DATE_MOMENT_SIZE];
  buffer_print(&out, "%s: checkpoint file\n", path);
  buffer_print(&out, "model %s on network '%s', %lld of %lld scenarios, seed %llu\n", identity->model, facts->network,
               (long long)facts->done, (long long)facts->count, (unsigned long long)identity->seed);
  if (identity->shard_count > 1) buffer_print(&out, "part %d of %d\n", identity->shard_index, identity->shard_count);
  for (int64_t k = 0; k < facts->attempts; k++) {
    date_print_moment(facts->began[k], began);
    buffer_print(&out, "begun %s on %s\n", began, facts->host[k]);
  }
  for (int32_t k = 0; k < facts->files; k++) buffer_print(&out, "  %s  %s\n", facts->sha256[k], facts->file[k]);
  buffer_text(&out, "the command that was interrupted resumes from it\n");
  return buffer_finish(&out, report);
}

static ls_status read_facts(const struct results_reader *reader, struct checkpoint_facts *facts) {
  struct hdf5_file *file = reader->file;
  hdf5_id root = hdf5_root(file), attempts = -1;
  int32_t hashes = 0;
  ls_status status = provenance_hdf5_get(reader);
  if (status == LS_STATUS_OK) status = hdf5_get_text(file, root, "title", &facts->network);
  if (status == LS_STATUS_OK) status = reader_count(reader, root, "first_scenario", 0, SCENARIO_LIMIT, &facts->first);
  if (status == LS_STATUS_OK) status = reader_count(reader, root, "scenario_count", 0, SCENARIO_LIMIT, &facts->count);
  if (status == LS_STATUS_OK) status = reader_count(reader, root, "n_done", 0, facts->count, &facts->done);
  if (status == LS_STATUS_OK) status = reader_names(reader, root, "input_files", &facts->file, &facts->files);
  if (status == LS_STATUS_OK) status = reader_names(reader, root, "input_sha256", &facts->sha256, &hashes);
  if (status == LS_STATUS_OK && hashes != facts->files)
    status = reader_fault(reader, "has another number of inputs than of their hashes");
  if (status == LS_STATUS_OK) status = hdf5_group_open(file, root, "attempts", &attempts);
  if (status == LS_STATUS_OK) status = hdf5_count(file, attempts, "began", &facts->attempts);
  if (status == LS_STATUS_OK) status = hdf5_read_integers(file, attempts, "began", facts->attempts, &facts->began);
  if (status == LS_STATUS_OK) status = hdf5_read_texts(file, attempts, "host", facts->attempts, &facts->host);
  hdf5_group_close(file, attempts);
  return status;
}

ls_status checkpoint_describe(ls_context *context, struct hdf5_file *file, const char *path, ls_format format,
                              ls_text **report) {
  struct results_reader reader = {.context = context, .file = file, .path = path, .results = results_create(context)};
  if (reader.results == NULL) return LS_STATUS_OUT_OF_MEMORY;
  struct checkpoint_facts facts = {.results = reader.results};
  ls_status status = read_facts(&reader, &facts);
  if (status == LS_STATUS_OK)
    status = format == LS_FORMAT_JSON ? tell_json(context, &facts, report) : tell_text(context, path, &facts, report);
  hdf5_texts_release(context, facts.host, facts.host != NULL ? facts.attempts : 0);
  hdf5_texts_release(context, facts.sha256, facts.sha256 != NULL ? facts.files : 0);
  hdf5_texts_release(context, facts.file, facts.file != NULL ? facts.files : 0);
  context_release(context, facts.began);
  context_release(context, facts.network);
  results_destroy(&reader.results);
  return status;
}

/* provenance_hdf5.c - what decides a run's numbers, in an HDF5 file: written by results and checkpoints, read by both. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aggregate/provenance_hdf5.h"
#include "io/number.h"

enum { NAME_ROOM = 64 };

/* ---- writing ------------------------------------------------------------------------------------------------------------- */

struct results_writing {
  ls_context *context;
  struct hdf5_file *file;
  const ls_results *results;
};

/* The settings that hold in every draw of the assumptions. */
static void put_given(const struct results_writing *w, hdf5_id group, char **key) {
  const struct run_identity *identity = &w->results->identity;
  int64_t count = 0;
  for (int32_t k = 0; k < identity->setting_count; k++)
    if (identity->setting[k].is_given) key[count++] = identity->setting[k].key;
  if (count > 0 && w->results->draws.count > 0) hdf5_put_texts(w->file, group, "settings_given", key, count);
}

static void put_settings(const struct results_writing *w, hdf5_id group) {
  const struct run_identity *identity = &w->results->identity;
  char **key = context_allocate(w->context, (size_t)identity->setting_count, sizeof *key);
  char **value = context_allocate(w->context, (size_t)identity->setting_count, sizeof *value);
  if (key != NULL && value != NULL) {
    for (int32_t k = 0; k < identity->setting_count; k++) {
      key[k] = identity->setting[k].key;
      value[k] = identity->setting[k].value;
    }
    hdf5_put_texts(w->file, group, "setting_keys", key, identity->setting_count);
    hdf5_put_texts(w->file, group, "setting_values", value, identity->setting_count);
    put_given(w, group, key);
  }
  context_release(w->context, value);
  context_release(w->context, key);
}

void provenance_hdf5_put(ls_context *context, struct hdf5_file *file, const ls_results *results) {
  const struct results_writing writing = {context, file, results};
  const struct run_identity *identity = &results->identity;
  struct result_names names = results->names;
  struct name_list list[NAME_LISTS];
  char seed[NAME_ROOM];
  hdf5_id group = hdf5_group_create(file, hdf5_root(file), "provenance");
  (void)snprintf(seed, sizeof seed, "%llu", (unsigned long long)identity->seed);
  hdf5_put_text(file, group, "version", ls_version());
  hdf5_put_text(file, group, "backend", identity->backend);
  hdf5_put_text(file, group, "seed", seed);
  hdf5_put_text(file, group, "random_numbers", "philox4x32-10");
  hdf5_put_integer(file, group, "scenario_count", identity->scenario_count);
  hdf5_put_integer(file, group, "shard_index", identity->shard_index);
  hdf5_put_integer(file, group, "shard_count", identity->shard_count);
  hdf5_put_integer(file, group, "loss_is_net", identity->loss_is_net);
  hdf5_put_integer(file, group, "keep_worst", identity->keep_worst);
  hdf5_put_integer(file, group, "allow_missing_targets", identity->allow_missing_targets);
  hdf5_put_integer(file, group, "explicit_scenarios", results->explicit_scenarios);
  hdf5_put_text(file, group, "scenario_file", identity->scenario_file);
  hdf5_put_text(file, group, "scenario_text", identity->scenario_text);
  hdf5_put_integer(file, group, "scenario_text_length", (int64_t)identity->scenario_text_length);
  results_name_lists(&names, list);
  for (int k = 0; k < NAME_LISTS; k++) hdf5_put_texts(file, group, list[k].attribute, *list[k].name, *list[k].count);
  put_settings(&writing, group);
  hdf5_group_close(file, group);
}

/* ---- reading ------------------------------------------------------------------------------------------------------------- */

ls_status reader_fault(const struct results_reader *reader, const char *text) {
  return context_fault(reader->context, reader->path, 0, "%s", text);
}

static ls_status read_text(const struct results_reader *reader, hdf5_id group, const char *name, char **text) {
  char *read = NULL;
  ls_status status = hdf5_get_text(reader->file, group, name, &read);
  if (status != LS_STATUS_OK) return status;
  context_release(reader->context, *text);
  *text = read;
  return LS_STATUS_OK;
}

ls_status reader_names(const struct results_reader *reader, hdf5_id group, const char *name, char ***text,
                       int32_t *count) {
  int64_t found = 0;
  if (!hdf5_has_attribute(reader->file, group, name)) return LS_STATUS_OK;
  ls_status status = hdf5_get_texts(reader->file, group, name, text, &found);
  if (status == LS_STATUS_OK) *count = (int32_t)found;
  return status;
}

/* A whole number within low..high. */
ls_status reader_count(const struct results_reader *reader, hdf5_id group, const char *name, int64_t low, int64_t high,
                       int64_t *value) {
  int64_t read = 0;
  ls_status status = hdf5_get_integer(reader->file, group, name, &read);
  if (status != LS_STATUS_OK) return status;
  if (read < low || read > high) {
    return context_fault(reader->context, reader->path, 0, "attribute '%s' is %lld, must be within %lld and %lld", name,
                         (long long)read, (long long)low, (long long)high);
  }
  *value = read;
  return LS_STATUS_OK;
}

static ls_status read_given(const struct results_reader *reader, hdf5_id group) {
  struct run_identity *identity = &reader->results->identity;
  char **given = NULL;
  int32_t count = 0;
  ls_status status = reader_names(reader, group, "settings_given", &given, &count);
  for (int32_t k = 0; k < identity->setting_count && status == LS_STATUS_OK; k++)
    for (int32_t g = 0; g < count; g++)
      if (strcmp(identity->setting[k].key, given[g]) == 0) identity->setting[k].is_given = true;
  hdf5_texts_release(reader->context, given, count);
  return status;
}

static ls_status read_settings(const struct results_reader *reader, hdf5_id group) {
  struct run_identity *identity = &reader->results->identity;
  char **key = NULL, **value = NULL;
  int32_t keys = 0, values = 0;
  ls_status status = reader_names(reader, group, "setting_keys", &key, &keys);
  if (status == LS_STATUS_OK) status = reader_names(reader, group, "setting_values", &value, &values);
  if (status == LS_STATUS_OK && keys != values)
    status = reader_fault(reader, "has another number of settings than of their values");
  if (status == LS_STATUS_OK) {
    identity->setting = context_allocate(reader->context, (size_t)keys, sizeof *identity->setting);
    if (identity->setting == NULL) status = LS_STATUS_OUT_OF_MEMORY;
  }
  if (status != LS_STATUS_OK) {
    hdf5_texts_release(reader->context, key, keys);
    hdf5_texts_release(reader->context, value, values);
    return status;
  }
  identity->setting_count = keys;
  for (int32_t k = 0; k < keys; k++) {
    identity->setting[k].key = key[k];
    identity->setting[k].value = value[k];
  }
  context_release(reader->context, key);
  context_release(reader->context, value);
  return read_given(reader, group);
}

static ls_status read_seed(const struct results_reader *reader, hdf5_id group) {
  char *text = NULL;
  ls_status status = hdf5_get_text(reader->file, group, "seed", &text);
  if (status == LS_STATUS_OK && number_parse_unsigned(text, &reader->results->identity.seed) != NUMBER_FINE) {
    status = reader_fault(reader, "has a seed that is no whole number");
  }
  context_release(reader->context, text);
  return status;
}

static ls_status read_hash(const struct results_reader *reader, const char *name, char hash[65]) {
  char *text = NULL;
  ls_status status = hdf5_get_text(reader->file, hdf5_root(reader->file), name, &text);
  if (status == LS_STATUS_OK && strlen(text) > 64) status = reader_fault(reader, "has a hash of more than 64 digits");
  if (status == LS_STATUS_OK) memcpy(hash, text, strlen(text) + 1);
  context_release(reader->context, text);
  return status;
}

static ls_status read_numbers_of_run(const struct results_reader *reader, hdf5_id group) {
  struct run_identity *identity = &reader->results->identity;
  int64_t index = 0, count = 1, net = 0, missing = 0, is_explicit = 0, length = 0;
  ls_status status = reader_count(reader, group, "scenario_count", 0, SCENARIO_LIMIT, &identity->scenario_count);
  if (status == LS_STATUS_OK) status = reader_count(reader, group, "shard_count", 1, INT32_MAX, &count);
  if (status == LS_STATUS_OK) status = reader_count(reader, group, "shard_index", 0, count - 1, &index);
  if (status == LS_STATUS_OK) status = reader_count(reader, group, "loss_is_net", 0, 1, &net);
  if (status == LS_STATUS_OK)
    status = reader_count(reader, group, "keep_worst", INT64_MIN, INT64_MAX, &identity->keep_worst);
  if (status == LS_STATUS_OK) status = reader_count(reader, group, "allow_missing_targets", 0, 1, &missing);
  if (status == LS_STATUS_OK) status = reader_count(reader, group, "explicit_scenarios", 0, 1, &is_explicit);
  if (status == LS_STATUS_OK) status = reader_count(reader, group, "scenario_text_length", 0, INT64_MAX, &length);
  if (status != LS_STATUS_OK) return status;
  if ((size_t)length != strlen(identity->scenario_text))
    return reader_fault(reader, "has a scenario text of another length than it says");
  identity->shard_index = (int)index;
  identity->shard_count = (int)count;
  identity->loss_is_net = net != 0;
  identity->allow_missing_targets = missing != 0;
  identity->scenario_text_length = (size_t)length;
  reader->results->explicit_scenarios = is_explicit != 0;
  return LS_STATUS_OK;
}

ls_status provenance_hdf5_get(const struct results_reader *reader) {
  struct run_identity *identity = &reader->results->identity;
  struct name_list list[NAME_LISTS];
  hdf5_id group = -1;
  ls_status status = hdf5_group_open(reader->file, hdf5_root(reader->file), "provenance", &group);
  if (status != LS_STATUS_OK) return status;
  status = read_text(reader, hdf5_root(reader->file), "model", &identity->model);
  if (status == LS_STATUS_OK) status = read_hash(reader, "run_identity", identity->sha256);
  if (status == LS_STATUS_OK) status = read_hash(reader, "scenario_sha256", identity->scenario_sha256);
  if (status == LS_STATUS_OK) status = read_text(reader, group, "backend", &identity->backend);
  if (status == LS_STATUS_OK) status = read_text(reader, group, "scenario_file", &identity->scenario_file);
  if (status == LS_STATUS_OK) status = read_text(reader, group, "scenario_text", &identity->scenario_text);
  if (status == LS_STATUS_OK) status = read_seed(reader, group);
  if (status == LS_STATUS_OK) status = read_numbers_of_run(reader, group);
  if (status == LS_STATUS_OK) status = read_settings(reader, group);
  results_name_lists(&reader->results->names, list);
  for (int k = 0; k < NAME_LISTS && status == LS_STATUS_OK; k++)
    status = reader_names(reader, group, list[k].attribute, list[k].name, list[k].count);
  hdf5_group_close(reader->file, group);
  return status;
}

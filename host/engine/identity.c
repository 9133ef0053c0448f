/* identity.c - what decides a run's numbers, written down and hashed: two parts belong together only if it is equal. */
#include <inttypes.h>
#include <string.h>

#include "engine/engine.h"
#include "io/hash.h"

/* The network by content, so that a folder and the file made from it are one and the same. */
static void digest_table(struct digest *digest, const struct table *table) {
  int32_t present = table->present;
  digest_update_int32(digest, &present, 1);
  digest_update_int64(digest, &table->row_count, 1);
  for (int32_t c = 0; c < table->column_count; c++) {
    const struct table_column *column = &table->column[c];
    digest_update_text(digest, column->name);
    if (column->number != NULL) digest_update_doubles(digest, column->number, (size_t)table->row_count);
    for (int64_t row = 0; row < table->row_count && column->text != NULL; row++)
      digest_update_text(digest, column->text[row]);
  }
  if (table->from != NULL) digest_update_int32(digest, table->from, (size_t)table->row_count);
  if (table->to != NULL) digest_update_int32(digest, table->to, (size_t)table->row_count);
}

static ls_status digest_of_run(ls_context *context, const ls_network *network, const struct run_identity *identity,
                               int32_t draws, bool of_ensemble, char text[DIGEST_TEXT_SIZE]) {
  struct digest *digest = NULL;
  ls_status status = digest_create(context, &digest);
  if (status != LS_STATUS_OK) return status;
  for (int t = 0; t < TABLE_COUNT; t++) digest_table(digest, &network->table[t]);
  digest_update_text(digest, ls_version());
  digest_update_text(digest, identity->model);
  for (int32_t k = 0; k < identity->setting_count; k++) {
    digest_update_text(digest, identity->setting[k].key);
    digest_update_text(digest, identity->setting[k].value);
    if (draws > 0) digest_update_text(digest, identity->setting[k].is_given ? "given" : "drawn");
  }
  if (of_ensemble) digest_update_text(digest, "ensemble"), digest_update_int32(digest, &draws, 1);
  digest_update_text(digest, identity->scenario_sha256);
  int64_t number[4] = {(int64_t)identity->seed, identity->scenario_count, identity->keep_worst,
                       identity->allow_missing_targets};
  digest_update_int64(digest, number, 4);
  digest_final_hex(digest, text);
  digest_destroy(&digest);
  return LS_STATUS_OK;
}

/* The SHA-256 of that digest and the shard count: shards of one run differ only in their index. */
static ls_status hash_identity(ls_context *context, const struct job *job, struct run_identity *identity) {
  char digest[DIGEST_TEXT_SIZE];
  ls_status status =
      digest_of_run(context, job->network, identity, job->draw_count, job->scenarios->of_ensemble, digest);
  return status == LS_STATUS_OK ? hash_sha256(context, digest, strlen(digest), identity->sha256) : status;
}

/* Replaces a text (fresh results hold ""). */
static ls_status copy_text_of(ls_context *context, const char *text, size_t length, char **copy) {
  char *fresh = context_copy_text_of(context, text, length);
  if (fresh == NULL) return LS_STATUS_OUT_OF_MEMORY;
  context_release(context, *copy);
  *copy = fresh;
  return LS_STATUS_OK;
}

static ls_status copy_text(ls_context *context, const char *text, char **copy) {
  if (text == NULL) text = "";
  return copy_text_of(context, text, strlen(text), copy);
}

static ls_status copy_names(ls_context *context, const char *const *from, int32_t most, char ***names, int32_t *count) {
  int32_t total = 0;
  while (total < most && from[total] != NULL) total++;
  *names = context_allocate(context, (size_t)total, sizeof **names);
  if (*names == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (*count = 0; *count < total; (*count)++) {
    ls_status status = copy_text(context, from[*count], &(*names)[*count]);
    if (status != LS_STATUS_OK) return status;
  }
  return LS_STATUS_OK;
}

static ls_status fill_names(ls_context *context, const struct job *job, struct result_names *names) {
  const struct ls_model_info *info = job->settings.info;
  const struct ls_output_layout *at = &job->plan->output;
  ls_status status = copy_names(context, info->output, LS_MODEL_OUTPUTS, &names->detail, &names->detail_count);
  if (status == LS_STATUS_OK)
    status = copy_names(context, info->asset_output, LS_MODEL_ASSET_OUTPUTS, &names->asset_output,
                        &names->asset_output_count);
  if (status == LS_STATUS_OK)
    status = copy_names(context, info->line, at->line_count, &names->line, &names->line_count);
  if (status == LS_STATUS_OK)
    status = copy_names(context, info->trace, LS_MODEL_TRACE, &names->trace, &names->trace_count);
  if (status == LS_STATUS_OK)
    status = copy_names(context, info->measure, at->measure_count, &names->measure, &names->measure_count);
  if (status == LS_STATUS_OK)
    status = copy_names(context, info->system, at->system_count, &names->system, &names->system_count);
  if (status == LS_STATUS_OK)
    status = copy_names(context, &info->by_quarter, at->system_by_quarter >= 0, &names->by_quarter,
                        &names->by_quarter_count);
  if (status == LS_STATUS_OK)
    status = copy_names(context, info->cause, job->settings.causes > 0 ? LS_MODEL_CAUSES : 0, &names->cause,
                        &names->cause_count);
  return status;
}

static ls_status fill_scenario(ls_context *context, const struct scenario_set *set, struct run_identity *identity) {
  identity->seed = set->seed;
  identity->scenario_count = set->replay != NULL ? set->replay_count : set->count;
  identity->keep_worst = set->keep_worst;
  memcpy(identity->scenario_sha256, set->sha256, sizeof identity->scenario_sha256);
  ls_status status = copy_text(context, set->file, &identity->scenario_file);
  if (status != LS_STATUS_OK) return status;
  status = copy_text_of(context, set->text != NULL ? set->text : "", set->text_length, &identity->scenario_text);
  if (status == LS_STATUS_OK) identity->scenario_text_length = set->text_length;
  return status;
}

/* A setting given for the run holds in every draw of the assumptions; the others follow the draws. */
static void mark_given(const ls_run_options *options, struct run_identity *identity) {
  for (int32_t k = 0; k < identity->setting_count; k++) {
    struct setting *setting = &identity->setting[k];
    const size_t length = strlen(setting->key);
    for (int g = 0; g < options->setting_count; g++)
      if (strncmp(options->settings[g], setting->key, length) == 0 && options->settings[g][length] == '=')
        setting->is_given = true;
  }
}

ls_status identity_fill(ls_context *context, const struct job *job, const ls_run_options *options,
                        ls_results *results) {
  struct run_identity *identity = &results->identity;
  identity->shard_index = options->shard_index;
  identity->shard_count = options->shard_count > 1 ? options->shard_count : 1;
  identity->loss_is_net = job->settings.loss_is_net;
  identity->allow_missing_targets = options->allow_missing_targets;
  ls_status status = copy_text(context, job->settings.info->name, &identity->model);
  if (status == LS_STATUS_OK) status = copy_text(context, job->backend->name, &identity->backend);
  if (status == LS_STATUS_OK) status = copy_text(context, options->command, &identity->command);
  if (status == LS_STATUS_OK)
    status = settings_describe(context, &job->settings, &identity->setting, &identity->setting_count);
  if (status == LS_STATUS_OK) mark_given(options, identity);
  if (status == LS_STATUS_OK) status = fill_scenario(context, job->scenarios, identity);
  if (status == LS_STATUS_OK) status = fill_names(context, job, &results->names);
  if (status == LS_STATUS_OK) status = network_copy(context, job->network, &results->network);
  if (status == LS_STATUS_OK) status = hash_identity(context, job, identity);
  return status;
}

/* describe.c - ls_models_describe and ls_backends_describe: what this build offers. */
#include <string.h>

#include "engine/backend.h"
#include "engine/settings.h"
#include "io/buffer.h"
#include "io/json.h"
#include "model.h" /* kernels/ */

enum { REASON_BYTES = 256 };

/* The settings that every model, or every model over quarters, has. */
static const char *const COMMON[][2] = {
    {"tolerance", "relative change at which iteration stops"},
    {"max_iterations", "sweeps before a fixed point is solved exactly or given up"},
    {"loss", "system loss: gross (sum of positive losses) or net (outside holders' loss)"},
    {"solution", "greatest or least solution, where both exist"},
    {"trace", "1: every quarter's state in --json"},
    {"causes", "the most kept scenarios whose losses are told by cause"},
    {"audit", "1: check the stock-flow identities every quarter"},
};

static const char *meaning_of(const struct ls_model_info *model, const char *key) {
  for (int k = 0; k < LS_MODEL_SETTINGS && model->setting[k].key != NULL; k++)
    if (strcmp(model->setting[k].key, key) == 0) return model->setting[k].meaning;
  for (size_t k = 0; k < sizeof COMMON / sizeof COMMON[0]; k++)
    if (strcmp(COMMON[k][0], key) == 0) return COMMON[k][1];
  for (int k = 0; k < LOOP_KEY_COUNT; k++)
    if (strcmp(LOOP_KEYS[k].name, key) == 0) return LOOP_KEYS[k].meaning;
  return "";
}

/* The model's settings with their defaults: the loop's are those of a network that says nothing. */
static ls_status default_settings(ls_context *context, int model, struct setting **list, int32_t *count) {
  ls_network *silent = network_create(context);
  if (silent == NULL) return LS_STATUS_OUT_OF_MEMORY;
  struct run_settings settings = settings_default(model, &silent->loop);
  network_destroy(&silent);
  return settings_describe(context, &settings, list, count);
}

static void release_settings(ls_context *context, struct setting *list, int32_t count) {
  for (int32_t k = 0; k < count; k++) {
    context_release(context, list[k].key);
    context_release(context, list[k].value);
  }
  context_release(context, list);
}

static void model_json(struct json *json, const struct ls_model_info *model, const struct setting *setting,
                       int32_t count) {
  json_object_begin(json, NULL);
  json_text(json, "name", model->name);
  json_text(json, "title", model->title);
  json_text(json, "source", model->source);
  json_list_begin(json, "settings");
  for (int32_t k = 0; k < count; k++) {
    json_object_begin(json, NULL);
    json_text(json, "name", setting[k].key);
    json_text(json, "default", setting[k].value);
    json_text(json, "meaning", meaning_of(model, setting[k].key));
    json_object_end(json);
  }
  json_list_end(json);
  json_list_begin(json, "outputs");
  for (int k = 0; model->output[k] != NULL; k++) json_text(json, NULL, model->output[k]);
  json_list_end(json);
  json_object_end(json);
}

static void model_text(struct buffer *buffer, const struct ls_model_info *model, const struct setting *setting,
                       int32_t count) {
  buffer_print(buffer, "%s: %s\n  %s\n", model->name, model->title, model->source);
  for (int32_t k = 0; k < count; k++)
    buffer_print(buffer, "  --set %s=%s  %s\n", setting[k].key, setting[k].value, meaning_of(model, setting[k].key));
}

ls_status ls_models_describe(ls_context *context, ls_format format, ls_text **report) {
  struct json json = json_start(context);
  struct buffer buffer = buffer_start(context);
  ls_status status = LS_STATUS_OK;
  json_list_begin(&json, NULL);
  for (int m = 0; m < LS_MODEL_TOTAL && status == LS_STATUS_OK; m++) {
    struct setting *setting = NULL;
    int32_t count = 0;
    status = default_settings(context, m, &setting, &count);
    model_json(&json, LS_MODELS[m], setting, count);
    model_text(&buffer, LS_MODELS[m], setting, count);
    release_settings(context, setting, count);
  }
  json_list_end(&json);
  if (status == LS_STATUS_OK && format == LS_FORMAT_JSON) {
    buffer_release(&buffer);
    return json_finish(&json, report);
  }
  buffer_release(&json.buffer);
  if (status == LS_STATUS_OK) return buffer_finish(&buffer, report);
  buffer_release(&buffer);
  return status;
}

static ls_status backends_json(ls_context *context, ls_text **report) {
  struct json json = json_start(context);
  json_list_begin(&json, NULL);
  for (int k = 0; k < LS_BACKEND_TOTAL; k++) {
    char reason[REASON_BYTES] = "";
    bool available = LS_BACKENDS[k]->available(reason, sizeof reason);
    json_object_begin(&json, NULL);
    json_text(&json, "name", LS_BACKENDS[k]->name);
    json_flag(&json, "available", available);
    json_text(&json, "reason", reason);
    json_object_end(&json);
  }
  json_list_end(&json);
  return json_finish(&json, report);
}

ls_status ls_backends_describe(ls_context *context, ls_format format, ls_text **report) {
  if (format == LS_FORMAT_JSON) return backends_json(context, report);
  struct buffer buffer = buffer_start(context);
  for (int k = 0; k < LS_BACKEND_TOTAL; k++) {
    char reason[REASON_BYTES] = "";
    bool available = LS_BACKENDS[k]->available(reason, sizeof reason);
    buffer_print(&buffer, "%-6s %-14s %s\n", LS_BACKENDS[k]->name, available ? "available" : "not available", reason);
  }
  return buffer_finish(&buffer, report);
}

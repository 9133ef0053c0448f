/* describe.c - ls_models_describe and ls_backends_describe: what this build offers. */
#include <string.h>

#include "engine/backend.h"
#include "io/buffer.h"
#include "io/json.h"
#include "model.h" /* kernels/ */

enum { REASON_BYTES = 256, SETTINGS_MOST = 4 };

static void setting_json(struct json *json, const struct ls_setting_info *setting) {
  json_object_begin(json, NULL);
  json_text(json, "name", setting->key);
  if (setting->choice[0] != NULL) json_text(json, "default", setting->choice[(int)setting->initial]);
  else json_number(json, "default", setting->initial);
  json_text(json, "meaning", setting->meaning);
  json_object_end(json);
}

static void model_json(struct json *json, const struct ls_model_info *model) {
  json_object_begin(json, NULL);
  json_text(json, "name", model->name);
  json_text(json, "title", model->title);
  json_text(json, "source", model->source);
  json_list_begin(json, "settings");
  for (int k = 0; k < SETTINGS_MOST && model->setting[k].key != NULL; k++) setting_json(json, &model->setting[k]);
  json_list_end(json);
  json_list_begin(json, "outputs");
  for (int k = 0; model->output[k] != NULL; k++) json_text(json, NULL, model->output[k]);
  json_list_end(json);
  json_object_end(json);
}

static ls_status models_json(ls_context *context, ls_text **report) {
  struct json json = json_start(context);
  json_list_begin(&json, NULL);
  for (int m = 0; m < LS_MODEL_TOTAL; m++) model_json(&json, LS_MODELS[m]);
  json_list_end(&json);
  return json_finish(&json, report);
}

ls_status ls_models_describe(ls_context *context, ls_format format, ls_text **report) {
  if (format == LS_FORMAT_JSON) return models_json(context, report);
  struct buffer buffer = buffer_start(context);
  for (int m = 0; m < LS_MODEL_TOTAL; m++) {
    const struct ls_model_info *model = LS_MODELS[m];
    buffer_print(&buffer, "%-16s %s\n%-16s %s\n", model->name, model->title, "", model->source);
    for (int k = 0; k < SETTINGS_MOST && model->setting[k].key != NULL; k++) {
      const struct ls_setting_info *setting = &model->setting[k];
      const char *word = setting->choice[0] != NULL ? setting->choice[(int)setting->initial] : NULL;
      if (word != NULL) buffer_print(&buffer, "%-16s --set %s=%s: %s\n", "", setting->key, word, setting->meaning);
      else buffer_print(&buffer, "%-16s --set %s=%g: %s\n", "", setting->key, setting->initial, setting->meaning);
    }
  }
  return buffer_finish(&buffer, report);
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

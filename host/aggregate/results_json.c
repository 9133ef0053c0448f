/* results_json.c - results as one JSON document, whose keys docs/file-formats.md lists. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "aggregate/results_causes.h"
#include "aggregate/accumulator_fields.h"
#include "aggregate/dependence.h"
#include "aggregate/results_dependence.h"
#include "aggregate/results_draws.h"
#include "aggregate/results_text.h"

const char *const QUANTILE_NAME[QUANTILE_LEVEL_COUNT] = {"0.95", "0.99", "0.999"};

const struct ls_model_info *results_model(const ls_results *results) {
  for (int k = 0; k < LS_MODEL_TOTAL; k++) {
    if (strcmp(LS_MODELS[k]->name, results->identity.model) == 0) return LS_MODELS[k];
  }
  return NULL;
}

bool results_output_is_flag(const ls_results *results, int32_t output) {
  const struct ls_model_info *model = results_model(results);
  return model != NULL && (model->output_flags >> output & 1) != 0;
}

bool results_trace_is_flag(const ls_results *results, int32_t field) {
  const struct ls_model_info *model = results_model(results);
  return model != NULL && (model->trace_flags >> field & 1) != 0;
}

const struct loss_statistics *results_system(const ls_results *results) {
  return results->identity.loss_is_net ? &results->statistics.net : &results->statistics.gross;
}

/* ---- the system --------------------------------------------------------------------------------------------------------------------- */

static void write_tails(struct json *json, const struct loss_statistics *loss) {
  json_object_begin(json, "var");
  for (int k = 0; k < QUANTILE_LEVEL_COUNT; k++) {
    json_object_begin(json, QUANTILE_NAME[k]);
    json_number(json, "value", loss->tail[k].value);
    json_interval(json, "ci95", loss->tail[k].low, loss->tail[k].high);
    json_object_end(json);
  }
  json_object_end(json);
  json_object_begin(json, "es");
  for (int k = 0; k < QUANTILE_LEVEL_COUNT; k++) {
    json_object_begin(json, QUANTILE_NAME[k]);
    json_number(json, "value", loss->tail[k].shortfall);
    json_number(json, "se", loss->tail[k].shortfall_se);
    json_object_end(json);
  }
  json_object_end(json);
}

/* {"mean", "se"} of figure `at`. */
static void write_figure(struct json *json, const ls_results *results, const char *name, int64_t at) {
  json_object_begin(json, name);
  json_number(json, "mean", results->statistics.figure_mean[at]);
  json_number(json, "se", results->statistics.figure_se[at]);
  json_object_end(json);
}

/* What the model measures of the whole system beside losses, where it does. */
static void write_system_figures(struct json *json, const ls_results *results) {
  const struct result_names *names = &results->names;
  const struct accumulator_shape *shape = &results->accumulator->shape;
  int64_t at = (int64_t)names->measure_count * shape->entity_count;
  for (int32_t k = 0; k < names->system_count; k++) write_figure(json, results, names->system[k], at++);
  for (int32_t k = 0; k < names->by_quarter_count; k++) {
    json_list_begin(json, names->by_quarter[k]);
    for (int32_t t = 0; t < shape->quarter_count; t++) write_figure(json, results, NULL, at++);
    json_list_end(json);
  }
}

static void write_measures(struct json *json, const ls_results *results, int32_t i) {
  const struct result_names *names = &results->names;
  if (names->measure_count == 0) return;
  json_object_begin(json, "measures");
  for (int32_t k = 0; k < names->measure_count; k++)
    write_figure(json, results, names->measure[k], (int64_t)k * results->accumulator->shape.entity_count + i);
  json_object_end(json);
}

static void write_system(struct json *json, const ls_results *results) {
  const struct loss_statistics *loss = results_system(results);
  const struct statistics *statistics = &results->statistics;
  json_object_begin(json, "system");
  json_text(json, "loss", results->identity.loss_is_net ? "net" : "gross");
  json_number(json, "loss_mean", loss->mean);
  json_number(json, "loss_mean_se", loss->mean_se);
  json_number(json, "loss_sd", loss->sd);
  json_number(json, "loss_min", loss->minimum);
  json_number(json, "loss_max", loss->maximum);
  json_number(json, "loss_gross_mean", statistics->gross.mean);
  json_number(json, "loss_gross_mean_se", statistics->gross.mean_se);
  json_number(json, "loss_net_mean", statistics->net.mean);
  json_number(json, "loss_net_mean_se", statistics->net.mean_se);
  json_number(json, "default_count_mean", statistics->default_count_mean);
  json_number(json, "default_count_max", statistics->default_count_max);
  write_tails(json, loss);
  json_number(json, "es_distress_share", dependence_distress_share(results));
  write_system_figures(json, results);
  json_object_end(json);
}

/* ---- entities ------------------------------------------------------------------------------------------------------------------------- */

static void write_quarters(struct json *json, const char *key, const ls_results *results, const double *value,
                           int32_t entity) {
  int32_t n = results->accumulator->shape.entity_count;
  if (value == NULL) return;
  json_list_begin(json, key);
  for (int32_t t = 0; t < results->accumulator->shape.quarter_count; t++)
    json_number(json, NULL, value[(int64_t)t * n + entity]);
  json_list_end(json);
}

static void write_entity(struct json *json, const ls_results *results, int32_t i) {
  const struct entity_statistics *entity = &results->statistics.entity[i];
  json_object_begin(json, NULL);
  json_text(json, "id", ls_network_entity_id(results->network, i));
  json_number(json, "default_probability", entity->default_probability);
  json_interval(json, "default_probability_ci95", entity->default_low, entity->default_high);
  json_number(json, "forced_probability", entity->forced_probability);
  json_number(json, "distress_probability", entity->distress_probability);
  json_number(json, "loss_mean", entity->loss_mean);
  json_number(json, "loss_mean_se", entity->loss_mean_se);
  json_number(json, "loss_sd", entity->loss_sd);
  json_number(json, "loss_peak_mean", entity->loss_peak_mean);
  json_object_begin(json, "loss_quantile");
  for (int k = 0; k < QUANTILE_LEVEL_COUNT; k++) json_number(json, QUANTILE_NAME[k], entity->loss_quantile[k]);
  json_object_end(json);
  json_number(json, "es_contribution", entity->es_contribution);
  if (results->loss_at_zero != NULL) json_number(json, "loss_at_zero", results->loss_at_zero[i]);
  if (results->baseline_value != NULL) json_number(json, "baseline_value", results->baseline_value[i]);
  write_quarters(json, "default_probability_by_quarter", results, results->statistics.default_by_quarter, i);
  write_measures(json, results, i);
  json_object_end(json);
}

static void write_lines(struct json *json, const ls_results *results) {
  const struct accumulator *a = results->accumulator;
  int32_t n = a->shape.entity_count;
  json_list_begin(json, "lines");
  for (int32_t k = 0; k < results->names.line_count && k < a->shape.line_count; k++) {
    fixed sum = 0;
    for (int32_t i = 0; i < n; i++) sum += a->line_sum[(int64_t)k * n + i];
    json_object_begin(json, NULL);
    json_text(json, "name", results->names.line[k]);
    json_number(json, "loss_mean", fixed_mean(sum, accumulator_count(a), a->bound_exponent));
    json_number(json, "es_contribution", dependence_line_contribution(results, k));
    json_object_end(json);
  }
  json_list_end(json);
}

/* ---- scenarios in full detail ---------------------------------------------------------------------------------------------------------- */

static void write_value(struct json *json, const char *key, double value, bool is_flag) {
  if (is_flag) {
    json_flag(json, key, value > 0);
  } else {
    json_number(json, key, value);
  }
}

static bool has_output(const ls_results *results, const char *name) {
  for (int32_t k = 0; k < results->names.detail_count; k++) {
    if (strcmp(results->names.detail[k], name) == 0) return true;
  }
  return false;
}

static void write_scenario_entities(struct json *json, const ls_results *results, const struct kept_scenario *kept) {
  int32_t n = results->accumulator->shape.entity_count;
  bool own_loss = has_output(results, "loss");
  json_list_begin(json, "entities");
  for (int32_t i = 0; i < n; i++) {
    json_object_begin(json, NULL);
    json_text(json, "id", ls_network_entity_id(results->network, i));
    for (int32_t k = 0; kept->detail != NULL && k < results->names.detail_count; k++) {
      write_value(json, results->names.detail[k], kept->detail[(int64_t)k * n + i], results_output_is_flag(results, k));
    }
    if (kept->loss != NULL && !own_loss) json_number(json, "loss", kept->loss[i]);
    causes_entity_json(json, results, kept, i);
    json_object_end(json);
  }
  json_list_end(json);
}

static void write_scenario_assets(struct json *json, const ls_results *results, const struct kept_scenario *kept) {
  int32_t count = results->network->asset_count;
  if (kept->asset == NULL) return;
  json_list_begin(json, "assets");
  for (int32_t m = 0; m < count; m++) {
    json_object_begin(json, NULL);
    json_text(json, "id", network_text(results->network, TABLE_ASSETS, "id", m));
    for (int32_t k = 0; k < results->names.asset_output_count; k++)
      json_number(json, results->names.asset_output[k], kept->asset[(int64_t)k * count + m]);
    json_object_end(json);
  }
  json_list_end(json);
}

static void write_scenario_lines(struct json *json, const ls_results *results, const struct kept_scenario *kept) {
  int32_t n = results->accumulator->shape.entity_count;
  if (kept->line == NULL || results->names.line_count == 0) return;
  json_list_begin(json, "lines");
  for (int32_t k = 0; k < results->names.line_count; k++) {
    double sum = 0;
    for (int32_t i = 0; i < n; i++) sum += kept->line[(int64_t)k * n + i];
    json_object_begin(json, NULL);
    json_text(json, "name", results->names.line[k]);
    json_number(json, "loss", sum);
    json_object_end(json);
  }
  json_list_end(json);
}

static void write_trace(struct json *json, const ls_results *results, const struct kept_scenario *kept) {
  int64_t n = results->accumulator->shape.entity_count, fields = results->names.trace_count;
  if (kept->trace == NULL) return;
  json_list_begin(json, "quarters");
  for (int32_t t = 0; t < results->accumulator->shape.quarter_count; t++) {
    json_object_begin(json, NULL);
    json_whole(json, "quarter", t);
    json_list_begin(json, "entities");
    for (int32_t i = 0; i < n; i++) {
      json_object_begin(json, NULL);
      json_text(json, "id", ls_network_entity_id(results->network, i));
      for (int32_t f = 0; f < fields; f++) {
        write_value(json, results->names.trace[f], kept->trace[(t * fields + f) * n + i],
                    results_trace_is_flag(results, f));
      }
      json_object_end(json);
    }
    json_list_end(json);
    json_object_end(json);
  }
  json_list_end(json);
}

static void write_scenario(struct json *json, const ls_results *results, const struct kept_scenario *kept) {
  char number[32];
  (void)snprintf(number, sizeof number, "%lld", (long long)kept->number);
  json_object_begin(json, NULL);
  json_text(json, "id", kept->id != NULL && kept->id[0] != '\0' ? kept->id : number);
  json_number(json, "system_loss", results->identity.loss_is_net ? kept->loss_net : kept->loss_gross);
  json_number(json, "loss_gross", kept->loss_gross);
  json_number(json, "loss_net", kept->loss_net);
  json_whole(json, "default_count", kept->default_count);
  json_whole(json, "iterations", kept->iterations);
  json_flag(json, "converged", kept->converged);
  if (results->draws.count > 0) json_whole(json, "assumption_draw", scenario_draw(kept->number, results->draws.count));
  if (!isnan(kept->audit)) json_number(json, "audit", kept->audit);
  if (!isnan(kept->margin)) {
    json_number(json, "margin", kept->margin);
    json_text(json, "margin_entity", ls_network_entity_id(results->network, (int32_t)kept->margin_entity));
  }
  causes_json(json, results, kept);
  write_scenario_entities(json, results, kept);
  write_scenario_assets(json, results, kept);
  write_scenario_lines(json, results, kept);
  write_trace(json, results, kept);
  json_object_end(json);
}

/* ---- the whole ---------------------------------------------------------------------------------------------------------------------------- */

void results_settings_json(struct json *json, const struct run_identity *identity) {
  json_object_begin(json, "settings");
  for (int32_t k = 0; k < identity->setting_count; k++)
    json_text(json, identity->setting[k].key, identity->setting[k].value);
  json_object_end(json);
}

void results_inputs_json(struct json *json, const ls_network *network, const struct run_identity *identity) {
  json_list_begin(json, "inputs");
  for (int32_t k = 0; k < network->file_count; k++)
    json_hashed_file(json, network->file[k].file, network->file[k].sha256);
  if (identity != NULL && identity->scenario_file[0] != '\0')
    json_hashed_file(json, identity->scenario_file, identity->scenario_sha256);
  json_list_end(json);
}

static void write_heading(struct json *json, const ls_results *results) {
  const struct run_identity *identity = &results->identity;
  int64_t count = accumulator_count(results->accumulator);
  json_text(json, "model", identity->model);
  json_text(json, "backend", identity->backend);
  json_text(json, "network", ls_network_name(results->network));
  json_text(json, "currency", results->network->currency);
  json_text(json, "unit", results->network->unit);
  json_whole(json, "scenario_count", identity->scenario_count);
  json_whole(json, "converged", results->accumulator->converged_count);
  json_whole(json, "not_converged", count - results->accumulator->converged_count);
  json_whole(json, "not_finite", results->accumulator->nonfinite_count);
  json_whole(json, "clips", results->accumulator->clip_count);
  json_text(json, "digest", results->digest);
  json_whole(json, "shard_index", identity->shard_index);
  json_whole(json, "shard_count", identity->shard_count);
  if (!results->explicit_scenarios) json_seed(json, "seed", identity->seed);
  results_settings_json(json, identity);
}

void results_json(struct json *json, const ls_results *results) {
  json_object_begin(json, NULL);
  write_heading(json, results);
  if (results->statistics.entity != NULL) {
    write_system(json, results);
    json_list_begin(json, "entities");
    for (int32_t i = 0; i < results->accumulator->shape.entity_count; i++) write_entity(json, results, i);
    json_list_end(json);
    write_lines(json, results);
    dependence_json(json, results);
  }
  draws_json(json, results);
  if (results->kept_count > 0) {
    json_list_begin(json, "scenarios");
    for (int32_t k = 0; k < results->kept_count; k++) write_scenario(json, results, &results->kept[k]);
    json_list_end(json);
  }
  json_object_end(json);
}

ls_status ls_results_describe(ls_context *context, const ls_results *results, ls_format format, ls_text **report) {
  if (format == LS_FORMAT_JSON) {
    struct json json = json_start(context);
    results_json(&json, results);
    return json_finish(&json, report);
  }
  struct buffer buffer = buffer_start(context);
  ls_status status = results_summary(context, &buffer, results);
  if (status == LS_STATUS_OK) return buffer_finish(&buffer, report);
  buffer_release(&buffer);
  return status;
}

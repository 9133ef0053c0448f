/* results_draws_json.c - draws of the assumptions in the JSON document. */
#include "aggregate/accumulator_fields.h"
#include "aggregate/results_draws.h"
#include "aggregate/results_measures.h"
#include "aggregate/results_text.h"

const char *draws_band_name(const ls_results *results) { return results->draws.count < BAND_DRAWS ? "all" : "5-95 %"; }

const char *draws_text(const ls_results *results, int32_t j, const char *column) {
  return network_text(results->network, TABLE_ASSUMPTIONS, column, results->draws.row[j]);
}

static void write_band(struct json *json, const char *key, const struct band *band) {
  json_object_begin(json, key);
  json_number(json, "median", band->median);
  json_number(json, "low", band->low);
  json_number(json, "high", band->high);
  json_object_end(json);
}

static void write_levels(struct json *json, const char *key, const struct band band[QUANTILE_LEVEL_COUNT]) {
  json_object_begin(json, key);
  for (int q = 0; q < QUANTILE_LEVEL_COUNT; q++) write_band(json, QUANTILE_NAME[q], &band[q]);
  json_object_end(json);
}

/* The figures of one kind: of the system, a list by quarter, or those of entity i. */
static void write_figures(struct json *json, const ls_results *results, enum figure_kind kind, int32_t i) {
  const struct band *band = results->statistics.draws.figure;
  struct figure figure;
  for (int32_t k = 0; band != NULL && results_figure(results, k, &figure); k++) {
    if (figure.kind != kind) continue;
    if (kind != FIGURE_BY_QUARTER) {
      write_band(json, figure.name, &band[figure.at + i]);
      continue;
    }
    json_list_begin(json, figure.name);
    for (int64_t t = 0; t < figure.count; t++) write_band(json, NULL, &band[figure.at + t]);
    json_list_end(json);
  }
}

static void write_system(struct json *json, const ls_results *results) {
  const struct draw_statistics *draws = &results->statistics.draws;
  json_object_begin(json, "system");
  write_band(json, "loss_mean", &draws->mean);
  write_levels(json, "var", draws->value);
  write_levels(json, "es", draws->shortfall);
  write_band(json, "default_count_mean", &draws->default_count_mean);
  write_figures(json, results, FIGURE_OF_SYSTEM, 0);
  write_figures(json, results, FIGURE_BY_QUARTER, 0);
  json_object_end(json);
}

static void write_entities(struct json *json, const ls_results *results) {
  const struct draw_statistics *draws = &results->statistics.draws;
  json_list_begin(json, "entities");
  for (int32_t i = 0; i < results->accumulator->shape.entity_count; i++) {
    json_object_begin(json, NULL);
    json_text(json, "id", ls_network_entity_id(results->network, i));
    write_band(json, "default_probability", &draws->entity[i].default_probability);
    write_band(json, "loss_mean", &draws->entity[i].loss_mean);
    if (draws->figure != NULL && results->names.measure_count > 0) {
      json_object_begin(json, "measures");
      write_figures(json, results, FIGURE_BY_ENTITY, i);
      json_object_end(json);
    }
    json_object_end(json);
  }
  json_list_end(json);
}

static void write_shares(struct json *json, const ls_results *results) {
  const struct draw_statistics *draws = &results->statistics.draws;
  json_list_begin(json, "variance_shares");
  for (int32_t j = 0; j < results->draws.row_count; j++) {
    json_object_begin(json, NULL);
    json_text(json, "id", draws_text(results, j, "id"));
    json_text(json, "target", draws_text(results, j, "target"));
    json_text(json, "parameter", draws_text(results, j, "parameter"));
    json_number(json, "loss_mean", draws->share_of_mean[j]);
    json_number(json, "es_0.99", draws->share_of_shortfall[j]);
    json_object_end(json);
  }
  json_list_end(json);
  json_object_begin(json, "variance_share_by_chance");
  json_number(json, "loss_mean", draws->chance_of_mean);
  json_number(json, "es_0.99", draws->chance_of_shortfall);
  json_object_end(json);
}

static void write_gate(struct json *json, const ls_results *results) {
  const struct draw_statistics *draws = &results->statistics.draws;
  json_list_begin(json, "baseline_gate");
  for (int32_t i = 0; i < results->accumulator->shape.entity_count; i++) {
    json_object_begin(json, NULL);
    json_text(json, "id", ls_network_entity_id(results->network, i));
    json_number(json, "share", draws->entity[i].baseline_either);
    json_number(json, "default_share", draws->entity[i].baseline_default);
    json_number(json, "distress_share", draws->entity[i].baseline_distress);
    json_object_end(json);
  }
  json_list_end(json);
}

void draws_json(struct json *json, const ls_results *results) {
  if (results->draws.count == 0) return;
  json_object_begin(json, "draws");
  json_whole(json, "count", results->draws.count);
  json_whole(json, "redrawn", results->draws.redrawn);
  json_text(json, "band", draws_band_name(results));
  if (results->statistics.draws.system != NULL) {
    write_system(json, results);
    write_entities(json, results);
    write_shares(json, results);
    write_gate(json, results);
  }
  json_object_end(json);
}

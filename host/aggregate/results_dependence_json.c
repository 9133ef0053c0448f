/* results_dependence_json.c - joint defaults and dependence in the JSON document. */
#include <math.h>

#include "aggregate/accumulator_fields.h"
#include "aggregate/dependence.h"
#include "aggregate/results_dependence.h"

static void write_pair(struct json *json, const ls_results *results, int32_t i, int32_t j) {
  struct default_pair pair;
  if (!dependence_lists(results, i, j) || !dependence_pair(results, i, j, &pair)) return;
  json_object_begin(json, NULL);
  json_text(json, "i", ls_network_entity_id(results->network, i));
  json_text(json, "j", ls_network_entity_id(results->network, j));
  json_whole(json, "count", pair.both);
  json_number(json, "p_joint", pair.joint);
  json_interval(json, "p_joint_ci95", pair.joint_low, pair.joint_high);
  json_number(json, "p_j_given_i", pair.given);
  json_interval(json, "p_j_given_i_ci95", pair.given_low, pair.given_high);
  json_object_end(json);
}

static void write_dependence(struct json *json, const ls_results *results, double value, int32_t k) {
  const struct dependence on = dependence_on(results, value, k);
  json_object_begin(json, NULL);
  json_text(json, "id", ls_network_entity_id(results->network, k));
  json_whole(json, "default_count", on.default_count);
  json_number(json, "others_loss_mean", on.others_mean);
  json_number(json, "others_loss_mean_se", on.others_se);
  json_number(json, "others_loss_share", on.others_share);
  json_number(json, "es_share", on.shortfall_share);
  if (results->accumulator->given_sum != NULL) {
    json_list_begin(json, "loss_mean_given_default");
    for (int32_t i = 0; i < results->accumulator->shape.entity_count; i++)
      json_number(json, NULL, dependence_loss_given(results, k, i));
    json_list_end(json);
  }
  json_object_end(json);
}

void dependence_json(struct json *json, const ls_results *results) {
  const int32_t n = results->accumulator->shape.entity_count;
  if (results->accumulator->joint != NULL) {
    json_list_begin(json, "joint_defaults");
    for (int32_t i = 0; i < n; i++)
      for (int32_t j = 0; j < n; j++) write_pair(json, results, i, j);
    json_list_end(json);
  }
  const double value = dependence_value(results);
  json_list_begin(json, "dependence");
  for (int32_t k = 0; k < n; k++) write_dependence(json, results, value, k);
  json_list_end(json);
}

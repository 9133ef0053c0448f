/* flow_figures.c - the matrices of flows between entities, for the drawing of bands and ribbons. */
#include "report/figures.h"

static void matrix(const struct flow_set *flows, struct json *json, const char *key, const double *amount) {
  if (amount == NULL) {
    json_nothing(json, key);
    return;
  }
  json_list_begin(json, key);
  for (int32_t r = 0; r < flows->row_count; r++)
    figures_numbers(json, NULL, amount + (int64_t)r * flows->row_count, flows->row_count, 1);
  json_list_end(json);
}

void figures_flows(const struct view *view, struct json *json) {
  const struct flow_set *flows = &view->flows;
  if (flows->basis_count == 0) {
    json_nothing(json, "flows");
    return;
  }
  json_object_begin(json, "flows");
  json_list_begin(json, "row");
  for (int32_t r = 0; r < flows->row_count; r++) json_whole(json, NULL, flows->row[r]);
  json_list_end(json);
  json_list_begin(json, "bases");
  for (int k = 0; k < flows->basis_count; k++) {
    const struct flow_basis *basis = &flows->basis[k];
    json_object_begin(json, NULL);
    json_text(json, "name", basis->name);
    json_text(json, "title", basis->title);
    json_number(json, "total", basis->total);
    json_number(json, "outside", basis->outside);
    matrix(flows, json, "amount", basis->amount);
    matrix(flows, json, "invested", basis->invested);
    json_object_end(json);
  }
  json_list_end(json);
  json_object_end(json);
}

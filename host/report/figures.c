/* figures.c - data of the charts as JSON: every number in full, NaN as null. Words and tables are written elsewhere. */
#include "report/figures.h"

#include <math.h>

#include "aggregate/results_measures.h"
#include "report/definitions.h"
#include "report/links.h"
#include "report/sections.h"

static void entities(const struct view *view, struct json *json) {
  json_list_begin(json, "entities");
  for (int32_t k = 0; k < view->entity_count; k++) {
    const struct entity_statistics *entity = &view->results->statistics.entity[k];
    const char *sector = network_text(view->network, TABLE_ENTITIES, "sector", k);
    json_object_begin(json, NULL);
    json_text(json, "id", network_entity_id(view->network, k));
    json_text(json, "name", view_name(view, k));
    json_text(json, "sector", sector ? sector : "");
    json_number(json, "value", view->results->baseline_value[k]);
    json_number(json, "default", entity->default_probability);
    json_number(json, "loss", entity->loss_mean);
    json_number(json, "loss_se", view->drawn ? entity->loss_mean_se : NAN);
    json_object_end(json);
  }
  json_list_end(json);
}

static void layers(const struct link_set *set, int64_t drawn, struct json *json) {
  int64_t drawn_count[LINK_LAYERS] = {0};
  for (int64_t k = 0; k < drawn; k++) drawn_count[set->link[k].layer]++;
  json_list_begin(json, "layers");
  for (int k = 0; k < LINK_LAYERS; k++) {
    json_object_begin(json, NULL);
    json_text(json, "name", LINK_LAYER[k].name);
    json_text(json, "title", LINK_LAYER[k].title);
    json_text(json, "direction", LINK_LAYER[k].direction);
    json_whole(json, "count", set->layer_count[k]);
    json_whole(json, "drawn", drawn_count[k]);
    json_whole(json, "outside", set->outside_count[k]);
    json_object_end(json);
  }
  json_list_end(json);
}

/* Links as rows of [layer, from, to, amount, weight]: a fifth of the bytes of objects. */
static void map(const struct link_set *set, struct json *json) {
  int64_t drawn = set->count < LINKS_DRAWN ? set->count : LINKS_DRAWN;
  json_object_begin(json, "map");
  layers(set, drawn, json);
  json_list_begin(json, "links");
  for (int64_t k = 0; k < drawn; k++) {
    const struct map_link *link = &set->link[k];
    json_list_begin(json, NULL);
    json_whole(json, NULL, link->layer);
    json_whole(json, NULL, link->from);
    json_whole(json, NULL, link->to);
    json_number(json, NULL, link->amount);
    json_number(json, NULL, link->weight);
    json_list_end(json);
  }
  json_list_end(json);
  json_whole(json, "left_out", set->count - drawn);
  json_object_end(json);
}

static void tail(const struct loss_statistics *loss, struct json *json) {
  json_list_begin(json, "tail");
  for (int k = 0; k < QUANTILE_LEVEL_COUNT; k++) {
    json_object_begin(json, NULL);
    json_number(json, "level", QUANTILE_LEVEL[k]);
    json_number(json, "var", loss->tail[k].value);
    json_number(json, "low", loss->tail[k].low);
    json_number(json, "high", loss->tail[k].high);
    json_number(json, "es", loss->tail[k].shortfall);
    json_number(json, "es_se", loss->tail[k].shortfall_se);
    json_object_end(json);
  }
  json_list_end(json);
}

static void distribution(const struct view *view, struct json *json) {
  const struct histogram *histogram = &view->histogram;
  if (histogram->bin_count == 0) {
    json_nothing(json, "distribution");
    return;
  }
  json_object_begin(json, "distribution");
  json_text(json, "kind", view->loss_kind);
  json_number(json, "low", histogram->low);
  json_number(json, "width", histogram->width);
  json_whole(json, "total", histogram->total);
  json_list_begin(json, "count");
  for (int k = 0; k < histogram->bin_count; k++) json_whole(json, NULL, histogram->count[k]);
  json_list_end(json);
  json_number(json, "mean", view->loss->mean);
  json_number(json, "mean_se", view->loss->mean_se);
  tail(view->loss, json);
  json_object_end(json);
}

static void quarters(const struct view *view, struct json *json) {
  if (!view->quarters) {
    json_nothing(json, "quarters");
    return;
  }
  int32_t rows = view->entity_count < HEAT_ROWS ? view->entity_count : HEAT_ROWS;
  json_object_begin(json, "quarters");
  json_whole(json, "count", view->quarter_count);
  json_list_begin(json, "entity");
  for (int32_t row = 0; row < rows; row++) json_whole(json, NULL, view->by_default[row]);
  json_list_end(json);
  json_list_begin(json, "probability");
  for (int32_t row = 0; row < rows; row++) {
    json_list_begin(json, NULL);
    for (int32_t quarter = 0; quarter < view->quarter_count; quarter++) {
      int64_t at = (int64_t)quarter * view->entity_count + view->by_default[row];
      json_number(json, NULL, view->results->statistics.default_by_quarter[at]);
    }
    json_list_end(json);
  }
  json_list_end(json);
  json_object_end(json);
}

static void lines(const struct view *view, struct json *json) {
  if (view->line_count == 0) {
    json_nothing(json, "lines");
    return;
  }
  json_object_begin(json, "lines");
  json_list_begin(json, "name");
  for (int32_t k = 0; k < view->line_count; k++) json_text(json, NULL, view->results->names.line[k]);
  json_list_end(json);
  json_list_begin(json, "loss");
  for (int32_t k = 0; k < view->line_count; k++) json_number(json, NULL, view->line_total[k]);
  json_list_end(json);
  json_number(json, "sum", view->line_sum);
  json_list_begin(json, "shown");
  for (int32_t k = 0; k < view->line_count; k++) json_whole(json, NULL, view->line_shown[k]);
  json_list_end(json);
  json_whole(json, "sum_shown", view->line_sum_shown);
  json_object_end(json);
}

static void bars(const struct view *view, struct json *json) {
  json_list_begin(json, "bars");
  for (int32_t k = 0; k < view->entity_count && k < BAR_ROWS; k++) json_whole(json, NULL, view->by_loss[k]);
  json_list_end(json);
}

static void cases(const struct view *view, struct json *json) {
  bool net = view->results->identity.loss_is_net;
  json_list_begin(json, "cases");
  for (int32_t k = 0; !view->drawn && k < view->results->kept_count && k < SCENARIO_ROWS; k++) {
    const struct kept_scenario *kept = &view->results->kept[k];
    json_object_begin(json, NULL);
    json_text(json, "id", kept->id ? kept->id : "");
    json_number(json, "loss", net ? kept->loss_net : kept->loss_gross);
    json_whole(json, "defaults", kept->default_count);
    json_object_end(json);
  }
  json_list_end(json);
}

void figures_numbers(struct json *json, const char *key, const double *value, int64_t count, int64_t stride) {
  json_list_begin(json, key);
  for (int64_t k = 0; k < count; k++) json_number(json, NULL, value != NULL ? value[k * stride] : NAN);
  json_list_end(json);
}

/* Parts of the gross losses of kept scenarios, causes in the order of the names. */
static void causes(const struct view *view, struct json *json) {
  const struct result_names *names = &view->results->names;
  int32_t rows = 0;
  if (causes_shown_count(view) == 0) {
    json_nothing(json, "causes");
    return;
  }
  json_object_begin(json, "causes");
  json_list_begin(json, "name");
  for (int32_t c = 0; c < names->cause_count; c++) {
    const struct definition *known = cause_definition_of(names->cause[c]);
    json_text(json, NULL, known != NULL ? known->title : names->cause[c]);
  }
  json_list_end(json);
  json_list_begin(json, "scenarios");
  for (int32_t k = 0; k < view->results->kept_count && rows < CAUSE_ROWS; k++) {
    const struct kept_scenario *kept = &view->results->kept[k];
    if (!causes_shown(view, k)) continue;
    json_object_begin(json, NULL);
    json_text(json, "id", kept->id ? kept->id : "");
    json_number(json, "loss_gross", kept->loss_gross);
    figures_numbers(json, "loss", kept->cause_gross, names->cause_count, 1);
    json_object_end(json);
    rows++;
  }
  json_list_end(json);
  json_object_end(json);
}

/* Numbers of the whole system by quarter; low and high over the draws of the assumptions, null without. */
static void by_quarter(const struct view *view, struct json *json) {
  enum { BAND_STRIDE = sizeof(struct band) / sizeof(double) };
  const struct statistics *statistics = &view->results->statistics;
  struct figure figure;
  json_list_begin(json, "by_quarter");
  for (int32_t k = 0; results_figure(view->results, k, &figure); k++) {
    if (figure.kind != FIGURE_BY_QUARTER) continue;
    const struct definition *known = definition_of(figure.name);
    const struct band *band = statistics->draws.figure == NULL ? NULL : statistics->draws.figure + figure.at;
    json_object_begin(json, NULL);
    json_text(json, "title", known != NULL ? known->title : figure.name);
    json_text(json, "unit", figure.unit != NULL ? figure.unit : view->unit);
    figures_numbers(json, "mean", statistics->figure_mean + figure.at, figure.count, 1);
    figures_numbers(json, "se", view->drawn ? statistics->figure_se + figure.at : NULL, figure.count, 1);
    figures_numbers(json, "low", band == NULL ? NULL : &band->low, figure.count, BAND_STRIDE);
    figures_numbers(json, "high", band == NULL ? NULL : &band->high, figure.count, BAND_STRIDE);
    json_object_end(json);
  }
  json_list_end(json);
}

static void document(const struct view *view, const struct link_set *set, struct json *json) {
  json_object_begin(json, NULL);
  json_text(json, "unit", view->unit);
  json_whole(json, "decimals", view->decimals);
  json_whole(json, "entity_decimals", view->entity_decimals);
  json_flag(json, "drawn", view->drawn);
  json_whole(json, "scenario_count", view->scenario_count);
  entities(view, json);
  map(set, json);
  distribution(view, json);
  quarters(view, json);
  lines(view, json);
  by_quarter(view, json);
  bars(view, json);
  cases(view, json);
  causes(view, json);
  figures_flows(view, json);
  figures_impact(view, json);
  figures_matrix(view, json);
  figures_paths(view, json);
  figures_factors(view, json);
  figures_sweeps(view, json);
  json_object_end(json);
}

/* '<' stands in texts alone, where its escape means the same; without it nothing looks like a tag. */
static void write_without_tags(struct buffer *page, const char *json) {
  const char *from = json;
  for (const char *at = json; *at; at++) {
    if (*at != '<') continue;
    buffer_add(page, from, (size_t)(at - from));
    buffer_text(page, "\\u003c");
    from = at + 1;
  }
  buffer_text(page, from);
}

ls_status write_figures(const struct view *view, struct buffer *page) {
  struct link_set set;
  ls_text *text = NULL;
  ls_status status = links_collect(view, &set);
  if (status != LS_STATUS_OK) return status;
  struct json json = json_start(view->context);
  document(view, &set, &json);
  links_release(view, &set);
  status = json_finish(&json, &text);
  if (status == LS_STATUS_OK) write_without_tags(page, ls_text_data(text));
  ls_text_destroy(&text);
  return status;
}

/* dependence_figures.c - how often each fails against what the others lose meanwhile, and who loses with whom. */
#include <math.h>

#include "aggregate/dependence.h"
#include "report/figures.h"

static void disc(const struct view *view, int32_t entity, struct json *json) {
  const struct dependence on = dependence_on(view->results, view->baseline_total, entity);
  if (!isfinite(on.others_mean)) return; /* it never defaults */
  json_object_begin(json, NULL);
  json_whole(json, "entity", entity);
  json_whole(json, "count", on.default_count);
  json_number(json, "default", view->results->statistics.entity[entity].default_probability);
  json_number(json, "lost", on.others_mean);
  json_number(json, "lost_se", on.others_se);
  json_number(json, "share", on.others_share);
  json_object_end(json);
}

static bool is_frequent(const struct view *view, int32_t entity) {
  for (int32_t row = 0; row < view->defaulting_count && row < IMPACT_ROWS; row++)
    if (view->by_default[row] == entity) return true;
  return false;
}

void figures_impact(const struct view *view, struct json *json) {
  json_list_begin(json, "impact");
  for (int32_t row = 0; view->drawn && row < view->defaulting_count && row < IMPACT_ROWS; row++)
    disc(view, view->by_default[row], json);
  for (int32_t row = 0; view->drawn && row < view->entity_count && row < IMPACT_ROWS; row++)
    if (!is_frequent(view, view->by_loss[row])) disc(view, view->by_loss[row], json);
  json_list_end(json);
}

/* Those who default often enough that people are told of it: the first of by_default. */
static int32_t column_count(const struct view *view) {
  int32_t count = 0;
  while (count < view->defaulting_count && count < MATRIX_ROWS &&
         dependence_on(view->results, view->baseline_total, view->by_default[count]).default_count >=
             DEPENDENCE_EVENTS_TOLD)
    count++;
  return count;
}

bool has_matrix_of_losses(const struct view *view) {
  return view->drawn && column_count(view) > 0 &&
         isfinite(dependence_loss_given(view->results, view->by_default[0], view->by_loss[0]));
}

bool has_matrix_of_defaults(const struct view *view) {
  struct default_pair pair;
  return !has_matrix_of_losses(view) && view->drawn && column_count(view) > 1 &&
         dependence_pair(view->results, view->by_default[0], view->by_default[1], &pair);
}

bool has_impact(const struct view *view) {
  return view->drawn && view->defaulting_count > 0 &&
         isfinite(dependence_on(view->results, view->baseline_total, view->by_default[0]).others_mean);
}

/* How often the row's entity defaults where the column's does. */
static double default_given(const struct view *view, int32_t column, int32_t row) {
  struct default_pair pair;
  return dependence_pair(view->results, column, row, &pair) ? pair.given : NAN;
}

/* Losses over the baseline value, rows by loss; where those are not kept, defaults, rows and columns alike. */
void figures_matrix(const struct view *view, struct json *json) {
  const bool losses = has_matrix_of_losses(view);
  const int32_t columns = column_count(view), most = losses ? view->entity_count : columns;
  const int32_t rows = most < MATRIX_ROWS ? most : MATRIX_ROWS, *by_row = losses ? view->by_loss : view->by_default;
  if (!losses && !has_matrix_of_defaults(view)) {
    json_nothing(json, "matrix");
    return;
  }
  json_object_begin(json, "matrix");
  json_flag(json, "losses", losses);
  json_list_begin(json, "row");
  for (int32_t r = 0; r < rows; r++) json_whole(json, NULL, by_row[r]);
  json_list_end(json);
  json_list_begin(json, "column");
  for (int32_t c = 0; c < columns; c++) json_whole(json, NULL, view->by_default[c]);
  json_list_end(json);
  json_list_begin(json, "share");
  for (int32_t r = 0; r < rows; r++) {
    const double value = view->results->baseline_value[by_row[r]];
    json_list_begin(json, NULL);
    for (int32_t c = 0; c < columns; c++) {
      const int32_t column = view->by_default[c];
      const double loss = losses && value > 0 ? dependence_loss_given(view->results, column, by_row[r]) / value : NAN;
      json_number(json, NULL, losses ? loss : default_given(view, column, by_row[r]));
    }
    json_list_end(json);
  }
  json_list_end(json);
  json_object_end(json);
}

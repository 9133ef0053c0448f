/* path_figures.c - fans of what goes on quarter by quarter, and the paths of the kept scenarios. */
#include "report/figures.h"

/* Of the value alone the baseline is known, all entities together or one. */
static void baseline(const struct view *view, int field, int32_t row, struct json *json) {
  const int32_t entity = view->paths.row[row], n = view->entity_count;
  json_list_begin(json, "baseline");
  for (int32_t t = 0; field == 0 && t < view->paths.quarter_count; t++) {
    const double *value = view->results->baseline_path + (int64_t)t * n;
    double sum = 0;
    for (int32_t i = 0; i < n; i++) sum += entity == PATH_ALL || entity == i ? value[i] : 0;
    json_number(json, NULL, sum);
  }
  json_list_end(json);
}

static void bands(const struct view *view, int field, int32_t row, struct json *json) {
  json_list_begin(json, "band");
  for (int b = 0; b < PATH_BANDS && view->paths.sample_count > 0; b++) {
    json_list_begin(json, NULL);
    for (int32_t t = 0; t < view->paths.quarter_count; t++)
      json_number(json, NULL, paths_quantile(&view->paths, field, row, t, PATH_LEVEL[b]));
    json_list_end(json);
  }
  json_list_end(json);
}

static void kept(const struct view *view, int field, int32_t row, struct json *json) {
  const struct path_set *paths = &view->paths;
  json_list_begin(json, "kept");
  for (int32_t k = 0; k < paths->kept_count; k++)
    figures_numbers(json, NULL, paths->kept + paths_at(paths, field, row, 0) * paths->kept_count + k,
                    paths->quarter_count, paths->kept_count);
  json_list_end(json);
}

void figures_paths(const struct view *view, struct json *json) {
  const struct path_set *paths = &view->paths;
  if (paths->row_count == 0) {
    json_nothing(json, "paths");
    return;
  }
  json_object_begin(json, "paths");
  json_whole(json, "sample", paths->sample_count);
  figures_numbers(json, "level", PATH_LEVEL, PATH_BANDS, 1);
  json_list_begin(json, "id");
  for (int32_t k = 0; k < paths->kept_count; k++) json_text(json, NULL, view->results->kept[k].id);
  json_list_end(json);
  json_list_begin(json, "panel");
  for (int32_t row = 0; row < paths->row_count; row++)
    for (int field = 0; field < PATH_FIELDS; field++) {
      json_object_begin(json, NULL);
      json_whole(json, "entity", paths->row[row]);
      json_text(json, "field", PATH_FIELD[field]);
      baseline(view, field, row, json);
      bands(view, field, row, json);
      kept(view, field, row, json);
      json_object_end(json);
    }
  json_list_end(json);
  json_object_end(json);
}

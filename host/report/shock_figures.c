/* shock_figures.c - losses against the size of what hits: the level of a common factor, or the sizes of one shock that
 * a scenario file goes through. */
#include <math.h>

#include "report/figures.h"
#include "report/story.h"

static void curve(const struct factor_curve *curve, struct json *json) {
  const struct factor_bin *bin = curve->bin;
  enum { STRIDE = sizeof(struct factor_bin) / sizeof(double) };
  json_object_begin(json, NULL);
  json_text(json, "name", curve->name);
  figures_numbers(json, "loss", &bin->loss_mean, FACTOR_BINS, STRIDE);
  figures_numbers(json, "loss_se", &bin->loss_se, FACTOR_BINS, STRIDE);
  figures_numbers(json, "any_default", &bin->any_default, FACTOR_BINS, STRIDE);
  json_object_end(json);
}

void figures_factors(const struct view *view, struct json *json) {
  json_list_begin(json, "factors");
  for (int32_t f = 0; f < view->shocks.curve_count; f++) curve(&view->shocks.curve[f], json);
  json_list_end(json);
}

static void sweep_point(const struct view *view, int32_t k, struct json *json) {
  const struct kept_scenario *kept = &view->results->kept[k];
  json_object_begin(json, NULL);
  json_text(json, "id", kept->id ? kept->id : "");
  json_number(json, "value", view->shocks.sweep_value[k]);
  json_number(json, "loss", view->results->identity.loss_is_net ? kept->loss_net : kept->loss_gross);
  json_whole(json, "defaults", kept->default_count);
  json_object_end(json);
}

/* The name is that of the first shock, and of how many more there are. */
static void sweep(const struct view *view, int32_t first, struct json *json) {
  struct buffer name = buffer_start(view->context);
  story_sweep_name(view, &name, first);
  json_object_begin(json, NULL);
  json_text(json, "name", name.data != NULL ? name.data : "");
  json_list_begin(json, "point");
  for (int32_t k = first; k < view->results->kept_count && k < SWEEP_SCENARIOS; k++)
    if (view->shocks.sweep[k] == first) sweep_point(view, k, json);
  json_list_end(json);
  json_object_end(json);
  buffer_release(&name);
}

void figures_sweeps(const struct view *view, struct json *json) {
  json_list_begin(json, "sweeps");
  for (int32_t k = 0; k < view->results->kept_count; k++)
    if (shocks_sweep_length(&view->shocks, view->results, k) > 0) sweep(view, k, json);
  json_list_end(json);
}

bool has_sweeps(const struct view *view) {
  for (int32_t k = 0; k < view->results->kept_count; k++)
    if (shocks_sweep_length(&view->shocks, view->results, k) > 0) return true;
  return false;
}

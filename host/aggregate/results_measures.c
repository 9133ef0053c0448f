/* results_measures.c - see results_measures.h. */
#include "aggregate/results_measures.h"

#include <string.h>

#include "aggregate/accumulator_fields.h"
#include "aggregate/results_text.h"

/* By name, because the file may be of a version whose model measured something else. */
static const char *unit_of(const char *name, const char *const *known, const char *const *unit, int most) {
  for (int k = 0; k < most && known[k] != NULL; k++)
    if (strcmp(known[k], name) == 0) return unit[k];
  return NULL;
}

static const char *figure_unit(const struct ls_model_info *model, const struct figure *figure) {
  if (model == NULL) return NULL;
  switch (figure->kind) {
    case FIGURE_BY_ENTITY:
      return unit_of(figure->name, model->measure, model->measure_unit, LS_MODEL_MEASURES);
    case FIGURE_OF_SYSTEM:
      return unit_of(figure->name, model->system, model->system_unit, LS_MODEL_SYSTEM);
    case FIGURE_BY_QUARTER:
      return unit_of(figure->name, &model->by_quarter, &model->by_quarter_unit, 1);
  }
  return NULL;
}

bool results_figure(const ls_results *results, int32_t k, struct figure *figure) {
  const struct result_names *names = &results->names;
  const struct accumulator_shape *shape = &results->accumulator->shape;
  const int64_t entities = (int64_t)names->measure_count * shape->entity_count;
  int32_t place = k;
  if (results->statistics.figure_mean == NULL || k < 0) return false;
  if (place < names->measure_count) {
    const int64_t n = shape->entity_count;
    *figure = (struct figure){FIGURE_BY_ENTITY, names->measure[place], NULL, place * n, n};
  } else if ((place -= names->measure_count) < names->system_count) {
    *figure = (struct figure){FIGURE_OF_SYSTEM, names->system[place], NULL, entities + place, 1};
  } else if ((place -= names->system_count) < names->by_quarter_count) {
    const int64_t quarters = shape->quarter_count;
    *figure = (struct figure){FIGURE_BY_QUARTER, names->by_quarter[place], NULL,
                              entities + names->system_count + place * quarters, quarters};
  } else {
    return false;
  }
  figure->unit = figure_unit(results_model(results), figure);
  return true;
}

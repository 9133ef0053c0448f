/* results_arrays.c - the numbers of results as arrays for other languages: one table says where each lies, nothing is copied.
 *
 * Names, units and meanings are those of the results file (results_hdf5_write.c). An array that the results do not have
 * (a part has no statistics, a static model no quarters) has no number.
 */
#include <string.h>

#include "aggregate/accumulator_fields.h"
#include "aggregate/results_measures.h"

/* What an array is over, and hence its shape and where its first number lies. */
enum array_place {
  OF_SCENARIOS, /* [scenario] a pointer in the accumulator */
  OF_ENTITIES,  /* [entity] a field of each entity's statistics */
  BY_QUANTILE,  /* [entity, quantile] such a field, one for each level */
  BY_ENTITY,    /* [entity] a pointer in the results, as those below */
  BY_QUARTER,   /* [quarter, entity] */
  BY_LINE       /* [line, entity] */
};

struct array_row {
  enum array_place place;
  ls_array_type type;
  size_t offset;
  const char *name, *unit, *meaning;
};

#define SCENARIO(kind, field, name, unit, meaning) \
  { OF_SCENARIOS, LS_ARRAY_##kind, offsetof(struct accumulator, field), name, unit, meaning }
#define ENTITY(field, name, unit, meaning) \
  { OF_ENTITIES, LS_ARRAY_DOUBLE, offsetof(struct entity_statistics, field), name, unit, meaning }
#define RESULT(place, field, name, unit, meaning) \
  { place, LS_ARRAY_DOUBLE, offsetof(struct ls_results, field), name, unit, meaning }

static const struct array_row ARRAYS[] = {
    SCENARIO(DOUBLE, loss_gross, "loss_gross", "currency", "sum of the positive losses"),
    SCENARIO(DOUBLE, loss_net, "loss_net", "currency", "loss of holders outside the network"),
    SCENARIO(INT32, scenario_defaults, "default_count", "1", "entities in default"),
    SCENARIO(INT8, state, "status", "1", "0 not run, 1 converged, 2 stopped at a limit, 3 not finite"),
    ENTITY(default_probability, "default_probability", "1", "share of scenarios in which it defaults"),
    ENTITY(default_low, "default_probability_low", "1", "lower end of the 95 % interval (Wilson)"),
    ENTITY(default_high, "default_probability_high", "1", "upper end of the 95 % interval (Wilson)"),
    ENTITY(distress_probability, "distress_probability", "1", "share of scenarios in which it is in distress"),
    ENTITY(forced_probability, "forced_probability", "1", "share of scenarios that force its default"),
    ENTITY(loss_mean, "loss_mean", "currency", "mean loss of its equity value at the horizon"),
    ENTITY(loss_mean_se, "loss_mean_stderr", "currency", "standard error of the mean loss"),
    ENTITY(loss_sd, "loss_std", "currency", "standard deviation of the loss over scenarios"),
    ENTITY(loss_peak_mean, "loss_peak_mean", "currency", "mean of the largest loss over quarters"),
    ENTITY(es_contribution, "es_contribution", "currency", "contribution to the system's expected shortfall at 0.99"),
    {BY_QUANTILE, LS_ARRAY_DOUBLE, offsetof(struct entity_statistics, loss_quantile), "loss_quantile", "currency",
     "quantiles 0.95, 0.99 and 0.999 of the entity's loss, from 256 bins"},
    RESULT(BY_ENTITY, loss_at_zero, "loss_at_zero", "currency", "loss of the baseline against book equity"),
    RESULT(BY_ENTITY, baseline_value, "baseline_value", "currency", "equity value on the baseline at the horizon"),
    RESULT(BY_QUARTER, baseline_path, "baseline_path", "currency", "equity value on the baseline by quarter"),
    RESULT(BY_QUARTER, statistics.default_by_quarter, "default_probability_by_quarter", "1",
           "share of scenarios in which it defaults in the quarter"),
    RESULT(BY_LINE, statistics.line_mean, "loss_mean_by_line", "currency",
           "mean loss by balance-sheet line; lines add up to the loss"),
    RESULT(BY_LINE, statistics.line_contribution, "es_contribution_by_line", "currency",
           "contribution to the system's expected shortfall at 0.99; lines add up to es_contribution"),
};
enum { ARRAY_ROWS = sizeof ARRAYS / sizeof ARRAYS[0] };

static int64_t size_of(ls_array_type type) {
  return type == LS_ARRAY_DOUBLE  ? (int64_t)sizeof(double)
         : type == LS_ARRAY_INT32 ? (int64_t)sizeof(int32_t)
                                  : (int64_t)sizeof(int8_t);
}

/* The pointer that lies at an offset: of whatever type, as fields of any other are not asked for. */
static const void *pointer_at(const void *object, size_t offset) {
  const void *pointer = NULL;
  memcpy(&pointer, (const char *)object + offset, sizeof pointer);
  return pointer;
}

static const void *data_of(const ls_results *results, const struct array_row *row) {
  const struct entity_statistics *entity = results->statistics.entity;
  switch (row->place) {
    case OF_SCENARIOS:
      return pointer_at(results->accumulator, row->offset);
    case OF_ENTITIES:
    case BY_QUANTILE:
      return entity == NULL ? NULL : (const char *)entity + row->offset;
    default:
      return pointer_at(results, row->offset);
  }
}

static void shape_rows(const char *first, int64_t count, const char *second, int64_t width, ls_array *array) {
  array->rank = 2;
  array->dimension[0] = first;
  array->dimension[1] = second;
  array->shape[0] = count;
  array->shape[1] = width;
  array->stride[1] = size_of(array->type);
  array->stride[0] = width * array->stride[1];
}

static void shape_list(const char *dimension, int64_t count, int64_t stride, ls_array *array) {
  array->rank = 1;
  array->dimension[0] = dimension;
  array->shape[0] = count;
  array->shape[1] = 1;
  array->stride[0] = stride;
}

/* False where the results have nothing of it. */
static bool row_array(const ls_results *results, const struct array_row *row, ls_array *array) {
  const struct accumulator_shape *shape = &results->accumulator->shape;
  *array = (ls_array){
      .name = row->name, .unit = row->unit, .meaning = row->meaning, .type = row->type, .data = data_of(results, row)};
  switch (row->place) {
    case OF_SCENARIOS:
      shape_list("scenario", shape->scenario_count, size_of(row->type), array);
      break;
    case OF_ENTITIES:
      shape_list("entity", shape->entity_count, sizeof(struct entity_statistics), array);
      break;
    case BY_QUANTILE:
      shape_rows("entity", shape->entity_count, "quantile", QUANTILE_LEVEL_COUNT, array);
      array->stride[0] = sizeof(struct entity_statistics);
      break;
    case BY_ENTITY:
      shape_list("entity", shape->entity_count, size_of(row->type), array);
      break;
    case BY_QUARTER:
      shape_rows("quarter", shape->quarter_count, "entity", shape->entity_count, array);
      break;
    case BY_LINE:
      shape_rows("line", shape->line_count, "entity", shape->entity_count, array);
      break;
  }
  return array->data != NULL && array->shape[0] > 0 && array->shape[1] > 0;
}

/* What the model measures beside losses; of the whole system it is one number, and no array. */
static bool figure_array(const ls_results *results, const struct figure *figure, ls_array *array) {
  if (figure->kind == FIGURE_OF_SYSTEM || figure->count == 0) return false;
  *array = (ls_array){.name = figure->name,
                      .unit = figure->unit != NULL ? figure->unit : "currency",
                      .meaning = "mean over scenarios of what the model measures",
                      .type = LS_ARRAY_DOUBLE,
                      .data = results->statistics.figure_mean + figure->at};
  shape_list(figure->kind == FIGURE_BY_ENTITY ? "entity" : "quarter", figure->count, sizeof(double), array);
  return true;
}

/* Array number `index` of those there are; returns how many were passed on the way to it: all where there is none. */
static int find_array(const ls_results *results, int index, ls_array *array) {
  struct figure figure;
  int passed = 0;
  for (int k = 0; k < ARRAY_ROWS && passed <= index; k++) passed += row_array(results, &ARRAYS[k], array);
  for (int32_t k = 0; passed <= index && results_figure(results, k, &figure); k++)
    passed += figure_array(results, &figure, array);
  return passed;
}

int ls_results_array_count(const ls_results *results) {
  ls_array array;
  return results == NULL ? 0 : find_array(results, INT32_MAX - 1, &array);
}

bool ls_results_array(const ls_results *results, int index, ls_array *array) {
  ls_array found = {0};
  if (results == NULL || index < 0 || find_array(results, index, &found) <= index) return false;
  *array = found;
  return true;
}

/* acting.c - see acting.h. */
#include "scenario/acting.h"

#include <string.h>

/* ---- room for a default ---------------------------------------------------------------------------------------- */

/* A copy of `count` things with room for one more in front. */
static void *copy_behind_one(struct scenario_reader *reader, const void *from, int64_t count, size_t size) {
  char *copy = reader_allocate(reader, count + 1, size);
  if (copy != NULL && count > 0) memcpy(copy + size, from, (size_t)count * size);
  return copy;
}

/* The new key is number 0: all others move up by one. */
static ls_status add_key(struct scenario_reader *reader, struct ls_shock_plan *shock) {
  int32_t *combine = reader_allocate(reader, (int64_t)shock->column_count + 1, sizeof *combine);
  int32_t *column = copy_behind_one(reader, shock->key_column, shock->key_count, sizeof *column);
  int32_t *first = reader_allocate(reader, (int64_t)shock->quarter_count + 1, sizeof *first);
  if (combine == NULL || column == NULL || first == NULL) return LS_STATUS_OUT_OF_MEMORY;
  if (shock->column_count > 0) memcpy(combine, shock->column_combine, (size_t)shock->column_count * sizeof *combine);
  combine[shock->column_count] = LS_COMBINE_LOSS;
  column[0] = shock->column_count;
  for (int32_t t = 1; t <= shock->quarter_count; t++) first[t] = shock->quarter_first_key[t] + 1;
  shock->column_combine = combine;
  shock->key_column = column;
  shock->quarter_first_key = first;
  shock->column_count++;
  shock->key_count++;
  return LS_STATUS_OK;
}

/* keys: how many there are now, the new one among them. */
static ls_status add_explicit(struct scenario_reader *reader, struct ls_shock_plan *shock) {
  int64_t keys = shock->key_count, cells = 0;
  if (__builtin_mul_overflow(shock->explicit_count, keys, &cells)) cells = -1; /* refused as out of memory */
  double *value = reader_allocate(reader, cells, sizeof *value);
  if (value == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int64_t scenario = 0; scenario < shock->explicit_count; scenario++) {
    double *row = value + scenario * keys;
    row[0] = 1;
    if (keys > 1) memcpy(row + 1, shock->explicit_value + scenario * (keys - 1), (size_t)(keys - 1) * sizeof *row);
  }
  shock->explicit_value = value;
  return LS_STATUS_OK;
}

/* Every draw has a source; a file that draws nothing gets one, which moves nothing. */
static ls_status add_source(struct scenario_reader *reader, struct ls_shock_plan *shock) {
  int32_t *variable = reader_allocate(reader, 1, sizeof *variable),
          *target = reader_allocate(reader, 1, sizeof *target);
  double *loading = reader_allocate(reader, shock->factor_count, sizeof *loading);
  double *own = reader_allocate(reader, 1, sizeof *own);
  if (variable == NULL || target == NULL || loading == NULL || own == NULL) return LS_STATUS_OUT_OF_MEMORY;
  shock->source_variable = variable;
  shock->source_target = target;
  shock->source_loading = loading;
  shock->source_own = own;
  shock->source_count = 1;
  return LS_STATUS_OK;
}

/* The value is drawn as 1 + 0 x, from the first source. */
static ls_status add_draw(struct scenario_reader *reader, struct ls_shock_plan *shock) {
  if (shock->source_count == 0 && add_source(reader, shock) != LS_STATUS_OK) return LS_STATUS_OUT_OF_MEMORY;
  int32_t *source = copy_behind_one(reader, shock->draw_source, shock->draw_count, sizeof *source);
  int32_t *key = copy_behind_one(reader, shock->draw_key, shock->draw_count, sizeof *key);
  int32_t *kind = copy_behind_one(reader, shock->draw_kind, shock->draw_count, sizeof *kind);
  double *parameter = copy_behind_one(reader, shock->draw_parameter, shock->draw_count, 4 * sizeof *parameter);
  if (source == NULL || key == NULL || kind == NULL || parameter == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int32_t d = 1; d <= shock->draw_count; d++) key[d]++;
  kind[0] = LS_DRAW_NORMAL;
  parameter[0] = 1;
  shock->draw_source = source;
  shock->draw_key = key;
  shock->draw_kind = kind;
  shock->draw_parameter = parameter;
  shock->draw_count++;
  return LS_STATUS_OK;
}

ls_status forced_default_add(struct scenario_reader *reader) {
  struct ls_shock_plan *shock = &reader->set->shock;
  ls_status status = add_key(reader, shock);
  if (status == LS_STATUS_OK)
    status = shock->explicit_count > 0 ? add_explicit(reader, shock) : add_draw(reader, shock);
  if (status == LS_STATUS_OK) reader->set->forced_column = shock->column_count - 1;
  return status;
}

/* ---- who acts -------------------------------------------------------------------------------------------------- */

static int64_t cell_count(const struct scenario_set *set) {
  return (int64_t)LS_VARIABLE_COUNT * set->shock.target_count;
}

static int32_t *columns_of(const struct acting *acting) { return (int32_t *)acting->set->shock.column_of; }

ls_status acting_create(ls_context *context, struct scenario_set *set, struct acting *acting) {
  size_t bytes = (size_t)cell_count(set) * sizeof *acting->whole;
  int32_t *whole = context_allocate(context, bytes, 1);
  if (whole == NULL) return LS_STATUS_OUT_OF_MEMORY;
  memcpy(whole, set->shock.column_of, bytes);
  *acting = (struct acting){set, whole};
  return LS_STATUS_OK;
}

void acting_release(ls_context *context, struct acting *acting) {
  context_release(context, acting->whole);
  *acting = (struct acting){0};
}

void acting_all(const struct acting *acting) {
  memcpy(columns_of(acting), acting->whole, (size_t)cell_count(acting->set) * sizeof *acting->whole);
}

void acting_force_default(const struct acting *acting, int32_t entity) {
  acting_all(acting);
  columns_of(acting)[(int64_t)LS_VARIABLE_DEFAULT * acting->set->shock.target_count + entity] =
      acting->set->forced_column;
}

void acting_only(const struct acting *acting, const bool *acts) {
  int32_t *column = columns_of(acting);
  for (int64_t k = 0; k < cell_count(acting->set); k++)
    column[k] = acting->whole[k] >= 0 && acts[acting->whole[k]] ? acting->whole[k] : -1;
}

void acting_columns(const struct acting *acting, int32_t *variable, int32_t *target) {
  const int32_t width = acting->set->shock.target_count;
  for (int64_t k = 0; k < cell_count(acting->set); k++) {
    if (acting->whole[k] < 0) continue;
    variable[acting->whole[k]] = (int32_t)(k / width);
    target[acting->whole[k]] = (int32_t)(k % width);
  }
}

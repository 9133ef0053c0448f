/* shock_keys.c - columns and keys of the shock plan, from the points at which shocks act. */
#include "scenario/shock_keys.h"

#include "scenario/variables.h"

#include <stdlib.h>

static int compare_int32(int32_t a, int32_t b) { return (a > b) - (a < b); }

/* Columns in order of variable and target, keys within a quarter in order of their columns: one order serves both. */
static int compare_points(const void *left, const void *right) {
  const struct shock_point *a = left, *b = right;
  int order = compare_int32(a->quarter, b->quarter);
  if (order == 0) order = compare_int32(a->variable, b->variable);
  return order != 0 ? order : compare_int32(a->target, b->target);
}

static int32_t target_width(const ls_network *network) {
  int64_t width = (int64_t)network->entity_count + 1;
  if (network->table[TABLE_PLEDGES].row_count > width) width = network->table[TABLE_PLEDGES].row_count;
  if (network->table[TABLE_PURCHASES].row_count > width) width = network->table[TABLE_PURCHASES].row_count;
  if (network->asset_count > width) width = network->asset_count;
  return (int32_t)width;
}

/* column_of and column_combine: a mark for every (variable, target) that occurs, then numbers in that order. */
static ls_status build_columns(struct scenario_reader *reader, const struct shock_point *point, int64_t count) {
  struct ls_shock_plan *shock = &reader->set->shock;
  int32_t width = target_width(reader->network), columns = 0;
  int64_t cells = (int64_t)LS_VARIABLE_COUNT * width;
  int32_t *column_of = reader_allocate(reader, cells, sizeof *column_of);
  if (column_of == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int64_t k = 0; k < count; k++) column_of[(int64_t)point[k].variable * width + point[k].target] = 1;
  for (int64_t k = 0; k < cells; k++) columns += column_of[k];
  int32_t *combine = reader_allocate(reader, columns, sizeof *combine);
  if (combine == NULL) return LS_STATUS_OUT_OF_MEMORY;
  int32_t next = 0;
  for (int64_t k = 0; k < cells; k++) {
    if (column_of[k] == 0) {
      column_of[k] = -1;
    } else {
      combine[next] = (int32_t)variable_combine((int)(k / width));
      column_of[k] = next++;
    }
  }
  shock->target_count = width;
  shock->column_count = columns;
  shock->column_of = column_of;
  shock->column_combine = combine;
  return LS_STATUS_OK;
}

ls_status shock_keys_build(struct scenario_reader *reader, struct shock_point *point, int64_t count) {
  struct ls_shock_plan *shock = &reader->set->shock;
  int32_t quarters = reader->options->quarter_count > 0 ? reader->options->quarter_count : 1;
  if (count > 0) qsort(point, (size_t)count, sizeof *point, compare_points);
  int64_t keys = 0;
  for (int64_t k = 0; k < count; k++) {
    if (k == 0 || compare_points(&point[k - 1], &point[k]) != 0) point[keys++] = point[k];
  }
  ls_status status = build_columns(reader, point, keys);
  int32_t *key_column = reader_allocate(reader, keys, sizeof *key_column);
  int32_t *first = reader_allocate(reader, (int64_t)quarters + 1, sizeof *first);
  if (status != LS_STATUS_OK || key_column == NULL || first == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int64_t k = 0; k < keys; k++) {
    key_column[k] = shock->column_of[(int64_t)point[k].variable * shock->target_count + point[k].target];
    first[point[k].quarter + 1]++;
  }
  for (int32_t quarter = 0; quarter < quarters; quarter++) first[quarter + 1] += first[quarter];
  shock->key_count = (int32_t)keys;
  shock->quarter_count = quarters;
  shock->key_column = key_column;
  shock->quarter_first_key = first;
  return LS_STATUS_OK;
}

int32_t shock_keys_find(const struct ls_shock_plan *shock, const struct shock_point *point) {
  int32_t column = shock->column_of[(int64_t)point->variable * shock->target_count + point->target];
  int32_t low = shock->quarter_first_key[point->quarter], high = shock->quarter_first_key[point->quarter + 1];
  while (high - low > 1) {
    int32_t middle = low + (high - low) / 2;
    if (shock->key_column[middle] <= column) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return low;
}

int32_t shock_keys_quarter(const struct ls_shock_plan *shock, int32_t key) {
  int32_t quarter = 0;
  while (shock->quarter_first_key[quarter + 1] <= key) quarter++;
  return quarter;
}

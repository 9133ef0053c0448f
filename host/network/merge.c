/* merge.c - --duplicates=sum. */
#include "network/merge.h"

#include "network/place.h"
#include "network/table.h"

#include <math.h>
#include <string.h>

static bool is_same_link(const struct place *place, int64_t a, int64_t b) {
  const struct table *table = place->table;
  if (table->from[a] == ENTITY_NONE || table->to[a] == ENTITY_NONE) return false;
  if (table->from[a] != table->from[b] || table->to[a] != table->to[b]) return false;
  const char *key = place->schema->key[0];
  return key == NULL || table_same_key(place->network, place->id, key, a, b);
}

static bool is_additive(const struct place *place, const char *name) {
  const struct column_schema *column = schema_column(place->id, name);
  return column != NULL && column->required && !schema_is_text(column);
}

static bool agrees(const struct table_column *column, int64_t a, int64_t b) {
  if (column->text != NULL) return strcmp(column->text[a], column->text[b]) == 0;
  return column->number[a] == column->number[b] || (isnan(column->number[a]) && isnan(column->number[b]));
}

static void add_row(const struct place *place, struct table *table, int64_t first, int64_t again) {
  for (int32_t i = 0; i < table->column_count; i++) {
    struct table_column *column = &table->column[i];
    if (column->number != NULL && is_additive(place, column->name))
      column->number[first] += column->number[again];
    else if (!agrees(column, first, again))
      context_fault(place->context, place->file, place_line(place, again),
                    "%s differs from line %lld, must agree where rows of one link are summed", column->name,
                    (long long)place_line(place, first));
  }
}

ls_status merge_duplicates(ls_context *context, ls_network *network, enum table_id id) {
  struct table *table = &network->table[id];
  struct place place;
  ls_status status = place_begin(context, network, id, NULL, &place);
  if (status != LS_STATUS_OK) return status;
  bool *drop = context_allocate(context, (size_t)table->row_count, sizeof *drop);
  if (drop == NULL) {
    place_end(&place);
    return LS_STATUS_OUT_OF_MEMORY;
  }
  int64_t first = 0;
  for (int64_t row = 1; row < table->row_count; row++) {
    drop[row] = is_same_link(&place, first, row);
    if (drop[row])
      add_row(&place, table, first, row);
    else
      first = row;
  }
  table_drop_rows(context, table, drop);
  context_release(context, drop);
  place_end(&place);
  return LS_STATUS_OK;
}

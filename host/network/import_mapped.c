/* import_mapped.c - delimited text, as a map in YAML says: every table of the map, then the ids that no table lists. */
#include "network/map.h"

#include "io/csv_draft.h"
#include "network/build.h"
#include "network/metadata.h"

#include <stdlib.h>
#include <string.h>

/* ---- ids that are only named ------------------------------------------------------------------------------------- */

struct mention {
  const char *id;
  int64_t order;
};

struct mentions {
  ls_context *context;
  struct mention *mention;
  int64_t count, room;
};

static ls_status add_mention(struct mentions *mentions, const char *id) {
  if (*id == '\0' || strcmp(id, "world") == 0) return LS_STATUS_OK;
  if (mentions->count == mentions->room) {
    const int64_t room = mentions->room < 64 ? 64 : 2 * mentions->room;
    struct mention *grown =
        context_grow(mentions->context, mentions->mention, (size_t)mentions->count, (size_t)room, sizeof *grown);
    if (grown == NULL) return LS_STATUS_OUT_OF_MEMORY;
    mentions->mention = grown;
    mentions->room = room;
  }
  mentions->mention[mentions->count] = (struct mention){id, mentions->count};
  mentions->count++;
  return LS_STATUS_OK;
}

static ls_status gather_table(struct mentions *mentions, enum table_id id, const struct csv *rows,
                              enum column_kind kind) {
  ls_status status = LS_STATUS_OK;
  for (int64_t row = 0; row < rows->row_count; row++) {
    for (int32_t c = 0; c < rows->column_count && status == LS_STATUS_OK; c++) {
      const struct column_schema *schema = schema_column(id, rows->header[c].text);
      if (schema != NULL && schema->kind == kind) status = add_mention(mentions, csv_at(rows, row, c)->text);
    }
  }
  return status;
}

static int by_id(const void *left, const void *right) {
  const struct mention *a = left, *b = right;
  const int order = strcmp(a->id, b->id);
  return order != 0 ? order : (a->order > b->order) - (a->order < b->order);
}

static int by_order(const void *left, const void *right) {
  const struct mention *a = left, *b = right;
  return (a->order > b->order) - (a->order < b->order);
}

/* Each id once, where it was first named. */
static void keep_first(struct mentions *mentions) {
  int64_t kept = 0;
  qsort(mentions->mention, (size_t)mentions->count, sizeof *mentions->mention, by_id);
  for (int64_t i = 0; i < mentions->count; i++)
    if (i == 0 || strcmp(mentions->mention[i - 1].id, mentions->mention[i].id) != 0)
      mentions->mention[kept++] = mentions->mention[i];
  mentions->count = kept;
  qsort(mentions->mention, (size_t)kept, sizeof *mentions->mention, by_order);
}

static ls_status draft_mentions(struct import_source *source, const struct map *map, const struct mentions *mentions,
                                const char *what, struct csv **rows) {
  static const char *const ID[] = {"id"};
  struct csv_draft draft;
  ls_status status = csv_draft_begin(source->context, map->name, ID, 1, &draft);
  for (int64_t i = 0; i < mentions->count && status == LS_STATUS_OK; i++)
    status = csv_draft_add(&draft, mentions->mention[i].id, 0, true);
  buffer_print(&source->report, "%s: no table of %s, %lld ids taken from the other tables\n", map->name, what,
               (long long)mentions->count);
  if (status == LS_STATUS_OK) return csv_draft_finish(&draft, rows);
  csv_draft_release(&draft);
  return status;
}

/* A map without a table of entities (assets) has those that its other tables name, in the map's order and its rows'. */
static ls_status list_named(struct import_source *source, const struct map *map, struct csv **table,
                            enum table_id listed, enum column_kind kind) {
  struct mentions mentions = {.context = source->context};
  ls_status status = LS_STATUS_OK;
  if (table[listed] != NULL) return LS_STATUS_OK;
  for (int32_t i = 0; i < map->table_count && status == LS_STATUS_OK; i++)
    status = gather_table(&mentions, map->table[i].id, table[map->table[i].id], kind);
  if (status == LS_STATUS_OK && mentions.count > 0) {
    keep_first(&mentions);
    status = draft_mentions(source, map, &mentions, schema_table(listed)->name, &table[listed]);
  }
  context_release(source->context, mentions.mention);
  return status;
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

/* All tables are tried, so that the faults of all are told. */
static ls_status apply_tables(struct import_source *source, const struct map *map, struct csv **table) {
  const int64_t faults = context_fault_count(source->context);
  ls_status status = LS_STATUS_OK;
  for (int32_t i = 0; i < map->table_count && (status == LS_STATUS_OK || status == LS_STATUS_INVALID_INPUT); i++)
    status = map_apply(source, map, &map->table[i], &table[map->table[i].id]);
  if (status == LS_STATUS_OK && context_fault_count(source->context) > faults) status = LS_STATUS_INVALID_INPUT;
  return status;
}

static ls_status build(struct import_source *source, struct map *map) {
  struct csv *table[TABLE_COUNT] = {NULL};
  const struct table_source tables = {table, table_source_take, source->options->reading.sum_duplicates, "the map",
                                      source->faults};
  ls_status status = LS_STATUS_OK;
  if (map->network != NULL) status = metadata_take_network(source->context, source->network, map->network);
  if (status == LS_STATUS_OK) status = map_open_lookups(source, map);
  if (status == LS_STATUS_OK) status = apply_tables(source, map, table);
  if (status == LS_STATUS_OK) status = list_named(source, map, table, TABLE_ENTITIES, COLUMN_ENTITY);
  if (status == LS_STATUS_OK) status = list_named(source, map, table, TABLE_ASSETS, COLUMN_ASSET);
  if (status == LS_STATUS_OK) status = network_build(source->context, source->network, &tables);
  for (int id = 0; id < TABLE_COUNT; id++) csv_destroy(&table[id]);
  return status;
}

ls_status import_mapped(struct import_source *source) {
  char *name = NULL, *data = NULL;
  size_t length = 0;
  struct map map = {0};
  ls_status status = import_load(source, source->options->map, &name, &data, &length);
  if (status == LS_STATUS_OK) status = map_read(source->context, name, data, length, &map);
  context_release(source->context, data);
  if (status == LS_STATUS_OK) status = build(source, &map);
  map_release(&map);
  return status;
}

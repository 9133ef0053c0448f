/* network_hdf5_write.c - a network's tables into groups of an HDF5 file; see network_hdf5.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "network/network_hdf5.h"
#include "network/schema.h"

enum { NAME_ROOM = 192 };

/* What the tables share while they are written. */
struct network_writer {
  ls_context *context;
  struct hdf5_file *file;
  const ls_network *network;
  hdf5_id group;
  hdf5_id entity, asset; /* scales */
  char *amount;          /* unit of amounts */
};

char *network_amount_units(ls_context *context, const ls_network *network) {
  bool both = network->currency[0] != '\0' && network->unit[0] != '\0';
  if (network->currency[0] == '\0' && network->unit[0] == '\0') return context_copy_text(context, "currency");
  return context_print(context, "%s%s%s", network->currency, both ? " " : "", network->unit);
}

/* The unit of a column; amounts are in the network's own. */
static void column_units(const struct network_writer *writer, enum table_id id, const char *column,
                         char units[NAME_ROOM]) {
  static const char own[] = "currency";
  const struct column_schema *schema = schema_column(id, column);
  const char *text = schema == NULL ? "1" : schema_unit_text(schema->unit);
  if (strncmp(text, own, strlen(own)) == 0) {
    (void)snprintf(units, NAME_ROOM, "%s%s", writer->amount, text + strlen(own));
  } else {
    (void)snprintf(units, NAME_ROOM, "%s", text);
  }
}

/* May a column stand under its own name? Otherwise it is "column_<number>": names are data, never paths. */
static bool plain_name(const char *column) {
  static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
  static const char characters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
  static const char *const taken[] = {"row", "edge", "entity_ptr", "indptr", "indices", "data", "entity", "asset"};
  enum { NAME_LIMIT = 64 };
  size_t length = strlen(column);
  if (length == 0 || length > NAME_LIMIT || strchr(letters, column[0]) == NULL) return false;
  if (strspn(column, characters) != length || strncmp(column, "column_", strlen("column_")) == 0) return false;
  for (size_t k = 0; k < sizeof taken / sizeof *taken; k++) {
    if (strcmp(column, taken[k]) == 0) return false;
  }
  return true;
}

static void dataset_name(const struct table *table, int32_t column, char name[NAME_ROOM]) {
  const char *own = table->column[column].name;
  if (plain_name(own)) {
    (void)snprintf(name, NAME_ROOM, "%s", own);
  } else {
    (void)snprintf(name, NAME_ROOM, "column_%d", (int)column);
  }
}

/* One dataset of the cells in the order given (NULL: as they stand). */
static void write_column(struct network_writer *writer, hdf5_id group, hdf5_id dimension, enum table_id id,
                         int32_t number, const int64_t *order, int64_t count, const char *second_name) {
  const struct table *table = &writer->network->table[id];
  const struct table_column *column = &table->column[number];
  const struct column_schema *schema = schema_column(id, column->name);
  char name[NAME_ROOM], units[NAME_ROOM];
  dataset_name(table, number, name);
  struct hdf5_array array = {
      .group = group, .name = name, .rank = 1, .dimension = {dimension}, .second_name = second_name};
  array.meaning = schema == NULL ? column->name : schema->meaning;
  size_t size = column->text != NULL ? sizeof *column->text : sizeof *column->number;
  const char *source = column->text != NULL ? (const char *)column->text : (const char *)column->number;
  char *cells = context_allocate(writer->context, (size_t)count, size);
  if (cells == NULL) return; /* the message is recorded; the caller sees the fault count */
  for (int64_t k = 0; k < count; k++)
    memcpy(cells + (size_t)k * size, source + (size_t)(order == NULL ? k : order[k]) * size, size);
  if (column->text != NULL) {
    hdf5_write_texts(writer->file, &array, (char *const *)cells);
  } else {
    column_units(writer, id, column->name, units);
    array.units = units;
    hdf5_write_numbers(writer->file, &array, (const double *)cells);
  }
  context_release(writer->context, cells);
}

/* Names, kinds and datasets of a table's columns, so that an empty table keeps them too. */
static void write_heading(struct network_writer *writer, hdf5_id group, const struct table *table) {
  ls_context *context = writer->context;
  int32_t count = table->column_count;
  char **name = context_allocate(context, (size_t)count, sizeof *name);
  char **kind = context_allocate(context, (size_t)count, sizeof *kind);
  char **dataset = context_allocate(context, (size_t)count, sizeof *dataset);
  char *room = context_allocate(context, (size_t)count, NAME_ROOM);
  if (name != NULL && kind != NULL && dataset != NULL && room != NULL) {
    for (int32_t k = 0; k < count; k++) {
      name[k] = table->column[k].name;
      kind[k] = table->column[k].text != NULL ? "text" : "number";
      dataset[k] = room + (size_t)k * NAME_ROOM;
      dataset_name(table, k, dataset[k]);
    }
    hdf5_put_texts(writer->file, group, "columns", name, count);
    hdf5_put_texts(writer->file, group, "column_kinds", kind, count);
    hdf5_put_texts(writer->file, group, "column_datasets", dataset, count);
  }
  context_release(context, room);
  context_release(context, dataset);
  context_release(context, kind);
  context_release(context, name);
}

static void write_rows(struct network_writer *writer, hdf5_id group, enum table_id id) {
  const struct table *table = &writer->network->table[id];
  hdf5_id dimension = id == TABLE_ENTITIES ? writer->entity : writer->asset;
  hdf5_put_text(writer->file, group, "layout", "rows");
  hdf5_put_integer(writer->file, group, "row_count", table->row_count);
  if (table->row_count == 0) return; /* netCDF takes a dimension of length 0 for an unlimited one */
  if (id != TABLE_ENTITIES && id != TABLE_ASSETS)
    dimension = hdf5_scale_bare(writer->file, group, "row", table->row_count);
  for (int32_t k = 0; k < table->column_count; k++) {
    write_column(writer, group, dimension, id, k, NULL, table->row_count, NULL);
  }
}

/* ---- pair tables as sparse matrices --------------------------------------------------------------------------------------- */

struct link {
  int32_t from, to;
  int64_t row;
};

static int link_order(const void *left, const void *right) {
  const struct link *a = left, *b = right;
  if (a->from != b->from) return a->from < b->from ? -1 : 1;
  if (a->to != b->to) return a->to < b->to ? -1 : 1;
  return a->row < b->row ? -1 : a->row > b->row;
}

/* The rest of the world is the node behind the last entity. */
static int32_t node_of(int32_t entity, int32_t entity_count) { return entity == ENTITY_WORLD ? entity_count : entity; }

/* Links of one seniority (all of them where the table has none) in matrix order; returns how many. */
static int64_t collect_links(const ls_network *network, enum table_id id, const double *seniority, double wanted,
                             struct link *link) {
  const struct table *table = &network->table[id];
  int64_t count = 0;
  for (int64_t row = 0; row < table->row_count; row++) {
    if (seniority != NULL && seniority[row] != wanted) continue;
    link[count].from = node_of(table->from[row], network->entity_count);
    link[count].to = schema_table(id)->pairing == PAIRING_ENTITY_ASSET ? table->to[row]
                                                                       : node_of(table->to[row], network->entity_count);
    link[count++].row = row;
  }
  qsort(link, (size_t)count, sizeof *link, link_order);
  return count;
}

static bool has_world(const struct table *table) {
  for (int64_t row = 0; row < table->row_count; row++) {
    if (table->from[row] == ENTITY_WORLD || table->to[row] == ENTITY_WORLD) return true;
  }
  return false;
}

static void put_matrix_attributes(struct network_writer *writer, hdf5_id group, enum table_id id, int64_t rows,
                                  int64_t columns) {
  char orientation[NAME_ROOM];
  int64_t shape[2] = {rows, columns};
  (void)snprintf(orientation, sizeof orientation, "row_is_%s", schema_table(id)->column[0].name);
  hdf5_put_text(writer->file, group, "encoding-type", "csr_matrix");
  hdf5_put_text(writer->file, group, "encoding-version", "0.1.0");
  hdf5_put_text(writer->file, group, "orientation", orientation);
  hdf5_put_integers(writer->file, group, "shape", shape, 2);
}

/* indptr and indices. */
static void write_pattern(struct network_writer *writer, hdf5_id group, const struct link *link, int64_t count,
                          int64_t rows, hdf5_id edge) {
  ls_context *context = writer->context;
  int64_t *start = context_allocate(context, (size_t)rows + 1, sizeof *start);
  int32_t *column = context_allocate(context, (size_t)count, sizeof *column);
  if (start != NULL && column != NULL) {
    for (int64_t k = 0; k < count; k++) {
      start[link[k].from + 1]++;
      column[k] = link[k].to;
    }
    for (int64_t k = 0; k < rows; k++) start[k + 1] += start[k];
    hdf5_id pointer = hdf5_scale_bare(writer->file, group, "entity_ptr", rows + 1);
    struct hdf5_array indptr = {.group = group,
                                .name = "indptr",
                                .meaning = "first link of each row",
                                .units = "1",
                                .rank = 1,
                                .dimension = {pointer}};
    struct hdf5_array indices = {.group = group,
                                 .name = "indices",
                                 .meaning = "column of each link",
                                 .units = "1",
                                 .rank = 1,
                                 .dimension = {edge}};
    hdf5_write_integers(writer->file, &indptr, start);
    hdf5_write_int32(writer->file, &indices, column);
  }
  context_release(context, column);
  context_release(context, start);
}

/* A matrix of its own for each value of the column `seniority`. */
static bool has_seniorities(enum table_id id) { return id == TABLE_LIABILITIES; }

/* One matrix: the pattern, then every column but the keys; the first column of numbers is also "data". */
static void write_matrix(struct network_writer *writer, hdf5_id group, enum table_id id, const struct link *link,
                         int64_t count) {
  const ls_network *network = writer->network;
  const struct table *table = &network->table[id];
  int64_t world = has_world(table) ? 1 : 0;
  int64_t rows = network->entity_count + world;
  bool data_linked = false;
  char units[NAME_ROOM];
  put_matrix_attributes(writer, group, id, rows,
                        schema_table(id)->pairing == PAIRING_ENTITY_ASSET ? network->asset_count : rows);
  if (world) hdf5_put_integer(writer->file, group, "world", network->entity_count);
  if (count == 0) return;
  int64_t *order = context_allocate(writer->context, (size_t)count, sizeof *order);
  if (order == NULL) return;
  for (int64_t k = 0; k < count; k++) order[k] = link[k].row;
  hdf5_id edge = hdf5_scale_bare(writer->file, group, "edge", count);
  write_pattern(writer, group, link, count, rows, edge);
  for (int32_t k = 0; k < table->column_count; k++) {
    const struct table_column *column = &table->column[k];
    if (has_seniorities(id) && strcmp(column->name, "seniority") == 0) continue;
    bool first = !data_linked && column->text == NULL;
    if (first) {
      column_units(writer, id, column->name, units);
      hdf5_put_text(writer->file, group, "units", units);
    }
    write_column(writer, group, edge, id, k, order, count, first ? "data" : NULL);
    data_linked = data_linked || first;
  }
  context_release(writer->context, order);
}

/* The distinct seniorities, ascending; at most as many as there are rows. */
static int64_t distinct_seniorities(const double *seniority, int64_t count, int64_t *value) {
  int64_t found = 0;
  for (int64_t row = 0; row < count; row++) {
    int64_t wanted = (int64_t)seniority[row], at = 0;
    while (at < found && value[at] < wanted) at++;
    if (at < found && value[at] == wanted) continue;
    memmove(value + at + 1, value + at, (size_t)(found - at) * sizeof *value);
    value[at] = wanted;
    found++;
  }
  return found;
}

static void write_by_seniority(struct network_writer *writer, hdf5_id group, enum table_id id, struct link *link) {
  const struct table *table = &writer->network->table[id];
  const double *seniority = network_numbers(writer->network, id, "seniority");
  int64_t *value = context_allocate(writer->context, (size_t)table->row_count + 1, sizeof *value);
  char name[NAME_ROOM];
  if (value == NULL) return;
  int64_t count = seniority == NULL ? 1 : distinct_seniorities(seniority, table->row_count, value);
  hdf5_put_integers(writer->file, group, "seniorities", value, count);
  for (int64_t k = 0; k < count; k++) {
    (void)snprintf(name, sizeof name, "%lld", (long long)value[k]);
    hdf5_id matrix = hdf5_group_create(writer->file, group, name);
    int64_t links = collect_links(writer->network, id, seniority, (double)value[k], link);
    hdf5_put_integer(writer->file, matrix, "seniority", value[k]);
    write_matrix(writer, matrix, id, link, links);
    hdf5_group_close(writer->file, matrix);
  }
  context_release(writer->context, value);
}

static void write_pairs(struct network_writer *writer, hdf5_id group, enum table_id id) {
  const struct table *table = &writer->network->table[id];
  struct link *link = context_allocate(writer->context, (size_t)table->row_count, sizeof *link);
  if (link == NULL) return;
  hdf5_put_text(writer->file, group, "layout", "pairs");
  hdf5_put_integer(writer->file, group, "row_count", table->row_count);
  if (has_seniorities(id)) {
    write_by_seniority(writer, group, id, link);
  } else {
    write_matrix(writer, group, id, link, collect_links(writer->network, id, NULL, 0, link));
  }
  context_release(writer->context, link);
}

/* ---- the whole ------------------------------------------------------------------------------------------------------------- */

static void write_table(struct network_writer *writer, enum table_id id) {
  const struct table *table = &writer->network->table[id];
  if (!table->present) return;
  hdf5_id group = hdf5_group_create(writer->file, writer->group, schema_table(id)->name);
  write_heading(writer, group, table);
  if (schema_table(id)->pairing != PAIRING_NONE) {
    write_pairs(writer, group, id);
  } else {
    write_rows(writer, group, id);
  }
  hdf5_group_close(writer->file, group);
}

static void write_metadata(struct network_writer *writer) {
  const ls_network *network = writer->network;
  struct hdf5_file *file = writer->file;
  hdf5_put_text(file, writer->group, "name", network->name);
  hdf5_put_text(file, writer->group, "currency", network->currency);
  hdf5_put_text(file, writer->group, "unit", network->unit);
  hdf5_put_text(file, writer->group, "as_of_date", network->as_of);
  hdf5_put_text(file, writer->group, "description", network->description);
  hdf5_put_texts(file, writer->group, "sources", network->source, network->source_count);
  hdf5_put_texts(file, writer->group, "unmodelled", network->unmodelled, network->unmodelled_count);
}

static void write_loop_settings(struct network_writer *writer) {
  const struct loop_settings *loop = &writer->network->loop;
  struct hdf5_file *file = writer->file;
  hdf5_id group = hdf5_group_create(file, writer->group, "loop");
  hdf5_put_integer(file, group, "given", writer->network->has_loop_settings);
  for (int k = 0; k < LOOP_KEY_COUNT; k++) {
    const struct loop_key *key = &LOOP_KEYS[k];
    double value = loop_settings_get(loop, k);
    if (key->kind == LOOP_KEY_REAL)
      hdf5_put_number(file, group, key->name, value);
    else if (key->kind == LOOP_KEY_WHOLE)
      hdf5_put_integer(file, group, key->name, (int64_t)value);
    else
      hdf5_put_text(file, group, key->name, key->word[(int)value]);
  }
  hdf5_group_close(file, group);
}

static void write_sources(struct network_writer *writer) {
  const ls_network *network = writer->network;
  hdf5_id group = hdf5_group_create(writer->file, writer->group, "import");
  char **name = context_allocate(writer->context, (size_t)network->file_count, sizeof *name);
  char **hash = context_allocate(writer->context, (size_t)network->file_count, sizeof *hash);
  if (name != NULL && hash != NULL) {
    for (int32_t k = 0; k < network->file_count; k++) {
      name[k] = network->file[k].file;
      hash[k] = network->file[k].sha256;
    }
    hdf5_put_texts(writer->file, group, "files", name, network->file_count);
    hdf5_put_texts(writer->file, group, "sha256", hash, network->file_count);
  }
  context_release(writer->context, hash);
  context_release(writer->context, name);
  hdf5_group_close(writer->file, group);
}

static char *const *ids_of(const ls_network *network, enum table_id id) {
  const struct table_column *column = network_column(network, id, "id");
  return column == NULL ? NULL : column->text;
}

static void write_scales(struct network_writer *writer) {
  const ls_network *network = writer->network;
  char *const *entity = ids_of(network, TABLE_ENTITIES), *const *asset = ids_of(network, TABLE_ASSETS);
  if (entity != NULL && network->entity_count > 0) {
    writer->entity =
        hdf5_scale_texts(writer->file, writer->group, "entity", "id of the entity", entity, network->entity_count);
  }
  if (asset != NULL && network->asset_count > 0) {
    writer->asset =
        hdf5_scale_texts(writer->file, writer->group, "asset", "id of the asset", asset, network->asset_count);
  }
}

ls_status network_hdf5_put(ls_context *context, struct hdf5_file *file, hdf5_id group, const ls_network *network) {
  struct network_writer writer = {
      .context = context, .file = file, .network = network, .group = group, .entity = -1, .asset = -1};
  int64_t faults = context_fault_count(context);
  writer.amount = network_amount_units(context, network);
  if (writer.amount != NULL) {
    write_metadata(&writer);
    write_scales(&writer);
    for (int id = 0; id < TABLE_COUNT; id++) write_table(&writer, (enum table_id)id);
    write_loop_settings(&writer);
    write_sources(&writer);
  }
  context_release(context, writer.amount);
  return context_fault_count(context) > faults ? LS_STATUS_OUT_OF_MEMORY : LS_STATUS_OK;
}

void hdf5_put_kind(struct hdf5_file *file, const char *kind, const ls_network *network) {
  char source[NAME_ROOM];
  hdf5_id root = hdf5_root(file);
  (void)snprintf(source, sizeof source, "loopstress %s", ls_version());
  hdf5_put_text(file, root, "Conventions", "Loopstress-1.0");
  hdf5_put_text(file, root, "loopstress_kind", kind);
  hdf5_put_text(file, root, "loopstress_schema_version", "1.0.0");
  hdf5_put_text(file, root, "title", network->name);
  hdf5_put_text(file, root, "source", source);
}

ls_status ls_network_write(ls_context *context, const ls_network *network, const char *path, bool replace) {
  struct hdf5_file *file = NULL;
  int64_t rows = 0;
  for (int id = 0; id < TABLE_COUNT; id++) rows += network->table[id].row_count * (network->table[id].column_count + 1);
  ls_status status = hdf5_create(context, path, replace, rows * (int64_t)sizeof(double) * 2, &file);
  if (status != LS_STATUS_OK) return status;
  hdf5_put_kind(file, "network", network);
  status = network_hdf5_put(context, file, hdf5_root(file), network);
  if (status == LS_STATUS_OK) return hdf5_commit(&file);
  status = hdf5_write_status(file);
  hdf5_close(&file);
  return status;
}

/* network_hdf5_read.c - a network out of groups of an HDF5 file; see network_hdf5.h. Nothing in the file is trusted: names
 * are checked before they are opened, numbers of rows before memory is asked for, indices before they are used. */
#include <stdio.h>
#include <string.h>

#include "network/network_hdf5.h"
#include "network/schema.h"
#include "network/table.h"
#include "network/validate.h"

enum { NAME_ROOM = 32, COLUMN_LIMIT = 10000, SENIORITY_LIMIT = 100000 };
static const int64_t ROW_LIMIT = INT64_C(1) << 40;

struct network_reader {
  ls_context *context;
  struct hdf5_file *file;
  const char *path;
  hdf5_id group;
  ls_network *network;
};

/* Names, kinds and datasets of a table's columns, as its group lists them. */
struct heading {
  char **name, **kind, **dataset;
  int64_t count;
};

static ls_status fault(const struct network_reader *reader, enum table_id id, const char *rule) {
  return context_fault(reader->context, reader->path, 0, "group '%s' %s", schema_table(id)->name, rule);
}

static void heading_release(ls_context *context, struct heading *heading) {
  hdf5_texts_release(context, heading->name, heading->count);
  hdf5_texts_release(context, heading->kind, heading->count);
  hdf5_texts_release(context, heading->dataset, heading->count);
}

static ls_status read_list(const struct network_reader *reader, hdf5_id group, enum table_id id, const char *attribute,
                           int64_t wanted, char ***text) {
  char **read = NULL;
  int64_t count = 0;
  ls_status status = hdf5_get_texts(reader->file, group, attribute, &read, &count);
  if (status != LS_STATUS_OK) return status;
  if (count != wanted) {
    hdf5_texts_release(reader->context, read, count);
    return fault(reader, id, "lists another number of kinds or datasets than of columns");
  }
  *text = read;
  return LS_STATUS_OK;
}

static ls_status read_heading(const struct network_reader *reader, hdf5_id group, enum table_id id,
                              struct heading *heading) {
  if (!hdf5_has_attribute(reader->file, group, "columns")) return LS_STATUS_OK;
  ls_status status = hdf5_get_texts(reader->file, group, "columns", &heading->name, &heading->count);
  if (status == LS_STATUS_OK) status = read_list(reader, group, id, "column_kinds", heading->count, &heading->kind);
  if (status == LS_STATUS_OK)
    status = read_list(reader, group, id, "column_datasets", heading->count, &heading->dataset);
  if (status != LS_STATUS_OK) return status;
  if (heading->count > COLUMN_LIMIT) return fault(reader, id, "has too many columns");
  for (int64_t k = 0; k < heading->count; k++) {
    if (heading->dataset[k][0] == '\0' || strchr(heading->dataset[k], '/') != NULL || heading->dataset[k][0] == '.') {
      return fault(reader, id, "names a dataset that is not its own");
    }
    for (int64_t before = 0; before < k; before++) {
      if (strcmp(heading->name[k], heading->name[before]) == 0) return fault(reader, id, "lists a column twice");
    }
  }
  return LS_STATUS_OK;
}

/* The columns, empty. */
static ls_status add_columns(const struct network_reader *reader, enum table_id id, const struct heading *heading,
                             int64_t rows) {
  struct table *table = &reader->network->table[id];
  ls_status status = table_begin(reader->context, table, rows);
  for (int64_t k = 0; k < heading->count && status == LS_STATUS_OK; k++) {
    bool is_text = strcmp(heading->kind[k], "text") == 0;
    const struct column_schema *schema = schema_column(id, heading->name[k]);
    if (!is_text && strcmp(heading->kind[k], "number") != 0)
      status = fault(reader, id, "has a column that is neither text nor number");
    if (status == LS_STATUS_OK && schema != NULL && schema_is_text(schema) != is_text) {
      status = context_fault(reader->context, reader->path, 0, "column '%s' of '%s' must be %s", heading->name[k],
                             schema_table(id)->name, is_text ? "numbers" : "texts");
    }
    if (status == LS_STATUS_OK && table_column_add(reader->context, table, heading->name[k], is_text) == NULL) {
      status = LS_STATUS_OUT_OF_MEMORY;
    }
  }
  return status;
}

/* Cells first .. first + count - 1 of a column. */
static ls_status read_cells(const struct network_reader *reader, hdf5_id group, const char *dataset,
                            struct table_column *column, int64_t first, int64_t count) {
  double *number = NULL;
  char **text = NULL;
  ls_status status = LS_STATUS_OK;
  if (column->text == NULL) {
    status = hdf5_read_numbers(reader->file, group, dataset, count, &number);
    if (status != LS_STATUS_OK) return status;
    memcpy(column->number + first, number, (size_t)count * sizeof *number);
    context_release(reader->context, number);
    return LS_STATUS_OK;
  }
  status = hdf5_read_texts(reader->file, group, dataset, count, &text);
  if (status != LS_STATUS_OK) return status;
  for (int64_t k = 0; k < count && status == LS_STATUS_OK; k++)
    status = table_text_set(reader->context, column, first + k, text[k]);
  hdf5_texts_release(reader->context, text, count);
  return status;
}

static ls_status read_rows(const struct network_reader *reader, hdf5_id group, enum table_id id,
                           const struct heading *heading) {
  struct table *table = &reader->network->table[id];
  ls_status status = LS_STATUS_OK;
  if (table->row_count == 0) return LS_STATUS_OK;
  for (int64_t k = 0; k < heading->count && status == LS_STATUS_OK; k++) {
    status = read_cells(reader, group, heading->dataset[k], &table->column[k], 0, table->row_count);
  }
  return status;
}

/* ---- pair tables ------------------------------------------------------------------------------------------------------------ */

/* Node numbers back to entities; the node behind the last entity is the rest of the world. */
static ls_status fill_links(const struct network_reader *reader, enum table_id id, const int64_t *start,
                            const int32_t *index, int64_t rows, int64_t columns, int64_t first, int64_t count) {
  struct table *table = &reader->network->table[id];
  int32_t entities = reader->network->entity_count;
  bool to_asset = schema_table(id)->pairing == PAIRING_ENTITY_ASSET;
  if (start[0] != 0 || start[rows] != count) return fault(reader, id, "has an indptr that does not fit its links");
  for (int64_t row = 0; row < rows; row++) {
    if (start[row + 1] < start[row] || start[row + 1] > count)
      return fault(reader, id, "has an indptr that does not ascend");
    for (int64_t k = start[row]; k < start[row + 1]; k++) {
      if (index[k] < 0 || index[k] >= columns) return fault(reader, id, "has an index beyond its shape");
      table->from[first + k] = row == entities ? ENTITY_WORLD : (int32_t)row;
      table->to[first + k] = !to_asset && index[k] == entities ? ENTITY_WORLD : index[k];
    }
  }
  return LS_STATUS_OK;
}

static ls_status read_pattern(const struct network_reader *reader, hdf5_id group, enum table_id id, int64_t first,
                              int64_t count) {
  const ls_network *network = reader->network;
  int64_t rows = network->entity_count + (hdf5_has_attribute(reader->file, group, "world") ? 1 : 0);
  int64_t columns = schema_table(id)->pairing == PAIRING_ENTITY_ASSET ? network->asset_count : rows;
  int64_t *start = NULL;
  int32_t *index = NULL;
  ls_status status = hdf5_read_integers(reader->file, group, "indptr", rows + 1, &start);
  if (status == LS_STATUS_OK) status = hdf5_read_int32(reader->file, group, "indices", count, &index);
  if (status == LS_STATUS_OK) status = fill_links(reader, id, start, index, rows, columns, first, count);
  context_release(reader->context, index);
  context_release(reader->context, start);
  return status;
}

/* One matrix into the rows from `first` on; *count of them. */
static ls_status read_matrix(const struct network_reader *reader, hdf5_id group, enum table_id id,
                             const struct heading *heading, int64_t first, int64_t *count) {
  struct table *table = &reader->network->table[id];
  int64_t links = 0;
  if (!hdf5_has(reader->file, group, "indices")) {
    *count = 0;
    return LS_STATUS_OK;
  }
  ls_status status = hdf5_count(reader->file, group, "indices", &links);
  if (status == LS_STATUS_OK && links > table->row_count - first)
    status = fault(reader, id, "has more links than rows");
  if (status == LS_STATUS_OK) status = read_pattern(reader, group, id, first, links);
  for (int64_t k = 0; k < heading->count && status == LS_STATUS_OK; k++) {
    if (id == TABLE_LIABILITIES && strcmp(heading->name[k], "seniority") == 0) continue;
    status = read_cells(reader, group, heading->dataset[k], &table->column[k], first, links);
  }
  if (status == LS_STATUS_OK) *count = links;
  return status;
}

static ls_status read_by_seniority(const struct network_reader *reader, hdf5_id group, const struct heading *heading,
                                   int64_t *filled) {
  struct table *table = &reader->network->table[TABLE_LIABILITIES];
  struct table_column *seniority = NULL;
  ls_status status = LS_STATUS_OK;
  char name[NAME_ROOM];
  for (int32_t k = 0; k < table->column_count; k++) {
    if (strcmp(table->column[k].name, "seniority") == 0) seniority = &table->column[k];
  }
  for (int64_t level = 0; level < SENIORITY_LIMIT && *filled < table->row_count && status == LS_STATUS_OK; level++) {
    hdf5_id matrix = -1;
    int64_t links = 0;
    (void)snprintf(name, sizeof name, "%lld", (long long)level);
    if (!hdf5_has(reader->file, group, name)) continue;
    status = hdf5_group_open(reader->file, group, name, &matrix);
    if (status == LS_STATUS_OK) status = read_matrix(reader, matrix, TABLE_LIABILITIES, heading, *filled, &links);
    for (int64_t k = 0; k < links && seniority != NULL; k++) seniority->number[*filled + k] = (double)level;
    hdf5_group_close(reader->file, matrix);
    *filled += links;
  }
  return status;
}

static ls_status read_pairs(const struct network_reader *reader, hdf5_id group, enum table_id id,
                            const struct heading *heading) {
  struct table *table = &reader->network->table[id];
  int64_t filled = 0;
  ls_status status = table_pairs_begin(reader->context, table);
  if (status != LS_STATUS_OK) return status;
  if (id == TABLE_LIABILITIES) {
    status = read_by_seniority(reader, group, heading, &filled);
  } else {
    status = read_matrix(reader, group, id, heading, 0, &filled);
  }
  if (status == LS_STATUS_OK && filled != table->row_count) status = fault(reader, id, "has fewer links than rows");
  if (status == LS_STATUS_OK) status = table_resolve_pairs(reader->context, reader->network, id);
  return status;
}

/* ---- the whole --------------------------------------------------------------------------------------------------------------- */

static ls_status read_table(const struct network_reader *reader, enum table_id id) {
  struct heading heading = {0};
  hdf5_id group = -1;
  int64_t rows = 0;
  if (!hdf5_has(reader->file, reader->group, schema_table(id)->name)) return LS_STATUS_OK;
  ls_status status = hdf5_group_open(reader->file, reader->group, schema_table(id)->name, &group);
  if (status != LS_STATUS_OK) return status;
  status = read_heading(reader, group, id, &heading);
  if (status == LS_STATUS_OK) status = hdf5_get_integer(reader->file, group, "row_count", &rows);
  /* every row takes bytes in the file, so that its size bounds what a damaged number can ask for */
  if (status == LS_STATUS_OK && (rows < 0 || rows > ROW_LIMIT || rows > hdf5_most_numbers(reader->file) ||
                                 (rows > 0 && heading.count == 0 && schema_table(id)->pairing == PAIRING_NONE))) {
    status = fault(reader, id, "has an impossible number of rows");
  }
  if (status == LS_STATUS_OK) status = add_columns(reader, id, &heading, rows);
  if (status == LS_STATUS_OK) {
    bool pairs = schema_table(id)->pairing != PAIRING_NONE;
    status = pairs ? read_pairs(reader, group, id, &heading) : read_rows(reader, group, id, &heading);
  }
  hdf5_group_close(reader->file, group);
  heading_release(reader->context, &heading);
  if (status == LS_STATUS_OK && (id == TABLE_ENTITIES || id == TABLE_ASSETS)) {
    status = network_index_ids(reader->context, reader->network);
  }
  return status;
}

static ls_status read_text(const struct network_reader *reader, const char *attribute, char **text) {
  char *read = NULL;
  if (!hdf5_has_attribute(reader->file, reader->group, attribute)) return LS_STATUS_OK;
  ls_status status = hdf5_get_text(reader->file, reader->group, attribute, &read);
  if (status != LS_STATUS_OK) return status;
  context_release(reader->context, *text);
  *text = read;
  return LS_STATUS_OK;
}

static ls_status read_texts(const struct network_reader *reader, const char *attribute, char ***text, int32_t *count) {
  int64_t found = 0;
  if (!hdf5_has_attribute(reader->file, reader->group, attribute)) return LS_STATUS_OK;
  ls_status status = hdf5_get_texts(reader->file, reader->group, attribute, text, &found);
  if (status == LS_STATUS_OK) *count = (int32_t)found;
  return status;
}

static ls_status read_metadata(const struct network_reader *reader) {
  ls_network *network = reader->network;
  ls_status status = read_text(reader, "name", &network->name);
  if (status == LS_STATUS_OK) status = read_text(reader, "currency", &network->currency);
  if (status == LS_STATUS_OK) status = read_text(reader, "unit", &network->unit);
  if (status == LS_STATUS_OK) status = read_text(reader, "as_of_date", &network->as_of);
  if (status == LS_STATUS_OK) status = read_text(reader, "description", &network->description);
  if (status == LS_STATUS_OK) status = read_texts(reader, "sources", &network->source, &network->source_count);
  if (status == LS_STATUS_OK)
    status = read_texts(reader, "unmodelled", &network->unmodelled, &network->unmodelled_count);
  return status;
}

/* One key of the loop's settings; a file written before the key existed lacks it, and has its default. */
static ls_status read_loop_key(const struct network_reader *reader, hdf5_id group, int k) {
  const struct loop_key *key = &LOOP_KEYS[k];
  double value = key->initial;
  int64_t whole = 0;
  char *word = NULL;
  if (!hdf5_has_attribute(reader->file, group, key->name)) return LS_STATUS_OK;
  ls_status status = LS_STATUS_OK;
  if (key->kind == LOOP_KEY_REAL) status = hdf5_get_number(reader->file, group, key->name, &value);
  if (key->kind == LOOP_KEY_WHOLE) status = hdf5_get_integer(reader->file, group, key->name, &whole);
  if (key->kind == LOOP_KEY_WORD) status = hdf5_get_text(reader->file, group, key->name, &word);
  if (status != LS_STATUS_OK) return status;
  if (key->kind == LOOP_KEY_WHOLE) value = (double)whole;
  for (int choice = 0; word != NULL; choice++) {
    value = choice;
    if (key->word[choice] == NULL || strcmp(key->word[choice], word) == 0) break;
  }
  context_release(reader->context, word);
  if (!(value >= key->low && value <= key->high)) /* so written that NaN is refused */
    return context_fault(reader->context, reader->path, 0, "group 'loop' has an impossible %s", key->name);
  loop_settings_set(&reader->network->loop, k, value);
  return LS_STATUS_OK;
}

static ls_status read_loop_settings(const struct network_reader *reader) {
  hdf5_id group = -1;
  int64_t given = 0;
  if (!hdf5_has(reader->file, reader->group, "loop")) return LS_STATUS_OK;
  ls_status status = hdf5_group_open(reader->file, reader->group, "loop", &group);
  if (status != LS_STATUS_OK) return status;
  status = hdf5_get_integer(reader->file, group, "given", &given);
  for (int k = 0; k < LOOP_KEY_COUNT && status == LS_STATUS_OK; k++) status = read_loop_key(reader, group, k);
  reader->network->has_loop_settings = given != 0;
  hdf5_group_close(reader->file, group);
  return status;
}

static ls_status fill_sources(const struct network_reader *reader, char **name, char *const *hash, int64_t count) {
  ls_network *network = reader->network;
  network->file = context_allocate(reader->context, (size_t)count, sizeof *network->file);
  if (network->file == NULL) return LS_STATUS_OUT_OF_MEMORY;
  network->file_count = (int32_t)count;
  for (int64_t k = 0; k < count; k++) {
    network->file[k].file = context_copy_text(reader->context, name[k]);
    if (network->file[k].file == NULL) return LS_STATUS_OUT_OF_MEMORY;
    (void)snprintf(network->file[k].sha256, sizeof network->file[k].sha256, "%s", hash[k]);
  }
  return LS_STATUS_OK;
}

static ls_status read_sources(const struct network_reader *reader) {
  hdf5_id group = -1;
  char **name = NULL, **hash = NULL;
  int64_t names = 0, hashes = 0;
  if (!hdf5_has(reader->file, reader->group, "import")) return LS_STATUS_OK;
  ls_status status = hdf5_group_open(reader->file, reader->group, "import", &group);
  if (status != LS_STATUS_OK) return status;
  if (hdf5_has_attribute(reader->file, group, "files")) {
    status = hdf5_get_texts(reader->file, group, "files", &name, &names);
    if (status == LS_STATUS_OK) status = hdf5_get_texts(reader->file, group, "sha256", &hash, &hashes);
    if (status == LS_STATUS_OK && names != hashes) {
      status = context_fault(reader->context, reader->path, 0,
                             "group 'import' names another number of files than of hashes");
    }
    if (status == LS_STATUS_OK) status = fill_sources(reader, name, hash, names);
  }
  hdf5_texts_release(reader->context, hash, hashes);
  hdf5_texts_release(reader->context, name, names);
  hdf5_group_close(reader->file, group);
  return status;
}

ls_status network_hdf5_get(ls_context *context, struct hdf5_file *file, const char *path, hdf5_id group,
                           ls_network **network) {
  struct network_reader reader = {.context = context, .file = file, .path = path, .group = group};
  reader.network = network_create(context);
  if (reader.network == NULL) return LS_STATUS_OUT_OF_MEMORY;
  ls_status status = read_metadata(&reader);
  /* entities and assets before the tables that name them by number */
  if (status == LS_STATUS_OK) status = read_table(&reader, TABLE_ENTITIES);
  if (status == LS_STATUS_OK) status = read_table(&reader, TABLE_ASSETS);
  for (int id = 0; id < TABLE_COUNT && status == LS_STATUS_OK; id++) {
    if (id != TABLE_ENTITIES && id != TABLE_ASSETS) status = read_table(&reader, (enum table_id)id);
  }
  if (status == LS_STATUS_OK) status = read_loop_settings(&reader);
  if (status == LS_STATUS_OK) status = read_sources(&reader);
  if (status == LS_STATUS_OK && reader.network->entity_count == 0)
    status = fault(&reader, TABLE_ENTITIES, "has no entities");
  if (status != LS_STATUS_OK) {
    network_destroy(&reader.network);
    return status;
  }
  *network = reader.network;
  return LS_STATUS_OK;
}

ls_status hdf5_get_kind(ls_context *context, struct hdf5_file *file, const char *path, char **kind) {
  char *version = NULL, *found = NULL;
  hdf5_id root = hdf5_root(file);
  if (!hdf5_has_attribute(file, root, "loopstress_kind")) {
    return context_fault(
        context, path, 0,
        "is an HDF5 file, but not one of loopstress (no attribute loopstress_kind); a sparse matrix in "
        "it is imported by its group");
  }
  ls_status status = hdf5_get_text(file, root, "loopstress_kind", &found);
  if (status == LS_STATUS_OK) status = hdf5_get_text(file, root, "loopstress_schema_version", &version);
  if (status == LS_STATUS_OK && strncmp(version, "1.", 2) != 0) {
    status = context_fault(context, path, 0, "has schema version %s, must be 1: it needs a newer loopstress", version);
  }
  context_release(context, version);
  if (status != LS_STATUS_OK) {
    context_release(context, found);
    return status;
  }
  *kind = found;
  return LS_STATUS_OK;
}

ls_status network_hdf5_read(ls_context *context, const char *path, ls_network **network) {
  struct hdf5_file *file = NULL;
  char *kind = NULL;
  ls_status status = hdf5_open(context, path, &file);
  if (status != LS_STATUS_OK) return status;
  status = hdf5_get_kind(context, file, path, &kind);
  if (status == LS_STATUS_OK && strcmp(kind, "network") != 0) {
    status = context_fault(context, path, 0, "is a %s file, must be a network file", kind);
  }
  ls_network *read = NULL;
  if (status == LS_STATUS_OK) status = network_hdf5_get(context, file, path, hdf5_root(file), &read);
  if (status == LS_STATUS_OK) status = network_validate(context, read, path);
  context_release(context, kind);
  hdf5_close(&file);
  if (status != LS_STATUS_OK) {
    network_destroy(&read);
    return status;
  }
  *network = read;
  return LS_STATUS_OK;
}

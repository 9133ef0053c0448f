/* map.c - reading a map from YAML: keys, choices, columns, filters, lookups. */
#include "network/map.h"

#include "io/nearest.h"

#include <math.h>
#include <string.h>

/* ---- columns ----------------------------------------------------------------------------------------------------- */

static ls_status add_piece(const struct map *map, struct map_column *column, const char *text, size_t length,
                           bool is_column) {
  const size_t count = (size_t)column->piece_count;
  struct map_piece *grown = context_grow(map->context, column->piece, count, count + 1, sizeof *grown);
  if (grown == NULL) return LS_STATUS_OUT_OF_MEMORY;
  column->piece = grown;
  grown[count] = (struct map_piece){context_copy_text_of(map->context, text, length), is_column};
  if (grown[count].text == NULL) return LS_STATUS_OUT_OF_MEMORY;
  column->piece_count++;
  return LS_STATUS_OK;
}

/* "{country}:{lei}" */
static ls_status read_pattern(const struct map *map, const struct yaml_node *node, struct map_column *column) {
  ls_status status = LS_STATUS_OK;
  for (const char *at = node->text; *at != '\0' && status == LS_STATUS_OK;) {
    const bool is_column = *at == '{';
    const size_t length = is_column ? strcspn(at + 1, "}") : strcspn(at, "{");
    if (is_column && at[1 + length] != '}')
      return context_fault(map->context, map->name, node->line, "pattern is '%s', a brace that opens must be closed",
                           node->text);
    status = is_column ? add_piece(map, column, at + 1, length, true) : add_piece(map, column, at, length, false);
    at += is_column ? length + 2 : length;
  }
  return status;
}

static ls_status find_lookup(const struct map *map, const struct yaml_node *node, struct map_column *column) {
  const char *name = yaml_text(map->context, node, "lookup", NULL);
  for (int32_t i = 0; name != NULL && i < map->lookup_count; i++)
    if (strcmp(map->lookup[i].name, name) == 0) column->lookup = &map->lookup[i];
  if (name != NULL && column->lookup == NULL)
    return context_fault(map->context, map->name, yaml_key_line(node, "lookup"),
                         "lookup is '%s', must be one of lookups", name);
  return LS_STATUS_OK;
}

/* A mapping with one of column, pattern and value, and what is done to it. */
static ls_status read_column_keys(const struct map *map, const struct yaml_node *node, struct map_column *column) {
  static const char *const KEYS[] = {"column", "pattern", "value", "before", "multiply", "lookup", NULL};
  ls_context *context = map->context;
  const int64_t faults = context_fault_count(context);
  if (yaml_check_keys(context, node, KEYS) != LS_STATUS_OK && node->kind != NODE_MAPPING)
    return LS_STATUS_INVALID_INPUT;
  const struct yaml_node *cell = yaml_find_kind(context, node, "column", NODE_SCALAR);
  const struct yaml_node *pattern = yaml_find_kind(context, node, "pattern", NODE_SCALAR);
  const struct yaml_node *value = yaml_find_kind(context, node, "value", NODE_SCALAR);
  if ((cell != NULL) + (pattern != NULL) + (value != NULL) != 1)
    context_fault(context, map->name, node->line, "'%s' must have exactly one of column, pattern and value",
                  column->name);
  if (yaml_find(node, "multiply") != NULL) {
    column->is_number = true;
    column->multiply = yaml_number(context, node, "multiply", -INFINITY, INFINITY, 1.0);
  }
  column->before = yaml_text(context, node, "before", NULL);
  ls_status status = find_lookup(map, node, column);
  if (context_fault_count(context) > faults) return LS_STATUS_INVALID_INPUT;
  if (status == LS_STATUS_OK && cell != NULL) status = add_piece(map, column, cell->text, strlen(cell->text), true);
  if (status == LS_STATUS_OK && value != NULL) status = add_piece(map, column, value->text, strlen(value->text), false);
  return status == LS_STATUS_OK && pattern != NULL ? read_pattern(map, pattern, column) : status;
}

static ls_status read_column(const struct map *map, const struct map_table *table, const struct yaml_node *key,
                             const struct yaml_node *node, struct map_column *column) {
  *column = (struct map_column){.name = key->text, .line = key->line, .multiply = 1.0};
  column->schema = schema_column(table->id, key->text);
  column->is_number = column->schema != NULL && !schema_is_text(column->schema);
  if (node->kind == NODE_SCALAR) return add_piece(map, column, node->text, strlen(node->text), true);
  return read_column_keys(map, node, column);
}

static void check_required(const struct map *map, const struct map_table *table, const struct yaml_node *columns) {
  const struct table_schema *schema = schema_table(table->id);
  for (int32_t i = 0; i < schema->column_count; i++)
    if (schema->column[i].required && yaml_find(columns, schema->column[i].name) == NULL)
      context_fault(map->context, map->name, columns->line, "column '%s' of %s is missing", schema->column[i].name,
                    schema->name);
}

static ls_status read_columns(const struct map *map, const struct yaml_node *node, struct map_table *table) {
  const struct yaml_node *columns = yaml_require(map->context, node, "columns", NODE_MAPPING);
  if (columns == NULL) return LS_STATUS_INVALID_INPUT;
  ls_status status = LS_STATUS_OK;
  check_required(map, table, columns);
  table->column = context_allocate(map->context, (size_t)columns->count, sizeof *table->column);
  if (table->column == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int64_t i = 0; i < columns->count && status != LS_STATUS_OUT_OF_MEMORY; i++) {
    table->column_count++;
    status = read_column(map, table, columns->key[i], columns->item[i], &table->column[i]);
  }
  return status;
}

/* ---- filters ----------------------------------------------------------------------------------------------------- */

static void check_words(const struct map *map, const struct yaml_node *words) {
  if (words->kind == NODE_MAPPING)
    context_fault(map->context, map->name, words->line, "a mapping stands here, must be a word or a list of words");
  for (int64_t i = 0; words->kind == NODE_SEQUENCE && i < words->count; i++)
    if (words->item[i]->kind != NODE_SCALAR)
      context_fault(map->context, map->name, words->item[i]->line, "the list has an entry that is no word");
}

static void read_filter(const struct map *map, const struct yaml_node *node, struct map_filter *filter) {
  static const char *const KEYS[] = {"column", "before", "is", "is_not", "starts", "starts_not", "must", NULL};
  static const char *const MUST[] = {"not_blank", "lei", NULL};
  static const char *const WITH_WORDS[] = {"is", "is_not", "starts", "starts_not"};
  ls_context *context = map->context;
  int found = 0;
  *filter = (struct map_filter){.line = node->line};
  (void)yaml_check_keys(context, node, KEYS);
  if (node->kind != NODE_MAPPING) return;
  const struct yaml_node *column = yaml_require(context, node, "column", NODE_SCALAR);
  filter->column = column != NULL ? column->text : "";
  filter->before = yaml_text(context, node, "before", NULL);
  for (int kind = FILTER_IS; kind <= FILTER_STARTS_NOT; kind++) {
    const struct yaml_node *words = yaml_find(node, WITH_WORDS[kind]);
    if (words == NULL) continue;
    check_words(map, words);
    filter->kind = (enum map_filter_kind)kind;
    filter->words = words;
    found++;
  }
  if (yaml_find(node, "must") != NULL) {
    filter->kind = yaml_choice(context, node, "must", MUST, 0) == 0 ? FILTER_NOT_BLANK : FILTER_LEI;
    found++;
  }
  if (found != 1)
    context_fault(context, map->name, node->line,
                  "a filter must have exactly one of is, is_not, starts, starts_not, must");
}

static ls_status read_filters(const struct map *map, const struct yaml_node *node, struct map_table *table) {
  const struct yaml_node *filters = yaml_find_kind(map->context, node, "where", NODE_SEQUENCE);
  if (filters == NULL) return LS_STATUS_OK;
  table->filter = context_allocate(map->context, (size_t)filters->count, sizeof *table->filter);
  if (table->filter == NULL) return LS_STATUS_OUT_OF_MEMORY;
  table->filter_count = (int32_t)filters->count;
  for (int32_t i = 0; i < table->filter_count; i++) read_filter(map, filters->item[i], &table->filter[i]);
  return LS_STATUS_OK;
}

/* ---- tables ------------------------------------------------------------------------------------------------------ */

static ls_status read_table_id(const struct map *map, const struct yaml_node *node, struct map_table *table) {
  const char *name[TABLE_COUNT + 1] = {NULL};
  for (int id = 0; id < TABLE_COUNT; id++) name[id] = schema_table((enum table_id)id)->name;
  if (yaml_require(map->context, node, "table", NODE_SCALAR) == NULL) return LS_STATUS_INVALID_INPUT;
  const int id = yaml_choice(map->context, node, "table", name, -1);
  if (id < 0) return LS_STATUS_INVALID_INPUT;
  table->id = (enum table_id)id;
  for (const struct map_table *other = map->table; other < table; other++)
    if (other->id == table->id)
      return context_fault(map->context, map->name, node->line, "table %s stands twice (first in line %lld)", name[id],
                           (long long)other->line);
  return LS_STATUS_OK;
}

static void read_missing(const struct map *map, const struct yaml_node *node, struct map_table *table) {
  static const char *const KEYS[] = {"markers", "then", NULL};
  static const char *const THEN[] = {"error", "drop", "zero", "blank", NULL};
  const struct yaml_node *missing = yaml_find_kind(map->context, node, "missing", NODE_MAPPING);
  if (missing == NULL) return;
  yaml_check_keys(map->context, missing, KEYS);
  table->markers = yaml_find(missing, "markers");
  if (table->markers != NULL) check_words(map, table->markers);
  table->missing = (enum map_missing)yaml_choice(map->context, missing, "then", THEN, MISSING_ERROR);
}

/* How the file is written. */
static void read_dialect(const struct map *map, const struct yaml_node *node, struct map_table *table) {
  static const char *const DELIMITERS[] = {"comma", "semicolon", "tab", "pipe", NULL};
  static const char *const DECIMALS[] = {"point", "comma", NULL};
  static const char *const THOUSANDS[] = {"none", "comma", "point", "blank", "apostrophe", NULL};
  static const char *const ENCODINGS[] = {"utf-8", "latin-1", "windows-1252", NULL};
  ls_context *context = map->context;
  table->dialect.delimiter = ",;\t|"[yaml_choice(context, node, "delimiter", DELIMITERS, 0)];
  table->dialect.skipped_lines = yaml_integer(context, node, "skip_lines", 0, INT32_MAX, 0);
  table->dialect.any_header = true;
  table->decimal = ".,"[yaml_choice(context, node, "decimal", DECIMALS, 0)];
  table->thousands = "\0,. '"[yaml_choice(context, node, "thousands", THOUSANDS, 0)];
  table->encoding = (enum map_encoding)yaml_choice(context, node, "encoding", ENCODINGS, ENCODING_UTF8);
  if (table->thousands == table->decimal)
    context_fault(context, map->name, yaml_key_line(node, "thousands"),
                  "thousands and decimal are the same sign, must differ");
}

static ls_status read_table(const struct map *map, const struct yaml_node *node, struct map_table *table) {
  static const char *const KEYS[] = {"table",      "file",       "delimiter", "decimal", "thousands",
                                     "encoding",   "skip_lines", "where",     "missing", "duplicates",
                                     "self_links", "zeros",      "negatives", "columns", NULL};
  static const char *const REPEATS[] = {"error", "sum", "first", "same", NULL};
  static const char *const REFUSED[] = {"error", "drop", NULL}, *const ALLOWED[] = {"keep", "drop", NULL};
  ls_context *context = map->context;
  table->line = node->line;
  table->id = TABLE_COUNT;
  (void)yaml_check_keys(context, node, KEYS);
  ls_status status = node->kind != NODE_MAPPING ? LS_STATUS_INVALID_INPUT : read_table_id(map, node, table);
  if (status != LS_STATUS_OK) return status;
  table->file = yaml_text(context, node, "file", NULL);
  read_dialect(map, node, table);
  read_missing(map, node, table);
  table->repeats = (enum map_repeats)yaml_choice(context, node, "duplicates", REPEATS, REPEATS_ERROR);
  table->drop_self_links = yaml_choice(context, node, "self_links", REFUSED, 0) == 1;
  table->drop_zeros = yaml_choice(context, node, "zeros", ALLOWED, 0) == 1;
  table->drop_negatives = yaml_choice(context, node, "negatives", REFUSED, 0) == 1;
  status = read_filters(map, node, table);
  return status == LS_STATUS_OK ? read_columns(map, node, table) : status;
}

static ls_status read_tables(struct map *map) {
  const struct yaml_node *tables = yaml_require(map->context, map->root, "tables", NODE_SEQUENCE);
  if (tables == NULL) return LS_STATUS_INVALID_INPUT;
  if (tables->count == 0)
    return context_fault(map->context, map->name, tables->line, "tables is empty, must have at least one");
  map->table = context_allocate(map->context, (size_t)tables->count, sizeof *map->table);
  if (map->table == NULL) return LS_STATUS_OUT_OF_MEMORY;
  ls_status status = LS_STATUS_OK;
  for (int64_t i = 0; i < tables->count && status != LS_STATUS_OUT_OF_MEMORY; i++) {
    map->table_count++;
    status = read_table(map, tables->item[i], &map->table[i]);
  }
  return status;
}

/* ---- lookups ----------------------------------------------------------------------------------------------------- */

static void read_lookup(const struct map *map, const struct yaml_node *node, struct map_lookup *lookup) {
  static const char *const KEYS[] = {"file", "from", "to", "entries", "unknown", NULL};
  static const char *const UNKNOWN[] = {"error", "drop", "keep", NULL};
  ls_context *context = map->context;
  lookup->line = node->line;
  (void)yaml_check_keys(context, node, KEYS);
  if (node->kind != NODE_MAPPING) return;
  lookup->file = yaml_text(context, node, "file", NULL);
  lookup->from = yaml_text(context, node, "from", NULL);
  lookup->to = yaml_text(context, node, "to", NULL);
  lookup->entries = yaml_find_kind(context, node, "entries", NODE_MAPPING);
  lookup->unknown = (enum map_unknown)yaml_choice(context, node, "unknown", UNKNOWN, UNKNOWN_ERROR);
  const bool has_file = lookup->file != NULL && lookup->from != NULL && lookup->to != NULL;
  if (has_file == (lookup->entries != NULL))
    context_fault(context, map->name, node->line, "lookup '%s' must have either file, from and to, or entries",
                  lookup->name);
}

static ls_status read_lookups(struct map *map) {
  const struct yaml_node *lookups = yaml_find_kind(map->context, map->root, "lookups", NODE_MAPPING);
  if (lookups == NULL) return LS_STATUS_OK;
  map->lookup = context_allocate(map->context, (size_t)lookups->count, sizeof *map->lookup);
  if (map->lookup == NULL) return LS_STATUS_OUT_OF_MEMORY;
  map->lookup_count = (int32_t)lookups->count;
  for (int32_t i = 0; i < map->lookup_count; i++) {
    map->lookup[i].name = lookups->key[i]->text;
    read_lookup(map, lookups->item[i], &map->lookup[i]);
  }
  return LS_STATUS_OK;
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

ls_status map_read(ls_context *context, char *name, const char *data, size_t length, struct map *map) {
  static const char *const KEYS[] = {"network", "lookups", "tables", NULL};
  const int64_t faults = context_fault_count(context);
  *map = (struct map){.context = context, .name = name};
  ls_status status = yaml_read(context, map->name, data, length, &map->root);
  if (status != LS_STATUS_OK) return status;
  status = yaml_check_keys(context, map->root, KEYS);
  if (map->root->kind != NODE_MAPPING) return status;
  map->network = yaml_find_kind(context, map->root, "network", NODE_MAPPING);
  status = read_lookups(map);
  if (status == LS_STATUS_OK) status = read_tables(map);
  if (status == LS_STATUS_OK && context_fault_count(context) > faults) status = LS_STATUS_INVALID_INPUT;
  return status;
}

static void release_table(ls_context *context, struct map_table *table) {
  for (int32_t i = 0; i < table->column_count; i++) {
    for (int32_t k = 0; k < table->column[i].piece_count; k++) context_release(context, table->column[i].piece[k].text);
    context_release(context, table->column[i].piece);
  }
  context_release(context, table->column);
  context_release(context, table->filter);
}

void map_release(struct map *map) {
  ls_context *context = map->context;
  if (context == NULL) return;
  for (int32_t i = 0; i < map->table_count; i++) release_table(context, &map->table[i]);
  for (int32_t i = 0; i < map->lookup_count; i++) {
    context_release(context, map->lookup[i].entry);
    csv_destroy(&map->lookup[i].csv);
  }
  context_release(context, map->table);
  context_release(context, map->lookup);
  yaml_destroy(&map->root);
  context_release(context, map->name);
  *map = (struct map){0};
}

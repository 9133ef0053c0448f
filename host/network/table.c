/* table.c - tables in memory: columns of numbers and texts, pairs resolved and sorted. What cells may hold is not known
 * here. */
#include "network/table.h"

#include "network/schema.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Every blank text cell points here, which saves an allocation for each. */
static const char BLANK[] = "";

static char *blank_text(void) { return (char *)(uintptr_t)BLANK; }

static void text_release(const struct allocator *allocator, char *text) {
  if (text != BLANK) allocator_release(allocator, text);
}

static void column_release(const struct allocator *allocator, struct table_column *column, int64_t row_count) {
  for (int64_t row = 0; row < row_count && column->text != NULL; row++) text_release(allocator, column->text[row]);
  allocator_release(allocator, column->text);
  allocator_release(allocator, column->number);
  allocator_release(allocator, column->name);
  *column = (struct table_column){0};
}

void table_release(const struct allocator *allocator, struct table *table) {
  for (int32_t i = 0; i < table->column_count; i++) column_release(allocator, &table->column[i], table->row_count);
  allocator_release(allocator, table->column);
  allocator_release(allocator, table->source);
  allocator_release(allocator, table->line);
  allocator_release(allocator, table->from);
  allocator_release(allocator, table->to);
  *table = (struct table){0};
}

ls_status table_begin(ls_context *context, struct table *table, int64_t row_count) {
  const struct allocator allocator = context_allocator(context);
  int64_t *line = context_allocate(context, (size_t)row_count, sizeof *line);
  if (line == NULL) return LS_STATUS_OUT_OF_MEMORY;
  table_release(&allocator, table);
  *table = (struct table){.present = true, .row_count = row_count, .line = line};
  return LS_STATUS_OK;
}

static struct table_column *find_column(const struct table *table, const char *name) {
  for (int32_t i = 0; i < table->column_count; i++)
    if (strcmp(table->column[i].name, name) == 0) return &table->column[i];
  return NULL;
}

static bool column_fill(ls_context *context, struct table_column *column, int64_t row_count, const char *name,
                        bool is_text) {
  column->name = context_copy_text(context, name);
  if (is_text)
    column->text = context_allocate(context, (size_t)row_count, sizeof *column->text);
  else
    column->number = context_allocate(context, (size_t)row_count, sizeof *column->number);
  if (column->name == NULL || (column->text == NULL && column->number == NULL)) return false;
  for (int64_t row = 0; row < row_count; row++) {
    if (is_text)
      column->text[row] = blank_text();
    else
      column->number[row] = NAN;
  }
  return true;
}

struct table_column *table_column_add(ls_context *context, struct table *table, const char *name, bool is_text) {
  struct table_column *column = find_column(table, name);
  if (column != NULL) return column;
  const size_t count = (size_t)table->column_count;
  struct table_column *grown = context_grow(context, table->column, count, count + 1, sizeof *grown);
  if (grown == NULL) return NULL;
  table->column = grown;
  struct table_column fresh = {0};
  if (!column_fill(context, &fresh, table->row_count, name, is_text)) {
    const struct allocator allocator = context_allocator(context);
    column_release(&allocator, &fresh, 0);
    return NULL;
  }
  column = &grown[count];
  *column = fresh;
  table->column_count++;
  return column;
}

ls_status table_text_set(ls_context *context, struct table_column *column, int64_t row, const char *text) {
  const struct allocator allocator = context_allocator(context);
  char *copy = *text == '\0' ? blank_text() : context_copy_text(context, text);
  if (copy == NULL) return LS_STATUS_OUT_OF_MEMORY;
  text_release(&allocator, column->text[row]);
  column->text[row] = copy;
  return LS_STATUS_OK;
}

ls_status table_pairs_begin(ls_context *context, struct table *table) {
  int32_t *from = context_allocate(context, (size_t)table->row_count, sizeof *from);
  int32_t *to = context_allocate(context, (size_t)table->row_count, sizeof *to);
  if (from == NULL || to == NULL) {
    context_release(context, from);
    context_release(context, to);
    return LS_STATUS_OUT_OF_MEMORY;
  }
  for (int64_t row = 0; row < table->row_count; row++) from[row] = to[row] = ENTITY_NONE;
  context_release(context, table->from);
  context_release(context, table->to);
  table->from = from;
  table->to = to;
  return LS_STATUS_OK;
}

void table_column_drop(ls_context *context, struct table *table, const char *name) {
  const struct allocator allocator = context_allocator(context);
  struct table_column *column = find_column(table, name);
  if (column == NULL) return;
  column_release(&allocator, column, table->row_count);
  const size_t after = (size_t)(table->column + table->column_count - (column + 1));
  memmove(column, column + 1, after * sizeof *column);
  table->column_count--;
}

struct table_column *table_column_open(ls_context *context, ls_network *network, enum table_id id, const char *name,
                                       bool is_text) {
  struct table *table = &network->table[id];
  const struct column_schema *schema = schema_column(id, name);
  const bool is_new = find_column(table, name) == NULL;
  struct table_column *column = table_column_add(context, table, name, is_text);
  for (int64_t row = 0; column != NULL && is_new && !is_text && schema != NULL && row < table->row_count; row++)
    column->number[row] = schema->otherwise;
  return column;
}

const char *table_file(const ls_network *network, enum table_id id) {
  const char *source = network->table[id].source;
  return source != NULL ? source : schema_table(id)->file;
}

static void resolve_column(ls_context *context, const ls_network *network, const struct table_schema *schema,
                           const struct column_schema *key, int32_t *number) {
  const struct table *table = &network->table[schema->id];
  const struct table_column *column = find_column(table, key->name);
  for (int64_t row = 0; row < table->row_count; row++) {
    const char *id = column->text[row];
    const bool is_asset = key->kind == COLUMN_ASSET;
    number[row] = is_asset ? network_find_asset(network, id) : network_find_entity(network, id);
    if (number[row] == ENTITY_NONE)
      context_fault(context, table_file(network, schema->id), table->line[row], "%s '%s' is not in %s", key->name, id,
                    table_file(network, is_asset ? TABLE_ASSETS : TABLE_ENTITIES));
  }
}

void table_row_name(const ls_network *network, enum table_id id, int64_t row, char name[ROW_NAME]) {
  const struct table_schema *schema = schema_table(id);
  const char *first = network_text(network, id, schema->column[0].name, row);
  const struct table_column *key = schema->key[0] != NULL ? network_column(network, id, schema->key[0]) : NULL;
  const char *own = key != NULL && key->text != NULL ? key->text[row] : "";
  if (schema->pairing == PAIRING_NONE)
    snprintf(name, ROW_NAME, "%.60s", first);
  else
    snprintf(name, ROW_NAME, "%.60s>%.60s%s%.60s", first, network_text(network, id, schema->column[1].name, row),
             *own != '\0' ? " " : "", own);
}

bool table_same_key(const ls_network *network, enum table_id id, const char *column, int64_t a, int64_t b) {
  const struct table_column *found = network_column(network, id, column);
  if (found == NULL) return true;
  if (found->text != NULL) return strcmp(found->text[a], found->text[b]) == 0;
  return found->number[a] == found->number[b] || (isnan(found->number[a]) && isnan(found->number[b]));
}

struct sort_key {
  int32_t from, to;
  double level;   /* seniority, or member of an ensemble */
  const char *id; /* tells rows of one pair apart where the table has ids for them, else "" */
  int64_t row;
};

static int compare_keys(const void *left, const void *right) {
  const struct sort_key *a = left, *b = right;
  if (a->from != b->from) return a->from < b->from ? -1 : 1;
  if (a->to != b->to) return a->to < b->to ? -1 : 1;
  if (a->level < b->level) return -1;
  if (a->level > b->level) return 1;
  const int order = strcmp(a->id, b->id);
  if (order != 0) return order;
  return (a->row > b->row) - (a->row < b->row);
}

/* array[i] = old array[key[i].row], through `scratch`, for things of `size` bytes. */
static void permute(void *array, size_t size, const struct sort_key *key, int64_t count, void *scratch) {
  if (array == NULL) return;
  memcpy(scratch, array, (size_t)count * size);
  for (int64_t i = 0; i < count; i++)
    memcpy((char *)array + (size_t)i * size, (const char *)scratch + (size_t)key[i].row * size, size);
}

static void apply_order(struct table *table, const struct sort_key *key, void *scratch) {
  const int64_t count = table->row_count;
  for (int32_t i = 0; i < table->column_count; i++) {
    permute(table->column[i].text, sizeof(char *), key, count, scratch);
    permute(table->column[i].number, sizeof(double), key, count, scratch);
  }
  permute(table->line, sizeof *table->line, key, count, scratch);
  permute(table->from, sizeof *table->from, key, count, scratch);
  permute(table->to, sizeof *table->to, key, count, scratch);
}

static ls_status sort_pairs(ls_context *context, const struct table_schema *schema, struct table *table) {
  const int64_t count = table->row_count;
  const struct table_column *key_column = schema->key[0] != NULL ? find_column(table, schema->key[0]) : NULL;
  ls_status status = LS_STATUS_OK;
  struct sort_key *key = context_allocate(context, (size_t)count, sizeof *key);
  void *scratch = context_allocate(context, (size_t)count, sizeof(double));
  if (key == NULL || scratch == NULL) {
    status = LS_STATUS_OUT_OF_MEMORY;
    goto cleanup;
  }
  for (int64_t row = 0; row < count; row++) {
    const bool has_level = key_column != NULL && key_column->number != NULL && !isnan(key_column->number[row]);
    const bool has_id = key_column != NULL && key_column->text != NULL;
    key[row] = (struct sort_key){table->from[row], table->to[row], has_level ? key_column->number[row] : 0.0,
                                 has_id ? key_column->text[row] : "", row};
  }
  qsort(key, (size_t)count, sizeof *key, compare_keys);
  apply_order(table, key, scratch);
cleanup:
  context_release(context, scratch);
  context_release(context, key);
  return status;
}

ls_status table_resolve_pairs(ls_context *context, ls_network *network, enum table_id id) {
  const struct table_schema *schema = schema_table(id);
  struct table *table = &network->table[id];
  const struct column_schema *from = &schema->column[0], *to = &schema->column[1];
  if (schema->pairing == PAIRING_NONE || !table->present) return LS_STATUS_OK;
  const int64_t faults = context_fault_count(context);
  ls_status status = network_index_ids(context, network);
  if (status != LS_STATUS_OK) return status;
  const struct table_column *from_column = find_column(table, from->name), *to_column = find_column(table, to->name);
  if (from_column != NULL && to_column != NULL) {
    status = table_pairs_begin(context, table);
    if (status != LS_STATUS_OK) return status;
    resolve_column(context, network, schema, from, table->from);
    resolve_column(context, network, schema, to, table->to);
    table_column_drop(context, table, from->name);
    table_column_drop(context, table, to->name);
  }
  if (table->from == NULL || table->to == NULL)
    return context_fail(context, LS_STATUS_INTERNAL, "%s has neither ids nor numbers of its pairs", schema->name);
  status = sort_pairs(context, schema, table);
  if (status != LS_STATUS_OK) return status;
  return context_fault_count(context) > faults ? LS_STATUS_INVALID_INPUT : LS_STATUS_OK;
}

static void move_row(ls_context *context, struct table *table, int64_t from, int64_t to, bool drop) {
  const struct allocator allocator = context_allocator(context);
  for (int32_t i = 0; i < table->column_count; i++) {
    struct table_column *column = &table->column[i];
    if (drop && column->text != NULL) text_release(&allocator, column->text[from]);
    if (!drop && column->text != NULL) column->text[to] = column->text[from];
    if (!drop && column->number != NULL) column->number[to] = column->number[from];
  }
  if (drop) return;
  table->line[to] = table->line[from];
  if (table->from != NULL) table->from[to] = table->from[from];
  if (table->to != NULL) table->to[to] = table->to[from];
}

void table_drop_rows(ls_context *context, struct table *table, const bool *drop) {
  int64_t kept = 0;
  for (int64_t row = 0; row < table->row_count; row++) {
    move_row(context, table, row, kept, drop[row]);
    if (!drop[row]) kept++;
  }
  table->row_count = kept;
}

static bool grow_column(ls_context *context, struct table_column *column, int64_t rows) {
  const size_t before = (size_t)rows, after = before + 1;
  if (column->text != NULL) {
    char **text = context_grow(context, column->text, before, after, sizeof *text);
    if (text == NULL) return false;
    column->text = text;
    text[rows] = blank_text();
    return true;
  }
  double *number = context_grow(context, column->number, before, after, sizeof *number);
  if (number == NULL) return false;
  column->number = number;
  number[rows] = NAN;
  return true;
}

static bool grow_ends(ls_context *context, int32_t **end, int64_t rows, int32_t value) {
  int32_t *grown = context_grow(context, *end, (size_t)rows, (size_t)rows + 1, sizeof *grown);
  if (grown == NULL) return false;
  *end = grown;
  grown[rows] = value;
  return true;
}

ls_status table_row_add(ls_context *context, struct table *table, int32_t from, int32_t to) {
  const int64_t rows = table->row_count;
  int64_t *line = context_grow(context, table->line, (size_t)rows, (size_t)rows + 1, sizeof *line);
  if (line == NULL) return LS_STATUS_OUT_OF_MEMORY;
  table->line = line;
  line[rows] = 0;
  for (int32_t i = 0; i < table->column_count; i++)
    if (!grow_column(context, &table->column[i], rows)) return LS_STATUS_OUT_OF_MEMORY;
  if (table->from != NULL && !grow_ends(context, &table->from, rows, from)) return LS_STATUS_OUT_OF_MEMORY;
  if (table->to != NULL && !grow_ends(context, &table->to, rows, to)) return LS_STATUS_OUT_OF_MEMORY;
  table->row_count++;
  return LS_STATUS_OK;
}

static ls_status copy_column(ls_context *context, const struct table_column *source, struct table *copy) {
  struct table_column *column = table_column_add(context, copy, source->name, source->text != NULL);
  if (column == NULL) return LS_STATUS_OUT_OF_MEMORY;
  if (source->number != NULL) {
    memcpy(column->number, source->number, (size_t)copy->row_count * sizeof *column->number);
    return LS_STATUS_OK;
  }
  for (int64_t row = 0; row < copy->row_count; row++)
    if (table_text_set(context, column, row, source->text[row]) != LS_STATUS_OK) return LS_STATUS_OUT_OF_MEMORY;
  return LS_STATUS_OK;
}

ls_status table_copy(ls_context *context, const struct table *table, struct table *copy) {
  if (!table->present) return LS_STATUS_OK;
  ls_status status = table_begin(context, copy, table->row_count);
  if (status != LS_STATUS_OK) return status;
  memcpy(copy->line, table->line, (size_t)table->row_count * sizeof *copy->line);
  if (table->source != NULL && (copy->source = context_copy_text(context, table->source)) == NULL)
    return LS_STATUS_OUT_OF_MEMORY;
  for (int32_t i = 0; i < table->column_count && status == LS_STATUS_OK; i++)
    status = copy_column(context, &table->column[i], copy);
  if (status == LS_STATUS_OK && table->from != NULL) {
    status = table_pairs_begin(context, copy);
    if (status == LS_STATUS_OK) {
      memcpy(copy->from, table->from, (size_t)table->row_count * sizeof *copy->from);
      memcpy(copy->to, table->to, (size_t)table->row_count * sizeof *copy->to);
    }
  }
  return status;
}

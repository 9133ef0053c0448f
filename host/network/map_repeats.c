/* map_repeats.c - rows of a mapped table that name the same thing: added up, or the later ones dropped. */
#include "network/map.h"

#include "io/csv_draft.h"
#include "io/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { KEYS_MAX = 3 };

struct repeats {
  ls_context *context;
  const struct map *map;
  const struct map_table *table;
  const struct csv *rows;
  int32_t key[KEYS_MAX]; /* columns that name a row */
  int32_t key_count;
  int64_t *first; /* [row_count] the first row of the same key */
  double *sum;    /* [row_count * column_count] of additive cells in first rows; NaN: nothing to write */
};

struct keyed_row {
  const char *key[KEYS_MAX];
  int64_t row;
};

static void add_key(struct repeats *repeats, const char *name) {
  const int32_t column = name == NULL ? -1 : csv_find(repeats->rows, name);
  if (column >= 0 && repeats->key_count < KEYS_MAX) repeats->key[repeats->key_count++] = column;
}

static void find_keys(struct repeats *repeats) {
  const struct table_schema *schema = schema_table(repeats->table->id);
  for (int i = 0; schema->pairing != PAIRING_NONE && i < 2; i++) add_key(repeats, schema->column[i].name);
  for (int i = 0; i < KEYS_MAX; i++) {
    if (schema->key[i] == NULL) break;
    add_key(repeats, schema->key[i]);
  }
}

static int compare_keys(const struct keyed_row *a, const struct keyed_row *b) {
  int order = 0;
  for (int i = 0; i < KEYS_MAX && order == 0; i++) order = strcmp(a->key[i], b->key[i]);
  return order;
}

static int compare_rows(const void *left, const void *right) {
  const struct keyed_row *a = left, *b = right;
  const int order = compare_keys(a, b);
  return order != 0 ? order : (a->row > b->row) - (a->row < b->row);
}

static ls_status find_first(struct repeats *repeats) {
  const int64_t count = repeats->rows->row_count;
  struct keyed_row *keyed = context_allocate(repeats->context, (size_t)count, sizeof *keyed);
  repeats->first = context_allocate(repeats->context, (size_t)count, sizeof *repeats->first);
  if (keyed == NULL || repeats->first == NULL) {
    context_release(repeats->context, keyed);
    return LS_STATUS_OUT_OF_MEMORY;
  }
  for (int64_t row = 0; row < count; row++) {
    keyed[row] = (struct keyed_row){{"", "", ""}, row};
    for (int32_t i = 0; i < repeats->key_count; i++)
      keyed[row].key[i] = csv_at(repeats->rows, row, repeats->key[i])->text;
  }
  qsort(keyed, (size_t)count, sizeof *keyed, compare_rows);
  for (int64_t i = 0; i < count; i++) {
    const bool again = i > 0 && compare_keys(&keyed[i - 1], &keyed[i]) == 0;
    repeats->first[keyed[i].row] = again ? repeats->first[keyed[i - 1].row] : keyed[i].row;
  }
  context_release(repeats->context, keyed);
  return LS_STATUS_OK;
}

/* Amounts of money and what a table requires add up; other columns must agree. */
static bool is_additive(const struct map_column *column) {
  if (!column->is_number) return false;
  return column->schema == NULL || column->schema->unit == UNIT_CURRENCY || column->schema->required;
}

static void tell_difference(const struct repeats *repeats, const struct map_column *column, int64_t first,
                            int64_t row) {
  context_fault(repeats->context, repeats->rows->name, csv_at(repeats->rows, row, 0)->line,
                "%s differs from line %lld, must agree where rows of one key are %s (%s:%lld)", column->name,
                (long long)csv_at(repeats->rows, first, 0)->line,
                repeats->table->repeats == REPEATS_SUM ? "added up" : "the same", repeats->map->name,
                (long long)repeats->table->line);
}

/* A blank adds nothing, and is a number only together with one. */
static void add_number(const struct repeats *repeats, int64_t first, int64_t row, int32_t column) {
  double value = 0.0, before = 0.0;
  double *sum = &repeats->sum[first * repeats->rows->column_count + column];
  if (number_parse(csv_at(repeats->rows, row, column)->text, &value) != NUMBER_FINE) return;
  if (isnan(*sum) && number_parse(csv_at(repeats->rows, first, column)->text, &before) == NUMBER_FINE) *sum = before;
  *sum = isnan(*sum) ? value : *sum + value;
}

static void compare_or_add(const struct repeats *repeats, int64_t first, int64_t row) {
  for (int32_t c = 0; c < repeats->rows->column_count; c++) {
    const struct map_column *column = &repeats->table->column[c];
    if (repeats->table->repeats == REPEATS_SUM && is_additive(column))
      add_number(repeats, first, row, c);
    else if (strcmp(csv_at(repeats->rows, first, c)->text, csv_at(repeats->rows, row, c)->text) != 0)
      tell_difference(repeats, column, first, row);
  }
}

static ls_status write_row(const struct repeats *repeats, int64_t row, struct csv_draft *draft) {
  char text[NUMBER_TEXT_SIZE];
  ls_status status = LS_STATUS_OK;
  for (int32_t c = 0; c < repeats->rows->column_count && status == LS_STATUS_OK; c++) {
    const struct csv_cell *cell = csv_at(repeats->rows, row, c);
    const double sum = repeats->sum[row * repeats->rows->column_count + c];
    if (!isnan(sum)) number_print(sum, text);
    status = csv_draft_add(draft, isnan(sum) ? cell->text : text, cell->line, cell->quoted);
  }
  return status;
}

static ls_status write_first(const struct repeats *repeats, struct csv **rows) {
  struct csv_draft draft = {0};
  const struct csv *old = repeats->rows;
  const char **name = context_allocate(repeats->context, (size_t)old->column_count, sizeof *name);
  if (name == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int32_t c = 0; c < old->column_count; c++) name[c] = old->header[c].text;
  ls_status status = csv_draft_begin(repeats->context, old->name, name, old->column_count, &draft);
  for (int64_t row = 0; row < old->row_count && status == LS_STATUS_OK; row++)
    if (repeats->first[row] == row) status = write_row(repeats, row, &draft);
  context_release(repeats->context, name);
  if (status == LS_STATUS_OK) return csv_draft_finish(&draft, rows);
  csv_draft_release(&draft);
  return status;
}

ls_status map_merge_repeats(ls_context *context, const struct map *map, const struct map_table *table,
                            struct csv **rows, int64_t *changed) {
  struct repeats repeats = {.context = context, .map = map, .table = table, .rows = *rows};
  struct csv *merged = NULL;
  if (table->repeats == REPEATS_ERROR) return LS_STATUS_OK;
  const size_t cells = (size_t)(*rows)->row_count * (size_t)(*rows)->column_count;
  find_keys(&repeats);
  ls_status status = find_first(&repeats);
  repeats.sum = context_allocate(context, cells, sizeof *repeats.sum);
  if (repeats.sum == NULL) status = LS_STATUS_OUT_OF_MEMORY;
  for (size_t k = 0; k < cells && status == LS_STATUS_OK; k++) repeats.sum[k] = NAN;
  for (int64_t row = 0; row < (*rows)->row_count && status == LS_STATUS_OK; row++) {
    if (repeats.first[row] == row) continue;
    (*changed)++;
    if (table->repeats != REPEATS_FIRST) compare_or_add(&repeats, repeats.first[row], row);
  }
  if (status == LS_STATUS_OK) status = write_first(&repeats, &merged);
  context_release(context, repeats.sum);
  context_release(context, repeats.first);
  if (status != LS_STATUS_OK) return status;
  csv_destroy(rows);
  *rows = merged;
  return LS_STATUS_OK;
}

/* explicit.c - scenarios given as rows: scenario,target,variable,value[,quarter].
 *
 * Rows are expanded to single targets; a later one replaces an earlier one of the same scenario, target, variable and
 * quarter. Then every scenario's shocks are resolved at every key that any scenario has.
 */
#include "io/csv.h"
#include "io/nearest.h"
#include "io/number.h"
#include "scenario/reader.h"
#include "scenario/shock_keys.h"
#include "scenario/targets.h"
#include "scenario/variables.h"

#include <stdlib.h>
#include <string.h>

enum field { FIELD_SCENARIO, FIELD_TARGET, FIELD_VARIABLE, FIELD_VALUE, FIELD_QUARTER, FIELD_NOTE, FIELD_COUNT };
static const char *const FIELD_NAMES[FIELD_COUNT + 1] = {"scenario", "target", "variable", "value", "quarter", "note"};

struct entry {
  int64_t scenario, order;
  struct shock_point point;
  double value;
};

struct rows {
  struct scenario_reader *reader;
  struct csv *csv;
  int32_t column[FIELD_COUNT]; /* -1: the file lacks it */
  struct target_list list;
  char **id; /* scenarios in order of first appearance */
  int64_t id_count, id_capacity;
  int64_t *slot; /* hash table of scenario numbers + 1, slot_count a power of two */
  int64_t slot_count;
  struct entry *entry;
  int64_t entry_count, entry_capacity;
};

/* ---- columns --------------------------------------------------------------------------------------------------- */

static void find_columns(struct rows *rows) {
  struct scenario_reader *reader = rows->reader;
  for (int field = 0; field < FIELD_COUNT; field++) {
    rows->column[field] = csv_find(rows->csv, FIELD_NAMES[field]);
    if (rows->column[field] < 0 && field <= FIELD_VALUE) {
      context_fault(reader->context, reader->file, rows->csv->column_count > 0 ? rows->csv->header[0].line : 1,
                    "column '%s' is missing", FIELD_NAMES[field]);
    }
  }
  for (int32_t k = 0; k < rows->csv->column_count; k++) {
    const struct csv_cell *cell = &rows->csv->header[k];
    int field = 0;
    while (field < FIELD_COUNT && strcmp(FIELD_NAMES[field], cell->text) != 0) field++;
    if (field < FIELD_COUNT) continue;
    const char *nearest = nearest_word(cell->text, FIELD_NAMES);
    context_fault(reader->context, reader->file, cell->line, "unknown column '%s'%s%s%s", cell->text,
                  nearest != NULL ? ", did you mean '" : "", nearest != NULL ? nearest : "",
                  nearest != NULL ? "'?" : "");
  }
}

/* ---- scenarios by name ----------------------------------------------------------------------------------------- */

static uint64_t hash_text(const char *text) {
  uint64_t hash = 14695981039346656037u; /* FNV-1a */
  for (; *text != '\0'; text++) hash = (hash ^ (unsigned char)*text) * 1099511628211u;
  return hash ^ hash >> 32;
}

static int64_t *find_slot(const struct rows *rows, const char *name) {
  uint64_t at = hash_text(name);
  for (;; at++) {
    int64_t *slot = &rows->slot[at & (uint64_t)(rows->slot_count - 1)];
    if (*slot == 0 || strcmp(rows->id[*slot - 1], name) == 0) return slot;
  }
}

/* There are at most as many scenarios as rows: tables of that size need no growth. */
static ls_status prepare_names(struct rows *rows) {
  rows->slot_count = 16;
  while (rows->slot_count < 2 * rows->csv->row_count) rows->slot_count *= 2;
  rows->slot = context_allocate(rows->reader->context, (size_t)rows->slot_count, sizeof *rows->slot);
  rows->id = reader_allocate(rows->reader, rows->csv->row_count, sizeof *rows->id);
  return rows->slot != NULL && rows->id != NULL ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
}

/* The number of a scenario, a new one at its first appearance; -1 without memory. */
static int64_t scenario_number(struct rows *rows, const char *name) {
  int64_t *slot = find_slot(rows, name);
  if (*slot == 0) {
    char *copy = reader_allocate(rows->reader, (int64_t)strlen(name) + 1, 1);
    if (copy == NULL) return -1;
    memcpy(copy, name, strlen(name));
    rows->id[rows->id_count] = copy;
    *slot = ++rows->id_count;
  }
  return *slot - 1;
}

/* ---- one row --------------------------------------------------------------------------------------------------- */

static const char *cell_text(const struct rows *rows, int64_t row, enum field field) {
  return rows->column[field] < 0 ? "" : csv_at(rows->csv, row, rows->column[field])->text;
}

static bool read_value(struct rows *rows, int64_t row, int64_t line, int variable, double *value) {
  struct scenario_reader *reader = rows->reader;
  const char *text = cell_text(rows, row, FIELD_VALUE);
  enum number_fault fault = number_parse(text, value);
  if (fault == NUMBER_FINE) return variable < 0 || variable_check(reader, variable, "value", *value, line);
  context_fault(reader->context, reader->file, line, "value is '%s', %s", text, number_rule(fault));
  return false;
}

static bool read_quarter(struct rows *rows, int64_t row, int64_t line, int32_t *quarter) {
  struct scenario_reader *reader = rows->reader;
  const char *text = cell_text(rows, row, FIELD_QUARTER);
  int64_t number = 0;
  if (*text == '\0') {
    *quarter = 0;
    return true;
  }
  enum number_fault fault = number_parse_integer(text, &number);
  if (fault != NUMBER_FINE) {
    context_fault(reader->context, reader->file, line,
                  "quarter is '%s', %s (quarters count from 0, that of the network's date)", text, number_rule(fault));
    return false;
  }
  if (number != 0 && reader->options->quarter_count == 1) {
    context_fault(reader->context, reader->file, line,
                  "quarter is %lld, must be blank or 0: model '%s' has no quarters", (long long)number,
                  reader->options->model != NULL ? reader->options->model : "");
    return false;
  }
  if (number < 0 || number >= reader->options->quarter_count) {
    context_fault(reader->context, reader->file, line, "quarter is %lld, must be between 0 and %d (the run's quarters)",
                  (long long)number, (int)reader->options->quarter_count - 1);
    return false;
  }
  *quarter = (int32_t)number;
  return true;
}

static ls_status add_entries(struct rows *rows, const struct entry *model) {
  int64_t needed = rows->entry_count + rows->list.count;
  if (needed > rows->entry_capacity) {
    int64_t capacity = needed + needed / 2 + 64;
    struct entry *larger =
        context_grow(rows->reader->context, rows->entry, (size_t)rows->entry_count, (size_t)capacity, sizeof *larger);
    if (larger == NULL) return LS_STATUS_OUT_OF_MEMORY;
    rows->entry = larger;
    rows->entry_capacity = capacity;
  }
  for (int64_t k = 0; k < rows->list.count; k++) {
    struct entry *entry = &rows->entry[rows->entry_count++];
    *entry = *model;
    entry->point.target = rows->list.number[k];
  }
  return LS_STATUS_OK;
}

/* A row with the scenario alone names one without shocks. */
static ls_status read_row(struct rows *rows, int64_t row) {
  struct scenario_reader *reader = rows->reader;
  int64_t line = csv_at(rows->csv, row, 0)->line;
  const char *name = cell_text(rows, row, FIELD_SCENARIO), *target = cell_text(rows, row, FIELD_TARGET);
  const char *variable = cell_text(rows, row, FIELD_VARIABLE);
  struct entry entry = {.order = row};
  if (*name == '\0') {
    context_fault(reader->context, reader->file, line, "scenario is blank, must be a name");
    return LS_STATUS_OK;
  }
  entry.scenario = scenario_number(rows, name);
  if (entry.scenario < 0) return LS_STATUS_OUT_OF_MEMORY;
  bool is_bare = *target == '\0' && *variable == '\0' && *cell_text(rows, row, FIELD_VALUE) == '\0' &&
                 *cell_text(rows, row, FIELD_QUARTER) == '\0';
  if (is_bare) return LS_STATUS_OK;
  entry.point.variable = variable_find(reader, variable, line);
  bool fine = read_value(rows, row, line, entry.point.variable, &entry.value);
  fine = read_quarter(rows, row, line, &entry.point.quarter) && fine;
  if (entry.point.variable < 0) return LS_STATUS_OK;
  ls_status status = target_expand(reader, entry.point.variable, target, line, &rows->list);
  if (status != LS_STATUS_OK || !fine) return status;
  if (entry.point.variable == LS_VARIABLE_POWER) target_warn_uncapped(reader, target, line, &rows->list);
  return add_entries(rows, &entry);
}

/* ---- the table ------------------------------------------------------------------------------------------------- */

static ls_status build_keys(struct rows *rows) {
  struct scenario_reader *reader = rows->reader;
  struct shock_point *point = context_allocate(reader->context, (size_t)rows->entry_count, sizeof *point);
  if (point == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int64_t k = 0; k < rows->entry_count; k++) point[k] = rows->entry[k].point;
  ls_status status = shock_keys_build(reader, point, rows->entry_count);
  context_release(reader->context, point);
  return status;
}

static int compare_entries(const void *left, const void *right) {
  const struct entry *a = left, *b = right;
  if (a->scenario != b->scenario) return a->scenario < b->scenario ? -1 : 1;
  return (a->order > b->order) - (a->order < b->order);
}

/* The values of one scenario at all keys: its own rows, and between them what holds from the row before. */
static void resolve(const struct ls_shock_plan *shock, const struct entry *entry, int64_t count,
                    const int32_t *variable, double *current, bool *given, double *value) {
  for (int32_t column = 0; column < shock->column_count; column++) current[column] = variable_neutral(variable[column]);
  memset(given, 0, (size_t)shock->key_count);
  for (int64_t k = 0; k < count; k++) {
    int32_t key = shock_keys_find(shock, &entry[k].point);
    value[key] = entry[k].value;
    given[key] = true;
  }
  for (int32_t key = 0; key < shock->key_count; key++) {
    int32_t column = shock->key_column[key];
    if (!given[key]) value[key] = current[column];
    if (variable[column] != LS_VARIABLE_DEFAULT) current[column] = value[key];
  }
}

static ls_status fill_table(struct rows *rows) {
  struct scenario_reader *reader = rows->reader;
  struct ls_shock_plan *shock = &reader->set->shock;
  ls_context *context = reader->context;
  int64_t cells = rows->id_count;
  if (__builtin_mul_overflow(cells, (int64_t)shock->key_count, &cells)) cells = -1; /* refused as out of memory */
  double *value = reader_allocate(reader, cells, sizeof *value);
  double *current = context_allocate(context, (size_t)shock->column_count, sizeof *current);
  bool *given = context_allocate(context, (size_t)shock->key_count, sizeof *given);
  int32_t *variable = context_allocate(context, (size_t)shock->column_count, sizeof *variable);
  bool fine = value != NULL && current != NULL && given != NULL && variable != NULL;
  if (fine) {
    for (int64_t k = 0; k < (int64_t)LS_VARIABLE_COUNT * shock->target_count; k++) {
      if (shock->column_of[k] >= 0) variable[shock->column_of[k]] = (int32_t)(k / shock->target_count);
    }
    for (int64_t scenario = 0, first = 0; scenario < rows->id_count; scenario++) {
      int64_t end = first;
      while (end < rows->entry_count && rows->entry[end].scenario == scenario) end++;
      const struct entry *own =
          end > first ? &rows->entry[first] : NULL; /* a file may have scenarios without shocks alone */
      resolve(shock, own, end - first, variable, current, given, value + scenario * shock->key_count);
      first = end;
    }
    shock->explicit_count = rows->id_count;
    shock->explicit_value = value;
  }
  context_release(context, current);
  context_release(context, given);
  context_release(context, variable);
  return fine ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
}

static ls_status build_table(struct rows *rows) {
  struct scenario_set *set = rows->reader->set;
  if (rows->entry_count > 0) qsort(rows->entry, (size_t)rows->entry_count, sizeof *rows->entry, compare_entries);
  ls_status status = build_keys(rows);
  if (status == LS_STATUS_OK) status = fill_table(rows);
  set->id = rows->id;
  set->count = rows->id_count;
  return status;
}

static ls_status read_rows(struct rows *rows) {
  struct scenario_reader *reader = rows->reader;
  int64_t faults_before = context_fault_count(reader->context);
  find_columns(rows);
  if (context_fault_count(reader->context) > faults_before) return LS_STATUS_INVALID_INPUT;
  ls_status status = prepare_names(rows);
  for (int64_t row = 0; row < rows->csv->row_count && status == LS_STATUS_OK; row++) status = read_row(rows, row);
  if (status != LS_STATUS_OK) return status;
  if (context_fault_count(reader->context) > faults_before) return LS_STATUS_OK; /* scenario.c tells which status */
  if (rows->id_count == 0) return context_fault(reader->context, reader->file, 0, "has no row, must have at least one");
  return build_table(rows);
}

ls_status explicit_read(struct scenario_reader *reader) {
  struct rows rows = {.reader = reader};
  ls_status status = csv_read(reader->context, reader->file, reader->set->text, reader->set->text_length, &rows.csv);
  if (status == LS_STATUS_OK) status = read_rows(&rows);
  if (status == LS_STATUS_OK) {
    reader->set->seed = reader->options->has_seed ? reader->options->seed : 1;
    reader->set->keep_worst = reader->options->keep_worst > 0 ? reader->options->keep_worst : 0;
    if (reader->options->count > 0) {
      context_warn(reader->context, reader->file, 0,
                   "a count of scenarios has no effect on scenarios given one by one");
    }
  }
  context_release(reader->context, rows.slot);
  context_release(reader->context, rows.entry);
  target_list_release(reader, &rows.list);
  csv_destroy(&rows.csv);
  return status;
}

/* map_rows.c - one table of a map applied to its file: filters, then cells, row by row; and what was dropped. */
#include "network/map.h"

#include "io/csv_draft.h"
#include "io/nearest.h"
#include "io/number.h"

#include <math.h>
#include <string.h>

enum { NUMBER_ROOM = 128 };

enum row_fate { ROW_KEPT, ROW_DROPPED, ROW_FAULTY };

struct mapping {
  struct import_source *source;
  ls_context *context;
  const struct map *map;
  const struct map_table *table;
  const struct csv *csv;
  int32_t *filter_column; /* [filter_count] in the file */
  int32_t **piece_column; /* [column_count][piece_count] in the file, -1 for letters */
  struct buffer *cell;    /* [column_count] of the row at hand */
  struct csv_draft draft;
  int64_t *filtered; /* [filter_count] rows dropped */
  int64_t missing, unknown, self_links, zeros, negatives;
};

/* ---- columns of the file ----------------------------------------------------------------------------------------- */

static ls_status tell_unknown_column(const struct mapping *mapping, const char *name, int64_t line) {
  const struct csv *csv = mapping->csv;
  const char **names = context_allocate(mapping->context, (size_t)csv->column_count + 1, sizeof *names);
  if (names == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int32_t i = 0; i < csv->column_count; i++) names[i] = csv->header[i].text;
  const char *nearest = nearest_word(name, names);
  context_fault(mapping->context, mapping->map->name, line, "column '%s' is not in the header of %s (line %lld)%s%s%s",
                name, csv->name, (long long)csv->header[0].line, nearest != NULL ? ", did you mean '" : "",
                nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
  context_release(mapping->context, names);
  return LS_STATUS_OK;
}

static ls_status find_column(const struct mapping *mapping, const char *name, int64_t line, int32_t *column) {
  const struct csv *csv = mapping->csv;
  *column = csv_find(csv, name);
  if (*column < 0) return tell_unknown_column(mapping, name, line);
  for (int32_t i = *column + 1; i < csv->column_count; i++)
    if (strcmp(csv->header[i].text, name) == 0)
      context_fault(mapping->context, mapping->map->name, line, "column '%s' stands twice in %s (columns %d and %d)",
                    name, csv->name, (int)*column + 1, (int)i + 1);
  return LS_STATUS_OK;
}

static ls_status find_pieces(struct mapping *mapping, int32_t c) {
  const struct map_column *column = &mapping->table->column[c];
  ls_status status = LS_STATUS_OK;
  mapping->cell[c] = buffer_start(mapping->context);
  mapping->piece_column[c] = context_allocate(mapping->context, (size_t)column->piece_count, sizeof(int32_t));
  if (mapping->piece_column[c] == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int32_t k = 0; k < column->piece_count && status == LS_STATUS_OK; k++) {
    mapping->piece_column[c][k] = -1;
    if (column->piece[k].is_column)
      status = find_column(mapping, column->piece[k].text, column->line, &mapping->piece_column[c][k]);
  }
  return status;
}

static ls_status find_columns(struct mapping *mapping) {
  const struct map_table *table = mapping->table;
  const int64_t faults = context_fault_count(mapping->context);
  ls_status status = LS_STATUS_OK;
  for (int32_t f = 0; f < table->filter_count && status == LS_STATUS_OK; f++)
    status = find_column(mapping, table->filter[f].column, table->filter[f].line, &mapping->filter_column[f]);
  for (int32_t c = 0; c < table->column_count && status == LS_STATUS_OK; c++) status = find_pieces(mapping, c);
  if (status == LS_STATUS_OK && context_fault_count(mapping->context) > faults) return LS_STATUS_INVALID_INPUT;
  return status;
}

/* ---- cells ------------------------------------------------------------------------------------------------------- */

/* How much of a cell counts: what stands before the sign, without blanks at its end. */
static size_t length_before(const char *text, const char *before) {
  const char *stop = before == NULL ? NULL : strstr(text, before);
  size_t length = stop == NULL ? strlen(text) : (size_t)(stop - text);
  while (stop != NULL && length > 0 && text[length - 1] == ' ') length--;
  return length;
}

static void cell_set(struct buffer *cell, const char *text, size_t length) {
  cell->length = 0;
  buffer_add(cell, text, length);
}

static bool starts_with(const struct yaml_node *words, const char *text) {
  if (words->kind == NODE_SCALAR) return strncmp(text, words->text, strlen(words->text)) == 0;
  for (int64_t i = 0; i < words->count; i++)
    if (strncmp(text, words->item[i]->text, strlen(words->item[i]->text)) == 0) return true;
  return false;
}

static bool passes(const struct map_filter *filter, const char *text) {
  switch (filter->kind) {
    case FILTER_IS:
      return map_has_word(filter->words, text);
    case FILTER_IS_NOT:
      return !map_has_word(filter->words, text);
    case FILTER_STARTS:
      return starts_with(filter->words, text);
    case FILTER_STARTS_NOT:
      return !starts_with(filter->words, text);
    case FILTER_NOT_BLANK:
      return *text != '\0';
    case FILTER_LEI:
      return map_is_lei(text);
  }
  return false;
}

/* The number of the filter that a row fails; filter_count where it passes all. */
static int32_t failed_filter(struct mapping *mapping, int64_t row) {
  const struct map_table *table = mapping->table;
  for (int32_t f = 0; f < table->filter_count; f++) {
    const char *text = csv_at(mapping->csv, row, mapping->filter_column[f])->text;
    struct buffer *scratch = &mapping->cell[0];
    cell_set(scratch, text, length_before(text, table->filter[f].before));
    if (scratch->failed || !passes(&table->filter[f], scratch->data)) return f;
  }
  return table->filter_count;
}

static void tell_cell(const struct mapping *mapping, const struct map_column *column, int64_t row, const char *text,
                      const char *rule) {
  context_fault(mapping->context, mapping->csv->name, csv_at(mapping->csv, row, 0)->line, "%s is '%.80s' (%s:%lld), %s",
                column->name, text, mapping->map->name, (long long)column->line, rule);
}

/* Puts the cell together; false where a part of it is missing, whose text is then *lacking. */
static bool join_pieces(struct mapping *mapping, int32_t c, int64_t row, const char **lacking) {
  const struct map_column *column = &mapping->table->column[c];
  struct buffer *cell = &mapping->cell[c];
  cell_set(cell, "", 0);
  for (int32_t k = 0; k < column->piece_count; k++) {
    if (!column->piece[k].is_column) {
      buffer_text(cell, column->piece[k].text);
      continue;
    }
    const char *text = csv_at(mapping->csv, row, mapping->piece_column[c][k])->text;
    *lacking = text;
    if (*text == '\0' || map_has_word(mapping->table->markers, text)) return false;
    buffer_add(cell, text, length_before(text, column->before));
  }
  return true;
}

static enum row_fate treat_missing(struct mapping *mapping, int32_t c, int64_t row, const char *text) {
  const struct map_column *column = &mapping->table->column[c];
  const bool may_be_blank = !column->is_number && (column->schema == NULL || column->schema->blank_allowed);
  cell_set(&mapping->cell[c], "", 0);
  if (may_be_blank || mapping->table->missing == MISSING_BLANK) return ROW_KEPT;
  if (mapping->table->missing == MISSING_DROP) {
    mapping->missing++;
    return ROW_DROPPED;
  }
  if (mapping->table->missing == MISSING_ZERO && column->is_number) {
    cell_set(&mapping->cell[c], "0", 1);
    return ROW_KEPT;
  }
  tell_cell(mapping, column, row, text, column->is_number ? "must be a number" : "must be given");
  return ROW_FAULTY;
}

/* A number that needs no change keeps its digits. */
static enum row_fate convert_number(struct mapping *mapping, int32_t c, int64_t row) {
  const struct map_column *column = &mapping->table->column[c];
  const struct map_table *table = mapping->table;
  struct buffer *cell = &mapping->cell[c];
  char plain[NUMBER_ROOM], product[NUMBER_TEXT_SIZE];
  double value = 0.0;
  const bool is_foreign = table->decimal != '.' || table->thousands != '\0';
  if (is_foreign && map_plain_number(cell->data, table->decimal, table->thousands, plain, sizeof plain))
    cell_set(cell, plain, strlen(plain));
  else if (is_foreign) {
    tell_cell(mapping, column, row, cell->data,
              "must be a number with the decimal and thousands signs that the map says");
    return ROW_FAULTY;
  }
  const enum number_fault fault = number_parse(cell->data, &value);
  if (fault != NUMBER_FINE || !isfinite(value * column->multiply)) {
    tell_cell(mapping, column, row, cell->data, number_rule(fault != NUMBER_FINE ? fault : NUMBER_TOO_LARGE));
    return ROW_FAULTY;
  }
  if (column->multiply == 1.0) return ROW_KEPT;
  number_print(value * column->multiply, product);
  cell_set(cell, product, strlen(product));
  return ROW_KEPT;
}

static enum row_fate look_up(struct mapping *mapping, int32_t c, int64_t row) {
  const struct map_column *column = &mapping->table->column[c];
  struct buffer *cell = &mapping->cell[c];
  const char *found = map_look_up(column->lookup, cell->data);
  if (found != NULL) {
    cell_set(cell, found, strlen(found));
    return ROW_KEPT;
  }
  if (column->lookup->unknown == UNKNOWN_KEEP) return ROW_KEPT;
  if (column->lookup->unknown == UNKNOWN_DROP) {
    mapping->unknown++;
    return ROW_DROPPED;
  }
  tell_cell(mapping, column, row, cell->data, "must be in the lookup");
  return ROW_FAULTY;
}

static enum row_fate fill_cell(struct mapping *mapping, int32_t c, int64_t row) {
  const struct map_column *column = &mapping->table->column[c];
  const char *lacking = "";
  if (!join_pieces(mapping, c, row, &lacking)) return treat_missing(mapping, c, row, lacking);
  if (mapping->cell[c].failed) return ROW_FAULTY;
  if (column->lookup != NULL) {
    const enum row_fate fate = look_up(mapping, c, row);
    if (fate != ROW_KEPT) return fate;
  }
  return column->is_number ? convert_number(mapping, c, row) : ROW_KEPT;
}

/* ---- rows -------------------------------------------------------------------------------------------------------- */

static const char *cell_of(const struct mapping *mapping, const char *name) {
  for (int32_t c = 0; c < mapping->table->column_count; c++)
    if (strcmp(mapping->table->column[c].name, name) == 0) return mapping->cell[c].data;
  return NULL;
}

static bool is_self_link(const struct mapping *mapping) {
  const struct table_schema *schema = schema_table(mapping->table->id);
  if (schema->column_count < 2 || schema->column[0].kind != COLUMN_ENTITY || schema->column[1].kind != COLUMN_ENTITY)
    return false;
  const char *from = cell_of(mapping, schema->column[0].name), *to = cell_of(mapping, schema->column[1].name);
  return from != NULL && to != NULL && strcmp(from, to) == 0;
}

/* The table's amount: its required number; 1 where it has none. */
static double amount_of(const struct mapping *mapping) {
  double value = 1.0;
  for (int32_t c = 0; c < mapping->table->column_count; c++) {
    const struct map_column *column = &mapping->table->column[c];
    if (column->schema == NULL || !column->schema->required || !column->is_number) continue;
    (void)number_parse(mapping->cell[c].data, &value);
    break;
  }
  return value;
}

/* Rows that the map drops once their cells are known. */
static enum row_fate weed_row(struct mapping *mapping) {
  const struct map_table *table = mapping->table;
  int64_t *counter = NULL;
  if (table->drop_self_links && is_self_link(mapping))
    counter = &mapping->self_links;
  else if (table->drop_zeros && amount_of(mapping) == 0.0)
    counter = &mapping->zeros;
  else if (table->drop_negatives && amount_of(mapping) < 0.0)
    counter = &mapping->negatives;
  if (counter == NULL) return ROW_KEPT;
  (*counter)++;
  return ROW_DROPPED;
}

static enum row_fate fill_row(struct mapping *mapping, int64_t row) {
  enum row_fate fate = ROW_KEPT;
  for (int32_t c = 0; c < mapping->table->column_count && fate != ROW_DROPPED; c++) {
    const enum row_fate own = fill_cell(mapping, c, row);
    if (own != ROW_KEPT) fate = own;
  }
  return fate == ROW_KEPT ? weed_row(mapping) : fate;
}

static ls_status read_row(struct mapping *mapping, int64_t row) {
  const int32_t failed = failed_filter(mapping, row);
  if (mapping->cell[0].failed) return LS_STATUS_OUT_OF_MEMORY;
  if (failed < mapping->table->filter_count) {
    mapping->filtered[failed]++;
    return LS_STATUS_OK;
  }
  const enum row_fate fate = fill_row(mapping, row);
  ls_status status = LS_STATUS_OK;
  for (int32_t c = 0; c < mapping->table->column_count && status == LS_STATUS_OK; c++) {
    if (mapping->cell[c].failed) status = LS_STATUS_OUT_OF_MEMORY;
    if (status == LS_STATUS_OK && fate == ROW_KEPT)
      status = csv_draft_add(&mapping->draft, mapping->cell[c].data, csv_at(mapping->csv, row, 0)->line, false);
  }
  return status;
}

/* ---- the report -------------------------------------------------------------------------------------------------- */

static void report_count(struct mapping *mapping, int64_t count, const char *why) {
  if (count > 0) buffer_print(&mapping->source->report, "  dropped %lld: %s\n", (long long)count, why);
}

static void report(struct mapping *mapping, int64_t kept, int64_t repeated) {
  const struct map_table *table = mapping->table;
  static const char *const KIND[] = {"is", "is_not", "starts", "starts_not", "must not_blank", "must lei"};
  buffer_print(&mapping->source->report, "%s to %s: %lld rows read, %lld rows made\n", mapping->csv->name,
               schema_table(table->id)->name, (long long)mapping->csv->row_count, (long long)kept);
  for (int32_t f = 0; f < table->filter_count; f++)
    buffer_print(&mapping->source->report, "  dropped %lld: where '%s' %s (%s:%lld)\n", (long long)mapping->filtered[f],
                 table->filter[f].column, KIND[table->filter[f].kind], mapping->map->name,
                 (long long)table->filter[f].line);
  report_count(mapping, mapping->missing, "a value is missing");
  report_count(mapping, mapping->unknown, "a name is not in its lookup");
  report_count(mapping, mapping->self_links, "links to oneself");
  report_count(mapping, mapping->zeros, "amounts of 0");
  report_count(mapping, mapping->negatives, "negative amounts");
  if (repeated > 0)
    buffer_print(&mapping->source->report, "  %s %lld: rows of a key that stood before\n",
                 table->repeats == REPEATS_SUM ? "added up" : "dropped", (long long)repeated);
}

/* ---- one table --------------------------------------------------------------------------------------------------- */

static ls_status prepare(struct mapping *mapping) {
  const struct map_table *table = mapping->table;
  const size_t columns = (size_t)table->column_count, filters = (size_t)table->filter_count;
  ls_context *context = mapping->context;
  mapping->cell = context_allocate(context, columns, sizeof *mapping->cell);
  mapping->piece_column = context_allocate(context, columns, sizeof *mapping->piece_column);
  mapping->filter_column = context_allocate(context, filters, sizeof *mapping->filter_column);
  mapping->filtered = context_allocate(context, filters, sizeof *mapping->filtered);
  const char **name = context_allocate(context, columns, sizeof *name);
  const bool has_all = mapping->cell != NULL && mapping->piece_column != NULL && mapping->filter_column != NULL &&
                       mapping->filtered != NULL && name != NULL;
  ls_status status = has_all ? find_columns(mapping) : LS_STATUS_OUT_OF_MEMORY;
  for (int32_t c = 0; c < table->column_count && status == LS_STATUS_OK; c++) name[c] = table->column[c].name;
  if (status == LS_STATUS_OK)
    status = csv_draft_begin(context, mapping->csv->name, name, table->column_count, &mapping->draft);
  context_release(context, name);
  return status;
}

static void release(struct mapping *mapping) {
  ls_context *context = mapping->context;
  for (int32_t c = 0; c < mapping->table->column_count && mapping->cell != NULL; c++)
    if (mapping->cell[c].context != NULL) buffer_release(&mapping->cell[c]);
  for (int32_t c = 0; c < mapping->table->column_count && mapping->piece_column != NULL; c++)
    context_release(context, mapping->piece_column[c]);
  csv_draft_release(&mapping->draft);
  context_release(context, mapping->cell);
  context_release(context, mapping->piece_column);
  context_release(context, mapping->filter_column);
  context_release(context, mapping->filtered);
}

ls_status map_apply(struct import_source *source, const struct map *map, const struct map_table *table,
                    struct csv **rows) {
  struct csv *csv = NULL, *made = NULL;
  int64_t repeated = 0;
  ls_status status = map_open_file(source, map, table->file, table->line, &table->dialect, table->encoding, &csv);
  if (status != LS_STATUS_OK) return status;
  struct mapping mapping = {.source = source, .context = source->context, .map = map, .table = table, .csv = csv};
  status = prepare(&mapping);
  for (int64_t row = 0; row < csv->row_count && status == LS_STATUS_OK; row++) status = read_row(&mapping, row);
  if (status == LS_STATUS_OK) status = csv_draft_finish(&mapping.draft, &made);
  if (status == LS_STATUS_OK) status = map_merge_repeats(source->context, map, table, &made, &repeated);
  if (status == LS_STATUS_OK) {
    report(&mapping, made->row_count, repeated);
    *rows = made;
  } else {
    csv_destroy(&made);
  }
  release(&mapping);
  csv_destroy(&csv);
  return status;
}

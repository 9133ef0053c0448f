/* import_table.c - from the cells of one file to a table: which columns there are, numbers, ids of pairs.
 *
 * Whether values keep their rules is validate.c's question.
 */
#include "network/import_table.h"

#include "io/csv.h"
#include "io/nearest.h"
#include "io/number.h"
#include "network/merge.h"
#include "network/place.h"
#include "network/schema.h"
#include "network/table.h"

#include <math.h>
#include <string.h>

struct import {
  ls_context *context;
  ls_network *network;
  const struct table_schema *schema;
  struct table *table;
  const struct csv *csv;
  const struct import_progress *progress;
};

/* ---- columns ----------------------------------------------------------------------------------------------------- */

static int64_t header_line(const struct import *import) { return import->csv->header[0].line; }

static bool is_near(const char *written, const char *meant) {
  const size_t length = strlen(meant);
  return edit_distance(written, meant) <= (length <= 5 ? 1 : 2);
}

/* The column of the file that the schema does not list and that looks most like this one, or NULL. */
static const struct csv_cell *find_misspelt(const struct import *import, const char *meant) {
  for (int32_t i = 0; i < import->csv->column_count; i++) {
    const struct csv_cell *cell = &import->csv->header[i];
    if (schema_column(import->schema->id, cell->text) == NULL && is_near(cell->text, meant)) return cell;
  }
  return NULL;
}

/* An attribute of one's own may have any name, unless it looks like a column of ours that is absent. */
static bool check_columns(const struct import *import) {
  bool complete = true;
  for (int32_t i = 0; i < import->schema->column_count; i++) {
    const struct column_schema *column = &import->schema->column[i];
    if (csv_find(import->csv, column->name) >= 0) continue;
    const struct csv_cell *misspelt = find_misspelt(import, column->name);
    if (column->required) {
      complete = false;
      context_fault(import->context, import->csv->name, header_line(import), "column '%s' is missing%s%s%s",
                    column->name, misspelt != NULL ? ", is '" : "", misspelt != NULL ? misspelt->text : "",
                    misspelt != NULL ? "' meant?" : "");
    } else if (misspelt != NULL) {
      context_fault(import->context, import->csv->name, misspelt->line, "unknown column '%s', did you mean '%s'?",
                    misspelt->text, column->name);
    }
  }
  return complete;
}

/* ---- cells ------------------------------------------------------------------------------------------------------- */

static const char *key_text(const struct import *import, int64_t row, int32_t key) {
  if (key >= import->schema->column_count) return "";
  const int32_t column = csv_find(import->csv, import->schema->column[key].name);
  return column < 0 ? "" : csv_at(import->csv, row, column)->text;
}

static void number_fault_tell(const struct import *import, const struct column_schema *column, int64_t row,
                              const struct csv_cell *cell, enum number_fault fault) {
  char *subject =
      subject_print(import->context, import->schema, column->name, key_text(import, row, 0), key_text(import, row, 1));
  const char *words = subject != NULL ? subject : column->name;
  if (fault == NUMBER_BLANK)
    context_fault(import->context, import->csv->name, cell->line, "%s is blank, must be a number", words);
  else
    context_fault(import->context, import->csv->name, cell->line, "%s is '%.80s', %s", words, cell->text,
                  number_rule(fault));
  context_release(import->context, subject);
}

static void fill_numbers(const struct import *import, const struct column_schema *schema, int32_t column,
                         double *number) {
  for (int64_t row = 0; row < import->csv->row_count; row++) {
    const struct csv_cell *cell = csv_at(import->csv, row, column);
    const enum number_fault fault = number_parse(cell->text, &number[row]);
    if (fault != NUMBER_FINE && !(fault == NUMBER_BLANK && schema->blank_allowed))
      number_fault_tell(import, schema, row, cell, fault);
  }
}

static ls_status fill_texts(const struct import *import, int32_t column, struct table_column *filled) {
  for (int64_t row = 0; row < import->csv->row_count; row++) {
    const ls_status status = table_text_set(import->context, filled, row, csv_at(import->csv, row, column)->text);
    if (status != LS_STATUS_OK) return status;
  }
  return LS_STATUS_OK;
}

static ls_status fill_column(const struct import *import, const struct column_schema *schema, int32_t column) {
  const bool is_text = schema_is_text(schema);
  struct table_column *filled = table_column_add(import->context, import->table, schema->name, is_text);
  if (filled == NULL) return LS_STATUS_OUT_OF_MEMORY;
  if (is_text) return fill_texts(import, column, filled);
  fill_numbers(import, schema, column, filled->number);
  return LS_STATUS_OK;
}

/* "0123" is a code, not a number: its zero must survive. */
static bool is_code(const char *text) { return text[0] == '0' && text[1] >= '0' && text[1] <= '9'; }

static bool is_number_attribute(const struct import *import, int32_t column) {
  int64_t number_count = 0;
  for (int64_t row = 0; row < import->csv->row_count; row++) {
    const struct csv_cell *cell = csv_at(import->csv, row, column);
    double value = 0.0;
    if (cell->quoted || is_code(cell->text)) return false;
    if (*cell->text == '\0') continue;
    if (number_parse(cell->text, &value) != NUMBER_FINE) return false;
    number_count++;
  }
  return number_count > 0;
}

static ls_status fill_attribute(const struct import *import, int32_t column) {
  const bool is_number = is_number_attribute(import, column);
  const char *name = import->csv->header[column].text;
  struct table_column *filled = table_column_add(import->context, import->table, name, !is_number);
  if (filled == NULL) return LS_STATUS_OUT_OF_MEMORY;
  if (!is_number) return fill_texts(import, column, filled);
  for (int64_t row = 0; row < import->csv->row_count; row++)
    (void)number_parse(csv_at(import->csv, row, column)->text, &filled->number[row]);
  return LS_STATUS_OK;
}

/* ---- pairs ------------------------------------------------------------------------------------------------------- */

static void resolve_key(const struct import *import, int32_t key, int32_t *number) {
  const struct column_schema *schema = &import->schema->column[key];
  const bool is_asset = schema->kind == COLUMN_ASSET;
  const bool incomplete = is_asset ? import->progress->assets_incomplete : import->progress->entities_incomplete;
  const int32_t column = csv_find(import->csv, schema->name);
  for (int64_t row = 0; row < import->csv->row_count; row++) {
    const struct csv_cell *cell = csv_at(import->csv, row, column);
    number[row] =
        is_asset ? network_find_asset(import->network, cell->text) : network_find_entity(import->network, cell->text);
    if (number[row] != ENTITY_NONE) continue;
    if (*cell->text == '\0')
      context_fault(import->context, import->csv->name, cell->line, "%s is blank, must be given", schema->name);
    else if (!incomplete)
      context_fault(import->context, import->csv->name, cell->line, "%s '%.80s' is not in %s", schema->name, cell->text,
                    table_file(import->network, is_asset ? TABLE_ASSETS : TABLE_ENTITIES));
  }
}

static ls_status resolve_pairs(const struct import *import) {
  ls_status status = table_pairs_begin(import->context, import->table);
  if (status != LS_STATUS_OK) return status;
  resolve_key(import, 0, import->table->from);
  resolve_key(import, 1, import->table->to);
  status = table_resolve_pairs(import->context, import->network, import->schema->id);
  if (status == LS_STATUS_OK && import->progress->sum_duplicates)
    status = merge_duplicates(import->context, import->network, import->schema->id);
  return status;
}

/* Where the rows are another file's, messages about them name it. */
static ls_status name_source(const struct import *import) {
  if (strcmp(import->csv->name, import->schema->file) == 0) return LS_STATUS_OK;
  import->table->source = context_copy_text(import->context, import->csv->name);
  return import->table->source == NULL ? LS_STATUS_OUT_OF_MEMORY : LS_STATUS_OK;
}

static ls_status fill_table(const struct import *import) {
  const struct csv *csv = import->csv;
  ls_status status = table_begin(import->context, import->table, csv->row_count);
  if (status == LS_STATUS_OK) status = name_source(import);
  if (status != LS_STATUS_OK) return status;
  for (int64_t row = 0; row < csv->row_count; row++) import->table->line[row] = csv_at(csv, row, 0)->line;
  /* In the schema's order, so that tables do not depend on the order of the file's columns. */
  for (int32_t i = 0; i < import->schema->column_count && status == LS_STATUS_OK; i++) {
    const struct column_schema *schema = &import->schema->column[i];
    const int32_t column = csv_find(csv, schema->name);
    if (column >= 0 && !schema_is_pair_key(import->schema->id, schema->name))
      status = fill_column(import, schema, column);
  }
  for (int32_t i = 0; i < csv->column_count && status == LS_STATUS_OK; i++)
    if (schema_column(import->schema->id, csv->header[i].text) == NULL) status = fill_attribute(import, i);
  if (status == LS_STATUS_OK && import->schema->pairing != PAIRING_NONE) status = resolve_pairs(import);
  return status;
}

void import_mark_incomplete(enum table_id id, struct import_progress *progress) {
  if (id == TABLE_ENTITIES) progress->entities_incomplete = true;
  if (id == TABLE_ASSETS) progress->assets_incomplete = true;
}

ls_status import_table(ls_context *context, ls_network *network, enum table_id id, const struct csv *csv,
                       struct import_progress *progress) {
  const struct import import = {.context = context,
                                .network = network,
                                .schema = schema_table(id),
                                .table = &network->table[id],
                                .csv = csv,
                                .progress = progress};
  if (!check_columns(&import)) {
    import_mark_incomplete(id, progress);
    return LS_STATUS_OK;
  }
  return fill_table(&import);
}

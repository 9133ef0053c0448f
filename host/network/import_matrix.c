/* import_matrix.c - a square matrix in CSV: ids in the first row and the first column, in any order each. */
#include "network/matrix_links.h"

#include <stdlib.h>
#include <string.h>

struct matrix {
  struct matrix_links *links;
  const struct csv *csv;
  int64_t count;
  const char **id;  /* [count] of the columns, in the file's order */
  int64_t *by_id;   /* [count] columns in the order of their ids */
  int64_t *row_of;  /* [count] the row that has a column's id, or -1 */
  bool rows_faulty; /* rows are left out as ill-formed: columns may lack theirs */
};

struct named {
  const char *id;
  int64_t column;
};

static int compare_names(const void *left, const void *right) {
  const struct named *a = left, *b = right;
  const int order = strcmp(a->id, b->id);
  return order != 0 ? order : (a->column > b->column) - (a->column < b->column);
}

static void tell_column_twice(const struct matrix *matrix, int64_t first, int64_t again) {
  const struct csv_cell *cell = &matrix->csv->header[again + 1];
  context_fault(matrix->links->source->context, matrix->csv->name, cell->line,
                "column '%s' stands twice (columns %lld and %lld)", cell->text, (long long)first + 2,
                (long long)again + 2);
}

static ls_status index_columns(struct matrix *matrix) {
  ls_context *context = matrix->links->source->context;
  const int64_t faults = context_fault_count(context);
  struct named *named = context_allocate(context, (size_t)matrix->count, sizeof *named);
  if (named == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int64_t i = 0; i < matrix->count; i++) {
    const struct csv_cell *cell = &matrix->csv->header[i + 1];
    if (*cell->text == '\0')
      context_fault(context, matrix->csv->name, cell->line, "column %lld has no id", (long long)i + 2);
    matrix->id[i] = cell->text;
    matrix->row_of[i] = -1;
    named[i] = (struct named){cell->text, i};
  }
  qsort(named, (size_t)matrix->count, sizeof *named, compare_names);
  for (int64_t i = 0; i < matrix->count; i++) {
    matrix->by_id[i] = named[i].column;
    if (i > 0 && *named[i].id != '\0' && strcmp(named[i - 1].id, named[i].id) == 0)
      tell_column_twice(matrix, named[i - 1].column, named[i].column);
  }
  context_release(context, named);
  return context_fault_count(context) > faults ? LS_STATUS_INVALID_INPUT : LS_STATUS_OK;
}

static int64_t find_column(const struct matrix *matrix, const char *id) {
  int64_t low = 0, high = matrix->count;
  while (low < high) {
    const int64_t middle = low + (high - low) / 2;
    if (strcmp(matrix->id[matrix->by_id[middle]], id) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low < matrix->count && strcmp(matrix->id[matrix->by_id[low]], id) == 0 ? matrix->by_id[low] : -1;
}

static void match_row(struct matrix *matrix, int64_t row) {
  ls_context *context = matrix->links->source->context;
  const struct csv_cell *cell = csv_at(matrix->csv, row, 0);
  const int64_t column = find_column(matrix, cell->text);
  if (*cell->text == '\0')
    context_fault(context, matrix->csv->name, cell->line, "the row has no id, must begin with one");
  else if (column < 0)
    context_fault(context, matrix->csv->name, cell->line, "row '%.80s' has no column of that id, must have one",
                  cell->text);
  else if (matrix->row_of[column] >= 0)
    context_fault(context, matrix->csv->name, cell->line, "row '%.80s' stands twice (first in line %lld)", cell->text,
                  (long long)csv_at(matrix->csv, matrix->row_of[column], 0)->line);
  else
    matrix->row_of[column] = row;
}

/* The ids of rows and columns are one set. */
static ls_status match_rows(struct matrix *matrix) {
  ls_context *context = matrix->links->source->context;
  const int64_t faults = context_fault_count(context);
  for (int64_t row = 0; row < matrix->csv->row_count; row++) match_row(matrix, row);
  for (int64_t i = 0; i < matrix->count && !matrix->rows_faulty; i++)
    if (matrix->row_of[i] < 0)
      context_fault(context, matrix->csv->name, matrix->csv->header[i + 1].line,
                    "column '%.80s' has no row of that id, must have one", matrix->id[i]);
  return context_fault_count(context) > faults ? LS_STATUS_INVALID_INPUT : LS_STATUS_OK;
}

static ls_status read_cells(const struct matrix *matrix) {
  ls_status status = LS_STATUS_OK;
  for (int64_t i = 0; i < matrix->count; i++) {
    for (int64_t j = 0; j < matrix->count && matrix->row_of[i] >= 0 && status == LS_STATUS_OK; j++) {
      const struct csv_cell *cell = csv_at(matrix->csv, matrix->row_of[i], (int32_t)j + 1);
      status = matrix_links_cell(matrix->links, i, j, cell->text, cell->line);
    }
  }
  return status;
}

static ls_status read_matrix(struct matrix *matrix) {
  ls_context *context = matrix->links->source->context;
  if (matrix->count < 1)
    return context_fault(context, matrix->csv->name, matrix->csv->header[0].line,
                         "the header has one cell, must have the ids of the columns after it");
  matrix->id = context_allocate(context, (size_t)matrix->count, sizeof *matrix->id);
  matrix->by_id = context_allocate(context, (size_t)matrix->count, sizeof *matrix->by_id);
  matrix->row_of = context_allocate(context, (size_t)matrix->count, sizeof *matrix->row_of);
  if (matrix->id == NULL || matrix->by_id == NULL || matrix->row_of == NULL) return LS_STATUS_OUT_OF_MEMORY;
  ls_status status = index_columns(matrix);
  if (status == LS_STATUS_OK) status = match_rows(matrix);
  if (status == LS_STATUS_OK)
    status = matrix_links_name(matrix->links, matrix->id, matrix->count, matrix->csv->header[0].line);
  if (status == LS_STATUS_OK) status = read_cells(matrix);
  return status == LS_STATUS_OK ? matrix_links_build(matrix->links) : status;
}

static ls_status read_csv(struct import_source *source, const struct csv *csv, bool rows_faulty) {
  struct matrix_links links;
  struct matrix matrix = {.links = &links, .csv = csv, .count = csv->column_count - 1, .rows_faulty = rows_faulty};
  ls_status status = matrix_links_begin(source, csv->name, &links);
  if (status == LS_STATUS_OK) status = read_matrix(&matrix);
  matrix_links_end(&links);
  context_release(source->context, matrix.row_of);
  context_release(source->context, matrix.by_id);
  context_release(source->context, matrix.id);
  return status;
}

ls_status import_matrix(struct import_source *source) {
  static const struct csv_dialect MATRIX = {.delimiter = ',', .comments = true, .any_header = true};
  char *name = NULL, *data = NULL;
  size_t length = 0;
  struct csv *csv = NULL;
  ls_status status = import_load(source, source->path, &name, &data, &length);
  if (status == LS_STATUS_OK) status = csv_read_dialect(source->context, name, data, length, &MATRIX, &csv);
  context_release(source->context, data);
  context_release(source->context, name);
  if (status == LS_STATUS_OK) status = read_csv(source, csv, context_fault_count(source->context) > source->faults);
  csv_destroy(&csv);
  return status;
}

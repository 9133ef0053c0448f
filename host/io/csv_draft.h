/* csv_draft.h - cells that a program lays down row by row, as if they had been cut from a CSV file.
 *
 * So that tables which come in other shapes (matrices, mapped files) go through the very checks of a CSV file.
 */
#ifndef LS_HOST_IO_CSV_DRAFT_H
#define LS_HOST_IO_CSV_DRAFT_H

#include "io/buffer.h"
#include "io/csv.h"

struct csv_draft {
  struct buffer text; /* the texts of all cells, each with its NUL */
  char *name;
  int32_t column_count;
  size_t *start; /* [cell_count] where a cell's text begins */
  struct csv_cell *cell;
  int64_t cell_count, cell_capacity;
};

/* Begins a draft whose faults will name the file `name`, with its columns (line 1). */
ls_status csv_draft_begin(ls_context *context, const char *name, const char *const *column, int32_t column_count,
                          struct csv_draft *draft);

/* The next cell, front to back; every row must be filled. Quoted cells are texts, whatever they look like. */
ls_status csv_draft_add(struct csv_draft *draft, const char *text, int64_t line, bool quoted);

/* Hands the rows out and releases the draft in every case. */
ls_status csv_draft_finish(struct csv_draft *draft, struct csv **csv);

/* Releases a draft that is not finished; one that was never begun (zeroed) is accepted. */
void csv_draft_release(struct csv_draft *draft);

#endif

/* matrix_links.h - the cells of a square matrix become liabilities, whatever file the matrix stands in. */
#ifndef LS_HOST_NETWORK_MATRIX_LINKS_H
#define LS_HOST_NETWORK_MATRIX_LINKS_H

#include "io/csv_draft.h"
#include "network/import_source.h"

struct matrix_links {
  struct import_source *source;
  const char *name; /* of the matrix's file, for messages; borrowed */
  struct csv *entities;
  int32_t id_column;
  const char **id; /* [count] of rows and columns; texts are borrowed */
  char *own_ids;   /* memory of "1".."n" */
  int64_t count;
  struct csv_draft draft;
  int64_t link_count, empty_count;
};

/* Begins; reads the companion file of entities where the options name one. */
ls_status matrix_links_begin(struct import_source *source, const char *name, struct matrix_links *links);

/* Rows and columns are the entities of the companion file in their order (there must be `count`), or "1".."n". */
ls_status matrix_links_number(struct matrix_links *links, int64_t count, int64_t line);

/* Rows and columns have these ids: id[count], which outlive the links. Without a companion file they are the entities,
 * at `line`. */
ls_status matrix_links_name(struct matrix_links *links, const char *const *id, int64_t count, int64_t line);

/* The cell of a row and a column, 0 <= row, column < count. Blank and 0 are no link; what is no number is a fault. */
ls_status matrix_links_cell(struct matrix_links *links, int64_t row, int64_t column, const char *text, int64_t line);

/* Checks everything as in a folder and fills the network. */
ls_status matrix_links_build(struct matrix_links *links);
void matrix_links_end(struct matrix_links *links);

#endif

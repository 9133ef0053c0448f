/* csv.h - CSV as RFC 4180 has it, cut into cells that know their place. What cells mean is the caller's matter.
 *
 * Accepted beyond the RFC: a byte order mark, LF and CRLF line ends, `#` comment lines, blank lines, and blanks around
 * cells without quotes (they are trimmed). Line ends within quotes are kept, as "\n".
 */
#ifndef LS_HOST_IO_CSV_H
#define LS_HOST_IO_CSV_H

#include "core/context.h"

struct csv_cell {
  char *text;        /* unquoted, ends in NUL */
  int64_t line;      /* where it begins, from 1 */
  int32_t character; /* byte within that line where it begins, from 1 */
  bool quoted;
};

struct csv_comment {
  char *text; /* after the '#', trimmed */
  int64_t line;
};

/* How a file that is not ours is written. */
struct csv_dialect {
  char delimiter;        /* ',', ';', '|' or a tab */
  int64_t skipped_lines; /* before the header */
  bool comments;         /* lines that begin with '#' are no rows */
  bool any_header;       /* the header's names may be blank or stand twice */
};

struct csv {
  struct allocator allocator;
  char *name; /* for messages */
  int32_t column_count;
  struct csv_cell *header; /* [column_count], names unique and not empty unless the dialect allows it */
  int64_t row_count;
  struct csv_cell *cell; /* [row_count * column_count] */
  struct csv_comment *comment;
  int32_t comment_count;
  char *text; /* private: what the cells point into */
  struct csv_cell *block;
};

/* Cuts `data` into cells. LS_STATUS_INVALID_INPUT (*csv untouched): the file cannot be cut at all (encoding,
 * compression, no header, a header with nameless or repeated columns, another delimiter, a quote that never ends). A
 * row that alone is ill-formed (too few or too many cells, stray quotes) is a fault in the context and is left out, and
 * LS_STATUS_OK is returned so that the caller can list the other faults: compare context_fault_count before and after.
 */
ls_status csv_read(ls_context *context, const char *name, const char *data, size_t length, struct csv **csv);

/* The same for another dialect than that of our own files. */
ls_status csv_read_dialect(ls_context *context, const char *name, const char *data, size_t length,
                           const struct csv_dialect *dialect, struct csv **csv);
void csv_destroy(struct csv **csv);

/* The number of the column with that name, or -1. */
int32_t csv_find(const struct csv *csv, const char *column);

/* The cell of a row; column must be 0..column_count-1. */
const struct csv_cell *csv_at(const struct csv *csv, int64_t row, int32_t column);

#endif

/* results_cells.h - cells of the exported CSV tables. */
#ifndef LS_HOST_AGGREGATE_RESULTS_CELLS_H
#define LS_HOST_AGGREGATE_RESULTS_CELLS_H

#include "io/buffer.h"

/* RFC 4180; a text that a spreadsheet would take for a formula gets a ' before it. */
void cell_text(struct buffer *out, const char *text);

/* A comma and the number; blank where it is none. */
void cell_number(struct buffer *out, double value);

#endif

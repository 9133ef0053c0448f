/* import_table.h - the cells of one file become a table of a network. */
#ifndef LS_HOST_NETWORK_IMPORT_TABLE_H
#define LS_HOST_NETWORK_IMPORT_TABLE_H

#include "io/csv.h"
#include "network/network.h"

/* What is known of the rows that pairs may name: where a file could not be read in full, ids that are not found are no
 * fault of the file that names them. */
struct import_progress {
  bool sum_duplicates;
  bool entities_incomplete;
  bool assets_incomplete;
};

/* The table could not be read in full. */
void import_mark_incomplete(enum table_id id, struct import_progress *progress);

/* Faults of content are messages, which name csv->name, and leave LS_STATUS_OK (without required columns the table stays
 * absent); other statuses are those of memory. Pairs are resolved and sorted, with sum_duplicates rows of one link are
 * added up. */
ls_status import_table(ls_context *context, ls_network *network, enum table_id id, const struct csv *csv,
                       struct import_progress *progress);

#endif

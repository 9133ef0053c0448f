/* table.h - building tables in memory: used by the CSV and HDF5 readers and by the ledger. */
#ifndef LS_HOST_NETWORK_TABLE_H
#define LS_HOST_NETWORK_TABLE_H

#include "network/network.h"

/* Marks the table present with `row_count` rows; columns are added after. Earlier contents are released. */
ls_status table_begin(ls_context *context, struct table *table, int64_t row_count);

/* Adds a column of row_count cells: numbers are NaN (blank), texts "" until set. Existing columns are returned as they are.
 * NULL (with a message) without memory. The pointer holds until the next column is added. */
struct table_column *table_column_add(ls_context *context, struct table *table, const char *name, bool is_text);

/* Replaces a text cell by a copy. */
ls_status table_text_set(ls_context *context, struct table_column *column, int64_t row, const char *text);

/* Resolves the key columns of a pair table to entity (or asset) numbers and sorts its rows by (from, to, seniority). */
ls_status table_resolve_pairs(ls_context *context, ls_network *network, enum table_id id);

void table_release(const struct allocator *allocator, struct table *table);

#endif

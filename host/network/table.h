/* table.h - building tables in memory: used by the CSV and HDF5 readers and by the ledger. */
#ifndef LS_HOST_NETWORK_TABLE_H
#define LS_HOST_NETWORK_TABLE_H

#include "network/network.h"

/* Marks the table present with `row_count` rows; columns are added after. Earlier contents are released. */
ls_status table_begin(ls_context *context, struct table *table, int64_t row_count);

/* Adds a column of row_count cells: numbers are NaN (blank), texts "" until set. Existing columns are returned as they
 * are. NULL (with a message) without memory. The pointer holds until the next column is added. */
struct table_column *table_column_add(ls_context *context, struct table *table, const char *name, bool is_text);

/* The same of a column of the network's: where the table lacks it, number cells say what its absence says. */
struct table_column *table_column_open(ls_context *context, ls_network *network, enum table_id id, const char *name,
                                       bool is_text);

/* Removes a column; nothing where the table has none of that name. */
void table_column_drop(ls_context *context, struct table *table, const char *name);

/* Replaces a text cell by a copy. Texts that hold nothing share one "" and must not be written to. */
ls_status table_text_set(ls_context *context, struct table_column *column, int64_t row, const char *text);

/* Resolves the key columns of a pair table to entity (or asset) numbers, drops these columns (their ids are the
 * entities'), and sorts the rows by (from, to, seniority, member or id), rows that agree in these in their order. Where the key
 * columns are absent and table.from and table.to are set already it only sorts. An id that is unknown is a fault
 * (LS_STATUS_INVALID_INPUT after the whole table is done) and resolves to ENTITY_NONE. */
ls_status table_resolve_pairs(ls_context *context, ls_network *network, enum table_id id);

/* The file that messages about a table name: where its rows came from, else the folder's own. */
const char *table_file(const ls_network *network, enum table_id id);

/* What a row is called: its first column, of pairs "from>to", with the id behind where the table tells rows of one pair apart by one. */
enum { ROW_NAME = 192 };
void table_row_name(const ls_network *network, enum table_id id, int64_t row, char name[ROW_NAME]);

/* Whether two rows agree in a column: numbers or texts; blanks agree, an absent column agrees. */
bool table_same_key(const ls_network *network, enum table_id id, const char *column, int64_t a, int64_t b);

/* Removes the rows that are marked. */
void table_drop_rows(ls_context *context, struct table *table, const bool *drop);

/* Adds a row at the end: blank cells, line 0; from and to are of pair tables. */
ls_status table_row_add(ls_context *context, struct table *table, int32_t from, int32_t to);

/* Allocates from and to (unset: ENTITY_NONE) for a reader that resolves the pairs itself. */
ls_status table_pairs_begin(ls_context *context, struct table *table);

/* A deep copy into an empty table. */
ls_status table_copy(ls_context *context, const struct table *table, struct table *copy);

void table_release(const struct allocator *allocator, struct table *table);

#endif

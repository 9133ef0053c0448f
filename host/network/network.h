/* network.h - a validated network in memory: tables of columns, with the links of pair tables resolved and sorted.
 *
 * Whether it came from a folder or from network.h5, it holds the same tables in the same order, so that every later
 * step, and every bit, is the same. The schema (host/network/schema.h) says which tables and columns there are.
 */
#ifndef LS_HOST_NETWORK_NETWORK_H
#define LS_HOST_NETWORK_NETWORK_H

#include "core/context.h"
#include "network/loop_settings.h"

enum table_id {
  TABLE_ENTITIES,
  TABLE_LIABILITIES,
  TABLE_SHAREHOLDINGS,
  TABLE_ASSETS,
  TABLE_HOLDINGS,
  TABLE_TRADE,
  TABLE_ESSENTIALS,
  TABLE_DEALS,
  TABLE_ASSUMPTIONS,
  TABLE_INPUTS,
  TABLE_PURCHASES,
  TABLE_PLEDGES,
  TABLE_PATHS,
  TABLE_BACKSTOPS,
  TABLE_WARRANTS,
  TABLE_CROSS_DEFAULTS,
  TABLE_ASSUMPTION_CORRELATIONS,
  TABLE_ENSEMBLE,
  TABLE_COUNT
};

/* The rest of the world where an entity number is asked for. */
enum { ENTITY_WORLD = -1, ENTITY_NONE = -2 };

struct table_column {
  char *name;
  char **text;    /* [row_count] the cells of a text column; NULL for a number column */
  double *number; /* [row_count]; a blank cell that the schema allows is NaN; NULL for a text column */
};

struct table {
  bool present; /* the folder has the file (it may have no rows) */
  int64_t row_count;
  int32_t column_count;
  struct table_column *column;
  char *source;  /* name of the file that the rows came from, for messages; NULL: the table's own (liabilities.csv) */
  int64_t *line; /* [row_count] line in the source file; 0 where unknown */
  /* Pair tables (liabilities, shareholdings, purchases, pledges, ...): rows are sorted by (from, to, seniority). The
   * two key columns themselves are not among `column`: network_text answers for them with the ids. */
  int32_t *from; /* [row_count] entity number of the first key column, or ENTITY_WORLD */
  int32_t *to;   /* [row_count] of the second: entity, ENTITY_WORLD, or asset number for holdings */
};

struct source_file {
  char *file; /* name within the folder */
  char sha256[65];
};

struct ls_network {
  struct allocator allocator;
  char *name, *currency, *unit, *as_of, *description; /* never NULL; "" where not given */
  char **source;                                      /* [source_count] texts of network.yaml */
  int32_t source_count;
  char **unmodelled; /* [unmodelled_count] deal ids that map to no mechanism */
  int32_t unmodelled_count;
  struct table table[TABLE_COUNT];
  int32_t entity_count;
  int32_t asset_count;
  int32_t *entity_by_id; /* [entity_count] entities in the order of their ids, for network_find_entity */
  int32_t *asset_by_id;  /* [asset_count] */
  struct loop_settings loop;
  bool has_loop_settings; /* loop.yaml was there, or the ledger was turned into loop tables */
  struct source_file *file;
  int32_t file_count;
};

/* The column of a table, or NULL where the network does not have it. */
const struct table_column *network_column(const ls_network *network, enum table_id table, const char *column);

/* Numbers of a column, or NULL where it is absent. */
const double *network_numbers(const ls_network *network, enum table_id table, const char *column);

/* A cell, or `otherwise` where the column is absent or the cell is blank. */
double network_number(const ls_network *network, enum table_id table, const char *column, int64_t row,
                      double otherwise);
const char *network_text(const ls_network *network, enum table_id table, const char *column, int64_t row);

/* The number of the entity with that id; ENTITY_WORLD for "world"; ENTITY_NONE where there is none. */
int32_t network_find_entity(const ls_network *network, const char *id);
int32_t network_find_asset(const ls_network *network, const char *id);

/* Row of a pair table, or -1. from and to may be ENTITY_WORLD. */
int64_t network_find_pair(const ls_network *network, enum table_id table, int32_t from, int32_t to);

/* Rows of the tables of links, other members of an ensemble not counted. */
int64_t network_link_count(const ls_network *network);

const char *network_entity_id(const ls_network *network, int32_t entity); /* "world" for ENTITY_WORLD */

/* Whether there is anything for the loop model: paths, purchases, pledges or loop settings. */
bool network_has_loop_tables(const ls_network *network);

/* What each entity holds of common assets, at the book's prices: added to total[entity_count]. */
void network_add_holdings(const ls_network *network, double *total);

/* Equity by the book: the column where given, else external_assets + cash + holdings + claims - liabilities -
 * external_liabilities. equity[entity_count] is filled. */
void network_book_equity(const ls_network *network, double *equity);

/* An empty network with its entities unset; tables are filled by the readers. NULL (with a message) without memory. */
ls_network *network_create(ls_context *context);

/* Sets entity_count and asset_count from the `id` columns and makes the lookup of ids fast. For readers, once the
 * entities and assets are in and before pairs are resolved. */
ls_status network_index_ids(ls_context *context, ls_network *network);

/* Replaces one of the texts name, currency, unit, as_of, description by a copy. */
ls_status network_text_replace(ls_context *context, char **text, const char *value);

/* Appends copies to `source`, `unmodelled` and `file`. */
ls_status network_source_add(ls_context *context, ls_network *network, const char *source);
ls_status network_unmodelled_add(ls_context *context, ls_network *network, const char *deal_id);
ls_status network_file_add(ls_context *context, ls_network *network, const char *file, const char *sha256);

/* A deep copy. */
ls_status network_copy(ls_context *context, const ls_network *network, ls_network **copy);
void network_destroy(ls_network **network);

#endif

/* map.h - a map: how the columns of delimited files become the tables of a network. docs/importing.md has its keys.
 *
 * map.c reads it from YAML; map_lookup.c opens its lists of names; map_rows.c applies one table of it to a file;
 * map_cells.c turns cells into what the table holds; map_repeats.c deals with rows of one key.
 */
#ifndef LS_HOST_NETWORK_MAP_H
#define LS_HOST_NETWORK_MAP_H

#include "io/csv.h"
#include "io/yaml.h"
#include "network/import_source.h"
#include "network/schema.h"

enum map_missing { MISSING_ERROR, MISSING_DROP, MISSING_ZERO, MISSING_BLANK };
enum map_repeats { REPEATS_ERROR, REPEATS_SUM, REPEATS_FIRST, REPEATS_SAME };
enum map_unknown { UNKNOWN_ERROR, UNKNOWN_DROP, UNKNOWN_KEEP };
enum map_encoding { ENCODING_UTF8, ENCODING_LATIN1, ENCODING_WINDOWS };
enum map_filter_kind { FILTER_IS, FILTER_IS_NOT, FILTER_STARTS, FILTER_STARTS_NOT, FILTER_NOT_BLANK, FILTER_LEI };

/* A part of a text: a column's cell, or letters as they stand. */
struct map_piece {
  char *text; /* the column's name, or the letters */
  bool is_column;
};

/* What is looked up in place of what a cell says. */
struct map_lookup {
  const char *name;
  const char *file, *from, *to;    /* a file of two columns */
  const struct yaml_node *entries; /* or pairs in the map; one of the two */
  enum map_unknown unknown;
  int64_t line;
  struct csv *csv; /* of the file */
  struct map_entry {
    const char *from, *to;
  } * entry; /* [count] in the order of `from` */
  int64_t count;
};

struct map_column {
  const char *name; /* in the table */
  int64_t line;     /* in the map */
  struct map_piece *piece;
  int32_t piece_count;
  const char *before; /* what follows this sign in a cell is left away; NULL: nothing is */
  bool is_number;
  double multiply;
  struct map_lookup *lookup;
  const struct column_schema *schema; /* NULL: an attribute */
};

struct map_filter {
  enum map_filter_kind kind;
  const char *column, *before;
  const struct yaml_node *words; /* one or a list; NULL where the kind needs none */
  int64_t line;
};

struct map_table {
  enum table_id id;
  int64_t line;
  const char *file; /* NULL: the source itself */
  struct csv_dialect dialect;
  enum map_encoding encoding;
  char decimal, thousands; /* thousands 0: none */
  const struct yaml_node *markers;
  enum map_missing missing;
  enum map_repeats repeats;
  bool drop_self_links, drop_zeros, drop_negatives;
  struct map_column *column;
  int32_t column_count;
  struct map_filter *filter;
  int32_t filter_count;
};

struct map {
  ls_context *context;
  char *name; /* of the file, for messages */
  struct yaml_node *root;
  const struct yaml_node *network; /* metadata; may be NULL */
  struct map_lookup *lookup;
  int32_t lookup_count;
  struct map_table *table;
  int32_t table_count;
};

/* Reads and checks a map; takes over `name`. LS_STATUS_INVALID_INPUT: every fault is a message with its line. */
ls_status map_read(ls_context *context, char *name, const char *data, size_t length, struct map *map);
void map_release(struct map *map);

/* Cuts a file that stands in the source's folder (NULL: the source itself) into cells. */
ls_status map_open_file(struct import_source *source, const struct map *map, const char *file, int64_t line,
                        const struct csv_dialect *dialect, enum map_encoding encoding, struct csv **csv);

/* Fills the entries of all lookups. */
ls_status map_open_lookups(struct import_source *source, struct map *map);

/* What a text is looked up as, or NULL. */
const char *map_look_up(const struct map_lookup *lookup, const char *text);

/* One table of the map applied to its file: rows of the table in cells, and lines of the report. */
ls_status map_apply(struct import_source *source, const struct map *map, const struct map_table *table,
                    struct csv **rows);

/* Does a text stand in a node that is one word or a list of words? */
bool map_has_word(const struct yaml_node *words, const char *text);

/* A number as the file writes it, as we write it: "1.234,5" becomes "1234.5". False: it is not written so. */
bool map_plain_number(const char *text, char decimal, char thousands, char *plain, size_t room);

/* Is it a legal entity identifier (ISO 17442): 20 letters and digits with check digits? */
bool map_is_lei(const char *text);

/* Rows that name the same thing, as the map says; *changed counts rows that went. */
ls_status map_merge_repeats(ls_context *context, const struct map *map, const struct map_table *table,
                            struct csv **rows, int64_t *changed);

#endif

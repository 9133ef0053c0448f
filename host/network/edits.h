/* edits.h - changes to a network written down as YAML: rows removed and added, cells set, raised and scaled, settings of the
 * model. docs/whatif.md has the keys.
 */
#ifndef LS_HOST_NETWORK_EDITS_H
#define LS_HOST_NETWORK_EDITS_H

#include "io/yaml.h"
#include "network/network.h"

enum edit_kind { EDIT_REMOVE, EDIT_INSERT, EDIT_SET, EDIT_ADD, EDIT_SCALE };

struct edit {
  enum edit_kind kind;
  enum table_id table;
  int64_t line;
  const struct yaml_node *where; /* the rows meant: column to value, all must agree; NULL for EDIT_INSERT */
  const struct yaml_node *cells; /* EDIT_INSERT: column to value */
  const char *column;            /* EDIT_SET, EDIT_ADD, EDIT_SCALE */
  const struct yaml_node *value;
};

/* One network that might have been. */
struct edit_case {
  const char *name;
  int64_t line;
  struct edit *edit; /* [edit_count] */
  int32_t edit_count;
  char **setting; /* [setting_count] "key=value", which win over all others */
  int32_t setting_count;
};

/* The cheapest buffers that bring ES under a limit: `step` at a time is added to a column of rows that `where` means. */
struct edit_search {
  int64_t line;
  double limit;     /* currency units */
  int level;        /* of QUANTILE_LEVEL */
  struct edit edit; /* EDIT_ADD; its value is not set */
  double step;      /* above 0 */
  int32_t most;     /* steps */
};

struct edit_file {
  ls_context *context;
  char *name; /* for messages */
  struct yaml_node *root;
  struct edit_case *list; /* [count] */
  int32_t count;
  bool has_search;
  struct edit_search search;
};

/* LS_STATUS_INVALID_INPUT: each fault is a message with its line. */
ls_status edits_read(ls_context *context, const char *path, struct edit_file *file);
void edits_release(struct edit_file *file);

/* A copy of the network with the edits made, in their order, and everything that a ledger makes made again; *changes counts rows
 * that went or came and cells that changed. LS_STATUS_UNUSABLE: an edit finds no row; LS_STATUS_INVALID_INPUT: it is not of the
 * table, or what it leaves breaks a rule of networks. */
ls_status edits_apply(ls_context *context, const struct edit_file *file, const struct edit_case *edit_case,
                      const ls_network *network, ls_network **edited, int64_t *changes);

/* The rows that a search may add to, as edits of one row each: row[count], the caller's. */
ls_status edits_search_rows(ls_context *context, const struct edit_file *file, const ls_network *network, int64_t **row,
                            int32_t *count);

/* Adds amount to the search's column in one row of a network in memory, which is to be checked again after all of them. */
ls_status edits_search_add(ls_context *context, const struct edit_file *file, ls_network *network, int64_t row,
                           double amount);

#endif

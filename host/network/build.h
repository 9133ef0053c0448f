/* build.h - tables that were cut from whatever source become a network, all under the same checks. */
#ifndef LS_HOST_NETWORK_BUILD_H
#define LS_HOST_NETWORK_BUILD_H

#include "io/csv.h"
#include "network/network.h"

struct table_source {
  void *from;
  /* Hands a table out in cells, or leaves *csv NULL where the source has none; the caller destroys it. Rows left out as
   * faulty are faults in the context. LS_STATUS_INVALID_INPUT: it cannot be cut at all, and the others go on. */
  ls_status (*cut)(void *from, enum table_id id, struct csv **csv);
  bool sum_duplicates; /* links that stand twice are added up */
  const char *where;   /* "entities.csv: missing in <where>" */
  int64_t faults; /* recorded before the source was opened: a ledger is read only where nothing was at fault since */
};

/* Reads entities, assets, then the other tables, checks them and what ties them together, and fills the loop tables where
 * there is a deal ledger. Faults are messages; LS_STATUS_OK then too: compare context_fault_count. */
ls_status network_build(ls_context *context, ls_network *network, const struct table_source *source);

/* A source whose tables are cut already: csv[TABLE_COUNT], taken over one by one. */
ls_status table_source_take(void *from, enum table_id id, struct csv **csv);

#endif

/* redraw.c - see redraw.h. What the ledger made is taken away, the values are set, and the ledger is applied once more. */
#include "network/redraw.h"

#include "network/ledger.h"
#include "network/ledger_rules.h"
#include "network/schema.h"
#include "network/table.h"
#include "network/validate.h"

#include <string.h>

static bool has_file(const ls_network *network, const char *name) {
  for (int32_t i = 0; i < network->file_count; i++)
    if (strcmp(network->file[i].file, name) == 0) return true;
  return false;
}

bool network_is_of_ledger(const ls_network *network) {
  return network->table[TABLE_DEALS].present && network->table[TABLE_ASSUMPTIONS].present &&
         network->table[TABLE_PURCHASES].present && has_file(network, "deals.csv") &&
         !has_file(network, "purchases.csv");
}

/* A column of entities that no assumption speaks of is a fact or a default: it stays as it is. */
static void drop_columns(ls_context *context, ls_network *network) {
  struct table *entities = &network->table[TABLE_ENTITIES];
  for (int32_t c = entities->column_count - 1; c >= 0; c--) {
    const char *name = entities->column[c].name;
    if (ledger_fills_column(name) && assumptions_name(network, name)) table_column_drop(context, entities, name);
  }
}

/* What is there without a file of the folder was made by the ledger. */
static void drop_tables(ls_network *network) {
  for (int id = 0; id < TABLE_COUNT; id++)
    if (!has_file(network, schema_table((enum table_id)id)->file))
      table_release(&network->allocator, &network->table[id]);
  network->loop.given = 0; /* loop.yaml agreed with the central values, which do not bind */
}

ls_status network_check_again(ls_context *context, const ls_network *network) {
  const int64_t faults = context_fault_count(context);
  ls_status status = LS_STATUS_OK;
  for (int id = 0; id < TABLE_COUNT && status == LS_STATUS_OK; id++)
    status = network_validate_table(context, network, (enum table_id)id, NULL);
  if (status == LS_STATUS_OK) status = network_validate_across(context, network, NULL);
  return status == LS_STATUS_OK && context_fault_count(context) > faults ? LS_STATUS_INVALID_INPUT : status;
}

ls_status network_remake(ls_context *context, ls_network *network) {
  const int64_t faults = context_fault_count(context);
  drop_columns(context, network);
  drop_tables(network);
  ls_status status = ledger_apply(context, network);
  if (status == LS_STATUS_OK) status = network_check_again(context, network);
  return status == LS_STATUS_OK && context_fault_count(context) > faults ? LS_STATUS_INVALID_INPUT : status;
}

bool network_is_made(const ls_network *network, enum table_id table, const char *column) {
  if (!network_is_of_ledger(network)) return false;
  if (table == TABLE_ENTITIES)
    return column != NULL && ledger_fills_column(column) && assumptions_name(network, column);
  return !has_file(network, schema_table(table)->file);
}

ls_status network_redraw(ls_context *context, const ls_network *network, const double *value, ls_network **redrawn) {
  ls_network *fresh = NULL;
  ls_status status = network_copy(context, network, &fresh);
  if (status != LS_STATUS_OK) return status;
  double *column = (double *)network_numbers(fresh, TABLE_ASSUMPTIONS, "value");
  memcpy(column, value, (size_t)fresh->table[TABLE_ASSUMPTIONS].row_count * sizeof *column);
  status = network_remake(context, fresh);
  if (status == LS_STATUS_OK)
    *redrawn = fresh;
  else
    network_destroy(&fresh);
  return status;
}

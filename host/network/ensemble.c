/* ensemble.c - see ensemble.h. */
#include "network/ensemble.h"

#include "network/table.h"

int32_t ensemble_member_count(const ls_network *network) {
  const double *member = network_numbers(network, TABLE_ENSEMBLE, "member");
  double most = 0;
  for (int64_t row = 0; member != NULL && row < network->table[TABLE_ENSEMBLE].row_count; row++)
    if (member[row] > most) most = member[row];
  return (int32_t)most;
}

/* The table's rows are sorted by pair, and so are those of a member. */
static ls_status fill_liabilities(ls_context *context, const ls_network *network, int32_t member,
                                  struct table *liabilities) {
  const struct table *ensemble = &network->table[TABLE_ENSEMBLE];
  const double *number = network_numbers(network, TABLE_ENSEMBLE, "member");
  const double *amount = network_numbers(network, TABLE_ENSEMBLE, "amount");
  int64_t count = 0;
  for (int64_t row = 0; row < ensemble->row_count; row++) count += number[row] == member;
  ls_status status = table_begin(context, liabilities, count);
  if (status == LS_STATUS_OK) status = table_pairs_begin(context, liabilities);
  if (status != LS_STATUS_OK) return status;
  struct table_column *column = table_column_add(context, liabilities, "amount", false);
  if (column == NULL) return LS_STATUS_OUT_OF_MEMORY;
  count = 0;
  for (int64_t row = 0; row < ensemble->row_count; row++) {
    if (number[row] != member) continue;
    liabilities->from[count] = ensemble->from[row], liabilities->to[count] = ensemble->to[row];
    column->number[count++] = amount[row];
  }
  return LS_STATUS_OK;
}

ls_status ensemble_member(ls_context *context, const ls_network *network, int32_t member, ls_network **copy) {
  ls_network rest = *network, *fresh = NULL;
  rest.table[TABLE_LIABILITIES] = rest.table[TABLE_ENSEMBLE] = (struct table){0};
  ls_status status = network_copy(context, &rest, &fresh);
  if (status == LS_STATUS_OK) status = fill_liabilities(context, network, member, &fresh->table[TABLE_LIABILITIES]);
  if (status == LS_STATUS_OK)
    *copy = fresh;
  else
    network_destroy(&fresh);
  return status;
}

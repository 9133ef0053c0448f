/* redraw.h - the tables of the loop model made anew from the ledger with other values of its assumptions. */
#ifndef LS_HOST_NETWORK_REDRAW_H
#define LS_HOST_NETWORK_REDRAW_H

#include "network/network.h"

/* Were the network's loop tables made of deals.csv and assumptions.csv? (Both may also stand beside tables that the folder
 * gives itself.) */
bool network_is_of_ledger(const ls_network *network);

/* A copy of such a network with value[row_count of assumptions] in place of the column `value`, everything that the ledger
 * makes made again by the same rules, and checked as on import. LS_STATUS_INVALID_INPUT where the rules refuse the values. */
ls_status network_redraw(ls_context *context, const ls_network *network, const double *value, ls_network **redrawn);

/* Was this column (of entities.csv), or this table with all its columns, made by the ledger? */
bool network_is_made(const ls_network *network, enum table_id table, const char *column);

/* Makes everything that the ledger makes of such a network again, in place, after its facts or assumptions were changed, and checks
 * it all. LS_STATUS_INVALID_INPUT where the rules refuse what was changed. */
ls_status network_remake(ls_context *context, ls_network *network);

/* The checks of an import, on a network in memory. */
ls_status network_check_again(ls_context *context, const ls_network *network);

#endif

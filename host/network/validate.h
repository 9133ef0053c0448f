/* validate.h - the rules that tables must keep, whether they came from CSV files or from network.h5.
 *
 * Each fault is a message: "liabilities.csv:14: amount from 'B17' to 'B04' is -3.5, must be >= 0" for a folder (path
 * NULL), "net.h5:/liabilities: amount from ..." for a network file (its path). Functions return LS_STATUS_OUT_OF_MEMORY
 * or LS_STATUS_OK; network_validate alone turns faults into LS_STATUS_INVALID_INPUT.
 */
#ifndef LS_HOST_NETWORK_VALIDATE_H
#define LS_HOST_NETWORK_VALIDATE_H

#include "network/network.h"

/* Everything: all tables, then what ties them together. Pairs are resolved and sorted (table_resolve_pairs), numbers
 * from outside 0..entity_count-1 other than ENTITY_WORLD are refused by the reader before. */
ls_status network_validate(ls_context *context, const ls_network *network, const char *path);

/* The cells of one table, its keys and, for pair tables, its links. */
ls_status network_validate_table(ls_context *context, const ls_network *network, enum table_id id, const char *path);

/* Rules across tables: gates name pledges, input types are known, shares of an issuer sum to 1 at most. */
ls_status network_validate_across(ls_context *context, const ls_network *network, const char *path);

#endif

/* merge.h - adding up links that stand more than once, where the user asks for it. */
#ifndef LS_HOST_NETWORK_MERGE_H
#define LS_HOST_NETWORK_MERGE_H

#include "network/network.h"

/* Rows of a sorted pair table that name the same link become one, at the first's line: amounts and shares (the required
 * number columns) are added in the order of the rows; other cells must agree, or the later line is at fault. */
ls_status merge_duplicates(ls_context *context, ls_network *network, enum table_id id);

#endif

/* sectors.h - the sectors of a network as numbers, in the order in which they first appear. */
#ifndef LS_HOST_NETWORK_SECTORS_H
#define LS_HOST_NETWORK_SECTORS_H

#include "network/network.h"

/* Fills sector[entity_count] and the number of sectors. A blank sector, or no column at all: a sector of its own where
 * `blank_is_one`, else -1. */
ls_status network_number_sectors(ls_context *context, const ls_network *network, bool blank_is_one, int32_t *sector,
                                 int32_t *count);

#endif

/* ensemble.h - members of ensemble.csv: networks that differ in their liabilities alone. */
#ifndef LS_HOST_NETWORK_ENSEMBLE_H
#define LS_HOST_NETWORK_ENSEMBLE_H

#include "network/network.h"

/* The largest member number; 0 where the network has no ensemble. */
int32_t ensemble_member_count(const ls_network *network);

/* A copy without the ensemble whose liabilities are those of member 1, 2, ...; a member without rows owes nothing. */
ls_status ensemble_member(ls_context *context, const ls_network *network, int32_t member, ls_network **copy);

#endif

/* warnings.h - what a valid network looks odd in. */
#ifndef LS_HOST_NETWORK_WARNINGS_H
#define LS_HOST_NETWORK_WARNINGS_H

#include "network/network.h"

/* Entities that start with negative equity, equity above assets, sizes a million times the others' (mixed units),
 * amounts beyond 1e15, ids that a spreadsheet has rewritten. path: of the network file, NULL for a folder. */
ls_status network_warn(ls_context *context, const ls_network *network, const char *path);

#endif

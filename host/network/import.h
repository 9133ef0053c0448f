/* import.h - a folder of CSV tables becomes a network. */
#ifndef LS_HOST_NETWORK_IMPORT_H
#define LS_HOST_NETWORK_IMPORT_H

#include "network/network.h"

/* Reads, validates and, where the folder holds a deal ledger, fills the loop tables (ledger.h).
 * LS_STATUS_INVALID_INPUT: every fault is a message. */
ls_status network_folder_read(ls_context *context, const char *path, bool sum_duplicates, ls_network **network);

#endif

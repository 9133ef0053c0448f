/* network_hdf5.h - a network as groups of an HDF5 file: a network file, or the copy that every results file carries.
 *
 * docs/file-formats.md has the layout. A round trip keeps every number bit for bit, blanks, texts, unknown columns and
 * empty tables; line numbers of the source files are not kept.
 */
#ifndef LS_HOST_NETWORK_NETWORK_HDF5_H
#define LS_HOST_NETWORK_NETWORK_HDF5_H

#include "io/hdf5_file.h"
#include "network/network.h"

/* Writes all tables and metadata into an empty group (or the root). Failures of HDF5 show at the file's commit; the status
 * tells of memory only. */
ls_status network_hdf5_put(ls_context *context, struct hdf5_file *file, hdf5_id group, const ls_network *network);

/* Reads what network_hdf5_put wrote, and checks it. */
ls_status network_hdf5_get(ls_context *context, struct hdf5_file *file, const char *path, hdf5_id group,
                           ls_network **network);

/* Reads a network file: what ls_network_read does with a path that is no folder. */
ls_status network_hdf5_read(ls_context *context, const char *path, ls_network **network);

/* "USD bn", "EUR", or "currency" where the network names none: the unit of amounts. Freed with context_release. */
char *network_amount_units(ls_context *context, const ls_network *network);

/* Root attributes that every file of this program carries. */
void hdf5_put_kind(struct hdf5_file *file, const char *kind, const ls_network *network);

/* "network", "results", "shard": the kind of an open file; a fault where it is none of ours or too new. */
ls_status hdf5_get_kind(ls_context *context, struct hdf5_file *file, const char *path, char **kind);

#endif

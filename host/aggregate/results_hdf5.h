/* results_hdf5.h - results as an HDF5 file; layout in docs/file-formats.md. */
#ifndef LS_HOST_AGGREGATE_RESULTS_HDF5_H
#define LS_HOST_AGGREGATE_RESULTS_HDF5_H

#include "aggregate/results.h"
#include "io/hdf5_file.h"

/* Reads everything from an open results or shard file, and checks that the digest agrees with the numbers. */
ls_status results_hdf5_get(ls_context *context, struct hdf5_file *file, const char *path, ls_results **results);

#endif

/* provenance_hdf5.h - a run's identity and names in an HDF5 file; for the files of this folder. */
#ifndef LS_HOST_AGGREGATE_PROVENANCE_HDF5_H
#define LS_HOST_AGGREGATE_PROVENANCE_HDF5_H

#include "aggregate/results.h"
#include "io/hdf5_file.h"

static const int64_t SCENARIO_LIMIT = INT64_C(1) << 32; /* more are no run of this program */

/* Writes the group "provenance"; run_identity, scenario_sha256 and model stand at the root, written by the caller. */
void provenance_hdf5_put(ls_context *context, struct hdf5_file *file, const ls_results *results);

/* An open file, and the results that it is read into. */
struct results_reader {
  ls_context *context;
  struct hdf5_file *file;
  const char *path;
  ls_results *results;
};

/* Reads identity and names into reader->results. */
ls_status provenance_hdf5_get(const struct results_reader *reader);

/* Records a fault of the file. */
ls_status reader_fault(const struct results_reader *reader, const char *text);

/* A whole number within low..high. */
ls_status reader_count(const struct results_reader *reader, hdf5_id group, const char *name, int64_t low, int64_t high,
                       int64_t *value);

/* A list of texts; none where the attribute is missing. */
ls_status reader_names(const struct results_reader *reader, hdf5_id group, const char *name, char ***text,
                       int32_t *count);

#endif

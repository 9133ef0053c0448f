/* results_draws.h - draws of the assumptions in files of results and in JSON; for the files of this folder. */
#ifndef LS_HOST_AGGREGATE_RESULTS_DRAWS_H
#define LS_HOST_AGGREGATE_RESULTS_DRAWS_H

#include "aggregate/results.h"
#include "io/hdf5_file.h"
#include "io/json.h"

/* "5-95 %", or "all" where there are too few draws for that. */
const char *draws_band_name(const ls_results *results);

/* The id of drawn assumption j, and its target and parameter. */
const char *draws_text(const ls_results *results, int32_t j, const char *column);

/* The key "draws"; nothing in runs on central values. */
void draws_json(struct json *json, const ls_results *results);

/* Writes what is at the root of the file; returns the scale `draw`, negative where there are no draws. */
hdf5_id draws_hdf5_put(ls_context *context, struct hdf5_file *file, const ls_results *results, hdf5_id entity,
                       hdf5_id quantile, hdf5_id quarter, const char *amount);

/* Reads results->draws. */
ls_status draws_hdf5_get(ls_context *context, struct hdf5_file *file, const char *path, ls_results *results);

#endif

/* results_dependence.h - joint defaults, dependence and the measures in JSON, HDF5, CSV and words; for the files
 * here. */
#ifndef LS_HOST_AGGREGATE_RESULTS_DEPENDENCE_H
#define LS_HOST_AGGREGATE_RESULTS_DEPENDENCE_H

#include "aggregate/summary.h"
#include "io/hdf5_file.h"
#include "io/json.h"

/* The keys "joint_defaults" and "dependence". */
void dependence_json(struct json *json, const ls_results *results);

/* What is at the root of the file. other_entity < 0 where joint counts are not kept. */
void dependence_hdf5_put(ls_context *context, struct hdf5_file *file, const ls_results *results, hdf5_id entity,
                         hdf5_id other_entity, const char *amount);

/* joint.csv, dependence.csv, measures.csv. */
void dependence_table_joint(struct buffer *out, const ls_results *results);
void dependence_table(struct buffer *out, const ls_results *results);
void measures_table(struct buffer *out, const ls_results *results);

/* Who falls with whom, and what the others lose meanwhile. */
void dependence_summary(const struct summary *summary);

/* Says how much of the expected shortfall is the cost of distress, loudly where that is much. */
void distress_summary(const struct summary *summary);

#endif

/* results_text.h - results as text: for programs (JSON) and for people; for the files of this folder. */
#ifndef LS_HOST_AGGREGATE_RESULTS_TEXT_H
#define LS_HOST_AGGREGATE_RESULTS_TEXT_H

#include "aggregate/results.h"
#include "io/json.h"
#include "model.h" /* kernels/ */

/* The keys of a quantile level: "0.95", "0.99", "0.999". */
extern const char *const QUANTILE_NAME[QUANTILE_LEVEL_COUNT];

/* The model's own description; NULL for a model that this build does not know (a results file of a later version). */
const struct ls_model_info *results_model(const ls_results *results);

/* Does output o (field f of the trace) hold true or false? */
bool results_output_is_flag(const ls_results *results, int32_t output);
bool results_trace_is_flag(const ls_results *results, int32_t field);

/* The statistics of the system's loss: gross, or net where the run says so. */
const struct loss_statistics *results_system(const ls_results *results);

/* The document of INTERFACE section 4. */
void results_json(struct json *json, const ls_results *results);

/* "settings": all that were in force. */
void results_settings_json(struct json *json, const struct run_identity *identity);

/* "inputs": the files that a network was read from and, where a run is told of (else NULL), its scenario file. */
void results_inputs_json(struct json *json, const ls_network *network, const struct run_identity *identity);

/* The summary for people, at most 120 columns wide. */
ls_status results_summary(ls_context *context, struct buffer *buffer, const ls_results *results);

#endif

/* results_causes.h - losses of kept scenarios by cause, in JSON, CSV and words; for the files here and the page. */
#ifndef LS_HOST_AGGREGATE_RESULTS_CAUSES_H
#define LS_HOST_AGGREGATE_RESULTS_CAUSES_H

#include "aggregate/summary.h"
#include "io/json.h"

/* Is this scenario's loss told by cause? */
bool kept_has_causes(const ls_results *results, const struct kept_scenario *kept);

/* The key "causes" of a scenario, and that of one of its entities; nothing where it is not told. */
void causes_json(struct json *json, const ls_results *results, const struct kept_scenario *kept);
void causes_entity_json(struct json *json, const ls_results *results, const struct kept_scenario *kept, int32_t entity);

/* causes.csv. A blank entity stands for the whole: its loss is the gross one. */
void causes_table(struct buffer *out, const ls_results *results);

/* The gross loss by cause of each scenario that was listed, or of the worst together where scenarios were drawn. */
void causes_summary(const struct summary *summary);

#endif

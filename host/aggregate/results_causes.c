/* results_causes.c - losses of kept scenarios by cause, in JSON, CSV and words (docs/models/loop-causes.md). */
#include "aggregate/results_causes.h"

#include <math.h>
#include <stdio.h>

#include "aggregate/accumulator_fields.h"
#include "aggregate/results_cells.h"
#include "model.h" /* kernels/ */

bool kept_has_causes(const ls_results *results, const struct kept_scenario *kept) {
  return results->names.cause_count > 0 && kept->cause_gross != NULL && !isnan(kept->cause_gross[0]);
}

void causes_json(struct json *json, const ls_results *results, const struct kept_scenario *kept) {
  if (!kept_has_causes(results, kept)) return;
  json_list_begin(json, "causes");
  for (int32_t c = 0; c < results->names.cause_count; c++) {
    json_object_begin(json, NULL);
    json_text(json, "name", results->names.cause[c]);
    json_number(json, "loss_gross", kept->cause_gross[c]);
    json_object_end(json);
  }
  json_list_end(json);
}

void causes_entity_json(struct json *json, const ls_results *results, const struct kept_scenario *kept,
                        int32_t entity) {
  int32_t n = results->accumulator->shape.entity_count;
  if (!kept_has_causes(results, kept)) return;
  json_object_begin(json, "causes");
  for (int32_t c = 0; c < results->names.cause_count; c++)
    json_number(json, results->names.cause[c], kept->cause[(int64_t)c * n + entity]);
  json_object_end(json);
}

static void table_row(struct buffer *out, const struct kept_scenario *kept, const char *entity, const char *cause,
                      double loss) {
  buffer_print(out, "%lld,", (long long)kept->number);
  cell_text(out, kept->id == NULL ? "" : kept->id);
  buffer_text(out, ",");
  cell_text(out, entity);
  buffer_text(out, ",");
  cell_text(out, cause);
  cell_number(out, loss);
  buffer_text(out, "\n");
}

void causes_table(struct buffer *out, const ls_results *results) {
  int32_t n = results->accumulator->shape.entity_count;
  buffer_text(out, "scenario,id,entity,cause,loss\n");
  for (int32_t k = 0; k < results->kept_count; k++) {
    const struct kept_scenario *kept = &results->kept[k];
    if (!kept_has_causes(results, kept)) continue;
    for (int32_t c = 0; c < results->names.cause_count; c++) {
      table_row(out, kept, "", results->names.cause[c], kept->cause_gross[c]);
      for (int32_t i = 0; i < n; i++)
        table_row(out, kept, ls_network_entity_id(results->network, i), results->names.cause[c],
                  kept->cause[(int64_t)c * n + i]);
    }
  }
}

/* ---- for people ------------------------------------------------------------------------------------------------------ */

enum { NAME_WIDTH = 28, CAUSE_WIDTH = 11, LISTED = 40 };

/* Each cause's share of a gross loss, or dashes where there is none. */
static void write_shares(const struct summary *summary, const double *loss, double total) {
  for (int32_t c = 0; c < summary->results->names.cause_count; c++) {
    double percent = total > 0 ? 100 * loss[c] / total : 0;
    if (total > 0)
      buffer_print(summary->out, "%*.1f%%", CAUSE_WIDTH - 1, fabs(percent) < 0.05 ? 0 : percent); /* no -0.0 */
    else
      buffer_print(summary->out, "%*s", CAUSE_WIDTH, "-");
  }
  buffer_text(summary->out, "\n");
}

static double sum_of(const double *loss, int32_t count) {
  double sum = 0;
  for (int32_t c = 0; c < count; c++) sum += loss[c];
  return sum;
}

static void write_head(const struct summary *summary) {
  buffer_text(summary->out, "  ");
  summary_padded(summary->out, "", NAME_WIDTH);
  for (int32_t c = 0; c < summary->results->names.cause_count; c++)
    buffer_print(summary->out, "%*s", CAUSE_WIDTH, summary->results->names.cause[c]);
  buffer_text(summary->out, "\n");
}

static void write_listed(const struct summary *summary) {
  const ls_results *results = summary->results;
  int32_t causes = results->names.cause_count, shown = 0;
  for (int32_t k = 0; k < results->kept_count && shown < LISTED; k++) {
    const struct kept_scenario *kept = &results->kept[k];
    if (!kept_has_causes(results, kept)) continue;
    buffer_text(summary->out, "  ");
    summary_padded(summary->out, kept->id == NULL ? "" : kept->id, NAME_WIDTH);
    write_shares(summary, kept->cause_gross, sum_of(kept->cause_gross, causes));
    shown++;
  }
}

/* All that are told, added up. */
static void write_together(const struct summary *summary, int32_t told) {
  const ls_results *results = summary->results;
  double sum[LS_MODEL_CAUSES] = {0};
  int32_t causes = results->names.cause_count < LS_MODEL_CAUSES ? results->names.cause_count : LS_MODEL_CAUSES;
  for (int32_t k = 0; k < results->kept_count; k++)
    for (int32_t c = 0; kept_has_causes(results, &results->kept[k]) && c < causes; c++)
      sum[c] += results->kept[k].cause_gross[c];
  char name[NAME_WIDTH + 1];
  (void)snprintf(name, sizeof name, told == 1 ? "the worst scenario" : "the worst %d together", (int)told);
  buffer_text(summary->out, "  ");
  summary_padded(summary->out, name, NAME_WIDTH);
  write_shares(summary, sum, sum_of(sum, causes));
}

void causes_summary(const struct summary *summary) {
  const ls_results *results = summary->results;
  int32_t told = 0;
  for (int32_t k = 0; k < results->kept_count; k++) told += kept_has_causes(results, &results->kept[k]);
  if (told == 0 || results->names.cause_count > LS_MODEL_CAUSES) return;
  if (results->explicit_scenarios && results->kept_count == 1 && !(results->kept[0].loss_gross > 0)) return;
  buffer_text(summary->out,
              "\nGross loss by cause: its own shock, or what reached it of the others' through a channel\n");
  write_head(summary);
  if (results->explicit_scenarios)
    write_listed(summary);
  else
    write_together(summary, told);
}

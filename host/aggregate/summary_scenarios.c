/* summary_scenarios.c - scenarios that a file lists, told to people: losses, who failed, by which line; with a single one every output. */
#include <math.h>
#include <string.h>

#include "aggregate/accumulator_fields.h"
#include "aggregate/results_text.h"
#include "aggregate/summary.h"

enum { SCENARIOS_SHOWN = 40, ENTITIES_SHOWN = 40, LINES_MOST = 5, ASSET_DIGITS = 6 };
enum { LINE_WIDTH = 120, NAME_WIDTH = 28, COLUMN_MOST = 18 }; /* characters */

/* Column of the model's outputs that says who failed: a quarter (loop; -1 never) or a flag. -1: the model has none. */
static int32_t failure_column(const ls_results *results, bool *is_quarter) {
  static const char *const name[] = {"default_quarter", "default", "failed"};
  for (size_t n = 0; n < sizeof name / sizeof *name; n++)
    for (int32_t k = 0; k < results->names.detail_count; k++)
      if (strcmp(results->names.detail[k], name[n]) == 0) {
        *is_quarter = n == 0;
        return k;
      }
  return -1;
}

/* "openai in 4, coreweave in 8" as far as a line goes. */
static void write_failures(const struct summary *summary, const struct kept_scenario *kept) {
  enum { ROOM = 48 };
  const ls_results *results = summary->results;
  bool is_quarter = false;
  int32_t column = failure_column(results, &is_quarter), entities = results->accumulator->shape.entity_count;
  size_t begun = summary->out->length;
  const char *between = "  ";
  for (int32_t i = 0; i < entities && column >= 0; i++) {
    double failed = kept->detail[(int64_t)column * entities + i];
    if (is_quarter ? failed < 0 : !(failed > 0)) continue;
    if (summary->out->length - begun > ROOM) {
      buffer_text(summary->out, ", ...");
      break;
    }
    buffer_text(summary->out, between);
    (void)summary_cut(summary->out, ls_network_entity_id(results->network, i), 24);
    if (is_quarter) buffer_print(summary->out, " in %d", (int)failed);
    between = ", ";
  }
}

static void write_scenarios(const struct summary *summary) {
  const ls_results *results = summary->results;
  struct buffer *out = summary->out;
  buffer_print(out, "\nScenarios: system loss (%s), defaults%s\n", results->identity.loss_is_net ? "net" : "gross",
               results->accumulator->shape.quarter_count > 1 ? " and their quarter" : "");
  for (int32_t k = 0; k < results->kept_count && k < SCENARIOS_SHOWN; k++) {
    const struct kept_scenario *kept = &results->kept[k];
    buffer_text(out, "  ");
    summary_padded(out, kept->id == NULL ? "" : kept->id, 32);
    summary_padded_amount(summary, results->identity.loss_is_net ? kept->loss_net : kept->loss_gross, 14);
    buffer_print(out, "  %d", (int)kept->default_count);
    write_failures(summary, kept);
    buffer_text(out, kept->converged ? "\n" : "  (did not converge)\n");
  }
  if (results->kept_count > SCENARIOS_SHOWN)
    buffer_print(out, "  ... and %d more\n", (int)results->kept_count - SCENARIOS_SHOWN);
}

/* So that a table of `count` columns fits a line. */
static int column_width(int32_t count) {
  const int width = (LINE_WIDTH - 2 - NAME_WIDTH) / (count > 0 ? count : 1);
  return width < COLUMN_MOST ? width : COLUMN_MOST;
}

/* A whole number that is -1 for never, a flag, or an amount. */
static void write_output(const struct summary *summary, int32_t output, double value) {
  const char *name = summary->results->names.detail[output];
  const int width = column_width(summary->results->names.detail_count);
  const bool counts = strstr(name, "quarter") != NULL || strcmp(name, "wave") == 0;
  if (counts && value < 0)
    buffer_print(summary->out, "%*s", width, "never");
  else if (counts)
    buffer_print(summary->out, "%*d", width, (int)value);
  else if (results_output_is_flag(summary->results, output))
    buffer_print(summary->out, "%*s", width, value > 0 ? "yes" : "no");
  else
    summary_padded_amount(summary, value, width);
}

/* First column and names of a table. */
static void write_table_head(struct buffer *out, const char *first, char *const *name, int32_t count) {
  buffer_text(out, "\n  ");
  summary_padded(out, first, NAME_WIDTH);
  for (int32_t k = 0; k < count; k++) buffer_print(out, "%*s", column_width(count), name[k]);
  buffer_text(out, "\n");
}

/* The model's outputs for every entity. */
static void write_entities(const struct summary *summary) {
  const ls_results *results = summary->results;
  struct buffer *out = summary->out;
  int32_t entities = results->accumulator->shape.entity_count;
  write_table_head(out, "entity", results->names.detail, results->names.detail_count);
  for (int32_t i = 0; i < entities && i < ENTITIES_SHOWN; i++) {
    buffer_text(out, "  ");
    summary_padded(out, ls_network_entity_id(results->network, i), NAME_WIDTH);
    for (int32_t k = 0; k < results->names.detail_count; k++)
      write_output(summary, k, results->kept[0].detail[(int64_t)k * entities + i]);
    buffer_text(out, "\n");
  }
  if (entities > ENTITIES_SHOWN) buffer_print(out, "  ... and %d more\n", (int)(entities - ENTITIES_SHOWN));
}

/* The same of common assets; these are prices and shares, which have digits of their own. */
static void write_assets(const struct summary *summary) {
  const ls_results *results = summary->results;
  struct buffer *out = summary->out;
  int32_t assets = results->network->asset_count;
  if (results->kept[0].asset == NULL || assets == 0) return;
  write_table_head(out, "asset", results->names.asset_output, results->names.asset_output_count);
  for (int32_t m = 0; m < assets && m < ENTITIES_SHOWN; m++) {
    buffer_text(out, "  ");
    summary_padded(out, network_text(results->network, TABLE_ASSETS, "id", m), NAME_WIDTH);
    for (int32_t k = 0; k < results->names.asset_output_count; k++)
      buffer_print(out, "%*.*g", column_width(results->names.asset_output_count), ASSET_DIGITS,
                   results->kept[0].asset[(int64_t)k * assets + m]);
    buffer_text(out, "\n");
  }
  if (assets > ENTITIES_SHOWN) buffer_print(out, "  ... and %d more\n", (int)(assets - ENTITIES_SHOWN));
}

/* Losses by channel or balance-sheet line, all entities together: they add up to the loss with gains netted. */
static void write_lines(const struct summary *summary) {
  const ls_results *results = summary->results;
  int32_t entities = results->accumulator->shape.entity_count, lines = results->names.line_count;
  if (lines == 0 || lines > LINES_MOST) return;
  write_table_head(summary->out, "loss by line, gains netted", results->names.line, lines);
  for (int32_t k = 0; k < results->kept_count && k < SCENARIOS_SHOWN; k++) {
    const struct kept_scenario *kept = &results->kept[k];
    buffer_text(summary->out, "  ");
    summary_padded(summary->out, kept->id == NULL ? "" : kept->id, NAME_WIDTH);
    for (int32_t line = 0; line < lines; line++) {
      double sum = 0;
      for (int32_t i = 0; i < entities; i++) sum += kept->line[(int64_t)line * entities + i];
      summary_padded_amount(summary, sum, column_width(lines));
    }
    buffer_text(summary->out, "\n");
  }
}

/* How near the answer is to another one. */
static void write_margin(const struct summary *summary) {
  const struct kept_scenario *kept = &summary->results->kept[0];
  if (isnan(kept->margin)) return;
  buffer_text(summary->out, "\nNearest to a threshold of its own: ");
  (void)summary_cut(summary->out, ls_network_entity_id(summary->results->network, (int32_t)kept->margin_entity),
                    NAME_WIDTH);
  buffer_text(summary->out, ", by ");
  summary_percent(summary, kept->margin);
  buffer_text(summary->out, " of it\n");
}

void scenarios_summary(const struct summary *summary) {
  write_scenarios(summary);
  write_lines(summary);
  if (summary->results->kept_count != 1) return;
  write_entities(summary);
  write_assets(summary);
  write_margin(summary);
}

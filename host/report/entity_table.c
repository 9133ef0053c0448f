/* entity_table.c - every entity with its default probability, losses and share of the tail; the script sorts it. */
#include <math.h>

#include "report/sections.h"

struct columns {
  bool interval, peak, contribution;
};

static struct columns columns_of(const struct view *view) {
  struct columns columns = {.interval = view->drawn, .peak = view->quarter_count > 0};
  for (int32_t k = 0; view->drawn && k < view->entity_count; k++)
    columns.contribution = columns.contribution || isfinite(view->results->statistics.entity[k].es_contribution);
  return columns;
}

/* The head sorts, and a small mark beside it leads to the definition. */
static void write_heading(struct buffer *page, const char *title, const char *definition) {
  buffer_print(page,
               "<th scope=\"col\" data-sort=\"number\"><span class=\"label\">%s</span> "
               "<a class=\"what\" href=\"#def-%s\" aria-label=\"What is this? %s\">?</a></th>",
               title, definition, title);
}

static void write_head(const struct view *view, struct buffer *page, struct columns columns) {
  buffer_text(page, "<thead><tr>");
  buffer_text(page, "<th scope=\"col\" data-sort=\"text\" class=\"text\">Entity</th>"
                    "<th scope=\"col\" data-sort=\"text\" class=\"text\">Sector</th>");
  write_heading(page, "Baseline value", "baseline-value");
  if (view->scenario_count == 1)
    write_heading(page, "Default", "default");
  else
    write_heading(page, view->drawn ? "Default probability" : "Share of scenarios with default", "default-probability");
  if (columns.interval) write_defined_head(page, "interval", "95% interval");
  write_heading(page, view->scenario_count == 1 ? "Loss" : view->drawn ? "Expected loss" : "Mean loss", "entity-loss");
  if (columns.interval) write_heading(page, "Standard error", "standard-error");
  if (columns.contribution) write_heading(page, "Share in ES 99%", "es-share");
  if (columns.peak) write_heading(page, view->scenario_count == 1 ? "Peak loss" : "Mean peak loss", "peak-loss");
  buffer_text(page, "</tr></thead>\n");
}

/* A cell that sorts by its full number, not by what is shown. */
static void begin_number(struct buffer *page, const char *definition, double value) {
  buffer_text(page, "<td data-v=\"");
  buffer_number(page, value, "");
  buffer_text(page, "\">");
  begin_defined(page, definition);
}

static void end_number(struct buffer *page) {
  end_defined(page);
  buffer_text(page, "</td>");
}

static void write_number(struct buffer *page, const char *definition, double value, int decimals) {
  begin_number(page, definition, value);
  write_amount(page, value, decimals);
  end_number(page);
}

static void write_probability(const struct view *view, struct buffer *page, const struct entity_statistics *entity) {
  begin_number(page, "default-probability", entity->default_probability);
  if (view->scenario_count == 1)
    buffer_text(page, entity->default_probability > 0 ? "yes" : "no");
  else
    write_percent(page, entity->default_probability, percent_decimals_for(entity->default_probability));
  end_number(page);
}

static void write_wilson(struct buffer *page, const struct entity_statistics *entity) {
  int decimals = percent_decimals_for(entity->default_high - entity->default_low);
  buffer_text(page, "<td>");
  begin_defined(page, "interval");
  write_amount(page, 100 * entity->default_low, decimals);
  buffer_text(page, "&ndash;");
  write_percent(page, entity->default_high, decimals);
  end_number(page);
}

static void write_row(const struct view *view, struct buffer *page, struct columns columns, int32_t number) {
  const struct entity_statistics *entity = &view->results->statistics.entity[number];
  const char *sector = network_text(view->network, TABLE_ENTITIES, "sector", number);
  buffer_text(page, "<tr><th scope=\"row\">");
  write_escaped(page, view_name(view, number));
  buffer_text(page, "</th><td class=\"text\">");
  write_escaped(page, sector);
  buffer_text(page, "</td>");
  write_number(page, "baseline-value", view->results->baseline_value[number],
               decimals_for(fabs(view->baseline_total) / 10));
  write_probability(view, page, entity);
  if (columns.interval) write_wilson(page, entity);
  write_number(page, "entity-loss", entity->loss_mean, view->entity_decimals);
  if (columns.interval) write_number(page, "standard-error", entity->loss_mean_se, view->entity_decimals + 2);
  if (columns.contribution) write_number(page, "es-share", entity->es_contribution, view->entity_decimals);
  if (columns.peak) write_number(page, "peak-loss", entity->loss_peak_mean, view->entity_decimals);
  buffer_text(page, "</tr>\n");
}

static void write_foot(const struct view *view, struct buffer *page, struct columns columns) {
  double loss = 0, contribution = 0;
  for (int32_t k = 0; k < view->entity_count; k++) {
    loss += view->results->statistics.entity[k].loss_mean;
    contribution += view->results->statistics.entity[k].es_contribution;
  }
  buffer_text(page, "<tfoot><tr><th scope=\"row\">Sum</th><td></td>");
  write_defined_cell(page, "baseline-value", view->baseline_total, decimals_for(fabs(view->baseline_total) / 10));
  buffer_text(page, columns.interval ? "<td></td><td></td>" : "<td></td>");
  write_defined_cell(page, "entity-loss", loss, view->entity_decimals);
  if (columns.interval) buffer_text(page, "<td></td>");
  if (columns.contribution) write_defined_cell(page, "es-share", contribution, view->entity_decimals);
  if (columns.peak) buffer_text(page, "<td></td>");
  buffer_text(page, "</tr></tfoot>\n");
}

void write_entity_table(const struct view *view, struct buffer *page) {
  struct columns columns = columns_of(view);
  buffer_text(page, "<table id=\"entity-table\"><caption>Losses and values");
  write_unit(view, page, " in ");
  buffer_text(page, "; largest loss first</caption>\n");
  write_head(view, page, columns);
  buffer_text(page, "<tbody>\n");
  for (int32_t row = 0; row < view->entity_count; row++) write_row(view, page, columns, view->by_loss[row]);
  buffer_text(page, "</tbody>\n");
  write_foot(view, page, columns);
  buffer_text(page, "</table>\n");
}

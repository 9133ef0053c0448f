/* dependence_table.c - who falls with whom, and what the others lose meanwhile. */
#include <math.h>

#include "aggregate/dependence.h"
#include "report/sections.h"

static void begin_cell(struct buffer *page, double value) {
  buffer_text(page, "<td data-v=\"");
  buffer_number(page, value, "");
  buffer_text(page, "\">");
}

static void percent_cell(struct buffer *page, double share) {
  begin_cell(page, share);
  write_percent(page, share, percent_decimals_for(share));
  buffer_text(page, "</td>");
}

/* The entity that most often defaults with `entity`; -1 none. */
static int32_t companion(const struct view *view, int32_t entity) {
  struct default_pair pair;
  int32_t best = -1;
  int64_t most = 0;
  for (int32_t j = 0; j < view->entity_count; j++) {
    if (j == entity || !dependence_pair(view->results, entity, j, &pair) || pair.both <= most) continue;
    most = pair.both;
    best = j;
  }
  return best;
}

static void write_companion(const struct view *view, struct buffer *page, int32_t entity) {
  struct default_pair pair;
  const int32_t other = companion(view, entity);
  buffer_text(page, "<td class=\"text\">");
  if (other < 0 || !dependence_pair(view->results, entity, other, &pair)) {
    buffer_text(page, "&ndash;</td><td data-v=\"\">&ndash;</td><td>&ndash;</td>");
    return;
  }
  write_escaped(page, view_name(view, other));
  buffer_text(page, "</td>");
  percent_cell(page, pair.given);
  buffer_text(page, "<td>");
  write_amount(page, 100 * pair.given_low, 1);
  buffer_text(page, "&ndash;");
  write_percent(page, pair.given_high, 1);
  buffer_text(page, "</td>");
}

static void write_row(const struct view *view, struct buffer *page, int32_t entity) {
  const struct dependence on = dependence_on(view->results, view->baseline_total, entity);
  buffer_text(page, "<tr><th scope=\"row\">");
  write_escaped(page, view_name(view, entity));
  buffer_text(page, "</th>");
  begin_cell(page, (double)on.default_count);
  write_count(page, on.default_count);
  buffer_text(page, "</td>");
  write_companion(view, page, entity);
  begin_cell(page, on.others_mean);
  write_amount(page, on.others_mean, view->decimals);
  buffer_text(page, "</td>");
  begin_cell(page, on.others_se);
  write_amount(page, on.others_se, decimals_for(100 * fabs(on.others_se)));
  buffer_text(page, "</td>");
  percent_cell(page, on.others_share);
  percent_cell(page, on.shortfall_share);
  buffer_text(page, "</tr>\n");
}

static const char HEAD[] =
    "<thead><tr><th scope=\"col\" data-sort=\"text\" class=\"text\">Entity</th>"
    "<th scope=\"col\" data-sort=\"number\">Scenarios with its default</th>"
    "<th scope=\"col\" data-sort=\"text\" class=\"text\">Most often with it</th>"
    "<th scope=\"col\" data-sort=\"number\">how often then</th><th scope=\"col\">95% interval</th>"
    "<th scope=\"col\" data-sort=\"number\">Others lose then</th>"
    "<th scope=\"col\" data-sort=\"number\">Standard error</th>"
    "<th scope=\"col\" data-sort=\"number\">of their baseline value</th>"
    "<th scope=\"col\" data-sort=\"number\">Its share in ES 99%</th></tr></thead>";

void write_dependence_table(const struct view *view, struct buffer *page) {
  buffer_text(page, "<table class=\"compact\" id=\"dependence-table\"><caption>In the scenarios in which the entity "
                    "defaults");
  write_unit(view, page, "; losses in ");
  buffer_text(page, "; most frequent default first");
  if (view->entity_count > DEPENDENCE_ROWS) buffer_print(page, "; the first %d", DEPENDENCE_ROWS);
  buffer_text(page, "</caption>\n");
  buffer_text(page, HEAD);
  buffer_text(page, "<tbody>\n");
  for (int32_t row = 0; row < view->entity_count && row < DEPENDENCE_ROWS; row++)
    if (view->results->statistics.entity[view->by_default[row]].default_probability > 0)
      write_row(view, page, view->by_default[row]);
  buffer_text(page, "</tbody></table>\n");
}

void write_pair_table(const struct view *view, struct buffer *page) {
  struct default_pair pair;
  const int32_t shown = view->entity_count < PAIR_ROWS ? view->entity_count : PAIR_ROWS;
  buffer_text(page,
              "<table class=\"compact\"><caption>How often the entity of the column defaults where that of the row "
              "does, %; most frequent default first</caption><thead><tr><th scope=\"col\">If it defaults</th>");
  for (int32_t j = 0; j < shown; j++) {
    buffer_text(page, "<th scope=\"col\">");
    write_escaped(page, view_name(view, view->by_default[j]));
    buffer_text(page, "</th>");
  }
  buffer_text(page, "</tr></thead><tbody>\n");
  for (int32_t i = 0; i < shown; i++) {
    buffer_text(page, "<tr><th scope=\"row\">");
    write_escaped(page, view_name(view, view->by_default[i]));
    buffer_text(page, "</th>");
    for (int32_t j = 0; j < shown; j++) {
      const bool known = dependence_pair(view->results, view->by_default[i], view->by_default[j], &pair);
      write_cell(page, known && i != j ? 100 * pair.given : NAN, 1);
    }
    buffer_text(page, "</tr>\n");
  }
  buffer_text(page, "</tbody></table>\n");
}

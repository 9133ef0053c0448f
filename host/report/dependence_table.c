/* dependence_table.c - who falls with whom, and what the others lose meanwhile. */
#include <math.h>

#include "aggregate/dependence.h"
#include "report/sections.h"

static void begin_cell(struct buffer *page, const char *definition, double value) {
  buffer_text(page, "<td data-v=\"");
  buffer_number(page, value, "");
  buffer_text(page, "\">");
  begin_defined(page, definition);
}

static void end_cell(struct buffer *page) {
  end_defined(page);
  buffer_text(page, "</td>");
}

static void percent_cell(struct buffer *page, const char *definition, double share) {
  begin_cell(page, definition, share);
  write_percent(page, share, percent_decimals_for(share));
  end_cell(page);
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
  percent_cell(page, "given-default", pair.given);
  buffer_text(page, "<td>");
  begin_defined(page, "interval");
  write_amount(page, 100 * pair.given_low, 1);
  buffer_text(page, "&ndash;");
  write_percent(page, pair.given_high, 1);
  end_cell(page);
}

static void write_row(const struct view *view, struct buffer *page, int32_t entity) {
  const struct dependence on = dependence_on(view->results, view->baseline_total, entity);
  buffer_text(page, "<tr><th scope=\"row\">");
  write_escaped(page, view_name(view, entity));
  buffer_text(page, "</th>");
  begin_cell(page, "default", (double)on.default_count);
  write_count(page, on.default_count);
  end_cell(page);
  write_companion(view, page, entity);
  begin_cell(page, "others-loss", on.others_mean);
  write_amount(page, on.others_mean, view->decimals);
  end_cell(page);
  begin_cell(page, "standard-error", on.others_se);
  write_amount(page, on.others_se, decimals_for(100 * fabs(on.others_se)));
  end_cell(page);
  percent_cell(page, "others-loss", on.others_share);
  percent_cell(page, "es-share", on.shortfall_share);
  buffer_text(page, "</tr>\n");
}

static const char HEAD[] =
    "<thead><tr><th scope=\"col\" data-sort=\"text\" class=\"text\">Entity</th>"
    "<th scope=\"col\" data-sort=\"number\">Scenarios with its default</th>"
    "<th scope=\"col\" data-sort=\"text\" class=\"text\">Most often with it</th>"
    "<th scope=\"col\" data-sort=\"number\"><span class=\"label\">how often then</span> "
    "<a class=\"what\" href=\"#def-given-default\" aria-label=\"What is this? how often then\">?</a></th><th "
    "scope=\"col\">95% interval</th>"
    "<th scope=\"col\" data-sort=\"number\"><span class=\"label\">Others lose then</span> "
    "<a class=\"what\" href=\"#def-others-loss\" aria-label=\"What is this? Others lose then\">?</a></th>"
    "<th scope=\"col\" data-sort=\"number\">Standard error</th>"
    "<th scope=\"col\" data-sort=\"number\">of their baseline value</th>"
    "<th scope=\"col\" data-sort=\"number\"><span class=\"label\">Its share in ES 99%</span> "
    "<a class=\"what\" href=\"#def-es-share\" aria-label=\"What is this? Its share in ES 99%\">?</a></th></tr></thead>";

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
      write_defined_cell(page, "given-default", known && i != j ? 100 * pair.given : NAN, 1);
    }
    buffer_text(page, "</tr>\n");
  }
  buffer_text(page, "</tbody></table>\n");
}

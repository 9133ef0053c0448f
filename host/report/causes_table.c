/* causes_table.c - the gross losses of kept scenarios by cause, as a table, and what each cause is
 * (docs/models/loop-causes.md). */
#include <math.h>
#include <stdio.h>

#include "aggregate/results_causes.h"
#include "report/definitions.h"
#include "report/sections.h"

enum { CAUSES_MOST = 64 /* of round_to_sum */ };

bool causes_shown(const struct view *view, int32_t kept) {
  const ls_results *results = view->results;
  return kept < results->kept_count && kept < SCENARIO_ROWS && results->names.cause_count <= CAUSES_MOST &&
         kept_has_causes(results, &results->kept[kept]);
}

int32_t causes_shown_count(const struct view *view) {
  int32_t count = 0;
  for (int32_t k = 0; k < view->results->kept_count && k < SCENARIO_ROWS; k++) count += causes_shown(view, k);
  return count;
}

static void write_name(struct buffer *page, const char *name) {
  const struct definition *known = cause_definition_of(name);
  write_escaped(page, known != NULL ? known->title : name);
}

static void write_heads(const struct view *view, struct buffer *page) {
  const struct result_names *names = &view->results->names;
  buffer_text(page, "<thead><tr><th scope=\"col\">Scenario</th><th scope=\"col\">Gross loss</th>");
  for (int32_t c = 0; c < names->cause_count; c++) {
    buffer_print(page, "<th scope=\"col\"><a href=\"#cause-%d\">", (int)c);
    write_name(page, names->cause[c]);
    buffer_text(page, "</a></th>");
  }
  buffer_text(page, "</tr></thead><tbody>\n");
}

static double shown(const struct view *view, int64_t units) { return (double)units / pow(10, view->decimals); }

/* A number leads to what it is: `place` is an id of the page. */
static void write_number(struct buffer *page, const char *place, double value, double as_shown, int decimals) {
  buffer_text(page, "<td data-v=\"");
  buffer_number(page, value, "");
  buffer_print(page, "\"><a class=\"number\" tabindex=\"-1\" href=\"#%s\">", place);
  write_amount(page, as_shown, decimals);
  buffer_text(page, "</a>");
}

/* Amounts are rounded so that they add up to the loss that is shown. */
static void write_row(const struct view *view, struct buffer *page, const struct kept_scenario *kept) {
  int64_t rounded[CAUSES_MOST];
  const int32_t count = view->results->names.cause_count;
  const int64_t total = round_to_sum(kept->cause_gross, count, view->decimals, rounded);
  buffer_text(page, "<tr><th scope=\"row\">");
  if (kept->id != NULL && kept->id[0])
    write_escaped(page, kept->id);
  else
    buffer_print(page, "%lld", (long long)kept->number);
  buffer_text(page, "</th>");
  write_number(page, "def-gross-loss", kept->loss_gross, shown(view, total), view->decimals);
  buffer_text(page, "</td>");
  for (int32_t c = 0; c < count; c++) {
    char place[24];
    snprintf(place, sizeof place, "cause-%d", (int)c);
    write_number(page, place, kept->cause_gross[c], shown(view, rounded[c]), view->decimals);
    buffer_text(page, "<span class=\"error\">");
    write_percent(page, kept->loss_gross > 0 ? kept->cause_gross[c] / kept->loss_gross : NAN, 1);
    buffer_text(page, "</span></td>");
  }
  buffer_text(page, "</tr>\n");
}

void write_causes_table(const struct view *view, struct buffer *page) {
  buffer_text(page, "<table class=\"compact\" id=\"causes-table\"><caption>Gross loss by cause");
  write_unit(view, page, ", ");
  buffer_text(page, "; below, its share of the scenario's gross loss");
  const int32_t told = causes_shown_count(view);
  if (told < view->results->kept_count)
    buffer_print(page, "; told for %d of the %d kept scenarios", (int)told, (int)view->results->kept_count);
  buffer_text(page, "</caption>\n");
  write_heads(view, page);
  for (int32_t k = 0; k < view->results->kept_count && k < SCENARIO_ROWS; k++)
    if (causes_shown(view, k)) write_row(view, page, &view->results->kept[k]);
  buffer_text(page, "</tbody></table>\n");
}

void write_cause_definitions(const struct view *view, struct buffer *page) {
  const struct result_names *names = &view->results->names;
  buffer_text(page, "<dl class=\"definitions\">\n");
  for (int32_t c = 0; c < names->cause_count; c++) {
    const struct definition *known = cause_definition_of(names->cause[c]);
    buffer_print(page, "<div id=\"cause-%d\"><dt>", (int)c);
    write_name(page, names->cause[c]);
    buffer_text(page, "</dt><dd>");
    write_escaped(page, known != NULL ? known->meaning : "As the model says; this version has no words for it.");
    buffer_text(page, "</dd></div>\n");
  }
  buffer_text(page, "</dl>\n");
}

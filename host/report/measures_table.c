/* measures_table.c - what the model measures beside losses: by entity, of the system, by quarter, and what each
 * number is. Every number leads to its definition further down the page. */
#include <math.h>
#include <string.h>

#include "aggregate/results_measures.h"
#include "report/definitions.h"
#include "report/sections.h"

static const struct band *bands_of(const struct view *view) { return view->results->statistics.draws.figure; }

static void write_name(struct buffer *page, const char *name) {
  const struct definition *known = definition_of(name);
  if (known != NULL) {
    write_escaped(page, known->title);
    return;
  }
  for (const char *at = name; *at; at++) {
    const char letter[2] = {*at == '_' ? ' ' : *at, 0};
    write_escaped(page, letter);
  }
}

/* The unit as people say it: money in the network's unit, pure numbers as such. */
static void write_figure_unit(const struct view *view, struct buffer *page, const struct figure *figure) {
  if (figure->unit == NULL)
    write_escaped(page, view->unit[0] ? view->unit : "money");
  else
    write_escaped(page, strcmp(figure->unit, "1") == 0 ? "share" : figure->unit);
}

static void begin_link(struct buffer *page, const struct figure *figure, const char *attributes) {
  buffer_print(page, "<a%s href=\"#def-", attributes);
  write_escaped(page, figure->name);
  buffer_text(page, "\">");
}

static int decimals_of_figure(const struct view *view, const struct figure *figure) {
  double largest = 0;
  for (int64_t k = 0; k < figure->count; k++)
    largest = fmax(largest, fabs(view->results->statistics.figure_mean[figure->at + k]));
  int decimals = decimals_for(largest);
  return decimals < 3 ? decimals : 3;
}

/* A cell of the mean, its error, and the band over the draws of the assumptions where there are any. */
static void write_mean(const struct view *view, struct buffer *page, const struct figure *figure, int64_t place,
                       int decimals) {
  const struct statistics *statistics = &view->results->statistics;
  const int64_t at = figure->at + place;
  buffer_text(page, "<td data-v=\"");
  buffer_number(page, statistics->figure_mean[at], "");
  buffer_text(page, "\">");
  begin_link(page, figure, " class=\"number\" tabindex=\"-1\"");
  write_amount(page, statistics->figure_mean[at], decimals);
  buffer_text(page, "</a>");
  if (view->drawn) {
    buffer_text(page, "<span class=\"error\">&plusmn;&nbsp;");
    write_amount(page, statistics->figure_se[at], decimals + 1);
    buffer_text(page, "</span>");
  }
  if (bands_of(view) != NULL) {
    buffer_text(page, "<span class=\"error\">");
    write_amount(page, bands_of(view)[at].low, decimals);
    buffer_text(page, " to&nbsp;");
    write_amount(page, bands_of(view)[at].high, decimals);
    buffer_text(page, "</span>");
  }
  buffer_text(page, "</td>");
}

/* ---- by entity --------------------------------------------------------------------------------------------------- */

static void write_heads(const struct view *view, struct buffer *page) {
  struct figure figure;
  buffer_text(page, "<thead><tr><th scope=\"col\" data-sort=\"text\" class=\"text\">Entity</th>");
  for (int32_t k = 0; results_figure(view->results, k, &figure); k++) {
    if (figure.kind != FIGURE_BY_ENTITY) continue;
    buffer_text(page, "<th scope=\"col\" data-sort=\"number\"><span class=\"label\">");
    write_name(page, figure.name);
    buffer_text(page, "</span> ");
    begin_link(page, &figure, " class=\"error\"");
    write_figure_unit(view, page, &figure);
    buffer_text(page, "</a></th>");
  }
  buffer_text(page, "</tr></thead>\n");
}

static void write_row(const struct view *view, struct buffer *page, int32_t entity) {
  struct figure figure;
  buffer_text(page, "<tr><th scope=\"row\">");
  write_escaped(page, view_name(view, entity));
  buffer_text(page, "</th>");
  for (int32_t k = 0; results_figure(view->results, k, &figure); k++)
    if (figure.kind == FIGURE_BY_ENTITY) write_mean(view, page, &figure, entity, decimals_of_figure(view, &figure));
  buffer_text(page, "</tr>\n");
}

static void write_meaning_of_errors(const struct view *view, struct buffer *page) {
  if (view->drawn) buffer_text(page, "; &plusmn; one standard error");
  if (bands_of(view) == NULL) return;
  const int32_t draws = view->results->draws.count;
  const char *what = results_are_of_ensemble(view->results) ? "networks of the ensemble" : "draws of the assumptions";
  if (draws < BAND_DRAWS)
    buffer_print(page, "; below, the least and the greatest mean of the %d %s", (int)draws, what);
  else
    buffer_print(page, "; below, the 5&ndash;95%% band of the means of the %d %s", (int)draws, what);
}

void write_measures_table(const struct view *view, struct buffer *page) {
  if (view->results->names.measure_count == 0) return;
  buffer_print(page, "<table class=\"compact\" id=\"measures-table\"><caption>%s by entity",
               view->scenario_count == 1 ? "Values" : "Means over scenarios");
  write_meaning_of_errors(view, page);
  buffer_text(page, "; largest loss first</caption>\n");
  write_heads(view, page);
  buffer_text(page, "<tbody>\n");
  for (int32_t row = 0; row < view->entity_count; row++) write_row(view, page, view->by_loss[row]);
  buffer_text(page, "</tbody></table>\n");
}

/* ---- of the system ----------------------------------------------------------------------------------------------- */

void write_system_measures(const struct view *view, struct buffer *page) {
  struct figure figure;
  if (view->results->names.system_count == 0) return;
  buffer_text(page, "<table class=\"compact\" id=\"system-measures\"><caption>Of the whole system");
  write_meaning_of_errors(view, page);
  buffer_text(page, "</caption><thead><tr><th scope=\"col\">Measure</th><th scope=\"col\">Mean</th>"
                    "<th scope=\"col\">Unit</th></tr></thead><tbody>\n");
  for (int32_t k = 0; results_figure(view->results, k, &figure); k++) {
    if (figure.kind != FIGURE_OF_SYSTEM) continue;
    buffer_text(page, "<tr><th scope=\"row\">");
    write_name(page, figure.name);
    buffer_text(page, "</th>");
    write_mean(view, page, &figure, 0, decimals_of_figure(view, &figure));
    buffer_text(page, "<td class=\"text\">");
    write_figure_unit(view, page, &figure);
    buffer_text(page, "</td></tr>\n");
  }
  buffer_text(page, "</tbody></table>\n");
}

void write_by_quarter_table(const struct view *view, struct buffer *page) {
  struct figure figure;
  for (int32_t k = 0; results_figure(view->results, k, &figure); k++) {
    if (figure.kind != FIGURE_BY_QUARTER) continue;
    buffer_text(page, "<table class=\"compact\"><caption>");
    write_name(page, figure.name);
    buffer_text(page, ", ");
    write_figure_unit(view, page, &figure);
    write_meaning_of_errors(view, page);
    buffer_text(page, "</caption><thead><tr><th scope=\"col\">Quarter</th>");
    for (int64_t t = 0; t < figure.count; t++) buffer_print(page, "<th scope=\"col\">%d</th>", (int)t);
    buffer_text(page, "</tr></thead><tbody><tr><th scope=\"row\">mean</th>");
    for (int64_t t = 0; t < figure.count; t++) write_mean(view, page, &figure, t, decimals_of_figure(view, &figure));
    buffer_text(page, "</tr></tbody></table>\n");
  }
}

/* ---- what they are ----------------------------------------------------------------------------------------------- */

void write_definitions(const struct view *view, struct buffer *page) {
  struct figure figure;
  buffer_text(page, "<dl class=\"definitions\">\n");
  for (int32_t k = 0; results_figure(view->results, k, &figure); k++) {
    const struct definition *known = definition_of(figure.name);
    buffer_text(page, "<div id=\"def-");
    write_escaped(page, figure.name);
    buffer_text(page, "\"><dt>");
    write_name(page, figure.name);
    buffer_text(page, " <span class=\"muted\">(");
    write_figure_unit(view, page, &figure);
    buffer_text(page, ")</span></dt><dd>");
    write_escaped(page, known != NULL ? known->meaning : "As the model says; this version has no words for it.");
    buffer_text(page, "</dd></div>\n");
  }
  buffer_text(page, "</dl>\n");
}

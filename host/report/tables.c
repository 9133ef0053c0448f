/* tables.c - the numbers of the charts as plain tables. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "aggregate/dependence.h"
#include "report/sections.h"

enum { LOSERS_NAMED = 3, DEFAULTS_NAMED = 8, LINES_MOST = 64 /* of round_to_sum */ };

void write_line_name(const struct view *view, struct buffer *page, int32_t line) {
  const char *name = view->results->names.line[line];
  for (const char *at = name; *at; at++) {
    char letter[2] = {*at == '_' ? ' ' : *at, 0};
    write_escaped(page, letter);
  }
}

void write_cell(struct buffer *page, double value, int decimals) {
  buffer_text(page, "<td>");
  write_amount(page, value, decimals);
  buffer_text(page, "</td>");
}

void write_defined_cell(struct buffer *page, const char *definition, double value, int decimals) {
  buffer_text(page, "<td>");
  begin_defined(page, definition);
  write_amount(page, value, decimals);
  end_defined(page);
  buffer_text(page, "</td>");
}

void write_defined_head(struct buffer *page, const char *definition, const char *title) {
  buffer_print(page, "<th scope=\"col\"><a href=\"#def-%s\">%s</a></th>", definition, title);
}

static void write_loss_row(struct buffer *page, const char *definition, const char *term, int decimals, double gross,
                           double net) {
  buffer_print(page, "<tr><th scope=\"row\">%s</th>", term);
  write_defined_cell(page, definition, gross, decimals);
  write_defined_cell(page, definition, net, decimals);
  buffer_text(page, "</tr>\n");
}

static void write_interval(struct buffer *page, double low, double high, int decimals) {
  write_defined_cell(page, "interval", low, decimals);
  write_defined_cell(page, "interval", high, decimals);
}

static void write_tail_rows(const struct view *view, struct buffer *page, const struct loss_statistics *loss,
                            const char *kind) {
  for (int k = 0; k < QUANTILE_LEVEL_COUNT; k++) {
    buffer_print(page, "<tr><th scope=\"row\">%s, ", kind);
    write_percent(page, QUANTILE_LEVEL[k], QUANTILE_LEVEL[k] > 0.99 ? 1 : 0);
    buffer_text(page, "</th>");
    write_defined_cell(page, "var", loss->tail[k].value, view->decimals);
    write_interval(page, loss->tail[k].low, loss->tail[k].high, view->decimals);
    write_defined_cell(page, "es", loss->tail[k].shortfall, view->decimals);
    write_defined_cell(page, "standard-error", loss->tail[k].shortfall_se,
                       decimals_for(100 * fabs(loss->tail[k].shortfall_se)));
    buffer_text(page, "</tr>\n");
  }
}

void write_tail_table(const struct view *view, struct buffer *page) {
  const struct statistics *statistics = &view->results->statistics;
  buffer_text(page, "<table class=\"compact\"><caption>Value at risk and expected shortfall");
  write_unit(view, page, ", ");
  buffer_text(page, "</caption><thead><tr><th scope=\"col\">Loss, level</th>");
  write_defined_head(page, "var", "VaR");
  write_defined_head(page, "interval", "95% from");
  buffer_text(page, "<th scope=\"col\">to</th>");
  write_defined_head(page, "es", "ES");
  write_defined_head(page, "standard-error", "Standard error");
  buffer_text(page, "</tr></thead><tbody>\n");
  write_tail_rows(view, page, &statistics->gross, "Gross");
  write_tail_rows(view, page, &statistics->net, "Net");
  buffer_text(page, "</tbody></table>\n<table class=\"compact\"><caption>Moments");
  write_unit(view, page, ", ");
  buffer_text(page, "</caption><thead><tr><th scope=\"col\">Loss</th>");
  write_defined_head(page, "gross-loss", "Gross");
  write_defined_head(page, "net-loss", "Net");
  buffer_text(page, "</tr></thead><tbody>\n");
  write_loss_row(page, "loss", "Mean", view->decimals, statistics->gross.mean, statistics->net.mean);
  write_loss_row(page, "standard-error", "Standard error", decimals_for(100 * fabs(statistics->gross.mean_se)),
                 statistics->gross.mean_se, statistics->net.mean_se);
  write_loss_row(page, "standard-deviation", "Standard deviation", view->decimals, statistics->gross.sd,
                 statistics->net.sd);
  write_loss_row(page, "loss", "Smallest", view->decimals, statistics->gross.minimum, statistics->net.minimum);
  write_loss_row(page, "loss", "Largest", view->decimals, statistics->gross.maximum, statistics->net.maximum);
  buffer_text(page, "</tbody></table>\n");
}

static void write_quarter_row(const struct view *view, struct buffer *page, int32_t entity) {
  const double *probability = view->results->statistics.default_by_quarter;
  buffer_text(page, "<tr><th scope=\"row\">");
  write_escaped(page, view_name(view, entity));
  buffer_text(page, "</th>");
  for (int32_t quarter = 0; quarter < view->quarter_count; quarter++)
    write_defined_cell(page, "default-by-quarter", 100 * probability[(int64_t)quarter * view->entity_count + entity],
                       3);
  write_defined_cell(page, "default-probability", 100 * view->results->statistics.entity[entity].default_probability,
                     3);
  buffer_text(page, "</tr>\n");
}

void write_quarter_table(const struct view *view, struct buffer *page) {
  buffer_text(page, "<table class=\"compact\"><caption>Default in the quarter, % of scenarios</caption>"
                    "<thead><tr><th scope=\"col\">Quarter</th>");
  for (int32_t quarter = 0; quarter < view->quarter_count; quarter++)
    buffer_print(page, "<th scope=\"col\">%d</th>", (int)quarter);
  buffer_text(page, "<th scope=\"col\">any</th></tr></thead><tbody>\n");
  for (int32_t row = 0; row < view->entity_count && row < HEAT_ROWS; row++)
    write_quarter_row(view, page, view->by_default[row]);
  buffer_text(page, "</tbody></table>\n");
}

static double shown(const struct view *view, int64_t units) {
  double value = (double)units;
  for (int k = 0; k < view->decimals; k++) value /= 10;
  return value;
}

static void write_line_row(const struct view *view, struct buffer *page, int32_t entity) {
  const double *mean = view->results->statistics.line_mean;
  double sum = 0;
  buffer_text(page, "<tr><th scope=\"row\">");
  write_escaped(page, view_name(view, entity));
  buffer_text(page, "</th>");
  for (int32_t line = 0; line < view->line_count; line++) {
    double value = mean[(int64_t)line * view->entity_count + entity];
    write_defined_cell(page, "line-loss", value, view->entity_decimals);
    sum += value;
  }
  write_defined_cell(page, "line-loss", sum, view->entity_decimals);
  buffer_text(page, "</tr>\n");
}

static void write_other_lines(const struct view *view, struct buffer *page) {
  const double *mean = view->results->statistics.line_mean;
  double sum = 0;
  if (view->entity_count <= LINE_ROWS) return;
  buffer_print(page, "<tr><th scope=\"row\">%d others</th>", (int)(view->entity_count - LINE_ROWS));
  for (int32_t line = 0; line < view->line_count; line++) {
    double value = 0;
    for (int32_t row = LINE_ROWS; row < view->entity_count; row++)
      value += mean[(int64_t)line * view->entity_count + view->by_loss[row]];
    write_defined_cell(page, "line-loss", value, view->entity_decimals);
    sum += value;
  }
  write_defined_cell(page, "line-loss", sum, view->entity_decimals);
  buffer_text(page, "</tr>\n");
}

void write_line_table(const struct view *view, struct buffer *page) {
  buffer_print(page, "<table class=\"compact\"><caption>%s by entity and line",
               view->scenario_count == 1 ? "Loss" : "Mean loss");
  write_unit(view, page, ", ");
  buffer_text(page, "; a gain is negative</caption><thead><tr><th scope=\"col\">Entity</th>");
  for (int32_t line = 0; line < view->line_count; line++) {
    buffer_text(page, "<th scope=\"col\">");
    write_line_name(view, page, line);
    buffer_text(page, "</th>");
  }
  buffer_text(page, "<th scope=\"col\">sum</th></tr></thead><tbody>\n");
  for (int32_t row = 0; row < view->entity_count && row < LINE_ROWS; row++)
    write_line_row(view, page, view->by_loss[row]);
  write_other_lines(view, page);
  buffer_text(page, "</tbody><tfoot><tr><th scope=\"row\">All entities</th>");
  for (int32_t line = 0; line < view->line_count; line++)
    write_defined_cell(page, "line-loss", shown(view, view->line_shown[line]), view->decimals);
  write_defined_cell(page, "line-loss", shown(view, view->line_sum_shown), view->decimals);
  buffer_text(page, "</tr></tfoot></table>\n");
}

/* Parts of the expected shortfall, rounded so that they add up. Nothing where the run has none. */
void write_line_tail_table(const struct view *view, struct buffer *page) {
  double part[LINES_MOST];
  int64_t rounded[LINES_MOST];
  const int32_t count = view->line_count < LINES_MOST ? view->line_count : LINES_MOST;
  double sum = 0;
  for (int32_t k = 0; k < count; k++) sum += part[k] = dependence_line_contribution(view->results, k);
  if (!view->drawn || !isfinite(sum) || count == 0) return;
  const int64_t total = round_to_sum(part, count, view->decimals, rounded);
  buffer_text(page,
              "<table class=\"compact\" id=\"line-tail-table\"><caption>What the expected shortfall at 99% is made "
              "of, by the lines of the entities that lose");
  write_unit(view, page, ", ");
  buffer_text(page, "</caption><thead><tr><th scope=\"col\">Line</th>");
  write_defined_head(page, "line-es", "In ES 99%");
  buffer_text(page, "<th scope=\"col\">Share</th></tr></thead><tbody>\n");
  for (int32_t k = 0; k <= count; k++) {
    buffer_text(page, k < count ? "<tr><th scope=\"row\">" : "</tbody><tfoot><tr><th scope=\"row\">ES 99%");
    if (k < count) write_line_name(view, page, k);
    buffer_text(page, "</th>");
    write_defined_cell(page, "line-es", shown(view, k < count ? rounded[k] : total), view->decimals);
    buffer_text(page, "<td>");
    begin_defined(page, "line-es");
    write_percent(page, k < count ? part[k] / sum : 1, 1);
    end_defined(page);
    buffer_text(page, k < count ? "</td></tr>\n" : "</td></tr></tfoot></table>\n");
  }
}

/* The model's own output that tells of default: a quarter (-1 never) or a flag. -1: the model has neither. */
static int32_t default_output(const struct view *view, bool *is_quarter) {
  static const char *const name[] = {"default_quarter", "default", "failed"};
  for (int k = 0; k < 3; k++)
    for (int32_t output = 0; output < view->results->names.detail_count; output++)
      if (strcmp(view->results->names.detail[output], name[k]) == 0) {
        *is_quarter = k == 0;
        return output;
      }
  return -1;
}

static bool defaults_in(double value, bool is_quarter) { return is_quarter ? value >= 0 : value > 0; }

/* Entities in default, the earliest quarter first, then in file order. */
static void write_defaults(const struct view *view, struct buffer *page, const struct kept_scenario *kept) {
  bool is_quarter = false;
  int32_t output = default_output(view, &is_quarter), written = 0;
  const double *value = output >= 0 && kept->detail ? kept->detail + (int64_t)output * view->entity_count : NULL;
  int32_t last = is_quarter ? view->quarter_count : 1;
  for (int32_t quarter = 0; value && quarter < last; quarter++)
    for (int32_t k = 0; k < view->entity_count; k++) {
      if (!defaults_in(value[k], is_quarter) || (is_quarter && (int32_t)value[k] != quarter)) continue;
      if (written++ >= DEFAULTS_NAMED) continue;
      if (written > 1) buffer_text(page, ", ");
      write_escaped(page, view_name(view, k));
      if (is_quarter) buffer_print(page, "&nbsp;<span class=\"muted\">(%d)</span>", (int)quarter);
    }
  if (written > DEFAULTS_NAMED) buffer_print(page, " and %d more", (int)(written - DEFAULTS_NAMED));
  if (written == 0) buffer_text(page, kept->default_count > 0 ? "&ndash;" : "none");
}

static void write_losers(const struct view *view, struct buffer *page, const struct kept_scenario *kept) {
  int32_t named[LOSERS_NAMED], count = 0;
  while (kept->loss && count < LOSERS_NAMED) {
    int32_t best = -1;
    for (int32_t k = 0; k < view->entity_count; k++) {
      bool taken = false;
      for (int32_t n = 0; n < count; n++) taken = taken || named[n] == k;
      if (!taken && kept->loss[k] > 0 && (best < 0 || kept->loss[k] > kept->loss[best])) best = k;
    }
    if (best < 0) break;
    if (count > 0) buffer_text(page, ", ");
    write_escaped(page, view_name(view, best));
    buffer_text(page, "&nbsp;<span class=\"muted\">");
    write_amount(page, kept->loss[best], view->decimals);
    buffer_text(page, "</span>");
    named[count++] = best;
  }
  if (count == 0) buffer_text(page, "&ndash;");
}

static void write_scenario_row(const struct view *view, struct buffer *page, const struct kept_scenario *kept) {
  buffer_text(page, "<tr><th scope=\"row\">");
  if (kept->id && kept->id[0])
    write_escaped(page, kept->id);
  else
    buffer_print(page, "%lld", (long long)kept->number);
  buffer_text(page, "</th>");
  write_defined_cell(page, "gross-loss", kept->loss_gross, view->decimals);
  write_defined_cell(page, "net-loss", kept->loss_net, view->decimals);
  write_defined_cell(page, "default", kept->default_count, 0);
  buffer_text(page, "<td class=\"text\">");
  write_defaults(view, page, kept);
  buffer_text(page, "</td><td class=\"text\">");
  write_losers(view, page, kept);
  buffer_text(page, kept->converged ? "</td></tr>\n" : " <strong>not converged</strong></td></tr>\n");
}

void write_scenario_table(const struct view *view, struct buffer *page) {
  int32_t count = view->results->kept_count;
  buffer_text(page, "<table><caption>");
  if (count > SCENARIO_ROWS)
    buffer_print(page, "The first %d of %d kept scenarios", SCENARIO_ROWS, (int)count);
  else
    buffer_text(page, view->drawn ? "Largest losses first" : "In the order of the scenario file");
  write_unit(view, page, "; losses in ");
  buffer_text(page, "</caption><thead><tr><th scope=\"col\">Scenario</th>");
  write_defined_head(page, "gross-loss", "Gross loss");
  write_defined_head(page, "net-loss", "Net loss");
  write_defined_head(page, "default", "Defaults");
  buffer_print(page,
               "<th scope=\"col\" class=\"text\">Who defaults%s</th>"
               "<th scope=\"col\" class=\"text\">Largest losses</th></tr></thead><tbody>\n",
               view->quarter_count > 0 ? " (quarter)" : "");
  for (int32_t k = 0; k < count && k < SCENARIO_ROWS; k++) write_scenario_row(view, page, &view->results->kept[k]);
  buffer_text(page, "</tbody></table>\n");
}

/* provenance.c - what the numbers rest on: limits, assumptions, inputs with their hashes, the command. */
#include <math.h>
#include <string.h>

#include "report/sections.h"

static void write_list(struct buffer *page, const char *heading, char *const *item, int32_t count) {
  if (count == 0) return;
  buffer_print(page, "<p>%s</p><ul>", heading);
  for (int32_t k = 0; k < count; k++) {
    buffer_text(page, "<li>");
    write_escaped(page, item[k]);
    buffer_text(page, "</li>");
  }
  buffer_text(page, "</ul>\n");
}

void write_limits(const struct view *view, struct buffer *page) {
  const ls_network *network = view->network;
  if (network->description[0]) {
    buffer_text(page, "<p>");
    write_escaped(page, network->description);
    buffer_text(page, "</p>\n");
  }
  write_list(page, "Sources of the network:", network->source, network->source_count);
  write_list(page, "Deals in the ledger that no mechanism of the model takes up:", network->unmodelled,
             network->unmodelled_count);
}

static void write_assumption(const struct view *view, struct buffer *page, int64_t row) {
  const struct table *table = &view->network->table[TABLE_ASSUMPTIONS];
  buffer_text(page, "<tr>");
  for (int32_t k = 0; k < table->column_count; k++) {
    const struct table_column *column = &table->column[k];
    if (column->text) {
      buffer_text(page, k == 0 ? "<th scope=\"row\">" : "<td class=\"text\">");
      write_escaped(page, column->text[row]);
      buffer_text(page, k == 0 ? "</th>" : "</td>");
      continue;
    }
    write_cell(page, column->number[row], decimals_of(column->number[row]));
  }
  buffer_text(page, "</tr>\n");
}

void write_assumptions(const struct view *view, struct buffer *page) {
  const struct table *table = &view->network->table[TABLE_ASSUMPTIONS];
  if (!table->present || table->row_count == 0) return;
  buffer_print(page,
               "<details><summary>The %lld assumptions of the network</summary><div class=\"scroll\"><table "
               "class=\"compact\"><thead><tr>",
               (long long)table->row_count);
  for (int32_t k = 0; k < table->column_count; k++) {
    buffer_text(page, table->column[k].text ? "<th scope=\"col\" class=\"text\">" : "<th scope=\"col\">");
    write_escaped(page, table->column[k].name);
    buffer_text(page, "</th>");
  }
  buffer_text(page, "</tr></thead><tbody>\n");
  for (int64_t row = 0; row < table->row_count && row < ASSUMPTION_ROWS; row++) write_assumption(view, page, row);
  buffer_text(page, "</tbody></table></div></details>\n");
}

static void write_fact(struct buffer *page, const char *term, const char *value) {
  buffer_print(page, "<tr><th scope=\"row\">%s</th><td class=\"text\">", term);
  write_escaped(page, value);
  buffer_text(page, "</td></tr>\n");
}

static void write_settings(struct buffer *page, const struct run_identity *identity) {
  buffer_text(page, "<tr><th scope=\"row\">Settings</th><td class=\"text\">");
  for (int32_t k = 0; k < identity->setting_count; k++) {
    if (k > 0) buffer_text(page, ", ");
    write_escaped(page, identity->setting[k].key);
    buffer_text(page, "&nbsp;=&nbsp;");
    write_escaped(page, identity->setting[k].value);
  }
  buffer_text(page, identity->setting_count ? "</td></tr>\n" : "none</td></tr>\n");
}

static void write_input(struct buffer *page, const char *file, const char *sha256) {
  buffer_text(page, "<tr><th scope=\"row\">Input ");
  write_escaped(page, file);
  buffer_text(page, "</th><td class=\"text\"><code>");
  write_escaped(page, sha256);
  buffer_text(page, "</code></td></tr>\n");
}

void write_provenance(const struct view *view, struct buffer *page) {
  const struct run_identity *identity = &view->results->identity;
  buffer_text(page, "<table class=\"facts\"><caption>Provenance; inputs with their SHA-256</caption><tbody>\n");
  write_fact(page, "Program", "Loopstress");
  write_fact(page, "Version", ls_version());
  write_fact(page, "Model", identity->model);
  write_settings(page, identity);
  buffer_print(page, "<tr><th scope=\"row\">Seed</th><td class=\"text\">%llu</td></tr>\n",
               (unsigned long long)identity->seed);
  buffer_print(page, "<tr><th scope=\"row\">Scenarios</th><td class=\"text\">%lld</td></tr>\n",
               (long long)identity->scenario_count);
  write_fact(page, "Loss", identity->loss_is_net ? "net" : "gross");
  write_fact(page, "Backend", identity->backend);
  write_fact(page, "Digest of the results", view->results->digest);
  write_fact(page, "Identity of the run", identity->sha256);
  for (int32_t k = 0; k < view->network->file_count; k++)
    write_input(page, view->network->file[k].file, view->network->file[k].sha256);
  if (identity->scenario_file && identity->scenario_file[0])
    write_input(page, identity->scenario_file, identity->scenario_sha256);
  buffer_text(page, "</tbody></table>\n");
}

void write_command(const struct view *view, struct buffer *page) {
  const char *given = view->results->identity.command;
  if (given && given[0]) {
    write_escaped(page, given);
    return;
  }
  char *command = results_command(view->context, view->results);
  if (!command)
    page->failed = true;
  else
    write_escaped(page, command);
  context_release(view->context, command);
}

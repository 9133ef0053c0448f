/* flow_table.c - the largest flows between entities on each basis, as a table. */
#include "report/sections.h"

static const char *row_name(const struct view *view, int32_t row) {
  const int32_t entity = view->flows.row[row];
  return entity == FLOW_OTHERS ? "all others" : view_name(view, entity);
}

/* The largest flow of the first basis that is smaller than the one before, or equal and further on; -1 none. */
static int32_t next_cell(const struct flow_set *flows, int32_t before) {
  const int32_t cells = flows->row_count * flows->row_count;
  const double *amount = flows->basis[0].amount;
  int32_t best = -1;
  for (int32_t k = 0; k < cells; k++) {
    const bool comes_later = before < 0 || amount[k] < amount[before] || (k > before && !(amount[k] > amount[before]));
    if (comes_later && amount[k] > 0 && (best < 0 || amount[k] > amount[best])) best = k;
  }
  return best;
}

static void write_heads(const struct flow_set *flows, struct buffer *page) {
  buffer_text(page, "<thead><tr><th scope=\"col\" class=\"text\">From</th><th scope=\"col\" class=\"text\">To</th>");
  for (int k = 0; k < flows->basis_count; k++)
    buffer_print(page, "<th scope=\"col\"><a href=\"#def-flow-%s\">%s</a></th>", flows->basis[k].name,
                 flows->basis[k].title);
  buffer_text(page, "</tr></thead><tbody>\n");
}

static void write_amounts(const struct flow_set *flows, struct buffer *page, int32_t cell) {
  const int decimals = decimals_for(flows->basis[0].total / 10);
  for (int k = 0; k < flows->basis_count; k++) {
    const struct flow_basis *basis = &flows->basis[k];
    buffer_print(page, "<td><a class=\"number\" tabindex=\"-1\" href=\"#def-flow-%s\">", basis->name);
    write_amount(page, cell < 0 ? basis->total : basis->amount[cell], decimals);
    buffer_text(page, "</a></td>");
  }
}

void write_flow_table(const struct view *view, struct buffer *page) {
  const struct flow_set *flows = &view->flows;
  int32_t cell = -1, written = 0;
  buffer_text(page, "<table class=\"compact\" id=\"flow-table\"><caption>The largest flows between entities");
  write_unit(view, page, ", ");
  buffer_text(page, flows->basis_count > 1 ? " a year</caption>\n" : "</caption>\n");
  write_heads(flows, page);
  while (written < FLOW_TABLE_ROWS && (cell = next_cell(flows, cell)) >= 0) {
    buffer_text(page, "<tr><th scope=\"row\">");
    write_escaped(page, row_name(view, cell / flows->row_count));
    buffer_text(page, "</th><td class=\"text\">");
    write_escaped(page, row_name(view, cell % flows->row_count));
    buffer_text(page, "</td>");
    write_amounts(flows, page, cell);
    buffer_text(page, "</tr>\n");
    written++;
  }
  buffer_text(page, "</tbody><tfoot><tr><th scope=\"row\">All between entities</th><td></td>");
  write_amounts(flows, page, -1);
  buffer_text(page, "</tr></tfoot></table>\n");
}

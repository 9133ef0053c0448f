/* page.c - fills the template: `@@name@@` is replaced by a part of the page, `@@if name@@ ... @@end@@` stays or goes.
 *
 * What is filled in is never read as template again, so a name with `@@` in it is text like any other. Scripts and
 * style are admitted by the hash of their bytes alone: whatever else got into the page could not run.
 */
#include "report/page.h"

#include <openssl/evp.h>
#include <string.h>

#include "aggregate/dependence.h"
#include "report/embedded.h"
#include "report/figures.h"
#include "report/sections.h"
#include "report/story.h"

struct piece {
  const char *data;
  size_t size;
};

static void write_piece(struct buffer *page, struct piece piece) { buffer_add(page, piece.data, piece.size); }

/* The page's own scripts make one element together. */
enum { SCRIPTS = 4 };
static void list_scripts(struct piece script[SCRIPTS]) {
  script[0] = (struct piece){embedded_page_base_js, embedded_page_base_js_size};
  script[1] = (struct piece){embedded_page_js, embedded_page_js_size};
  script[2] = (struct piece){embedded_page_flows_js, embedded_page_flows_js_size};
  script[3] = (struct piece){embedded_page_paths_js, embedded_page_paths_js_size};
}

/* Of the pieces one after the other. */
static ls_status write_hash(struct buffer *page, const struct piece *piece, int count) {
  unsigned char digest[EVP_MAX_MD_SIZE], text[2 * EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  EVP_MD_CTX *hash = EVP_MD_CTX_new();
  bool good = hash != NULL && EVP_DigestInit_ex(hash, EVP_sha256(), NULL) == 1;
  for (int k = 0; k < count; k++) good = good && EVP_DigestUpdate(hash, piece[k].data, piece[k].size) == 1;
  good = good && EVP_DigestFinal_ex(hash, digest, &length) == 1;
  EVP_MD_CTX_free(hash);
  if (!good) return context_fail(page->context, LS_STATUS_SYSTEM, "report: SHA-256 is not available");
  EVP_EncodeBlock(text, digest, (int)length);
  buffer_print(page, " 'sha256-%s'", (const char *)text);
  return LS_STATUS_OK;
}

static ls_status write_policy(const struct view *view, struct buffer *page) {
  (void)view;
  buffer_text(page, "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; style-src");
  struct piece script[SCRIPTS];
  list_scripts(script);
  ls_status status = write_hash(page, &(struct piece){embedded_page_css, embedded_page_css_size}, 1);
  buffer_text(page, "; script-src");
  if (status == LS_STATUS_OK) status = write_hash(page, &(struct piece){embedded_d3, embedded_d3_size}, 1);
  if (status == LS_STATUS_OK) status = write_hash(page, script, SCRIPTS);
  return status;
}

static void write_style(const struct view *view, struct buffer *page) {
  (void)view;
  write_piece(page, (struct piece){embedded_page_css, embedded_page_css_size});
}

static void write_d3(const struct view *view, struct buffer *page) {
  (void)view;
  write_piece(page, (struct piece){embedded_d3, embedded_d3_size});
}

static void write_script(const struct view *view, struct buffer *page) {
  (void)view;
  struct piece script[SCRIPTS];
  list_scripts(script);
  for (int k = 0; k < SCRIPTS; k++) write_piece(page, script[k]);
}

static void write_loss_kind(const struct view *view, struct buffer *page) { buffer_text(page, view->loss_kind); }

static void write_heat_rows(const struct view *view, struct buffer *page) {
  if (view->entity_count > HEAT_ROWS)
    buffer_print(page, "Shown are the %d entities that default most often, of %d.", HEAT_ROWS, (int)view->entity_count);
}

static void write_bar_rows(const struct view *view, struct buffer *page) {
  if (view->entity_count > BAR_ROWS)
    buffer_print(page, "Shown are the %d entities with the largest losses, of %d.", BAR_ROWS, (int)view->entity_count);
}

static void write_cause_rows(const struct view *view, struct buffer *page) {
  if (causes_shown_count(view) > CAUSE_ROWS)
    buffer_print(page, "The chart shows the first %d, the table all that are told.", CAUSE_ROWS);
}

/* What the flows are, in words. */
static void write_flow_kind(const struct view *view, struct buffer *page) {
  for (int k = 0; k < view->flows.basis_count; k++) {
    buffer_print(page, "%s<a href=\"#def-flow-%s\">%s</a>", k > 0 ? ", " : "", view->flows.basis[k].name,
                 view->flows.basis[k].title);
  }
}

static void write_path_rows(const struct view *view, struct buffer *page) {
  if (view->paths.sample_count > 0)
    buffer_print(page,
                 "<a href=\"#def-path\">Bands</a> hold the middle 90%% and 50%% of scenarios, the line between is the "
                 "median; they are of %d scenarios, evenly taken from all and computed again for this page. ",
                 (int)view->paths.sample_count);
  if (view->paths.kept_count > 0)
    buffer_print(page, "Thin lines: the first %d scenarios in detail.", (int)view->paths.kept_count);
}

static void write_impact_rows(const struct view *view, struct buffer *page) {
  if (view->entity_count > IMPACT_ROWS)
    buffer_print(page, "Shown are the %d that default most often and the %d with the largest losses.", IMPACT_ROWS,
                 IMPACT_ROWS);
}

static void write_matrix_rows(const struct view *view, struct buffer *page) {
  buffer_print(page, "Columns: who defaults in %d scenarios or more, at most %d. ", DEPENDENCE_EVENTS_TOLD,
               MATRIX_ROWS);
  if (view->entity_count > MATRIX_ROWS && has_matrix_of_losses(view))
    buffer_print(page, "Rows: the %d entities with the largest losses, of %d.", MATRIX_ROWS, (int)view->entity_count);
}

static void write_unit_note(const struct view *view, struct buffer *page) { write_unit(view, page, ", "); }

static const struct part {
  const char *name;
  void (*write)(const struct view *view, struct buffer *page);
  ls_status (*write_or_fail)(const struct view *view, struct buffer *page);
} PART[] = {
    {"policy", NULL, write_policy},
    {"style", write_style, NULL},
    {"d3", write_d3, NULL},
    {"script", write_script, NULL},
    {"data", NULL, write_figures},
    {"title", write_title, NULL},
    {"subtitle", write_subtitle, NULL},
    {"key-figures", write_key_figures, NULL},
    {"summary", write_summary, NULL},
    {"tail-table", write_tail_table, NULL},
    {"quarter-table", write_quarter_table, NULL},
    {"line-table", write_line_table, NULL},
    {"line-tail-table", write_line_tail_table, NULL},
    {"dependence-table", write_dependence_table, NULL},
    {"pair-table", write_pair_table, NULL},
    {"measures-table", write_measures_table, NULL},
    {"system-measures", write_system_measures, NULL},
    {"by-quarter-table", write_by_quarter_table, NULL},
    {"definitions", write_definitions, NULL},
    {"scenario-table", write_scenario_table, NULL},
    {"causes-table", write_causes_table, NULL},
    {"cause-definitions", write_cause_definitions, NULL},
    {"cause-rows", write_cause_rows, NULL},
    {"entity-table", write_entity_table, NULL},
    {"flow-table", write_flow_table, NULL},
    {"flow-kind", write_flow_kind, NULL},
    {"path-rows", write_path_rows, NULL},
    {"matrix-rows", write_matrix_rows, NULL},
    {"impact-rows", write_impact_rows, NULL},
    {"stories", write_stories, NULL},
    {"basics", write_basics, NULL},
    {"limits", write_limits, NULL},
    {"assumptions", write_assumptions, NULL},
    {"provenance", write_provenance, NULL},
    {"command", write_command, NULL},
    {"loss-kind", write_loss_kind, NULL},
    {"heat-rows", write_heat_rows, NULL},
    {"bar-rows", write_bar_rows, NULL},
    {"unit", write_unit_note, NULL},
};

static bool is(struct piece name, const char *text) {
  return name.size == strlen(text) && memcmp(name.data, text, name.size) == 0;
}

static bool condition(const struct view *view, struct piece name) {
  const struct result_names *names = &view->results->names;
  if (is(name, "if measures")) return names->measure_count + names->system_count + names->by_quarter_count > 0;
  if (is(name, "if by-quarter")) return names->by_quarter_count > 0;
  if (is(name, "if dependence")) return view->drawn && view->defaulting_count > 0;
  if (is(name, "if impact")) return has_impact(view);
  if (is(name, "if matrix")) return has_matrix_of_losses(view) || has_matrix_of_defaults(view);
  if (is(name, "if matrix-losses")) return has_matrix_of_losses(view);
  if (is(name, "if matrix-defaults")) return has_matrix_of_defaults(view);
  if (is(name, "if flows")) return view->flows.basis_count > 0;
  if (is(name, "if stocks")) return view->flows.basis_count == 1;
  if (is(name, "if bases")) return view->flows.basis_count > 1;
  if (is(name, "if timed")) return view->quarter_count > 0;
  if (is(name, "if static")) return view->quarter_count == 0;
  if (is(name, "if paths")) return view->paths.row_count > 0;
  if (is(name, "if sizes")) return view->shocks.curve_count > 0 || has_sweeps(view);
  if (is(name, "if factors")) return view->shocks.curve_count > 0;
  if (is(name, "if sweeps")) return has_sweeps(view);
  if (is(name, "if distribution")) return view->histogram.bin_count > 0;
  if (is(name, "if quarters")) return view->quarters;
  if (is(name, "if lines")) return view->line_count > 0;
  if (is(name, "if drawn")) return view->drawn;
  if (is(name, "if cases")) return !view->drawn && view->results->kept_count > 1;
  if (is(name, "if kept")) return view->results->kept_count > 0;
  if (is(name, "if causes")) return causes_shown_count(view) > 0;
  if (is(name, "if worst")) return view->drawn && view->results->kept_count > 0;
  return false;
}

static ls_status fill(const struct view *view, struct buffer *page, struct piece name) {
  for (size_t k = 0; k < sizeof PART / sizeof PART[0]; k++) {
    if (!is(name, PART[k].name)) continue;
    if (PART[k].write_or_fail) return PART[k].write_or_fail(view, page);
    PART[k].write(view, page);
    return LS_STATUS_OK;
  }
  return context_fail(page->context, LS_STATUS_INTERNAL, "report: page.html asks for the unknown part '%.*s'",
                      (int)name.size, name.data);
}

/* The place of the next "@@" in the template, or its end. */
static size_t next_mark(struct piece html, size_t from) {
  for (size_t at = from; at + 1 < html.size; at++)
    if (html.data[at] == '@' && html.data[at + 1] == '@') return at;
  return html.size;
}

/* Parts between an `if` and its `end` may hold others: what is left out is left out with all that is in it. */
struct nesting {
  int depth, left_out; /* left_out: the depth at which leaving out began, 0 not */
};

static void begin_part(struct nesting *nesting, bool wanted) {
  nesting->depth++;
  if (!wanted && nesting->left_out == 0) nesting->left_out = nesting->depth;
}

static void end_part(struct nesting *nesting) {
  if (nesting->left_out == nesting->depth) nesting->left_out = 0;
  nesting->depth--;
}

ls_status write_page(const struct view *view, struct buffer *page) {
  struct piece html = {embedded_page_html, embedded_page_html_size};
  ls_status status = LS_STATUS_OK;
  struct nesting nesting = {0, 0};
  size_t at = 0;
  while (at < html.size && status == LS_STATUS_OK) {
    size_t mark = next_mark(html, at);
    if (nesting.left_out == 0) write_piece(page, (struct piece){html.data + at, mark - at});
    if (mark == html.size) break;
    size_t end = next_mark(html, mark + 2);
    struct piece name = {html.data + mark + 2, end - mark - 2};
    if (is(name, "end"))
      end_part(&nesting);
    else if (name.size > 3 && memcmp(name.data, "if ", 3) == 0)
      begin_part(&nesting, condition(view, name));
    else if (nesting.left_out == 0)
      status = fill(view, page, name);
    at = end == html.size ? end : end + 2;
  }
  if (status == LS_STATUS_OK && page->failed) status = LS_STATUS_OUT_OF_MEMORY;
  return status;
}

/* story.c - the worst scenarios, or the listed ones, told quarter by quarter: what hits, who gets into distress, who
 * defaults, and by which causes the losses came about. */
#include "report/story.h"

#include <math.h>
#include <string.h>

#include "report/definitions.h"
#include "report/sections.h"
#include "scenario/variables.h"

enum { SHOCKS_TOLD = 4, NAMES_TOLD = 6 };

static const double SIZE_TOLD = 0.1; /* shocks of less than a tenth or so are not told of */

/* ---- shocks in words ------------------------------------------------------------------------------------------------- */

static const char *name_of(const struct view *view, int32_t entity) {
  return entity >= 0 && entity < view->entity_count ? view_name(view, entity) : "the rest of the world";
}

/* Pledges and purchases are hit by the row: investor to recipient, buyer to seller. */
static void add_target(const struct view *view, struct buffer *plain, const struct shock *shock) {
  const bool pledge = shock->variable == LS_VARIABLE_GATE, order = shock->variable == LS_VARIABLE_ORDERS;
  const struct table *table = &view->network->table[pledge ? TABLE_PLEDGES : TABLE_PURCHASES];
  if ((!pledge && !order) || shock->target >= table->row_count) {
    const bool asset = shock->variable == LS_VARIABLE_PRICE_LOSS && shock->target < view->network->asset_count;
    buffer_text(plain,
                asset ? network_text(view->network, TABLE_ASSETS, "id", shock->target) : name_of(view, shock->target));
    return;
  }
  buffer_text(plain, name_of(view, table->from[shock->target]));
  buffer_text(plain, " to ");
  buffer_text(plain, name_of(view, table->to[shock->target]));
}

static void add_shock_name(const struct view *view, struct buffer *plain, const struct shock *shock) {
  for (const char *at = variable_name(shock->variable); *at; at++) buffer_add(plain, *at == '_' ? " " : at, 1);
  buffer_text(plain, " of ");
  add_target(view, plain, shock);
}

void story_sweep_name(const struct view *view, struct buffer *plain, int32_t kept) {
  const size_t keys = (size_t)view->shocks.scenarios->shock.key_count;
  struct shock *shock = context_allocate(view->context, keys, sizeof *shock);
  int32_t count = 0;
  if (shock == NULL) {
    plain->failed = true;
    return;
  }
  shocks_of(&view->shocks, view->results->kept[kept].number, shock, &count);
  if (count > 0) add_shock_name(view, plain, &shock[0]);
  if (count > 1) buffer_print(plain, " and %d more", (int)(count - 1));
  context_release(view->context, shock);
}

static void write_shock(const struct view *view, struct buffer *page, const struct shock *shock) {
  struct buffer plain = buffer_start(view->context);
  add_shock_name(view, &plain, shock);
  write_escaped(page, plain.data != NULL ? plain.data : "");
  page->failed = page->failed || plain.failed;
  buffer_release(&plain);
  if (shock->variable == LS_VARIABLE_DEFAULT) return;
  buffer_text(page, variable_combine(shock->variable) == LS_COMBINE_LOSS ? " " : " at ");
  write_percent(page, shock->value, 0);
}

/* ---- one quarter ----------------------------------------------------------------------------------------------------- */

struct teller {
  const struct view *view;
  const struct kept_scenario *kept;
  struct shock *shock;
  int32_t shock_count;
  const double *defaults, *distress; /* [N] quarters; NULL where the model has none */
  bool timed;                        /* else defaults holds flags */
};

static const double *output(const struct teller *teller, const char *name) {
  const struct result_names *names = &teller->view->results->names;
  for (int32_t k = 0; k < names->detail_count && teller->kept->detail != NULL; k++)
    if (strcmp(names->detail[k], name) == 0) return teller->kept->detail + (int64_t)k * teller->view->entity_count;
  return NULL;
}

static bool happens(const struct teller *teller, const double *when, int32_t entity, int32_t quarter) {
  if (when == NULL) return false;
  return teller->timed ? (int32_t)when[entity] == quarter : when[entity] > 0;
}

static int32_t count_events(const struct teller *teller, const double *when, int32_t quarter) {
  int32_t count = 0;
  for (int32_t i = 0; i < teller->view->entity_count; i++) count += happens(teller, when, i, quarter);
  return count;
}

static void write_events(const struct teller *teller, struct buffer *page, const char *what, const double *when,
                         int32_t quarter) {
  const int32_t count = count_events(teller, when, quarter);
  int32_t written = 0;
  if (count == 0) return;
  buffer_print(page, " <b>%s:</b> ", what);
  for (int32_t i = 0; i < teller->view->entity_count && written < NAMES_TOLD; i++) {
    if (!happens(teller, when, i, quarter)) continue;
    if (written++ > 0) buffer_text(page, ", ");
    write_escaped(page, view_name(teller->view, i));
  }
  if (count > written) buffer_print(page, " and %d more", (int)(count - written));
  buffer_text(page, ".");
}

/* Shocks of the quarter that are worth telling, the largest first: they are sorted so. */
static int32_t shocks_in(const struct teller *teller, int32_t quarter, int32_t *first) {
  int32_t count = 0;
  for (int32_t k = 0; k < teller->shock_count; k++) {
    if (teller->shock[k].quarter != quarter || teller->shock[k].size < SIZE_TOLD) continue;
    if (count++ == 0) *first = k;
  }
  return count;
}

static void write_shocks(const struct teller *teller, struct buffer *page, int32_t quarter) {
  int32_t first = 0;
  const int32_t count = shocks_in(teller, quarter, &first);
  if (count == 0) return;
  buffer_text(page, " Shocks: ");
  for (int32_t k = 0; k < count && k < SHOCKS_TOLD; k++) {
    if (k > 0) buffer_text(page, ", ");
    write_shock(teller->view, page, &teller->shock[first + k]);
  }
  if (count > SHOCKS_TOLD) buffer_print(page, " and %d smaller ones", (int)(count - SHOCKS_TOLD));
  buffer_text(page, ".");
}

static void write_quarter(const struct teller *teller, struct buffer *page, int32_t quarter) {
  int32_t first = 0;
  if (shocks_in(teller, quarter, &first) == 0 && count_events(teller, teller->distress, quarter) == 0 &&
      count_events(teller, teller->defaults, quarter) == 0)
    return;
  if (teller->timed)
    buffer_print(page, "<li value=\"%d\"><span class=\"muted\">Quarter %d.</span>", (int)quarter, (int)quarter);
  else
    buffer_text(page, "<li>");
  write_shocks(teller, page, quarter);
  write_events(teller, page, "Distress", teller->distress, quarter);
  write_events(teller, page, "Default", teller->defaults, quarter);
  buffer_text(page, "</li>\n");
}

/* ---- one scenario ---------------------------------------------------------------------------------------------------- */

static void write_causes(const struct teller *teller, struct buffer *page, int32_t number) {
  const struct result_names *names = &teller->view->results->names;
  if (!causes_shown(teller->view, number) || !(teller->kept->loss_gross > 0)) return;
  buffer_text(page, "<p>Shares of the gross loss by cause: ");
  for (int32_t c = 0; c < names->cause_count; c++) {
    const struct definition *known = cause_definition_of(names->cause[c]);
    buffer_print(page, "%s<a href=\"#cause-%d\">", c > 0 ? ", " : "", (int)c);
    write_escaped(page, known != NULL ? known->title : names->cause[c]);
    buffer_text(page, "</a> ");
    write_percent(page, teller->kept->cause_gross[c] / teller->kept->loss_gross, 0);
  }
  buffer_text(page, ".</p>");
}

static void write_head(const struct teller *teller, struct buffer *page) {
  const struct view *view = teller->view;
  buffer_text(page, "<summary>Scenario ");
  write_escaped(page, teller->kept->id);
  buffer_text(page, ": gross loss ");
  write_amount(page, teller->kept->loss_gross, view->decimals);
  write_unit(view, page, " ");
  if (view->baseline_total > 0) {
    buffer_text(page, " (");
    write_percent(page, teller->kept->loss_gross / view->baseline_total, 1);
    buffer_text(page, " of the baseline value)");
  }
  buffer_print(page, ", %d of %d entities in default</summary>\n", (int)teller->kept->default_count,
               (int)view->entity_count);
}

static void tell(struct teller *teller, struct buffer *page, int32_t number) {
  const struct view *view = teller->view;
  teller->kept = &view->results->kept[number];
  teller->defaults = output(teller, "default_quarter");
  teller->distress = output(teller, "distress_quarter");
  teller->timed = teller->defaults != NULL;
  if (!teller->timed) teller->defaults = output(teller, "default");
  if (teller->defaults == NULL) teller->defaults = output(teller, "failed");
  teller->shock_count = 0;
  if (view->shocks.scenarios != NULL)
    shocks_of(&view->shocks, teller->kept->number, teller->shock, &teller->shock_count);
  buffer_text(page, number == 0 ? "<details class=\"story\" open>" : "<details class=\"story\">");
  write_head(teller, page);
  buffer_text(page, teller->timed ? "<ol>\n" : "<ul>\n");
  for (int32_t quarter = 0; quarter < (teller->timed ? view->quarter_count : 1); quarter++)
    write_quarter(teller, page, quarter);
  buffer_text(page, teller->timed ? "</ol>\n" : "</ul>\n");
  write_causes(teller, page, number);
  buffer_text(page, "</details>\n");
}

void write_stories(const struct view *view, struct buffer *page) {
  const size_t keys = view->shocks.scenarios != NULL ? (size_t)view->shocks.scenarios->shock.key_count : 0;
  struct teller teller = {.view = view, .shock = context_allocate(view->context, keys, sizeof *teller.shock)};
  if (teller.shock == NULL) {
    page->failed = true;
    return;
  }
  for (int32_t k = 0; k < view->results->kept_count && k < STORY_ROWS; k++) tell(&teller, page, k);
  context_release(view->context, teller.shock);
}

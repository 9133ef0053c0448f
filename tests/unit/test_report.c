/* test_report.c - the HTML page: names stay text, numbers are those of the results, nothing is loaded from afar. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aggregate/results.h"
#include "greatest.h"
#include "network/table.h"
#include "report/format.h"
#include "report/histogram.h"
#include "report/view.h"
#include "support.h"

enum { CAUSES = 3 };

static const char EVIL[] = "</script><script>alert(\"1\")</script>&'<!--\xc3\xa9";

/* ---- results made by hand ---------------------------------------------------------------------------------------- */

struct sample {
  int32_t entities, quarters, lines, kept;
  int64_t scenarios, links;
  bool cases;
  const char *name; /* of entity 1 */
};

static const struct sample LOOP = {12, 20, 5, 3, 4096, 30, false, EVIL};
static const struct sample STATIC_DRAWN = {8, 0, 2, 2, 500, 20, false, "B & C"};
static const struct sample STATIC_SINGLE = {5, 0, 2, 1, 1, 8, true, "one"};
static const struct sample CASES = {6, 4, 3, 4, 4, 10, true, "two"};
static const struct sample LARGE = {1000, 20, 9, 20, 2000, 12000, false, "three"};

/* A repeatable number in (0, 1) for item k. */
static double fraction(uint64_t k) {
  k = (k + 1) * UINT64_C(0x9e3779b97f4a7c15);
  k = (k ^ (k >> 31)) * UINT64_C(0xbf58476d1ce4e5b9);
  k ^= k >> 29;
  return ((double)(k >> 12) + 0.5) / 4503599627370496.0;
}

static const char *const LINE_NAME[] = {"cash",   "real_assets", "external_revenue", "backlog",          "stakes",
                                        "claims", "debt",        "distress_cost",    "limited_liability"};

static char **names_of(ls_context *context, const char *const *from, int32_t count) {
  char **names = context_allocate(context, (size_t)count, sizeof *names);
  for (int32_t k = 0; k < count; k++) names[k] = context_copy_text(context, from[k]);
  return names;
}

static void set_text(ls_context *context, char **place, const char *text) {
  context_release(context, *place);
  *place = context_copy_text(context, text);
}

static void make_entities(ls_context *context, ls_network *network, const struct sample *sample) {
  static const char *const sector[] = {"cloud", "lab", "chips", "builder"};
  struct table *table = &network->table[TABLE_ENTITIES];
  network->entity_count = sample->entities;
  table_begin(context, table, sample->entities);
  table_column_add(context, table, "id", true);
  table_column_add(context, table, "name", true);
  table_column_add(context, table, "sector", true);
  for (int32_t k = 0; k < sample->entities; k++) {
    char text[64];
    snprintf(text, sizeof text, "E%03d", (int)k);
    table_text_set(context, &table->column[0], k, text);
    snprintf(text, sizeof text, "Entity %d", (int)k);
    table_text_set(context, &table->column[1], k, k == 1 ? sample->name : text);
    table_text_set(context, &table->column[2], k, sector[k % 4]);
  }
}

/* Row r links entity r mod N to the entity r / N + 1 further on. */
static void make_links(ls_context *context, ls_network *network, const struct sample *sample, enum table_id id,
                       const char *column, int64_t rows) {
  struct table *table = &network->table[id];
  table_begin(context, table, rows);
  struct table_column *amount = table_column_add(context, table, column, false);
  table->from = context_allocate(context, (size_t)rows, sizeof *table->from);
  table->to = context_allocate(context, (size_t)rows, sizeof *table->to);
  for (int64_t row = 0; row < rows; row++) {
    int32_t from = (int32_t)(row % sample->entities);
    table->from[row] = from;
    table->to[row] = row % 13 == 12 ? ENTITY_WORLD : (from + 1 + (int32_t)(row / sample->entities)) % sample->entities;
    amount->number[row] = id == TABLE_SHAREHOLDINGS ? 0.01 + 0.1 * fraction((uint64_t)row)
                                                    : 200 * fraction((uint64_t)row) * fraction((uint64_t)row + 77);
  }
}

static ls_network *make_network(ls_context *context, const struct sample *sample) {
  ls_network *network = network_create(context);
  set_text(context, &network->name, "AI loop <2026-08>");
  set_text(context, &network->currency, "USD");
  set_text(context, &network->unit, "bn");
  set_text(context, &network->as_of, "2026-08-31");
  network->loop.quarters = sample->quarters;
  make_entities(context, network, sample);
  make_links(context, network, sample, TABLE_LIABILITIES, "amount", sample->links / 2);
  if (sample->quarters > 0) {
    make_links(context, network, sample, TABLE_PURCHASES, "backlog", sample->links / 4);
    make_links(context, network, sample, TABLE_PLEDGES, "amount", sample->links / 8);
    make_links(context, network, sample, TABLE_SHAREHOLDINGS, "share", sample->links / 8);
  }
  return network;
}

static double scenario_loss(int64_t scenario) {
  double x = fraction((uint64_t)scenario + 1000);
  return 40 + 260 * x * x + (x > 0.93 ? 900 * (x - 0.93) / 0.07 : 0);
}

static void fill_loss(struct loss_statistics *loss, const struct sample *sample, double scale) {
  *loss = (struct loss_statistics){.mean = scale * 158.37,
                                   .mean_se = scale * 0.4321,
                                   .sd = scale * 77,
                                   .minimum = 40 * scale,
                                   .maximum = 1200 * scale};
  for (int k = 0; k < QUANTILE_LEVEL_COUNT; k++) {
    double at = scale * (k == 0 ? 460 : k == 1 ? 1040 : 1185);
    loss->tail[k].value = at;
    loss->tail[k].low = at - 9 * (k + 1);
    loss->tail[k].high = at + 7 * (k + 1);
    loss->tail[k].shortfall = at + 5 + 300 / (k + 1.0) / (k + 1.0) * scale;
    loss->tail[k].shortfall_se = 2 * (k + 1);
  }
  if (sample->scenarios == 1) {
    loss->mean_se = loss->sd = NAN;
    for (int k = 0; k < QUANTILE_LEVEL_COUNT; k++)
      loss->tail[k].low = loss->tail[k].high = loss->tail[k].shortfall_se = NAN;
  }
}

static void fill_entity(struct entity_statistics *entity, const struct sample *sample, int32_t k) {
  double p = k % 3 == 2 ? 0 : 0.5 * fraction((uint64_t)k + 5) * fraction((uint64_t)k + 6);
  if (sample->scenarios == 1) p = k % 2;
  *entity = (struct entity_statistics){
      .default_probability = p, .default_low = p * 0.97, .default_high = p > 0 ? p * 1.03 : 3e-4};
  entity->loss_mean = 20 * fraction((uint64_t)k + 9) * fraction((uint64_t)k + 19) - (k % 5 == 4 ? 6 : 0);
  entity->loss_mean_se = 0.02 * fabs(entity->loss_mean);
  entity->loss_peak_mean = fabs(entity->loss_mean) * 1.3;
  entity->es_contribution = entity->loss_mean * 5;
}

static void make_statistics(ls_context *context, struct statistics *statistics, const struct sample *sample) {
  size_t count = (size_t)sample->entities;
  fill_loss(&statistics->gross, sample, 1);
  fill_loss(&statistics->net, sample, 0.5);
  statistics->converged_count = sample->scenarios;
  statistics->default_count_mean = sample->scenarios == 1 ? 2 : 1.25;
  statistics->default_count_max = 4;
  statistics->entity = context_allocate(context, count, sizeof *statistics->entity);
  statistics->line_mean = context_allocate(context, count * (size_t)sample->lines, sizeof(double));
  statistics->line_contribution = context_allocate(context, count * (size_t)sample->lines, sizeof(double));
  for (int32_t k = 0; k < sample->entities; k++) {
    fill_entity(&statistics->entity[k], sample, k);
    double rest = statistics->entity[k].loss_mean;
    for (int32_t line = 0; line + 1 < sample->lines; line++) {
      double part = statistics->entity[k].loss_mean * (fraction((uint64_t)line + 40) - 0.3);
      statistics->line_mean[line * sample->entities + k] = part;
      rest -= part;
    }
    statistics->line_mean[(sample->lines - 1) * sample->entities + k] = rest;
  }
  for (int32_t k = 0; k < sample->lines * sample->entities; k++)
    statistics->line_contribution[k] = statistics->line_mean[k] * 5;
  if (sample->quarters == 0) return;
  statistics->default_by_quarter = context_allocate(context, count * (size_t)sample->quarters, sizeof(double));
  for (int32_t quarter = 0; quarter < sample->quarters; quarter++)
    for (int32_t k = 0; k < sample->entities; k++) {
      double weight = fraction((uint64_t)quarter) * (quarter > 2);
      statistics->default_by_quarter[quarter * sample->entities + k] =
          statistics->entity[k].default_probability * weight / (0.55 * sample->quarters);
    }
}

static void make_kept(ls_context *context, ls_results *results, const struct sample *sample) {
  static const char *const id[] = {"baseline", "investors stop <b>funding</b>", "power cap", "OpenAI defaults"};
  size_t count = (size_t)sample->entities;
  results->kept_count = sample->kept;
  results->kept = context_allocate(context, (size_t)sample->kept, sizeof *results->kept);
  for (int32_t k = 0; k < sample->kept; k++) {
    struct kept_scenario *kept = &results->kept[k];
    *kept = (struct kept_scenario){.number = 1000 - k,
                                   .loss_gross = 1200 - 40 * k,
                                   .loss_net = 600 - 10 * k,
                                   .default_count = 2,
                                   .iterations = 30,
                                   .converged = k != 2,
                                   .audit = NAN};
    kept->id = sample->cases ? context_copy_text(context, id[k % 4]) : context_print(context, "%d", 1000 - k);
    kept->detail = context_allocate(context, count, sizeof *kept->detail);
    kept->loss = context_allocate(context, count, sizeof *kept->loss);
    for (int32_t n = 0; n < sample->entities; n++) {
      kept->detail[n] = sample->quarters > 0 ? (n < 2 ? 7 - n : -1) : (n < 2);
      kept->loss[n] = 100 * fraction((uint64_t)(n + 3 * k)) - 30;
    }
  }
}

/* Of kept scenario k the causes of its gross loss, the first of them less than nothing; the last scenario is not told. */
static double cause_of(const struct sample *sample, int32_t k, int32_t cause, double loss_gross) {
  static const double share[CAUSES] = {-0.125, 0.75, 0.375}; /* add up to 1, without rounding */
  return k + 1 == sample->kept ? NAN : share[cause] * loss_gross;
}

static void make_causes(ls_context *context, ls_results *results, const struct sample *sample) {
  static const char *const name[CAUSES] = {"own shock", "stakes", "weather <i>"};
  size_t count = (size_t)sample->entities * CAUSES;
  results->names.cause_count = CAUSES;
  results->names.cause = names_of(context, name, CAUSES);
  for (int32_t k = 0; k < sample->kept; k++) {
    struct kept_scenario *kept = &results->kept[k];
    kept->cause = context_allocate(context, count, sizeof *kept->cause);
    kept->cause_gross = context_allocate(context, CAUSES, sizeof *kept->cause_gross);
    for (int32_t c = 0; c < CAUSES; c++) kept->cause_gross[c] = cause_of(sample, k, c, kept->loss_gross);
  }
}

static void make_identity(ls_context *context, struct run_identity *identity, const struct sample *sample) {
  identity->model = context_copy_text(context, sample->quarters > 0 ? "loop" : "eisenberg-noe");
  identity->backend = context_copy_text(context, "cpu");
  identity->setting = context_allocate(context, 1, sizeof *identity->setting);
  identity->setting_count = 1;
  identity->setting[0].key = context_copy_text(context, "tolerance");
  identity->setting[0].value = context_copy_text(context, "1e-13");
  identity->seed = 42;
  identity->scenario_count = sample->scenarios;
  identity->shard_count = 1;
  identity->scenario_file = context_copy_text(context, "monte-carlo.yaml");
  identity->scenario_text = context_copy_text(context, "");
  identity->command = context_copy_text(context, "loopstress run ai-loop --model loop --scenarios 'a<b>.yaml' -o r.h5");
}

static ls_status add_scenarios(ls_context *context, ls_results *results, const struct sample *sample) {
  struct accumulator_shape shape = {.entity_count = sample->entities,
                                    .line_count = sample->lines,
                                    .quarter_count = sample->quarters > 0 ? sample->quarters : 1,
                                    .scenario_count = sample->scenarios,
                                    .amount_bound = accumulator_bound(1e6)};
  int32_t n = sample->entities, slot = 0;
  shape.layout = (struct ls_output_layout){.loss = 0,
                                           .loss_peak = -1,
                                           .default_quarter = n,
                                           .distress_quarter = -1,
                                           .forced = 2 * n,
                                           .line_count = sample->lines,
                                           .line = 3 * n,
                                           .trace = -1,
                                           .detail = -1,
                                           .audit = -1,
                                           .funding_refused = -1};
  slot = 3 * n + sample->lines * n;
  shape.layout.loss_gross = slot++;
  shape.layout.loss_net = slot++;
  shape.layout.default_count = slot++;
  shape.layout.iterations = slot++;
  shape.layout.converged = slot++;
  shape.layout.clip_count = slot++;
  shape.layout.slot_count = slot;
  ls_status status = accumulator_create(context, &shape, &results->accumulator);
  double *value = context_allocate(context, (size_t)slot, sizeof *value);
  for (int64_t k = 0; k < sample->scenarios && status == LS_STATUS_OK; k++) {
    for (int32_t i = 0; i < n; i++) value[n + i] = -1;
    value[shape.layout.loss_gross] = scenario_loss(k);
    value[shape.layout.loss_net] = scenario_loss(k) / 2;
    value[shape.layout.converged] = 1;
    struct chunk chunk = {.first = k, .count = 1, .stride = 1, .value = value};
    status = accumulator_add(context, results->accumulator, &chunk);
  }
  context_release(context, value);
  return status;
}

static ls_results *make_results(ls_context *context, const struct sample *sample) {
  const char *const detail[] = {sample->quarters > 0 ? "default_quarter" : "default"};
  size_t count = (size_t)sample->entities;
  ls_results *results = context_allocate(context, 1, sizeof *results);
  results->allocator = context_allocator(context);
  make_identity(context, &results->identity, sample);
  results->names = (struct result_names){.detail_count = 1, .line_count = sample->lines};
  results->names.detail = names_of(context, detail, 1);
  results->names.line = names_of(context, LINE_NAME, sample->lines);
  results->network = make_network(context, sample);
  results->complete = true;
  results->explicit_scenarios = sample->cases;
  make_statistics(context, &results->statistics, sample);
  results->baseline_value = context_allocate(context, count, sizeof(double));
  results->loss_at_zero = context_allocate(context, count, sizeof(double));
  for (int32_t k = 0; k < sample->entities; k++)
    results->baseline_value[k] =
        4000 * fraction((uint64_t)k + 3) * fraction((uint64_t)k + 4) * fraction((uint64_t)k + 8);
  make_kept(context, results, sample);
  if (sample->quarters > 0) make_causes(context, results, sample);
  strcpy(results->digest, "0123456789abcdef0123456789abcdef");
  if (add_scenarios(context, results, sample) != LS_STATUS_OK) results_destroy(&results);
  return results;
}

/* ---- the page of a sample ---------------------------------------------------------------------------------------- */

static char FOLDER[4096];

/* The page's text, to be freed; NULL where none came about. */
static char *page_of(const struct sample *sample, size_t *length) {
  ls_context *context = NULL;
  char path[4200], *page = NULL;
  snprintf(path, sizeof path, "%s/page.html", FOLDER);
  if (ls_context_create(&context) != LS_STATUS_OK) return NULL;
  ls_results *results = make_results(context, sample);
  if (results && ls_results_report(context, results, path, true) == LS_STATUS_OK)
    page = support_read_file(path, length);
  else
    fprintf(stderr, "%s\n", ls_context_message(context, 0));
  const char *keep = getenv("LS_KEEP_PAGE"); /* a place to look at the pages of these tests */
  if (page && keep) {
    char name[64];
    snprintf(name, sizeof name, "sample-%d-%d.html", (int)sample->entities, (int)sample->quarters);
    support_write_file(keep, name, page);
  }
  ls_results_destroy(&results);
  ls_context_destroy(&context);
  return page;
}

static int count_of(const char *text, const char *part) {
  int count = 0;
  for (const char *at = strstr(text, part); at; at = strstr(at + 1, part)) count++;
  return count;
}

static bool has_full_number(const char *page, const char *key, double value) {
  char text[80];
  snprintf(text, sizeof text, "\"%s\": %.17g", key, value);
  return strstr(page, text) != NULL;
}

TEST names_with_markup_stay_text(void) {
  char *page = page_of(&LOOP, NULL);
  ASSERT(page != NULL);
  ASSERT_EQ(3, count_of(page, "</script>"));
  ASSERT_EQ(3, count_of(page, "<script"));
  ASSERT(strstr(page, "&lt;/script&gt;&lt;script&gt;alert(&quot;1&quot;)") != NULL);
  ASSERT(strstr(page, "\\u003c/script>\\u003cscript>alert(\\\"1\\\")") != NULL);
  ASSERT(strstr(page, "AI loop &lt;2026-08&gt;") != NULL);
  ASSERT(strstr(page, "--scenarios &#39;a&lt;b&gt;.yaml&#39;") != NULL);
  free(page);
  PASS();
}

TEST numbers_of_the_page_are_those_of_the_results(void) {
  struct entity_statistics entity;
  struct loss_statistics loss;
  char *page = page_of(&LOOP, NULL);
  ASSERT(page != NULL);
  fill_loss(&loss, &LOOP, 1);
  for (int k = 0; k < QUANTILE_LEVEL_COUNT; k++) {
    ASSERT(has_full_number(page, "var", loss.tail[k].value));
    ASSERT(has_full_number(page, "es", loss.tail[k].shortfall));
    ASSERT(has_full_number(page, "es_se", loss.tail[k].shortfall_se));
  }
  for (int32_t k = 0; k < LOOP.entities; k++) {
    fill_entity(&entity, &LOOP, k);
    ASSERT(has_full_number(page, "default", entity.default_probability));
    ASSERT(has_full_number(page, "loss", entity.loss_mean));
    ASSERT(has_full_number(page, "loss_se", entity.loss_mean_se));
  }
  ASSERT(strstr(page, "158.4") != NULL); /* the mean as people read it */
  ASSERT(strstr(page, "0123456789abcdef0123456789abcdef") != NULL);
  free(page);
  PASS();
}

TEST page_loads_nothing_from_elsewhere(void) {
  static const char *const loader[] = {"src=",    "href=\"http",         "url(",
                                       "@import", "XMLHttpRequest.open", "<link rel=\"stylesheet"};
  char *page = page_of(&LOOP, NULL);
  ASSERT(page != NULL);
  ASSERT(strstr(page, "default-src 'none'") != NULL);
  ASSERT(strstr(page, "unsafe-inline") == NULL);
  ASSERT_EQ(3, count_of(page, "'sha256-"));
  char *style = strstr(page, "<style>"), *data = strstr(page, "<script type=\"application/json\"");
  ASSERT(style != NULL && data != NULL);
  *strstr(data, "</script>") = '\0'; /* D3 itself names schemes and namespaces, and loads nothing unless asked */
  for (size_t k = 0; k < sizeof loader / sizeof loader[0]; k++) ASSERT(strstr(page, loader[k]) == NULL);
  ASSERT(strstr(page, "http://") == NULL);
  ASSERT(strstr(page, "https://") == NULL);
  free(page);
  PASS();
}

static bool has_all(const char *page, const char *const *id) {
  char text[64];
  for (; *id; id++) {
    snprintf(text, sizeof text, "id=\"%s\"", *id);
    if (!strstr(page, text)) return false;
  }
  return true;
}

TEST every_chart_of_a_loop_run_has_its_place(void) {
  static const char *const id[] = {
      "map-chart",    "distribution-chart", "exceedance-chart", "quarters-chart", "lines-chart", "entities-chart",
      "entity-table", "scenarios",          "limits",           "provenance",     NULL};
  char *page = page_of(&LOOP, NULL);
  ASSERT(page != NULL);
  ASSERT(has_all(page, id));
  ASSERT(strstr(page, "cases-chart\"") == strstr(page, "cases-chart\", \"Loss")); /* only the script knows of it */
  ASSERT(strstr(page, "@@") == NULL);
  free(page);
  PASS();
}

/* Kept scenario 0 loses 1200: -150, 900 and 450. */
TEST losses_are_told_by_cause_with_their_shares(void) {
  char *page = page_of(&LOOP, NULL);
  ASSERT(page != NULL);
  ASSERT(strstr(page, "id=\"causes-chart\"") != NULL);
  char *table = strstr(page, "id=\"causes-table\"");
  ASSERT(table != NULL);
  *strstr(table, "</table>") = '\0';
  ASSERT_EQ(3, count_of(table, "<tr>")); /* the head and two of three scenarios */
  ASSERT(strstr(table, "told for 2 of the 3 kept scenarios") != NULL);
  ASSERT(strstr(table, "<td data-v=\"1200\"><a class=\"number\" tabindex=\"-1\" href=\"#def-gross-loss\">1,200") !=
         NULL);
  ASSERT(strstr(table, "<td data-v=\"-150\"><a class=\"number\" tabindex=\"-1\" href=\"#cause-0\">\xe2\x88\x92"
                       "150") != NULL);
  ASSERT(strstr(table, "<span class=\"error\">\xe2\x88\x92"
                       "12.5%</span>") != NULL);
  ASSERT(strstr(table, "<td data-v=\"900\"><a class=\"number\" tabindex=\"-1\" href=\"#cause-1\">900") != NULL);
  ASSERT(strstr(table, "<span class=\"error\">75.0%</span>") != NULL);
  ASSERT(strstr(table, "<a href=\"#cause-1\">Stakes</a>") != NULL);
  ASSERT(strstr(table, "<a href=\"#cause-2\">weather &lt;i&gt;</a>") != NULL);
  ASSERT(strstr(table, "nan") == NULL);
  free(page);
  PASS();
}

TEST causes_are_defined_and_in_the_data(void) {
  static const char *const id[] = {"cause-0", "cause-1", "cause-2", NULL};
  char *page = page_of(&CASES, NULL);
  ASSERT(page != NULL);
  ASSERT(has_all(page, id));
  ASSERT(strstr(page, "<dt>Own shock</dt><dd>What entities lose while") != NULL);
  ASSERT(strstr(page, "<dt>weather &lt;i&gt;</dt><dd>As the model says;") != NULL);
  const char *data = strstr(page, "\"causes\": {");
  ASSERT(data != NULL);
  ASSERT_EQ(3, count_of(data, "\"loss_gross\": "));
  free(page);
  PASS();
}

TEST without_causes_the_page_has_none(void) {
  char *page = page_of(&STATIC_DRAWN, NULL);
  ASSERT(page != NULL);
  ASSERT(strstr(page, "id=\"causes-chart\"") == NULL);
  ASSERT(strstr(page, "id=\"causes-table\"") == NULL);
  ASSERT(strstr(page, "\"causes\": null") != NULL);
  free(page);
  PASS();
}

/* The first link of the page that leads nowhere, in memory that the next call takes; NULL: every one finds its place. */
static const char *lost_link(const char *page) {
  static char name[96];
  char id[128];
  for (const char *at = strstr(page, "href=\"#"); at != NULL; at = strstr(at + 1, "href=\"#")) {
    const size_t length = strcspn(at + 7, "\"");
    if (length + 1 > sizeof name) return "a link that is too long";
    snprintf(name, sizeof name, "%.*s", (int)length, at + 7);
    snprintf(id, sizeof id, "id=\"%s\"", name);
    if (!strstr(page, id)) return name;
  }
  return NULL;
}

TEST every_number_leads_to_its_definition(void) {
  static const struct sample *const SAMPLE[] = {&LOOP, &STATIC_DRAWN, &STATIC_SINGLE, &CASES};
  for (size_t k = 0; k < sizeof SAMPLE / sizeof *SAMPLE; k++) {
    char *page = page_of(SAMPLE[k], NULL);
    ASSERT(page != NULL);
    ASSERT(count_of(page, "<a class=\"number\"") > 20);
    const char *lost = lost_link(page);
    if (lost != NULL) FAILm(lost);
    free(page);
  }
  PASS();
}

/* Entity 0 defaults in quarter 7, entity 1 in quarter 6. */
TEST kept_scenarios_are_told_quarter_by_quarter(void) {
  char *page = page_of(&LOOP, NULL);
  ASSERT(page != NULL);
  ASSERT_EQ(LOOP.kept, count_of(page, "<details class=\"story\""));
  char *story = strstr(page, "<details class=\"story\"");
  *strstr(story, "</details>") = '\0';
  const char *sixth = strstr(story, "Quarter 6."), *seventh = strstr(story, "Quarter 7.");
  ASSERT(sixth != NULL && seventh != NULL && sixth < seventh);
  ASSERT(strstr(sixth, "<b>Default:</b> &lt;/script&gt;") != NULL);
  ASSERT(strstr(seventh, "<b>Default:</b> Entity 0.") != NULL);
  ASSERT(strstr(story, "<a href=\"#cause-1\">Stakes</a> 75%") != NULL);
  free(page);
  PASS();
}

TEST static_model_has_no_quarters(void) {
  static const char *const id[] = {"map-chart", "distribution-chart", "lines-chart", "entities-chart", NULL};
  char *page = page_of(&STATIC_DRAWN, NULL);
  ASSERT(page != NULL);
  ASSERT(has_all(page, id));
  ASSERT(strstr(page, "id=\"quarters-chart\"") == NULL);
  ASSERT(strstr(page, "\"quarters\": null") != NULL);
  free(page);
  PASS();
}

TEST single_scenario_shows_map_and_lines(void) {
  static const char *const id[] = {"map-chart", "lines-chart", "entities-chart", NULL};
  char *page = page_of(&STATIC_SINGLE, NULL);
  ASSERT(page != NULL);
  ASSERT(has_all(page, id));
  ASSERT(strstr(page, "id=\"distribution-chart\"") == NULL);
  ASSERT(strstr(page, "In this scenario the network loses") != NULL);
  ASSERT(strstr(page, ": nan") == NULL);
  ASSERT(strstr(page, ">nan") == NULL);
  free(page);
  PASS();
}

TEST listed_scenarios_are_shown_as_cases_not_as_draws(void) {
  static const char *const id[] = {"map-chart", "cases-chart", "quarters-chart", "lines-chart", NULL};
  char *page = page_of(&CASES, NULL);
  ASSERT(page != NULL);
  ASSERT(has_all(page, id));
  ASSERT(strstr(page, "id=\"distribution-chart\"") == NULL);
  ASSERT(strstr(page, "investors stop &lt;b&gt;funding") != NULL);
  ASSERT(strstr(page, "not converged") != NULL);
  free(page);
  PASS();
}

TEST thousand_entities_stay_below_three_megabytes(void) {
  size_t length = 0;
  char *page = page_of(&LARGE, &length);
  ASSERT(page != NULL);
  ASSERT(length < 3000000);
  ASSERT(strstr(page, "\"left_out\": 0") == NULL);
  free(page);
  PASS();
}

TEST existing_page_is_kept_unless_replaced(void) {
  ls_context *context = NULL;
  char path[4200];
  snprintf(path, sizeof path, "%s/kept.html", FOLDER);
  ASSERT(support_write_file(FOLDER, "kept.html", "mine"));
  ASSERT_EQ(LS_STATUS_OK, ls_context_create(&context));
  ls_results *results = make_results(context, &STATIC_SINGLE);
  ASSERT(results != NULL);
  ASSERT_EQ(LS_STATUS_OUTPUT_EXISTS, ls_results_report(context, results, path, false));
  char *page = support_read_file(path, NULL);
  ASSERT_STR_EQ("mine", page);
  free(page);
  results->complete = false;
  ASSERT_EQ(LS_STATUS_UNUSABLE, ls_results_report(context, results, path, true));
  ls_results_destroy(&results);
  ls_context_destroy(&context);
  PASS();
}

TEST every_failed_allocation_is_reported(void) {
  char path[4200];
  snprintf(path, sizeof path, "%s/memory.html", FOLDER);
  for (int64_t allowed = 0; allowed < 400; allowed++) {
    ls_context *context = NULL;
    struct failing_allocator allocator = {0};
    ASSERT_EQ(LS_STATUS_OK, ls_context_create(&context));
    support_fail_after(context, &allocator, -1);
    ls_results *results = make_results(context, &STATIC_SINGLE);
    ASSERT(results != NULL);
    int64_t held = allocator.held;
    allocator.allowed = allocator.made + allowed;
    ls_status status = ls_results_report(context, results, path, true);
    allocator.allowed = -1;
    ASSERT_EQ_FMT((long long)held, (long long)allocator.held, "%lld");
    ls_results_destroy(&results);
    ls_context_destroy(&context);
    ASSERT_EQ((int64_t)0, allocator.held);
    if (status == LS_STATUS_OK) {
      ASSERT(allowed > 5);
      PASS();
    }
    ASSERT_EQ(LS_STATUS_OUT_OF_MEMORY, status);
  }
  FAILm("the page takes more than 400 allocations");
}

/* ---- parts ------------------------------------------------------------------------------------------------------- */

TEST bins_hold_every_loss_once(void) {
  double loss[1000], least = INFINITY, largest = -INFINITY;
  struct histogram histogram;
  for (int k = 0; k < 1000; k++) {
    loss[k] = scenario_loss(k) - 100;
    least = fmin(least, loss[k]);
    largest = fmax(largest, loss[k]);
  }
  histogram_begin(&histogram, least, largest);
  for (int k = 0; k < 1000; k++) histogram_add(&histogram, loss[k]);
  ASSERT(histogram.bin_count > 20 && histogram.bin_count <= HISTOGRAM_BINS + 2);
  int64_t total = 0;
  for (int k = 0; k < histogram.bin_count; k++) {
    int64_t inside = 0;
    double low = histogram.low + k * histogram.width;
    for (int n = 0; n < 1000; n++) inside += loss[n] >= low && loss[n] < low + histogram.width;
    ASSERT_EQ_FMT((long long)inside, (long long)histogram.count[k], "%lld");
    total += histogram.count[k];
  }
  ASSERT_EQ_FMT(1000LL, (long long)total, "%lld");
  ASSERT_EQ_FMT(1000LL, (long long)histogram.total, "%lld");
  PASS();
}

TEST equal_losses_share_one_bin(void) {
  struct histogram histogram;
  histogram_begin(&histogram, 7.25, 7.25);
  for (int k = 0; k < 3; k++) histogram_add(&histogram, 7.25);
  ASSERT_EQ(1, histogram.bin_count);
  ASSERT_EQ_FMT(3LL, (long long)histogram.count[0], "%lld");
  PASS();
}

TEST rounded_lines_add_up_to_the_rounded_sum(void) {
  const double part[] = {1.0 / 3, 1.0 / 3, 1.0 / 3, -0.04, 0.17};
  int64_t rounded[5], sum = 0;
  int64_t total = round_to_sum(part, 5, 1, rounded);
  for (int k = 0; k < 5; k++) sum += rounded[k];
  ASSERT_EQ_FMT(11LL, (long long)total, "%lld");
  ASSERT_EQ_FMT((long long)total, (long long)sum, "%lld");
  PASS();
}

TEST amounts_are_written_for_people(void) {
  ls_context *context = NULL;
  ASSERT_EQ(LS_STATUS_OK, ls_context_create(&context));
  struct buffer text = buffer_start(context);
  write_amount(&text, 1234567.891, 1);
  buffer_text(&text, "|");
  write_amount(&text, -1000, 0);
  buffer_text(&text, "|");
  write_amount(&text, -0.0001, 2);
  buffer_text(&text, "|");
  write_amount(&text, NAN, 2);
  buffer_text(&text, "|");
  write_percent(&text, 0.1234, 1);
  buffer_text(&text, "|");
  write_escaped(&text, "a\xff<\x01");
  ASSERT_STR_EQ("1,234,567.9|\xe2\x88\x92"
                "1,000|0.00|\xe2\x80\x93|12.3%|a?&lt;?",
                text.data);
  buffer_release(&text);
  ls_context_destroy(&context);
  PASS();
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  if (!support_make_folder(FOLDER)) return 1;
  RUN_TEST(names_with_markup_stay_text);
  RUN_TEST(numbers_of_the_page_are_those_of_the_results);
  RUN_TEST(page_loads_nothing_from_elsewhere);
  RUN_TEST(every_chart_of_a_loop_run_has_its_place);
  RUN_TEST(losses_are_told_by_cause_with_their_shares);
  RUN_TEST(causes_are_defined_and_in_the_data);
  RUN_TEST(without_causes_the_page_has_none);
  RUN_TEST(every_number_leads_to_its_definition);
  RUN_TEST(kept_scenarios_are_told_quarter_by_quarter);
  RUN_TEST(static_model_has_no_quarters);
  RUN_TEST(single_scenario_shows_map_and_lines);
  RUN_TEST(listed_scenarios_are_shown_as_cases_not_as_draws);
  RUN_TEST(thousand_entities_stay_below_three_megabytes);
  RUN_TEST(existing_page_is_kept_unless_replaced);
  RUN_TEST(every_failed_allocation_is_reported);
  RUN_TEST(bins_hold_every_loss_once);
  RUN_TEST(equal_losses_share_one_bin);
  RUN_TEST(rounded_lines_add_up_to_the_rounded_sum);
  RUN_TEST(amounts_are_written_for_people);
  support_remove_folder(FOLDER);
  GREATEST_MAIN_END();
}

/* coverage_report.c - ls_coverage: the ratio of means to needs by year, told to people or programs. */
#include "analysis/coverage.h"

#include <math.h>

#include "core/arithmetic.h"
#include "engine/engine.h"
#include "io/buffer.h"
#include "io/json.h"

static const char *const BASIS_NAME[COVERAGE_BASIS_COUNT] = {"headline", "firm"};

static double ratio(double above, double below) { return below > 0 ? above / below : NAN; }

static void json_amounts(struct json *json, const char *key, const double *amount, int32_t years) {
  json_list_begin(json, key);
  for (int32_t y = 0; y < years; y++) json_number(json, NULL, amount[y]);
  json_list_end(json);
}

static void json_basis(struct json *json, const ls_network *network, enum coverage_basis basis,
                       const struct coverage *c) {
  json_object_begin(json, NULL);
  json_text(json, "basis", BASIS_NAME[basis]);
  json_list_begin(json, "entities");
  for (int32_t i = 0; i < c->entity_count; i++) {
    int64_t at = (int64_t)i * c->year_count;
    json_object_begin(json, NULL);
    json_text(json, "id", network_entity_id(network, i));
    json_amounts(json, "means", c->means + at, c->year_count);
    json_amounts(json, "needs", c->needs + at, c->year_count);
    json_amounts(json, "contracted_sales", c->sold + at, c->year_count);
    json_list_begin(json, "coverage");
    for (int32_t y = 0; y < c->year_count; y++) json_number(json, NULL, ratio(c->means[at + y], c->needs[at + y]));
    json_list_end(json);
    json_object_end(json);
  }
  json_list_end(json);
  json_object_end(json);
}

enum { YEARS_SHOWN = 5 };

static void text_basis(struct buffer *buffer, const ls_network *network, enum coverage_basis basis,
                       const struct coverage *c) {
  buffer_print(buffer,
               "Coverage, basis: %s. Means over needs, cumulated to the end of each year; in brackets with\n"
               "contracted sales less their cost\n\n",
               BASIS_NAME[basis]);
  buffer_print(buffer, "  %-20s", "entity");
  for (int32_t y = 0; y < c->year_count && y < YEARS_SHOWN; y++) buffer_print(buffer, "  year %-11d", y + 1);
  buffer_print(buffer, "\n");
  for (int32_t i = 0; i < c->entity_count; i++) {
    buffer_print(buffer, "  %-20.20s", network_entity_id(network, i));
    for (int32_t y = 0; y < c->year_count && y < YEARS_SHOWN; y++) {
      int64_t at = (int64_t)i * c->year_count + y;
      if (c->needs[at] > 0)
        buffer_print(buffer, "  %5.2f (%5.2f)%4s", ratio(c->means[at], c->needs[at]),
                     ratio(c->means[at] + c->sold[at], c->needs[at]), "");
      else
        buffer_print(buffer, "  %5s%12s", "-", "");
    }
    buffer_print(buffer, "\n");
  }
}

static ls_status report_json(ls_context *context, const ls_network *network, const struct coverage *coverage,
                             ls_text **report) {
  struct json json = json_start(context);
  json_object_begin(&json, NULL);
  json_list_begin(&json, "bases");
  for (int k = 0; k < COVERAGE_BASIS_COUNT; k++) json_basis(&json, network, (enum coverage_basis)k, &coverage[k]);
  json_list_end(&json);
  json_object_end(&json);
  return json_finish(&json, report);
}

static ls_status report_text(ls_context *context, const ls_network *network, const struct coverage *coverage,
                             ls_text **report) {
  struct buffer buffer = buffer_start(context);
  for (int k = 0; k < COVERAGE_BASIS_COUNT; k++) {
    if (k > 0) buffer_print(&buffer, "\n");
    text_basis(&buffer, network, (enum coverage_basis)k, &coverage[k]);
  }
  return buffer_finish(&buffer, report);
}

/* The plan of an unshocked run, for its tables and for the values that limit credit. */
static ls_status measure(ls_context *context, const ls_network *network, struct coverage *coverage) {
  struct job job = {0};
  ls_run_options options = ls_run_options_default();
  struct scenario_options scenario = {.keep_worst = -1};
  fenv_t before;
  options.model = "loop";
  options.backend = "cpu";
  arithmetic_begin(&before);
  ls_status status = job_prepare(context, network, &options, &scenario, &job);
  for (int k = 0; k < COVERAGE_BASIS_COUNT && status == LS_STATUS_OK; k++)
    status = coverage_measure(context, network, job.plan, (enum coverage_basis)k, &coverage[k]);
  arithmetic_restore(&before);
  job_release(context, &job);
  return status;
}

ls_status ls_coverage(ls_context *context, const char *path, ls_format format, ls_text **report) {
  struct coverage coverage[COVERAGE_BASIS_COUNT] = {{0}};
  ls_network *network = NULL;
  ls_status status = ls_network_read(context, path, NULL, &network);
  if (status == LS_STATUS_OK) status = measure(context, network, coverage);
  if (status == LS_STATUS_OK)
    status = format == LS_FORMAT_JSON ? report_json(context, network, coverage, report)
                                      : report_text(context, network, coverage, report);
  for (int k = 0; k < COVERAGE_BASIS_COUNT; k++) coverage_release(context, &coverage[k]);
  ls_network_destroy(&network);
  return status;
}

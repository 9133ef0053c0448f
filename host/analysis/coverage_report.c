/* coverage_report.c - ls_coverage: the ratio of means to needs by year, told to people or programs. */
#include "analysis/coverage.h"

#include <math.h>

#include "aggregate/results.h"
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

/* Values at the end of the baseline's first quarter, for the room that credit limits leave. */
static ls_status first_values(ls_context *context, const ls_network *network, ls_results **baseline) {
  ls_run_options options = ls_run_options_default();
  options.model = "loop";
  options.backend = "cpu";
  return ls_run(context, network, &options, baseline);
}

static ls_status report_all(ls_context *context, const ls_network *network, const double *value, ls_format format,
                            ls_text **report) {
  struct json json = json_start(context);
  struct buffer buffer = buffer_start(context);
  ls_status status = LS_STATUS_OK;
  json_object_begin(&json, NULL);
  json_list_begin(&json, "bases");
  for (int basis = 0; basis < COVERAGE_BASIS_COUNT && status == LS_STATUS_OK; basis++) {
    struct coverage coverage;
    status = coverage_measure(context, network, (enum coverage_basis)basis, value, &coverage);
    if (status != LS_STATUS_OK) break;
    json_basis(&json, network, (enum coverage_basis)basis, &coverage);
    if (basis > 0) buffer_print(&buffer, "\n");
    text_basis(&buffer, network, (enum coverage_basis)basis, &coverage);
    coverage_release(context, &coverage);
  }
  json_list_end(&json);
  json_object_end(&json);
  if (status == LS_STATUS_OK && format == LS_FORMAT_JSON) {
    buffer_release(&buffer);
    return json_finish(&json, report);
  }
  buffer_release(&json.buffer);
  if (status == LS_STATUS_OK) return buffer_finish(&buffer, report);
  buffer_release(&buffer);
  return status;
}

ls_status ls_coverage(ls_context *context, const char *path, ls_format format, ls_text **report) {
  ls_network *network = NULL;
  ls_results *baseline = NULL;
  ls_status status = ls_network_read(context, path, NULL, &network);
  if (status == LS_STATUS_OK) status = first_values(context, network, &baseline);
  if (status == LS_STATUS_OK) status = report_all(context, network, baseline->baseline_path, format, report);
  ls_results_destroy(&baseline);
  ls_network_destroy(&network);
  return status;
}

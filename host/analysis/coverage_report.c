/* coverage_report.c - ls_coverage: means over needs by year, and on whom backlogs rest, told to people or programs. */
#include <math.h>

#include "analysis/concentration.h"
#include "core/arithmetic.h"
#include "engine/engine.h"
#include "io/buffer.h"
#include "io/json.h"

static const char *const BASIS_NAME[COVERAGE_BASIS_COUNT] = {"headline", "firm"};

/* One basis, measured. */
struct basis_result {
  struct coverage coverage;
  struct concentration backlog;
};

static double ratio(double above, double below) { return below > 0 ? above / below : NAN; }

static void json_amounts(struct json *json, const char *key, const double *amount, int32_t years) {
  json_list_begin(json, key);
  for (int32_t y = 0; y < years; y++) json_number(json, NULL, amount[y]);
  json_list_end(json);
}

static void json_entities(struct json *json, const ls_network *network, const struct coverage *c) {
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
}

static const char *buyer_id(const ls_network *network, int32_t buyer) {
  return network_entity_id(network, buyer == network->entity_count ? ENTITY_WORLD : buyer);
}

/* Who buys what part of an amount; the world last. */
static void json_buyers(struct json *json, const ls_network *network, const char *key, const double *bought,
                        double total) {
  json_list_begin(json, key);
  for (int32_t buyer = 0; buyer <= network->entity_count; buyer++) {
    if (!(bought[buyer] > 0)) continue;
    json_object_begin(json, NULL);
    json_text(json, "id", buyer_id(network, buyer));
    json_number(json, "backlog", bought[buyer]);
    json_number(json, "share", bought[buyer] / total);
    json_object_end(json);
  }
  json_list_end(json);
}

static void json_main_customer(struct json *json, const ls_network *network, struct main_customer main) {
  if (main.buyer < 0)
    json_nothing(json, "largest_customer");
  else
    json_text(json, "largest_customer", buyer_id(network, main.buyer));
  json_number(json, "largest_customer_share", main.share);
  json_number(json, "herfindahl", main.herfindahl);
}

static void json_backlog(struct json *json, const ls_network *network, const struct concentration *c) {
  json_object_begin(json, "backlog");
  json_number(json, "total", c->total);
  json_main_customer(json, network, concentration_of(c, c->entity_count));
  json_buyers(json, network, "buyers", c->by_buyer, c->total);
  json_list_begin(json, "sellers");
  for (int32_t seller = 0; seller < c->entity_count; seller++) {
    if (!(c->by_seller[seller] > 0)) continue;
    json_object_begin(json, NULL);
    json_text(json, "id", network_entity_id(network, seller));
    json_number(json, "backlog", c->by_seller[seller]);
    json_main_customer(json, network, concentration_of(c, seller));
    json_buyers(json, network, "customers", c->backlog + (size_t)seller * ((size_t)c->entity_count + 1),
                c->by_seller[seller]);
    json_object_end(json);
  }
  json_list_end(json);
  json_object_end(json);
}

static void json_basis(struct json *json, const ls_network *network, enum coverage_basis basis,
                       const struct basis_result *result) {
  json_object_begin(json, NULL);
  json_text(json, "basis", BASIS_NAME[basis]);
  json_entities(json, network, &result->coverage);
  json_backlog(json, network, &result->backlog);
  json_object_end(json);
}

enum { YEARS_SHOWN = 5 };

static void text_coverage(struct buffer *buffer, const ls_network *network, enum coverage_basis basis,
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

static void text_main_customer(struct buffer *buffer, const ls_network *network, const char *name, double backlog,
                               struct main_customer main) {
  buffer_print(buffer, "  %-20.20s  %12.6g  %-20.20s", name, backlog,
               main.buyer < 0 ? "-" : buyer_id(network, main.buyer));
  if (main.buyer < 0)
    buffer_print(buffer, "  %6s  %10s\n", "-", "-");
  else
    buffer_print(buffer, "  %5.1f%%  %10.3f\n", 100 * main.share, main.herfindahl);
}

static void text_backlog(struct buffer *buffer, const ls_network *network, enum coverage_basis basis,
                         const struct concentration *c) {
  if (!(c->total > 0)) return;
  buffer_print(buffer, "\nBacklog, basis: %s. On whom it rests\n\n", BASIS_NAME[basis]);
  buffer_print(buffer, "  %-20s  %12s  %-20s  %6s  %10s\n", "seller", "backlog", "largest customer", "share",
               "Herfindahl");
  for (int32_t seller = 0; seller < c->entity_count; seller++)
    if (c->by_seller[seller] > 0)
      text_main_customer(buffer, network, network_entity_id(network, seller), c->by_seller[seller],
                         concentration_of(c, seller));
  text_main_customer(buffer, network, "all sellers", c->total, concentration_of(c, c->entity_count));
  buffer_print(buffer, "\n  %-20s  %12s  %6s\n", "buyer", "backlog", "share");
  for (int32_t buyer = 0; buyer <= c->entity_count; buyer++)
    if (c->by_buyer[buyer] > 0)
      buffer_print(buffer, "  %-20.20s  %12.6g  %5.1f%%\n", buyer_id(network, buyer), c->by_buyer[buyer],
                   100 * c->by_buyer[buyer] / c->total);
}

static ls_status report_json(ls_context *context, const ls_network *network, const struct basis_result *result,
                             ls_text **report) {
  struct json json = json_start(context);
  json_object_begin(&json, NULL);
  json_list_begin(&json, "bases");
  for (int k = 0; k < COVERAGE_BASIS_COUNT; k++) json_basis(&json, network, (enum coverage_basis)k, &result[k]);
  json_list_end(&json);
  json_object_end(&json);
  return json_finish(&json, report);
}

static ls_status report_text(ls_context *context, const ls_network *network, const struct basis_result *result,
                             ls_text **report) {
  struct buffer buffer = buffer_start(context);
  for (int k = 0; k < COVERAGE_BASIS_COUNT; k++) {
    if (k > 0) buffer_print(&buffer, "\n");
    text_coverage(&buffer, network, (enum coverage_basis)k, &result[k].coverage);
    text_backlog(&buffer, network, (enum coverage_basis)k, &result[k].backlog);
  }
  return buffer_finish(&buffer, report);
}

/* The plan of an unshocked run, for its tables and for the values that limit credit. */
static ls_status measure(ls_context *context, const ls_network *network, struct basis_result *result) {
  struct job job = {0};
  ls_run_options options = ls_run_options_default();
  struct scenario_options scenario = {.keep_worst = -1};
  fenv_t before;
  options.model = "loop";
  options.backend = "cpu";
  arithmetic_begin(&before);
  ls_status status = job_prepare(context, network, &options, &scenario, &job);
  for (int k = 0; k < COVERAGE_BASIS_COUNT && status == LS_STATUS_OK; k++) {
    status = coverage_measure(context, network, job.plan, (enum coverage_basis)k, &result[k].coverage);
    if (status == LS_STATUS_OK)
      status = concentration_measure(context, network, job.plan, (enum coverage_basis)k, &result[k].backlog);
  }
  arithmetic_restore(&before);
  job_release(context, &job);
  return status;
}

ls_status ls_coverage(ls_context *context, const char *path, ls_format format, ls_text **report) {
  struct basis_result result[COVERAGE_BASIS_COUNT] = {{{0}, {0}}};
  ls_network *network = NULL;
  ls_status status = ls_network_read(context, path, NULL, &network);
  if (status == LS_STATUS_OK) status = measure(context, network, result);
  if (status == LS_STATUS_OK)
    status = format == LS_FORMAT_JSON ? report_json(context, network, result, report)
                                      : report_text(context, network, result, report);
  for (int k = 0; k < COVERAGE_BASIS_COUNT; k++) {
    coverage_release(context, &result[k].coverage);
    concentration_release(context, &result[k].backlog);
  }
  ls_network_destroy(&network);
  return status;
}

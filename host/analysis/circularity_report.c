/* circularity_report.c - ls_circularity: tells the measures to people or programs. */
#include "analysis/circularity_study.h"

#include <math.h>

#include "io/buffer.h"
#include "io/json.h"

static const char *const INDEX_KEY[CIRCULARITY_INDEX_COUNT] = {"round_trip_ratio", "finn_cycling_index",
                                                               "max_circulation_share"};
static const char *const INDEX_NAME[CIRCULARITY_INDEX_COUNT] = {"round trip of investments", "Finn cycling index",
                                                                "share that can circulate"};

static const char *node_id(const struct circularity_basis *result, int32_t node) {
  return node == result->flows.entity_count ? "world" : result->flows.id[node];
}

/* ---- JSON -------------------------------------------------------------------------------------------------------- */

static void json_investors(struct json *json, const struct circularity_basis *result) {
  json_list_begin(json, "investors");
  for (int32_t i = 0; i < result->flows.entity_count; i++) {
    if (!(result->measures.invested[i] > 0)) continue;
    json_object_begin(json, NULL);
    json_text(json, "id", node_id(result, i));
    json_number(json, "invested", result->measures.invested[i]);
    json_number(json, "round_trip_ratio", result->measures.round_trip[i]);
    json_number(json, "direct_round_trip", result->measures.direct[i]);
    json_number(json, "self_funded_share", result->measures.self_funded[i]);
    json_object_end(json);
  }
  json_list_end(json);
}

static void json_entities(struct json *json, const struct circularity_basis *result) {
  json_list_begin(json, "entities");
  for (int32_t i = 0; i <= result->flows.entity_count; i++) {
    json_object_begin(json, NULL);
    json_text(json, "id", node_id(result, i));
    json_number(json, "throughflow", result->measures.throughflow[i]);
    json_object_end(json);
  }
  json_list_end(json);
}

static void json_cycles(struct json *json, const struct circularity_basis *result) {
  json_list_begin(json, "cycles");
  for (int32_t k = 0; k < result->measures.cycle_count; k++) {
    const struct flow_cycle *cycle = &result->measures.cycle[k];
    json_object_begin(json, NULL);
    json_list_begin(json, "path");
    for (int32_t a = 0; a < cycle->length; a++) json_text(json, NULL, node_id(result, cycle->path[a]));
    json_list_end(json);
    json_number(json, "amount", cycle->amount);
    json_object_end(json);
  }
  json_list_end(json);
}

static void json_rewired(struct json *json, const struct circularity_study *study,
                         const struct circularity_basis *result) {
  if (study->options.rewirings == 0) return json_nothing(json, "rewired");
  json_object_begin(json, "rewired");
  json_whole(json, "count", study->options.rewirings);
  json_seed(json, "seed", study->options.seed);
  json_object_begin(json, "measures");
  for (int k = 0; k < CIRCULARITY_INDEX_COUNT; k++) {
    json_object_begin(json, INDEX_KEY[k]);
    json_number(json, "observed", result->index[k]);
    json_number(json, "mean", result->rewired[k].mean);
    json_number(json, "p05", result->rewired[k].p05);
    json_number(json, "p95", result->rewired[k].p95);
    json_number(json, "percentile", result->rewired[k].percentile);
    json_object_end(json);
  }
  json_object_end(json);
  json_object_end(json);
}

static void json_draws(struct json *json, const struct circularity_study *study,
                       const struct circularity_basis *result) {
  if (study->options.draws == 0) return json_nothing(json, "draws");
  json_object_begin(json, "draws");
  json_whole(json, "count", study->options.draws);
  json_seed(json, "seed", study->options.seed);
  json_whole(json, "redrawn", study->redrawn);
  json_object_begin(json, "measures");
  for (int k = 0; k < CIRCULARITY_INDEX_COUNT; k++) {
    json_object_begin(json, INDEX_KEY[k]);
    json_number(json, "central", result->index[k]);
    json_number(json, "median", result->drawn[k].median);
    json_number(json, "p05", result->drawn[k].p05);
    json_number(json, "p95", result->drawn[k].p95);
    json_object_end(json);
  }
  json_object_end(json);
  json_object_end(json);
}

/* Only the schedule of the tables has a calendar. */
static void json_window(struct json *json, const struct circularity_study *study,
                        const struct circularity_basis *result) {
  if (result->kind == BASIS_PURCHASES)
    json_whole(json, "window_quarters", study->options.window);
  else
    json_nothing(json, "window_quarters");
}

static void json_basis(struct json *json, const struct circularity_study *study,
                       const struct circularity_basis *result) {
  const struct circularity *measures = &result->measures;
  json_object_begin(json, NULL);
  json_text(json, "basis", CIRCULARITY_BASIS[result->kind]);
  json_window(json, study, result);
  json_investors(json, result);
  json_entities(json, result);
  json_number(json, "round_trip_ratio", measures->returned);
  json_number(json, "finn_cycling_index", measures->finn);
  json_number(json, "flow_between_entities", measures->total);
  json_number(json, "max_circulation", measures->circulation);
  json_number(json, "max_circulation_share", measures->circulation_share);
  json_number(json, "spectral_radius", measures->spectral_radius);
  json_rewired(json, study, result);
  json_draws(json, study, result);
  json_cycles(json, result);
  json_object_end(json);
}

static ls_status report_json(ls_context *context, const struct circularity_study *study, ls_text **report) {
  struct json json = json_start(context);
  const bool as_list = study->count > 1;
  if (as_list) {
    json_object_begin(&json, NULL);
    json_list_begin(&json, "bases");
  }
  for (int k = 0; k < study->count; k++) json_basis(&json, study, &study->basis[k]);
  if (as_list) {
    json_list_end(&json);
    json_object_end(&json);
  }
  return json_finish(&json, report);
}

/* ---- text -------------------------------------------------------------------------------------------------------- */

static void text_ratio(struct buffer *buffer, double ratio) {
  if (isfinite(ratio))
    buffer_print(buffer, "  %11.1f%%", 100 * ratio);
  else
    buffer_print(buffer, "  %12s", "-");
}

static void text_investors(struct buffer *buffer, const struct circularity_basis *result) {
  buffer_print(buffer, "\n  %-24s  %14s  %12s  %12s  %12s\n", "investor", "invested", "round trip", "direct",
               "self-funded");
  for (int32_t i = 0; i < result->flows.entity_count; i++) {
    if (!(result->measures.invested[i] > 0)) continue;
    buffer_print(buffer, "  %-24.24s  %14.6g", node_id(result, i), result->measures.invested[i]);
    text_ratio(buffer, result->measures.round_trip[i]);
    text_ratio(buffer, result->measures.direct[i]);
    text_ratio(buffer, result->measures.self_funded[i]);
    buffer_print(buffer, "\n");
  }
}

enum { CYCLES_SHOWN = 20, CYCLE_NAMES_SHOWN = 5 };

static void text_cycles(struct buffer *buffer, const struct circularity_basis *result) {
  const struct circularity *measures = &result->measures;
  buffer_print(buffer, "\n  %14s  %s\n", "cycle amount", "path");
  for (int32_t k = 0; k < measures->cycle_count && k < CYCLES_SHOWN; k++) {
    const struct flow_cycle *cycle = &measures->cycle[k];
    buffer_print(buffer, "  %14.6g  ", cycle->amount);
    for (int32_t a = 0; a < cycle->length && a < CYCLE_NAMES_SHOWN; a++)
      buffer_print(buffer, "%.14s > ", node_id(result, cycle->path[a]));
    buffer_print(buffer, cycle->length > CYCLE_NAMES_SHOWN ? "... > %.14s\n" : "%.14s\n",
                 node_id(result, cycle->path[0]));
  }
  if (measures->cycle_count > CYCLES_SHOWN)
    buffer_print(buffer, "  ... and %d more\n", (int)(measures->cycle_count - CYCLES_SHOWN));
}

/* Indices as percentages; the Finn index is small in networks that mostly buy from the same few. */
static void text_index_row(struct buffer *buffer, int index, const double *column, size_t columns) {
  buffer_print(buffer, "  %-26s", INDEX_NAME[index]);
  for (size_t c = 0; c < columns; c++)
    if (isfinite(column[c]))
      buffer_print(buffer, "  %11.2f%%", 100 * column[c]);
    else
      buffer_print(buffer, "  %12s", "-");
  buffer_print(buffer, "\n");
}

static void text_rewired(struct buffer *buffer, const struct circularity_study *study,
                         const struct circularity_basis *result) {
  if (study->options.rewirings == 0) return;
  buffer_print(buffer, "\n  against %lld networks rewired with as many payers and receivers for everybody\n",
               (long long)study->options.rewirings);
  buffer_print(buffer, "  %-26s  %12s  %12s  %12s  %12s  %12s\n", "", "observed", "mean", "5 %", "95 %", "percentile");
  for (int k = 0; k < CIRCULARITY_INDEX_COUNT; k++) {
    const struct index_spread *rewired = &result->rewired[k];
    const double column[] = {result->index[k], rewired->mean, rewired->p05, rewired->p95, rewired->percentile};
    text_index_row(buffer, k, column, sizeof column / sizeof column[0]);
  }
}

static void text_draws(struct buffer *buffer, const struct circularity_study *study,
                       const struct circularity_basis *result) {
  if (study->options.draws == 0) return;
  buffer_print(buffer, "\n  over %lld draws of the assumptions (%lld sets drawn again)\n",
               (long long)study->options.draws, (long long)study->redrawn);
  buffer_print(buffer, "  %-26s  %12s  %12s  %12s  %12s\n", "", "central", "median", "5 %", "95 %");
  for (int k = 0; k < CIRCULARITY_INDEX_COUNT; k++) {
    const struct index_spread *drawn = &result->drawn[k];
    const double column[] = {result->index[k], drawn->median, drawn->p05, drawn->p95};
    text_index_row(buffer, k, column, sizeof column / sizeof column[0]);
  }
}

static void text_window(struct buffer *buffer, const struct circularity_study *study,
                        const struct circularity_basis *result) {
  if (result->kind == BASIS_PURCHASES)
    buffer_print(buffer,
                 "Window: the next %d quarters as the tables schedule them, no contract beyond its backlog; amounts a "
                 "year\n\n",
                 (int)study->options.window);
  else if (result->kind != BASIS_FLOWS)
    buffer_print(buffer, "Window: none, every commitment is spread evenly over its term; amounts a year\n\n");
  else
    buffer_print(buffer, "Window: that of flows.csv\n\n");
}

static void text_basis(struct buffer *buffer, const struct circularity_study *study,
                       const struct circularity_basis *result) {
  const struct circularity *measures = &result->measures;
  buffer_print(buffer, "Circularity, basis: %s\n", CIRCULARITY_BASIS[result->kind]);
  text_window(buffer, study, result);
  buffer_print(buffer, "  payments between entities   %.6g\n", measures->total);
  buffer_print(buffer, "  of which can circulate      %.6g (%.1f%%)\n", measures->circulation,
               100 * measures->circulation_share);
  if (isfinite(measures->returned))
    buffer_print(buffer, "  round trip of investments   %.1f%%\n", 100 * measures->returned);
  buffer_print(buffer, "  Finn cycling index          %.4f\n", measures->finn);
  buffer_print(buffer, "  spectral radius             %.4f", measures->spectral_radius);
  if (measures->spectral_radius < 1)
    buffer_print(buffer, " (a dollar spent turns over up to %.2f times)", 1 / (1 - measures->spectral_radius));
  buffer_print(buffer, "\n");
  text_rewired(buffer, study, result);
  text_draws(buffer, study, result);
  if (isfinite(measures->returned)) text_investors(buffer, result);
  if (measures->cycle_count > 0) text_cycles(buffer, result);
}

static ls_status report_text(ls_context *context, const struct circularity_study *study, ls_text **report) {
  struct buffer buffer = buffer_start(context);
  for (int k = 0; k < study->count; k++) {
    if (k > 0) buffer_print(&buffer, "\n");
    text_basis(&buffer, study, &study->basis[k]);
  }
  return buffer_finish(&buffer, report);
}

/* ---- the public functions ---------------------------------------------------------------------------------------- */

LS_API ls_circularity_options ls_circularity_options_default(void) {
  return (ls_circularity_options){.window = 4, .rewirings = 1000};
}

LS_API ls_status ls_circularity_report(ls_context *context, const char *path, const ls_circularity_options *options,
                                       ls_format format, ls_text **report) {
  struct circularity_study study;
  ls_status status = circularity_study_make(context, path, options, &study);
  if (status == LS_STATUS_OK)
    status = format == LS_FORMAT_JSON ? report_json(context, &study, report) : report_text(context, &study, report);
  circularity_study_release(context, &study);
  return status;
}

LS_API ls_status ls_circularity(ls_context *context, const char *path, const char *basis, ls_format format,
                                ls_text **report) {
  ls_circularity_options options = ls_circularity_options_default();
  options.basis = basis;
  return ls_circularity_report(context, path, &options, format, report);
}

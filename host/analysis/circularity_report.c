/* circularity_report.c - ls_circularity: chooses the flows and the bases, and tells the measures to people or
 * programs. */
#include "analysis/circularity.h"

#include <math.h>
#include <string.h>

#include "io/buffer.h"
#include "io/json.h"

static const char *const BASIS_NAME[LEDGER_BASIS_COUNT] = {"headline", "firm", "funded"};

/* One basis, measured. */
struct basis_result {
  const char *basis;
  struct flows flows;
  struct circularity measures;
};

static void basis_result_release(ls_context *context, struct basis_result *result) {
  flows_release(context, &result->flows);
  circularity_release(context, &result->measures);
}

static const char *node_id(const struct basis_result *result, int32_t node) {
  return node == result->flows.entity_count ? "world" : result->flows.id[node];
}

/* ---- JSON -------------------------------------------------------------------------------------------------------- */

static void json_investors(struct json *json, const struct basis_result *result) {
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

static void json_entities(struct json *json, const struct basis_result *result) {
  json_list_begin(json, "entities");
  for (int32_t i = 0; i <= result->flows.entity_count; i++) {
    json_object_begin(json, NULL);
    json_text(json, "id", node_id(result, i));
    json_number(json, "throughflow", result->measures.throughflow[i]);
    json_object_end(json);
  }
  json_list_end(json);
}

static void json_cycles(struct json *json, const struct basis_result *result) {
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

static void json_basis(struct json *json, const struct basis_result *result) {
  const struct circularity *measures = &result->measures;
  json_object_begin(json, NULL);
  json_text(json, "basis", result->basis);
  json_investors(json, result);
  json_entities(json, result);
  json_number(json, "finn_cycling_index", measures->finn);
  json_number(json, "flow_between_entities", measures->total);
  json_number(json, "max_circulation", measures->circulation);
  json_number(json, "max_circulation_share", measures->circulation_share);
  json_number(json, "spectral_radius", measures->spectral_radius);
  json_cycles(json, result);
  json_object_end(json);
}

static ls_status report_json(ls_context *context, const struct basis_result *result, int count, bool as_list,
                             ls_text **report) {
  struct json json = json_start(context);
  if (as_list) {
    json_object_begin(&json, NULL);
    json_list_begin(&json, "bases");
  }
  for (int k = 0; k < count; k++) json_basis(&json, &result[k]);
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

static void text_investors(struct buffer *buffer, const struct basis_result *result) {
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

static void text_cycles(struct buffer *buffer, const struct basis_result *result) {
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

static void text_basis(struct buffer *buffer, const struct basis_result *result) {
  const struct circularity *measures = &result->measures;
  buffer_print(buffer, "Circularity, basis: %s\n\n", result->basis);
  buffer_print(buffer, "  payments between entities   %.6g\n", measures->total);
  buffer_print(buffer, "  of which can circulate      %.6g (%.1f%%)\n", measures->circulation,
               100 * measures->circulation_share);
  buffer_print(buffer, "  Finn cycling index          %.4f\n", measures->finn);
  buffer_print(buffer, "  spectral radius             %.4f", measures->spectral_radius);
  if (measures->spectral_radius < 1)
    buffer_print(buffer, " (a dollar spent turns over up to %.2f times)", 1 / (1 - measures->spectral_radius));
  buffer_print(buffer, "\n");
  bool invests = false;
  for (int32_t i = 0; i < result->flows.entity_count; i++) invests = invests || measures->invested[i] > 0;
  if (invests) text_investors(buffer, result);
  if (measures->cycle_count > 0) text_cycles(buffer, result);
}

static ls_status report_text(ls_context *context, const struct basis_result *result, int count, ls_text **report) {
  struct buffer buffer = buffer_start(context);
  for (int k = 0; k < count; k++) {
    if (k > 0) buffer_print(&buffer, "\n");
    text_basis(&buffer, &result[k]);
  }
  return buffer_finish(&buffer, report);
}

/* ---- what to measure --------------------------------------------------------------------------------------------- */

static ls_status basis_unknown(ls_context *context, const char *path, const char *basis, const char *only) {
  return context_fail(context, LS_STATUS_UNUSABLE, "%s: basis '%s' is not there, it has the one basis '%s'", path,
                      basis, only);
}

static ls_status gather_ledger(ls_context *context, const ls_network *network, const char *basis,
                               struct basis_result *result, int *count) {
  for (int k = 0; k < LEDGER_BASIS_COUNT; k++) {
    if (basis && strcmp(basis, BASIS_NAME[k]) != 0) continue;
    struct basis_result *next = &result[(*count)++];
    next->basis = BASIS_NAME[k];
    ls_status status = flows_of_ledger(context, network, (enum ledger_basis)k, &next->flows);
    if (status != LS_STATUS_OK) return status;
  }
  return LS_STATUS_OK;
}

static ls_status gather_network(ls_context *context, const char *path, const char *basis, struct basis_result *result,
                                int *count) {
  ls_network *network = NULL;
  ls_status status = ls_network_read(context, path, NULL, &network);
  if (status != LS_STATUS_OK) return status;
  if (network->table[TABLE_DEALS].present) {
    status = gather_ledger(context, network, basis, result, count);
  } else if (basis) {
    status = basis_unknown(context, path, basis, "purchases");
  } else {
    result[(*count)++].basis = "purchases";
    status = flows_of_tables(context, network, &result[0].flows);
  }
  ls_network_destroy(&network);
  return status;
}

static ls_status gather(ls_context *context, const char *path, const char *basis, struct basis_result *result,
                        int *count) {
  bool known = !basis;
  for (int k = 0; k < LEDGER_BASIS_COUNT; k++) known = known || strcmp(basis, BASIS_NAME[k]) == 0;
  if (!known)
    return context_fail(context, LS_STATUS_USAGE, "basis '%s' is unknown, must be headline, firm or funded", basis);
  if (!flows_folder(context, path)) return gather_network(context, path, basis, result, count);
  if (basis) return basis_unknown(context, path, basis, "flows");
  result[(*count)++].basis = "flows";
  return flows_read(context, path, &result[0].flows);
}

LS_API ls_status ls_circularity(ls_context *context, const char *path, const char *basis, ls_format format,
                                ls_text **report) {
  struct basis_result result[LEDGER_BASIS_COUNT] = {{0}};
  int count = 0;
  ls_status status = gather(context, path, basis, result, &count);
  for (int k = 0; k < count && status == LS_STATUS_OK; k++)
    status = circularity_measure(context, &result[k].flows, &result[k].measures);
  if (status == LS_STATUS_OK)
    status = format == LS_FORMAT_JSON ? report_json(context, result, count, count > 1, report)
                                      : report_text(context, result, count, report);
  for (int k = 0; k < LEDGER_BASIS_COUNT; k++) basis_result_release(context, &result[k]);
  return status;
}

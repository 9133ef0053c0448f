/* check_report.c - ls_check: what reading a network found, its measures, and the baseline gate of one that the
 * loop model takes. */
#include "analysis/baseline_gate.h"
#include "analysis/network_measures.h"
#include "network/check.h"

/* What is found of a valid network beside its faults. */
struct findings {
  struct network_measures measures;
  struct baseline_gate gate;
};

static ls_status report_json(const struct network_check *check, const struct findings *found, ls_text **report) {
  struct json json = json_start(check->context);
  json_object_begin(&json, NULL);
  network_check_json(&json, check);
  if (check->network != NULL) network_measures_json(&json, check->network, &found->measures);
  if (check->network != NULL) baseline_gate_json(&json, check->network, &found->gate);
  json_object_end(&json);
  return json_finish(&json, report);
}

static ls_status report_text(const struct network_check *check, const struct findings *found, ls_text **report) {
  struct buffer buffer = buffer_start(check->context);
  network_check_text(&buffer, check);
  if (check->network != NULL) network_measures_text(&buffer, check->network, &found->measures);
  if (found->gate.applies) buffer_text(&buffer, "\n");
  if (check->network != NULL) baseline_gate_text(&buffer, check->network, &found->gate);
  return buffer_finish(&buffer, report);
}

static ls_status find(ls_context *context, const struct network_check *check, const ls_check_options *wanted,
                      struct findings *found) {
  ls_status status = network_measures_compute(context, check->network, &found->measures);
  if (status == LS_STATUS_OK)
    status = baseline_gate_measure(context, check->network, wanted->draws, wanted->seed, &found->gate);
  return status;
}

LS_API ls_status ls_check(ls_context *context, const char *path, const ls_check_options *options, ls_format format,
                          ls_text **report) {
  const ls_check_options wanted = options != NULL ? *options : (ls_check_options){0};
  struct network_check check = {0};
  struct findings found = {0};
  ls_status status = network_check_read(context, path, &wanted.reading, &check);
  if (status == LS_STATUS_OK && check.valid) status = find(context, &check, &wanted, &found);
  if (status == LS_STATUS_OK)
    status = format == LS_FORMAT_JSON ? report_json(&check, &found, report) : report_text(&check, &found, report);
  if (status == LS_STATUS_OK && !check.valid) status = LS_STATUS_INVALID_INPUT;
  const bool is_odd = check.has_warnings || (found.gate.applies && !found.gate.passes);
  if (status == LS_STATUS_OK && wanted.reading.strict && is_odd) status = LS_STATUS_CHECK_FAILED;
  network_measures_release(&found.measures);
  baseline_gate_release(context, &found.gate);
  ls_network_destroy(&check.network);
  return status;
}

LS_API ls_status ls_network_check(ls_context *context, const char *path, const ls_read_options *options,
                                  ls_format format, ls_text **report) {
  const ls_check_options wanted = {.reading = options != NULL ? *options : (ls_read_options){0}};
  return ls_check(context, path, &wanted, format, report);
}

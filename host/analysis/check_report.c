/* check_report.c - ls_check: what reading a network found, and the baseline gate of one that the loop model takes. */
#include "analysis/baseline_gate.h"
#include "network/check.h"

static ls_status report_json(const struct network_check *check, const struct baseline_gate *gate, ls_text **report) {
  struct json json = json_start(check->context);
  json_object_begin(&json, NULL);
  network_check_json(&json, check);
  if (check->network != NULL) baseline_gate_json(&json, check->network, gate);
  json_object_end(&json);
  return json_finish(&json, report);
}

static ls_status report_text(const struct network_check *check, const struct baseline_gate *gate, ls_text **report) {
  struct buffer buffer = buffer_start(check->context);
  network_check_text(&buffer, check);
  if (gate->applies) buffer_text(&buffer, "\n");
  if (check->network != NULL) baseline_gate_text(&buffer, check->network, gate);
  return buffer_finish(&buffer, report);
}

LS_API ls_status ls_check(ls_context *context, const char *path, const ls_check_options *options, ls_format format,
                          ls_text **report) {
  const ls_check_options wanted = options != NULL ? *options : (ls_check_options){0};
  struct network_check check = {0};
  struct baseline_gate gate = {0};
  ls_status status = network_check_read(context, path, &wanted.reading, &check);
  if (status == LS_STATUS_OK && check.valid)
    status = baseline_gate_measure(context, check.network, wanted.draws, wanted.seed, &gate);
  if (status == LS_STATUS_OK)
    status = format == LS_FORMAT_JSON ? report_json(&check, &gate, report) : report_text(&check, &gate, report);
  if (status == LS_STATUS_OK && !check.valid) status = LS_STATUS_INVALID_INPUT;
  const bool is_odd = check.has_warnings || (gate.applies && !gate.passes);
  if (status == LS_STATUS_OK && wanted.reading.strict && is_odd) status = LS_STATUS_CHECK_FAILED;
  baseline_gate_release(context, &gate);
  ls_network_destroy(&check.network);
  return status;
}

LS_API ls_status ls_network_check(ls_context *context, const char *path, const ls_read_options *options,
                                  ls_format format, ls_text **report) {
  const ls_check_options wanted = {.reading = options != NULL ? *options : (ls_read_options){0}};
  return ls_check(context, path, &wanted, format, report);
}

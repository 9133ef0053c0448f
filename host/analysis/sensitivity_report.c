/* sensitivity_report.c - ls_sensitivity: which number moves the tail most, told to people or programs. */
#include <math.h>
#include <stdio.h>

#include "aggregate/results_text.h"
#include "analysis/error_text.h"
#include "analysis/sensitivity.h"
#include "core/arithmetic.h"
#include "network/schema.h"
#include "network/table.h"

enum { PARAMETERS_TOLD = 25 };

LS_API ls_sensitivity_options ls_sensitivity_options_default(void) {
  return (ls_sensitivity_options){.step = 0.01, .level = 0.99};
}

static const char *row_name(const struct sensitivity *s, const struct parameter *parameter, char name[ROW_NAME]) {
  name[0] = '\0';
  if (parameter->table != TABLE_COUNT) table_row_name(s->network, parameter->table, parameter->row, name);
  return name;
}

static const char *table_name(const struct parameter *parameter) {
  return parameter->table == TABLE_COUNT ? "settings" : schema_table(parameter->table)->name;
}

static ls_status report_json(const struct sensitivity *s, ls_text **report) {
  struct json json = json_start(s->rerun.context);
  char name[ROW_NAME];
  json_object_begin(&json, NULL);
  rerun_json(&json, s->network, &s->rerun);
  json_text(&json, "loss", s->is_net ? "net" : "gross");
  json_text(&json, "level", QUANTILE_NAME[s->level]);
  json_number(&json, "var", s->value);
  json_with_error(&json, "es", s->shortfall, s->shortfall_se);
  json_number(&json, "relative_step", s->relative);
  json_whole(&json, "tail_scenarios", s->tail_count);
  json_list_begin(&json, "parameters");
  for (int32_t k = 0; k < s->parameter_count; k++) {
    const struct parameter *parameter = &s->parameter[k];
    json_object_begin(&json, NULL);
    json_text(&json, "table", table_name(parameter));
    json_text(&json, "row", row_name(s, parameter, name));
    json_text(&json, "column", parameter->column);
    json_number(&json, "value", parameter->value);
    json_number(&json, "step", parameter->step);
    json_with_error(&json, "derivative", parameter->derivative, parameter->derivative_se);
    json_number(&json, "effect_of_step", parameter->derivative * parameter->step);
    json_object_end(&json);
  }
  json_list_end(&json);
  json_object_end(&json);
  return json_finish(&json, report);
}

static ls_status report_text(const struct sensitivity *s, ls_text **report) {
  struct buffer buffer = buffer_start(s->rerun.context);
  char name[ROW_NAME], es[ERROR_TEXT], effect[ERROR_TEXT];
  rerun_text(&buffer, "Sensitivity of the tail", s->network, &s->rerun);
  error_text(es, false, s->shortfall, s->shortfall_se);
  buffer_print(&buffer,
               "ES %s is %s (%s). What one step more of each number adds to it, a step being %.4g %% of it:\n\n",
               QUANTILE_NAME[s->level], es, s->is_net ? "net" : "gross", 100 * s->relative);
  buffer_print(&buffer, "  %-13s %-32s %-20s %12s %12s  %s\n", "table", "row", "column", "value", "step", "adds to ES");
  for (int32_t k = 0; k < s->parameter_count && k < PARAMETERS_TOLD; k++) {
    const struct parameter *p = &s->parameter[k];
    error_text(effect, true, p->derivative * p->step, p->derivative_se * p->step);
    buffer_print(&buffer, "  %-13s %-32.32s %-20s %12.6g %12.4g  %s\n", table_name(p), row_name(s, p, name), p->column,
                 p->value, p->step, effect);
  }
  if (s->parameter_count > PARAMETERS_TOLD)
    buffer_print(&buffer, "  ... the first %d of %d; --json has all\n", PARAMETERS_TOLD, (int)s->parameter_count);
  buffer_print(
      &buffer,
      "\nMeasured one step up and one down, over the %lld scenarios that can be in the tail; errors are of these "
      "pairs.\n",
      (long long)s->tail_count);
  return buffer_finish(&buffer, report);
}

LS_API ls_status ls_sensitivity(ls_context *context, const ls_network *network, const ls_run_options *options,
                                const ls_sensitivity_options *sensitivity_options, ls_format format, ls_text **report) {
  const ls_sensitivity_options wanted =
      sensitivity_options != NULL ? *sensitivity_options : ls_sensitivity_options_default();
  struct sensitivity sensitivity = {0};
  fenv_t before;
  arithmetic_begin(&before);
  ls_status status = sensitivity_compute(context, network, options, &wanted, &sensitivity);
  arithmetic_restore(&before);
  if (status != LS_STATUS_OK) return status;
  status = format == LS_FORMAT_JSON ? report_json(&sensitivity, report) : report_text(&sensitivity, report);
  if (status == LS_STATUS_OK) status = rerun_check_convergence(&sensitivity.rerun, options);
  sensitivity_release(&sensitivity);
  return status;
}

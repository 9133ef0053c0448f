/* indices_report.c - the indices of contagion, told to programs and to people. */
#include <math.h>
#include <stdio.h>

#include "analysis/indices.h"
#include "analysis/largest.h"
#include "analysis/shapley.h"
#include "core/arithmetic.h"

enum { ROWS_MOST = 20, CELL = 40 };

static const char *line_name(const struct indices *indices, int32_t line) {
  return indices->rerun.job.settings.info->line[line];
}

/* Of its equity; NaN where that is not above 0. */
static double share_of_equity(const struct entity_indices *entity) {
  return entity->equity > 0 ? entity->vulnerability.mean / entity->equity : NAN;
}

static double at(const double *values, int32_t i) { return values != NULL ? values[i] : NAN; }

/* ---- for programs ---------------------------------------------------------------------------------------------- */

static void json_moments(struct json *json, const char *key, const struct moments *moments) {
  json_with_error(json, key, moments->mean, moments_error(moments));
}

static void json_lines(struct json *json, const struct indices *indices, int32_t i) {
  json_list_begin(json, "lines");
  for (int32_t line = 0; line < indices->line_count; line++) {
    const int64_t cell = (int64_t)line * indices->n + i;
    json_object_begin(json, NULL);
    json_text(json, "name", line_name(indices, line));
    json_number(json, "contagion", indices->contagion_line[cell]);
    json_number(json, "vulnerability", indices->vulnerability_line[cell]);
    json_object_end(json);
  }
  json_list_end(json);
}

static void json_entity(struct json *json, const struct indices *indices, int32_t i) {
  const struct entity_indices *entity = &indices->entity[i];
  json_object_begin(json, NULL);
  json_text(json, "id", network_entity_id(indices->network, i));
  json_number(json, "equity", entity->equity);
  json_moments(json, "loss_mean", &entity->loss);
  json_moments(json, "contagion_index", &entity->contagion);
  json_moments(json, "vulnerability_index", &entity->vulnerability);
  json_number(json, "vulnerability_share", share_of_equity(entity));
  json_lines(json, indices, i);
  json_number(json, "linear_vulnerability", at(indices->linear.vulnerability, i));
  json_number(json, "linear_impact", at(indices->linear.impact, i));
  json_object_end(json);
}

static void json_linear(struct json *json, const struct linear_indices *linear) {
  json_object_begin(json, "linear");
  json_number(json, "spectral_radius_lower", linear->has_radius ? linear->radius.lower : NAN);
  json_number(json, "spectral_radius_upper", linear->has_radius ? linear->radius.upper : NAN);
  if (linear->missing != NULL)
    json_text(json, "missing", linear->missing);
  else
    json_nothing(json, "missing");
  json_object_end(json);
}

static ls_status report_json(const struct indices *indices, ls_text **report) {
  struct json json = json_start(indices->context);
  json_object_begin(&json, NULL);
  rerun_json(&json, indices->network, &indices->rerun);
  json_linear(&json, &indices->linear);
  json_list_begin(&json, "entities");
  for (int32_t i = 0; i < indices->n; i++) json_entity(&json, indices, i);
  json_list_end(&json);
  json_object_end(&json);
  return json_finish(&json, report);
}

/* ---- for people ------------------------------------------------------------------------------------------------ */

static void number_or_dash(char cell[CELL], double value) {
  if (isnan(value))
    (void)snprintf(cell, CELL, "-");
  else
    (void)snprintf(cell, CELL, "%.4g", value);
}

static void with_error(char cell[CELL], const struct moments *moments) {
  const double error = moments_error(moments);
  if (isnan(error))
    (void)snprintf(cell, CELL, "%.6g", moments->mean);
  else
    (void)snprintf(cell, CELL, "%.6g +- %.2g", moments->mean, error);
}

static void tell_entity(struct buffer *buffer, const struct indices *indices, int32_t i) {
  const struct entity_indices *entity = &indices->entity[i];
  char contagion[CELL], vulnerability[CELL], share[CELL], row[CELL], column[CELL];
  with_error(contagion, &entity->contagion);
  with_error(vulnerability, &entity->vulnerability);
  number_or_dash(share, share_of_equity(entity));
  number_or_dash(row, at(indices->linear.vulnerability, i));
  number_or_dash(column, at(indices->linear.impact, i));
  buffer_print(buffer, "  %-18.18s %10.5g  %-20s  %-20s %9s %13s %9s\n", network_entity_id(indices->network, i),
               entity->equity, contagion, vulnerability, share, row, column);
}

static void tell_lines(struct buffer *buffer, const struct indices *indices, int32_t i) {
  for (int32_t line = 0; line < indices->line_count; line++) {
    const int64_t cell = (int64_t)line * indices->n + i;
    const double most = fmax(fabs(indices->contagion_line[cell]), fabs(indices->vulnerability_line[cell]));
    if (!(most > 1e-9 * fabs(indices->entity[i].contagion.mean)))
      continue; /* nothing, or rounding of amounts as large */
    buffer_print(buffer, "  %-18.18s %-24s %16.6g %16.6g\n", network_entity_id(indices->network, i),
                 line_name(indices, line), indices->contagion_line[cell], indices->vulnerability_line[cell]);
  }
}

static void tell_linear(struct buffer *buffer, const struct linear_indices *linear) {
  if (linear->missing != NULL)
    buffer_print(buffer, "No row and column sums of (I - Lambda)^-1 - I:\n%s.\n", linear->missing);
  else
    buffer_print(
        buffer,
        "Row and column sums are of (I - Lambda)^-1 - I, Lambda claims per equity, of spectral radius %.6g: the\n"
        "distress that reaches an entity where all begin with 1, and that all get from its own 1, while nobody\n"
        "loses all.\n",
        linear->radius.upper);
}

static ls_status report_text(const struct indices *indices, ls_text **report) {
  struct buffer buffer = buffer_start(indices->context);
  const struct column_of_numbers order = {&indices->entity->contagion.mean, sizeof *indices->entity, indices->n};
  rerun_text(&buffer, "Indices", indices->network, &indices->rerun);
  buffer_print(&buffer, "  %-18s %10s  %-20s  %-20s %9s %13s %9s\n", "entity", "equity", "contagion index",
               "vulnerability index", "of equity", "row sum", "column");
  for (int32_t row = 0, i = largest_after(&order, -1); row < ROWS_MOST && i >= 0; row++, i = largest_after(&order, i))
    tell_entity(&buffer, indices, i);
  buffer_print(&buffer, "\n  %-18s %-24s %16s %16s\n", "by line", "", "contagion", "vulnerability");
  for (int32_t row = 0, i = largest_after(&order, -1); row < ROWS_MOST && i >= 0; row++, i = largest_after(&order, i))
    tell_lines(&buffer, indices, i);
  if (indices->n > ROWS_MOST)
    buffer_print(&buffer, "  ... the %d of largest index; --json has all %d\n", ROWS_MOST, (int)indices->n);
  buffer_text(&buffer,
              "\nContagion index: what the default of an entity adds to the losses of all others. Vulnerability "
              "index: what a default\nof one of the others adds to its loss, each equally likely. Errors are of "
              "scenarios in pairs.\n");
  tell_linear(&buffer, &indices->linear);
  return buffer_finish(&buffer, report);
}

/* ---- the call -------------------------------------------------------------------------------------------------- */

LS_API ls_indices_options ls_indices_options_default(void) { return (ls_indices_options){.shapley = false}; }

static ls_status tell_indices(ls_context *context, const ls_network *network, const ls_run_options *options,
                              ls_format format, ls_text **report) {
  struct indices indices = {0};
  ls_status status = indices_compute(context, network, options, &indices);
  if (status != LS_STATUS_OK) return status;
  status = format == LS_FORMAT_JSON ? report_json(&indices, report) : report_text(&indices, report);
  if (status == LS_STATUS_OK) status = rerun_check_convergence(&indices.rerun, options);
  indices_release(&indices);
  return status;
}

static ls_status tell_shapley(ls_context *context, const ls_network *network, const ls_run_options *options,
                              int64_t permutations, ls_format format, ls_text **report) {
  struct shapley shapley = {0};
  ls_status status = shapley_compute(context, network, options, permutations, &shapley);
  if (status != LS_STATUS_OK) return status;
  status = shapley_report(&shapley, format, report);
  if (status == LS_STATUS_OK) status = rerun_check_convergence(&shapley.rerun, options);
  shapley_release(&shapley);
  return status;
}

LS_API ls_status ls_indices(ls_context *context, const ls_network *network, const ls_run_options *options,
                            const ls_indices_options *indices_options, ls_format format, ls_text **report) {
  const ls_indices_options wanted = indices_options != NULL ? *indices_options : ls_indices_options_default();
  fenv_t before;
  arithmetic_begin(&before);
  ls_status status = wanted.shapley ? tell_shapley(context, network, options, wanted.permutations, format, report)
                                    : tell_indices(context, network, options, format, report);
  arithmetic_restore(&before);
  return status;
}

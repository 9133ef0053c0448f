/* whatif_report.c - ls_whatif: networks that might have been beside the one that is, told to people or programs. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "aggregate/results_text.h"
#include "analysis/error_text.h"
#include "analysis/largest.h"
#include "analysis/whatif.h"
#include "core/arithmetic.h"
#include "network/table.h"

enum { TEXT_LEVEL = 1, ENTITIES_TOLD = 10, SCENARIOS_TOLD = 20 }; /* level: 0.99 */

static bool is_drawn(const struct whatif *whatif) { return whatif->row[0].rerun.job.scenarios->drawn; }

/* ---- for programs ------------------------------------------------------------------------------------------------ */

static void json_compared(struct json *json, const char *key, const struct compared *compared, bool differs) {
  char difference[64];
  json_with_error(json, key, compared->here.mean, moments_error(&compared->here));
  if (!differs) return;
  (void)snprintf(difference, sizeof difference, "%s_difference", key);
  json_with_error(json, difference, compared->difference.mean, moments_error(&compared->difference));
}

static void json_tails(struct json *json, const struct whatif_row *row, bool differs) {
  json_object_begin(json, "es");
  for (int k = 0; k < QUANTILE_LEVEL_COUNT; k++) {
    const struct whatif_tail *tail = &row->tail[k];
    json_object_begin(json, QUANTILE_NAME[k]);
    json_number(json, "var", tail->value);
    json_number(json, "value", tail->shortfall);
    json_number(json, "se", tail->shortfall_se);
    if (differs) json_with_error(json, "difference", tail->difference, tail->difference_se);
    json_object_end(json);
  }
  json_object_end(json);
}

static void json_entities(struct json *json, const struct whatif *whatif, const struct whatif_row *row, bool differs) {
  json_list_begin(json, "entities");
  for (int32_t i = 0; i < whatif->network->entity_count; i++) {
    json_object_begin(json, NULL);
    json_text(json, "id", network_entity_id(whatif->network, i));
    json_compared(json, "default_probability", &row->entity[i].defaults, differs);
    json_compared(json, "loss_mean", &row->entity[i].loss, differs);
    json_object_end(json);
  }
  json_list_end(json);
}

/* Scenarios given one by one are cases of their own: each with its loss. */
static void json_scenarios(struct json *json, const struct whatif *whatif, const struct whatif_row *row, bool differs) {
  const struct scenario_set *set = whatif->row[0].rerun.job.scenarios;
  json_list_begin(json, "scenarios");
  for (int64_t k = 0; k < set->count; k++) {
    json_object_begin(json, NULL);
    json_text(json, "id", set->id[k]);
    json_number(json, "loss", row->loss[k]);
    if (differs) json_number(json, "loss_difference", row->loss[k] - whatif->row[0].loss[k]);
    json_object_end(json);
  }
  json_list_end(json);
}

static void json_row(struct json *json, const char *key, const struct whatif *whatif, const struct whatif_row *row) {
  const bool differs = row->network != NULL;
  json_object_begin(json, key);
  if (differs) {
    json_text(json, "name", row->name);
    json_whole(json, "changes", row->changes);
  }
  json_whole(json, "not_converged", row->rerun.not_converged);
  json_whole(json, "not_finite", row->not_finite);
  json_number(json, "baseline_value", row->baseline_value);
  json_whole(json, "baseline_default_count", row->baseline_defaults);
  if (is_drawn(whatif)) {
    json_compared(json, "loss_mean", &row->system, differs);
    json_tails(json, row, differs);
    json_compared(json, "any_default_probability", &row->any_default, differs);
    json_compared(json, "default_count_mean", &row->default_count, differs);
    json_entities(json, whatif, row, differs);
  } else {
    json_scenarios(json, whatif, row, differs);
  }
  json_object_end(json);
}

static const char *search_name(const struct whatif *whatif, int64_t row, char name[ROW_NAME]) {
  table_row_name(whatif->network, whatif->edits.search.edit.table, row, name);
  return name;
}

static void json_search(struct json *json, const struct whatif *whatif) {
  const struct whatif_search *search = &whatif->search;
  const struct edit_search *wanted = &whatif->edits.search;
  char name[ROW_NAME];
  json_object_begin(json, "search");
  json_text(json, "column", wanted->edit.column);
  json_text(json, "level", QUANTILE_NAME[wanted->level]);
  json_number(json, "limit", wanted->limit);
  json_number(json, "step", wanted->step);
  json_whole(json, "candidates", search->candidates);
  json_number(json, "es_before", search->before);
  json_number(json, "es_after", search->after);
  json_flag(json, "reached", search->reached);
  json_number(json, "cost", search->cost);
  json_list_begin(json, "steps");
  for (int32_t k = 0; k < search->count; k++) {
    const struct whatif_step *step = &search->step[k];
    json_object_begin(json, NULL);
    json_text(json, "row", search_name(whatif, step->row, name));
    json_number(json, "es", step->shortfall);
    json_with_error(json, "difference", step->difference, step->difference_se);
    json_number(json, "es_of_next_best", step->second);
    json_flag(json, "taken_back", step->taken_back);
    json_object_end(json);
  }
  json_list_end(json);
  json_object_end(json);
}

static ls_status report_json(const struct whatif *whatif, ls_text **report) {
  struct json json = json_start(whatif->context);
  json_object_begin(&json, NULL);
  rerun_json(&json, whatif->network, &whatif->row[0].rerun);
  json_text(&json, "loss", whatif->is_net ? "net" : "gross");
  json_row(&json, "base", whatif, &whatif->row[0]);
  json_list_begin(&json, "cases");
  for (int32_t r = 1; r < whatif->count; r++) json_row(&json, NULL, whatif, &whatif->row[r]);
  json_list_end(&json);
  if (whatif->edits.has_search) json_search(&json, whatif);
  json_object_end(&json);
  return json_finish(&json, report);
}

/* ---- for people -------------------------------------------------------------------------------------------------- */

static const char *name_of(const struct whatif_row *row) { return row->network != NULL ? row->name : "as it is"; }

static void text_row(struct buffer *buffer, const struct whatif_row *row) {
  const struct whatif_tail *tail = &row->tail[TEXT_LEVEL];
  char es[ERROR_TEXT], mean[ERROR_TEXT] = "", difference[ERROR_TEXT] = "";
  error_text(es, false, tail->shortfall, tail->shortfall_se);
  if (row->network != NULL) {
    error_text(mean, true, row->system.difference.mean, moments_error(&row->system.difference));
    error_text(difference, true, tail->difference, tail->difference_se);
  }
  buffer_print(buffer, "  %-24.24s %10.6g  %-20s %-20s %-20s %7.4f %8.4f\n", name_of(row), row->system.here.mean, mean,
               es, difference, row->any_default.here.mean, row->default_count.here.mean);
}

static void text_drawn(struct buffer *buffer, const struct whatif *whatif) {
  buffer_print(buffer, "  %-24s %10s  %-20s %-20s %-20s %7s %8s\n", "network", "mean loss", "difference", "ES 0.99",
               "difference", "P(any)", "defaults");
  for (int32_t r = 0; r < whatif->count; r++) text_row(buffer, &whatif->row[r]);
  buffer_print(buffer,
               "\nLosses are %s, each counted from its own network without shock. Differences are to the first row, "
               "with the\nstandard error of scenarios in pairs. P(any): share of scenarios with a default; defaults: "
               "their mean number.\n",
               whatif->is_net ? "net" : "gross");
}

/* Whose loss differs most; entities that do not differ are left out. */
static void text_entities(struct buffer *buffer, const struct whatif *whatif, const struct whatif_row *row) {
  const int32_t n = whatif->network->entity_count;
  double *most = context_allocate(whatif->context, (size_t)n, sizeof *most);
  if (most == NULL) return;
  for (int32_t i = 0; i < n; i++) most[i] = fabs(row->entity[i].loss.difference.mean);
  const struct column_of_numbers order = {most, sizeof *most, n};
  buffer_print(buffer, "\n  %-24.24s %-24s %-24s %s\n", row->name, "default probability", "difference",
               "difference of mean loss");
  int32_t told = 0;
  for (int32_t i = largest_after(&order, -1); told < ENTITIES_TOLD && i >= 0; i = largest_after(&order, i)) {
    const struct compared_entity *entity = &row->entity[i];
    char here[ERROR_TEXT], defaults[ERROR_TEXT], loss[ERROR_TEXT];
    if (!(most[i] > 0) && entity->defaults.difference.squares == 0) continue;
    error_text(here, false, entity->defaults.here.mean, moments_error(&entity->defaults.here));
    error_text(defaults, true, entity->defaults.difference.mean, moments_error(&entity->defaults.difference));
    error_text(loss, true, entity->loss.difference.mean, moments_error(&entity->loss.difference));
    buffer_print(buffer, "  %-24.24s %-24s %-24s %s\n", network_entity_id(whatif->network, i), here, defaults, loss);
    told++;
  }
  if (told == 0) buffer_text(buffer, "  nothing differs\n");
  context_release(whatif->context, most);
}

static void text_scenarios(struct buffer *buffer, const struct whatif *whatif) {
  const struct scenario_set *set = whatif->row[0].rerun.job.scenarios;
  buffer_print(buffer, "  %-36s %-24s %14s %14s\n", "scenario", "network", "loss", "difference");
  for (int64_t k = 0; k < set->count && k < SCENARIOS_TOLD; k++)
    for (int32_t r = 0; r < whatif->count; r++) {
      const struct whatif_row *row = &whatif->row[r];
      buffer_print(buffer, "  %-36.36s %-24.24s %14.8g", r == 0 ? set->id[k] : "", name_of(row), row->loss[k]);
      if (r > 0) buffer_print(buffer, " %+14.8g", row->loss[k] - whatif->row[0].loss[k]);
      buffer_text(buffer, "\n");
    }
  if (set->count > SCENARIOS_TOLD)
    buffer_print(buffer, "  ... the first %d; --json has all %lld\n", SCENARIOS_TOLD, (long long)set->count);
  buffer_print(buffer, "\nLosses are %s, each counted from its own network without shock.\n",
               whatif->is_net ? "net" : "gross");
}

/* Losses of a world that fails by itself are not those of one that does not. */
static void text_baselines(struct buffer *buffer, const struct whatif *whatif) {
  const struct whatif_row *base = &whatif->row[0];
  buffer_print(buffer, "\nWithout shock all entities are worth %.6g", base->baseline_value);
  if (base->baseline_defaults > 0) buffer_print(buffer, ", %lld default", (long long)base->baseline_defaults);
  for (int32_t r = 1; r < whatif->count; r++) {
    const struct whatif_row *row = &whatif->row[r];
    buffer_print(buffer, "%s %s: %.6g (%+.6g), %lld default%s, %lld change%s", r == 1 ? ";\n " : "\n ", row->name,
                 row->baseline_value, row->baseline_value - base->baseline_value, (long long)row->baseline_defaults,
                 row->baseline_defaults == 1 ? "s" : "", (long long)row->changes, row->changes == 1 ? "" : "s");
    if (row->rerun.not_converged > 0)
      buffer_print(buffer, ", %lld scenarios did not converge", (long long)row->rerun.not_converged);
    if (row->not_finite > 0) buffer_print(buffer, ", %lld left out: not finite", (long long)row->not_finite);
  }
  buffer_text(buffer, "\n");
}

static void text_search(struct buffer *buffer, const struct whatif *whatif) {
  const struct whatif_search *search = &whatif->search;
  const struct edit_search *wanted = &whatif->edits.search;
  char name[ROW_NAME], difference[ERROR_TEXT];
  buffer_print(buffer, "\nBuffers that bring ES %s from %.6g to at most %.6g: %.6g of %s at a time, %d candidates\n",
               QUANTILE_NAME[wanted->level], search->before, wanted->limit, wanted->step, wanted->edit.column,
               (int)search->candidates);
  for (int32_t k = 0; k < search->count; k++) {
    const struct whatif_step *step = &search->step[k];
    error_text(difference, true, step->difference, step->difference_se);
    buffer_print(buffer, "  %2d  %-40.40s ES %-12.6g %-24s next best %-10.6g%s\n", (int)k + 1,
                 search_name(whatif, step->row, name), step->shortfall, difference, step->second,
                 step->taken_back ? " (taken back)" : "");
  }
  if (search->count == 0) buffer_text(buffer, search->reached ? "  none is needed\n" : "  no step lowers ES\n");
  buffer_print(buffer, "%s: ES %.6g for %.6g in all\n", search->reached ? "Reached" : "Not reached", search->after,
               search->cost);
}

static ls_status report_text(const struct whatif *whatif, ls_text **report) {
  struct buffer buffer = buffer_start(whatif->context);
  rerun_text(&buffer, "What if", whatif->network, &whatif->row[0].rerun);
  if (is_drawn(whatif))
    text_drawn(&buffer, whatif);
  else
    text_scenarios(&buffer, whatif);
  for (int32_t r = 1; r < whatif->count && is_drawn(whatif); r++) text_entities(&buffer, whatif, &whatif->row[r]);
  text_baselines(&buffer, whatif);
  if (whatif->edits.has_search) text_search(&buffer, whatif);
  return buffer_finish(&buffer, report);
}

/* ---- the call ---------------------------------------------------------------------------------------------------- */

static ls_status check_convergence(const struct whatif *whatif, const ls_run_options *options) {
  ls_status status = LS_STATUS_OK;
  for (int32_t r = 0; r < whatif->count && status == LS_STATUS_OK; r++)
    status = rerun_check_convergence(&whatif->row[r].rerun, options);
  return status;
}

LS_API ls_status ls_whatif(ls_context *context, const ls_network *network, const char *edits,
                           const ls_run_options *options, ls_format format, ls_text **report) {
  struct whatif whatif = {0};
  fenv_t before;
  arithmetic_begin(&before);
  ls_status status = whatif_compute(context, network, edits, options, &whatif);
  arithmetic_restore(&before);
  if (status != LS_STATUS_OK) return status;
  status = format == LS_FORMAT_JSON ? report_json(&whatif, report) : report_text(&whatif, report);
  if (status == LS_STATUS_OK) status = check_convergence(&whatif, options);
  whatif_release(&whatif);
  return status;
}

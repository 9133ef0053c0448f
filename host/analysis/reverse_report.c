/* reverse_report.c - ls_reverse: the smallest shocks found, told to people or programs, and as a scenario file. */
#include <math.h>
#include <stdio.h>

#include "analysis/largest.h"
#include "analysis/reverse.h"
#include "core/arithmetic.h"
#include "core/scalar_math.h"
#include "io/file.h"
#include "scenario/latent.h"
#include "scenario/shock_keys.h"
#include "scenario/targets.h"
#include "scenario/variables.h"

enum { SHOCKS_TOLD = 10 };

LS_API ls_reverse_options ls_reverse_options_default(void) { return (ls_reverse_options){.starts = 32, .most = 5}; }

/* ---- what a solution is ------------------------------------------------------------------------------------------- */

static bool acts(const struct reverse_space *space, const double *value, int32_t key) {
  return value[key] != variable_neutral(space->variable[space->shock.key_column[key]]);
}

/* NULL without memory. */
static char *target_of(const struct reverse_space *space, int32_t key) {
  const int32_t column = space->shock.key_column[key];
  return target_text(space->context, space->network, space->variable[column], space->target[column]);
}

/* ---- for programs ------------------------------------------------------------------------------------------------- */

static void json_shocks(struct json *json, const struct reverse_space *space, const double *value) {
  json_list_begin(json, "shocks");
  for (int32_t key = 0; key < space->shock.key_count; key++) {
    if (!acts(space, value, key)) continue;
    char *target = target_of(space, key);
    json_object_begin(json, NULL);
    json_text(json, "target", target != NULL ? target : "");
    json_text(json, "variable", variable_name(space->variable[space->shock.key_column[key]]));
    json_number(json, "value", value[key]);
    json_whole(json, "quarter", shock_keys_quarter(&space->shock, key));
    json_number(json, "money", value[key] * space->money[key]);
    json_object_end(json);
    context_release(space->context, target);
  }
  json_list_end(json);
}

static void json_factors(struct json *json, const struct reverse_space *space, const double *point) {
  json_list_begin(json, "factors");
  for (int32_t f = 0; f < space->factor_count; f++) {
    json_object_begin(json, NULL);
    json_text(json, "name", reverse_factor_name(space, f));
    json_number(json, "value", latent_factor(&space->shock, point, f));
    json_object_end(json);
  }
  json_list_end(json);
}

static void json_solution(struct json *json, const struct reverse *reverse, int32_t number) {
  const struct reverse_space *space = &reverse->space;
  const struct reverse_solution *solution = &reverse->solution[number];
  char name[32];
  (void)snprintf(name, sizeof name, "reverse-%d", (int)number + 1);
  json_object_begin(json, NULL);
  json_text(json, "scenario", name);
  json_number(json, "size", solution->size);
  if (space->is_random) {
    json_number(json, "log_density_ratio", -solution->size * solution->size / 2);
    json_number(json, "first_order_probability", scalar_normal_tail(solution->size));
    json_factors(json, space, solution->point);
  }
  json_number(json, "money", reverse_money(space, solution->value));
  json_number(json, "loss", solution->loss);
  json_number(json, "loss_below", solution->loss_below);
  json_text(json, "found_from", solution->origin);
  json_shocks(json, space, solution->value);
  json_object_end(json);
}

static void json_target(struct json *json, const struct reverse_space *space) {
  json_object_begin(json, "target");
  json_text(json, "kind", space->entity >= 0 ? "default" : "loss");
  if (space->entity >= 0)
    json_text(json, "entity", network_entity_id(space->network, space->entity));
  else
    json_number(json, "value", space->target_loss);
  json_object_end(json);
}

void reverse_json_head(struct json *json, const struct reverse_space *space) {
  json_text(json, "model", space->rerun.job.settings.info->name);
  json_text(json, "backend", space->rerun.job.backend->name);
  json_text(json, "network", space->network->name);
  json_text(json, "currency", space->network->currency);
  json_text(json, "unit", space->network->unit);
  json_text(json, "loss", space->is_net ? "net" : "gross");
  json_target(json, space);
}

static ls_status report_json(const struct reverse *reverse, ls_text **report) {
  const struct reverse_space *space = &reverse->space;
  struct json json = json_start(space->context);
  json_object_begin(&json, NULL);
  reverse_json_head(&json, space);
  json_text(&json, "size_is", space->is_random ? "standard deviations" : "currency");
  json_whole(&json, "dimensions", space->dimension);
  json_whole(&json, "directions", reverse->directions);
  json_whole(&json, "evaluations", space->evaluations);
  json_whole(&json, "not_converged", space->rerun.not_converged);
  json_flag(&json, "reached", reverse->count > 0);
  json_number(&json, "loss_at_centre", reverse->centre);
  json_number(&json, "largest_loss_tried", reverse->largest);
  json_list_begin(&json, "solutions");
  for (int32_t k = 0; k < reverse->count; k++) json_solution(&json, reverse, k);
  json_list_end(&json);
  json_object_end(&json);
  return json_finish(&json, report);
}

/* ---- for people --------------------------------------------------------------------------------------------------- */

/* How far from acting on nothing a shock is, as a share of what it acts on. */
static double strength_of(const struct reverse_space *space, const double *value, int32_t key) {
  const double neutral = variable_neutral(space->variable[space->shock.key_column[key]]);
  const double shift = fabs(value[key] - neutral);
  return neutral == 0 ? shift * (isnan(space->money[key]) ? 1 : space->money[key])
                      : fabs(scalar_log(fmax(value[key], 0x1p-20)));
}

static void text_shocks(struct buffer *buffer, const struct reverse_space *space, const double *value) {
  const int32_t keys = space->shock.key_count;
  double *strength = context_allocate(space->context, (size_t)keys, sizeof *strength);
  int32_t acting = 0, told = 0;
  if (strength == NULL) return;
  for (int32_t key = 0; key < keys; key++) {
    strength[key] = acts(space, value, key) ? strength_of(space, value, key) : NAN;
    acting += acts(space, value, key);
  }
  const struct column_of_numbers order = {strength, sizeof *strength, keys};
  for (int32_t key = largest_after(&order, -1); told < SHOCKS_TOLD && key >= 0; key = largest_after(&order, key)) {
    char *target = target_of(space, key);
    buffer_print(buffer, "     %-32.32s %-22s %12.6g", target != NULL ? target : "",
                 variable_name(space->variable[space->shock.key_column[key]]), value[key]);
    if (space->shock.quarter_count > 1)
      buffer_print(buffer, "  from quarter %d", (int)shock_keys_quarter(&space->shock, key));
    if (space->money[key] > 0) buffer_print(buffer, "  %.6g", value[key] * space->money[key]);
    buffer_text(buffer, "\n");
    context_release(space->context, target);
    told++;
  }
  if (acting > told) buffer_print(buffer, "     ... the %d strongest of %d; --json has all\n", (int)told, (int)acting);
  context_release(space->context, strength);
}

static void text_solution(struct buffer *buffer, const struct reverse *reverse, int32_t number) {
  const struct reverse_space *space = &reverse->space;
  const struct reverse_solution *solution = &reverse->solution[number];
  const double money = reverse_money(space, solution->value);
  buffer_print(buffer, "\n  %d. ", (int)number + 1);
  if (space->is_random)
    buffer_print(buffer, "%.4f standard deviations from the centre (P about %.2g)", solution->size,
                 scalar_normal_tail(solution->size));
  if (!isnan(money)) buffer_print(buffer, "%s takes %.8g", space->is_random ? "," : "", money);
  buffer_print(buffer, "; loss %.10g", solution->loss);
  if (solution->loss - solution->loss_below > 1e-6 * fabs(solution->loss))
    buffer_print(buffer, " (a jump: %.10g just before)", solution->loss_below);
  buffer_print(buffer, "; found from: %s\n", solution->origin);
  for (int32_t f = 0; f < space->factor_count; f++)
    buffer_print(buffer, "     %-32.32s %+.3f\n", reverse_factor_name(space, f),
                 latent_factor(&space->shock, solution->point, f));
  text_shocks(buffer, space, solution->value);
}

void reverse_text_target(struct buffer *buffer, const struct reverse_space *space) {
  if (space->entity >= 0)
    buffer_print(buffer, "make %.60s default", network_entity_id(space->network, space->entity));
  else
    buffer_print(buffer, "lose the system %.8g", space->target_loss);
  if (space->network->currency[0] != '\0')
    buffer_print(buffer, " (%.20s %.20s)", space->network->currency, space->network->unit);
}

static ls_status report_text(const struct reverse *reverse, ls_text **report) {
  const struct reverse_space *space = &reverse->space;
  struct buffer buffer = buffer_start(space->context);
  buffer_print(&buffer, "The smallest shocks by model %s on %.60s that ", space->rerun.job.settings.info->name,
               space->network->name);
  reverse_text_target(&buffer, space);
  buffer_print(&buffer, "\n%lld directions in %d dimensions, %lld scenarios run; %s losses\n",
               (long long)reverse->directions, (int)space->dimension, (long long)space->evaluations,
               space->is_net ? "net" : "gross");
  for (int32_t k = 0; k < reverse->count; k++) text_solution(&buffer, reverse, k);
  if (reverse->count == 0)
    buffer_print(&buffer, "\nNone of the shocks that were tried does; the largest loss they reached is %.8g\n",
                 reverse->largest);
  buffer_text(&buffer,
              "\nEvery solution was run. There may be smaller ones: the search is of many directions, not of all.\n");
  return buffer_finish(&buffer, report);
}

/* ---- the call ----------------------------------------------------------------------------------------------------- */

static ls_status write_scenarios(const struct reverse *reverse, const ls_reverse_options *wanted) {
  struct buffer buffer = buffer_start(reverse->space.context);
  ls_status status = reverse_scenarios(reverse, &buffer);
  if (status == LS_STATUS_OK && buffer.failed) status = LS_STATUS_OUT_OF_MEMORY;
  if (status == LS_STATUS_OK)
    status = file_write(reverse->space.context, wanted->output, buffer.data, buffer.length, wanted->replace);
  buffer_release(&buffer);
  return status;
}

static ls_status tell(const struct reverse *reverse, const ls_reverse_options *wanted, ls_format format,
                      ls_text **report) {
  ls_status status = LS_STATUS_OK;
  if (wanted->output != NULL && reverse->count > 0) status = write_scenarios(reverse, wanted);
  if (status == LS_STATUS_OK)
    status = format == LS_FORMAT_JSON ? report_json(reverse, report) : report_text(reverse, report);
  if (status != LS_STATUS_OK || reverse->count > 0) return status;
  return context_fail(reverse->space.context, LS_STATUS_CHECK_FAILED,
                      "no shock that was tried reaches the target; the largest loss was %.17g", reverse->largest);
}

LS_API ls_status ls_reverse(ls_context *context, const ls_network *network, const ls_run_options *options,
                            const ls_reverse_options *reverse_options, ls_format format, ls_text **report) {
  const ls_reverse_options wanted = reverse_options != NULL ? *reverse_options : ls_reverse_options_default();
  struct reverse reverse = {0};
  fenv_t before;
  arithmetic_begin(&before);
  ls_status status = reverse_compute(context, network, options, &wanted, &reverse);
  arithmetic_restore(&before);
  if (status != LS_STATUS_OK) return status;
  status = tell(&reverse, &wanted, format, report);
  if (status == LS_STATUS_OK) status = rerun_check_convergence(&reverse.space.rerun, options);
  reverse_release(&reverse);
  return status;
}

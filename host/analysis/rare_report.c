/* rare_report.c - ls_rare: how likely a rare event is, told to people or programs. */
#include <math.h>

#include "analysis/error_text.h"
#include "analysis/rare.h"
#include "core/arithmetic.h"
#include "scenario/latent.h"

LS_API ls_rare_options ls_rare_options_default(void) { return (ls_rare_options){.pilot = 10000}; }

/* How many plain scenarios would have the same error, for each that was run; NaN without any event. */
static double gain_of(const struct rare *rare) {
  const double p = rare->probability, error = rare->probability_se;
  return rare->events > 0 && error > 0 ? p * (1 - p) / ((double)rare->count * error * error) : NAN;
}

static double relative_error(const struct rare *rare) {
  return rare->events > 0 ? rare->probability_se / rare->probability : NAN;
}

/* ---- for programs ------------------------------------------------------------------------------------------------- */

static void json_search(struct json *json, const struct rare *rare) {
  json_list_begin(json, "factors");
  for (int32_t f = 0; f < rare->space.factor_count; f++) {
    json_object_begin(json, NULL);
    json_text(json, "name", reverse_factor_name(&rare->space, f));
    json_number(json, "shift", latent_factor(&rare->space.shock, rare->shift, f));
    json_object_end(json);
  }
  json_list_end(json);
  json_whole(json, "pilot", rare->pilot);
  json_list_begin(json, "stages");
  for (int32_t k = 0; k < rare->stage_count; k++) {
    json_object_begin(json, NULL);
    json_number(json, "level", rare->stage[k].level);
    json_whole(json, "events", rare->stage[k].events);
    json_object_end(json);
  }
  json_list_end(json);
}

static ls_status report_json(const struct rare *rare, ls_text **report) {
  const struct reverse_space *space = &rare->space;
  struct json json = json_start(space->context);
  json_object_begin(&json, NULL);
  reverse_json_head(&json, space);
  json_seed(&json, "seed", space->shock.seed);
  json_whole(&json, "scenario_count", rare->count);
  json_whole(&json, "not_finite", rare->not_finite);
  json_whole(&json, "not_converged", space->rerun.not_converged);
  json_with_error(&json, "probability", rare->probability, rare->probability_se);
  json_number(&json, "relative_error", relative_error(rare));
  json_whole(&json, "events", rare->events);
  json_number(&json, "effective_sample_size", rare->effective);
  json_with_error(&json, "weight_mean", rare->weight_mean, rare->weight_mean_se);
  json_with_error(&json, "loss_mean_at_event", rare->mean, rare->mean_se);
  json_number(&json, "gain_over_plain", gain_of(rare));
  json_search(&json, rare);
  json_object_end(&json);
  return json_finish(&json, report);
}

/* ---- for people --------------------------------------------------------------------------------------------------- */

static void text_estimate(struct buffer *buffer, const struct rare *rare) {
  char weight[ERROR_TEXT], mean[ERROR_TEXT];
  if (rare->events == 0) {
    buffer_text(buffer, "\nThe event happened in none of them.\n");
    return;
  }
  error_text(weight, false, rare->weight_mean, rare->weight_mean_se);
  error_text(mean, false, rare->mean, rare->mean_se);
  buffer_print(buffer, "\n  probability               %.4g +- %.2g (%.2g %% of it)\n", rare->probability,
               rare->probability_se, 100 * relative_error(rare));
  if (rare->probability > 0)
    buffer_print(buffer, "  once in                   %.4g scenarios\n", 1 / rare->probability);
  buffer_print(buffer, "  mean loss where it happens %s\n", mean);
  buffer_print(buffer, "  events                    %lld, worth %.5g of equal weight\n", (long long)rare->events,
               rare->effective);
  buffer_print(buffer, "  mean of all weights       %s (must be 1)\n", weight);
  buffer_print(buffer, "  a plain run would need    %.3g times as many scenarios\n", gain_of(rare));
}

static ls_status report_text(const struct rare *rare, ls_text **report) {
  const struct reverse_space *space = &rare->space;
  struct buffer buffer = buffer_start(space->context);
  buffer_print(&buffer, "How likely by model %s on %.60s that ", space->rerun.job.settings.info->name,
               space->network->name);
  reverse_text_target(&buffer, space);
  buffer_print(&buffer, "\n%lld scenarios, %s losses", (long long)rare->count, space->is_net ? "net" : "gross");
  if (rare->stage_count > 0)
    buffer_print(&buffer, ", after %d pilots of %lld", (int)rare->stage_count, (long long)rare->pilot);
  buffer_text(&buffer, "\n");
  text_estimate(&buffer, rare);
  if (rare->stage_count > 0)
    buffer_text(&buffer, "\nDrawn around these means of the factors, in standard deviations:\n");
  for (int32_t f = 0; f < space->factor_count && rare->stage_count > 0; f++)
    buffer_print(&buffer, "  %-32.32s %+.3f\n", reverse_factor_name(space, f),
                 latent_factor(&rare->space.shock, rare->shift, f));
  return buffer_finish(&buffer, report);
}

LS_API ls_status ls_rare(ls_context *context, const ls_network *network, const ls_run_options *options,
                         const ls_rare_options *rare_options, ls_format format, ls_text **report) {
  const ls_rare_options wanted = rare_options != NULL ? *rare_options : ls_rare_options_default();
  struct rare rare = {0};
  fenv_t before;
  arithmetic_begin(&before);
  ls_status status = rare_compute(context, network, options, &wanted, &rare);
  arithmetic_restore(&before);
  if (status != LS_STATUS_OK) return status;
  status = format == LS_FORMAT_JSON ? report_json(&rare, report) : report_text(&rare, report);
  if (status == LS_STATUS_OK) status = rerun_check_convergence(&rare.space.rerun, options);
  rare_release(&rare);
  return status;
}

/* challenge_report.c - ls_challenge: the table of challengers, told to people or programs. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "aggregate/results_text.h"
#include "analysis/challenge.h"
#include "analysis/error_text.h"

/* ---- the verdict ------------------------------------------------------------------------------------------------- */

struct verdict {
  double low, high;                     /* least and largest ES over the challengers */
  double ratio_low, ratio_high;         /* the same, per ES of the network as it is; NaN where that is not above 0 */
  const struct challenge_row *furthest; /* whose ES is furthest from it; NULL where no ES moves */
};

static double shortfall_of(const struct challenge_row *row) { return row->loss.tail[CHALLENGE_LEVEL].shortfall; }

static double ratio_to(double value, double base) { return base > 0 ? value / base : NAN; }

static struct verdict find_verdict(const struct challenge *challenge) {
  double base = shortfall_of(&challenge->of_base), furthest = 0;
  struct verdict verdict = {.low = NAN, .high = NAN};
  for (int k = 0; k < challenge->count; k++) {
    double es = shortfall_of(&challenge->row[k]);
    verdict.low = fmin(verdict.low, es);
    verdict.high = fmax(verdict.high, es);
    if (!(fabs(es - base) > furthest)) continue;
    furthest = fabs(es - base);
    verdict.furthest = &challenge->row[k];
  }
  verdict.ratio_low = ratio_to(verdict.low, base);
  verdict.ratio_high = ratio_to(verdict.high, base);
  return verdict;
}

/* ---- for programs ------------------------------------------------------------------------------------------------ */

static void json_shortfalls(struct json *json, const struct challenge *challenge, const struct challenge_row *row) {
  json_object_begin(json, "es");
  for (int k = 0; k < QUANTILE_LEVEL_COUNT; k++) {
    json_object_begin(json, QUANTILE_NAME[k]);
    json_number(json, "value", row->loss.tail[k].shortfall);
    json_number(json, "se", row->loss.tail[k].shortfall_se);
    if (row->challenger != NULL) {
      json_with_error(json, "difference", row->shortfall_difference[k].mean, row->shortfall_difference[k].se);
      json_number(json, "ratio", ratio_to(row->loss.tail[k].shortfall, challenge->of_base.loss.tail[k].shortfall));
    }
    json_object_end(json);
  }
  json_object_end(json);
}

static void json_row(struct json *json, const char *key, const struct challenge *challenge,
                     const struct challenge_row *row) {
  bool challenges = row->challenger != NULL;
  json_object_begin(json, key);
  if (challenges) {
    json_text(json, "name", row->challenger->name);
    json_text(json, "changed", row->challenger->changed);
    json_whole(json, "changes", row->changes);
  }
  json_text(json, "digest", row->digest);
  json_whole(json, "not_converged", row->not_converged);
  json_whole(json, "not_finite", row->not_finite);
  json_number(json, "baseline_value", row->value);
  json_whole(json, "baseline_default_count", row->baseline_defaults);
  json_whole(json, "baseline_distress_count", row->baseline_distress);
  json_number(json, "loss_mean", row->loss.mean);
  json_number(json, "loss_mean_se", row->loss.mean_se);
  if (challenges) json_with_error(json, "loss_mean_difference", row->loss_difference.mean, row->loss_difference.se);
  json_shortfalls(json, challenge, row);
  json_number(json, "any_default_probability", row->any_default);
  if (challenges)
    json_with_error(json, "any_default_probability_difference", row->any_default_difference.mean,
                    row->any_default_difference.se);
  json_number(json, "default_count_mean", row->default_count);
  if (challenges)
    json_with_error(json, "default_count_mean_difference", row->default_count_difference.mean,
                    row->default_count_difference.se);
  json_object_end(json);
}

static void json_verdict(struct json *json, const struct verdict *verdict) {
  json_object_begin(json, "verdict");
  json_text(json, "level", QUANTILE_NAME[CHALLENGE_LEVEL]);
  json_number(json, "es_low", verdict->low);
  json_number(json, "es_high", verdict->high);
  json_number(json, "ratio_low", verdict->ratio_low);
  json_number(json, "ratio_high", verdict->ratio_high);
  if (verdict->furthest != NULL)
    json_text(json, "moved_most_by", verdict->furthest->challenger->name);
  else
    json_nothing(json, "moved_most_by");
  json_object_end(json);
}

static ls_status report_json(ls_context *context, const struct challenge *challenge, ls_text **report) {
  struct json json = json_start(context);
  const ls_results *base = challenge->base;
  struct verdict verdict = find_verdict(challenge);
  json_object_begin(&json, NULL);
  json_text(&json, "model", base->identity.model);
  json_text(&json, "backend", base->identity.backend);
  json_text(&json, "network", ls_network_name(base->network));
  json_text(&json, "currency", base->network->currency);
  json_text(&json, "unit", base->network->unit);
  json_text(&json, "loss", base->identity.loss_is_net ? "net" : "gross");
  json_whole(&json, "scenario_count", base->identity.scenario_count);
  json_seed(&json, "seed", base->identity.seed);
  json_row(&json, "base", challenge, &challenge->of_base);
  json_list_begin(&json, "challengers");
  for (int k = 0; k < challenge->count; k++) json_row(&json, NULL, challenge, &challenge->row[k]);
  json_list_end(&json);
  json_verdict(&json, &verdict);
  json_object_end(&json);
  return json_finish(&json, report);
}

/* ---- for people -------------------------------------------------------------------------------------------------- */

static const char *name_of(const struct challenge_row *row) {
  return row->challenger != NULL ? row->challenger->name : "as it is";
}

static void text_row(struct buffer *buffer, const struct challenge *challenge, const struct challenge_row *row) {
  const struct paired *tail = &row->shortfall_difference[CHALLENGE_LEVEL];
  char mean[ERROR_TEXT] = "", es[ERROR_TEXT] = "", difference[ERROR_TEXT] = "", ratio[ERROR_TEXT] = "";
  error_text(es, false, shortfall_of(row), row->loss.tail[CHALLENGE_LEVEL].shortfall_se);
  if (row->challenger != NULL) {
    error_text(mean, true, row->loss_difference.mean, row->loss_difference.se);
    error_text(difference, true, tail->mean, tail->se);
    double share = ratio_to(shortfall_of(row), shortfall_of(&challenge->of_base));
    (void)snprintf(ratio, sizeof ratio, isnan(share) ? "-" : "%.3f", share);
  }
  buffer_print(buffer, "  %-16s %9.6g  %-18s %-17s %-18s %6s  %8.4f %8.4f\n", name_of(row), row->loss.mean, mean, es,
               difference, ratio, row->any_default, row->default_count);
}

static void text_table(struct buffer *buffer, const struct challenge *challenge) {
  const ls_results *base = challenge->base;
  buffer_print(buffer, "Challengers of model %s on %.80s\n%lld scenarios, the same in every row; %s losses",
               base->identity.model, ls_network_name(base->network), (long long)base->identity.scenario_count,
               base->identity.loss_is_net ? "net" : "gross");
  if (base->network->currency[0] != '\0')
    buffer_print(buffer, " in %.20s %.20s", base->network->currency, base->network->unit);
  buffer_text(buffer, "\n\n");
  buffer_print(buffer, "  %-16s %9s  %-18s %-17s %-18s %6s  %8s %8s\n", "challenger", "mean loss", "difference",
               "ES 0.99", "difference", "ratio", "P(any)", "defaults");
  text_row(buffer, challenge, &challenge->of_base);
  for (int k = 0; k < challenge->count; k++) text_row(buffer, challenge, &challenge->row[k]);
  buffer_text(buffer,
              "\nDifferences are to the first row, with the standard error of scenarios in pairs. P(any): share "
              "of scenarios with\na default; defaults: their mean number.\n");
}

static void text_change(struct buffer *buffer, const struct challenge_row *row) {
  buffer_print(buffer, "  %-16s %9.6g %9lld %9lld", name_of(row), row->value, (long long)row->baseline_defaults,
               (long long)row->baseline_distress);
  if (row->challenger == NULL)
    buffer_text(buffer, "\n");
  else
    buffer_print(buffer, "  %s (%lld%s)\n", row->challenger->changed, (long long)row->changes,
                 row->changes == 0 ? ": no change" : "");
}

static void text_changes(struct buffer *buffer, const struct challenge *challenge) {
  buffer_text(buffer,
              "\nWithout shock, from which losses are counted: value of all at the horizon, how many default, are in "
              "distress.\nThen what was changed, and in how many cells of tables, settings and kinds of shocks.\n\n");
  buffer_print(buffer, "  %-16s %9s %9s %9s  %s\n", "challenger", "value", "defaults", "distress", "changed");
  text_change(buffer, &challenge->of_base);
  for (int k = 0; k < challenge->count; k++) text_change(buffer, &challenge->row[k]);
}

static void note_faults(struct buffer *buffer, const struct challenge_row *row) {
  if (row->not_converged > 0 || row->not_finite > 0)
    buffer_print(buffer, "\n%s: %lld scenarios did not converge, %lld are left out for a number that is not finite",
                 name_of(row), (long long)row->not_converged, (long long)row->not_finite);
}

/* Losses of a world that fails by itself are not those of one that does not. */
static void note_baseline(struct buffer *buffer, const struct challenge *challenge, const struct challenge_row *row) {
  long long defaults = (long long)row->baseline_defaults, as_is = (long long)challenge->of_base.baseline_defaults;
  if (defaults == as_is) return;
  buffer_print(buffer, "\n%s: %lld default without shock, in place of %lld; what that costs is not in its losses",
               name_of(row), defaults, as_is);
}

static void text_notes(struct buffer *buffer, const struct challenge *challenge) {
  size_t before = buffer->length;
  note_faults(buffer, &challenge->of_base);
  for (int k = 0; k < challenge->count; k++) {
    note_faults(buffer, &challenge->row[k]);
    note_baseline(buffer, challenge, &challenge->row[k]);
  }
  if (buffer->length > before) buffer_text(buffer, "\n");
}

static void text_verdict(struct buffer *buffer, const struct challenge *challenge) {
  struct verdict verdict = find_verdict(challenge);
  buffer_print(buffer, "\nVerdict: over the challengers ES 0.99 is %.6g to %.6g", verdict.low, verdict.high);
  if (!isnan(verdict.ratio_low))
    buffer_print(buffer, ", %.2f to %.2f times as it is", verdict.ratio_low, verdict.ratio_high);
  if (verdict.furthest != NULL)
    buffer_print(buffer, "; %s moves it most\n", verdict.furthest->challenger->name);
  else
    buffer_text(buffer, "; none moves it\n");
}

static ls_status report_text(ls_context *context, const struct challenge *challenge, ls_text **report) {
  struct buffer buffer = buffer_start(context);
  text_table(&buffer, challenge);
  text_changes(&buffer, challenge);
  text_notes(&buffer, challenge);
  text_verdict(&buffer, challenge);
  return buffer_finish(&buffer, report);
}

ls_status ls_challenge(ls_context *context, const ls_network *network, const ls_run_options *options, ls_format format,
                       ls_text **report) {
  struct challenge challenge = {0};
  ls_status status = challenge_run(context, network, options, &challenge);
  if (status != LS_STATUS_OK) return status;
  status =
      format == LS_FORMAT_JSON ? report_json(context, &challenge, report) : report_text(context, &challenge, report);
  if (status == LS_STATUS_OK && !challenge.converged) status = LS_STATUS_NOT_CONVERGED;
  challenge_release(context, &challenge);
  return status;
}

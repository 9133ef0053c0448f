/* explain_report.c - ls_explain: one scenario told to people or programs. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/explain.h"
#include "analysis/largest.h"
#include "core/arithmetic.h"
#include "io/json.h"
#include "scenario/variables.h"

enum { TARGETS_TOLD = 10, LOSERS_TOLD = 10, HELPED_TOLD = 3, PARTS_TOLD = 3 };

static const struct ls_output_layout *layout_of(const struct explanation *e) { return &e->again.job.detail->output; }
static const char *entity_id(const struct explanation *e, int32_t i) {
  return network_entity_id(e->results->network, i);
}
static bool in_time(const struct explanation *e) { return e->again.job.plan->quarter_count > 1; }

static double line_of(const struct explanation *e, int32_t line, int32_t i) {
  return e->value[layout_of(e)->line + (int64_t)line * e->n + i];
}

/* What the others of a rescue lose less, gains not counted. */
static double helped(const struct explanation *e, const struct told_rescue *rescue, int32_t i) {
  return fmax(explain_loss(e, i), 0) - fmax(rescue->loss[i], 0);
}

static bool saved(const struct explanation *e, const struct told_rescue *rescue, int32_t i) {
  return explain_default_quarter(e, i) >= 0 && !rescue->defaults[i];
}

/* ---- for programs ------------------------------------------------------------------------------------------------- */

static void json_shocks(struct json *json, const struct explanation *e) {
  json_list_begin(json, "shocks");
  for (int32_t k = 0; k < e->shock_count; k++) {
    const struct told_shock *shock = &e->shock[k];
    json_object_begin(json, NULL);
    json_text(json, "target", e->target[shock->target].name);
    json_text(json, "variable", variable_name(shock->variable));
    json_whole(json, "quarter", shock->quarter);
    json_number(json, "value", shock->value);
    json_object_end(json);
  }
  json_list_end(json);
  if (!e->has_others) return;
  json_list_begin(json, "targets");
  for (int32_t t = 0; t < e->target_count; t++) {
    json_object_begin(json, NULL);
    json_text(json, "name", e->target[t].name);
    json_number(json, "loss_without", e->target[t].without);
    json_number(json, "loss_averted", e->system - e->target[t].without);
    json_number(json, "loss_alone", e->target[t].alone);
    json_object_end(json);
  }
  json_list_end(json);
}

static void json_entity(struct json *json, const struct explanation *e, int32_t i) {
  const struct ls_output_layout *o = layout_of(e);
  json_object_begin(json, NULL);
  json_text(json, "id", entity_id(e, i));
  json_number(json, "loss", explain_loss(e, i));
  if (o->default_quarter >= 0) json_whole(json, "default_quarter", (int64_t)explain_default_quarter(e, i));
  if (in_time(e) && o->distress_quarter >= 0)
    json_whole(json, "distress_quarter", (int64_t)e->value[o->distress_quarter + i]);
  if (o->forced >= 0) json_flag(json, "forced", e->value[o->forced + i] > 0);
  for (int32_t d = 0; d < o->detail_count && d < e->results->names.detail_count; d++)
    if (strcmp(e->info->output[d], "loss") != 0 && strstr(e->info->output[d], "quarter") == NULL)
      json_number(json, e->info->output[d], e->value[o->detail + (int64_t)d * e->n + i]);
  json_object_begin(json, "lines");
  for (int32_t line = 0; line < o->line_count; line++) json_number(json, e->info->line[line], line_of(e, line, i));
  json_object_end(json);
  if (e->cause != NULL) {
    json_object_begin(json, "causes");
    for (int c = 0; e->info->cause[c] != NULL; c++)
      json_number(json, e->info->cause[c], e->cause[(int64_t)c * (e->n + 1) + i]);
    json_object_end(json);
  }
  json_object_end(json);
}

static void json_rescue(struct json *json, const struct explanation *e, const struct told_rescue *rescue) {
  json_object_begin(json, NULL);
  json_text(json, "id", entity_id(e, rescue->entity));
  json_flag(json, "possible", rescue->possible);
  json_number(json, "buffer", rescue->possible ? rescue->buffer : NAN);
  json_number(json, "loss_averted_to_others", rescue->possible ? rescue->averted : NAN);
  json_list_begin(json, "others");
  for (int32_t i = 0; i < e->n && rescue->possible; i++) {
    if (i == rescue->entity || (helped(e, rescue, i) == 0 && !saved(e, rescue, i))) continue;
    json_object_begin(json, NULL);
    json_text(json, "id", entity_id(e, i));
    json_number(json, "loss_averted", helped(e, rescue, i));
    json_flag(json, "default_averted", saved(e, rescue, i));
    json_object_end(json);
  }
  json_list_end(json);
  json_object_end(json);
}

static void json_order(struct json *json, const struct explanation *e, const int32_t *order) {
  json_list_begin(json, "failed_in_order");
  for (int32_t k = 0; k < e->failed_count; k++) json_text(json, NULL, entity_id(e, order[k]));
  json_list_end(json);
  if (e->no_rescue != NULL) {
    json_text(json, "kept_whole_missing", e->no_rescue);
    return;
  }
  json_list_begin(json, "kept_whole");
  for (int32_t r = 0; r < e->rescue_count; r++) json_rescue(json, e, &e->rescue[r]);
  json_list_end(json);
}

static void json_head(struct json *json, const struct explanation *e) {
  const struct run_identity *identity = &e->results->identity;
  const ls_network *network = e->results->network;
  json_text(json, "model", identity->model);
  json_text(json, "network", network->name);
  json_text(json, "currency", network->currency);
  json_text(json, "unit", network->unit);
  json_text(json, "digest", e->results->digest);
  json_whole(json, "number", e->number);
  if (e->id != NULL) json_text(json, "scenario", e->id);
  json_whole(json, "scenario_count", identity->scenario_count);
  json_whole(json, "scenarios_that_lose_no_more", e->no_larger);
  json_text(json, "loss", identity->loss_is_net ? "net" : "gross");
  json_number(json, "system_loss", e->system);
  json_number(json, "loss_gross", e->value[layout_of(e)->loss_gross]);
  json_number(json, "loss_net", e->value[layout_of(e)->loss_net]);
  json_whole(json, "default_count", e->failed_count);
  json_flag(json, "converged", e->value[layout_of(e)->converged] > 0);
}

static ls_status report_json(const struct explanation *e, const int32_t *order, ls_text **report) {
  struct json json = json_start(e->context);
  json_object_begin(&json, NULL);
  json_head(&json, e);
  json_shocks(&json, e);
  json_order(&json, e, order);
  json_list_begin(&json, "entities");
  for (int32_t i = 0; i < e->n; i++) json_entity(&json, e, i);
  json_list_end(&json);
  json_object_end(&json);
  return json_finish(&json, report);
}

/* ---- for people --------------------------------------------------------------------------------------------------- */

static void text_head(struct buffer *buffer, const struct explanation *e) {
  const ls_network *network = e->results->network;
  buffer_print(buffer, "Scenario %lld", (long long)e->number);
  if (e->id != NULL) buffer_print(buffer, " (%.60s)", e->id);
  buffer_print(buffer, " of model %s on %.60s\nThe system loses %.8g", e->results->identity.model, network->name,
               e->system);
  if (network->currency[0] != '\0') buffer_print(buffer, " %.20s %.20s", network->currency, network->unit);
  buffer_print(buffer, " (%s): %lld of %lld scenarios lose no more. %d of %d entities fail.\n",
               e->results->identity.loss_is_net ? "net" : "gross", (long long)e->no_larger,
               (long long)e->results->identity.scenario_count, (int)e->failed_count, (int)e->n);
}

static void text_shocks_of(struct buffer *buffer, const struct explanation *e, int32_t target) {
  int told = 0;
  for (int32_t k = 0; k < e->shock_count; k++) {
    const struct told_shock *shock = &e->shock[k];
    if (shock->target != target) continue;
    if (told++ == PARTS_TOLD) {
      buffer_text(buffer, ", ...");
      return;
    }
    buffer_print(buffer, "%s%s %.4g", told > 1 ? ", " : "", variable_name(shock->variable), shock->value);
    if (in_time(e)) buffer_print(buffer, " (quarter %d)", (int)shock->quarter);
  }
}

static void text_targets(struct buffer *buffer, const struct explanation *e) {
  double *weight = context_allocate(e->context, (size_t)e->target_count, sizeof *weight);
  if (weight == NULL) return;
  for (int32_t t = 0; t < e->target_count; t++)
    weight[t] = e->has_others ? fabs(e->system - e->target[t].without) : (double)e->target[t].key_count;
  const struct column_of_numbers order = {weight, sizeof *weight, e->target_count};
  int32_t told = 0;
  buffer_print(buffer, "\nWhat was shocked: %d target%s\n", (int)e->target_count, e->target_count == 1 ? "" : "s");
  if (e->has_others && e->target_count > 0)
    buffer_print(buffer, "  %-24s %16s %16s  %s\n", "", "lost less without", "lost with it alone", "shocks");
  for (int32_t t = largest_after(&order, -1); told < TARGETS_TOLD && t >= 0; t = largest_after(&order, t), told++) {
    buffer_print(buffer, "  %-24.24s ", e->target[t].name);
    if (e->has_others) buffer_print(buffer, "%16.6g %16.6g  ", e->system - e->target[t].without, e->target[t].alone);
    text_shocks_of(buffer, e, t);
    buffer_text(buffer, "\n");
  }
  if (e->target_count > told) buffer_print(buffer, "  ... %d of %d; --json has all\n", (int)told, (int)e->target_count);
  context_release(e->context, weight);
}

/* The largest parts of an entity's loss: by cause where there are causes, else by line. */
static void text_parts(struct buffer *buffer, const struct explanation *e, int32_t i) {
  const int parts = e->cause != NULL ? LS_MODEL_CAUSES : layout_of(e)->line_count;
  double weight[LS_MODEL_CAUSES > LS_MODEL_LINES ? LS_MODEL_CAUSES : LS_MODEL_LINES];
  const char *const *name = e->cause != NULL ? e->info->cause : e->info->line;
  int32_t count = 0;
  while (count < parts && name[count] != NULL) {
    weight[count] = e->cause != NULL ? e->cause[(int64_t)count * (e->n + 1) + i] : line_of(e, count, i);
    count++;
  }
  const struct column_of_numbers order = {weight, sizeof *weight, count};
  int told = 0;
  for (int32_t k = largest_after(&order, -1); told < PARTS_TOLD && k >= 0 && weight[k] > 0;
       k = largest_after(&order, k))
    buffer_print(buffer, "%s%s %.5g", told++ > 0 ? ", " : "", name[k], weight[k]);
}

static void text_rescue(struct buffer *buffer, const struct explanation *e, const struct told_rescue *rescue) {
  double *weight = context_allocate(e->context, (size_t)e->n, sizeof *weight);
  if (weight == NULL) return;
  buffer_print(buffer, "       kept whole by %.6g more, the others lose %.6g %s", rescue->buffer, fabs(rescue->averted),
               rescue->averted < 0 ? "more" : "less");
  for (int32_t i = 0; i < e->n; i++) weight[i] = i == rescue->entity ? NAN : helped(e, rescue, i);
  const struct column_of_numbers order = {weight, sizeof *weight, e->n};
  int told = 0;
  for (int32_t i = largest_after(&order, -1); told < HELPED_TOLD && i >= 0 && weight[i] > 0;
       i = largest_after(&order, i))
    buffer_print(buffer, "%s%.24s %.5g", told++ == 0 ? ": " : ", ", entity_id(e, i), weight[i]);
  told = 0;
  for (int32_t i = 0; i < e->n; i++)
    if (i != rescue->entity && saved(e, rescue, i))
      buffer_print(buffer, "%s%.24s", told++ == 0 ? "; saved too: " : ", ", entity_id(e, i));
  buffer_text(buffer, "\n");
  context_release(e->context, weight);
}

static void text_failed(struct buffer *buffer, const struct explanation *e, const int32_t *order) {
  const struct ls_output_layout *o = layout_of(e);
  if (e->failed_count == 0) return;
  buffer_text(buffer, "\nWho failed, in this order\n");
  for (int32_t k = 0, r = 0; k < e->failed_count; k++) {
    const int32_t i = order[k];
    buffer_print(buffer, "  %2d. ", (int)k + 1);
    if (in_time(e)) buffer_print(buffer, "quarter %d: ", (int)explain_default_quarter(e, i));
    buffer_print(buffer, "%.24s%s loses %.6g: ", entity_id(e, i),
                 o->forced >= 0 && e->value[o->forced + i] > 0 ? " (made to fail)" : "", explain_loss(e, i));
    text_parts(buffer, e, i);
    buffer_text(buffer, "\n");
    if (r >= e->rescue_count || e->rescue[r].entity != i) continue;
    if (e->rescue[r].possible)
      text_rescue(buffer, e, &e->rescue[r]);
    else
      buffer_text(buffer, "       no buffer of its own keeps it whole\n");
    r++;
  }
  if (e->no_rescue != NULL) buffer_print(buffer, "What buffers would have done is not told: %s.\n", e->no_rescue);
}

static void text_losers(struct buffer *buffer, const struct explanation *e) {
  double *weight = context_allocate(e->context, (size_t)e->n, sizeof *weight);
  if (weight == NULL) return;
  for (int32_t i = 0; i < e->n; i++) weight[i] = explain_loss(e, i);
  const struct column_of_numbers order = {weight, sizeof *weight, e->n};
  int32_t told = 0;
  buffer_text(buffer, "\nWho lost most\n");
  for (int32_t i = largest_after(&order, -1); told < LOSERS_TOLD && i >= 0 && weight[i] > 0;
       i = largest_after(&order, i)) {
    buffer_print(buffer, "  %-24.24s %12.6g  ", entity_id(e, i), weight[i]);
    text_parts(buffer, e, i);
    buffer_text(buffer, "\n");
    told++;
  }
  if (told == 0) buffer_text(buffer, "  nobody lost anything\n");
  context_release(e->context, weight);
}

static ls_status report_text(const struct explanation *e, const int32_t *order, ls_text **report) {
  struct buffer buffer = buffer_start(e->context);
  text_head(&buffer, e);
  text_targets(&buffer, e);
  text_failed(&buffer, e, order);
  text_losers(&buffer, e);
  return buffer_finish(&buffer, report);
}

LS_API ls_status ls_explain(ls_context *context, const ls_results *results, const char *scenario, ls_format format,
                            ls_text **report) {
  struct explanation e = {0};
  fenv_t before;
  arithmetic_begin(&before);
  ls_status status = explain_compute(context, results, scenario, &e);
  arithmetic_restore(&before);
  if (status != LS_STATUS_OK) return status;
  int32_t *order = context_allocate(context, (size_t)e.failed_count, sizeof *order);
  if (order == NULL) {
    status = LS_STATUS_OUT_OF_MEMORY;
  } else {
    explain_order(&e, order);
    status = format == LS_FORMAT_JSON ? report_json(&e, order, report) : report_text(&e, order, report);
  }
  context_release(context, order);
  explain_release(&e);
  return status;
}

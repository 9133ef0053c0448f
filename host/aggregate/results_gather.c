/* results_gather.c - parts of one run put together; see results.h. */
#include <string.h>

#include "aggregate/accumulator_fields.h"
#include "aggregate/results.h"

/* ---- do they belong together? ----------------------------------------------------------------------------------------------------------- */

static const char *setting_value(const struct run_identity *identity, const char *key) {
  for (int32_t k = 0; k < identity->setting_count; k++) {
    if (strcmp(identity->setting[k].key, key) == 0) return identity->setting[k].value;
  }
  return "";
}

bool results_is_same_run(const struct run_identity *a, const struct run_identity *b) {
  return strcmp(a->sha256, b->sha256) == 0 && a->shard_index == b->shard_index && a->shard_count == b->shard_count;
}

char *results_name_difference(ls_context *context, const struct run_identity *a, const struct run_identity *b) {
  if (strcmp(a->model, b->model) != 0) return context_print(context, "model '%s' and '%s'", a->model, b->model);
  if (a->seed != b->seed)
    return context_print(context, "seed %llu and %llu", (unsigned long long)a->seed, (unsigned long long)b->seed);
  if (a->scenario_count != b->scenario_count)
    return context_print(context, "%lld and %lld scenarios", (long long)a->scenario_count,
                         (long long)b->scenario_count);
  if (strcmp(a->scenario_sha256, b->scenario_sha256) != 0)
    return context_print(context, "scenario files '%s' and '%s' differ", a->scenario_file, b->scenario_file);
  for (int32_t k = 0; k < a->setting_count; k++) {
    const char *key = a->setting[k].key, *other = setting_value(b, key);
    if (strcmp(a->setting[k].value, other) != 0)
      return context_print(context, "%s=%s and %s=%s", key, a->setting[k].value, key, other);
  }
  if (a->keep_worst != b->keep_worst)
    return context_print(context, "keep worst:%lld and worst:%lld", (long long)a->keep_worst, (long long)b->keep_worst);
  if (strcmp(a->sha256, b->sha256) != 0) return context_print(context, "their networks or versions differ");
  return context_print(context, "shard %d/%d and %d/%d", a->shard_index, a->shard_count, b->shard_index,
                       b->shard_count);
}

static ls_status check_parts(ls_context *context, const ls_results *const *parts, int count) {
  if (count < 1) return context_fail(context, LS_STATUS_INVALID_INPUT, "there are no parts to merge");
  for (int k = 1; k < count; k++) {
    if (strcmp(parts[k]->identity.sha256, parts[0]->identity.sha256) != 0) {
      char *difference = results_name_difference(context, &parts[0]->identity, &parts[k]->identity);
      if (difference == NULL) return LS_STATUS_OUT_OF_MEMORY;
      (void)context_fail(context, LS_STATUS_INVALID_INPUT, "parts are of different runs: %s", difference);
      context_release(context, difference);
      return LS_STATUS_INVALID_INPUT;
    }
  }
  return LS_STATUS_OK;
}

static ls_status check_cover(ls_context *context, const struct accumulator *a) {
  for (int64_t k = 0; k < a->shape.scenario_count; k++) {
    if (a->state[k] != SCENARIO_NOT_RUN) continue;
    int64_t last = k;
    while (last + 1 < a->shape.scenario_count && a->state[last + 1] == SCENARIO_NOT_RUN) last++;
    return context_fail(context, LS_STATUS_INVALID_INPUT,
                        "parts do not cover the run: scenarios %lld to %lld of %lld are missing", (long long)k,
                        (long long)last, (long long)a->shape.scenario_count);
  }
  return LS_STATUS_OK;
}

/* ---- copies --------------------------------------------------------------------------------------------------------------------------------- */

static bool copy_text(ls_context *context, char **target, const char *text) {
  char *copy = context_copy_text(context, text);
  if (copy == NULL) return false;
  context_release(context, *target);
  *target = copy;
  return true;
}

static bool copy_numbers(ls_context *context, double **target, const double *source, int64_t count) {
  if (source == NULL) return true;
  *target = context_allocate(context, (size_t)count, sizeof **target);
  if (*target == NULL) return false;
  memcpy(*target, source, (size_t)count * sizeof **target);
  return true;
}

static bool copy_list(ls_context *context, const struct name_list *target, const struct name_list *source) {
  char **copy = context_allocate(context, (size_t)*source->count, sizeof *copy);
  if (copy == NULL) return false;
  *target->name = copy;
  *target->count = *source->count;
  for (int32_t k = 0; k < *source->count; k++) {
    copy[k] = context_copy_text(context, (*source->name)[k]);
    if (copy[k] == NULL) return false;
  }
  return true;
}

static bool copy_names(ls_context *context, struct result_names *target, const struct result_names *source) {
  struct result_names read = *source;
  struct name_list to[NAME_LISTS], from[NAME_LISTS];
  results_name_lists(target, to);
  results_name_lists(&read, from);
  for (int k = 0; k < NAME_LISTS; k++)
    if (!copy_list(context, &to[k], &from[k])) return false;
  return true;
}

static bool copy_identity(ls_context *context, struct run_identity *target, const struct run_identity *source) {
  target->setting = context_allocate(context, (size_t)source->setting_count, sizeof *target->setting);
  if (target->setting == NULL) return false;
  target->setting_count = source->setting_count;
  for (int32_t k = 0; k < source->setting_count; k++) {
    target->setting[k].key = context_copy_text(context, source->setting[k].key);
    target->setting[k].value = context_copy_text(context, source->setting[k].value);
    target->setting[k].is_given = source->setting[k].is_given;
    if (target->setting[k].key == NULL || target->setting[k].value == NULL) return false;
  }
  target->seed = source->seed;
  target->scenario_count = source->scenario_count;
  target->shard_index = 0;
  target->shard_count = 1;
  target->loss_is_net = source->loss_is_net;
  target->keep_worst = source->keep_worst;
  target->allow_missing_targets = source->allow_missing_targets;
  target->scenario_text_length = source->scenario_text_length;
  memcpy(target->scenario_sha256, source->scenario_sha256, sizeof target->scenario_sha256);
  memcpy(target->sha256, source->sha256, sizeof target->sha256);
  return copy_text(context, &target->model, source->model) && copy_text(context, &target->backend, source->backend) &&
         copy_text(context, &target->scenario_file, source->scenario_file) &&
         copy_text(context, &target->scenario_text, source->scenario_text) &&
         copy_text(context, &target->command, source->command);
}

static bool copy_part(ls_context *context, ls_results *whole, const ls_results *part) {
  int64_t n = part->accumulator->shape.entity_count, quarters = part->accumulator->shape.quarter_count;
  whole->explicit_scenarios = part->explicit_scenarios;
  return copy_identity(context, &whole->identity, &part->identity) &&
         copy_names(context, &whole->names, &part->names) &&
         copy_numbers(context, &whole->loss_at_zero, part->loss_at_zero, n) &&
         copy_numbers(context, &whole->baseline_value, part->baseline_value, n) &&
         copy_numbers(context, &whole->baseline_path, part->baseline_path, n * quarters) &&
         draw_record_copy(context, &part->draws, (int32_t)n, &whole->draws) == LS_STATUS_OK;
}

/* From the first scenario of any part to the last. */
static void span_parts(const ls_results *const *parts, int count, struct accumulator_shape *shape) {
  int64_t first = INT64_MAX, end = 0;
  for (int k = 0; k < count; k++) {
    const struct accumulator_shape *part = &parts[k]->accumulator->shape;
    if (part->scenario_count == 0) continue;
    if (part->first_scenario < first) first = part->first_scenario;
    if (part->first_scenario + part->scenario_count > end) end = part->first_scenario + part->scenario_count;
  }
  shape->first_scenario = end > 0 ? first : 0;
  shape->scenario_count = end > 0 ? end - first : 0;
}

/* A part that begins where the gathered one does lends it its number. */
static void number_part(const ls_results *const *parts, int count, ls_results *gathered) {
  for (int k = 0; k < count; k++) {
    if (parts[k]->accumulator->shape.first_scenario != gathered->accumulator->shape.first_scenario) continue;
    gathered->identity.shard_index = parts[k]->identity.shard_index;
    gathered->identity.shard_count = parts[k]->identity.shard_count;
  }
}

ls_status results_gather(ls_context *context, const ls_results *const *parts, int count, bool wholly,
                         ls_results **whole) {
  ls_status status = check_parts(context, parts, count);
  if (status != LS_STATUS_OK) return status;
  ls_results *gathered = results_create(context);
  if (gathered == NULL) return LS_STATUS_OUT_OF_MEMORY;
  struct accumulator_shape shape = parts[0]->accumulator->shape;
  shape.first_scenario = 0;
  shape.scenario_count = parts[0]->identity.scenario_count;
  if (!wholly) span_parts(parts, count, &shape);
  status = accumulator_create(context, &shape, &gathered->accumulator);
  for (int k = 0; k < count && status == LS_STATUS_OK; k++) {
    status = accumulator_merge(context, gathered->accumulator, parts[k]->accumulator);
  }
  if (status == LS_STATUS_OK && wholly) status = check_cover(context, gathered->accumulator);
  if (status == LS_STATUS_OK && !copy_part(context, gathered, parts[0])) status = LS_STATUS_OUT_OF_MEMORY;
  if (status == LS_STATUS_OK && !wholly) number_part(parts, count, gathered);
  if (status == LS_STATUS_OK) status = network_copy(context, parts[0]->network, &gathered->network);
  if (status != LS_STATUS_OK) {
    results_destroy(&gathered);
    return status;
  }
  *whole = gathered;
  return LS_STATUS_OK;
}

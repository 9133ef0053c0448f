/* results.c - results as an object: life, and the numbers that callers ask for one by one. */
#include <math.h>
#include <string.h>

#include "aggregate/accumulator_fields.h"
#include "aggregate/results.h"
#include "io/buffer.h"

/* ---- life ----------------------------------------------------------------------------------------------------------------------- */

ls_results *results_create(ls_context *context) {
  ls_results *results = context_allocate(context, 1, sizeof *results);
  if (results == NULL) return NULL;
  results->allocator = context_allocator(context);
  struct run_identity *identity = &results->identity;
  char **text[] = {&identity->model, &identity->backend, &identity->scenario_file, &identity->scenario_text,
                   &identity->command};
  for (size_t k = 0; k < sizeof text / sizeof *text; k++) {
    *text[k] = context_copy_text(context, "");
    if (*text[k] != NULL) continue;
    results_destroy(&results);
    return NULL;
  }
  identity->shard_count = 1;
  return results;
}

void kept_release(const struct allocator *allocator, struct kept_scenario *kept, int32_t count) {
  for (int32_t k = 0; kept != NULL && k < count; k++) {
    allocator_release(allocator, kept[k].id);
    allocator_release(allocator, kept[k].detail);
    allocator_release(allocator, kept[k].asset);
    allocator_release(allocator, kept[k].line);
    allocator_release(allocator, kept[k].loss);
    allocator_release(allocator, kept[k].trace);
    allocator_release(allocator, kept[k].cause);
    allocator_release(allocator, kept[k].cause_gross);
  }
  allocator_release(allocator, kept);
}

void results_name_lists(struct result_names *names, struct name_list list[NAME_LISTS]) {
  const struct name_list all[NAME_LISTS] = {
      {"outputs", &names->detail, &names->detail_count},
      {"lines", &names->line, &names->line_count},
      {"trace_fields", &names->trace, &names->trace_count},
      {"measures", &names->measure, &names->measure_count},
      {"system_measures", &names->system, &names->system_count},
      {"measures_by_quarter", &names->by_quarter, &names->by_quarter_count},
      {"causes", &names->cause, &names->cause_count},
      {"asset_outputs", &names->asset_output, &names->asset_output_count},
  };
  memcpy(list, all, sizeof all);
}

static void release_names(const struct allocator *allocator, struct result_names *names) {
  struct name_list list[NAME_LISTS];
  results_name_lists(names, list);
  for (int k = 0; k < NAME_LISTS; k++) {
    char **name = *list[k].name;
    for (int32_t i = 0; name != NULL && i < *list[k].count; i++) allocator_release(allocator, name[i]);
    allocator_release(allocator, name);
  }
}

static void release_identity(const struct allocator *allocator, struct run_identity *identity) {
  for (int32_t k = 0; identity->setting != NULL && k < identity->setting_count; k++) {
    allocator_release(allocator, identity->setting[k].key);
    allocator_release(allocator, identity->setting[k].value);
  }
  allocator_release(allocator, identity->setting);
  allocator_release(allocator, identity->model);
  allocator_release(allocator, identity->backend);
  allocator_release(allocator, identity->scenario_file);
  allocator_release(allocator, identity->scenario_text);
  allocator_release(allocator, identity->command);
}

void results_destroy(ls_results **handle) {
  if (handle == NULL || *handle == NULL) return;
  ls_results *results = *handle;
  const struct allocator allocator = results->allocator;
  kept_release(&allocator, results->kept, results->kept_count);
  release_names(&allocator, &results->names);
  release_identity(&allocator, &results->identity);
  statistics_release(&allocator, &results->statistics);
  draw_record_release(&allocator, &results->draws);
  allocator_release(&allocator, results->loss_at_zero);
  allocator_release(&allocator, results->baseline_value);
  allocator_release(&allocator, results->baseline_path);
  allocator_release(&allocator, results->attempt);
  for (int32_t k = 0; k < results->warning_count; k++) allocator_release(&allocator, results->warning[k]);
  allocator_release(&allocator, results->warning);
  accumulator_destroy(&results->accumulator);
  network_destroy(&results->network);
  allocator_release(&allocator, results);
  *handle = NULL;
}

void ls_results_destroy(ls_results **results) { results_destroy(results); }

/* ---- the public accessors -------------------------------------------------------------------------------------------------------- */

const char *ls_results_digest(const ls_results *results) { return results == NULL ? "" : results->digest; }

int64_t ls_results_scenario_count(const ls_results *results) {
  return results == NULL ? 0 : results->identity.scenario_count;
}

double ls_results_system_loss_mean(const ls_results *results) {
  if (results == NULL || !results->complete) return NAN;
  return results->identity.loss_is_net ? results->statistics.net.mean : results->statistics.gross.mean;
}

double ls_results_default_probability(const ls_results *results, int32_t entity) {
  if (results == NULL || results->statistics.entity == NULL || entity < 0 ||
      entity >= ls_network_entity_count(results->network)) {
    return NAN;
  }
  return results->statistics.entity[entity].default_probability;
}

/* ---- scenarios ---------------------------------------------------------------------------------------------------------------------- */

int64_t results_done_count(const ls_results *results) { return results->accumulator->done_count; }

int results_scenario_state(const ls_results *results, int64_t scenario) {
  const struct accumulator *a = results->accumulator;
  int64_t k = scenario - a->shape.first_scenario;
  return k < 0 || k >= a->shape.scenario_count ? SCENARIO_NOT_RUN : a->state[k];
}

const double *results_losses_gross(const ls_results *results) { return results->accumulator->loss_gross; }
const double *results_losses_net(const ls_results *results) { return results->accumulator->loss_net; }
const int32_t *results_default_counts(const ls_results *results) { return results->accumulator->scenario_defaults; }

const double *results_system_losses(const ls_results *results) {
  return results->identity.loss_is_net ? results_losses_net(results) : results_losses_gross(results);
}

/* Is scenario a less bad than b? Equal losses: the later number is. */
static bool is_milder(const double *loss, int64_t a, int64_t b) {
  return loss[a] < loss[b] || (loss[a] == loss[b] && a > b);
}

/* Restores a heap whose root is the mildest, from `at` down. */
static void sift_down(const double *loss, int64_t *heap, int64_t size, int64_t at) {
  for (;;) {
    int64_t least = at, left = 2 * at + 1;
    for (int64_t child = left; child <= left + 1 && child < size; child++) {
      if (is_milder(loss, heap[child], heap[least])) least = child;
    }
    if (least == at) return;
    int64_t swap = heap[at];
    heap[at] = heap[least];
    heap[least] = swap;
    at = least;
  }
}

ls_status results_worst(ls_context *context, const ls_results *results, int64_t count, int64_t *number,
                        int64_t *found) {
  const struct accumulator *a = results->accumulator;
  const double *loss = results_system_losses(results);
  int64_t size = 0;
  if (count < 0) return context_fail(context, LS_STATUS_INTERNAL, "a negative number of worst scenarios was asked for");
  for (int64_t k = 0; k < a->shape.scenario_count && count > 0; k++) {
    if (a->state[k] != SCENARIO_CONVERGED && a->state[k] != SCENARIO_NOT_CONVERGED) continue;
    if (size < count) {
      number[size++] = k;
      for (int64_t at = size / 2 - 1; size == count && at >= 0; at--) sift_down(loss, number, size, at);
    } else if (is_milder(loss, number[0], k)) {
      number[0] = k;
      sift_down(loss, number, size, 0);
    }
  }
  for (int64_t at = size / 2 - 1; at >= 0; at--) sift_down(loss, number, size, at);
  for (int64_t left = size - 1; left > 0; left--) {
    int64_t swap = number[0];
    number[0] = number[left];
    number[left] = swap;
    sift_down(loss, number, left, 0);
  }
  for (int64_t k = 0; k < size; k++) number[k] += a->shape.first_scenario;
  *found = size;
  return LS_STATUS_OK;
}

int64_t results_joint_defaults(const ls_results *results, int32_t a, int32_t b) {
  const struct accumulator *accumulator = results->accumulator;
  int32_t n = accumulator->shape.entity_count;
  if (accumulator->joint == NULL || a < 0 || b < 0 || a >= n || b >= n) return -1;
  return accumulator->joint[a > b ? joint_index(a, b) : joint_index(b, a)];
}

/* ---- how to repeat it ------------------------------------------------------------------------------------------------------------------ */

/* Quoted for a shell where it holds anything but harmless characters. */
static void add_word(struct buffer *buffer, const char *word) {
  static const char harmless[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=+:,";
  buffer_text(buffer, " ");
  if (word[0] != '\0' && strspn(word, harmless) == strlen(word)) {
    buffer_text(buffer, word);
    return;
  }
  buffer_text(buffer, "'");
  for (; *word != '\0'; word++) buffer_add(buffer, *word == '\'' ? "'\\''" : word, *word == '\'' ? 4 : 1);
  buffer_text(buffer, "'");
}

char *results_command(ls_context *context, const ls_results *results) {
  const struct run_identity *identity = &results->identity;
  struct buffer buffer = buffer_start(context);
  buffer_text(&buffer, "loopstress run");
  add_word(&buffer, ls_network_name(results->network));
  buffer_text(&buffer, " --model");
  add_word(&buffer, identity->model);
  for (int32_t k = 0; k < identity->setting_count; k++) {
    if (results->draws.count > 0 && !identity->setting[k].is_given) continue; /* drawn, or as the network says */
    char *word = context_print(context, "%s=%s", identity->setting[k].key, identity->setting[k].value);
    if (word == NULL) buffer.failed = true;
    buffer_text(&buffer, " --set");
    if (word != NULL) add_word(&buffer, word);
    context_release(context, word);
  }
  if (identity->scenario_file[0] != '\0') {
    buffer_text(&buffer, " --scenarios");
    add_word(&buffer, identity->scenario_file);
  }
  if (!results->explicit_scenarios) {
    buffer_print(&buffer, " --seed %llu --count %lld", (unsigned long long)identity->seed,
                 (long long)identity->scenario_count);
    if (results_are_of_ensemble(results))
      buffer_print(&buffer, " --ensemble %d", (int)results->draws.count);
    else if (results->draws.count > 0 || strstr(identity->scenario_text, "assumption_draws") != NULL)
      buffer_print(&buffer, " --draws %d", results->draws.count > 0 ? (int)results->draws.count : 1);
  }
  char *command = buffer.failed ? NULL : context_copy_text(context, buffer.data);
  buffer_release(&buffer);
  return command;
}

/* paths.c - see paths.h. */
#include "report/paths.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"

const double PATH_LEVEL[PATH_BANDS] = {0.05, 0.25, 0.5, 0.75, 0.95};
const char *const PATH_FIELD[PATH_FIELDS] = {"value", "cash", "capacity"};

/* The scenarios to be computed: the sample's, then the kept ones. */
struct collector {
  const struct ls_output_layout *output;
  const int64_t *number;
  struct path_set *set;
  int32_t entity_count;
  int32_t place[PATH_FIELDS]; /* of the fields among those that the model traces */
};

static double traced(const struct collector *collector, const struct chunk *chunk, int32_t s, int field, int32_t row,
                     int32_t quarter) {
  const int64_t n = collector->entity_count, stride = chunk->stride;
  const int64_t first =
      collector->output->trace + ((int64_t)quarter * collector->output->trace_count + collector->place[field]) * n;
  const int32_t entity = collector->set->row[row];
  if (entity != PATH_ALL) return chunk->value[(first + entity) * stride + s];
  double sum = 0;
  for (int64_t i = 0; i < n; i++) sum += chunk->value[(first + i) * stride + s];
  return sum;
}

static ls_status collect(ls_context *context, void *user, const struct chunk *chunk) {
  const struct collector *collector = user;
  struct path_set *set = collector->set;
  (void)context;
  for (int32_t s = 0; s < chunk->count; s++) {
    const int64_t place = chunk->index + s - collector->number;
    const bool sampled = place < set->sample_count;
    double *to = sampled ? set->sample + place : set->kept + (place - set->sample_count);
    const int64_t count = sampled ? set->sample_count : set->kept_count;
    for (int field = 0; field < PATH_FIELDS; field++)
      for (int32_t row = 0; row < set->row_count; row++)
        for (int32_t t = 0; t < set->quarter_count; t++)
          to[paths_at(set, field, row, t) * count] = traced(collector, chunk, s, field, row, t);
  }
  return LS_STATUS_OK;
}

static int32_t find_field(const ls_results *results, const char *name) {
  for (int32_t k = 0; k < results->names.trace_count; k++)
    if (strcmp(results->names.trace[k], name) == 0) return k;
  return -1;
}

/* The sample goes through all scenarios at one distance, so that all draws of the assumptions are in it. */
static int64_t *list_scenarios(ls_context *context, const ls_results *results, struct path_set *set) {
  const int64_t total = results->identity.scenario_count;
  const bool drawn = !results->explicit_scenarios && total >= PATH_LEAST;
  set->sample_count = !drawn ? 0 : total < PATH_SCENARIOS ? (int32_t)total : PATH_SCENARIOS;
  set->kept_count = results->kept_count < PATH_KEPT ? results->kept_count : PATH_KEPT;
  int64_t *number = context_allocate(context, (size_t)(set->sample_count + set->kept_count), sizeof *number);
  for (int32_t k = 0; number != NULL && k < set->sample_count; k++)
    number[k] = (int64_t)((double)total * (k + 0.5) / set->sample_count);
  for (int32_t k = 0; number != NULL && k < set->kept_count; k++)
    number[set->sample_count + k] = results->kept[k].number;
  return number;
}

static ls_status choose_rows(ls_context *context, const ls_results *results, const int32_t *by_loss,
                             struct path_set *set) {
  const int32_t n = results->network->entity_count, entities = n < PATH_ENTITIES ? n : PATH_ENTITIES;
  set->row_count = entities + 1;
  set->row = context_allocate(context, (size_t)set->row_count, sizeof *set->row);
  if (set->row == NULL) return LS_STATUS_OUT_OF_MEMORY;
  set->row[0] = PATH_ALL;
  memcpy(set->row + 1, by_loss, (size_t)entities * sizeof *by_loss);
  return LS_STATUS_OK;
}

/* The run again, with its trace. The results are another's: only a copy of the list of settings is changed. */
static ls_status prepare(ls_context *context, const ls_results *results, struct job_again *again) {
  static char trace[] = "trace", on[] = "1";
  const ls_run_options machine = {.backend = "cpu", .shard_count = 1, .keep_worst = -1};
  ls_results traced = *results;
  struct run_identity *identity = &traced.identity;
  struct setting *setting = context_allocate(context, (size_t)identity->setting_count + 1, sizeof *setting);
  if (setting == NULL) return LS_STATUS_OUT_OF_MEMORY;
  int32_t count = 0;
  for (int32_t k = 0; k < identity->setting_count; k++)
    if (strcmp(identity->setting[k].key, trace) != 0) setting[count++] = identity->setting[k];
  setting[count++] = (struct setting){trace, on, true};
  identity->setting = setting;
  identity->setting_count = count;
  const ls_status status = job_prepare_again(context, &traced, &machine, again);
  context_release(context, setting);
  return status;
}

static int compare_numbers(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static ls_status compute(ls_context *context, const ls_results *results, const struct job *job, struct path_set *set) {
  int64_t *number = list_scenarios(context, results, set);
  const int64_t cells = (int64_t)PATH_FIELDS * set->row_count * set->quarter_count;
  struct collector collector = {&job->detail->output, number, set, results->network->entity_count, {0}};
  for (int field = 0; field < PATH_FIELDS; field++) collector.place[field] = find_field(results, PATH_FIELD[field]);
  set->sample = context_allocate(context, (size_t)(cells * set->sample_count), sizeof *set->sample);
  set->kept = context_allocate(context, (size_t)(cells * set->kept_count), sizeof *set->kept);
  ls_status status =
      number != NULL && set->sample != NULL && set->kept != NULL ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
  if (status == LS_STATUS_OK)
    status = job_compute(context, job, true, number, 0, set->sample_count + set->kept_count,
                         &(struct receiver){.consume = collect, .user = &collector});
  for (int64_t k = 0; status == LS_STATUS_OK && k < cells; k++)
    qsort(set->sample + k * set->sample_count, (size_t)set->sample_count, sizeof *set->sample, compare_numbers);
  context_release(context, number);
  return status;
}

ls_status paths_collect(ls_context *context, const ls_results *results, const int32_t *by_loss, struct path_set *set) {
  struct job_again again = {0};
  *set = (struct path_set){0};
  for (int field = 0; field < PATH_FIELDS; field++)
    if (find_field(results, PATH_FIELD[field]) < 0) return LS_STATUS_OK;
  if (results->baseline_path == NULL || results->draws.count > PATH_DRAWS_MOST) return LS_STATUS_OK;
  ls_status status = prepare(context, results, &again);
  if (status == LS_STATUS_OK) {
    set->quarter_count = again.job.detail->quarter_count;
    status = choose_rows(context, results, by_loss, set);
  }
  if (status == LS_STATUS_OK) status = compute(context, results, &again.job, set);
  job_release_again(context, &again);
  return status;
}

void paths_release(ls_context *context, struct path_set *set) {
  context_release(context, set->row);
  context_release(context, set->sample);
  context_release(context, set->kept);
  *set = (struct path_set){0};
}

double paths_quantile(const struct path_set *set, int field, int32_t row, int32_t quarter, double level) {
  if (set->sample_count == 0) return NAN;
  const double *ascending = set->sample + paths_at(set, field, row, quarter) * set->sample_count;
  const double at = level * (set->sample_count - 1);
  const int32_t below = (int32_t)at, above = below + 1 < set->sample_count ? below + 1 : below;
  return ascending[below] + (at - below) * (ascending[above] - ascending[below]);
}

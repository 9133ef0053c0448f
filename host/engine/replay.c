/* replay.c - see replay.h. */
#include "engine/replay.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "aggregate/accumulator_fields.h"
#include "core/random_sequence.h"

ls_status replay_seed(ls_context *context, bool given, uint64_t wanted, uint64_t *seed) {
  *seed = wanted;
  if (given || getrandom(seed, sizeof *seed, 0) == (ssize_t)sizeof *seed) return LS_STATUS_OK;
  return context_fail(context, LS_STATUS_SYSTEM, "the system gives no random number: %s", strerror(errno));
}

bool replay_is_equal(const struct replay *replay) {
  return replay->difference_count == 0 && (!replay->has_sums || replay->sums_equal);
}

static void note_difference(struct replay *replay, int64_t scenario, const char *name) {
  if (replay->difference_count < DIFFERENCES_TOLD)
    replay->difference[replay->difference_count] = (struct difference){scenario, name};
  replay->difference_count++;
}

static bool same_bits(const double *a, const double *b) { return memcmp(a, b, sizeof *a) == 0; }

static void compare_scenarios(const struct accumulator *kept, const struct accumulator *fresh, struct replay *replay) {
  const int64_t offset = fresh->shape.first_scenario - kept->shape.first_scenario;
  for (int64_t k = 0; k < fresh->shape.scenario_count; k++) {
    const int64_t at = k + offset, number = k + fresh->shape.first_scenario;
    if (!same_bits(&kept->loss_gross[at], &fresh->loss_gross[k])) note_difference(replay, number, "loss_gross");
    if (!same_bits(&kept->loss_net[at], &fresh->loss_net[k])) note_difference(replay, number, "loss_net");
    if (kept->scenario_defaults[at] != fresh->scenario_defaults[k]) note_difference(replay, number, "default_count");
    if (kept->state[at] != fresh->state[k]) note_difference(replay, number, "status");
  }
}

/* Arrays that an older version did not keep are in one of them only, and not compared. */
static bool same_sums(struct accumulator *kept, struct accumulator *fresh) {
  struct sum_array a[SUM_ARRAYS_MOST], b[SUM_ARRAYS_MOST];
  const int count_a = accumulator_sums(kept, a), count_b = accumulator_sums(fresh, b);
  bool equal = kept->done_count == fresh->done_count && kept->converged_count == fresh->converged_count &&
               kept->clip_count == fresh->clip_count && kept->iteration_count == fresh->iteration_count;
  for (int k = 0; k < count_a; k++)
    for (int other = 0; other < count_b; other++)
      if (strcmp(a[k].name, b[other].name) == 0)
        equal = equal && memcmp(a[k].word, b[other].word, (size_t)a[k].count * sizeof *a[k].word) == 0;
  return equal;
}

/* Computes `count` scenarios from `first` on, counted from the file's first. */
static ls_status replay_range(ls_context *context, const struct job *job, const ls_results *results, int64_t first,
                              int64_t count, struct replay *replay) {
  struct accumulator *kept = results->accumulator, *fresh = NULL;
  struct accumulator_shape shape = kept->shape;
  shape.first_scenario += first;
  shape.scenario_count = count;
  shape.layout = job->plan->output;
  ls_status status = accumulator_create(context, &shape, &fresh);
  if (status == LS_STATUS_OK)
    status = job_accumulate(context, job, shape.first_scenario, count, &(struct sharing){0}, fresh, NULL);
  if (status == LS_STATUS_OK) {
    compare_scenarios(kept, fresh, replay);
    replay->scenarios += count;
    replay->has_sums = count == kept->shape.scenario_count;
    replay->sums_equal = replay->has_sums && same_sums(kept, fresh);
  }
  accumulator_destroy(&fresh);
  return status;
}

/* Every set of `wanted` blocks is as likely as any other: each is taken with the odds of what is still wanted among what is left. */
ls_status job_replay(ls_context *context, const struct job *job, const ls_results *results, int64_t wanted,
                     struct replay *replay) {
  const int64_t total = results->accumulator->shape.scenario_count;
  const int64_t blocks = (total + BLOCK_SCENARIOS - 1) / BLOCK_SCENARIOS;
  struct random_sequence sequence = {.seed = replay->seed, .stream = RANDOM_REPLAY};
  ls_status status = LS_STATUS_OK;
  if (total == 0) return LS_STATUS_OK;
  if (wanted >= blocks || job->scenarios->replay != NULL) {
    replay->blocks = blocks;
    return replay_range(context, job, results, 0, total, replay);
  }
  for (int64_t k = 0; k < blocks && wanted > 0 && status == LS_STATUS_OK; k++) {
    if (sequence_next(&sequence) * (double)(blocks - k) >= (double)wanted) continue;
    const int64_t first = k * BLOCK_SCENARIOS, left = total - first;
    status = replay_range(context, job, results, first, left < BLOCK_SCENARIOS ? left : BLOCK_SCENARIOS, replay);
    replay->blocks++;
    wanted--;
  }
  return status;
}

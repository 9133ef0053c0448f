/* accumulate.c - computed scenarios into an accumulator: each thread that computes adds its own, to sums of its own.
 *
 * The sums are exact integers, so that who added what leaves no trace. Where shares would take too much memory, several threads take
 * turns with one.
 */
#include <pthread.h>

#include "engine/engine.h"

enum { SHARE_SCENARIOS = 4096 }; /* fewer for each are not worth sums of their own */

static const int64_t SHARE_BYTES = INT64_C(512) << 20; /* all of them together */

/* The first is the whole, the others are shares of it. */
struct share {
  struct accumulator *accumulator;
  pthread_mutex_t lock;
};

struct collector {
  struct share *share;
  int share_count;
  const int64_t *replay; /* scenarios run alone are added by their place in this list */
  int64_t total, done;
};

static struct chunk placed(const struct collector *collector, const struct chunk *chunk) {
  struct chunk result = *chunk;
  if (collector->replay != NULL) {
    result.first = chunk->index - collector->replay;
    result.index = NULL;
  }
  return result;
}

static bool absorb(void *user, int worker, const struct chunk *chunk) {
  struct collector *collector = user;
  struct share *share = &collector->share[worker % collector->share_count];
  const struct chunk own = placed(collector, chunk);
  pthread_mutex_lock(&share->lock);
  bool added = accumulator_try_add(share->accumulator, &own);
  pthread_mutex_unlock(&share->lock);
  return added;
}

static void report(ls_context *context, void *user, int64_t scenarios) {
  struct collector *collector = user;
  collector->done += scenarios;
  context_report_progress(context, collector->done, collector->total);
}

static ls_status consume(ls_context *context, void *user, const struct chunk *chunk) {
  struct collector *collector = user;
  struct share *whole = &collector->share[0];
  const struct chunk own = placed(collector, chunk);
  pthread_mutex_lock(&whole->lock);
  ls_status status = accumulator_add(context, whole->accumulator, &own);
  pthread_mutex_unlock(&whole->lock);
  report(context, collector, chunk->count);
  return status;
}

static int share_count(const struct job *job, int64_t scenarios, const struct accumulator *accumulator) {
  int64_t threads = job->backend == &LS_CPU_BACKEND ? cpu_thread_count(job->threads) : 1;
  int64_t fitting = 1 + SHARE_BYTES / accumulator_share_bytes(accumulator);
  int64_t worthwhile = 1 + scenarios / SHARE_SCENARIOS;
  int64_t count = threads < fitting ? threads : fitting;
  return (int)(count < worthwhile ? count : worthwhile);
}

int64_t job_sum_bytes(const struct job *job, int64_t count, const struct accumulator *accumulator) {
  const int64_t by_scenario = 2 * sizeof(double) + sizeof(int32_t) + sizeof(int8_t);
  return share_count(job, count, accumulator) * accumulator_share_bytes(accumulator) + by_scenario * count;
}

static ls_status make_shares(ls_context *context, struct accumulator *whole, int count, struct collector *collector) {
  collector->share = context_allocate(context, (size_t)count, sizeof *collector->share);
  if (collector->share == NULL) return LS_STATUS_OUT_OF_MEMORY;
  ls_status status = LS_STATUS_OK;
  for (int k = 0; k < count && status == LS_STATUS_OK; k++) {
    struct share *share = &collector->share[k];
    share->accumulator = whole;
    if (k > 0) status = accumulator_create_share(context, whole, &share->accumulator);
    if (status != LS_STATUS_OK) break;
    pthread_mutex_init(&share->lock, NULL);
    collector->share_count++;
  }
  return status;
}

/* The whole stays with its owner. */
static void release_shares(ls_context *context, struct collector *collector) {
  for (int k = 0; k < collector->share_count; k++) {
    pthread_mutex_destroy(&collector->share[k].lock);
    if (k > 0) accumulator_destroy(&collector->share[k].accumulator);
  }
  context_release(context, collector->share);
}

ls_status job_accumulate(ls_context *context, const struct job *job, int64_t first, int64_t count,
                         struct accumulator *accumulator) {
  struct collector collector = {.replay = job->scenarios->replay, .total = count};
  ls_status status = make_shares(context, accumulator, share_count(job, count, accumulator), &collector);
  if (status == LS_STATUS_OK) {
    const struct receiver receiver = {consume, {absorb, report, &collector}, &collector};
    context_report_progress(context, 0, count);
    status = job_compute(context, job, false, job->scenarios->replay, first, count, &receiver);
  }
  for (int k = 1; k < collector.share_count && status == LS_STATUS_OK; k++)
    accumulator_gather(accumulator, collector.share[k].accumulator);
  release_shares(context, &collector);
  return status;
}

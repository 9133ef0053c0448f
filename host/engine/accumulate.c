/* accumulate.c - computed scenarios into an accumulator: each thread that computes adds its own, to sums of its own.
 *
 * The sums are exact integers, so that who added what leaves no trace. Where shares would take too much memory, several threads take
 * turns with one. Now and then all are gathered for a checkpoint; the calling thread then writes it while the others go on.
 */
#include <pthread.h>

#include "engine/engine.h"

enum { SHARE_SCENARIOS = BLOCK_SCENARIOS }; /* fewer for each are not worth sums of their own */

static const int64_t SHARE_BYTES = INT64_C(512) << 20; /* all of them together */

/* What takes less to compute again is not worth writing at the end of the work. */
#define WORTH_SAVING_SECONDS 0.2

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
  struct checkpoint *checkpoint; /* NULL: none is kept */
  ls_status save_failed;
};

static struct chunk placed(const struct collector *collector, const struct chunk *chunk) {
  struct chunk result = *chunk;
  if (collector->replay != NULL) {
    result.first = chunk->index - collector->replay;
    result.index = NULL;
  }
  return result;
}

/* Workers leave the whole to the calling thread where there are shares, so that none waits while a checkpoint is written. */
static struct share *share_of(struct collector *collector, int worker) {
  const int shares = collector->share_count - 1;
  return shares > 0 ? &collector->share[1 + worker % shares] : &collector->share[0];
}

static bool absorb(void *user, int worker, const struct chunk *chunk) {
  struct collector *collector = user;
  struct share *share = share_of(collector, worker);
  const struct chunk own = placed(collector, chunk);
  pthread_mutex_lock(&share->lock);
  bool added = accumulator_try_add(share->accumulator, &own);
  pthread_mutex_unlock(&share->lock);
  return added;
}

/* ---- checkpoints ------------------------------------------------------------------------------------------------------------- */

static void gather_shares(struct collector *collector) {
  for (int k = 1; k < collector->share_count; k++) {
    accumulator_gather(collector->share[0].accumulator, collector->share[k].accumulator);
    accumulator_clear_sums(collector->share[k].accumulator);
  }
}

/* All that has been added, at one moment; then it is written, and others go on. */
static ls_status save(ls_context *context, struct collector *collector) {
  for (int k = 0; k < collector->share_count; k++) pthread_mutex_lock(&collector->share[k].lock);
  gather_shares(collector);
  ls_status status = checkpoint_note(context, collector->checkpoint);
  for (int k = 1; k < collector->share_count; k++) pthread_mutex_unlock(&collector->share[k].lock);
  if (status == LS_STATUS_OK) status = checkpoint_write(context, collector->checkpoint);
  pthread_mutex_unlock(&collector->share[0].lock);
  return status;
}

/* A checkpoint that cannot be written ends the run: the last one still stands, and more would be lost later. */
static ls_status save_if_due(ls_context *context, struct collector *collector) {
  if (collector->checkpoint == NULL || collector->done < BLOCK_SCENARIOS || collector->done == collector->total ||
      !checkpoint_is_due(context, collector->checkpoint))
    return LS_STATUS_OK;
  collector->save_failed = save(context, collector);
  return collector->save_failed;
}

/* Once nobody adds any more: what was computed is kept whatever ended the work. */
static ls_status save_at_end(ls_context *context, struct collector *collector, ls_status status) {
  gather_shares(collector);
  if (collector->checkpoint == NULL || collector->save_failed != LS_STATUS_OK ||
      !checkpoint_is_behind(collector->checkpoint) ||
      (status == LS_STATUS_OK && checkpoint_age(collector->checkpoint) < WORTH_SAVING_SECONDS))
    return status;
  ls_status saved = save(context, collector);
  return saved != LS_STATUS_OK ? saved : status;
}

/* ---- what comes ---------------------------------------------------------------------------------------------------------------- */

static ls_status report(ls_context *context, void *user, int64_t scenarios) {
  struct collector *collector = user;
  collector->done += scenarios;
  context_report_progress(context, collector->done, collector->total);
  return save_if_due(context, collector);
}

static ls_status consume(ls_context *context, void *user, const struct chunk *chunk) {
  struct collector *collector = user;
  struct share *whole = &collector->share[0];
  const struct chunk own = placed(collector, chunk);
  pthread_mutex_lock(&whole->lock);
  ls_status status = accumulator_add(context, whole->accumulator, &own);
  pthread_mutex_unlock(&whole->lock);
  return status == LS_STATUS_OK ? report(context, collector, chunk->count) : status;
}

static int share_count(const struct job *job, int64_t scenarios, const struct accumulator *accumulator) {
  int64_t threads = job->backend == &LS_CPU_BACKEND ? 1 + cpu_thread_count(job->threads) : 1;
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

/* Scenarios that an earlier attempt left out, span by span; all of them where there was none. */
static ls_status compute_missing(ls_context *context, const struct job *job, int64_t begin,
                                 const struct accumulator *accumulator, struct collector *collector) {
  const struct receiver receiver = {consume, {absorb, report, collector}, collector};
  const int64_t *replay = job->scenarios->replay;
  ls_status status = LS_STATUS_OK;
  int64_t first = 0, count = 0;
  while (status == LS_STATUS_OK && accumulator_next_missing(accumulator, &first, &count))
    status = job_compute(context, job, false, replay != NULL ? replay + first : NULL, begin + first, count, &receiver);
  return status;
}

ls_status job_accumulate(ls_context *context, const struct job *job, int64_t first, int64_t count,
                         struct accumulator *accumulator, struct checkpoint *checkpoint) {
  struct collector collector = {.replay = job->scenarios->replay,
                                .total = count,
                                .done = accumulator_done_count(accumulator),
                                .checkpoint = checkpoint};
  ls_status status = make_shares(context, accumulator, share_count(job, count, accumulator), &collector);
  if (status == LS_STATUS_OK) {
    context_report_progress(context, collector.done, count);
    status = compute_missing(context, job, first, accumulator, &collector);
    status = save_at_end(context, &collector, status);
  }
  release_shares(context, &collector);
  return status;
}

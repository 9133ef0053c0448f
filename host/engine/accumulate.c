/* accumulate.c - computed scenarios into an accumulator: each thread that computes adds its own, to sums of its own.
 *
 * The sums are exact integers, so that who added what leaves no trace. Where shares would take too much memory, several threads take
 * turns with one. Now and then all are gathered for a checkpoint; the calling thread then writes it while the others go on. In a team
 * it also hands out spans of scenarios and takes in what other processes have added up of theirs.
 */
#include <pthread.h>

#include "aggregate/delivery.h"
#include "core/clock.h"
#include "engine/engine.h"
#include "engine/work.h"

enum { SHARE_SCENARIOS = BLOCK_SCENARIOS }; /* fewer for each are not worth sums of their own */

static const int64_t SHARE_BYTES = INT64_C(512) << 20; /* all of them together */

/* What takes less to compute again is not worth writing at the end of the work. */
#define WORTH_SAVING_SECONDS 0.2

/* How long one waits at a time for other processes, and how long for what they have when the run is cut short. */
#define LOOK_UP_SECONDS 0.05
#define RECALL_SECONDS 5.0

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
  struct work *work;             /* NULL in a process that has its spans from rank 0, of `team` */
  ls_team *team;
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

static void note_done(ls_context *context, struct collector *collector, int64_t scenarios) {
  collector->done += scenarios;
  if (scenarios > 0 && collector->total > 0) context_report_progress(context, collector->done, collector->total);
}

/* Takes in what other processes have; waits for it at most `seconds`. */
static ls_status serve_others(ls_context *context, struct collector *collector, double seconds) {
  int64_t scenarios = 0;
  ls_status status = work_serve(context, collector->work, seconds, &scenarios);
  note_done(context, collector, scenarios);
  return status == LS_STATUS_OK ? save_if_due(context, collector) : status;
}

static ls_status report(ls_context *context, void *user, int64_t scenarios) {
  struct collector *collector = user;
  note_done(context, collector, scenarios);
  if (collector->work == NULL) return team_is_recalled(context, collector->team) ? LS_STATUS_INTERRUPTED : LS_STATUS_OK;
  ls_status status = save_if_due(context, collector);
  return status == LS_STATUS_OK ? serve_others(context, collector, 0) : status;
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

/* ---- spans --------------------------------------------------------------------------------------------------------------------- */

/* `begin` is the number of the accumulator's first scenario. */
static ls_status compute_span(ls_context *context, const struct job *job, int64_t begin, int64_t first, int64_t count,
                              struct collector *collector) {
  const struct receiver receiver = {consume, {absorb, report, collector}, collector};
  const int64_t *replay = job->scenarios->replay;
  return job_compute(context, job, false, replay != NULL ? replay + first : NULL, begin + first, count, &receiver);
}

/* Until all is handed out and nothing of it is with others. */
static ls_status compute_all(ls_context *context, const struct job *job, int64_t begin, struct collector *collector) {
  ls_status status = LS_STATUS_OK;
  int64_t first = 0, count = 0;
  for (bool busy = true; busy && status == LS_STATUS_OK;) {
    status = serve_others(context, collector, 0);
    if (status != LS_STATUS_OK) break;
    if (work_next(collector->work, &first, &count)) {
      status = compute_span(context, job, begin, first, count, collector);
    } else if ((busy = work_is_out(collector->work))) {
      status = context_stop_requested(context) ? context_fail(context, LS_STATUS_INTERRUPTED, "interrupted")
                                               : serve_others(context, collector, LOOK_UP_SECONDS);
    }
  }
  return status;
}

/* The work was cut short: what others have is not to be lost, but not to be waited for too long. */
static void recall(ls_context *context, struct collector *collector) {
  const double limit = clock_seconds() + RECALL_SECONDS;
  const int messages = ls_context_message_count(context);
  work_recall(context, collector->work);
  while (work_is_out(collector->work) && clock_seconds() < limit) {
    int64_t scenarios = 0;
    (void)work_serve(context, collector->work, LOOK_UP_SECONDS, &scenarios);
    collector->done += scenarios;
  }
  context_drop_errors(context, messages); /* the first failure is the one that counts */
}

static ls_status lead(ls_context *context, const struct job *job, int64_t first, const struct sharing *sharing,
                      struct collector *collector) {
  struct share *whole = &collector->share[0];
  ls_status status =
      work_begin(context, whole->accumulator, &whole->lock, sharing->team, sharing->identity, &collector->work);
  if (status != LS_STATUS_OK) return status;
  context_report_progress(context, collector->done, collector->total);
  status = compute_all(context, job, first, collector);
  if (status != LS_STATUS_OK) recall(context, collector);
  status = save_at_end(context, collector, status);
  work_end(context, &collector->work);
  return status;
}

ls_status job_accumulate(ls_context *context, const struct job *job, int64_t first, int64_t count,
                         const struct sharing *sharing, struct accumulator *accumulator,
                         struct checkpoint *checkpoint) {
  struct collector collector = {.replay = job->scenarios->replay,
                                .total = count,
                                .done = accumulator_done_count(accumulator),
                                .checkpoint = checkpoint};
  ls_status status = make_shares(context, accumulator, share_count(job, count, accumulator), &collector);
  if (status == LS_STATUS_OK) status = lead(context, job, first, sharing, &collector);
  release_shares(context, &collector);
  return status;
}

/* ---- for rank 0 ---------------------------------------------------------------------------------------------------------------- */

/* Reports of a span, with what has been added up of it, whose sums then begin anew; asks for the next. */
static ls_status ask(ls_context *context, const struct sharing *sharing, ls_status status, struct accumulator *sums,
                     struct team_order *order) {
  int64_t *words = NULL, word_count = 0;
  if (order->count > 0) {
    ls_status packed = delivery_pack(context, sums, order->first, order->count, TEAM_HEAD_WORDS, &words, &word_count);
    accumulator_clear_sums(sums);
    if (status == LS_STATUS_OK) status = packed;
  }
  ls_status asked = team_ask(context, sharing->team, status, sharing->identity, words, word_count, order);
  context_release(context, words);
  return asked;
}

static ls_status follow(ls_context *context, const struct job *job, int64_t first, const struct sharing *sharing,
                        struct collector *collector) {
  struct team_order order = {0};
  ls_status status = LS_STATUS_OK;
  while (!order.ends) {
    ls_status asked = ask(context, sharing, status, collector->share[0].accumulator, &order);
    if (asked != LS_STATUS_OK) return asked;
    if (order.ends) break;
    status = compute_span(context, job, first, order.first, order.count, collector);
    gather_shares(collector);
  }
  return order.status;
}

ls_status job_follow(ls_context *context, const struct job *job, int64_t first, int64_t count,
                     const struct sharing *sharing, struct accumulator *accumulator) {
  struct collector collector = {.replay = job->scenarios->replay, .team = sharing->team};
  ls_status status = make_shares(context, accumulator, share_count(job, count, accumulator), &collector);
  if (status == LS_STATUS_OK) status = follow(context, job, first, sharing, &collector);
  release_shares(context, &collector);
  return status;
}

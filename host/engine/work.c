/* work.c - see work.h. Spans shrink towards the end, so that no process waits long for another, and are otherwise so long that
 * messages cost little. Who computes what leaves no trace in the results. */
#include "engine/work.h"

#include <string.h>

#include "aggregate/delivery.h"
#include "core/clock.h"
#include "scenario/scenario.h"

/* A span takes a second, or so long that taking in the sums of all takes a twentieth of the time. */
#define SPAN_SECONDS 1.0
#define TAKING_SHARE 0.05

static const int64_t SPAN_MOST = INT64_C(1) << 22; /* scenarios, of which each is 21 bytes to send */

/* One process. */
struct member {
  bool waits;    /* has asked for a span */
  int64_t count; /* scenarios of its span; 0: it has none */
  double since;
  double rate; /* scenarios a second of its last span; 0: not known */
};

struct work {
  struct accumulator *whole, *scratch; /* scratch: NULL without others */
  pthread_mutex_t *lock;
  ls_team *team;
  const char *identity;
  struct member *member; /* [size] */
  int size;
  bool closed;
  int64_t first, count; /* what lies together and is not handed out */
  int64_t left;         /* in all */
  double span_seconds;
};

/* ---- handing out --------------------------------------------------------------------------------------------------------------- */

static int64_t whole_blocks(int64_t scenarios) {
  const int64_t blocks = (scenarios + BLOCK_SCENARIOS - 1) / BLOCK_SCENARIOS;
  return (blocks > 1 ? blocks : 1) * BLOCK_SCENARIOS;
}

static int64_t span_length(const struct work *work, const struct member *member) {
  if (work->size == 1) return work->left;
  const int64_t even = work->left / (2 * work->size);
  const double fitting = member->rate * work->span_seconds; /* one block of who has not shown how fast it is */
  int64_t most = even < SPAN_MOST ? even : SPAN_MOST;
  if (fitting < (double)most) most = (int64_t)fitting;
  return whole_blocks(most);
}

static bool hand_out(struct work *work, struct member *member, int64_t *first, int64_t *count) {
  if (work->closed || work->left == 0) return false;
  if (work->count == 0 && !accumulator_next_missing(work->whole, &work->first, &work->count)) return false;
  const int64_t length = span_length(work, member);
  *first = work->first;
  *count = length < work->count ? length : work->count;
  work->first += *count;
  work->count -= *count;
  work->left -= *count;
  member->waits = false;
  member->count = *count;
  member->since = clock_seconds();
  return true;
}

/* The member is done with its span. */
static void note_rate(struct member *member) {
  const double seconds = clock_seconds() - member->since;
  if (member->count > 0 && seconds > 0) member->rate = (double)member->count / seconds;
  member->count = 0;
}

bool work_next(struct work *work, int64_t *first, int64_t *count) {
  note_rate(&work->member[0]);
  return hand_out(work, &work->member[0], first, count);
}

static ls_status hand_to_waiting(ls_context *context, struct work *work) {
  ls_status status = LS_STATUS_OK;
  for (int k = 1; k < work->size && status == LS_STATUS_OK; k++) {
    int64_t first = 0, count = 0;
    if (work->member[k].waits && hand_out(work, &work->member[k], &first, &count))
      status = team_order_span(context, work->team, k, first, count);
  }
  return status;
}

/* ---- taking in ----------------------------------------------------------------------------------------------------------------- */

static ls_status take(ls_context *context, struct work *work, const struct team_report *report, int64_t *scenarios) {
  const double begun = clock_seconds();
  pthread_mutex_lock(work->lock);
  ls_status status = delivery_take(context, work->whole, work->scratch, report->words, report->word_count, scenarios);
  pthread_mutex_unlock(work->lock);
  const double all = (clock_seconds() - begun) * (work->size - 1) / TAKING_SHARE;
  if (all > work->span_seconds) work->span_seconds = all;
  return status;
}

static ls_status refuse_foreign(ls_context *context, const struct work *work, const struct team_report *report) {
  if (strcmp(report->identity, work->identity) == 0) return LS_STATUS_OK;
  return context_fail(
      context, LS_STATUS_INVALID_INPUT,
      "process %d of the team has another run than process 0: its network, scenarios, settings or version differ",
      report->from);
}

/* What has been computed is kept before a failure counts. */
static ls_status hear(ls_context *context, struct work *work, const struct team_report *report, int64_t *scenarios) {
  struct member *member = &work->member[report->from];
  const int64_t asked = member->count;
  int64_t taken = 0;
  ls_status status = LS_STATUS_OK;
  note_rate(member);
  member->waits = true;
  if (report->status == LS_STATUS_OK || report->word_count > 0) status = refuse_foreign(context, work, report);
  if (status == LS_STATUS_OK && report->word_count > 0) status = take(context, work, report, &taken);
  if (status != LS_STATUS_OK) return status;
  *scenarios += taken;
  if (report->status == LS_STATUS_INTERRUPTED) return context_fail(context, LS_STATUS_INTERRUPTED, "interrupted");
  if (report->status != LS_STATUS_OK)
    return context_fail(context, report->status, "process %d of the team failed: %s", report->from,
                        report->reason[0] != '\0' ? report->reason : ls_status_text(report->status));
  if (taken != asked)
    return context_fail(context, LS_STATUS_SYSTEM, "process %d of the team sent %lld scenarios in place of %lld",
                        report->from, (long long)taken, (long long)asked);
  return LS_STATUS_OK;
}

ls_status work_serve(ls_context *context, struct work *work, double seconds, int64_t *scenarios) {
  ls_status status = LS_STATUS_OK;
  *scenarios = 0;
  if (work->size == 1) return LS_STATUS_OK;
  for (bool came = true; came && status == LS_STATUS_OK; seconds = 0) {
    struct team_report report;
    status = team_receive(context, work->team, seconds, &report);
    came = status == LS_STATUS_OK && report.from >= 0;
    if (came) status = hear(context, work, &report, scenarios);
  }
  return status == LS_STATUS_OK ? hand_to_waiting(context, work) : status;
}

bool work_is_out(const struct work *work) {
  bool out = false;
  for (int k = 1; k < work->size; k++) out = out || work->member[k].count > 0;
  return out;
}

void work_recall(ls_context *context, struct work *work) {
  work->closed = true;
  for (int k = 1; k < work->size; k++)
    if (work->member[k].count > 0)
      (void)team_recall(context, work->team, k); /* who cannot be reached has nothing to give */
}

/* ---- life ------------------------------------------------------------------------------------------------------------------------ */

ls_status work_begin(ls_context *context, struct accumulator *whole, pthread_mutex_t *lock, ls_team *team,
                     const char *identity, struct work **out) {
  struct work *work = context_allocate(context, 1, sizeof *work);
  if (work == NULL) return LS_STATUS_OUT_OF_MEMORY;
  *work = (struct work){.whole = whole, .lock = lock, .team = team, .identity = identity, .size = team_size(team)};
  work->span_seconds = SPAN_SECONDS;
  for (int64_t first = 0, count = 0; accumulator_next_missing(whole, &first, &count);) work->left += count;
  work->member = context_allocate(context, (size_t)work->size, sizeof *work->member);
  ls_status status = work->member != NULL ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
  if (status == LS_STATUS_OK && work->size > 1) status = accumulator_create_share(context, whole, &work->scratch);
  if (status == LS_STATUS_OK)
    *out = work;
  else
    work_end(context, &work);
  return status;
}

void work_end(ls_context *context, struct work **handle) {
  if (handle == NULL || *handle == NULL) return;
  accumulator_destroy(&(*handle)->scratch);
  context_release(context, (*handle)->member);
  context_release(context, *handle);
  *handle = NULL;
}

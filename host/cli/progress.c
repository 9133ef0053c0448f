/* progress.c - see progress.h. Reports may come from any thread. On the moving line and in logs whoever comes while another prints
 * says nothing; a program that reads JSON can rely on the last report, so that there everyone waits for its turn. */
#include "progress.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "output.h"

enum { BAR_WIDTH = 30 };
static const double MOVING_INTERVAL = 0.1, JSON_INTERVAL = 1, PLAIN_INTERVAL = 30; /* seconds */

struct progress {
  pthread_mutex_t printing;
  bool json, moving;
  double interval, begun, last;
  int64_t done, total; /* as last reported */
  bool is_told;        /* the last report is */
  struct {
    double seconds;
    int64_t done;
  } from; /* where the rate is counted from: a checkpoint may have been there first */
};

double progress_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void print_bar(double share) {
  char bar[BAR_WIDTH + 1];
  for (int k = 0; k < BAR_WIDTH; k++) bar[k] = k < (int)(share * BAR_WIDTH) ? '#' : '.';
  bar[BAR_WIDTH] = 0;
  fprintf(stderr, "[%s] ", bar);
}

/* Scenarios a second since the first report; 0: not known yet. */
static double rate_at(const struct progress *progress, double now) {
  const double seconds = now - progress->from.seconds;
  return seconds > 0 ? (double)(progress->done - progress->from.done) / seconds : 0;
}

static void print_line(const struct progress *progress, double now) {
  const int64_t done = progress->done, total = progress->total;
  const double share = total > 0 ? (double)done / (double)total : 0, rate = rate_at(progress, now);
  if (progress->moving) {
    fputc('\r', stderr);
    print_bar(share);
  }
  fprintf(stderr, "%3.0f%%  %" PRId64 " of %" PRId64 " scenarios, %.0f/s", 100 * share, done, total, rate);
  if (rate > 0 && done < total) fprintf(stderr, ", %.0f s left", (double)(total - done) / rate);
  fputs(progress->moving ? "\033[K" : "\n", stderr);
  fflush(stderr);
}

static void print_object(const struct progress *progress, double now) {
  const double rate = rate_at(progress, now);
  char left[32] = "null";
  if (rate > 0) snprintf(left, sizeof left, "%.3f", (double)(progress->total - progress->done) / rate);
  fprintf(stderr,
          "{\"scenarios_done\": %" PRId64 ", \"scenario_count\": %" PRId64
          ", \"seconds\": %.3f, \"rate\": %.3f, \"seconds_left\": %s}\n",
          progress->done, progress->total, now - progress->begun, rate, left);
  fflush(stderr);
}

static void tell(struct progress *progress, double now) {
  (progress->json ? print_object : print_line)(progress, now);
  progress->last = now;
  progress->is_told = true;
}

static bool takes_turn(struct progress *progress) {
  if (progress->json) return pthread_mutex_lock(&progress->printing) == 0;
  return pthread_mutex_trylock(&progress->printing) == 0;
}

static void report(int64_t done, int64_t total, void *user) {
  struct progress *progress = user;
  if (!takes_turn(progress)) return;
  const double now = progress_seconds();
  if (progress->total != total) {
    progress->from.seconds = now, progress->from.done = done;
    progress->done = -1;
  }
  if (progress->done < done) {
    progress->done = done, progress->total = total;
    progress->is_told = false;
    if (now - progress->last >= progress->interval) tell(progress, now);
  }
  pthread_mutex_unlock(&progress->printing);
}

struct progress *progress_begin(ls_context *context, const struct options *options) {
  if (options->quiet || options->no_progress) return NULL;
  struct progress *progress = calloc(1, sizeof *progress);
  if (progress == NULL) return NULL; /* a run without progress is better than none */
  pthread_mutex_init(&progress->printing, NULL);
  progress->json = cli_speaks_json();
  progress->moving = !progress->json && cli_is_lively();
  progress->interval = progress->json ? JSON_INTERVAL : progress->moving ? MOVING_INTERVAL : PLAIN_INTERVAL;
  progress->begun = progress->last = progress_seconds();
  ls_context_set_progress(context, report, progress);
  return progress;
}

void progress_end(ls_context *context, struct progress *progress) {
  if (progress == NULL) return;
  ls_context_set_progress(context, NULL, NULL);
  if (progress->moving) fputs("\r\033[K", stderr);
  if (progress->json && progress->total > 0 && !progress->is_told) tell(progress, progress_seconds());
  pthread_mutex_destroy(&progress->printing);
  free(progress);
}

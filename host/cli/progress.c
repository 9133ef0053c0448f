/* progress.c - see progress.h. Reports may come from any thread; whoever comes while another prints says nothing. */
#include "progress.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "output.h"

enum { BAR_WIDTH = 30 };
static const double MOVING_INTERVAL = 0.1, PLAIN_INTERVAL = 30; /* seconds */

struct progress {
  pthread_mutex_t printing;
  bool moving;
  double begun, last;
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

static void print_line(const struct progress *progress, int64_t done, int64_t total, double now) {
  double elapsed = now - progress->begun, share = total > 0 ? (double)done / (double)total : 0;
  double rate = elapsed > 0 ? (double)done / elapsed : 0;
  if (progress->moving) {
    fputc('\r', stderr);
    print_bar(share);
  }
  fprintf(stderr, "%3.0f %%  %" PRId64 " of %" PRId64 " scenarios, %.0f/s", 100 * share, done, total, rate);
  if (rate > 0 && done < total) fprintf(stderr, ", %.0f s left", (double)(total - done) / rate);
  fputs(progress->moving ? "\033[K" : "\n", stderr);
  fflush(stderr);
}

static void report(int64_t done, int64_t total, void *user) {
  struct progress *progress = user;
  if (pthread_mutex_trylock(&progress->printing) != 0) return;
  double now = progress_seconds();
  if (now - progress->last >= (progress->moving ? MOVING_INTERVAL : PLAIN_INTERVAL)) {
    print_line(progress, done, total, now);
    progress->last = now;
  }
  pthread_mutex_unlock(&progress->printing);
}

struct progress *progress_begin(ls_context *context, const struct options *options) {
  if (options->quiet || options->no_progress) return NULL;
  struct progress *progress = calloc(1, sizeof *progress);
  if (progress == NULL) return NULL; /* a run without progress is better than none */
  pthread_mutex_init(&progress->printing, NULL);
  progress->moving = cli_is_lively();
  progress->begun = progress->last = progress_seconds();
  ls_context_set_progress(context, report, progress);
  return progress;
}

void progress_end(ls_context *context, struct progress *progress) {
  if (progress == NULL) return;
  ls_context_set_progress(context, NULL, NULL);
  if (progress->moving) fputs("\r\033[K", stderr);
  pthread_mutex_destroy(&progress->printing);
  free(progress);
}

/* bench_threads.c - see bench_threads.h. */
#include "bench/bench_threads.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "core/arithmetic.h"
#include "core/clock.h"

struct crew {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  bool begun;
  void (*work)(void *user, int thread);
  void *user;
};

struct hand {
  struct crew *crew;
  pthread_t thread;
  int number;
};

static void *wait_and_work(void *argument) {
  const struct hand *hand = argument;
  fenv_t before;
  arithmetic_begin(&before);
  pthread_mutex_lock(&hand->crew->lock);
  while (!hand->crew->begun) pthread_cond_wait(&hand->crew->changed, &hand->crew->lock);
  pthread_mutex_unlock(&hand->crew->lock);
  hand->crew->work(hand->crew->user, hand->number);
  return NULL;
}

static double begin(struct crew *crew) {
  pthread_mutex_lock(&crew->lock);
  const double begun = clock_seconds();
  crew->begun = true;
  pthread_cond_broadcast(&crew->changed);
  pthread_mutex_unlock(&crew->lock);
  return begun;
}

ls_status bench_threads_run(ls_context *context, int threads, void (*work)(void *user, int thread), void *user,
                            double *seconds) {
  struct crew crew = {.work = work, .user = user};
  struct hand *hand = context_allocate(context, (size_t)threads, sizeof *hand);
  if (hand == NULL) return LS_STATUS_OUT_OF_MEMORY;
  pthread_mutex_init(&crew.lock, NULL);
  pthread_cond_init(&crew.changed, NULL);
  int started = 0, error = 0;
  for (; started < threads && error == 0; started += error == 0) {
    hand[started] = (struct hand){.crew = &crew, .number = started};
    error = pthread_create(&hand[started].thread, NULL, wait_and_work, &hand[started]);
  }
  const double begun = begin(&crew);
  for (int k = 0; k < started; k++) pthread_join(hand[k].thread, NULL);
  *seconds = clock_seconds() - begun;
  pthread_cond_destroy(&crew.changed);
  pthread_mutex_destroy(&crew.lock);
  context_release(context, hand);
  if (error == 0) return LS_STATUS_OK;
  return context_fail(context, LS_STATUS_SYSTEM, "cannot start a thread: %s", strerror(error));
}

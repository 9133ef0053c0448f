/* interrupt.c - see interrupt.h. Handlers only set flags and call what is safe in them. */
#include "interrupt.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

enum { PATH_LENGTH = 4096 };

static volatile sig_atomic_t requested;
static ls_context *_Atomic watched;
static char guarded[PATH_LENGTH];
static volatile sig_atomic_t has_guarded;

static void end_at_once(void) {
  static const char text[] = "interrupted again: ended at once\n";
  if (has_guarded) unlink(guarded);
  ssize_t written = write(STDERR_FILENO, text, sizeof text - 1);
  (void)written;
  _exit(75);
}

/* Batch systems may send SIGTERM several times; only whoever sits at a terminal and insists ends the program at once. */
static void handle_stop(int number) {
  if (requested && number == SIGINT) end_at_once();
  requested = 1;
  ls_context *context = atomic_load(&watched);
  if (context != NULL) ls_context_request_stop(context);
}

static void handle_checkpoint(int number) {
  (void)number;
  ls_context *context = atomic_load(&watched);
  if (context != NULL) ls_context_request_checkpoint(context);
}

void interrupt_install(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = handle_stop;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGHUP, &action, NULL);
  sigaction(SIGALRM, &action, NULL);
  action.sa_handler = handle_checkpoint;
  sigaction(SIGUSR1, &action, NULL);
  /* A file-size limit or a reader that went away then shows as a write error rather than as a death. */
  action.sa_handler = SIG_IGN;
  sigaction(SIGXFSZ, &action, NULL);
  sigaction(SIGPIPE, &action, NULL);
}

/* The kernel counts this down on a clock that nobody sets. */
void interrupt_set_deadline(double seconds) {
  struct itimerval timer = {.it_value = {.tv_sec = (time_t)seconds}};
  timer.it_value.tv_usec = (suseconds_t)((seconds - (double)timer.it_value.tv_sec) * 1e6);
  if (timer.it_value.tv_sec > 0 || timer.it_value.tv_usec > 0)
    setitimer(ITIMER_REAL, &timer, NULL);
  else
    raise(SIGALRM);
}

bool interrupt_requested(void) { return requested != 0; }

void interrupt_watch(ls_context *context) {
  atomic_store(&watched, context);
  if (context != NULL && requested) ls_context_request_stop(context);
}

void interrupt_guard_file(const char *path) {
  has_guarded = 0;
  if (path == NULL || strlen(path) >= sizeof guarded) return;
  snprintf(guarded, sizeof guarded, "%s", path);
  has_guarded = 1;
}

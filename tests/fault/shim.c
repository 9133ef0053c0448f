/* shim.c - loaded before the C library: makes the n-th call of one of its functions fail, in the process that was started.
 *
 * LS_FAIL_CALL names the function, LS_FAIL_AT says which call (from 1), LS_FAIL_ERRNO the number it fails with (0: what fits), and
 * LS_FAIL_FROM_THEN=1 makes all later ones fail too. Once it has struck, LS_FAIL_MARK is a file that exists.
 * LS_CLOCK_JUMP=SECONDS sets the time of day back and forth by that much at every look.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const char *chosen, *mark;
static long at, error_number;
static int from_then;
static pid_t process;
static atomic_long calls;

__attribute__((constructor)) static void begin(void) {
  const char *n = getenv("LS_FAIL_AT"), *error = getenv("LS_FAIL_ERRNO");
  mark = getenv("LS_FAIL_MARK");
  at = n != NULL ? atol(n) : 0;
  error_number = error != NULL ? atol(error) : 0;
  from_then = getenv("LS_FAIL_FROM_THEN") != NULL;
  process = getpid();
  chosen = getenv("LS_FAIL_CALL"); /* last: from here on calls count */
}

static int strikes(const char *name, int usual) {
  if (chosen == NULL || strcmp(chosen, name) != 0 || getpid() != process) return 0;
  const long call = atomic_fetch_add(&calls, 1) + 1;
  if (call != at && !(from_then && call > at)) return 0;
  if (mark != NULL) {
    const long file = syscall(SYS_openat, AT_FDCWD, mark, O_CREAT | O_WRONLY, 0666);
    if (file >= 0) syscall(SYS_close, file);
  }
  errno = error_number > 0 ? (int)error_number : usual;
  return 1;
}

/* The C library's own function of that name. */
#define NEXT(type, name, parameters) \
  static type(*next) parameters;     \
  if (next == NULL) *(void **)(void *)&next = dlsym(RTLD_NEXT, #name)

#define SHIM(type, name, failure, usual, parameters, arguments) \
  type name parameters {                                        \
    NEXT(type, name, parameters);                               \
    if (strikes(#name, usual)) return failure;                  \
    return next arguments;                                      \
  }

SHIM(ssize_t, write, -1, ENOSPC, (int file, const void *data, size_t size), (file, data, size))
SHIM(ssize_t, pwrite, -1, ENOSPC, (int file, const void *data, size_t size, off_t to), (file, data, size, to))
SHIM(ssize_t, pwrite64, -1, ENOSPC, (int file, const void *data, size_t size, off64_t to), (file, data, size, to))
SHIM(ssize_t, read, -1, EIO, (int file, void *data, size_t size), (file, data, size))
SHIM(int, fsync, -1, EIO, (int file), (file))
SHIM(int, fdatasync, -1, EIO, (int file), (file))
SHIM(int, rename, -1, EIO, (const char *from, const char *to), (from, to))
SHIM(int, renameat2, -1, EIO, (int a, const char *from, int b, const char *to, unsigned flags), (a, from, b, to, flags))
SHIM(int, link, -1, EPERM, (const char *from, const char *to), (from, to))
SHIM(int, unlink, -1, EIO, (const char *name), (name))
SHIM(int, ftruncate, -1, EIO, (int file, off_t size), (file, size))
SHIM(int, flock, -1, ENOLCK, (int file, int how), (file, how))
SHIM(int, close_range, -1, ENOSYS, (unsigned first, unsigned last, int flags), (first, last, flags))
SHIM(int, socketpair, -1, EMFILE, (int domain, int type, int protocol, int pair[2]), (domain, type, protocol, pair))
SHIM(pid_t, fork, -1, EAGAIN, (void), ())

int pthread_create(pthread_t *thread, const pthread_attr_t *how, void *(*work)(void *), void *user) {
  NEXT(int, pthread_create, (pthread_t *, const pthread_attr_t *, void *(*)(void *), void *));
  return strikes("pthread_create", EAGAIN) ? EAGAIN : next(thread, how, work, user);
}

int open(const char *path, int flags, ...) {
  NEXT(int, open, (const char *, int, ...));
  va_list more;
  va_start(more, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? (mode_t)va_arg(more, int) : 0;
  va_end(more);
  return strikes("open", EMFILE) ? -1 : next(path, flags, mode);
}

/* dlsym allocates: the C library's own names are called directly. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);

void *malloc(size_t size) { return strikes("malloc", ENOMEM) ? NULL : __libc_malloc(size); }
void *calloc(size_t count, size_t size) { return strikes("malloc", ENOMEM) ? NULL : __libc_calloc(count, size); }
void *realloc(void *old, size_t size) { return strikes("malloc", ENOMEM) ? NULL : __libc_realloc(old, size); }

/* ---- clocks that jump -------------------------------------------------------------------------------------------------- */

static long jump(void) {
  static atomic_long looks;
  const char *seconds = getenv("LS_CLOCK_JUMP");
  if (seconds == NULL) return 0;
  return atomic_fetch_add(&looks, 1) % 2 == 0 ? atol(seconds) : -atol(seconds);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  const long failed = syscall(SYS_clock_gettime, clock, now);
  if (failed == 0 && clock == CLOCK_REALTIME) now->tv_sec += jump();
  return (int)failed;
}

time_t time(time_t *now) {
  struct timespec read;
  clock_gettime(CLOCK_REALTIME, &read);
  if (now != NULL) *now = read.tv_sec;
  return read.tv_sec;
}

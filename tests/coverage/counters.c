/* counters.c - in a build that counts lines: processes that end without exit() write their counters first (cmake/Coverage.cmake).
 *
 * The linker leads three calls of the library and the program here: _exit, kill and seccomp_load. So nothing in host/ knows of counting.
 */
#include <gcov.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#if defined(LS_WITH_SECCOMP)
#include <seccomp.h>
#endif

enum { PATIENCE_MILLISECONDS = 5000 };

_Noreturn void __real__exit(int code);
int __real_kill(pid_t process, int number);
_Noreturn void __wrap__exit(int code);
int __wrap_kill(pid_t process, int number);

void __wrap__exit(int code) {
  __gcov_dump();
  __real__exit(code);
}

/* The reader of HDF5 files is killed once its socket is closed, which it takes as the end as well: it is given the time for that. */
int __wrap_kill(pid_t process, int number) {
  const struct timespec millisecond = {.tv_nsec = 1000000};
  for (int k = 0; number == SIGKILL && k < PATIENCE_MILLISECONDS; k++) {
    siginfo_t ended = {0};
    if (waitid(P_PID, (id_t)process, &ended, WEXITED | WNOHANG | WNOWAIT) != 0 || ended.si_pid != 0) break;
    (void)nanosleep(&millisecond, NULL);
  }
  return __real_kill(process, number);
}

#if defined(LS_WITH_SECCOMP)
int __real_seccomp_load(scmp_filter_ctx filter);
int __wrap_seccomp_load(scmp_filter_ctx filter);

/* The filter as it is, and in addition the right to write counters. */
int __wrap_seccomp_load(scmp_filter_ctx filter) {
  static const int calls[] = {SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(fcntl), SCMP_SYS(ftruncate), SCMP_SYS(mkdir)};
  for (size_t k = 0; k < sizeof calls / sizeof calls[0]; k++)
    (void)seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[k], 0);
  return __real_seccomp_load(filter);
}
#endif

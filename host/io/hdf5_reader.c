/* hdf5_reader.c - the process that looks into HDF5 files: it is given bytes and a socket, and can do nothing else.
 *
 * HDF5 crashes on some damaged files, and may be led astray by made ones. So it runs in a child of its own: without other files open,
 * with bounds on time and memory and, where the system has it (seccomp), without the right to open, start or send anything. What
 * it answers is checked like the file itself.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/hdf5_messages.h"
#if defined(LS_WITH_SECCOMP)
#include <seccomp.h>
#endif

enum { SECONDS_LEAST = 20, BYTES_PER_SECOND = 1 << 20, COPIES = 6 };
#define MEMORY_LEAST (INT64_C(2) << 30)

/* ---- walls ----------------------------------------------------------------------------------------------------------------- */

static void limit(int resource, int64_t most) {
  struct rlimit current;
  if (getrlimit((__rlimit_resource_t)resource, &current) != 0) return;
  if (current.rlim_max == RLIM_INFINITY || (int64_t)current.rlim_max > most) current.rlim_max = (rlim_t)most;
  current.rlim_cur = current.rlim_max;
  (void)setrlimit((__rlimit_resource_t)resource, &current);
}

#if defined(__SANITIZE_ADDRESS__) /* which maps terabytes for itself */
static void limit_memory(int64_t length) { (void)length; }
#else
/* What this process has mapped already: it began as a copy of its parent. */
static int64_t mapped_bytes(void) {
  long long pages = 0;
  FILE *file = fopen("/proc/self/statm", "re");
  if (file == NULL) return 0;
  if (fscanf(file, "%lld", &pages) != 1) pages = 0;
  (void)fclose(file);
  return pages * sysconf(_SC_PAGESIZE);
}

static void limit_memory(int64_t length) { limit(RLIMIT_AS, mapped_bytes() + MEMORY_LEAST + COPIES * length); }
#endif

static void limit_resources(int64_t length) {
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_CPU, SECONDS_LEAST + length / BYTES_PER_SECOND);
  limit_memory(length);
}

/* Nothing of the parent's stays open but the socket. */
static void close_others(int socket) {
  const int nothing = open("/dev/null", O_RDWR);
  for (int stream = 0; stream <= 2 && nothing >= 0; stream++) (void)dup2(nothing, stream);
  (void)close_range(3, (unsigned)socket - 1, 0);
  (void)close_range((unsigned)socket + 1, ~0u, 0);
}

#if defined(LS_WITH_SECCOMP)
static bool allow(scmp_filter_ctx filter) {
  static const int calls[] = {
      SCMP_SYS(read),          SCMP_SYS(write),        SCMP_SYS(readv),          SCMP_SYS(writev), SCMP_SYS(recvfrom),
      SCMP_SYS(sendto),        SCMP_SYS(pread64),      SCMP_SYS(lseek),          SCMP_SYS(close),  SCMP_SYS(brk),
      SCMP_SYS(munmap),        SCMP_SYS(mremap),       SCMP_SYS(madvise),        SCMP_SYS(futex),  SCMP_SYS(exit),
      SCMP_SYS(exit_group),    SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask), SCMP_SYS(fstat),  SCMP_SYS(newfstatat),
      SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(getpid),         SCMP_SYS(gettid), SCMP_SYS(tgkill),
      SCMP_SYS(getrandom),     SCMP_SYS(sched_yield),  SCMP_SYS(restart_syscall)};
  bool good = true;
  for (size_t k = 0; k < sizeof calls / sizeof calls[0]; k++)
    good = good && seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[k], 0) == 0;
  /* memory of its own, but none that can be executed */
  good = good && seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
                                  SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS)) == 0;
  return good && seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
                                  SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) == 0;
}

/* A system that refuses filters leaves the other walls. */
static void forbid_calls(void) {
  scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
  if (filter == NULL) return;
  if (allow(filter)) (void)seccomp_load(filter);
  seccomp_release(filter);
}
#else
static void forbid_calls(void) {}
#endif

bool hdf5_reader_is_walled(void) {
#if defined(LS_WITH_SECCOMP)
  return true;
#else
  return false;
#endif
}

/* ---- answers ------------------------------------------------------------------------------------------------------------------- */

/* The faults found, one behind the other. */
static char *gather_messages(ls_context *context, int64_t *bytes) {
  const int count = ls_context_message_count(context);
  *bytes = 0;
  for (int k = 0; k < count; k++) *bytes += (int64_t)strlen(context_error(context, k)->text) + 1;
  char *text = context_allocate(context, (size_t)*bytes, 1), *to = text;
  for (int k = 0; text != NULL && k < count; k++) to = stpcpy(to, context_error(context, k)->text) + 1;
  if (text == NULL) *bytes = 0;
  return text;
}

static bool answer_with(struct hdf5_file *file, int socket, ls_status status, struct hdf5_answer answer,
                        const void *value) {
  char *text = gather_messages(file->context, &answer.message_bytes);
  if (errno == ENOMEM) status = LS_STATUS_OUT_OF_MEMORY; /* HDF5 may go on without what it found no memory for */
  answer.status = status;
  if (status != LS_STATUS_OK || value == NULL) answer.bytes = 0;
  bool sent = hdf5_deliver(socket, &answer, sizeof answer) &&
              hdf5_deliver(socket, text, (size_t)answer.message_bytes) &&
              (answer.bytes == 0 || hdf5_deliver(socket, value, (size_t)answer.bytes));
  context_release(file->context, text);
  ls_context_clear_messages(file->context);
  return sent;
}

/* Texts one behind the other. */
static char *join_texts(ls_context *context, char *const *text, int64_t count, int64_t *bytes) {
  *bytes = 0;
  for (int64_t k = 0; k < count; k++) *bytes += (int64_t)strlen(text[k]) + 1;
  char *joined = context_allocate(context, (size_t)*bytes, 1), *to = joined;
  for (int64_t k = 0; joined != NULL && k < count; k++) to = stpcpy(to, text[k]) + 1;
  return joined;
}

static bool answer_texts(struct hdf5_file *file, int socket, const struct hdf5_question *question, const char *name) {
  struct hdf5_answer answer = {.count = question->count};
  char **text = NULL, *joined = NULL;
  ls_status status = question->kind == HDF5_GET_TEXTS
                         ? direct_get_texts(file, question->object, name, &text, &answer.count)
                         : direct_read_texts(file, question->object, name, question->count, &text);
  if (status == LS_STATUS_OK) {
    joined = join_texts(file->context, text, answer.count, &answer.bytes);
    hdf5_texts_release(file->context, text, answer.count);
    if (joined == NULL) status = LS_STATUS_OUT_OF_MEMORY;
  }
  bool sent = answer_with(file, socket, status, answer, joined);
  context_release(file->context, joined);
  return sent;
}

static bool answer_array(struct hdf5_file *file, int socket, const struct hdf5_question *question, const char *name) {
  const enum hdf5_element element = (enum hdf5_element)(question->kind - HDF5_READ_ARRAY);
  struct hdf5_answer answer = {.count = question->count};
  void *value = NULL;
  ls_status status = LS_STATUS_INVALID_INPUT;
  if (question->count >= 0 && (int)element < HDF5_ELEMENTS)
    status = direct_read_array(file, question->object, name, element, question->count, &value);
  if (status == LS_STATUS_OK) answer.bytes = answer.count * (int64_t)HDF5_ELEMENT_SIZE[element];
  bool sent = answer_with(file, socket, status, answer, value);
  context_release(file->context, value);
  return sent;
}

static bool answer_integers(struct hdf5_file *file, int socket, const struct hdf5_question *question,
                            const char *name) {
  struct hdf5_answer answer = {0};
  int64_t *value = NULL;
  ls_status status = direct_get_integers(file, question->object, name, &value, &answer.count);
  answer.bytes = answer.count * (int64_t)sizeof *value;
  bool sent = answer_with(file, socket, status, answer, value);
  context_release(file->context, value);
  return sent;
}

static bool answer_number(struct hdf5_file *file, int socket, const struct hdf5_question *question, const char *name) {
  struct hdf5_answer answer = {0};
  const hdf5_id object = question->object;
  hdf5_id group = -1;
  double number = 0;
  ls_status status = LS_STATUS_OK;
  switch (question->kind) {
    case HDF5_HAS:
      answer.number = direct_has(file, object, name);
      break;
    case HDF5_HAS_ATTRIBUTE:
      answer.number = direct_has_attribute(file, object, name);
      break;
    case HDF5_GROUP_OPEN:
      status = direct_group_open(file, object, name, &group);
      answer.number = group;
      break;
    case HDF5_GROUP_CLOSE:
      if (object >= 0 && object != file->file) (void)H5Gclose(object);
      break;
    case HDF5_GET_INTEGER:
      status = direct_get_integer(file, object, name, &answer.number);
      break;
    case HDF5_GET_NUMBER:
      status = direct_get_number(file, object, name, &number);
      memcpy(&answer.number, &number, sizeof number);
      break;
    case HDF5_COUNT:
      status = direct_count(file, object, name, &answer.number);
      break;
    default:
      return false;
  }
  return answer_with(file, socket, status, answer, NULL);
}

static bool answer_one(struct hdf5_file *file, int socket) {
  struct hdf5_question question;
  char name[HDF5_NAME_LONGEST + 1];
  errno = 0;
  if (!hdf5_receive(socket, &question, sizeof question, -1)) return false;
  if (question.name_length < 0 || question.name_length >= (int64_t)sizeof name) return false;
  if (!hdf5_receive(socket, name, (size_t)question.name_length, -1)) return false;
  name[question.name_length] = '\0';
  if (question.kind >= HDF5_READ_ARRAY) return answer_array(file, socket, &question, name);
  if (question.kind == HDF5_GET_TEXTS || question.kind == HDF5_READ_TEXTS)
    return answer_texts(file, socket, &question, name);
  if (question.kind == HDF5_GET_INTEGERS) return answer_integers(file, socket, &question, name);
  return answer_number(file, socket, &question, name);
}

/* ---- life -------------------------------------------------------------------------------------------------------------------------- */

/* Never returns. `source` opens the file, under all walls but the last where it must be opened by name. */
static _Noreturn void be_reader(struct hdf5_file *file, int socket, const struct hdf5_source *source) {
  (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
  close_others(socket);
  limit_resources(file->length);
  ls_context_set_allocator(file->context, NULL, NULL, NULL); /* the caller's may not be safe in a copy of its process */
  errno = 0;
  (void)H5open();
  (void)H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
  (void)H5PLset_loading_state(0);
  const bool by_name = source->data == NULL; /* which needs the right to open */
  if (!by_name) forbid_calls();
  file->file = source->open(file, source);
  if (by_name) forbid_calls();
  struct hdf5_answer answer = {.number = file->file};
  bool going = answer_with(file, socket, file->file >= 0 ? LS_STATUS_OK : LS_STATUS_INVALID_INPUT, answer, NULL);
  while (going && file->file >= 0) going = answer_one(file, socket);
  _exit(0);
}

ls_status hdf5_reader_start(struct hdf5_file *file, const struct hdf5_source *source) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
    return context_fail(file->context, LS_STATUS_SYSTEM, "%s: cannot start its reader: %s", file->path,
                        strerror(errno));
  const pid_t child = fork();
  if (child == 0) be_reader(file, pair[1], source);
  const int error = errno;
  (void)close(pair[1]);
  if (child < 0) {
    (void)close(pair[0]);
    return context_fail(file->context, LS_STATUS_SYSTEM, "%s: cannot start its reader: %s", file->path,
                        strerror(error));
  }
  file->reader = child;
  file->reader_socket = pair[0];
  struct hdf5_answer answer;
  ls_status status = hdf5_take_answer(file, &answer);
  if (status == LS_STATUS_OK) file->file = answer.number;
  return status;
}

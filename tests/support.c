/* support.c - see support.h. */
#define _XOPEN_SOURCE 700
#include "support.h"

#include <fcntl.h>
#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATH_LENGTH = 4096, PATH_COUNT = 8 };

/* ---- memory -------------------------------------------------------------------------------------------------------- */

static void *failing_allocate(size_t bytes, void *user) {
  struct failing_allocator *allocator = user;
  if (allocator->allowed >= 0 && allocator->made >= allocator->allowed) return NULL;
  void *memory = malloc(bytes);
  if (memory != NULL) {
    allocator->made++;
    allocator->held++;
  }
  return memory;
}

static void failing_release(void *memory, void *user) {
  struct failing_allocator *allocator = user;
  if (memory != NULL) allocator->held--;
  free(memory);
}

void support_fail_after(ls_context *context, struct failing_allocator *allocator, int64_t allowed) {
  *allocator = (struct failing_allocator){.allowed = allowed};
  ls_context_set_allocator(context, failing_allocate, failing_release, allocator);
}

void support_poison(double *values, size_t count) {
  for (size_t k = 0; k < count; k++) values[k] = NAN;
}

/* ---- files --------------------------------------------------------------------------------------------------------- */

static char *next_path(void) {
  static _Thread_local char paths[PATH_COUNT][PATH_LENGTH];
  static _Thread_local unsigned next;
  return paths[next++ % PATH_COUNT];
}

const char *support_source(const char *name) {
  char *path = next_path();
  snprintf(path, PATH_LENGTH, "%s/%s", LS_SOURCE_DIR, name);
  return path;
}

const char *support_shared(const char *name) {
  const char *folder = getenv("LOOPSTRESS_SHARED");
  char *path = next_path();
  if (folder != NULL && *folder != 0) {
    snprintf(path, PATH_LENGTH, "%s/%s", folder, name);
  } else {
    snprintf(path, PATH_LENGTH, "%s/../shared/%s", LS_SOURCE_DIR, name);
  }
  return access(path, R_OK) == 0 ? path : NULL;
}

bool support_make_folder(char *path) {
  const char *parent = getenv("TMPDIR");
  snprintf(path, PATH_LENGTH, "%s/loopstress-test-XXXXXX", parent != NULL ? parent : "/tmp");
  return mkdtemp(path) != NULL;
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *place) {
  (void)status;
  (void)kind;
  (void)place;
  return remove(path);
}

void support_remove_folder(const char *path) { nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS); }

bool support_write_file(const char *folder, const char *name, const char *text) {
  char path[PATH_LENGTH];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "wb");
  if (file == NULL) return false;
  bool written = fwrite(text, 1, strlen(text), file) == strlen(text);
  return fclose(file) == 0 && written;
}

static char *read_all(FILE *file, size_t *length) {
  size_t size = 0, capacity = 1 << 16;
  char *text = malloc(capacity);
  while (text != NULL) {
    size += fread(text + size, 1, capacity - size - 1, file);
    if (size < capacity - 1) break;
    capacity *= 2;
    char *larger = realloc(text, capacity);
    if (larger == NULL) free(text);
    text = larger;
  }
  if (text != NULL) text[size] = 0;
  if (text != NULL && length != NULL) *length = size;
  return text;
}

char *support_read_file(const char *path, size_t *length) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) return NULL;
  char *text = read_all(file, length);
  fclose(file);
  return text;
}

/* ---- programs ------------------------------------------------------------------------------------------------------- */

/* Both streams go to unnamed files, so that no amount of output can block the program. */
static void start_program(const char *const *arguments, FILE *output, FILE *messages) {
  if (dup2(fileno(output), STDOUT_FILENO) < 0 || dup2(fileno(messages), STDERR_FILENO) < 0) _exit(127);
  int nothing = open("/dev/null", O_RDONLY);
  if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0) _exit(127);
  char *list[64] = {NULL};
  for (int k = 0; k < 63 && arguments[k] != NULL; k++) list[k] = strdup(arguments[k]);
  if (list[0] != NULL) execvp(list[0], list);
  _exit(127);
}

static int wait_for_program(pid_t process) {
  int ended;
  if (process < 0 || waitpid(process, &ended, 0) != process) return -1;
  return WIFEXITED(ended) ? WEXITSTATUS(ended) : 128 + WTERMSIG(ended);
}

struct program_result support_run(const char *const *arguments) {
  struct program_result result = {.status = -1};
  FILE *output = tmpfile(), *messages = tmpfile();
  if (output != NULL && messages != NULL) {
    fflush(NULL);
    pid_t process = fork();
    if (process == 0) start_program(arguments, output, messages);
    result.status = wait_for_program(process);
    rewind(output);
    rewind(messages);
    result.output = read_all(output, NULL);
    result.messages = read_all(messages, NULL);
  }
  if (output != NULL) fclose(output);
  if (messages != NULL) fclose(messages);
  return result;
}

void support_release_program(struct program_result *result) {
  free(result->output);
  free(result->messages);
  *result = (struct program_result){.status = -1};
}

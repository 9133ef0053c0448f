/* destination.c - see destination.h. */
#include "destination.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "interrupt.h"
#include "output.h"

static int refuse(ls_status status, const char *path, const char *reason) {
  cli_complain("output '%s' %s", path, reason);
  return ls_status_exit_code(status);
}

/* The folder that is to hold `path`, in fresh memory. */
static char *folder_of(const char *path) {
  size_t length = strlen(path);
  while (length > 1 && path[length - 1] == '/') length--;
  while (length > 0 && path[length - 1] != '/') length--;
  if (length == 0) return strdup(".");
  return strndup(path, length);
}

static int check_folder(const char *path) {
  struct stat found;
  int code = EXIT_DONE;
  char *folder = folder_of(path);
  if (folder == NULL) return cli_out_of_memory();
  if (stat(folder, &found) != 0 || !S_ISDIR(found.st_mode)) {
    code = errno == EACCES
               ? refuse(LS_STATUS_PERMISSION, path, "cannot be reached: permission denied")
               : refuse(LS_STATUS_OUTPUT_EXISTS, path, "cannot be created: its folder does not exist (mkdir makes it)");
  } else if (access(folder, W_OK | X_OK) != 0) {
    code = refuse(LS_STATUS_PERMISSION, path, "cannot be created: its folder is not writable");
  }
  free(folder);
  return code;
}

static bool is_same_file(const char *path, const struct stat *output) {
  struct stat input;
  return path != NULL && stat(path, &input) == 0 && input.st_dev == output->st_dev && input.st_ino == output->st_ino;
}

static bool is_an_input(const struct options *options, const struct stat *output) {
  for (int k = 0; k < options->operand_count; k++)
    if (is_same_file(options->operand[k], output)) return true;
  return is_same_file(options->entities, output) || is_same_file(options->map, output);
}

int destination_check(const struct options *options, bool is_folder) {
  const char *path = options->output;
  struct stat found;
  errno = 0;
  if (lstat(path, &found) != 0) return check_folder(path);
  if (S_ISDIR(found.st_mode) && !is_folder)
    return refuse(LS_STATUS_OUTPUT_EXISTS, path, "is a folder, must be a file's name");
  if (!S_ISDIR(found.st_mode) && is_folder) return refuse(LS_STATUS_OUTPUT_EXISTS, path, "exists and is no folder");
  if (!options->force) return refuse(LS_STATUS_OUTPUT_EXISTS, path, "exists; --force replaces it");
  if (is_an_input(options, &found)) return refuse(LS_STATUS_OUTPUT_EXISTS, path, "is the input itself");
  return check_folder(path);
}

int destination_check_or_find(const struct options *options, bool *exists) {
  struct stat found;
  *exists =
      !options->force && lstat(options->output, &found) == 0 && S_ISREG(found.st_mode) && !is_an_input(options, &found);
  return *exists ? check_folder(options->output) : destination_check(options, false);
}

/* ---- what a killed run leaves ---------------------------------------------------------------------------------------- */

/* Is `name` a temporary name of `output` or of one of the files beside it: "OUTPUT[.partial|.run.json].tmp-PID-N"? */
static bool is_leftover(const char *name, const char *output) {
  static const char *const kind[] = {".tmp-", ".partial.tmp-", ".run.json.tmp-"};
  const size_t length = strlen(output);
  if (strncmp(name, output, length) != 0) return false;
  for (size_t k = 0; k < sizeof kind / sizeof kind[0]; k++) {
    if (strncmp(name + length, kind[k], strlen(kind[k])) != 0) continue;
    const char *numbers = name + length + strlen(kind[k]);
    return *numbers != 0 && strspn(numbers, "0123456789-") == strlen(numbers);
  }
  return false;
}

void destination_sweep(const struct options *options) {
  const char *slash = strrchr(options->output, '/'), *output = slash != NULL ? slash + 1 : options->output;
  char *folder = folder_of(options->output);
  DIR *entries = folder != NULL ? opendir(folder) : NULL;
  for (struct dirent *entry = entries != NULL ? readdir(entries) : NULL; entry != NULL; entry = readdir(entries))
    if (is_leftover(entry->d_name, output)) (void)unlinkat(dirfd(entries), entry->d_name, 0);
  if (entries != NULL) closedir(entries);
  free(folder);
}

char *destination_beside(const struct options *options, const char *suffix) {
  const size_t room = strlen(options->output) + strlen(suffix) + 1;
  char *path = malloc(room);
  if (path != NULL) snprintf(path, room, "%s%s", options->output, suffix);
  return path;
}

/* ---- the lock -------------------------------------------------------------------------------------------------------- */

/* Another process may remove the file between our opening and locking it: then the lock is of a file without a name. */
static bool is_still_named(int file, const char *path) {
  struct stat held, named;
  return fstat(file, &held) == 0 && stat(path, &named) == 0 && held.st_ino == named.st_ino &&
         held.st_dev == named.st_dev;
}

/* 0, or the errno that says why not. */
static int try_lock(const char *path, int *file) {
  for (;;) {
    *file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (*file < 0) return errno;
    int reason = flock(*file, LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
    if (reason == 0 && is_still_named(*file, path)) return 0;
    close(*file);
    *file = -1;
    if (reason != 0) return reason;
  }
}

int destination_lock(const struct options *options, struct destination_lock *lock) {
  *lock = (struct destination_lock){.file = -1, .path = destination_beside(options, ".lock")};
  if (lock->path == NULL) return cli_out_of_memory();
  interrupt_guard_file(lock->path);
  int reason = try_lock(lock->path, &lock->file);
  if (reason == 0) return EXIT_DONE;
  interrupt_guard_file(NULL); /* not ours to remove */
  free(lock->path);
  lock->path = NULL;
  if (reason == EWOULDBLOCK) return refuse(LS_STATUS_OUTPUT_EXISTS, options->output, "is being written by another run");
  if (reason == EACCES || reason == EROFS) return refuse(LS_STATUS_PERMISSION, options->output, strerror(reason));
  cli_complain("cannot lock output '%s': %s", options->output, strerror(reason));
  return ls_status_exit_code(reason == ENAMETOOLONG ? LS_STATUS_OUTPUT_EXISTS : LS_STATUS_IO);
}

/* Removed before it is let go: whoever waits for the name finds none, or a new one. */
void destination_unlock(struct destination_lock *lock) {
  if (lock->file >= 0) {
    unlink(lock->path);
    close(lock->file);
  }
  interrupt_guard_file(NULL);
  free(lock->path);
  *lock = (struct destination_lock){.file = -1};
}

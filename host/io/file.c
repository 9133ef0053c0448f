/* file.c - see file.h. Knows nothing of what the bytes mean. */
#define _GNU_SOURCE
#include "io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WRITE_STEP = 1 << 20, NAMES_TRIED = 1000 };

ls_status file_output_error(ls_context *context, const char *path, int error) {
  ls_status status = LS_STATUS_IO;
  if (error == EACCES || error == EPERM || error == EROFS) status = LS_STATUS_PERMISSION;
  if (error == EEXIST || error == EISDIR || error == ENOENT || error == ENOTDIR || error == ENAMETOOLONG ||
      error == ELOOP || error == ENOTEMPTY) {
    status = LS_STATUS_OUTPUT_EXISTS;
  }
  return context_fail(context, status, "%s: cannot be written: %s", path, strerror(error));
}

static ls_status input_error(ls_context *context, const char *path, int error) {
  ls_status status = LS_STATUS_IO;
  if (error == ENOENT || error == ENOTDIR) status = LS_STATUS_INPUT_MISSING;
  if (error == EACCES || error == EPERM) status = LS_STATUS_PERMISSION;
  return context_fail(context, status, "%s: cannot be read: %s", path, strerror(error));
}

/* The folder that holds `path`, "." where it names none; NULL without memory. */
static char *folder_of(ls_context *context, const char *path) {
  const char *slash = strrchr(path, '/');
  if (slash == NULL) return context_copy_text(context, ".");
  if (slash == path) return context_copy_text(context, "/");
  return context_copy_text_of(context, path, (size_t)(slash - path));
}

static ls_status target_check(ls_context *context, const char *path, bool replace) {
  struct stat found;
  if (path[0] == '\0') return context_fail(context, LS_STATUS_OUTPUT_EXISTS, "the output has no name");
  if (lstat(path, &found) != 0) return errno == ENOENT ? LS_STATUS_OK : file_output_error(context, path, errno);
  if (S_ISDIR(found.st_mode)) return context_fail(context, LS_STATUS_OUTPUT_EXISTS, "%s: is a folder", path);
  if (!S_ISREG(found.st_mode)) {
    return context_fail(context, LS_STATUS_OUTPUT_EXISTS, "%s: exists and is no ordinary file", path);
  }
  if (!replace)
    return context_fail(context, LS_STATUS_OUTPUT_EXISTS, "%s: exists; it is replaced only if forced", path);
  return LS_STATUS_OK;
}

ls_status file_output_check(ls_context *context, const char *path, bool replace) {
  struct stat found;
  ls_status status = target_check(context, path, replace);
  if (status != LS_STATUS_OK) return status;
  char *folder = folder_of(context, path);
  if (folder == NULL) return LS_STATUS_OUT_OF_MEMORY;
  if (stat(folder, &found) != 0) {
    status = file_output_error(context, path, errno);
  } else if (!S_ISDIR(found.st_mode)) {
    status = file_output_error(context, path, ENOTDIR);
  } else if (access(folder, W_OK | X_OK) != 0) {
    status = file_output_error(context, path, errno);
  }
  context_release(context, folder);
  return status;
}

ls_status file_temporary_create(ls_context *context, const char *path, char **temporary, int *descriptor) {
  for (int attempt = 0; attempt < NAMES_TRIED; attempt++) {
    char *name = context_print(context, "%s.tmp-%ld-%d", path, (long)getpid(), attempt);
    if (name == NULL) return LS_STATUS_OUT_OF_MEMORY;
    int opened = open(name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (opened >= 0) {
      *temporary = name;
      *descriptor = opened;
      return LS_STATUS_OK;
    }
    int error = errno;
    context_release(context, name);
    if (error != EEXIST) return file_output_error(context, path, error);
  }
  return file_output_error(context, path, EEXIST);
}

void file_temporary_remove(const char *temporary) { (void)unlink(temporary); }

/* Renames without replacing, also on file systems that have no such rename: a hard link fails where the name is taken. */
static int rename_to_new(const char *from, const char *to) {
  if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS && errno != ENOTSUP) return -1;
  if (link(from, to) != 0) return -1;
  return unlink(from);
}

static int sync_path(const char *path, int flags) {
  int descriptor = open(path, flags | O_CLOEXEC);
  if (descriptor < 0) return -1;
  int result = fsync(descriptor);
  int error = errno;
  (void)close(descriptor);
  errno = error;
  return result;
}

ls_status file_temporary_commit(ls_context *context, const char *temporary, const char *path, bool replace) {
  char *folder = folder_of(context, path);
  ls_status status = folder == NULL ? LS_STATUS_OUT_OF_MEMORY : target_check(context, path, replace);
  if (status != LS_STATUS_OK) goto done;
  if (context_stop_requested(context)) {
    status = context_fail(context, LS_STATUS_INTERRUPTED, "%s: interrupted, nothing saved", path);
  } else if (sync_path(temporary, O_RDONLY) != 0) {
    status = file_output_error(context, path, errno);
  } else if ((replace ? rename(temporary, path) : rename_to_new(temporary, path)) != 0) {
    status = file_output_error(context, path, errno);
  } else if (sync_path(folder, O_RDONLY | O_DIRECTORY) != 0 && errno != EINVAL && errno != EACCES) {
    /* the file is there and whole; only its surviving a power cut is in doubt */
    status = file_output_error(context, path, errno);
  }
done:
  if (status != LS_STATUS_OK) file_temporary_remove(temporary);
  context_release(context, folder);
  return status;
}

static ls_status write_all(ls_context *context, const char *path, int descriptor, const unsigned char *data,
                           size_t length) {
  size_t done = 0;
  while (done < length) {
    if (context_stop_requested(context)) {
      return context_fail(context, LS_STATUS_INTERRUPTED, "%s: interrupted, nothing saved", path);
    }
    size_t step = length - done < WRITE_STEP ? length - done : WRITE_STEP;
    ssize_t written = write(descriptor, data + done, step);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return file_output_error(context, path, errno);
    if (written == 0) return file_output_error(context, path, EIO);
    done += (size_t)written;
  }
  return LS_STATUS_OK;
}

ls_status file_write(ls_context *context, const char *path, const void *data, size_t length, bool replace) {
  char *temporary = NULL;
  int descriptor = -1;
  ls_status status = file_output_check(context, path, replace);
  if (status == LS_STATUS_OK) status = file_temporary_create(context, path, &temporary, &descriptor);
  if (status != LS_STATUS_OK) return status;
  status = write_all(context, path, descriptor, data, length);
  /* some file systems report a full disk only here */
  if (close(descriptor) != 0 && status == LS_STATUS_OK) status = file_output_error(context, path, errno);
  if (status == LS_STATUS_OK) {
    status = file_temporary_commit(context, temporary, path, replace);
  } else {
    file_temporary_remove(temporary);
  }
  context_release(context, temporary);
  return status;
}

static ls_status open_ordinary(ls_context *context, const char *path, int *descriptor, int64_t *length) {
  struct stat found;
  /* non-blocking: opening a pipe that nobody writes to must not hang */
  int opened = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (opened < 0) return input_error(context, path, errno);
  ls_status status = LS_STATUS_OK;
  if (fstat(opened, &found) != 0) {
    status = input_error(context, path, errno);
  } else if (S_ISDIR(found.st_mode)) {
    status = context_fault(context, path, 0, "is a folder, must be a file");
  } else if (!S_ISREG(found.st_mode)) {
    status = context_fault(context, path, 0, "is no ordinary file");
  }
  if (status != LS_STATUS_OK) {
    (void)close(opened);
    return status;
  }
  *descriptor = opened;
  *length = found.st_size;
  return LS_STATUS_OK;
}

ls_status file_size(ls_context *context, const char *path, int64_t *length) {
  int descriptor = -1;
  int64_t found = 0;
  ls_status status = open_ordinary(context, path, &descriptor, &found);
  if (status != LS_STATUS_OK) return status;
  (void)close(descriptor);
  *length = found;
  return LS_STATUS_OK;
}

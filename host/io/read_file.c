/* read_file.c - reading inputs whole; what the operating system refuses becomes a status and a message. */
#define _GNU_SOURCE
#include "io/read_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ERROR_TEXT_SIZE = 128 };

static ls_status fail(ls_context *context, const char *path, int error) {
  char buffer[ERROR_TEXT_SIZE];
  const char *text = strerror_r(error, buffer, sizeof buffer);
  if (error == ENOENT || error == ENOTDIR)
    return context_fail(context, LS_STATUS_INPUT_MISSING, "%s: no such file", path);
  if (error == EACCES || error == EPERM)
    return context_fail(context, LS_STATUS_PERMISSION, "%s: permission to read is denied", path);
  return context_fail(context, LS_STATUS_IO, "%s: cannot be read (%s)", path, text);
}

/* A regular file can still change its length while it is read: what counts is what could be read. */
static ls_status read_bytes(ls_context *context, const char *path, int descriptor, char *data, size_t size,
                            size_t *length) {
  size_t done = 0;
  while (done < size) {
    const ssize_t got = read(descriptor, data + done, size - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(context, path, errno);
    if (got == 0) break;
    done += (size_t)got;
  }
  data[done] = '\0';
  *length = done;
  return LS_STATUS_OK;
}

/* O_NONBLOCK keeps the opening of a pipe from waiting; it has no effect on regular files. */
ls_status read_file(ls_context *context, const char *path, char **data, size_t *length) {
  struct stat information;
  char *bytes = NULL;
  size_t got = 0;
  ls_status status = LS_STATUS_OK;
  const int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return fail(context, path, errno);
  if (fstat(descriptor, &information) != 0)
    status = fail(context, path, errno);
  else if (!S_ISREG(information.st_mode))
    status = context_fail(context, LS_STATUS_INVALID_INPUT, "%s: is a %s, must be a regular file", path,
                          S_ISDIR(information.st_mode) ? "folder" : "device or pipe");
  if (status != LS_STATUS_OK) goto cleanup;
  bytes = context_allocate(context, (size_t)information.st_size + 1, 1);
  if (bytes == NULL) {
    status = LS_STATUS_OUT_OF_MEMORY;
    goto cleanup;
  }
  status = read_bytes(context, path, descriptor, bytes, (size_t)information.st_size, &got);
  if (status != LS_STATUS_OK) goto cleanup;
  *data = bytes;
  *length = got;
  bytes = NULL;
cleanup:
  context_release(context, bytes);
  close(descriptor);
  return status;
}

ls_status read_file_hash(ls_context *context, const char *path, char sha256[SHA256_TEXT_SIZE], size_t *length) {
  char *data = NULL;
  ls_status status = read_file(context, path, &data, length);
  if (status == LS_STATUS_OK) status = hash_sha256(context, data, *length, sha256);
  context_release(context, data);
  return status;
}

/* "folder/.." has no name of its own: the real path has. */
char *path_base_name(ls_context *context, const char *path) {
  char *resolved = realpath(path, NULL);
  const char *whole = resolved != NULL ? resolved : path;
  size_t end = strlen(whole);
  while (end > 1 && whole[end - 1] == '/') end--;
  size_t start = end;
  while (start > 0 && whole[start - 1] != '/') start--;
  char *name = context_copy_text_of(context, whole + start, end - start);
  free(resolved);
  return name;
}

char *path_join(ls_context *context, const char *folder, const char *file) {
  const size_t length = strlen(folder);
  return context_print(context, "%s%s%s", folder, length > 0 && folder[length - 1] == '/' ? "" : "/", file);
}

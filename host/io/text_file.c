/* text_file.c - see text_file.h. */
#define _GNU_SOURCE
#include "io/text_file.h"

#include "io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { FULL = 1 << 20 };

ls_status text_file_create(ls_context *context, const char *path, struct text_file *file) {
  const int opened = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (opened < 0) return file_output_error(context, path, errno);
  *file = (struct text_file){.path = path, .descriptor = opened, .buffer = buffer_start(context)};
  return LS_STATUS_OK;
}

static ls_status write_out(struct text_file *file) {
  size_t done = 0;
  if (file->buffer.failed) return LS_STATUS_OUT_OF_MEMORY;
  while (done < file->buffer.length) {
    const ssize_t written = write(file->descriptor, file->buffer.data + done, file->buffer.length - done);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return file_output_error(file->buffer.context, file->path, written < 0 ? errno : EIO);
    done += (size_t)written;
  }
  file->buffer.length = 0;
  return LS_STATUS_OK;
}

ls_status text_file_step(struct text_file *file) {
  if (file->buffer.length < FULL && !file->buffer.failed) return LS_STATUS_OK;
  if (context_stop_requested(file->buffer.context))
    return context_fail(file->buffer.context, LS_STATUS_INTERRUPTED, "%s: interrupted, nothing saved", file->path);
  return write_out(file);
}

ls_status text_file_finish(struct text_file *file) {
  ls_status status = write_out(file);
  if (status == LS_STATUS_OK && fsync(file->descriptor) != 0 && errno != EINVAL)
    status = file_output_error(file->buffer.context, file->path, errno);
  /* some file systems report a full disk only here */
  if (close(file->descriptor) != 0 && status == LS_STATUS_OK)
    status = file_output_error(file->buffer.context, file->path, errno);
  file->descriptor = -1;
  buffer_release(&file->buffer);
  return status;
}

void text_file_abandon(struct text_file *file) {
  if (file->buffer.context == NULL) return;
  if (file->descriptor >= 0) (void)close(file->descriptor);
  file->descriptor = -1;
  buffer_release(&file->buffer);
}

void buffer_cell(struct buffer *buffer, const char *text, bool quoted) {
  const size_t length = strlen(text);
  const bool is_blank_ended = length > 0 && (strchr(" \t", text[0]) != NULL || strchr(" \t", text[length - 1]) != NULL);
  if (!quoted && !is_blank_ended && text[0] != '#' && strpbrk(text, ",\"\r\n") == NULL) {
    buffer_add(buffer, text, length);
    return;
  }
  buffer_text(buffer, "\"");
  for (; *text != '\0'; text++) buffer_add(buffer, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
  buffer_text(buffer, "\"");
}

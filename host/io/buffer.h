/* buffer.h - text that grows: what reports and files of text are put together in.
 *
 * After a failed allocation every call does nothing, so that writers need no checks of their own; the end tells.
 */
#ifndef LS_HOST_IO_BUFFER_H
#define LS_HOST_IO_BUFFER_H

#include "core/context.h"

struct buffer {
  ls_context *context;
  char *data; /* always ended by a zero byte once anything was added */
  size_t length, room;
  bool failed;
};

struct buffer buffer_start(ls_context *context);
void buffer_release(struct buffer *buffer);
void buffer_add(struct buffer *buffer, const char *data, size_t length);
void buffer_text(struct buffer *buffer, const char *text);
void buffer_print(struct buffer *buffer, const char *format, ...) PRINTF_LIKE(2, 3);

/* 17 significant digits and a decimal point whatever the locale; NaN and infinities give `otherwise`. */
void buffer_number(struct buffer *buffer, double value, const char *otherwise);

/* `decimals` digits after the point whatever the locale. */
void buffer_fixed(struct buffer *buffer, double value, int decimals);

/* Takes the text out as an object for the caller; the buffer is released in every case. */
ls_status buffer_finish(struct buffer *buffer, ls_text **text);

/* "%.17g" with a point in every locale; room for 32 bytes. */
void number_format(char *text, double value);

#endif

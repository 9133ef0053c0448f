/* buffer.c - see buffer.h. */
#include "io/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { NUMBER_ROOM = 32, FIXED_ROOM = 400 };

struct buffer buffer_start(ls_context *context) {
  struct buffer buffer = {.context = context};
  return buffer;
}

void buffer_release(struct buffer *buffer) {
  context_release(buffer->context, buffer->data);
  buffer->data = NULL;
  buffer->length = buffer->room = 0;
}

static bool buffer_reserve(struct buffer *buffer, size_t more) {
  if (buffer->failed) return false;
  if (buffer->room - buffer->length > more) return true;
  size_t room = buffer->room < 256 ? 256 : buffer->room;
  while (room - buffer->length <= more) room *= 2;
  char *larger = context_grow(buffer->context, buffer->data, buffer->room, room, 1);
  if (larger == NULL) {
    buffer->failed = true;
    return false;
  }
  buffer->data = larger;
  buffer->room = room;
  return true;
}

void buffer_add(struct buffer *buffer, const char *data, size_t length) {
  if (!buffer_reserve(buffer, length)) return;
  memcpy(buffer->data + buffer->length, data, length);
  buffer->length += length;
  buffer->data[buffer->length] = '\0';
}

void buffer_text(struct buffer *buffer, const char *text) { buffer_add(buffer, text, strlen(text)); }

void buffer_print(struct buffer *buffer, const char *format, ...) {
  va_list arguments, again;
  va_start(arguments, format);
  va_copy(again, arguments);
  int length = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  if (length < 0) {
    buffer->failed = true;
  } else if (buffer_reserve(buffer, (size_t)length + 1)) {
    (void)vsnprintf(buffer->data + buffer->length, (size_t)length + 1, format, again);
    buffer->length += (size_t)length;
  }
  va_end(again);
}

/* A program that called setlocale has another decimal mark, perhaps of several bytes: it is turned into a point. */
static void mark_to_point(char *text) {
  char *to = text;
  bool in_mark = false;
  for (const char *from = text; *from != '\0'; from++) {
    bool plain = strchr("0123456789+-eEinfa", *from) != NULL;
    if (plain) {
      *to++ = *from;
    } else if (!in_mark) {
      *to++ = '.';
    }
    in_mark = !plain;
  }
  *to = '\0';
}

void number_format(char *text, double value) {
  (void)snprintf(text, NUMBER_ROOM, "%.17g", value);
  mark_to_point(text);
}

void buffer_number(struct buffer *buffer, double value, const char *otherwise) {
  char text[NUMBER_ROOM];
  if (!(value - value == 0)) {
    buffer_text(buffer, otherwise);
    return;
  }
  number_format(text, value);
  buffer_text(buffer, text);
}

void buffer_fixed(struct buffer *buffer, double value, int decimals) {
  char text[FIXED_ROOM];
  (void)snprintf(text, sizeof text, "%.*f", decimals, value);
  mark_to_point(text);
  buffer_text(buffer, text);
}

ls_status buffer_finish(struct buffer *buffer, ls_text **text) {
  ls_text *made =
      buffer->failed ? NULL : text_create(buffer->context, buffer->data == NULL ? "" : buffer->data, buffer->length);
  buffer_release(buffer);
  if (made == NULL) return LS_STATUS_OUT_OF_MEMORY;
  *text = made;
  return LS_STATUS_OK;
}

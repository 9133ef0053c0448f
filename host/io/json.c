/* json.c - see json.h. */
#include "io/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

struct json json_start(ls_context *context) {
  struct json json = {.buffer = buffer_start(context), .first = true};
  return json;
}

/* Bytes of the well-formed UTF-8 character at `text`, 0 where there is none. */
static size_t character_length(const unsigned char *text) {
  unsigned char lead = text[0];
  size_t length = lead < 0x80                   ? 1
                  : lead >= 0xC2 && lead < 0xE0 ? 2
                  : lead >= 0xE0 && lead < 0xF0 ? 3
                  : lead >= 0xF0 && lead < 0xF5 ? 4
                                                : 0;
  for (size_t k = 1; k < length; k++) {
    if ((text[k] & 0xC0) != 0x80) return 0;
  }
  if (lead == 0xE0 && text[1] < 0xA0) return 0;
  if (lead == 0xED && text[1] > 0x9F) return 0;
  if (lead == 0xF0 && text[1] < 0x90) return 0;
  if (lead == 0xF4 && text[1] > 0x8F) return 0;
  return length;
}

static void write_quoted(struct buffer *buffer, const char *text) {
  buffer_add(buffer, "\"", 1);
  for (const unsigned char *at = (const unsigned char *)text; *at != '\0';) {
    size_t length = character_length(at);
    if (length == 0) {
      buffer_text(buffer, "\\ufffd");
      at++;
    } else if (*at == '"' || *at == '\\') {
      buffer_print(buffer, "\\%c", *at++);
    } else if (*at == '\n') {
      buffer_text(buffer, "\\n");
      at++;
    } else if (*at < 0x20 || *at == 0x7F) {
      buffer_print(buffer, "\\u%04x", *at++);
    } else {
      buffer_add(buffer, (const char *)at, length);
      at += length;
    }
  }
  buffer_add(buffer, "\"", 1);
}

static void write_key(struct json *json, const char *key) {
  if (!json->first) buffer_add(&json->buffer, ", ", 2);
  json->first = false;
  if (key == NULL) return;
  write_quoted(&json->buffer, key);
  buffer_add(&json->buffer, ": ", 2);
}

static void open_with(struct json *json, const char *key, const char *mark) {
  write_key(json, key);
  buffer_text(&json->buffer, mark);
  json->depth++;
  json->first = true;
}

static void close_with(struct json *json, const char *mark) {
  buffer_text(&json->buffer, mark);
  json->depth--;
  json->first = false;
}

void json_object_begin(struct json *json, const char *key) { open_with(json, key, "{"); }
void json_object_end(struct json *json) { close_with(json, "}"); }
void json_list_begin(struct json *json, const char *key) { open_with(json, key, "["); }
void json_list_end(struct json *json) { close_with(json, "]"); }

void json_text(struct json *json, const char *key, const char *text) {
  write_key(json, key);
  write_quoted(&json->buffer, text);
}

void json_number(struct json *json, const char *key, double value) {
  write_key(json, key);
  buffer_number(&json->buffer, value, "null");
}

void json_with_error(struct json *json, const char *key, double value, double error) {
  char error_key[128];
  (void)snprintf(error_key, sizeof error_key, "%s_se", key);
  json_number(json, key, value);
  json_number(json, error_key, error);
}

void json_whole(struct json *json, const char *key, int64_t value) {
  write_key(json, key);
  buffer_print(&json->buffer, "%" PRId64, value);
}

void json_seed(struct json *json, const char *key, uint64_t seed) {
  write_key(json, key);
  buffer_print(&json->buffer, seed <= INT64_MAX ? "%" PRIu64 : "\"%" PRIu64 "\"", seed);
}

void json_flag(struct json *json, const char *key, bool value) {
  write_key(json, key);
  buffer_text(&json->buffer, value ? "true" : "false");
}

void json_nothing(struct json *json, const char *key) {
  write_key(json, key);
  buffer_text(&json->buffer, "null");
}

void json_hashed_file(struct json *json, const char *file, const char *sha256) {
  json_object_begin(json, NULL);
  json_text(json, "file", file);
  json_text(json, "sha256", sha256);
  json_object_end(json);
}

ls_status json_finish(struct json *json, ls_text **text) {
  if (json->depth != 0) {
    buffer_release(&json->buffer);
    return context_fail(json->buffer.context, LS_STATUS_INTERNAL, "JSON: %d objects or lists are still open",
                        json->depth);
  }
  buffer_add(&json->buffer, "\n", 1);
  return buffer_finish(&json->buffer, text);
}

void json_interval(struct json *json, const char *key, double low, double high) {
  if (isnan(low) || isnan(high)) {
    json_nothing(json, key);
    return;
  }
  json_list_begin(json, key);
  json_number(json, NULL, low);
  json_number(json, NULL, high);
  json_list_end(json);
}

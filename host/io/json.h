/* json.h - writing one JSON document front to back, in memory that the context counts.
 *
 * Results of many scenarios are millions of numbers, which need no tree in memory. Keys are NULL inside a list and at the
 * top. Numbers have 17 significant digits; what is not finite is null. Reading is jansson's business; no name here is one of
 * its, so that a program may link both.
 */
#ifndef LS_HOST_IO_JSON_H
#define LS_HOST_IO_JSON_H

#include "io/buffer.h"

struct json {
  struct buffer buffer;
  int depth;
  bool first; /* nothing stands yet in the innermost object or list */
};

struct json json_start(ls_context *context);
void json_object_begin(struct json *json, const char *key);
void json_object_end(struct json *json);
void json_list_begin(struct json *json, const char *key);
void json_list_end(struct json *json);
void json_text(struct json *json, const char *key, const char *text);
void json_number(struct json *json, const char *key, double value);
/* Two members: key, and key_se, its standard error. */
void json_with_error(struct json *json, const char *key, double value, double error);
void json_whole(struct json *json, const char *key, int64_t value);
/* A list of two numbers; null where either is none. */
void json_interval(struct json *json, const char *key, double low, double high);

/* A text beyond 2^63, where a number would not survive readers that know signed integers alone. */
void json_seed(struct json *json, const char *key, uint64_t seed);
void json_flag(struct json *json, const char *key, bool value);
void json_nothing(struct json *json, const char *key);

/* An object of a list: a file, and the SHA-256 of its bytes. */
void json_hashed_file(struct json *json, const char *file, const char *sha256);

/* Ends the document with a newline and hands it out; releases the writer in every case. */
ls_status json_finish(struct json *json, ls_text **text);

#endif

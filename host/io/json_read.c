/* json_read.c - see json_read.h. */
#include "io/json_read.h"

#include <jansson.h>
#include <string.h>

bool json_find_text(const char *document, size_t length, const char *first, const char *second, char *text,
                    size_t size) {
  json_t *root = json_loadb(document, length, 0, NULL);
  const char *value = json_string_value(json_object_get(json_object_get(root, first), second));
  const bool found = value != NULL && strlen(value) < size;
  if (found) memcpy(text, value, strlen(value) + 1);
  json_decref(root);
  return found;
}

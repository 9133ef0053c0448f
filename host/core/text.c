/* text.c - text handed to the caller, who frees it without a context. */
#include <string.h>

#include "core/context.h"

struct ls_text {
  struct allocator allocator;
  size_t length;
  char data[];
};

ls_text *text_create(ls_context *context, const char *data, size_t length) {
  ls_text *text = context_allocate(context, 1, sizeof *text + length + 1);
  if (text == NULL) return NULL;
  text->allocator = context_allocator(context);
  text->length = length;
  if (length > 0) memcpy(text->data, data, length);
  return text;
}

const char *ls_text_data(const ls_text *text) { return text != NULL ? text->data : ""; }

size_t ls_text_length(const ls_text *text) { return text != NULL ? text->length : 0; }

void ls_text_destroy(ls_text **text) {
  if (text == NULL || *text == NULL) return;
  struct allocator allocator = (*text)->allocator;
  allocator_release(&allocator, *text);
  *text = NULL;
}

/* reader.c - what the parts of the scenario reader share: messages of their own kind, and the memory of a set. */
#include "scenario/reader.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

void reader_unusable(struct scenario_reader *reader, int64_t line, const char *format, ...) {
  char text[1024];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  context_fail(reader->context, LS_STATUS_UNUSABLE, "%s:%" PRId64 ": %s", reader->file, line, text);
  reader->unusable++;
}

/* A chain of blocks, newest first: each begins with a pointer to the one before. */
struct block {
  struct block *before;
};
enum { BLOCK_HEAD = 64 }; /* keeps the alignment of context_allocate */

void *reader_allocate(struct scenario_reader *reader, int64_t count, size_t size) {
  size_t bytes;
  if (count < 0 || __builtin_mul_overflow((size_t)count, size, &bytes) || bytes > SIZE_MAX - BLOCK_HEAD) {
    bytes = SIZE_MAX - BLOCK_HEAD; /* refused, with its message, by the allocator */
  }
  struct block *block = context_allocate(reader->context, 1, bytes + BLOCK_HEAD);
  if (block == NULL) return NULL;
  block->before = reader->set->memory;
  reader->set->memory = block;
  return (char *)block + BLOCK_HEAD;
}

void scenario_destroy(struct scenario_set **set) {
  if (set == NULL || *set == NULL) return;
  struct allocator allocator = (*set)->allocator;
  for (struct block *block = (*set)->memory; block != NULL;) {
    struct block *before = block->before;
    allocator_release(&allocator, block);
    block = before;
  }
  allocator_release(&allocator, *set);
  *set = NULL;
}

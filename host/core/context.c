/* context.c - the context itself: messages, allocation through a replaceable pair of functions, the wish to stop.
 *
 * Messages must be possible when memory is out, so the one about that needs no allocation, and a message that cannot be
 * kept is still counted.
 */
#include "core/context.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { ALIGNMENT = 64, PAGE_LARGE = 1 << 21, LARGE_FROM = 2 * PAGE_LARGE };

struct message_list {
  struct message kept[MESSAGES_KEPT];
  int kept_count;
  int64_t count; /* those not kept included */
};

struct ls_context {
  struct allocator allocator;
  struct message_list errors, warnings;
  bool out_of_memory; /* told by a fixed message, last in the list of errors */
  ls_progress_function progress;
  void *progress_user;
  int progress_part, progress_parts; /* runs that are told as one; 0 parts: each for itself */
  atomic_bool stop_requested;        /* lock-free: set in signal handlers */
  atomic_bool checkpoint_requested;  /* likewise */
  bool holds_stop;
};

static const char OUT_OF_MEMORY_TEXT[] = "out of memory";
static const struct message OUT_OF_MEMORY_MESSAGE = {LS_STATUS_OUT_OF_MEMORY, NULL, 0, (char *)OUT_OF_MEMORY_TEXT,
                                                     (char *)OUT_OF_MEMORY_TEXT};

/* ---- allocation -------------------------------------------------------------------------------------------------- */

/* Zeros. Of much memory pages come as zeros when they are first touched, large ones where the system has them: advice, which it may
 * ignore. */
static void *allocate_from_system(size_t bytes, void *user) {
  (void)user;
  char *block = calloc(bytes, 1);
  if (block == NULL || bytes < LARGE_FROM) return block;
  const size_t before = (PAGE_LARGE - (uintptr_t)block % PAGE_LARGE) % PAGE_LARGE;
  madvise(block + before, (bytes - before) / PAGE_LARGE * PAGE_LARGE, MADV_HUGEPAGE);
  return block;
}

static void release_to_system(void *memory, void *user) {
  (void)user;
  free(memory);
}

static const struct allocator SYSTEM_ALLOCATOR = {allocate_from_system, release_to_system, NULL};

/* Any allocator may be given, malloc's 16 bytes of alignment included: the block is over-allocated, and the address that
 * the allocator gave stands just below the aligned one. */
static void *take(const struct allocator *allocator, size_t bytes) {
  if (bytes > SIZE_MAX - ALIGNMENT - sizeof(void *)) return NULL;
  char *block = allocator->allocate(bytes + ALIGNMENT + sizeof(void *), allocator->user);
  if (block == NULL) return NULL;
  uintptr_t first = (uintptr_t)block + sizeof(void *);
  char *memory = block + sizeof(void *) + (ALIGNMENT - first % ALIGNMENT) % ALIGNMENT;
  memcpy(memory - sizeof(void *), &block, sizeof block);
  if (allocator->allocate != allocate_from_system) memset(memory, 0, bytes);
  return memory;
}

void allocator_release(const struct allocator *allocator, void *memory) {
  if (memory == NULL) return;
  void *block;
  memcpy(&block, (char *)memory - sizeof(void *), sizeof block);
  allocator->release(block, allocator->user);
}

struct allocator context_allocator(const ls_context *context) {
  return context->allocator;
}

void *context_allocate(ls_context *context, size_t count, size_t size) {
  size_t bytes;
  void *memory = NULL;
  if (!__builtin_mul_overflow(count, size, &bytes)) memory = take(&context->allocator, bytes > 0 ? bytes : 1);
  if (memory == NULL) context->out_of_memory = true;
  return memory;
}

void context_release(ls_context *context, void *memory) { allocator_release(&context->allocator, memory); }

void *context_grow(ls_context *context, void *memory, size_t old_count, size_t new_count, size_t size) {
  void *larger = context_allocate(context, new_count, size);
  if (larger == NULL) return NULL;
  size_t kept_count = old_count < new_count ? old_count : new_count;
  if (memory != NULL && kept_count > 0) memcpy(larger, memory, kept_count * size);
  context_release(context, memory);
  return larger;
}

char *context_copy_text_of(ls_context *context, const char *text, size_t length) {
  length = strnlen(text, length);
  char *copy = context_allocate(context, length + 1, 1);
  if (copy != NULL) memcpy(copy, text, length);
  return copy;
}

char *context_copy_text(ls_context *context, const char *text) {
  return context_copy_text_of(context, text, strlen(text));
}

static char *print_with(ls_context *context, const char *format, va_list arguments) {
  va_list again;
  va_copy(again, arguments);
  int length = vsnprintf(NULL, 0, format, arguments);
  char *text = length >= 0 ? context_allocate(context, (size_t)length + 1, 1) : NULL;
  if (text != NULL) vsnprintf(text, (size_t)length + 1, format, again);
  va_end(again);
  return text;
}

char *context_print(ls_context *context, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  char *text = print_with(context, format, arguments);
  va_end(arguments);
  return text;
}

/* ---- messages ---------------------------------------------------------------------------------------------------- */

static void message_release(ls_context *context, struct message *message) {
  context_release(context, message->file);
  context_release(context, message->text);
  context_release(context, message->full);
  *message = (struct message){0};
}

static char *print_full(ls_context *context, const struct message *message) {
  if (message->file == NULL) return context_copy_text(context, message->text);
  if (message->line <= 0) return context_print(context, "%s: %s", message->file, message->text);
  return context_print(context, "%s:%" PRId64 ": %s", message->file, message->line, message->text);
}

/* Counts the message, and keeps it while there is room and memory. */
static void message_add(ls_context *context, struct message_list *list, ls_status status, const char *file,
                        int64_t line, const char *format, va_list arguments) {
  list->count++;
  if (list->kept_count == MESSAGES_KEPT) return;
  struct message message = {.status = status, .line = line};
  message.text = print_with(context, format, arguments);
  if (file != NULL) message.file = context_copy_text(context, file);
  if (message.text != NULL && (file == NULL) == (message.file == NULL)) message.full = print_full(context, &message);
  if (message.full == NULL) {
    message_release(context, &message);
    return;
  }
  list->kept[list->kept_count++] = message;
}

ls_status context_fail(ls_context *context, ls_status status, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  message_add(context, &context->errors, status, NULL, 0, format, arguments);
  va_end(arguments);
  return status;
}

ls_status context_fault(ls_context *context, const char *file, int64_t line, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  message_add(context, &context->errors, LS_STATUS_INVALID_INPUT, file, line, format, arguments);
  va_end(arguments);
  return LS_STATUS_INVALID_INPUT;
}

void context_warn(ls_context *context, const char *file, int64_t line, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  message_add(context, &context->warnings, LS_STATUS_OK, file, line, format, arguments);
  va_end(arguments);
}

void context_drop_errors(ls_context *context, int first) {
  struct message_list *errors = &context->errors;
  if (errors->kept_count <= first) return;
  for (int k = first; k < errors->kept_count; k++) message_release(context, &errors->kept[k]);
  errors->count -= errors->kept_count - first;
  errors->kept_count = first;
}

void context_turn_into_warnings(ls_context *context, int first) {
  const struct message_list *errors = &context->errors;
  for (int k = first; k < errors->kept_count; k++)
    context_warn(context, errors->kept[k].file, errors->kept[k].line, "%s", errors->kept[k].text);
  context_drop_errors(context, first);
}

int64_t context_fault_count(const ls_context *context) { return context->errors.count; }

/* The kept errors and, after them, the fixed one about memory. */
int ls_context_message_count(const ls_context *context) {
  return context->errors.kept_count + (context->out_of_memory ? 1 : 0);
}

const struct message *context_error(const ls_context *context, int index) {
  if (index < 0 || index >= ls_context_message_count(context)) return NULL;
  return index < context->errors.kept_count ? &context->errors.kept[index] : &OUT_OF_MEMORY_MESSAGE;
}

const char *ls_context_message(const ls_context *context, int index) {
  const struct message *message = context != NULL ? context_error(context, index) : NULL;
  return message != NULL ? message->full : "";
}

int ls_context_warning_count(const ls_context *context) { return context->warnings.kept_count; }

const struct message *context_warning(const ls_context *context, int index) {
  return index >= 0 && index < context->warnings.kept_count ? &context->warnings.kept[index] : NULL;
}

const char *ls_context_warning(const ls_context *context, int index) {
  const struct message *message = context != NULL ? context_warning(context, index) : NULL;
  return message != NULL ? message->full : "";
}

static bool warned_before(const struct message_list *list, int index) {
  for (int k = 0; k < index; k++)
    if (strcmp(list->kept[k].full, list->kept[index].full) == 0) return true;
  return false;
}

void context_drop_warnings(ls_context *context, int first, bool repeated_alone) {
  struct message_list *list = &context->warnings;
  for (int k = list->kept_count - 1; k >= first; k--) {
    if (repeated_alone && !warned_before(list, k)) continue;
    message_release(context, &list->kept[k]);
    memmove(&list->kept[k], &list->kept[k + 1], (size_t)(list->kept_count - k - 1) * sizeof list->kept[k]);
    list->kept_count--;
    list->count--;
  }
}

static void list_clear(ls_context *context, struct message_list *list) {
  for (int k = 0; k < list->kept_count; k++) message_release(context, &list->kept[k]);
  list->kept_count = 0;
  list->count = 0;
}

void ls_context_clear_messages(ls_context *context) {
  list_clear(context, &context->errors);
  list_clear(context, &context->warnings);
  context->out_of_memory = false;
}

/* ---- the context -------------------------------------------------------------------------------------------------- */

ls_status ls_context_create(ls_context **context) {
  ls_context *created = calloc(1, sizeof *created);
  if (created == NULL) return LS_STATUS_OUT_OF_MEMORY;
  created->allocator = SYSTEM_ALLOCATOR;
  atomic_init(&created->stop_requested, false);
  atomic_init(&created->checkpoint_requested, false);
  *context = created;
  return LS_STATUS_OK;
}

void ls_context_destroy(ls_context **context) {
  if (context == NULL || *context == NULL) return;
  ls_context_clear_messages(*context);
  free(*context);
  *context = NULL;
}

/* Earlier messages were made with the earlier allocator and go back to it. */
void ls_context_set_allocator(ls_context *context, ls_allocate_function allocate, ls_release_function release,
                              void *user) {
  ls_context_clear_messages(context);
  context->allocator = SYSTEM_ALLOCATOR;
  if (allocate != NULL && release != NULL) context->allocator = (struct allocator){allocate, release, user};
}

void ls_context_set_progress(ls_context *context, ls_progress_function progress, void *user) {
  context->progress = progress;
  context->progress_user = user;
}

void context_report_progress(ls_context *context, int64_t done, int64_t total) {
  int parts = context->progress_parts > 0 ? context->progress_parts : 1;
  if (context->progress != NULL)
    context->progress(context->progress_part * total + done, parts * total, context->progress_user);
}

void context_progress_part(ls_context *context, int part, int parts) {
  context->progress_part = part;
  context->progress_parts = parts;
}

void ls_context_request_stop(ls_context *context) { atomic_store(&context->stop_requested, true); }

bool context_stop_requested(const ls_context *context) {
  return !context->holds_stop && atomic_load(&context->stop_requested);
}

void ls_context_request_checkpoint(ls_context *context) { atomic_store(&context->checkpoint_requested, true); }

bool context_take_checkpoint_request(ls_context *context) {
  return atomic_load(&context->checkpoint_requested) && atomic_exchange(&context->checkpoint_requested, false);
}

void context_hold_stop(ls_context *context, bool holds) { context->holds_stop = holds; }

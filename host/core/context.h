/* context.h - messages, allocation and interruption: what every library function carries with it.
 *
 * The function that first knows what went wrong writes the message; callers pass the status on unchanged.
 */
#ifndef LS_HOST_CORE_CONTEXT_H
#define LS_HOST_CORE_CONTEXT_H

#include "loopstress.h"

enum { MESSAGES_KEPT = 20 };

#define PRINTF_LIKE(text_at, first_at) __attribute__((format(printf, text_at, first_at)))

/* Records an error that is no fault of an input line, and returns `status`. */
ls_status context_fail(ls_context *context, ls_status status, const char *format, ...) PRINTF_LIKE(3, 4);

/* Records a fault of an input file as "file:line: text" (line 0: "file: text"), and returns LS_STATUS_INVALID_INPUT.
 * Readers go on after a fault, to list all of a file's faults, and ask context_fault_count at the end. */
ls_status context_fault(ls_context *context, const char *file, int64_t line, const char *format, ...) PRINTF_LIKE(4, 5);

/* Records a warning (file may be NULL). */
void context_warn(ls_context *context, const char *file, int64_t line, const char *format, ...) PRINTF_LIKE(4, 5);

/* Forgets the warnings from `first` on, or those of them alone that say what an earlier one said: several runs over one input
 * say it once. */
void context_drop_warnings(ls_context *context, int first, bool repeated_alone);

/* Forgets the errors from `first` on: they were none after all. */
void context_drop_errors(ls_context *context, int first);

/* The errors from `first` on become warnings: there was another way. */
void context_turn_into_warnings(ls_context *context, int first);

/* Errors recorded so far, those beyond the kept ones included. */
int64_t context_fault_count(const ls_context *context);

/* One message in its parts; NULL out of range. `file` may be NULL. `text` is without file and line. */
struct message {
  ls_status status;
  char *file;
  int64_t line;
  char *text;
  char *full; /* "file:line: text" */
};
const struct message *context_error(const ls_context *context, int index);
const struct message *context_warning(const ls_context *context, int index);

/* Zeroed memory for count things of `size` bytes, aligned to 64; NULL (with a message) when there is none. 0 things give
 * a valid pointer. Freed with context_release, which accepts NULL. */
void *context_allocate(ls_context *context, size_t count, size_t size);
void context_release(ls_context *context, void *memory);

/* A larger block with the old contents (old_count things), or NULL (the old block stays). */
void *context_grow(ls_context *context, void *memory, size_t old_count, size_t new_count, size_t size);

/* A copy of `text` (of `length` bytes at most); NULL when memory is out. */
char *context_copy_text(ls_context *context, const char *text);
char *context_copy_text_of(ls_context *context, const char *text, size_t length);
/* printf into fresh memory. */
char *context_print(ls_context *context, const char *format, ...) PRINTF_LIKE(2, 3);

bool context_stop_requested(const ls_context *context);

/* While held, a request to stop is not seen: files that belong together appear all, once the first has its name. */
void context_hold_stop(ls_context *context, bool holds);

/* Was a checkpoint asked for (ls_context_request_checkpoint)? It is then no longer. */
bool context_take_checkpoint_request(ls_context *context);

void context_report_progress(ls_context *context, int64_t done, int64_t total);

/* What is reported from now on is part `part` (from 0) of `parts` equal ones; 0, 0: it stands for itself again. */
void context_progress_part(ls_context *context, int part, int parts);

/* Objects outlive the call that made them and are destroyed without a context: they keep a copy of the allocator. */
struct allocator {
  ls_allocate_function allocate;
  ls_release_function release;
  void *user;
};
struct allocator context_allocator(const ls_context *context);
void allocator_release(const struct allocator *allocator, void *memory);

/* Fresh text for the caller, taking the bytes of `data`. */
ls_text *text_create(ls_context *context, const char *data, size_t length);

#endif

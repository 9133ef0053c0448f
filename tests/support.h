/* support.h - what many tests need: an allocator that fails on demand, poisoned outputs, folders, running programs. */
#ifndef LS_TESTS_SUPPORT_H
#define LS_TESTS_SUPPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loopstress.h"

/* ---- memory -------------------------------------------------------------------------------------------------------- */

/* Lets `allowed` allocations pass and fails all later ones (negative: none fails); counts what is still held. */
struct failing_allocator {
  int64_t allowed;
  int64_t made;
  int64_t held;
};

/* Puts it into the context. It must outlive the context and all objects made with it. */
void support_fail_after(ls_context *context, struct failing_allocator *allocator, int64_t allowed);

/* Fills an output with NaN before the call that should set it. */
void support_poison(double *values, size_t count);

/* ---- files --------------------------------------------------------------------------------------------------------- */

/* The path of `name` in the shared folder (LOOPSTRESS_SHARED, else ../shared beside the source root) in a buffer of the
 * thread that holds until the 8th call after; NULL where it is not there: the test then skips. */
const char *support_shared(const char *name);

/* The path of `name` below the source root, in the same buffers. */
const char *support_source(const char *name);

/* A new empty folder; removed with all its contents by support_remove_folder. `path` holds 4096 bytes. False: no folder. */
bool support_make_folder(char *path);
void support_remove_folder(const char *path);

/* Writes `text` to folder/name; reads a whole file into fresh memory (free) with a NUL after it; NULL: unreadable. */
bool support_write_file(const char *folder, const char *name, const char *text);
char *support_read_file(const char *path, size_t *length);

/* ---- programs ------------------------------------------------------------------------------------------------------- */

struct program_result {
  int status;     /* exit status; 128 + number where a signal ended it; -1: not started */
  char *output;   /* stdout, ends with NUL */
  char *messages; /* stderr */
};

/* Runs arguments[0] (found through PATH) with a NULL-ended list. Release with support_release_program. */
struct program_result support_run(const char *const *arguments);
void support_release_program(struct program_result *result);

#endif

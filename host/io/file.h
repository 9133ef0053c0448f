/* file.h - whole files out: a file appears under its name only when complete. Reading is host/io/read_file.h.
 *
 * A file is written under a temporary name beside its own, synced, then renamed. Every failure, a stop requested of the
 * context included (SIGTERM on the command line), removes the temporary name: an interrupted run leaves nothing behind.
 */
#ifndef LS_HOST_IO_FILE_H
#define LS_HOST_IO_FILE_H

#include "core/context.h"

/* The status and message for an errno of creating or writing `path`. */
ls_status file_output_error(ls_context *context, const char *path, int error);

/* Can `path` be created (or replaced)? It must not exist unless `replace`, and then be an ordinary file; its folder must
 * exist and be writable. To be asked before a long computation; the write itself decides again. */
ls_status file_output_check(ls_context *context, const char *path, bool replace);

/* Writes `length` bytes. LS_STATUS_OUTPUT_EXISTS, PERMISSION, IO or INTERRUPTED; the old file, if any, then still stands. */
ls_status file_write(ls_context *context, const char *path, const void *data, size_t length, bool replace);

/* The same in two steps, for writers that need a name to write to: a fresh, empty, unique file beside `path`, whose name
 * (freed with context_release) is handed back open for writing; then sync and rename, or removal. */
ls_status file_temporary_create(ls_context *context, const char *path, char **temporary, int *descriptor);
ls_status file_temporary_commit(ls_context *context, const char *temporary, const char *path, bool replace);
void file_temporary_remove(const char *temporary);

/* Size of an ordinary file. LS_STATUS_INPUT_MISSING, PERMISSION, IO, INVALID_INPUT (a folder or device). */
ls_status file_size(ls_context *context, const char *path, int64_t *length);

#endif

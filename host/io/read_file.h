/* read_file.h - a whole input file in memory. */
#ifndef LS_HOST_IO_READ_FILE_H
#define LS_HOST_IO_READ_FILE_H

#include "io/hash.h"

/* Reads a regular file; *data (with a NUL after its *length bytes) is freed with context_release. Statuses, each with a
 * message naming the path: LS_STATUS_INPUT_MISSING, LS_STATUS_PERMISSION, LS_STATUS_INVALID_INPUT (no regular file),
 * LS_STATUS_IO. */
ls_status read_file(ls_context *context, const char *path, char **data, size_t *length);

/* SHA-256 of a regular file's bytes as hexadecimal text, and how many there are; the same statuses. */
ls_status read_file_hash(ls_context *context, const char *path, char sha256[SHA256_TEXT_SIZE], size_t *length);

/* The last part of a path, without trailing slashes; the caller releases it. "." and ".." are resolved. */
char *path_base_name(ls_context *context, const char *path);

/* folder/file in fresh memory. */
char *path_join(ls_context *context, const char *folder, const char *file);

#endif

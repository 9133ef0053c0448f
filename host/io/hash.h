/* hash.h - SHA-256 of bytes (what a file is), XXH3-128 of numbers (what a result is). */
#ifndef LS_HOST_IO_HASH_H
#define LS_HOST_IO_HASH_H

#include "core/context.h"

enum { SHA256_TEXT_SIZE = 65, DIGEST_TEXT_SIZE = 33 };

/* SHA-256 of a block in memory as 64 hexadecimal digits and a NUL. LS_STATUS_SYSTEM where the library refuses. */
ls_status hash_sha256(ls_context *context, const void *data, size_t length, char text[SHA256_TEXT_SIZE]);

/* A digest grows by typed values. Doubles are taken as their bits in little-endian order, with -0 as 0 and every NaN as
 * one NaN, so that equal digests mean equal numbers; each update includes its count, so that two arrays cannot pass for
 * one. */
struct digest;
ls_status digest_create(ls_context *context, struct digest **digest);
void digest_destroy(struct digest **digest);
void digest_update_doubles(struct digest *digest, const double *value, size_t count);
void digest_update_int64(struct digest *digest, const int64_t *value, size_t count);
void digest_update_int32(struct digest *digest, const int32_t *value, size_t count);
void digest_update_text(struct digest *digest, const char *text);

/* 32 hexadecimal digits and a NUL; the digest may grow on. */
void digest_final_hex(const struct digest *digest, char text[DIGEST_TEXT_SIZE]);

#endif

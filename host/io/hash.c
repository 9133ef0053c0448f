/* hash.c - SHA-256 by libcrypto, XXH3-128 by libxxhash. */
#include "io/hash.h"

#include <openssl/evp.h>
#include <string.h>
#define XXH_INLINE_ALL /* the state then lives in our own block, whatever version is installed later */
#include <xxhash.h>

/* Doubles are brought to one form in batches of this many. */
enum { BATCH = 512 };

/* XXH3's state wants 64-byte alignment, which context_allocate gives. */
struct digest {
  XXH3_state_t state;
  struct allocator allocator;
};

static void write_hex(const unsigned char *bytes, size_t count, char *text) {
  static const char DIGITS[] = "0123456789abcdef";
  for (size_t i = 0; i < count; i++) {
    text[2 * i] = DIGITS[bytes[i] >> 4];
    text[2 * i + 1] = DIGITS[bytes[i] & 15u];
  }
  text[2 * count] = '\0';
}

ls_status hash_sha256(ls_context *context, const void *data, size_t length, char text[SHA256_TEXT_SIZE]) {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_Digest(data, length, bytes, &size, EVP_sha256(), NULL) != 1 || size != 32)
    return context_fail(context, LS_STATUS_SYSTEM, "SHA-256 is not available in this system's libcrypto");
  write_hex(bytes, size, text);
  return LS_STATUS_OK;
}

ls_status digest_create(ls_context *context, struct digest **digest) {
  struct digest *fresh = context_allocate(context, 1, sizeof *fresh);
  if (fresh == NULL) return LS_STATUS_OUT_OF_MEMORY;
  fresh->allocator = context_allocator(context);
  XXH3_128bits_reset(&fresh->state);
  *digest = fresh;
  return LS_STATUS_OK;
}

void digest_destroy(struct digest **digest) {
  if (digest == NULL || *digest == NULL) return;
  const struct allocator allocator = (*digest)->allocator;
  allocator_release(&allocator, *digest);
  *digest = NULL;
}

static void update_count(struct digest *digest, char kind, size_t count) {
  unsigned char head[9] = {(unsigned char)kind};
  for (size_t i = 0; i < 8; i++) head[i + 1] = (unsigned char)(((uint64_t)count >> (8 * i)) & 255u);
  XXH3_128bits_update(&digest->state, head, sizeof head);
}

static uint64_t canonical_bits(double value) {
  uint64_t bits = 0;
  if (value == 0.0) return 0;
  if (value != value) return UINT64_C(0x7FF8000000000000);
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

static void write_little_endian(unsigned char *bytes, uint64_t value) {
  for (size_t i = 0; i < 8; i++) bytes[i] = (unsigned char)((value >> (8 * i)) & 255u);
}

void digest_update_doubles(struct digest *digest, const double *value, size_t count) {
  unsigned char bytes[8 * BATCH];
  update_count(digest, 'd', count);
  for (size_t first = 0; first < count; first += BATCH) {
    const size_t size = count - first < BATCH ? count - first : BATCH;
    for (size_t i = 0; i < size; i++) write_little_endian(bytes + 8 * i, canonical_bits(value[first + i]));
    XXH3_128bits_update(&digest->state, bytes, 8 * size);
  }
}

void digest_update_int64(struct digest *digest, const int64_t *value, size_t count) {
  unsigned char bytes[8];
  update_count(digest, 'i', count);
  for (size_t i = 0; i < count; i++) {
    write_little_endian(bytes, (uint64_t)value[i]);
    XXH3_128bits_update(&digest->state, bytes, sizeof bytes);
  }
}

void digest_update_int32(struct digest *digest, const int32_t *value, size_t count) {
  unsigned char bytes[8];
  update_count(digest, 'i', count);
  for (size_t i = 0; i < count; i++) {
    write_little_endian(bytes, (uint64_t)(int64_t)value[i]);
    XXH3_128bits_update(&digest->state, bytes, sizeof bytes);
  }
}

void digest_update_text(struct digest *digest, const char *text) {
  const size_t length = strlen(text);
  update_count(digest, 't', length);
  XXH3_128bits_update(&digest->state, text, length);
}

void digest_final_hex(const struct digest *digest, char text[DIGEST_TEXT_SIZE]) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(&digest->state));
  write_hex(canonical.digest, sizeof canonical.digest, text);
}

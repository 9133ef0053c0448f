/* encoding.c - recognising files that are no UTF-8 text, and saying what they are instead. */
#include "io/encoding.h"

#include <string.h>

struct signature {
  const char *bytes;
  size_t length;
  const char *what;
};

/* UTF-32 stands before UTF-16, whose mark it begins with. */
static const struct signature SIGNATURES[] = {
    {"\x1f\x8b", 2, "compressed with gzip (1F 8B)"},
    {"PK\x03\x04", 4, "a zip archive or spreadsheet (50 4B 03 04)"},
    {"BZh", 3, "compressed with bzip2 (42 5A 68)"},
    {"\xfd\x37\x7a\x58\x5a", 5, "compressed with xz (FD 37 7A 58 5A)"},
    {"\x28\xb5\x2f\xfd", 4, "compressed with zstd (28 B5 2F FD)"},
    {"\xd0\xcf\x11\xe0", 4, "an old spreadsheet (D0 CF 11 E0)"},
    {"\x89HDF", 4, "an HDF5 file (89 48 44 46)"},
    {"\xff\xfe\0\0", 4, "UTF-32 (FF FE 00 00 at byte 0)"},
    {"\0\0\xfe\xff", 4, "UTF-32 (00 00 FE FF at byte 0)"},
    {"\xff\xfe", 2, "UTF-16, little-endian (FF FE at byte 0)"},
    {"\xfe\xff", 2, "UTF-16, big-endian (FE FF at byte 0)"},
};

static ls_status refuse_signatures(ls_context *context, const char *name, const char *data, size_t length) {
  for (size_t i = 0; i < sizeof SIGNATURES / sizeof SIGNATURES[0]; i++) {
    const struct signature *signature = &SIGNATURES[i];
    if (length >= signature->length && memcmp(data, signature->bytes, signature->length) == 0)
      return context_fault(context, name, 1, "the file is %s, must be plain text in UTF-8", signature->what);
  }
  return LS_STATUS_OK;
}

static bool is_continuation(unsigned char byte) { return (byte & 0xC0u) == 0x80u; }

/* The second byte's range excludes overlong forms, surrogates and what lies beyond U+10FFFF. */
size_t encoding_character_length(const unsigned char *data, size_t length) {
  const unsigned char first = data[0];
  if (first < 0x80u) return 1;
  if (first < 0xC2u || first > 0xF4u) return 0;
  const size_t size = first < 0xE0u ? 2 : first < 0xF0u ? 3 : 4;
  if (length < size) return 0;
  const unsigned char low = first == 0xE0u ? 0xA0u : first == 0xF0u ? 0x90u : 0x80u;
  const unsigned char high = first == 0xEDu ? 0x9Fu : first == 0xF4u ? 0x8Fu : 0xBFu;
  if (data[1] < low || data[1] > high) return 0;
  for (size_t i = 2; i < size; i++)
    if (!is_continuation(data[i])) return 0;
  return size;
}

static ls_status refuse_nul(ls_context *context, const char *name, const unsigned char *data, size_t length, size_t at,
                            int64_t line) {
  const bool in_pairs =
      (at % 2 == 1 && at + 2 < length && data[at + 2] == 0) || (at == 0 && length > 2 && data[2] == 0);
  if (in_pairs)
    return context_fault(context, name, line, "the text is UTF-16 (NUL at byte %zu and in every pair), must be UTF-8",
                         at);
  return context_fault(context, name, line, "NUL byte at byte %zu, must be text", at);
}

static ls_status refuse_byte(ls_context *context, const char *name, unsigned char byte, size_t at, int64_t line) {
  if (byte < 0x20u || byte == 0x7Fu)
    return context_fault(context, name, line, "control character 0x%02X at byte %zu, must be text", byte, at);
  return context_fault(context, name, line,
                       "byte 0x%02X at byte %zu is not UTF-8 (Latin-1 or Windows-1252?), must be UTF-8", byte, at);
}

ls_status encoding_check(ls_context *context, const char *name, const char *data, size_t length, size_t *start) {
  const ls_status status = refuse_signatures(context, name, data, length);
  if (status != LS_STATUS_OK) return status;
  const unsigned char *bytes = (const unsigned char *)data;
  const size_t first = length >= 3 && memcmp(data, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
  int64_t line = 1;
  for (size_t at = first; at < length;) {
    const unsigned char byte = bytes[at];
    if (byte == 0) return refuse_nul(context, name, bytes, length, at, line);
    const bool is_control = (byte < 0x20u && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7Fu;
    const size_t size = encoding_character_length(bytes + at, length - at);
    if (is_control || size == 0) return refuse_byte(context, name, byte, at, line);
    if (byte == '\n') line++;
    at += size;
  }
  *start = first;
  return LS_STATUS_OK;
}

/* What Windows-1252 has at 0x80-0x9F; 0: nothing. Source: the mapping table CP1252.TXT of the Unicode Consortium. */
static const uint16_t WINDOWS_SIGN[32] = {0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                          0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017D, 0,
                                          0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                          0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

static size_t put_sign(char *text, uint32_t sign) {
  if (sign < 0x80u) {
    text[0] = (char)sign;
    return 1;
  }
  if (sign < 0x800u) {
    text[0] = (char)(0xC0u | sign >> 6);
    text[1] = (char)(0x80u | (sign & 0x3Fu));
    return 2;
  }
  text[0] = (char)(0xE0u | sign >> 12);
  text[1] = (char)(0x80u | (sign >> 6 & 0x3Fu));
  text[2] = (char)(0x80u | (sign & 0x3Fu));
  return 3;
}

ls_status encoding_to_utf8(ls_context *context, const char *name, const char *data, size_t length, bool windows,
                           char **text, size_t *text_length) {
  char *fresh = context_allocate(context, 3 * length + 1, 1);
  size_t used = 0;
  int64_t line = 1;
  if (fresh == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (size_t at = 0; at < length; at++) {
    const unsigned char byte = (unsigned char)data[at];
    const bool is_special = byte >= 0x80u && byte < 0xA0u;
    const uint32_t sign = !is_special ? byte : windows ? WINDOWS_SIGN[byte - 0x80u] : 0;
    if (is_special && sign == 0) {
      context_release(context, fresh);
      return context_fault(context, name, line, "byte 0x%02X at byte %zu has no sign in %s", byte, at,
                           windows ? "Windows-1252" : "Latin-1 (Windows-1252?)");
    }
    if (byte == '\n') line++;
    used += put_sign(fresh + used, sign);
  }
  *text = fresh;
  *text_length = used;
  return LS_STATUS_OK;
}

/* encoding.h - what a text input may be made of: UTF-8 without NUL or control characters, not compressed. */
#ifndef LS_HOST_IO_ENCODING_H
#define LS_HOST_IO_ENCODING_H

#include "core/context.h"

/* Refuses (LS_STATUS_INVALID_INPUT, a message naming the line and the byte offset) compressed files, UTF-16 and UTF-32,
 * NUL bytes, control characters other than tab and line ends, and bytes that are not UTF-8. *start is set to the first
 * byte after a UTF-8 byte order mark, 0 without one. `name` stands in messages. */
ls_status encoding_check(ls_context *context, const char *name, const char *data, size_t length, size_t *start);

/* Latin-1 (ISO 8859-1), or Windows-1252 with its signs in place of the control characters 0x80-0x9F, as UTF-8 in fresh
 * memory with a NUL after it. LS_STATUS_INVALID_INPUT: a byte that the encoding has no sign for. */
ls_status encoding_to_utf8(ls_context *context, const char *name, const char *data, size_t length, bool windows,
                           char **text, size_t *text_length);

/* Bytes of the UTF-8 character at data, 0 where it is not well formed (overlong forms and surrogates are not). */
size_t encoding_character_length(const unsigned char *data, size_t length);

#endif

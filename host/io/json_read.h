/* json_read.h - one text out of a JSON document. */
#ifndef LS_HOST_IO_JSON_READ_H
#define LS_HOST_IO_JSON_READ_H

#include <stdbool.h>
#include <stddef.h>

/* Copies the text at first.second of the document, with its closing zero, into `text` of `size` bytes; false where there is none, it
 * is longer, or the document is no JSON. */
bool json_find_text(const char *document, size_t length, const char *first, const char *second, char *text,
                    size_t size);

#endif

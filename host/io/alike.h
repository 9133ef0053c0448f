/* alike.h - texts that people take for the same: but for blanks at the ends, case, and how letters are composed.
 *
 * For Latin, Greek and Cyrillic letters, where one accented letter may be written as one character or as two. Texts of
 * other scripts are alike only where they are equal. */
#ifndef LS_HOST_IO_ALIKE_H
#define LS_HOST_IO_ALIKE_H

#include <stddef.h>

/* Bytes that alike_form may need for a text of `length` bytes, its end included. */
size_t alike_room(size_t length);

/* Writes the form that all texts like this one (UTF-8) share, and ends it. */
void alike_form(const char *text, char *form);

#endif

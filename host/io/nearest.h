/* nearest.h - what a misspelt word was probably meant to be. */
#ifndef LS_HOST_IO_NEAREST_H
#define LS_HOST_IO_NEAREST_H

#include <stddef.h>

/* The word of the NULL-ended list with the fewest edits (insert, delete, replace, swap; case is ignored) to `text`, or
 * NULL where none is near: more than a third of the letters would change. Words beyond 63 bytes have no neighbours. */
const char *nearest_word(const char *text, const char *const *words);

/* Edits between two words; words beyond 63 bytes count as far (64). */
int edit_distance(const char *a, const char *b);

#endif

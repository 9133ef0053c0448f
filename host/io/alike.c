/* alike.c - see alike.h. */
#include "io/alike.h"

#include "io/alike_letters.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* A letter becomes three parts at most, none of them longer than it. */
size_t alike_room(size_t length) { return LETTER_PARTS * length + 1; }

static bool is_blank(const char *text, size_t *width) {
  static const char *const BLANKS[] = {" ", "\t", "\xC2\xA0", "\xE2\x80\xAF", "\xE3\x80\x80", "\xEF\xBB\xBF"};
  for (size_t k = 0; k < sizeof BLANKS / sizeof BLANKS[0]; k++) {
    *width = strlen(BLANKS[k]);
    if (strncmp(text, BLANKS[k], *width) == 0) return true;
  }
  return false;
}

/* The character of two or three bytes that begins here; 0 for all others. */
static uint16_t read_character(const char *text, size_t *width) {
  const unsigned char *byte = (const unsigned char *)text;
  *width = 1;
  if (byte[0] >= 0xC2 && byte[0] <= 0xDF && byte[1] >= 0x80) {
    *width = 2;
    return (uint16_t)((byte[0] & 0x1Fu) << 6 | (byte[1] & 0x3Fu));
  }
  if (byte[0] >= 0xE0 && byte[0] <= 0xEF && byte[1] >= 0x80 && byte[2] >= 0x80) {
    *width = 3;
    return (uint16_t)((byte[0] & 0xFu) << 12 | (byte[1] & 0x3Fu) << 6 | (byte[2] & 0x3Fu));
  }
  return 0;
}

static char *write_character(uint16_t character, char *form) {
  if (character < 0x80) {
    *form++ = (char)character;
  } else if (character < 0x800) {
    *form++ = (char)(0xC0 | character >> 6);
    *form++ = (char)(0x80 | (character & 0x3F));
  } else {
    *form++ = (char)(0xE0 | character >> 12);
    *form++ = (char)(0x80 | (character >> 6 & 0x3F));
    *form++ = (char)(0x80 | (character & 0x3F));
  }
  return form;
}

static const struct letter *find_letter(uint16_t character) {
  size_t low = 0, high = sizeof LETTERS / sizeof LETTERS[0];
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (LETTERS[middle].composed == character) return &LETTERS[middle];
    if (LETTERS[middle].composed < character)
      low = middle + 1;
    else
      high = middle;
  }
  return NULL;
}

void alike_form(const char *text, char *form) {
  char *end = form, *last = form; /* last: behind what is no blank */
  size_t width;
  while (is_blank(text, &width)) text += width;
  while (*text != '\0') {
    const bool blank = is_blank(text, &width);
    const uint16_t character = blank ? 0 : read_character(text, &width);
    const struct letter *letter = character != 0 ? find_letter(character) : NULL;
    if (letter != NULL) {
      for (int k = 0; k < LETTER_PARTS && letter->part[k] != 0; k++) end = write_character(letter->part[k], end);
    } else {
      for (size_t k = 0; k < width; k++) *end++ = text[k] >= 'A' && text[k] <= 'Z' ? (char)(text[k] + 32) : text[k];
    }
    if (!blank) last = end;
    text += width;
  }
  *last = '\0';
}

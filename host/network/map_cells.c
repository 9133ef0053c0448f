/* map_cells.c - what a cell of a foreign file says: words, numbers in another notation, legal entity identifiers. */
#include "network/map.h"

#include <string.h>

bool map_has_word(const struct yaml_node *words, const char *text) {
  if (words == NULL) return false;
  if (words->kind == NODE_SCALAR) return strcmp(words->text, text) == 0;
  for (int64_t i = 0; i < words->count; i++)
    if (strcmp(words->item[i]->text, text) == 0) return true;
  return false;
}

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* The bytes of a separator at `at`; 0: there is none. A blank may be one that does not break (U+00A0, U+202F). */
static size_t separator_length(const char *at, char thousands) {
  if (thousands == '\0') return 0;
  if (*at == thousands) return 1;
  if (thousands == ' ' && strncmp(at, "\xc2\xa0", 2) == 0) return 2;
  return thousands == ' ' && strncmp(at, "\xe2\x80\xaf", 3) == 0 ? 3 : 0;
}

/* Groups of three digits after the first separator, or none at all. */
static const char *copy_whole_part(const char *at, char thousands, char **plain) {
  bool grouped = false;
  for (;;) {
    int digits = 0;
    for (; is_digit(*at); digits++) *(*plain)++ = *at++;
    if (grouped && digits != 3) return NULL;
    const size_t separator = separator_length(at, thousands);
    if (separator == 0) return at;
    if (!grouped && (digits < 1 || digits > 3)) return NULL;
    grouped = true;
    at += separator;
  }
}

bool map_plain_number(const char *text, char decimal, char thousands, char *plain, size_t room) {
  if (strlen(text) + 1 > room) return false;
  if (*text == '-' || *text == '+') *plain++ = *text++;
  const char *at = copy_whole_part(text, thousands, &plain);
  if (at == NULL) return false;
  if (*at == decimal) {
    *plain++ = '.';
    at++;
  } else if (*at == '.') {
    return false;
  }
  if (strchr(at, decimal) != NULL || strpbrk(at, ".,") != NULL) return false;
  memcpy(plain, at, strlen(at) + 1);
  return true;
}

/* ---- legal entity identifiers ------------------------------------------------------------------------------------ */

/* ISO 7064 mod 97-10 over the digits, letters counting as 10 to 35; the last two are the check digits. */
bool map_is_lei(const char *text) {
  enum { LEI_LENGTH = 20 };
  int rest = 0;
  if (strlen(text) != LEI_LENGTH || !is_digit(text[18]) || !is_digit(text[19])) return false;
  for (const char *at = text; *at != '\0'; at++) {
    if (is_digit(*at))
      rest = (10 * rest + (*at - '0')) % 97;
    else if (*at >= 'A' && *at <= 'Z')
      rest = (100 * rest + (*at - 'A' + 10)) % 97;
    else
      return false;
  }
  return rest == 1;
}

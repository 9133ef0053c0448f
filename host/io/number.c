/* number.c - decimal numbers by a whitelist of characters; conversion alone is left to the C library, in the C locale.
 */
#define _GNU_SOURCE
#include "io/number.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static const char *skip_digits(const char *at) {
  while (is_digit(*at)) at++;
  return at;
}

static const char *skip_sign(const char *at) { return *at == '+' || *at == '-' ? at + 1 : at; }

/* The end of the longest number at the start of the text; the text itself where there is none. */
static const char *number_end(const char *text) {
  const char *whole = skip_sign(text);
  const char *at = skip_digits(whole);
  ptrdiff_t digits = at - whole;
  if (*at == '.') {
    const char *fraction = at + 1;
    at = skip_digits(fraction);
    digits += at - fraction;
  }
  if (digits == 0) return text;
  if (*at == 'e' || *at == 'E') {
    const char *exponent = skip_sign(at + 1);
    const char *end = skip_digits(exponent);
    if (end > exponent) return end;
  }
  return at;
}

static bool is_one_of(const char *text, const char *const *words) {
  for (; *words != NULL; words++)
    if (strcasecmp(text, *words) == 0) return true;
  return false;
}

/* 1,234 is ambiguous: either reading of its comma is refused, and the message names the likelier one. */
static enum number_fault comma_fault(const char *text) {
  const char *first = strchr(text, ',');
  const char *last = strrchr(text, ',');
  const char *point = strchr(text, '.');
  if (first != last || point != NULL) return NUMBER_THOUSANDS;
  return NUMBER_DECIMAL_COMMA;
}

static enum number_fault grouped_fault(const char *text) {
  static const char SEPARATORS[] = ", '_\xc2\xa0\xe2\x80\xaf";
  const char *digits = skip_sign(text);
  if (strpbrk(digits, SEPARATORS) == NULL) return NUMBER_TEXT;
  if (digits[strspn(digits, "0123456789.,")] == '\0') return comma_fault(digits);
  if (digits[strspn(digits, "0123456789., '_\xc2\xa0\xe2\x80\xaf")] == '\0') return NUMBER_THOUSANDS;
  return NUMBER_TEXT;
}

static enum number_fault classify(const char *text) {
  static const char *const NANS[] = {"nan", "+nan", "-nan", "#num!", "1.#ind", "-1.#ind", NULL};
  static const char *const INFINITES[] = {"inf",       "+inf",   "-inf",    "infinity",     "+infinity",
                                          "-infinity", "1.#inf", "-1.#inf", "\xe2\x88\x9e", NULL};
  static const char *const MISSING[] = {"n/a", "na", "null", "none", "-", "--", "?", "#n/a", "tbd", "~", ".", NULL};
  if (*text == '\0') return NUMBER_BLANK;
  if (is_one_of(text, NANS) || strncasecmp(text, "nan(", 4) == 0) return NUMBER_NAN;
  if (is_one_of(text, INFINITES)) return NUMBER_INFINITE;
  if (is_one_of(text, MISSING)) return NUMBER_MISSING_WORD;
  const char *unsigned_text = skip_sign(text);
  if (unsigned_text[0] == '0' && (unsigned_text[1] == 'x' || unsigned_text[1] == 'X')) return NUMBER_HEXADECIMAL;
  if (strchr(text, '%') != NULL) return NUMBER_PERCENT;
  if (strpbrk(text, "0123456789") == NULL) return NUMBER_TEXT;
  const enum number_fault grouped = grouped_fault(text);
  if (grouped != NUMBER_TEXT) return grouped;
  static const char *const CURRENCIES[] = {"$", "\xe2\x82\xac", "\xc2\xa3", "\xc2\xa5", NULL};
  for (const char *const *sign = CURRENCIES; *sign != NULL; sign++)
    if (strncmp(unsigned_text, *sign, strlen(*sign)) == 0) return NUMBER_UNIT;
  const char *rest = number_end(text);
  return rest > text && strpbrk(rest, "-+.:/0123456789") == NULL ? NUMBER_UNIT : NUMBER_TEXT;
}

/* glibc hands out its static C locale here: nothing is allocated and nothing needs to be freed. */
static double convert(const char *text) {
  locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  const double value = strtod_l(text, NULL, plain);
  freelocale(plain);
  return value;
}

static bool has_nonzero_digit(const char *text) {
  for (; *text != '\0' && *text != 'e' && *text != 'E'; text++)
    if (*text >= '1' && *text <= '9') return true;
  return false;
}

enum number_fault number_parse(const char *text, double *value) {
  const char *end = number_end(text);
  if (end == text || *end != '\0') return classify(text);
  const double converted = convert(text);
  if (isinf(converted)) return NUMBER_TOO_LARGE;
  if (converted == 0.0 && has_nonzero_digit(text)) return NUMBER_TOO_SMALL;
  *value = converted == 0.0 ? 0.0 : converted;
  return NUMBER_FINE;
}

enum number_fault number_parse_integer(const char *text, int64_t *value) {
  double number = 0.0;
  const enum number_fault fault = number_parse(text, &number);
  if (fault != NUMBER_FINE) return fault;
  if (fabs(number) > 9007199254740992.0) return NUMBER_TOO_LARGE;
  if (number != floor(number)) return NUMBER_NOT_INTEGER;
  *value = (int64_t)number;
  return NUMBER_FINE;
}

enum number_fault number_parse_unsigned(const char *text, uint64_t *value) {
  uint64_t sum = 0;
  if (*text == '\0' || *skip_digits(text) != '\0') {
    double number = 0.0;
    const enum number_fault fault = number_parse(text, &number);
    return fault == NUMBER_FINE ? NUMBER_NOT_INTEGER : fault;
  }
  for (; *text != '\0'; text++) {
    const uint64_t digit = (uint64_t)(*text - '0');
    if (sum > (UINT64_MAX - digit) / 10) return NUMBER_TOO_LARGE;
    sum = 10 * sum + digit;
  }
  *value = sum;
  return NUMBER_FINE;
}

const char *number_rule(enum number_fault fault) {
  switch (fault) {
    case NUMBER_FINE:
      return "must be a number";
    case NUMBER_BLANK:
      return "must be a number, not blank";
    case NUMBER_MISSING_WORD:
      return "must be a number, not a word for a missing one";
    case NUMBER_NAN:
      return "must be a number, not NaN";
    case NUMBER_INFINITE:
      return "must be a finite number";
    case NUMBER_HEXADECIMAL:
      return "must be a decimal number, not hexadecimal";
    case NUMBER_DECIMAL_COMMA:
      return "must be a number with a decimal point, not a decimal comma";
    case NUMBER_THOUSANDS:
      return "must be a number without thousands separators";
    case NUMBER_PERCENT:
      return "must be a number without percent sign (fractions are 0-1)";
    case NUMBER_UNIT:
      return "must be a number without unit or currency sign";
    case NUMBER_TOO_LARGE:
      return "must be a number within the range of a double";
    case NUMBER_TOO_SMALL:
      return "must be 0 or a number that does not round to 0";
    case NUMBER_TEXT:
      return "must be a number";
    case NUMBER_NOT_INTEGER:
      return "must be a whole number";
  }
  return "must be a number";
}

/* The thread's locale is set aside for the call: a decimal comma would make a message that cannot be read back. */
void number_print(double value, char text[NUMBER_TEXT_SIZE]) {
  const locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  const locale_t before = uselocale(plain);
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(text, NUMBER_TEXT_SIZE, "%.*g", digits, value);
    if (strtod_l(text, NULL, plain) == value) break;
  }
  uselocale(before);
  freelocale(plain);
}

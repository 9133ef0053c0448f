/* number.h - decimal numbers as inputs write them, independent of any locale. */
#ifndef LS_HOST_IO_NUMBER_H
#define LS_HOST_IO_NUMBER_H

#include "core/context.h"

/* What is wrong with a number. */
enum number_fault {
  NUMBER_FINE,
  NUMBER_BLANK,
  NUMBER_MISSING_WORD, /* N/A, null, none, - */
  NUMBER_NAN,
  NUMBER_INFINITE,
  NUMBER_HEXADECIMAL,
  NUMBER_DECIMAL_COMMA, /* 1,5 */
  NUMBER_THOUSANDS,     /* 1,234.5 or 1 234 or 1.234,5 */
  NUMBER_PERCENT,
  NUMBER_UNIT,      /* 5bn, $5 */
  NUMBER_TOO_LARGE, /* beyond the largest double */
  NUMBER_TOO_SMALL, /* not 0, yet rounds to 0 */
  NUMBER_TEXT,      /* anything else */
  NUMBER_NOT_INTEGER
};

/* [+-] digits [. digits] [e [+-] digits], correctly rounded. *value is set only where NUMBER_FINE is returned; -0
 * becomes 0. */
enum number_fault number_parse(const char *text, double *value);

/* The same for a whole number: digits alone, or 3.0 or 2e3 that stand for one; within +-2^53. */
enum number_fault number_parse_integer(const char *text, int64_t *value);

/* Digits alone, 0 to 2^64-1 (seeds). */
enum number_fault number_parse_unsigned(const char *text, uint64_t *value);

enum { NUMBER_TEXT_SIZE = 32 };

/* The shortest decimal form that reads back as the same double, for messages: -3.5, not -3.5000000000000000. */
void number_print(double value, char text[NUMBER_TEXT_SIZE]);

/* The rule that a fault broke, for messages: "must be a plain decimal number, without percent sign". */
const char *number_rule(enum number_fault fault);

#endif

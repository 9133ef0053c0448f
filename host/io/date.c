/* date.c - calendar checks on ISO 8601 dates. */
#include "io/date.h"

#include <stdlib.h>
#include <string.h>

static bool two_digits(const char *text, int low, int high) {
  if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9') return false;
  const int value = 10 * (text[0] - '0') + (text[1] - '0');
  return value >= low && value <= high;
}

static int days_of(int year, int month) {
  if (month == 2) return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

bool date_is_valid(const char *text) {
  const size_t length = strlen(text);
  if (length != 4 && length != 7 && length != 10) return false;
  if (!two_digits(text, 0, 99) || !two_digits(text + 2, 0, 99)) return false;
  if (length == 4) return true;
  if (text[4] != '-' || !two_digits(text + 5, 1, 12)) return false;
  return length == 7 || (text[7] == '-' && two_digits(text + 8, 1, days_of(atoi(text), atoi(text + 5))));
}

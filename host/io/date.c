/* date.c - calendar checks on ISO 8601 dates. */
#include "io/date.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

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

/* Days since March 1st of the year 0 of the Gregorian calendar; a year that begins in March ends with its leap day. */
static int32_t day_number(const char *text) {
  const size_t length = strlen(text);
  const int month = length > 4 ? atoi(text + 5) : 1, day = length > 7 ? atoi(text + 8) : 1;
  const int year = atoi(text) - (month < 3), from_march = (month + 9) % 12;
  return 365 * year + year / 4 - year / 100 + year / 400 + (153 * from_march + 2) / 5 + day - 1;
}

bool date_days_between(const char *from, const char *to, int32_t *days) {
  if (!date_is_valid(from) || !date_is_valid(to)) return false;
  *days = day_number(to) - day_number(from);
  return true;
}

void date_print_moment(int64_t seconds, char text[DATE_MOMENT_SIZE]) {
  const time_t moment = (time_t)seconds;
  struct tm parts;
  if (gmtime_r(&moment, &parts) == NULL || strftime(text, DATE_MOMENT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
    text[0] = '\0';
}

/* date.h - dates in inputs and records: ISO 8601 and nothing else. */
#ifndef LS_HOST_IO_DATE_H
#define LS_HOST_IO_DATE_H

#include <stdbool.h>
#include <stdint.h>

/* "2026", "2026-04" or "2026-04-30", with months and days that exist. */
bool date_is_valid(const char *text);

/* Days from the first day that `from` can mean to the first that `to` can mean ("2026-04": April 1st), negative
 * backwards. False, with *days left alone, unless both are valid. */
bool date_days_between(const char *from, const char *to, int32_t *days);

/* A moment in UTC, given in seconds since 1970, as "2026-11-26T20:00:00Z"; "" where the calendar does not reach. */
enum { DATE_MOMENT_SIZE = 32 };
void date_print_moment(int64_t seconds, char text[DATE_MOMENT_SIZE]);

#endif

/* date.h - dates in inputs: ISO 8601 and nothing else. */
#ifndef LS_HOST_IO_DATE_H
#define LS_HOST_IO_DATE_H

#include <stdbool.h>

/* "2026", "2026-04" or "2026-04-30", with months and days that exist. */
bool date_is_valid(const char *text);

#endif

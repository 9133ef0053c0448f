/* largest.h - the rows of a table for people: those of the largest numbers, in falling order. */
#ifndef LS_HOST_ANALYSIS_LARGEST_H
#define LS_HOST_ANALYSIS_LARGEST_H

#include <stddef.h>
#include <stdint.h>

/* A number of each of `count` things that lie `stride` bytes apart. */
struct column_of_numbers {
  const double *first;
  size_t stride;
  int32_t count;
};

static inline double column_number(const struct column_of_numbers *column, int32_t i) {
  return *(const double *)(const void *)((const char *)column->first + (size_t)i * column->stride);
}

/* Which comes after `before` (-1: the first): the next smaller number, equal ones in their order; -1: none. NaN
 * never comes. */
static inline int32_t largest_after(const struct column_of_numbers *column, int32_t before) {
  int32_t best = -1;
  for (int32_t i = 0; i < column->count; i++) {
    const double value = column_number(column, i);
    if (before >= 0 &&
        (value > column_number(column, before) || (value == column_number(column, before) && i <= before)))
      continue;
    if (value == value && (best < 0 || value > column_number(column, best))) best = i;
  }
  return best;
}

#endif

/* nearest.c - edit distance (optimal string alignment) over short words. */
#include "io/nearest.h"

#include <string.h>

enum { WORD_MAX = 63 };

static int lower(char c) { return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c; }

static int smallest(int a, int b) { return a < b ? a : b; }

int edit_distance(const char *a, const char *b) {
  const size_t rows = strlen(a), columns = strlen(b);
  if (rows > WORD_MAX || columns > WORD_MAX) return WORD_MAX + 1;
  int distance[WORD_MAX + 1][WORD_MAX + 1];
  for (size_t i = 0; i <= rows; i++) distance[i][0] = (int)i;
  for (size_t j = 0; j <= columns; j++) distance[0][j] = (int)j;
  for (size_t i = 1; i <= rows; i++) {
    for (size_t j = 1; j <= columns; j++) {
      const int replace = distance[i - 1][j - 1] + (lower(a[i - 1]) != lower(b[j - 1]));
      int best = smallest(replace, 1 + smallest(distance[i - 1][j], distance[i][j - 1]));
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]))
        best = smallest(best, distance[i - 2][j - 2] + 1);
      distance[i][j] = best;
    }
  }
  return distance[rows][columns];
}

const char *nearest_word(const char *text, const char *const *words) {
  const int length = (int)strlen(text);
  int best = length < 4 ? 2 : 1 + (length + 2) / 3;
  const char *nearest = NULL;
  for (; *words != NULL; words++) {
    const int distance = edit_distance(text, *words);
    if (distance >= best || distance >= length) continue;
    best = distance;
    nearest = *words;
  }
  return nearest;
}

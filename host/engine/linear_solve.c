/* linear_solve.c - see linear_solve.h. */
#include "engine/linear_solve.h"

static int32_t find_pivot(const double *matrix, int32_t count, int32_t column) {
  int32_t best = column, width = count + 1;
  double largest = 0;
  for (int32_t row = column; row < count; row++) {
    double entry = matrix[(int64_t)row * width + column];
    double size = entry < 0 ? -entry : entry;
    if (size > largest) largest = size, best = row;
  }
  return largest > 0 ? best : -1;
}

static void swap_rows(double *matrix, int32_t count, int32_t a, int32_t b) {
  int32_t width = count + 1;
  double *x = matrix + (int64_t)a * width, *y = matrix + (int64_t)b * width;
  for (int32_t k = 0; k < width && a != b; k++) {
    double kept = x[k];
    x[k] = y[k];
    y[k] = kept;
  }
}

bool linear_solve(double *matrix, int32_t count) {
  int32_t width = count + 1;
  for (int32_t column = 0; column < count; column++) {
    int32_t pivot = find_pivot(matrix, count, column);
    if (pivot < 0) return false;
    swap_rows(matrix, count, column, pivot);
    const double *from = matrix + (int64_t)column * width;
    for (int32_t row = 0; row < count; row++) {
      double *to = matrix + (int64_t)row * width;
      double factor = to[column] / from[column];
      if (row == column || factor == 0) continue;
      for (int32_t k = column; k < width; k++) to[k] -= factor * from[k];
    }
  }
  return true;
}

double linear_solution(const double *matrix, int32_t count, int32_t unknown) {
  const double *row = matrix + (int64_t)unknown * (count + 1);
  return row[count] / row[unknown];
}

/* spec_debtrank.c - h(t+1) = min(1, h(t) + Lambda (h(t) - h(t-1))), h(0) = 0, h(1) = shock, until nothing moves. */
#include "spec/spec_debtrank.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_STEPS = 2000000 };

static double at_most_one(double x) { return x < 1 ? x : 1; }

int spec_debtrank_linear(int n, const double *relative_exposure, const double *shock, double *distress) {
  double *before = calloc((size_t)n + 1, sizeof(double)), *now = calloc((size_t)n + 1, sizeof(double));
  double *after = calloc((size_t)n + 1, sizeof(double));
  int step = 1;
  memcpy(now, shock, sizeof *now * (size_t)n);
  for (bool moving = true; moving && step < MOST_STEPS; step++) {
    moving = false;
    for (int i = 0; i < n; i++) {
      double gain = 0;
      for (int j = 0; j < n; j++)
        if (now[j] > before[j]) gain += relative_exposure[i * n + j] * (now[j] - before[j]);
      after[i] = at_most_one(now[i] + gain);
      moving = moving || after[i] > now[i];
    }
    memcpy(before, now, sizeof *now * (size_t)n);
    memcpy(now, after, sizeof *now * (size_t)n);
  }
  memcpy(distress, now, sizeof *now * (size_t)n);
  free(before), free(now), free(after);
  return step;
}

int spec_debtrank_linear_network(int n, const double *liability, const double *book_equity, const double *shock,
                                 double *distress) {
  double *exposure = calloc((size_t)n * (size_t)n + 1, sizeof(double)), *start = calloc((size_t)n + 1, sizeof(double));
  for (int i = 0; i < n; i++) {
    start[i] = book_equity[i] < 0 ? 1 : shock[i];
    for (int j = 0; j < n; j++)
      if (liability[j * n + i] > 0)
        exposure[i * n + j] = book_equity[i] > 0 ? liability[j * n + i] / book_equity[i] : INFINITY;
  }
  int steps = spec_debtrank_linear(n, exposure, start, distress);
  free(exposure), free(start);
  return steps;
}

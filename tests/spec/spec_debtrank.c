/* spec_debtrank.c - the three kinds of DebtRank as their papers write them, a step of time at a time. */
#include "spec/spec_debtrank.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_STEPS = 2000000 };

static double at_most_one(double x) { return x < 1 ? x : 1; }

static double lost_share(double distress, double alpha) { return distress * exp(alpha * (distress - 1)); }

/* h(t+1) = min(1, h(t) + Lambda (p(h(t)) - p(h(t-1)))), h(0) = 0, h(1) = shock, until nothing moves. */
int spec_debtrank_nonlinear(int n, const double *relative_exposure, const double *shock, double alpha,
                            double *distress) {
  double *before = calloc((size_t)n + 1, sizeof(double)), *now = calloc((size_t)n + 1, sizeof(double));
  double *after = calloc((size_t)n + 1, sizeof(double));
  int step = 1;
  memcpy(now, shock, sizeof *now * (size_t)n);
  for (bool moving = true; moving && step < MOST_STEPS; step++) {
    moving = false;
    for (int i = 0; i < n; i++) {
      double gain = 0;
      for (int j = 0; j < n; j++) {
        double lost = lost_share(now[j], alpha) - lost_share(before[j], alpha);
        if (lost > 0 && relative_exposure[i * n + j] > 0) gain += relative_exposure[i * n + j] * lost;
      }
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

int spec_debtrank_linear(int n, const double *relative_exposure, const double *shock, double *distress) {
  return spec_debtrank_nonlinear(n, relative_exposure, shock, 0, distress);
}

enum state { UNDISTRESSED, DISTRESSED, INACTIVE };

/* h(t) = min(1, h(t-1) + sum over the j distressed at t-1 of W h_j(t-1)); all of step t reads step t-1 alone. */
static bool original_step(int n, const double *relative_exposure, double *h, enum state *state) {
  double *after = calloc((size_t)n + 1, sizeof *after);
  bool any = false;
  for (int i = 0; i < n; i++) {
    double gain = 0;
    for (int j = 0; j < n; j++) {
      double exposure = relative_exposure[i * n + j];
      bool ruinous = isinf(exposure); /* no equity: any loss */
      if (state[j] == DISTRESSED && exposure > 0) gain += (ruinous ? exposure : at_most_one(exposure)) * h[j];
    }
    after[i] = at_most_one(h[i] + gain);
  }
  for (int i = 0; i < n; i++) {
    if (state[i] == DISTRESSED)
      state[i] = INACTIVE;
    else if (state[i] == UNDISTRESSED && after[i] > 0)
      state[i] = DISTRESSED;
    any = any || state[i] == DISTRESSED;
    h[i] = after[i];
  }
  free(after);
  return any;
}

int spec_debtrank_original(int n, const double *relative_exposure, const double *shock, double *distress) {
  enum state *state = calloc((size_t)n + 1, sizeof *state);
  int step = 1;
  for (int i = 0; i < n; i++) {
    distress[i] = shock[i];
    state[i] = shock[i] > 0 ? DISTRESSED : UNDISTRESSED;
  }
  while (original_step(n, relative_exposure, distress, state)) step++;
  free(state);
  return step;
}

void spec_debtrank_exposures(int n, const double *liability, const double *book_equity, double *shock,
                             double *relative_exposure) {
  for (int i = 0; i < n; i++) {
    if (book_equity[i] < 0) shock[i] = 1;
    for (int j = 0; j < n; j++) {
      double claim = liability[j * n + i];
      relative_exposure[i * n + j] = claim > 0 ? book_equity[i] > 0 ? claim / book_equity[i] : INFINITY : 0;
    }
  }
}

int spec_debtrank_linear_network(int n, const double *liability, const double *book_equity, const double *shock,
                                 double *distress) {
  double *exposure = calloc((size_t)n * (size_t)n + 1, sizeof(double)), *start = calloc((size_t)n + 1, sizeof(double));
  memcpy(start, shock, sizeof *start * (size_t)n);
  spec_debtrank_exposures(n, liability, book_equity, start, exposure);
  int steps = spec_debtrank_linear(n, exposure, start, distress);
  free(exposure), free(start);
  return steps;
}

/* spec_ownership.c - see spec_ownership.h. */
#include "spec/spec_ownership.h"

#include <math.h>
#include <stdlib.h>

enum { STEPS = 1000000 };

static double due_of(const struct spec_firms *f, int k, int i) {
  double sum = f->outside[k * f->n + i];
  for (int j = 0; j < f->n; j++) sum += f->owed[(k * f->n + i) * f->n + j];
  return sum;
}

static double debt_of(const struct spec_firms *f, int i) {
  double sum = 0;
  for (int k = 0; k < f->classes; k++) sum += due_of(f, k, i);
  return sum;
}

/* What i pays of class k out of w. */
static double paid_of(const struct spec_firms *f, int k, int i, double w) {
  for (int l = 0; l < k; l++) w -= due_of(f, l, i);
  return fmin(due_of(f, k, i), fmax(w, 0));
}

/* w_i given everybody's w; `in_full`: debts are paid whatever there is. */
static double worth_of(const struct spec_firms *f, const double *w, bool in_full, int i) {
  double sum = f->assets[i];
  for (int j = 0; j < f->n; j++) {
    sum += f->share[i * f->n + j] * fmax(w[j] - debt_of(f, j), 0);
    for (int k = 0; k < f->classes; k++) {
      double due = due_of(f, k, j), paid = in_full ? due : paid_of(f, k, j, w[j]);
      if (due > 0) sum += f->owed[(k * f->n + j) * f->n + i] / due * paid;
    }
  }
  return sum;
}

static bool settle(const struct spec_firms *f, bool in_full, double *w) {
  double *next = malloc((size_t)f->n * sizeof *next), moved = INFINITY;
  for (int step = 0; step < STEPS && moved > 1e-14; step++) {
    moved = 0;
    for (int i = 0; i < f->n; i++) {
      next[i] = worth_of(f, w, in_full, i);
      moved = fmax(moved, fabs(next[i] - w[i]) / (1 + fabs(next[i])));
    }
    for (int i = 0; i < f->n; i++) w[i] = next[i];
  }
  free(next);
  return moved <= 1e-14;
}

bool spec_ownership(const struct spec_firms *f, bool least, double *equity, double *payment) {
  double *w = calloc((size_t)f->n, sizeof *w);
  bool settled = (least || settle(f, true, w)) && settle(f, false, w);
  for (int i = 0; i < f->n; i++) {
    equity[i] = fmax(w[i] - debt_of(f, i), 0);
    payment[i] = 0;
    for (int k = 0; k < f->classes; k++) payment[i] += paid_of(f, k, i, w[i]);
  }
  free(w);
  return settled;
}

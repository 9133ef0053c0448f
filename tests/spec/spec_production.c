/* spec_production.c - see spec_production.h. */
#include "spec/spec_production.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 100000 };

static double sold_by(const struct spec_supply *s, int i) {
  double sum = 0;
  for (int j = 0; j < s->n; j++) sum += s->trade[i * s->n + j];
  return sum;
}

/* Ld_ij */
static double input_share(const struct spec_supply *s, int i, int j) {
  int kind = s->essentiality[s->sector[i] * s->sectors + s->sector[j]];
  double whole = 0;
  for (int m = 0; m < s->n; m++)
    if (kind == 1 || s->sector[m] == s->sector[i]) whole += s->trade[m * s->n + j];
  return kind == 0 || whole == 0 ? 0 : s->trade[i * s->n + j] / whole;
}

/* sigma_i */
static double hard_to_replace(const struct spec_supply *s, const double *h, int i) {
  double left = 0;
  for (int m = 0; m < s->n; m++)
    if (s->sector[m] == s->sector[i]) left += h[m] * sold_by(s, m);
  if (!s->replaceable || left == 0) return 1;
  return fmin(1, sold_by(s, i) / left);
}

static double down_of(const struct spec_supply *s, const double *h, double lost, int j) {
  double least = 1, missing = 0;
  for (int k = 0; k < s->sectors; k++) {
    int kind = s->essentiality[k * s->sectors + s->sector[j]];
    double pi = 1;
    for (int i = 0; i < s->n; i++)
      if (s->sector[i] == k) pi -= hard_to_replace(s, h, i) * input_share(s, i, j) * (1 - h[i]);
    if (kind == 2) least = fmin(least, pi);
    if (kind == 1) missing += 1 - pi;
  }
  return fmax(0, fmin(fmin(least, 1 - missing), 1 - lost));
}

static double up_of(const struct spec_supply *s, const double *h, double lost, int i) {
  double sold = sold_by(s, i), missing = 0;
  for (int j = 0; j < s->n && sold > 0; j++) missing += s->trade[i * s->n + j] / sold * (1 - h[j]);
  return fmax(0, fmin(1 - lost, 1 - missing));
}

/* Steps until nothing moves by more than rounding. */
static void settle(const struct spec_supply *s, const double *lost, bool down, double *h) {
  double *next = malloc((size_t)s->n * sizeof *next);
  for (int i = 0; i < s->n; i++) h[i] = 1 - lost[i];
  for (int step = 0; step < STEPS; step++) {
    double moved = 0;
    for (int i = 0; i < s->n; i++) {
      next[i] = down ? down_of(s, h, lost[i], i) : up_of(s, h, lost[i], i);
      moved = fmax(moved, fabs(next[i] - h[i]));
    }
    memcpy(h, next, (size_t)s->n * sizeof *h);
    if (moved < 1e-15) break;
  }
  free(next);
}

double spec_production(const struct spec_supply *s, const double *lost, double *down, double *up) {
  double whole = 0, index = 0;
  settle(s, lost, true, down);
  settle(s, lost, false, up);
  for (int i = 0; i < s->n; i++) whole += s->weight ? s->weight[i] : sold_by(s, i);
  for (int i = 0; i < s->n; i++)
    index += (s->weight ? s->weight[i] : sold_by(s, i)) / whole * (1 - fmin(down[i], up[i]));
  return index;
}

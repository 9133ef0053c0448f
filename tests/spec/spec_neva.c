/* spec_neva.c - see spec_neva.h. */
#include "spec/spec_neva.h"

#include <math.h>
#include <stdlib.h>

enum { MOST_STEPS = 400000, PIECES = 20000 };

static const double PI = 3.14159265358979323846;

static double normal(double x) { return 0.5 * erfc(-x / sqrt(2)); }
static double clip(double x) { return x < 0 ? 0 : x > 1 ? 1 : x; }

/* ---- closed forms ------------------------------------------------------------------------------------------------ */

static double default_probability(double equity, double assets, double s) {
  return equity >= assets ? 0 : normal((log(1 - equity / assets) + s * s / 2) / s);
}

static double weighted(double equity, double assets, double s) {
  return equity >= assets ? 0 : normal((log(1 - equity / assets) - s * s / 2) / s);
}

double spec_neva_merton(double equity, double assets, double due, double s, double recovery) {
  double fails = default_probability(equity, assets, s), nothing = default_probability(equity + due, assets, s);
  double rest = (1 + (equity - assets) / due) * (fails - nothing) +
                assets / due * (weighted(equity, assets, s) - weighted(equity + due, assets, s));
  return 1 - fails + recovery * rest;
}

double spec_neva_black_cox(double equity, double assets, double s, double recovery) {
  if (equity <= 0) return recovery;
  if (equity >= assets) return 1;
  double crossed = default_probability(equity, assets, s) + assets / (assets - equity) * weighted(equity, assets, s);
  return 1 + (recovery - 1) * crossed;
}

/* ---- integrals --------------------------------------------------------------------------------------------------- */

struct claim {
  double equity, assets, due, deviation, recovery;
};

static double payoff(const struct claim *c, double z) {
  double s = c->deviation, equity = c->equity + c->assets * (exp(s * z - s * s / 2) - 1);
  double paid = equity > 0 ? 1 : c->recovery * clip((equity + c->due) / c->due);
  return paid * exp(-z * z / 2) / sqrt(2 * PI);
}

/* Simpson's rule on an interval in which the function is smooth but for a jump at its ends: a step inside them. */
static double simpson(double (*f)(const struct claim *, double), const struct claim *c, double from, double to) {
  double step = (to - from) / PIECES, inside = 1e-9 * step, sum = f(c, from + inside) + f(c, to - inside);
  for (int k = 1; k < PIECES; k++) sum += (k % 2 ? 4 : 2) * f(c, from + k * step);
  return sum * step / 3;
}

/* The z at which outside assets are the share g of what they were, within +-12. */
static double point_of(double g, double s) {
  double z = g > 0 ? (log(g) + s * s / 2) / s : -12;
  return z < -12 ? -12 : z > 12 ? 12 : z;
}

double spec_neva_merton_integral(double equity, double assets, double due, double deviation, double recovery) {
  struct claim c = {equity, assets, due, deviation, recovery};
  double nothing = point_of(1 - (equity + due) / assets, deviation), fails = point_of(1 - equity / assets, deviation);
  double sum = 0;
  if (fails > nothing) sum += simpson(payoff, &c, nothing, fails);
  if (fails < 12) sum += simpson(payoff, &c, fails, 12);
  return sum;
}

/* Brownian motion with drift -s/2 per unit of s reaches b = ln(1 - E/A) / s < 0 first at t with the density
 * |b| / sqrt(2 pi t^3) exp(-(b + s t / 2)^2 / (2 t)); with t = exp(y) it is smooth. */
static double passage(const struct claim *c, double y) {
  double t = exp(y), b = log(1 - c->equity / c->assets) / c->deviation, away = b + c->deviation * t / 2;
  return fabs(b) / sqrt(2 * PI * t) * exp(-away * away / (2 * t));
}

double spec_neva_passage_integral(double equity, double assets, double deviation) {
  struct claim c = {equity, assets, 1, deviation, 1};
  double b = log(1 - equity / assets) / deviation, first = log(b * b / 1600); /* before it: exp(-800) */
  return first < 0 ? simpson(passage, &c, first, 0) : 0;
}

/* ---- the fixed point --------------------------------------------------------------------------------------------- */

static double row_sum(const struct spec_neva *p, int i) {
  double sum = 0;
  for (int j = 0; j < p->n; j++) sum += p->liability[i * p->n + j];
  return sum;
}

static double column_sum(const struct spec_neva *p, int i) {
  double sum = 0;
  for (int j = 0; j < p->n; j++) sum += p->liability[j * p->n + i];
  return sum;
}

static double book(const struct spec_neva *p, int i) {
  return p->assets_before[i] + column_sum(p, i) - row_sum(p, i) - p->external[i];
}

static double deviation_of(const struct spec_neva *p, int i) {
  double sigma = p->volatility != NULL ? p->volatility[i] : -1;
  if (sigma < 0)
    sigma = book(p, i) > 0 && p->assets_before[i] > 0 ? p->equity_volatility * book(p, i) / p->assets_before[i] : 0;
  return sigma * sqrt(p->maturity);
}

/* Sums of whole numbers are exact, others are off by some 1e-16 of what is added up. */
static bool fails(const struct spec_neva *p, int i, double equity) {
  double due = row_sum(p, i) + p->external[i];
  return equity <= 1e-12 * fmax(due, column_sum(p, i));
}

static double linear(const struct spec_neva *p, int i, double equity) {
  double first = book(p, i), gross = fmax(row_sum(p, i) + p->external[i], column_sum(p, i));
  if (first < -1e-12 * gross) return 0;
  if (first <= 1e-12 * gross) return equity >= -1e-12 * gross;
  return clip(equity / first);
}

static double value_of(const struct spec_neva *p, int i, double equity) {
  double due = row_sum(p, i) + p->external[i], s = deviation_of(p, i), left = due > 0 ? clip((equity + due) / due) : 1;
  bool failed = fails(p, i, equity);
  switch (p->valuation) {
    case SPEC_FURFINE:
      return failed ? p->recovery : 1;
    case SPEC_LINEAR:
      return linear(p, i, equity);
    case SPEC_MERTON:
      if (!(due > 0)) return 1;
      if (!(s > 0 && p->assets[i] > 0)) return failed ? p->recovery * left : 1;
      return spec_neva_merton(equity, p->assets[i], due, s, p->recovery);
    case SPEC_BLACK_COX:
      if (failed || !(s > 0 && p->assets[i] > 0)) return failed ? p->recovery : 1;
      return spec_neva_black_cox(equity, p->assets[i], s, p->recovery);
    default:
      return failed ? left : 1;
  }
}

bool spec_neva_solve(const struct spec_neva *p, double *equity, double *value) {
  int n = p->n;
  bool moving = true;
  for (int i = 0; i < n; i++) equity[i] = p->least ? -row_sum(p, i) - p->external[i] : book(p, i);
  for (int step = 0; moving && step < MOST_STEPS; step++) {
    moving = false;
    for (int i = 0; i < n; i++) value[i] = value_of(p, i, equity[i]);
    for (int i = 0; i < n; i++) {
      bool costs = p->valuation == SPEC_ROGERS_VERAART && fails(p, i, equity[i]);
      double claims = 0, due = row_sum(p, i) + p->external[i];
      for (int j = 0; j < n; j++) claims += p->liability[j * n + i] * value[j];
      double next = (costs ? p->alpha : 1) * p->assets[i] + (costs ? p->beta : 1) * claims - due;
      moving = moving || fabs(next - equity[i]) > 1e-15 * (p->assets_before[i] + column_sum(p, i) + due);
      equity[i] = next;
    }
  }
  return !moving;
}

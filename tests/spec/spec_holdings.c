/* spec_holdings.c - see spec_holdings.h. */
#include "spec/spec_holdings.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 32, ROUNDS = 100000 };

/* ---- Greenwood, Landier, Thesmar ------------------------------------------------------------------------------------ */

void spec_target(const struct spec_sellers *b, double *returns, double *loss) {
  double assets[MOST], sales[MOST], weight[MOST * MOST];
  for (int i = 0; i < b->n; i++) {
    double held = 0;
    for (int k = 0; k < b->m; k++) held += b->held[i * b->m + k];
    assets[i] = held + b->other_assets[i];
    loss[i] = b->other_loss[i];
    for (int k = 0; k < b->m; k++) {
      weight[i * b->m + k] = held > 0 ? b->held[i * b->m + k] / held : 0;
      loss[i] += b->held[i * b->m + k] * b->price_loss[k];
    }
    sales[i] = (assets[i] - b->equity[i]) / b->equity[i] * loss[i];
  }
  for (int k = 0; k < b->m; k++) {
    double sold = 0;
    for (int i = 0; i < b->n; i++) sold += weight[i * b->m + k] * sales[i];
    returns[k] = -sold / b->depth[k];
  }
  for (int i = 0; i < b->n; i++)
    for (int k = 0; k < b->m; k++) loss[i] -= b->held[i * b->m + k] * returns[k];
}

/* ---- Cont and Schaanning ---------------------------------------------------------------------------------------------- */

static double impact(double sold, double depth, double floor, double price, bool exponential) {
  if (price <= floor) return 0;
  if (exponential) return (1 - floor / price) * (1 - exp(-sold / ((1 - floor) * depth)));
  return fmin(sold / depth, 1 - floor / price);
}

static double sum_of(const double *value, int count) {
  double sum = 0;
  for (int k = 0; k < count; k++) sum += value[k];
  return sum;
}

/* The share that i has to sell: Gamma. */
static double gamma_of(const struct spec_sale_rule *rule, double other, const double *left, int m, double capital) {
  double held = sum_of(left, m);
  if (held <= 0) return 0;
  if (capital <= 0) return 1;
  if ((other + held) / capital <= rule->leverage_max) return 0;
  return fmin(1, (other + held - rule->leverage_target * capital) / held);
}

/* One round: prices fall, holdings are marked; lost[n] and raised[n] of it. Returns what was sold in all. */
static double sell(const struct spec_sellers *b, const struct spec_sale_rule *rule, const double *share, double *left,
                   double *price, double *lost, double *raised) {
  double all = 0, drop[MOST];
  for (int k = 0; k < b->m; k++) {
    double sold = 0;
    for (int i = 0; i < b->n; i++) sold += share[i] * left[i * b->m + k];
    drop[k] = impact(sold, b->depth[k], b->floor[k], price[k], rule->exponential);
    price[k] *= 1 - drop[k];
    all += sold;
  }
  for (int i = 0; i < b->n; i++) {
    lost[i] = raised[i] = 0;
    for (int k = 0; k < b->m; k++) {
      double *here = &left[i * b->m + k];
      lost[i] += *here * drop[k] * (1 - share[i] + rule->shortfall_cost * share[i]);
      raised[i] += *here * share[i] * (1 - rule->shortfall_cost * drop[k]);
      *here *= (1 - share[i]) * (1 - drop[k]);
    }
  }
  return all;
}

/* Prices, holdings and what they are worth once the shock has come. */
static void shock_holdings(const struct spec_sellers *b, double *left, double *price, double *worth) {
  for (int k = 0; k < b->m; k++) price[k] = 1 - b->price_loss[k];
  for (int i = 0; i < b->n; i++) {
    for (int k = 0; k < b->m; k++) left[i * b->m + k] = b->held[i * b->m + k] * price[k];
    worth[i] = sum_of(left + i * b->m, b->m);
  }
}

int spec_fire_sale(const struct spec_sellers *b, const struct spec_sale_rule *rule, double *capital, double *price) {
  double left[MOST * MOST], worth[MOST], share[MOST] = {0}, lost[MOST], raised[MOST];
  shock_holdings(b, left, price, worth);
  for (int i = 0; i < b->n; i++)
    capital[i] = b->equity[i] - b->other_loss[i] - (sum_of(b->held + i * b->m, b->m) - worth[i]);
  for (int round = 0; round < ROUNDS; round++) {
    for (int i = 0; i < b->n; i++)
      share[i] = gamma_of(rule, b->other_assets[i] - b->other_loss[i], left + i * b->m, b->m, capital[i]);
    if (sell(b, rule, share, left, price, lost, raised) < 1e-13) return round;
    for (int i = 0; i < b->n; i++) capital[i] -= lost[i];
  }
  return ROUNDS;
}

/* ---- Elliott, Golub, Jackson -------------------------------------------------------------------------------------------- */

/* (I - C) x = y by elimination with pivoting. */
static void solve(const struct spec_organisations *o, const double *y, double *x) {
  double a[MOST * MOST];
  int n = o->n;
  for (int i = 0; i < n; i++) {
    x[i] = y[i];
    for (int j = 0; j < n; j++) a[i * n + j] = (i == j) - o->share[i * n + j];
  }
  for (int c = 0; c < n; c++) {
    int best = c;
    for (int r = c; r < n; r++)
      if (fabs(a[r * n + c]) > fabs(a[best * n + c])) best = r;
    for (int j = 0; j < n; j++) {
      double t = a[c * n + j];
      a[c * n + j] = a[best * n + j], a[best * n + j] = t;
    }
    double t = x[c];
    x[c] = x[best], x[best] = t;
    for (int r = 0; r < n; r++) {
      double f = r == c ? 0 : a[r * n + c] / a[c * n + c];
      for (int j = c; j < n; j++) a[r * n + j] -= f * a[c * n + j];
      x[r] -= f * x[c];
    }
  }
  for (int i = 0; i < n; i++) x[i] /= a[i * n + i];
}

static double chat(const struct spec_organisations *o, int i) {
  double sum = 1;
  for (int h = 0; h < o->n; h++) sum -= o->share[h * o->n + i];
  return sum;
}

void spec_cross_holdings(const struct spec_organisations *o, bool worst, double *value, int *wave) {
  double low[MOST], y[MOST] = {0};
  solve(o, o->assets_before, low);
  for (int i = 0; i < o->n; i++) {
    low[i] *= o->theta * chat(o, i);
    wave[i] = worst ? 0 : -1;
  }
  for (int round = 0; round <= o->n; round++) {
    for (int i = 0; i < o->n; i++) y[i] = o->assets[i] - (wave[i] >= 0 ? o->cost_share * low[i] : 0);
    solve(o, y, value);
    for (int i = 0; i < o->n; i++) value[i] *= chat(o, i);
    for (int i = 0; i < o->n; i++) {
      bool fails = value[i] < low[i] * (1 - 1e-12);
      if (!worst && fails && wave[i] < 0) wave[i] = round;
      if (worst && !fails) wave[i] = -1;
    }
  }
}

/* ---- together ------------------------------------------------------------------------------------------------------------ */

struct together {
  double left[MOST * MOST], worth[MOST], raised[MOST], claims[MOST];
  int wave[MOST];
};

/* Equity and the valuation of claims, everything else standing still. */
static bool value_claims(const struct spec_channels *all, struct together *t, double *equity, double *valuation) {
  const struct spec_sellers *b = all->sellers;
  double assets[MOST];
  int n = b->n;
  for (int i = 0; i < n; i++) assets[i] = b->other_assets[i] - b->other_loss[i] + t->worth[i];
  bool settled = true;
  for (int i = 0; i < n; i++) valuation[i] = 1;
  if (all->claims != NULL) {
    struct spec_neva problem = *all->claims;
    problem.assets = assets;
    settled = spec_neva_solve(&problem, equity, valuation);
  }
  for (int i = 0; i < n; i++) {
    t->claims[i] = 0;
    for (int j = 0; j < n; j++) t->claims[i] += all->liability[j * n + i] * valuation[j];
    if (all->claims == NULL)
      equity[i] = assets[i] + t->claims[i] - all->external[i] - sum_of(all->liability + i * n, n);
  }
  return settled;
}

/* Who has failed hoards whatever it has: its outflow is without bounds. */
static void call_loans(const struct spec_channels *all, struct together *t, const double *equity, double *liquidity) {
  bool forced[MOST];
  struct spec_hoarding problem = *all->loans;
  for (int i = 0; i < problem.n; i++) forced[i] = (all->claims != NULL || all->rule != NULL) && equity[i] <= 0;
  problem.forced = forced;
  spec_hoarding_waves(&problem, t->wave, liquidity);
  for (int i = 0; i < problem.n; i++) liquidity[i] += t->raised[i];
}

bool spec_channels_run(const struct spec_channels *all, double *equity, double *valuation, double *liquidity,
                       bool *hoards, double *price) {
  static struct together t;
  const struct spec_sellers *b = all->sellers;
  bool settled = true;
  memset(&t, 0, sizeof t);
  shock_holdings(b, t.left, price, t.worth);
  for (int i = 0; i < b->n; i++) t.wave[i] = -1, liquidity[i] = 0;
  for (int round = 0; round < ROUNDS && settled; round++) {
    double share[MOST] = {0}, lost[MOST], raised[MOST];
    settled = value_claims(all, &t, equity, valuation);
    if (all->loans != NULL) call_loans(all, &t, equity, liquidity);
    for (int i = 0; i < b->n; i++) hoards[i] = t.wave[i] >= 0;
    if (all->rule == NULL) return settled;
    for (int i = 0; i < b->n; i++) {
      double held = sum_of(t.left + i * b->m, b->m), other = b->other_assets[i] - b->other_loss[i] + t.claims[i];
      share[i] = gamma_of(all->rule, other, t.left + i * b->m, b->m, equity[i]);
      if (all->loans != NULL && held > 0) share[i] = fmax(share[i], fmin(1, fmax(0, -liquidity[i]) / held));
    }
    if (sell(b, all->rule, share, t.left, price, lost, raised) < 1e-13) return settled;
    for (int i = 0; i < b->n; i++) t.worth[i] -= lost[i], t.raised[i] += raised[i];
  }
  return false;
}

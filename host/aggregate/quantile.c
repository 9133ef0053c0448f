/* quantile.c - see quantile.h. Order statistics: DasGupta, Asymptotic Theory of Statistics and Probability (2008), ch. 7;
 * shortfall with atoms: Rockafellar and Uryasev, J. Banking & Finance 26 (2002), prop. 8; Wilson, JASA 22 (1927). */
#include "aggregate/quantile.h"

#include <math.h>

static const double NORMAL_975 = 1.959963984540054; /* the 97.5 % point of the normal distribution */
static const int64_t LEVEL_DIGITS = 1000000000;

static int64_t level_parts(double level) { return (int64_t)(level * (double)LEVEL_DIGITS + 0.5); }

int64_t quantile_rank(int64_t count, double level) {
  __int128 product = (__int128)count * level_parts(level);
  int64_t rank = (int64_t)((product + LEVEL_DIGITS - 1) / LEVEL_DIGITS);
  return rank < 1 ? 1 : rank;
}

/* Binomial(count, level) relative to its mode: pmf(k + 1) / pmf(k), and downwards. */
static double ratio_up(int64_t k, int64_t count, double odds) { return (double)(count - k) / (double)(k + 1) * odds; }
static double ratio_down(int64_t k, int64_t count, double odds) { return (double)k / ((double)(count - k + 1) * odds); }

/* Sum of the weights from `mode` outwards until they no longer count; *end is the last k that did. */
static double half_sum(int64_t mode, int64_t count, double odds, int step, int64_t *end) {
  double weight = 1, sum = 0;
  int64_t k = mode;
  while (weight > 1e-20) {
    if (step > 0 ? k >= count : k <= 0) break;
    weight *= step > 0 ? ratio_up(k, count, odds) : ratio_down(k, count, odds);
    k += step;
    sum += weight;
  }
  *end = k;
  return sum;
}

/* Walks from the mode outwards until the weight still to come is at most `tail`; returns the first k within that tail. */
static int64_t tail_start(int64_t mode, int64_t count, double odds, int step, double half, double tail) {
  double weight = 1, left = half;
  int64_t k = mode;
  /* `left` is the weight strictly beyond k */
  while (left > tail) {
    if (step > 0 ? k >= count : k <= 0) return k + step;
    weight *= step > 0 ? ratio_up(k, count, odds) : ratio_down(k, count, odds);
    k += step;
    left -= weight;
  }
  return k + step;
}

void quantile_interval(int64_t count, double level, int64_t *low, int64_t *high) {
  double odds = level / (1 - level);
  int64_t mode = (int64_t)((double)(count + 1) * level), end;
  if (mode > count) mode = count;
  double above = half_sum(mode, count, odds, 1, &end), below = half_sum(mode, count, odds, -1, &end);
  double tail = 0.025 * (1 + above + below);
  /* low: the largest l with P(B <= l - 1) <= 2.5 %; high: the smallest h with P(B >= h) <= 2.5 % */
  *low = tail_start(mode, count, odds, -1, below, tail) + 1;
  *high = tail_start(mode, count, odds, 1, above, tail);
  if (*low < 0) *low = 0;
  if (*high > count + 1) *high = count + 1;
}

void expected_shortfall(const double *ascending, int64_t count, double level, double *shortfall,
                        double *standard_error) {
  shortfall_beyond(ascending, count, count, level, ascending[quantile_rank(count, level) - 1], shortfall,
                   standard_error);
}

void shortfall_beyond(const double *ascending, int64_t held, int64_t count, double level, double value,
                      double *shortfall, double *standard_error) {
  int64_t parts = LEVEL_DIGITS - level_parts(level);
  double tail = (double)parts / (double)LEVEL_DIGITS, n = (double)count, sum = 0, squares = 0;
  for (int64_t k = held - 1; k >= 0 && ascending[k] > value; k--) {
    double excess = ascending[k] - value;
    sum += excess;
    squares += excess * excess;
  }
  *shortfall = value + sum / (n * tail);
  *standard_error = NAN;
  if (count < 2 || (__int128)count * parts < LEVEL_DIGITS) return;
  double variance = (squares - sum * (sum / n)) / (n - 1);
  *standard_error = sqrt((variance > 0 ? variance : 0) / n) / tail;
}

void wilson_interval(int64_t events, int64_t count, double *low, double *high) {
  *low = *high = NAN;
  if (count < 2) return;
  double n = (double)count, p = (double)events / n, z2 = NORMAL_975 * NORMAL_975;
  double centre = (p + z2 / (2 * n)) / (1 + z2 / n);
  double half = NORMAL_975 * sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n);
  *low = events == 0 ? 0 : centre - half;
  *high = events == count ? 1 : centre + half;
  double bound = 3 / n < 1 ? 3 / n : 1; /* the rule of three */
  if (events == 0) *high = bound;
  if (events == count) *low = 1 - bound;
}

void sort_numbers(double *value, double *scratch, int64_t count) {
  enum { DIGITS = 2048, DIGIT_BITS = 11, PASSES = 6 };
  double *from = value, *to = scratch;
  for (int pass = 0; pass < PASSES; pass++) {
    int64_t start[DIGITS + 1] = {0};
    int shift = pass * DIGIT_BITS;
    for (int64_t k = 0; k < count; k++) start[(order_key(from[k]) >> shift & (DIGITS - 1)) + 1]++;
    for (int k = 0; k < DIGITS; k++) start[k + 1] += start[k];
    for (int64_t k = 0; k < count; k++) to[start[order_key(from[k]) >> shift & (DIGITS - 1)]++] = from[k];
    double *swap = from;
    from = to;
    to = swap;
  }
  /* an even number of passes leaves the result where it began */
}

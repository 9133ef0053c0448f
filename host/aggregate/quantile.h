/* quantile.h - quantiles and tail means of a sample, with their sampling errors. */
#ifndef LS_HOST_AGGREGATE_QUANTILE_H
#define LS_HOST_AGGREGATE_QUANTILE_H

#include <stdint.h>
#include <string.h>

/* ceil(count * level), at least 1: the rank of the lower quantile inf{x : F(x) >= level}. A level is taken as the decimal
 * that it was written as (up to 9 digits), so that 100 * 0.95 is 95 and not a little more. */
int64_t quantile_rank(int64_t count, double level);

/* Ranks low < high with P(X(low) <= quantile < X(high)) >= 95 %, each tail at most 2.5 %, from the exact binomial
 * distribution. 0 and count + 1 where the sample is too small to have them. */
void quantile_interval(int64_t count, double level, int64_t *low, int64_t *high);

/* Expected shortfall of an ascending sample, the atom at the quantile included: VaR + E[(X - VaR)+] / (1 - level); and its
 * standard error, NaN where fewer than one observation is expected beyond the quantile. */
void expected_shortfall(const double *ascending, int64_t count, double level, double *shortfall,
                        double *standard_error);

/* The same where only the `held` largest of `count` are there, the quantile `value` and all beyond it among them or equal. */
void shortfall_beyond(const double *ascending, int64_t held, int64_t count, double level, double value,
                      double *shortfall, double *standard_error);

/* Wilson's 95 % interval for a probability; no event in n: 0 to 3/n, all: 1 - 3/n to 1; NaN for n < 2. */
void wilson_interval(int64_t events, int64_t count, double *low, double *high);

/* (value - level)+ */
static inline double excess_over(double value, double level) { return value > level ? value - level : 0; }

/* Bits of a double as an unsigned number in the same order, and back. */
static inline uint64_t order_key(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static inline double order_value(uint64_t key) {
  const uint64_t bits = key >> 63 ? key ^ UINT64_C(1) << 63 : ~key;
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* Sorts numbers ascending, in linear time. `scratch` has room for as many. */
void sort_numbers(double *value, double *scratch, int64_t count);

#endif

/* exact_sums.h - exact sums over runs of scenarios, compiled once per instruction set: all of them give the same integers. */
#ifndef LS_HOST_AGGREGATE_EXACT_SUMS_H
#define LS_HOST_AGGREGATE_EXACT_SUMS_H

#include "aggregate/fixed.h"

enum {
  EXACT_SUMS_MOST = 4096, /* numbers that one call may add up */
  WORD = 64               /* scenarios that one word marks, a bit each */
};

/* A sum of fixed_from: high 2^48 + low units. */
struct term_sum {
  int64_t high, low;
};

static inline fixed term_value(struct term_sum sum) { return (fixed)sum.high * ((fixed)1 << 48) + sum.low; }

/* Where losses go besides their sums; NULL: nowhere. */
struct loss_bins {
  int64_t *count; /* [BIN_COUNT] */
  fixed *sum;
};

/* b is the exponent of the bound; values lie within its head-room. */
struct exact_sums {
  const char *isa;
  /* The largest magnitude; not a number where one is not. */
  double (*largest)(const double *value, int32_t count);
  /* The sum of fixed_from(value, b); squares grows by those of wide_square, the bins by their losses. */
  fixed (*losses)(const double *value, int32_t count, int b, struct wide *squares, struct loss_bins bins);
  /* The sum of value * units, each rounded to a whole number. */
  fixed (*rounded)(const double *value, int32_t count, double units);
  /* Of whole numbers. */
  int64_t (*whole)(const double *value, int32_t count);
  /* Bit s: value[s] >= 0, or > 0, for up to 64. */
  uint64_t (*marks)(const double *value, int32_t count);
  uint64_t (*positive)(const double *value, int32_t count);
  /* fixed_from(value[s], b) = high[s] 2^48 + low[s]. */
  void (*terms)(const double *value, int32_t count, int b, int64_t *high, int64_t *low);
  /* Their sum over those s whose bit is set in mask[s / 64]. */
  struct term_sum (*marked)(const int64_t *high, const int64_t *low, const uint64_t *mask, int32_t count);
  /* sum[s] += value[s] */
  void (*add)(double *sum, const double *value, int32_t count);
  /* count[j] += common bits of mask and other[j] */
  void (*common)(int64_t *count, uint64_t mask, const uint64_t *other, int32_t others);
};

extern const struct exact_sums EXACT_SUMS_BASELINE, EXACT_SUMS_AVX2, EXACT_SUMS_AVX512;

/* The best that this processor runs. */
const struct exact_sums *exact_sums_best(void);

/* Does it run that one? */
bool exact_sums_runs(const struct exact_sums *sums);

#endif

/* moments.h - mean and standard error of numbers that come one by one, in an order that is the same everywhere. */
#ifndef LS_HOST_CORE_MOMENTS_H
#define LS_HOST_CORE_MOMENTS_H

#include <math.h>
#include <stdint.h>

/* Welford, Technometrics 4 (1962): no difference of large sums. */
struct moments {
  int64_t count;
  double mean, squares; /* squares: sum of squared deviations from the mean */
};

static inline void moments_add(struct moments *moments, double value) {
  const double from_mean = value - moments->mean;
  moments->count++;
  moments->mean += from_mean / (double)moments->count;
  moments->squares += from_mean * (value - moments->mean);
}

/* Of the mean; NaN for fewer than two numbers. */
static inline double moments_error(const struct moments *moments) {
  const double count = (double)moments->count;
  return moments->count > 1 ? sqrt(moments->squares / (count - 1) / count) : NAN;
}

#endif

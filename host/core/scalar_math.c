/* scalar_math.c - see scalar_math.h. */
#include "core/scalar_math.h"

#define LS_ONE_LANE /* the same bits as any vector, at a quarter of the work */
#include "math/normal.h"
#include "math/student.h"

#include <float.h>

__attribute__((noinline)) double scalar_exp(double x) { return lane_get(lane_exp(lane_set(x)), 0); }

__attribute__((noinline)) double scalar_log(double x) { return lane_get(lane_log(lane_set(x)), 0); }

__attribute__((noinline)) double scalar_normal_tail(double x) { return lane_get(lane_normal_tail(lane_set(x)), 0); }

__attribute__((noinline)) double scalar_normal_quantile(double p) {
  return lane_get(lane_normal_quantile(lane_set(p)), 0);
}

/* The rounding of 1 + x is made good by the ratio: x / ((1 + x) - 1). */
double scalar_log_one_plus(double x) {
  double sum = 1 + x;
  return sum == 1 ? x : scalar_log(sum) * (x / (sum - 1));
}

__attribute__((noinline)) double scalar_normal_cdf(double x) { return lane_get(lane_normal_cdf(lane_set(x)), 0); }

__attribute__((noinline)) double scalar_student_tail(double x, int32_t degrees) {
  return lane_get(lane_student_tail(lane_set(x), degrees), 0);
}

double scalar_normal_deviation(double probability) {
  if (probability <= 0) return DBL_MAX;
  if (probability >= 1) return -DBL_MAX;
  return -scalar_normal_quantile(probability);
}

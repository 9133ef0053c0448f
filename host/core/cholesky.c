/* cholesky.c - see cholesky.h. */
#include "core/cholesky.h"

#include <float.h>
#include <math.h>

/* Row by row. A pivot of 0 (within the roundings of its sum) means that the row is a combination of those before it: its
 * column stays 0, and what is left over in later rows must be 0 as well. */
bool cholesky_decompose(const double *matrix, int32_t count, double *lower) {
  const double slack = 8 * count * DBL_EPSILON;
  for (int32_t i = 0; i < count; i++) {
    for (int32_t j = 0; j <= i; j++) {
      double rest = matrix[(int64_t)i * count + j];
      for (int32_t k = 0; k < j; k++) rest -= lower[(int64_t)i * count + k] * lower[(int64_t)j * count + k];
      double pivot = lower[(int64_t)j * count + j];
      if (i == j) {
        if (rest < -slack) return false;
        lower[(int64_t)i * count + i] = rest > slack ? sqrt(rest) : 0;
      } else if (pivot > 0) {
        lower[(int64_t)i * count + j] = rest / pivot;
      } else if (fabs(rest) > sqrt(slack)) {
        return false;
      }
    }
  }
  return true;
}

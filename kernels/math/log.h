/* log.h - the natural logarithm.
 *
 * x = 2^k m with m in [sqrt(1/2), sqrt(2)), f = m - 1, s = f / (2 + f): log m = 2 atanh(s), summed so that f
 * itself, the largest term, is exact. Largest error found against MPFR: 0.85 ulp.
 * Results are always finite: 0, negative numbers and NaN count as the smallest double 2^-1074 (log = -744.44),
 * infinity as the largest double (709.78).
 */
#ifndef LS_KERNELS_MATH_LOG_H
#define LS_KERNELS_MATH_LOG_H

#include "exp.h"

/* 2 atanh(s) / s - 2 in powers of z = s^2 <= 0.0295: coefficients 2 / (2 n + 1), remainder below 2^-59 of f. */
LS_FN ls_lane log_series(ls_lane z) {
  ls_lane sum = lane_set(2.0 / 21.0);
  sum = lane_horner(sum, z, 2.0 / 19.0);
  sum = lane_horner(sum, z, 2.0 / 17.0);
  sum = lane_horner(sum, z, 2.0 / 15.0);
  sum = lane_horner(sum, z, 2.0 / 13.0);
  sum = lane_horner(sum, z, 2.0 / 11.0);
  sum = lane_horner(sum, z, 2.0 / 9.0);
  sum = lane_horner(sum, z, 2.0 / 7.0);
  sum = lane_horner(sum, z, 2.0 / 5.0);
  sum = lane_horner(sum, z, 2.0 / 3.0);
  return sum * z;
}

LS_FN ls_lane lane_log(ls_lane x) {
  x = lane_min(lane_max(x, lane_set(4.9406564584124654e-324)), lane_set(1.7976931348623157e308));
  ls_mask subnormal = lane_less(x, lane_set(2.2250738585072014e-308));
  x = lane_select(subnormal, x * 18014398509481984.0, x); /* 2^54 */
  ls_lane_bits bits = lane_to_bits(x);
  ls_lane_bits above = bits - 0x3fe6a09e00000000; /* the bits of sqrt(1/2) */
  ls_lane_bits exponent = above >> 52;
  ls_lane f = lane_from_bits(bits - (above & ~INT64_C(0xfffffffffffff))) - 1.0;
  ls_lane k = lane_from_bits(exponent + 0x4338000000000000) - LS_MATH_ROUNDER;
  k = lane_select(subnormal, k - 54.0, k);
  ls_lane s = f / (2.0 + f);
  ls_lane half_square = 0.5 * f * f;
  ls_lane small = lane_fma(k, lane_set(2.3190468138462996e-17), s * (half_square + log_series(s * s)));
  return lane_fma(k, lane_set(0.69314718055994529), f - (half_square - small));
}

#endif

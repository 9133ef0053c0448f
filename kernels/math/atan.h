/* atan.h - the arc tangent.
 *
 * |x| = n / d with n <= d (d = 1, or n = 1 beyond 1); the nearest of the angles 0, pi/8, pi/4 is taken off by the
 * addition theorem and the rest, below pi/16, summed as a series. Largest error found against MPFR: 1.9 ulp.
 */
#ifndef LS_KERNELS_MATH_ATAN_H
#define LS_KERNELS_MATH_ATAN_H

#include "polynomial.h"

/* atan(t) / t - 1 in powers of z = t^2 <= 0.0396: coefficients (-1)^n / (2 n + 1). */
LS_FN ls_lane atan_series(ls_lane z) {
  ls_lane sum = lane_set(-1.0 / 23.0);
  sum = lane_horner(sum, z, 1.0 / 21.0);
  sum = lane_horner(sum, z, -1.0 / 19.0);
  sum = lane_horner(sum, z, 1.0 / 17.0);
  sum = lane_horner(sum, z, -1.0 / 15.0);
  sum = lane_horner(sum, z, 1.0 / 13.0);
  sum = lane_horner(sum, z, -1.0 / 11.0);
  sum = lane_horner(sum, z, 1.0 / 9.0);
  sum = lane_horner(sum, z, -1.0 / 7.0);
  sum = lane_horner(sum, z, 1.0 / 5.0);
  sum = lane_horner(sum, z, -1.0 / 3.0);
  return sum * z;
}

LS_FN ls_lane lane_atan(ls_lane x) {
  ls_lane a = lane_absolute(x);
  ls_lane one = lane_set(1);
  ls_mask large = lane_less(one, a);
  ls_lane n = lane_select(large, one, a);
  ls_lane d = lane_select(large, a, one);
  /* Borders tan(pi/16) and tan(3 pi/16). The centre's tangent c, and the angle that the rest is added to or,
   * beyond 1, taken from, in two doubles each. */
  ls_mask first = lane_less(d * 0.19891236737965800, n);
  ls_mask second = lane_less(d * 0.66817863791929891, n);
  ls_lane zero = lane_set(0);
  ls_lane c = lane_select(second, one, lane_select(first, lane_set(0.41421356237309503), zero));
  ls_lane c_rest = lane_select(second, zero, lane_select(first, lane_set(1.4349369327986523e-17), zero));
  ls_lane outer = lane_select(first, lane_set(1.1780972450961724), lane_set(1.5707963267948966));
  ls_lane outer_rest = lane_select(first, lane_set(4.5924254968025742e-17), lane_set(6.1232339957367660e-17));
  ls_lane inner = lane_select(first, lane_set(0.39269908169872414), zero);
  ls_lane inner_rest = lane_select(first, lane_set(1.5308084989341915e-17), zero);
  ls_lane angle = lane_select(second, lane_set(0.78539816339744828), lane_select(large, outer, inner));
  ls_lane rest = lane_select(second, lane_set(3.0616169978683830e-17), lane_select(large, outer_rest, inner_rest));
  ls_lane t = lane_fma(-c_rest, d, lane_fma(-c, d, n)) / lane_fma(c, n, d);
  ls_lane series = t * atan_series(t * t);
  t = lane_select(large, -t, t);
  ls_lane result = angle + (t + (lane_select(large, -series, series) + rest));
  return lane_select(lane_less(x, lane_set(0)), -result, result);
}

#endif

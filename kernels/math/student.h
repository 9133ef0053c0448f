/* student.h - Student's t distribution with a whole number of degrees of freedom.
 *
 * With theta = atan(|y| / sqrt(df)) and u = cos^2 theta the centre has the closed form P(|T| <= |y|) = sin theta
 * (1 + u/2 + (1 3)/(2 4) u^2 + ...), df/2 terms, for even df, and 2/pi (theta + sin theta cos theta (1 + 2/3 u +
 * ...)) for odd df. Beyond |y| = 4 the difference from 1 would lose digits: there the tail is u^(df/2) sin theta
 * F(df/2 + 1/2, 1; df/2 + 1; u) times a constant, F by Gauss's continued fraction.
 */
#ifndef LS_KERNELS_MATH_STUDENT_H
#define LS_KERNELS_MATH_STUDENT_H

#include "atan.h"

#define LS_STUDENT_BORDER 4.0
enum { LS_STUDENT_DEGREES_MAX = 1000 };

/* 1 + r_1 u (1 + r_2 u (1 + ...)), df/2 terms; r_k = (2k - 1) / 2k for even df, 2k / (2k + 1) for odd. */
LS_FN ls_lane student_sum(ls_lane u, int32_t degrees) {
  double odd = degrees % 2;
  ls_lane sum = lane_set(degrees >= 2 ? 1 : 0);
  for (int32_t k = degrees / 2 - 1; k >= 1; k--) sum = 1.0 + u * sum * ((2.0 * k - 1.0 + odd) / (2.0 * k + odd));
  return sum;
}

/* F(a + 1/2, 1; a + 1; u), a = df/2, by the forward recurrence of the continued fraction's numerators and
 * denominators; the number of terms was chosen at |y| = 4, where u is largest, so that the rest is below 1e-15. */
LS_FN ls_lane student_fraction(ls_lane u, int32_t degrees) {
  double c = 0.5 * degrees + 1.0;
  int32_t terms = degrees <= 5 ? 8 : degrees <= 30 ? 12 : 18;
  ls_lane numerator_before = lane_set(0), denominator_before = lane_set(1);
  ls_lane numerator = lane_set(1), denominator = lane_set(1);
  for (int32_t n = 1; n <= terms; n++) {
    double g_odd = (c - 0.5 + n - 1.0) * (c + n - 2.0) / ((c + 2.0 * n - 3.0) * (c + 2.0 * n - 2.0));
    double g_even = n * (n - 0.5) / ((c + 2.0 * n - 2.0) * (c + 2.0 * n - 1.0));
    numerator_before = numerator - u * g_odd * numerator_before;
    denominator_before = denominator - u * g_odd * denominator_before;
    numerator = numerator_before - u * g_even * numerator;
    denominator = denominator_before - u * g_even * denominator;
  }
  return numerator / denominator;
}

/* cosine^degrees times the constant: the part of the tail that may be tiny. */
LS_FN ls_lane student_power(ls_lane cosine, int32_t degrees) {
  double constant = degrees % 2 ? 0.63661977236758138 : 1.0; /* 2 / pi */
  double odd = degrees % 2;
  for (int32_t k = 1; k <= degrees / 2; k++) constant *= (2.0 * k - 1.0 + odd) / (2.0 * k + odd);
  ls_lane power = lane_set(constant);
  for (int32_t rest = degrees; rest > 0; rest >>= 1) {
    if (rest & 1) power = power * cosine;
    cosine = cosine * cosine;
  }
  return power;
}

/* P(T > a) for a >= 0 (at most 1e150). Largest relative error found against MPFR for df up to 100: 5e-12 for a <=
 * 4, 3e-14 beyond. */
LS_FN ls_lane lane_student_tail(ls_lane a, int32_t degrees) {
  a = lane_clip(a, 0, 1e150);
  ls_lane radius = lane_sqrt(a * a + (double)degrees);
  ls_lane sine = a / radius;
  ls_lane cosine = lane_sqrt(lane_set(degrees)) / radius;
  ls_lane u = cosine * cosine;
  ls_lane inside = sine * student_sum(u, degrees);
  if (degrees % 2) inside = 0.63661977236758138 * (lane_atan(a / lane_sqrt(lane_set(degrees))) + cosine * inside);
  ls_lane tail = 0.5 - 0.5 * inside;
  ls_mask far = lane_less(lane_set(LS_STUDENT_BORDER), a);
  if (!mask_any(far)) return tail;
  ls_lane direct = 0.5 * sine * student_power(cosine, degrees) * student_fraction(u, degrees);
  return lane_select(far, direct, tail);
}

/* P(T <= y), with the tail's relative error for y < 0. degrees: 1..LS_STUDENT_DEGREES_MAX. */
LS_FN ls_lane lane_student_cdf(ls_lane y, int32_t degrees) {
  ls_lane tail = lane_student_tail(lane_absolute(y), degrees);
  return lane_select(lane_less(y, lane_set(0)), tail, 1.0 - tail);
}

#endif

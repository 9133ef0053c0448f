/* normal.h - the normal distribution: quantile (inverse cdf) and cdf.
 *
 * The rational functions are our own minimax fits (rational interpolation at levelled nodes, 50 digits), the cdf's
 * polynomial is Chebyshev interpolation of the Mills ratio.
 */
#ifndef LS_KERNELS_MATH_NORMAL_H
#define LS_KERNELS_MATH_NORMAL_H

#include "log.h"

/* quantile(1/2 + q) / q as a function of r = 0.425^2 - q^2 for |q| <= 0.425: fitted to 8e-17. */
LS_FN ls_lane quantile_centre(ls_lane r) {
  ls_lane p = lane_set(2508.5826842682613);
  p = lane_horner(p, r, 33425.278974844667);
  p = lane_horner(p, r, 67257.591118381475);
  p = lane_horner(p, r, 45917.867783073576);
  p = lane_horner(p, r, 13730.858019760384);
  p = lane_horner(p, r, 1971.5179650213429);
  p = lane_horner(p, r, 133.13941382248134);
  p = lane_horner(p, r, 3.3871328727963665);
  ls_lane q = lane_set(5225.5446697110228);
  q = lane_horner(q, r, 28724.914875399689);
  q = lane_horner(q, r, 39303.510785348386);
  q = lane_horner(q, r, 21212.058648854763);
  q = lane_horner(q, r, 5393.89319218947);
  q = lane_horner(q, r, 687.16345974644935);
  q = lane_horner(q, r, 42.31266522156583);
  q = lane_horner(q, r, 1.0);
  return p / q;
}

/* quantile(1 - exp(-r^2)) for r of 1.59..6.1, which holds every p >= 1e-16: fitted to 2e-18. */
LS_FN ls_lane quantile_tail(ls_lane r) {
  ls_lane p = lane_set(0.056411212896989492);
  p = lane_horner(p, r, 1.5539776209883194);
  p = lane_horner(p, r, 12.451202884714695);
  p = lane_horner(p, r, 43.818373825869912);
  p = lane_horner(p, r, 77.598431736495371);
  p = lane_horner(p, r, 31.060658782073496);
  p = lane_horner(p, r, -59.68851741484221);
  p = lane_horner(p, r, -38.879853535715441);
  p = lane_horner(p, r, -3.5823795909153149);
  ls_lane q = lane_set(2.8434820363194107e-08);
  q = lane_horner(q, r, 0.039884938169489313);
  q = lane_horner(q, r, 1.0992203532779961);
  q = lane_horner(q, r, 8.9130968814335478);
  q = lane_horner(q, r, 33.115325930424753);
  q = lane_horner(q, r, 67.930167489495403);
  q = lane_horner(q, r, 60.912938551246988);
  q = lane_horner(q, r, 17.783683585358194);
  q = lane_horner(q, r, 1.0);
  return p / q;
}

/* The same for r of 6..27.4, down to the smallest double: fitted to 4e-17. */
LS_FN ls_lane quantile_far_tail(ls_lane r) {
  ls_lane p = lane_set(0.0001627780594100861);
  p = lane_horner(p, r, 0.016869649740771108);
  p = lane_horner(p, r, 0.46469299547613502);
  p = lane_horner(p, r, 4.2586576577105424);
  p = lane_horner(p, r, 12.168613566786368);
  p = lane_horner(p, r, 4.0399022247405858);
  p = lane_horner(p, r, -10.71473184510001);
  p = lane_horner(p, r, -3.1387879361802202);
  ls_lane q = lane_set(1.4664215017056454e-12);
  q = lane_horner(q, r, 0.00011510071878586425);
  q = lane_horner(q, r, 0.01192893918306996);
  q = lane_horner(q, r, 0.32897858218579462);
  q = lane_horner(q, r, 3.0421797539596263);
  q = lane_horner(q, r, 9.2668619501115543);
  q = lane_horner(q, r, 7.3735386135683427);
  q = lane_horner(q, r, 1.0);
  return p / q;
}

/* Lanes whose quantile is that of a tail. */
LS_FN ls_mask normal_is_tail(ls_lane p) { return mask_not(lane_less_equal(lane_absolute(p - 0.5), lane_set(0.425))); }

/* The quantile of a p that is not in a tail, ... */
LS_FN ls_lane normal_quantile_centre(ls_lane p) {
  ls_lane q = p - 0.5;
  return q * quantile_centre(lane_fma(-q, q, lane_set(0.180625)));
}

/* ... and of one that is. */
LS_FN ls_lane normal_quantile_tail(ls_lane p) {
  ls_mask below = lane_less(p - 0.5, lane_set(0));
  ls_lane r = lane_sqrt(-lane_log(lane_select(below, p, 1.0 - p)));
  ls_lane tail = quantile_tail(r);
  ls_mask far = lane_less(lane_set(6.05), r);
  if (mask_any(far)) tail = lane_select(far, quantile_far_tail(r), tail); /* hardly ever: saves its cost */
  return lane_select(below, -tail, tail);
}

/* x with cdf(x) = p, for p in (0, 1). Largest relative error found against MPFR: 7e-16 for p in [0.075, 0.925],
 * 8e-16 beyond (of the quantile of the double p; 1 - p carries p's own rounding). p <= 0 counts as 2^-1074, p >= 1
 * as 1 - 2^-1074. */
LS_FN ls_lane lane_normal_quantile(ls_lane p) {
  return lane_select(normal_is_tail(p), normal_quantile_tail(p), normal_quantile_centre(p));
}

/* (a + 5) (1 - cdf(a)) exp(a^2 / 2) as a polynomial in u = (a - 5) / (a + 5), for a of 0..40. */
LS_FN ls_lane normal_mills(ls_lane u) {
  ls_lane sum = lane_set(-1.9750205117389054e-11);
  sum = lane_horner(sum, u, -4.2150488101500021e-10);
  sum = lane_horner(sum, u, -1.1003514880321343e-09);
  sum = lane_horner(sum, u, 2.3809387359089649e-09);
  sum = lane_horner(sum, u, 1.0732670653455705e-08);
  sum = lane_horner(sum, u, -8.8339514761922292e-09);
  sum = lane_horner(sum, u, -7.0127963293869269e-08);
  sum = lane_horner(sum, u, 4.0453499469914684e-08);
  sum = lane_horner(sum, u, 4.3632213903968043e-07);
  sum = lane_horner(sum, u, -3.3474564339997168e-07);
  sum = lane_horner(sum, u, -2.7707520210893634e-06);
  sum = lane_horner(sum, u, 3.979875146352331e-06);
  sum = lane_horner(sum, u, 1.6681654735816092e-05);
  sum = lane_horner(sum, u, -4.9762475166869633e-05);
  sum = lane_horner(sum, u, -5.9375811494585084e-05);
  sum = lane_horner(sum, u, 0.00054489899609715977);
  sum = lane_horner(sum, u, -0.00079786938863212354);
  sum = lane_horner(sum, u, -0.0029933767622323353);
  sum = lane_horner(sum, u, 0.020795066799200485);
  sum = lane_horner(sum, u, -0.069118638706855792);
  sum = lane_horner(sum, u, 0.16502036617040983);
  sum = lane_horner(sum, u, -0.31353315667128812);
  sum = lane_horner(sum, u, 0.49530561596997602);
  sum = lane_horner(sum, u, -0.66538250289005685);
  sum = lane_horner(sum, u, 0.76919304975006297);
  return sum;
}

/* 1 - cdf(a) for a >= 0, to a relative error of 7e-16 where it is normal (a <= 37.5). a beyond 40 counts as 40. */
LS_FN ls_lane lane_normal_tail(ls_lane a) {
  a = lane_clip(a, 0, 40.0);
  ls_lane square = a * a;
  ls_lane rest = lane_fma(a, a, -square); /* the square's rounding error would come out magnified by a^2 / 2 */
  ls_lane density = lane_exp(-0.5 * square);
  density = density - density * (0.5 * rest);
  return density * (normal_mills((a - 5.0) / (a + 5.0)) / (a + 5.0));
}

/* P(X <= x), with the tail's relative error for x < 0. */
LS_FN ls_lane lane_normal_cdf(ls_lane x) {
  ls_lane tail = lane_normal_tail(lane_absolute(x));
  return lane_select(lane_less(x, lane_set(0)), tail, 1.0 - tail);
}

#endif

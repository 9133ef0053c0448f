/* polynomial.h - one step of Horner's rule, in which all of kernels/math evaluates its polynomials. */
#ifndef LS_KERNELS_MATH_POLYNOMIAL_H
#define LS_KERNELS_MATH_POLYNOMIAL_H

#include "../lane.h"

/* sum * x + coefficient, rounded once. */
LS_FN ls_lane lane_horner(ls_lane sum, ls_lane x, double coefficient) {
  return lane_fma(sum, x, lane_set(coefficient));
}

#endif

/* scalar_math.h - the functions of kernels/math for one number on the host: what enters a digest may use these and no libm. */
#ifndef LS_HOST_CORE_SCALAR_MATH_H
#define LS_HOST_CORE_SCALAR_MATH_H

#include <stdint.h>

double scalar_exp(double x);
double scalar_log(double x);
double scalar_log_one_plus(double x);
double scalar_normal_cdf(double x);
double scalar_normal_tail(double x); /* P(X > x), X standard normal */
double scalar_normal_quantile(double probability);
/* d with P(X > d) = probability, X standard normal; the largest double and its negative for 0 and 1. */
double scalar_normal_deviation(double probability);
double scalar_student_tail(double x, int32_t degrees); /* P(T > x), x >= 0, degrees of 1..1000 */

#endif

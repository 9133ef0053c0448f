/* quantile_table.h - quantile functions as the tables that kernels interpolate (LS_DRAW_TABLE of kernels/plan.h).
 *
 * Made once on the host, from kernels/math alone, so that they have the same bits everywhere.
 */
#ifndef LS_HOST_SCENARIO_QUANTILE_TABLE_H
#define LS_HOST_SCENARIO_QUANTILE_TABLE_H

#include "plan.h"

#include <stdbool.h>

enum { QUANTILE_TABLE_SIZE = 2 * LS_TABLE_POINTS };

/* low + (high - low) B, B beta-distributed with shapes a, b > 0 (together at most 1e6). */
void quantile_table_beta(double a, double b, double low, double high, double table[QUANTILE_TABLE_SIZE]);

/* A normal distribution cut to [low, high] (infinities allowed) and renormalised; false where no probability lies
 * there. */
bool quantile_table_normal(double mean, double sd, double low, double high, double table[QUANTILE_TABLE_SIZE]);

/* The logarithm of the gamma function, x > 0, and the incomplete beta function I_x(a, b) = P(B <= x); y = 1 - x. */
double log_gamma(double x);
double incomplete_beta(double a, double b, double x, double y);

/* x with I_x(a, b) = probability. */
double beta_quantile(double a, double b, double probability);

#endif

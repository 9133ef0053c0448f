/* quantile_table.c - quantile functions as tables, and the special functions that they need. */
#include "scenario/quantile_table.h"

#include "core/scalar_math.h"

#include <float.h>
#include <math.h>

/* ---- gamma and beta -------------------------------------------------------------------------------------------- */

/* Stirling's series, whose first term left out is below 1e-17 from 15 on; below, by way of gamma(x + 1) = x
 * gamma(x). */
double log_gamma(double x) {
  double product = 1;
  for (; x < 15; x += 1) product *= x;
  double z = 1 / (x * x);
  double series =
      1.0 / 12 - z * (1.0 / 360 - z * (1.0 / 1260 - z * (1.0 / 1680 - z * (1.0 / 1188 - z * (691.0 / 360360)))));
  return (x - 0.5) * scalar_log(x) - x + 0.91893853320467274 + series / x - scalar_log(product);
}

static double log_beta(double a, double b) { return log_gamma(a) + log_gamma(b) - log_gamma(a + b); }

/* The continued fraction of I_x(a, b) (Abramowitz and Stegun 26.5.8), from the top down by the method of Lentz. */
static double beta_fraction(double a, double b, double x) {
  const double tiny = 1e-300;
  double c = 1, d = 1 - (a + b) * x / (a + 1);
  if (fabs(d) < tiny) d = tiny;
  d = 1 / d;
  double value = d;
  for (int m = 1; m <= 100000; m++) {
    double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 + even * d;
    c = 1 + even / c;
    if (fabs(d) < tiny) d = tiny;
    if (fabs(c) < tiny) c = tiny;
    d = 1 / d;
    value *= d * c;
    d = 1 + odd * d;
    c = 1 + odd / c;
    if (fabs(d) < tiny) d = tiny;
    if (fabs(c) < tiny) c = tiny;
    d = 1 / d;
    double step = d * c;
    value *= step;
    if (fabs(step - 1) <= 2 * DBL_EPSILON) break;
  }
  return value;
}

static double beta_with(double a, double b, double x, double y, double log_beta_ab) {
  double power = scalar_exp(a * scalar_log(x) + b * scalar_log(y) - log_beta_ab);
  if (x < (a + 1) / (a + b + 2)) return power * beta_fraction(a, b, x) / a;
  return 1 - power * beta_fraction(b, a, y) / b;
}

double incomplete_beta(double a, double b, double x, double y) {
  if (x <= 0) return 0;
  if (y <= 0) return 1;
  return beta_with(a, b, x, y, log_beta(a, b));
}

/* Halving until two neighbouring doubles are left: slow, and right for every shape. */
double beta_quantile(double a, double b, double probability) {
  double log_beta_ab = log_beta(a, b), low = 0, high = 1;
  for (double middle = 0.5; middle > low && middle < high; middle = low + 0.5 * (high - low)) {
    if (beta_with(a, b, middle, 1 - middle, log_beta_ab) < probability)
      low = middle;
    else
      high = middle;
  }
  return high;
}

/* log q with I_q(a, b) = p, by Newton's method on log I as a function of log q, in which it is nearly straight; a
 * step that leaves the bracket becomes a bisection. */
static double beta_log_quantile(double a, double b, double log_beta_ab, double log_p, double start) {
  double low = -740, high = 0, u = start;
  if (u < -700) return u;
  if (!(u < -1e-3)) u = -1e-3;
  for (int step = 0; step < 200; step++) {
    double x = scalar_exp(u), y = 1 - x;
    if (y <= 0) return u;
    double mass = beta_with(a, b, x, y, log_beta_ab);
    double gap = scalar_log(mass) - log_p;
    if (gap < 0) {
      low = u;
    } else {
      high = u;
    }
    double slope = scalar_exp(a * u + (b - 1) * scalar_log(y) - log_beta_ab) / mass;
    double next = u - gap / slope;
    if (!(next > low && next < high)) next = 0.5 * (low + high);
    double change = fabs(next - u);
    u = next;
    if (change <= 4 * DBL_EPSILON * fmax(1, fabs(u))) break;
  }
  return u;
}

/* ---- tables ---------------------------------------------------------------------------------------------------- */

static double table_x(int point) { return -LS_TABLE_REACH + point * (2 * LS_TABLE_REACH / (LS_TABLE_POINTS - 1)); }

/* Slopes from differences of fourth order, held where needed so that the cubics rise with the values (Fritsch and
 * Carlson 1980: a slope of at most 3 times the smaller neighbouring rise). */
static void set_slopes(double *table) {
  double *slope = table + LS_TABLE_POINTS;
  const int last = LS_TABLE_POINTS - 1;
  for (int k = 0; k <= last; k++) {
    double before = k > 0 ? table[k] - table[k - 1] : table[1] - table[0];
    double after = k < last ? table[k + 1] - table[k] : table[last] - table[last - 1];
    double value = 0.5 * (before + after);
    if (k > 1 && k < last - 1) value = (8 * (table[k + 1] - table[k - 1]) - (table[k + 2] - table[k - 2])) / 12;
    double most = 3 * fmin(before, after);
    slope[k] = fmax(0, fmin(value, most));
  }
}

/* q at the points from -reach to 0, as log q with I_q(a, b) = cdf(x). */
static void beta_half(double a, double b, double share[LS_TABLE_POINTS / 2 + 1]) {
  double log_beta_ab = log_beta(a, b), u = 0;
  for (int k = 0; k <= LS_TABLE_POINTS / 2; k++) {
    double log_p = scalar_log(scalar_normal_tail(-table_x(k)));
    /* The first from I_q = q^a / (a B(a, b)), all others from their neighbour. */
    if (k == 0 || u < -700) u = (log_p + scalar_log(a) + log_beta_ab) / a;
    u = beta_log_quantile(a, b, log_beta_ab, log_p, u);
    share[k] = scalar_exp(u);
  }
}

void quantile_table_beta(double a, double b, double low, double high, double table[QUANTILE_TABLE_SIZE]) {
  double share[LS_TABLE_POINTS / 2 + 1];
  const int last = LS_TABLE_POINTS - 1;
  beta_half(b, a, share);
  for (int k = 0; k < last / 2; k++) table[last - k] = high - (high - low) * share[k];
  beta_half(a, b, share);
  for (int k = 0; k <= last / 2; k++) table[k] = low + (high - low) * share[k];
  for (int k = 1; k <= last; k++) table[k] = fmax(table[k], table[k - 1]); /* roundings must not let it fall */
  set_slopes(table);
}

bool quantile_table_normal(double mean, double sd, double low, double high, double table[QUANTILE_TABLE_SIZE]) {
  double alpha = (low - mean) / sd, beta = (high - mean) / sd;
  /* Everything is told from the side of the smaller tails: the interval is mirrored if it lies below the mean. */
  bool mirrored = alpha + beta < 0;
  double from = mirrored ? -beta : alpha, to = mirrored ? -alpha : beta;
  double above_to = scalar_normal_tail(fmax(to, 0));
  double above_from = from < 0 ? 1 - scalar_normal_tail(-from) : scalar_normal_tail(from);
  double below_from = from < 0 ? scalar_normal_tail(-from) : 1 - above_from;
  double mass = above_from - above_to;
  if (!(mass > 0)) return false;
  for (int k = 0; k < LS_TABLE_POINTS; k++) {
    double x = mirrored ? -table_x(k) : table_x(k);
    double tail = scalar_normal_tail(fabs(x));
    double above = above_to + mass * (x < 0 ? 1 - tail : tail);
    double below = below_from + mass * (x < 0 ? tail : 1 - tail);
    double w = below < above ? scalar_normal_quantile(below) : -scalar_normal_quantile(above);
    table[k] = fmin(fmax(mean + sd * (mirrored ? -w : w), low), high);
    if (k > 0) table[k] = fmax(table[k], table[k - 1]);
  }
  set_slopes(table);
  return true;
}

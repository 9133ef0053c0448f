/* fixed.c - from exact sums to doubles; see fixed.h. */
#include "aggregate/fixed.h"

#include <math.h>

double power_of_two(int exponent) { return ldexp(1, exponent); }

double fixed_value(fixed sum, int bound_exponent) {
  return (double)sum * power_of_two(bound_exponent + FIXED_SUM_UNIT);
}

double fixed_mean(fixed sum, int64_t count, int bound_exponent) {
  return count < 1 ? NAN : fixed_value(sum, bound_exponent) / (double)count;
}

/* 256-bit numbers, least part first, for n * squares - sum^2, which loses all its digits in doubles. */
struct quad {
  uint64_t limb[4];
};

static struct quad quad_square(fixed_bits value) {
  uint64_t low = (uint64_t)value, high = (uint64_t)(value >> 64);
  fixed_bits ll = (fixed_bits)low * low, lh = (fixed_bits)low * high, hh = (fixed_bits)high * high;
  struct quad result;
  fixed_bits middle = (ll >> 64) + (uint64_t)lh + (uint64_t)lh;
  result.limb[0] = (uint64_t)ll;
  result.limb[1] = (uint64_t)middle;
  fixed_bits upper = (middle >> 64) + (lh >> 64) + (lh >> 64) + (uint64_t)hh;
  result.limb[2] = (uint64_t)upper;
  result.limb[3] = (uint64_t)(upper >> 64) + (uint64_t)(hh >> 64);
  return result;
}

static struct quad quad_multiple(struct wide value, uint64_t factor) {
  struct quad result = {{0, 0, 0, 0}};
  fixed_bits carry = 0;
  for (int k = 0; k < 3; k++) {
    carry += (fixed_bits)value.limb[k] * factor;
    result.limb[k] = (uint64_t)carry;
    carry >>= 64;
  }
  result.limb[3] = (uint64_t)carry;
  return result;
}

static struct quad quad_shift_up(struct quad value, int bits) {
  for (int k = 3; k > 0; k--) value.limb[k] = value.limb[k] << bits | value.limb[k - 1] >> (64 - bits);
  value.limb[0] <<= bits;
  return value;
}

/* a - b, or 0 where b is larger: what was cut off below the units can do that when all terms are equal. */
static struct quad quad_difference(struct quad a, struct quad b) {
  struct quad result;
  uint64_t borrow = 0;
  for (int k = 0; k < 4; k++) {
    fixed_bits taken = (fixed_bits)b.limb[k] + borrow;
    result.limb[k] = a.limb[k] - (uint64_t)taken;
    borrow = taken > a.limb[k];
  }
  return borrow ? (struct quad){{0, 0, 0, 0}} : result;
}

static double quad_value(struct quad value) {
  double result = 0;
  for (int k = 3; k >= 0; k--) result = result * 18446744073709551616.0 + (double)value.limb[k];
  return result;
}

double fixed_deviation(fixed sum, struct wide squares, int64_t count, int bound_exponent) {
  if (count < 2) return NAN;
  fixed_bits magnitude = sum < 0 ? -(fixed_bits)sum : (fixed_bits)sum;
  /* bring the squares to the unit of the squared sum, which is finer */
  struct quad left = quad_shift_up(quad_multiple(squares, (uint64_t)count), FIXED_SQUARE_UNIT - 2 * FIXED_SUM_UNIT);
  double spread = quad_value(quad_difference(left, quad_square(magnitude)));
  double n = (double)count;
  return sqrt(spread / (n * (n - 1))) * power_of_two(bound_exponent + FIXED_SUM_UNIT);
}

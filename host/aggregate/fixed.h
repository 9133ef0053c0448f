/* fixed.h - sums that no order of terms can change: doubles as whole multiples of a power of two.
 *
 * With bound B = 2^b, an amount of up to B * 2^20 is a whole number of units 2^(b-75), and 2^32 of them fit a signed 128-bit
 * sum. What of a double lies below the unit is cut off towards zero: 2^-75 of the bound. Squares are kept in 192 bits in
 * units of 2^(2b-119), so that the square of a loss of 2^-59 of the bound still counts.
 */
#ifndef LS_HOST_AGGREGATE_FIXED_H
#define LS_HOST_AGGREGATE_FIXED_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef __int128 fixed;
typedef unsigned __int128 fixed_bits;

enum {
  FIXED_SUM_UNIT = -75,     /* exponent of the unit of sums, relative to the bound's */
  FIXED_SQUARE_UNIT = -119, /* of squares, relative to twice the bound's exponent */
  FIXED_HEAD_ROOM = 20,     /* amounts may be 2^20 times the bound */
  DOUBLE_EXPONENT_BIAS = 1075
};

/* An unsigned 192-bit number, least part first. */
struct wide {
  uint64_t limb[3];
};

static inline uint64_t double_bits(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

/* |value| = mantissa * 2^exponent, exactly. */
static inline uint64_t double_parts(uint64_t bits, int *exponent) {
  int stored = (int)(bits >> 52 & 0x7FF);
  uint64_t mantissa = bits & ((UINT64_C(1) << 52) - 1);
  if (stored > 0) mantissa |= UINT64_C(1) << 52;
  *exponent = (stored > 0 ? stored : 1) - DOUBLE_EXPONENT_BIAS;
  return mantissa;
}

/* A finite value of at most 2^(b + FIXED_HEAD_ROOM) in units of 2^(b + FIXED_SUM_UNIT). */
static inline fixed fixed_from(double value, int bound_exponent) {
  int exponent;
  uint64_t bits = double_bits(value);
  uint64_t mantissa = double_parts(bits, &exponent);
  int shift = exponent - (bound_exponent + FIXED_SUM_UNIT);
  fixed_bits magnitude = 0;
  if (shift >= 0) {
    magnitude = (fixed_bits)mantissa << shift;
  } else if (shift > -64) {
    magnitude = mantissa >> -shift;
  }
  fixed sign = (fixed)((int64_t)bits >> 63);
  return ((fixed)magnitude ^ sign) - sign;
}

static inline void wide_add(struct wide *sum, struct wide term) {
  fixed_bits carry = 0;
  for (int k = 0; k < 3; k++) {
    carry += (fixed_bits)sum->limb[k] + term.limb[k];
    sum->limb[k] = (uint64_t)carry;
    carry >>= 64;
  }
}

/* value * 2^shift, for shifts of 0 .. 63. */
static inline struct wide wide_shifted(fixed_bits value, int shift) {
  const fixed_bits low = value << shift;
  const struct wide result = {
      {(uint64_t)low, (uint64_t)(low >> 64), shift == 0 ? 0 : (uint64_t)(value >> (128 - shift))}};
  return result;
}

/* The square of such a value in units of 2^(2b + FIXED_SQUARE_UNIT). */
static inline struct wide wide_square(double value, int bound_exponent) {
  int exponent;
  uint64_t mantissa = double_parts(double_bits(value), &exponent);
  fixed_bits square = (fixed_bits)mantissa * mantissa;
  int shift = 2 * exponent - (2 * bound_exponent + FIXED_SQUARE_UNIT);
  struct wide result = {{0, 0, 0}};
  if (shift <= -128) return result;
  if (shift < 0) {
    square >>= -shift;
    shift = 0;
  }
  return wide_shifted(square, shift); /* 106 bits moved up by at most 55: the head-room sees to it */
}

/* sum of n terms and n itself -> the mean, rounded to double three times at most */
double fixed_mean(fixed sum, int64_t count, int bound_exponent);
double fixed_value(fixed sum, int bound_exponent);

/* Sample standard deviation (n - 1) from exact sums; NaN for n < 2. */
double fixed_deviation(fixed sum, struct wide squares, int64_t count, int bound_exponent);

/* 2^exponent for exponents of normal numbers. */
double power_of_two(int exponent);

#endif

/* philox.h - random numbers as a pure function of (seed, scenario, target, stream): Philox 4x32 with 10 rounds.
 *
 * Source: Salmon, Moraes, Dror, Shaw (2011), Parallel random numbers: as easy as 1, 2, 3; the generator is
 * Random123's.
 */
#ifndef LS_KERNELS_MATH_PHILOX_H
#define LS_KERNELS_MATH_PHILOX_H

#include "../lane.h"

#include <Random123/philox.h>

/* Streams: an enum ls_variable for the draw of one target's variable, else one of these. */
enum ls_stream {
  LS_STREAM_FACTOR = 0x10000,           /* target = number of the factor */
  LS_STREAM_CHI_SQUARE = 0x10001,       /* target = 0..degrees of freedom - 1 */
  LS_STREAM_ASSUMPTION = 0x10002,       /* target = hash of the assumption's id, scenario = draw and attempt */
  LS_STREAM_ASSUMPTION_FACTOR = 0x10003 /* target = number of the factor */
};

/* 52 random bits as the mantissa of a double in [1, 2). */
LS_FN int64_t random_bits(uint64_t seed, int64_t scenario, uint32_t target, uint32_t stream) {
  philox4x32_ctr_t counter = {{(uint32_t)scenario, (uint32_t)((uint64_t)scenario >> 32), target, stream}};
  philox4x32_key_t key = {{(uint32_t)seed, (uint32_t)(seed >> 32)}};
  philox4x32_ctr_t random = philox4x32_R(10, counter, key);
  return (int64_t)((((uint64_t)random.v[1] << 32 | random.v[0]) >> 12) | 0x3ff0000000000000);
}

/* (bits + 1/2) 2^-52 with 52 random bits: never 0 nor 1 and symmetric about 1/2. (With 53 bits the half would be
 * rounded away, and 1 could come out.) */
LS_FN ls_lane random_uniform(uint64_t seed, const int64_t scenario[LS_LANES], uint32_t target, uint32_t stream) {
  int64_t each[LS_LANES];
  for (int k = 0; k < LS_LANES; k++) each[k] = random_bits(seed, scenario[k], target, stream);
  ls_lane_bits bits;
  __builtin_memcpy(&bits, each, sizeof bits);
  return lane_from_bits(bits) - 0.99999999999999989; /* 1 - 2^-53, exactly */
}

#endif

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

#if LS_LANES > 1
/* The same for the scenarios of all lanes, each word of the counter in the lower half of a lane. What stands in the upper
 * halves never reaches a product. */
LS_FN ls_lane_bits random_lane_bits(uint64_t seed, ls_lane_words scenario, uint32_t target, uint32_t stream) {
  const ls_lane_words zero = {0}, multiplier0 = zero + PHILOX_M4x32_0, multiplier1 = zero + PHILOX_M4x32_1;
  ls_lane_words word0 = scenario, word1 = scenario >> 32, word2 = zero + target, word3 = zero + stream;
  uint32_t key0 = (uint32_t)seed, key1 = (uint32_t)(seed >> 32);
  for (int round = 0; round < 10; round++, key0 += PHILOX_W32_0, key1 += PHILOX_W32_1) {
    ls_lane_words product0 = lane_half_products(word0, multiplier0), product1 = lane_half_products(word2, multiplier1);
    word0 = product1 >> 32 ^ word1 ^ (zero + key0);
    word2 = product0 >> 32 ^ word3 ^ (zero + key1);
    word1 = product1;
    word3 = product0;
  }
  return (ls_lane_bits)((word1 << 32 | (word0 & UINT32_MAX)) >> 12 | 0x3ff0000000000000);
}
#endif

/* (bits + 1/2) 2^-52 with 52 random bits: never 0 nor 1 and symmetric about 1/2. (With 53 bits the half would be
 * rounded away, and 1 could come out.) */
LS_FN ls_lane random_uniform(uint64_t seed, const int64_t scenario[LS_LANES], uint32_t target, uint32_t stream) {
#if LS_LANES == 1
  ls_lane_bits bits = random_bits(seed, scenario[0], target, stream);
#else
  ls_lane_words number;
  __builtin_memcpy(&number, scenario, sizeof number);
  ls_lane_bits bits = random_lane_bits(seed, number, target, stream);
#endif
  return lane_from_bits(bits) - 0.99999999999999989; /* 1 - 2^-53, exactly */
}

#endif

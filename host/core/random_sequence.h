/* random_sequence.h - random numbers in a row for the host: number k of a sequence is a pure function of its address
 * and k.
 *
 * Philox, as runs use it (kernels/math/philox.h), so that a seed gives the same numbers on every machine.
 */
#ifndef LS_HOST_CORE_RANDOM_SEQUENCE_H
#define LS_HOST_CORE_RANDOM_SEQUENCE_H

#include <stdint.h>

/* Streams beside those of runs (enum ls_stream) and of rewired networks (0x20000). */
enum {
  RANDOM_MINIMUM_DENSITY = 0x30000,
  RANDOM_GRAVITY,
  RANDOM_GIBBS,
  RANDOM_SIZES = 0x30010,
  RANDOM_LINKS,
  RANDOM_FAILURES,
  RANDOM_BENCH = 0x30020,
  RANDOM_REPLAY = 0x30030,
  RANDOM_REVERSE = 0x30040
};

struct random_sequence {
  uint64_t seed;
  uint32_t stream, place; /* place: which of the stream's sequences */
  uint64_t used;          /* numbers taken so far, below 2^64 */
};

/* 0 < u < 1, a multiple of 2^-53. */
double sequence_next(struct random_sequence *sequence);

/* 0 .. limit - 1, limit >= 1. */
int32_t sequence_below(struct random_sequence *sequence, int32_t limit);

/* Number k of a sequence, without taking it. */
double sequence_at(const struct random_sequence *sequence, uint64_t k);

#endif

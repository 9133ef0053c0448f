/* random_sequence.c - see random_sequence.h. */
#include "core/random_sequence.h"

#include <string.h>

#define LS_ONE_LANE /* the same bits as any vector */
#include "math/philox.h"

/* The upper half of k goes beside the place: a scenario's number has 64 bits. */
__attribute__((noinline)) double sequence_at(const struct random_sequence *sequence, uint64_t k) {
  const int64_t scenario = (int64_t)((k >> 32) << 32 | sequence->place);
  const int64_t bits = random_bits(sequence->seed, scenario, (uint32_t)k, sequence->stream);
  double value;
  memcpy(&value, &bits, sizeof value);
  return value - 0.99999999999999989; /* 1 - 2^-53, exactly */
}

double sequence_next(struct random_sequence *sequence) { return sequence_at(sequence, sequence->used++); }

/* u limit rounds to limit at the most where limit is beyond 2^52. */
int32_t sequence_below(struct random_sequence *sequence, int32_t limit) {
  return (int32_t)(sequence_next(sequence) * (double)limit);
}

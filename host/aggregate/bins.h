/* bins.h - the bins that losses are counted in: fixed by the network's bound, fine for losses, coarse for gains.
 *
 * Positive losses: 8 bins an octave over 24 octaves up to 16 times the bound; gains: 4 an octave over 15 octaves; beyond: the
 * outermost bin.
 */
#ifndef LS_HOST_AGGREGATE_BINS_H
#define LS_HOST_AGGREGATE_BINS_H

#include "aggregate/fixed.h"

enum {
  BIN_COUNT = 256,
  BIN_ZERO = 63, /* losses too small to matter, of either sign */
  GAIN_OCTAVE_BINS = 4,
  LOSS_OCTAVE_BINS = 8,
  TOP_OCTAVE = 4,
  LOSS_OCTAVES = 24,
  GAIN_OCTAVES = 15
};

static inline int bin_of(double loss, int bound_exponent) {
  uint64_t bits = double_bits(loss);
  bool gain = bits >> 63 != 0;
  int octaves = gain ? GAIN_OCTAVES : LOSS_OCTAVES, bins = gain ? GAIN_OCTAVE_BINS : LOSS_OCTAVE_BINS;
  int octave = (int)(bits >> 52 & 0x7FF) - 1023 - (bound_exponent + TOP_OCTAVE - octaves);
  if (octave < 0) return BIN_ZERO;
  int within = (int)(bits >> (gain ? 50 : 49)) & (bins - 1);
  int bin = octave >= octaves ? octaves * bins - 1 : octave * bins + within;
  return gain ? BIN_ZERO - 1 - bin : BIN_ZERO + 1 + bin;
}

/* The bound of a bin that is nearer to 0. */
double bin_edge(int bin, int bound_exponent);

#endif

/* exact_sums.c - which of the exact sums this processor runs; see exact_sums.h. */
#include "aggregate/exact_sums.h"

#include "core/processor.h"

bool exact_sums_runs(const struct exact_sums *sums) {
  if (sums == &EXACT_SUMS_AVX512) return processor_has_avx512();
  return sums != &EXACT_SUMS_AVX2 || processor_has_avx2();
}

const struct exact_sums *exact_sums_best(void) {
  if (exact_sums_runs(&EXACT_SUMS_AVX512)) return &EXACT_SUMS_AVX512;
  return exact_sums_runs(&EXACT_SUMS_AVX2) ? &EXACT_SUMS_AVX2 : &EXACT_SUMS_BASELINE;
}

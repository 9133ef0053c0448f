/* exact_sums_isa.c - exact sums, compiled once per instruction set with LS_ISA its name; see exact_sums.h.
 *
 * The baseline takes one number after the other, as fixed.h defines the terms: it is what the others are tested against. They
 * cut numbers, scaled to units, into whole numbers of at most 2^51 in doubles: adding and taking away MAGIC leaves the nearest whole
 * number, and the bits of the sum with MAGIC are that number as an integer, so that the parts are added up as integers.
 */
#include "aggregate/exact_sums.h"

#include <stddef.h>

#include "aggregate/bins.h"

#if defined(__AVX2__)
#include <immintrin.h>
#endif

#define LS_ISA_IS_baseline EXACT_SUMS_BASELINE
#define LS_ISA_IS_avx2 EXACT_SUMS_AVX2
#define LS_ISA_IS_avx512 EXACT_SUMS_AVX512
#define LS_JOIN(a, b) a##b
#define LS_SUMS_OF(isa) LS_JOIN(LS_ISA_IS_, isa)
#define LS_TEXT(isa) #isa
#define LS_TEXT_OF(isa) LS_TEXT(isa)

/* 2^exponent for exponents of normal numbers. */
static double two_to(int exponent) {
  uint64_t bits = (uint64_t)(exponent + 1023) << 52;
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* ---- what the compiler can make of plain loops ------------------------------------------------------------------------ */

static void add(double *sum, const double *value, int32_t count) {
  for (int32_t s = 0; s < count; s++) sum[s] += value[s];
}

static void common(int64_t *count, uint64_t mask, const uint64_t *other, int32_t others) {
  for (int32_t j = 0; j < others; j++) count[j] += __builtin_popcountll(mask & other[j]);
}

/* ---- one after the other --------------------------------------------------------------------------------------------------- */

static fixed losses_one_by_one(const double *value, int32_t count, int b, struct wide *squares, struct loss_bins bins) {
  fixed sum = 0;
  for (int32_t s = 0; s < count; s++) {
    fixed term = fixed_from(value[s], b);
    sum += term;
    wide_add(squares, wide_square(value[s], b));
    if (bins.count == NULL) continue;
    int bin = bin_of(value[s], b);
    bins.count[bin]++;
    bins.sum[bin] += term;
  }
  return sum;
}

#if !defined(__AVX2__)

static double largest(const double *value, int32_t count) {
  uint64_t most = 0;
  double result;
  for (int32_t s = 0; s < count; s++) {
    uint64_t bits = double_bits(value[s]) & INT64_MAX;
    if (bits > most) most = bits;
  }
  memcpy(&result, &most, sizeof result);
  return result;
}

static fixed losses(const double *value, int32_t count, int b, struct wide *squares, struct loss_bins bins) {
  return losses_one_by_one(value, count, b, squares, bins);
}

static fixed rounded(const double *value, int32_t count, double units) {
  static const double MAGIC = 0x1.8p52;
  int64_t high = 0, low = 0;
  for (int32_t s = 0; s < count; s++) {
    double x = value[s] * units, part = (x * 0x1p-48 + MAGIC) - MAGIC;
    high += (int64_t)part;
    low += (int64_t)((x - part * 0x1p48 + MAGIC) - MAGIC);
  }
  return term_value((struct term_sum){high, low});
}

static int64_t whole(const double *value, int32_t count) {
  int64_t sum = 0;
  for (int32_t s = 0; s < count; s++) sum += (int64_t)value[s];
  return sum;
}

static uint64_t marks(const double *value, int32_t count) {
  uint64_t mask = 0;
  for (int32_t s = 0; s < count; s++) mask |= (uint64_t)(value[s] >= 0) << s;
  return mask;
}

static uint64_t positive(const double *value, int32_t count) {
  uint64_t mask = 0;
  for (int32_t s = 0; s < count; s++) mask |= (uint64_t)(value[s] > 0) << s;
  return mask;
}

static void terms(const double *value, int32_t count, int b, int64_t *high, int64_t *low) {
  const double limit = two_to(b + FIXED_HEAD_ROOM); /* beyond it nothing is asked for */
  for (int32_t s = 0; s < count; s++) {
    fixed term = value[s] <= limit && value[s] >= -limit ? fixed_from(value[s], b) : 0;
    high[s] = (int64_t)(term >> 48);
    low[s] = (int64_t)(term & (((fixed)1 << 48) - 1));
  }
}

static struct term_sum marked(const int64_t *high, const int64_t *low, const uint64_t *mask, int32_t count) {
  struct term_sum sum = {0, 0};
  for (int32_t s = 0; s < count; s++) {
    int64_t taken = -(int64_t)(mask[s / 64] >> s % 64 & 1);
    sum.high += high[s] & taken;
    sum.low += low[s] & taken;
  }
  return sum;
}

#else

/* ---- vectors ------------------------------------------------------------------------------------------------------------------ */

#if defined(__AVX512F__)
enum { LANES = 8 };
typedef double numbers __attribute__((vector_size(64)));
typedef int64_t wholes __attribute__((vector_size(64)));

static inline numbers multiply_add(numbers a, numbers b, numbers c) { return (numbers)_mm512_fmadd_pd(a, b, c); }
static inline numbers cut_off(numbers x) {
  return (numbers)_mm512_roundscale_pd(x, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC);
}
static inline numbers round_down(numbers x) {
  return (numbers)_mm512_roundscale_pd(x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
}
static inline numbers spread(double x) { return (numbers)_mm512_set1_pd(x); }
static inline wholes spread_whole(int64_t x) { return (wholes)_mm512_set1_epi64(x); }
static inline uint64_t marks_of(numbers x) { return _mm512_cmp_pd_mask(x, _mm512_setzero_pd(), _CMP_GE_OQ); }
static inline uint64_t positive_of(numbers x) {
  return _mm512_cmp_pd_mask((__m512d)x, _mm512_setzero_pd(), _CMP_GT_OQ);
}
static inline wholes larger(wholes a, wholes b) { return (wholes)_mm512_max_epi64((__m512i)a, (__m512i)b); }
static inline wholes smaller(wholes a, wholes b) { return (wholes)_mm512_min_epi64((__m512i)a, (__m512i)b); }
static inline wholes where(uint64_t mask, wholes a) {
  return (wholes)_mm512_maskz_mov_epi64((__mmask8)mask, (__m512i)a);
}
static inline numbers load(const double *from) { return (numbers)_mm512_loadu_pd(from); }
#else
enum { LANES = 4 };
typedef double numbers __attribute__((vector_size(32)));
typedef int64_t wholes __attribute__((vector_size(32)));

static inline numbers multiply_add(numbers a, numbers b, numbers c) { return (numbers)_mm256_fmadd_pd(a, b, c); }
static inline numbers cut_off(numbers x) { return (numbers)_mm256_round_pd(x, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC); }
static inline numbers round_down(numbers x) {
  return (numbers)_mm256_round_pd(x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
}
static inline numbers spread(double x) { return (numbers)_mm256_set1_pd(x); }
static inline wholes spread_whole(int64_t x) { return (wholes)_mm256_set1_epi64x(x); }
static inline uint64_t marks_of(numbers x) {
  return (uint64_t)_mm256_movemask_pd(_mm256_cmp_pd(x, _mm256_setzero_pd(), _CMP_GE_OQ));
}
static inline uint64_t positive_of(numbers x) {
  return (uint64_t)_mm256_movemask_pd(_mm256_cmp_pd(x, _mm256_setzero_pd(), _CMP_GT_OQ));
}
static inline wholes larger(wholes a, wholes b) {
  wholes is = a > b;
  return (a & is) | (b & ~is);
}
static inline wholes smaller(wholes a, wholes b) {
  wholes is = a < b;
  return (a & is) | (b & ~is);
}
static inline wholes where(uint64_t mask, wholes a) {
  const wholes bit = {1, 2, 4, 8};
  return a & ((spread_whole((int64_t)mask) & bit) != 0);
}
static inline numbers load(const double *from) { return (numbers)_mm256_loadu_pd(from); }
#endif

static inline wholes load_whole(const int64_t *from) {
  wholes x;
  memcpy(&x, from, sizeof x);
  return x;
}

/* What a run leaves for the last, incomplete vector; zeros add nothing. */
static inline numbers load_some(const double *from, int32_t count) {
  double all[LANES] = {0};
  memcpy(all, from, (size_t)count * sizeof *all);
  return load(all);
}

static inline numbers load_at(const double *value, int32_t s, int32_t count) {
  return s + LANES <= count ? load(value + s) : load_some(value + s, count - s);
}

static inline int64_t across(wholes x) {
  int64_t sum = 0;
  for (int k = 0; k < LANES; k++) sum += x[k];
  return sum;
}

#define MAGIC spread(0x1.8p52)
#define MAGIC_BITS spread_whole(INT64_C(0x4338000000000000))

static inline wholes magnitude_bits(numbers x) { return (wholes)x & spread_whole(INT64_MAX); }

/* Bits of positive doubles have the order of the doubles. */
static double largest(const double *value, int32_t count) {
  wholes most = {0};
  int64_t result = 0;
  double as_double;
  for (int32_t s = 0; s < count; s += LANES) most = larger(most, magnitude_bits(load_at(value, s, count)));
  for (int k = 0; k < LANES; k++)
    if (most[k] > result) result = most[k];
  memcpy(&as_double, &result, sizeof as_double);
  return as_double;
}

/* A whole number in a double as high 2^48 + low, both in the bits of a sum with MAGIC. */
static inline void cut(numbers x, wholes *high, wholes *low) {
  numbers with_magic = multiply_add(x, spread(0x1p-48), MAGIC);
  *high = (wholes)with_magic;
  *low = (wholes)(multiply_add(with_magic - MAGIC, spread(-0x1p48), x) + MAGIC);
}

static fixed rounded(const double *value, int32_t count, double units) {
  wholes high = {0}, low = {0};
  for (int32_t s = 0; s < count; s += LANES) {
    wholes h, l;
    cut(load_at(value, s, count) * spread(units), &h, &l);
    high += h - MAGIC_BITS;
    low += l - MAGIC_BITS;
  }
  return term_value((struct term_sum){across(high), across(low)});
}

static int64_t whole(const double *value, int32_t count) {
  numbers sum = {0};
  double total = 0;
  for (int32_t s = 0; s < count; s += LANES) sum += load_at(value, s, count);
  for (int k = 0; k < LANES; k++) total += sum[k];
  return (int64_t)total;
}

static uint64_t marks(const double *value, int32_t count) {
  uint64_t mask = 0;
  int32_t s = 0;
  for (; s + LANES <= count; s += LANES) mask |= marks_of(load(value + s)) << s;
  for (; s < count; s++) mask |= (uint64_t)(value[s] >= 0) << s;
  return mask;
}

static uint64_t positive(const double *value, int32_t count) {
  uint64_t mask = 0;
  int32_t s = 0;
  for (; s + LANES <= count; s += LANES) mask |= positive_of(load(value + s)) << s;
  for (; s < count; s++) mask |= (uint64_t)(value[s] > 0) << s;
  return mask;
}

static inline void cut_terms(numbers x, double units, wholes *high, wholes *low) {
  cut(cut_off(x * spread(units)), high, low);
  *high -= MAGIC_BITS;
  *low -= MAGIC_BITS;
}

static void terms(const double *value, int32_t count, int b, int64_t *high, int64_t *low) {
  const double units = two_to(-(b + FIXED_SUM_UNIT));
  for (int32_t s = 0; s < count; s += LANES) {
    wholes h, l;
    size_t bytes = (size_t)(s + LANES <= count ? LANES : count - s) * sizeof *high;
    cut_terms(load_at(value, s, count), units, &h, &l);
    memcpy(high + s, &h, bytes);
    memcpy(low + s, &l, bytes);
  }
}

static struct term_sum marked(const int64_t *high, const int64_t *low, const uint64_t *mask, int32_t count) {
  wholes high_sum = {0}, low_sum = {0};
  int32_t s = 0;
  for (; s + LANES <= count; s += LANES) {
    uint64_t taken = mask[s / 64] >> s % 64 & ((1u << LANES) - 1);
    high_sum += where(taken, load_whole(high + s));
    low_sum += where(taken, load_whole(low + s));
  }
  struct term_sum sum = {across(high_sum), across(low_sum)};
  for (; s < count; s++)
    if (mask[s / 64] >> s % 64 & 1) {
      sum.high += high[s];
      sum.low += low[s];
    }
  return sum;
}

/* ---- losses -------------------------------------------------------------------------------------------------------------------- */

/* Squares in their units, cut off below: parts of 2^100, 2^50 and 1. */
struct square_sums {
  wholes high, middle, low;
};

/* With x = the value in units whose square is the unit of squares: x^2 = p + e without rounding, p cut into whole numbers of 2^100,
 * 2^50 and 1 and a rest within 0 and 1. Where there is a rest, e is less than the rest and what it lacks to 1: cut off with it. */
static inline void add_squares(struct square_sums *sums, numbers x, numbers twice) {
  numbers p = x * twice, e = multiply_add(x, twice, -p);
  numbers high = multiply_add(p, spread(0x1p-100), MAGIC);
  numbers rest = multiply_add(high - MAGIC, spread(-0x1p100), p);
  numbers middle = multiply_add(rest, spread(0x1p-50), MAGIC);
  rest = multiply_add(middle - MAGIC, spread(-0x1p50), rest);
  numbers low = round_down(rest);
  e = (numbers)((wholes)e & (wholes)(low == rest));
  numbers e_middle = multiply_add(e, spread(0x1p-50), MAGIC);
  numbers e_low = round_down(multiply_add(e_middle - MAGIC, spread(-0x1p50), e));
  sums->high += (wholes)high - MAGIC_BITS;
  sums->middle += ((wholes)middle - MAGIC_BITS) + ((wholes)e_middle - MAGIC_BITS);
  sums->low += ((wholes)(low + MAGIC) - MAGIC_BITS) + ((wholes)(e_low + MAGIC) - MAGIC_BITS);
}

/* Adds high 2^100 + middle 2^50 + low, which is at least 0. */
static void finish_squares(struct wide *squares, const struct square_sums *sums) {
  fixed high = (fixed)across(sums->high) * ((fixed)1 << 36);
  fixed low = (fixed)across(sums->middle) * ((fixed)1 << 50) + across(sums->low);
  fixed upper = high + (low >> 64); /* in units of 2^64 */
  wide_add(squares, (struct wide){{(uint64_t)low, (uint64_t)upper, (uint64_t)(upper >> 64)}});
}

/* bin_of: positions from the edge of BIN_ZERO outwards, 1 and more; the sign last. */
static inline wholes bins_of(numbers x, int b) {
  const wholes bits = (wholes)x, magnitude = magnitude_bits(x), gain = bits < 0;
  const wholes fine = (magnitude >> 49) - LOSS_OCTAVE_BINS * (1023 + b + TOP_OCTAVE - LOSS_OCTAVES);
  const wholes coarse = (magnitude >> 50) - GAIN_OCTAVE_BINS * (1023 + b + TOP_OCTAVE - GAIN_OCTAVES);
  const wholes loss_at = smaller(fine + 1, spread_whole(LOSS_OCTAVES * LOSS_OCTAVE_BINS));
  const wholes gain_at = smaller(coarse + 1, spread_whole(GAIN_OCTAVES * GAIN_OCTAVE_BINS));
  const wholes at = larger((gain_at & gain) | (loss_at & ~gain), spread_whole(0));
  return BIN_ZERO + ((at ^ gain) - gain);
}

enum { BLOCK = 256 };

/* Terms as 128-bit integers, and their bins. */
struct binned {
  int64_t bin[BLOCK];
  uint64_t low[BLOCK];
  int64_t high[BLOCK];
};

static inline void store_binned(struct binned *binned, int32_t s, numbers x, wholes high, wholes low, int b) {
  typedef uint64_t counts __attribute__((vector_size(sizeof(wholes))));
  const counts shifted = (counts)high << 48, sum = shifted + (counts)low;
  const wholes carry = (wholes)(sum < shifted); /* -1 where there is one */
  const wholes upper = (high >> 16) + (low < 0) - carry, bin = bins_of(x, b);
  memcpy(binned->bin + s, &bin, sizeof bin);
  memcpy(binned->low + s, &sum, sizeof sum);
  memcpy(binned->high + s, &upper, sizeof upper);
}

static void add_binned(const struct binned *binned, int32_t count, struct loss_bins bins) {
  for (int32_t s = 0; s < count; s++) {
    int64_t bin = binned->bin[s];
    bins.count[bin]++;
    bins.sum[bin] += (fixed)((fixed_bits)(uint64_t)binned->high[s] << 64 | binned->low[s]);
  }
}

static fixed losses(const double *value, int32_t count, int b, struct wide *squares, struct loss_bins bins) {
  const double units = two_to(-(b + FIXED_SUM_UNIT)), once = two_to(59 - b), twice = two_to(60 - b);
  double most = largest(value, count);
  wholes high_sum = {0}, low_sum = {0};
  struct square_sums square_sums = {{0}, {0}, {0}};
  struct binned binned;
  /* The squares of rare, much larger ones have more than three parts. */
  if (most > two_to(b + 15)) return losses_one_by_one(value, count, b, squares, bins);
  if (most == 0) {
    if (bins.count != NULL) bins.count[BIN_ZERO] += count;
    return 0;
  }
  for (int32_t from = 0; from < count; from += BLOCK) {
    int32_t taken = count - from < BLOCK ? count - from : BLOCK;
    for (int32_t s = 0; s < taken; s += LANES) {
      const numbers x = load_at(value + from, s, taken);
      wholes high, low;
      cut_terms(x, units, &high, &low);
      high_sum += high;
      low_sum += low;
      add_squares(&square_sums, x * spread(once), x * spread(twice));
      if (bins.count != NULL) store_binned(&binned, s, x, high, low, b);
    }
    if (bins.count != NULL) add_binned(&binned, taken, bins);
  }
  finish_squares(squares, &square_sums);
  return term_value((struct term_sum){across(high_sum), across(low_sum)});
}

#endif

const struct exact_sums LS_SUMS_OF(LS_ISA) = {
    LS_TEXT_OF(LS_ISA), largest, losses, rounded, whole, marks, positive, terms, marked, add, common,
};

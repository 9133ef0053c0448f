/* test_exact_sums.c - every instruction set adds up the very integers that fixed.h and bins.h define, whatever the numbers are. */
#include <math.h>
#include <string.h>

#include "aggregate/bins.h"
#include "aggregate/exact_sums.h"
#include "greatest.h"

enum { COUNT = 1003, KINDS = 6 };

static const struct exact_sums *const ALL[] = {&EXACT_SUMS_BASELINE, &EXACT_SUMS_AVX2, &EXACT_SUMS_AVX512};
enum { ALL_COUNT = 3 };
static const int BOUNDS[] = {0, 17, -600, 900};
enum { BOUND_COUNT = 4 };

static uint64_t state = 1;

static uint64_t random_bits(void) {
  state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return state ^ state >> 29;
}

/* Exponents from far below the units up to `top`, any sign, mantissas full, of few bits, or just below a power of two. */
static double random_amount(int b, int top) {
  uint64_t bits = random_bits();
  double mantissa = 1 + (double)(random_bits() >> 12) * 0x1p-52;
  if (bits % 4 == 0) mantissa = 1 + (double)(bits >> 8 & 7) / 8;
  if (bits % 4 == 1) mantissa = 2 - 0x1p-52;
  double value = ldexp(mantissa, b + top - 1 - (int)(bits >> 20 & 127));
  return bits >> 63 ? -value : value;
}

/* Kinds of runs: all sorts of amounts, large ones, only ones below the units, zeros, gains alone, within the head-room. */
static void fill(double *value, int kind, int b) {
  for (int s = 0; s < COUNT; s++) {
    double x = random_amount(b, kind == 5 ? FIXED_HEAD_ROOM : kind == 1 ? 15 : 2);
    if (kind == 2) x = ldexp(x, -75);
    if (kind == 3) x = s % 2 ? 0.0 : -0.0;
    if (kind == 4) x = -fabs(x);
    value[s] = x;
  }
}

static bool same_wide(struct wide a, struct wide b) { return memcmp(a.limb, b.limb, sizeof a.limb) == 0; }

static bool same_losses(const struct exact_sums *sums, const double *value, int32_t count, int b) {
  static int64_t expected_count[BIN_COUNT], found_count[BIN_COUNT];
  static fixed expected_bin[BIN_COUNT], found_bin[BIN_COUNT];
  memset(expected_count, 0, sizeof expected_count);
  memset(found_count, 0, sizeof found_count);
  memset(expected_bin, 0, sizeof expected_bin);
  memset(found_bin, 0, sizeof found_bin);
  fixed sum = 0;
  struct wide squares = {{UINT64_MAX, 5, 0}}, found = squares, without = squares; /* they are added to */
  for (int32_t s = 0; s < count; s++) {
    int bin = bin_of(value[s], b);
    sum += fixed_from(value[s], b);
    wide_add(&squares, wide_square(value[s], b));
    expected_count[bin]++;
    expected_bin[bin] += fixed_from(value[s], b);
  }
  if (sums->losses(value, count, b, &found, (struct loss_bins){found_count, found_bin}) != sum) return false;
  if (sums->losses(value, count, b, &without, (struct loss_bins){NULL, NULL}) != sum) return false;
  return same_wide(squares, found) && same_wide(squares, without) &&
         memcmp(expected_count, found_count, sizeof found_count) == 0 &&
         memcmp(expected_bin, found_bin, sizeof found_bin) == 0;
}

TEST losses_squares_and_bins_are_those_of_their_definitions(void) {
  static double value[COUNT];
  static const int32_t lengths[] = {0, 1, 7, 8, 9, 255, 257, COUNT};
  for (int k = 0; k < ALL_COUNT; k++)
    for (int b = 0; b < BOUND_COUNT && exact_sums_runs(ALL[k]); b++)
      for (int kind = 0; kind < KINDS; kind++) {
        fill(value, kind, BOUNDS[b]);
        for (size_t n = 0; n < sizeof lengths / sizeof *lengths; n++)
          ASSERT(same_losses(ALL[k], value + n % 3, lengths[n] < COUNT - 2 ? lengths[n] : COUNT - 2, BOUNDS[b]));
      }
  PASS();
}

/* Squares that are whole in their units, and just above and below such: what is left over decides what is cut off. */
TEST squares_at_the_edge_of_a_unit_are_cut_off_alike(void) {
  double value[3 * 64];
  int count = 0;
  for (int k = 0; k < 64; k++) {
    double x = ldexp(1 + (k % 5) / 4.0, -60 + k / 2);
    value[count++] = x;
    value[count++] = nextafter(x, 1);
    value[count++] = nextafter(x, 0);
  }
  for (int k = 0; k < ALL_COUNT; k++)
    for (int s = 0; s < count && exact_sums_runs(ALL[k]); s++) ASSERT(same_losses(ALL[k], value + s, 1, 0));
  PASS();
}

/* The nearest whole number, ties to even. */
static fixed rounded_term(double x) {
  double high = trunc(x * 0x1p-60);
  double low = rint(x - high * 0x1p60);
  return (fixed)high * ((fixed)1 << 60) + (fixed)low;
}

TEST sums_of_rounded_numbers_are_those_of_the_nearest_whole_ones(void) {
  static double value[COUNT];
  for (int k = 0; k < ALL_COUNT; k++)
    for (int kind = 0; kind < KINDS && exact_sums_runs(ALL[k]); kind++) {
      fixed sum = 0;
      fill(value, kind, 0);
      for (int s = 0; s < COUNT; s++) {
        if (s % 3 == 0) value[s] = ldexp((double)(s % 64) + 0.5, FIXED_SUM_UNIT); /* ties */
        sum += rounded_term(value[s] * 0x1p75);
      }
      ASSERT(ALL[k]->rounded(value, COUNT, 0x1p75) == sum);
    }
  PASS();
}

TEST marked_terms_are_added_and_others_left_out(void) {
  static double value[COUNT];
  static int64_t high[COUNT], low[COUNT];
  uint64_t mask[COUNT / 64 + 1];
  for (int k = 0; k < ALL_COUNT; k++)
    for (int kind = 0; kind < KINDS && exact_sums_runs(ALL[k]); kind++) {
      fixed sum = 0;
      fill(value, kind, 17);
      for (size_t w = 0; w < sizeof mask / sizeof *mask; w++) mask[w] = random_bits() & random_bits();
      mask[0] &= ~UINT64_C(1);
      for (int s = 0; s < COUNT; s++)
        if (mask[s / 64] >> s % 64 & 1) sum += fixed_from(value[s], 17);
      value[0] = NAN; /* what is not marked may be anything */
      ALL[k]->terms(value, COUNT, 17, high, low);
      ASSERT(term_value(ALL[k]->marked(high, low, mask, COUNT)) == sum);
    }
  PASS();
}

TEST flags_counts_and_magnitudes_are_those_of_plain_loops(void) {
  double value[64], sum[64] = {0};
  uint64_t other[64];
  for (int k = 0; k < ALL_COUNT; k++)
    for (int32_t count = 0; count <= 64 && exact_sums_runs(ALL[k]); count++) {
      int64_t common[64] = {0}, whole = 0;
      uint64_t marks = 0, positive = 0;
      double most = 0;
      for (int s = 0; s < count; s++) {
        value[s] = (double)(random_bits() % 7) - 1;
        other[s] = random_bits();
        sum[s] = 0.5;
        whole += (int64_t)value[s];
        marks |= (uint64_t)(value[s] >= 0) << s;
        positive |= (uint64_t)(value[s] > 0) << s;
        if (fabs(value[s]) > most) most = fabs(value[s]);
      }
      ASSERT_EQ(whole, ALL[k]->whole(value, count));
      ASSERT(ALL[k]->marks(value, count) == marks);
      ASSERT(ALL[k]->positive(value, count) == positive);
      ASSERT(ALL[k]->largest(value, count) == most);
      ALL[k]->common(common, marks, other, count);
      ALL[k]->add(sum, value, count);
      for (int s = 0; s < count; s++) {
        ASSERT_EQ(__builtin_popcountll(marks & other[s]), common[s]);
        ASSERT(sum[s] == value[s] + 0.5);
      }
      if (count == 0) continue;
      value[count / 2] = NAN;
      ASSERT(!(ALL[k]->largest(value, count) <= INFINITY));
      value[count / 2] = -INFINITY;
      ASSERT(ALL[k]->largest(value, count) == INFINITY);
      ASSERT_EQ(0, ALL[k]->marks(value, count) >> count / 2 & 1);
    }
  PASS();
}

TEST the_best_is_one_that_runs(void) {
  ASSERT(exact_sums_runs(exact_sums_best()));
  ASSERT(exact_sums_runs(&EXACT_SUMS_BASELINE));
  PASS();
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  RUN_TEST(losses_squares_and_bins_are_those_of_their_definitions);
  RUN_TEST(squares_at_the_edge_of_a_unit_are_cut_off_alike);
  RUN_TEST(sums_of_rounded_numbers_are_those_of_the_nearest_whole_ones);
  RUN_TEST(marked_terms_are_added_and_others_left_out);
  RUN_TEST(flags_counts_and_magnitudes_are_those_of_plain_loops);
  RUN_TEST(the_best_is_one_that_runs);
  GREATEST_MAIN_END();
}

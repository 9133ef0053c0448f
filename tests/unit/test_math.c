/* test_math.c - kernels/math against MPFR: the errors that the headers state, on dense and random grids and at the
 * edges.
 *
 * Every bound here is the one stated in the header concerned (largest error found, rounded up).
 */
#include "math/exp.h"
#include "math/log.h"
#include "math/normal.h"
#include "math/philox.h"
#include "math/student.h"

#include <float.h>
#include <math.h>

#ifdef LS_WITH_MPFR
#include <mpfr.h>
#endif

#include "greatest.h"

enum { PRECISION = 160, SAMPLES = 4000 };

/* ---- grids ----------------------------------------------------------------------------------------------------- */

static double scalar(ls_lane value) { return lane_get(value, 0); }

enum grid { GRID_EVEN, GRID_RANDOM, GRID_LOGARITHMIC };

static double grid_point(enum grid grid, double low, double high, int index) {
  double even = (index + 0.5) / SAMPLES;
  int64_t scenario[LS_LANES] = {0};
  scenario[0] = index;
  double random = lane_get(random_uniform(20260823, scenario, 0, 0), 0);
  if (grid == GRID_EVEN) return low + (high - low) * even;
  if (grid == GRID_RANDOM) return low + (high - low) * random;
  return exp2(low + (high - low) * random);
}

#ifdef LS_WITH_MPFR
/* ---- the functions under test behind pointers, and their exact counterparts ------------------------------------ */

typedef ls_lane (*lane_function)(ls_lane x);
typedef void (*exact_function)(mpfr_t result, double x);

static ls_lane call_exp(ls_lane x) { return lane_exp(x); }
static ls_lane call_log(ls_lane x) { return lane_log(x); }
static ls_lane call_atan(ls_lane x) { return lane_atan(x); }
static ls_lane call_quantile(ls_lane x) { return lane_normal_quantile(x); }
static ls_lane call_normal_tail(ls_lane x) { return lane_normal_tail(x); }
static ls_lane call_normal_cdf(ls_lane x) { return lane_normal_cdf(x); }

static void exact_exp(mpfr_t result, double x) {
  mpfr_set_d(result, x, MPFR_RNDN);
  mpfr_exp(result, result, MPFR_RNDN);
}

static void exact_log(mpfr_t result, double x) {
  mpfr_set_d(result, x, MPFR_RNDN);
  mpfr_log(result, result, MPFR_RNDN);
}

static void exact_atan(mpfr_t result, double x) {
  mpfr_set_d(result, x, MPFR_RNDN);
  mpfr_atan(result, result, MPFR_RNDN);
}

/* 1 - cdf(x) = erfc(x / sqrt 2) / 2 */
static void exact_tail_of(mpfr_t result, mpfr_t x) {
  mpfr_t root;
  mpfr_init2(root, PRECISION);
  mpfr_set_ui(root, 2, MPFR_RNDN);
  mpfr_sqrt(root, root, MPFR_RNDN);
  mpfr_div(result, x, root, MPFR_RNDN);
  mpfr_erfc(result, result, MPFR_RNDN);
  mpfr_div_ui(result, result, 2, MPFR_RNDN);
  mpfr_clear(root);
}

static void exact_normal_tail(mpfr_t result, double x) {
  mpfr_set_d(result, x, MPFR_RNDN);
  exact_tail_of(result, result);
}

static void exact_normal_cdf(mpfr_t result, double x) { exact_normal_tail(result, -x); }

/* Newton's steps on cdf(z) = p from the answer under test, which is near enough for two of them: on the smaller
 * tail. */
static void exact_quantile(mpfr_t result, double p) {
  mpfr_t tail, goal, density;
  mpfr_inits2(PRECISION, tail, goal, density, (mpfr_ptr)0);
  mpfr_set_d(goal, p, MPFR_RNDN);
  if (p > 0.5) mpfr_ui_sub(goal, 1, goal, MPFR_RNDN);
  mpfr_set_d(result, fabs(lane_get(lane_normal_quantile(lane_set(p)), 0)), MPFR_RNDN);
  for (int step = 0; step < 4; step++) {
    exact_tail_of(tail, result);
    mpfr_sub(tail, tail, goal, MPFR_RNDN);
    mpfr_sqr(density, result, MPFR_RNDN);
    mpfr_div_si(density, density, -2, MPFR_RNDN);
    mpfr_exp(density, density, MPFR_RNDN);
    mpfr_div(tail, tail, density, MPFR_RNDN);
    mpfr_const_pi(density, MPFR_RNDN);
    mpfr_mul_ui(density, density, 2, MPFR_RNDN);
    mpfr_sqrt(density, density, MPFR_RNDN);
    mpfr_mul(tail, tail, density, MPFR_RNDN);
    mpfr_add(result, result, tail, MPFR_RNDN);
  }
  if (p < 0.5) mpfr_neg(result, result, MPFR_RNDN);
  mpfr_clears(tail, goal, density, (mpfr_ptr)0);
}

/* The error of y in units in the last place of the exact value, or relative to it. */
static double error_of(double y, mpfr_t exact, bool relative) {
  if (!isfinite(y)) return HUGE_VAL;
  mpfr_t difference;
  mpfr_init2(difference, PRECISION);
  mpfr_sub_d(difference, exact, y, MPFR_RNDN);
  if (relative) {
    mpfr_div(difference, difference, exact, MPFR_RNDN);
  } else {
    long exponent = mpfr_get_exp(exact) - DBL_MANT_DIG;
    mpfr_mul_2si(difference, difference, exponent < -1074 ? 1074 : -exponent, MPFR_RNDN);
  }
  double error = fabs(mpfr_get_d(difference, MPFR_RNDN));
  mpfr_clear(difference);
  return error;
}

static double worst(lane_function function, exact_function exact_of, bool relative, enum grid grid, double low,
                    double high) {
  double largest = 0;
  mpfr_t exact;
  mpfr_init2(exact, PRECISION);
  for (int i = 0; i < SAMPLES; i++) {
    double x = grid_point(grid, low, high, i);
    exact_of(exact, x);
    double error = mpfr_zero_p(exact) ? 0 : error_of(lane_get(function(lane_set(x)), 0), exact, relative);
    if (!(error <= largest)) largest = error;
  }
  mpfr_clear(exact);
  return largest;
}

#define CHECK_WORST(bound, ...) ASSERT(worst(__VA_ARGS__) <= (bound))

/* P(T > a) by the closed forms, in so many digits that the difference from 1 loses none that matter. */
static void exact_student_tail(mpfr_t result, double a, int degrees) {
  mpfr_t theta, sine, u, sum, part;
  mpfr_inits2(1200, theta, sine, u, sum, part, (mpfr_ptr)0);
  mpfr_sqrt_ui(theta, (unsigned long)degrees, MPFR_RNDN);
  mpfr_d_div(theta, a, theta, MPFR_RNDN);
  mpfr_atan(theta, theta, MPFR_RNDN);
  mpfr_sin_cos(sine, u, theta, MPFR_RNDN);
  mpfr_set_ui(sum, 0, MPFR_RNDN);
  mpfr_mul(part, sine, degrees % 2 ? u : sine, MPFR_RNDN);
  if (degrees % 2 == 0) mpfr_set(part, sine, MPFR_RNDN);
  mpfr_sqr(u, u, MPFR_RNDN);
  for (int k = 1; k <= degrees / 2; k++) {
    mpfr_add(sum, sum, part, MPFR_RNDN);
    mpfr_mul(part, part, u, MPFR_RNDN);
    mpfr_mul_ui(part, part, (unsigned long)(degrees % 2 ? 2 * k : 2 * k - 1), MPFR_RNDN);
    mpfr_div_ui(part, part, (unsigned long)(degrees % 2 ? 2 * k + 1 : 2 * k), MPFR_RNDN);
  }
  if (degrees % 2) {
    mpfr_add(sum, sum, theta, MPFR_RNDN);
    mpfr_const_pi(u, MPFR_RNDN);
    mpfr_div(sum, sum, u, MPFR_RNDN);
    mpfr_mul_ui(sum, sum, 2, MPFR_RNDN);
  }
  mpfr_ui_sub(sum, 1, sum, MPFR_RNDN);
  mpfr_div_ui(result, sum, 2, MPFR_RNDN);
  mpfr_clears(theta, sine, u, sum, part, (mpfr_ptr)0);
}

static double worst_student(int degrees, double low_exponent, double high_exponent) {
  double largest = 0;
  mpfr_t exact;
  mpfr_init2(exact, PRECISION);
  for (int i = 0; i < 300; i++) {
    double a = grid_point(GRID_LOGARITHMIC, low_exponent, high_exponent, i);
    exact_student_tail(exact, a, degrees);
    double error = error_of(scalar(lane_student_tail(lane_set(a), degrees)), exact, true);
    if (!(error <= largest)) largest = error;
  }
  mpfr_clear(exact);
  return largest;
}

#define CHECK_STUDENT(bound, ...) ASSERT(worst_student(__VA_ARGS__) <= (bound))

#else
#define CHECK_WORST(bound, ...) SKIPm("built without MPFR")
#define CHECK_STUDENT(bound, ...) SKIPm("built without MPFR")
#endif

/* ---- exp and log ----------------------------------------------------------------------------------------------- */

TEST exp_is_within_its_stated_error(void) {
  CHECK_WORST(0.97, call_exp, exact_exp, false, GRID_EVEN, -708, 709.78);
  CHECK_WORST(0.97, call_exp, exact_exp, false, GRID_RANDOM, -1, 1);
  CHECK_WORST(0.97, call_exp, exact_exp, false, GRID_RANDOM, -20, 20);
  CHECK_WORST(0.97, call_exp, exact_exp, false, GRID_LOGARITHMIC, -60, 9.4);
  CHECK_WORST(0.97, call_exp, exact_exp, false, GRID_RANDOM, -745.1, -708.4);
  PASS();
}

TEST exp_is_finite_everywhere(void) {
  ASSERT_EQ(1.0, scalar(lane_exp(lane_set(0.0))));
  ASSERT_EQ(1.0, scalar(lane_exp(lane_set(-0.0))));
  ASSERT_EQ(1.0, scalar(lane_exp(lane_set(4.9406564584124654e-324))));
  ASSERT_EQ(0.0, scalar(lane_exp(lane_set(-745.2))));
  ASSERT_EQ(0.0, scalar(lane_exp(lane_set(-HUGE_VAL))));
  ASSERT_EQ(4.9406564584124654e-324, scalar(lane_exp(lane_set(-745.1))));
  ASSERT(isfinite(scalar(lane_exp(lane_set(HUGE_VAL)))));
  ASSERT(scalar(lane_exp(lane_set(1e300))) > 1.79769313486e308);
  ASSERT_EQ(0.0, scalar(lane_exp(lane_set(NAN))));
  PASS();
}

TEST log_is_within_its_stated_error(void) {
  CHECK_WORST(0.85, call_log, exact_log, false, GRID_LOGARITHMIC, -1074, 1023.99);
  CHECK_WORST(0.85, call_log, exact_log, false, GRID_EVEN, 0.5, 2);
  CHECK_WORST(0.85, call_log, exact_log, false, GRID_RANDOM, 0.999, 1.001);
  CHECK_WORST(0.85, call_log, exact_log, false, GRID_RANDOM, 0, 1e-3);
  PASS();
}

TEST log_is_finite_everywhere(void) {
  ASSERT_EQ(0.0, scalar(lane_log(lane_set(1.0))));
  double least = scalar(lane_log(lane_set(4.9406564584124654e-324)));
  ASSERT(least < -744.44 && least > -744.45);
  ASSERT_EQ(least, scalar(lane_log(lane_set(0.0))));
  ASSERT_EQ(least, scalar(lane_log(lane_set(-1.0))));
  ASSERT_EQ(least, scalar(lane_log(lane_set(NAN))));
  ASSERT_EQ(scalar(lane_log(lane_set(DBL_MAX))), scalar(lane_log(lane_set(HUGE_VAL))));
  ASSERT(scalar(lane_log(lane_set(DBL_MAX))) < 709.79);
  PASS();
}

/* ---- the normal distribution ----------------------------------------------------------------------------------- */

TEST normal_quantile_is_within_its_stated_error(void) {
  CHECK_WORST(7e-16, call_quantile, exact_quantile, true, GRID_EVEN, 0.075, 0.925);
  CHECK_WORST(8e-16, call_quantile, exact_quantile, true, GRID_RANDOM, 0, 0.075);
  CHECK_WORST(8e-16, call_quantile, exact_quantile, true, GRID_RANDOM, 0.925, 1);
  CHECK_WORST(8e-16, call_quantile, exact_quantile, true, GRID_LOGARITHMIC, -53, -2);
  CHECK_WORST(8e-16, call_quantile, exact_quantile, true, GRID_LOGARITHMIC, -1074, -53);
  PASS();
}

TEST normal_quantile_is_odd_and_finite(void) {
  ASSERT_EQ(0.0, scalar(lane_normal_quantile(lane_set(0.5))));
  for (int k = 2; k < 53; k++) {
    double p = ldexp(1, -k);
    ASSERT_EQ(-scalar(lane_normal_quantile(lane_set(p))), scalar(lane_normal_quantile(lane_set(1 - p))));
  }
  ASSERT(scalar(lane_normal_quantile(lane_set(0.0))) < -38.4);
  ASSERT(scalar(lane_normal_quantile(lane_set(1.0))) > 38.4);
  ASSERT(isfinite(scalar(lane_normal_quantile(lane_set(0.0)))));
  ASSERT(isfinite(scalar(lane_normal_quantile(lane_set(1.0)))));
  PASS();
}

TEST normal_quantile_increases(void) {
  double before = -HUGE_VAL;
  for (int i = 1; i < 200000; i++) {
    double z = scalar(lane_normal_quantile(lane_set(i / 200000.0)));
    ASSERT(z > before);
    before = z;
  }
  PASS();
}

TEST normal_cdf_is_within_its_stated_error(void) {
  CHECK_WORST(7e-16, call_normal_tail, exact_normal_tail, true, GRID_EVEN, 0, 37.5);
  CHECK_WORST(7e-16, call_normal_tail, exact_normal_tail, true, GRID_RANDOM, 0, 3);
  CHECK_WORST(7e-16, call_normal_cdf, exact_normal_cdf, true, GRID_RANDOM, -8.5, 8.5);
  ASSERT_EQ(0.5, scalar(lane_normal_cdf(lane_set(0.0))));
  ASSERT_EQ(1.0, scalar(lane_normal_cdf(lane_set(HUGE_VAL))));
  ASSERT_EQ(0.0, scalar(lane_normal_cdf(lane_set(-HUGE_VAL))));
  PASS();
}

/* ---- atan and Student's t -------------------------------------------------------------------------------------- */

TEST atan_is_within_its_stated_error(void) {
  CHECK_WORST(1.9, call_atan, exact_atan, false, GRID_EVEN, -3, 3);
  CHECK_WORST(1.9, call_atan, exact_atan, false, GRID_LOGARITHMIC, -60, 60);
  CHECK_WORST(1.9, call_atan, exact_atan, false, GRID_LOGARITHMIC, -1000, 1000);
  ASSERT_EQ(0.0, scalar(lane_atan(lane_set(0.0))));
  ASSERT_EQ(1.5707963267948966, scalar(lane_atan(lane_set(DBL_MAX))));
  PASS();
}

/* Up to |y| = 4 the tail is 1/2 minus the closed form, so its absolute error of some 1e-16 counts the more the
 * smaller it is. */
TEST student_tail_is_within_its_stated_error(void) {
  static const int degrees[] = {1, 2, 3, 4, 5, 6, 7, 10, 15, 30, 31, 100};
  for (size_t d = 0; d < sizeof degrees / sizeof *degrees; d++) {
    CHECK_STUDENT(5e-12, degrees[d], -20, 2);
    CHECK_STUDENT(3e-14, degrees[d], 2.0001, degrees[d] < 20 ? 40 : 8);
  }
  PASS();
}

TEST student_cdf_is_symmetric_and_increasing(void) {
  for (int degrees = 1; degrees <= 12; degrees++) {
    double before = 0;
    for (int i = -4000; i <= 4000; i++) {
      double y = i / 400.0;
      double p = scalar(lane_student_cdf(lane_set(y), degrees));
      ASSERT(p >= before && p > 0 && p < 1);
      if (y > 0) ASSERT_EQ(p, 1 - scalar(lane_student_cdf(lane_set(-y), degrees)));
      before = p;
    }
    ASSERT_EQ(0.5, scalar(lane_student_cdf(lane_set(0.0), degrees)));
    ASSERT(scalar(lane_student_tail(lane_set(HUGE_VAL), degrees)) >= 0);
  }
  PASS();
}

/* ---- Philox ---------------------------------------------------------------------------------------------------- */

/* Known answers published with Random123 (kat_vectors, philox4x32 10). */
TEST philox_gives_the_published_answers(void) {
  static const uint32_t input[3][6] = {{0, 0, 0, 0, 0, 0},
                                       {0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
                                       {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0}};
  static const uint32_t answer[3][2] = {{0x6627e8d5, 0xe169c58d}, {0x408f276d, 0x41c83b0e}, {0xd16cfe09, 0x94fdcceb}};
  for (int k = 0; k < 3; k++) {
    const uint32_t *in = input[k];
    int64_t scenario = (int64_t)((uint64_t)in[1] << 32 | in[0]);
    int64_t bits = random_bits((uint64_t)in[5] << 32 | in[4], scenario, in[2], in[3]);
    uint64_t expected = ((uint64_t)answer[k][1] << 32 | answer[k][0]) >> 12;
    ASSERT_EQ(expected, (uint64_t)bits & 0xfffffffffffff);
  }
  PASS();
}

TEST uniform_numbers_never_reach_0_or_1(void) {
  ASSERT_EQ(ldexp(1, -53), scalar(lane_from_bits((ls_lane_bits){0} + 0x3ff0000000000000) - 0.99999999999999989));
  ASSERT_EQ(1 - ldexp(1, -53), scalar(lane_from_bits((ls_lane_bits){0} + 0x3fffffffffffffff) - 0.99999999999999989));
  PASS();
}

TEST each_lane_has_its_own_scenario(void) {
  int64_t scenario[LS_LANES], alone[LS_LANES];
  for (int k = 0; k < LS_LANES; k++) scenario[k] = 5000000000 + 7 * k;
  ls_lane together = random_uniform(UINT64_MAX, scenario, 3, LS_STREAM_FACTOR);
  for (int k = 0; k < LS_LANES; k++) {
    for (int j = 0; j < LS_LANES; j++) alone[j] = scenario[k];
    ASSERT_EQ(lane_get(together, k), scalar(random_uniform(UINT64_MAX, alone, 3, LS_STREAM_FACTOR)));
    ls_lane of_bits = lane_from_bits((ls_lane_bits){0} + random_bits(UINT64_MAX, scenario[k], 3, LS_STREAM_FACTOR));
    ASSERT_EQ(scalar(of_bits) - 0.99999999999999989, lane_get(together, k));
  }
  PASS();
}

/* Functions work lane by lane: what stands in the other lanes (here values that take the rare branches) changes
 * nothing. */
TEST a_lane_does_not_depend_on_its_neighbours(void) {
  for (int i = 0; i < 2000; i++) {
    double p = grid_point(GRID_RANDOM, 0, 1, i), y = grid_point(GRID_RANDOM, -6, 6, i);
    ls_lane mixed_p = lane_put(lane_set(p), LS_LANES - 1, 1e-300), mixed_y = lane_put(lane_set(y), LS_LANES - 1, 1e6);
    ASSERT_EQ(scalar(lane_normal_quantile(lane_set(p))), scalar(lane_normal_quantile(mixed_p)));
    ASSERT_EQ(scalar(lane_student_cdf(lane_set(y), 4)), scalar(lane_student_cdf(mixed_y, 4)));
    ASSERT_EQ(scalar(lane_exp(lane_set(y))), scalar(lane_exp(mixed_y)));
  }
  PASS();
}

SUITE(math) {
  RUN_TEST(exp_is_within_its_stated_error);
  RUN_TEST(exp_is_finite_everywhere);
  RUN_TEST(log_is_within_its_stated_error);
  RUN_TEST(log_is_finite_everywhere);
  RUN_TEST(normal_quantile_is_within_its_stated_error);
  RUN_TEST(normal_quantile_is_odd_and_finite);
  RUN_TEST(normal_quantile_increases);
  RUN_TEST(normal_cdf_is_within_its_stated_error);
  RUN_TEST(atan_is_within_its_stated_error);
  RUN_TEST(student_tail_is_within_its_stated_error);
  RUN_TEST(student_cdf_is_symmetric_and_increasing);
  RUN_TEST(philox_gives_the_published_answers);
  RUN_TEST(uniform_numbers_never_reach_0_or_1);
  RUN_TEST(each_lane_has_its_own_scenario);
  RUN_TEST(a_lane_does_not_depend_on_its_neighbours);
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  RUN_SUITE(math);
  GREATEST_MAIN_END();
}

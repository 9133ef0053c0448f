/* test_statistics.c - quantiles, shortfalls and intervals: known answers, atoms, and what small samples cannot give. */
#include <jansson.h>
#include <math.h>

#include "aggregate/accumulator_fields.h"
#include "aggregate/quantile.h"
#include "aggregate/results.h"
#include "greatest.h"
#include "support.h"

static ls_context *context;

static void set_up(void *user) {
  (void)user;
  if (ls_context_create(&context) != LS_STATUS_OK) abort();
}

static void tear_down(void *user) {
  (void)user;
  ls_context_destroy(&context);
}

static bool near(double a, double b, double tolerance) { return fabs(a - b) <= tolerance * (1 + fabs(b)); }

TEST ranks_are_those_of_the_decimal_level(void) {
  ASSERT_EQ(95, quantile_rank(100, 0.95));
  ASSERT_EQ(99, quantile_rank(100, 0.99));
  ASSERT_EQ(100, quantile_rank(100, 0.999));
  ASSERT_EQ(990000, quantile_rank(1000000, 0.99));
  ASSERT_EQ(999, quantile_rank(1000, 0.999));
  ASSERT_EQ(1000, quantile_rank(1001, 0.999));
  ASSERT_EQ(1, quantile_rank(1, 0.95));
  ASSERT_EQ(9, quantile_rank(10, 0.85));
  ASSERT_EQ(INT64_C(4080218932), quantile_rank(INT64_C(4294967296), 0.95));
  PASS();
}

/* The shared case: VaR is the lower quantile, ES splits the atom (Rockafellar and Uryasev 2002). */
TEST var_and_es_with_atoms_are_the_published_ones(void) {
  const char *path = support_shared("cases/var_es_atoms.json");
  if (path == NULL) SKIPm("the shared cases are not there");
  json_t *document = json_load_file(path, 0, NULL), *losses, *output;
  ASSERT(document != NULL);
  losses = json_object_get(json_object_get(document, "inputs"), "losses");
  double value[64], scratch[64];
  int64_t count = (int64_t)json_array_size(losses);
  for (int64_t k = 0; k < count; k++) value[count - 1 - k] = json_number_value(json_array_get(losses, (size_t)k));
  sort_numbers(value, scratch, count);
  const char *key;
  int seen = 0;
  json_object_foreach(json_object_get(document, "outputs"), key, output) {
    double level = atof(key + 1), shortfall, error;
    expected_shortfall(value, count, level, &shortfall, &error);
    ASSERT_EQ_FMT(json_number_value(json_object_get(output, "VaR")), value[quantile_rank(count, level) - 1], "%.17g");
    ASSERT(near(shortfall, json_number_value(json_object_get(output, "ES")), 1e-12));
    seen++;
  }
  ASSERT_EQ(5, seen);
  json_decref(document);
  PASS();
}

TEST one_scenario_has_a_value_at_risk_but_no_errors(void) {
  double value[1] = {3.5}, shortfall, error, low, high;
  int64_t first, last;
  expected_shortfall(value, 1, 0.99, &shortfall, &error);
  ASSERT_EQ_FMT(3.5, shortfall, "%.17g");
  ASSERT(isnan(error));
  quantile_interval(1, 0.99, &first, &last);
  ASSERT(first < 1 || last > 1);
  wilson_interval(1, 1, &low, &high);
  ASSERT(isnan(low) && isnan(high));
  PASS();
}

/* 1 % of 99 scenarios is less than one of them: how what lies beyond the VaR scatters cannot be told. 1 % of 100 is one:
 * the losses 1..100 have VaR 99 and ES 99 + 1/100 / 1 % = 100; an excess of 1 once in 100 has the sample variance
 * (1 - 1/100) / 99 = 1/100, its mean the error sqrt(1/100 / 100) = 1/100, over 1 %: 1. */
TEST a_tail_of_less_than_one_scenario_has_no_error(void) {
  double value[100], shortfall, error;
  for (int k = 0; k < 100; k++) value[k] = k + 1;
  expected_shortfall(value, 99, 0.99, &shortfall, &error);
  ASSERT(isnan(error) && !isnan(shortfall));
  expected_shortfall(value, 100, 0.99, &shortfall, &error);
  ASSERT(near(shortfall, 100, 1e-14) && near(error, 1, 1e-14));
  PASS();
}

/* 3/n of two scenarios would be more than 1. */
TEST the_rule_of_three_stays_within_0_and_1(void) {
  double low, high;
  wilson_interval(0, 2, &low, &high);
  ASSERT(!(low < 0) && !(low > 0) && near(high, 1, 0));
  wilson_interval(2, 2, &low, &high);
  ASSERT(!(low < 0) && !(low > 0) && near(high, 1, 0));
  PASS();
}

/* P(B <= k) of the binomial distribution, summed directly. */
static double binomial_below(int64_t k, int64_t n, double p) {
  long double term = powl(1 - (long double)p, n), sum = term;
  for (int64_t i = 0; i < k; i++) {
    term *= (long double)(n - i) / (i + 1) * p / (1 - p);
    sum += term;
  }
  return k < 0 ? 0 : (double)sum;
}

TEST order_statistics_intervals_have_the_coverage_they_claim(void) {
  static const int64_t size[] = {60, 100, 500, 1000, 3000};
  for (int k = 0; k < 5; k++) {
    int64_t n = size[k], low, high;
    quantile_interval(n, 0.95, &low, &high);
    ASSERT(low >= 1);
    ASSERT(binomial_below(low - 1, n, 0.95) <= 0.025 && binomial_below(low, n, 0.95) > 0.025);
    ASSERT(1 - binomial_below(high - 1, n, 0.95) <= 0.025 + 1e-12);
    ASSERT(1 - binomial_below(high - 2, n, 0.95) > 0.025 - 1e-12);
  }
  PASS();
}

TEST a_sample_too_small_for_an_interval_says_so(void) {
  int64_t low, high;
  quantile_interval(50, 0.999, &low, &high);
  ASSERT_EQ(51, high);
  quantile_interval(100000000, 0.999, &low, &high);
  ASSERT(low > 99890000 && high < 99910000 && low < 99900000 && high > 99900000);
  PASS();
}

/* Wilson 1927, with z = 1.96: 10 of 100 gives 0.0552 to 0.1744. */
TEST wilson_intervals_are_the_known_ones(void) {
  double low, high;
  wilson_interval(10, 100, &low, &high);
  ASSERT(near(low, 0.05522914, 1e-7) && near(high, 0.17436566, 1e-7));
  wilson_interval(0, 300, &low, &high);
  ASSERT_EQ_FMT(0.0, low, "%.17g");
  ASSERT_EQ_FMT(0.01, high, "%.17g");
  wilson_interval(300, 300, &low, &high);
  ASSERT_EQ_FMT(1.0, high, "%.17g");
  ASSERT_EQ_FMT(0.99, low, "%.17g");
  PASS();
}

TEST sorting_orders_signs_zeros_and_equals(void) {
  double value[] = {3, -1, 0, 1e300, -1e300, 2, 2, -0.0, 1e-310, -5}, scratch[10];
  sort_numbers(value, scratch, 10);
  for (int k = 1; k < 10; k++) ASSERT(value[k - 1] <= value[k]);
  ASSERT_EQ_FMT(-1e300, value[0], "%.17g");
  ASSERT_EQ_FMT(1e300, value[9], "%.17g");
  PASS();
}

/* ---- through an accumulator: one entity, its loss the system's --------------------------------------------------------------- */

enum { SLOTS = 6 };

static struct accumulator *sample(const double *loss, int32_t count) {
  struct ls_output_layout layout = {.slot_count = SLOTS,
                                    .loss = 0,
                                    .loss_peak = -1,
                                    .default_quarter = 1,
                                    .distress_quarter = -1,
                                    .forced = -1,
                                    .line = -1,
                                    .loss_gross = 2,
                                    .loss_net = 3,
                                    .default_count = 4,
                                    .iterations = -1,
                                    .converged = 5,
                                    .clip_count = -1,
                                    .funding_refused = -1,
                                    .detail = -1,
                                    .trace = -1,
                                    .audit = -1};
  struct accumulator_shape shape = {
      .entity_count = 1, .quarter_count = 1, .scenario_count = count, .amount_bound = 100, .layout = layout};
  struct accumulator *a = NULL;
  double value[SLOTS * 2000];
  for (int32_t s = 0; s < count; s++) {
    double of[SLOTS] = {loss[s], loss[s] > 50 ? 0 : -1, loss[s] > 0 ? loss[s] : 0, loss[s], loss[s] > 50, 1};
    for (int slot = 0; slot < SLOTS; slot++) value[slot * 2000 + s] = of[slot];
  }
  struct chunk chunk = {.count = count, .stride = 2000, .value = value};
  if (accumulator_create(context, &shape, &a) != LS_STATUS_OK) return NULL;
  if (accumulator_add(context, a, &chunk) != LS_STATUS_OK) accumulator_destroy(&a);
  return a;
}

TEST statistics_of_one_scenario_have_no_errors(void) {
  double loss[1] = {-7.25};
  struct statistics statistics = {0};
  struct accumulator *a = sample(loss, 1);
  ASSERT(a != NULL);
  ASSERT_EQ(LS_STATUS_OK, statistics_compute(context, a, false, &statistics));
  ASSERT_EQ_FMT(0.0, statistics.gross.mean, "%.17g");
  ASSERT_EQ_FMT(-7.25, statistics.net.mean, "%.17g");
  ASSERT_EQ_FMT(-7.25, statistics.net.tail[1].value, "%.17g");
  ASSERT(isnan(statistics.net.sd) && isnan(statistics.net.mean_se) && isnan(statistics.net.tail[1].low));
  ASSERT(isnan(statistics.entity[0].default_low) && isnan(statistics.entity[0].loss_sd));
  ASSERT_EQ_FMT(0.0, statistics.entity[0].default_probability, "%.17g");
  const struct allocator allocator = context_allocator(context);
  statistics_release(&allocator, &statistics);
  accumulator_destroy(&a);
  PASS();
}

TEST statistics_of_a_ladder_are_the_textbook_ones(void) {
  double loss[1000];
  struct statistics statistics = {0};
  for (int k = 0; k < 1000; k++) loss[(k * 371) % 1000] = (k + 1) / 10.0;
  struct accumulator *a = sample(loss, 1000);
  ASSERT(a != NULL);
  ASSERT_EQ(LS_STATUS_OK, statistics_compute(context, a, false, &statistics));
  ASSERT(near(statistics.gross.mean, 50.05, 1e-14));
  ASSERT(near(statistics.gross.sd, sqrt(1000.0 * 1001 / 12) / 10, 1e-13));
  ASSERT_EQ_FMT(95.0, statistics.gross.tail[0].value, "%.17g");
  ASSERT(near(statistics.gross.tail[0].shortfall, 97.55, 1e-12));
  ASSERT_EQ_FMT(0.5, statistics.entity[0].default_probability, "%.17g");
  ASSERT(fabs(statistics.entity[0].loss_quantile[0] - 95) < 0.07 * 95); /* half a bin of an eighth of an octave */
  const struct allocator allocator = context_allocator(context);
  statistics_release(&allocator, &statistics);
  accumulator_destroy(&a);
  PASS();
}

TEST a_failed_allocation_is_reported_and_leaks_nothing(void) {
  double loss[3] = {1, 2, 3};
  struct accumulator *a = sample(loss, 3);
  for (int64_t allowed = 0;; allowed++) {
    struct failing_allocator allocator = {0};
    struct statistics statistics = {0};
    ls_context *frail = NULL;
    ASSERT_EQ(LS_STATUS_OK, ls_context_create(&frail));
    support_fail_after(frail, &allocator, allowed);
    ls_status status = statistics_compute(frail, a, false, &statistics);
    const struct allocator used = context_allocator(frail);
    ASSERT(status == LS_STATUS_OK || (status == LS_STATUS_OUT_OF_MEMORY && statistics.entity == NULL));
    statistics_release(&used, &statistics);
    ls_context_clear_messages(frail);
    ASSERT_EQ(0, allocator.held);
    ls_context_destroy(&frail);
    if (status == LS_STATUS_OK) break;
  }
  accumulator_destroy(&a);
  PASS();
}

SUITE(statistics) {
  SET_SETUP(set_up, NULL);
  SET_TEARDOWN(tear_down, NULL);
  RUN_TEST(ranks_are_those_of_the_decimal_level);
  RUN_TEST(var_and_es_with_atoms_are_the_published_ones);
  RUN_TEST(one_scenario_has_a_value_at_risk_but_no_errors);
  RUN_TEST(a_tail_of_less_than_one_scenario_has_no_error);
  RUN_TEST(the_rule_of_three_stays_within_0_and_1);
  RUN_TEST(order_statistics_intervals_have_the_coverage_they_claim);
  RUN_TEST(a_sample_too_small_for_an_interval_says_so);
  RUN_TEST(wilson_intervals_are_the_known_ones);
  RUN_TEST(sorting_orders_signs_zeros_and_equals);
  RUN_TEST(statistics_of_one_scenario_have_no_errors);
  RUN_TEST(statistics_of_a_ladder_are_the_textbook_ones);
  RUN_TEST(a_failed_allocation_is_reported_and_leaks_nothing);
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  RUN_SUITE(statistics);
  GREATEST_MAIN_END();
}

/* test_draw.c - drawn shocks: their distributions, their dependence, and that each is a function of its scenario
 * alone.
 *
 * Statistics come with the seed in the text, so they never change from run to run; bounds are five standard errors
 * of the statistic (for a Kolmogorov distance 2 / sqrt(n), which chance exceeds once in 1500 times), to be missed
 * only by a fault.
 */
#include "phases/draw.h"
#include "scenario_support.h"

#include <math.h>
#include <string.h>

#include "greatest.h"

enum { SLOTS_MAX = 64, SAMPLE = 40000 };

static double value_memory[SLOTS_MAX * LS_LANES] __attribute__((aligned(64)));
static double scratch_memory[SLOTS_MAX * LS_LANES] __attribute__((aligned(64)));
static double sample[SAMPLE], other[SAMPLE];

static __attribute__((noinline)) void draw_tile(const struct ls_shock_plan *shock, const int64_t scenario[LS_LANES],
                                                double clips[LS_LANES]) {
  ls_slots value = {value_memory, LS_LANES}, scratch = {scratch_memory, LS_LANES};
  ls_lane count;
  draw_shocks(shock, scenario, value, scratch, &count);
  for (int k = 0; k < LS_LANES; k++) clips[k] = lane_get(count, k);
}

/* Values of one key for the scenarios 0..SAMPLE-1, and how many were clipped in all. */
static double draw_sample(const struct ls_shock_plan *shock, int32_t key, double *values) {
  double clips[LS_LANES], clipped = 0;
  int64_t scenario[LS_LANES];
  for (int64_t first = 0; first < SAMPLE; first += LS_LANES) {
    for (int k = 0; k < LS_LANES; k++) scenario[k] = first + k;
    draw_tile(shock, scenario, clips);
    for (int k = 0; k < LS_LANES; k++) {
      values[first + k] = value_memory[key * LS_LANES + k];
      clipped += clips[k];
    }
  }
  return clipped;
}

static ls_status read_marginals(const char *head, const char *marginals, struct scenario_set **set) {
  char text[4096];
  snprintf(text, sizeof text, "count: 1000000\nseed: 4711\n%smarginals:\n%s", head, marginals);
  ls_status status = read_text("draw.yaml", text, set);
  if (status != LS_STATUS_OK) printf("%s\n", ls_context_message(context, 0));
  return status;
}

static double normal_cdf(double x) { return 0.5 * erfc(-x * 0.70710678118654752); }

static int compare_doubles(const void *left, const void *right) {
  double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

/* The largest distance between the sample's distribution and the exact one. Sorts the sample. */
static double kolmogorov(double *values, double (*cdf)(double)) {
  double largest = 0;
  qsort(values, SAMPLE, sizeof *values, compare_doubles);
  for (int k = 0; k < SAMPLE; k++) {
    double exact = cdf(values[k]);
    largest = fmax(largest, fmax(fabs(exact - (double)k / SAMPLE), fabs(exact - (k + 1.0) / SAMPLE)));
  }
  return largest;
}

static double mean_of(const double *values) {
  double sum = 0;
  for (int k = 0; k < SAMPLE; k++) sum += values[k];
  return sum / SAMPLE;
}

static double sd_of(const double *values) {
  double mean = mean_of(values), sum = 0;
  for (int k = 0; k < SAMPLE; k++) sum += (values[k] - mean) * (values[k] - mean);
  return sqrt(sum / (SAMPLE - 1));
}

static double correlation_of(const double *a, const double *b) {
  double mean_a = mean_of(a), mean_b = mean_of(b), sum = 0;
  for (int k = 0; k < SAMPLE; k++) sum += (a[k] - mean_a) * (b[k] - mean_b);
  return sum / (SAMPLE - 1) / (sd_of(a) * sd_of(b));
}

/* ---- normal numbers ---------------------------------------------------------------------------------------------- */

/* Slots in which every lane, some, one or none is in a tail, a far one too: more than one batch of them. */
TEST many_quantiles_at_once_are_those_of_each(void) {
  static const double P[] = {0.5, 0.3, 0.01, 0.99, 0.07499999999999996, 0.925, 1e-17, 0.6, 0.2};
  ls_slots slots = {value_memory, LS_LANES};
  for (int32_t count = 0; count <= SLOTS_MAX; count += 7) {
    for (int32_t s = 0; s < count; s++)
      for (int k = 0; k < LS_LANES; k++) scratch_memory[s * LS_LANES + k] = P[(s % 5 == 0 ? s : s * s + k) % 9];
    memcpy(value_memory, scratch_memory, sizeof value_memory);
    draw_quantiles(slots, count);
    for (int32_t s = 0; s < count; s++) {
      ls_lane each = lane_normal_quantile(lane_load(scratch_memory + s * LS_LANES));
      for (int k = 0; k < LS_LANES; k++) ASSERT_EQ(lane_get(each, k), value_memory[s * LS_LANES + k]);
    }
  }
  PASS();
}

/* ---- marginals ------------------------------------------------------------------------------------------------- */

static double cdf_normal(double v) { return normal_cdf((v - 5) / 0.5); }
static double cdf_lognormal(double v) { return normal_cdf((log(v) + 0.5 * log(1.25)) / sqrt(log(1.25))); }
static double cdf_beta(double v) { return 1 - pow(1 - v, 4); } /* shapes 1 and 4 */
static double cdf_cut(double v) {
  return (normal_cdf((v - 1) / 0.5) - normal_cdf(-1)) / (normal_cdf(2) - normal_cdf(-1));
}

static const struct {
  const char *record;
  double (*cdf)(double);
  double mean, sd;
} MARGINALS[] = {
    {"variable: demand, distribution: normal, mean: 5, sd: 0.5", cdf_normal, 5, 0.5},
    {"variable: demand, distribution: lognormal, mean: 1, sd: 0.5", cdf_lognormal, 1, 0.5},
    {"variable: output_loss, distribution: beta, mean: 0.2, sd: 0.16329931618554521", cdf_beta, 0.2,
     0.16329931618554521},
    {"variable: demand, distribution: normal, mean: 1, sd: 0.5, low: 0.5, high: 2", cdf_cut, 0,
     0}, /* by its distribution alone */
};

/* The copula says how shocks hang together, never how one of them is distributed. */
TEST marginals_have_their_distribution_under_either_copula(void) {
  static const char *const COPULAS[] = {"", "copula: student-t\ndegrees_of_freedom: 3\n",
                                        "copula: student-t\ndegrees_of_freedom: 8\n"};
  for (size_t c = 0; c < sizeof COPULAS / sizeof *COPULAS; c++) {
    for (size_t m = 0; m < sizeof MARGINALS / sizeof *MARGINALS; m++) {
      char head[512], record[512];
      struct scenario_set *set = NULL;
      snprintf(head, sizeof head, "%sfactors: [{name: f}]\nloadings: [{target: A, factor: f, value: 0.6}]\n",
               COPULAS[c]);
      snprintf(record, sizeof record, " - {target: A, %s}\n", MARGINALS[m].record);
      ASSERT_EQ(LS_STATUS_OK, read_marginals(head, record, &set));
      ASSERT_EQ(0.0, draw_sample(&set->shock, 0, sample));
      /* The sd of a sample's sd is at most 2 sd / sqrt(n) for these laws (kurtosis below 17). */
      if (MARGINALS[m].sd > 0) {
        ASSERT_IN_RANGE(MARGINALS[m].mean, mean_of(sample), 5 * MARGINALS[m].sd / sqrt(SAMPLE));
        ASSERT_IN_RANGE(MARGINALS[m].sd, sd_of(sample), 5 * 2 * MARGINALS[m].sd / sqrt(SAMPLE));
      }
      ASSERT(kolmogorov(sample, MARGINALS[m].cdf) < 2 / sqrt(SAMPLE));
      scenario_destroy(&set);
    }
  }
  PASS();
}

TEST jumps_come_with_their_probability_and_share_the_x_of_their_target(void) {
  struct scenario_set *set = NULL;
  ASSERT_EQ(
      LS_STATUS_OK,
      read_marginals("",
                     " - {variable: demand, target: A, distribution: normal, mean: 5, sd: 0.5}\n"
                     " - {variable: demand, target: A, distribution: jump, probability: 0.1, size: 0.3, quarter: 2}\n",
                     &set));
  draw_sample(&set->shock, 0, sample);
  draw_sample(&set->shock, 1, other);
  int jumps = 0;
  for (int k = 0; k < SAMPLE; k++) {
    ASSERT(other[k] == 0.3 || other[k] == 1);
    ASSERT_EQ(other[k] == 0.3, sample[k] > 5 + 0.5 * 1.2815515655446004);
    jumps += other[k] == 0.3;
  }
  ASSERT_IN_RANGE(0.1, (double)jumps / SAMPLE, 5 * sqrt(0.1 * 0.9 / SAMPLE));
  scenario_destroy(&set);
  PASS();
}

/* ---- dependence ------------------------------------------------------------------------------------------------ */

static const char DEMAND_OF_A_AND_C[] = " - {variable: demand, target: A, distribution: normal, mean: 9, sd: 1}\n"
                                        " - {variable: demand, target: C, distribution: normal, mean: 9, sd: 1}\n";

/* Loadings 0.8 on f and 0.6 on g, whose correlation is 0.5: 0.8 * 0.5 * 0.6 = 0.24. */
TEST targets_are_correlated_through_their_factors(void) {
  struct scenario_set *set = NULL;
  ASSERT_EQ(LS_STATUS_OK,
            read_marginals("factors: [{name: f}, {name: g}]\ncorrelations: [{a: f, b: g, value: 0.5}]\n"
                           "loadings: [{target: A, factor: f, value: 0.8}, {target: C, factor: g, value: 0.6}]\n",
                           DEMAND_OF_A_AND_C, &set));
  draw_sample(&set->shock, 0, sample);
  draw_sample(&set->shock, 1, other);
  ASSERT_IN_RANGE(0.24, correlation_of(sample, other), 5 / sqrt(SAMPLE));
  scenario_destroy(&set);
  ASSERT_EQ(LS_STATUS_OK, read_marginals("", DEMAND_OF_A_AND_C, &set));
  draw_sample(&set->shock, 0, sample);
  draw_sample(&set->shock, 1, other);
  ASSERT_IN_RANGE(0, correlation_of(sample, other), 5 / sqrt(SAMPLE));
  scenario_destroy(&set);
  PASS();
}

TEST a_loading_of_one_leaves_nothing_of_its_own(void) {
  struct scenario_set *set = NULL;
  ASSERT_EQ(LS_STATUS_OK, read_marginals("factors: [{name: f}]\nloadings: [{target: '*', factor: f, value: 1}]\n",
                                         DEMAND_OF_A_AND_C, &set));
  draw_sample(&set->shock, 0, sample);
  draw_sample(&set->shock, 1, other);
  for (int k = 0; k < SAMPLE; k++) ASSERT_EQ(sample[k], other[k]);
  scenario_destroy(&set);
  PASS();
}

/* P(both in the lowest 2 %) / 2 %. */
static double joint_tail(const char *copula) {
  char head[512];
  struct scenario_set *set = NULL;
  int joint = 0;
  snprintf(head, sizeof head,
           "%sfactors: [{name: f}]\nloadings: [{target: '*', factor: f, value: 0.70710678118654752}]\n", copula);
  if (read_marginals(head, DEMAND_OF_A_AND_C, &set) != LS_STATUS_OK) return NAN;
  draw_sample(&set->shock, 0, sample);
  draw_sample(&set->shock, 1, other);
  const double border = 9 - 2.0537489106318225;
  for (int k = 0; k < SAMPLE; k++) joint += sample[k] < border && other[k] < border;
  scenario_destroy(&set);
  return joint / (0.02 * SAMPLE);
}

/* Correlation 1/2, 3 degrees of freedom: the limit is 2 T_4(-sqrt(4/3)) = 0.3125 from above, for Gaussian draws 0
 * (and at 2 % still 0.17). The frequency's standard error is sqrt(0.35 * 0.65 / 800) = 0.017. */
TEST student_shocks_are_extreme_together(void) {
  double student = joint_tail("copula: student-t\ndegrees_of_freedom: 3\n"), gaussian = joint_tail("");
  ASSERT(student > 0.3125 - 5 * 0.017 && student < 0.36 + 5 * 0.017);
  ASSERT(gaussian > 0.17 - 5 * 0.014 && gaussian < 0.17 + 5 * 0.014);
  PASS();
}

/* ---- combination and clipping ---------------------------------------------------------------------------------- */

static bool combines(const char *variable, double (*rule)(double, double)) {
  static double both[SAMPLE];
  static const char *const PARTS[] = {"distribution: beta, mean: 0.3, sd: 0.1",
                                      "distribution: jump, probability: 0.2, size: 0.5"};
  char text[3][512];
  double *values[] = {sample, other, both};
  snprintf(text[0], sizeof text[0], " - {variable: %s, target: A, %s}\n", variable, PARTS[0]);
  snprintf(text[1], sizeof text[1], " - {variable: %s, target: A, %s}\n", variable, PARTS[1]);
  snprintf(text[2], sizeof text[2], "%.250s%.250s", text[0], text[1]);
  for (int k = 0; k < 3; k++) {
    struct scenario_set *set = NULL;
    if (read_marginals("", text[k], &set) != LS_STATUS_OK) return false;
    draw_sample(&set->shock, 0, values[k]);
    scenario_destroy(&set);
  }
  bool fine = true;
  for (int k = 0; k < SAMPLE; k++) fine = fine && both[k] == rule(sample[k], other[k]);
  return fine;
}

static double losses_rule(double a, double b) { return 1 - (1 - a) * (1 - b); }
static double factors_rule(double a, double b) { return a * b; }

TEST several_shocks_to_one_target_combine(void) {
  ASSERT(combines("output_loss", losses_rule));
  ASSERT(combines("demand", factors_rule));
  PASS();
}

TEST values_outside_the_range_are_clipped_and_counted(void) {
  struct scenario_set *set = NULL;
  int outside = 0;
  ASSERT_EQ(LS_STATUS_OK,
            read_marginals("", " - {variable: demand, target: A, distribution: normal, mean: 9, sd: 1}\n", &set));
  draw_sample(&set->shock, 0, other);
  scenario_destroy(&set);
  ASSERT_EQ(LS_STATUS_OK,
            read_marginals("", " - {variable: demand, target: A, distribution: normal, mean: 0.5, sd: 1}\n", &set));
  double clipped = draw_sample(&set->shock, 0, sample);
  for (int k = 0; k < SAMPLE; k++) {
    ASSERT(sample[k] >= 0);
    outside += other[k] - 9 < -0.5;
    if (other[k] - 9 < -0.5) ASSERT_EQ(0.0, sample[k]);
  }
  ASSERT_EQ((double)outside, clipped);
  scenario_destroy(&set);
  PASS();
}

/* ---- a pure function of the scenario --------------------------------------------------------------------------- */

static const char RICH_HEAD[] =
    "copula: student-t\ndegrees_of_freedom: 4\nfactors: [{name: f}, {name: g}]\n"
    "correlations: [{a: f, b: g, value: 0.3}]\n"
    "loadings: [{target: '*', factor: f, value: 0.5}, {target: C, factor: g, value: 0.4}]\n";
static const char RICH_MARGINALS[] =
    " - {variable: demand, target: '*', distribution: lognormal, mean: 1, sd: 0.2}\n"
    " - {variable: gate, target: '*>*', distribution: beta, mean: 0.7, sd: 0.2, quarter: 1}\n"
    " - {variable: demand, target: A, distribution: jump, probability: 0.1, size: 0}\n"
    " - {variable: funding, target: 'sector:lab', distribution: normal, mean: 1, sd: 0.3, low: 0.2}\n";

/* Every scenario drawn alone (in all lanes) and among others in any lane gives the same bits. */
TEST a_scenario_has_the_same_bits_in_any_lane_and_company(void) {
  struct scenario_set *set = NULL;
  double clips[LS_LANES], alone[SLOTS_MAX];
  ASSERT_EQ(LS_STATUS_OK, read_marginals(RICH_HEAD, RICH_MARGINALS, &set));
  ASSERT(draw_scratch_slots(&set->shock) <= SLOTS_MAX && set->shock.key_count <= SLOTS_MAX);
  for (int64_t number = 0; number < 300; number++) {
    int64_t scenario[LS_LANES];
    int64_t wanted = number * 3333333333;
    for (int k = 0; k < LS_LANES; k++) scenario[k] = wanted;
    draw_tile(&set->shock, scenario, clips);
    for (int32_t key = 0; key < set->shock.key_count; key++) alone[key] = value_memory[key * LS_LANES];
    int lane = (int)(number % LS_LANES);
    for (int k = 0; k < LS_LANES; k++) scenario[k] = k == lane ? wanted : 17 * number + k;
    draw_tile(&set->shock, scenario, clips);
    for (int32_t key = 0; key < set->shock.key_count; key++) {
      ASSERT_EQ(0, memcmp(&alone[key], &value_memory[key * LS_LANES + lane], sizeof(double)));
      ASSERT(isfinite(alone[key]));
    }
  }
  scenario_destroy(&set);
  PASS();
}

/* The address of a draw is its target and variable: other rows of the file leave it alone. */
TEST a_draw_does_not_depend_on_the_other_rows(void) {
  struct scenario_set *set = NULL;
  ASSERT_EQ(LS_STATUS_OK, read_marginals("", DEMAND_OF_A_AND_C, &set));
  draw_sample(&set->shock, 1, sample);
  scenario_destroy(&set);
  ASSERT_EQ(LS_STATUS_OK,
            read_marginals("",
                           " - {variable: demand, target: C, distribution: normal, mean: 9, sd: 1, quarter: 3}\n"
                           " - {variable: multiple, target: '*', distribution: normal, mean: 9, sd: 1, quarter: 5}\n",
                           &set));
  draw_sample(&set->shock, 0, other);
  for (int k = 0; k < SAMPLE; k++) ASSERT_EQ(sample[k], other[k]);
  scenario_destroy(&set);
  PASS();
}

TEST explicit_values_are_handed_through(void) {
  struct scenario_set *set = NULL;
  double clips[LS_LANES];
  int64_t scenario[LS_LANES];
  ASSERT_EQ(LS_STATUS_OK,
            read_text("s.csv",
                      "scenario,target,variable,value,quarter\none,A,demand,0.5,0\ntwo,C,output_loss,1,3\n"
                      "three,A,demand,0.25,1\n",
                      &set));
  for (int k = 0; k < LS_LANES; k++) scenario[k] = (k + 1) % 3;
  draw_tile(&set->shock, scenario, clips);
  for (int k = 0; k < LS_LANES; k++) {
    ASSERT_EQ(0.0, clips[k]);
    for (int32_t key = 0; key < set->shock.key_count; key++) {
      ASSERT_EQ(set->shock.explicit_value[scenario[k] * set->shock.key_count + key], value_memory[key * LS_LANES + k]);
    }
  }
  scenario_destroy(&set);
  PASS();
}

SUITE(draw) {
  RUN_TEST(many_quantiles_at_once_are_those_of_each);
  RUN_TEST(marginals_have_their_distribution_under_either_copula);
  RUN_TEST(jumps_come_with_their_probability_and_share_the_x_of_their_target);
  RUN_TEST(targets_are_correlated_through_their_factors);
  RUN_TEST(a_loading_of_one_leaves_nothing_of_its_own);
  RUN_TEST(student_shocks_are_extreme_together);
  RUN_TEST(several_shocks_to_one_target_combine);
  RUN_TEST(values_outside_the_range_are_clipped_and_counted);
  RUN_TEST(a_scenario_has_the_same_bits_in_any_lane_and_company);
  RUN_TEST(a_draw_does_not_depend_on_the_other_rows);
  RUN_TEST(explicit_values_are_handed_through);
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  if (!make_network()) return 1;
  RUN_SUITE(draw);
  release_network();
  GREATEST_MAIN_END();
}

/* test_scenario_yaml.c - Monte Carlo descriptions: factors, loadings and marginals as they reach the shock plan,
 * what is refused, and the quantile tables against exact values. */
#include "core/scalar_math.h"
#include "scenario/quantile_table.h"
#include "scenario_support.h"

#include <math.h>

#include "greatest.h"

static const char HEAD[] = "count: 1000\nseed: 7\n";

static ls_status read_parts(const char *middle, const char *marginals, struct scenario_set **set) {
  char text[8192];
  snprintf(text, sizeof text, "%s%smarginals:\n%s", HEAD, middle, marginals);
  return read_text("m.yaml", text, set);
}

static int32_t source_of(const struct ls_shock_plan *shock, int variable, int32_t target) {
  for (int32_t s = 0; s < shock->source_count; s++) {
    if (shock->source_variable[s] == variable && shock->source_target[s] == target) return s;
  }
  return -1;
}

static const double *loading_of(const struct ls_shock_plan *shock, int variable, int32_t target) {
  return shock->source_loading + source_of(shock, variable, target) * shock->factor_count;
}

/* ---- the plan -------------------------------------------------------------------------------------------------- */

TEST numbers_of_the_run_reach_the_set(void) {
  struct scenario_set *set = NULL;
  ASSERT_EQ(LS_STATUS_OK,
            read_text("m.yaml",
                      "count: 1000000000000\nseed: 18446744073709551615\ncopula: student-t\ndegrees_of_freedom: 4\n"
                      "keep: {worst: 100}\nreplay: [17, 4711]\nassumption_draws: 1\n"
                      "marginals:\n - {variable: demand, target: A, distribution: normal, mean: 1, sd: 0.1}\n",
                      &set));
  ASSERT_EQ(1000000000000, set->count);
  ASSERT_EQ(UINT64_MAX, set->seed);
  ASSERT_EQ(UINT64_MAX, set->shock.seed);
  ASSERT_EQ(4, set->shock.degrees_of_freedom);
  ASSERT_EQ(100, set->keep_worst);
  ASSERT_EQ(2, set->replay_count);
  ASSERT_EQ(4711, set->replay[1]);
  ASSERT(set->drawn);
  ASSERT_EQ(NULL, set->id);
  ASSERT_EQ(0, set->shock.explicit_count);
  scenario_destroy(&set);
  PASS();
}

TEST options_override_count_seed_and_keep(void) {
  static const char TEXT[] = "marginals: [{variable: demand, target: A, distribution: normal, mean: 1, sd: 0.1}]\n";
  struct scenario_set *set = NULL;
  struct scenario_options options = options_for("m.yml", TEXT);
  options.count = 12;
  options.has_seed = true;
  options.seed = 99;
  options.keep_worst = 3;
  ASSERT_EQ(LS_STATUS_OK, scenario_read(context, network, &options, &set));
  ASSERT_EQ(12, set->count);
  ASSERT_EQ(99, set->shock.seed);
  ASSERT_EQ(3, set->keep_worst);
  scenario_destroy(&set);
  options.has_seed = false;
  ASSERT_EQ(LS_STATUS_OK, scenario_read(context, network, &options, &set));
  ASSERT_EQ(1, set->seed);
  scenario_destroy(&set);
  PASS();
}

TEST correlations_become_their_cholesky_factor(void) {
  struct scenario_set *set = NULL;
  ASSERT_EQ(LS_STATUS_OK, read_parts("factors: [{name: f}, {name: g}]\ncorrelations: [{a: g, b: f, value: 0.6}]\n",
                                     " - {variable: demand, target: A, distribution: normal, mean: 1, sd: 0}\n", &set));
  const double *lower = set->shock.factor_cholesky;
  ASSERT_EQ(2, set->shock.factor_count);
  ASSERT_EQ(1.0, lower[0]);
  ASSERT_EQ(0.0, lower[1]);
  ASSERT_EQ(0.6, lower[2]);
  ASSERT_IN_RANGE(0.8, lower[3], 1e-15);
  scenario_destroy(&set);
  PASS();
}

/* The third factor is (f + g) / sqrt(2(1 + 0.5)): a matrix of rank 2, whose entries carry roundings. */
TEST a_correlation_matrix_may_be_singular(void) {
  struct scenario_set *set = NULL;
  ASSERT_EQ(LS_STATUS_OK,
            read_parts("factors: [{name: f}, {name: g}, {name: h}]\ncorrelations: [{a: f, b: g, value: 0.5}, "
                       "{a: f, b: h, value: 0.86602540378443865}, {a: g, b: h, value: 0.86602540378443865}]\n",
                       " - {variable: demand, target: A, distribution: normal, mean: 1, sd: 0}\n", &set));
  ASSERT_EQ(0.0, set->shock.factor_cholesky[8]);
  scenario_destroy(&set);
  PASS();
}

/* g is f, so that h cannot go with the one and against the other; its own variance would still come out as 1 - 0.25. */
TEST correlations_with_equal_factors_must_be_equal(void) {
  struct scenario_set *set = NULL;
  ASSERT_EQ(LS_STATUS_INVALID_INPUT,
            read_parts("factors: [{name: f}, {name: g}, {name: h}]\ncorrelations: [{a: f, b: g, value: 1}, "
                       "{a: f, b: h, value: 0.5}, {a: g, b: h, value: -0.5}]\n",
                       " - {variable: demand, target: A, distribution: normal, mean: 1, sd: 0}\n", &set));
  PASS();
}

/* Var(0.6 f + 0.3 g) = 0.36 + 0.09 + 2 0.5 0.6 0.3 = 0.63. */
TEST loadings_on_correlated_factors_explain_their_common_part_too(void) {
  struct scenario_set *set = NULL;
  ASSERT_EQ(LS_STATUS_OK,
            read_parts("factors: [{name: f}, {name: g}]\ncorrelations: [{a: f, b: g, value: 0.5}]\nloadings:\n"
                       " - {target: A, factor: f, value: 0.6}\n - {target: A, factor: g, value: 0.3}\n",
                       " - {variable: demand, target: A, distribution: normal, mean: 1, sd: 0.1}\n", &set));
  ASSERT_IN_RANGE(sqrt(1 - 0.63), set->shock.source_own[0], 1e-15);
  scenario_destroy(&set);
  PASS();
}

TEST a_loading_for_the_variable_comes_before_one_for_the_target(void) {
  struct scenario_set *set = NULL;
  ASSERT_EQ(LS_STATUS_OK,
            read_parts("factors: [{name: f}]\nloadings:\n - {target: '*', factor: f, value: 0.7, variable: demand}\n"
                       " - {target: A, factor: f, value: 0.3}\n",
                       " - {variable: demand, target: A, distribution: normal, mean: 1, sd: 0.1}\n", &set));
  ASSERT_EQ(0.7, set->shock.source_loading[0]);
  scenario_destroy(&set);
  PASS();
}

TEST any_pair_names_a_gate_more_closely_than_its_recipient_does(void) {
  struct scenario_set *set = NULL;
  ASSERT_EQ(LS_STATUS_OK,
            read_parts("factors: [{name: f}]\nloadings:\n - {target: '*>*', factor: f, value: 0.6}\n"
                       " - {target: C, factor: f, value: 0.3}\n",
                       " - {variable: gate, target: A>C, distribution: normal, mean: 1, sd: 0.1}\n", &set));
  ASSERT_EQ(0.6, set->shock.source_loading[0]);
  scenario_destroy(&set);
  PASS();
}

TEST a_shared_table_need_not_be_the_first(void) {
  struct scenario_set *set = NULL;
  ASSERT_EQ(LS_STATUS_OK, read_parts("",
                                     " - {variable: output_loss, target: A, distribution: beta, mean: 0.5, sd: 0.1}\n"
                                     " - {variable: output_loss, target: B, distribution: beta, mean: 0.2, sd: 0.1}\n"
                                     " - {variable: output_loss, target: C, distribution: beta, mean: 0.2, sd: 0.1}\n",
                                     &set));
  const double *parameter = set->shock.draw_parameter;
  ASSERT_EQ(0, parameter[0]);
  ASSERT_EQ(QUANTILE_TABLE_SIZE, parameter[4]);
  ASSERT_EQ(QUANTILE_TABLE_SIZE, parameter[8]);
  scenario_destroy(&set);
  PASS();
}

TEST distributions_that_differ_in_sd_alone_have_tables_of_their_own(void) {
  struct scenario_set *set = NULL;
  ASSERT_EQ(LS_STATUS_OK, read_parts("",
                                     " - {variable: output_loss, target: A, distribution: beta, mean: 0.5, sd: 0.1}\n"
                                     " - {variable: output_loss, target: B, distribution: beta, mean: 0.5, sd: 0.2}\n",
                                     &set));
  ASSERT_EQ(0, set->shock.draw_parameter[0]);
  ASSERT_EQ(QUANTILE_TABLE_SIZE, set->shock.draw_parameter[4]);
  scenario_destroy(&set);
  PASS();
}

TEST a_seed_of_more_than_64_bits_is_refused(void) {
  static const char *const SEEDS[] = {"18446744073709551616", "20000000000000000000", "0x10000000000000000"};
  for (int k = 0; k < 3; k++) {
    struct scenario_set *set = NULL;
    char text[256];
    snprintf(
        text, sizeof text,
        "count: 9\nseed: %s\nmarginals:\n - {variable: demand, target: A, distribution: normal, mean: 1, sd: 0.1}\n",
        SEEDS[k]);
    ASSERT_EQ(LS_STATUS_INVALID_INPUT, read_text("m.yaml", text, &set));
  }
  PASS();
}

TEST an_option_may_keep_none_of_the_scenarios(void) {
  static const char TEXT[] = "count: 9\nkeep: {worst: 5}\nmarginals:\n"
                             " - {variable: demand, target: A, distribution: normal, mean: 1, sd: 0.1}\n";
  struct scenario_set *set = NULL;
  struct scenario_options options = options_for("m.yml", TEXT);
  options.keep_worst = 0;
  ASSERT_EQ(LS_STATUS_OK, scenario_read(context, network, &options, &set));
  ASSERT_EQ(0, set->keep_worst);
  scenario_destroy(&set);
  PASS();
}

TEST an_own_loading_replaces_that_of_the_sector(void) {
  struct scenario_set *set = NULL;
  ASSERT_EQ(LS_STATUS_OK,
            read_parts("factors: [{name: f}, {name: g}]\nloadings:\n - {target: A, factor: f, value: 0.6}\n"
                       " - {target: 'sector:lab', factor: f, value: 0.5}\n - {target: '*', factor: f, value: 0.3}\n"
                       " - {target: '*', factor: g, value: 0.2}\n"
                       " - {target: '*', factor: g, value: -0.2, variable: multiple}\n",
                       " - {variable: demand, target: '*', distribution: normal, mean: 1, sd: 0.1}\n"
                       " - {variable: multiple, target: B, distribution: normal, mean: 1, sd: 0.1}\n",
                       &set));
  const struct ls_shock_plan *shock = &set->shock;
  ASSERT_EQ(0.6, loading_of(shock, LS_VARIABLE_DEMAND, ENTITY_A)[0]);
  ASSERT_EQ(0.5, loading_of(shock, LS_VARIABLE_DEMAND, ENTITY_B)[0]);
  ASSERT_EQ(0.3, loading_of(shock, LS_VARIABLE_DEMAND, ENTITY_C)[0]);
  ASSERT_EQ(0.2, loading_of(shock, LS_VARIABLE_DEMAND, ENTITY_A)[1]);
  ASSERT_EQ(-0.2, loading_of(shock, LS_VARIABLE_MULTIPLE, ENTITY_B)[1]);
  double own = shock->source_own[source_of(shock, LS_VARIABLE_DEMAND, ENTITY_A)];
  ASSERT_IN_RANGE(sqrt(1 - 0.36 - 0.04), own, 1e-15);
  scenario_destroy(&set);
  PASS();
}

TEST a_gate_loads_as_its_pledge_or_else_as_its_recipient(void) {
  struct scenario_set *set = NULL;
  ASSERT_EQ(LS_STATUS_OK,
            read_parts("factors: [{name: f}]\nloadings:\n - {target: 'A>D', factor: f, value: 0.9}\n"
                       " - {target: 'sector:cloud', factor: f, value: 0.4}\n - {target: A, factor: f, value: 0.1}\n",
                       " - {variable: gate, target: '*>*', distribution: beta, mean: 0.5, sd: 0.2}\n"
                       " - {variable: gate, target: 'world>A', distribution: beta, mean: 0.5, sd: 0.2}\n",
                       &set));
  const struct ls_shock_plan *shock = &set->shock;
  int32_t to_c = (int32_t)network_find_pair(network, TABLE_PLEDGES, ENTITY_A, ENTITY_C);
  int32_t to_d = (int32_t)network_find_pair(network, TABLE_PLEDGES, ENTITY_A, ENTITY_D);
  int32_t to_a = (int32_t)network_find_pair(network, TABLE_PLEDGES, ENTITY_WORLD, ENTITY_A);
  ASSERT_EQ(0.4, loading_of(shock, LS_VARIABLE_GATE, to_c)[0]);
  ASSERT_EQ(0.9, loading_of(shock, LS_VARIABLE_GATE, to_d)[0]);
  ASSERT_EQ(0.1, loading_of(shock, LS_VARIABLE_GATE, to_a)[0]);
  scenario_destroy(&set);
  PASS();
}

/* All contracts of a pair have one draw; a pair loads as itself or else as its buyer. */
TEST orders_load_as_their_pair_or_else_as_their_buyer(void) {
  struct scenario_set *set = NULL;
  ASSERT_EQ(LS_STATUS_OK,
            read_parts("factors: [{name: f}]\nloadings:\n - {target: 'B>D', factor: f, value: 0.9, variable: orders}\n"
                       " - {target: 'sector:lab', factor: f, value: 0.4}\n - {target: D, factor: f, value: 0.1}\n",
                       " - {variable: orders, target: '*>*', distribution: lognormal, mean: 1, sd: 0.2}\n"
                       " - {variable: orders, target: 'world>D', distribution: jump, probability: 0.1, size: 0.7}\n",
                       &set));
  const struct ls_shock_plan *shock = &set->shock;
  ASSERT_EQ(3, shock->source_count);
  int32_t to_c = (int32_t)network_find_pair(network, TABLE_PURCHASES, ENTITY_A, ENTITY_C);
  int32_t to_d = (int32_t)network_find_pair(network, TABLE_PURCHASES, ENTITY_B, ENTITY_D);
  int32_t of_the_world = (int32_t)network_find_pair(network, TABLE_PURCHASES, ENTITY_WORLD, ENTITY_D);
  ASSERT_EQ(0.4, loading_of(shock, LS_VARIABLE_ORDERS, to_c)[0]);
  ASSERT_EQ(0.9, loading_of(shock, LS_VARIABLE_ORDERS, to_d)[0]);
  ASSERT_EQ(0.0, loading_of(shock, LS_VARIABLE_ORDERS, of_the_world)[0]);
  scenario_destroy(&set);
  PASS();
}

TEST loadings_of_pairs_that_the_network_lacks_are_refused(void) {
  static const char MARGINAL[] = " - {variable: demand, target: A, distribution: normal, mean: 1, sd: 0.1}\n";
  static const struct {
    const char *loading, *rule;
  } CASES[] = {
      {"{target: 'A>D', factor: f, value: 0.5, variable: orders}", "'A>D', but the network has no such purchase"},
      {"{target: 'B>D', factor: f, value: 0.5, variable: gate}", "'B>D', but the network has no such pledge"},
      {"{target: 'C>A', factor: f, value: 0.5}", "'C>A', but the network has no such pledge or purchase"},
      {"{target: nobody, factor: f, value: 0.5, variable: orders}", "'nobody', but the network has no such entity"}};
  for (size_t k = 0; k < sizeof CASES / sizeof *CASES; k++) {
    char parts[256];
    struct scenario_set *set = NULL;
    snprintf(parts, sizeof parts, "factors: [{name: f}]\nloadings:\n - %s\n", CASES[k].loading);
    ASSERT_EQ(LS_STATUS_UNUSABLE, read_parts(parts, MARGINAL, &set));
    ASSERT(strstr(ls_context_message(context, 0), CASES[k].rule) != NULL);
  }
  PASS();
}

/* A normal in quarter 0, a second row for it there, and a jump in quarter 4: three draws, two keys, one x. */
TEST one_target_and_variable_has_one_source_whatever_the_rows(void) {
  struct scenario_set *set = NULL;
  ASSERT_EQ(LS_STATUS_OK,
            read_parts("",
                       " - {variable: demand, target: A, distribution: jump, probability: 0.1, size: 0.5, quarter: 4}\n"
                       " - {variable: demand, target: A, distribution: normal, mean: 1, sd: 0.1}\n"
                       " - {variable: demand, target: 'sector:lab', distribution: lognormal, mean: 1, sd: 0.2}\n",
                       &set));
  const struct ls_shock_plan *shock = &set->shock;
  ASSERT_EQ(2, shock->source_count);
  ASSERT_EQ(4, shock->draw_count);
  ASSERT_EQ(3, shock->key_count);
  for (int32_t d = 1; d < shock->draw_count; d++) ASSERT(shock->draw_key[d] >= shock->draw_key[d - 1]);
  ASSERT_EQ(LS_DRAW_NORMAL, shock->draw_kind[0]);
  ASSERT_EQ(LS_DRAW_LOGNORMAL, shock->draw_kind[1]);
  ASSERT_EQ(LS_DRAW_JUMP, shock->draw_kind[3]);
  ASSERT_EQ(shock->draw_source[0], shock->draw_source[3]);
  ASSERT_EQ(1.0, shock->source_own[0]);
  scenario_destroy(&set);
  PASS();
}

TEST equal_distributions_share_a_table(void) {
  struct scenario_set *set = NULL;
  ASSERT_EQ(LS_STATUS_OK,
            read_parts("",
                       " - {variable: output_loss, target: '*', distribution: beta, mean: 0.3, sd: 0.1}\n"
                       " - {variable: price_loss, target: bond, distribution: beta, mean: 0.3, sd: 0.1}\n"
                       " - {variable: price_loss, target: share, distribution: beta, mean: 0.4, sd: 0.1}\n",
                       &set));
  const struct ls_shock_plan *shock = &set->shock;
  double last = shock->draw_parameter[4 * (shock->draw_count - 1)];
  int others = 0;
  for (int32_t d = 0; d < shock->draw_count; d++) {
    ASSERT_EQ(LS_DRAW_TABLE, shock->draw_kind[d]);
    others += shock->draw_parameter[4 * d] == (double)QUANTILE_TABLE_SIZE;
    ASSERT(shock->draw_parameter[4 * d] <= QUANTILE_TABLE_SIZE);
  }
  ASSERT_EQ(6, shock->draw_count);
  ASSERT(others == 1 || (others == 5 && last == 0));
  scenario_destroy(&set);
  PASS();
}

/* mean 1, sd 0.5: s^2 = log(1.25) and m = -s^2 / 2. */
TEST a_lognormal_is_given_by_the_mean_and_sd_of_the_variable_itself(void) {
  struct scenario_set *set = NULL;
  ASSERT_EQ(
      LS_STATUS_OK,
      read_parts("", " - {variable: demand, target: A, distribution: lognormal, mean: 1, sd: 0.5, high: 3}\n", &set));
  const double *p = set->shock.draw_parameter;
  ASSERT_IN_RANGE(-0.5 * log(1.25), p[0], 1e-16);
  ASSERT_IN_RANGE(sqrt(log(1.25)), p[1], 2e-16);
  ASSERT_EQ(0.0, p[2]);
  ASSERT_EQ(3.0, p[3]);
  scenario_destroy(&set);
  PASS();
}

TEST a_plan_may_be_empty_where_all_targets_are_optional(void) {
  struct scenario_set *set = NULL;
  ASSERT_EQ(LS_STATUS_OK, read_text("m.yaml",
                                    "# optional-targets\ncount: 5\nmarginals:\n"
                                    " - {variable: demand, target: nobody, distribution: normal, mean: 1, sd: 0.1}\n",
                                    &set));
  ASSERT_EQ(0, set->shock.draw_count);
  ASSERT_EQ(0, set->shock.key_count);
  ASSERT_EQ(1, ls_context_warning_count(context));
  scenario_destroy(&set);
  PASS();
}

/* ---- quantile tables and special functions --------------------------------------------------------------------- */

static double normal_cdf(double x) { return 0.5 * erfc(-x * 0.70710678118654752); }

static double node(int k) { return -LS_TABLE_REACH + k * (2 * LS_TABLE_REACH / (LS_TABLE_POINTS - 1)); }

/* Both sides rounded a few times: 1e-14 of the larger of value and 1. */
TEST log_gamma_agrees_with_the_c_library(void) {
  for (double x = 1e-6; x < 1e6; x *= 1.37) {
    ASSERT_IN_RANGE(lgamma(x), log_gamma(x), 1e-14 * fmax(1, fabs(lgamma(x))));
  }
  PASS();
}

TEST log_of_one_plus_keeps_the_digits_of_small_numbers(void) {
  for (double x = 1e-20; x < 1e6; x *= 1.7) ASSERT_IN_RANGE(1, scalar_log_one_plus(x) / log1p(x), 1e-15);
  PASS();
}

/* The quantile of the uniform law is the normal cdf itself, so that the slope is its density phi times the spacing h of
 * the nodes. Differences of second order would be off by up to h^3/6 max |phi''| = 4e-8, those of fourth order by h^5/30
 * max |d4 phi/dx4| = 2e-12. */
TEST slopes_of_tables_are_of_fourth_order(void) {
  static double table[QUANTILE_TABLE_SIZE];
  const double spacing = 2 * LS_TABLE_REACH / (LS_TABLE_POINTS - 1);
  quantile_table_beta(1, 1, 0, 1, table);
  for (int k = 2; k < LS_TABLE_POINTS - 2; k++) {
    double density = 0.39894228040143268 * exp(-0.5 * node(k) * node(k));
    ASSERT_IN_RANGE(spacing * density, table[LS_TABLE_POINTS + k], 5e-12);
  }
  PASS();
}

/* Shapes (1, b) and (a, 1) have the closed quantiles 1 - (1 - p)^(1/b) and p^(1/a); (1/2, 1/2) is the arcsine law. */
TEST beta_tables_agree_with_closed_forms(void) {
  static double table[QUANTILE_TABLE_SIZE];
  for (int k = 0; k < LS_TABLE_POINTS; k++) {
    double x = node(k);
    if (k == 0) quantile_table_beta(1, 4, 0, 1, table);
    ASSERT_IN_RANGE(-expm1(0.25 * log(normal_cdf(-x))), table[k], 1e-14);
  }
  quantile_table_beta(0.25, 1, 2, 5, table);
  for (int k = 0; k < LS_TABLE_POINTS; k++) ASSERT_IN_RANGE(2 + 3 * pow(normal_cdf(node(k)), 4), table[k], 1e-13);
  quantile_table_beta(0.5, 0.5, 0, 1, table);
  for (int k = 0; k < LS_TABLE_POINTS; k++) {
    double s = sin(0.5 * 3.14159265358979324 * normal_cdf(node(k)));
    ASSERT_IN_RANGE(s * s, table[k], 1e-14);
  }
  PASS();
}

TEST beta_quantiles_have_their_probability(void) {
  static double table[QUANTILE_TABLE_SIZE];
  static const double SHAPES[][2] = {{2, 3}, {0.3, 7}, {9, 0.4}, {50, 20}, {3000, 900}, {0.05, 0.08}, {1e-3, 1}};
  for (size_t s = 0; s < sizeof SHAPES / sizeof *SHAPES; s++) {
    double a = SHAPES[s][0], b = SHAPES[s][1];
    quantile_table_beta(a, b, 0, 1, table);
    for (int k = 1; k < LS_TABLE_POINTS; k++) {
      ASSERT(table[k] >= table[k - 1] && table[LS_TABLE_POINTS + k] >= 0);
      /* Above the median 1 - q is what was solved for: elsewhere the rounding of q or 1 - q is all there is to
       * see. */
      if (table[k] < (k > LS_TABLE_POINTS / 2 ? 1e-4 : 1e-12) || table[k] > 1 - 1e-3) continue;
      ASSERT_IN_RANGE(1, incomplete_beta(a, b, table[k], 1 - table[k]) / normal_cdf(node(k)), 1e-11);
    }
  }
  PASS();
}

/* Cutting far from the mean leaves the normal itself; otherwise the value's probability is renormalised. */
TEST truncated_normals_are_renormalised(void) {
  static double table[QUANTILE_TABLE_SIZE];
  static const double CUTS[][2] = {{-1, 2}, {-HUGE_VAL, 0.5}, {0.25, HUGE_VAL}, {3, 4}, {-6, -5}, {-40, 40}};
  for (size_t c = 0; c < sizeof CUTS / sizeof *CUTS; c++) {
    double low = CUTS[c][0], high = CUTS[c][1];
    ASSERT(quantile_table_normal(0, 1, low, high, table));
    double mass = normal_cdf(high) - normal_cdf(low);
    if (low > 0) mass = normal_cdf(-low) - normal_cdf(-high);
    for (int k = 0; k < LS_TABLE_POINTS; k += 16) {
      double w = table[k], p = low > 0 ? normal_cdf(-low) - normal_cdf(-w) : normal_cdf(w) - normal_cdf(low);
      ASSERT(w >= low && w <= high);
      ASSERT_IN_RANGE(normal_cdf(node(k)), p / mass, 1e-12);
    }
  }
  ASSERT_FALSE(quantile_table_normal(0, 1, 60, 70, table));
  PASS();
}

/* ---- refusals -------------------------------------------------------------------------------------------------- */

static const struct refused REFUSED[] = {
    {"assumption_draws.yaml", LS_STATUS_UNUSABLE,
     "assumption_draws.yaml:2: assumption_draws is 4, must be 1: the network's tables are not made of deals.csv and "
     "assumptions.csv"},
    {"beta_sd_too_large.yaml", LS_STATUS_INVALID_INPUT,
     "beta_sd_too_large.yaml:3: sd of beta output_loss is 0.69999999999999996, must be below sqrt((mean - low) (high - "
     "mean)) "
     "and at least a thousandth of high - low"},
    {"copula_unknown.yaml", LS_STATUS_INVALID_INPUT,
     "copula_unknown.yaml:2: copula is 'clayton', must be one of gaussian, student-t"},
    {"correlation_impossible.yaml", LS_STATUS_INVALID_INPUT,
     "correlation_impossible.yaml:3: correlations contradict each other: their matrix must be positive semidefinite"},
    {"correlation_twice.yaml", LS_STATUS_INVALID_INPUT,
     "correlation_twice.yaml:5: correlation of 'g' and 'f' stands twice"},
    {"count_missing.yaml", LS_STATUS_INVALID_INPUT, "count_missing.yaml:1: key 'count' is missing"},
    {"count_zero.yaml", LS_STATUS_INVALID_INPUT,
     "count_zero.yaml:1: count is 0, must be a whole number from 1 to 1000000000000"},
    {"default_normal.yaml", LS_STATUS_INVALID_INPUT,
     "default_normal.yaml:3: distribution of default is 'normal', must be 'jump' (default is 0 or 1)"},
    {"degrees_fraction.yaml", LS_STATUS_INVALID_INPUT,
     "degrees_fraction.yaml:3: degrees_of_freedom is '2.5', must be a whole number"},
    {"degrees_without_student.yaml", LS_STATUS_INVALID_INPUT,
     "degrees_without_student.yaml:2: degrees_of_freedom is given, but copula is not student-t"},
    {"distribution_unknown.yaml", LS_STATUS_INVALID_INPUT,
     "distribution_unknown.yaml:3: distribution is 'cauchy', must be one of lognormal, beta, normal, jump"},
    {"factor_unknown.yaml", LS_STATUS_INVALID_INPUT,
     "factor_unknown.yaml:4: factor is 'growht', must be the name of one of the factors"},
    {"jump_with_sd.yaml", LS_STATUS_INVALID_INPUT, "jump_with_sd.yaml:3: unknown key 'sd'"},
    {"jump_without_size.yaml", LS_STATUS_INVALID_INPUT, "jump_without_size.yaml:3: key 'size' is missing"},
    {"key_misspelt.yaml", LS_STATUS_INVALID_INPUT,
     "key_misspelt.yaml:2: unknown key 'marginal', did you mean 'marginals'?"},
    {"loading_above_one.yaml", LS_STATUS_INVALID_INPUT,
     "loading_above_one.yaml:5: loadings of 'sector:lab' explain 1.6200000000000001 of the variance of demand, must be "
     "<= 1"},
    {"loading_twice.yaml", LS_STATUS_INVALID_INPUT,
     "loading_twice.yaml:5: loading of 'A' on 'f' stands twice (first in line 4)"},
    {"lognormal_mean_zero.yaml", LS_STATUS_INVALID_INPUT,
     "lognormal_mean_zero.yaml:3: mean of lognormal demand is 0, must be > 0"},
    {"low_above_high.yaml", LS_STATUS_INVALID_INPUT,
     "low_above_high.yaml:3: low of normal demand is 2, must be below high"},
    {"marginals_missing.yaml", LS_STATUS_INVALID_INPUT, "marginals_missing.yaml:1: key 'marginals' is missing"},
    {"quarter_beyond.yaml", LS_STATUS_INVALID_INPUT,
     "quarter_beyond.yaml:3: quarter is 8, must be a whole number from 0 to 7"},
    {"replay_beyond.yaml", LS_STATUS_INVALID_INPUT,
     "replay_beyond.yaml:2: replay is 10, must be a whole number from 0 to 9"},
    {"seed_negative.yaml", LS_STATUS_INVALID_INPUT,
     "seed_negative.yaml:2: seed is '-1', must be a whole number from 0 to 18446744073709551615"},
    {"target_unknown.yaml", LS_STATUS_UNUSABLE,
     "target_unknown.yaml:3: target is 'nobody', but the network has no such entity"},
    {"truncated_away.yaml", LS_STATUS_INVALID_INPUT,
     "truncated_away.yaml:3: mean of normal demand is 1, must be where the interval from low to high has any "
     "probability"},
    {"variable_not_taken.yaml", LS_STATUS_UNUSABLE,
     "variable_not_taken.yaml:3: model 'test-model' takes no shock to 'equity_loss', only to " TAKEN},
};

TEST ill_formed_descriptions_are_refused_with_their_messages(void) {
  bool fine = true;
  for (size_t k = 0; k < sizeof REFUSED / sizeof *REFUSED; k++) fine = is_refused(&REFUSED[k]) && fine;
  ASSERT(fine);
  PASS();
}

TEST every_allocation_may_fail_without_a_leak(void) {
  static const char TEXT[] = "count: 10\nreplay: [1]\nfactors: [{name: f}, {name: g}]\n"
                             "correlations: [{a: f, b: g, value: 0.5}]\n"
                             "loadings: [{target: A, factor: f, value: 0.5}]\n"
                             "marginals:\n - {variable: demand, target: '*', distribution: beta, mean: 0.5, sd: 0.1}\n"
                             " - {variable: demand, target: A, distribution: jump, probability: 0.1, size: 0}\n";
  for (int64_t allowed = 0;; allowed++) {
    struct failing_allocator allocator = {0};
    ls_context *failing = NULL;
    struct scenario_set *set = NULL;
    struct scenario_options options = options_for("m.yaml", TEXT);
    ASSERT_EQ(LS_STATUS_OK, ls_context_create(&failing));
    support_fail_after(failing, &allocator, allowed);
    ls_status status = scenario_read(failing, network, &options, &set);
    scenario_destroy(&set);
    ls_context_destroy(&failing);
    ASSERT_EQ(0, allocator.held);
    if (status == LS_STATUS_OK) break;
    ASSERT_EQ(LS_STATUS_OUT_OF_MEMORY, status);
    ASSERT(allowed < 1000);
  }
  PASS();
}

SUITE(scenario_yaml) {
  RUN_TEST(numbers_of_the_run_reach_the_set);
  RUN_TEST(options_override_count_seed_and_keep);
  RUN_TEST(correlations_become_their_cholesky_factor);
  RUN_TEST(a_correlation_matrix_may_be_singular);
  RUN_TEST(correlations_with_equal_factors_must_be_equal);
  RUN_TEST(loadings_on_correlated_factors_explain_their_common_part_too);
  RUN_TEST(a_loading_for_the_variable_comes_before_one_for_the_target);
  RUN_TEST(any_pair_names_a_gate_more_closely_than_its_recipient_does);
  RUN_TEST(a_shared_table_need_not_be_the_first);
  RUN_TEST(distributions_that_differ_in_sd_alone_have_tables_of_their_own);
  RUN_TEST(a_seed_of_more_than_64_bits_is_refused);
  RUN_TEST(an_option_may_keep_none_of_the_scenarios);
  RUN_TEST(an_own_loading_replaces_that_of_the_sector);
  RUN_TEST(a_gate_loads_as_its_pledge_or_else_as_its_recipient);
  RUN_TEST(orders_load_as_their_pair_or_else_as_their_buyer);
  RUN_TEST(loadings_of_pairs_that_the_network_lacks_are_refused);
  RUN_TEST(one_target_and_variable_has_one_source_whatever_the_rows);
  RUN_TEST(equal_distributions_share_a_table);
  RUN_TEST(a_lognormal_is_given_by_the_mean_and_sd_of_the_variable_itself);
  RUN_TEST(a_plan_may_be_empty_where_all_targets_are_optional);
  RUN_TEST(log_gamma_agrees_with_the_c_library);
  RUN_TEST(log_of_one_plus_keeps_the_digits_of_small_numbers);
  RUN_TEST(slopes_of_tables_are_of_fourth_order);
  RUN_TEST(beta_tables_agree_with_closed_forms);
  RUN_TEST(beta_quantiles_have_their_probability);
  RUN_TEST(truncated_normals_are_renormalised);
  RUN_TEST(ill_formed_descriptions_are_refused_with_their_messages);
  RUN_TEST(every_allocation_may_fail_without_a_leak);
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  if (!make_network()) return 1;
  RUN_SUITE(scenario_yaml);
  release_network();
  GREATEST_MAIN_END();
}

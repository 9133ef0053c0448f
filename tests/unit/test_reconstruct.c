/* test_reconstruct.c - networks made from sums: the published cases, the textbook, the laws of what is drawn, and what
 * holds for any sums.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "greatest.h"
#include "network/reconstruct.h"
#include "spec/spec_case.h"
#include "spec/spec_reconstruct.h"
#include "support.h"

enum { N_MOST = 40 };

/* ---- a dense sink ------------------------------------------------------------------------------------------------ */

struct matrix {
  int32_t n;
  int64_t links;
  int64_t last; /* place of the link before: they must come in order */
  bool in_order;
  double amount[N_MOST * N_MOST];
};

static ls_status take(void *user, int32_t lender, int32_t borrower, double amount) {
  struct matrix *matrix = user;
  const int64_t place = (int64_t)lender * matrix->n + borrower;
  matrix->in_order = matrix->in_order && place > matrix->last && amount > 0 && lender != borrower;
  matrix->last = place;
  matrix->amount[place] = amount;
  matrix->links++;
  return LS_STATUS_OK;
}

static struct link_sink start(struct matrix *matrix, int32_t n) {
  *matrix = (struct matrix){.n = n, .last = -1, .in_order = true};
  return (struct link_sink){take, matrix};
}

/* Largest relative error of the sums. */
static double error_of(const struct matrix *matrix, const double *claims, const double *debts) {
  double error = 0;
  for (int32_t i = 0; i < matrix->n; i++) {
    double lent = 0, borrowed = 0;
    for (int32_t j = 0; j < matrix->n; j++) {
      lent += matrix->amount[i * matrix->n + j];
      borrowed += matrix->amount[j * matrix->n + i];
    }
    error = fmax(error, claims[i] > 0 ? fabs(lent / claims[i] - 1) : lent);
    error = fmax(error, debts[i] > 0 ? fabs(borrowed / debts[i] - 1) : borrowed);
  }
  return error;
}

static ls_context *context;
static struct sums sums;

static bool given(int32_t n, const double *claims, const double *debts) {
  return ls_context_create(&context) == LS_STATUS_OK && sums_from(context, n, claims, debts, &sums) == LS_STATUS_OK;
}

static void forget(void) {
  sums_release(&sums);
  ls_context_destroy(&context);
}

/* ---- cases ------------------------------------------------------------------------------------------------------- */

static bool load_anand(json_t **root, double *claims, double *debts) {
  *root = spec_case_load("recon_anand7");
  if (*root == NULL) return false;
  spec_case_vector(*root, "inputs/row_sums_assets", claims);
  spec_case_vector(*root, "inputs/col_sums_liabilities", debts);
  return true;
}

TEST maximum_entropy_of_seven_banks_is_as_published(void) {
  json_t *root;
  double claims[7], debts[7], expected[49], published[49];
  if (!load_anand(&root, claims, debts)) SKIPm("cases of ../shared are not here");
  struct matrix made;
  int32_t sweeps;
  ASSERT(given(7, claims, debts));
  const struct link_sink sink = start(&made, 7);
  ASSERT_EQ(LS_STATUS_OK, reconstruct_ras(&sums, &sink, &sweeps));
  spec_case_matrix(root, "outputs/ME", expected);
  spec_case_matrix(root, "source/published_ME_rounded", published);
  for (int k = 0; k < 49; k++) {
    ASSERT_IN_RANGE(expected[k], made.amount[k], spec_case_number(root, "tolerance"));
    ASSERT_IN_RANGE(published[k], made.amount[k],
                    5.01e-3); /* two digits, and what the sum of claims makes of the last */
  }
  ASSERT(sweeps > 5 && sweeps <= (int)spec_case_number(root, "outputs/ME_iterations_1e14"));
  json_decref(root);
  forget();
  PASS();
}

TEST minimum_density_of_seven_banks_takes_the_fewest_links_there_can_be(void) {
  json_t *root;
  double claims[7], debts[7];
  if (!load_anand(&root, claims, debts)) SKIPm("cases of ../shared are not here");
  for (uint64_t seed = 0; seed < 20; seed++) {
    struct matrix made;
    int32_t restarts;
    ASSERT(given(7, claims, debts));
    const struct link_sink sink = start(&made, 7);
    ASSERT_EQ(LS_STATUS_OK, reconstruct_minimum_density(&sums, seed, &sink, &restarts));
    ASSERT(made.in_order && error_of(&made, claims, debts) < 1e-15); /* whole numbers: no rounding at all */
    ASSERT_EQ((int)spec_case_number(root, "outputs/minimum_possible_links"), (int)made.links);
    forget();
  }
  json_decref(root);
  PASS();
}

/* Frequencies of 20,000 networks: 5 standard errors at most. */
TEST gravity_draws_links_and_amounts_as_the_formula_says(void) {
  enum { NETWORKS = 20000 };
  json_t *root = spec_case_load("recon_cimini6");
  if (!root) SKIPm("cases of ../shared are not here");
  double claims[6], debts[6], probability[36], weight[36], row[6], count[36] = {0}, z = NAN;
  spec_case_vector(root, "inputs/s_out", claims), spec_case_vector(root, "inputs/s_in", debts);
  spec_case_matrix(root, "outputs/link_probability", probability);
  spec_case_matrix(root, "outputs/weight_if_link", weight);
  spec_case_vector(root, "outputs/expected_row_sums", row);
  const double tolerance = spec_case_number(root, "tolerance");
  ASSERT(given(6, claims, debts));
  ASSERT_EQ(LS_STATUS_OK, gravity_calibrate(&sums, spec_case_number(root, "inputs/target_links"), &z));
  ASSERT_IN_RANGE(spec_case_number(root, "outputs/z"), z, tolerance);
  for (int32_t member = 0; member < NETWORKS; member++) {
    struct matrix made;
    const struct link_sink sink = start(&made, 6);
    ASSERT_EQ(LS_STATUS_OK, gravity_draw(&sums, z, 7, member, &sink));
    ASSERT(made.in_order);
    for (int k = 0; k < 36; k++) {
      if (made.amount[k] > 0) ASSERT_IN_RANGE(weight[k], made.amount[k], tolerance);
      count[k] += made.amount[k] > 0;
    }
  }
  for (int i = 0; i < 6; i++) {
    double expected = 0;
    for (int j = 0; j < 6; j++) {
      const double p = probability[6 * i + j];
      ASSERT_IN_RANGE(p, count[6 * i + j] / NETWORKS, 5 * sqrt(p * (1 - p) / NETWORKS));
      expected += p * weight[6 * i + j];
    }
    ASSERT_IN_RANGE(row[i], expected, tolerance);
  }
  json_decref(root);
  forget();
  PASS();
}

/* ---- the chain of Gandy and Veraart
 * ----------------------------------------------------------------------------------- */

static const bool ALL[8] = {true, true, true, true, true, true, true, true};

/* Lenders 0 and 1 have 3 and 2, borrowers 2 and 3 owe 4 and 1: amount(0, 2) = t in [2, 3] says all. At either end a
 * link vanishes: chances are 1 - p each against p rate (3 - 2) for what lies between, where t is uniform. */
TEST a_cycle_of_two_follows_its_conditional_law(void) {
  enum { DRAWS = 200000 };
  const double amount[16] = {[2] = 2.5, [3] = 0.5, [6] = 1.5, [7] = 0.5}, p = 0.7, rate = 1.5;
  const double all = 2 * (1 - p) + p * rate;
  struct gibbs *gibbs = NULL;
  double low = 0, high = 0, inside = 0, sum = 0, square = 0;
  ASSERT_EQ(LS_STATUS_OK, ls_context_create(&context));
  ASSERT_EQ(LS_STATUS_OK, gibbs_create(context, 4, amount, (const bool[]){true, true, false, false},
                                       (const bool[]){false, false, true, true}, p, rate,
                                       (struct random_sequence){5, RANDOM_GIBBS, 0, 0}, &gibbs));
  for (int k = 0; k < DRAWS; k++) {
    gibbs_move(gibbs, 20);
    const double *x = gibbs_amounts(gibbs), t = x[2];
    ASSERT(fabs(x[2] + x[3] - 3) < 1e-9 && fabs(x[6] + x[7] - 2) < 1e-9 && fabs(x[2] + x[6] - 4) < 1e-9);
    low += x[7] == 0, high += x[3] == 0;
    if (x[7] > 0 && x[3] > 0) inside++, sum += t, square += t * t;
  }
  const double step =
      6 * sqrt(0.25 / DRAWS); /* draws 20 moves apart hang together little; 6 errors of independent ones */
  ASSERT_IN_RANGE((1 - p) / all, low / DRAWS, step);
  ASSERT_IN_RANGE((1 - p) / all, high / DRAWS, step);
  ASSERT_IN_RANGE(2.5, sum / inside, 0.01);
  ASSERT_IN_RANGE(1.0 / 12, square / inside - pow(sum / inside, 2), 0.01);
  gibbs_destroy(&gibbs);
  ls_context_destroy(&context);
  PASS();
}

/* A network drawn from the prior, moved, is one drawn from the prior. Cells are independent in the prior: the errors
 * are those of that many cells. */
TEST moves_leave_the_prior_as_it_is(void) {
  enum { N = 5, NETWORKS = 6000, CELLS = NETWORKS * N * (N - 1) };
  const double p = 0.6, rate = 2;
  double missing = 0, sum = 0, links = 0, moved = 0;
  struct random_sequence prior = {11, 1, 0, 0};
  ASSERT_EQ(LS_STATUS_OK, ls_context_create(&context));
  for (uint32_t k = 0; k < NETWORKS; k++) {
    double amount[N * N] = {0};
    struct gibbs *gibbs = NULL;
    for (int c = 0; c < N * N; c++)
      if (c / N != c % N && sequence_next(&prior) < p) amount[c] = -log(sequence_next(&prior)) / rate;
    ASSERT_EQ(LS_STATUS_OK, gibbs_create(context, N, amount, ALL, ALL, p, rate,
                                         (struct random_sequence){3, RANDOM_GIBBS, k, 0}, &gibbs));
    gibbs_move(gibbs, 200);
    for (int c = 0; c < N * N; c++) {
      const double x = gibbs_amounts(gibbs)[c];
      moved += x != amount[c];
      if (c / N == c % N) ASSERT(x == 0);
      if (c / N == c % N) continue;
      missing += x == 0, links += x > 0, sum += x;
    }
    gibbs_destroy(&gibbs);
  }
  ASSERT(moved > CELLS / 2);
  ASSERT_IN_RANGE(1 - p, missing / CELLS, 5 * sqrt(p * (1 - p) / CELLS));
  ASSERT_IN_RANGE(1 / rate, sum / links, 5 / rate / sqrt(links));
  ls_context_destroy(&context);
  PASS();
}

/* ---- any sums
 * --------------------------------------------------------------------------------------------------------- */

/* Sums of a network, so that there is one. Some lend or owe nothing. */
static void draw_sums(struct random_sequence *random, int32_t n, double *claims, double *debts) {
  memset(claims, 0, (size_t)n * sizeof *claims), memset(debts, 0, (size_t)n * sizeof *debts);
  for (int32_t i = 0; i < n; i++)
    for (int32_t j = 0; j < n; j++) {
      if (i == j || sequence_next(random) > 0.3) continue;
      const double amount = exp(3 * sequence_next(random));
      claims[i] += amount, debts[j] += amount;
    }
}

enum method { RAS, MINIMUM_DENSITY, GIBBS, METHODS };

static ls_status make(enum method method, uint64_t seed, struct matrix *made) {
  const struct link_sink sink = start(made, sums.count);
  int32_t steps;
  struct gibbs *gibbs = NULL;
  if (method == RAS) return reconstruct_ras(&sums, &sink, &steps);
  if (method == MINIMUM_DENSITY) return reconstruct_minimum_density(&sums, seed, &sink, &steps);
  ls_status status = gibbs_begin(&sums, 0.4 * (double)sums.pair_count, seed, &gibbs);
  if (status == LS_STATUS_OK) status = gibbs_draw(&sums, gibbs, &sink);
  gibbs_destroy(&gibbs);
  return status;
}

/* 1e-11: the tolerance of the methods, 1e-12, and the sums' own rounding over a few dozen terms. */
TEST any_sums_of_a_network_are_met(void) {
  struct random_sequence random = {21, 1, 0, 0};
  for (int round = 0; round < 40; round++) {
    const int32_t n = 4 + sequence_below(&random, N_MOST - 3);
    double claims[N_MOST], debts[N_MOST];
    draw_sums(&random, n, claims, debts);
    if (!given(n, claims, debts)) FAILm("sums of a network were refused");
    if (sums.total == 0 || sums.pair_count < 3) continue;
    for (int method = 0; method < METHODS; method++) {
      static struct matrix made, again;
      ASSERT_EQ(LS_STATUS_OK, make((enum method)method, 4, &made));
      ASSERT(made.in_order);
      ASSERT_IN_RANGE(0, error_of(&made, claims, debts), 1e-11);
      ASSERT_EQ(LS_STATUS_OK, make((enum method)method, 4, &again));
      ASSERT_EQ(0, memcmp(made.amount, again.amount, sizeof made.amount));
      if (method == MINIMUM_DENSITY) ASSERT(made.links <= sums.lender_count + sums.borrower_count);
    }
    forget();
  }
  PASS();
}

TEST maximum_entropy_is_that_of_the_textbook(void) {
  struct random_sequence random = {22, 1, 0, 0};
  for (int round = 0; round < 20; round++) {
    const int32_t n = 5 + sequence_below(&random, 20);
    double claims[N_MOST], debts[N_MOST];
    static double expected[N_MOST * N_MOST];
    static struct matrix made;
    draw_sums(&random, n, claims, debts);
    ASSERT(given(n, claims, debts));
    ASSERT_EQ(LS_STATUS_OK, make(RAS, 0, &made));
    spec_ras(n, claims, debts, 2000, expected);
    for (int32_t k = 0; k < n * n; k++) ASSERT_IN_RANGE(expected[k], made.amount[k], 1e-9 * sums.total);
    forget();
  }
  PASS();
}

/* (Minimum density may find its best network without drawing.) */
/* The first has all but a ten-thousandth of half of everything: sweeps alone would take some 100,000, the textbook's
 * 2,000,000. */
TEST sums_near_the_limit_are_met_too(void) {
  const double claims[4] = {49.99, 25, 25, 0.01}, debts[4] = {50, 25, 24.995, 0.005};
  static double expected[16];
  struct matrix made;
  int32_t sweeps, restarts;
  ASSERT(given(4, claims, debts));
  struct link_sink sink = start(&made, 4);
  ASSERT_EQ(LS_STATUS_OK, reconstruct_ras(&sums, &sink, &sweeps));
  ASSERT_EQ(RAS_SWEEPS_SLOW, sweeps);
  ASSERT_IN_RANGE(0, error_of(&made, claims, debts), 1e-12);
  spec_ras(4, claims, debts, 2000000, expected);
  for (int k = 0; k < 16; k++) ASSERT_IN_RANGE(expected[k], made.amount[k], 1e-9);
  sink = start(&made, 4);
  ASSERT_EQ(LS_STATUS_OK, reconstruct_minimum_density(&sums, 0, &sink, &restarts));
  ASSERT(made.in_order);
  ASSERT_IN_RANGE(0, error_of(&made, claims, debts), 1e-12);
  forget();
  PASS();
}

/* Sizes over nine powers of ten: what rounding does to the largest may not reach the smallest. 1e-11, as for any sums. */
TEST small_sums_beside_large_ones_are_met(void) {
  struct random_sequence random = {24, 1, 0, 0};
  for (int round = 0; round < 20; round++) {
    double claims[N_MOST] = {0}, debts[N_MOST] = {0};
    static struct matrix made;
    for (int32_t i = 0; i < N_MOST; i++)
      for (int32_t j = 0; j < N_MOST; j++) {
        if (i == j || sequence_next(&random) > 0.2) continue;
        const double amount = exp(20 * pow(sequence_next(&random), 8));
        claims[i] += amount, debts[j] += amount;
      }
    ASSERT(given(N_MOST, claims, debts));
    ASSERT_EQ(LS_STATUS_OK, make(MINIMUM_DENSITY, 0, &made));
    ASSERT(made.in_order && made.links <= 2 * N_MOST);
    ASSERT_IN_RANGE(0, error_of(&made, sums.claims, sums.debts), 1e-11);
    forget();
  }
  PASS();
}

TEST other_seeds_and_other_members_are_other_networks(void) {
  struct random_sequence random = {23, 1, 0, 0};
  double claims[20], debts[20], z;
  static struct matrix a, b, c;
  draw_sums(&random, 20, claims, debts);
  ASSERT(given(20, claims, debts));
  ASSERT_EQ(LS_STATUS_OK, make(GIBBS, 1, &a));
  ASSERT_EQ(LS_STATUS_OK, make(GIBBS, 2, &b));
  ASSERT(memcmp(a.amount, b.amount, sizeof a.amount) != 0);
  ASSERT_EQ(LS_STATUS_OK, gravity_calibrate(&sums, 100, &z));
  const struct link_sink sink[] = {start(&a, 20), start(&b, 20), start(&c, 20)};
  for (int k = 0; k < 3; k++) ASSERT_EQ(LS_STATUS_OK, gravity_draw(&sums, z, k == 1 ? 8 : 9, k == 2, &sink[k]));
  ASSERT(memcmp(a.amount, b.amount, sizeof a.amount) != 0 && memcmp(a.amount, c.amount, sizeof a.amount) != 0);
  forget();
  PASS();
}

/* All of what others lend goes to the first: there is one such network, and every method finds it. */
TEST a_star_is_found_by_every_method(void) {
  const double claims[4] = {6, 1, 2, 3}, debts[4] = {6, 3, 2, 1};
  ASSERT(given(4, claims, debts));
  ASSERT_EQ(0, sums.star);
  for (int method = 0; method < GIBBS; method++) {
    struct matrix made;
    ASSERT_EQ(LS_STATUS_OK, make((enum method)method, 0, &made));
    ASSERT_EQ(6, (int)made.links);
    for (int32_t i = 1; i < 4; i++) ASSERT(made.amount[i] == debts[i] && made.amount[4 * i] == claims[i]);
  }
  forget();
  PASS();
}

TEST sums_that_no_network_has_are_refused(void) {
  static const double CLAIMS[][3] = {{5, 1, 0}, {1, 1, 1}, {1, 0, 0}}, DEBTS[][3] = {{4, 1, 1}, {1, 1, 1.1}, {1, 0, 0}};
  static const char *const WHY[] = {"at most the total", "difference of", "at most the total"};
  for (int k = 0; k < 3; k++) {
    ASSERT_EQ(LS_STATUS_OK, ls_context_create(&context));
    ASSERT_EQ(LS_STATUS_INVALID_INPUT, sums_from(context, 3, CLAIMS[k], DEBTS[k], &sums));
    ASSERT(strstr(ls_context_message(context, 0), WHY[k]) != NULL);
    ls_context_destroy(&context);
  }
  PASS();
}

TEST every_allocation_that_fails_is_told(void) {
  const double claims[4] = {3, 1, 2, 3}, debts[4] = {2, 3, 2, 2};
  struct failing_allocator allocator;
  static struct matrix made;
  for (int method = 0; method < METHODS; method++) {
    ls_status status = LS_STATUS_OUT_OF_MEMORY;
    for (int64_t allowed = 0; status != LS_STATUS_OK; allowed++) {
      ASSERT(allowed < 200);
      ASSERT_EQ(LS_STATUS_OK, ls_context_create(&context));
      support_fail_after(context, &allocator, allowed);
      status = sums_from(context, 4, claims, debts, &sums);
      if (status == LS_STATUS_OK) status = make((enum method)method, 0, &made);
      ASSERT(status == LS_STATUS_OK || status == LS_STATUS_OUT_OF_MEMORY);
      forget();
      ASSERT_EQ(0, (int)allocator.held);
    }
  }
  PASS();
}

/* The whole way from a file to a folder. */
TEST an_allocation_that_fails_leaves_no_folder(void) {
  char folder[4096], path[2][4200];
  ASSERT(support_make_folder(folder));
  snprintf(path[0], sizeof path[0], "%s/sums.csv", folder), snprintf(path[1], sizeof path[1], "%s/net", folder);
  ASSERT(support_write_file(folder, "sums.csv", "id,cash,assets,liabilities\na,1,3,2\nb,2,1,3\nc,3,2,2\nd,4,3,2\n"));
  ls_status status = LS_STATUS_OUT_OF_MEMORY;
  for (int64_t allowed = 0; status != LS_STATUS_OK; allowed++) {
    struct failing_allocator allocator;
    ls_text *report = NULL;
    ls_reconstruct_options options = ls_reconstruct_options_default();
    options.method = "gibbs", options.links = 6, options.ensemble = 2;
    ASSERT(allowed < 500);
    ASSERT_EQ(LS_STATUS_OK, ls_context_create(&context));
    support_fail_after(context, &allocator, allowed);
    status = ls_reconstruct(context, path[0], &options, path[1], false, LS_FORMAT_JSON, &report);
    ASSERT(status == LS_STATUS_OK || status == LS_STATUS_OUT_OF_MEMORY);
    ASSERT_EQ(status == LS_STATUS_OK, report != NULL);
    ls_text_destroy(&report);
    ls_context_destroy(&context);
    ASSERT_EQ(0, (int)allocator.held);
    ASSERT_EQ(status == LS_STATUS_OK ? 0 : -1, access(path[1], F_OK));
  }
  support_remove_folder(folder);
  PASS();
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  RUN_TEST(maximum_entropy_of_seven_banks_is_as_published);
  RUN_TEST(minimum_density_of_seven_banks_takes_the_fewest_links_there_can_be);
  RUN_TEST(gravity_draws_links_and_amounts_as_the_formula_says);
  RUN_TEST(a_cycle_of_two_follows_its_conditional_law);
  RUN_TEST(moves_leave_the_prior_as_it_is);
  RUN_TEST(any_sums_of_a_network_are_met);
  RUN_TEST(maximum_entropy_is_that_of_the_textbook);
  RUN_TEST(sums_near_the_limit_are_met_too);
  RUN_TEST(small_sums_beside_large_ones_are_met);
  RUN_TEST(other_seeds_and_other_members_are_other_networks);
  RUN_TEST(a_star_is_found_by_every_method);
  RUN_TEST(sums_that_no_network_has_are_refused);
  RUN_TEST(every_allocation_that_fails_is_told);
  RUN_TEST(an_allocation_that_fails_leaves_no_folder);
  GREATEST_MAIN_END();
}

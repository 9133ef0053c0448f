/* test_models.c - the static models of the engine, through the public interface: published cases, cases worked by
 * hand, agreement with the textbook versions on random networks, and the theorems that must hold for any network.
 *
 * The engine stops at 1e-10 of each bank's own bound with an error estimate below that; two solutions may so differ
 * by a little more. AGREE leaves a factor 100.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "greatest.h"

#include "spec/spec_case.h"
#include "spec/spec_clearing.h"
#include "spec/spec_debtrank.h"
#include "spec/spec_engine.h"

enum { MOST = 24, NETWORKS = 240 };
static const double AGREE = 1e-8;

static struct engine_folder folder;
static const char *const NO_SETTINGS[] = {NULL};

/* ---- one network of banks ---------------------------------------------------------------------------------------- */

struct banks {
  int n;
  double assets[MOST], external[MOST], liability[MOST * MOST], equity[MOST];
};

static double owed(const struct banks *banks, int i) {
  double sum = banks->external[i];
  for (int j = 0; j < banks->n; j++) sum += banks->liability[i * banks->n + j];
  return sum;
}

static double claims(const struct banks *banks, int i) {
  double sum = 0;
  for (int j = 0; j < banks->n; j++) sum += banks->liability[j * banks->n + i];
  return sum;
}

static struct engine_result clear(const struct banks *banks, const char *model, const char *const *settings,
                                  const char *scenarios) {
  struct engine_banks tables = {banks->n, banks->assets, banks->external, banks->liability, NULL, NULL};
  struct engine_result none = {LS_STATUS_IO, "folder", NULL};
  return engine_write_banks(&folder, &tables) ? engine_run(&folder, model, settings, scenarios) : none;
}

/* Equity given, as for DebtRank. */
static struct engine_result spread(const struct banks *banks, const char *scenarios) {
  struct engine_banks tables = {banks->n, banks->assets, banks->external, banks->liability, banks->equity, NULL};
  struct engine_result none = {LS_STATUS_IO, "folder", NULL};
  return engine_write_banks(&folder, &tables) ? engine_run(&folder, "debtrank-linear", NO_SETTINGS, scenarios) : none;
}

/* Prints where an output differs from what was expected, relative to `scale` (or to 1 where the scale is 0). */
static bool output_is(const struct engine_result *result, int scenario, int n, const char *output,
                      const double *expected, const double *scale, double tolerance) {
  for (int i = 0; i < n; i++) {
    double got = engine_output(result, scenario, i, output), bound = scale && scale[i] > 0 ? scale[i] : 1;
    if (!(fabs(got - expected[i]) <= tolerance * bound)) {
      printf("%s of bank %d is %.17g, expected %.17g (%s)\n", output, i, got, expected[i], result->message);
      return false;
    }
  }
  return true;
}

/* ---- published cases --------------------------------------------------------------------------------------------- */

static void banks_of_case(const json_t *root, const char *assets, struct banks *banks) {
  memset(banks, 0, sizeof *banks);
  banks->n = spec_case_length(root, "inputs/liabilities");
  spec_case_vector(root, assets, banks->assets);
  spec_case_vector(root, "inputs/external_liabilities", banks->external);
  spec_case_matrix(root, "inputs/liabilities", banks->liability);
}

struct published {
  const char *id, *assets, *model, *setting[3], *payments;
  double tolerance;
};

static const struct published PUBLISHED[] = {
    {"en_siebenbrunner3", "inputs/external_assets", "eisenberg-noe", {NULL}, "outputs/payments", 1e-9},
    {"en_zero_liab_absorbing", "inputs/external_assets", "eisenberg-noe", {NULL}, "outputs/payments", 1e-12},
    {"en_chain_n_waves", "inputs/external_assets", "eisenberg-noe", {NULL}, "outputs/payments", 1e-12},
    {"en_slow_cycle", "inputs/external_assets", "eisenberg-noe", {NULL}, "outputs/payments", 1e-8},
    {"en_degenerate_cycle", "inputs/external_assets", "eisenberg-noe", {NULL}, "outputs/greatest", 1e-12},
    {"en_degenerate_cycle", "inputs/external_assets", "eisenberg-noe", {"solution=least"}, "outputs/least", 1e-12},
    {"en_siebenbrunner3", "inputs/external_assets", "rogers-veraart", {NULL}, "outputs/payments", 1e-9},
    {"rv_multiple_fixed_points",
     "inputs/external_assets",
     "rogers-veraart",
     {"alpha=0.5", "beta=0.5"},
     "outputs/greatest",
     1e-9},
    {"rv_multiple_fixed_points",
     "inputs/external_assets",
     "rogers-veraart",
     {"alpha=0.5", "beta=0.5"},
     "outputs/least",
     1e-9},
    {"rv_siebenbrunner3", "inputs/external_assets", "rogers-veraart", {NULL}, "outputs/alpha1_beta1/payments", 1e-9},
    {"rv_siebenbrunner3",
     "inputs/external_assets",
     "rogers-veraart",
     {"alpha=0.4"},
     "outputs/alpha0.4_beta1/payments",
     1e-8},
    {"rv_finnetvalu_iterates", "outputs/a1/external_assets", "eisenberg-noe", {NULL}, "outputs/a1/payments", 1e-9},
    {"rv_finnetvalu_iterates", "outputs/a2/external_assets", "eisenberg-noe", {NULL}, "outputs/a2/payments", 1e-9},
};

static bool case_holds(const struct published *published) {
  const char *settings[4] = {published->setting[0], published->setting[1], published->setting[2], NULL};
  json_t *root = spec_case_load(published->id);
  struct banks banks;
  double expected[MOST], bound[MOST];
  if (!root) return true;
  if (strcmp(published->payments, "outputs/least") == 0 && settings[1]) settings[2] = "solution=least";
  banks_of_case(root, published->assets, &banks);
  spec_case_vector(root, published->payments, expected);
  for (int i = 0; i < banks.n; i++) bound[i] = owed(&banks, i);
  struct engine_result result = clear(&banks, published->model, settings, NULL);
  bool same = output_is(&result, 0, banks.n, "payment", expected, bound, published->tolerance);
  if (!same) printf("case %s, %s\n", published->id, published->payments);
  engine_result_release(&result);
  json_decref(root);
  return same;
}

TEST published_clearing_cases_come_out(void) {
  json_t *present = spec_case_load("en_siebenbrunner3");
  if (!present) SKIPm("cases of ../shared are not here");
  json_decref(present);
  bool all = true;
  for (size_t k = 0; k < sizeof PUBLISHED / sizeof *PUBLISHED; k++) all = case_holds(&PUBLISHED[k]) && all;
  ASSERT(all);
  PASS();
}

/* Relative exposures become debts to lenders with an equity of 1. */
static bool relative_case(const char *id, const char *exposures, const char *expected_path, double tolerance) {
  json_t *root = spec_case_load(id);
  struct banks banks = {.n = 3};
  double exposure[9], shock[3], expected[3];
  char scenarios[256], *at = scenarios;
  spec_case_matrix(root, exposures, exposure), spec_case_vector(root, "inputs/h0", shock);
  spec_case_vector(root, expected_path, expected);
  json_decref(root);
  at += sprintf(at, "scenario,target,variable,value\n");
  for (int i = 0; i < 3; i++) {
    banks.equity[i] = 1;
    at += sprintf(at, "s,b%d,equity_loss,%.17g\n", i, shock[i]);
    for (int j = 0; j < 3; j++) banks.liability[j * 3 + i] = exposure[i * 3 + j];
  }
  struct engine_result result = spread(&banks, scenarios);
  bool same = output_is(&result, 0, 3, "distress", expected, NULL, tolerance);
  engine_result_release(&result);
  return same;
}

TEST published_debtrank_cases_come_out(void) {
  json_t *root = spec_case_load("debtrank_nrm3");
  if (!root) SKIPm("cases of ../shared are not here");
  ASSERT(relative_case("debtrank_ring3", "inputs/Lambda_loss_of_row_from_col", "outputs/linear_h", 1e-10));
  ASSERT(relative_case("spectral_stability3", "inputs/Lambda", "outputs/h", 1e-9));
  static const char *const SHOCK[] = {"b0,default,1", "b1,default,1", "b2,default,1", "*,equity_loss,0.1"};
  static const char *const OUT[] = {"outputs/shock0/linear_h", "outputs/shock1/linear_h", "outputs/shock2/linear_h",
                                    "outputs/shock_all_10pct/linear_h"};
  struct banks banks = {.n = 3};
  double asset[9], expected[3];
  char scenarios[512], *at = scenarios + sprintf(scenarios, "scenario,target,variable,value\n");
  for (int k = 0; k < 4; k++) at += sprintf(at, "s%d,%s\n", k, SHOCK[k]);
  spec_case_matrix(root, "inputs/exposures_asset", asset), spec_case_vector(root, "inputs/buffer", banks.equity);
  for (int k = 0; k < 9; k++) banks.liability[k % 3 * 3 + k / 3] = asset[k];
  struct engine_result result = spread(&banks, scenarios);
  for (int k = 0; k < 4; k++) {
    spec_case_vector(root, OUT[k], expected);
    ASSERT(output_is(&result, k, 3, "distress", expected, NULL, 1e-10));
  }
  engine_result_release(&result);
  json_decref(root);
  PASS();
}

SUITE(published_cases) {
  RUN_TEST(published_clearing_cases_come_out);
  RUN_TEST(published_debtrank_cases_come_out);
}

/* ---- worked by hand ---------------------------------------------------------------------------------------------- */

/* Bank 0 has 3, owes bank 1 6 and others 4: it pays all of 3, of which 1.8 to bank 1, which has 1 and owes others
 * 2: it has 2.8, pays 2 and keeps 0.8. Sum of equity and of payments outside: 0.8 + 1.2 + 2 = 4 = 3 + 1. */
TEST two_banks_share_what_the_first_has(void) {
  struct banks banks = {2, {3, 1}, {4, 2}, {0, 6, 0, 0}, {0}};
  double payment[2] = {3, 2}, equity[2] = {0, 0.8}, shortfall[2] = {7, 0}, fails[2] = {1, 0};
  struct engine_result result = clear(&banks, "eisenberg-noe", NO_SETTINGS, NULL);
  ASSERT(output_is(&result, 0, 2, "payment", payment, NULL, 1e-12));
  ASSERT(output_is(&result, 0, 2, "equity", equity, NULL, 1e-12));
  ASSERT(output_is(&result, 0, 2, "shortfall", shortfall, NULL, 1e-12));
  ASSERT(output_is(&result, 0, 2, "default", fails, NULL, 0));
  engine_result_release(&result);
  PASS();
}

/* The same with external creditors first: bank 0 has 3, they are owed 4 and get 3; bank 1 gets nothing, has 1, owes
 * 2. */
TEST senior_external_creditors_leave_the_rest(void) {
  struct banks banks = {2, {3, 1}, {4, 2}, {0, 6, 0, 0}, {0}};
  const char *const senior[] = {"external=senior", NULL};
  double payment[2] = {3, 1}, fails[2] = {1, 1};
  struct engine_result result = clear(&banks, "eisenberg-noe", senior, NULL);
  ASSERT(output_is(&result, 0, 2, "payment", payment, NULL, 1e-12));
  ASSERT(output_is(&result, 0, 2, "default", fails, NULL, 0));
  engine_result_release(&result);
  PASS();
}

/* A ring 0 > 1 > 2 > 0, each owing 10; bank 0 also owes others 5 and has 4, bank 1 has 1, bank 2 has 0. With alpha
 * = 1/2, beta = 4/5: at first 0 has 4 + 10 < 15, so it falls: p0 = 2 + 0.8 p2, of which 2/3 reach bank 1. Bank 1
 * then has 1 + 2/3 p0 < 10, it falls: p1 = 0.5 + 0.8 * 2/3 p0; bank 2 has p1 < 10, it falls: p2 = 0.8 p1. p0 = 2 +
 * 0.64 p1 and p1 = 0.5 + (8/15) p0 give p0 (1 - 0.64 * 8/15) = 2.32, p0 = 2.32 / (1 - 5.12/15). */
TEST three_banks_fall_one_after_the_other_at_a_cost(void) {
  struct banks banks = {3, {4, 1, 0}, {5, 0, 0}, {0, 10, 0, 0, 0, 10, 10, 0, 0}, {0}};
  const char *const costs[] = {"alpha=0.5", "beta=0.8", NULL};
  double p0 = 2.32 / (1 - 5.12 / 15), p1 = 0.5 + 8.0 / 15 * p0;
  double payment[3] = {p0, p1, 0.8 * p1}, fails[3] = {1, 1, 1}, equity[3] = {0};
  struct engine_result result = clear(&banks, "rogers-veraart", costs, NULL);
  ASSERT(output_is(&result, 0, 3, "payment", payment, NULL, 1e-9));
  ASSERT(output_is(&result, 0, 3, "default", fails, NULL, 0));
  ASSERT(output_is(&result, 0, 3, "equity", equity, NULL, 1e-9));
  engine_result_release(&result);
  PASS();
}

/* Thirds do not add up exactly in binary: 1/3 of 1 from each of three banks to bank 3, which owes just 1, is enough. */
TEST a_bank_that_can_just_pay_does_not_fail(void) {
  struct banks banks = {4, {1, 1, 1, 0}, {2.0 / 3, 2.0 / 3, 2.0 / 3, 1}, {0}, {0}};
  const char *const costs[] = {"alpha=0.5", "beta=0.5", NULL};
  double fails[4] = {0}, payment[4] = {1, 1, 1, 1};
  for (int i = 0; i < 3; i++) banks.liability[i * 4 + 3] = 1.0 / 3;
  struct engine_result result = clear(&banks, "rogers-veraart", costs, NULL);
  ASSERT(output_is(&result, 0, 4, "default", fails, NULL, 0));
  ASSERT(output_is(&result, 0, 4, "payment", payment, NULL, 1e-12));
  engine_result_release(&result);
  PASS();
}

TEST banks_without_links_or_debts_pay_nothing(void) {
  struct banks one = {1, {5}, {0}, {0}, {0}}, alone = {1, {5}, {8}, {0}, {0}}, two = {2, {0, 3}, {0, 0}, {0}, {0}};
  double nothing[2] = {0}, five[1] = {5}, fails[1] = {1};
  struct engine_result result = clear(&one, "eisenberg-noe", NO_SETTINGS, NULL);
  ASSERT(output_is(&result, 0, 1, "payment", nothing, NULL, 0) &&
         output_is(&result, 0, 1, "default", nothing, NULL, 0));
  ASSERT(output_is(&result, 0, 1, "equity", five, NULL, 0));
  engine_result_release(&result);
  result = clear(&alone, "eisenberg-noe", NO_SETTINGS, NULL);
  ASSERT(output_is(&result, 0, 1, "payment", five, NULL, 1e-12) && output_is(&result, 0, 1, "default", fails, NULL, 0));
  engine_result_release(&result);
  result = clear(&two, "rogers-veraart", NO_SETTINGS, NULL);
  ASSERT(output_is(&result, 0, 2, "payment", nothing, NULL, 0) &&
         output_is(&result, 0, 2, "default", nothing, NULL, 0));
  engine_result_release(&result);
  PASS();
}

/* Lender 0 (equity 10) is owed 5 by 1 (equity 4), which is owed 2 by 0. Shock: 1 loses half. h1 = 0.5, then 0 loses
 * 5/10 * 0.5 = 0.25, 1 loses 2/4 * 0.25 = 0.125 more, 0 then 0.0625 more, ...: each round a quarter of the last.
 * h0 = 0.25 / (1 - 1/4) = 1/3, h1 = 0.5 + 0.125 / (1 - 1/4) = 2/3. */
TEST distress_goes_to_and_fro_between_two_banks(void) {
  struct banks banks = {2, {0}, {0}, {0, 2, 5, 0}, {10, 4}};
  banks.liability[1] = 2, banks.liability[2] = 5;
  double distress[2] = {1.0 / 3, 2.0 / 3}, none[2] = {0};
  struct engine_result result = spread(&banks, "scenario,target,variable,value\ns,b1,equity_loss,0.5\n");
  ASSERT(output_is(&result, 0, 2, "distress", distress, NULL, 1e-9));
  ASSERT(output_is(&result, 0, 2, "default", none, NULL, 0));
  engine_result_release(&result);
  result = spread(&banks, NULL);
  ASSERT(output_is(&result, 0, 2, "distress", none, NULL, 0));
  engine_result_release(&result);
  PASS();
}

/* Equity 10 loses a fifth by itself (2) and a quarter of external assets of 12 (3): half of it. */
TEST losses_of_equity_and_of_assets_add_up_to_the_first_distress(void) {
  struct banks banks = {1, {12}, {0}, {0}, {10}};
  double half[1] = {0.5};
  struct engine_result result =
      spread(&banks, "scenario,target,variable,value\ns,b0,equity_loss,0.2\ns,b0,external_assets_loss,0.25\n");
  ASSERT(output_is(&result, 0, 1, "distress", half, NULL, 1e-14));
  engine_result_release(&result);
  PASS();
}

/* Bank 0 with an equity of 0 falls with its first loss; bank 1, below 0, is down from the start and so takes 0
 * along. */
TEST banks_without_equity_fall_first(void) {
  struct banks banks = {3, {0}, {0}, {0}, {0, -1, 5}};
  double down[3] = {0, 1, 0}, all[3] = {1, 1, 0.2};
  banks.liability[0 * 3 + 2] = 1;
  struct engine_result result = spread(&banks, NULL);
  ASSERT(output_is(&result, 0, 3, "distress", down, NULL, 0));
  engine_result_release(&result);
  banks.liability[1 * 3 + 0] = 1;
  result = spread(&banks, NULL);
  ASSERT(output_is(&result, 0, 3, "distress", all, NULL, 1e-12));
  engine_result_release(&result);
  PASS();
}

SUITE(by_hand) {
  RUN_TEST(two_banks_share_what_the_first_has);
  RUN_TEST(senior_external_creditors_leave_the_rest);
  RUN_TEST(three_banks_fall_one_after_the_other_at_a_cost);
  RUN_TEST(a_bank_that_can_just_pay_does_not_fail);
  RUN_TEST(banks_without_links_or_debts_pay_nothing);
  RUN_TEST(distress_goes_to_and_fro_between_two_banks);
  RUN_TEST(losses_of_equity_and_of_assets_add_up_to_the_first_distress);
  RUN_TEST(banks_without_equity_fall_first);
}

/* ---- random networks --------------------------------------------------------------------------------------------- */

/* By turns sparse, dense, core and periphery, a ring, whole numbers (ties). */
static bool linked(struct engine_random *random, int kind, int n, int i, int j) {
  int core = n / 4 + 1;
  switch (kind) {
    case 0:
      return random_chance(random, 1.5 / n);
    case 1:
      return random_chance(random, 0.9);
    case 2:
      return (i < core && j < core) || (i < core || j < core ? random_chance(random, 0.2) : false);
    case 3:
      return j == (i + 1) % n;
    default:
      return random_chance(random, 0.4);
  }
}

static void draw_banks(struct engine_random *random, int number, struct banks *banks) {
  int kind = number % 5, n = 1 + random_below(random, MOST - 4);
  memset(banks, 0, sizeof *banks);
  banks->n = n;
  for (int i = 0; i < n; i++) {
    bool owes = !random_chance(random, 0.1); /* some rows are all zero */
    for (int j = 0; owes && j < n; j++)
      if (i != j && linked(random, kind, n, i, j))
        banks->liability[i * n + j] = kind == 4 ? 1 + random_below(random, 9) : random_between(random, 0.1, 20);
    banks->external[i] = random_chance(random, 0.3) ? 0
                         : kind == 4                ? random_below(random, 9)
                                                    : random_between(random, 0, 30);
  }
  for (int i = 0; i < n; i++) {
    double cover = random_between(random, 0, 1.3) * owed(banks, i) - 0.8 * claims(banks, i);
    banks->assets[i] = cover > 0 && !random_chance(random, 0.1) ? kind == 4 ? floor(cover) : cover : 0;
    banks->equity[i] = random_between(random, 0.5, 3) * (claims(banks, i) + 0.1);
    if (random_chance(random, 0.05)) banks->equity[i] = random_chance(random, 0.5) ? 0 : -1;
  }
}

/* Payments and defaults of one run against the textbook; defaults only where a bank is not on the edge. */
static bool agrees(const struct banks *banks, const struct spec_clearing *problem, bool least, const char *model,
                   const char *const *settings, const char *scenarios) {
  struct spec_clearing_result expected;
  double bound[MOST];
  spec_clearing_result_create(banks->n, &expected);
  if (least)
    spec_clearing_least(problem, &expected);
  else
    spec_clearing_greatest(problem, &expected);
  for (int i = 0; i < banks->n; i++) bound[i] = owed(banks, i) + banks->assets[i] + claims(banks, i);
  struct engine_result result = clear(banks, model, settings, scenarios);
  bool same = output_is(&result, 0, banks->n, "payment", expected.payment, bound, AGREE) &&
              output_is(&result, 0, banks->n, "equity", expected.equity, bound, AGREE);
  for (int i = 0; same && i < banks->n; i++) {
    bool clear_cut = owed(banks, i) - expected.payment[i] > AGREE * bound[i] || expected.equity[i] > AGREE * bound[i];
    if (clear_cut && (engine_output(&result, 0, i, "default") != 0) != expected.defaulted[i]) {
      printf("default of bank %d of %d differs\n", i, banks->n);
      same = false;
    }
  }
  engine_result_release(&result);
  spec_clearing_result_free(&expected);
  return same;
}

TEST clearing_agrees_with_the_textbook_on_random_networks(void) {
  struct engine_random random = {11};
  struct banks banks;
  for (int number = 0; number < NETWORKS; number++) {
    char alpha[40], beta[40], scenarios[4096], *at = scenarios;
    double loss[MOST], left[MOST];
    draw_banks(&random, number, &banks);
    double a = random_between(&random, 0.1, 1), b = random_between(&random, 0.1, 1);
    snprintf(alpha, sizeof alpha, "alpha=%.17g", a), snprintf(beta, sizeof beta, "beta=%.17g", b);
    at += sprintf(at, "scenario,target,variable,value\n");
    for (int i = 0; i < banks.n; i++) {
      loss[i] = number % 3 == 0 ? 0 : random_unit(&random) / 2;
      left[i] = banks.assets[i] * (1 - loss[i]);
      at += sprintf(at, "s,b%d,external_assets_loss,%.17g\n", i, loss[i]);
    }
    struct spec_clearing plain = {banks.n, left, banks.liability, banks.external, 1, 1, number % 4 == 3};
    struct spec_clearing costly = {banks.n, left, banks.liability, banks.external, a, b, number % 4 == 3};
    const char *const senior = number % 4 == 3 ? "external=senior" : "external=equal";
    bool least = number % 5 == 4;
    const char *const order = least ? "solution=least" : "solution=greatest";
    const char *const plain_set[] = {order, number % 4 == 3 ? senior : NULL, NULL};
    const char *const costly_set[] = {alpha, beta, order, number % 4 == 3 ? senior : NULL, NULL};
    if (!agrees(&banks, &plain, least, "eisenberg-noe", plain_set, scenarios) ||
        !agrees(&banks, &costly, least, "rogers-veraart", costly_set, scenarios)) {
      printf("network %d\n", number);
      FAILm("engine and textbook differ");
    }
  }
  PASS();
}

TEST linear_debtrank_agrees_with_the_textbook_on_random_networks(void) {
  struct engine_random random = {12};
  struct banks banks;
  for (int number = 0; number < NETWORKS; number++) {
    char scenarios[4096], *at = scenarios;
    double shock[MOST], expected[MOST];
    draw_banks(&random, number, &banks);
    at += sprintf(at, "scenario,target,variable,value\n");
    for (int i = 0; i < banks.n; i++) {
      shock[i] = banks.equity[i] == 0 || random_chance(&random, 0.5) ? 0 : random_unit(&random);
      if (shock[i] > 0) at += sprintf(at, "s,b%d,equity_loss,%.17g\n", i, shock[i]);
    }
    if (at == scenarios + 31) at += sprintf(at, "s,b0,equity_loss,0\n");
    spec_debtrank_linear_network(banks.n, banks.liability, banks.equity, shock, expected);
    struct engine_result result = spread(&banks, scenarios);
    bool same = output_is(&result, 0, banks.n, "distress", expected, NULL, 1e-7);
    engine_result_release(&result);
    if (!same) printf("network %d of %d banks\n", number, banks.n);
    ASSERT(same);
  }
  PASS();
}

SUITE(random_networks) {
  RUN_TEST(clearing_agrees_with_the_textbook_on_random_networks);
  RUN_TEST(linear_debtrank_agrees_with_the_textbook_on_random_networks);
}

/* ---- theorems ---------------------------------------------------------------------------------------------------- */

/* What came in equals what is kept and what went outside; nothing is made or lost. */
TEST clearing_conserves_money(void) {
  struct engine_random random = {21};
  struct banks banks;
  for (int number = 0; number < 100; number++) {
    double in = 0, out = 0;
    draw_banks(&random, number, &banks);
    struct engine_result result = clear(&banks, "eisenberg-noe", NO_SETTINGS, NULL);
    for (int i = 0; i < banks.n; i++) {
      double due = owed(&banks, i);
      in += banks.assets[i], out += engine_output(&result, 0, i, "equity");
      if (due > 0) out += engine_output(&result, 0, i, "payment") * banks.external[i] / due;
    }
    engine_result_release(&result);
    ASSERT_IN_RANGE(in, out, AGREE * (in + 1));
  }
  PASS();
}

TEST smaller_assets_never_raise_a_payment(void) {
  struct engine_random random = {22};
  struct banks banks;
  for (int number = 0; number < 60; number++) {
    draw_banks(&random, number, &banks);
    const char *const settings[] = {number % 2 ? "alpha=0.7" : "alpha=1", number % 2 ? "beta=0.6" : "beta=1", NULL};
    struct engine_result result =
        clear(&banks, "rogers-veraart", settings,
              "scenario,target,variable,value\na,*,external_assets_loss,0\nb,*,external_assets_loss,0.2\n"
              "c,*,external_assets_loss,0.2\nc,b0,external_assets_loss,0.9\nd,*,external_assets_loss,1\n");
    for (int s = 1; s < 4; s++)
      for (int i = 0; i < banks.n; i++) {
        double before = engine_output(&result, s - 1, i, "payment"), after = engine_output(&result, s, i, "payment");
        ASSERT(after <= before + AGREE * (owed(&banks, i) + 1));
      }
    engine_result_release(&result);
  }
  PASS();
}

TEST the_unit_of_money_does_not_matter(void) {
  struct engine_random random = {23};
  struct banks banks;
  for (int number = 0; number < 60; number++) {
    double payment[MOST], bound[MOST], unit = number % 2 ? 1e9 : 1e-9;
    draw_banks(&random, number, &banks);
    struct engine_result result = clear(&banks, "eisenberg-noe", NO_SETTINGS, NULL);
    for (int i = 0; i < banks.n; i++) {
      payment[i] = unit * engine_output(&result, 0, i, "payment");
      bound[i] = unit * (owed(&banks, i) + 1);
      banks.assets[i] *= unit, banks.external[i] *= unit;
    }
    engine_result_release(&result);
    for (int k = 0; k < banks.n * banks.n; k++) banks.liability[k] *= unit;
    result = clear(&banks, "eisenberg-noe", NO_SETTINGS, NULL);
    ASSERT(output_is(&result, 0, banks.n, "payment", payment, bound, AGREE));
    engine_result_release(&result);
  }
  PASS();
}

TEST the_order_of_banks_does_not_matter(void) {
  struct engine_random random = {24};
  struct banks banks;
  for (int number = 0; number < 60; number++) {
    int order[MOST];
    double expected[MOST], bound[MOST];
    draw_banks(&random, number, &banks);
    struct engine_result result = clear(&banks, "eisenberg-noe", NO_SETTINGS, NULL);
    for (int k = 0; k < banks.n; k++) {
      order[k] = banks.n - 1 - k;
      expected[k] = engine_output(&result, 0, order[k], "payment"), bound[k] = owed(&banks, order[k]) + 1;
    }
    engine_result_release(&result);
    struct engine_banks tables = {banks.n, banks.assets, banks.external, banks.liability, NULL, order};
    ASSERT(engine_write_banks(&folder, &tables));
    result = engine_run(&folder, "eisenberg-noe", NO_SETTINGS, NULL);
    ASSERT(output_is(&result, 0, banks.n, "payment", expected, bound, AGREE));
    engine_result_release(&result);
  }
  PASS();
}

TEST without_costs_rogers_veraart_is_eisenberg_noe(void) {
  struct engine_random random = {25};
  struct banks banks;
  for (int number = 0; number < 60; number++) {
    double payment[MOST], bound[MOST];
    draw_banks(&random, number, &banks);
    struct engine_result result = clear(&banks, "eisenberg-noe", NO_SETTINGS, NULL);
    for (int i = 0; i < banks.n; i++)
      payment[i] = engine_output(&result, 0, i, "payment"), bound[i] = owed(&banks, i) + 1;
    engine_result_release(&result);
    const char *const settings[] = {"alpha=1", "beta=1", NULL};
    result = clear(&banks, "rogers-veraart", settings, NULL);
    ASSERT(output_is(&result, 0, banks.n, "payment", payment, bound, AGREE));
    engine_result_release(&result);
  }
  PASS();
}

/* The greatest solution is above the least, and both leave the same equity where there are no costs. */
TEST greatest_clearing_is_never_below_the_least(void) {
  struct engine_random random = {26};
  struct banks banks;
  for (int number = 0; number < 60; number++) {
    double payment[MOST], equity[MOST], bound[MOST];
    bool costly = number % 2;
    draw_banks(&random, number, &banks);
    const char *const greatest[] = {costly ? "alpha=0.6" : "alpha=1", costly ? "beta=0.6" : "beta=1", NULL};
    const char *const least[] = {greatest[0], greatest[1], "solution=least", NULL};
    struct engine_result result = clear(&banks, "rogers-veraart", greatest, NULL);
    for (int i = 0; i < banks.n; i++) {
      payment[i] = engine_output(&result, 0, i, "payment"), equity[i] = engine_output(&result, 0, i, "equity");
      bound[i] = owed(&banks, i) + banks.assets[i] + claims(&banks, i) + 1;
    }
    engine_result_release(&result);
    result = clear(&banks, "rogers-veraart", least, NULL);
    for (int i = 0; i < banks.n; i++) ASSERT(engine_output(&result, 0, i, "payment") <= payment[i] + AGREE * bound[i]);
    ASSERT(costly || output_is(&result, 0, banks.n, "equity", equity, bound, AGREE));
    engine_result_release(&result);
  }
  PASS();
}

TEST distress_lies_between_shock_and_one_and_grows_with_it(void) {
  struct engine_random random = {27};
  struct banks banks;
  for (int number = 0; number < 100; number++) {
    draw_banks(&random, number, &banks);
    struct engine_result result = spread(&banks, "scenario,target,variable,value\nsmall,*,equity_loss,0.01\n"
                                                 "large,*,equity_loss,0.3\nall,*,default,1\n");
    for (int i = 0; i < banks.n; i++) {
      double small = engine_output(&result, 0, i, "distress"), large = engine_output(&result, 1, i, "distress");
      ASSERT(banks.equity[i] == 0 || (small >= 0.01 && large >= 0.3));
      ASSERT(small >= 0 && small <= 1);
      ASSERT(large >= 0 && large <= 1 && large >= small - 1e-9);
      ASSERT_EQ(1.0, engine_output(&result, 2, i, "distress"));
    }
    engine_result_release(&result);
  }
  PASS();
}

/* Where no cap binds, (I - Lambda) h = shock. */
TEST mild_distress_solves_the_linear_system(void) {
  struct engine_random random = {28};
  struct banks banks;
  for (int number = 0; number < 100; number++) {
    double matrix[MOST * MOST], h[MOST];
    draw_banks(&random, number, &banks);
    int n = banks.n;
    for (int i = 0; i < n; i++) {
      banks.equity[i] = 2 * claims(&banks, i) + 1, h[i] = 0.1;
      for (int j = 0; j < n; j++) matrix[i * n + j] = (i == j) - banks.liability[j * n + i] / banks.equity[i];
    }
    ASSERT(spec_solve(n, matrix, h));
    struct engine_result result = spread(&banks, "scenario,target,variable,value\ns,*,equity_loss,0.1\n");
    ASSERT(output_is(&result, 0, n, "distress", h, NULL, AGREE));
    engine_result_release(&result);
  }
  PASS();
}

SUITE(theorems) {
  RUN_TEST(clearing_conserves_money);
  RUN_TEST(smaller_assets_never_raise_a_payment);
  RUN_TEST(the_unit_of_money_does_not_matter);
  RUN_TEST(the_order_of_banks_does_not_matter);
  RUN_TEST(without_costs_rogers_veraart_is_eisenberg_noe);
  RUN_TEST(greatest_clearing_is_never_below_the_least);
  RUN_TEST(distress_lies_between_shock_and_one_and_grows_with_it);
  RUN_TEST(mild_distress_solves_the_linear_system);
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  if (!engine_folder_open(&folder)) return 1;
  RUN_SUITE(published_cases);
  RUN_SUITE(by_hand);
  RUN_SUITE(random_networks);
  RUN_SUITE(theorems);
  engine_folder_close(&folder);
  GREATEST_MAIN_END();
}

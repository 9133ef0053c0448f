/* test_debtrank.c - debtrank and debtrank-nonlinear through the public interface: published cases, cases worked by
 * hand, agreement with the textbook versions on random networks, and what must hold for any network, beside
 * debtrank-linear and furfine.
 *
 * The original model ends exactly: EXACT leaves room for sums taken in another order. The others stop at 1e-10 of
 * distress with an error estimate below that; AGREE leaves a factor 100, as in test_models.c. The textbook's own sums
 * of up to two million steps and networks next to a threshold take TEXTBOOK.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "greatest.h"

#include "spec/spec_case.h"
#include "spec/spec_debtrank.h"
#include "spec/spec_engine.h"
#include "support.h"

enum { MOST = 24, NETWORKS = 240, TEXT = 8192 };
static const double EXACT = 1e-13, AGREE = 1e-8, TEXTBOOK = 1e-7;

static struct engine_folder folder;
static const char *const HEADER = "scenario,target,variable,value\n";

/* ---- networks and runs ------------------------------------------------------------------------------------------- */

struct banks {
  int n;
  double liability[MOST * MOST], equity[MOST];
};

static struct engine_result spread(const struct banks *banks, const char *model, const char *setting,
                                   const char *scenarios) {
  struct engine_banks tables = {banks->n, NULL, NULL, banks->liability, banks->equity, NULL};
  struct engine_result none = {LS_STATUS_IO, "folder", NULL};
  const char *const settings[] = {setting, NULL};
  return engine_write_banks(&folder, &tables) ? engine_run(&folder, model, settings, scenarios) : none;
}

static char *add_shocks(char *at, const char *name, int n, const double *shock) {
  for (int i = 0; i < n; i++) at += sprintf(at, "%s,b%d,equity_loss,%.17g\n", name, i, shock[i]);
  return at;
}

/* Distress of one scenario of losses of equity; false where there is none. */
static bool distress_of(const struct banks *banks, const char *model, const char *setting, const double *shock,
                        double *distress) {
  char scenarios[TEXT];
  add_shocks(scenarios + sprintf(scenarios, "%s", HEADER), "s", banks->n, shock);
  struct engine_result result = spread(banks, model, setting, scenarios);
  bool done = result.status == LS_STATUS_OK && engine_scenario_number(&result, 0, "converged") > 0;
  for (int i = 0; i < banks->n; i++) distress[i] = engine_output(&result, 0, i, "distress");
  if (!done) printf("%s: %s\n", model, result.message);
  engine_result_release(&result);
  return done;
}

static bool alike(int n, const double *got, const double *expected, double tolerance, const char *what) {
  for (int i = 0; i < n; i++)
    if (!(fabs(got[i] - expected[i]) <= tolerance)) {
      printf("%s: distress of bank %d is %.17g, expected %.17g\n", what, i, got[i], expected[i]);
      return false;
    }
  return true;
}

static bool not_above(int n, const double *lower, const double *upper, double tolerance, const char *what) {
  for (int i = 0; i < n; i++)
    if (!(lower[i] <= upper[i] + tolerance)) {
      printf("%s: bank %d has %.17g and %.17g\n", what, i, lower[i], upper[i]);
      return false;
    }
  return true;
}

/* Exposures relative to an equity of 1. */
static struct banks relative(int n, const double *exposure) {
  struct banks banks = {.n = n};
  for (int i = 0; i < n; i++) {
    banks.equity[i] = 1;
    for (int j = 0; j < n; j++) banks.liability[j * n + i] = exposure[i * n + j];
  }
  return banks;
}

/* By turns sparse, dense, core and periphery, a ring, whole numbers (ties). */
static bool linked(struct engine_random *random, int kind, int n, int i, int j) {
  int core = n / 4 + 1;
  if (kind == 0) return random_chance(random, 1.5 / n);
  if (kind == 1) return random_chance(random, 0.9);
  if (kind == 2) return (i < core && j < core) || ((i < core || j < core) && random_chance(random, 0.2));
  if (kind == 3) return j == (i + 1) % n;
  return random_chance(random, 0.4);
}

/* Some owe nothing; equity is from far below to far above what was lent, with `poor` sometimes 0 or below. */
static struct banks draw_banks(struct engine_random *random, int number, bool poor) {
  int kind = number % 5, n = 1 + random_below(random, MOST - 4);
  struct banks banks = {.n = n};
  for (int i = 0; i < n; i++) {
    bool owes = !random_chance(random, 0.1);
    for (int j = 0; owes && j < n; j++)
      if (i != j && linked(random, kind, n, i, j))
        banks.liability[i * n + j] = kind == 4 ? 1 + random_below(random, 9) : random_between(random, 0.1, 20);
  }
  double thinnest = random_between(random, 0.3, 2);
  for (int i = 0; i < n; i++) {
    double lent = 0;
    for (int j = 0; j < n; j++) lent += banks.liability[j * n + i];
    banks.equity[i] = random_between(random, thinnest, 3) * (lent + 0.1);
    if (kind == 4) banks.equity[i] = 1 + floor(banks.equity[i]);
    if (poor && random_chance(random, 0.05)) banks.equity[i] = random_chance(random, 0.5) ? 0 : -1;
  }
  return banks;
}

static void draw_shock(struct engine_random *random, const struct banks *banks, double *shock) {
  double most = random_chance(random, 0.5) ? 0.1 : 1;
  for (int i = 0; i < banks->n; i++)
    shock[i] = banks->equity[i] == 0 || random_chance(random, 0.6) ? 0 : most * random_unit(random);
}

/* ---- published cases --------------------------------------------------------------------------------------------- */

struct kind {
  const char *model, *setting, *outputs;
  double alpha; /* below 0: the original */
};

/* The original model needs no tolerance; 1e-15 takes the others to the last digits. */
static const struct kind RING[] = {{"debtrank", NULL, "outputs/original_h", -1},
                                   {"debtrank-nonlinear", "alpha=0", "outputs/nonlinear/alpha0/h", 0},
                                   {"debtrank-nonlinear", "alpha=1", "outputs/nonlinear/alpha1/h", 1},
                                   {"debtrank-nonlinear", "alpha=4", "outputs/nonlinear/alpha4/h", 4}};

static void textbook(int n, const double *exposure, const double *shock, double alpha, double *distress) {
  if (alpha < 0)
    spec_debtrank_original(n, exposure, shock, distress);
  else
    spec_debtrank_nonlinear(n, exposure, shock, alpha, distress);
}

static bool ring_holds(const json_t *root, const struct kind *kind) {
  double exposure[9], shock[3], expected[3], got[3];
  char scenarios[TEXT];
  spec_case_matrix(root, "inputs/Lambda_loss_of_row_from_col", exposure), spec_case_vector(root, "inputs/h0", shock);
  spec_case_vector(root, kind->outputs, expected);
  textbook(3, exposure, shock, kind->alpha, got);
  bool same = alike(3, got, expected, 1e-12, "textbook of the ring");
  struct banks banks = relative(3, exposure);
  struct engine_banks tables = {3, NULL, NULL, banks.liability, banks.equity, NULL};
  const char *const settings[] = {"tolerance=1e-14", kind->setting, NULL};
  add_shocks(scenarios + sprintf(scenarios, "%s", HEADER), "s", 3, shock);
  if (!engine_write_banks(&folder, &tables)) return false;
  struct engine_result result = engine_run(&folder, kind->model, settings, scenarios);
  for (int i = 0; i < 3; i++) got[i] = engine_output(&result, 0, i, "distress");
  engine_result_release(&result);
  return alike(3, got, expected, 1e-12, kind->outputs) && same;
}

TEST distress_goes_round_a_ring_as_published(void) {
  json_t *root = spec_case_load("debtrank_ring3");
  if (!root) SKIPm("cases of ../shared are not here");
  bool same = true;
  for (size_t k = 0; k < sizeof RING / sizeof *RING; k++) same = ring_holds(root, &RING[k]) && same;
  ASSERT_EQ(3.0, spec_case_number(root, "outputs/original_steps"));
  json_decref(root);
  ASSERT(same);
  PASS();
}

/* Impacts are capped at 1, as in the case's notes; the package that printed the inputs does not cap. */
TEST original_debtrank_spreads_through_the_package_example(void) {
  json_t *root = spec_case_load("debtrank_nrm3");
  if (!root) SKIPm("cases of ../shared are not here");
  double asset[9], expected[3], got[3], exposure[9];
  struct banks banks = {.n = 3};
  bool same = true;
  spec_case_matrix(root, "inputs/exposures_asset", asset), spec_case_vector(root, "inputs/buffer", banks.equity);
  for (int k = 0; k < 9; k++) banks.liability[k % 3 * 3 + k / 3] = asset[k];
  for (int run = 0; run < 4; run++) {
    char path[64];
    double shock[3] = {run == 3 ? 0.1 : run == 0, run == 3 ? 0.1 : run == 1, run == 3 ? 0.1 : run == 2};
    snprintf(path, sizeof path, run < 3 ? "outputs/shock%d/original_h" : "outputs/shock_all_10pct/original_h", run);
    spec_case_vector(root, path, expected);
    same = distress_of(&banks, "debtrank", NULL, shock, got) && alike(3, got, expected, 1e-12, path) && same;
    spec_debtrank_exposures(3, banks.liability, banks.equity, shock, exposure);
    spec_debtrank_original(3, exposure, shock, got);
    same = alike(3, got, expected, 1e-12, "textbook") && same;
  }
  json_decref(root);
  ASSERT(same);
  PASS();
}

/* The radius is 0.753: with all exposures a third larger and more, distress grows until caps hold it. At alpha = 1
 * small distress needs e times that. */
TEST larger_exposures_amplify_until_caps_hold(void) {
  json_t *root = spec_case_load("spectral_stability3");
  if (!root) SKIPm("cases of ../shared are not here");
  static const double LARGER[] = {1, 1.2, 1.4, 2, 4, 8};
  double exposure[9], larger[9], shock[3], linear[3], got[3], expected[3], before[3][3] = {{0}};
  spec_case_matrix(root, "inputs/Lambda", exposure), spec_case_vector(root, "inputs/h0", shock);
  json_decref(root);
  for (size_t step = 0; step < sizeof LARGER / sizeof *LARGER; step++) {
    for (int k = 0; k < 9; k++) larger[k] = LARGER[step] * exposure[k];
    struct banks banks = relative(3, larger);
    ASSERT(distress_of(&banks, "debtrank-linear", NULL, shock, linear));
    for (int k = 0; k < 3; k++) {
      ASSERT(distress_of(&banks, RING[k].model, RING[k].setting, shock, got));
      textbook(3, larger, shock, RING[k].alpha, expected);
      ASSERT(alike(3, got, expected, AGREE, "amplified"));
      ASSERT(not_above(3, got, linear, AGREE, "linear is the most") && not_above(3, before[k], got, AGREE, "grows"));
      memcpy(before[k], got, sizeof got);
    }
    double most = fmax(linear[0], fmax(linear[1], linear[2]));
    ASSERT((LARGER[step] * 0.7532870967705408 > 1) == (most == 1));
    for (int i = 0; i < 3 && LARGER[step] == 8; i++) ASSERT_EQ(1.0, before[2][i]);
    ASSERT(step > 0 || linear[0] < 0.12);
  }
  PASS();
}

SUITE(published_cases) {
  RUN_TEST(distress_goes_round_a_ring_as_published);
  RUN_TEST(original_debtrank_spreads_through_the_package_example);
  RUN_TEST(larger_exposures_amplify_until_caps_hold);
}

/* ---- worked by hand ---------------------------------------------------------------------------------------------- */

/* 0 hangs on 1 for half of its equity, 1 on 0 for all of it. 1 loses 0.4: then 0 has 0.2, then 1 has 0.6, and as 1 has
 * passed on its 0.4 that is all. Four sweeps: 1 begins, 0 begins, nobody begins. */
TEST everyone_passes_distress_on_once(void) {
  const double exposure[4] = {0, 0.5, 1, 0}, shock[2] = {0, 0.4}, expected[2] = {0.2, 0.6};
  char scenarios[TEXT];
  struct banks banks = relative(2, exposure);
  add_shocks(scenarios + sprintf(scenarios, "%s", HEADER), "s", 2, shock);
  struct engine_result result = spread(&banks, "debtrank", NULL, scenarios);
  double got[2] = {engine_output(&result, 0, 0, "distress"), engine_output(&result, 0, 1, "distress")};
  ASSERT(alike(2, got, expected, EXACT, "to and fro"));
  ASSERT_EQ(3.0, engine_scenario_number(&result, 0, "iterations"));
  ASSERT_IN_RANGE(0.8, engine_scenario_number(&result, 0, "system_loss"), EXACT);
  ASSERT_EQ(0.0, engine_scenario_number(&result, 0, "default_count"));
  engine_result_release(&result);
  PASS();
}

/* 2 hangs on 1, 1 on 0, 0 loses all: 1 in all. If 1 has lost 1 % by itself it has passed that on before the rest
 * reaches it. So a larger shock may cost less: a known property of the model, not of linear DebtRank. */
TEST early_distress_may_spare_others(void) {
  const double exposure[9] = {0, 0, 0, 1, 0, 0, 0, 1, 0}, alone[3] = {1, 0, 0}, more[3] = {1, 0.01, 0};
  const double all[3] = {1, 1, 1}, spared[3] = {1, 1, 0.01};
  double got[3];
  struct banks banks = relative(3, exposure);
  ASSERT(distress_of(&banks, "debtrank", NULL, alone, got) && alike(3, got, all, EXACT, "alone"));
  ASSERT(distress_of(&banks, "debtrank", NULL, more, got) && alike(3, got, spared, EXACT, "with more"));
  ASSERT(distress_of(&banks, "debtrank-linear", NULL, more, got) && alike(3, got, all, EXACT, "linear"));
  PASS();
}

/* 1 has lent 0 five times its equity: the impact is 1, not 5. Lent in two classes of 0.8 each it is 1 as well, not 1.6.
 * */
TEST the_impact_of_a_borrower_is_at_most_all(void) {
  const double exposure[4] = {0, 0, 5, 0}, shock[2] = {0.1, 0}, expected[2] = {0.1, 0.1};
  static const char *const ROWS = "debtor,creditor,amount,seniority\nb0,b1,0.8,0\nb0,b1,0.8,1\n";
  double got[2];
  struct banks banks = relative(2, exposure);
  ASSERT(distress_of(&banks, "debtrank", NULL, shock, got) && alike(2, got, expected, EXACT, "five times"));
  ASSERT(support_write_file(folder.path, "liabilities.csv", ROWS));
  const char *const none[] = {NULL};
  struct engine_result result =
      engine_run(&folder, "debtrank", none, "scenario,target,variable,value\ns,b0,equity_loss,0.1\n");
  ASSERT_EQm(result.message, LS_STATUS_OK, result.status);
  ASSERT_IN_RANGE(0.1, engine_output(&result, 0, 1, "distress"), EXACT);
  engine_result_release(&result);
  PASS();
}

/* A chain of layers of ten: everyone hangs with all its equity on each of the layer before. The first loses 1e-30, a
 * layer 1e-30 times 10 to the number of layers before it: far below any tolerance, and not lost. */
TEST the_smallest_distress_is_passed_on(void) {
  struct banks banks = {.n = 21};
  char scenarios[TEXT];
  for (int i = 0; i < 21; i++) banks.equity[i] = 1;
  for (int i = 1; i < 21; i++)
    for (int j = i < 11 ? 0 : 1; j < (i < 11 ? 1 : 11); j++) banks.liability[j * 21 + i] = 1;
  sprintf(scenarios, "%ss,b0,equity_loss,1e-30\n", HEADER);
  struct engine_result result = spread(&banks, "debtrank", "tolerance=0.01", scenarios);
  ASSERT_IN_RANGE(1e-30, engine_output(&result, 0, 10, "distress"), 1e-43);
  ASSERT_IN_RANGE(1e-29, engine_output(&result, 0, 20, "distress"), 1e-42);
  ASSERT_EQ(4.0, engine_scenario_number(&result, 0, "iterations"));
  engine_result_release(&result);
  PASS();
}

/* At the end of a chain a bank without equity falls with its first loss, 1e-40 of its lender's, before any sweep may be
 * the last. */
TEST the_smallest_loss_ruins_who_has_no_equity(void) {
  static const char *const MODEL[] = {"debtrank", "debtrank-linear", "debtrank-nonlinear"};
  struct banks banks = {.n = 20};
  char scenarios[TEXT];
  for (int i = 0; i < 20; i++) {
    banks.equity[i] = i < 18 ? 1 : i == 18 ? 0 : 4;
    if (i > 0) banks.liability[(i - 1) * 20 + i] = i < 19 ? 0.005 : 1;
  }
  sprintf(scenarios, "%ss,b0,equity_loss,0.5\n", HEADER);
  for (int m = 0; m < 6; m++) {
    struct engine_result result = spread(&banks, MODEL[m % 3], m < 3 ? NULL : "max_iterations=2", scenarios);
    ASSERT(engine_output(&result, 0, 17, "distress") < 1e-36);
    ASSERT_EQ(1.0, engine_output(&result, 0, 18, "distress"));
    ASSERT_IN_RANGE(0.25, engine_output(&result, 0, 19, "distress"), EXACT);
    engine_result_release(&result);
  }
  PASS();
}

/* A chain longer than the limit of sweeps is finished all the same. */
TEST a_limit_of_sweeps_does_not_cut_a_chain(void) {
  struct banks banks = {.n = 20};
  char scenarios[TEXT];
  double got[20], expected[20];
  for (int i = 0; i < 20; i++) {
    banks.equity[i] = 1, expected[i] = i == 0 ? 0.5 : expected[i - 1] * 0.75;
    if (i > 0) banks.liability[(i - 1) * 20 + i] = 0.75;
  }
  sprintf(scenarios, "%ss,b0,equity_loss,0.5\n", HEADER);
  struct engine_result result = spread(&banks, "debtrank", "max_iterations=3", scenarios);
  for (int i = 0; i < 20; i++) got[i] = engine_output(&result, 0, i, "distress");
  ASSERT(alike(20, got, expected, EXACT, "chain"));
  ASSERT_EQ(1.0, engine_scenario_number(&result, 0, "converged"));
  engine_result_release(&result);
  PASS();
}

/* 0 has no equity and falls with its first loss; 1, below 0, is down from the start and takes 0 along; 2 hangs on 0 for
 * a fifth of its equity. The baseline is so already. A forced default is a distress of 1; a loss of outside assets that
 * are not there is none. */
TEST banks_without_equity_fall_first(void) {
  static const char *const MODEL[] = {"debtrank", "debtrank-nonlinear"};
  struct banks banks = {3, {0}, {0, -1, 5}};
  const double down[3] = {0, 1, 0}, all[3] = {1, 1, 0.2}, gone[3] = {1, 1, 1};
  for (int m = 0; m < 2; m++) {
    double got[3][3];
    memset(banks.liability, 0, sizeof banks.liability);
    banks.liability[0 * 3 + 2] = 1;
    for (int step = 0; step < 3; step++) {
      if (step == 1) banks.liability[1 * 3 + 0] = 1;
      struct engine_result result =
          spread(&banks, MODEL[m], NULL,
                 step < 2 ? NULL : "scenario,target,variable,value\ns,b2,default,1\ns,b0,external_assets_loss,1\n");
      for (int i = 0; i < 3; i++) got[step][i] = engine_output(&result, 0, i, "distress");
      engine_result_release(&result);
    }
    ASSERT(alike(3, got[0], down, 0, MODEL[m]) && alike(3, got[1], all, EXACT, MODEL[m]));
    ASSERT(alike(3, got[2], gone, 0, MODEL[m]));
  }
  PASS();
}

/* Equity 10, outside assets 12: a fifth of equity and a quarter of assets are (2 + 3) / 10. With no equity at all the
 * loss of any assets is ruin. */
TEST losses_of_equity_and_of_assets_add_up(void) {
  static const char *const MODEL[] = {"debtrank", "debtrank-nonlinear"};
  static const char *const BOTH = "scenario,target,variable,value\ns,b0,equity_loss,0.2\ns,b0,external_assets_loss,0."
                                  "25\ns,b1,external_assets_loss,1e-9\n";
  const double assets[2] = {12, 1}, equity[2] = {10, 0}, liability[4] = {0};
  const char *const none[] = {NULL};
  struct engine_banks tables = {2, assets, NULL, liability, equity, NULL};
  ASSERT(engine_write_banks(&folder, &tables));
  for (int m = 0; m < 2; m++) {
    struct engine_result result = engine_run(&folder, MODEL[m], none, BOTH);
    ASSERT_IN_RANGE(0.5, engine_output(&result, 0, 0, "distress"), EXACT);
    ASSERT_EQ(1.0, engine_output(&result, 0, 1, "distress"));
    ASSERT_EQ(1.0, engine_output(&result, 0, 1, "default"));
    ASSERT_IN_RANGE(5.0, engine_scenario_number(&result, 0, "system_loss"), EXACT);
    engine_result_release(&result);
  }
  PASS();
}

/* 1 hangs on 0 for 0.8 of its equity. 0 loses half: 1 loses 0.8 * 0.5 exp(-0.5 alpha). */
TEST claims_lose_less_than_their_debtor_by_hand(void) {
  const double exposure[4] = {0, 0, 0.8, 0}, shock[2] = {0.5, 0};
  struct banks banks = relative(2, exposure);
  for (int alpha = 0; alpha < 5; alpha++) {
    char setting[32];
    double got[2], expected[2] = {0.5, 0.4 * exp(-0.5 * alpha)};
    sprintf(setting, "alpha=%d", alpha);
    ASSERT(distress_of(&banks, "debtrank-nonlinear", setting, shock, got));
    ASSERT(alike(2, got, expected, 1e-12, setting));
  }
  PASS();
}

/* Two that hang on each other alike, with the same loss: h = g + L h exp(alpha (h - 1)), least solution. For a solution
 * h* the shock is g = h* - L h* exp(alpha (h* - 1)); where that has slope 0 in h* lies the largest that can be borne:
 * there sweeps need ever longer. At a distance of 1e-7 below it Newton's method must have finished them: error
 * sqrt-like, so only to 1e-6. */
TEST distress_next_to_the_largest_that_can_be_borne(void) {
  const double alpha = 1, exposure[4] = {0, 1.2, 1.2, 0};
  double low = 0, high = 1, got[2];
  for (int k = 0; k < 200; k++) {
    double h = (low + high) / 2, slope = 1 - exposure[1] * exp(alpha * (h - 1)) * (1 + alpha * h);
    if (slope > 0)
      low = h;
    else
      high = h;
  }
  const double edge = low - exposure[1] * low * exp(alpha * (low - 1));
  struct banks banks = relative(2, exposure);
  for (int k = 0; k < 2; k++) {
    double h = low - 1e-4, g = k == 0 ? h - exposure[1] * h * exp(alpha * (h - 1)) : edge + 1e-7;
    double shock[2] = {g, g}, expected[2] = {k == 0 ? h : 1, k == 0 ? h : 1};
    ASSERT(distress_of(&banks, "debtrank-nonlinear", "alpha=1", shock, got));
    ASSERT(alike(2, got, expected, k == 0 ? 1e-8 : 0, k == 0 ? "borne" : "not borne"));
  }
  PASS();
}

/* The same with few sweeps, so that steps of Newton's method and along growing distress do all of the work; a radius of
 * 1 exactly and a little above included, which linear DebtRank has to bring to its caps, too. */
TEST few_sweeps_are_finished_exactly(void) {
  static const double EXPOSURE[] = {0.2, 0.9999, 1, 1.0001, 2};
  static const double SHOCK[] = {1e-12, 1e-8, 1e-3, 0.3, 0.99};
  for (int e = 0; e < 5; e++)
    for (int s = 0; s < 5; s++) {
      double exposure[9] = {0, 0, EXPOSURE[e], EXPOSURE[e], 0, 0, 0, EXPOSURE[e], 0}, shock[3] = {SHOCK[s], 0, 0};
      double cube = EXPOSURE[e] * EXPOSURE[e] * EXPOSURE[e], got[3], expected[3];
      struct banks banks = relative(3, exposure);
      ASSERT(distress_of(&banks, "debtrank-linear", "max_iterations=4", shock, got));
      expected[0] = cube < 1 ? fmin(1, shock[0] / (1 - cube)) : 1;
      expected[1] = fmin(1, EXPOSURE[e] * expected[0]), expected[2] = fmin(1, EXPOSURE[e] * expected[1]);
      ASSERT(alike(3, got, expected, AGREE, "linear"));
    }
  PASS();
}

SUITE(by_hand) {
  RUN_TEST(everyone_passes_distress_on_once);
  RUN_TEST(early_distress_may_spare_others);
  RUN_TEST(the_impact_of_a_borrower_is_at_most_all);
  RUN_TEST(the_smallest_distress_is_passed_on);
  RUN_TEST(the_smallest_loss_ruins_who_has_no_equity);
  RUN_TEST(a_limit_of_sweeps_does_not_cut_a_chain);
  RUN_TEST(banks_without_equity_fall_first);
  RUN_TEST(losses_of_equity_and_of_assets_add_up);
  RUN_TEST(claims_lose_less_than_their_debtor_by_hand);
  RUN_TEST(distress_next_to_the_largest_that_can_be_borne);
  RUN_TEST(few_sweeps_are_finished_exactly);
}

/* ---- random networks --------------------------------------------------------------------------------------------- */

static enum greatest_test_res agrees_with_the_textbook(const struct kind *kind, uint64_t seed, double tolerance) {
  struct engine_random random = {seed};
  int gone = 0, between = 0;
  for (int number = 0; number < NETWORKS; number++) {
    struct banks banks = draw_banks(&random, number, true);
    double shock[MOST], got[MOST], expected[MOST], exposure[MOST * MOST];
    draw_shock(&random, &banks, shock);
    ASSERT(distress_of(&banks, kind->model, kind->setting, shock, got));
    spec_debtrank_exposures(banks.n, banks.liability, banks.equity, shock, exposure);
    textbook(banks.n, exposure, shock, kind->alpha, expected);
    ASSERT(alike(banks.n, got, expected, tolerance, kind->model));
    for (int i = 0; i < banks.n; i++) gone += expected[i] == 1, between += expected[i] > 0 && expected[i] < 1;
  }
  ASSERTm("too few at the cap, or too many", gone > NETWORKS / 2 && between > NETWORKS);
  PASS();
}

TEST original_debtrank_agrees_with_the_textbook(void) {
  const struct kind kind = {"debtrank", NULL, NULL, -1};
  return agrees_with_the_textbook(&kind, 61, EXACT);
}

TEST nonlinear_debtrank_agrees_with_the_textbook(void) {
  static const struct kind KIND[] = {{"debtrank-nonlinear", NULL, NULL, 1},
                                     {"debtrank-nonlinear", "alpha=0.3", NULL, 0.3},
                                     {"debtrank-nonlinear", "alpha=7", NULL, 7}};
  for (int k = 0; k < 3; k++) CHECK_CALL(agrees_with_the_textbook(&KIND[k], 62 + (uint64_t)k, TEXTBOOK));
  PASS();
}

/* The same from three sweeps and the exact finish. */
TEST an_exact_finish_agrees_with_the_textbook(void) {
  static const char *const MODEL[] = {"debtrank", "debtrank-linear", "debtrank-nonlinear"};
  static const double ALPHA[] = {-1, 0, 1};
  struct engine_random random = {65};
  for (int number = 0; number < NETWORKS; number++) {
    struct banks banks = draw_banks(&random, number, true);
    double shock[MOST], got[MOST], expected[MOST], exposure[MOST * MOST];
    draw_shock(&random, &banks, shock);
    for (int m = 0; m < 3; m++) {
      double used[MOST];
      ASSERT(distress_of(&banks, MODEL[m], "max_iterations=3", shock, got));
      memcpy(used, shock, sizeof used);
      spec_debtrank_exposures(banks.n, banks.liability, banks.equity, used, exposure);
      textbook(banks.n, exposure, used, ALPHA[m], expected);
      ASSERT(alike(banks.n, got, expected, TEXTBOOK, MODEL[m]));
    }
  }
  PASS();
}

SUITE(random_networks) {
  RUN_TEST(original_debtrank_agrees_with_the_textbook);
  RUN_TEST(nonlinear_debtrank_agrees_with_the_textbook);
  RUN_TEST(an_exact_finish_agrees_with_the_textbook);
}

/* ---- theorems ---------------------------------------------------------------------------------------------------- */

static const struct kind KINDS[] = {{"debtrank", NULL, NULL, -1},
                                    {"debtrank-linear", NULL, NULL, 0},
                                    {"debtrank-nonlinear", "alpha=1", NULL, 1},
                                    {"debtrank-nonlinear", "alpha=5", NULL, 5}};
enum { KIND_COUNT = sizeof KINDS / sizeof *KINDS };

/* In 0..1, at least the shock, and never less with more. For the original model more means larger losses of the same
 * banks. */
TEST distress_lies_between_shock_and_one_and_grows_with_it(void) {
  struct engine_random random = {71};
  for (int number = 0; number < 100; number++) {
    struct banks banks = draw_banks(&random, number, true);
    double small[MOST], large[MOST], less[MOST], more[MOST], one[MOST];
    draw_shock(&random, &banks, small);
    for (int k = 0; k < KIND_COUNT; k++) {
      for (int i = 0; i < banks.n; i++) {
        bool shocked = banks.equity[i] > 0 && (KINDS[k].alpha >= 0 || small[i] > 0);
        large[i] = shocked ? fmin(1, small[i] + 0.3 * random_unit(&random)) : small[i], one[i] = 1;
      }
      ASSERT(distress_of(&banks, KINDS[k].model, KINDS[k].setting, small, less));
      ASSERT(distress_of(&banks, KINDS[k].model, KINDS[k].setting, large, more));
      ASSERT(not_above(banks.n, small, less, 0, "at least the shock") && not_above(banks.n, more, one, 0, "at most 1"));
      ASSERT(not_above(banks.n, less, more, KINDS[k].alpha < 0 ? 0 : AGREE, KINDS[k].model));
    }
  }
  PASS();
}

TEST original_and_nonlinear_never_exceed_linear(void) {
  static const char *const ALPHA[] = {"alpha=0", "alpha=0.5", "alpha=2", "alpha=20", "alpha=1000"};
  struct engine_random random = {72};
  for (int number = 0; number < 100; number++) {
    struct banks banks = draw_banks(&random, number, true);
    double shock[MOST], original[MOST], linear[MOST], before[MOST], got[MOST];
    draw_shock(&random, &banks, shock);
    ASSERT(distress_of(&banks, "debtrank", NULL, shock, original));
    ASSERT(distress_of(&banks, "debtrank-linear", NULL, shock, linear));
    ASSERT(not_above(banks.n, original, linear, AGREE, "original and linear"));
    for (int k = 0; k < 5; k++) {
      ASSERT(distress_of(&banks, "debtrank-nonlinear", ALPHA[k], shock, got));
      ASSERT(k > 0 ? not_above(banks.n, got, before, AGREE, ALPHA[k]) : alike(banks.n, got, linear, 1e-10, "alpha 0"));
      memcpy(before, got, sizeof got);
    }
  }
  PASS();
}

/* Distress of the cascade of defaults: own loss and lost claims, 1 for those who fail; and its largest below 1. */
static bool cascade(const struct banks *banks, const double *shock, double *distress, double *largest) {
  char scenarios[TEXT];
  add_shocks(scenarios + sprintf(scenarios, "%s", HEADER), "s", banks->n, shock);
  struct engine_result result = spread(banks, "furfine", "lgd=1", scenarios);
  *largest = 0;
  for (int i = 0; i < banks->n; i++) {
    bool failed = engine_output(&result, 0, i, "default") > 0;
    distress[i] = failed ? 1 : shock[i] + engine_output(&result, 0, i, "credit_loss") / banks->equity[i];
    if (banks->equity[i] == 0 && !failed) distress[i] = 0;
    if (!failed && distress[i] > *largest) *largest = distress[i];
  }
  bool done = result.status == LS_STATUS_OK;
  engine_result_release(&result);
  return done;
}

/* p(h) is never below the step at 1, so distress is never below the cascade's. At alpha = 1000 claims on a debtor with h of
 * 0.97 lose exp(-30): the same where nobody comes closer to failing. (Without equity any loss is ruin, however small: not
 * drawn.) */
TEST steep_nonlinear_debtrank_is_a_cascade_of_defaults(void) {
  struct engine_random random = {73};
  int compared = 0, failed = 0;
  for (int number = 0; number < NETWORKS; number++) {
    struct banks banks = draw_banks(&random, number, false);
    double shock[MOST], steep[MOST], linear[MOST], threshold[MOST], largest;
    draw_shock(&random, &banks, shock);
    for (int i = 0; i < banks.n; i++) {
      banks.equity[i] *= 0.6;
      if (random_chance(&random, 0.1)) shock[i] = 1;
    }
    ASSERT(cascade(&banks, shock, threshold, &largest));
    ASSERT(distress_of(&banks, "debtrank-linear", NULL, shock, linear));
    ASSERT(distress_of(&banks, "debtrank-nonlinear", "alpha=1000", shock, steep));
    ASSERT(not_above(banks.n, threshold, steep, AGREE, "cascade and steep"));
    ASSERT(not_above(banks.n, threshold, linear, AGREE, "cascade and linear"));
    if (largest > 0.97) continue;
    ASSERT(alike(banks.n, steep, threshold, AGREE, "steep"));
    compared++;
    for (int i = 0; i < banks.n; i++) failed += threshold[i] == 1 && shock[i] < 1;
  }
  ASSERTm("too few for a test", compared > NETWORKS / 3 && failed > 20);
  PASS();
}

TEST the_unit_of_money_does_not_matter(void) {
  struct engine_random random = {74};
  for (int number = 0; number < 60; number++) {
    struct banks banks = draw_banks(&random, number, true);
    double shock[MOST], before[MOST], after[MOST], unit = number % 2 ? 0x1p30 : 0x1p-30;
    draw_shock(&random, &banks, shock);
    struct banks other = banks;
    for (int k = 0; k < banks.n * banks.n; k++) other.liability[k] *= unit;
    for (int i = 0; i < banks.n; i++) other.equity[i] *= unit;
    for (int k = 0; k < KIND_COUNT; k++) {
      ASSERT(distress_of(&banks, KINDS[k].model, KINDS[k].setting, shock, before));
      ASSERT(distress_of(&other, KINDS[k].model, KINDS[k].setting, shock, after));
      ASSERT(alike(banks.n, after, before, EXACT, KINDS[k].model));
    }
  }
  PASS();
}

/* Rows in another order: sums are too, so that bits may differ. */
TEST the_order_of_banks_does_not_matter(void) {
  struct engine_random random = {75};
  for (int number = 0; number < 60; number++) {
    struct banks banks = draw_banks(&random, number, true);
    double shock[MOST], before[MOST], after[MOST];
    int order[MOST];
    char scenarios[TEXT];
    draw_shock(&random, &banks, shock);
    for (int k = 0; k < banks.n; k++) order[k] = banks.n - 1 - k;
    add_shocks(scenarios + sprintf(scenarios, "%s", HEADER), "s", banks.n, shock);
    struct engine_banks tables = {banks.n, NULL, NULL, banks.liability, banks.equity, order};
    for (int k = 0; k < KIND_COUNT; k++) {
      const char *const settings[] = {KINDS[k].setting, NULL};
      ASSERT(distress_of(&banks, KINDS[k].model, KINDS[k].setting, shock, before));
      ASSERT(engine_write_banks(&folder, &tables));
      struct engine_result result = engine_run(&folder, KINDS[k].model, settings, scenarios);
      for (int i = 0; i < banks.n; i++) after[order[i]] = engine_output(&result, 0, i, "distress");
      engine_result_release(&result);
      ASSERT(alike(banks.n, after, before, KINDS[k].alpha < 0 ? EXACT : AGREE, KINDS[k].model));
    }
  }
  PASS();
}

SUITE(theorems) {
  RUN_TEST(distress_lies_between_shock_and_one_and_grows_with_it);
  RUN_TEST(original_and_nonlinear_never_exceed_linear);
  RUN_TEST(steep_nonlinear_debtrank_is_a_cascade_of_defaults);
  RUN_TEST(the_unit_of_money_does_not_matter);
  RUN_TEST(the_order_of_banks_does_not_matter);
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

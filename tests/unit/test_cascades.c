/* test_cascades.c - cascades of defaults (furfine, threshold) and of hoarding (liquidity), through the public interface: worked by
 * hand, against the textbook on random networks, and what the theory says of any network.
 *
 * Sets and waves must be the same, not close: random amounts have no ties, and where amounts are whole numbers and shares
 * halves, ties are exact in binary. Sums of money agree to rounding: 24 terms, each within half a unit in the last place.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "greatest.h"

#include "spec/spec_cascade.h"
#include "spec/spec_case.h"
#include "spec/spec_engine.h"
#include "support.h"

enum { MOST = 24, NETWORKS = 200, FEWER = 60, TEXT = 8192 };
static const double ROUNDING = 24 * 0x1p-53;

static struct engine_folder folder;
static const char *const NO_SETTINGS[] = {NULL};

/* ---- banks and their shocks --------------------------------------------------------------------------------------- */

struct banks {
  int n;
  double liability[MOST * MOST]; /* what i owes j */
  double assets[MOST], equity[MOST];
  double loss[MOST]; /* share of external assets */
  bool forced[MOST];
};

static double claims(const struct banks *banks, int i) {
  double sum = 0;
  for (int j = 0; j < banks->n; j++) sum += banks->liability[j * banks->n + i];
  return sum;
}

/* One scenario `s` with the shocks of these banks. */
static void write_shocks(const struct banks *banks, char text[TEXT]) {
  char *at = text + sprintf(text, "scenario,target,variable,value\ns,b0,default,0\n");
  for (int i = 0; i < banks->n; i++) {
    if (banks->loss[i] > 0) at += sprintf(at, "s,b%d,external_assets_loss,%.17g\n", i, banks->loss[i]);
    if (banks->forced[i]) at += sprintf(at, "s,b%d,default,1\n", i);
  }
}

static struct engine_result run_in_order(const struct banks *banks, const char *model, const char *const *settings,
                                         const int *order, const char *scenarios) {
  struct engine_banks tables = {banks->n, banks->assets, NULL, banks->liability, banks->equity, order};
  struct engine_result none = {LS_STATUS_IO, "folder", NULL};
  return engine_write_banks(&folder, &tables) ? engine_run(&folder, model, settings, scenarios) : none;
}

static struct engine_result run(const struct banks *banks, const char *model, const char *const *settings) {
  char scenarios[TEXT];
  write_shocks(banks, scenarios);
  return run_in_order(banks, model, settings, NULL, scenarios);
}

static int wave_of(const struct engine_result *result, int i) { return (int)engine_output(result, 0, i, "wave"); }

/* Exactly these waves, and the event that goes with them. */
static bool waves_are(const struct engine_result *result, int n, const int *wave, const char *event) {
  bool same = result->status == LS_STATUS_OK;
  for (int i = 0; same && i < n; i++) {
    same = engine_output(result, 0, i, "wave") == wave[i] && engine_output(result, 0, i, event) == (wave[i] >= 0);
    if (!same) printf("bank %d of %d: wave %d, expected %d\n", i, n, wave_of(result, i), wave[i]);
  }
  if (result->status != LS_STATUS_OK) printf("%s\n", result->message);
  return same;
}

/* ---- random networks ---------------------------------------------------------------------------------------------- */

enum { SPARSE, DENSE, CORE_PERIPHERY, RING, WHOLE_NUMBERS, KINDS };

static bool linked(struct engine_random *random, int kind, int n, int i, int j) {
  int core = n / 4 + 1;
  if (kind == SPARSE) return random_chance(random, 1.5 / n);
  if (kind == DENSE) return random_chance(random, 0.9);
  if (kind == CORE_PERIPHERY) return (i < core && j < core) || ((i < core || j < core) && random_chance(random, 0.2));
  if (kind == RING) return j == (i + 1) % n;
  return random_chance(random, 0.4);
}

/* Capital is drawn beside claims, so that cascades come to many ends; one bank in ten owes nothing, some have no capital. */
static void draw_banks(struct engine_random *random, int number, struct banks *banks) {
  int kind = number % KINDS, n = 2 + random_below(random, MOST - 2);
  bool whole = kind == WHOLE_NUMBERS;
  memset(banks, 0, sizeof *banks);
  banks->n = n;
  for (int i = 0; i < n; i++) {
    bool owes = !random_chance(random, 0.1);
    for (int j = 0; owes && j < n; j++)
      if (i != j && linked(random, kind, n, i, j))
        banks->liability[i * n + j] = whole ? 1 + random_below(random, 9) : random_between(random, 0.1, 20);
  }
  for (int i = 0; i < n; i++) {
    double capital = random_between(random, 0.1, 1.2) * claims(banks, i) + 0.1;
    banks->equity[i] = whole ? floor(capital) + 1 : capital;
    if (random_chance(random, 0.05)) banks->equity[i] = random_chance(random, 0.5) ? 0 : -1;
    banks->assets[i] = whole ? random_below(random, 9) : random_between(random, 0, 30);
    if (random_chance(random, 0.3)) banks->loss[i] = whole ? 0.5 : random_between(random, 0, 0.7);
    banks->forced[i] = random_chance(random, 1.5 / n);
  }
}

static double direct_loss(const struct banks *banks, int i) { return banks->loss[i] * banks->assets[i]; }

/* Textbook waves of these banks with this capital. */
static void expect_waves(const struct banks *banks, const double *capital, double lgd, bool tie_survives, int *wave) {
  double direct[MOST];
  for (int i = 0; i < banks->n; i++) direct[i] = direct_loss(banks, i);
  struct spec_cascade problem = {banks->n, banks->liability, capital, direct, banks->forced, lgd, tie_survives};
  spec_cascade_waves(&problem, wave);
}

/* ---- furfine ------------------------------------------------------------------------------------------------------- */

/* 0 owes 1 5 and 2 1; 1 owes 2 3; 2 owes 3 6. 0 is made to fail: 1 loses 5 of 5, a tie, and fails; 2 has then lost 1 + 3 of 4 in
 * all, though neither alone would do, and fails; 3 loses 6 of 7. At half the loss, 1 loses 2.5 and nobody else fails. */
static const struct banks CHAIN = {
    .n = 4, .liability = {[1] = 5, [2] = 1, [6] = 3, [11] = 6}, .equity = {10, 5, 4, 7}, .forced = {true}};

TEST losses_add_up_wave_by_wave(void) {
  const int whole[] = {0, 1, 2, -1}, half[] = {0, -1, -1, -1};
  const double credit[] = {0, 5, 4, 6}, loss[] = {10, 5, 4, 6}, half_credit[] = {0, 2.5, 0.5, 0};
  const char *const at_half[] = {"lgd=0.5", NULL};
  struct engine_result result = run(&CHAIN, "furfine", NO_SETTINGS), milder = run(&CHAIN, "furfine", at_half);
  ASSERT(waves_are(&result, 4, whole, "default") && waves_are(&milder, 4, half, "default"));
  for (int i = 0; i < 4; i++) {
    ASSERT_EQ(credit[i], engine_output(&result, 0, i, "credit_loss"));
    ASSERT_EQ(loss[i], engine_output(&result, 0, i, "loss"));
    ASSERT_EQ(half_credit[i], engine_output(&milder, 0, i, "credit_loss"));
  }
  ASSERT_EQ(25.0, engine_scenario_number(&result, 0, "system_loss"));
  ASSERT_EQ(3.0, engine_scenario_number(&result, 0, "default_count"));
  engine_result_release(&result), engine_result_release(&milder);
  PASS();
}

/* One sweep and no more: the rest is solved at once, and tells the same waves. */
TEST a_limit_of_sweeps_changes_no_wave(void) {
  const int wave[] = {0, 1, 2, -1};
  const char *const one_sweep[] = {"max_iterations=1", NULL};
  struct engine_result result = run(&CHAIN, "furfine", one_sweep);
  ASSERT(waves_are(&result, 4, wave, "default"));
  ASSERT_EQ(1.0, engine_scenario_number(&result, 0, "converged"));
  engine_result_release(&result);
  PASS();
}

/* Bank 0 loses 3 of its 3 by itself; 1 with an equity of 0 fails with its first loss, 2 below 0 from the start; 3 stands. */
TEST banks_without_equity_fail_first(void) {
  struct banks banks = {
      .n = 4, .liability = {[1] = 1, [11] = 2}, .assets = {6}, .equity = {3, 0, -1, 5}, .loss = {0.5}};
  const int wave[] = {0, 1, 0, -1}, before[] = {-1, -1, 0, -1};
  struct engine_result result = run(&banks, "furfine", NO_SETTINGS);
  ASSERT(waves_are(&result, 4, wave, "default"));
  engine_result_release(&result);
  result = run_in_order(&banks, "furfine", NO_SETTINGS, NULL, NULL);
  ASSERT(waves_are(&result, 4, before, "default"));
  for (int i = 0; i < 4; i++) ASSERT_EQ(0.0, engine_output(&result, 0, i, "loss"));
  engine_result_release(&result);
  PASS();
}

/* 0.1 + 0.1 + 0.1 is above 0.3 in binary, by one unit in the last place; it is a tie all the same. */
TEST a_tie_of_decimals_is_a_tie(void) {
  struct banks banks = {.n = 4, .equity = {1, 1, 1, 0.3}, .forced = {true, true, true}};
  const int falls[] = {0, 0, 0, 1}, stands[] = {0, 0, 0, -1};
  const char *const survives[] = {"tie=survives", NULL};
  for (int i = 0; i < 3; i++) banks.liability[i * 4 + 3] = 0.1;
  struct engine_result furfine = run(&banks, "furfine", NO_SETTINGS), same = run(&banks, "threshold", NO_SETTINGS);
  struct engine_result strict = run(&banks, "threshold", survives);
  ASSERT(waves_are(&furfine, 4, falls, "default") && waves_are(&same, 4, falls, "default"));
  ASSERT(waves_are(&strict, 4, stands, "default"));
  engine_result_release(&furfine), engine_result_release(&same), engine_result_release(&strict);
  PASS();
}

/* What the owners of i have left. */
static double left_to(const struct banks *banks, double lgd, const int *wave, int i) {
  struct spec_cascade problem = {.n = banks->n, .liability = banks->liability, .lgd = lgd};
  double lost = direct_loss(banks, i) + spec_cascade_credit_loss(&problem, wave, i);
  return wave[i] >= 0 ? 0 : fmax(banks->equity[i] - lost, 0);
}

/* Credit losses and, against the same banks without a shock, losses. */
static bool money_is(const struct engine_result *result, const struct banks *banks, double lgd, const int *wave) {
  struct spec_cascade problem = {.n = banks->n, .liability = banks->liability, .lgd = lgd};
  struct banks calm = *banks;
  int before[MOST];
  memset(calm.loss, 0, sizeof calm.loss), memset(calm.forced, 0, sizeof calm.forced);
  expect_waves(&calm, calm.equity, lgd, false, before);
  for (int i = 0; i < banks->n; i++) {
    double credit = spec_cascade_credit_loss(&problem, wave, i), scale = claims(banks, i) + banks->assets[i] + 1;
    double loss = left_to(&calm, lgd, before, i) - left_to(banks, lgd, wave, i);
    if (!(fabs(engine_output(result, 0, i, "credit_loss") - credit) <= ROUNDING * scale &&
          fabs(engine_output(result, 0, i, "loss") - loss) <= ROUNDING * scale)) {
      printf("bank %d: loss %.17g, expected %.17g\n", i, engine_output(result, 0, i, "loss"), loss);
      return false;
    }
  }
  return true;
}

TEST furfine_agrees_with_the_textbook_on_random_networks(void) {
  struct engine_random random = {61};
  struct banks banks;
  int late = 0, stand = 0;
  for (int number = 0; number < NETWORKS; number++) {
    int wave[MOST];
    char lgd[40];
    draw_banks(&random, number, &banks);
    double share = number % KINDS == WHOLE_NUMBERS ? 0.5 * (1 + number % 2) : random_unit(&random);
    snprintf(lgd, sizeof lgd, "lgd=%.17g", share);
    const char *const settings[] = {lgd, NULL};
    expect_waves(&banks, banks.equity, share, false, wave);
    struct engine_result result = run(&banks, "furfine", settings);
    ASSERT(waves_are(&result, banks.n, wave, "default"));
    ASSERT(money_is(&result, &banks, share, wave));
    for (int i = 0; i < banks.n; i++) {
      late += wave[i] > 0, stand += wave[i] < 0;
    }
    engine_result_release(&result);
  }
  ASSERTm("too few cascades for a test", late > NETWORKS && stand > NETWORKS);
  PASS();
}

/* Whichever of the banks that must fail does so first, the same have failed in the end. */
TEST the_order_of_failures_does_not_matter(void) {
  struct engine_random random = {62};
  struct banks banks;
  for (int number = 0; number < FEWER; number++) {
    double direct[MOST];
    int order[MOST];
    bool failed[MOST];
    draw_banks(&random, number, &banks);
    for (int i = 0; i < banks.n; i++) direct[i] = direct_loss(&banks, i), order[i] = i;
    struct spec_cascade problem = {banks.n, banks.liability, banks.equity, direct, banks.forced, 1, false};
    struct engine_result result = run(&banks, "furfine", NO_SETTINGS);
    for (int shuffle = 0; shuffle < 3; shuffle++) {
      for (int k = banks.n - 1; k > 0; k--) {
        int other = random_below(&random, k + 1), kept = order[k];
        order[k] = order[other], order[other] = kept;
      }
      spec_cascade_one_by_one(&problem, order, failed);
      for (int i = 0; i < banks.n; i++) ASSERT_EQ((double)failed[i], engine_output(&result, 0, i, "default"));
    }
    engine_result_release(&result);
  }
  PASS();
}

/* The others' failures stay failures where losses are larger, claims are larger or equity is smaller. */
static bool fails_at_least(const struct engine_result *more, const struct engine_result *fewer, int n) {
  for (int i = 0; i < n; i++)
    if (engine_output(more, 0, i, "default") < engine_output(fewer, 0, i, "default")) return false;
  return more->status == LS_STATUS_OK && fewer->status == LS_STATUS_OK;
}

TEST defaults_grow_with_loss_given_default_exposures_and_missing_equity(void) {
  struct engine_random random = {63};
  struct banks banks;
  for (int number = 0; number < FEWER; number++) {
    const char *const low[] = {"lgd=0.3", NULL}, *const high[] = {"lgd=0.6", NULL};
    draw_banks(&random, number, &banks);
    struct engine_result fewer = run(&banks, "furfine", low), more = run(&banks, "furfine", high);
    ASSERT(fails_at_least(&more, &fewer, banks.n));
    engine_result_release(&more);
    struct banks larger = banks, thinner = banks;
    for (int k = 0; k < banks.n * banks.n; k++) larger.liability[k] *= random_between(&random, 1, 2);
    for (int i = 0; i < banks.n; i++) thinner.equity[i] *= banks.equity[i] > 0 ? random_unit(&random) : 1;
    more = run(&larger, "furfine", low);
    ASSERT(fails_at_least(&more, &fewer, banks.n));
    engine_result_release(&more);
    more = run(&thinner, "furfine", low);
    ASSERT(fails_at_least(&more, &fewer, banks.n));
    engine_result_release(&more), engine_result_release(&fewer);
  }
  PASS();
}

/* Waves have no gaps, so there are at most as many as banks; without losses on claims only the seeds fail. */
TEST waves_have_no_gaps_and_none_follows_without_losses_on_claims(void) {
  struct engine_random random = {64};
  struct banks banks;
  const char *const none[] = {"lgd=0", NULL};
  for (int number = 0; number < FEWER; number++) {
    bool seen[MOST + 1] = {false};
    int last = -1;
    draw_banks(&random, number, &banks);
    struct engine_result result = run(&banks, "furfine", NO_SETTINGS), seeds = run(&banks, "furfine", none);
    for (int i = 0; i < banks.n; i++) {
      int wave = wave_of(&result, i);
      if (wave >= 0) seen[wave] = true;
      if (wave > last) last = wave;
      ASSERT(wave_of(&seeds, i) == (wave == 0 ? 0 : -1));
      ASSERT_EQ(0.0, engine_output(&seeds, 0, i, "credit_loss"));
    }
    for (int wave = 0; wave <= last; wave++) ASSERT(seen[wave]);
    ASSERT(engine_scenario_number(&result, 0, "iterations") <= banks.n + 1);
    engine_result_release(&result), engine_result_release(&seeds);
  }
  PASS();
}

TEST without_a_shock_nothing_changes(void) {
  static const char *const MODEL[] = {"furfine", "threshold", "liquidity"};
  struct engine_random random = {65};
  struct banks banks;
  for (int number = 0; number < FEWER; number++) {
    draw_banks(&random, number, &banks);
    for (int m = 0; m < 3; m++) {
      struct engine_result result = run_in_order(&banks, MODEL[m], NO_SETTINGS, NULL, NULL);
      for (int i = 0; i < banks.n; i++) {
        ASSERT_EQ(0.0, engine_output(&result, 0, i, "loss"));
        ASSERT(banks.equity[i] < 0 || m == 2 || wave_of(&result, i) != 0);
      }
      engine_result_release(&result);
    }
  }
  PASS();
}

TEST neither_the_unit_of_money_nor_the_order_of_banks_matters(void) {
  static const char *const MODEL[] = {"furfine", "threshold"};
  struct engine_random random = {66};
  struct banks banks;
  for (int number = 0; number < FEWER; number++) {
    const double unit = number % 2 ? 1e9 : 1e-9;
    const char *model = MODEL[number / KINDS % 2];
    char scenarios[TEXT];
    int order[MOST], wave[MOST];
    draw_banks(&random, number, &banks);
    write_shocks(&banks, scenarios);
    struct engine_result result = run(&banks, model, NO_SETTINGS);
    for (int k = 0; k < banks.n; k++) order[k] = banks.n - 1 - k, wave[k] = wave_of(&result, k);
    engine_result_release(&result);
    result = run_in_order(&banks, model, NO_SETTINGS, order, scenarios);
    for (int k = 0; k < banks.n; k++) ASSERT_EQ(wave[order[k]], wave_of(&result, k));
    engine_result_release(&result);
    for (int k = 0; k < banks.n * banks.n; k++) banks.liability[k] *= unit;
    for (int i = 0; i < banks.n; i++) banks.assets[i] *= unit, banks.equity[i] *= unit;
    result = run(&banks, model, NO_SETTINGS);
    ASSERT(waves_are(&result, banks.n, wave, "default"));
    engine_result_release(&result);
  }
  PASS();
}

SUITE(furfine) {
  RUN_TEST(losses_add_up_wave_by_wave);
  RUN_TEST(a_limit_of_sweeps_changes_no_wave);
  RUN_TEST(banks_without_equity_fail_first);
  RUN_TEST(a_tie_of_decimals_is_a_tie);
  RUN_TEST(furfine_agrees_with_the_textbook_on_random_networks);
  RUN_TEST(the_order_of_failures_does_not_matter);
  RUN_TEST(defaults_grow_with_loss_given_default_exposures_and_missing_equity);
  RUN_TEST(waves_have_no_gaps_and_none_follows_without_losses_on_claims);
  RUN_TEST(without_a_shock_nothing_changes);
  RUN_TEST(neither_the_unit_of_money_nor_the_order_of_banks_matters);
}

/* ---- threshold ------------------------------------------------------------------------------------------------------ */

/* Total assets of 0, 1 and 2: 10, 10 + 5 and 11 + 5. A tenth of them is 1, 1.5 and 1.6: all fail. At a third 1 loses 5 of 5, the
 * tie, and 2 then 5 of 16/3: it stands. At 0.4 1 stands with 6. */
TEST capital_may_be_a_share_of_total_assets(void) {
  struct banks banks = {
      .n = 3, .liability = {[1] = 5, [5] = 5}, .assets = {10, 10, 11}, .equity = {100, 100, 100}, .forced = {true}};
  const int all[] = {0, 1, 2}, two[] = {0, 1, -1}, one[] = {0, -1, -1};
  const char *const tenth[] = {"capital_ratio=0.1", NULL}, *const more[] = {"capital_ratio=0.4", NULL};
  const char *const third[] = {"capital_ratio=0.3333333333333333", NULL};
  const char *const strict[] = {"capital_ratio=0.3333333333333333", "tie=survives", NULL};
  struct {
    const char *const *settings;
    const int *wave;
  } expected[] = {{tenth, all}, {third, two}, {strict, one}, {more, one}, {NO_SETTINGS, one}};
  for (int k = 0; k < 5; k++) {
    struct engine_result result = run(&banks, "threshold", expected[k].settings);
    ASSERT(waves_are(&result, 3, expected[k].wave, "default"));
    if (k == 0) ASSERT_IN_RANGE(1 + 1.5 + 1.6, engine_scenario_number(&result, 0, "system_loss"), 1e-14);
    engine_result_release(&result);
  }
  PASS();
}

TEST a_direct_loss_of_all_capital_is_a_seed_under_either_rule(void) {
  struct banks banks = {.n = 2, .liability = {[1] = 1}, .assets = {4, 4}, .equity = {2, 1}, .loss = {0.5, 0}};
  const char *const strict[] = {"tie=survives", NULL};
  const int fails[] = {0, 1}, survives[] = {0, -1};
  struct engine_result lax = run(&banks, "threshold", NO_SETTINGS), result = run(&banks, "threshold", strict);
  ASSERT(waves_are(&lax, 2, fails, "default") && waves_are(&result, 2, survives, "default"));
  engine_result_release(&lax), engine_result_release(&result);
  PASS();
}

/* Capital of whole numbers: 1/2 of whole total assets. */
TEST thresholds_agree_with_the_textbook_on_random_networks(void) {
  struct engine_random random = {67};
  struct banks banks;
  int ties = 0;
  for (int number = 0; number < NETWORKS; number++) {
    int wave[MOST], strict_wave[MOST];
    double capital[MOST], ratio = number % KINDS == WHOLE_NUMBERS ? 0.25 : random_between(&random, 0, 0.5);
    char ratio_text[60];
    bool given = number % 3 > 0;
    draw_banks(&random, number, &banks);
    for (int i = 0; i < banks.n; i++)
      capital[i] = given ? ratio * (banks.assets[i] + claims(&banks, i)) : banks.equity[i];
    if (given)
      snprintf(ratio_text, sizeof ratio_text, "capital_ratio=%.17g", ratio);
    else
      snprintf(ratio_text, sizeof ratio_text, "capital_ratio=equity");
    const char *const fails[] = {ratio_text, "tie=fails", NULL}, *const survives[] = {ratio_text, "tie=survives", NULL};
    expect_waves(&banks, capital, 1, false, wave), expect_waves(&banks, capital, 1, true, strict_wave);
    struct engine_result result = run(&banks, "threshold", fails), strict = run(&banks, "threshold", survives);
    ASSERT(waves_are(&result, banks.n, wave, "default") && waves_are(&strict, banks.n, strict_wave, "default"));
    for (int i = 0; i < banks.n; i++) ties += wave[i] != strict_wave[i];
    engine_result_release(&result), engine_result_release(&strict);
  }
  ASSERTm("too few ties for a test", ties > 10);
  PASS();
}

TEST thresholds_of_equity_are_furfine_without_recovery(void) {
  struct engine_random random = {68};
  struct banks banks;
  for (int number = 0; number < NETWORKS; number++) {
    const char *const strict[] = {"tie=survives", NULL};
    draw_banks(&random, number, &banks);
    struct engine_result furfine = run(&banks, "furfine", NO_SETTINGS), result = run(&banks, "threshold", NO_SETTINGS);
    struct engine_result survives = run(&banks, "threshold", strict);
    for (int i = 0; i < banks.n; i++) {
      ASSERT_EQ(engine_output(&furfine, 0, i, "wave"), engine_output(&result, 0, i, "wave"));
      ASSERT_EQ(engine_output(&furfine, 0, i, "loss"), engine_output(&result, 0, i, "loss"));
      if (number % KINDS != WHOLE_NUMBERS)
        ASSERT_EQ(engine_output(&furfine, 0, i, "wave"), engine_output(&survives, 0, i, "wave"));
    }
    ASSERT(fails_at_least(&furfine, &survives, banks.n));
    engine_result_release(&furfine), engine_result_release(&result), engine_result_release(&survives);
  }
  PASS();
}

SUITE(threshold) {
  RUN_TEST(capital_may_be_a_share_of_total_assets);
  RUN_TEST(a_direct_loss_of_all_capital_is_a_seed_under_either_rule);
  RUN_TEST(thresholds_agree_with_the_textbook_on_random_networks);
  RUN_TEST(thresholds_of_equity_are_furfine_without_recovery);
}

/* ---- liquidity ------------------------------------------------------------------------------------------------------ */

struct lenders {
  int n;
  double liability[MOST * MOST], cash[MOST], collateral[MOST], reverse_repo[MOST], new_funding[MOST], repo[MOST];
  double outflow[MOST]; /* outside deposits, all withdrawn */
  bool forced[MOST];
};

static bool write_lenders(const struct lenders *lenders) {
  char text[TEXT], *at = text;
  struct engine_banks tables = {lenders->n, NULL, NULL, lenders->liability, NULL, NULL};
  if (!engine_write_banks(&folder, &tables)) return false;
  at += sprintf(at, "id,cash,collateral,reverse_repo,new_funding,repo,external_liabilities\n");
  for (int i = 0; i < lenders->n; i++)
    at += sprintf(at, "b%d,%.17g,%.17g,%.17g,%.17g,%.17g,%.17g\n", i, lenders->cash[i], lenders->collateral[i],
                  lenders->reverse_repo[i], lenders->new_funding[i], lenders->repo[i], lenders->outflow[i]);
  return support_write_file(folder.path, "entities.csv", text);
}

static struct engine_result lend(const struct lenders *lenders, const char *const *settings) {
  char text[TEXT], *at = text + sprintf(text, "scenario,target,variable,value\ns,*,funding,0\n");
  struct engine_result none = {LS_STATUS_IO, "folder", NULL};
  for (int i = 0; i < lenders->n; i++)
    if (lenders->forced[i]) at += sprintf(at, "s,b%d,default,1\n", i);
  return write_lenders(lenders) ? engine_run(&folder, "liquidity", settings, text) : none;
}

struct hoarding_case {
  const char *key, *lambda, *haircut;
  bool shocked;
};

static bool hoarding_is(const json_t *root, const struct lenders *lenders, const struct hoarding_case *hoarding) {
  double liquidity[MOST], hoards[MOST];
  int wave[MOST];
  struct lenders banks = *lenders;
  const json_t *out = json_object_get(spec_case_at(root, "outputs"), hoarding->key);
  const char *const settings[] = {hoarding->lambda, hoarding->haircut, NULL};
  spec_case_vector(out, "liquidity", liquidity), spec_case_vector(out, "hoarding", hoards);
  for (int i = 0; i < banks.n; i++) wave[i] = -1, banks.outflow[i] *= hoarding->shocked;
  for (int w = 0; w < spec_case_length(out, "waves"); w++) {
    const json_t *members = json_array_get(spec_case_at(out, "waves"), (size_t)w);
    for (size_t k = 0; k < json_array_size(members); k++) wave[json_integer_value(json_array_get(members, k))] = w;
  }
  struct engine_result result = lend(&banks, settings);
  bool same = waves_are(&result, banks.n, wave, "hoarding");
  for (int i = 0; same && i < banks.n; i++)
    same = fabs(engine_output(&result, 0, i, "liquidity") - liquidity[i]) <= spec_case_number(root, "tolerance") * 40 &&
           engine_output(&result, 0, i, "hoarding") == hoards[i];
  if (!same) printf("%s %s\n", hoarding->key, result.message);
  engine_result_release(&result);
  return same;
}

TEST hoarding_spreads_from_lender_to_borrower_as_in_the_case(void) {
  json_t *root = spec_case_load("ghk_hoarding4");
  if (!root) SKIPm("cases of ../shared are not here");
  static const struct hoarding_case CASES[] = {{"lambda0.25", "lambda=0.25", "haircut=0.1", true},
                                               {"lambda0.5", "lambda=0.5", "haircut=0.1", true},
                                               {"lambda1.0", "lambda=1", "haircut=0.1", true},
                                               {"haircut_0.2_lambda0.5", "lambda=0.5", "haircut=0.2", false}};
  struct lenders banks = {.n = spec_case_length(root, "inputs/liquid")};
  double lent[MOST * MOST];
  spec_case_matrix(root, "inputs/unsecured_lending_row_lends_to_col", lent);
  spec_case_vector(root, "inputs/liquid", banks.cash), spec_case_vector(root, "inputs/collateral", banks.collateral);
  spec_case_vector(root, "inputs/reverse_repo", banks.reverse_repo),
      spec_case_vector(root, "inputs/repo_liab", banks.repo);
  spec_case_vector(root, "inputs/idiosyncratic_shock", banks.outflow);
  for (int k = 0; k < banks.n * banks.n; k++) banks.liability[k % banks.n * banks.n + k / banks.n] = lent[k];
  bool same = true;
  for (size_t k = 0; k < sizeof CASES / sizeof *CASES; k++) same = hoarding_is(root, &banks, &CASES[k]) && same;
  json_decref(root);
  ASSERT(same);
  PASS();
}

/* Haircuts 0.25 and 0.25: collateral of 8 brings 4, reverse repo of 3 brings 0.5 / 0.75 of it, 2, and with 1 in cash and 1 to
 * borrow that is 8; repo of 5 leaves 3. Bank 1 hoards and calls half of the 6 that 0 has from it: 0 is left at 0 and does not
 * hoard. With 7 called it would be at -0.5 and call half of the 4 that 2, without anything, has from it. */
TEST a_bank_left_with_nothing_does_not_hoard_by_hand(void) {
  struct lenders banks = {.n = 3,
                          .cash = {1},
                          .collateral = {8},
                          .reverse_repo = {3},
                          .new_funding = {1},
                          .repo = {5},
                          .forced = {[1] = true},
                          .liability = {[1] = 6, [6] = 4}};
  const char *const settings[] = {"haircut=0.25", "repo_haircut=0.25", "lambda=0.5", NULL};
  const int first[] = {-1, 0, -1}, all[] = {1, 0, 2};
  struct engine_result result = lend(&banks, settings);
  ASSERT(waves_are(&result, 3, first, "hoarding"));
  ASSERT_EQ(0.0, engine_output(&result, 0, 0, "liquidity"));
  engine_result_release(&result);
  banks.liability[1] = 7;
  result = lend(&banks, settings);
  ASSERT(waves_are(&result, 3, all, "hoarding"));
  ASSERT_EQ(-0.5, engine_output(&result, 0, 0, "liquidity"));
  ASSERT_EQ(-2.0, engine_output(&result, 0, 2, "liquidity"));
  ASSERT_EQ(3.5, engine_output(&result, 0, 0, "loss"));
  ASSERT_EQ(5.5, engine_scenario_number(&result, 0, "loss_gross"));
  ASSERT_EQ(0.0, engine_scenario_number(&result, 0, "loss_net"));
  engine_result_release(&result);
  PASS();
}

/* Haircuts of all, or of more than all, leave nothing of collateral; reverse repo is only cut by the bank's own haircut. */
TEST haircuts_of_everything_leave_cash(void) {
  struct lenders banks = {.n = 1, .cash = {2}, .collateral = {8}, .reverse_repo = {3}};
  const struct {
    const char *haircut, *own;
    double liquidity;
  } cut[] = {
      {"haircut=1", "repo_haircut=0", 5}, {"haircut=1", "repo_haircut=1", 2}, {"haircut=0.5", "repo_haircut=0.75", 2}};
  for (int k = 0; k < 3; k++) {
    const char *const settings[] = {cut[k].haircut, cut[k].own, NULL};
    struct engine_result result = lend(&banks, settings);
    ASSERT_EQ(cut[k].liquidity, engine_output(&result, 0, 0, "liquidity"));
    engine_result_release(&result);
  }
  PASS();
}

static void draw_lenders(struct engine_random *random, int number, struct lenders *lenders) {
  struct banks banks;
  bool whole = number % KINDS == WHOLE_NUMBERS;
  draw_banks(random, number, &banks);
  memset(lenders, 0, sizeof *lenders);
  lenders->n = banks.n;
  memcpy(lenders->liability, banks.liability, sizeof lenders->liability);
  for (int i = 0; i < banks.n; i++) {
    double *amount[] = {&lenders->cash[i], &lenders->collateral[i], &lenders->reverse_repo[i], &lenders->new_funding[i],
                        &lenders->repo[i]};
    for (int k = 0; k < 5; k++)
      if (random_chance(random, 0.6)) *amount[k] = whole ? random_below(random, 9) : random_between(random, 0, 15);
    if (random_chance(random, 0.2))
      lenders->outflow[i] = whole ? random_below(random, 5) : random_between(random, 0, 20);
    lenders->forced[i] = banks.forced[i];
  }
}

TEST hoarding_agrees_with_the_textbook_on_random_networks(void) {
  struct engine_random random = {69};
  struct lenders banks;
  int late = 0, stand = 0;
  for (int number = 0; number < NETWORKS; number++) {
    int wave[MOST];
    double liquidity[MOST];
    char set[3][40];
    bool whole = number % KINDS == WHOLE_NUMBERS;
    draw_lenders(&random, number, &banks);
    double lambda = whole ? 0.5 : random_unit(&random), cut = whole ? 0.5 : random_between(&random, 0, 0.5);
    double own = whole ? 0.25 : random_between(&random, 0, 0.4);
    snprintf(set[0], sizeof set[0], "lambda=%.17g", lambda), snprintf(set[1], sizeof set[1], "haircut=%.17g", cut);
    snprintf(set[2], sizeof set[2], "repo_haircut=%.17g", own);
    const char *const settings[] = {set[0], set[1], set[2], NULL};
    struct spec_hoarding problem = {banks.n,
                                    banks.liability,
                                    banks.cash,
                                    banks.collateral,
                                    banks.reverse_repo,
                                    banks.new_funding,
                                    banks.repo,
                                    banks.outflow,
                                    banks.forced,
                                    lambda,
                                    cut,
                                    own};
    spec_hoarding_waves(&problem, wave, liquidity);
    struct engine_result result = lend(&banks, settings);
    ASSERT(waves_are(&result, banks.n, wave, "hoarding"));
    for (int i = 0; i < banks.n; i++) {
      ASSERT_IN_RANGE(liquidity[i], engine_output(&result, 0, i, "liquidity"),
                      ROUNDING * 500); /* of up to 500 in all */
      late += wave[i] > 0, stand += wave[i] < 0;
    }
    engine_result_release(&result);
  }
  ASSERTm("too few cascades for a test", late > NETWORKS && stand > NETWORKS);
  PASS();
}

/* More called, larger haircuts or a larger outflow: nobody stops hoarding, nobody has more cash; and no holder outside loses. */
TEST hoarding_grows_with_calls_haircuts_and_outflows_and_destroys_no_value(void) {
  struct engine_random random = {70};
  struct lenders banks;
  for (int number = 0; number < FEWER; number++) {
    static const char *const SETTINGS[][4] = {{"lambda=0.3", "haircut=0.1", "repo_haircut=0.1", NULL},
                                              {"lambda=0.6", "haircut=0.1", "repo_haircut=0.1", NULL},
                                              {"lambda=0.3", "haircut=0.3", "repo_haircut=0.1", NULL},
                                              {"lambda=0.3", "haircut=0.1", "repo_haircut=0.4", NULL},
                                              {"lambda=0.3", "haircut=0.1", "repo_haircut=0.1", NULL}};
    draw_lenders(&random, number, &banks);
    struct engine_result first = lend(&banks, SETTINGS[0]);
    for (int k = 1; k < 5; k++) {
      for (int i = 0; k == 4 && i < banks.n; i++) banks.outflow[i] += random_between(&random, 0, 3);
      struct engine_result more = lend(&banks, SETTINGS[k]);
      for (int i = 0; i < banks.n; i++) {
        ASSERT(engine_output(&more, 0, i, "hoarding") >= engine_output(&first, 0, i, "hoarding"));
        ASSERT(engine_output(&more, 0, i, "liquidity") <= engine_output(&first, 0, i, "liquidity") + ROUNDING * 500);
      }
      ASSERT_EQ(0.0, engine_scenario_number(&more, 0, "loss_net"));
      engine_result_release(&more);
    }
    engine_result_release(&first);
  }
  PASS();
}

SUITE(liquidity) {
  RUN_TEST(hoarding_spreads_from_lender_to_borrower_as_in_the_case);
  RUN_TEST(a_bank_left_with_nothing_does_not_hoard_by_hand);
  RUN_TEST(haircuts_of_everything_leave_cash);
  RUN_TEST(hoarding_agrees_with_the_textbook_on_random_networks);
  RUN_TEST(hoarding_grows_with_calls_haircuts_and_outflows_and_destroys_no_value);
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  if (!engine_folder_open(&folder)) return 1;
  RUN_SUITE(furfine);
  RUN_SUITE(threshold);
  RUN_SUITE(liquidity);
  engine_folder_close(&folder);
  GREATEST_MAIN_END();
}

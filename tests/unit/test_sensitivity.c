/* test_sensitivity.c - what follows from clearing, through the public interface: how payments move with assets and
 * debts, which shock causes a given shortfall, who fails, and what of it the tail measures tell. First by hand, then
 * against the published numbers where they are present.
 */
#include <math.h>
#include <stdio.h>

#include "greatest.h"

#include "spec/spec_banks.h"
#include "spec/spec_case.h"

enum { MOST = SPEC_BANKS_MOST };

/* Static models stop at 1e-10 of each bank's own bound. */
static const double AGREE = 1e-8;

static struct engine_folder folder;
static const char *const NO_SETTINGS[] = {NULL};

static bool close_to(double got, double expected, double scale, const char *what, int number) {
  if (fabs(got - expected) <= AGREE * scale) return true;
  printf("%s of %d is %.15g, expected %.15g\n", what, number, got, expected);
  return false;
}

static double sum_of(const struct engine_result *result, int scenario, int n, const char *output) {
  double sum = 0;
  for (int i = 0; i < n; i++) sum += engine_output(result, scenario, i, output);
  return sum;
}

/* ---- sensitivities ----------------------------------------------------------------------------------------------- */

static void payments_of(const struct spec_banks *banks, double *payment) {
  struct engine_result result = spec_banks_clear(&folder, banks, "eisenberg-noe", NO_SETTINGS, NULL);
  for (int i = 0; i < banks->n; i++) payment[i] = engine_output(&result, 0, i, "payment");
  engine_result_release(&result);
}

/* Slopes of all payments in *number, one of the banks' own; at 0 by the three points above it (second order too), since
 * no debt is negative. */
static void slopes_in(struct spec_banks *banks, double *number, double step, double *slope) {
  double low[MOST], middle[MOST], high[MOST], kept = *number;
  bool at_zero = kept < step;
  *number = at_zero ? kept : kept - step, payments_of(banks, low);
  *number = at_zero ? kept + step : kept, payments_of(banks, middle);
  *number = at_zero ? kept + 2 * step : kept + step, payments_of(banks, high);
  *number = kept;
  for (int i = 0; i < banks->n; i++)
    slope[i] = (at_zero ? 4 * middle[i] - 3 * low[i] - high[i] : high[i] - low[i]) / (2 * step);
}

/* In assets payments are piecewise linear: a central difference is exact between kinks, and none is within the step
 * (the nearest of the published network is 2.3 away). What is left is the solver's 1e-10 of a debt of 30 over
 * 2 * ASSET_STEP. */
static const double ASSET_STEP = 0.5, ASSET_SLACK = 1e-8;

/* In debts they are rational: the error is a sixth of the third derivative (below 0.01 here, 0 at the debt that is 0)
 * times the step squared, 2e-7, and the solver's part is 1e-10 * 30 / (2 * DEBT_STEP), 1.5e-7. */
static const double DEBT_STEP = 1e-2, DEBT_SLACK = 5e-7;

/* 1 has 0.1: p0 = e0 and p1 = e1 + e0 L / (L + 4) = 1.9 < 2 with L = 6 owed by 0 to 1, so dp1/dL = 3 * 4 / 100. */
TEST payments_move_with_assets_and_debts_by_hand(void) {
  struct spec_banks banks = spec_banks_two(0.1);
  double slope[2];
  slopes_in(&banks, &banks.assets[0], 0.05, slope);
  ASSERT_IN_RANGE(1.0, slope[0], ASSET_SLACK);
  ASSERT_IN_RANGE(0.6, slope[1], ASSET_SLACK);
  slopes_in(&banks, &banks.assets[1], 0.05, slope);
  ASSERT_IN_RANGE(0.0, slope[0], ASSET_SLACK);
  ASSERT_IN_RANGE(1.0, slope[1], ASSET_SLACK);
  slopes_in(&banks, &banks.liability[1], DEBT_STEP, slope);
  ASSERT_IN_RANGE(0.0, slope[0], DEBT_SLACK);
  ASSERT_IN_RANGE(0.12, slope[1], DEBT_SLACK);
  PASS();
}

TEST payments_move_with_assets_as_published(void) {
  json_t *root = spec_case_load("en_sensitivity3");
  if (!root) SKIPm("cases of ../shared are not here");
  double expected[9], sum[3], adjoint[3], fails[3], slope[3];
  struct spec_banks banks = spec_banks_of_case(root, "inputs/external_assets");
  spec_case_matrix(root, "outputs/dp_de", expected), spec_case_vector(root, "outputs/dsum_p_de", sum);
  spec_case_vector(root, "outputs/adjoint_lambda_for_sum_p", adjoint);
  spec_case_vector(root, "outputs/default_indicator", fails);
  json_decref(root);
  for (int j = 0; j < 3; j++) {
    slopes_in(&banks, &banks.assets[j], ASSET_STEP, slope);
    for (int i = 0; i < 3; i++) ASSERT_IN_RANGE(expected[i * 3 + j], slope[i], ASSET_SLACK);
    ASSERT_IN_RANGE(sum[j], slope[0] + slope[1] + slope[2], ASSET_SLACK);
    if (fails[j] != 0) ASSERT_IN_RANGE(adjoint[j], slope[0] + slope[1] + slope[2], ASSET_SLACK);
  }
  PASS();
}

TEST payments_move_with_debts_as_published(void) {
  json_t *root = spec_case_load("en_sensitivity3");
  if (!root) SKIPm("cases of ../shared are not here");
  double expected[27], slope[3];
  struct spec_banks banks = spec_banks_of_case(root, "inputs/external_assets");
  for (int i = 0; i < 3; i++) {
    char path[32];
    snprintf(path, sizeof path, "outputs/dp_dL/%d", i), spec_case_matrix(root, path, expected + 9 * i);
  }
  json_decref(root);
  for (int link = 0; link < 9; link++) {
    if (link % 4 == 0) continue; /* none owes itself */
    slopes_in(&banks, &banks.liability[link], DEBT_STEP, slope);
    for (int k = 0; k < 3; k++) ASSERT_IN_RANGE(expected[link * 3 + k], slope[k], DEBT_SLACK);
  }
  PASS();
}

SUITE(sensitivity) {
  RUN_TEST(payments_move_with_assets_and_debts_by_hand);
  RUN_TEST(payments_move_with_assets_as_published);
  RUN_TEST(payments_move_with_debts_as_published);
}

/* ---- the shock that causes a given shortfall --------------------------------------------------------------------- */

/* A haircut h leaves p0 = 3 (1 - h) and p1 = 1.9 (1 - h) of 10 and 2: 0.2 makes the shortfall 12 - 4.9 * 0.8. */
TEST haircut_causes_its_shortfall_by_hand(void) {
  struct spec_banks banks = spec_banks_two(0.1);
  struct engine_result result = spec_banks_clear(&folder, &banks, "eisenberg-noe", NO_SETTINGS,
                                                 "scenario,target,variable,value\ns,*,external_assets_loss,0.2\n");
  ASSERT_IN_RANGE(8.08, sum_of(&result, 0, 2, "shortfall"), 1e-11);
  engine_result_release(&result);
  PASS();
}

TEST haircut_causes_its_shortfall_as_published(void) {
  json_t *root = spec_case_load("reverse_stress_en3");
  if (!root) SKIPm("cases of ../shared are not here");
  char scenarios[256];
  double target = spec_case_number(root, "inputs/target_shortfall"),
         haircut = spec_case_number(root, "outputs/haircut");
  double before = spec_case_number(root, "outputs/shortfall_at_0");
  struct spec_banks banks = spec_banks_of_case(root, "inputs/external_assets");
  json_decref(root);
  snprintf(scenarios, sizeof scenarios,
           "scenario,target,variable,value\nnone,*,external_assets_loss,0\nless,*,external_assets_loss,%.17g\n"
           "just,*,external_assets_loss,%.17g\n",
           haircut - 1e-4, haircut);
  struct engine_result result = spec_banks_clear(&folder, &banks, "eisenberg-noe", NO_SETTINGS, scenarios);
  ASSERT_IN_RANGE(before, sum_of(&result, 0, 3, "shortfall"), 1e-8);
  ASSERT(sum_of(&result, 1, 3, "shortfall") < target - 1e-4);
  ASSERT_IN_RANGE(target, sum_of(&result, 2, 3, "shortfall"), 1e-8);
  engine_result_release(&result);
  PASS();
}

SUITE(reverse_stress) {
  RUN_TEST(haircut_causes_its_shortfall_by_hand);
  RUN_TEST(haircut_causes_its_shortfall_as_published);
}

/* ---- who fails, and what is left, in published clearing ---------------------------------------------------------- */

struct published {
  const char *id, *assets, *outputs, *model, *setting;
};

static const struct published PUBLISHED[] = {
    {"en_siebenbrunner3", "inputs/external_assets", "outputs", "eisenberg-noe", NULL},
    {"en_zero_liab_absorbing", "inputs/external_assets", "outputs", "eisenberg-noe", NULL},
    {"en_chain_n_waves", "inputs/external_assets", "outputs", "eisenberg-noe", NULL},
    {"en_slow_cycle", "inputs/external_assets", "outputs", "eisenberg-noe", NULL},
    {"rv_siebenbrunner3", "inputs/external_assets", "outputs/alpha1_beta1", "rogers-veraart", NULL},
    {"rv_siebenbrunner3", "inputs/external_assets", "outputs/alpha0.4_beta1", "rogers-veraart", "alpha=0.4"},
    {"rv_finnetvalu_iterates", "outputs/a1/external_assets", "outputs/a1", "eisenberg-noe", NULL},
    {"rv_finnetvalu_iterates", "outputs/a2/external_assets", "outputs/a2", "eisenberg-noe", NULL},
};

static bool defaults_are(const struct engine_result *result, int n, const json_t *waves) {
  double fails[MOST] = {0};
  const json_t *wave, *bank;
  bool same = true;
  size_t k, m;
  json_array_foreach((json_t *)waves, k, wave) {
    json_array_foreach((json_t *)wave, m, bank) fails[json_integer_value(bank)] = 1;
  }
  for (int i = 0; i < n; i++)
    same = close_to(engine_output(result, 0, i, "default"), fails[i], 1, "default", i) && same;
  return same;
}

static bool ends_as_published(const struct published *published) {
  json_t *root = spec_case_load(published->id);
  const json_t *out = spec_case_at(root, published->outputs);
  const char *const settings[] = {published->setting, NULL};
  const char *equity_key = json_object_get(out, "equity_after") ? "equity_after" : "equity_unfloored";
  struct spec_banks banks = spec_banks_of_case(root, published->assets);
  struct engine_result result = spec_banks_clear(&folder, &banks, published->model, settings, NULL);
  bool same = defaults_are(&result, banks.n, spec_case_at(out, "default_waves"));
  const json_t *equity = json_object_get(out, equity_key);
  for (int i = 0; equity && i < banks.n; i++)
    same =
        close_to(engine_output(&result, 0, i, "equity"), fmax(json_number_value(json_array_get(equity, (size_t)i)), 0),
                 spec_banks_owed(&banks, i) + 1, "equity", i) &&
        same;
  if (!same) printf("case %s, %s: %s\n", published->id, published->outputs, result.message);
  engine_result_release(&result);
  json_decref(root);
  return same;
}

TEST those_fail_who_did_in_print(void) {
  json_t *present = spec_case_load("en_siebenbrunner3");
  if (!present) SKIPm("cases of ../shared are not here");
  json_decref(present);
  bool same = true;
  for (size_t k = 0; k < sizeof PUBLISHED / sizeof *PUBLISHED; k++) same = ends_as_published(&PUBLISHED[k]) && same;
  ASSERT(same);
  PASS();
}

SUITE(published_defaults) { RUN_TEST(those_fail_who_did_in_print); }

/* ---- value at risk with atoms ------------------------------------------------------------------------------------ */

/* One bank without debts loses each of `losses`, and nothing in `quiet` scenarios more. */
static struct engine_result lose(const double *losses, int count, int quiet) {
  double most = 0;
  char scenarios[8192], *at = scenarios;
  for (int k = 0; k < count; k++) most = fmax(most, losses[k]);
  struct spec_banks banks = {1, {most}, {0}, {0}};
  at += sprintf(at, "scenario,target,variable,value\n");
  for (int k = 0; k < count; k++) at += sprintf(at, "s%d,b0,external_assets_loss,%.17g\n", k, losses[k] / most);
  for (int k = 0; k < quiet; k++) at += sprintf(at, "q%d,b0,external_assets_loss,0\n", k);
  return spec_banks_clear(&folder, &banks, "eisenberg-noe", NO_SETTINGS, scenarios);
}

static double tail(const struct engine_result *result, const char *measure) {
  return json_number_value(
      spec_case_at(json_object_get(json_object_get(result->root, "system"), measure), "0.95/value"));
}

/* Ten losses of 1 to 10 and ten of 0: the lower 0.95-quantile is the 19th of 20, 9, and the worst twentieth is 10. */
TEST quantile_is_the_lower_one_by_hand(void) {
  const double losses[10] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  struct engine_result result = lose(losses, 10, 10);
  ASSERT_IN_RANGE(9.0, tail(&result, "var"), 1e-13);
  ASSERT_IN_RANGE(10.0, tail(&result, "es"), 1e-12);
  engine_result_release(&result);
  PASS();
}

/* Runs report the level 0.95. Ten losses among zeros are the worst share c = 10 / scenarios, so that their own level q
 * is 0.95 where (1 - q) c = 0.05. */
TEST tail_measures_split_atoms_as_published(void) {
  json_t *root = spec_case_load("var_es_atoms");
  if (!root) SKIPm("cases of ../shared are not here");
  static const struct {
    const char *level;
    int scenarios;
  } RUN[] = {{"q0.5", 100}, {"q0.8", 40}, {"q0.85", 30}, {"q0.9", 20}, {"q0.95", 10}};
  double losses[10];
  bool same = true;
  spec_case_vector(root, "inputs/losses", losses);
  for (size_t k = 0; k < sizeof RUN / sizeof *RUN; k++) {
    const json_t *expected = json_object_get(spec_case_at(root, "outputs"), RUN[k].level);
    struct engine_result result = lose(losses, 10, RUN[k].scenarios - 10);
    same = close_to(tail(&result, "var"), spec_case_number(expected, "VaR"), 1e-4, "VaR", (int)k) && same;
    same = close_to(tail(&result, "es"), spec_case_number(expected, "ES"), 1e-4, "ES", (int)k) && same;
    engine_result_release(&result);
  }
  json_decref(root);
  ASSERT(same);
  PASS();
}

SUITE(tails) {
  RUN_TEST(quantile_is_the_lower_one_by_hand);
  RUN_TEST(tail_measures_split_atoms_as_published);
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  if (!engine_folder_open(&folder)) return 1;
  RUN_SUITE(sensitivity);
  RUN_SUITE(reverse_stress);
  RUN_SUITE(published_defaults);
  RUN_SUITE(tails);
  engine_folder_close(&folder);
  GREATEST_MAIN_END();
}

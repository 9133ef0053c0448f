/* test_spec_cases.c - the slow textbook models against the published and constructed cases, so that the engine may
 * then be measured against them. */
#include <math.h>
#include <string.h>

#include "greatest.h"
#include "spec/spec_case.h"
#include "spec/spec_clearing.h"
#include "spec/spec_debtrank.h"

enum { MOST = 16 };

#define LOAD(variable, id)               \
  json_t *variable = spec_case_load(id); \
  if (!variable) SKIPm("cases of ../shared are not here")

static bool close_to(double a, double b, double tolerance) { return fabs(a - b) <= tolerance * fmax(1, fabs(b)); }

/* ---- clearing ---------------------------------------------------------------------------------------------------- */

struct bank_case {
  double assets[MOST], liability[MOST * MOST], external[MOST];
  struct spec_clearing problem;
  struct spec_clearing_result result;
};

static void bank_case_open(struct bank_case *banks, const json_t *root, const char *assets_path) {
  memset(banks, 0, sizeof *banks);
  int n = spec_case_length(root, "inputs/liabilities");
  spec_case_vector(root, assets_path, banks->assets);
  spec_case_matrix(root, "inputs/liabilities", banks->liability);
  spec_case_vector(root, "inputs/external_liabilities", banks->external);
  banks->problem = (struct spec_clearing){n, banks->assets, banks->liability, banks->external, 1, 1, false};
  spec_clearing_result_create(n, &banks->result);
}

static bool payments_are(const struct bank_case *banks, const json_t *root, const char *path, double tolerance) {
  double expected[MOST];
  spec_case_vector(root, path, expected);
  for (int i = 0; i < banks->problem.n; i++)
    if (!close_to(banks->result.payment[i], expected[i], tolerance)) return false;
  return true;
}

static bool waves_are(const struct bank_case *banks, const json_t *root, const char *path) {
  const json_t *waves = spec_case_at(root, path), *wave, *bank;
  size_t k, m;
  if ((int)json_array_size(waves) != banks->result.wave_count) return false;
  json_array_foreach((json_t *)waves, k, wave) {
    json_array_foreach((json_t *)wave, m, bank) {
      if (banks->result.wave[json_integer_value(bank)] != (int)k) return false;
    }
  }
  return true;
}

static enum greatest_test_res published_waves(const char *id, double tolerance) {
  LOAD(root, id);
  struct bank_case banks;
  bank_case_open(&banks, root, "inputs/external_assets");
  spec_clearing_greatest(&banks.problem, &banks.result);
  bool same =
      payments_are(&banks, root, "outputs/payments", tolerance) && waves_are(&banks, root, "outputs/default_waves");
  spec_clearing_result_free(&banks.result);
  json_decref(root);
  ASSERTm(id, same);
  PASS();
}

TEST eisenberg_noe_cases_clear_as_published(void) {
  CHECK_CALL(published_waves("en_siebenbrunner3", 1e-9));
  CHECK_CALL(published_waves("en_zero_liab_absorbing", 1e-12));
  CHECK_CALL(published_waves("en_chain_n_waves", 1e-12));
  CHECK_CALL(published_waves("en_slow_cycle", 1e-9));
  PASS();
}

static enum greatest_test_res both_ends(const char *id, double alpha, double beta) {
  LOAD(root, id);
  struct bank_case banks;
  bank_case_open(&banks, root, "inputs/external_assets");
  banks.problem.alpha = alpha, banks.problem.beta = beta;
  spec_clearing_greatest(&banks.problem, &banks.result);
  bool same = payments_are(&banks, root, "outputs/greatest", 1e-12);
  spec_clearing_least(&banks.problem, &banks.result);
  same = same && payments_are(&banks, root, "outputs/least", 1e-12);
  spec_clearing_result_free(&banks.result);
  json_decref(root);
  ASSERTm(id, same);
  PASS();
}

TEST greatest_and_least_clearing_differ_where_they_should(void) {
  CHECK_CALL(both_ends("en_degenerate_cycle", 1, 1));
  CHECK_CALL(both_ends("rv_multiple_fixed_points", 0.5, 0.5));
  PASS();
}

TEST rogers_veraart_cases_clear_as_published(void) {
  LOAD(root, "rv_siebenbrunner3");
  struct bank_case banks;
  bank_case_open(&banks, root, "inputs/external_assets");
  spec_clearing_greatest(&banks.problem, &banks.result);
  bool plain = payments_are(&banks, root, "outputs/alpha1_beta1/payments", 1e-9) &&
               waves_are(&banks, root, "outputs/alpha1_beta1/default_waves");
  banks.problem.alpha = 0.4;
  spec_clearing_greatest(&banks.problem, &banks.result);
  bool costly = payments_are(&banks, root, "outputs/alpha0.4_beta1/payments", 1e-9);
  spec_clearing_result_free(&banks.result);
  json_decref(root);
  ASSERT(plain);
  ASSERT(costly);
  PASS();
}

TEST rogers_veraart_iterates_end_where_published(void) {
  LOAD(root, "rv_finnetvalu_iterates");
  static const char *const RUN[] = {"a1", "a2"};
  bool same = true;
  for (int k = 0; k < 2; k++) {
    char path[3][64];
    snprintf(path[0], 64, "outputs/%s/external_assets", RUN[k]);
    snprintf(path[1], 64, "outputs/%s/payments", RUN[k]);
    snprintf(path[2], 64, "outputs/%s/default_waves", RUN[k]);
    struct bank_case banks;
    bank_case_open(&banks, root, path[0]);
    spec_clearing_greatest(&banks.problem, &banks.result);
    same = same && payments_are(&banks, root, path[1], 1e-9) && waves_are(&banks, root, path[2]);
    spec_clearing_result_free(&banks.result);
  }
  json_decref(root);
  ASSERT(same);
  PASS();
}

/* Bank 0 has 5, owes bank 1 4 senior and W 4 junior; bank 1 has 0, owes bank 0 2 senior and W 6 junior. By hand: 1
 * receives 4, pays 2 to 0 and 2 of 6 to W; 0 has 5 + 2 = 7, pays 4 and 3 of 4. */
TEST two_classes_clear_in_order_of_seniority(void) {
  double owed[2 * 9] = {0}, paid[2 * 9], resources[3] = {0, 5, 0};
  bool pays_all[3] = {true, false, false};
  owed[1 * 3 + 2] = 4, owed[2 * 3 + 1] = 2, owed[9 + 1 * 3 + 0] = 4, owed[9 + 2 * 3 + 0] = 6;
  spec_clearing_classes(3, 2, resources, pays_all, owed, paid);
  ASSERT_IN_RANGE(4.0, paid[1 * 3 + 2], 1e-14);
  ASSERT_IN_RANGE(2.0, paid[2 * 3 + 1], 1e-14);
  ASSERT_IN_RANGE(3.0, paid[9 + 1 * 3 + 0], 1e-14);
  ASSERT_IN_RANGE(2.0, paid[9 + 2 * 3 + 0], 1e-14);
  PASS();
}

/* External creditors owed 3 stand before bank 1, owed 3; bank 0 has 4: senior they get 3, bank 1 gets 1; equal, 2
 * each. */
TEST senior_external_creditors_are_paid_first(void) {
  double assets[2] = {4, 0}, liability[4] = {0, 3, 0, 0}, external[2] = {3, 2};
  struct spec_clearing problem = {2, assets, liability, external, 1, 1, true};
  struct spec_clearing_result result;
  spec_clearing_result_create(2, &result);
  spec_clearing_greatest(&problem, &result);
  ASSERT_IN_RANGE(4.0, result.payment[0], 1e-14);
  ASSERT_IN_RANGE(1.0, result.payment[1], 1e-14);
  problem.external_is_senior = false;
  spec_clearing_greatest(&problem, &result);
  ASSERT_IN_RANGE(2.0, result.payment[1], 1e-14);
  spec_clearing_result_free(&result);
  PASS();
}

SUITE(clearing) {
  RUN_TEST(eisenberg_noe_cases_clear_as_published);
  RUN_TEST(greatest_and_least_clearing_differ_where_they_should);
  RUN_TEST(rogers_veraart_cases_clear_as_published);
  RUN_TEST(rogers_veraart_iterates_end_where_published);
  RUN_TEST(two_classes_clear_in_order_of_seniority);
  RUN_TEST(senior_external_creditors_are_paid_first);
}

/* ---- DebtRank ---------------------------------------------------------------------------------------------------- */

static enum greatest_test_res ring_like(const char *id, const char *matrix, const char *expected, double tolerance) {
  LOAD(root, id);
  double exposure[9], shock[3], wanted[3], distress[3];
  spec_case_matrix(root, matrix, exposure), spec_case_vector(root, "inputs/h0", shock);
  spec_case_vector(root, expected, wanted);
  json_decref(root);
  spec_debtrank_linear(3, exposure, shock, distress);
  for (int i = 0; i < 3; i++) ASSERT_IN_RANGE(wanted[i], distress[i], tolerance);
  PASS();
}

TEST linear_debtrank_reaches_its_closed_form(void) {
  CHECK_CALL(ring_like("debtrank_ring3", "inputs/Lambda_loss_of_row_from_col", "outputs/linear_h", 1e-12));
  CHECK_CALL(ring_like("spectral_stability3", "inputs/Lambda", "outputs/h", 1e-10));
  PASS();
}

TEST linear_debtrank_matches_the_package_example(void) {
  LOAD(root, "debtrank_nrm3");
  double asset[9], liability[9], buffer[3], wanted[3], distress[3];
  bool same = true;
  spec_case_matrix(root, "inputs/exposures_asset", asset), spec_case_vector(root, "inputs/buffer", buffer);
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++) liability[j * 3 + i] = asset[i * 3 + j];
  for (int run = 0; run < 4; run++) {
    char path[64];
    snprintf(path, sizeof path, run < 3 ? "outputs/shock%d/linear_h" : "outputs/shock_all_10pct/linear_h", run);
    double shock[3] = {run == 3 ? 0.1 : run == 0, run == 3 ? 0.1 : run == 1, run == 3 ? 0.1 : run == 2};
    spec_case_vector(root, path, wanted);
    spec_debtrank_linear_network(3, liability, buffer, shock, distress);
    for (int i = 0; i < 3; i++) same = same && close_to(distress[i], wanted[i], 1e-12);
  }
  json_decref(root);
  ASSERT(same);
  PASS();
}

SUITE(debtrank) {
  RUN_TEST(linear_debtrank_reaches_its_closed_form);
  RUN_TEST(linear_debtrank_matches_the_package_example);
}

/* ---- the loop: trajectories -------------------------------------------------------------------------------------- */

/* Compares one vector of one quarter; prints what differs. */
static bool same_field(const json_t *quarter, const char *key, int n, const double *values, const char *where) {
  const json_t *list = json_object_get(quarter, key);
  for (int i = 0; list && i < n; i++) {
    double wanted = json_number_value(json_array_get(list, (size_t)i));
    if (!close_to(values[i], wanted, 1e-7)) {
      printf("%s %s node %d: %.12g, wanted %.12g\n", where, key, i, values[i], wanted);
      return false;
    }
  }
  return true;
}

static bool same_flags(const json_t *quarter, const char *key, int n, const bool *values, const char *where) {
  double number[MOST];
  for (int i = 0; i < n; i++) number[i] = values[i];
  return same_field(quarter, key, n, number, where);
}

/* Lists of node numbers, or of lists of them: the waves of flags. */
static bool same_waves(const json_t *quarter, int n, const int *wave, const char *where) {
  const json_t *waves = json_object_get(quarter, "waves"), *list;
  int expected[MOST];
  size_t k, m;
  json_t *node;
  for (int i = 0; i < n; i++) expected[i] = -1;
  json_array_foreach((json_t *)waves, k, list) {
    json_array_foreach((json_t *)list, m, node) expected[json_integer_value(node)] = (int)k;
  }
  for (int i = 0; i < n; i++)
    if (expected[i] != wave[i]) {
      printf("%s node %d flagged in wave %d, wanted %d\n", where, i, wave[i], expected[i]);
      return false;
    }
  return true;
}

static bool same_defaults(const json_t *quarter, int n, const bool *defaulted) {
  const json_t *list = json_object_get(quarter, "newdef"), *node;
  int count = 0;
  size_t k;
  for (int i = 0; i < n; i++) count += defaulted[i];
  json_array_foreach((json_t *)list, k, node) if (!defaulted[json_integer_value(node)]) return false;
  return count == (int)json_array_size(list);
}

static bool same_quarter(const json_t *quarter, const struct spec_loop *model, const struct spec_run *run, int t,
                         const char *where) {
  int n = model->n, at = t * n;
  double column[MOST];
  const struct {
    const char *key;
    const double *values;
  } field[] = {
      {"cash", run->cash},        {"K", run->real_assets},         {"V", run->value},       {"G", run->capacity},
      {"R", run->revenue},        {"sales", run->sales},           {"h", run->input_ratio}, {"z", run->delivery_ratio},
      {"draw", run->draw},        {"confidence", run->confidence}, {"orders", run->orders}, {"debt", run->debt},
      {"debt_rowsum", run->debt}, {"backlog_rowsum", run->backlog}};
  bool same = true;
  for (size_t k = 0; k < sizeof field / sizeof *field; k++)
    same = same_field(quarter, field[k].key, n, field[k].values + at, where) && same;
  for (int i = 0; i < n; i++) column[i] = run->stake[t * n * n + i * n + 3];
  same = same_field(quarter, "S_lab", n, column, where) && same;
  same = same_flags(quarter, "live", n, run->live + at, where) && same;
  same = same_flags(quarter, "flag", n, run->flagged + at, where) && same;
  return same_waves(quarter, n, run->wave + at, where) && same_defaults(quarter, n, run->defaulted + at) && same;
}

static bool same_scenario(const struct spec_loop *base, const char *name, const json_t *trajectory) {
  struct spec_loop *model = spec_loop_copy(base);
  bool same = spec_case_scenario(model, name);
  struct spec_run *run = spec_loop_run(model);
  const json_t *quarter;
  size_t t;
  json_array_foreach((json_t *)trajectory, t, quarter) {
    char where[128];
    snprintf(where, sizeof where, "%s quarter %zu", name, t);
    same = same_quarter(quarter, model, run, (int)t, where) && same;
  }
  double breach = spec_run_worst_breach(model, run);
  if (breach > 1e-10) printf("%s: an identity is broken by %.3g\n", name, breach), same = false;
  for (int i = 1; i < model->n; i++) {
    double sum = 0, value = run->value[(model->quarters - 1) * model->n + i];
    for (int k = 0; k < SPEC_LINE_COUNT; k++) sum += run->line[k * model->n + i];
    same = same && close_to(sum, value, 1e-10);
  }
  spec_run_free(run), spec_loop_free(model);
  return same;
}

static bool all_scenarios(const json_t *toy, const json_t *finance) {
  struct spec_loop *base = spec_case_loop(toy, finance);
  bool same = true;
  const char *name;
  json_t *trajectory;
  json_object_foreach((json_t *)spec_case_at(finance ? finance : toy, "outputs"), name, trajectory) same =
      same_scenario(base, name, trajectory) && same;
  spec_loop_free(base);
  return same;
}

TEST loop_follows_the_reference_quarter_by_quarter(void) {
  LOAD(toy, "loop1_toy5");
  bool same = all_scenarios(toy, NULL);
  json_decref(toy);
  ASSERT(same);
  PASS();
}

TEST loop_with_finance_follows_the_reference_quarter_by_quarter(void) {
  LOAD(toy, "loop1_toy5");
  json_t *finance = spec_case_load("loop1_toy5_finance");
  ASSERT(finance);
  bool same = all_scenarios(toy, finance);
  json_decref(toy), json_decref(finance);
  ASSERT(same);
  PASS();
}

/* ---- the loop: reductions to published models -------------------------------------------------------------------- */

TEST clearing_of_the_loop_with_one_class_is_eisenberg_noe(void) {
  LOAD(root, "en_siebenbrunner3");
  double assets[4] = {0}, owed[16] = {0}, liability[9], paid[16], wanted[3];
  bool pays_all[4] = {true};
  spec_case_vector(root, "inputs/external_assets", assets + 1), spec_case_matrix(root, "inputs/liabilities", liability);
  spec_case_vector(root, "outputs/payments", wanted);
  json_decref(root);
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++) owed[(i + 1) * 4 + j + 1] = liability[i * 3 + j];
  spec_clearing_classes(4, 1, assets, pays_all, owed, paid);
  for (int i = 1; i < 4; i++)
    ASSERT_IN_RANGE(wanted[i - 1], paid[i * 4] + paid[i * 4 + 1] + paid[i * 4 + 2] + paid[i * 4 + 3], 1e-9);
  PASS();
}

static bool suzuki_vector(const json_t *root, const char *name) {
  double share[16], debt_share[16], nominal[4], assets[4], equity[4];
  char path[64];
  struct spec_loop *model = spec_loop_create(5, 1, 0, 0);
  struct spec_state *state;
  bool same = true;
  spec_case_matrix(root, "inputs/Ms_row_holds_share_of_col", share), spec_case_matrix(root, "inputs/Md", debt_share);
  spec_case_vector(root, "inputs/nominal_debt", nominal);
  snprintf(path, sizeof path, "outputs/%s/a", name), spec_case_vector(root, path, assets);
  snprintf(path, sizeof path, "outputs/%s/equity", name), spec_case_vector(root, path, equity);
  model->claims_en = true;
  for (int i = 0; i < 4; i++) {
    double held = 0, owed = 0;
    model->cash[i + 1] = assets[i];
    for (int j = 0; j < 4; j++) {
      model->stake[(i + 1) * 5 + j + 1] = share[i * 4 + j], held += share[j * 4 + i];
      model->debt[(i + 1) * 5 + j + 1] = debt_share[j * 4 + i] * nominal[i], owed += debt_share[j * 4 + i];
    }
    model->stake[i + 1] = 1 - held, model->debt[(i + 1) * 5] = (1 - owed) * nominal[i];
  }
  state = spec_state_create(model);
  spec_step_9_valuation(model, state, 0, true);
  for (int i = 0; i < 4; i++) same = same && close_to(state->value[i + 1], equity[i], 1e-9);
  spec_state_free(state), spec_loop_free(model);
  return same;
}

TEST valuation_with_stakes_and_debts_is_suzuki(void) {
  LOAD(root, "xos_suzuki4");
  bool same =
      suzuki_vector(root, "published_input") && suzuki_vector(root, "stressed") && suzuki_vector(root, "severe");
  json_decref(root);
  ASSERT(same);
  PASS();
}

/* V_i = E_i (1 - shock_i) - sum_j (g B_ji) (1 - V_j / E_j): linear DebtRank with Lambda_ij = g_i B_ji / E_i. */
static bool backlog_is_debtrank(const double *exposure, const double *shock) {
  const double equity[3] = {2, 5, 3};
  double distress[3];
  bool same = true;
  struct spec_loop *model = spec_loop_create(4, 1, 0, 0);
  for (int i = 0; i < 3; i++) {
    double backlog = 0;
    model->backlog_margin[i + 1] = 0.5, model->stake[i + 1] = 1;
    for (int j = 0; j < 3; j++) {
      model->backlog[(j + 1) * 4 + i + 1] = exposure[i * 3 + j] * equity[i] / 0.5;
      backlog += exposure[i * 3 + j] * equity[i];
    }
    model->cash[i + 1] = equity[i] - backlog;
  }
  struct spec_state *state = spec_state_create(model);
  spec_step_9_valuation(model, state, 0, true);
  memcpy(state->reference, state->value, 4 * sizeof(double));
  for (int i = 0; i < 3; i++) state->cash[i + 1] -= shock[i] * equity[i];
  spec_step_9_valuation(model, state, 0, false);
  spec_debtrank_linear(3, exposure, shock, distress);
  for (int i = 0; i < 3; i++) same = same && close_to(1 - state->value[i + 1] / equity[i], distress[i], 1e-8);
  spec_state_free(state), spec_loop_free(model);
  return same;
}

TEST valuation_with_backlog_alone_is_linear_debtrank(void) {
  LOAD(root, "spectral_stability3");
  double exposure[9], mild[3], strong[3] = {0.6, 0.2, 0}, total[3] = {1, 0, 0};
  spec_case_matrix(root, "inputs/Lambda", exposure), spec_case_vector(root, "inputs/h0", mild);
  json_decref(root);
  ASSERT(backlog_is_debtrank(exposure, mild));
  ASSERT(backlog_is_debtrank(exposure, strong));
  ASSERT(backlog_is_debtrank(exposure, total));
  PASS();
}

static struct spec_loop *europe(const json_t *root, double theta) {
  struct spec_loop *model = spec_loop_create(7, 1, 0, 0);
  double share[36], before[6];
  spec_case_matrix(root, "outputs/C", share), spec_case_vector(root, "inputs/p_2008", before);
  for (int i = 0; i < 6; i++) {
    double held = 0;
    for (int j = 0; j < 6; j++) {
      model->stake[(i + 1) * 7 + j + 1] = i == j ? 0 : share[i * 6 + j];
      held += i == j ? 0 : share[j * 6 + i];
    }
    model->stake[i + 1] = 1 - held;
    model->cash[i + 1] = before[i];
    model->threshold[i + 1] = theta, model->distress_cost[i + 1] = theta * (2.0 / 3) / 2;
  }
  return model;
}

static bool europe_falls(const json_t *root, double theta) {
  struct spec_loop *model = europe(root, theta);
  struct spec_state *state = spec_state_create(model);
  double after[6], final[6];
  int wave[7];
  char path[96];
  bool same = true;
  spec_step_9_valuation(model, state, 0, true);
  memcpy(state->reference, state->value, 7 * sizeof(double));
  spec_case_vector(root, "inputs/p_2011", after);
  for (int i = 0; i < 6; i++) state->cash[i + 1] = after[i];
  spec_step_9_valuation(model, state, 0, false);
  spec_step_10_distress(model, state, 0, wave);
  snprintf(path, sizeof path, "theta%.10g", theta);
  const json_t *result = json_object_get(spec_case_at(root, "outputs/cascades/A_unrounded"), path);
  spec_case_vector(result, "final_values", final);
  for (int i = 0; i < 6; i++) {
    const char *name = json_string_value(json_array_get(spec_case_at(root, "inputs/countries"), (size_t)i));
    const json_t *waves = spec_case_at(result, "waves");
    int expected = -1;
    for (size_t k = 0; k < json_array_size(waves); k++)
      for (size_t m = 0; m < json_array_size(json_array_get(waves, k)); m++)
        if (strcmp(name, json_string_value(json_array_get(json_array_get(waves, k), m))) == 0) expected = (int)k;
    same = same && wave[i + 1] == expected && close_to(state->value[i + 1] * 2 / 3, final[i], 1e-8);
  }
  spec_state_free(state), spec_loop_free(model);
  return same;
}

TEST valuation_and_distress_with_stakes_are_elliott_golub_jackson(void) {
  LOAD(root, "egj_europe6");
  bool same =
      europe_falls(root, 0.9) && europe_falls(root, 0.93) && europe_falls(root, 0.935) && europe_falls(root, 0.94);
  json_decref(root);
  ASSERT(same);
  PASS();
}

SUITE(loop) {
  RUN_TEST(loop_follows_the_reference_quarter_by_quarter);
  RUN_TEST(loop_with_finance_follows_the_reference_quarter_by_quarter);
  RUN_TEST(clearing_of_the_loop_with_one_class_is_eisenberg_noe);
  RUN_TEST(valuation_with_stakes_and_debts_is_suzuki);
  RUN_TEST(valuation_with_backlog_alone_is_linear_debtrank);
  RUN_TEST(valuation_and_distress_with_stakes_are_elliott_golub_jackson);
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  RUN_SUITE(clearing);
  RUN_SUITE(debtrank);
  RUN_SUITE(loop);
  GREATEST_MAIN_END();
}

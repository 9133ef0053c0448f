/* test_reductions.c - the loop model of the engine with all but one layer switched off is a published model:
 * Eisenberg-Noe, Rogers-Veraart, supply chains, Suzuki, linear DebtRank, Elliott-Golub-Jackson. Through the public interface, first by hand, then
 * against the published numbers where they are present.
 *
 * One quarter without interest and amortisation moves no money, so that the values after it are step 9 alone; where
 * costs of goods eat all revenue, a fall of demand moves values and no cash.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "greatest.h"

#include "spec/spec_banks.h"
#include "spec/spec_case.h"
#include "spec/spec_clearing.h"
#include "spec/spec_engine.h"
#include "spec/spec_production.h"

enum { MOST = SPEC_BANKS_MOST, NETWORKS = 200 };

/* Solvers stop at 1e-10 of each bank's own bound (static models) and at 1e-13 (loop). */
static const double AGREE = 1e-8;

static struct engine_folder folder, bank_folder; /* tables of the loop and of banks do not mix */
static const char *const NO_SETTINGS[] = {NULL};

static struct engine_result run_loop(const struct spec_loop *model, const char *scenarios) {
  struct engine_result none = {LS_STATUS_IO, "folder", NULL};
  return engine_write_loop(&folder, model) ? engine_run(&folder, "loop", NO_SETTINGS, scenarios) : none;
}

static bool close_to(double got, double expected, double scale, const char *what, int entity) {
  if (fabs(got - expected) <= AGREE * scale) return true;
  printf("%s of %d is %.15g, expected %.15g\n", what, entity, got, expected);
  return false;
}

/* ---- step 5 with one class is Eisenberg-Noe ---------------------------------------------------------------------- */

/* All debts fall due in the one quarter and nothing else does. */
static struct engine_result clear_in_loop(const struct spec_banks *banks) {
  int n = banks->n + 1;
  struct spec_loop *model = spec_loop_create(n, 1, 0, 0);
  model->amortisation = 1;
  for (int i = 0; i < banks->n; i++) {
    model->cash[i + 1] = banks->assets[i], model->stake[i + 1] = 1;
    model->debt[(i + 1) * n] = banks->external[i];
    for (int j = 0; j < banks->n; j++) model->debt[(i + 1) * n + j + 1] = banks->liability[i * banks->n + j];
  }
  struct engine_result result = run_loop(model, NULL);
  spec_loop_free(model);
  return result;
}

/* Whoever is within AGREE of its debt may be told either way. */
static bool clears_alike(const struct spec_banks *banks, int *defaults) {
  struct engine_result expected = spec_banks_clear(&bank_folder, banks, "eisenberg-noe", NO_SETTINGS, NULL),
                       result = clear_in_loop(banks);
  bool same = result.status == LS_STATUS_OK && expected.status == LS_STATUS_OK;
  for (int i = 0; same && i < banks->n; i++) {
    double equity = engine_output(&expected, 0, i, "equity"), scale = spec_banks_owed(banks, i) + banks->assets[i] + 1;
    bool fails = engine_output(&result, 0, i, "default_quarter") == 0;
    for (int j = 0; j < banks->n; j++) scale += banks->liability[j * banks->n + i];
    same = close_to(engine_output(&result, 0, i, "cash"), equity, scale, "cash left", i);
    if (equity > AGREE * scale || engine_output(&expected, 0, i, "shortfall") > AGREE * scale)
      same = close_to(fails, engine_output(&expected, 0, i, "default"), 1, "default", i) && same;
    *defaults += fails;
  }
  if (!same) printf("%s %s\n", expected.message, result.message);
  engine_result_release(&expected), engine_result_release(&result);
  return same;
}

/* 0 pays 3, of which 1.8 to 1, which has 1 and pays 2: it keeps 0.8. */
TEST debts_due_at_once_clear_by_hand(void) {
  struct spec_banks banks = spec_banks_two(1);
  struct engine_result result = clear_in_loop(&banks);
  ASSERT_EQ(0.0, engine_output(&result, 0, 0, "cash"));
  ASSERT_IN_RANGE(0.8, engine_output(&result, 0, 1, "cash"), 1e-12);
  ASSERT_EQ(0.0, engine_output(&result, 0, 0, "default_quarter"));
  ASSERT_EQ(-1.0, engine_output(&result, 0, 1, "default_quarter"));
  engine_result_release(&result);
  PASS();
}

TEST debts_due_at_once_are_eisenberg_noe_on_random_networks(void) {
  struct engine_random random = {41};
  int defaults = 0;
  for (int number = 0; number < NETWORKS; number++) {
    struct spec_banks banks = {.n = 1 + random_below(&random, MOST - 1)};
    for (int i = 0; i < banks.n; i++) {
      banks.external[i] = random_chance(&random, 0.7) ? random_between(&random, 0, 20) : 0;
      for (int j = 0; j < banks.n; j++)
        if (i != j && random_chance(&random, 0.4)) banks.liability[i * banks.n + j] = random_between(&random, 0.1, 20);
      banks.assets[i] = random_chance(&random, 0.8) ? random_between(&random, 0, 0.6) * spec_banks_owed(&banks, i) : 0;
    }
    ASSERT(clears_alike(&banks, &defaults));
  }
  ASSERTm("too few defaults for a test", defaults > NETWORKS);
  PASS();
}

TEST debts_due_at_once_clear_as_published(void) {
  json_t *root = spec_case_load("en_siebenbrunner3");
  if (!root) SKIPm("cases of ../shared are not here");
  double equity[3];
  struct spec_banks banks = spec_banks_of_case(root, "inputs/external_assets");
  spec_case_vector(root, "outputs/equity_unfloored", equity);
  json_decref(root);
  struct engine_result result = clear_in_loop(&banks);
  for (int i = 0; i < 3; i++) {
    ASSERT_IN_RANGE(fmax(equity[i], 0), engine_output(&result, 0, i, "cash"), 1e-9 * spec_banks_owed(&banks, i));
    ASSERT_EQ(equity[i] < 0 ? 0.0 : -1.0, engine_output(&result, 0, i, "default_quarter"));
  }
  engine_result_release(&result);
  PASS();
}

SUITE(eisenberg_noe) {
  RUN_TEST(debts_due_at_once_clear_by_hand);
  RUN_TEST(debts_due_at_once_are_eisenberg_noe_on_random_networks);
  RUN_TEST(debts_due_at_once_clear_as_published);
}

/* ---- step 8 is Rogers-Veraart ------------------------------------------------------------------------------------------ */

/* What banks have is real and nothing falls due: those who default are made to, and their estates pay. */
static struct engine_result liquidate_in_loop(const struct spec_banks *banks, double alpha, double beta,
                                              const bool *defaulted) {
  static char shocks[4096];
  int n = banks->n + 1;
  struct spec_loop *model = spec_loop_create(n, 1, 0, 0);
  char *to = shocks + sprintf(shocks, "scenario,target,variable,value\n");
  model->recovery_assets = alpha, model->recovery_claims = beta;
  for (int i = 0; i < banks->n; i++) {
    model->real_assets[i + 1] = banks->assets[i], model->stake[i + 1] = 1;
    model->debt[(i + 1) * n] = banks->external[i];
    for (int j = 0; j < banks->n; j++) model->debt[(i + 1) * n + j + 1] = banks->liability[i * banks->n + j];
    if (defaulted[i]) to += sprintf(to, "s,n%d,default,1\n", i + 1);
  }
  struct engine_result result = run_loop(model, shocks);
  spec_loop_free(model);
  return result;
}

/* Live creditors have in cash what estates paid them. */
static bool estates_pay(const struct spec_banks *banks, double alpha, double beta,
                        const struct spec_clearing_result *cleared) {
  struct engine_result result = liquidate_in_loop(banks, alpha, beta, cleared->defaulted);
  bool same = result.status == LS_STATUS_OK;
  if (!same) printf("%s\n", result.message);
  for (int i = 0; same && i < banks->n; i++) {
    double received = 0, scale = 1;
    for (int j = 0; j < banks->n; j++) {
      double owed = banks->liability[j * banks->n + i];
      if (cleared->defaulted[j] && owed > 0) received += owed / spec_banks_owed(banks, j) * cleared->payment[j];
      scale += owed;
    }
    if (cleared->defaulted[i]) received = 0;
    same = close_to(engine_output(&result, 0, i, "cash"), received, scale, "cash from estates", i);
  }
  engine_result_release(&result);
  return same;
}

/* Whether somebody who failed has a claim on another who did: those are paid in full measure by the estates of the loop, and times
 * beta by Rogers and Veraart. */
static bool failures_meet(const struct spec_banks *banks, const bool *defaulted) {
  for (int i = 0; i < banks->n; i++)
    for (int j = 0; j < banks->n; j++)
      if (defaulted[i] && defaulted[j] && banks->liability[i * banks->n + j] > 0) return true;
  return false;
}

TEST estates_pay_as_rogers_and_veraart_have_it(void) {
  struct engine_random random = {2013};
  int compared = 0, with_beta = 0;
  for (int number = 0; number < 3 * NETWORKS; number++) {
    struct spec_banks banks = {.n = 2 + random_below(&random, MOST - 2)};
    double alpha = random_between(&random, 0.2, 1), beta = number % 2 ? random_between(&random, 0.2, 1) : 1;
    for (int i = 0; i < banks.n; i++) {
      banks.external[i] = random_between(&random, 0, 20);
      for (int j = 0; j < banks.n; j++)
        if (i != j && random_chance(&random, 0.3)) banks.liability[i * banks.n + j] = random_between(&random, 0.1, 20);
      banks.assets[i] = random_between(&random, 0, 2) * spec_banks_owed(&banks, i);
    }
    struct spec_clearing problem = {banks.n, banks.assets, banks.liability, banks.external, alpha, beta, false};
    struct spec_clearing_result cleared;
    spec_clearing_result_create(banks.n, &cleared);
    spec_clearing_greatest(&problem, &cleared);
    int defaults = 0;
    for (int i = 0; i < banks.n; i++) defaults += cleared.defaulted[i];
    bool fits = defaults > 0 && (beta == 1 || !failures_meet(&banks, cleared.defaulted));
    bool same = !fits || estates_pay(&banks, alpha, beta, &cleared);
    spec_clearing_result_free(&cleared);
    ASSERT(same);
    compared += fits, with_beta += fits && beta < 1;
  }
  ASSERTm("too few networks for a test", compared > NETWORKS && with_beta > NETWORKS / 8);
  PASS();
}

SUITE(rogers_veraart) { RUN_TEST(estates_pay_as_rogers_and_veraart_have_it); }

/* ---- steps 2 and 3 are supply chains of one step ------------------------------------------------------------------------- */

enum { SUPPLIERS = 6, USERS = 5, TYPES = 3, NODES = 1 + SUPPLIERS + USERS };

/* Suppliers sell to users, users to the world; of three kinds of inputs the essential ones stop sales. */
struct chain {
  double trade[SUPPLIERS * USERS], lost[SUPPLIERS];
  int type[SUPPLIERS];
  bool essential[TYPES];
};

static void draw_chain(struct engine_random *random, struct chain *chain) {
  for (int t = 0; t < TYPES; t++) chain->essential[t] = random_chance(random, 0.7);
  for (int i = 0; i < SUPPLIERS; i++) {
    chain->type[i] = random_below(random, TYPES);
    chain->lost[i] = random_chance(random, 0.5) ? random_unit(random) : 0;
    for (int j = 0; j < USERS; j++)
      chain->trade[i * USERS + j] = random_chance(random, 0.7) ? random_between(random, 1, 9) : 0;
  }
}

/* What is left of users' sales in the loop's first quarter. */
static struct engine_result supply_in_loop(const struct chain *chain) {
  struct spec_loop *model = spec_loop_create(NODES, 1, TYPES, 0);
  for (int t = 0; t < TYPES; t++) model->essential[t] = chain->essential[t];
  for (int i = 0; i < SUPPLIERS; i++) {
    int seller = 1 + i;
    model->input_type[seller] = chain->type[i], model->supply[seller] = 1 - chain->lost[i];
    for (int j = 0; j < USERS; j++) {
      int buyer = 1 + SUPPLIERS + j;
      model->rate[buyer * NODES + seller] = model->backlog[buyer * NODES + seller] = chain->trade[i * USERS + j];
      model->take_or_pay[buyer * NODES + seller] = 1;
      model->capacity[seller] += chain->trade[i * USERS + j];
    }
  }
  for (int i = 1; i < NODES; i++) model->stake[i] = 1;
  for (int j = 1 + SUPPLIERS; j < NODES; j++) {
    model->input_type[j] = -1, model->cash[j] = 1000;
    model->demand_planned[j] = model->demand[j] = 100;
  }
  static const char *const TRACE[] = {"trace=1", NULL};
  struct engine_result none = {LS_STATUS_IO, "folder", NULL};
  struct engine_result result = engine_write_loop(&folder, model) ? engine_run(&folder, "loop", TRACE, NULL) : none;
  spec_loop_free(model);
  return result;
}

/* The same from the textbook of supply chains: users are a sector of their own. */
static void supply_in_chain(const struct chain *chain, double *down) {
  static double trade[(SUPPLIERS + USERS) * (SUPPLIERS + USERS)];
  double lost[SUPPLIERS + USERS] = {0}, up[SUPPLIERS + USERS];
  int sector[SUPPLIERS + USERS], essentiality[(TYPES + 1) * (TYPES + 1)] = {0};
  memset(trade, 0, sizeof trade);
  for (int i = 0; i < SUPPLIERS + USERS; i++) sector[i] = i < SUPPLIERS ? chain->type[i] : TYPES;
  for (int t = 0; t < TYPES; t++) essentiality[t * (TYPES + 1) + TYPES] = chain->essential[t] ? 2 : 0;
  for (int i = 0; i < SUPPLIERS; i++) {
    lost[i] = chain->lost[i];
    for (int j = 0; j < USERS; j++) trade[i * (SUPPLIERS + USERS) + SUPPLIERS + j] = chain->trade[i * USERS + j];
  }
  struct spec_supply supply = {SUPPLIERS + USERS, TYPES + 1, trade, sector, essentiality, NULL, false};
  spec_production(&supply, lost, down, up);
}

TEST supply_is_the_first_step_of_a_supply_chain(void) {
  struct engine_random random = {2022};
  static struct chain chain;
  int short_of = 0;
  for (int number = 0; number < NETWORKS; number++) {
    double down[SUPPLIERS + USERS];
    draw_chain(&random, &chain);
    supply_in_chain(&chain, down);
    struct engine_result result = supply_in_loop(&chain);
    ASSERT_EQm(result.message, LS_STATUS_OK, result.status);
    for (int j = 0; j < USERS; j++) {
      double sold = engine_trace(&result, 0, 0, SUPPLIERS + j, "revenue");
      ASSERT(close_to(sold / 100, down[SUPPLIERS + j], 1, "sales of user", j));
      short_of += sold < 100;
    }
    engine_result_release(&result);
  }
  ASSERTm("too few shortages for a test", short_of > NETWORKS);
  PASS();
}

SUITE(supply_chain) { RUN_TEST(supply_is_the_first_step_of_a_supply_chain); }

/* ---- step 9 with shares and debts is Suzuki ---------------------------------------------------------------------- */

/* 0 has 1, owes others 2, holds half of 1 and all its debt of 4; 1 has 2 and half of 0. 1 is worth nothing and its debt
 * all it has: V0 = 1 + (2 + V0 / 2) - 2, so V0 = 2 and the debt of 1 is worth 3. */
TEST crossed_shares_and_debts_are_valued_by_hand(void) {
  struct spec_loop *model = spec_loop_create(3, 1, 0, 0);
  model->claims_en = true, model->cash[1] = 1, model->cash[2] = 2;
  model->debt[1 * 3] = 2, model->debt[2 * 3 + 1] = 4;
  model->stake[1 * 3 + 2] = model->stake[2] = 0.5, model->stake[2 * 3 + 1] = model->stake[1] = 0.5;
  struct engine_result result = run_loop(model, NULL);
  ASSERT_IN_RANGE(2.0, engine_output(&result, 0, 0, "value"), 1e-11);
  ASSERT_EQ(0.0, engine_output(&result, 0, 1, "value"));
  engine_result_release(&result);
  spec_loop_free(model);
  PASS();
}

/* Four firms. What they owe outside goes to the world or, so that the value of a debt shows as that of a firm, to one
 * firm for each that has nothing else: of[i] then is the part of i's debt that firm 4 + i holds. */
static struct spec_loop *suzuki(const json_t *root, const double *assets, bool creditors, double *of) {
  double share[16], debt_share[16], nominal[4];
  int n = creditors ? 9 : 5;
  struct spec_loop *model = spec_loop_create(n, 1, 0, 0);
  model->claims_en = true;
  spec_case_matrix(root, "inputs/Ms_row_holds_share_of_col", share), spec_case_matrix(root, "inputs/Md", debt_share);
  spec_case_vector(root, "inputs/nominal_debt", nominal);
  for (int i = 1; i < n; i++) model->stake[i] = 1;
  for (int i = 0; i < 4; i++) {
    of[i] = 1, model->cash[i + 1] = assets[i];
    for (int j = 0; j < 4; j++) {
      model->stake[(i + 1) * n + j + 1] = share[i * 4 + j], model->stake[j + 1] -= share[i * 4 + j];
      model->debt[(i + 1) * n + j + 1] = debt_share[j * 4 + i] * nominal[i], of[i] -= debt_share[j * 4 + i];
    }
    model->debt[(i + 1) * n + (creditors ? 5 + i : 0)] = of[i] * nominal[i];
  }
  return model;
}

/* Four equities, then, with creditors, four values of debt. */
static bool suzuki_values(const json_t *root, const double *assets, bool creditors, double *value) {
  double of[4];
  struct spec_loop *model = suzuki(root, assets, creditors, of);
  struct engine_result result = run_loop(model, NULL);
  for (int k = 0; k < model->n - 1; k++) value[k] = engine_output(&result, 0, k, "value") / (k < 4 ? 1 : of[k - 4]);
  bool done = result.status == LS_STATUS_OK;
  if (!done) printf("%s\n", result.message);
  engine_result_release(&result);
  spec_loop_free(model);
  return done;
}

static bool suzuki_vector(const json_t *root, const char *name) {
  double assets[4], expected[8], value[8];
  bool same = true;
  const json_t *out = json_object_get(spec_case_at(root, "outputs"), name);
  spec_case_vector(out, "a", assets), spec_case_vector(out, "equity", expected);
  spec_case_vector(out, "debt_value", expected + 4);
  for (int creditors = 0; creditors < 2; creditors++) {
    same = suzuki_values(root, assets, creditors, value) && same;
    for (int k = 0; k < (creditors ? 8 : 4); k++)
      same = close_to(value[k], expected[k], 1, k < 4 ? "equity" : "debt", k % 4) && same;
  }
  return same;
}

/* Values are piecewise linear in assets, so that a central difference is exact as long as no firm changes sides; the
 * smallest equity is 0.03 and no shortfall is smaller, which a step of 0.01 respects. */
static bool suzuki_slopes(const json_t *root, const char *name) {
  const double step = 0.01;
  double assets[4], expected[32], up[8], down[8];
  bool same = true;
  const json_t *out = json_object_get(spec_case_at(root, "outputs"), name);
  spec_case_vector(out, "a", assets), spec_case_matrix(out, "jacobian_d_equity_debt_d_a", expected);
  for (int j = 0; j < 4; j++) {
    assets[j] += step, same = suzuki_values(root, assets, true, up) && same;
    assets[j] -= 2 * step, same = suzuki_values(root, assets, true, down) && same;
    assets[j] += step;
    for (int k = 0; k < 8; k++)
      same = close_to((up[k] - down[k]) / (2 * step), expected[k * 4 + j], 1, "slope", k) && same;
  }
  return same;
}

TEST valuation_with_shares_and_debts_is_suzuki(void) {
  json_t *root = spec_case_load("xos_suzuki4");
  if (!root) SKIPm("cases of ../shared are not here");
  static const char *const NAME[] = {"published_input", "stressed", "severe"};
  bool same = true;
  for (int k = 0; k < 3; k++) same = suzuki_vector(root, NAME[k]) && suzuki_slopes(root, NAME[k]) && same;
  json_decref(root);
  ASSERT(same);
  PASS();
}

SUITE(suzuki_valuation) {
  RUN_TEST(crossed_shares_and_debts_are_valued_by_hand);
  RUN_TEST(valuation_with_shares_and_debts_is_suzuki);
}

/* ---- shocks through demand --------------------------------------------------------------------------------------- */

/* Firm i plans an external revenue worth planned[i] and gets after[i] of it; costs eat the revenue itself. */
static struct engine_result run_with_demand(struct spec_loop *model, const double *planned, const double *after) {
  char scenarios[1024], *at = scenarios;
  at += sprintf(at, "scenario,target,variable,value\n");
  for (int i = 1; i < model->n; i++) {
    model->cogs[i] = 1, model->multiple[i] = 2;
    model->demand_planned[i] = model->demand[i] = planned[i - 1] / 8; /* four quarters at a multiple of 2 */
    at += sprintf(at, "s,n%d,demand,%.17g\n", i, after[i - 1] / planned[i - 1]);
  }
  return run_loop(model, scenarios);
}

/* ---- step 9 with backlog is linear DebtRank ---------------------------------------------------------------------- */

/* Every firm is worth 1 at the start: revenue 1, cash 1, backlog by its exposures, and debts that make up for both
 * but the revenue, so that a shock of 1 can take all. 1 - value then is DebtRank's h. */
static struct engine_result spread_by_backlog(int n, const double *exposure, const double *shock) {
  double planned[MOST] = {0}, after[MOST] = {0};
  struct spec_loop *model = spec_loop_create(n + 1, 1, 0, 0);
  for (int i = 0; i < n; i++) {
    planned[i] = 1, after[i] = 1 - shock[i];
    model->cash[i + 1] = 1, model->stake[i + 1] = 1, model->backlog_margin[i + 1] = 0.5;
    model->debt[(i + 1) * (n + 1)] = 1;
    for (int j = 0; j < n; j++) {
      model->backlog[(j + 1) * (n + 1) + i + 1] = exposure[i * n + j] / 0.5;
      model->debt[(i + 1) * (n + 1)] += exposure[i * n + j];
    }
  }
  struct engine_result result = run_with_demand(model, planned, after);
  spec_loop_free(model);
  return result;
}

static bool distress_is(int n, const double *exposure, const double *shock, const double *expected) {
  struct engine_result result = spread_by_backlog(n, exposure, shock);
  bool same = result.status == LS_STATUS_OK;
  for (int i = 0; same && i < n; i++)
    same = close_to(1 - engine_output(&result, 0, i, "value"), expected[i], 1, "distress", i) &&
           close_to(engine_output(&result, 0, i, "cash"), 1, 1, "cash", i) &&
           close_to(engine_output(&result, 0, i, "loss"), expected[i], 1, "loss", i);
  if (!same) printf("%s\n", result.message);
  engine_result_release(&result);
  return same;
}

/* The same network as banks with an equity of 1 that have lent to one another. */
static bool debtrank_of_engine(int n, const double *exposure, const double *shock, double *distress) {
  double liability[MOST * MOST], one[MOST];
  char scenarios[1024], *at = scenarios;
  at += sprintf(at, "scenario,target,variable,value\n");
  for (int i = 0; i < n; i++) {
    one[i] = 1, at += sprintf(at, "s,b%d,equity_loss,%.17g\n", i, shock[i]);
    for (int j = 0; j < n; j++) liability[j * n + i] = exposure[i * n + j];
  }
  struct engine_banks tables = {n, NULL, NULL, liability, one, NULL};
  if (!engine_write_banks(&bank_folder, &tables)) return false;
  struct engine_result result = engine_run(&bank_folder, "debtrank-linear", NO_SETTINGS, scenarios);
  for (int i = 0; i < n; i++) distress[i] = engine_output(&result, 0, i, "distress");
  bool done = result.status == LS_STATUS_OK;
  engine_result_release(&result);
  return done;
}

/* Half of each hangs on the other and the first loses half: h0 = 0.5 + h1 / 2, h1 = h0 / 2, so 2/3 and 1/3. With 0.8
 * lost and h1 = 0.6 h0, the first would lose 0.8 + 0.3 and more: it is gone, the second loses 0.6. */
TEST backlog_spreads_distress_by_hand(void) {
  const double half[4] = {0, 0.5, 0.5, 0}, uneven[4] = {0, 0.5, 0.6, 0};
  const double mild[2] = {0.5, 0}, strong[2] = {0.8, 0}, thirds[2] = {2.0 / 3, 1.0 / 3}, gone[2] = {1, 0.6};
  ASSERT(distress_is(2, half, mild, thirds));
  ASSERT(distress_is(2, uneven, strong, gone));
  PASS();
}

TEST valuation_with_backlog_is_linear_debtrank(void) {
  json_t *root = spec_case_load("spectral_stability3");
  if (!root) SKIPm("cases of ../shared are not here");
  const double strong[2][3] = {{0.6, 0.2, 0}, {1, 0, 0}};
  double exposure[9], mild[3], expected[3];
  spec_case_matrix(root, "inputs/Lambda", exposure), spec_case_vector(root, "inputs/h0", mild);
  spec_case_vector(root, "outputs/h", expected);
  json_decref(root);
  ASSERT(distress_is(3, exposure, mild, expected));
  for (int k = 0; k < 2; k++) {
    ASSERT(debtrank_of_engine(3, exposure, strong[k], expected));
    ASSERT(distress_is(3, exposure, strong[k], expected));
  }
  PASS();
}

TEST valuation_with_backlog_is_linear_debtrank_on_random_networks(void) {
  struct engine_random random = {42};
  int gone = 0, alive = 0;
  for (int number = 0; number < NETWORKS; number++) {
    int n = 2 + random_below(&random, MOST - 3);
    double exposure[MOST * MOST] = {0}, shock[MOST], expected[MOST], most = random_between(&random, 0.1, 1);
    for (int i = 0; i < n; i++) {
      shock[i] = random_chance(&random, 0.5) ? random_unit(&random) : 0;
      for (int j = 0; j < n; j++)
        if (i != j && random_chance(&random, 0.4)) exposure[i * n + j] = random_between(&random, 0, most);
    }
    ASSERT(debtrank_of_engine(n, exposure, shock, expected));
    ASSERT(distress_is(n, exposure, shock, expected));
    for (int i = 0; i < n; i++) gone += expected[i] == 1, alive += expected[i] > 0 && expected[i] < 1;
  }
  ASSERTm("too few saturate, or too many", gone > NETWORKS / 4 && alive > NETWORKS / 4);
  PASS();
}

SUITE(debtrank) {
  RUN_TEST(backlog_spreads_distress_by_hand);
  RUN_TEST(valuation_with_backlog_is_linear_debtrank);
  RUN_TEST(valuation_with_backlog_is_linear_debtrank_on_random_networks);
}

/* ---- steps 9 and 10 with shares are Elliott-Golub-Jackson -------------------------------------------------------- */

/* share[i * n + j]: of j, held by i; the diagonal is not read. */
static struct spec_loop *cross_holdings(int n, const double *share, double theta, double cost) {
  struct spec_loop *model = spec_loop_create(n + 1, 1, 0, 0);
  for (int j = 0; j < n; j++) {
    model->stake[j + 1] = 1, model->threshold[j + 1] = theta, model->distress_cost[j + 1] = cost;
    for (int i = 0; i < n; i++)
      if (i != j) model->stake[(i + 1) * (n + 1) + j + 1] = share[i * n + j], model->stake[j + 1] -= share[i * n + j];
  }
  return model;
}

/* Each holds half of the other and both are worth 2. The first's assets fall from 1 to 0.5: V0 = 0.5 + V1 / 2 and V1 =
 * 1 + V0 / 2 give 4/3 and 5/3, of which 4/3 < 0.8 * 2. It loses 0.2 * 2 more: 0.8 and 1.4, and now the second falls:
 * V0 = 0.1 + V1 / 2 and V1 = 0.6 + V0 / 2 give 8/15 and 13/15. Without the cost only the first falls. */
TEST one_failure_takes_the_other_along_by_hand(void) {
  const double half[4] = {0, 0.5, 0.5, 0}, planned[2] = {1, 1}, after[2] = {0.5, 1};
  for (int costly = 0; costly < 2; costly++) {
    struct spec_loop *model = cross_holdings(2, half, 0.8, costly ? 0.2 : 0);
    struct engine_result result = run_with_demand(model, planned, after);
    ASSERT_IN_RANGE(costly ? 8.0 / 15 : 4.0 / 3, engine_output(&result, 0, 0, "value"), 1e-11);
    ASSERT_IN_RANGE(costly ? 13.0 / 15 : 5.0 / 3, engine_output(&result, 0, 1, "value"), 1e-11);
    ASSERT_EQ(0.0, engine_output(&result, 0, 0, "distress_quarter"));
    ASSERT_EQ(costly ? 0.0 : -1.0, engine_output(&result, 0, 1, "distress_quarter"));
    engine_result_release(&result);
    spec_loop_free(model);
  }
  PASS();
}

static bool listed_in_waves(const json_t *waves, const char *name) {
  const json_t *wave, *member;
  size_t k, m;
  json_array_foreach((json_t *)waves, k, wave) {
    json_array_foreach((json_t *)wave, m, member) {
      if (strcmp(name, json_string_value(member)) == 0) return true;
    }
  }
  return false;
}

/* The published values are those of final owners, 2/3 of each country's. */
static bool europe_falls(const json_t *root, const json_t *reductions, double theta) {
  double share[36], before[6], after[6], final[6];
  char key[32], waves_key[32];
  bool same = true;
  snprintf(key, sizeof key, "theta%.10g", theta), snprintf(waves_key, sizeof waves_key, "EGJ theta=%.10g", theta);
  const json_t *expected = json_object_get(spec_case_at(root, "outputs/cascades/A_unrounded"), key);
  const json_t *waves = json_object_get(spec_case_at(reductions, "outputs"), waves_key);
  spec_case_matrix(root, "outputs/C", share), spec_case_vector(expected, "final_values", final);
  spec_case_vector(root, "inputs/p_2008", before), spec_case_vector(root, "inputs/p_2011", after);
  struct spec_loop *model = cross_holdings(6, share, theta, theta * (2.0 / 3) / 2);
  struct engine_result result = run_with_demand(model, before, after);
  for (int i = 0; i < 6; i++) {
    const char *name = json_string_value(json_array_get(spec_case_at(root, "inputs/countries"), (size_t)i));
    double flagged = listed_in_waves(waves, name) ? 0 : -1;
    same = close_to(engine_output(&result, 0, i, "value") * 2 / 3, final[i], final[i], "value", i) &&
           close_to(engine_output(&result, 0, i, "distress_quarter"), flagged, 1, "distress_quarter", i) && same;
  }
  if (!same) printf("%s: %s\n", key, result.message);
  engine_result_release(&result);
  spec_loop_free(model);
  return same;
}

TEST valuation_and_distress_with_shares_are_elliott_golub_jackson(void) {
  json_t *root = spec_case_load("egj_europe6"), *reductions = spec_case_load("loop1_reductions");
  if (!root || !reductions) SKIPm("cases of ../shared are not here");
  const double theta[] = {0.9, 0.93, 0.935, 0.94};
  bool same = true;
  for (int k = 0; k < 4; k++) same = europe_falls(root, reductions, theta[k]) && same;
  json_decref(root), json_decref(reductions);
  ASSERT(same);
  PASS();
}

SUITE(elliott_golub_jackson) {
  RUN_TEST(one_failure_takes_the_other_along_by_hand);
  RUN_TEST(valuation_and_distress_with_shares_are_elliott_golub_jackson);
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  if (!engine_folder_open(&folder) || !engine_folder_open(&bank_folder)) return 1;
  RUN_SUITE(eisenberg_noe);
  RUN_SUITE(rogers_veraart);
  RUN_SUITE(supply_chain);
  RUN_SUITE(suzuki_valuation);
  RUN_SUITE(debtrank);
  RUN_SUITE(elliott_golub_jackson);
  engine_folder_close(&folder), engine_folder_close(&bank_folder);
  GREATEST_MAIN_END();
}

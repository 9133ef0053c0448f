/* test_neva.c - network valuation: its valuation functions against the published points, against integrals and at their
 * limits; the model against the textbook version on random networks and against the models that it contains.
 *
 * The engine stops at 1e-10 of a unit of valuation with an error estimate below that; AGREE leaves a factor 100.
 */
#define LS_STATIC_MODEL(name)
#include "models/neva.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "greatest.h"
#include "spec/spec_case.h"
#include "spec/spec_engine.h"
#include "spec/spec_neva.h"
#include "support.h"

enum { MOST = 20, NETWORKS = 120 };
static const double AGREE = 1e-8;

static struct engine_folder folder;
static const char *const VALUATION[] = {"valuation=eisenberg-noe", "valuation=rogers-veraart", "valuation=furfine",
                                        "valuation=linear",        "valuation=merton",         "valuation=black-cox"};

/* ---- one claim --------------------------------------------------------------------------------------------------- */

static struct neva_debtor debtor(double equity, double assets, double due) {
  return (struct neva_debtor){lane_set(equity), lane_set(assets), lane_set(due),
                              lane_less_equal(lane_set(equity), lane_set(0))};
}

static double merton(double equity, double assets, double due, double deviation, double recovery) {
  return lane_get(neva_merton(debtor(equity, assets, due), lane_set(deviation), recovery), 0);
}

static double black_cox(double equity, double assets, double due, double deviation, double recovery) {
  return lane_get(neva_black_cox(debtor(equity, assets, due), lane_set(deviation), recovery), 0);
}

TEST claims_are_worth_what_is_published(void) {
  json_t *root = spec_case_load("neva_valuation_functions");
  if (!root) SKIPm("cases of ../shared are not here");
  int points = spec_case_length(root, "outputs/points");
  for (int k = 0; k < points; k++) {
    const json_t *point = json_array_get(spec_case_at(root, "outputs/points"), (size_t)k);
    double equity = spec_case_number(point, "equity"), assets = spec_case_number(point, "ext_assets");
    double due = spec_case_number(point, "liab_tot"), rho = spec_case_number(point, "rho");
    double sigma = spec_case_number(point, "sigma");
    ASSERT_IN_RANGE(spec_case_number(point, "V_merton"), merton(equity, assets, due, sigma, rho), 1e-12);
    ASSERT_IN_RANGE(spec_case_number(point, "V_blackcox"), black_cox(equity, assets, due, sigma, rho), 1e-12);
    ASSERT_IN_RANGE(1 - spec_case_number(point, "pd_merton"), merton(equity, assets, due, sigma, 0), 1e-12);
  }
  json_decref(root);
  ASSERT(points > 0);
  PASS();
}

/* Simpson's rule with 20000 pieces is itself good to about 1e-11 here; the tolerance is that of the published case. */
TEST claims_are_worth_the_integral_of_what_is_paid(void) {
  struct engine_random random = {51};
  for (int k = 0; k < 400; k++) {
    double assets = random_between(&random, 1, 20), due = random_between(&random, 0.05, 20);
    double equity = random_between(&random, -1.5 * due, 1.2 * assets), rho = random_unit(&random);
    double deviation = exp(random_between(&random, log(1e-3), log(2)));
    double expected = spec_neva_merton_integral(equity, assets, due, deviation, rho);
    ASSERT_IN_RANGE(expected, merton(equity, assets, due, deviation, rho), AGREE);
    ASSERT_IN_RANGE(expected, spec_neva_merton(equity, assets, due, deviation, rho), AGREE);
    equity = random_between(&random, 0.001, 0.999) * assets;
    expected = 1 - (1 - rho) * spec_neva_passage_integral(equity, assets, deviation);
    ASSERT_IN_RANGE(expected, black_cox(equity, assets, due, deviation, rho), AGREE);
  }
  PASS();
}

/* Far apart in size, and where quotients and logarithms have no value. */
static const double SIZES[] = {0, 1e-300, 1e-12, 1e-3, 1, 7, 1e3, 1e12, 1e300};
static const double DEVIATIONS[] = {1e-300, 1e-12, 1e-3, 0.05, 0.5, 3, 40, NEVA_DEVIATION_MOST};
enum { SIZE_COUNT = sizeof SIZES / sizeof *SIZES, DEVIATION_COUNT = sizeof DEVIATIONS / sizeof *DEVIATIONS };

static bool is_share(double value) { return value >= 0 && value <= 1; }

TEST claims_are_worth_a_share_whatever_the_sizes(void) {
  for (int a = 0; a < SIZE_COUNT; a++)
    for (int l = 0; l < SIZE_COUNT; l++)
      for (int e = 0; e < 2 * SIZE_COUNT + 3; e++)
        for (int s = 0; s < DEVIATION_COUNT; s++) {
          double near[] = {SIZES[a], nextafter(SIZES[a], 0), -SIZES[l]};
          double equity = e >= 2 * SIZE_COUNT ? near[e - 2 * SIZE_COUNT] : (e % 2 ? -1 : 1) * SIZES[e / 2];
          for (int r = 0; r < 3; r++) {
            ASSERT(is_share(merton(equity, SIZES[a], SIZES[l], DEVIATIONS[s], r / 2.0)));
            ASSERT(is_share(black_cox(equity, SIZES[a], SIZES[l], DEVIATIONS[s], r / 2.0)));
          }
        }
  PASS();
}

/* Rounding may lower a value by some units in the last place of A / L, no more. */
TEST claims_never_lose_when_equity_rises(void) {
  struct engine_random random = {52};
  for (int k = 0; k < 300; k++) {
    double assets = random_between(&random, 0.1, 20), due = random_between(&random, 0.1, 20), before[2] = {0, 0};
    double deviation = exp(random_between(&random, log(1e-4), log(3))), rho = random_unit(&random);
    for (int step = 0; step <= 400; step++) {
      double equity = -1.2 * due + step / 400.0 * (1.2 * due + 1.2 * assets);
      double now[2] = {merton(equity, assets, due, deviation, rho), black_cox(equity, assets, due, deviation, rho)};
      ASSERT(now[0] >= before[0] - 1e-12 && now[1] >= before[1] - 1e-12);
      before[0] = now[0], before[1] = now[1];
    }
    ASSERT_EQ(1.0, merton(assets, assets, due, deviation, rho));
    ASSERT_EQ(1.0, black_cox(assets, assets, due, deviation, rho));
    ASSERT_EQ(rho, black_cox(0, assets, due, deviation, rho));
  }
  PASS();
}

/* As s falls to 0: paid in full where E > 0, else rho of what is left; black-cox: rho. Near a kink merton is off by up
 * to 0.4 s A / L. */
TEST claims_without_volatility_are_worth_what_is_there(void) {
  for (int k = -12; k <= 12; k++) {
    double equity = k == 0 ? 0.25 : k / 2.0, left = equity > 0 ? 1 : 0.5 * fmax(0, (equity + 5) / 5);
    ASSERT_IN_RANGE(left, merton(equity, 10, 5, 1e-9, 0.5), 1e-9);
    ASSERT_IN_RANGE(left, merton(equity, 0, 5, 0.2, 0.5), 1e-15);
    ASSERT_IN_RANGE(left, lane_get(neva_certain(debtor(equity, 10, 5), 0.5), 0), 1e-15);
    ASSERT_IN_RANGE(equity > 0 ? 1 : 0.5, black_cox(equity, 10, 5, 1e-9, 0.5), 1e-15);
    ASSERT_IN_RANGE(equity > 0 ? 1 : 0.5, black_cox(equity, 0, 5, 0.2, 0.5), 1e-15);
  }
  PASS();
}

SUITE(claims) {
  RUN_TEST(claims_are_worth_what_is_published);
  RUN_TEST(claims_are_worth_the_integral_of_what_is_paid);
  RUN_TEST(claims_are_worth_a_share_whatever_the_sizes);
  RUN_TEST(claims_never_lose_when_equity_rises);
  RUN_TEST(claims_without_volatility_are_worth_what_is_there);
}

/* ---- one network ------------------------------------------------------------------------------------------------- */

struct banks {
  int n;
  double assets[MOST], external[MOST], liability[MOST * MOST], volatility[MOST], loss[MOST];
};

static double owed(const struct banks *banks, int i) {
  double sum = banks->external[i];
  for (int j = 0; j < banks->n; j++) sum += banks->liability[i * banks->n + j];
  return sum;
}

static double claims_of(const struct banks *banks, int i) {
  double sum = 0;
  for (int j = 0; j < banks->n; j++) sum += banks->liability[j * banks->n + i];
  return sum;
}

static double scale_of(const struct banks *banks, int i) {
  return owed(banks, i) + claims_of(banks, i) + banks->assets[i] + 1e-300;
}

static double book_of(const struct banks *banks, int i) {
  return banks->assets[i] + claims_of(banks, i) - owed(banks, i);
}

/* Row k of the files is bank n - 1 - k where reversed. */
static bool write_banks(const struct banks *banks, bool reversed) {
  char entities[8192], debts[32768], *at = entities, *to = debts;
  at += sprintf(at, "id,external_assets,external_liabilities,asset_volatility\n");
  to += sprintf(to, "debtor,creditor,amount\n");
  for (int k = 0; k < banks->n; k++) {
    int i = reversed ? banks->n - 1 - k : k;
    at += sprintf(at, "b%d,%.17g,%.17g,%.17g\n", i, banks->assets[i], banks->external[i], banks->volatility[i]);
    for (int j = 0; j < banks->n; j++)
      if (banks->liability[i * banks->n + j] > 0)
        to += sprintf(to, "b%d,b%d,%.17g\n", i, j, banks->liability[i * banks->n + j]);
  }
  return support_write_file(folder.path, "entities.csv", entities) &&
         support_write_file(folder.path, "liabilities.csv", debts);
}

/* One scenario: every bank's own loss of outside assets. */
static struct engine_result value_as(const struct banks *banks, const char *model, const char *const *settings,
                                     bool reversed) {
  char scenarios[4096], *at = scenarios;
  struct engine_result none = {LS_STATUS_IO, "folder", NULL};
  at += sprintf(at, "scenario,target,variable,value\n");
  for (int i = 0; i < banks->n; i++) at += sprintf(at, "s,b%d,external_assets_loss,%.17g\n", i, banks->loss[i]);
  return write_banks(banks, reversed) ? engine_run(&folder, model, settings, scenarios) : none;
}

static struct engine_result value(const struct banks *banks, const char *const *settings) {
  return value_as(banks, "neva", settings, false);
}

/* By turns sparse, dense, core and periphery, a ring, whole numbers (ties). */
static bool linked(struct engine_random *random, int kind, int n, int i, int j) {
  int core = n / 4 + 1;
  if (kind == 0) return random_chance(random, 1.5 / n);
  if (kind == 1) return random_chance(random, 0.9);
  if (kind == 2) return (i < core && j < core) || ((i < core || j < core) && random_chance(random, 0.2));
  return kind == 3 ? j == (i + 1) % n : random_chance(random, 0.4);
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
    banks->external[i] = kind == 4 ? 1 + random_below(random, 9) : random_between(random, 1, 30);
    banks->volatility[i] = random_chance(random, 0.1) ? 0 : random_between(random, 0.005, 0.4);
    banks->loss[i] = number % 3 == 0 ? 0 : number % 3 == 1 ? 0.25 : random_unit(random) / 2;
  }
  for (int i = 0; i < n; i++) {
    double cover = random_between(random, 0.9, 1.4) * owed(banks, i) - claims_of(banks, i);
    banks->assets[i] = cover > 0 && !random_chance(random, 0.1) ? kind == 4 ? floor(cover) : cover : 0;
  }
}

/* ---- against the textbook ---------------------------------------------------------------------------------------- */

struct parameters {
  char recovery[40], alpha[40], beta[40];
  double rho, keeps_alpha, keeps_beta;
};

static void draw_parameters(struct engine_random *random, struct parameters *p) {
  p->rho = random_below(random, 5) / 4.0;
  p->keeps_alpha = random_between(random, 0.5, 1), p->keeps_beta = random_between(random, 0.5, 1);
  snprintf(p->recovery, sizeof p->recovery, "recovery=%.17g", p->rho);
  snprintf(p->alpha, sizeof p->alpha, "alpha=%.17g", p->keeps_alpha);
  snprintf(p->beta, sizeof p->beta, "beta=%.17g", p->keeps_beta);
}

static bool same_as_textbook(const struct banks *banks, const struct parameters *p, int valuation, bool least) {
  double left[MOST], equity[MOST], worth[MOST];
  for (int i = 0; i < banks->n; i++) left[i] = banks->assets[i] * (1 - banks->loss[i]);
  struct spec_neva problem = {banks->n,
                              banks->assets,
                              left,
                              banks->external,
                              banks->liability,
                              banks->volatility,
                              (enum spec_valuation)valuation,
                              0.2,
                              2.25,
                              p->rho,
                              p->keeps_alpha,
                              p->keeps_beta,
                              least};
  const char *const settings[] = {VALUATION[valuation],
                                  least ? "solution=least" : "solution=greatest",
                                  p->recovery,
                                  p->alpha,
                                  p->beta,
                                  "maturity=2.25",
                                  NULL};
  if (!spec_neva_solve(&problem, equity, worth)) return true; /* too slow for the textbook: see the exact finish */
  struct engine_result result = value(banks, settings);
  bool same = result.status == LS_STATUS_OK && engine_scenario_number(&result, 0, "converged") == 1;
  for (int i = 0; same && i < banks->n; i++) {
    double e = engine_output(&result, 0, i, "equity"), v = engine_output(&result, 0, i, "valuation");
    bool fails = engine_output(&result, 0, i, "default") != 0, sure = fabs(equity[i]) > AGREE * scale_of(banks, i);
    same = fabs(e - equity[i]) <= AGREE * scale_of(banks, i) && fabs(v - worth[i]) <= AGREE;
    same = same && is_share(v) && (!sure || fails == (equity[i] < 0));
    if (!same)
      printf("bank %d of %d: equity %.17g %.17g, valuation %.17g %.17g\n", i, banks->n, e, equity[i], v, worth[i]);
  }
  if (!same) printf("%s %s %s %s\n", VALUATION[valuation], settings[1], p->recovery, result.message);
  engine_result_release(&result);
  return same;
}

TEST valuations_agree_with_the_textbook_on_random_networks(void) {
  struct engine_random random = {53};
  struct banks banks;
  struct parameters parameters;
  for (int number = 0; number < NETWORKS; number++) {
    draw_banks(&random, number, &banks);
    draw_parameters(&random, &parameters);
    for (int valuation = 0; valuation < SPEC_VALUATIONS; valuation++)
      for (int least = 0; least < 2; least++) {
        if (!same_as_textbook(&banks, &parameters, valuation, least)) printf("network %d\n", number);
        ASSERT(same_as_textbook(&banks, &parameters, valuation, least));
      }
  }
  PASS();
}

/* ---- against other models ---------------------------------------------------------------------------------------- */

/* Payments per debt, and equity where it is not below 0. Whole numbers are left out where a tie is told differently: it
 * fails here and pays there. */
static bool clears_alike(const struct banks *banks, const char *model, const char *const *settings,
                         const char *const *own) {
  struct engine_result expected = value_as(banks, model, settings, false), result = value(banks, own);
  bool same = result.status == LS_STATUS_OK && expected.status == LS_STATUS_OK;
  double net = engine_scenario_number(&expected, 0, "system_loss");
  for (int i = 0; same && i < banks->n; i++) {
    double due = owed(banks, i), e = engine_output(&result, 0, i, "equity");
    same = fabs(fmax(e, 0) - engine_output(&expected, 0, i, "equity")) <= AGREE * scale_of(banks, i) &&
           fabs(engine_output(&result, 0, i, "valuation") * due - engine_output(&expected, 0, i, "payment")) <=
               AGREE * due;
    if (!same) printf("bank %d of %d: equity %.17g\n", i, banks->n, e);
  }
  same = same && fabs(net - engine_scenario_number(&result, 0, "system_loss")) <= 1e-6 * (1 + net);
  if (!same) printf("%s: %s %s\n", model, expected.message, result.message);
  engine_result_release(&expected), engine_result_release(&result);
  return same;
}

TEST clearing_valuations_are_clearing(void) {
  struct engine_random random = {54};
  struct banks banks;
  for (int number = 0; number < NETWORKS; number++) {
    draw_banks(&random, number, &banks);
    const char *const least = number % 2 ? "solution=least" : "solution=greatest";
    const char *const plain[] = {least, NULL}, *const own_plain[] = {VALUATION[0], least, NULL};
    const char *const costly[] = {"alpha=0.7", "beta=0.8", NULL};
    const char *const own_costly[] = {VALUATION[1], "alpha=0.7", "beta=0.8", NULL};
    const char *const free_of_costs[] = {VALUATION[1], least, NULL};
    ASSERT(clears_alike(&banks, "eisenberg-noe", plain, own_plain));
    ASSERT(clears_alike(&banks, "eisenberg-noe", plain, free_of_costs));
    if (number % 5 != 4) ASSERT(clears_alike(&banks, "rogers-veraart", costly, own_costly));
  }
  PASS();
}

/* Without volatility, given by the column or because the term is over, and with ever less of it. */
TEST merton_without_volatility_is_eisenberg_noe(void) {
  struct engine_random random = {55};
  struct banks banks;
  for (int number = 0; number < NETWORKS; number++) {
    draw_banks(&random, number, &banks);
    const char *const none[] = {NULL}, *const own[] = {VALUATION[4], number % 2 ? "maturity=0" : "maturity=1", NULL};
    for (int i = 0; i < banks.n && number % 2 == 0; i++) banks.volatility[i] = number % 4 ? 1e-10 : 0;
    ASSERT(clears_alike(&banks, "eisenberg-noe", none, own));
  }
  PASS();
}

/* Whose equity is 0 by the book fails here at once, and in other models as soon as anything is lost. */
static bool has_nothing_to_lose(const struct banks *banks) {
  for (int i = 0; i < banks->n; i++)
    if (book_of(banks, i) == 0) return true;
  return false;
}

/* The same sets of failures: losses that use up equity. All that a claim is worth after default is the recovery. */
TEST furfine_valuation_is_furfine(void) {
  struct engine_random random = {56};
  struct banks banks;
  for (int number = 0; number < NETWORKS; number++) {
    static const char *const none[] = {"lgd=0.5", NULL};
    const char *const own[] = {VALUATION[2], "recovery=0.5", NULL};
    draw_banks(&random, number, &banks);
    if (has_nothing_to_lose(&banks)) continue;
    struct engine_result expected = value_as(&banks, "furfine", none, false), result = value(&banks, own);
    ASSERT_EQ(LS_STATUS_OK, expected.status);
    for (int i = 0; i < banks.n; i++) {
      double lost = banks.assets[i] * banks.loss[i] + engine_output(&expected, 0, i, "credit_loss");
      bool fails = engine_output(&expected, 0, i, "default") != 0;
      ASSERT_IN_RANGE(book_of(&banks, i) - lost, engine_output(&result, 0, i, "equity"), AGREE * scale_of(&banks, i));
      ASSERT_EQ(fails ? 0.5 : 1.0, engine_output(&result, 0, i, "valuation"));
      ASSERT_EQ(fails, engine_output(&result, 0, i, "default") != 0);
    }
    engine_result_release(&expected), engine_result_release(&result);
  }
  PASS();
}

/* A claim is worth 1 - (1 - rho) P with rho = 0 and P = h, the distress of the debtor. */
TEST linear_valuation_is_linear_debtrank(void) {
  struct engine_random random = {57};
  struct banks banks;
  for (int number = 0; number < NETWORKS; number++) {
    const char *const none[] = {NULL}, *const own[] = {VALUATION[3], NULL};
    draw_banks(&random, number, &banks);
    for (int i = 0; i < banks.n; i++) banks.loss[i] /= number % 2 ? 20 : 1; /* mild enough not to ruin everybody */
    struct engine_result expected = value_as(&banks, "debtrank-linear", none, false), result = value(&banks, own);
    for (int i = 0; i < banks.n; i++) {
      double h = engine_output(&expected, 0, i, "distress");
      ASSERT_IN_RANGE(1 - h, engine_output(&result, 0, i, "valuation"), 1e-7);
      if (book_of(&banks, i) != 0)
        ASSERT_EQ(engine_output(&expected, 0, i, "default"), engine_output(&result, 0, i, "default"));
    }
    engine_result_release(&expected), engine_result_release(&result);
  }
  PASS();
}

SUITE(networks) {
  RUN_TEST(valuations_agree_with_the_textbook_on_random_networks);
  RUN_TEST(clearing_valuations_are_clearing);
  RUN_TEST(merton_without_volatility_is_eisenberg_noe);
  RUN_TEST(furfine_valuation_is_furfine);
  RUN_TEST(linear_valuation_is_linear_debtrank);
}

/* ---- theorems ---------------------------------------------------------------------------------------------------- */

TEST the_greatest_valuation_is_never_below_the_least(void) {
  struct engine_random random = {58};
  struct banks banks;
  for (int number = 0; number < 60; number++) {
    draw_banks(&random, number, &banks);
    const char *const greatest[] = {VALUATION[number % 6], "recovery=0.4", "alpha=0.7", "beta=0.6", NULL};
    const char *const least[] = {
        VALUATION[number % 6], "recovery=0.4", "alpha=0.7", "beta=0.6", "solution=least", NULL};
    struct engine_result above = value(&banks, greatest), below = value(&banks, least);
    for (int i = 0; i < banks.n; i++) {
      ASSERT(engine_output(&above, 0, i, "valuation") >= engine_output(&below, 0, i, "valuation") - AGREE);
      ASSERT(engine_output(&above, 0, i, "equity") >=
             engine_output(&below, 0, i, "equity") - AGREE * scale_of(&banks, i));
    }
    engine_result_release(&above), engine_result_release(&below);
  }
  PASS();
}

/* The volatility by the book before the shock: it must not fall or rise with the shock, or else this would not hold. */
TEST larger_losses_never_raise_a_valuation_of_assets_that_do_not_move(void) {
  struct engine_random random = {59};
  struct banks banks;
  for (int number = 0; number < 60; number++) {
    double before[MOST];
    const char *const settings[] = {VALUATION[number % 4], "recovery=0.4", "alpha=0.7", "beta=0.6", NULL};
    draw_banks(&random, number, &banks);
    for (int i = 0; i < banks.n; i++) before[i] = 1;
    for (int step = 0; step < 4; step++) {
      for (int i = 0; i < banks.n; i++) banks.loss[i] = 0.1 * step + (i == 0 ? 0.2 * step : 0);
      struct engine_result result = value(&banks, settings);
      for (int i = 0; i < banks.n; i++) {
        ASSERT(engine_output(&result, 0, i, "valuation") <= before[i] + AGREE);
        before[i] = engine_output(&result, 0, i, "valuation");
      }
      engine_result_release(&result);
    }
  }
  PASS();
}

static void rescale(struct banks *banks, double unit) {
  for (int i = 0; i < banks->n; i++) banks->assets[i] *= unit, banks->external[i] *= unit;
  for (int k = 0; k < banks->n * banks->n; k++) banks->liability[k] *= unit;
}

TEST neither_the_unit_nor_the_order_matters(void) {
  struct engine_random random = {60};
  struct banks banks;
  for (int number = 0; number < 60; number++) {
    bool reversed = number % 4 > 1;
    double unit = reversed ? 1 : number % 2 ? 0x1p30 : 0x1p-30; /* powers of two keep ties */
    const char *const settings[] = {VALUATION[number % 6], number % 2 ? "solution=least" : "recovery=0.4", NULL};
    draw_banks(&random, number, &banks);
    struct engine_result plain = value(&banks, settings);
    rescale(&banks, unit);
    struct engine_result other = value_as(&banks, "neva", settings, reversed);
    for (int i = 0; i < banks.n; i++) {
      int k = reversed ? banks.n - 1 - i : i;
      ASSERT_IN_RANGE(engine_output(&plain, 0, i, "valuation"), engine_output(&other, 0, k, "valuation"), AGREE);
      ASSERT_IN_RANGE(engine_output(&plain, 0, i, "equity") * unit, engine_output(&other, 0, k, "equity"),
                      AGREE * scale_of(&banks, i));
    }
    engine_result_release(&plain), engine_result_release(&other);
  }
  PASS();
}

SUITE(theorems) {
  RUN_TEST(the_greatest_valuation_is_never_below_the_least);
  RUN_TEST(larger_losses_never_raise_a_valuation_of_assets_that_do_not_move);
  RUN_TEST(neither_the_unit_nor_the_order_matters);
}

/* ---- by hand ----------------------------------------------------------------------------------------------------- */

/* The ring of three of the authors' example: each has an equity of 1 and has lent 0.5 to the next; all assets outside
 * lose a share. */
static struct banks ring(double loss) {
  struct banks banks = {
      3, {10, 5, 3}, {9, 4, 2}, {0, 0, 0.5, 0.5, 0, 0, 0, 0.5, 0}, {0.02, 0.04, 0.2 / 3}, {loss, loss, loss}};
  return banks;
}

static bool equity_is(const struct banks *banks, const char *const *settings, const double *expected) {
  struct engine_result result = value(banks, settings);
  bool same = result.status == LS_STATUS_OK;
  for (int i = 0; i < banks->n; i++) {
    double got = engine_output(&result, 0, i, "equity");
    same =
        same && fabs(got - expected[i]) <= 1e-9 && (engine_output(&result, 0, i, "default") != 0) == (expected[i] <= 0);
    if (!same)
      printf("%s: equity of %d is %.15g, expected %.15g %s\n", settings[0], i, got, expected[i], result.message);
  }
  engine_result_release(&result);
  return same;
}

/* 12 %: 0 lacks 0.2 of 9.5, so that 2, which has lent to it, gets 0.5 (1 - 0.2 / 9.5). 10 %: a tie, which fails.
 * Linear with 5 %: (1/2, 3/4, 17/20) less half of what the debtor lost of its 1. */
TEST a_ring_of_three_by_hand(void) {
  const char *const clearing[] = {VALUATION[0], NULL}, *const linear[] = {VALUATION[3], NULL};
  const char *const furfine[] = {VALUATION[2], "recovery=0", NULL};
  struct banks mild = ring(0.05), tie = ring(0.1), more = ring(0.12);
  ASSERT(equity_is(&more, clearing, (double[]){-0.2, 0.4, 0.64 - 0.1 / 9.5}));
  ASSERT(equity_is(&tie, clearing, (double[]){0, 0.5, 0.7}));
  ASSERT(equity_is(&tie, furfine, (double[]){0, 0.5, 0.2}));
  ASSERT(equity_is(&mild, linear, (double[]){17 / 70.0, 17 / 35.0, 33 / 70.0}));
  PASS();
}

/* Alpha and beta act on what the bank that fails has itself: 10 % of 10 is lost, 9 of 9.5 left with the claim of 0.5 a
 * tie; 0.9 of 9 and half of 0.5 less 9.5 is -1.15, so that 2 gets 0.5 (9.5 - 1.15) / 9.5. */
TEST costs_of_failing_by_hand(void) {
  const char *const costly[] = {VALUATION[1], "alpha=0.9", "beta=0.5", NULL};
  struct banks tie = ring(0.1);
  double got = 0.5 * 8.35 / 9.5;
  ASSERT(equity_is(&tie, costly, (double[]){-1.15, 0.5, 0.2 + got}));
  PASS();
}

/* Each has 1 and owes the other 10: with half of everything lost in default both solutions stand, 10 and 1 paid. */
TEST two_solutions_by_hand(void) {
  struct banks banks = {2, {1, 1}, {0, 0}, {0, 10, 10, 0}, {0, 0}, {0, 0}};
  const char *const greatest[] = {VALUATION[1], "alpha=0.5", "beta=0.5", NULL};
  const char *const least[] = {VALUATION[1], "alpha=0.5", "beta=0.5", "solution=least", NULL};
  ASSERT(equity_is(&banks, greatest, (double[]){1, 1}));
  ASSERT(equity_is(&banks, least, (double[]){-9, -9}));
  PASS();
}

/* E, A and L as in the published points: the column `equity` says what the balance sheet does not. */
TEST points_are_valued_as_published_in_a_run(void) {
  json_t *root = spec_case_load("neva_valuation_functions");
  if (!root) SKIPm("cases of ../shared are not here");
  int points = spec_case_length(root, "outputs/points");
  ASSERT(support_write_file(folder.path, "liabilities.csv", "debtor,creditor,amount\n"));
  for (int k = 0; k < points; k++) {
    char text[400], recovery[40];
    const json_t *point = json_array_get(spec_case_at(root, "outputs/points"), (size_t)k);
    snprintf(text, sizeof text,
             "id,external_assets,external_liabilities,equity,asset_volatility\nb,%.17g,%.17g,%.17g,%.17g\n",
             spec_case_number(point, "ext_assets"), spec_case_number(point, "liab_tot"),
             spec_case_number(point, "equity"), spec_case_number(point, "sigma") / 3);
    snprintf(recovery, sizeof recovery, "recovery=%.17g", spec_case_number(point, "rho"));
    ASSERT(support_write_file(folder.path, "entities.csv", text));
    for (int valuation = SPEC_MERTON; valuation <= SPEC_BLACK_COX; valuation++) {
      const char *const settings[] = {VALUATION[valuation], recovery, "maturity=9", NULL};
      struct engine_result result = engine_run(&folder, "neva", settings, NULL);
      ASSERT_IN_RANGE(spec_case_number(point, valuation == SPEC_MERTON ? "V_merton" : "V_blackcox"),
                      engine_output(&result, 0, 0, "valuation"), 1e-10);
      ASSERT_IN_RANGE(spec_case_number(point, "equity"), engine_output(&result, 0, 0, "equity"), 1e-10);
      engine_result_release(&result);
    }
  }
  json_decref(root);
  PASS();
}

/* Half of the equity of each is lost; the package's own example of Black and Cox stops at 1e-3, at these values.
 * Volatilities come from the book before the shock: 0.2 times 1 over 10, 5 and 3. */
TEST volatility_comes_from_the_book_before_the_shock(void) {
  static const char *const scenarios =
      "scenario,target,variable,value\ns,a,external_assets_loss,0.05\ns,b,external_assets_loss,0.1\n"
      "s,c,external_assets_loss,0.16666666666666666\n";
  const double published[3] = {0.499311569480428, 0.4998105034682079, 0.4985733965882382};
  const char *const settings[] = {VALUATION[5], "recovery=0.6", NULL};
  ASSERT(support_write_file(folder.path, "entities.csv",
                            "id,external_assets,external_liabilities\na,10,9\nb,5,4\nc,3,2\n"));
  ASSERT(support_write_file(folder.path, "liabilities.csv", "debtor,creditor,amount\nb,a,0.5\nc,b,0.5\na,c,0.5\n"));
  struct engine_result result = engine_run(&folder, "neva", settings, scenarios);
  for (int i = 0; i < 3; i++) ASSERT_IN_RANGE(published[i], engine_output(&result, 0, i, "equity"), 1e-6);
  engine_result_release(&result);
  PASS();
}

/* Cash does not move: with 5 in cash and 5 outside, a loss of all that moves leaves 5, surely. */
TEST cash_is_not_at_risk(void) {
  const char *const settings[] = {VALUATION[4], NULL};
  ASSERT(support_write_file(folder.path, "entities.csv",
                            "id,external_assets,cash,external_liabilities,asset_volatility\nb,5,5,4,3\nc,10,0,4,3\n"));
  ASSERT(support_write_file(folder.path, "liabilities.csv", "debtor,creditor,amount\n"));
  struct engine_result result = engine_run(&folder, "neva", settings, NULL);
  ASSERT_EQ(1.0, engine_output(&result, 0, 0, "valuation"));
  ASSERT(engine_output(&result, 0, 1, "valuation") < 0.9);
  engine_result_release(&result);
  PASS();
}

/* A limit of sweeps that curved valuations do not meet is told, not hung on; straight ones are finished exactly. */
TEST too_few_sweeps_are_told(void) {
  struct banks banks = ring(0.3);
  for (int valuation = 0; valuation < 6; valuation++) {
    const char *const settings[] = {VALUATION[valuation], "max_iterations=1", "recovery=0.5", NULL};
    struct engine_result result = value(&banks, settings);
    ASSERT_EQ(LS_STATUS_OK, result.status);
    if (valuation != SPEC_BLACK_COX)
      ASSERT_EQ(valuation < SPEC_MERTON ? 1.0 : 0.0, engine_scenario_number(&result, 0, "converged"));
    for (int i = 0; i < 3; i++) ASSERT(is_share(engine_output(&result, 0, i, "valuation")));
    engine_result_release(&result);
  }
  PASS();
}

TEST an_unknown_valuation_is_refused_with_the_list(void) {
  struct banks banks = ring(0);
  const char *const settings[] = {"valuation=marton", NULL};
  struct engine_result result = value(&banks, settings);
  ASSERT_EQ(LS_STATUS_USAGE, result.status);
  ASSERT(strstr(result.message, "'furfine', 'linear', 'merton' or 'black-cox'") != NULL);
  engine_result_release(&result);
  PASS();
}

SUITE(by_hand) {
  RUN_TEST(a_ring_of_three_by_hand);
  RUN_TEST(costs_of_failing_by_hand);
  RUN_TEST(two_solutions_by_hand);
  RUN_TEST(points_are_valued_as_published_in_a_run);
  RUN_TEST(volatility_comes_from_the_book_before_the_shock);
  RUN_TEST(cash_is_not_at_risk);
  RUN_TEST(too_few_sweeps_are_told);
  RUN_TEST(an_unknown_valuation_is_refused_with_the_list);
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  if (!engine_folder_open(&folder)) return 1;
  RUN_SUITE(claims);
  RUN_SUITE(by_hand);
  RUN_SUITE(networks);
  RUN_SUITE(theorems);
  engine_folder_close(&folder);
  GREATEST_MAIN_END();
}

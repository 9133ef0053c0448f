/* test_fire_sale.c - sales of common assets: the cases, agreement with the textbook versions on random networks, what the
 * equations imply, and what is refused. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "greatest.h"

#include "spec/spec_case.h"
#include "spec/spec_sellers.h"
#include "support.h"

enum { NETWORKS = 200 };

static struct engine_folder folder;
static const char *const NONE[] = {NULL}, *const EXPONENTIAL[] = {"impact=exponential", NULL};

static struct engine_result run(const struct sellers *banks, const char *model, const char *const *settings) {
  struct engine_result none = {LS_STATUS_IO, "folder", NULL};
  return sellers_write(&folder, banks) ? engine_run(&folder, model, settings, sellers_shocks(banks)) : none;
}

static double of_asset(const struct engine_result *result, int asset, const char *output) {
  const json_t *scenario = json_array_get(json_object_get(result->root, "scenarios"), 0);
  const json_t *value = json_object_get(json_array_get(json_object_get(scenario, "assets"), (size_t)asset), output);
  return json_is_number(value) ? json_number_value(value) : NAN;
}

static bool is_close(double got, double expected, double tolerance, const char *what, int i) {
  if (fabs(got - expected) <= tolerance * (1 + fabs(expected))) return true;
  printf("%s of %d is %.17g, expected %.17g\n", what, i, got, expected);
  return false;
}

/* ---- cases --------------------------------------------------------------------------------------------------------------- */

static double dot(const double *a, const double *b, int count) {
  double sum = 0;
  for (int k = 0; k < count; k++) sum += a[k] * b[k];
  return sum;
}

TEST greenwood_landier_and_thesmars_equations_come_out(void) {
  json_t *root = spec_case_load("glt3");
  if (!root) SKIPm("the cases are not there");
  static struct sellers b;
  double assets[3], weights[9], slope[3], shock[3], returns[3], vulnerability[3], direct[3], purchases[3];
  memset(&b, 0, sizeof b);
  b.n = b.m = 3, b.equity_given = true;
  spec_case_vector(root, "inputs/assets", assets), spec_case_matrix(root, "inputs/weights", weights);
  spec_case_vector(root, "inputs/price_impact_per_dollar", slope), spec_case_vector(root, "inputs/shock", shock);
  spec_case_vector(root, "inputs/equity", b.equity), spec_case_vector(root, "outputs/F2", returns);
  spec_case_vector(root, "outputs/indirect_vulnerability", vulnerability);
  spec_case_vector(root, "outputs/direct_vulnerability", direct);
  spec_case_vector(root, "outputs/net_purchases_by_asset", purchases);
  for (int k = 0; k < 9; k++) b.held[k] = assets[k / 3] * weights[k];
  for (int k = 0; k < 3; k++) b.depth[k] = 1 / slope[k], b.price_loss[k] = -shock[k];
  struct engine_result result = run(&b, "fire-sale-target", NONE);
  double both[3];
  for (int i = 0; i < 3; i++) {
    ASSERT_IN_RANGE(returns[i], of_asset(&result, i, "return_from_sales"), 1e-12);
    ASSERT_IN_RANGE(returns[i] + shock[i], of_asset(&result, i, "return"), 1e-12);
    both[i] = vulnerability[i] + direct[i];
    ASSERT_IN_RANGE(both[i] * b.equity[i], engine_output(&result, 0, i, "loss"), 1e-11);
  }
  double sold = 0, bought = 0;
  for (int i = 0; i < 3; i++) sold += engine_output(&result, 0, i, "sales"), bought += purchases[i];
  ASSERT_IN_RANGE(-bought, sold, 1e-11);
  /* aggregate vulnerability: what sales alone cost, as a share of all equity */
  double whole = b.equity[0] + b.equity[1] + b.equity[2];
  double sales = engine_scenario_number(&result, 0, "system_loss") - dot(direct, b.equity, 3);
  ASSERT_IN_RANGE(spec_case_number(root, "outputs/AV"), sales / whole, 1e-12);
  engine_result_release(&result);
  json_decref(root);
  PASS();
}

static bool rounds_come_out(const json_t *root, struct sellers *b, const char *impact, const char *const *settings) {
  double capital[3], price[2];
  char path[64];
  snprintf(path, sizeof path, "outputs/%s/final_capital", impact), spec_case_vector(root, path, capital);
  snprintf(path, sizeof path, "outputs/%s/final_prices", impact), spec_case_vector(root, path, price);
  struct engine_result result = run(b, "fire-sale", settings);
  bool same = result.status == LS_STATUS_OK;
  for (int i = 0; i < 3; i++)
    same = is_close(engine_output(&result, 0, i, "equity"), capital[i], 1e-10, "equity", i) && same;
  for (int k = 0; k < 2; k++) same = is_close(of_asset(&result, k, "price"), price[k], 1e-10, "price", k) && same;
  snprintf(path, sizeof path, "outputs/%s/rounds", impact);
  same = same && engine_scenario_number(&result, 0, "iterations") == spec_case_length(root, path) + 1;
  engine_result_release(&result);
  return same;
}

TEST cont_and_schaannings_rounds_come_out(void) {
  json_t *root = spec_case_load("cont_schaanning3");
  if (!root) SKIPm("the cases are not there");
  static struct sellers b;
  memset(&b, 0, sizeof b);
  b.n = 3, b.m = 2, b.equity_given = true;
  spec_case_matrix(root, "inputs/securities", b.held), spec_case_vector(root, "inputs/illiquid", b.external);
  spec_case_vector(root, "inputs/capital", b.equity), spec_case_vector(root, "inputs/depth", b.depth);
  spec_case_vector(root, "inputs/shock_on_illiquid", b.external_loss);
  ASSERT(rounds_come_out(root, &b, "linear", NONE));
  b.floor[0] = b.floor[1] = spec_case_number(root, "inputs/floor");
  ASSERT(rounds_come_out(root, &b, "exp", EXPONENTIAL));
  json_decref(root);
  PASS();
}

/* ---- the textbook -------------------------------------------------------------------------------------------------------- */

/* Shocks so small that neither sales nor prices reach their limits: Greenwood et al. know none. */
TEST targets_agree_with_the_textbook(void) {
  static struct sellers b;
  struct engine_random random = {2015};
  for (int number = 0; number < NETWORKS; number++) {
    double returns[SELLERS_ASSETS], loss[SELLERS_MOST];
    sellers_draw(&random, &b);
    for (int k = 0; k < b.m; k++) b.price_loss[k] /= 100, b.floor[k] = 0;
    for (int i = 0; i < b.n; i++) b.external_loss[i] /= 100;
    struct spec_sellers spec = sellers_connect(&b, true);
    spec_target(&spec, returns, loss);
    struct engine_result result = run(&b, "fire-sale-target", NONE);
    ASSERT_EQm(result.message, LS_STATUS_OK, result.status);
    for (int i = 0; i < b.n; i++)
      if (b.equity[i] > 0) ASSERT(is_close(engine_output(&result, 0, i, "loss"), loss[i], 1e-12, "loss", i));
    for (int k = 0; k < b.m; k++)
      ASSERT(is_close(of_asset(&result, k, "return_from_sales"), returns[k], 1e-12, "return", k));
    engine_result_release(&result);
  }
  PASS();
}

/* The engine stops where less than 1e-10 of a bank's holdings is sold, the textbook at 1e-13 in money: what is left to sell then
 * moves prices and equity by no more than some 1e-8. */
static bool agrees(struct sellers *b, const struct spec_sale_rule *rule, const char *const *settings) {
  double capital[SELLERS_MOST], price[SELLERS_ASSETS];
  struct spec_sellers spec = sellers_connect(b, true);
  spec_fire_sale(&spec, rule, capital, price);
  struct engine_result result = run(b, "fire-sale", settings);
  bool same = result.status == LS_STATUS_OK;
  for (int i = 0; i < b->n && same; i++)
    same = is_close(engine_output(&result, 0, i, "equity"), capital[i], 1e-7, "equity", i) &&
           engine_output(&result, 0, i, "default") == (capital[i] <= 0);
  for (int k = 0; k < b->m && same; k++) same = is_close(of_asset(&result, k, "price"), price[k], 1e-7, "price", k);
  engine_result_release(&result);
  return same;
}

TEST rounds_agree_with_the_textbook(void) {
  static struct sellers b;
  struct engine_random random = {2017};
  for (int number = 0; number < NETWORKS; number++) {
    sellers_draw(&random, &b);
    struct spec_sale_rule rule = {33, 25, 0.5, number % 2 == 1};
    bool same = agrees(&b, &rule, number % 2 == 1 ? EXPONENTIAL : NONE);
    if (!same) printf("network %d of %d banks, %d assets\n", number, b.n, b.m);
    ASSERT(same);
  }
  PASS();
}

/* ---- what must hold -------------------------------------------------------------------------------------------------------- */

/* Nobody above the limit, nobody sells; and no price falls below its floor or rises. */
TEST only_who_is_beyond_the_limit_sells_and_prices_keep_their_floor(void) {
  static struct sellers b;
  struct engine_random random = {1};
  static const char *const WIDE[] = {"leverage_max=1e5", NULL};
  for (int number = 0; number < NETWORKS; number++) {
    sellers_draw(&random, &b);
    struct engine_result wide = run(&b, "fire-sale", WIDE),
                         result = run(&b, "fire-sale", number % 2 ? EXPONENTIAL : NONE);
    bool broke = false;
    for (int i = 0; i < b.n; i++) broke = broke || engine_output(&wide, 0, i, "equity") <= 0;
    for (int k = 0; k < b.m; k++) {
      double first = 1 - b.price_loss[k], price = of_asset(&result, k, "price");
      if (!broke) ASSERT(is_close(of_asset(&wide, k, "price"), first, 1e-15, "price", k));
      ASSERT(price <= first && price >= fmin(first, b.floor[k]) - 1e-15);
    }
    engine_result_release(&wide), engine_result_release(&result);
  }
  PASS();
}

static void scale_money(struct sellers *b, double factor) {
  for (int i = 0; i < b->n; i++)
    b->external[i] *= factor, b->cash[i] *= factor, b->owed_outside[i] *= factor, b->equity[i] *= factor;
  for (int k = 0; k < b->n * b->m; k++) b->held[k] *= factor;
  for (int k = 0; k < b->n * b->n; k++) b->liability[k] *= factor;
  for (int k = 0; k < b->m; k++) b->depth[k] *= factor;
}

/* A power of two changes no bit but the exponent. */
TEST the_unit_of_money_does_not_matter(void) {
  static struct sellers b;
  struct engine_random random = {2};
  for (int number = 0; number < NETWORKS; number++) {
    const char *model = number % 2 ? "fire-sale" : "fire-sale-target";
    sellers_draw(&random, &b);
    struct engine_result one = run(&b, model, NONE);
    scale_money(&b, 1024);
    struct engine_result other = run(&b, model, NONE);
    for (int i = 0; i < b.n; i++)
      ASSERT_EQ(1024 * engine_output(&one, 0, i, "loss"), engine_output(&other, 0, i, "loss"));
    engine_result_release(&one), engine_result_release(&other);
  }
  PASS();
}

/* A larger shock to outside assets never costs less where everybody sells once. Round after round it may: who must sell early sells
 * at better prices (docs/models/fire-sale.md). */
TEST losses_of_targets_rise_with_the_shock(void) {
  static struct sellers b;
  struct engine_random random = {3};
  for (int number = 0; number < NETWORKS; number++) {
    sellers_draw(&random, &b);
    struct engine_result less = run(&b, "fire-sale-target", NONE);
    for (int i = 0; i < b.n; i++) b.external_loss[i] *= 1.5;
    struct engine_result more = run(&b, "fire-sale-target", NONE);
    for (int i = 0; i < b.n; i++)
      ASSERT(engine_output(&more, 0, i, "loss") >= engine_output(&less, 0, i, "loss") - 1e-12);
    engine_result_release(&less), engine_result_release(&more);
  }
  PASS();
}

/* Two banks hold 20 of an asset of depth 100; what each has lost outside decides who sells, at a limit of 10 down to 8. With equity 3.5
 * of 27 left (leverage 7.7) b0 keeps all it has and loses 20 times the fall that b1's sale makes. */
TEST who_need_not_sell_still_loses_by_the_price(void) {
  static struct sellers b;
  static const char *const TIGHT[] = {"leverage_max=10", "leverage_target=8", NULL};
  memset(&b, 0, sizeof b);
  b.n = 2, b.m = 1, b.equity_given = true, b.depth[0] = 1000;
  b.held[0] = b.held[1] = 20, b.external[0] = b.external[1] = 10, b.equity[0] = 6.5, b.equity[1] = 5.5;
  b.external_loss[0] = b.external_loss[1] = 0.3;
  struct engine_result result = run(&b, "fire-sale", TIGHT);
  double sold = 27 - 8 * 2.5, drop = sold / 1000; /* b1: 27 over 2.5 is beyond 10 */
  ASSERT_IN_RANGE(1 - drop, of_asset(&result, 0, "price"), 1e-14);
  ASSERT_IN_RANGE(3.5 - 20 * drop, engine_output(&result, 0, 0, "equity"), 1e-13);
  ASSERT_IN_RANGE(2.5 - drop * (20 - sold + 0.5 * sold), engine_output(&result, 0, 1, "equity"), 1e-13);
  engine_result_release(&result);
  PASS();
}

/* Assets of 3.3 on an equity of 0.1 are at the limit of 33, but for rounding, and nothing is sold; 3.31 are beyond it. */
TEST a_bank_at_its_limit_does_not_sell(void) {
  static struct sellers b;
  memset(&b, 0, sizeof b);
  b.n = b.m = 1, b.equity_given = true, b.depth[0] = 1000, b.held[0] = 3.3, b.equity[0] = 0.1;
  struct engine_result at = run(&b, "fire-sale", NONE);
  b.held[0] = 3.31;
  struct engine_result beyond = run(&b, "fire-sale", NONE);
  ASSERT_EQ(1.0, of_asset(&at, 0, "price"));
  ASSERT_IN_RANGE(1 - (3.31 - 2.5) / 1000, of_asset(&beyond, 0, "price"), 1e-15);
  engine_result_release(&at), engine_result_release(&beyond);
  PASS();
}

/* One bank with 10 of one asset, 10 outside and equity 1 loses 0.5 outside: it wants 9.5 = 19 * 0.5 sold, and 10 are there. At 2 it
 * is ruined and sells what there is, no more. */
TEST a_target_cannot_sell_more_than_there_is(void) {
  static struct sellers b;
  memset(&b, 0, sizeof b);
  b.n = b.m = 1, b.equity_given = true;
  b.external[0] = 10, b.equity[0] = 1, b.held[0] = 10, b.depth[0] = 1000;
  const double lost[] = {0.05, 0.2}, sales[] = {9.5, 10};
  for (int k = 0; k < 2; k++) {
    b.external_loss[0] = lost[k];
    struct engine_result result = run(&b, "fire-sale-target", NONE);
    ASSERT_IN_RANGE(sales[k], engine_output(&result, 0, 0, "sales"), 1e-14);
    ASSERT_IN_RANGE(10 * lost[k] + 10 * sales[k] / 1000, engine_output(&result, 0, 0, "loss"), 1e-14);
    ASSERT_IN_RANGE(k == 1, engine_output(&result, 0, 0, "default"), 0);
    engine_result_release(&result);
  }
  PASS();
}

/* ---- what is refused ---------------------------------------------------------------------------------------------------------- */

TEST markets_without_depth_and_settings_without_sense_are_refused(void) {
  static struct sellers b;
  struct engine_random random = {4};
  static const char *const UPSIDE_DOWN[] = {"leverage_max=20", NULL};
  sellers_draw(&random, &b);
  struct engine_result result = run(&b, "fire-sale", UPSIDE_DOWN);
  ASSERT_EQm(result.message, LS_STATUS_USAGE, result.status);
  ASSERT(strstr(result.message, "leverage_target"));
  ASSERT(support_write_file(folder.path, "assets.csv", "id,name\na0,bonds\n"));
  ASSERT(support_write_file(folder.path, "holdings.csv", "holder,asset,amount\nb0,a0,1\n"));
  result = engine_run(&folder, "fire-sale", NONE, NULL);
  ASSERT_EQ(LS_STATUS_UNUSABLE, result.status);
  ASSERT(strstr(result.message, "market_depth of asset 'a0'"));
  char path[4200];
  snprintf(path, sizeof path, "%s/holdings.csv", folder.path);
  ASSERT_EQ(0, remove(path));
  result = engine_run(&folder, "fire-sale-target", NONE, NULL);
  ASSERT_EQ(LS_STATUS_UNUSABLE, result.status);
  ASSERT(strstr(result.message, "holdings.csv"));
  PASS();
}

SUITE(fire_sale_suite) {
  RUN_TEST(greenwood_landier_and_thesmars_equations_come_out);
  RUN_TEST(cont_and_schaannings_rounds_come_out);
  RUN_TEST(targets_agree_with_the_textbook);
  RUN_TEST(rounds_agree_with_the_textbook);
  RUN_TEST(only_who_is_beyond_the_limit_sells_and_prices_keep_their_floor);
  RUN_TEST(the_unit_of_money_does_not_matter);
  RUN_TEST(losses_of_targets_rise_with_the_shock);
  RUN_TEST(who_need_not_sell_still_loses_by_the_price);
  RUN_TEST(a_bank_at_its_limit_does_not_sell);
  RUN_TEST(a_target_cannot_sell_more_than_there_is);
  RUN_TEST(markets_without_depth_and_settings_without_sense_are_refused);
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  if (!engine_folder_open(&folder)) return 1;
  RUN_SUITE(fire_sale_suite);
  engine_folder_close(&folder);
  GREATEST_MAIN_END();
}

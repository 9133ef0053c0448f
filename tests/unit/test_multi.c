/* test_multi.c - several channels at once: with one it is the single model to the bit, with all it is what the single textbook
 * versions make of each other in turns. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "greatest.h"

#include "spec/spec_sellers.h"
#include "support.h"

enum { NETWORKS = 150 };

static struct engine_folder folder;
static const char *const VALUATIONS[] = {"valuation=eisenberg-noe", "valuation=rogers-veraart", "valuation=furfine",
                                         "valuation=linear",        "valuation=merton",         "valuation=black-cox"};

static struct engine_result run(const struct sellers *banks, const char *model, const char *const *settings) {
  struct engine_result none = {LS_STATUS_IO, "folder", NULL};
  return sellers_write(&folder, banks) ? engine_run(&folder, model, settings, sellers_shocks(banks)) : none;
}

/* Without shocks to prices, which models that do not look at prices refuse. */
static struct engine_result run_alone(struct sellers *banks, const char *model, const char *const *settings) {
  struct sellers copy = *banks;
  memset(copy.price_loss, 0, sizeof copy.price_loss);
  return run(&copy, model, settings);
}

/* The same numbers to the bit, those of the scenario and the outputs named (NULL ends them). */
static bool same_numbers(const struct engine_result *a, const struct engine_result *b, int n,
                         const char *const *output) {
  static const char *const OF_SCENARIO[] = {"system_loss", "loss_net", "default_count", "iterations", "converged"};
  for (size_t k = 0; k < sizeof OF_SCENARIO / sizeof *OF_SCENARIO; k++) {
    double x = engine_scenario_number(a, 0, OF_SCENARIO[k]), y = engine_scenario_number(b, 0, OF_SCENARIO[k]);
    if (x != y) return printf("%s: %.17g, %.17g\n", OF_SCENARIO[k], x, y), false;
  }
  for (int i = 0; i < n; i++)
    for (int k = 0; output[k] != NULL; k++) {
      double x = engine_output(a, 0, i, output[k]), y = engine_output(b, 0, i, output[k]);
      if (x != y) return printf("%s of %d: %.17g, %.17g\n", output[k], i, x, y), false;
    }
  return true;
}

TEST one_channel_is_the_single_model(void) {
  static struct sellers b;
  struct engine_random random = {1};
  static const char *const EQUITY[] = {"equity", "default", "loss", NULL};
  static const char *const CLAIMS[] = {"equity", "valuation", "default", "loss", NULL};
  static const char *const LOANS[] = {"liquidity", "hoarding", "wave", "loss", NULL};
  for (int number = 0; number < NETWORKS; number++) {
    sellers_draw(&random, &b);
    const char *value = VALUATIONS[number % 6], *const credit[] = {"channels=credit", value, "alpha=0.8", NULL};
    const char *const alone[] = {value, "alpha=0.8", NULL}, *const sales[] = {"channels=fire-sale", NULL};
    const char *const funding[] = {"channels=funding", "lambda=0.7", NULL}, *const loans[] = {"lambda=0.7", NULL};
    const char *const none[] = {NULL};
    struct engine_result a = run_alone(&b, "neva", alone), x = run_alone(&b, "multi", credit);
    /* what iteration has not settled is finished exactly in the single model alone */
    ASSERT(engine_scenario_number(&x, 0, "converged") == 0 || same_numbers(&a, &x, b.n, CLAIMS));
    engine_result_release(&a), engine_result_release(&x);
    a = run(&b, "fire-sale", none), x = run(&b, "multi", sales);
    ASSERT(same_numbers(&a, &x, b.n, EQUITY));
    engine_result_release(&a), engine_result_release(&x);
    a = run_alone(&b, "liquidity", loans), x = run_alone(&b, "multi", funding);
    ASSERT(same_numbers(&a, &x, b.n, LOANS));
    engine_result_release(&a), engine_result_release(&x);
  }
  PASS();
}

/* ---- the textbook -------------------------------------------------------------------------------------------------------------- */

static bool is_close(double got, double expected, const char *what, int i) {
  if (fabs(got - expected) <= 1e-6 * (1 + fabs(expected))) return true; /* see test_fire_sale.c; rounds amplify */
  printf("%s of %d is %.17g, expected %.17g\n", what, i, got, expected);
  return false;
}

static double price_of(const struct engine_result *result, int asset) {
  const json_t *scenario = json_array_get(json_object_get(result->root, "scenarios"), 0);
  const json_t *assets = json_object_get(scenario, "assets");
  return json_number_value(json_object_get(json_array_get(assets, (size_t)asset), "price"));
}

static bool agrees(struct sellers *b, enum spec_valuation valuation, int channels, const char *channel_text) {
  double before[SELLERS_MOST], equity[SELLERS_MOST], worth[SELLERS_MOST], cash[SELLERS_MOST], price[SELLERS_ASSETS];
  bool hoards[SELLERS_MOST], has_sales = channels & 2;
  struct spec_sellers sellers = sellers_connect(b, false);
  for (int i = 0; i < b->n; i++) {
    before[i] = b->other_assets[i];
    for (int k = 0; k < b->m; k++) before[i] += b->held[i * b->m + k];
  }
  struct spec_sale_rule rule = {33, 25, 0.5, false};
  struct spec_neva claims = {b->n, before, NULL, b->owed_outside, b->liability, NULL, valuation, 0.2, 1, 0.9,
                             0.8,  1,      false};
  struct spec_hoarding loans = {
      b->n, b->liability, b->cash, b->collateral, b->reverse_repo, b->new_funding, b->repo, b->outflow, NULL,
      0.5,  0.1,          0};
  struct spec_channels all = {
      &sellers,     has_sales ? &rule : NULL, channels & 1 ? &claims : NULL, channels & 4 ? &loans : NULL,
      b->liability, b->owed_outside};
  const char *settings[] = {channel_text, VALUATIONS[valuation], "alpha=0.8", "recovery=0.9", NULL};
  if (!spec_channels_run(&all, equity, worth, cash, hoards, price)) return true; /* no rest to compare */
  struct engine_result result = run(b, "multi", settings);
  bool same = result.status == LS_STATUS_OK;
  if (!same) printf("%s\n", result.message);
  if (same && engine_scenario_number(&result, 0, "converged") == 0) same = printf("did not converge\n") < 0;
  for (int i = 0; i < b->n && same; i++) {
    same = is_close(engine_output(&result, 0, i, "equity"), equity[i], "equity", i) &&
           is_close(engine_output(&result, 0, i, "valuation"), worth[i], "valuation", i) &&
           engine_output(&result, 0, i, "hoarding") == hoards[i];
    if (channels & 4) same = same && is_close(engine_output(&result, 0, i, "liquidity"), cash[i], "liquidity", i);
  }
  for (int k = 0; k < b->m && same; k++) same = is_close(price_of(&result, k), price[k], "price", k);
  engine_result_release(&result);
  return same;
}

/* Which channels, by their bits. */
static const char *const CHANNELS[] = {NULL,
                                       "channels=credit",
                                       "channels=fire-sale",
                                       "channels=credit,fire-sale",
                                       "channels=funding",
                                       "channels=funding,credit",
                                       "channels=fire-sale,funding",
                                       "channels=credit,fire-sale,funding"};

TEST channels_together_agree_with_the_textbook(void) {
  static struct sellers b;
  struct engine_random random = {2018};
  for (int number = 0; number < NETWORKS; number++) {
    int channels = 1 + number % 7, valuation = number % 5; /* 5 and 7 have no common factor: every pair occurs */
    sellers_draw(&random, &b);
    if (valuation >= SPEC_MERTON) memset(b.cash, 0, sizeof b.cash); /* the textbook's assets all move */
    bool same = agrees(&b, (enum spec_valuation)valuation, channels, CHANNELS[channels]);
    if (!same) printf("network %d of %d banks, %s, %s\n", number, b.n, CHANNELS[channels], VALUATIONS[valuation]);
    ASSERT(same);
  }
  PASS();
}

/* ---- what must hold ---------------------------------------------------------------------------------------------------------------- */

/* Without sales worth of claims only falls and hoarding only spreads: with both channels nobody has more equity than with claims
 * alone, and whoever hoards with loans alone does so with both. (With sales there is no such order: who fails early sells at better
 * prices.) */
TEST without_sales_another_channel_never_helps(void) {
  static struct sellers b;
  struct engine_random random = {5};
  for (int number = 0; number < NETWORKS; number++) {
    const char *const both[] = {CHANNELS[5], NULL}, *const credit[] = {CHANNELS[1], NULL},
                      *const loans[] = {CHANNELS[4], NULL};
    sellers_draw(&random, &b);
    memset(b.price_loss, 0, sizeof b.price_loss);
    struct engine_result most = run(&b, "multi", both), claims = run(&b, "multi", credit),
                         calls = run(&b, "multi", loans);
    for (int i = 0; i < b.n; i++) {
      ASSERT_EQ(engine_output(&claims, 0, i, "equity"), engine_output(&most, 0, i, "equity"));
      ASSERT(engine_output(&most, 0, i, "hoarding") >= engine_output(&calls, 0, i, "hoarding"));
      if (engine_output(&most, 0, i, "equity") <= 0) ASSERT_EQ(1, engine_output(&most, 0, i, "hoarding"));
    }
    engine_result_release(&most), engine_result_release(&claims), engine_result_release(&calls);
  }
  PASS();
}

/* By channel the losses add up to the whole. */
TEST losses_by_channel_add_up(void) {
  static struct sellers b;
  struct engine_random random = {6};
  for (int number = 0; number < NETWORKS; number++) {
    sellers_draw(&random, &b);
    const char *const settings[] = {CHANNELS[1 + number % 7], NULL};
    double sum = 0, loss = 0;
    struct engine_result result = run(&b, "multi", settings);
    const json_t *scenario = json_array_get(json_object_get(result.root, "scenarios"), 0), *line;
    size_t k;
    json_array_foreach(json_object_get(scenario, "lines"), k, line) sum +=
        json_number_value(json_object_get(line, "loss"));
    for (int i = 0; i < b.n; i++) loss += engine_output(&result, 0, i, "loss");
    ASSERT_IN_RANGE(loss, sum, 1e-9 * (1 + fabs(loss)));
    engine_result_release(&result);
  }
  PASS();
}

/* By hand. b0 lacks 2 in cash (repo 2) and holds 10 of an asset of depth 100: it sells 2, the price falls by 2 %, and what it sells
 * for half of that less. b0 and b1 (10 of it as well) lose on what they keep: 0.16 + 0.02 and 0.2; all of it for want of cash. The
 * 0.02 that the sale did not bring is sold in the next rounds, which adds less than 0.01. */
TEST a_sale_for_want_of_cash_by_hand(void) {
  static struct sellers b;
  memset(&b, 0, sizeof b);
  b.n = 2, b.m = 1;
  b.held[0] = b.held[1] = 10, b.depth[0] = 100, b.external[0] = b.external[1] = 1, b.repo[0] = 2;
  const char *const settings[] = {"channels=fire-sale,funding", NULL};
  struct engine_result result = run(&b, "multi", settings);
  double first = engine_output(&result, 0, 0, "equity"), second = engine_output(&result, 0, 1, "equity");
  ASSERT(first < 11 - 0.18 + 1e-12 && first > 11 - 0.19);
  ASSERT(second < 11 - 0.2 + 1e-12 && second > 11 - 0.21);
  ASSERT_EQ(1, engine_output(&result, 0, 0, "hoarding"));
  ASSERT_IN_RANGE(0.0, engine_output(&result, 0, 0, "liquidity"), 1e-9);
  engine_result_release(&result);
  PASS();
}

static void scale_money(struct sellers *b, double factor) {
  double *const each[] = {b->external,   b->cash,         b->equity, b->owed_outside,
                          b->collateral, b->reverse_repo, b->repo,   b->new_funding};
  for (size_t k = 0; k < sizeof each / sizeof *each; k++)
    for (int i = 0; i < b->n; i++) each[k][i] *= factor;
  for (int k = 0; k < b->n * b->m; k++) b->held[k] *= factor;
  for (int k = 0; k < b->n * b->n; k++) b->liability[k] *= factor;
  for (int k = 0; k < b->m; k++) b->depth[k] *= factor;
}

/* A power of two changes no bit but the exponent. In another order sums round otherwise, and rounds amplify that. */
TEST neither_the_unit_of_money_nor_the_order_matters(void) {
  static struct sellers b, reversed;
  struct engine_random random = {8};
  for (int number = 0; number < NETWORKS; number++) {
    const char *const settings[] = {CHANNELS[1 + number % 7], VALUATIONS[number % 5], NULL};
    sellers_draw(&random, &b);
    sellers_reverse(&b, &reversed);
    struct engine_result one = run(&b, "multi", settings), other = run(&reversed, "multi", settings);
    scale_money(&b, 1024);
    struct engine_result larger = run(&b, "multi", settings);
    for (int i = 0; i < b.n; i++) {
      double equity = engine_output(&one, 0, i, "equity");
      ASSERT_EQ(1024 * equity, engine_output(&larger, 0, i, "equity"));
      ASSERT(is_close(engine_output(&other, 0, b.n - 1 - i, "equity"), equity, "equity in another order", i));
    }
    engine_result_release(&one), engine_result_release(&other), engine_result_release(&larger);
  }
  PASS();
}

TEST channels_are_named_once_each(void) {
  static struct sellers b;
  struct engine_random random = {7};
  sellers_draw(&random, &b);
  static const char *const WRONG[][2] = {
      {"channels=credit,credit", NULL}, {"channels=", NULL}, {"channels=credit,", NULL}, {"channels=sales", NULL}};
  for (size_t k = 0; k < sizeof WRONG / sizeof *WRONG; k++) {
    struct engine_result result = run(&b, "multi", WRONG[k]);
    ASSERT_EQm(WRONG[k][0], LS_STATUS_USAGE, result.status);
    ASSERT(strstr(result.message, "'credit', 'fire-sale' or 'funding'"));
  }
  PASS();
}

SUITE(multi_suite) {
  RUN_TEST(one_channel_is_the_single_model);
  RUN_TEST(channels_together_agree_with_the_textbook);
  RUN_TEST(without_sales_another_channel_never_helps);
  RUN_TEST(losses_by_channel_add_up);
  RUN_TEST(a_sale_for_want_of_cash_by_hand);
  RUN_TEST(neither_the_unit_of_money_nor_the_order_matters);
  RUN_TEST(channels_are_named_once_each);
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  if (!engine_folder_open(&folder)) return 1;
  RUN_SUITE(multi_suite);
  engine_folder_close(&folder);
  GREATEST_MAIN_END();
}

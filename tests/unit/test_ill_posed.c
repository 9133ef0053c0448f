/* test_ill_posed.c - the rows of docs/ill-posed.md: inputs without one clear answer give the stated one, or a clear refusal, and end. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "greatest.h"

#include "spec/spec_engine.h"
#include "support.h"

static struct engine_folder folder;
static const char *const NONE[] = {NULL}, *const LEAST[] = {"solution=least", NULL};

/* Tables by file name and text, ended by NULL, in an empty folder. */
static bool write_tables(const char *const *table) {
  engine_folder_close(&folder);
  bool written = engine_folder_open(&folder);
  for (; written && table[0] != NULL; table += 2) written = support_write_file(folder.path, table[0], table[1]);
  return written;
}

static struct engine_result run(const char *const *table, const char *model, const char *const *settings,
                                const char *shocks) {
  struct engine_result none = {LS_STATUS_IO, "folder", NULL};
  return write_tables(table) ? engine_run(&folder, model, settings, shocks) : none;
}

static bool settled(const struct engine_result *result) { return engine_scenario_number(result, 0, "converged") == 1; }

/* Output of entities 0 and 1. */
static bool both_are(const struct engine_result *result, const char *output, double expected) {
  for (int i = 0; i < 2; i++) {
    double got = engine_output(result, 0, i, output);
    if (!(fabs(got - expected) <= 1e-9)) return printf("%s of %d is %.17g\n", output, i, got), false;
  }
  return true;
}

static enum greatest_test_res gives(const char *const *table, const char *model, const char *const *settings,
                                    const char *shocks, const char *output, double expected) {
  struct engine_result result = run(table, model, settings, shocks);
  ASSERT_EQm(result.message, LS_STATUS_OK, result.status);
  ASSERT(settled(&result) && both_are(&result, output, expected));
  engine_result_release(&result);
  PASS();
}

static enum greatest_test_res refuses(const char *const *table, const char *model, const char *const *settings,
                                      ls_status status, const char *words) {
  struct engine_result result = run(table, model, settings, NULL);
  ASSERT_EQm(result.message, status, result.status);
  ASSERTm(result.message, strstr(result.message, words));
  engine_result_release(&result);
  PASS();
}

/* ---- several answers ------------------------------------------------------------------------------------------------------ */

TEST a_closed_cycle_pays_all_or_nothing(void) {
  static const char *const RING[] = {"entities.csv", "id\na\nb\n", "liabilities.csv",
                                     "debtor,creditor,amount\na,b,10\nb,a,10\n", NULL};
  CHECK_CALL(gives(RING, "eisenberg-noe", NONE, NULL, "payment", 10));
  CHECK_CALL(gives(RING, "eisenberg-noe", LEAST, NULL, "payment", 0));
  CHECK_CALL(gives(RING, "cross-ownership", NONE, NULL, "payment", 10));
  CHECK_CALL(gives(RING, "cross-ownership", LEAST, NULL, "payment", 0));
  PASS();
}

/* Each has 1 and owes the other 10: all can be paid; once both fail there is p = (1 + p) / 2, 1. */
TEST costs_of_failing_make_two_solutions(void) {
  static const char *const PAIR[] = {"entities.csv", "id,external_assets\na,1\nb,1\n", "liabilities.csv",
                                     "debtor,creditor,amount\na,b,10\nb,a,10\n", NULL};
  static const char *const HALF[] = {"alpha=0.5", "beta=0.5", NULL}, *const WORST[] = {"alpha=0.5", "beta=0.5",
                                                                                       "solution=least", NULL};
  CHECK_CALL(gives(PAIR, "rogers-veraart", HALF, NULL, "payment", 10));
  CHECK_CALL(gives(PAIR, "rogers-veraart", WORST, NULL, "payment", 1));
  static const char *const OWNERS[] = {"entities.csv",
                                       "id\na\nb\n",
                                       "assets.csv",
                                       "id\nx\ny\n",
                                       "holdings.csv",
                                       "holder,asset,amount\na,x,1\nb,y,1\n",
                                       "shareholdings.csv",
                                       "holder,issuer,share\na,b,0.5\nb,a,0.5\n",
                                       NULL};
  static const char *const SURE[] = {"theta=0.9", "cost_share=0.5", NULL}, *const UNSURE[] = {"theta=0.9",
                                                                                              "cost_share=0.5",
                                                                                              "solution=least", NULL};
  CHECK_CALL(gives(OWNERS, "cross-holdings", SURE, NULL, "failed", 0));
  CHECK_CALL(gives(OWNERS, "cross-holdings", UNSURE, NULL, "failed", 1));
  PASS();
}

/* ---- cycles that grow, stand, or settle slowly ------------------------------------------------------------------------- */

/* Claims of each on the other of `claim` times its equity of 1. */
static enum greatest_test_res goes_round(const char *liabilities) {
  const char *const table[] = {"entities.csv", "id,equity\na,1\nb,1\n", "liabilities.csv", liabilities, NULL};
  return gives(table, "debtrank-linear", NONE, "scenario,target,variable,value\ns,a,equity_loss,0.0001\n", "distress",
               1);
}

TEST distress_that_grows_or_stands_ends_in_ruin(void) {
  CHECK_CALL(goes_round("debtor,creditor,amount\na,b,2\nb,a,2\n"));
  CHECK_CALL(goes_round("debtor,creditor,amount\na,b,1\nb,a,1\n"));
  PASS();
}

/* a owes b 100 and the world 1, b owes a 100 and the world 1; of 1.5 there is too little: what goes round shrinks by 100/101 a
 * sweep. Both pay 101 / 2 * 1.5 in the end: what leaves, 2 p / 101, is what there is. */
TEST a_slow_cycle_is_settled_exactly(void) {
  static const char *const SLOW[] = {"entities.csv", "id,external_assets,external_liabilities\na,0.75,1\nb,0.75,1\n",
                                     "liabilities.csv", "debtor,creditor,amount\na,b,100\nb,a,100\n", NULL};
  static const char *const SOON[] = {"max_iterations=50", NULL};
  return gives(SLOW, "eisenberg-noe", SOON, NULL, "payment", 101 * 0.75);
}

static enum greatest_test_res does_not_settle(const char *const *table, const char *model, const char *const *settings,
                                              const char *shocks, double most) {
  struct engine_result result = run(table, model, settings, shocks);
  ASSERT_EQm(result.message, LS_STATUS_OK, result.status);
  ASSERT_EQ(0.0, engine_scenario_number(&result, 0, "converged"));
  ASSERT(engine_scenario_number(&result, 0, "iterations") >= 1);
  ASSERT(engine_scenario_number(&result, 0, "iterations") <= most);
  engine_result_release(&result);
  PASS();
}

TEST what_does_not_settle_says_so(void) {
  static const char *const MERTON[] = {"max_iterations=2", "valuation=merton", NULL};
  static const char *const SLOW[] = {"entities.csv", "id,external_assets,external_liabilities\na,0.75,1\nb,0.75,1\n",
                                     "liabilities.csv", "debtor,creditor,amount\na,b,100\nb,a,100\n", NULL};
  static const char *const REPLACED[] = {"max_iterations=3", "replaceability=sector", NULL};
  static const char *const CHAIN[] = {"entities.csv",
                                      "id,sector\na,x\nb,x\nc,x\nd,x\ne,x\n",
                                      "trade.csv",
                                      "supplier,buyer,amount\na,b,1\nb,c,1\nc,d,1\nd,e,1\n",
                                      "essentials.csv",
                                      "supplier_sector,buyer_sector,essentiality\nx,x,1\n",
                                      NULL};
  static const char *const OUTRIGHT[] = {"entities.csv", "id,external_assets\na,1\nb,1\n", "shareholdings.csv",
                                         "holder,issuer,share\na,b,1\nb,a,1\n", NULL};
  CHECK_CALL(does_not_settle(SLOW, "neva", MERTON, NULL, 2));
  CHECK_CALL(
      does_not_settle(SLOW, "multi", (const char *const[]){"max_iterations=3", "channels=credit", NULL}, NULL, 3));
  CHECK_CALL(
      does_not_settle(CHAIN, "production", REPLACED, "scenario,target,variable,value\ns,a,output_loss,0.1\n", 6));
  CHECK_CALL(
      does_not_settle(OUTRIGHT, "cross-ownership", (const char *const[]){"max_iterations=100", NULL}, NULL, 200));
  PASS();
}

/* ---- refusals ---------------------------------------------------------------------------------------------------------------- */

TEST what_has_no_answer_is_refused(void) {
  static const char *const OUTRIGHT[] = {"entities.csv",
                                         "id\na\nb\n",
                                         "assets.csv",
                                         "id\nx\n",
                                         "holdings.csv",
                                         "holder,asset,amount\na,x,1\n",
                                         "shareholdings.csv",
                                         "holder,issuer,share\na,b,1\nb,a,1\n",
                                         NULL};
  static const char *const FLAT[] = {"entities.csv",
                                     "id,equity\na,1\n",
                                     "assets.csv",
                                     "id,market_depth\nx,0\n",
                                     "holdings.csv",
                                     "holder,asset,amount\na,x,1\n",
                                     NULL};
  static const char *const UNKNOWN[] = {"entities.csv",
                                        "id,equity\na,1\n",
                                        "assets.csv",
                                        "id\nx\n",
                                        "holdings.csv",
                                        "holder,asset,amount\na,x,1\n",
                                        NULL};
  static const char *const UPSIDE_DOWN[] = {"leverage_target=40", NULL};
  CHECK_CALL(refuses(OUTRIGHT, "cross-holdings", NONE, LS_STATUS_UNUSABLE, "nobody outside the network owns"));
  CHECK_CALL(refuses(FLAT, "fire-sale", NONE, LS_STATUS_INVALID_INPUT, "market_depth"));
  CHECK_CALL(refuses(UNKNOWN, "fire-sale", NONE, LS_STATUS_UNUSABLE, "market_depth of asset 'x'"));
  CHECK_CALL(refuses(UNKNOWN, "fire-sale-target", NONE, LS_STATUS_UNUSABLE, "market_depth of asset 'x'"));
  CHECK_CALL(refuses(UNKNOWN, "fire-sale", UPSIDE_DOWN, LS_STATUS_USAGE, "leverage_target"));
  PASS();
}

/* ---- floors and zeros ---------------------------------------------------------------------------------------------------------- */

/* Both sell all of a thin market; the price stops at a half, and each keeps what it sold for: 10 less half of the fall. */
TEST a_price_stops_at_its_floor(void) {
  static const char *const THIN[] = {"entities.csv",
                                     "id,equity\na,0.1\nb,0.1\n",
                                     "assets.csv",
                                     "id,market_depth,price_floor\nx,0.001,0.5\n",
                                     "holdings.csv",
                                     "holder,asset,amount\na,x,10\nb,x,10\n",
                                     NULL};
  static const char *const SHOCK = "scenario,target,variable,value\ns,x,price_loss,0.01\n";
  /* the shock takes 0.1 of 0.1: both are ruined, and sell 9.9 at a fall from 0.99 to 0.5 */
  double fall = 1 - 0.5 / 0.99;
  CHECK_CALL(gives(THIN, "fire-sale", NONE, SHOCK, "equity", 0.1 - 0.1 - 9.9 * fall * 0.5));
  CHECK_CALL(
      gives(THIN, "multi", (const char *const[]){"channels=fire-sale", NULL}, SHOCK, "equity", -9.9 * fall * 0.5));
  PASS();
}

TEST equity_of_nothing_fails_with_the_first_loss(void) {
  static const char *const BARE[] = {"entities.csv", "id,external_assets,equity\na,1,0\nb,1,0\n", "liabilities.csv",
                                     "debtor,creditor,amount\na,b,0.001\nb,a,0.001\n", NULL};
  static const char *const SHOCK = "scenario,target,variable,value\ns,a,external_assets_loss,1e-9\n";
  static const char *const MODEL[] = {"debtrank", "debtrank-linear", "debtrank-nonlinear", "furfine", "threshold"};
  for (size_t k = 0; k < sizeof MODEL / sizeof *MODEL; k++) {
    CHECK_CALL(gives(BARE, MODEL[k], NONE, NULL, "default", 0));
    CHECK_CALL(gives(BARE, MODEL[k], NONE, SHOCK, "default", 1));
  }
  PASS();
}

/* a is owed 0.3 and owes 0.1 and 0.2: that is nothing, whatever sums of decimals come to. */
TEST equity_of_nothing_is_not_below_it_by_rounding(void) {
  static const char *const DECIMALS[] = {"entities.csv", "id,external_assets\na,0\nb,1\nc,1\n", "liabilities.csv",
                                         "debtor,creditor,amount\na,b,0.1\na,c,0.2\nb,a,0.3\n", NULL};
  static const char *const MODEL[] = {"debtrank", "debtrank-linear", "debtrank-nonlinear", "furfine", "threshold"};
  for (size_t k = 0; k < sizeof MODEL / sizeof *MODEL; k++)
    CHECK_CALL(gives(DECIMALS, MODEL[k], NONE, NULL, "default", 0));
  PASS();
}

/* a is made to default, and pays all the same out of what b pays it: the entity is told as the system counts it. */
TEST a_default_that_is_forced_is_told_by_every_model(void) {
  static const char *const PAYS[] = {"entities.csv", "id,external_assets\na,1\nb,20\nc,1\n", "liabilities.csv",
                                     "debtor,creditor,amount\nb,a,10\na,c,4\n", NULL};
  static const char *const MODEL[] = {"eisenberg-noe", "rogers-veraart", "neva", "cross-ownership", "multi"};
  for (size_t k = 0; k < sizeof MODEL / sizeof *MODEL; k++) {
    const char *const settings[] = {k == 4 ? "channels=credit" : "tolerance=1e-10", NULL};
    struct engine_result result = run(PAYS, MODEL[k], settings, "scenario,target,variable,value\ns,a,default,1\n");
    ASSERT_EQm(MODEL[k], LS_STATUS_OK, result.status);
    ASSERT_EQm(MODEL[k], 1.0, engine_output(&result, 0, 0, "default"));
    ASSERT_EQm(MODEL[k], 1.0, engine_scenario_number(&result, 0, "default_count"));
    engine_result_release(&result);
  }
  PASS();
}

TEST equity_below_nothing_fails_without_a_shock(void) {
  static const char *const RUINED[] = {"entities.csv", "id,equity\na,-1\nb,-1\n", "liabilities.csv",
                                       "debtor,creditor,amount\na,b,1\n", NULL};
  static const char *const MODEL[] = {"debtrank", "debtrank-linear", "debtrank-nonlinear", "furfine", "threshold"};
  for (size_t k = 0; k < sizeof MODEL / sizeof *MODEL; k++)
    CHECK_CALL(gives(RUINED, MODEL[k], NONE, NULL, "default", 1));
  PASS();
}

TEST one_alone_loses_what_the_shock_takes(void) {
  static const char *const ALONE[] = {"entities.csv",
                                      "id,external_assets,sector\na,10,x\n",
                                      "liabilities.csv",
                                      "debtor,creditor,amount\n",
                                      "assets.csv",
                                      "id,market_depth\nx,100\n",
                                      "holdings.csv",
                                      "holder,asset,amount\n",
                                      "shareholdings.csv",
                                      "holder,issuer,share\n",
                                      NULL};
  static const char *const MODEL[] = {"eisenberg-noe",   "rogers-veraart",   "debtrank-linear", "neva",  "furfine",
                                      "cross-ownership", "fire-sale-target", "fire-sale",       "multi", "liquidity"};
  for (size_t k = 0; k < sizeof MODEL / sizeof *MODEL; k++) {
    struct engine_result result =
        run(ALONE, MODEL[k], NONE, "scenario,target,variable,value\ns,a,external_assets_loss,0.25\n");
    ASSERT_EQm(MODEL[k], LS_STATUS_OK, result.status);
    ASSERT_IN_RANGEm(MODEL[k], 2.5, engine_scenario_number(&result, 0, "system_loss"), 1e-12);
    engine_result_release(&result);
  }
  PASS();
}

SUITE(ill_posed) {
  RUN_TEST(a_closed_cycle_pays_all_or_nothing);
  RUN_TEST(costs_of_failing_make_two_solutions);
  RUN_TEST(distress_that_grows_or_stands_ends_in_ruin);
  RUN_TEST(a_slow_cycle_is_settled_exactly);
  RUN_TEST(what_does_not_settle_says_so);
  RUN_TEST(what_has_no_answer_is_refused);
  RUN_TEST(a_price_stops_at_its_floor);
  RUN_TEST(equity_of_nothing_fails_with_the_first_loss);
  RUN_TEST(equity_of_nothing_is_not_below_it_by_rounding);
  RUN_TEST(a_default_that_is_forced_is_told_by_every_model);
  RUN_TEST(equity_below_nothing_fails_without_a_shock);
  RUN_TEST(one_alone_loses_what_the_shock_takes);
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  if (!engine_folder_open(&folder)) return 1;
  RUN_SUITE(ill_posed);
  engine_folder_close(&folder);
  GREATEST_MAIN_END();
}

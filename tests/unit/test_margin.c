/* test_margin.c - how near the nearest entity is to the other side of its threshold: by hand, for every static model. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "greatest.h"

#include "spec/spec_engine.h"
#include "support.h"

/* A network, a shock, and what is nearest: the margin, and whose it is. */
struct near {
  const char *model, *setting; /* setting: NULL for none */
  const char *table[9];        /* names and texts, ended by NULL */
  const char *shock;           /* rows after the header, or NULL */
  double margin;
  const char *entity;
};

/* a has 3 and owes b 4; b has 10 and owes others 5: a is a quarter short, b 8 of 5 over. */
#define PAY                                                                                      \
  "entities.csv", "id,external_assets,external_liabilities\na,3,0\nb,10,5\n", "liabilities.csv", \
      "debtor,creditor,amount\na,b,4\n", NULL
/* b has lent a 1.5; both have 2. */
#define LEND "entities.csv", "id,equity\na,2\nb,2\n", "liabilities.csv", "debtor,creditor,amount\na,b,1.5\n", NULL
/* All 20 of a's are bonds, of which 1 is its own. */
#define HOLD                                                                                     \
  "entities.csv", "id,equity\na,1\n", "assets.csv", "id,market_depth\nx,1000\n", "holdings.csv", \
      "holder,asset,amount\na,x,20\n"

static const struct near CASES[] = {
    {"eisenberg-noe", NULL, {PAY}, NULL, 0.25, "a"},
    {"rogers-veraart", NULL, {PAY}, NULL, 0.25, "a"},
    {"cross-ownership", NULL, {PAY}, NULL, 0.25, "a"},
    {"neva", NULL, {PAY}, NULL, 0.25, "a"},                  /* -1 of the 4 that it owes; b 8 of 5 */
    {"furfine", NULL, {LEND}, "s,a,default,1\n", 0.25, "b"}, /* loses 1.5 of 2; a nothing of 2 */
    {"threshold", NULL, {LEND}, "s,a,default,1\n", 0.25, "b"},
    {"debtrank", NULL, {LEND}, "s,a,equity_loss,0.6\n", 0.4, "a"}, /* b: 1 - 0.75 * 0.6 = 0.55 */
    {"debtrank-linear", NULL, {LEND}, "s,a,equity_loss,0.6\n", 0.4, "a"},
    {"debtrank-nonlinear", NULL, {LEND}, "s,a,equity_loss,0.6\n", 0.4, "a"},
    {"liquidity",
     NULL,
     {"entities.csv", "id,cash,repo\na,5,4\nb,5,1\n", "liabilities.csv", "debtor,creditor,amount\n"},
     NULL,
     0.2,
     "a"},
    {"cross-holdings",
     "theta=0.8",
     {"entities.csv", "id\na\nb\n", "assets.csv", "id\nx\ny\n", "holdings.csv", "holder,asset,amount\na,x,8\nb,y,4\n",
      "shareholdings.csv", "holder,issuer,share\na,b,0.5\n"}, /* a falls from 10 to 9.2, b stays at 4 */
     "s,x,price_loss,0.1\n",
     0.15,
     "a"},
    {"fire-sale-target",
     NULL,
     {HOLD},
     "s,x,price_loss,0.02\n",
     0.448,
     "a"},                                        /* 0.4, and 20 * 19 * 0.4 / 1000 by sales */
    {"fire-sale", NULL, {HOLD}, NULL, 0.05, "a"}, /* 1 of 20; the limit is 13 of 20 away */
    {"fire-sale", "leverage_max=26", {HOLD}, "s,x,price_loss,0.011\n", 0.5 / 19.78, "a"}, /* 26 * 0.78 less 19.78 */
    {"multi", "channels=fire-sale", {HOLD}, NULL, 0.05, "a"},
};

static struct engine_folder folder;

static enum greatest_test_res nearest_is(const struct near *near) {
  char shocks[512];
  const char *settings[] = {near->setting, NULL};
  engine_folder_close(&folder);
  ASSERT(engine_folder_open(&folder));
  for (int k = 0; near->table[k] != NULL; k += 2)
    ASSERT(support_write_file(folder.path, near->table[k], near->table[k + 1]));
  snprintf(shocks, sizeof shocks, "scenario,target,variable,value\n%s", near->shock ? near->shock : "");
  struct engine_result result = engine_run(&folder, near->model, settings, near->shock ? shocks : NULL);
  ASSERT_EQm(result.message, LS_STATUS_OK, result.status);
  const json_t *scenario = json_array_get(json_object_get(result.root, "scenarios"), 0);
  double margin = json_number_value(json_object_get(scenario, "margin"));
  bool same = fabs(margin - near->margin) <= 1e-12 &&
              strcmp(json_string_value(json_object_get(scenario, "margin_entity")), near->entity) == 0;
  if (!same) printf("%s: margin %.17g\n", near->model, margin);
  engine_result_release(&result);
  ASSERT(same);
  PASS();
}

TEST every_model_tells_who_is_nearest(void) {
  for (size_t k = 0; k < sizeof CASES / sizeof *CASES; k++) CHECK_CALL(nearest_is(&CASES[k]));
  PASS();
}

/* Supply chains know no threshold, and a bank that owes nothing none that it could miss. */
TEST where_there_is_no_threshold_there_is_no_margin(void) {
  engine_folder_close(&folder);
  ASSERT(engine_folder_open(&folder));
  ASSERT(support_write_file(folder.path, "entities.csv", "id,sector,external_assets\na,x,5\nb,x,5\n"));
  ASSERT(support_write_file(folder.path, "trade.csv", "supplier,buyer,amount\na,b,1\n"));
  ASSERT(support_write_file(folder.path, "essentials.csv", "supplier_sector,buyer_sector,essentiality\nx,x,2\n"));
  ASSERT(support_write_file(folder.path, "liabilities.csv", "debtor,creditor,amount\n"));
  static const char *const MODEL[] = {"production", "eisenberg-noe"}, *const NONE[] = {NULL};
  for (int k = 0; k < 2; k++) {
    struct engine_result result = engine_run(&folder, MODEL[k], NONE, NULL);
    ASSERT_EQm(result.message, LS_STATUS_OK, result.status);
    ASSERT_EQ(NULL, json_object_get(json_array_get(json_object_get(result.root, "scenarios"), 0), "margin"));
    engine_result_release(&result);
  }
  PASS();
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  if (!engine_folder_open(&folder)) return 1;
  RUN_TEST(every_model_tells_who_is_nearest);
  RUN_TEST(where_there_is_no_threshold_there_is_no_margin);
  engine_folder_close(&folder);
  GREATEST_MAIN_END();
}

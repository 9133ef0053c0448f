/* test_baseline_gate.c - the baseline gate on firms whose quarters are added up by hand: who passes, what each limit
 * is, and the share of draws in which a plan fails. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "greatest.h"
#include "support.h"

enum { PATH_BYTES = 4096, TEXT_BYTES = 4096 };

static char folder[PATH_BYTES];
static ls_context *context;

static void open_folder(void *user) {
  (void)user;
  if (!support_make_folder(folder) || ls_context_create(&context) != LS_STATUS_OK) abort();
}

static void close_folder(void *user) {
  (void)user;
  ls_context_destroy(&context);
  support_remove_folder(folder);
}

static void put(const char *name, const char *text) {
  if (!support_write_file(folder, name, text)) abort();
}

/* Firm a sells for 106 a quarter, spends 96 and buys for 4 at firm b, three quarters of which is plant, so that its
 * cash rises from 10 to 16; with its plant of 3 it is worth 19 at the end of quarter 0. b sells for 4, spends 5 and
 * begins with the cash that is given. `reported` ends the line of a: revenue, change of cash, capital expenditure,
 * value, end of the quarter. */
static void put_firms(const char *reported, double cash_of_b, double threshold_of_b) {
  char text[TEXT_BYTES];
  snprintf(text, sizeof text,
           "id,cash,opex,capacity,distress_threshold,quarter_revenue,quarter_cash_change,quarter_capex,market_value,"
           "quarter_end\na,10,96,0,0,%s\nb,%g,5,10,%g,,,,,\n",
           reported, cash_of_b, threshold_of_b);
  put("entities.csv", text);
  put("purchases.csv", "buyer,seller,backlog,per_quarter,capex_share\na,b,100,4,0.75\n");
  put("paths.csv", "target,variable,quarter,value\na,demand_planned,0,106\n");
  put("loop.yaml", "quarters: 4\n");
  put("network.yaml", "as_of: 2026-08-31\n");
}

static json_t *checked(const ls_check_options *options, ls_status wanted) {
  ls_text *text = NULL;
  json_t *root = NULL;
  ls_context_clear_messages(context);
  const ls_status status = ls_check(context, folder, options, LS_FORMAT_JSON, &text);
  if (text != NULL) root = json_loads(ls_text_data(text), JSON_REJECT_DUPLICATES, NULL);
  if (status != wanted) printf("%s\n", ls_context_message(context, 0));
  ls_text_destroy(&text);
  if (status == wanted) return json_object_get(root, "baseline_gate") != NULL ? root : NULL;
  json_decref(root);
  return NULL;
}

static const json_t *gate_of(const json_t *root) { return json_object_get(root, "baseline_gate"); }

static const json_t *entity_of(const json_t *root, size_t i) {
  return json_array_get(json_object_get(gate_of(root), "entities"), i);
}

static double number(const json_t *root, const char *key) { return json_number_value(json_object_get(root, key)); }

static double figure(const json_t *root, size_t i, const char *name, const char *key) {
  return number(json_object_get(entity_of(root, i), name), key);
}

static bool passes(void) {
  json_t *root = checked(NULL, LS_STATUS_OK);
  if (root == NULL) abort();
  const bool passed = json_is_true(json_object_get(gate_of(root), "passes"));
  json_decref(root);
  return passed;
}

/* ---- quarter 0 -------------------------------------------------------------------------------------------------- */

TEST a_plan_that_holds_and_begins_as_reported_passes(void) {
  put_firms("106,6,3,19,2026-06-30", 10, 0);
  json_t *root = checked(&(ls_check_options){.reading = {.strict = true}}, LS_STATUS_OK);
  ASSERT(root != NULL);
  ASSERT(json_is_true(json_object_get(gate_of(root), "passes")));
  ASSERT_EQ(4, number(gate_of(root), "quarters"));
  ASSERT(json_is_null(json_object_get(gate_of(root), "fail_share")));
  for (size_t i = 0; i < 2; i++) {
    ASSERT_EQ(-1, number(entity_of(root, i), "default_quarter"));
    ASSERT_EQ(-1, number(entity_of(root, i), "distress_quarter"));
    ASSERT(json_is_null(json_object_get(entity_of(root, i), "fail_share")));
  }
  ASSERT_IN_RANGE(106.0, figure(root, 0, "revenue", "model"), 1e-12);
  ASSERT_IN_RANGE(6.0, figure(root, 0, "cash_change", "model"), 1e-12);
  ASSERT_IN_RANGE(3.0, figure(root, 0, "capex", "model"), 1e-12);
  ASSERT_IN_RANGE(19.0, figure(root, 0, "value", "model"), 1e-12);
  ASSERT_EQ(19.0, figure(root, 0, "value", "reported"));
  ASSERT_IN_RANGE(4.0, figure(root, 1, "revenue", "model"), 1e-12);
  ASSERT_IN_RANGE(-1.0, figure(root, 1, "cash_change", "model"), 1e-12);
  ASSERT(json_is_null(json_object_get(json_object_get(entity_of(root, 1), "cash_change"), "reported")));
  ASSERT(json_is_null(json_object_get(json_object_get(entity_of(root, 1), "cash_change"), "within")));
  json_decref(root);
  PASS();
}

TEST revenue_of_six_percent_more_does_not_pass(void) {
  put_firms("100,6,3,19,2026-06-30", 10, 0);
  json_t *root = checked(NULL, LS_STATUS_OK);
  ASSERT(root != NULL);
  ASSERT(json_is_false(json_object_get(gate_of(root), "passes")));
  ASSERT_IN_RANGE(0.06, figure(root, 0, "revenue", "deviation"), 1e-12);
  ASSERT_EQ(0.05, figure(root, 0, "revenue", "limit"));
  ASSERT(json_is_false(json_object_get(json_object_get(entity_of(root, 0), "revenue"), "within")));
  ASSERT(json_is_true(json_object_get(json_object_get(entity_of(root, 0), "value"), "within")));
  json_decref(root);
  root = checked(&(ls_check_options){.reading = {.strict = true}}, LS_STATUS_CHECK_FAILED);
  ASSERT(root != NULL && json_is_true(json_object_get(root, "valid")));
  json_decref(root);
  PASS();
}

/* Of each figure what is just within its limit, above and below, and what is just beyond. */
TEST each_figure_has_its_limit(void) {
  static const struct {
    const char *reported;
    bool passes;
  } CASES[] = {{"101,6,3,19,", true},
               {"100.9,6,3,19,", false}, /* 106 / 1.05 = 100.95 */
               {"111.5,6,3,19,", true},
               {"111.6,6,3,19,", false}, /* 106 / 0.95 = 111.58 */
               {"106,5.46,3,19,", true},
               {"106,5.45,3,19,", false}, /* 6 / 1.1 = 5.4545 */
               {"106,6.66,3,19,", true},
               {"106,6.67,3,19,", false}, /* 6 / 0.9 = 6.667 */
               {"106,-6,3,19,", false},
               {"106,0,3,19,", false}, /* of nothing there are no percents */
               {"106,6,2.73,19,", true},
               {"106,6,2.72,19,", false}, /* 3 / 1.1 = 2.727 */
               {"106,6,3.33,19,", true},
               {"106,6,3.34,19,", false}, /* 3 / 0.9 = 3.333 */
               {"106,6,3,17.28,", true},
               {"106,6,3,17.27,", false}, /* 19 / 1.1 = 17.273 */
               {"106,6,3,21.11,", true},
               {"106,6,3,21.12,", false}, /* 19 / 0.9 = 21.11 */
               {",,,,", true}};
  for (size_t k = 0; k < sizeof CASES / sizeof *CASES; k++) {
    put_firms(CASES[k].reported, 10, 0);
    if (passes() != CASES[k].passes) printf("%s\n", CASES[k].reported);
    ASSERT_EQ(CASES[k].passes, passes());
  }
  PASS();
}

/* The network is of August 31st; 183 days before that is March 1st. A value is of the network's date. */
TEST a_quarter_long_ago_is_told_and_not_compared(void) {
  put_firms("100,5,2,19,2026-02-28", 10, 0);
  json_t *root = checked(NULL, LS_STATUS_OK);
  ASSERT(root != NULL);
  ASSERT(json_is_true(json_object_get(gate_of(root), "passes")));
  ASSERT_IN_RANGE(0.06, figure(root, 0, "revenue", "deviation"), 1e-12);
  ASSERT(json_is_null(json_object_get(json_object_get(entity_of(root, 0), "revenue"), "within")));
  ASSERT(json_is_true(json_object_get(json_object_get(entity_of(root, 0), "value"), "within")));
  json_decref(root);
  put_firms("100,5,2,19,2026-03-01", 10, 0);
  ASSERT_FALSE(passes());
  put_firms("106,6,3,15,2020", 10, 0);
  ASSERT_FALSE(passes());
  PASS();
}

/* ---- the quarters after ----------------------------------------------------------------------------------------- */

/* b's cash: 1, 0 after quarter 0, and in quarter 1 it receives 4 and owes 5. */
TEST who_cannot_pay_is_named_with_its_quarter(void) {
  ls_text *text = NULL;
  put_firms("106,6,3,19,2026-06-30", 1, 0);
  json_t *root = checked(NULL, LS_STATUS_OK);
  ASSERT(root != NULL);
  ASSERT(json_is_false(json_object_get(gate_of(root), "passes")));
  ASSERT_EQ(-1, number(entity_of(root, 0), "default_quarter"));
  ASSERT_EQ(1, number(entity_of(root, 1), "default_quarter"));
  json_decref(root);
  ASSERT_EQ(LS_STATUS_OK, ls_check(context, folder, NULL, LS_FORMAT_TEXT, &text));
  ASSERT(strstr(ls_text_data(text), "Baseline gate: does not pass:\n  b defaults in quarter 1\n") != NULL);
  ls_text_destroy(&text);
  PASS();
}

/* b is worth its cash and what a owes it, which is nothing: 10 at the start, then 9, 8, 7, 6. */
TEST who_is_flagged_does_not_pass_either(void) {
  put_firms(",,,,", 10, 0.75);
  json_t *root = checked(NULL, LS_STATUS_OK);
  ASSERT(root != NULL);
  ASSERT(json_is_false(json_object_get(gate_of(root), "passes")));
  ASSERT_EQ(-1, number(entity_of(root, 1), "default_quarter"));
  ASSERT_EQ(2, number(entity_of(root, 1), "distress_quarter"));
  json_decref(root);
  PASS();
}

/* ---- draws ------------------------------------------------------------------------------------------------------ */

/* a has cash from 0 to 10, all alike, and owes 5 in the only quarter: it fails in half of the draws. b earns 5 more
 * than it spends. */
static void put_ledger(const char *more) {
  char text[TEXT_BYTES];
  snprintf(text, sizeof text,
           "id,target,parameter,quarter,value,low,high,distribution,reason\nquarters,*,quarters,,1,,,,r\n"
           "cash a,a,cash,,6,0,10,uniform,r\ncash b,b,cash,,10,,,,r\nopex,*,opex,,5,,,,r\n"
           "demand,b,demand_planned,,10,,,,r\n%s",
           more);
  put("assumptions.csv", text);
  put("entities.csv", "id\na\nb\n");
  put("deals.csv", "id,claim_id,preferred,from,to,kind,amount_low,amount_high,status,source\n"
                   "d,c,1,a,b,purchase,1,1,lapsed,P\n");
}

TEST the_share_of_draws_that_fail_is_what_a_hand_finds(void) {
  enum { DRAWS = 400 };
  const ls_check_options drawn = {.draws = DRAWS, .seed = 3}, other = {.draws = DRAWS, .seed = 4};
  put_ledger("");
  ASSERT(passes());
  json_t *root = checked(&drawn, LS_STATUS_OK), *again = checked(&drawn, LS_STATUS_OK);
  json_t *different = checked(&other, LS_STATUS_OK);
  ASSERT(root != NULL && again != NULL && different != NULL);
  ASSERT(json_is_true(json_object_get(gate_of(root), "passes"))); /* central values decide */
  ASSERT_EQ(DRAWS, number(gate_of(root), "draws"));
  ASSERT_IN_RANGE(0.5, number(entity_of(root, 0), "fail_share"), 0.1); /* 4 sqrt(.5 .5 / 400) */
  ASSERT_EQ(0.0, number(entity_of(root, 1), "fail_share"));
  ASSERT_EQ(number(entity_of(root, 0), "fail_share"), number(gate_of(root), "fail_share"));
  ASSERT(json_equal(root, again));
  ASSERT(number(gate_of(root), "fail_share") != number(gate_of(different), "fail_share"));
  json_decref(root), json_decref(again), json_decref(different);
  PASS();
}

/* b's value of 100 is an assumption: 10 of cash and 90 for its sales. After quarter 0 it has 5 more. */
TEST an_assumed_value_is_compared_and_called_assumed(void) {
  put_ledger("value b,b,market_value,,100,,,,r\n");
  json_t *root = checked(NULL, LS_STATUS_OK);
  ASSERT(root != NULL);
  ASSERT_IN_RANGE(0.05, figure(root, 1, "value", "deviation"), 1e-12);
  ASSERT(json_is_true(json_object_get(json_object_get(entity_of(root, 1), "value"), "assumed")));
  ASSERT(json_is_false(json_object_get(json_object_get(entity_of(root, 0), "value"), "assumed")));
  json_decref(root);
  PASS();
}

TEST draws_need_a_ledger_and_a_number_that_can_be(void) {
  ls_text *text = NULL;
  put_firms(",,,,", 10, 0);
  ASSERT_EQ(LS_STATUS_UNUSABLE, ls_check(context, folder, &(ls_check_options){.draws = 2}, LS_FORMAT_TEXT, &text));
  ASSERT_EQ(LS_STATUS_USAGE, ls_check(context, folder, &(ls_check_options){.draws = 10001}, LS_FORMAT_TEXT, &text));
  ASSERT_EQ(LS_STATUS_USAGE, ls_check(context, folder, &(ls_check_options){.draws = -1}, LS_FORMAT_TEXT, &text));
  ASSERT_EQ(NULL, text);
  ASSERT_EQ(LS_STATUS_OK, ls_check(context, folder, &(ls_check_options){.draws = 1}, LS_FORMAT_TEXT, &text));
  ls_text_destroy(&text);
  PASS();
}

/* ---- what has no gate, and no memory ---------------------------------------------------------------------------- */

TEST a_network_without_loop_tables_has_no_gate(void) {
  ls_text *text = NULL;
  put("entities.csv", "id,external_assets\nA,1\n");
  ASSERT_EQ(LS_STATUS_OK, ls_check(context, folder, NULL, LS_FORMAT_JSON, &text));
  ASSERT_EQ(NULL, strstr(ls_text_data(text), "baseline_gate"));
  ls_text_destroy(&text);
  ASSERT_EQ(LS_STATUS_OK, ls_network_check(context, folder, NULL, LS_FORMAT_TEXT, &text));
  ASSERT_EQ(NULL, strstr(ls_text_data(text), "aseline"));
  ls_text_destroy(&text);
  PASS();
}

TEST without_memory_nothing_leaks(void) {
  put_ledger("value b,b,market_value,,100,,,,r\n");
  for (int64_t allowed = 0;; allowed += 7) { /* every seventh of many */
    ls_context *poor = NULL;
    struct failing_allocator allocator = {0};
    ls_text *text = NULL;
    ASSERT_EQ(LS_STATUS_OK, ls_context_create(&poor));
    support_fail_after(poor, &allocator, allowed);
    const ls_status status = ls_check(poor, folder, &(ls_check_options){.draws = 2}, LS_FORMAT_JSON, &text);
    ASSERT_EQ(status == LS_STATUS_OK, text != NULL);
    ls_text_destroy(&text);
    ls_context_destroy(&poor);
    ASSERT_EQ(0, allocator.held);
    if (status == LS_STATUS_OK) break;
    ASSERT_EQ(LS_STATUS_OUT_OF_MEMORY, status);
  }
  PASS();
}

SUITE(baseline_gate) {
  GREATEST_SET_SETUP_CB(open_folder, NULL);
  GREATEST_SET_TEARDOWN_CB(close_folder, NULL);
  RUN_TEST(a_plan_that_holds_and_begins_as_reported_passes);
  RUN_TEST(revenue_of_six_percent_more_does_not_pass);
  RUN_TEST(each_figure_has_its_limit);
  RUN_TEST(a_quarter_long_ago_is_told_and_not_compared);
  RUN_TEST(who_cannot_pay_is_named_with_its_quarter);
  RUN_TEST(who_is_flagged_does_not_pass_either);
  RUN_TEST(the_share_of_draws_that_fail_is_what_a_hand_finds);
  RUN_TEST(an_assumed_value_is_compared_and_called_assumed);
  RUN_TEST(draws_need_a_ledger_and_a_number_that_can_be);
  RUN_TEST(a_network_without_loop_tables_has_no_gate);
  RUN_TEST(without_memory_nothing_leaks);
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  RUN_SUITE(baseline_gate);
  GREATEST_MAIN_END();
}

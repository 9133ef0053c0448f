/* test_circularity_study.c - circularity within a window, against rewired networks and over draws: cases worked by
 * hand. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/circularity_study.h"
#include "analysis/rewiring.h"
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

/* The report on the folder as JSON; NULL where there is none. */
static json_t *report(const ls_circularity_options *options) {
  ls_text *text = NULL;
  json_t *root = NULL;
  ls_context_clear_messages(context);
  if (ls_circularity_report(context, folder, options, LS_FORMAT_JSON, &text) == LS_STATUS_OK)
    root = json_loads(ls_text_data(text), 0, NULL);
  else
    printf("%s\n", ls_context_message(context, 0));
  ls_text_destroy(&text);
  return root;
}

static double number(const json_t *root, const char *key) { return json_number_value(json_object_get(root, key)); }

/* rewired or draws, of one measure. */
static double measured(const json_t *root, const char *part, const char *measure, const char *key) {
  return number(json_object_get(json_object_get(json_object_get(root, part), "measures"), measure), key);
}

static json_t *rewired(const char *flows, const char *investments, int64_t count, uint64_t seed) {
  ls_circularity_options options = ls_circularity_options_default();
  put("flows.csv", flows);
  if (investments != NULL) put("investments.csv", investments);
  options.rewirings = count;
  options.seed = seed;
  return report(&options);
}

/* ---- rewired networks, by hand ----------------------------------------------------------------------------------- */

/* Everybody pays one and is paid by one, always 1: whatever the links, all of it circulates, in one ring or two pairs.
 * */
TEST a_ring_is_no_more_circular_than_chance(void) {
  json_t *root = rewired("payer,receiver,amount\na,b,1\nb,c,1\nc,d,1\nd,a,1\n", NULL, 200, 1);
  static const char *const MEASURE[] = {"finn_cycling_index", "max_circulation_share"};
  ASSERT(root != NULL);
  for (int k = 0; k < 2; k++) {
    ASSERT_IN_RANGE(1.0, measured(root, "rewired", MEASURE[k], "observed"), 1e-12);
    ASSERT_IN_RANGE(1.0, measured(root, "rewired", MEASURE[k], "mean"), 1e-12);
    ASSERT_IN_RANGE(1.0, measured(root, "rewired", MEASURE[k], "p05"), 1e-12);
    ASSERT_IN_RANGE(1.0, measured(root, "rewired", MEASURE[k], "p95"), 1e-12);
    ASSERT_IN_RANGE(0.5, measured(root, "rewired", MEASURE[k], "percentile"), 1e-12);
  }
  json_decref(root);
  PASS();
}

/* a > b, a > c, b > d: nobody pays a, so that no network with these degrees has a way back. */
TEST a_tree_stays_without_circulation(void) {
  json_t *root = rewired("payer,receiver,amount\na,b,3\na,c,1\nb,d,2\n", NULL, 200, 1);
  ASSERT(root != NULL);
  ASSERT_EQ(0.0, measured(root, "rewired", "max_circulation_share", "mean"));
  ASSERT_EQ(0.0, measured(root, "rewired", "finn_cycling_index", "p95"));
  ASSERT_EQ(0.5, measured(root, "rewired", "max_circulation_share", "percentile"));
  ASSERT(json_is_null(json_object_get(root, "draws")));
  json_decref(root);
  PASS();
}

/* a, b, c pay one each; a, b, d are paid. Without links to oneself there are three such networks: the given one, a > b
 * > a and c > d; c > a > b > d; c > b > a > d. Only the first has a cycle: 2 of 3 dollars circulate, a and b, half of
 * all throughflow, come back. a invests in c, from which its dollar comes back in the other two. Each has one third of
 * the draws; of 9000 the share is within 4 sqrt(2/9 / 9000) = 0.02 of that. */
TEST all_networks_of_the_degrees_are_equally_likely(void) {
  json_t *root = rewired("payer,receiver,amount\na,b,1\nb,a,1\nc,d,1\n", "investor,recipient,amount\na,c,1\n", 9000, 3);
  ASSERT(root != NULL);
  ASSERT_IN_RANGE(2.0 / 3, measured(root, "rewired", "max_circulation_share", "observed"), 1e-12);
  ASSERT_IN_RANGE(2.0 / 9, measured(root, "rewired", "max_circulation_share", "mean"), 0.02 * 2 / 3);
  ASSERT_IN_RANGE(5.0 / 6, measured(root, "rewired", "max_circulation_share", "percentile"), 0.01);
  ASSERT_IN_RANGE(1.0 / 6, measured(root, "rewired", "finn_cycling_index", "mean"), 0.01);
  ASSERT_IN_RANGE(0.0, measured(root, "rewired", "finn_cycling_index", "p05"), 1e-12);
  ASSERT_IN_RANGE(0.5, measured(root, "rewired", "finn_cycling_index", "p95"), 1e-12);
  ASSERT_IN_RANGE(2.0 / 3, measured(root, "rewired", "round_trip_ratio", "mean"), 0.02);
  ASSERT_IN_RANGE(1.0 / 6, measured(root, "rewired", "round_trip_ratio", "percentile"), 0.01);
  json_decref(root);
  PASS();
}

/* A ring of three can only turn round, which no swap of two links does. b's throughflow is then what c pays it, 3 (no
 * fit helps where everybody has one link; payers' sums are met), of which it passes on 2: a's dollar comes back from b
 * always, or in two of three cases. Half of 4000 draws +- 4 sd is 0.032. */
TEST a_ring_of_three_turns_round(void) {
  json_t *root = rewired("payer,receiver,amount\na,b,1\nb,c,2\nc,a,3\n", "investor,recipient,amount\na,b,1\n", 4000, 5);
  ASSERT(root != NULL);
  ASSERT_IN_RANGE(1.0, measured(root, "rewired", "round_trip_ratio", "observed"), 1e-12);
  ASSERT_IN_RANGE(5.0 / 6, measured(root, "rewired", "round_trip_ratio", "mean"), 0.032 / 3);
  ASSERT_IN_RANGE(0.75, measured(root, "rewired", "round_trip_ratio", "percentile"), 0.016);
  json_decref(root);
  PASS();
}

TEST equal_seeds_draw_equal_networks(void) {
  const char *flows = "payer,receiver,amount\na,b,5\na,c,1\nb,c,2\nc,a,3\nd,a,4\nb,d,1\nc,d,2\nworld,a,1\n";
  json_t *first = rewired(flows, NULL, 100, 7), *second = rewired(flows, NULL, 100, 7),
         *other = rewired(flows, NULL, 100, 8);
  ASSERT(json_equal(first, second));
  ASSERT(measured(first, "rewired", "finn_cycling_index", "mean") !=
         measured(other, "rewired", "finn_cycling_index", "mean"));
  json_decref(first), json_decref(second), json_decref(other);
  PASS();
}

TEST without_rewirings_there_is_no_comparison(void) {
  json_t *root = rewired("payer,receiver,amount\na,b,1\nb,a,1\n", NULL, 0, 0);
  ASSERT(json_is_null(json_object_get(root, "rewired")));
  json_decref(root);
  PASS();
}

/* ---- rewired networks, what they keep ---------------------------------------------------------------------------- */

enum { MOST = 9, WIDTH = MOST + 1, CELLS = WIDTH * WIDTH };

static uint64_t random_state;

static double uniform(void) {
  random_state ^= random_state << 13, random_state ^= random_state >> 7, random_state ^= random_state << 17;
  return (double)(random_state >> 11) / 9007199254740992.0;
}

static void random_network(double *flow, double *investment) {
  const double density = 0.2 + 0.6 * uniform();
  for (int k = 0; k < CELLS; k++) {
    const bool itself = k / WIDTH == k % WIDTH;
    investment[k] = !itself && uniform() < 0.3 ? 1 + floor(50 * uniform()) : 0;
    flow[k] = !itself && uniform() < density ? 1 + floor(50 * uniform()) : 0;
  }
}

/* Do two layers agree in degrees, payers' sums and all that is the world's? */
static bool keeps(const double *a, const double *b) {
  for (int i = 0; i < MOST; i++) {
    int out[2] = {0, 0}, in[2] = {0, 0};
    double paid[2] = {0, 0};
    for (int j = 0; j < MOST; j++) {
      out[0] += a[i * WIDTH + j] > 0, out[1] += b[i * WIDTH + j] > 0;
      in[0] += a[j * WIDTH + i] > 0, in[1] += b[j * WIDTH + i] > 0;
      paid[0] += a[i * WIDTH + j], paid[1] += b[i * WIDTH + j];
    }
    if (out[0] != out[1] || in[0] != in[1] || b[i * WIDTH + i] > 0) return false;
    if (fabs(paid[0] - paid[1]) > 1e-12 * paid[0]) return false; /* a hundred fits of at most 8 links */
    if (a[i * WIDTH + MOST] != b[i * WIDTH + MOST] || a[MOST * WIDTH + i] != b[MOST * WIDTH + i]) return false;
  }
  return true;
}

TEST degrees_and_what_each_pays_are_kept_in_both_layers(void) {
  double flow[CELLS], investment[CELLS], drawn_flow[CELLS], drawn_investment[CELLS];
  char *id[MOST] = {0};
  int changed = 0;
  random_state = 99;
  for (int trial = 0; trial < 50; trial++) {
    random_network(flow, investment);
    const struct flows flows = {MOST, id, flow, investment, false};
    struct flows drawn = {MOST, id, drawn_flow, drawn_investment, false};
    struct rewiring rewiring;
    ASSERT_EQ(LS_STATUS_OK, rewiring_create(context, &flows, &rewiring));
    support_poison(drawn_flow, CELLS);
    support_poison(drawn_investment, CELLS);
    rewiring_draw(&rewiring, 11, trial, &drawn);
    for (int k = 0; k < CELLS; k++) changed += flow[k] != drawn_flow[k];
    ASSERT(keeps(flow, drawn_flow));
    ASSERT(keeps(investment, drawn_investment));
    rewiring_release(&rewiring);
  }
  ASSERT(changed > 50 * MOST);
  PASS();
}

/* a invests 5 in b and buys for 2 from it; b buys for 1 from a. The two of them can only stay as they are: 7 and 1. */
TEST investments_are_among_the_payments_that_they_are_part_of(void) {
  enum { A, B, N, WIDE = N + 1 };
  double flow[WIDE * WIDE] = {0}, investment[WIDE * WIDE] = {0}, drawn_flow[WIDE * WIDE], drawn_investment[WIDE * WIDE];
  char *id[N] = {0};
  const struct flows flows = {N, id, flow, investment, true};
  struct flows drawn = {N, id, drawn_flow, drawn_investment, true};
  struct rewiring rewiring;
  flow[A * WIDE + B] = 7, flow[B * WIDE + A] = 1, investment[A * WIDE + B] = 5, flow[N * WIDE + A] = 9;
  ASSERT_EQ(LS_STATUS_OK, rewiring_create(context, &flows, &rewiring));
  rewiring_draw(&rewiring, 1, 0, &drawn);
  ASSERT_EQ(0, memcmp(flow, drawn_flow, sizeof flow));
  ASSERT_EQ(0, memcmp(investment, drawn_investment, sizeof investment));
  rewiring_release(&rewiring);
  PASS();
}

/* a pays c 3 and d 1, b pays both 1: no other links have these degrees, but a's amounts may change places. Then a pays
 * c and d 1 and 3, b 1 and 1, fitted so that a pays 4, b 2, c takes 4, d 2, which leaves the odds (1 x 1) / (3 x 1) as
 * they are: with x from a to c, x (x - 2) = (4 - x)^2 / 3, so that x^2 + x = 8. Drawn networks have one or the other,
 * about as often; of 100 the share of each is within 4 sd = 0.2 of a half. */
TEST amounts_are_fitted_to_what_everybody_pays_and_takes(void) {
  enum { A, B, C, D, N, WIDE = N + 1 };
  double flow[WIDE * WIDE] = {0}, investment[WIDE * WIDE] = {0}, drawn_flow[WIDE * WIDE], drawn_investment[WIDE * WIDE];
  char *id[N] = {0};
  const struct flows flows = {N, id, flow, investment, true};
  struct flows drawn = {N, id, drawn_flow, drawn_investment, true};
  struct rewiring rewiring;
  int as_given = 0;
  flow[A * WIDE + C] = 3, flow[A * WIDE + D] = flow[B * WIDE + C] = flow[B * WIDE + D] = 1;
  ASSERT_EQ(LS_STATUS_OK, rewiring_create(context, &flows, &rewiring));
  for (int number = 0; number < 100; number++) {
    rewiring_draw(&rewiring, 1, number, &drawn);
    const bool given = drawn_flow[A * WIDE + C] > 2.7;
    as_given += given;
    ASSERT_IN_RANGE(given ? 3.0 : (sqrt(33.0) - 1) / 2, drawn_flow[A * WIDE + C], 1e-12);
    ASSERT_IN_RANGE(4.0, drawn_flow[A * WIDE + C] + drawn_flow[B * WIDE + C], 1e-12);
    ASSERT_IN_RANGE(2.0, drawn_flow[B * WIDE + C] + drawn_flow[B * WIDE + D], 1e-12);
  }
  ASSERT_IN_RANGE(50, as_given, 20);
  rewiring_release(&rewiring);
  PASS();
}

TEST a_network_does_not_depend_on_those_drawn_before_it(void) {
  double flow[CELLS], investment[CELLS], first[2][CELLS], second[2][CELLS];
  char *id[MOST] = {0};
  random_state = 5;
  random_network(flow, investment);
  const struct flows flows = {MOST, id, flow, investment, true};
  struct flows alone = {MOST, id, first[0], first[1], true}, after = {MOST, id, second[0], second[1], true};
  struct rewiring rewiring;
  ASSERT_EQ(LS_STATUS_OK, rewiring_create(context, &flows, &rewiring));
  rewiring_draw(&rewiring, 2, 6, &alone);
  rewiring_draw(&rewiring, 2, 5, &after);
  ASSERT(memcmp(first, second, sizeof first) != 0);
  rewiring_draw(&rewiring, 2, 6, &after);
  ASSERT_EQ(0, memcmp(first, second, sizeof first));
  rewiring_release(&rewiring);
  PASS();
}

SUITE(rewiring_suite) {
  GREATEST_SET_SETUP_CB(open_folder, NULL);
  GREATEST_SET_TEARDOWN_CB(close_folder, NULL);
  RUN_TEST(a_ring_is_no_more_circular_than_chance);
  RUN_TEST(a_tree_stays_without_circulation);
  RUN_TEST(all_networks_of_the_degrees_are_equally_likely);
  RUN_TEST(a_ring_of_three_turns_round);
  RUN_TEST(equal_seeds_draw_equal_networks);
  RUN_TEST(without_rewirings_there_is_no_comparison);
  RUN_TEST(degrees_and_what_each_pays_are_kept_in_both_layers);
  RUN_TEST(investments_are_among_the_payments_that_they_are_part_of);
  RUN_TEST(amounts_are_fitted_to_what_everybody_pays_and_takes);
  RUN_TEST(a_network_does_not_depend_on_those_drawn_before_it);
}

/* ---- the window -------------------------------------------------------------------------------------------------- */

/* a buys from b 4 a quarter from quarter 1 on until 6 are bought; c from b 4 a quarter with a ramp of 1 until quarter 3
 * begins: 2 + 4 + 4; d from b 4 a quarter, rolled. b pledges a 5, 2 a quarter from quarter 2 on. b's sales cost a half.
 * a sells 5 a quarter outside for 1, owes b 30 and the world 10 at .01 a quarter and repays a tenth a quarter. */
static void write_economy(void) {
  put("entities.csv", "id,opex,cogs_share\na,1,0\nb,0,0.5\nc,0,0\nd,0,0\n");
  put("purchases.csv",
      "buyer,seller,backlog,per_quarter,start,ramp_quarters,end,renewed\na,b,6,4,1,0,,0\nc,b,100,4,0,1,3,0\n"
      "d,b,2,4,0,0,,1\n");
  put("pledges.csv", "investor,recipient,amount,per_quarter,start\nb,a,5,2,2\n");
  put("liabilities.csv", "debtor,creditor,amount\na,b,30\na,world,10\n");
  put("paths.csv", "target,variable,quarter,value\na,demand_planned,0,5\na,outside_equity,2,3\n");
  put("loop.yaml", "quarters: 6\ninterest: 0.01\namortisation: 0.1\n");
}

static enum greatest_test_res window_is(int32_t window, const double *by_contract, double pledged, double equity) {
  enum { A, B, C, D, W, N = 5 };
  const double year = 4.0 / window, left = pow(0.9, window), sold = by_contract[0] + by_contract[1] + by_contract[2];
  struct flows flows = {0};
  ls_network *network = NULL;
  ASSERT_EQ(LS_STATUS_OK, ls_network_read(context, folder, NULL, &network));
  ASSERT_EQ(LS_STATUS_OK, flows_of_tables(context, network, window, &flows));
  ASSERT_IN_RANGE(year * (by_contract[0] + 30 * 1.1 * (1 - left)), flows.flow[A * N + B], 1e-12);
  ASSERT_IN_RANGE(year * by_contract[1], flows.flow[C * N + B], 1e-12);
  ASSERT_IN_RANGE(year * by_contract[2], flows.flow[D * N + B], 1e-12);
  ASSERT_IN_RANGE(year * pledged, flows.flow[B * N + A], 1e-12);
  ASSERT_IN_RANGE(year * pledged, flows.investment[B * N + A], 1e-12);
  ASSERT_IN_RANGE(20.0 + year * equity, flows.flow[W * N + A], 1e-12);
  ASSERT_IN_RANGE(4.0 + year * 10 * 1.1 * (1 - left), flows.flow[A * N + W], 1e-12);
  ASSERT_IN_RANGE(year * sold / 2, flows.flow[B * N + W], 1e-12);
  ASSERT(flows.investment_is_paid);
  flows_release(context, &flows);
  ls_network_destroy(&network);
  PASS();
}

/* Interest and principal are .01 + .1 of what is owed: .11 (1 + .9 + .81 + ...) = 1.1 (1 - .9^quarters) of the start.
 * */
TEST contracts_start_ramp_end_and_stop_at_their_backlog_within_4_quarters(void) {
  const double by_contract[] = {6, 10, 16};
  write_economy();
  return window_is(4, by_contract, 4, 6);
}

TEST a_window_of_20_quarters_goes_on_beyond_those_of_loop_yaml(void) {
  const double by_contract[] = {6, 10, 80};
  write_economy();
  return window_is(20, by_contract, 5, 54);
}

TEST the_window_is_told_and_no_other_is_taken(void) {
  ls_circularity_options options = ls_circularity_options_default();
  ls_text *text = NULL;
  write_economy();
  for (options.window = 4; options.window <= 20; options.window += 16) {
    json_t *root = report(&options);
    ASSERT_EQ(options.window, (int)json_integer_value(json_object_get(root, "window_quarters")));
    ASSERT_STR_EQ("purchases", json_string_value(json_object_get(root, "basis")));
    json_decref(root);
  }
  options.window = 8;
  ASSERT_EQ(LS_STATUS_USAGE, ls_circularity_report(context, folder, &options, LS_FORMAT_JSON, &text));
  ASSERT_STR_EQ("window is 8 quarters, must be 4 or 20", ls_context_message(context, 0));
  PASS();
}

/* ---- a ledger ---------------------------------------------------------------------------------------------------- */

static const char DEALS[] =
    "id,claim_id,preferred,from,to,kind,amount_low,amount_high,firm_amount,status,start,term_years,gw,share,source\n"
    "buy,c1,1,lab,cloud,purchase,40,40,,firm,,5,,,P\n"
    "back,c2,1,cloud,lab,equity,3,3,,announced,,,,,P\n";
static const char ASSUMPTIONS[] = "id,target,parameter,quarter,value,low,high,distribution,reason\n"
                                  "quarters,*,quarters,,4,,,,short\n"
                                  "realised,*,realised_firm,,1,,,,r\n"
                                  "announced,*,realised_announced,,1,,,,r\n"
                                  "pledge,*,pledge_quarters,,4,,,,r\n"
                                  "firm,*,take_or_pay_firm,,0.8,,,,r\n"
                                  "window,*,equity_window_years,,5,,,,r\n"
                                  "demand,lab,demand_planned,,5,%s,r\n"
                                  "multiple,lab,multiple,,10,,,,r\n";

static void write_ledger(const char *range) {
  char text[TEXT_BYTES];
  snprintf(text, sizeof text, ASSUMPTIONS, range);
  put("network.yaml", "name: small\ncurrency: USD\nunit: bn\nas_of: 2026-03-31\n");
  put("entities.csv", "id,sector,input_type\nlab,labs,\ncloud,clouds,compute\n");
  put("deals.csv", DEALS);
  put("assumptions.csv", text);
}

/* The cloud's money comes back at the share of the lab's throughflow that it is paid: on the headline basis 40 / 5 of
 * sales of 4 x 5 and equity of 3 / 5 a year; by the schedule, equity of 3 in the next four quarters and none after. */
TEST a_ledger_has_the_basis_of_its_tables_beside_its_own(void) {
  static const char *const NAME[] = {"headline", "firm", "funded", "purchases"};
  ls_circularity_options options = ls_circularity_options_default();
  write_ledger(",,");
  json_t *root = report(&options), *bases = json_object_get(root, "bases");
  ASSERT_EQ(4, (int)json_array_size(bases));
  for (size_t k = 0; k < 4; k++) {
    const json_t *basis = json_array_get(bases, k), *window = json_object_get(basis, "window_quarters");
    ASSERT_STR_EQ(NAME[k], json_string_value(json_object_get(basis, "basis")));
    ASSERT(k < 3 ? json_is_null(window) : json_integer_value(window) == 4);
  }
  ASSERT_IN_RANGE(8 / 20.6, number(json_array_get(bases, 0), "round_trip_ratio"), 1e-12);
  ASSERT_IN_RANGE(8 / 23.0, number(json_array_get(bases, 3), "round_trip_ratio"), 1e-12);
  json_decref(root);
  options.basis = "purchases";
  options.window = 20;
  root = report(&options);
  ASSERT_IN_RANGE(8 / 20.6, number(root, "round_trip_ratio"), 1e-12);
  json_decref(root);
  PASS();
}

/* Demand is uniform from 4 to 6, so that the round trip, 8 / (4 demand + 3), has its 5 %, 50 % and 95 % points at
 * demand of 5.9, 5 and 4.1. Of 400 draws the quantile of a uniform is within 4 sd = 2 sqrt(p (1 - p)) / 10 x 2 = 0.2 of
 * it (0.09 at the ends), times the slope 8 x 4 / (4 demand + 3)^2 of at most 0.09. */
TEST the_band_over_draws_is_that_of_the_assumption(void) {
  ls_circularity_options options = ls_circularity_options_default();
  write_ledger("4,6,uniform");
  options.draws = 400;
  options.seed = 12;
  options.rewirings = 0;
  options.basis = "purchases";
  json_t *root = report(&options), *again = report(&options);
  ASSERT(root != NULL && json_equal(root, again));
  ASSERT_EQ(400, (int)number(json_object_get(root, "draws"), "count"));
  ASSERT_EQ(0, (int)number(json_object_get(root, "draws"), "redrawn"));
  const double low = measured(root, "draws", "round_trip_ratio", "p05"),
               high = measured(root, "draws", "round_trip_ratio", "p95"),
               central = measured(root, "draws", "round_trip_ratio", "central");
  ASSERT_IN_RANGE(8 / 23.0, central, 1e-12);
  ASSERT(low < central && central < high);
  ASSERT_IN_RANGE(8 / 23.0, measured(root, "draws", "round_trip_ratio", "median"), 0.2 * 0.09);
  ASSERT_IN_RANGE(8 / 26.6, low, 0.09 * 0.09);
  ASSERT_IN_RANGE(8 / 19.4, high, 0.09 * 0.09);
  json_decref(root), json_decref(again);
  PASS();
}

TEST what_cannot_be_drawn_is_refused(void) {
  ls_circularity_options options = ls_circularity_options_default();
  ls_text *text = NULL;
  options.draws = 10;
  write_ledger(",,");
  ASSERT_EQ(LS_STATUS_UNUSABLE, ls_circularity_report(context, folder, &options, LS_FORMAT_JSON, &text));
  ls_context_clear_messages(context);
  put("flows.csv", "payer,receiver,amount\na,b,1\n");
  ASSERT_EQ(LS_STATUS_UNUSABLE, ls_circularity_report(context, folder, &options, LS_FORMAT_JSON, &text));
  options.draws = -1;
  ls_context_clear_messages(context);
  ASSERT_EQ(LS_STATUS_USAGE, ls_circularity_report(context, folder, &options, LS_FORMAT_JSON, &text));
  PASS();
}

TEST tables_without_a_ledger_cannot_be_drawn(void) {
  ls_circularity_options options = ls_circularity_options_default();
  ls_text *text = NULL;
  options.draws = 10;
  write_economy();
  ASSERT_EQ(LS_STATUS_UNUSABLE, ls_circularity_report(context, folder, &options, LS_FORMAT_JSON, &text));
  options.draws = 0;
  options.basis = "firm";
  ASSERT_EQ(LS_STATUS_UNUSABLE, ls_circularity_report(context, folder, &options, LS_FORMAT_JSON, &text));
  PASS();
}

TEST memory_that_runs_out_is_told_and_given_back(void) {
  ls_circularity_options options = ls_circularity_options_default();
  write_ledger("4,6,uniform");
  options.draws = 2;
  options.rewirings = 2;
  ls_status status = LS_STATUS_OUT_OF_MEMORY;
  for (int64_t allowed = 0; status != LS_STATUS_OK; allowed++) {
    struct failing_allocator allocator = {0};
    ls_context *small = NULL;
    ls_text *text = NULL;
    ASSERT_EQ(LS_STATUS_OK, ls_context_create(&small));
    support_fail_after(small, &allocator, allowed);
    status = ls_circularity_report(small, folder, &options, LS_FORMAT_JSON, &text);
    ASSERT(status == LS_STATUS_OK || status == LS_STATUS_OUT_OF_MEMORY);
    ASSERT_EQ(status == LS_STATUS_OK, text != NULL);
    ls_text_destroy(&text);
    ls_context_clear_messages(small);
    ls_context_destroy(&small);
    ASSERT_EQ(0, (int)allocator.held);
  }
  PASS();
}

SUITE(window_suite) {
  GREATEST_SET_SETUP_CB(open_folder, NULL);
  GREATEST_SET_TEARDOWN_CB(close_folder, NULL);
  RUN_TEST(contracts_start_ramp_end_and_stop_at_their_backlog_within_4_quarters);
  RUN_TEST(a_window_of_20_quarters_goes_on_beyond_those_of_loop_yaml);
  RUN_TEST(the_window_is_told_and_no_other_is_taken);
  RUN_TEST(a_ledger_has_the_basis_of_its_tables_beside_its_own);
  RUN_TEST(the_band_over_draws_is_that_of_the_assumption);
  RUN_TEST(what_cannot_be_drawn_is_refused);
  RUN_TEST(tables_without_a_ledger_cannot_be_drawn);
  RUN_TEST(memory_that_runs_out_is_told_and_given_back);
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  RUN_SUITE(rewiring_suite);
  RUN_SUITE(window_suite);
  GREATEST_MAIN_END();
}

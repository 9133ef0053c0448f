/* test_challenge.c - challengers change what they say and nothing else; their runs are in pairs with the network as it
 * is, and their numbers are those of a hand and of networks stripped by hand. */
#include <fenv.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/challenge.h"
#include "engine/engine.h"
#include "greatest.h"
#include "network/schema.h"
#include "support.h"

enum { PATH_BYTES = 4096, TEXT_BYTES = 8192, COUNT = 2000 };

/* ---- a network that uses every mechanism of LOOP-2, and the same without any, stripped by hand ------------------- */

struct file {
  const char *name, *text;
};

static const struct file FULL[] = {
    {"entities.csv",
     "id,sector,cash,real_assets,capacity,price_per_capacity,cost_per_capacity,input_type,opex,cogs_share,depreciation,"
     "backlog_margin,distress_threshold,distress_cost,order_response,funding_sensitivity,credit_limit,cash_floor,"
     "upside,external_use,substitution,hardware_share,spread,capex_borrowing,secured_share,loan_to_value,"
     "loop_sales_weight\n"
     "chip,chips,20,10,30,1,1,,1,0.3,0.05,0.4,0.05,0.1,0.5,0,0.1,1,0,0,0,0,0,0,0,0,0\n"
     "cloud,clouds,15,40,6,2,20,compute,3,0.1,0.05,0.2,0.5,0.1,0.5,0,0.3,1,0.1,0.2,0,0.5,0.01,0.3,0.5,0.6,0\n"
     "rival,clouds,9,20,4,2,20,compute,2,0.1,0.05,0,0.95,0.2,0.5,0,0.3,1,0,0,0,0,0,0,0,0,0.2\n"
     "lab,labs,8,5,0,1,1,,4,0.1,0.1,0,0,0.2,0,0.5,0.2,1,0,0,0.5,0,0,0,0,0,0\n"},
    {"purchases.csv",
     "buyer,seller,backlog,per_quarter,take_or_pay,capex_share,start,ramp_quarters,id,end,renewed,priority,repricing,"
     "renegotiation,trigger,exit_notice,exit_fee\n"
     "cloud,chip,80,5,0.5,1,0,2,,,0,1,0.5,0,0,,0\nlab,cloud,100,6,0.8,0,0,3,a,,1,1,0,0.5,0.9,,0\n"
     "lab,cloud,10,1,0.8,0,0,3,b,6,0,2,0,0,0.8,1,0.1\nlab,rival,20,1,0.5,0,0,0,,,0,1,0.5,0,0,,0\n"
     "world,cloud,40,2,0.2,0,0,0,,,0,1,0,0,0,,0\n"},
    {"pledges.csv",
     "investor,recipient,amount,per_quarter,start,earmark,test,test_level\ncloud,lab,12,2,0,0.5,revenue,1\n"
     "world,lab,20,2,1,0,,0\n"},
    {"shareholdings.csv", "holder,issuer,share,cost,equity_method\ncloud,lab,0.3,2,1\n"},
    {"liabilities.csv", "debtor,creditor,amount\ncloud,world,12\nlab,cloud,2\n"},
    {"inputs.csv", "input_type,essential\ncompute,1\n"},
    {"backstops.csv", "guarantor,provider,amount\nchip,cloud,3\n"},
    {"warrants.csv", "issuer,holder,share,start,test,test_level\nchip,lab,0.05,1,revenue,1\n"},
    {"cross_defaults.csv", "trigger,obligor\ncloud,lab\n"},
    {"paths.csv",
     "target,variable,quarter,value\nchip,demand_planned,0,8\ncloud,demand_planned,0,5\nrival,demand_planned,0,3\n"
     "lab,demand_planned,0,9\nchip,multiple,0,5\ncloud,multiple,0,4\nrival,multiple,0,4\nlab,multiple,0,9\n"
     "lab,outside_equity,0,1\ncloud,price,2,0.9\ncloud,hardware_price,2,0.8\ncloud,depreciation_scale,1,1.2\n"
     "cloud,amortisation,0,0.05\ncloud,rollover,0,0.5\n"},
    {"loop.yaml",
     "quarters: 8\ninterest: 0.01\namortisation: 0.02\nrecovery_assets: 0.4\ntermination_share: 0.2\ninputs: planned\n"
     "price_elasticity: 0.5\nprice_low: 0.5\nprice_high: 2\nbacklog_uncommitted: 0.5\nbacklog_discount: 0.02\n"
     "breach_share: 0.1\ndistress_spread: 0.01\nrevenue_smoothing: 0.5\ndistress_reference: peak\nflag_exit: 2\n"
     "herding_multiple: 0.5\nherding_funding: 0.5\nherding_capex: 0.3\nherding_peers: 0.2\nimpairment: 1\n"},
    {"draws.yaml",
     "count: 2000\nseed: 12\nfactors: [{name: market}]\nloadings: [{target: '*', factor: market, value: 0.6}]\n"
     "marginals:\n"
     "  - {variable: multiple, target: '*', distribution: lognormal, mean: 1, sd: 0.3}\n"
     "  - {variable: demand, target: lab, distribution: lognormal, mean: 0.9, sd: 0.3, quarter: 2}\n"
     "  - {variable: price, target: cloud, distribution: lognormal, mean: 0.9, sd: 0.3, quarter: 2}\n"
     "  - {variable: hardware_price, target: cloud, distribution: lognormal, mean: 0.9, sd: 0.3, quarter: 2}\n"
     "  - {variable: depreciation_scale, target: cloud, distribution: lognormal, mean: 1.5, sd: 0.3, quarter: 2}\n"
     "  - {variable: amortisation, target: cloud, distribution: lognormal, mean: 2, sd: 0.3, quarter: 2}\n"
     "  - {variable: rollover, target: cloud, distribution: beta, mean: 0.5, sd: 0.2, quarter: 2}\n"
     "  - {variable: renegotiation, target: lab, distribution: jump, probability: 0.5, size: 1, quarter: 3}\n"
     "  - {variable: exit, target: lab, distribution: jump, probability: 0.5, size: 1, quarter: 3}\n"},
};

static const struct file STRIPPED[] = {
    {"entities.csv",
     "id,sector,cash,real_assets,capacity,price_per_capacity,cost_per_capacity,input_type,opex,cogs_share,depreciation,"
     "backlog_margin,distress_threshold,distress_cost,order_response,funding_sensitivity,credit_limit,cash_floor\n"
     "chip,chips,20,10,30,1,1,,1,0.3,0.05,0.4,0.05,0.1,0.5,0,0.1,1\n"
     "cloud,clouds,15,40,6,2,20,compute,3,0.1,0.05,0.2,0.5,0.1,0.5,0,0.3,1\n"
     "rival,clouds,9,20,4,2,20,compute,2,0.1,0.05,0,0.95,0.2,0.5,0,0.3,1\n"
     "lab,labs,8,5,0,1,1,,4,0.1,0.1,0,0,0.2,0,0.5,0.2,1\n"},
    {"purchases.csv", "buyer,seller,backlog,per_quarter,take_or_pay,capex_share,start,ramp_quarters,id\n"
                      "cloud,chip,80,5,0.5,1,0,2,\nlab,cloud,100,6,0.8,0,0,3,a\nlab,cloud,10,1,0.8,0,0,3,b\n"
                      "lab,rival,20,1,0.5,0,0,0,\nworld,cloud,40,2,0.2,0,0,0,\n"},
    {"pledges.csv", "investor,recipient,amount,per_quarter,start\ncloud,lab,12,2,0\nworld,lab,20,2,1\n"},
    {"shareholdings.csv", "holder,issuer,share\ncloud,lab,0.3\n"},
    {"liabilities.csv", "debtor,creditor,amount\ncloud,world,12\nlab,cloud,2\n"},
    {"inputs.csv", "input_type,essential\ncompute,1\n"},
    {"paths.csv",
     "target,variable,quarter,value\nchip,demand_planned,0,8\ncloud,demand_planned,0,5\nrival,demand_planned,0,3\n"
     "lab,demand_planned,0,9\nchip,multiple,0,5\ncloud,multiple,0,4\nrival,multiple,0,4\nlab,multiple,0,9\n"
     "lab,outside_equity,0,1\n"},
    {"loop.yaml", "quarters: 8\ninterest: 0.01\namortisation: 0.02\nrecovery_assets: 0.4\ntermination_share: 0.2\n"},
    {"draws.yaml",
     "count: 2000\nseed: 12\nfactors: [{name: market}]\nloadings: [{target: '*', factor: market, value: 0.6}]\n"
     "marginals:\n"
     "  - {variable: multiple, target: '*', distribution: lognormal, mean: 1, sd: 0.3}\n"
     "  - {variable: demand, target: lab, distribution: lognormal, mean: 0.9, sd: 0.3, quarter: 2}\n"},
};

/* Two firms and one quarter; every scenario halves b's multiple. See the test for what comes of it. */
static const struct file TWO[] = {
    {"entities.csv", "id,cash,distress_threshold,distress_cost\na,5,0,0.3\nb,10,0.8,0.1\n"},
    {"shareholdings.csv", "holder,issuer,share\na,b,0.5\n"},
    {"paths.csv", "target,variable,quarter,value\nb,demand_planned,0,1\nb,multiple,0,5\nb,multiple,1,5\n"},
    {"loop.yaml", "quarters: 2\n"},
    {"draws.yaml", "count: 200\nseed: 1\nmarginals:\n"
                   "  - {variable: multiple, target: b, distribution: jump, probability: 1, size: 0.5, quarter: 1}\n"},
};

#define FILES(list) (list), (int)(sizeof(list) / sizeof((list)[0]))

struct bench {
  ls_context *context;
  ls_network *network;
  ls_run_options options;
  char folder[PATH_BYTES], scenarios[PATH_BYTES + 32];
};

static bool bench_open(struct bench *bench, const struct file *file, int count) {
  memset(bench, 0, sizeof *bench);
  bool good = support_make_folder(bench->folder) && ls_context_create(&bench->context) == LS_STATUS_OK;
  for (int k = 0; k < count && good; k++) good = support_write_file(bench->folder, file[k].name, file[k].text);
  snprintf(bench->scenarios, sizeof bench->scenarios, "%s/draws.yaml", bench->folder);
  bench->options = ls_run_options_default();
  bench->options.model = "loop";
  bench->options.backend = "cpu";
  bench->options.scenarios = bench->scenarios;
  good = good && ls_network_read(bench->context, bench->folder, NULL, &bench->network) == LS_STATUS_OK;
  if (!good) printf("%s\n", ls_context_message(bench->context, 0));
  return good;
}

static void bench_close(struct bench *bench) {
  ls_network_destroy(&bench->network);
  ls_context_destroy(&bench->context);
  support_remove_folder(bench->folder);
}

static const struct challenger *challenger_named(const char *name) {
  int count = 0;
  const struct challenger *list = challengers_of("loop", &count);
  for (int k = 0; k < count; k++)
    if (strcmp(list[k].name, name) == 0) return &list[k];
  printf("there is no challenger '%s'\n", name);
  abort();
}

static const struct challenge_row *row_named(const struct challenge *challenge, const char *name) {
  for (int k = 0; k < challenge->count; k++)
    if (strcmp(challenge->row[k].challenger->name, name) == 0) return &challenge->row[k];
  printf("there is no row '%s'\n", name);
  abort();
}

/* ---- what is changed --------------------------------------------------------------------------------------------- */

static bool same_cell(const struct table_column *a, const struct table_column *b, int64_t row) {
  if (a->text != NULL) return b->text != NULL && strcmp(a->text[row], b->text[row]) == 0;
  return b->number != NULL && (a->number[row] == b->number[row] || (isnan(a->number[row]) && isnan(b->number[row])));
}

static bool same_column(const ls_network *a, const ls_network *b, enum table_id id, const char *name) {
  const struct table_column *of_a = network_column(a, id, name), *of_b = network_column(b, id, name);
  if (of_a == NULL || of_b == NULL || a->table[id].row_count != b->table[id].row_count) return of_a == of_b;
  for (int64_t row = 0; row < a->table[id].row_count; row++)
    if (!same_cell(of_a, of_b, row)) return false;
  return true;
}

/* "entities/distress_threshold " for every column that differs, "backstops " for a table that has other rows. */
static void list_differences(const ls_network *a, const ls_network *b, char text[TEXT_BYTES]) {
  text[0] = '\0';
  for (int id = 0; id < TABLE_COUNT; id++) {
    const struct table *of_a = &a->table[id], *of_b = &b->table[id];
    const char *name = schema_table((enum table_id)id)->name;
    size_t length = strlen(text);
    if (of_a->row_count != of_b->row_count) {
      snprintf(text + length, TEXT_BYTES - length, "%s ", name);
      continue;
    }
    for (int32_t c = 0; c < of_a->column_count; c++) {
      length = strlen(text);
      if (!same_column(a, b, (enum table_id)id, of_a->column[c].name))
        snprintf(text + length, TEXT_BYTES - length, "%s/%s ", name, of_a->column[c].name);
    }
    if (of_b->column_count > of_a->column_count) strcat(text, "(a new column) ");
  }
}

static const struct {
  const char *name, *tables, *settings;
  int64_t cells;
} EXPECTED[] = {
    {"threshold-up", "entities/distress_threshold ", "", 3},
    {"threshold-down", "entities/distress_threshold ", "", 3},
    {"no-distress-cost", "entities/distress_cost ", "", 4},
    {"no-distress", "entities/distress_threshold ", "", 3},
    {"smoothing-0.2", "", "revenue_smoothing=0.2 ", 0},
    {"smoothing-1", "", "revenue_smoothing=1 ", 0},
    /* cells: 10 of entities, 10 of purchases, 3 of pledges, 2 of a stake; 3 rows of tables, 5 of paths */
    {"loop-1",
     "entities/upside entities/external_use entities/substitution entities/hardware_share entities/spread "
     "entities/capex_borrowing entities/secured_share entities/loan_to_value entities/loop_sales_weight "
     "shareholdings/cost shareholdings/equity_method purchases/end purchases/renewed purchases/priority "
     "purchases/repricing purchases/renegotiation purchases/trigger purchases/exit_notice purchases/exit_fee "
     "pledges/earmark pledges/test pledges/test_level paths backstops warrants cross_defaults ",
     "inputs=ordered price_elasticity=0 price_low=0.25 price_high=4 backlog_uncommitted=1 backlog_discount=0 "
     "breach_share=0 distress_spread=0 revenue_smoothing=1 distress_reference=initial flag_exit=0 herding_multiple=0 "
     "herding_funding=0 herding_capex=0 herding_peers=0 impairment=0 ",
     9 + 10 + 3 + 2 + 3 + 5},
    {"least-solution", "", "solution=least ", 0},
};

TEST each_challenger_changes_what_it_says_and_nothing_else(void) {
  static const char *const GIVEN[] = {"revenue_smoothing=0.7", "quarters=6"};
  static char found[TEXT_BYTES];
  struct bench bench;
  int count = 0;
  ASSERT(bench_open(&bench, FILES(FULL)));
  (void)challengers_of("loop", &count);
  ASSERT_EQ((int)(sizeof EXPECTED / sizeof EXPECTED[0]), count);
  bench.options.settings = GIVEN;
  bench.options.setting_count = 2;
  for (int k = 0; k < count; k++) {
    struct challenged made;
    ASSERT_EQ(LS_STATUS_OK, challenger_apply(bench.context, bench.network, &bench.options,
                                             challenger_named(EXPECTED[k].name), &made));
    list_differences(bench.network, made.network, found);
    ASSERT_STR_EQ(EXPECTED[k].tables, found);
    ASSERT_EQ(EXPECTED[k].cells, made.changes);
    found[0] = '\0';
    for (int s = 2; s < made.options.setting_count; s++) strcat(strcat(found, made.options.settings[s]), " ");
    ASSERT_STR_EQ(EXPECTED[k].settings, found);
    ASSERT_STR_EQ("quarters=6", made.options.settings[1]);
    challenged_release(bench.context, &made);
  }
  bench_close(&bench);
  PASS();
}

/* 0 stays 0; 0.05 has no 0.1 to give, 0.95 none to take. A threshold above 1 (allowed) is not lowered on the way up. */
TEST thresholds_are_shifted_within_their_bounds(void) {
  static const double UP[] = {0.15, 0.6, 1, 0}, DOWN[] = {0, 0.4, 0.85, 0};
  struct bench bench;
  ASSERT(bench_open(&bench, FILES(FULL)));
  const struct challenger *challenger[] = {challenger_named("threshold-up"), challenger_named("threshold-down")};
  for (int k = 0; k < 2; k++) {
    struct challenged made;
    ASSERT_EQ(LS_STATUS_OK, challenger_apply(bench.context, bench.network, &bench.options, challenger[k], &made));
    const double *theta = network_numbers(made.network, TABLE_ENTITIES, "distress_threshold");
    for (int i = 0; i < 4; i++) ASSERT_IN_RANGE(k == 0 ? UP[i] : DOWN[i], theta[i], 1e-15); /* one rounding */
    challenged_release(bench.context, &made);
  }
  ((double *)network_numbers(bench.network, TABLE_ENTITIES, "distress_threshold"))[1] = 1.25;
  struct challenged made;
  ASSERT_EQ(LS_STATUS_OK, challenger_apply(bench.context, bench.network, &bench.options, challenger[0], &made));
  ASSERT_EQ(1.25, network_numbers(made.network, TABLE_ENTITIES, "distress_threshold")[1]);
  challenged_release(bench.context, &made);
  bench_close(&bench);
  PASS();
}

/* ---- LOOP-2 off -------------------------------------------------------------------------------------------------- */

static uint32_t features_of(struct bench *bench, const struct challenged *made) {
  struct scenario_options scenario = {.path = bench->scenarios, .keep_worst = -1, .muted = made->muted};
  struct job job = {0};
  fenv_t before;
  feholdexcept(&before);
  ls_status status = job_prepare(bench->context, made->network, &made->options, &scenario, &job);
  uint32_t features = status == LS_STATUS_OK ? job.plan->loop.features : UINT32_MAX;
  job_release(bench->context, &job);
  fesetenv(&before);
  return features;
}

TEST no_mechanism_of_loop_two_is_left(void) {
  static const struct challenger NOTHING = {.name = ""};
  const uint32_t all = (uint32_t)LOOP_HAS_HARDWARE * 2 - 1;
  struct bench bench;
  struct challenged made;
  ASSERT(bench_open(&bench, FILES(FULL)));
  ASSERT_EQ(LS_STATUS_OK, challenger_apply(bench.context, bench.network, &bench.options, &NOTHING, &made));
  ASSERT_EQm("the network leaves a mechanism out", all, features_of(&bench, &made));
  challenged_release(bench.context, &made);
  const struct challenger *off = challenger_named("loop-1");
  ASSERT_EQ(LS_STATUS_OK, challenger_apply(bench.context, bench.network, &bench.options, off, &made));
  ASSERT_EQ(0u, features_of(&bench, &made));
  challenged_release(bench.context, &made);
  bench_close(&bench);
  PASS();
}

TEST the_rows_have_the_digests_of_plain_runs(void) {
  struct bench full, stripped;
  struct challenge challenge = {0};
  ls_results *plain = NULL, *by_hand = NULL;
  ASSERT(bench_open(&full, FILES(FULL)) && bench_open(&stripped, FILES(STRIPPED)));
  ASSERT_EQ(LS_STATUS_OK, ls_run(full.context, full.network, &full.options, &plain));
  ASSERT_EQ(LS_STATUS_OK, ls_run(stripped.context, stripped.network, &stripped.options, &by_hand));
  ASSERT_EQ(LS_STATUS_OK, challenge_run(full.context, full.network, &full.options, &challenge));
  ASSERT_STR_EQ(ls_results_digest(plain), challenge.of_base.digest);
  ASSERT_STR_EQ(ls_results_digest(by_hand), row_named(&challenge, "loop-1")->digest);
  ASSERT(strcmp(challenge.of_base.digest, row_named(&challenge, "loop-1")->digest) != 0);
  ASSERT_EQ(1, row_named(&challenge, "smoothing-1")->changes);
  /* cells, settings, kinds of shocks */
  ASSERT_EQ(32 + 16 + 7, row_named(&challenge, "loop-1")->changes);
  challenge_release(full.context, &challenge);
  ls_results_destroy(&plain), ls_results_destroy(&by_hand);
  bench_close(&full), bench_close(&stripped);
  PASS();
}

/* ---- by hand ----------------------------------------------------------------------------------------------------- */

/* b starts with 10 and earns 1 a quarter, worth 4 * 5 * 1 = 20: V(0) = 30, and 32 at the end without shock. At half
 * the multiple in the last quarter it is worth 12 + 10 = 22, under 0.8 * 30: in distress, at a cost of 0.1 * 30. a has 5
 * and half of b: 21, and shocked 5 + 19 / 2. Losses: 13 + 6.5. Without the cost of distress, or without distress: 10 + 5.
 * At a threshold of 0.7 22 is above 21: 10 + 5 too. At 0.9 nothing changes. a's own cost of 0.3 never comes in. */
TEST two_firms_lose_what_a_hand_finds(void) {
  static const struct {
    const char *name;
    double loss;
  } BY_HAND[] = {{"threshold-up", 19.5}, {"threshold-down", 15}, {"no-distress-cost", 15}, {"no-distress", 15}};
  struct bench bench;
  struct challenge challenge = {0};
  ASSERT(bench_open(&bench, FILES(TWO)));
  ASSERT_EQ(LS_STATUS_OK, challenge_run(bench.context, bench.network, &bench.options, &challenge));
  ASSERT_IN_RANGE(19.5, challenge.of_base.loss.mean, 1e-12);
  ASSERT_IN_RANGE(53, challenge.of_base.value, 1e-12);
  for (int k = 0; k < 4; k++) {
    const struct challenge_row *row = row_named(&challenge, BY_HAND[k].name);
    const struct paired *tail = &row->shortfall_difference[CHALLENGE_LEVEL];
    ASSERT_IN_RANGE(BY_HAND[k].loss, row->loss.mean, 1e-12);
    ASSERT_IN_RANGE(BY_HAND[k].loss - 19.5, row->loss_difference.mean, 1e-12);
    ASSERT_IN_RANGE(BY_HAND[k].loss - 19.5, tail->mean, 1e-12);
    ASSERT_IN_RANGE(0, row->loss_difference.se, 1e-12); /* all scenarios are alike */
    ASSERT_IN_RANGE(0, tail->se, 1e-12);
    ASSERT_EQ(0, row->any_default);
  }
  challenge_release(bench.context, &challenge);
  bench_close(&bench);
  PASS();
}

/* ---- the error of a difference of ES ----------------------------------------------------------------------------- */

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* ES 0.99 of the losses but for number `left_out`, as VaR plus the mean excess. */
static double shortfall_without(const double *loss, int count, int left_out) {
  static double sorted[COUNT];
  int n = 0;
  double sum = 0;
  for (int k = 0; k < count; k++)
    if (k != left_out) sorted[n++] = loss[k];
  qsort(sorted, (size_t)n, sizeof *sorted, ascending);
  double value = sorted[(int)ceil(n * 0.99 - 1e-9) - 1];
  for (int k = n - 1; k >= 0 && sorted[k] > value; k--) sum += sorted[k] - value;
  return value + sum / (n * 0.01);
}

/* The jackknife knows nothing of the derivation in compare.h: it leaves out one pair at a time and looks how ES differ.
 * Of some 20 pairs in the tail the two need not agree better than to 1 / sqrt(20). */
TEST the_error_of_a_difference_of_es_is_that_of_the_jackknife(void) {
  static double difference[COUNT];
  struct bench bench;
  ls_results *a = NULL, *b = NULL;
  ASSERT(bench_open(&bench, FILES(FULL)));
  ASSERT_EQ(LS_STATUS_OK, ls_run(bench.context, bench.network, &bench.options, &a));
  const char *const settings[] = {"revenue_smoothing=1", "inputs=ordered"};
  bench.options.settings = settings;
  bench.options.setting_count = 2;
  ASSERT_EQ(LS_STATUS_OK, ls_run(bench.context, bench.network, &bench.options, &b));
  const double *of_a = results_losses_gross(a), *of_b = results_losses_gross(b);
  double mean = 0, squares = 0;
  for (int k = 0; k < COUNT; k++) {
    difference[k] = shortfall_without(of_b, COUNT, k) - shortfall_without(of_a, COUNT, k);
    mean += difference[k] / COUNT;
  }
  for (int k = 0; k < COUNT; k++) squares += (difference[k] - mean) * (difference[k] - mean);
  struct paired paired = paired_shortfall(a, b, CHALLENGE_LEVEL), itself = paired_shortfall(a, a, CHALLENGE_LEVEL);
  double jackknife = sqrt(squares * (COUNT - 1) / COUNT);
  double whole = shortfall_without(of_b, COUNT, -1) - shortfall_without(of_a, COUNT, -1);
  if (!(paired.se > 0 && fabs(paired.se / jackknife - 1) < 1 / sqrt(20)))
    printf("paired %.6g, jackknife %.6g\n", paired.se, jackknife);
  ASSERT(paired.se > 0 && fabs(paired.se / jackknife - 1) < 1 / sqrt(20));
  ASSERT_IN_RANGE(whole, paired.mean, 1e-9 * fabs(of_a[0]));
  ASSERT_EQ(0, itself.mean);
  ASSERT_EQ(0, itself.se);
  ls_results_destroy(&a), ls_results_destroy(&b);
  bench_close(&bench);
  PASS();
}

/* ---- the report -------------------------------------------------------------------------------------------------- */

static double number_at(const json_t *row, const char *key) { return json_number_value(json_object_get(row, key)); }

TEST the_report_tells_the_rows_and_a_verdict(void) {
  struct bench bench;
  ls_text *report = NULL;
  ASSERT(bench_open(&bench, FILES(TWO)));
  ASSERT_EQ(LS_STATUS_OK, ls_challenge(bench.context, bench.network, &bench.options, LS_FORMAT_JSON, &report));
  json_t *root = json_loads(ls_text_data(report), 0, NULL);
  const json_t *verdict = json_object_get(root, "verdict"),
               *down = json_array_get(json_object_get(root, "challengers"), 1);
  ASSERT_STR_EQ("threshold-down", json_string_value(json_object_get(down, "name")));
  ASSERT_IN_RANGE(-4.5, number_at(down, "loss_mean_difference"), 1e-12);
  ASSERT_IN_RANGE(15 / 19.5, number_at(json_object_get(json_object_get(down, "es"), "0.99"), "ratio"), 1e-12);
  ASSERT_IN_RANGE(15, number_at(verdict, "es_low"), 1e-12);
  ASSERT_IN_RANGE(19.5, number_at(verdict, "es_high"), 1e-12);
  ASSERT_STR_EQ("threshold-down", json_string_value(json_object_get(verdict, "moved_most_by")));
  json_decref(root);
  ls_text_destroy(&report);
  ASSERT_EQ(LS_STATUS_OK, ls_challenge(bench.context, bench.network, &bench.options, LS_FORMAT_TEXT, &report));
  ASSERT(strstr(ls_text_data(report),
                "Verdict: over the challengers ES 0.99 is 15 to 19.5, 0.77 to 1.00 times as it is; "
                "threshold-down moves it most\n") != NULL);
  for (const char *line = ls_text_data(report); *line != '\0'; line += strcspn(line, "\n") + 1)
    ASSERT(strcspn(line, "\n") <= 120);
  ls_text_destroy(&report);
  bench_close(&bench);
  PASS();
}

/* Each allocation fails once: no leak, nothing handed out. */
TEST without_memory_nothing_is_left(void) {
  struct bench bench;
  ASSERT(bench_open(&bench, FILES(TWO)));
  bench.options.count = 2;
  bench.options.threads = 1;
  ls_status status = LS_STATUS_OUT_OF_MEMORY;
  for (int64_t allowed = 0; status == LS_STATUS_OUT_OF_MEMORY; allowed += 7) {
    struct failing_allocator allocator;
    ls_context *context = NULL;
    ls_text *report = NULL;
    ASSERT_EQ(LS_STATUS_OK, ls_context_create(&context));
    support_fail_after(context, &allocator, allowed);
    status = ls_challenge(context, bench.network, &bench.options, LS_FORMAT_JSON, &report);
    ASSERT(status == LS_STATUS_OK || (status == LS_STATUS_OUT_OF_MEMORY && report == NULL));
    ls_text_destroy(&report);
    ls_context_destroy(&context);
    ASSERT_EQ(0, allocator.held);
  }
  ASSERT_EQ(LS_STATUS_OK, status);
  bench_close(&bench);
  PASS();
}

SUITE(challenge) {
  RUN_TEST(each_challenger_changes_what_it_says_and_nothing_else);
  RUN_TEST(thresholds_are_shifted_within_their_bounds);
  RUN_TEST(no_mechanism_of_loop_two_is_left);
  RUN_TEST(the_rows_have_the_digests_of_plain_runs);
  RUN_TEST(two_firms_lose_what_a_hand_finds);
  RUN_TEST(the_error_of_a_difference_of_es_is_that_of_the_jackknife);
  RUN_TEST(the_report_tells_the_rows_and_a_verdict);
  RUN_TEST(without_memory_nothing_is_left);
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  RUN_SUITE(challenge);
  GREATEST_MAIN_END();
}

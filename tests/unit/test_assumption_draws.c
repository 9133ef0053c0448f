/* test_assumption_draws.c - uncertain assumptions: their distributions against hand values, how they hang together, and runs
 * over draws, on a small ledger. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aggregate/accumulator_fields.h"
#include "aggregate/results.h"
#include "core/scalar_math.h"
#include "engine/engine.h"
#include "greatest.h"
#include "network/assumptions.h"
#include "network/redraw.h"
#include "scenario/assumption_draws.h"
#include "support.h"

enum { PATH_BYTES = 4096, TEXT_BYTES = 8192, DRAWS = 8 };

/* ---- a small ledger: a lab that buys from a cloud; what the lab's customers pay for it drives its value -------------- */

static const char META[] = "name: small\ncurrency: USD\nunit: bn\nas_of: 2026-03-31\n";
static const char ENTITIES[] = "id,sector,input_type\nlab,labs,\ncloud,clouds,compute\nfund,funds,\nbank,funds,\n";
static const char DEALS[] =
    "id,claim_id,preferred,from,to,kind,amount_low,amount_high,firm_amount,status,start,term_years,gw,share,source\n"
    "buy,c1,1,lab,cloud,purchase,40,40,,firm,,5,,,P\n"
    "a,c2,1,fund,lab,equity,5,5,,funded,,,,,P\n"
    "b,c3,1,bank,lab,equity,5,5,,funded,,,,,P\n"
    "c,c4,1,fund,lab,equity,3,3,,announced,,,,,P\n";
/* %s: more rows. */
static const char ASSUMPTIONS[] = "id,target,parameter,quarter,value,low,high,distribution,reason\n"
                                  "quarters,*,quarters,,4,2,8,uniform,short\n"
                                  "realised,*,realised_firm,,1,,,,r\n"
                                  "announced,*,realised_announced,,1,,,,r\n"
                                  "pledge,*,pledge_quarters,,4,,,,r\n"
                                  "firm,*,take_or_pay_firm,,0.8,0.5,1,triangular,r\n"
                                  "share a,fund>lab,share,,0.2,,,,r\n"
                                  "share b,bank>lab,share,,0.3,,,,r\n"
                                  "cash,*,cash,,90,89,91,uniform,r\n"
                                  "capacity,cloud,capacity,,100,,,,r\n"
                                  "demand,lab,demand_planned,,10,,,,r\n"
                                  "multiple,lab,multiple,,10,2,18,uniform,r\n"
                                  "lag,*,build_lag,,2,1,3,uniform,r\n"
                                  "%s";
static const char SCENARIOS[] = "count: %d\nseed: 5\nassumption_draws: %d\nkeep: {worst: 6}\nmarginals:\n"
                                "  - {variable: demand, target: lab, distribution: normal, mean: 0.8, sd: 0.1}\n%s";

struct bench {
  ls_context *context;
  ls_network *network;
  char folder[PATH_BYTES], scenarios[PATH_BYTES + 32];
};

static bool write_scenarios(const struct bench *bench, int count, int draws, const char *more) {
  char text[TEXT_BYTES];
  snprintf(text, sizeof text, SCENARIOS, count, draws, more);
  return support_write_file(bench->folder, "draws.yaml", text);
}

static ls_status open_ledger(struct bench *bench, const char *deals, const char *assumptions,
                             const char *correlations) {
  memset(bench, 0, sizeof *bench);
  if (!support_make_folder(bench->folder) || ls_context_create(&bench->context) != LS_STATUS_OK) abort();
  snprintf(bench->scenarios, sizeof bench->scenarios, "%s/draws.yaml", bench->folder);
  if (!support_write_file(bench->folder, "network.yaml", META) ||
      !support_write_file(bench->folder, "entities.csv", ENTITIES) ||
      !support_write_file(bench->folder, "deals.csv", deals) ||
      !support_write_file(bench->folder, "assumptions.csv", assumptions) ||
      !write_scenarios(bench, DRAWS * BLOCK_SCENARIOS, DRAWS, ""))
    abort();
  if (correlations != NULL && !support_write_file(bench->folder, "assumption_correlations.csv", correlations)) abort();
  return ls_network_read(bench->context, bench->folder, NULL, &bench->network);
}

static ls_status open_text(struct bench *bench, const char *assumptions, const char *correlations) {
  return open_ledger(bench, DEALS, assumptions, correlations);
}

static ls_status open_with(struct bench *bench, const char *more_assumptions, const char *correlations) {
  char text[TEXT_BYTES];
  snprintf(text, sizeof text, ASSUMPTIONS, more_assumptions);
  return open_text(bench, text, correlations);
}

/* Puts one line in place of another. */
static void put_line(char text[TEXT_BYTES], const char *line, const char *instead) {
  char changed[TEXT_BYTES];
  char *at = strstr(text, line);
  if (at == NULL) abort();
  snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - text), text, instead, at + strlen(line));
  memcpy(text, changed, sizeof changed);
}

static void bench_close(struct bench *bench) {
  ls_network_destroy(&bench->network);
  ls_context_destroy(&bench->context);
  support_remove_folder(bench->folder);
}

static ls_run_options options_for(const struct bench *bench) {
  ls_run_options options = ls_run_options_default();
  options.model = "loop";
  options.backend = "cpu";
  options.scenarios = bench->scenarios;
  return options;
}

static ls_results *run(struct bench *bench, const ls_run_options *options) {
  ls_results *results = NULL;
  ls_context_clear_messages(bench->context);
  if (ls_run(bench->context, bench->network, options, &results) != LS_STATUS_OK)
    printf("%s\n", ls_context_message(bench->context, 0));
  return results;
}

static bool says(const struct bench *bench, const char *text) {
  const bool found = strstr(ls_context_message(bench->context, 0), text) != NULL;
  if (!found) printf("said: %s\n", ls_context_message(bench->context, 0));
  return found;
}

/* ---- distributions --------------------------------------------------------------------------------------------------- */

struct moments {
  double mean, variance, least, greatest;
};

/* By the midpoint rule over probabilities. */
static struct moments moments_of(const struct assumption_range *range) {
  enum { POINTS = 20000 };
  struct moments m = {0, 0, INFINITY, -INFINITY};
  double squares = 0;
  for (int k = 0; k < POINTS; k++) {
    const double value = assumption_quantile(range, (k + 0.5) / POINTS);
    m.mean += value / POINTS;
    squares += value * value / POINTS;
    m.least = fmin(m.least, value);
    m.greatest = fmax(m.greatest, value);
  }
  m.variance = squares - m.mean * m.mean;
  return m;
}

TEST each_distribution_has_its_moments_and_keeps_its_range(void) {
  static const struct {
    struct assumption_range range;
    double mean, variance;
  } CASES[] = {
      {{.distribution = ASSUMPTION_UNIFORM, .value = 3, .low = 2, .high = 6}, 4, 16.0 / 12},
      /* (a + b + c) / 3, (a2 + b2 + c2 - ab - ac - bc) / 18 */
      {{.distribution = ASSUMPTION_TRIANGULAR, .value = 3, .low = 2, .high = 6}, 11.0 / 3, 13.0 / 18},
      {{.distribution = ASSUMPTION_TRIANGULAR, .value = 2, .low = 2, .high = 6}, 10.0 / 3, 16.0 / 18},
      /* s2 (1 - 2 z phi(z) / 0.9) with s = 4 / (2 z) */
      {{.distribution = ASSUMPTION_NORMAL, .value = 4, .low = 2, .high = 6}, 4, 0.92110},
      /* moments of the log-normal cut at +-z: exp(k m + k2 s2 / 2) (Phi(z - k s) - Phi(-z - k s)) / 0.9 */
      {{.distribution = ASSUMPTION_LOGNORMAL, .value = 2, .low = 1, .high = 4}, 2.1128903, 0.4952177},
      /* PERT: (a + 4 m + b) / 6, (mean - a)(b - mean) / 7 */
      {{.distribution = ASSUMPTION_BETA, .value = 3, .low = 2, .high = 6}, 20.0 / 6, 32.0 / 63},
  };
  for (size_t k = 0; k < sizeof CASES / sizeof CASES[0]; k++) {
    const struct moments m = moments_of(&CASES[k].range);
    ASSERT_IN_RANGE(CASES[k].mean, m.mean, 1e-5); /* 20,000 points: what the rule leaves out at the ends */
    ASSERT_IN_RANGE(CASES[k].variance, m.variance, 1e-4);
    ASSERT(m.least >= CASES[k].range.low && m.greatest <= CASES[k].range.high);
    ASSERT(m.greatest - m.least > 0.9 * (CASES[k].range.high - CASES[k].range.low));
  }
  PASS();
}

TEST quantiles_at_hand_values(void) {
  const struct assumption_range triangle = {.distribution = ASSUMPTION_TRIANGULAR, .value = 3, .low = 2, .high = 6},
                                logarithmic = {.distribution = ASSUMPTION_LOGNORMAL, .value = 2, .low = 1, .high = 4};
  ASSERT_IN_RANGE(3.0, assumption_quantile(&triangle, 0.25), 1e-15); /* the mode: (3 - 2) / 4 lies below it */
  ASSERT_IN_RANGE(2.5, assumption_quantile(&triangle, 0.0625), 1e-15);
  ASSERT_IN_RANGE(2.0, assumption_quantile(&logarithmic, 0.5), 1e-14); /* the median is the central value */
  PASS();
}

/* ---- which rows are drawn, and how ------------------------------------------------------------------------------------ */

static int64_t row_of(const struct bench *bench, const char *id) {
  for (int64_t row = 0; row < bench->network->table[TABLE_ASSUMPTIONS].row_count; row++)
    if (strcmp(network_text(bench->network, TABLE_ASSUMPTIONS, "id", row), id) == 0) return row;
  return -1;
}

TEST fixed_rows_and_the_horizon_stay_and_counts_are_whole(void) {
  struct bench bench;
  ASSERT_EQ(LS_STATUS_OK, open_with(&bench, "", NULL));
  struct assumption_model *model = NULL;
  double value[32];
  ASSERT_EQ(LS_STATUS_OK, assumption_model_create(bench.context, bench.network, &model));
  ASSERT_EQ(4, model->count); /* firm, cash, multiple, lag */
  int seen[4] = {0};
  for (int draw = 0; draw < 200; draw++) {
    assumption_model_draw(model, 1, draw, 0, value);
    ASSERT(value[row_of(&bench, "quarters")] == 4 && value[row_of(&bench, "demand")] == 10);
    const double lag = value[row_of(&bench, "lag")], multiple = value[row_of(&bench, "multiple")];
    ASSERT(lag == 1 || lag == 2 || lag == 3);
    ASSERT(multiple >= 2 && multiple <= 18);
    seen[(int)lag]++;
  }
  ASSERT(seen[1] > 20 && seen[2] > 60 && seen[3] > 20); /* 1/4, 1/2, 1/4 of 200: 5 standard errors and more */
  assumption_model_destroy(bench.context, &model);
  bench_close(&bench);
  PASS();
}

TEST a_row_more_leaves_the_draws_of_the_others_alone(void) {
  struct bench one, two;
  double before[32], after[32], other[32];
  struct assumption_model *model = NULL;
  ASSERT_EQ(LS_STATUS_OK, open_with(&one, "", NULL));
  ASSERT_EQ(LS_STATUS_OK, open_with(&two, "opex,lab,opex,,1,0,2,uniform,r\n", NULL));
  ASSERT_EQ(LS_STATUS_OK, assumption_model_create(one.context, one.network, &model));
  assumption_model_draw(model, 9, 3, 0, before);
  assumption_model_draw(model, 9, 3, 1, other);
  assumption_model_destroy(one.context, &model);
  ASSERT_EQ(LS_STATUS_OK, assumption_model_create(two.context, two.network, &model));
  assumption_model_draw(model, 9, 3, 0, after);
  assumption_model_destroy(two.context, &model);
  const int64_t row = row_of(&one, "multiple");
  ASSERT(before[row] == after[row]);
  ASSERT(before[row] < other[row] || before[row] > other[row]); /* another attempt is another draw */
  bench_close(&one);
  bench_close(&two);
  PASS();
}

static double correlation(const double *a, const double *b, int count) {
  double ma = 0, mb = 0, aa = 0, bb = 0, ab = 0;
  for (int k = 0; k < count; k++) ma += a[k] / count, mb += b[k] / count;
  for (int k = 0; k < count; k++) {
    aa += (a[k] - ma) * (a[k] - ma);
    bb += (b[k] - mb) * (b[k] - mb);
    ab += (a[k] - ma) * (b[k] - mb);
  }
  return ab / sqrt(aa * bb);
}

/* A chain of .5 and .5 whose ends are unrelated: one common factor cannot give it, three factors can. */
TEST parameters_correlate_as_given(void) {
  enum { COUNT = 20000 };
  static double drawn[5][COUNT];
  static const char *const ID[5] = {"multiple", "cash", "second cash", "opex", "firm"};
  struct bench bench;
  struct assumption_model *model = NULL;
  double value[32];
  ASSERT_EQ(LS_STATUS_OK,
            open_with(&bench, "opex,lab,opex,,1,0,2,normal,r\nsecond cash,cloud,cash,,90,80,100,normal,r\n",
                      "parameter_a,parameter_b,value\nmultiple,cash,0.5\ncash,opex,-0.5\n"));
  ASSERT_EQ(LS_STATUS_OK, assumption_model_create(bench.context, bench.network, &model));
  for (int draw = 0; draw < COUNT; draw++) {
    assumption_model_draw(model, 2, draw, 0, value);
    for (int k = 0; k < 5; k++) drawn[k][draw] = value[row_of(&bench, ID[k])];
  }
  /* Of normal scores .5; of uniform and cut normal ones a little less (6 / pi asin(.25) = .483). Errors of .006. */
  ASSERT_IN_RANGE(0.483, correlation(drawn[0], drawn[1], COUNT), 0.03);
  ASSERT_IN_RANGE(0.483, correlation(drawn[0], drawn[2], COUNT), 0.03);
  ASSERT_IN_RANGE(-0.483, correlation(drawn[1], drawn[3], COUNT), 0.03);
  ASSERT_IN_RANGE(0, correlation(drawn[0], drawn[3], COUNT), 0.03);
  ASSERT_IN_RANGE(0, correlation(drawn[0], drawn[4], COUNT), 0.03);
  ASSERT(correlation(drawn[1], drawn[2], COUNT) > 0.45); /* rows of one parameter share its factor */
  assumption_model_destroy(bench.context, &model);
  bench_close(&bench);
  PASS();
}

/* The normal score of a row with a uniform distribution. */
static double score_of(const struct bench *bench, const double *value, const char *id) {
  const int64_t row = row_of(bench, id);
  const double low = attribute_number(bench->network, TABLE_ASSUMPTIONS, "low", row),
               high = attribute_number(bench->network, TABLE_ASSUMPTIONS, "high", row);
  return scalar_normal_quantile((value[row] - low) / (high - low));
}

static const char FOLLOWERS[] = "opex,lab,opex,,1,0,2,uniform,r\n"
                                "other opex,cloud,opex,,1,0,2,uniform,r\n"
                                "term,*,term_years,,1,,,,r\n"
                                "assumed,*,take_or_pay_assumed,,0.5,,,,r\n"
                                "orders,lab>cloud,per_quarter,,1,0.5,1.5,uniform,r\n"
                                "later,lab,demand_planned_growth,2,1.1,1,1.2,uniform,r\n"
                                "latest,lab,demand_planned_growth,3,1.1,1,1.2,uniform,r\n";
static const char FOLLOWING[] = "parameter_a,parameter_b,value,scope\n"
                                "opex,multiple,-0.8,entity\n"
                                "per_quarter,opex,0.6,entity\n"
                                "demand_planned_growth,demand_planned_growth,0.5,entity\n"
                                "multiple,cash,0.5,\n";

/* Against the scores of the same draw without the table's rows of scope `entity`: x = v x of the leader + sqrt(1 - v2) own. */
TEST a_row_follows_the_leader_of_its_entity(void) {
  struct bench apart, bound;
  struct assumption_model *model = NULL;
  double own[32], value[32];
  ASSERT_EQ(LS_STATUS_OK, open_with(&apart, FOLLOWERS, "parameter_a,parameter_b,value\nmultiple,cash,0.5\n"));
  ASSERT_EQ(LS_STATUS_OK, open_with(&bound, FOLLOWERS, FOLLOWING));
  for (int draw = 0; draw < 20; draw++) {
    ASSERT_EQ(LS_STATUS_OK, assumption_model_create(apart.context, apart.network, &model));
    assumption_model_draw(model, 4, draw, 0, own);
    assumption_model_destroy(apart.context, &model);
    ASSERT_EQ(LS_STATUS_OK, assumption_model_create(bound.context, bound.network, &model));
    assumption_model_draw(model, 4, draw, 0, value);
    assumption_model_destroy(bound.context, &model);
    static const char *const SAME[] = {"multiple", "cash", "firm", "other opex", "later"}; /* who follows nothing */
    for (size_t k = 0; k < sizeof SAME / sizeof SAME[0]; k++)
      ASSERT(own[row_of(&apart, SAME[k])] == value[row_of(&bound, SAME[k])]);
    const double opex = -0.8 * score_of(&apart, own, "multiple") + 0.6 * score_of(&apart, own, "opex");
    const double orders = 0.6 * opex + 0.8 * score_of(&apart, own, "orders");
    const double latest = 0.5 * score_of(&apart, own, "later") + sqrt(0.75) * score_of(&apart, own, "latest");
    ASSERT_IN_RANGE(opex, score_of(&bound, value, "opex"),
                    1e-9); /* a score from a value: 1e-15 over a density of 1e-4 */
    ASSERT_IN_RANGE(orders, score_of(&bound, value, "orders"), 1e-9); /* a pair is its buyer's */
    ASSERT_IN_RANGE(latest, score_of(&bound, value, "latest"), 1e-9);
  }
  bench_close(&apart);
  bench_close(&bound);
  PASS();
}

/* ---- refusals --------------------------------------------------------------------------------------------------------- */

static enum greatest_test_res refused_network(const char *more, const char *correlations, const char *message) {
  struct bench bench;
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, open_with(&bench, more, correlations));
  ASSERT(says(&bench, message));
  bench_close(&bench);
  PASS();
}

TEST correlations_that_cannot_be_are_refused(void) {
  CHECK_CALL(
      refused_network("", "parameter_a,parameter_b,value\nmultiple,cush,0.5\n",
                      "assumption_correlations.csv:2: parameter_b 'cush' is not a parameter of assumptions.csv"));
  CHECK_CALL(refused_network("", "parameter_a,parameter_b,value\nmultiple,cash,1.5\n",
                             "assumption_correlations.csv:2: value of 'multiple' is 1.5, must be between -1 and 1"));
  CHECK_CALL(refused_network("", "parameter_a,parameter_b,value\ncash,cash,1\n",
                             "assumption_correlations.csv:2: parameter_b 'cash' is parameter_a too"));
  CHECK_CALL(refused_network("", "parameter_a,parameter_b,value\nmultiple,cash,0.5\ncash,multiple,0.5\n",
                             "assumption_correlations.csv:3: correlation of 'cash' and 'multiple' stands twice"));
  CHECK_CALL(refused_network("",
                             "parameter_a,parameter_b,value\nmultiple,cash,0.9\ncash,capacity,0.9\n"
                             "multiple,capacity,-0.9\n",
                             "assumption_correlations.csv: correlations contradict each other"));
  PASS();
}

static enum greatest_test_res refused_run(const char *more, int count, int draws, ls_status status,
                                          const char *message) {
  struct bench bench;
  ls_results *results = NULL;
  ASSERT_EQ(LS_STATUS_OK, open_with(&bench, more, NULL));
  ASSERT(write_scenarios(&bench, count, draws, ""));
  const ls_run_options options = options_for(&bench);
  ASSERT_EQ(status, ls_run(bench.context, bench.network, &options, &results));
  ASSERT(results == NULL && says(&bench, message));
  bench_close(&bench);
  PASS();
}

#define SCOPED "parameter_a,parameter_b,value,scope\n"
TEST followers_that_cannot_be_are_refused(void) {
  CHECK_CALL(refused_network("", SCOPED "multiple,cash,0.5,sector\n",
                             "assumption_correlations.csv:2: scope 'sector' is unknown, must be entity or blank"));
  CHECK_CALL(
      refused_network("", SCOPED "multiple,cash,0.5,entity\nmultiple,capacity,0.5,entity\n",
                      "assumption_correlations.csv:3: parameter_a 'multiple' follows another parameter already"));
  CHECK_CALL(
      refused_network("", SCOPED "capacity,multiple,0.5,\nmultiple,cash,0.5,entity\n",
                      "assumption_correlations.csv:3: parameter_a 'multiple' stands in a row without scope too"));
  CHECK_CALL(
      refused_network("", SCOPED "multiple,cash,0.5,entity\ncash,capacity,0.5,entity\ncapacity,multiple,0.5,entity\n",
                      "assumption_correlations.csv:2: parameter_a 'multiple' follows itself through others"));
  PASS();
}

TEST runs_that_cannot_be_are_refused(void) {
  CHECK_CALL(
      refused_run("", 4096, 2, LS_STATUS_UNUSABLE,
                  "draws.yaml:3: assumption_draws is 2 and count 4096, which must be a multiple of 4096 times 2, "
                  "8192"));
  CHECK_CALL(refused_run("x,lab,opex,,1,,,uniform,r\n", 8192, 2, LS_STATUS_INVALID_INPUT,
                         "assumptions.csv:14: 'x' has a distribution to draw from, must have low and high"));
  CHECK_CALL(refused_run("x,lab,opex,,1,0,2,lognormal,r\n", 8192, 2, LS_STATUS_INVALID_INPUT,
                         "assumptions.csv:14: low of 'x' is 0, must be > 0 for a lognormal distribution"));
  PASS();
}

TEST tables_that_the_folder_gives_have_no_draws(void) {
  struct bench bench;
  ls_results *results = NULL;
  ASSERT_EQ(LS_STATUS_OK, open_with(&bench, "", NULL));
  ASSERT(network_is_of_ledger(bench.network));
  ls_network_destroy(&bench.network);
  ASSERT(support_write_file(bench.folder, "purchases.csv", "buyer,seller,backlog,per_quarter\nlab,cloud,40,2\n"));
  ASSERT_EQ(LS_STATUS_OK, ls_network_read(bench.context, bench.folder, NULL, &bench.network));
  const ls_run_options options = options_for(&bench);
  ASSERT_EQ(LS_STATUS_UNUSABLE, ls_run(bench.context, bench.network, &options, &results));
  ASSERT(
      says(&bench, "draws.yaml:3: assumption_draws is 8, must be 1: the network's tables are not made of deals.csv"));
  bench_close(&bench);
  PASS();
}

/* ---- values that the rules refuse -------------------------------------------------------------------------------------- */

/* Two stakes in one issuer: where their shares would sum to more than 1, another set is drawn. */
TEST refused_values_are_drawn_again_and_counted(void) {
  struct bench bench;
  char text[TEXT_BYTES];
  snprintf(text, sizeof text, ASSUMPTIONS, "");
  put_line(text, "fund>lab,share,,0.2,,,,r", "fund>lab,share,,0.2,0.1,0.9,uniform,r");
  put_line(text, "bank>lab,share,,0.3,,,,r", "bank>lab,share,,0.3,0.1,0.9,uniform,r");
  ASSERT_EQ(LS_STATUS_OK, open_text(&bench, text, NULL));
  const ls_run_options options = options_for(&bench);
  ls_results *results = run(&bench, &options);
  ASSERT(results != NULL && results->draws.redrawn > 0);
  const struct draw_record *draws = &results->draws;
  int share[2] = {-1, -1};
  for (int32_t j = 0; j < draws->row_count; j++)
    for (int s = 0; s < 2; s++)
      if (draws->row[j] == row_of(&bench, s == 0 ? "share a" : "share b")) share[s] = j;
  ASSERT(share[0] >= 0 && share[1] >= 0);
  for (int32_t d = 0; d < draws->count; d++)
    ASSERT(draws->value[d * draws->row_count + share[0]] + draws->value[d * draws->row_count + share[1]] <= 1);
  ls_results_destroy(&results);
  bench_close(&bench);
  PASS();
}

/* A market value of 4090 is near 100 times the revenue of 40 a year, which is the most; every draw lies beyond. */
TEST values_that_are_always_refused_end_the_run(void) {
  struct bench bench;
  char text[TEXT_BYTES];
  ls_results *results = NULL;
  snprintf(text, sizeof text, ASSUMPTIONS, "");
  put_line(text, "multiple,lab,multiple,,10,2,18,uniform,r",
           "market value,lab,market_value,,4090,4090,999999,uniform,r");
  ASSERT_EQ(LS_STATUS_OK, open_text(&bench, text, NULL));
  const ls_run_options options = options_for(&bench);
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, ls_run(bench.context, bench.network, &options, &results));
  ASSERT(says(&bench, "assumptions.csv: the rules refused 1000 sets of values for draw"));
  ASSERT(says(&bench, "market_value"));
  bench_close(&bench);
  PASS();
}

/* ---- runs -------------------------------------------------------------------------------------------------------------- */

TEST pooled_numbers_are_means_of_the_draws(void) {
  struct bench bench;
  ASSERT_EQ(LS_STATUS_OK, open_with(&bench, "", NULL));
  const ls_run_options options = options_for(&bench);
  ls_results *results = run(&bench, &options);
  ASSERT(results != NULL);
  const struct draw_statistics *draws = &results->statistics.draws;
  const int32_t n = results->network->entity_count;
  double mean = 0, defaults = 0;
  for (int d = 0; d < DRAWS; d++) mean += draws->system[d].mean / DRAWS;
  for (int d = 0; d < DRAWS; d++) defaults += draws->system[d].default_count_mean / DRAWS;
  ASSERT_IN_RANGE(results->statistics.gross.mean, mean, 1e-12 * mean); /* roundings of sums of eight */
  ASSERT_IN_RANGE(results->statistics.default_count_mean, defaults, 1e-12);
  ASSERT(draws->mean.low < draws->mean.median && draws->mean.median < draws->mean.high);
  for (int32_t i = 0; i < n; i++) {
    double loss = 0, value = 0;
    fixed sum = 0;
    for (int d = 0; d < DRAWS; d++) {
      loss += draws->loss_mean[d * n + i] / DRAWS;
      value += results->draws.field[DRAW_BASELINE_VALUE][d * n + i] / DRAWS;
      sum += results->accumulator->draw_loss_sum[d * n + i];
    }
    ASSERT(sum == results->accumulator->loss_sum[i]);
    ASSERT_IN_RANGE(results->statistics.entity[i].loss_mean, loss, 1e-9);
    ASSERT_IN_RANGE(results->baseline_value[i], value, 1e-9);
  }
  ls_results_destroy(&results);
  bench_close(&bench);
  PASS();
}

/* Loss = multiple times lost revenue, and little else: the multiple explains the variance over draws. */
TEST the_assumption_that_matters_is_found(void) {
  struct bench bench;
  ASSERT_EQ(LS_STATUS_OK, open_with(&bench, "", NULL));
  ASSERT(write_scenarios(&bench, 32 * BLOCK_SCENARIOS, 32, ""));
  const ls_run_options options = options_for(&bench);
  ls_results *results = run(&bench, &options);
  ASSERT(results != NULL);
  const struct draw_statistics *draws = &results->statistics.draws;
  for (int32_t j = 0; j < results->draws.row_count; j++) {
    const bool matters = results->draws.row[j] == row_of(&bench, "multiple");
    ASSERT(matters ? draws->share_of_mean[j] > 0.95 : draws->share_of_mean[j] < draws->chance_of_mean);
    ASSERT(matters ? draws->share_of_shortfall[j] > 0.9 : draws->share_of_shortfall[j] < draws->chance_of_shortfall);
  }
  /* 4 assumptions, 32 draws: |t| of 30 degrees at 5 % / 4 is 2.657 (tables), R2 .190 */
  ASSERT_IN_RANGE((0.1905 - 1.0 / 31) / (1 - 1.0 / 31), draws->chance_of_mean, 0.002);
  ls_results_destroy(&results);
  bench_close(&bench);
  PASS();
}

TEST few_draws_have_no_shares_and_a_band_of_all(void) {
  struct bench bench;
  ASSERT_EQ(LS_STATUS_OK, open_with(&bench, "", NULL));
  ASSERT(write_scenarios(&bench, 4 * BLOCK_SCENARIOS, 4, ""));
  const ls_run_options options = options_for(&bench);
  ls_results *results = run(&bench, &options);
  ASSERT(results != NULL);
  const struct draw_statistics *draws = &results->statistics.draws;
  double least = INFINITY, greatest = -INFINITY;
  for (int d = 0; d < 4; d++) {
    least = fmin(least, draws->system[d].mean);
    greatest = fmax(greatest, draws->system[d].mean);
  }
  ASSERT(draws->mean.low == least && draws->mean.high == greatest);
  for (int32_t j = 0; j < results->draws.row_count; j++) ASSERT(isnan(draws->share_of_mean[j]));
  ls_results_destroy(&results);
  bench_close(&bench);
  PASS();
}

/* Without cash, and with costs above what it earns, the lab cannot live through any draw. */
TEST the_baseline_gate_counts_draws_that_fail_unshocked(void) {
  struct bench bench;
  ASSERT_EQ(LS_STATUS_OK, open_with(&bench, "opex,lab,opex,,60,1,61,uniform,r\n", NULL));
  const ls_run_options options = options_for(&bench);
  ls_results *results = run(&bench, &options);
  ASSERT(results != NULL);
  const int32_t lab = network_find_entity(results->network, "lab"), n = results->network->entity_count;
  const struct draw_entity *entity = &results->statistics.draws.entity[lab];
  int failed = 0;
  for (int d = 0; d < DRAWS; d++) failed += results->draws.field[DRAW_DEFAULT_QUARTER][d * n + lab] >= 0;
  ASSERT(failed > 0 && failed < DRAWS);
  ASSERT(entity->baseline_default * DRAWS == failed);
  ASSERT(entity->baseline_either >= entity->baseline_default);
  ls_results_destroy(&results);
  bench_close(&bench);
  PASS();
}

/* ---- the same bits ----------------------------------------------------------------------------------------------------- */

static void digest_of(struct bench *bench, const ls_run_options *options, char digest[33]) {
  ls_results *results = run(bench, options);
  snprintf(digest, 33, "%s", results != NULL ? ls_results_digest(results) : "none");
  ls_results_destroy(&results);
}

TEST no_way_of_running_changes_the_digest(void) {
  struct bench bench;
  char whole[33], other[33];
  ASSERT_EQ(LS_STATUS_OK, open_with(&bench, "", "parameter_a,parameter_b,value\nmultiple,cash,0.5\n"));
  const ls_run_options plain = options_for(&bench);
  digest_of(&bench, &plain, whole);
  ASSERT_EQ(32, (int)strlen(whole));
  static const struct {
    int threads;
    int64_t chunk;
    const char *isa;
  } WAYS[] = {{1, 0, NULL}, {2, 64, NULL}, {3, 5000, NULL}, {2, 7, "baseline"}};
  for (size_t k = 0; k < sizeof WAYS / sizeof WAYS[0]; k++) {
    ls_run_options options = plain;
    options.threads = WAYS[k].threads;
    options.chunk = WAYS[k].chunk;
    options.isa = WAYS[k].isa;
    digest_of(&bench, &options, other);
    ASSERT_STR_EQ(whole, other);
  }
  bench_close(&bench);
  PASS();
}

/* Parts through their files, merged in any order; the interest given for the run holds in all draws there too. */
TEST parts_make_the_whole(void) {
  enum { PARTS = 3 };
  static const char *const SETTINGS[] = {"build_lag=3"};
  struct bench bench;
  char path[PARTS][PATH_BYTES + 32], drawn[33], given[33];
  ls_results *part[PARTS] = {NULL}, *merged = NULL, *again = NULL;
  ASSERT_EQ(LS_STATUS_OK, open_with(&bench, "", NULL));
  ls_run_options options = options_for(&bench);
  digest_of(&bench, &options, drawn);
  options.settings = SETTINGS;
  options.setting_count = 1;
  ls_results *whole = run(&bench, &options);
  ASSERT(whole != NULL);
  snprintf(given, sizeof given, "%s", ls_results_digest(whole));
  for (int k = 0; k < PARTS; k++) {
    options.shard_index = k;
    options.shard_count = PARTS;
    ls_results *fresh = run(&bench, &options);
    snprintf(path[k], sizeof path[k], "%s/part-%d.h5", bench.folder, k);
    ASSERT(fresh != NULL && ls_results_write(bench.context, fresh, path[k], false) == LS_STATUS_OK);
    ls_results_destroy(&fresh);
    ASSERT_EQ(LS_STATUS_OK, ls_results_read(bench.context, path[k], &part[PARTS - 1 - k]));
  }
  ASSERT_EQ(LS_STATUS_OK, ls_results_merge(bench.context, (const ls_results *const *)part, PARTS, &merged));
  ASSERT_STR_EQ(given, ls_results_digest(merged));
  ASSERT_EQ(LS_STATUS_OK, ls_results_write(bench.context, merged, path[0], true));
  ASSERT_EQ(LS_STATUS_OK, ls_results_read(bench.context, path[0], &again));
  ASSERT_STR_EQ(given, ls_results_digest(again));
  ASSERT(again->statistics.draws.share_of_mean[0] == whole->statistics.draws.share_of_mean[0]);
  ASSERT(again->statistics.draws.mean.high == whole->statistics.draws.mean.high);
  for (int k = 0; k < PARTS; k++) ls_results_destroy(&part[k]);
  ls_results_destroy(&again);
  ls_results_destroy(&merged);
  ls_results_destroy(&whole);
  bench_close(&bench);
  PASS();
}

/* A kept scenario, run alone, has the loss that it has among all, under its own draw. */
TEST a_replay_uses_the_scenarios_own_draw(void) {
  struct bench bench;
  char more[256];
  ASSERT_EQ(LS_STATUS_OK, open_with(&bench, "", NULL));
  const ls_run_options options = options_for(&bench);
  ls_results *all = run(&bench, &options);
  ASSERT(all != NULL && all->kept_count == 6);
  const struct kept_scenario *worst = &all->kept[0], *last = &all->kept[5];
  snprintf(more, sizeof more, "replay: [%lld, 4100, %lld]\n", (long long)worst->number, (long long)last->number);
  ASSERT(worst->number != 4100 && last->number != 4100);
  ASSERT(worst->loss_gross == results_losses_gross(all)[worst->number]);
  ASSERT(write_scenarios(&bench, DRAWS * BLOCK_SCENARIOS, DRAWS, more));
  ls_results *alone = run(&bench, &options);
  ASSERT(alone != NULL && alone->kept_count == 3);
  ASSERT(alone->kept[0].loss_gross == worst->loss_gross && alone->kept[0].number == worst->number);
  ASSERT(alone->kept[1].loss_gross == results_losses_gross(all)[4100]);
  ASSERT(alone->kept[2].loss_gross == last->loss_gross && alone->kept[2].loss_net == last->loss_net);
  ASSERT(alone->statistics.draws.system == NULL);
  ls_results_destroy(&alone);
  ls_results_destroy(&all);
  bench_close(&bench);
  PASS();
}

/* Central values drawn from nothing: a redrawn network is the one that was read. */
TEST central_values_give_the_tables_that_were_read(void) {
  static const enum table_id MADE[] = {TABLE_ENTITIES, TABLE_PURCHASES, TABLE_PLEDGES, TABLE_SHAREHOLDINGS,
                                       TABLE_PATHS};
  struct bench bench;
  ls_network *again = NULL;
  ASSERT_EQ(LS_STATUS_OK, open_with(&bench, "", NULL));
  ASSERT_EQ(LS_STATUS_OK, network_redraw(bench.context, bench.network,
                                         network_numbers(bench.network, TABLE_ASSUMPTIONS, "value"), &again));
  for (size_t t = 0; t < sizeof MADE / sizeof MADE[0]; t++) {
    const struct table *a = &bench.network->table[MADE[t]], *b = &again->table[MADE[t]];
    ASSERT_EQ(a->row_count, b->row_count);
    ASSERT_EQ(a->column_count, b->column_count);
    for (int32_t c = 0; c < a->column_count; c++) {
      const double *number = network_numbers(again, MADE[t], a->column[c].name);
      if (a->column[c].number == NULL) continue;
      ASSERT(number != NULL);
      ASSERT(memcmp(a->column[c].number, number, (size_t)a->row_count * sizeof *number) == 0);
    }
  }
  network_destroy(&again);
  bench_close(&bench);
  PASS();
}

/* The lab's old contract with the fund is over on central values and runs on in draws with a longer term: contracts behind it then
 * have other rows than on central values. Whatever the draw, orders of bank>cloud move, and no others. */
TEST moved_orders_are_of_the_same_pair_in_every_draw(void) {
  static const char MORE[] = "old,old,term_years,,1,1,3,uniform,r\nannounced firm,*,take_or_pay_announced,,0.5,,,,r\n"
                             "assumed firm,*,take_or_pay_assumed,,0.5,,,,r\nrunning term,*,term_years,,2,,,,r\n"
                             "own,bank>cloud,per_quarter,,2,,,,r\n";
  static const char ROWS[] =
      "  - {variable: orders, target: 'bank>cloud', distribution: jump, probability: 0.5, size: 0.5}\n";
  struct bench bench;
  struct job job = {0};
  char deals[TEXT_BYTES], assumptions[TEXT_BYTES];
  snprintf(deals, sizeof deals, "%sold,c5,1,lab,fund,purchase,9,9,,announced,2025-03-31,,,,P\n", DEALS);
  snprintf(assumptions, sizeof assumptions, ASSUMPTIONS, MORE);
  ASSERT_EQ(LS_STATUS_OK, open_ledger(&bench, deals, assumptions, NULL));
  ASSERT(write_scenarios(&bench, DRAWS * BLOCK_SCENARIOS, DRAWS, ROWS));
  const ls_run_options options = options_for(&bench);
  const struct scenario_options scenarios = {.path = bench.scenarios, .keep_worst = -1};
  ASSERT_EQ(LS_STATUS_OK, job_prepare(bench.context, bench.network, &options, &scenarios, &job));
  int moved = 0, unknown = 0, shifted = 0;
  for (int32_t d = 0; d < job.draw_count; d++) {
    const struct ls_loop_plan *loop = &job.draw[d].plan->loop;
    for (int32_t k = 0; k < loop->purchase.count; k++) {
      const int32_t from = loop->purchase.from[k], to = loop->purchase.to[k]; /* lab, cloud, fund, bank are 0 to 3 */
      ASSERT_EQ(network_find_pair(bench.network, TABLE_PURCHASES, from, to), loop->purchase_target[k]);
      ASSERT_EQ(from == 3 && to == 1, (loop->trait[k] & LOOP_TRAIT_MOVED) != 0);
      moved += from == 3 && to == 1;
      unknown += loop->purchase_target[k] < 0;
      shifted += loop->purchase_target[k] >= 0 && loop->purchase_target[k] != loop->purchase_row[k];
    }
  }
  ASSERT_EQ(DRAWS, moved);
  ASSERT(unknown > 0 && unknown < 2 * DRAWS && shifted > 0);
  job_release(bench.context, &job);
  bench_close(&bench);
  PASS();
}

/* Memory that ends anywhere ends the run in order; nothing stays behind. */
TEST want_of_memory_ends_the_run_cleanly(void) {
  enum { TRIES = 60 };
  struct bench bench;
  ASSERT_EQ(LS_STATUS_OK, open_with(&bench, "", "parameter_a,parameter_b,value\nmultiple,cash,0.5\n"));
  ASSERT(write_scenarios(&bench, 2 * BLOCK_SCENARIOS, 2, ""));
  const ls_run_options options = options_for(&bench);
  struct failing_allocator counting = {0};
  int64_t all = 0;
  for (int k = -1; k < TRIES; k++) {
    ls_context *context = NULL;
    ls_results *results = NULL;
    ASSERT_EQ(LS_STATUS_OK, ls_context_create(&context));
    counting = (struct failing_allocator){0};
    support_fail_after(context, &counting, k < 0 ? -1 : all * k / TRIES);
    const ls_status status = ls_run(context, bench.network, &options, &results);
    ASSERT_EQ(k < 0 ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY, status);
    if (k < 0) all = counting.made;
    ls_results_destroy(&results);
    ls_context_destroy(&context);
    ASSERT_EQ(0, (int)counting.held);
  }
  bench_close(&bench);
  PASS();
}

SUITE(distributions) {
  RUN_TEST(each_distribution_has_its_moments_and_keeps_its_range);
  RUN_TEST(quantiles_at_hand_values);
}

SUITE(drawing) {
  RUN_TEST(fixed_rows_and_the_horizon_stay_and_counts_are_whole);
  RUN_TEST(a_row_more_leaves_the_draws_of_the_others_alone);
  RUN_TEST(parameters_correlate_as_given);
  RUN_TEST(a_row_follows_the_leader_of_its_entity);
}

SUITE(refusals) {
  RUN_TEST(correlations_that_cannot_be_are_refused);
  RUN_TEST(followers_that_cannot_be_are_refused);
  RUN_TEST(runs_that_cannot_be_are_refused);
  RUN_TEST(tables_that_the_folder_gives_have_no_draws);
  RUN_TEST(refused_values_are_drawn_again_and_counted);
  RUN_TEST(values_that_are_always_refused_end_the_run);
}

SUITE(runs) {
  RUN_TEST(central_values_give_the_tables_that_were_read);
  RUN_TEST(pooled_numbers_are_means_of_the_draws);
  RUN_TEST(the_assumption_that_matters_is_found);
  RUN_TEST(few_draws_have_no_shares_and_a_band_of_all);
  RUN_TEST(the_baseline_gate_counts_draws_that_fail_unshocked);
  RUN_TEST(no_way_of_running_changes_the_digest);
  RUN_TEST(parts_make_the_whole);
  RUN_TEST(a_replay_uses_the_scenarios_own_draw);
  RUN_TEST(moved_orders_are_of_the_same_pair_in_every_draw);
  RUN_TEST(want_of_memory_ends_the_run_cleanly);
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  RUN_SUITE(distributions);
  RUN_SUITE(drawing);
  RUN_SUITE(refusals);
  RUN_SUITE(runs);
  GREATEST_MAIN_END();
}

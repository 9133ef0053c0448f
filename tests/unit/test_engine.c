/* test_engine.c - one run, however it is cut up, has one set of bits; stubborn scenarios are finished exactly. */
#include <fenv.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aggregate/accumulator_fields.h"
#include "aggregate/results.h"
#include "greatest.h"
#include "support.h"

enum { PATH_BYTES = 4096, TEXT_BYTES = 8192, BLOCK = 4096 };

/* A context, a network folder of our own, and results to compare. */
struct bench {
  ls_context *context;
  ls_network *network;
  char folder[PATH_BYTES];
  char scenarios[TEXT_BYTES];
};

static const char *const BANKS =
    "id,external_assets,external_liabilities,collateral\na,12,4,7\nb,9,3,5\nc,15,6,8\nd,7,2,4\ne,11,5,6\n";
static const char *const DEBTS = "debtor,creditor,amount\na,b,5\nb,c,6\nc,d,4\nd,e,7\ne,a,5\na,c,2\nc,e,3\nd,a,1.5\n";
static const char *const DRAWS =
    "count: 20480\nseed: 11\ncopula: student-t\ndegrees_of_freedom: 4\n"
    "factors: [{name: f}, {name: g}]\ncorrelations: [{a: f, b: g, value: 0.3}]\n"
    "loadings: [{target: '*', factor: f, value: 0.5}, {target: c, factor: g, value: 0.4}]\n"
    "marginals:\n  - {variable: external_assets_loss, target: '*', distribution: beta, mean: 0.3, sd: 0.2}\n"
    "  - {variable: default, target: d, distribution: jump, probability: 0.02, size: 1}\nkeep: {worst: 7}\n";

static bool bench_open(struct bench *bench, const char *banks, const char *debts, const char *scenarios) {
  memset(bench, 0, sizeof *bench);
  if (!support_make_folder(bench->folder)) return false;
  snprintf(bench->scenarios, sizeof bench->scenarios, "%s/%s", bench->folder, "draws.yaml");
  return support_write_file(bench->folder, "entities.csv", banks) &&
         support_write_file(bench->folder, "liabilities.csv", debts) &&
         support_write_file(bench->folder, "draws.yaml", scenarios) &&
         ls_context_create(&bench->context) == LS_STATUS_OK &&
         ls_network_read(bench->context, bench->folder, NULL, &bench->network) == LS_STATUS_OK;
}

static void bench_close(struct bench *bench) {
  ls_network_destroy(&bench->network);
  ls_context_destroy(&bench->context);
  support_remove_folder(bench->folder);
}

static ls_run_options options_for(const struct bench *bench, const char *model) {
  ls_run_options options = ls_run_options_default();
  options.model = model;
  options.backend = "cpu";
  options.scenarios = bench->scenarios;
  return options;
}

/* The digest of a run, or the first message where it fails. */
static void digest_of(struct bench *bench, const ls_run_options *options, char digest[33]) {
  ls_results *results = NULL;
  ls_status status = ls_run(bench->context, bench->network, options, &results);
  snprintf(digest, 33, "%s",
           status == LS_STATUS_OK ? ls_results_digest(results) : ls_context_message(bench->context, 0));
  ls_results_destroy(&results);
}

TEST threads_and_chunks_do_not_change_a_bit(void) {
  struct bench bench;
  ASSERT(bench_open(&bench, BANKS, DEBTS, DRAWS));
  const struct {
    int threads;
    int64_t chunk;
  } cut[] = {{1, 0}, {2, 0}, {3, 1}, {2, 100}, {1, 4097}, {2, 100000}};
  char first[33], other[33];
  for (size_t k = 0; k < sizeof cut / sizeof cut[0]; k++) {
    ls_run_options options = options_for(&bench, "rogers-veraart");
    options.threads = cut[k].threads;
    options.chunk = cut[k].chunk;
    digest_of(&bench, &options, k == 0 ? first : other);
    if (k > 0) ASSERT_STR_EQ(first, other);
  }
  ASSERT_EQ(32, (int)strlen(first));
  bench_close(&bench);
  PASS();
}

static enum greatest_test_res one_digest_for_every_isa(struct bench *bench, const char *model) {
  static const char *const isa[] = {"baseline", "avx2", "avx512"};
  char first[33] = "", other[33];
  for (int k = 0; k < 3; k++) {
    ls_run_options options = options_for(bench, model);
    options.isa = isa[k];
    ls_results *results = NULL;
    ls_status status = ls_run(bench->context, bench->network, &options, &results);
    if (status == LS_STATUS_BACKEND_UNAVAILABLE) continue; /* this processor lacks it */
    ASSERT_EQ(LS_STATUS_OK, status);
    snprintf(k == 0 ? first : other, 33, "%s", ls_results_digest(results));
    if (k > 0) ASSERT_STR_EQ(first, other);
    ls_results_destroy(&results);
  }
  PASS();
}

TEST instruction_sets_do_not_change_a_bit(void) {
  struct bench bench;
  ASSERT(bench_open(&bench, BANKS, DEBTS, DRAWS));
  static const char *const model[] = {"eisenberg-noe",   "rogers-veraart",     "debtrank",
                                      "debtrank-linear", "debtrank-nonlinear", "furfine",
                                      "threshold",       "liquidity",          "cross-ownership"};
  for (size_t m = 0; m < sizeof model / sizeof *model; m++) CHECK_CALL(one_digest_for_every_isa(&bench, model[m]));
  bench_close(&bench);
  PASS();
}

/* 20,480 scenarios are 5 blocks: 5 shards of one each, and 2 and 3 of uneven size; merged back to front. */
static enum greatest_test_res merge_equals_whole(struct bench *bench, int shards) {
  char whole[33];
  ls_results *part[8] = {NULL}, *merged = NULL;
  ls_run_options options = options_for(bench, "eisenberg-noe");
  digest_of(bench, &options, whole);
  int64_t ran = 0;
  for (int k = 0; k < shards; k++) {
    options.shard_index = shards - 1 - k;
    options.shard_count = shards;
    options.threads = 1 + k % 2;
    ASSERT_EQ(LS_STATUS_OK, ls_run(bench->context, bench->network, &options, &part[k]));
    ran += accumulator_count(part[k]->accumulator);
  }
  ASSERT_EQm("shards overlap", 20480, ran);
  ASSERT_EQ(LS_STATUS_OK, ls_results_merge(bench->context, (const ls_results *const *)part, shards, &merged));
  ASSERT_STR_EQ(whole, ls_results_digest(merged));
  ls_results_destroy(&merged);
  ls_context_clear_messages(bench->context);
  if (shards <= 5)
    ASSERT_EQ(LS_STATUS_INVALID_INPUT,
              ls_results_merge(bench->context, (const ls_results *const *)part, shards - 1, &merged));
  for (int k = 0; k < shards; k++) ls_results_destroy(&part[k]);
  PASS();
}

TEST shards_merged_in_any_order_are_the_whole(void) {
  struct bench bench;
  ASSERT(bench_open(&bench, BANKS, DEBTS, DRAWS));
  CHECK_CALL(merge_equals_whole(&bench, 5));
  CHECK_CALL(merge_equals_whole(&bench, 2));
  CHECK_CALL(merge_equals_whole(&bench, 3));
  CHECK_CALL(merge_equals_whole(&bench, 8)); /* three shards have nothing to do */
  bench_close(&bench);
  PASS();
}

/* Through a file, as a part of a job that others go on with. */
static bool pass_on(struct bench *bench, ls_results **part) {
  char path[PATH_BYTES + 16];
  snprintf(path, sizeof path, "%s/part.h5", bench->folder);
  bool written = ls_results_write(bench->context, *part, path, true) == LS_STATUS_OK;
  ls_results_destroy(part);
  return written && ls_results_read(bench->context, path, part) == LS_STATUS_OK;
}

TEST parts_merge_along_any_tree(void) {
  struct bench bench;
  char whole[33];
  ls_results *part[5] = {NULL}, *outer = NULL, *inner = NULL, *merged = NULL;
  ASSERT(bench_open(&bench, BANKS, DEBTS, DRAWS));
  ls_run_options options = options_for(&bench, "eisenberg-noe");
  digest_of(&bench, &options, whole);
  for (int k = 0; k < 5; k++) {
    options.shard_index = k;
    options.shard_count = 5;
    ASSERT_EQ(LS_STATUS_OK, ls_run(bench.context, bench.network, &options, &part[k]));
  }
  ASSERT_EQ(LS_STATUS_OK, ls_results_merge_parts(bench.context, (const ls_results *[]){part[4], part[1]}, 2, &outer));
  ASSERT(pass_on(&bench, &outer)); /* with a hole of two blocks */
  ASSERT_EQ(BLOCK, outer->accumulator->shape.first_scenario);
  ASSERT_EQ(4 * BLOCK, outer->accumulator->shape.scenario_count);
  ASSERT_EQ(2 * BLOCK, outer->accumulator->done_count);
  ASSERT_EQ(1, outer->identity.shard_index);
  ASSERT_EQ(LS_STATUS_OK, ls_results_merge_parts(bench.context, (const ls_results *[]){part[3], part[2]}, 2, &inner));
  ASSERT(pass_on(&bench, &inner));
  const ls_results *pieces[] = {inner, part[0], outer, inner};
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, ls_results_merge(bench.context, pieces, 2, &merged));
  ASSERT_EQ(LS_STATUS_OK, ls_results_merge(bench.context, pieces, 4, &merged)); /* one of them twice */
  ASSERT_STR_EQ(whole, ls_results_digest(merged));
  ls_results_destroy(&merged);
  ls_results_destroy(&outer);
  ls_results_destroy(&inner);
  for (int k = 0; k < 5; k++) ls_results_destroy(&part[k]);
  bench_close(&bench);
  PASS();
}

/* The same count and seed, but other draws: what a run is named by must tell the two apart. */
TEST runs_over_other_scenarios_have_another_name(void) {
  char name[2][65];
  for (int k = 0; k < 2; k++) {
    struct bench bench;
    ls_results *results = NULL;
    char scenarios[TEXT_BYTES];
    snprintf(scenarios, sizeof scenarios,
             "count: 10\nseed: 1\nmarginals:\n"
             "  - {variable: external_assets_loss, target: '*', distribution: beta, mean: 0.%d, sd: 0.1}\n",
             3 + k);
    ASSERT(bench_open(&bench, BANKS, DEBTS, scenarios));
    ls_run_options options = options_for(&bench, "eisenberg-noe");
    ASSERT_EQ(LS_STATUS_OK, ls_run(bench.context, bench.network, &options, &results));
    snprintf(name[k], sizeof name[k], "%s", results->identity.sha256);
    ls_results_destroy(&results);
    bench_close(&bench);
  }
  ASSERT(strcmp(name[0], name[1]) != 0);
  PASS();
}

TEST a_scenario_replayed_alone_has_the_bits_of_its_row(void) {
  struct bench bench;
  char replay[TEXT_BYTES];
  ls_results *all = NULL, *two = NULL;
  ASSERT(bench_open(&bench, BANKS, DEBTS, DRAWS));
  ls_run_options options = options_for(&bench, "eisenberg-noe");
  ASSERT_EQ(LS_STATUS_OK, ls_run(bench.context, bench.network, &options, &all));
  snprintf(replay, sizeof replay, "%sreplay: [4711, 17, 20479]\n", DRAWS);
  ASSERT(support_write_file(bench.folder, "draws.yaml", replay));
  ASSERT_EQ(LS_STATUS_OK, ls_run(bench.context, bench.network, &options, &two));
  ASSERT_EQ(3, two->kept_count);
  for (int k = 0; k < 3; k++) {
    double row = results_losses_gross(all)[two->kept[k].number];
    ASSERT_EQ(0, memcmp(&row, &two->kept[k].loss_gross, sizeof row));
  }
  ASSERT_STR_EQ("4711", two->kept[0].id);
  ls_results_destroy(&two);
  ls_results_destroy(&all);
  bench_close(&bench);
  PASS();
}

TEST the_worst_scenarios_are_kept_worst_first(void) {
  struct bench bench;
  ls_results *results = NULL;
  ASSERT(bench_open(&bench, BANKS, DEBTS, DRAWS));
  ls_run_options options = options_for(&bench, "eisenberg-noe");
  ASSERT_EQ(LS_STATUS_OK, ls_run(bench.context, bench.network, &options, &results));
  ASSERT_EQ(7, results->kept_count);
  for (int k = 0; k + 1 < 7; k++) ASSERT(results->kept[k].loss_gross >= results->kept[k + 1].loss_gross);
  int64_t worse = 0;
  for (int64_t k = 0; k < 20480; k++) worse += results_losses_gross(results)[k] > results->kept[6].loss_gross;
  ASSERT(worse <= 6);
  ls_results_destroy(&results);
  bench_close(&bench);
  PASS();
}

/* sum over entities of their part of ES = ES: both sums are exact but for 2^-75 of the bound and one rounding each. */
TEST contributions_add_up_to_the_expected_shortfall(void) {
  struct bench bench;
  ls_results *results = NULL;
  ASSERT(bench_open(&bench, BANKS, DEBTS, DRAWS));
  ls_run_options options = options_for(&bench, "rogers-veraart");
  ASSERT_EQ(LS_STATUS_OK, ls_run(bench.context, bench.network, &options, &results));
  double sum = 0, es = results->statistics.gross.tail[1].shortfall;
  for (int i = 0; i < 5; i++) sum += results->statistics.entity[i].es_contribution;
  ASSERT(es > 0);
  ASSERT_IN_RANGE(es, sum, 1e-12 * es);
  ls_results_destroy(&results);
  bench_close(&bench);
  PASS();
}

/* Two banks owe 100 to each other and 1 outside: iteration contracts at 100/101. With e = (1/4, 1/2) both fail, and
 * p1 = 1/4 + 100/101 p2, p2 = 1/2 + 100/101 p1, so that p1 (1 - (100/101)^2) = 1/4 + 50/101: p1 = 7600.25/201. */
TEST a_scenario_cut_short_is_finished_by_exact_solves(void) {
  struct bench bench;
  ls_results *results = NULL;
  ASSERT(bench_open(&bench, "id,external_assets,external_liabilities\na,0.25,1\nb,0.5,1\n",
                    "debtor,creditor,amount\na,b,100\nb,a,100\n", DRAWS));
  ls_run_options options = options_for(&bench, "eisenberg-noe");
  const char *const cut[] = {"max_iterations=3"};
  options.scenarios = NULL;
  options.settings = cut;
  options.setting_count = 1;
  ASSERT_EQ(LS_STATUS_OK, ls_run(bench.context, bench.network, &options, &results));
  ASSERT(results->kept[0].converged);
  ASSERT_IN_RANGE(7600.25 / 201, results->kept[0].detail[0], 1e-12 * 38); /* 2 x 2 system of condition 200: 200 ulp */
  ASSERT_IN_RANGE(7625.5 / 201, results->kept[0].detail[1], 1e-12 * 38);
  ls_results_destroy(&results);
  bench_close(&bench);
  PASS();
}

/* a has 12 and owes 4 + 3: 5, at book and in fact. b has 2 + 3 and owes 9: -4 at book, 0 to its holders, and pays 5. c has
 * 8 + 9 and owes 1: 16 at book, 12 in fact. */
TEST the_baseline_loss_is_book_equity_less_what_is_there_without_a_shock(void) {
  struct bench bench;
  ls_results *results = NULL;
  ASSERT(bench_open(&bench, "id,external_assets,external_liabilities\na,12,4\nb,2,0\nc,8,1\n",
                    "debtor,creditor,amount\na,b,3\nb,c,9\n", DRAWS));
  ls_run_options options = options_for(&bench, "eisenberg-noe");
  options.scenarios = NULL;
  ASSERT_EQ(LS_STATUS_OK, ls_run(bench.context, bench.network, &options, &results));
  const double loss[3] = {5 - 5, -4 - 0, 16 - 12};
  for (int i = 0; i < 3; i++) ASSERT_EQ_FMT(loss[i], results->loss_at_zero[i], "%.17g");
  ls_results_destroy(&results);
  bench_close(&bench);
  PASS();
}

TEST a_stop_request_ends_a_run_without_results(void) {
  struct bench bench;
  ls_results *results = NULL;
  ASSERT(bench_open(&bench, BANKS, DEBTS, DRAWS));
  ls_run_options options = options_for(&bench, "eisenberg-noe");
  ls_context_request_stop(bench.context);
  ASSERT_EQ(LS_STATUS_INTERRUPTED, ls_run(bench.context, bench.network, &options, &results));
  ASSERT(results == NULL);
  bench_close(&bench);
  PASS();
}

TEST a_callers_rounding_does_not_change_a_bit(void) {
  struct bench bench;
  char expected[33], found[33];
  ASSERT(bench_open(&bench, BANKS, DEBTS, DRAWS));
  ls_run_options options = options_for(&bench, "rogers-veraart");
  options.count = 300;
  digest_of(&bench, &options, expected);
  fesetround(FE_UPWARD);
  digest_of(&bench, &options, found);
  int kept = fegetround();
  fesetround(FE_TONEAREST);
  ASSERT_STR_EQ(expected, found);
  ASSERT_EQ(FE_UPWARD, kept); /* and it stays the caller's */
  bench_close(&bench);
  PASS();
}

/* One firm worth 4 x multiple x revenue = 4 x 10 x 1 = 40, all of its revenue spent (cogs_share 1). Demand is half in quarter 1
 * alone: the value is 20 there and 40 at the end, so the peak loss is 20 and the loss at the horizon 0. */
TEST the_peak_loss_is_the_largest_on_the_way(void) {
  struct bench bench;
  ls_results *results = NULL;
  memset(&bench, 0, sizeof bench);
  ASSERT(support_make_folder(bench.folder));
  ASSERT(support_write_file(bench.folder, "entities.csv", "id,cogs_share\nfirm,1\n"));
  ASSERT(support_write_file(bench.folder, "paths.csv",
                            "target,variable,quarter,value\nfirm,demand_planned,0,1\nfirm,multiple,0,10\n"));
  ASSERT(support_write_file(bench.folder, "loop.yaml", "quarters: 4\n"));
  ASSERT(support_write_file(bench.folder, "dip.csv",
                            "scenario,target,variable,value,quarter\ndip,firm,demand,0.5,1\ndip,firm,demand,1,2\n"));
  snprintf(bench.scenarios, sizeof bench.scenarios, "%s/dip.csv", bench.folder);
  ASSERT_EQ(LS_STATUS_OK, ls_context_create(&bench.context));
  ASSERT_EQ(LS_STATUS_OK, ls_network_read(bench.context, bench.folder, NULL, &bench.network));
  ls_run_options options = options_for(&bench, "loop");
  ASSERT_EQ(LS_STATUS_OK, ls_run(bench.context, bench.network, &options, &results));
  ASSERT_EQ(0.0, results->kept[0].loss[0]);
  ASSERT_EQ(20.0, results->statistics.entity[0].loss_peak_mean);
  ls_results_destroy(&results);
  bench_close(&bench);
  PASS();
}

TEST strictness_refuses_what_did_not_converge_but_hands_it_out(void) {
  struct bench bench;
  ls_results *results = NULL;
  ls_network *network = NULL;
  ASSERT(bench_open(&bench, BANKS, DEBTS, DRAWS));
  ASSERT_EQ(LS_STATUS_OK, ls_network_read(bench.context, LS_SOURCE_DIR "/datasets/telecom-2000", NULL, &network));
  ls_run_options options = options_for(&bench, "loop");
  const char *const cut[] = {"max_iterations=1"};
  options.scenarios = NULL;
  options.settings = cut;
  options.setting_count = 1;
  options.strict = true;
  ASSERT_EQ(LS_STATUS_NOT_CONVERGED, ls_run(bench.context, network, &options, &results));
  ASSERT(results != NULL);
  ls_results_destroy(&results);
  ls_network_destroy(&network);
  bench_close(&bench);
  PASS();
}

/* b owes nothing and has lost everything by order of the scenario: it pays nobody less, and is in default all the same. */
TEST a_forced_default_counts_though_all_is_paid(void) {
  struct bench bench;
  ls_results *results = NULL;
  ASSERT(bench_open(&bench, "id,external_assets\na,10\nb,5\n", "debtor,creditor,amount\na,b,4\n", DRAWS));
  ASSERT(support_write_file(bench.folder, "forced.csv", "scenario,target,variable,value\ns,b,default,1\n"));
  snprintf(bench.scenarios, sizeof bench.scenarios, "%s/forced.csv", bench.folder);
  ls_run_options options = options_for(&bench, "eisenberg-noe");
  ASSERT_EQ(LS_STATUS_OK, ls_run(bench.context, bench.network, &options, &results));
  ASSERT_EQ(1, results->kept[0].default_count);
  ASSERT_EQ(1.0, ls_results_default_probability(results, 1));
  ASSERT_EQ(0.0, ls_results_default_probability(results, 0));
  ls_results_destroy(&results);
  bench_close(&bench);
  PASS();
}

TEST settings_are_checked_by_name_and_range(void) {
  struct bench bench;
  ls_results *results = NULL;
  ASSERT(bench_open(&bench, BANKS, DEBTS, DRAWS));
  static const struct {
    const char *setting, *message;
  } wrong[] = {{"alpha=1.5", "--set alpha=1.5: must be > 0 and <= 1"},
               {"alpha=0", "--set alpha=0: must be > 0 and <= 1"},
               {"alpah=1", "--set alpah: model 'rogers-veraart' has no such setting; did you mean 'alpha'?"},
               {"external=first", "--set external=first: must be 'pari-passu' or 'senior'"},
               {"beta", "--set beta: must be key=value"}};
  for (size_t k = 0; k < sizeof wrong / sizeof wrong[0]; k++) {
    ls_run_options options = options_for(&bench, "rogers-veraart");
    options.settings = &wrong[k].setting;
    options.setting_count = 1;
    ls_context_clear_messages(bench.context);
    ASSERT_EQ(LS_STATUS_USAGE, ls_run(bench.context, bench.network, &options, &results));
    ASSERT_STR_EQ(wrong[k].message, ls_context_message(bench.context, 0));
  }
  bench_close(&bench);
  PASS();
}

/* Refuses one allocation, the n-th, and serves all others: what is swallowed then cannot hide behind a later refusal. */
struct single_refusal {
  int64_t made, refused;
};

static void *refuse_one(size_t bytes, void *user) {
  struct single_refusal *refusal = user;
  return refusal->made++ == refusal->refused ? NULL : aligned_alloc(64, (bytes + 63) / 64 * 64 + 64);
}

static void release_one(void *memory, void *user) {
  (void)user;
  free(memory);
}

/* The two banks of slow iteration: without memory for the solve the run fails, it does not hand out an unsettled scenario. */
TEST exact_solves_need_their_memory(void) {
  struct bench bench;
  ASSERT(bench_open(&bench, "id,external_assets,external_liabilities\na,0.25,1\nb,0.5,1\n",
                    "debtor,creditor,amount\na,b,100\nb,a,100\n", DRAWS));
  ls_run_options options = options_for(&bench, "eisenberg-noe");
  const char *const cut[] = {"max_iterations=3"};
  options.scenarios = NULL;
  options.settings = cut;
  options.setting_count = 1;
  bool reached = true; /* the n-th allocation was asked for */
  for (int64_t n = 0; reached; n++) {
    struct single_refusal refusal = {0, n};
    ls_context *context = NULL;
    ls_results *results = NULL;
    ASSERT_EQ(LS_STATUS_OK, ls_context_create(&context));
    ls_context_set_allocator(context, refuse_one, release_one, &refusal);
    ls_status status = ls_run(context, bench.network, &options, &results);
    ASSERT(status == LS_STATUS_OK ? results->kept[0].converged : status == LS_STATUS_OUT_OF_MEMORY);
    reached = refusal.made > n;
    ls_results_destroy(&results);
    ls_context_destroy(&context);
  }
  bench_close(&bench);
  PASS();
}

TEST every_allocation_may_fail(void) {
  struct bench bench;
  ASSERT(bench_open(&bench, BANKS, DEBTS, DRAWS));
  ls_run_options options = options_for(&bench, "eisenberg-noe");
  options.count = 64;
  options.threads = 1;
  bool whole = false;
  for (int64_t allowed = 0; !whole && allowed < 3000; allowed++) {
    struct failing_allocator allocator = {0};
    ls_context *context = NULL;
    ls_results *results = NULL;
    ASSERT_EQ(LS_STATUS_OK, ls_context_create(&context));
    support_fail_after(context, &allocator, allowed);
    ls_status status = ls_run(context, bench.network, &options, &results);
    whole = status == LS_STATUS_OK;
    ASSERT(whole || status == LS_STATUS_OUT_OF_MEMORY);
    ASSERT(whole || results == NULL);
    ls_results_destroy(&results);
    ls_context_destroy(&context);
    ASSERT_EQ(0, allocator.held);
  }
  ASSERT(whole);
  bench_close(&bench);
  PASS();
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  RUN_TEST(threads_and_chunks_do_not_change_a_bit);
  RUN_TEST(instruction_sets_do_not_change_a_bit);
  RUN_TEST(shards_merged_in_any_order_are_the_whole);
  RUN_TEST(parts_merge_along_any_tree);
  RUN_TEST(runs_over_other_scenarios_have_another_name);
  RUN_TEST(a_scenario_replayed_alone_has_the_bits_of_its_row);
  RUN_TEST(the_worst_scenarios_are_kept_worst_first);
  RUN_TEST(contributions_add_up_to_the_expected_shortfall);
  RUN_TEST(a_scenario_cut_short_is_finished_by_exact_solves);
  RUN_TEST(the_baseline_loss_is_book_equity_less_what_is_there_without_a_shock);
  RUN_TEST(a_stop_request_ends_a_run_without_results);
  RUN_TEST(a_callers_rounding_does_not_change_a_bit);
  RUN_TEST(the_peak_loss_is_the_largest_on_the_way);
  RUN_TEST(strictness_refuses_what_did_not_converge_but_hands_it_out);
  RUN_TEST(a_forced_default_counts_though_all_is_paid);
  RUN_TEST(settings_are_checked_by_name_and_range);
  RUN_TEST(exact_solves_need_their_memory);
  RUN_TEST(every_allocation_may_fail);
  GREATEST_MAIN_END();
}

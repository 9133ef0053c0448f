/* test_backends.c - one suite for every backend: the bits of the reference (CPU, one thread, no vector extensions),
 * whatever the chunk, the list, the number of the first scenario; ending early; refusing.
 *
 * A backend that cannot run here is skipped, with its reason; with LOOPSTRESS_REQUIRE_GPU=1 that is a failure.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "greatest.h"
#include "spec/spec_engine.h"
#include "support.h"

enum { PATH_BYTES = 4096, TEXT_BYTES = 8192, REASON_BYTES = 256, LINKS_EACH = 6 };

/* The backend under test: suites set it, tests read it. */
static const struct ls_backend *machine;
static char reason[REASON_BYTES];

static bool gpu_required(void) {
  const char *value = getenv("LOOPSTRESS_REQUIRE_GPU");
  return value != NULL && strcmp(value, "1") == 0;
}

#define NEED_MACHINE()                                \
  do {                                                \
    if (!machine->available(reason, sizeof reason)) { \
      if (gpu_required()) FAILm(reason);              \
      SKIPm(reason);                                  \
    }                                                 \
  } while (0)

/* ---- what is run ------------------------------------------------------------------------------------------------ */

/* A model on a network: random banks (entities > 0) or a folder of the data sets, drawn scenarios. */
struct subject {
  const char *name, *model;
  int entities;
  uint64_t seed;
  const char *folder, *scenarios; /* below the source root */
  const char *setting;            /* or NULL */
};

#define LOOP_DRAWS "datasets/ai-loop/scenarios/monte-carlo.yaml"
static const struct subject SUBJECTS[] = {
    {"eisenberg-noe_12", "eisenberg-noe", 12, 1, NULL, NULL, NULL},
    {"eisenberg-noe_12_least", "eisenberg-noe", 12, 2, NULL, NULL, "solution=least"},
    {"eisenberg-noe_160", "eisenberg-noe", 160, 3, NULL, NULL, NULL},
    {"rogers-veraart_12", "rogers-veraart", 12, 4, NULL, NULL, "alpha=0.7"},
    {"rogers-veraart_160", "rogers-veraart", 160, 5, NULL, NULL, "beta=0.6"},
    {"debtrank-linear_12", "debtrank-linear", 12, 6, NULL, NULL, NULL},
    {"debtrank-linear_160", "debtrank-linear", 160, 7, NULL, NULL, NULL},
    {"loop_2026-08", "loop", 0, 0, "datasets/ai-loop/2026-08", LOOP_DRAWS, NULL},
    {"loop_2026-08_trace", "loop", 0, 0, "datasets/ai-loop/2026-08", LOOP_DRAWS, "trace=1"},
    {"loop_2025-11", "loop", 0, 0, "datasets/ai-loop/2025-11", LOOP_DRAWS, NULL},
    {"debtrank_160", "debtrank", 160, 8, NULL, NULL, NULL},
    {"debtrank-nonlinear_160", "debtrank-nonlinear", 160, 9, NULL, NULL, NULL},
    {"furfine_160", "furfine", 160, 10, NULL, NULL, "lgd=0.6"},
    {"threshold_160", "threshold", 160, 11, NULL, NULL, "capital_ratio=0.1"},
    {"liquidity_160", "liquidity", 160, 12, NULL, NULL, NULL},
    {"neva_160", "neva", 160, 13, NULL, NULL, "valuation=linear"},
    {"neva_160_merton", "neva", 160, 14, NULL, NULL, "valuation=merton"},
    {"cross-ownership_160", "cross-ownership", 160, 15, NULL, NULL, NULL},
    {"cross-holdings_160", "cross-holdings", 160, 16, NULL, NULL, NULL},
    {"fire-sale-target_160", "fire-sale-target", 160, 17, NULL, NULL, NULL},
    {"fire-sale_160", "fire-sale", 160, 18, NULL, NULL, "impact=exponential"},
    {"multi_160", "multi", 160, 19, NULL, NULL, NULL},
    {"production_160", "production", 160, 20, NULL, NULL, "replaceability=sector"},
};
enum { SUBJECT_COUNT = sizeof SUBJECTS / sizeof SUBJECTS[0] };

/* The first of each model, for what need not be seen on every network. */
static const int ONE_OF_EACH[] = {0, 3, 5, 7};
enum { MODELS = sizeof ONE_OF_EACH / sizeof ONE_OF_EACH[0] };

/* Every way of drawing a value that static models take: one factor, fat tails, quantile tables, jumps. */
static const char *const STATIC_DRAWS =
    "count: 4000\nseed: 20\ncopula: student-t\ndegrees_of_freedom: 4\nfactors: [{name: f}]\n"
    "loadings: [{target: '*', factor: f, value: 0.6}]\n"
    "marginals:\n  - {variable: external_assets_loss, target: '*', distribution: beta, mean: 0.12, sd: 0.1}\n"
    "  - {variable: default, target: b3, distribution: jump, probability: 0.05, size: 1}\nkeep: {worst: 9}\n";

/* The same for models of common assets, and for supply chains. */
static const char *const SALE_DRAWS =
    "count: 4000\nseed: 21\nfactors: [{name: f}]\nloadings: [{target: '*', factor: f, value: 0.6}]\nmarginals:\n"
    "  - {variable: external_assets_loss, target: '*', distribution: beta, mean: 0.03, sd: 0.04}\n"
    "  - {variable: price_loss, target: '*', distribution: beta, mean: 0.03, sd: 0.04}\nkeep: {worst: 9}\n";
static const char *const CHAIN_DRAWS =
    "count: 4000\nseed: 22\nfactors: [{name: f}]\nloadings: [{target: '*', factor: f, value: 0.6}]\nmarginals:\n"
    "  - {variable: output_loss, target: '*', distribution: beta, mean: 0.05, sd: 0.1}\nkeep: {worst: 9}\n";

static const char *draws_of(const char *model) {
  static const char *const SALES[] = {"fire-sale", "fire-sale-target", "cross-holdings", "multi"};
  for (size_t k = 0; k < sizeof SALES / sizeof *SALES; k++)
    if (strcmp(model, SALES[k]) == 0) return SALE_DRAWS;
  return strcmp(model, "production") == 0 ? CHAIN_DRAWS : STATIC_DRAWS;
}

struct bench {
  ls_context *context;
  ls_network *network;
  struct job job;
  char folder[PATH_BYTES]; /* "" where the subject has one of its own */
  char scenarios[PATH_BYTES + 16];
  const char *setting[1];
  ls_run_options options;
};

static double sum(const double *value, int count, int step) {
  double total = 0;
  for (int k = 0; k < count; k++) total += value[(size_t)k * (size_t)step];
  return total;
}

/* Thinly capitalised banks in a random web: a common fall of assets makes up to half of them fail. */
static bool write_random_banks(const char *path, int n, uint64_t seed) {
  struct engine_random random = {seed};
  struct engine_folder folder;
  size_t count = (size_t)n;
  double *liability = calloc(count * count, sizeof *liability), *assets = calloc(2 * count, sizeof *assets);
  double *external = assets + n;
  for (int i = 0; i < n; i++) {
    for (int k = 0; k < LINKS_EACH; k++) {
      int j = random_below(&random, n);
      if (j != i) liability[i * n + j] = random_between(&random, 0.5, 8);
    }
    assets[i] = random_between(&random, 20, 60);
  }
  for (int i = 0; i < n; i++) {
    double claims = sum(liability + i, n, n), owed = sum(liability + i * n, n, 1);
    double rest = assets[i] * random_between(&random, 0.86, 0.98) + claims - owed;
    external[i] = rest > 0 ? rest : 0;
  }
  struct engine_banks banks = {n, assets, external, liability, NULL, NULL};
  snprintf(folder.path, sizeof folder.path, "%s", path);
  bool written = engine_write_banks(&folder, &banks);
  free(liability);
  free(assets);
  return written;
}

/* A table of random links with one number each; `second` is the letter of whom a row's second id names. */
static bool write_links(const char *path, const char *name, const char *header, int n, char second, int others,
                        double most, struct engine_random *random) {
  size_t room = (size_t)n * LINKS_EACH * 48 + 64;
  char *text = malloc(room), *to = text + snprintf(text, room, "%s\n", header);
  for (int i = 0; i < n; i++) {
    int first = random_below(random, others - LINKS_EACH);
    for (int k = 0; k < LINKS_EACH; k++)
      if (second != 'b' || first + k != i)
        to += sprintf(to, "b%d,%c%d,%.17g\n", i, second, first + k, most * random_unit(random));
  }
  bool written = support_write_file(path, name, text);
  free(text);
  return written;
}

enum { ASSETS = 20, SECTORS = 5 };

/* Common assets, parts of each other's equity (below 1 in all, whoever holds them), and sales along a chain of sectors. */
static bool write_random_tables(const char *path, int n, uint64_t seed) {
  static char text[1 << 14];
  struct engine_random random = {seed + 1000};
  char *to = text + sprintf(text, "id,market_depth,price_floor\n");
  for (int m = 0; m < ASSETS; m++)
    to += sprintf(to, "m%d,%.17g,%.17g\n", m, random_between(&random, 300, 3000), 0.5 * random_unit(&random));
  bool written = support_write_file(path, "assets.csv", text);
  to = text + sprintf(text, "supplier_sector,buyer_sector,essentiality\n");
  for (int k = 0; k < SECTORS * SECTORS; k++)
    to += sprintf(to, "s%d,s%d,%d\n", k / SECTORS, k % SECTORS, random_below(&random, 3));
  return written && support_write_file(path, "essentials.csv", text) &&
         write_links(path, "holdings.csv", "holder,asset,amount", n, 'm', ASSETS, 6, &random) &&
         write_links(path, "shareholdings.csv", "holder,issuer,share", n, 'b', n, 1.0 / n, &random) &&
         write_links(path, "trade.csv", "supplier,buyer,amount", n, 'b', n, 9, &random);
}

/* Firms of a chain have sectors in place of balance sheets. */
static bool write_random_chain(const char *path, int n, uint64_t seed) {
  static char text[1 << 14];
  char *to = text + sprintf(text, "id,sector\n");
  for (int i = 0; i < n; i++) to += sprintf(to, "b%d,s%d\n", i, i % SECTORS);
  return write_random_tables(path, n, seed) && support_write_file(path, "entities.csv", text);
}

static bool prepare_files(struct bench *bench, const struct subject *subject, char network[PATH_BYTES]) {
  if (subject->entities == 0) {
    snprintf(network, PATH_BYTES, "%s", support_source(subject->folder));
    snprintf(bench->scenarios, sizeof bench->scenarios, "%s", support_source(subject->scenarios));
    return true;
  }
  if (!support_make_folder(bench->folder)) return false;
  snprintf(network, PATH_BYTES, "%s", bench->folder);
  snprintf(bench->scenarios, sizeof bench->scenarios, "%s/draws.yaml", bench->folder);
  bool chain = strcmp(subject->model, "production") == 0;
  bool written = chain ? write_random_chain(bench->folder, subject->entities, subject->seed)
                       : write_random_banks(bench->folder, subject->entities, subject->seed);
  if (written && !chain && subject->entities > ASSETS)
    written = write_random_tables(bench->folder, subject->entities, subject->seed);
  return written && support_write_file(bench->folder, "draws.yaml", draws_of(subject->model));
}

static bool bench_open(struct bench *bench, const struct subject *subject) {
  char network[PATH_BYTES];
  memset(bench, 0, sizeof *bench);
  if (!prepare_files(bench, subject, network)) return false;
  bench->setting[0] = subject->setting;
  bench->options = ls_run_options_default();
  bench->options.model = subject->model;
  bench->options.backend = "cpu";
  bench->options.scenarios = bench->scenarios;
  bench->options.settings = bench->setting;
  bench->options.setting_count = subject->setting != NULL;
  struct scenario_options scenario = {.path = bench->scenarios, .keep_worst = -1};
  bool open = ls_context_create(&bench->context) == LS_STATUS_OK &&
              ls_network_read(bench->context, network, NULL, &bench->network) == LS_STATUS_OK &&
              job_prepare(bench->context, bench->network, &bench->options, &scenario, &bench->job) == LS_STATUS_OK;
  if (!open) printf("%s: %s\n", subject->name, ls_context_message(bench->context, 0));
  return open;
}

static void bench_close(struct bench *bench) {
  job_release(bench->context, &bench->job);
  ls_network_destroy(&bench->network);
  ls_context_destroy(&bench->context);
  if (bench->folder[0] != 0) support_remove_folder(bench->folder);
}

/* ---- computing, by place ---------------------------------------------------------------------------------------- */

struct outputs {
  const struct compute_request *request;
  double *value; /* [slot * count + place] */
  int64_t count, seen;
  int64_t stop_after; /* > 0: asks for a stop once so many are in */
  ls_status answer;
};

static ls_status keep(ls_context *context, void *user, const struct chunk *chunk) {
  struct outputs *outputs = user;
  const struct compute_request *request = outputs->request;
  int64_t place = chunk->index != NULL ? chunk->index - request->index : chunk->first - request->first;
  for (int64_t slot = 0; slot < request->plan->output.slot_count; slot++)
    memcpy(outputs->value + slot * outputs->count + place, chunk->value + slot * chunk->stride,
           (size_t)chunk->count * sizeof(double));
  outputs->seen += chunk->count;
  if (outputs->stop_after > 0 && outputs->seen >= outputs->stop_after) ls_context_request_stop(context);
  return outputs->answer;
}

static struct outputs outputs_for(const struct compute_request *request) {
  size_t values = (size_t)request->plan->output.slot_count * (size_t)request->count;
  struct outputs outputs = {.request = request, .value = malloc(values * sizeof(double)), .count = request->count};
  support_poison(outputs.value, values);
  return outputs;
}

/* Both sides of a comparison; the reference computes in its own way, whatever the request says of chunks. */
static bool same_as_reference(struct bench *bench, const struct compute_request *request) {
  struct compute_request plain = *request;
  plain.threads = 1, plain.chunk = 0, plain.isa = "baseline";
  struct outputs expected = outputs_for(&plain), got = outputs_for(request);
  ls_status reference = LS_CPU_BACKEND.compute(bench->context, &plain, keep, &expected);
  ls_status status = machine->compute(bench->context, request, keep, &got);
  int64_t values = (int64_t)request->plan->output.slot_count * request->count, differing = 0, first = 0;
  for (int64_t k = 0; k < values; k++)
    if (memcmp(&expected.value[k], &got.value[k], sizeof(double)) != 0 && differing++ == 0) first = k;
  bool same = reference == LS_STATUS_OK && status == LS_STATUS_OK && got.seen == request->count && differing == 0;
  if (!same)
    printf("status %d, %lld of %lld scenarios, %lld values differ, first slot %lld of place %lld: %.17g, expected "
           "%.17g; %s\n",
           (int)status, (long long)got.seen, (long long)request->count, (long long)differing,
           (long long)(first / request->count), (long long)(first % request->count), got.value[first],
           expected.value[first], ls_context_message(bench->context, 0));
  free(expected.value);
  free(got.value);
  return same;
}

/* ---- the same bits ---------------------------------------------------------------------------------------------- */

TEST a_few_scenarios_of_every_model_have_the_bits_of_the_reference(void) {
  NEED_MACHINE();
  static const int64_t LIST[] = {5, 0, 999999, 5, 4095, 4096, 12, 3, 77, 1};
  for (int m = 0; m < MODELS; m++) {
    struct bench bench;
    ASSERT(bench_open(&bench, &SUBJECTS[ONE_OF_EACH[m]]));
    struct compute_request some = {.plan = bench.job.detail, .count = 70, .chunk = 32};
    struct compute_request listed = {.plan = bench.job.plan, .index = LIST, .count = sizeof LIST / sizeof LIST[0]};
    ASSERTm(SUBJECTS[ONE_OF_EACH[m]].name, same_as_reference(&bench, &some));
    ASSERTm(SUBJECTS[ONE_OF_EACH[m]].name, same_as_reference(&bench, &listed));
    bench_close(&bench);
  }
  PASS();
}

TEST every_output_has_the_bits_of_the_reference(const struct subject *subject) {
  NEED_MACHINE();
  struct bench bench;
  ASSERT(bench_open(&bench, subject));
  struct compute_request request = {.plan = bench.job.detail, .count = 777};
  bool same = same_as_reference(&bench, &request);
  bench_close(&bench);
  ASSERT(same);
  PASS();
}

TEST chunks_do_not_change_a_bit(const struct subject *subject) {
  NEED_MACHINE();
  static const int64_t CHUNK[] = {1, 31, 32, 33, 100, 299, 300, 1000, INT64_C(1) << 40};
  struct bench bench;
  bool same = true;
  ASSERT(bench_open(&bench, subject));
  for (size_t k = 0; k < sizeof CHUNK / sizeof CHUNK[0]; k++) {
    struct compute_request request = {.plan = bench.job.plan, .count = 300, .chunk = CHUNK[k]};
    same = same_as_reference(&bench, &request) && same;
  }
  bench_close(&bench);
  ASSERT(same);
  PASS();
}

/* Any order, some twice, over several chunks; numbers that 32 bits do not hold. */
TEST listed_scenarios_have_the_bits_of_their_numbers(const struct subject *subject) {
  NEED_MACHINE();
  enum { LISTED = 333 };
  int64_t list[LISTED];
  struct engine_random random = {99};
  for (int k = 0; k < LISTED; k++)
    list[k] = k % 7 == 0 ? list[k / 2] : random_below(&random, 1000000) * (k % 5 == 1 ? INT64_C(70000) : 1);
  list[0] = 4711;
  struct bench bench;
  ASSERT(bench_open(&bench, subject));
  struct compute_request several = {.plan = bench.job.detail, .index = list, .count = LISTED, .chunk = 64};
  struct compute_request at_once = {.plan = bench.job.plan, .index = list, .count = LISTED};
  bool same = same_as_reference(&bench, &several) && same_as_reference(&bench, &at_once);
  bench_close(&bench);
  ASSERT(same);
  PASS();
}

TEST scenario_numbers_beyond_32_bits_are_themselves(const struct subject *subject) {
  NEED_MACHINE();
  struct bench bench;
  ASSERT(bench_open(&bench, subject));
  struct compute_request request = {.plan = bench.job.plan, .first = INT64_C(5000000003), .count = 90, .chunk = 32};
  bool same = same_as_reference(&bench, &request);
  bench_close(&bench);
  ASSERT(same);
  PASS();
}

/* A whole run: aggregates, the tail computed again, the worst kept; and what must not matter. */
TEST a_run_has_the_digest_of_the_reference(const struct subject *subject) {
  NEED_MACHINE();
  static const struct {
    int threads;
    int64_t chunk;
    const char *isa;
  } WAY[] = {{1, 0, "baseline"}, {0, 0, NULL}, {3, 500, "baseline"}, {2, 64, NULL}};
  struct bench bench;
  char first[40] = "";
  ASSERT(bench_open(&bench, subject));
  for (size_t k = 0; k < sizeof WAY / sizeof WAY[0]; k++) {
    ls_results *results = NULL;
    ls_run_options options = bench.options;
    options.backend = k == 0 ? "cpu" : machine->name;
    options.count = 2000;
    options.threads = WAY[k].threads, options.chunk = WAY[k].chunk, options.isa = WAY[k].isa;
    ASSERT_EQm(ls_context_message(bench.context, 0), LS_STATUS_OK,
               ls_run(bench.context, bench.network, &options, &results));
    if (k == 0) snprintf(first, sizeof first, "%s", ls_results_digest(results));
    ASSERT_STR_EQ(first, ls_results_digest(results));
    ls_results_destroy(&results);
  }
  bench_close(&bench);
  PASS();
}

/* ---- ending early, again and again, refusing -------------------------------------------------------------------- */

TEST a_stop_request_ends_the_computation_and_harms_no_later_one(void) {
  NEED_MACHINE();
  struct bench stopped, after;
  ASSERT(bench_open(&stopped, &SUBJECTS[0]) && bench_open(&after, &SUBJECTS[0]));
  struct compute_request request = {.plan = stopped.job.plan, .count = 4000, .chunk = 32, .threads = 2};
  struct outputs outputs = outputs_for(&request);
  outputs.stop_after = 100;
  ASSERT_EQ(LS_STATUS_INTERRUPTED, machine->compute(stopped.context, &request, keep, &outputs));
  ASSERT(outputs.seen >= 100 && outputs.seen < request.count);
  int64_t seen = outputs.seen;
  ASSERT_EQ(LS_STATUS_INTERRUPTED, machine->compute(stopped.context, &request, keep, &outputs));
  ASSERT_EQ(seen, outputs.seen); /* the request still stands: nothing more is computed */
  free(outputs.value);
  struct compute_request again = {.plan = after.job.plan, .count = 200};
  ASSERT(same_as_reference(&after, &again));
  bench_close(&stopped);
  bench_close(&after);
  PASS();
}

TEST a_consumer_that_fails_ends_the_computation_with_its_status(void) {
  NEED_MACHINE();
  struct bench bench;
  ASSERT(bench_open(&bench, &SUBJECTS[0]));
  struct compute_request request = {.plan = bench.job.plan, .count = 1000, .chunk = 32};
  struct outputs outputs = outputs_for(&request);
  outputs.answer = LS_STATUS_IO;
  ASSERT_EQ(LS_STATUS_IO, machine->compute(bench.context, &request, keep, &outputs));
  ASSERT_EQ(32, outputs.seen);
  free(outputs.value);
  bench_close(&bench);
  PASS();
}

TEST many_computations_one_after_the_other_have_the_same_bits(void) {
  NEED_MACHINE();
  struct bench bench;
  bool same = true;
  ASSERT(bench_open(&bench, &SUBJECTS[7]));
  for (int k = 0; k < 20; k++) {
    struct compute_request request = {
        .plan = k % 2 ? bench.job.plan : bench.job.detail, .first = 10 * k, .count = 1 + 3 * k};
    same = same_as_reference(&bench, &request) && same;
  }
  bench_close(&bench);
  ASSERT(same);
  PASS();
}

TEST nothing_to_compute_is_done_at_once(void) {
  NEED_MACHINE();
  struct bench bench;
  ASSERT(bench_open(&bench, &SUBJECTS[0]));
  struct compute_request request = {.plan = bench.job.plan, .count = 0};
  struct outputs outputs = {.request = &request};
  ASSERT_EQ(LS_STATUS_OK, machine->compute(bench.context, &request, keep, &outputs));
  ASSERT_EQ(0, outputs.seen);
  bench_close(&bench);
  PASS();
}

/* A plan that asks for 2^31 working values a scenario: more than a terabyte for the smallest chunk. */
TEST a_network_too_large_for_the_device_is_refused_with_the_limit(void) {
  NEED_MACHINE();
  struct bench bench;
  ASSERT(bench_open(&bench, &SUBJECTS[0]));
  struct ls_plan large = *bench.job.plan;
  large.state_slots = INT32_MAX;
  struct compute_request request = {.plan = &large, .count = 100};
  struct outputs outputs = outputs_for(&request);
  ls_status status = machine->compute(bench.context, &request, keep, &outputs);
  ASSERT_EQ(LS_STATUS_BACKEND_UNAVAILABLE, status);
  ASSERT_EQ(69, ls_status_exit_code(status));
  const char *message = ls_context_message(bench.context, 0);
  ASSERTm(message,
          strstr(message, "too large for the device") != NULL && strstr(message, "2147483647 working values") != NULL);
  ASSERTm(message, strstr(message, " MiB are free") != NULL);
  ASSERT_EQ(0, outputs.seen);
  free(outputs.value);
  ls_context_clear_messages(bench.context);
  struct compute_request again = {.plan = bench.job.plan, .count = 200};
  ASSERT(same_as_reference(&bench, &again));
  bench_close(&bench);
  PASS();
}

TEST a_backend_runs_or_says_why_not(void) {
  struct bench bench;
  ls_results *results = NULL;
  ASSERT(bench_open(&bench, &SUBJECTS[0]));
  bool available = machine->available(reason, sizeof reason);
  ASSERT(reason[0] != 0);
  bench.options.backend = machine->name;
  ls_status status = ls_run(bench.context, bench.network, &bench.options, &results);
  ASSERT_EQ(available ? LS_STATUS_OK : LS_STATUS_BACKEND_UNAVAILABLE, status);
  ASSERT_EQ(available, results != NULL);
  if (!available) ASSERTm(reason, strstr(ls_context_message(bench.context, 0), reason) != NULL);
  ls_results_destroy(&results);
  bench_close(&bench);
  PASS();
}

/* ---- the suites ------------------------------------------------------------------------------------------------- */

static void run_subject(const struct subject *subject) {
  greatest_set_test_suffix(subject->name);
  RUN_TEST1(every_output_has_the_bits_of_the_reference, subject);
}

static void run_model(const struct subject *subject) {
  greatest_set_test_suffix(subject->name);
  RUN_TEST1(chunks_do_not_change_a_bit, subject);
  greatest_set_test_suffix(subject->name);
  RUN_TEST1(listed_scenarios_have_the_bits_of_their_numbers, subject);
  greatest_set_test_suffix(subject->name);
  RUN_TEST1(scenario_numbers_beyond_32_bits_are_themselves, subject);
  greatest_set_test_suffix(subject->name);
  RUN_TEST1(a_run_has_the_digest_of_the_reference, subject);
}

static void run_all(void) {
  RUN_TEST(a_backend_runs_or_says_why_not);
  RUN_TEST(a_few_scenarios_of_every_model_have_the_bits_of_the_reference);
  for (int k = 0; k < SUBJECT_COUNT; k++) run_subject(&SUBJECTS[k]);
  for (int m = 0; m < MODELS; m++) run_model(&SUBJECTS[ONE_OF_EACH[m]]);
  RUN_TEST(a_stop_request_ends_the_computation_and_harms_no_later_one);
  RUN_TEST(a_consumer_that_fails_ends_the_computation_with_its_status);
  RUN_TEST(many_computations_one_after_the_other_have_the_same_bits);
  RUN_TEST(nothing_to_compute_is_done_at_once);
}

SUITE(cpu) {
  machine = LS_BACKENDS[0];
  run_all();
}

SUITE(cuda) {
  machine = LS_BACKENDS[1];
  run_all();
  RUN_TEST(a_network_too_large_for_the_device_is_refused_with_the_limit);
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  RUN_SUITE(cpu);
  RUN_SUITE(cuda);
  GREATEST_MAIN_END();
}

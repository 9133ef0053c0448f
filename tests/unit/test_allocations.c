/* test_allocations.c - whole calls of the library, with each of their allocations refused: alone, and with all that come after it.
 *
 * A call that found no memory says so, hands out nothing and leaves nothing, in memory or on disk. One that could do without gives what it
 * gives with all memory.
 */
#define _XOPEN_SOURCE 700
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "greatest.h"
#include "loopstress.h"
#include "support.h"

enum { PATH_BYTES = 4200, EACH = 128, LATER_ONES = 16, STRIDE = 5 };

/* Sites of allocation repeat in loops: after the first ones some are left out, more and more of them. With all later ones refused
 * too, calls end where they end with the one: a part of them is enough. */
static int64_t next_after(int64_t at, bool all_later) {
  if (at >= EACH) return at + at / LATER_ONES;
  return at + (all_later ? STRIDE : 1);
}

/* ---- an allocator that refuses ------------------------------------------------------------------------------------- */

struct refusing {
  int64_t at;     /* the number of the allocation that is refused, counted from 0; negative: none */
  bool all_later; /* and all after it */
  int64_t asked, held;
};

static void *refuse(size_t bytes, void *user) {
  struct refusing *refusing = user;
  const int64_t number = refusing->asked++;
  if (refusing->at >= 0 && (number == refusing->at || (refusing->all_later && number > refusing->at))) return NULL;
  void *memory = malloc(bytes);
  if (memory != NULL) refusing->held++;
  return memory;
}

static void release(void *memory, void *user) {
  struct refusing *refusing = user;
  if (memory != NULL) refusing->held--;
  free(memory);
}

/* ---- what the calls are given ----------------------------------------------------------------------------------------- */

static const char LEDGER[] = "datasets/ai-loop/2025-11", TELECOM[] = "datasets/telecom-2000";
static const char BANKS[] = "examples/three-banks", DEALERS[] = "examples/three-dealers";
static const char DRAWS[] =
    "count: 8192\nseed: 3\nfactors: [{name: market}]\nloadings: [{target: '*', factor: market, value: 0.5}]\n"
    "marginals:\n  - {variable: external_assets_loss, target: '*', distribution: beta, mean: 0.2, sd: 0.1}\n"
    "  - {variable: default, target: cedar, distribution: jump, probability: 0.01, size: 1}\nkeep: {worst: 3}\n";

static const char VALUES[] = /* of a loop */
    "count: 2\nseed: 3\nmarginals: [{variable: multiple, target: '*', distribution: lognormal, mean: 0.7, sd: 0.3}]\n";

static ls_context *plain;               /* with all memory */
static char folder[4096], output[4200]; /* the second is empty before each call, and after each that failed */
static ls_network *banks, *loop;
static ls_results *drawn, *causes, *part[2];

static const char *in_folder(const char *name) {
  static char path[8][PATH_BYTES];
  static int turn;
  turn = (turn + 1) % 8;
  (void)snprintf(path[turn], PATH_BYTES, "%s/%s", folder, name);
  return path[turn];
}

static const char *in_output(void) { return in_folder("output/made"); }

static ls_run_options options_of(const char *model, const char *scenarios) {
  ls_run_options options = ls_run_options_default();
  options.model = model, options.scenarios = scenarios, options.backend = "cpu", options.threads = 1;
  return options;
}

static ls_run_options options_of_banks(void) {
  ls_run_options options = options_of("eisenberg-noe", in_folder("draws.yaml"));
  options.count = 64;
  return options;
}

static ls_status make_parts(void) {
  ls_run_options options = options_of("eisenberg-noe", in_folder("draws.yaml"));
  options.shard_count = 2;
  ls_status status = LS_STATUS_OK;
  for (int k = 0; k < 2 && status == LS_STATUS_OK; k++) {
    options.shard_index = k;
    status = ls_run(plain, banks, &options, &part[k]);
  }
  return status;
}

static ls_status make_results(void) {
  ls_run_options options = options_of_banks();
  ls_status status = ls_run(plain, banks, &options, &drawn);
  options = options_of("loop", support_source("datasets/telecom-2000/scenarios/demand-under-plan.csv"));
  if (status == LS_STATUS_OK) status = ls_run(plain, loop, &options, &causes);
  if (status == LS_STATUS_OK) status = ls_results_write(plain, drawn, in_folder("drawn.h5"), false);
  if (status == LS_STATUS_OK) status = ls_results_write_record(plain, drawn, in_folder("drawn.h5"), 1, false);
  if (status == LS_STATUS_OK) status = ls_results_write(plain, causes, in_folder("causes.h5"), false);
  return status;
}

static void set_up(void) {
  ls_status status = ls_context_create(&plain);
  if (status != LS_STATUS_OK || !support_make_folder(folder)) abort();
  (void)snprintf(output, sizeof output, "%s/output", folder);
  bool written = support_write_file(folder, "draws.yaml", DRAWS) && support_write_file(folder, "values.yaml", VALUES) &&
                 support_write_file(folder, "marginals.csv", "id,assets,liabilities\na,10,5\nb,5,10\nc,4,4\nd,1,1\n") &&
                 support_write_file(folder, "matrix.csv", ",a,b,c\na,0,1,2\nb,3,0,4\nc,5,6,0\n");
  if (!written) abort();
  status = ls_network_read(plain, support_source(BANKS), NULL, &banks);
  if (status == LS_STATUS_OK) status = ls_network_read(plain, support_source(TELECOM), NULL, &loop);
  if (status == LS_STATUS_OK) status = ls_network_write(plain, banks, in_folder("banks.h5"), false);
  if (status == LS_STATUS_OK) status = make_results();
  if (status == LS_STATUS_OK) status = make_parts();
  if (status == LS_STATUS_OK) return;
  printf("%s\n", ls_context_message(plain, 0));
  abort();
}

static void tear_down(void) {
  ls_results_destroy(&part[0]), ls_results_destroy(&part[1]);
  ls_results_destroy(&causes), ls_results_destroy(&drawn);
  ls_network_destroy(&loop), ls_network_destroy(&banks);
  support_remove_folder(folder);
  ls_context_destroy(&plain);
}

/* ---- the calls ------------------------------------------------------------------------------------------------------------ */

/* What a call hands out. */
struct made {
  ls_text *text;
  ls_network *network;
  ls_results *results;
};

struct call {
  const char *name;
  ls_status (*make)(ls_context *context, const struct call *call, struct made *made);
  const char *path; /* of the source tree, where it holds a stroke; else of the folder */
  ls_format format;
  const char *word; /* model, method, kind: what the call makes of it */
  const char *scenarios;
};

static const char *path_of(const struct call *call) {
  return strchr(call->path, '/') != NULL ? support_source(call->path) : in_folder(call->path);
}

static ls_status read_network(ls_context *context, const struct call *call, struct made *made) {
  return ls_network_read(context, path_of(call), NULL, &made->network);
}

static ls_status write_network(ls_context *context, const struct call *call, struct made *made) {
  (void)made;
  return ls_network_write(context, call->word[0] == 'l' ? loop : banks, in_output(), false);
}

static ls_status import(ls_context *context, const struct call *call, struct made *made) {
  return ls_network_import(context, path_of(call), NULL, &made->network, &made->text);
}

static ls_status check(ls_context *context, const struct call *call, struct made *made) {
  ls_check_options options = {.seed = 1};
  options.draws = call->word != NULL ? atoi(call->word) : 0;
  return ls_check(context, path_of(call), &options, call->format, &made->text);
}

static ls_status info(ls_context *context, const struct call *call, struct made *made) {
  return ls_file_info(context, path_of(call), call->format, &made->text);
}

static ls_status circularity(ls_context *context, const struct call *call, struct made *made) {
  ls_circularity_options options = ls_circularity_options_default();
  options.rewirings = 4;
  options.draws = 2;
  return ls_circularity_report(context, path_of(call), &options, call->format, &made->text);
}

static ls_status coverage(ls_context *context, const struct call *call, struct made *made) {
  return ls_coverage(context, path_of(call), call->format, &made->text);
}

static ls_status reconstruct(ls_context *context, const struct call *call, struct made *made) {
  ls_reconstruct_options options = ls_reconstruct_options_default();
  options.method = call->word;
  if (call->word[0] == 'g') options.links = 6, options.ensemble = 3;
  return ls_reconstruct(context, in_folder("marginals.csv"), &options, in_output(), false, call->format, &made->text);
}

static ls_status generate(ls_context *context, const struct call *call, struct made *made) {
  ls_generate_options options = ls_generate_options_default();
  options.kind = call->word;
  options.entities = 40;
  return ls_generate(context, &options, in_output(), false, call->format, &made->text);
}

static ls_status window(ls_context *context, const struct call *call, struct made *made) {
  ls_window_options options = ls_window_options_default();
  options.entities = 20;
  options.networks = 2;
  return ls_window(context, &options, call->format, &made->text);
}

/* Reads and runs: what a run looks at of a network depends on the model. */
static ls_status run(ls_context *context, const struct call *call, struct made *made) {
  ls_network *network = NULL;
  ls_run_options options = options_of(call->word, call->scenarios != NULL ? support_source(call->scenarios) : NULL);
  if (ls_network_read(plain, path_of(call), NULL, &network) != LS_STATUS_OK) return LS_STATUS_IO;
  ls_status status = ls_run(context, network, &options, &made->results);
  ls_network_destroy(&network);
  return status;
}

static ls_status run_draws(ls_context *context, const struct call *call, struct made *made) {
  ls_run_options options = options_of_banks();
  options.model = call->word;
  return ls_run(context, banks, &options, &made->results);
}

static ls_status run_with_checkpoint(ls_context *context, const struct call *call, struct made *made) {
  ls_run_options options = options_of_banks();
  options.model = call->word;
  options.checkpoint = in_output();
  options.verify_sample = 1;
  ls_status status = ls_run(context, banks, &options, &made->results);
  if (ls_checkpoint_remove(plain, in_output()) != LS_STATUS_OK) return LS_STATUS_IO;
  return status;
}

static ls_status matches(ls_context *context, const struct call *call, struct made *made) {
  const ls_run_options options = options_of_banks();
  bool same = false;
  (void)call, (void)made;
  ls_status status = ls_run_matches(context, banks, &options, drawn, &same);
  return status == LS_STATUS_OK && !same ? LS_STATUS_CHECK_FAILED : status;
}

static ls_status challenge(ls_context *context, const struct call *call, struct made *made) {
  ls_run_options options = options_of("loop", in_folder("values.yaml"));
  return ls_challenge(context, loop, &options, call->format, &made->text);
}

static ls_status indices(ls_context *context, const struct call *call, struct made *made) {
  ls_run_options options = options_of_banks();
  const ls_indices_options wanted = {.shapley = call->word != NULL};
  options.model = "debtrank-linear";
  return ls_indices(context, banks, &options, &wanted, call->format, &made->text);
}

static const ls_results *results_of(const struct call *call) { return call->word[0] == 'c' ? causes : drawn; }

static ls_status describe(ls_context *context, const struct call *call, struct made *made) {
  return ls_results_describe(context, results_of(call), call->format, &made->text);
}

static ls_status write_results(ls_context *context, const struct call *call, struct made *made) {
  (void)made;
  return ls_results_write(context, results_of(call), in_output(), false);
}

static ls_status write_record(ls_context *context, const struct call *call, struct made *made) {
  (void)made;
  return ls_results_write_record(context, results_of(call), in_folder("drawn.h5"), 1, true);
}

static ls_status read_results(ls_context *context, const struct call *call, struct made *made) {
  return ls_results_read(context, path_of(call), &made->results);
}

static ls_status export(ls_context *context, const struct call *call, struct made *made) {
  (void)made;
  return ls_results_export(context, results_of(call), call->scenarios, in_output(), false);
}

static ls_status report(ls_context *context, const struct call *call, struct made *made) {
  (void)made;
  return ls_results_report(context, results_of(call), in_output(), false);
}

static ls_status merge(ls_context *context, const struct call *call, struct made *made) {
  (void)call;
  return ls_results_merge(context, (const ls_results *[]){part[1], part[0]}, 2, &made->results);
}

static ls_status merge_some(ls_context *context, const struct call *call, struct made *made) {
  (void)call;
  return ls_results_merge_parts(context, (const ls_results *[]){part[1]}, 1, &made->results);
}

static ls_status compare(ls_context *context, const struct call *call, struct made *made) {
  return ls_results_compare(context, drawn, call->word[0] == 'c' ? causes : drawn, call->format, &made->text);
}

static ls_status verify(ls_context *context, const struct call *call, struct made *made) {
  ls_verify_options options = ls_verify_options_default();
  options.replay = 1, options.has_seed = true, options.backend = "cpu", options.threads = 1;
  return ls_verify(context, path_of(call), &options, call->format, &made->text);
}

static ls_status models(ls_context *context, const struct call *call, struct made *made) {
  return ls_models_describe(context, call->format, &made->text);
}

static ls_status backends(ls_context *context, const struct call *call, struct made *made) {
  return ls_backends_describe(context, call->format, &made->text);
}

#define PUBLISHED(name) "datasets/published/" name

static const struct call CALLS[] = {
    {"read: tables of banks", read_network, .path = BANKS},
    {"read: tables of assets", read_network, .path = DEALERS},
    {"read: a ledger", read_network, .path = LEDGER},
    {"read: tables of the loop", read_network, .path = TELECOM},
    {"read: trade", read_network, .path = PUBLISHED("diem-2024/leontief")},
    {"read: a network file", read_network, .path = "banks.h5"},
    {"write: a network of banks", write_network, .word = "banks"},
    {"write: a network of the loop", write_network, .word = "loop"},
    {"import: a matrix", import, .path = "matrix.csv"},
    {"import: a folder", import, .path = BANKS},
    {"check: banks", check, .path = BANKS},
    {"check: banks, JSON", check, .path = BANKS, .format = LS_FORMAT_JSON},
    {"check: a loop", check, .path = TELECOM},
    {"check: a loop, JSON", check, .path = TELECOM, .format = LS_FORMAT_JSON},
    {"check: draws of a ledger", check, .path = LEDGER, .word = "2"},
    {"check: draws of a ledger, JSON", check, .path = LEDGER, .format = LS_FORMAT_JSON, .word = "2"},
    {"info: a network", info, .path = "banks.h5"},
    {"info: results", info, .path = "drawn.h5"},
    {"info: results, JSON", info, .path = "drawn.h5", .format = LS_FORMAT_JSON},
    {"circularity", circularity, .path = LEDGER},
    {"circularity, JSON", circularity, .path = LEDGER, .format = LS_FORMAT_JSON},
    {"coverage: a ledger", coverage, .path = LEDGER},
    {"coverage: a ledger, JSON", coverage, .path = LEDGER, .format = LS_FORMAT_JSON},
    {"coverage: a loop", coverage, .path = TELECOM},
    {"reconstruct: ras", reconstruct, .word = "ras"},
    {"reconstruct: minimum density", reconstruct, .word = "minimum-density"},
    {"reconstruct: gravity", reconstruct, .word = "gravity", .format = LS_FORMAT_JSON},
    {"reconstruct: gibbs", reconstruct, .word = "gibbs"},
    {"generate: core and periphery", generate, .word = "core-periphery"},
    {"generate: Erdos and Renyi", generate, .word = "erdos-renyi", .format = LS_FORMAT_JSON},
    {"generate: scale-free", generate, .word = "scale-free"},
    {.name = "window", .make = window},
    {"window, JSON", window, .format = LS_FORMAT_JSON},
    {"run: eisenberg-noe", run, .path = BANKS, .word = "eisenberg-noe", .scenarios = "examples/three-banks/shocks.csv"},
    {"run: baseline", run, .path = BANKS, .word = "rogers-veraart"},
    {"run: debtrank", run, .path = BANKS, .word = "debtrank"},
    {"run: neva", run, .path = PUBLISHED("barucca-2020"), .word = "neva",
     .scenarios = PUBLISHED("barucca-2020/shocks.csv")},
    {"run: cross-ownership", run, .path = PUBLISHED("suzuki-2002"), .word = "cross-ownership",
     .scenarios = PUBLISHED("suzuki-2002/shocks.csv")},
    {"run: cross-holdings", run, .path = PUBLISHED("elliott-golub-jackson-2014"), .word = "cross-holdings",
     .scenarios = PUBLISHED("elliott-golub-jackson-2014/shocks.csv")},
    {"run: production", run, .path = PUBLISHED("diem-2024/leontief"), .word = "production",
     .scenarios = PUBLISHED("diem-2024/leontief/shocks.csv")},
    {"run: fire-sale", run, .path = DEALERS, .word = "fire-sale", .scenarios = "examples/three-dealers/shocks.csv"},
    {"run: fire-sale-target", run, .path = DEALERS, .word = "fire-sale-target",
     .scenarios = "examples/three-dealers/shocks.csv"},
    {"run: multi", run, .path = DEALERS, .word = "multi", .scenarios = "examples/three-dealers/shocks.csv"},
    {"run: loop", run, .path = TELECOM, .word = "loop", .scenarios = "datasets/telecom-2000/scenarios/replay.csv"},
    {"run: a ledger", run, .path = LEDGER, .word = "loop",
     .scenarios = "datasets/ai-loop/scenarios/labs-multiples-down-80.csv"},
    {"run: draws", run_draws, .word = "eisenberg-noe"},
    {"run: draws, thresholds", run_draws, .word = "threshold"},
    {"run: with a checkpoint", run_with_checkpoint, .word = "eisenberg-noe"},
    {.name = "run_matches", .make = matches},
    {.name = "challenge", .make = challenge},
    {"challenge, JSON", challenge, .format = LS_FORMAT_JSON},
    {.name = "indices", .make = indices},
    {"indices, JSON", indices, .format = LS_FORMAT_JSON},
    {"indices: Shapley", indices, .word = "shapley"},
    {"describe: draws", describe, .word = "drawn"},
    {"describe: draws, JSON", describe, .format = LS_FORMAT_JSON, .word = "drawn"},
    {"describe: causes", describe, .word = "causes"},
    {"describe: causes, JSON", describe, .format = LS_FORMAT_JSON, .word = "causes"},
    {"write: draws", write_results, .word = "drawn"},
    {"write: causes", write_results, .word = "causes"},
    {"write: a record", write_record, .word = "drawn"},
    {"read: draws", read_results, .path = "drawn.h5"},
    {"read: causes", read_results, .path = "causes.h5"},
    {"export: draws", export, .word = "drawn", .scenarios = "csv"},
    {"export: draws, JSON", export, .word = "drawn", .scenarios = "json"},
    {"export: causes", export, .word = "causes", .scenarios = "csv"},
    {"report: draws", report, .word = "drawn"},
    {"report: causes", report, .word = "causes"},
    {.name = "merge", .make = merge},
    {.name = "merge: a part", .make = merge_some},
    {"compare: equal ones", compare, .word = "drawn"},
    {"compare: different ones, JSON", compare, .word = "causes", .format = LS_FORMAT_JSON},
    {"verify", verify, .path = "drawn.h5"},
    {"verify, JSON", verify, .path = "drawn.h5", .format = LS_FORMAT_JSON},
    {.name = "models", .make = models},
    {"models, JSON", models, .format = LS_FORMAT_JSON},
    {.name = "backends", .make = backends},
    {"backends, JSON", backends, .format = LS_FORMAT_JSON},
};

/* ---- the attempts --------------------------------------------------------------------------------------------------------- */

static bool is_empty(const char *path) {
  DIR *listing = opendir(path);
  int entries = 0;
  if (listing == NULL) return false;
  while (readdir(listing) != NULL) entries++;
  (void)closedir(listing);
  return entries == 2; /* itself and its parent */
}

static bool empty_output(void) {
  support_remove_folder(output);
  return mkdir(output, 0777) == 0;
}

static void release_made(struct made *made) {
  ls_text_destroy(&made->text);
  ls_network_destroy(&made->network);
  ls_results_destroy(&made->results);
}

/* What a call gives, as a text: the report or the digest. Release with free. */
static char *told(const struct made *made) {
  char text[64] = "";
  if (made->text != NULL) return strdup(ls_text_data(made->text));
  if (made->results != NULL) (void)snprintf(text, sizeof text, "%s", ls_results_digest(made->results));
  if (made->network != NULL) (void)snprintf(text, sizeof text, "%d", (int)ls_network_entity_count(made->network));
  return strdup(text);
}

struct outcome {
  ls_status status;
  int64_t asked;
  char *told;
  const char *fault; /* NULL: as it should be */
};

static const char *fault_of(const struct outcome *outcome, const struct made *made, const char *message, bool refused) {
  if (outcome->status != LS_STATUS_OUT_OF_MEMORY) return NULL;
  if (!refused) return "it says that memory ran out, and it did not";
  if (strstr(message, "memory") == NULL) return "its message does not say that memory ran out";
  if (made->text != NULL || made->network != NULL || made->results != NULL) return "it hands something out";
  return is_empty(output) ? NULL : "it leaves a file";
}

static struct outcome attempt(const struct call *call, int64_t at, bool all_later) {
  struct refusing refusing = {.at = at, .all_later = all_later};
  struct outcome outcome = {.status = LS_STATUS_SYSTEM};
  struct made made = {NULL, NULL, NULL};
  ls_context *context = NULL;
  if (!empty_output() || ls_context_create(&context) != LS_STATUS_OK) abort();
  ls_context_set_allocator(context, refuse, release, &refusing);
  outcome.status = call->make(context, call, &made);
  outcome.asked = refusing.asked;
  outcome.told = told(&made);
  outcome.fault = fault_of(&outcome, &made, ls_context_message(context, ls_context_message_count(context) - 1),
                           at >= 0 && refusing.asked > at);
  release_made(&made);
  ls_context_destroy(&context);
  if (outcome.fault == NULL && refusing.held != 0) outcome.fault = "it keeps memory";
  return outcome;
}

static bool is_right(const struct outcome *whole, const struct outcome *outcome) {
  if (outcome->fault != NULL) return false;
  if (outcome->status == LS_STATUS_OUT_OF_MEMORY) return true;
  return outcome->status == whole->status && strcmp(outcome->told, whole->told) == 0;
}

static enum greatest_test_res refuse_each(const struct call *call, bool all_later) {
  struct outcome whole = attempt(call, -1, false);
  const bool works = whole.fault == NULL && (whole.status == LS_STATUS_OK || whole.status == LS_STATUS_CHECK_FAILED);
  if (!works) printf("%s: status %d, %s\n%s\n", call->name, (int)whole.status, whole.fault, whole.told);
  ASSERT(works);
  ASSERT(whole.asked > 0);
  int64_t wrong = 0, refused = 0;
  for (int64_t at = 0; at < whole.asked; at = next_after(at, all_later)) {
    struct outcome outcome = attempt(call, at, all_later);
    refused += outcome.status == LS_STATUS_OUT_OF_MEMORY;
    if (!is_right(&whole, &outcome) && wrong++ < 3)
      printf("%s, allocation %lld of %lld refused: status %d, %s\n%s\n", call->name, (long long)at,
             (long long)whole.asked, (int)outcome.status, outcome.fault != NULL ? outcome.fault : "another answer",
             outcome.told);
    free(outcome.told);
  }
  free(whole.told);
  ASSERT_EQ(0, (int)wrong);
  ASSERT(refused > 0);
  PASS();
}

TEST with_one_allocation_refused(const struct call *call) {
  CHECK_CALL(refuse_each(call, false));
  PASS();
}

TEST with_all_later_ones_refused_too(const struct call *call) {
  CHECK_CALL(refuse_each(call, true));
  PASS();
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  set_up();
  for (size_t k = 0; k < sizeof CALLS / sizeof CALLS[0]; k++) {
    RUN_TESTp(with_one_allocation_refused, &CALLS[k]);
    RUN_TESTp(with_all_later_ones_refused_too, &CALLS[k]);
  }
  tear_down();
  GREATEST_MAIN_END();
}

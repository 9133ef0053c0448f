/* test_gpu_thread.c - the phases as a GPU thread runs them (one lane, strided slots) against the CPU's vectors: the same bits.
 *
 * Without a GPU this is how far its arithmetic can be followed: same source, same operations, one scenario a thread.
 */
#define LS_ONE_LANE
#include "phases/tile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "greatest.h"
#include "kept_outputs.h"
#include "spec/spec_draw.h"
#include "spec/spec_engine.h"
#include "support.h"

enum { SCENARIOS = 40, ECONOMIES = 40 };

/* Threads of a block: one, a warp, several of which some have nothing to do. */
static const int WIDTHS[] = {1, 32, 256};

/* What one block of `width` threads would do from scenario `first` on, a thread after the other, in memory laid out as on the
 * device. */
static void run_block(const struct ls_plan *plan, int64_t first, int width, double *value) {
  double *state = calloc((size_t)plan->state_slots * (size_t)width, sizeof *state);
  double *output = calloc((size_t)plan->output.slot_count * (size_t)width, sizeof *output);
  int64_t count = SCENARIOS - first < width ? SCENARIOS - first : width;
  for (int64_t thread = 0; thread < count; thread++) {
    int64_t scenario[LS_LANES] = {first + thread};
    ls_slots own = {state + thread, width}, out = {output + thread, width};
    struct ls_view view = tile_begin(plan, scenario, own, out);
    int32_t number = 0;
#define LS_STATIC_MODEL(name) \
  if (plan->model == number++) name##_tile(view, own, out);
#define LS_TIME_MODEL(name) LS_STATIC_MODEL(name)
#include "models.def"
#undef LS_STATIC_MODEL
#undef LS_TIME_MODEL
  }
  for (int32_t slot = 0; slot < plan->output.slot_count; slot++)
    for (int64_t s = 0; s < count; s++)
      value[(int64_t)slot * SCENARIOS + first + s] = output[(int64_t)slot * width + s];
  free(output);
  free(state);
}

/* `setting` may be NULL. */
static enum greatest_test_res same_bits_with(const char *setting, const char *folder, const char *model,
                                             const char *scenarios) {
  ls_context *context = NULL;
  ls_network *network = NULL;
  struct job job = {0};
  ASSERT_EQ(LS_STATUS_OK, ls_context_create(&context));
  ASSERT_EQm(folder, LS_STATUS_OK, ls_network_read(context, folder, NULL, &network));
  ls_run_options options = ls_run_options_default();
  options.model = model;
  options.backend = "cpu";
  options.settings = &setting;
  options.setting_count = setting != NULL;
  struct scenario_options scenario = {.path = scenarios, .count = SCENARIOS, .keep_worst = -1};
  ASSERT_EQm(ls_context_message(context, 0), LS_STATUS_OK, job_prepare(context, network, &options, &scenario, &job));
  struct kept_outputs cpu = {NULL, job.detail->output.slot_count, SCENARIOS};
  size_t values = (size_t)cpu.slots * SCENARIOS;
  cpu.value = calloc(values, sizeof(double));
  double *thread = calloc(values, sizeof(double));
  struct compute_request request = {.plan = job.detail, .count = SCENARIOS};
  ASSERT_EQ(LS_STATUS_OK, LS_CPU_BACKEND.compute(context, &request, keep_outputs, &cpu));
  for (size_t w = 0; w < sizeof WIDTHS / sizeof *WIDTHS; w++) {
    memset(thread, 0xff, values * sizeof *thread);
    for (int64_t first = 0; first < SCENARIOS; first += WIDTHS[w]) run_block(job.detail, first, WIDTHS[w], thread);
    for (size_t k = 0; k < values; k++)
      ASSERT_EQm("a bit differs", 0, memcmp(&cpu.value[k], &thread[k], sizeof(double)));
  }
  free(thread);
  free(cpu.value);
  job_release(context, &job);
  ls_network_destroy(&network);
  ls_context_destroy(&context);
  PASS();
}

static enum greatest_test_res same_bits(const char *folder, const char *model, const char *scenarios) {
  return same_bits_with(NULL, folder, model, scenarios);
}

static const char *const STATIC_DRAWS =
    "count: 40\nseed: 7\nfactors: [{name: f}]\nloadings: [{target: '*', factor: f, value: 0.5}]\n"
    "marginals: [{variable: external_assets_loss, target: '*', distribution: beta, mean: 0.6, sd: 0.3}]\n";

/* A ring of five banks, thinly capitalised, so that about half of them fail. */
static const char *const BANKS = "id,external_assets,external_liabilities,collateral,reverse_repo,repo\n"
                                 "a,12,4,10,2,3\nb,9,3,9,0,2\nc,15,6,12,3,3\nd,7,2,6,1,1\ne,11,5,10,2,2\n";
static const char *const DEBTS = "debtor,creditor,amount\na,b,5\nb,c,6\nc,d,4\nd,e,7\ne,a,5\na,c,2\nc,e,3\nd,a,1.5\n";

static enum greatest_test_res static_model_with(const char *setting, const char *model) {
  char folder[4096], draws[8192];
  ASSERT(support_make_folder(folder));
  ASSERT(support_write_file(folder, "entities.csv", BANKS));
  ASSERT(support_write_file(folder, "liabilities.csv", DEBTS));
  ASSERT(support_write_file(folder, "draws.yaml", STATIC_DRAWS));
  snprintf(draws, sizeof draws, "%s/draws.yaml", folder);
  enum greatest_test_res result = same_bits_with(setting, folder, model, draws);
  support_remove_folder(folder);
  return result;
}

static enum greatest_test_res static_model(const char *model) { return static_model_with(NULL, model); }

TEST a_gpu_thread_clears_payments_with_the_bits_of_the_cpu(void) { return static_model("eisenberg-noe"); }
TEST a_gpu_thread_clears_with_costs_with_the_bits_of_the_cpu(void) { return static_model("rogers-veraart"); }
TEST a_gpu_thread_spreads_distress_with_the_bits_of_the_cpu(void) { return static_model("debtrank-linear"); }
TEST a_gpu_thread_spreads_distress_once_with_the_bits_of_the_cpu(void) { return static_model("debtrank"); }
TEST a_gpu_thread_spreads_less_with_the_bits_of_the_cpu(void) { return static_model("debtrank-nonlinear"); }

TEST a_gpu_thread_values_cross_holdings_with_the_bits_of_the_cpu(void) { return static_model("cross-ownership"); }

static const char *const CHAIN_DRAWS =
    "count: 40\nseed: 7\nfactors: [{name: f}]\nloadings: [{target: '*', factor: f, value: 0.5}]\n"
    "marginals: [{variable: output_loss, target: '*', distribution: beta, mean: 0.3, sd: 0.3}]\n";

TEST a_gpu_thread_follows_supply_chains_with_the_bits_of_the_cpu(void) {
  char folder[4096], draws[8192];
  ASSERT(support_make_folder(folder));
  ASSERT(support_write_file(folder, "entities.csv", "id,sector\na,x\nb,x\nc,y\nd,y\ne,z\n"));
  ASSERT(support_write_file(folder, "trade.csv", "supplier,buyer,amount\na,c,5\nb,c,2\nb,d,4\nc,e,7\nd,e,3\ne,a,1\n"));
  ASSERT(
      support_write_file(folder, "essentials.csv", "supplier_sector,buyer_sector,essentiality\nx,y,2\ny,z,1\nz,x,1\n"));
  ASSERT(support_write_file(folder, "draws.yaml", CHAIN_DRAWS));
  snprintf(draws, sizeof draws, "%s/draws.yaml", folder);
  enum greatest_test_res result = same_bits(folder, "production", draws);
  support_remove_folder(folder);
  return result;
}
TEST a_gpu_thread_follows_defaults_with_the_bits_of_the_cpu(void) { return static_model("furfine"); }
TEST a_gpu_thread_follows_thresholds_with_the_bits_of_the_cpu(void) { return static_model("threshold"); }
TEST a_gpu_thread_follows_hoarding_with_the_bits_of_the_cpu(void) { return static_model("liquidity"); }

TEST a_gpu_thread_values_claims_with_the_bits_of_the_cpu(void) {
  CHECK_CALL(static_model_with("valuation=rogers-veraart", "neva"));
  CHECK_CALL(static_model_with("valuation=linear", "neva"));
  CHECK_CALL(static_model_with("valuation=merton", "neva"));
  CHECK_CALL(static_model_with("valuation=black-cox", "neva"));
  PASS();
}

/* The five banks again, holding three assets and parts of each other, on thin equity. */
static const char *const SALE_DRAWS =
    "count: 40\nseed: 7\nfactors: [{name: f}]\nloadings: [{target: '*', factor: f, value: 0.5}]\nmarginals:\n"
    "  - {variable: external_assets_loss, target: '*', distribution: beta, mean: 0.2, sd: 0.2}\n"
    "  - {variable: price_loss, target: '*', distribution: beta, mean: 0.05, sd: 0.05}\n";

static enum greatest_test_res holdings_model(const char *setting, const char *model) {
  char folder[4096], draws[8192];
  ASSERT(support_make_folder(folder));
  ASSERT(support_write_file(folder, "entities.csv", BANKS));
  ASSERT(support_write_file(folder, "liabilities.csv", DEBTS));
  ASSERT(support_write_file(folder, "assets.csv", "id,market_depth,price_floor\nx,60,0.2\ny,40,0\nz,90,0.5\n"));
  ASSERT(support_write_file(folder, "holdings.csv",
                            "holder,asset,amount\na,x,5\na,y,3\nb,x,2\nc,z,6\nd,y,2\nd,z,1\ne,x,4\ne,z,3\n"));
  ASSERT(support_write_file(folder, "shareholdings.csv",
                            "holder,issuer,share\na,b,0.3\nb,c,0.2\nc,a,0.4\nc,d,0.1\nd,e,0.3\ne,b,0.2\n"));
  ASSERT(support_write_file(folder, "draws.yaml", SALE_DRAWS));
  snprintf(draws, sizeof draws, "%s/draws.yaml", folder);
  enum greatest_test_res result = same_bits_with(setting, folder, model, draws);
  support_remove_folder(folder);
  return result;
}

TEST a_gpu_thread_sells_with_the_bits_of_the_cpu(void) {
  CHECK_CALL(holdings_model(NULL, "fire-sale-target"));
  CHECK_CALL(holdings_model(NULL, "fire-sale"));
  CHECK_CALL(holdings_model("impact=exponential", "fire-sale"));
  PASS();
}

TEST a_gpu_thread_values_organisations_with_the_bits_of_the_cpu(void) {
  CHECK_CALL(holdings_model(NULL, "cross-holdings"));
  CHECK_CALL(holdings_model("solution=least", "cross-holdings"));
  PASS();
}

TEST a_gpu_thread_runs_all_channels_with_the_bits_of_the_cpu(void) {
  CHECK_CALL(holdings_model(NULL, "multi"));
  CHECK_CALL(holdings_model("valuation=black-cox", "multi"));
  CHECK_CALL(holdings_model("channels=credit,fire-sale", "multi"));
  PASS();
}

TEST a_gpu_thread_runs_the_loop_with_the_bits_of_the_cpu(void) {
  return same_bits(LS_SOURCE_DIR "/datasets/ai-loop/2026-08", "loop",
                   LS_SOURCE_DIR "/datasets/ai-loop/scenarios/monte-carlo.yaml");
}

/* An economy may be without contracts: orders of none are left out. */
static const char *const LOOP_DRAWS =
    "# optional-targets\ncount: 40\nseed: 9\nfactors: [{name: f}]\nloadings: [{target: '*', factor: f, value: "
    "0.5}]\nmarginals:\n"
    "  - {variable: multiple, target: '*', distribution: lognormal, mean: 0.9, sd: 0.4, quarter: 1}\n"
    "  - {variable: demand, target: '*', distribution: lognormal, mean: 0.9, sd: 0.4, quarter: 1}\n"
    "  - {variable: price, target: '*', distribution: lognormal, mean: 1, sd: 0.3, quarter: 2}\n"
    "  - {variable: exit, target: '*', distribution: jump, probability: 0.1, size: 1, quarter: 2}\n"
    "  - {variable: orders, target: '*>*', distribution: lognormal, mean: 0.9, sd: 0.4, quarter: 1}\n";

/* Any mixture of the mechanisms of LOOP-2. */
TEST a_gpu_thread_runs_every_mechanism_with_the_bits_of_the_cpu(void) {
  struct engine_random random = {2718};
  struct engine_folder folder;
  char draws[8192];
  ASSERT(engine_folder_open(&folder));
  for (int number = 0; number < ECONOMIES; number++) {
    struct spec_loop *model = spec_draw_finance(&random);
    bool written = engine_write_loop(&folder, model) && support_write_file(folder.path, "draws.yaml", LOOP_DRAWS);
    spec_loop_free(model);
    ASSERT(written);
    snprintf(draws, sizeof draws, "%s/draws.yaml", folder.path);
    CHECK_CALL(same_bits(folder.path, "loop", draws));
  }
  engine_folder_close(&folder);
  PASS();
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  RUN_TEST(a_gpu_thread_clears_payments_with_the_bits_of_the_cpu);
  RUN_TEST(a_gpu_thread_clears_with_costs_with_the_bits_of_the_cpu);
  RUN_TEST(a_gpu_thread_spreads_distress_with_the_bits_of_the_cpu);
  RUN_TEST(a_gpu_thread_spreads_distress_once_with_the_bits_of_the_cpu);
  RUN_TEST(a_gpu_thread_spreads_less_with_the_bits_of_the_cpu);
  RUN_TEST(a_gpu_thread_values_cross_holdings_with_the_bits_of_the_cpu);
  RUN_TEST(a_gpu_thread_follows_supply_chains_with_the_bits_of_the_cpu);
  RUN_TEST(a_gpu_thread_follows_defaults_with_the_bits_of_the_cpu);
  RUN_TEST(a_gpu_thread_follows_thresholds_with_the_bits_of_the_cpu);
  RUN_TEST(a_gpu_thread_follows_hoarding_with_the_bits_of_the_cpu);
  RUN_TEST(a_gpu_thread_values_claims_with_the_bits_of_the_cpu);
  RUN_TEST(a_gpu_thread_sells_with_the_bits_of_the_cpu);
  RUN_TEST(a_gpu_thread_values_organisations_with_the_bits_of_the_cpu);
  RUN_TEST(a_gpu_thread_runs_all_channels_with_the_bits_of_the_cpu);
  RUN_TEST(a_gpu_thread_runs_the_loop_with_the_bits_of_the_cpu);
  RUN_TEST(a_gpu_thread_runs_every_mechanism_with_the_bits_of_the_cpu);
  GREATEST_MAIN_END();
}

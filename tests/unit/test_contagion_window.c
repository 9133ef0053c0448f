/* test_contagion_window.c - the window of contagion of Gai and Kapadia (2010): between two mean degrees one failure may take the
 * system along. First the roots of the phase condition, then what the engine does on random networks.
 *
 * The case's frequencies come from 200 runs (one standard error 0.035); it states a tolerance of 0.08. There are 1,000 runs here
 * (0.016 at most), on ten networks a degree.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/contagion_window.h"
#include "engine/engine.h"
#include "greatest.h"
#include "spec/spec_case.h"
#include "spec/spec_engine.h"
#include "support.h"

enum { BANKS = 1000, NETWORKS = 10, SEEDS = 100 };

/* ---- the phase condition -------------------------------------------------------------------------------------------- */

/* z P(Poisson(z) <= most - 1) - 1: above 0 where a bank that fails takes more than one vulnerable bank along, a bank being
 * vulnerable to one failure where it has at most `most` debtors. */
static double excess(double z, int most) {
  double term = exp(-z), sum = 0;
  for (int k = 0; k < most; k++) sum += term, term *= z / (k + 1);
  return z * sum - 1;
}

static double root_between(double low, double high, int most) {
  bool rising = excess(high, most) > excess(low, most);
  for (int k = 0; k < 200; k++) {
    double middle = 0.5 * (low + high);
    if ((excess(middle, most) > 0) == rising)
      high = middle;
    else
      low = middle;
  }
  return 0.5 * (low + high);
}

/* The two roots, or none: the excess rises to one peak and falls. */
static int window_of(int most, double root[2]) {
  double peak = 0;
  for (int k = 0; k < 4000; k++)
    if (excess(0.01 * k, most) > excess(peak, most)) peak = 0.01 * k;
  if (excess(peak, most) < 0) return 0;
  root[0] = root_between(0, peak, most), root[1] = root_between(peak, 40, most);
  return 2;
}

TEST the_window_lies_between_the_roots_of_the_phase_condition(void) {
  json_t *root = spec_case_load("gai_kapadia_window");
  if (!root) SKIPm("cases of ../shared are not here");
  const json_t *window = spec_case_at(root, "outputs/analytic_window"), *expected;
  const char *key;
  json_object_foreach((json_t *)window, key, expected) {
    double found[2];
    int count = window_of(atoi(key), found);
    ASSERT_EQ((int)json_array_size(expected), count);
    double roots[2];
    ASSERT_EQ(count, window_roots(atoi(key), roots)); /* what the program tells */
    for (int k = 0; k < count; k++) {
      ASSERT_IN_RANGE(json_number_value(json_array_get(expected, (size_t)k)), found[k], 1e-9);
      ASSERT_IN_RANGE(found[k], roots[k], 1e-9);
    }
  }
  json_decref(root);
  PASS();
}

/* ---- the engine ----------------------------------------------------------------------------------------------------- */

/* Every bank has assets of 1, of which a fifth is lent in equal parts to its debtors; each pair is linked with equal chance. */
static bool write_network(const char *folder, struct engine_random *random, double mean_degree) {
  static bool owes[BANKS][BANKS];
  static char entities[BANKS * 32 + 64];
  char *links = malloc((size_t)BANKS * BANKS * 4), *at = links, *bank = entities;
  bank += sprintf(bank, "id,external_assets\n"), at += sprintf(at, "debtor,creditor,amount\n");
  for (int i = 0; i < BANKS; i++) {
    int debtors = 0;
    for (int j = 0; j < BANKS; j++) {
      owes[j][i] = i != j && random_chance(random, mean_degree / (BANKS - 1));
      debtors += owes[j][i];
    }
    for (int j = 0; j < BANKS; j++)
      if (owes[j][i]) at += sprintf(at, "b%d,b%d,%.17g\n", j, i, 0.2 / debtors);
    bank += sprintf(bank, "b%d,%.17g\n", i, debtors > 0 ? 0.8 : 1);
  }
  bool written =
      support_write_file(folder, "entities.csv", entities) && support_write_file(folder, "liabilities.csv", links);
  free(links);
  return written;
}

static bool write_seeds(const char *folder, struct engine_random *random) {
  static char text[SEEDS * 32 + 64];
  char *at = text + sprintf(text, "scenario,target,variable,value\n");
  for (int s = 0; s < SEEDS; s++) at += sprintf(at, "s%d,b%d,default,1\n", s, random_below(random, BANKS));
  return support_write_file(folder, "seeds.csv", text);
}

struct tally {
  int32_t slot;
  double least; /* defaults beyond which a run counts as contagion */
  int runs, contagions;
  double extent; /* sum of the shares that failed in them */
};

static ls_status count_defaults(ls_context *context, void *user, const struct chunk *chunk) {
  struct tally *tally = user;
  (void)context;
  for (int32_t s = 0; s < chunk->count; s++) {
    double defaults = chunk->value[tally->slot * chunk->stride + s];
    tally->runs++;
    if (defaults > tally->least) tally->contagions++, tally->extent += defaults / BANKS;
  }
  return LS_STATUS_OK;
}

static ls_status run_network(const char *folder, const char *const *settings, struct tally *tally) {
  ls_context *context = NULL;
  ls_network *network = NULL;
  struct job job = {0};
  char seeds[4200];
  snprintf(seeds, sizeof seeds, "%s/seeds.csv", folder);
  ls_run_options options = ls_run_options_default();
  options.model = "threshold", options.backend = "cpu", options.threads = 1;
  options.settings = settings, options.setting_count = 2;
  struct scenario_options scenario = {.path = seeds, .keep_worst = -1};
  ls_status status = ls_context_create(&context);
  if (status == LS_STATUS_OK) status = ls_network_read(context, folder, NULL, &network);
  if (status == LS_STATUS_OK) status = job_prepare(context, network, &options, &scenario, &job);
  if (status == LS_STATUS_OK) {
    struct compute_request request = {.plan = job.plan, .count = SEEDS};
    tally->slot = job.plan->output.default_count;
    status = LS_CPU_BACKEND.compute(context, &request, count_defaults, tally);
    job_release(context, &job);
  }
  ls_network_destroy(&network);
  ls_context_destroy(&context);
  return status;
}

/* Frequency of contagion, and its extent where there is any. */
static bool simulate(double mean_degree, const char *tie, double threshold, double *frequency, double *extent) {
  struct engine_random random = {1000 + (uint64_t)(10 * mean_degree)};
  struct tally tally = {.least = threshold * BANKS};
  const char *const settings[] = {"capital_ratio=0.04", tie};
  char folder[4096];
  if (!support_make_folder(folder)) return false;
  bool done = true;
  for (int number = 0; done && number < NETWORKS; number++)
    done = write_network(folder, &random, mean_degree) && write_seeds(folder, &random) &&
           run_network(folder, settings, &tally) == LS_STATUS_OK;
  support_remove_folder(folder);
  *frequency = (double)tally.contagions / (NETWORKS * SEEDS);
  *extent = tally.contagions > 0 ? tally.extent / tally.contagions : 0;
  return done && tally.runs == NETWORKS * SEEDS;
}

/* The case's runs let a tie fail: a bank with five debtors loses 0.2 / 5 of 0.04. */
TEST contagion_is_as_frequent_and_as_wide_as_simulated(void) {
  json_t *root = spec_case_load("gai_kapadia_window");
  if (!root) SKIPm("cases of ../shared are not here");
  static const char *const DEGREE[] = {"0.5", "1.5", "3", "5", "7", "8", "10"};
  double tolerance = spec_case_number(root, "tolerance"), share = spec_case_number(root, "inputs/systemic_threshold");
  for (size_t k = 0; k < sizeof DEGREE / sizeof *DEGREE; k++) {
    double frequency, extent;
    const json_t *expected = json_object_get(spec_case_at(root, "outputs/simulated"), DEGREE[k]);
    ASSERT(simulate(atof(DEGREE[k]), "tie=fails", share, &frequency, &extent));
    double known = spec_case_number(expected, "frequency"), wide = spec_case_number(expected, "extent_given_contagion");
    if (getenv("LOOPSTRESS_VERBOSE"))
      printf("%s: %.3f (%.3f), %.4f (%.4f)\n", DEGREE[k], frequency, known, extent, wide);
    ASSERT_IN_RANGE(known, frequency, tolerance);
    if (known > tolerance) ASSERT_IN_RANGE(wide, extent, tolerance);
  }
  json_decref(root);
  PASS();
}

/* Where a tie is survived, at most four debtors make a bank vulnerable and the window ends at 5.76. */
TEST the_window_closes_earlier_where_a_tie_is_survived(void) {
  double fails, survives, extent;
  ASSERT(simulate(7, "tie=fails", 0.05, &fails, &extent) && simulate(7, "tie=survives", 0.05, &survives, &extent));
  ASSERT(fails > 0.3 && survives < 0.1);
  PASS();
}

/* ---- loopstress window ---------------------------------------------------------------------------------------------- */

TEST how_many_borrowers_are_too_many_depends_on_the_tie(void) {
  ASSERT_EQ(5, window_most_borrowers(0.2, 0.04, false));
  ASSERT_EQ(4, window_most_borrowers(0.2, 0.04, true));
  ASSERT_EQ(3, window_most_borrowers(0.2, 0.06, true));
  ASSERT_EQ(0, window_most_borrowers(0.05, 0.06, false));
  PASS();
}

/* The program's own networks, 400 a degree (one standard error 0.025), against the case's 200. */
TEST the_program_finds_the_window_of_the_case(void) {
  json_t *root = spec_case_load("gai_kapadia_window");
  if (!root) SKIPm("cases of ../shared are not here");
  static const char *const DEGREE[] = {"0.5", "1.5", "4", "7", "10"};
  const double tolerance = spec_case_number(root, "tolerance");
  ls_context *context = NULL;
  ls_window_options options = ls_window_options_default();
  options.networks = 400, options.seed = 1;
  ASSERT_EQ(LS_STATUS_OK, ls_context_create(&context));
  for (size_t k = 0; k < sizeof DEGREE / sizeof *DEGREE; k++) {
    struct window_point point;
    const json_t *expected = json_object_get(spec_case_at(root, "outputs/simulated"), DEGREE[k]);
    ASSERT_EQ(LS_STATUS_OK, window_simulate(context, &options, atof(DEGREE[k]), &point));
    ASSERT_EQ(400, (int)point.runs);
    const double known = spec_case_number(expected, "frequency");
    ASSERT_IN_RANGE(known, (double)point.contagions / 400, tolerance);
    if (known > tolerance)
      ASSERT_IN_RANGE(spec_case_number(expected, "extent_given_contagion"), point.extent, tolerance);
    else
      ASSERT(point.contagions == 0 && isnan(point.extent));
  }
  ls_context_destroy(&context);
  json_decref(root);
  PASS();
}

TEST window_frees_what_it_took_when_memory_is_out(void) {
  ls_status status = LS_STATUS_OUT_OF_MEMORY;
  for (int64_t allowed = 0; status != LS_STATUS_OK; allowed++) {
    struct failing_allocator allocator;
    ls_context *context = NULL;
    ls_text *report = NULL;
    const double degree = 2;
    ls_window_options options = ls_window_options_default();
    options.networks = 1, options.entities = 10, options.degree = &degree, options.degree_count = 1;
    ASSERT(allowed < 1000);
    ASSERT_EQ(LS_STATUS_OK, ls_context_create(&context));
    support_fail_after(context, &allocator, allowed);
    status = ls_window(context, &options, LS_FORMAT_JSON, &report);
    ASSERT(status == LS_STATUS_OK || status == LS_STATUS_OUT_OF_MEMORY);
    ls_text_destroy(&report);
    ls_context_destroy(&context);
    ASSERT_EQ(0, (int)allocator.held);
  }
  PASS();
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  RUN_TEST(the_window_lies_between_the_roots_of_the_phase_condition);
  RUN_TEST(contagion_is_as_frequent_and_as_wide_as_simulated);
  RUN_TEST(the_window_closes_earlier_where_a_tie_is_survived);
  RUN_TEST(how_many_borrowers_are_too_many_depends_on_the_tie);
  RUN_TEST(the_program_finds_the_window_of_the_case);
  RUN_TEST(window_frees_what_it_took_when_memory_is_out);
  GREATEST_MAIN_END();
}

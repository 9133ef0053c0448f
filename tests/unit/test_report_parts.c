/* test_report_parts.c - what the report page works out by itself: flows between entities, shocks drawn once more, losses by
 * the level of a factor and by the size of a shock, paths computed once more. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aggregate/results.h"
#include "greatest.h"
#include "report/view.h"
#include "support.h"

static char FOLDER[4096];

static const char MONTE_CARLO[] =
    "count: 20000\nseed: 5\nfactors: [{name: calm}, {name: storm}]\n"
    "loadings: [{target: '*', factor: storm, value: 0.9}]\n"
    "marginals: [{variable: external_assets_loss, target: '*', distribution: beta, mean: 0.15, "
    "sd: 0.12}]\nkeep: {worst: 3}\n";

/* Three sizes of one shock, out of order, and two scenarios that belong to no sweep. */
static const char LISTED[] = "scenario,target,variable,value\n"
                             "all,alder,external_assets_loss,1\n"
                             "all,birch,external_assets_loss,0.5\n"
                             "half,alder,external_assets_loss,0.5\n"
                             "whole,alder,external_assets_loss,1\n"
                             "other,cedar,external_assets_loss,0.5\n"
                             "tenth,alder,external_assets_loss,0.1\n";

/* NULL with the reason on the error output. */
static ls_results *run(ls_context *context, const char *network_path, const char *model, const char *file,
                       const char *text, const char *setting, int64_t count) {
  char path[4200];
  ls_network *network = NULL;
  ls_results *results = NULL;
  ls_run_options options = ls_run_options_default();
  if (text != NULL) {
    snprintf(path, sizeof path, "%s/%s", FOLDER, file);
    if (!support_write_file(FOLDER, file, text)) return NULL;
  } else {
    snprintf(path, sizeof path, "%s/%s", LS_SOURCE_DIR, file);
  }
  options.model = model;
  options.backend = "cpu";
  options.scenarios = path;
  options.count = count;
  options.settings = &setting;
  options.setting_count = setting != NULL;
  ls_status status = ls_network_read(context, network_path, NULL, &network);
  if (status == LS_STATUS_OK) status = ls_run(context, network, &options, &results);
  if (status != LS_STATUS_OK) fprintf(stderr, "%s\n", ls_context_message(context, 0));
  ls_network_destroy(&network);
  return results;
}

static const char *three_banks(void) { return LS_SOURCE_DIR "/examples/three-banks"; }

/* Alder owes Birch 8, Birch Cedar 8, Cedar Alder 6. */
TEST claims_take_the_place_of_flows_where_there_is_no_ledger(void) {
  ls_context *context = NULL;
  struct flow_set flows;
  ASSERT_EQ(LS_STATUS_OK, ls_context_create(&context));
  ls_results *results = run(context, three_banks(), "eisenberg-noe", "l.csv", LISTED, NULL, 0);
  ASSERT(results != NULL);
  ASSERT_EQ(LS_STATUS_OK, flow_set_collect(context, results, &flows));
  ASSERT_EQ(1, flows.basis_count);
  ASSERT_STR_EQ("claims", flows.basis[0].name);
  ASSERT_EQ(3, flows.row_count);
  ASSERT_EQ(22.0, flows.basis[0].total);
  for (int r = 0; r < 3; r++)
    for (int c = 0; c < 3; c++) {
      const double owed = (flows.row[r] + 1) % 3 != flows.row[c] ? 0 : flows.row[r] == 2 ? 6 : 8;
      ASSERT_EQ(owed, flows.basis[0].amount[3 * r + c]);
    }
  ASSERT_EQ(1, flows.row[0]); /* Birch: 16 go through it, 14 through the others, Alder before Cedar */
  ASSERT_EQ(0, flows.row[1]);
  flow_set_release(context, &flows);
  ls_results_destroy(&results);
  ls_context_destroy(&context);
  PASS();
}

TEST flows_of_a_ledger_stand_on_three_bases_that_shrink(void) {
  ls_context *context = NULL;
  struct flow_set flows;
  ASSERT_EQ(LS_STATUS_OK, ls_context_create(&context));
  ls_results *results = run(context, LS_SOURCE_DIR "/datasets/ai-loop/2026-08", "loop",
                            "datasets/ai-loop/scenarios/monte-carlo.yaml", NULL, NULL, 64);
  ASSERT(results != NULL);
  ASSERT_EQ(LS_STATUS_OK, flow_set_collect(context, results, &flows));
  ASSERT_EQ(3, flows.basis_count);
  ASSERT_EQ(FLOW_ROWS + 1, flows.row_count);
  ASSERT_EQ(FLOW_OTHERS, flows.row[FLOW_ROWS]);
  for (int k = 0; k < flows.basis_count; k++) {
    double sum = 0, invested = 0;
    for (int cell = 0; cell < flows.row_count * flows.row_count; cell++) {
      sum += flows.basis[k].amount[cell];
      invested += flows.basis[k].invested[cell];
      ASSERT(flows.basis[k].invested[cell] <= flows.basis[k].amount[cell]);
      if (k > 0) ASSERT(flows.basis[k].amount[cell] <= flows.basis[k - 1].amount[cell]);
    }
    ASSERT(fabs(sum - flows.basis[k].total) < 1e-9 * sum); /* some 250 additions in another order */
    ASSERT(invested > 0 && flows.basis[k].outside > 0);
  }
  flow_set_release(context, &flows);
  ls_results_destroy(&results);
  ls_context_destroy(&context);
  PASS();
}

TEST listed_shocks_are_told_as_they_are_written(void) {
  ls_context *context = NULL;
  struct shock_set shocks;
  struct shock shock[8];
  int32_t count = 0;
  ASSERT_EQ(LS_STATUS_OK, ls_context_create(&context));
  ls_results *results = run(context, three_banks(), "eisenberg-noe", "l.csv", LISTED, NULL, 0);
  ASSERT(results != NULL);
  ASSERT_EQ(LS_STATUS_OK, shocks_open(context, results, &shocks));
  ASSERT_EQ(0, shocks.curve_count);
  shocks_of(&shocks, 1, shock, &count);
  ASSERT_EQ(1, count);
  ASSERT_EQ(LS_VARIABLE_EXTERNAL_ASSETS_LOSS, shock[0].variable);
  ASSERT_EQ(0, shock[0].target);
  ASSERT_EQ(0.5, shock[0].value);
  ASSERT(fabs(shock[0].size - log(2)) < 1e-15);
  shocks_of(&shocks, 0, shock, &count);
  ASSERT_EQ(2, count);
  ASSERT_EQ(1.0, shock[0].value); /* the larger one first */
  ASSERT(isfinite(shock[0].size));
  shocks_release(context, &shocks);
  ls_results_destroy(&results);
  ls_context_destroy(&context);
  PASS();
}

/* Scenarios 1, 2 and 4 hit Alder alone. */
TEST sizes_of_one_shock_make_a_sweep(void) {
  static const int32_t LENGTH[] = {0, 3, 0, 0, 0};
  ls_context *context = NULL;
  struct shock_set shocks;
  ASSERT_EQ(LS_STATUS_OK, ls_context_create(&context));
  ls_results *results = run(context, three_banks(), "eisenberg-noe", "l.csv", LISTED, NULL, 0);
  ASSERT(results != NULL);
  ASSERT_EQ(LS_STATUS_OK, shocks_open(context, results, &shocks));
  for (int32_t k = 0; k < 5; k++) ASSERT_EQ(LENGTH[k], shocks_sweep_length(&shocks, results, k));
  ASSERT_EQ(1, shocks.sweep[4]);
  ASSERT_EQ(0.1, shocks.sweep_value[4]);
  shocks_release(context, &shocks);
  ls_results_destroy(&results);
  ls_context_destroy(&context);
  PASS();
}

/* What loads on one factor alone rises with it, and not with the other. Bins have 1000 scenarios each on average; five
 * standard errors of such a count are 154. */
TEST losses_follow_the_factor_that_they_load_on(void) {
  ls_context *context = NULL;
  struct shock_set shocks;
  ASSERT_EQ(LS_STATUS_OK, ls_context_create(&context));
  ls_results *results = run(context, three_banks(), "eisenberg-noe", "m.yaml", MONTE_CARLO, NULL, 0);
  ASSERT(results != NULL);
  ASSERT_EQ(LS_STATUS_OK, shocks_open(context, results, &shocks));
  ASSERT_EQ(2, shocks.curve_count);
  ASSERT_STR_EQ("calm", shocks.curve[0].name);
  ASSERT_STR_EQ("storm", shocks.curve[1].name);
  for (int f = 0; f < 2; f++) {
    int64_t count = 0;
    double sum = 0;
    for (int b = 0; b < FACTOR_BINS; b++) {
      const struct factor_bin *bin = &shocks.curve[f].bin[b];
      ASSERT(llabs(bin->count - 1000) < 154);
      ASSERT(bin->any_default >= 0 && bin->any_default <= 1);
      if (f == 1 && b > 0) ASSERT(bin->loss_mean > bin[-1].loss_mean);
      if (f == 0) ASSERT(fabs(bin->loss_mean - results->statistics.gross.mean) < 5 * bin->loss_se);
      count += bin->count;
      sum += (double)bin->count * bin->loss_mean;
    }
    ASSERT_EQ((int64_t)20000, count);
    ASSERT(fabs(sum / 20000 - results->statistics.gross.mean) < 1e-10 * results->statistics.gross.mean);
  }
  shocks_release(context, &shocks);
  ls_results_destroy(&results);
  ls_context_destroy(&context);
  PASS();
}

/* With trace=1 the results themselves hold the paths of the kept scenarios. */
TEST paths_computed_again_have_the_bits_of_the_run(void) {
  ls_context *context = NULL;
  struct view view;
  ASSERT_EQ(LS_STATUS_OK, ls_context_create(&context));
  ls_results *results = run(context, LS_SOURCE_DIR "/datasets/ai-loop/2026-08", "loop",
                            "datasets/ai-loop/scenarios/monte-carlo.yaml", NULL, "trace=1", 256);
  ASSERT(results != NULL);
  ASSERT_EQ(LS_STATUS_OK, view_begin(context, results, &view));
  const struct path_set *paths = &view.paths;
  const int32_t n = view.entity_count, traced = results->names.trace_count;
  ASSERT_EQ(PATH_ENTITIES + 1, paths->row_count);
  ASSERT_EQ(256, paths->sample_count);
  ASSERT_EQ(PATH_KEPT, paths->kept_count);
  for (int field = 0; field < PATH_FIELDS; field++) {
    int32_t place = 0;
    while (strcmp(results->names.trace[place], PATH_FIELD[field]) != 0) place++;
    for (int32_t row = 1; row < paths->row_count; row++)
      for (int32_t t = 0; t < paths->quarter_count; t++)
        for (int32_t k = 0; k < paths->kept_count; k++) {
          const double held = results->kept[k].trace[((int64_t)t * traced + place) * n + paths->row[row]];
          ASSERT_EQ(held, paths->kept[paths_at(paths, field, row, t) * paths->kept_count + k]);
        }
  }
  /* The worst of a sample that is all of the run are the kept ones: no quantile lies below all of it. */
  const double least = paths_quantile(paths, 0, 0, paths->quarter_count - 1, 0);
  ASSERT(paths_quantile(paths, 0, 0, paths->quarter_count - 1, 0.5) > least);
  ASSERT_EQ(paths->sample[paths_at(paths, 0, 0, paths->quarter_count - 1) * paths->sample_count], least);
  view_release(&view);
  ls_results_destroy(&results);
  ls_context_destroy(&context);
  PASS();
}

TEST quantiles_of_paths_lie_between_neighbours(void) {
  double sample[] = {1, 2, 4, 8, 16};
  const struct path_set set = {.row_count = 1, .quarter_count = 1, .sample_count = 5, .sample = sample};
  const struct path_set empty = {.row_count = 1, .quarter_count = 1};
  ASSERT_EQ(1.0, paths_quantile(&set, 0, 0, 0, 0));
  ASSERT_EQ(4.0, paths_quantile(&set, 0, 0, 0, 0.5));
  ASSERT_EQ(6.0, paths_quantile(&set, 0, 0, 0, 0.625)); /* half way from the third to the fourth */
  ASSERT_EQ(16.0, paths_quantile(&set, 0, 0, 0, 1));
  ASSERT(isnan(paths_quantile(&empty, 0, 0, 0, 0.5)));
  PASS();
}

TEST static_models_have_no_paths(void) {
  ls_context *context = NULL;
  struct view view;
  ASSERT_EQ(LS_STATUS_OK, ls_context_create(&context));
  ls_results *results = run(context, three_banks(), "eisenberg-noe", "m.yaml", MONTE_CARLO, NULL, 0);
  ASSERT(results != NULL);
  ASSERT_EQ(LS_STATUS_OK, view_begin(context, results, &view));
  ASSERT_EQ(0, view.paths.row_count);
  view_release(&view);
  ls_results_destroy(&results);
  ls_context_destroy(&context);
  PASS();
}

/* Of a run whose scenarios are drawn and listed once more for the page. */
TEST every_failed_allocation_of_the_parts_is_reported(void) {
  for (int64_t allowed = 0; allowed < 2000; allowed += allowed < 60 ? 1 : 7) {
    ls_context *context = NULL;
    struct failing_allocator allocator = {0};
    struct view view;
    ASSERT_EQ(LS_STATUS_OK, ls_context_create(&context));
    support_fail_after(context, &allocator, -1);
    ls_results *results = run(context, three_banks(), "eisenberg-noe", "l.csv", LISTED, NULL, 0);
    ASSERT(results != NULL);
    const int64_t held = allocator.held;
    allocator.allowed = allocator.made + allowed;
    const ls_status status = view_begin(context, results, &view);
    view_release(&view);
    allocator.allowed = -1;
    ASSERT_EQ_FMT((long long)held, (long long)allocator.held, "%lld");
    ls_results_destroy(&results);
    ls_context_destroy(&context);
    if (status == LS_STATUS_OK) {
      ASSERT(allowed > 20);
      PASS();
    }
    ASSERT_EQ(LS_STATUS_OUT_OF_MEMORY, status);
  }
  FAILm("the parts take more than 2000 allocations");
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  if (!support_make_folder(FOLDER)) return 1;
  RUN_TEST(claims_take_the_place_of_flows_where_there_is_no_ledger);
  RUN_TEST(flows_of_a_ledger_stand_on_three_bases_that_shrink);
  RUN_TEST(listed_shocks_are_told_as_they_are_written);
  RUN_TEST(sizes_of_one_shock_make_a_sweep);
  RUN_TEST(losses_follow_the_factor_that_they_load_on);
  RUN_TEST(paths_computed_again_have_the_bits_of_the_run);
  RUN_TEST(quantiles_of_paths_lie_between_neighbours);
  RUN_TEST(static_models_have_no_paths);
  RUN_TEST(every_failed_allocation_of_the_parts_is_reported);
  support_remove_folder(FOLDER);
  GREATEST_MAIN_END();
}

/* test_documented_model.c - the worked example of docs/adding-a-model.md, compiled as the page prints it and run by the engine's own
 * plan and iteration: the page's numbers come out.
 *
 * cmake/DocumentedModel.cmake takes the header out of the page. One lane, as a GPU thread.
 */
#define LS_ONE_LANE
#include "phases/draw.h"
#include "phases/fixed_point.h"

#include "phases/columns.h"

#define LS_STATIC_MODEL(name) static const struct ls_static_model EXAMPLE = {name##_given, name##_piece, name##_result};
#include "models/default_cascade.h"
#undef LS_STATIC_MODEL

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "greatest.h"
#include "support.h"

static const char *const SHOCKS = "scenario,target,variable,value\nalder,alder,default,1\ncedar,cedar,default,1\n";

/* The plan that the host would make of the model if its line stood in models.def. */
static struct ls_plan *make_plan(ls_context *context, const ls_network *network, const struct scenario_set *scenarios,
                                 double lgd) {
  struct run_settings settings = {
      .info = &default_cascade_info, .tolerance = default_cascade_info.tolerance, .max_iterations = 100};
  struct ls_plan *plan = NULL;
  settings.model_setting[0] = lgd;
  if (plan_create(context, network, &settings, scenarios, true, &plan) != LS_STATUS_OK) return NULL;
  double equity[3], line[6] = {0};
  const double outside[3] = {0};
  plan_book_equity(network, plan, equity);
  plan_set_baseline(plan, equity, line, outside); /* nothing is lost without shock */
  return plan;
}

/* The outputs of one scenario; freed by the caller. */
static double *run_scenario(const struct ls_plan *plan, int64_t number) {
  double *state = calloc((size_t)plan->state_slots, sizeof *state);
  double *output = calloc((size_t)plan->output.slot_count, sizeof *output);
  ls_slots slots = {state, 1}, out = {output, 1};
  struct ls_view view = {plan, slots_from(slots, plan->shock.key_count), 0, false};
  ls_lane clips = lane_set(0);
  draw_shocks(&plan->shock, &number, slots, slots_from(view.column, plan->shock.column_count), &clips);
  columns_begin(&plan->shock, view.column);
  columns_apply(&plan->shock, slots, view.column, 0);
  fixed_point_tile(&view, EXAMPLE, slots_from(view.column, plan->shock.column_count), out);
  free(state);
  return output;
}

static enum greatest_test_res losses_are(double lgd, int64_t scenario, double gross, int defaults) {
  char folder[4096], path[4200];
  ls_context *context = NULL;
  ls_network *network = NULL;
  struct scenario_set *scenarios = NULL;
  struct scenario_options options = {.keep_worst = -1,
                                     .path = path,
                                     .variables = default_cascade_info.variables,
                                     .model = default_cascade_info.name,
                                     .quarter_count = 1};
  ASSERT(support_make_folder(folder) && support_write_file(folder, "shocks.csv", SHOCKS));
  snprintf(path, sizeof path, "%s/shocks.csv", folder);
  ASSERT_EQ(LS_STATUS_OK, ls_context_create(&context));
  ASSERT_EQ(LS_STATUS_OK, ls_network_read(context, LS_SOURCE_DIR "/examples/three-banks", NULL, &network));
  ASSERT_EQm(ls_context_message(context, 0), LS_STATUS_OK, scenario_read(context, network, &options, &scenarios));
  struct ls_plan *plan = make_plan(context, network, scenarios, lgd);
  ASSERT(plan);
  double *output = run_scenario(plan, scenario);
  ASSERT_IN_RANGE(gross, output[plan->output.loss_gross], 1e-12);
  ASSERT_EQ(defaults, (int)output[plan->output.default_count]);
  ASSERT_EQ(1.0, output[plan->output.converged]);
  free(output);
  plan_destroy(context, &plan);
  scenario_destroy(&scenarios);
  ls_network_destroy(&network);
  ls_context_destroy(&context);
  support_remove_folder(folder);
  PASS();
}

TEST alder_takes_birch_along(void) { return losses_are(0.3, 0, 8.4, 2); }
TEST cedar_falls_alone(void) { return losses_are(0.3, 1, 7.8, 1); }
TEST all_three_fall_where_all_is_lost(void) {
  CHECK_CALL(losses_are(1, 0, 12, 3));
  CHECK_CALL(losses_are(1, 1, 12, 3));
  PASS();
}

/* The line that the page gives is the one by which other models stand in the registry. */
TEST the_line_is_one_of_the_registry(void) {
  char *page = support_read_file(support_source("docs/adding-a-model.md"), NULL);
  char *registry = support_read_file(support_source("kernels/models.def"), NULL);
  ASSERT(page && registry);
  ASSERT(strstr(page, "    #include \"models/default_cascade.h\"\n"));
  ASSERT(strstr(registry, "\n#include \"models/furfine.h\"\n"));
  free(page), free(registry);
  PASS();
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  RUN_TEST(alder_takes_birch_along);
  RUN_TEST(cedar_falls_alone);
  RUN_TEST(all_three_fall_where_all_is_lost);
  RUN_TEST(the_line_is_one_of_the_registry);
  GREATEST_MAIN_END();
}

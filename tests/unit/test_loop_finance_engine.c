/* test_loop_finance_engine.c - LOOP-2 of the engine, through the public interface: economies worked by hand, and
 * agreement with the textbook version quarter by quarter where every mechanism is switched by chance. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "greatest.h"

#include "spec/spec_draw.h"
#include "spec/spec_engine.h"
#include "spec/spec_examples.h"
#include "spec/spec_same.h"

enum { NETWORKS = 400 };

static struct engine_folder folder;
static const char *const TRACED[] = {"trace=1", "audit=1", NULL};

static struct engine_result run_engine(const struct spec_loop *model, const char *scenarios) {
  struct engine_result none = {LS_STATUS_IO, "folder", NULL};
  return engine_write_loop(&folder, model) ? engine_run(&folder, "loop", TRACED, scenarios) : none;
}

/* ---- by hand ----------------------------------------------------------------------------------------------------- */

/* What the world would have in a trace, and carrying values, the engine does not tell. */
static bool example_comes_out(const struct spec_example *example) {
  char scenario[256];
  struct spec_loop *model = example->build();
  snprintf(scenario, sizeof scenario, "scenario,target,variable,value,quarter\n%s",
           example->scenario ? example->scenario : "");
  struct engine_result result = run_engine(model, example->scenario ? scenario : NULL);
  bool same = true;
  for (int k = 0; k < example->count; k++) {
    const struct spec_expectation *expected = &example->expected[k];
    if (strcmp(expected->field, "written_down") == 0) continue;
    double got = engine_trace(&result, 0, expected->quarter, expected->node - 1, expected->field);
    if (fabs(got - expected->value) <= 1e-11 * (1 + fabs(expected->value)))
      continue; /* a few roundings of the largest */
    printf("%s: %s of n%d in quarter %d is %.15g, by hand %.15g\n", example->statement, expected->field, expected->node,
           expected->quarter, got, expected->value);
    same = false;
  }
  if (!same) printf("%s: %s\n", example->statement, result.message);
  engine_result_release(&result);
  spec_loop_free(model);
  return same;
}

TEST the_engine_agrees_with_what_was_worked_by_hand(void) {
  bool same = true;
  for (int k = 0; k < SPEC_EXAMPLE_COUNT; k++) same = example_comes_out(&SPEC_EXAMPLES[k]) && same;
  ASSERT(same);
  PASS();
}

/* ---- random economies -------------------------------------------------------------------------------------------- */

/* Does the textbook version itself say that a decision of the run is too close to call? */
static bool too_close(const struct spec_loop *model, int *seen) {
  struct spec_run *run = spec_loop_run(model);
  bool close = run->margin < 1e-9; /* programs agree to some 1e-12 before a decision parts them */
  for (int k = 0; k < SPEC_EVENT_COUNT && !close; k++) seen[k] += run->event[k] > 0;
  spec_run_free(run);
  return close;
}

/* Each firm's loss is the fall of its value against the baseline, and the lines add up to all of them. */
static bool losses_add_up(const struct engine_result *result, const struct spec_loop *model,
                          const struct spec_loop *shocked) {
  struct spec_run *base = spec_loop_run(model), *run = spec_loop_run(shocked);
  const json_t *lines = json_object_get(json_array_get(json_object_get(result->root, "scenarios"), 0), "lines");
  const json_t *line;
  int n = model->n, last = (model->quarters - 1) * n;
  double all = 0, by_line = 0, size = 1;
  size_t k;
  bool same = true;
  for (int i = 1; i < n; i++) {
    double scale = engine_scale_of(model, base, i) + engine_scale_of(shocked, run, i);
    double loss = engine_output(result, 0, i - 1, "loss");
    same = engine_close_to(loss, base->value[last + i] - run->value[last + i], scale, "loss", -1, i) && same;
    all += loss, size += scale;
  }
  json_array_foreach(lines, k, line) {
    double loss = json_number_value(json_object_get(line, "loss"));
    by_line += loss, size += fabs(loss);
  }
  if (!(fabs(all - by_line) <= 1e-9 * size)) {
    printf("lines add up to %.15g, losses to %.15g\n", by_line, all);
    same = false;
  }
  spec_run_free(base), spec_run_free(run);
  return same;
}

static bool agrees(const struct spec_loop *model, const struct spec_loop *shocked, const char *scenarios, int number) {
  struct engine_result result = run_engine(model, scenarios);
  bool same = engine_same_scenario(&result, 0, shocked) && (!scenarios || losses_add_up(&result, model, shocked));
  if (!same) printf("economy %d of %d nodes: %s\n%s", number, model->n, result.message, scenarios ? scenarios : "");
  engine_result_release(&result);
  return same;
}

/* Every second economy is shocked. */
TEST the_engine_agrees_with_the_textbook_with_all_switches_drawn(void) {
  struct engine_random random = {72};
  int seen[SPEC_EVENT_COUNT] = {0}, skipped = 0;
  for (int number = 0; number < NETWORKS; number++) {
    static char scenario[SPEC_SCENARIO_BYTES];
    struct spec_loop *model = spec_draw_finance(&random), *shocked = spec_loop_copy(model);
    bool shock = number % 2;
    if (shock) spec_draw_scenario(&random, shocked, scenario);
    bool close = too_close(shocked, seen);
    bool same = close || agrees(model, shocked, shock ? scenario : NULL, number);
    skipped += close;
    spec_loop_free(model), spec_loop_free(shocked);
    ASSERT(same);
  }
  for (int k = 0; k < SPEC_EVENT_COUNT; k++) ASSERTm("a mechanism never acted", seen[k] > 0);
  ASSERTm("too many economies left out", skipped < NETWORKS / 20);
  PASS();
}

/* ---- least and greatest ------------------------------------------------------------------------------------------ */

/* Which rule the two solutions of quarter 0 break, or NULL: up to its valuation both have the same past. Counts the entities
 * that the least solution leaves lower. */
static const char *order_broken(const struct engine_result *greatest, const struct engine_result *least,
                                const struct spec_loop *model, int *lower) {
  struct spec_run *run = spec_loop_run(model);
  const char *fault = NULL;
  if (greatest->root == NULL || least->root == NULL) fault = "not computed";
  for (int i = 1; i < model->n && fault == NULL; i++) {
    double above = engine_trace(greatest, 0, 0, i - 1, "value"), below = engine_trace(least, 0, 0, i - 1, "value");
    double rounding =
        1e-9 * engine_scale_of(model, run, i); /* values settle within 1e-13, and are amplified by stakes */
    if (!(below <= above + rounding)) fault = "the least solution is above the greatest";
    if (engine_trace(least, 0, 0, i - 1, "distress") < engine_trace(greatest, 0, 0, i - 1, "distress"))
      fault = "in distress in the greatest solution alone";
    *lower += below < above - rounding;
  }
  spec_run_free(run);
  return fault;
}

TEST in_the_first_quarter_no_value_of_the_least_solution_exceeds_that_of_the_greatest(void) {
  enum { ECONOMIES = 200 };
  static const char *const LEAST[] = {"trace=1", "solution=least", NULL};
  struct engine_random random = {93};
  int seen[SPEC_EVENT_COUNT] = {0}, lower = 0, compared = 0;
  for (int number = 0; number < ECONOMIES; number++) {
    struct spec_loop *model = spec_draw_finance(&random);
    bool close = too_close(model, seen);
    struct engine_result greatest = run_engine(model, NULL), least = engine_run(&folder, "loop", LEAST, NULL);
    const char *fault = close ? NULL : order_broken(&greatest, &least, model, &lower);
    if (fault != NULL) printf("economy %d: %s %s%s\n", number, fault, greatest.message, least.message);
    engine_result_release(&greatest), engine_result_release(&least);
    spec_loop_free(model);
    ASSERT_EQ(NULL, fault);
    compared += !close;
  }
  ASSERT(compared > ECONOMIES / 2);
  ASSERTm("the solutions never differ", lower > 10);
  PASS();
}

SUITE(loop_finance_engine) {
  RUN_TEST(the_engine_agrees_with_what_was_worked_by_hand);
  RUN_TEST(the_engine_agrees_with_the_textbook_with_all_switches_drawn);
  RUN_TEST(in_the_first_quarter_no_value_of_the_least_solution_exceeds_that_of_the_greatest);
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  if (!engine_folder_open(&folder)) return 1;
  RUN_SUITE(loop_finance_engine);
  engine_folder_close(&folder);
  GREATEST_MAIN_END();
}

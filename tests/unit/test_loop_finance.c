/* test_loop_finance.c - the textbook version of LOOP-2: small economies worked by hand, and the stock-flow identities on
 * random economies in which every mechanism is switched by chance. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "greatest.h"

#include "spec/spec_draw.h"
#include "spec/spec_examples.h"

enum { NETWORKS = 600 };

/* ---- by hand ----------------------------------------------------------------------------------------------------- */

static bool example_comes_out(const struct spec_example *example) {
  struct spec_loop *model = example->build();
  struct spec_run *run = spec_loop_run(model);
  bool same = true;
  for (int k = 0; k < example->count; k++) {
    const struct spec_expectation *expected = &example->expected[k];
    double got = spec_run_field(model, run, expected);
    if (fabs(got - expected->value) <= 1e-11 * (1 + fabs(expected->value)))
      continue; /* a few roundings of the largest */
    printf("%s: %s of n%d in quarter %d is %.15g, by hand %.15g\n", example->statement, expected->field, expected->node,
           expected->quarter, got, expected->value);
    same = false;
  }
  double breach = spec_run_worst_breach(model, run);
  if (!(breach < 1e-12)) printf("%s: an identity is broken by %.3g\n", example->statement, breach), same = false;
  spec_run_free(run), spec_loop_free(model);
  return same;
}

TEST economies_worked_by_hand_come_out(void) {
  bool same = true;
  for (int k = 0; k < SPEC_EXAMPLE_COUNT; k++) same = example_comes_out(&SPEC_EXAMPLES[k]) && same;
  ASSERT(same);
  PASS();
}

/* ---- random economies -------------------------------------------------------------------------------------------- */

static const char *const EVENT[SPEC_EVENT_COUNT] = {"planned inputs",
                                                    "above plan",
                                                    "external use",
                                                    "repriced",
                                                    "scarcity",
                                                    "hardware price",
                                                    "substitution",
                                                    "squeezed",
                                                    "second served",
                                                    "several rows",
                                                    "ended",
                                                    "rolled",
                                                    "renegotiated",
                                                    "exit",
                                                    "exit fee",
                                                    "earmark",
                                                    "test failed",
                                                    "backstop",
                                                    "warrant",
                                                    "breach",
                                                    "borrowed",
                                                    "rollover",
                                                    "spread",
                                                    "collateral",
                                                    "cross-default",
                                                    "peak",
                                                    "last round",
                                                    "wiped out",
                                                    "flag lifted",
                                                    "loop sales",
                                                    "herding multiple",
                                                    "herding funding",
                                                    "herding orders",
                                                    "herding peers",
                                                    "write-down",
                                                    "equity method"};

static bool identities_hold(const struct spec_loop *model, const struct spec_run *run) {
  static const char *const IDENTITY[SPEC_IDENTITIES] = {"money",       "cash",     "shares",           "signs",
                                                        "book equity", "capacity", "assets and value", "estates"};
  bool hold = true;
  for (int t = 0; t < model->quarters; t++)
    for (int k = 0; k < SPEC_IDENTITIES; k++) {
      double breach = run->audit[t * SPEC_IDENTITIES + k];
      if (breach < 1e-9) continue; /* roundings of a dozen quarters, on the scale of what moved */
      printf("quarter %d: %s broken by %.3g\n", t, IDENTITY[k], breach);
      hold = false;
    }
  return hold;
}

static bool lines_add_up(const struct spec_loop *model, const struct spec_run *run) {
  bool same = true;
  for (int i = 1; i < model->n; i++) {
    double sum = 0, size = 1, value = run->value[(model->quarters - 1) * model->n + i];
    for (int k = 0; k < SPEC_LINE_COUNT; k++)
      sum += run->line[k * model->n + i], size += fabs(run->line[k * model->n + i]);
    if (fabs(sum - value) <= 1e-11 * size) continue; /* values settle to 2e-15 of their size a sweep */
    printf("lines of n%d add up to %.15g, its value is %.15g\n", i, sum, value);
    same = false;
  }
  return same;
}

TEST identities_hold_with_all_switches_drawn(void) {
  struct engine_random random = {71};
  int seen[SPEC_EVENT_COUNT] = {0}, defaults = 0, flags = 0, close = 0;
  for (int number = 0; number < NETWORKS; number++) {
    struct spec_loop *model = spec_draw_finance(&random);
    char scenario[SPEC_SCENARIO_BYTES];
    if (number % 2) spec_draw_scenario(&random, model, scenario);
    struct spec_run *run = spec_loop_run(model);
    bool hold = identities_hold(model, run) && lines_add_up(model, run);
    for (int k = 0; k < SPEC_EVENT_COUNT; k++) seen[k] += run->event[k] > 0;
    for (int i = 1; i < model->n; i++) defaults += run->default_quarter[i] >= 0, flags += run->distress_quarter[i] >= 0;
    close += run->margin < 1e-9;
    spec_run_free(run), spec_loop_free(model);
    if (!hold) printf("economy %d\n", number);
    ASSERT(hold);
  }
  for (int k = 0; k < SPEC_EVENT_COUNT; k++) {
    if (seen[k] < 3) printf("%s acted in %d of %d economies only\n", EVENT[k], seen[k], NETWORKS);
    ASSERT(seen[k] >= 3);
  }
  ASSERTm("too few defaults or flags for a test", defaults > NETWORKS / 4 && flags > NETWORKS / 4);
  ASSERTm("too many decisions too close to call", close < NETWORKS / 10);
  PASS();
}

SUITE(loop_finance) {
  RUN_TEST(economies_worked_by_hand_come_out);
  RUN_TEST(identities_hold_with_all_switches_drawn);
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  RUN_SUITE(loop_finance);
  GREATEST_MAIN_END();
}

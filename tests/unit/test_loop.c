/* test_loop.c - the loop model of the engine, through the public interface: published trajectories, agreement with
 * the textbook version quarter by quarter on random networks, identities, and small economies worked by hand.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "aggregate/accumulator_fields.h"
#include "aggregate/results.h"
#include "greatest.h"

#include "spec/spec_case.h"
#include "spec/spec_draw.h"
#include "spec/spec_engine.h"
#include "spec/spec_same.h"

enum { NETWORKS = 1000 };
static struct engine_folder folder;
static const char *const TRACED[] = {"trace=1", "audit=1", NULL};

static struct engine_result run_engine(const struct spec_loop *model, const char *scenarios) {
  struct engine_result none = {LS_STATUS_IO, "folder", NULL};
  return engine_write_loop(&folder, model) ? engine_run(&folder, "loop", TRACED, scenarios) : none;
}

/* ---- comparison -------------------------------------------------------------------------------------------------- */

/* Losses against the baseline: of each firm, by line over all firms, and of holders outside. Lines are in the order
 * of enum spec_line. */
static bool same_losses(const struct engine_result *result, const struct spec_loop *model,
                        const struct spec_loop *shocked) {
  struct spec_run *base = spec_loop_run(model), *run = spec_loop_run(shocked);
  const json_t *lines = json_object_get(json_array_get(json_object_get(result->root, "scenarios"), 0), "lines");
  int n = model->n, last = (model->quarters - 1) * n;
  double size = 1;
  bool same = true;
  for (int i = 1; i < n; i++) {
    double scale = engine_scale_of(model, base, i) + engine_scale_of(shocked, run, i);
    double expected = base->value[last + i] - run->value[last + i];
    same = engine_close_to(engine_output(result, 0, i - 1, "loss"), expected, scale, "loss", -1, i) && same;
    size += scale;
  }
  for (int k = 0; k < SPEC_LINE_COUNT; k++) {
    double expected = 0, got = json_number_value(json_object_get(json_array_get(lines, (size_t)k), "loss"));
    for (int i = 1; i < n; i++) expected += base->line[k * n + i] - run->line[k * n + i];
    same = engine_close_to(got, expected, size, "loss by line", -1, k) && same;
  }
  double outside = base->outside[model->quarters - 1] - run->outside[model->quarters - 1];
  same =
      engine_close_to(engine_system_number(result, "loss_net_mean"), outside, size, "loss of holders outside", -1, 0) &&
      same;
  spec_run_free(base), spec_run_free(run);
  return same;
}

/* ---- published trajectories -------------------------------------------------------------------------------------- */

/* The cases shock paths; here the shocked paths are written as the network's own. Their pipeline is empty at the
 * start. */
static bool case_agrees(const char *name, const json_t *toy, const json_t *finance, const json_t *trajectory) {
  struct spec_loop *model = spec_case_loop(toy, finance);
  bool same = spec_case_scenario(model, name);
  struct engine_result result = run_engine(
      model, strcmp(name, "lab_default") == 0 ? "scenario,target,variable,value,quarter\ns,n3,default,1,4\n" : NULL);
  const json_t *quarter;
  size_t t;
  same = same && engine_same_scenario(&result, 0, model);
  json_array_foreach(trajectory, t, quarter) {
    for (int i = 1; i < model->n && same; i++) {
      double value = json_number_value(json_array_get(json_object_get(quarter, "V"), (size_t)i));
      double cash = json_number_value(json_array_get(json_object_get(quarter, "cash"), (size_t)i));
      same = engine_close_to(engine_trace(&result, 0, (int)t, i - 1, "value"), value, fabs(value) + 1, "value", (int)t,
                             i) &&
             engine_close_to(engine_trace(&result, 0, (int)t, i - 1, "cash"), cash, fabs(cash) + 1, "cash", (int)t, i);
    }
  }
  if (!same) printf("scenario %s: %s\n", name, result.message);
  engine_result_release(&result);
  spec_loop_free(model);
  return same;
}

static bool all_cases(const json_t *toy, const json_t *finance) {
  const char *name;
  json_t *trajectory;
  bool same = true;
  json_object_foreach((json_t *)spec_case_at(finance ? finance : toy, "outputs"), name, trajectory) {
    same = case_agrees(name, toy, finance, trajectory) && same;
  }
  return same;
}

TEST published_trajectories_come_out(void) {
  json_t *toy = spec_case_load("loop1_toy5"), *finance = spec_case_load("loop1_toy5_finance");
  if (!toy || !finance) SKIPm("cases of ../shared are not here");
  bool plain = all_cases(toy, NULL), financed = all_cases(toy, finance);
  json_decref(toy), json_decref(finance);
  ASSERT(plain);
  ASSERT(financed);
  PASS();
}

/* ---- random scenarios: factors on the paths ---------------------------------------------------------------------- */

static const char *const FACTOR[] = {"multiple", "demand", "demand_planned", "purchase_scale",
                                     "supply",   "power",  "funding",        "credit"};
enum { FACTORS = 8 };

static double *path_of(struct spec_loop *model, int factor) {
  double *const path[FACTORS] = {model->multiple, model->demand,    model->demand_planned, model->purchase_scale,
                                 model->supply,   model->power_cap, model->outside_equity, model->credit_open};
  return path[factor];
}

/* At most one row a node and variable, so that a factor holds from its quarter to the end. */
static void draw_scenario(struct engine_random *random, struct spec_loop *model, char *text) {
  int n = model->n;
  text += sprintf(text, "scenario,target,variable,value,quarter\n");
  for (int i = 1; i < n; i++) {
    for (int factor = 0; factor < FACTORS; factor++) {
      int from = random_below(random, model->quarters);
      double value = random_between(random, 0.2, 1.2);
      bool unlimited = factor == 5 && path_of(model, factor)[i] > 1e299;
      if (unlimited || !random_chance(random, 0.15)) continue;
      text += sprintf(text, "s,n%d,%s,%.17g,%d\n", i, FACTOR[factor], value, from);
      for (int t = from; t < model->quarters; t++) path_of(model, factor)[t * n + i] *= value;
    }
    for (int j = 1; j < n; j++) {
      if (!(model->pledge[i * n + j] > 0) || !random_chance(random, 0.3)) continue;
      text += sprintf(text, "s,n%d>n%d,gate,0.5,1\n", i, j);
      for (int t = 1; t < model->quarters; t++) model->gate[t * n * n + i * n + j] *= 0.5;
    }
    if (random_chance(random, 0.1)) {
      int when = random_below(random, model->quarters);
      text += sprintf(text, "s,n%d,default,1,%d\n", i, when);
      model->forced[when * n + i] = true;
    }
  }
  sprintf(text, "s,n1,supply,1,0\n"); /* never an empty scenario */
}

/* The last row of a scenario replaces an earlier one for the same node, variable and quarter: keep n1's supply out
 * of it. */
static bool agrees_with_shocks(struct engine_random *random, const struct spec_loop *model) {
  char scenarios[32768];
  struct spec_loop *shocked = spec_loop_copy(model);
  draw_scenario(random, shocked, scenarios);
  for (int t = 0; t < model->quarters; t++) shocked->supply[t * model->n + 1] = model->supply[t * model->n + 1];
  char *row = strstr(scenarios, "s,n1,supply,");
  char *last = scenarios + strlen(scenarios) - strlen("s,n1,supply,1,0\n");
  if (row && row != last) { /* a drawn row for it: blank it */
    char *end = strchr(row, '\n') + 1;
    memmove(row, end, strlen(end) + 1);
  }
  struct engine_result result = run_engine(model, scenarios);
  bool same = engine_same_scenario(&result, 0, shocked);
  same = same && same_losses(&result, model, shocked);
  if (!same) printf("%s\n%s", result.message, scenarios);
  engine_result_release(&result);
  spec_loop_free(shocked);
  return same;
}

/* ---- random economies -------------------------------------------------------------------------------------------- */

TEST loop_agrees_with_the_textbook_on_random_economies(void) {
  struct engine_random random = {31};
  int defaults = 0, flags = 0;
  for (int number = 0; number < NETWORKS; number++) {
    struct spec_loop *model = spec_draw_loop(&random);
    struct engine_result result = run_engine(model, NULL);
    bool same = engine_same_scenario(&result, 0, model);
    for (int i = 0; i < model->n - 1; i++) {
      defaults += engine_output(&result, 0, i, "default_quarter") >= 0;
      flags += engine_output(&result, 0, i, "distress_quarter") >= 0;
    }
    if (!same) printf("economy %d of %d nodes: %s\n", number, model->n, result.message);
    engine_result_release(&result);
    spec_loop_free(model);
    ASSERT(same);
  }
  ASSERTm("too few defaults or flags for a test", defaults > NETWORKS / 4 && flags > NETWORKS / 4);
  PASS();
}

TEST shocked_loop_agrees_with_the_textbook_on_random_economies(void) {
  struct engine_random random = {32};
  for (int number = 0; number < NETWORKS; number++) {
    struct spec_loop *model = spec_draw_loop(&random);
    bool same = agrees_with_shocks(&random, model);
    if (!same) printf("economy %d of %d nodes\n", number, model->n);
    spec_loop_free(model);
    ASSERT(same);
  }
  PASS();
}

/* The textbook version itself: money and shares are conserved, lines add up to values. */
TEST textbook_loop_keeps_its_identities(void) {
  struct engine_random random = {33};
  int defaults = 0;
  for (int number = 0; number < NETWORKS; number++) {
    struct spec_loop *model = spec_draw_loop(&random);
    struct spec_run *run = spec_loop_run(model);
    double breach = spec_run_worst_breach(model, run);
    bool same = breach < 1e-9;
    if (!same) printf("economy %d: an identity is broken by %.3g\n", number, breach);
    for (int i = 1; i < model->n; i++) {
      double sum = 0;
      for (int k = 0; k < SPEC_LINE_COUNT; k++) sum += run->line[k * model->n + i];
      same = engine_close_to(sum, run->value[(model->quarters - 1) * model->n + i], engine_scale_of(model, run, i),
                             "sum of lines", -1, i) &&
             same;
      defaults += run->default_quarter[i] >= 0;
    }
    spec_run_free(run);
    spec_loop_free(model);
    ASSERT(same);
  }
  ASSERT(defaults > 50);
  PASS();
}

/* Firm 1 has 6 and owes firm 2 20, nothing falls due. Firm 1 is worth nothing whether claims on it count in full or
 * not, so values alone do not tell that the first pass is not the last: its debt is worth 6 of 20, and firm 2 10 +
 * 6. */
TEST claims_on_an_insolvent_debtor_count_at_what_it_has(void) {
  struct spec_loop *model = spec_loop_create(3, 2, 1, 0);
  model->stake[1] = model->stake[2] = 1, model->cash[1] = 6, model->cash[2] = 10, model->debt[1 * 3 + 2] = 20;
  model->claims_en = true;
  struct engine_result result = run_engine(model, NULL);
  ASSERT_IN_RANGE(16.0, engine_trace(&result, 0, 0, 1, "value"), 1e-12);
  ASSERT_EQ(0.0, engine_trace(&result, 0, 0, 0, "value"));
  ASSERT_EQ(1.0, engine_trace(&result, 0, 1, 0, "live"));
  engine_result_release(&result);
  model->claims_en = false;
  result = run_engine(model, NULL);
  ASSERT_IN_RANGE(30.0, engine_trace(&result, 0, 1, 1, "value"), 1e-12);
  engine_result_release(&result);
  spec_loop_free(model);
  PASS();
}

static void multiply(double *values, int count, double unit) {
  for (int k = 0; k < count; k++) values[k] *= unit;
}

/* Every amount of money in another unit; capacities stay. */
static void change_unit(struct spec_loop *model, double unit) {
  int n = model->n, pairs = n * n, path = n * model->quarters;
  double *const node[] = {model->cash, model->real_assets, model->opex, model->cash_floor, model->price, model->cost};
  double *const pair[] = {model->rate, model->backlog, model->pledge, model->pledge_rate, model->debt};
  double *const paths[] = {model->demand_planned, model->demand, model->outside_equity};
  for (size_t k = 0; k < sizeof node / sizeof *node; k++) multiply(node[k], n, unit);
  for (size_t k = 0; k < sizeof pair / sizeof *pair; k++) multiply(pair[k], pairs, unit);
  for (size_t k = 0; k < sizeof paths / sizeof *paths; k++) multiply(paths[k], path, unit);
}

TEST unit_of_money_does_not_matter_to_the_loop(void) {
  struct engine_random random = {34};
  for (int number = 0; number < 40; number++) {
    struct spec_loop *model = spec_draw_loop(&random);
    double unit = number % 2 ? 1048576 : 1.0 / 1048576; /* powers of two: only the rounding of the CSV is scaled */
    struct engine_result first = run_engine(model, NULL);
    change_unit(model, unit);
    struct engine_result second = run_engine(model, NULL);
    for (int i = 0; i < model->n - 1; i++) {
      double value = engine_output(&first, 0, i, "value"), other = engine_output(&second, 0, i, "value");
      ASSERT_IN_RANGE(value, other / unit, 1e-7 * (value + 1));
      ASSERT_EQ(engine_output(&first, 0, i, "default_quarter"), engine_output(&second, 0, i, "default_quarter"));
    }
    engine_result_release(&first), engine_result_release(&second);
    spec_loop_free(model);
  }
  PASS();
}

/* The world pledges too, and its pledge must not be taken for another's: 8 of the firm's 16 come through, and the
 * world's 3 in full. */
TEST gate_shock_acts_on_the_pledge_it_names(void) {
  struct spec_loop *model = spec_loop_create(3, 1, 1, 0);
  model->stake[1] = model->stake[2] = 1, model->cash[1] = 100;
  model->pledge[1 * 3 + 2] = 16, model->pledge_rate[1 * 3 + 2] = 16;
  model->pledge[0 * 3 + 2] = 3, model->pledge_rate[0 * 3 + 2] = 3;
  struct engine_result result = run_engine(model, "scenario,target,variable,value\ns,n1>n2,gate,0.5\n");
  ASSERT_IN_RANGE(92.0, engine_output(&result, 0, 0, "cash"), 1e-12);
  ASSERT_IN_RANGE(11.0, engine_output(&result, 0, 1, "cash"), 1e-12);
  engine_result_release(&result);
  spec_loop_free(model);
  PASS();
}

/* ---- by hand ----------------------------------------------------------------------------------------------------- */

/* One firm, cash 10, revenue 4 a quarter, opex 3, multiple 2, no debts: cash 11, 12, 13; value = cash + 4 * 2 * 4. */
TEST firm_without_links_saves_what_it_earns(void) {
  struct spec_loop *model = spec_loop_create(2, 3, 1, 0);
  model->cash[1] = 10, model->opex[1] = 3, model->stake[1] = 1;
  for (int t = 0; t < 3; t++)
    model->demand_planned[t * 2 + 1] = model->demand[t * 2 + 1] = 4, model->multiple[t * 2 + 1] = 2;
  struct engine_result result = run_engine(model, NULL);
  for (int t = 0; t < 3; t++) {
    ASSERT_IN_RANGE(11.0 + t, engine_trace(&result, 0, t, 0, "cash"), 1e-12);
    ASSERT_IN_RANGE(43.0 + t, engine_trace(&result, 0, t, 0, "value"), 1e-12);
  }
  ASSERT_EQ(-1.0, engine_output(&result, 0, 0, "default_quarter"));
  engine_result_release(&result);
  spec_loop_free(model);
  PASS();
}

/* A buyer with cash 5 takes 3 a quarter from a seller (price 1, capacity 10) and earns nothing: it pays 3, then has
 * 2 of 3 in quarter 1 and fails. The seller's cash: 3, then 5, then no more orders. */
TEST buyer_without_income_fails_in_the_second_quarter(void) {
  struct spec_loop *model = spec_loop_create(3, 3, 1, 0);
  model->cash[1] = 5, model->stake[1] = model->stake[2] = 1, model->capacity[2] = 10;
  model->rate[1 * 3 + 2] = 3, model->backlog[1 * 3 + 2] = 30;
  struct engine_result result = run_engine(model, NULL);
  const double seller[3] = {3, 5, 5}, buyer[3] = {2, 0, 0};
  for (int t = 0; t < 3; t++) {
    ASSERT_IN_RANGE(buyer[t], engine_trace(&result, 0, t, 0, "cash"), 1e-12);
    ASSERT_IN_RANGE(seller[t], engine_trace(&result, 0, t, 1, "cash"), 1e-12);
  }
  ASSERT_EQ(1.0, engine_output(&result, 0, 0, "default_quarter"));
  ASSERT_EQ(-1.0, engine_output(&result, 0, 1, "default_quarter"));
  engine_result_release(&result);
  spec_loop_free(model);
  PASS();
}

/* The same buyer is valued at 5 at the start; forced into default in quarter 0 it still pays 3, its estate has 2,
 * and the termination claim is 0.5 * 1 * 27: the seller gets all 2. */
TEST forced_default_still_trades_in_its_quarter(void) {
  struct spec_loop *model = spec_loop_create(3, 2, 1, 0);
  model->cash[1] = 5, model->stake[1] = model->stake[2] = 1, model->capacity[2] = 10, model->termination_share = 0.5;
  model->rate[1 * 3 + 2] = 3, model->backlog[1 * 3 + 2] = 30, model->take_or_pay[1 * 3 + 2] = 1;
  struct engine_result result = run_engine(model, "scenario,target,variable,value,quarter\ns,n1,default,1,0\n");
  ASSERT_IN_RANGE(5.0, engine_trace(&result, 0, 0, 1, "cash"), 1e-12);
  ASSERT_EQ(0.0, engine_trace(&result, 0, 0, 0, "live"));
  ASSERT_EQ(0.0, engine_output(&result, 0, 0, "default_quarter"));
  engine_result_release(&result);
  spec_loop_free(model);
  PASS();
}

/* Firms 1 and 2 own 0.8 and 0.75 of each other, firm 3 owns 0.2 of firm 2 and owes 42; what firm 3 will buy of firm 1
 * is worth 40 while firm 3 is worth what it was at the start. V1 = 40 + 0.75 V2 = 227.5, V2 = 68 + 0.8 V1 = 250 and V3 =
 * 50 - 42 = 8. Were firm 3 worthless, V2 would be 170 and 0.2 V2 too little for its debt: a lower solution, to which a
 * search falls that begins below the greatest. Firm 3 earns 3 once, so its standing is beyond doubt. Firm 4 stands alone:
 * 2 of cash, 1 a quarter at 4 times 2; it is in distress below 9. */
static struct spec_loop *two_solutions(void) {
  struct spec_loop *model = spec_loop_create(5, 2, 1, 0);
  int n = model->n;
  model->stake[1] = 0.2, model->stake[2 * n + 1] = 0.8;
  model->stake[2] = 0.05, model->stake[1 * n + 2] = 0.75, model->stake[3 * n + 2] = 0.2;
  model->stake[3] = model->stake[4] = 1;
  model->cash[2] = 68, model->debt[3 * n + 0] = 42, model->demand_planned[3] = model->demand[3] = 3;
  model->backlog[3 * n + 1] = 40, model->rate[3 * n + 1] = 1, model->start[3 * n + 1] = 5;
  model->backlog_margin[1] = 1, model->capacity[1] = 10;
  model->cash[4] = 2, model->threshold[4] = 0.9;
  for (int t = 0; t < 2; t++)
    model->demand_planned[t * n + 4] = model->demand[t * n + 4] = 1, model->multiple[t * n + 4] = 2;
  return model;
}

TEST of_several_solutions_values_take_the_greatest(void) {
  struct spec_loop *model = two_solutions();
  struct engine_result result = run_engine(model, NULL);
  ASSERT_IN_RANGE(227.5, engine_trace(&result, 0, 0, 0, "value"), 1e-9);
  ASSERT_IN_RANGE(250.0, engine_trace(&result, 0, 0, 1, "value"), 1e-9);
  ASSERT_IN_RANGE(11.0, engine_trace(&result, 0, 0, 2, "value"), 1e-9);
  ASSERT_EQ(1.0, engine_scenario_number(&result, 0, "converged"));
  engine_result_release(&result);
  spec_loop_free(model);
  PASS();
}

/* One firm has 10 of cash and spends 1: of V(0) = 10 it is worth 9, and in distress below 8, which costs the given share of 10. */
static struct engine_result spend_one(const char *solution, double distress_cost) {
  struct engine_result result = {LS_STATUS_IO, "folder", NULL};
  const char *const settings[] = {"trace=1", "audit=1", solution, NULL};
  struct spec_loop *model = spec_loop_create(2, 1, 1, 0);
  model->cash[1] = 10, model->opex[1] = 1, model->stake[1] = 1;
  model->threshold[1] = 0.8, model->distress_cost[1] = distress_cost;
  if (engine_write_loop(&folder, model)) result = engine_run(&folder, "loop", settings, NULL);
  spec_loop_free(model);
  return result;
}

/* With a cost of 5 both hold: 9 without distress, and 4, below 8, with it. With a cost of 0.5 a firm in distress would have
 * 8.5, and so is in none: one solution. */
TEST least_solution_leaves_in_distress_who_stands_only_without_it(void) {
  static const struct {
    const char *solution;
    double cost, value, flag;
  } CASE[] = {{"solution=greatest", 0.5, 9, 0},
              {"solution=least", 0.5, 4, 1},
              {"solution=greatest", 0.05, 9, 0},
              {"solution=least", 0.05, 9, 0}};
  for (size_t k = 0; k < sizeof CASE / sizeof CASE[0]; k++) {
    struct engine_result result = spend_one(CASE[k].solution, CASE[k].cost);
    ASSERT_IN_RANGE(CASE[k].value, engine_trace(&result, 0, 0, 0, "value"), 1e-12); /* settles within 1e-13 of 10 */
    ASSERT_EQ(CASE[k].flag, engine_trace(&result, 0, 0, 0, "distress"));
    ASSERT_EQ(CASE[k].flag - 1, engine_output(&result, 0, 0, "distress_quarter")); /* quarter 0, or -1 for never */
    ASSERT_EQ(1.0, engine_scenario_number(&result, 0, "converged"));
    engine_result_release(&result);
  }
  PASS();
}

/* Scenario b puts firm 4 in distress and is valued anew; scenario a beside it has settled and stays as it is. */
TEST distress_in_one_scenario_leaves_the_next_alone(void) {
  struct spec_loop *model = two_solutions();
  struct engine_result result =
      run_engine(model, "scenario,target,variable,value,quarter\na,n4,multiple,1,1\nb,n4,multiple,0.5,1\n");
  ASSERT_EQ(-1.0, engine_output(&result, 0, 3, "distress_quarter"));
  ASSERT_EQ(1.0, engine_output(&result, 1, 3, "distress_quarter"));
  for (int scenario = 0; scenario < 2; scenario++)
    ASSERT_IN_RANGE(11.0, engine_output(&result, scenario, 2, "value"), 1e-9);
  engine_result_release(&result);
  spec_loop_free(model);
  PASS();
}

/* One sweep brings V3 of the two solutions down from 50, and leaves no sweep to see that it stays. */
TEST values_that_one_sweep_cannot_settle_have_not_converged(void) {
  struct spec_loop *model = two_solutions();
  const char *const settings[] = {"max_iterations=1", NULL};
  ASSERT(engine_write_loop(&folder, model));
  struct engine_result result =
      engine_run(&folder, "loop", settings, "scenario,target,variable,value\ns,n4,supply,1\n");
  ASSERT_EQ(0.0, engine_scenario_number(&result, 0, "converged"));
  ASSERT(engine_scenario_number(&result, 0, "iterations") >= 2);
  engine_result_release(&result);
  spec_loop_free(model);
  PASS();
}

/* Revenue 4, 4, 0 at a multiple of 2 that a shock halves: the loss is 4 * 4 * 1 = 16 twice, and none at the end. */
TEST peak_of_a_loss_outlives_the_recovery(void) {
  struct spec_loop *model = spec_loop_create(2, 3, 1, 0);
  model->cash[1] = 10, model->stake[1] = 1;
  for (int t = 0; t < 3; t++) {
    model->demand_planned[t * 2 + 1] = model->demand[t * 2 + 1] = t < 2 ? 4 : 0;
    model->multiple[t * 2 + 1] = 2;
  }
  struct engine_result result = run_engine(model, "scenario,target,variable,value,quarter\ns,n1,multiple,0.5,0\n");
  const json_t *entity = json_array_get(json_object_get(result.root, "entities"), 0);
  ASSERT_EQ(0.0, engine_output(&result, 0, 0, "loss"));
  ASSERT_IN_RANGE(16.0, json_number_value(json_object_get(entity, "loss_peak_mean")), 1e-6);
  engine_result_release(&result);
  spec_loop_free(model);
  PASS();
}

/* Firm 1 buys 10 of equipment at 5 a unit; it has no power cap, and so nothing that a shortage of power could cut. */
TEST power_shock_spares_a_firm_without_a_cap(void) {
  struct spec_loop *model = spec_loop_create(3, 1, 0, 0);
  model->stake[1] = model->stake[2] = 1, model->cash[1] = 20, model->cost[1] = 5, model->capacity[2] = 10;
  model->rate[1 * 3 + 2] = model->backlog[1 * 3 + 2] = 10, model->capex_share[1 * 3 + 2] = 1;
  struct engine_result result = run_engine(model, "scenario,target,variable,value,quarter\ns,n1,power,0,0\n");
  ASSERT_IN_RANGE(2.0, engine_trace(&result, 0, 0, 0, "capacity"), 1e-12);
  engine_result_release(&result);
  spec_loop_free(model);
  PASS();
}

/* Firm 1 owns half of firm 2, firm 3 and the world a quarter each; firms 1 and 2 default at once. What is left of firm
 * 2's 10 goes to the holders that stand, as if there were no other: 5 to firm 3. */
TEST defaulting_holder_gets_nothing_of_what_an_estate_leaves(void) {
  struct spec_loop *model = spec_loop_create(4, 1, 1, 0);
  model->stake[1] = model->stake[3] = 1, model->stake[2] = model->stake[3 * 4 + 2] = 0.25;
  model->stake[1 * 4 + 2] = 0.5, model->cash[1] = 3, model->cash[2] = 10;
  struct engine_result result =
      run_engine(model, "scenario,target,variable,value,quarter\ns,n1,default,1,0\ns,n2,default,1,0\n");
  const double cash[3] = {0, 0, 5};
  for (int i = 0; i < 3; i++) {
    ASSERT_IN_RANGE(cash[i], engine_trace(&result, 0, 0, i, "cash"), 1e-12);
    ASSERT_EQ(i < 2 ? 0.0 : -1.0, engine_output(&result, 0, i, "default_quarter"));
  }
  engine_result_release(&result);
  spec_loop_free(model);
  PASS();
}

/* A buyer with 2 cannot pay the 3 that fall due: it defaults of itself, whatever the scenario says. */
TEST default_that_comes_anyway_is_not_forced(void) {
  struct spec_loop *model = spec_loop_create(3, 1, 1, 0);
  model->cash[1] = 2, model->stake[1] = model->stake[2] = 1, model->capacity[2] = 10;
  model->rate[1 * 3 + 2] = 3, model->backlog[1 * 3 + 2] = 30;
  struct engine_result result =
      run_engine(model, "scenario,target,variable,value,quarter\ns,n1,default,1,0\ns,n2,default,1,0\n");
  for (int i = 0; i < 2; i++) {
    const json_t *entity = json_array_get(json_object_get(result.root, "entities"), (size_t)i);
    ASSERT_EQ(0.0, engine_output(&result, 0, i, "default_quarter"));
    ASSERT_EQ((double)i, json_number_value(json_object_get(entity, "forced_probability")));
  }
  engine_result_release(&result);
  spec_loop_free(model);
  PASS();
}

/* Both firms spend 3 of 10 and are in distress from quarter 0 on. In quarter 1 only firm 1 was to raise money. */
static enum greatest_test_res funding_is_refused(ls_context *context, ls_network *network) {
  ls_results *results = NULL;
  ls_run_options options = ls_run_options_default();
  options.model = "loop", options.backend = "cpu", options.threads = 1;
  ASSERT_EQ(LS_STATUS_OK, ls_run(context, network, &options, &results));
  ASSERT_EQ(2, (int)results->accumulator->distress_count[0] + (int)results->accumulator->distress_count[1]);
  ASSERT_EQ(1, (int)results->accumulator->refused_count[0]);
  ASSERT_EQ(0, (int)results->accumulator->refused_count[1]);
  ls_results_destroy(&results);
  PASS();
}

TEST funding_is_refused_to_those_who_sought_some(void) {
  struct spec_loop *model = spec_loop_create(3, 2, 1, 0);
  for (int i = 1; i < 3; i++) model->cash[i] = 10, model->opex[i] = 3, model->threshold[i] = 0.95, model->stake[i] = 1;
  model->outside_equity[1 * 3 + 1] = 5;
  ls_context *context = NULL;
  ls_network *network = NULL;
  ASSERT(engine_write_loop(&folder, model));
  ASSERT_EQ(LS_STATUS_OK, ls_context_create(&context));
  ASSERT_EQ(LS_STATUS_OK, ls_network_read(context, folder.path, NULL, &network));
  CHECK_CALL(funding_is_refused(context, network));
  ls_network_destroy(&network);
  ls_context_destroy(&context);
  spec_loop_free(model);
  PASS();
}

SUITE(loop) {
  RUN_TEST(firm_without_links_saves_what_it_earns);
  RUN_TEST(buyer_without_income_fails_in_the_second_quarter);
  RUN_TEST(forced_default_still_trades_in_its_quarter);
  RUN_TEST(claims_on_an_insolvent_debtor_count_at_what_it_has);
  RUN_TEST(gate_shock_acts_on_the_pledge_it_names);
  RUN_TEST(of_several_solutions_values_take_the_greatest);
  RUN_TEST(least_solution_leaves_in_distress_who_stands_only_without_it);
  RUN_TEST(distress_in_one_scenario_leaves_the_next_alone);
  RUN_TEST(values_that_one_sweep_cannot_settle_have_not_converged);
  RUN_TEST(peak_of_a_loss_outlives_the_recovery);
  RUN_TEST(power_shock_spares_a_firm_without_a_cap);
  RUN_TEST(defaulting_holder_gets_nothing_of_what_an_estate_leaves);
  RUN_TEST(funding_is_refused_to_those_who_sought_some);
  RUN_TEST(default_that_comes_anyway_is_not_forced);
  RUN_TEST(published_trajectories_come_out);
  RUN_TEST(unit_of_money_does_not_matter_to_the_loop);
  RUN_TEST(textbook_loop_keeps_its_identities);
  RUN_TEST(loop_agrees_with_the_textbook_on_random_economies);
  RUN_TEST(shocked_loop_agrees_with_the_textbook_on_random_economies);
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  if (!engine_folder_open(&folder)) return 1;
  RUN_SUITE(loop);
  engine_folder_close(&folder);
  GREATEST_MAIN_END();
}

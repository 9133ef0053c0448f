/* test_cross_holdings.c - cross-held equity with costs of failure: the European hierarchy, both equilibria, agreement with the
 * textbook version on random networks, and what the equations imply. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "greatest.h"

#include "spec/spec_case.h"
#include "spec/spec_engine.h"
#include "spec/spec_holdings.h"
#include "support.h"

enum { MOST = 12, NETWORKS = 200, TEXT_BYTES = 1 << 16 };

static struct engine_folder folder;

/* Organisation i is "o<i>" and holds its own asset "a<i>" alone. */
struct organisations {
  struct spec_organisations spec;
  double share[MOST * MOST], before[MOST], after[MOST];
};

static void connect(struct organisations *o, int n, double theta, double cost_share) {
  o->spec = (struct spec_organisations){n, o->share, o->before, o->after, theta, cost_share};
}

static bool write_tables(const struct organisations *o) {
  static char text[TEXT_BYTES];
  int n = o->spec.n;
  char *to = text + sprintf(text, "id\n");
  for (int i = 0; i < n; i++) to += sprintf(to, "o%d\n", i);
  bool written = support_write_file(folder.path, "entities.csv", text);
  to = text + sprintf(text, "id\n");
  for (int i = 0; i < n; i++) to += sprintf(to, "a%d\n", i);
  written = written && support_write_file(folder.path, "assets.csv", text);
  to = text + sprintf(text, "holder,asset,amount\n");
  for (int i = 0; i < n; i++) to += sprintf(to, "o%d,a%d,%.17g\n", i, i, o->before[i]);
  written = written && support_write_file(folder.path, "holdings.csv", text);
  to = text + sprintf(text, "holder,issuer,share\n");
  for (int k = 0; k < n * n; k++)
    if (o->share[k] > 0) to += sprintf(to, "o%d,o%d,%.17g\n", k / n, k % n, o->share[k]);
  return written && support_write_file(folder.path, "shareholdings.csv", text);
}

static struct engine_result run(const struct organisations *o, bool worst) {
  static char shocks[TEXT_BYTES];
  char theta[64], cost[64];
  const char *settings[] = {theta, cost, worst ? "solution=least" : "solution=greatest", NULL};
  struct engine_result none = {LS_STATUS_IO, "folder", NULL};
  snprintf(theta, sizeof theta, "theta=%.17g", o->spec.theta);
  snprintf(cost, sizeof cost, "cost_share=%.17g", o->spec.cost_share);
  char *to = shocks + sprintf(shocks, "scenario,target,variable,value\n");
  for (int i = 0; i < o->spec.n; i++)
    to += sprintf(to, "s,a%d,price_loss,%.17g\n", i, o->before[i] > 0 ? 1 - o->after[i] / o->before[i] : 0);
  return write_tables(o) ? engine_run(&folder, "cross-holdings", settings, shocks) : none;
}

static bool is_close(double got, double expected, double tolerance, const char *what, int i) {
  if (fabs(got - expected) <= tolerance * (1 + fabs(expected))) return true;
  printf("%s of %d is %.17g, expected %.17g\n", what, i, got, expected);
  return false;
}

/* Both solve a few linear systems whose columns add up to less than 0.9: 1e-10 leaves room for rounding. */
static bool agrees(const struct organisations *o, bool worst) {
  double value[MOST];
  int wave[MOST];
  spec_cross_holdings(&o->spec, worst, value, wave);
  struct engine_result result = run(o, worst);
  bool same = result.status == LS_STATUS_OK;
  if (!same) printf("%s\n", result.message);
  for (int i = 0; i < o->spec.n && same; i++)
    same = is_close(engine_output(&result, 0, i, "value"), value[i], 1e-10, "value", i) &&
           engine_output(&result, 0, i, "failed") == (wave[i] >= 0) && engine_output(&result, 0, i, "wave") == wave[i];
  engine_result_release(&result);
  return same;
}

/* ---- cases ------------------------------------------------------------------------------------------------------------------ */

static void read_europe(const json_t *root, struct organisations *o) {
  double claims[36], share = spec_case_number(root, "inputs/c");
  memset(o, 0, sizeof *o);
  spec_case_matrix(root, "inputs/claims_row_debtor_col_holder", claims);
  spec_case_vector(root, "inputs/p_2008", o->before), spec_case_vector(root, "inputs/p_2011", o->after);
  connect(o, 6, 0, spec_case_number(root, "inputs/failure_cost_fraction"));
  for (int j = 0; j < 6; j++) {
    double sum = 0;
    for (int i = 0; i < 6; i++) sum += claims[j * 6 + i];
    for (int i = 0; i < 6; i++) o->share[i * 6 + j] = share * claims[j * 6 + i] / sum;
  }
}

/* Waves and values of one theta as the case lists them; in the worst case everybody fails. */
static bool hierarchy_comes_out(const json_t *root, struct organisations *o, int which) {
  char path[96];
  double value[6];
  const json_t *names = spec_case_at(root, "inputs/countries"), *waves;
  snprintf(path, sizeof path, "inputs/thetas/%d", which);
  o->spec.theta = spec_case_number(root, path);
  snprintf(path, sizeof path, "outputs/cascades/A_unrounded/theta%g/final_values", o->spec.theta);
  spec_case_vector(root, path, value);
  snprintf(path, sizeof path, "outputs/cascades/A_unrounded/theta%g/waves", o->spec.theta);
  waves = spec_case_at(root, path);
  struct engine_result result = run(o, false), worst = run(o, true);
  bool same = result.status == LS_STATUS_OK;
  for (int i = 0; i < 6; i++) {
    int expected = -1;
    for (size_t w = 0; w < json_array_size(waves); w++)
      for (size_t k = 0; k < json_array_size(json_array_get(waves, w)); k++)
        if (json_equal(json_array_get(json_array_get(waves, w), k), json_array_get(names, (size_t)i)))
          expected = (int)w;
    same = is_close(engine_output(&result, 0, i, "value"), value[i], 1e-8, "value", i) && same;
    same = is_close(engine_output(&result, 0, i, "wave"), expected, 0, "wave", i) && same;
    same = same && engine_output(&worst, 0, i, "failed") == 1;
  }
  engine_result_release(&result), engine_result_release(&worst);
  return same;
}

TEST the_european_hierarchy_comes_out(void) {
  json_t *root = spec_case_load("egj_europe6");
  if (!root) SKIPm("the cases are not there");
  static struct organisations o;
  read_europe(root, &o);
  for (int which = 0; which < spec_case_length(root, "inputs/thetas"); which++) {
    ASSERT(hierarchy_comes_out(root, &o, which));
    ASSERT(agrees(&o, false) && agrees(&o, true));
  }
  json_decref(root);
  PASS();
}

/* The case gives thresholds and costs outright: 0.95 = theta * 1 and 0.3 = cost_share * 0.95. */
TEST two_organisations_stand_or_fall_together(void) {
  json_t *root = spec_case_load("egj_two_orgs");
  if (!root) SKIPm("the cases are not there");
  static struct organisations o;
  memset(&o, 0, sizeof o);
  connect(&o, 2, spec_case_number(root, "inputs/v_threshold/0"), 0);
  o.spec.cost_share = spec_case_number(root, "inputs/beta/0") / o.spec.theta;
  spec_case_matrix(root, "inputs/C", o.share);
  spec_case_vector(root, "inputs/p", o.before), spec_case_vector(root, "inputs/p", o.after);
  for (int worst = 0; worst < 2; worst++) {
    struct engine_result result = run(&o, worst);
    double expected = spec_case_number(root, worst ? "outputs/worst/v/0" : "outputs/best/v/0");
    for (int i = 0; i < 2; i++) ASSERT_IN_RANGE(expected, engine_output(&result, 0, i, "value"), 1e-12);
    engine_result_release(&result);
  }
  json_decref(root);
  PASS();
}

/* ---- random networks ----------------------------------------------------------------------------------------------------------- */

static void draw(struct engine_random *random, struct organisations *o) {
  int n = 2 + random_below(random, MOST - 2);
  double density = random_between(random, 0.1, 0.9), stress = random_between(random, 0, 0.5);
  memset(o, 0, sizeof *o);
  connect(o, n, random_between(random, 0.5, 1), random_between(random, 0, 1));
  for (int i = 0; i < n; i++) {
    o->before[i] = random_chance(random, 0.9) ? random_between(random, 1, 20) : 0;
    o->after[i] = o->before[i] * (1 - stress * random_unit(random));
    for (int j = 0; j < n; j++)
      if (i != j && random_chance(random, density)) o->share[i * n + j] = 0.9 / n * random_unit(random);
  }
}

TEST the_engine_agrees_with_the_textbook(void) {
  static struct organisations o;
  struct engine_random random = {2014};
  for (int number = 0; number < NETWORKS; number++) {
    draw(&random, &o);
    bool same = agrees(&o, false) && agrees(&o, true);
    if (!same) printf("network %d of %d organisations\n", number, o.spec.n);
    ASSERT(same);
  }
  PASS();
}

/* Market values add up to what there is outside less the costs of failure; the worst case is nowhere better than the best; and
 * worse prices never rescue anybody. */
TEST values_add_up_and_worse_is_not_better(void) {
  static struct organisations o, worse;
  struct engine_random random = {10};
  for (int number = 0; number < NETWORKS; number++) {
    double outside = 0, inside = 0, low[MOST];
    int none[MOST];
    draw(&random, &o);
    struct spec_organisations unshocked = o.spec;
    unshocked.assets = unshocked.assets_before, unshocked.cost_share = 0;
    spec_cross_holdings(&unshocked, false, low, none);
    worse = o, connect(&worse, o.spec.n, o.spec.theta, o.spec.cost_share);
    for (int i = 0; i < o.spec.n; i++) worse.after[i] *= 0.95;
    struct engine_result best = run(&o, false), worst = run(&o, true), lower = run(&worse, false);
    for (int i = 0; i < o.spec.n; i++) {
      double failed = engine_output(&best, 0, i, "failed"), value = engine_output(&best, 0, i, "value");
      outside += o.after[i] - failed * o.spec.cost_share * o.spec.theta * low[i];
      inside += value;
      ASSERT(engine_output(&worst, 0, i, "value") <= value + 1e-12 * (1 + fabs(value)));
      ASSERT(engine_output(&lower, 0, i, "failed") >= failed && engine_output(&worst, 0, i, "failed") >= failed);
    }
    ASSERT(is_close(inside, outside, 1e-12, "what there is outside", number));
    engine_result_release(&best), engine_result_release(&worst), engine_result_release(&lower);
  }
  PASS();
}

/* Without a shock everybody stands exactly at a threshold of all its value: a tie stands, whatever rounding says; a hair more and all
 * fail at once. */
TEST a_tie_stands(void) {
  static struct organisations o;
  struct engine_random random = {12};
  for (int number = 0; number < NETWORKS; number++) {
    draw(&random, &o);
    memcpy(o.after, o.before, sizeof o.after);
    o.spec.theta = number % 2 ? 1 + 1e-9 : 1;
    struct engine_result result = run(&o, false);
    for (int i = 0; i < o.spec.n; i++) {
      bool worth = engine_output(&result, 0, i, "value") != 0; /* who has and holds nothing has no threshold */
      ASSERT_EQ(number % 2 && worth ? 1.0 : 0.0, engine_output(&result, 0, i, "failed"));
    }
    engine_result_release(&result);
  }
  PASS();
}

/* Twice the money is worth twice as much, to the bit; the order in which organisations stand changes no more than rounding. */
TEST neither_the_unit_of_money_nor_the_order_matters(void) {
  static struct organisations o, larger, reversed;
  struct engine_random random = {11};
  for (int number = 0; number < NETWORKS; number++) {
    draw(&random, &o);
    int n = o.spec.n;
    larger = reversed = o;
    connect(&larger, n, o.spec.theta, o.spec.cost_share), connect(&reversed, n, o.spec.theta, o.spec.cost_share);
    for (int i = 0; i < n; i++) {
      larger.before[i] *= 2, larger.after[i] *= 2;
      reversed.before[n - 1 - i] = o.before[i], reversed.after[n - 1 - i] = o.after[i];
      for (int j = 0; j < n; j++) reversed.share[(n - 1 - i) * n + n - 1 - j] = o.share[i * n + j];
    }
    struct engine_result one = run(&o, number % 2), twice = run(&larger, number % 2),
                         other = run(&reversed, number % 2);
    for (int i = 0; i < n; i++) {
      double value = engine_output(&one, 0, i, "value");
      ASSERT_EQ(2 * value, engine_output(&twice, 0, i, "value"));
      ASSERT(is_close(engine_output(&other, 0, n - 1 - i, "value"), value, 1e-12, "value in another order", i));
    }
    engine_result_release(&one), engine_result_release(&twice), engine_result_release(&other);
  }
  PASS();
}

/* o0 and o1 own each other outright: what they have belongs to nobody. */
TEST ownership_that_ends_nowhere_is_refused(void) {
  static struct organisations o;
  memset(&o, 0, sizeof o);
  connect(&o, 2, 0.9, 0.5);
  o.share[1] = o.share[2] = 1, o.before[0] = o.before[1] = o.after[0] = o.after[1] = 1;
  struct engine_result result = run(&o, false);
  ASSERT_EQ(LS_STATUS_UNUSABLE, result.status);
  ASSERT(strstr(result.message, "nobody outside the network owns any of 'o"));
  PASS();
}

SUITE(cross_holdings_suite) {
  RUN_TEST(the_european_hierarchy_comes_out);
  RUN_TEST(two_organisations_stand_or_fall_together);
  RUN_TEST(the_engine_agrees_with_the_textbook);
  RUN_TEST(values_add_up_and_worse_is_not_better);
  RUN_TEST(a_tie_stands);
  RUN_TEST(neither_the_unit_of_money_nor_the_order_matters);
  RUN_TEST(ownership_that_ends_nowhere_is_refused);
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  if (!engine_folder_open(&folder)) return 1;
  RUN_SUITE(cross_holdings_suite);
  engine_folder_close(&folder);
  GREATEST_MAIN_END();
}

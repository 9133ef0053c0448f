/* test_ownership.c - firms that hold each other's equity and debt: Suzuki's example, seniority by hand, agreement with the textbook
 * version on random networks, and what the equations imply. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "greatest.h"

#include "spec/spec_case.h"
#include "spec/spec_engine.h"
#include "spec/spec_ownership.h"
#include "support.h"

enum { FIRMS_MOST = 12, CLASSES_MOST = 3, NETWORKS = 200, TEXT_BYTES = 65536 };

static struct engine_folder folder;

struct firms {
  struct spec_firms spec;
  double assets[FIRMS_MOST], owed[CLASSES_MOST * FIRMS_MOST * FIRMS_MOST], outside[CLASSES_MOST * FIRMS_MOST];
  double share[FIRMS_MOST * FIRMS_MOST];
};

static void connect(struct firms *f, int n, int classes) {
  f->spec = (struct spec_firms){n, classes, f->assets, f->owed, f->outside, f->share};
}

/* Outside creditors of class 0 are a column of entities.csv, of others the world in liabilities.csv. */
static bool write_firms(const struct firms *f) {
  static char text[TEXT_BYTES];
  int n = f->spec.n;
  char *to = text + sprintf(text, "id,external_assets,external_liabilities\n");
  for (int i = 0; i < n; i++) to += sprintf(to, "f%d,%.17g,%.17g\n", i, f->assets[i], f->outside[i]);
  if (!support_write_file(folder.path, "entities.csv", text)) return false;
  to = text + sprintf(text, "debtor,creditor,amount,seniority\n");
  for (int k = 0; k < f->spec.classes; k++)
    for (int i = 0; i < n; i++) {
      if (k > 0 && f->outside[k * n + i] > 0) to += sprintf(to, "f%d,world,%.17g,%d\n", i, f->outside[k * n + i], k);
      for (int j = 0; j < n; j++)
        if (f->owed[(k * n + i) * n + j] > 0)
          to += sprintf(to, "f%d,f%d,%.17g,%d\n", i, j, f->owed[(k * n + i) * n + j], k);
    }
  if (!support_write_file(folder.path, "liabilities.csv", text)) return false;
  to = text + sprintf(text, "holder,issuer,share\n");
  for (int k = 0; k < n * n; k++)
    if (f->share[k] > 0) to += sprintf(to, "f%d,f%d,%.17g\n", k / n, k % n, f->share[k]);
  return support_write_file(folder.path, "shareholdings.csv", text);
}

static struct engine_result run(const struct firms *f, const char *model, const char *solution) {
  const char *settings[] = {"tolerance=1e-13", solution, NULL};
  struct engine_result none = {LS_STATUS_IO, "folder", NULL};
  return write_firms(f) ? engine_run(&folder, model, settings, NULL) : none;
}

static bool close_to(double got, double expected, double tolerance, const char *what, int i) {
  if (fabs(got - expected) <= tolerance * (1 + fabs(expected))) return true;
  printf("%s of %d is %.17g, expected %.17g\n", what, i, got, expected);
  return false;
}

/* Rings of debtors with next to nothing outside settle slowly: what has not within the limit of sweeps is said to have not. */
static bool settled(const struct engine_result *result) {
  const json_t *scenario = json_array_get(json_object_get(result->root, "scenarios"), 0);
  return json_is_true(json_object_get(scenario, "converged"));
}

/* Both versions stop within 1e-13 of a geometric approach at a rate below 0.9: 1e-10 is room for what is left. */
static bool agrees(const struct firms *f, bool least) {
  double equity[FIRMS_MOST], payment[FIRMS_MOST];
  struct engine_result result = run(f, "cross-ownership", least ? "solution=least" : "solution=greatest");
  bool same = spec_ownership(&f->spec, least, equity, payment) && result.status == LS_STATUS_OK;
  if (!same) printf("%s\n", result.message);
  for (int i = 0; i < f->spec.n && same; i++) {
    same = close_to(engine_output(&result, 0, i, "equity"), equity[i], 1e-10, "equity", i) && same;
    same = close_to(engine_output(&result, 0, i, "payment"), payment[i], 1e-10, "payment", i) && same;
  }
  engine_result_release(&result);
  return same;
}

/* ---- cases ----------------------------------------------------------------------------------------------------------- */

static bool vector_comes_out(const json_t *root, const char *name) {
  static struct firms f;
  double debt_share[16], nominal[4], equity[4], payment[4];
  char path[64];
  memset(&f, 0, sizeof f);
  connect(&f, 4, 1);
  spec_case_matrix(root, "inputs/Ms_row_holds_share_of_col", f.share);
  spec_case_matrix(root, "inputs/Md", debt_share), spec_case_vector(root, "inputs/nominal_debt", nominal);
  snprintf(path, sizeof path, "outputs/%s/a", name), spec_case_vector(root, path, f.assets);
  snprintf(path, sizeof path, "outputs/%s/equity", name), spec_case_vector(root, path, equity);
  snprintf(path, sizeof path, "outputs/%s/debt_value", name), spec_case_vector(root, path, payment);
  for (int i = 0; i < 4; i++) {
    f.outside[i] = nominal[i];
    for (int j = 0; j < 4; j++) {
      f.owed[i * 4 + j] = debt_share[j * 4 + i] * nominal[i];
      f.outside[i] -= f.owed[i * 4 + j];
    }
  }
  struct engine_result result = run(&f, "cross-ownership", "solution=greatest");
  bool same = result.status == LS_STATUS_OK;
  for (int i = 0; i < 4 && same; i++) {
    same = close_to(engine_output(&result, 0, i, "equity"), equity[i], 1e-8, "equity", i);
    same = close_to(engine_output(&result, 0, i, "payment"), payment[i], 1e-8, "payment", i) && same;
  }
  engine_result_release(&result);
  return same && agrees(&f, false) && agrees(&f, true);
}

TEST suzukis_example_comes_out(void) {
  json_t *root = spec_case_load("xos_suzuki4");
  if (!root) SKIPm("the cases are not there");
  bool same = vector_comes_out(root, "published_input") && vector_comes_out(root, "stressed") &&
              vector_comes_out(root, "severe");
  json_decref(root);
  ASSERT(same);
  PASS();
}

/* f0 has 5 and owes f1 4 first and f2 3 after: f1 gets 4, f2 the 1 that is left. f2 has 2 and half of f1's equity, 4 / 2 = 2: with
 * the 1 its equity is 5. */
TEST seniority_and_a_stake_by_hand(void) {
  static struct firms f;
  memset(&f, 0, sizeof f);
  connect(&f, 3, 2);
  f.assets[0] = 5, f.assets[2] = 2;
  f.owed[0 * 9 + 0 * 3 + 1] = 4, f.owed[1 * 9 + 0 * 3 + 2] = 3;
  f.share[2 * 3 + 1] = 0.5;
  struct engine_result result = run(&f, "cross-ownership", "solution=greatest");
  const double equity[] = {0, 4, 5}, payment[] = {5, 0, 0}, failed[] = {1, 0, 0};
  for (int i = 0; i < 3; i++) {
    ASSERT_IN_RANGE(equity[i], engine_output(&result, 0, i, "equity"), 1e-13);
    ASSERT_IN_RANGE(payment[i], engine_output(&result, 0, i, "payment"), 1e-13);
    ASSERT_IN_RANGE(failed[i], engine_output(&result, 0, i, "default"), 0);
  }
  engine_result_release(&result);
  PASS();
}

/* Two firms owe each other 10 and have nothing: paying in full is a solution, and so is paying nothing. */
TEST a_ring_without_assets_has_two_solutions(void) {
  static struct firms f;
  memset(&f, 0, sizeof f);
  connect(&f, 2, 1);
  f.owed[1] = f.owed[2] = 10;
  struct engine_result most = run(&f, "cross-ownership", "solution=greatest");
  struct engine_result least = run(&f, "cross-ownership", "solution=least");
  for (int i = 0; i < 2; i++) {
    ASSERT_IN_RANGE(10.0, engine_output(&most, 0, i, "payment"), 1e-13);
    ASSERT_IN_RANGE(0.0, engine_output(&least, 0, i, "payment"), 0);
  }
  engine_result_release(&most), engine_result_release(&least);
  PASS();
}

/* ---- random networks --------------------------------------------------------------------------------------------------- */

/* Sparse or dense, with cycles, firms without assets, debts or stakes; at most 0.7 of an equity is held inside. */
static void draw_firms(struct engine_random *random, struct firms *f, bool stakes) {
  int n = 2 + random_below(random, FIRMS_MOST - 2), classes = 1 + random_below(random, CLASSES_MOST);
  double density = random_between(random, 0.1, 0.7);
  memset(f, 0, sizeof *f);
  connect(f, n, classes);
  for (int i = 0; i < n; i++) {
    f->assets[i] = random_chance(random, 0.8) ? random_between(random, 0, 20) : 0;
    for (int k = 0; k < classes; k++)
      f->outside[k * n + i] = random_chance(random, 0.7) ? random_between(random, 0, 8) : 0;
    for (int j = 0; j < n; j++) {
      for (int k = 0; k < classes && i != j; k++)
        if (random_chance(random, density)) f->owed[(k * n + i) * n + j] = random_between(random, 0, 5);
      if (stakes && i != j && random_chance(random, density)) f->share[i * n + j] = 0.7 / n * random_unit(random);
    }
  }
}

TEST the_engine_agrees_with_the_textbook(void) {
  static struct firms f;
  struct engine_random random = {2002};
  for (int number = 0; number < NETWORKS; number++) {
    draw_firms(&random, &f, true);
    bool same = agrees(&f, number % 2);
    if (!same) printf("network %d of %d firms, %d classes\n", number, f.spec.n, f.spec.classes);
    ASSERT(same);
  }
  PASS();
}

/* All that is outside is what there was: equities held outside and payments to creditors outside add up to the assets. */
static bool conserves(const struct firms *f, const struct engine_result *result) {
  double inside = 0, assets = 0;
  int n = f->spec.n;
  for (int i = 0; i < n; i++) {
    double held = 0, due = 0, out = 0, equity = engine_output(result, 0, i, "equity");
    for (int h = 0; h < n; h++) held += f->share[h * n + i];
    double left = engine_output(result, 0, i, "payment");
    for (int k = 0; k < f->spec.classes; k++) {
      double of_class = f->outside[k * n + i];
      for (int j = 0; j < n; j++) of_class += f->owed[(k * n + i) * n + j];
      double paid = fmin(of_class, fmax(left - due, 0));
      if (of_class > 0) out += f->outside[k * n + i] / of_class * paid;
      due += of_class;
    }
    inside += (1 - held) * equity + out;
    assets += f->assets[i];
  }
  return close_to(inside, assets, 1e-9, "what holders outside have", -1);
}

TEST value_is_conserved_and_least_is_not_above_greatest(void) {
  static struct firms f;
  struct engine_random random = {2009};
  int slow = 0;
  for (int number = 0; number < NETWORKS; number++) {
    draw_firms(&random, &f, true);
    struct engine_result most = run(&f, "cross-ownership", "solution=greatest");
    struct engine_result least = run(&f, "cross-ownership", "solution=least");
    bool kept = most.status == LS_STATUS_OK && least.status == LS_STATUS_OK;
    slow += kept && !settled(&most);
    kept = kept && (!settled(&most) || conserves(&f, &most));
    for (int i = 0; i < f.spec.n && kept; i++)
      kept = engine_output(&least, 0, i, "payment") <= engine_output(&most, 0, i, "payment") + 1e-9 &&
             engine_output(&least, 0, i, "equity") <= engine_output(&most, 0, i, "equity") + 1e-9;
    engine_result_release(&most), engine_result_release(&least);
    ASSERT(kept);
  }
  ASSERT_EQ(0, slow); /* there is an exact finish */
  PASS();
}

/* Sweeps that end after two are finished exactly: the textbook's end, which took as many as it needed. */
TEST what_sweeps_leave_is_solved_exactly(void) {
  static struct firms f;
  struct engine_random random = {2010};
  static const char *const SOON[] = {"max_iterations=2", NULL};
  for (int number = 0; number < NETWORKS; number++) {
    double equity[FIRMS_MOST], payment[FIRMS_MOST];
    draw_firms(&random, &f, true);
    ASSERT(spec_ownership(&f.spec, false, equity, payment) && write_firms(&f));
    struct engine_result result = engine_run(&folder, "cross-ownership", SOON, NULL);
    ASSERT_EQm(result.message, LS_STATUS_OK, result.status);
    ASSERT(settled(&result));
    for (int i = 0; i < f.spec.n; i++) {
      ASSERT(close_to(engine_output(&result, 0, i, "equity"), equity[i], 1e-9, "equity", i));
      ASSERT(close_to(engine_output(&result, 0, i, "payment"), payment[i], 1e-9, "payment", i));
    }
    engine_result_release(&result);
  }
  PASS();
}

/* Two firms owe each other 1,000 and others 1, and have 0.25 and 0.5: what leaves is what there is, p_a / 1001 + p_b / 1001 = 0.75, and
 * p_a - p_b = (0.25 - 0.5) / (1 + 1000 / 1001). Sweeps would take some 20,000. */
TEST a_slow_ring_is_solved_exactly(void) {
  static struct firms f;
  memset(&f, 0, sizeof f);
  connect(&f, 2, 1);
  f.assets[0] = 0.25, f.assets[1] = 0.5, f.outside[0] = f.outside[1] = 1, f.owed[1] = f.owed[2] = 1000;
  double sum = 0.75 * 1001, difference = -0.25 / (1 + 1000.0 / 1001);
  for (int least = 0; least < 2; least++) {
    struct engine_result result = run(&f, "cross-ownership", least ? "solution=least" : "solution=greatest");
    ASSERT(settled(&result));
    ASSERT_IN_RANGE((sum + difference) / 2, engine_output(&result, 0, 0, "payment"), 1e-9);
    ASSERT_IN_RANGE((sum - difference) / 2, engine_output(&result, 0, 1, "payment"), 1e-9);
    engine_result_release(&result);
  }
  PASS();
}

/* Without stakes and with one class it is Eisenberg and Noe's model. */
TEST without_stakes_it_is_eisenberg_noe(void) {
  static struct firms f;
  struct engine_random random = {2001};
  for (int number = 0; number < NETWORKS; number++) {
    draw_firms(&random, &f, false);
    f.spec.classes = 1;
    struct engine_result own = run(&f, "cross-ownership", "solution=greatest");
    struct engine_result other = run(&f, "eisenberg-noe", "solution=greatest");
    bool same = own.status == LS_STATUS_OK && other.status == LS_STATUS_OK;
    for (int i = 0; i < f.spec.n && same; i++) {
      same = close_to(engine_output(&own, 0, i, "payment"), engine_output(&other, 0, i, "payment"), 1e-9, "payment", i);
      same = close_to(engine_output(&own, 0, i, "equity"), engine_output(&other, 0, i, "equity"), 1e-9, "equity", i) &&
             same;
    }
    engine_result_release(&own), engine_result_release(&other);
    ASSERT(same);
  }
  PASS();
}

SUITE(ownership_suite) {
  RUN_TEST(suzukis_example_comes_out);
  RUN_TEST(seniority_and_a_stake_by_hand);
  RUN_TEST(a_ring_without_assets_has_two_solutions);
  RUN_TEST(the_engine_agrees_with_the_textbook);
  RUN_TEST(value_is_conserved_and_least_is_not_above_greatest);
  RUN_TEST(what_sweeps_leave_is_solved_exactly);
  RUN_TEST(a_slow_ring_is_solved_exactly);
  RUN_TEST(without_stakes_it_is_eisenberg_noe);
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  if (!engine_folder_open(&folder)) return 1;
  RUN_SUITE(ownership_suite);
  engine_folder_close(&folder);
  GREATEST_MAIN_END();
}

/* test_production.c - losses of output along supply chains: published and constructed cases, agreement with the textbook
 * version on random networks, and what the equations imply. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "greatest.h"

#include "spec/spec_case.h"
#include "spec/spec_engine.h"
#include "spec/spec_production.h"
#include "support.h"

enum { FIRMS_MOST = 24, SECTORS_MOST = 5, NETWORKS = 150, TEXT_BYTES = 65536 };

static struct engine_folder folder;
static const char *const EXACT[] = {"tolerance=1e-13", NULL};
static const char *const EXACT_REPLACEABLE[] = {"tolerance=1e-13", "replaceability=sector", NULL};
static const char *const EXACT_COLUMN[] = {"tolerance=1e-13", "weights=column", NULL};
static const char *const EXACT_BOTH[] = {"tolerance=1e-13", "weights=column", "replaceability=sector", NULL};

struct supply {
  struct spec_supply spec;
  double trade[FIRMS_MOST * FIRMS_MOST], weight[FIRMS_MOST];
  int sector[FIRMS_MOST], essentiality[SECTORS_MOST * SECTORS_MOST];
};

static void connect(struct supply *s, int n, int sectors, bool weighted, bool replaceable) {
  s->spec =
      (struct spec_supply){n, sectors, s->trade, s->sector, s->essentiality, weighted ? s->weight : NULL, replaceable};
}

/* ---- through the engine -------------------------------------------------------------------------------------------- */

static bool write_supply(const struct supply *s, double unit) {
  static char text[TEXT_BYTES];
  int n = s->spec.n;
  char *to = text + sprintf(text, "id,sector,weight\n");
  for (int i = 0; i < n; i++) to += sprintf(to, "f%d,s%d,%.17g\n", i, s->sector[i], s->weight[i]);
  if (!support_write_file(folder.path, "entities.csv", text)) return false;
  to = text + sprintf(text, "supplier,buyer,amount\n");
  for (int k = 0; k < n * n; k++)
    if (s->trade[k] > 0) to += sprintf(to, "f%d,f%d,%.17g\n", k / n, k % n, s->trade[k] * unit);
  if (!support_write_file(folder.path, "trade.csv", text)) return false;
  to = text + sprintf(text, "supplier_sector,buyer_sector,essentiality\n");
  for (int k = 0; k < s->spec.sectors * s->spec.sectors; k++)
    to += sprintf(to, "s%d,s%d,%d\n", k / s->spec.sectors, k % s->spec.sectors, s->essentiality[k]);
  return support_write_file(folder.path, "essentials.csv", text);
}

static struct engine_result run(const struct supply *s, const double *lost, double unit) {
  static char text[TEXT_BYTES];
  char *to = text + sprintf(text, "scenario,target,variable,value\n");
  for (int i = 0; i < s->spec.n; i++) to += sprintf(to, "s,f%d,output_loss,%.17g\n", i, lost[i]);
  const char *const *settings =
      s->spec.replaceable ? (s->spec.weight ? EXACT_BOTH : EXACT_REPLACEABLE) : (s->spec.weight ? EXACT_COLUMN : EXACT);
  struct engine_result none = {LS_STATUS_IO, "folder", NULL};
  return write_supply(s, unit) ? engine_run(&folder, "production", settings, text) : none;
}

static bool close_to(double got, double expected, double tolerance, const char *what, int i) {
  if (fabs(got - expected) <= tolerance) return true;
  printf("%s of %d is %.17g, expected %.17g\n", what, i, got, expected);
  return false;
}

/* Scenarios that the engine says did not settle: markets in which suppliers replace one another, within closed cycles. */
static int unsettled;

static bool settled(const struct engine_result *result) {
  const json_t *scenario = json_array_get(json_object_get(result->root, "scenarios"), 0);
  bool converged = json_is_true(json_object_get(scenario, "converged"));
  unsettled += !converged;
  return converged;
}

/* All outputs against the textbook's. Both stop within 1e-13 of a geometric approach: 1e-9 leaves room for slow ones. */
static bool agrees(const struct supply *s, const double *lost, double unit) {
  double down[FIRMS_MOST], up[FIRMS_MOST], index = spec_production(&s->spec, lost, down, up), sum = 0;
  struct engine_result result = run(s, lost, unit);
  bool same = result.status == LS_STATUS_OK;
  if (!same) printf("%s\n", result.message);
  bool told = same && settled(&result);
  if (same && !told && !s->spec.replaceable) same = printf("did not settle\n") < 0; /* there is an exact finish */
  for (int i = 0; i < s->spec.n && told; i++) {
    same = close_to(engine_output(&result, 0, i, "downstream"), down[i], 1e-9, "downstream", i) && same;
    same = close_to(engine_output(&result, 0, i, "upstream"), up[i], 1e-9, "upstream", i) && same;
    sum += engine_output(&result, 0, i, "index");
  }
  same = same && (!told || close_to(engine_scenario_number(&result, 0, "system_loss"), index, 1e-9, "index", -1));
  same = same && (!told || close_to(sum, index, 1e-9, "sum of parts", -1));
  engine_result_release(&result);
  return same;
}

/* ---- cases ----------------------------------------------------------------------------------------------------------- */

static void load_matrix(const json_t *root, const char *path, struct supply *s) {
  spec_case_matrix(root, path, s->trade);
}

static bool variant_comes_out(const json_t *root, struct supply *s, int essentiality, bool market) {
  char path[128];
  bool same = true;
  double down[FIRMS_MOST], up[FIRMS_MOST];
  connect(s, s->spec.n, s->spec.sectors, false, market);
  for (int k = 0; k < s->spec.sectors * s->spec.sectors; k++) s->essentiality[k] = essentiality;
  for (int i = 0; i < s->spec.n; i++) {
    double lost[FIRMS_MOST] = {0};
    lost[i] = 1;
    snprintf(path, sizeof path, "outputs/ess%d_market%d/esri/%d", essentiality, market, i);
    double expected = spec_case_number(root, path), tolerance = spec_case_number(root, "tolerance");
    same = close_to(spec_production(&s->spec, lost, down, up), expected, tolerance, path, i) && same;
    same = agrees(s, lost, 1) && same;
  }
  return same;
}

TEST the_published_network_of_eleven_firms_comes_out(void) {
  static struct supply s;
  json_t *root = spec_case_load("esri_diem_fig1");
  if (!root) SKIPm("the cases are not there");
  int n = spec_case_length(root, "inputs/sector");
  double sector[FIRMS_MOST];
  spec_case_vector(root, "inputs/sector", sector);
  load_matrix(root, "inputs/W_supplier_row_buyer_col", &s);
  for (int i = 0; i < n; i++) s.sector[i] = (int)sector[i] - 1;
  connect(&s, n, 5, false, false);
  bool same = true;
  for (int essentiality = 1; essentiality <= 2; essentiality++)
    for (int market = 0; market <= 1; market++) same = variant_comes_out(root, &s, essentiality, market) && same;
  json_decref(root);
  ASSERT(same);
  PASS();
}

/* Power and chips are essential for clouds, clouds for labs. */
static bool chain_comes_out(const json_t *root, struct supply *s, const char *name, int firm, double share,
                            bool market) {
  char path[128];
  double lost[FIRMS_MOST] = {0}, down[FIRMS_MOST], up[FIRMS_MOST], expected_down[FIRMS_MOST], expected_up[FIRMS_MOST];
  lost[firm] = share;
  connect(s, s->spec.n, s->spec.sectors, true, market);
  double tolerance = spec_case_number(root, "tolerance"), index = spec_production(&s->spec, lost, down, up);
  snprintf(path, sizeof path, "outputs/%s%s/esri", name, market ? "_replaceable" : "");
  bool same = close_to(index, spec_case_number(root, path), tolerance, path, firm);
  snprintf(path, sizeof path, "outputs/%s%s/loss_d", name, market ? "_replaceable" : "");
  spec_case_vector(root, path, expected_down);
  snprintf(path, sizeof path, "outputs/%s%s/loss_u", name, market ? "_replaceable" : "");
  spec_case_vector(root, path, expected_up);
  for (int i = 0; i < s->spec.n; i++) {
    same = close_to(1 - down[i], expected_down[i], tolerance, "loss downstream", i) && same;
    same = close_to(1 - up[i], expected_up[i], tolerance, "loss upstream", i) && same;
  }
  return agrees(s, lost, 1) && same;
}

TEST the_compute_supply_chain_comes_out(void) {
  static struct supply s;
  json_t *root = spec_case_load("esri_compute_chain7");
  if (!root) SKIPm("the cases are not there");
  int n = spec_case_length(root, "inputs/weights"), sectors = spec_case_length(root, "inputs/sector_order");
  double essentiality[SECTORS_MOST * SECTORS_MOST];
  load_matrix(root, "inputs/W", &s);
  spec_case_vector(root, "inputs/weights", s.weight);
  spec_case_matrix(root, "inputs/essentiality_row_input_col_user", essentiality);
  for (int k = 0; k < sectors * sectors; k++) s.essentiality[k] = (int)essentiality[k];
  for (int i = 0; i < n; i++)
    for (int k = 0; k < sectors; k++)
      if (strcmp(json_string_value(json_array_get(spec_case_at(root, "inputs/sectors"), (size_t)i)),
                 json_string_value(json_array_get(spec_case_at(root, "inputs/sector_order"), (size_t)k))) == 0)
        s.sector[i] = k;
  connect(&s, n, sectors, true, false);
  bool same = true;
  for (int market = 0; market <= 1; market++) {
    same = chain_comes_out(root, &s, "gpu_A_-30%", 1, 0.3, market) && same;
    same = chain_comes_out(root, &s, "power_-50%", 0, 0.5, market) && same;
    same = chain_comes_out(root, &s, "cloud1_out", 3, 1, market) && same;
    same = chain_comes_out(root, &s, "lab1_out", 5, 1, market) && same;
  }
  json_decref(root);
  ASSERT(same);
  PASS();
}

/* ---- random networks --------------------------------------------------------------------------------------------------- */

/* Sparse or dense, with cycles, firms that sell nothing and firms that buy nothing. */
static void draw_supply(struct engine_random *random, struct supply *s, double *lost) {
  int n = 2 + random_below(random, FIRMS_MOST - 2), sectors = 1 + random_below(random, SECTORS_MOST);
  double density = random_between(random, 0.05, 0.6);
  for (int k = 0; k < n * n; k++)
    s->trade[k] = k / n != k % n && random_chance(random, density) ? random_between(random, 0.1, 10) : 0;
  s->trade[1] = 1; /* somebody sells something */
  for (int i = 0; i < n; i++) {
    s->sector[i] = random_below(random, sectors);
    s->weight[i] = random_between(random, 0, 5) + 0.01;
    lost[i] = random_chance(random, 0.3) ? random_unit(random) : 0;
  }
  lost[random_below(random, n)] = 1;
  for (int k = 0; k < sectors * sectors; k++) s->essentiality[k] = random_below(random, 3);
  connect(s, n, sectors, random_chance(random, 0.5), random_chance(random, 0.5));
}

TEST the_engine_agrees_with_the_textbook_in_any_unit_of_money(void) {
  static struct supply s;
  struct engine_random random = {10};
  for (int number = 0; number < NETWORKS; number++) {
    double lost[FIRMS_MOST];
    draw_supply(&random, &s, lost);
    bool same = agrees(&s, lost, number % 2 ? 1e-6 : 1);
    if (!same) printf("network %d of %d firms\n", number, s.spec.n);
    ASSERT(same);
  }
  ASSERT(unsettled > 0 && unsettled < NETWORKS / 10); /* such chains are seen, and are few */
  PASS();
}

/* Closed economies in which a loss of one firm takes thousands of sweeps to reach all: solved after five of them, exactly. What sweeps
 * end at within 1e-13 of a change is 1e-9 from it at rates as slow as these (1 - 1e-3 or so). */
TEST what_sweeps_leave_is_solved_exactly(void) {
  static struct supply s;
  struct engine_random random = {13};
  static const char *const SOON[] = {"max_iterations=5", NULL};
  for (int number = 0; number < NETWORKS; number++) {
    double lost[FIRMS_MOST], down[FIRMS_MOST], up[FIRMS_MOST];
    char text[128];
    draw_supply(&random, &s, lost);
    connect(&s, s.spec.n, s.spec.sectors, false, false);
    int hit = random_below(&random, s.spec.n);
    memset(lost, 0, sizeof lost);
    lost[hit] = number % 3 ? 1 : random_unit(&random);
    double index = spec_production(&s.spec, lost, down, up);
    snprintf(text, sizeof text, "scenario,target,variable,value\ns,f%d,output_loss,%.17g\n", hit, lost[hit]);
    ASSERT(write_supply(&s, 1));
    struct engine_result result = engine_run(&folder, "production", SOON, text);
    ASSERT_EQm(result.message, LS_STATUS_OK, result.status);
    ASSERT_EQ(1.0, engine_scenario_number(&result, 0, "converged"));
    for (int i = 0; i < s.spec.n; i++) {
      ASSERT(close_to(engine_output(&result, 0, i, "downstream"), down[i], 1e-9, "downstream", i));
      ASSERT(close_to(engine_output(&result, 0, i, "upstream"), up[i], 1e-9, "upstream", i));
    }
    ASSERT(close_to(engine_scenario_number(&result, 0, "system_loss"), index, 1e-9, "index", -1));
    engine_result_release(&result);
  }
  PASS();
}

/* Outputs lie in 0..1 - psi; more essential inputs, or a larger shock, never leave more; an entity's own part is lost in any case. */
TEST bounds_and_monotony_hold(void) {
  static struct supply s;
  struct engine_random random = {11};
  for (int number = 0; number < NETWORKS; number++) {
    double lost[FIRMS_MOST], more[FIRMS_MOST], down[FIRMS_MOST], up[FIRMS_MOST], down2[FIRMS_MOST], up2[FIRMS_MOST];
    draw_supply(&random, &s, lost);
    int n = s.spec.n;
    connect(&s, n, s.spec.sectors, true, false);
    for (int i = 0; i < n; i++)
      more[i] = lost[i] + (1 - lost[i]) * (random_chance(&random, 0.5) ? random_unit(&random) : 0);
    struct engine_result one = run(&s, lost, 1), two = run(&s, more, 1);
    double whole = 0, own = 0;
    bool kept = one.status == LS_STATUS_OK && two.status == LS_STATUS_OK;
    for (int i = 0; i < n && kept; i++) {
      down[i] = engine_output(&one, 0, i, "downstream"), up[i] = engine_output(&one, 0, i, "upstream");
      down2[i] = engine_output(&two, 0, i, "downstream"), up2[i] = engine_output(&two, 0, i, "upstream");
      kept = down[i] >= 0 && up[i] >= 0 && down[i] <= 1 - lost[i] + 1e-15 && up[i] <= 1 - lost[i] + 1e-15 && kept;
      kept = down2[i] <= down[i] + 1e-9 && up2[i] <= up[i] + 1e-9 && kept;
      whole += s.weight[i], own += s.weight[i] * lost[i];
    }
    kept = kept && engine_scenario_number(&one, 0, "system_loss") >= own / whole - 1e-9;
    for (int k = 0; k < s.spec.sectors * s.spec.sectors; k++) s.essentiality[k] = 1;
    struct engine_result linear = run(&s, lost, 1);
    for (int k = 0; k < s.spec.sectors * s.spec.sectors; k++) s.essentiality[k] = 2;
    struct engine_result leontief = run(&s, lost, 1);
    for (int i = 0; i < n && kept; i++)
      kept = engine_output(&leontief, 0, i, "downstream") <= engine_output(&linear, 0, i, "downstream") + 1e-9 && kept;
    engine_result_release(&one), engine_result_release(&two);
    engine_result_release(&linear), engine_result_release(&leontief);
    if (!kept) printf("network %d of %d firms\n", number, n);
    ASSERT(kept);
  }
  PASS();
}

TEST what_the_model_needs_is_named(void) {
  struct engine_result result;
  static struct supply s;
  struct engine_random random = {12};
  double lost[FIRMS_MOST];
  char path[4200];
  draw_supply(&random, &s, lost);
  ASSERT(write_supply(&s, 1));
  snprintf(path, sizeof path, "%s/essentials.csv", folder.path);
  remove(path);
  result = engine_run(&folder, "production", EXACT, NULL);
  ASSERT_EQ(result.status, LS_STATUS_UNUSABLE);
  ASSERT(strstr(result.message, "essentials.csv") != NULL);
  engine_result_release(&result);
  ASSERT(support_write_file(folder.path, "essentials.csv", "supplier_sector,buyer_sector,essentiality\n"));
  ASSERT(support_write_file(folder.path, "trade.csv", "supplier,buyer,amount\n"));
  result = engine_run(&folder, "production", EXACT, NULL);
  ASSERT_EQ(result.status, LS_STATUS_UNUSABLE);
  ASSERT(strstr(result.message, "add up to 0") != NULL);
  engine_result_release(&result);
  PASS();
}

SUITE(production_suite) {
  RUN_TEST(the_published_network_of_eleven_firms_comes_out);
  RUN_TEST(the_compute_supply_chain_comes_out);
  RUN_TEST(the_engine_agrees_with_the_textbook_in_any_unit_of_money);
  RUN_TEST(what_sweeps_leave_is_solved_exactly);
  RUN_TEST(bounds_and_monotony_hold);
  RUN_TEST(what_the_model_needs_is_named);
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  if (!engine_folder_open(&folder)) return 1;
  RUN_SUITE(production_suite);
  engine_folder_close(&folder);
  GREATEST_MAIN_END();
}

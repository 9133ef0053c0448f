/* test_network_measures.c - the spectral radius of relative exposures and the bounds of Glasserman and Young, by
 * `check`: the shared cases, networks with radii known by hand, and random ones against the growth of powers and
 * all sets there are. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "greatest.h"
#include "spec/spec_case.h"
#include "spec/spec_engine.h"
#include "support.h"

enum { MOST = 12 };

static struct engine_folder folder;

static void open_folder(void *user) {
  (void)user;
  if (!engine_folder_open(&folder)) abort();
}

static void close_folder(void *user) {
  (void)user;
  engine_folder_close(&folder);
}

/* The block "measures" of a check of the folder; with it goes the document (json_decref). NULL: none. */
static json_t *measures_of_check(json_t **document) {
  ls_context *context = NULL;
  ls_text *text = NULL;
  *document = NULL;
  if (ls_context_create(&context) != LS_STATUS_OK) abort();
  if (ls_check(context, folder.path, NULL, LS_FORMAT_JSON, &text) == LS_STATUS_OK)
    *document = json_loads(ls_text_data(text), JSON_REJECT_DUPLICATES, NULL);
  else
    printf("%s\n", ls_context_message(context, 0));
  ls_text_destroy(&text);
  ls_context_destroy(&context);
  return json_object_get(*document, "measures");
}

/* Writes banks with the given relative exposures (row: who loses) and equity, and checks them. */
static json_t *check_exposures(int n, const double *lambda, const double *equity, json_t **document) {
  double owed[MOST * MOST], zero[MOST] = {0};
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) owed[j * n + i] = lambda[i * n + j] * fabs(equity[i]);
  const struct engine_banks banks = {n, zero, zero, owed, equity, NULL};
  if (!engine_write_banks(&folder, &banks)) abort();
  return measures_of_check(document);
}

static double number(const json_t *root, const char *key) {
  const json_t *value = json_object_get(root, key);
  return json_is_number(value) ? json_number_value(value) : NAN;
}

/* Both bounds are within `tolerance` of the radius and hold it, up to the rounding of sums. */
static bool radius_is(const json_t *measures, double wanted, double tolerance) {
  const json_t *radius = json_object_get(measures, "spectral_radius");
  const double lower = number(radius, "lower"), upper = number(radius, "upper");
  const bool good = lower <= upper && lower <= wanted + 1e-14 && upper >= wanted - 1e-14 &&
                    upper - lower <= tolerance && json_is_true(json_object_get(radius, "converged"));
  if (!good) printf("radius %.17g..%.17g, wanted %.17g\n", lower, upper, wanted);
  return good;
}

static const double ONES[MOST] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};

/* ---- the spectral radius --------------------------------------------------------------------------------------- */

TEST the_shared_case_has_its_radius(void) {
  json_t *root = spec_case_load("spectral_stability3"), *document;
  if (root == NULL) SKIPm("the shared cases are not there");
  double lambda[9];
  spec_case_matrix(root, "inputs/Lambda", lambda);
  const double wanted = spec_case_number(root, "outputs/spectral_radius");
  json_decref(root);
  const json_t *measures = check_exposures(3, lambda, ONES, &document);
  const json_t *radius = json_object_get(measures, "spectral_radius");
  ASSERT_IN_RANGE(wanted, number(radius, "lower"), 1e-10); /* the tolerance of the case */
  ASSERT_IN_RANGE(wanted, number(radius, "upper"), 1e-10);
  json_decref(document);
  PASS();
}

/* Eigenvalues +-1/2, and the three cube roots of 0.2 0.5 0.8: plain powers would turn round for ever. */
TEST periods_do_not_keep_the_bounds_apart(void) {
  const double pair[4] = {0, 0.5, 0.5, 0}, ring[9] = {0, 0.2, 0, 0, 0, 0.5, 0.8, 0, 0};
  json_t *document;
  ASSERT(radius_is(check_exposures(2, pair, ONES, &document), 0.5, 1e-12));
  json_decref(document);
  ASSERT(radius_is(check_exposures(3, ring, ONES, &document), 0.43088693800637673, 1e-12));
  json_decref(document);
  PASS();
}

/* Two pairs of radius 0.4 and 0.9, the first exposed to the second, and a bank that is exposed to all. */
TEST the_radius_is_that_of_the_strongest_group(void) {
  double lambda[25] = {0};
  lambda[0 * 5 + 1] = 0.8, lambda[1 * 5 + 0] = 0.2;
  lambda[2 * 5 + 3] = 0.9, lambda[3 * 5 + 2] = 0.9;
  lambda[0 * 5 + 2] = 50, lambda[1 * 5 + 3] = 7;
  for (int j = 0; j < 4; j++) lambda[4 * 5 + j] = 3;
  json_t *document;
  ASSERT(radius_is(check_exposures(5, lambda, ONES, &document), 0.9, 1e-12));
  json_decref(document);
  PASS();
}

TEST without_a_circle_of_claims_the_radius_is_0(void) {
  const double lambda[9] = {0, 4, 2, 0, 0, 3, 0, 0, 0};
  json_t *document;
  const json_t *measures = check_exposures(3, lambda, ONES, &document);
  ASSERT(radius_is(measures, 0, 0));
  json_decref(document);
  PASS();
}

TEST who_has_no_equity_is_named_and_left_out(void) {
  const double lambda[16] = {0, 0.5, 9, 1, 0.5, 0, 9, 1, 9, 9, 0, 1, 1, 1, 1, 0}, equity[4] = {1, 2, -3, 0};
  json_t *document;
  const json_t *measures = check_exposures(4, lambda, equity, &document);
  const json_t *out = json_object_get(measures, "without_equity");
  ASSERT(radius_is(measures, 0.5, 1e-12));
  ASSERT_EQ(2, (int)json_array_size(out));
  ASSERT_STR_EQ("b2", json_string_value(json_array_get(out, 0)));
  ASSERT_STR_EQ("b3", json_string_value(json_array_get(out, 1)));
  json_decref(document);
  PASS();
}

/* ||A^k||^(1/k) for k = 2^40 by squaring, each square scaled: the textbook's limit (Gelfand), by no part of the
 * code under test. After 40 squarings what is left of the norm's constant is log(n)/2^40. */
static double radius_by_squaring(int n, const double *matrix) {
  double power[MOST * MOST], square[MOST * MOST], logarithm = 0, share = 1;
  memcpy(power, matrix, (size_t)(n * n) * sizeof *power);
  for (int round = 0; round < 40; round++) {
    double norm = 0;
    for (int k = 0; k < n * n; k++) norm = fmax(norm, power[k]);
    if (norm == 0) return 0;
    for (int k = 0; k < n * n; k++) power[k] /= norm;
    logarithm += share * log(norm);
    share /= 2;
    for (int i = 0; i < n; i++)
      for (int j = 0; j < n; j++) {
        square[i * n + j] = 0;
        for (int k = 0; k < n; k++) square[i * n + j] += power[i * n + k] * power[k * n + j];
      }
    memcpy(power, square, sizeof square);
  }
  return exp(logarithm);
}

TEST random_networks_have_the_radius_that_powers_grow_by(void) {
  struct engine_random random = {11};
  for (int trial = 0; trial < 40; trial++) {
    double lambda[MOST * MOST] = {0}, equity[MOST];
    const int n = 2 + random_below(&random, MOST - 1);
    const double density = random_between(&random, 0.05, 0.5);
    for (int i = 0; i < n; i++) equity[i] = random_between(&random, 0.5, 20);
    for (int k = 0; k < n * n; k++)
      if (k / n != k % n && random_chance(&random, density)) lambda[k] = random_between(&random, 0, 1.5);
    json_t *document;
    const json_t *radius = json_object_get(check_exposures(n, lambda, equity, &document), "spectral_radius");
    const double wanted = radius_by_squaring(n, lambda);
    ASSERT_IN_RANGE(wanted, number(radius, "lower"), 1e-9); /* rounding of 40 squarings */
    ASSERT_IN_RANGE(wanted, number(radius, "upper"), 1e-9);
    ASSERT(json_is_true(json_object_get(radius, "converged")));
    json_decref(document);
  }
  PASS();
}

/* ---- Glasserman and Young -------------------------------------------------------------------------------------- */

struct sheets {
  int n;
  double outside_assets[MOST], net_worth[MOST], owed[MOST * MOST], outside_owed[MOST];
};

static json_t *check_sheets(const struct sheets *sheets, json_t **document) {
  const struct engine_banks banks = {sheets->n,    sheets->outside_assets, sheets->outside_owed,
                                     sheets->owed, sheets->net_worth,      NULL};
  if (!engine_write_banks(&folder, &banks)) abort();
  return measures_of_check(document);
}

static const json_t *entity_of(const json_t *measures, int i) {
  return json_array_get(json_object_get(measures, "entities"), (size_t)i);
}

static bool lists(const json_t *list, int i) {
  char id[16];
  const json_t *item;
  size_t k;
  snprintf(id, sizeof id, "b%d", i);
  json_array_foreach(list, k, item) {
    if (strcmp(json_string_value(item), id) == 0) return true;
  }
  return false;
}

/* Goes through all sets of others: which have more net worth than the index, and how many the largest other set has. */
static bool sets_agree(const struct sheets *sheets, const json_t *measures, int i) {
  const double index = number(entity_of(measures, i), "contagion_index");
  const json_t *safe = json_object_get(entity_of(measures, i), "cannot_topple");
  int largest = 0, alone = 0;
  for (unsigned set = 1; set < 1u << sheets->n; set++) {
    double worth = 0;
    int size = 0;
    bool fits = (set >> i & 1u) == 0;
    for (int j = 0; j < sheets->n; j++)
      if (set >> j & 1u) worth += sheets->net_worth[j], size++, fits = fits && sheets->net_worth[j] > 0;
    if (!fits) continue;
    if (worth <= index && size > largest) largest = size;
    if (size > 1) continue;
    alone += worth > index;
    if (lists(safe, __builtin_ctz(set)) != (worth > index)) return false;
  }
  return number(entity_of(measures, i), "largest_set") == largest &&
         number(entity_of(measures, i), "cannot_topple_count") == alone && (int)json_array_size(safe) == alone;
}

TEST the_shared_case_has_its_bounds(void) {
  json_t *root = spec_case_load("glasserman_young4"), *document;
  if (root == NULL) SKIPm("the shared cases are not there");
  struct sheets sheets = {.n = 4};
  double leverage[4], beta[4], index[4], delta[4], bound = 1;
  spec_case_vector(root, "inputs/outside_assets", sheets.outside_assets);
  spec_case_vector(root, "inputs/net_worth", sheets.net_worth);
  spec_case_vector(root, "inputs/outside_liabilities", sheets.outside_owed);
  spec_case_matrix(root, "inputs/interbank_liabilities", sheets.owed);
  spec_case_vector(root, "outputs/lambda_", leverage), spec_case_vector(root, "outputs/beta", beta);
  spec_case_vector(root, "outputs/contagion_index", index), spec_case_vector(root, "outputs/delta", delta);
  const json_t *measures = check_sheets(&sheets, &document);
  for (int i = 0; i < 4; i++) {
    const json_t *entity = entity_of(measures, i);
    char path[64];
    ASSERT_IN_RANGE(leverage[i], number(entity, "outside_leverage"), 1e-12);
    ASSERT_IN_RANGE(beta[i], number(entity, "connectivity"), 1e-12);
    ASSERT_IN_RANGE(index[i], number(entity, "contagion_index"), 1e-12);
    ASSERT(sets_agree(&sheets, measures, i));
    snprintf(path, sizeof path, "outputs/impossible_sets/%d", i); /* sets of two or more */
    for (int k = 0; k < spec_case_length(root, path); k++) {
      double worth = 0;
      const json_t *set = json_array_get(spec_case_at(root, path), (size_t)k);
      for (size_t m = 0; m < json_array_size(set); m++)
        worth += sheets.net_worth[json_integer_value(json_array_get(set, m))];
      ASSERT(worth > number(entity, "contagion_index"));
    }
    bound += number(entity, "amplification_weight") * delta[i];
  }
  ASSERT_IN_RANGE(spec_case_number(root, "outputs/mc_bound"), bound, 1e-12);
  ASSERT_IN_RANGE(0.25, number(measures, "connectivity_max"), 1e-15);
  json_decref(root), json_decref(document);
  PASS();
}

TEST random_sheets_agree_with_all_sets_there_are(void) {
  struct engine_random random = {5};
  for (int trial = 0; trial < 30; trial++) {
    struct sheets sheets = {.n = 2 + random_below(&random, 7)};
    json_t *document;
    for (int i = 0; i < sheets.n; i++) {
      sheets.outside_assets[i] = random_between(&random, 0, 60);
      sheets.net_worth[i] = 1 + random_below(&random, 8) - (random_chance(&random, 0.2) ? 5 : 0); /* ties, and none */
      sheets.outside_owed[i] = random_between(&random, 0, 40);
      for (int j = 0; j < sheets.n; j++)
        if (j != i && random_chance(&random, 0.6)) sheets.owed[i * sheets.n + j] = random_between(&random, 1, 9);
    }
    const json_t *measures = check_sheets(&sheets, &document);
    for (int i = 0; i < sheets.n; i++) ASSERT(sets_agree(&sheets, measures, i));
    json_decref(document);
  }
  PASS();
}

/* All its debt is owed within the network: nothing bounds what links add. */
TEST without_outside_debt_there_is_no_bound(void) {
  struct sheets sheets = {2, {10, 10}, {2, 3}, {0, 4, 0, 0}, {0, 5}};
  json_t *document;
  const json_t *measures = check_sheets(&sheets, &document);
  ASSERT_EQ(1.0, number(measures, "connectivity_max"));
  ASSERT(json_is_null(json_object_get(entity_of(measures, 0), "amplification_weight")));
  ASSERT_EQ(8.0, number(entity_of(measures, 0), "contagion_index"));
  ASSERT_EQ(0.0, number(entity_of(measures, 1), "contagion_index"));
  json_decref(document);
  PASS();
}

/* ---- what is not there ----------------------------------------------------------------------------------------- */

TEST what_is_missing_is_told_in_words(void) {
  json_t *document;
  ASSERT(support_write_file(folder.path, "entities.csv", "id,cash\na,1\nb,2\n"));
  ASSERT(support_write_file(folder.path, "liabilities.csv", "debtor,creditor,amount\na,b,1\n"));
  const json_t *measures = measures_of_check(&document);
  ASSERT(json_is_null(json_object_get(measures, "spectral_radius")));
  ASSERT(strstr(json_string_value(json_object_get(measures, "spectral_radius_missing")), "neither equity nor") != NULL);
  ASSERT_EQ(0, (int)json_array_size(json_object_get(measures, "entities")));
  json_decref(document);
  ASSERT(support_write_file(folder.path, "entities.csv", "id,equity\na,1\nb,2\n"));
  measures = measures_of_check(&document);
  ASSERT(radius_is(measures, 0, 0));
  ASSERT(strstr(json_string_value(json_object_get(measures, "bounds_missing")), "no external_assets") != NULL);
  json_decref(document);
  PASS();
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  GREATEST_SET_SETUP_CB(open_folder, NULL);
  GREATEST_SET_TEARDOWN_CB(close_folder, NULL);
  RUN_TEST(the_shared_case_has_its_radius);
  RUN_TEST(periods_do_not_keep_the_bounds_apart);
  RUN_TEST(the_radius_is_that_of_the_strongest_group);
  RUN_TEST(without_a_circle_of_claims_the_radius_is_0);
  RUN_TEST(who_has_no_equity_is_named_and_left_out);
  RUN_TEST(random_networks_have_the_radius_that_powers_grow_by);
  RUN_TEST(the_shared_case_has_its_bounds);
  RUN_TEST(random_sheets_agree_with_all_sets_there_are);
  RUN_TEST(without_outside_debt_there_is_no_bound);
  RUN_TEST(what_is_missing_is_told_in_words);
  GREATEST_MAIN_END();
}

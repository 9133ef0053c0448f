/* test_indices.c - contagion and vulnerability indices and Shapley values of shocks: the shared case, the
 * textbook's cascades, all orders of entering, and the axioms. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/shapley.h"
#include "greatest.h"
#include "spec/spec_case.h"
#include "spec/spec_debtrank.h"
#include "spec/spec_engine.h"
#include "spec/spec_shapley.h"
#include "support.h"

enum { MOST = 20, TEXT_BYTES = 16384, PATH_BYTES = 4200 };

static struct engine_folder folder;

static void open_folder(void *user) {
  (void)user;
  if (!engine_folder_open(&folder)) abort();
}

static void close_folder(void *user) {
  (void)user;
  engine_folder_close(&folder);
}

static double number(const json_t *root, const char *key) {
  const json_t *value = json_object_get(root, key);
  return json_is_number(value) ? json_number_value(value) : NAN;
}

struct wanted {
  const char *model, *scenarios; /* the name of a file in the folder, or NULL */
  const char *setting;           /* or NULL */
  ls_indices_options indices;
  int threads;
};

static json_t *indices_of(const struct wanted *wanted) {
  ls_context *context = NULL;
  ls_network *network = NULL;
  ls_text *text = NULL;
  json_t *root = NULL;
  char path[PATH_BYTES];
  ls_run_options options = ls_run_options_default();
  options.model = wanted->model, options.backend = "cpu", options.threads = wanted->threads;
  snprintf(path, sizeof path, "%s/%s", folder.path, wanted->scenarios != NULL ? wanted->scenarios : "");
  if (wanted->scenarios != NULL) options.scenarios = path;
  options.settings = &wanted->setting, options.setting_count = wanted->setting != NULL;
  if (ls_context_create(&context) != LS_STATUS_OK) abort();
  ls_status status = ls_network_read(context, folder.path, NULL, &network);
  if (status == LS_STATUS_OK) status = ls_indices(context, network, &options, &wanted->indices, LS_FORMAT_JSON, &text);
  if (status == LS_STATUS_OK) root = json_loads(ls_text_data(text), JSON_REJECT_DUPLICATES, NULL);
  if (status != LS_STATUS_OK) printf("%s\n", ls_context_message(context, 0));
  ls_text_destroy(&text);
  ls_network_destroy(&network);
  ls_context_destroy(&context);
  return root;
}

static const json_t *item(const json_t *root, const char *list, int i) {
  return json_array_get(json_object_get(root, list), (size_t)i);
}

/* Banks with equity 1 each and the given relative exposures. */
static void write_exposures(int n, const double *lambda) {
  double owed[MOST * MOST], zero[MOST] = {0}, ones[MOST];
  for (int i = 0; i < n; i++) {
    ones[i] = 1;
    for (int j = 0; j < n; j++) owed[j * n + i] = lambda[i * n + j];
  }
  const struct engine_banks banks = {n, zero, zero, owed, ones, NULL};
  if (!engine_write_banks(&folder, &banks)) abort();
}

/* ---- contagion and vulnerability ------------------------------------------------------------------------------- */

TEST sums_of_the_resolvent_are_those_of_the_shared_case(void) {
  json_t *root = spec_case_load("spectral_stability3");
  if (root == NULL) SKIPm("the shared cases are not there");
  double lambda[9], row[3], column[3];
  spec_case_matrix(root, "inputs/Lambda", lambda);
  spec_case_vector(root, "outputs/vulnerability_row_sums", row);
  spec_case_vector(root, "outputs/impact_col_sums", column);
  json_decref(root);
  write_exposures(3, lambda);
  json_t *told = indices_of(&(struct wanted){.model = "debtrank-linear"});
  for (int i = 0; i < 3; i++) {
    ASSERT_IN_RANGE(row[i], number(item(told, "entities", i), "linear_vulnerability"), 1e-10); /* of the case */
    ASSERT_IN_RANGE(column[i], number(item(told, "entities", i), "linear_impact"), 1e-10);
  }
  json_decref(told);
  PASS();
}

TEST where_losses_feed_on_themselves_there_are_no_sums_and_a_reason(void) {
  const double lambda[4] = {0, 2, 0.5, 0};
  write_exposures(2, lambda);
  json_t *told = indices_of(&(struct wanted){.model = "debtrank-linear"});
  const json_t *linear = json_object_get(told, "linear");
  ASSERT(strstr(json_string_value(json_object_get(linear, "missing")), "not") != NULL);
  ASSERT_IN_RANGE(1.0, number(linear, "spectral_radius_upper"), 1e-12);
  ASSERT(json_is_null(json_object_get(item(told, "entities", 0), "linear_impact")));
  json_decref(told);
  PASS();
}

/* Every market shock with the default of each, by stepping through time as written; then means by hand. */
TEST indices_are_those_of_the_textbook(void) {
  enum { SCENARIOS = 3 };
  struct engine_random random = {3};
  for (int trial = 0; trial < 10; trial++) {
    const int n = 3 + random_below(&random, 5);
    double lambda[MOST * MOST] = {0}, shock[SCENARIOS][MOST], as_is[MOST], with_default[MOST], forced[MOST];
    double contagion[MOST][SCENARIOS] = {{0}}, vulnerability[MOST] = {0};
    char text[TEXT_BYTES] = "scenario,target,variable,value\n";
    for (int k = 0; k < n * n; k++)
      if (k / n != k % n && random_chance(&random, 0.5)) lambda[k] = random_between(&random, 0, 0.6);
    for (int s = 0; s < SCENARIOS; s++)
      for (int i = 0; i < n; i++) {
        shock[s][i] = s == 0 ? 0 : random_between(&random, 0, 0.3);
        snprintf(text + strlen(text), sizeof text - strlen(text), "s%d,b%d,equity_loss,%.17g\n", s, i, shock[s][i]);
      }
    write_exposures(n, lambda);
    ASSERT(support_write_file(folder.path, "shocks.csv", text));
    for (int s = 0; s < SCENARIOS; s++) {
      (void)spec_debtrank_linear(n, lambda, shock[s], as_is);
      for (int i = 0; i < n; i++) {
        memcpy(forced, shock[s], sizeof forced);
        forced[i] = 1;
        (void)spec_debtrank_linear(n, lambda, forced, with_default);
        for (int j = 0; j < n; j++) {
          if (j == i) continue;
          contagion[i][s] += with_default[j] - as_is[j];
          vulnerability[j] += (with_default[j] - as_is[j]) / (SCENARIOS * (n - 1));
        }
      }
    }
    json_t *told = indices_of(&(struct wanted){.model = "debtrank-linear", .scenarios = "shocks.csv"});
    for (int i = 0; i < n; i++) {
      const json_t *entity = item(told, "entities", i);
      const double *c = contagion[i], mean = (c[0] + c[1] + c[2]) / 3;
      double squares = 0, by_line = 0;
      for (int s = 0; s < SCENARIOS; s++) squares += (c[s] - mean) * (c[s] - mean);
      ASSERT_IN_RANGE(mean, number(entity, "contagion_index"),
                      1e-9); /* both end within 1e-10 of a fixed point in 0..1 */
      ASSERT_IN_RANGE(sqrt(squares / (SCENARIOS - 1) / SCENARIOS), number(entity, "contagion_index_se"), 1e-8);
      ASSERT_IN_RANGE(vulnerability[i], number(entity, "vulnerability_index"), 1e-9);
      ASSERT_IN_RANGE(vulnerability[i], number(entity, "vulnerability_share"), 1e-9); /* equity is 1 */
      for (int line = 0; line < 2; line++) by_line += number(item(entity, "lines", line), "contagion");
      ASSERT_IN_RANGE(mean, by_line, 1e-9);
    }
    json_decref(told);
  }
  PASS();
}

TEST one_scenario_has_no_error_and_one_bank_nobody_to_hurt(void) {
  const double lambda[1] = {0};
  write_exposures(1, lambda);
  json_t *told = indices_of(&(struct wanted){.model = "debtrank-linear"});
  const json_t *entity = item(told, "entities", 0);
  ASSERT_EQ(0.0, number(entity, "contagion_index"));
  ASSERT_EQ(0.0, number(entity, "vulnerability_index"));
  ASSERT(json_is_null(json_object_get(entity, "contagion_index_se")));
  json_decref(told);
  PASS();
}

/* ---- Shapley values -------------------------------------------------------------------------------------------- */

enum { PLAYERS = 6, DRAWS = 3 };

/* Banks that owe one another much, so that shocks add up to more than their sum. */
static void write_banks(int n, struct engine_random *random) {
  double assets[MOST], outside[MOST], owed[MOST * MOST] = {0};
  for (int i = 0; i < n; i++) {
    assets[i] = random_between(random, 30, 60), outside[i] = random_between(random, 10, 25);
    for (int j = 0; j < n; j++)
      if (j != i && random_chance(random, 0.6)) owed[i * n + j] = random_between(random, 2, 12);
  }
  const struct engine_banks banks = {n, assets, outside, owed, NULL, NULL};
  if (!engine_write_banks(&folder, &banks)) abort();
}

/* Rows of the scenarios' shocks to the banks of `set`; the others' are left out. */
static void shocks_of(int n, double shock[][MOST], int scenarios, unsigned set, char text[TEXT_BYTES]) {
  snprintf(text, TEXT_BYTES, "scenario,target,variable,value\n");
  for (int s = 0; s < scenarios; s++) {
    snprintf(text + strlen(text), TEXT_BYTES - strlen(text), "s%d,,,\n", s);
    for (int i = 0; i < n; i++)
      if (set >> i & 1u)
        snprintf(text + strlen(text), TEXT_BYTES - strlen(text), "s%d,b%d,external_assets_loss,%.17g\n", s, i,
                 shock[s][i]);
  }
}

static void draw_shocks(int n, int scenarios, struct engine_random *random, double shock[][MOST]) {
  for (int s = 0; s < scenarios; s++)
    for (int i = 0; i < n; i++) shock[s][i] = random_between(random, 0, 0.9);
}

static bool values_are_the_textbooks(const char *model, const char *loss, const char *key,
                                     struct engine_random *random) {
  double shock[DRAWS][MOST], worth[1 << PLAYERS], value[PLAYERS], sum = 0;
  char text[TEXT_BYTES], setting[32];
  bool good = true;
  snprintf(setting, sizeof setting, "loss=%s", loss);
  write_banks(PLAYERS, random);
  draw_shocks(PLAYERS, DRAWS, random, shock);
  for (unsigned set = 0; set < 1u << PLAYERS; set++) {
    shocks_of(PLAYERS, shock, DRAWS, set, text);
    struct engine_result run = engine_run(&folder, model, NULL, text);
    worth[set] = engine_system_number(&run, key);
    engine_result_release(&run);
  }
  spec_shapley(PLAYERS, worth, value);
  good = support_write_file(folder.path, "shocks.csv", text);
  json_t *told = indices_of(&(struct wanted){model, "shocks.csv", setting, {.shapley = true}, 0});
  for (int i = 0; i < PLAYERS; i++) {
    const double found = number(item(told, "players", i), "value");
    good = good && fabs(found - value[i]) < 1e-8; /* fixed points within 1e-10 of obligations up to some 100 */
    sum += found;
  }
  const double whole = number(told, "loss_all") - number(told, "loss_none");
  good = good && json_is_true(json_object_get(told, "exact")) && fabs(sum - whole) < 1e-12 * whole &&
         fabs(number(told, "remainder")) < 1e-12 * whole &&
         fabs(worth[(1 << PLAYERS) - 1] - number(told, "loss_all")) < 1e-9;
  json_decref(told);
  return good;
}

TEST values_are_those_of_all_orders(void) {
  struct engine_random random = {21};
  ASSERT(values_are_the_textbooks("eisenberg-noe", "gross", "loss_gross_mean", &random));
  ASSERT(values_are_the_textbooks("eisenberg-noe", "net", "loss_net_mean", &random));
  ASSERT(values_are_the_textbooks("rogers-veraart", "gross", "loss_gross_mean", &random));
  ASSERT(values_are_the_textbooks("furfine", "gross", "loss_gross_mean", &random));
  ASSERT(values_are_the_textbooks("debtrank-linear", "gross", "loss_gross_mean", &random));
  PASS();
}

/* b0 and b1 are alike in everything; b3 has no outside assets, so that its shock does nothing. */
TEST twins_share_alike_and_who_adds_nothing_gets_nothing(void) {
  const double assets[4] = {20, 20, 35, 0}, outside[4] = {8, 8, 10, 2};
  const double owed[16] = {0, 4, 6, 1, 4, 0, 6, 1, 5, 5, 0, 8, 0, 0, 7, 0};
  const struct engine_banks banks = {4, assets, outside, owed, NULL, NULL};
  ASSERT(engine_write_banks(&folder, &banks));
  ASSERT(support_write_file(folder.path, "shocks.csv",
                            "scenario,target,variable,value\na,*,external_assets_loss,0.6\n"
                            "b,*,external_assets_loss,0.9\n"));
  for (int64_t permutations = 0; permutations < 200; permutations += 100) {
    json_t *told = indices_of(
        &(struct wanted){"eisenberg-noe", "shocks.csv", NULL, {.shapley = true, .permutations = permutations}, 0});
    const json_t *first = item(told, "players", 0), *second = item(told, "players", 1);
    const double error =
        permutations > 0 ? 4 * (number(first, "permutation_se") + number(second, "permutation_se")) : 0;
    ASSERT_IN_RANGE(number(first, "value"), number(second, "value"), 1e-9 + error);
    ASSERT(number(first, "value") > 1);
    ASSERT_IN_RANGE(0.0, number(item(told, "players", 3), "value"), 1e-13); /* rounding of 16 sums of some 10 */
    json_decref(told);
  }
  PASS();
}

/* Without links losses add up: a player's value is what its own shock costs, in every order. */
TEST values_of_an_additive_game_are_exact(void) {
  enum { BANKS = 17 };
  double assets[BANKS], zero[BANKS] = {0}, owed[BANKS * BANKS] = {0};
  char text[TEXT_BYTES] = "scenario,target,variable,value\n";
  for (int i = 0; i < BANKS; i++) {
    assets[i] = 8 * (i + 1); /* whole losses: no rounding */
    snprintf(text + strlen(text), sizeof text - strlen(text), "a,b%d,external_assets_loss,0.25\n", i);
  }
  const struct engine_banks banks = {BANKS, assets, zero, owed, NULL, NULL};
  ASSERT(engine_write_banks(&folder, &banks));
  ASSERT(support_write_file(folder.path, "shocks.csv", text));
  json_t *told = indices_of(&(struct wanted){"eisenberg-noe", "shocks.csv", NULL, {.shapley = true}, 0});
  ASSERT(json_is_false(json_object_get(told, "exact"))); /* 17 players are beyond all subsets */
  ASSERT_EQ(1000.0, number(told, "permutations"));
  for (int i = 0; i < BANKS; i++) {
    ASSERT_IN_RANGE(2.0 * (i + 1), number(item(told, "players", i), "value"), 1e-11); /* 1000 shares of 1/1000 */
    ASSERT_EQ(0.0, number(item(told, "players", i), "permutation_se"));
  }
  json_decref(told);
  PASS();
}

/* Of 12 players, once by 4096 subsets and once by random orders. */
TEST sampled_values_are_within_four_errors_of_exact_ones(void) {
  enum { BANKS = 12 };
  struct engine_random random = {8};
  double shock[DRAWS][MOST];
  char text[TEXT_BYTES];
  write_banks(BANKS, &random);
  draw_shocks(BANKS, DRAWS, &random, shock);
  shocks_of(BANKS, shock, DRAWS, (1u << BANKS) - 1, text);
  ASSERT(support_write_file(folder.path, "shocks.csv", text));
  const struct wanted all = {"eisenberg-noe", "shocks.csv", NULL, {.shapley = true}, 0};
  const struct wanted some = {"eisenberg-noe", "shocks.csv", NULL, {.shapley = true, .permutations = 99}, 0};
  json_t *exact = indices_of(&all), *sampled = indices_of(&some);
  double sum = 0, largest = 0;
  ASSERT(json_is_true(json_object_get(exact, "exact")) && json_is_false(json_object_get(sampled, "exact")));
  ASSERT_EQ(100.0, number(sampled, "permutations")); /* in pairs */
  for (int i = 0; i < BANKS; i++) {
    const double value = number(item(exact, "players", i), "value"),
                 error = number(item(sampled, "players", i), "permutation_se");
    const double found = number(item(sampled, "players", i), "value");
    ASSERT_IN_RANGE(value, found, 4 * error + 1e-9); /* some add the same in every order, up to rounding */
    ASSERT(error < 0.2 * fabs(value));
    if (error > 1e-9 && fabs(found - value) > largest * error) largest = fabs(found - value) / error;
    sum += found;
  }
  ASSERT(largest > 0.2); /* an error far too large would hide anything */
  ASSERT_IN_RANGE(number(exact, "loss_all"), sum, 1e-9);
  json_decref(exact), json_decref(sampled);
  PASS();
}

/* The errors of the orders are those of means over pairs that average to the values themselves. */
TEST pairs_of_orders_average_to_the_values(void) {
  struct engine_random random = {9};
  double shock[DRAWS][MOST];
  char text[TEXT_BYTES], path[PATH_BYTES];
  struct shapley shapley = {0};
  ls_context *context = NULL;
  ls_network *network = NULL;
  write_banks(9, &random);
  draw_shocks(9, DRAWS, &random, shock);
  shocks_of(9, shock, DRAWS, (1u << 9) - 1, text);
  ASSERT(support_write_file(folder.path, "shocks.csv", text));
  snprintf(path, sizeof path, "%s/shocks.csv", folder.path);
  ls_run_options options = ls_run_options_default();
  options.model = "eisenberg-noe", options.backend = "cpu", options.scenarios = path;
  ASSERT_EQ(LS_STATUS_OK, ls_context_create(&context));
  ASSERT_EQ(LS_STATUS_OK, ls_network_read(context, folder.path, NULL, &network));
  ASSERT_EQ(LS_STATUS_OK, shapley_compute(context, network, &options, 30, &shapley));
  ASSERT_EQ(15, (int)shapley.pairs);
  for (int i = 0; i < 9; i++) {
    const struct shapley_player *player = &shapley.player[i];
    ASSERT_EQ(15, (int)player->by_pair.count);
    ASSERT_EQ(DRAWS, (int)player->value.count);
    ASSERT_IN_RANGE(player->value.mean, player->by_pair.mean, 1e-12 * shapley.largest);
  }
  shapley_release(&shapley);
  ls_network_destroy(&network), ls_context_destroy(&context);
  PASS();
}

TEST threads_change_nothing(void) {
  struct engine_random random = {4};
  double shock[DRAWS][MOST];
  char text[TEXT_BYTES];
  write_banks(8, &random);
  draw_shocks(8, DRAWS, &random, shock);
  shocks_of(8, shock, DRAWS, 255, text);
  ASSERT(support_write_file(folder.path, "shocks.csv", text));
  for (int kind = 0; kind < 3; kind++) {
    struct wanted wanted = {"eisenberg-noe", "shocks.csv", NULL, {kind > 0, kind == 2 ? 40 : 0}, 1};
    json_t *one = indices_of(&wanted);
    wanted.threads = 5;
    json_t *five = indices_of(&wanted);
    ASSERT(one != NULL && json_equal(one, five));
    json_decref(one), json_decref(five);
  }
  PASS();
}

TEST nobody_shocked_is_no_player(void) {
  const double lambda[4] = {0, 0.5, 0.5, 0};
  write_exposures(2, lambda);
  json_t *told = indices_of(&(struct wanted){.model = "debtrank-linear", .indices = {.shapley = true}});
  ASSERT_EQ(0, (int)json_array_size(json_object_get(told, "players")));
  ASSERT_EQ(0.0, number(told, "loss_all"));
  json_decref(told);
  PASS();
}

/* ---- memory ---------------------------------------------------------------------------------------------------- */

/* Each allocation fails once: no leak, nothing handed out. */
TEST without_memory_nothing_is_left(void) {
  const double lambda[9] = {0, 0.5, 0.3, 0.4, 0, 0.2, 0.6, 0.3, 0};
  char path[PATH_BYTES];
  ls_context *rich = NULL;
  ls_network *network = NULL;
  write_exposures(3, lambda);
  ASSERT(support_write_file(folder.path, "draws.yaml",
                            "count: 5\nseed: 1\nmarginals:\n  - {variable: equity_loss, target: '*', distribution: "
                            "beta, mean: 0.2, sd: 0.1}\n"));
  snprintf(path, sizeof path, "%s/draws.yaml", folder.path);
  ASSERT_EQ(LS_STATUS_OK, ls_context_create(&rich));
  ASSERT_EQ(LS_STATUS_OK, ls_network_read(rich, folder.path, NULL, &network));
  ls_run_options options = ls_run_options_default();
  options.model = "debtrank-linear", options.backend = "cpu", options.scenarios = path, options.threads = 1;
  for (int kind = 0; kind < 4; kind++) {
    const ls_indices_options wanted = {kind > 0, kind == 2 ? 3 : 0};
    ls_status status = LS_STATUS_OUT_OF_MEMORY;
    for (int64_t allowed = 0; status == LS_STATUS_OUT_OF_MEMORY; allowed++) {
      struct failing_allocator allocator;
      ls_context *context = NULL;
      ls_text *report = NULL;
      ASSERT_EQ(LS_STATUS_OK, ls_context_create(&context));
      support_fail_after(context, &allocator, allowed);
      status = kind < 3 ? ls_indices(context, network, &options, &wanted, LS_FORMAT_TEXT, &report)
                        : ls_check(context, folder.path, NULL, LS_FORMAT_TEXT, &report);
      ASSERT(status == LS_STATUS_OK || (status == LS_STATUS_OUT_OF_MEMORY && report == NULL));
      ls_text_destroy(&report);
      ls_context_destroy(&context);
      ASSERT_EQ(0, allocator.held);
    }
    ASSERT_EQ(LS_STATUS_OK, status);
  }
  ls_network_destroy(&network), ls_context_destroy(&rich);
  PASS();
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  GREATEST_SET_SETUP_CB(open_folder, NULL);
  GREATEST_SET_TEARDOWN_CB(close_folder, NULL);
  RUN_TEST(sums_of_the_resolvent_are_those_of_the_shared_case);
  RUN_TEST(where_losses_feed_on_themselves_there_are_no_sums_and_a_reason);
  RUN_TEST(indices_are_those_of_the_textbook);
  RUN_TEST(one_scenario_has_no_error_and_one_bank_nobody_to_hurt);
  RUN_TEST(values_are_those_of_all_orders);
  RUN_TEST(twins_share_alike_and_who_adds_nothing_gets_nothing);
  RUN_TEST(values_of_an_additive_game_are_exact);
  RUN_TEST(sampled_values_are_within_four_errors_of_exact_ones);
  RUN_TEST(pairs_of_orders_average_to_the_values);
  RUN_TEST(threads_change_nothing);
  RUN_TEST(nobody_shocked_is_no_player);
  RUN_TEST(without_memory_nothing_is_left);
  GREATEST_MAIN_END();
}

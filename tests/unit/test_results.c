/* test_results.c - networks and results survive their files bit for bit, and every failure on the way leaves nothing. */
#include <dirent.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aggregate/accumulator_fields.h"
#include "aggregate/results.h"
#include "greatest.h"
#include "network/network.h"
#include "support.h"

static ls_context *context;
static char folder[4096];

static const char *in_folder(const char *name) {
  static char path[4][4200];
  static int turn;
  turn = (turn + 1) % 4;
  (void)snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
  return path[turn];
}

static void set_up(void *user) {
  (void)user;
  if (ls_context_create(&context) != LS_STATUS_OK || !support_make_folder(folder)) abort();
  bool written =
      support_write_file(
          folder, "entities.csv",
          "id,name,external_assets,external_liabilities,my score,a/b\nB1,\"Ω, one\",10.1,2,1,\nB2,,5,3,0.1,x\n"
          "B3,three,4,1e-9,7,=1\n") &&
      support_write_file(folder, "liabilities.csv",
                         "debtor,creditor,amount,seniority,memo\nB3,B1,2.5,0,m\nB1,B2,3,0,\nB1,B3,0.3,2,n\nB2,B3,4,0,"
                         "\nB1,B3,1,0,o\n") &&
      support_write_file(folder, "shareholdings.csv", "holder,issuer,share\n") &&
      support_write_file(folder, "paths.csv", "target,variable,quarter,value\nB1,demand,0,1.5\n") &&
      support_write_file(folder, "loop.yaml", "quarters: 7\ninterest: 0.01\n") &&
      support_write_file(folder, "network.yaml", "name: three\ncurrency: EUR\nunit: mn\nsources: [one, two]\n") &&
      support_write_file(
          folder, "shocks.csv",
          "scenario,target,variable,value\ns1,B1,external_assets_loss,0.9\ns2,*,external_assets_loss,0.4\n") &&
      support_write_file(
          folder, "mc.yaml",
          "count: 3000\nseed: 5\nmarginals:\n  - {variable: external_assets_loss, target: \"*\", distribution: "
          "beta, mean: 0.4, sd: 0.2}\nkeep: {worst: 4}\n");
  if (!written) abort();
}

static void tear_down(void *user) {
  (void)user;
  support_remove_folder(folder);
  ls_context_destroy(&context);
}

static ls_status run(ls_context *in, const ls_network *network, const char *scenarios, ls_results **results) {
  ls_run_options options = ls_run_options_default();
  options.model = "eisenberg-noe";
  options.backend = "cpu";
  options.scenarios = scenarios;
  return ls_run(in, network, &options, results);
}

/* ---- networks --------------------------------------------------------------------------------------------------------------- */

static bool same_text(const char *a, const char *b) { return strcmp(a, b) == 0; }

static bool same_column(const struct table_column *a, const struct table_column *b, int64_t rows) {
  if (!same_text(a->name, b->name) || (a->text == NULL) != (b->text == NULL)) return false;
  if (a->text == NULL) return memcmp(a->number, b->number, (size_t)rows * sizeof *a->number) == 0;
  for (int64_t row = 0; row < rows; row++) {
    if (!same_text(a->text[row], b->text[row])) return false;
  }
  return true;
}

static bool same_table(const struct table *a, const struct table *b) {
  if (a->present != b->present || a->row_count != b->row_count || a->column_count != b->column_count) return false;
  for (int32_t k = 0; k < a->column_count; k++) {
    if (!same_column(&a->column[k], &b->column[k], a->row_count)) return false;
  }
  size_t bytes = (size_t)a->row_count * sizeof(int32_t);
  if ((a->from == NULL) != (b->from == NULL)) return false;
  return a->from == NULL || (memcmp(a->from, b->from, bytes) == 0 && memcmp(a->to, b->to, bytes) == 0);
}

static bool same_network(const ls_network *a, const ls_network *b) {
  bool same = same_text(a->name, b->name) && same_text(a->currency, b->currency) && same_text(a->unit, b->unit) &&
              a->source_count == b->source_count && same_text(a->source[1], b->source[1]) &&
              a->file_count == b->file_count && a->has_loop_settings == b->has_loop_settings &&
              a->loop.quarters == b->loop.quarters &&
              memcmp(&a->loop.interest, &b->loop.interest, sizeof a->loop.interest) == 0;
  for (int id = 0; id < TABLE_COUNT && same; id++) same = same_table(&a->table[id], &b->table[id]);
  for (int32_t k = 0; k < a->file_count && same; k++) {
    same = same_text(a->file[k].file, b->file[k].file) && same_text(a->file[k].sha256, b->file[k].sha256);
  }
  return same;
}

TEST a_network_comes_back_as_it_was(void) {
  ls_network *network = NULL, *again = NULL;
  ASSERT_EQ(LS_STATUS_OK, ls_network_read(context, folder, NULL, &network));
  ASSERT_EQ(LS_STATUS_OK, ls_network_write(context, network, in_folder("net.h5"), false));
  ASSERT_EQ(LS_STATUS_OUTPUT_EXISTS, ls_network_write(context, network, in_folder("net.h5"), false));
  ASSERT_EQ(LS_STATUS_OK, ls_network_read(context, in_folder("net.h5"), NULL, &again));
  ASSERT(same_network(network, again));
  ls_network_destroy(&again);
  ls_network_destroy(&network);
  PASS();
}

static bool is_there(const char *path) {
  FILE *file = fopen(path, "rb");
  if (file != NULL) (void)fclose(file);
  return file != NULL;
}

/* Files of the folder whose name tells of a temporary. */
static int leftovers(void) {
  int count = 0;
  DIR *directory = opendir(folder);
  for (struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;)
    count += strstr(entry->d_name, ".tmp") != NULL;
  if (directory != NULL) (void)closedir(directory);
  return count;
}

/* Every allocation fails once while a network is written and read. */
TEST a_network_file_survives_every_failed_allocation(void) {
  ls_network *network = NULL;
  ASSERT_EQ(LS_STATUS_OK, ls_network_read(context, folder, NULL, &network));
  bool written = false;
  for (int64_t allowed = 0; !written; allowed++) {
    struct failing_allocator allocator = {0};
    ls_context *frail = NULL;
    ASSERT_EQ(LS_STATUS_OK, ls_context_create(&frail));
    support_fail_after(frail, &allocator, allowed);
    ls_status status = ls_network_write(frail, network, in_folder("net.h5"), false);
    written = status == LS_STATUS_OK;
    ASSERT(written || status == LS_STATUS_OUT_OF_MEMORY);
    ASSERT_EQ(written, is_there(in_folder("net.h5")));
    ls_context_clear_messages(frail);
    ASSERT_EQ(0, allocator.held);
    ls_context_destroy(&frail);
  }
  bool read = false;
  for (int64_t allowed = 0; !read; allowed += 3) {
    struct failing_allocator allocator = {0};
    ls_context *frail = NULL;
    ls_network *again = NULL;
    ASSERT_EQ(LS_STATUS_OK, ls_context_create(&frail));
    support_fail_after(frail, &allocator, allowed);
    ls_status status = ls_network_read(frail, in_folder("net.h5"), NULL, &again);
    read = status == LS_STATUS_OK;
    ASSERT(read || (status == LS_STATUS_OUT_OF_MEMORY && again == NULL));
    ls_network_destroy(&again);
    ls_context_clear_messages(frail);
    ASSERT_EQ(0, allocator.held);
    ls_context_destroy(&frail);
  }
  ASSERT_EQ(0, leftovers());
  ls_network_destroy(&network);
  PASS();
}

/* ---- results ------------------------------------------------------------------------------------------------------------------ */

static char *described(const ls_results *results, ls_format format) {
  ls_text *text = NULL;
  if (ls_results_describe(context, results, format, &text) != LS_STATUS_OK) return NULL;
  char *copy = strdup(ls_text_data(text));
  ls_text_destroy(&text);
  return copy;
}

static enum greatest_test_res round_trip(const char *scenarios) {
  ls_network *network = NULL;
  ls_results *results = NULL, *again = NULL;
  ASSERT_EQ(LS_STATUS_OK, ls_network_read(context, folder, NULL, &network));
  ASSERT_EQ(LS_STATUS_OK, run(context, network, scenarios, &results));
  ASSERT_EQ(LS_STATUS_OK, ls_results_write(context, results, in_folder("r.h5"), true));
  ASSERT_EQ(LS_STATUS_OK, ls_results_read(context, in_folder("r.h5"), &again));
  ASSERT_STR_EQ(ls_results_digest(results), ls_results_digest(again));
  ASSERT_EQ(32, strlen(ls_results_digest(again)));
  ASSERT(same_network(results->network, again->network));
  for (int format = 0; format < 2; format++) {
    char *before = described(results, (ls_format)format), *after = described(again, (ls_format)format);
    ASSERT(before != NULL && after != NULL);
    ASSERT_STR_EQ(before, after);
    free(before);
    free(after);
  }
  ls_results_destroy(&again);
  ls_results_destroy(&results);
  ls_network_destroy(&network);
  PASS();
}

TEST drawn_results_come_back_as_they_were(void) { return round_trip(in_folder("mc.yaml")); }
TEST explicit_results_come_back_as_they_were(void) { return round_trip(in_folder("shocks.csv")); }
TEST the_baseline_comes_back_as_it_was(void) { return round_trip(NULL); }

TEST the_summary_fits_a_terminal(void) {
  ls_network *network = NULL;
  ls_results *results = NULL;
  ASSERT_EQ(LS_STATUS_OK, ls_network_read(context, folder, NULL, &network));
  ASSERT_EQ(LS_STATUS_OK, run(context, network, in_folder("mc.yaml"), &results));
  char *text = described(results, LS_FORMAT_TEXT);
  ASSERT(text != NULL && strstr(text, "VaR") != NULL && strstr(text, "nan") == NULL);
  for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) ASSERT(strlen(line) <= 120);
  free(text);
  ls_results_destroy(&results);
  ls_network_destroy(&network);
  PASS();
}

TEST the_json_has_the_keys_that_scripts_rely_on(void) {
  ls_network *network = NULL;
  ls_results *results = NULL;
  ASSERT_EQ(LS_STATUS_OK, ls_network_read(context, folder, NULL, &network));
  ASSERT_EQ(LS_STATUS_OK, run(context, network, in_folder("shocks.csv"), &results));
  char *text = described(results, LS_FORMAT_JSON);
  json_t *document = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
  ASSERT(document != NULL);
  static const char *const key[] = {"model",  "backend", "network",  "scenario_count", "converged",
                                    "digest", "system",  "entities", "lines",          "scenarios"};
  for (size_t k = 0; k < sizeof key / sizeof *key; k++) ASSERT(json_object_get(document, key[k]) != NULL);
  json_t *first = json_array_get(json_object_get(document, "scenarios"), 0);
  ASSERT_STR_EQ("s1", json_string_value(json_object_get(first, "id")));
  json_t *entity = json_array_get(json_object_get(first, "entities"), 0);
  ASSERT(json_is_number(json_object_get(entity, "payment")) && json_is_boolean(json_object_get(entity, "default")));
  json_decref(document);
  free(text);
  ls_results_destroy(&results);
  ls_network_destroy(&network);
  PASS();
}

/* The number at the end of a path of keys, "system/var/0.99/value"; a list is stepped into by position. */
static double number_at(const json_t *node, const char *path) {
  char key[128];
  while (node != NULL && *path != '\0') {
    size_t length = strcspn(path, "/");
    (void)snprintf(key, sizeof key, "%.*s", (int)length, path);
    node = json_is_array(node) ? json_array_get(node, (size_t)atoi(key)) : json_object_get(node, key);
    path += length + (path[length] == '/');
  }
  return json_is_number(node) ? json_number_value(node) : NAN;
}

/* Every statistic is given a number of its own, which must then stand under its own key and no other. */
TEST the_json_tells_each_statistic_under_its_own_key(void) {
  ls_network *network = NULL;
  ls_results *results = NULL;
  ASSERT_EQ(LS_STATUS_OK, ls_network_read(context, folder, NULL, &network));
  ASSERT_EQ(LS_STATUS_OK, run(context, network, in_folder("mc.yaml"), &results));
  struct loss_statistics *loss = &results->statistics.gross, *net = &results->statistics.net;
  struct entity_statistics *entity = &results->statistics.entity[1];
  const struct {
    double *place;
    const char *path;
  } told[] = {
      {&loss->mean, "system/loss_mean"},
      {&loss->mean_se, "system/loss_mean_se"},
      {&loss->sd, "system/loss_sd"},
      {&loss->minimum, "system/loss_min"},
      {&loss->maximum, "system/loss_max"},
      {&net->mean, "system/loss_net_mean"},
      {&net->mean_se, "system/loss_net_mean_se"},
      {&results->statistics.default_count_mean, "system/default_count_mean"},
      {&results->statistics.default_count_max, "system/default_count_max"},
      {&loss->tail[0].value, "system/var/0.95/value"},
      {&loss->tail[1].value, "system/var/0.99/value"},
      {&loss->tail[2].value, "system/var/0.999/value"},
      {&loss->tail[1].low, "system/var/0.99/ci95/0"},
      {&loss->tail[1].high, "system/var/0.99/ci95/1"},
      {&loss->tail[1].shortfall, "system/es/0.99/value"},
      {&loss->tail[1].shortfall_se, "system/es/0.99/se"},
      {&loss->tail[2].shortfall_se, "system/es/0.999/se"},
      {&entity->default_probability, "entities/1/default_probability"},
      {&entity->default_low, "entities/1/default_probability_ci95/0"},
      {&entity->default_high, "entities/1/default_probability_ci95/1"},
      {&entity->forced_probability, "entities/1/forced_probability"},
      {&entity->distress_probability, "entities/1/distress_probability"},
      {&entity->loss_mean, "entities/1/loss_mean"},
      {&entity->loss_mean_se, "entities/1/loss_mean_se"},
      {&entity->loss_sd, "entities/1/loss_sd"},
      {&entity->loss_peak_mean, "entities/1/loss_peak_mean"},
      {&entity->loss_quantile[1], "entities/1/loss_quantile/0.99"},
      {&entity->es_contribution, "entities/1/es_contribution"},
      {&results->loss_at_zero[1], "entities/1/loss_at_zero"},
      {&results->baseline_value[1], "entities/1/baseline_value"},
  };
  enum { TOLD = sizeof told / sizeof *told };
  for (int k = 0; k < TOLD; k++) *told[k].place = k + 1;
  char *text = described(results, LS_FORMAT_JSON);
  json_t *document = json_loads(text, 0, NULL);
  for (int k = 0; k < TOLD; k++) ASSERT_EQ_FMT(k + 1.0, number_at(document, told[k].path), "%.17g");
  json_decref(document);
  free(text);
  ls_results_destroy(&results);
  ls_network_destroy(&network);
  PASS();
}

TEST the_worst_are_ordered_by_loss_then_number(void) {
  ls_network *network = NULL;
  ls_results *results = NULL;
  int64_t number[3000], found = 0;
  ASSERT_EQ(LS_STATUS_OK, ls_network_read(context, folder, NULL, &network));
  ASSERT_EQ(LS_STATUS_OK, run(context, network, in_folder("mc.yaml"), &results));
  const double *loss = results_losses_gross(results);
  static const int64_t wanted[] = {0, 1, 10, 3000};
  for (int k = 0; k < 4; k++) {
    ASSERT_EQ(LS_STATUS_OK, results_worst(context, results, wanted[k], number, &found));
    ASSERT_EQ(wanted[k], found);
    for (int64_t i = 1; i < found; i++) {
      double before = loss[number[i - 1]], after = loss[number[i]];
      ASSERT(before > after || (before == after && number[i - 1] < number[i]));
    }
  }
  ls_results_destroy(&results);
  ls_network_destroy(&network);
  PASS();
}

/* The moment between the two files of a run, whenever a signal may come. */
TEST a_stop_after_the_results_still_writes_their_record(void) {
  ls_network *network = NULL;
  ls_results *results = NULL;
  ASSERT_EQ(LS_STATUS_OK, ls_network_read(context, folder, NULL, &network));
  ASSERT_EQ(LS_STATUS_OK, run(context, network, NULL, &results));
  ASSERT_EQ(LS_STATUS_OK, ls_results_write(context, results, in_folder("r.h5"), false));
  ls_context_request_stop(context);
  ASSERT_EQ(LS_STATUS_OK, ls_results_write_record(context, results, in_folder("r.h5"), 1.0, false));
  ASSERT_EQ(0, access(in_folder("r.h5.run.json"), F_OK));
  ASSERT_EQ(LS_STATUS_INTERRUPTED, ls_results_write(context, results, in_folder("later.h5"), false));
  ASSERT(access(in_folder("later.h5"), F_OK) != 0);
  ls_results_destroy(&results);
  ls_network_destroy(&network);
  PASS();
}

TEST results_survive_every_failed_allocation(void) {
  ls_network *network = NULL;
  ls_results *results = NULL;
  ASSERT_EQ(LS_STATUS_OK, ls_network_read(context, folder, NULL, &network));
  ASSERT_EQ(LS_STATUS_OK, run(context, network, in_folder("shocks.csv"), &results));
  bool written = false, read = false;
  for (int64_t allowed = 0; !written; allowed++) {
    struct failing_allocator allocator = {0};
    ls_context *frail = NULL;
    ASSERT_EQ(LS_STATUS_OK, ls_context_create(&frail));
    support_fail_after(frail, &allocator, allowed);
    ls_status status = ls_results_write(frail, results, in_folder("r.h5"), false);
    written = status == LS_STATUS_OK;
    ASSERT(written || status == LS_STATUS_OUT_OF_MEMORY);
    ASSERT_EQ(written, is_there(in_folder("r.h5")));
    ls_context_clear_messages(frail);
    ASSERT_EQ(0, allocator.held);
    ls_context_destroy(&frail);
  }
  for (int64_t allowed = 0; !read; allowed += 7) {
    struct failing_allocator allocator = {0};
    ls_context *frail = NULL;
    ls_results *again = NULL;
    ASSERT_EQ(LS_STATUS_OK, ls_context_create(&frail));
    support_fail_after(frail, &allocator, allowed);
    ls_status status = ls_results_read(frail, in_folder("r.h5"), &again);
    read = status == LS_STATUS_OK;
    ASSERT(read || (status == LS_STATUS_OUT_OF_MEMORY && again == NULL));
    ls_results_destroy(&again);
    ls_context_clear_messages(frail);
    ASSERT_EQ(0, allocator.held);
    ls_context_destroy(&frail);
  }
  ASSERT_EQ(0, leftovers());
  ls_results_destroy(&results);
  ls_network_destroy(&network);
  PASS();
}

TEST equal_digests_mean_equal_numbers(void) {
  ls_network *network = NULL;
  ls_results *results = NULL;
  char before[33];
  ASSERT_EQ(LS_STATUS_OK, ls_network_read(context, folder, NULL, &network));
  ASSERT_EQ(LS_STATUS_OK, run(context, network, in_folder("mc.yaml"), &results));
  memcpy(before, ls_results_digest(results), sizeof before);
  double *place[] = {&results->accumulator->loss_net[2999], &results->kept[1].detail[0],
                     &results->statistics.entity[2].es_contribution};
  for (int k = 0; k < 3; k++) {
    double old = *place[k];
    *place[k] = nextafter(old, INFINITY);
    digest_compute(results);
    ASSERT(strcmp(before, results->digest) != 0);
    *place[k] = old;
  }
  results->accumulator->joint[1]++;
  digest_compute(results);
  ASSERT(strcmp(before, results->digest) != 0);
  results->accumulator->joint[1]--;
  digest_compute(results);
  ASSERT_STR_EQ(before, results->digest);
  ls_results_destroy(&results);
  ls_network_destroy(&network);
  PASS();
}

/* Does the digest notice one bit at `place`? The bit is put back. */
static bool is_in_digest(ls_results *results, void *place) {
  char before[33];
  unsigned char *byte = place;
  digest_compute(results);
  memcpy(before, results->digest, sizeof before);
  *byte ^= 1;
  digest_compute(results);
  *byte ^= 1;
  return strcmp(before, results->digest) != 0;
}

TEST every_number_of_a_run_is_in_its_digest(void) {
  ls_network *network = NULL;
  ls_results *results = NULL;
  ASSERT_EQ(LS_STATUS_OK, ls_network_read(context, folder, NULL, &network));
  ASSERT_EQ(LS_STATUS_OK, run(context, network, in_folder("mc.yaml"), &results));
  struct accumulator *a = results->accumulator;
  struct kept_scenario *kept = &results->kept[2];
  kept->audit = 1;
  void *const number[] = {&results->identity.scenario_count,
                          &a->shape.first_scenario,
                          &a->loss_gross[7],
                          &a->loss_net[7],
                          &a->scenario_defaults[7],
                          &a->state[7],
                          &a->bound_exponent,
                          &a->clip_count,
                          &a->loss_sum[2],
                          &a->loss_squares[2].limb[0],
                          &a->loss_squares[2].limb[2],
                          &a->peak_sum[2],
                          &a->default_count[2],
                          &a->forced_count[2],
                          &a->distress_count[2],
                          &a->refused_count[2],
                          &a->default_by_quarter[2],
                          &a->distress_by_quarter[2],
                          &a->bin_count[3 * BIN_COUNT - 1],
                          &a->bin_sum[3 * BIN_COUNT - 1],
                          &a->joint[5],
                          &a->line_sum[8],
                          &results->statistics.entity[2].es_contribution,
                          &results->loss_at_zero[2],
                          &results->baseline_value[2],
                          &results->baseline_path[2],
                          &kept->number,
                          &kept->default_count,
                          &kept->converged,
                          &kept->loss_gross,
                          &kept->loss_net,
                          &kept->audit,
                          &kept->loss[2],
                          &kept->detail[11],
                          &kept->line[8]};
  for (size_t k = 0; k < sizeof number / sizeof *number; k++) ASSERT(is_in_digest(results, number[k]));
  ASSERT_FALSE(is_in_digest(results, &a->iteration_count));
  ASSERT_FALSE(is_in_digest(results, &kept->iterations));
  ASSERT_FALSE(is_in_digest(results, results->identity.backend));
  ls_results_destroy(&results);
  ls_network_destroy(&network);
  PASS();
}

TEST zeros_and_nans_are_one_to_the_digest(void) {
  ls_network *network = NULL;
  ls_results *results = NULL;
  char before[33];
  ASSERT_EQ(LS_STATUS_OK, ls_network_read(context, folder, NULL, &network));
  ASSERT_EQ(LS_STATUS_OK, run(context, network, in_folder("mc.yaml"), &results));
  double *place = &results->accumulator->loss_net[7];
  const double same[2][2] = {{0.0, -0.0}, {NAN, -NAN}};
  for (int k = 0; k < 2; k++) {
    *place = same[k][0];
    digest_compute(results);
    memcpy(before, results->digest, sizeof before);
    *place = same[k][1];
    digest_compute(results);
    ASSERT_STR_EQ(before, results->digest);
  }
  ls_results_destroy(&results);
  ls_network_destroy(&network);
  PASS();
}

SUITE(results) {
  SET_SETUP(set_up, NULL);
  SET_TEARDOWN(tear_down, NULL);
  RUN_TEST(a_network_comes_back_as_it_was);
  RUN_TEST(a_network_file_survives_every_failed_allocation);
  RUN_TEST(drawn_results_come_back_as_they_were);
  RUN_TEST(explicit_results_come_back_as_they_were);
  RUN_TEST(the_baseline_comes_back_as_it_was);
  RUN_TEST(the_summary_fits_a_terminal);
  RUN_TEST(the_json_has_the_keys_that_scripts_rely_on);
  RUN_TEST(the_json_tells_each_statistic_under_its_own_key);
  RUN_TEST(the_worst_are_ordered_by_loss_then_number);
  RUN_TEST(a_stop_after_the_results_still_writes_their_record);
  RUN_TEST(results_survive_every_failed_allocation);
  RUN_TEST(equal_digests_mean_equal_numbers);
  RUN_TEST(every_number_of_a_run_is_in_its_digest);
  RUN_TEST(zeros_and_nans_are_one_to_the_digest);
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  RUN_SUITE(results);
  GREATEST_MAIN_END();
}

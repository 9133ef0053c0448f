/* test_arrays.c - for other languages: arrays of results hold the numbers of the report, and tables in memory become the
 * network that the same tables in a folder do, or are refused with the table, line and rule. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "greatest.h"
#include "io/csv.h"
#include "io/number.h"
#include "network/schema.h"
#include "support.h"

GREATEST_MAIN_DEFS();

static ls_context *context;
static struct failing_allocator memory;
static char folder[4096];
static ls_network *network, *made;
static ls_results *results;
static json_t *report; /* of the results */

enum { TABLES_MOST = 24, COLUMNS_MOST = 96 };

struct folder_tables {
  struct csv *csv[TABLES_MOST];
  ls_table table[TABLES_MOST];
  ls_column column[TABLES_MOST][COLUMNS_MOST];
  int count;
};

static struct folder_tables of_folder; /* what take_tables took */

static void release_tables(struct folder_tables *tables) {
  for (int t = 0; t < tables->count; t++) {
    for (int c = 0; c < tables->table[t].column_count; c++) {
      free((void *)(uintptr_t)tables->column[t][c].number);
      free((void *)(uintptr_t)tables->column[t][c].text);
    }
    csv_destroy(&tables->csv[t]);
  }
  tables->count = 0;
}

static void set_up(void *user) {
  (void)user;
  if (ls_context_create(&context) != LS_STATUS_OK || !support_make_folder(folder)) abort();
  support_fail_after(context, &memory, -1);
}

static void tear_down(void *user) {
  (void)user;
  json_decref(report);
  report = NULL;
  release_tables(&of_folder);
  ls_results_destroy(&results);
  ls_network_destroy(&network);
  ls_network_destroy(&made);
  ls_context_destroy(&context);
  support_remove_folder(folder);
  if (memory.held != 0) abort();
}

/* ---- runs ------------------------------------------------------------------------------ */

static bool run_on(const ls_network *which, const char *model, const char *scenarios, int shard_count) {
  ls_run_options options = ls_run_options_default();
  ls_text *text = NULL;
  options.model = model;
  options.backend = "cpu";
  options.scenarios = scenarios;
  options.shard_count = shard_count;
  options.count = shard_count > 1 ? 8192 : 0; /* two blocks, as parts are whole blocks */
  ls_results_destroy(&results);
  json_decref(report);
  report = NULL;
  if (ls_run(context, which, &options, &results) != LS_STATUS_OK) return false;
  if (ls_results_describe(context, results, LS_FORMAT_JSON, &text) != LS_STATUS_OK) return false;
  report = json_loads(ls_text_data(text), 0, NULL);
  ls_text_destroy(&text);
  return report != NULL;
}

static bool run(const char *model, const char *scenarios, int shard_count) {
  return run_on(network, model, scenarios, shard_count);
}

static bool run_made(const char *model, const char *scenarios) { return run_on(made, model, scenarios, 1); }

static bool run_folder(const char *name, const char *model, const char *scenarios) {
  ls_network_destroy(&network);
  return ls_network_read(context, support_source(name), NULL, &network) == LS_STATUS_OK && run(model, scenarios, 1);
}

/* ---- arrays ------------------------------------------------------------------------------ */

static bool find(const char *name, ls_array *array) {
  for (int k = 0; ls_results_array(results, k, array); k++)
    if (strcmp(array->name, name) == 0) return true;
  return false;
}

static double number_at(const ls_array *array, int64_t i, int64_t j) {
  const char *at = (const char *)array->data + i * array->stride[0] + j * array->stride[1];
  double number = NAN;
  int32_t whole = 0;
  if (array->type == LS_ARRAY_DOUBLE) memcpy(&number, at, sizeof number);
  if (array->type == LS_ARRAY_INT32) memcpy(&whole, at, sizeof whole), number = whole;
  if (array->type == LS_ARRAY_INT8) number = *(const int8_t *)at;
  return number;
}

/* The report has null where there is no number, and 17 digits otherwise: the same double. */
static bool agrees(double number, const json_t *told) {
  return json_is_null(told) ? isnan(number) : json_is_number(told) && json_number_value(told) == number;
}

static bool entities_agree(const char *name, const char *key, int place) {
  ls_array array;
  if (!find(name, &array) || array.rank != 1 || strcmp(array.dimension[0], "entity") != 0) return false;
  const json_t *entities = json_object_get(report, "entities");
  if (array.shape[0] != (int64_t)json_array_size(entities) || array.shape[0] == 0) return false;
  for (int64_t i = 0; i < array.shape[0]; i++) {
    const json_t *told = json_object_get(json_array_get(entities, (size_t)i), key);
    if (place >= 0 && !json_is_null(told)) told = json_array_get(told, (size_t)place);
    if (!agrees(number_at(&array, i, 0), told)) return false;
  }
  return true;
}

TEST statistics_of_entities_are_those_of_the_report(void) {
  ls_array array;
  static const char *const LEVEL[] = {"0.95", "0.99", "0.999"};
  ASSERT(run_folder("examples/three-banks", "eisenberg-noe", support_source("examples/three-banks/monte-carlo.yaml")));
  ASSERT(entities_agree("default_probability", "default_probability", -1));
  ASSERT(entities_agree("default_probability_low", "default_probability_ci95", 0));
  ASSERT(entities_agree("default_probability_high", "default_probability_ci95", 1));
  ASSERT(entities_agree("distress_probability", "distress_probability", -1));
  ASSERT(entities_agree("forced_probability", "forced_probability", -1));
  ASSERT(entities_agree("loss_mean", "loss_mean", -1));
  ASSERT(entities_agree("loss_mean_stderr", "loss_mean_se", -1));
  ASSERT(entities_agree("loss_std", "loss_sd", -1));
  ASSERT(entities_agree("loss_peak_mean", "loss_peak_mean", -1));
  ASSERT(entities_agree("es_contribution", "es_contribution", -1));
  ASSERT(entities_agree("loss_at_zero", "loss_at_zero", -1));
  ASSERT(entities_agree("baseline_value", "baseline_value", -1));
  ASSERT_FALSE(entities_agree("loss_mean", "loss_sd", -1));
  ASSERT(find("loss_quantile", &array));
  ASSERT_STR_EQ("quantile", array.dimension[1]);
  ASSERT_EQ(3, array.shape[1]);
  for (size_t i = 0; i < 3; i++)
    for (int k = 0; k < 3; k++) {
      const json_t *entity = json_array_get(json_object_get(report, "entities"), i);
      ASSERT(agrees(number_at(&array, (int64_t)i, k),
                    json_object_get(json_object_get(entity, "loss_quantile"), LEVEL[k])));
    }
  for (int32_t i = 0; i < 3; i++) {
    ASSERT(find("default_probability", &array));
    ASSERT_EQ(ls_results_default_probability(results, i), number_at(&array, i, 0));
  }
  PASS();
}

TEST losses_of_scenarios_have_the_mean_and_the_extremes_of_the_report(void) {
  ls_array gross, count, state;
  double largest = 0, sum = 0, defaults = 0;
  ASSERT(run_folder("examples/three-banks", "eisenberg-noe", support_source("examples/three-banks/monte-carlo.yaml")));
  ASSERT(find("loss_gross", &gross) && find("default_count", &count) && find("status", &state));
  ASSERT_EQ(100000, gross.shape[0]);
  ASSERT_STR_EQ("scenario", gross.dimension[0]);
  ASSERT_EQ(NULL, gross.dimension[1]);
  ASSERT_EQ(1, gross.shape[1]);
  ASSERT_EQ(LS_ARRAY_INT32, count.type);
  ASSERT_EQ(LS_ARRAY_INT8, state.type);
  for (int64_t k = 0; k < gross.shape[0]; k++) {
    largest = fmax(largest, number_at(&gross, k, 0));
    sum += number_at(&gross, k, 0);
    defaults += number_at(&count, k, 0);
    ASSERT_EQ(1.0, number_at(&state, k, 0));
  }
  const json_t *system = json_object_get(report, "system");
  ASSERT_EQ(largest, json_number_value(json_object_get(system, "loss_max")));
  ASSERT_EQ(defaults / 100000, json_number_value(json_object_get(system, "default_count_mean")));
  /* a plain sum of n numbers above 0 is off by n roundings at most */
  ASSERT_IN_RANGE(ls_results_system_loss_mean(results), sum / 100000, 100000 * 0x1p-53 * sum / 100000);
  PASS();
}

TEST scenarios_of_a_file_come_one_by_one(void) {
  ls_array gross, net, count;
  ASSERT(run_folder("examples/three-banks", "eisenberg-noe", support_source("examples/three-banks/shocks.csv")));
  ASSERT(find("loss_gross", &gross) && find("loss_net", &net) && find("default_count", &count));
  ASSERT_EQ(3, gross.shape[0]);
  for (size_t k = 0; k < 3; k++) {
    const json_t *scenario = json_array_get(json_object_get(report, "scenarios"), k);
    ASSERT(agrees(number_at(&gross, (int64_t)k, 0), json_object_get(scenario, "loss_gross")));
    ASSERT(agrees(number_at(&net, (int64_t)k, 0), json_object_get(scenario, "loss_net")));
    ASSERT(agrees(number_at(&count, (int64_t)k, 0), json_object_get(scenario, "default_count")));
  }
  PASS();
}

TEST quarters_and_lines_are_rows_of_entities(void) {
  ls_array quarters, path, value, line;
  ASSERT(run_folder("datasets/ai-loop/2026-04", "loop", support_source("datasets/ai-loop/scenarios/money-stops.csv")));
  ASSERT(find("default_probability_by_quarter", &quarters) && find("baseline_path", &path));
  ASSERT(find("baseline_value", &value) && find("loss_mean_by_line", &line));
  const json_t *entities = json_object_get(report, "entities");
  ASSERT_STR_EQ("quarter", quarters.dimension[0]);
  ASSERT_STR_EQ("entity", quarters.dimension[1]);
  ASSERT_EQ(20, quarters.shape[0]);
  ASSERT_EQ((int64_t)json_array_size(entities), quarters.shape[1]);
  double defaults = 0;
  for (int64_t i = 0; i < quarters.shape[1]; i++) {
    const json_t *told = json_object_get(json_array_get(entities, (size_t)i), "default_probability_by_quarter");
    for (int64_t t = 0; t < quarters.shape[0]; t++) {
      ASSERT(agrees(number_at(&quarters, t, i), json_array_get(told, (size_t)t)));
      defaults += number_at(&quarters, t, i);
    }
    ASSERT_EQ(number_at(&value, i, 0), number_at(&path, path.shape[0] - 1, i));
  }
  ASSERT(defaults > 0);
  const json_t *lines = json_object_get(report, "lines");
  ASSERT_EQ((int64_t)json_array_size(lines), line.shape[0]);
  for (int64_t k = 0; k < line.shape[0]; k++) {
    double sum = 0, size = 0;
    const double told = json_number_value(json_object_get(json_array_get(lines, (size_t)k), "loss_mean"));
    for (int64_t i = 0; i < line.shape[1]; i++) sum += number_at(&line, k, i), size += fabs(number_at(&line, k, i));
    /* each entity's mean and the sum itself are rounded once */
    ASSERT_IN_RANGE(told, sum, (double)(2 * line.shape[1]) * 0x1p-53 * size);
  }
  PASS();
}

TEST measures_of_a_model_are_arrays_too(void) {
  ls_array array;
  int measures = 0;
  ASSERT(run_folder("datasets/ai-loop/2026-04", "loop", NULL));
  const json_t *told = json_object_get(json_array_get(json_object_get(report, "entities"), 0), "measures");
  for (int k = 0; ls_results_array(results, k, &array); k++) {
    const json_t *measure = json_object_get(told, array.name);
    if (measure == NULL) continue;
    measures++;
    ASSERT_STR_EQ("entity", array.dimension[0]);
    ASSERT(agrees(number_at(&array, 0, 0), json_object_get(measure, "mean")));
  }
  ASSERT_EQ((int)json_object_size(told), measures);
  ASSERT(measures > 0);
  PASS();
}

TEST arrays_have_names_of_their_own_and_say_what_they_are(void) {
  ls_array array, other;
  ASSERT(run_folder("datasets/ai-loop/2026-04", "loop", NULL));
  const int count = ls_results_array_count(results);
  ASSERT(count > 20);
  for (int k = 0; k < count; k++) {
    ASSERT(ls_results_array(results, k, &array));
    ASSERT(array.data != NULL && strlen(array.meaning) > 0 && strlen(array.unit) > 0);
    ASSERT_EQ(array.rank, (array.dimension[0] != NULL) + (array.dimension[1] != NULL));
    for (int earlier = 0; earlier < k; earlier++) {
      ASSERT(ls_results_array(results, earlier, &other));
      ASSERTm(array.name, strcmp(other.name, array.name) != 0);
    }
  }
  other = array;
  ASSERT_FALSE(ls_results_array(results, count, &array));
  ASSERT_FALSE(ls_results_array(results, -1, &array));
  ASSERT_FALSE(ls_results_array(NULL, 0, &array));
  ASSERT_EQ(0, ls_results_array_count(NULL));
  ASSERT_EQ(other.data, array.data); /* a failed call leaves it */
  PASS();
}

TEST a_part_has_its_scenarios_and_no_statistics(void) {
  ls_array array;
  ASSERT_EQ(LS_STATUS_OK, ls_network_read(context, support_source("examples/three-banks"), NULL, &network));
  ASSERT(run("eisenberg-noe", support_source("examples/three-banks/monte-carlo.yaml"), 2));
  ASSERT(find("loss_gross", &array));
  ASSERT_EQ(4096, array.shape[0]);
  ASSERT_FALSE(find("loss_mean", &array));
  ASSERT_FALSE(find("loss_quantile", &array));
  ASSERT_FALSE(find("default_probability_by_quarter", &array));
  PASS();
}

/* ---- tables of a folder, in memory ------------------------------------------------------------------------------ */

/* Numbers where each cell is one or blank, as the reader of folders takes columns of one's own. */
static void take_column(const struct csv *csv, int32_t c, ls_column *column) {
  const size_t rows = (size_t)csv->row_count;
  double *number = calloc(rows + 1, sizeof *number);
  const char **text = calloc(rows + 1, sizeof *text);
  bool is_number = true;
  if (number == NULL || text == NULL) abort();
  for (size_t row = 0; row < rows; row++) {
    const struct csv_cell *cell = csv_at(csv, (int64_t)row, c);
    const enum number_fault fault = number_parse(cell->text, &number[row]);
    if (fault == NUMBER_BLANK) number[row] = NAN;
    is_number = is_number && !cell->quoted && (fault == NUMBER_FINE || fault == NUMBER_BLANK);
    text[row] = cell->text;
  }
  *column = (ls_column){.name = csv->header[c].text};
  if (is_number) {
    column->number = number;
    free(text);
  } else {
    column->text = text;
    free(number);
  }
}

static void take_tables(const char *path, struct folder_tables *tables) {
  *tables = (struct folder_tables){.count = 0};
  for (int id = 0; id < TABLE_COUNT; id++) {
    char file[4300];
    size_t length = 0;
    const struct table_schema *schema = schema_table((enum table_id)id);
    (void)snprintf(file, sizeof file, "%s/%s", path, schema->file);
    char *text = support_read_file(file, &length);
    if (text == NULL) continue;
    const int t = tables->count++;
    if (csv_read(context, schema->file, text, length, &tables->csv[t]) != LS_STATUS_OK) abort();
    free(text);
    const struct csv *csv = tables->csv[t];
    if (csv->column_count > COLUMNS_MOST) abort();
    for (int32_t c = 0; c < csv->column_count; c++) take_column(csv, c, &tables->column[t][c]);
    tables->table[t] = (ls_table){schema->name, csv->row_count, csv->column_count, tables->column[t]};
  }
}

TEST tables_in_memory_give_the_digest_of_their_folder(void) {
  char digest[64];
  const ls_network_metadata metadata = {"three", "EUR", "mn", "2026-04"};
  ASSERT(run_folder("examples/three-banks", "eisenberg-noe", support_source("examples/three-banks/monte-carlo.yaml")));
  (void)snprintf(digest, sizeof digest, "%s", ls_results_digest(results));
  ls_network_destroy(&network);
  take_tables(support_source("examples/three-banks"), &of_folder);
  ASSERT_EQ(LS_STATUS_OK, ls_network_create(context, of_folder.table, of_folder.count, &metadata, NULL, &network));
  ASSERT_STR_EQ("three", ls_network_name(network));
  ASSERT(run("eisenberg-noe", support_source("examples/three-banks/monte-carlo.yaml"), 1));
  ASSERT_STR_EQ(digest, ls_results_digest(results));
  ASSERT_STR_EQ("EUR", json_string_value(json_object_get(report, "currency")));
  ASSERT_STR_EQ("mn", json_string_value(json_object_get(report, "unit")));
  PASS();
}

/* The deals that network.yaml lists as unmodelled and the words of loop.yaml come as tables. */
TEST a_ledger_in_memory_gives_the_digest_of_its_folder(void) {
  char digest[64];
  const char *planned[] = {"planned"}, *peak[] = {"peak"}, *unmodelled[64];
  ASSERT(run_folder("datasets/ai-loop/2026-04", "loop", support_source("datasets/ai-loop/scenarios/money-stops.csv")));
  (void)snprintf(digest, sizeof digest, "%s", ls_results_digest(results));
  take_tables(support_source("datasets/ai-loop/2026-04"), &of_folder);
  const int plain = of_folder.count;
  const ls_column loop[] = {{"inputs", NULL, planned}, {"distress_reference", NULL, peak}};
  const ls_column unmodelled_column = {"id", NULL, unmodelled};
  const ls_network_metadata metadata = {NULL, "USD", "bn", "2026-04-30"};
  ASSERT(network->unmodelled_count > 0 && network->unmodelled_count <= 64);
  for (int32_t k = 0; k < network->unmodelled_count; k++) unmodelled[k] = network->unmodelled[k];
  of_folder.table[of_folder.count] = (ls_table){"loop", 1, 2, loop};
  of_folder.table[of_folder.count + 1] = (ls_table){"unmodelled", network->unmodelled_count, 1, &unmodelled_column};
  ASSERT_EQ(LS_STATUS_OK, ls_network_create(context, of_folder.table, plain + 2, &metadata, NULL, &made));
  ASSERT(run_made("loop", support_source("datasets/ai-loop/scenarios/money-stops.csv")));
  ASSERT_STR_EQ(digest, ls_results_digest(results));
  /* without the words of loop.yaml it is another network */
  of_folder.table[plain] = of_folder.table[plain + 1];
  ls_network_destroy(&made);
  ASSERT_EQ(LS_STATUS_OK, ls_network_create(context, of_folder.table, plain + 1, &metadata, NULL, &made));
  ASSERT(run_made("loop", support_source("datasets/ai-loop/scenarios/money-stops.csv")));
  ASSERT(strcmp(digest, ls_results_digest(results)) != 0);
  /* and deals that no mechanism takes up are faults unless they are listed */
  ls_network_destroy(&made);
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, ls_network_create(context, of_folder.table, plain, &metadata, NULL, &made));
  ASSERTm(ls_context_message(context, 0), strstr(ls_context_message(context, 0), "deals.csv:") != NULL);
  PASS();
}

/* ---- small tables, good and bad ------------------------------------------------------------------------------ */

static const char *ids[] = {"a", "b", "c"}, *debtor[] = {"a", "b"}, *creditor[] = {"b", "c"};
static double assets[] = {100, 50, 80}, amount[] = {20, 30.25};
static ls_column entity_column[] = {{"id", NULL, ids}, {"external_assets", assets, NULL}};
static ls_column link_column[] = {{"debtor", NULL, debtor}, {"creditor", NULL, creditor}, {"amount", amount, NULL}};
static ls_table small[] = {{"entities", 3, 2, entity_column}, {"liabilities", 2, 3, link_column}};

static ls_status create(void) {
  ls_network_destroy(&network);
  ls_context_clear_messages(context);
  return ls_network_create(context, small, 2, NULL, NULL, &network);
}

/* Changes one thing, insists on the status and on what the first message says, and changes it back. */
#define ASSERT_REFUSED(thing, value, status, message)                                                 \
  do {                                                                                                \
    const __typeof__(thing) before = (thing);                                                         \
    (thing) = (value);                                                                                \
    const ls_status got = create();                                                                   \
    (thing) = before;                                                                                 \
    ASSERT_EQm(message, status, got);                                                                 \
    ASSERT_EQ(NULL, network);                                                                         \
    ASSERTm(ls_context_message(context, 0), strstr(ls_context_message(context, 0), message) != NULL); \
  } while (0)

TEST a_small_network_is_made(void) {
  ASSERT_EQ(LS_STATUS_OK, create());
  ASSERT_EQ(3, ls_network_entity_count(network));
  ASSERT_STR_EQ("c", ls_network_entity_id(network, 2));
  ASSERT_STR_EQ("network", ls_network_name(network));
  const int64_t row = network_find_pair(network, TABLE_LIABILITIES, 1, 2);
  ASSERT_EQ(30.25, network_number(network, TABLE_LIABILITIES, "amount", row, -1));
  PASS();
}

TEST numbers_pass_bit_for_bit(void) {
  const double hard[] = {0.1 + 0.2, 4.9406564584124654e-324, 1.7976931348623157e308, -0.0, 1e22, 123456789.123456789};
  for (size_t k = 0; k < sizeof hard / sizeof hard[0]; k++) {
    amount[1] = hard[k];
    ASSERT_EQ(LS_STATUS_OK, create());
    const int64_t row = network_find_pair(network, TABLE_LIABILITIES, 1, 2);
    ASSERT_EQ(hard[k], network_number(network, TABLE_LIABILITIES, "amount", row, -1));
  }
  amount[1] = 30.25;
  PASS();
}

TEST texts_stay_texts_whatever_they_look_like(void) {
  const char *code[] = {"1", "2", "3"};
  const double score[] = {1, NAN, 3};
  ls_column column[] = {{"id", NULL, ids}, {"code", NULL, code}, {"score", score, NULL}};
  const ls_table table = {"entities", 3, 3, column};
  ASSERT_EQ(LS_STATUS_OK, ls_network_create(context, &table, 1, NULL, NULL, &network));
  ASSERT_STR_EQ("2", network_text(network, TABLE_ENTITIES, "code", 1));
  ASSERT_EQ(-7.0, network_number(network, TABLE_ENTITIES, "score", 1, -7));
  ASSERT_EQ(3.0, network_number(network, TABLE_ENTITIES, "score", 2, -7));
  PASS();
}

TEST faults_of_tables_name_table_line_and_rule(void) {
  const ls_status bad = LS_STATUS_INVALID_INPUT;
  ASSERT_REFUSED(amount[1], -3.5, bad, "liabilities.csv:3: amount from 'b' to 'c' is -3.5, must be >= 0");
  ASSERT_REFUSED(amount[0], NAN, bad, "liabilities.csv:2: amount from 'a' to 'b' is blank, must be a number");
  ASSERT_REFUSED(amount[0], INFINITY, bad, "liabilities.csv:2: amount from 'a' to 'b' is 'inf', must be");
  ASSERT_REFUSED(debtor[0], "zz", bad, "liabilities.csv:2: debtor 'zz' is not in entities.csv");
  ASSERT_REFUSED(debtor[1], "", bad, "liabilities.csv:3: debtor is blank, must be given");
  ASSERT_REFUSED(ids[1], "a", bad, "entities.csv:3: id 'a' stands twice");
  ASSERT_REFUSED(ids[1], "\xff", bad, "entities.csv:3: the text in column 1 is not UTF-8");
  ASSERT_REFUSED(ids[1], "b\x07", bad, "entities.csv:3: the text in column 1 is not UTF-8");
  ASSERT_REFUSED(entity_column[1].name, "external_asets", bad,
                 "entities.csv:1: unknown column 'external_asets', did you mean 'external_assets'?");
  ASSERT_REFUSED(link_column[2].name, "sum", bad, "liabilities.csv:1: column 'amount' is missing");
  ASSERT_REFUSED(entity_column[1].name, "id", bad, "entities.csv:1: column 'id' stands twice (columns 1 and 2)");
  ASSERT_REFUSED(entity_column[1].name, "", bad, "entities.csv:1: column 2 has no name");
  ASSERT_REFUSED(small[0].rows, 0, bad, "entities.csv: no entities, must have at least one");
  ASSERT_REFUSED(small[0].name, "assets", bad, "entities.csv: missing in the tables");
  const ls_network_metadata dated = {.as_of = "someday"}, odd = {.name = "\xff"};
  ls_context_clear_messages(context);
  ASSERT_EQ(bad, ls_network_create(context, small, 2, &dated, NULL, &network));
  ASSERT(strstr(ls_context_message(context, 0), "as_of is 'someday', must be a date") != NULL);
  ls_context_clear_messages(context);
  ASSERT_EQ(bad, ls_network_create(context, small, 2, &odd, NULL, &network));
  ASSERT(strstr(ls_context_message(context, 0), "name is not UTF-8") != NULL);
  PASS();
}

TEST every_fault_is_told_and_links_that_stand_twice_are_summed_where_asked_for(void) {
  const ls_read_options summed = {.sum_duplicates = true};
  amount[0] = -1, amount[1] = -2;
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, create());
  ASSERT_EQ(2, ls_context_message_count(context));
  amount[0] = 20, amount[1] = 30.25;
  ASSERT_REFUSED(debtor[1], "c", LS_STATUS_INVALID_INPUT, "liabilities.csv:3: link from 'c' to itself");
  debtor[1] = "a", creditor[1] = "b";
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, create());
  ASSERT(strstr(ls_context_message(context, 0), "liabilities.csv:3: link from 'a' to 'b'") != NULL);
  ASSERT_EQ(LS_STATUS_OK, ls_network_create(context, small, 2, NULL, &summed, &network));
  ASSERT_EQ(50.25, network_number(network, TABLE_LIABILITIES, "amount", 0, -1));
  debtor[1] = "b", creditor[1] = "c";
  PASS();
}

TEST loop_settings_and_unmodelled_deals_keep_the_rules_of_their_files(void) {
  double interest[] = {-1}, quarters[] = {NAN};
  const char *word[] = {"plannned"};
  ls_column loop[] = {{"interest", interest, NULL}, {"quarters", quarters, NULL}, {"inputs", NULL, word}};
  ls_column id = {"id", NULL, word};
  ls_table tables[] = {small[0], small[1], {"loop", 1, 3, loop}};
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, ls_network_create(context, tables, 3, NULL, NULL, &network));
  ASSERT_EQ(2, ls_context_message_count(context));
  ASSERT_STR_EQ("loop.yaml:2: interest is -1, must be between 0 and 100", ls_context_message(context, 0));
  ASSERTm(ls_context_message(context, 1), strstr(ls_context_message(context, 1), "loop.yaml:2: inputs") != NULL);
  interest[0] = 0.25, word[0] = "planned";
  ASSERT_EQ(LS_STATUS_OK, ls_network_create(context, tables, 3, NULL, NULL, &network));
  ASSERT_EQ(0.25, network->loop.interest);
  ASSERT_EQ(20, network->loop.quarters); /* blank: not given */
  ASSERT(network->has_loop_settings);
  tables[2].rows = 0;
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, ls_network_create(context, tables, 3, NULL, NULL, &network));
  tables[2] = (ls_table){"unmodelled", 1, 1, &id};
  ls_network_destroy(&network);
  ASSERT_EQ(LS_STATUS_OK, ls_network_create(context, tables, 3, NULL, NULL, &network));
  ASSERT_EQ(1, network->unmodelled_count);
  ASSERT_STR_EQ("planned", network->unmodelled[0]);
  id.name = "deal";
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, ls_network_create(context, tables, 3, NULL, NULL, &network));
  PASS();
}

TEST mistakes_of_a_program_are_refused_as_such(void) {
  const ls_status use = LS_STATUS_USAGE;
  ASSERT_REFUSED(small[1].name, "liabilites", use, "table 'liabilites' is unknown, did you mean 'liabilities'?");
  ASSERT_REFUSED(small[1].name, "zebras", use, "table 'zebras' is unknown, must be");
  ASSERT_REFUSED(small[1].name, "entities", use, "table 'entities' is given twice");
  ASSERT_REFUSED(small[1].name, NULL, use, "a table has no name");
  ASSERT_REFUSED(small[1].rows, -1, use, "table 'liabilities' has -1 rows");
  ASSERT_REFUSED(small[1].column_count, 0, use, "and 0 columns");
  ASSERT_REFUSED(small[1].column, NULL, use, "and 0 columns");
  ASSERT_REFUSED(link_column[1].name, NULL, use, "table 'liabilities': column 2 has no name");
  ASSERT_REFUSED(link_column[2].number, NULL, use, "column 'amount' has neither numbers nor texts");
  ASSERT_REFUSED(link_column[2].text, ids, use, "column 'amount' has numbers and texts");
  ASSERT_REFUSED(debtor[1], NULL, use, "table 'liabilities': text 2 of column 'debtor' is NULL");
  ASSERT_EQ(use, ls_network_create(context, small, -1, NULL, NULL, &network));
  ASSERT_EQ(use, ls_network_create(context, NULL, 1, NULL, NULL, &network));
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, ls_network_create(context, NULL, 0, NULL, NULL, &network)); /* no entities */
  PASS();
}

TEST warnings_are_errors_under_strictness(void) {
  const ls_read_options strict = {.strict = true};
  assets[0] = 1; /* a owes 20 */
  ASSERT_EQ(LS_STATUS_OK, create());
  ASSERT(ls_context_warning_count(context) > 0);
  ls_network_destroy(&network);
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, ls_network_create(context, small, 2, NULL, &strict, &network));
  ASSERT(strstr(ls_context_message(context, 0), "the tables: 1 warning, and strictness") != NULL);
  assets[0] = 100;
  PASS();
}

TEST each_failing_allocation_leaves_nothing(void) {
  const double interest[] = {0.1};
  const ls_column loop = {"interest", interest, NULL}, id = {"id", NULL, ids};
  const ls_table tables[] = {small[0], small[1], {"loop", 1, 1, &loop}, {"unmodelled", 3, 1, &id}};
  const ls_network_metadata metadata = {"n", "EUR", "bn", "2026"};
  int64_t failures = 0;
  for (int64_t allowed = 0;; allowed++) {
    ls_context *poor = NULL;
    struct failing_allocator allocator = {0};
    ls_network *fresh = NULL;
    ASSERT_EQ(LS_STATUS_OK, ls_context_create(&poor));
    support_fail_after(poor, &allocator, allowed);
    const ls_status status = ls_network_create(poor, tables, 4, &metadata, NULL, &fresh);
    ASSERT_EQ(status == LS_STATUS_OK, fresh != NULL);
    ls_network_destroy(&fresh);
    ls_context_destroy(&poor);
    ASSERT_EQ(0, allocator.held);
    if (status == LS_STATUS_OK) break;
    ASSERT_EQ(LS_STATUS_OUT_OF_MEMORY, status);
    failures++;
  }
  ASSERT(failures > 40);
  PASS();
}

SUITE(arrays) {
  SET_SETUP(set_up, NULL);
  SET_TEARDOWN(tear_down, NULL);
  RUN_TEST(statistics_of_entities_are_those_of_the_report);
  RUN_TEST(losses_of_scenarios_have_the_mean_and_the_extremes_of_the_report);
  RUN_TEST(scenarios_of_a_file_come_one_by_one);
  RUN_TEST(quarters_and_lines_are_rows_of_entities);
  RUN_TEST(measures_of_a_model_are_arrays_too);
  RUN_TEST(arrays_have_names_of_their_own_and_say_what_they_are);
  RUN_TEST(a_part_has_its_scenarios_and_no_statistics);
  RUN_TEST(tables_in_memory_give_the_digest_of_their_folder);
  RUN_TEST(a_ledger_in_memory_gives_the_digest_of_its_folder);
  RUN_TEST(a_small_network_is_made);
  RUN_TEST(numbers_pass_bit_for_bit);
  RUN_TEST(texts_stay_texts_whatever_they_look_like);
  RUN_TEST(faults_of_tables_name_table_line_and_rule);
  RUN_TEST(every_fault_is_told_and_links_that_stand_twice_are_summed_where_asked_for);
  RUN_TEST(loop_settings_and_unmodelled_deals_keep_the_rules_of_their_files);
  RUN_TEST(mistakes_of_a_program_are_refused_as_such);
  RUN_TEST(warnings_are_errors_under_strictness);
  RUN_TEST(each_failing_allocation_leaves_nothing);
}

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  RUN_SUITE(arrays);
  GREATEST_MAIN_END();
}

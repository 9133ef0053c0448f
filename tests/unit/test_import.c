/* test_import.c - folders become networks: what must not matter (order, line ends), defaults, sums, metadata, check's
 * report.
 *
 * What is refused is test_invalid.c's table.
 */
#include <jansson.h>
#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

#include "greatest.h"
#include "network/network.h"
#include "network/table.h"
#include "support.h"

static ls_context *context;
static struct failing_allocator memory;
static char folder[4096];
static ls_network *network;

static void set_up(void *user) {
  (void)user;
  if (ls_context_create(&context) != LS_STATUS_OK || !support_make_folder(folder)) abort();
  support_fail_after(context, &memory, -1);
  network = NULL;
}

static void tear_down(void *user) {
  (void)user;
  ls_network_destroy(&network);
  ls_context_destroy(&context);
  support_remove_folder(folder);
}

static void put(const char *name, const char *text) {
  if (!support_write_file(folder, name, text)) abort();
}

static ls_status read_folder(void) { return ls_network_read(context, folder, NULL, &network); }

static const char ENTITIES[] = "id,sector,external_assets,cash\nA,bank,50,5\nB,bank,40,4\nC,fund,30,3\n";
static const char LIABILITIES[] = "debtor,creditor,amount\nC,A,6\nA,C,1\nA,B,12\nB,C,8\nworld,A,2\n";

static void put_banks(void) {
  put("entities.csv", ENTITIES);
  put("liabilities.csv", LIABILITIES);
}

static void put_loop(void) {
  put("network.yaml", "name: toy loop\ncurrency: USD\nunit: bn\nas_of: 2025-11-18\nsources: {P1: a press page}\n");
  put("loop.yaml", "quarters: 8\ninterest: 0.01\nclaims_valuation: en\n");
  put("entities.csv", "id,cash,real_assets,capacity,input_type,code\nchip,20,10,30,,01\ncloud,30,40,10,chips,02\n"
                      "lab,15,5,0,compute,03\n");
  put("inputs.csv", "input_type,essential\nchips,0\ncompute,1\n");
  put("purchases.csv", "buyer,seller,backlog,per_quarter\ncloud,chip,40,5\nlab,cloud,60,6\nworld,chip,9,1\n");
  put("pledges.csv", "investor,recipient,amount,per_quarter\nchip,lab,10,2\nworld,lab,20,4\n");
  put("shareholdings.csv", "holder,issuer,share\nchip,lab,0.1\nworld,chip,0.5\n");
  put("liabilities.csv", "debtor,creditor,amount\ncloud,world,7\nworld,chip,1\n");
  put("paths.csv", "target,variable,quarter,value\nlab,multiple,0,5\nchip>lab,gate,2,0\nworld>lab,gate,3,0\n"
                   "world,purchase_scale,0,0.5\n");
}

/* ---- what must not matter ---------------------------------------------------------------------------------------- */

TEST links_are_sorted_whatever_the_order_of_rows(void) {
  put_banks();
  ASSERT_EQ(LS_STATUS_OK, read_folder());
  const struct table *table = &network->table[TABLE_LIABILITIES];
  const int32_t from[] = {ENTITY_WORLD, 0, 0, 1, 2}, to[] = {0, 1, 2, 2, 0};
  const double amount[] = {2.0, 12.0, 1.0, 8.0, 6.0};
  const int64_t line[] = {6, 4, 3, 5, 2};
  ASSERT_EQ(5, table->row_count);
  ASSERT_MEM_EQ(from, table->from, sizeof from);
  ASSERT_MEM_EQ(to, table->to, sizeof to);
  ASSERT_MEM_EQ(line, table->line, sizeof line);
  ASSERT_MEM_EQ(amount, network_numbers(network, TABLE_LIABILITIES, "amount"), sizeof amount);
  PASS();
}

TEST seniorities_of_a_pair_stand_in_their_order(void) {
  put("entities.csv", ENTITIES);
  put("liabilities.csv", "debtor,creditor,amount,seniority\nA,B,1,2\nA,B,2,0\nA,B,3,1\n");
  ASSERT_EQ(LS_STATUS_OK, read_folder());
  const double amount[] = {2.0, 3.0, 1.0};
  ASSERT_MEM_EQ(amount, network_numbers(network, TABLE_LIABILITIES, "amount"), sizeof amount);
  ASSERT_EQ(0, network_find_pair(network, TABLE_LIABILITIES, 0, 1));
  PASS();
}

static bool same_numbers(const ls_network *a, const ls_network *b, enum table_id id) {
  const struct table *left = &a->table[id], *right = &b->table[id];
  if (left->row_count != right->row_count || left->column_count != right->column_count) return false;
  for (int32_t i = 0; i < left->column_count; i++) {
    const double *other = network_numbers(b, id, left->column[i].name);
    if ((left->column[i].number != NULL) != (other != NULL)) return false;
    if (other != NULL && memcmp(left->column[i].number, other, (size_t)left->row_count * sizeof *other) != 0)
      return false;
  }
  return true;
}

TEST order_of_columns_byte_order_mark_and_crlf_change_nothing(void) {
  ls_network *other = NULL;
  put_banks();
  ASSERT_EQ(LS_STATUS_OK, ls_network_read(context, folder, NULL, &other));
  put("entities.csv", "\xEF\xBB\xBF"
                      "cash,id,external_assets,sector\r\n5,A,50,bank\r\n4,B,40,bank\r\n3,C,30,fund\r\n");
  put("liabilities.csv", "# owed\r\namount,creditor,debtor\r\n2,A,world\r\n12,B,A\r\n\r\n1,C,A\r\n8,C,B\r\n6,A,C");
  ASSERT_EQ(LS_STATUS_OK, read_folder());
  ASSERT(same_numbers(other, network, TABLE_ENTITIES));
  ASSERT(same_numbers(other, network, TABLE_LIABILITIES));
  ASSERT_STR_EQ("fund", network_text(network, TABLE_ENTITIES, "sector", 2));
  ls_network_destroy(&other);
  PASS();
}

TEST tables_with_a_header_alone_are_valid(void) {
  put("entities.csv", ENTITIES);
  put("liabilities.csv", "debtor,creditor,amount\n");
  put("shareholdings.csv", "holder,issuer,share\n");
  put("assets.csv", "id\n");
  put("holdings.csv", "holder,asset,amount\n");
  put("trade.csv", "supplier,buyer,amount\n");
  put("essentials.csv", "supplier_sector,buyer_sector,essentiality\n");
  put("inputs.csv", "input_type,essential\n");
  put("purchases.csv", "buyer,seller,backlog,per_quarter\n");
  put("pledges.csv", "investor,recipient,amount,per_quarter\n");
  put("paths.csv", "target,variable,quarter,value\n");
  put("backstops.csv", "guarantor,provider,amount\n");
  put("warrants.csv", "issuer,holder,share\n");
  put("cross_defaults.csv", "trigger,obligor\n");
  put("assumption_correlations.csv", "parameter_a,parameter_b,value\n");
  put("ensemble.csv", "member,debtor,creditor,amount\n");
  ASSERT_EQ(LS_STATUS_OK, read_folder());
  for (int id = 0; id < TABLE_COUNT; id++)
    ASSERT_EQ(id != TABLE_DEALS && id != TABLE_ASSUMPTIONS, network->table[id].present);
  ASSERT_EQ(0, network->table[TABLE_LIABILITIES].row_count);
  PASS();
}

TEST amounts_are_kept_as_written_zero_included(void) {
  put("entities.csv", "id\nA\nB\n");
  put("liabilities.csv", "debtor,creditor,amount\nA,B,0\nB,A,0.1\n");
  ASSERT_EQ(LS_STATUS_OK, read_folder());
  ASSERT_EQ(2, network->table[TABLE_LIABILITIES].row_count);
  ASSERT_EQ(0.0, network_numbers(network, TABLE_LIABILITIES, "amount")[0]);
  ASSERT_EQ(0.1, network_numbers(network, TABLE_LIABILITIES, "amount")[1]);
  PASS();
}

TEST one_entity_without_links_is_a_network(void) {
  put("entities.csv", "id\nonly\n");
  ASSERT_EQ(LS_STATUS_OK, read_folder());
  ASSERT_EQ(1, ls_network_entity_count(network));
  ASSERT_STR_EQ("only", ls_network_entity_id(network, 0));
  ASSERT_EQ(NULL, ls_network_entity_id(network, 1));
  PASS();
}

/* ---- attributes, defaults, sums ---------------------------------------------------------------------------------- */

TEST unknown_columns_are_kept_as_numbers_or_texts(void) {
  put("entities.csv", "id,rating,rank,code,gap,quoted\nA,AA,1,0111,,\"1\"\nB,B,2,0112,7,\"2\"\n");
  ASSERT_EQ(LS_STATUS_OK, read_folder());
  ASSERT_STR_EQ("AA", network_text(network, TABLE_ENTITIES, "rating", 0));
  ASSERT_EQ(2.0, network_number(network, TABLE_ENTITIES, "rank", 1, NAN));
  ASSERT_STR_EQ("0111", network_text(network, TABLE_ENTITIES, "code", 0));
  ASSERT_EQ(-1.0, network_number(network, TABLE_ENTITIES, "gap", 0, -1.0));
  ASSERT_STR_EQ("2", network_text(network, TABLE_ENTITIES, "quoted", 1));
  PASS();
}

TEST duplicates_are_summed_where_asked_for(void) {
  const ls_read_options sum = {.sum_duplicates = true};
  put("entities.csv", ENTITIES);
  put("liabilities.csv", "debtor,creditor,amount\nA,B,1\nB,C,5\nA,B,2\nA,B,4\n");
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, read_folder());
  ASSERT_EQ(LS_STATUS_OK, ls_network_read(context, folder, &sum, &network));
  ASSERT_EQ(2, network->table[TABLE_LIABILITIES].row_count);
  ASSERT_EQ(7.0, network_numbers(network, TABLE_LIABILITIES, "amount")[0]);
  ASSERT_EQ(5.0, network_numbers(network, TABLE_LIABILITIES, "amount")[1]);
  PASS();
}

TEST links_of_one_debtor_to_two_creditors_are_not_duplicates(void) {
  const ls_read_options sum = {.sum_duplicates = true};
  put("entities.csv", "id\nA\nB\nC\n");
  put("liabilities.csv", "debtor,creditor,amount\nA,B,1\nA,C,5\n");
  ASSERT_EQ(LS_STATUS_OK, ls_network_read(context, folder, &sum, &network));
  ASSERT_EQ(2, network->table[TABLE_LIABILITIES].row_count);
  ASSERT_EQ(1.0, network_numbers(network, TABLE_LIABILITIES, "amount")[0]);
  ASSERT_EQ(5.0, network_numbers(network, TABLE_LIABILITIES, "amount")[1]);
  PASS();
}

TEST rows_that_disagree_are_not_summed(void) {
  const ls_read_options sum = {.sum_duplicates = true};
  put("entities.csv", "id\nA\nB\n");
  put("purchases.csv", "buyer,seller,backlog,per_quarter,take_or_pay\nA,B,5,1,0.5\nA,B,5,1,0.6\n");
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, ls_network_read(context, folder, &sum, &network));
  ASSERT_STR_EQ("purchases.csv:3: take_or_pay differs from line 2, must agree where rows of one link are summed",
                ls_context_message(context, 0));
  PASS();
}

/* In doubles 0.2 + 0.4 + 0.3 + 0.1 is 1 + 2^-52. */
TEST shares_that_sum_to_one_but_for_rounding_are_valid(void) {
  put("entities.csv", "id\nA\nB\nC\nD\nE\n");
  put("shareholdings.csv", "holder,issuer,share\nA,E,0.2\nB,E,0.4\nC,E,0.3\nD,E,0.1\n");
  ASSERT_EQ(LS_STATUS_OK, read_folder());
  PASS();
}

/* ---- the loop and its metadata ----------------------------------------------------------------------------------- */

TEST loop_tables_and_their_settings_are_read(void) {
  put_loop();
  ASSERT_EQ(LS_STATUS_OK, read_folder());
  ASSERT_STR_EQ("toy loop", ls_network_name(network));
  ASSERT_STR_EQ("USD", network->currency);
  ASSERT_STR_EQ("bn", network->unit);
  ASSERT_STR_EQ("2025-11-18", network->as_of);
  ASSERT_EQ(1, network->source_count);
  ASSERT_STR_EQ("P1: a press page", network->source[0]);
  ASSERT(network->has_loop_settings);
  ASSERT_EQ(8, network->loop.quarters);
  ASSERT_EQ(0.01, network->loop.interest);
  ASSERT_EQ(1.0, network->loop.recovery_assets);
  ASSERT_EQ(1, network->loop.build_lag);
  ASSERT(network->loop.claims_valuation == 1);
  ASSERT_STR_EQ("world", network_text(network, TABLE_PURCHASES, "buyer", 0));
  ASSERT_STR_EQ("chip", network_text(network, TABLE_PURCHASES, "seller", 0));
  ASSERT_EQ(0, ls_context_warning_count(context));
  PASS();
}

TEST source_files_are_listed_with_their_hashes(void) {
  put("entities.csv", "abc");
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, read_folder());
  put("entities.csv", "id\nA\n");
  ASSERT_EQ(LS_STATUS_OK, read_folder());
  ASSERT_EQ(1, network->file_count);
  ASSERT_STR_EQ("entities.csv", network->file[0].file);
  /* printf 'id\nA\n' | sha256sum */
  ASSERT_STR_EQ("c3c9770d746e82079c3fa217f1d56003364d5c4eb4908b35c22fc7c4bd637538", network->file[0].sha256);
  PASS();
}

TEST a_network_without_a_name_takes_the_folders(void) {
  char path[8192];
  put("entities.csv", "id\nA\n");
  snprintf(path, sizeof path, "%s/../%s///", folder, strrchr(folder, '/') + 1);
  ASSERT_EQ(LS_STATUS_OK, ls_network_read(context, path, NULL, &network));
  ASSERT_STR_EQ(strrchr(folder, '/') + 1, ls_network_name(network));
  PASS();
}

TEST files_with_other_names_are_left_alone(void) {
  put_banks();
  put("README.md", "x");
  put("shocks.csv", "scenario,target\n");
  put("edges.csv", "x\n");
  put("entities-old.csv", "\xff");
  ASSERT_EQ(LS_STATUS_OK, read_folder());
  PASS();
}

/* ---- statuses ---------------------------------------------------------------------------------------------------- */

TEST missing_and_unreadable_paths_have_their_statuses(void) {
  char path[8192];
  ASSERT_EQ(LS_STATUS_INPUT_MISSING, ls_network_read(context, "/no/such/network", NULL, &network));
  put_banks();
  snprintf(path, sizeof path, "%s/liabilities.csv", folder);
  if (geteuid() == 0) SKIPm("the super-user may read everything");
  chmod(path, 0);
  ASSERT_EQ(LS_STATUS_PERMISSION, read_folder());
  ASSERT_EQ(NULL, network);
  PASS();
}

TEST warnings_are_errors_where_strict(void) {
  const ls_read_options strict = {.strict = true};
  put("entities.csv", "id,external_assets,external_liabilities\nA,10,20\n");
  ASSERT_EQ(LS_STATUS_OK, read_folder());
  ASSERT_EQ(1, ls_context_warning_count(context));
  ASSERT_STR_EQ("entities.csv:2: equity of 'A' is -10, so the entity has failed before any shock",
                ls_context_warning(context, 0));
  ls_network_destroy(&network);
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, ls_network_read(context, folder, &strict, &network));
  ASSERT_EQ(NULL, network);
  PASS();
}

TEST oddities_are_warned_of(void) {
  put("entities.csv", "id,external_assets,equity\nA,10,5\nB,12,50\nC,11000000,4\n9.59E+19,1e16,2\n");
  ASSERT_EQ(LS_STATUS_OK, read_folder());
  const char *const warnings[] = {
      "entities.csv:5: external_assets of '9.59E+19' is 1e+16, beyond 1e15: is the unit meant?",
      "entities.csv:5: id '9.59E+19' looks like a placeholder or a number that a spreadsheet has rewritten",
      "entities.csv:3: equity of 'B' is 50, more than all its assets: mixed units?",
      "entities.csv:5: external_assets of '9.59E+19' is 1e+16, a million times the median: millions against units?",
  };
  ASSERT_EQ(4, ls_context_warning_count(context));
  for (int i = 0; i < 4; i++) ASSERT_STR_EQ(warnings[i], ls_context_warning(context, i));
  PASS();
}

/* ---- check ------------------------------------------------------------------------------------------------------- */

static json_t *check_json(const ls_read_options *options, ls_status expected) {
  ls_text *report = NULL;
  if (ls_network_check(context, folder, options, LS_FORMAT_JSON, &report) != expected) return NULL;
  json_t *json = json_loads(ls_text_data(report), JSON_REJECT_DUPLICATES, NULL);
  ls_text_destroy(&report);
  return json;
}

TEST check_sums_up_a_valid_network(void) {
  put_loop();
  json_t *json = check_json(NULL, LS_STATUS_OK);
  ASSERT(json != NULL);
  ASSERT(json_is_true(json_object_get(json, "valid")));
  ASSERT_EQ(3, json_integer_value(json_object_get(json, "entities")));
  ASSERT_EQ(9, json_integer_value(json_object_get(json, "links")));
  ASSERT_EQ(0, json_array_size(json_object_get(json, "errors")));
  ASSERT_EQ(0, json_array_size(json_object_get(json, "warnings")));
  json_decref(json);
  PASS();
}

TEST check_lists_errors_with_file_and_line(void) {
  put("entities.csv", "id\nA\nB\n");
  put("liabilities.csv", "debtor,creditor,amount\nA,B,-1\nA,X,2\n");
  json_t *json = check_json(NULL, LS_STATUS_INVALID_INPUT);
  ASSERT(json != NULL);
  ASSERT(json_is_false(json_object_get(json, "valid")));
  const json_t *errors = json_object_get(json, "errors");
  ASSERT_EQ(2, json_array_size(errors));
  const json_t *error = json_array_get(errors, 1);
  ASSERT_STR_EQ("liabilities.csv", json_string_value(json_object_get(error, "file")));
  ASSERT_EQ(2, json_integer_value(json_object_get(error, "line")));
  ASSERT_STR_EQ("amount from 'A' to 'B' is -1, must be >= 0", json_string_value(json_object_get(error, "message")));
  json_decref(json);
  PASS();
}

TEST check_fails_on_warnings_where_strict(void) {
  const ls_read_options strict = {.strict = true};
  put("entities.csv", "id,external_assets,external_liabilities\nA,10,20\n");
  json_t *json = check_json(NULL, LS_STATUS_OK);
  ASSERT_EQ(1, json_array_size(json_object_get(json, "warnings")));
  json_decref(json);
  json = check_json(&strict, LS_STATUS_CHECK_FAILED);
  ASSERT(json_is_true(json_object_get(json, "valid")));
  json_decref(json);
  PASS();
}

TEST check_of_nothing_has_no_report(void) {
  ls_text *report = NULL;
  ASSERT_EQ(LS_STATUS_INPUT_MISSING, ls_network_check(context, "/no/such", NULL, LS_FORMAT_TEXT, &report));
  ASSERT_EQ(NULL, report);
  PASS();
}

/* ---- memory ------------------------------------------------------------------------------------------------------ */

TEST every_failed_allocation_is_told_and_nothing_leaks(void) {
  const ls_read_options sum = {.sum_duplicates = true};
  put_loop();
  put("assets.csv", "id,price\nbond,1\n");
  put("holdings.csv", "holder,asset,amount\nlab,bond,1\nlab,bond,2\n");
  for (int64_t allowed = 0;; allowed++) {
    ls_context *poor = NULL;
    struct failing_allocator allocator = {0};
    ls_network *read = NULL;
    ASSERT_EQ(LS_STATUS_OK, ls_context_create(&poor));
    support_fail_after(poor, &allocator, allowed);
    const ls_status status = ls_network_read(poor, folder, &sum, &read);
    ASSERT_EQ(status == LS_STATUS_OK, read != NULL);
    ASSERT_EQ(status == LS_STATUS_OK, ls_context_message_count(poor) == 0);
    ls_network_destroy(&read);
    ls_context_destroy(&poor);
    ASSERT_EQ(0, allocator.held);
    if (status == LS_STATUS_OK) break;
    ASSERT_EQ(LS_STATUS_OUT_OF_MEMORY, status);
  }
  PASS();
}

/* Memory that runs out while faults are told must not make a bad network a good one. */
TEST a_bad_folder_stays_bad_without_memory(void) {
  put("entities.csv", "id,cash\nA,-1\nB,x\n");
  put("liabilities.csv", "debtor,creditor,amount\nA,B,-1\nA,A,2\nA,B,3\n");
  for (int64_t allowed = 0; allowed < 400; allowed++) {
    ls_context *poor = NULL;
    struct failing_allocator allocator = {0};
    ls_network *read = NULL;
    ASSERT_EQ(LS_STATUS_OK, ls_context_create(&poor));
    support_fail_after(poor, &allocator, allowed);
    ASSERT_NEQ(LS_STATUS_OK, ls_network_read(poor, folder, NULL, &read));
    ASSERT_EQ(NULL, read);
    ls_context_destroy(&poor);
    ASSERT_EQ(0, allocator.held);
  }
  PASS();
}

SUITE(import) {
  SET_SETUP(set_up, NULL);
  SET_TEARDOWN(tear_down, NULL);
  RUN_TEST(links_are_sorted_whatever_the_order_of_rows);
  RUN_TEST(seniorities_of_a_pair_stand_in_their_order);
  RUN_TEST(order_of_columns_byte_order_mark_and_crlf_change_nothing);
  RUN_TEST(tables_with_a_header_alone_are_valid);
  RUN_TEST(amounts_are_kept_as_written_zero_included);
  RUN_TEST(one_entity_without_links_is_a_network);
  RUN_TEST(unknown_columns_are_kept_as_numbers_or_texts);
  RUN_TEST(duplicates_are_summed_where_asked_for);
  RUN_TEST(links_of_one_debtor_to_two_creditors_are_not_duplicates);
  RUN_TEST(rows_that_disagree_are_not_summed);
  RUN_TEST(shares_that_sum_to_one_but_for_rounding_are_valid);
  RUN_TEST(loop_tables_and_their_settings_are_read);
  RUN_TEST(source_files_are_listed_with_their_hashes);
  RUN_TEST(a_network_without_a_name_takes_the_folders);
  RUN_TEST(files_with_other_names_are_left_alone);
  RUN_TEST(missing_and_unreadable_paths_have_their_statuses);
  RUN_TEST(warnings_are_errors_where_strict);
  RUN_TEST(oddities_are_warned_of);
  RUN_TEST(check_sums_up_a_valid_network);
  RUN_TEST(check_lists_errors_with_file_and_line);
  RUN_TEST(check_fails_on_warnings_where_strict);
  RUN_TEST(check_of_nothing_has_no_report);
  RUN_TEST(every_failed_allocation_is_told_and_nothing_leaks);
  RUN_TEST(a_bad_folder_stays_bad_without_memory);
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  RUN_SUITE(import);
  GREATEST_MAIN_END();
}

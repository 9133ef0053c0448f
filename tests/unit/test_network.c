/* test_network.c - tables built in memory, ids and pairs looked up, equity by the book, copies, and the rules as
 * network files meet them. */
#include <math.h>

#include "greatest.h"
#include "network/network.h"
#include "network/schema.h"
#include "network/table.h"
#include "network/validate.h"
#include "support.h"

static ls_context *context;
static struct failing_allocator memory;
static ls_network *network;

static void set_up(void *user) {
  (void)user;
  if (ls_context_create(&context) != LS_STATUS_OK) abort();
  support_fail_after(context, &memory, -1);
  network = network_create(context);
  if (network == NULL) abort();
}

static void tear_down(void *user) {
  (void)user;
  network_destroy(&network);
  ls_context_destroy(&context);
  if (memory.held != 0) abort();
}

/* ---- building ---------------------------------------------------------------------------------------------------- */

static ls_status add_texts(ls_context *with, struct table *table, const char *name, const char *const *text) {
  struct table_column *column = table_column_add(with, table, name, true);
  ls_status status = column == NULL ? LS_STATUS_OUT_OF_MEMORY : LS_STATUS_OK;
  for (int64_t row = 0; row < table->row_count && status == LS_STATUS_OK; row++)
    status = table_text_set(with, column, row, text[row]);
  return status;
}

static ls_status add_numbers(ls_context *with, struct table *table, const char *name, const double *number) {
  struct table_column *column = table_column_add(with, table, name, false);
  if (column == NULL) return LS_STATUS_OUT_OF_MEMORY;
  memcpy(column->number, number, (size_t)table->row_count * sizeof *number);
  return LS_STATUS_OK;
}

/* Three banks and five links, in no order. */
static ls_status build(ls_context *with, ls_network *built) {
  static const char *const ID[] = {"C", "A", "B"}, *const DEBTOR[] = {"B", "A", "C", "world", "A"},
                           *const CREDITOR[] = {"C", "B", "A", "A", "C"};
  static const double ASSETS[] = {30, 50, 40}, AMOUNT[] = {8, 12, 6, 2, 1};
  struct table *entities = &built->table[TABLE_ENTITIES], *liabilities = &built->table[TABLE_LIABILITIES];
  ls_status status = table_begin(with, entities, 3);
  if (status == LS_STATUS_OK) status = add_texts(with, entities, "id", ID);
  if (status == LS_STATUS_OK) status = add_numbers(with, entities, "external_assets", ASSETS);
  if (status == LS_STATUS_OK) status = table_begin(with, liabilities, 5);
  if (status == LS_STATUS_OK) status = add_texts(with, liabilities, "debtor", DEBTOR);
  if (status == LS_STATUS_OK) status = add_texts(with, liabilities, "creditor", CREDITOR);
  if (status == LS_STATUS_OK) status = add_numbers(with, liabilities, "amount", AMOUNT);
  if (status == LS_STATUS_OK) status = table_resolve_pairs(with, built, TABLE_LIABILITIES);
  return status;
}

TEST pairs_are_resolved_sorted_and_found(void) {
  ASSERT_EQ(LS_STATUS_OK, build(context, network));
  const struct table *table = &network->table[TABLE_LIABILITIES];
  const int32_t from[] = {ENTITY_WORLD, 0, 1, 1, 2}, to[] = {1, 1, 0, 2, 0};
  const double amount[] = {2, 6, 1, 12, 8};
  ASSERT_MEM_EQ(from, table->from, sizeof from);
  ASSERT_MEM_EQ(to, table->to, sizeof to);
  ASSERT_MEM_EQ(amount, network_numbers(network, TABLE_LIABILITIES, "amount"), sizeof amount);
  ASSERT_EQ(3, network_find_pair(network, TABLE_LIABILITIES, 1, 2));
  ASSERT_EQ(0, network_find_pair(network, TABLE_LIABILITIES, ENTITY_WORLD, 1));
  ASSERT_EQ(-1, network_find_pair(network, TABLE_LIABILITIES, 2, 1));
  ASSERT_EQ(-1, network_find_pair(network, TABLE_PLEDGES, 0, 1));
  PASS();
}

TEST key_columns_are_answered_from_numbers(void) {
  ASSERT_EQ(LS_STATUS_OK, build(context, network));
  ASSERT_EQ(NULL, network_column(network, TABLE_LIABILITIES, "debtor"));
  ASSERT_STR_EQ("world", network_text(network, TABLE_LIABILITIES, "debtor", 0));
  ASSERT_STR_EQ("C", network_text(network, TABLE_LIABILITIES, "creditor", 4));
  ASSERT_STR_EQ("", network_text(network, TABLE_LIABILITIES, "creditor", 5));
  ASSERT_STR_EQ("", network_text(network, TABLE_LIABILITIES, "note", 0));
  PASS();
}

TEST resolving_twice_changes_nothing(void) {
  ASSERT_EQ(LS_STATUS_OK, build(context, network));
  ASSERT_EQ(LS_STATUS_OK, table_resolve_pairs(context, network, TABLE_LIABILITIES));
  ASSERT_EQ(12.0, network_numbers(network, TABLE_LIABILITIES, "amount")[3]);
  PASS();
}

TEST unknown_ids_of_pairs_are_faults(void) {
  static const char *const FROM[] = {"A", "X"}, *const TO[] = {"B", "A"};
  struct table *pledges = &network->table[TABLE_PLEDGES];
  ASSERT_EQ(LS_STATUS_OK, build(context, network));
  ASSERT_EQ(LS_STATUS_OK, table_begin(context, pledges, 2));
  ASSERT_EQ(LS_STATUS_OK, add_texts(context, pledges, "investor", FROM));
  ASSERT_EQ(LS_STATUS_OK, add_texts(context, pledges, "recipient", TO));
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, table_resolve_pairs(context, network, TABLE_PLEDGES));
  ASSERT_STR_EQ("pledges.csv: investor 'X' is not in entities.csv", ls_context_message(context, 0));
  PASS();
}

TEST ids_are_found_exactly(void) {
  ASSERT_EQ(LS_STATUS_OK, build(context, network));
  ASSERT_EQ(1, network_find_entity(network, "A"));
  ASSERT_EQ(2, network_find_entity(network, "B"));
  ASSERT_EQ(0, network_find_entity(network, "C"));
  ASSERT_EQ(ENTITY_WORLD, network_find_entity(network, "world"));
  ASSERT_EQ(ENTITY_NONE, network_find_entity(network, "a"));
  ASSERT_EQ(ENTITY_NONE, network_find_entity(network, ""));
  ASSERT_EQ(ENTITY_NONE, network_find_asset(network, "A"));
  ASSERT_STR_EQ("world", network_entity_id(network, ENTITY_WORLD));
  PASS();
}

/* Equity = external assets + claims - debts, worked by hand: C 30 + 8 + 1 - 6, A 50 + 6 + 2 - 12 - 1, B 40 + 12 - 8. */
TEST book_equity_is_assets_less_liabilities_unless_given(void) {
  double equity[3];
  ASSERT_EQ(LS_STATUS_OK, build(context, network));
  support_poison(equity, 3);
  network_book_equity(network, equity);
  ASSERT_EQ(33.0, equity[0]);
  ASSERT_EQ(45.0, equity[1]);
  ASSERT_EQ(44.0, equity[2]);
  const double given[] = {NAN, 7.0, NAN};
  ASSERT_EQ(LS_STATUS_OK, add_numbers(context, &network->table[TABLE_ENTITIES], "equity", given));
  network_book_equity(network, equity);
  ASSERT_EQ(33.0, equity[0]);
  ASSERT_EQ(7.0, equity[1]);
  PASS();
}

TEST blanks_take_what_stands_otherwise(void) {
  ASSERT_EQ(LS_STATUS_OK, build(context, network));
  ASSERT(table_column_add(context, &network->table[TABLE_ENTITIES], "cash", false) != NULL);
  ASSERT_EQ(4.0, network_number(network, TABLE_ENTITIES, "cash", 0, 4.0));
  ASSERT_EQ(5.0, network_number(network, TABLE_ENTITIES, "opex", 0, 5.0));
  ASSERT_EQ(5.0, network_number(network, TABLE_ENTITIES, "external_assets", 3, 5.0));
  ASSERT_EQ(NULL, network_numbers(network, TABLE_ENTITIES, "id"));
  PASS();
}

TEST rows_can_be_dropped(void) {
  const bool drop[] = {false, true, true, false, true};
  ASSERT_EQ(LS_STATUS_OK, build(context, network));
  table_drop_rows(context, &network->table[TABLE_LIABILITIES], drop);
  ASSERT_EQ(2, network->table[TABLE_LIABILITIES].row_count);
  ASSERT_EQ(12.0, network_numbers(network, TABLE_LIABILITIES, "amount")[1]);
  ASSERT_EQ(1, network->table[TABLE_LIABILITIES].from[1]);
  const bool drop_entity[] = {true, false, false};
  table_drop_rows(context, &network->table[TABLE_ENTITIES], drop_entity);
  ASSERT_STR_EQ("A", network_text(network, TABLE_ENTITIES, "id", 0));
  PASS();
}

/* ---- copies and memory ------------------------------------------------------------------------------------------- */

TEST a_copy_stands_on_its_own(void) {
  ls_network *copy = NULL;
  ASSERT_EQ(LS_STATUS_OK, build(context, network));
  ASSERT_EQ(LS_STATUS_OK, network_text_replace(context, &network->name, "three"));
  ASSERT_EQ(LS_STATUS_OK, network_source_add(context, network, "a book"));
  ASSERT_EQ(LS_STATUS_OK, network_unmodelled_add(context, network, "d7"));
  ASSERT_EQ(LS_STATUS_OK, network_file_add(context, network, "entities.csv", "00ff"));
  network->loop.quarters = 7;
  ASSERT_EQ(LS_STATUS_OK, network_copy(context, network, &copy));
  network_destroy(&network);
  ASSERT_STR_EQ("three", ls_network_name(copy));
  ASSERT_STR_EQ("a book", copy->source[0]);
  ASSERT_STR_EQ("d7", copy->unmodelled[0]);
  ASSERT_STR_EQ("00ff", copy->file[0].sha256);
  ASSERT_EQ(7, copy->loop.quarters);
  ASSERT_EQ(3, ls_network_entity_count(copy));
  ASSERT_EQ(2, network_find_entity(copy, "B"));
  ASSERT_EQ(3, network_find_pair(copy, TABLE_LIABILITIES, 1, 2));
  ASSERT_EQ(12.0, network_numbers(copy, TABLE_LIABILITIES, "amount")[3]);
  ASSERT_FALSE(copy->table[TABLE_PLEDGES].present);
  network_destroy(&copy);
  PASS();
}

TEST every_failed_allocation_is_told_and_nothing_leaks(void) {
  for (int64_t allowed = 0;; allowed++) {
    ls_context *poor = NULL;
    struct failing_allocator allocator = {0};
    ls_network *built = NULL, *copy = NULL;
    ASSERT_EQ(LS_STATUS_OK, ls_context_create(&poor));
    support_fail_after(poor, &allocator, allowed);
    built = network_create(poor);
    ls_status status = built == NULL ? LS_STATUS_OUT_OF_MEMORY : build(poor, built);
    if (status == LS_STATUS_OK) status = network_source_add(poor, built, "a book");
    if (status == LS_STATUS_OK) status = network_file_add(poor, built, "entities.csv", "00");
    if (status == LS_STATUS_OK) status = network_validate(poor, built, "net.h5");
    if (status == LS_STATUS_OK) status = network_copy(poor, built, &copy);
    ASSERT_EQ(status == LS_STATUS_OK, copy != NULL);
    network_destroy(&copy);
    network_destroy(&built);
    ls_context_destroy(&poor);
    ASSERT_EQ(0, allocator.held);
    if (status == LS_STATUS_OK) break;
    ASSERT_EQ(LS_STATUS_OUT_OF_MEMORY, status);
  }
  PASS();
}

TEST destroying_nothing_is_allowed(void) {
  ls_network *none = NULL;
  ls_network_destroy(NULL);
  ls_network_destroy(&none);
  ASSERT_EQ(0, ls_network_entity_count(NULL));
  ASSERT_EQ(NULL, ls_network_entity_id(NULL, 0));
  ASSERT_STR_EQ("", ls_network_name(NULL));
  PASS();
}

/* ---- rules, as a network file meets them ------------------------------------------------------------------------- */

TEST numbers_of_a_network_file_must_be_there_and_finite(void) {
  ASSERT_EQ(LS_STATUS_OK, build(context, network));
  double *amount = network->table[TABLE_LIABILITIES].column[0].number;
  double *assets = network->table[TABLE_ENTITIES].column[1].number;
  amount[1] = -1.0;
  amount[3] = INFINITY;
  assets[2] = NAN;
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, network_validate(context, network, "net.h5"));
  ASSERT_STR_EQ("net.h5:/entities: external_assets of 'B' is missing, must be a number",
                ls_context_message(context, 0));
  ASSERT_STR_EQ("net.h5:/liabilities: amount from 'C' to 'A' is -1, must be >= 0", ls_context_message(context, 1));
  ASSERT_STR_EQ("net.h5:/liabilities: amount from 'A' to 'B' is inf, must be a finite number",
                ls_context_message(context, 2));
  PASS();
}

TEST columns_of_a_network_file_must_be_there_and_of_their_kind(void) {
  static const char *const SHARE[] = {"x"};
  struct table *shares = &network->table[TABLE_SHAREHOLDINGS], *inputs = &network->table[TABLE_INPUTS];
  ASSERT_EQ(LS_STATUS_OK, build(context, network));
  ASSERT_EQ(LS_STATUS_OK, table_begin(context, shares, 1));
  ASSERT_EQ(LS_STATUS_OK, table_pairs_begin(context, shares));
  shares->from[0] = 0;
  shares->to[0] = 1;
  ASSERT_EQ(LS_STATUS_OK, add_texts(context, shares, "share", SHARE));
  ASSERT_EQ(LS_STATUS_OK, table_begin(context, inputs, 0));
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, network_validate(context, network, "net.h5"));
  ASSERT_STR_EQ("net.h5:/shareholdings: column 'share' must hold numbers", ls_context_message(context, 0));
  ASSERT_STR_EQ("net.h5:/inputs: column 'input_type' is missing", ls_context_message(context, 1));
  PASS();
}

TEST links_of_a_network_file_stand_once_and_between_two(void) {
  ASSERT_EQ(LS_STATUS_OK, build(context, network));
  struct table *table = &network->table[TABLE_LIABILITIES];
  table->to[3] = 0;
  table->to[4] = 2;
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, network_validate(context, network, "net.h5"));
  ASSERT_STR_EQ(
      "net.h5:/liabilities: link from 'A' to 'C' stands twice (first in row 3), must stand once per seniority",
      ls_context_message(context, 0));
  ASSERT_STR_EQ("net.h5:/liabilities: link from 'B' to itself, must be between two", ls_context_message(context, 1));
  PASS();
}

TEST a_network_without_entities_is_refused(void) {
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, network_validate(context, network, "net.h5"));
  ASSERT_STR_EQ("net.h5: no entities, must have at least one", ls_context_message(context, 0));
  PASS();
}

/* ---- the schema -------------------------------------------------------------------------------------------------- */

TEST schema_is_in_order_and_consistent(void) {
  for (int id = 0; id < TABLE_COUNT; id++) {
    const struct table_schema *table = schema_table((enum table_id)id);
    ASSERT_EQ(id, (int)table->id);
    ASSERT(strstr(table->file, table->name) == table->file);
    for (int32_t i = 0; i < table->column_count; i++) {
      const struct column_schema *column = &table->column[i];
      ASSERT_EQ(column, schema_column(table->id, column->name));
      ASSERT(column->meaning != NULL && *column->meaning != '\0');
      ASSERT_EQ(column->kind == COLUMN_CHOICE, column->choices != NULL);
      ASSERT_FALSEm(column->name, !schema_is_text(column) && !(column->minimum < column->maximum));
      const bool is_key = table->pairing != PAIRING_NONE && i < 2;
      ASSERT_EQ(is_key, schema_is_pair_key(table->id, column->name));
      const bool names_one = column->kind == COLUMN_ENTITY || column->kind == COLUMN_ASSET;
      ASSERT(is_key ? names_one : (!names_one || (table->pairing == PAIRING_NONE && column->required)));
    }
  }
  ASSERT_EQ(NULL, schema_column(TABLE_ENTITIES, "rating"));
  PASS();
}

SUITE(networks) {
  SET_SETUP(set_up, NULL);
  SET_TEARDOWN(tear_down, NULL);
  RUN_TEST(pairs_are_resolved_sorted_and_found);
  RUN_TEST(key_columns_are_answered_from_numbers);
  RUN_TEST(resolving_twice_changes_nothing);
  RUN_TEST(unknown_ids_of_pairs_are_faults);
  RUN_TEST(ids_are_found_exactly);
  RUN_TEST(book_equity_is_assets_less_liabilities_unless_given);
  RUN_TEST(blanks_take_what_stands_otherwise);
  RUN_TEST(rows_can_be_dropped);
  RUN_TEST(a_copy_stands_on_its_own);
  RUN_TEST(every_failed_allocation_is_told_and_nothing_leaks);
  RUN_TEST(destroying_nothing_is_allowed);
  RUN_TEST(numbers_of_a_network_file_must_be_there_and_finite);
  RUN_TEST(columns_of_a_network_file_must_be_there_and_of_their_kind);
  RUN_TEST(links_of_a_network_file_stand_once_and_between_two);
  RUN_TEST(a_network_without_entities_is_refused);
  RUN_TEST(schema_is_in_order_and_consistent);
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  RUN_SUITE(networks);
  GREATEST_MAIN_END();
}

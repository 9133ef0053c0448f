/* test_number.c - decimal numbers: what is one, what is not and why, whatever the locale; words alike; dates. */
#include <locale.h>
#include <math.h>
#include <string.h>

#include "greatest.h"
#include "io/alike.h"
#include "io/date.h"
#include "io/nearest.h"
#include "io/number.h"

struct good {
  const char *text;
  double value;
};

static const struct good GOOD[] = {
    {"0", 0.0},
    {"1", 1.0},
    {"+1", 1.0},
    {"-1", -1.0},
    {"-0", 0.0},
    {".5", 0.5},
    {"5.", 5.0},
    {"0.1", 0.1},
    {"1e3", 1000.0},
    {"1E-3", 0.001},
    {"1.7976931348623157e308", 1.7976931348623157e308},
    {"1e-310", 1e-310},
    {"9007199254740993", 9007199254740992.0},
    {"123456789012345678901234567890", 1.2345678901234568e29},
    {"0e999", 0.0},
};

struct bad {
  const char *text;
  enum number_fault fault;
};

static const struct bad BAD[] = {
    {"", NUMBER_BLANK},
    {"N/A", NUMBER_MISSING_WORD},
    {"null", NUMBER_MISSING_WORD},
    {"-", NUMBER_MISSING_WORD},
    {"nan", NUMBER_NAN},
    {"-NaN", NUMBER_NAN},
    {"nan(1)", NUMBER_NAN},
    {"inf", NUMBER_INFINITE},
    {"-Infinity", NUMBER_INFINITE},
    {"0x1p3", NUMBER_HEXADECIMAL},
    {"-0X1F", NUMBER_HEXADECIMAL},
    {"1,5", NUMBER_DECIMAL_COMMA},
    {"-0,5", NUMBER_DECIMAL_COMMA},
    {"1,234.5", NUMBER_THOUSANDS},
    {"1.234,5", NUMBER_THOUSANDS},
    {"1,234,567", NUMBER_THOUSANDS},
    {"1 234", NUMBER_THOUSANDS},
    {"1'234", NUMBER_THOUSANDS},
    {"1_234", NUMBER_THOUSANDS},
    {"1\xc2\xa0"
     "234",
     NUMBER_THOUSANDS},
    {"5%", NUMBER_PERCENT},
    {"5 %", NUMBER_PERCENT},
    {"$5", NUMBER_UNIT},
    {"5bn", NUMBER_UNIT},
    {"5 EUR", NUMBER_UNIT},
    {"\xe2\x82\xac"
     "5",
     NUMBER_UNIT},
    {"1e400", NUMBER_TOO_LARGE},
    {"-1e400", NUMBER_TOO_LARGE},
    {"1e-400", NUMBER_TOO_SMALL},
    {"one", NUMBER_TEXT},
    {"--1", NUMBER_TEXT},
    {"+", NUMBER_TEXT},
    {"1.2.3", NUMBER_TEXT},
    {"2026-01-01", NUMBER_TEXT},
    {"1e5e5", NUMBER_TEXT},
};

TEST good_numbers_are_read_correctly_rounded(void) {
  for (size_t i = 0; i < sizeof GOOD / sizeof GOOD[0]; i++) {
    double value = NAN;
    ASSERT_EQm(GOOD[i].text, NUMBER_FINE, number_parse(GOOD[i].text, &value));
    ASSERT_EQm(GOOD[i].text, GOOD[i].value, value);
    ASSERT_FALSEm(GOOD[i].text, value == 0.0 && signbit(value) != 0);
  }
  PASS();
}

TEST bad_numbers_are_refused_for_their_reason(void) {
  for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
    double value = 7.0;
    ASSERT_EQm(BAD[i].text, BAD[i].fault, number_parse(BAD[i].text, &value));
    ASSERT_EQm(BAD[i].text, 7.0, value);
  }
  PASS();
}

TEST every_fault_has_a_rule(void) {
  for (int fault = 0; fault <= (int)NUMBER_NOT_INTEGER; fault++)
    ASSERT(strstr(number_rule((enum number_fault)fault), "must be") != NULL);
  PASS();
}

/* The comma of the locale changes neither reading nor printing; where no such locale is installed the test says so. */
TEST locale_changes_nothing(void) {
  char text[NUMBER_TEXT_SIZE];
  double value = NAN;
  const bool has_comma = setlocale(LC_ALL, "de_DE.UTF-8") != NULL || setlocale(LC_ALL, "fr_FR.UTF-8") != NULL;
  const enum number_fault point = number_parse("2.5", &value), comma = number_parse("2,5", &value);
  number_print(2.5, text);
  setlocale(LC_ALL, "C");
  if (!has_comma) SKIPm("no locale with a decimal comma is installed");
  ASSERT_EQ(NUMBER_FINE, point);
  ASSERT_EQ(NUMBER_DECIMAL_COMMA, comma);
  ASSERT_STR_EQ("2.5", text);
  PASS();
}

TEST printing_gives_the_shortest_text_that_reads_back(void) {
  char text[NUMBER_TEXT_SIZE];
  number_print(-3.5, text);
  ASSERT_STR_EQ("-3.5", text);
  number_print(0.1, text);
  ASSERT_STR_EQ("0.1", text);
  number_print(0.1 + 0.2, text);
  ASSERT_STR_EQ("0.30000000000000004", text);
  PASS();
}

TEST whole_numbers_may_be_written_in_any_way_but_must_be_whole(void) {
  int64_t value = -1;
  ASSERT_EQ(NUMBER_FINE, number_parse_integer("12", &value));
  ASSERT_EQ(12, value);
  ASSERT_EQ(NUMBER_FINE, number_parse_integer("2e3", &value));
  ASSERT_EQ(2000, value);
  ASSERT_EQ(NUMBER_FINE, number_parse_integer("-3.0", &value));
  ASSERT_EQ(-3, value);
  ASSERT_EQ(NUMBER_NOT_INTEGER, number_parse_integer("1.5", &value));
  ASSERT_EQ(NUMBER_TOO_LARGE, number_parse_integer("1e17", &value));
  ASSERT_EQ(-3, value);
  PASS();
}

TEST seeds_use_all_64_bits(void) {
  uint64_t value = 1;
  ASSERT_EQ(NUMBER_FINE, number_parse_unsigned("18446744073709551615", &value));
  ASSERT(value == UINT64_MAX);
  ASSERT_EQ(NUMBER_TOO_LARGE, number_parse_unsigned("18446744073709551616", &value));
  ASSERT_EQ(NUMBER_NOT_INTEGER, number_parse_unsigned("-1", &value));
  ASSERT_EQ(NUMBER_BLANK, number_parse_unsigned("", &value));
  ASSERT_EQ(NUMBER_TEXT, number_parse_unsigned("seed", &value));
  PASS();
}

TEST nearest_word_is_the_one_with_the_fewest_edits(void) {
  static const char *const WORDS[] = {"creditor", "debtor", "amount", "seniority", NULL};
  ASSERT_STR_EQ("amount", nearest_word("amuont", WORDS));
  ASSERT_STR_EQ("creditor", nearest_word("Creditors", WORDS));
  ASSERT_EQ(NULL, nearest_word("rating", WORDS));
  ASSERT_EQ(NULL, nearest_word("", WORDS));
  ASSERT_EQ(1, edit_distance("ab", "ba"));
  ASSERT_EQ(3, edit_distance("", "abc"));
  ASSERT_EQ(64, edit_distance("x", "0123456789012345678901234567890123456789012345678901234567890123456789"));
  PASS();
}

TEST dates_are_iso_and_exist(void) {
  ASSERT(date_is_valid("2026"));
  ASSERT(date_is_valid("2026-04"));
  ASSERT(date_is_valid("2026-04-30"));
  ASSERT(date_is_valid("2024-02-29"));
  ASSERT_FALSE(date_is_valid("2026-02-29"));
  ASSERT_FALSE(date_is_valid("2026-13"));
  ASSERT_FALSE(date_is_valid("2026-4-1"));
  ASSERT_FALSE(date_is_valid("30.04.2026"));
  ASSERT_FALSE(date_is_valid("2026-04-31"));
  ASSERT_FALSE(date_is_valid(""));
  PASS();
}

TEST days_between_dates_are_those_of_the_calendar(void) {
  int32_t days = 7;
  ASSERT(date_days_between("2026-02-28", "2026-03-01", &days));
  ASSERT_EQ(1, days);
  ASSERT(date_days_between("2024-02-28", "2024-03-01", &days));
  ASSERT_EQ(2, days);
  ASSERT(date_days_between("1900-02-28", "1900-03-01", &days));
  ASSERT_EQ(1, days);
  ASSERT(date_days_between("2025-12-31", "2026-08-31", &days)); /* 31 days of January ... 31 of August */
  ASSERT_EQ(31 + 28 + 31 + 30 + 31 + 30 + 31 + 31, days);
  ASSERT(date_days_between("2026-04", "2025", &days)); /* first days; backwards */
  ASSERT_EQ(-(365 + 31 + 28 + 31), days);
  ASSERT_FALSE(date_days_between("", "2026", &days));
  ASSERT_FALSE(date_days_between("2026", "31.8.2026", &days));
  ASSERT_EQ(-455, days);
  PASS();
}

static const char *form_of(const char *text, char form[64]) {
  if (alike_room(strlen(text)) > 64) return "too long";
  alike_form(text, form);
  return form;
}

TEST words_are_alike_but_for_blanks_case_and_composition(void) {
  static const char *const ALIKE[][2] = {{"Bank A", " bank a\t"},
                                         {"\u00C9t\u00E9", "e\u0301te\u0301"},
                                         {"\u0416\u0419", "\u0436\u0438\u0306"},
                                         {"\u1E9E", "ss"},
                                         {"\u03A9", "\u2126"},
                                         {"x\u00A0", "X"},
                                         {"", "  "}};
  static const char *const OTHER[][2] = {
      {"e", "\u00E9"}, {"a b", "ab"}, {"\u00D8", "O"}, {"\u9280\u884C", "\u9280\u9280"}, {"\U0001F3E6", "\U0001F3E7"}};
  char a[64], b[64];
  for (size_t k = 0; k < sizeof ALIKE / sizeof ALIKE[0]; k++)
    ASSERT_STR_EQ(form_of(ALIKE[k][0], a), form_of(ALIKE[k][1], b));
  for (size_t k = 0; k < sizeof OTHER / sizeof OTHER[0]; k++)
    ASSERT(strcmp(form_of(OTHER[k][0], a), form_of(OTHER[k][1], b)) != 0);
  PASS();
}

SUITE(numbers) {
  RUN_TEST(good_numbers_are_read_correctly_rounded);
  RUN_TEST(bad_numbers_are_refused_for_their_reason);
  RUN_TEST(every_fault_has_a_rule);
  RUN_TEST(locale_changes_nothing);
  RUN_TEST(printing_gives_the_shortest_text_that_reads_back);
  RUN_TEST(whole_numbers_may_be_written_in_any_way_but_must_be_whole);
  RUN_TEST(seeds_use_all_64_bits);
  RUN_TEST(nearest_word_is_the_one_with_the_fewest_edits);
  RUN_TEST(words_are_alike_but_for_blanks_case_and_composition);
  RUN_TEST(dates_are_iso_and_exist);
  RUN_TEST(days_between_dates_are_those_of_the_calendar);
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  RUN_SUITE(numbers);
  GREATEST_MAIN_END();
}

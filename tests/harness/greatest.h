/* greatest.h - the test harness: tests are functions that return a result, suites are functions that run tests.
 *
 * The names are those of the greatest API (modelled on greatest 1.5.0, ISC), independently written, so that a system
 * greatest.h can take this file's place. What is stricter here: NaN fails every comparison of numbers; a filter that
 * selects nothing fails; the exit status is 77 only when everything selected was skipped; doubles print with 17 digits.
 *
 *   TEST bank_without_debt_pays_nothing(void) { ASSERT_EQ(0, f()); PASS(); }
 *   SUITE(clearing) { RUN_TEST(bank_without_debt_pays_nothing); }
 *   GREATEST_MAIN_DEFS();
 *   int main(int argc, char **argv) { GREATEST_MAIN_BEGIN(); RUN_SUITE(clearing); GREATEST_MAIN_END(); }
 *
 * Options: -l list; -s SUITE, -t TEST select by part of the name; -x TEST leaves out; -e names must match exactly;
 * -f stop at the first failure; -v verbose. The last line is `N passed, N failed, N skipped`.
 */
#ifndef GREATEST_H
#define GREATEST_H

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum greatest_test_res {
  GREATEST_TEST_RES_PASS = 0,
  GREATEST_TEST_RES_FAIL = -1,
  GREATEST_TEST_RES_SKIP = 1
} greatest_test_res;

typedef int greatest_equal_cb(const void *expected, const void *got, void *user);
typedef int greatest_printf_cb(const void *value, void *user);
typedef struct greatest_type_info {
  greatest_equal_cb *equal;
  greatest_printf_cb *print;
} greatest_type_info;

typedef void greatest_suite_cb(void);
typedef void greatest_fixture_cb(void *user);

struct greatest_run_info {
  const char *suite_filter, *test_filter, *test_exclude; /* NULL: none */
  bool exact, list, first_failure, verbose;
  const char *suite; /* running now; NULL outside suites */
  char name[256];    /* of the test running now */
  char suffix[128];  /* added to the next test's name */
  bool has_suffix;
  unsigned passed, failed, skipped, listed, assertions;
  const char *message, *file; /* of the last failure or skip */
  unsigned line;
  greatest_fixture_cb *setup, *teardown;
  void *setup_user, *teardown_user;
};
extern struct greatest_run_info greatest_info;

#define GREATEST_FN static inline __attribute__((unused))

/* ---- what was selected --------------------------------------------------------------------------------------------- */

GREATEST_FN bool greatest_name_matches(const char *name, const char *filter) {
  return greatest_info.exact ? strcmp(name, filter) == 0 : strstr(name, filter) != NULL;
}

GREATEST_FN bool greatest_suite_selected(const char *suite) {
  return greatest_info.suite_filter == NULL ||
         (suite != NULL && greatest_name_matches(suite, greatest_info.suite_filter));
}

GREATEST_FN bool greatest_test_selected(const char *test) {
  const struct greatest_run_info *info = &greatest_info;
  if (info->test_filter != NULL && !greatest_name_matches(test, info->test_filter)) return false;
  return info->test_exclude == NULL || !greatest_name_matches(test, info->test_exclude);
}

GREATEST_FN void greatest_usage(const char *program) {
  printf(
      "Usage: %s [-l] [-v] [-f] [-e] [-s SUITE] [-t TEST] [-x TEST]\n"
      "  -l  list suites and tests, run nothing\n  -v  name the tests that pass, too\n  -f  stop at the first failure\n"
      "  -e  names must match exactly\n  -s  run only suites with SUITE in their name\n"
      "  -t  run only tests with TEST in their name\n  -x  leave out tests with TEST in their name\n",
      program);
}

/* Unbuffered lines: a test that forks or dies neither repeats nor loses what was said before. */
GREATEST_FN void greatest_init(void) {
  memset(&greatest_info, 0, sizeof greatest_info);
  setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
}

GREATEST_FN bool greatest_parse_flag(char flag) {
  switch (flag) {
    case 'l':
      return greatest_info.list = true;
    case 'v':
      return greatest_info.verbose = true;
    case 'f':
      return greatest_info.first_failure = true;
    case 'e':
      return greatest_info.exact = true;
    default:
      return false;
  }
}

GREATEST_FN const char **greatest_filter_of(char option) {
  switch (option) {
    case 's':
      return &greatest_info.suite_filter;
    case 't':
      return &greatest_info.test_filter;
    case 'x':
      return &greatest_info.test_exclude;
    default:
      return NULL;
  }
}

GREATEST_FN void greatest_parse_options(int argc, char **argv) {
  for (int k = 1; k < argc; k++) {
    const char *option = argv[k];
    bool short_option = option[0] == '-' && option[1] != 0 && option[2] == 0;
    const char **filter = short_option ? greatest_filter_of(option[1]) : NULL;
    if (filter != NULL && k + 1 < argc) {
      *filter = argv[++k];
    } else if (!short_option || !greatest_parse_flag(option[1])) {
      greatest_usage(argv[0]);
      exit(short_option && option[1] == 'h' ? 0 : 1);
    }
  }
}

/* ---- running ------------------------------------------------------------------------------------------------------- */

GREATEST_FN bool greatest_halted(void) { return greatest_info.first_failure && greatest_info.failed > 0; }

GREATEST_FN void greatest_run_suite(greatest_suite_cb *suite, const char *name) {
  if (!greatest_suite_selected(name) || greatest_halted()) return;
  greatest_info.suite = name;
  greatest_info.setup = NULL;
  greatest_info.teardown = NULL;
  if (greatest_info.list || greatest_info.verbose) printf("* Suite %s:\n", name);
  suite();
  greatest_info.suite = NULL;
  greatest_info.setup = NULL;
  greatest_info.teardown = NULL;
}

/* 1 where the test is to be run. */
GREATEST_FN int greatest_test_pre(const char *test) {
  struct greatest_run_info *info = &greatest_info;
  snprintf(info->name, sizeof info->name, "%s%s%s", test, info->has_suffix ? "_" : "", info->suffix);
  info->has_suffix = false;
  info->suffix[0] = 0;
  if (!greatest_test_selected(info->name) || greatest_halted()) return 0;
  if (info->suite == NULL && !greatest_suite_selected(NULL)) return 0;
  info->listed++;
  if (info->list) {
    printf("%s%s\n", info->suite != NULL ? "    " : "", info->name);
    return 0;
  }
  info->message = NULL;
  if (info->setup != NULL) info->setup(info->setup_user);
  return 1;
}

GREATEST_FN void greatest_test_post(int result) {
  struct greatest_run_info *info = &greatest_info;
  const char *message = info->message != NULL ? info->message : "";
  if (info->teardown != NULL) info->teardown(info->teardown_user);
  if (result <= GREATEST_TEST_RES_FAIL) {
    info->failed++;
    printf("FAIL %s: %s (%s:%u)\n", info->name, message, info->file, info->line);
  } else if (result >= GREATEST_TEST_RES_SKIP) {
    info->skipped++;
    printf("SKIP %s: %s\n", info->name, message);
  } else {
    info->passed++;
    if (info->verbose) printf("PASS %s%s%s\n", info->name, *message != 0 ? ": " : "", message);
  }
}

/* Prints the counts and gives the exit status. Nothing selected counts as a failure. */
GREATEST_FN int greatest_report(void) {
  struct greatest_run_info *info = &greatest_info;
  if (info->listed == 0) {
    printf("FAIL no test was selected\n");
    info->failed++;
  }
  if (info->list) return info->listed > 0 ? 0 : 1;
  printf("%u passed, %u failed, %u skipped\n", info->passed, info->failed, info->skipped);
  if (info->failed > 0) return 1;
  return info->passed == 0 ? 77 : 0;
}

GREATEST_FN bool greatest_all_passed(void) { return greatest_info.failed == 0; }

/* ---- comparing ------------------------------------------------------------------------------------------------------ */

GREATEST_FN int greatest_mark(int result, const char *message, const char *file, unsigned line) {
  greatest_info.message = message;
  greatest_info.file = file;
  greatest_info.line = line;
  return result;
}

GREATEST_FN int greatest_fail_at(const char *message, const char *file, unsigned line) {
  return greatest_mark(GREATEST_TEST_RES_FAIL, message, file, line);
}

GREATEST_FN int greatest_skip_at(const char *message, const char *file, unsigned line) {
  return greatest_mark(GREATEST_TEST_RES_SKIP, message, file, line);
}

/* False for NaN anywhere, and for infinities, equal ones too: a test that expects one says so with ASSERT_EQ. */
GREATEST_FN bool greatest_numbers_close(double expected, double got, double tolerance) {
  return fabs(expected - got) <= tolerance;
}

GREATEST_FN void greatest_print_numbers(double expected, double got, double tolerance) {
  printf("\nExpected: %.17g +/- %.17g\n     Got: %.17g\n", expected, tolerance, got);
}

GREATEST_FN bool greatest_same_text(const char *a, const char *b, size_t length) {
  return (length == (size_t)-1 ? strcmp(a, b) : strncmp(a, b, length)) == 0;
}

GREATEST_FN int greatest_compare_text(const char *expected, const char *got, size_t length, const char *message,
                                      const char *file, unsigned line) {
  if (expected == got) return 0;
  if (expected != NULL && got != NULL && greatest_same_text(expected, got, length)) return 0;
  printf("\nExpected: \"%s\"\n     Got: \"%s\"\n", expected != NULL ? expected : "(null)",
         got != NULL ? got : "(null)");
  return greatest_fail_at(message, file, line);
}

GREATEST_FN int greatest_compare_memory(const void *expected, const void *got, size_t size, const char *message,
                                        const char *file, unsigned line) {
  if (expected == NULL || got == NULL) return expected == got ? 0 : greatest_fail_at(message, file, line);
  const unsigned char *e = expected, *g = got;
  size_t at = 0;
  while (at < size && e[at] == g[at]) at++;
  if (at == size) return 0;
  printf("\nByte %zu of %zu: expected 0x%02x, got 0x%02x\n", at, size, e[at], g[at]);
  return greatest_fail_at(message, file, line);
}

GREATEST_FN int greatest_compare_typed(const void *expected, const void *got, const greatest_type_info *type,
                                       void *user, const char *message, const char *file, unsigned line) {
  if (type == NULL || type->equal == NULL) return greatest_fail_at("type without a comparison", file, line);
  if (type->equal(expected, got, user)) return 0;
  if (type->print != NULL) {
    printf("\nExpected: ");
    type->print(expected, user);
    printf("\n     Got: ");
    type->print(got, user);
    printf("\n");
  }
  return greatest_fail_at(message, file, line);
}

GREATEST_FN void greatest_set_test_suffix(const char *suffix) {
  snprintf(greatest_info.suffix, sizeof greatest_info.suffix, "%s", suffix);
  greatest_info.has_suffix = true;
}

GREATEST_FN void greatest_set_setup(greatest_fixture_cb *setup, void *user) {
  greatest_info.setup = setup;
  greatest_info.setup_user = user;
}

GREATEST_FN void greatest_set_teardown(greatest_fixture_cb *teardown, void *user) {
  greatest_info.teardown = teardown;
  greatest_info.teardown_user = user;
}

/* ---- the macros ------------------------------------------------------------------------------------------------------ */

#define GREATEST_TEST static enum greatest_test_res
#define GREATEST_SUITE(name) \
  void name(void);           \
  void name(void)
#define GREATEST_SUITE_EXTERN(name) void name(void)

#define GREATEST_RUN_SUITE(name) greatest_run_suite(name, #name)
#define GREATEST_RUN_TEST(test)                               \
  do {                                                        \
    if (greatest_test_pre(#test)) greatest_test_post(test()); \
  } while (0)
#define GREATEST_RUN_TEST1(test, argument)                            \
  do {                                                                \
    if (greatest_test_pre(#test)) greatest_test_post(test(argument)); \
  } while (0)
#define GREATEST_RUN_TESTp(test, ...)                                    \
  do {                                                                   \
    if (greatest_test_pre(#test)) greatest_test_post(test(__VA_ARGS__)); \
  } while (0)

/* ---- outcomes and assertions: each macro below may return from the test -------------------------------------------- */

#define GREATEST_PASSm(text)        \
  do {                              \
    greatest_info.message = (text); \
    return GREATEST_TEST_RES_PASS;  \
  } while (0)
#define GREATEST_FAILm(text) return (enum greatest_test_res)greatest_fail_at((text), __FILE__, __LINE__)
#define GREATEST_SKIPm(text) return (enum greatest_test_res)greatest_skip_at((text), __FILE__, __LINE__)
#define GREATEST_PASS() GREATEST_PASSm(NULL)
#define GREATEST_FAIL() GREATEST_FAILm(NULL)
#define GREATEST_SKIP() GREATEST_SKIPm(NULL)

#define GREATEST_ASSERTm(text, condition)   \
  do {                                      \
    greatest_info.assertions++;             \
    if (!(condition)) GREATEST_FAILm(text); \
  } while (0)
#define GREATEST_ASSERT(condition) GREATEST_ASSERTm(#condition, condition)
#define GREATEST_ASSERT_FALSEm(text, condition) GREATEST_ASSERTm(text, !(condition))
#define GREATEST_ASSERT_FALSE(condition) GREATEST_ASSERTm("!(" #condition ")", !(condition))
#define GREATEST_ASSERT_EQm(text, expected, got) GREATEST_ASSERTm(text, (expected) == (got))
#define GREATEST_ASSERT_EQ(expected, got) GREATEST_ASSERTm(#expected " == " #got, (expected) == (got))
#define GREATEST_ASSERT_NEQm(text, expected, got) GREATEST_ASSERTm(text, (expected) != (got))
#define GREATEST_ASSERT_NEQ(expected, got) GREATEST_ASSERTm(#expected " != " #got, (expected) != (got))
/* Orders read left to right: GT(a, b) is a > b. NaN is in no order. */
#define GREATEST_ASSERT_GTm(text, a, b) GREATEST_ASSERTm(text, (a) > (b))
#define GREATEST_ASSERT_GT(a, b) GREATEST_ASSERTm(#a " > " #b, (a) > (b))
#define GREATEST_ASSERT_GTEm(text, a, b) GREATEST_ASSERTm(text, (a) >= (b))
#define GREATEST_ASSERT_GTE(a, b) GREATEST_ASSERTm(#a " >= " #b, (a) >= (b))
#define GREATEST_ASSERT_LTm(text, a, b) GREATEST_ASSERTm(text, (a) < (b))
#define GREATEST_ASSERT_LT(a, b) GREATEST_ASSERTm(#a " < " #b, (a) < (b))
#define GREATEST_ASSERT_LTEm(text, a, b) GREATEST_ASSERTm(text, (a) <= (b))
#define GREATEST_ASSERT_LTE(a, b) GREATEST_ASSERTm(#a " <= " #b, (a) <= (b))

#define GREATEST_ASSERT_EQ_FMTm(text, expected, got, format)                   \
  do {                                                                         \
    greatest_info.assertions++;                                                \
    if (!((expected) == (got))) {                                              \
      printf("\nExpected: " format "\n     Got: " format "\n", expected, got); \
      GREATEST_FAILm(text);                                                    \
    }                                                                          \
  } while (0)
#define GREATEST_ASSERT_EQ_FMT(expected, got, format) \
  GREATEST_ASSERT_EQ_FMTm(#expected " == " #got, expected, got, format)
#define GREATEST_ASSERT_ENUM_EQm(text, expected, got, name_of)                   \
  do {                                                                           \
    greatest_info.assertions++;                                                  \
    if ((int)(expected) != (int)(got)) {                                         \
      printf("\nExpected: %s\n     Got: %s\n", name_of(expected), name_of(got)); \
      GREATEST_FAILm(text);                                                      \
    }                                                                            \
  } while (0)
#define GREATEST_ASSERT_ENUM_EQ(expected, got, name_of) \
  GREATEST_ASSERT_ENUM_EQm(#expected " == " #got, expected, got, name_of)

#define GREATEST_ASSERT_IN_RANGEm(text, expected, got, tolerance)                          \
  do {                                                                                     \
    greatest_info.assertions++;                                                            \
    if (!greatest_numbers_close((double)(expected), (double)(got), (double)(tolerance))) { \
      greatest_print_numbers((double)(expected), (double)(got), (double)(tolerance));      \
      GREATEST_FAILm(text);                                                                \
    }                                                                                      \
  } while (0)
#define GREATEST_ASSERT_IN_RANGE(expected, got, tolerance) \
  GREATEST_ASSERT_IN_RANGEm(#expected " != " #got " +/- " #tolerance, expected, got, tolerance)

/* One comparison by a function; `call` gives 0 when the assertion holds. */
#define GREATEST_ASSERT_CALL(call)                  \
  do {                                              \
    greatest_info.assertions++;                     \
    if ((call) != 0) return GREATEST_TEST_RES_FAIL; \
  } while (0)
#define GREATEST_ASSERT_STR_EQm(text, expected, got) \
  GREATEST_ASSERT_CALL(greatest_compare_text((expected), (got), (size_t)-1, (text), __FILE__, __LINE__))
#define GREATEST_ASSERT_STR_EQ(expected, got) GREATEST_ASSERT_STR_EQm(#expected " == " #got, expected, got)
#define GREATEST_ASSERT_STRN_EQm(text, expected, got, length) \
  GREATEST_ASSERT_CALL(greatest_compare_text((expected), (got), (length), (text), __FILE__, __LINE__))
#define GREATEST_ASSERT_STRN_EQ(expected, got, length) \
  GREATEST_ASSERT_STRN_EQm(#expected " == " #got, expected, got, length)
#define GREATEST_ASSERT_MEM_EQm(text, expected, got, size) \
  GREATEST_ASSERT_CALL(greatest_compare_memory((expected), (got), (size), (text), __FILE__, __LINE__))
#define GREATEST_ASSERT_MEM_EQ(expected, got, size) GREATEST_ASSERT_MEM_EQm(#expected " == " #got, expected, got, size)
#define GREATEST_ASSERT_EQUAL_Tm(text, expected, got, type, user) \
  GREATEST_ASSERT_CALL(greatest_compare_typed((expected), (got), (type), (user), (text), __FILE__, __LINE__))
#define GREATEST_ASSERT_EQUAL_T(expected, got, type, user) \
  GREATEST_ASSERT_EQUAL_Tm(#expected " == " #got, expected, got, type, user)

/* Checks made in a function of their own hand their outcome on. */
#define GREATEST_CHECK_CALL(call)                                          \
  do {                                                                     \
    enum greatest_test_res greatest_result = (call);                       \
    if (greatest_result != GREATEST_TEST_RES_PASS) return greatest_result; \
  } while (0)

#define GREATEST_SET_SETUP_CB(function, user) greatest_set_setup(function, user)
#define GREATEST_SET_TEARDOWN_CB(function, user) greatest_set_teardown(function, user)
#define GREATEST_IS_VERBOSE() (greatest_info.verbose)
#define GREATEST_LIST_ONLY() (greatest_info.list)
#define GREATEST_FIRST_FAIL() (greatest_info.first_failure)

#define GREATEST_MAIN_BEGIN()           \
  do {                                  \
    greatest_init();                    \
    greatest_parse_options(argc, argv); \
  } while (0)
#define GREATEST_MAIN_END() return greatest_report()

/* ---- short names --------------------------------------------------------------------------------------------------- */

#define TEST GREATEST_TEST
#define SUITE GREATEST_SUITE
#define SUITE_EXTERN GREATEST_SUITE_EXTERN
#define RUN_TEST GREATEST_RUN_TEST
#define RUN_TEST1 GREATEST_RUN_TEST1
#define RUN_TESTp GREATEST_RUN_TESTp
#define RUN_SUITE GREATEST_RUN_SUITE
#define PASS GREATEST_PASS
#define PASSm GREATEST_PASSm
#define FAIL GREATEST_FAIL
#define FAILm GREATEST_FAILm
#define SKIP GREATEST_SKIP
#define SKIPm GREATEST_SKIPm
#define ASSERT GREATEST_ASSERT
#define ASSERTm GREATEST_ASSERTm
#define ASSERT_FALSE GREATEST_ASSERT_FALSE
#define ASSERT_FALSEm GREATEST_ASSERT_FALSEm
#define ASSERT_EQ GREATEST_ASSERT_EQ
#define ASSERT_EQm GREATEST_ASSERT_EQm
#define ASSERT_NEQ GREATEST_ASSERT_NEQ
#define ASSERT_NEQm GREATEST_ASSERT_NEQm
#define ASSERT_GT GREATEST_ASSERT_GT
#define ASSERT_GTm GREATEST_ASSERT_GTm
#define ASSERT_GTE GREATEST_ASSERT_GTE
#define ASSERT_GTEm GREATEST_ASSERT_GTEm
#define ASSERT_LT GREATEST_ASSERT_LT
#define ASSERT_LTm GREATEST_ASSERT_LTm
#define ASSERT_LTE GREATEST_ASSERT_LTE
#define ASSERT_LTEm GREATEST_ASSERT_LTEm
#define ASSERT_EQ_FMT GREATEST_ASSERT_EQ_FMT
#define ASSERT_EQ_FMTm GREATEST_ASSERT_EQ_FMTm
#define ASSERT_ENUM_EQ GREATEST_ASSERT_ENUM_EQ
#define ASSERT_ENUM_EQm GREATEST_ASSERT_ENUM_EQm
#define ASSERT_IN_RANGE GREATEST_ASSERT_IN_RANGE
#define ASSERT_IN_RANGEm GREATEST_ASSERT_IN_RANGEm
#define ASSERT_STR_EQ GREATEST_ASSERT_STR_EQ
#define ASSERT_STR_EQm GREATEST_ASSERT_STR_EQm
#define ASSERT_STRN_EQ GREATEST_ASSERT_STRN_EQ
#define ASSERT_STRN_EQm GREATEST_ASSERT_STRN_EQm
#define ASSERT_MEM_EQ GREATEST_ASSERT_MEM_EQ
#define ASSERT_MEM_EQm GREATEST_ASSERT_MEM_EQm
#define ASSERT_EQUAL_T GREATEST_ASSERT_EQUAL_T
#define ASSERT_EQUAL_Tm GREATEST_ASSERT_EQUAL_Tm
#define CHECK_CALL GREATEST_CHECK_CALL
#define SET_SETUP GREATEST_SET_SETUP_CB
#define SET_TEARDOWN GREATEST_SET_TEARDOWN_CB

/* ---- the runner: put once into each test program, before main, by GREATEST_MAIN_DEFS() ----------------------------- */

#define GREATEST_MAIN_DEFS() struct greatest_run_info greatest_info

#endif

/* test_harness.c - the harness itself: it must fail what is wrong, above all NaN, empty selections and hidden skips.
 *
 * The program runs itself with an environment variable that makes it play a small program of known outcome.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "greatest.h"

static const char *self;

/* ---- the program played ------------------------------------------------------------------------------------------- */

TEST sample_passes(void) { PASS(); }
TEST sample_fails(void) { FAILm("as it should"); }
TEST sample_skips(void) { SKIPm("no reason"); }
TEST sample_compares_nan_with_one(void) {
  ASSERT_IN_RANGE(1.0, NAN, 0.5);
  PASS();
}
TEST sample_compares_within_nan(void) {
  ASSERT_IN_RANGE(1.0, 1.0, NAN);
  PASS();
}
TEST sample_compares_equal_infinities(void) {
  ASSERT_IN_RANGE(INFINITY, INFINITY, 1.0);
  PASS();
}
TEST sample_orders_nan(void) {
  ASSERT_LT(NAN, 1.0);
  PASS();
}
TEST sample_prints_a_third(void) {
  ASSERT_IN_RANGE(1.0 / 3, 0.25, 1e-9);
  PASS();
}
TEST sample_compares_texts(void) {
  ASSERT_STR_EQ("a", "b");
  PASS();
}
TEST sample_compares_text_with_null(void) {
  ASSERT_STR_EQ("a", (const char *)NULL);
  PASS();
}
TEST sample_compares_memory(void) {
  ASSERT_MEM_EQ("ab", "ac", 2);
  PASS();
}
TEST sample_with_argument(int value) {
  ASSERT_EQ(1, value);
  PASS();
}

SUITE(good) {
  RUN_TEST(sample_passes);
  RUN_TEST1(sample_with_argument, 1);
}

SUITE(bad) {
  RUN_TEST(sample_fails);
  RUN_TEST(sample_compares_nan_with_one);
  RUN_TEST(sample_compares_within_nan);
  RUN_TEST(sample_compares_equal_infinities);
  RUN_TEST(sample_orders_nan);
  RUN_TEST(sample_prints_a_third);
  RUN_TEST(sample_compares_texts);
  RUN_TEST(sample_compares_text_with_null);
  RUN_TEST(sample_compares_memory);
}

SUITE(skipped) { RUN_TEST(sample_skips); }

/* ---- playing it ----------------------------------------------------------------------------------------------------- */

struct outcome {
  int status;
  char output[16384];
};

static struct outcome play(const char *options) {
  struct outcome outcome = {.status = -1};
  char command[4096];
  snprintf(command, sizeof command, "LS_PLAY=1 '%s' %s 2>&1", self, options);
  FILE *pipe = popen(command, "r");
  if (pipe == NULL) return outcome;
  size_t length = fread(outcome.output, 1, sizeof outcome.output - 1, pipe);
  outcome.output[length] = 0;
  int ended = pclose(pipe);
  outcome.status = WIFEXITED(ended) ? WEXITSTATUS(ended) : -1;
  return outcome;
}

static bool ends_with(const char *text, const char *end) {
  size_t length = strlen(text), end_length = strlen(end);
  return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

TEST passing_tests_give_status_zero(void) {
  struct outcome outcome = play("-s good");
  ASSERT_EQ(0, outcome.status);
  ASSERT_STR_EQ("2 passed, 0 failed, 0 skipped\n", outcome.output);
  PASS();
}

TEST nan_and_every_other_wrong_value_fails(void) {
  struct outcome outcome = play("-s bad");
  ASSERT_EQ(1, outcome.status);
  ASSERT(ends_with(outcome.output, "\n0 passed, 9 failed, 0 skipped\n"));
  PASS();
}

TEST doubles_are_printed_with_seventeen_digits(void) {
  struct outcome outcome = play("-t prints_a_third");
  ASSERT(strstr(outcome.output, "0.33333333333333331") != NULL);
  PASS();
}

TEST a_filter_that_selects_nothing_fails(void) {
  ASSERT_EQ(1, play("-t no_such_test").status);
  ASSERT_EQ(1, play("-s no_such_suite").status);
  ASSERT_EQ(1, play("-e -t sample_pass").status);
  PASS();
}

TEST status_is_77_only_when_all_was_skipped(void) {
  ASSERT_EQ(77, play("-s skipped").status);
  struct outcome mixed = play("-t s -x fails -x compares -s kipped");
  ASSERT_EQ(77, mixed.status);
  ASSERT_EQ(0, play("-e -t sample_passes").status);
  ASSERT(ends_with(play("-s skipped").output, "0 passed, 0 failed, 1 skipped\n"));
  PASS();
}

TEST skips_are_visible_with_their_reason(void) {
  ASSERT(strstr(play("-s skipped").output, "SKIP sample_skips: no reason") != NULL);
  PASS();
}

TEST exact_names_and_exclusion_select(void) {
  ASSERT_EQ(0, play("-e -s good -t sample_passes").status);
  ASSERT(ends_with(play("-s good -x argument").output, "1 passed, 0 failed, 0 skipped\n"));
  PASS();
}

TEST the_first_failure_can_stop_the_run(void) {
  ASSERT(ends_with(play("-f -s bad").output, "0 passed, 1 failed, 0 skipped\n"));
  PASS();
}

TEST listing_runs_nothing(void) {
  struct outcome outcome = play("-l");
  ASSERT_EQ(0, outcome.status);
  ASSERT(strstr(outcome.output, "sample_compares_memory") != NULL);
  ASSERT(strstr(outcome.output, "FAIL") == NULL);
  PASS();
}

TEST an_unknown_option_fails(void) {
  ASSERT_EQ(1, play("--no-such-option").status);
  PASS();
}

SUITE(harness) {
  RUN_TEST(passing_tests_give_status_zero);
  RUN_TEST(nan_and_every_other_wrong_value_fails);
  RUN_TEST(doubles_are_printed_with_seventeen_digits);
  RUN_TEST(a_filter_that_selects_nothing_fails);
  RUN_TEST(status_is_77_only_when_all_was_skipped);
  RUN_TEST(skips_are_visible_with_their_reason);
  RUN_TEST(exact_names_and_exclusion_select);
  RUN_TEST(the_first_failure_can_stop_the_run);
  RUN_TEST(listing_runs_nothing);
  RUN_TEST(an_unknown_option_fails);
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  self = argv[0];
  GREATEST_MAIN_BEGIN();
  if (getenv("LS_PLAY") != NULL) {
    RUN_SUITE(good);
    RUN_SUITE(bad);
    RUN_SUITE(skipped);
  } else {
    RUN_SUITE(harness);
  }
  GREATEST_MAIN_END();
}

/* test_top.c - the largest numbers of many, against sorting all of them. */
#include "aggregate/top.h"

#include <math.h>
#include <stdlib.h>

#include "aggregate/accumulator_fields.h"
#include "greatest.h"
#include "support.h"

enum { COUNT = 200000 }; /* more than are sorted whole */

static ls_context *context;
static double value[COUNT], sorted[COUNT];
static int8_t state[COUNT];

static void set_up(void *user) {
  (void)user;
  if (ls_context_create(&context) != LS_STATUS_OK) abort();
}

static void tear_down(void *user) {
  (void)user;
  ls_context_destroy(&context);
}

static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static uint64_t seed = 7;
static double uniform_number(void) {
  seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (double)(seed >> 11) * 0x1p-53;
}

/* Numbers of one kind: spread out, few different ones, all equal, mostly 0, of both signs. */
static double number_of(int kind, int64_t k) {
  const double u = uniform_number();
  switch (kind) {
    case 0:
      return 1e3 * exp(3 * u);
    case 1:
      return floor(20 * u);
    case 2:
      return 42;
    case 3:
      return u < 0.97 ? 0 : u;
    default:
      return k % 2 == 0 ? -u : u;
  }
}

static int64_t fill(int kind, bool some_left_out) {
  int64_t count = 0;
  for (int64_t k = 0; k < COUNT; k++) {
    value[k] = number_of(kind, k);
    state[k] = SCENARIO_CONVERGED;
    if (some_left_out && k % 7 == 0) state[k] = k % 2 == 0 ? SCENARIO_NOT_RUN : SCENARIO_NOT_FINITE;
    if (k % 5 == 1) state[k] = SCENARIO_NOT_CONVERGED; /* counts too */
    if (state[k] == SCENARIO_CONVERGED || state[k] == SCENARIO_NOT_CONVERGED) sorted[count++] = value[k];
  }
  qsort(sorted, (size_t)count, sizeof *sorted, ascending);
  return count;
}

static enum greatest_test_res every_rank_from(int64_t count, int64_t rank, const int8_t *states) {
  struct top top = {0};
  ASSERT_EQ(LS_STATUS_OK, top_create(context, value, states, COUNT, count, rank, &top));
  ASSERT_EQ(count, top.count);
  for (int64_t r = rank; r <= count; r++) ASSERT(top_at(&top, r) == sorted[r - 1]);
  top_release(context, &top);
  PASS();
}

TEST ranks_are_those_of_the_sorted_numbers(void) {
  for (int kind = 0; kind < 5; kind++) {
    for (int left_out = 0; left_out < 2; left_out++) {
      const int64_t count = fill(kind, left_out == 1);
      const int64_t ranks[] = {1, 2, count / 2, count - count / 20, count - count / 100, count - 1, count};
      for (size_t k = 0; k < sizeof ranks / sizeof ranks[0]; k++) CHECK_CALL(every_rank_from(count, ranks[k], state));
    }
  }
  PASS();
}

TEST without_states_all_count(void) {
  for (int64_t k = 0; k < COUNT; k++) sorted[k] = value[k] = number_of(0, k);
  qsort(sorted, COUNT, sizeof *sorted, ascending);
  CHECK_CALL(every_rank_from(COUNT, COUNT - 100, NULL));
  PASS();
}

TEST only_a_few_are_held(void) {
  struct top top = {0};
  const int64_t count = fill(0, false);
  ASSERT_EQ(LS_STATUS_OK, top_create(context, value, state, COUNT, count, count - count / 20, &top));
  ASSERT(top.held <= count / 8);
  top_release(context, &top);
  (void)fill(3, false); /* 97 % are 0: those are told by one number */
  ASSERT_EQ(LS_STATUS_OK, top_create(context, value, state, COUNT, count, count - count / 20, &top));
  ASSERT(top.held <= count / 8);
  top_release(context, &top);
  PASS();
}

TEST without_memory_it_says_so(void) {
  const int64_t count = fill(0, false);
  for (int64_t allowed = 0;; allowed++) {
    static struct failing_allocator allocator;
    struct top top = {0};
    support_fail_after(context, &allocator, allowed);
    ls_status status = top_create(context, value, state, COUNT, count, count - 10, &top);
    if (status == LS_STATUS_OK) top_release(context, &top);
    ASSERT_EQ(0, allocator.held);
    if (status == LS_STATUS_OK) break;
    ASSERT_EQ(LS_STATUS_OUT_OF_MEMORY, status);
  }
  PASS();
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  GREATEST_SET_SETUP_CB(set_up, NULL);
  GREATEST_SET_TEARDOWN_CB(tear_down, NULL);
  RUN_TEST(ranks_are_those_of_the_sorted_numbers);
  RUN_TEST(without_states_all_count);
  RUN_TEST(only_a_few_are_held);
  RUN_TEST(without_memory_it_says_so);
  GREATEST_MAIN_END();
}

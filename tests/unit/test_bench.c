/* test_bench.c - the parts of the benchmark: oracles against hand and published numbers, medians, cases, memory. */
#include <math.h>
#include <string.h>

#include "bench/bench_case.h"
#include "bench/bench_ceilings.h"
#include "bench/bench_network.h"
#include "bench/bench_oracle.h"
#include "bench/bench_rounds.h"
#include "bench/bench_threads.h"
#include "greatest.h"
#include "support.h"

/* ---- cases ------------------------------------------------------------------------------------------------------------ */

TEST cases_are_found_by_their_ids(void) {
  ASSERT_STR_EQ("C1", bench_case_find("c1")->id);
  ASSERT(bench_case_find("C") == NULL && bench_case_find("") == NULL);
  ASSERT_STR_EQ("DR1000", bench_case_nearest("DR100"));
  ASSERT_STR_EQ("PROD1000", bench_case_nearest("PROD100"));
  ASSERT(bench_case_nearest("") == NULL && bench_case_nearest("something else") == NULL);
  for (int k = 0; bench_case_at(k) != NULL; k++) ASSERT(bench_case_find(bench_case_at(k)->id) == bench_case_at(k));
  PASS();
}

TEST networks_of_cases_balance_and_repeat(void) {
  ls_context *context = NULL;
  ls_network *network = NULL, *again = NULL;
  ASSERT_EQ(LS_STATUS_OK, ls_context_create(&context));
  const struct bench_case *what = bench_case_find("C2");
  ASSERT_EQ(LS_STATUS_OK, bench_network_create(context, what, what->sigma, &network));
  ASSERT_EQ(LS_STATUS_OK, bench_network_create(context, what, what->sigma, &again));
  const struct table *owed = &network->table[TABLE_LIABILITIES];
  ASSERT_EQ(128 * 20, (int)owed->row_count);
  const double *amount = network_numbers(network, TABLE_LIABILITIES, "amount");
  for (int64_t k = 0; k < owed->row_count; k++) {
    ASSERT(owed->from[k] != owed->to[k] && amount[k] > 0);
    ASSERT(k == 0 || owed->from[k] > owed->from[k - 1] || owed->to[k] > owed->to[k - 1]); /* no pair twice */
    ASSERT(amount[k] == network_numbers(again, TABLE_LIABILITIES, "amount")[k]);
  }
  network_destroy(&again);
  network_destroy(&network);
  ls_context_destroy(&context);
  PASS();
}

/* ---- oracles ------------------------------------------------------------------------------------------------------------ */

/* a owes b 10, b owes c 8, c owes a 4, b owes outsiders 2; external assets 2, 1, 5. Nobody is shocked but a, who loses `shock`. */
static ls_status clear_three(ls_context *context, const char *folder, double shock, double payment[3],
                             double failed[3]) {
  ls_network *network = NULL;
  struct bench_book book = {0};
  const double shocks[3] = {shock, 0, 0};
  if (!support_write_file(folder, "entities.csv", "id,external_assets,external_liabilities\na,8,0\nb,1,2\nc,5,0\n") ||
      !support_write_file(folder, "liabilities.csv", "debtor,creditor,amount\na,b,10\nb,c,8\nc,a,4\n"))
    return LS_STATUS_IO;
  ls_status status = ls_network_read(context, folder, NULL, &network);
  if (status == LS_STATUS_OK) status = bench_book_open(context, network, TABLE_LIABILITIES, &book);
  if (status == LS_STATUS_OK) status = bench_oracle_clearing(&book, shocks, payment, failed);
  bench_book_close(&book);
  ls_network_destroy(&network);
  return status;
}

/* Without shock a has 8 + 4 for 10, b 1 + 10 for 10, c 5 + 8 for 4. With 6 of a's 8 lost a has 2 + 4 = 6 of 10, b 1 + 6 = 7 of
 * 10, of which c gets 8/10; c still pays its 4. */
TEST clearing_oracle_finds_what_hand_finds(void) {
  char folder[4096];
  ls_context *context = NULL;
  double payment[3], failed[3];
  ASSERT(support_make_folder(folder));
  ASSERT_EQ(LS_STATUS_OK, ls_context_create(&context));
  ASSERT_EQ(LS_STATUS_OK, clear_three(context, folder, 0, payment, failed));
  ASSERT(payment[0] == 10 && payment[1] == 10 && payment[2] == 4 && failed[0] + failed[1] + failed[2] == 0);
  ASSERT_EQ(LS_STATUS_OK, clear_three(context, folder, 0.75, payment, failed));
  ASSERT(fabs(payment[0] - 6) < 1e-14 && fabs(payment[1] - 7) < 1e-14 && payment[2] == 4);
  ASSERT(failed[0] == 1 && failed[1] == 1 && failed[2] == 0);
  ls_context_destroy(&context);
  support_remove_folder(folder);
  PASS();
}

/* ---- rounds --------------------------------------------------------------------------------------------------------------- */

struct trace {
  char order[16];
  int length;
};

static ls_status run_a(ls_context *context, void *user) {
  struct trace *trace = user;
  (void)context;
  trace->order[trace->length++] = 'a';
  return LS_STATUS_OK;
}

static ls_status run_b(ls_context *context, void *user) {
  struct trace *trace = user;
  (void)context;
  trace->order[trace->length++] = 'b';
  return LS_STATUS_OK;
}

TEST contestants_take_turns(void) {
  ls_context *context = NULL;
  struct trace trace = {{0}, 0};
  struct bench_contestant list[2] = {{.run = run_a, .user = &trace}, {.run = run_b, .user = &trace}};
  ASSERT_EQ(LS_STATUS_OK, ls_context_create(&context));
  ASSERT_EQ(LS_STATUS_OK, bench_rounds_run(context, list, 2, 3, true));
  ASSERT_STR_EQ("abababab", trace.order);
  ASSERT_EQ(3, list[0].times.count);
  ls_context_destroy(&context);
  PASS();
}

TEST the_median_stands_between(void) {
  const struct bench_times odd = {3, {3, 1, 2}}, even = {4, {4, 1, 2, 8}}, none = {0, {0}};
  const struct bench_spread three = bench_times_spread(&odd), four = bench_times_spread(&even);
  ASSERT(three.median == 2 && three.least == 1 && three.most == 3);
  ASSERT(four.median == 3 && four.least == 1 && four.most == 8);
  ASSERT(bench_times_spread(&none).median == 0);
  PASS();
}

/* ---- ceilings --------------------------------------------------------------------------------------------------------------- */

TEST lanes_copy_and_add_what_they_say(void) {
  enum { COUNT = 256 };
  static _Alignas(64) double from[COUNT], to[COUNT];
  static const char *const ISA[] = {"baseline", "avx2", "avx512"};
  for (int k = 0; k < COUNT; k++) from[k] = k == 7 ? 1 : 0;
  for (int k = 0; k < 3; k++) {
    const struct bench_lanes *lanes = bench_lanes_choose(ISA[k]);
    if (lanes == NULL) continue;
    support_poison(to, COUNT);
    lanes->copy(to, from, COUNT);
    ASSERT(memcmp(to, from, sizeof from) == 0);
    for (int j = 0; j < COUNT; j++) to[j] = j % lanes->tile->lanes == 0;
    ASSERT(lanes->read(to, COUNT) == (double)(COUNT / lanes->tile->lanes)); /* the first lane of each piece */
    ASSERT(isfinite(lanes->multiply_add(1000)));
  }
  ASSERT(bench_lanes_choose("none") == NULL && bench_lanes_choose(NULL) != NULL);
  PASS();
}

/* ---- memory ------------------------------------------------------------------------------------------------------------------- */

TEST bench_frees_what_it_took_when_memory_is_out(void) {
  static const char *const CASES[] = {"C1"};
  ls_status status = LS_STATUS_OUT_OF_MEMORY;
  for (int64_t allowed = 0; status != LS_STATUS_OK; allowed += 1 + allowed / 20) {
    struct failing_allocator allocator;
    ls_context *context = NULL;
    ls_text *report = NULL;
    ls_bench_options options = ls_bench_options_default();
    options.cases = CASES, options.case_count = 1, options.count = 8, options.rounds = 1, options.threads = 1;
    options.times_only = true, options.backends = "cpu";
    ASSERT(allowed < 100000);
    ASSERT_EQ(LS_STATUS_OK, ls_context_create(&context));
    support_fail_after(context, &allocator, allowed);
    status = ls_bench(context, &options, LS_FORMAT_JSON, &report);
    ASSERT(status == LS_STATUS_OK || status == LS_STATUS_OUT_OF_MEMORY);
    ls_text_destroy(&report);
    ls_context_destroy(&context);
    ASSERT_EQ(0, (int)allocator.held);
  }
  PASS();
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  RUN_TEST(cases_are_found_by_their_ids);
  RUN_TEST(networks_of_cases_balance_and_repeat);
  RUN_TEST(clearing_oracle_finds_what_hand_finds);
  RUN_TEST(contestants_take_turns);
  RUN_TEST(the_median_stands_between);
  RUN_TEST(lanes_copy_and_add_what_they_say);
  RUN_TEST(bench_frees_what_it_took_when_memory_is_out);
  GREATEST_MAIN_END();
}

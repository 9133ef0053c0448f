/* test_accumulator.c - sums that no order of scenarios, chunks, shards and merges can change; and their failures. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "aggregate/accumulator_fields.h"
#include "aggregate/results.h"
#include "greatest.h"
#include "support.h"

enum { N = 5, LINES = 2, QUARTERS = 3, COUNT = 1000, SLOTS = 4 * N + LINES * N + 7 };

static ls_context *context;

static void set_up(void *user) {
  (void)user;
  if (ls_context_create(&context) != LS_STATUS_OK) abort();
}

static void tear_down(void *user) {
  (void)user;
  ls_context_destroy(&context);
}

/* ---- made-up scenarios --------------------------------------------------------------------------------------------------- */

static struct ls_output_layout layout_of_test(void) {
  struct ls_output_layout layout = {.slot_count = SLOTS,
                                    .loss = 0,
                                    .loss_peak = N,
                                    .default_quarter = 2 * N,
                                    .distress_quarter = -1,
                                    .forced = 3 * N,
                                    .line_count = LINES,
                                    .line = 4 * N,
                                    .loss_gross = 4 * N + LINES * N,
                                    .loss_net = 4 * N + LINES * N + 1,
                                    .default_count = 4 * N + LINES * N + 2,
                                    .iterations = 4 * N + LINES * N + 3,
                                    .converged = 4 * N + LINES * N + 4,
                                    .clip_count = 4 * N + LINES * N + 5,
                                    .funding_refused = -1,
                                    .detail = -1,
                                    .trace = -1,
                                    .audit = -1};
  return layout;
}

static uint64_t mixed(uint64_t x) {
  x ^= x >> 31;
  x *= UINT64_C(0x7FB5D329728EA185);
  x ^= x >> 27;
  x *= UINT64_C(0x81DADEF4BC2DD44D);
  return x ^ x >> 33;
}

static double uniform(int64_t scenario, int slot) {
  return (double)(mixed((uint64_t)scenario * 1000003 + (uint64_t)slot) >> 11) / 9007199254740992.0;
}

/* All outputs of one scenario, a pure function of its number. */
static void make_scenario(int64_t k, double *value) {
  struct ls_output_layout at = layout_of_test();
  double gross = 0, net = 0;
  int defaults = 0;
  for (int i = 0; i < N; i++) {
    double u = uniform(k, i), loss = (u - 0.3) * 100 * (i == 3 ? 1e-9 : 1);
    bool fails = uniform(k, 50 + i) < 0.1 * (i + 1);
    value[at.loss + i] = loss;
    value[at.loss_peak + i] = fabs(loss);
    value[at.default_quarter + i] = fails ? floor(uniform(k, 60 + i) * QUARTERS) : -1;
    value[at.forced + i] = fails && i == 1;
    value[at.line + i] = loss * 0.25;
    value[at.line + N + i] = loss * 0.75;
    gross += loss > 0 ? loss : 0;
    net += loss;
    defaults += fails;
  }
  value[at.loss_gross] = gross;
  value[at.loss_net] = net;
  value[at.default_count] = defaults;
  value[at.iterations] = 3;
  value[at.converged] = k % 100 != 7;
  value[at.clip_count] = k % 10 == 0;
}

static struct accumulator *fresh(int64_t first, int64_t count) {
  struct accumulator_shape shape = {.entity_count = N,
                                    .line_count = LINES,
                                    .quarter_count = QUARTERS,
                                    .first_scenario = first,
                                    .scenario_count = count,
                                    .amount_bound = 700,
                                    .layout = layout_of_test()};
  struct accumulator *a = NULL;
  return accumulator_create(context, &shape, &a) == LS_STATUS_OK ? a : NULL;
}

/* Adds scenarios first..first + count - 1 as one chunk whose scenarios lie `stride` apart, backwards if asked. */
static ls_status add_chunk(struct accumulator *a, int64_t first, int32_t count, bool backwards) {
  static double value[SLOTS * COUNT];
  static int64_t index[COUNT];
  double one[SLOTS];
  for (int32_t s = 0; s < count; s++) {
    index[s] = first + (backwards ? count - 1 - s : s);
    make_scenario(index[s], one);
    for (int slot = 0; slot < SLOTS; slot++) value[slot * COUNT + s] = one[slot];
  }
  struct chunk chunk = {
      .first = first, .index = backwards ? index : NULL, .count = count, .stride = COUNT, .value = value};
  return accumulator_add(context, a, &chunk);
}

static struct accumulator *whole_in_chunks(int32_t size, bool backwards) {
  struct accumulator *a = fresh(0, COUNT);
  for (int64_t first = 0; a != NULL && first < COUNT; first += size) {
    int32_t count = (int32_t)(COUNT - first < size ? COUNT - first : size);
    if (add_chunk(a, first, count, backwards) != LS_STATUS_OK) return NULL;
  }
  return a;
}

static void digest_of(struct accumulator *a, char digest[33]) {
  ls_results results = {.accumulator = a};
  digest_compute(&results);
  memcpy(digest, results.digest, sizeof results.digest);
}

/* ---- tests ---------------------------------------------------------------------------------------------------------------- */

TEST any_size_and_order_of_chunks_gives_equal_bits(void) {
  char expected[33], found[33];
  struct accumulator *a = whole_in_chunks(COUNT, false);
  ASSERT(a != NULL);
  digest_of(a, expected);
  accumulator_destroy(&a);
  static const int32_t size[] = {1, 7, 64, 129, 500, COUNT};
  for (int k = 0; k < 12; k++) {
    a = whole_in_chunks(size[k / 2], k % 2 == 1);
    ASSERT(a != NULL);
    digest_of(a, found);
    ASSERT_STR_EQ(expected, found);
    accumulator_destroy(&a);
  }
  PASS();
}

TEST any_tree_of_merges_gives_equal_bits(void) {
  char expected[33], found[33];
  struct accumulator *whole = whole_in_chunks(100, false), *part[5], *left = fresh(0, 600), *all = fresh(0, COUNT);
  digest_of(whole, expected);
  for (int k = 0; k < 5; k++) {
    part[k] = fresh(k * 200, 200);
    ASSERT_EQ(LS_STATUS_OK, add_chunk(part[k], k * 200, 200, k % 2 == 0));
  }
  ASSERT_EQ(LS_STATUS_OK, accumulator_merge(context, left, part[2]));
  ASSERT_EQ(LS_STATUS_OK, accumulator_merge(context, left, part[0]));
  ASSERT_EQ(LS_STATUS_OK, accumulator_merge(context, left, part[1]));
  ASSERT_EQ(LS_STATUS_OK, accumulator_merge(context, all, part[4]));
  ASSERT_EQ(LS_STATUS_OK, accumulator_merge(context, all, left));
  ASSERT_EQ(LS_STATUS_OK, accumulator_merge(context, all, part[3]));
  ASSERT_EQ(LS_STATUS_OK, accumulator_merge(context, all, part[3])); /* held twice, equal: no harm */
  digest_of(all, found);
  ASSERT_STR_EQ(expected, found);
  for (int k = 0; k < 5; k++) accumulator_destroy(&part[k]);
  accumulator_destroy(&left);
  accumulator_destroy(&all);
  accumulator_destroy(&whole);
  PASS();
}

TEST every_instruction_set_adds_up_to_the_same_bits(void) {
  static const struct exact_sums *const all[] = {&EXACT_SUMS_BASELINE, &EXACT_SUMS_AVX2, &EXACT_SUMS_AVX512};
  char expected[33] = "", found[33];
  for (int k = 0; k < 3; k++) {
    if (!exact_sums_runs(all[k])) continue;
    struct accumulator *a = fresh(0, COUNT);
    a->exact = all[k];
    ASSERT_EQ(LS_STATUS_OK, add_chunk(a, 0, COUNT, false));
    digest_of(a, found);
    if (k == 0) memcpy(expected, found, sizeof expected);
    ASSERT_STR_EQ(expected, found);
    accumulator_destroy(&a);
  }
  PASS();
}

TEST shares_of_several_threads_gather_to_the_whole(void) {
  char expected[33], found[33];
  struct accumulator *alone = whole_in_chunks(100, false), *whole = fresh(0, COUNT), *share[2] = {NULL, NULL};
  for (int k = 0; k < 2; k++) ASSERT_EQ(LS_STATUS_OK, accumulator_create_share(context, whole, &share[k]));
  struct accumulator *const adds[] = {share[1], whole, share[0], share[0], share[1]};
  for (int k = 0; k < 5; k++) ASSERT_EQ(LS_STATUS_OK, add_chunk(adds[k], k * 200, 200, k % 2 == 1));
  ASSERT_EQ(LS_STATUS_INTERNAL, add_chunk(share[0], 0, 1, false)); /* scenario 0 is in the other share */
  for (int k = 0; k < 2; k++) {
    accumulator_gather(whole, share[k]);
    accumulator_destroy(&share[k]);
  }
  digest_of(alone, expected);
  digest_of(whole, found);
  ASSERT_STR_EQ(expected, found);
  ASSERT_EQ(alone->done_count, whole->done_count);
  ASSERT_EQ(alone->iteration_count, whole->iteration_count);
  ASSERT_EQ(alone->converged_count, whole->converged_count);
  accumulator_destroy(&alone);
  accumulator_destroy(&whole);
  PASS();
}

/* The counts of an accumulator, one after the other; `length` of each. */
static int counts_of(struct accumulator *a, int64_t *count[], int64_t length[]) {
  int64_t *const found[] = {a->default_count,      a->forced_count,        a->distress_count,   a->refused_count,
                            a->default_by_quarter, a->distress_by_quarter, a->bin_count,        a->joint,
                            &a->done_count,        &a->converged_count,    &a->nonfinite_count, &a->clip_count,
                            &a->iteration_count};
  const int64_t size[] = {N, N, N, N, N * QUARTERS, N * QUARTERS, N * BIN_COUNT, joint_size(N), 1, 1, 1, 1, 1};
  memcpy(count, found, sizeof found);
  memcpy(length, size, sizeof size);
  return (int)(sizeof found / sizeof *found);
}

/* 10 + place in the one, 1000 x place in the other: their sum tells which counts were added to which. */
TEST a_merge_adds_every_count_to_its_own(void) {
  enum { MOST = 16 };
  struct accumulator *a = fresh(0, 20), *b = fresh(10, 10);
  ASSERT_EQ(LS_STATUS_OK, add_chunk(b, 10, 10, false));
  int64_t *to[MOST], *from[MOST], length[MOST], place = 0;
  int kinds = counts_of(a, to, length);
  (void)counts_of(b, from, length);
  for (int kind = 0; kind < kinds; kind++)
    for (int64_t k = 0; k < length[kind]; k++, place++) to[kind][k] = 10 + place, from[kind][k] = 1000 * place;
  ASSERT_EQ(LS_STATUS_OK, accumulator_merge(context, a, b));
  place = 0;
  for (int kind = 0; kind < kinds; kind++)
    for (int64_t k = 0; k < length[kind]; k++, place++) ASSERT_EQ(10 + 1001 * place, to[kind][k]);
  accumulator_destroy(&a);
  accumulator_destroy(&b);
  PASS();
}

TEST scenarios_that_ended_differently_are_in_conflict(void) {
  struct accumulator *a = fresh(0, 20), *same = fresh(0, 20);
  ASSERT_EQ(LS_STATUS_OK, add_chunk(a, 0, 20, false));
  ASSERT_EQ(LS_STATUS_OK, add_chunk(same, 0, 20, false));
  ASSERT_EQ(LS_STATUS_OK, accumulator_merge(context, a, same));
  same->state[4] = SCENARIO_NOT_CONVERGED;
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, accumulator_merge(context, a, same));
  same->state[4] = SCENARIO_CONVERGED;
  same->scenario_defaults[4]++;
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, accumulator_merge(context, a, same));
  same->scenario_defaults[4]--;
  same->loss_net[4] += 1;
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, accumulator_merge(context, a, same));
  accumulator_destroy(&same);
  accumulator_destroy(&a);
  PASS();
}

/* One scenario in which one slot is not a number. */
static enum greatest_test_res unfit_slot_is_noticed(int32_t slot) {
  double value[SLOTS];
  struct accumulator *a = fresh(0, 1);
  make_scenario(0, value);
  value[slot] = NAN;
  struct chunk chunk = {.first = 0, .count = 1, .stride = 1, .value = value};
  ASSERT_EQ(LS_STATUS_OK, accumulator_add(context, a, &chunk));
  ASSERT_EQ(1, a->nonfinite_count);
  accumulator_destroy(&a);
  PASS();
}

TEST any_amount_that_is_not_finite_is_noticed(void) {
  struct ls_output_layout at = layout_of_test();
  const int32_t slot[] = {at.loss, at.loss_peak + N - 1, at.line + LINES * N - 1, at.loss_gross, at.loss_net};
  for (int k = 0; k < 5; k++) CHECK_CALL(unfit_slot_is_noticed(slot[k]));
  PASS();
}

TEST a_default_beyond_the_last_quarter_counts_into_the_last(void) {
  double value[SLOTS];
  struct accumulator *a = fresh(0, 1);
  make_scenario(0, value);
  for (int i = 0; i < N; i++) value[2 * N + i] = i == 2 ? QUARTERS : -1;
  struct chunk chunk = {.first = 0, .count = 1, .stride = 1, .value = value};
  ASSERT_EQ(LS_STATUS_OK, accumulator_add(context, a, &chunk));
  for (int t = 0; t < QUARTERS; t++) ASSERT_EQ(t == QUARTERS - 1, a->default_by_quarter[t * N + 2]);
  accumulator_destroy(&a);
  PASS();
}

TEST parts_in_conflict_are_refused(void) {
  struct accumulator *a = fresh(0, 200), *same = fresh(0, 100), *foreign = NULL;
  ASSERT_EQ(LS_STATUS_OK, add_chunk(a, 0, 150, false));
  ASSERT_EQ(LS_STATUS_OK, add_chunk(same, 0, 100, false));
  same->loss_gross[5] += 1;
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, accumulator_merge(context, a, same));
  accumulator_destroy(&same);
  same = fresh(100, 100);
  ASSERT_EQ(LS_STATUS_OK, add_chunk(same, 100, 100, false));
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, accumulator_merge(context, a, same)); /* overlaps in part */
  struct accumulator_shape shape = a->shape;
  shape.amount_bound = 5;
  ASSERT_EQ(LS_STATUS_OK, accumulator_create(context, &shape, &foreign));
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, accumulator_merge(context, a, foreign));
  accumulator_destroy(&foreign);
  accumulator_destroy(&same);
  accumulator_destroy(&a);
  PASS();
}

TEST a_scenario_added_twice_is_an_internal_fault(void) {
  struct accumulator *a = fresh(0, 100);
  ASSERT_EQ(LS_STATUS_OK, add_chunk(a, 0, 10, false));
  ASSERT_EQ(LS_STATUS_INTERNAL, add_chunk(a, 9, 10, false));
  ASSERT_EQ(LS_STATUS_INTERNAL, add_chunk(a, 95, 10, false));
  double value[SLOTS * 2];
  int64_t index[2] = {50, 50};
  double one[SLOTS];
  make_scenario(50, one);
  for (int slot = 0; slot < SLOTS; slot++) value[2 * slot] = value[2 * slot + 1] = one[slot];
  struct chunk chunk = {.index = index, .count = 2, .stride = 2, .value = value};
  ASSERT_EQ(LS_STATUS_INTERNAL, accumulator_add(context, a, &chunk));
  ASSERT_EQ(10, a->done_count);
  accumulator_destroy(&a);
  PASS();
}

TEST what_is_not_finite_or_too_large_is_counted_and_left_out(void) {
  static const double bad[] = {NAN, INFINITY, -INFINITY, 1e30};
  char expected[33], found[33];
  for (int k = 0; k < 4; k++) {
    double value[SLOTS * 3], one[SLOTS];
    struct accumulator *a = fresh(0, 3), *b = fresh(0, 3);
    for (int s = 0; s < 3; s++) {
      make_scenario(s, one);
      for (int slot = 0; slot < SLOTS; slot++) value[3 * slot + s] = one[slot];
    }
    value[3 * (k % 2 == 0 ? 2 : 4 * N + 3) + 1] = bad[k];
    struct chunk chunk = {.first = 0, .count = 3, .stride = 3, .value = value};
    ASSERT_EQ(LS_STATUS_OK, accumulator_add(context, a, &chunk));
    ASSERT_EQ(1, a->nonfinite_count);
    ASSERT_EQ(2, accumulator_count(a));
    ASSERT_EQ(LS_STATUS_OK, add_chunk(b, 0, 1, false));
    ASSERT_EQ(LS_STATUS_OK, add_chunk(b, 2, 1, false));
    ASSERT_EQ(0, memcmp(a->loss_sum, b->loss_sum, N * sizeof *a->loss_sum));
    ASSERT_EQ(0, memcmp(a->joint, b->joint, (size_t)joint_size(N) * sizeof *a->joint));
    b->state[1] = SCENARIO_NOT_FINITE;
    digest_of(a, expected);
    digest_of(b, found);
    ASSERT_STR_EQ(expected, found);
    accumulator_destroy(&a);
    accumulator_destroy(&b);
  }
  PASS();
}

TEST counts_and_joint_counts_are_those_of_the_scenarios(void) {
  struct accumulator *a = whole_in_chunks(97, false);
  int64_t expected[N][N] = {{0}}, by_quarter[QUARTERS][N] = {{0}};
  for (int64_t k = 0; k < COUNT; k++) {
    double one[SLOTS];
    make_scenario(k, one);
    for (int i = 0; i < N; i++) {
      if (one[2 * N + i] < 0) continue;
      by_quarter[(int)one[2 * N + i]][i]++;
      for (int j = 0; j <= i; j++) expected[i][j] += one[2 * N + j] >= 0;
    }
  }
  for (int i = 0; i < N; i++) {
    ASSERT_EQ(expected[i][i], a->default_count[i]);
    for (int j = 0; j <= i; j++) ASSERT_EQ(expected[i][j], a->joint[joint_index(i, j)]);
    for (int t = 0; t < QUARTERS; t++) ASSERT_EQ(by_quarter[t][i], a->default_by_quarter[t * N + i]);
  }
  ASSERT_EQ(COUNT / 100 * 99, a->converged_count);
  ASSERT_EQ(COUNT / 10, a->clip_count);
  accumulator_destroy(&a);
  PASS();
}

static bool same_given(const struct accumulator *a, const struct accumulator *b) {
  return memcmp(a->others_sum, b->others_sum, N * sizeof *a->others_sum) == 0 &&
         memcmp(a->others_squares, b->others_squares, N * sizeof *a->others_squares) == 0 &&
         memcmp(a->given_sum, b->given_sum, (size_t)N * N * sizeof *a->given_sum) == 0;
}

/* Against plain sums in doubles of a thousand losses of at most 70 each: their rounding is below 1e-9. */
TEST what_others_lose_where_one_defaults_is_the_sum_over_those_scenarios(void) {
  struct accumulator *a = whole_in_chunks(COUNT, false);
  double others[N] = {0}, squares[N] = {0}, given[N][N] = {{0}};
  for (int64_t k = 0; k < COUNT; k++) {
    double one[SLOTS], total = 0;
    make_scenario(k, one);
    for (int i = 0; i < N; i++) total += one[i];
    for (int d = 0; d < N; d++) {
      if (one[2 * N + d] < 0) continue;
      others[d] += total - one[d];
      squares[d] += (total - one[d]) * (total - one[d]);
      for (int i = 0; i < N; i++) given[d][i] += one[i];
    }
  }
  for (int d = 0; d < N; d++) {
    double count = (double)a->default_count[d], mean = others[d] / count;
    ASSERT(count > 0);
    ASSERT_IN_RANGE(others[d], fixed_value(a->others_sum[d], a->bound_exponent), 1e-9);
    ASSERT_IN_RANGE(sqrt((squares[d] - count * mean * mean) / (count - 1)),
                    fixed_deviation(a->others_sum[d], a->others_squares[d], a->default_count[d], a->bound_exponent),
                    1e-9);
    for (int i = 0; i < N; i++)
      ASSERT_IN_RANGE(given[d][i], fixed_value(a->given_sum[d * N + i], a->bound_exponent), 1e-9);
  }
  accumulator_destroy(&a);
  PASS();
}

TEST what_others_lose_has_the_same_bits_however_it_is_added(void) {
  static const int32_t size[] = {1, 7, 500};
  struct accumulator *whole = whole_in_chunks(COUNT, false), *left = fresh(0, COUNT), *part[2];
  for (int k = 0; k < 6; k++) {
    struct accumulator *a = whole_in_chunks(size[k / 2], k % 2 == 1);
    ASSERT(same_given(whole, a));
    accumulator_destroy(&a);
  }
  for (int k = 0; k < 2; k++) {
    part[k] = fresh(k * 500, 500);
    ASSERT_EQ(LS_STATUS_OK, add_chunk(part[k], k * 500, 500, k == 0));
  }
  ASSERT_EQ(LS_STATUS_OK, accumulator_merge(context, left, part[1]));
  ASSERT_FALSE(same_given(whole, left));
  ASSERT_EQ(LS_STATUS_OK, accumulator_merge(context, left, part[0]));
  ASSERT(same_given(whole, left));
  accumulator_drop_given(part[0]);
  accumulator_destroy(&left);
  left = fresh(0, COUNT);
  ASSERT_EQ(LS_STATUS_OK, accumulator_merge(context, left, part[1]));
  ASSERT_EQ(LS_STATUS_OK, accumulator_merge(context, left, part[0])); /* what a part does not know, the whole cannot */
  ASSERT(left->others_sum == NULL && left->others_squares == NULL && left->given_sum == NULL);
  for (int k = 0; k < 2; k++) accumulator_destroy(&part[k]);
  accumulator_destroy(&left);
  accumulator_destroy(&whole);
  PASS();
}

/* A scenario that is left out of the sums is left out of these too, and gains without end count as the end of the
 * range. */
TEST unfit_scenarios_and_endless_gains_do_not_spoil_what_others_lose(void) {
  double value[SLOTS];
  struct accumulator *a = fresh(0, 2);
  const double limit = 1024 * 1048576.0; /* the bound of 700 is 2^10, and amounts may be 2^20 times that */
  make_scenario(0, value);
  for (int i = 0; i < N; i++) value[i] = 1 - limit, value[2 * N + i] = i == 0 ? 1 : -1;
  struct chunk chunk = {.first = 0, .count = 1, .stride = 1, .value = value};
  ASSERT_EQ(LS_STATUS_OK, accumulator_add(context, a, &chunk));
  value[N] = NAN;
  chunk.first = 1;
  ASSERT_EQ(LS_STATUS_OK, accumulator_add(context, a, &chunk));
  ASSERT_EQ(1, a->default_count[0]);
  ASSERT_EQ(-limit, fixed_value(a->others_sum[0], a->bound_exponent));
  accumulator_destroy(&a);
  PASS();
}

TEST of_many_entities_only_the_others_together_are_kept(void) {
  struct accumulator_shape shape = {.entity_count = GIVEN_ENTITY_LIMIT + 1, .quarter_count = 1, .amount_bound = 1};
  struct accumulator *a = NULL;
  ASSERT_EQ(LS_STATUS_OK, accumulator_create(context, &shape, &a));
  ASSERT(a->given_sum == NULL && a->others_sum != NULL);
  accumulator_destroy(&a);
  PASS();
}

/* make_scenario: only entity 1 is forced, and whenever it fails; peaks are |loss|, lines 1/4 and 3/4 of the loss. */
TEST entities_have_the_statistics_of_their_own_sums(void) {
  struct accumulator *a = whole_in_chunks(COUNT, false);
  struct statistics statistics = {0};
  double one[SLOTS];
  a->scenario_defaults[0] = N + 1; /* more than can be: the largest is the first */
  ASSERT_EQ(LS_STATUS_OK, statistics_compute(context, a, false, &statistics));
  ASSERT_EQ_FMT(N + 1.0, statistics.default_count_max, "%.17g");
  for (int i = 0; i < N; i++) {
    const struct entity_statistics *entity = &statistics.entity[i];
    double peak = 0, scale = i == 3 ? 1e-9 : 1, fails = 0;
    for (int64_t k = 0; k < COUNT; k++) {
      make_scenario(k, one);
      peak += one[N + i];
      fails += one[2 * N + i] >= 0;
    }
    ASSERT(fails > 0);
    ASSERT_EQ_FMT(fails / COUNT, entity->default_probability, "%.17g");
    ASSERT_EQ_FMT(i == 1 ? fails / COUNT : 0, entity->forced_probability, "%.17g");
    ASSERT_EQ_FMT(0.0, entity->distress_probability, "%.17g");
    ASSERT_IN_RANGE(peak / COUNT, entity->loss_peak_mean, 1e-10 * scale);
    ASSERT_IN_RANGE(entity->loss_sd, entity->loss_mean_se * sqrt(COUNT), 1e-13 * entity->loss_sd);
    ASSERT_IN_RANGE(0.75 * entity->loss_mean, statistics.line_mean[N + i], 1e-10 * scale);
  }
  const struct allocator allocator = context_allocator(context);
  statistics_release(&allocator, &statistics);
  accumulator_destroy(&a);
  PASS();
}

/* make_scenario: one of a hundred does not converge. Its loss is a loss all the same. */
TEST scenarios_that_did_not_converge_count_in_the_system_loss(void) {
  struct accumulator *a = whole_in_chunks(COUNT, false);
  struct statistics statistics = {0};
  double one[SLOTS], sum = 0;
  for (int64_t k = 0; k < COUNT; k++) {
    make_scenario(k, one);
    sum += one[layout_of_test().loss_gross];
  }
  ASSERT_EQ(LS_STATUS_OK, statistics_compute(context, a, false, &statistics));
  ASSERT_IN_RANGE(sum / COUNT, statistics.gross.mean, 1e-12 * sum / COUNT);
  ASSERT_EQ(COUNT / 100 * 99, statistics.converged_count);
  const struct allocator allocator = context_allocator(context);
  statistics_release(&allocator, &statistics);
  accumulator_destroy(&a);
  PASS();
}

TEST means_and_deviations_keep_the_digits_of_doubles(void) {
  struct accumulator *a = whole_in_chunks(250, false);
  for (int i = 0; i < N; i++) {
    long double sum = 0, squares = 0;
    double one[SLOTS];
    for (int64_t k = 0; k < COUNT; k++) {
      make_scenario(k, one);
      sum += one[i];
    }
    for (int64_t k = 0; k < COUNT; k++) {
      make_scenario(k, one);
      squares += (one[i] - sum / COUNT) * (one[i] - sum / COUNT);
    }
    double mean = (double)(sum / COUNT), sd = (double)sqrtl(squares / (COUNT - 1));
    /* a double has 53 bits; the sums have 75 below the bound, which leaves 40 for the entity of losses of 1e-9 */
    ASSERT(fabs(fixed_mean(a->loss_sum[i], COUNT, a->bound_exponent) - mean) <= 1e-11 * fabs(mean));
    ASSERT(fabs(fixed_deviation(a->loss_sum[i], a->loss_squares[i], COUNT, a->bound_exponent) - sd) <= 1e-11 * sd);
  }
  accumulator_destroy(&a);
  PASS();
}

TEST a_constant_has_no_deviation(void) {
  struct wide squares = {{0, 0, 0}};
  fixed sum = 0;
  for (int k = 0; k < 1000; k++) {
    sum += fixed_from(123.456, 10);
    wide_add(&squares, wide_square(123.456, 10));
  }
  ASSERT(fixed_deviation(sum, squares, 1000, 10) <= 1e-12);
  ASSERT(isnan(fixed_deviation(sum, squares, 1, 10)));
  PASS();
}

TEST fixed_numbers_are_exact_within_their_range(void) {
  static const double value[] = {0, 1, -1, 0.5, 1023.25, -1.0 / 1073741824, 1048575.0 * 1024, -1048575.0 * 1024};
  for (size_t k = 0; k < sizeof value / sizeof *value; k++) {
    ASSERT_EQ_FMT(value[k], fixed_value(fixed_from(value[k], 10), 10), "%.17g");
    ASSERT(fixed_from(value[k], 10) == -fixed_from(-value[k], 10));
  }
  ASSERT(fixed_from(-0.0, 10) == 0);
  ASSERT(fixed_from(1e-300, 10) == 0);
  PASS();
}

TEST the_bound_is_the_next_power_of_two(void) {
  ASSERT_EQ_FMT(1024.0, accumulator_bound(1000), "%.17g");
  ASSERT_EQ_FMT(1024.0, accumulator_bound(1024), "%.17g");
  ASSERT_EQ_FMT(0.25, accumulator_bound(0.2), "%.17g");
  ASSERT_EQ_FMT(1.0, accumulator_bound(0), "%.17g");
  PASS();
}

TEST every_loss_lies_between_the_edges_of_its_bin(void) {
  for (int k = -3000; k < 3000; k++) {
    double loss = (k < 0 ? -1 : 1) * exp(abs(k) / 100.0 - 20);
    int bin = bin_of(loss, 10);
    ASSERT(bin >= 0 && bin < BIN_COUNT);
    if (bin == BIN_ZERO || bin == BIN_COUNT - 1 || bin == 3) continue;
    ASSERT(fabs(loss) >= fabs(bin_edge(bin, 10)));
    ASSERT(fabs(loss) < fabs(bin_edge(bin + (k < 0 ? -1 : 1), 10)));
  }
  ASSERT_EQ(BIN_ZERO, bin_of(0, 10));
  ASSERT_EQ(BIN_ZERO, bin_of(-0.0, 10));
  PASS();
}

/* `count` losses of entity 0 in one chunk, against sums of each loss by itself. */
static enum greatest_test_res losses_add_up(double (*loss_of)(int32_t), int32_t count) {
  struct ls_output_layout at = layout_of_test();
  struct accumulator *a = fresh(0, count);
  double *value = calloc((size_t)SLOTS * (size_t)count, sizeof *value);
  ASSERT(a != NULL && value != NULL);
  fixed sum = 0, bin_sum[BIN_COUNT] = {0};
  struct wide squares = {{0, 0, 0}};
  int64_t bin_count[BIN_COUNT] = {0};
  for (int32_t s = 0; s < count; s++) {
    const double loss = loss_of(s);
    const int bin = bin_of(loss, a->bound_exponent);
    value[at.loss * count + s] = loss;
    for (int i = 0; i < N; i++) value[(at.default_quarter + i) * count + s] = -1;
    sum += fixed_from(loss, a->bound_exponent);
    wide_add(&squares, wide_square(loss, a->bound_exponent));
    bin_sum[bin] += fixed_from(loss, a->bound_exponent);
    bin_count[bin]++;
  }
  struct chunk chunk = {.count = count, .stride = count, .value = value};
  ASSERT_EQ(LS_STATUS_OK, accumulator_add(context, a, &chunk));
  ASSERT_EQ(0, a->nonfinite_count);
  ASSERT(sum == a->loss_sum[0]);
  ASSERT_EQ(0, memcmp(&squares, &a->loss_squares[0], sizeof squares));
  ASSERT_EQ(0, memcmp(bin_count, a->bin_count, sizeof bin_count));
  ASSERT_EQ(0, memcmp(bin_sum, a->bin_sum, sizeof bin_sum));
  free(value);
  accumulator_destroy(&a);
  PASS();
}

/* From far below what matters to the largest that is in range, of both signs. */
static double any_loss(int32_t s) {
  const double size = ldexp(1 + uniform(s, 1), (int)(uniform(s, 2) * 110) - 80);
  return s % 97 == 0 ? 0 : s % 3 == 0 ? -size : size;
}

/* As many of one bin as are added at a time, with all bits of the mantissa set. */
static double full_loss(int32_t s) {
  (void)s;
  return nextafter(512, 0);
}
static double full_gain(int32_t s) { return -full_loss(s); }

TEST losses_tallied_by_bin_are_the_sums_of_each_by_itself(void) {
  CHECK_CALL(losses_add_up(any_loss, 5000));
  CHECK_CALL(losses_add_up(any_loss, 3));
  CHECK_CALL(losses_add_up(full_loss, 2 * PART_SCENARIOS));
  CHECK_CALL(losses_add_up(full_gain, 2 * PART_SCENARIOS));
  PASS();
}

TEST a_failed_allocation_is_reported_and_leaks_nothing(void) {
  for (int64_t allowed = 0;; allowed++) {
    struct failing_allocator allocator = {0};
    ls_context *frail = NULL;
    struct accumulator *a = NULL;
    struct accumulator_shape shape = {.entity_count = N,
                                      .line_count = LINES,
                                      .quarter_count = QUARTERS,
                                      .scenario_count = 10,
                                      .amount_bound = 700,
                                      .layout = layout_of_test()};
    ASSERT_EQ(LS_STATUS_OK, ls_context_create(&frail));
    support_fail_after(frail, &allocator, allowed);
    ls_status status = accumulator_create(frail, &shape, &a);
    ASSERT(status == LS_STATUS_OK || (status == LS_STATUS_OUT_OF_MEMORY && a == NULL));
    accumulator_destroy(&a);
    ls_context_clear_messages(frail);
    ASSERT_EQ(0, allocator.held);
    ls_context_destroy(&frail);
    if (status == LS_STATUS_OK) PASS();
  }
}

SUITE(accumulators) {
  SET_SETUP(set_up, NULL);
  SET_TEARDOWN(tear_down, NULL);
  RUN_TEST(any_size_and_order_of_chunks_gives_equal_bits);
  RUN_TEST(any_tree_of_merges_gives_equal_bits);
  RUN_TEST(every_instruction_set_adds_up_to_the_same_bits);
  RUN_TEST(shares_of_several_threads_gather_to_the_whole);
  RUN_TEST(a_merge_adds_every_count_to_its_own);
  RUN_TEST(scenarios_that_ended_differently_are_in_conflict);
  RUN_TEST(any_amount_that_is_not_finite_is_noticed);
  RUN_TEST(a_default_beyond_the_last_quarter_counts_into_the_last);
  RUN_TEST(parts_in_conflict_are_refused);
  RUN_TEST(a_scenario_added_twice_is_an_internal_fault);
  RUN_TEST(what_is_not_finite_or_too_large_is_counted_and_left_out);
  RUN_TEST(counts_and_joint_counts_are_those_of_the_scenarios);
  RUN_TEST(what_others_lose_where_one_defaults_is_the_sum_over_those_scenarios);
  RUN_TEST(what_others_lose_has_the_same_bits_however_it_is_added);
  RUN_TEST(unfit_scenarios_and_endless_gains_do_not_spoil_what_others_lose);
  RUN_TEST(of_many_entities_only_the_others_together_are_kept);
  RUN_TEST(entities_have_the_statistics_of_their_own_sums);
  RUN_TEST(scenarios_that_did_not_converge_count_in_the_system_loss);
  RUN_TEST(means_and_deviations_keep_the_digits_of_doubles);
  RUN_TEST(a_constant_has_no_deviation);
  RUN_TEST(fixed_numbers_are_exact_within_their_range);
  RUN_TEST(the_bound_is_the_next_power_of_two);
  RUN_TEST(every_loss_lies_between_the_edges_of_its_bin);
  RUN_TEST(losses_tallied_by_bin_are_the_sums_of_each_by_itself);
  RUN_TEST(a_failed_allocation_is_reported_and_leaks_nothing);
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  RUN_SUITE(accumulators);
  GREATEST_MAIN_END();
}

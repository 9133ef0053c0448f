/* delivery.c - see delivery.h. */
#include "aggregate/delivery.h"

#include <string.h>

#include "aggregate/accumulator_fields.h"
#include "aggregate/scenario_record.h"

/* ---- sums ---------------------------------------------------------------------------------------------------------------------- */

static int64_t sum_words(struct accumulator *a) {
  struct sum_array sums[SUM_ARRAYS_MOST];
  const int count = accumulator_sums(a, sums);
  int64_t words = ACCUMULATOR_SCALARS;
  for (int k = 0; k < count; k++) words += sums[k].count;
  return words;
}

static int64_t *put_sums(struct accumulator *a, int64_t *to) {
  struct sum_array sums[SUM_ARRAYS_MOST];
  struct sum_scalar scalars[ACCUMULATOR_SCALARS];
  const int count = accumulator_sums(a, sums);
  accumulator_scalars(a, scalars);
  for (int k = 0; k < ACCUMULATOR_SCALARS; k++) *to++ = *scalars[k].value;
  for (int k = 0; k < count; k++) {
    memcpy(to, sums[k].word, (size_t)sums[k].count * sizeof *to);
    to += sums[k].count;
  }
  return to;
}

static const int64_t *take_sums(struct accumulator *a, const int64_t *from) {
  struct sum_array sums[SUM_ARRAYS_MOST];
  struct sum_scalar scalars[ACCUMULATOR_SCALARS];
  const int count = accumulator_sums(a, sums);
  accumulator_scalars(a, scalars);
  for (int k = 0; k < ACCUMULATOR_SCALARS; k++) *scalars[k].value = *from++;
  for (int k = 0; k < count; k++) {
    memcpy(sums[k].word, from, (size_t)sums[k].count * sizeof *from);
    from += sums[k].count;
  }
  return from;
}

/* ---- packing ------------------------------------------------------------------------------------------------------------------- */

/* The next scenarios up to `end` that lie together and have been added, no more than a record holds; false without any. */
static bool next_added(const struct accumulator *a, int64_t end, int64_t *first, int64_t *count) {
  int64_t begin = *first + *count;
  while (begin < end && a->state[begin] == SCENARIO_NOT_RUN) begin++;
  int64_t k = begin;
  while (k < end && k < begin + RECORD_SCENARIOS && a->state[k] != SCENARIO_NOT_RUN) k++;
  *first = begin;
  *count = k - begin;
  return *count > 0;
}

ls_status delivery_pack(ls_context *context, struct accumulator *a, int64_t first, int64_t count, int64_t head,
                        int64_t **words, int64_t *word_count) {
  const int64_t end = first + count;
  int64_t total = head + sum_words(a), from = first, length = 0;
  while (next_added(a, end, &from, &length)) total += record_words(length);
  int64_t *fresh = context_allocate(context, (size_t)total, sizeof *fresh);
  if (fresh == NULL) return LS_STATUS_OUT_OF_MEMORY;
  int64_t *to = put_sums(a, fresh + head);
  for (from = first, length = 0; next_added(a, end, &from, &length); to += record_words(length))
    record_fill(a, from, length, to);
  *words = fresh;
  *word_count = total;
  return LS_STATUS_OK;
}

/* ---- taking -------------------------------------------------------------------------------------------------------------------- */

/* How many scenarios the records hold; -1 where one of them does not fit. */
static int64_t count_records(const struct accumulator *whole, const int64_t *from, int64_t left) {
  int64_t scenarios = 0;
  while (left > 0) {
    const int64_t words = left >= RECORD_HEAD_WORDS ? record_words_of(from, whole->shape.scenario_count) : 0;
    if (words == 0 || words > left || !record_fits(whole, from)) return -1;
    scenarios += from[1];
    from += words;
    left -= words;
  }
  return scenarios;
}

ls_status delivery_take(ls_context *context, struct accumulator *whole, struct accumulator *scratch,
                        const int64_t *words, int64_t word_count, int64_t *scenarios) {
  const int64_t sums = sum_words(scratch), *end = words + word_count;
  const int64_t held = word_count >= sums ? count_records(whole, words + sums, word_count - sums) : -1;
  *scenarios = 0;
  if (held < 0 || held != words[0]) /* done_count */
    return context_fail(context, LS_STATUS_SYSTEM, "what a process of the team sent is damaged, or was sent twice");
  const int64_t *from = take_sums(scratch, words);
  for (; from < end; from += record_words(from[1])) record_take(whole, from);
  accumulator_gather(whole, scratch);
  accumulator_clear_sums(scratch);
  *scenarios = held;
  return LS_STATUS_OK;
}

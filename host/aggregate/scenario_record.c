/* scenario_record.c - see scenario_record.h. */
#include "aggregate/scenario_record.h"

#include <math.h>
#include <string.h>

#include "aggregate/accumulator_fields.h"

static int64_t words_for(int64_t bytes) { return (bytes + 7) / 8; }

/* Words from the record's beginning on. */
struct columns {
  int64_t gross, net, defaults, state, end;
};

static struct columns columns_of(int64_t count) {
  struct columns at = {.gross = RECORD_HEAD_WORDS};
  at.net = at.gross + count;
  at.defaults = at.net + count;
  at.state = at.defaults + words_for(count * (int64_t)sizeof(int32_t));
  at.end = at.state + words_for(count);
  return at;
}

int64_t record_words(int64_t count) { return columns_of(count).end; }

int64_t record_words_of(const int64_t head[RECORD_HEAD_WORDS], int64_t total) {
  const int64_t first = head[0], count = head[1];
  const bool fits = count >= 1 && count <= RECORD_SCENARIOS && first >= 0 && first <= total - count;
  return fits ? record_words(count) : 0;
}

void record_fill(const struct accumulator *a, int64_t first, int64_t count, int64_t *record) {
  const struct columns at = columns_of(count);
  record[at.state - 1] = record[at.end - 1] = 0; /* the last words of the two narrow columns may not be full */
  record[0] = first;
  record[1] = count;
  memcpy(record + at.gross, a->loss_gross + first, (size_t)count * sizeof *a->loss_gross);
  memcpy(record + at.net, a->loss_net + first, (size_t)count * sizeof *a->loss_net);
  memcpy(record + at.defaults, a->scenario_defaults + first, (size_t)count * sizeof *a->scenario_defaults);
  memcpy(record + at.state, a->state + first, (size_t)count * sizeof *a->state);
}

bool record_fits(const struct accumulator *a, const int64_t *record) {
  const int64_t first = record[0], count = record[1];
  const struct columns at = columns_of(count);
  const double *gross = (const double *)(const void *)(record + at.gross);
  const double *net = (const double *)(const void *)(record + at.net);
  const int8_t *state = (const int8_t *)(const void *)(record + at.state);
  bool fits = true;
  for (int64_t k = 0; k < count && fits; k++)
    fits = state[k] > SCENARIO_NOT_RUN && state[k] <= SCENARIO_NOT_FINITE && a->state[first + k] == SCENARIO_NOT_RUN &&
           isfinite(gross[k]) && isfinite(net[k]);
  return fits;
}

void record_take(struct accumulator *a, const int64_t *record) {
  const int64_t first = record[0], count = record[1];
  const struct columns at = columns_of(count);
  memcpy(a->loss_gross + first, record + at.gross, (size_t)count * sizeof *a->loss_gross);
  memcpy(a->loss_net + first, record + at.net, (size_t)count * sizeof *a->loss_net);
  memcpy(a->scenario_defaults + first, record + at.defaults, (size_t)count * sizeof *a->scenario_defaults);
  memcpy(a->state + first, record + at.state, (size_t)count * sizeof *a->state);
}

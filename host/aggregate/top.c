/* top.c - see top.h. Digits of the numbers' bits are counted, the first ones first, until few enough share those of the rank asked
 * for; only numbers from there on are copied and sorted. */
#include "aggregate/top.h"

#include <stddef.h>

#include "aggregate/accumulator_fields.h"
#include "aggregate/quantile.h"

enum { DIGIT_BITS = 16, DIGITS = 1 << DIGIT_BITS, KEY_BITS = 64, SORTED_WHOLE = 1 << 16, SPARE_SHARE = 16 };

struct source {
  const double *value;
  const int8_t *state;
  int64_t length;
};

/* Where the rank asked for lies: among the keys whose bits from `shift` on are `prefix`, of which there are `within`; `above` are
 * larger. */
struct place {
  uint64_t prefix;
  int shift;
  int64_t rank, within, above; /* rank: within those */
};

static bool counts(const struct source *source, int64_t k) {
  return source->state == NULL || source->state[k] == SCENARIO_CONVERGED || source->state[k] == SCENARIO_NOT_CONVERGED;
}

static bool has_prefix(uint64_t key, const struct place *place) {
  return place->shift == KEY_BITS || key >> place->shift == place->prefix;
}

/* One digit more. */
static void narrow(const struct source *source, int64_t *counted, struct place *place) {
  const int shift = place->shift - DIGIT_BITS;
  for (int k = 0; k < DIGITS; k++) counted[k] = 0;
  for (int64_t k = 0; k < source->length; k++) {
    const uint64_t key = order_key(source->value[k]);
    if (has_prefix(key, place) && counts(source, k)) counted[key >> shift & (DIGITS - 1)]++;
  }
  int64_t below = 0;
  int digit = 0;
  while (below + counted[digit] < place->rank) below += counted[digit++];
  place->above += place->within - below - counted[digit];
  place->within = counted[digit];
  place->rank -= below;
  place->prefix = place->shift == KEY_BITS ? (uint64_t)digit : place->prefix << DIGIT_BITS | (uint64_t)digit;
  place->shift = shift;
}

/* Numbers of the keys from `least` on, sorted. */
static ls_status gather(ls_context *context, const struct source *source, uint64_t least, struct top *top) {
  double *scratch = context_allocate(context, (size_t)top->held, sizeof *scratch);
  top->ascending = context_allocate(context, (size_t)top->held, sizeof *top->ascending);
  int64_t found = 0;
  const bool good = scratch != NULL && top->ascending != NULL;
  for (int64_t k = 0; good && found < top->held && k < source->length; k++)
    if (order_key(source->value[k]) >= least && counts(source, k)) top->ascending[found++] = source->value[k];
  if (good) sort_numbers(top->ascending, scratch, top->held);
  context_release(context, scratch);
  if (!good) top_release(context, top);
  return good ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
}

ls_status top_create(ls_context *context, const double *value, const int8_t *state, int64_t length, int64_t count,
                     int64_t rank, struct top *top) {
  const struct source source = {value, state, length};
  struct place place = {.shift = KEY_BITS, .rank = rank, .within = count};
  *top = (struct top){.count = count, .held = count};
  if (count <= SORTED_WHOLE) return gather(context, &source, 0, top);
  int64_t *counted = context_allocate(context, DIGITS, sizeof *counted);
  if (counted == NULL) return LS_STATUS_OUT_OF_MEMORY;
  while (place.shift > 0 && place.rank > 1 + count / SPARE_SHARE) narrow(&source, counted, &place);
  context_release(context, counted);
  top->held = place.above + place.within;
  if (place.shift == KEY_BITS) return gather(context, &source, 0, top);
  if (place.shift > 0) return gather(context, &source, place.prefix << place.shift, top);
  /* The key itself: all within are equal, and however many there are, need not be held. */
  top->held = place.above;
  top->below = order_value(place.prefix);
  return gather(context, &source, place.prefix + 1, top);
}

void top_release(ls_context *context, struct top *top) {
  context_release(context, top->ascending);
  *top = (struct top){0};
}

double top_at(const struct top *top, int64_t rank) {
  const int64_t k = rank - 1 - (top->count - top->held);
  return k >= 0 ? top->ascending[k] : top->below;
}

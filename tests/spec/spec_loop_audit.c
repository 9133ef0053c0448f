/* spec_loop_audit.c - the stock-flow identities of the textbook loop, (i) to (viii). */
#include <string.h>

#include "spec/spec_loop_parts.h"

static double book_equity(const struct spec_loop *model, const struct spec_state *state, int i) {
  int n = model->n;
  return state->cash[i] + state->real_assets[i] + row_sum(n, state->invested, i) + column_sum(n, state->debt, i) -
         row_sum(n, state->debt, i);
}

struct books spec_books_take(const struct spec_loop *model, const struct spec_state *state) {
  size_t n = (size_t)model->n;
  struct books books = {numbers(n), numbers(n), numbers(n), 0};
  memcpy(books.real_assets, state->real_assets, n * sizeof(double));
  for (int i = 0; i < model->n; i++) {
    books.cash[i] = state->cash[i], books.book_equity[i] = book_equity(model, state, i);
    books.total_cash += state->cash[i];
  }
  return books;
}

void spec_books_free(struct books *books) { free(books->cash), free(books->book_equity), free(books->real_assets); }

static double relative(double difference, double scale) {
  return scale > 0 ? fabs(difference) / scale : fabs(difference);
}
static void raise_to(double *worst, double value) { *worst = isfinite(value) ? larger(*worst, value) : INFINITY; }

/* All that i received and paid in clearing, prepayments included. */
static void flows(const struct spec_loop *model, const struct spec_state *state, int i, double *in, double *out) {
  int n = model->n, pairs = n * n;
  *in = column_sum(n, state->prepaid, i), *out = row_sum(n, state->prepaid, i);
  for (int k = 0; k < 3; k++)
    *in += column_sum(n, state->paid + k * pairs, i), *out += row_sum(n, state->paid + k * pairs, i);
}

/* Book equity grew by what was earned and issued, less what was written down, and by `more`. */
static double equity_breach(const struct spec_loop *model, const struct spec_state *state, const struct books *books,
                            int i, double more) {
  double in, out, after = book_equity(model, state, i);
  flows(model, state, i, &in, &out);
  double change = state->profit[i] + state->issued[i] - state->written_down[i] + more;
  return relative(after - books->book_equity[i] - change, fabs(after) + fabs(books->book_equity[i]) + fabs(change) +
                                                              fabs(state->profit[i]) + state->sales[i] +
                                                              state->written_down[i] + in + out);
}

/* (ii) before step 8 touches cash: change = receipts + R + f + draw + dr - payments. (v) likewise, of everyone. */
void spec_audit_flows(const struct spec_loop *model, const struct spec_state *state, const struct books *books,
                      double *audit) {
  for (int i = 1; i < model->n; i++) {
    double in, out, gain = state->revenue[i] + state->outside_paid[i] + state->draw[i] + state->borrowed[i];
    flows(model, state, i, &in, &out);
    raise_to(&audit[1],
             relative(state->cash[i] - books->cash[i] - (in + gain - out), books->cash[i] + in + gain + out));
    raise_to(&audit[4], equity_breach(model, state, books, i, 0));
  }
}

/* (v) at the end of the quarter, of those who live on: estates paid something, claims on them are lost. */
void spec_audit_survivors(const struct spec_loop *model, const struct spec_state *state, const struct books *books,
                          double *audit) {
  for (int i = 1; i < model->n; i++)
    if (state->live[i])
      raise_to(&audit[4], equity_breach(model, state, books, i, state->estate_income[i] - state->claims_lost[i]));
}

static double lowest(size_t count, const double *values) {
  double least = 0;
  for (size_t k = 0; k < count; k++) least = smaller(least, values[k]);
  return -least;
}

/* (iv): nothing negative, and no more earmarked than there is cash. */
static void audit_signs(const struct spec_loop *model, const struct spec_state *state, double *audit) {
  size_t n = (size_t)model->n, pairs = n * n;
  raise_to(&audit[3], relative(lowest(n - 1, state->cash + 1), state->turned_over));
  raise_to(&audit[3], lowest(pairs, state->pledge)), raise_to(&audit[3], lowest(pairs, state->stake));
  raise_to(&audit[3], lowest(pairs, state->earmarked)), raise_to(&audit[3], lowest(n, state->real_assets));
  raise_to(&audit[3], lowest(pairs - n, state->invested + n)), raise_to(&audit[3], lowest(n, state->capacity));
  raise_to(&audit[3], lowest((size_t)model->backstop_count, state->backstop_left));
  raise_to(&audit[3], relative(lowest(pairs, state->debt), state->turned_over));
  for (int k = 0; k < state->row_count; k++)
    raise_to(&audit[3], positive(larger(-state->row[k].backlog, -state->row[k].planned_backlog)));
  for (int i = 1; i < model->n; i++)
    raise_to(&audit[3], relative(positive(spec_earmarked_cash(model, state, i) - state->cash[i]), state->turned_over));
}

void spec_audit_stocks(const struct spec_loop *model, struct spec_state *state, const struct books *books,
                       double *audit) {
  int n = model->n;
  size_t pairs = (size_t)n * (size_t)n;
  double total = 0, gross = 0;
  for (int i = 0; i < n; i++) total += state->cash[i], gross += fabs(state->cash[i]) + fabs(books->cash[i]);
  for (size_t k = 0; k < 3 * pairs; k++) gross += state->paid[k]; /* what moved, of which little may be left */
  state->turned_over += gross; /* a total over all quarters rounds on the scale of all that moved */
  raise_to(&audit[0], relative(total - books->total_cash, state->turned_over));
  audit_signs(model, state, audit);
  for (int i = 1; i < n; i++) {
    double queued = 0, debt = row_sum(n, state->debt, i);
    if (state->live[i]) raise_to(&audit[2], fabs(column_sum(n, state->stake, i) - 1));
    for (int slot = 0; slot < model->build_lag; slot++) queued += state->queue[i * model->build_lag + slot];
    double built = state->capacity_start[i] + state->ordered[i];
    raise_to(&audit[5], relative(state->capacity[i] + state->dark[i] + queued - built, built));
    if (state->live[i] && state->value[i] > 0)
      raise_to(&audit[6], relative(state->price_value[i] - debt - state->value[i],
                                   fabs(state->price_value[i]) + debt + books->cash[i]));
  }
  raise_to(&audit[7], relative(state->estate_owed - state->estate_paid - state->creditor_loss, state->estate_owed));
}

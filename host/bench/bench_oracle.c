/* bench_oracle.c - clearing and distress; see bench_oracle.h. */
#include "bench/bench_oracle.h"

#include <math.h>
#include <string.h>

#include "engine/linear_solve.h"

enum { ELIMINATED_MOST = 700, SWEEPS_MOST = 100000 };
#define LAST_BITS 0x1p-50
#define UNPAID 1e-9 /* of what is due: less counts as paid in full, as the models have it */

/* ---- the book -------------------------------------------------------------------------------------------------------------- */

/* Links with the rest of the world count in the totals alone. */
static void fill_links(struct bench_book *b, const struct table *table, const double *amount) {
  for (int64_t row = 0; row < table->row_count; row++) {
    const int32_t from = table->from[row], to = table->to[row];
    if (from >= 0) b->due[from] += amount[row];
    if (to >= 0) b->claims[to] += amount[row];
    if (from < 0 || to < 0) continue;
    b->from[b->links] = from;
    b->to[b->links] = to;
    b->amount[b->links++] = amount[row];
  }
}

static void fill_book(struct bench_book *b, const struct table *table, const double *amount) {
  for (int32_t i = 0; i < b->entities; i++) {
    b->assets[i] = network_number(b->network, TABLE_ENTITIES, "external_assets", i, 0);
    b->due[i] = network_number(b->network, TABLE_ENTITIES, "external_liabilities", i, 0);
  }
  fill_links(b, table, amount);
  for (int32_t i = 0; i < b->entities; i++) b->equity[i] = b->assets[i] + b->claims[i] - b->due[i];
}

ls_status bench_book_open(ls_context *context, const ls_network *network, enum table_id id, struct bench_book *book) {
  const struct table *table = &network->table[id];
  const size_t n = (size_t)network->entity_count, rows = (size_t)table->row_count;
  struct bench_book b = {.context = context, .network = network, .entities = network->entity_count};
  b.from = context_allocate(context, rows, sizeof *b.from);
  b.to = context_allocate(context, rows, sizeof *b.to);
  b.amount = context_allocate(context, rows, sizeof *b.amount);
  b.assets = context_allocate(context, 7 * n, sizeof *b.assets);
  *book = b;
  if (b.from == NULL || b.to == NULL || b.amount == NULL || b.assets == NULL) return LS_STATUS_OUT_OF_MEMORY;
  book->due = book->assets + n;
  book->claims = book->due + n;
  book->equity = book->claims + n;
  book->room = book->equity + n;
  fill_book(book, table, network_numbers(network, id, "amount"));
  return LS_STATUS_OK;
}

void bench_book_close(struct bench_book *book) {
  if (book->context == NULL) return;
  context_release(book->context, book->from);
  context_release(book->context, book->to);
  context_release(book->context, book->amount);
  context_release(book->context, book->assets);
  *book = (struct bench_book){0};
}

/* received[i] = what i gets when everybody pays what `payment` says. */
static void receive(const struct bench_book *b, const double *payment, double *received) {
  memset(received, 0, (size_t)b->entities * sizeof *received);
  for (int64_t k = 0; k < b->links; k++) received[b->to[k]] += b->amount[k] / b->due[b->from[k]] * payment[b->from[k]];
}

/* ---- clearing -------------------------------------------------------------------------------------------------------------- */

/* Payments of the `count` in default, at place[i] - 1, by elimination: p_i - sum over defaulted j of Pi_ji p_j = the rest. */
static ls_status eliminate(const struct bench_book *b, const double *external, const int32_t *place, int32_t count,
                           double *payment) {
  const int64_t width = count + 1;
  double *matrix = context_allocate(b->context, (size_t)(count * width), sizeof *matrix);
  if (matrix == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int32_t i = 0; i < b->entities; i++)
    if (place[i] > 0) {
      matrix[(place[i] - 1) * width + place[i] - 1] = 1;
      matrix[(place[i] - 1) * width + count] = external[i];
    }
  for (int64_t k = 0; k < b->links; k++) {
    const int32_t debtor = b->from[k], row = place[b->to[k]] - 1;
    if (row < 0) continue;
    const double share = b->amount[k] / b->due[debtor];
    if (place[debtor] > 0)
      matrix[row * width + place[debtor] - 1] -= share;
    else
      matrix[row * width + count] += share * b->due[debtor];
  }
  const bool solved = linear_solve(matrix, count);
  for (int32_t i = 0; i < b->entities && solved; i++)
    if (place[i] > 0) payment[i] = linear_solution(matrix, count, place[i] - 1);
  context_release(b->context, matrix);
  return solved ? LS_STATUS_OK : context_fail(b->context, LS_STATUS_INTERNAL, "a set of defaults has no one solution");
}

/* The same for a large set, sweep by sweep. */
static void relax(const struct bench_book *b, const double *external, const int32_t *place, double *payment) {
  double *received = b->room;
  for (int sweep = 0; sweep < SWEEPS_MOST; sweep++) {
    double change = 0;
    receive(b, payment, received);
    for (int32_t i = 0; i < b->entities; i++) {
      if (place[i] == 0) continue;
      const double next = external[i] + received[i];
      change = fmax(change, fabs(next - payment[i]) / b->due[i]);
      payment[i] = next;
    }
    if (change <= LAST_BITS) return;
  }
}

/* Everybody who cannot pay in full joins the set of defaults; returns how many are in it. */
static int32_t add_defaults(const struct bench_book *b, const double *external, const double *payment, int32_t *place) {
  double *received = b->room;
  int32_t count = 0;
  receive(b, payment, received);
  for (int32_t i = 0; i < b->entities; i++) {
    const double shortfall = b->due[i] - (external[i] + received[i]);
    if (place[i] > 0 || shortfall > LAST_BITS * b->due[i]) place[i] = ++count;
  }
  return count;
}

ls_status bench_oracle_clearing(const struct bench_book *b, const double *shock, double *payment, double *failed) {
  double *external = b->room + b->entities;
  int32_t *place = context_allocate(b->context, (size_t)b->entities, sizeof *place), before = -1;
  ls_status status = place != NULL ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
  for (int32_t i = 0; i < b->entities && status == LS_STATUS_OK; i++) {
    external[i] = b->assets[i] * (1 - shock[i]);
    payment[i] = b->due[i];
  }
  while (status == LS_STATUS_OK) {
    const int32_t count = add_defaults(b, external, payment, place);
    if (count == before) break;
    before = count;
    if (count <= ELIMINATED_MOST)
      status = eliminate(b, external, place, count, payment);
    else
      relax(b, external, place, payment);
  }
  for (int32_t i = 0; i < b->entities; i++) failed[i] = b->due[i] - payment[i] > UNPAID * b->due[i];
  context_release(b->context, place);
  return status;
}

/* ---- distress ---------------------------------------------------------------------------------------------------------------- */

ls_status bench_oracle_distress(const struct bench_book *b, const double *shock, double *distress, double *failed) {
  double *direct = b->room, *lost = b->room + b->entities;
  for (int32_t i = 0; i < b->entities; i++) distress[i] = direct[i] = fmin(1, shock[i] * b->assets[i] / b->equity[i]);
  for (int sweep = 0; sweep < SWEEPS_MOST; sweep++) {
    double change = 0;
    memset(lost, 0, (size_t)b->entities * sizeof *lost);
    for (int64_t k = 0; k < b->links; k++) lost[b->to[k]] += b->amount[k] * distress[b->from[k]];
    for (int32_t i = 0; i < b->entities; i++) {
      const double next = fmin(1, direct[i] + lost[i] / b->equity[i]);
      change = fmax(change, fabs(next - distress[i]));
      distress[i] = next;
    }
    if (change <= LAST_BITS) break;
  }
  for (int32_t i = 0; i < b->entities; i++) failed[i] = distress[i] >= 1;
  return LS_STATUS_OK;
}

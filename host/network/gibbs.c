/* gibbs.c - random networks that have the given sums exactly: the sampler of Gandy and Veraart (2017).
 *
 * A move goes round a cycle of k lenders and k borrowers and adds D and takes D in turn, which leaves all sums as they
 * are. Given the rest, D lies between -min of what is added to and min of what is taken from, and its law is that of
 * the prior on this line: the exponents of all amounts cancel, for their sum does not change, so that D is uniform
 * within, with weight p rate (width), and at either end, where a link vanishes, there is an atom of weight 1 - p.
 *
 * A cycle drawn blindly meets missing links and can seldom move. Here it is a walk along links that exist, closed by a
 * pair that may have none. How likely a walk is depends on the links, which the move may change: the move is taken with
 * the probability of Metropolis and Hastings that makes this good. Of a cycle without missing links every pair may be
 * the closing one; with one missing link only that. Moves that would remove two links at once, which happens by
 * rounding or where sums of some lenders equal those of some borrowers, are not made.
 */
#include "network/reconstruct.h"

#include <math.h>
#include <string.h>

/* Amounts below this share of the largest sum are what rounding leaves of a link that vanished. */
static const double DUST = 1e-15;

struct neighbours {
  int32_t *list;   /* [count * count] of entity i from list[i * count], degree[i] of them */
  int32_t *place;  /* [count * count] where in i's list j stands */
  int32_t *degree; /* [count] */
};

struct gibbs {
  ls_context *context;
  int32_t count, starter_count, cycle_most;
  double probability, rate, dust;
  double *amount;
  int32_t *starter; /* [starter_count] lenders */
  struct neighbours of_lender, of_borrower;
  struct random_sequence random;
};

/* A cycle: lender[a] to borrower[a] is taken from, lender[a + 1] to borrower[a] added to; the last one's next is the
 * first. */
struct cycle {
  int32_t length;
  int32_t lender[GIBBS_CYCLE_MOST], borrower[GIBBS_CYCLE_MOST];
};

/* ---- links ------------------------------------------------------------------------------------------------------- */

static void join(struct neighbours *side, int32_t n, int32_t i, int32_t j) {
  side->place[(int64_t)i * n + j] = side->degree[i];
  side->list[(int64_t)i * n + side->degree[i]++] = j;
}

static void part(struct neighbours *side, int32_t n, int32_t i, int32_t j) {
  int32_t *list = side->list + (int64_t)i * n;
  const int32_t hole = side->place[(int64_t)i * n + j], last = list[--side->degree[i]];
  list[hole] = last;
  side->place[(int64_t)i * n + last] = hole;
}

static double *cell(const struct gibbs *g, int32_t lender, int32_t borrower) {
  return &g->amount[(int64_t)lender * g->count + borrower];
}

static void set(struct gibbs *g, int32_t lender, int32_t borrower, double amount) {
  double *at = cell(g, lender, borrower);
  if (*at == 0 && amount > 0) {
    join(&g->of_lender, g->count, lender, borrower);
    join(&g->of_borrower, g->count, borrower, lender);
  } else if (*at > 0 && amount == 0) {
    part(&g->of_lender, g->count, lender, borrower);
    part(&g->of_borrower, g->count, borrower, lender);
  }
  *at = amount;
}

/* ---- cycles ------------------------------------------------------------------------------------------------------ */

static int32_t step(struct gibbs *g, const struct neighbours *side, int32_t from) {
  if (side->degree[from] == 0) return -1;
  return side->list[(int64_t)from * g->count + sequence_below(&g->random, side->degree[from])];
}

static bool is_among(int32_t entity, const int32_t *list, int32_t count) {
  for (int32_t k = 0; k < count; k++)
    if (list[k] == entity) return true;
  return false;
}

/* False where the walk ends, crosses itself, or cannot be closed. */
static bool walk(struct gibbs *g, struct cycle *c) {
  c->length = 2 + sequence_below(&g->random, g->cycle_most - 1);
  c->lender[0] = g->starter[sequence_below(&g->random, g->starter_count)];
  for (int32_t a = 0; a < c->length; a++) {
    c->borrower[a] = step(g, &g->of_lender, c->lender[a]);
    if (c->borrower[a] < 0 || is_among(c->borrower[a], c->borrower, a)) return false;
    if (a + 1 == c->length) break;
    c->lender[a + 1] = step(g, &g->of_borrower, c->borrower[a]);
    if (c->lender[a + 1] < 0 || is_among(c->lender[a + 1], c->lender, a + 1)) return false;
  }
  return c->lender[0] != c->borrower[c->length - 1];
}

static int32_t next(const struct cycle *c, int32_t a) { return a + 1 < c->length ? a + 1 : 0; }

/* Chance of the cycle among all walks of its length, up to a factor that no move changes: a walk leaves each lender
 * once and each borrower but the last. 0 where two links or more are missing. */
static double chance(const struct gibbs *g, const struct cycle *c) {
  double degrees = 1, ends = 0, missing_end = 0;
  int32_t missing = 0;
  for (int32_t a = 0; a < c->length; a++) {
    const int32_t borrower = c->borrower[a];
    const double degree = g->of_borrower.degree[borrower];
    const bool lacks_taken = *cell(g, c->lender[a], borrower) == 0;
    const bool lacks_added = *cell(g, c->lender[next(c, a)], borrower) == 0;
    degrees *= g->of_lender.degree[c->lender[a]] * degree;
    ends += 2 * degree;
    if (lacks_taken || lacks_added) missing_end = degree;
    missing += lacks_taken + lacks_added;
  }
  if (missing > 1 || degrees == 0) return 0;
  return (missing == 1 ? missing_end : ends) / degrees;
}

/* ---- moves ------------------------------------------------------------------------------------------------------- */

/* D given all else. */
static double draw_change(struct gibbs *g, const struct cycle *c) {
  double low = INFINITY, high = INFINITY;
  for (int32_t a = 0; a < c->length; a++) {
    high = fmin(high, *cell(g, c->lender[a], c->borrower[a]));
    low = fmin(low, *cell(g, c->lender[next(c, a)], c->borrower[a]));
  }
  const double atom = 1 - g->probability, inside = g->probability * g->rate * (low + high);
  const double at = sequence_next(&g->random) * (inside + 2 * atom);
  if (at < atom) return -low;
  if (at < 2 * atom) return high;
  return (at - 2 * atom) / inside * (low + high) - low;
}

static void add(struct gibbs *g, int32_t lender, int32_t borrower, double change) {
  const double changed = *cell(g, lender, borrower) + change;
  set(g, lender, borrower, changed > g->dust ? changed : 0);
}

static void move(struct gibbs *g) {
  struct cycle c;
  double taken[GIBBS_CYCLE_MOST], added[GIBBS_CYCLE_MOST];
  if (!walk(g, &c)) return;
  const double before = chance(g, &c), change = draw_change(g, &c);
  for (int32_t a = 0; a < c.length; a++) {
    const int32_t borrower = c.borrower[a], second = c.lender[next(&c, a)];
    taken[a] = *cell(g, c.lender[a], borrower), added[a] = *cell(g, second, borrower);
    add(g, c.lender[a], borrower, -change);
    add(g, second, borrower, change);
  }
  if (sequence_next(&g->random) * before < chance(g, &c)) return;
  for (int32_t a = 0; a < c.length; a++) {
    set(g, c.lender[a], c.borrower[a], taken[a]);
    set(g, c.lender[next(&c, a)], c.borrower[a], added[a]);
  }
}

void gibbs_move(struct gibbs *g, int64_t proposals) {
  for (int64_t k = 0; k < proposals && g->cycle_most > 1; k++) move(g);
}

const double *gibbs_amounts(const struct gibbs *g) { return g->amount; }

/* ---- life -------------------------------------------------------------------------------------------------------- */

static bool make_neighbours(ls_context *context, size_t n, struct neighbours *side) {
  side->list = context_allocate(context, n * n, sizeof *side->list);
  side->place = context_allocate(context, n * n, sizeof *side->place);
  side->degree = context_allocate(context, n, sizeof *side->degree);
  return side->list != NULL && side->place != NULL && side->degree != NULL;
}

static void release_neighbours(ls_context *context, struct neighbours *side) {
  context_release(context, side->list);
  context_release(context, side->place);
  context_release(context, side->degree);
}

static void start(struct gibbs *g, const double *amount, const bool *lenders, const bool *borrowers) {
  int32_t borrower_count = 0;
  double largest = 0;
  for (int32_t i = 0; i < g->count; i++) {
    if (lenders[i]) g->starter[g->starter_count++] = i;
    borrower_count += borrowers[i];
    for (int32_t j = 0; j < g->count; j++) {
      set(g, i, j, amount[(int64_t)i * g->count + j]);
      largest = fmax(largest, amount[(int64_t)i * g->count + j]);
    }
  }
  const int32_t fewer = g->starter_count < borrower_count ? g->starter_count : borrower_count;
  g->cycle_most = fewer < GIBBS_CYCLE_MOST ? fewer : GIBBS_CYCLE_MOST;
  g->dust = DUST * largest;
}

ls_status gibbs_create(ls_context *context, int32_t count, const double *amount, const bool *lenders,
                       const bool *borrowers, double probability, double rate, struct random_sequence random,
                       struct gibbs **gibbs) {
  const size_t n = (size_t)count;
  struct gibbs *g = context_allocate(context, 1, sizeof *g);
  if (g == NULL) return LS_STATUS_OUT_OF_MEMORY;
  *g = (struct gibbs){.context = context, .count = count, .probability = probability, .rate = rate, .random = random};
  g->amount = context_allocate(context, n * n, sizeof *g->amount);
  g->starter = context_allocate(context, n, sizeof *g->starter);
  const bool good = make_neighbours(context, n, &g->of_lender) && make_neighbours(context, n, &g->of_borrower) &&
                    g->amount != NULL && g->starter != NULL;
  if (!good) {
    gibbs_destroy(&g);
    return LS_STATUS_OUT_OF_MEMORY;
  }
  start(g, amount, lenders, borrowers);
  *gibbs = g;
  return LS_STATUS_OK;
}

void gibbs_destroy(struct gibbs **gibbs) {
  if (*gibbs == NULL) return;
  ls_context *context = (*gibbs)->context;
  release_neighbours(context, &(*gibbs)->of_lender);
  release_neighbours(context, &(*gibbs)->of_borrower);
  context_release(context, (*gibbs)->amount);
  context_release(context, (*gibbs)->starter);
  context_release(context, *gibbs);
  *gibbs = NULL;
}

/* ---- from sums --------------------------------------------------------------------------------------------------- */

static ls_status move_sweeps(const struct sums *m, struct gibbs *g, int32_t sweeps) {
  for (int32_t k = 0; k < sweeps; k++) {
    if (context_stop_requested(m->context)) return context_fail(m->context, LS_STATUS_INTERRUPTED, "interrupted");
    gibbs_move(g, m->pair_count);
  }
  return LS_STATUS_OK;
}

struct dense {
  double *amount;
  int32_t count;
};

static ls_status take_dense(void *user, int32_t lender, int32_t borrower, double amount) {
  const struct dense *dense = user;
  dense->amount[(int64_t)lender * dense->count + borrower] = amount;
  return LS_STATUS_OK;
}

static ls_status check_size(const struct sums *m, double links) {
  if (m->count > GIBBS_ENTITIES_MOST)
    return context_fail(m->context, LS_STATUS_UNUSABLE, "%s has %d entities, must have at most %d for gibbs", m->file,
                        m->count, GIBBS_ENTITIES_MOST);
  if (links > 0 && links < (double)m->pair_count) return LS_STATUS_OK;
  return context_fail(
      m->context, LS_STATUS_UNUSABLE,
      "--links is %.0f, must be above 0 and below %.0f, the pairs of a lender and a borrower that %s has", links,
      (double)m->pair_count, m->file);
}

ls_status gibbs_begin(const struct sums *m, double links, uint64_t seed, struct gibbs **gibbs) {
  ls_status status = check_size(m, links);
  if (status != LS_STATUS_OK) return status;
  const size_t n = (size_t)m->count;
  struct dense dense = {context_allocate(m->context, n * n, sizeof *dense.amount), m->count};
  bool *side = context_allocate(m->context, 2 * n, sizeof *side);
  int32_t sweeps;
  status = dense.amount != NULL && side != NULL ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
  if (status == LS_STATUS_OK) status = reconstruct_ras(m, &(struct link_sink){take_dense, &dense}, &sweeps);
  if (status == LS_STATUS_OK) {
    for (size_t i = 0; i < n; i++) side[i] = m->claims[i] > 0, side[n + i] = m->debts[i] > 0;
    const struct random_sequence random = {seed, RANDOM_GIBBS, 0, 0};
    status = gibbs_create(m->context, m->count, dense.amount, side, side + n, links / (double)m->pair_count,
                          links / m->total, random, gibbs);
  }
  context_release(m->context, side);
  context_release(m->context, dense.amount);
  return status == LS_STATUS_OK ? move_sweeps(m, *gibbs, GIBBS_BURN_IN) : status;
}

/* The links as they stand, less what rounding left of vanished ones. */
static ls_status gather(const struct sums *m, const struct gibbs *g, struct link_list *list) {
  ls_status status = LS_STATUS_OK;
  for (int32_t i = 0; i < m->count; i++)
    for (int32_t j = 0; j < m->count && status == LS_STATUS_OK; j++) {
      const double amount = g->amount[(int64_t)i * m->count + j];
      if (amount > RAS_TOLERANCE * fmin(m->claims[i], m->debts[j]))
        status = link_list_add(m->context, list, i, j, amount);
    }
  return status;
}

ls_status gibbs_draw(const struct sums *m, struct gibbs *g, const struct link_sink *sink) {
  struct link_list list = {0};
  ls_status status = move_sweeps(m, g, GIBBS_THINNING);
  if (status == LS_STATUS_OK) status = gather(m, g, &list);
  if (status == LS_STATUS_OK) status = link_list_fit(m, &list, RAS_TOLERANCE / 10, 100);
  /* The chain goes on from the sums made good. */
  for (int64_t k = 0; k < list.count && status == LS_STATUS_OK; k++)
    *cell(g, list.link[k].lender, list.link[k].borrower) = list.link[k].amount;
  if (status == LS_STATUS_OK) status = link_list_emit(&list, sink);
  link_list_release(m->context, &list);
  return status;
}

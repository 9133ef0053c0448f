/* minimum_density.c - few links that carry all: the heuristic of Anand, Craig and von Peter (2015), with restarts.
 *
 * A link takes as much as its two ends have left, so that each link finishes a lender or a borrower, or both where they
 * have the same left; such pairs are looked for first. What is left must stay possible, which is that claims and debts
 * left of each entity are at most the total left: a link is cut to that, and once one entity is at the limit the rest
 * is its star. So no fill ends in a dead end, and nothing is taken back.
 */
#include "network/reconstruct.h"

#include <math.h>

/* Two amounts that differ by less than this share of them are the same; and what subtractions, of which there may be hundreds,
 * leave of a sum that is used up, as a share of it. */
static const double EQUAL = 1e-12, DUST = 1e-14;

/* Fills in all, as a function of the size: a fill costs N^2, so that small networks can afford many. */
enum { RESTARTS_LEAST = 4, RESTARTS_MOST = 400, RESTART_WORK = 4000000 };

struct filling {
  const struct sums *m;
  double *claims, *debts; /* [count] what is left */
  double *weight;         /* [count] scratch */
  double total, rounding; /* of what is left; rounding: what subtractions may have done to it */
  struct random_sequence random;
  struct link_list links;
};

static double left(double before, double amount, double given) {
  const double rest = before - amount;
  return rest <= DUST * given || rest <= EQUAL * amount ? 0 : rest;
}

static ls_status put(struct filling *f, int32_t lender, int32_t borrower, double amount) {
  f->claims[lender] = left(f->claims[lender], amount, f->m->claims[lender]);
  f->debts[borrower] = left(f->debts[borrower], amount, f->m->debts[borrower]);
  return link_list_add(f->m->context, &f->links, lender, borrower, amount);
}

/* How much of the total left is of others than entity k. */
static double slack(const struct filling *f, int32_t k) { return f->total - f->claims[k] - f->debts[k]; }

/* The entity through which the rest must go, or -1. */
static int32_t find_tight(const struct filling *f) {
  for (int32_t k = 0; k < f->m->count; k++)
    if (f->claims[k] + f->debts[k] > 0 && slack(f, k) <= f->rounding) return k;
  return -1;
}

static ls_status finish_as_star(struct filling *f, int32_t k) {
  ls_status status = LS_STATUS_OK;
  for (int32_t i = 0; i < f->m->count && status == LS_STATUS_OK; i++) {
    if (i == k) continue;
    if (f->debts[i] > 0) status = link_list_add(f->m->context, &f->links, k, i, f->debts[i]);
    if (status == LS_STATUS_OK && f->claims[i] > 0)
      status = link_list_add(f->m->context, &f->links, i, k, f->claims[i]);
    f->debts[i] = f->claims[i] = 0;
  }
  f->debts[k] = f->claims[k] = f->total = 0;
  return status;
}

/* As much as both have left and as leaves the rest possible for everybody else. */
static double amount_between(const struct filling *f, int32_t lender, int32_t borrower) {
  const double most = fmin(f->claims[lender], f->debts[borrower]);
  double amount = most;
  for (int32_t k = 0; k < f->m->count; k++)
    if (k != lender && k != borrower) amount = fmin(amount, slack(f, k));
  return amount < most - f->rounding ? amount : most;
}

/* A borrower (or, from the other side, a lender) that has left just what `entity` has, or -1. */
static int32_t find_equal(struct filling *f, int32_t entity, bool is_lender) {
  const double *others = is_lender ? f->debts : f->claims, amount = (is_lender ? f->claims : f->debts)[entity];
  const int32_t count = f->m->count, start = sequence_below(&f->random, count);
  for (int32_t k = 0; k < count && amount > 0; k++) {
    const int32_t other = (start + k) % count;
    if (other != entity && fabs(others[other] - amount) <= EQUAL * amount) return other;
  }
  return -1;
}

static int32_t choose_weighted(struct filling *f) {
  double sum = 0;
  for (int32_t k = 0; k < f->m->count; k++) sum += f->weight[k];
  double at = sequence_next(&f->random) * sum;
  int32_t chosen = -1;
  for (int32_t k = 0; k < f->m->count && at >= 0; k++) {
    if (f->weight[k] > 0) chosen = k;
    at -= f->weight[k];
  }
  return chosen;
}

/* First fill: the largest with the largest. Later ones: any lender; a borrower is the likelier the more they differ, as
 * big and small banks lend to each other. */
static void choose_pair(struct filling *f, bool is_greedy, int32_t *lender, int32_t *borrower) {
  for (int32_t k = 0; k < f->m->count; k++) f->weight[k] = f->claims[k] > 0;
  *lender = choose_weighted(f);
  for (int32_t k = 0; k < f->m->count && is_greedy; k++)
    if (f->claims[k] > f->claims[*lender]) *lender = k;
  if (*lender < 0) return;
  const double amount = f->claims[*lender];
  for (int32_t k = 0; k < f->m->count; k++) {
    const bool fits = k != *lender && f->debts[k] > 0;
    f->weight[k] = fits ? fmax(amount / f->debts[k], f->debts[k] / amount) : 0;
  }
  *borrower = choose_weighted(f);
  for (int32_t k = 0; k < f->m->count && is_greedy; k++)
    if (k != *lender && f->debts[k] > f->debts[*borrower]) *borrower = k;
}

static void add_up(struct filling *f) {
  double given = 0;
  f->total = 0;
  for (int32_t k = 0; k < f->m->count; k++) {
    f->total += f->claims[k];
    if (f->claims[k] > 0) given += f->m->claims[k];
    if (f->debts[k] > 0) given += f->m->debts[k];
  }
  f->rounding = DUST * given;
}

static ls_status link_pair(struct filling *f, int32_t lender, int32_t borrower) {
  const ls_status status = put(f, lender, borrower, amount_between(f, lender, borrower));
  add_up(f);
  return status;
}

/* All lenders that have the sum of a borrower, before anything else. */
static ls_status link_equals(struct filling *f) {
  ls_status status = LS_STATUS_OK;
  for (int32_t i = 0; i < f->m->count && status == LS_STATUS_OK && find_tight(f) < 0; i++) {
    const int32_t borrower = find_equal(f, i, true);
    if (borrower >= 0) status = link_pair(f, i, borrower);
  }
  return status;
}

/* One link by choice, then as many as what is left of its ends makes equal to others. */
static ls_status extend(struct filling *f, bool is_greedy, bool *more) {
  int32_t lender = -1, borrower = -1;
  choose_pair(f, is_greedy, &lender, &borrower);
  *more = lender >= 0 && borrower >= 0;
  if (!*more) return LS_STATUS_OK;
  ls_status status = link_pair(f, lender, borrower);
  if (status != LS_STATUS_OK || find_tight(f) >= 0) return status;
  const int32_t equal_borrower = find_equal(f, lender, true), equal_lender = find_equal(f, borrower, false);
  if (equal_borrower >= 0) return link_pair(f, lender, equal_borrower);
  return equal_lender >= 0 ? link_pair(f, equal_lender, borrower) : LS_STATUS_OK;
}

static ls_status fill(struct filling *f, bool is_greedy) {
  bool more = true;
  f->links.count = 0;
  for (int32_t k = 0; k < f->m->count; k++) f->claims[k] = f->m->claims[k], f->debts[k] = f->m->debts[k];
  add_up(f);
  ls_status status = link_equals(f);
  while (status == LS_STATUS_OK && more) {
    const int32_t tight = find_tight(f);
    if (context_stop_requested(f->m->context)) return context_fail(f->m->context, LS_STATUS_INTERRUPTED, "interrupted");
    if (tight >= 0) return finish_as_star(f, tight);
    status = extend(f, is_greedy, &more);
  }
  return status;
}

static ls_status search(struct filling *f, int32_t restarts, struct link_list *best) {
  const int32_t least = f->m->lender_count > f->m->borrower_count ? f->m->lender_count : f->m->borrower_count;
  for (int32_t k = 0; k < restarts; k++) {
    f->random = (struct random_sequence){f->random.seed, RANDOM_MINIMUM_DENSITY, (uint32_t)k, 0};
    const ls_status status = fill(f, k == 0);
    if (status != LS_STATUS_OK) return status;
    if (k == 0 || f->links.count < best->count) {
      const struct link_list swapped = *best;
      *best = f->links;
      f->links = swapped;
    }
    if (best->count == least) break; /* everybody has one link at the least */
  }
  return LS_STATUS_OK;
}

static int32_t restarts_for(int32_t count) {
  const int64_t wanted = RESTART_WORK / ((int64_t)count * count + 1);
  return (int32_t)(wanted < RESTARTS_LEAST ? RESTARTS_LEAST : wanted > RESTARTS_MOST ? RESTARTS_MOST : wanted);
}

ls_status reconstruct_minimum_density(const struct sums *m, uint64_t seed, const struct link_sink *sink,
                                      int32_t *restarts) {
  const size_t n = (size_t)m->count;
  struct filling f = {.m = m, .random.seed = seed};
  struct link_list best = {0};
  *restarts = restarts_for(m->count);
  f.claims = context_allocate(m->context, n, sizeof *f.claims);
  f.debts = context_allocate(m->context, n, sizeof *f.debts);
  f.weight = context_allocate(m->context, n, sizeof *f.weight);
  ls_status status = f.claims && f.debts && f.weight ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
  if (status == LS_STATUS_OK) status = search(&f, *restarts, &best);
  /* Each link finished one of its ends, so that there are no cycles: what rounding did to the amounts is made good. */
  if (status == LS_STATUS_OK) status = link_list_solve_tree(m, &best);
  if (status == LS_STATUS_OK) status = link_list_emit(&best, sink);
  link_list_release(m->context, &f.links);
  link_list_release(m->context, &best);
  context_release(m->context, f.weight);
  context_release(m->context, f.debts);
  context_release(m->context, f.claims);
  return status;
}

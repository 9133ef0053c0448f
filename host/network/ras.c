/* ras.c - the network of maximum entropy: iterative proportional fitting from "everybody lends to everybody else the
 * same".
 *
 * Every step multiplies a row or a column, so that amounts stay u_i v_j beside the diagonal and a sweep costs O(N): the
 * sum of row i is u_i times the sum of all v but v_i. That sum is taken from both sides, never by subtraction, which
 * would lose all digits where one v is nearly the whole. Where one entity is nearly half of all, sweeps come closer
 * only slowly; the limit is then found directly.
 */
#include "network/reconstruct.h"

#include <math.h>

/* ---- the limit by bisection -------------------------------------------------------------------------------------- */

/* Amounts do not change where all u grow and all v shrink by one factor, so that both may have the same sum t. Then
 * entity i has u (t - v) = claims, v (t - u) = debts, a quadratic equation with two solutions, u + v <= t and u + v >=
 * t. As all u + v sum to 2 t, at most one entity has the larger solution: if any, the one whose root claims + root
 * debts is largest, below which sum t has no solution. One unknown is left, t. */
struct limit {
  const struct sums *m;
  const struct ras_factors *f;
  int32_t largest;
  bool takes_larger; /* the largest has u + v >= t */
};

static void solve_pair(double claims, double debts, double t, bool larger, double *u, double *v) {
  const double s = sqrt(claims), q = sqrt(debts);
  const double under = (t - s - q) * (t - q + s) * (t + q - s) * (t + s + q), root = under > 0 ? sqrt(under) : 0;
  const double to_u = t * t + claims - debts + root, to_v = t * t - claims + debts + root;
  *u = larger ? to_u / (2 * t) : 2 * claims * t / to_u;
  *v = larger ? to_v / (2 * t) : 2 * debts * t / to_v;
}

/* The sum of the others' u, or v, less what the largest leaves of t for them; fills the factors. */
static double excess(const struct limit *limit, double t) {
  const struct sums *m = limit->m;
  const int32_t i = limit->largest;
  double others[2] = {0, 0};
  for (int32_t k = 0; k < m->count; k++) {
    double *u = &limit->f->lender[k], *v = &limit->f->borrower[k];
    solve_pair(m->claims[k], m->debts[k], t, k == i && limit->takes_larger, u, v);
    if (k != i) others[0] += *u, others[1] += *v;
  }
  if (m->debts[i] > 0) return others[0] - m->debts[i] / limit->f->borrower[i];
  return others[1] - m->claims[i] / limit->f->lender[i];
}

static void find_limit(const struct sums *m, const struct ras_factors *f) {
  struct limit limit = {m, f, 0, false};
  double low = 0;
  for (int32_t k = 0; k < m->count; k++) {
    const double least = sqrt(m->claims[k]) + sqrt(m->debts[k]);
    if (least > low) low = least, limit.largest = k;
  }
  limit.takes_larger = excess(&limit, low) < 0;
  double high = 2 * low;
  while ((excess(&limit, high) < 0) == limit.takes_larger && high < 1e150) low = high, high *= 2;
  for (int k = 0; k < 100; k++) {
    const double middle = 0.5 * (low + high);
    *((excess(&limit, middle) < 0) == limit.takes_larger ? &low : &high) = middle;
  }
  (void)excess(&limit, high);
}

/* ---- sweeps ------------------------------------------------------------------------------------------------------ */

/* others[i] = sum of value[j], j != i */
static void sum_others(const double *value, int32_t count, double *others) {
  double sum = 0;
  for (int32_t i = 0; i < count; i++) others[i] = sum, sum += value[i];
  sum = 0;
  for (int32_t i = count - 1; i >= 0; i--) others[i] += sum, sum += value[i];
}

static void scale(const double *given, const double *others, int32_t count, double *factor) {
  for (int32_t i = 0; i < count; i++) factor[i] = given[i] > 0 ? given[i] / others[i] : 0;
}

static double largest_error(const struct sums *m, const struct ras_factors *f) {
  double error = 0;
  for (int32_t i = 0; i < m->count; i++)
    if (m->claims[i] > 0) error = fmax(error, fabs(f->lender[i] * f->others[i] / m->claims[i] - 1));
  return error;
}

static ls_status tell_slow(const struct sums *m, const struct ras_factors *f) {
  int32_t most = 0;
  for (int32_t i = 1; i < m->count; i++)
    if (m->claims[i] + m->debts[i] > m->claims[most] + m->debts[most]) most = i;
  return context_fail(m->context, LS_STATUS_UNUSABLE,
                      "%s: after %d sweeps sums are still off by %.3g of their size, must be at most %.0e; '%s' has "
                      "%.6f of the total in claims and debts, and the closer that comes to 1 the slower it goes",
                      m->file, RAS_SWEEPS_MOST, f->error, RAS_TOLERANCE, sums_id(m, most),
                      (m->claims[most] + m->debts[most]) / m->total);
}

ls_status ras_solve(const struct sums *m, struct ras_factors *factors) {
  const size_t n = (size_t)m->count;
  struct ras_factors f = {.error = INFINITY};
  f.lender = context_allocate(m->context, n, sizeof *f.lender);
  f.borrower = context_allocate(m->context, n, sizeof *f.borrower);
  f.others = context_allocate(m->context, n, sizeof *f.others);
  ls_status status = f.lender && f.borrower && f.others ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
  for (int32_t i = 0; i < m->count && status == LS_STATUS_OK; i++) f.borrower[i] = m->debts[i] > 0;
  while (status == LS_STATUS_OK && f.error > RAS_TOLERANCE) {
    if (f.sweeps == RAS_SWEEPS_SLOW) find_limit(m, &f);
    sum_others(f.borrower, m->count, f.others);
    f.error = f.sweeps == 0 ? INFINITY : largest_error(m, &f);
    if (f.error <= RAS_TOLERANCE) break;
    if (f.sweeps == RAS_SWEEPS_MOST) status = tell_slow(m, &f);
    if (context_stop_requested(m->context)) status = context_fail(m->context, LS_STATUS_INTERRUPTED, "interrupted");
    scale(m->claims, f.others, m->count, f.lender);
    sum_others(f.lender, m->count, f.others);
    scale(m->debts, f.others, m->count, f.borrower);
    f.sweeps++;
  }
  if (status == LS_STATUS_OK)
    *factors = f;
  else
    ras_release(m, &f);
  return status;
}

void ras_release(const struct sums *m, struct ras_factors *factors) {
  context_release(m->context, factors->lender);
  context_release(m->context, factors->borrower);
  context_release(m->context, factors->others);
  *factors = (struct ras_factors){0};
}

ls_status reconstruct_ras(const struct sums *m, const struct link_sink *sink, int32_t *sweeps) {
  struct ras_factors f = {0};
  if (m->count > RAS_ENTITIES_MOST)
    return context_fail(m->context, LS_STATUS_UNUSABLE,
                        "%s has %d entities, must have at most %d for ras, which links each with each", m->file,
                        m->count, RAS_ENTITIES_MOST);
  *sweeps = 0;
  if (m->star >= 0) return reconstruct_star(m, sink);
  ls_status status = ras_solve(m, &f);
  *sweeps = f.sweeps;
  for (int32_t i = 0; i < m->count && status == LS_STATUS_OK; i++)
    for (int32_t j = 0; j < m->count && m->claims[i] > 0 && status == LS_STATUS_OK; j++)
      if (i != j && m->debts[j] > 0) status = sink->take(sink->user, i, j, f.lender[i] * f.borrower[j]);
  ras_release(m, &f);
  return status;
}

/* gravity.c - density-corrected gravity: links drawn by size, amounts so that expected amounts are those of gravity.
 *
 * Source: Cimini, Squartini, Garlaschelli, Gabrielli, Systemic risk analysis on reconstructed economic and financial
 * networks, Scientific Reports 5:15758 (2015), eqs. (3) to (5).
 */
#include "network/reconstruct.h"

#include <math.h>

enum { CALIBRATION_STEPS = 200 };

struct expected {
  double links, slope; /* sum of P, and of P (1 - P), its derivative by log z */
};

static struct expected expect(const struct sums *m, double z) {
  struct expected sum = {0, 0};
  for (int32_t i = 0; i < m->count; i++) {
    struct expected row = {0, 0};
    for (int32_t j = 0; j < m->count && m->claims[i] > 0; j++) {
      const double x = j != i ? z * m->claims[i] * m->debts[j] : 0, p = x / (1 + x);
      row.links += p, row.slope += p * (1 - p);
    }
    sum.links += row.links, sum.slope += row.slope;
  }
  return sum;
}

/* Bisection of log z, by Newton steps as long as they stay within what is left of the range. */
static double solve(const struct sums *m, double links, double low, double high) {
  double z = low;
  for (int k = 0; k < CALIBRATION_STEPS; k++) {
    const struct expected at = expect(m, z);
    if (at.links < links)
      low = z;
    else
      high = z;
    double next = z * (1 + (links - at.links) / at.slope);
    if (!(next > low && next < high)) next = low * sqrt(high / low);
    if (fabs(next - z) <= 4e-16 * z || !(next > low && next < high)) break;
    z = next;
  }
  return z;
}

/* Squares of totals within these are numbers. */
static const double TOTAL_LEAST = 1e-150, TOTAL_MOST = 1e150;

ls_status gravity_calibrate(const struct sums *m, double links, double *z) {
  const double most = (double)m->pair_count;
  if (!(links > 0 && links < most))
    return context_fail(m->context, LS_STATUS_UNUSABLE,
                        "--links is %.0f, must be above 0 and below %.0f, the pairs of a lender and a borrower that %s "
                        "has",
                        links, most, m->file);
  if (!(m->total > TOTAL_LEAST && m->total < TOTAL_MOST))
    return context_fail(
        m->context, LS_STATUS_UNUSABLE,
        "%s: sums add up to %.3g, must be within %.0g and %.0g: gravity multiplies them; give them in another unit",
        m->file, m->total, TOTAL_LEAST, TOTAL_MOST);
  double low = 1 / (m->total * m->total), high = low;
  while (expect(m, low).links > links) low /= 16;
  while (expect(m, high).links < links && high < INFINITY) high *= 16;
  if (!(low > 0 && high < INFINITY))
    return context_fail(m->context, LS_STATUS_UNUSABLE, "%s: sums differ too much in size for %.0f links", m->file,
                        links);
  *z = solve(m, links, low, high);
  return LS_STATUS_OK;
}

ls_status gravity_draw(const struct sums *m, double z, uint64_t seed, int32_t member, const struct link_sink *sink) {
  const struct random_sequence random = {seed, RANDOM_GRAVITY, (uint32_t)member, 0};
  ls_status status = LS_STATUS_OK;
  for (int32_t i = 0; i < m->count && status == LS_STATUS_OK; i++) {
    if (context_stop_requested(m->context)) return context_fail(m->context, LS_STATUS_INTERRUPTED, "interrupted");
    for (int32_t j = 0; j < m->count && m->claims[i] > 0 && status == LS_STATUS_OK; j++) {
      const double x = j != i ? z * m->claims[i] * m->debts[j] : 0;
      if (x > 0 && sequence_at(&random, (uint64_t)i * (uint64_t)m->count + (uint64_t)j) < x / (1 + x))
        status = sink->take(sink->user, i, j, (1 + x) / (z * m->total)); /* s_i s_j / (W P_ij) */
    }
  }
  return status;
}

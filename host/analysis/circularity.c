/* circularity.c - the measures: what comes back to an investor, what cycles at all, how strongly.
 *
 * P_ij = F_ij / T_i is the share of what passes through i that goes on to j; the rest stays as cash or leaves to the
 * world, where it is lost from sight. Everything is solved within the nodes from which a way back exists, so that
 * closed groups (which lose nothing) need no special case but one.
 */
#include "analysis/circularity.h"

#include <float.h>
#include <math.h>

struct measure {
  ls_context *context;
  const struct flows *flows;
  size_t n;
  double *share;   /* [n * n] P */
  bool *reaches;   /* [n * n] there is a way from i to j, of one link or more */
  int32_t *member; /* [n] nodes of the group at hand */
  int32_t member_count;
  double *matrix, *right; /* [n * n], [n] */
  double *other;          /* [n] */
};

static double flow_of(const struct measure *measure, size_t i, size_t j) {
  return measure->flows->flow[i * (measure->n + 1) + j];
}

/* ---- set-up ------------------------------------------------------------------------------------------------------ */

static void throughflows(const struct measure *measure, double *throughflow) {
  for (size_t i = 0; i <= measure->n; i++) {
    double in = 0, out = 0;
    for (size_t j = 0; j <= measure->n; j++) in += flow_of(measure, j, i), out += flow_of(measure, i, j);
    throughflow[i] = in > out ? in : out;
  }
}

static void shares(struct measure *measure, const double *throughflow) {
  for (size_t i = 0; i < measure->n; i++)
    for (size_t j = 0; j < measure->n; j++)
      measure->share[i * measure->n + j] = throughflow[i] > 0 ? flow_of(measure, i, j) / throughflow[i] : 0;
}

static void reachability(struct measure *measure) {
  size_t n = measure->n;
  for (size_t start = 0; start < n; start++) {
    bool *seen = measure->reaches + start * n;
    int32_t count = 0, done = 0;
    for (int64_t at = (int64_t)start;; at = measure->member[done++]) {
      for (size_t j = 0; j < n; j++)
        if (!seen[j] && measure->share[(size_t)at * n + j] > 0) seen[j] = true, measure->member[count++] = (int32_t)j;
      if (done == count) break;
    }
  }
}

/* matrix x = right over the first m unknowns; false where singular. */
static bool eliminate(double *matrix, double *right, size_t m) {
  for (size_t k = 0; k < m; k++) {
    size_t best = k;
    for (size_t i = k + 1; i < m; i++)
      if (fabs(matrix[i * m + k]) > fabs(matrix[best * m + k])) best = i;
    if (matrix[best * m + k] == 0) return false;
    for (size_t j = 0; best != k && j < m; j++) {
      double held = matrix[k * m + j];
      matrix[k * m + j] = matrix[best * m + j], matrix[best * m + j] = held;
    }
    double held = right[k];
    right[k] = right[best], right[best] = held;
    for (size_t i = k + 1; i < m; i++) {
      double factor = matrix[i * m + k] / matrix[k * m + k];
      for (size_t j = k; factor != 0 && j < m; j++) matrix[i * m + j] -= factor * matrix[k * m + j];
      right[i] -= factor * right[k];
    }
  }
  for (size_t i = m; i-- > 0;) {
    for (size_t j = i + 1; j < m; j++) right[i] -= matrix[i * m + j] * right[j];
    right[i] /= matrix[i * m + i];
  }
  return true;
}

/* ---- coming back to one node ------------------------------------------------------------------------------------- */

/* returned[j]: the probability that a dollar at j (spent by the shares P) comes to `target`, where it is counted once.
 * returned[target] = that a dollar that leaves target comes back. */
static void return_probabilities(struct measure *measure, size_t target, double *returned) {
  size_t n = measure->n, m = 0;
  for (size_t j = 0; j < n; j++) {
    returned[j] = 0;
    if (j != target && measure->reaches[j * n + target]) measure->member[m++] = (int32_t)j;
  }
  for (size_t a = 0; a < m; a++) {
    size_t i = (size_t)measure->member[a];
    measure->right[a] = measure->share[i * n + target];
    for (size_t b = 0; b < m; b++)
      measure->matrix[a * m + b] = (a == b) - measure->share[i * n + (size_t)measure->member[b]];
  }
  if (eliminate(measure->matrix, measure->right, m))
    for (size_t a = 0; a < m; a++) {
      double probability = measure->right[a];
      returned[measure->member[a]] = probability < 0 ? 0 : probability > 1 ? 1 : probability;
    }
  for (size_t j = 0; j < n; j++)
    if (j != target) returned[target] += measure->share[target * n + j] * returned[j];
}

/* Returns what comes back of its outlay. */
static double investor(struct measure *measure, size_t i, struct circularity *result) {
  size_t n = measure->n;
  double outlay = 0, back = 0, direct = 0, revenue = 0;
  const double *investment = measure->flows->investment + i * (n + 1);
  for (size_t j = 0; j <= n; j++) outlay += investment[j], revenue += flow_of(measure, j, i);
  result->invested[i] = outlay;
  result->round_trip[i] = result->direct[i] = result->self_funded[i] = NAN;
  if (!(outlay > 0)) return 0;
  return_probabilities(measure, i, measure->other);
  for (size_t j = 0; j < n; j++) {
    double paid = flow_of(measure, j, i);
    if (j == i) continue;
    back += investment[j] * measure->other[j];
    direct += investment[j] < paid ? investment[j] : paid;
  }
  result->round_trip[i] = back / outlay;
  result->direct[i] = direct / outlay;
  if (revenue > 0) result->self_funded[i] = back / revenue;
  return back;
}

static void investors(struct measure *measure, struct circularity *result) {
  double outlay = 0, back = 0;
  for (size_t i = 0; i < measure->n; i++) {
    back += investor(measure, i, result);
    outlay += result->invested[i];
  }
  result->returned = outlay > 0 ? back / outlay : NAN;
}

/* ---- cycling as a whole ------------------------------------------------------------------------------------------ */

/* Finn: of what passes through j, the part (N_jj - 1) / N_jj comes back to it, N = (I - P)^-1. That is the
 * probability of return, which stays finite (1) in a closed group, where N does not. */
static double finn_index(struct measure *measure, const double *throughflow) {
  double cycled = 0, total = 0;
  for (size_t j = 0; j < measure->n; j++) {
    total += throughflow[j];
    if (!measure->reaches[j * measure->n + j]) continue;
    return_probabilities(measure, j, measure->other);
    cycled += measure->other[j] * throughflow[j];
  }
  return total > 0 ? cycled / total : 0;
}

/* Largest eigenvalue of P + I over one group of nodes that all reach one another, less 1: with the identity added,
 * powers converge whatever the periods, and Collatz's quotients bound the value from both sides in every step. */
static double group_radius(struct measure *measure) {
  size_t n = measure->n, m = (size_t)measure->member_count;
  double *x = measure->right, *y = measure->other, low = 0, high = 2;
  for (size_t a = 0; a < m; a++) x[a] = 1;
  for (int step = 0; step < 200000 && high - low > 4 * DBL_EPSILON; step++) {
    double step_low = INFINITY, step_high = 0, largest = 0;
    for (size_t a = 0; a < m; a++) {
      y[a] = x[a];
      for (size_t b = 0; b < m; b++)
        y[a] += measure->share[(size_t)measure->member[a] * n + (size_t)measure->member[b]] * x[b];
      double quotient = y[a] / x[a];
      if (quotient < step_low) step_low = quotient;
      if (quotient > step_high) step_high = quotient;
      if (y[a] > largest) largest = y[a];
    }
    for (size_t a = 0; a < m; a++) x[a] = y[a] / largest;
    if (step_high - step_low >= high - low) break;
    low = step_low, high = step_high;
  }
  return (low + high) / 2 - 1;
}

static double spectral_radius(struct measure *measure) {
  size_t n = measure->n;
  double radius = 0;
  for (size_t i = 0; i < n; i++) {
    bool first = measure->reaches[i * n + i];
    measure->member_count = 0;
    for (size_t j = 0; first && j < n; j++) {
      if (!measure->reaches[i * n + j] || !measure->reaches[j * n + i]) continue;
      first = j >= i;
      measure->member[measure->member_count++] = (int32_t)j;
    }
    if (!first) continue;
    double group = group_radius(measure);
    if (group > radius) radius = group;
  }
  return radius;
}

static ls_status circulation(struct measure *measure, bool with_cycles, struct circularity *result) {
  size_t n = measure->n;
  double *capacity = measure->share, *kept = measure->matrix; /* P is no longer needed */
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) {
      capacity[i * n + j] = i == j ? 0 : flow_of(measure, i, j);
      result->total += capacity[i * n + j];
    }
  ls_status status = circulation_largest(measure->context, result->entity_count, capacity, kept);
  if (status != LS_STATUS_OK) return status;
  for (size_t k = 0; k < n * n; k++) result->circulation += kept[k];
  if (result->total > 0) result->circulation_share = result->circulation / result->total;
  if (!with_cycles) return LS_STATUS_OK;
  return circulation_cycles(measure->context, result->entity_count, kept, &result->cycle, &result->cycle_count);
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

static ls_status measure_create(ls_context *context, const struct flows *flows, struct measure *measure) {
  size_t n = (size_t)flows->entity_count;
  *measure = (struct measure){.context = context, .flows = flows, .n = n};
  measure->share = context_allocate(context, n * n, sizeof(double));
  measure->reaches = context_allocate(context, n * n, sizeof(bool));
  measure->member = context_allocate(context, n, sizeof(int32_t));
  measure->matrix = context_allocate(context, n * n, sizeof(double));
  measure->right = context_allocate(context, n, sizeof(double));
  measure->other = context_allocate(context, n, sizeof(double));
  bool fine =
      measure->share && measure->reaches && measure->member && measure->matrix && measure->right && measure->other;
  return fine ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
}

static void measure_release(struct measure *measure) {
  context_release(measure->context, measure->share);
  context_release(measure->context, measure->reaches);
  context_release(measure->context, measure->member);
  context_release(measure->context, measure->matrix);
  context_release(measure->context, measure->right);
  context_release(measure->context, measure->other);
}

static ls_status result_create(ls_context *context, int32_t entity_count, struct circularity *result) {
  size_t n = (size_t)entity_count;
  *result = (struct circularity){.entity_count = entity_count};
  result->throughflow = context_allocate(context, n + 1, sizeof(double));
  result->invested = context_allocate(context, n, sizeof(double));
  result->round_trip = context_allocate(context, n, sizeof(double));
  result->direct = context_allocate(context, n, sizeof(double));
  result->self_funded = context_allocate(context, n, sizeof(double));
  bool fine = result->throughflow && result->invested && result->round_trip && result->direct && result->self_funded;
  return fine ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
}

void circularity_release(ls_context *context, struct circularity *result) {
  for (int32_t k = 0; k < result->cycle_count; k++) context_release(context, result->cycle[k].path);
  context_release(context, result->cycle);
  context_release(context, result->throughflow);
  context_release(context, result->invested);
  context_release(context, result->round_trip);
  context_release(context, result->direct);
  context_release(context, result->self_funded);
  *result = (struct circularity){0};
}

/* `whole`: with cycles and spectral radius. */
static ls_status measure_flows(ls_context *context, const struct flows *flows, bool whole, struct circularity *result) {
  struct measure measure;
  struct circularity fresh;
  ls_status status = result_create(context, flows->entity_count, &fresh);
  ls_status room = measure_create(context, flows, &measure);
  if (status == LS_STATUS_OK) status = room;
  if (status != LS_STATUS_OK) goto cleanup;
  throughflows(&measure, fresh.throughflow);
  shares(&measure, fresh.throughflow);
  reachability(&measure);
  investors(&measure, &fresh);
  fresh.finn = finn_index(&measure, fresh.throughflow);
  if (whole) fresh.spectral_radius = spectral_radius(&measure);
  status = circulation(&measure, whole, &fresh);
  if (status != LS_STATUS_OK) goto cleanup;
  *result = fresh;
  fresh = (struct circularity){0};
cleanup:
  circularity_release(context, &fresh);
  measure_release(&measure);
  return status;
}

ls_status circularity_measure(ls_context *context, const struct flows *flows, struct circularity *result) {
  return measure_flows(context, flows, true, result);
}

void circularity_indices(const struct circularity *measures, double index[CIRCULARITY_INDEX_COUNT]) {
  index[INDEX_ROUND_TRIP] = measures->returned;
  index[INDEX_FINN] = measures->finn;
  index[INDEX_CIRCULATION] = measures->circulation_share;
}

ls_status circularity_measure_indices(ls_context *context, const struct flows *flows,
                                      double index[CIRCULARITY_INDEX_COUNT]) {
  struct circularity measures;
  ls_status status = measure_flows(context, flows, false, &measures);
  if (status != LS_STATUS_OK) return status;
  circularity_indices(&measures, index);
  circularity_release(context, &measures);
  return LS_STATUS_OK;
}

/* spectral_radius.c - bounds of the spectral radius of a sparse matrix that is not negative, and sums of its
 * resolvent.
 *
 * The radius is the largest of those of the groups of entities that all reach one another (Tarjan, SIAM J.
 * Computing 1 (1972)). Within a group the matrix is irreducible: for any x above 0 the radius lies between the
 * least and the largest (Lambda x)_i / x_i (Collatz, Mathematische Zeitschrift 48 (1942)), and powers of Lambda +
 * s I, s above 0, close the two whatever the periods of the group. All groups go through one vector: a round costs
 * one pass over the links.
 */
#include <math.h>

#include "analysis/exposures.h"

enum { ROUNDS_MOST = 10000, NONE = -1 };
#define VISITS_MOST INT64_C(1000000000) /* links passed over in all rounds: some seconds */

/* So many rounds that a network of any size is done in bounded time. */
static int64_t rounds_most(const struct exposures *exposures) {
  int64_t cost = exposures->row_start[exposures->n] + exposures->n + 1, most = VISITS_MOST / cost + 1;
  return most < ROUNDS_MOST ? most : ROUNDS_MOST;
}

/* ---- groups of entities that all reach one another ------------------------------------------------------------- */

struct groups {
  const struct exposures *exposures;
  int32_t count;
  int32_t *group; /* [n] NONE until its group is closed */
  int32_t *size;  /* [count] */
  /* Of the search: when an entity was first seen (0: not yet), the earliest that it reaches, its next link, the
   * path down to it, and all that wait for their group. */
  int32_t *seen, *low, *path, *waiting;
  int64_t *next;
  int32_t seen_count, path_length, waiting_count;
};

static void enter(struct groups *g, int32_t i) {
  g->seen[i] = g->low[i] = ++g->seen_count;
  g->next[i] = g->exposures->row_start[i];
  g->path[g->path_length++] = i;
  g->waiting[g->waiting_count++] = i;
}

static void close_group(struct groups *g, int32_t first) {
  int32_t member;
  do {
    member = g->waiting[--g->waiting_count];
    g->group[member] = g->count;
    g->size[g->count]++;
  } while (member != first);
  g->count++;
}

/* All links of i have been followed: back to where it was reached from. */
static void leave(struct groups *g, int32_t i) {
  if (g->low[i] == g->seen[i]) close_group(g, i);
  g->path_length--;
  if (g->path_length == 0) return;
  int32_t before = g->path[g->path_length - 1];
  if (g->low[i] < g->low[before]) g->low[before] = g->low[i];
}

static void search(struct groups *g, int32_t root) {
  enter(g, root);
  while (g->path_length > 0) {
    int32_t i = g->path[g->path_length - 1];
    if (g->next[i] == g->exposures->row_start[i + 1]) {
      leave(g, i);
      continue;
    }
    int32_t j = g->exposures->column[g->next[i]++];
    if (g->seen[j] == 0)
      enter(g, j);
    else if (g->group[j] == NONE && g->seen[j] < g->low[i])
      g->low[i] = g->seen[j];
  }
}

static ls_status groups_find(const struct exposures *exposures, struct groups *g) {
  ls_context *context = exposures->context;
  size_t n = (size_t)exposures->n;
  int32_t **list[] = {&g->group, &g->size, &g->seen, &g->low, &g->path, &g->waiting};
  g->exposures = exposures;
  g->next = context_allocate(context, n, sizeof *g->next);
  if (g->next == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (size_t k = 0; k < sizeof list / sizeof list[0]; k++) {
    *list[k] = context_allocate(context, n, sizeof **list[k]);
    if (*list[k] == NULL) return LS_STATUS_OUT_OF_MEMORY;
  }
  for (int32_t i = 0; i < exposures->n; i++) g->group[i] = NONE;
  for (int32_t i = 0; i < exposures->n; i++)
    if (g->seen[i] == 0) search(g, i);
  return LS_STATUS_OK;
}

static void groups_release(ls_context *context, struct groups *g) {
  void *list[] = {g->group, g->size, g->seen, g->low, g->path, g->waiting, g->next};
  for (size_t k = 0; k < sizeof list / sizeof list[0]; k++) context_release(context, list[k]);
}

/* ---- powers ---------------------------------------------------------------------------------------------------- */

struct powers {
  const struct exposures *exposures;
  const struct groups *groups;
  double *x, *y;                         /* [n] */
  double *low, *high;                    /* [groups] bounds of each group's radius, the best so far */
  double *round_low, *round_high, *most; /* [groups] of this round; the largest entry of the next x */
};

/* y = Lambda x within the groups, and what it says of their radii. */
static void multiply(struct powers *p) {
  const struct exposures *e = p->exposures;
  const int32_t *group = p->groups->group;
  for (int32_t g = 0; g < p->groups->count; g++) {
    p->round_low[g] = INFINITY;
    p->round_high[g] = p->most[g] = 0;
  }
  for (int32_t i = 0; i < e->n; i++) {
    int32_t g = group[i];
    if (p->groups->size[g] < 2) continue;
    double sum = 0;
    for (int64_t k = e->row_start[i]; k < e->row_start[i + 1]; k++)
      if (group[e->column[k]] == g) sum += e->weight[k] * p->x[e->column[k]];
    double quotient = sum / p->x[i];
    if (quotient < p->round_low[g]) p->round_low[g] = quotient;
    if (quotient > p->round_high[g]) p->round_high[g] = quotient;
    p->y[i] = sum;
  }
}

/* The next x, scaled to 1 in each group. Any x above 0 gives bounds, so that one too small to be told from 0 may
 * be raised. */
static void step(struct powers *p) {
  const int32_t *group = p->groups->group;
  for (int32_t i = 0; i < p->exposures->n; i++) {
    int32_t g = group[i];
    if (p->groups->size[g] < 2) continue;
    p->y[i] += p->round_low[g] / 2 * p->x[i];
    if (p->y[i] > p->most[g]) p->most[g] = p->y[i];
  }
  for (int32_t i = 0; i < p->exposures->n; i++) {
    if (p->groups->size[group[i]] < 2) continue;
    double scaled = p->y[i] / p->most[group[i]];
    p->x[i] = scaled > 1e-200 ? scaled : 1e-200;
  }
}

static void improve(struct powers *p, struct spectral_radius *radius) {
  radius->lower = radius->upper = 0;
  for (int32_t g = 0; g < p->groups->count; g++) {
    if (p->groups->size[g] < 2) continue;
    if (p->round_low[g] > p->low[g]) p->low[g] = p->round_low[g];
    if (p->round_high[g] < p->high[g]) p->high[g] = p->round_high[g];
    if (p->low[g] > radius->lower) radius->lower = p->low[g];
    if (p->high[g] > radius->upper) radius->upper = p->high[g];
  }
  if (radius->upper < radius->lower) radius->upper = radius->lower; /* they met, up to rounding */
  radius->converged = radius->upper - radius->lower <= SPECTRAL_PRECISION * radius->upper;
}

static ls_status powers_create(const struct exposures *exposures, const struct groups *groups, struct powers *p) {
  double **list[] = {&p->x, &p->y, &p->low, &p->high, &p->round_low, &p->round_high, &p->most};
  *p = (struct powers){.exposures = exposures, .groups = groups};
  for (size_t k = 0; k < sizeof list / sizeof list[0]; k++) {
    *list[k] = context_allocate(exposures->context, (size_t)exposures->n, sizeof **list[k]);
    if (*list[k] == NULL) return LS_STATUS_OUT_OF_MEMORY;
  }
  for (int32_t i = 0; i < exposures->n; i++) p->x[i] = 1;
  for (int32_t g = 0; g < groups->count; g++) p->high[g] = INFINITY;
  return LS_STATUS_OK;
}

static void powers_release(ls_context *context, struct powers *p) {
  double *list[] = {p->x, p->y, p->low, p->high, p->round_low, p->round_high, p->most};
  for (size_t k = 0; k < sizeof list / sizeof list[0]; k++) context_release(context, list[k]);
}

ls_status exposures_spectral_radius(const struct exposures *exposures, struct spectral_radius *radius) {
  struct groups groups = {0};
  struct powers powers = {0};
  const int64_t most = rounds_most(exposures);
  struct spectral_radius found = {0};
  ls_status status = groups_find(exposures, &groups);
  if (status == LS_STATUS_OK) status = powers_create(exposures, &groups, &powers);
  while (status == LS_STATUS_OK && !found.converged && found.rounds < most) {
    multiply(&powers);
    improve(&powers, &found);
    step(&powers);
    found.rounds++;
  }
  powers_release(exposures->context, &powers);
  groups_release(exposures->context, &groups);
  if (status == LS_STATUS_OK) *radius = found;
  return status;
}

/* ---- the resolvent --------------------------------------------------------------------------------------------- */

/* x <- 1 + A x from x = 1, with A = Lambda or its transpose. x rises to the sums s = (I - A)^-1 1, and what is
 * still missing is (I - A)^-1 r with r = 1 + A x - x: where r is at most q, at most q s. */
static bool sum_resolvent(const struct exposures *e, bool transposed, double *x, double *next) {
  const int64_t most = rounds_most(e);
  for (int32_t i = 0; i < e->n; i++) x[i] = 1;
  for (int64_t round = 0; round < most; round++) {
    double largest = 0;
    for (int32_t i = 0; i < e->n; i++) next[i] = 1;
    for (int32_t i = 0; i < e->n; i++)
      for (int64_t k = e->row_start[i]; k < e->row_start[i + 1]; k++)
        next[transposed ? e->column[k] : i] += e->weight[k] * x[transposed ? i : e->column[k]];
    for (int32_t i = 0; i < e->n; i++) {
      if (next[i] - x[i] > largest) largest = next[i] - x[i];
      x[i] = next[i];
    }
    if (largest <= RESOLVENT_PRECISION) return true;
  }
  return false;
}

ls_status exposures_resolvent_sums(const struct exposures *exposures, double *row, double *column, bool *converged) {
  double *next = context_allocate(exposures->context, (size_t)exposures->n, sizeof *next);
  if (next == NULL) return LS_STATUS_OUT_OF_MEMORY;
  *converged = sum_resolvent(exposures, false, row, next) && sum_resolvent(exposures, true, column, next);
  for (int32_t i = 0; i < exposures->n; i++) {
    row[i] -= 1, column[i] -= 1;
    if (!*converged || exposures->left_out[i]) row[i] = column[i] = NAN;
  }
  context_release(exposures->context, next);
  return LS_STATUS_OK;
}

/* ownership_finish.c - the greatest solution of cross-ownership as the exact solution of a few linear systems.
 *
 * Every firm has a level: the classes before it are paid in full, the class at it (after the last debt: equity) is what is left of
 * w above the debts before it, if anything, the classes after it get nothing. With levels given w rises from nothing as one class at
 * a level after the other turns positive, a linear solve each time; that bounds the greatest solution from above. Where nothing is
 * left for the class at a level, the level falls, for good (Eisenberg and Noe's fictitious defaults, by class: Elsinger 2009,
 * section 4). Levels only fall and there are as many as classes: it ends.
 */
#include <string.h>

#include "engine/engine.h"
#include "engine/linear_solve.h"
#include "phases/tile.h"

/* What is left is nothing where it is this small beside the debts before it. */
#define NOTHING 1e-12

struct firms {
  const struct ls_ownership_plan *p;
  int32_t n;
  double *assets, *worth; /* [n] e and w */
  int32_t *level;         /* [n] 0 .. class_count: equity */
  bool *open;             /* [n] something is left for the class at the level */
  double *matrix;         /* [n * (n + 1)] */
};

/* All that ranks before i's level. */
static double before(const struct firms *f, int32_t i) {
  double sum = 0;
  for (int32_t k = 0; k < f->level[i]; k++) sum += f->p->due[(int64_t)k * f->n + i];
  return sum;
}

/* Row of holder i: w_i less its part in what is open at others' levels is e_i and its part in what is paid in full. */
static void fill_row(const struct firms *f, int32_t i) {
  const struct ls_ownership_plan *p = f->p;
  double *row = f->matrix + (int64_t)i * (f->n + 1);
  memset(row, 0, ((size_t)f->n + 1) * sizeof *row);
  row[i] = 1;
  row[f->n] = f->assets[i];
  for (int32_t k = p->claim_first[i]; k < p->claim_first[i + 1]; k++) {
    const int32_t class = p->claim_on[k] / f->n, j = p->claim_on[k] % f->n;
    if (class < f->level[j]) row[f->n] += p->claim_share[k] * p->due[p->claim_on[k]];
    if (class != f->level[j] || !f->open[j]) continue;
    row[j] -= p->claim_share[k];
    row[f->n] -= p->claim_share[k] * before(f, j);
  }
  for (int32_t k = p->stake_first[i]; k < p->stake_first[i + 1]; k++) {
    const int32_t j = p->issuer[k];
    if (f->level[j] != p->class_count || !f->open[j]) continue;
    row[j] -= p->stake_share[k];
    row[f->n] -= p->stake_share[k] * before(f, j);
  }
}

static bool solve(struct firms *f) {
  for (int32_t i = 0; i < f->n; i++) fill_row(f, i);
  if (!linear_solve(f->matrix, f->n)) return false;
  for (int32_t i = 0; i < f->n; i++) f->worth[i] = linear_solution(f->matrix, f->n, i);
  return true;
}

/* Whether something is left for the class at i's level. */
static bool is_left(const struct firms *f, int32_t i) {
  const double first = before(f, i);
  return f->worth[i] - first > NOTHING * (first > f->assets[i] ? first : f->assets[i]);
}

/* w for the levels as they are: from nothing open up. */
static bool rise(struct firms *f) {
  memset(f->open, 0, (size_t)f->n * sizeof *f->open);
  for (int32_t round = 0; round <= f->n; round++) {
    bool opened = false;
    if (!solve(f)) return false;
    for (int32_t i = 0; i < f->n; i++)
      if (!f->open[i] && is_left(f, i)) f->open[i] = opened = true;
    if (!opened) return true;
  }
  return false;
}

/* Levels at which nothing is left, and what is due there is not nothing either, fall; true where any does. */
static bool fall(struct firms *f) {
  bool any = false;
  for (int32_t i = 0; i < f->n; i++) {
    while (f->level[i] > 0) {
      const double first = before(f, i);
      if (f->worth[i] >= first * (1 - NOTHING)) break;
      f->level[i]--;
      any = true;
    }
  }
  return any;
}

static bool settle(struct firms *f) {
  for (int32_t i = 0; i < f->n; i++) f->level[i] = f->p->class_count;
  do {
    if (!rise(f)) return false;
  } while (fall(f));
  return true;
}

/* Where of everything some part is held outside there is one solution, so that the least is found as well. */
static bool is_unique(const struct ls_plan *plan) {
  const struct ls_ownership_plan *p = &plan->ownership;
  const int64_t n = plan->entity_count;
  for (int64_t k = 0; k < p->class_count * n; k++)
    if (p->due[k] > 0 && !(p->outside[k] > 0)) return false;
  for (int64_t i = 0; i < n; i++)
    if (!(p->outside_share[i] > 0)) return false;
  return true;
}

static bool finish_tile(const struct ls_plan *plan, int64_t scenario, double sweeps, struct firms *f, ls_slots state,
                        ls_slots output) {
  int64_t number[LS_LANES];
  for (int lane = 0; lane < LS_LANES; lane++) number[lane] = scenario;
  struct ls_view view = tile_begin(plan, number, state, output);
  columns_apply(&plan->shock, state, view.column, 0);
  const struct ownership_state s = ownership_state_of(plan, tile_own(plan, state));
  for (int32_t i = 0; i < f->n; i++) {
    f->assets[i] = lane_get(ownership_assets(&view, i), 0);
    slot_set(s.assets, i, lane_set(f->assets[i]));
  }
  if (!settle(f)) return false;
  for (int32_t i = 0; i < f->n; i++) slot_set(s.worth, i, lane_set(f->worth[i]));
  ownership_output(&view, &s, lane_set(sweeps), mask_none(), output);
  return true;
}

ls_status ownership_finish(ls_context *context, const struct ls_plan *plan, int64_t scenario, double *value,
                           int64_t stride) {
  const size_t n = (size_t)plan->entity_count, slots = (size_t)plan->output.slot_count;
  if (n > UNKNOWNS_MOST || (plan->solution == LS_SOLUTION_LEAST && !is_unique(plan))) return LS_STATUS_OK;
  struct firms f = {.p = &plan->ownership, .n = plan->entity_count};
  f.assets = context_allocate(context, 2 * n, sizeof *f.assets);
  f.level = context_allocate(context, n, sizeof *f.level);
  f.open = context_allocate(context, n, sizeof *f.open);
  f.matrix = context_allocate(context, n * (n + 1), sizeof *f.matrix);
  double *state = context_allocate(context, (size_t)plan->state_slots * LS_LANES, sizeof *state);
  double *output = context_allocate(context, slots * LS_LANES, sizeof *output);
  ls_status status = LS_STATUS_OUT_OF_MEMORY;
  if (f.assets != NULL && f.level != NULL && f.open != NULL && f.matrix != NULL && state != NULL && output != NULL) {
    const double sweeps = value[(int64_t)plan->output.iterations * stride];
    status = LS_STATUS_OK;
    f.worth = f.assets + n;
    if (finish_tile(plan, scenario, sweeps, &f, (ls_slots){state, LS_LANES}, (ls_slots){output, LS_LANES}))
      for (size_t k = 0; k < slots; k++) value[(int64_t)k * stride] = output[k * LS_LANES];
  }
  context_release(context, output);
  context_release(context, state);
  context_release(context, f.matrix);
  context_release(context, f.open);
  context_release(context, f.level);
  context_release(context, f.assets);
  return status;
}

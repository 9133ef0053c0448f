/* production_finish.c - losses of output along supply chains as the exact solution of a few linear systems.
 *
 * Without replaceability the losses x = 1 - h of either direction are the least solution of
 *   x_j = min(1, max(psi_j, sum of row r of j times x, for each row r of j))
 * with rows that add up to 1 at most: an essential input each, the other inputs together, or the customers. Where all buy and sell
 * among themselves sweeps need thousands of rounds. Here each firm follows one term (Howard's policy iteration), at first the
 * shock's own: what the terms so chosen make of each other is solved outright, a firm changes to another term only where that is larger,
 * until all stand. x rises all the way, from below the least solution, because following fixed terms gives no more than following the
 * largest ones; and no firms ever follow each other in a circle with nothing from outside, since a circle in which nobody gains by
 * changing is none in which somebody has.
 */
#include <string.h>

#include "engine/engine.h"
#include "engine/linear_solve.h"
#include "phases/tile.h"

enum {
  ROUNDS_BESIDE = 64,
  BY_SHOCK = -1,
  WHOLE = -2
}; /* rounds beside one for each firm that a loss may have to pass */

/* Terms agree up to rounding. */
#define AGREES 0x1p-46

/* Rows of one direction: those of firm j are row_first[j] .. row_first[j + 1] - 1. */
struct chain {
  int32_t n;
  int32_t *row_first;   /* [n + 1] */
  int32_t *entry_first; /* [rows + 1] */
  int32_t *firm;        /* [entries] */
  double *weight;       /* [entries] */
};

struct policy {
  const double *lost; /* [n] psi */
  double *x;          /* [n] */
  int32_t *chosen;    /* [n] row, BY_SHOCK or WHOLE */
  int32_t *place;     /* [n] among the unknowns, -1 else */
  double *matrix;     /* [n * (n + 1)] at most */
};

static double row_sum(const struct chain *chain, int32_t row, const double *x) {
  double sum = 0;
  for (int32_t k = chain->entry_first[row]; k < chain->entry_first[row + 1]; k++)
    sum += chain->weight[k] * x[chain->firm[k]];
  return sum;
}

/* What the term that j follows is at x. */
static double followed(const struct chain *chain, const struct policy *p, int32_t j) {
  if (p->chosen[j] == WHOLE) return 1;
  return p->chosen[j] == BY_SHOCK ? p->lost[j] : row_sum(chain, p->chosen[j], p->x);
}

/* Changes to larger terms; true where nobody gains by changing. */
static bool choose_all(const struct chain *chain, struct policy *p) {
  bool rests = true;
  for (int32_t j = 0; j < chain->n; j++) {
    double value = followed(chain, p, j);
    for (int32_t row = chain->row_first[j]; row < chain->row_first[j + 1] && value < 1; row++) {
      double sum = row_sum(chain, row, p->x);
      if (sum <= value + AGREES) continue;
      value = sum;
      p->chosen[j] = row;
      rests = false;
    }
    if (value >= 1 - AGREES && p->chosen[j] != WHOLE) p->chosen[j] = WHOLE, rests = false;
  }
  return rests;
}

/* What the choices make of each other. */
static bool follow(const struct chain *chain, struct policy *p) {
  int32_t count = 0;
  for (int32_t j = 0; j < chain->n; j++) p->place[j] = p->chosen[j] >= 0 ? count++ : -1;
  for (int32_t j = 0; j < chain->n; j++)
    if (p->chosen[j] < 0) p->x[j] = p->chosen[j] == WHOLE ? 1 : p->lost[j];
  memset(p->matrix, 0, (size_t)count * ((size_t)count + 1) * sizeof *p->matrix);
  for (int32_t j = 0; j < chain->n; j++) {
    if (p->place[j] < 0) continue;
    double *row = p->matrix + (int64_t)p->place[j] * (count + 1);
    row[p->place[j]] = 1;
    for (int32_t k = chain->entry_first[p->chosen[j]]; k < chain->entry_first[p->chosen[j] + 1]; k++) {
      int32_t i = chain->firm[k];
      if (p->place[i] >= 0)
        row[p->place[i]] -= chain->weight[k];
      else
        row[count] += chain->weight[k] * p->x[i];
    }
  }
  if (!linear_solve(p->matrix, count)) return false;
  for (int32_t j = 0; j < chain->n; j++)
    if (p->place[j] >= 0) p->x[j] = linear_solution(p->matrix, count, p->place[j]);
  return true;
}

/* From the shock alone to the least solution, or false. */
static bool settle(const struct chain *chain, struct policy *p) {
  for (int32_t j = 0; j < chain->n; j++) p->chosen[j] = BY_SHOCK, p->x[j] = p->lost[j];
  for (int32_t round = 0; round < chain->n + ROUNDS_BESIDE; round++) {
    if (choose_all(chain, p)) return true;
    if (!follow(chain, p)) return false;
  }
  return false;
}

/* ---- the rows ------------------------------------------------------------------------------------------------------------ */

static void begin_row(struct chain *chain, int32_t *rows, int32_t entries) { chain->entry_first[(*rows)++] = entries; }

/* Inputs: a row for each essential group, one for all others. */
static void list_inputs(const struct ls_production_plan *p, struct chain *chain) {
  int32_t rows = 0, entries = 0;
  for (int32_t j = 0; j < chain->n; j++) {
    chain->row_first[j] = rows;
    for (int pass = 0; pass < 2; pass++) { /* the essential ones, then the others */
      bool open = false;
      for (int32_t g = p->group_first[j]; g < p->group_first[j + 1]; g++) {
        if ((p->essential[g] != 0) != (pass == 0)) continue;
        if (pass == 0 || !open) begin_row(chain, &rows, entries);
        open = true;
        for (int32_t k = p->input_first[g]; k < p->input_first[g + 1]; k++) {
          chain->firm[entries] = p->supplier[k];
          chain->weight[entries++] = p->input_share[k];
        }
      }
    }
  }
  chain->row_first[chain->n] = rows;
  chain->entry_first[rows] = entries;
}

/* Customers: one row each. */
static void list_sales(const struct ls_production_plan *p, struct chain *chain) {
  for (int32_t i = 0; i <= chain->n; i++) chain->row_first[i] = i, chain->entry_first[i] = p->sale_first[i];
  for (int32_t k = 0; k < p->sale_first[chain->n]; k++) {
    chain->firm[k] = p->buyer[k];
    chain->weight[k] = p->sale_share[k];
  }
}

static ls_status make_chain(ls_context *context, const struct ls_plan *plan, struct chain *chain) {
  const struct ls_production_plan *p = &plan->production;
  size_t n = (size_t)plan->entity_count, groups = (size_t)p->group_count;
  size_t inputs = (size_t)p->input_first[p->group_count], sales = (size_t)p->sale_first[n];
  size_t rows = (groups > n ? groups : n) + n + 1, entries = inputs > sales ? inputs : sales;
  chain->n = plan->entity_count;
  chain->row_first = context_allocate(context, n + 1, sizeof *chain->row_first);
  chain->entry_first = context_allocate(context, rows, sizeof *chain->entry_first);
  chain->firm = context_allocate(context, entries, sizeof *chain->firm);
  chain->weight = context_allocate(context, entries, sizeof *chain->weight);
  bool whole = chain->row_first != NULL && chain->entry_first != NULL && chain->firm != NULL && chain->weight != NULL;
  return whole ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
}

static ls_status make_policy(ls_context *context, size_t n, double *lost, struct policy *p) {
  p->lost = lost;
  p->x = context_allocate(context, n, sizeof *p->x);
  p->chosen = context_allocate(context, n, sizeof *p->chosen);
  p->place = context_allocate(context, n, sizeof *p->place);
  p->matrix = context_allocate(context, n * (n + 1), sizeof *p->matrix);
  bool whole = p->x != NULL && p->chosen != NULL && p->place != NULL && p->matrix != NULL;
  return whole ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
}

static void release(ls_context *context, struct chain *chain, struct policy *p) {
  context_release(context, chain->row_first);
  context_release(context, chain->entry_first);
  context_release(context, chain->firm);
  context_release(context, chain->weight);
  context_release(context, p->x);
  context_release(context, p->chosen);
  context_release(context, p->place);
  context_release(context, p->matrix);
}

/* ---- one scenario -------------------------------------------------------------------------------------------------------- */

static void store(const struct policy *p, ls_slots h, int32_t n) {
  for (int32_t i = 0; i < n; i++) {
    double left = 1 - p->x[i];
    slot_set(h, i, lane_set(left > 0 ? left : 0));
  }
}

/* Both directions from the shock alone; `sweeps`: how many were done in vain. */
static bool finish_tile(const struct ls_plan *plan, int64_t scenario, double sweeps, struct chain *chain,
                        struct policy *p, double *lost, ls_slots state, ls_slots output) {
  int64_t number[LS_LANES];
  for (int lane = 0; lane < LS_LANES; lane++) number[lane] = scenario;
  struct ls_view view = tile_begin(plan, number, state, output);
  ls_slots own = tile_own(plan, state);
  columns_apply(&plan->shock, state, view.column, 0);
  const struct production_state s = production_state_of(plan, own);
  for (int32_t i = 0; i < chain->n; i++) lost[i] = 1 - lane_get(production_left(&view, i), 0);
  list_inputs(&plan->production, chain);
  bool settled = settle(chain, p);
  if (settled) store(p, s.down, chain->n);
  list_sales(&plan->production, chain);
  settled = settled && settle(chain, p);
  if (!settled) return false;
  store(p, s.up, chain->n);
  production_output(&view, &s, lane_set(sweeps), mask_none(), output);
  return true;
}

ls_status production_finish(ls_context *context, const struct ls_plan *plan, int64_t scenario, double *value,
                            int64_t stride) {
  struct chain chain = {0};
  struct policy policy = {0};
  const size_t n = (size_t)plan->entity_count, slots = (size_t)plan->output.slot_count;
  if (plan->production.market_count > 0 || n > UNKNOWNS_MOST) return LS_STATUS_OK; /* sigma is no straight line */
  double *lost = context_allocate(context, n, sizeof *lost);
  double *state = context_allocate(context, (size_t)plan->state_slots * LS_LANES, sizeof *state);
  double *output = context_allocate(context, slots * LS_LANES, sizeof *output);
  ls_status status = lost != NULL && state != NULL && output != NULL ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
  if (status == LS_STATUS_OK) status = make_chain(context, plan, &chain);
  if (status == LS_STATUS_OK) status = make_policy(context, n, lost, &policy);
  const double sweeps = value[(int64_t)plan->output.iterations * stride];
  if (status == LS_STATUS_OK && finish_tile(plan, scenario, sweeps, &chain, &policy, lost, (ls_slots){state, LS_LANES},
                                            (ls_slots){output, LS_LANES}))
    for (size_t k = 0; k < slots; k++) value[(int64_t)k * stride] = output[k * LS_LANES];
  release(context, &chain, &policy);
  context_release(context, output);
  context_release(context, state);
  context_release(context, lost);
  return status;
}

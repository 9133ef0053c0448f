/* exact_finish.c - a static model's fixed point as the exact solution of a few linear systems.
 *
 * Every model is affine between its thresholds: x_i = c_i + s_i (A x)_i. Where iteration is too slow, the system of the pieces
 * in force is solved outright; the pieces are looked up again at the solution, until they no longer change. From above (or
 * below) every round only adds (or removes) defaults, so that N rounds are enough (Eisenberg and Noe 2001, section 3).
 */
#include <stddef.h>

#include "engine/engine.h"
#include "phases/tile.h"

enum { ACTIVE_MOST = 4096 }; /* unknowns of the dense system: 128 MiB */

struct system {
  ls_context *context;
  int32_t *unknown;         /* [N] entities whose slope is not 0 */
  int32_t *place;           /* [N] their place in `unknown`, -1 else */
  double *constant, *slope; /* [N] the pieces in force */
  double *matrix;           /* [count * (count + 1)] row-major, right-hand side last */
  int32_t count;
  bool out_of_memory; /* a scenario that memory alone kept from being settled must not pass for one that cannot be */
};

/* Bits that baseline lanes share with every other instruction set: the same functions on lane 0. */
static void find_pieces(const struct ls_view *view, struct ls_static_model model, ls_slots given, ls_slots x,
                        double *constant, double *slope) {
  for (int32_t i = 0; i < view->plan->entity_count; i++) {
    ls_lane c, s;
    struct ls_reach reach = {slot_get(given, i), fixed_point_row(&view->plan->fixed, i, x), slot_get(x, i)};
    model.piece(view, i, reach, &c, &s);
    constant[i] = lane_get(c, 0);
    slope[i] = lane_get(s, 0);
  }
}

static void find_unknowns(struct system *system, int32_t n) {
  system->count = 0;
  for (int32_t i = 0; i < n; i++) {
    system->place[i] = system->slope[i] != 0 ? system->count : -1;
    if (system->slope[i] != 0) system->unknown[system->count++] = i;
  }
}

/* Row of entity i: x_i - s_i sum_unknown A_ij x_j = c_i + s_i sum_known A_ij x_j. */
static void fill_row(const struct system *system, const struct ls_static_plan *fixed, int32_t row) {
  int32_t i = system->unknown[row], width = system->count + 1;
  double *to = system->matrix + (int64_t)row * width, slope = system->slope[i];
  for (int32_t k = 0; k < width; k++) to[k] = 0;
  to[row] = 1;
  to[system->count] = system->constant[i];
  for (int64_t k = fixed->row_start[i]; k < fixed->row_start[i + 1]; k++) {
    int32_t j = fixed->column[k];
    if (system->place[j] >= 0)
      to[system->place[j]] -= slope * fixed->weight[k];
    else
      to[system->count] += slope * fixed->weight[k] * system->constant[j];
  }
}

static int32_t find_pivot(const struct system *system, int32_t column) {
  int32_t best = column, width = system->count + 1;
  double largest = 0;
  for (int32_t row = column; row < system->count; row++) {
    double entry = system->matrix[(int64_t)row * width + column];
    double size = entry < 0 ? -entry : entry;
    if (size > largest) largest = size, best = row;
  }
  return largest > 0 ? best : -1;
}

static void swap_rows(const struct system *system, int32_t a, int32_t b) {
  int32_t width = system->count + 1;
  double *x = system->matrix + (int64_t)a * width, *y = system->matrix + (int64_t)b * width;
  for (int32_t k = 0; k < width && a != b; k++) {
    double kept = x[k];
    x[k] = y[k];
    y[k] = kept;
  }
}

/* Gauss-Jordan with partial pivoting; false where the matrix is singular. */
static bool solve(const struct system *system) {
  int32_t count = system->count, width = count + 1;
  for (int32_t column = 0; column < count; column++) {
    int32_t pivot = find_pivot(system, column);
    if (pivot < 0) return false;
    swap_rows(system, column, pivot);
    const double *from = system->matrix + (int64_t)column * width;
    for (int32_t row = 0; row < count; row++) {
      double *to = system->matrix + (int64_t)row * width;
      double factor = to[column] / from[column];
      if (row == column || factor == 0) continue;
      for (int32_t k = column; k < width; k++) to[k] -= factor * from[k];
    }
  }
  return true;
}

static bool same_pieces(const struct system *system, const double *constant, const double *slope, int32_t n) {
  for (int32_t i = 0; i < n; i++)
    if (system->constant[i] != constant[i] || system->slope[i] != slope[i]) return false;
  return true;
}

/* One round: solves the system of the pieces in force and writes x. */
static bool solve_round(struct system *system, const struct ls_plan *plan, ls_slots x) {
  int32_t n = plan->entity_count;
  find_unknowns(system, n);
  if (system->count > ACTIVE_MOST) return false;
  system->matrix =
      context_allocate(system->context, (size_t)system->count * ((size_t)system->count + 1), sizeof(double));
  system->out_of_memory = system->matrix == NULL;
  if (system->out_of_memory) return false;
  for (int32_t row = 0; row < system->count; row++) fill_row(system, &plan->fixed, row);
  bool solved = solve(system);
  int32_t width = system->count + 1;
  for (int32_t i = 0; i < n && solved; i++) {
    const double *row = system->matrix + (int64_t)system->place[i] * width;
    double value = system->place[i] < 0 ? system->constant[i] : row[system->count] / row[system->place[i]];
    slot_set(x, i, lane_set(value));
  }
  context_release(system->context, system->matrix);
  system->matrix = NULL;
  return solved;
}

/* Rounds until the pieces stand; true where they do. Where all pieces are flat a round is a sweep, so that waves count on. */
static bool settle(const struct ls_view *view, struct ls_static_model model, const struct fixed_point_state *s,
                   struct system *system, double *constant, double *slope) {
  int32_t n = view->plan->entity_count, swept = view->plan->max_iterations;
  find_pieces(view, model, s->given, s->x, system->constant, system->slope);
  for (int32_t round = 0; round < n + 2; round++) {
    if (!solve_round(system, view->plan, s->x)) return false;
    for (int32_t i = 0; i < n; i++) fixed_point_note_wave(view, s, i, slot_get(s->x, i), swept + round);
    find_pieces(view, model, s->given, s->x, constant, slope);
    if (same_pieces(system, constant, slope, n)) return true;
    for (int32_t i = 0; i < n; i++) {
      system->constant[i] = constant[i];
      system->slope[i] = slope[i];
    }
  }
  return false;
}

static bool model_of(int32_t number, struct ls_static_model *model) {
  int32_t m = 0;
#define LS_STATIC_MODEL(name) \
  if (number == m++) *model = (struct ls_static_model){name##_given, name##_start, name##_piece, name##_result};
#define LS_TIME_MODEL(name) \
  if (number == m++) return false;
#include "models.def"
#undef LS_STATIC_MODEL
#undef LS_TIME_MODEL
  return true;
}

/* Repeats the iteration to its limit, then solves; x is what iteration left. */
static void finish_tile(const struct ls_plan *plan, int64_t scenario, struct system *system, double *constant,
                        double *slope, ls_slots state, ls_slots output) {
  struct ls_static_model model = {0};
  if (!model_of(plan->model, &model)) return;
  int64_t number[LS_LANES];
  for (int lane = 0; lane < LS_LANES; lane++) number[lane] = scenario;
  struct ls_view view = tile_begin(plan, number, state, output);
  columns_apply(&plan->shock, state, view.column, 0);
  ls_slots own = tile_own(plan, state);
  fixed_point_tile(&view, model, own, output);
  int64_t n = plan->entity_count;
  const struct fixed_point_state s = {own, slots_from(own, n), slots_from(own, 2 * n), slots_from(own, 3 * n)};
  if (!settle(&view, model, &s, system, constant, slope)) return;
  slot_set(output, plan->output.converged, lane_set(1));
  fixed_point_output(&view, model, &s, output);
}

ls_status exact_finish(ls_context *context, const struct ls_plan *plan, int64_t scenario, double *value,
                       int64_t stride) {
  size_t n = (size_t)plan->entity_count, slots = (size_t)plan->output.slot_count;
  struct system system = {.context = context};
  system.unknown = context_allocate(context, n, sizeof *system.unknown);
  system.place = context_allocate(context, n, sizeof *system.place);
  double *piece = context_allocate(context, 4 * n, sizeof *piece);
  double *state = context_allocate(context, (size_t)plan->state_slots * LS_LANES, sizeof *state);
  double *output = context_allocate(context, slots * LS_LANES, sizeof *output);
  ls_status status = LS_STATUS_OUT_OF_MEMORY;
  if (system.unknown != NULL && system.place != NULL && piece != NULL && state != NULL && output != NULL) {
    system.constant = piece;
    system.slope = piece + n;
    finish_tile(plan, scenario, &system, piece + 2 * n, piece + 3 * n, (ls_slots){state, LS_LANES},
                (ls_slots){output, LS_LANES});
    if (!system.out_of_memory) status = LS_STATUS_OK;
    for (size_t k = 0; k < slots && status == LS_STATUS_OK; k++) value[(int64_t)k * stride] = output[k * LS_LANES];
  }
  context_release(context, output);
  context_release(context, state);
  context_release(context, piece);
  context_release(context, system.place);
  context_release(context, system.unknown);
  return status;
}

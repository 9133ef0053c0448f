/* exact_finish.c - a static model's fixed point as the exact solution of a few linear systems.
 *
 * Every model is affine between its thresholds: x_i = c_i + s_i (A x)_i. Where iteration is too slow, the system of the pieces
 * in force is solved outright; the pieces are looked up again at the solution, until they no longer change. From above (or
 * below) every round only adds (or removes) defaults, so that N rounds are enough (Eisenberg and Noe 2001, section 3).
 *
 * Convex models (ls_model_info.convex) rise from below; their pieces are tangents, so that a solve is a step of
 * Newton's method.
 */
#include <stddef.h>

#include "engine/engine.h"
#include "engine/linear_solve.h"
#include "phases/tile.h"

/* Convex models: rounds beside one for each threshold, each of which doubles the digits or halves a distance; halvings
 * of a step, to its last bit; what may be added to the diagonal. */
enum { NEWTON_MOST = 64, HALVINGS = 52 };
#define SHIFT_LEAST 0x1p-42 /* rounding would hide less */
#define SHIFT_MOST 0x1p12

struct system {
  ls_context *context;
  int32_t *unknown;         /* [N] entities whose slope is not 0 */
  int32_t *place;           /* [N] their place in `unknown`, -1 else */
  double *constant, *slope; /* [N] the pieces in force */
  double *matrix;           /* [count * (count + 1)] row-major, right-hand side last */
  int32_t count;
  double shift;       /* added to the diagonal */
  bool out_of_memory; /* a scenario that memory alone kept from being settled must not pass for one that cannot be */
};

/* Bits that baseline lanes share with every other instruction set: the same functions on lane 0. */
static void find_pieces(const struct ls_view *view, struct ls_static_model model, const struct fixed_point_state *at,
                        double *constant, double *slope) {
  for (int32_t i = 0; i < view->plan->entity_count; i++) {
    ls_lane c, s;
    model.piece(view, i, fixed_point_reach_of(view, at, i, fixed_point_reach(at, i)), &c, &s);
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
  to[row] = 1 + system->shift;
  to[system->count] = system->constant[i];
  for (int64_t k = fixed->row_start[i]; k < fixed->row_start[i + 1]; k++) {
    int32_t j = fixed->column[k];
    if (system->place[j] >= 0)
      to[system->place[j]] -= slope * fixed->weight[k];
    else
      to[system->count] += slope * fixed->weight[k] * system->constant[j];
  }
}

static bool same_pieces(const struct system *system, const double *constant, const double *slope, int32_t n) {
  for (int32_t i = 0; i < n; i++)
    if (system->constant[i] != constant[i] || system->slope[i] != slope[i]) return false;
  return true;
}

/* One round: solves the system of the pieces in force and writes x. */
static bool solve_round(struct system *system, const struct ls_plan *plan, const struct fixed_point_state *s) {
  int32_t n = plan->entity_count;
  find_unknowns(system, n);
  if (system->count > UNKNOWNS_MOST) return false;
  system->matrix =
      context_allocate(system->context, (size_t)system->count * ((size_t)system->count + 1), sizeof(double));
  system->out_of_memory = system->matrix == NULL;
  if (system->out_of_memory) return false;
  for (int32_t row = 0; row < system->count; row++) fill_row(system, &plan->fixed, row);
  bool solved = linear_solve(system->matrix, system->count);
  for (int32_t i = 0; i < n && solved; i++) {
    int32_t place = system->place[i];
    double value = place < 0 ? system->constant[i] : linear_solution(system->matrix, system->count, place);
    fixed_point_put(s, i, lane_set(value));
  }
  context_release(system->context, system->matrix);
  system->matrix = NULL;
  return solved;
}

/* Rounds until the pieces stand; true where they do. Where all pieces are flat a round is a sweep, so that waves count on. */
static bool settle(const struct ls_view *view, struct ls_static_model model, const struct fixed_point_state *s,
                   struct system *system, double *constant, double *slope) {
  int32_t n = view->plan->entity_count, swept = view->plan->max_iterations;
  find_pieces(view, model, s, system->constant, system->slope);
  for (int32_t round = 0; round < n + 2; round++) {
    if (!solve_round(system, view->plan, s)) return false;
    for (int32_t i = 0; i < n; i++) fixed_point_note_wave(s, i, slot_get(s->x, i), lane_set(swept + round));
    find_pieces(view, model, s, constant, slope);
    if (same_pieces(system, constant, slope, n)) return true;
    for (int32_t i = 0; i < n; i++) {
      system->constant[i] = constant[i];
      system->slope[i] = slope[i];
    }
  }
  return false;
}

/* ---- convex models ----------------------------------------------------------------------------------------------- */

/* x is below the least solution, and what a sweep makes of it, F(x), is not below x. */
struct rise {
  const struct ls_view *view;
  struct ls_static_model model;
  const struct fixed_point_state *s;
  struct system *system;        /* its slopes S are those at x; its constants are `change` */
  double *from, *change, *step; /* [N] x, v = F(x) - x, and the direction w of this round */
  double *constant, *slope;     /* [N] pieces at a point that is tried */
};

static double at(ls_slots x, int32_t i) { return lane_get(slot_get(x, i), 0); }

/* One sweep into `next`; returns the largest change relative to the bound. */
static double sweep_once(const struct rise *rise) {
  struct ls_stop_rule probe = stop_rule_begin(lane_equal(lane_set(0), lane_set(0)));
  fixed_point_sweep(rise->view, rise->model, rise->s, 0, &probe);
  return lane_get(probe.change, 0);
}

static void begin_round(const struct rise *rise) {
  sweep_once(rise);
  find_pieces(rise->view, rise->model, rise->s, rise->constant, rise->system->slope);
  for (int32_t i = 0; i < rise->view->plan->entity_count; i++) {
    rise->from[i] = at(rise->s->x, i);
    rise->change[i] = at(rise->s->next, i) - rise->from[i];
    if (!(rise->change[i] > 0)) rise->change[i] = 0; /* rounding */
  }
  rise->system->constant = rise->change;
}

/* w = (shift + I - S A)^-1 v; true where no entry is below 0: then shift + 1 is beyond the spectral radius of S A. */
static bool solve_step(const struct rise *rise, double shift) {
  const struct ls_plan *plan = rise->view->plan;
  rise->system->shift = shift;
  bool upwards = solve_round(rise->system, plan, rise->s);
  for (int32_t i = 0; i < plan->entity_count && upwards; i++) {
    upwards = at(rise->s->x, i) >= -LS_ROUNDING_FLOOR * plan->fixed.bound[i];
    rise->step[i] = at(rise->s->x, i) > 0 ? at(rise->s->x, i) : 0;
  }
  return upwards;
}

/* Newton's step, where it is one upwards (true). Else what rises feeds on itself, and the least shift that gives a step
 * upwards says in which direction; without any the step is v, a sweep. */
static bool find_step(const struct rise *rise) {
  if (solve_step(rise, 0)) return true;
  for (double shift = SHIFT_LEAST; shift <= SHIFT_MOST && !rise->system->out_of_memory; shift *= 8)
    if (solve_step(rise, shift)) return false;
  for (int32_t i = 0; i < rise->view->plan->entity_count; i++) rise->step[i] = rise->change[i];
  return false;
}

/* The longest t for which x + t w is sure to be below the least solution while nobody passes a threshold. F being convex
 * so far, F(x + t w) - (x + t w) >= v + t (S A w - w), which must not fall below 0. At most one that passes a bound. */
static double longest_share(const struct rise *rise) {
  const struct ls_static_plan *fixed = &rise->view->plan->fixed;
  int32_t n = rise->view->plan->entity_count;
  double largest = 0, longest;
  for (int32_t i = 0; i < n; i++) {
    slot_set(rise->s->moved, i, lane_set(rise->step[i]));
    if (rise->step[i] > largest * fixed->bound[i]) largest = rise->step[i] / fixed->bound[i];
  }
  longest = largest > 0 ? 2 / largest : 0;
  for (int32_t i = 0; i < n; i++) {
    double falls =
        rise->step[i] - rise->system->slope[i] * lane_get(fixed_point_row(fixed, i, lane_set(0), rise->s->moved), 0);
    if (falls > 0 && rise->change[i] < longest * falls) longest = rise->change[i] / falls;
  }
  return longest;
}

/* Goes to x + t w; true where nobody passes a threshold there. */
static bool try_share(const struct rise *rise, double share) {
  int32_t n = rise->view->plan->entity_count;
  for (int32_t i = 0; i < n; i++) fixed_point_put(rise->s, i, lane_set(rise->from[i] + share * rise->step[i]));
  find_pieces(rise->view, rise->model, rise->s, rise->constant, rise->slope);
  for (int32_t i = 0; i < n; i++)
    if (rise->system->slope[i] != 0 && rise->slope[i] == 0) return false;
  return true;
}

/* As far along the step as nobody passes a threshold, then a sweep, which may. True where all of it was taken and the
 * sweep has changed nothing more. */
static bool take_step(const struct rise *rise, double most) {
  const struct ls_plan *plan = rise->view->plan;
  double low = 0, high = most;
  bool whole = try_share(rise, most);
  for (int halving = 0; halving < HALVINGS && !whole; halving++) {
    double middle = (low + high) / 2;
    if (try_share(rise, middle))
      low = middle;
    else
      high = middle;
  }
  if (!whole) try_share(rise, low);
  double change = sweep_once(rise);
  for (int32_t i = 0; i < plan->entity_count; i++) fixed_point_put(rise->s, i, slot_get(rise->s->next, i));
  return whole && change <= plan->tolerance;
}

/* Ends with a whole step of Newton's method within the tolerance; what is left then is far below it. */
static bool settle_convex(const struct rise *rise) {
  const struct ls_plan *plan = rise->view->plan;
  for (int32_t round = 0; round < plan->entity_count + NEWTON_MOST; round++) {
    double longest = 0;
    begin_round(rise);
    bool newton = find_step(rise);
    if (rise->system->out_of_memory) return false;
    for (int32_t i = 0; i < plan->entity_count; i++)
      if (rise->step[i] > longest * plan->fixed.bound[i]) longest = rise->step[i] / plan->fixed.bound[i];
    bool rests = take_step(rise, newton ? 1 : longest_share(rise));
    if (newton && rests && longest <= plan->tolerance) return true;
  }
  return false;
}

static bool model_of(int32_t number, struct ls_static_model *model) {
  int32_t m = 0;
#define LS_STATIC_MODEL(name) \
  if (number == m++) *model = (struct ls_static_model){name##_given, name##_piece, name##_result};
#define LS_TIME_MODEL(name) \
  if (number == m++) return false;
#include "models.def"
#undef LS_STATIC_MODEL
#undef LS_TIME_MODEL
  return true;
}

/* Repeats the iteration to its limit, then solves; x is what iteration left. room: 5 numbers an entity. */
static void finish_tile(const struct ls_plan *plan, int64_t scenario, struct system *system, double *room,
                        ls_slots state, ls_slots output) {
  struct ls_static_model model = {0};
  if (!model_of(plan->model, &model)) return;
  int64_t number[LS_LANES];
  for (int lane = 0; lane < LS_LANES; lane++) number[lane] = scenario;
  struct ls_view view = tile_begin(plan, number, state, output);
  columns_apply(&plan->shock, state, view.column, 0);
  ls_slots own = tile_own(plan, state);
  int64_t n = plan->entity_count;
  struct fixed_point_state s = fixed_point_state_of_plan(&view, own);
  struct ls_stop_rule rule = fixed_point_solve(&view, model, &s);
  fixed_point_output(&view, model, &s, rule.sweeps, rule.active,
                     output); /* what stands where nothing better is found */
  const struct rise rise = {&view, model, &s, system, room, room + n, room + 2 * n, room + 3 * n, room + 4 * n};
  bool settled =
      LS_MODELS[plan->model]->convex ? settle_convex(&rise) : settle(&view, model, &s, system, room, room + n);
  if (!settled) return;
  fixed_point_reach_all(&view, &s);
  fixed_point_output(&view, model, &s, rule.sweeps, mask_none(), output);
}

ls_status exact_finish(ls_context *context, const struct ls_plan *plan, int64_t scenario, double *value,
                       int64_t stride) {
  size_t n = (size_t)plan->entity_count, slots = (size_t)plan->output.slot_count;
  struct system system = {.context = context};
  system.unknown = context_allocate(context, n, sizeof *system.unknown);
  system.place = context_allocate(context, n, sizeof *system.place);
  double *piece = context_allocate(context, 7 * n, sizeof *piece);
  double *state = context_allocate(context, (size_t)plan->state_slots * LS_LANES, sizeof *state);
  double *output = context_allocate(context, slots * LS_LANES, sizeof *output);
  ls_status status = LS_STATUS_OUT_OF_MEMORY;
  if (system.unknown != NULL && system.place != NULL && piece != NULL && state != NULL && output != NULL) {
    system.constant = piece;
    system.slope = piece + n;
    finish_tile(plan, scenario, &system, piece + 2 * n, (ls_slots){state, LS_LANES}, (ls_slots){output, LS_LANES});
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

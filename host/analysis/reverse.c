/* reverse.c - the search: along many paths to the first point that reaches the target, then to better paths near by.
 *
 * Every answer is a point that was run. Paths are improved where running a better one proves it; there is no promise that
 * none is smaller.
 */
#include "analysis/reverse.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/random_sequence.h"
#include "core/scalar_math.h"
#include "network/sectors.h"

enum { GRID = 32, ROUNDS_MOST = 16, IMPROVEMENTS_MOST = 20, SINGLES_MOST = 4096 };
#define REACH_RANDOM 8.0    /* standard deviations: beyond, quantile tables end, and 1 - cdf is 6e-16 */
#define PRECISE 0x1p-30     /* of a solution's place on its path: below 1e-9 */
#define ROUGH 1e-6          /* the same while paths are compared */
#define SAME_DIRECTION 0.95 /* cosine */

/* A way through the points from nothing on. Rays: r times the direction. Filling: one share after the other from 0 to 1,
 * `direction` holds the place of each in that order, -1 for those that stay 0. */
struct path {
  double *direction; /* [dimension] */
  bool fills, found;
  double low, high; /* the target is reached at `high`, not at `low` */
  double size, loss, loss_below;
  char origin[64];
};

struct search {
  struct reverse_space *space;
  ls_context *context;
  struct path *path; /* [count] */
  int32_t count, room;
  double *point; /* [GRID * piece * dimension] */
  struct reverse_outcome *outcome;
  int32_t piece;          /* paths looked at together */
  double centre, largest; /* losses of the system: with nothing done, and of all points so far */
};

/* ---- along paths -------------------------------------------------------------------------------------------------- */

static void point_on(const struct search *search, const struct path *path, double r, double *point) {
  for (int32_t k = 0; k < search->space->dimension; k++) {
    const double d = path->direction[k];
    if (!path->fills)
      point[k] = fmin(r * d, search->space->is_random ? INFINITY : 1);
    else
      point[k] = d < 0 ? 0 : fmax(0, fmin(1, r - d));
  }
}

/* Point g of a path's grid, 1..GRID; the last is `high`. */
static double radius_of(const struct path *path, int g) {
  return g == GRID ? path->high : path->low + (path->high - path->low) * g / GRID;
}

static void take_outcomes(struct search *search, struct path *path, const struct reverse_outcome *outcome) {
  int g = 1;
  for (int k = 1; k <= GRID; k++)
    if (isfinite(outcome[k - 1].loss)) search->largest = fmax(search->largest, outcome[k - 1].loss);
  while (g <= GRID && !outcome[g - 1].reached) g++;
  path->found = g <= GRID;
  if (!path->found) return;
  const double low = g == 1 ? path->low : radius_of(path, g - 1), high = radius_of(path, g);
  if (g > 1) path->loss_below = outcome[g - 2].loss;
  path->loss = outcome[g - 1].loss;
  path->low = low;
  path->high = high;
}

/* One round for paths[count], those that are not wide enough any more left as they are. */
static ls_status look_closer(struct search *search, struct path *const *paths, int32_t count) {
  const int32_t n = search->space->dimension;
  ls_status status = LS_STATUS_OK;
  for (int32_t first = 0; first < count && status == LS_STATUS_OK; first += search->piece) {
    const int32_t now = count - first < search->piece ? count - first : search->piece;
    for (int32_t p = 0; p < now; p++)
      for (int g = 1; g <= GRID; g++)
        point_on(search, paths[first + p], radius_of(paths[first + p], g),
                 search->point + ((int64_t)p * GRID + g - 1) * n);
    status = reverse_evaluate(search->space, search->point, (int64_t)now * GRID, search->outcome);
    for (int32_t p = 0; p < now && status == LS_STATUS_OK; p++)
      take_outcomes(search, paths[first + p], search->outcome + (int64_t)p * GRID);
  }
  return status;
}

static bool is_precise(const struct path *path, double precision) {
  return path->high - path->low <= precision * (path->fills ? 1 : path->high);
}

/* The first point of each path that reaches the target. */
static ls_status search_paths(struct search *search, struct path *path, int32_t count, double precision) {
  ls_context *context = search->context;
  struct path **open = context_allocate(context, (size_t)count, sizeof(struct path *));
  double *point = context_allocate(context, (size_t)search->space->dimension, sizeof *point);
  ls_status status = open != NULL && point != NULL ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
  for (int round = 0; round < ROUNDS_MOST && status == LS_STATUS_OK; round++) {
    int32_t left = 0;
    for (int32_t p = 0; p < count; p++)
      if ((round == 0 || path[p].found) && !is_precise(&path[p], precision)) open[left++] = &path[p];
    if (left == 0) break;
    status = look_closer(search, open, left);
  }
  for (int32_t p = 0; p < count && status == LS_STATUS_OK; p++) {
    point_on(search, &path[p], path[p].high, point);
    path[p].size = path[p].found ? reverse_size(search->space, point) : INFINITY;
  }
  context_release(context, point);
  context_release(context, open);
  return status;
}

/* ---- making paths ------------------------------------------------------------------------------------------------- */

/* A path to be filled in, all 0; NULL without memory. */
static struct path *add_path(struct search *search, const char *origin) {
  if (search->count == search->room) {
    const size_t room = 2 * (size_t)search->room + 64;
    struct path *grown = context_grow(search->context, search->path, (size_t)search->count, room, sizeof *grown);
    if (grown == NULL) return NULL;
    search->path = grown;
    search->room = (int32_t)room;
  }
  struct path *path = &search->path[search->count];
  *path = (struct path){.loss_below = search->centre};
  path->direction = context_allocate(search->context, (size_t)search->space->dimension, sizeof *path->direction);
  if (path->direction == NULL) return NULL;
  (void)snprintf(path->origin, sizeof path->origin, "%s", origin);
  search->count++;
  return path;
}

static double norm_of(const struct search *search, const double *direction) {
  double sum = 0, most = 0;
  for (int32_t k = 0; k < search->space->dimension; k++) {
    sum += direction[k] * direction[k];
    most = fmax(most, direction[k]);
  }
  return search->space->is_random ? sqrt(sum) : most;
}

/* Length 1, or the largest share 1; false where it leads nowhere. */
static bool make_ray(const struct search *search, struct path *path) {
  const double norm = norm_of(search, path->direction);
  path->fills = false;
  path->low = 0;
  path->high = search->space->is_random ? REACH_RANDOM : 1;
  if (!(norm > 0) || !isfinite(norm)) return false;
  for (int32_t k = 0; k < search->space->dimension; k++) path->direction[k] /= norm;
  return true;
}

static void drop_path(struct search *search) {
  search->count--;
  context_release(search->context, search->path[search->count].direction);
}

static ls_status add_single(struct search *search, int32_t k, double way, const char *origin) {
  struct path *path = add_path(search, origin);
  if (path == NULL) return LS_STATUS_OUT_OF_MEMORY;
  path->direction[k] = way;
  if (!make_ray(search, path)) drop_path(search);
  return LS_STATUS_OK;
}

/* ---- how much each coordinate does ------------------------------------------------------------------------------- */

/* A step that stays within the shares. */
static double step_of(const struct search *search, double from) {
  return search->space->is_random || from + 0x1p-10 <= 1 ? 0x1p-10 : -0x1p-10;
}

/* The points one step along coordinates first..first + count - 1. */
static ls_status step_along(struct search *search, const double *at, double guide, int32_t first, int32_t count,
                            double *gain) {
  const int32_t n = search->space->dimension;
  for (int32_t k = 0; k < count; k++) {
    double *point = search->point + (int64_t)k * n;
    memcpy(point, at, (size_t)n * sizeof *point);
    point[first + k] += step_of(search, at[first + k]);
  }
  ls_status status = reverse_evaluate(search->space, search->point, count, search->outcome);
  for (int32_t k = 0; k < count && status == LS_STATUS_OK; k++) {
    const double rise = (search->outcome[k].guide - guide) / step_of(search, at[first + k]);
    gain[first + k] = isfinite(rise) ? rise : 0;
  }
  return status;
}

/* gain[k]: what the guide rises by per unit of coordinate k, at a point that reaches the target or at the centre (path NULL). */
static ls_status find_gains(struct search *search, const struct path *path, double *gain) {
  const int32_t n = search->space->dimension, most = search->piece * GRID;
  double *at = context_allocate(search->context, (size_t)n, sizeof *at);
  struct reverse_outcome here;
  if (at == NULL) return LS_STATUS_OUT_OF_MEMORY;
  if (path != NULL) point_on(search, path, path->high, at);
  ls_status status = reverse_evaluate(search->space, at, 1, &here);
  for (int32_t first = 0; first < n && status == LS_STATUS_OK; first += most)
    status = step_along(search, at, here.guide, first, n - first < most ? n - first : most, gain);
  context_release(search->context, at);
  return status;
}

/* ---- where to begin: random scenarios ----------------------------------------------------------------------------- */

/* The likeliest numbers behind a factor that moves: a row of the Cholesky matrix. */
static ls_status add_factors(struct search *search) {
  const struct reverse_space *space = search->space;
  ls_status status = LS_STATUS_OK;
  for (int32_t f = 0; f < space->factor_count && status == LS_STATUS_OK; f++)
    for (int way = -1; way <= 1 && status == LS_STATUS_OK; way += 2) {
      char origin[64];
      (void)snprintf(origin, sizeof origin, "factor %.45s %s", reverse_factor_name(space, f), way < 0 ? "down" : "up");
      struct path *path = add_path(search, origin);
      if (path == NULL) return LS_STATUS_OUT_OF_MEMORY;
      for (int32_t g = 0; g <= f; g++)
        path->direction[g] = way * space->shock.factor_cholesky[(int64_t)f * space->factor_count + g];
      if (!make_ray(search, path)) drop_path(search);
    }
  return status;
}

static ls_status add_sources(struct search *search) {
  const struct reverse_space *space = search->space;
  ls_status status = LS_STATUS_OK;
  const int32_t end =
      space->dimension < space->factor_count + SINGLES_MOST ? space->dimension : space->factor_count + SINGLES_MOST;
  for (int32_t k = space->factor_count; k < end && status == LS_STATUS_OK; k++)
    for (int way = -1; way <= 1 && status == LS_STATUS_OK; way += 2)
      status = add_single(search, k, way, "one target alone");
  return status;
}

/* Half of them among factors alone, where there are any. */
static ls_status add_random(struct search *search, int64_t starts, uint64_t seed) {
  const struct reverse_space *space = search->space;
  struct random_sequence sequence = {.seed = seed, .stream = RANDOM_REVERSE};
  for (int64_t s = 0; s < starts; s++) {
    struct path *path = add_path(search, "random direction");
    if (path == NULL) return LS_STATUS_OUT_OF_MEMORY;
    const bool factors = s % 2 == 0 && space->factor_count > 0 && space->is_random;
    for (int32_t k = 0; k < (factors ? space->factor_count : space->dimension); k++) {
      const double u = sequence_next(&sequence);
      path->direction[k] = space->is_random ? scalar_normal_quantile(u) : space->cost[k] > 0 ? -scalar_log(u) : 0;
    }
    if (!make_ray(search, path)) drop_path(search);
  }
  return LS_STATUS_OK;
}

static ls_status add_gradient(struct search *search, const struct path *at, const char *origin) {
  struct path *path = add_path(search, origin);
  if (path == NULL) return LS_STATUS_OUT_OF_MEMORY;
  ls_status status = find_gains(search, at, path->direction);
  if (status != LS_STATUS_OK || !make_ray(search, path)) drop_path(search);
  return status;
}

static ls_status begin_random(struct search *search, const ls_run_options *options, int64_t starts) {
  ls_status status = add_factors(search);
  if (status == LS_STATUS_OK) status = add_sources(search);
  if (status == LS_STATUS_OK) status = add_gradient(search, NULL, "steepest way from the centre");
  return status == LS_STATUS_OK ? add_random(search, starts, options->has_seed ? options->seed : 1) : status;
}

/* ---- where to begin: shares --------------------------------------------------------------------------------------- */

struct ranked {
  double worth;
  int32_t k;
};

static int compare_ranked(const void *left, const void *right) {
  const struct ranked *a = left, *b = right;
  if (a->worth != b->worth) return a->worth > b->worth ? -1 : 1;
  return (a->k > b->k) - (a->k < b->k);
}

/* Fills coordinates of worth above 0, the best first; `leave`: one that stays out, -1 none. */
static ls_status add_filling(struct search *search, const double *worth, int32_t leave, const char *origin) {
  const struct reverse_space *space = search->space;
  struct ranked *list = context_allocate(search->context, (size_t)space->dimension, sizeof *list);
  struct path *path = list != NULL ? add_path(search, origin) : NULL;
  int32_t count = 0;
  for (int32_t k = 0; k < space->dimension && path != NULL; k++) {
    path->direction[k] = -1;
    if (worth[k] > 0 && space->cost[k] > 0 && k != leave) list[count++] = (struct ranked){worth[k], k};
  }
  if (count > 0) qsort(list, (size_t)count, sizeof *list, compare_ranked);
  for (int32_t i = 0; i < count && path != NULL; i++) path->direction[list[i].k] = i;
  if (path != NULL) {
    path->fills = true;
    path->high = count;
    if (count == 0) drop_path(search);
  }
  context_release(search->context, list);
  return path != NULL ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
}

static ls_status add_all(struct search *search) {
  struct path *path = add_path(search, "all alike");
  if (path == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int32_t k = 0; k < search->space->dimension; k++) path->direction[k] = search->space->cost[k] > 0;
  if (!make_ray(search, path)) drop_path(search);
  return LS_STATUS_OK;
}

static ls_status add_singles(struct search *search) {
  const struct reverse_space *space = search->space;
  ls_status status = LS_STATUS_OK;
  for (int32_t k = 0; k < space->dimension && k < SINGLES_MOST && status == LS_STATUS_OK; k++)
    if (space->cost[k] > 0) status = add_single(search, k, 1, "one target alone");
  return status;
}

static ls_status add_sector(struct search *search, const int32_t *sector, int32_t number) {
  char origin[64];
  int32_t first = 0;
  while (sector[first] != number) first++;
  (void)snprintf(origin, sizeof origin, "sector %.50s",
                 network_text(search->space->network, TABLE_ENTITIES, "sector", first));
  struct path *path = add_path(search, origin);
  if (path == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int32_t k = 0; k < search->space->dimension; k++)
    path->direction[k] = sector[k] == number && search->space->cost[k] > 0;
  if (!make_ray(search, path)) drop_path(search);
  return LS_STATUS_OK;
}

/* Each sector alike, where the shocks are of entities. */
static ls_status add_sectors(struct search *search) {
  const struct reverse_space *space = search->space;
  int32_t count = 0;
  if (space->variable[0] == LS_VARIABLE_PRICE_LOSS) return LS_STATUS_OK;
  int32_t *sector = context_allocate(search->context, (size_t)space->dimension, sizeof *sector);
  if (sector == NULL) return LS_STATUS_OUT_OF_MEMORY;
  ls_status status = network_number_sectors(search->context, space->network, false, sector, &count);
  for (int32_t k = 0; k < count && status == LS_STATUS_OK; k++) status = add_sector(search, sector, k);
  context_release(search->context, sector);
  return status;
}

/* What each share alone does for its cost, small or whole. */
static ls_status add_fillings(struct search *search) {
  const struct reverse_space *space = search->space;
  const int32_t n = space->dimension;
  double *worth = context_allocate(search->context, (size_t)n, sizeof *worth);
  if (worth == NULL) return LS_STATUS_OUT_OF_MEMORY;
  ls_status status = find_gains(search, NULL, worth);
  for (int32_t k = 0; k < n && status == LS_STATUS_OK; k++)
    worth[k] = space->cost[k] > 0 ? worth[k] / space->cost[k] : 0;
  if (status == LS_STATUS_OK) status = add_filling(search, worth, -1, "most loss for a little first");
  for (int32_t k = 0; k < n; k++) worth[k] = space->cost[k] > 0 ? 1 / space->cost[k] : 0;
  if (status == LS_STATUS_OK) status = add_filling(search, worth, -1, "smallest first");
  for (int32_t k = 0; k < n; k++) worth[k] = space->cost[k];
  if (status == LS_STATUS_OK) status = add_filling(search, worth, -1, "largest first");
  context_release(search->context, worth);
  return status;
}

static ls_status begin_shares(struct search *search, const ls_run_options *options, int64_t starts) {
  ls_status status = add_all(search);
  if (status == LS_STATUS_OK) status = add_sectors(search);
  if (status == LS_STATUS_OK) status = add_singles(search);
  if (status == LS_STATUS_OK) status = add_fillings(search);
  return status == LS_STATUS_OK ? add_random(search, starts, options->has_seed ? options->seed : 1) : status;
}

/* ---- better paths near by ----------------------------------------------------------------------------------------- */

/* Turns towards the steepest rise: where the smallest point lies, both point the same way. */
static ls_status offer_turns(struct search *offers, const struct path *path) {
  static const double TURN[] = {1, 0.5, 0.25, 0.125, 0.0625};
  const int32_t n = offers->space->dimension;
  const int32_t first = offers->count;
  ls_status status = add_gradient(offers, path, path->origin);
  if (status != LS_STATUS_OK || offers->count == first) return status;
  for (size_t t = 1; t < sizeof TURN / sizeof *TURN; t++) {
    struct path *offer = add_path(offers, path->origin);
    if (offer == NULL) return LS_STATUS_OUT_OF_MEMORY;
    for (int32_t k = 0; k < n; k++)
      offer->direction[k] = (1 - TURN[t]) * path->direction[k] + TURN[t] * offers->path[first].direction[k];
    if (!make_ray(offers, offer)) drop_path(offers);
  }
  return LS_STATUS_OK;
}

/* Fills anew in the order of what each share does there for its cost, with everything and without each one that is used. */
static ls_status offer_fillings(struct search *offers, const struct path *path) {
  enum { LEFT_OUT_MOST = 32 };
  const struct reverse_space *space = offers->space;
  const int32_t n = space->dimension;
  double *worth = context_allocate(offers->context, (size_t)n, sizeof *worth);
  double *point = context_allocate(offers->context, (size_t)n, sizeof *point);
  ls_status status = worth != NULL && point != NULL ? find_gains(offers, path, worth) : LS_STATUS_OUT_OF_MEMORY;
  for (int32_t k = 0; k < n && status == LS_STATUS_OK; k++)
    worth[k] = space->cost[k] > 0 ? worth[k] / space->cost[k] : 0;
  if (status == LS_STATUS_OK) status = add_filling(offers, worth, -1, path->origin);
  if (status == LS_STATUS_OK) point_on(offers, path, path->high, point);
  int32_t used = 0;
  for (int32_t k = 0; k < n && status == LS_STATUS_OK && used < LEFT_OUT_MOST; k++) {
    if (!(point[k] > 0)) continue;
    used++;
    for (int32_t j = 0; j < n; j++)
      worth[j] = path->fills ? (path->direction[j] < 0 ? 0 : n - path->direction[j]) : point[j];
    status = add_filling(offers, worth, k, path->origin);
  }
  context_release(offers->context, point);
  context_release(offers->context, worth);
  return status;
}

static void release_paths(struct search *search) {
  while (search->count > 0) drop_path(search);
  context_release(search->context, search->path);
  search->path = NULL;
  search->room = 0;
}

/* Takes the best of what is offered until nothing is better. */
static ls_status improve(struct search *search, struct path *path) {
  ls_status status = LS_STATUS_OK;
  bool better = true;
  for (int round = 0; round < IMPROVEMENTS_MOST && better && status == LS_STATUS_OK; round++) {
    struct search offers = *search;
    offers.path = NULL;
    offers.count = offers.room = 0;
    better = false;
    status = search->space->is_random ? offer_turns(&offers, path) : offer_fillings(&offers, path);
    if (status == LS_STATUS_OK) status = search_paths(&offers, offers.path, offers.count, ROUGH);
    for (int32_t k = 0; k < offers.count && status == LS_STATUS_OK; k++) {
      if (!(offers.path[k].size < path->size * (1 - ROUGH))) continue;
      const struct path before = *path;
      *path = offers.path[k];
      offers.path[k] = before;
      better = true;
    }
    search->largest = fmax(search->largest, offers.largest);
    release_paths(&offers);
  }
  return status;
}

/* ---- the solutions ------------------------------------------------------------------------------------------------ */

static double cosine(const struct search *search, const struct path *a, const struct path *b, double *room) {
  const int32_t n = search->space->dimension;
  double product = 0, of_a = 0, of_b = 0;
  point_on(search, a, a->high, room);
  point_on(search, b, b->high, room + n);
  for (int32_t k = 0; k < n; k++) {
    const double scale = search->space->is_random ? 1 : search->space->cost[k];
    const double x = room[k] * scale, y = room[n + k] * scale;
    product += x * y;
    of_a += x * x;
    of_b += y * y;
  }
  return of_a > 0 && of_b > 0 ? product / sqrt(of_a * of_b) : of_a == of_b;
}

/* Those that found something come first, smallest first; returns how many. */
static int32_t sort_paths(struct search *search) {
  int32_t found = 0;
  for (int32_t k = 0; k < search->count; k++)
    if (search->path[k].found) {
      struct path it = search->path[k];
      search->path[k] = search->path[found];
      int32_t j = found++;
      for (; j > 0 && search->path[j - 1].size > it.size; j--) search->path[j] = search->path[j - 1];
      search->path[j] = it;
    }
  return found;
}

/* Drops what leads where a smaller one leads; of `found` sorted paths returns how many differ. */
static ls_status keep_different(struct search *search, int32_t *found, int32_t most) {
  double *room = context_allocate(search->context, 2 * (size_t)search->space->dimension, sizeof *room);
  if (room == NULL) return LS_STATUS_OUT_OF_MEMORY;
  int32_t kept = 0;
  for (int32_t k = 0; k < *found && kept < most; k++) {
    bool differs = true;
    for (int32_t j = 0; j < kept && differs; j++)
      differs = cosine(search, &search->path[j], &search->path[k], room) < SAME_DIRECTION;
    if (!differs) continue;
    const struct path it = search->path[k];
    search->path[k] = search->path[kept];
    search->path[kept++] = it;
  }
  context_release(search->context, room);
  *found = kept;
  return LS_STATUS_OK;
}

static ls_status keep_solution(const struct search *search, const struct path *path, struct reverse *reverse) {
  struct reverse_space *space = search->space;
  struct reverse_solution *solution = &reverse->solution[reverse->count++];
  solution->point = context_allocate(search->context, (size_t)space->dimension, sizeof *solution->point);
  solution->value = context_allocate(search->context, (size_t)space->shock.key_count, sizeof *solution->value);
  if (solution->point == NULL || solution->value == NULL) return LS_STATUS_OUT_OF_MEMORY;
  point_on(search, path, path->high, solution->point);
  reverse_values(space, solution->point, solution->value);
  solution->size = path->size;
  solution->loss = path->loss;
  solution->loss_below = path->loss_below;
  memcpy(solution->origin, path->origin, sizeof solution->origin);
  return LS_STATUS_OK;
}

static ls_status find_solutions(struct search *search, const ls_reverse_options *wanted, struct reverse *reverse) {
  ls_status status = search_paths(search, search->path, search->count, ROUGH);
  reverse->directions = search->count;
  if (status != LS_STATUS_OK) return status;
  int32_t found = sort_paths(search);
  status = keep_different(search, &found, 3 * wanted->most);
  for (int32_t k = 0; k < found && status == LS_STATUS_OK; k++) {
    context_progress_part(search->context, k, found);
    status = improve(search, &search->path[k]);
  }
  context_progress_part(search->context, 0, 0);
  if (status == LS_STATUS_OK) status = search_paths(search, search->path, found, PRECISE);
  if (status != LS_STATUS_OK) return status;
  for (int32_t k = found; k < search->count; k++) search->path[k].found = false;
  found = sort_paths(search);
  status = keep_different(search, &found, wanted->most);
  reverse->solution = context_allocate(search->context, (size_t)found, sizeof *reverse->solution);
  if (reverse->solution == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int32_t k = 0; k < found && status == LS_STATUS_OK; k++)
    status = keep_solution(search, &search->path[k], reverse);
  return status;
}

/* Is the target reached with nothing done at all? */
static ls_status look_at_centre(struct search *search, struct reverse *reverse, bool *reached) {
  struct reverse_outcome outcome;
  memset(search->point, 0, (size_t)search->space->dimension * sizeof *search->point);
  ls_status status = reverse_evaluate(search->space, search->point, 1, &outcome);
  if (status != LS_STATUS_OK) return status;
  reverse->centre = search->centre = search->largest = outcome.loss;
  *reached = outcome.reached;
  if (!outcome.reached) return LS_STATUS_OK;
  struct path *path = add_path(search, "nothing is needed");
  reverse->solution = context_allocate(search->context, 1, sizeof *reverse->solution);
  if (path == NULL || reverse->solution == NULL) return LS_STATUS_OUT_OF_MEMORY;
  path->loss = path->loss_below = outcome.loss;
  return keep_solution(search, path, reverse);
}

static ls_status run_search(struct search *search, const ls_run_options *options, const ls_reverse_options *wanted,
                            struct reverse *reverse) {
  bool reached = false;
  ls_status status = look_at_centre(search, reverse, &reached);
  if (status != LS_STATUS_OK || reached) return status;
  status = search->space->is_random ? begin_random(search, options, wanted->starts)
                                    : begin_shares(search, options, wanted->starts);
  return status == LS_STATUS_OK ? find_solutions(search, wanted, reverse) : status;
}

static ls_status check_wanted(ls_context *context, const ls_reverse_options *wanted) {
  ls_status status = reverse_check_target(context, wanted);
  if (status != LS_STATUS_OK) return status;
  if (wanted->starts < 0 || wanted->starts > 10000 || wanted->most < 1 || wanted->most > 100)
    return context_fail(context, LS_STATUS_USAGE, "starts are %lld (0 to 10000) and solutions %d (1 to 100)",
                        (long long)wanted->starts, wanted->most);
  return LS_STATUS_OK;
}

ls_status reverse_compute(ls_context *context, const ls_network *network, const ls_run_options *options,
                          const ls_reverse_options *wanted, struct reverse *out) {
  struct reverse reverse = {0};
  struct search search = {.space = &reverse.space, .context = context};
  ls_status status = check_wanted(context, wanted);
  if (status == LS_STATUS_OK) status = reverse_space_open(context, network, options, wanted, &reverse.space);
  if (status != LS_STATUS_OK) return status;
  search.piece = (int32_t)(reverse.space.batch / GRID);
  const size_t points = (size_t)search.piece * GRID;
  search.point = context_allocate(context, points * (size_t)reverse.space.dimension, sizeof *search.point);
  search.outcome = context_allocate(context, points, sizeof *search.outcome);
  status = search.point != NULL && search.outcome != NULL ? run_search(&search, options, wanted, &reverse)
                                                          : LS_STATUS_OUT_OF_MEMORY;
  reverse.largest = search.largest;
  release_paths(&search);
  context_release(context, search.point);
  context_release(context, search.outcome);
  if (status == LS_STATUS_OK)
    *out = reverse;
  else
    reverse_release(&reverse);
  return status;
}

void reverse_release(struct reverse *reverse) {
  ls_context *context = reverse->space.context;
  if (context == NULL) return;
  for (int32_t k = 0; k < reverse->count; k++) {
    context_release(context, reverse->solution[k].point);
    context_release(context, reverse->solution[k].value);
  }
  context_release(context, reverse->solution);
  reverse_space_close(&reverse->space);
  *reverse = (struct reverse){0};
}

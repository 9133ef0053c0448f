/* network_measures.c - see network_measures.h. */
#include "analysis/network_measures.h"

#include <math.h>
#include <stdlib.h>

#include "core/arithmetic.h"

/* ---- who can be toppled ---------------------------------------------------------------------------------------- */

struct worth {
  double amount;
  int32_t entity;
};

static int compare_worths(const void *left, const void *right) {
  const struct worth *a = left, *b = right;
  if (a->amount != b->amount) return a->amount < b->amount ? -1 : 1;
  return (a->entity > b->entity) - (a->entity < b->entity);
}

/* Entities with net worth in rising order, sum[m] that of the m smallest, and where each entity stands (-1: not
 * among them). */
struct ranking {
  struct worth *worth; /* [count] */
  double *sum;         /* [count + 1] */
  int32_t *place;      /* [n] */
  int32_t count;
};

static ls_status rank(ls_context *context, int32_t n, const struct entity_bounds *entity, struct ranking *ranking) {
  ranking->worth = context_allocate(context, (size_t)n, sizeof *ranking->worth);
  ranking->sum = context_allocate(context, (size_t)n + 1, sizeof *ranking->sum);
  ranking->place = context_allocate(context, (size_t)n, sizeof *ranking->place);
  if (ranking->worth == NULL || ranking->sum == NULL || ranking->place == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int32_t i = 0; i < n; i++) {
    ranking->place[i] = -1;
    if (entity[i].net_worth > 0) ranking->worth[ranking->count++] = (struct worth){entity[i].net_worth, i};
  }
  qsort(ranking->worth, (size_t)ranking->count, sizeof *ranking->worth, compare_worths);
  for (int32_t m = 0; m < ranking->count; m++) {
    ranking->place[ranking->worth[m].entity] = m;
    ranking->sum[m + 1] = ranking->sum[m] + ranking->worth[m].amount;
  }
  return LS_STATUS_OK;
}

static void ranking_release(ls_context *context, struct ranking *ranking) {
  context_release(context, ranking->worth);
  context_release(context, ranking->sum);
  context_release(context, ranking->place);
}

/* The sum of the m smallest without entity i. */
static double sum_without(const struct ranking *ranking, const struct entity_bounds *entity, int32_t place, int32_t m) {
  return place < 0 || m <= place ? ranking->sum[m] : ranking->sum[m + 1] - entity->net_worth;
}

static void count_toppled(const struct ranking *ranking, int32_t place, struct entity_bounds *entity) {
  int32_t low = 0, high = ranking->count; /* worths up to `low` are at most the index */
  while (low < high) {
    int32_t middle = low + (high - low) / 2;
    if (ranking->worth[middle].amount > entity->index)
      high = middle;
    else
      low = middle + 1;
  }
  entity->safe = ranking->count - low - (place >= low ? 1 : 0);
  low = 0, high = ranking->count - (place >= 0 ? 1 : 0);
  while (low < high) {
    int32_t middle = high - (high - low) / 2;
    if (sum_without(ranking, entity, place, middle) > entity->index)
      high = middle - 1;
    else
      low = middle;
  }
  entity->largest_set = low;
}

/* ---- Glasserman and Young -------------------------------------------------------------------------------------- */

static void fill_sheet(const struct exposures *exposures, int32_t i, struct entity_bounds *entity) {
  const double owed = exposures_sheet(exposures, LS_PARAMETER_OBLIGATION)[i]; /* outside creditors included */
  const double outside = exposures_sheet(exposures, LS_PARAMETER_EXTERNAL)[i];
  entity->outside_assets = exposures_sheet(exposures, LS_PARAMETER_EXTERNAL_ASSETS)[i] +
                           exposures_sheet(exposures, LS_PARAMETER_CASH)[i] +
                           exposures_sheet(exposures, LS_PARAMETER_HOLDINGS)[i];
  entity->net_worth = exposures_sheet(exposures, LS_PARAMETER_EQUITY)[i];
  entity->leverage = entity->net_worth > 0 ? entity->outside_assets / entity->net_worth : NAN;
  entity->connectivity = owed > 0 ? (owed - outside) / owed : 0;
  double beyond = entity->outside_assets - entity->net_worth; /* w (lambda - 1), which needs no w above 0 */
  entity->index = beyond > 0 ? entity->connectivity * beyond : 0;
}

static ls_status fill_bounds(ls_context *context, struct network_measures *measures) {
  const int32_t n = measures->exposures.n;
  struct ranking ranking = {0};
  double assets = 0;
  measures->entity = context_allocate(context, (size_t)n, sizeof *measures->entity);
  if (measures->entity == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int32_t i = 0; i < n; i++) {
    struct entity_bounds *entity = &measures->entity[i];
    fill_sheet(&measures->exposures, i, entity);
    assets += entity->outside_assets;
    if (entity->connectivity > measures->connectivity_most) measures->connectivity_most = entity->connectivity;
  }
  ls_status status = rank(context, n, measures->entity, &ranking);
  for (int32_t i = 0; i < n && status == LS_STATUS_OK; i++) {
    struct entity_bounds *entity = &measures->entity[i];
    const bool is_bounded = measures->connectivity_most < 1 && assets > 0;
    count_toppled(&ranking, ranking.place[i], entity);
    entity->weight = is_bounded ? entity->outside_assets / ((1 - measures->connectivity_most) * assets) : NAN;
  }
  ranking_release(context, &ranking);
  return status;
}

/* ---- the whole ------------------------------------------------------------------------------------------------- */

static const char *bounds_missing(const ls_network *network) {
  return network_column(network, TABLE_ENTITIES, "external_assets") != NULL
             ? NULL
             : "entities.csv has no external_assets: what is owned outside the network is not known";
}

static ls_status compute(ls_context *context, const ls_network *network, struct network_measures *measures) {
  measures->missing = exposures_missing(network);
  measures->bounds_missing = measures->missing != NULL ? measures->missing : bounds_missing(network);
  if (measures->missing != NULL) return LS_STATUS_OK;
  ls_status status = exposures_create(context, network, &measures->exposures);
  if (status == LS_STATUS_OK) status = exposures_spectral_radius(&measures->exposures, &measures->radius);
  if (status == LS_STATUS_OK && measures->bounds_missing == NULL) status = fill_bounds(context, measures);
  return status;
}

ls_status network_measures_compute(ls_context *context, const ls_network *network, struct network_measures *out) {
  struct network_measures made = {.context = context, .applies = network->table[TABLE_LIABILITIES].present};
  fenv_t before;
  arithmetic_begin(&before);
  ls_status status = made.applies ? compute(context, network, &made) : LS_STATUS_OK;
  arithmetic_restore(&before);
  if (status == LS_STATUS_OK)
    *out = made;
  else
    network_measures_release(&made);
  return status;
}

void network_measures_release(struct network_measures *measures) {
  if (measures->context != NULL) context_release(measures->context, measures->entity);
  exposures_release(&measures->exposures);
  *measures = (struct network_measures){0};
}

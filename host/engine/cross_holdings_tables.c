/* cross_holdings_tables.c - shareholdings.csv as the cross-holdings model's plan: I - C factored once for all scenarios. */
#include <stddef.h>

#include "engine/plan.h"

/* A pivot is what is left of 1 after all ways on which a share comes back to its issuer: below this it is rounding. */
#define PIVOT_LEAST 1e-12

/* The factors on their way: `value` holds the entries of the elimination. */
struct factors {
  struct ls_elimination e;
  double *value; /* [entries] */
  double *pivot; /* [N] */
};

static ls_status list_stakes(ls_context *context, const ls_network *network, struct ls_loop_links *stake,
                             double **share) {
  const struct table *held = &network->table[TABLE_SHAREHOLDINGS];
  const double *all = network_numbers(network, TABLE_SHAREHOLDINGS, "share");
  const size_t most = (size_t)held->row_count;
  int32_t *from = context_allocate(context, most, sizeof *from), *to = context_allocate(context, most, sizeof *to);
  *share = context_allocate(context, most, sizeof **share);
  *stake = (struct ls_loop_links){.from = from, .to = to};
  if (from == NULL || to == NULL || *share == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int64_t k = 0; k < held->row_count; k++) {
    if (held->from[k] < 0 || !(all[k] > 0)) continue;
    from[stake->count] = held->from[k];
    to[stake->count] = held->to[k];
    (*share)[stake->count++] = all[k];
  }
  return LS_STATUS_OK;
}

/* Gaussian elimination along the order; false where the pivot of `*singular` vanishes. */
static bool factor(struct factors *f, const struct ls_loop_links *stake, const double *share, int32_t *singular) {
  const struct ls_elimination *e = &f->e;
  for (int32_t i = 0; i < e->node_count; i++) f->pivot[i] = 1;
  for (int32_t k = 0; k < stake->count; k++) f->value[e->stake_entry[k]] = -share[k];
  for (int32_t step = 0; step < e->node_count; step++) {
    int32_t product = e->product_first[step];
    *singular = e->order[step];
    if (!(f->pivot[e->order[step]] > PIVOT_LEAST)) return false;
    for (int32_t l = e->lower_first[step]; l < e->lower_first[step + 1]; l++) {
      double *below = &f->value[e->lower_entry[l]];
      *below /= f->pivot[e->order[step]];
      for (int32_t u = e->upper_first[step]; u < e->upper_first[step + 1]; u++, product++) {
        int32_t target = e->product_entry[product];
        double *to = target < 0 ? &f->pivot[-1 - target] : &f->value[target];
        *to -= *below * f->value[e->upper_entry[u]];
      }
    }
  }
  return true;
}

static ls_status copy_entries(ls_context *context, const double *value, const int32_t *entry, int32_t count,
                              const double **out) {
  double *copy = context_allocate(context, (size_t)count, sizeof *copy);
  for (int32_t k = 0; copy != NULL && k < count; k++) copy[k] = value[entry[k]];
  *out = copy;
  return copy != NULL ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
}

/* Hands the parts of the elimination that the kernels need over to the plan and lets go of the others. */
static ls_status take_factors(ls_context *context, struct factors *f, struct ls_cross_holdings_plan *p) {
  const struct ls_elimination *e = &f->e;
  const int32_t n = e->node_count;
  ls_status status = copy_entries(context, f->value, e->lower_entry, e->lower_first[n], &p->lower);
  if (status == LS_STATUS_OK) status = copy_entries(context, f->value, e->upper_entry, e->upper_first[n], &p->upper);
  p->order = e->order;
  p->pivot = f->pivot;
  p->lower_first = e->lower_first;
  p->lower_row = e->lower_row;
  p->upper_first = e->upper_first;
  p->upper_column = e->upper_column;
  f->pivot = NULL;
  f->e.order = f->e.lower_first = f->e.lower_row = f->e.upper_first = f->e.upper_column = NULL;
  return status;
}

static void release_factors(ls_context *context, struct factors *f) {
  const int32_t *const made[] = {f->e.order,         f->e.lower_first,  f->e.lower_row,   f->e.lower_entry,
                                 f->e.upper_first,   f->e.upper_column, f->e.upper_entry, f->e.product_entry,
                                 f->e.product_first, f->e.stake_entry};
  for (size_t k = 0; k < sizeof made / sizeof made[0]; k++) context_release(context, (void *)made[k]);
  context_release(context, f->value);
  context_release(context, f->pivot);
}

static ls_status fill_factors(ls_context *context, const ls_network *network, struct ls_plan *plan) {
  struct ls_loop_links stake = {0};
  struct factors f = {0};
  double *share = NULL;
  int32_t singular = 0;
  ls_status status = list_stakes(context, network, &stake, &share);
  if (status == LS_STATUS_OK) status = plan_fill_elimination(context, &stake, plan->entity_count, &f.e);
  if (status == LS_STATUS_OK) {
    f.value = context_allocate(context, (size_t)f.e.entry_count, sizeof *f.value);
    f.pivot = context_allocate(context, (size_t)plan->entity_count, sizeof *f.pivot);
    if (f.value == NULL || f.pivot == NULL) status = LS_STATUS_OUT_OF_MEMORY;
  }
  if (status == LS_STATUS_OK && !factor(&f, &stake, share, &singular))
    status = context_fail(context, LS_STATUS_UNUSABLE,
                          "model 'cross-holdings': nobody outside the network owns any of '%s' or of those that own it "
                          "in turn (shareholdings.csv): their value is owed to themselves alone",
                          network_entity_id(network, singular));
  if (status == LS_STATUS_OK) status = take_factors(context, &f, &plan->cross_holdings);
  release_factors(context, &f);
  context_release(context, (void *)stake.from);
  context_release(context, (void *)stake.to);
  context_release(context, share);
  return status;
}

/* V of the unshocked network, nobody having failed, from y in `value`. */
static void solve(const struct ls_cross_holdings_plan *p, int32_t n, double *value) {
  for (int32_t step = 0; step < n; step++)
    for (int32_t k = p->lower_first[step]; k < p->lower_first[step + 1]; k++)
      value[p->lower_row[k]] -= p->lower[k] * value[p->order[step]];
  for (int32_t step = n - 1; step >= 0; step--) {
    const int32_t i = p->order[step];
    for (int32_t k = p->upper_first[step]; k < p->upper_first[step + 1]; k++)
      value[i] -= p->upper[k] * value[p->upper_column[k]];
    value[i] /= p->pivot[i];
  }
}

/* Chat, rounded up to 0 where shares add up to 1 but for rounding; then thresholds and costs, by the value before any shock. */
static void fill_thresholds(const ls_network *network, const struct run_settings *settings, const double *holdings,
                            struct ls_cross_holdings_plan *p) {
  enum { THETA, COST_SHARE };
  const struct table *held = &network->table[TABLE_SHAREHOLDINGS];
  const double *share = network_numbers(network, TABLE_SHAREHOLDINGS, "share");
  double *free_share = (double *)p->free_share, *threshold = (double *)p->threshold, *cost = (double *)p->cost;
  const int32_t n = network->entity_count;
  for (int32_t i = 0; i < n; i++) free_share[i] = 1;
  for (int64_t k = 0; k < held->row_count; k++)
    if (held->from[k] >= 0) free_share[held->to[k]] -= share[k];
  for (int32_t i = 0; i < n; i++) {
    if (free_share[i] < 0) free_share[i] = 0;
    threshold[i] = p->external_assets[i] + p->cash[i] + holdings[i];
  }
  solve(p, n, threshold);
  for (int32_t i = 0; i < n; i++) {
    threshold[i] *= settings->model_setting[THETA];
    cost[i] = settings->model_setting[COST_SHARE] * free_share[i] * threshold[i];
  }
}

static ls_status make_arrays(ls_context *context, size_t n, struct ls_cross_holdings_plan *p) {
  p->external_assets = context_allocate(context, n, sizeof *p->external_assets);
  p->cash = context_allocate(context, n, sizeof *p->cash);
  p->free_share = context_allocate(context, n, sizeof *p->free_share);
  p->threshold = context_allocate(context, n, sizeof *p->threshold);
  p->cost = context_allocate(context, n, sizeof *p->cost);
  bool whole =
      p->external_assets != NULL && p->cash != NULL && p->free_share != NULL && p->threshold != NULL && p->cost != NULL;
  return whole ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
}

ls_status plan_fill_cross_holdings(ls_context *context, const ls_network *network, const struct run_settings *settings,
                                   struct ls_plan *plan) {
  struct ls_cross_holdings_plan *p = &plan->cross_holdings;
  const int32_t n = plan->entity_count;
  if (!network->table[TABLE_SHAREHOLDINGS].present)
    return context_fail(context, LS_STATUS_UNUSABLE,
                        "model 'cross-holdings' needs shareholdings.csv, which network '%s' does not have",
                        network->name);
  double *holdings = context_allocate(context, (size_t)n, sizeof *holdings);
  ls_status status = holdings != NULL ? make_arrays(context, (size_t)n, p) : LS_STATUS_OUT_OF_MEMORY;
  for (int32_t i = 0; i < n && status == LS_STATUS_OK; i++) {
    ((double *)p->external_assets)[i] = network_number(network, TABLE_ENTITIES, "external_assets", i, 0);
    ((double *)p->cash)[i] = network_number(network, TABLE_ENTITIES, "cash", i, 0);
  }
  if (status == LS_STATUS_OK) status = plan_fill_holdings(context, network, settings, false, plan);
  if (status == LS_STATUS_OK) network_add_holdings(network, holdings);
  if (status == LS_STATUS_OK) status = fill_factors(context, network, plan);
  if (status == LS_STATUS_OK) fill_thresholds(network, settings, holdings, p);
  context_release(context, holdings);
  return status;
}

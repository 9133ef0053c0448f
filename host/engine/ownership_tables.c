/* ownership_tables.c - liabilities.csv by seniority and shareholdings.csv as the cross-ownership model's plan. */
#include <stdlib.h>

#include "engine/plan.h"

/* A claim on a debtor's class, or a stake in an issuer, sorted by who holds it. */
struct holding {
  int32_t holder, of;
  double amount;
  int64_t row;
};

static int compare_holdings(const void *a, const void *b) {
  const struct holding *x = a, *y = b;
  if (x->holder != y->holder) return x->holder < y->holder ? -1 : 1;
  if (x->of != y->of) return x->of < y->of ? -1 : 1;
  return x->row < y->row ? -1 : x->row > y->row;
}

static int compare_numbers(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

/* The seniorities that occur, ascending, 0 among them in any case: outside creditors have it. Returns how many. */
static int32_t list_classes(const ls_network *network, double *seniority) {
  const struct table *owed = &network->table[TABLE_LIABILITIES];
  size_t all = (size_t)owed->row_count + 1;
  int32_t count = 0;
  for (int64_t k = 0; k < owed->row_count; k++)
    seniority[k + 1] = network_number(network, TABLE_LIABILITIES, "seniority", k, 0);
  seniority[0] = 0;
  qsort(seniority, all, sizeof *seniority, compare_numbers);
  for (size_t k = 0; k < all; k++)
    if (count == 0 || seniority[count - 1] != seniority[k]) seniority[count++] = seniority[k];
  return count;
}

static int32_t class_of(const ls_network *network, const double *seniority, int64_t row) {
  double wanted = network_number(network, TABLE_LIABILITIES, "seniority", row, 0);
  int32_t k = 0;
  while (seniority[k] != wanted) k++;
  return k;
}

static ls_status make_arrays(ls_context *context, size_t n, size_t claims, size_t stakes, struct ls_ownership_plan *p) {
  size_t classes = (size_t)p->class_count;
  p->external_assets = context_allocate(context, n, sizeof *p->external_assets);
  p->cash = context_allocate(context, n, sizeof *p->cash);
  p->due = context_allocate(context, classes * n, sizeof *p->due);
  p->debt = context_allocate(context, n, sizeof *p->debt);
  p->outside = context_allocate(context, classes * n, sizeof *p->outside);
  p->outside_share = context_allocate(context, n, sizeof *p->outside_share);
  p->claim_first = context_allocate(context, n + 1, sizeof *p->claim_first);
  p->claim_on = context_allocate(context, claims, sizeof *p->claim_on);
  p->claim_share = context_allocate(context, claims, sizeof *p->claim_share);
  p->stake_first = context_allocate(context, n + 1, sizeof *p->stake_first);
  p->issuer = context_allocate(context, stakes, sizeof *p->issuer);
  p->stake_share = context_allocate(context, stakes, sizeof *p->stake_share);
  bool whole = p->external_assets != NULL && p->cash != NULL && p->due != NULL && p->debt != NULL &&
               p->outside != NULL && p->outside_share != NULL && p->claim_first != NULL && p->claim_on != NULL &&
               p->claim_share != NULL && p->stake_first != NULL && p->issuer != NULL && p->stake_share != NULL;
  return whole ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
}

/* Assets, what is owed by class, and to whom outside. `first` is the class of seniority 0; outside creditors rank with it, or in a
 * class of their own before it. */
static void fill_balances(const ls_network *network, const double *seniority, int32_t first,
                          struct ls_ownership_plan *p) {
  const struct table *owed = &network->table[TABLE_LIABILITIES];
  const double *amount = network_numbers(network, TABLE_LIABILITIES, "amount");
  double *due = (double *)p->due, *outside = (double *)p->outside, *debt = (double *)p->debt, *cash = (double *)p->cash;
  int32_t n = network->entity_count;
  for (int32_t i = 0; i < n; i++) {
    double external = network_number(network, TABLE_ENTITIES, "external_liabilities", i, 0);
    ((double *)p->external_assets)[i] = network_number(network, TABLE_ENTITIES, "external_assets", i, 0);
    cash[i] = network_number(network, TABLE_ENTITIES, "cash", i, 0);
    due[i] = outside[i] = debt[i] = external; /* class 0 */
  }
  network_add_holdings(network, cash);
  for (int64_t k = 0; k < owed->row_count; k++) {
    int32_t from = owed->from[k], to = owed->to[k];
    if (from < 0) {
      if (to >= 0) cash[to] += amount[k];
      continue;
    }
    int32_t place = (first + class_of(network, seniority, k)) * n + from;
    due[place] += amount[k];
    debt[from] += amount[k];
    if (to < 0) outside[place] += amount[k];
  }
}

/* Sorted by holder into first, of, share. */
static void place_holdings(struct holding *holding, size_t count, int32_t n, const double *whole, int32_t *first,
                           int32_t *of, double *share) {
  qsort(holding, count, sizeof *holding, compare_holdings);
  for (size_t k = 0; k < count; k++) {
    first[holding[k].holder + 1]++;
    of[k] = holding[k].of;
    share[k] = whole != NULL ? holding[k].amount / whole[holding[k].of] : holding[k].amount;
  }
  for (int32_t i = 0; i < n; i++) first[i + 1] += first[i];
}

static void fill_claims(const ls_network *network, const double *seniority, int32_t first, struct holding *holding,
                        struct ls_ownership_plan *p) {
  const struct table *owed = &network->table[TABLE_LIABILITIES];
  const double *amount = network_numbers(network, TABLE_LIABILITIES, "amount");
  size_t count = 0;
  int32_t n = network->entity_count;
  for (int64_t k = 0; k < owed->row_count; k++)
    if (owed->from[k] >= 0 && owed->to[k] >= 0 && amount[k] > 0)
      holding[count++] =
          (struct holding){owed->to[k], (first + class_of(network, seniority, k)) * n + owed->from[k], amount[k], k};
  place_holdings(holding, count, n, p->due, (int32_t *)p->claim_first, (int32_t *)p->claim_on,
                 (double *)p->claim_share);
}

static void fill_stakes(const ls_network *network, struct holding *holding, struct ls_ownership_plan *p) {
  const struct table *held = &network->table[TABLE_SHAREHOLDINGS];
  const double *share = network_numbers(network, TABLE_SHAREHOLDINGS, "share");
  double *outside = (double *)p->outside_share;
  size_t count = 0;
  int32_t n = network->entity_count;
  for (int32_t i = 0; i < n; i++) outside[i] = 1;
  for (int64_t k = 0; k < held->row_count; k++) {
    if (held->from[k] < 0 || !(share[k] > 0)) continue;
    outside[held->to[k]] -= share[k];
    holding[count++] = (struct holding){held->from[k], held->to[k], share[k], k};
  }
  for (int32_t i = 0; i < n; i++)
    outside[i] = outside[i] < 0 ? 0 : outside[i]; /* shares that add up to 1 but for rounding */
  place_holdings(holding, count, n, NULL, (int32_t *)p->stake_first, (int32_t *)p->issuer, (double *)p->stake_share);
}

ls_status plan_fill_ownership(ls_context *context, const ls_network *network, const struct run_settings *settings,
                              struct ls_plan *plan) {
  enum { EXTERNAL };
  struct ls_ownership_plan *p = &plan->ownership;
  size_t claims = (size_t)network->table[TABLE_LIABILITIES].row_count;
  size_t stakes = (size_t)network->table[TABLE_SHAREHOLDINGS].row_count, n = (size_t)network->entity_count;
  if (!network->table[TABLE_LIABILITIES].present && !network->table[TABLE_SHAREHOLDINGS].present)
    return context_fail(context, LS_STATUS_UNUSABLE,
                        "model 'cross-ownership' needs liabilities.csv or shareholdings.csv, of which network '%s' has "
                        "none",
                        network->name);
  double *seniority = context_allocate(context, claims + 1, sizeof *seniority);
  struct holding *holding = context_allocate(context, claims + stakes, sizeof *holding);
  ls_status status = LS_STATUS_OUT_OF_MEMORY;
  if (seniority != NULL && holding != NULL) {
    int32_t first = settings->model_setting[EXTERNAL] > 0; /* outside creditors before all others */
    p->class_count = first + list_classes(network, seniority);
    status = make_arrays(context, n, claims, stakes, p);
    if (status == LS_STATUS_OK) {
      fill_balances(network, seniority, first, p);
      fill_claims(network, seniority, first, holding, p);
      fill_stakes(network, holding, p);
    }
  }
  context_release(context, holding);
  context_release(context, seniority);
  return status;
}

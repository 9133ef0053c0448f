/* holdings_tables.c - assets.csv and holdings.csv as the kernels' plan of common assets. */
#include <stddef.h>

#include "engine/plan.h"

static ls_status make_arrays(ls_context *context, size_t n, size_t assets, size_t holdings,
                             struct ls_holdings_plan *p) {
  p->holding_first = context_allocate(context, n + 1, sizeof *p->holding_first);
  p->asset = context_allocate(context, holdings, sizeof *p->asset);
  p->amount = context_allocate(context, holdings, sizeof *p->amount);
  p->price = context_allocate(context, assets, sizeof *p->price);
  p->depth = context_allocate(context, assets, sizeof *p->depth);
  p->floor = context_allocate(context, assets, sizeof *p->floor);
  bool whole = p->holding_first != NULL && p->asset != NULL && p->amount != NULL && p->price != NULL &&
               p->depth != NULL && p->floor != NULL;
  return whole ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
}

/* The table is sorted by holder, then asset. The rest of the world's holdings are nobody's. */
static void fill_amounts(const ls_network *network, struct ls_holdings_plan *p) {
  const struct table *held = &network->table[TABLE_HOLDINGS];
  const double *amount = network_numbers(network, TABLE_HOLDINGS, "amount");
  int32_t *first = (int32_t *)p->holding_first, *asset = (int32_t *)p->asset, count = 0;
  for (int64_t k = 0; k < held->row_count; k++) {
    if (held->from[k] < 0 || !(amount[k] > 0)) continue;
    asset[count] = held->to[k];
    ((double *)p->amount)[count++] = amount[k];
    first[held->from[k] + 1]++;
  }
  for (int32_t i = 0; i < network->entity_count; i++) first[i + 1] += first[i];
}

static ls_status fill_assets(ls_context *context, const ls_network *network, const char *model, bool sold,
                             struct ls_holdings_plan *p) {
  for (int32_t m = 0; m < network->asset_count; m++) {
    const double depth = network_number(network, TABLE_ASSETS, "market_depth", m, 0);
    const double price = network_number(network, TABLE_ASSETS, "price", m, 1);
    if (sold && !(depth > 0))
      return context_fail(context, LS_STATUS_UNUSABLE,
                          "model '%s': market_depth of asset '%s' of network '%s' is %.17g, must be > 0 (sales that "
                          "would take its price to nothing)",
                          model, network_text(network, TABLE_ASSETS, "id", m), network->name, depth);
    const double floor = network_number(network, TABLE_ASSETS, "price_floor", m, 0);
    ((double *)p->price)[m] = price;
    ((double *)p->depth)[m] = depth;
    ((double *)p->floor)[m] = price > 0 ? floor / price : 0;
  }
  return LS_STATUS_OK;
}

ls_status plan_fill_holdings(ls_context *context, const ls_network *network, const struct run_settings *settings,
                             bool sold, struct ls_plan *plan) {
  struct ls_holdings_plan *p = &plan->holdings;
  const char *lacks = !network->table[TABLE_ASSETS].present     ? "assets.csv"
                      : !network->table[TABLE_HOLDINGS].present ? "holdings.csv"
                                                                : NULL;
  if (lacks != NULL)
    return context_fail(context, LS_STATUS_UNUSABLE, "model '%s' needs %s, which network '%s' does not have",
                        settings->info->name, lacks, network->name);
  p->asset_count = network->asset_count;
  ls_status status = make_arrays(context, (size_t)network->entity_count, (size_t)network->asset_count,
                                 (size_t)network->table[TABLE_HOLDINGS].row_count, p);
  if (status != LS_STATUS_OK) return status;
  fill_amounts(network, p);
  return fill_assets(context, network, settings->info->name, sold, p);
}

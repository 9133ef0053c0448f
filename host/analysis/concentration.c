/* concentration.c - see concentration.h. */
#include "analysis/concentration.h"

#include <math.h>

void concentration_release(ls_context *context, struct concentration *concentration) {
  context_release(context, concentration->backlog);
  context_release(context, concentration->by_seller);
  context_release(context, concentration->by_buyer);
  *concentration = (struct concentration){0};
}

ls_status concentration_measure(ls_context *context, const ls_network *network, const struct ls_plan *plan,
                                enum coverage_basis basis, struct concentration *out) {
  const size_t n = (size_t)plan->entity_count;
  const struct ls_loop_links *purchase = &plan->loop.purchase;
  *out = (struct concentration){.entity_count = plan->entity_count,
                                .backlog = context_allocate(context, n * (n + 1), sizeof(double)),
                                .by_seller = context_allocate(context, n, sizeof(double)),
                                .by_buyer = context_allocate(context, n + 1, sizeof(double))};
  if (out->backlog == NULL || out->by_seller == NULL || out->by_buyer == NULL) {
    concentration_release(context, out);
    return LS_STATUS_OUT_OF_MEMORY;
  }
  for (int32_t k = 0; k < purchase->count; k++) {
    const bool running = network->table[TABLE_DEALS].present && coverage_deal(network, plan, k) < 0;
    if (running || !coverage_counts(network, plan, basis, k)) continue;
    const size_t buyer = (size_t)purchase->from[k], seller = (size_t)purchase->to[k];
    out->backlog[seller * (n + 1) + buyer] += purchase->amount[k];
    out->by_seller[seller] += purchase->amount[k];
    out->by_buyer[buyer] += purchase->amount[k];
    out->total += purchase->amount[k];
  }
  return LS_STATUS_OK;
}

struct main_customer concentration_of(const struct concentration *c, int32_t seller) {
  const bool all = seller == c->entity_count;
  const double *bought = all ? c->by_buyer : c->backlog + (size_t)seller * ((size_t)c->entity_count + 1);
  const double total = all ? c->total : c->by_seller[seller];
  struct main_customer found = {-1, NAN, NAN};
  if (!(total > 0)) return found;
  found.share = found.herfindahl = 0;
  for (int32_t buyer = 0; buyer < c->entity_count; buyer++) {
    const double share = bought[buyer] / total;
    found.herfindahl += share * share;
    if (share > found.share) found.share = share, found.buyer = buyer;
  }
  return found;
}

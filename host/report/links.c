/* links.c - from the pair tables to ranked links; how they look is the script's business. */
#include "report/links.h"

#include <math.h>
#include <stdlib.h>

const struct link_layer LINK_LAYER[LINK_LAYERS] = {
    {TABLE_LIABILITIES, "amount", "liabilities", "Liabilities", "debtor to creditor"},
    {TABLE_PURCHASES, "backlog", "purchases", "Purchases", "buyer to seller"},
    {TABLE_PLEDGES, "amount", "pledges", "Pledges", "investor to recipient"},
    {TABLE_SHAREHOLDINGS, "share", "stakes", "Stakes", "holder to issuer"},
};

/* What a link is worth: a stake counts by the value of the share. */
static double worth(const struct view *view, const struct map_link *link) {
  if (LINK_LAYER[link->layer].table != TABLE_SHAREHOLDINGS) return link->amount;
  double value = view->results->baseline_value[link->to];
  return value > 0 ? link->amount * value : 0;
}

static void collect_layer(const struct view *view, int32_t layer, struct link_set *set) {
  const struct table *table = &view->network->table[LINK_LAYER[layer].table];
  const double *amount = network_numbers(view->network, LINK_LAYER[layer].table, LINK_LAYER[layer].amount);
  int64_t first = set->count;
  for (int64_t row = 0; amount && row < table->row_count; row++) {
    struct map_link link = {.layer = layer, .from = table->from[row], .to = table->to[row], .amount = amount[row]};
    if (!(link.amount > 0)) continue;
    struct map_link *last = set->count > first ? &set->link[set->count - 1] : NULL;
    if (link.from < 0 || link.to < 0)
      set->outside_count[layer]++;
    else if (last && last->from == link.from && last->to == link.to)
      last->amount += link.amount;
    else
      set->link[set->count++] = link;
  }
  set->layer_count[layer] = set->count - first;
  double largest = 0;
  for (int64_t k = first; k < set->count; k++) largest = fmax(largest, worth(view, &set->link[k]));
  for (int64_t k = first; k < set->count; k++)
    set->link[k].weight = largest > 0 ? worth(view, &set->link[k]) / largest : 0;
}

static int compare_links(const void *a, const void *b) {
  const struct map_link *x = a, *y = b;
  if (x->weight != y->weight) return x->weight > y->weight ? -1 : 1;
  if (x->layer != y->layer) return x->layer < y->layer ? -1 : 1;
  if (x->from != y->from) return x->from < y->from ? -1 : 1;
  return x->to < y->to ? -1 : x->to > y->to;
}

ls_status links_collect(const struct view *view, struct link_set *set) {
  *set = (struct link_set){0};
  int64_t rows = 0;
  for (int k = 0; k < LINK_LAYERS; k++) rows += view->network->table[LINK_LAYER[k].table].row_count;
  set->link = context_allocate(view->context, (size_t)rows, sizeof *set->link);
  if (!set->link) return LS_STATUS_OUT_OF_MEMORY;
  for (int32_t k = 0; k < LINK_LAYERS; k++) collect_layer(view, k, set);
  qsort(set->link, (size_t)set->count, sizeof *set->link, compare_links);
  return LS_STATUS_OK;
}

void links_release(const struct view *view, struct link_set *set) {
  context_release(view->context, set->link);
  set->link = NULL;
}

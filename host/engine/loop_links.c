/* loop_links.c - the links of the loop model. */
#include "engine/loop_links.h"

#include <stdlib.h>

static int compare_links(const void *a, const void *b) {
  const struct link *x = a, *y = b;
  if (x->from != y->from) return x->from < y->from ? -1 : 1;
  if (x->to != y->to) return x->to < y->to ? -1 : 1;
  return x->row < y->row ? -1 : x->row > y->row;
}

/* Counts become starts: first[i] .. first[i + 1] - 1 are the positions of node i. */
static void index_nodes(const int32_t *node, int32_t count, int32_t node_count, int32_t *first) {
  for (int32_t k = 0; k < count; k++) first[node[k] + 1]++;
  for (int32_t i = 0; i <= node_count; i++) first[i + 1] += first[i];
}

static void sort_by_receiver(const struct ls_loop_links *links, int32_t node_count, int32_t *by_to) {
  int32_t position = 0;
  for (int32_t i = 0; i <= node_count; i++)
    for (int32_t k = 0; k < links->count; k++)
      if (links->to[k] == i) by_to[position++] = k;
}

/* Merges equal neighbours; the caller sorted. qsort is not stable, but equal pairs come from tables that name a pair once, or
 * carry amount 0 beside it, so that the order of adding cannot matter. */
static int32_t merge_equal(struct link *link, int32_t count) {
  int32_t kept = 0;
  for (int32_t k = 0; k < count; k++) {
    if (kept > 0 && link[k].row < 0 && link[kept - 1].from == link[k].from && link[kept - 1].to == link[k].to)
      link[kept - 1].amount += link[k].amount;
    else
      link[kept++] = link[k];
  }
  return kept;
}

ls_status links_build(ls_context *context, struct link *link, int32_t count, int32_t node_count,
                      struct ls_loop_links *out) {
  if (count > 1) qsort(link, (size_t)count, sizeof *link, compare_links);
  count = merge_equal(link, count);
  int32_t *from = context_allocate(context, (size_t)count, sizeof *from);
  int32_t *to = context_allocate(context, (size_t)count, sizeof *to);
  int32_t *by_to = context_allocate(context, (size_t)count, sizeof *by_to);
  int32_t *first_from = context_allocate(context, (size_t)node_count + 2, sizeof *first_from);
  int32_t *first_to = context_allocate(context, (size_t)node_count + 2, sizeof *first_to);
  double *amount = context_allocate(context, (size_t)count, sizeof *amount);
  *out = (struct ls_loop_links){count, from, to, first_from, first_to, by_to, amount};
  if (from == NULL || to == NULL || by_to == NULL || first_from == NULL || first_to == NULL || amount == NULL)
    return LS_STATUS_OUT_OF_MEMORY;
  for (int32_t k = 0; k < count; k++) {
    from[k] = link[k].from;
    to[k] = link[k].to;
    amount[k] = link[k].amount;
  }
  index_nodes(from, count, node_count, first_from);
  index_nodes(to, count, node_count, first_to);
  sort_by_receiver(out, node_count, by_to);
  return LS_STATUS_OK;
}

int32_t links_find(const struct ls_loop_links *links, int32_t from, int32_t to) {
  for (int32_t k = links->first_from[from]; k < links->first_from[from + 1]; k++)
    if (links->to[k] == to) return k;
  return -1;
}

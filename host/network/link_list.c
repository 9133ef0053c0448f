/* link_list.c - links in memory: growing, fitting to sums, handing out in order (see reconstruct.h). */
#include "network/reconstruct.h"

#include <math.h>
#include <stdlib.h>

ls_status link_list_add(ls_context *context, struct link_list *list, int32_t lender, int32_t borrower, double amount) {
  if (list->count == list->room) {
    const int64_t room = list->room < 64 ? 64 : 2 * list->room;
    struct network_link *grown =
        context_grow(context, list->link, (size_t)list->count, (size_t)room, sizeof *list->link);
    if (grown == NULL) return LS_STATUS_OUT_OF_MEMORY;
    list->link = grown;
    list->room = room;
  }
  list->link[list->count++] = (struct network_link){lender, borrower, amount};
  return LS_STATUS_OK;
}

void link_list_release(ls_context *context, struct link_list *list) {
  context_release(context, list->link);
  *list = (struct link_list){0};
}

static int32_t end_of(const struct network_link *link, bool by_lender) {
  return by_lender ? link->lender : link->borrower;
}

/* Returns the largest relative error that there was. */
static double scale(const struct link_list *list, bool by_lender, int32_t count, const double *given, double *sum) {
  double error = 0;
  for (int32_t i = 0; i < count; i++) sum[i] = 0;
  for (int64_t k = 0; k < list->count; k++) sum[end_of(&list->link[k], by_lender)] += list->link[k].amount;
  for (int32_t i = 0; i < count; i++)
    if (given[i] > 0) error = fmax(error, fabs(sum[i] / given[i] - 1));
  for (int64_t k = 0; k < list->count; k++) {
    const int32_t i = end_of(&list->link[k], by_lender);
    list->link[k].amount *= given[i] / sum[i];
  }
  return error;
}

ls_status link_list_fit(const struct sums *m, struct link_list *list, double tolerance, int32_t sweeps) {
  double *sum = context_allocate(m->context, (size_t)m->count, sizeof *sum);
  if (sum == NULL) return LS_STATUS_OUT_OF_MEMORY;
  double error = INFINITY;
  for (int32_t k = 0; k < sweeps && error > tolerance; k++) {
    error = scale(list, true, m->count, m->claims, sum);
    error = fmax(error, scale(list, false, m->count, m->debts, sum));
  }
  context_release(m->context, sum);
  return LS_STATUS_OK;
}

/* ---- trees --------------------------------------------------------------------------------------------------------
 */

/* Nodes 0..n-1 are lenders, n..2n-1 borrowers. */
struct tree {
  int32_t n;
  int32_t *root;   /* [2n] another node of the same tree; a root its own: that with the largest sum */
  int32_t *degree; /* [2n] links not yet solved */
  int64_t *links;  /* [2n] exclusive or of their numbers: of a leaf, the number of its one link */
  double *left;    /* [2n] sum less solved links */
  int32_t *leaf;   /* [2n] stack */
  double *solved;  /* [list count] */
};

static int32_t root_of(const struct tree *tree, int32_t node) {
  while (tree->root[node] != node) node = tree->root[node] = tree->root[tree->root[node]];
  return node;
}

static void plant(struct tree *tree, const struct sums *m, const struct link_list *list) {
  for (int32_t v = 0; v < 2 * tree->n; v++) {
    tree->root[v] = v;
    tree->left[v] = v < tree->n ? m->claims[v] : m->debts[v - tree->n];
  }
  for (int64_t k = 0; k < list->count; k++) {
    const int32_t end[2] = {list->link[k].lender, tree->n + list->link[k].borrower};
    const int32_t a = root_of(tree, end[0]), b = root_of(tree, end[1]);
    tree->root[tree->left[a] >= tree->left[b] ? b : a] = tree->left[a] >= tree->left[b] ? a : b;
    for (int side = 0; side < 2; side++) tree->degree[end[side]]++, tree->links[end[side]] ^= k;
  }
}

/* False where an amount is not above 0. */
static bool solve(struct tree *tree, const struct link_list *list) {
  int32_t count = 0;
  bool positive = true;
  for (int32_t v = 0; v < 2 * tree->n; v++)
    if (tree->degree[v] == 1 && tree->root[v] != v) tree->leaf[count++] = v;
  while (count > 0) {
    const int32_t v = tree->leaf[--count];
    const int64_t k = tree->links[v];
    const int32_t other = v < tree->n ? tree->n + list->link[k].borrower : list->link[k].lender;
    tree->solved[k] = tree->left[v];
    positive = positive && tree->solved[k] > 0;
    tree->left[other] -= tree->left[v];
    tree->links[other] ^= k;
    if (--tree->degree[other] == 1 && tree->root[other] != other) tree->leaf[count++] = other;
  }
  return positive;
}

ls_status link_list_solve_tree(const struct sums *m, struct link_list *list) {
  const size_t nodes = 2 * (size_t)m->count, links = (size_t)list->count;
  struct tree tree = {.n = m->count};
  tree.root = context_allocate(m->context, nodes, sizeof *tree.root);
  tree.degree = context_allocate(m->context, nodes, sizeof *tree.degree);
  tree.links = context_allocate(m->context, nodes, sizeof *tree.links);
  tree.left = context_allocate(m->context, nodes, sizeof *tree.left);
  tree.leaf = context_allocate(m->context, nodes, sizeof *tree.leaf);
  tree.solved = context_allocate(m->context, links, sizeof *tree.solved);
  const bool good = tree.root && tree.degree && tree.links && tree.left && tree.leaf && tree.solved;
  if (good) {
    plant(&tree, m, list);
    if (solve(&tree, list))
      for (int64_t k = 0; k < list->count; k++) list->link[k].amount = tree.solved[k];
  }
  context_release(m->context, tree.solved);
  context_release(m->context, tree.leaf);
  context_release(m->context, tree.left);
  context_release(m->context, tree.links);
  context_release(m->context, tree.degree);
  context_release(m->context, tree.root);
  return good ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
}

/* ---- order --------------------------------------------------------------------------------------------------------
 */

static int by_ends(const void *left, const void *right) {
  const struct network_link *a = left, *b = right;
  if (a->lender != b->lender) return a->lender < b->lender ? -1 : 1;
  return (a->borrower > b->borrower) - (a->borrower < b->borrower);
}

ls_status link_list_emit(struct link_list *list, const struct link_sink *sink) {
  ls_status status = LS_STATUS_OK;
  if (list->count > 0) qsort(list->link, (size_t)list->count, sizeof *list->link, by_ends);
  for (int64_t k = 0; k < list->count && status == LS_STATUS_OK; k++)
    status = sink->take(sink->user, list->link[k].lender, list->link[k].borrower, list->link[k].amount);
  return status;
}

ls_status reconstruct_star(const struct sums *m, const struct link_sink *sink) {
  struct link_list list = {0};
  ls_status status = LS_STATUS_OK;
  for (int32_t i = 0; i < m->count && status == LS_STATUS_OK; i++) {
    if (i == m->star) continue;
    if (m->debts[i] > 0) status = link_list_add(m->context, &list, m->star, i, m->debts[i]);
    if (status == LS_STATUS_OK && m->claims[i] > 0) status = link_list_add(m->context, &list, i, m->star, m->claims[i]);
  }
  if (status == LS_STATUS_OK) status = link_list_emit(&list, sink);
  link_list_release(m->context, &list);
  return status;
}

/* elimination.c - the order and fill-in of Gaussian elimination on I - S, fixed once for all scenarios.
 *
 * The node that touches the fewest products is eliminated next (Markowitz); holders whom nobody holds cost nothing and go first,
 * so that a network without circular ownership needs no arithmetic but the back-substitution.
 */
#include <string.h>

#include "engine/plan.h"

struct symbolic {
  int32_t n;
  int32_t *entry;     /* [n * n] entry number of (row, column), or -1 */
  int32_t *row_count; /* entries right of nothing eliminated, by row and by column, the diagonal not counted */
  int32_t *column_count;
  bool *done;
  int32_t entries;
};

static void add_entry(struct symbolic *s, int32_t row, int32_t column) {
  int32_t *entry = &s->entry[(int64_t)row * s->n + column];
  if (*entry >= 0) return;
  *entry = s->entries++;
  s->row_count[row]++;
  s->column_count[column]++;
}

static int32_t choose(const struct symbolic *s) {
  int32_t best = -1;
  int64_t least = INT64_MAX;
  for (int32_t i = 0; i < s->n; i++) {
    if (s->done[i]) continue;
    int64_t cost = (int64_t)s->row_count[i] * s->column_count[i];
    if (cost < least) least = cost, best = i;
  }
  return best;
}

/* A growing list of numbers. */
struct list {
  int32_t *item;
  int32_t count, room;
};

static ls_status append(ls_context *context, struct list *list, int32_t value) {
  if (list->count == list->room) {
    int32_t room = list->room > 0 ? 2 * list->room : 64;
    int32_t *grown = context_grow(context, list->item, (size_t)list->room, (size_t)room, sizeof *grown);
    if (grown == NULL) return LS_STATUS_OUT_OF_MEMORY;
    list->item = grown;
    list->room = room;
  }
  list->item[list->count++] = value;
  return LS_STATUS_OK;
}

struct pattern {
  struct list lower_row, lower_entry, upper_column, upper_entry, product;
};

/* Entries of the pivot's column (below) or row (right) that still stand. */
static ls_status list_neighbours(ls_context *context, const struct symbolic *s, int32_t pivot, bool below,
                                 struct list *node, struct list *entry) {
  ls_status status = LS_STATUS_OK;
  for (int32_t i = 0; i < s->n && status == LS_STATUS_OK; i++) {
    int32_t number = below ? s->entry[(int64_t)i * s->n + pivot] : s->entry[(int64_t)pivot * s->n + i];
    if (s->done[i] || i == pivot || number < 0) continue;
    status = append(context, node, i);
    if (status == LS_STATUS_OK) status = append(context, entry, number);
  }
  return status;
}

/* Eliminates one node: lists its entries, creates the fill-in, and notes where every product goes. */
static ls_status eliminate(ls_context *context, struct symbolic *s, int32_t pivot, struct pattern *p) {
  int32_t lower = p->lower_row.count, upper = p->upper_column.count;
  ls_status status = list_neighbours(context, s, pivot, true, &p->lower_row, &p->lower_entry);
  if (status == LS_STATUS_OK) status = list_neighbours(context, s, pivot, false, &p->upper_column, &p->upper_entry);
  for (int32_t l = lower; l < p->lower_row.count; l++)
    for (int32_t u = upper; u < p->upper_column.count && status == LS_STATUS_OK; u++) {
      int32_t row = p->lower_row.item[l], column = p->upper_column.item[u];
      if (row != column) add_entry(s, row, column);
      status = append(context, &p->product, row == column ? -1 - row : s->entry[(int64_t)row * s->n + column]);
    }
  for (int32_t l = lower; l < p->lower_row.count; l++) s->row_count[p->lower_row.item[l]]--;
  for (int32_t u = upper; u < p->upper_column.count; u++) s->column_count[p->upper_column.item[u]]--;
  s->done[pivot] = true;
  return status;
}

static ls_status symbolic_create(ls_context *context, const struct ls_loop_links *stake, int32_t n,
                                 struct symbolic *s) {
  s->n = n;
  s->entry = context_allocate(context, (size_t)n * (size_t)n, sizeof *s->entry);
  s->row_count = context_allocate(context, (size_t)n, sizeof *s->row_count);
  s->column_count = context_allocate(context, (size_t)n, sizeof *s->column_count);
  s->done = context_allocate(context, (size_t)n, sizeof *s->done);
  if (s->entry == NULL || s->row_count == NULL || s->column_count == NULL || s->done == NULL)
    return LS_STATUS_OUT_OF_MEMORY;
  for (int64_t k = 0; k < (int64_t)n * n; k++) s->entry[k] = -1;
  for (int32_t k = 0; k < stake->count; k++) add_entry(s, stake->from[k], stake->to[k]);
  return LS_STATUS_OK;
}

static void symbolic_release(ls_context *context, struct symbolic *s) {
  context_release(context, s->entry);
  context_release(context, s->row_count);
  context_release(context, s->column_count);
  context_release(context, s->done);
}

ls_status plan_fill_elimination(ls_context *context, const struct ls_loop_links *stake, int32_t n,
                                struct ls_elimination *e) {
  struct symbolic s = {0};
  struct pattern p = {0};
  int32_t *order = context_allocate(context, (size_t)n, sizeof *order);
  int32_t *lower_first = context_allocate(context, (size_t)n + 1, sizeof *lower_first);
  int32_t *upper_first = context_allocate(context, (size_t)n + 1, sizeof *upper_first);
  int32_t *product_first = context_allocate(context, (size_t)n + 1, sizeof *product_first);
  int32_t *stake_entry = context_allocate(context, (size_t)stake->count, sizeof *stake_entry);
  ls_status status = symbolic_create(context, stake, n, &s);
  if (order == NULL || lower_first == NULL || upper_first == NULL || product_first == NULL || stake_entry == NULL)
    status = LS_STATUS_OUT_OF_MEMORY;
  for (int32_t k = 0; k < stake->count && status == LS_STATUS_OK; k++)
    stake_entry[k] = s.entry[(int64_t)stake->from[k] * n + stake->to[k]];
  for (int32_t step = 0; step < n && status == LS_STATUS_OK; step++) {
    order[step] = choose(&s);
    status = eliminate(context, &s, order[step], &p);
    lower_first[step + 1] = p.lower_row.count;
    upper_first[step + 1] = p.upper_column.count;
    product_first[step + 1] = p.product.count;
  }
  symbolic_release(context, &s);
  if (status == LS_STATUS_OK) {
    *e = (struct ls_elimination){n,
                                 s.entries,
                                 order,
                                 lower_first,
                                 p.lower_row.item,
                                 p.lower_entry.item,
                                 upper_first,
                                 p.upper_column.item,
                                 p.upper_entry.item,
                                 p.product.item,
                                 product_first,
                                 stake_entry};
    return status;
  }
  void *const made[] = {order,
                        lower_first,
                        upper_first,
                        product_first,
                        stake_entry,
                        p.lower_row.item,
                        p.lower_entry.item,
                        p.upper_column.item,
                        p.upper_entry.item,
                        p.product.item};
  for (size_t k = 0; k < sizeof made / sizeof made[0]; k++) context_release(context, made[k]);
  return status;
}

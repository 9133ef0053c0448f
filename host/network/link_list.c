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

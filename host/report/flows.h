/* flows.h - who pays whom: a ledger's yearly flows on its three bases, else what the network's links hold, between the
 * entities with the largest flows and all others together. */
#ifndef LS_HOST_REPORT_FLOWS_H
#define LS_HOST_REPORT_FLOWS_H

#include "aggregate/results.h"
#include "network/ledger.h"

enum {
  FLOW_ROWS = 14,         /* entities that are shown by themselves */
  FLOW_LEDGER_MOST = 500, /* entities of a ledger whose flows are added up: the matrix is dense */
  FLOW_OTHERS = -1        /* in place of an entity: all that are not shown by themselves */
};

struct flow_basis {
  const char *name;  /* in the page's data, and of its definition */
  const char *title; /* for people */
  double *amount;    /* [row_count * row_count] from the entity of the row to that of the column */
  double *invested;  /* likewise, the part of it that is investment; NULL where that is not known */
  double total;      /* between entities */
  double outside;    /* with the rest of the world, either way */
};

struct flow_set {
  int basis_count; /* 0: there is nothing to show */
  struct flow_basis basis[LEDGER_BASIS_COUNT];
  int32_t row_count;
  int32_t *row; /* [row_count] entities, the largest first; at the end FLOW_OTHERS where some are not shown */
};

/* Sets every field; flow_set_release afterwards in any case. */
ls_status flow_set_collect(ls_context *context, const ls_results *results, struct flow_set *set);
void flow_set_release(ls_context *context, struct flow_set *set);

#endif

/* circularity.h - how much of the money that moves in a network comes back to where it started.
 *
 * circularity_input.c finds the flows, circularity.c measures them, circulation.c finds the largest circulation and
 * its cycles, rewiring.c draws networks to compare with, circularity_draws.c draws the assumptions,
 * circularity_study.c puts these together, circularity_report.c tells. The public functions stand in the last.
 */
#ifndef LS_HOST_ANALYSIS_CIRCULARITY_H
#define LS_HOST_ANALYSIS_CIRCULARITY_H

#include "core/context.h"
#include "network/ledger.h"

/* Payments and investments a year, dense: flow[payer * (n + 1) + receiver], n = entity_count, and number n is the rest
 * of the world. */
struct flows {
  int32_t entity_count;
  char **id; /* [n] */
  double *flow, *investment;
  bool investment_is_paid; /* the investments are among the payments */
};

/* A cycle of payments: path[0] pays path[1] pays ... pays path[0]. */
struct flow_cycle {
  int32_t length;
  int32_t *path;
  double amount;
};

struct circularity {
  int32_t entity_count;
  double *throughflow; /* [n + 1] larger of what comes in and what goes out */
  double *invested;    /* [n] outlay in entities of the network and the world */
  double *round_trip;  /* [n] NaN for who does not invest */
  double *direct;      /* [n] likewise */
  double *self_funded; /* [n] likewise, NaN too without revenue */
  double returned;     /* round trip of all investments together; NaN without any */
  double finn;         /* Finn's cycling index; 0 without any flow */
  double total;        /* payments between entities, the world left out */
  double circulation, circulation_share;
  double spectral_radius;
  struct flow_cycle *cycle;
  int32_t cycle_count;
};

/* ---- input */

/* Is it a folder with flows.csv (and, optionally, investments.csv)? */
ls_status flows_folder(ls_context *context, const char *path, bool *is_one);
ls_status flows_read(ls_context *context, const char *folder, struct flows *flows);

/* From the ledger of a network, on one basis: every commitment spread evenly over its term. */
ls_status flows_of_ledger(ls_context *context, const ls_network *network, enum ledger_basis basis, struct flows *flows);

/* From the tables of the loop model: what its plan schedules in the next `window` quarters (analysis/schedule.h), with
 * what the rest of the world pays and is paid, times 4 / window. LS_STATUS_UNUSABLE without purchases. */
ls_status flows_of_tables(ls_context *context, const ls_network *network, int32_t window, struct flows *flows);
void flows_release(ls_context *context, struct flows *flows);

/* ---- measures */

ls_status circularity_measure(ls_context *context, const struct flows *flows, struct circularity *result);
void circularity_release(ls_context *context, struct circularity *result);

/* The measures of a network as a whole, each 0 to 1: what is compared with rewired networks and over draws. */
enum circularity_index { INDEX_ROUND_TRIP, INDEX_FINN, INDEX_CIRCULATION, CIRCULARITY_INDEX_COUNT };
void circularity_indices(const struct circularity *measures, double index[CIRCULARITY_INDEX_COUNT]);

/* These alone, without cycles and spectral radius. INDEX_ROUND_TRIP is NaN without investments. */
ls_status circularity_measure_indices(ls_context *context, const struct flows *flows,
                                      double index[CIRCULARITY_INDEX_COUNT]);

/* The largest sum of payments within capacity[n * n] of which every node passes on what it takes in. Exact up to
 * rounding; the sum is unique, `circulation` [n * n] need not be. */
ls_status circulation_largest(ls_context *context, int32_t node_count, const double *capacity, double *circulation);

/* Peels a circulation [n * n] (which it eats up) into cycles, shortest first, lowest node numbers first. */
ls_status circulation_cycles(ls_context *context, int32_t node_count, double *circulation, struct flow_cycle **cycles,
                             int32_t *cycle_count);

#endif

/* bench_oracle.h - other ways of solving, written from the papers, that share nothing with the engines but the tables they read. */
#ifndef LS_HOST_BENCH_BENCH_ORACLE_H
#define LS_HOST_BENCH_BENCH_ORACLE_H

#include "network/network.h"

/* A network as the oracles want it. */
struct bench_book {
  ls_context *context;
  const ls_network *network;
  int32_t entities;
  int64_t links;
  int32_t *from, *to; /* [links] between entities, sorted by from: debtor and creditor, or supplier and buyer */
  double *amount;     /* [links] */
  double *assets;     /* [N] external assets of the network, before any shock */
  double *due;        /* [N] what each owes in all, or sells, the rest of the world included */
  double *claims;     /* [N] what is owed to it, or what it buys */
  double *equity;     /* [N] */
  double *room;       /* [3 N] scratch */
};

ls_status bench_book_open(ls_context *context, const ls_network *network, enum table_id table, struct bench_book *book);
void bench_book_close(struct bench_book *book);

/* Clearing payments by the fictitious default algorithm (Eisenberg and Noe 2001, section 3): shock[N] are shares of external
 * assets lost; payment[N], failed[N] 0 or 1. Sets of up to 700 by elimination, larger ones by relaxation to the last bits. */
ls_status bench_oracle_clearing(const struct bench_book *book, const double *shock, double *payment, double *failed);

/* Distress by relaxation, from the shock upwards, to the last bits. */
ls_status bench_oracle_distress(const struct bench_book *book, const double *shock, double *distress, double *failed);

/* What is left of each firm's output given its inputs: sweep by sweep, as the paper writes it. Nobody fails. */
ls_status bench_oracle_production(const struct bench_book *book, const double *shock, double *left, double *failed);

#endif

/* bench_case.h - what is measured: one row a case, the same numbers on every machine (docs/bench.md). */
#ifndef LS_HOST_BENCH_BENCH_CASE_H
#define LS_HOST_BENCH_BENCH_CASE_H

#include <stdbool.h>
#include <stdint.h>

enum bench_kind {
  BENCH_CLEARING,    /* banks that owe one another, model eisenberg-noe */
  BENCH_DISTRESS,    /* the same as exposures, model debtrank-linear */
  BENCH_PRODUCTION,  /* firms that supply one another, model production */
  BENCH_DRAWING,     /* drawing shocks and nothing else */
  BENCH_AGGREGATION, /* what exact sums cost against plain ones */
  BENCH_LOOP,        /* the AI loop, where its folder is */
  BENCH_NETWORK      /* a network that the caller names */
};

struct bench_case {
  const char *id;
  enum bench_kind kind;
  const char *title, *model;
  int32_t entities;
  int32_t links_each; /* debts of each entity to others; at most entities - 1 */
  bool is_skewed;     /* creditors of low number are owed more often: a few have very many links */
  int64_t count;      /* scenarios drawn, end to end */
  double sigma;       /* of the logarithm of external assets */
  double reach;       /* external assets of the network are their mean times exp(reach sigma): the most they come to */
  double low, high;   /* share of entities in default that the case is about; 0, 0: none */
  bool is_large;      /* sized for a GPU: not among the cases run when none is named */
};

/* Row k, or NULL beyond the last. */
const struct bench_case *bench_case_at(int k);

/* By its id, in any case of letters; NULL where there is none. */
const struct bench_case *bench_case_find(const char *id);

/* The id nearest to a misspelt one, or NULL. */
const char *bench_case_nearest(const char *id);

#endif

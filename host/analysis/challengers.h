/* challengers.h - what a challenger changes of a network and of a run; the list for each model is in challengers.c. */
#ifndef LS_HOST_ANALYSIS_CHALLENGERS_H
#define LS_HOST_ANALYSIS_CHALLENGERS_H

#include "network/network.h"

struct challenger {
  const char *name;    /* for people and programs */
  const char *changed; /* in words */
  /* Changes tables of a network and counts the cells whose meaning changed; NULL: none. */
  ls_status (*alter)(ls_context *context, const struct challenger *challenger, ls_network *network, int64_t *changes);
  const char *column;          /* for alter: which of entities.csv, */
  double by;                   /* and by how much */
  const char *const *settings; /* NULL-ended texts "key=value" that win over every other setting; NULL: none */
  uint32_t muted;              /* bit v: shocks to enum ls_variable v act on nothing */
  const char *needs;           /* a setting that the model must have, else the challenger is left out; NULL */
};

/* The challengers of a model; NULL where there are none for it. */
const struct challenger *challengers_of(const char *model, int *count);

#endif

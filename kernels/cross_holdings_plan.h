/* cross_holdings_plan.h - organisations that hold each other's equity, laid out for the kernels. Symbols as in
 * docs/models/cross-holdings.md. */
#ifndef LS_KERNELS_CROSS_HOLDINGS_PLAN_H
#define LS_KERNELS_CROSS_HOLDINGS_PLAN_H

#include <stdint.h>

struct ls_cross_holdings_plan {
  const double *external_assets; /* [N] */
  const double *cash;            /* [N] */
  const double *free_share;      /* [N] Chat: the share of i's equity that no other organisation holds */
  const double *threshold;       /* [N] equity below which i fails: theta V_i(0) */
  const double *cost;            /* [N] what failing costs i, in money: cost_share theta Chat_i V_i(0) */
  /* I - C = L U along `order`, each step node p = order[k]: rows below it, entries right of it. */
  const int32_t *order;       /* [N] */
  const double *pivot;        /* [N] by node */
  const int32_t *lower_first; /* [N + 1] by step */
  const int32_t *lower_row;
  const double *lower;
  const int32_t *upper_first; /* [N + 1] by step */
  const int32_t *upper_column;
  const double *upper;
};

#endif

/* production_plan.h - a supply chain laid out for the kernels: who buys what share of its inputs from whom.
 *
 * Symbols as in docs/models/production.md. Inputs of a buyer are grouped by the sector of their suppliers. */
#ifndef LS_KERNELS_PRODUCTION_PLAN_H
#define LS_KERNELS_PRODUCTION_PLAN_H

#include <stdint.h>

struct ls_production_plan {
  int32_t group_count;        /* pairs (buyer, sector of suppliers) that are inputs at all */
  const int32_t *group_first; /* [N + 1] groups of buyer j: group_first[j] .. group_first[j + 1] - 1 */
  const int32_t *essential;   /* [groups] 1: without it nothing is made; 0: its share is missing */
  const int32_t *input_first; /* [groups + 1] */
  const int32_t *supplier;    /* [inputs] */
  const double *input_share;  /* [inputs] Ld: of the buyer's inputs of that sector (essential), or of all of them */
  const int32_t *sale_first;  /* [N + 1] sales of supplier i */
  const int32_t *buyer;       /* [sales] */
  const double *sale_share;   /* [sales] Lu: of what i sells in all */
  const double *output;       /* [N] what i sells in all */
  const double *weight;       /* [N] w, adding up to 1 */
  int32_t market_count;       /* sectors in which suppliers replace one another; 0: nowhere */
  const int32_t *market;      /* [N] */
};

#endif

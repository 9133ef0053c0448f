/* holdings_plan.h - common assets and who holds them, laid out for the kernels. */
#ifndef LS_KERNELS_HOLDINGS_PLAN_H
#define LS_KERNELS_HOLDINGS_PLAN_H

#include <stdint.h>

/* Ways for losses to spread, switched on one by one (bits). */
enum ls_channel { LS_CHANNEL_CREDIT = 1, LS_CHANNEL_FIRE_SALE = 2, LS_CHANNEL_FUNDING = 4 };

struct ls_holdings_plan {
  uint32_t channels;   /* enum ls_channel, what the run looks at; without holdings all below is 0 or null */
  int32_t asset_count; /* M */
  const int32_t
      *holding_first;   /* [N + 1] holdings of i: holding_first[i] .. holding_first[i + 1] - 1, assets ascending */
  const int32_t *asset; /* [holdings] */
  const double *amount; /* [holdings] at the book's price, in money */
  const double *price;  /* [M] in the book */
  const double *depth;  /* [M] sales, in money, that take a price to nothing at its first slope */
  const double *floor;  /* [M] share of the book's price below which sales do not push it, 0-1 */
};

#endif

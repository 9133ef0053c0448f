/* spec_holdings.h - contagion through common assets and cross-held equity, the textbook way: dense matrices, equations as
 * they stand in Greenwood et al. (2015), Cont and Schaanning (2017), Elliott et al. (2014). */
#ifndef LS_TESTS_SPEC_HOLDINGS_H
#define LS_TESTS_SPEC_HOLDINGS_H

#include "spec/spec_cascade.h"
#include "spec/spec_neva.h"

/* Banks and common assets: held[i * m + k] what i holds of k by the book. */
struct spec_sellers {
  int n, m;
  const double *held, *other_assets, *other_loss; /* other_loss: lost of the other assets, in money */
  const double *equity;                           /* by the book, before the shock */
  const double *price_loss, *depth, *floor;       /* [m] */
};

/* Greenwood et al. in matrices, without limits to sales or prices: returns by sales [m], and losses [n]. */
void spec_target(const struct spec_sellers *banks, double *returns, double *loss);

struct spec_sale_rule {
  double leverage_max, leverage_target, shortfall_cost;
  bool exponential;
};

/* Cont and Schaanning's rounds until nobody sells: capital [n], prices [m] of the book's. Returns the rounds with sales. */
int spec_fire_sale(const struct spec_sellers *banks, const struct spec_sale_rule *rule, double *capital, double *price);

/* Organisations: share[i * n + j] of j that i holds; assets before and after the shock. Market values [n] and waves [n]
 * (-1: stands; in the worst case 0 for all who fail). */
struct spec_organisations {
  int n;
  const double *share, *assets_before, *assets;
  double theta, cost_share;
};
void spec_cross_holdings(const struct spec_organisations *all, bool worst, double *value, int *wave);

/* Claims, sales and loans in turns until nobody sells, each by its own textbook version. A channel that is off is NULL.
 * `claims` needs external and liability; its assets are set from `sellers`. `loans` needs no outflow beyond its own. */
struct spec_channels {
  const struct spec_sellers *sellers; /* other_assets and holdings; always there */
  const struct spec_sale_rule *rule;
  const struct spec_neva *claims;
  const struct spec_hoarding *loans;
  const double *liability, *external; /* what is owed, whichever channels are open */
};

/* equity, claims' valuation, liquidity, hoarding [n]; prices [m]. False where claims come to no rest. */
bool spec_channels_run(const struct spec_channels *all, double *equity, double *valuation, double *liquidity,
                       bool *hoards, double *price);

#endif

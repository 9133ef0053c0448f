/* spec_sellers.h - banks that hold common assets, owe each other and lend against collateral: drawn at random or read from a
 * case, written as a network folder, and handed to the textbook versions. */
#ifndef LS_TESTS_SPEC_SELLERS_H
#define LS_TESTS_SPEC_SELLERS_H

#include "spec/spec_engine.h"
#include "spec/spec_holdings.h"

enum { SELLERS_MOST = 12, SELLERS_ASSETS = 6, SELLERS_TEXT = 1 << 16 };

struct sellers {
  int n, m;
  double external[SELLERS_MOST], cash[SELLERS_MOST], external_loss[SELLERS_MOST], equity[SELLERS_MOST];
  bool equity_given;
  double held[SELLERS_MOST * SELLERS_ASSETS], liability[SELLERS_MOST * SELLERS_MOST], owed_outside[SELLERS_MOST];
  double price_loss[SELLERS_ASSETS], depth[SELLERS_ASSETS], floor[SELLERS_ASSETS];
  double collateral[SELLERS_MOST], reverse_repo[SELLERS_MOST], repo[SELLERS_MOST], new_funding[SELLERS_MOST];
  /* filled by sellers_connect */
  double other_assets[SELLERS_MOST], other_loss[SELLERS_MOST], outflow[SELLERS_MOST];
};

/* Sparse or dense, at times a core and its periphery, with cycles, banks without holdings, debts or claims. Equity follows from the rest. */
void sellers_draw(struct engine_random *random, struct sellers *banks);

/* What the textbook versions read; claims on entities count among the other assets where `with_claims`. */
struct spec_sellers sellers_connect(struct sellers *banks, bool with_claims);

/* Bank i is "b<i>", asset k "a<k>"; the shocks as scenario "s". */
bool sellers_write(const struct engine_folder *folder, const struct sellers *banks);
const char *sellers_shocks(const struct sellers *banks);

/* The same banks in the reverse order: bank i of `banks` is n - 1 - i of `reversed`. */
void sellers_reverse(const struct sellers *banks, struct sellers *reversed);

#endif

/* spec_sellers.c - see spec_sellers.h. */
#include "spec/spec_sellers.h"

#include <stdio.h>
#include <string.h>

#include "support.h"

static double claims_of(const struct sellers *b, int i) {
  double sum = 0;
  for (int j = 0; j < b->n; j++) sum += b->liability[j * b->n + i];
  return sum;
}

static double owed_by(const struct sellers *b, int i) {
  double sum = b->owed_outside[i];
  for (int j = 0; j < b->n; j++) sum += b->liability[i * b->n + j];
  return sum;
}

static double held_by(const struct sellers *b, int i) {
  double sum = 0;
  for (int k = 0; k < b->m; k++) sum += b->held[i * b->m + k];
  return sum;
}

static double maybe(struct engine_random *random, double chance, double low, double high) {
  return random_chance(random, chance) ? random_between(random, low, high) : 0;
}

/* What is owed outside leaves an equity of 1 to 15 % of assets, so that leverage is between 7 and 100. */
static void draw_equity(struct engine_random *random, struct sellers *b, int i) {
  double assets = b->external[i] + b->cash[i] + held_by(b, i) + claims_of(b, i), inside = owed_by(b, i);
  double wanted = assets * random_between(random, 0.01, 0.15);
  b->owed_outside[i] = assets - inside - wanted > 0 ? assets - inside - wanted : 0;
  b->equity[i] = assets - owed_by(b, i);
}

void sellers_draw(struct engine_random *random, struct sellers *b) {
  memset(b, 0, sizeof *b);
  b->n = 2 + random_below(random, SELLERS_MOST - 2), b->m = 1 + random_below(random, SELLERS_ASSETS);
  double density = random_between(random, 0.1, 0.9), stress = random_between(random, 0, 0.06);
  int core = random_chance(random, 0.3) ? 3 : b->n; /* of the others each deals with these alone */
  for (int k = 0; k < b->m; k++) {
    b->price_loss[k] = maybe(random, 0.7, 0, stress);
    b->depth[k] = random_between(random, 100, 3000);
    b->floor[k] = maybe(random, 0.7, 0, 0.8);
  }
  for (int i = 0; i < b->n; i++) {
    b->external[i] = random_between(random, 20, 100);
    b->cash[i] = maybe(random, 0.5, 0, 5);
    b->external_loss[i] = maybe(random, 0.5, 0, stress);
    b->collateral[i] = maybe(random, 0.7, 0, 10);
    b->reverse_repo[i] = maybe(random, 0.5, 0, 5);
    b->repo[i] = maybe(random, 0.7, 0, 8);
    b->new_funding[i] = maybe(random, 0.3, 0, 2);
    for (int k = 0; k < b->m; k++) b->held[i * b->m + k] = maybe(random, density, 0, 40);
    for (int j = 0; j < b->n; j++)
      if (i != j && (i < core || j < core)) b->liability[i * b->n + j] = maybe(random, density, 0, 10);
  }
  for (int i = 0; i < b->n; i++) draw_equity(random, b, i);
}

struct spec_sellers sellers_connect(struct sellers *b, bool with_claims) {
  for (int i = 0; i < b->n; i++) {
    b->other_assets[i] = b->external[i] + b->cash[i] + (with_claims ? claims_of(b, i) : 0);
    b->other_loss[i] = b->outflow[i] = b->external[i] * b->external_loss[i];
  }
  return (struct spec_sellers){b->n,      b->m,          b->held,  b->other_assets, b->other_loss,
                               b->equity, b->price_loss, b->depth, b->floor};
}

static bool write_entities(const struct engine_folder *folder, const struct sellers *b) {
  static char text[SELLERS_TEXT];
  char *to =
      text + sprintf(text, "id,external_assets,cash,external_liabilities,collateral,reverse_repo,repo,new_funding%s\n",
                     b->equity_given ? ",equity" : "");
  for (int i = 0; i < b->n; i++) {
    to += sprintf(to, "b%d,%.17g,%.17g,%.17g,%.17g,%.17g,%.17g,%.17g", i, b->external[i], b->cash[i],
                  b->owed_outside[i], b->collateral[i], b->reverse_repo[i], b->repo[i], b->new_funding[i]);
    if (b->equity_given) to += sprintf(to, ",%.17g", b->equity[i]);
    to += sprintf(to, "\n");
  }
  return support_write_file(folder->path, "entities.csv", text);
}

bool sellers_write(const struct engine_folder *folder, const struct sellers *b) {
  static char text[SELLERS_TEXT];
  char *to = text + sprintf(text, "id,market_depth,price_floor\n");
  for (int k = 0; k < b->m; k++) to += sprintf(to, "a%d,%.17g,%.17g\n", k, b->depth[k], b->floor[k]);
  bool written = write_entities(folder, b) && support_write_file(folder->path, "assets.csv", text);
  to = text + sprintf(text, "holder,asset,amount\n");
  for (int k = 0; k < b->n * b->m; k++)
    if (b->held[k] > 0) to += sprintf(to, "b%d,a%d,%.17g\n", k / b->m, k % b->m, b->held[k]);
  written = written && support_write_file(folder->path, "holdings.csv", text);
  to = text + sprintf(text, "debtor,creditor,amount\n");
  for (int k = 0; k < b->n * b->n; k++)
    if (b->liability[k] > 0) to += sprintf(to, "b%d,b%d,%.17g\n", k / b->n, k % b->n, b->liability[k]);
  return written && support_write_file(folder->path, "liabilities.csv", text);
}

const char *sellers_shocks(const struct sellers *b) {
  static char text[SELLERS_TEXT];
  char *to =
      text + sprintf(text, "scenario,target,variable,value\ns,b0,external_assets_loss,%.17g\n", b->external_loss[0]);
  for (int i = 1; i < b->n; i++)
    if (b->external_loss[i] > 0) to += sprintf(to, "s,b%d,external_assets_loss,%.17g\n", i, b->external_loss[i]);
  for (int k = 0; k < b->m; k++)
    if (b->price_loss[k] > 0) to += sprintf(to, "s,a%d,price_loss,%.17g\n", k, b->price_loss[k]);
  return text;
}

void sellers_reverse(const struct sellers *b, struct sellers *r) {
  *r = *b;
  for (int i = 0; i < b->n; i++) {
    int to = b->n - 1 - i;
    r->external[to] = b->external[i], r->cash[to] = b->cash[i], r->external_loss[to] = b->external_loss[i];
    r->equity[to] = b->equity[i], r->owed_outside[to] = b->owed_outside[i];
    r->collateral[to] = b->collateral[i], r->reverse_repo[to] = b->reverse_repo[i];
    r->repo[to] = b->repo[i], r->new_funding[to] = b->new_funding[i];
    for (int k = 0; k < b->m; k++) r->held[to * b->m + k] = b->held[i * b->m + k];
    for (int j = 0; j < b->n; j++) r->liability[to * b->n + b->n - 1 - j] = b->liability[i * b->n + j];
  }
}

/* rewiring.h - networks drawn at random among those in which everybody pays, and is paid by, as many as in a given one.
 *
 * The null model of Maslov and Sneppen, Specificity and Stability in Topology of Protein Networks, Science 296 (2002):
 * links' ends are swapped at random until nothing of the old pattern is left but the degrees. Amounts are then fitted
 * to what everybody pays and takes in. What is kept, and what is not, stands in docs/models/circularity.md.
 */
#ifndef LS_HOST_ANALYSIS_REWIRING_H
#define LS_HOST_ANALYSIS_REWIRING_H

#include "analysis/circularity.h"

/* Links between entities in two layers, rewired each for itself: investments, and all other payments. Payments from and
 * to the world stay. */
enum { REWIRING_TRADE, REWIRING_INVESTMENT, REWIRING_LAYERS };

struct rewiring_layer {
  int32_t count;
  int32_t *from, *to;      /* [count] the link's payer never changes */
  int32_t *original;       /* [count] receivers as given */
  double *amount, *fitted; /* [count] as given, and in the drawn network */
  double *paid, *taken;    /* [n] sums as given, by payer and by receiver */
  double *sum;             /* [n] scratch */
  int32_t *link_at;        /* [n * n] number of the link, -1 none */
};

struct rewiring {
  ls_context *context;
  const struct flows *flows; /* as given */
  struct rewiring_layer layer[REWIRING_LAYERS];
};

/* `flows` must outlive it. */
ls_status rewiring_create(ls_context *context, const struct flows *flows, struct rewiring *rewiring);
void rewiring_release(struct rewiring *rewiring);

/* Network `number` of the seed: a pure function of both and of the flows. Fills drawn->flow and drawn->investment, with
 * room as the flows have. */
void rewiring_draw(struct rewiring *rewiring, uint64_t seed, int64_t number, struct flows *drawn);

#endif

/* generate.h - random networks of a kind: who lends to whom, and how large everybody is. Balance sheets are
 * generate.c's matter.
 *
 * A lender's borrowers are a pure function of the seed and the lender, so that networks of any size are made lender by
 * lender.
 */
#ifndef LS_HOST_NETWORK_GENERATE_H
#define LS_HOST_NETWORK_GENERATE_H

#include "core/context.h"
#include "core/random_sequence.h"

struct random_network {
  ls_context *context;
  const struct network_kind *kind;
  uint64_t seed;
  int32_t count, core_count; /* the core stands first; 0 where the kind has none */
  double degree;
  double core_chance, edge_chance; /* of a link within the core; of one between core and periphery, either way */
  double *size;                    /* [count] assets */
  double *up_to;                   /* [count] scale-free: sum of the sizes of entities 0..i */
  int32_t *marked;                 /* [count] scale-free: scratch */
  int32_t *borrower;               /* [count - 1] of the lender asked for last */
  int32_t borrower_count;
};

/* Ranges: LS_STATUS_USAGE naming option, value and rule. */
ls_status random_network_create(ls_context *context, const ls_generate_options *options,
                                struct random_network *network);
void random_network_release(struct random_network *network);

/* Fills borrower and borrower_count. */
void random_network_row(struct random_network *network, int32_t lender);

#endif

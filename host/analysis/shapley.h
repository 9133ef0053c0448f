/* shapley.h - whose shocks the loss of the scenarios is due to: the Shapley value of each entity's own shocks.
 *
 * Shapley (1953), A Value for n-Person Games. v(S): the mean system loss over the scenarios in which only the
 * shocks to the players of S act. See docs/indices.md.
 */
#ifndef LS_HOST_ANALYSIS_SHAPLEY_H
#define LS_HOST_ANALYSIS_SHAPLEY_H

#include "analysis/rerun.h"
#include "core/moments.h"

/* The player of shocks to assets and to the rest of the world. */
enum { SHAPLEY_OTHER = -1, SHAPLEY_EXACT_MOST = 16, SHAPLEY_PERMUTATIONS = 1000 };

struct shapley_player {
  int32_t entity;         /* SHAPLEY_OTHER */
  struct moments value;   /* over the scenarios; of sampled values each the mean over the permutations */
  struct moments by_pair; /* over pairs of permutations, each the mean over the scenarios; none where exact */
};

struct shapley {
  ls_context *context;
  const ls_network *network;
  struct rerun rerun;
  bool is_net;
  int32_t count;                 /* players: entities in file order, then SHAPLEY_OTHER where it is one */
  struct shapley_player *player; /* [count] */
  int32_t *player_of;            /* [columns of the shocks] */
  int64_t pairs;                 /* of permutations; 0: all subsets */
  struct moments none, all;      /* v of nobody, and of all players */
  double largest;                /* |v| of any subset and scenario */
};

/* permutations 0: all subsets up to SHAPLEY_EXACT_MOST players, else SHAPLEY_PERMUTATIONS. LS_STATUS_INTERNAL
 * where the values do not add up to v(all) - v(none). */
ls_status shapley_compute(ls_context *context, const ls_network *network, const ls_run_options *options,
                          int64_t permutations, struct shapley *shapley);
void shapley_release(struct shapley *shapley);

/* v(all) - v(none) less the sum of the values. */
double shapley_remainder(const struct shapley *shapley);

ls_status shapley_report(const struct shapley *shapley, ls_format format, ls_text **report);

#endif

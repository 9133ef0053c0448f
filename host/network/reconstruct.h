/* reconstruct.h - networks made from what each entity lends and owes in all: one function per method, links into a
 * sink.
 *
 * The methods and their sources stand in docs/reconstruct.md. A lender's row and a borrower's column are those of
 * docs/reconstruct.md too; nobody lends to itself. Nothing here uses a function of the C library whose last bit differs
 * between machines (sqrt is exact everywhere), so that equal seeds give equal networks.
 */
#ifndef LS_HOST_NETWORK_RECONSTRUCT_H
#define LS_HOST_NETWORK_RECONSTRUCT_H

#include "core/random_sequence.h"
#include "network/sums.h"

/* Takes links in the order of lender, then borrower; amount > 0. */
struct link_sink {
  ls_status (*take)(void *user, int32_t lender, int32_t borrower, double amount);
  void *user;
};

struct network_link {
  int32_t lender, borrower;
  double amount;
};

struct link_list {
  struct network_link *link;
  int64_t count, room;
};

ls_status link_list_add(ls_context *context, struct link_list *list, int32_t lender, int32_t borrower, double amount);
void link_list_release(ls_context *context, struct link_list *list);

/* Scales amounts in turn to the sums by lender and by borrower until both hold to `tolerance`, `sweeps` times at most.
 */
ls_status link_list_fit(const struct sums *sums, struct link_list *list, double tolerance, int32_t sweeps);

/* Links without cycles (of lenders and borrowers as two kinds of nodes) have one set of amounts that has the sums: it
 * is found from the leaves inwards, and what rounding leaves over goes to the largest sum of each tree. Amounts stay as
 * they are where one would not be above 0. */
ls_status link_list_solve_tree(const struct sums *sums, struct link_list *list);

/* Sorts by lender, then borrower, and hands the links out. */
ls_status link_list_emit(struct link_list *list, const struct link_sink *sink);

/* Where all goes through one entity: the only network there is. */
ls_status reconstruct_star(const struct sums *sums, const struct link_sink *sink);

/* ---- ras: maximum entropy ---------------------------------------------------------------------------------------- */

enum { RAS_SWEEPS_SLOW = 1000, RAS_SWEEPS_MOST = 100000, RAS_ENTITIES_MOST = 10000 };
#define RAS_TOLERANCE 1e-12

struct ras_factors {
  double *lender, *borrower; /* [count] amount = lender[i] * borrower[j], i != j */
  double *others;            /* [count] scratch */
  int32_t sweeps;
  double error; /* largest relative error of a lender's sum; borrowers' sums hold to rounding */
};

/* Where RAS_SWEEPS_SLOW sweeps are not enough, the limit is found by bisection. LS_STATUS_UNUSABLE where
 * RAS_SWEEPS_MOST sweeps are not enough. Not for a star. */
ls_status ras_solve(const struct sums *sums, struct ras_factors *factors);
void ras_release(const struct sums *sums, struct ras_factors *factors);
ls_status reconstruct_ras(const struct sums *sums, const struct link_sink *sink, int32_t *sweeps);

/* ---- minimum-density --------------------------------------------------------------------------------------------- */

ls_status reconstruct_minimum_density(const struct sums *sums, uint64_t seed, const struct link_sink *sink,
                                      int32_t *restarts);

/* ---- gravity ----------------------------------------------------------------------------------------------------- */

/* z such that the expected number of links is `links`, 0 < links < pair_count (LS_STATUS_UNUSABLE otherwise). */
ls_status gravity_calibrate(const struct sums *sums, double links, double *z);
/* Member 0, 1, ...: independent networks. */
ls_status gravity_draw(const struct sums *sums, double z, uint64_t seed, int32_t member, const struct link_sink *sink);

/* ---- gibbs ------------------------------------------------------------------------------------------------------- */

enum { GIBBS_ENTITIES_MOST = 2000, GIBBS_BURN_IN = 50, GIBBS_THINNING = 5, GIBBS_CYCLE_MOST = 6 };

struct gibbs;

/* The chain over matrices that have the sums of `amount` [count * count], row = lender, with a zero diagonal. A priori
 * a link exists with `probability`, and its amount is exponential with mean 1 / rate. Lenders and borrowers: whose row
 * or column may have links [count]. The arrays are copied. */
ls_status gibbs_create(ls_context *context, int32_t count, const double *amount, const bool *lenders,
                       const bool *borrowers, double probability, double rate, struct random_sequence random,
                       struct gibbs **gibbs);
void gibbs_destroy(struct gibbs **gibbs);
void gibbs_move(struct gibbs *gibbs, int64_t proposals);
const double *gibbs_amounts(const struct gibbs *gibbs); /* [count * count] as it stands */

/* The chain from the maximum-entropy network, burnt in: GIBBS_BURN_IN proposals for each pair. A priori `links` links.
 */
ls_status gibbs_begin(const struct sums *sums, double links, uint64_t seed, struct gibbs **gibbs);
/* GIBBS_THINNING more proposals for each pair, sums made good against rounding; then the network as it stands. */
ls_status gibbs_draw(const struct sums *sums, struct gibbs *gibbs, const struct link_sink *sink);

#endif

/* circularity_study.h - circularity on every basis that there is, compared with rewired networks and over draws. */
#ifndef LS_HOST_ANALYSIS_CIRCULARITY_STUDY_H
#define LS_HOST_ANALYSIS_CIRCULARITY_STUDY_H

#include "analysis/circularity.h"

/* What commitments count: the ledger's bases, then the schedule of the loop tables, or flows as given. */
enum circularity_basis_kind {
  BASIS_HEADLINE = LEDGER_HEADLINE,
  BASIS_FIRM = LEDGER_FIRM,
  BASIS_FUNDED = LEDGER_FUNDED,
  BASIS_PURCHASES = LEDGER_BASIS_COUNT,
  BASIS_FLOWS,
  BASIS_KIND_COUNT
};
extern const char *const CIRCULARITY_BASIS[BASIS_KIND_COUNT];

/* An index over many networks; all NaN where there is none that has it. Quantiles are order statistics. */
struct index_spread {
  double mean, median, p05, p95;
  double percentile; /* share of the networks with less than was observed; those with as much count half */
};

struct circularity_basis {
  enum circularity_basis_kind kind;
  struct flows flows;
  struct circularity measures;
  double index[CIRCULARITY_INDEX_COUNT];
  struct index_spread rewired[CIRCULARITY_INDEX_COUNT];
  struct index_spread drawn[CIRCULARITY_INDEX_COUNT];
};

enum { BASES_MOST = BASIS_PURCHASES + 1 };

struct circularity_study {
  ls_circularity_options options;
  int count;
  struct circularity_basis basis[BASES_MOST];
  int64_t redrawn; /* sets of assumptions that the rules refused */
};

/* Reads `path` and measures all that the options ask for. Release it in every case. */
ls_status circularity_study_make(ls_context *context, const char *path, const ls_circularity_options *options,
                                 struct circularity_study *study);
void circularity_study_release(ls_context *context, struct circularity_study *study);

/* ---- parts ------------------------------------------------------------------------------------------------------- */

/* Flows of a network on a basis other than BASIS_FLOWS. */
ls_status flows_of_network(ls_context *context, const ls_network *network, enum circularity_basis_kind kind,
                           int32_t window, struct flows *flows);

/* Sorts the finite ones of value[count] (and loses the others). */
ls_status index_spread_of(ls_context *context, double *value, int64_t count, double observed,
                          struct index_spread *spread);

/* Fills `rewired` of every basis. */
ls_status circularity_rewire(ls_context *context, struct circularity_study *study);

/* Fills `drawn` of every basis, and `redrawn`: the sets of assumptions are those of a run with as many draws and that
 * seed. LS_STATUS_UNUSABLE where the network is not made of a ledger, or nothing in it is uncertain. */
ls_status circularity_draw(ls_context *context, const ls_network *network, struct circularity_study *study);

#endif

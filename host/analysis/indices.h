/* indices.h - what the default of each entity costs the others, and what the others' defaults cost it. The
 * equations stand in docs/indices.md. */
#ifndef LS_HOST_ANALYSIS_INDICES_H
#define LS_HOST_ANALYSIS_INDICES_H

#include "analysis/exposures.h"
#include "analysis/rerun.h"
#include "core/moments.h"

struct entity_indices {
  double equity;                /* what the shares are of: book equity; of the loop model its value without shock */
  struct moments loss;          /* of its own in the scenarios as they are */
  struct moments contagion;     /* what its default adds to the losses of all others */
  struct moments vulnerability; /* what the others' defaults, equally likely, add to its loss */
};

/* Sums of (I - Lambda)^-1 - I, where claims per equity are known and the spectral radius is below 1. */
struct linear_indices {
  const char *missing; /* why there are none; NULL: there are */
  bool has_radius;
  struct spectral_radius radius;
  double *vulnerability, *impact; /* [n] NaN without equity above 0; NULL: none */
};

struct indices {
  ls_context *context;
  const ls_network *network;
  struct rerun rerun;
  int32_t n, line_count;
  struct entity_indices *entity;               /* [n] */
  double *contagion_line, *vulnerability_line; /* [line_count * n] the same means by balance-sheet line */
  struct linear_indices linear;
};

/* LS_STATUS_UNUSABLE where the model takes no defaults, and as rerun_open. */
ls_status indices_compute(ls_context *context, const ls_network *network, const ls_run_options *options,
                          struct indices *indices);
void indices_release(struct indices *indices);

#endif

/* rare.h - the probability of events that plain draws hardly see: importance sampling by a shift of the common factors. docs/rare.md
 * has the definitions.
 */
#ifndef LS_HOST_ANALYSIS_RARE_H
#define LS_HOST_ANALYSIS_RARE_H

#include "analysis/reverse.h"

enum { RARE_STAGES_MOST = 20 };

/* A step of the pilot towards the event. */
struct rare_stage {
  double
      level; /* of the guide (struct reverse_outcome) that this stage aimed at; of the last one the event itself: NaN */
  int64_t events; /* scenarios of the stage that reached it */
};

struct rare {
  struct reverse_space space;
  double *shift; /* [factor_count] means of the independent normals behind the factors */
  struct rare_stage stage[RARE_STAGES_MOST];
  int32_t stage_count;
  int64_t pilot, count, events; /* scenarios of a stage, of the estimate, and those of them with the event */
  int64_t not_finite;
  double probability, probability_se;
  double mean, mean_se;               /* loss of the system where the event happens */
  double weight_mean, weight_mean_se; /* 1 but for sampling: over all scenarios */
  double effective;                   /* (sum w)^2 / sum w^2 over the events */
};

ls_status rare_compute(ls_context *context, const ls_network *network, const ls_run_options *options,
                       const ls_rare_options *wanted, struct rare *rare);
void rare_release(struct rare *rare);

#endif

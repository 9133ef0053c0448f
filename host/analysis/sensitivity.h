/* sensitivity.h - the derivative of ES with respect to the numbers of a network and of its model, by small changes over the scenarios
 * of the tail. docs/sensitivity.md has the definitions.
 */
#ifndef LS_HOST_ANALYSIS_SENSITIVITY_H
#define LS_HOST_ANALYSIS_SENSITIVITY_H

#include "analysis/rerun.h"

/* A number that can be changed: a cell of a table, or a setting of the model. */
struct parameter {
  enum table_id table; /* TABLE_COUNT: a setting */
  int64_t row;
  const char *column;               /* of the table; or the setting's key */
  double value, step;               /* step: by how much it is changed either way */
  double derivative, derivative_se; /* of ES, per unit of the parameter */
  double effect;                    /* |derivative| * step: what they are ranked by */
};

struct sensitivity {
  struct rerun rerun;
  const ls_network *network;
  bool is_net;
  int level; /* of QUANTILE_LEVEL */
  double relative;
  double value, shortfall, shortfall_se; /* VaR and ES as it is */
  double *loss;                          /* [scenario_count] */
  int64_t *index;                        /* [tail_count] scenarios that are run again: about twice the tail */
  int64_t tail_count;
  struct setting *setting; /* [setting_count] in force; names of parameters borrow from it */
  int32_t setting_count;
  struct parameter *parameter; /* [parameter_count] */
  int32_t parameter_count;
};

ls_status sensitivity_compute(ls_context *context, const ls_network *network, const ls_run_options *options,
                              const ls_sensitivity_options *wanted, struct sensitivity *sensitivity);
void sensitivity_release(struct sensitivity *sensitivity);

#endif

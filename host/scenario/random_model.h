/* random_model.h - what the parts of the Monte Carlo reader share: factors and loadings, as a YAML file gives
 * them. */
#ifndef LS_HOST_SCENARIO_RANDOM_MODEL_H
#define LS_HOST_SCENARIO_RANDOM_MODEL_H

#include "io/yaml.h"
#include "scenario/reader.h"
#include "scenario/targets.h"

struct loading {
  struct target_pattern pattern;
  const char *target;
  int32_t asset; /* number of the asset of that id; negative: none */
  int32_t factor;
  int variable; /* the one variable it is for; -1: all */
  double value;
  int64_t line;
};

struct random_model {
  struct scenario_reader *reader;
  const struct yaml_node *root;
  int32_t factor_count;
  const char **factor_name;
  double *correlation; /* [factor_count * factor_count] */
  double *cholesky;    /* the same shape, lower triangle */
  struct loading *loading;
  int64_t loading_count;
};

/* Reads `factors`, `correlations` and `loadings`. Faults are messages; LS_STATUS_OUT_OF_MEMORY is the only
 * failure. */
ls_status factors_read(struct random_model *model);

/* The loadings of one (variable, target) and the weight sqrt(1 - l'Cl) of its own normal; l'Cl > 1 is a fault. */
void factors_load(const struct random_model *model, int variable, int32_t target, double *loading, double *own);

/* Reads `marginals` and fills all arrays of the shock plan that concern drawing. */
ls_status marginals_read(struct random_model *model);

#endif

/* settings.h - the --set values of a run, checked and resolved against the model and the network. */
#ifndef LS_HOST_ENGINE_SETTINGS_H
#define LS_HOST_ENGINE_SETTINGS_H

#include "aggregate/results.h"
#include "model.h" /* kernels/ */

struct run_settings {
  int32_t model; /* number in models.def */
  const struct ls_model_info *info;
  double tolerance;
  int32_t max_iterations;
  int32_t solution; /* enum ls_solution */
  int32_t engine;   /* enum ls_engine */
  bool loss_is_net, trace, audit;
  int32_t causes;                         /* the most kept scenarios whose losses are told by cause */
  double model_setting[LS_SETTING_COUNT]; /* in the order of info->setting */
  struct loop_settings loop;              /* loop.yaml with the run's changes */
  uint32_t shocked;                       /* bit v: some scenario of the run shocks enum ls_variable v */
  uint32_t features;                      /* mechanisms of LOOP-2 that are on even where the tables do not use them */
};

/* A model's settings before any --set, with the network's loop settings. */
struct run_settings settings_default(int32_t model, const struct loop_settings *loop);

/* Unknown model, key or value: LS_STATUS_USAGE. */
ls_status settings_resolve(ls_context *context, const ls_network *network, const ls_run_options *options,
                           struct run_settings *settings);

/* Puts more texts "key=value" behind those of the options: the last one of a key counts. *joined holds them, to be released by the
 * caller once the options are used. */
ls_status settings_join(ls_context *context, ls_run_options *options, const char *const *own, int count,
                        const char ***joined);

/* The settings as texts, sorted by key, with every default written out: part of the run's identity. */
ls_status settings_describe(ls_context *context, const struct run_settings *settings, struct setting **list,
                            int32_t *count);

/* The value of a setting that models may have, or `otherwise`. */
double settings_number(const struct run_settings *settings, const char *key, double otherwise);

int32_t settings_quarter_count(const struct run_settings *settings);

#endif

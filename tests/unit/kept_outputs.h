/* kept_outputs.h - every number that a backend computes of the first scenarios. */
#ifndef LS_TESTS_KEPT_OUTPUTS_H
#define LS_TESTS_KEPT_OUTPUTS_H

#include "engine/engine.h"

struct kept_outputs {
  double *value; /* [slots][scenarios] */
  int32_t slots, scenarios;
};

/* A chunk_consumer. */
static inline ls_status keep_outputs(ls_context *context, void *user, const struct chunk *chunk) {
  struct kept_outputs *kept = user;
  (void)context;
  for (int32_t slot = 0; slot < kept->slots; slot++)
    for (int32_t s = 0; s < chunk->count; s++)
      kept->value[(int64_t)slot * kept->scenarios + chunk->first + s] = chunk->value[slot * chunk->stride + s];
  return LS_STATUS_OK;
}

#endif

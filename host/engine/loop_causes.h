/* loop_causes.h - the loss of one scenario of the loop model by cause: each entity's own shock, and the channels through which
 * the others' troubles reach it (docs/models/loop-causes.md). */
#ifndef LS_HOST_ENGINE_LOOP_CAUSES_H
#define LS_HOST_ENGINE_LOOP_CAUSES_H

#include "core/context.h"
#include "plan.h" /* kernels/ */

enum { LOOP_CAUSE_COUNT = 1 + LOOP_CHANNEL_COUNT }; /* the own shock, then enum ls_loop_channel */

/* Simulates the scenario with every set of channels open (64 sets) and shares the difference that each channel makes by Shapley's
 * value. cause[c * (N + 1) + i]: the part of entity i's loss at the horizon (baseline less scenario, gains negative) that cause c
 * has; at i = N of the system's gross loss. They add up over c to the loss. Amounts in the network's unit. */
ls_status loop_causes(ls_context *context, const struct ls_plan *plan, int64_t scenario, double *cause);

/* The losses under one set of channels: bit c of `open` for channel c. loss[i] as above, loss[N] the system's gross loss. */
ls_status loop_loss_with_channels(ls_context *context, const struct ls_plan *plan, int64_t scenario, uint32_t open,
                                  double *loss);

#endif

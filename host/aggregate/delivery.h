/* delivery.h - what one process has added up, as 64-bit words for another of the same version, machine type and run: counts, exact
 * sums, then records (scenario_record.h) of the scenarios they are of. */
#ifndef LS_HOST_AGGREGATE_DELIVERY_H
#define LS_HOST_AGGREGATE_DELIVERY_H

#include "aggregate/accumulator.h"

/* Packs the accumulator's sums, which are to be of scenarios from first .. first + count - 1 (counted from its first) alone: of
 * those that have been added. `head` words at the beginning are left to the caller, who releases *words. */
ls_status delivery_pack(ls_context *context, struct accumulator *accumulator, int64_t first, int64_t count,
                        int64_t head, int64_t **words, int64_t *word_count);

/* Adds a delivery (without the caller's head) to the whole; `scratch` is a share of it with sums of 0, and is left so. *scenarios:
 * how many it was of. LS_STATUS_SYSTEM: it is damaged, or holds scenarios that the whole has; nothing is then taken. */
ls_status delivery_take(ls_context *context, struct accumulator *whole, struct accumulator *scratch,
                        const int64_t *words, int64_t word_count, int64_t *scenarios);

#endif

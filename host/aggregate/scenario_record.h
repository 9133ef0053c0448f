/* scenario_record.h - losses and states of neighbouring scenarios as 64-bit words of this machine's byte order.
 *
 * A record holds the number of its first scenario, counted from the accumulator's first, and how many it holds, then loss_gross,
 * loss_net, default counts (32 bits each) and states (8 bits each); every column is filled up to a whole word.
 */
#ifndef LS_HOST_AGGREGATE_SCENARIO_RECORD_H
#define LS_HOST_AGGREGATE_SCENARIO_RECORD_H

#include "aggregate/accumulator.h"

enum { RECORD_SCENARIOS = 65536, RECORD_HEAD_WORDS = 2 };

/* Words of a record of `count` scenarios, 1 to RECORD_SCENARIOS. */
int64_t record_words(int64_t count);

/* Words of the record that the head begins; 0: its numbers are none of an accumulator of `total` scenarios. */
int64_t record_words_of(const int64_t head[RECORD_HEAD_WORDS], int64_t total);

/* Fills a record from scenarios that have been added. */
void record_fill(const struct accumulator *accumulator, int64_t first, int64_t count, int64_t *record);

/* Of a record whose head fits: are its states and losses some, and its scenarios still to run in the accumulator? */
bool record_fits(const struct accumulator *accumulator, const int64_t *record);

/* Takes a record that fits. */
void record_take(struct accumulator *accumulator, const int64_t *record);

#endif

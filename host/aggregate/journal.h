/* journal.h - losses and states of scenarios, appended to a file as they are computed.
 *
 * It is one record (scenario_record.h) behind the other. Nothing is ever written over. How much of the file counts, and the checksum of that much, stands elsewhere: in the checkpoint
 * that was written after the records were synced. What follows is from a write that was cut short.
 */
#ifndef LS_HOST_AGGREGATE_JOURNAL_H
#define LS_HOST_AGGREGATE_JOURNAL_H

#include "aggregate/accumulator.h"
#include "io/hash.h"

struct journal;

/* How much of a journal counts; all 0 of a new one. */
struct journal_mark {
  int64_t bytes;
  char digest[DIGEST_TEXT_SIZE];
};

/* Opens the journal, reads what counts of it into the accumulator, whose scenarios are all still to run, and cuts off the rest; with
 * a mark of 0 bytes it begins anew. LS_STATUS_INVALID_INPUT: the file is missing, shorter or other than the mark says; the
 * accumulator then holds part of it. LS_STATUS_IO, PERMISSION. */
ls_status journal_open(ls_context *context, const char *path, const struct journal_mark *mark,
                       struct accumulator *accumulator, struct journal **journal);

/* Appends scenarios first .. first + count - 1, counted from the accumulator's first. */
ls_status journal_append(ls_context *context, struct journal *journal, const struct accumulator *accumulator,
                         int64_t first, int64_t count);

/* Makes what was appended durable, and tells how much that is. */
ls_status journal_sync(ls_context *context, struct journal *journal, struct journal_mark *mark);

void journal_close(struct journal **journal);

#endif

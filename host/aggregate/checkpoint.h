/* checkpoint.h - what a run has computed so far, in files that are good after any kill.
 *
 * PATH is an image, built in memory and renamed into place: the run's identity, its exact sums, its attempts, and how much of the
 * journal belongs to them. PATH.1 is the image before that one. PATH.scenarios is the journal (journal.h), synced before an image
 * counts on it. A kill loses what was computed since the last image; a damaged image leaves the one before.
 */
#ifndef LS_HOST_AGGREGATE_CHECKPOINT_H
#define LS_HOST_AGGREGATE_CHECKPOINT_H

#include "aggregate/results.h"
#include "io/json.h"

struct checkpoint;

/* Takes up what earlier attempts at the same run left at `path`, into results->accumulator, which must be empty; with `replace`
 * what cannot be taken up is dropped with a warning. `results` (identity and names filled) must outlive the checkpoint. `interval` is the longest time in seconds between
 * images. LS_STATUS_OUTPUT_EXISTS: `path` is of another run, the message names the difference. LS_STATUS_INVALID_INPUT: both
 * images are damaged, or are no checkpoints. */
ls_status checkpoint_open(ls_context *context, const char *path, bool replace, double interval, ls_results *results,
                          struct checkpoint **checkpoint);

/* Is it time for an image? After the first block, then by the interval, and when it was asked for. */
bool checkpoint_is_due(ls_context *context, const struct checkpoint *checkpoint);

/* Seconds since the last image or, before the first, since the checkpoint was opened. */
double checkpoint_age(const struct checkpoint *checkpoint);

/* Has anything been added since the last image? */
bool checkpoint_is_behind(const struct checkpoint *checkpoint);

/* Notes which scenarios are in the accumulator. Nobody may add to it, nor to a share, which must have been gathered. */
ls_status checkpoint_note(ls_context *context, struct checkpoint *checkpoint);

/* Makes what was noted durable. Shares may grow meanwhile, the accumulator's sums may not. A requested stop does not keep it from
 * that. LS_STATUS_IO, PERMISSION, OUT_OF_MEMORY: the image before still stands. */
ls_status checkpoint_write(ls_context *context, struct checkpoint *checkpoint);

/* Copies the attempts into the results, for the audit record. */
ls_status checkpoint_tell_attempts(ls_context *context, const struct checkpoint *checkpoint, ls_results *results);

void checkpoint_close(struct checkpoint **checkpoint);

/* What an open checkpoint file holds. */
struct hdf5_file;
ls_status checkpoint_describe(ls_context *context, struct hdf5_file *file, const char *path, ls_format format,
                              ls_text **report);

#endif

/* destination.h - whether an output may be written, asked before anything is computed, and the lock beside it. */
#ifndef LS_HOST_CLI_DESTINATION_H
#define LS_HOST_CLI_DESTINATION_H

#include "options.h"

/* LS_STATUS_OUTPUT_EXISTS or LS_STATUS_PERMISSION, told on stderr, where options->output must not be written: it exists
 * (unless --force), is a folder, is the input itself, or its own folder is missing or closed. `is_folder`: the output is
 * a folder itself. */
int destination_check(const struct options *options, bool is_folder);

/* For a command that tells by itself whether an existing output is what it would write: the same, where that an ordinary file
 * exists is no obstacle; *exists tells. */
int destination_check_or_find(const struct options *options, bool *exists);

/* Removes what a killed run of the same output left half-written. The lock must be held. */
void destination_sweep(const struct options *options);

/* "<output><suffix>" in fresh memory; NULL without. */
char *destination_beside(const struct options *options, const char *suffix);

struct destination_lock {
  int file;   /* -1: not held */
  char *path; /* "<output>.lock" */
};

/* Takes the lock of options->output; it goes with the process at the latest. Exit code 73, told, where another holds it. */
int destination_lock(const struct options *options, struct destination_lock *lock);

/* Removes the lock; a lock not held is accepted. */
void destination_unlock(struct destination_lock *lock);

#endif

/* destination.h - whether an output may be written, asked before anything is computed, and the lock beside it. */
#ifndef LS_HOST_CLI_DESTINATION_H
#define LS_HOST_CLI_DESTINATION_H

#include "options.h"

/* LS_STATUS_OUTPUT_EXISTS or LS_STATUS_PERMISSION, told on stderr, where options->output must not be written: it exists
 * (unless --force), is a folder, is the input itself, or its own folder is missing or closed. `is_folder`: the output is
 * a folder itself. */
int destination_check(const struct options *options, bool is_folder);

struct destination_lock {
  int file;   /* -1: not held */
  char *path; /* "<output>.lock" */
};

/* Takes the lock of options->output; it goes with the process at the latest. Exit code 73, told, where another holds it. */
int destination_lock(const struct options *options, struct destination_lock *lock);

/* Removes the lock; a lock not held is accepted. */
void destination_unlock(struct destination_lock *lock);

#endif

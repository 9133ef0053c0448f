/* shard.h - which part of a run this is. */
#ifndef LS_HOST_CLI_SHARD_H
#define LS_HOST_CLI_SHARD_H

/* Reads "I/N" or "auto" (NULL: the whole run, 0 of 1). EXIT_USAGE, told on stderr, where it makes no sense. */
int shard_read(const char *text, int *index, int *count);

#endif

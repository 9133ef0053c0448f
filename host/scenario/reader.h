/* reader.h - what the parts of the scenario reader share: the file in hand, its faults, and the memory of the set. */
#ifndef LS_HOST_SCENARIO_READER_H
#define LS_HOST_SCENARIO_READER_H

#include "scenario/scenario.h"

struct scenario_reader {
  ls_context *context;
  const ls_network *network;
  const struct scenario_options *options;
  struct scenario_set *set;
  const char *file;     /* for messages */
  bool missing_allowed; /* targets that the network lacks are warnings */
  int64_t unusable;     /* messages of status LS_STATUS_UNUSABLE so far */
};

/* A message "file:line: text" of something well formed that this model or network cannot use; counted in
 * `unusable`. */
void reader_unusable(struct scenario_reader *reader, int64_t line, const char *format, ...) PRINTF_LIKE(3, 4);

/* Zeroed memory that belongs to the set and is released with it; NULL without memory. */
void *reader_allocate(struct scenario_reader *reader, int64_t count, size_t size);

/* Fills set->id, count and shock from rows of CSV. */
ls_status explicit_read(struct scenario_reader *reader);

/* Fills the set from a YAML description. */
ls_status monte_carlo_read(struct scenario_reader *reader);

#endif

/* check.h - a network is read, and what was found is told as a report instead of a failure. */
#ifndef LS_HOST_NETWORK_CHECK_H
#define LS_HOST_NETWORK_CHECK_H

#include "io/json.h"
#include "network/network.h"

struct network_check {
  ls_context *context;
  ls_network *network; /* owned; NULL where it is not valid */
  const char *path;
  bool valid, has_warnings;
  int first_error, first_warning; /* messages of this check begin here */
  int64_t error_count;
};

/* LS_STATUS_OK for faults of the input too: they are in *check. Other failures leave it alone. Destroy its network. */
ls_status network_check_read(ls_context *context, const char *path, const ls_read_options *options,
                             struct network_check *check);

/* Its keys, into an object that is open. */
void network_check_json(struct json *json, const struct network_check *check);
void network_check_text(struct buffer *buffer, const struct network_check *check);

#endif

/* import_source.h - what the readers of sources other than a folder share. */
#ifndef LS_HOST_NETWORK_IMPORT_SOURCE_H
#define LS_HOST_NETWORK_IMPORT_SOURCE_H

#include "io/buffer.h"
#include "network/network.h"

struct import_source {
  ls_context *context;
  ls_network *network; /* that is filled */
  const char *path;
  const ls_import_options *options;
  struct buffer report; /* a line for whatever was read, dropped or added up */
  int64_t faults;       /* recorded before */
};

/* Reads a file and records its SHA-256 under its own name, which faults name. The caller releases both. */
ls_status import_load(struct import_source *source, const char *path, char **name, char **data, size_t *length);

/* The readers, one a kind. Faults of content are messages; LS_STATUS_OK or LS_STATUS_INVALID_INPUT then. */
ls_status import_matrix(struct import_source *source);
ls_status import_market(struct import_source *source);
ls_status import_sparse(struct import_source *source);
ls_status import_mapped(struct import_source *source);

#endif

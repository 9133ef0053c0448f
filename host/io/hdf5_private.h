/* hdf5_private.h - what hdf5_file.c, hdf5_write.c and hdf5_read.c share; for no other file. */
#ifndef LS_HOST_IO_HDF5_PRIVATE_H
#define LS_HOST_IO_HDF5_PRIVATE_H

#include <hdf5.h>
#include <hdf5_hl.h>

#include "io/hdf5_file.h"

_Static_assert(sizeof(hid_t) == sizeof(hdf5_id), "an hdf5_id carries HDF5's own identifiers");

struct hdf5_file {
  ls_context *context;
  char *path;
  hid_t file;
  bool writing, replace;
  char *temporary;        /* a large file's name while it is written; NULL: built in memory */
  int64_t length;         /* of the file that is read */
  ls_status status;       /* the first failure of writing */
  H5E_auto2_t old_report; /* HDF5 prints its error stack unless told otherwise: put back at the end */
  void *old_report_data;
  unsigned old_plugins;
};

/* Records the first failure of writing. */
void hdf5_write_failed(struct hdf5_file *file, const char *action, const char *name);

/* Variable-length UTF-8; close with H5Tclose. */
hid_t hdf5_text_type(void);

#endif

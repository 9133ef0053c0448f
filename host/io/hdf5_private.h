/* hdf5_private.h - what hdf5_file.c, hdf5_write.c and hdf5_read.c share; for no other file. */
#ifndef LS_HOST_IO_HDF5_PRIVATE_H
#define LS_HOST_IO_HDF5_PRIVATE_H

#include <hdf5.h>
#include <hdf5_hl.h>
#include <sys/types.h>

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
  pid_t reader; /* the process that has a file that is read; 0: none */
  int reader_socket;
};

/* What arrays are read as. */
enum hdf5_element { HDF5_NUMBER, HDF5_REAL, HDF5_INTEGER, HDF5_INT32, HDF5_FLAG };
enum { HDF5_ELEMENTS = 5, HDF5_INFLATION_LIMIT = 1100 }; /* deflate makes no more of a byte than 1,032 */
extern const size_t HDF5_ELEMENT_SIZE[HDF5_ELEMENTS];

/* ---- in the reader: hdf5_file.h's functions on a file that this process has open (hdf5_read.c) ----------------------------- */

bool direct_has(struct hdf5_file *file, hdf5_id parent, const char *name);
bool direct_has_attribute(struct hdf5_file *file, hdf5_id object, const char *name);
ls_status direct_group_open(struct hdf5_file *file, hdf5_id parent, const char *name, hdf5_id *group);
ls_status direct_get_integer(struct hdf5_file *file, hdf5_id object, const char *name, int64_t *value);
ls_status direct_get_integers(struct hdf5_file *file, hdf5_id object, const char *name, int64_t **value,
                              int64_t *count);
ls_status direct_get_number(struct hdf5_file *file, hdf5_id object, const char *name, double *value);
ls_status direct_get_texts(struct hdf5_file *file, hdf5_id object, const char *name, char ***text, int64_t *count);
ls_status direct_count(struct hdf5_file *file, hdf5_id group, const char *name, int64_t *count);
ls_status direct_read_array(struct hdf5_file *file, hdf5_id group, const char *name, enum hdf5_element element,
                            int64_t count, void **value);
ls_status direct_read_texts(struct hdf5_file *file, hdf5_id group, const char *name, int64_t count, char ***text);

/* ---- the reader's life ------------------------------------------------------------------------------------------------------ */

/* Where the reader finds the file: its bytes, or (NULL) by its name. */
struct hdf5_source {
  void *data;
  size_t length;
  hid_t (*open)(struct hdf5_file *file, const struct hdf5_source *source);
};

/* Starts it and has it open the file. LS_STATUS_INVALID_INPUT without a message: it is none that HDF5 knows. */
ls_status hdf5_reader_start(struct hdf5_file *file, const struct hdf5_source *source);
void hdf5_reader_end(struct hdf5_file *file);
void hdf5_ask_group_close(struct hdf5_file *file, hdf5_id group);

/* Nothing has failed yet. HDF5 (1.10.8) may lose what it found no memory for and report success: the C library's own word for it, errno,
 * tells. */
bool hdf5_write_goes_on(struct hdf5_file *file);

/* Records the first failure of writing. */
void hdf5_write_failed(struct hdf5_file *file, const char *action, const char *name);

/* Variable-length UTF-8; close with H5Tclose. */
hid_t hdf5_text_type(void);

#endif

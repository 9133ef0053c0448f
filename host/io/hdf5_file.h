/* hdf5_file.h - HDF5 as this project uses it: labelled arrays with units, written whole, read with suspicion.
 *
 * Writing: the file is built in memory (over 256 MiB under a temporary name) and appears under its name only when complete.
 * Object times are off, so that equal contents give equal bytes. Every dimension carries a scale, texts are variable-length
 * UTF-8: what xarray, netCDF4 and h5py read without options. After a failure every write does nothing; the commit tells.
 *
 * Reading: a path must be a hard link to a dataset of the right class and size, without external or virtual storage and
 * with built-in filters only. A checksum behind the HDF5 data, where there is one, must agree before HDF5 looks at a byte.
 * HDF5 itself runs in a process of its own that can open nothing (hdf5_reader.c): what makes it crash is a damaged file, no more.
 *
 * Only host/io/hdf5_file.c includes hdf5.h.
 */
#ifndef LS_HOST_IO_HDF5_FILE_H
#define LS_HOST_IO_HDF5_FILE_H

#include "core/context.h"

typedef int64_t hdf5_id; /* a group or a dimension scale of an open file; invalid: < 0 */
struct hdf5_file;

/* ---- writing ------------------------------------------------------------------------------------------------------- */

/* A file to be written as `path`; expected_bytes decides where it is built. */
ls_status hdf5_create(ls_context *context, const char *path, bool replace, int64_t expected_bytes,
                      struct hdf5_file **file);

/* Completes the file, or says what failed; closes it in every case. */
ls_status hdf5_commit(struct hdf5_file **file);

/* The first failure of writing; LS_STATUS_OUT_OF_MEMORY where HDF5 itself reported none: for writers whose own memory failed. */
ls_status hdf5_write_status(const struct hdf5_file *file);

/* Closes a file of either kind; one being written is dropped. */
void hdf5_close(struct hdf5_file **file);

hdf5_id hdf5_root(const struct hdf5_file *file);
hdf5_id hdf5_group_create(struct hdf5_file *file, hdf5_id parent, const char *name);
void hdf5_group_close(struct hdf5_file *file, hdf5_id group);

void hdf5_put_text(struct hdf5_file *file, hdf5_id object, const char *name, const char *text);
void hdf5_put_texts(struct hdf5_file *file, hdf5_id object, const char *name, char *const *text, int64_t count);
void hdf5_put_integers(struct hdf5_file *file, hdf5_id object, const char *name, const int64_t *value, int64_t count);
void hdf5_put_integer(struct hdf5_file *file, hdf5_id object, const char *name, int64_t value);
void hdf5_put_number(struct hdf5_file *file, hdf5_id object, const char *name, double value);

/* Dimensions: with labels, with numbers, or a bare length. They stay open until the file is closed. */
hdf5_id hdf5_scale_texts(struct hdf5_file *file, hdf5_id group, const char *name, const char *meaning,
                         char *const *text, int64_t length);
hdf5_id hdf5_scale_integers(struct hdf5_file *file, hdf5_id group, const char *name, const char *meaning,
                            const char *units, const int64_t *value, int64_t length);
hdf5_id hdf5_scale_numbers(struct hdf5_file *file, hdf5_id group, const char *name, const char *meaning,
                           const char *units, const double *value, int64_t length);
hdf5_id hdf5_scale_bare(struct hdf5_file *file, hdf5_id group, const char *name, int64_t length);

enum { HDF5_RANK_MAX = 3 };

enum hdf5_storage {
  HDF5_CONTIGUOUS,
  HDF5_CHECKED,   /* chunks of about 1 MiB with a checksum each */
  HDF5_COMPRESSED /* chunks, deflated: for small or sparse arrays */
};

struct hdf5_array {
  hdf5_id group;
  const char *name;
  const char *units;   /* NULL: "1" (texts, counts) */
  const char *meaning; /* long_name */
  int rank;
  hdf5_id dimension[HDF5_RANK_MAX];
  enum hdf5_storage storage;
  const char *second_name; /* hard link to the same data in the same group; may be NULL */
};

void hdf5_write_numbers(struct hdf5_file *file, const struct hdf5_array *array, const double *value);
void hdf5_write_integers(struct hdf5_file *file, const struct hdf5_array *array, const int64_t *value);
void hdf5_write_int32(struct hdf5_file *file, const struct hdf5_array *array, const int32_t *value);
void hdf5_write_texts(struct hdf5_file *file, const struct hdf5_array *array, char *const *text);

/* int8 with the meaning of its values as CF attributes: "flag_values" 0..count-1 and "flag_meanings". */
void hdf5_write_flags(struct hdf5_file *file, const struct hdf5_array *array, const int8_t *value, const char *meanings,
                      int meaning_count);

/* The library's version, and that it was built against. */
void hdf5_versions(char *text, size_t size);

/* Does the process that reads have a filter of the calls it may make? */
bool hdf5_reader_is_walled(void);

/* ---- reading ------------------------------------------------------------------------------------------------------- */

/* LS_STATUS_INPUT_MISSING, PERMISSION, INVALID_INPUT (not HDF5, damaged). */
ls_status hdf5_open(ls_context *context, const char *path, struct hdf5_file **file);

/* The reading functions record a fault that names the file and the path within it; arrays are freed with context_release,
 * texts with hdf5_texts_release. */
ls_status hdf5_group_open(struct hdf5_file *file, hdf5_id parent, const char *name, hdf5_id *group);
bool hdf5_has(struct hdf5_file *file, hdf5_id parent, const char *name); /* a link of that name */

bool hdf5_has_attribute(struct hdf5_file *file, hdf5_id object, const char *name);
ls_status hdf5_get_text(struct hdf5_file *file, hdf5_id object, const char *name, char **text);
ls_status hdf5_get_texts(struct hdf5_file *file, hdf5_id object, const char *name, char ***text, int64_t *count);
ls_status hdf5_get_integer(struct hdf5_file *file, hdf5_id object, const char *name, int64_t *value);
ls_status hdf5_get_integers(struct hdf5_file *file, hdf5_id object, const char *name, int64_t **value, int64_t *count);
ls_status hdf5_get_number(struct hdf5_file *file, hdf5_id object, const char *name, double *value);

/* The most numbers that one dataset of a file of this size can hold, however well they are compressed: what bounds counts that
 * a file tells before they are believed. */
int64_t hdf5_most_numbers(const struct hdf5_file *file);

/* Number of elements of a dataset. */
ls_status hdf5_count(struct hdf5_file *file, hdf5_id group, const char *name, int64_t *count);

/* A dataset of exactly `count` elements, whatever its rank. Narrower and foreign number types are converted. */
ls_status hdf5_read_numbers(struct hdf5_file *file, hdf5_id group, const char *name, int64_t count, double **value);
/* The same where other programs may have stored whole numbers as integers. */
ls_status hdf5_read_reals(struct hdf5_file *file, hdf5_id group, const char *name, int64_t count, double **value);
ls_status hdf5_read_integers(struct hdf5_file *file, hdf5_id group, const char *name, int64_t count, int64_t **value);
ls_status hdf5_read_int32(struct hdf5_file *file, hdf5_id group, const char *name, int64_t count, int32_t **value);
ls_status hdf5_read_flags(struct hdf5_file *file, hdf5_id group, const char *name, int64_t count, int8_t **value);
ls_status hdf5_read_texts(struct hdf5_file *file, hdf5_id group, const char *name, int64_t count, char ***text);
void hdf5_texts_release(ls_context *context, char **text, int64_t count);

#endif

/* hdf5_write.c - attributes, dimension scales and labelled arrays into an HDF5 file; see hdf5_file.h. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/hdf5_private.h"

enum { CHUNK_BYTES = 1 << 20, COMPRESSION = 4 };

/* ---- groups and attributes ----------------------------------------------------------------------------------------------- */

hdf5_id hdf5_group_create(struct hdf5_file *file, hdf5_id parent, const char *name) {
  if (!hdf5_write_goes_on(file)) return H5I_INVALID_HID;
  hid_t group = H5I_INVALID_HID, creation = H5Pcreate(H5P_GROUP_CREATE);
  if (creation >= 0 && H5Pset_obj_track_times(creation, false) >= 0) {
    group = H5Gcreate2(parent, name, H5P_DEFAULT, creation, H5P_DEFAULT);
  }
  if (creation >= 0) (void)H5Pclose(creation);
  if (group < 0) hdf5_write_failed(file, "create group", name);
  return group;
}

static void put(struct hdf5_file *file, hid_t object, const char *name, hid_t file_type, hid_t memory_type, hid_t space,
                const void *value) {
  bool good = false;
  hid_t attribute = H5I_INVALID_HID;
  if (!hdf5_write_goes_on(file)) return;
  if (file_type >= 0 && space >= 0) attribute = H5Acreate2(object, name, file_type, space, H5P_DEFAULT, H5P_DEFAULT);
  if (attribute >= 0) {
    good = H5Awrite(attribute, memory_type, value) >= 0;
    good = H5Aclose(attribute) >= 0 && good;
  }
  if (!good) hdf5_write_failed(file, "write attribute", name);
}

static void put_array(struct hdf5_file *file, hid_t object, const char *name, hid_t file_type, hid_t memory_type,
                      const void *value, int64_t count) {
  hsize_t length = (hsize_t)count;
  if (!hdf5_write_goes_on(file) || count == 0) return; /* an absent attribute stands for an empty list */
  hid_t space = H5Screate_simple(1, &length, NULL);
  put(file, object, name, file_type, memory_type, space, value);
  if (space >= 0) (void)H5Sclose(space);
}

static void put_scalar(struct hdf5_file *file, hid_t object, const char *name, hid_t file_type, hid_t memory_type,
                       const void *value) {
  if (!hdf5_write_goes_on(file)) return;
  hid_t space = H5Screate(H5S_SCALAR);
  put(file, object, name, file_type, memory_type, space, value);
  if (space >= 0) (void)H5Sclose(space);
}

void hdf5_put_text(struct hdf5_file *file, hdf5_id object, const char *name, const char *text) {
  if (!hdf5_write_goes_on(file)) return;
  hid_t type = hdf5_text_type();
  put_scalar(file, object, name, type, type, &text);
  if (type >= 0) (void)H5Tclose(type);
}

void hdf5_put_texts(struct hdf5_file *file, hdf5_id object, const char *name, char *const *text, int64_t count) {
  if (!hdf5_write_goes_on(file)) return;
  hid_t type = hdf5_text_type();
  put_array(file, object, name, type, type, text, count);
  if (type >= 0) (void)H5Tclose(type);
}

void hdf5_put_integers(struct hdf5_file *file, hdf5_id object, const char *name, const int64_t *value, int64_t count) {
  put_array(file, object, name, H5T_STD_I64LE, H5T_NATIVE_INT64, value, count);
}

void hdf5_put_integer(struct hdf5_file *file, hdf5_id object, const char *name, int64_t value) {
  put_scalar(file, object, name, H5T_STD_I64LE, H5T_NATIVE_INT64, &value);
}

void hdf5_put_number(struct hdf5_file *file, hdf5_id object, const char *name, double value) {
  put_scalar(file, object, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &value);
}

/* ---- datasets --------------------------------------------------------------------------------------------------------------- */

/* Chunks of at most CHUNK_BYTES: the first dimensions are cut first, so that rows stay whole. */
static bool set_storage(hid_t creation, enum hdf5_storage storage, int rank, const hsize_t *dimension, size_t element) {
  hsize_t chunk[HDF5_RANK_MAX], bytes = element;
  if (storage == HDF5_CONTIGUOUS) return true;
  for (int k = 0; k < rank; k++) {
    chunk[k] = dimension[k];
    bytes *= dimension[k];
  }
  for (int k = 0; k < rank && bytes > CHUNK_BYTES; k++) {
    hsize_t rest = bytes / chunk[k];
    chunk[k] = rest >= CHUNK_BYTES ? 1 : CHUNK_BYTES / rest;
    bytes = rest * chunk[k];
  }
  if (H5Pset_chunk(creation, rank, chunk) < 0) return false;
  /* Mandatory: HDF5 would store what it found no memory to compress as it is, and equal results would not be equal files. */
  const unsigned level = COMPRESSION;
  if (storage == HDF5_COMPRESSED && (H5Pset_filter(creation, H5Z_FILTER_SHUFFLE, H5Z_FLAG_MANDATORY, 0, NULL) < 0 ||
                                     H5Pset_filter(creation, H5Z_FILTER_DEFLATE, H5Z_FLAG_MANDATORY, 1, &level) < 0))
    return false;
  return H5Pset_fletcher32(creation) >= 0;
}

static hid_t dataset_create(struct hdf5_file *file, hid_t group, const char *name, hid_t type, int rank,
                            const hsize_t *dimension, enum hdf5_storage storage) {
  hid_t dataset = H5I_INVALID_HID;
  hsize_t count = 1;
  for (int k = 0; k < rank; k++) count *= dimension[k];
  if (count == 0 || rank == 0) storage = HDF5_CONTIGUOUS; /* nothing to cut into chunks */
  hid_t space = rank == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(rank, dimension, NULL);
  hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
  if (space >= 0 && creation >= 0 && H5Pset_obj_track_times(creation, false) >= 0 &&
      set_storage(creation, storage, rank, dimension, H5Tget_size(type))) {
    dataset = H5Dcreate2(group, name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
  }
  if (creation >= 0) (void)H5Pclose(creation);
  if (space >= 0) (void)H5Sclose(space);
  if (dataset < 0) hdf5_write_failed(file, "create dataset", name);
  return dataset;
}

/* Every dataset says its units, for readers that ask all of them: names and counts have "1". */
static void describe(struct hdf5_file *file, hid_t dataset, const char *units, const char *meaning) {
  hdf5_put_text(file, dataset, "units", units != NULL ? units : "1");
  if (meaning != NULL) hdf5_put_text(file, dataset, "long_name", meaning);
}

/* A scale stays open: it is what later arrays name as their dimension; closing the file closes it. */
static hid_t scale_create(struct hdf5_file *file, hid_t group, const char *name, hid_t type, hid_t memory_type,
                          const void *value, int64_t length, const char *scale_name) {
  hsize_t dimension = (hsize_t)length;
  if (!hdf5_write_goes_on(file)) return H5I_INVALID_HID;
  hid_t dataset = dataset_create(file, group, name, type, 1, &dimension, HDF5_CONTIGUOUS);
  if (dataset < 0) return H5I_INVALID_HID;
  bool good = value == NULL || length == 0 || H5Dwrite(dataset, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, value) >= 0;
  if (!good || H5DSset_scale(dataset, scale_name) < 0) {
    hdf5_write_failed(file, "write dimension", name);
    (void)H5Dclose(dataset);
    return H5I_INVALID_HID;
  }
  return dataset;
}

hdf5_id hdf5_scale_texts(struct hdf5_file *file, hdf5_id group, const char *name, const char *meaning,
                         char *const *text, int64_t length) {
  if (!hdf5_write_goes_on(file)) return H5I_INVALID_HID;
  hid_t type = hdf5_text_type();
  hid_t scale = scale_create(file, group, name, type, type, text, length, name);
  if (type >= 0) (void)H5Tclose(type);
  describe(file, scale, NULL, meaning);
  return scale;
}

hdf5_id hdf5_scale_integers(struct hdf5_file *file, hdf5_id group, const char *name, const char *meaning,
                            const char *units, const int64_t *value, int64_t length) {
  hid_t scale = scale_create(file, group, name, H5T_STD_I64LE, H5T_NATIVE_INT64, value, length, name);
  describe(file, scale, units, meaning);
  return scale;
}

hdf5_id hdf5_scale_numbers(struct hdf5_file *file, hdf5_id group, const char *name, const char *meaning,
                           const char *units, const double *value, int64_t length) {
  hid_t scale = scale_create(file, group, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, value, length, name);
  describe(file, scale, units, meaning);
  return scale;
}

/* netCDF's convention for a dimension without values; the number of digits is part of it. */
hdf5_id hdf5_scale_bare(struct hdf5_file *file, hdf5_id group, const char *name, int64_t length) {
  char text[96];
  (void)snprintf(text, sizeof text, "This is a netCDF dimension but not a netCDF variable. %10lld", (long long)length);
  hid_t scale = scale_create(file, group, name, H5T_IEEE_F32BE, H5T_NATIVE_FLOAT, NULL, length, text);
  describe(file, scale, NULL, NULL);
  return scale;
}

static bool dimension_lengths(const struct hdf5_array *array, hsize_t *dimension) {
  for (int k = 0; k < array->rank; k++) {
    hid_t space = H5Dget_space(array->dimension[k]);
    if (space < 0) return false;
    int rank = H5Sget_simple_extent_dims(space, &dimension[k], NULL);
    (void)H5Sclose(space);
    if (rank != 1) return false;
  }
  return true;
}

/* Creates, describes, fills and links an array; returns it open, or invalid after a failure. */
static hid_t array_write(struct hdf5_file *file, const struct hdf5_array *array, hid_t type, hid_t memory_type,
                         const void *value) {
  hsize_t dimension[HDF5_RANK_MAX] = {1, 1, 1};
  if (!hdf5_write_goes_on(file)) return H5I_INVALID_HID;
  if (!dimension_lengths(array, dimension)) {
    hdf5_write_failed(file, "find the dimensions of", array->name);
    return H5I_INVALID_HID;
  }
  hid_t dataset = dataset_create(file, array->group, array->name, type, array->rank, dimension, array->storage);
  if (dataset < 0) return dataset;
  bool good = true;
  bool empty = dimension[0] * dimension[1] * dimension[2] == 0;
  if (!empty) good = H5Dwrite(dataset, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, value) >= 0;
  for (int k = 0; k < array->rank && good; k++) good = H5DSattach_scale(dataset, array->dimension[k], (unsigned)k) >= 0;
  if (good && array->second_name != NULL) {
    good = H5Lcreate_hard(array->group, array->name, array->group, array->second_name, H5P_DEFAULT, H5P_DEFAULT) >= 0;
  }
  if (!good) hdf5_write_failed(file, "write", array->name);
  describe(file, dataset, array->units, array->meaning);
  return dataset;
}

static void dataset_close(struct hdf5_file *file, hid_t dataset, const char *name) {
  if (dataset >= 0 && H5Dclose(dataset) < 0) hdf5_write_failed(file, "complete", name);
}

void hdf5_write_numbers(struct hdf5_file *file, const struct hdf5_array *array, const double *value) {
  hid_t dataset = array_write(file, array, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, value);
  hdf5_put_number(file, dataset, "_FillValue", NAN); /* how netCDF says that a value is missing */
  dataset_close(file, dataset, array->name);
}

void hdf5_write_integers(struct hdf5_file *file, const struct hdf5_array *array, const int64_t *value) {
  dataset_close(file, array_write(file, array, H5T_STD_I64LE, H5T_NATIVE_INT64, value), array->name);
}

void hdf5_write_int32(struct hdf5_file *file, const struct hdf5_array *array, const int32_t *value) {
  dataset_close(file, array_write(file, array, H5T_STD_I32LE, H5T_NATIVE_INT32, value), array->name);
}

void hdf5_write_texts(struct hdf5_file *file, const struct hdf5_array *array, char *const *text) {
  hid_t type = hdf5_write_goes_on(file) ? hdf5_text_type() : H5I_INVALID_HID;
  dataset_close(file, array_write(file, array, type, type, text), array->name);
  if (type >= 0) (void)H5Tclose(type);
}

void hdf5_write_flags(struct hdf5_file *file, const struct hdf5_array *array, const int8_t *value, const char *meanings,
                      int meaning_count) {
  int8_t flag_value[16];
  for (int k = 0; k < meaning_count; k++) flag_value[k] = (int8_t)k;
  hid_t dataset = array_write(file, array, H5T_STD_I8LE, H5T_NATIVE_INT8, value);
  put_array(file, dataset, "flag_values", H5T_STD_I8LE, H5T_NATIVE_INT8, flag_value, meaning_count);
  hdf5_put_text(file, dataset, "flag_meanings", meanings);
  dataset_close(file, dataset, array->name);
}

/* hdf5_read.c - attributes and arrays out of an HDF5 file that may be damaged or hostile, in the process that has it open: the
 * reader's (hdf5_reader.c). */
#include <string.h>

#include "io/hdf5_private.h"

enum { CHUNK_LIMIT = 64 << 20, NAME_ROOM = 512, ATTRIBUTE_LIMIT = 1 << 24 };

/* Records a fault of the object `name` within `parent`. */
static ls_status fault(struct hdf5_file *file, hid_t parent, const char *name, const char *rule) {
  char folder[NAME_ROOM] = "";
  (void)H5Iget_name(parent, folder, sizeof folder);
  const char *slash = folder[0] != '\0' && folder[strlen(folder) - 1] == '/' ? "" : "/";
  return context_fault(file->context, file->path, 0, "'%s%s%s' %s", folder, slash, name, rule);
}

bool direct_has(struct hdf5_file *file, hdf5_id parent, const char *name) {
  (void)file;
  return H5Lexists(parent, name, H5P_DEFAULT) > 0;
}

/* Soft and external links lead elsewhere, perhaps out of the file. */
static ls_status check_link(struct hdf5_file *file, hid_t parent, const char *name) {
  H5L_info_t link;
  if (H5Lexists(parent, name, H5P_DEFAULT) <= 0) return fault(file, parent, name, "is missing");
  if (H5Lget_info(parent, name, &link, H5P_DEFAULT) < 0) return fault(file, parent, name, "is damaged");
  if (link.type != H5L_TYPE_HARD) return fault(file, parent, name, "is a soft or external link, must be a hard link");
  return LS_STATUS_OK;
}

ls_status direct_group_open(struct hdf5_file *file, hdf5_id parent, const char *name, hdf5_id *group) {
  ls_status status = check_link(file, parent, name);
  if (status != LS_STATUS_OK) return status;
  hid_t opened = H5Oopen(parent, name, H5P_DEFAULT);
  if (opened < 0) return fault(file, parent, name, "is damaged");
  if (H5Iget_type(opened) != H5I_GROUP) {
    (void)H5Oclose(opened);
    return fault(file, parent, name, "must be a group");
  }
  *group = opened;
  return LS_STATUS_OK;
}

/* ---- attributes --------------------------------------------------------------------------------------------------------------- */

bool direct_has_attribute(struct hdf5_file *file, hdf5_id object, const char *name) {
  (void)file;
  return H5Aexists(object, name) > 0;
}

/* Opens an attribute of the class wanted and tells how many elements it has. */
static ls_status attribute_open(struct hdf5_file *file, hid_t object, const char *name, H5T_class_t wanted,
                                hid_t *attribute, int64_t *count) {
  if (H5Aexists(object, name) <= 0) return fault(file, object, name, "(an attribute) is missing");
  hid_t opened = H5Aopen(object, name, H5P_DEFAULT);
  if (opened < 0) return fault(file, object, name, "(an attribute) is damaged");
  hid_t type = H5Aget_type(opened), space = H5Aget_space(opened);
  H5T_class_t class = type >= 0 ? H5Tget_class(type) : H5T_NO_CLASS;
  hssize_t points = space >= 0 ? H5Sget_simple_extent_npoints(space) : -1;
  if (type >= 0) (void)H5Tclose(type);
  if (space >= 0) (void)H5Sclose(space);
  if (class != wanted || points < 0 || points > ATTRIBUTE_LIMIT) {
    (void)H5Aclose(opened);
    return fault(file, object, name, "(an attribute) is of another type or size than it must be");
  }
  *attribute = opened;
  *count = points;
  return LS_STATUS_OK;
}

static ls_status get_scalar(struct hdf5_file *file, hid_t object, const char *name, H5T_class_t class, hid_t type,
                            void *value) {
  hid_t attribute = H5I_INVALID_HID;
  int64_t count = 0;
  ls_status status = attribute_open(file, object, name, class, &attribute, &count);
  if (status != LS_STATUS_OK) return status;
  if (count != 1) {
    status = fault(file, object, name, "(an attribute) must be one value");
  } else if (H5Aread(attribute, type, value) < 0) {
    status = fault(file, object, name, "(an attribute) is damaged");
  }
  (void)H5Aclose(attribute);
  return status;
}

ls_status direct_get_integer(struct hdf5_file *file, hdf5_id object, const char *name, int64_t *value) {
  int64_t read = 0;
  ls_status status = get_scalar(file, object, name, H5T_INTEGER, H5T_NATIVE_INT64, &read);
  if (status == LS_STATUS_OK) *value = read;
  return status;
}

ls_status direct_get_integers(struct hdf5_file *file, hdf5_id object, const char *name, int64_t **value,
                              int64_t *count) {
  hid_t attribute = H5I_INVALID_HID;
  int64_t found = 0, *read = NULL;
  ls_status status = attribute_open(file, object, name, H5T_INTEGER, &attribute, &found);
  if (status != LS_STATUS_OK) return status;
  read = context_allocate(file->context, (size_t)found, sizeof *read);
  if (read == NULL) {
    status = LS_STATUS_OUT_OF_MEMORY;
  } else if (found > 0 && H5Aread(attribute, H5T_NATIVE_INT64, read) < 0) {
    status = fault(file, object, name, "(an attribute) is damaged");
  }
  (void)H5Aclose(attribute);
  if (status != LS_STATUS_OK) {
    context_release(file->context, read);
    return status;
  }
  *value = read;
  *count = found;
  return LS_STATUS_OK;
}

ls_status direct_get_number(struct hdf5_file *file, hdf5_id object, const char *name, double *value) {
  double read = 0;
  ls_status status = get_scalar(file, object, name, H5T_FLOAT, H5T_NATIVE_DOUBLE, &read);
  if (status == LS_STATUS_OK) *value = read;
  return status;
}

/* Copies texts that HDF5 allocated into memory of the context. A zero-length text may come back as NULL. */
static ls_status copy_texts(ls_context *context, char *const *raw, int64_t count, char **text) {
  for (int64_t k = 0; k < count; k++) {
    text[k] = context_copy_text(context, raw[k] == NULL ? "" : raw[k]);
    if (text[k] == NULL) return LS_STATUS_OUT_OF_MEMORY;
  }
  return LS_STATUS_OK;
}

/* Reads texts of an attribute or a dataset, of variable length only, as this project writes them. */
static ls_status read_texts(struct hdf5_file *file, hid_t object, bool is_attribute, int64_t count, char **text) {
  ls_context *context = file->context;
  ls_status status = LS_STATUS_OK;
  hid_t type = hdf5_text_type();
  hid_t space = is_attribute ? H5Aget_space(object) : H5Dget_space(object);
  char **raw = context_allocate(context, (size_t)count, sizeof *raw);
  if (raw == NULL) {
    status = LS_STATUS_OUT_OF_MEMORY;
  } else if (type < 0 || space < 0 ||
             (is_attribute ? H5Aread(object, type, raw) : H5Dread(object, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, raw)) <
                 0) {
    status = LS_STATUS_INVALID_INPUT;
  } else {
    status = copy_texts(context, raw, count, text);
    (void)H5Dvlen_reclaim(type, space, H5P_DEFAULT, raw);
  }
  context_release(context, raw);
  if (space >= 0) (void)H5Sclose(space);
  if (type >= 0) (void)H5Tclose(type);
  return status;
}

static bool is_variable_text(hid_t type) {
  return type >= 0 && H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) > 0;
}

ls_status direct_get_texts(struct hdf5_file *file, hdf5_id object, const char *name, char ***text, int64_t *count) {
  hid_t attribute = H5I_INVALID_HID;
  int64_t found = 0;
  char **read = NULL;
  ls_status status = attribute_open(file, object, name, H5T_STRING, &attribute, &found);
  if (status != LS_STATUS_OK) return status;
  hid_t type = H5Aget_type(attribute);
  bool variable = is_variable_text(type);
  if (type >= 0) (void)H5Tclose(type);
  read = context_allocate(file->context, (size_t)found, sizeof *read);
  if (!variable) {
    status = fault(file, object, name, "(an attribute) must be text of variable length");
  } else if (read == NULL) {
    status = LS_STATUS_OUT_OF_MEMORY;
  } else {
    status = read_texts(file, attribute, true, found, read);
    if (status == LS_STATUS_INVALID_INPUT) status = fault(file, object, name, "(an attribute) is damaged");
  }
  (void)H5Aclose(attribute);
  if (status != LS_STATUS_OK) {
    hdf5_texts_release(file->context, read, found);
    return status;
  }
  *text = read;
  *count = found;
  return LS_STATUS_OK;
}

/* ---- datasets ------------------------------------------------------------------------------------------------------------------- */

static bool filters_built_in(hid_t creation) {
  int count = H5Pget_nfilters(creation);
  for (int k = 0; k < count; k++) {
    unsigned flags = 0;
    size_t values = 0;
    H5Z_filter_t filter = H5Pget_filter2(creation, (unsigned)k, &flags, &values, NULL, 0, NULL, NULL);
    if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE && filter != H5Z_FILTER_FLETCHER32) return false;
  }
  return count >= 0;
}

/* Why the storage of a dataset is refused; NULL: it is fine. */
static const char *storage_fault(hid_t creation, size_t element) {
  H5D_layout_t layout = H5Pget_layout(creation);
  hsize_t chunk[H5S_MAX_RANK], bytes = element;
  if (layout != H5D_COMPACT && layout != H5D_CONTIGUOUS && layout != H5D_CHUNKED) return "must be stored in this file";
  if (H5Pget_external_count(creation) != 0) return "must be stored in this file, not in another";
  if (!filters_built_in(creation)) return "is stored with a filter other than deflate, shuffle and fletcher32";
  if (layout != H5D_CHUNKED) return NULL;
  int rank = H5Pget_chunk(creation, H5S_MAX_RANK, chunk);
  if (rank < 0) return "is damaged";
  for (int k = 0; k < rank; k++) {
    if (chunk[k] > CHUNK_LIMIT / bytes) return "is stored in chunks of more than 64 MiB";
    bytes *= chunk[k];
  }
  return NULL;
}

/* Why a dataset is refused; NULL: its class and storage are fine and it has *count elements. */
static const char *dataset_fault(struct hdf5_file *file, hid_t dataset, H5T_class_t wanted, int64_t *count) {
  const char *reason = "is damaged";
  hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset), creation = H5Dget_create_plist(dataset);
  if (type >= 0 && space >= 0 && creation >= 0) {
    size_t element = H5Tget_size(type);
    H5T_class_t class = H5Tget_class(type);
    hssize_t points = H5Sget_simple_extent_npoints(space);
    if (wanted != H5T_NO_CLASS && class != wanted) {
      reason = "holds another type of value than it must";
    } else if (class == H5T_STRING && !is_variable_text(type)) {
      reason = "must hold texts of variable length";
    } else if (points < 0 || element == 0 || points > INT64_MAX / HDF5_INFLATION_LIMIT / (int64_t)element ||
               points * (int64_t)element > file->length * HDF5_INFLATION_LIMIT) {
      reason = "claims more data than the file can hold";
    } else {
      reason = storage_fault(creation, element);
      *count = points;
    }
  }
  if (creation >= 0) (void)H5Pclose(creation);
  if (space >= 0) (void)H5Sclose(space);
  if (type >= 0) (void)H5Tclose(type);
  return reason;
}

static ls_status dataset_open(struct hdf5_file *file, hid_t group, const char *name, H5T_class_t wanted, hid_t *dataset,
                              int64_t *count) {
  ls_status status = check_link(file, group, name);
  if (status != LS_STATUS_OK) return status;
  hid_t opened = H5Oopen(group, name, H5P_DEFAULT);
  if (opened < 0) return fault(file, group, name, "is damaged");
  const char *reason =
      H5Iget_type(opened) != H5I_DATASET ? "must be a dataset" : dataset_fault(file, opened, wanted, count);
  if (reason != NULL) {
    (void)H5Oclose(opened);
    return fault(file, group, name, reason);
  }
  *dataset = opened;
  return LS_STATUS_OK;
}

ls_status direct_count(struct hdf5_file *file, hdf5_id group, const char *name, int64_t *count) {
  hid_t dataset = H5I_INVALID_HID;
  ls_status status = dataset_open(file, group, name, H5T_NO_CLASS, &dataset, count);
  if (status == LS_STATUS_OK) (void)H5Dclose(dataset);
  return status;
}

static ls_status read_array(struct hdf5_file *file, hid_t group, const char *name, H5T_class_t class, hid_t type,
                            size_t element, int64_t count, void **value) {
  hid_t dataset = H5I_INVALID_HID;
  int64_t found = 0;
  ls_status status = dataset_open(file, group, name, class, &dataset, &found);
  if (status != LS_STATUS_OK) return status;
  void *read = NULL;
  if (found != count) {
    status = fault(file, group, name, "has another number of elements than it must");
  } else if ((read = context_allocate(file->context, (size_t)count, element)) == NULL) {
    status = LS_STATUS_OUT_OF_MEMORY;
  } else if (count > 0 && H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, read) < 0) {
    status = fault(file, group, name, "is damaged");
  }
  (void)H5Dclose(dataset);
  if (status != LS_STATUS_OK) {
    context_release(file->context, read);
    return status;
  }
  *value = read;
  return LS_STATUS_OK;
}

/* Whether a dataset is there and holds integers; what is wrong with it is for the reading to tell. */
static bool holds_integers(hid_t group, const char *name) {
  hid_t object = H5Oopen(group, name, H5P_DEFAULT);
  if (object < 0) return false;
  hid_t type = H5Iget_type(object) == H5I_DATASET ? H5Dget_type(object) : H5I_INVALID_HID;
  bool integers = type >= 0 && H5Tget_class(type) == H5T_INTEGER;
  if (type >= 0) (void)H5Tclose(type);
  (void)H5Oclose(object);
  return integers;
}

ls_status direct_read_array(struct hdf5_file *file, hdf5_id group, const char *name, enum hdf5_element element,
                            int64_t count, void **value) {
  const hid_t memory_type[] = {[HDF5_NUMBER] = H5T_NATIVE_DOUBLE,
                               [HDF5_REAL] = H5T_NATIVE_DOUBLE,
                               [HDF5_INTEGER] = H5T_NATIVE_INT64,
                               [HDF5_INT32] = H5T_NATIVE_INT32,
                               [HDF5_FLAG] = H5T_NATIVE_INT8};
  bool whole = element != HDF5_NUMBER;
  if (element == HDF5_REAL) {
    ls_status status = check_link(file, group, name); /* a soft link must not even be opened to see what is there */
    if (status != LS_STATUS_OK) return status;
    whole = holds_integers(group, name);
  }
  return read_array(file, group, name, whole ? H5T_INTEGER : H5T_FLOAT, memory_type[element],
                    HDF5_ELEMENT_SIZE[element], count, value);
}

ls_status direct_read_texts(struct hdf5_file *file, hdf5_id group, const char *name, int64_t count, char ***text) {
  hid_t dataset = H5I_INVALID_HID;
  int64_t found = 0;
  ls_status status = dataset_open(file, group, name, H5T_STRING, &dataset, &found);
  if (status != LS_STATUS_OK) return status;
  char **read = NULL;
  if (found != count) {
    status = fault(file, group, name, "has another number of elements than it must");
  } else if ((read = context_allocate(file->context, (size_t)count, sizeof *read)) == NULL) {
    status = LS_STATUS_OUT_OF_MEMORY;
  } else if (count > 0) {
    status = read_texts(file, dataset, false, count, read);
    if (status == LS_STATUS_INVALID_INPUT) status = fault(file, group, name, "is damaged");
  }
  (void)H5Dclose(dataset);
  if (status != LS_STATUS_OK) {
    hdf5_texts_release(file->context, read, count);
    return status;
  }
  *text = read;
  return LS_STATUS_OK;
}

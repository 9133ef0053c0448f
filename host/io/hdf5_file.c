/* hdf5_file.c - HDF5 files opened, completed and closed; see hdf5_file.h. Arrays are in hdf5_write.c and hdf5_read.c. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "io/file.h"
#include "io/hdf5_private.h"
#include "io/read_file.h"

#define IMAGE_LIMIT (INT64_C(256) << 20)
#define SEAL_MARK "\nloopstress xxh3-128 "
enum { SEAL_LENGTH = 64, HASH_STEP = 1 << 20, IMAGE_STEP = 1 << 20 };

/* ---- the seal: a checksum behind the HDF5 data, where HDF5 does not look ----------------------------------------------- */

static void seal_print(XXH128_hash_t hash, char seal[SEAL_LENGTH + 1]) {
  XXH128_canonical_t canonical;
  size_t length = strlen(SEAL_MARK);
  XXH128_canonicalFromHash(&canonical, hash);
  memset(seal, '\n', SEAL_LENGTH);
  seal[SEAL_LENGTH] = '\0';
  memcpy(seal, SEAL_MARK, length);
  for (size_t k = 0; k < sizeof canonical.digest; k++) {
    static const char digit[] = "0123456789abcdef";
    seal[length++] = digit[canonical.digest[k] >> 4];
    seal[length++] = digit[canonical.digest[k] & 15];
  }
}

/* Hashes the first `length` bytes of an open file. */
static bool hash_descriptor(int descriptor, int64_t length, unsigned char *step, XXH3_state_t *state,
                            XXH128_hash_t *hash) {
  if (lseek(descriptor, 0, SEEK_SET) != 0 || XXH3_128bits_reset(state) != XXH_OK) return false;
  for (int64_t done = 0; done < length;) {
    int64_t wanted = length - done < HASH_STEP ? length - done : HASH_STEP;
    ssize_t got = read(descriptor, step, (size_t)wanted);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    if (XXH3_128bits_update(state, step, (size_t)got) != XXH_OK) return false;
    done += got;
  }
  *hash = XXH3_128bits_digest(state);
  return true;
}

/* Seal of a file on disk: its first `length` bytes. */
static ls_status seal_of_descriptor(struct hdf5_file *file, int descriptor, int64_t length,
                                    char seal[SEAL_LENGTH + 1]) {
  XXH128_hash_t hash;
  ls_status status = LS_STATUS_OUT_OF_MEMORY;
  unsigned char *step = context_allocate(file->context, HASH_STEP, 1);
  XXH3_state_t *state = XXH3_createState();
  if (step != NULL && state != NULL) {
    status = LS_STATUS_OK;
    if (hash_descriptor(descriptor, length, step, state, &hash)) {
      seal_print(hash, seal);
    } else {
      status = context_fail(file->context, LS_STATUS_IO, "%s: cannot be read", file->path);
    }
  } else if (state == NULL) {
    status = context_fail(file->context, LS_STATUS_OUT_OF_MEMORY, "out of memory for a checksum");
  }
  XXH3_freeState(state);
  context_release(file->context, step);
  return status;
}

/* ---- opening and closing ------------------------------------------------------------------------------------------------ */

static struct hdf5_file *file_begin(ls_context *context, const char *path, bool writing) {
  struct hdf5_file *file = context_allocate(context, 1, sizeof *file);
  if (file == NULL) return NULL;
  file->context = context;
  file->file = H5I_INVALID_HID;
  file->writing = writing;
  file->reader_socket = -1;
  file->path = context_copy_text(context, path);
  if (file->path == NULL) {
    context_release(context, file);
    return NULL;
  }
  if (!writing) return file;
  (void)H5open();
  (void)H5Eget_auto2(H5E_DEFAULT, &file->old_report, &file->old_report_data);
  (void)H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
  (void)H5PLget_loading_state(&file->old_plugins);
  (void)H5PLset_loading_state(0);
  return file;
}

/* An object left open would keep the file open. */
static int close_objects(hid_t id) {
  enum { AT_ONCE = 64 };
  hid_t open_id[AT_ONCE];
  int result = 0;
  for (;;) {
    unsigned kinds = H5F_OBJ_DATASET | H5F_OBJ_GROUP | H5F_OBJ_DATATYPE | H5F_OBJ_ATTR;
    ssize_t count = H5Fget_obj_ids(id, kinds, AT_ONCE, open_id);
    if (count <= 0) return count < 0 ? -1 : result;
    for (ssize_t k = 0; k < count; k++) {
      if (H5Oclose(open_id[k]) < 0 && H5Aclose(open_id[k]) < 0) return -1;
    }
  }
}

static void file_end(struct hdf5_file **handle) {
  struct hdf5_file *file = *handle;
  ls_context *context = file->context;
  hdf5_reader_end(file);
  if (file->writing && file->file >= 0) {
    (void)close_objects(file->file);
    (void)H5Fclose(file->file);
  }
  if (file->writing) {
    (void)H5Eset_auto2(H5E_DEFAULT, file->old_report, file->old_report_data);
    (void)H5PLset_loading_state(file->old_plugins);
  }
  context_release(context, file->temporary);
  context_release(context, file->path);
  context_release(context, file);
  *handle = NULL;
}

void hdf5_close(struct hdf5_file **handle) {
  if (handle == NULL || *handle == NULL) return;
  if ((*handle)->temporary != NULL) file_temporary_remove((*handle)->temporary);
  file_end(handle);
}

/* Superblock 0: opens everywhere, and avoids HDF5 1.10.8's file image of later ones, whose checksum is stale. */
static hid_t create_with(struct hdf5_file *file, const char *name, int64_t expected_bytes) {
  hid_t created = H5I_INVALID_HID;
  hid_t access = H5Pcreate(H5P_FILE_ACCESS), creation = H5Pcreate(H5P_FILE_CREATE);
  bool good = access >= 0 && creation >= 0 && H5Pset_obj_track_times(creation, false) >= 0 &&
              H5Pset_libver_bounds(access, H5F_LIBVER_EARLIEST, H5F_LIBVER_V110) >= 0;
  size_t step = (size_t)(expected_bytes / 8 > IMAGE_STEP ? expected_bytes / 8 : IMAGE_STEP);
  if (good && file->temporary == NULL) good = H5Pset_fapl_core(access, step, false) >= 0;
  if (good) created = H5Fcreate(name, H5F_ACC_TRUNC, creation, access);
  if (access >= 0) (void)H5Pclose(access);
  if (creation >= 0) (void)H5Pclose(creation);
  return created;
}

ls_status hdf5_create(ls_context *context, const char *path, bool replace, int64_t expected_bytes,
                      struct hdf5_file **handle) {
  int descriptor = -1;
  ls_status status = file_output_check(context, path, replace);
  if (status != LS_STATUS_OK) return status;
  errno = 0; /* for hdf5_write_goes_on */
  struct hdf5_file *file = file_begin(context, path, true);
  if (file == NULL) return LS_STATUS_OUT_OF_MEMORY;
  file->replace = replace;
  if (expected_bytes > IMAGE_LIMIT) {
    status = file_temporary_create(context, path, &file->temporary, &descriptor);
    if (status != LS_STATUS_OK) {
      file_end(&file);
      return status;
    }
    (void)close(descriptor);
  }
  file->file = create_with(file, file->temporary != NULL ? file->temporary : path, expected_bytes);
  if (file->file < 0) {
    hdf5_close(&file);
    return context_fail(context, LS_STATUS_IO, "%s: HDF5 cannot create it", path);
  }
  *handle = file;
  return LS_STATUS_OK;
}

/* ---- completing ----------------------------------------------------------------------------------------------------------- */

static ls_status commit_image(struct hdf5_file *file) {
  ssize_t size = H5Fget_file_image(file->file, NULL, 0);
  char seal[SEAL_LENGTH + 1];
  if (size < 0) return context_fail(file->context, LS_STATUS_IO, "%s: HDF5 cannot complete it", file->path);
  unsigned char *image = context_allocate(file->context, (size_t)size + SEAL_LENGTH, 1);
  if (image == NULL) return LS_STATUS_OUT_OF_MEMORY;
  ls_status status = LS_STATUS_OK;
  if (H5Fget_file_image(file->file, image, (size_t)size) != size || errno == ENOMEM) {
    status = context_fail(file->context, LS_STATUS_IO, "%s: HDF5 cannot complete it", file->path);
  } else {
    seal_print(XXH3_128bits(image, (size_t)size), seal);
    memcpy(image + size, seal, SEAL_LENGTH);
    status = file_write(file->context, file->path, image, (size_t)size + SEAL_LENGTH, file->replace);
  }
  context_release(file->context, image);
  return status;
}

static ls_status seal_append(struct hdf5_file *file, int descriptor) {
  char seal[SEAL_LENGTH + 1];
  off_t length = lseek(descriptor, 0, SEEK_END);
  if (length < 0) return file_output_error(file->context, file->path, errno);
  ls_status status = seal_of_descriptor(file, descriptor, length, seal);
  if (status != LS_STATUS_OK) return status;
  if (pwrite(descriptor, seal, SEAL_LENGTH, length) != SEAL_LENGTH)
    return file_output_error(file->context, file->path, errno);
  return LS_STATUS_OK;
}

static ls_status commit_temporary(struct hdf5_file *file) {
  hid_t id = file->file;
  file->file = H5I_INVALID_HID;
  if (close_objects(id) < 0 || H5Fclose(id) < 0 || errno == ENOMEM) {
    return context_fail(file->context, LS_STATUS_IO, "%s: HDF5 cannot complete it", file->path);
  }
  int descriptor = open(file->temporary, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (descriptor < 0) return file_output_error(file->context, file->path, errno);
  ls_status status = seal_append(file, descriptor);
  if (close(descriptor) != 0 && status == LS_STATUS_OK) status = file_output_error(file->context, file->path, errno);
  if (status == LS_STATUS_OK) {
    status = file_temporary_commit(file->context, file->temporary, file->path, file->replace);
    context_release(file->context, file->temporary);
    file->temporary = NULL;
  }
  return status;
}

ls_status hdf5_commit(struct hdf5_file **handle) {
  struct hdf5_file *file = *handle;
  /* HDF5 may hold writes back, and reports a full disk here or not at all */
  if (hdf5_write_goes_on(file) && H5Fflush(file->file, H5F_SCOPE_GLOBAL) < 0)
    file->status = context_fail(file->context, LS_STATUS_IO, "%s: HDF5 cannot complete it", file->path);
  ls_status status = hdf5_write_goes_on(file) ? LS_STATUS_OK : file->status;
  if (status == LS_STATUS_OK) status = file->temporary != NULL ? commit_temporary(file) : commit_image(file);
  hdf5_close(handle);
  return status;
}

/* ---- opening for reading --------------------------------------------------------------------------------------------------- */

static ls_status damaged(const struct hdf5_file *file) {
  return context_fault(file->context, file->path, 0, "is damaged: its checksum does not agree with its contents");
}

/* In the reader: HDF5 opens a copy of the bytes and no file. */
static hid_t open_bytes(struct hdf5_file *file, const struct hdf5_source *source) {
  hid_t opened = H5I_INVALID_HID, access = H5Pcreate(H5P_FILE_ACCESS);
  (void)file;
  if (access < 0) return opened;
  if (H5Pset_fapl_core(access, IMAGE_STEP, false) >= 0 &&
      H5Pset_file_image(access, source->data, source->length) >= 0) {
    opened = H5Fopen("image", H5F_ACC_RDONLY, access);
  }
  (void)H5Pclose(access);
  return opened;
}

static ls_status open_image(struct hdf5_file *file) {
  char *data = NULL;
  char seal[SEAL_LENGTH + 1];
  size_t length = 0;
  ls_status status = read_file(file->context, file->path, &data, &length);
  if (status != LS_STATUS_OK) return status;
  file->length = (int64_t)length;
  if (length > SEAL_LENGTH && memcmp(data + length - SEAL_LENGTH, SEAL_MARK, strlen(SEAL_MARK)) == 0) {
    length -= SEAL_LENGTH;
    seal_print(XXH3_128bits(data, length), seal);
    if (memcmp(seal, data + length, SEAL_LENGTH) != 0) status = damaged(file);
  }
  if (status == LS_STATUS_OK && length > 0)
    status = hdf5_reader_start(file, &(struct hdf5_source){data, length, open_bytes});
  context_release(file->context, data);
  return status;
}

static ls_status check_seal_on_disk(struct hdf5_file *file) {
  char seal[SEAL_LENGTH + 1], found[SEAL_LENGTH];
  ls_status status = LS_STATUS_OK;
  int descriptor = open(file->path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0)
    return context_fail(file->context, LS_STATUS_IO, "%s: cannot be read: %s", file->path, strerror(errno));
  int64_t length = file->length - SEAL_LENGTH;
  if (pread(descriptor, found, SEAL_LENGTH, length) != SEAL_LENGTH) {
    status = context_fail(file->context, LS_STATUS_IO, "%s: cannot be read", file->path);
  } else if (memcmp(found, SEAL_MARK, strlen(SEAL_MARK)) == 0) {
    status = seal_of_descriptor(file, descriptor, length, seal);
    if (status == LS_STATUS_OK && memcmp(seal, found, SEAL_LENGTH) != 0) status = damaged(file);
  }
  (void)close(descriptor);
  return status;
}

/* In the reader, of a file too large to be held: opened by name before the right to open anything goes. */
static hid_t open_named(struct hdf5_file *file, const struct hdf5_source *source) {
  hid_t opened = H5I_INVALID_HID, access = H5Pcreate(H5P_FILE_ACCESS);
  (void)source;
  if (access < 0) return opened;
  (void)H5Pset_file_locking(access, false, true); /* network file systems refuse locks; we only read */
  opened = H5Fopen(file->path, H5F_ACC_RDONLY, access);
  (void)H5Pclose(access);
  return opened;
}

static ls_status open_on_disk(struct hdf5_file *file) {
  ls_status status = check_seal_on_disk(file);
  if (status != LS_STATUS_OK) return status;
  return hdf5_reader_start(file, &(struct hdf5_source){NULL, 0, open_named});
}

ls_status hdf5_open(ls_context *context, const char *path, struct hdf5_file **handle) {
  int64_t length = 0;
  ls_status status = file_size(context, path, &length);
  if (status != LS_STATUS_OK) return status;
  struct hdf5_file *file = file_begin(context, path, false);
  if (file == NULL) return LS_STATUS_OUT_OF_MEMORY;
  file->length = length;
  const int64_t faults = context_fault_count(context);
  status = length > IMAGE_LIMIT ? open_on_disk(file) : open_image(file);
  if (file->file < 0 && (status == LS_STATUS_OK || status == LS_STATUS_INVALID_INPUT) &&
      context_fault_count(context) == faults) {
    status = context_fault(context, path, 0, "is not an HDF5 file, or is damaged");
  }
  if (status != LS_STATUS_OK) {
    file_end(&file);
    return status;
  }
  *handle = file;
  return LS_STATUS_OK;
}

ls_status hdf5_write_status(const struct hdf5_file *file) {
  return file->status != LS_STATUS_OK ? file->status : LS_STATUS_OUT_OF_MEMORY;
}

hdf5_id hdf5_root(const struct hdf5_file *file) { return file->file; }

void hdf5_group_close(struct hdf5_file *file, hdf5_id group) {
  if (group < 0 || group == file->file) return;
  if (file->writing)
    (void)H5Gclose(group);
  else
    hdf5_ask_group_close(file, group);
}

bool hdf5_write_goes_on(struct hdf5_file *file) {
  if (file->status == LS_STATUS_OK && errno == ENOMEM)
    file->status =
        context_fail(file->context, LS_STATUS_OUT_OF_MEMORY, "%s: HDF5 has no memory to write it", file->path);
  return file->status == LS_STATUS_OK;
}

void hdf5_write_failed(struct hdf5_file *file, const char *action, const char *name) {
  if (file->status != LS_STATUS_OK) return;
  file->status = context_fail(file->context, LS_STATUS_IO, "%s: HDF5 cannot %s '%s'", file->path, action, name);
}

hid_t hdf5_text_type(void) {
  hid_t type = H5Tcopy(H5T_C_S1);
  if (type < 0) return type;
  if (H5Tset_size(type, H5T_VARIABLE) >= 0 && H5Tset_cset(type, H5T_CSET_UTF8) >= 0) return type;
  (void)H5Tclose(type);
  return H5I_INVALID_HID;
}

void hdf5_versions(char *text, size_t size) {
  unsigned major = 0, minor = 0, release = 0;
  (void)H5get_libversion(&major, &minor, &release);
  (void)snprintf(text, size, "%u.%u.%u, built against %d.%d.%d", major, minor, release, H5_VERS_MAJOR, H5_VERS_MINOR,
                 H5_VERS_RELEASE);
}

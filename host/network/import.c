/* import.c - a folder: names of files, metadata, and its tables for build.c. */
#define _GNU_SOURCE
#include "network/import.h"

#include "io/hash.h"
#include "io/nearest.h"
#include "io/read_file.h"
#include "network/build.h"
#include "network/metadata.h"
#include "network/schema.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Files of a folder beside the tables; the last two are read for circularity alone. */
static const char *const OTHER_FILES[] = {"network.yaml", "loop.yaml", "flows.csv", "investments.csv"};
enum { OTHER_FILE_COUNT = sizeof OTHER_FILES / sizeof OTHER_FILES[0] };

static const char *known_file(int index) {
  return index < TABLE_COUNT ? schema_table((enum table_id)index)->file : OTHER_FILES[index - TABLE_COUNT];
}

struct folder {
  ls_context *context;
  const char *path;
  ls_network *network;
  bool sum_duplicates;
};

/* ---- names of files ---------------------------------------------------------------------------------------------- */

static bool folder_has(const struct folder *folder, const char *file, ls_status *status) {
  struct stat information;
  char *path = path_join(folder->context, folder->path, file);
  if (path == NULL) {
    *status = LS_STATUS_OUT_OF_MEMORY;
    return false;
  }
  const bool has = stat(path, &information) == 0 || (errno != ENOENT && errno != ENOTDIR);
  context_release(folder->context, path);
  return has;
}

/* "liabilities.csv.gz", "Liabilities.csv", "liabilites.csv", "network.yml" */
static bool is_meant(const char *written, const char *known) {
  const size_t length = strlen(known);
  if (strncmp(written, known, length) == 0 && written[length] == '.') return true;
  return edit_distance(written, known) <= (length <= strlen("pledges.csv") ? 1 : 2);
}

static ls_status check_file_name(const struct folder *folder, const char *written) {
  ls_status status = LS_STATUS_OK;
  int nearest = -1;
  for (int i = 0; i < TABLE_COUNT + OTHER_FILE_COUNT; i++) {
    const char *known = known_file(i);
    if (strcmp(written, known) == 0) return LS_STATUS_OK;
    if (!is_meant(written, known) || folder_has(folder, known, &status)) continue;
    if (nearest < 0 || edit_distance(written, known) < edit_distance(written, known_file(nearest))) nearest = i;
  }
  if (nearest >= 0 && status == LS_STATUS_OK)
    context_fault(folder->context, written, 0, "unknown file, did you mean '%s'?", known_file(nearest));
  return status;
}

static int is_visible(const struct dirent *entry) { return entry->d_name[0] != '.'; }

/* Sorted by bytes, so that messages come in the same order everywhere. */
static int by_bytes(const struct dirent **a, const struct dirent **b) { return strcmp((*a)->d_name, (*b)->d_name); }

static ls_status check_file_names(const struct folder *folder) {
  struct dirent **entry = NULL;
  ls_status status = LS_STATUS_OK;
  const int count = scandir(folder->path, &entry, is_visible, by_bytes);
  if (count < 0 && errno == EACCES)
    return context_fail(folder->context, LS_STATUS_PERMISSION, "%s: permission to read is denied", folder->path);
  if (count < 0) return context_fail(folder->context, LS_STATUS_IO, "%s: the folder cannot be listed", folder->path);
  for (int i = 0; i < count; i++) {
    if (status == LS_STATUS_OK) status = check_file_name(folder, entry[i]->d_name);
    free(entry[i]);
  }
  free(entry);
  return status;
}

/* ---- files ------------------------------------------------------------------------------------------------------- */

/* *data stays NULL where the folder has no such file, or it is no regular file (a fault). */
static ls_status load_file(const struct folder *folder, const char *file, char **data, size_t *length) {
  char sha256[SHA256_TEXT_SIZE];
  ls_status status = LS_STATUS_OK;
  if (!folder_has(folder, file, &status)) return status;
  char *path = path_join(folder->context, folder->path, file);
  if (path == NULL) return LS_STATUS_OUT_OF_MEMORY;
  status = read_file(folder->context, path, data, length);
  context_release(folder->context, path);
  if (status == LS_STATUS_INVALID_INPUT) return LS_STATUS_OK;
  if (status == LS_STATUS_OK) status = hash_sha256(folder->context, *data, *length, sha256);
  if (status == LS_STATUS_OK) status = network_file_add(folder->context, folder->network, file, sha256);
  return status;
}

static ls_status read_metadata(const struct folder *folder, const char *file,
                               ls_status (*read)(ls_context *, ls_network *, const char *, size_t)) {
  char *data = NULL;
  size_t length = 0;
  ls_status status = load_file(folder, file, &data, &length);
  if (status == LS_STATUS_OK && data != NULL) status = read(folder->context, folder->network, data, length);
  context_release(folder->context, data);
  return status;
}

/* A file that cannot be cut is a fault, told; the others are read all the same. */
static ls_status cut_table(void *from, enum table_id id, struct csv **csv) {
  const struct folder *folder = from;
  const char *file = schema_table(id)->file;
  char *data = NULL;
  size_t length = 0;
  ls_status status = load_file(folder, file, &data, &length);
  if (status == LS_STATUS_OK && data != NULL) status = csv_read(folder->context, file, data, length, csv);
  context_release(folder->context, data);
  return status;
}

static ls_status name_network(const struct folder *folder) {
  if (*folder->network->name != '\0') return LS_STATUS_OK;
  char *name = path_base_name(folder->context, folder->path);
  if (name == NULL) return LS_STATUS_OUT_OF_MEMORY;
  context_release(folder->context, folder->network->name);
  folder->network->name = name;
  return LS_STATUS_OK;
}

static ls_status read_folder(struct folder *folder) {
  const int64_t faults = context_fault_count(folder->context);
  ls_status status = check_file_names(folder);
  if (status == LS_STATUS_OK) status = read_metadata(folder, "network.yaml", metadata_read_network);
  if (status == LS_STATUS_OK) status = read_metadata(folder, "loop.yaml", metadata_read_loop);
  const struct table_source source = {folder, cut_table, folder->sum_duplicates, "the folder", faults};
  if (status == LS_STATUS_OK) status = network_build(folder->context, folder->network, &source);
  if (status == LS_STATUS_OK) status = name_network(folder);
  if (status == LS_STATUS_OK && context_fault_count(folder->context) > faults) status = LS_STATUS_INVALID_INPUT;
  return status;
}

ls_status network_folder_read(ls_context *context, const char *path, bool sum_duplicates, ls_network **network) {
  struct folder folder = {.context = context, .path = path, .sum_duplicates = sum_duplicates};
  folder.network = network_create(context);
  if (folder.network == NULL) return LS_STATUS_OUT_OF_MEMORY;
  const ls_status status = read_folder(&folder);
  if (status == LS_STATUS_OK)
    *network = folder.network;
  else
    network_destroy(&folder.network);
  return status;
}

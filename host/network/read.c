/* read.c - ls_network_read: a folder or a network file, the warnings of both, and strictness. */
#define _GNU_SOURCE
#include "network/import.h"
#include "network/network_hdf5.h"
#include "network/read.h"
#include "network/warnings.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

static ls_status fail_to_look(ls_context *context, const char *path, int error) {
  if (error == ENOENT || error == ENOTDIR)
    return context_fail(context, LS_STATUS_INPUT_MISSING,
                        "%s: no such file or folder, must be a folder of CSV tables or a network file", path);
  if (error == EACCES) return context_fail(context, LS_STATUS_PERMISSION, "%s: permission to read is denied", path);
  return context_fail(context, LS_STATUS_IO, "%s: cannot be read (error %d)", path, error);
}

static bool is_table(const char *path) {
  const char *ending = strrchr(path, '.');
  return ending != NULL && strcasecmp(ending, ".csv") == 0;
}

static ls_status read_path(ls_context *context, const char *path, const ls_read_options *options,
                           ls_network **network) {
  struct stat information;
  if (stat(path, &information) != 0) return fail_to_look(context, path, errno);
  const bool is_folder = S_ISDIR(information.st_mode);
  if (!is_folder && is_table(path))
    return context_fault(
        context, path, 0,
        "is a table, must be a folder of CSV tables or a network file, which 'loopstress import' makes");
  ls_status status = is_folder ? network_folder_read(context, path, options->sum_duplicates, network)
                               : network_hdf5_read(context, path, network);
  if (status == LS_STATUS_OK) status = network_warn(context, *network, is_folder ? NULL : path);
  return status;
}

ls_status network_refuse_warnings(ls_context *context, const char *path, int before) {
  const int added = ls_context_warning_count(context) - before;
  if (added == 0) return LS_STATUS_OK;
  return context_fail(context, LS_STATUS_INVALID_INPUT, "%s: %d warning%s, and strictness makes warnings errors", path,
                      added, added == 1 ? "" : "s");
}

ls_status ls_network_read(ls_context *context, const char *path, const ls_read_options *options, ls_network **network) {
  static const ls_read_options DEFAULTS = {0};
  const int warnings = ls_context_warning_count(context);
  ls_network *fresh = NULL;
  if (options == NULL) options = &DEFAULTS;
  ls_status status = read_path(context, path, options, &fresh);
  if (status == LS_STATUS_OK && options->strict) status = network_refuse_warnings(context, path, warnings);
  if (status == LS_STATUS_OK)
    *network = fresh;
  else
    network_destroy(&fresh);
  return status;
}

/* import_source.c - ls_network_import: which kind of source stands at a path, and the reader for it. */
#define _GNU_SOURCE
#include "network/import_source.h"

#include "io/hash.h"
#include "io/read_file.h"
#include "network/read.h"
#include "network/warnings.h"

#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

static const char MARKET_MARK[] = "%%MatrixMarket";
enum { MARK_SIZE = sizeof MARKET_MARK - 1 };

ls_import_options ls_import_options_default(void) { return (ls_import_options){.kind = LS_IMPORT_AUTO}; }

/* A file that is read for two tables is one source. */
static ls_status record_file(const struct import_source *source, const char *name, const char *sha256) {
  const ls_network *network = source->network;
  for (int32_t i = 0; i < network->file_count; i++)
    if (strcmp(network->file[i].file, name) == 0 && strcmp(network->file[i].sha256, sha256) == 0) return LS_STATUS_OK;
  return network_file_add(source->context, source->network, name, sha256);
}

ls_status import_load(struct import_source *source, const char *path, char **name, char **data, size_t *length) {
  char sha256[SHA256_TEXT_SIZE], *bytes = NULL;
  char *base = path_base_name(source->context, path);
  if (base == NULL) return LS_STATUS_OUT_OF_MEMORY;
  ls_status status = read_file(source->context, path, &bytes, length);
  if (status == LS_STATUS_OK) status = hash_sha256(source->context, bytes, *length, sha256);
  if (status == LS_STATUS_OK) status = record_file(source, base, sha256);
  if (status == LS_STATUS_OK) {
    *name = base;
    *data = bytes;
    return LS_STATUS_OK;
  }
  context_release(source->context, bytes);
  context_release(source->context, base);
  return status;
}

/* ---- kinds ------------------------------------------------------------------------------------------------------- */

static bool ends_in(const char *path, const char *ending) {
  const size_t length = strlen(path), tail = strlen(ending);
  return length > tail && strcasecmp(path + length - tail, ending) == 0;
}

/* A mark in the file or the end of its name tells; what neither tells of may be a network file. */
static ls_import_kind kind_of_file(const char *path, const ls_import_options *options) {
  char mark[MARK_SIZE] = "";
  const int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  const ssize_t got = descriptor < 0 ? 0 : read(descriptor, mark, MARK_SIZE);
  if (descriptor >= 0) (void)close(descriptor);
  if (options->group != NULL) return LS_IMPORT_CSR;
  if (got == MARK_SIZE && strncasecmp(mark, MARKET_MARK, MARK_SIZE) == 0) return LS_IMPORT_MATRIX_MARKET;
  if (ends_in(path, ".mtx")) return LS_IMPORT_MATRIX_MARKET;
  return ends_in(path, ".csv") || ends_in(path, ".txt") ? LS_IMPORT_MATRIX : LS_IMPORT_FOLDER;
}

/* What is not there is told as a folder that is missing. */
static ls_import_kind kind_of(const char *path, const ls_import_options *options) {
  struct stat information;
  if (stat(path, &information) != 0) return LS_IMPORT_FOLDER;
  if (options->kind != LS_IMPORT_AUTO) return options->kind;
  if (options->map != NULL) return LS_IMPORT_MAPPED;
  return S_ISDIR(information.st_mode) ? LS_IMPORT_FOLDER : kind_of_file(path, options);
}

static ls_status refuse(ls_context *context, const char *option, const char *rule) {
  return context_fail(context, LS_STATUS_USAGE, "%s is given, must be for %s alone", option, rule);
}

static ls_status check_options(ls_context *context, ls_import_kind kind, const ls_import_options *options) {
  const bool is_matrix = kind == LS_IMPORT_MATRIX || kind == LS_IMPORT_MATRIX_MARKET || kind == LS_IMPORT_CSR;
  if (options->entities != NULL && !is_matrix) return refuse(context, "a file of entities", "a matrix");
  if (options->rows != LS_ROWS_DEBTOR && !is_matrix) return refuse(context, "who the rows are", "a matrix");
  if (options->group != NULL && kind != LS_IMPORT_CSR) return refuse(context, "a group", "a matrix in HDF5");
  if (options->map != NULL && kind != LS_IMPORT_MAPPED) return refuse(context, "a map", "delimited text");
  if (options->map == NULL && kind == LS_IMPORT_MAPPED)
    return context_fail(context, LS_STATUS_USAGE, "no map is given, delimited text needs one");
  return LS_STATUS_OK;
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

/* The file's name without its ending. */
static ls_status name_network(struct import_source *source) {
  ls_network *network = source->network;
  if (*network->name != '\0') return LS_STATUS_OK;
  char *name = path_base_name(source->context, source->path);
  if (name == NULL) return LS_STATUS_OUT_OF_MEMORY;
  char *point = strrchr(name, '.');
  if (point != NULL && point != name) *point = '\0';
  context_release(source->context, network->name);
  network->name = name;
  return LS_STATUS_OK;
}

static ls_status read_kind(struct import_source *source, ls_import_kind kind) {
  switch (kind) {
    case LS_IMPORT_MATRIX:
      return import_matrix(source);
    case LS_IMPORT_MATRIX_MARKET:
      return import_market(source);
    case LS_IMPORT_CSR:
      return import_sparse(source);
    case LS_IMPORT_MAPPED:
      return import_mapped(source);
    case LS_IMPORT_AUTO:
    case LS_IMPORT_FOLDER:
      break;
  }
  return context_fail(source->context, LS_STATUS_USAGE, "kind of source %d is unknown", (int)kind);
}

static ls_status read_source(struct import_source *source, ls_import_kind kind) {
  source->network = network_create(source->context);
  if (source->network == NULL) return LS_STATUS_OUT_OF_MEMORY;
  ls_status status = read_kind(source, kind);
  if (status == LS_STATUS_OK) status = name_network(source);
  if (status == LS_STATUS_OK && context_fault_count(source->context) > source->faults) status = LS_STATUS_INVALID_INPUT;
  return status == LS_STATUS_OK ? network_warn(source->context, source->network, NULL) : status;
}

/* A folder and a network file have no report: nothing of them is dropped. */
static ls_status read_folder(struct import_source *source) {
  return ls_network_read(source->context, source->path, &source->options->reading, &source->network);
}

ls_status ls_network_import(ls_context *context, const char *path, const ls_import_options *options,
                            ls_network **network, ls_text **report) {
  const ls_import_options defaults = ls_import_options_default();
  struct import_source source = {.context = context,
                                 .path = path,
                                 .options = options != NULL ? options : &defaults,
                                 .report = buffer_start(context),
                                 .faults = context_fault_count(context)};
  const int warnings = ls_context_warning_count(context);
  const ls_import_kind kind = kind_of(path, source.options);
  ls_text *told = NULL;
  ls_status status = access(path, F_OK) == 0 ? check_options(context, kind, source.options) : LS_STATUS_OK;
  if (status == LS_STATUS_OK) status = kind == LS_IMPORT_FOLDER ? read_folder(&source) : read_source(&source, kind);
  if (status == LS_STATUS_OK && source.options->reading.strict && kind != LS_IMPORT_FOLDER)
    status = network_refuse_warnings(context, path, warnings);
  if (status == LS_STATUS_OK) status = buffer_finish(&source.report, &told);
  buffer_release(&source.report);
  if (status != LS_STATUS_OK) {
    network_destroy(&source.network);
    return status;
  }
  *network = source.network;
  if (report != NULL)
    *report = told;
  else
    ls_text_destroy(&told);
  return LS_STATUS_OK;
}

/* map_lookup.c - the files that a map names, and its lists of names: opened, sorted, asked. */
#include "network/map.h"

#include "io/encoding.h"
#include "io/read_file.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- files ------------------------------------------------------------------------------------------------------- */

/* A map is someone else's text: it names files beside the source and below, no others. */
static bool is_below(const char *file) {
  if (*file == '/' || *file == '\0') return false;
  for (const char *part = file; part != NULL; part = strchr(part, '/')) {
    part += *part == '/';
    if (strncmp(part, "..", 2) == 0 && (part[2] == '/' || part[2] == '\0')) return false;
  }
  return true;
}

/* The folder that a source's files stand in: itself, or the one that it is in. */
static char *folder_of(ls_context *context, const char *path, bool is_folder) {
  const char *slash = strrchr(path, '/');
  if (is_folder) return context_copy_text(context, path);
  return slash == NULL ? context_copy_text(context, ".")
                       : context_copy_text_of(context, path, (size_t)(slash - path + 1));
}

static ls_status find_path(struct import_source *source, const struct map *map, const char *file, int64_t line,
                           char **path) {
  struct stat information;
  const bool is_folder = stat(source->path, &information) == 0 && S_ISDIR(information.st_mode);
  if (file == NULL && is_folder)
    return context_fault(source->context, map->name, line,
                         "key 'file' is missing, must be given where the source is a folder");
  if (file != NULL && !is_below(file))
    return context_fault(source->context, map->name, line, "file is '%s', must be a path below the source's folder",
                         file);
  char *folder = folder_of(source->context, source->path, is_folder);
  if (folder == NULL) return LS_STATUS_OUT_OF_MEMORY;
  *path = file == NULL ? context_copy_text(source->context, source->path) : path_join(source->context, folder, file);
  context_release(source->context, folder);
  return *path == NULL ? LS_STATUS_OUT_OF_MEMORY : LS_STATUS_OK;
}

/* data and length become UTF-8 where they are not. */
static ls_status decode(ls_context *context, const char *name, enum map_encoding encoding, char **data,
                        size_t *length) {
  char *text = NULL;
  size_t text_length = 0;
  if (encoding == ENCODING_UTF8) return LS_STATUS_OK;
  const ls_status status =
      encoding_to_utf8(context, name, *data, *length, encoding == ENCODING_WINDOWS, &text, &text_length);
  if (status != LS_STATUS_OK) return status;
  context_release(context, *data);
  *data = text;
  *length = text_length;
  return LS_STATUS_OK;
}

ls_status map_open_file(struct import_source *source, const struct map *map, const char *file, int64_t line,
                        const struct csv_dialect *dialect, enum map_encoding encoding, struct csv **csv) {
  char *path = NULL, *name = NULL, *data = NULL;
  size_t length = 0;
  ls_status status = find_path(source, map, file, line, &path);
  if (status == LS_STATUS_OK) status = import_load(source, path, &name, &data, &length);
  if (status == LS_STATUS_OK) status = decode(source->context, name, encoding, &data, &length);
  if (status == LS_STATUS_OK) status = csv_read_dialect(source->context, name, data, length, dialect, csv);
  context_release(source->context, data);
  context_release(source->context, name);
  context_release(source->context, path);
  return status;
}

/* ---- lists of names ---------------------------------------------------------------------------------------------- */

static int compare_entries(const void *left, const void *right) {
  const struct map_entry *a = left, *b = right;
  return strcmp(a->from, b->from);
}

static ls_status fill_from_map(const struct map *map, struct map_lookup *lookup) {
  lookup->entry = context_allocate(map->context, (size_t)lookup->entries->count, sizeof *lookup->entry);
  if (lookup->entry == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int64_t i = 0; i < lookup->entries->count; i++)
    lookup->entry[lookup->count++] = (struct map_entry){lookup->entries->key[i]->text, lookup->entries->item[i]->text};
  return LS_STATUS_OK;
}

static ls_status fill_from_file(struct import_source *source, const struct map *map, struct map_lookup *lookup) {
  static const struct csv_dialect PLAIN = {.delimiter = ',', .any_header = true};
  ls_status status = map_open_file(source, map, lookup->file, lookup->line, &PLAIN, ENCODING_UTF8, &lookup->csv);
  if (status != LS_STATUS_OK) return status;
  const int32_t from = csv_find(lookup->csv, lookup->from), to = csv_find(lookup->csv, lookup->to);
  if (from < 0 || to < 0)
    return context_fault(map->context, map->name, lookup->line, "column '%s' is not in %s",
                         from < 0 ? lookup->from : lookup->to, lookup->csv->name);
  lookup->entry = context_allocate(map->context, (size_t)lookup->csv->row_count, sizeof *lookup->entry);
  if (lookup->entry == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int64_t row = 0; row < lookup->csv->row_count; row++)
    lookup->entry[lookup->count++] =
        (struct map_entry){csv_at(lookup->csv, row, from)->text, csv_at(lookup->csv, row, to)->text};
  return LS_STATUS_OK;
}

/* One name may stand twice where it means the same both times. */
static void check_entries(const struct map *map, const struct map_lookup *lookup) {
  for (int64_t i = 1; i < lookup->count; i++) {
    const struct map_entry *a = &lookup->entry[i - 1], *b = &lookup->entry[i];
    if (strcmp(a->from, b->from) == 0 && strcmp(a->to, b->to) != 0)
      context_fault(map->context, map->name, lookup->line, "lookup '%s' has '%s' twice, as '%s' and as '%s'",
                    lookup->name, a->from, a->to, b->to);
  }
}

ls_status map_open_lookups(struct import_source *source, struct map *map) {
  ls_status status = LS_STATUS_OK;
  for (int32_t i = 0; i < map->lookup_count && status == LS_STATUS_OK; i++) {
    struct map_lookup *lookup = &map->lookup[i];
    status = lookup->entries != NULL ? fill_from_map(map, lookup) : fill_from_file(source, map, lookup);
    if (status != LS_STATUS_OK) break;
    qsort(lookup->entry, (size_t)lookup->count, sizeof *lookup->entry, compare_entries);
    check_entries(map, lookup);
  }
  return status;
}

const char *map_look_up(const struct map_lookup *lookup, const char *text) {
  const struct map_entry wanted = {text, NULL};
  const struct map_entry *found = lookup->count == 0 ? NULL
                                                     : bsearch(&wanted, lookup->entry, (size_t)lookup->count,
                                                               sizeof *lookup->entry, compare_entries);
  return found == NULL ? NULL : found->to;
}

/* folder_writer.c - see folder_writer.h. */
#define _GNU_SOURCE
#include "network/folder_writer.h"

#include "io/file.h"
#include "io/read_file.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAMES_TRIED = 1000 };

static const char *const NAME[FOLDER_FILES] = {"entities.csv", "liabilities.csv", "ensemble.csv", "network.yaml"};

static bool is_ours(const char *name) {
  for (int k = 0; k < FOLDER_FILES; k++)
    if (strcmp(NAME[k], name) == 0) return true;
  return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static ls_status check_contents(ls_context *context, const char *path) {
  ls_status status = LS_STATUS_OK;
  DIR *folder = opendir(path);
  if (folder == NULL) return file_output_error(context, path, errno);
  for (struct dirent *entry = readdir(folder); entry != NULL && status == LS_STATUS_OK; entry = readdir(folder))
    if (!is_ours(entry->d_name))
      status = context_fail(context, LS_STATUS_OUTPUT_EXISTS,
                            "%s: holds '%s', which is not replaced and would become part of the new network", path,
                            entry->d_name);
  (void)closedir(folder);
  return status;
}

static ls_status check_target(ls_context *context, const char *path, bool replace, bool *exists) {
  struct stat found;
  *exists = lstat(path, &found) == 0;
  if (!*exists) return errno == ENOENT ? LS_STATUS_OK : file_output_error(context, path, errno);
  if (!S_ISDIR(found.st_mode))
    return context_fail(context, LS_STATUS_OUTPUT_EXISTS, "%s: exists and is no folder", path);
  if (!replace)
    return context_fail(context, LS_STATUS_OUTPUT_EXISTS, "%s: exists; it is replaced only if forced", path);
  return check_contents(context, path);
}

static ls_status make_temporary(struct folder_writer *writer) {
  size_t length = strlen(writer->path);
  while (length > 1 && writer->path[length - 1] == '/') length--;
  for (int attempt = 0; attempt < NAMES_TRIED; attempt++) {
    char *name = context_print(writer->context, "%.*s.tmp-%ld-%d", (int)length, writer->path, (long)getpid(), attempt);
    if (name == NULL) return LS_STATUS_OUT_OF_MEMORY;
    if (mkdir(name, 0777) == 0) {
      writer->temporary = name;
      return LS_STATUS_OK;
    }
    const int error = errno;
    context_release(writer->context, name);
    if (error != EEXIST) return file_output_error(writer->context, writer->path, error);
  }
  return file_output_error(writer->context, writer->path, EEXIST);
}

ls_status folder_begin(ls_context *context, const char *path, bool replace, struct folder_writer *writer) {
  *writer = (struct folder_writer){.context = context, .path = path};
  ls_status status = check_target(context, path, replace, &writer->replaces);
  return status == LS_STATUS_OK ? make_temporary(writer) : status;
}

ls_status folder_open(struct folder_writer *writer, enum folder_file file) {
  writer->file_path[file] = path_join(writer->context, writer->temporary, NAME[file]);
  if (writer->file_path[file] == NULL) return LS_STATUS_OUT_OF_MEMORY;
  return text_file_create(writer->context, writer->file_path[file], &writer->file[file]);
}

/* A double-quoted YAML scalar. */
static void put_yaml(struct buffer *buffer, const char *key, const char *text) {
  buffer_print(buffer, "%s: \"", key);
  for (; *text != '\0'; text++) {
    if (*text == '"' || *text == '\\') buffer_text(buffer, "\\");
    if (*text == '\n')
      buffer_text(buffer, "\\n");
    else
      buffer_add(buffer, text, 1);
  }
  buffer_text(buffer, "\"\n");
}

ls_status folder_write_metadata(struct folder_writer *writer, const char *description, const char *source) {
  ls_status status = folder_open(writer, FOLDER_METADATA);
  char *name = path_base_name(writer->context, writer->path);
  if (name == NULL) return LS_STATUS_OUT_OF_MEMORY;
  if (status == LS_STATUS_OK) {
    struct buffer *buffer = &writer->file[FOLDER_METADATA].buffer;
    put_yaml(buffer, "name", name);
    put_yaml(buffer, "description", description);
    put_yaml(buffer, "sources", source);
  }
  context_release(writer->context, name);
  return status;
}

static void release(struct folder_writer *writer) {
  for (int k = 0; k < FOLDER_FILES; k++) {
    text_file_abandon(&writer->file[k]);
    context_release(writer->context, writer->file_path[k]);
    writer->file_path[k] = NULL;
  }
  context_release(writer->context, writer->temporary);
  writer->temporary = NULL;
}

/* File by file into the folder that is there. */
static ls_status move_files(struct folder_writer *writer) {
  ls_status status = LS_STATUS_OK;
  for (int k = 0; k < FOLDER_FILES && status == LS_STATUS_OK; k++) {
    char *target = path_join(writer->context, writer->path, NAME[k]);
    if (target == NULL) return LS_STATUS_OUT_OF_MEMORY;
    const int result = writer->file_path[k] != NULL ? rename(writer->file_path[k], target) : unlink(target);
    if (result != 0 && (writer->file_path[k] != NULL || errno != ENOENT))
      status = file_output_error(writer->context, target, errno);
    context_release(writer->context, target);
  }
  if (status == LS_STATUS_OK) (void)rmdir(writer->temporary);
  return status;
}

ls_status folder_finish(struct folder_writer *writer) {
  ls_status status = LS_STATUS_OK;
  for (int k = 0; k < FOLDER_FILES && status == LS_STATUS_OK; k++)
    if (writer->file_path[k] != NULL) status = text_file_finish(&writer->file[k]);
  if (status == LS_STATUS_OK && context_stop_requested(writer->context))
    status = context_fail(writer->context, LS_STATUS_INTERRUPTED, "%s: interrupted, nothing saved", writer->path);
  if (status == LS_STATUS_OK && writer->replaces)
    status = move_files(writer);
  else if (status == LS_STATUS_OK && rename(writer->temporary, writer->path) != 0)
    status = file_output_error(writer->context, writer->path, errno);
  if (status == LS_STATUS_OK)
    release(writer);
  else
    folder_abandon(writer);
  return status;
}

void folder_abandon(struct folder_writer *writer) {
  if (writer->temporary == NULL) return;
  for (int k = 0; k < FOLDER_FILES; k++)
    if (writer->file_path[k] != NULL) (void)unlink(writer->file_path[k]);
  (void)rmdir(writer->temporary);
  release(writer);
}

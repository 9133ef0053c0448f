/* text_file.h - a large text file written piece by piece, through a buffer of about a megabyte.
 *
 * For files that lie in a folder which is itself only a temporary one until it is whole (host/network/folder_writer.h);
 * single files are written by host/io/file.h.
 */
#ifndef LS_HOST_IO_TEXT_FILE_H
#define LS_HOST_IO_TEXT_FILE_H

#include "io/buffer.h"

struct text_file {
  const char *path;     /* borrowed */
  int descriptor;       /* -1: not open */
  struct buffer buffer; /* what is to be written next: add to it as to any buffer */
};

/* A new file; LS_STATUS_OUTPUT_EXISTS, PERMISSION or IO. */
ls_status text_file_create(ls_context *context, const char *path, struct text_file *file);

/* After each record: writes once the buffer is full. LS_STATUS_INTERRUPTED after a request to stop. */
ls_status text_file_step(struct text_file *file);

/* Writes the rest, syncs and closes. */
ls_status text_file_finish(struct text_file *file);

/* Closes what was not finished; a file never opened is accepted. */
void text_file_abandon(struct text_file *file);

/* A CSV cell: in quotes where the reader would take it apart otherwise, or where `quoted`. */
void buffer_cell(struct buffer *buffer, const char *text, bool quoted);

#endif

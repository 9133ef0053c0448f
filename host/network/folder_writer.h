/* folder_writer.h - a network folder that appears under its name only when all of its files are whole.
 *
 * The files are written into a folder beside, which then takes the name.
 */
#ifndef LS_HOST_NETWORK_FOLDER_WRITER_H
#define LS_HOST_NETWORK_FOLDER_WRITER_H

#include "io/text_file.h"

enum folder_file { FOLDER_ENTITIES, FOLDER_LIABILITIES, FOLDER_ENSEMBLE, FOLDER_METADATA, FOLDER_FILES };

struct folder_writer {
  ls_context *context;
  const char *path; /* borrowed */
  char *temporary;
  bool replaces; /* a folder of this name is there */
  struct text_file file[FOLDER_FILES];
  char *file_path[FOLDER_FILES];
};

/* LS_STATUS_OUTPUT_EXISTS where the name is taken, unless `replace` and it is a folder that holds nothing but files of
 * these names: other tables would become part of the new network. */
ls_status folder_begin(ls_context *context, const char *path, bool replace, struct folder_writer *writer);

/* Opens a file for the pieces that follow; the writer closes it. */
ls_status folder_open(struct folder_writer *writer, enum folder_file file);

/* network.yaml: name is that of the folder. */
ls_status folder_write_metadata(struct folder_writer *writer, const char *description, const char *source);

/* Gives the folder its name. Files of an earlier network that this one does not have are removed. Ends the writer. */
ls_status folder_finish(struct folder_writer *writer);

/* Removes what was begun; an ended writer is accepted. */
void folder_abandon(struct folder_writer *writer);

/* First lines of the tables of links. */
#define FOLDER_LIABILITIES_HEADER "debtor,creditor,amount\n"
#define FOLDER_ENSEMBLE_HEADER "member,debtor,creditor,amount\n"

#endif

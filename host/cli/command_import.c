/* command_import.c - loopstress import SOURCE -o network.h5: a folder, matrix or mapped text, validated, as one file. */
#include <string.h>

#include "commands.h"
#include "destination.h"
#include "output.h"
#include "interrupt.h"

static ls_import_options import_options(const struct options *options) {
  ls_import_options importing = ls_import_options_default();
  importing.reading = (ls_read_options){.sum_duplicates = options->duplicates != NULL, .strict = options->strict};
  if (options->matrix_rows != NULL && strcmp(options->matrix_rows, "creditor") == 0) importing.rows = LS_ROWS_CREDITOR;
  importing.entities = options->entities;
  importing.group = options->group;
  importing.map = options->map;
  return importing;
}

/* What was dropped and added up, a note a line. */
static void tell_report(const struct options *options, const ls_text *report) {
  for (const char *line = ls_text_data(report); *line != '\0';) {
    const int length = (int)strcspn(line, "\n");
    cli_note(options, "%.*s", length, line);
    line += length + (line[length] == '\n');
  }
}

int command_import(const struct options *options) {
  const ls_import_options importing = import_options(options);
  ls_network *network = NULL;
  ls_text *report = NULL;
  int code = destination_check(options, false);
  if (code != EXIT_DONE) return code;
  ls_context *context = cli_begin();
  if (context == NULL) return ls_status_exit_code(LS_STATUS_OUT_OF_MEMORY);
  ls_status status = ls_network_import(context, options->operand[0], &importing, &network, &report);
  if (status == LS_STATUS_OK && interrupt_requested()) status = LS_STATUS_INTERRUPTED;
  if (status == LS_STATUS_OK) status = ls_network_write(context, network, options->output, options->force);
  if (status == LS_STATUS_OK) {
    tell_report(options, report);
    cli_note(options, "wrote %s: network '%s', %d entities", options->output, ls_network_name(network),
             ls_network_entity_count(network));
  }
  ls_text_destroy(&report);
  ls_network_destroy(&network);
  return cli_end(&context, options, status, NULL);
}

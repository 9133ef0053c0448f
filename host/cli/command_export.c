/* command_export.c - loopstress export RESULTS --format csv|json -o DIR: the results as plain tables. */
#include "commands.h"
#include "destination.h"
#include "output.h"
#include "interrupt.h"

int command_export(const struct options *options) {
  ls_results *results = NULL;
  const char *format = options->format != NULL ? options->format : "csv";
  int code = destination_check(options, true);
  if (code != EXIT_DONE) return code;
  ls_context *context = cli_begin();
  if (context == NULL) return ls_status_exit_code(LS_STATUS_OUT_OF_MEMORY);
  ls_status status = ls_results_read(context, options->operand[0], &results);
  if (status == LS_STATUS_OK && interrupt_requested()) status = LS_STATUS_INTERRUPTED;
  if (status == LS_STATUS_OK) status = ls_results_export(context, results, format, options->output, options->force);
  if (status == LS_STATUS_OK) cli_note(options, "wrote %s as %s", options->output, format);
  ls_results_destroy(&results);
  return cli_end(&context, options, status, NULL);
}

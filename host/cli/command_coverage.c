/* command_coverage.c - loopstress coverage NETWORK: whether means cover commitments, year by year. */
#include "commands.h"
#include "output.h"

int command_coverage(const struct options *options) {
  ls_text *report = NULL;
  ls_context *context = cli_begin();
  if (context == NULL) return ls_status_exit_code(LS_STATUS_OUT_OF_MEMORY);
  ls_status status = ls_coverage(context, options->operand[0], cli_format(options), &report);
  return cli_end(&context, options, status, &report);
}

/* command_circularity.c - loopstress circularity NETWORK: how much of the money goes round in circles. */
#include "commands.h"
#include "output.h"

int command_circularity(const struct options *options) {
  ls_text *report = NULL;
  ls_context *context = cli_begin();
  if (context == NULL) return ls_status_exit_code(LS_STATUS_OUT_OF_MEMORY);
  ls_status status = ls_circularity(context, options->operand[0], options->basis, cli_format(options), &report);
  return cli_end(&context, options, status, &report);
}

/* command_check.c - loopstress check NETWORK: every fault and oddity of a network, and what it holds. */
#include "commands.h"
#include "output.h"

int command_check(const struct options *options) {
  ls_read_options reading = {.sum_duplicates = options->duplicates != NULL, .strict = options->strict};
  ls_text *report = NULL;
  ls_context *context = cli_begin();
  if (context == NULL) return ls_status_exit_code(LS_STATUS_OUT_OF_MEMORY);
  ls_status status = ls_network_check(context, options->operand[0], &reading, cli_format(options), &report);
  return cli_end(&context, options, status, &report);
}

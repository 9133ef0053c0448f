/* command_circularity.c - loopstress circularity NETWORK: how much of the money goes round in circles. */
#include <stdlib.h>

#include "commands.h"
#include "output.h"

int command_circularity(const struct options *options) {
  ls_text *report = NULL;
  ls_context *context = cli_begin();
  if (context == NULL) return ls_status_exit_code(LS_STATUS_OUT_OF_MEMORY);
  ls_circularity_options wanted = ls_circularity_options_default();
  wanted.basis = options->basis;
  if (options->window != NULL) wanted.window = (int32_t)strtol(options->window, NULL, 10);
  if (options->rewirings >= 0) wanted.rewirings = options->rewirings;
  wanted.draws = options->draws;
  wanted.seed = options->seed;
  ls_status status = ls_circularity_report(context, options->operand[0], &wanted, cli_format(options), &report);
  return cli_end(&context, options, status, &report);
}

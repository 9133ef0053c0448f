/* command_check.c - loopstress check NETWORK: faults and oddities of a network, what it holds, the baseline gate. */
#include <limits.h>

#include "commands.h"
#include "output.h"

int command_check(const struct options *options) {
  ls_check_options wanted = {.reading = {.sum_duplicates = options->duplicates != NULL, .strict = options->strict},
                             .draws = options->draws > INT_MAX ? INT_MAX : (int)options->draws,
                             .seed = options->seed};
  ls_text *report = NULL;
  ls_context *context = cli_begin();
  if (context == NULL) return ls_status_exit_code(LS_STATUS_OUT_OF_MEMORY);
  ls_status status = ls_check(context, options->operand[0], &wanted, cli_format(options), &report);
  return cli_end(&context, options, status, &report);
}

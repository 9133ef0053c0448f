/* command_explain.c - loopstress explain RESULTS --scenario ID: one scenario told as a chain of causes. */
#include "commands.h"
#include "output.h"

int command_explain(const struct options *options) {
  ls_text *report = NULL;
  ls_results *results = NULL;
  if (options->scenario == NULL) {
    cli_complain("'explain' needs --scenario ID, its number or its name in a file of scenarios");
    return EXIT_USAGE;
  }
  ls_context *context = cli_begin();
  if (context == NULL) return ls_status_exit_code(LS_STATUS_OUT_OF_MEMORY);
  ls_status status = ls_results_read(context, options->operand[0], &results);
  if (status == LS_STATUS_OK) status = ls_explain(context, results, options->scenario, cli_format(options), &report);
  ls_results_destroy(&results);
  return cli_end(&context, options, status, &report);
}

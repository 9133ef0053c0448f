/* command_compare.c - loopstress compare A.h5 B.h5: the same digests? If not, what differs most. */
#include "commands.h"
#include "output.h"

int command_compare(const struct options *options) {
  ls_results *a = NULL, *b = NULL;
  ls_text *report = NULL;
  ls_context *context = cli_begin();
  if (context == NULL) return ls_status_exit_code(LS_STATUS_OUT_OF_MEMORY);
  ls_status status = ls_results_read(context, options->operand[0], &a);
  if (status == LS_STATUS_OK) status = ls_results_read(context, options->operand[1], &b);
  if (status == LS_STATUS_OK) status = ls_results_compare(context, a, b, cli_format(options), &report);
  ls_results_destroy(&b);
  ls_results_destroy(&a);
  return cli_end(&context, options, status, &report);
}

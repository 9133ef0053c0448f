/* command_models.c - loopstress models: which models there are, with their sources and settings. */
#include "commands.h"
#include "output.h"

int command_models(const struct options *options) {
  ls_text *report = NULL;
  ls_context *context = cli_begin();
  if (context == NULL) return ls_status_exit_code(LS_STATUS_OUT_OF_MEMORY);
  ls_status status = ls_models_describe(context, cli_format(options), &report);
  return cli_end(&context, options, status, &report);
}

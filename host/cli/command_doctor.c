/* command_doctor.c - loopstress doctor: does everything work here? */
#include "commands.h"
#include "output.h"

int command_doctor(const struct options *options) {
  ls_text *report = NULL;
  ls_context *context = cli_begin();
  if (context == NULL) return ls_status_exit_code(LS_STATUS_OUT_OF_MEMORY);
  ls_status status = ls_doctor(context, cli_format(options), &report);
  return cli_end(&context, options, status, &report);
}

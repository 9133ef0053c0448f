/* command_challenge.c - loopstress challenge NETWORK --model M --scenarios FILE: how far the answer hangs on the model. */
#include "commands.h"
#include "interrupt.h"
#include "output.h"
#include "progress.h"
#include "run_options.h"

static ls_status compute(ls_context *context, const struct options *options, ls_text **report) {
  ls_read_options reading = {.sum_duplicates = options->duplicates != NULL, .strict = options->strict};
  ls_run_options running = cli_run_options(options);
  ls_network *network = NULL;
  ls_status status = ls_network_read(context, options->operand[0], &reading, &network);
  if (status == LS_STATUS_OK) {
    cli_tell_messages(context, options, NULL);
    struct progress *progress = progress_begin(context, options);
    status = ls_challenge(context, network, &running, cli_format(options), report);
    progress_end(context, progress);
  }
  ls_network_destroy(&network);
  return status;
}

int command_challenge(const struct options *options) {
  ls_text *report = NULL;
  int code = cli_check_run("challenge", options);
  if (code == EXIT_DONE && options->scenarios == NULL) {
    cli_complain("'challenge' needs --scenarios FILE, a YAML file of random scenarios");
    code = EXIT_USAGE;
  }
  if (code != EXIT_DONE) return code;
  ls_context *context = cli_begin();
  if (context == NULL) return ls_status_exit_code(LS_STATUS_OUT_OF_MEMORY);
  ls_status status = compute(context, options, &report);
  if (interrupt_requested() && report == NULL) status = LS_STATUS_INTERRUPTED;
  return cli_end(&context, options, status, &report);
}

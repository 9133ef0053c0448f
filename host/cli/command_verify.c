/* command_verify.c - loopstress verify RESULTS: is the file what it says, and do its numbers come out again? */
#include "commands.h"
#include "output.h"
#include "progress.h"
#include "run_options.h"

int command_verify(const struct options *options) {
  ls_verify_options verifying = ls_verify_options_default();
  ls_text *report = NULL;
  const int code = cli_check_threads(options);
  if (code != EXIT_DONE) return code;
  ls_context *context = cli_begin();
  if (context == NULL) return ls_status_exit_code(LS_STATUS_OUT_OF_MEMORY);
  verifying.replay = options->replay;
  verifying.has_seed = options->has_seed;
  verifying.seed = options->seed;
  if (options->backend != NULL) verifying.backend = options->backend;
  verifying.engine = options->engine;
  verifying.isa = options->isa;
  verifying.threads = (int)options->threads;
  struct progress *progress = progress_begin(context, options);
  ls_status status = ls_verify(context, options->operand[0], &verifying, cli_format(options), &report);
  progress_end(context, progress);
  return cli_end(&context, options, status, &report);
}

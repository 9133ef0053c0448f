/* command_indices.c - loopstress indices NETWORK --model M: what each default costs the others, or whose shocks
 * losses are due to. */
#include "commands.h"
#include "interrupt.h"
#include "output.h"
#include "progress.h"
#include "run_options.h"

static ls_status compute(ls_context *context, const struct options *options, ls_text **report) {
  ls_read_options reading = {.sum_duplicates = options->duplicates != NULL, .strict = options->strict};
  ls_run_options running = cli_run_options(options);
  ls_indices_options wanted = ls_indices_options_default();
  ls_network *network = NULL;
  wanted.shapley = options->shapley;
  wanted.permutations = options->permutations;
  ls_status status = ls_network_read(context, options->operand[0], &reading, &network);
  if (status == LS_STATUS_OK) {
    cli_tell_messages(context, options, NULL);
    struct progress *progress = progress_begin(context, options);
    status = ls_indices(context, network, &running, &wanted, cli_format(options), report);
    progress_end(context, progress);
  }
  ls_network_destroy(&network);
  return status;
}

int command_indices(const struct options *options) {
  ls_text *report = NULL;
  int code = cli_check_run("indices", options);
  if (code == EXIT_DONE && options->permutations > 0 && !options->shapley) {
    cli_complain("--permutations is of --shapley, which is not given");
    code = EXIT_USAGE;
  }
  if (code != EXIT_DONE) return code;
  ls_context *context = cli_begin();
  if (context == NULL) return ls_status_exit_code(LS_STATUS_OUT_OF_MEMORY);
  ls_status status = compute(context, options, &report);
  if (interrupt_requested() && report == NULL) status = LS_STATUS_INTERRUPTED;
  return cli_end(&context, options, status, &report);
}

/* command_reconstruct.c - loopstress reconstruct MARGINALS.csv --method M -o DIR: a network made from sums. */
#include "commands.h"
#include "destination.h"
#include "output.h"

int command_reconstruct(const struct options *options) {
  ls_text *report = NULL;
  ls_reconstruct_options wanted = ls_reconstruct_options_default();
  wanted.method = options->method;
  wanted.seed = options->seed;
  wanted.links = options->links;
  wanted.ensemble = options->ensemble;
  if (options->method == NULL) {
    cli_complain("'reconstruct' needs --method ras, minimum-density, gravity or gibbs");
    return EXIT_USAGE;
  }
  int code = destination_check(options, true);
  if (code != EXIT_DONE) return code;
  ls_context *context = cli_begin();
  if (context == NULL) return ls_status_exit_code(LS_STATUS_OUT_OF_MEMORY);
  ls_status status = ls_reconstruct(context, options->operand[0], &wanted, options->output, options->force,
                                    cli_format(options), &report);
  if (status == LS_STATUS_OK)
    cli_note(options, "wrote %s; next: loopstress check %s", options->output, options->output);
  return cli_end(&context, options, status, &report);
}

/* command_indices.c - loopstress indices NETWORK --model M: what each default costs the others, or whose shocks
 * losses are due to. */
#include "commands.h"
#include "output.h"
#include "run_options.h"

static ls_status tell(ls_context *context, const ls_network *network, const ls_run_options *running,
                      const struct options *options, ls_text **report) {
  ls_indices_options wanted = ls_indices_options_default();
  wanted.shapley = options->shapley;
  wanted.permutations = options->permutations;
  return ls_indices(context, network, running, &wanted, cli_format(options), report);
}

int command_indices(const struct options *options) {
  if (options->model != NULL && options->permutations > 0 && !options->shapley) {
    cli_complain("--permutations is of --shapley, which is not given");
    return EXIT_USAGE;
  }
  return cli_report_on_network("indices", options, tell);
}

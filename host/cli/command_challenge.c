/* command_challenge.c - loopstress challenge NETWORK --model M --scenarios FILE: how far the answer hangs on the model. */
#include "commands.h"
#include "output.h"
#include "run_options.h"

static ls_status tell(ls_context *context, const ls_network *network, const ls_run_options *running,
                      const struct options *options, ls_text **report) {
  return ls_challenge(context, network, running, cli_format(options), report);
}

int command_challenge(const struct options *options) {
  if (options->model != NULL && options->scenarios == NULL) {
    cli_complain("'challenge' needs --scenarios FILE, a YAML file of random scenarios");
    return EXIT_USAGE;
  }
  return cli_report_on_network("challenge", options, tell);
}

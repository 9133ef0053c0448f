/* command_reverse.c - loopstress reverse NETWORK --model M --target-loss X: the smallest shocks that reach it. */
#include <limits.h>

#include "commands.h"
#include "output.h"
#include "run_options.h"

static ls_status tell(ls_context *context, const ls_network *network, const ls_run_options *running,
                      const struct options *options, ls_text **report) {
  ls_reverse_options wanted = ls_reverse_options_default();
  if (options->target_loss >= 0) wanted.target_loss = options->target_loss;
  wanted.target_default = options->target_default;
  if (options->starts >= 0) wanted.starts = options->starts;
  if (options->most > 0) wanted.most = options->most > INT_MAX ? INT_MAX : (int)options->most;
  wanted.output = options->output;
  wanted.replace = options->force;
  return ls_reverse(context, network, running, &wanted, cli_format(options), report);
}

int command_reverse(const struct options *options) {
  if ((options->target_loss >= 0) == (options->target_default != NULL)) {
    cli_complain("'reverse' needs --target-loss X or --target-default ID, and not both");
    return EXIT_USAGE;
  }
  return cli_report_on_network("reverse", options, tell);
}

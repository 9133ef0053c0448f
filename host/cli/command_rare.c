/* command_rare.c - loopstress rare NETWORK --model M --scenarios FILE --target-loss X: how likely a rare event is. */
#include "commands.h"
#include "output.h"
#include "run_options.h"

static ls_status tell(ls_context *context, const ls_network *network, const ls_run_options *running,
                      const struct options *options, ls_text **report) {
  ls_rare_options wanted = ls_rare_options_default();
  if (options->target_loss >= 0) wanted.target_loss = options->target_loss;
  wanted.target_default = options->target_default;
  if (options->pilot > 0) wanted.pilot = options->pilot;
  wanted.plain = options->plain;
  return ls_rare(context, network, running, &wanted, cli_format(options), report);
}

int command_rare(const struct options *options) {
  if ((options->target_loss >= 0) == (options->target_default != NULL)) {
    cli_complain("'rare' needs --target-loss X or --target-default ID, and not both");
    return EXIT_USAGE;
  }
  if (options->scenarios == NULL) {
    cli_complain("'rare' needs --scenarios FILE, a YAML file of random scenarios");
    return EXIT_USAGE;
  }
  return cli_report_on_network("rare", options, tell);
}

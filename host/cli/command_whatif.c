/* command_whatif.c - loopstress whatif NETWORK --edits FILE --model M: what differs if the network were another one. */
#include "commands.h"
#include "output.h"
#include "run_options.h"

static ls_status tell(ls_context *context, const ls_network *network, const ls_run_options *running,
                      const struct options *options, ls_text **report) {
  return ls_whatif(context, network, options->edits, running, cli_format(options), report);
}

int command_whatif(const struct options *options) {
  if (options->edits == NULL) {
    cli_complain("'whatif' needs --edits FILE, a YAML file of what is otherwise (docs/whatif.md)");
    return EXIT_USAGE;
  }
  return cli_report_on_network("whatif", options, tell);
}

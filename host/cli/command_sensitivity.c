/* command_sensitivity.c - loopstress sensitivity NETWORK --model M --scenarios FILE: which number moves the tail most. */
#include <stdlib.h>

#include "commands.h"
#include "output.h"
#include "run_options.h"

static ls_status tell(ls_context *context, const ls_network *network, const ls_run_options *running,
                      const struct options *options, ls_text **report) {
  ls_sensitivity_options wanted = ls_sensitivity_options_default();
  if (options->step >= 0) wanted.step = options->step;
  if (options->level != NULL) wanted.level = strtod(options->level, NULL);
  return ls_sensitivity(context, network, running, &wanted, cli_format(options), report);
}

int command_sensitivity(const struct options *options) {
  if (options->model != NULL && options->scenarios == NULL) {
    cli_complain("'sensitivity' needs --scenarios FILE, a YAML file of random scenarios");
    return EXIT_USAGE;
  }
  return cli_report_on_network("sensitivity", options, tell);
}

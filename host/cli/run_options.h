/* run_options.h - from the command line to the options of a run; for the commands that run. */
#ifndef LS_HOST_CLI_RUN_OPTIONS_H
#define LS_HOST_CLI_RUN_OPTIONS_H

#include "loopstress.h"
#include "options.h"

/* Borrows the texts of `options`. */
ls_run_options cli_run_options(const struct options *options);

/* EXIT_USAGE, told, where there are too many. */
int cli_check_threads(const struct options *options);

/* EXIT_USAGE, told, where what every run needs is missing or beyond bounds. */
int cli_check_run(const char *command, const struct options *options);

/* What a command tells of a network whose runs the options describe. */
typedef ls_status (*network_report)(ls_context *context, const ls_network *network, const ls_run_options *running,
                                    const struct options *options, ls_text **report);

/* The whole of such a command: checks the options of a run, reads the network, calls `tell` under a progress line, prints. */
int cli_report_on_network(const char *command, const struct options *options, network_report tell);

#endif

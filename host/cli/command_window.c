/* command_window.c - loopstress window: for which mean degrees one failure may take a random network along. */
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "output.h"
#include "progress.h"

enum { DEGREES_MOST = 1000 };

/* "0.5,1,2" */
static int read_degrees(const char *text, double degree[DEGREES_MOST], int *count) {
  for (const char *at = text; *count < DEGREES_MOST;) {
    char *end;
    degree[*count] = strtod(at, &end);
    if (end == at || strchr("0123456789.", *at) == NULL || (*end != ',' && *end != 0)) break;
    ++*count;
    if (*end == 0) return EXIT_DONE;
    at = end + 1;
  }
  cli_complain("--degrees is '%s', must be at most %d numbers with commas between them", text, DEGREES_MOST);
  return EXIT_USAGE;
}

int command_window(const struct options *options) {
  ls_window_options wanted = ls_window_options_default();
  double degree[DEGREES_MOST];
  int count = 0;
  ls_text *report = NULL;
  if (options->degrees != NULL) {
    int code = read_degrees(options->degrees, degree, &count);
    if (code != EXIT_DONE) return code;
    wanted.degree = degree, wanted.degree_count = count;
  }
  if (options->entity_count > 0) wanted.entities = options->entity_count;
  if (options->networks > 0) wanted.networks = options->networks;
  if (options->interbank_share >= 0) wanted.interbank_share = options->interbank_share;
  if (options->capital_ratio >= 0) wanted.capital_ratio = options->capital_ratio;
  if (options->threshold >= 0) wanted.threshold = options->threshold;
  wanted.tie_survives = options->tie != NULL && strcmp(options->tie, "survives") == 0;
  wanted.seed = options->seed;
  ls_context *context = cli_begin();
  if (context == NULL) return ls_status_exit_code(LS_STATUS_OUT_OF_MEMORY);
  struct progress *progress = progress_begin(context, options);
  ls_status status = ls_window(context, &wanted, cli_format(options), &report);
  progress_end(context, progress);
  return cli_end(&context, options, status, &report);
}

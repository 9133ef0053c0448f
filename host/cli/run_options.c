/* run_options.c - see run_options.h. */
#include "run_options.h"

#include <inttypes.h>
#include <limits.h>

#include "interrupt.h"
#include "output.h"
#include "progress.h"

enum { MOST_THREADS = 4096 };

ls_run_options cli_run_options(const struct options *options) {
  ls_run_options running = ls_run_options_default();
  running.model = options->model;
  running.settings = options->setting;
  running.setting_count = options->setting_count;
  running.scenarios = options->scenarios;
  if (options->backend != NULL) running.backend = options->backend;
  running.engine = options->engine;
  running.isa = options->isa;
  running.threads = (int)options->threads;
  running.chunk = options->chunk;
  running.has_seed = options->has_seed;
  running.seed = options->seed;
  running.count = options->count;
  running.shard_index = options->shard_index;
  running.shard_count = options->shard_count;
  running.keep_worst = options->keep_worst;
  running.assumption_draws = options->draws > INT_MAX ? INT_MAX : (int)options->draws;
  running.ensemble = options->ensemble > INT_MAX ? INT_MAX : (int)options->ensemble;
  running.verify_sample = options->verify_sample;
  if (options->checkpoint_seconds > 0) running.checkpoint_seconds = options->checkpoint_seconds;
  running.strict = options->strict;
  running.allow_missing_targets = options->allow_missing_targets;
  running.dry_run = options->dry_run;
  running.command = options->command_line;
  return running;
}

int cli_check_threads(const struct options *options) {
  if (options->threads <= MOST_THREADS) return EXIT_DONE;
  cli_complain("--threads is %" PRId64 ", must be at most %d", options->threads, MOST_THREADS);
  return EXIT_USAGE;
}

int cli_check_run(const char *command, const struct options *options) {
  if (options->model == NULL) {
    cli_complain("'%s' needs --model NAME, such as --model eisenberg-noe (see: loopstress models)", command);
    return EXIT_USAGE;
  }
  return cli_check_threads(options);
}

static ls_status report_on_network(ls_context *context, const struct options *options, network_report tell,
                                   ls_text **report) {
  ls_read_options reading = {.sum_duplicates = options->duplicates != NULL, .strict = options->strict};
  ls_run_options running = cli_run_options(options);
  ls_network *network = NULL;
  ls_status status = ls_network_read(context, options->operand[0], &reading, &network);
  if (status == LS_STATUS_OK) {
    cli_tell_messages(context, options, NULL);
    struct progress *progress = progress_begin(context, options);
    status = tell(context, network, &running, options, report);
    progress_end(context, progress);
  }
  ls_network_destroy(&network);
  return status;
}

int cli_report_on_network(const char *command, const struct options *options, network_report tell) {
  ls_text *report = NULL;
  int code = cli_check_run(command, options);
  if (code != EXIT_DONE) return code;
  ls_context *context = cli_begin();
  if (context == NULL) return ls_status_exit_code(LS_STATUS_OUT_OF_MEMORY);
  ls_status status = report_on_network(context, options, tell, &report);
  if (interrupt_requested() && report == NULL) status = LS_STATUS_INTERRUPTED;
  return cli_end(&context, options, status, &report);
}

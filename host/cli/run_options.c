/* run_options.c - see run_options.h. */
#include "run_options.h"

#include <inttypes.h>
#include <limits.h>

#include "output.h"

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
    cli_complain("'%s' needs --model NAME (see: loopstress models)", command);
    return EXIT_USAGE;
  }
  return cli_check_threads(options);
}

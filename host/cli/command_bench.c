/* command_bench.c - loopstress bench: how fast models run here, and whether their answers are right. */
#include <limits.h>

#include "commands.h"
#include "output.h"

static ls_bench_options read_options(const struct options *options) {
  ls_bench_options wanted = ls_bench_options_default();
  wanted.cases = options->bench_case;
  wanted.case_count = options->bench_case_count;
  wanted.network = options->network;
  wanted.model = options->model;
  wanted.scenarios = options->scenarios;
  wanted.settings = options->setting;
  wanted.setting_count = options->setting_count;
  wanted.backends = options->backends;
  wanted.engines = options->engines;
  wanted.isa = options->isa;
  wanted.threads = options->threads < INT_MAX ? (int)options->threads : INT_MAX;
  wanted.chunk = options->chunk;
  wanted.count = options->count;
  if (options->rounds > 0) wanted.rounds = options->rounds < INT_MAX ? (int)options->rounds : INT_MAX;
  wanted.times_only = options->times_only;
  wanted.list = options->list;
  wanted.folder = options->export_folder;
  wanted.output = options->output;
  wanted.replace = options->force;
  return wanted;
}

int command_bench(const struct options *options) {
  const ls_bench_options wanted = read_options(options);
  ls_text *report = NULL;
  ls_context *context = cli_begin();
  if (context == NULL) return ls_status_exit_code(LS_STATUS_OUT_OF_MEMORY);
  ls_status status = ls_bench(context, &wanted, cli_format(options), &report);
  return cli_end(&context, options, status, &report);
}

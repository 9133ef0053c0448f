/* command_run.c - loopstress run NETWORK --model M: the stress test itself.
 *
 * Order matters: the destination is refused before anything is computed, the lock is taken before anything is read, and
 * the lock is gone before anything is printed. */
#include <stdio.h>

#include "commands.h"
#include "destination.h"
#include "output.h"
#include "interrupt.h"
#include "progress.h"
#include "run_options.h"

static ls_status compute(ls_context *context, const struct options *options, ls_results **results) {
  ls_read_options reading = {.sum_duplicates = options->duplicates != NULL, .strict = options->strict};
  ls_run_options running = cli_run_options(options);
  ls_network *network = NULL;
  ls_status status = ls_network_read(context, options->operand[0], &reading, &network);
  if (status == LS_STATUS_OK) {
    cli_tell_messages(context, options, NULL);
    struct progress *progress = progress_begin(context, options);
    status = ls_run(context, network, &running, results);
    progress_end(context, progress);
  }
  ls_network_destroy(&network);
  return status;
}

/* Once the results are on disk the run is done: a signal no longer changes the exit code. */
static ls_status save(ls_context *context, const struct options *options, const ls_results *results, double begun) {
  if (interrupt_requested()) return LS_STATUS_INTERRUPTED;
  ls_status status = ls_results_write(context, results, options->output, options->force);
  if (status != LS_STATUS_OK) return interrupt_requested() ? LS_STATUS_INTERRUPTED : status;
  status = ls_results_write_record(context, results, options->output, progress_seconds() - begun, true);
  if (status == LS_STATUS_OK) {
    cli_note(options, "wrote %s, digest %s; next: loopstress report %s -o report.html", options->output,
             ls_results_digest(results), options->output);
  }
  return status;
}

static int end_interrupted(ls_context **context, ls_results **results) {
  cli_complain("interrupted: nothing saved");
  ls_results_destroy(results);
  interrupt_watch(NULL);
  ls_context_destroy(context);
  return ls_status_exit_code(LS_STATUS_INTERRUPTED);
}

/* The plan of a dry run stands in the warnings; here it is the result. */
static int tell_plan(ls_context **context, const struct options *options) {
  int count = ls_context_warning_count(*context);
  if (options->json) fputs("{\"dry_run\": true, \"plan\": [", stdout);
  for (int k = 0; k < count; k++) {
    const char *line = ls_context_warning(*context, k);
    if (options->json) {
      if (k > 0) fputs(", ", stdout);
      cli_print_json_text(line);
    } else {
      puts(line);
    }
  }
  if (options->json) puts("]}");
  ls_context_clear_messages(*context);
  return cli_end(context, options, LS_STATUS_OK, NULL);
}

static int check_options(const struct options *options) {
  int code = cli_check_run("run", options);
  if (code != EXIT_DONE) return code;
  return options->output != NULL ? destination_check(options, false) : EXIT_DONE;
}

static int run_locked(const struct options *options, struct destination_lock *lock) {
  double begun = progress_seconds();
  ls_results *results = NULL;
  ls_text *report = NULL;
  ls_context *context = cli_begin();
  if (context == NULL) return ls_status_exit_code(LS_STATUS_OUT_OF_MEMORY);
  ls_status status = compute(context, options, &results);
  bool saves = options->output != NULL && !options->dry_run;
  if (saves && results != NULL) {
    ls_status saved = save(context, options, results, begun);
    if (saved != LS_STATUS_OK) status = saved;
  } else if (interrupt_requested()) {
    status = LS_STATUS_INTERRUPTED;
  }
  destination_unlock(lock);
  if (status == LS_STATUS_INTERRUPTED) return end_interrupted(&context, &results);
  if (status == LS_STATUS_OK && options->dry_run) return tell_plan(&context, options);
  bool tells = results != NULL && (status == LS_STATUS_OK || status == LS_STATUS_NOT_CONVERGED) &&
               (options->json || !options->quiet || !saves);
  if (tells) {
    ls_status told = ls_results_describe(context, results, cli_format(options), &report);
    if (told != LS_STATUS_OK) status = told;
  }
  ls_results_destroy(&results);
  return cli_end(&context, options, status, &report);
}

int command_run(const struct options *options) {
  struct destination_lock lock = {.file = -1};
  int code = check_options(options);
  if (code == EXIT_DONE && options->output != NULL && !options->dry_run) code = destination_lock(options, &lock);
  if (code == EXIT_DONE) code = run_locked(options, &lock);
  destination_unlock(&lock);
  return code;
}

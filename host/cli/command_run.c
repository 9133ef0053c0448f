/* command_run.c - loopstress run NETWORK --model M: the stress test itself.
 *
 * Order matters: the destination is refused before anything is computed, the lock is taken before anything is read, and
 * the lock is gone before anything is printed. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "commands.h"
#include "destination.h"
#include "output.h"
#include "interrupt.h"
#include "launch.h"
#include "progress.h"
#include "run_options.h"

/* What a run goes through. */
struct running {
  const struct options *options;
  ls_run_options run;
  char *checkpoint; /* "<output>.partial"; NULL without an output */
  bool exists;      /* the output does: it may be what this run would write */
  double begun;
  ls_network *network;
  ls_results *results;
};

static bool saves(const struct running *running) {
  return running->options->output != NULL && !running->options->dry_run;
}

/* An output that is not the finished result of this very run is not touched. */
static ls_status compare_with_output(ls_context *context, const struct running *running, ls_results *found) {
  bool matches = false;
  ls_status status = ls_run_matches(context, running->network, &running->run, found, &matches);
  if (status != LS_STATUS_OK || matches) return status;
  cli_complain("output '%s' exists and holds another run; --force replaces it", running->options->output);
  return LS_STATUS_OUTPUT_EXISTS;
}

/* The existing output, read; foreign files are refused before any input is looked at. */
static ls_status read_output(ls_context *context, const struct running *running, ls_results **found) {
  ls_status status = ls_results_read(context, running->options->output, found);
  if (status == LS_STATUS_OK || status == LS_STATUS_INTERRUPTED || status == LS_STATUS_OUT_OF_MEMORY) return status;
  ls_context_clear_messages(context);
  cli_complain("output '%s' exists and is no results file; --force replaces it", running->options->output);
  return LS_STATUS_OUTPUT_EXISTS;
}

static ls_status compute(ls_context *context, struct running *running) {
  const struct options *options = running->options;
  ls_read_options reading = {.sum_duplicates = options->duplicates != NULL, .strict = options->strict};
  ls_results *found = NULL;
  ls_status status = running->exists ? read_output(context, running, &found) : LS_STATUS_OK;
  if (status == LS_STATUS_OK) status = ls_network_read(context, options->operand[0], &reading, &running->network);
  if (status == LS_STATUS_OK && found != NULL) status = compare_with_output(context, running, found);
  if (status == LS_STATUS_OK && found != NULL) {
    running->results = found;
    return LS_STATUS_OK;
  }
  ls_results_destroy(&found);
  if (status != LS_STATUS_OK) return status;
  cli_tell_messages(context, options, NULL);
  struct progress *progress = progress_begin(context, options);
  status = ls_run(context, running->network, &running->run, &running->results);
  progress_end(context, progress);
  return status;
}

/* A kill may have come between the results and their record. */
static ls_status complete_record(ls_context *context, const struct running *running) {
  char *record = destination_beside(running->options, ".run.json");
  if (record == NULL) return LS_STATUS_OUT_OF_MEMORY;
  const bool missing = access(record, F_OK) != 0;
  free(record);
  if (!missing) return LS_STATUS_OK;
  return ls_results_write_record(context, running->results, running->options->output,
                                 progress_seconds() - running->begun, false);
}

/* Once the results are on disk the run is done: a signal no longer changes the exit code. */
static ls_status save(ls_context *context, const struct running *running) {
  const struct options *options = running->options;
  const ls_results *results = running->results;
  if (running->exists) {
    cli_note(options, "already done: %s, digest %s", options->output, ls_results_digest(results));
    ls_status status = complete_record(context, running);
    return status == LS_STATUS_OK ? ls_checkpoint_remove(context, running->checkpoint) : status;
  }
  if (interrupt_requested()) return LS_STATUS_INTERRUPTED;
  ls_status status = ls_results_write(context, results, options->output, options->force);
  if (status != LS_STATUS_OK) return interrupt_requested() ? LS_STATUS_INTERRUPTED : status;
  status = ls_results_write_record(context, results, options->output, progress_seconds() - running->begun, true);
  if (status == LS_STATUS_OK) status = ls_checkpoint_remove(context, running->checkpoint);
  if (status == LS_STATUS_OK) {
    cli_note(options, "wrote %s, digest %s; next: loopstress report %s -o report.html", options->output,
             ls_results_digest(results), options->output);
  }
  return status;
}

/* The process's part in a team. */
static void take_seat(const struct launch *launch, ls_run_options *run) {
  run->team = launch->team;
  if (run->threads == 0) run->threads = launch->threads;
}

/* What was wrong has been said. */
static int end_told(ls_context **context, ls_status status) {
  interrupt_watch(NULL);
  ls_context_destroy(context);
  return ls_status_exit_code(status);
}

static int end_interrupted(ls_context **context, const struct running *running) {
  if (running->checkpoint != NULL && access(running->checkpoint, F_OK) == 0)
    cli_complain("interrupted: the same command resumes from %s", running->checkpoint);
  else
    cli_complain("interrupted: nothing saved");
  return end_told(context, LS_STATUS_INTERRUPTED);
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

static int check_options(const struct options *options, struct running *running) {
  int code = cli_check_run("run", options);
  if (code != EXIT_DONE || options->output == NULL) return code;
  return options->dry_run ? destination_check(options, false) : destination_check_or_find(options, &running->exists);
}

static ls_status run(ls_context *context, struct running *running) {
  ls_status status = compute(context, running);
  if (saves(running) && running->results != NULL) {
    ls_status saved = save(context, running);
    return saved != LS_STATUS_OK ? saved : status;
  }
  return interrupt_requested() ? LS_STATUS_INTERRUPTED : status;
}

/* Whoever is not rank 0 of a team only computes: what there is to say, rank 0 says. */
static int follow(const struct options *options, const struct launch *launch) {
  ls_read_options reading = {.sum_duplicates = options->duplicates != NULL, .strict = options->strict};
  ls_run_options running = cli_run_options(options);
  ls_network *network = NULL;
  ls_results *results = NULL;
  ls_context *context = cli_begin();
  if (context == NULL) return ls_status_exit_code(LS_STATUS_OUT_OF_MEMORY);
  take_seat(launch, &running);
  ls_status status = ls_network_read(context, options->operand[0], &reading, &network);
  if (status == LS_STATUS_OK) status = ls_run(context, network, &running, &results);
  status = ls_team_end(context, launch->team, status);
  ls_results_destroy(&results);
  ls_network_destroy(&network);
  return end_told(&context, status);
}

static int run_locked(struct running *running, struct destination_lock *lock) {
  const struct options *options = running->options;
  ls_text *report = NULL;
  ls_context *context = cli_begin();
  if (context == NULL) return ls_status_exit_code(LS_STATUS_OUT_OF_MEMORY);
  ls_status status = run(context, running);
  destination_unlock(lock);
  if (status == LS_STATUS_INTERRUPTED) return end_interrupted(&context, running);
  if (status == LS_STATUS_OUTPUT_EXISTS && running->exists) return end_told(&context, status);
  if (status == LS_STATUS_OK && options->dry_run) return tell_plan(&context, options);
  bool tells = running->results != NULL && (status == LS_STATUS_OK || status == LS_STATUS_NOT_CONVERGED) &&
               (options->json || !options->quiet || !saves(running));
  if (tells) {
    ls_status told = ls_results_describe(context, running->results, cli_format(options), &report);
    if (told != LS_STATUS_OK) status = told;
  }
  return cli_end(&context, options, status, &report);
}

static bool set_up(const struct options *options, const struct launch *launch, struct running *running) {
  running->begun = progress_seconds();
  running->options = options;
  running->run = cli_run_options(options);
  take_seat(launch, &running->run);
  if (!saves(running)) return true;
  running->checkpoint = destination_beside(options, ".partial");
  if (running->checkpoint == NULL) return false;
  running->run.checkpoint = running->checkpoint;
  running->run.replace_checkpoint = options->force;
  return true;
}

static int lead(const struct options *options, const struct launch *launch) {
  struct destination_lock lock = {.file = -1};
  struct running running = {0};
  if (!set_up(options, launch, &running)) return cli_out_of_memory();
  int code = check_options(options, &running);
  if (code == EXIT_DONE && saves(&running)) code = destination_lock(options, &lock);
  if (code == EXIT_DONE && saves(&running)) destination_sweep(options);
  if (code == EXIT_DONE) code = run_locked(&running, &lock);
  destination_unlock(&lock);
  ls_results_destroy(&running.results);
  ls_network_destroy(&running.network);
  free(running.checkpoint);
  return code;
}

int command_run(const struct options *options) {
  struct launch launch;
  if (options->deadline >= 0) interrupt_set_deadline(options->deadline);
  int code = launch_join(options, &launch);
  if (code != EXIT_DONE) return code;
  if (launch.rank == 0)
    code = lead(options, &launch);
  else if (!options->dry_run)
    code = follow(options, &launch);
  return launch_leave(&launch, code);
}

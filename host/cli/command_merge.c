/* command_merge.c - loopstress merge PART.h5 ... -o results.h5: the parts of one run become the whole. */
#include <stdlib.h>

#include "commands.h"
#include "destination.h"
#include "output.h"
#include "interrupt.h"

static ls_status read_parts(ls_context *context, const struct options *options, ls_results **part) {
  ls_status status = LS_STATUS_OK;
  for (int k = 0; k < options->operand_count && status == LS_STATUS_OK; k++) {
    status = ls_results_read(context, options->operand[k], &part[k]);
    if (status == LS_STATUS_OK && interrupt_requested()) status = LS_STATUS_INTERRUPTED;
  }
  return status;
}

static ls_status merge_into(ls_context *context, const struct options *options, ls_results **part) {
  ls_results *whole = NULL;
  ls_status status = read_parts(context, options, part);
  if (status == LS_STATUS_OK) {
    const ls_results *const *parts = (const ls_results *const *)part;
    status = options->partial ? ls_results_merge_parts(context, parts, options->operand_count, &whole)
                              : ls_results_merge(context, parts, options->operand_count, &whole);
  }
  if (status == LS_STATUS_OK) status = ls_results_write(context, whole, options->output, options->force);
  if (status == LS_STATUS_OK) cli_note(options, "wrote %s, digest %s", options->output, ls_results_digest(whole));
  ls_results_destroy(&whole);
  return status;
}

int command_merge(const struct options *options) {
  struct destination_lock lock = {.file = -1};
  int code = destination_check(options, false);
  if (code == EXIT_DONE) code = destination_lock(options, &lock);
  if (code != EXIT_DONE) return code;
  ls_context *context = cli_begin();
  ls_results **part = calloc((size_t)options->operand_count, sizeof(ls_results *));
  ls_status status = LS_STATUS_OUT_OF_MEMORY;
  if (context != NULL && part != NULL) status = merge_into(context, options, part);
  for (int k = 0; part != NULL && k < options->operand_count; k++) ls_results_destroy(&part[k]);
  free(part);
  destination_unlock(&lock);
  if (context == NULL) return ls_status_exit_code(status);
  return cli_end(&context, options, status, NULL);
}

/* merge.c - ls_results_merge: parts of a run become the whole, and what needs the whole is computed. */
#include <stddef.h>
#include <stdlib.h>

#include "core/arithmetic.h"
#include "engine/engine.h"

static ls_status finish_whole(ls_context *context, ls_results *whole) {
  struct job_again again = {0};
  ls_run_options options = ls_run_options_default();
  ls_status status = job_prepare_again(context, whole, &options, &again);
  if (status == LS_STATUS_OK) status = results_finish(context, &again.job, whole);
  job_release_again(context, &again);
  return status;
}

static ls_status merge_parts(ls_context *context, const ls_results *const *parts, int part_count,
                             ls_results **results) {
  ls_results *whole = NULL;
  ls_status status = results_gather(context, parts, part_count, &whole);
  if (status == LS_STATUS_OK) status = finish_whole(context, whole);
  if (status != LS_STATUS_OK) {
    results_destroy(&whole);
    return status;
  }
  *results = whole;
  return LS_STATUS_OK;
}

ls_status ls_results_merge(ls_context *context, const ls_results *const *parts, int part_count, ls_results **results) {
  fenv_t before;
  arithmetic_begin(&before);
  ls_status status = merge_parts(context, parts, part_count, results);
  arithmetic_restore(&before);
  return status;
}

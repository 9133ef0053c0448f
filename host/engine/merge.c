/* merge.c - ls_results_merge: parts of a run become the whole, and what needs the whole is computed; or a larger part. */
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

static ls_status merge_parts(ls_context *context, const ls_results *const *parts, int part_count, bool wholly,
                             ls_results **results) {
  ls_results *whole = NULL;
  ls_status status = results_gather(context, parts, part_count, wholly, &whole);
  if (status == LS_STATUS_OK && wholly) status = finish_whole(context, whole);
  if (status == LS_STATUS_OK && !wholly) digest_compute(whole); /* a part's own: statistics are for the whole */
  if (status != LS_STATUS_OK) {
    results_destroy(&whole);
    return status;
  }
  *results = whole;
  return LS_STATUS_OK;
}

static ls_status merge_exactly(ls_context *context, const ls_results *const *parts, int part_count, bool wholly,
                               ls_results **results) {
  fenv_t before;
  arithmetic_begin(&before);
  ls_status status = merge_parts(context, parts, part_count, wholly, results);
  arithmetic_restore(&before);
  return status;
}

ls_status ls_results_merge(ls_context *context, const ls_results *const *parts, int part_count, ls_results **results) {
  return merge_exactly(context, parts, part_count, true, results);
}

ls_status ls_results_merge_parts(ls_context *context, const ls_results *const *parts, int part_count,
                                 ls_results **part) {
  return merge_exactly(context, parts, part_count, false, part);
}

/* report.c - ls_results_report: from results in memory to one HTML file that appears complete or not at all. */
#include "io/file.h"
#include "report/page.h"

static ls_status check(ls_context *context, const ls_results *results, const char *path, bool replace) {
  if (!path || !path[0]) return context_fail(context, LS_STATUS_USAGE, "report: no path for the page given");
  if (!results->complete)
    return context_fail(context, LS_STATUS_UNUSABLE,
                        "report: the results are part %d of %d of a run, a report needs all parts merged",
                        (int)results->identity.shard_index, (int)results->identity.shard_count);
  return file_output_check(context, path, replace);
}

ls_status ls_results_report(ls_context *context, const ls_results *results, const char *path, bool replace) {
  struct view view;
  struct buffer page = buffer_start(context);
  ls_status status = check(context, results, path, replace);
  if (status != LS_STATUS_OK) return status;
  status = view_begin(context, results, &view);
  if (status == LS_STATUS_OK) status = write_page(&view, &page);
  if (status == LS_STATUS_OK) status = file_write(context, path, page.data, page.length, replace);
  view_release(&view);
  buffer_release(&page);
  return status;
}

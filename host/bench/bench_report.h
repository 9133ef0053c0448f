/* bench_report.h - what was measured, as a table and as JSON. */
#ifndef LS_HOST_BENCH_BENCH_REPORT_H
#define LS_HOST_BENCH_BENCH_REPORT_H

#include "bench/bench_ceilings.h"
#include "bench/bench_measure.h"

struct bench_findings {
  const ls_bench_options *options;
  struct bench_ceilings ceilings;
  struct bench_result *result; /* [result_count] */
  int result_count;
};

ls_status bench_report(ls_context *context, const struct bench_findings *findings, ls_format format, ls_text **report);

/* The table of cases. */
ls_status bench_report_cases(ls_context *context, ls_format format, ls_text **report);

#endif

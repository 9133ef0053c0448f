/* losses.h - the system loss of every scenario, from the results into the report's bins. */
#ifndef LS_HOST_REPORT_LOSSES_H
#define LS_HOST_REPORT_LOSSES_H

#include "aggregate/results.h"
#include "report/histogram.h"

/* Bins the losses that the run was asked for (gross or net), of the scenarios that are in the sums; bin_count is 0
 * where there are none. */
void losses_bin(const ls_results *results, struct histogram *histogram);

#endif

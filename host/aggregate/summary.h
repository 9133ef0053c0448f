/* summary.h - what the parts of the summary for people share: where it goes, and how numbers look in it. */
#ifndef LS_HOST_AGGREGATE_SUMMARY_H
#define LS_HOST_AGGREGATE_SUMMARY_H

#include "aggregate/results.h"
#include "io/buffer.h"

struct summary {
  ls_context *context;
  struct buffer *out;
  const ls_results *results;
  int decimals; /* of amounts: chosen once, so that columns line up */
};

void summary_amount(const struct summary *summary, double value);

/* The same, right-aligned. */
void summary_padded_amount(const struct summary *summary, double value, int width);

void summary_percent(const struct summary *summary, double share);

/* At most `width` characters (UTF-8) of a text; returns how many. */
int summary_cut(struct buffer *out, const char *text, int width);

/* The same, filled up with blanks. */
void summary_padded(struct buffer *out, const char *text, int width);

/* The part on scenarios that a file lists (summary_scenarios.c). */
void scenarios_summary(const struct summary *summary);

#endif

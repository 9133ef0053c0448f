/* histogram.h - losses of all scenarios in about sixty bins of one round width. */
#ifndef LS_HOST_REPORT_HISTOGRAM_H
#define LS_HOST_REPORT_HISTOGRAM_H

#include <stdint.h>

enum { HISTOGRAM_BINS = 60 };

/* Bin k holds low + k * width <= loss < low + (k + 1) * width; the last holds its upper end too. */
struct histogram {
  int bin_count;
  double low, width;
  int64_t total;
  int64_t count[HISTOGRAM_BINS + 2];
};

/* Empty bins over least..largest, both finite; one bin where they are equal. */
void histogram_begin(struct histogram *histogram, double least, double largest);
void histogram_add(struct histogram *histogram, double loss);

#endif

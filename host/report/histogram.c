/* histogram.c - bins of a round width (1, 2, 2.5 or 5 times a power of ten) that begin at a multiple of it. */
#include "report/histogram.h"

#include <math.h>

/* The smallest round number that is not below `least` > 0. */
static double round_width(double least) {
  static const double step[] = {1, 2, 2.5, 5, 10};
  double power = 1;
  while (power > least) power /= 10;
  while (power * 10 <= least) power *= 10;
  for (int k = 0; k < 4; k++)
    if (step[k] * power >= least) return step[k] * power;
  return step[4] * power;
}

static int bin_of(const struct histogram *histogram, double loss) {
  if (histogram->bin_count == 1) return 0;
  int bin = (int)((loss - histogram->low) / histogram->width);
  if (bin < 0) return 0;
  return bin < histogram->bin_count ? bin : histogram->bin_count - 1;
}

void histogram_begin(struct histogram *histogram, double least, double largest) {
  *histogram = (struct histogram){.bin_count = 1, .low = least, .width = largest - least};
  if (!(largest - least > 1e-12 * fmax(fabs(least), fabs(largest)))) return;
  histogram->width = round_width((largest - least) / HISTOGRAM_BINS);
  histogram->low = floor(least / histogram->width) * histogram->width;
  histogram->bin_count = 1 + (int)((largest - histogram->low) / histogram->width);
  if (histogram->bin_count > HISTOGRAM_BINS + 2) histogram->bin_count = HISTOGRAM_BINS + 2;
}

void histogram_add(struct histogram *histogram, double loss) {
  histogram->count[bin_of(histogram, loss)]++;
  histogram->total++;
}

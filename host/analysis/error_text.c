/* error_text.c - see error_text.h. */
#include "analysis/error_text.h"

#include <math.h>
#include <stdio.h>

enum { FIGURES = 5 };

/* The digit of a number that counts most: 0 for 1 to 9, -1 for 0.1 to 0.9; 0 for nothing. */
static int magnitude(double value) { return value != 0 && isfinite(value) ? (int)floor(log10(fabs(value))) : 0; }

/* Digits after the point that show two figures of the error, and of the value no more than FIGURES. */
static int decimals_of(double value, double error) {
  int of_error = error > 0 ? 1 - magnitude(error) : 0, of_value = FIGURES - 1 - magnitude(value);
  int decimals = of_error < of_value ? of_error : of_value;
  return decimals < 0 ? 0 : decimals;
}

void error_text(char text[ERROR_TEXT], bool is_signed, double value, double error) {
  int decimals = decimals_of(value, error);
  if (error > 0 && decimals > 9)
    (void)snprintf(text, ERROR_TEXT, is_signed ? "%+.2g +- %.2g" : "%.2g +- %.2g", value, error);
  else if (!(error > 0))
    (void)snprintf(text, ERROR_TEXT, is_signed ? "%+.6g%s" : "%.6g%s", value, isnan(error) ? "" : " +- 0");
  else
    (void)snprintf(text, ERROR_TEXT, is_signed ? "%+.*f +- %.*f" : "%.*f +- %.*f", decimals, value, decimals, error);
}

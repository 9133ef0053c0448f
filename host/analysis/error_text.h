/* error_text.h - a number with its standard error, for people. */
#ifndef LS_HOST_ANALYSIS_ERROR_TEXT_H
#define LS_HOST_ANALYSIS_ERROR_TEXT_H

#include <stdbool.h>

enum { ERROR_TEXT = 40 };

/* "1234.5 +- 6.7": two figures of the error; without it where it is NaN, with 0 where it is 0. */
void error_text(char text[ERROR_TEXT], bool is_signed, double value, double error);

#endif

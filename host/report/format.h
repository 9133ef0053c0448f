/* format.h - texts and numbers for people, escaped for HTML as they go into the page. */
#ifndef LS_HOST_REPORT_FORMAT_H
#define LS_HOST_REPORT_FORMAT_H

#include "io/buffer.h"

/* Text from a network or a command, good in an element and in a quoted attribute; bytes that are no UTF-8 are '?'. */
void write_escaped(struct buffer *page, const char *text);

/* Numbers that are not finite are a dash, a minus is U+2212, thousands are parted by commas. */
void write_amount(struct buffer *page, double value, int decimals);
void write_count(struct buffer *page, int64_t value);
void write_percent(struct buffer *page, double fraction, int decimals);

/* Between them stands a number, which leads to the definition of that name (definitions.h). */
void begin_defined(struct buffer *page, const char *definition);
void end_defined(struct buffer *page);

/* Decimals that show a column of amounts, whose largest magnitude is given, with four digits or so. */
int decimals_for(double largest);
/* Decimals that a number was written with, as far as a double tells; at most 9. */
int decimals_of(double value);
/* Decimals of a percentage that let `fraction` show two digits; 1 to 6. */
int percent_decimals_for(double fraction);

#endif

/* format.c - escaping for HTML, and numbers as people read them. What the page says is decided elsewhere. */
#include "report/format.h"

#include <math.h>
#include <string.h>

/* Length of the well-formed UTF-8 sequence at `text`, which ends with NUL; 0 where there is none. */
static size_t utf8_length(const unsigned char *text) {
  if (text[0] < 0x80) return 1;
  size_t length = 0;
  if (text[0] >= 0xc2 && text[0] <= 0xdf)
    length = 2;
  else if ((text[0] & 0xf0) == 0xe0)
    length = 3;
  else if (text[0] >= 0xf0 && text[0] <= 0xf4)
    length = 4;
  for (size_t k = 1; k < length; k++)
    if ((text[k] & 0xc0) != 0x80) return 0;
  if (length == 3 && text[0] == 0xe0 && text[1] < 0xa0) return 0; /* longer than needed */
  if (length == 3 && text[0] == 0xed && text[1] > 0x9f) return 0; /* surrogates */
  if (length == 4 && text[0] == 0xf0 && text[1] < 0x90) return 0;
  if (length == 4 && text[0] == 0xf4 && text[1] > 0x8f) return 0; /* beyond U+10FFFF */
  return length;
}

static const char *entity_of(unsigned char byte) {
  switch (byte) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return byte < 0x20 && byte != '\n' && byte != '\t' ? "?" : NULL;
  }
}

void write_escaped(struct buffer *page, const char *text) {
  const unsigned char *at = (const unsigned char *)(text ? text : "");
  while (*at) {
    size_t length = utf8_length(at);
    const char *entity = length == 0 ? "?" : length == 1 ? entity_of(*at) : NULL;
    if (entity)
      buffer_text(page, entity);
    else
      buffer_add(page, (const char *)at, length);
    at += length ? length : 1;
  }
}

/* Parts the thousands of the digits that stand from `start` to the end of the page. */
static void part_thousands(struct buffer *page, size_t start) {
  if (page->failed) return;
  size_t whole = 0;
  while (start + whole < page->length && page->data[start + whole] >= '0' && page->data[start + whole] <= '9') whole++;
  for (size_t right = 3; right < whole; right += 3) {
    size_t at = start + whole - right;
    buffer_add(page, ",", 1);
    if (page->failed) return;
    memmove(page->data + at + 1, page->data + at, page->length - at - 1);
    page->data[at] = ',';
  }
}

static bool shows_zero(double magnitude, int decimals) {
  double half_unit = 0.5;
  for (int k = 0; k < decimals; k++) half_unit /= 10;
  return magnitude < half_unit;
}

void write_amount(struct buffer *page, double value, int decimals) {
  if (!isfinite(value)) {
    buffer_text(page, "\xe2\x80\x93");
    return;
  }
  double magnitude = fabs(value);
  if (value < 0 && !shows_zero(magnitude, decimals)) buffer_text(page, "\xe2\x88\x92");
  size_t start = page->length;
  buffer_fixed(page, magnitude, decimals);
  part_thousands(page, start);
}

void write_count(struct buffer *page, int64_t value) { write_amount(page, (double)value, 0); }

void write_percent(struct buffer *page, double fraction, int decimals) {
  write_amount(page, 100 * fraction, decimals);
  if (isfinite(fraction)) buffer_text(page, "%");
}

/* Out of the order of the Tab key: heads of columns and terms lead to the same place. */
void begin_defined(struct buffer *page, const char *definition) {
  buffer_print(page, "<a class=\"number\" tabindex=\"-1\" href=\"#def-%s\">", definition);
}

void end_defined(struct buffer *page) { buffer_text(page, "</a>"); }

int decimals_for(double largest) {
  int decimals = 0;
  double bound = 1000;
  if (!(largest > 0) || !isfinite(largest)) return 1;
  while (largest < bound && decimals < 9) {
    bound /= 10;
    decimals++;
  }
  return decimals;
}

int decimals_of(double value) {
  double scaled = fabs(value);
  int decimals = 0;
  if (!isfinite(value)) return 0;
  while (decimals < 9 && fabs(scaled - floor(scaled + 0.5)) > 1e-9 * scaled) {
    scaled *= 10;
    decimals++;
  }
  return decimals;
}

int percent_decimals_for(double fraction) {
  int decimals = 1;
  double bound = 0.01;
  if (!(fraction > 0)) return 1;
  while (fraction < bound && decimals < 6) {
    bound /= 10;
    decimals++;
  }
  return decimals;
}

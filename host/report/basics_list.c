/* basics_list.c - what the numbers are that every run has, in words; those of flows only where the page shows them. */
#include <string.h>

#include "report/definitions.h"
#include "report/sections.h"

static const char FLOW[] = "flow-";

static bool is_shown(const struct view *view, const char *name) {
  if (strncmp(name, FLOW, strlen(FLOW)) != 0) return true;
  for (int k = 0; k < view->flows.basis_count; k++)
    if (strcmp(name + strlen(FLOW), view->flows.basis[k].name) == 0) return true;
  return false;
}

void write_basics(const struct view *view, struct buffer *page) {
  const struct definition *basic = NULL;
  buffer_text(page, "<dl class=\"definitions\">\n");
  for (int k = 0; (basic = basic_definition(k)) != NULL; k++)
    if (is_shown(view, basic->name))
      buffer_print(page, "<div id=\"def-%s\"><dt>%s</dt><dd>%s</dd></div>\n", basic->name, basic->title,
                   basic->meaning);
  buffer_text(page, "</dl>\n");
}

/* figures.h - the numbers that the page's script draws, as one JSON document inside the page. */
#ifndef LS_HOST_REPORT_FIGURES_H
#define LS_HOST_REPORT_FIGURES_H

#include "report/view.h"
#include "report/format.h"

/* Writes the document so that no name in it can end the script element that holds it. */
ls_status write_figures(const struct view *view, struct buffer *page);

#endif

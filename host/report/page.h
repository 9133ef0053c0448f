/* page.h - the page as a whole: the template page.html with its places filled. */
#ifndef LS_HOST_REPORT_PAGE_H
#define LS_HOST_REPORT_PAGE_H

#include "report/view.h"
#include "report/format.h"

/* Writes the whole page. */
ls_status write_page(const struct view *view, struct buffer *page);

#endif

/* story.h - kept scenarios in words. */
#ifndef LS_HOST_REPORT_STORY_H
#define LS_HOST_REPORT_STORY_H

#include "report/format.h"
#include "report/view.h"

/* The first STORY_ROWS kept scenarios, one below the other. */
void write_stories(const struct view *view, struct buffer *page);

/* "external assets loss of Alder and 2 more", as plain text: what the sweep that a kept scenario begins goes through. */
void story_sweep_name(const struct view *view, struct buffer *plain, int32_t kept);

#endif

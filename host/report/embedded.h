/* embedded.h - files that the build puts into the library as bytes (cmake/ makes the symbols). */
#ifndef LS_HOST_REPORT_EMBEDDED_H
#define LS_HOST_REPORT_EMBEDDED_H

#include <stddef.h>

extern const char embedded_page_html[];
extern const size_t embedded_page_html_size;
extern const char embedded_page_css[];
extern const size_t embedded_page_css_size;
/* The page's scripts, in the order in which they run. */
extern const char embedded_page_base_js[];
extern const size_t embedded_page_base_js_size;
extern const char embedded_page_js[];
extern const size_t embedded_page_js_size;
extern const char embedded_page_flows_js[];
extern const size_t embedded_page_flows_js_size;
extern const char embedded_page_paths_js[];
extern const size_t embedded_page_paths_js_size;
extern const char embedded_d3[]; /* D3 5, d3.min.js */
extern const size_t embedded_d3_size;

#endif

/* figures.h - the numbers that the page's script draws, as one JSON document inside the page. */
#ifndef LS_HOST_REPORT_FIGURES_H
#define LS_HOST_REPORT_FIGURES_H

#include "report/view.h"
#include "report/format.h"
#include "io/json.h"

/* Writes the document so that no name in it can end the script element that holds it. */
ls_status write_figures(const struct view *view, struct buffer *page);

/* Parts of it, each a key of the open object; null, or an empty list, where there is nothing to draw. */
void figures_flows(const struct view *view, struct json *json);  /* flow_figures.c */
void figures_impact(const struct view *view, struct json *json); /* dependence_figures.c */
void figures_matrix(const struct view *view, struct json *json);
void figures_paths(const struct view *view, struct json *json);   /* path_figures.c */
void figures_factors(const struct view *view, struct json *json); /* shock_figures.c */
void figures_sweeps(const struct view *view, struct json *json);

/* Is there anything to draw of them? */
bool has_impact(const struct view *view);
bool has_matrix_of_losses(const struct view *view);
bool has_matrix_of_defaults(const struct view *view);
bool has_sweeps(const struct view *view);

/* A list of `count` numbers, every `stride`-th of `value`; NULL: nulls. */
void figures_numbers(struct json *json, const char *key, const double *value, int64_t count, int64_t stride);

#endif

/* sections.h - the parts of the page that are words and tables: good without JavaScript, and for printing. */
#ifndef LS_HOST_REPORT_SECTIONS_H
#define LS_HOST_REPORT_SECTIONS_H

#include "report/view.h"
#include "report/format.h"

/* words.c */
void write_title(const struct view *view, struct buffer *page);
void write_subtitle(const struct view *view, struct buffer *page);
void write_key_figures(const struct view *view, struct buffer *page);
void write_summary(const struct view *view, struct buffer *page);

/* tables.c */
void write_tail_table(const struct view *view, struct buffer *page);
void write_quarter_table(const struct view *view, struct buffer *page);
void write_line_table(const struct view *view, struct buffer *page);
void write_line_tail_table(const struct view *view, struct buffer *page);
void write_scenario_table(const struct view *view, struct buffer *page);

/* flow_table.c */
void write_flow_table(const struct view *view, struct buffer *page);

/* entity_table.c */
void write_entity_table(const struct view *view, struct buffer *page);

/* dependence_table.c */
void write_dependence_table(const struct view *view, struct buffer *page);
void write_pair_table(const struct view *view, struct buffer *page);

/* measures_table.c */
void write_measures_table(const struct view *view, struct buffer *page);
void write_system_measures(const struct view *view, struct buffer *page);
void write_by_quarter_table(const struct view *view, struct buffer *page);
void write_definitions(const struct view *view, struct buffer *page);

/* causes_table.c */
bool causes_shown(const struct view *view, int32_t kept); /* is this kept scenario shown by cause? */
int32_t causes_shown_count(const struct view *view);
void write_causes_table(const struct view *view, struct buffer *page);
void write_cause_definitions(const struct view *view, struct buffer *page);

/* basics_list.c */
void write_basics(const struct view *view, struct buffer *page);

/* provenance.c */
void write_limits(const struct view *view, struct buffer *page);
void write_assumptions(const struct view *view, struct buffer *page);
void write_provenance(const struct view *view, struct buffer *page);
void write_command(const struct view *view, struct buffer *page);

/* Helpers of the tables. */
void write_unit(const struct view *view, struct buffer *page,
                const char *before); /* before + unit, where there is one */
void write_line_name(const struct view *view, struct buffer *page, int32_t line); /* '_' as blanks */
void write_cell(struct buffer *page, double value, int decimals);                 /* <td> with an amount */
/* The same, and the amount leads to its definition. */
void write_defined_cell(struct buffer *page, const char *definition, double value, int decimals);
/* The head of a column that leads there; `title` is text of the page's own. */
void write_defined_head(struct buffer *page, const char *definition, const char *title);

#endif

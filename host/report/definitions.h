/* definitions.h - what the measures beside losses and the causes of losses are, in words for the page. */
#ifndef LS_HOST_REPORT_DEFINITIONS_H
#define LS_HOST_REPORT_DEFINITIONS_H

struct definition {
  const char *name;    /* as the model and the files call it */
  const char *title;   /* for the head of a column */
  const char *meaning; /* what it is in one scenario */
};

/* NULL where the page knows no more than the name. */
const struct definition *definition_of(const char *name);

/* What every run has: number `k` of the list, NULL behind its end; the page's ids are "def-" and the name. */
const struct definition *basic_definition(int k);

/* The same of a cause of losses. */
const struct definition *cause_definition_of(const char *name);

#endif

/* model.h - what a model says of itself, beside its arithmetic: one const ls_model_info per line of models.def. */
#ifndef LS_KERNELS_MODEL_H
#define LS_KERNELS_MODEL_H

#include <stdint.h>

/* The linear operator A of a static model, built by the host from the liabilities table. */
enum ls_operator {
  LS_OPERATOR_NONE = 0,             /* the loop model has its own links */
  LS_OPERATOR_LIABILITY_SHARES = 1, /* a_i = sum_j (L_ji / pbar_j) x_j: what i receives when j pays x_j */
  LS_OPERATOR_RELATIVE_EXPOSURES =
      2,                            /* a_i = sum_j (L_ji / E_i) x_j: the loss of i's equity when j's claims lose x_j */
  LS_OPERATOR_CAPPED_EXPOSURES = 3, /* a_i = sum_j min(1, L_ji / E_i) x_j */
  LS_OPERATOR_EXPOSURES = 4,        /* a_i = sum_j L_ji x_j: what i has in claims on j, in money */
  LS_OPERATOR_FUNDING = 5           /* a_i = sum_j L_ij x_j: what i has borrowed from j, in money */
};

/* The tables that a model's plan is made of. */
enum ls_tables {
  LS_TABLES_LIABILITIES = 0, /* static models around a linear operator */
  LS_TABLES_LOOP = 1,
  LS_TABLES_TRADE = 2,
  LS_TABLES_OWNERSHIP = 3,
  LS_TABLES_HOLDINGS = 4, /* balance sheets with holdings of common assets, by channel of contagion */
  LS_TABLES_CROSS_HOLDINGS = 5
};

enum {
  LS_MODEL_SETTINGS = 16,
  LS_MODEL_CHOICES = 8,
  LS_MODEL_COLUMNS = 5,
  LS_MODEL_OUTPUTS = 8,
  LS_MODEL_ASSET_OUTPUTS = 4,
  LS_MODEL_LINES = 12,
  LS_MODEL_TRACE = 12,
  LS_MODEL_MEASURES = 16,
  LS_MODEL_SYSTEM = 4,
  LS_MODEL_CAUSES = 8
}; /* the most, NULL included */

/* A parameter of --set beyond the common ones. A model's settings stand in ls_static_plan.setting in this order. */
struct ls_setting_info {
  const char *key;
  double initial, low, high; /* low <= value <= high; low_open: low itself is refused */
  int low_open;
  const char *
      choice[LS_MODEL_CHOICES]; /* where the value is a word: its spellings for 0, 1, ...; a single one: the spelling of
                                           -1, beside the numbers from low to high; else NULL */
  const char *meaning;
};

struct ls_model_info {
  const char *name;   /* --model */
  const char *title;  /* one line for people */
  const char *source; /* author, year, journal, equation */
  enum ls_operator operator_kind;
  enum ls_tables tables;
  uint32_t channels;  /* enum ls_channel: what a run looks at; 0 with holdings: as its setting `channels` says */
  uint32_t variables; /* bit v set: takes shocks of enum ls_variable v */
  int has_least;      /* --set solution=least is offered */
  int from_bound;     /* x starts at the bound (the greatest solution is its limit), not at 0; the least one from 0 */
  int pushes; /* its piece reads numbers of entities by view_number alone, so that neighbouring entities may share lanes */
  int least_is_limit; /* what rises from the start reaches the least solution: no threshold that it only approaches */
  double tolerance;   /* default of --set tolerance */
  struct ls_setting_info setting[LS_MODEL_SETTINGS]; /* ends with key NULL */
  uint32_t
      settings_joined; /* bit k: words of setting k may be joined by commas; the value is the sum of 1, 2, 4, ... for the
                               1st, 2nd, 3rd, ... */
  const char *column[LS_MODEL_COLUMNS]; /* columns of entities.csv it reads beside the common ones; ends with NULL */
  const char *output[LS_MODEL_OUTPUTS]; /* per-entity outputs in detail, as named in --json; ends with NULL */
  uint32_t output_flags;                /* bit o set: output o is true/false; */
  uint32_t output_integers;             /* bit o set: output o is a whole number */
  const char *asset_output[LS_MODEL_ASSET_OUTPUTS]; /* the same of every common asset; ends with NULL */
  const char *line[LS_MODEL_LINES];                 /* balance-sheet lines that add up to the loss; ends with NULL */
  int line_first; /* above 0: only so many of them where the run has no use for the others */
  const char
      *measure[LS_MODEL_MEASURES];     /* per-entity measures beside losses, where the run keeps them; ends with NULL */
  const char *system[LS_MODEL_SYSTEM]; /* the same of the whole system */
  const char *by_quarter;              /* a number of the whole system by quarter, or NULL */
  const char *measure_unit[LS_MODEL_MEASURES]; /* of each measure, as in the column `units` of results; NULL: money */
  const char *system_unit[LS_MODEL_SYSTEM];    /* of each number of the whole system */
  const char *by_quarter_unit;
  const char *cause[LS_MODEL_CAUSES]; /* causes that the losses of kept scenarios are told by; ends with NULL */
  const char *trace[LS_MODEL_TRACE];  /* per-quarter fields of --set trace=1; ends with NULL */
  uint32_t trace_flags;               /* bit f set: field f is true/false */

  int reach_counts; /* to the stop rule x_i leaving 0 is a change as large as its bound, however small x_i is */
  int convex; /* from 0 x rises; pieces are tangents of convex functions, up to a threshold beyond which x stands */
};

/* All models in the order of models.def (host/engine/models.c). */
extern const struct ls_model_info *const LS_MODELS[];
extern const int LS_MODEL_TOTAL;

#endif

/* spec_loop.h - the investment-compute loop LOOP-1 as docs/models/loop.md writes it: dense arrays, one function a step.
 *
 * Node 0 is the rest of the world W. Matrices are n * n, row-major, [i * n + j]; paths are [t * n + i].
 * Everything is set by the caller between spec_loop_create (zeros, and the defaults of the tables) and spec_loop_run.
 */
#ifndef LS_TESTS_SPEC_LOOP_H
#define LS_TESTS_SPEC_LOOP_H

#include <stdbool.h>

enum { SPEC_WORLD = 0, SPEC_IDENTITIES = 8 };

enum spec_line {
  SPEC_LINE_CASH,
  SPEC_LINE_REAL_ASSETS,
  SPEC_LINE_REVENUE, /* external revenue, annual, times the multiple */
  SPEC_LINE_BACKLOG,
  SPEC_LINE_STAKES,
  SPEC_LINE_CLAIMS,
  SPEC_LINE_DEBT,     /* negative: what is owed */
  SPEC_LINE_DISTRESS, /* negative: the cost of the flag */
  SPEC_LINE_FLOOR,    /* what limited liability spares the owners */
  SPEC_LINE_COUNT
};

/* The model: parameters, paths and the state at the start. */
struct spec_loop {
  int n, quarters, build_lag, type_count;
  bool claims_en;
  double interest, amortisation, termination_share, recovery_assets, recovery_claims, recovery_stakes;
  /* [n] */
  double *price, *cost, *opex, *cogs, *depreciation, *backlog_margin, *threshold, *distress_cost;
  double *order_response, *funding_sensitivity, *credit_limit, *cash_floor;
  int *input_type;
  bool *essential; /* [type_count] */
  /* [n * n] */
  double *rate, *take_or_pay, *capex_share, *pledge_rate;
  int *start, *ramp, *pledge_start;
  /* [quarters * n] */
  double *demand_planned, *demand, *purchase_scale, *outside_equity, *multiple, *supply, *power_cap, *credit_open;
  bool *forced;
  double *gate; /* [quarters * n * n] */
  /* the state at the start */
  double *cash, *real_assets, *capacity, *dark; /* [n] */
  double *stake, *debt, *backlog, *pledge;      /* [n * n] */
};

/* The state between quarters, and what a quarter works with. */
struct spec_state {
  double *cash, *real_assets, *capacity, *dark, *value, *reference; /* [n] */
  double *stake, *debt, *backlog, *pledge, *invested;               /* [n * n] */
  double *planned_backlog;                                          /* [n * n] Bplan */
  double *queue;                                                    /* [n * build_lag] */
  bool *live, *flagged;                                             /* [n] */
  double *sales_before, *planned_sales_before;                      /* [n] s(t-1), s0(t-1) */
  double *capacity_start, *ordered;                                 /* [n] for the identities */
  double turned_over;   /* cumulated payments and cash, the scale of identity (i) */
  double outside_flows; /* cumulated income less outlays of the rest of the world, see spec_run.outside */
  /* this quarter */
  double *orders, *delivery_ratio, *input_ratio, *revenue, *sales, *confidence, *outside_paid, *draw; /* [n] */
  double *ordered_now, *delivered;                     /* [n * n] x, xd */
  double *owed, *paid;                                 /* [3 * n * n] */
  double *opex_owed, *cogs_owed, *full_ratio, *issued; /* [n]; full_ratio = fr */
  double *debt_before;                                 /* [n * n] D at the start of the quarter */
  double *price_value;                                 /* [n] A of the last valuation */
  bool *defaulted;                                     /* [n] in this quarter */
  double estate_owed, estate_paid, creditor_loss;
};

/* What a run leaves. [t * n + i] unless said. */
struct spec_run {
  double *cash, *real_assets, *value, *capacity, *revenue, *sales, *draw, *confidence, *orders, *debt, *backlog;
  double *input_ratio, *delivery_ratio;
  bool *live, *flagged, *defaulted;
  int *wave;                               /* 0-based wave of this quarter in which the flag rose, -1 otherwise */
  double *stake;                           /* [t * n * n + ...] after the quarter */
  double *start_value;                     /* [n] V(0) = Vref */
  double *line;                            /* [SPEC_LINE_COUNT * n] at the horizon; lines add up to the value */
  int *default_quarter, *distress_quarter; /* [n] -1 never */
  double *outside;                         /* [quarters] wealth of holders outside the network */
  double *audit; /* [quarters * SPEC_IDENTITIES] relative breach of identities (i) to (viii) */
};

struct spec_loop *spec_loop_create(int n, int quarters, int build_lag, int type_count);
void spec_loop_free(struct spec_loop *model);
/* An independent copy, to be shocked. */
struct spec_loop *spec_loop_copy(const struct spec_loop *model);

struct spec_state *spec_state_create(const struct spec_loop *model);
void spec_state_free(struct spec_state *state);

struct spec_run *spec_loop_run(const struct spec_loop *model);
void spec_run_free(struct spec_run *run);

/* The largest breach of any identity in any quarter. */
double spec_run_worst_breach(const struct spec_loop *model, const struct spec_run *run);

/* Single steps, for the reductions to published models. step_9 fills state->value from cash, real assets, revenue,
 * stakes, debts, backlog, flags and reference; `full_backlog` values the backlog in full (the start). step_10 raises
 * flags wave by wave; wave[n] is filled. */
void spec_step_9_valuation(const struct spec_loop *model, struct spec_state *state, int quarter, bool full_backlog);
int spec_step_10_distress(const struct spec_loop *model, struct spec_state *state, int quarter, int *wave);

#endif

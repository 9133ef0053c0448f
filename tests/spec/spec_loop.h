/* spec_loop.h - the investment-compute loop as docs/models/loop.md and docs/models/loop-finance.md write it (LOOP-1 and
 * LOOP-2): dense arrays and lists of rows, one function a step.
 *
 * Node 0 is the rest of the world W. Matrices are n * n, row-major, [i * n + j]; paths are [t * n + i].
 * Everything is set by the caller between spec_loop_create (zeros, and the defaults of the tables: every mechanism of
 * LOOP-2 off) and spec_loop_run.
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

/* Tests behind the gates of pledges and warrants, and references of distress, in the order of their names in the files. */
enum spec_test {
  SPEC_TEST_NONE,
  SPEC_TEST_REVENUE,
  SPEC_TEST_REVENUE_TO_PLAN,
  SPEC_TEST_CAPACITY,
  SPEC_TEST_PURCHASES
};
enum spec_reference { SPEC_REFERENCE_INITIAL, SPEC_REFERENCE_PEAK, SPEC_REFERENCE_LAST_ROUND };
enum { SPEC_NEVER = -1 };

/* A row of purchases.csv. */
struct spec_contract {
  int buyer, seller;
  double backlog, rate, take_or_pay, capex_share, repricing, renegotiation, trigger, exit_fee;
  int start, ramp, priority, end, exit_notice; /* end and exit_notice: SPEC_NEVER for a blank */
  bool renewed;
};
struct spec_backstop {
  int guarantor, provider;
  double amount;
};
struct spec_warrant {
  int issuer, holder, start;
  double share, level;
  enum spec_test test;
};
struct spec_cross_default {
  int trigger, obligor;
};

/* What a run had happen in it: a test that never sees a mechanism act proves nothing about it. */
enum spec_event {
  SPEC_EVENT_PLANNED_INPUTS, /* h with planned inputs differs from h with ordered ones */
  SPEC_EVENT_ABOVE_PLAN,     /* revenue above plan */
  SPEC_EVENT_EXTERNAL_USE,   /* outside sales cut by capacity */
  SPEC_EVENT_REPRICED,       /* an invoice differs from its volume */
  SPEC_EVENT_SCARCITY,       /* a price moved by scarcity */
  SPEC_EVENT_HARDWARE_PRICE, /* an estate sold hardware at a price other than 1 */
  SPEC_EVENT_SUBSTITUTION,   /* bought elsewhere */
  SPEC_EVENT_SQUEEZED,       /* spare capacity short of requests */
  SPEC_EVENT_SECOND_SERVED,  /* priority 2 got a smaller part than priority 1 */
  SPEC_EVENT_SEVERAL_ROWS,   /* two contracts of a pair delivered in a quarter */
  SPEC_EVENT_ENDED,          /* backlog lost to the end of a contract */
  SPEC_EVENT_ROLLED,         /* an order above the backlog */
  SPEC_EVENT_RENEGOTIATED,   /* take-or-pay lowered */
  SPEC_EVENT_EXIT,           /* backlog lost to an exit */
  SPEC_EVENT_EXIT_FEE,       /* a fee above 0 */
  SPEC_EVENT_EARMARK,        /* a prepayment above 0 */
  SPEC_EVENT_TEST_FAILED,    /* a pledge held back by its test */
  SPEC_EVENT_BACKSTOP,       /* a backstop called */
  SPEC_EVENT_WARRANT,        /* a warrant exercised */
  SPEC_EVENT_BREACH,         /* a claim on a dead seller */
  SPEC_EVENT_BORROWED,       /* for the build-out */
  SPEC_EVENT_ROLLOVER,       /* principal rolled */
  SPEC_EVENT_SPREAD,         /* interest above the base rate on a debt */
  SPEC_EVENT_COLLATERAL,     /* a call above 0 */
  SPEC_EVENT_CROSS_DEFAULT,  /* a default that came by a row alone */
  SPEC_EVENT_PEAK,           /* a reference above V(0) by peak */
  SPEC_EVENT_LAST_ROUND,     /* a reference moved by new money */
  SPEC_EVENT_WIPED_OUT,      /* new money at V = 0 */
  SPEC_EVENT_FLAG_LIFTED,
  SPEC_EVENT_LOOP_SALES, /* sales within the loop in value */
  SPEC_EVENT_HERDING_MULTIPLE,
  SPEC_EVENT_HERDING_FUNDING,
  SPEC_EVENT_HERDING_ORDERS,
  SPEC_EVENT_HERDING_PEERS,
  SPEC_EVENT_WRITE_DOWN,
  SPEC_EVENT_EQUITY_METHOD, /* a share of an issuer's loss booked */
  SPEC_EVENT_COUNT
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
  double *gate;         /* [quarters * n * n] */
  double *orders_moved; /* [quarters * n * n] o of buyer and seller: shock `orders` */
  /* the state at the start */
  double *cash, *real_assets, *capacity, *dark; /* [n] */
  double *stake, *debt, *backlog, *pledge;      /* [n * n] */

  /* LOOP-2. Rows of contracts come beside those of the matrices above: every pair with a rate or a backlog is a row too. */
  struct spec_contract *contract;
  struct spec_backstop *backstop;
  struct spec_warrant *warrant;
  struct spec_cross_default *cross_default;
  int contract_count, backstop_count, warrant_count, cross_default_count;
  bool inputs_planned;
  double price_elasticity, price_low, price_high, backlog_uncommitted, backlog_discount, breach_share, distress_spread;
  double revenue_smoothing, herding_multiple, herding_funding, herding_capex, herding_peers, impairment;
  enum spec_reference distress_reference;
  int flag_exit;
  int *sector; /* [n] -1 none */
  /* [n] */
  double *upside, *external_use, *hardware_share, *substitution, *capex_borrowing, *spread, *secured_share;
  double *loan_to_value, *loop_sales_weight;
  /* [n * n] of investor and recipient, of holder and issuer */
  double *earmark, *test_level, *stake_cost;
  int *test;
  bool *equity_method;
  /* [quarters * n]; amortisation_path: NaN where none is given */
  double *price_path, *hardware_price, *depreciation_scale, *amortisation_path, *rollover;
  bool *renegotiate, *leave; /* shocks `renegotiation` and `exit` */
};

/* A contract in a quarter. */
struct spec_row {
  struct spec_contract terms;
  double backlog, planned_backlog; /* B, Bplan */
  int leaves;                      /* quarter at whose start it is left, SPEC_NEVER before notice */
  bool left;
  double scheduled, due;                                  /* q(t) qs o: by its plan, and 0 once it was left */
  double firm, response;                                  /* phi(t), u */
  double ordered, delivered, extra, weight, invoice, fee; /* x, xd, extra, w, w xd + p extra */
};

/* The state between quarters, and what a quarter works with. */
struct spec_state {
  double *cash, *real_assets, *capacity, *dark, *value, *reference; /* [n] */
  double *stake, *debt, *pledge, *invested;                         /* [n * n] invested: what stakes carry */
  struct spec_row *row;                                             /* contracts */
  int row_count;
  double *queue;                               /* [n * build_lag] */
  bool *live, *flagged;                        /* [n] */
  double *sales_before, *planned_sales_before; /* [n] s(t-1), s0(t-1) */
  double *capacity_start, *ordered;            /* [n] for the identities */
  double turned_over;                          /* cumulated payments and cash, the scale of identity (i) */
  double outside_flows; /* cumulated income less outlays of the rest of the world, see spec_run.outside */
  /* this quarter */
  double *orders, *delivery_ratio, *input_ratio, *revenue, *sales, *confidence, *outside_paid, *draw; /* [n] */
  double *owed, *paid;                                                                                /* [3 * n * n] */
  double *opex_owed, *cogs_owed, *full_ratio, *issued; /* [n]; full_ratio = fr */
  double *debt_before;                                 /* [n * n] D at the start of the quarter */
  double *price_value;                                 /* [n] A of the last valuation */
  bool *defaulted;                                     /* [n] in this quarter */
  double estate_owed, estate_paid, creditor_loss;
  /* LOOP-2, between quarters */
  double *smooth_revenue, *smooth_loop_sales;      /* [n] Rbar, Lbar */
  double *highest, *dilution, *peak, *round_value; /* [n] max V, kappa, max V kappa, V before the last new money */
  double *earmarked, *volume;           /* [n * n] Z of investor and recipient; xd so far of buyer and seller */
  double *revenue_before, *utilisation; /* [n] R(t-1); [type_count] U(t-1) */
  double *backstop_left;                /* [backstop_count] F */
  bool *exercised;                      /* [warrant_count] */
  int *calm;                            /* [n] quarters in a row at or above the threshold */
  double market_highest;
  /* LOOP-2, this quarter */
  double *drawdown, *peers, *heart, *price_now, *able, *used, *served; /* [n] heart: c; served: z1 */
  double *interest_rate, *principal_rate, *call, *borrowed;            /* [n] call: on collateral */
  double *threshold_value;                                             /* [n] theta ref */
  double *prepaid, *other_owed;                                        /* [n * n] from earmarks; fees and backstops */
  double *backstop_due;                                                /* [backstop_count] */
  double *profit, *written_down, *estate_income, *claims_lost;         /* [n] */
  bool *flagged_in_value;                                              /* [n] before flags are lifted */
  double market_drawdown;
  /* How often each mechanism acted, and how near, relatively, the closest decision was to going the other way. */
  int event[SPEC_EVENT_COUNT];
  double margin;
};

/* What a run leaves. [t * n + i] unless said. */
struct spec_run {
  double *cash, *real_assets, *value, *capacity, *revenue, *sales, *draw, *confidence, *orders, *debt, *backlog;
  double *input_ratio, *delivery_ratio, *written_down;
  bool *live, *flagged, *defaulted;
  int *wave;                               /* 0-based wave of this quarter in which the flag rose, -1 otherwise */
  double *stake;                           /* [t * n * n + ...] after the quarter */
  double *start_value;                     /* [n] V(0) = Vref */
  double *line;                            /* [SPEC_LINE_COUNT * n] at the horizon; lines add up to the value */
  int *default_quarter, *distress_quarter; /* [n] -1 never; the first */
  double *outside;                         /* [quarters] wealth of holders outside the network */
  double *audit; /* [quarters * SPEC_IDENTITIES] relative breach of identities (i) to (viii) */
  int event[SPEC_EVENT_COUNT];
  double margin; /* distance of the closest decision; below 1e-9 two correct programs may part */
};

struct spec_loop *spec_loop_create(int n, int quarters, int build_lag, int type_count);
void spec_loop_free(struct spec_loop *model);
/* A row with the defaults of the table, to be changed and added. Lists grow by one row a call. */
struct spec_contract spec_contract_of(int buyer, int seller, double rate, double backlog);
struct spec_contract *spec_loop_add_contract(struct spec_loop *model, struct spec_contract contract);
void spec_loop_add_backstop(struct spec_loop *model, struct spec_backstop backstop);
void spec_loop_add_warrant(struct spec_loop *model, struct spec_warrant warrant);
void spec_loop_add_cross_default(struct spec_loop *model, struct spec_cross_default row);
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

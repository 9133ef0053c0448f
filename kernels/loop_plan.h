/* loop_plan.h - the investment-compute loop laid out for the kernels: entities, links and paths of LOOP-1.
 *
 * Symbols as in docs/models/loop.md. The rest of the world W is node N = entity_count. Links are sorted by (from, to).
 */
#ifndef LS_KERNELS_LOOP_PLAN_H
#define LS_KERNELS_LOOP_PLAN_H

#include <stdint.h>

/* Per-entity numbers: entity[field * N + i]. */
enum ls_loop_field {
  LOOP_CASH,                /* m(0) */
  LOOP_REAL_ASSETS,         /* K(0) */
  LOOP_CAPACITY,            /* G(0) */
  LOOP_DARK,                /* built, without power */
  LOOP_PRICE,               /* pi, per capacity and quarter */
  LOOP_COST,                /* kappa, per capacity */
  LOOP_OPEX,                /* per quarter */
  LOOP_COGS,                /* share of sales */
  LOOP_DEPRECIATION,        /* delta, per quarter */
  LOOP_BACKLOG_MARGIN,      /* g */
  LOOP_DISTRESS_THRESHOLD,  /* theta, share of the reference value */
  LOOP_DISTRESS_COST,       /* b, share of the reference value */
  LOOP_ORDER_RESPONSE,      /* rho */
  LOOP_FUNDING_SENSITIVITY, /* eta */
  LOOP_CREDIT_LIMIT,        /* lambda, share of value */
  LOOP_CASH_FLOOR,
  LOOP_WORLD_SHARE, /* S_Wi(0) */
  LOOP_FIELD_COUNT
};

/* Paths by quarter: path[(variable * quarters + t) * (N + 1) + node]; only purchase_scale has a use at node N. */
enum ls_loop_path {
  LOOP_PATH_DEMAND_PLANNED, /* d0 */
  LOOP_PATH_DEMAND,         /* d */
  LOOP_PATH_PURCHASE_SCALE, /* qs */
  LOOP_PATH_OUTSIDE_EQUITY, /* f */
  LOOP_PATH_MULTIPLE,       /* mult */
  LOOP_PATH_SUPPLY,         /* zs */
  LOOP_PATH_POWER_CAP,      /* Gmax; LS_NO_POWER_CAP where there is no cap */
  LOOP_PATH_CREDIT,
  LOOP_PATH_COUNT
};

#define LS_NO_POWER_CAP 1e300

/* Links of one kind: from[k] -> to[k], and for walking them by receiver the permutation by_to with its row starts. */
struct ls_loop_links {
  int32_t count;
  const int32_t *from, *to;  /* [count] node numbers, W = N */
  const int32_t *first_from; /* [N + 2] links of node i as `from`: first_from[i] .. first_from[i + 1] - 1 */
  const int32_t *first_to;   /* [N + 2] positions in by_to */
  const int32_t *by_to;      /* [count] link numbers, sorted by (to, from) */
  const double *amount;      /* [count] the state at the start: B, C, S or D */
};

/* One step of solving (I - S) x = rhs by elimination with a pattern fixed on the host (host/engine/elimination.c). */
struct ls_elimination {
  int32_t node_count;   /* N */
  int32_t entry_count;  /* stored entries of the factored matrix, fill-in included, the diagonal not */
  const int32_t *order; /* [N] elimination order */
  /* For step k, node p = order[k]: entries below it (rows still to come) and right of it (columns still to come). */
  const int32_t *lower_first;  /* [N + 1] */
  const int32_t *lower_row;    /* node */
  const int32_t *lower_entry;  /* entry number of (row, p) */
  const int32_t *upper_first;  /* [N + 1] */
  const int32_t *upper_column; /* node */
  const int32_t *upper_entry;  /* entry number of (p, column) */
  const int32_t
      *product_entry; /* [sum over k of lower_k * upper_k] entry (or -1 - node: the diagonal) of (row, column) */
  const int32_t *product_first; /* [N + 1] */
  const int32_t *stake_entry;   /* [stakes] entry of the stake (holder, issuer) */
};

/* Where each quantity of one scenario lives among the tile's state slots (host/engine/loop_layout.c). One slot per entity,
 * link or entry, as noted. */
struct ls_loop_slots {
  /* state that lasts over quarters, [N] */
  int32_t cash, real_assets, capacity, dark, value, reference, live, flag, world_share, sales, planned_sales;
  int32_t default_quarter, distress_quarter, forced, loss_peak, refused;
  int32_t queue;                    /* [build_lag * N], slot (t mod lag) first */
  int32_t backlog, planned_backlog; /* [purchases] */
  int32_t pledged;                  /* [pledges] */
  int32_t share;                    /* [stakes] */
  int32_t owed;                     /* [debts] */
  /* within a quarter, [N] */
  int32_t external_revenue, outside_equity, draw, resources, planned_receipts, receipts;
  int32_t due0, due1, due2;    /* obligations by class */
  int32_t paid0, paid1, paid2; /* share of each class paid */
  int32_t debt;                /* sum of what i owes */
  int32_t defaulted, estate_cash, estate_due, estate_paid, estate_income;
  int32_t fixed_value, kept_value; /* valuation: the part that no other value moves; values before it */
  int32_t standing;                /* value against its reference, 0-1, of the values as they stand */
  int32_t claim_weight;            /* vd; -1 with claims at book */
  int32_t ordered, delivered;      /* [purchases] */
  int32_t pledge_due;              /* [pledges] */
  int32_t entry;                   /* [elimination entries] */
  int32_t pivot;                   /* [N] */
  int32_t outside_flow;            /* [1] money that holders outside received less what they put in, cumulated */
  int32_t iterations, unconverged; /* [1] */
  /* audit=1 only, else -1 */
  int32_t world_cash, turnover;                          /* [1] */
  int32_t stakes_at_cost, ordered_capacity, book_equity; /* [N] */
  int32_t breach;                                        /* [1] */
  int32_t count;                                         /* slots in all */
};

struct ls_loop_plan {
  struct ls_loop_slots slot;
  int32_t build_lag;
  int32_t claims_en;
  double interest, amortisation, termination_share, recovery_assets, recovery_claims, recovery_stakes;
  const double *entity; /* [LOOP_FIELD_COUNT * N] */
  const double *path;   /* [LOOP_PATH_COUNT * quarters * (N + 1)] */
  int32_t type_count;
  const int32_t *input_type; /* [N] type of what the entity sells, -1 none */
  const int32_t *essential;  /* [type_count] 1 where the type is essential */
  struct ls_loop_links purchase, pledge, stake, debt;
  const double *purchase_rate;  /* [quarters * purchases] q_ij(t), the ramp included */
  const double *take_or_pay;    /* [purchases] phi */
  const double *capex_share;    /* [purchases] cpx */
  const int32_t *purchase_debt; /* [purchases] debt link (buyer -> seller) that takes arrears */
  const double *pledge_rate;    /* [quarters * pledges] y_ij, 0 before its start */
  const double *pledge_gate;    /* [quarters * pledges] */
  const int32_t *pledge_row;    /* [pledges] the pledge's number among the shocks' targets: its row in the table */
  const int32_t *pledge_stake;  /* [pledges] stake (investor, recipient); -1 where the world invests */
  const int32_t *world_debt;    /* [N] debt link (i -> W) */
  struct ls_elimination elimination;
};

#endif

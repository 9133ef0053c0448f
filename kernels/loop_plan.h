/* loop_plan.h - the investment-compute loop laid out for the kernels: entities, links and paths of LOOP-1 and LOOP-2.
 *
 * Symbols as in docs/models/loop.md and docs/models/loop-finance.md. The rest of the world W is node N = entity_count. Links are sorted by (from, to).
 */
#ifndef LS_KERNELS_LOOP_PLAN_H
#define LS_KERNELS_LOOP_PLAN_H

#include <stdint.h>

/* The channels through which entities act on one another (docs/models/loop-causes.md). */
enum ls_loop_channel {
  LOOP_CHANNEL_ORDERS,  /* what customers order, owe for it, and have on order */
  LOOP_CHANNEL_SUPPLY,  /* what suppliers deliver of it, and whether they live */
  LOOP_CHANNEL_CREDIT,  /* whether debtors and customers pay, what claims on them are worth, and cross-default */
  LOOP_CHANNEL_FUNDING, /* equity that was pledged */
  LOOP_CHANNEL_PRICES,  /* of compute, and the mood of the market */
  LOOP_CHANNEL_STAKES,  /* values of the shares held */
  LOOP_CHANNEL_COUNT
};

/* Per-entity numbers: entity[i * LOOP_FIELD_COUNT + field]. */
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
  LOOP_UPSIDE,
  LOOP_EXTERNAL_USE,    /* gamma */
  LOOP_SUBSTITUTION,    /* sigma */
  LOOP_HARDWARE_SHARE,  /* mu */
  LOOP_SPREAD,          /* s, per quarter */
  LOOP_CAPEX_BORROWING, /* l */
  LOOP_SECURED_SHARE,
  LOOP_LOAN_TO_VALUE, /* ltv */
  LOOP_SALES_WEIGHT,  /* nu */
  LOOP_FIELD_COUNT
};

/* Paths by quarter: path[(t * (N + 1) + node) * LOOP_PATH_COUNT + variable]; only purchase_scale has a use at node N. */
enum ls_loop_path {
  LOOP_PATH_DEMAND_PLANNED, /* d0 */
  LOOP_PATH_DEMAND,         /* d */
  LOOP_PATH_PURCHASE_SCALE, /* qs */
  LOOP_PATH_OUTSIDE_EQUITY, /* f */
  LOOP_PATH_MULTIPLE,       /* mult */
  LOOP_PATH_SUPPLY,         /* zs */
  LOOP_PATH_POWER_CAP,      /* Gmax; LS_NO_POWER_CAP where there is no cap */
  LOOP_PATH_CREDIT,
  LOOP_PATH_PRICE,              /* of what a seller delivers, against the contracts' */
  LOOP_PATH_HARDWARE_PRICE,     /* pK */
  LOOP_PATH_DEPRECIATION_SCALE, /* on delta */
  LOOP_PATH_AMORTISATION,       /* a */
  LOOP_PATH_ROLLOVER,           /* ro */
  LOOP_PATH_COUNT
};

#define LS_NO_POWER_CAP 1e300

/* The mechanisms of LOOP-2 that a run uses (host/engine/loop_features.c decides). Where a bit is not set its steps are those of
 * LOOP-1, to the bit. */
enum ls_loop_feature {
  LOOP_HAS_PLANNED_INPUTS = 1 << 0,
  LOOP_HAS_UPSIDE = 1 << 1,
  LOOP_HAS_RATIONING = 1 << 2, /* outside sales that use capacity, priorities, or what the next two need */
  LOOP_HAS_SUBSTITUTION = 1 << 3,
  LOOP_HAS_SCARCITY = 1 << 4, /* prices that follow it */
  LOOP_HAS_PRICES = 1 << 5,   /* any price, of compute at least somewhere in an invoice */
  LOOP_HAS_ENDS = 1 << 6,     /* contracts that end or are rolled */
  LOOP_HAS_CONCESSIONS = 1 << 7,
  LOOP_HAS_EXITS = 1 << 8,
  LOOP_HAS_BACKLOG_WORTH = 1 << 9,
  LOOP_HAS_EARMARKS = 1 << 10,
  LOOP_HAS_TESTS = 1 << 11,
  LOOP_HAS_BACKSTOPS = 1 << 12,
  LOOP_HAS_WARRANTS = 1 << 13,
  LOOP_HAS_BREACH = 1 << 14,
  LOOP_HAS_BORROWING = 1 << 15,
  LOOP_HAS_RATES = 1 << 16, /* spreads, maturities, rollover */
  LOOP_HAS_COLLATERAL = 1 << 17,
  LOOP_HAS_CROSS_DEFAULT = 1 << 18,
  LOOP_HAS_SMOOTHING = 1 << 19,
  LOOP_HAS_SALES_IN_VALUE = 1 << 20,
  LOOP_HAS_REFERENCE = 1 << 21, /* peak or last round */
  LOOP_HAS_FLAG_EXIT = 1 << 22,
  LOOP_HAS_HERDING = 1 << 23,
  LOOP_HAS_IMPAIRMENT = 1 << 24,
  LOOP_HAS_HARDWARE = 1 << 25 /* its price and its life */
};

/* Terms of a contract: contract[k * LOOP_CONTRACT_FIELD_COUNT + field]. */
enum ls_loop_contract_field {
  LOOP_CONTRACT_RENEWED,    /* 1: rolled */
  LOOP_CONTRACT_PRIORITY,   /* 1 or 2 */
  LOOP_CONTRACT_REPRICING,  /* rp */
  LOOP_CONTRACT_CONCESSION, /* xi */
  LOOP_CONTRACT_TRIGGER,    /* u* */
  LOOP_CONTRACT_NOTICE,     /* c; -1: no exit */
  LOOP_CONTRACT_FEE,        /* omega */
  LOOP_CONTRACT_RATE,       /* q, without the ramp */
  LOOP_CONTRACT_END,        /* first quarter after it; LS_NO_END where there is none */
  LOOP_CONTRACT_FIELD_COUNT
};

#define LS_NO_END 1e9

/* What the steps have to ask of a contract in this run: its terms, the mechanisms switched on and the two who made it, told
 * once by the host (host/engine/loop_traits.c). */
enum ls_loop_trait {
  LOOP_TRAIT_RENEWED = 1 << 0,
  LOOP_TRAIT_SECOND = 1 << 1,         /* served after the first */
  LOOP_TRAIT_REPRICED = 1 << 2,       /* some of it follows prices */
  LOOP_TRAIT_MAY_CONCEDE = 1 << 3,    /* phi may fall */
  LOOP_TRAIT_MAY_EXIT = 1 << 4,       /* notice may be given */
  LOOP_TRAIT_MAY_SUBSTITUTE = 1 << 5, /* the buyer may buy at the spot price beside it */
  LOOP_TRAIT_HERDED = 1 << 6,         /* capital purchases that a fall of values holds back */
  LOOP_TRAIT_CAPITAL = 1 << 7,        /* capex_share > 0 */
  LOOP_TRAIT_ALL_CAPITAL = 1 << 8,    /* capex_share = 1: no input */
  LOOP_TRAIT_IN_VALUE = 1 << 9,       /* the seller's value counts its backlog */
  LOOP_TRAIT_PREPAID = 1 << 10,       /* earmarked cash pays for it first */
  LOOP_TRAIT_ENDS = 1 << 11,          /* within the horizon */
  LOOP_TRAIT_MOVED = 1 << 12          /* some scenario moves its orders */
};

/* What a recipient or holder must reach; 0: nothing. */
enum ls_loop_test {
  LOOP_TEST_NONE,
  LOOP_TEST_REVENUE,         /* of the last quarter */
  LOOP_TEST_REVENUE_TO_PLAN, /* of the last quarter, per plan */
  LOOP_TEST_CAPACITY,        /* at the start of the quarter */
  LOOP_TEST_PURCHASES        /* volume delivered to it by the investor or issuer so far */
};

enum ls_loop_reference_kind { LOOP_REFERENCE_IS_INITIAL, LOOP_REFERENCE_IS_PEAK, LOOP_REFERENCE_IS_LAST_ROUND };

struct ls_loop_backstops {
  int32_t count;
  const int32_t *guarantor, *provider; /* [count] node numbers, W = N */
  const double *amount;                /* [count] F(0) */
  const int32_t *debt;                 /* [count] debt link (guarantor -> provider); -1 where W guarantees */
};

struct ls_loop_warrants {
  int32_t count;
  const int32_t *issuer, *holder; /* [count] */
  const double *share;            /* [count] w */
  const int32_t *start, *test;    /* [count] */
  const double *level;            /* [count] */
  const int32_t *stake;           /* [count] stake (holder, issuer) */
};

struct ls_loop_cross_defaults {
  int32_t count;
  const int32_t *trigger, *obligor; /* [count] */
};

/* Links of one kind: from[k] -> to[k], and for walking them by receiver the permutation by_to with its row starts. */
struct ls_loop_links {
  int32_t count;
  const int32_t *from, *to;  /* [count] node numbers, W = N */
  const int32_t *first_from; /* [N + 2] links of node i as `from`: first_from[i] .. first_from[i + 1] - 1 */
  const int32_t *first_to;   /* [N + 2] positions in by_to */
  const int32_t *by_to;      /* [count] link numbers, sorted by (to, from) */
  const double *amount;      /* [count] the state at the start: B, C, S or D */
};

/* Some of the links of one kind, walked by either end. */
struct ls_loop_rows {
  int32_t count;
  const int32_t *first_from; /* [N + 2] positions in by_from */
  const int32_t *by_from;    /* [count] link numbers, sorted by (from, to) */
  const int32_t *first_to;   /* [N + 2] positions in by_to */
  const int32_t *by_to;      /* [count] link numbers, sorted by (to, from) */
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
  int32_t cash, real_assets, capacity, dark, value, reference, flag, world_share, sales, planned_sales;
  int32_t default_quarter, distress_quarter, forced, loss_peak, refused;
  int32_t live;                     /* [N + 1], 1 for W */
  int32_t queue;                    /* [build_lag * N], slot (t mod lag) first */
  int32_t backlog, planned_backlog; /* [purchases] */
  int32_t pledged;                  /* [pledges] */
  int32_t share;                    /* [stakes] */
  int32_t owed;                     /* [debts] */
  /* within a quarter, [N] */
  int32_t planned_demand, demand; /* d0, d */
  int32_t external_revenue, outside_equity, draw, resources, planned_receipts, receipts;
  int32_t due0, due1, due2;    /* obligations by class */
  int32_t paid0, paid1, paid2; /* [N + 1] share of each class paid; 1 for W */
  int32_t debt;                /* sum of what i owes */
  int32_t defaulted;           /* [N + 1] */
  int32_t estate_cash, estate_due, estate_paid, estate_income;
  int32_t held_value; /* valuation: cash, real assets and sales; claims in full are in `claims` */
  int32_t claims;
  int32_t fixed_value, kept_value; /* the part that no other value moves; values before the valuation */
  int32_t standing;                /* [N + 1] value against its reference, 0-1, of the values as they stand; 1 for W */
  int32_t flag_before;             /* flags at the start of the valuation; -1 unless the least solution is asked for */
  int32_t claim_weight;            /* [N + 1] vd; -1 with claims at book */
  int32_t scheduled;               /* [purchases] q(t) qs o, whatever becomes of the contract */
  int32_t ordered, delivered;      /* [purchases] */
  int32_t pledge_due;              /* [pledges] */
  int32_t entry;                   /* [elimination entries] */
  int32_t pivot;                   /* [N] */
  int32_t outside_flow;            /* [1] money that holders outside received less what they put in, cumulated */
  int32_t iterations, unconverged; /* [1] */
  /* LOOP-2; a slot that no mechanism needs is the one that LOOP-1 has in its place (in brackets), or -1 */
  int32_t invoice;       /* [purchases] w xd + p extra (delivered) */
  int32_t payable;       /* [purchases] class 1: the invoice less what is prepaid, plus a fee (invoice) */
  int32_t extra;         /* [purchases] bought at the spot price beside the contract, by volume */
  int32_t wanted;        /* [purchases] what the buyer wants of it whether or not it can be had */
  int32_t firm;          /* [purchases] phi(t) */
  int32_t fee, leaves;   /* [purchases] exit fee due; quarter in which the contract is left, -1 none */
  int32_t prepaid;       /* [purchases] out of earmarked cash */
  int32_t backlog_worth; /* [purchases] Bv (backlog) */
  int32_t delivered_sum; /* [purchases] over earlier quarters */
  int32_t revenue_before, planned_before;     /* [N] what tests look back to */
  int32_t earmarked;                          /* [pledges] Z */
  int32_t order_ratio;                        /* [N + 1] u */
  int32_t first_share;                        /* [N] z1 */
  int32_t spare;                              /* [N] capacity left, in money */
  int32_t requested;                          /* [N] of the spare capacity */
  int32_t price;                              /* [N] p */
  int32_t scarcity;                           /* [types] U of the last quarter */
  int32_t backstop_left, backstop_due;        /* [backstops] */
  int32_t exercised;                          /* [warrants] */
  int32_t borrowed;                           /* [N] dr */
  int32_t interest, principal, service;       /* [N + 1] rates per quarter; the third is their sum */
  int32_t call;                               /* [N] collateral called */
  int32_t valued_revenue;                     /* [N] Rbar (external_revenue) */
  int32_t loop_sales;                         /* [N] Lbar */
  int32_t peak_share, dilution;               /* [N] largest value per first share; kappa */
  int32_t last_round;                         /* [N] */
  int32_t quarters_above;                     /* [N] in a row above the threshold while flagged */
  int32_t flag_in_value;                      /* [N] flags of the last valuation (flag) */
  int32_t distress_reference;                 /* [N] of the quarter (reference) */
  int32_t peak_value, drawdown, capex_factor; /* [N] */
  int32_t market_peak, market_factor;         /* [1] (1 - dd_M)^eta */
  int32_t sector_drawdown;                    /* [sectors] */
  int32_t carrying;                           /* [stakes] */
  int32_t written_down;                       /* [N] by holder, cumulated */
  int32_t loss_of_quarter;                    /* [N] */
  int32_t written_off;                        /* [N] backlog lost, by seller, cumulated */
  int32_t written_down_on;                    /* [N] by issuer, cumulated */
  /* what is measured beside losses, where the run uses LOOP-2 */
  int32_t runway, funding_gap, refinancing;                  /* [N] */
  int32_t highest_value, deepest_fall, deepest_fall_quarter; /* [N] */
  int32_t idle_sum, least_standing;                          /* [N] */
  int32_t outside_equity_flow, deadweight;                   /* [1] */
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
  const double *entity; /* [N * LOOP_FIELD_COUNT] */
  const double *path;   /* [quarters * (N + 1) * LOOP_PATH_COUNT] */
  int32_t type_count;
  const int32_t *input_type; /* [N] type of what the entity sells, -1 none */
  const int32_t *essential;  /* [type_count] 1 where the type is essential */
  struct ls_loop_links purchase, pledge, stake, debt;
  struct ls_loop_rows lasting_debt; /* debts that stand at the start, and those to W */
  struct ls_loop_rows every_debt;   /* those too that only arrears and broken contracts make */
  const int32_t *vouches;           /* [N] 1: somebody's value counts backlog that this buyer must be good for */
  const double *purchase_rate;      /* [quarters * purchases] q_ij(t), the ramp included */
  const double *take_or_pay;        /* [purchases] phi */
  const double *capex_share;        /* [purchases] cpx */
  const int32_t *purchase_row;      /* [purchases] the contract's row in the network's table; for the host */
  const int32_t *purchase_target;   /* [purchases] its pair's number among the shocks' targets; -1 where none has it */
  const int32_t *purchase_debt;     /* [purchases] debt link (buyer -> seller) that takes arrears */
  const double *pledge_rate;        /* [quarters * pledges] y_ij, 0 before its start */
  const double *pledge_gate;        /* [quarters * pledges] */
  const int32_t *pledge_row;        /* [pledges] the pledge's number among the shocks' targets: its row in the table */
  const int32_t *pledge_stake;      /* [pledges] stake (investor, recipient); -1 where the world invests */
  const int32_t *world_debt;        /* [N] debt link (i -> W) */
  /* LOOP-2 */
  uint32_t features; /* bits of enum ls_loop_feature */
  int32_t reference; /* enum ls_loop_reference_kind */
  int32_t flag_exit;
  double price_elasticity, price_low, price_high;
  double backlog_uncommitted, backlog_discount, breach_share, distress_spread, revenue_smoothing;
  double backlog_log_rate; /* log(1 + backlog_discount), by the arithmetic of kernels/math */
  double herding_multiple, herding_funding, herding_capex, herding_peers, impairment;
  const double *contract;             /* [purchases * LOOP_CONTRACT_FIELD_COUNT] */
  const uint32_t *trait;              /* [purchases] bits of enum ls_loop_trait */
  const int32_t *purchase_pledge;     /* [purchases] pledge (seller -> buyer), -1 none: whose earmarked money pays it */
  const int32_t *breach_debt;         /* [purchases] debt link (seller -> buyer); -1 where not needed */
  const double *earmark;              /* [pledges] e */
  const int32_t *pledge_test;         /* [pledges] enum ls_loop_test */
  const double *pledge_level;         /* [pledges] */
  const double *stake_cost;           /* [stakes] carrying value at the start */
  const int32_t *stake_equity_method; /* [stakes] */
  int32_t sector_count;
  const int32_t *sector;      /* [N], -1 none */
  const int32_t *sector_size; /* [sectors] */
  struct ls_loop_backstops backstop;
  struct ls_loop_warrants warrant;
  struct ls_loop_cross_defaults cross;
  struct ls_elimination elimination;
};

#endif

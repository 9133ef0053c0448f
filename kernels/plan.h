/* plan.h - everything a kernel reads: a run laid out as plain arrays, the same on the CPU and on the GPU.
 *
 * The host builds one ls_plan per run (host/engine/plan.c). Every pointer member points into one block of memory, so that
 * a copy for a device is one transfer and one relocation. Nothing in it differs between scenarios.
 */
#ifndef LS_KERNELS_PLAN_H
#define LS_KERNELS_PLAN_H

#include <stdint.h>

/* ---- shocks: how scenario k becomes numbers ------------------------------------------------------------------------- */

/* What a shock acts on. The numbers are part of the random stream: never renumber, only append. */
#define LS_VARIABLE_LIST(X)                                           \
  X(EXTERNAL_ASSETS_LOSS, 0, "external_assets_loss", LS_COMBINE_LOSS) \
  X(EQUITY_LOSS, 1, "equity_loss", LS_COMBINE_LOSS)                   \
  X(DEFAULT, 2, "default", LS_COMBINE_LOSS)                           \
  X(PRICE_LOSS, 3, "price_loss", LS_COMBINE_LOSS)                     \
  X(OUTPUT_LOSS, 4, "output_loss", LS_COMBINE_LOSS)                   \
  X(MULTIPLE, 5, "multiple", LS_COMBINE_FACTOR)                       \
  X(DEMAND, 6, "demand", LS_COMBINE_FACTOR)                           \
  X(DEMAND_PLANNED, 7, "demand_planned", LS_COMBINE_FACTOR)           \
  X(PURCHASE_SCALE, 8, "purchase_scale", LS_COMBINE_FACTOR)           \
  X(SUPPLY, 9, "supply", LS_COMBINE_FACTOR)                           \
  X(POWER, 10, "power", LS_COMBINE_FACTOR)                            \
  X(FUNDING, 11, "funding", LS_COMBINE_FACTOR)                        \
  X(CREDIT, 12, "credit", LS_COMBINE_FACTOR)                          \
  X(GATE, 13, "gate", LS_COMBINE_FACTOR)                              \
  X(PRICE, 14, "price", LS_COMBINE_FACTOR)                            \
  X(HARDWARE_PRICE, 15, "hardware_price", LS_COMBINE_FACTOR)          \
  X(DEPRECIATION_SCALE, 16, "depreciation_scale", LS_COMBINE_FACTOR)  \
  X(AMORTISATION, 17, "amortisation", LS_COMBINE_FACTOR)              \
  X(ROLLOVER, 18, "rollover", LS_COMBINE_FACTOR)                      \
  X(RENEGOTIATION, 19, "renegotiation", LS_COMBINE_LOSS)              \
  X(EXIT, 20, "exit", LS_COMBINE_LOSS)                                \
  X(ORDERS, 21, "orders", LS_COMBINE_FACTOR)
enum { LS_VARIABLE_COUNT = 22 };

/* Several shocks to one (target, variable, quarter): losses combine as 1 - prod(1 - loss), factors multiply.
 * The neutral value is 0 for a loss and 1 for a factor. Losses are clipped to [0, 1], factors to >= 0. */
enum ls_combine { LS_COMBINE_LOSS = 0, LS_COMBINE_FACTOR = 1 };

enum ls_variable {
#define LS_VARIABLE_ENUM(name, number, text, combine) LS_VARIABLE_##name = number,
  LS_VARIABLE_LIST(LS_VARIABLE_ENUM)
#undef LS_VARIABLE_ENUM
};

/* How a draw x ~ N(0,1) (already correlated) becomes a value; p = draw_parameter[draw][0..3]. */
enum ls_draw_kind {
  LS_DRAW_LOGNORMAL = 0, /* clip(exp(p0 + p1 x), p2, p3): p0, p1 of the logarithm */
  LS_DRAW_NORMAL = 1,    /* p0 + p1 x */
  LS_DRAW_TABLE = 2,     /* monotone cubic through draw_table[p0 + ...]: any other quantile function of cdf(x) */
  LS_DRAW_JUMP = 3       /* p1 where x > p0, else the variable's neutral value */
};

/* A quantile table holds, at the LS_TABLE_POINTS equally spaced x of [-LS_TABLE_REACH, LS_TABLE_REACH], first all values,
 * then all slopes times the spacing; cubic Hermite in between; x beyond the reach takes the end value. */
enum { LS_TABLE_POINTS = 2049 };
#define LS_TABLE_REACH 8.5

struct ls_shock_plan {
  /* Columns: the distinct (variable, target) pairs that any scenario shocks. Target = entity number, entity_count for
   * the rest of the world; for LS_VARIABLE_GATE the pledge's row, for LS_VARIABLE_ORDERS the first row of its
   * pair in purchases.csv. */
  int32_t column_count;
  int32_t target_count;          /* width of column_of */
  const int32_t *column_of;      /* [LS_VARIABLE_COUNT * target_count]: column, or -1 where nothing is ever shocked */
  const int32_t *column_combine; /* [column_count]: enum ls_combine */

  /* Keys: (column, quarter), sorted by quarter, then column. A key's value holds from its quarter to the next key of its
   * column (for LS_VARIABLE_DEFAULT: acts in its quarter). Before the first key the column is neutral. */
  int32_t key_count;
  int32_t quarter_count;            /* 1 for static models */
  const int32_t *key_column;        /* [key_count] */
  const int32_t *quarter_first_key; /* [quarter_count + 1] */

  /* Explicit scenarios (CSV): values by scenario. explicit_count = 0: drawn scenarios. */
  int64_t explicit_count;
  const double *explicit_value; /* [explicit_count * key_count] */

  /* Drawn scenarios (YAML): x_source = own_s e_s + sum_f loading_sf F_f, F = cholesky * independent normals. */
  uint64_t seed;
  int32_t factor_count;
  const double *factor_cholesky;  /* [factor_count * factor_count], lower triangle, row-major */
  int32_t degrees_of_freedom;     /* Student-t copula: x times sqrt(df / chi2); 0: Gaussian */
  int32_t source_count;           /* (target, variable) pairs that are drawn */
  const int32_t *source_variable; /* [source_count] with source_target: the address in the random stream */
  const int32_t *source_target;   /* [source_count] */
  const double *source_loading;   /* [source_count * factor_count] */
  const double *source_own;       /* [source_count]: sqrt(1 - l' C l) */
  int32_t draw_count;             /* marginals expanded to their targets, sorted by key */
  const int32_t *draw_source;     /* [draw_count] */
  const int32_t *draw_key;        /* [draw_count] */
  const int32_t *draw_kind;       /* [draw_count]: enum ls_draw_kind */
  const double *draw_parameter;   /* [draw_count * 4] */
  const double *draw_table;       /* tables of 2 * LS_TABLE_POINTS numbers */
};

/* ---- outputs: what a kernel hands back for one scenario --------------------------------------------------------------- */

/* Offsets into a scenario's output slots; -1: not written. N = entity_count. Quarters and flags are whole numbers kept in
 * doubles. Losses are baseline minus scenario; in the baseline's own run the baseline is 0, so they are minus the value. */
struct ls_output_layout {
  int32_t slot_count;
  int32_t loss;             /* [N] loss of equity value at the horizon, signed */
  int32_t loss_peak;        /* [N] the largest over quarters (loop) */
  int32_t default_quarter;  /* [N] quarter of default (static models: 0), -1 never */
  int32_t distress_quarter; /* [N] quarter in which the distress flag rose (loop), -1 never */
  int32_t forced;           /* [N] 1 where the default was imposed by the scenario */
  int32_t line_count;
  int32_t line;            /* [line_count * N] the loss by balance-sheet line: lines add up to the loss */
  int32_t loss_gross;      /* sum of positive losses */
  int32_t loss_net;        /* what holders outside the network lose */
  int32_t default_count;   /* entities in default (payment or forced) */
  int32_t iterations;      /* sweeps, summed over the fixed points of the scenario */
  int32_t converged;       /* 1 or 0 */
  int32_t clip_count;      /* shock values clipped into their range */
  int32_t funding_refused; /* [N] quarters in which distress closed outside funding to it (loop) */
  int32_t detail_count; /* the model's own per-entity outputs (ls_model_info.outputs); 0 unless detail is asked for */
  int32_t detail;       /* [detail_count * N] */
  int32_t asset_count;  /* M, of common assets */
  int32_t asset_output_count; /* the same of assets (ls_model_info.asset_output); 0 unless detail is asked for */
  int32_t asset_output;       /* [asset_output_count * M] */
  int32_t margin;        /* the smallest distance of any entity from a threshold of its own, and whose it is; -1 unless
                     detail is asked for of a static model */
  int32_t wave;          /* which detail is the sweep in which x reached 1 (static models); -1: none */
  int32_t trace_count;   /* per-quarter fields of the loop model; 0 unless a trace is asked for */
  int32_t trace;         /* [quarter_count * trace_count * N] */
  int32_t audit;         /* loop: largest breach of the stock-flow identities, relative; -1 unless asked for */
  int32_t measure_count; /* per-entity measures beside losses (ls_model_info.measure); 0 where the run has none */
  int32_t measure;       /* [measure_count * N] */
  int32_t system_count;  /* numbers of the whole system (ls_model_info.system) */
  int32_t system;        /* [system_count] */
  int32_t system_by_quarter; /* [quarter_count] of ls_model_info.by_quarter; -1 where there is none */
};

/* ---- static models: x <- c_i(a_i) + s_i(a_i) a_i with a = A x = base + A (x - start) ---------------------------------------------------------- */

enum { LS_PARAMETER_COUNT = 13, LS_SETTING_COUNT = 16 };

/* Meaning of the per-entity parameters of static models. */
enum ls_parameter {
  LS_PARAMETER_EXTERNAL_ASSETS = 0,
  LS_PARAMETER_CASH = 1,
  LS_PARAMETER_OBLIGATION = 2, /* pbar: what is owed in the class that is cleared */
  LS_PARAMETER_EXTERNAL = 3,   /* owed to creditors outside the network */
  LS_PARAMETER_EQUITY = 4,     /* book equity before any shock, or capital_ratio times assets where that is set */
  LS_PARAMETER_CLAIMS = 5,     /* nominal claims on entities */
  LS_PARAMETER_UNNAMED = 6, /* what the column `equity` says beyond the rest of the balance sheet; 0 where not given */
  LS_PARAMETER_ASSET_VOLATILITY = 7, /* of external assets; -1 where not given */
  LS_PARAMETER_HOLDINGS = 8,         /* of common assets, at the book's prices */
  LS_PARAMETER_OWN = 9               /* from here on the model's own columns, in the order of ls_model_info.column */
};

/* Rows of the panel that stand, and are summed, side by side. */
enum { LS_PANEL_ROWS = 8 };

struct ls_static_plan {
  const int64_t *row_start;    /* [N + 1] links of row i: row_start[i] .. row_start[i + 1] - 1, columns ascending */
  const int32_t *column;       /* [links] no pair stands twice */
  const double *weight;        /* [links] the operator A: row = the entity that receives or loses */
  const int32_t *row_order;    /* [N] rows by number of links: loops over rows of equal length follow one another */
  const int64_t *column_start; /* [N + 1] the same links by column, for engines that push; NULL where none does */
  const int32_t *target;       /* [links] rows ascending */
  const double *target_weight; /* [links] */
  const double *bound;         /* [N] the entity's own bound, by which changes are measured */
  const double *inverse_bound; /* [N] 1 / bound; 0 where that is 0 */
  const double *start;         /* [N] x before the first sweep, the same in every scenario */
  const double *base;          /* [N] A start: what a sweep adds to it is the links of those who have moved */
  /* [blocks of LS_PANEL_ROWS][N columns][LS_PANEL_ROWS] the operator with its zeros, rows beyond N too; NULL where links are too
   * few */
  const double *panel;
  const double *parameter; /* [LS_PARAMETER_COUNT * N], and room for one more lane value */
  double setting[LS_SETTING_COUNT];
  int32_t reach_counts;   /* x leaving 0 is a change as large as its bound */
  int32_t least_is_limit; /* of ls_model_info */
  int32_t has_forced;     /* scenarios force defaults */
  int32_t panel_sweeps;   /* sweeps of all rows go by the panel, not by links */
};

/* ---- the loop model ------------------------------------------------------------------------------------------------------ */

#include "cross_holdings_plan.h"
#include "holdings_plan.h"
#include "loop_plan.h"
#include "ownership_plan.h"
#include "production_plan.h"

/* ---- the run -------------------------------------------------------------------------------------------------------------- */

/* How fixed points are found: all give the same bits. */
enum ls_engine { LS_ENGINE_AUTO = 0, LS_ENGINE_PUSH = 1, LS_ENGINE_TILE = 2, LS_ENGINE_SWEEP = 3 };

enum ls_solution { LS_SOLUTION_GREATEST = 0, LS_SOLUTION_LEAST = 1 };

struct ls_plan {
  int32_t model;         /* number in models.def */
  int32_t entity_count;  /* N */
  int32_t quarter_count; /* 1 for static models */
  int32_t solution;      /* enum ls_solution */
  double tolerance;
  int32_t max_iterations;
  int32_t state_slots; /* lane values of working memory that one tile needs */
  int32_t row_slots;   /* and how many more, behind them, to push (kernels/phases/push.h); 0: this run never does */
  int32_t engine;      /* enum ls_engine */
  struct ls_shock_plan shock;
  struct ls_static_plan fixed;
  struct ls_static_plan funding; /* a second operator: what i has borrowed from j, in money; rows and weights alone */
  struct ls_holdings_plan holdings;
  struct ls_cross_holdings_plan cross_holdings;
  struct ls_loop_plan loop;
  struct ls_production_plan production;
  struct ls_ownership_plan ownership;
  struct ls_output_layout output;
  const double *baseline_value;                        /* [quarter_count * N] equity value on the baseline path */
  const double *baseline_line;                         /* [line_count * N] */
  double baseline_outside;                             /* wealth of holders outside the network on the baseline */
  double baseline_outside_shares, baseline_deadweight; /* of the loop, where measured */
};

#endif

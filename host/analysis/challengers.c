/* challengers.c - the list of challengers by model, a line each; docs/challenger.md tells what each one questions. */
#include "analysis/challengers.h"

#include <math.h>
#include <string.h>

#include "network/schema.h"
#include "network/table.h"
#include "plan.h" /* kernels/ */

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))
#define SETTINGS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define VARIABLE(name) (1u << LS_VARIABLE_##name)

/* ---- columns of entities.csv ------------------------------------------------------------------------------------- */

/* By `by` where it is above 0, within 0..1; a threshold that stands above 1 is not lowered by a shift upwards. */
static ls_status shift_fraction(ls_context *context, const struct challenger *challenger, ls_network *network,
                                int64_t *changes) {
  double *value = (double *)network_numbers(network, TABLE_ENTITIES, challenger->column);
  (void)context;
  for (int32_t i = 0; i < network->entity_count && value != NULL; i++) {
    if (!(value[i] > 0)) continue;
    double shifted = fmax(0, fmin(value[i] + challenger->by, fmax(1, value[i])));
    *changes += shifted != value[i];
    value[i] = shifted;
  }
  return LS_STATUS_OK;
}

static ls_status set_to_zero(ls_context *context, const struct challenger *challenger, ls_network *network,
                             int64_t *changes) {
  double *value = (double *)network_numbers(network, TABLE_ENTITIES, challenger->column);
  (void)context;
  for (int32_t i = 0; i < network->entity_count && value != NULL; i++) {
    *changes += value[i] != 0;
    value[i] = 0;
  }
  return LS_STATUS_OK;
}

/* ---- all of LOOP-2 off: the table "Switches" of docs/models/loop-finance.md, line by line ------------------------ */

static const struct {
  enum table_id table;
  const char *column;
} FINANCE_COLUMN[] = {
    {TABLE_ENTITIES, "upside"},         {TABLE_ENTITIES, "external_use"},
    {TABLE_PURCHASES, "repricing"},     {TABLE_ENTITIES, "hardware_share"},
    {TABLE_ENTITIES, "substitution"},   {TABLE_PURCHASES, "priority"},
    {TABLE_PURCHASES, "end"},           {TABLE_PURCHASES, "renewed"},
    {TABLE_PURCHASES, "renegotiation"}, {TABLE_PURCHASES, "trigger"},
    {TABLE_PURCHASES, "exit_notice"},   {TABLE_PURCHASES, "exit_fee"},
    {TABLE_PLEDGES, "earmark"},         {TABLE_PLEDGES, "test"},
    {TABLE_PLEDGES, "test_level"},      {TABLE_ENTITIES, "capex_borrowing"},
    {TABLE_ENTITIES, "spread"},         {TABLE_ENTITIES, "secured_share"},
    {TABLE_ENTITIES, "loan_to_value"},  {TABLE_ENTITIES, "loop_sales_weight"},
    {TABLE_SHAREHOLDINGS, "cost"},      {TABLE_SHAREHOLDINGS, "equity_method"},
};

static const enum table_id FINANCE_TABLE[] = {TABLE_BACKSTOPS, TABLE_WARRANTS, TABLE_CROSS_DEFAULTS};

static const char *const FINANCE_PATH[] = {"price", "hardware_price", "depreciation_scale", "amortisation", "rollover"};

#define FINANCE_SETTINGS                                                                                              \
  SETTINGS("inputs=ordered", "price_elasticity=0", "price_low=0.25", "price_high=4", "backlog_uncommitted=1",         \
           "backlog_discount=0", "breach_share=0", "distress_spread=0", "revenue_smoothing=1",                        \
           "distress_reference=initial", "flag_exit=0", "herding_multiple=0", "herding_funding=0", "herding_capex=0", \
           "herding_peers=0", "impairment=0")

#define FINANCE_VARIABLES                                                                               \
  (VARIABLE(PRICE) | VARIABLE(HARDWARE_PRICE) | VARIABLE(DEPRECIATION_SCALE) | VARIABLE(AMORTISATION) | \
   VARIABLE(ROLLOVER) | VARIABLE(RENEGOTIATION) | VARIABLE(EXIT))

/* Cells that say something else than an absent column would. */
static int64_t cells_in_use(const ls_network *network, enum table_id id, const char *name) {
  const struct table_column *column = network_column(network, id, name);
  double otherwise = schema_column(id, name)->otherwise;
  int64_t count = 0;
  for (int64_t row = 0; row < network->table[id].row_count && column != NULL; row++)
    count += column->text != NULL ? column->text[row][0] != '\0'
                                  : !isnan(column->number[row]) && column->number[row] != otherwise;
  return count;
}

static ls_status drop_paths(ls_context *context, ls_network *network, int64_t *changes) {
  struct table *paths = &network->table[TABLE_PATHS];
  if (paths->row_count == 0) return LS_STATUS_OK;
  bool *drop = context_allocate(context, (size_t)paths->row_count, sizeof *drop);
  if (drop == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int64_t row = 0; row < paths->row_count; row++)
    for (int k = 0; k < COUNT(FINANCE_PATH) && !drop[row]; k++)
      drop[row] = strcmp(network_text(network, TABLE_PATHS, "variable", row), FINANCE_PATH[k]) == 0;
  for (int64_t row = 0; row < paths->row_count; row++) *changes += drop[row];
  table_drop_rows(context, paths, drop);
  context_release(context, drop);
  return LS_STATUS_OK;
}

static ls_status strip_finance(ls_context *context, const struct challenger *challenger, ls_network *network,
                               int64_t *changes) {
  (void)challenger;
  for (int k = 0; k < COUNT(FINANCE_COLUMN); k++) {
    *changes += cells_in_use(network, FINANCE_COLUMN[k].table, FINANCE_COLUMN[k].column);
    table_column_drop(context, &network->table[FINANCE_COLUMN[k].table], FINANCE_COLUMN[k].column);
  }
  for (int k = 0; k < COUNT(FINANCE_TABLE); k++) {
    *changes += network->table[FINANCE_TABLE[k]].row_count;
    table_release(&network->allocator, &network->table[FINANCE_TABLE[k]]);
  }
  return drop_paths(context, network, changes);
}

/* ---- the list ---------------------------------------------------------------------------------------------------- */

static const struct challenger LOOP[] = {
    {"threshold-up", "distress_threshold + 0.1 where it is above 0, at most 1", shift_fraction,
     .column = "distress_threshold", .by = 0.1},
    {"threshold-down", "distress_threshold - 0.1, at least 0", shift_fraction, .column = "distress_threshold",
     .by = -0.1},
    {"no-distress-cost", "distress_cost 0", set_to_zero, .column = "distress_cost"},
    {"no-distress", "distress_threshold 0: nobody is ever in distress", set_to_zero, .column = "distress_threshold"},
    {"smoothing-0.2", "revenue_smoothing 0.2", .settings = SETTINGS("revenue_smoothing=0.2")},
    {"smoothing-1", "revenue_smoothing 1: the last quarter alone", .settings = SETTINGS("revenue_smoothing=1")},
    {"loop-1", "all of LOOP-2 off, its shocks left out", strip_finance, .settings = FINANCE_SETTINGS,
     .muted = FINANCE_VARIABLES},
    {"least-solution", "values by their least solution", .settings = SETTINGS("solution=least"), .needs = "solution"},
};

static const struct {
  const char *model;
  const struct challenger *list;
  int count;
} CHALLENGERS[] = {
    {"loop", LOOP, COUNT(LOOP)},
};

const struct challenger *challengers_of(const char *model, int *count) {
  for (int k = 0; k < COUNT(CHALLENGERS); k++) {
    if (strcmp(CHALLENGERS[k].model, model) != 0) continue;
    *count = CHALLENGERS[k].count;
    return CHALLENGERS[k].list;
  }
  *count = 0;
  return NULL;
}

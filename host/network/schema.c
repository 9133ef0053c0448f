/* schema.c - the table of tables. Rules stand beside the columns they are about. */
#include "network/schema.h"

#include <math.h>
#include <string.h>

#define COUNT(array) ((int32_t)(sizeof(array) / sizeof((array)[0])))

/* Short forms for what recurs: at least 0, a fraction, a whole number from 0 on. */
#define FROM_0 .minimum = 0.0, .maximum = INFINITY
#define FRACTION .minimum = 0.0, .maximum = 1.0, .unit = UNIT_FRACTION
#define WHOLE .kind = COLUMN_INTEGER, .minimum = 0.0, .maximum = INT32_MAX
#define ANY .minimum = -INFINITY, .maximum = INFINITY
#define AMOUNT .kind = COLUMN_NUMBER, FROM_0, .unit = UNIT_CURRENCY
#define UNKNOWN_AMOUNT .kind = COLUMN_NUMBER, FROM_0, .unit = UNIT_CURRENCY, .blank_allowed = true, .otherwise = NAN

static const char *const DEAL_KINDS[] = {"equity",  "purchase", "supply", "usage",  "debt",
                                         "warrant", "backstop", "capex",  "target", NULL};
static const char *const DEAL_STATUSES[] = {"funded",   "firm",       "conditional", "announced",
                                            "reported", "cancelable", "lapsed",      NULL};
static const char *const PATH_VARIABLES[] = {"demand_planned", "demand",         "purchase_scale",
                                             "outside_equity", "multiple",       "supply",
                                             "power_cap",      "credit",         "gate",
                                             "price",          "hardware_price", "depreciation_scale",
                                             "amortisation",   "rollover",       NULL};
static const char *const GATE_TESTS[] = {"revenue", "revenue_to_plan", "capacity", "purchases", NULL};

static const struct column_schema ENTITIES[] = {
    {"id", .kind = COLUMN_ID, .required = true, .meaning = "id of the entity"},
    {"name", .kind = COLUMN_TEXT, .blank_allowed = true, .meaning = "display name"},
    {"sector", .kind = COLUMN_TEXT, .blank_allowed = true, .meaning = "sector"},
    {"external_assets", AMOUNT, .meaning = "assets outside the network"},
    {"external_liabilities", AMOUNT, .meaning = "liabilities to creditors outside the network"},
    {"cash", AMOUNT, .meaning = "cash"},
    {"equity", .kind = COLUMN_NUMBER, ANY, .otherwise = NAN, .unit = UNIT_CURRENCY, .meaning = "equity by the book"},
    {"weight", .kind = COLUMN_NUMBER, FROM_0, .unit = UNIT_FRACTION, .meaning = "weight in the system's index"},
    {"asset_volatility", .kind = COLUMN_NUMBER, FROM_0, .otherwise = NAN, .unit = UNIT_FRACTION,
     .meaning = "volatility of external assets per year"},
    {"real_assets", AMOUNT, .meaning = "real assets K"},
    {"capacity", .kind = COLUMN_NUMBER, FROM_0, .unit = UNIT_CAPACITY, .meaning = "capacity G"},
    {"dark_capacity", .kind = COLUMN_NUMBER, FROM_0, .unit = UNIT_CAPACITY, .meaning = "capacity built, without power"},
    {"price_per_capacity", .kind = COLUMN_NUMBER, FROM_0, .above = true, .otherwise = 1.0,
     .unit = UNIT_CURRENCY_PER_CAPACITY, .meaning = "sales per capacity and quarter, pi"},
    {"cost_per_capacity", .kind = COLUMN_NUMBER, FROM_0, .above = true, .otherwise = 1.0,
     .unit = UNIT_CURRENCY_PER_CAPACITY, .meaning = "cost of a unit of capacity, kappa"},
    {"input_type", .kind = COLUMN_TEXT, .blank_allowed = true, .meaning = "type of input that the entity sells"},
    {"opex", AMOUNT, .meaning = "operating expenses per quarter"},
    {"cogs_share", .kind = COLUMN_NUMBER, FRACTION, .meaning = "cost of goods sold per sales"},
    {"depreciation", .kind = COLUMN_NUMBER, FRACTION, .meaning = "depreciation of real assets per quarter, delta"},
    {"backlog_margin", .kind = COLUMN_NUMBER, FRACTION, .meaning = "value of the backlog per its amount, g"},
    {"distress_threshold", .kind = COLUMN_NUMBER, FROM_0, .unit = UNIT_FRACTION,
     .meaning = "value below which distress begins, per reference value, theta"},
    {"distress_cost", .kind = COLUMN_NUMBER, FROM_0, .unit = UNIT_FRACTION,
     .meaning = "cost of distress per reference value, b"},
    {"order_response", .kind = COLUMN_NUMBER, FRACTION, .meaning = "weight of own sales in orders, rho"},
    {"funding_sensitivity", .kind = COLUMN_NUMBER, FRACTION, .meaning = "response of outside money to value, eta"},
    {"credit_limit", .kind = COLUMN_NUMBER, FROM_0, .unit = UNIT_FRACTION, .meaning = "credit limit per value, lambda"},
    {"cash_floor", AMOUNT, .meaning = "cash that credit is drawn to keep"},
    {"upside", .kind = COLUMN_NUMBER, FROM_0, .unit = UNIT_FRACTION, .meaning = "how far sales may exceed plan"},
    {"external_use", .kind = COLUMN_NUMBER, FRACTION, .meaning = "share of outside sales that takes capacity, gamma"},
    {"substitution", .kind = COLUMN_NUMBER, FRACTION, .meaning = "share of missing inputs sought elsewhere, sigma"},
    {"hardware_share", .kind = COLUMN_NUMBER, FRACTION, .meaning = "share of real assets at the hardware price, mu"},
    {"spread", .kind = COLUMN_NUMBER, FROM_0, .unit = UNIT_FRACTION,
     .meaning = "interest above the common rate, per quarter"},
    {"capex_borrowing", .kind = COLUMN_NUMBER, FRACTION, .meaning = "share of capital purchases that is borrowed"},
    {"secured_share", .kind = COLUMN_NUMBER, FRACTION, .meaning = "share of debt to the world that is secured"},
    {"loan_to_value", .kind = COLUMN_NUMBER, FROM_0, .unit = UNIT_FRACTION,
     .meaning = "secured debt that real assets carry"},
    {"loop_sales_weight", .kind = COLUMN_NUMBER, FROM_0, .unit = UNIT_FRACTION,
     .meaning = "what sales to entities count for beside outside revenue in value, nu"},
    {"collateral", AMOUNT, .meaning = "assets that may be pledged for cash"},
    {"reverse_repo", AMOUNT, .meaning = "collateral held against cash lent, which may be pledged again"},
    {"repo", AMOUNT, .meaning = "cash borrowed against collateral"},
    {"new_funding", AMOUNT, .meaning = "cash that can be borrowed anew without collateral"},
};

static const struct column_schema LIABILITIES[] = {
    {"debtor", .kind = COLUMN_ENTITY, .required = true, .world_allowed = true, .meaning = "who owes"},
    {"creditor", .kind = COLUMN_ENTITY, .required = true, .world_allowed = true, .meaning = "who is owed"},
    {"amount", AMOUNT, .required = true, .meaning = "amount owed"},
    {"seniority", WHOLE, .meaning = "0 is paid first"},
};

static const struct column_schema SHAREHOLDINGS[] = {
    {"holder", .kind = COLUMN_ENTITY, .required = true, .world_allowed = true, .meaning = "who holds"},
    {"issuer", .kind = COLUMN_ENTITY, .required = true, .meaning = "whose equity"},
    {"share", .kind = COLUMN_NUMBER, FRACTION, .required = true, .meaning = "share of the issuer's equity"},
    {"cost", AMOUNT, .meaning = "what the stake is carried at"},
    {"equity_method", .kind = COLUMN_INTEGER, .minimum = 0.0, .maximum = 1.0,
     .meaning = "1: the holder books its share of the issuer's losses"},
};

static const struct column_schema ASSETS[] = {
    {"id", .kind = COLUMN_ID, .required = true, .meaning = "id of the asset"},
    {"name", .kind = COLUMN_TEXT, .blank_allowed = true, .meaning = "display name"},
    {"price", .kind = COLUMN_NUMBER, FROM_0, .above = true, .otherwise = 1.0, .unit = UNIT_FRACTION,
     .meaning = "price"},
    {"market_depth", AMOUNT, .above = true, .meaning = "market depth"},
    {"price_floor", .kind = COLUMN_NUMBER, FROM_0, .unit = UNIT_FRACTION,
     .meaning = "price that sales do not undercut"},
    {"volatility", .kind = COLUMN_NUMBER, FROM_0, .unit = UNIT_FRACTION, .meaning = "volatility of the price"},
};

static const struct column_schema HOLDINGS[] = {
    {"holder", .kind = COLUMN_ENTITY, .required = true, .meaning = "who holds"},
    {"asset", .kind = COLUMN_ASSET, .required = true, .meaning = "which asset"},
    {"amount", AMOUNT, .required = true, .meaning = "value at the current price"},
};

static const struct column_schema TRADE[] = {
    {"supplier", .kind = COLUMN_ENTITY, .required = true, .meaning = "who sells"},
    {"buyer", .kind = COLUMN_ENTITY, .required = true, .meaning = "who buys"},
    {"amount", AMOUNT, .required = true, .meaning = "sales per period"},
};

static const struct column_schema ESSENTIALS[] = {
    {"supplier_sector", .kind = COLUMN_TEXT, .required = true, .meaning = "sector that sells"},
    {"buyer_sector", .kind = COLUMN_TEXT, .required = true, .meaning = "sector that buys"},
    {"essentiality", .kind = COLUMN_INTEGER, .minimum = 0.0, .maximum = 2.0, .required = true,
     .meaning = "2 essential, 1 replaceable, 0 no input"},
};

static const struct column_schema DEALS[] = {
    {"id", .kind = COLUMN_ID, .required = true, .meaning = "id of the deal row"},
    {"from", .kind = COLUMN_PARTY, .required = true, .world_allowed = true, .meaning = "who gives the money"},
    {"to", .kind = COLUMN_PARTY, .required = true, .world_allowed = true, .meaning = "who receives it"},
    {"kind", .kind = COLUMN_CHOICE, .choices = DEAL_KINDS, .required = true, .meaning = "kind of deal"},
    {"amount_low", UNKNOWN_AMOUNT, .meaning = "low end of the stated amount"},
    {"amount_high", UNKNOWN_AMOUNT, .meaning = "high end of the stated amount"},
    {"firm_amount", UNKNOWN_AMOUNT, .meaning = "part that is firm"},
    {"status", .kind = COLUMN_CHOICE, .choices = DEAL_STATUSES, .required = true, .meaning = "status of the deal"},
    {"start", .kind = COLUMN_DATE, .blank_allowed = true, .meaning = "start of the payments"},
    {"term_years", .kind = COLUMN_NUMBER, FROM_0, .blank_allowed = true, .otherwise = NAN, .unit = UNIT_YEAR,
     .meaning = "years over which the amount is spread"},
    {"gw", .kind = COLUMN_NUMBER, FROM_0, .blank_allowed = true, .otherwise = NAN, .unit = UNIT_GIGAWATT,
     .meaning = "compute, gigawatts"},
    {"gw_low", .kind = COLUMN_NUMBER, FROM_0, .blank_allowed = true, .otherwise = NAN, .unit = UNIT_GIGAWATT,
     .meaning = "compute, low end"},
    {"gw_high", .kind = COLUMN_NUMBER, FROM_0, .blank_allowed = true, .otherwise = NAN, .unit = UNIT_GIGAWATT,
     .meaning = "compute, high end"},
    {"condition", .kind = COLUMN_TEXT, .blank_allowed = true, .meaning = "what the deal depends on"},
    {"source", .kind = COLUMN_TEXT, .required = true, .meaning = "where the claim stands"},
    {"note", .kind = COLUMN_TEXT, .blank_allowed = true, .meaning = "note"},
    {"claim_id", .kind = COLUMN_TEXT, .blank_allowed = true, .meaning = "rows of one claim are alternatives"},
    {"preferred", .kind = COLUMN_INTEGER, .minimum = 0.0, .maximum = 1.0, .otherwise = 1.0,
     .meaning = "1: enters totals"},
    {"valid_from", .kind = COLUMN_DATE, .blank_allowed = true, .meaning = "first day of validity"},
    {"valid_to", .kind = COLUMN_DATE, .blank_allowed = true, .meaning = "last day of validity"},
};

static const struct column_schema ASSUMPTIONS[] = {
    {"id", .kind = COLUMN_ID, .required = true, .meaning = "id of the assumption"},
    {"value", .kind = COLUMN_NUMBER, ANY, .required = true, .meaning = "central value"},
    {"low", .kind = COLUMN_NUMBER, ANY, .blank_allowed = true, .otherwise = NAN, .meaning = "low end of the range"},
    {"high", .kind = COLUMN_NUMBER, ANY, .blank_allowed = true, .otherwise = NAN, .meaning = "high end of the range"},
    {"distribution", .kind = COLUMN_TEXT, .blank_allowed = true, .meaning = "distribution over the range"},
    {"reason", .kind = COLUMN_TEXT, .required = true, .meaning = "why this value"},
};

static const struct column_schema INPUTS[] = {
    {"input_type", .kind = COLUMN_ID, .required = true, .meaning = "type of input"},
    {"essential", .kind = COLUMN_INTEGER, .minimum = 0.0, .maximum = 1.0, .required = true,
     .meaning = "1: sales stop without it"},
};

static const struct column_schema PURCHASES[] = {
    {"buyer", .kind = COLUMN_ENTITY, .required = true, .world_allowed = true, .meaning = "who buys"},
    {"seller", .kind = COLUMN_ENTITY, .required = true, .meaning = "who sells"},
    {"backlog", AMOUNT, .required = true, .meaning = "purchases still owed, B"},
    {"per_quarter", AMOUNT, .required = true, .meaning = "scheduled purchases per quarter, q"},
    {"take_or_pay", .kind = COLUMN_NUMBER, FRACTION, .meaning = "share due whether taken or not, phi"},
    {"capex_share", .kind = COLUMN_NUMBER, FRACTION, .meaning = "share that becomes capacity, cpx"},
    {"start", WHOLE, .unit = UNIT_QUARTER, .meaning = "first quarter"},
    {"ramp_quarters", WHOLE, .unit = UNIT_QUARTER, .meaning = "quarters until the full rate"},
    {"id", .kind = COLUMN_TEXT, .blank_allowed = true, .meaning = "tells contracts of one pair apart"},
    {"end", WHOLE, .blank_allowed = true, .otherwise = NAN, .unit = UNIT_QUARTER,
     .meaning = "first quarter after the contract"},
    {"renewed", .kind = COLUMN_INTEGER, .minimum = 0.0, .maximum = 1.0, .meaning = "1: rolled, not run off"},
    {"priority", .kind = COLUMN_INTEGER, .minimum = 1.0, .maximum = 2.0, .otherwise = 1.0,
     .meaning = "1 is served first"},
    {"repricing", .kind = COLUMN_NUMBER, FRACTION, .meaning = "share of uncommitted purchases at the price, rp"},
    {"renegotiation", .kind = COLUMN_NUMBER, FRACTION, .meaning = "share of take-or-pay given up under strain, xi"},
    {"trigger", .kind = COLUMN_NUMBER, FROM_0, .unit = UNIT_FRACTION,
     .meaning = "orders to plan below which the buyer is under strain, u*"},
    {"exit_notice", WHOLE, .blank_allowed = true, .otherwise = NAN, .unit = UNIT_QUARTER,
     .meaning = "quarters from notice to the end; blank: no exit"},
    {"exit_fee", .kind = COLUMN_NUMBER, FRACTION, .meaning = "fee per backlog left behind, omega"},
};

static const struct column_schema PLEDGES[] = {
    {"investor", .kind = COLUMN_ENTITY, .required = true, .world_allowed = true, .meaning = "who promised equity"},
    {"recipient", .kind = COLUMN_ENTITY, .required = true, .meaning = "to whom"},
    {"amount", AMOUNT, .required = true, .meaning = "equity promised, C"},
    {"per_quarter", AMOUNT, .required = true, .meaning = "rate per quarter, y"},
    {"start", WHOLE, .unit = UNIT_QUARTER, .meaning = "first quarter"},
    {"earmark", .kind = COLUMN_NUMBER, FRACTION, .meaning = "share that may be spent with the investor alone, e"},
    {"test", .kind = COLUMN_CHOICE, .choices = GATE_TESTS, .blank_allowed = true,
     .meaning = "what the recipient must reach"},
    {"test_level", .kind = COLUMN_NUMBER, FROM_0, .meaning = "level of the test"},
};

static const struct column_schema BACKSTOPS[] = {
    {"guarantor", .kind = COLUMN_ENTITY, .required = true, .world_allowed = true,
     .meaning = "who takes unsold capacity"},
    {"provider", .kind = COLUMN_ENTITY, .required = true, .meaning = "whose"},
    {"amount", AMOUNT, .required = true, .meaning = "most that is paid in all, F"},
};

static const struct column_schema WARRANTS[] = {
    {"issuer", .kind = COLUMN_ENTITY, .required = true, .meaning = "whose shares"},
    {"holder", .kind = COLUMN_ENTITY, .required = true, .meaning = "who may take them"},
    {"share", .kind = COLUMN_NUMBER, FRACTION, .required = true, .meaning = "share of all shares, w"},
    {"start", WHOLE, .unit = UNIT_QUARTER, .meaning = "first quarter"},
    {"test", .kind = COLUMN_CHOICE, .choices = GATE_TESTS, .blank_allowed = true,
     .meaning = "what the holder must reach"},
    {"test_level", .kind = COLUMN_NUMBER, FROM_0, .meaning = "level of the test"},
};

static const struct column_schema CROSS_DEFAULTS[] = {
    {"trigger", .kind = COLUMN_ENTITY, .required = true, .meaning = "whose default"},
    {"obligor", .kind = COLUMN_ENTITY, .required = true, .meaning = "who then defaults too"},
};

static const struct column_schema PATHS[] = {
    {"target", .kind = COLUMN_TARGET, .required = true, .world_allowed = true,
     .meaning = "entity or investor>recipient"},
    {"variable", .kind = COLUMN_CHOICE, .choices = PATH_VARIABLES, .required = true, .meaning = "what the path is of"},
    {"quarter", WHOLE, .required = true, .unit = UNIT_QUARTER, .meaning = "quarter from which the value holds"},
    {"value", .kind = COLUMN_NUMBER, FROM_0, .required = true, .meaning = "value"},
};

static const struct column_schema ASSUMPTION_CORRELATIONS[] = {
    {"parameter_a", .kind = COLUMN_TEXT, .required = true, .meaning = "parameter of assumptions"},
    {"parameter_b", .kind = COLUMN_TEXT, .required = true, .meaning = "another parameter"},
    {"value", .kind = COLUMN_NUMBER, .minimum = -1.0, .maximum = 1.0, .required = true,
     .meaning = "correlation of their draws"},
    {"scope", .kind = COLUMN_TEXT, .blank_allowed = true,
     .meaning = "blank: any rows of the two; entity: parameter_a follows parameter_b of its entity"},
};

static const struct column_schema ENSEMBLE[] = {
    {"debtor", .kind = COLUMN_ENTITY, .required = true, .world_allowed = true, .meaning = "who owes"},
    {"creditor", .kind = COLUMN_ENTITY, .required = true, .world_allowed = true, .meaning = "who is owed"},
    {"amount", AMOUNT, .required = true, .meaning = "amount owed"},
    {"member", .kind = COLUMN_INTEGER, .minimum = 1.0, .maximum = INT32_MAX, .required = true,
     .meaning = "network of the ensemble, from 1"},
};

#define TABLE(table, file_name, group_name, pairs, columns, ...) \
  [table] = {table, file_name, group_name, pairs, columns, COUNT(columns), {__VA_ARGS__}}

static const struct table_schema TABLES[TABLE_COUNT] = {
    TABLE(TABLE_ENTITIES, "entities.csv", "entities", PAIRING_NONE, ENTITIES, "id"),
    TABLE(TABLE_LIABILITIES, "liabilities.csv", "liabilities", PAIRING_ENTITIES, LIABILITIES, "seniority"),
    TABLE(TABLE_SHAREHOLDINGS, "shareholdings.csv", "shareholdings", PAIRING_ENTITIES, SHAREHOLDINGS, NULL),
    TABLE(TABLE_ASSETS, "assets.csv", "assets", PAIRING_NONE, ASSETS, "id"),
    TABLE(TABLE_HOLDINGS, "holdings.csv", "holdings", PAIRING_ENTITY_ASSET, HOLDINGS, NULL),
    TABLE(TABLE_TRADE, "trade.csv", "trade", PAIRING_ENTITIES, TRADE, NULL),
    TABLE(TABLE_ESSENTIALS, "essentials.csv", "essentials", PAIRING_NONE, ESSENTIALS, "supplier_sector",
          "buyer_sector"),
    TABLE(TABLE_DEALS, "deals.csv", "deals", PAIRING_NONE, DEALS, "id"),
    TABLE(TABLE_ASSUMPTIONS, "assumptions.csv", "assumptions", PAIRING_NONE, ASSUMPTIONS, "id"),
    TABLE(TABLE_INPUTS, "inputs.csv", "inputs", PAIRING_NONE, INPUTS, "input_type"),
    TABLE(TABLE_PURCHASES, "purchases.csv", "purchases", PAIRING_ENTITIES, PURCHASES, "id"),
    TABLE(TABLE_PLEDGES, "pledges.csv", "pledges", PAIRING_ENTITIES, PLEDGES, NULL),
    TABLE(TABLE_PATHS, "paths.csv", "paths", PAIRING_NONE, PATHS, "target", "variable", "quarter"),
    TABLE(TABLE_BACKSTOPS, "backstops.csv", "backstops", PAIRING_NONE, BACKSTOPS, "guarantor", "provider"),
    TABLE(TABLE_WARRANTS, "warrants.csv", "warrants", PAIRING_NONE, WARRANTS, "issuer", "holder", "test_level"),
    TABLE(TABLE_CROSS_DEFAULTS, "cross_defaults.csv", "cross_defaults", PAIRING_NONE, CROSS_DEFAULTS, "trigger",
          "obligor"),
    TABLE(TABLE_ASSUMPTION_CORRELATIONS, "assumption_correlations.csv", "assumption_correlations", PAIRING_NONE,
          ASSUMPTION_CORRELATIONS, "parameter_a", "parameter_b"),
    TABLE(TABLE_ENSEMBLE, "ensemble.csv", "ensemble", PAIRING_ENTITIES, ENSEMBLE, "member"),
};

const struct table_schema *schema_table(enum table_id id) { return &TABLES[id]; }

const struct column_schema *schema_column(enum table_id id, const char *column) {
  const struct table_schema *table = &TABLES[id];
  for (int32_t i = 0; i < table->column_count; i++)
    if (strcmp(table->column[i].name, column) == 0) return &table->column[i];
  return NULL;
}

bool schema_is_text(const struct column_schema *column) {
  return column->kind != COLUMN_NUMBER && column->kind != COLUMN_INTEGER;
}

bool schema_is_pair_key(enum table_id id, const char *column) {
  const struct table_schema *table = &TABLES[id];
  if (table->pairing == PAIRING_NONE) return false;
  return strcmp(table->column[0].name, column) == 0 || strcmp(table->column[1].name, column) == 0;
}

const char *schema_unit_text(enum column_unit unit) {
  switch (unit) {
    case UNIT_NONE:
      return "1";
    case UNIT_CURRENCY:
      return "currency";
    case UNIT_FRACTION:
      return "1";
    case UNIT_GIGAWATT:
      return "GW";
    case UNIT_QUARTER:
      return "quarter";
    case UNIT_YEAR:
      return "year";
    case UNIT_CAPACITY:
      return "capacity";
    case UNIT_CURRENCY_PER_CAPACITY:
      return "currency/capacity";
  }
  return "1";
}

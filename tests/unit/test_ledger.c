/* test_ledger.c - the deal ledger: a small one worked by hand, its three bases, and every way in which rows are
 * refused. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "greatest.h"
#include "network/ledger.h"
#include "support.h"

/* ---- a ledger worked by hand: quarter 0 is the first quarter of 2026 -------------------------------------------- */

static const char META[] = "name: hand\ncurrency: USD\nunit: bn\nas_of: 2026-03-31\nunmodelled:\n  - lab-uses-chip\n";
static const char ENTITIES[] = "id,sector,input_type,debt\n"
                               "chip,chips,,\n"
                               "cloud,clouds,compute,\n"
                               "lab,labs,,4\n"
                               "fund,funds,,\n";
static const char DEALS[] =
    "id,claim_id,preferred,from,to,kind,amount_low,amount_high,firm_amount,status,start,term_years,gw,share,source\n"
    "old,c1,1,lab,cloud,purchase,40,40,,firm,2025-07-01,5,,,P\n"
    "old-other,c1,0,lab,cloud,purchase,55,55,,reported,2025-07-01,5,,,Q\n"
    "new,c2,1,lab,cloud,purchase,10,30,,announced,2027-01-01,,,,P\n"
    "build,c3,1,cloud,chip,capex,,,,firm,,1.25,0.5,,P\n"
    "paid,c4,1,fund,lab,equity,5,5,,funded,,,,0.1,P\n"
    "more,c5,1,fund,lab,equity,0,12,,announced,,,,,P\n"
    "milestone,c6,1,cloud,lab,equity,0,8,,conditional,,,,,P\n"
    "letter,c7,1,chip,lab,equity,0,100,,lapsed,,,,,P\n"
    "plan,c8,1,lab,chip,target,0,500,,announced,,,,,P\n"
    "lab-uses-chip,c9,1,lab,chip,usage,,,,announced,,,1,,P\n"
    "both,c10,0,group:cloud+fund,lab,equity,0,20,,reported,,,,,Q\n";
static const char ASSUMPTIONS[] = "id,target,parameter,quarter,value,low,high,distribution,reason\n"
                                  "1,*,quarters,,4,4,4,fixed,short\n"
                                  "2,*,realised_firm,,1,,,,r\n"
                                  "3,*,realised_announced,,0.5,0,1,uniform,r\n"
                                  "4,*,realised_conditional,,1,,,,r\n"
                                  "5,*,take_or_pay_firm,,0.8,,,,r\n"
                                  "6,*,take_or_pay_announced,,0.4,,,,r\n"
                                  "7,*,take_or_pay_assumed,,0.3,,,,r\n"
                                  "8,sector:clouds,ramp_quarters,,4,,,,r\n"
                                  "9,new,term_years,,2.5,,,,r\n"
                                  "10,build,price_per_gw,,20,,,,r\n"
                                  "11,cloud>chip,per_quarter,,3,,,,running\n"
                                  "12,cloud>chip,term_years,,2,,,,r\n"
                                  "13,chip,capex_share,,1,,,,r\n"
                                  "14,*,pledge_quarters,,6,,,,r\n"
                                  "15,milestone,pledge_quarters,,4,,,,r\n"
                                  "16,cloud>lab,gate,,1,,,,open at first\n"
                                  "17,cloud>lab,gate,2,0.5,,,,r\n"
                                  "18,lab,cash,,10,,,,r\n"
                                  "19,lab,real_assets,,2,,,,r\n"
                                  "20,lab,market_value,,100,,,,r\n"
                                  "21,lab,demand_planned,,5,,,,r\n"
                                  "22,lab,demand_planned_growth,1,1.1,,,,r\n"
                                  "23,lab,demand_planned,3,20,,,,r\n"
                                  "24,cloud,cash,,5,,,,r\n"
                                  "25,cloud,backlog_margin,,0.25,,,,r\n"
                                  "26,cloud,market_value,,60,,,,r\n"
                                  "27,cloud,demand_planned,,10,,,,r\n"
                                  "28,sector:clouds,essential,,1,,,,r\n"
                                  "29,*,interest,,0.01,,,,r\n"
                                  "30,*,equity_window_years,,5,,,,r\n";

static char folder[4096];
static ls_context *context;
static ls_network *network;

static ls_status read_with(const char *entities, const char *meta, const char *deals, const char *assumptions) {
  if (!support_make_folder(folder) || ls_context_create(&context) != LS_STATUS_OK) abort();
  if (!support_write_file(folder, "network.yaml", meta) || !support_write_file(folder, "entities.csv", entities) ||
      !support_write_file(folder, "deals.csv", deals) || !support_write_file(folder, "assumptions.csv", assumptions))
    abort();
  return ls_network_read(context, folder, NULL, &network);
}

static ls_status read_folder(const char *meta, const char *deals, const char *assumptions) {
  return read_with(ENTITIES, meta, deals, assumptions);
}

static void tear_down(void *user) {
  (void)user;
  ls_network_destroy(&network);
  ls_context_destroy(&context);
  support_remove_folder(folder);
}

static double pair_number(enum table_id table, const char *from, const char *to, const char *column) {
  const int64_t row =
      network_find_pair(network, table, network_find_entity(network, from), network_find_entity(network, to));
  return row < 0 ? -1.0 : network_number(network, table, column, row, -2.0);
}

/* Value of a path in a quarter: its last row up to then. */
static double path_value(const char *target, const char *variable, int quarter) {
  double value = -1.0;
  for (int64_t row = 0; row < network->table[TABLE_PATHS].row_count; row++)
    if (strcmp(network_text(network, TABLE_PATHS, "target", row), target) == 0 &&
        strcmp(network_text(network, TABLE_PATHS, "variable", row), variable) == 0 &&
        network_number(network, TABLE_PATHS, "quarter", row, 0.0) <= quarter)
      value = network_number(network, TABLE_PATHS, "value", row, -2.0);
  return value;
}

/* The text with one part replaced, in one of four buffers. */
static const char *with(const char *text, const char *part, const char *instead) {
  static char buffer[4][8192];
  static int next;
  char *out = buffer[next++ % 4];
  const char *found = strstr(text, part);
  if (found == NULL) abort();
  snprintf(out, sizeof buffer[0], "%.*s%s%s", (int)(found - text), text, instead, found + strlen(part));
  return out;
}

#define CLOSE(want, got) ASSERT_IN_RANGE((want), (got), 1e-12 * (1.0 + fabs(want)))

/* The row of the contract with that id, or -1. */
static int64_t contract_row(const char *id) {
  for (int64_t row = 0; row < network->table[TABLE_PURCHASES].row_count; row++)
    if (strcmp(network_text(network, TABLE_PURCHASES, "id", row), id) == 0) return row;
  return -1;
}

static double contract_number(const char *id, const char *column) {
  const int64_t row = contract_row(id);
  return row < 0 ? -1.0 : network_number(network, TABLE_PURCHASES, column, row, -2.0);
}

/* old: 18 of 20 quarters ahead: 36 at 2 a quarter, 2 quarters of ramp left. new: the middle of 10-30, half of it
 * realised, 10 over 10 quarters from quarter 4 on, ramp 4. */
TEST each_contract_is_a_row_spread_over_what_is_left_of_its_term(void) {
  ASSERT_EQ(LS_STATUS_OK, read_folder(META, DEALS, ASSUMPTIONS));
  CLOSE(36.0, contract_number("old", "backlog"));
  CLOSE(2.0, contract_number("old", "per_quarter"));
  CLOSE(0.8, contract_number("old", "take_or_pay"));
  CLOSE(0.0, contract_number("old", "start"));
  CLOSE(2.0, contract_number("old", "ramp_quarters"));
  CLOSE(10.0, contract_number("new", "backlog"));
  CLOSE(1.0, contract_number("new", "per_quarter"));
  CLOSE(0.4, contract_number("new", "take_or_pay"));
  CLOSE(0.0, contract_number("new", "capex_share"));
  CLOSE(4.0, contract_number("new", "start"));
  CLOSE(4.0, contract_number("new", "ramp_quarters"));
  PASS();
}

TEST gigawatts_and_a_price_give_an_amount_and_running_business_stands_beside_it(void) {
  ASSERT_EQ(LS_STATUS_OK, read_folder(META, DEALS, ASSUMPTIONS));
  CLOSE(10.0, contract_number("build", "backlog"));
  CLOSE(2.0, contract_number("build", "per_quarter"));
  CLOSE(24.0, contract_number("cloud>chip", "backlog"));
  CLOSE(3.0, contract_number("cloud>chip", "per_quarter"));
  CLOSE(0.3, contract_number("cloud>chip", "take_or_pay"));
  CLOSE(1.0, contract_number("cloud>chip", "capex_share"));
  ASSERT_EQ(4, network->table[TABLE_PURCHASES].row_count);
  PASS();
}

/* Under its own id, then by status, then under the pair, the seller, its sector or all. */
TEST terms_of_a_contract_are_looked_up_from_the_narrow_to_the_wide(void) {
  const char *assumptions = with(ASSUMPTIONS, "18,lab,",
                                 "31,old,exit_notice,,2,,,,r\n32,*,exit_notice_announced,,4,,,,r\n"
                                 "33,*,renewed_assumed,,1,,,,r\n34,sector:clouds,renegotiation,,0.2,,,,r\n"
                                 "35,lab>cloud,trigger,,0.7,,,,r\n36,old,priority,,2,,,,r\n18,lab,");
  ASSERT_EQ(LS_STATUS_OK, read_folder(META, DEALS, assumptions));
  CLOSE(2.0, contract_number("old", "exit_notice"));
  CLOSE(4.0, contract_number("new", "exit_notice"));
  CLOSE(-2.0, contract_number("build", "exit_notice")); /* blank: never */
  CLOSE(-2.0, contract_number("cloud>chip", "end"));    /* blank: renewed */
  CLOSE(19.0, contract_number("old", "end"));           /* 18 quarters at 2, and one that the ramp leaves out */
  CLOSE(1.0, contract_number("cloud>chip", "renewed"));
  CLOSE(0.0, contract_number("new", "renewed"));
  CLOSE(0.2, contract_number("old", "renegotiation"));
  CLOSE(0.0, contract_number("build", "renegotiation"));
  CLOSE(0.7, contract_number("new", "trigger"));
  CLOSE(2.0, contract_number("old", "priority"));
  CLOSE(1.0, contract_number("new", "priority"));
  ASSERT_EQ(0, ls_context_warning_count(context));
  PASS();
}

TEST fractions_of_quarters_are_rounded(void) {
  const char *assumptions =
      with(ASSUMPTIONS, "18,lab,", "31,new,start,,4.6,,,,r\n32,new,ramp_quarters,,3.4,,,,r\n18,lab,");
  ASSERT_EQ(LS_STATUS_OK, read_folder(META, DEALS, assumptions));
  CLOSE(5.0, contract_number("new", "start"));
  CLOSE(3.0, contract_number("new", "ramp_quarters"));
  PASS();
}

TEST funded_equity_is_a_stake_and_promised_equity_a_pledge(void) {
  ASSERT_EQ(LS_STATUS_OK, read_folder(META, DEALS, ASSUMPTIONS));
  CLOSE(0.1, pair_number(TABLE_SHAREHOLDINGS, "fund", "lab", "share"));
  CLOSE(5.0, pair_number(TABLE_SHAREHOLDINGS, "fund", "lab", "cost"));
  CLOSE(0.0, pair_number(TABLE_SHAREHOLDINGS, "fund", "lab", "equity_method"));
  ASSERT_EQ(1, network->table[TABLE_SHAREHOLDINGS].row_count);
  CLOSE(6.0, pair_number(TABLE_PLEDGES, "fund", "lab", "amount"));
  CLOSE(1.0, pair_number(TABLE_PLEDGES, "fund", "lab", "per_quarter"));
  CLOSE(8.0, pair_number(TABLE_PLEDGES, "cloud", "lab", "amount"));
  CLOSE(2.0, pair_number(TABLE_PLEDGES, "cloud", "lab", "per_quarter"));
  ASSERT_EQ(2, network->table[TABLE_PLEDGES].row_count);
  CLOSE(1.0, path_value("cloud>lab", "gate", 1));
  CLOSE(0.5, path_value("cloud>lab", "gate", 3));
  PASS();
}

/* 6 over 6 quarters from quarter 0, and half of 24 over 6 from quarter 4 on: 18, 3 a quarter from the first start. */
TEST promises_of_one_investor_to_one_recipient_add_up(void) {
  const char *deals = with(DEALS, "letter,", "again,c11,1,fund,lab,equity,0,24,,announced,2027-01-01,,,,P\nletter,");
  ASSERT_EQ(LS_STATUS_OK, read_folder(META, deals, ASSUMPTIONS));
  CLOSE(18.0, pair_number(TABLE_PLEDGES, "fund", "lab", "amount"));
  CLOSE(3.0, pair_number(TABLE_PLEDGES, "fund", "lab", "per_quarter"));
  CLOSE(0.0, pair_number(TABLE_PLEDGES, "fund", "lab", "start"));
  PASS();
}

/* Of 6, all is earmarked; of 12, nothing: a third of the 18. The test is the pair's. */
TEST what_is_asked_of_promised_money_is_a_mean_by_amount(void) {
  const char *deals = with(DEALS, "letter,", "again,c11,1,fund,lab,equity,0,24,,announced,2027-01-01,,,,P\nletter,");
  const char *assumptions =
      with(ASSUMPTIONS, "18,lab,", "31,more,earmark,,1,,,,r\n32,fund>lab,test_revenue,,7,,,,r\n18,lab,");
  ASSERT_EQ(LS_STATUS_OK, read_folder(META, deals, assumptions));
  CLOSE(1.0 / 3.0, pair_number(TABLE_PLEDGES, "fund", "lab", "earmark"));
  const int64_t row = network_find_pair(network, TABLE_PLEDGES, network_find_entity(network, "fund"),
                                        network_find_entity(network, "lab"));
  ASSERT_STR_EQ("revenue", network_text(network, TABLE_PLEDGES, "test", row));
  CLOSE(7.0, pair_number(TABLE_PLEDGES, "fund", "lab", "test_level"));
  CLOSE(0.0, pair_number(TABLE_PLEDGES, "cloud", "lab", "earmark"));
  PASS();
}

/* 5 and 3 paid; an assumption knows what the stake is carried at. */
TEST a_stake_costs_what_was_paid_unless_told_otherwise(void) {
  const char *deals = with(DEALS, "letter,", "again,c11,1,fund,lab,equity,3,3,,funded,,,,,P\nletter,");
  ASSERT_EQ(LS_STATUS_OK, read_folder(META, deals, ASSUMPTIONS));
  CLOSE(8.0, pair_number(TABLE_SHAREHOLDINGS, "fund", "lab", "cost"));
  CLOSE(0.1, pair_number(TABLE_SHAREHOLDINGS, "fund", "lab", "share"));
  tear_down(NULL);
  ASSERT_EQ(LS_STATUS_OK, read_folder(META, deals,
                                      with(ASSUMPTIONS, "18,lab,",
                                           "31,fund>lab,cost,,20,,,,r\n32,fund>lab,equity_method,,1,,,,r\n18,lab,")));
  CLOSE(20.0, pair_number(TABLE_SHAREHOLDINGS, "fund", "lab", "cost"));
  CLOSE(1.0, pair_number(TABLE_SHAREHOLDINGS, "fund", "lab", "equity_method"));
  PASS();
}

TEST backstops_warrants_and_cross_defaults_become_rows(void) {
  const char *deals = with(DEALS, "letter,",
                           "stop,c11,1,chip,cloud,backstop,6,6,,firm,,,,,P\n"
                           "right,c12,1,chip,lab,warrant,,,,conditional,2026-07-01,,,,P\nletter,");
  const char *assumptions = with(ASSUMPTIONS, "18,lab,",
                                 "31,right,share,,0.08,,,,r\n32,right,test_revenue_to_plan,,0.9,,,,r\n"
                                 "33,lab>cloud,cross_default,,1,,,,r\n34,cloud>lab,cross_default,,0,,,,r\n18,lab,");
  ASSERT_EQ(LS_STATUS_OK, read_folder(META, deals, assumptions));
  ASSERT_EQ(1, network->table[TABLE_BACKSTOPS].row_count);
  ASSERT_STR_EQ("chip", network_text(network, TABLE_BACKSTOPS, "guarantor", 0));
  ASSERT_STR_EQ("cloud", network_text(network, TABLE_BACKSTOPS, "provider", 0));
  CLOSE(6.0, network_number(network, TABLE_BACKSTOPS, "amount", 0, -1.0));
  ASSERT_EQ(1, network->table[TABLE_WARRANTS].row_count);
  ASSERT_STR_EQ("lab", network_text(network, TABLE_WARRANTS, "holder", 0));
  ASSERT_STR_EQ("revenue_to_plan", network_text(network, TABLE_WARRANTS, "test", 0));
  CLOSE(0.08, network_number(network, TABLE_WARRANTS, "share", 0, -1.0));
  CLOSE(2.0, network_number(network, TABLE_WARRANTS, "start", 0, -1.0));
  CLOSE(0.9, network_number(network, TABLE_WARRANTS, "test_level", 0, -1.0));
  ASSERT_EQ(1, network->table[TABLE_CROSS_DEFAULTS].row_count);
  ASSERT_STR_EQ("lab", network_text(network, TABLE_CROSS_DEFAULTS, "trigger", 0));
  ASSERT_EQ(0, ls_context_warning_count(context));
  PASS();
}

/* Of the 12, 2 are paid; half of the other 10 counts. */
TEST the_firm_part_of_a_promise_is_no_pledge(void) {
  const char *deals = with(DEALS, "equity,0,12,,announced", "equity,0,12,2,announced");
  ASSERT_EQ(LS_STATUS_OK, read_folder(META, deals, ASSUMPTIONS));
  CLOSE(5.0, pair_number(TABLE_PLEDGES, "fund", "lab", "amount"));
  PASS();
}

/* The cloud owes the fund 7 by the deal, which runs from the lender, and 3 by the assumption. */
TEST debts_of_one_debtor_to_one_creditor_add_up(void) {
  const char *deals = with(DEALS, "letter,", "loan,c11,1,fund,cloud,debt,7,7,,funded,,,,,P\nletter,");
  const char *assumptions = with(ASSUMPTIONS, "18,lab,", "31,cloud>fund,debt,,3,,,,r\n18,lab,");
  ASSERT_EQ(LS_STATUS_OK, read_folder(META, deals, assumptions));
  CLOSE(10.0, pair_number(TABLE_LIABILITIES, "cloud", "fund", "amount"));
  PASS();
}

/* 60 % of the 40 is still ahead; by the calendar 90 % would be. */
TEST what_is_delivered_is_no_longer_ahead(void) {
  const char *assumptions = with(ASSUMPTIONS, "18,lab,", "31,old,delivered,,0.4,,,,r\n18,lab,");
  ASSERT_EQ(LS_STATUS_OK, read_folder(META, DEALS, assumptions));
  CLOSE(24.0, contract_number("old", "backlog"));
  PASS();
}

/* Without an assumption capital spending is investment, running business is not. */
TEST the_kind_of_a_deal_tells_whether_it_is_investment(void) {
  ASSERT_EQ(LS_STATUS_OK, read_folder(META, DEALS, with(ASSUMPTIONS, "13,chip,capex_share,,1,,,,r\n", "")));
  CLOSE(1.0, contract_number("build", "capex_share"));
  CLOSE(0.0, contract_number("cloud>chip", "capex_share"));
  PASS();
}

TEST facts_come_before_assumptions_and_columns_have_defaults(void) {
  ASSERT_EQ(LS_STATUS_OK, read_folder(META, DEALS, ASSUMPTIONS));
  CLOSE(4.0, pair_number(TABLE_LIABILITIES, "lab", "world", "amount"));
  ASSERT_EQ(1, network->table[TABLE_LIABILITIES].row_count);
  CLOSE(10.0, network_number(network, TABLE_ENTITIES, "cash", 2, -1.0));
  CLOSE(0.0, network_number(network, TABLE_ENTITIES, "cash", 3, -1.0));
  CLOSE(1.0, network_number(network, TABLE_ENTITIES, "price_per_capacity", 1, -1.0));
  ASSERT_EQ(1, network->table[TABLE_INPUTS].row_count);
  CLOSE(1.0, network_number(network, TABLE_INPUTS, "essential", 0, -1.0));
  ASSERT_EQ(4, network->loop.quarters);
  CLOSE(0.01, network->loop.interest);
  PASS();
}

TEST reported_balance_sheets_come_before_assumed_ones(void) {
  static const char REPORTED[] = "id,sector,input_type,debt,liquid_assets,property_and_equipment\n"
                                 "chip,chips,,,,\ncloud,clouds,compute,,,7\nlab,labs,,4,12.5,\nfund,funds,,,,\n";
  ASSERT_EQ(LS_STATUS_OK, read_with(REPORTED, META, DEALS, ASSUMPTIONS));
  CLOSE(12.5, network_number(network, TABLE_ENTITIES, "cash", 2, -1.0));
  CLOSE(2.0, network_number(network, TABLE_ENTITIES, "real_assets", 2, -1.0));
  CLOSE(5.0, network_number(network, TABLE_ENTITIES, "cash", 1, -1.0));
  CLOSE(7.0, network_number(network, TABLE_ENTITIES, "real_assets", 1, -1.0));
  PASS();
}

TEST paths_follow_levels_and_growth(void) {
  ASSERT_EQ(LS_STATUS_OK, read_folder(META, DEALS, ASSUMPTIONS));
  CLOSE(5.0, path_value("lab", "demand_planned", 0));
  CLOSE(5.0 * 1.1 * 1.1, path_value("lab", "demand_planned", 2));
  CLOSE(20.0, path_value("lab", "demand_planned", 3));
  PASS();
}

/* lab: (100 - (10 + 2 - 4)) / (4 x 5); cloud: (60 - 5 - 0.25 x 46) / (4 x 10). */
TEST the_multiple_gives_the_market_value(void) {
  ASSERT_EQ(LS_STATUS_OK, read_folder(META, DEALS, ASSUMPTIONS));
  CLOSE(4.6, path_value("lab", "multiple", 0));
  CLOSE(43.5 / 40.0, path_value("cloud", "multiple", 0));
  ASSERT_EQ(0, ls_context_warning_count(context));
  PASS();
}

/* Sold by the cloud in quarter 0: a third of the 2 of "old", whose ramp has 2 quarters left; "new" begins later. Half of
 * that counts: (60 - 5) / (4 (10 + 0.5 x 2/3)). */
TEST sales_within_the_network_carry_their_share_of_the_market_value(void) {
  const char *assumptions = with(ASSUMPTIONS, "25,cloud,backlog_margin,,0.25", "25,cloud,loop_sales_weight,,0.5");
  ASSERT_EQ(LS_STATUS_OK, read_folder(META, DEALS, assumptions));
  CLOSE(55.0 / (4.0 * (10.0 + 0.5 * 2.0 / 3.0)), path_value("cloud", "multiple", 0));
  PASS();
}

/* old: 36 (0.8 + 0.5 x 0.2) over 18 quarters, new: 10 (0.4 + 0.5 x 0.6) over 10, both discounted at 2 %. */
TEST backlog_counts_at_what_it_is_worth(void) {
  const char *assumptions =
      with(ASSUMPTIONS, "29,*", "31,*,backlog_uncommitted,,0.5,,,,r\n32,*,backlog_discount,,0.02,,,,r\n29,*");
  ASSERT_EQ(LS_STATUS_OK, read_folder(META, DEALS, assumptions));
  const double old = 32.4 * (1.0 - pow(1.02, -18.0)) / 0.36, new = 7.0 * (1.0 - pow(1.02, -10.0)) / 0.2;
  CLOSE((55.0 - 0.25 * (old + new)) / 40.0, path_value("cloud", "multiple", 0));
  PASS();
}

/* Half of a plant of 8 is hardware, at three quarters of its price: 7 of 8. The path of amortisation begins at the
 * setting. */
TEST paths_of_prices_and_debt_begin_where_the_settings_stand(void) {
  const char *assumptions = with(ASSUMPTIONS, "25,cloud,",
                                 "31,cloud,real_assets,,8,,,,r\n32,cloud,hardware_share,,0.5,,,,r\n"
                                 "33,cloud,hardware_price,,0.75,,,,r\n34,*,amortisation,,0.01,,,,r\n"
                                 "35,cloud,amortisation,2,0.2,,,,r\n36,lab,rollover,,0.5,,,,r\n"
                                 "37,lab,price_growth,1,0.9,,,,r\n25,cloud,");
  ASSERT_EQ(LS_STATUS_OK, read_folder(META, DEALS, assumptions));
  CLOSE((60.0 - 5.0 - 7.0 - 0.25 * 46.0) / 40.0, path_value("cloud", "multiple", 0));
  CLOSE(0.01, path_value("cloud", "amortisation", 1));
  CLOSE(0.2, path_value("cloud", "amortisation", 3));
  CLOSE(0.5, path_value("lab", "rollover", 3));
  CLOSE(0.81, path_value("lab", "price", 2));
  PASS();
}

TEST the_three_bases_differ_by_status(void) {
  double flow[25], investment[25];
  const double lab_cloud[] = {16.0, 8.0, 0.0}, fund_lab[] = {3.4, 1.0, 1.0}, cloud_chip[] = {20.0, 20.0, 12.0};
  ASSERT_EQ(LS_STATUS_OK, read_folder(META, DEALS, ASSUMPTIONS));
  for (int basis = 0; basis < LEDGER_BASIS_COUNT; basis++) {
    support_poison(flow, 25);
    support_poison(investment, 25);
    ASSERT_EQ(LS_STATUS_OK, ledger_yearly_flows(context, network, (enum ledger_basis)basis, flow, investment));
    CLOSE(lab_cloud[basis], flow[2 * 5 + 1]);
    CLOSE(fund_lab[basis], flow[3 * 5 + 2]);
    CLOSE(fund_lab[basis], investment[3 * 5 + 2]);
    CLOSE(cloud_chip[basis], flow[1 * 5 + 0]);
    CLOSE(20.0, flow[4 * 5 + 2]); /* the lab's sales to the world, 4 x 5 */
    CLOSE(0.16, flow[2 * 5 + 4]); /* a year's interest on its debt */
    CLOSE(0.0, flow[0 * 5 + 2]);  /* lapsed */
  }
  PASS();
}

/* The lab sells 20 a year to the world; equity is no sale. A tenth of it goes out again, beside 0.16 of interest. */
TEST new_equity_is_no_sale_that_has_a_cost(void) {
  double flow[25], investment[25];
  const char *assumptions = with(ASSUMPTIONS, "18,lab,", "31,lab,cogs_share,,0.1,,,,r\n18,lab,");
  ASSERT_EQ(LS_STATUS_OK, read_folder(META, DEALS, assumptions));
  ASSERT_EQ(LS_STATUS_OK, ledger_yearly_flows(context, network, LEDGER_HEADLINE, flow, investment));
  CLOSE(2.16, flow[2 * 5 + 4]);
  PASS();
}

TEST equity_flows_over_five_years_unless_told_otherwise(void) {
  double flow[25], investment[25];
  ASSERT_EQ(LS_STATUS_OK, read_folder(META, DEALS, with(ASSUMPTIONS, "30,*,equity_window_years,,5,,,,r\n", "")));
  ASSERT_EQ(LS_STATUS_OK, ledger_yearly_flows(context, network, LEDGER_HEADLINE, flow, investment));
  CLOSE(17.0 / 5.0, investment[3 * 5 + 2]);
  PASS();
}

/* ---- refusals --------------------------------------------------------------------------------------------------- */

static enum greatest_test_res refused(const char *meta, const char *deals, const char *assumptions,
                                      const char *message) {
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, read_folder(meta, deals, assumptions));
  for (int i = 0; i < ls_context_message_count(context); i++)
    if (strstr(ls_context_message(context, i), message) != NULL) PASS();
  static char first[512]; /* outlives the context, which the tear-down destroys */
  snprintf(first, sizeof first, "%s", ls_context_message(context, 0));
  FAILm(first);
}

TEST two_preferred_rows_of_one_claim_are_a_fault(void) {
  return refused(META, with(DEALS, "old-other,c1,0", "old-other,c1,1"), ASSUMPTIONS,
                 "deals.csv:3: claim 'c1' has a second preferred row (the first is line 2), must have exactly one");
}

TEST a_claim_without_a_preferred_row_is_a_fault_unless_it_speaks_of_groups_alone(void) {
  return refused(META, with(DEALS, "new,c2,1", "new,c2,0"), ASSUMPTIONS,
                 "deals.csv:4: claim 'c2' has no preferred row, must have exactly one");
}

TEST a_preferred_group_is_a_fault(void) {
  return refused(META, with(DEALS, "both,c10,0", "both,c10,1"), ASSUMPTIONS, "deals.csv:12");
}

TEST a_deal_without_a_mechanism_must_be_listed_as_unmodelled(void) {
  return refused(
      with(META, "unmodelled:\n  - lab-uses-chip\n", ""), DEALS, ASSUMPTIONS,
      "deals.csv:11: deal 'lab-uses-chip' of kind usage maps to no mechanism of the loop model, must be listed as "
      "unmodelled in network.yaml");
}

TEST an_unknown_kind_is_a_fault(void) {
  return refused(META, with(DEALS, "chip,usage", "chip,barter"), ASSUMPTIONS, "deals.csv:11");
}

TEST an_unmodelled_deal_must_exist(void) {
  return refused(with(META, "lab-uses-chip", "lab-uses-chips"), DEALS, ASSUMPTIONS,
                 "unmodelled deal 'lab-uses-chips' is not in deals.csv");
}

TEST a_deal_without_an_amount_is_a_fault(void) {
  return refused(META, DEALS, with(ASSUMPTIONS, "10,build,price_per_gw,,20,,,,r\n", ""),
                 "deals.csv:5: deal 'build' has no amount");
}

TEST a_contract_without_a_term_is_a_fault(void) {
  return refused(META, DEALS, with(ASSUMPTIONS, "9,new,term_years,,2.5,,,,r\n", ""),
                 "deals.csv:4: deal 'new' has no term");
}

TEST a_conditional_pledge_needs_its_gate(void) {
  return refused(
      META, DEALS,
      with(with(ASSUMPTIONS, "16,cloud>lab,gate,,1,,,,open at first\n", ""), "17,cloud>lab,gate,2,0.5,,,,r\n", ""),
      "deals.csv:8: deal 'milestone' is conditional, needs the assumption gate of 'cloud>lab'");
}

TEST a_warrant_needs_a_share(void) {
  return refused(META, with(DEALS, "letter,", "right,c12,1,chip,lab,warrant,,,,conditional,,,,,P\nletter,"),
                 ASSUMPTIONS, "deals.csv:9: deal 'right' is a warrant, must have a share");
}

TEST a_pledge_has_one_test_at_most(void) {
  const char *two = "31,fund>lab,test_revenue,,7,,,,r\n32,fund>lab,test_capacity,,1,,,,r\n18,lab,";
  return refused(META, DEALS, with(ASSUMPTIONS, "18,lab,", two),
                 "'fund>lab' has the tests revenue and capacity, must have at most one");
}

TEST a_status_is_no_parameter_of_its_own(void) {
  return refused(META, DEALS, with(ASSUMPTIONS, "take_or_pay_firm", "take_or_pay_firmly"),
                 "parameter 'take_or_pay_firmly' of '*' is not known");
}

TEST funded_equity_needs_a_share(void) {
  return refused(META, with(DEALS, ",0.1,P", ",,P"), ASSUMPTIONS, "deals.csv:6: deal 'paid' is funded equity");
}

TEST an_unknown_parameter_is_a_fault(void) {
  return refused(META, DEALS, with(ASSUMPTIONS, "lab,cash", "lab,cush"),
                 "assumptions.csv:19: parameter 'cush' of 'lab' is not known");
}

TEST an_unknown_target_is_a_fault(void) {
  return refused(META, DEALS, with(ASSUMPTIONS, "lab,cash", "lob,cash"), "assumptions.csv:19: target 'lob' is unknown");
}

TEST an_assumption_stands_once(void) {
  return refused(META, DEALS, with(ASSUMPTIONS, "19,lab,real_assets", "19,lab,cash"),
                 "assumptions.csv:20: cash of 'lab' for quarter 0 stands in line 19 already, must be given once");
}

TEST a_value_lies_within_its_range(void) {
  return refused(META, DEALS, with(ASSUMPTIONS, "0.5,0,1,uniform", "0.5,0.6,1,uniform"),
                 "assumptions.csv:4: low of '3' is 0.6");
}

TEST a_share_of_more_than_all_is_a_fault(void) {
  return refused(META, DEALS, with(ASSUMPTIONS, "take_or_pay_firm,,0.8", "take_or_pay_firm,,1.8"),
                 "assumptions.csv:6: take_or_pay_firm of '*' is 1.8, must be >= 0 and <= 1");
}

TEST shares_of_one_issuer_make_up_at_most_all(void) {
  return refused(META, with(DEALS, "letter,", "most,c11,1,chip,lab,equity,5,5,,funded,,,,0.95,P\nletter,"), ASSUMPTIONS,
                 "deals.csv: shares of 'lab' sum to 1.05");
}

TEST a_market_value_that_revenue_cannot_carry_is_a_fault(void) {
  return refused(META, DEALS, with(ASSUMPTIONS, "market_value,,100", "market_value,,9000"), "must be from 0 to 100");
}

TEST loop_tables_come_from_one_source(void) {
  if (!support_make_folder(folder) || ls_context_create(&context) != LS_STATUS_OK) abort();
  support_write_file(folder, "network.yaml", META);
  support_write_file(folder, "entities.csv", ENTITIES);
  support_write_file(folder, "deals.csv", DEALS);
  support_write_file(folder, "assumptions.csv", ASSUMPTIONS);
  support_write_file(folder, "pledges.csv", "investor,recipient,amount,per_quarter\nfund,lab,1,1\n");
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, ls_network_read(context, folder, NULL, &network));
  ASSERT(strstr(ls_context_message(context, 0), "pledges.csv") != NULL);
  PASS();
}

TEST an_assumption_that_nothing_asks_for_is_a_warning(void) {
  ASSERT_EQ(LS_STATUS_OK, read_folder(META, DEALS, with(ASSUMPTIONS, "28,", "31,lab>chip,gate,,1,,,,r\n28,")));
  ASSERT_EQ(1, ls_context_warning_count(context));
  ASSERT(strstr(ls_context_warning(context, 0), "gate of 'lab>chip' is used nowhere") != NULL);
  PASS();
}

TEST every_failed_allocation_is_an_error_and_nothing_leaks(void) {
  for (int64_t allowed = 0;; allowed += 1 + allowed / 16) {
    struct failing_allocator memory;
    if (!support_make_folder(folder) || ls_context_create(&context) != LS_STATUS_OK) abort();
    support_write_file(folder, "network.yaml", META);
    support_write_file(folder, "entities.csv", ENTITIES);
    support_write_file(folder, "deals.csv", DEALS);
    support_write_file(folder, "assumptions.csv", ASSUMPTIONS);
    support_fail_after(context, &memory, allowed);
    const ls_status status = ls_network_read(context, folder, NULL, &network);
    ls_network_destroy(&network);
    ls_context_destroy(&context);
    support_remove_folder(folder);
    ASSERT_EQ(0, memory.held);
    if (status == LS_STATUS_OK) break;
    ASSERT_EQ(LS_STATUS_OUT_OF_MEMORY, status);
  }
  PASS();
}

/* ---- the vintages of the repository ----------------------------------------------------------------------------- */

TEST the_ai_loop_folders_are_read_without_a_warning(void) {
  const char *const NAMES[] = {"datasets/ai-loop/2025-11",
                               "datasets/ai-loop/2026-04",
                               "datasets/ai-loop/2026-08",
                               "datasets/ai-loop/variants/without-november-deal",
                               "datasets/ai-loop/variants/november-deal-by-others",
                               "datasets/ai-loop/variants/november-deal-with-openai",
                               "datasets/ai-loop/variants/without-amazon-openai"};
  for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
    if (ls_context_create(&context) != LS_STATUS_OK) abort();
    const ls_status status = ls_network_read(context, support_source(NAMES[i]), NULL, &network);
    ASSERT_EQ(LS_STATUS_OK, status);
    ASSERT_EQ(0, ls_context_warning_count(context));
    ls_network_destroy(&network);
    ls_context_destroy(&context);
  }
  PASS();
}

SUITE(ledger) {
  GREATEST_SET_TEARDOWN_CB(tear_down, NULL);
  RUN_TEST(each_contract_is_a_row_spread_over_what_is_left_of_its_term);
  RUN_TEST(gigawatts_and_a_price_give_an_amount_and_running_business_stands_beside_it);
  RUN_TEST(terms_of_a_contract_are_looked_up_from_the_narrow_to_the_wide);
  RUN_TEST(fractions_of_quarters_are_rounded);
  RUN_TEST(funded_equity_is_a_stake_and_promised_equity_a_pledge);
  RUN_TEST(promises_of_one_investor_to_one_recipient_add_up);
  RUN_TEST(what_is_asked_of_promised_money_is_a_mean_by_amount);
  RUN_TEST(a_stake_costs_what_was_paid_unless_told_otherwise);
  RUN_TEST(backstops_warrants_and_cross_defaults_become_rows);
  RUN_TEST(the_firm_part_of_a_promise_is_no_pledge);
  RUN_TEST(debts_of_one_debtor_to_one_creditor_add_up);
  RUN_TEST(what_is_delivered_is_no_longer_ahead);
  RUN_TEST(the_kind_of_a_deal_tells_whether_it_is_investment);
  RUN_TEST(facts_come_before_assumptions_and_columns_have_defaults);
  RUN_TEST(reported_balance_sheets_come_before_assumed_ones);
  RUN_TEST(paths_follow_levels_and_growth);
  RUN_TEST(the_multiple_gives_the_market_value);
  RUN_TEST(sales_within_the_network_carry_their_share_of_the_market_value);
  RUN_TEST(backlog_counts_at_what_it_is_worth);
  RUN_TEST(paths_of_prices_and_debt_begin_where_the_settings_stand);
  RUN_TEST(the_three_bases_differ_by_status);
  RUN_TEST(new_equity_is_no_sale_that_has_a_cost);
  RUN_TEST(equity_flows_over_five_years_unless_told_otherwise);
  RUN_TEST(two_preferred_rows_of_one_claim_are_a_fault);
  RUN_TEST(a_claim_without_a_preferred_row_is_a_fault_unless_it_speaks_of_groups_alone);
  RUN_TEST(a_preferred_group_is_a_fault);
  RUN_TEST(a_deal_without_a_mechanism_must_be_listed_as_unmodelled);
  RUN_TEST(an_unknown_kind_is_a_fault);
  RUN_TEST(an_unmodelled_deal_must_exist);
  RUN_TEST(a_deal_without_an_amount_is_a_fault);
  RUN_TEST(a_contract_without_a_term_is_a_fault);
  RUN_TEST(a_conditional_pledge_needs_its_gate);
  RUN_TEST(a_warrant_needs_a_share);
  RUN_TEST(a_pledge_has_one_test_at_most);
  RUN_TEST(a_status_is_no_parameter_of_its_own);
  RUN_TEST(funded_equity_needs_a_share);
  RUN_TEST(an_unknown_parameter_is_a_fault);
  RUN_TEST(an_unknown_target_is_a_fault);
  RUN_TEST(an_assumption_stands_once);
  RUN_TEST(a_value_lies_within_its_range);
  RUN_TEST(a_share_of_more_than_all_is_a_fault);
  RUN_TEST(shares_of_one_issuer_make_up_at_most_all);
  RUN_TEST(a_market_value_that_revenue_cannot_carry_is_a_fault);
  RUN_TEST(loop_tables_come_from_one_source);
  RUN_TEST(an_assumption_that_nothing_asks_for_is_a_warning);
  RUN_TEST(every_failed_allocation_is_an_error_and_nothing_leaks);
  RUN_TEST(the_ai_loop_folders_are_read_without_a_warning);
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  RUN_SUITE(ledger);
  GREATEST_MAIN_END();
}

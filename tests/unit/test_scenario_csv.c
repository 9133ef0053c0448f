/* test_scenario_csv.c - scenarios given as rows: what they expand to, what holds and what is replaced, what is
 * refused. */
#include "scenario_support.h"

#include "greatest.h"

/* The value that acts on a target in a quarter, as kernels resolve it; NaN where nothing is ever shocked. */
static double value_at(const struct scenario_set *set, int64_t scenario, int variable, int32_t target,
                       int32_t quarter) {
  const struct ls_shock_plan *shock = &set->shock;
  int32_t column = shock->column_of[variable * shock->target_count + target];
  double value = shock->column_combine[column < 0 ? 0 : column] == LS_COMBINE_LOSS ? 0 : 1;
  if (column < 0) return __builtin_nan("");
  for (int32_t key = 0; key < shock->quarter_first_key[quarter + 1]; key++) {
    if (shock->key_column[key] == column) value = shock->explicit_value[scenario * shock->key_count + key];
  }
  return value;
}

static bool is_shocked(const struct scenario_set *set, int variable, int32_t target) {
  return set->shock.column_of[variable * set->shock.target_count + target] >= 0;
}

TEST without_a_file_there_is_one_scenario_baseline(void) {
  struct scenario_set *set = NULL;
  struct scenario_options options = {.keep_worst = -1, .quarter_count = 8};
  ASSERT_EQ(LS_STATUS_OK, scenario_read(context, network, &options, &set));
  ASSERT_EQ(1, set->count);
  ASSERT_STR_EQ("baseline", set->id[0]);
  ASSERT_EQ(0, set->shock.key_count);
  ASSERT_EQ(1, set->shock.explicit_count);
  ASSERT_EQ(0, set->shock.quarter_first_key[8]);
  ASSERT_STR_EQ("0000000000000000000000000000000000000000000000000000000000000000", set->sha256);
  for (int32_t k = 0; k < LS_VARIABLE_COUNT * set->shock.target_count; k++) ASSERT_EQ(-1, set->shock.column_of[k]);
  scenario_destroy(&set);
  ASSERT_EQ(NULL, set);
  PASS();
}

TEST scenarios_stand_in_order_of_first_appearance(void) {
  struct scenario_set *set = NULL;
  ASSERT_EQ(LS_STATUS_OK, read_text("s.csv",
                                    "scenario,target,variable,value\nlate,A,demand,0.5\nearly,A,demand,0.25\n"
                                    "quiet,,,\nlate,B,demand,0.75\n",
                                    &set));
  ASSERT_EQ(3, set->count);
  ASSERT_STR_EQ("late", set->id[0]);
  ASSERT_STR_EQ("early", set->id[1]);
  ASSERT_STR_EQ("quiet", set->id[2]);
  ASSERT_EQ(0.5, value_at(set, 0, LS_VARIABLE_DEMAND, ENTITY_A, 0));
  ASSERT_EQ(0.75, value_at(set, 0, LS_VARIABLE_DEMAND, ENTITY_B, 0));
  ASSERT_EQ(0.25, value_at(set, 1, LS_VARIABLE_DEMAND, ENTITY_A, 0));
  ASSERT_EQ(1.0, value_at(set, 1, LS_VARIABLE_DEMAND, ENTITY_B, 0));
  ASSERT_EQ(1.0, value_at(set, 2, LS_VARIABLE_DEMAND, ENTITY_A, 7));
  ASSERT_EQ(64, (int)strlen(set->sha256));
  ASSERT_STR_EQ("s.csv", set->file);
  scenario_destroy(&set);
  PASS();
}

TEST a_file_may_hold_scenarios_without_shocks_alone(void) {
  struct scenario_set *set = NULL;
  ASSERT_EQ(LS_STATUS_OK, read_text("s.csv", "scenario,target,variable,value\nquiet,,,\nstill,,,\n", &set));
  ASSERT_EQ(2, set->count);
  ASSERT_STR_EQ("still", set->id[1]);
  ASSERT_EQ(0, set->shock.key_count);
  ASSERT_EQ(2, set->shock.explicit_count);
  scenario_destroy(&set);
  PASS();
}

TEST sectors_and_star_mean_entities_but_never_the_world(void) {
  struct scenario_set *set = NULL;
  ASSERT_EQ(LS_STATUS_OK, read_text("s.csv",
                                    "scenario,target,variable,value\ns,*,purchase_scale,0.5\n"
                                    "s,sector:cloud,multiple,0.7\n",
                                    &set));
  ASSERT(!is_shocked(set, LS_VARIABLE_PURCHASE_SCALE, WORLD_TARGET));
  for (int32_t entity = ENTITY_A; entity <= ENTITY_D; entity++) {
    ASSERT_EQ(0.5, value_at(set, 0, LS_VARIABLE_PURCHASE_SCALE, entity, 3));
    ASSERT_EQ(entity >= ENTITY_C, is_shocked(set, LS_VARIABLE_MULTIPLE, entity));
  }
  scenario_destroy(&set);
  ASSERT_EQ(LS_STATUS_OK, read_text("s.csv", "scenario,target,variable,value\ns,world,purchase_scale,0.5\n", &set));
  ASSERT_EQ(0.5, value_at(set, 0, LS_VARIABLE_PURCHASE_SCALE, WORLD_TARGET, 0));
  scenario_destroy(&set);
  PASS();
}

/* Order of rows decides between `*` and an id; only the same entity, variable and quarter is replaced. */
TEST later_rows_replace_earlier_ones(void) {
  struct scenario_set *set = NULL;
  ASSERT_EQ(LS_STATUS_OK, read_text("s.csv",
                                    "scenario,target,variable,value,quarter\ns,A,demand,0.1,2\ns,*,demand,0.2,2\n"
                                    "s,B,demand,0.3,2\ns,B,demand,0.4,3\n",
                                    &set));
  ASSERT_EQ(0.2, value_at(set, 0, LS_VARIABLE_DEMAND, ENTITY_A, 2));
  ASSERT_EQ(0.3, value_at(set, 0, LS_VARIABLE_DEMAND, ENTITY_B, 2));
  ASSERT_EQ(0.4, value_at(set, 0, LS_VARIABLE_DEMAND, ENTITY_B, 3));
  ASSERT_EQ(0.2, value_at(set, 0, LS_VARIABLE_DEMAND, ENTITY_D, 7));
  scenario_destroy(&set);
  PASS();
}

/* The second scenario has a row in quarter 3 alone; the keys of the first must not break what holds in it. */
TEST a_factor_holds_until_its_next_row_in_the_same_scenario(void) {
  struct scenario_set *set = NULL;
  ASSERT_EQ(LS_STATUS_OK, read_text("s.csv",
                                    "scenario,target,variable,value,quarter\none,A,funding,0,5\none,A,funding,0.5,2\n"
                                    "two,A,funding,0.25,3\nthree,A,funding,0.125,\n",
                                    &set));
  static const double ONE[] = {1, 1, 0.5, 0.5, 0.5, 0, 0, 0}, TWO[] = {1, 1, 1, 0.25, 0.25, 0.25, 0.25, 0.25};
  for (int32_t quarter = 0; quarter < 8; quarter++) {
    ASSERT_EQ(ONE[quarter], value_at(set, 0, LS_VARIABLE_FUNDING, ENTITY_A, quarter));
    ASSERT_EQ(TWO[quarter], value_at(set, 1, LS_VARIABLE_FUNDING, ENTITY_A, quarter));
    ASSERT_EQ(0.125, value_at(set, 2, LS_VARIABLE_FUNDING, ENTITY_A, quarter));
  }
  scenario_destroy(&set);
  PASS();
}

TEST a_default_acts_in_its_quarter_only(void) {
  struct scenario_set *set = NULL;
  ASSERT_EQ(LS_STATUS_OK,
            read_text("s.csv", "scenario,target,variable,value,quarter\none,A,default,1,2\ntwo,A,default,1,4\n", &set));
  ASSERT_EQ(2, set->shock.key_count);
  ASSERT_EQ(1.0, set->shock.explicit_value[0]);
  ASSERT_EQ(0.0, set->shock.explicit_value[1]);
  ASSERT_EQ(0.0, set->shock.explicit_value[2]);
  ASSERT_EQ(1.0, set->shock.explicit_value[3]);
  scenario_destroy(&set);
  PASS();
}

/* Pledges in sorted order: world>A, world>B or A>C, A>D first, whichever way the table sorts the world. */
TEST gates_name_pledges_by_both_sides(void) {
  static const struct {
    const char *target;
    int pledges[4]; /* A>C, A>D, world>A, world>B */
  } CASES[] = {{"A>C", {1, 0, 0, 0}},
               {"A>*", {1, 1, 0, 0}},
               {"*>*", {1, 1, 0, 0}},
               {"world>*", {0, 0, 1, 1}},
               {"*>sector:cloud", {1, 1, 0, 0}},
               {"sector:lab>D", {0, 1, 0, 0}},
               {"world>sector:lab", {0, 0, 1, 1}},
               {"world>B", {0, 0, 0, 1}}};
  static const int32_t FROM[] = {ENTITY_A, ENTITY_A, ENTITY_WORLD, ENTITY_WORLD};
  static const int32_t TO[] = {ENTITY_C, ENTITY_D, ENTITY_A, ENTITY_B};
  for (size_t k = 0; k < sizeof CASES / sizeof *CASES; k++) {
    char text[256];
    struct scenario_set *set = NULL;
    snprintf(text, sizeof text, "scenario,target,variable,value\ns,%s,gate,0\n", CASES[k].target);
    ASSERT_EQ(LS_STATUS_OK, read_text("s.csv", text, &set));
    for (int p = 0; p < 4; p++) {
      int64_t row = network_find_pair(network, TABLE_PLEDGES, FROM[p], TO[p]);
      ASSERT_EQ(CASES[k].pledges[p], is_shocked(set, LS_VARIABLE_GATE, (int32_t)row));
    }
    scenario_destroy(&set);
  }
  PASS();
}

/* Contracts in sorted order: the pairs world>D, A>C (twice), B>D, whichever way the table sorts the world. */
TEST orders_name_pairs_of_contracts_by_both_sides(void) {
  static const struct {
    const char *target;
    int pairs[3]; /* A>C, B>D, world>D */
  } CASES[] = {{"A>C", {1, 0, 0}},         {"*>*", {1, 1, 0}},
               {"*>D", {0, 1, 0}},         {"sector:lab>sector:cloud", {1, 1, 0}},
               {"world>D", {0, 0, 1}},     {"world>*", {0, 0, 1}},
               {"sector:lab>D", {0, 1, 0}}};
  static const int32_t FROM[] = {ENTITY_A, ENTITY_B, ENTITY_WORLD};
  static const int32_t TO[] = {ENTITY_C, ENTITY_D, ENTITY_D};
  for (size_t k = 0; k < sizeof CASES / sizeof *CASES; k++) {
    char text[256];
    struct scenario_set *set = NULL;
    int32_t pairs = 0;
    snprintf(text, sizeof text, "scenario,target,variable,value,quarter\ns,%s,orders,0.5,2\n", CASES[k].target);
    ASSERT_EQ(LS_STATUS_OK, read_text("s.csv", text, &set));
    for (int p = 0; p < 3; p++) {
      int32_t first = (int32_t)network_find_pair(network, TABLE_PURCHASES, FROM[p], TO[p]);
      ASSERT_EQ(CASES[k].pairs[p], is_shocked(set, LS_VARIABLE_ORDERS, first));
      if (!CASES[k].pairs[p]) continue;
      pairs++;
      ASSERT_EQ(1.0, value_at(set, 0, LS_VARIABLE_ORDERS, first, 1));
      ASSERT_EQ(0.5, value_at(set, 0, LS_VARIABLE_ORDERS, first, 2));
    }
    ASSERT_EQ(pairs, set->shock.column_count); /* one for both contracts of A and C */
    scenario_destroy(&set);
  }
  PASS();
}

TEST prices_are_of_assets(void) {
  struct scenario_set *set = NULL;
  ASSERT_EQ(LS_STATUS_OK, read_text("s.csv", "scenario,target,variable,value\ns,share,price_loss,0.3\n", &set));
  ASSERT(!is_shocked(set, LS_VARIABLE_PRICE_LOSS, 0));
  ASSERT_EQ(0.3, value_at(set, 0, LS_VARIABLE_PRICE_LOSS, 1, 0));
  scenario_destroy(&set);
  PASS();
}

TEST missing_targets_may_be_allowed_by_option_or_by_the_file(void) {
  static const char ROWS[] = "scenario,target,variable,value\ns,nobody,demand,0.5\ns,A,demand,0.5\n";
  char text[256];
  struct scenario_set *set = NULL;
  ASSERT_EQ(LS_STATUS_UNUSABLE, read_text("s.csv", ROWS, &set));
  ASSERT_EQ(NULL, set);
  snprintf(text, sizeof text, "# optional-targets\r\n%s", ROWS);
  ASSERT_EQ(LS_STATUS_OK, read_text("s.csv", text, &set));
  ASSERT_EQ(1, ls_context_warning_count(context));
  ASSERT_STR_EQ("s.csv:3: target 'nobody' left out: the network has no such entity", ls_context_warning(context, 0));
  scenario_destroy(&set);
  struct scenario_options options = options_for("s.csv", ROWS);
  options.allow_missing_targets = true;
  ASSERT_EQ(LS_STATUS_OK, scenario_read(context, network, &options, &set));
  ASSERT_EQ(0.5, value_at(set, 0, LS_VARIABLE_DEMAND, ENTITY_A, 0));
  scenario_destroy(&set);
  snprintf(text, sizeof text, "# optional-targets-not\n%s", ROWS);
  ASSERT_EQ(LS_STATUS_UNUSABLE, read_text("s.csv", text, &set));
  PASS();
}

TEST power_without_any_cap_is_warned_about(void) {
  struct scenario_set *set = NULL;
  ASSERT_EQ(LS_STATUS_OK, read_text("s.csv", "scenario,target,variable,value\ns,D,power,0.5\ns,C,power,0.5\n", &set));
  ASSERT_EQ(1, ls_context_warning_count(context));
  ASSERT_STR_EQ("s.csv:2: power of 'D' has no effect: paths.csv limits no power_cap of it",
                ls_context_warning(context, 0));
  scenario_destroy(&set);
  PASS();
}

TEST all_faults_of_a_file_are_listed(void) {
  struct scenario_set *set = NULL;
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, read_text("s.csv",
                                               "scenario,target,variable,value\ns,A,demand,-1\ns,A,demnd,1\n"
                                               "s,nobody,demand,1\n",
                                               &set));
  ASSERT_EQ(3, ls_context_message_count(context));
  ASSERT_STR_EQ("s.csv:2: value of demand is -1, must be >= 0", ls_context_message(context, 0));
  ASSERT_STR_EQ("s.csv:3: unknown variable 'demnd', did you mean 'demand'?", ls_context_message(context, 1));
  ASSERT_EQ(NULL, set);
  PASS();
}

static const struct refused REFUSED[] = {
    {"column_missing.csv", LS_STATUS_INVALID_INPUT, "column_missing.csv:1: column 'value' is missing"},
    {"column_misspelt.csv", LS_STATUS_INVALID_INPUT,
     "column_misspelt.csv:1: unknown column 'quater', did you mean 'quarter'?"},
    {"default_half.csv", LS_STATUS_INVALID_INPUT, "default_half.csv:2: value of default is 0.5, must be 0 or 1"},
    {"factor_negative.csv", LS_STATUS_INVALID_INPUT, "factor_negative.csv:2: value of demand is -0.5, must be >= 0"},
    {"gate_of_one.csv", LS_STATUS_INVALID_INPUT,
     "gate_of_one.csv:2: target of gate is 'A', must be 'investor>recipient'"},
    {"gate_to_world.csv", LS_STATUS_INVALID_INPUT,
     "gate_to_world.csv:2: target is 'A>world', world must not be the recipient"},
    {"orders_of_one.csv", LS_STATUS_INVALID_INPUT,
     "orders_of_one.csv:2: target of orders is 'A', must be 'buyer>seller'"},
    {"orders_to_world.csv", LS_STATUS_INVALID_INPUT,
     "orders_to_world.csv:2: target is 'A>world', world must not be the seller"},
    {"orders_without_purchase.csv", LS_STATUS_UNUSABLE,
     "orders_without_purchase.csv:2: target is 'A>D', but the network has no such purchase"},
    {"orders_negative.csv", LS_STATUS_INVALID_INPUT, "orders_negative.csv:2: value of orders is -0.5, must be >= 0"},
    {"gate_without_pledge.csv", LS_STATUS_UNUSABLE,
     "gate_without_pledge.csv:2: target is 'C>A', but the network has no such pledge"},
    {"loss_above_one.csv", LS_STATUS_INVALID_INPUT,
     "loss_above_one.csv:2: value of output_loss is 1.5, must be between 0 and 1"},
    {"no_rows.csv", LS_STATUS_INVALID_INPUT, "no_rows.csv: has no row, must have at least one"},
    {"pair_not_gate.csv", LS_STATUS_INVALID_INPUT,
     "pair_not_gate.csv:2: target of demand is 'A>C', must be one entity, 'sector:x' or '*'"},
    {"quarter_beyond.csv", LS_STATUS_INVALID_INPUT,
     "quarter_beyond.csv:2: quarter is 8, must be between 0 and 7 (the run's quarters)"},
    {"scenario_blank.csv", LS_STATUS_INVALID_INPUT, "scenario_blank.csv:2: scenario is blank, must be a name"},
    {"sector_unknown.csv", LS_STATUS_UNUSABLE,
     "sector_unknown.csv:2: target is 'sector:farm', but the network has no entity of that sector"},
    {"target_blank.csv", LS_STATUS_INVALID_INPUT,
     "target_blank.csv:2: target is '', must be an id, 'sector:x', '*', for gates 'investor>recipient' or, for orders, "
     "'buyer>seller'"},
    {"target_unknown.csv", LS_STATUS_UNUSABLE,
     "target_unknown.csv:2: target is 'nobody', but the network has no such entity"},
    {"variable_not_taken.csv", LS_STATUS_UNUSABLE,
     "variable_not_taken.csv:2: model 'test-model' takes no shock to 'equity_loss', only to " TAKEN},
    {"variable_unknown.csv", LS_STATUS_INVALID_INPUT,
     "variable_unknown.csv:2: unknown variable 'fundng', did you mean 'funding'?"},
    {"world_demand.csv", LS_STATUS_INVALID_INPUT,
     "world_demand.csv:2: target of demand is 'world', must be in the network: world may have only purchase_scale and, "
     "as investor or buyer, gate and orders"},
};

TEST ill_formed_files_are_refused_with_their_messages(void) {
  bool fine = true;
  for (size_t k = 0; k < sizeof REFUSED / sizeof *REFUSED; k++) fine = is_refused(&REFUSED[k]) && fine;
  ASSERT(fine);
  struct scenario_set *set = NULL;
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, read_text("s.txt", "scenario\n", &set));
  PASS();
}

TEST every_allocation_may_fail_without_a_leak(void) {
  static const char TEXT[] =
      "scenario,target,variable,value,quarter\none,*,demand,0.5,1\ntwo,A>*,gate,0,2\ntwo,*>*,orders,0,2\n";
  for (int64_t allowed = 0;; allowed++) {
    struct failing_allocator allocator = {0};
    ls_context *failing = NULL;
    struct scenario_set *set = NULL;
    struct scenario_options options = options_for("s.csv", TEXT);
    ASSERT_EQ(LS_STATUS_OK, ls_context_create(&failing));
    support_fail_after(failing, &allocator, allowed);
    ls_status status = scenario_read(failing, network, &options, &set);
    scenario_destroy(&set);
    ls_context_destroy(&failing);
    ASSERT_EQ(0, allocator.held);
    if (status == LS_STATUS_OK) break;
    ASSERT_EQ(LS_STATUS_OUT_OF_MEMORY, status);
    ASSERT(allowed < 1000);
  }
  PASS();
}

SUITE(scenario_csv) {
  RUN_TEST(without_a_file_there_is_one_scenario_baseline);
  RUN_TEST(scenarios_stand_in_order_of_first_appearance);
  RUN_TEST(a_file_may_hold_scenarios_without_shocks_alone);
  RUN_TEST(sectors_and_star_mean_entities_but_never_the_world);
  RUN_TEST(later_rows_replace_earlier_ones);
  RUN_TEST(a_factor_holds_until_its_next_row_in_the_same_scenario);
  RUN_TEST(a_default_acts_in_its_quarter_only);
  RUN_TEST(gates_name_pledges_by_both_sides);
  RUN_TEST(orders_name_pairs_of_contracts_by_both_sides);
  RUN_TEST(prices_are_of_assets);
  RUN_TEST(missing_targets_may_be_allowed_by_option_or_by_the_file);
  RUN_TEST(power_without_any_cap_is_warned_about);
  RUN_TEST(all_faults_of_a_file_are_listed);
  RUN_TEST(ill_formed_files_are_refused_with_their_messages);
  RUN_TEST(every_allocation_may_fail_without_a_leak);
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  if (!make_network()) return 1;
  RUN_SUITE(scenario_csv);
  release_network();
  GREATEST_MAIN_END();
}

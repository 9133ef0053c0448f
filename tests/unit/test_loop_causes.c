/* test_loop_causes.c - losses of the loop model by cause: small economies worked by hand, one for each channel, and what must
 * hold in any economy. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "engine/engine.h"
#include "engine/loop_causes.h"
#include "greatest.h"

#include "spec/spec_draw.h"
#include "spec/spec_engine.h"
#include "support.h"

enum { ECONOMIES = 300, ENTITIES_MOST = 32, ALL_OPEN = (1 << LOOP_CHANNEL_COUNT) - 1 };
enum { OWN, ORDERS, SUPPLY, CREDIT, FUNDING, PRICES, STAKES }; /* causes: the own shock, then the channels */

static struct engine_folder folder;

/* One scenario of a network folder made ready. */
struct prepared {
  ls_context *context;
  ls_network *network;
  struct job job;
  ls_status status;
};

static void prepare(struct prepared *p, const char *const *settings, int setting_count, const char *scenario) {
  memset(p, 0, sizeof *p);
  p->status = ls_context_create(&p->context);
  if (p->status != LS_STATUS_OK) return;
  ls_run_options options = ls_run_options_default();
  options.model = "loop";
  options.backend = "cpu";
  options.settings = settings;
  options.setting_count = setting_count;
  struct scenario_options scenarios = {
      .path = "causes.csv", .text = scenario, .text_length = strlen(scenario), .keep_worst = -1};
  p->status = ls_network_read(p->context, folder.path, NULL, &p->network);
  if (p->status == LS_STATUS_OK) p->status = job_prepare(p->context, p->network, &options, &scenarios, &p->job);
  if (p->status != LS_STATUS_OK) printf("%s\n", ls_context_message(p->context, 0));
}

static void release(struct prepared *p) {
  job_release(p->context, &p->job);
  ls_network_destroy(&p->network);
  ls_context_destroy(&p->context);
}

/* ---- by hand ----------------------------------------------------------------------------------------------------- */

struct expectation {
  int entity, cause;
  double amount;
};

struct economy {
  const char *statement;
  const char *entities, *table[3][2]; /* further tables: name and rows */
  const char *settings, *scenario;
  struct expectation expected[8]; /* all others are 0; ends with an amount of 0 */
};

/* Nobody pays interest or wears out; values are cash, debt, stakes and claims; no distress. */
static const char SETTINGS[] = "interest: 0\namortisation: 0\nbuild_lag: 0\nrecovery_assets: 0.5\n";

static const struct economy ECONOMY[] = {
    /* The buyer sells 10 a quarter and buys for 4, half of it firm. Demand halves: it gets 5 less and orders
     * 4 (0.5 + 0.5 x 0.5) = 3, 1 less: its own loss is 4. The seller gets 1 less, all of it through lost orders. Half of the
     * seller belongs to the holder: it loses 0.5 only if orders and values both reach it, 0.25 each. */
    {"lost orders, and the holder of the seller's shares",
     "id,cash,order_response,capacity\nbuyer,5,0,0\nseller,2,0,100\nholder,1,0,0\n",
     {{"purchases.csv", "buyer,seller,backlog,per_quarter,take_or_pay\nbuyer,seller,100,4,0.5\n"},
      {"paths.csv", "target,variable,quarter,value\nbuyer,demand_planned,0,10\n"},
      {"shareholdings.csv", "holder,issuer,share\nholder,seller,0.5\n"}},
     "quarters: 1\n",
     "buyer,demand,0.5,0\n",
     {{0, OWN, 4}, {1, ORDERS, 1}, {2, ORDERS, 0.25}, {2, STAKES, 0.25}}},
    /* The borrower owes the lender 10, has 2, and is made to default: the lender gets 2 of 10. */
    {"a debtor that fails",
     "id,cash\nborrower,2\nlender,5\n",
     {{"liabilities.csv", "debtor,creditor,amount\nborrower,lender,10\n"}},
     "quarters: 1\n",
     "borrower,default,1,0\n",
     {{1, CREDIT, 8}}},
    /* The seller is made to default in quarter 0 and delivers nothing in quarter 1: without its inputs the buyer sells nothing,
     * 10 less, and saves 4. The seller loses all that it would have had: 2 + 2 x 4. */
    {"a supplier that fails",
     "id,cash,order_response,input_type,capacity\nbuyer,5,0,,0\nseller,2,0,chips,100\n",
     {{"purchases.csv", "buyer,seller,backlog,per_quarter,take_or_pay\nbuyer,seller,100,4,1\n"},
      {"paths.csv", "target,variable,quarter,value\nbuyer,demand_planned,0,10\n"},
      {"inputs.csv", "input_type,essential\nchips,1\n"}},
     "quarters: 2\ninputs: planned\n",
     "seller,default,1,0\n",
     {{0, SUPPLY, 6}, {1, OWN, 10}}},
    /* The investor has 8 and promised 3 a quarter from quarter 1 on; it is made to default before: the recipient gets nothing. */
    {"an investor that fails",
     "id,cash\ninvestor,8\nrecipient,4\n",
     {{"pledges.csv", "investor,recipient,amount,per_quarter,start\ninvestor,recipient,9,3,1\n"}},
     "quarters: 2\n",
     "investor,default,1,0\n",
     {{0, OWN, 8}, {1, FUNDING, 3}}},
    /* Nothing is firm and all is repriced: at twice the price the buyer pays 8 for what cost 4, the seller gets it. */
    {"a price that doubles",
     "id,cash,order_response,capacity\nbuyer,5,0,0\nseller,2,0,100\n",
     {{"purchases.csv", "buyer,seller,backlog,per_quarter,take_or_pay,repricing\nbuyer,seller,100,4,0,1\n"},
      {"paths.csv", "target,variable,quarter,value\nbuyer,demand_planned,0,10\n"}},
     "quarters: 1\n",
     "seller,price,2,0\n",
     {{0, PRICES, 4}, {1, OWN, -4}}},
    /* Of 4 a quarter the buyer moves half away, and spares it: its own gain, and what the seller loses by its orders. */
    {"orders that are moved",
     "id,cash,order_response,capacity\nbuyer,5,0,0\nseller,2,0,100\n",
     {{"purchases.csv", "buyer,seller,backlog,per_quarter,take_or_pay\nbuyer,seller,100,4,1\n"},
      {"paths.csv", "target,variable,quarter,value\nbuyer,demand_planned,0,10\n"}},
     "quarters: 1\n",
     "buyer>seller,orders,0.5,0\n",
     {{0, OWN, -2}, {1, ORDERS, 2}}},
    /* The world has no channel: what it moves away is the seller's own. */
    {"orders that the world moves",
     "id,cash,order_response,capacity\nseller,2,0,100\n",
     {{"purchases.csv", "buyer,seller,backlog,per_quarter,take_or_pay\nworld,seller,100,4,1\n"}},
     "quarters: 1\n",
     "world>seller,orders,0.25,0\n",
     {{0, OWN, 3}}},
};

static bool write_economy(const struct economy *economy) {
  char settings[512];
  static const char *const ALL[] = {"purchases.csv",     "pledges.csv",  "paths.csv",
                                    "shareholdings.csv", "inputs.csv",   "liabilities.csv",
                                    "backstops.csv",     "warrants.csv", "cross_defaults.csv"};
  bool written = true;
  for (size_t k = 0; k < sizeof ALL / sizeof ALL[0]; k++) {
    char path[4200];
    snprintf(path, sizeof path, "%s/%s", folder.path, ALL[k]);
    remove(path);
  }
  snprintf(settings, sizeof settings, "%s%s", SETTINGS, economy->settings);
  written = written && support_write_file(folder.path, "entities.csv", economy->entities);
  written = written && support_write_file(folder.path, "loop.yaml", settings);
  for (int k = 0; k < 3 && economy->table[k][0] != NULL; k++)
    written = written && support_write_file(folder.path, economy->table[k][0], economy->table[k][1]);
  return written;
}

static double expected_of(const struct economy *economy, int entity, int cause) {
  for (int k = 0; k < 8 && economy->expected[k].amount != 0; k++)
    if (economy->expected[k].entity == entity && economy->expected[k].cause == cause)
      return economy->expected[k].amount;
  return 0;
}

static bool comes_out(const struct economy *economy) {
  char scenario[256];
  double cause[LOOP_CAUSE_COUNT * (ENTITIES_MOST + 1)];
  struct prepared p;
  snprintf(scenario, sizeof scenario, "scenario,target,variable,value,quarter\none,%s", economy->scenario);
  if (!write_economy(economy)) return false;
  prepare(&p, NULL, 0, scenario);
  bool same = p.status == LS_STATUS_OK && loop_causes(p.context, p.job.plan, 0, cause) == LS_STATUS_OK;
  int n = same ? p.job.plan->entity_count : 0;
  for (int i = 0; i < n; i++)
    for (int c = 0; c < LOOP_CAUSE_COUNT; c++) {
      double got = cause[c * (n + 1) + i], by_hand = expected_of(economy, i, c);
      if (fabs(got - by_hand) <= 1e-12) continue; /* numbers below 100, a few roundings */
      printf("%s: cause %d of entity %d is %.15g, by hand %.15g\n", economy->statement, c, i, got, by_hand);
      same = false;
    }
  release(&p);
  return same;
}

TEST each_channel_tells_what_was_worked_by_hand(void) {
  bool same = true;
  for (size_t k = 0; k < sizeof ECONOMY / sizeof ECONOMY[0]; k++) same = comes_out(&ECONOMY[k]) && same;
  ASSERT(same);
  PASS();
}

/* ---- in any economy ------------------------------------------------------------------------------------------------ */

struct losses {
  const struct ls_plan *plan;
  double loss[ENTITIES_MOST + 1];
};

static ls_status keep_losses(ls_context *context, void *user, const struct chunk *chunk) {
  struct losses *kept = user;
  const struct ls_output_layout *at = &kept->plan->output;
  (void)context;
  for (int32_t i = 0; i < kept->plan->entity_count; i++) kept->loss[i] = chunk->value[(at->loss + i) * chunk->stride];
  kept->loss[kept->plan->entity_count] = chunk->value[at->loss_gross * chunk->stride];
  return LS_STATUS_OK;
}

/* What a buyer moves of its orders is its own shock, what the world moves is the seller's. */
static bool is_shocked(const char *scenario, const char *id) {
  char own[64], buyer[64], of_the_world[64];
  snprintf(own, sizeof own, "s,%s,", id);
  snprintf(buyer, sizeof buyer, "s,%s>", id);
  snprintf(of_the_world, sizeof of_the_world, "s,world>%s,", id);
  return strstr(scenario, own) != NULL || strstr(scenario, buyer) != NULL || strstr(scenario, of_the_world) != NULL;
}

/* Leaves the rows of the first firm alone. */
static void keep_first_firm(char *scenario) {
  char *to = strchr(scenario, '\n') + 1;
  for (const char *line = to; *line != '\0';) {
    size_t length = (size_t)(strchr(line, '\n') + 1 - line);
    if (strncmp(line, "s,n1,", 5) == 0 || strncmp(line, "s,n1>", 5) == 0) memmove(to, line, length), to += length;
    line += length;
  }
  *to = '\0';
}

/* How an economy failed to keep the rules, or NULL. */
static const char *fault_of(const struct prepared *p, const char *scenario, int64_t *shielded) {
  const struct ls_plan *plan = p->job.plan;
  int32_t n = plan->entity_count;
  struct losses all = {.plan = plan};
  double open[ENTITIES_MOST + 1], closed[ENTITIES_MOST + 1], cause[LOOP_CAUSE_COUNT * (ENTITIES_MOST + 1)];
  if (job_compute(p->context, &p->job, false, NULL, 0, 1, &(struct receiver){.consume = keep_losses, .user = &all}) !=
      LS_STATUS_OK)
    return "not computed";
  if (loop_loss_with_channels(p->context, plan, 0, ALL_OPEN, open) != LS_STATUS_OK) return "not simulated";
  if (loop_loss_with_channels(p->context, plan, 0, 0, closed) != LS_STATUS_OK) return "not simulated";
  if (loop_causes(p->context, plan, 0, cause) != LS_STATUS_OK) return "not told";
  for (int32_t i = 0; i <= n; i++) {
    double sum = 0, size = fabs(all.loss[i]);
    for (int c = 0; c < LOOP_CAUSE_COUNT; c++) {
      sum += cause[c * (n + 1) + i];
      size += fabs(cause[c * (n + 1) + i]);
    }
    if (memcmp(&open[i], &all.loss[i], sizeof open[i]) != 0) return "all channels open is not the scenario, to the bit";
    if (cause[i] != closed[i]) return "the own shock is not what happens with all channels closed";
    if (!(fabs(sum - all.loss[i]) <= 1e-12 * size)) return "causes do not add up to the loss"; /* some 200 roundings */
    if (i == n || is_shocked(scenario, network_entity_id(p->network, i))) continue;
    double value = plan->baseline_value[(int64_t)(plan->quarter_count - 1) * n + i];
    if (fabs(closed[i]) > 1e-12 * (1 + value)) /* values settle within 1e-13 of themselves */
      return "an entity without a shock of its own loses with all channels closed";
    ++*shielded;
  }
  return NULL;
}

TEST open_channels_give_the_run_closed_ones_leave_the_unshocked_alone_and_causes_add_up(void) {
  static const char *const LEAST[] = {"solution=least"};
  struct engine_random random = {411};
  int64_t shielded = 0;
  for (int number = 0; number < ECONOMIES; number++) {
    static char scenario[SPEC_SCENARIO_BYTES];
    struct spec_loop *model = spec_draw_finance(&random), *shocked = spec_loop_copy(model);
    spec_draw_scenario(&random, shocked, scenario);
    if (number % 2 == 1) keep_first_firm(scenario);
    struct prepared p;
    bool written = engine_write_loop(&folder, model);
    prepare(&p, LEAST, number % 4 == 3, scenario);
    const char *fault = !written || p.status != LS_STATUS_OK ? "no economy" : fault_of(&p, scenario, &shielded);
    release(&p);
    spec_loop_free(model), spec_loop_free(shocked);
    if (fault != NULL) printf("economy %d: %s\n%s", number, fault, scenario);
    ASSERT_EQ(fault, NULL);
  }
  ASSERT(shielded > ECONOMIES); /* else nothing was seen of those without a shock */
  PASS();
}

/* ---- without memory --------------------------------------------------------------------------------------------------- */

TEST without_memory_nothing_is_told_and_nothing_held(void) {
  double cause[LOOP_CAUSE_COUNT * (ENTITIES_MOST + 1)];
  struct failing_allocator allocator;
  ASSERT(write_economy(&ECONOMY[0]));
  struct prepared p;
  prepare(&p, NULL, 0, "scenario,target,variable,value,quarter\none,buyer,demand,0.5,0\n");
  ASSERT_EQ(p.status, LS_STATUS_OK);
  ls_context *context = NULL;
  ASSERT_EQ(ls_context_create(&context), LS_STATUS_OK);
  for (int64_t allowed = 0; allowed < 3; allowed++) {
    support_fail_after(context, &allocator, allowed);
    ASSERT_EQ(loop_causes(context, p.job.plan, 0, cause), LS_STATUS_OUT_OF_MEMORY);
    ASSERT_EQ(allocator.held, 0);
  }
  ls_context_destroy(&context);
  release(&p);
  PASS();
}

SUITE(loop_causes_suite) {
  RUN_TEST(each_channel_tells_what_was_worked_by_hand);
  RUN_TEST(open_channels_give_the_run_closed_ones_leave_the_unshocked_alone_and_causes_add_up);
  RUN_TEST(without_memory_nothing_is_told_and_nothing_held);
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  if (!engine_folder_open(&folder)) return 1;
  RUN_SUITE(loop_causes_suite);
  engine_folder_close(&folder);
  GREATEST_MAIN_END();
}

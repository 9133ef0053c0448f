/* spec_engine_loop.c - a model of the textbook loop as a network folder. What is left at its default is left out: the
 * files of an economy without LOOP-2 are those of LOOP-1. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "spec/spec_engine.h"
#include "support.h"

/* A file being written; NULL on failure. */
static FILE *begin(const struct engine_folder *folder, const char *name) {
  char path[4200];
  snprintf(path, sizeof path, "%s/%s", folder->path, name);
  return fopen(path, "w");
}

/* A table that this network lacks, and the one before in the same folder may have had. */
static bool leave_out(const struct engine_folder *folder, const char *name) {
  char path[4200];
  snprintf(path, sizeof path, "%s/%s", folder->path, name);
  remove(path);
  return true;
}

static const char *node_name(int i) {
  static _Thread_local char name[4][16];
  static _Thread_local int next;
  char *text = name[next++ % 4];
  if (i == SPEC_WORLD)
    snprintf(text, 16, "world");
  else
    snprintf(text, 16, "n%d", i);
  return text;
}

/* ---- entities ---------------------------------------------------------------------------------------------------- */

/* A column of numbers by node, and what an absent one stands for. */
struct node_column {
  const char *name;
  const double *values;
  double otherwise;
};

enum { NODE_COLUMNS = 9 };

/* The columns of LOOP-2 that some node uses; returns how many. */
static int used_columns(const struct spec_loop *model, struct node_column *used) {
  const struct node_column all[NODE_COLUMNS] = {{"upside", model->upside, 0},
                                                {"external_use", model->external_use, 0},
                                                {"hardware_share", model->hardware_share, 0},
                                                {"substitution", model->substitution, 0},
                                                {"capex_borrowing", model->capex_borrowing, 0},
                                                {"spread", model->spread, 0},
                                                {"secured_share", model->secured_share, 0},
                                                {"loan_to_value", model->loan_to_value, 0},
                                                {"loop_sales_weight", model->loop_sales_weight, 0}};
  int count = 0;
  for (int k = 0; k < NODE_COLUMNS; k++) {
    bool any = false;
    for (int i = 1; i < model->n; i++) any = any || all[k].values[i] != all[k].otherwise;
    if (any) used[count++] = all[k];
  }
  return count;
}

static void write_entity(FILE *file, const struct spec_loop *model, int i) {
  fprintf(file, "%s,%.17g,%.17g,%.17g,%.17g,%.17g,%.17g,", node_name(i), model->cash[i], model->real_assets[i],
          model->capacity[i], model->dark[i], model->price[i], model->cost[i]);
  if (model->input_type[i] >= 0) fprintf(file, "type%d", model->input_type[i]);
  const double rest[] = {
      model->opex[i],         model->cogs[i],          model->depreciation[i],   model->backlog_margin[i],
      model->threshold[i],    model->distress_cost[i], model->order_response[i], model->funding_sensitivity[i],
      model->credit_limit[i], model->cash_floor[i]};
  for (size_t k = 0; k < sizeof rest / sizeof *rest; k++) fprintf(file, ",%.17g", rest[k]);
}

static bool write_entities(const struct engine_folder *folder, const struct spec_loop *model) {
  struct node_column used[NODE_COLUMNS];
  int count = used_columns(model, used);
  bool sectors = false;
  FILE *file = begin(folder, "entities.csv");
  if (!file) return false;
  for (int i = 1; i < model->n; i++) sectors = sectors || model->sector[i] >= 0;
  fprintf(file,
          "id,cash,real_assets,capacity,dark_capacity,price_per_capacity,cost_per_capacity,input_type,opex,cogs_share,"
          "depreciation,backlog_margin,distress_threshold,distress_cost,order_response,funding_sensitivity,"
          "credit_limit,cash_floor");
  for (int k = 0; k < count; k++) fprintf(file, ",%s", used[k].name);
  fputs(sectors ? ",sector\n" : "\n", file);
  for (int i = 1; i < model->n; i++) {
    write_entity(file, model, i);
    for (int k = 0; k < count; k++) fprintf(file, ",%.17g", used[k].values[i]);
    if (sectors) fputc(',', file);
    if (model->sector[i] >= 0) fprintf(file, "sector%d", model->sector[i]);
    fputc('\n', file);
  }
  return fclose(file) == 0;
}

/* ---- purchases and pledges --------------------------------------------------------------------------------------- */

static void write_quarter(FILE *file, int quarter) {
  if (quarter == SPEC_NEVER)
    fputc(',', file);
  else
    fprintf(file, ",%d", quarter);
}

static void write_purchase(FILE *file, const struct spec_contract *row, int id, bool all) {
  fprintf(file, "%s,%s,%.17g,%.17g,%.17g,%.17g,%d,%d", node_name(row->buyer), node_name(row->seller), row->backlog,
          row->rate, row->take_or_pay, row->capex_share, row->start, row->ramp);
  if (all) {
    fprintf(file, ",contract%d", id);
    write_quarter(file, row->end);
    fprintf(file, ",%.17g,%d,%d,%.17g,%.17g", row->repricing, row->priority, row->renewed, row->renegotiation,
            row->trigger);
    write_quarter(file, row->exit_notice);
    fprintf(file, ",%.17g", row->exit_fee);
  }
  fputc('\n', file);
}

static bool write_purchases(const struct engine_folder *folder, const struct spec_loop *model) {
  FILE *file = begin(folder, "purchases.csv");
  int n = model->n;
  bool all = model->contract_count > 0;
  if (!file) return false;
  fputs("buyer,seller,backlog,per_quarter,take_or_pay,capex_share,start,ramp_quarters", file);
  fputs(all ? ",id,end,repricing,priority,renewed,renegotiation,trigger,exit_notice,exit_fee\n" : "\n", file);
  for (int k = 0; k < n * n; k++) {
    struct spec_contract row = spec_contract_of(k / n, k % n, model->rate[k], model->backlog[k]);
    row.take_or_pay = model->take_or_pay[k], row.capex_share = model->capex_share[k];
    row.start = model->start[k], row.ramp = model->ramp[k];
    if (model->backlog[k] > 0 || model->rate[k] > 0) write_purchase(file, &row, k, all);
  }
  for (int k = 0; k < model->contract_count; k++) write_purchase(file, &model->contract[k], n * n + k, all);
  return fclose(file) == 0;
}

static const char *test_name(int test) {
  static const char *const NAME[] = {"", "revenue", "revenue_to_plan", "capacity", "purchases"};
  return NAME[test];
}

static bool write_pledges(const struct engine_folder *folder, const struct spec_loop *model) {
  FILE *file = begin(folder, "pledges.csv");
  int n = model->n;
  bool earmarks = false, tests = false;
  if (!file) return false;
  for (int k = 0; k < n * n; k++)
    earmarks = earmarks || model->earmark[k] > 0, tests = tests || model->test[k] != SPEC_TEST_NONE;
  fprintf(file, "investor,recipient,amount,per_quarter,start%s%s\n", earmarks ? ",earmark" : "",
          tests ? ",test,test_level" : "");
  for (int k = 0; k < n * n; k++) {
    if (!(model->pledge[k] > 0 || model->pledge_rate[k] > 0)) continue;
    fprintf(file, "%s,%s,%.17g,%.17g,%d", node_name(k / n), node_name(k % n), model->pledge[k], model->pledge_rate[k],
            model->pledge_start[k]);
    if (earmarks) fprintf(file, ",%.17g", model->earmark[k]);
    if (tests) fprintf(file, ",%s,%.17g", test_name(model->test[k]), model->test_level[k]);
    fputc('\n', file);
  }
  return fclose(file) == 0;
}

static bool write_inputs(const struct engine_folder *folder, const struct spec_loop *model) {
  FILE *file = begin(folder, "inputs.csv");
  if (!file) return false;
  fputs("input_type,essential\n", file);
  for (int type = 0; type < model->type_count; type++) fprintf(file, "type%d,%d\n", type, model->essential[type]);
  return fclose(file) == 0;
}

/* ---- shares, debts, and the lists of LOOP-2 ---------------------------------------------------------------------- */

static bool write_shareholdings(const struct engine_folder *folder, const struct spec_loop *model) {
  FILE *file = begin(folder, "shareholdings.csv");
  int n = model->n;
  if (!file) return false;
  bool carried = false;
  for (int k = n; k < n * n; k++) carried = carried || model->stake_cost[k] > 0 || model->equity_method[k];
  fputs(carried ? "holder,issuer,share,cost,equity_method\n" : "holder,issuer,share\n", file);
  for (int k = n; k < n * n; k++) { /* the world holds what no row names */
    if (!(model->stake[k] > 0)) continue;
    fprintf(file, "%s,%s,%.17g", node_name(k / n), node_name(k % n), model->stake[k]);
    if (carried) fprintf(file, ",%.17g,%d", model->stake_cost[k], model->equity_method[k]);
    fputc('\n', file);
  }
  return fclose(file) == 0;
}

static bool write_liabilities(const struct engine_folder *folder, const struct spec_loop *model) {
  FILE *file = begin(folder, "liabilities.csv");
  int n = model->n;
  if (!file) return false;
  fputs("debtor,creditor,amount\n", file);
  for (int k = 0; k < n * n; k++)
    if (model->debt[k] > 0) fprintf(file, "%s,%s,%.17g\n", node_name(k / n), node_name(k % n), model->debt[k]);
  return fclose(file) == 0;
}

static bool write_backstops(const struct engine_folder *folder, const struct spec_loop *model) {
  if (!model->backstop_count) return leave_out(folder, "backstops.csv");
  FILE *file = begin(folder, "backstops.csv");
  if (!file) return false;
  fputs("guarantor,provider,amount\n", file);
  for (int k = 0; k < model->backstop_count; k++)
    fprintf(file, "%s,%s,%.17g\n", node_name(model->backstop[k].guarantor), node_name(model->backstop[k].provider),
            model->backstop[k].amount);
  return fclose(file) == 0;
}

static bool write_warrants(const struct engine_folder *folder, const struct spec_loop *model) {
  if (!model->warrant_count) return leave_out(folder, "warrants.csv");
  FILE *file = begin(folder, "warrants.csv");
  if (!file) return false;
  fputs("issuer,holder,share,start,test,test_level\n", file);
  for (int k = 0; k < model->warrant_count; k++) {
    const struct spec_warrant *row = &model->warrant[k];
    fprintf(file, "%s,%s,%.17g,%d,%s,%.17g\n", node_name(row->issuer), node_name(row->holder), row->share, row->start,
            test_name((int)row->test), row->level);
  }
  return fclose(file) == 0;
}

static bool write_cross_defaults(const struct engine_folder *folder, const struct spec_loop *model) {
  if (!model->cross_default_count) return leave_out(folder, "cross_defaults.csv");
  FILE *file = begin(folder, "cross_defaults.csv");
  if (!file) return false;
  fputs("trigger,obligor\n", file);
  for (int k = 0; k < model->cross_default_count; k++)
    fprintf(file, "%s,%s\n", node_name(model->cross_default[k].trigger), node_name(model->cross_default[k].obligor));
  return fclose(file) == 0;
}

/* ---- paths and settings ------------------------------------------------------------------------------------------ */

static void write_path(FILE *file, const struct spec_loop *model, const char *variable, const double *path, int from) {
  int n = model->n;
  for (int i = from; i < n; i++)
    for (int t = 0; t < model->quarters; t++)
      if ((t == 0 || path[t * n + i] != path[(t - 1) * n + i]) && path[t * n + i] < 1e299)
        fprintf(file, "%s,%s,%d,%.17g\n", node_name(i), variable, t, path[t * n + i]);
}

/* A path of LOOP-2, of the nodes that have one. */
static void write_new_path(FILE *file, const struct spec_loop *model, const char *variable, const double *path,
                           double otherwise) {
  int n = model->n;
  for (int i = 1; i < n; i++) {
    bool given = false;
    for (int t = 0; t < model->quarters; t++)
      given = given || (!isnan(path[t * n + i]) && path[t * n + i] != otherwise);
    for (int t = 0; given && t < model->quarters; t++)
      if (t == 0 || path[t * n + i] != path[(t - 1) * n + i])
        fprintf(file, "%s,%s,%d,%.17g\n", node_name(i), variable, t, path[t * n + i]);
  }
}

static bool write_paths(const struct engine_folder *folder, const struct spec_loop *model) {
  int n = model->n;
  FILE *file = begin(folder, "paths.csv");
  if (!file) return false;
  fputs("target,variable,quarter,value\n", file);
  write_path(file, model, "demand_planned", model->demand_planned, 1);
  write_path(file, model, "demand", model->demand, 1);
  write_path(file, model, "purchase_scale", model->purchase_scale, 0);
  write_path(file, model, "outside_equity", model->outside_equity, 1);
  write_path(file, model, "multiple", model->multiple, 1);
  write_path(file, model, "supply", model->supply, 1);
  write_path(file, model, "power_cap", model->power_cap, 1);
  write_path(file, model, "credit", model->credit_open, 1);
  write_new_path(file, model, "price", model->price_path, 1);
  write_new_path(file, model, "hardware_price", model->hardware_price, 1);
  write_new_path(file, model, "depreciation_scale", model->depreciation_scale, 1);
  write_new_path(file, model, "amortisation", model->amortisation_path, NAN);
  write_new_path(file, model, "rollover", model->rollover, 0);
  for (int k = 0; k < n * n; k++)
    for (int t = 0; t < model->quarters && (model->pledge[k] > 0 || model->pledge_rate[k] > 0); t++)
      fprintf(file, "%s>%s,gate,%d,%.17g\n", node_name(k / n), node_name(k % n), t, model->gate[t * n * n + k]);
  return fclose(file) == 0;
}

static void write_new_settings(FILE *file, const struct spec_loop *model) {
  static const char *const REFERENCE[] = {"initial", "peak", "last_round"};
  const struct {
    const char *key;
    double value, otherwise;
  } number[] = {{"price_elasticity", model->price_elasticity, 0},
                {"price_low", model->price_low, 0.25},
                {"price_high", model->price_high, 4},
                {"backlog_uncommitted", model->backlog_uncommitted, 1},
                {"backlog_discount", model->backlog_discount, 0},
                {"breach_share", model->breach_share, 0},
                {"distress_spread", model->distress_spread, 0},
                {"revenue_smoothing", model->revenue_smoothing, 1},
                {"herding_multiple", model->herding_multiple, 0},
                {"herding_funding", model->herding_funding, 0},
                {"herding_capex", model->herding_capex, 0},
                {"herding_peers", model->herding_peers, 0},
                {"impairment", model->impairment, 0}};
  for (size_t k = 0; k < sizeof number / sizeof *number; k++)
    if (number[k].value != number[k].otherwise) fprintf(file, "%s: %.17g\n", number[k].key, number[k].value);
  if (model->inputs_planned) fputs("inputs: planned\n", file);
  if (model->flag_exit) fprintf(file, "flag_exit: %d\n", model->flag_exit);
  if (model->distress_reference != SPEC_REFERENCE_INITIAL)
    fprintf(file, "distress_reference: %s\n", REFERENCE[model->distress_reference]);
}

static bool write_settings(const struct engine_folder *folder, const struct spec_loop *model) {
  FILE *file = begin(folder, "loop.yaml");
  if (!file) return false;
  fprintf(file,
          "quarters: %d\ninterest: %.17g\namortisation: %.17g\ntermination_share: %.17g\nrecovery_assets: %.17g\n"
          "recovery_claims: %.17g\nrecovery_stakes: %.17g\nbuild_lag: %d\nclaims_valuation: %s\n",
          model->quarters, model->interest, model->amortisation, model->termination_share, model->recovery_assets,
          model->recovery_claims, model->recovery_stakes, model->build_lag, model->claims_en ? "en" : "book");
  write_new_settings(file, model);
  return fclose(file) == 0;
}

bool engine_write_loop(const struct engine_folder *folder, const struct spec_loop *model) {
  return write_entities(folder, model) && write_purchases(folder, model) && write_pledges(folder, model) &&
         write_inputs(folder, model) && write_shareholdings(folder, model) && write_liabilities(folder, model) &&
         write_backstops(folder, model) && write_warrants(folder, model) && write_cross_defaults(folder, model) &&
         write_paths(folder, model) && write_settings(folder, model);
}

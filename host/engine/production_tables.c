/* production_tables.c - trade.csv and essentials.csv as the production model's plan. */
#include <stdlib.h>
#include <string.h>

#include "engine/plan.h"
#include "network/sectors.h"

enum { NO_INPUT = 0, REPLACEABLE = 1, ESSENTIAL = 2 };

/* One sale, sorted by buyer, then the supplier's sector, then the supplier. */
struct sale {
  int32_t supplier, buyer, sector;
  double amount;
};

/* One row of essentials.csv. */
struct rule {
  const char *supplier_sector, *buyer_sector;
  int essentiality;
};

static int compare_rules(const void *a, const void *b) {
  const struct rule *x = a, *y = b;
  const int order = strcmp(x->supplier_sector, y->supplier_sector);
  return order != 0 ? order : strcmp(x->buyer_sector, y->buyer_sector);
}

/* The table, sorted; NULL without memory. */
static struct rule *list_rules(ls_context *context, const ls_network *network) {
  const struct table *table = &network->table[TABLE_ESSENTIALS];
  struct rule *rule = context_allocate(context, (size_t)table->row_count, sizeof *rule);
  for (int64_t row = 0; rule != NULL && row < table->row_count; row++)
    rule[row] = (struct rule){network_text(network, TABLE_ESSENTIALS, "supplier_sector", row),
                              network_text(network, TABLE_ESSENTIALS, "buyer_sector", row),
                              (int)network_number(network, TABLE_ESSENTIALS, "essentiality", row, NO_INPUT)};
  if (rule != NULL && table->row_count > 0) qsort(rule, (size_t)table->row_count, sizeof *rule, compare_rules);
  return rule;
}

static int essentiality_of(const ls_network *network, const struct rule *rules, int32_t supplier, int32_t buyer) {
  const size_t count = (size_t)network->table[TABLE_ESSENTIALS].row_count;
  const struct rule wanted = {network_text(network, TABLE_ENTITIES, "sector", supplier),
                              network_text(network, TABLE_ENTITIES, "sector", buyer), NO_INPUT};
  const struct rule *found = count > 0 ? bsearch(&wanted, rules, count, sizeof *rules, compare_rules) : NULL;
  return found != NULL ? found->essentiality : NO_INPUT;
}

static int compare_sales(const void *a, const void *b) {
  const struct sale *x = a, *y = b;
  if (x->buyer != y->buyer) return x->buyer < y->buyer ? -1 : 1;
  if (x->sector != y->sector) return x->sector < y->sector ? -1 : 1;
  return x->supplier < y->supplier ? -1 : x->supplier > y->supplier;
}

static ls_status make_arrays(ls_context *context, int32_t n, size_t links, struct ls_production_plan *p) {
  p->group_first = context_allocate(context, (size_t)n + 1, sizeof *p->group_first);
  p->essential = context_allocate(context, links, sizeof *p->essential);
  p->input_first = context_allocate(context, links + 1, sizeof *p->input_first);
  p->supplier = context_allocate(context, links, sizeof *p->supplier);
  p->input_share = context_allocate(context, links, sizeof *p->input_share);
  p->sale_first = context_allocate(context, (size_t)n + 1, sizeof *p->sale_first);
  p->buyer = context_allocate(context, links, sizeof *p->buyer);
  p->sale_share = context_allocate(context, links, sizeof *p->sale_share);
  p->output = context_allocate(context, (size_t)n, sizeof *p->output);
  p->weight = context_allocate(context, (size_t)n, sizeof *p->weight);
  p->market = context_allocate(context, (size_t)n, sizeof *p->market);
  bool whole = p->group_first != NULL && p->essential != NULL && p->input_first != NULL && p->supplier != NULL &&
               p->input_share != NULL && p->sale_first != NULL && p->buyer != NULL && p->sale_share != NULL &&
               p->output != NULL && p->weight != NULL && p->market != NULL;
  return whole ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
}

/* What every entity sells, and buys, the rest of the world included. */
static void add_up(const ls_network *network, double *sold, double *bought) {
  const struct table *trade = &network->table[TABLE_TRADE];
  const double *amount = network_numbers(network, TABLE_TRADE, "amount");
  for (int64_t k = 0; k < trade->row_count; k++) {
    if (trade->from[k] >= 0) sold[trade->from[k]] += amount[k];
    if (trade->to[k] >= 0) bought[trade->to[k]] += amount[k];
  }
}

/* Sales between entities; those of the world always come and are always bought. */
static size_t gather_sales(const ls_network *network, const int32_t *sector, struct sale *sale) {
  const struct table *trade = &network->table[TABLE_TRADE];
  const double *amount = network_numbers(network, TABLE_TRADE, "amount");
  size_t count = 0;
  for (int64_t k = 0; k < trade->row_count; k++) {
    int32_t from = trade->from[k], to = trade->to[k];
    if (from < 0 || to < 0 || !(amount[k] > 0)) continue;
    sale[count++] = (struct sale){from, to, sector[from], amount[k]};
  }
  return count;
}

/* Inputs by buyer and sector: an essential one is shared out within its sector, the others among all that the buyer buys. */
static void fill_inputs(const ls_network *network, const struct rule *rules, struct sale *sale, size_t count,
                        const double *bought, struct ls_production_plan *p) {
  int32_t *group_first = (int32_t *)p->group_first, *input_first = (int32_t *)p->input_first;
  int32_t *supplier = (int32_t *)p->supplier, *essential = (int32_t *)p->essential, groups = 0, inputs = 0;
  double *share = (double *)p->input_share;
  qsort(sale, count, sizeof *sale, compare_sales);
  for (size_t k = 0; k < count;) {
    size_t end = k;
    double of_sector = 0;
    for (; end < count && sale[end].buyer == sale[k].buyer && sale[end].sector == sale[k].sector; end++)
      of_sector += sale[end].amount;
    int essentiality = essentiality_of(network, rules, sale[k].supplier, sale[k].buyer);
    double whole = essentiality == ESSENTIAL ? of_sector : bought[sale[k].buyer];
    if (essentiality != NO_INPUT) {
      essential[groups] = essentiality == ESSENTIAL;
      input_first[groups++] = inputs;
      group_first[sale[k].buyer + 1] = groups;
      for (; k < end; k++) supplier[inputs] = sale[k].supplier, share[inputs++] = sale[k].amount / whole;
    }
    k = end;
  }
  input_first[groups] = inputs;
  for (int32_t j = 0; j < network->entity_count; j++)
    if (group_first[j + 1] < group_first[j]) group_first[j + 1] = group_first[j]; /* a buyer of nothing */
  p->group_count = groups;
}

/* Sales by supplier, each supplier's in the order of `sale`. */
static void fill_sales(const struct sale *sale, size_t count, int32_t n, struct ls_production_plan *p) {
  int32_t *first = (int32_t *)p->sale_first, *buyer = (int32_t *)p->buyer;
  double *share = (double *)p->sale_share;
  for (size_t k = 0; k < count; k++) first[sale[k].supplier + 1]++;
  for (int32_t i = 0; i < n; i++) first[i + 1] += first[i];
  for (size_t k = 0; k < count; k++) {
    int32_t place = first[sale[k].supplier]++;
    buyer[place] = sale[k].buyer;
    share[place] = sale[k].amount / p->output[sale[k].supplier];
  }
  for (int32_t i = n; i > 0; i--) first[i] = first[i - 1]; /* placing moved every start to its end */
  first[0] = 0;
}

/* w: shares of all sales, or of the column `weight`. */
static ls_status fill_weights(ls_context *context, const ls_network *network, bool by_column,
                              struct ls_production_plan *p) {
  double *weight = (double *)p->weight, sum = 0;
  for (int32_t i = 0; i < network->entity_count; i++) {
    weight[i] = by_column ? network_number(network, TABLE_ENTITIES, "weight", i, 0) : p->output[i];
    sum += weight[i];
  }
  if (!(sum > 0))
    return context_fail(context, LS_STATUS_UNUSABLE, "model 'production': %s of network '%s' add up to 0",
                        by_column ? "the weights (column weight of entities.csv)" : "the sales (trade.csv)",
                        network->name);
  for (int32_t i = 0; i < network->entity_count; i++) weight[i] /= sum;
  return LS_STATUS_OK;
}

static ls_status check_tables(ls_context *context, const ls_network *network) {
  const char *lacks = !network->table[TABLE_TRADE].present                        ? "trade.csv"
                      : !network->table[TABLE_ESSENTIALS].present                 ? "essentials.csv"
                      : network_column(network, TABLE_ENTITIES, "sector") == NULL ? "the column sector of entities.csv"
                                                                                  : NULL;
  if (lacks == NULL) return LS_STATUS_OK;
  return context_fail(context, LS_STATUS_UNUSABLE, "model 'production' needs %s, which network '%s' does not have",
                      lacks, network->name);
}

ls_status plan_fill_production(ls_context *context, const ls_network *network, const struct run_settings *settings,
                               struct ls_plan *plan) {
  enum { REPLACEABILITY, WEIGHTS };
  struct ls_production_plan *p = &plan->production;
  int32_t n = network->entity_count;
  ls_status status = check_tables(context, network);
  if (status != LS_STATUS_OK) return status;
  size_t most = (size_t)network->table[TABLE_TRADE].row_count;
  struct sale *sale = context_allocate(context, most, sizeof *sale);
  double *bought = context_allocate(context, (size_t)n, sizeof *bought);
  struct rule *rules = list_rules(context, network);
  int32_t sectors = 0;
  status = sale != NULL && bought != NULL && rules != NULL ? make_arrays(context, n, most, p) : LS_STATUS_OUT_OF_MEMORY;
  if (status == LS_STATUS_OK) status = network_number_sectors(context, network, true, (int32_t *)p->market, &sectors);
  if (status == LS_STATUS_OK) {
    add_up(network, (double *)p->output, bought);
    size_t count = gather_sales(network, p->market, sale);
    fill_inputs(network, rules, sale, count, bought, p);
    fill_sales(sale, count, n, p);
    p->market_count = settings->model_setting[REPLACEABILITY] > 0 ? sectors : 0;
    status = fill_weights(context, network, settings->model_setting[WEIGHTS] > 0, p);
  }
  context_release(context, rules);
  context_release(context, bought);
  context_release(context, sale);
  return status;
}

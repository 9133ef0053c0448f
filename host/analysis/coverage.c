/* coverage.c - see coverage.h: the schedule of the loop model's plan, added up. */
#include "analysis/coverage.h"

#include <string.h>

#include "analysis/schedule.h"

enum { QUARTERS_A_YEAR = 4 };

/* One basis while it is added up: amounts of single quarters, [entity_count * quarters]. */
struct schedule {
  const ls_network *network;
  const struct ls_plan *plan; /* the loop's tables, resolved */
  enum coverage_basis basis;
  double *in, *out, *sold;
};

/* Adds to node's quarter t; W's means and needs are nobody's question. */
static void add(const struct schedule *s, double *target, int32_t node, int32_t t, double amount) {
  if (node < s->plan->entity_count) target[(int64_t)node * s->plan->quarter_count + t] += amount;
}

static const char *node_id(const struct schedule *s, int32_t node) {
  return network_entity_id(s->network, node == s->plan->entity_count ? ENTITY_WORLD : node);
}

static bool is_firm(const ls_network *network, int64_t deal) {
  const char *status = network_text(network, TABLE_DEALS, "status", deal);
  return strcmp(status, "firm") == 0 || strcmp(status, "funded") == 0;
}

int64_t coverage_deal(const ls_network *network, const struct ls_plan *plan, int32_t k) {
  const struct table *deals = &network->table[TABLE_DEALS];
  if (!deals->present || network_column(network, TABLE_PURCHASES, "id") == NULL) return -1;
  const char *id = network_text(network, TABLE_PURCHASES, "id", plan->loop.purchase_row[k]);
  for (int64_t deal = 0; deal < deals->row_count; deal++)
    if (strcmp(network_text(network, TABLE_DEALS, "id", deal), id) == 0) return deal;
  return -1;
}

bool coverage_counts(const ls_network *network, const struct ls_plan *plan, enum coverage_basis basis, int32_t k) {
  const int64_t deal = coverage_deal(network, plan, k);
  return basis == COVERAGE_HEADLINE || deal < 0 || is_firm(network, deal);
}

/* The part of what is still pledged by an investor that is firm, by the preferred equity deals of the pair. */
static double pledge_part(const struct schedule *s, const char *from, const char *to) {
  const struct table *deals = &s->network->table[TABLE_DEALS];
  double firm = 0, all = 0;
  if (s->basis == COVERAGE_HEADLINE || !deals->present) return 1;
  for (int64_t deal = 0; deal < deals->row_count; deal++) {
    const char *status = network_text(s->network, TABLE_DEALS, "status", deal);
    bool open = strcmp(status, "funded") != 0 && strcmp(status, "lapsed") != 0;
    if (!open || strcmp(network_text(s->network, TABLE_DEALS, "kind", deal), "equity") != 0) continue;
    if (network_number(s->network, TABLE_DEALS, "preferred", deal, 1) == 0) continue;
    if (strcmp(network_text(s->network, TABLE_DEALS, "from", deal), from) != 0) continue;
    if (strcmp(network_text(s->network, TABLE_DEALS, "to", deal), to) != 0) continue;
    double amount = network_number(s->network, TABLE_DEALS, "amount_high", deal, 0);
    all += amount;
    if (is_firm(s->network, deal)) firm += amount;
  }
  return all > 0 ? firm / all : 1;
}

static void add_purchases(const struct schedule *s) {
  const struct ls_loop_links *purchase = &s->plan->loop.purchase;
  for (int32_t k = 0; k < purchase->count; k++) {
    int32_t buyer = purchase->from[k], seller = purchase->to[k];
    double left = purchase->amount[k], cost = schedule_entity(s->plan, LOOP_COGS, seller);
    if (!coverage_counts(s->network, s->plan, s->basis, k)) continue;
    for (int32_t t = 0; t < s->plan->quarter_count; t++) {
      double due = schedule_purchase(s->plan, k, t, &left);
      add(s, s->out, buyer, t, due);
      add(s, s->sold, seller, t, due * (1 - cost));
    }
  }
}

static void add_pledges(const struct schedule *s) {
  const struct ls_loop_links *pledge = &s->plan->loop.pledge;
  for (int32_t k = 0; k < pledge->count; k++) {
    double left = pledge->amount[k];
    double part = pledge_part(s, node_id(s, pledge->from[k]), node_id(s, pledge->to[k]));
    for (int32_t t = 0; t < s->plan->quarter_count; t++) {
      double due = schedule_pledge(s->plan, k, t, &left);
      add(s, s->in, pledge->to[k], t, part * due);
      add(s, s->out, pledge->from[k], t, part * due);
    }
  }
}

/* Outside revenue and equity, running costs, debt service; cash and credit stand in the first quarter. */
static void add_entity(const struct schedule *s, int32_t i) {
  const struct ls_plan *plan = s->plan;
  double debt = schedule_debt(plan, i);
  double room = schedule_entity(plan, LOOP_CREDIT_LIMIT, i) * plan->baseline_value[i] - debt;
  add(s, s->in, i, 0, schedule_entity(plan, LOOP_CASH, i) + (room > 0 ? room : 0));
  for (int32_t t = 0; t < plan->quarter_count; t++) {
    double revenue = schedule_path(plan, LOOP_PATH_DEMAND_PLANNED, i, t);
    const struct debt_service service = schedule_debt_service(plan, i, t, &debt);
    add(s, s->in, i, t, revenue + schedule_path(plan, LOOP_PATH_OUTSIDE_EQUITY, i, t));
    add(s, s->out, i, t,
        schedule_entity(plan, LOOP_OPEX, i) + service.interest + service.principal +
            schedule_entity(plan, LOOP_COGS, i) * revenue);
  }
}

static void cumulate(const struct ls_plan *plan, const double *quarter, int32_t years, double *year) {
  for (int32_t i = 0; i < plan->entity_count; i++) {
    double sum = 0;
    for (int32_t t = 0; t < plan->quarter_count; t++) {
      sum += quarter[(int64_t)i * plan->quarter_count + t];
      year[(int64_t)i * years + t / QUARTERS_A_YEAR] = sum;
    }
  }
}

void coverage_release(ls_context *context, struct coverage *coverage) {
  context_release(context, coverage->means);
  context_release(context, coverage->needs);
  context_release(context, coverage->sold);
  *coverage = (struct coverage){0};
}

ls_status coverage_measure(ls_context *context, const ls_network *network, const struct ls_plan *plan,
                           enum coverage_basis basis, struct coverage *coverage) {
  int32_t n = plan->entity_count, years = (plan->quarter_count + QUARTERS_A_YEAR - 1) / QUARTERS_A_YEAR;
  size_t cells = (size_t)n * (size_t)plan->quarter_count, kept = (size_t)n * (size_t)years;
  struct schedule s = {network,
                       plan,
                       basis,
                       context_allocate(context, cells, sizeof(double)),
                       context_allocate(context, cells, sizeof(double)),
                       context_allocate(context, cells, sizeof(double))};
  *coverage = (struct coverage){n, years, context_allocate(context, kept, sizeof(double)),
                                context_allocate(context, kept, sizeof(double)),
                                context_allocate(context, kept, sizeof(double))};
  bool good = s.in != NULL && s.out != NULL && s.sold != NULL && coverage->means != NULL && coverage->needs != NULL &&
              coverage->sold != NULL;
  if (good) {
    add_purchases(&s);
    add_pledges(&s);
    for (int32_t i = 0; i < n; i++) add_entity(&s, i);
    cumulate(plan, s.in, years, coverage->means);
    cumulate(plan, s.out, years, coverage->needs);
    cumulate(plan, s.sold, years, coverage->sold);
  }
  context_release(context, s.sold);
  context_release(context, s.out);
  context_release(context, s.in);
  if (!good) coverage_release(context, coverage);
  return good ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
}

/* coverage.c - see coverage.h: the schedule of the tables, added up. */
#include "analysis/coverage.h"

#include <math.h>
#include <string.h>

enum { QUARTERS_A_YEAR = 4 };

/* One basis while it is added up: amounts of single quarters, [entity_count * quarters]. */
struct schedule {
  const ls_network *network;
  enum coverage_basis basis;
  int32_t quarters;
  double *in, *out, *sold;
};

static void add(double *target, const struct schedule *s, int32_t entity, int32_t t, double amount) {
  if (entity != ENTITY_WORLD) target[(int64_t)entity * s->quarters + t] += amount;
}

static bool is_firm(const ls_network *network, int64_t deal) {
  const char *status = network_text(network, TABLE_DEALS, "status", deal);
  return strcmp(status, "firm") == 0 || strcmp(status, "funded") == 0;
}

/* Does the basis count contract `row`? Its id is that of its deal; running business has none. */
static bool counts_purchase(const struct schedule *s, int64_t row) {
  const struct table *deals = &s->network->table[TABLE_DEALS];
  if (s->basis == COVERAGE_HEADLINE || !deals->present || network_column(s->network, TABLE_PURCHASES, "id") == NULL)
    return true;
  const char *id = network_text(s->network, TABLE_PURCHASES, "id", row);
  for (int64_t deal = 0; deal < deals->row_count; deal++)
    if (strcmp(network_text(s->network, TABLE_DEALS, "id", deal), id) == 0) return is_firm(s->network, deal);
  return true;
}

/* The part of what is still pledged by an investor that is firm, by the preferred equity deals of the pair. */
static double pledge_part(const struct schedule *s, int32_t from, int32_t to) {
  const struct table *deals = &s->network->table[TABLE_DEALS];
  double firm = 0, all = 0;
  if (s->basis == COVERAGE_HEADLINE || !deals->present) return 1;
  for (int64_t deal = 0; deal < deals->row_count; deal++) {
    const char *status = network_text(s->network, TABLE_DEALS, "status", deal);
    bool open = strcmp(status, "funded") != 0 && strcmp(status, "lapsed") != 0;
    if (!open || strcmp(network_text(s->network, TABLE_DEALS, "kind", deal), "equity") != 0) continue;
    if (network_number(s->network, TABLE_DEALS, "preferred", deal, 1) == 0) continue;
    if (strcmp(network_text(s->network, TABLE_DEALS, "from", deal), network_entity_id(s->network, from)) != 0) continue;
    if (strcmp(network_text(s->network, TABLE_DEALS, "to", deal), network_entity_id(s->network, to)) != 0) continue;
    double amount = network_number(s->network, TABLE_DEALS, "amount_high", deal, 0);
    all += amount;
    if (is_firm(s->network, deal)) firm += amount;
  }
  return all > 0 ? firm / all : 1;
}

/* The value of a path in quarter t: that of the latest row up to it. */
static double path_at(const ls_network *network, const char *target, const char *variable, int32_t t, double absent) {
  const struct table *paths = &network->table[TABLE_PATHS];
  double value = absent, latest = -1;
  for (int64_t row = 0; row < paths->row_count; row++) {
    double quarter = network_number(network, TABLE_PATHS, "quarter", row, 0);
    if (quarter > t || quarter < latest || strcmp(network_text(network, TABLE_PATHS, "target", row), target) != 0 ||
        strcmp(network_text(network, TABLE_PATHS, "variable", row), variable) != 0)
      continue;
    latest = quarter;
    value = network_number(network, TABLE_PATHS, "value", row, absent);
  }
  return value;
}

static double purchase_number(const struct schedule *s, const char *column, int64_t row, double absent) {
  return network_number(s->network, TABLE_PURCHASES, column, row, absent);
}

static void add_purchases(const struct schedule *s) {
  const struct table *table = &s->network->table[TABLE_PURCHASES];
  for (int64_t row = 0; row < table->row_count; row++) {
    double left = purchase_number(s, "backlog", row, 0), rate = purchase_number(s, "per_quarter", row, 0);
    double start = purchase_number(s, "start", row, 0), ramp = purchase_number(s, "ramp_quarters", row, 0);
    double end = purchase_number(s, "end", row, INFINITY);
    double cost = network_number(s->network, TABLE_ENTITIES, "cogs_share", table->to[row], 0);
    bool renewed = purchase_number(s, "renewed", row, 0) > 0;
    if (!counts_purchase(s, row)) continue;
    for (int32_t t = (int32_t)start; t < s->quarters && t < end; t++) {
      double share = (t - start + 1) / (ramp + 1), due = rate * (share < 1 ? share : 1);
      due *= path_at(s->network, network_entity_id(s->network, table->from[row]), "purchase_scale", t, 1);
      if (!renewed && due > left) due = left;
      left -= due;
      add(s->out, s, table->from[row], t, due);
      add(s->sold, s, table->to[row], t, due * (1 - cost));
    }
  }
}

static void add_pledges(const struct schedule *s) {
  const struct table *table = &s->network->table[TABLE_PLEDGES];
  for (int64_t row = 0; row < table->row_count; row++) {
    double left = network_number(s->network, TABLE_PLEDGES, "amount", row, 0);
    double rate = network_number(s->network, TABLE_PLEDGES, "per_quarter", row, 0);
    double start = network_number(s->network, TABLE_PLEDGES, "start", row, 0);
    double part = pledge_part(s, table->from[row], table->to[row]);
    for (int32_t t = (int32_t)start; t < s->quarters; t++) {
      double due = rate < left ? rate : left;
      left -= due;
      add(s->in, s, table->to[row], t, part * due);
      add(s->out, s, table->from[row], t, part * due);
    }
  }
}

static double debt_of(const ls_network *network, int32_t entity) {
  const struct table *table = &network->table[TABLE_LIABILITIES];
  double sum = 0;
  for (int64_t row = 0; row < table->row_count; row++)
    if (table->from[row] == entity) sum += network_number(network, TABLE_LIABILITIES, "amount", row, 0);
  return sum;
}

/* Outside revenue and equity, running costs, debt service; cash and credit stand in the first quarter. */
static void add_entity(const struct schedule *s, int32_t i, double value) {
  const ls_network *network = s->network;
  const char *id = network_entity_id(network, i);
  double debt = debt_of(network, i),
         rate = network->loop.interest + network_number(network, TABLE_ENTITIES, "spread", i, 0);
  double room = network_number(network, TABLE_ENTITIES, "credit_limit", i, 0) * value - debt;
  add(s->in, s, i, 0, network_number(network, TABLE_ENTITIES, "cash", i, 0) + (room > 0 ? room : 0));
  for (int32_t t = 0; t < s->quarters; t++) {
    double revenue = path_at(network, id, "demand_planned", t, 0);
    double due = path_at(network, id, "amortisation", t, network->loop.amortisation);
    double rolled = path_at(network, id, "rollover", t, 0), repaid = debt * due * (1 - (rolled < 1 ? rolled : 1));
    add(s->in, s, i, t, revenue + path_at(network, id, "outside_equity", t, 0));
    add(s->out, s, i, t,
        network_number(network, TABLE_ENTITIES, "opex", i, 0) + debt * rate + repaid +
            network_number(network, TABLE_ENTITIES, "cogs_share", i, 0) * revenue);
    debt -= repaid;
  }
}

static void cumulate(const struct schedule *s, const double *quarter, int32_t years, double *year) {
  for (int32_t i = 0; i < s->network->entity_count; i++) {
    double sum = 0;
    for (int32_t t = 0; t < years * QUARTERS_A_YEAR && t < s->quarters; t++) {
      sum += quarter[(int64_t)i * s->quarters + t];
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

ls_status coverage_measure(ls_context *context, const ls_network *network, enum coverage_basis basis,
                           const double *value, struct coverage *coverage) {
  int32_t n = network->entity_count, quarters = network->loop.quarters;
  int32_t years = (quarters + QUARTERS_A_YEAR - 1) / QUARTERS_A_YEAR;
  size_t cells = (size_t)n * (size_t)quarters, kept = (size_t)n * (size_t)years;
  struct schedule s = {network,
                       basis,
                       quarters,
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
    for (int32_t i = 0; i < n; i++) add_entity(&s, i, value[i]);
    cumulate(&s, s.in, years, coverage->means);
    cumulate(&s, s.out, years, coverage->needs);
    cumulate(&s, s.sold, years, coverage->sold);
  }
  context_release(context, s.sold);
  context_release(context, s.out);
  context_release(context, s.in);
  if (good) return LS_STATUS_OK;
  coverage_release(context, coverage);
  return LS_STATUS_OUT_OF_MEMORY;
}

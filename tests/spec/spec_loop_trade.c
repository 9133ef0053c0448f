/* spec_loop_trade.c - steps 0 to 3 of the textbook loop: sentiment, prices, contracts, rationing, substitution, sales. */
#include "spec/spec_loop_parts.h"

/* ---- step 0: sentiment and prices -------------------------------------------------------------------------------- */

static void draw_downs(const struct spec_loop *model, struct spec_state *state) {
  double total = 0;
  for (int i = 0; i < model->n; i++) {
    double fall = state->highest[i] > 0 ? 1 - state->value[i] / state->highest[i] : 0;
    state->drawdown[i] = state->live[i] ? fall : 1;
    total += state->value[i];
  }
  state->market_drawdown = state->market_highest > 0 ? 1 - total / state->market_highest : 0;
}

static double mean_of_peers(const struct spec_loop *model, const struct spec_state *state, int i) {
  double sum = 0;
  int count = 0;
  for (int k = 1; k < model->n && model->sector[i] >= 0; k++)
    if (k != i && model->sector[k] == model->sector[i]) sum += state->drawdown[k], count++;
  return count ? sum / count : 0;
}

void spec_step_0_sentiment(const struct spec_loop *model, struct spec_state *state) {
  draw_downs(model, state);
  for (int i = 0; i < model->n; i++) {
    state->peers[i] = mean_of_peers(model, state, i);
    double fear = model->herding_capex * state->drawdown[i] + model->herding_peers * state->peers[i];
    state->heart[i] = i == SPEC_WORLD ? 1 : positive(1 - fear);
    note(state, SPEC_EVENT_HERDING_PEERS, state->live[i] && model->herding_peers * state->peers[i] > 0);
  }
}

void spec_step_0_price(const struct spec_loop *model, struct spec_state *state, int t) {
  for (int j = 0; j < model->n; j++) {
    int type = model->input_type[j];
    double scarcity = 1;
    if (model->price_elasticity > 0 && type >= 0)
      scarcity =
          clip_between(pow(state->utilisation[type], model->price_elasticity), model->price_low, model->price_high);
    note(state, SPEC_EVENT_SCARCITY, scarcity != 1);
    state->price_now[j] = model->price_path[t * model->n + j] * scarcity;
  }
}

/* ---- step 1: orders ---------------------------------------------------------------------------------------------- */

/* Nothing before the start, then a linear ramp; nothing from the end on. What is moved to or from others is planned so. */
double spec_scheduled(const struct spec_loop *model, const struct spec_contract *contract, int t) {
  if (t < contract->start || (contract->end != SPEC_NEVER && t >= contract->end)) return 0;
  double rate = contract->rate * smaller(1, (t - contract->start + 1) / (contract->ramp + 1.0));
  double moved = model->orders_moved[(t * model->n + contract->buyer) * model->n + contract->seller];
  return rate * model->purchase_scale[t * model->n + contract->buyer] * moved;
}

static double order_ratio(const struct spec_loop *model, const struct spec_state *state, int t, int i) {
  int at = t * model->n + i;
  double most = 1 + model->upside[i];
  double by_demand = model->demand_planned[at] == 0 ? 1 : model->demand[at] / model->demand_planned[at];
  double by_sales =
      t == 0 || state->planned_sales_before[i] == 0 ? 1 : state->sales_before[i] / state->planned_sales_before[i];
  if (i == SPEC_WORLD) return 1;
  return (1 - model->order_response[i]) * smaller(most, by_demand) + model->order_response[i] * smaller(most, by_sales);
}

/* Is the buyer flagged, or short of the trigger? The world is never. */
static bool pressed(struct spec_state *state, const struct spec_contract *terms) {
  int i = terms->buyer;
  if (i == SPEC_WORLD) return false;
  if (state->flagged[i]) return true;
  if (terms->renegotiation > 0 || terms->exit_notice != SPEC_NEVER) decide(state, state->orders[i], terms->trigger, 0);
  return state->orders[i] < terms->trigger;
}

static void end_contract(struct spec_state *state, struct spec_row *row, int t) {
  if (row->terms.end == SPEC_NEVER || t < row->terms.end) return;
  note(state, SPEC_EVENT_ENDED, row->backlog > 0);
  row->backlog = row->planned_backlog = 0;
}

/* Notice where there is cause, and the leave itself when its quarter has come. A backlog that has run down by
 * deliveries alone is as good as 0 to one program and 0 to another. */
static void leave_contract(const struct spec_loop *model, struct spec_state *state, struct spec_row *row, int t,
                           bool cause) {
  int i = row->terms.buyer, j = row->terms.seller;
  row->fee = 0;
  if (row->terms.exit_notice == SPEC_NEVER || row->left) return;
  bool running = state->live[i] && state->live[j] && (row->terms.end == SPEC_NEVER || t < row->terms.end);
  cause = cause || (i != SPEC_WORLD && model->leave[t * model->n + i]);
  if (cause && row->leaves == SPEC_NEVER && running) decide(state, row->backlog, 0, row->terms.backlog);
  if (cause && row->leaves == SPEC_NEVER &&
      (row->backlog > 0 || (row->terms.renewed && state->live[i] && state->live[j])))
    row->leaves = t + row->terms.exit_notice;
  if (row->leaves == SPEC_NEVER || t < row->leaves) return;
  if (state->live[i] && state->live[j]) row->fee = row->terms.exit_fee * row->backlog;
  note(state, SPEC_EVENT_EXIT, row->backlog > 0), note(state, SPEC_EVENT_EXIT_FEE, row->fee > 0);
  row->backlog = 0, row->left = true;
}

static void order(const struct spec_loop *model, struct spec_state *state, struct spec_row *row, int t) {
  int i = row->terms.buyer, j = row->terms.seller;
  row->scheduled = spec_scheduled(model, &row->terms, t);
  row->due = row->left ? 0 : row->scheduled;
  row->response = state->orders[i] * (row->terms.capex_share > 0 ? state->heart[i] : 1);
  double most = row->terms.renewed ? row->due : smaller(row->backlog, row->due);
  double wanted = most * (row->firm + (1 - row->firm) * row->response);
  if (!row->terms.renewed && row->response > 1) wanted = smaller(wanted, row->backlog);
  row->ordered = state->live[i] && state->live[j] ? wanted : 0;
  note(state, SPEC_EVENT_ROLLED, row->terms.renewed && row->ordered > row->backlog);
  note(state, SPEC_EVENT_HERDING_ORDERS, row->terms.capex_share > 0 && row->ordered > 0 && state->heart[i] < 1);
}

void spec_step_1_orders(const struct spec_loop *model, struct spec_state *state, int t) {
  for (int i = 0; i < model->n; i++) state->orders[i] = order_ratio(model, state, t, i);
  for (int k = 0; k < state->row_count; k++) {
    struct spec_row *row = &state->row[k];
    int i = row->terms.buyer;
    end_contract(state, row, t);
    bool cause = pressed(state, &row->terms);
    bool strained = cause || (i != SPEC_WORLD && model->renegotiate[t * model->n + i]);
    row->firm = row->terms.take_or_pay * (strained ? 1 - row->terms.renegotiation : 1);
    leave_contract(model, state, row, t, cause);
    order(model, state, row, t);
    note(state, SPEC_EVENT_RENEGOTIATED, row->ordered > 0 && row->firm < row->terms.take_or_pay);
  }
}

/* ---- step 2: rationing and substitution -------------------------------------------------------------------------- */

/* z1 and z2 of seller j, and its need in capacity. */
struct service {
  double first, second, need;
};

static struct service serve(const struct spec_loop *model, const struct spec_state *state, int t, int j) {
  double first = 0, second = 0, outside = 0;
  for (int k = 0; k < state->row_count; k++) {
    const struct spec_row *row = &state->row[k];
    if (row->terms.seller == j) *(row->terms.priority == 1 ? &first : &second) += row->ordered;
  }
  if (state->live[j]) outside = model->external_use[j] * model->demand[t * model->n + j];
  first = (first + outside) / model->price[j], second /= model->price[j];
  struct service service = {1, 1, first + second};
  if (first != 0) service.first = smaller(1, state->able[j] / first);
  if (second != 0) service.second = smaller(1, positive(state->able[j] - first) / second);
  return service;
}

/* U of this quarter, for the prices of the next. */
static void measure_utilisation(const struct spec_loop *model, struct spec_state *state, const double *need) {
  for (int type = 0; type < model->type_count; type++) {
    double needed = 0, able = 0;
    for (int j = 1; j < model->n; j++)
      if (state->live[j] && model->input_type[j] == type) needed += need[j], able += state->able[j];
    state->utilisation[type] = clip_between(able == 0 ? 1 : needed / able, 1e-6, 1e6);
  }
}

static void deliver(struct spec_state *state, int j, struct service service) {
  bool served[2] = {false, false};
  for (int k = 0; k < state->row_count; k++) {
    struct spec_row *row = &state->row[k];
    if (row->terms.seller != j) continue;
    row->delivered = row->ordered * (row->terms.priority == 1 ? service.first : service.second);
    served[row->terms.priority != 1] = served[row->terms.priority != 1] || row->ordered > 0;
  }
  note(state, SPEC_EVENT_SECOND_SERVED, served[0] && served[1] && service.second < service.first);
}

void spec_step_2_rationing(const struct spec_loop *model, struct spec_state *state, int t) {
  int n = model->n;
  double *need = numbers((size_t)n);
  for (int j = 0; j < n; j++) {
    state->able[j] = model->supply[t * n + j] * state->capacity[j];
    struct service service = serve(model, state, t, j);
    deliver(state, j, service);
    state->served[j] = state->delivery_ratio[j] = service.first, need[j] = service.need;
    double taken = 0, outside = state->live[j] ? model->external_use[j] * model->demand[t * n + j] : 0;
    for (int k = 0; k < state->row_count; k++)
      if (state->row[k].terms.seller == j) taken += state->row[k].delivered;
    state->used[j] = (taken + outside * service.first) / model->price[j];
    note(state, SPEC_EVENT_EXTERNAL_USE, outside > 0 && service.first < 1);
  }
  for (int a = 0; a < state->row_count; a++)
    for (int b = 0; b < a; b++) {
      const struct spec_row *one = &state->row[a], *other = &state->row[b];
      note(state, SPEC_EVENT_SEVERAL_ROWS,
           one->terms.buyer == other->terms.buyer && one->terms.seller == other->terms.seller && one->delivered > 0 &&
               other->delivered > 0);
    }
  measure_utilisation(model, state, need);
  free(need);
}

/* What i lacks of a type, and what its sellers have to spare, contract by contract. */
static void ask(const struct spec_loop *model, const struct spec_state *state, const double *spare, int i, int type,
                double *request) {
  double unmet = 0, open = 0;
  for (int k = 0; k < state->row_count; k++) {
    const struct spec_row *row = &state->row[k];
    if (row->terms.buyer != i || model->input_type[row->terms.seller] != type || !state->live[i]) continue;
    double want = row->due * (row->firm + (1 - row->firm) * row->response);
    unmet += (1 - row->terms.capex_share) * positive(want - row->delivered);
    open += spare[row->terms.seller];
  }
  for (int k = 0; k < state->row_count && open > 0; k++) {
    const struct spec_row *row = &state->row[k];
    if (row->terms.buyer == i && model->input_type[row->terms.seller] == type)
      request[k] = model->substitution[i] * unmet * spare[row->terms.seller] / open;
  }
}

void spec_step_2_substitution(const struct spec_loop *model, struct spec_state *state) {
  int n = model->n;
  double *spare = numbers((size_t)n), *request = numbers((size_t)state->row_count);
  for (int j = 0; j < n; j++)
    spare[j] = state->live[j] ? model->price[j] * positive(state->able[j] - state->used[j]) : 0;
  for (int i = 1; i < n; i++)
    for (int type = 0; type < model->type_count; type++) ask(model, state, spare, i, type, request);
  for (int k = 0; k < state->row_count; k++) {
    struct spec_row *row = &state->row[k];
    int j = row->terms.seller;
    double asked = 0;
    for (int other = 0; other < state->row_count; other++)
      if (state->row[other].terms.seller == j) asked += request[other];
    row->extra = asked > 0 ? request[k] * smaller(1, spare[j] / asked) : 0;
    row->weight = 1 + (1 - row->firm) * row->terms.repricing * (state->price_now[j] - 1);
    row->invoice = row->weight * row->delivered + state->price_now[j] * row->extra;
    note(state, SPEC_EVENT_SUBSTITUTION, row->extra > 1e-6), note(state, SPEC_EVENT_SQUEEZED, asked > spare[j] + 1e-6);
    note(state, SPEC_EVENT_REPRICED, fabs(row->weight - 1) * row->delivered > 1e-6);
  }
  free(spare), free(request);
}

/* ---- step 3: sales ----------------------------------------------------------------------------------------------- */

/* h against what was ordered or planned. An essential type of which nothing is to come does not bind. */
static double input_ratio(const struct spec_loop *model, const struct spec_state *state, int i, bool planned) {
  double least = 1 + model->upside[i];
  for (int type = 0; type < model->type_count; type++) {
    double got = 0, wanted = 0;
    for (int k = 0; model->essential[type] && k < state->row_count; k++) {
      const struct spec_row *row = &state->row[k];
      if (row->terms.buyer != i || model->input_type[row->terms.seller] != type) continue;
      got += row->delivered * (1 - row->terms.capex_share) + row->extra;
      wanted += (planned ? row->due : row->ordered) * (1 - row->terms.capex_share);
    }
    if (wanted != 0) least = smaller(least, got / wanted);
  }
  return least;
}

void spec_step_3_sales(const struct spec_loop *model, struct spec_state *state, int t) {
  for (int i = 0; i < model->n; i++) {
    int at = t * model->n + i;
    bool planned = model->inputs_planned || model->upside[i] > 0, sells = state->live[i] && i != SPEC_WORLD;
    double gamma = model->external_use[i], served = model->demand[at] * (1 - gamma + gamma * state->served[i]);
    state->input_ratio[i] = input_ratio(model, state, i, planned);
    state->revenue[i] = sells ? smaller(served, model->demand_planned[at] * state->input_ratio[i]) : 0;
    double invoiced = 0;
    for (int k = 0; k < state->row_count; k++)
      if (state->row[k].terms.seller == i) invoiced += state->row[k].invoice;
    state->sales[i] = state->revenue[i] + invoiced;
    note(state, SPEC_EVENT_ABOVE_PLAN, state->revenue[i] > model->demand_planned[at] * (1 + 1e-9));
    note(state, SPEC_EVENT_PLANNED_INPUTS,
         planned && sells && state->input_ratio[i] < input_ratio(model, state, i, false) - 1e-9);
  }
}

/* spec_loop_default.c - step 8 of the textbook loop: who defaults, what is sold, what creditors and holders get. */
#include "spec/spec_clearing.h"
#include "spec/spec_loop_parts.h"

/* More than 1e-9 of classes 0 and 1 unpaid, or forced. A part unpaid between rounding and a millionth is too close to
 * the limit for two programs to agree on. */
static void find_defaults(const struct spec_loop *model, struct spec_state *state, int t) {
  int n = model->n, pairs = n * n;
  for (int i = 0; i < n; i++) {
    double owed = row_sum(n, state->owed, i) + row_sum(n, state->owed + pairs, i);
    double paid = row_sum(n, state->paid, i) + row_sum(n, state->paid + pairs, i);
    bool fails = owed - paid > 1e-9 * owed || model->forced[t * n + i];
    state->defaulted[i] = i != SPEC_WORLD && state->live[i] && fails;
    if (owed - paid > 1e-12 * owed && owed - paid < 1e-6 * owed) state->margin = 0;
  }
}

/* A row pulls its obligor down with its trigger, until no row pulls any more. */
static void cross_defaults(const struct spec_loop *model, struct spec_state *state) {
  for (bool any = true; any;) {
    any = false;
    for (int k = 0; k < model->cross_default_count; k++) {
      int trigger = model->cross_default[k].trigger, obligor = model->cross_default[k].obligor;
      if (obligor == SPEC_WORLD || !state->defaulted[trigger] || state->defaulted[obligor] || !state->live[obligor])
        continue;
      state->defaulted[obligor] = any = true;
      note(state, SPEC_EVENT_CROSS_DEFAULT, true);
    }
  }
}

/* The buyer in default owes for what it will not take, the seller in default for what it will not deliver. */
static void terminate_contracts(const struct spec_loop *model, struct spec_state *state) {
  int n = model->n;
  for (int k = 0; k < state->row_count; k++) {
    struct spec_row *row = &state->row[k];
    int i = row->terms.buyer, j = row->terms.seller;
    double claim = model->termination_share * row->terms.take_or_pay * row->backlog;
    double breach = model->breach_share * row->terms.take_or_pay * row->backlog;
    if (state->defaulted[i]) state->debt[i * n + j] += claim;
    if (state->defaulted[j] && !state->defaulted[i]) state->debt[j * n + i] += breach;
    note(state, SPEC_EVENT_BREACH, state->defaulted[j] && !state->defaulted[i] && breach > 0);
    if (state->defaulted[i] || state->defaulted[j]) row->backlog = 0;
  }
  for (int i = 0; i < n; i++)
    for (int j = 0; state->defaulted[i] && j < n; j++) state->pledge[i * n + j] = state->pledge[j * n + i] = 0;
}

/* W buys what estate i holds; assets go to W, cash to the estate. */
static void sell_estate(const struct spec_loop *model, struct spec_state *state, int t, int i) {
  int n = model->n;
  double price = model->recovery_assets * model->hardware_price[t * n + i] * state->real_assets[i];
  note(state, SPEC_EVENT_HARDWARE_PRICE, price > 0 && model->hardware_price[t * n + i] != 1);
  state->real_assets[SPEC_WORLD] += state->real_assets[i], state->real_assets[i] = 0;
  for (int j = 0; j < n; j++) {
    if (state->defaulted[j]) continue;
    price += model->recovery_stakes * state->stake[i * n + j] * state->value[j];
    state->stake[SPEC_WORLD * n + j] += state->stake[i * n + j], state->stake[i * n + j] = 0;
    price += model->recovery_claims * state->debt[j * n + i];
    if (j != SPEC_WORLD) state->debt[j * n + SPEC_WORLD] += state->debt[j * n + i];
    state->debt[j * n + i] = 0;
  }
  state->cash[SPEC_WORLD] -= price, state->cash[i] += price;
  state->outside_flows -= price;
}

/* What is left of estate i goes to the holders that are not defaulting, by their shares; to W if there are none. */
static void pay_residual(const struct spec_loop *model, struct spec_state *state, int i, double residual) {
  int n = model->n;
  double held = 0;
  for (int k = 0; k < n; k++) held += state->defaulted[k] ? 0 : state->stake[k * n + i];
  for (int k = 0; k < n; k++) {
    if (state->defaulted[k]) continue;
    double part = held > 0 ? residual * (state->stake[k * n + i] / held) : k == SPEC_WORLD ? residual : 0;
    state->cash[k] += part, state->estate_income[k] += part;
    if (k == SPEC_WORLD) state->outside_flows += part;
  }
}

/* Eisenberg-Noe among the estates: creditors that are not defaulting stand outside. */
static void clear_estates(const struct spec_loop *model, struct spec_state *state) {
  int n = model->n, pairs = n * n;
  double *owed = numbers((size_t)pairs), *paid = numbers((size_t)pairs), *resources = numbers((size_t)n);
  bool *pays_all = zeros((size_t)n, sizeof(bool));
  for (int i = 0; i < n; i++) {
    resources[i] = state->defaulted[i] ? state->cash[i] : 0;
    for (int j = 0; state->defaulted[i] && j < n; j++) owed[i * n + j] = state->debt[i * n + j];
  }
  spec_clearing_classes(n, 1, resources, pays_all, owed, paid);
  for (int i = 0; i < n; i++) {
    if (!state->defaulted[i]) continue;
    double out = row_sum(n, paid, i), residual = positive(resources[i] + column_sum(n, paid, i) - out);
    state->estate_owed += row_sum(n, owed, i), state->estate_paid += out;
    for (int j = 0; j < n; j++) {
      state->creditor_loss += owed[i * n + j] - paid[i * n + j];
      if (!state->defaulted[j]) state->cash[j] += paid[i * n + j], state->estate_income[j] += paid[i * n + j];
      if (j == SPEC_WORLD) state->outside_flows += paid[i * n + j];
    }
    state->cash[i] = 0;
    pay_residual(model, state, i, residual);
  }
  free(owed), free(paid), free(resources), free(pays_all);
}

/* Earmarks of the dead, recipients or investors, bind no one any more. */
static void strike_out(const struct spec_loop *model, struct spec_state *state, int i) {
  int n = model->n;
  state->live[i] = false;
  for (int j = 0; j < n; j++) {
    int row = i * n + j, column = j * n + i;
    state->stake[row] = state->stake[column] = 0;
    state->debt[row] = state->debt[column] = 0;
    state->pledge[row] = state->pledge[column] = 0;
    state->earmarked[row] = state->earmarked[column] = 0;
  }
  for (int k = 0; k < model->backstop_count; k++)
    if (model->backstop[k].guarantor == i || model->backstop[k].provider == i) state->backstop_left[k] = 0;
}

void spec_step_8_default(const struct spec_loop *model, struct spec_state *state, int t) {
  int n = model->n;
  state->estate_owed = state->estate_paid = state->creditor_loss = 0;
  fill(state->estate_income, (size_t)n, 0), fill(state->claims_lost, (size_t)n, 0);
  find_defaults(model, state, t);
  cross_defaults(model, state);
  for (int i = 0; i < n; i++) /* as the books have them, before claims that default itself creates */
    for (int j = 0; state->defaulted[i] && j < n; j++) state->claims_lost[j] += state->debt[i * n + j];
  terminate_contracts(model, state);
  for (int i = 0; i < n; i++)
    if (state->defaulted[i]) sell_estate(model, state, t, i);
  clear_estates(model, state);
  for (int i = 0; i < n; i++)
    if (state->defaulted[i]) strike_out(model, state, i);
}

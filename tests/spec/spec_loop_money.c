/* spec_loop_money.c - steps 4 to 7 of the textbook loop: obligations, credit, clearing, equity, books. */
#include <string.h>

#include "spec/spec_clearing.h"
#include "spec/spec_loop_parts.h"

/* ---- rates ------------------------------------------------------------------------------------------------------- */

double spec_interest_rate(const struct spec_loop *model, const struct spec_state *state, int i) {
  if (i == SPEC_WORLD) return model->interest;
  return model->interest + model->spread[i] + (state->flagged[i] ? model->distress_spread : 0);
}

double spec_principal_rate(const struct spec_loop *model, const struct spec_state *state, int t, int i) {
  double given = model->amortisation_path[t * model->n + i];
  if (i == SPEC_WORLD) return model->amortisation;
  double falls_due = smaller(1, isnan(given) ? model->amortisation : given);
  return falls_due * (1 - (state->flagged[i] ? 0 : clip(model->rollover[t * model->n + i])));
}

double spec_wear_rate(const struct spec_loop *model, int t, int i) {
  return smaller(1, model->depreciation[i] * model->depreciation_scale[t * model->n + i]);
}

double spec_earmarked_cash(const struct spec_loop *model, const struct spec_state *state, int i) {
  return column_sum(model->n, state->earmarked, i);
}

bool spec_passes(const struct spec_loop *model, struct spec_state *state, int t, enum spec_test test, double level,
                 int recipient, int partner) {
  double reached = 0, asked = level;
  if (test == SPEC_TEST_NONE) return true;
  if (test == SPEC_TEST_REVENUE || test == SPEC_TEST_REVENUE_TO_PLAN) reached = state->revenue_before[recipient];
  if (test == SPEC_TEST_REVENUE_TO_PLAN) asked *= model->demand_planned[(t > 0 ? t - 1 : 0) * model->n + recipient];
  if (test == SPEC_TEST_CAPACITY) reached = state->capacity[recipient];
  if (test == SPEC_TEST_PURCHASES) reached = state->volume[recipient * model->n + partner];
  decide(state, reached, asked, 0);
  return reached >= asked;
}

/* ---- step 4: obligations ----------------------------------------------------------------------------------------- */

static void owe_debt_service(const struct spec_loop *model, struct spec_state *state, int t, int i) {
  int n = model->n;
  state->interest_rate[i] = spec_interest_rate(model, state, i);
  state->principal_rate[i] = spec_principal_rate(model, state, t, i);
  for (int j = 0; j < n; j++) {
    double rate = state->interest_rate[i] + state->principal_rate[i];
    state->owed[i * n + j] = state->live[i] ? rate * state->debt[i * n + j] : 0;
  }
  double outside = state->debt[i * n + SPEC_WORLD];
  double secured = model->secured_share[i] * outside,
         backing = model->hardware_price[t * n + i] * state->real_assets[i];
  double short_of = positive(secured - model->loan_to_value[i] * backing);
  bool called = i != SPEC_WORLD && state->live[i];
  state->call[i] = called ? smaller(short_of, outside * (1 - state->principal_rate[i])) : 0;
  state->owed[i * n + SPEC_WORLD] += state->call[i];
  note(state, SPEC_EVENT_COLLATERAL, state->call[i] > 0);
  note(state, SPEC_EVENT_SPREAD,
       state->live[i] && row_sum(n, state->debt, i) > 0 && state->interest_rate[i] > model->interest);
  note(state, SPEC_EVENT_ROLLOVER,
       i != SPEC_WORLD && state->live[i] && row_sum(n, state->debt, i) > 0 && !state->flagged[i] &&
           model->rollover[t * n + i] > 0);
}

/* Invoices less what earmarked cash pays before clearing, and exit fees. */
static void owe_trade(const struct spec_loop *model, struct spec_state *state) {
  int n = model->n, pairs = n * n;
  double *class_1 = state->owed + pairs;
  for (int k = 0; k < state->row_count; k++) {
    const struct spec_row *row = &state->row[k];
    class_1[row->terms.buyer * n + row->terms.seller] += row->invoice;
  }
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) {
      double prepaid = smaller(state->earmarked[j * n + i], class_1[i * n + j]);
      state->prepaid[i * n + j] = prepaid;
      class_1[i * n + j] -= prepaid;
      note(state, SPEC_EVENT_EARMARK, prepaid > 0);
    }
  for (int k = 0; k < state->row_count; k++)
    state->other_owed[state->row[k].terms.buyer * n + state->row[k].terms.seller] += state->row[k].fee;
}

/* Unsold volume of provider j against plan, and its idle capacity in money, before any backstop. */
static void unsold(const struct spec_loop *model, const struct spec_state *state, int j, double *shortfall,
                   double *idle) {
  double planned = 0, extra = 0;
  for (int k = 0; k < state->row_count; k++) {
    const struct spec_row *row = &state->row[k];
    if (row->terms.seller == j) planned += row->due - row->ordered, extra += row->extra;
  }
  *shortfall = positive(planned);
  *idle = model->price[j] * positive(state->able[j] - state->used[j] - extra / model->price[j]);
}

static void owe_backstops(const struct spec_loop *model, struct spec_state *state) {
  int n = model->n;
  for (int k = 0; k < model->backstop_count; k++) {
    int guarantor = model->backstop[k].guarantor, provider = model->backstop[k].provider;
    double shortfall, idle;
    unsold(model, state, provider, &shortfall, &idle);
    for (int before = 0; before < k; before++) {
      bool same = model->backstop[before].provider == provider;
      shortfall -= same ? state->backstop_due[before] : 0, idle -= same ? state->backstop_due[before] : 0;
    }
    double most = smaller(positive(shortfall), positive(idle));
    bool live = state->live[guarantor] && state->live[provider];
    state->backstop_due[k] = live ? smaller(state->backstop_left[k], most) : 0;
    state->other_owed[guarantor * n + provider] += state->backstop_due[k];
    note(state, SPEC_EVENT_BACKSTOP, state->backstop_due[k] > 1e-6);
  }
}

static void owe_pledges(const struct spec_loop *model, struct spec_state *state, int t) {
  int n = model->n, pairs = n * n;
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) {
      int pair = i * n + j;
      if (!state->live[i] || !state->live[j] || state->flagged[j] || t < model->pledge_start[pair]) continue;
      if (!(state->pledge[pair] > 0)) continue;
      if (!spec_passes(model, state, t, (enum spec_test)model->test[pair], model->test_level[pair], j, i)) {
        note(state, SPEC_EVENT_TEST_FAILED, true);
        continue;
      }
      state->owed[2 * pairs + pair] =
          smaller(state->pledge[pair], model->pledge_rate[pair]) * model->gate[t * pairs + pair] * state->confidence[j];
    }
}

/* What the build-out borrows: a part of what is capitalised. */
static void borrow(const struct spec_loop *model, struct spec_state *state, int t, int i) {
  double capital = 0;
  for (int k = 0; k < state->row_count; k++) {
    const struct spec_row *row = &state->row[k];
    if (row->terms.buyer == i) capital += row->terms.capex_share * row->weight * row->delivered;
  }
  bool open = i != SPEC_WORLD && state->live[i] && !state->flagged[i];
  state->borrowed[i] = open ? model->capex_borrowing[i] * capital * model->credit_open[t * model->n + i] : 0;
  note(state, SPEC_EVENT_BORROWED, state->borrowed[i] > 0);
}

void spec_step_4_obligations(const struct spec_loop *model, struct spec_state *state, int t) {
  int n = model->n, pairs = n * n;
  memcpy(state->debt_before, state->debt, sizeof(double) * (size_t)pairs);
  memset(state->owed, 0, sizeof(double) * 3 * (size_t)pairs);
  memset(state->other_owed, 0, sizeof(double) * (size_t)pairs);
  for (int i = 0; i < n; i++) {
    state->confidence[i] = 1 - model->funding_sensitivity[i] * (1 - standing(state, i));
    state->opex_owed[i] = state->live[i] ? model->opex[i] : 0;
    state->cogs_owed[i] = model->cogs[i] * state->sales[i];
    owe_debt_service(model, state, t, i);
    borrow(model, state, t, i);
  }
  owe_trade(model, state);
  owe_backstops(model, state);
  for (int pair = 0; pair < pairs; pair++) state->owed[pairs + pair] += state->other_owed[pair];
  owe_pledges(model, state, t);
  for (int i = 0; i < n; i++) {
    state->owed[i * n + SPEC_WORLD] += state->opex_owed[i];
    state->owed[pairs + i * n + SPEC_WORLD] += state->cogs_owed[i];
    bool funded = i != SPEC_WORLD && state->live[i] && !state->flagged[i];
    double fear = positive(1 - model->herding_funding * state->drawdown[i]);
    state->outside_paid[i] = funded ? model->outside_equity[t * n + i] * state->confidence[i] * fear : 0;
    note(state, SPEC_EVENT_HERDING_FUNDING, funded && model->outside_equity[t * n + i] > 0 && fear < 1);
  }
}

void spec_step_4_draws(const struct spec_loop *model, struct spec_state *state, int t) {
  int n = model->n, pairs = n * n;
  for (int i = 0; i < n; i++) {
    state->draw[i] = 0;
    if (i == SPEC_WORLD || !state->live[i] || state->flagged[i]) continue;
    double due = row_sum(n, state->owed, i) + row_sum(n, state->owed + pairs, i), expected = 0;
    for (int k = 0; k < 3; k++) expected += column_sum(n, state->owed + k * pairs, i);
    for (int j = 0; j < n; j++) expected -= model->earmark[j * n + i] * state->owed[2 * pairs + j * n + i];
    expected += state->borrowed[i] + column_sum(n, state->prepaid, i);
    double cash = state->cash[i] - spec_earmarked_cash(model, state, i);
    double need = due + model->cash_floor[i] - cash - state->revenue[i] - state->outside_paid[i] - expected;
    double room = model->credit_open[t * n + i] * model->credit_limit[i] * state->value[i] -
                  row_sum(n, state->debt, i) - state->borrowed[i];
    state->draw[i] = smaller(positive(need), positive(room));
  }
}

/* ---- step 5: clearing -------------------------------------------------------------------------------------------- */

/* Earmarked parts of pledges go to a vault, a node that pays nothing; afterwards they are put back to their pledges. */
static void clear_with_vault(const struct spec_loop *model, struct spec_state *state, const double *resources) {
  int n = model->n, pairs = n * n, wide = n + 1;
  double *owed = numbers((size_t)(3 * wide * wide)), *paid = numbers((size_t)(3 * wide * wide));
  double *wide_resources = numbers((size_t)wide);
  bool *pays_all = zeros((size_t)wide, sizeof(bool));
  pays_all[SPEC_WORLD] = true;
  memcpy(wide_resources, resources, sizeof(double) * (size_t)n);
  for (int k = 0; k < 3; k++)
    for (int i = 0; i < n; i++)
      for (int j = 0; j < n; j++) {
        double amount = state->owed[k * pairs + i * n + j], kept = k == 2 ? model->earmark[i * n + j] * amount : 0;
        owed[(k * wide + i) * wide + j] = amount - kept;
        owed[(k * wide + i) * wide + n] += kept;
      }
  spec_clearing_classes(wide, 3, wide_resources, pays_all, owed, paid);
  for (int k = 0; k < 3; k++)
    for (int i = 0; i < n; i++) {
      double all = row_sum(wide, owed + k * wide * wide, i), part = row_sum(wide, paid + k * wide * wide, i);
      for (int j = 0; j < n; j++)
        state->paid[k * pairs + i * n + j] = all > 0 ? state->owed[k * pairs + i * n + j] * (part / all) : 0;
    }
  free(owed), free(paid), free(wide_resources), free(pays_all);
}

static void clear(const struct spec_loop *model, struct spec_state *state, const double *resources) {
  int n = model->n;
  bool earmarks = false;
  for (int pair = 0; pair < n * n; pair++) earmarks = earmarks || model->earmark[pair] > 0;
  if (earmarks) {
    clear_with_vault(model, state, resources);
    return;
  }
  bool *pays_all = zeros((size_t)n, sizeof(bool));
  pays_all[SPEC_WORLD] = true;
  spec_clearing_classes(n, 3, resources, pays_all, state->owed, state->paid);
  free(pays_all);
}

/* Z after the quarter's prepayments and pledges; the sum over the investors of i. */
static double move_earmarks(const struct spec_loop *model, struct spec_state *state, int i) {
  int n = model->n;
  for (int j = 0; j < n; j++) {
    int pledge = j * n + i;
    state->earmarked[pledge] = positive(state->earmarked[pledge] - state->prepaid[i * n + j]);
    state->earmarked[pledge] += model->earmark[pledge] * state->paid[2 * n * n + pledge];
  }
  return spec_earmarked_cash(model, state, i);
}

void spec_step_5_clearing(const struct spec_loop *model, struct spec_state *state) {
  int n = model->n, pairs = n * n;
  double *resources = numbers((size_t)n), given = 0;
  for (int i = 0; i < n; i++) {
    double inflow = state->revenue[i] + state->outside_paid[i] + state->draw[i] + state->borrowed[i];
    double free_cash = state->cash[i] - spec_earmarked_cash(model, state, i);
    resources[i] = free_cash + inflow + column_sum(n, state->prepaid, i);
    given += inflow;
  }
  clear(model, state, resources);
  for (int i = 0; i < n; i++) {
    double owed = row_sum(n, state->owed, i), paid = row_sum(n, state->paid, i);
    state->full_ratio[i] = owed == 0 ? 1 : paid / owed;
    double out = 0, in = 0, kept = 0;
    for (int k = 0; k < 3; k++)
      out += row_sum(n, state->paid + k * pairs, i), in += column_sum(n, state->paid + k * pairs, i);
    for (int j = 0; j < n; j++) kept += model->earmark[j * n + i] * state->paid[2 * pairs + j * n + i];
    double left = resources[i] + (in - kept) - out;
    state->cash[i] = (i == SPEC_WORLD ? left - given : positive(left)) + move_earmarks(model, state, i);
  }
  free(resources);
}

/* ---- step 6: equity ---------------------------------------------------------------------------------------------- */

/* The history of a share: its dilution, and the values that distress may refer to. */
static void remember_round(struct spec_state *state, int j) {
  double before = state->value[j], money = state->issued[j];
  state->round_value[j] = before;
  state->dilution[j] *= before / (before + money);
  if (before > 0) return;
  state->dilution[j] = 1, state->peak[j] = money;
  note(state, SPEC_EVENT_WIPED_OUT, true);
}

static void exercise_warrants(const struct spec_loop *model, struct spec_state *state, int t) {
  int n = model->n;
  for (int k = 0; k < model->warrant_count; k++) {
    const struct spec_warrant *warrant = &model->warrant[k];
    int issuer = warrant->issuer, holder = warrant->holder;
    if (state->exercised[k] || t < warrant->start || !state->live[issuer] || !state->live[holder]) continue;
    if (!spec_passes(model, state, t, warrant->test, warrant->level, holder, issuer)) continue;
    state->exercised[k] = true;
    for (int i = 0; i < n; i++) state->stake[i * n + issuer] *= 1 - warrant->share;
    state->stake[holder * n + issuer] += warrant->share;
    state->dilution[issuer] *= 1 - warrant->share;
    note(state, SPEC_EVENT_WARRANT, true);
  }
}

void spec_step_6_equity(const struct spec_loop *model, struct spec_state *state, int t) {
  int n = model->n, pairs = n * n;
  const double *pledged = state->paid + 2 * pairs;
  for (int j = 0; j < n; j++) {
    state->issued[j] = column_sum(n, pledged, j) + state->outside_paid[j];
    if (!(state->issued[j] > 0)) continue;
    if (model->distress_reference == SPEC_REFERENCE_LAST_ROUND) decide(state, state->issued[j], 0, state->value[j]);
    double after = state->value[j] + state->issued[j];
    for (int i = 0; i < n; i++)
      state->stake[i * n + j] = state->stake[i * n + j] * (state->value[j] / after) + pledged[i * n + j] / after;
    state->stake[SPEC_WORLD * n + j] += state->outside_paid[j] / after;
    remember_round(state, j);
  }
  exercise_warrants(model, state, t);
  for (int pair = 0; pair < pairs; pair++) {
    state->pledge[pair] = positive(state->pledge[pair] - pledged[pair]);
    state->invested[pair] += pledged[pair];
  }
  for (int k = 0; k < state->row_count; k++) {
    struct spec_row *row = &state->row[k];
    row->backlog = positive(row->backlog - row->delivered);
    state->volume[row->terms.buyer * n + row->terms.seller] += row->delivered;
  }
}

/* ---- step 7: books ----------------------------------------------------------------------------------------------- */

void spec_step_7_debt(const struct spec_loop *model, struct spec_state *state) {
  int n = model->n, pairs = n * n;
  for (int i = 0; i < n; i++) {
    double fr = state->full_ratio[i], interest = state->interest_rate[i], principal = state->principal_rate[i];
    for (int j = 0; j < n; j++) {
      int pair = i * n + j;
      state->debt[pair] += -principal * state->debt[pair] * fr + interest * state->debt[pair] * (1 - fr);
      state->debt[pair] += positive(state->owed[pairs + pair] - state->paid[pairs + pair]);
    }
    state->debt[i * n + SPEC_WORLD] += state->opex_owed[i] * (1 - fr) + state->draw[i];
    state->debt[i * n + SPEC_WORLD] += state->borrowed[i] - state->call[i] * fr;
  }
  for (int k = 0; k < model->backstop_count; k++) {
    int pair = model->backstop[k].guarantor * n + model->backstop[k].provider;
    double owed = state->owed[pairs + pair], paid = state->paid[pairs + pair];
    double part = owed > 0 ? paid / owed : 0;
    state->backstop_left[k] = positive(state->backstop_left[k] - state->backstop_due[k] * part);
  }
}

/* Real assets take what is invoiced, capacity what is delivered. */
void spec_step_7_capacity(const struct spec_loop *model, struct spec_state *state, int t) {
  int n = model->n, lag = model->build_lag;
  for (int i = 0; i < n; i++) {
    double capital = 0, volume = 0;
    for (int k = 0; k < state->row_count; k++) {
      const struct spec_row *row = &state->row[k];
      if (row->terms.buyer != i) continue;
      volume += row->terms.capex_share * row->delivered;
      capital += row->terms.capex_share * row->weight * row->delivered;
    }
    state->real_assets[i] = (1 - spec_wear_rate(model, t, i)) * state->real_assets[i] + capital;
    double order = volume / model->cost[i], done = order;
    double *queue = state->queue + i * lag;
    if (lag > 0) {
      done = queue[0];
      for (int slot = 0; slot + 1 < lag; slot++) queue[slot] = queue[slot + 1];
      queue[lag - 1] = order;
    }
    state->ordered[i] += order;
    state->dark[i] += done;
    double lit = smaller(state->dark[i], positive(model->power_cap[t * n + i] - state->capacity[i]));
    state->capacity[i] += lit, state->dark[i] -= lit;
  }
}

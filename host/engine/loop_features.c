/* loop_features.c - which mechanisms of LOOP-2 a run uses. A mechanism that cannot change anything is left off, so that a run
 * without any has the bits of LOOP-1, and does not pay for what it does not use. */
#include "engine/loop_finance.h"

/* Does any entity have a number above 0? */
static bool any_entity(const struct ls_plan *plan, enum ls_loop_field field) {
  for (int32_t i = 0; i < plan->entity_count; i++)
    if (plan->loop.entity[(int64_t)i * LOOP_FIELD_COUNT + field] > 0) return true;
  return false;
}

static bool any_contract(const struct ls_plan *plan, enum ls_loop_contract_field field, double otherwise) {
  for (int32_t k = 0; k < plan->loop.purchase.count; k++)
    if (plan->loop.contract[(int64_t)k * LOOP_CONTRACT_FIELD_COUNT + field] != otherwise) return true;
  return false;
}

/* Does a path of an entity ever differ from what holds without any row? */
static bool any_path(const struct ls_plan *plan, enum ls_loop_path path, double otherwise) {
  int64_t width = plan->entity_count + 1;
  for (int32_t t = 0; t < plan->quarter_count; t++)
    for (int32_t i = 0; i < plan->entity_count; i++)
      if (plan->loop.path[(t * width + i) * LOOP_PATH_COUNT + path] != otherwise) return true;
  return false;
}

static bool shocked(const struct run_settings *settings, enum ls_variable variable) {
  return (settings->shocked >> variable & 1u) != 0;
}

/* Real side: inputs, capacity, prices. */
static uint32_t trade_features(const struct ls_plan *plan, const struct run_settings *settings) {
  const struct ls_loop_plan *loop = &plan->loop;
  uint32_t bits = settings->loop.inputs == 1 ? LOOP_HAS_PLANNED_INPUTS : 0;
  bool substitutes = any_entity(plan, LOOP_SUBSTITUTION), repriced = any_contract(plan, LOOP_CONTRACT_REPRICING, 0);
  bool scarcity = loop->price_elasticity > 0 && (substitutes || repriced);
  bool moves = scarcity || any_path(plan, LOOP_PATH_PRICE, 1) || shocked(settings, LS_VARIABLE_PRICE);
  if (any_entity(plan, LOOP_UPSIDE)) bits |= LOOP_HAS_UPSIDE;
  if (substitutes) bits |= LOOP_HAS_SUBSTITUTION;
  if (scarcity) bits |= LOOP_HAS_SCARCITY;
  if (moves && (substitutes || repriced)) bits |= LOOP_HAS_PRICES;
  if (substitutes || scarcity || loop->backstop.count > 0 || any_entity(plan, LOOP_EXTERNAL_USE) ||
      any_contract(plan, LOOP_CONTRACT_PRIORITY, 1))
    bits |= LOOP_HAS_RATIONING;
  if (any_path(plan, LOOP_PATH_HARDWARE_PRICE, 1) || any_path(plan, LOOP_PATH_DEPRECIATION_SCALE, 1) ||
      shocked(settings, LS_VARIABLE_HARDWARE_PRICE) || shocked(settings, LS_VARIABLE_DEPRECIATION_SCALE))
    bits |= LOOP_HAS_HARDWARE;
  return bits;
}

static bool any_test(const struct ls_loop_plan *loop) {
  for (int32_t k = 0; k < loop->pledge.count; k++)
    if (loop->pledge_test[k] != LOOP_TEST_NONE) return true;
  for (int32_t k = 0; k < loop->warrant.count; k++)
    if (loop->warrant.test[k] != LOOP_TEST_NONE) return true;
  return false;
}

static uint32_t contract_features(const struct ls_plan *plan) {
  const struct ls_loop_plan *loop = &plan->loop;
  uint32_t bits = 0;
  if (any_contract(plan, LOOP_CONTRACT_END, LS_NO_END) || any_contract(plan, LOOP_CONTRACT_RENEWED, 0))
    bits |= LOOP_HAS_ENDS;
  if (any_contract(plan, LOOP_CONTRACT_CONCESSION, 0)) bits |= LOOP_HAS_CONCESSIONS;
  if (any_contract(plan, LOOP_CONTRACT_NOTICE, -1)) bits |= LOOP_HAS_EXITS;
  if (loop->backlog_uncommitted < 1 || loop->backlog_discount > 0) bits |= LOOP_HAS_BACKLOG_WORTH;
  for (int32_t k = 0; k < loop->pledge.count; k++)
    if (loop->earmark[k] > 0) bits |= LOOP_HAS_EARMARKS;
  if (any_test(loop)) bits |= LOOP_HAS_TESTS;
  if (loop->backstop.count > 0) bits |= LOOP_HAS_BACKSTOPS;
  if (loop->warrant.count > 0) bits |= LOOP_HAS_WARRANTS;
  if (loop->breach_share > 0) bits |= LOOP_HAS_BREACH;
  if (loop->cross.count > 0) bits |= LOOP_HAS_CROSS_DEFAULT;
  return bits;
}

static uint32_t money_features(const struct ls_plan *plan, const struct run_settings *settings) {
  const struct ls_loop_plan *loop = &plan->loop;
  uint32_t bits = 0;
  if (any_entity(plan, LOOP_CAPEX_BORROWING)) bits |= LOOP_HAS_BORROWING;
  if (any_entity(plan, LOOP_SPREAD) || loop->distress_spread > 0 ||
      any_path(plan, LOOP_PATH_AMORTISATION, loop->amortisation) || any_path(plan, LOOP_PATH_ROLLOVER, 0) ||
      shocked(settings, LS_VARIABLE_AMORTISATION))
    bits |= LOOP_HAS_RATES;
  if (any_entity(plan, LOOP_SECURED_SHARE)) bits |= LOOP_HAS_COLLATERAL;
  return bits;
}

static uint32_t value_features(const struct ls_plan *plan) {
  const struct ls_loop_plan *loop = &plan->loop;
  uint32_t bits = 0;
  if (loop->revenue_smoothing < 1) bits |= LOOP_HAS_SMOOTHING;
  if (any_entity(plan, LOOP_SALES_WEIGHT)) bits |= LOOP_HAS_SALES_IN_VALUE;
  if (loop->reference != LOOP_REFERENCE_IS_INITIAL) bits |= LOOP_HAS_REFERENCE;
  if (loop->flag_exit > 0) bits |= LOOP_HAS_FLAG_EXIT;
  if (loop->herding_multiple > 0 || loop->herding_funding > 0 || loop->herding_capex > 0 || loop->herding_peers > 0)
    bits |= LOOP_HAS_HERDING;
  if (loop->impairment > 0) bits |= LOOP_HAS_IMPAIRMENT;
  return bits;
}

uint32_t loop_features(const struct ls_plan *plan, const struct run_settings *settings) {
  return trade_features(plan, settings) | contract_features(plan) | money_features(plan, settings) |
         value_features(plan);
}

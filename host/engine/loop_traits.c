/* loop_traits.c - what the steps of the loop model have to ask of each contract, told once so that they need not look it up
 * every quarter of every scenario. */
#include "engine/loop_finance.h"

static bool has(const struct ls_loop_plan *loop, enum ls_loop_feature feature) {
  return (loop->features & (uint32_t)feature) != 0;
}

static double term(const struct ls_loop_plan *loop, enum ls_loop_contract_field field, int32_t k) {
  return loop->contract[(int64_t)field * loop->purchase.count + k];
}

static double entity(const struct ls_plan *plan, enum ls_loop_field field, int32_t i) {
  return plan->loop.entity[(int64_t)field * plan->entity_count + i];
}

static uint32_t trait_of(const struct ls_plan *plan, int32_t k) {
  const struct ls_loop_plan *loop = &plan->loop;
  int32_t buyer = loop->purchase.from[k], seller = loop->purchase.to[k];
  bool by_world = buyer == plan->entity_count;
  uint32_t bits = 0;
  if (has(loop, LOOP_HAS_ENDS) && term(loop, LOOP_CONTRACT_RENEWED, k) > 0) bits |= LOOP_TRAIT_RENEWED;
  if (has(loop, LOOP_HAS_ENDS) && term(loop, LOOP_CONTRACT_END, k) < plan->quarter_count) bits |= LOOP_TRAIT_ENDS;
  if (term(loop, LOOP_CONTRACT_PRIORITY, k) != 1) bits |= LOOP_TRAIT_SECOND;
  if (has(loop, LOOP_HAS_PRICES) && term(loop, LOOP_CONTRACT_REPRICING, k) != 0) bits |= LOOP_TRAIT_REPRICED;
  if (has(loop, LOOP_HAS_CONCESSIONS) && term(loop, LOOP_CONTRACT_CONCESSION, k) > 0) bits |= LOOP_TRAIT_MAY_CONCEDE;
  if (has(loop, LOOP_HAS_EXITS) && term(loop, LOOP_CONTRACT_NOTICE, k) >= 0) bits |= LOOP_TRAIT_MAY_EXIT;
  if (has(loop, LOOP_HAS_SUBSTITUTION) && !by_world && entity(plan, LOOP_SUBSTITUTION, buyer) > 0 &&
      loop->input_type[seller] >= 0)
    bits |= LOOP_TRAIT_MAY_SUBSTITUTE;
  if (has(loop, LOOP_HAS_HERDING) && !by_world && loop->capex_share[k] > 0) bits |= LOOP_TRAIT_HERDED;
  if (loop->capex_share[k] > 0) bits |= LOOP_TRAIT_CAPITAL;
  if (loop->capex_share[k] == 1) bits |= LOOP_TRAIT_ALL_CAPITAL;
  if (entity(plan, LOOP_BACKLOG_MARGIN, seller) > 0) bits |= LOOP_TRAIT_IN_VALUE;
  if (loop->purchase_pledge[k] >= 0) bits |= LOOP_TRAIT_PREPAID;
  return bits;
}

ls_status plan_fill_traits(ls_context *context, struct ls_plan *plan) {
  int32_t count = plan->loop.purchase.count;
  uint32_t *trait = context_allocate(context, (size_t)count, sizeof *trait);
  plan->loop.trait = trait;
  if (trait == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int32_t k = 0; k < count; k++) trait[k] = trait_of(plan, k);
  return LS_STATUS_OK;
}

/* loop_traits.c - what the steps of the loop model have to ask of each contract, debt and buyer, told once so that they need not
 * look it up every quarter of every scenario. */
#include "engine/loop_finance.h"

static bool has(const struct ls_loop_plan *loop, enum ls_loop_feature feature) {
  return (loop->features & (uint32_t)feature) != 0;
}

static double term(const struct ls_loop_plan *loop, enum ls_loop_contract_field field, int32_t k) {
  return loop->contract[(int64_t)k * LOOP_CONTRACT_FIELD_COUNT + field];
}

static double entity(const struct ls_plan *plan, enum ls_loop_field field, int32_t i) {
  return plan->loop.entity[(int64_t)i * LOOP_FIELD_COUNT + field];
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

void plan_mark_moved(struct ls_plan *plan) {
  const struct ls_shock_plan *shock = &plan->shock;
  uint32_t *trait = (uint32_t *)plan->loop.trait;
  for (int32_t k = 0; k < plan->loop.purchase.count; k++) {
    int32_t pair = plan->loop.purchase_target[k];
    bool known = pair >= 0 && pair < shock->target_count;
    bool moved = known && shock->column_of[LS_VARIABLE_ORDERS * shock->target_count + pair] >= 0;
    trait[k] = (trait[k] & ~(uint32_t)LOOP_TRAIT_MOVED) | (moved ? LOOP_TRAIT_MOVED : 0);
  }
}

/* Buyers whose standing weighs the backlog in their sellers' values. */
static void find_vouchers(const struct ls_loop_plan *loop, int32_t n, int32_t *vouches) {
  for (int32_t k = 0; k < loop->purchase.count; k++)
    if (loop->purchase.from[k] < n && (loop->trait[k] & LOOP_TRAIT_IN_VALUE) != 0) vouches[loop->purchase.from[k]] = 1;
}

/* Does a debt stand without anybody falling behind? */
static bool lasts(const struct ls_loop_links *debt, int32_t k, int32_t n) {
  return debt->amount[k] != 0 || debt->to[k] == n;
}

/* The rows of those debts that last, or of all. */
static ls_status fill_rows(ls_context *context, const struct ls_loop_links *debt, int32_t n, bool all,
                           struct ls_loop_rows *rows) {
  int32_t *first_from = context_allocate(context, (size_t)n + 2, sizeof *first_from);
  int32_t *first_to = context_allocate(context, (size_t)n + 2, sizeof *first_to);
  int32_t *by_from = context_allocate(context, (size_t)debt->count, sizeof *by_from);
  int32_t *by_to = context_allocate(context, (size_t)debt->count, sizeof *by_to);
  *rows = (struct ls_loop_rows){debt->count, first_from, by_from, first_to, by_to};
  if (first_from == NULL || first_to == NULL || by_from == NULL || by_to == NULL) return LS_STATUS_OUT_OF_MEMORY;
  int32_t sent = 0, received = 0;
  for (int32_t i = 0; i <= n; i++) {
    for (int32_t k = debt->first_from[i]; k < debt->first_from[i + 1]; k++)
      if (all || lasts(debt, k, n)) by_from[sent++] = k;
    for (int32_t p = debt->first_to[i]; p < debt->first_to[i + 1]; p++)
      if (all || lasts(debt, debt->by_to[p], n)) by_to[received++] = debt->by_to[p];
    first_from[i + 1] = sent;
    first_to[i + 1] = received;
  }
  rows->count = sent;
  return LS_STATUS_OK;
}

ls_status plan_fill_traits(ls_context *context, struct ls_plan *plan) {
  struct ls_loop_plan *loop = &plan->loop;
  int32_t count = loop->purchase.count, n = plan->entity_count;
  uint32_t *trait = context_allocate(context, (size_t)count, sizeof *trait);
  int32_t *vouches = context_allocate(context, (size_t)n, sizeof *vouches);
  loop->trait = trait;
  loop->vouches = vouches;
  if (trait == NULL || vouches == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int32_t k = 0; k < count; k++) trait[k] = trait_of(plan, k);
  plan_mark_moved(plan);
  find_vouchers(loop, n, vouches);
  ls_status status = fill_rows(context, &loop->debt, n, false, &loop->lasting_debt);
  return status == LS_STATUS_OK ? fill_rows(context, &loop->debt, n, true, &loop->every_debt) : status;
}

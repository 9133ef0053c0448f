/* loop_finance.h - the tables of LOOP-2 laid out for the kernels, and which of its mechanisms a run uses. */
#ifndef LS_HOST_ENGINE_LOOP_FINANCE_H
#define LS_HOST_ENGINE_LOOP_FINANCE_H

#include "engine/loop_links.h"
#include "engine/settings.h"

/* Node number of an entity: W is the one behind the last. */
static inline int32_t loop_node_of(const ls_network *network, int32_t entity) {
  return entity == ENTITY_WORLD ? network->entity_count : entity;
}

/* Stakes that warrants may make, and debts that backstops and dead suppliers may leave. At most as many as the tables have rows;
 * return how many. */
int32_t finance_stake_links(const ls_network *network, struct link *link);
int32_t finance_debt_links(const ls_network *network, const struct run_settings *settings, struct link *link);

/* Fills everything of plan->loop that LOOP-2 adds; links and paths are in already. */
ls_status plan_fill_finance(ls_context *context, const ls_network *network, const struct run_settings *settings,
                            struct ls_plan *plan);

/* Fills trait, vouches, lasting_debt and every_debt of plan->loop: everything else of the plan is in already. */
ls_status plan_fill_traits(ls_context *context, struct ls_plan *plan);

/* Tells in trait which contracts' orders some scenario moves. To be told anew where purchase_target has changed. */
void plan_mark_moved(struct ls_plan *plan);

/* The mechanisms that the network's numbers, the settings and the shocked variables call for. */
uint32_t loop_features(const struct ls_plan *plan, const struct run_settings *settings);

#endif

/* schedule.h - what the loop model's plan schedules, quarter by quarter, where nothing goes wrong.
 *
 * Contracts with their start, ramp, end and backlog, pledges, debt service: read from the plan that the engine runs,
 * for all analyses that run no model (coverage, circularity). Gates are taken as open.
 */
#ifndef LS_HOST_ANALYSIS_SCHEDULE_H
#define LS_HOST_ANALYSIS_SCHEDULE_H

#include "core/context.h"
#include "network/network.h"
#include "plan.h" /* kernels/ */

struct scenario_set;

/* The plan of the loop model over as many quarters, without any shock; its baseline is not solved. */
struct schedule_plan {
  struct scenario_set *none; /* the plan borrows from it */
  struct ls_plan *plan;
};

/* LS_STATUS_UNUSABLE where the network lacks what the loop model needs. The plan outlives the network. */
ls_status schedule_plan_create(ls_context *context, const ls_network *network, int32_t quarters,
                               struct schedule_plan *schedule);
void schedule_plan_release(ls_context *context, struct schedule_plan *schedule);

double schedule_entity(const struct ls_plan *plan, enum ls_loop_field field, int32_t entity);
double schedule_path(const struct ls_plan *plan, enum ls_loop_path path, int32_t node, int32_t quarter);

/* What contract k asks its buyer for in a quarter. `left` is its backlog at the start of the quarter (at first
 * purchase.amount[k]) and is lowered: no more than it is due, unless the contract is rolled. Quarters in order. */
double schedule_purchase(const struct ls_plan *plan, int32_t k, int32_t quarter, double *left);

/* What pledge k pays out in a quarter, likewise. */
double schedule_pledge(const struct ls_plan *plan, int32_t k, int32_t quarter, double *left);

/* Of what an entity owes (`debt` at the start of the quarter, at first schedule_debt; lowered by the principal). */
struct debt_service {
  double interest, principal; /* principal: what falls due and is not rolled over */
};
double schedule_debt(const struct ls_plan *plan, int32_t entity);
struct debt_service schedule_debt_service(const struct ls_plan *plan, int32_t entity, int32_t quarter, double *debt);

#endif

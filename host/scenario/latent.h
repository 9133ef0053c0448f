/* latent.h - a scenario at chosen random numbers: what shocks are where the normal numbers behind them are given, not drawn.
 */
#ifndef LS_HOST_SCENARIO_LATENT_H
#define LS_HOST_SCENARIO_LATENT_H

#include "plan.h" /* kernels/ */

/* Factor f of a drawn plan, from the independent standard normals behind them. */
double latent_factor(const struct ls_shock_plan *shock, const double *normal, int32_t f);

/* Fills value[key_count] of a drawn plan as kernels/phases/draw.h does, from factor[factor_count], correlated, and source[source_count],
 * independent standard normal. A Student-t copula is taken at the centre of its common scale: chi-square = degrees of freedom. */
void latent_values(const struct ls_shock_plan *shock, const double *factor, const double *source, double *value);

/* The independent normals behind a scenario of a drawn plan: factor[factor_count], source[source_count]. */
void latent_normals(const struct ls_shock_plan *shock, int64_t scenario, double *factor, double *source);

/* The shocks of a scenario of the plan, drawn or given, as a run has them: value[key_count]; room[latent_room]. */
void latent_draw(const struct ls_shock_plan *shock, int64_t scenario, double *value, double *room);
int64_t latent_room(const struct ls_shock_plan *shock);

#endif

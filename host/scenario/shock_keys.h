/* shock_keys.h - columns and keys of the shock plan, from the points at which shocks act. */
#ifndef LS_HOST_SCENARIO_SHOCK_KEYS_H
#define LS_HOST_SCENARIO_SHOCK_KEYS_H

#include "scenario/reader.h"

struct shock_point {
  int32_t variable, target, quarter;
};

/* Sets columns and keys of set->shock to the distinct ones of the points, in any order; the points are sorted. */
ls_status shock_keys_build(struct scenario_reader *reader, struct shock_point *point, int64_t count);

/* The key of a point that was among them. */
int32_t shock_keys_find(const struct ls_shock_plan *shock, const struct shock_point *point);

/* The quarter from which a key's value holds. */
int32_t shock_keys_quarter(const struct ls_shock_plan *shock, int32_t key);

#endif

/* acting.h - which shocks of a scenario set act, changed between computations over the same scenarios.
 *
 * Every shock is drawn as always; one whose target has no column acts on nothing (enum ls_variable has its neutral
 * value). Plans borrow the columns of the set that they were made from, so that a change holds for the next
 * computation under them.
 */
#ifndef LS_HOST_SCENARIO_ACTING_H
#define LS_HOST_SCENARIO_ACTING_H

#include "scenario/reader.h"

/* Gives the set a column and a key in quarter 0 with the value 1 in every scenario, of no target yet. */
ls_status forced_default_add(struct scenario_reader *reader);

struct acting {
  struct scenario_set *set;
  int32_t *whole; /* column_of as it was read */
};

ls_status acting_create(ls_context *context, struct scenario_set *set, struct acting *acting);
void acting_release(ls_context *context, struct acting *acting);

/* All act, and no default is forced beside them. */
void acting_all(const struct acting *acting);

/* The same, and the entity defaults in quarter 0 of every scenario, whatever the file says of its default. */
void acting_force_default(const struct acting *acting, int32_t entity);

/* Only the columns for which `acts` is true. */
void acting_only(const struct acting *acting, const bool *acts);

/* The variable and target of every column. [column_count] */
void acting_columns(const struct acting *acting, int32_t *variable, int32_t *target);

#endif

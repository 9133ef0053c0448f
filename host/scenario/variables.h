/* variables.h - the names of what shocks act on, and which values they take. */
#ifndef LS_HOST_SCENARIO_VARIABLES_H
#define LS_HOST_SCENARIO_VARIABLES_H

#include "scenario/reader.h"

/* The variable of that name; -1 with a message where there is none, or where the model does not take it. */
int variable_find(struct scenario_reader *reader, const char *name, int64_t line);

const char *variable_name(int variable);
enum ls_combine variable_combine(int variable);
double variable_neutral(int variable);

/* A fault unless the value is in the variable's range: losses 0..1, default 0 or 1, factors >= 0. `what` names the
 * value. */
bool variable_check(struct scenario_reader *reader, int variable, const char *what, double value, int64_t line);

#endif

/* assumption_correlations.c - see assumption_correlations.h. */
#include "network/assumption_correlations.h"

#include "core/cholesky.h"
#include "network/assumptions.h"

#include <string.h>

static const char *parameter_at(const ls_network *network, int64_t row, int side) {
  return network_text(network, TABLE_ASSUMPTION_CORRELATIONS, side == 0 ? "parameter_a" : "parameter_b", row);
}

static double value_at(const ls_network *network, int64_t row) {
  return network_number(network, TABLE_ASSUMPTION_CORRELATIONS, "value", row, 0.0);
}

static bool is_of_entity(const ls_network *network, int64_t row) {
  return strcmp(network_text(network, TABLE_ASSUMPTION_CORRELATIONS, "scope", row), "entity") == 0;
}

/* The number of a parameter, which is added where it is new. */
static int32_t number_of(struct assumption_correlations *correlations, const char *parameter) {
  for (int32_t k = 0; k < correlations->count; k++)
    if (strcmp(correlations->parameter[k], parameter) == 0) return k;
  correlations->parameter[correlations->count] = parameter;
  return correlations->count++;
}

ls_status assumption_correlations_read(ls_context *context, const ls_network *network,
                                       struct assumption_correlations *correlations) {
  const int64_t rows = network->table[TABLE_ASSUMPTION_CORRELATIONS].row_count;
  *correlations = (struct assumption_correlations){0};
  correlations->parameter = context_allocate(context, (size_t)(2 * rows), sizeof *correlations->parameter);
  correlations->following = context_allocate(context, (size_t)rows, sizeof *correlations->following);
  if (correlations->parameter == NULL || correlations->following == NULL) goto out_of_memory;
  for (int64_t row = 0; row < rows; row++)
    if (is_of_entity(network, row))
      correlations->following[correlations->following_count++] = (struct assumption_following){
          parameter_at(network, row, 0), parameter_at(network, row, 1), value_at(network, row)};
    else
      for (int side = 0; side < 2; side++) (void)number_of(correlations, parameter_at(network, row, side));
  const int64_t count = correlations->count;
  correlations->matrix = context_allocate(context, (size_t)(count * count), sizeof *correlations->matrix);
  if (correlations->matrix == NULL) goto out_of_memory;
  for (int64_t row = 0; row < rows; row++) {
    if (is_of_entity(network, row)) continue;
    const int64_t a = number_of(correlations, parameter_at(network, row, 0)),
                  b = number_of(correlations, parameter_at(network, row, 1));
    correlations->matrix[a * count + b] = correlations->matrix[b * count + a] = value_at(network, row);
  }
  for (int64_t k = 0; k < count; k++) correlations->matrix[k * count + k] = 1.0;
  return LS_STATUS_OK;
out_of_memory:
  assumption_correlations_release(context, correlations);
  return LS_STATUS_OUT_OF_MEMORY;
}

void assumption_correlations_release(ls_context *context, struct assumption_correlations *correlations) {
  context_release(context, correlations->parameter);
  context_release(context, correlations->matrix);
  context_release(context, correlations->following);
  *correlations = (struct assumption_correlations){0};
}

const struct assumption_following *assumption_following_of(const struct assumption_correlations *correlations,
                                                           const char *parameter) {
  for (int32_t k = 0; k < correlations->following_count; k++)
    if (strcmp(correlations->following[k].follower, parameter) == 0) return &correlations->following[k];
  return NULL;
}

bool assumption_targets_share_entity(const char *target, const char *other) {
  const size_t length = strcspn(target, ">");
  return length == strcspn(other, ">") && strncmp(target, other, length) == 0;
}

/* ---- checks ----------------------------------------------------------------------------------------------------- */

static void check_row(const struct place *place, int64_t row) {
  const char *a = parameter_at(place->network, row, 0), *b = parameter_at(place->network, row, 1);
  for (int side = 0; side < 2; side++) {
    const char *parameter = parameter_at(place->network, row, side);
    if (!assumptions_name(place->network, parameter))
      place_text_fault(place, side == 0 ? "parameter_a" : "parameter_b", row, parameter,
                       "is not a parameter of assumptions.csv");
  }
  const char *scope = network_text(place->network, TABLE_ASSUMPTION_CORRELATIONS, "scope", row);
  if (*scope != '\0' && !is_of_entity(place->network, row))
    place_text_fault(place, "scope", row, scope, "is unknown, must be entity or blank");
  if (strcmp(a, b) == 0 && !is_of_entity(place->network, row))
    place_text_fault(place, "parameter_b", row, b, "is parameter_a too, must be another one");
  for (int64_t earlier = 0; earlier < row; earlier++)
    if (strcmp(parameter_at(place->network, earlier, 0), b) == 0 &&
        strcmp(parameter_at(place->network, earlier, 1), a) == 0)
      context_fault(place->context, place->file, place_line(place, row),
                    "correlation of '%s' and '%s' stands twice, the other way round before", a, b);
}

/* A follower's draw is made of its leader's and of its own alone, or it could not have the correlation that is asked for. */
static void check_follower(const struct place *place, const struct assumption_correlations *correlations, int64_t row) {
  const char *follower = parameter_at(place->network, row, 0), *leader = parameter_at(place->network, row, 1);
  if (!is_of_entity(place->network, row)) return;
  for (int64_t other = 0; other < place->table->row_count; other++) {
    if (other < row && is_of_entity(place->network, other) &&
        strcmp(parameter_at(place->network, other, 0), follower) == 0)
      place_text_fault(place, "parameter_a", row, follower, "follows another parameter already, must follow one alone");
    for (int side = 0; side < 2 && !is_of_entity(place->network, other); side++)
      if (strcmp(parameter_at(place->network, other, side), follower) == 0)
        place_text_fault(place, "parameter_a", row, follower,
                         "stands in a row without scope too, must not when it follows another");
  }
  for (int32_t steps = 0; strcmp(leader, follower) != 0 && steps <= correlations->following_count; steps++) {
    const struct assumption_following *next = assumption_following_of(correlations, leader);
    if (next == NULL || strcmp(next->leader, leader) == 0) return; /* the end, or one whose first row leads */
    leader = next->leader;
    if (strcmp(leader, follower) == 0)
      place_text_fault(place, "parameter_a", row, follower, "follows itself through others, must not");
  }
}

ls_status assumption_correlations_check(const struct place *place) {
  const int64_t faults = context_fault_count(place->context);
  struct assumption_correlations correlations;
  for (int64_t row = 0; row < place->table->row_count; row++) check_row(place, row);
  if (context_fault_count(place->context) > faults) return LS_STATUS_OK;
  ls_status status = assumption_correlations_read(place->context, place->network, &correlations);
  if (status != LS_STATUS_OK) return status;
  for (int64_t row = 0; row < place->table->row_count; row++) check_follower(place, &correlations, row);
  const size_t cells = (size_t)correlations.count * (size_t)correlations.count;
  double *lower = context_allocate(place->context, cells, sizeof *lower);
  if (lower == NULL)
    status = LS_STATUS_OUT_OF_MEMORY;
  else if (!cholesky_decompose(correlations.matrix, correlations.count, lower))
    context_fault(place->context, place->file, 0,
                  "correlations contradict each other: their matrix must be positive semidefinite");
  context_release(place->context, lower);
  assumption_correlations_release(place->context, &correlations);
  return status;
}

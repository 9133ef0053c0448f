/* assumption_correlations.c - see assumption_correlations.h. */
#include "network/assumption_correlations.h"

#include "core/cholesky.h"
#include "network/assumptions.h"

#include <string.h>

static const char *parameter_at(const ls_network *network, int64_t row, int side) {
  return network_text(network, TABLE_ASSUMPTION_CORRELATIONS, side == 0 ? "parameter_a" : "parameter_b", row);
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
  if (correlations->parameter == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int64_t row = 0; row < rows; row++)
    for (int side = 0; side < 2; side++) (void)number_of(correlations, parameter_at(network, row, side));
  const int64_t count = correlations->count;
  correlations->matrix = context_allocate(context, (size_t)(count * count), sizeof *correlations->matrix);
  if (correlations->matrix == NULL) {
    assumption_correlations_release(context, correlations);
    return LS_STATUS_OUT_OF_MEMORY;
  }
  for (int64_t row = 0; row < rows; row++) {
    const int64_t a = number_of(correlations, parameter_at(network, row, 0)),
                  b = number_of(correlations, parameter_at(network, row, 1));
    const double value = network_number(network, TABLE_ASSUMPTION_CORRELATIONS, "value", row, 0.0);
    correlations->matrix[a * count + b] = correlations->matrix[b * count + a] = value;
  }
  for (int64_t k = 0; k < count; k++) correlations->matrix[k * count + k] = 1.0;
  return LS_STATUS_OK;
}

void assumption_correlations_release(ls_context *context, struct assumption_correlations *correlations) {
  context_release(context, correlations->parameter);
  context_release(context, correlations->matrix);
  *correlations = (struct assumption_correlations){0};
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
  if (strcmp(a, b) == 0) place_text_fault(place, "parameter_b", row, b, "is parameter_a too, must be another one");
  for (int64_t earlier = 0; earlier < row; earlier++)
    if (strcmp(parameter_at(place->network, earlier, 0), b) == 0 &&
        strcmp(parameter_at(place->network, earlier, 1), a) == 0)
      context_fault(place->context, place->file, place_line(place, row),
                    "correlation of '%s' and '%s' stands twice, the other way round before", a, b);
}

ls_status assumption_correlations_check(const struct place *place) {
  const int64_t faults = context_fault_count(place->context);
  struct assumption_correlations correlations;
  for (int64_t row = 0; row < place->table->row_count; row++) check_row(place, row);
  if (context_fault_count(place->context) > faults) return LS_STATUS_OK;
  ls_status status = assumption_correlations_read(place->context, place->network, &correlations);
  if (status != LS_STATUS_OK) return status;
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

/* results_tables.c - exported tables of what stands beside losses: joint defaults, dependence, measures. */
#include <math.h>

#include "aggregate/accumulator_fields.h"
#include "aggregate/dependence.h"
#include "aggregate/results_cells.h"
#include "aggregate/results_dependence.h"
#include "aggregate/results_measures.h"
#include "network/network_hdf5.h"

void dependence_table_joint(struct buffer *out, const ls_results *results) {
  const int32_t n = results->accumulator->shape.entity_count;
  struct default_pair pair;
  buffer_text(out, "i,j,p_joint,p_j_given_i,low,high\n");
  for (int32_t i = 0; i < n; i++)
    for (int32_t j = 0; j < n; j++) {
      if (!dependence_lists(results, i, j) || !dependence_pair(results, i, j, &pair)) continue;
      cell_text(out, ls_network_entity_id(results->network, i));
      buffer_text(out, ",");
      cell_text(out, ls_network_entity_id(results->network, j));
      cell_number(out, pair.joint);
      cell_number(out, pair.given);
      cell_number(out, pair.given_low);
      cell_number(out, pair.given_high);
      buffer_text(out, "\n");
    }
}

void dependence_table(struct buffer *out, const ls_results *results) {
  buffer_text(out, "id,default_count,others_loss_mean,others_loss_mean_se,others_loss_share,es_share\n");
  const double value = dependence_value(results);
  for (int32_t k = 0; k < results->accumulator->shape.entity_count; k++) {
    const struct dependence on = dependence_on(results, value, k);
    cell_text(out, ls_network_entity_id(results->network, k));
    buffer_print(out, ",%lld", (long long)on.default_count);
    cell_number(out, on.others_mean);
    cell_number(out, on.others_se);
    cell_number(out, on.others_share);
    cell_number(out, on.shortfall_share);
    buffer_text(out, "\n");
  }
}

static void put_measure(struct buffer *out, const ls_results *results, const struct figure *figure, const char *money,
                        int64_t place) {
  cell_text(out, figure->kind == FIGURE_BY_ENTITY ? ls_network_entity_id(results->network, (int32_t)place) : "");
  buffer_text(out, ",");
  cell_text(out, figure->name);
  buffer_text(out, ",");
  cell_text(out, figure->unit != NULL ? figure->unit : money);
  cell_number(out, results->statistics.figure_mean[figure->at + place]);
  cell_number(out, results->statistics.figure_se[figure->at + place]);
  buffer_text(out, "\n");
}

void measures_table(struct buffer *out, const ls_results *results) {
  struct figure figure;
  char *money = network_amount_units(out->context, results->network);
  if (money == NULL) {
    out->failed = true;
    return;
  }
  buffer_text(out, "entity,measure,unit,mean,standard_error\n");
  for (int32_t k = 0; results_figure(results, k, &figure); k++)
    for (int64_t place = 0; figure.kind != FIGURE_BY_QUARTER && place < figure.count; place++)
      put_measure(out, results, &figure, money, place);
  context_release(out->context, money);
}

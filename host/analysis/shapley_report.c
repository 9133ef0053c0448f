/* shapley_report.c - Shapley values of the shocks, told to programs and to people. */
#include <stdio.h>

#include "analysis/largest.h"
#include "analysis/shapley.h"

enum { ROWS_MOST = 40, CELL = 40 };

static const char *name_of(const struct shapley *shapley, int32_t i) {
  const int32_t entity = shapley->player[i].entity;
  return entity == SHAPLEY_OTHER ? "other" : network_entity_id(shapley->network, entity);
}

/* Of what all shocks together do; NaN where that is nothing. */
static double share_of(const struct shapley *shapley, int32_t i) {
  const double whole = shapley->all.mean - shapley->none.mean;
  return whole != 0 ? shapley->player[i].value.mean / whole : NAN;
}

/* ---- for programs ---------------------------------------------------------------------------------------------- */

static void json_player(struct json *json, const struct shapley *shapley, int32_t i) {
  const struct shapley_player *player = &shapley->player[i];
  json_object_begin(json, NULL);
  json_text(json, "id", name_of(shapley, i));
  json_text(json, "kind", player->entity == SHAPLEY_OTHER ? "assets and world" : "entity");
  json_number(json, "value", player->value.mean);
  json_number(json, "value_se", moments_error(&player->value));
  json_number(json, "permutation_se", moments_error(&player->by_pair));
  json_number(json, "share", share_of(shapley, i));
  json_object_end(json);
}

static ls_status report_json(const struct shapley *shapley, ls_text **report) {
  struct json json = json_start(shapley->context);
  json_object_begin(&json, NULL);
  rerun_json(&json, shapley->network, &shapley->rerun);
  json_text(&json, "loss", shapley->is_net ? "net" : "gross");
  json_flag(&json, "exact", shapley->pairs == 0);
  json_whole(&json, "permutations", 2 * shapley->pairs);
  json_number(&json, "loss_none", shapley->none.mean);
  json_number(&json, "loss_all", shapley->all.mean);
  json_number(&json, "loss_all_se", moments_error(&shapley->all));
  json_number(&json, "remainder", shapley_remainder(shapley));
  json_list_begin(&json, "players");
  for (int32_t i = 0; i < shapley->count; i++) json_player(&json, shapley, i);
  json_list_end(&json);
  json_object_end(&json);
  return json_finish(&json, report);
}

/* ---- for people ------------------------------------------------------------------------------------------------ */

static void number_or_dash(char cell[CELL], double value) {
  if (isnan(value))
    (void)snprintf(cell, CELL, "-");
  else
    (void)snprintf(cell, CELL, "%.3g", value);
}

static void tell_player(struct buffer *buffer, const struct shapley *shapley, int32_t i) {
  const struct shapley_player *player = &shapley->player[i];
  char error[CELL], sampling[CELL], share[CELL];
  number_or_dash(error, moments_error(&player->value));
  number_or_dash(sampling, moments_error(&player->by_pair));
  number_or_dash(share, share_of(shapley, i));
  buffer_print(buffer, "  %-24.24s %14.6g %10s %14s %10s\n", name_of(shapley, i), player->value.mean, error, sampling,
               share);
}

static ls_status report_text(const struct shapley *shapley, ls_text **report) {
  struct buffer buffer = buffer_start(shapley->context);
  rerun_text(&buffer, "Shapley values of the shocks", shapley->network, &shapley->rerun);
  buffer_print(&buffer, "  %-24s %14s %10s %14s %10s\n", "shocks to", "value", "error", "of the orders", "share");
  if (shapley->count > 0) {
    const struct column_of_numbers order = {&shapley->player->value.mean, sizeof *shapley->player, shapley->count};
    for (int32_t row = 0, i = largest_after(&order, -1); row < ROWS_MOST && i >= 0; row++, i = largest_after(&order, i))
      tell_player(&buffer, shapley, i);
  }
  if (shapley->count > ROWS_MOST)
    buffer_print(&buffer, "  ... the %d largest; --json has all %d\n", ROWS_MOST, (int)shapley->count);
  buffer_print(&buffer, "\nThey add up to the mean %s loss with all shocks, %.6g, less that without, %.6g", //
               shapley->is_net ? "net" : "gross", shapley->all.mean, shapley->none.mean);
  if (shapley->pairs > 0)
    buffer_print(&buffer, "; from %lld random orders of the players.\n", 2 * (long long)shapley->pairs);
  else
    buffer_text(&buffer, "; exact over all subsets.\n");
  return buffer_finish(&buffer, report);
}

ls_status shapley_report(const struct shapley *shapley, ls_format format, ls_text **report) {
  return format == LS_FORMAT_JSON ? report_json(shapley, report) : report_text(shapley, report);
}

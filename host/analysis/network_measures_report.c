/* network_measures_report.c - the network measures, told to programs and to people. */
#include <math.h>
#include <stdio.h>

#include "analysis/largest.h"
#include "analysis/network_measures.h"

enum { NAMES_MOST = 10, ROWS_MOST = 20, LISTED_MOST = 100 };

static void put_reason(struct json *json, const char *key, const char *reason) {
  if (reason != NULL)
    json_text(json, key, reason);
  else
    json_nothing(json, key);
}

/* ---- for programs ---------------------------------------------------------------------------------------------- */

static void json_radius(struct json *json, const ls_network *network, const struct network_measures *measures) {
  put_reason(json, "spectral_radius_missing", measures->missing);
  if (measures->missing != NULL) {
    json_nothing(json, "spectral_radius");
  } else {
    json_object_begin(json, "spectral_radius");
    json_number(json, "lower", measures->radius.lower);
    json_number(json, "upper", measures->radius.upper);
    json_whole(json, "iterations", measures->radius.rounds);
    json_flag(json, "converged", measures->radius.converged);
    json_object_end(json);
  }
  json_list_begin(json, "without_equity");
  for (int32_t i = 0; i < measures->exposures.n; i++)
    if (measures->exposures.left_out[i]) json_text(json, NULL, network_entity_id(network, i));
  json_list_end(json);
}

/* Whom i cannot topple: by name in networks of few entities, where the lists of all stay short. */
static void json_safe(struct json *json, const ls_network *network, const struct network_measures *measures,
                      int32_t i) {
  json_whole(json, "cannot_topple_count", measures->entity[i].safe);
  if (measures->exposures.n > LISTED_MOST) {
    json_nothing(json, "cannot_topple");
    return;
  }
  json_list_begin(json, "cannot_topple");
  for (int32_t j = 0; j < measures->exposures.n; j++)
    if (j != i && measures->entity[j].net_worth > 0 && measures->entity[j].net_worth > measures->entity[i].index)
      json_text(json, NULL, network_entity_id(network, j));
  json_list_end(json);
}

static void json_entities(struct json *json, const ls_network *network, const struct network_measures *measures) {
  json_list_begin(json, "entities");
  for (int32_t i = 0; i < measures->exposures.n && measures->entity != NULL; i++) {
    const struct entity_bounds *entity = &measures->entity[i];
    json_object_begin(json, NULL);
    json_text(json, "id", network_entity_id(network, i));
    json_number(json, "outside_assets", entity->outside_assets);
    json_number(json, "net_worth", entity->net_worth);
    json_number(json, "outside_leverage", entity->leverage);
    json_number(json, "connectivity", entity->connectivity);
    json_number(json, "contagion_index", entity->index);
    json_number(json, "amplification_weight", entity->weight);
    json_whole(json, "largest_set", entity->largest_set);
    json_safe(json, network, measures, i);
    json_object_end(json);
  }
  json_list_end(json);
}

void network_measures_json(struct json *json, const ls_network *network, const struct network_measures *measures) {
  if (!measures->applies) return;
  json_object_begin(json, "measures");
  json_radius(json, network, measures);
  put_reason(json, "bounds_missing", measures->bounds_missing);
  const bool has_bounds = measures->entity != NULL;
  json_number(json, "connectivity_max", has_bounds ? measures->connectivity_most : NAN);
  json_entities(json, network, measures);
  json_object_end(json);
}

/* ---- for people ------------------------------------------------------------------------------------------------ */

static void tell_left_out(struct buffer *buffer, const ls_network *network, const struct exposures *exposures) {
  int32_t count = 0;
  for (int32_t i = 0; i < exposures->n; i++) count += exposures->left_out[i];
  if (count == 0) return;
  buffer_print(buffer, "  left out, without equity above 0: %d of %d", (int)count, (int)exposures->n);
  for (int32_t i = 0, told = 0; i < exposures->n && told < NAMES_MOST; i++) {
    if (!exposures->left_out[i]) continue;
    const char *before = told == 0 ? "\n    " : told == NAMES_MOST / 2 ? ",\n    " : ", ";
    buffer_print(buffer, "%s%.20s", before, network_entity_id(network, i));
    told++;
  }
  buffer_text(buffer, count > NAMES_MOST ? ", ...\n" : "\n");
}

static const char *verdict_of(const struct spectral_radius *radius) {
  if (radius->upper < 1) return "below 1: losses of equity die out as they spread, as long as nobody loses all";
  if (radius->lower > 1) return "above 1: a small loss that reaches these claims grows until equity is used up";
  return "not told from 1: whether small losses die out or grow as they spread stays open";
}

static void tell_radius(struct buffer *buffer, const ls_network *network, const struct network_measures *measures) {
  const struct spectral_radius *radius = &measures->radius;
  if (measures->missing != NULL) {
    buffer_print(buffer, "  spectral radius of relative exposures: not computed, %s\n", measures->missing);
    return;
  }
  buffer_print(buffer, "  spectral radius of relative exposures: %.8g to %.8g, %lld round%s%s\n  %s\n", radius->lower,
               radius->upper, (long long)radius->rounds, radius->rounds == 1 ? "" : "s",
               radius->converged ? "" : " (the bounds did not meet)", verdict_of(radius));
  tell_left_out(buffer, network, &measures->exposures);
}

static void tell_entity(struct buffer *buffer, const ls_network *network, const struct network_measures *measures,
                        int32_t i) {
  const struct entity_bounds *entity = &measures->entity[i];
  char leverage[32] = "-";
  if (!isnan(entity->leverage)) (void)snprintf(leverage, sizeof leverage, "%.6g", entity->leverage);
  buffer_print(buffer, "  %-20.20s %14.6g %14.6g %9s %12.6g %14.6g %13d %11d\n", network_entity_id(network, i),
               entity->outside_assets, entity->net_worth, leverage, entity->connectivity, entity->index,
               (int)entity->safe, (int)entity->largest_set);
}

static void tell_bounds(struct buffer *buffer, const ls_network *network, const struct network_measures *measures) {
  if (measures->bounds_missing != NULL) {
    buffer_print(buffer, "  bounds of Glasserman and Young: not computed, %s\n", measures->bounds_missing);
    return;
  }
  buffer_print(buffer, "\n  %-20s %14s %14s %9s %12s %14s %13s %11s\n", "Glasserman, Young", "outside assets",
               "net worth", "leverage", "connectivity", "index", "cannot topple", "most at once");
  const struct column_of_numbers index = {&measures->entity->index, sizeof *measures->entity, measures->exposures.n};
  for (int32_t row = 0, i = largest_after(&index, -1); row < ROWS_MOST && i >= 0; row++, i = largest_after(&index, i))
    tell_entity(buffer, network, measures, i);
  if (measures->exposures.n > ROWS_MOST)
    buffer_print(buffer, "  ... the %d of largest index; --json has all %d\n", ROWS_MOST, (int)measures->exposures.n);
  buffer_text(buffer, "  Through its debts alone an entity cannot topple others with more net worth together than its "
                      "index.\n");
  if (measures->connectivity_most < 1)
    buffer_print(buffer,
                 "  Links make expected losses at most 1 + %.6g d times as large; d: mean default probability,\n"
                 "  weighted by outside assets, before contagion.\n",
                 1 / (1 - measures->connectivity_most));
  else
    buffer_text(buffer, "  No bound on amplification: somebody owes all its debt within the network.\n");
}

void network_measures_text(struct buffer *buffer, const ls_network *network, const struct network_measures *measures) {
  if (!measures->applies) return;
  buffer_text(buffer, "\nNetwork measures\n");
  tell_radius(buffer, network, measures);
  if (measures->missing == NULL) tell_bounds(buffer, network, measures);
}

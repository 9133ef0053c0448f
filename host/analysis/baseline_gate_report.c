/* baseline_gate_report.c - the baseline gate, told to people or programs. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/baseline_gate.h"

/* ---- JSON -------------------------------------------------------------------------------------------------------- */

static void json_figure(struct json *json, int k, const struct gate_figure *figure) {
  json_object_begin(json, GATE_FIGURE[k]);
  json_number(json, "model", figure->model);
  json_number(json, "reported", figure->reported);
  json_number(json, "deviation", figure->deviation);
  json_number(json, "limit", GATE_LIMIT[k]);
  if (figure->is_compared)
    json_flag(json, "within", figure->within);
  else
    json_nothing(json, "within");
  if (k == GATE_VALUE) json_flag(json, "assumed", figure->is_assumed);
  json_object_end(json);
}

static void json_entities(struct json *json, const ls_network *network, const struct baseline_gate *gate) {
  json_list_begin(json, "entities");
  for (int32_t i = 0; i < gate->entity_count; i++) {
    const struct gate_entity *entity = &gate->entity[i];
    json_object_begin(json, NULL);
    json_text(json, "id", network_entity_id(network, i));
    json_whole(json, "default_quarter", entity->default_quarter);
    json_whole(json, "distress_quarter", entity->distress_quarter);
    for (int k = 0; k < GATE_FIGURE_COUNT; k++) json_figure(json, k, &entity->figure[k]);
    json_number(json, "fail_share", entity->fail_share);
    json_object_end(json);
  }
  json_list_end(json);
}

void baseline_gate_json(struct json *json, const ls_network *network, const struct baseline_gate *gate) {
  if (!gate->applies) return;
  json_object_begin(json, "baseline_gate");
  json_flag(json, "passes", gate->passes);
  json_flag(json, "converged", gate->converged);
  json_whole(json, "quarters", gate->quarter_count);
  json_whole(json, "draws", gate->draws);
  json_whole(json, "redrawn", gate->redrawn);
  json_number(json, "fail_share", gate->fail_share);
  json_entities(json, network, gate);
  json_object_end(json);
}

/* ---- text -------------------------------------------------------------------------------------------------------- */

static const char *const FIGURE_WORDS[GATE_FIGURE_COUNT] = {"revenue", "change of cash", "capital expenditure",
                                                            "value"};

enum { REASON_BYTES = 256, LINE_COLUMNS = 118 };

/* Reasons follow each other in lines that are not too long. */
struct reasons {
  struct buffer *buffer;
  size_t column;
};

static void add_reason(struct reasons *reasons, const char *text) {
  const size_t length = strlen(text);
  const bool is_first = reasons->column == 0, fits = reasons->column + 2 + length <= LINE_COLUMNS;
  buffer_text(reasons->buffer, is_first ? "\n  " : fits ? "; " : ";\n  ");
  buffer_text(reasons->buffer, text);
  reasons->column = length + 2 + (!is_first && fits ? reasons->column : 0);
}

static void add_reasons_of(struct reasons *reasons, const char *id, const struct gate_entity *entity) {
  char text[REASON_BYTES];
  if (entity->default_quarter >= 0) {
    snprintf(text, sizeof text, "%s defaults in quarter %d", id, (int)entity->default_quarter);
    add_reason(reasons, text);
  }
  if (entity->distress_quarter >= 0) {
    snprintf(text, sizeof text, "%s is in distress in quarter %d", id, (int)entity->distress_quarter);
    add_reason(reasons, text);
  }
  for (int k = 0; k < GATE_FIGURE_COUNT; k++) {
    if (entity->figure[k].within) continue;
    snprintf(text, sizeof text, "%s of %s is %+.1f%% off", FIGURE_WORDS[k], id, 100 * entity->figure[k].deviation);
    add_reason(reasons, text);
  }
}

static void text_verdict(struct buffer *buffer, const ls_network *network, const struct baseline_gate *gate) {
  struct reasons reasons = {.buffer = buffer};
  buffer_text(buffer, gate->passes ? "Baseline gate: passes" : "Baseline gate: does not pass:");
  if (!gate->converged) add_reason(&reasons, "the network without shock did not converge");
  for (int32_t i = 0; i < gate->entity_count; i++)
    add_reasons_of(&reasons, network_entity_id(network, i), &gate->entity[i]);
  buffer_text(buffer, "\n");
}

static void text_quarter(struct buffer *buffer, int32_t quarter) {
  if (quarter < 0)
    buffer_print(buffer, "  %10s", "never");
  else
    buffer_print(buffer, "  %10d", (int)quarter);
}

static void text_events(struct buffer *buffer, const ls_network *network, const struct baseline_gate *gate) {
  buffer_print(buffer,
               "\nWithout any shock, %d quarters, central values: quarter of default and of the first distress flag",
               (int)gate->quarter_count);
  if (gate->draws > 0)
    buffer_print(buffer,
                 ";\nfails: share of %d draws of the assumptions with either (anybody: %.1f%%; %d sets drawn again)",
                 (int)gate->draws, 100 * gate->fail_share, (int)gate->redrawn);
  buffer_print(buffer, "\n\n  %-20s  %10s  %10s%s\n", "entity", "default", "distress",
               gate->draws > 0 ? "   fails" : "");
  for (int32_t i = 0; i < gate->entity_count; i++) {
    const struct gate_entity *entity = &gate->entity[i];
    buffer_print(buffer, "  %-20.20s", network_entity_id(network, i));
    text_quarter(buffer, entity->default_quarter);
    text_quarter(buffer, entity->distress_quarter);
    if (gate->draws > 0) buffer_print(buffer, "  %5.1f%%", 100 * entity->fail_share);
    buffer_text(buffer, "\n");
  }
}

static int64_t count_known(const struct baseline_gate *gate, int k) {
  int64_t count = 0;
  for (int32_t i = 0; i < gate->entity_count; i++) count += !isnan(gate->entity[i].figure[k].reported);
  return count;
}

static void text_figure(struct buffer *buffer, const char *id, const struct gate_figure *figure, double limit) {
  const char *note = !figure->is_compared ? "  quarter too long ago" : figure->within ? "" : "  beyond the limit";
  buffer_print(buffer, "  %-20.20s  %10.2f  %10.2f  %+8.1f%%  %4.0f%%%s%s\n", id, figure->model, figure->reported,
               100 * figure->deviation, 100 * limit, note, figure->is_assumed ? "  assumed" : "");
}

static void text_figures(struct buffer *buffer, const ls_network *network, const struct baseline_gate *gate) {
  buffer_text(buffer, "\nQuarter 0 against what was reported\n");
  for (int k = 0; k < GATE_FIGURE_COUNT; k++) {
    if (count_known(gate, k) == 0) {
      buffer_print(buffer, "\n  %s: not known of anybody\n", FIGURE_WORDS[k]);
      continue;
    }
    buffer_print(buffer, "\n  %-20s  %10s  %10s  %9s  %5s\n", FIGURE_WORDS[k], "model", "reported", "deviation",
                 "limit");
    for (int32_t i = 0; i < gate->entity_count; i++)
      if (!isnan(gate->entity[i].figure[k].reported))
        text_figure(buffer, network_entity_id(network, i), &gate->entity[i].figure[k], GATE_LIMIT[k]);
  }
}

void baseline_gate_text(struct buffer *buffer, const ls_network *network, const struct baseline_gate *gate) {
  if (!gate->applies) return;
  text_verdict(buffer, network, gate);
  text_events(buffer, network, gate);
  text_figures(buffer, network, gate);
}

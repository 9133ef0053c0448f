/* baseline_gate.h - can the plan be lived, and does it begin where the world is?
 *
 * The loop model is solved without any shock. The gate is passed where, on central values, nobody defaults or is
 * flagged as in distress in any quarter, and quarter 0 agrees with what was reported, where that is known: revenue
 * within 5 %, change of cash, capital expenditure and value within 10 %. Over draws of the uncertain assumptions: in
 * what share of them an entity defaults or is flagged. What is compared with what: docs/baseline-gate.md.
 */
#ifndef LS_HOST_ANALYSIS_BASELINE_GATE_H
#define LS_HOST_ANALYSIS_BASELINE_GATE_H

#include "io/json.h"
#include "network/network.h"

enum gate_figure_kind { GATE_REVENUE, GATE_CASH_CHANGE, GATE_CAPEX, GATE_VALUE, GATE_FIGURE_COUNT };
extern const char *const GATE_FIGURE[GATE_FIGURE_COUNT]; /* names in JSON */
extern const double GATE_LIMIT[GATE_FIGURE_COUNT];       /* of the reported figure */

/* A quarter that ended longer ago says little about quarter 0 of a firm that grows. */
enum { GATE_RECENT_DAYS = 183 };

/* One figure of quarter 0, in the network's unit. */
struct gate_figure {
  double model;
  double reported;  /* NaN: not known */
  double deviation; /* (model - reported) / |reported|; NaN: not known, infinite: 0 was reported and is not met */
  bool is_compared; /* known, and recent enough */
  bool is_assumed;  /* an assumption stands where nothing was reported (value) */
  bool within;      /* its limit; true where it is not compared */
};

struct gate_entity {
  int32_t default_quarter, distress_quarter; /* on central values; -1 never */
  double fail_share;                         /* of the draws, 0-1: defaults or is flagged; NaN without draws */
  struct gate_figure figure[GATE_FIGURE_COUNT];
};

struct baseline_gate {
  bool applies; /* the network has tables of the loop model; else nothing below is set */
  bool passes, converged;
  int32_t quarter_count, entity_count;
  struct gate_entity *entity; /* [entity_count] */
  int32_t draws;              /* 0: central values alone */
  int32_t redrawn;            /* sets of values that the rules refused, and others took the place of */
  double fail_share;          /* of the draws, 0-1: anybody defaults or is flagged; NaN without draws */
};

/* `draws`: 0 or 1 for central values alone. LS_STATUS_USAGE: more than can be; LS_STATUS_UNUSABLE: nothing can be
 * drawn; LS_STATUS_INTERRUPTED. */
ls_status baseline_gate_measure(ls_context *context, const ls_network *network, int32_t draws, uint64_t seed,
                                struct baseline_gate *gate);
void baseline_gate_release(ls_context *context, struct baseline_gate *gate);

/* The object `baseline_gate` of an open object; and for people. Nothing where the gate does not apply. */
void baseline_gate_json(struct json *json, const ls_network *network, const struct baseline_gate *gate);
void baseline_gate_text(struct buffer *buffer, const ls_network *network, const struct baseline_gate *gate);

#endif

/* accumulator_fields.h - what an accumulator holds; for the statistics, digest and file code of this folder only. */
#ifndef LS_HOST_AGGREGATE_ACCUMULATOR_FIELDS_H
#define LS_HOST_AGGREGATE_ACCUMULATOR_FIELDS_H

#include "aggregate/accumulator.h"
#include "aggregate/bins.h"
#include "aggregate/exact_sums.h"

enum {
  BIN_ENTITY_LIMIT = 10000,  /* more entities: no bins */
  JOINT_ENTITY_LIMIT = 4096, /* more entities: no joint counts */
  GIVEN_ENTITY_LIMIT = 64,   /* more entities: what each loses given another's default is not kept */
  PART_SCENARIOS = 1024      /* scenarios added at a time: what is needed of one entity fits a core's nearest cache */
};

_Static_assert((int)PART_SCENARIOS <= (int)EXACT_SUMS_MOST, "a part fits one sum");

/* State of one scenario. The numbers stand in results files. */
enum scenario_state {
  SCENARIO_NOT_RUN = 0,
  SCENARIO_CONVERGED = 1,
  SCENARIO_NOT_CONVERGED = 2, /* in all sums, counted apart */
  SCENARIO_NOT_FINITE = 3     /* in no sum */
};

struct accumulator {
  struct allocator allocator;
  struct accumulator_shape shape;
  int bound_exponent; /* the bound is 2^bound_exponent */

  int64_t done_count;      /* scenarios added, not finite ones included */
  int64_t converged_count; /* of those in the sums */
  int64_t nonfinite_count;
  int64_t clip_count;
  int64_t iteration_count;

  /* by entity [N] */
  fixed *loss_sum;
  struct wide *loss_squares;
  fixed *peak_sum;
  int64_t *default_count, *forced_count, *distress_count, *refused_count; /* refused: quarters */
  int64_t *default_by_quarter, *distress_by_quarter;                      /* [quarter_count * N] */
  fixed *line_sum;                                                        /* [line_count * N] */
  fixed *figure_sum, *figure_squares; /* [figure_count]; squares in units of figure_square_unit */
  int64_t *bin_count;                 /* [N * BIN_COUNT], NULL over the limit */
  fixed *bin_sum;
  int64_t *joint; /* pairs i >= j at i (i + 1) / 2 + j: scenarios in which both default; NULL over the limit */

  /* Over the scenarios in which k defaults: the loss of all others, gains set against losses, [N]; and the loss of
   * each i at k N + i, NULL over the limit. All NULL where they are not known: read from a file of a version that
   * did not keep them. */
  fixed *others_sum;
  struct wide *others_squares;
  fixed *given_sum;

  /* by draw of the assumptions [draw_count * N]; NULL without draws. What concerns the whole system follows from the losses
   * by scenario. */
  int64_t *draw_default_count;
  fixed *draw_loss_sum;
  fixed *draw_figure_sum; /* [draw_count * figure_count]; NULL also where a file does not hold them */

  /* by scenario [scenario_count] */
  double *loss_gross, *loss_net;
  int32_t *scenario_defaults;
  int8_t *state;                  /* enum scenario_state */
  bool is_share;                  /* these four belong to the whole */
  const struct exact_sums *exact; /* of the best instruction set; shares have their whole's */
  struct joint_room {             /* to work in; NULL without joint counts */
    uint64_t *mask;               /* [N] */
    int32_t *member;              /* [N] */
    uint16_t *list;               /* [64 N] */
  } room;
};

/* Scenarios that are in the sums. */
static inline int64_t accumulator_count(const struct accumulator *accumulator) {
  return accumulator->done_count - accumulator->nonfinite_count;
}

/* Exponent of the unit of figures' squares: as fine as 128 bits allow for amounts with all their head-room. */
static inline int figure_square_unit(const struct accumulator *a) {
  return 2 * a->bound_exponent + FIXED_SUM_UNIT + FIXED_HEAD_ROOM;
}

static inline int64_t joint_index(int64_t i, int64_t j) { return i * (i + 1) / 2 + j; }

int64_t joint_size(int32_t entity_count);

/* Numbers in each array by draw; 0 without draws. */
static inline int64_t draw_size(const struct accumulator_shape *shape) {
  return shape->draw_count > 1 ? (int64_t)shape->draw_count * shape->entity_count : 0;
}

/* Numbers in draw_figure_sum; 0 without draws. */
static inline int64_t draw_figure_size(const struct accumulator_shape *shape) {
  return shape->draw_count > 1 ? shape->draw_count * shape->figure_count : 0;
}

/* Numbers in given_sum; 0 over the limit. */
static inline int64_t given_size(const struct accumulator_shape *shape) {
  return shape->entity_count <= GIVEN_ENTITY_LIMIT ? (int64_t)shape->entity_count * shape->entity_count : 0;
}

/* The arrays of exact sums and counts that there are, as 64-bit words; returns how many. */
enum { SUM_ARRAYS_MOST = 24 };
struct sum_array {
  const char *name;
  int64_t *word;
  int64_t count;
};
int accumulator_sums(struct accumulator *accumulator, struct sum_array sums[SUM_ARRAYS_MOST]);

/* The counts of the whole; the names stand in files. */
enum { ACCUMULATOR_SCALARS = 5 };
struct sum_scalar {
  const char *name;
  int64_t *value;
};
void accumulator_scalars(struct accumulator *accumulator, struct sum_scalar scalars[ACCUMULATOR_SCALARS]);

/* Adds at most PART_SCENARIOS scenarios of a chunk; `unfit` is room for that many. */
void accumulator_add_part(struct accumulator *accumulator, const struct chunk *part, uint8_t *unfit);

/* Adds to others_sum, others_squares and given_sum; unfit scenarios are left out (accumulator_given.c). */
void accumulator_add_given(struct accumulator *accumulator, const struct chunk *part, const uint8_t *unfit);

/* Forgets these three, or the figures by draw, where a part or a file does not know them. */
void accumulator_drop_given(struct accumulator *accumulator);
void accumulator_drop_draw_figures(struct accumulator *accumulator);

#endif

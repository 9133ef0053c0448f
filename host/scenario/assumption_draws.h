/* assumption_draws.h - values of the uncertain assumptions, drawn from their ranges.
 *
 * A row of assumptions.csv with a distribution other than `fixed`, and low below high, is drawn: x ~ N(0, 1), correlated by
 * parameter and within entities, becomes quantile(cdf(x)). What the distributions mean stands at enum assumption_distribution and, for people,
 * in docs/file-formats.md. A value is a pure function of (seed, draw, attempt, id of the row): kernels/math alone, so that it
 * has the same bits everywhere.
 */
#ifndef LS_HOST_SCENARIO_ASSUMPTION_DRAWS_H
#define LS_HOST_SCENARIO_ASSUMPTION_DRAWS_H

#include "network/network.h"

/* Of a row (value, low, high); all stay within low..high. z95 = 1.645 is the 95 % point of the normal distribution: low and
 * high are meant as the ends of a central range of 90 %. */
enum assumption_distribution {
  ASSUMPTION_FIXED,
  ASSUMPTION_UNIFORM,
  ASSUMPTION_TRIANGULAR, /* mode = value */
  ASSUMPTION_NORMAL,     /* mean = value, sd = (high - low) / (2 z95), cut to the range */
  ASSUMPTION_LOGNORMAL,  /* median = value, sd of the logarithm = log(high / low) / (2 z95), cut to the range */
  ASSUMPTION_BETA        /* PERT: shapes 1 + 4 (value - low) / width and 1 + 4 (high - value) / width, mode = value */
};

struct assumption_range {
  int64_t row; /* of assumptions.csv */
  enum assumption_distribution distribution;
  double value, low, high;
  bool is_whole;       /* counts quarters, or a switch: rounded to the nearest whole number */
  uint32_t address;    /* in the random stream: a hash of the id */
  int32_t factor;      /* of its parameter; -1: none */
  double loading, own; /* x = loading * factor + own * normal of its own + following * x of the leader */
  int32_t leader;      /* the range that it follows; -1: none. Who follows has no factor */
  double following;
};

struct assumption_model {
  int64_t row_count; /* of assumptions.csv */
  int32_t count;
  struct assumption_range *range; /* [count] in the order of the table */
  const double *central;          /* [row_count] the column `value` of the network */
  int32_t factor_count;
  double *cholesky; /* [factor_count * factor_count], lower triangle */
  double *factor;   /* [factor_count] scratch */
};

/* Which rows vary, and how they hang together. A distribution without low and high, or a lognormal with low = 0, is a fault:
 * LS_STATUS_INVALID_INPUT. The network must outlive the model. */
ls_status assumption_model_create(ls_context *context, const ls_network *network, struct assumption_model **model);
void assumption_model_destroy(ls_context *context, struct assumption_model **model);

/* value[row_count]: the central values with the drawn ones in their places. Attempt 0, 1, ... are independent. */
void assumption_model_draw(struct assumption_model *model, uint64_t seed, int32_t draw, int32_t attempt, double *value);

/* The value of a range at probability 0 < p < 1. */
double assumption_quantile(const struct assumption_range *range, double probability);

#endif

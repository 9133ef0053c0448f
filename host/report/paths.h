/* paths.h - value, cash and capacity quarter by quarter, of models that go through time. Results hold no paths but the
 * baseline's value: some scenarios are computed once more, with the bits that they had in the run. */
#ifndef LS_HOST_REPORT_PATHS_H
#define LS_HOST_REPORT_PATHS_H

#include "aggregate/results.h"

enum {
  PATH_SCENARIOS = 1000, /* computed for a fan: its 5 % band then has a standard error of 0.7 points */
  PATH_LEAST = 100,      /* scenarios from which on there is a fan */
  PATH_KEPT = 8,         /* kept scenarios drawn as lines */
  PATH_DRAWS_MOST = 64,  /* draws of the assumptions whose plans are made again; of more there are no paths */
  PATH_ENTITIES = 5,     /* with the largest mean losses, beside all together */
  PATH_FIELDS = 3,
  PATH_BANDS = 5
};
extern const double PATH_LEVEL[PATH_BANDS];
extern const char *const PATH_FIELD[PATH_FIELDS]; /* as the model names what it traces */

struct path_set {
  int32_t row_count; /* 0: there are no paths */
  int32_t *row;      /* [row_count] entities; PATH_ALL first: the sum over all */
  int32_t quarter_count;
  int32_t sample_count; /* scenarios in the fans; 0: none */
  int32_t kept_count;
  double *sample; /* [field][row][quarter][sample_count], ascending */
  double *kept;   /* [field][row][quarter][kept_count], in the order of the results */
};
enum { PATH_ALL = -1 };

/* Sets every field; paths_release afterwards in any case. `by_loss`: entities, the largest mean loss first. */
ls_status paths_collect(ls_context *context, const ls_results *results, const int32_t *by_loss, struct path_set *set);
void paths_release(ls_context *context, struct path_set *set);

/* A quantile of the sample by the linear rule (Hyndman and Fan's 7th); NaN without a fan. */
double paths_quantile(const struct path_set *set, int field, int32_t row, int32_t quarter, double level);

/* Where the numbers of a field, a row and a quarter begin, in units of sample_count or kept_count. */
static inline int64_t paths_at(const struct path_set *set, int field, int32_t row, int32_t quarter) {
  return ((int64_t)field * set->row_count + row) * set->quarter_count + quarter;
}

#endif

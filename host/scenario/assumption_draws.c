/* assumption_draws.c - see assumption_draws.h. */
#include "scenario/assumption_draws.h"

#include "core/cholesky.h"
#include "network/assumption_correlations.h"
#include "network/assumptions.h"
#include "core/scalar_math.h"
#include "scenario/quantile_table.h"

#define LS_ONE_LANE /* the same bits as any vector */
#include "math/normal.h"
#include "math/philox.h"

#include <math.h>
#include <string.h>

static const char FILE_NAME[] = "assumptions.csv";
static const double Z95 = 1.6448536269514722; /* the 95 % point of the normal distribution */

/* ---- distributions ---------------------------------------------------------------------------------------------- */

static double clip(double value, double low, double high) { return value < low ? low : value > high ? high : value; }

/* A normal distribution cut to low..high and renormalised. The range reaches at most 2 z95 beyond the mean, so that its
 * probability is nowhere near 0. */
static double cut_normal(double mean, double sd, double low, double high, double probability) {
  const double below = scalar_normal_cdf((low - mean) / sd), to = scalar_normal_cdf((high - mean) / sd);
  return clip(mean - sd * scalar_normal_deviation(below + (to - below) * probability), low, high);
}

static double triangular(const struct assumption_range *range, double probability) {
  const double width = range->high - range->low, left = range->value - range->low, right = range->high - range->value;
  if (probability * width < left) return range->low + sqrt(probability * width * left);
  return range->high - sqrt((1 - probability) * width * right);
}

double assumption_quantile(const struct assumption_range *range, double probability) {
  const double low = range->low, high = range->high, width = high - low;
  switch (range->distribution) {
    case ASSUMPTION_FIXED:
      break;
    case ASSUMPTION_UNIFORM:
      return clip(low + width * probability, low, high);
    case ASSUMPTION_TRIANGULAR:
      return clip(triangular(range, probability), low, high);
    case ASSUMPTION_NORMAL:
      return cut_normal(range->value, width / (2 * Z95), low, high, probability);
    case ASSUMPTION_LOGNORMAL: {
      const double from = scalar_log(low), to = scalar_log(high);
      const double x = cut_normal(scalar_log(range->value), (to - from) / (2 * Z95), from, to, probability);
      return clip(scalar_exp(x), low, high);
    }
    case ASSUMPTION_BETA: {
      const double a = 1 + 4 * (range->value - low) / width, b = 1 + 4 * (high - range->value) / width;
      return clip(low + width * beta_quantile(a, b, probability), low, high);
    }
  }
  return range->value;
}

/* ---- which rows vary -------------------------------------------------------------------------------------------- */

static enum assumption_distribution distribution_of(const char *name) {
  static const char *const NAMES[] = {"fixed", "uniform", "triangular", "normal", "lognormal", "beta"};
  for (int k = ASSUMPTION_UNIFORM; k <= ASSUMPTION_BETA; k++)
    if (strcmp(NAMES[k], name) == 0) return (enum assumption_distribution)k;
  return ASSUMPTION_FIXED; /* a blank one too */
}

static bool is_among(const char *name, const char *const *list) {
  for (; *list != NULL; list++)
    if (strcmp(name, *list) == 0) return true;
  return false;
}

/* Parameters that count something, beside the whole settings of the loop. */
static const char *const WHOLE[] = {"start", "ramp_quarters", "essential", NULL};

static bool is_whole(const char *parameter) {
  for (int k = 0; k < LOOP_KEY_COUNT; k++)
    if (LOOP_KEYS[k].kind == LOOP_KEY_WHOLE && strcmp(LOOP_KEYS[k].name, parameter) == 0) return true;
  return is_among(parameter, WHOLE);
}

/* The length of a run is the same in all draws, or they could not be compared. */
static const char *const NEVER_DRAWN[] = {"quarters", NULL};

/* FNV-1a. */
static uint32_t hash_of(const char *text) {
  uint32_t hash = 2166136261u;
  for (; *text != '\0'; text++) hash = (hash ^ (uint8_t)*text) * 16777619u;
  return hash;
}

/* Two ids of one hash would be drawn alike: the later row takes the next free number. */
static uint32_t free_address(const struct assumption_model *model, const char *id) {
  uint32_t address = hash_of(id);
  for (int32_t k = 0; k < model->count; k++)
    if (model->range[k].address == address) address++, k = -1;
  return address;
}

static void read_range(ls_context *context, const ls_network *network, int64_t row, struct assumption_model *model) {
  const char *id = network_text(network, TABLE_ASSUMPTIONS, "id", row);
  const char *parameter = network_text(network, TABLE_ASSUMPTIONS, "parameter", row);
  const int64_t line = network->table[TABLE_ASSUMPTIONS].line[row];
  struct assumption_range range = {.row = row,
                                   .distribution =
                                       distribution_of(network_text(network, TABLE_ASSUMPTIONS, "distribution", row)),
                                   .value = model->central[row],
                                   .low = attribute_number(network, TABLE_ASSUMPTIONS, "low", row),
                                   .high = attribute_number(network, TABLE_ASSUMPTIONS, "high", row),
                                   .is_whole = is_whole(parameter),
                                   .factor = -1,
                                   .own = 1,
                                   .leader = -1};
  if (range.distribution == ASSUMPTION_FIXED || is_among(parameter, NEVER_DRAWN) || range.low == range.high) return;
  if (isnan(range.low) || isnan(range.high)) {
    context_fault(context, FILE_NAME, line, "'%s' has a distribution to draw from, must have low and high", id);
    return;
  }
  if (range.distribution == ASSUMPTION_LOGNORMAL && !(range.low > 0)) {
    context_fault(context, FILE_NAME, line, "low of '%s' is %.17g, must be > 0 for a lognormal distribution", id,
                  range.low);
    return;
  }
  range.address = free_address(model, id);
  model->range[model->count++] = range;
}

/* ---- how they hang together ------------------------------------------------------------------------------------- */

/* Squared loading of each parameter's rows on its factor: as little as its strongest correlation asks for, times `scale`. */
static void set_squares(const struct assumption_correlations *given, double scale, double *square) {
  for (int64_t a = 0; a < given->count; a++) {
    double most = 0;
    for (int64_t b = 0; b < given->count; b++)
      if (a != b) most = fmax(most, fabs(given->matrix[a * given->count + b]));
    square[a] = fmin(1, scale * most);
  }
}

/* Correlations of the factors under which rows of two parameters have the given ones. */
static void set_factors(const struct assumption_correlations *given, const double *square, double *factors) {
  const int64_t count = given->count;
  for (int64_t a = 0; a < count; a++)
    for (int64_t b = 0; b < count; b++) {
      const double value = given->matrix[a * count + b];
      factors[a * count + b] = a == b ? 1 : value == 0 ? 0 : clip(value / sqrt(square[a] * square[b]), -1, 1);
    }
}

/* All rows of a parameter share one factor. With loadings l_a, l_b a pair of parameters correlates by l_a l_b times the
 * correlation of their factors, and rows of one parameter by l_a squared. The smallest loadings that allow the given
 * correlations are sought upwards, up to 1, at which the factors correlate as given - and that was checked on import. */
static bool find_loadings(const struct assumption_correlations *given, double *square, double *factors,
                          double *cholesky) {
  const double STEP = 1.05;
  const size_t cells = (size_t)given->count * (size_t)given->count;
  double scale = 1;
  for (bool at_end = false; !at_end; scale *= STEP) {
    set_squares(given, scale, square);
    at_end = true;
    for (int32_t a = 0; a < given->count; a++) at_end = at_end && (square[a] == 0 || square[a] >= 1);
    set_factors(given, square, factors);
    memset(cholesky, 0, cells * sizeof *cholesky);
    if (cholesky_decompose(factors, given->count, cholesky)) return true;
  }
  return false;
}

static void load(const ls_network *network, const struct assumption_correlations *given, const double *square,
                 struct assumption_model *model) {
  for (int32_t k = 0; k < model->count; k++) {
    struct assumption_range *range = &model->range[k];
    const char *parameter = network_text(network, TABLE_ASSUMPTIONS, "parameter", range->row);
    for (int32_t f = 0; f < given->count; f++) {
      if (strcmp(given->parameter[f], parameter) != 0) continue;
      range->factor = f;
      range->loading = sqrt(square[f]);
      range->own = sqrt(1 - square[f]);
    }
  }
}

/* The first drawn row of the leading parameter that is of the same entity as range k; -1: none, or k itself. */
static int32_t find_leader(const ls_network *network, const struct assumption_model *model, int32_t k,
                           const char *parameter) {
  const char *target = network_text(network, TABLE_ASSUMPTIONS, "target", model->range[k].row);
  for (int32_t other = 0; other < model->count; other++) {
    const int64_t row = model->range[other].row;
    if (strcmp(network_text(network, TABLE_ASSUMPTIONS, "parameter", row), parameter) == 0 &&
        assumption_targets_share_entity(network_text(network, TABLE_ASSUMPTIONS, "target", row), target))
      return other == k ? -1 : other;
  }
  return -1;
}

/* A row whose leader is not drawn keeps a draw of its own. */
static void lead(const ls_network *network, const struct assumption_correlations *given,
                 struct assumption_model *model) {
  for (int32_t k = 0; k < model->count; k++) {
    struct assumption_range *range = &model->range[k];
    const char *parameter = network_text(network, TABLE_ASSUMPTIONS, "parameter", range->row);
    const struct assumption_following *following = assumption_following_of(given, parameter);
    if (following == NULL) continue;
    range->leader = find_leader(network, model, k, following->leader);
    if (range->leader < 0) continue;
    range->following = following->value;
    range->own = sqrt(1 - following->value * following->value);
  }
}

static ls_status correlate(ls_context *context, const ls_network *network, struct assumption_model *model) {
  struct assumption_correlations given;
  ls_status status = assumption_correlations_read(context, network, &given);
  if (status != LS_STATUS_OK) return status;
  const size_t count = (size_t)given.count;
  double *square = context_allocate(context, count, sizeof *square);
  double *factors = context_allocate(context, count * count, sizeof *factors);
  model->factor_count = given.count;
  model->cholesky = context_allocate(context, count * count, sizeof *model->cholesky);
  model->factor = context_allocate(context, count, sizeof *model->factor);
  if (square == NULL || factors == NULL || model->cholesky == NULL || model->factor == NULL)
    status = LS_STATUS_OUT_OF_MEMORY;
  else if (find_loadings(&given, square, factors, model->cholesky)) {
    load(network, &given, square, model);
    lead(network, &given, model);
  } else
    status = context_fault(context, "assumption_correlations.csv", 0,
                           "correlations contradict each other: their matrix must be positive semidefinite");
  context_release(context, factors);
  context_release(context, square);
  assumption_correlations_release(context, &given);
  return status;
}

/* ---- life ------------------------------------------------------------------------------------------------------- */

ls_status assumption_model_create(ls_context *context, const ls_network *network, struct assumption_model **out) {
  const int64_t faults = context_fault_count(context);
  struct assumption_model *model = context_allocate(context, 1, sizeof *model);
  if (model == NULL) return LS_STATUS_OUT_OF_MEMORY;
  model->row_count = network->table[TABLE_ASSUMPTIONS].row_count;
  model->central = network_numbers(network, TABLE_ASSUMPTIONS, "value");
  model->range = context_allocate(context, (size_t)model->row_count, sizeof *model->range);
  ls_status status = model->range != NULL ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
  for (int64_t row = 0; row < model->row_count && status == LS_STATUS_OK; row++)
    read_range(context, network, row, model);
  if (status == LS_STATUS_OK) status = correlate(context, network, model);
  if (status == LS_STATUS_OK && context_fault_count(context) > faults) status = LS_STATUS_INVALID_INPUT;
  if (status == LS_STATUS_OK)
    *out = model;
  else
    assumption_model_destroy(context, &model);
  return status;
}

void assumption_model_destroy(ls_context *context, struct assumption_model **model) {
  if (*model == NULL) return;
  context_release(context, (*model)->range);
  context_release(context, (*model)->cholesky);
  context_release(context, (*model)->factor);
  context_release(context, *model);
  *model = NULL;
}

/* ---- drawing ---------------------------------------------------------------------------------------------------- */

static __attribute__((noinline)) double normal_at(uint64_t seed, int64_t place, uint32_t address, uint32_t stream) {
  return lane_get(lane_normal_quantile(random_uniform(seed, &place, address, stream)), 0);
}

static double nearest_whole(double value, double low, double high) {
  const double whole = floor(value + 0.5);
  return whole > high ? floor(high) : whole < low ? ceil(low) : whole;
}

/* Leaders do not lead in a ring: that was checked on import. */
static double score(const struct assumption_model *model, int32_t k, uint64_t seed, int64_t place) {
  const struct assumption_range *range = &model->range[k];
  double x = range->own * normal_at(seed, place, range->address, LS_STREAM_ASSUMPTION);
  if (range->factor >= 0) x += range->loading * model->factor[range->factor];
  if (range->leader >= 0) x += range->following * score(model, range->leader, seed, place);
  return x;
}

void assumption_model_draw(struct assumption_model *model, uint64_t seed, int32_t draw, int32_t attempt,
                           double *value) {
  const int64_t place = (int64_t)attempt << 32 | (uint32_t)draw;
  memcpy(value, model->central, (size_t)model->row_count * sizeof *value);
  for (int32_t f = 0; f < model->factor_count; f++) model->factor[f] = 0;
  for (int32_t g = 0; g < model->factor_count; g++) {
    const double normal = normal_at(seed, place, (uint32_t)g, LS_STREAM_ASSUMPTION_FACTOR);
    for (int32_t f = g; f < model->factor_count; f++)
      model->factor[f] += model->cholesky[(int64_t)f * model->factor_count + g] * normal;
  }
  for (int32_t k = 0; k < model->count; k++) {
    const struct assumption_range *range = &model->range[k];
    const double drawn = assumption_quantile(range, scalar_normal_cdf(score(model, k, seed, place)));
    value[range->row] = range->is_whole ? nearest_whole(drawn, range->low, range->high) : drawn;
  }
}

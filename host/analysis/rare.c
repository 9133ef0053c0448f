/* rare.c - see rare.h. Without a shift the scenarios, and so the estimate, are those of a plain run. */
#include "analysis/rare.h"

#include <math.h>
#include <string.h>

#include "aggregate/quantile.h"
#include "core/moments.h"
#include "scenario/latent.h"

/* Rubinstein's share of a stage that is aimed at (Rubinstein and Kroese 2004, The Cross-Entropy Method, section 3.3). */
#define AIM 0.1
/* Every tenth scenario is drawn as the file says: weights are then at most 10, and what the shift does not see is still seen (a
 * defensive mixture; Hesterberg, Technometrics 37 (1995)). */
enum { PLAIN_EACH = 10 };

struct drawing {
  struct rare *rare;
  ls_context *context;
  double *point;  /* [batch * dimension] */
  double *weight; /* [batch] */
  struct reverse_outcome *outcome;
  double *source; /* [source_count] */
  double *sum;    /* [factor_count] */
  double *kept;   /* [pilot * (factor_count + 2)] of a stage: normals, guide, weight */
};

/* ---- drawing under the shift -------------------------------------------------------------------------------------- */

static bool is_plain(int64_t number) { return number % PLAIN_EACH == 0; }

/* The likelihood of the factors' normals as the file says, over that in the mixture they were drawn from. */
static double weight_of(const struct rare *rare, const double *factor) {
  const double plain = 1.0 / PLAIN_EACH;
  double exponent = 0;
  for (int32_t f = 0; f < rare->space.factor_count; f++) exponent += rare->shift[f] * (factor[f] - rare->shift[f] / 2);
  return exponent == 0 ? 1 : 1 / (plain + (1 - plain) * exp(exponent));
}

/* Scenario `number` has the normals of a run's scenario of that number, the factors' moved by the shift unless it is plain. */
static void draw_point(struct drawing *d, int64_t number, double *point) {
  const struct reverse_space *space = &d->rare->space;
  latent_normals(&space->shock, number, point, d->source);
  for (int32_t f = 0; f < space->factor_count && !is_plain(number); f++) point[f] += d->rare->shift[f];
  for (int32_t k = space->factor_count; k < space->dimension; k++)
    point[k] = d->source[space->source[k - space->factor_count]];
}

/* Draws and runs scenarios first..first + count - 1, a batch at most. */
static ls_status run_batch(struct drawing *d, int64_t first, int64_t count) {
  struct reverse_space *space = &d->rare->space;
  for (int64_t k = 0; k < count; k++) {
    double *point = d->point + k * space->dimension;
    draw_point(d, first + k, point);
    d->weight[k] = weight_of(d->rare, point);
  }
  return reverse_evaluate(space, d->point, count, d->outcome);
}

/* ---- the pilot: where to shift ------------------------------------------------------------------------------------ */

/* The level that a share AIM of the stage reaches; NaN where as many reach the event itself. */
static ls_status aim(const struct drawing *d, int64_t reached, double *level) {
  const int64_t pilot = d->rare->pilot;
  const int32_t width = d->rare->space.factor_count + 2;
  double *sorted = context_allocate(d->context, 2 * (size_t)pilot, sizeof *sorted);
  if (sorted == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int64_t k = 0; k < pilot; k++) sorted[k] = d->kept[k * width + width - 2];
  sort_numbers(sorted, sorted + pilot, pilot);
  *level = (double)reached >= AIM * (double)pilot ? NAN : sorted[quantile_rank(pilot, 1 - AIM) - 1];
  context_release(d->context, sorted);
  return LS_STATUS_OK;
}

/* The shift of least cross-entropy: the weighted mean of the factors' normals where the level is reached. */
static void take_shift(struct drawing *d, double level, const bool *reached, struct rare_stage *stage) {
  struct rare *rare = d->rare;
  const int32_t factors = rare->space.factor_count, width = factors + 2;
  double weights = 0;
  memset(d->sum, 0, (size_t)factors * sizeof *d->sum);
  *stage = (struct rare_stage){.level = level};
  for (int64_t k = 0; k < rare->pilot; k++) {
    const double *kept = d->kept + k * width;
    if (isnan(level) ? !reached[k] : !(kept[factors] >= level)) continue;
    stage->events++;
    weights += kept[factors + 1];
    for (int32_t f = 0; f < factors; f++) d->sum[f] += kept[factors + 1] * kept[f];
  }
  for (int32_t f = 0; f < factors && weights > 0; f++) rare->shift[f] = d->sum[f] / weights;
}

static ls_status run_stage(struct drawing *d, int64_t first, bool *reached, bool *done) {
  struct rare *rare = d->rare;
  const struct reverse_space *space = &rare->space;
  const int32_t factors = space->factor_count, width = factors + 2;
  int64_t events = 0;
  double level = NAN;
  ls_status status = LS_STATUS_OK;
  for (int64_t at = 0; at < rare->pilot && status == LS_STATUS_OK; at += space->batch) {
    const int64_t left = rare->pilot - at, now = left < space->batch ? left : space->batch;
    status = run_batch(d, first + at, now);
    for (int64_t k = 0; k < now && status == LS_STATUS_OK; k++) {
      double *kept = d->kept + (at + k) * width;
      memcpy(kept, d->point + k * space->dimension, (size_t)factors * sizeof *kept);
      kept[factors] = isfinite(d->outcome[k].guide) ? d->outcome[k].guide : -INFINITY;
      kept[factors + 1] = d->weight[k];
      reached[at + k] = d->outcome[k].reached;
      events += reached[at + k];
    }
  }
  if (status == LS_STATUS_OK) status = aim(d, events, &level);
  if (status != LS_STATUS_OK) return status;
  take_shift(d, level, reached, &rare->stage[rare->stage_count++]);
  *done = isnan(level);
  return LS_STATUS_OK;
}

/* Pilots draw scenarios behind those of the estimate, each its own. */
static ls_status find_shift(struct drawing *d) {
  struct rare *rare = d->rare;
  ls_status status = LS_STATUS_OK;
  bool done = rare->space.factor_count == 0;
  bool *reached = context_allocate(d->context, (size_t)rare->pilot, sizeof *reached);
  if (reached == NULL) return LS_STATUS_OUT_OF_MEMORY;
  while (!done && rare->stage_count < RARE_STAGES_MOST && status == LS_STATUS_OK)
    status = run_stage(d, rare->count + rare->stage_count * rare->pilot, reached, &done);
  context_release(d->context, reached);
  return status;
}

/* ---- the estimate ------------------------------------------------------------------------------------------------- */

struct sums {
  struct moments weight[2], hit[2]; /* of both parts of the mixture: w; w where the event happens, else 0 */
  double event, square, loss, loss_square, loss_product; /* sums of w, w^2, w L, (w L)^2, w^2 L over the events */
};

static void add_outcome(struct rare *rare, struct sums *sums, bool plain, double weight,
                        const struct reverse_outcome *outcome) {
  if (!isfinite(outcome->loss)) {
    rare->not_finite++;
    return;
  }
  moments_add(&sums->weight[plain], weight);
  moments_add(&sums->hit[plain], outcome->reached ? weight : 0);
  if (!outcome->reached) return;
  rare->events++;
  sums->event += weight;
  sums->square += weight * weight;
  sums->loss += weight * outcome->loss;
  sums->loss_square += weight * weight * outcome->loss * outcome->loss;
  sums->loss_product += weight * weight * outcome->loss;
}

/* The mean over both parts of the mixture, each with as many scenarios as it has, and its error. */
static double join_parts(const struct moments part[2], double *error) {
  const double count = (double)(part[0].count + part[1].count);
  double mean = 0, variance = 0;
  for (int k = 0; k < 2; k++) {
    const double share = (double)part[k].count / count, of_part = moments_error(&part[k]);
    mean += share * part[k].mean;
    variance += share * share * of_part * of_part;
  }
  *error = sqrt(variance);
  return mean;
}

/* The mean beyond is a ratio of two sums; its error by the delta method. */
static void set_estimate(struct rare *rare, const struct sums *sums) {
  rare->probability = join_parts(sums->hit, &rare->probability_se);
  rare->weight_mean = join_parts(sums->weight, &rare->weight_mean_se);
  rare->mean = rare->mean_se = NAN;
  if (rare->events == 0) return;
  const double m = sums->loss / sums->event;
  const double residual = sums->loss_square - 2 * m * sums->loss_product + m * m * sums->square;
  rare->effective = sums->event * sums->event / sums->square;
  rare->mean = m;
  rare->mean_se = rare->events > 1 ? sqrt(fmax(residual, 0)) / sums->event : NAN;
}

static ls_status estimate(struct drawing *d) {
  struct rare *rare = d->rare;
  struct sums sums = {0};
  ls_status status = LS_STATUS_OK;
  for (int64_t first = 0; first < rare->count && status == LS_STATUS_OK; first += rare->space.batch) {
    const int64_t left = rare->count - first, now = left < rare->space.batch ? left : rare->space.batch;
    status = run_batch(d, first, now);
    for (int64_t k = 0; k < now && status == LS_STATUS_OK; k++)
      add_outcome(rare, &sums, is_plain(first + k), d->weight[k], &d->outcome[k]);
  }
  set_estimate(rare, &sums);
  return status;
}

/* ---- the whole ---------------------------------------------------------------------------------------------------- */

static ls_status make_room(struct drawing *d) {
  const struct reverse_space *space = &d->rare->space;
  const size_t batch = (size_t)space->batch, dimension = (size_t)space->dimension;
  ls_context *context = d->context;
  d->rare->shift = context_allocate(context, (size_t)space->factor_count, sizeof *d->rare->shift);
  d->point = context_allocate(context, batch * dimension, sizeof *d->point);
  d->weight = context_allocate(context, batch, sizeof *d->weight);
  d->outcome = context_allocate(context, batch, sizeof *d->outcome);
  d->source = context_allocate(context, (size_t)space->shock.source_count, sizeof *d->source);
  d->sum = context_allocate(context, (size_t)space->factor_count, sizeof *d->sum);
  d->kept = context_allocate(context, (size_t)d->rare->pilot * ((size_t)space->factor_count + 2), sizeof *d->kept);
  const bool whole = d->rare->shift != NULL && d->point != NULL && d->weight != NULL && d->outcome != NULL &&
                     d->source != NULL && d->sum != NULL && d->kept != NULL;
  return whole ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
}

static void release_room(struct drawing *d) {
  context_release(d->context, d->point);
  context_release(d->context, d->weight);
  context_release(d->context, d->outcome);
  context_release(d->context, d->source);
  context_release(d->context, d->sum);
  context_release(d->context, d->kept);
}

static ls_status open_space(ls_context *context, const ls_network *network, const ls_run_options *options,
                            const ls_rare_options *wanted, struct rare *rare) {
  const ls_reverse_options target = {.target_loss = wanted->target_loss, .target_default = wanted->target_default};
  if (options->scenarios == NULL)
    return context_fail(context, LS_STATUS_UNUSABLE, "rare events need random scenarios (YAML)");
  if (wanted->pilot < 100 || wanted->pilot > 10000000)
    return context_fail(context, LS_STATUS_USAGE, "pilot is %lld, must be within 100 and 10000000",
                        (long long)wanted->pilot);
  ls_status status = reverse_check_target(context, &target);
  if (status == LS_STATUS_OK) status = reverse_space_open(context, network, options, &target, &rare->space);
  if (status != LS_STATUS_OK || rare->space.shock.degrees_of_freedom == 0) return status;
  return context_fail(context, LS_STATUS_UNUSABLE,
                      "%s: the copula is student-t, must be gaussian: its common scale is not shifted",
                      options->scenarios);
}

ls_status rare_compute(ls_context *context, const ls_network *network, const ls_run_options *options,
                       const ls_rare_options *wanted, struct rare *out) {
  struct rare rare = {.pilot = wanted->pilot};
  struct drawing d = {.rare = &rare, .context = context};
  ls_status status = open_space(context, network, options, wanted, &rare);
  if (status == LS_STATUS_OK) {
    rare.count = rare.space.rerun.scenario_count;
    status = make_room(&d);
  }
  if (status == LS_STATUS_OK && !wanted->plain) status = find_shift(&d);
  if (status == LS_STATUS_OK) status = estimate(&d);
  release_room(&d);
  if (status == LS_STATUS_OK)
    *out = rare;
  else
    rare_release(&rare);
  return status;
}

void rare_release(struct rare *rare) {
  if (rare->space.context == NULL) return;
  context_release(rare->space.context, rare->shift);
  reverse_space_close(&rare->space);
  *rare = (struct rare){0};
}

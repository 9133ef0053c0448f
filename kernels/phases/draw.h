/* draw.h - a scenario's shocks: read from the explicit table, or drawn from factors, copula and marginals.
 *
 * Every number is a pure function of (seed, scenario, target, variable): nothing depends on the scenarios in
 * neighbouring lanes, nor on which scenarios were drawn before. What the shocks do to a network is the models'
 * matter.
 */
#ifndef LS_KERNELS_PHASES_DRAW_H
#define LS_KERNELS_PHASES_DRAW_H

#include "../math/normal.h"
#include "../math/philox.h"
#include "../math/student.h"
#include "../plan.h"

/* Scratch slots that draw_shocks needs: one per factor, one per source. Asked by hosts as well. */
LS_ANYWHERE int64_t draw_scratch_slots(const struct ls_shock_plan *shock) {
  return (int64_t)shock->factor_count + shock->source_count;
}

LS_FN ls_lane draw_normal(uint64_t seed, const int64_t scenario[LS_LANES], uint32_t target, uint32_t stream) {
  return lane_normal_quantile(random_uniform(seed, scenario, target, stream));
}

#if LS_LANES > 1
enum { LS_DRAW_BATCH = 16 };

/* Uniform numbers of a batch of slots into normal ones. Most are in the centre, but few tiles are without a tail: tails are
 * listed, and worked off in lanes that are all in use. */
LS_FN void draw_quantiles_of_batch(ls_slots slots, int32_t count) {
  double tail[(LS_DRAW_BATCH + 1) * LS_LANES];
  int32_t place[(LS_DRAW_BATCH + 1) * LS_LANES];
  int listed = 0;
  for (int32_t s = 0; s < count; s++) {
    ls_lane p = slot_get(slots, s);
    listed += lane_list(normal_is_tail(p), p, (int32_t)(s * slots.stride), tail + listed, place + listed);
    slot_set(slots, s, normal_quantile_centre(p));
  }
  lane_store(tail + listed, lane_set(0.5)); /* lanes that nobody needs */
  for (int k = 0; k < listed; k += LS_LANES) lane_store(tail + k, normal_quantile_tail(lane_load(tail + k)));
  lane_unlist(tail, place, listed, slots.base);
}
#endif

/* The same of many slots of uniform numbers. */
LS_FN void draw_quantiles(ls_slots slots, int32_t count) {
#if LS_LANES == 1
  for (int32_t s = 0; s < count; s++) slot_set(slots, s, lane_normal_quantile(slot_get(slots, s)));
#else
  for (int32_t s = 0; s < count; s += LS_DRAW_BATCH)
    draw_quantiles_of_batch(slots_from(slots, s), count - s < LS_DRAW_BATCH ? count - s : LS_DRAW_BATCH);
#endif
}

/* factor[f] = sum over g <= f of cholesky[f, g] times the g-th independent normal; from the last factor up, so
 * that the normals that are still needed are not yet overwritten. */
LS_FN void draw_factors(const struct ls_shock_plan *shock, const int64_t scenario[LS_LANES], ls_slots factor) {
  int32_t count = shock->factor_count;
  for (int32_t f = 0; f < count; f++)
    slot_set(factor, f, random_uniform(shock->seed, scenario, (uint32_t)f, LS_STREAM_FACTOR));
  draw_quantiles(factor, count);
  for (int32_t f = count - 1; f >= 0; f--) {
    ls_lane sum = lane_set(0);
    for (int32_t g = 0; g <= f; g++) sum = sum + slot_get(factor, g) * shock->factor_cholesky[(int64_t)f * count + g];
    slot_set(factor, f, sum);
  }
}

/* sqrt(df / chi2), one for all draws of a scenario. */
LS_FN ls_lane draw_student_scale(const struct ls_shock_plan *shock, const int64_t scenario[LS_LANES]) {
  ls_lane chi_square = lane_set(0);
  for (int32_t d = 0; d < shock->degrees_of_freedom; d++) {
    ls_lane normal = draw_normal(shock->seed, scenario, (uint32_t)d, LS_STREAM_CHI_SQUARE);
    chi_square = chi_square + normal * normal;
  }
  return lane_sqrt((double)shock->degrees_of_freedom / chi_square);
}

/* The normal number with the same probability as y has under Student's t, by way of the smaller tail. */
LS_FN ls_lane draw_from_student(ls_lane y, int32_t degrees) {
  ls_lane below = lane_normal_quantile(lane_student_tail(lane_absolute(y), degrees));
  return lane_select(lane_less(y, lane_set(0)), below, -below);
}

/* x of every source: standard normal, correlated as the copula says. */
LS_FN void draw_sources(const struct ls_shock_plan *shock, const int64_t scenario[LS_LANES], ls_slots factor,
                        ls_slots source) {
  int32_t degrees = shock->degrees_of_freedom;
  ls_lane scale = degrees > 0 ? draw_student_scale(shock, scenario) : lane_set(1);
  for (int32_t s = 0; s < shock->source_count; s++)
    slot_set(
        source, s,
        random_uniform(shock->seed, scenario, (uint32_t)shock->source_target[s], (uint32_t)shock->source_variable[s]));
  draw_quantiles(source, shock->source_count);
  for (int32_t s = 0; s < shock->source_count; s++) {
    const double *loading = shock->source_loading + (int64_t)s * shock->factor_count;
    ls_lane x = shock->source_own[s] * slot_get(source, s);
    for (int32_t f = 0; f < shock->factor_count; f++) {
      if (loading[f] != 0) x = x + loading[f] * slot_get(factor, f);
    }
    slot_set(source, s, degrees > 0 ? draw_from_student(x * scale, degrees) : x);
  }
}

/* Value of a quantile table at x: cubic Hermite between its points. */
LS_FN ls_lane draw_table_value(const double *table, ls_lane x) {
  const double spacing = 2 * LS_TABLE_REACH / (LS_TABLE_POINTS - 1);
  ls_lane position = lane_clip((x + LS_TABLE_REACH) / spacing, 0, LS_TABLE_POINTS - 1);
  ls_lane low = lane_min(lane_whole(position), lane_set(LS_TABLE_POINTS - 2)), t = position - low;
  ls_lane value0 = lane_gather(table, low), value1 = lane_gather(table + 1, low);
  ls_lane slope0 = lane_gather(table + LS_TABLE_POINTS, low), slope1 = lane_gather(table + LS_TABLE_POINTS + 1, low);
  ls_lane rise = value1 - value0;
  ls_lane cubic = slope0 + slope1 - 2.0 * rise;
  ls_lane square = 3.0 * rise - 2.0 * slope0 - slope1;
  return value0 + t * (slope0 + t * (square + t * cubic));
}

/* The marginal: a draw's value from its x. */
LS_FN ls_lane draw_value(const struct ls_shock_plan *shock, int32_t draw, ls_lane x, double neutral) {
  const double *p = shock->draw_parameter + 4 * (int64_t)draw;
  switch (shock->draw_kind[draw]) {
    case LS_DRAW_LOGNORMAL:
      return lane_clip(lane_exp(p[0] + p[1] * x), p[2], p[3]);
    case LS_DRAW_NORMAL:
      return p[0] + p[1] * x;
    case LS_DRAW_TABLE:
      return draw_table_value(shock->draw_table + (int64_t)p[0], x);
    default:
      return lane_select(lane_less(lane_set(p[0]), x), lane_set(p[1]), lane_set(neutral));
  }
}

/* Into the variable's range: losses 0..1, factors >= 0. What had to be moved is counted. */
LS_FN ls_lane draw_clip(ls_lane value, int32_t combine, ls_lane *clip_count) {
  ls_lane inside = combine == LS_COMBINE_LOSS ? lane_clip(value, 0, 1) : lane_positive_part(value);
  *clip_count = *clip_count + lane_from_mask(mask_not(lane_equal(inside, value)));
  return inside;
}

LS_FN void draw_random(const struct ls_shock_plan *shock, const int64_t scenario[LS_LANES], ls_slots value,
                       ls_slots scratch, ls_lane *clip_count) {
  ls_slots source = slots_from(scratch, shock->factor_count);
  draw_factors(shock, scenario, scratch);
  draw_sources(shock, scenario, scratch, source);
  for (int32_t d = 0; d < shock->draw_count; d++) {
    int32_t key = shock->draw_key[d];
    int32_t combine = shock->column_combine[shock->key_column[key]];
    ls_lane x = slot_get(source, shock->draw_source[d]);
    ls_lane drawn = draw_clip(draw_value(shock, d, x, combine == LS_COMBINE_LOSS ? 0 : 1), combine, clip_count);
    if (d > 0 && shock->draw_key[d - 1] == key) {
      ls_lane before = slot_get(value, key);
      drawn = combine == LS_COMBINE_LOSS ? 1.0 - (1.0 - before) * (1.0 - drawn) : before * drawn;
    }
    slot_set(value, key, drawn);
  }
}

LS_FN void draw_explicit(const struct ls_shock_plan *shock, const int64_t scenario[LS_LANES], ls_slots value) {
  for (int32_t key = 0; key < shock->key_count; key++) {
    double row[LS_LANES];
    for (int k = 0; k < LS_LANES; k++) row[k] = shock->explicit_value[scenario[k] * shock->key_count + key];
    slot_set(value, key, lane_load(row));
  }
}

/* Fills value slot k with the shock of key k, for the scenario of each lane; *clip_count is set. Every key of a
 * drawn plan has a draw. Among explicit scenarios, numbers are below explicit_count. */
LS_FN void draw_shocks(const struct ls_shock_plan *shock, const int64_t scenario[LS_LANES], ls_slots value,
                       ls_slots scratch, ls_lane *clip_count) {
  *clip_count = lane_set(0);
  if (shock->explicit_count > 0) {
    draw_explicit(shock, scenario, value);
  } else {
    draw_random(shock, scenario, value, scratch, clip_count);
  }
}

#endif

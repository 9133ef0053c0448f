/* latent.c - see latent.h: the kernels' own functions on one lane. */
#include "scenario/latent.h"

#include "phases/draw.h"

double latent_factor(const struct ls_shock_plan *shock, const double *normal, int32_t f) {
  double sum = 0;
  for (int32_t g = 0; g <= f; g++) sum += normal[g] * shock->factor_cholesky[(int64_t)f * shock->factor_count + g];
  return sum;
}

static double source_number(const struct ls_shock_plan *shock, const double *factor, const double *source, int32_t s) {
  const double *loading = shock->source_loading + (int64_t)s * shock->factor_count;
  double x = shock->source_own[s] * source[s];
  for (int32_t f = 0; f < shock->factor_count; f++)
    if (loading[f] != 0) x += loading[f] * factor[f];
  return shock->degrees_of_freedom > 0 ? lane_get(draw_from_student(lane_set(x), shock->degrees_of_freedom), 0) : x;
}

void latent_values(const struct ls_shock_plan *shock, const double *factor, const double *source, double *value) {
  ls_lane clips = lane_set(0);
  for (int32_t d = 0; d < shock->draw_count; d++) {
    const int32_t key = shock->draw_key[d], combine = shock->column_combine[shock->key_column[key]];
    const double x = source_number(shock, factor, source, shock->draw_source[d]);
    const ls_lane at = draw_value(shock, d, lane_set(x), combine == LS_COMBINE_LOSS ? 0 : 1);
    const double drawn = lane_get(draw_clip(at, combine, &clips), 0);
    if (d == 0 || shock->draw_key[d - 1] != key)
      value[key] = drawn;
    else
      value[key] = combine == LS_COMBINE_LOSS ? 1 - (1 - value[key]) * (1 - drawn) : value[key] * drawn;
  }
}

/* Out of line: lanes need room on the stack that callers should not have. */
static __attribute__((noinline)) void draw_lanes(const struct ls_shock_plan *shock, int64_t number, double *value,
                                                 double *scratch) {
  int64_t scenario[LS_LANES];
  ls_lane clips;
  for (int k = 0; k < LS_LANES; k++) scenario[k] = number;
  draw_shocks(shock, scenario, (ls_slots){value, LS_LANES}, (ls_slots){scratch, LS_LANES}, &clips);
}

static __attribute__((noinline)) double normal_at(uint64_t seed, int64_t number, uint32_t target, uint32_t stream) {
  int64_t scenario[LS_LANES];
  for (int k = 0; k < LS_LANES; k++) scenario[k] = number;
  return lane_get(draw_normal(seed, scenario, target, stream), 0);
}

void latent_normals(const struct ls_shock_plan *shock, int64_t scenario, double *factor, double *source) {
  for (int32_t f = 0; f < shock->factor_count; f++)
    factor[f] = normal_at(shock->seed, scenario, (uint32_t)f, LS_STREAM_FACTOR);
  for (int32_t s = 0; s < shock->source_count; s++)
    source[s] =
        normal_at(shock->seed, scenario, (uint32_t)shock->source_target[s], (uint32_t)shock->source_variable[s]);
}

int64_t latent_room(const struct ls_shock_plan *shock) {
  return (shock->key_count + draw_scratch_slots(shock)) * LS_LANES;
}

void latent_draw(const struct ls_shock_plan *shock, int64_t scenario, double *value, double *room) {
  draw_lanes(shock, scenario, room, room + (int64_t)shock->key_count * LS_LANES);
  for (int32_t key = 0; key < shock->key_count; key++) value[key] = room[(int64_t)key * LS_LANES];
}

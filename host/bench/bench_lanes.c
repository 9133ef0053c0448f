/* bench_lanes.c - loops that show a ceiling; see bench_lanes.h. LS_ISA is the name of the instruction set. */
#include "bench/bench_lanes.h"

#include <math.h>

#include "phases/draw.h"

#define LS_ISA_IS_baseline BASELINE
#define LS_ISA_IS_avx2 AVX2
#define LS_ISA_IS_avx512 AVX512
#define LS_JOIN(a, b) a##b
#define LS_JOIN_OF(a, b) LS_JOIN(a, b)
#define LS_ISA_NAME LS_JOIN_OF(LS_ISA_IS_, LS_ISA)

enum { PIECE = 64 }; /* numbers that a round of `read` and `copy` takes */

/* Enough to hide the latency of two units of four cycles, and few enough for the registers there are. */
#if LS_LANES == 8
enum { CHAINS = 16 };
#elif defined(__AVX2__)
enum { CHAINS = 12 };
#else
enum { CHAINS = 6 };
#endif

/* In one instruction where there is one: without, fma is a call, and no ceiling. */
LS_FN ls_lane multiply_and_add(ls_lane a, ls_lane b, ls_lane c) {
#if defined(__FMA__)
  return lane_fma(a, b, c);
#else
  return a * b + c;
#endif
}

/* The factor keeps the chains from ending in zeros or infinities. */
static double multiply_add(int64_t rounds) {
  ls_lane sum[CHAINS];
  for (int k = 0; k < CHAINS; k++) sum[k] = lane_set(1 + k * 0x1p-8);
  const ls_lane factor = lane_set(1 - 0x1p-30), term = lane_set(0x1p-30);
  for (int64_t round = 0; round < rounds; round++) {
#pragma GCC unroll 16
    for (int k = 0; k < CHAINS; k++) sum[k] = multiply_and_add(factor, sum[k], term);
  }
  double total = 0;
  for (int k = 0; k < CHAINS; k++) total += lane_get(sum[k], 0);
  return total;
}

static double read_all(const double *from, size_t count) {
  enum { SUMS = 8 };
  ls_lane sum[SUMS];
  for (int k = 0; k < SUMS; k++) sum[k] = lane_set(0);
  for (size_t at = 0; at < count; at += PIECE) {
#pragma GCC unroll 16
    for (int k = 0; k < PIECE / LS_LANES; k++) sum[k % SUMS] += lane_load(from + at + k * LS_LANES);
  }
  double total = 0;
  for (int k = 0; k < SUMS; k++) total += lane_get(sum[k], 0);
  return total;
}

/* Stores that do not read the line first: what a copy costs is then one read and one write. */
static void store_past_cache(double *to, ls_lane value) {
#if LS_LANES == 8
  _mm512_stream_pd(to, (__m512d)value);
#elif defined(__AVX2__)
  _mm256_stream_pd(to, (__m256d)value);
#else
  lane_store(to, value);
#endif
}

static void copy_all(double *to, const double *from, size_t count) {
  for (size_t at = 0; at < count; at += PIECE)
    for (int k = 0; k < PIECE; k += LS_LANES) store_past_cache(to + at + k, lane_load(from + at + k));
#if LS_LANES == 8 || defined(__AVX2__)
  _mm_sfence();
#endif
}

static void number_from(int64_t first, int64_t scenario[LS_LANES]) {
  for (int k = 0; k < LS_LANES; k++) scenario[k] = first + k;
}

static double normals(int64_t first, int64_t count) {
  ls_lane sum = lane_set(0);
  for (int64_t at = 0; at < count; at += LS_LANES) {
    int64_t scenario[LS_LANES];
    number_from(first + at, scenario);
    sum = sum + draw_normal(1, scenario, 0, LS_VARIABLE_EXTERNAL_ASSETS_LOSS);
  }
  return lane_get(sum, 0);
}

static void shocks(const struct ls_shock_plan *shock, int64_t first, int64_t count, double *value, double *scratch) {
  const int32_t keys = shock->key_count;
  const ls_slots slot = {scratch, LS_LANES};
  for (int64_t at = 0; at < count; at += LS_LANES) {
    int64_t scenario[LS_LANES];
    ls_lane clipped;
    number_from(first + at, scenario);
    draw_shocks(shock, scenario, slot, slots_from(slot, keys), &clipped);
    for (int lane = 0; lane < LS_LANES && at + lane < count; lane++)
      for (int32_t key = 0; key < keys; key++) value[(at + lane) * keys + key] = lane_get(slot_get(slot, key), lane);
  }
}

const struct bench_lanes LS_JOIN_OF(BENCH_LANES_, LS_ISA_NAME) = {
    &LS_JOIN_OF(CPU_TILE_, LS_ISA_NAME), CHAINS, multiply_add, read_all, copy_all, normals, shocks};

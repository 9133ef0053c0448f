/* lane.h - the number type of all model arithmetic: one double on a GPU thread, a vector of doubles on a CPU core.
 *
 * A lane is a scenario. Control flow is uniform over the lanes of a tile; what differs by lane is a select. Every
 * operation here is correctly rounded and works lane by lane, so a scenario's bits never depend on the instruction set,
 * on the width of the vector, or on the scenarios that happen to share it. Nothing outside this file uses intrinsics.
 *
 * Compiled once per instruction set: LS_LANES is 1 under nvcc, 8 with AVX-512, 4 with AVX2, else 4 (two SSE2 halves). With
 * LS_ONE_LANE a C compiler sees what a GPU thread does, strided memory included: that is how tests run it without a GPU.
 */
#ifndef LS_KERNELS_LANE_H
#define LS_KERNELS_LANE_H

#include <stdbool.h>
#include <stdint.h>

#if defined(__GNUC__) && !defined(__clang__) && !defined(__CUDACC__)
#pragma GCC diagnostic ignored "-Wpsabi" /* how wide vectors are passed does not matter: everything here is inlined */
#endif

#if defined(__CUDACC__)
#define LS_UNROLL _Pragma("unroll") /* a loop over a small array in registers, which must not be indexed at run time */
#define LS_FN static __device__ __forceinline__
#define LS_ANYWHERE __host__ __device__ static inline /* what the host asks as well */
#define LS_CONSTANT static __device__ const
#define LS_LANES 1
#else
#define LS_UNROLL
#define LS_ANYWHERE static inline
#if defined(LS_OUT_OF_LINE) /* under sanitizers inlined code is so long that compiling it takes minutes */
#define LS_FN static __attribute__((unused))
#else
#define LS_FN static inline __attribute__((always_inline, unused))
#endif
#define LS_CONSTANT static const
#if defined(LS_ONE_LANE)
#define LS_LANES 1
#elif defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__AVX512VL__)
#include <immintrin.h>
#define LS_LANES 8
#elif defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>
#define LS_LANES 4
#else
#if defined(__SSE2__)
#include <emmintrin.h>
#endif
#define LS_LANES 4
#endif
#endif

#if LS_LANES == 1
typedef double ls_lane;
typedef int64_t ls_lane_bits;   /* the 64 bits of a lane */
typedef uint64_t ls_lane_words; /* the same without a sign */
typedef bool ls_mask;
#else
typedef double ls_lane __attribute__((vector_size(8 * LS_LANES)));
typedef int64_t ls_lane_bits __attribute__((vector_size(8 * LS_LANES)));
typedef uint64_t ls_lane_words __attribute__((vector_size(8 * LS_LANES)));
#if LS_LANES == 8
typedef __mmask8 ls_mask;
#else
typedef ls_lane_bits ls_mask; /* all ones or all zeros per lane */
#endif
#endif

/* ---- making lanes, reaching into them ---------------------------------------------------------------------------- */

LS_FN ls_lane lane_set(double value) {
#if LS_LANES == 1
  return value;
#else
  return value - (ls_lane){0}; /* the scalar is copied to every lane; x - 0 keeps the sign of zero */
#endif
}

LS_FN double lane_get(ls_lane a, int lane) {
#if LS_LANES == 1
  (void)lane;
  return a;
#else
  return a[lane];
#endif
}

LS_FN ls_lane lane_put(ls_lane a, int lane, double value) {
#if LS_LANES == 1
  (void)a;
  (void)lane;
  return value;
#else
  a[lane] = value;
  return a;
#endif
}

LS_FN ls_lane_bits lane_to_bits(ls_lane a) {
#if defined(__CUDACC__)
  return __double_as_longlong(a);
#elif LS_LANES == 1
  ls_lane_bits bits;
  __builtin_memcpy(&bits, &a, sizeof bits);
  return bits;
#else
  return (ls_lane_bits)a;
#endif
}

LS_FN ls_lane lane_from_bits(ls_lane_bits a) {
#if defined(__CUDACC__)
  return __longlong_as_double(a);
#elif LS_LANES == 1
  ls_lane value;
  __builtin_memcpy(&value, &a, sizeof value);
  return value;
#else
  return (ls_lane)a;
#endif
}

/* LS_LANES numbers that follow one another in memory, wherever they begin; a lane each. */
LS_FN ls_lane lane_load(const double *from) {
  ls_lane value;
  __builtin_memcpy(&value, from, sizeof value);
  return value;
}

LS_FN void lane_store(double *to, ls_lane value) { __builtin_memcpy(to, &value, sizeof value); }

/* The largest of all lanes, none of which is NaN. */
LS_FN double lane_largest(ls_lane a) {
  double largest = lane_get(a, 0);
  for (int k = 1; k < LS_LANES; k++) largest = largest < lane_get(a, k) ? lane_get(a, k) : largest;
  return largest;
}

/* ---- masks ------------------------------------------------------------------------------------------------------- */

#if LS_LANES == 1
LS_FN ls_mask lane_less(ls_lane a, ls_lane b) { return a < b; }
LS_FN ls_mask lane_less_equal(ls_lane a, ls_lane b) { return a <= b; }
LS_FN ls_mask lane_equal(ls_lane a, ls_lane b) { return a == b; }
LS_FN ls_lane lane_select(ls_mask m, ls_lane yes, ls_lane no) { return m ? yes : no; }
LS_FN ls_mask mask_not(ls_mask a) { return !a; }
LS_FN ls_mask mask_and(ls_mask a, ls_mask b) { return a && b; }
LS_FN ls_mask mask_or(ls_mask a, ls_mask b) { return a || b; }
LS_FN ls_mask mask_none(void) { return false; }
LS_FN bool mask_any(ls_mask a) { return a; }
#elif LS_LANES == 8
LS_FN ls_mask lane_less(ls_lane a, ls_lane b) { return _mm512_cmp_pd_mask((__m512d)a, (__m512d)b, _CMP_LT_OQ); }
LS_FN ls_mask lane_less_equal(ls_lane a, ls_lane b) { return _mm512_cmp_pd_mask((__m512d)a, (__m512d)b, _CMP_LE_OQ); }
LS_FN ls_mask lane_equal(ls_lane a, ls_lane b) { return _mm512_cmp_pd_mask((__m512d)a, (__m512d)b, _CMP_EQ_OQ); }
LS_FN ls_lane lane_select(ls_mask m, ls_lane yes, ls_lane no) {
  return (ls_lane)_mm512_mask_blend_pd(m, (__m512d)no, (__m512d)yes);
}
LS_FN ls_mask mask_not(ls_mask a) { return (ls_mask)~a; }
LS_FN ls_mask mask_and(ls_mask a, ls_mask b) { return (ls_mask)(a & b); }
LS_FN ls_mask mask_or(ls_mask a, ls_mask b) { return (ls_mask)(a | b); }
LS_FN ls_mask mask_none(void) { return 0; }
LS_FN _Bool mask_any(ls_mask a) { return a != 0; }
#else
LS_FN ls_mask lane_less(ls_lane a, ls_lane b) { return (ls_mask)(a < b); }
LS_FN ls_mask lane_less_equal(ls_lane a, ls_lane b) { return (ls_mask)(a <= b); }
LS_FN ls_mask lane_equal(ls_lane a, ls_lane b) { return (ls_mask)(a == b); }
LS_FN ls_lane lane_select(ls_mask m, ls_lane yes, ls_lane no) {
#if defined(__AVX2__) && defined(__FMA__)
  return (ls_lane)_mm256_blendv_pd((__m256d)no, (__m256d)yes, (__m256d)m);
#else
  return (ls_lane)((m & (ls_lane_bits)yes) | (~m & (ls_lane_bits)no));
#endif
}
LS_FN ls_mask mask_not(ls_mask a) { return ~a; }
LS_FN ls_mask mask_and(ls_mask a, ls_mask b) { return a & b; }
LS_FN ls_mask mask_or(ls_mask a, ls_mask b) { return a | b; }
LS_FN ls_mask mask_none(void) { return (ls_mask){0}; }
#if defined(__AVX2__)
LS_FN _Bool mask_any(ls_mask a) { return _mm256_movemask_pd((__m256d)a) != 0; }
#else
LS_FN _Bool mask_any(ls_mask a) { return (a[0] | a[1] | a[2] | a[3]) != 0; }
#endif
#endif

/* The smaller and the larger of two: a < b ? a : b and b < a ? a : b, so that equal or unordered operands give the second, the same
 * everywhere. That is what the instructions of x86 do. */
#if LS_LANES == 8
LS_FN ls_lane lane_min(ls_lane a, ls_lane b) { return (ls_lane)_mm512_min_pd((__m512d)a, (__m512d)b); }
LS_FN ls_lane lane_max(ls_lane a, ls_lane b) { return (ls_lane)_mm512_max_pd((__m512d)a, (__m512d)b); }
#elif LS_LANES == 4 && defined(__AVX2__)
LS_FN ls_lane lane_min(ls_lane a, ls_lane b) { return (ls_lane)_mm256_min_pd((__m256d)a, (__m256d)b); }
LS_FN ls_lane lane_max(ls_lane a, ls_lane b) { return (ls_lane)_mm256_max_pd((__m256d)a, (__m256d)b); }
#else
LS_FN ls_lane lane_min(ls_lane a, ls_lane b) { return lane_select(lane_less(a, b), a, b); }
LS_FN ls_lane lane_max(ls_lane a, ls_lane b) { return lane_select(lane_less(b, a), a, b); }
#endif
LS_FN ls_lane lane_positive_part(ls_lane a) { return lane_max(a, lane_set(0)); }
LS_FN ls_lane lane_clip(ls_lane a, double low, double high) {
  return lane_min(lane_max(a, lane_set(low)), lane_set(high));
}
LS_FN ls_lane lane_absolute(ls_lane a) { return lane_from_bits(lane_to_bits(a) & INT64_MAX); }

/* The first `count` lanes. */
LS_FN ls_mask lane_first(int32_t count) {
  double position[LS_LANES];
  for (int k = 0; k < LS_LANES; k++) position[k] = k;
  return lane_less(lane_load(position), lane_set(count));
}

/* Writes the values of the lanes that are set, and their places counted from `first`, one after the other; returns how many. Room
 * for LS_LANES of each is written over. */
LS_FN int lane_list(ls_mask set, ls_lane value, int32_t first, double *values, int32_t *places) {
  if (!mask_any(set)) return 0;
#if LS_LANES == 8
  const __m256i place = _mm256_add_epi32(_mm256_set1_epi32(first), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  _mm512_storeu_pd(values, _mm512_maskz_compress_pd(set, (__m512d)value));
  _mm256_storeu_si256((__m256i *)(void *)places, _mm256_maskz_compress_epi32(set, place));
  return __builtin_popcount(set);
#else
  int count = 0;
  ls_lane flag = lane_select(set, lane_set(1), lane_set(0));
  for (int k = 0; k < LS_LANES; k++) {
    values[count] = lane_get(value, k);
    places[count] = first + k;
    count += lane_get(flag, k) > 0;
  }
  return count;
#endif
}

/* Writes the values of `count` lanes, listed so, back to their places among slots that follow one another at `base`. */
LS_FN void lane_unlist(const double *values, const int32_t *places, int count, double *base) {
  for (int k = 0; k < count; k++) base[places[k]] = values[k];
}

/* from[index], a whole number of 0..2^31 - 1 in every lane. */
LS_FN ls_lane lane_gather(const double *from, ls_lane index) {
#if LS_LANES == 1
  return from[(int32_t)index];
#elif LS_LANES == 8
  return (ls_lane)_mm512_i32gather_pd(_mm512_cvttpd_epi32((__m512d)index), from, 8);
#elif defined(__AVX2__) && defined(__FMA__)
  return (ls_lane)_mm256_i32gather_pd(from, _mm256_cvttpd_epi32((__m256d)index), 8);
#else
  double each[LS_LANES];
  for (int k = 0; k < LS_LANES; k++) each[k] = from[(int32_t)lane_get(index, k)];
  return lane_load(each);
#endif
}

/* The whole number below a, for a of 0..2^31 - 1. */
LS_FN ls_lane lane_whole(ls_lane a) {
#if LS_LANES == 1
  return (double)(int32_t)a;
#elif LS_LANES == 8
  return (ls_lane)_mm512_cvtepi32_pd(_mm512_cvttpd_epi32((__m512d)a));
#elif defined(__AVX2__) && defined(__FMA__)
  return (ls_lane)_mm256_cvtepi32_pd(_mm256_cvttpd_epi32((__m256d)a));
#else
  for (int k = 0; k < LS_LANES; k++) a[k] = (double)(int32_t)a[k];
  return a;
#endif
}

/* The products, of 64 bits, of the lower halves of a and b. */
LS_FN ls_lane_words lane_half_products(ls_lane_words a, ls_lane_words b) {
#if LS_LANES == 8
  return (ls_lane_words)_mm512_mul_epu32((__m512i)a, (__m512i)b);
#elif LS_LANES == 4 && defined(__AVX2__) && defined(__FMA__)
  return (ls_lane_words)_mm256_mul_epu32((__m256i)a, (__m256i)b);
#elif LS_LANES == 4 && defined(__SSE2__)
  __m128i left[2], right[2];
  __builtin_memcpy(left, &a, sizeof left);
  __builtin_memcpy(right, &b, sizeof right);
  for (int k = 0; k < 2; k++) left[k] = _mm_mul_epu32(left[k], right[k]);
  __builtin_memcpy(&a, left, sizeof left);
  return a;
#else
  return (a & UINT32_MAX) * (b & UINT32_MAX);
#endif
}

/* 1 where the mask is set, else 0: the form in which flags are kept in memory. */
LS_FN ls_lane lane_from_mask(ls_mask m) { return lane_select(m, lane_set(1), lane_set(0)); }
LS_FN ls_mask lane_to_mask(ls_lane flag) { return lane_less(lane_set(0), flag); }

/* a / b where b is not 0, else the value given: no lane ever divides by zero, so no infinity or NaN arises. */
LS_FN ls_lane lane_ratio(ls_lane a, ls_lane b, double where_zero) {
  ls_mask zero = lane_equal(b, lane_set(0));
  return lane_select(zero, lane_set(where_zero), a / lane_select(zero, lane_set(1), b));
}

/* a * b + c, rounded once. In kernels/math and in the sums over links; everywhere else a product and a sum are rounded each. */
LS_FN ls_lane lane_fma(ls_lane a, ls_lane b, ls_lane c) {
#if defined(__CUDACC__)
  return fma(a, b, c);
#elif LS_LANES == 1
  return __builtin_fma(a, b, c);
#elif LS_LANES == 8
  return (ls_lane)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
#elif defined(__AVX2__) && defined(__FMA__)
  return (ls_lane)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c);
#else
  for (int k = 0; k < LS_LANES; k++) a[k] = __builtin_fma(a[k], b[k], c[k]);
  return a;
#endif
}

/* The same of plain numbers. */
LS_FN double number_fma(double a, double b, double c) {
#if defined(__CUDACC__)
  return fma(a, b, c);
#else
  return __builtin_fma(a, b, c);
#endif
}

/* Has the line of memory at `address` fetched, which is soon to be read; or does nothing. */
LS_FN void memory_fetch(const void *address) {
#if defined(__CUDACC__)
  (void)address;
#else
  __builtin_prefetch(address);
#endif
}

LS_FN ls_lane lane_sqrt(ls_lane a) {
#if defined(__CUDACC__)
  return sqrt(a);
#elif LS_LANES == 1
  return __builtin_sqrt(a);
#elif LS_LANES == 8
  return (ls_lane)_mm512_sqrt_pd((__m512d)a);
#elif defined(__AVX2__) && defined(__FMA__)
  return (ls_lane)_mm256_sqrt_pd((__m256d)a);
#else
  for (int k = 0; k < LS_LANES; k++) a[k] = __builtin_sqrt(a[k]);
  return a;
#endif
}

/* ---- memory: numbered slots, each holding one lane value ---------------------------------------------------------- */

/* On the CPU slot k is a vector at base + k * stride, aligned to its size. On a GPU base points at this thread's first value and
 * neighbouring threads lie side by side, so that a warp's access to one slot is one contiguous run of memory. */
typedef struct {
  double *base;
  int64_t stride; /* doubles from one slot to the next: a multiple of LS_LANES */
} ls_slots;

LS_FN ls_lane slot_get(ls_slots s, int64_t slot) {
#if LS_LANES == 1
  return s.base[slot * s.stride];
#else
  return *(const ls_lane *)__builtin_assume_aligned(s.base + slot * s.stride, 8 * LS_LANES);
#endif
}

LS_FN void slot_set(ls_slots s, int64_t slot, ls_lane value) {
#if LS_LANES == 1
  s.base[slot * s.stride] = value;
#else
  *(ls_lane *)__builtin_assume_aligned(s.base + slot * s.stride, 8 * LS_LANES) = value;
#endif
}

LS_FN void slot_add(ls_slots s, int64_t slot, ls_lane value) { slot_set(s, slot, slot_get(s, slot) + value); }

/* Slots of a tile's working memory, where on the CPU one lies right behind the other, by place: slot k is at place k * LS_LANES. An
 * access then takes no multiplication, and a loop over neighbouring slots counts up one number for all of them. */
LS_FN ls_slots slots_by_place(ls_slots s) {
#if LS_LANES > 1
  s.stride = 1;
#endif
  return s;
}

/* The slots from `first` on, numbered from 0. */
LS_FN ls_slots slots_from(ls_slots s, int64_t first) {
  s.base += first * s.stride;
  return s;
}

#endif

/* group.h - threads that work on one scenario together: a block of a GPU.
 *
 * What they need of each other is little: to wait, to number those that have something to say, and the largest of their numbers.
 * All threads of a group make the same calls in the same order. Whoever includes this outside CUDA brings the three functions
 * (tests do, with threads of the machine).
 */
#ifndef LS_PHASES_GROUP_H
#define LS_PHASES_GROUP_H

#include "lane.h"

enum { LS_GROUP_WARP = 32, LS_GROUP_THREADS_MOST = 256, LS_GROUP_WARPS_MOST = LS_GROUP_THREADS_MOST / LS_GROUP_WARP };

/* `width` is a whole number of warps on a GPU. The arrays are seen by all threads. */
struct ls_group {
  int32_t thread, width;
  double *number, *other; /* [width] */
  int32_t *count;         /* [width] */
  double *largest;        /* [LS_GROUP_WARPS_MOST] */
  int32_t *before;        /* [LS_GROUP_WARPS_MOST] */
};

/* Doubles of the arrays of a group. */
LS_ANYWHERE int64_t group_room(int32_t width) { return 2 * width + (width + 1) / 2 + 2 * LS_GROUP_WARPS_MOST; }

LS_FN struct ls_group group_of(int32_t thread, int32_t width, double *room) {
  int32_t *integers = (int32_t *)(room + 2 * width + LS_GROUP_WARPS_MOST);
  struct ls_group group = {thread,           width,   room, room + width, integers + LS_GROUP_WARPS_MOST,
                           room + 2 * width, integers};
  return group;
}

#if defined(__CUDACC__)

/* Afterwards everyone sees what anyone wrote before. */
LS_FN void group_wait(const struct ls_group *group) {
  (void)group;
  __syncthreads();
}

/* How many threads before this one are set; in *all, how many are. */
LS_FN int32_t group_place(const struct ls_group *group, bool set, int32_t *all) {
  const unsigned lane = (unsigned)group->thread % LS_GROUP_WARP, warp = (unsigned)group->thread / LS_GROUP_WARP;
  const unsigned flags = __ballot_sync(0xffffffffu, set);
  int32_t place = __popc(flags & ((1u << lane) - 1));
  if (group->width == LS_GROUP_WARP) {
    *all = __popc(flags);
    return place;
  }
  if (lane == 0) group->before[warp] = __popc(flags);
  __syncthreads();
  *all = 0;
  for (int32_t w = 0; w < group->width / LS_GROUP_WARP; w++) {
    if (w == (int32_t)warp) place += *all;
    *all += group->before[w];
  }
  __syncthreads(); /* or the next call would write over what is being read */
  return place;
}

/* The largest number of all threads; none is NaN. */
LS_FN double group_largest(const struct ls_group *group, double number) {
  LS_UNROLL
  for (int32_t step = LS_GROUP_WARP / 2; step > 0; step /= 2)
    number = lane_max(number, __shfl_xor_sync(0xffffffffu, number, step));
  if (group->width == LS_GROUP_WARP) return number;
  if (group->thread % LS_GROUP_WARP == 0) group->largest[group->thread / LS_GROUP_WARP] = number;
  __syncthreads();
  for (int32_t w = 0; w < group->width / LS_GROUP_WARP; w++) number = lane_max(number, group->largest[w]);
  __syncthreads();
  return number;
}

#else

static void group_wait(const struct ls_group *group);
static int32_t group_place(const struct ls_group *group, bool set, int32_t *all);
static double group_largest(const struct ls_group *group, double number);

#endif

#endif

/* loop_causes.c - losses of the loop model by cause; see loop_causes.h.
 *
 * The model is compiled once more, with channels that can be closed: lane 0 of each tile is the baseline path, the other lanes are
 * the scenario under as many sets of open channels (kernels/models/loop/loop_channels.h). With every channel open a lane has
 * the scenario's own bits. */
#define LS_LOOP_CHANNELS

#include "engine/loop_causes.h"

#include "phases/tile.h"

_Static_assert(LS_LANES > 1, "lane 0 is the baseline");

enum { CHANNEL_SETS = 1 << LOOP_CHANNEL_COUNT, SLOTS_PER_CONTRACT = 4, LANES = LS_LANES };

/* Working memory of one tile. */
struct tile_memory {
  double *state, *output;
};

static ls_status take_memory(ls_context *context, const struct ls_plan *plan, struct tile_memory *memory) {
  size_t extra = (size_t)plan->loop.purchase.count * SLOTS_PER_CONTRACT; /* what buyers see of their contracts */
  memory->state = context_allocate(context, ((size_t)plan->state_slots + extra) * LANES, sizeof(double));
  memory->output = context_allocate(context, (size_t)plan->output.slot_count * LANES, sizeof(double));
  return memory->state != NULL && memory->output != NULL ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
}

static void release_memory(ls_context *context, struct tile_memory *memory) {
  context_release(context, memory->output);
  context_release(context, memory->state);
}

/* The scenario's shocks in every lane but the first, which has none. */
static struct ls_view begin_tile(const struct ls_plan *plan, int64_t scenario, ls_slots state, ls_slots output) {
  int64_t number[LANES];
  for (int lane = 0; lane < LANES; lane++) number[lane] = scenario;
  struct ls_view view = tile_begin(plan, number, state, output);
  for (int32_t k = 0; k < plan->shock.key_count; k++) {
    double neutral = lane_get(column_neutral(&plan->shock, plan->shock.key_column[k]), 0);
    slot_set(state, k, lane_put(slot_get(state, k), 0, neutral));
  }
  return view;
}

/* set[lane]: the channels that are open in it; all are in lane 0, which looks at itself. */
static void run_tile(const struct ls_plan *plan, int64_t scenario, const uint32_t set[LANES],
                     const struct tile_memory *memory) {
  ls_slots state = {memory->state, LANES}, output = {memory->output, LANES};
  struct ls_view view = begin_tile(plan, scenario, state, output);
  struct loop_view v = loop_view_of(&view, tile_own(plan, state));
  ls_lane closed = lane_set(0);
  for (int c = 0; c < LOOP_CHANNEL_COUNT; c++) {
    ls_lane open = lane_set(0);
    for (int lane = 0; lane < LANES; lane++) open = lane_put(open, lane, set[lane] >> c & 1u);
    v.open[c] = lane_to_mask(open);
    closed = closed + (lane_set(1) - open);
  }
  v.some_closed = lane_to_mask(closed);
  loop_simulate(v, state, output);
}

/* Losses of all entities, and the system's gross loss behind them, of one lane. */
static void read_losses(const struct ls_plan *plan, const struct tile_memory *memory, int lane, double *loss) {
  for (int32_t i = 0; i < plan->entity_count; i++)
    loss[i] = memory->output[(int64_t)(plan->output.loss + i) * LANES + lane];
  loss[plan->entity_count] = memory->output[(int64_t)plan->output.loss_gross * LANES + lane];
}

/* loss[set * (N + 1) + i] for `count` sets from `first` on. */
static ls_status simulate_sets(ls_context *context, const struct ls_plan *plan, int64_t scenario, uint32_t first,
                               uint32_t count, double *loss) {
  struct tile_memory memory = {NULL, NULL};
  ls_status status = take_memory(context, plan, &memory);
  for (uint32_t done = 0; done < count && status == LS_STATUS_OK; done += LANES - 1) {
    uint32_t set[LANES] = {CHANNEL_SETS - 1};
    for (uint32_t lane = 1; lane < LANES; lane++)
      set[lane] = first + (done + lane - 1 < count ? done + lane - 1 : done);
    run_tile(plan, scenario, set, &memory);
    for (uint32_t lane = 1; lane < LANES && done + lane - 1 < count; lane++)
      read_losses(plan, &memory, (int)lane, loss + (done + lane - 1) * ((size_t)plan->entity_count + 1));
  }
  release_memory(context, &memory);
  return status;
}

ls_status loop_loss_with_channels(ls_context *context, const struct ls_plan *plan, int64_t scenario, uint32_t open,
                                  double *loss) {
  return simulate_sets(context, plan, scenario, open, 1, loss);
}

static int count_bits(uint32_t set) {
  int bits = 0;
  for (; set != 0; set &= set - 1) bits++;
  return bits;
}

/* |X|! (C - 1 - |X|)! / C!: the share of the orders of opening all channels in which exactly X stand open before the next. */
static double weight_of(int size) {
  double weight = 1.0 / LOOP_CHANNEL_COUNT;
  for (int k = 1; k <= size; k++) weight = weight * k / (LOOP_CHANNEL_COUNT - k);
  return weight;
}

/* Shapley's value of the channels for one entity; loss[set * stride]. */
static void share_out(const double *loss, size_t stride, double *cause) {
  cause[0] = loss[0];
  for (int c = 0; c < LOOP_CHANNEL_COUNT; c++) {
    double sum = 0;
    for (uint32_t set = 0; set < CHANNEL_SETS; set++)
      if ((set >> c & 1u) == 0)
        sum += weight_of(count_bits(set)) * (loss[(set | 1u << c) * stride] - loss[set * stride]);
    cause[(size_t)(1 + c) * stride] = sum;
  }
}

ls_status loop_causes(ls_context *context, const struct ls_plan *plan, int64_t scenario, double *cause) {
  size_t width = (size_t)plan->entity_count + 1;
  double *loss = context_allocate(context, CHANNEL_SETS * width, sizeof *loss);
  if (loss == NULL) return LS_STATUS_OUT_OF_MEMORY;
  ls_status status = simulate_sets(context, plan, scenario, 0, CHANNEL_SETS, loss);
  for (size_t i = 0; i < width && status == LS_STATUS_OK; i++) share_out(loss + i, width, cause + i);
  context_release(context, loss);
  return status;
}

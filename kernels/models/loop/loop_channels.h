/* loop_channels.h - what one entity sees of another, by the channel through which it sees it.
 *
 * Everywhere but in host/engine/loop_causes.c an entity sees what is: loop_seen returns its argument. There, to tell losses by
 * cause, lane 0 of a tile is the baseline path and every other lane is the scenario with some channels closed: through a
 * closed channel an entity sees what the other would have done on the baseline path, in the same step of the same quarter.
 * W has no state of its own: what comes from it is never closed. */
#ifndef LS_MODEL_LOOP_CHANNELS_H
#define LS_MODEL_LOOP_CHANNELS_H

#include "models/loop/loop_view.h"

#if defined(LS_LOOP_CHANNELS)

/* x in the lanes whose channel is open, in the others that of lane 0. */
LS_FN ls_lane loop_seen(const struct loop_view *v, enum ls_loop_channel channel, ls_lane x) {
  return lane_select(v->open[channel], x, lane_set(lane_get(x, 0)));
}

/* Lanes that have a channel closed go on for as long as the baseline that they look at has not settled. */
LS_FN ls_mask loop_unsettled(const struct loop_view *v, ls_mask active) {
  ls_mask baseline = lane_less(lane_set(0), lane_set(lane_get(lane_from_mask(active), 0)));
  return mask_or(active, mask_and(baseline, v->some_closed));
}

/* Lanes whose values are found anew, with those of the baseline that they look at. */
LS_FN ls_mask loop_with_baseline(const struct loop_view *v, ls_mask lanes) {
  lanes = loop_unsettled(v, lanes);
  ls_lane first = lane_put(lane_set(0), 0, mask_any(lanes) ? 1 : 0);
  return mask_or(lanes, lane_to_mask(first));
}

/* What the buyer of contract k got, by contract and beside it: the seller's share of its own orders, where both see each other. */
LS_FN int32_t loop_received_slot(const struct loop_view *v) { return v->at->count; }
LS_FN int32_t loop_extra_received_slot(const struct loop_view *v) {
  return loop_behind(v->at->count, v->loop->purchase.count);
}
LS_FN int32_t loop_bill_slot(const struct loop_view *v) {
  return loop_behind(v->at->count, 2 * v->loop->purchase.count);
}
LS_FN int32_t loop_bill_due_slot(const struct loop_view *v) {
  return loop_behind(v->at->count, 3 * v->loop->purchase.count);
}

#else

LS_FN ls_lane loop_seen(const struct loop_view *v, enum ls_loop_channel channel, ls_lane x) {
  (void)v;
  (void)channel;
  return x;
}

LS_FN ls_mask loop_unsettled(const struct loop_view *v, ls_mask active) {
  (void)v;
  return active;
}

LS_FN ls_mask loop_with_baseline(const struct loop_view *v, ls_mask lanes) {
  (void)v;
  return lanes;
}

LS_FN int32_t loop_received_slot(const struct loop_view *v) { return v->at->delivered; }
LS_FN int32_t loop_extra_received_slot(const struct loop_view *v) { return v->at->extra; }
LS_FN int32_t loop_bill_slot(const struct loop_view *v) { return v->at->invoice; }
LS_FN int32_t loop_bill_due_slot(const struct loop_view *v) { return v->at->payable; }

#endif

/* The same of a link from `node`. */
LS_FN ls_lane loop_seen_from(const struct loop_view *v, enum ls_loop_channel channel, int32_t node, ls_lane x) {
  return node == v->n ? x : loop_seen(v, channel, x);
}

/* Of contract k: what the buyer got of it and beside it, what it is billed, and what of that is still due in class 1. Where
 * sellers and buyers see each other these are the seller's deliveries and invoices. */
LS_FN ls_lane loop_received(const struct loop_view *v, int32_t k) { return loop_get(v, loop_received_slot(v), k); }
LS_FN ls_lane loop_extra_received(const struct loop_view *v, int32_t k) {
  return loop_get(v, loop_extra_received_slot(v), k);
}
LS_FN ls_lane loop_bill(const struct loop_view *v, int32_t k) { return loop_get(v, loop_bill_slot(v), k); }
LS_FN ls_lane loop_bill_due(const struct loop_view *v, int32_t k) { return loop_get(v, loop_bill_due_slot(v), k); }

#endif

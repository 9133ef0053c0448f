/* neva_valuation.h - what a claim is worth per unit of its amount, as a function of the debtor's equity: the valuation
 * functions of NEVA, and those of them in full that are curved.
 *
 * Source: Barucca, Bardoscia, Caccioli, D'Errico, Visentin, Caldarelli, Battiston (2020), Network valuation in
 * financial systems, Mathematical Finance 30(4):1181-1204. E equity, L all that the debtor owes, A its external assets,
 * rho the recovery.
 *   eisenberg-noe, rogers-veraart   1 where E > 0, else max(0, (E + L) / L)
 *   furfine                         1 where E > 0, else rho
 *   linear                          max(0, min(1, E / E(0)))
 *   merton       E[1{E' > 0} + rho max(0, (E' + L) / L) 1{E' <= 0}],  E' = E + A (G - 1)
 *   black-cox    1 - (1 - rho) P(A's path takes E to 0 before the term)
 * with G = exp(s z - s^2 / 2), z normal: external assets move without drift, with standard deviation s = sigma sqrt(T)
 * of their logarithm. Every function lies in 0..1 and never falls when E rises. */
#ifndef LS_MODEL_NEVA_VALUATION_H
#define LS_MODEL_NEVA_VALUATION_H

#include "math/normal.h"

/* A ratio beyond 2^100 is out of reach of G: ln 2^100 = 69. It keeps quotients within the doubles. */
#define NEVA_OUT_OF_REACH 0x1p-100
/* With s above 1000 every argument of the normal distribution below lies beyond 40, where its cdf is 0 or 1. */
#define NEVA_DEVIATION_MOST 1000.0

/* The debtor as the ex-ante valuations see it. */
struct neva_debtor {
  ls_lane equity, assets, due;
  ls_mask fails; /* E <= 0, ties included */
};

/* P(G < g), and the same weighted with G: P(G < g) = N(ln g / s + s / 2), E[G 1{G < g}] = N(ln g / s - s / 2). */
LS_FN ls_lane neva_below(ls_lane logarithm, ls_lane deviation, double half) {
  return lane_normal_cdf((logarithm + lane_set(half) * (deviation * deviation)) / deviation);
}

/* P(G < g) and E[max(0, g - G)]; 0 where g <= 0. */
LS_FN void neva_shortfall(ls_lane g, ls_lane deviation, ls_lane *probability, ls_lane *put) {
  ls_mask reached = lane_less(lane_set(0), g);
  ls_lane logarithm = lane_log(g), below = neva_below(logarithm, deviation, 0.5);
  ls_lane worth = g * below - neva_below(logarithm, deviation, -0.5);
  *probability = lane_select(reached, below, lane_set(0));
  *put = lane_select(reached, lane_positive_part(worth), lane_set(0));
}

/* Where assets do not move: paid in full, or what is left, of which rho is recovered. */
LS_FN ls_lane neva_certain(struct neva_debtor j, double recovery) {
  ls_lane left = lane_clip(lane_ratio(j.equity + j.due, j.due, 0), 0, 1);
  return lane_select(j.fails, lane_set(recovery) * left, lane_set(1));
}

/* External assets count for something beside debts and equity, so that their moves do. */
LS_FN ls_mask neva_moves(struct neva_debtor j) {
  return lane_less(NEVA_OUT_OF_REACH * (j.due + lane_absolute(j.equity)), j.assets);
}

/* E' <= 0 where G <= 1 - E/A, nothing is left where G <= 1 - (E + L)/A. What is recovered in between is
 * (A/L) E[(G - G(nothing left)) 1{in between}] = P(E' <= 0) - (A/L) (put(1 - E/A) - put(1 - (E + L)/A)), at most the
 * probability of being in between, whatever rounding says. */
LS_FN ls_lane neva_merton(struct neva_debtor j, ls_lane deviation, double recovery) {
  ls_mask moves = neva_moves(j);
  ls_lane assets = lane_select(moves, j.assets, lane_set(1));
  ls_lane fails, nothing, put_fails, put_nothing;
  neva_shortfall((assets - j.equity) / assets, deviation, &fails, &put_fails);
  neva_shortfall((assets - j.equity - j.due) / assets, deviation, &nothing, &put_nothing);
  ls_mask owes = lane_less(NEVA_OUT_OF_REACH * assets, j.due);
  ls_lane leverage = lane_select(owes, assets / lane_select(owes, j.due, lane_set(1)), lane_set(0));
  ls_lane between = lane_positive_part(fails - nothing);
  ls_lane left = lane_min(lane_positive_part(fails - leverage * (put_fails - put_nothing)), between);
  ls_lane worth = lane_min((lane_set(1) - fails) + lane_set(recovery) * left, lane_set(1));
  return lane_select(moves, worth, neva_certain(j, recovery));
}

/* First passage of a lognormal path: P = P(G < g) + E[G 1{G < g}] / g, g = 1 - E/A. A path that begins at or below the
 * barrier has crossed it; one whose barrier is at 0 never does. */
LS_FN ls_lane neva_black_cox(struct neva_debtor j, ls_lane deviation, double recovery) {
  ls_mask moves = mask_and(neva_moves(j), lane_less(j.equity, j.assets));
  ls_lane assets = lane_select(moves, j.assets, lane_set(1)), equity = lane_select(moves, j.equity, lane_set(0));
  ls_lane g = (assets - equity) / assets, logarithm = lane_log(g);
  ls_lane crossed = neva_below(logarithm, deviation, 0.5) + neva_below(logarithm, deviation, -0.5) / g;
  ls_lane probability = lane_select(moves, lane_min(crossed, lane_set(1)), lane_set(0));
  probability = lane_select(j.fails, lane_set(1), probability);
  return lane_set(1) - lane_set(1 - recovery) * probability;
}

#endif

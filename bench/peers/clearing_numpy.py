#!/usr/bin/python3
"""Clearing payments in numpy: p <- min(due, max(0, e + p Pi)) over all scenarios at once, one GEMM an iteration.

naive    the whole batch until its slowest scenario has converged
compact  blocks that fit the cache, which scenarios leave once they have converged
"""
import common

BLOCK = 1 << 18  # numbers; measured: less costs calls, more costs cache misses


def step(np, payment, left, share, due, room):
    np.matmul(payment, share, out=room)
    room += left
    np.maximum(room, 0, out=room)
    np.minimum(room, due, out=room)
    return room


def naive(np, case, share):
    payment = np.broadcast_to(case.due, case.shock.shape).copy()
    room = np.empty_like(payment)
    for _ in range(common.SWEEPS_MOST):
        after = step(np, payment, case.assets_left, share, case.due, room)
        payment -= after
        change = np.abs(payment, out=payment).max()
        payment, room = after, payment
        if change <= common.STOP * case.largest:
            break
    return payment


def compact_block(np, case, share, left, answer):
    place = np.arange(len(left))
    payment = np.broadcast_to(case.due, left.shape).copy()
    for _ in range(common.SWEEPS_MOST):
        room = np.empty_like(payment)
        after = step(np, payment, left, share, case.due, room)
        payment -= after
        active = np.abs(payment, out=payment).max(axis=1) > common.STOP * case.largest
        payment = after
        if active.all():
            continue
        answer[place[~active]] = payment[~active]
        place, payment, left = place[active], payment[active], left[active]
        if place.size == 0:
            break


def compact(np, case, share):
    answer = np.empty(case.shock.shape)
    common.in_blocks(BLOCK, case, lambda first, end: compact_block(
        np, case, share, case.assets_left[first:end], answer[first:end]))
    return answer


WAYS = {"naive": naive, "compact": compact}


def main():
    words = common.arguments(WAYS)
    import numpy as np
    case = common.Case(words.file)
    if case.entities > 4096:
        common.skip("a dense matrix of that many entities is no way to do it")
    share = case.matrix(case.shares())
    common.serve(case, lambda: WAYS[words.way](np, case, share))


main()

#!/usr/bin/python3
"""Clearing payments with scipy.sparse: a CSR matrix times a dense block of scenarios, entity by entity in rows.

full     the whole batch until its slowest scenario has converged
compact  blocks that fit the cache, which scenarios leave once they have converged
"""
import common

BLOCK = 1 << 17  # numbers; measured: less costs calls, more costs cache misses


def step(np, matrix, payment, left, due):
    after = matrix @ payment
    after += left
    np.maximum(after, 0, out=after)
    np.minimum(after, due, out=after)
    return after


def full(np, case, matrix, left):
    due = case.due[:, None]
    payment = np.broadcast_to(due, left.shape).copy()
    for _ in range(common.SWEEPS_MOST):
        after = step(np, matrix, payment, left, due)
        payment -= after
        change = np.abs(payment, out=payment).max()
        payment = after
        if change <= common.STOP * case.largest:
            break
    return payment


def compact_block(np, case, matrix, left, answer):
    due = case.due[:, None]
    place = np.arange(left.shape[1])
    payment = np.broadcast_to(due, left.shape).copy()
    for _ in range(common.SWEEPS_MOST):
        after = step(np, matrix, payment, left, due)
        payment -= after
        active = np.abs(payment, out=payment).max(axis=0) > common.STOP * case.largest
        payment = after
        if active.all():
            continue
        answer[:, place[~active]] = payment[:, ~active]
        place, payment, left = place[active], payment[:, active], left[:, active]
        if place.size == 0:
            break


def compact(np, case, matrix, left):
    answer = np.empty_like(left)
    common.in_blocks(BLOCK, case, lambda first, end: compact_block(
        np, case, matrix, np.ascontiguousarray(left[:, first:end]), answer[:, first:end]))
    return answer


WAYS = {"full": full, "compact": compact}


def main():
    words = common.arguments(WAYS)
    import numpy as np
    case = common.Case(words.file)
    matrix = case.csr(case.shares())
    left = np.ascontiguousarray(case.assets_left.T)
    common.serve(case, lambda: WAYS[words.way](np, case, matrix, left), lambda answer: answer.T)


main()

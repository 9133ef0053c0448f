#!/usr/bin/python3
"""Linear DebtRank: h <- min(1, direct + Lambda h), all scenarios at once.

naive    numpy, dense: the whole batch until its slowest scenario has converged
compact  numpy, dense: blocks that fit the cache, which scenarios leave once they have converged
sparse   scipy: a CSR matrix times a dense block, with the same leaving
"""
import common

BLOCK = 1 << 18  # numbers


def naive(np, case, loss, direct):
    distress = direct.copy()
    room = np.empty_like(distress)
    for _ in range(common.SWEEPS_MOST):
        np.matmul(distress, loss, out=room)
        room += direct
        np.minimum(room, 1, out=room)
        distress -= room
        change = np.abs(distress, out=distress).max()
        distress, room = room, distress
        if change <= common.STOP:
            break
    return distress


def leave(np, multiply, axis, direct, answer):
    """With scenarios along the other axis than `axis`."""
    place = np.arange(direct.shape[1 - axis])
    distress = direct.copy()
    for _ in range(common.SWEEPS_MOST):
        after = multiply(distress)
        after += direct
        np.minimum(after, 1, out=after)
        distress -= after
        active = np.abs(distress, out=distress).max(axis=axis) > common.STOP
        distress = after
        if active.all():
            continue
        answer[np.s_[place[~active], :] if axis == 1 else np.s_[:, place[~active]]] = np.compress(~active, distress, 1 - axis)
        place = place[active]
        distress, direct = np.compress(active, distress, 1 - axis), np.compress(active, direct, 1 - axis)
        if place.size == 0:
            break


def rows(np, case, loss, direct):
    answer = np.empty_like(direct)
    common.in_blocks(BLOCK, case, lambda first, end: leave(
        np, lambda block: block @ loss, 1, direct[first:end], answer[first:end]))
    return answer


def columns(np, case, matrix, direct):
    answer = np.empty_like(direct)
    common.in_blocks(BLOCK, case, lambda first, end: leave(
        np, lambda block: matrix @ block, 0, np.ascontiguousarray(direct[:, first:end]), answer[:, first:end]))
    return answer


def main():
    words = common.arguments({"naive", "compact", "sparse"})
    import numpy as np
    case = common.Case(words.file)
    direct = case.direct()
    if words.way == "sparse":
        matrix, turned = case.csr(case.exposures()), np.ascontiguousarray(direct.T)
        common.serve(case, lambda: columns(np, case, matrix, turned), lambda answer: answer.T)
        return
    loss = case.matrix(case.exposures())
    if words.way == "naive":
        common.serve(case, lambda: naive(np, case, loss, direct))
    else:
        common.serve(case, lambda: rows(np, case, loss, direct))


main()

#!/usr/bin/python3
"""Downstream and upstream losses of output (Diem et al. 2022, eqs. 5-8) with scipy.sparse over all scenarios at once.

compact  an input (buyer, sector) is a row of a sparse matrix: one matrix of every buyer's first essential input, one of the
         second, ...; scenarios that have settled leave the batch
"""
import common

STOP = 4e-12  # sweeps shrink the change by a tenth: what is left is then below common.TOLERANCE


class Chain:
    """The inputs of all buyers as rows; essential ones sorted by buyer."""

    def __init__(self, np, case):
        from scipy import sparse
        n, supplier, buyer = case.entities, case.debtor, case.indices
        use = case.essential[case.sector[supplier], case.sector[buyer]]
        bought = case.claims[buyer]
        hard = use == 2
        key = buyer[hard].astype(np.int64) * 64 + case.sector[supplier[hard]]
        inputs, row = np.unique(key, return_inverse=True)
        whole = np.bincount(row, weights=case.amount[hard])
        of = inputs // 64
        rank = np.arange(len(inputs)) - np.searchsorted(of, of)
        every = sparse.csr_matrix((case.amount[hard] / whole[row], (row, supplier[hard])), (len(inputs), n))
        self.essential = [(of[rank == r], every[rank == r]) for r in range(rank.max() + 1 if len(rank) else 0)]
        soft = use == 1
        self.other = sparse.csr_matrix((case.amount[soft] / bought[soft], (buyer[soft], supplier[soft])), (n, n))
        self.sales = sparse.csr_matrix((case.amount / case.due[supplier], (supplier, buyer)), (n, n))


def settle(np, step, left):
    answer, place, now = np.empty_like(left), np.arange(left.shape[1]), left.copy()
    for _ in range(common.SWEEPS_MOST):
        after = step(now)
        np.minimum(after, left, out=after)
        np.maximum(after, 0, out=after)
        now -= after
        active = np.abs(now, out=now).max(axis=0) > STOP
        now = after
        if active.all():
            continue
        answer[:, place[~active]] = now[:, ~active]
        place, now, left = place[active], now[:, active], left[:, active]
        if place.size == 0:
            break
    return answer


def solve(np, chain, left):
    def down(now):
        lost = 1 - now
        after = 1 - chain.other @ lost
        for buyers, matrix in chain.essential:
            after[buyers] = np.minimum(after[buyers], 1 - matrix @ lost)
        return after

    def up(now):
        return 1 - chain.sales @ (1 - now)

    return settle(np, down, left), settle(np, up, left)


def main():
    words = common.arguments({"compact"})
    import numpy as np
    case = common.Case(words.file)
    chain = Chain(np, case)
    left = np.ascontiguousarray(1 - case.shock.T)
    block = 256  # scenarios that stay in the caches

    def run():
        parts = [solve(np, chain, np.ascontiguousarray(left[:, at:at + block]))[0] for at in range(0, case.scenarios, block)]
        return np.concatenate(parts, axis=1)

    common.serve(case, run, lambda answer: answer.T)


main()

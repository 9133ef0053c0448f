#!/usr/bin/env python3
"""Clearing payments and linear DebtRank in PyTorch on a GPU, double precision, everything on the device beforehand.

eager    the whole batch, one kernel an operation; convergence is asked for every fourth iteration, to keep the queue full
compact  the same, and scenarios that have converged leave the batch
compile  torch.compile fuses what follows the product; the whole batch
sparse   eager, with a CSR matrix times a dense block (cuSPARSE)
"""
import common

ASK_EVERY = 4


def sweep(torch, model, now, share, given, bound):
    """given: assets left, or direct distress; bound: due, or 1."""
    after = torch.addmm(given, now, share)
    return torch.clamp_(torch.minimum(after, bound), min=0)


def fused(model):
    import torch

    @torch.compile(dynamic=False)
    def finish(product, now, given, bound):
        after = torch.clamp(torch.minimum(product + given, bound), min=0)
        return after, (after - now).abs().max()

    def step(now, share, given, bound):
        return finish(now @ share, now, given, bound)

    return step


def run_full(torch, step, start, share, given, bound, stop):
    now = start
    for sweep_count in range(common.SWEEPS_MOST):
        after, change = step(now, share, given, bound)
        now = after
        if sweep_count % ASK_EVERY == ASK_EVERY - 1 and change.item() <= stop:
            break
    return now


def run_compact(torch, step, start, share, given, bound, stop):
    answer = torch.empty_like(start)
    place = torch.arange(start.shape[0], device=start.device)
    now = start
    for sweep_count in range(common.SWEEPS_MOST):
        after = step(now, share, given, bound)
        if sweep_count % ASK_EVERY == ASK_EVERY - 1:
            active = (after - now).abs().amax(dim=1) > stop
            answer[place[~active]] = after[~active]
            place, after, given = place[active], after[active], given[active]
            if place.numel() == 0:
                break
        now = after
    return answer


def main():
    words = common.arguments({"eager", "compact", "compile", "sparse"})
    try:
        import torch
    except ImportError as fault:
        common.skip(fault)
    if not torch.cuda.is_available():
        common.skip("torch finds no CUDA device")
    case = common.Case(words.file)
    clears = case.model == "eisenberg-noe"
    if case.model == "production":
        common.skip("not written for this model")
    if case.entities > 8192 and words.way != "sparse":
        common.skip("a dense matrix of that many entities is no way to do it")

    def put(array):
        return torch.as_tensor(array, dtype=torch.float64, device="cuda").contiguous()

    given = put(case.assets_left if clears else case.direct())
    bound = put(case.due) if clears else torch.ones(case.entities, dtype=torch.float64, device="cuda")
    start = bound.expand(case.scenarios, -1).contiguous() if clears else given
    stop = common.STOP * case.largest
    values = case.shares() if clears else case.exposures()
    if words.way == "sparse":
        matrix = case.csr(values)
        share = torch.sparse_csr_tensor(torch.as_tensor(matrix.indptr), torch.as_tensor(matrix.indices), put(matrix.data),
                                        size=matrix.shape, device="cuda")
        given, bound, start = given.T.contiguous(), bound[:, None], start.T.contiguous()

        def step(now, share, given, bound):
            after = torch.clamp_(torch.minimum((share @ now).add_(given), bound), min=0)
            return after, (after - now).abs().max()
    else:
        share = put(case.matrix(values))

        def step(now, share, given, bound):
            after = sweep(torch, case.model, now, share, given, bound)
            return after, (after - now).abs().max()
    if words.way == "compile":
        step = fused(case.model)

    def solve():
        if words.way == "compact":
            answer = run_compact(torch, lambda *all: sweep(torch, case.model, *all), start, share, given, bound, stop)
        else:
            answer = run_full(torch, step, start, share, given, bound, stop)
        torch.cuda.synchronize()
        return answer

    common.serve(case, solve, lambda answer: (answer.T if words.way == "sparse" else answer).cpu().numpy())


main()

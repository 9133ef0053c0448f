#!/usr/bin/env python3
"""Clearing payments and linear DebtRank in CuPy on a GPU, double precision, everything on the device beforehand.

eager   the whole batch, one kernel an operation
expert  one fused kernel after the product, a reduction kernel for the change, and scenarios that have converged leave the batch
sparse  a CSR matrix times a dense block (cuSPARSE), with the fused kernel and the same leaving
"""
import common

ASK_EVERY = 4


def eager(cupy, start, share, given, bound, stop):
    now = start
    while True:
        after = cupy.minimum(cupy.maximum(now @ share + given, 0), bound)
        change = float(cupy.abs(after - now).max())
        now = after
        if change <= stop:
            return now


class Expert:
    def __init__(self, cupy, sparse):
        self.cupy, self.axis = cupy, 0 if sparse else 1
        self.finish = cupy.ElementwiseKernel(
            "float64 given, float64 bound", "float64 product", "product = fmin(fmax(product + given, 0.0), bound)", "finish")
        self.change = cupy.ReductionKernel("float64 a, float64 b", "float64 most", "fabs(a - b)", "fmax(a, b)", "most = a",
                                           "0.0", "change")

    def run(self, multiply, start, given, bound, stop):
        cupy, axis = self.cupy, self.axis
        answer = cupy.empty_like(start)
        place = cupy.arange(start.shape[1 - axis])
        now = start
        for count in range(common.SWEEPS_MOST):
            after = multiply(now)
            self.finish(given, bound, after)
            if count % ASK_EVERY == ASK_EVERY - 1:
                active = self.change(after, now, axis=axis) > stop
                done = cupy.nonzero(~active)[0]
                if done.size > 0:
                    kept = cupy.nonzero(active)[0]
                    if axis == 1:
                        answer[place[done]] = after[done]
                        after, given = after[kept], given[kept]
                    else:
                        answer[:, place[done]] = after[:, done]
                        after, given = cupy.ascontiguousarray(after[:, kept]), cupy.ascontiguousarray(given[:, kept])
                    place = place[kept]
                    if place.size == 0:
                        break
            now = after
        return answer


def main():
    words = common.arguments({"eager", "expert", "sparse"})
    try:
        import cupy
        if cupy.cuda.runtime.getDeviceCount() == 0:
            common.skip("CuPy finds no CUDA device")
    except Exception as fault:  # no module, no driver, no device: each with an exception of its own
        common.skip(fault)
    case = common.Case(words.file)
    clears = case.model == "eisenberg-noe"
    if case.model == "production":
        common.skip("not written for this model")
    if case.entities > 8192 and words.way != "sparse":
        common.skip("a dense matrix of that many entities is no way to do it")
    given = cupy.asarray(case.assets_left if clears else case.direct())
    bound = cupy.asarray(case.due) if clears else cupy.ones(case.entities)
    start = cupy.ascontiguousarray(cupy.broadcast_to(bound, given.shape)) if clears else given
    stop = common.STOP * case.largest
    values = case.shares() if clears else case.exposures()
    expert = Expert(cupy, words.way == "sparse")
    if words.way == "sparse":
        from cupyx.scipy import sparse
        matrix = sparse.csr_matrix(case.csr(values))
        given, start, bound = cupy.ascontiguousarray(given.T), cupy.ascontiguousarray(start.T), bound[:, None]
    else:
        share = cupy.asarray(case.matrix(values))

    def solve():
        if words.way == "eager":
            answer = eager(cupy, start, share, given, bound, stop)
        elif words.way == "expert":
            answer = expert.run(lambda now: now @ share, start, given, bound, stop)
        else:
            answer = expert.run(lambda now: matrix @ now, start, given, bound, stop)
        cupy.cuda.get_current_stream().synchronize()
        return answer

    common.serve(case, solve, lambda answer: cupy.asnumpy(answer.T if words.way == "sparse" else answer))


main()

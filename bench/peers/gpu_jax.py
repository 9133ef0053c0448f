#!/usr/bin/env python3
"""Clearing payments and linear DebtRank in JAX, double precision, everything on the device beforehand.

jit   one compiled while_loop over the whole batch: until its slowest scenario has converged
vmap  the loop of one scenario, mapped over all: what has converged is computed on, and thrown away
"""
import common


def main():
    words = common.arguments({"jit", "vmap"})
    try:
        import jax
    except ImportError as fault:
        common.skip(fault)
    jax.config.update("jax_enable_x64", True)
    from jax import lax
    from jax import numpy as jnp
    if not any(device.platform == "gpu" for device in jax.devices()):
        common.skip("JAX finds no GPU")
    case = common.Case(words.file)
    clears = case.model == "eisenberg-noe"
    if case.model == "production":
        common.skip("not written for this model")
    if case.entities > 8192:
        common.skip("a dense matrix of that many entities is no way to do it")
    given = jnp.asarray(case.assets_left if clears else case.direct())
    bound = jnp.asarray(case.due) if clears else jnp.ones(case.entities)
    start = jnp.broadcast_to(bound, given.shape) if clears else given
    stop = common.STOP * case.largest
    share = jnp.asarray(case.matrix(case.shares() if clears else case.exposures()))

    def loop(start, given, share, bound):
        def again(state):
            return jnp.logical_and(state[1] > stop, state[2] < common.SWEEPS_MOST)

        def step(state):
            after = jnp.clip(jnp.minimum(state[0] @ share + given, bound), 0)
            return after, jnp.abs(after - state[0]).max(), state[2] + 1

        return lax.while_loop(again, step, (start, jnp.asarray(jnp.inf), jnp.asarray(0)))[0]

    whole = jax.jit(loop if words.way == "jit" else jax.vmap(loop, in_axes=(0, 0, None, None)))
    common.serve(case, lambda: whole(start, given, share, bound).block_until_ready(), lambda answer: jax.device_get(answer))


main()

"""The engine changes no bit: pushing, sweeping by links, sweeping by the whole matrix, with every instruction set."""
import json
import os
import random

import harness
from harness import answer, call, expect, write

SETTINGS = {
    "eisenberg-noe": [(), ("external=senior",), ("solution=least",)],
    "rogers-veraart": [("alpha=0.6", "beta=0.8"), ("alpha=0.6", "beta=0.8", "solution=least")],
    "debtrank": [()],
    "debtrank-linear": [()],
    "debtrank-nonlinear": [()],
    "furfine": [(), ("lgd=0.7",)],
    "threshold": [("capital_ratio=0.04",)],
    "liquidity": [()],
}
NETWORKS = {"sparse": (37, 3), "dense": (21, 20), "thin": (70, 1), "lone": (9, 0)}  # entities, debtors of each
ENGINES = ("tile", "push", "sweep", "auto")
WAYS = [(engine, isa) for engine in ("push", "sweep") for isa in ("baseline", "avx2", "avx512")] + [("tile", "baseline")]
DRAWS = """count: 300
seed: 5
copula: gaussian
factors: [{name: market}]
loadings: [{target: "*", factor: market, value: 0.4}]
marginals: [{variable: external_assets_loss, target: "*", distribution: beta, mean: 0.12, sd: 0.12}]
"""


def network(folder, name):
    """Banks that owe each other at random, some pairs twice at different ranks; the same ones each time."""
    count, links = NETWORKS[name]
    chance = random.Random(count)
    path = os.path.join(folder, name)
    os.makedirs(path)
    owed = {}
    for debtor in range(count):
        for creditor in chance.sample([i for i in range(count) if i != debtor], links):
            owed[debtor, creditor] = [round(chance.uniform(1, 9), 2) for _ in range(1 + (chance.random() < 0.2))]
    claims, debts = [0.0] * count, [0.0] * count
    for (debtor, creditor), amounts in owed.items():
        debts[debtor] += sum(amounts)
        claims[creditor] += sum(amounts)
    rows = ["id,external_assets,external_liabilities,cash"]
    for i in range(count):
        assets = debts[i] + chance.uniform(10, 60)
        rows.append(f"b{i},{assets:.3f},{0.85 * (assets + claims[i]) - debts[i]:.3f},{0.1 * assets:.3f}")
    write(os.path.join(path, "entities.csv"), "\n".join(rows) + "\n")
    rows = ["debtor,creditor,amount,seniority"]
    rows += [f"b{d},b{c},{a},{rank}" for (d, c), amounts in owed.items() for rank, a in enumerate(amounts)]
    write(os.path.join(path, "liabilities.csv"), "\n".join(rows) + "\n")
    return path


def jobs(folder):
    drawn = write(os.path.join(folder, "draws.yaml"), DRAWS)
    for name in NETWORKS:
        path = network(folder, name)
        for model, sets in SETTINGS.items():
            for setting in sets:
                yield (path, "--model", model, "--scenarios", drawn, *(w for s in setting for w in ("--set", s)))


def test_engines_and_instruction_sets_do_not_matter(folder):
    defaults = {}
    for words in jobs(folder):
        told = answer("run", *words)
        defaults[words[2]] = defaults.get(words[2], 0) + sum(e["default_probability"] or 0 for e in told["entities"])
        for engine, isa in WAYS:
            done = call("run", *words, "--engine", engine, "--isa", isa, "--json", "--quiet")
            assert done.returncode in (0, 69), done.stderr
            if done.returncode == 0:
                assert json.loads(done.stdout)["digest"] == told["digest"], (words, engine, isa)
    assert set(defaults) == set(SETTINGS) and all(sum_ > 0.1 for sum_ in defaults.values()), defaults


def test_every_number_of_a_scenario_is_the_same(folder):
    """Rounds, lines and what the model tells beside, defaults forced among them, which the digest of many does not hold."""
    for name in ("sparse", "dense"):
        path = network(folder, name)
        rows = ["scenario,target,variable,value"]
        for s in range(21):  # tiles that are not full
            rows += [f"s{s},b{(s * 7 + k) % 21},external_assets_loss,{0.1 + 0.03 * s}" for k in range(0, 21, 4)]
            rows += [f"s{s},b{s},default,1"] if s % 3 == 1 else []
        shocks = write(os.path.join(folder, name + ".csv"), "\n".join(rows) + "\n")
        for model, sets in SETTINGS.items():
            words = ["run", path, "--model", model, "--scenarios", shocks, *(w for s in sets[0] for w in ("--set", s))]
            told = {engine: answer(*words, "--engine", engine)["scenarios"] for engine in ENGINES}
            assert len(told["tile"]) == 21 and any(e["loss"] > 1 for s in told["tile"] for e in s["entities"])
            for engine in ENGINES[1:]:
                assert told[engine] == told["tile"], (name, model, engine)


def test_models_that_do_not_push_say_so(folder):
    done = expect(78, "run", network(folder, "sparse"), "--model", "neva", "--engine", "push")
    assert "push" in done.stderr and "neva" in done.stderr, done.stderr
    assert answer("run", os.path.join(folder, "sparse"), "--model", "neva", "--engine", "sweep")


if __name__ == "__main__":
    harness.main(globals())

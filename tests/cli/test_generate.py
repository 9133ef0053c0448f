"""loopstress generate: networks that the rest of the program reads and runs, the same for a seed on every machine."""
import hashlib
import os

import harness
from harness import answer, expect

KINDS = ("core-periphery", "erdos-renyi", "scale-free")


def make(folder, name, kind, *options):
    return answer("generate", "--kind", kind, "--entities", "400", *options, "-o", os.path.join(folder, name))


def digest(folder, name):
    tables = b"".join(open(os.path.join(folder, name, file), "rb").read() for file in ("entities.csv", "liabilities.csv"))
    return hashlib.sha256(tables).hexdigest()


def test_each_kind_is_read_without_warnings_and_runs(folder):
    for kind in KINDS:
        told, net = make(folder, kind, kind, "--degree", "6"), os.path.join(folder, kind)
        seen = answer("check", net)
        assert (seen["entities"], seen["links"], seen["warnings"]) == (400, told["links"], []), seen
        run = answer("run", net, "--model", "eisenberg-noe")
        assert run["system"]["loss_mean"] == 0 and run["converged"] == 1, run["system"]
        with open(os.path.join(net, "network.yaml"), encoding="utf-8") as file:
            assert f"kind {kind}, 400 entities, seed 0, degree 6" in file.read()


def test_a_seed_gives_the_same_bits(folder):
    for kind in KINDS:
        for name, seed in (("a", 7), ("b", 7), ("c", 8)):
            make(folder, kind + name, kind, "--seed", str(seed))
        first, again, other = (digest(folder, kind + name) for name in "abc")
        assert first == again != other, kind


# Regression values, without a source: the same bits on every machine and from every compiler.
KNOWN = {"core-periphery": "c95fef965e911f2d", "erdos-renyi": "e0d1612057caba8f", "scale-free": "f96d6aab11a1815b"}


def test_files_are_the_same_on_every_machine(folder):
    found = {}
    for kind in KINDS:
        make(folder, kind, kind, "--seed", "1")
        found[kind] = digest(folder, kind)[:16]
    assert found == KNOWN, found


def test_options_are_checked(folder):
    net = os.path.join(folder, "net")
    few = ("generate", "--kind", "erdos-renyi", "--entities", "10")
    for words in (("generate", "--kind", "erdos-renyi", "-o", net), ("generate", "--entities", "10", "-o", net),
                  ("generate", "--kind", "star", "--entities", "10", "-o", net), few, few + ("--degree", "x", "-o", net),
                  few + ("--degree", "9.5", "-o", net), few + ("--degree", "1e999", "-o", net),
                  few + ("--capital-ratio", "1", "-o", net), few + ("--interbank-share", "nan", "-o", net),
                  ("generate", "--kind", "core-periphery", "--entities", "10", "--core-share", "0.05", "-o", net)):
        expect(64, *words)
    assert os.listdir(folder) == []
    expect(0, *few, "-o", net)
    expect(73, *few, "-o", net)
    expect(0, *few, "-o", net, "--force")


harness.main(globals())
